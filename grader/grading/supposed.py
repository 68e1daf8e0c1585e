"""What exercises would count for one run alone: `--without` and `--points`, read as decisions are."""

from __future__ import annotations

from collections.abc import Iterable

from grader.course import name_of, unknown
from grader.grading.decisions import Decided, Decision, Decisions, NotDecided, points_of
from grader.verdict import Graded


def named(name: str) -> tuple[str, str]:
    """Return the topic and the exercise that `TOPIC.EXERCISE` names; without a dot it may be either."""
    topic, _, exercise = name.partition(".")
    return topic, exercise or name


def weighed(name: str) -> tuple[str, float]:
    """Return the exercise and the points of `TOPIC.EXERCISE=POINTS`.

    Raises:
        NotDecided: it is something else.
    """
    exercise, _, points = name.partition("=")
    try:
        return exercise, points_of(float(points))
    except ValueError:
        raise NotDecided(
            f"{name} says no number of points above 0: expected TOPIC.EXERCISE=POINTS, as in "
            "`optimisers.adam_step=5`"
        ) from None


def supposed(without: Iterable[str], points: Iterable[str], graded: Iterable[Graded]) -> Decisions:
    """Return what `--without` and `--points` say of topics (names or ids) and exercises that were graded.

    Raises:
        NotDecided: one says something else, or names what was not graded.
    """
    known: dict[str, set[str]] = {}
    for one in graded:
        known.setdefault(name_of(one.topic), set()).update(verdict.name for verdict in one.exercises)
    said: list[tuple[str, Decided]] = [(name, Decision.WITHDRAWN) for name in without]
    said += map(weighed, points)
    found: dict[str, dict[str, Decided]] = {}
    for name, decided in said:
        topic, exercise = named(name)
        topic = name_of(topic)
        if topic not in known:
            raise NotDecided(unknown("topic", topic, known))
        if exercise not in known[topic]:
            raise NotDecided(unknown("exercise", exercise, known[topic]))
        if exercise in found.setdefault(topic, {}):
            raise NotDecided(f"{topic}.{exercise} is named twice: say one thing of it")
        found[topic][exercise] = decided
    return found


def together(first: Decisions, second: Decisions) -> Decisions:
    """Return all that was decided; of what both decide on, the second counts."""
    return {topic: {**first.get(topic, {}), **second.get(topic, {})} for topic in {**first, **second}}
