"""The best of several attempts is kept, whatever order they are graded in."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from courses import CHECKS, TOPIC
from msgspec.structs import replace

from grader.errors import StoreGone
from grader.grading.attempts import Best
from grader.grading.executor import Task
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.lateness import Deadlines
from grader.grading.policy import Policy, Terms
from grader.grading.rules import Rules
from grader.grading.store import Store
from grader.grading.work import Work, open_file
from grader.verdict import Graded, HandedIn, Penalty, Source, Status, Verdict


@dataclass
class Shelf:
    """A store of one place for each student and topic."""

    kept: dict[tuple[str, str], tuple[Graded, str]] = field(default_factory=dict)

    def find(self, fingerprint: str) -> Graded | None:
        return None

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        self.kept[graded.student, graded.topic] = graded, fingerprint

    def put_best(
        self,
        graded: Graded,
        fingerprint: str,
        environment: Mapping[str, str],
        outdone: list[tuple[Graded, str]],
    ) -> None:
        self.put(graded, fingerprint, environment)
        assert fingerprint not in {mark for _, mark in outdone}


def attempt(day: int, score: float, status: Status = Status.WRONG, unread: str = "") -> Graded:
    verdict = Verdict("mean", status, score, 100.0, None, "", ())
    handed_in = HandedIn(datetime(2027, 3, day, tzinfo=UTC), Source.EXPORT)
    return Graded(
        "ada", "01_averages", f"{day}.py", score, 100.0, 1.0, (verdict,), unread=unread, handed_in=handed_in
    )


def best_of(*attempts: Graded, deadlines: Deadlines | None = None) -> str:
    """Return the file that is kept, which has to be the same in every order."""
    works = [Work(one.student, one.topic, one.file, lambda: -1) for one in attempts]
    files = set()
    for order in itertools.permutations(attempts):
        shelf = Shelf()
        best = Best(shelf, works, (deadlines or Deadlines()).amended)
        for place, one in enumerate(order):
            assert shelf.kept == {}, place
            best.put(one, one.file, {})
        ((graded, mark),) = shelf.kept.values()
        assert graded.file == mark and best.kept == {("ada", "01_averages"): graded}
        assert graded.lateness is None
        files.add(graded.file)
        if len(attempts) > 1:
            (note,) = graded.notes
            assert note.startswith(f"of {len(attempts)} attempts the best, of 2027-03-")
    (file,) = files
    return file


@pytest.mark.parametrize(
    ("attempts", "kept"),
    [
        ([attempt(1, 50)], "1.py"),
        ([attempt(1, 50), attempt(2, 80), attempt(3, 70)], "2.py"),
        ([attempt(1, 80), attempt(2, 80), attempt(3, 0)], "2.py"),  # of those alike the last
        ([attempt(1, 0), attempt(2, 0, unread="it is a link")], "1.py"),
        ([attempt(1, 90), attempt(2, 0, Status.GRADER_ERROR)], "2.py"),  # it is to be graded again
    ],
)
def test_the_one_with_the_most_points_is_kept(attempts: list[Graded], kept: str) -> None:
    assert best_of(*attempts) == kept


def test_points_are_compared_after_what_lateness_costs() -> None:
    terms = Terms(datetime(2027, 3, 1, tzinfo=UTC), penalty=Penalty.PER_DAY, percent=10)
    deadlines = Deadlines(Policy(topics={"01_averages": terms}))
    assert best_of(attempt(1, 80), attempt(2, 85), deadlines=deadlines) == "1.py"
    assert best_of(attempt(1, 80), attempt(2, 95), deadlines=deadlines) == "2.py"


class Elsewhere:
    """An executor that knows neither whose a submission is nor when it was handed in."""

    environment: Mapping[str, str] = {}
    full = False

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    @property
    def busy(self) -> bool:
        return bool(self.tasks)

    def submit(self, task: Task, descriptor: int) -> None:
        os.close(descriptor)
        self.tasks.append(task)

    def finished(self, seconds: float) -> Iterator[tuple[Task, Graded]]:
        while self.tasks:
            task = self.tasks.pop()
            yield task, replace(attempt(1, 50), file=task.work.file, handed_in=None)

    def give_up(self) -> None:
        pass


def test_a_submission_keeps_its_time_wherever_it_is_graded(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("")
    times = [HandedIn(datetime(2027, 3, day, tzinfo=UTC), Source.EXPORT) for day in (1, 2)]
    path = tmp_path / "a.py"
    works = [Work("ada", TOPIC, f"{at.at:%d}", lambda: open_file(path), handed_in=at) for at in times]
    grader = Grader({TOPIC: Rules(Key(TOPIC, False, "", CHECKS, {}))}, executor=Elsewhere())
    found = {one.file: one.handed_in for one, _ in grader.grade_all(works)}
    assert found == {"01": times[0], "02": times[1]}


def test_another_student_s_is_kept_meanwhile() -> None:
    shelf = Shelf()
    ours = [attempt(1, 10), attempt(2, 20)]
    other = replace(attempt(1, 5), student="bob")
    works = [Work(one.student, one.topic, one.file, lambda: -1) for one in (*ours, other)]
    best = Best(shelf, works, lambda graded: graded)
    for one in (ours[0], other):
        best.put(one, "", {})
    assert [student for student, _ in shelf.kept] == ["bob"]


def test_the_others_are_found_again_and_count_nowhere(url: str) -> None:
    attempts = [attempt(1, 50), attempt(2, 80), attempt(3, 70, Status.GRADER_ERROR), attempt(4, 60)]
    place = "ada", "01_averages"
    with Store(url) as store:
        store.put(attempt(1, 50), "1", {})
        store.put_best(attempts[1], "2", {}, [(attempts[0], "1"), (attempts[2], "3"), (attempts[3], "4")])
        assert [one.graded for one in store.kept("01_averages")] == [attempts[1]]
        assert [tuple(one) for one in store.listed()] == [(*place, "2.py")]
    with Store(url) as store:  # as the next run opens it
        found = store.claim(["1", "2", "3", "4", "5"])
        assert found == {"1": attempts[0], "2": attempts[1], "3": None, "4": attempts[3], "5": None}
        store.put_best(attempts[1], "2", {}, [(attempts[0], "1")])
        assert store.find("4") is None  # what the last run did not see is not kept for ever
        store.forget(store.listed())
        assert store.find("1") is None and store.find("2") is None


def test_a_database_that_was_gone_gets_each_attempt_once() -> None:
    class Gone(Shelf):
        asked = 0

        def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
            self.asked += 1
            if self.asked == 1:
                raise StoreGone("the database", "it is away")
            super().put(graded, fingerprint, environment)

    ours = [attempt(1, 10), attempt(2, 20)]
    best = Best(Gone(), [Work(one.student, one.topic, one.file, lambda: -1) for one in ours], lambda one: one)
    best.put(ours[0], "1", {})
    with pytest.raises(StoreGone):
        best.put(ours[1], "2", {})
    best.put(ours[1], "2", {})
    (kept,) = best.kept.values()
    assert kept.notes == ("of 2 attempts the best, of 2027-03-02 00:00 UTC, counts",)
