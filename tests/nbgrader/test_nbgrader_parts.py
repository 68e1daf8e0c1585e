"""The parts of the seam into nbgrader, one by one."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import tarfile
import types
import zipfile
from pathlib import Path
from typing import Any

import absl.logging
import msgspec
import nbformat
import numpy as np
import pytest
from courses import TOPIC, make_course
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import determine_grade

import grader
from grader.exercise import Exercise
from grader.nbgrader import HANDED_IN
from grader.nbgrader.archives import ExtractArchives, Refused, check_size
from grader.nbgrader.autograde import fill
from grader.nbgrader.cells import Released, name_of_cell, restored
from grader.nbgrader.feedback import PointsDiffer, outputs
from grader.nbgrader.gradebook import bounded, configuration
from grader.nbgrader.scripts import MAX_CELLS, notebook_of_script, with_answers
from grader.report.display import Checked
from grader.verdict import CaseVerdict, Graded, Status, Verdict

FACTS = {"grade": False, "locked": False, "schema_version": 3, "solution": False, "task": False}
RELEASED = {
    "mean": Released("code", "YOUR CODE", FACTS | {"grade_id": "mean", "solution": True}),
    "check_mean": Released(
        "code", "check(mean)", FACTS | {"grade_id": "check_mean", "grade": True, "locked": True, "points": 3}
    ),
    "words": Released(
        "markdown", "WORDS", FACTS | {"grade_id": "words", "grade": True, "solution": True, "points": 5}
    ),
}


def checked(score: Any, status: Status = Status.WRONG, message: str = "It is off.", **more: Any) -> Checked:
    cases = (CaseVerdict("a <b>bold</b> case", status, 0.1),)
    verdict = Verdict("mean", status, score, 30.0, "total", message, cases, sentence="it is <i>off</i>.")
    exercise = Exercise("mean", 30.0, "Which <axis>?", dict, ("mean",))
    return Checked("averages", exercise, verdict, **more)


def graded(score: Any, status: Status = Status.WRONG) -> float:
    """Return what nbgrader itself reads from the outputs."""
    cell = nbformat.v4.new_code_cell("check(mean)", outputs=outputs(checked(score, status), 30.0))
    cell.metadata["nbgrader"] = FACTS | {"grade": True, "grade_id": "check_mean", "points": 30}
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
    return float(determine_grade(cell, logging.getLogger())[0])


class TestOutputs:
    @pytest.mark.parametrize("score", [10.0, np.float64(10.0), np.float32(10.0), 10])
    def test_any_kind_of_number_is_read_as_that_number(self, score: Any) -> None:
        """Of `np.float64(10.0)` nbgrader makes 30."""
        assert graded(score) == 10

    @pytest.mark.parametrize("score", [0.0, np.float64(0.0), -1.0])
    def test_nothing_and_less_is_nothing(self, score: Any) -> None:
        assert graded(score) == 0

    def test_what_passed_has_all_and_never_more(self) -> None:
        assert graded(30.0, Status.PASSED) == 30
        assert graded(30.0000001, Status.WRONG) == 30  # above it, nbgrader loses the submission

    def test_other_points_in_the_gradebook_are_refused(self) -> None:
        with pytest.raises(PointsDiffer, match="nbgrader generate_assignment --force"):
            outputs(checked(30.0, Status.PASSED), 20.0)

    def test_a_graders_error_is_no_score(self) -> None:
        with pytest.raises(ValueError, match="It is off"):
            outputs(checked(0.0, Status.GRADER_ERROR), 30.0)

    def test_all_text_is_escaped_and_bounded(self) -> None:
        text = "<img src=x onerror=alert(1)>" + "\x1b[2J" + "x" * 10**6
        one = checked(0.0, message=text, notes=(text,), reading="A <paper> (1999).", final=True)
        shown = outputs(one, 30.0)
        html = shown[0]["data"]["text/html"]
        assert not [tag for tag in ("<img", "<b>bold", "<axis", "<paper", "<i>off") if tag in html]
        assert "&lt;img" in html and "&lt;axis" in html and "&lt;paper" in html
        assert "\x1b" not in json.dumps(shown) and len(json.dumps(shown)) < 200_000


CITING = '''def mean(rows):
    """The mean.

    Gauss, "Theoria combinationis" (1823), https://doi.example/10.1?a=1&b=2.
    """
'''


def test_below_a_wrong_answer_stands_what_the_released_docstring_cites() -> None:
    released = RELEASED | {"mean": Released("code", CITING, RELEASED["mean"].facts)}
    exercise, wrong = checked(0.0).exercise, checked(0.0).verdict
    shown = {}
    for status in (Status.WRONG, Status.PASSED):
        cell = nbformat.v4.new_code_cell("check(mean)")
        cell.metadata["nbgrader"] = dict(RELEASED["check_mean"].facts) | {"points": 30}
        theirs = nbformat.v4.new_code_cell(CITING.replace("Gauss", "I"))
        graded = Graded("ada", TOPIC, "f", 0, 30, 0, (msgspec.structs.replace(wrong, status=status),))
        fill(nbformat.v4.new_notebook(cells=[theirs, cell]), graded, {"mean": exercise}, released, {})
        shown[status] = cell.outputs[0]["data"]["text/html"]
    assert "<b>To read:</b> Gauss" in shown[Status.WRONG] and "Which &lt;axis&gt;?" in shown[Status.WRONG]
    assert '<a href="https://doi.example/10.1?a=1&amp;b=2" ' in shown[Status.WRONG]
    assert "Gauss" not in shown[Status.PASSED] and "axis" not in shown[Status.PASSED]


class TestCells:
    def names(self, notebook: Any) -> list[str]:
        return [cell.metadata.get("nbgrader", {}).get("grade_id", "") for cell in notebook.cells]

    def cell(self, source: str, name: str = "", kind: str = "code", **more: Any) -> dict[str, Any]:
        facts = {"nbgrader": {"grade_id": name}} if name else {}
        return {"cell_type": kind, "source": source, "metadata": facts} | more

    def restore(self, *cells: Any) -> Any:
        made = restored({"cells": list(cells)}, RELEASED)  # type: ignore[arg-type]
        nbformat.validate(made)
        return made

    def test_what_was_deleted_comes_back_where_it_belongs(self) -> None:
        made = self.restore(self.cell("answer", "mean"), self.cell("later"))
        assert self.names(made) == ["mean", "check_mean", "", "words"]
        assert made.cells[0].source == "answer" and made.cells[1].source == "check(mean)"
        assert "was missing" in made.cells[3].source

    def test_locked_text_is_the_released_one(self) -> None:
        made = self.restore(self.cell("0.0 == 0.0", "check_mean"))
        assert made.cells[self.names(made).index("check_mean")].source == "check(mean)"

    @pytest.mark.parametrize(
        "strange",
        [
            {"cell_type": "code"},
            {"cell_type": "raw", "source": "<script>", "metadata": {"raw_mimetype": "text/html"}},
            {"cell_type": "code", "source": ["a", 1], "metadata": {"nbgrader": {"grade_id": ["x"]}}},
            {"cell_type": "code", "source": "\x00\ud800", "metadata": None},
            {"cell_type": "markdown", "source": "a", "metadata": {"nbgrader": 3}, "attachments": [1]},
        ],
    )
    def test_no_cell_is_too_strange(self, strange: dict[str, Any]) -> None:
        made = self.restore(strange)
        assert made.cells[0].cell_type in ("code", "markdown") and not made.cells[0].metadata

    def test_html_becomes_text_and_mathematics_stays(self) -> None:
        made = self.restore(self.cell("<script>1</script> <!-- a --> $a < b$ $a<1$", "words", "markdown"))
        source = made.cells[self.names(made).index("words")].source
        assert "<script" not in source and "</script" not in source and "<!--" not in source
        assert "$a < b$ $a<1$" in source

    def test_pasted_pictures_stay_and_nothing_else_does(self) -> None:
        pasted = {"a.png": {"image/png": "aGk="}, "b.svg": {"image/svg+xml": "aGk="}}
        pasted["c.png"] = {"image/png": '">'}
        made = self.restore(self.cell("![](attachment:a.png)", "words", "markdown", attachments=pasted))
        assert made.cells[self.names(made).index("words")].attachments == {"a.png": {"image/png": "aGk="}}


class TestArchives:
    def extract(self, folder: Path) -> tuple[set[str], list[str]]:
        (folder / "to").mkdir()
        plugin = ExtractArchives()
        said: list[str] = []
        plugin.log = logging.Logger("test")
        handler = logging.Handler()
        handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
        plugin.log.addHandler(handler)
        plugin.extract(str(folder / "from"), str(folder / "to"))
        found = [path for path in (folder / "to").rglob("*") if path.is_file()]
        return {str(path.relative_to(folder / "to")) for path in found}, said

    def test_archives_within_archives_and_other_files(self, tmp_path: Path) -> None:
        source = tmp_path / "from"
        source.mkdir()
        (source / "plain.ipynb").write_text("{}")
        with zipfile.ZipFile(tmp_path / "inner.zip", "w") as inner:
            inner.writestr("b.ipynb", "{}")
        with zipfile.ZipFile(source / "class.zip", "w") as outer:
            outer.write(tmp_path / "inner.zip", "bea/inner.zip")
            outer.writestr("bea/bad.zip", "no zip")
            outer.writestr("../out.ipynb", "{}")
        with tarfile.open(source / "carl.tar.gz", "w:gz") as archive:
            archive.add(source / "plain.ipynb", "c.ipynb")
        files, said = self.extract(tmp_path)
        assert {"plain.ipynb", "class/bea/inner/b.ipynb", "carl/c.ipynb"} <= files
        for name in ("bad.zip", "class.zip:../out.ipynb"):
            assert any(name in line and "Passed over" in line for line in said)
        assert not (tmp_path / "out.ipynb").exists()

    def test_what_is_passed_over_leaves_nothing(self, tmp_path: Path) -> None:
        """Stock: what was unpacked before the damage stays, and what a link leads to is copied."""
        source = tmp_path / "from"
        (source / "eve").mkdir(parents=True)
        (tmp_path / "secret.ipynb").write_text("secret")
        (source / "eve" / "averages.ipynb").symlink_to(tmp_path / "secret.ipynb")
        (source / "all").symlink_to(tmp_path)
        os.mkfifo(source / "pipe.zip")
        os.mkfifo(source / "eve" / "pipe.ipynb")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(source / "socket"))
        with zipfile.ZipFile(source / "damaged.zip", "w") as archive:
            archive.writestr("first.ipynb", "{}")
            archive.writestr("second.ipynb", "x" * 1000)
        content = (source / "damaged.zip").read_bytes()
        (source / "damaged.zip").write_bytes(content.replace(b"x" * 1000, b"y" * 1000))
        for name, method in (("bz.zip", zipfile.ZIP_BZIP2), ("lz.zip", zipfile.ZIP_LZMA)):
            with zipfile.ZipFile(source / name, "w", method) as archive:
                archive.writestr("averages.ipynb", "{}")
        with tarfile.open(source / "again.tar.gz", "w:gz") as archive:
            archive.add(tmp_path / "secret.ipynb", "averages.ipynb")
        shutil.copy(source / "again.tar.gz", source / "again.gz")
        files, said = self.extract(tmp_path)
        assert files == {"again/averages.ipynb", "damaged/first.ipynb"}
        passed_over = [line.split(": ")[1] for line in said if line.startswith("Passed over")]
        names = ["all", "again.tar.gz", "pipe.zip", "socket"]
        names += ["bz.zip:averages.ipynb", "damaged.zip:second.ipynb", "lz.zip:averages.ipynb"]
        names += ["eve/averages.ipynb", "eve/pipe.ipynb"]
        assert sorted(passed_over) == sorted(str(source / name) for name in names)

    def test_bombs_are_refused_unread(self, tmp_path: Path) -> None:
        path = tmp_path / "many.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for number in range(50_001):
                archive.writestr(str(number), "")
        with pytest.raises(Refused, match="files"):
            check_size(path)


@pytest.mark.parametrize("penalty", [-2.5, 0, 3.5, 10, 99.0])
def test_a_late_penalty_is_bounded_as_nbgrader_does_it(penalty: float) -> None:
    theirs = AssignLatePenalties()._check_late_penalty(types.SimpleNamespace(score=10.0), penalty)
    assert bounded(penalty, 10.0) == theirs


def test_the_configuration_shadows_no_nbgrader_and_imports_little(tmp_path: Path) -> None:
    make_course(tmp_path)
    code = (
        "import sys, types, grader.nbgrader\n"
        "from traitlets.config import Config\n"
        "c = Config(); grader.nbgrader.configure(c)\n"
        f"assert c.Autograde.exclude_overwriting == {{{TOPIC!r}: ['averages.py']}}\n"
        "assert 'nbgrader' not in sys.modules and 'tensorflow' not in sys.modules\n"
        "import nbgrader; print(nbgrader.__version__, nbgrader.__file__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert str(Path(grader.__file__).parent) not in done.stdout


class TestScripts:
    def named(self, text: str) -> list[tuple[str, str]]:
        made = notebook_of_script(text.encode(), RELEASED)
        nbformat.validate(made)
        return [(name_of_cell(cell), cell.source) for cell in made.cells]

    def test_cells_have_the_names_of_the_released_ones(self) -> None:
        text = 'import os\n\n# %% tags=["a"]\ndef mean(x):\n    return x\n'
        text += '\n# %% tags=["active-ipynb"]\n# check(mean)\n'
        text += '\n# %% [markdown] tags=["answer"]\nr"""\nIn $x$.\n"""\n'
        assert self.named(text) == [
            ("", "import os"), ("mean", "def mean(x):\n    return x"), ("check_mean", "check(mean)"),
            ("words", "In $x$."),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "text",
        ["# In *words*.\n#\n# More.", "'''\nIn *words*.\n\nMore.\n'''", '"""In *words*.\n\nMore."""'],
    )
    def test_text_is_read_however_it_is_kept(self, text: str) -> None:
        assert self.named(f'# %% [markdown] tags=["answer"]\n{text}\n') == [("words", "In *words*.\n\nMore.")]

    @pytest.mark.parametrize("text", ["", "\0", "# %%", "# %%\n" * 3, '# %% [markdown]\n"""', "def mean(:"])
    def test_no_script_is_too_strange(self, text: str) -> None:
        nbformat.validate(restored(notebook_of_script(text.encode(), RELEASED), RELEASED))

    def test_cells_are_bounded(self) -> None:
        assert len(self.named("# %%\nx\n" * 10_000)) == MAX_CELLS

    def test_an_answer_is_taken_from_the_notebook_where_the_script_has_none(self) -> None:
        beside = notebook_of_script(b'# %% [markdown] tags=["answer"]\n# Beside.', RELEASED)
        for text, words in [("x = 1", "Beside."), ("# WORDS", "Beside."), ("# Mine.", "Mine.")]:
            script = f'# %% [markdown] tags=["answer"]\n{text}' if text != "x = 1" else text
            made = with_answers(notebook_of_script(script.encode(), RELEASED), beside, RELEASED)
            assert [cell.source for cell in made.cells if name_of_cell(cell) == "words"] == [words]


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("ada-linear_models/ada/linear_models.ipynb", "ada"),
        ("class/ada-models/ada/models.py", "ada"),
        ("mal-models/ada/models.py", "mal"),
        ("mal-linear_models/ada_linear_models.py", "mal"),
        ("class/mal-models/ada-models/ada/02_models/models.ipynb", "mal"),
        ("mal-models/extracted/ada-models/models.ipynb", "mal"),
        ("mal-models/models.py", "mal"),
        ("02/02_linear_models/linear_models.ipynb", None),
        ("02/02_linear_models.ipynb", "02"),
        ("x/ada_linear_models.ipynb", "ada"),
        ("x/ada_b_02_linear_models.py", "ada_b"),
        ("linear_models.ipynb", None),
        ("ada/other.ipynb", None),
    ],
)
def test_whose_a_collected_file_is(path: str, student: str | None) -> None:
    match = re.match(HANDED_IN.format(names="models|linear_models"), f"/c/downloaded/a/extracted/{path}")
    assert (match and match["student_id"]) == student
    assert match is None or match["file_id"] == ("models" if "/models" in path else "linear_models")


def test_reading_nbgraders_configuration_closes_no_stream_of_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = absl.logging.get_absl_handler().python_handler.stream  # while another is captured
    configuration(tmp_path)
    assert not stream.closed
