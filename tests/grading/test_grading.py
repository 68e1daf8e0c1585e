"""Submissions become verdicts: the same ones on every run, whatever the neighbours do."""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from conftest import GradeText
from courses import SOLUTION, TOPIC

from grader import __version__
from grader.client.server import Server
from grader.demonstrations import known_by
from grader.errors import ServerError, StoreError
from grader.grading import grader as grader_module
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.run import Running, fingerprint
from grader.grading.work import NotGradable, Work, digest_of, open_file
from grader.saved import LARGEST
from grader.verdict import Graded, Status

WRONG = SOLUTION.replace("/ len(rows)", "")
CRASHING = SOLUTION.replace("return np.sum(rows", "import os; os._exit(1); return np.sum(rows")
RANDOM = SOLUTION.replace("return np.sum(rows", "return np.random.rand() + np.sum(rows")


class Known:
    """A store in memory."""

    def __init__(self, graded: dict[str, Graded]) -> None:
        self.graded = graded
        self.asked: list[str] = []
        self.kept: list[tuple[Graded, str, Mapping[str, str]]] = []
        self.released = False

    def claim(self, fingerprints: Iterable[str]) -> dict[str, Graded | None]:
        wanted = list(fingerprints)
        self.asked += wanted
        return {fingerprint: self.graded.get(fingerprint) for fingerprint in wanted}

    def others(self) -> dict[str, str]:
        return {}

    def release(self) -> None:
        self.released = True

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        self.kept.append((graded, fingerprint, environment))


def write_class(folder: Path, texts: dict[str, str]) -> list[Work]:
    works = []
    for student, text in texts.items():
        path = folder / f"{student}.py"
        path.write_text(text)
        works.append(Work(student, TOPIC, path.name, lambda path=path: open_file(path)))  # type: ignore[misc]
    return works


def timeless(graded: Graded) -> Graded:
    """The same without the times it took."""
    replace = msgspec.structs.replace
    exercises = tuple(
        replace(one, cases=tuple(replace(case, seconds=0.0) for case in one.cases))
        for one in graded.exercises
    )
    return replace(graded, seconds=0.0, exercises=exercises)


@pytest.fixture
def two_workers(grader: Grader, monkeypatch: pytest.MonkeyPatch) -> Grader:
    monkeypatch.setattr(grader, "workers", 2)
    return grader


def test_the_reference_scores_full(grade_text: GradeText) -> None:
    found = grade_text(SOLUTION)
    assert (found.score, found.max_score, found.failed) == (100, 100, False)
    assert [one.message for one in found.exercises] == ["", "", ""]
    assert [case.status for one in found.exercises for case in one.cases] == [Status.PASSED] * 8


def test_a_mistake_is_named_and_costs_its_exercise(grade_text: GradeText, hidden_key: Key) -> None:
    for rules in (None, Rules(hidden_key)):
        found = grade_text(WRONG, rules)
        assert [one.mistake for one in found.exercises] == ["total", None, None]
        # On a single row the sum is the mean.
        assert [one.score for one in found.exercises] == [10, 40, 30]
        assert "your answers are what one gets when\nthe sum is not divided" in found.exercises[0].message


def test_verdicts_are_the_same_on_every_run_and_on_any_number_of_workers(
    grader: Grader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"ada": SOLUTION, "bob": WRONG, "cyd": CRASHING, "dan": RANDOM, "eve": "", "flo": "x = ["}
    works = write_class(tmp_path, texts)
    runs = []
    for workers, order in [(1, works), (2, works), (4, works[::-1]), (1, works)]:
        monkeypatch.setattr(grader, "workers", workers)
        found = [timeless(graded) for graded, _ in grader.grade_all(order)]
        runs.append(sorted(found, key=lambda graded: graded.student))
    assert [graded.student for graded in runs[0]] == list(texts)
    assert [graded.score for graded in runs[0]] == [100, 80, 70, 70, 0, 0]
    assert msgspec.json.encode(runs[0]) == msgspec.json.encode(runs[1])
    assert msgspec.json.encode(runs[0]) == msgspec.json.encode(runs[2])
    assert msgspec.json.encode(runs[0]) == msgspec.json.encode(runs[3])


def test_a_subset_of_the_exercises_can_be_asked_for(grade_text: GradeText) -> None:
    found = grade_text(SOLUTION, only=["running_mean"])
    assert [one.name for one in found.exercises] == ["running_mean"]
    assert found.max_score == 30


