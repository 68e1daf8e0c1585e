"""The demonstration's own simulation and grading, on every topic of the course.

A few students of a third of the topics are graded in every run of the suite,
each day of another third, and whole classes of all in the long run, `make long`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from courses import OURS

from grader.authoring.recording import record_topic
from grader.authoring.simulate import Behaviours, simulate
from grader.authoring.truth import Worked, check_truth, work_out, write_truth
from grader.authoring.ways import SPOILED, Ways
from grader.client.server import Server
from grader.course import Topic
from grader.grading.collect import collect
from grader.grading.grader import Grader
from grader.grading.key import Key, load
from grader.grading.rules import Rules
from grader.report.data import results
from grader.sandbox import trial

SEEDS = range(1, 6)
FEW, CLASS = 2, 20  # so many of a class are graded, who between them do most of what can be done
DAYS = 3  # after which each topic had its turn
TOPICS = OURS.topics
TODAYS = TOPICS[date.today().toordinal() % DAYS :: DAYS]

each_topic = pytest.mark.parametrize("topic", TOPICS, ids=[topic.id for topic in TOPICS])


@pytest.fixture(scope="module")
def demonstrator() -> Iterator[Grader]:
    """A grader as `make demo` has it: at the best level that this machine gives."""
    with Grader({}, 2, trial.best()) as warm:
        yield warm


def differences(
    grader: Grader, topic: Topic, key: Key, worked: Worked, folder: Path, seed: int, done: Behaviours
) -> list[str]:
    """Grade a simulated class, and say where it gets other grades than it deserves."""
    write_truth(folder / "truth.json", seed, done, {topic.id: worked})
    grader.rules = {topic.id: Rules(key)}
    works = collect([folder], grader.rules, grader.open_archive).works
    graded = [one for one, _ in grader.grade_all(works)]
    assert len(graded) == len(done)
    return check_truth(folder / "truth.json", results(graded, {}))


def telling(done: Behaviours, topic: Topic, seen: set[tuple[str, str]]) -> list[str]:
    """Choose the few of a class who add most to what was seen, and add it; none of them hangs.

    What is no listed mistake comes first: the others are looked at one by one elsewhere.
    """
    shown = {student: set(topics[topic.id].items()) for student, topics in done.items()}
    shown = {student: ways for student, ways in shown.items() if "hangs" not in dict(ways).values()}
    chosen: list[str] = []
    for _ in range(FEW):
        fresh = {student: ways - seen for student, ways in shown.items() if student not in chosen}
        failed = {student: [way for _, way in ways if ":" not in way] for student, ways in fresh.items()}
        best = max(fresh, key=lambda student: (len(failed[student]), len(fresh[student]), student))
        chosen.append(best)
        seen |= shown[best]
    return chosen


@pytest.mark.parametrize("topic", TODAYS, ids=[topic.id for topic in TODAYS])
def test_a_few_students_get_the_grades_they_deserve(
    topic: Topic, recorder: Server, demonstrator: Grader, tmp_path: Path
) -> None:
    key = load(topic.assignment / "key.npz")
    worked = work_out(recorder, topic, key)
    seen: set[tuple[str, str]] = set()
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        done = simulate([topic], folder, CLASS, seed)
        chosen = telling(done, topic, seen)
        for student in done.keys() - chosen:
            shutil.rmtree(folder / student)
        few = {student: done[student] for student in chosen}
        assert differences(demonstrator, topic, key, worked, folder, seed, few) == []

    ways, exercises = Ways(topic), topic.checks.exercises.values()
    can_be_spoiled = any("nan" in ways.failing(exercise) for exercise in exercises)
    kinds = {"right", "oracle", "mistake", "stub", "raises", *(SPOILED if can_be_spoiled else ())}
    assert {way.partition(":")[0] for _, way in seen} == kinds


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
@each_topic
def test_a_whole_class_gets_the_grades_it_deserves(
    topic: Topic, seed: int, recorder: Server, demonstrator: Grader, tmp_path: Path, students: int
) -> None:
    # A course's secret is its own, so that each seed has another one here.
    key = record_topic(recorder, topic, f"secret {seed}".encode())
    done = simulate([topic], tmp_path / "class", students, seed)
    worked = work_out(recorder, topic, key)
    assert differences(demonstrator, topic, key, worked, tmp_path / "class", seed, done) == []
