"""An audit of a course's topics, from the first look to the last."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from grader.audit import equivalents
from grader.audit.bench import Bench, record_both
from grader.audit.findings import AuditFound, ExerciseFound, Fate, MutantFound, TopicFound
from grader.audit.killing import fates
from grader.audit.mutation import Mutant, mutants
from grader.client import Server
from grader.course import Course, CourseError, Topic, unknown

Progress = Callable[[str], None]


def audit(
    targets: Mapping[Topic, Sequence[str]],
    workers: int = 2,
    sample: int | None = None,
    budget: float = float("inf"),
    progress: Progress = lambda text: None,
) -> AuditFound:
    """Audit topics.

    Args:
        targets: by topic, the exercises meant; all of them if none is named.
        workers: how many children run answers at a time.
        sample: of each exercise, run this many mutants only, always the same.
        budget: seconds, after which no further mutant is run.
        progress: is told what comes next.

    Raises:
        AuthorError: a topic cannot be run at all.
        CourseError: an exercise is unknown.
        ServerError: the grader's own processes failed.
    """
    deadline = time.monotonic() + budget
    with Server() as server:
        found = [
            audit_topic(server, topic, names, workers, sample, deadline, progress)
            for topic, names in targets.items()
        ]
    return AuditFound(found)


def audit_topic(
    server: Server,
    topic: Topic,
    names: Sequence[str],
    workers: int,
    sample: int | None,
    deadline: float,
    progress: Progress,
) -> TopicFound:
    """Audit the exercises of one topic; see `audit`."""
    started = time.monotonic()
    exercises = topic.checks.exercises
    for name in names:
        if name not in exercises:
            raise CourseError(unknown("exercise", f"{topic.name}.{name}", exercises))
    chosen = [one for name, one in exercises.items() if not names or name in names]
    progress(f"{topic.name}: keys")
    keys = record_both(server, topic, names)
    progress(f"{topic.name}: mutants")
    written = list(dict.fromkeys(name for exercise in chosen for name in exercise.writes))
    everything = list(mutants(topic, written))
    reasons = equivalents.recorded(topic)
    found = TopicFound(topic.id)
    if not names:
        found.problems += [
            f"{equivalents.FILE} holds a mutant of {of} that there is not: {name}"
            for of, name in equivalents.unknown(reasons, everything)
        ]

    def run(of: str) -> tuple[list[MutantFound], float]:
        before = time.monotonic()
        own = [(number, mutant) for number, mutant in enumerate(everything) if mutant.of == of]
        if sample is not None:
            own = fixed_sample(own, sample)
        with Bench(server, topic, keys, everything) as bench:
            done = list(fates(bench, own, reasons, deadline))
        progress(f"{topic.name}: {of}, {len(done)} mutants")
        return done, time.monotonic() - before

    with ThreadPoolExecutor(workers) as pool:
        runs = dict(zip(written, pool.map(run, written), strict=True))
    for exercise in chosen:
        one = ExerciseFound(exercise.name)
        for name in exercise.writes:
            done, seconds = runs.pop(name, ([], 0.0))
            one.mutants += done
            one.seconds += seconds
        one.problems += mutant_problems(one.mutants)
        found.exercises.append(one)
    found.seconds = time.monotonic() - started
    return found


def fixed_sample(own: Sequence[tuple[int, Mutant]], size: int) -> list[tuple[int, Mutant]]:
    """Return `size` mutants, spread by the digest of their names: the same on every run."""

    def rank(numbered: tuple[int, Mutant]) -> bytes:
        return hashlib.sha256(f"{numbered[1].of}\0{numbered[1].name}".encode()).digest()

    return sorted(sorted(own, key=rank)[:size], key=lambda numbered: numbered[0])


def mutant_problems(found: Sequence[MutantFound]) -> list[str]:
    """Say what is to be done about mutants."""
    survived = sum(mutant.fate is Fate.SURVIVED for mutant in found)
    left = sum(mutant.fate is Fate.NOT_RUN for mutant in found)
    problems = []
    if survived:
        problems.append(
            f"{survived} of {len(found)} mutants survive: add a case that rejects them, or record in "
            f"{equivalents.FILE} why none can"
        )
    if left:
        problems.append(f"{left} of {len(found)} mutants were not run: time was up")
    problems += [
        f"recorded as equivalent, but killed by “{mutant.by}”: {mutant.name}"
        for mutant in found
        if mutant.fate is Fate.KILLED and mutant.reason
    ]
    return problems


def choose(course: Course, targets: Sequence[str]) -> dict[Topic, list[str]]:
    """Return the topics meant by `TOPIC` and `TOPIC.EXERCISE`, each with its exercises; all by default.

    Raises:
        CourseError: there is no such topic.
    """
    chosen: dict[Topic, list[str]] = {}
    whole = set()
    for target in targets or [topic.id for topic in course.topics]:
        name, _, exercise = target.partition(".")
        topic = course.topic(name)
        chosen.setdefault(topic, [])
        if exercise:
            chosen[topic].append(exercise)
        else:
            whole.add(topic)
    return {topic: [] if topic in whole else names for topic, names in chosen.items()}


def write_json(found: AuditFound, path: Path) -> None:
    """Write an audit as JSON; infinities become null."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