def test_rules_that_one_text_is_graded_by_hold_for_no_other(
    grader: Grader, grade_text: GradeText, public_key: Key, hidden_key: Key
) -> None:
    """All tests share the warm grader, in any order."""
    assert grade_text(SOLUTION, Rules(hidden_key), only=["mean"]).max_score == 30
    assert grade_text(SOLUTION).max_score == 100
    assert {topic: rules.key for topic, rules in grader.rules.items()} == {TOPIC: public_key}


def test_exercises_are_run_in_the_order_asked_for(grader: Grader, public_key: Key, tmp_path: Path) -> None:
    order = ["running_mean", "mean"]
    path = tmp_path / "averages.py"
    path.write_text(SOLUTION)
    with open(path, "rb") as file:
        assert [name for name, _ in Running(grader.server, Rules(public_key), file.fileno(), order)] == order
    work, refused = Work("ada", TOPIC, "averages.py", lambda: open_file(path)), failing(NotGradable("large"))
    for graded, _ in grader.grade_all([work, refused], only=order):
        assert [one.name for one in graded.exercises] == order


def test_what_was_graded_before_is_not_run_again(two_workers: Grader, tmp_path: Path) -> None:
    works = write_class(tmp_path, {"ada": SOLUTION, "bob": WRONG})
    before = {mark: graded for graded, mark in two_workers.grade_all(works)}
    assert len(before) == 2
    copied = [Work("zoe", TOPIC, "copy.py", works[0].open, ("a copy",))]
    known = Known(before)
    # A server that is gone shows that nothing is run.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_workers, "grade", None)
        again = [graded for graded, _ in two_workers.grade_all([*copied, *works], known)]
    assert sorted(known.asked) == sorted([*before, known.asked[0]])
    assert [graded.score for graded in again] == [100, 100, 80]
    assert (again[0].student, again[0].file, again[0].notes) == ("zoe", "copy.py", ("a copy",))


