"""The commands of a student's hour, as they are typed."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from students import RIGHT, STUBS, WRONG, notebook, write_assignment

from grader.commands.main import cli
from grader.grading.grader import Grader
from grader.grading.key import Key


@pytest.fixture(scope="module", autouse=True)
def warm(grader: Grader) -> Iterator[None]:
    server = grader.server
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.grading.grader.Server", lambda **_: server)
        patch.setattr(Grader, "close", lambda self: None)
        yield


@pytest.fixture
def mine(tmp_path: Path, public_key: Key, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's assignment, the current folder."""
    folder = write_assignment(tmp_path / "mine", public_key, STUBS).folder
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("GRADER_STUDENT", raising=False)
    return folder


def invoke(*arguments: object, asked: str | None = None) -> Result:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments], input=asked)
    unexpected = result.exception and not isinstance(result.exception, SystemExit)
    assert not unexpected, f"{result.output}\n{result.exception!r}"
    return result


def test_status_says_what_is_done_and_what_is_to_do(mine: Path) -> None:
    fresh = invoke("status")
    assert fresh.exit_code == 0
    assert "averages has not been checked yet: grader check averages" in fresh.output
    (mine / "averages.py").write_text(WRONG)
    assert invoke("check").exit_code == 1
    found = invoke("status").output
    rows = [row.split() for row in found.splitlines()]
    assert ["averages", "2", "1", "0", "80", "of", "100", "████████░░"] in rows
    assert "… mean — wrong, 10 of 30 points" in found and "✓ running_mean — right, 30 of 30 points" in found
    later = (mine / ".grader" / "progress.json").stat().st_mtime + 60
    os.utime(mine / "averages.py", (later, later))
    assert "averages.py has changed since it was last checked" in invoke("status").output


def test_check_and_watch_share_what_they_know(mine: Path) -> None:
    (mine / "averages.py").write_text(RIGHT)
    assert invoke("check", "mean").exit_code == 0
    found = invoke("status").output
    assert "✓ mean — right" in found and "· weighted_mean — not written" in found


def test_hint_asks_a_question_and_never_answers(mine: Path) -> None:
    (mine / "averages.py").write_text(RIGHT)
    found = invoke("hint", "weighted_mean")
    assert found.exit_code == 0
    assert "averages.weighted_mean" in found.output
    assert "Ask yourself: What do the shares sum to?" in found.output
    assert "np.sum" not in found.output
    assert "Which axis counts the rows?" in invoke("hint", "averages").output
    assert "did you mean `mean`?" in invoke("hint", "maen").output
    assert invoke("hint").exit_code == 2


def test_what_is_submitted_is_what_grade_takes(mine: Path, tmp_path: Path, public_key: Key) -> None:
    (mine / "averages.py").write_text(WRONG)
    (mine / "HAND_IN.md").write_text("Upload it on the course page.")
    found = invoke("submit", "--student", "Ada Lovelace", "--to", tmp_path)
    assert found.exit_code == 0, found.output
    said = " ".join(found.output.split())
    assert "Ada_Lovelace-averages.zip is packed." in said and "It holds averages.py" in said
    assert "✗ mean — wrong, 10 of 30 points" in said and "averages: 80 of 100 points" in said
    assert "Upload it on the course page." in said and "Look at this too" not in said
    public_key.save(tmp_path / "keys" / "01_averages.npz")
    pack, keys = tmp_path / "Ada_Lovelace-averages.zip", tmp_path / "keys"
    options = ["--keys", keys, "--json", tmp_path / "out.json", "--require-isolation", "none"]
    graded = invoke("grade", pack, *options, "--db", f"sqlite:///{tmp_path}/grades.db")
    assert graded.exit_code == 0, graded.output
    (one,) = json.loads((tmp_path / "out.json").read_text())["submissions"]
    assert (one["student"], one["topic"], one["score"]) == ("Ada_Lovelace", "01_averages", 80)


MODEL = re.compile(r"^When the values have two centres.*$", re.MULTILINE)


def test_the_points_for_the_written_answer_are_told_and_an_empty_one_is_warned_of(mine: Path) -> None:
    worth = "The written answer is worth up to 5 points more, which your instructor gives."

    def said(*arguments: str) -> str:
        return " ".join(invoke(*arguments).output.split())

    (mine / "averages.py").write_text(RIGHT)
    assert worth in said("status") and "empty" not in said("status")
    handed = said("submit", "--student", "ada")
    assert f"100 of 100 points. It is graded on other numbers. {worth}" in handed and "empty" not in handed
    (mine / "averages.py").write_text(MODEL.sub("YOUR ANSWER HERE", RIGHT))
    assert f"{worth} Yours is empty." in said("status")
    assert f"{worth} Yours is empty. You may still write it." in said("submit", "--student", "ada")
    (mine / "averages.py").write_text(RIGHT.replace('tags=["answer"]', ""))
    assert "written answer" not in said("status") + said("submit", "--student", "ada")


def test_submit_tells_hidden_state_that_check_in_the_notebook_did_not(mine: Path) -> None:
    (mine / "averages.py").unlink()
    cells = ("import numpy as np", "def mean(rows):\n    return SUM(rows)")
    (mine / "averages.ipynb").write_text(notebook(*cells))
    found = invoke("submit", "--student", "ada")
    said = " ".join(found.output.split())
    assert found.exit_code == 0 and "✗ mean — stopped with an error" in said
    assert "! Cell 2 from the top uses `SUM`, which nothing in the file defines" in said


AGAIN = "This very text was checked before, and so was not run again:"
RAN = "The packed copy, checked on its own as it will be when it is graded:"


