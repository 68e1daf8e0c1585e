"""`grader withdraw` and `grader credit`: exercises that turn out to be wrong after students handed in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import chosen_topics, course_option, plain_errors

if TYPE_CHECKING:
    from grader.grading.decisions import Decision

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
    it does not count, and `grade` and `publish` follow it.
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
    is; decisions.toml says what counts, and `grade` and `publish` follow it.
    """
    from grader.grading.decisions import Decision

    decide(exercises, None if back else Decision.CREDITED, folder)


def decide(named: Sequence[str], decision: Decision | None, folder: Path | None) -> None:
    """Write a decision on exercises, or take it back with None: on all of them, or on none."""
    from grader.course import unknown
    from grader.grading import decisions
    from grader.grading.decisions import Decision, NotDecided

    with plain_errors():
        course, _ = chosen_topics(folder, ())
        decided = {topic: dict(own) for topic, own in decisions.load(course.root).items()}
        topics = {}
        for name in named:
            topic = course.topic(name.partition(".")[0])
            exercise = name.partition(".")[2]
            if exercise not in topic.checks.exercises:
                raise NotDecided(unknown("exercise", exercise or name, topic.checks.exercises))
            own = decided.setdefault(topic.name, {})
            if decision is None and exercise not in own:
                raise NotDecided(f"nothing was decided on {topic.name}.{exercise}")
            own.pop(exercise, None)
            if decision is not None:
                own[exercise] = decision
            topics[topic.name] = topic
        decisions.save(course.root, decided)
    for topic in topics.values():
        out = [name for name, said in decided[topic.name].items() if said is Decision.WITHDRAWN]
        worth = topic.checks.points - sum(topic.checks.exercises[name].points for name in out)
        listed = [f"{name} is {said}" for name, said in sorted(decided[topic.name].items())]
        click.echo(f"{topic.name}: {', '.join(listed) or 'every exercise counts'}; {worth:g} points in all.")
    click.echo("Now run `grader publish`, and `nbgrader generate_feedback` for new pages.")
