"""`check(function)` in a student's notebook."""

from __future__ import annotations

import json
import re
import runpy
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from courses import CHECKS, SOLUTION, make_course
from nbclient import NotebookClient
from nbformat import NotebookNode
from students import count_checks

import grader
from grader.authoring.recording import record_topic
from grader.client import warm
from grader.client.kept import KeptServer
from grader.client.server import Server
from grader.errors import ServerError
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.sandbox.levels import Limits
from grader.student import live, shell
from grader.student.live import CannotCheck, NotRightYet, check

HERE = Path(__file__).parents[2]
RIGHT = "import numpy as np\n\ndef mean(rows):\n    return np.sum(rows, axis=0) / len(rows)"


class Notebook:
    """A kernel without a kernel: cells are run here, and remembered as IPython does."""

    def __init__(self) -> None:
        self.user_ns: dict[str, Any] = {"__name__": "__main__"}
        self.user_ns_hidden: dict[str, Any] = {}
        self.history_manager = types.SimpleNamespace(input_hist_raw=[""])

    def run(self, cell: str) -> None:
        self.history_manager.input_hist_raw.append(cell)
        exec(cell, self.user_ns)

    def __getitem__(self, name: str) -> Any:
        return self.user_ns[name]


@pytest.fixture
def folder(public_key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that holds the assignment's key and checks."""
    public_key.save(tmp_path / "key.npz")
    (tmp_path / "checks.py").write_text(CHECKS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def notebook(folder: Path, grader: Grader, monkeypatch: pytest.MonkeyPatch) -> Notebook:
    made = Notebook()
    monkeypatch.setattr(shell, "current", lambda: made)
    monkeypatch.setattr(live._warm, "_server", grader.server)
    return made


def test_check_is_what_the_package_offers() -> None:
    assert grader.check is check
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        grader.chekc  # noqa: B018


def test_an_old_python_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 2))
    with pytest.raises(ImportError, match="needs Python 3.11, 3.12 or 3.13, and this is 3.1"):
        runpy.run_path(grader.__file__)