def test_what_is_yielded_is_kept_with_what_it_was_graded_by(
    grader: Grader, public_key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = write_class(tmp_path, {"ada": SOLUTION})
    works.append(failing(ServerError("the server has died")))
    for keep_failures, students in ((True, ["ada", "bob"]), (False, ["ada"])):
        known, seen = Known({}), []
        for graded, mark in grader.grade_all(works, known, keep_failures=keep_failures):
            seen.append(graded)
            if graded.student in students:
                assert known.kept[-1][:2] == (graded, mark)
        assert sorted(one.student for one in seen) == ["ada", "bob"]
        assert sorted(graded.student for graded, _, _ in known.kept) == students
    digests = {
        "keys": f"{TOPIC} {public_key.digest[:16]}",
        "seeds": f"{TOPIC} {public_key.seeds}",
        "checks": f"{TOPIC} {hashlib.sha256(public_key.checks.encode()).hexdigest()[:16]}",
    }
    assert known.kept[0][2] == grader.environment | digests


def test_a_store_that_is_full_ends_the_run_and_what_runs(public_key: Key, tmp_path: Path) -> None:
    class Full(Known):
        def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
            raise StoreError("the disk is full")

    sleeping = SOLUTION.replace("return np.sum(rows", "import time; time.sleep(100); return np.sum(rows")
    works = [*write_class(tmp_path, {"ada": sleeping}), failing(NotGradable("large"))]
    with Grader({TOPIC: Rules(public_key)}) as grader:
        server = grader.server
        with pytest.raises(StoreError, match="the disk is full"):
            list(grader.grade_all(works, Full({})))
        assert server._process.returncode is not None


def test_a_fingerprint_tells_apart_what_verdicts_depend_on(
    public_key: Key, hidden_key: Key, tmp_path: Path
) -> None:
    def mark(text: str, rules: Rules, environment: dict[str, str], only: Sequence[str] = ()) -> str:
        path = tmp_path / "file"
        path.write_text(text)
        descriptor = open_file(path)
        try:
            found = fingerprint(digest_of(descriptor), rules, environment, only)
            assert os.read(descriptor, 100) == text.encode(), "the file is left at its start"
            return found
        finally:
            os.close(descriptor)

    rules, environment = Rules(public_key), {"numpy": "2"}
    marks = [
        mark("a", rules, environment),
        mark("b", rules, environment),
        mark("a", Rules(hidden_key), environment),
        mark("a", rules, environment, ["mean", "weighted_mean"]),
        mark("a", rules, {"numpy": "3"}),
    ]
    assert len(set(marks)) == 5
    assert mark("a", rules, environment) == marks[0]
    assert mark("a", rules, environment, ["weighted_mean", "mean"]) == marks[3]
    # What is in stores of today is found again, so that these bytes stay as they are.
    for only, said in ((), "[]"), (["mean", "weighted_mean"], "['mean', 'weighted_mean']"):
        parts = (__version__, public_key.digest, said, "[('numpy', '2')]")
        expected = hashlib.sha256(b"".join(part.encode() + b"\0" for part in parts))
        expected.update(hashlib.sha256(b"a").digest())
        assert mark("a", rules, environment, only) == expected.hexdigest()


# A file of which some cell ends the process


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        pytest.param(
            "import os\nos._exit(0)", "The process ended while it ran the file's cells.", id="a restart"
        ),
        pytest.param(
            "best = [mean(np.ones((2, 2))) for _ in iter(int, 1)]",
            "It was stopped in the part that begins",
            id="an experiment without end",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_cell_of_the_student_s_own_costs_no_answer(cell: str, says: str, grade_text: GradeText) -> None:
    found = grade_text(f"{SOLUTION}\n# %%\n{cell}\n")
    assert found.score == found.max_score
    (note,) = found.notes
    assert says in note and note.endswith("Each answer was run with what it needs alone.")


def test_a_demonstration_that_lost_its_tag_is_not_run(grade_text: GradeText, public_key: Key) -> None:
    shown = "while True:\n    mean(np.ones((2, 2)))"
    rules = Rules(dataclasses.replace(public_key, demonstrations=known_by([shown])))
    found = grade_text(f"{SOLUTION}\n# %%\n{shown}\n", rules)
    assert (found.score, found.notes) == (found.max_score, ())


def test_a_library_that_is_not_installed_is_said_once_and_costs_nothing_else(
    grade_text: GradeText, hidden_key: Key
) -> None:
    text = "import os\nimport nowhere\nfrom nowhere import other\n" + SOLUTION
    for rules in (None, Rules(hidden_key)):
        found = grade_text(text, rules)
        assert found.score == 100
        assert found.notes == (
            "A library is imported that is not installed here, and what uses it stops with an error: "
            "line 2, line 3.",
        )


def test_what_ends_the_process_costs_what_depends_on_it(grade_text: GradeText) -> None:
    text = "import os\nfor name in ('SHIFT',):\n    SHIFT = os._exit(0)\n" + SOLUTION.replace(
        "shares = weights", "shares = SHIFT + weights"
    )
    found = grade_text(text)
    status = {one.name: one.status for one in found.exercises}
    assert status == {"mean": Status.PASSED, "weighted_mean": Status.CRASHED, "running_mean": Status.PASSED}


def test_an_answer_that_is_not_there_is_told_of_the_cell_that_ended_the_process(
    grade_text: GradeText,
) -> None:
    found = grade_text("import os\nos._exit(0)")
    assert {one.status for one in found.exercises} == {Status.CRASHED}
    assert all("ended while it ran the file's cells" in one.message for one in found.exercises)


# Opening files


def test_a_file_of_half_a_gigabyte_is_refused_unread(grader: Grader, tmp_path: Path) -> None:
    path = tmp_path / "huge.ipynb"
    with open(path, "wb") as file:
        file.truncate(500_000_000)
    ((found, mark),) = grader.grade_all([Work("ada", TOPIC, "huge.ipynb", lambda: open_file(path))])
    assert {one.status for one in found.exercises} == {Status.MISSING}
    assert "it is 500 MB, more than the 210 MB that are read: clear the notebook's outputs" in (
        found.exercises[0].message
    )
    assert mark == ""


def test_a_file_at_the_limit_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.py"
    with open(path, "wb") as file:
        file.truncate(LARGEST)
    os.close(open_file(path))


@pytest.mark.parametrize("kind", ["link", "dangling link", "folder", "pipe", "device"])
def test_only_regular_files_are_opened(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    target = tmp_path / "target.py"
    if kind == "link":
        target.write_text("secret")
    if "link" in kind:
        path.symlink_to(target)
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path = Path("/dev/zero")
    with pytest.raises(NotGradable, match="it is a link" if "link" in kind else "it is not a file"):
        open_file(path)


def failing(error: Exception) -> Work:
    def fail() -> int:
        raise error

    return Work("bob", TOPIC, "bob.py", fail)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PermissionError(13, "Permission denied"), Status.GRADER_ERROR),
        (FileNotFoundError(2, "No such file"), Status.GRADER_ERROR),
        (ServerError("the process that reads the zip has ended"), Status.GRADER_ERROR),
        (NotGradable("it is encrypted"), Status.MISSING),
    ],
)
def test_a_file_that_cannot_be_opened_stops_nobody_else(
    error: Exception, status: Status, grader: Grader, tmp_path: Path
) -> None:
    works = write_class(tmp_path, {"ada": SOLUTION, "cyd": SOLUTION})
    found = {graded.student: graded for graded, _ in grader.grade_all([works[0], failing(error), works[1]])}
    assert {name: graded.score for name, graded in found.items()} == {"ada": 100, "bob": 0, "cyd": 100}
    assert {one.status for one in found["bob"].exercises} == {status}
    assert found["bob"].failed is (status is Status.GRADER_ERROR)
    assert str(error) in found["bob"].exercises[0].message


