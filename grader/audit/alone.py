"""One part of an audit, looked at alone, as while a topic is being written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from grader.audit import clauses, content, luck, notebook, replay, teaching
from grader.audit.bench import Bench
from grader.audit.findings import AuditFound, ExerciseFound, ReplayFound, TopicFound
from grader.client.server import Server
from grader.course import Topic
from grader.exercise import Exercise


@dataclass(frozen=True)
class Limits:
    """How many answers are run at a time, under how many secrets, and until when."""

    workers: int = 2
    secrets: int = luck.ALL
    deadline: float = float("inf")


def replays(server: Server, topic: Topic, names: Sequence[str], limits: Limits) -> TopicFound:
    """Look at what is won by arrays known beforehand."""
    found = replay.replays(server, topic, names)
    exercises = [of_replays(name, replays) for name, replays in found.items()]
    return TopicFound(topic.id, exercises, [] if names else replay.outdated(topic, found))


def secrets(server: Server, topic: Topic, names: Sequence[str], limits: Limits) -> TopicFound:
    """Look at which grades depend on the secret."""
    why = luck.recorded(topic)

    def run(exercise: Exercise) -> ExerciseFound:
        found = ExerciseFound(exercise.name)
        with Bench(server, topic, {}) as bench:
            add_luck(bench, exercise, found, why, limits.secrets, limits.deadline)
        return found

    chosen = [one for name, one in topic.checks.exercises.items() if not names or name in names]
    with ThreadPoolExecutor(limits.workers) as pool:
        return TopicFound(topic.id, list(pool.map(run, chosen)), [] if names else luck.outdated(topic))


def contents(server: Server, topic: Topic, names: Sequence[str], limits: Limits) -> TopicFound:
    """Look at what students are given, and whether it keeps to the rules of teaching; nothing is run."""
    exercises = []
    for name, exercise in topic.checks.exercises.items():
        if not names or name in names:
            exercises.append(ExerciseFound(name))
            add_content(topic, exercise, exercises[-1])
    return TopicFound(topic.id, exercises, [] if names else of_content(topic))


def notebooks(server: Server, topic: Topic, names: Sequence[str], limits: Limits) -> TopicFound:
    """Run the notebook from top to bottom, whichever exercises are meant."""
    found = notebook.run(topic)
    return TopicFound(topic.id, [], notebook.problems_of(found), notebook=found)


PARTS: dict[str, Callable[[Server, Topic, Sequence[str], Limits], TopicFound]] = {
    "replay": replays,
    "secrets": secrets,
    "content": contents,
    "notebook": notebooks,
}


def look(
    only: str,
    targets: Mapping[Topic, Sequence[str]],
    limits: Limits | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> AuditFound:
    """Look at one part of each topic.

    Args:
        only: which, one of `PARTS`.
        targets: by topic, the exercises meant; all of them if none is named.
        limits: of what is run.
        progress: is told what comes next.

    Raises:
        AuthorError: a topic cannot be run at all.
        ServerError: the grader's own processes failed.
    """
    topics = []
    with Server() as server:
        for topic, names in targets.items():
            started = time.monotonic()
            progress(f"{topic.name}: {only}")
            found = PARTS[only](server, topic, names, limits or Limits())
            found.seconds, found.only = time.monotonic() - started, only
            topics.append(found)
    return AuditFound(topics)


def of_replays(name: str, replays: list[ReplayFound]) -> ExerciseFound:
    """Begin what is found of an exercise with what is won by arrays known beforehand."""
    return ExerciseFound(name, replays=replays, problems=replay.problems_of(replays))


def add_luck(
    bench: Bench,
    exercise: Exercise,
    found: ExerciseFound,
    why: Mapping[tuple[str, str], str],
    secrets: int,
    deadline: float,
) -> None:
    """Add to what is found of an exercise which grades depend on the secret; see `luck.luck`."""
    found.luck = luck.luck(bench, exercise, why, secrets, deadline)
    found.problems += luck.problems_of(found.luck, exercise.points)


def add_content(topic: Topic, exercise: Exercise, found: ExerciseFound) -> None:
    """Add to what is found of an exercise what its hint and docstrings lack, and what they promise."""
    found.problems += content.exercise_problems(topic, exercise)
    found.clauses = clauses.clauses(topic, exercise)
    found.problems += clauses.problems_of(topic, exercise, found.clauses)


def of_content(topic: Topic) -> list[str]:
    """Say what is wrong with a topic's files and its chapter."""
    return [
        *content.points_problems(topic),
        *content.topic_problems(topic),
        *teaching.problems(topic),
        *clauses.outdated(topic),
    ]
