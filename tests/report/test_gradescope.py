"""Results as Gradescope reads them: documented fields alone, and no number that is hidden."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from grader.commands.main import cli
from grader.grading.store import Store
from grader.report.data import results, write_json
from grader.report.gradescope import results_json, without_answers, write_each
from grader.verdict import CaseVerdict, Graded, Lateness, Status, Verdict

# https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
FIELDS = {
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format",
    "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
OF_TESTS = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags",
    "visibility", "extra_data",
}  # fmt: skip
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}

OFF = "It is \x1b[31moff\x1b[0m."
WRONG = Verdict("mean", Status.WRONG, 10.0, 30.0, "total", OFF, (CaseVerdict("a", Status.WRONG, 1.5),))
RIGHT = Verdict("mode", Status.PASSED, 30.0, 30.0, None, "", (CaseVerdict("a", Status.PASSED, 0.5),))
FAILED = Verdict("mode", Status.GRADER_ERROR, 0.0, 30.0, None, "The server died.", ())


def graded(student: str, *verdicts: Verdict, topic: str = "01_averages", unread: str = "") -> Graded:
    score, most = sum(one.score for one in verdicts), sum(one.max_score for one in verdicts)
    notes = ("averages (1).py was taken for averages",)
    return Graded(student, topic, f"{student}/averages.py", score, most, 2.0, verdicts, notes, "d", unread)


def read(one: Graded) -> dict[str, Any]:
    return dict(json.loads(results_json(one)))


def test_only_documented_fields_are_written_and_only_what_a_student_may_see() -> None:
    found = read(graded("ada", WRONG, RIGHT))
    assert found.keys() <= FIELDS and {"score", "tests"} <= found.keys() and "leaderboard" not in found
    assert all(test.keys() <= OF_TESTS for test in found["tests"])
    assert found["visibility"] in VISIBILITIES and found["stdout_visibility"] == "hidden"
    assert {test["visibility"] for test in found["tests"]} == {"visible"}
    assert found["score"] == 40 and found["score"] == sum(test["score"] for test in found["tests"])
    assert [(one["name"], one["score"], one["max_score"], one["status"]) for one in found["tests"]] == [
        ("mean", 10, 30, "failed"), ("mode", 30, 30, "passed")
    ]  # fmt: skip
    assert found["tests"][0]["output"] == "It is \\x1b[31moff\\x1b[0m."
    assert found["output"].startswith("1 of 2 exercises right, 40 of 60 points.\n\naverages (1).py was taken")


def test_nothing_to_grade_is_0_points_and_says_so() -> None:
    found = read(without_answers([("mean", 30.0), ("mode", 12.5)], "01_averages", "it holds notes.txt."))
    assert found["score"] == 0 and found["output"] == "Nothing could be graded: it holds notes.txt."
    assert [test["max_score"] for test in found["tests"]] == [30, 12.5]


def test_each_submission_has_a_file_and_none_has_one_on_which_the_grader_failed(tmp_path: Path) -> None:
    several = [graded("ada", WRONG), graded("../../bob", RIGHT), graded("cem", FAILED)]
    written, failed = write_each(results(several, {}), tmp_path / "out")
    assert failed == ["cem"] and len(written) == 2
    there = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert there == sorted(written) and all(path.is_relative_to(tmp_path / "out") for path in there)
    assert {path.name for path in there} == {"results.json"}
    assert written[0] == tmp_path / "out" / "01_averages" / "ada" / "results.json"


def export(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["export", "gradescope", *arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    with Store("sqlite:///grades.db") as store:
        store.put_all([(graded("ada", WRONG, RIGHT), "1"), (graded("bea", RIGHT), "2")], {})
    return tmp_path


def test_a_class_is_exported_and_exported_again_the_same(folder: Path) -> None:
    done = export()
    assert done.exit_code == 0 and "2 submissions are in gradescope." in done.output
    ada = folder / "gradescope" / "01_averages" / "ada" / "results.json"
    before = ada.read_bytes()
    assert json.loads(before)["score"] == 40
    assert export().exit_code == 0 and ada.read_bytes() == before
    assert export("--without", "averages.mean", "--to", "other").exit_code == 0
    assert json.loads((folder / "other" / "01_averages" / "ada" / "results.json").read_text())["score"] == 30


def test_who_has_no_score_is_named(folder: Path) -> None:
    unread = msgspec.structs.replace(graded("dot", WRONG), unread="it is no notebook")
    write_json(results([graded("ada", RIGHT), graded("cem", FAILED)], {}), Path("results.json"))
    done = export("--results", "results.json")
    assert done.exit_code == 1 and "cem: the grader failed; grade it again" in done.output
    with Store("sqlite:///grades.db") as store:
        store.put(unread, "3", {})
    done = export()
    assert done.exit_code == 1 and "dot: it could not be read: it is no notebook" in done.output
    assert not (folder / "gradescope" / "01_averages" / "dot").exists()


def test_nothing_graded_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = export()
    assert done.exit_code == 1 and "grades.db cannot be read: No such file" in done.output
    assert not list(tmp_path.iterdir())
    with Store("sqlite:///grades.db"):
        pass
    done = export()
    assert done.exit_code == 1 and "nothing was graded in sqlite:///grades.db" in done.output


def test_one_submission_is_called_one(folder: Path) -> None:
    write_json(results([graded("ada", RIGHT)], {}), Path("results.json"))
    assert "one submission is in gradescope." in export("--results", "results.json").output


def test_what_lateness_takes_is_in_the_score_and_said() -> None:
    at = datetime(2027, 3, 2, 12, tzinfo=UTC)
    lateness = Lateness(40.0, at, seconds=86400.0)
    late = msgspec.structs.replace(graded("ada", WRONG, RIGHT), score=34.0, lateness=lateness)
    found = read(late)
    assert found["score"] == 34 and sum(test["score"] for test in found["tests"]) == 40
    assert found["output"].startswith("1 of 2 exercises right, 40 of 60 points.")
    assert "late: 34 of 60 points count." in found["output"]