def test_descriptors_are_closed_whatever_happens(grader: Grader, tmp_path: Path) -> None:
    works = write_class(tmp_path, {name: SOLUTION for name in "abc"})
    list(grader.grade_all(works))
    gc.collect()  # what earlier tests have dropped is not closed meanwhile
    before = set(os.listdir("/proc/self/fd"))
    list(grader.grade_all([*works, failing(NotGradable("large"))], Known({})))
    assert set(os.listdir("/proc/self/fd")) == before


def test_an_interrupted_run_gives_up_what_is_running(public_key: Key, tmp_path: Path) -> None:
    """Nothing waits for a submission that sleeps, and what was done was yielded."""

    def interrupted(works: list[Work]) -> Iterator[Work]:
        yield from works
        raise KeyboardInterrupt

    sleeping = SOLUTION.replace("return np.sum(rows", "import time; time.sleep(100); return np.sum(rows")
    works = write_class(tmp_path, {"ada": sleeping, "bob": sleeping})
    with Grader({TOPIC: Rules(public_key)}, workers=2) as grader:
        server = grader.server
        with pytest.raises(KeyboardInterrupt):
            list(grader.grade_all(interrupted(works)))
        assert server._process.returncode is not None
        assert not server._folder.exists()


def test_no_server_is_started_where_everything_is_known(
    grader: Grader, public_key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works = write_class(tmp_path, {"ada": SOLUTION, "bob": WRONG})
    rules = {TOPIC: Rules(public_key)}
    before = {mark: graded for graded, mark in grader.grade_all(works)}
    monkeypatch.setattr(grader_module, "Server", None)
    with Grader(rules, level=grader.level) as another:
        assert [graded.score for graded, _ in another.grade_all(works, Known(before))] == [100, 80]


def test_a_server_that_cannot_start_ends_the_run_and_blames_nobody(
    public_key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def server(**_: Any) -> Server:
        raise ServerError("no TensorFlow here")

    monkeypatch.setattr(grader_module, "Server", server)
    works = write_class(tmp_path, {"ada": SOLUTION, "bob": WRONG})
    gc.collect()
    opened = len(os.listdir("/proc/self/fd"))
    with Grader({TOPIC: Rules(public_key)}) as grader, pytest.raises(ServerError, match="no TensorFlow here"):
        list(grader.grade_all(works))
    assert len(os.listdir("/proc/self/fd")) == opened


def test_results_hold_the_one_schema(grade_text: GradeText) -> None:
    from grader.verdict import Results

    found = grade_text(WRONG)
    read = msgspec.json.decode(msgspec.json.encode(Results((found,), {"numpy": "2"})))
    assert read["schema"] == 1
    (submission,) = read["submissions"]
    assert {"student", "topic", "file", "score", "max_score", "seconds", "exercises"} <= set(submission)
    exercise = submission["exercises"][0]
    assert set(exercise) == {
        "name",
        "status",
        "score",
        "max_score",
        "mistake",
        "message",
        "cases",
        "sentence",
    }
    assert exercise["status"] == "wrong"
    assert set(exercise["cases"][0]) == {"name", "status", "seconds"}
    assert msgspec.json.decode(io.BytesIO(msgspec.json.encode(found)).read(), type=Graded) == found
