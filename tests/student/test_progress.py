"""What is done, kept beside the student's work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from msgspec import structs
from students import write_assignment

from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.student import progress
from grader.student.assignment import Assignment
from grader.student.progress import State
from grader.verdict import Status, Verdict


def verdict(
    status: Status, name: str = "mean", score: float = 0.0, message: str = "no", unwritten: bool = False
) -> Verdict:
    return Verdict(name, status, score, 30.0, None, message, (), unwritten=unwritten)


def test_states_follow_what_was_checked(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key)
    assert progress.load(mine).entry("mean").state is State.TO_DO
    progress.note(mine, [verdict(Status.MISSING, unwritten=True)])
    assert progress.load(mine).entry("mean").state is State.TO_DO
    progress.note(mine, [verdict(Status.WRONG, score=10.0)])
    progress.note(mine, [verdict(Status.RAISED, "weighted_mean")])
    known = progress.load(mine)
    assert (known.entry("mean").state, known.entry("mean").score) == (State.IN_PROGRESS, 10.0)
    assert known.entry("weighted_mean").state is State.IN_PROGRESS
    assert progress.current(mine) == "mean"
    progress.note(mine, [verdict(Status.PASSED, score=30.0)])
    assert progress.load(mine).entry("mean").state is State.DONE
    assert progress.current(mine) == "weighted_mean"


def test_what_cannot_be_run_is_in_progress_and_no_longer_to_do(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key)
    progress.note(mine, [verdict(Status.MISSING, message="SyntaxError: …")])
    assert progress.load(mine).entry("mean").state is State.IN_PROGRESS


def test_failed_tries_are_counted_until_it_is_right(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key)
    for count in (1, 2, 3):
        assert progress.note(mine, [verdict(Status.WRONG)]).entry("mean").tries == count
    assert progress.note(mine, [verdict(Status.WRONG)], tried=False).entry("mean").tries == 3
    assert progress.note(mine, [verdict(Status.PASSED)]).entry("mean").tries == 0


def test_slips_are_one_try_together(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key)
    slip = structs.replace(verdict(Status.RAISED), slip=True)
    for _ in range(4):
        assert progress.note(mine, [slip]).entry("mean").tries == 1
    assert progress.load(mine).entry("mean").state is State.IN_PROGRESS
    assert progress.note(mine, [verdict(Status.WRONG)]).entry("mean").tries == 2


def test_the_grader_s_own_failure_changes_nothing(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key)
    progress.note(mine, [verdict(Status.PASSED, score=30.0)])
    progress.note(mine, [verdict(Status.GRADER_ERROR)])
    assert progress.load(mine).entry("mean").state is State.DONE


def test_it_is_kept_out_of_the_student_s_repository_and_of_other_versions(
    tmp_path: Path, public_key: Key
) -> None:
    mine = write_assignment(tmp_path, public_key)
    progress.note(mine, [verdict(Status.PASSED)])
    assert (tmp_path / ".grader" / ".gitignore").read_text() == "*\n"
    changed = Assignment(mine.folder, Rules(replace(public_key, fingerprint="another")))
    assert progress.load(changed).entry("mean").state is State.TO_DO


def test_what_cannot_be_read_or_written_stops_nothing(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key)
    (tmp_path / ".grader").write_text("a file where the folder should be")
    assert progress.note(mine, [verdict(Status.PASSED)]).entry("mean").state is State.DONE
    assert progress.load(mine) == progress.Progress()
    (tmp_path / ".grader").unlink()
    (tmp_path / ".grader").mkdir()
    for content in (b"", b"{", b"[]", b'{"exercises": 3}', b"\xff"):
        (tmp_path / ".grader" / "progress.json").write_bytes(content)
        assert progress.load(mine) == progress.Progress()
