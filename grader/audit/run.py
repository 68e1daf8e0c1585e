"""An audit of a course's topics, from the first look to the last."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from grader import files
from grader.audit import (
    alone,
    calls,
    cost,
    equivalents,
    luck,
    margins,
    mistakes,
    replay,
    rightness,
    steadiness,
    training,
)
from grader.audit.bench import Bench, both_keys
from grader.audit.findings import AuditFound, ExerciseFound, Fate, MutantFound, TopicFound
from grader.audit.killing import fates
from grader.audit.mutation import Mutant, mutants
from grader.audit.reorder import reordered
from grader.authoring.marks import marked
from grader.client.server import Server
from grader.course import Course, CourseError, Topic, unknown
from grader.exercise import Exercise
from grader.grading.secret import PUBLIC, case_seeds

Progress = Callable[[str], None]


def audit(
    targets: Mapping[Topic, Sequence[str]],
    workers: int = 2,
    sample: int | None = None,
    budget: float = float("inf"),
    progress: Progress = lambda text: None,
    secrets: int = luck.SOME,
) -> AuditFound:
    """Audit topics.

    Args:
        targets: by topic, the exercises meant; all of them if none is named.
        workers: how many children run answers at a time.
        sample: of each exercise, run this many mutants only, always the same.
        budget: seconds, after which no further mutant is run, and no further secret tried.
        progress: is told what comes next.
        secrets: under so many every mistake and every right form is graded.

    Raises:
        AuthorError: a topic cannot be run at all.
        ServerError: the grader's own processes failed.
    """
    deadline = time.monotonic() + budget
    with Server() as server:
        topics = [
            audit_topic(server, topic, names, workers, sample, deadline, progress, secrets)
            for topic, names in targets.items()
        ]
    return AuditFound(topics)


def audit_topic(
    server: Server,
    topic: Topic,
    names: Sequence[str],
    workers: int,
    sample: int | None,
    deadline: float,
    progress: Progress,
    secrets: int = luck.SOME,
) -> TopicFound:
    """Audit the exercises of one topic; see `audit`."""
    started = time.monotonic()
    exercises = topic.checks.exercises
    chosen = [exercise for name, exercise in exercises.items() if not names or name in names]
    progress(f"{topic.name}: answer keys")
    keys = both_keys(server, topic, names)
    progress(f"{topic.name}: mutants of the solution")
    written = {name for exercise in chosen for name in exercise.writes}
    changed = list(mutants(topic, written))
    others = list(reordered(topic, written))
    reasons, lucky = equivalents.recorded(topic), luck.recorded(topic)
    progress(f"{topic.name}: arrays known beforehand")
    replays = replay.replays(server, topic, names)
    topic_found = TopicFound(topic.id)
    if not names:
        topic_found.problems += replay.outdated(topic, replays)
        topic_found.problems += luck.outdated(topic)
        topic_found.problems += alone.of_content(topic)
        topic_found.problems += [
            f"{equivalents.FILE} names a mutant of `{of}` that does not exist: {name}"
            for of, name in equivalents.outdated(reasons, changed)
        ]
    taken: dict[str, str] = {}  # by what is written, the exercise under which its mutants are shown
    for exercise in chosen:
        for name in exercise.writes:
            taken.setdefault(name, exercise.name)

    def run(exercise: Exercise) -> ExerciseFound:
        before = time.monotonic()
        own = [(i, mutant) for i, mutant in enumerate(changed) if taken[mutant.of] == exercise.name]
        all_own = len(own)
        if sample is not None:
            own = fixed_sample(own, sample)
        with Bench(server, topic, keys, [*changed, *others]) as bench:
            exercise_found = alone.of_replays(exercise.name, replays[exercise.name])
            exercise_found.left_out = all_own - len(own)
            for name in exercise.writes:
                mine = [(i, mutant) for i, mutant in own if mutant.of == name]
                exercise_found.mutants += fates(bench, mine, reasons, deadline)
            exercise_found.problems += mutant_problems(exercise_found.mutants)
            orders = {mutant.of: len(changed) + i for i, mutant in enumerate(others)}
            look(bench, exercise, exercise_found, orders)
            alone.add_luck(bench, exercise, exercise_found, lucky, secrets, deadline)
        exercise_found.seconds = time.monotonic() - before
        counts = f"{len(exercise_found.mutants)} mutants, {len(exercise_found.problems)} problems"
        progress(f"{topic.name}.{exercise.name}: {counts}")
        return exercise_found

    with ThreadPoolExecutor(workers) as pool:
        topic_found.exercises += pool.map(run, chosen)
    if not names:
        needed = sum(one.cost.seconds for one in topic_found.exercises if one.cost)
        topic_found.problems += cost.topic_problems(topic.checks, needed)
    topic_found.seconds = time.monotonic() - started
    return topic_found


def look(bench: Bench, exercise: Exercise, found: ExerciseFound, orders: Mapping[str, int]) -> None:
    """Look at everything of an exercise but its mutants, and add to what was found."""
    keys = [bench.key(exercise, hidden) for hidden in (False, True)]
    found.problems += steadiness.unsteady_cases(exercise, case_seeds(PUBLIC, bench.topic.id, exercise.name))
    found.mistakes += mistakes.mistakes(exercise, keys[0])
    marks = {one.name: one.raises for one in marked(bench.topic, "mistakes")}
    found.problems += mistakes.undeclared(keys, marks)
    for hidden, key in enumerate(keys):
        found.problems += mistakes.problems_of(exercise, key, bool(hidden))
    found.forms += rightness.forms(bench, exercise, orders)
    if exercise.judge_function is None:
        found.forms += steadiness.forms(bench, exercise)
    found.problems += rightness.problems_of(found.forms, len(rightness.oracles_of(bench.topic, exercise)))
    found.margin = margins.margin(exercise, keys, found.forms, found.mutants)
    found.problems += margins.problems_of(found.margin) if found.margin else []
    found.training = training.training(bench, exercise)
    found.problems += training.problems_of(found.training) if found.training else []
    found.cost, slowest = cost.cost(bench, exercise)
    found.problems += cost.problems_of(exercise, slowest)
    alone.add_content(bench.topic, exercise, found)
    found.notes += cost.notes_of(found.cost)
    found.notes += rightness.notes_of(found.forms)
    found.notes += calls.notes(bench, exercise)
    killers = [mutant.by for mutant in found.mutants if mutant.by]
    idle = mistakes.idle_cases(keys[0], found.mistakes, killers)
    found.notes += [f"no mistake and no mutant needs the case “{case}”" for case in idle]


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


def resolve(course: Course, targets: Sequence[str]) -> dict[Topic, list[str]]:
    """Return the topics meant by `TOPIC` and `TOPIC.EXERCISE`, each with its exercises; all by default.

    Raises:
        CourseError: there is no such topic, or no such exercise of it.
    """
    if not course.topics:
        raise CourseError(f"{course.root / 'solutions'} holds no topic: make one with `grader new NAME`")
    chosen: dict[Topic, list[str]] = {}
    whole = set()
    for target in targets or [topic.id for topic in course.topics]:
        name, dot, exercise = target.partition(".")
        topic = course.topic(name)
        chosen.setdefault(topic, [])
        if dot:
            if exercise not in topic.checks.exercises:
                raise CourseError(unknown("exercise", exercise, topic.checks.exercises))
            chosen[topic].append(exercise)
        else:
            whole.add(topic)
    return {topic: [] if topic in whole else names for topic, names in chosen.items()}


def write_json(found: AuditFound, path: Path) -> None:
    """Write an audit as JSON; infinities become null."""
    files.write(path, msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