def test_a_right_answer_is_said_to_be_right(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.run(RIGHT)
    check(notebook["mean"])
    said = capsys.readouterr().out
    assert said.startswith("✓ mean — right, 30 of 30 points\n  ✓ right: a few rows")
    assert "Note" not in said


def test_checks_in_one_kernel_execute_the_checks_once(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = count_checks(monkeypatch)
    notebook.run(SOLUTION)
    check(notebook["mean"])
    check(notebook["weighted_mean"])
    assert executed == ["checks of 01_averages"]


def test_a_wrong_answer_says_which_idea_was_missed(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.run("def mean(rows):\n    return rows.sum(axis=0)")
    with pytest.raises(NotRightYet, match=f"^{live.STOPS}$") as caught:
        check(notebook["mean"])
    assert caught.value._render_traceback_() == [live.STOPS]
    said = capsys.readouterr().out
    assert said.startswith("✗ mean — wrong, 10 of 30 points")
    assert "the sum is not divided by how many there are" in said


def test_where_nobody_reads_what_is_shown_the_error_says_it(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shell, "is_watched", lambda _: False)
    notebook.run("def mean(rows):\n    return rows.sum(axis=0)")
    with pytest.raises(NotRightYet) as caught:
        check(notebook["mean"])
    assert str(caught.value) == capsys.readouterr().out.rstrip("\n")


def test_a_picture_is_drawn_of_the_first_mismatch(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(live.Place, "show", lambda _, one: shown.append(one))
    notebook.run("class RunningMean:\n    def update(self, value):\n        return value")
    with pytest.raises(NotRightYet):
        check(notebook["RunningMean"])
    assert "Lines of `means`, 12 values: expected, solid" in shown[0].html()
    notebook.run("def mean(rows):\n    return rows.sum(axis=0)")  # three values: no picture
    with pytest.raises(NotRightYet):
        check(notebook["mean"])
    assert "<svg" not in shown[1].html()


def test_an_error_names_the_cell_as_jupyter_counts(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.run("x = 1")
    notebook.run("def helper(rows):\n    return rows.avg()")
    notebook.run("def mean(rows):\n    return helper(rows)")
    with pytest.raises(NotRightYet):
        check(notebook["mean"])
    said = capsys.readouterr().out
    assert said.startswith("✗ mean — stopped with an error")
    assert "cell [3], line 2, in mean\n" in said and "cell [2], line 2, in helper\n" in said


def test_what_is_not_written_is_told_kindly(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.run("def mean(rows):\n    raise NotImplementedError")
    with pytest.raises(NotRightYet):
        check(notebook["mean"])
    said = capsys.readouterr().out
    assert said.startswith("✗ mean — not written") and "`mean` is not written yet." in said


def test_a_misspelt_name_is_a_slip_and_gets_no_hint(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    for body, hint in (("rows.sum(axis=0)", True), ("rwos.sum(axis=0)", False), ("rows.smu(axis=0)", False)):
        notebook.run(f"def mean(rows):\n    return {body}")
        with pytest.raises(NotRightYet):
            check(notebook["mean"])
        assert ("grader hint averages.mean" in capsys.readouterr().out) is hint


def test_nothing_is_run_in_this_process(notebook: Notebook) -> None:
    notebook.run(RIGHT)
    notebook.user_ns["mean"].__code__ = (lambda rows: pytest.fail("it ran here")).__code__
    check(notebook["mean"])


def test_the_cells_that_were_run_last_count(notebook: Notebook) -> None:
    notebook.run("def mean(rows):\n    return rows.sum(axis=0)")
    notebook.run(RIGHT)
    check(notebook["mean"])
    check("mean")


def test_a_function_by_any_means_of_definition(notebook: Notebook) -> None:
    notebook.run("import numpy as np, functools\nmean = lambda rows: np.mean(rows, axis=0)")
    check(notebook["mean"])
    notebook.run("mean = functools.partial(np.mean, axis=0)")
    check(notebook["mean"])
    notebook.run("def mine(rows):\n    return np.mean(rows, axis=0)\nmean = mine")
    check("mean")


def test_several_answers_are_checked_at_once(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.run(RIGHT)
    notebook.run("class RunningMean:\n    def update(self, value):\n        return value")
    with pytest.raises(NotRightYet):
        check(notebook["mean"], notebook["RunningMean"])
    said = capsys.readouterr().out
    assert "✓ mean — right" in said and "✗ running_mean — wrong" in said


def test_without_arguments_the_whole_state_is_shown(
    notebook: Notebook, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.run(RIGHT)
    check()
    said = capsys.readouterr().out
    assert "averages: 1 of 3 exercises right, 30 of 100 points" in said
    assert "✗ weighted_mean — not defined" in said
    assert "The cells of 2 exercises have not been run in this kernel yet" in said
    assert "written answer" not in said


def test_the_state_tells_of_the_written_answer(
    notebook: Notebook, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook.run(RIGHT)
    for answer, empty in (("YOUR ANSWER HERE", True), ("It depends.", False)):
        cell = nbformat.v4.new_markdown_cell(answer, metadata={"tags": ["answer"]})
        (folder / "averages.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])))
        check()
        said = capsys.readouterr().out
        assert "The written answer is worth up to 5 points more" in said
        assert ("Yours is empty. Save the file if you have written it." in said) is empty
        check(notebook["mean"])
        assert "written answer" not in capsys.readouterr().out


def test_what_only_the_kernel_knows_is_told(notebook: Notebook, capsys: pytest.CaptureFixture[str]) -> None:
    notebook.run("def mean(rows):\n    return sum(rows) / count(rows)")
    notebook.user_ns["count"] = len
    with pytest.raises(NotRightYet):
        check(notebook["mean"])
    said = capsys.readouterr().out
    assert "NameError: name 'count' is not defined" in said
    assert "Note: No cell that was run in this kernel defines `count`, though the kernel has it." in said


def test_what_the_saved_notebook_lacks_is_told(
    notebook: Notebook, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cells = [nbformat.v4.new_code_cell(RIGHT), nbformat.v4.new_code_cell("def count(rows):\n    return 7")]
    notebook.run("import numpy as np\ndef count(rows):\n    return len(rows)")
    notebook.run("def mean(rows):\n    return np.sum(rows, axis=0) / count(rows)")
    for number, told in ((1, True), (2, False)):
        path = folder / "averages.ipynb"
        path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells[:number])))
        check(notebook["mean"])
        said = capsys.readouterr().out
        assert ("averages.ipynb, as it was saved last, has no cell that defines `count`." in said) == told
        time.sleep(0.01)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"cells": [{"cell_type": "code"}]}'])
def test_a_saved_notebook_that_is_broken_does_no_harm(
    content: str, notebook: Notebook, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "averages.ipynb").write_text(content)
    notebook.run(RIGHT)
    check(notebook["mean"])
    assert "Note" not in capsys.readouterr().out


REFUSED = {
    "mean_rows = mean": ("'mean_rows'", "There is no exercise `mean_rows`"),
    "def maen(rows): pass": ("maen", "did you mean `mean`\\? An answer goes by the name that the exercise"),
    "def my_mean(rows): pass": ("my_mean", "define it under that name, and pass that.$"),
    "mean = 3": ("mean", "takes the function or class itself.*got an int: leave out the brackets"),
    "running = RunningMean()": ("running", "leave out the brackets"),
    "class mean: pass": ("mean", "`mean` is a class here, and the exercise asks for a function"),
    "result = mean(np.ones((2, 3)))": ("result", "got an array of shape \\(3,\\): leave out the brackets"),
}


@pytest.mark.parametrize(("cell", "argument", "says"), [(cell, *rest) for cell, rest in REFUSED.items()])
def test_what_is_no_answer_is_refused_in_a_sentence(
    cell: str, argument: str, says: str, notebook: Notebook
) -> None:
    notebook.run(SOLUTION)
    notebook.run(cell)
    with pytest.raises(CannotCheck, match=says) as caught:
        check(eval(argument, notebook.user_ns))
    assert caught.value._render_traceback_() == [str(caught.value)]
    assert re.fullmatch(r"[`A-Z].*[.?]", str(caught.value))


def test_an_answer_without_text_is_refused(notebook: Notebook) -> None:
    exec(RIGHT, notebook.user_ns)
    with pytest.raises(CannotCheck, match="No cell that was run in this kernel defines `mean`: run the cell"):
        check(notebook["mean"])


def test_a_folder_without_an_assignment_says_so(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key.npz").unlink()
    with pytest.raises(CannotCheck, match="has lost its answer key, the file `key.npz`: get it again"):
        check("mean")
    (tmp_path / "checks.py").unlink()
    with pytest.raises(CannotCheck, match="This kernel works in .*there is no assignment there: open the"):
        check(sorted)


def test_one_of_several_assignments_is_found_by_what_it_asks_for(
    notebook: Notebook, public_key: Key, folder: Path
) -> None:
    notebook.run(RIGHT)
    checks = CHECKS.replace("def mean(", "def other(").replace("@mean.", "@other.")
    other = Key("02_others", False, "", checks, public_key.exercises)
    (folder / "other").mkdir()
    other.save(folder / "other" / "key.npz")
    check(notebook["mean"])
    public_key.save(folder / "other" / "key.npz")
    with pytest.raises(CannotCheck, match="holds 2 assignments, and it is not clear which is meant: open"):
        check(notebook["mean"])


def test_a_key_of_another_version_is_refused(notebook: Notebook, folder: Path) -> None:
    notebook.run(RIGHT)
    (folder / "checks.py").write_bytes(CHECKS.replace("\n", "\r\n").encode())
    check(notebook["mean"])
    (folder / "checks.py").write_text(CHECKS.replace("a few rows", "a few more rows"))
    with pytest.raises(CannotCheck, match="checks.py and key.npz in .* do not go together.*get both again"):
        check(notebook["mean"])


def test_a_broken_key_is_refused(notebook: Notebook, folder: Path) -> None:
    (folder / "key.npz").write_bytes(b"no key")
    with pytest.raises(CannotCheck, match="key.npz"):
        check("mean")


def test_a_kernel_without_tensorflow_is_told_what_to_do(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook.run(RIGHT)
    monkeypatch.setattr(live, "_warm", KeptServer(warm.start))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CannotCheck, match="has no tensorflow: choose the kernel of the environment"):
        check(notebook["mean"])


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What stands under a cell: each output as its text."""
    texts: list[str] = []

    def text_of(shown: Any, raw: bool) -> str:
        return str(shown["text/plain"] if raw else shown.text())

    def display(shown: Any, raw: bool = False, display_id: bool = False) -> Any:
        texts.append(text_of(shown, raw))
        place = len(texts) - 1

        def update(shown: Any, raw: bool = False) -> None:
            texts[place] = text_of(shown, raw)

        return types.SimpleNamespace(update=update) if display_id else None

    monkeypatch.setattr("IPython.display.display", display)
    return texts


def test_words_say_that_tensorflow_starts_and_the_result_takes_their_place(
    notebook: Notebook, grader: Grader, screen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile: list[list[str]] = []

    def start() -> Server:
        meanwhile.append(list(screen))
        return grader.server

    monkeypatch.setattr(live, "_warm", KeptServer(start))
    notebook.run(RIGHT)
    check(notebook["mean"])
    assert meanwhile == [[live.STARTING]]
    assert len(screen) == 1 and screen[0].startswith("✓ mean — right")
    check(notebook["mean"])
    assert meanwhile == [[live.STARTING]] and screen[0] == screen[1] and len(screen) == 2


def test_words_go_where_nothing_starts(
    notebook: Notebook, screen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook.run(RIGHT)
    monkeypatch.setattr(live, "_warm", KeptServer(warm.start))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(CannotCheck, match="has no tensorflow"):
        check(notebook["mean"])
    assert screen == [""]


def test_words_say_that_a_server_is_replaced(
    notebook: Notebook, grader: Grader, screen: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile: list[list[str]] = []

    class Dead:
        limits = Limits()

        def fork(self, *_: Any) -> None:
            raise ServerError("it has died")

        def close(self) -> None:
            meanwhile.append(list(screen))

    kept = KeptServer(lambda: grader.server)
    monkeypatch.setattr(kept, "_server", Dead())
    monkeypatch.setattr(live, "_warm", kept)
    notebook.run(RIGHT)
    check(notebook["mean"])
    assert meanwhile == [[live.STARTING]]
    assert len(screen) == 1 and screen[0].startswith("✓ mean — right")


def test_a_script_is_checked_without_a_notebook(
    folder: Path, grader: Grader, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shell, "current", lambda: None)
    monkeypatch.setattr(live._warm, "_server", grader.server)
    (folder / "averages.py").write_text(RIGHT)
    module = types.ModuleType("averages")
    module.__file__ = str(folder / "averages.py")
    monkeypatch.setitem(sys.modules, "averages", module)
    exec(RIGHT, vars(module))
    check(module.mean)
    assert capsys.readouterr().out.startswith("✓ mean — right")
    with pytest.raises(CannotCheck, match="`check` needs the text of your answer: call it in a notebook"):
        check("mean")


KERNEL = [
    "from grader import check",
    RIGHT,
    "check(mean)",
    "def mean(rows):\n    while True:\n        pass",
    "check(mean)",
    "def mean(rows):\n    return np.zeros((1 << 40,)) + rows[0]",
    "check(mean)",
    "def mean(rows):\n    import os\n    os._exit(0)",
    "check(mean)",
    "%%time\ndef mean(rows):\n    return rows.mean(axis=0)",
    "check(mean)",
    "def mean(rows):\n    return rows.mean(axis=0)\ncheck(mean)",
    "check()",
    "import os\nfrom grader.student import live\nos.kill(live._warm.get()._process.pid, 9)",
    "check(mean)",
    "check(maen)",
    "check(3)",
]


@pytest.fixture(scope="module")
def executed(recorder: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[NotebookNode]]:
    """The outputs of a notebook in a kernel of its own, in a fresh copy of an assignment."""
    checks = CHECKS.replace("points=30, hint", "points=30, seconds=1.0, hint", 1)
    course = make_course(tmp_path_factory.mktemp("live"), checks=checks)
    folder = tmp_path_factory.mktemp("assignment")
    record_topic(recorder, course.topics[0]).save(folder / "key.npz")
    (folder / "checks.py").write_text(checks)
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in KERNEL])
    made.metadata = {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}}
    NotebookClient(
        made, timeout=300, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    ).execute()
    yield [cell.outputs for cell in made.cells]


def outputs(executed: list[NotebookNode], cell: str, which: int = 0) -> list[NotebookNode]:
    places = [place for place, source in enumerate(KERNEL) if source == cell]
    found: list[NotebookNode] = executed[places[which]]
    return found


def test_in_a_kernel_the_display_is_kept_with_the_notebook(executed: list[NotebookNode]) -> None:
    (shown,) = outputs(executed, "check(mean)")
    assert shown.output_type == "display_data"
    assert shown.data["text/plain"].startswith("✓ mean — right, 30 of 30 points")
    assert shown.data["text/html"].startswith("<section aria-label=")
    json.dumps(shown)


@pytest.mark.parametrize(
    ("which", "says"), [(1, "had not finished after"), (2, "memory"), (3, "The process ended itself")]
)
def test_in_a_kernel_what_hangs_or_breaks_leaves_it_alive(
    which: int, says: str, executed: list[NotebookNode]
) -> None:
    shown, error = outputs(executed, "check(mean)", which)
    assert says in shown.data["text/plain"]
    # Nobody sits there: the error, which is all that `nbconvert --execute` prints, says it too.
    assert error.ename == "NotRightYet" and says in "\n".join(error.traceback)
    assert outputs(executed, "check(mean)", 4)[0].data["text/plain"].startswith("✓ mean — right")


def test_in_a_kernel_one_cell_may_define_and_check(executed: list[NotebookNode]) -> None:
    cell = next(cell for cell in KERNEL if cell.endswith("\ncheck(mean)"))
    (shown,) = outputs(executed, cell)
    assert shown.data["text/plain"].startswith("✓ mean — right")


def test_in_a_kernel_the_state_is_shown_and_raises_nothing(executed: list[NotebookNode]) -> None:
    (shown,) = outputs(executed, "check()")
    assert "<table" in shown.data["text/html"] and "1 of 3 exercises right" in shown.data["text/plain"]


def test_in_a_kernel_a_dead_server_is_replaced(executed: list[NotebookNode]) -> None:
    (shown,) = outputs(executed, "check(mean)", 5)
    assert shown.data["text/plain"].startswith("✓ mean — right")


def test_in_a_kernel_what_cannot_be_checked_is_one_sentence(executed: list[NotebookNode]) -> None:
    (error,) = outputs(executed, "check(3)")
    assert error.ename == "CannotCheck" and error.traceback == [error.evalue]
