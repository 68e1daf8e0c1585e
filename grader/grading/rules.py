"""What a topic's submissions are graded against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader import names, wire
from grader.course import Checks, Topic, checks_of, find_course, name_of, unknown
from grader.demonstrations import Demonstration
from grader.grading import key
from grader.grading.key import Key, KeyProblem
from grader.grading.secret import hidden_path


@dataclass(frozen=True)
class Rules:
    """What a topic's submissions are graded against: a key, and what is made of it once."""

    key: Key

    @cached_property
    def checks(self) -> Checks:
        """Return the drivers and judges that the key was recorded with."""
        return checks_of(self.key.checks, f"checks of {self.key.topic}")

    @cached_property
    def inputs(self) -> dict[str, list[wire.Packed]]:
        """Return the inputs of each exercise's cases, as they are sent to every submission."""
        return {
            name: [wire.packed(case.inputs) for case in one.cases] for name, one in self.key.exercises.items()
        }


def topics_of(keys: Path | None, folder: Path | None) -> list[str]:
    """Return the ids of all topics that there are rules for: see `rules_for`.

    Raises:
        CourseError: there is no course.
    """
    if keys is not None:
        return [path.stem for path in sorted(keys.glob("*.npz"))]
    return [topic.id for topic in find_course(explicit=folder).topics]


def rules_for(
    topics: tuple[str, ...], hidden: bool, keys: Path | None, folder: Path | None
) -> dict[str, Rules]:
    """Load the keys that submissions are graded against, by topic id.

    Raises:
        CourseError, KeyProblem: a topic is unknown, or its key missing or stale.
    """
    if keys is not None:
        loaded = [key.load(path) for path in sorted(keys.glob("*.npz"))]
        by_name = {name_of(one.topic): one for one in loaded}
        for name in topics:
            if name_of(name) not in by_name:
                raise KeyProblem(unknown("key for", name, by_name))
        wanted = [name_of(name) for name in topics] or list(by_name)
        return {by_name[name].topic: Rules(by_name[name]) for name in wanted}
    course = find_course(explicit=folder)
    rules = {}
    for topic in [course.topic(name) for name in topics] or course.topics:
        path = hidden_path(topic) if hidden else topic.assignment / names.KEY
        remedy = f"`grader key record {topic.name}`" if hidden else f"`grader build {topic.name}`"
        if not topics:
            remedy += ", or name what is to be graded with --topic"
        if not path.exists():
            kind = "hidden" if hidden else "public"
            raise KeyProblem(f"{topic.name} has no {kind} key: run {remedy}")
        found = key.load(path)
        if not key.is_fresh(found, topic, hidden):
            raise KeyProblem(f"the key of {topic.name} is older than its solution: run {remedy}")
        # An older grader recorded it, whose keys held none; without them the chapter's own cells cost time.
        if hidden and not found.demonstrations and _demonstrations(topic):
            raise KeyProblem(f"the key of {topic.name} does not hold its demonstrations: run {remedy}")
        rules[topic.id] = Rules(found)
    return rules


def _demonstrations(topic: Topic) -> tuple[Demonstration, ...]:
    """Return what the public key holds; none if it cannot be read, which hinders nobody here."""
    try:
        return key.load(topic.assignment / names.KEY).demonstrations
    except KeyProblem:
        return ()
