"""What ends, hangs or is full costs no submission: each is graded once, or named.

The workers are processes of dask; what they do with a submission is a stub (`stubs`).
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
import stubs
from courses import CHECKS, TOPIC
from farms import Farm, farm

from grader.farm import cluster as cluster_module
from grader.farm import worker, workforce
from grader.farm.cluster import Cluster
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.work import Work, open_file
from grader.sandbox.levels import Level
from grader.verdict import Graded, Status

RULES = {TOPIC: Rules(Key(TOPIC, False, "", CHECKS, {}))}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    """A farm of two workers; a test that ends one starts another."""
    with farm(tmp_path_factory.mktemp("farm"), 2) as made:
        yield made


@pytest.fixture(autouse=True)
def stubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "hire", stubs.hire)
    monkeypatch.setattr(workforce, "LOOK", 0.5)
    monkeypatch.setattr(cluster_module, "LOOK", 0.5)


def works(folder: Path, texts: Mapping[str, str]) -> list[Work]:
    for student, text in texts.items():
        (folder / student).write_text(text)
    return [
        Work(student, TOPIC, str(folder / student), partial(open_file, folder / student), ("a note",))
        for student in texts
    ]


def graded_on(
    at: Farm, folder: Path, texts: Mapping[str, str], meanwhile: Callable[[], object] = lambda: None
) -> dict[str, Graded]:
    """Grade texts, of which the first is graded before something happens; each exactly once."""
    found: list[Graded] = []
    with Cluster(at.place, RULES, Level.NONE, say=lambda _: None) as cluster:
        for graded, _ in Grader(RULES, executor=cluster).grade_all(works(folder, texts)):
            found.append(graded)
            if len(found) == 1:
                meanwhile()
    assert Counter(one.student for one in found) == Counter(texts.keys())
    assert all(Path(one.file).name == one.student and one.notes == ("a note",) for one in found)
    return {one.student: one for one in found}


def scores(found: Mapping[str, Graded]) -> dict[str, float]:
    return {student: graded.score for student, graded in found.items()}


def class_of(count: int, text: str) -> dict[str, str]:
    return {f"s{number}": text for number in range(count)}


def end(process: object, how: signal.Signals = signal.SIGKILL) -> None:
    os.kill(process.pid, how)  # type: ignore[attr-defined]


def test_a_worker_that_is_killed_costs_nobody_anything(two: Farm, tmp_path: Path) -> None:
    texts = class_of(12, "wait 0.2")
    found = graded_on(two, tmp_path, texts, lambda: end(two.workers[-1]))
    assert scores(found) == dict.fromkeys(texts, 30.0)
    two.start_worker()


def test_a_worker_that_comes_later_is_hired(two: Farm, tmp_path: Path) -> None:
    """The workers that began are killed; who comes goes on."""

    def replace() -> None:
        for process in two.workers:
            end(process)
        two.start_worker()
        two.start_worker()

    texts = class_of(6, "wait 0.2")
    assert scores(graded_on(two, tmp_path, texts, replace)) == dict.fromkeys(texts, 30.0)


def test_a_worker_that_is_stopped_is_not_waited_for(two: Farm, tmp_path: Path) -> None:
    texts = class_of(8, "wait 0.2")
    stopped = two.workers[-1]
    found = graded_on(two, tmp_path, texts, lambda: end(stopped, signal.SIGSTOP))
    assert scores(found) == dict.fromkeys(texts, 30.0)
    end(stopped)
    two.start_worker()


def test_what_ends_every_worker_is_named_and_the_others_are_graded(two: Farm, tmp_path: Path) -> None:
    for _ in range(2):  # it ends two, and then one more on which it is alone
        two.start_worker()
    texts = {"mal": "exit", **class_of(5, "30")}
    found = graded_on(two, tmp_path, texts)
    assert scores(found) == {**dict.fromkeys(texts, 30.0), "mal": 0.0}
    assert found["mal"].failed and "worker that had it ended" in found["mal"].exercises[0].message
    two.start_worker()


def test_a_fault_of_the_graders_own_costs_the_one_on_which_it_happens(two: Farm, tmp_path: Path) -> None:
    texts = {"odd": "fail", **class_of(3, "30")}
    found = graded_on(two, tmp_path, texts)
    assert scores(found) == {**dict.fromkeys(texts, 30.0), "odd": 0.0}
    assert {one.status for one in found["odd"].exercises} == {Status.GRADER_ERROR}
    assert "a fault of the grader's own" in found["odd"].exercises[0].message


def test_a_worker_whose_disk_is_full_is_used_no_more(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    texts = {"ada": f"full {tmp_path / 'once'}", **class_of(3, "30")}
    with Cluster(two.place, RULES, Level.NONE, say=said.append) as cluster:
        found = {
            one.student: one.score
            for one, _ in Grader(RULES, executor=cluster).grade_all(works(tmp_path, texts))
        }
    assert found == dict.fromkeys(texts, 30.0)
    assert [line for line in said if "is not used" in line and "No space left" in line]
