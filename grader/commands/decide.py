"""`grader withdraw`, `credit` and `weigh`: exercises that turn out to be wrong after students handed in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import chosen_topics, plain_errors
from grader.commands.options import course_option

if TYPE_CHECKING:
    from grader.grading.decisions import Decided

exercises_argument = click.argument("exercises", nargs=-1, required=True, metavar="TOPIC.EXERCISE...")
back_option = click.option("--none", "back", is_flag=True, help="Take the decision back.")


@click.command()
@exercises_argument
@back_option
@course_option
def withdraw(exercises: tuple[str, ...], back: bool, folder: Path | None) -> None:
    """Have exercises count for nobody.

    Their points are taken out: who handed in has none of them, and the topic is
    worth that much less. What was graded stays as it is; decisions.toml says that
    it does not count, and `grade`, `publish`, `report` and `export` follow it.
    """
    from grader.grading.decisions import Decision

    decide(exercises, None if back else Decision.WITHDRAWN, folder)


@click.command()
@exercises_argument
@back_option
@course_option
def credit(exercises: tuple[str, ...], back: bool, folder: Path | None) -> None:
    """Give everybody the points of exercises.

    All who handed in get them, whatever they wrote. What was graded stays as it
    is; decisions.toml says what counts, and `grade`, `publish`, `report` and
    `export` follow it.
    """
    from grader.grading.decisions import Decision

    decide(exercises, None if back else Decision.CREDITED, folder)


@click.command()
@click.argument("exercises", nargs=-1, required=True, metavar="TOPIC.EXERCISE=POINTS...")
@back_option
@course_option
def weigh(exercises: tuple[str, ...], back: bool, folder: Path | None) -> None:
    """Have exercises be worth other points.

    Everybody keeps the share that was earned: 20 of 30 points become 4 of 6. What
    was graded stays as it is; decisions.toml says what counts, and `grade`,
    `publish`, `report` and `export` follow it. To take a decision back, name the
    exercise without points, with --none.
    """
    decide(exercises, None, folder, weighed=not back)


def decide(
    exercises: Sequence[str], decision: Decided | None, folder: Path | None, weighed: bool = False
) -> None:
    """Write a decision on exercises, or take it back with None: on all of them, or on none.

    Args:
        exercises: as `TOPIC.EXERCISE`, or with `=POINTS` if they are weighed.
        decision: what is decided on those that are not weighed.
        folder: of the course, if it is named.
        weighed: whether each is decided to be worth the points that stand beside it.
    """
    from grader.course import unknown
    from grader.grading import decisions, supposed
    from grader.grading.decisions import NotDecided, counted, said

    with plain_errors():
        course, _ = chosen_topics(folder, ())
        decided = {topic: dict(own) for topic, own in decisions.load(course.root).items()}
        topics = {}
        for name in exercises:
            name, new = supposed.weighed(name) if weighed else (name, decision)
            called, exercise = supposed.named(name)
            topic = course.topic(called)
            if exercise not in topic.checks.exercises:
                raise NotDecided(unknown("exercise", exercise, topic.checks.exercises))
            own = decided.setdefault(topic.name, {})
            if weighed and not topic.checks.exercises[exercise].points:
                raise NotDecided(
                    f"{topic.name}.{exercise} is worth 0 points, so that what was earned of it is not known"
                )
            if new is None and exercise not in own:
                raise NotDecided(f"nothing was decided on {topic.name}.{exercise}")
            own.pop(exercise, None)
            if new is not None:
                own[exercise] = new
            topics[topic.name] = topic
        decisions.save(course.root, decided)
    for topic in topics.values():
        own = decided[topic.name]
        worth = sum(counted(one.points, own.get(name)) for name, one in topic.checks.exercises.items())
        listed = [f"{name} is {said(what)}" for name, what in sorted(own.items())]
        click.echo(f"{topic.name}: {', '.join(listed) or 'every exercise counts'}; {worth:g} points in all.")
    click.echo("Now run `grader publish`, and `nbgrader generate_feedback` for new pages.")