def test_submit_does_not_run_again_what_was_checked_of_the_same_text(
    mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def submitted() -> str:
        found = invoke("submit", "--student", "ada")
        assert found.exit_code == 0
        return " ".join(found.output.split())

    (mine / "averages.py").write_text(WRONG)
    invoke("check", "mean")
    assert RAN in submitted(), "one exercise of three was checked"
    (mine / "averages.py").write_text(f"{WRONG}\n")
    invoke("check")
    with monkeypatch.context() as patch:
        patch.setattr("grader.grading.grader.Grader.grade", None)
        said = submitted()
        assert AGAIN in said and RAN not in said
        assert "✗ mean — wrong, 10 of 30 points" in said and "averages: 80 of 100 points" in said
    (mine / "averages.py").write_text(RIGHT)
    said = submitted()
    assert RAN in said and "averages: 100 of 100 points" in said
    assert AGAIN in submitted(), "nothing has changed since"
    monkeypatch.setattr("grader.student.checked.versions", lambda: {"numpy": "9"})
    assert RAN in submitted(), "another NumPy may find otherwise"


def test_submit_runs_what_may_work_here_alone_whatever_was_checked(mine: Path) -> None:
    (mine / "averages.py").write_text(f"{RIGHT}\n\n# %%\n!ls\n")
    invoke("check")
    said = " ".join(invoke("submit", "--student", "ada").output.split())
    assert RAN in said and "Look at this too." in said


def test_who_hands_in_is_asked_once(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = invoke("submit")
    assert refused.exit_code == 2 and "grader submit --student NAME" in refused.output
    monkeypatch.setattr("grader.commands.submit.interactive", lambda: True)
    found = invoke("submit", asked="s1234567\n")
    assert "The name or number that your course knows you by" in found.output
    assert (mine / "s1234567-averages.zip").exists()
    monkeypatch.setattr("grader.commands.submit.interactive", lambda: False)
    (mine / "s1234567-averages.zip").unlink()
    assert invoke("submit").exit_code == 0 and (mine / "s1234567-averages.zip").exists()
    monkeypatch.setenv("GRADER_STUDENT", "ada")
    assert invoke("submit").exit_code == 0 and (mine / "ada-averages.zip").exists()


def test_a_file_may_be_named_in_place_of_a_topic(mine: Path) -> None:
    (mine / "averages.py").write_text(RIGHT)
    assert invoke("check", "averages.py").exit_code == 0
    assert invoke("check", mine / "averages.py").exit_code == 0
    missing = invoke("check", "averages.ipynb")
    assert missing.exit_code == 1 and "averages.ipynb: No such file" in missing.output


def test_what_is_not_written_takes_one_line(mine: Path) -> None:
    lines = [line for line in invoke("check").output.splitlines() if line.strip()]
    assert lines == [f"✗ averages.{name} — not written, 0 of {points} points" for name, points in
                     (("mean", 30), ("weighted_mean", 40), ("running_mean", 30))] + [
        "averages: 0 of 3 exercises right, 0 of 100 points.",
        "The written answer is worth up to 5 points more, which your instructor gives."]  # fmt: skip


def test_ci_writes_a_workflow_and_keeps_one_that_differs(mine: Path) -> None:
    path = mine / ".github" / "workflows" / "check.yml"
    written = invoke("ci", "github", "--package", "x @ git+https://example.org/x")
    assert written.exit_code == 0 and "there is no .git here" in written.output
    assert "git+https://example.org/x" in path.read_text()
    assert invoke("ci", "github", "--package", "x @ git+https://example.org/x").exit_code == 0
    kept = invoke("ci", "github", "--package", "https://example.org/other.whl")
    assert kept.exit_code == 1 and "is there already, and differs: --force replaces it" in kept.output
    assert invoke("ci", "github", "--package", "https://example.org/other.whl", "--force").exit_code == 0
    assert "example.org/other.whl" in path.read_text()
    assert invoke("ci", "gitlab", "--grading", "--package", "https://example.org/other.whl").exit_code == 0
    assert "GRADER_SECRET" in (mine / ".gitlab-ci.yml").read_text()


def test_an_environment_without_tensorflow_is_told_from_a_grader_that_fails(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's own start, with a TensorFlow that cannot be found."""
    from grader.client.server import Server
    from grader.errors import ServerError

    (tmp_path / "bare").mkdir()
    script = tmp_path / "bare" / "python"
    error = "ModuleNotFoundError: No module named 'tensorflow'"
    script.write_text(f"#!/bin/sh\necho 'Traceback …' >&2; echo \"{error}\" >&2; exit 1\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    with pytest.raises(ServerError) as caught:
        Server()
    said = str(caught.value)
    assert said.startswith("TensorFlow is not installed in ") and "pip install" in said
    assert "Traceback" not in said


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    import grader as package

    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    monkeypatch.setattr(sys, "version", "3.9.1 (main)")
    with pytest.raises(ImportError, match="needs Python 3.11, 3.12 or 3.13, and this is 3.9.1"):
        importlib.reload(package)


def test_an_instructor_s_command_without_the_extra_says_what_to_install(
    mine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader.commands.main import main

    monkeypatch.setitem(sys.modules, "grader.grading.store", None)
    monkeypatch.setattr(sys, "argv", ["grader", "grade", "."])
    with pytest.raises(ModuleNotFoundError):
        main()  # a module of ours that is missing is a fault, and no extra mends it
    monkeypatch.delitem(sys.modules, "grader.grading.store")
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(SystemExit, match="1"):
        main()
    assert "this needs `sqlalchemy`" in capsys.readouterr().err
