"""What a student hands in is read kindly: one bad cell costs only itself."""

from __future__ import annotations
import __future__

import inspect
import json
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import protocol
from grader.cells import cells_of
from grader.fault import Frame
from grader.saved import LARGEST, MAX_BYTES, Unreadable, without_outputs
from grader.server import jupyter
from grader.server.module import Submission, fault_of, is_stub, load, read


@pytest.fixture(autouse=True)
def modules_are_forgotten() -> Iterator[None]:
    yield
    for name in [name for name in sys.modules if name.startswith("submitted_here")]:
        del sys.modules[name]


@pytest.fixture
def colab() -> Iterator[None]:
    """Stand in for Colab in this process, which lives on, and undo it."""
    chdir, finders = os.chdir, list(sys.meta_path)
    jupyter.stand_in()
    yield
    os.chdir, sys.meta_path[:] = chdir, finders
    for name in [name for name in sys.modules if name.startswith(jupyter.COLAB)]:
        del sys.modules[name]


def run(content: str | bytes) -> Submission:
    return load(content.encode() if isinstance(content, str) else content, "solution.py", "submitted_here")


def code(source: str | list[str], **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": []}


def notebook(*cells: Any, **fields: Any) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)} | fields)


def names(found: Submission) -> set[str]:
    return {name for name in vars(found.module) if not name.startswith("__")} - {*jupyter.GIVEN}


CHECK_CELL = {"nbgrader": {"grade": True, "solution": False, "grade_id": "c", "points": 1}}
ANSWER_CELL = {"nbgrader": {"grade": True, "solution": True, "grade_id": "a", "points": 1}}


def test_notebook_and_script_give_the_same_module() -> None:
    texts = ["import math", "def area(r):\n    return math.pi * r**2", "half = area(1) / 2"]
    script = run("".join(f"# %%\n{text}\n\n" for text in texts))
    area, source = script.module.half, inspect.getsource(script.module.area)
    book = run(notebook(*map(code, texts)))
    assert names(book) == names(script) == {"math", "area", "half"}
    assert book.module.half == area
    assert inspect.getsource(book.module.area).strip() == source.strip() == texts[1]
    assert book.problems == script.problems == []


def test_check_cells_and_demonstrations_are_not_run() -> None:
    found = run(
        notebook(
            code("a = 1"),
            code("b = 1 / 0", **CHECK_CELL),
            code("c = 1 / 0", tags=["active-ipynb"]),
            code("d = 1", **ANSWER_CELL),
            code("e = 1", tags=["other"]),
            {"cell_type": "markdown", "source": "f = 1", "metadata": {}},
            {"cell_type": "raw", "source": "g = 1", "metadata": {}},
        )
    )
    assert (names(found), found.problems) == ({"a", "d", "e"}, [])


def test_markdown_and_comments_in_a_script_are_not_run() -> None:
    found = run(
        '# %% [markdown]\nr"""\n1 / 0\n"""\n1 / 0\n# %% tags=["active-ipynb"]\n# 1 / 0\n# %%\na = 1\n'
    )
    assert (names(found), found.problems) == ({"a"}, [])


@pytest.mark.parametrize("header", ["#%% md", "# %% [md]", "#%% raw", "# %% Why [markdown]", "#%% markdown"])
def test_text_that_is_no_comment_is_not_run_where_its_cell_says_that_it_is_text(header: str) -> None:
    found = run(f"#%%\na = 1\n{header}\n# Why\nIt's so: 1 / 0\n#%%\nb = a\n")
    assert (names(found), found.problems) == ({"a", "b"}, [])


@pytest.mark.parametrize("title", ["# %% md5 of a file", "# %% rawness", "# %% the md"])
def test_a_cell_with_a_title_is_run(title: str) -> None:
    assert names(run(f"{title}\na = 1\n")) == {"a"}


@pytest.mark.parametrize(
    "bad",
    ["1 / 0", "def f(:", "x = (", "import nothing_of_this_name", "exit()", "\0", "1" + " + 1" * 99_999],
)
def test_one_bad_cell_costs_only_itself(bad: str) -> None:
    for content in (
        f"# %%\na = 1\n# %%\n{bad}\n# %%\nb = a\n",
        notebook(*map(code, ["a = 1", bad, "b = a"])),
    ):
        found = run(content)
        assert names(found) == {"a", "b"}
        assert len(found.problems) == 1


def test_what_a_bad_cell_did_before_its_error_stays() -> None:
    assert "a" in names(run("# %%\na = 1\n1 / 0\nb = 1"))


def test_memory_that_runs_out_is_not_a_cell_s_problem() -> None:
    with pytest.raises(MemoryError):
        run("raise MemoryError")


# Forms of text


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_endings_and_byte_order_marks_do_not_matter(ending: str, mark: bytes) -> None:
    content = mark + "# %%\ndef f():\n    return '''a\nb'''\n# %%\ng = f()\n".replace("\n", ending).encode()
    found = run(content)
    assert (found.module.g, found.problems) == ("a\nb", [])
    found = run(mark + notebook(code(f"if 1:{ending}    h = 1{ending}")).encode())
    assert (found.module.h, found.problems) == (1, [])


def test_a_source_that_is_a_list_of_lines_is_joined() -> None:
    assert run(notebook(code(["if 1:\n", "    a = 1\n", "b = 2"]))).module.b == 2


@pytest.mark.parametrize("magic", ["%matplotlib inline", "!pip install x", "%%time", "  %time", "!ls {a}"])
def test_magics_and_shell_lines_are_passed_over(magic: str) -> None:
    found = run(notebook(code(f"{magic}\na = 1\ndef f():\n    return a")))
    assert (found.module.a, found.problems) == (1, [])
    assert inspect.getsource(found.module.f) == "def f():\n    return a\n"


@pytest.mark.parametrize(
    "text",
    [
        "get_ipython().run_line_magic('matplotlib', 'inline')",
        "get_ipython().system('pip install x')\nlines = get_ipython().getoutput('ls')\nlines.sort()",
        "get_ipython().run_cell_magic('time', '', '1 / 0')",
        "display('a table', clear=True)",
        "files = !ls\nfor file in files:\n    print(file)",
        "from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content/drive/MyDrive",
        "import google.colab.files\ngoogle.colab.files.upload()",
        "from google.colab.patches import cv2_imshow",
        "import os\nos.chdir('/content/drive/MyDrive/course')",
        "import asyncio\nawait asyncio.sleep(0)",
        "x = 1\nfrom __future__ import annotations",
    ],
)
@pytest.mark.usefixtures("colab")
def test_what_works_in_jupyter_costs_nothing_here(text: str) -> None:
    found = run(notebook(code(f"{text}\ndef f(): return 1")))
    assert (found.problems, found.module.f()) == ([], 1)


@pytest.mark.usefixtures("colab")
def test_what_asks_whether_it_is_on_colab_is_told_no() -> None:
    assert run("import sys\nyes = 'google.colab' in sys.modules").module.yes is False


@pytest.mark.usefixtures("colab")
def test_other_folders_and_modules_are_missing_as_ever() -> None:
    found = run("# %%\nimport os\nos.chdir('/no/such/folder')\n# %%\nimport google.not_there")
    assert [one.text.partition(":")[0] for one in found.problems] == [
        "FileNotFoundError",
        "ModuleNotFoundError",
    ]


def test_a_filter_of_warnings_ends_with_the_file() -> None:
    found = run(
        "import warnings\nwarnings.simplefilter('error')\ndef f(): warnings.warn('old', stacklevel=1)"
    )
    with pytest.warns(UserWarning, match="old"):
        found.module.f()


def test_a_remainder_at_the_start_of_a_line_is_no_magic() -> None:
    assert run("a = (7\n%4)\n").module.a == 3


def test_future_imports_hold_for_the_cells_after_them() -> None:
    found = run(
        notebook(*map(code, ["x: int = 1", "from __future__ import annotations", "def f(a: not_there): ..."]))
    )
    assert found.problems == []
    assert found.module.f.__annotations__ == {"a": "not_there"}
    assert found.module.annotations is __future__.annotations


def test_the_grader_s_own_future_imports_do_not_hold_for_a_student() -> None:
    assert "not_there" in run("def f(a: not_there): ...").problems[0].text


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b" \n\t\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        ("é = 1".encode("latin-1"), "not text in UTF-8"),
        (b"a = 1\xff", "not text in UTF-8"),
        (b"\xff\xfe\x00\xd8", "not text in UTF-8"),
        (b"# coding: nonsense\na = 1", "not text in UTF-8"),
        (b"PK\x03\x04\xff", "is a zip, or an office document, and no notebook"),
        (b"\n<!DOCTYPE html><html>", "is a web page, and no notebook or script"),
        (b"%PDF-1.7", "is a PDF"),
        (b"\x89PNG\r\n", "is a picture"),
        (notebook(code("a = 1"))[:-5].encode(), "cut off or not JSON"),
        (b"{", "cut off or not JSON"),
        (b'{"a": ' + b"[" * 100_000, "cut off or not JSON"),
        (b"{}", "it has no cells"),
        (b'{"cells": null}', "it has no cells"),
        (b'{"cells": {"0": 1}}', "it has no cells"),
        (b'{"worksheets": [], "nbformat": 3}', "it has no cells"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        run(content)


@pytest.mark.parametrize(
    "weird",
    [
        None,
        1,
        "code",
        [],
        {},
        {"cell_type": "code"},
        {"cell_type": ["code"], "source": "1 / 0"},
        {"cell_type": "code", "source": None},
        {"cell_type": "code", "source": 7},
        {"cell_type": "code", "source": {"1": "1 / 0"}},
        {"cell_type": "code", "source": []},
        {"cell_type": "code", "source": " \n"},
    ],
)
def test_cells_that_are_none_are_passed_over(weird: Any) -> None:
    found = run(notebook(code("a = 1"), weird, code("b = 2")))
    assert (names(found), found.problems) == ({"a", "b"}, [])


@pytest.mark.parametrize(
    "metadata",
    [
        None,
        [],
        "x",
        {"tags": None},
        {"tags": 3},
        {"tags": "active-ipynb"},
        {"nbgrader": None},
        {"nbgrader": []},
        {"nbgrader": {"grade": None}},
    ],
)
def test_metadata_of_any_form_is_borne(metadata: Any) -> None:
    assert names(run(notebook({"cell_type": "code", "source": "a = 1", "metadata": metadata}))) == {"a"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "metadata", "tags"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(st.binary(max_size=60) | json_values.map(lambda value: json.dumps({"cells": value}).encode())
       | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))  # fmt: skip
def test_any_content_is_read_or_said_to_be_unreadable(content: bytes) -> None:
    try:
        cells = cells_of(content)
    except Unreadable as error:
        assert str(error)
    else:
        assert all(cell.line >= 1 and cell.text.strip() for cell in cells)


# Where things stand


def failing(found: Submission, name: str) -> str:
    try:
        getattr(found.module, name)()
    except Exception as error:
        return fault_of(error, found).said()
    raise AssertionError("it was to fail")


def test_an_error_is_placed_by_cell_and_line_in_a_notebook() -> None:
    cells = [
        {"cell_type": "markdown", "source": "#", "metadata": {}},
        code("import math"),
        code("def f():\n    return 1 / 0"),
    ]
    assert failing(run(notebook(*cells)), "f") == (
        "ZeroDivisionError: division by zero\n  cell 3 from the top, line 2, in f\n    return 1 / 0"
    )


def test_a_demonstration_in_a_script_is_not_run_though_its_lines_were_freed() -> None:
    demonstration = '# %% tags=["active-ipynb"]\nraise ValueError\n\n'
    commented = demonstration.replace("raise", "\n# It is no error.\nraise")
    script = run(f"{demonstration}# %%\na = 1\n\n{commented}# %%\nb = 1 / 0\n")
    assert names(script) == {"a"}
    (problem,) = script.problems
    assert problem.said().endswith("\n  line 13, in <module>\n    b = 1 / 0")


def test_what_a_student_writes_below_a_demonstration_that_is_still_comment_is_run() -> None:
    demonstration = '# %% tags=["active-ipynb"]\n# check(f)\n\n'
    script = run(f"{demonstration}def helper():\n    return 1\n\n# %%\nx = helper()\n")
    assert names(script) == {"helper", "x"} and not script.problems


def test_an_error_is_placed_by_line_in_a_script() -> None:
    found = run("# %% [markdown]\n# words\n\n# %%\na = 1\n\n# %%\ndef f():\n    return 1 / 0\n")
    assert failing(found, "f") == "ZeroDivisionError: division by zero\n  line 9, in f\n    return 1 / 0"


def test_a_syntax_error_is_placed() -> None:
    (problem,) = run(notebook(code("a = 1"), code("a = 1\nb = (2"))).problems
    assert problem.said() == "SyntaxError: '(' was never closed\n  cell 2 from the top, line 2\n    b = (2"
    (problem,) = run("# %%\na = 1\n# %%\nb = (2\n").problems
    assert problem.frames == (Frame(0, 4, "", "b = (2"),)


@pytest.mark.parametrize("line", ["'7'", "10**40", "-1", "None", "[]"])
def test_a_syntax_error_that_a_student_made_up_costs_only_its_cell(line: str) -> None:
    made = f"# %%\nraise SyntaxError('no', ('solution.py', {line}, 1, object()))\n# %%\na = 1\n"
    found = run(made)
    assert found.module.a == 1 and found.problems[0].text == "SyntaxError: no"
    header = protocol.encode_reply(protocol.Came.READY, {}, faults=found.problems)
    assert protocol.decode_reply(header, bytearray())[0].faults == tuple(found.problems)


def test_only_the_student_s_frames_are_shown() -> None:
    found = run("import json\ndef f():\n    return json.loads('{')")
    shown = failing(found, "f")
    assert "line 3, in f" in shown and "decoder.py" not in shown and "test_submission" not in shown


def test_a_deep_traceback_is_shortened() -> None:
    shown = failing(run("def f():\n    return f()"), "f")
    assert shown.count("in f\n") == 6 and "…" in shown


def test_lines_that_are_very_long_are_cut() -> None:
    assert len(failing(run(f"def f():\n    return 1 / 0, '{'x' * 9999}'"), "f")) < 500


# The module's source is there for those who ask


def test_source_can_be_had_of_functions_and_classes_in_every_cell() -> None:
    texts = [
        "'''first'''",
        "class A:\n    def f(self):\n        return 1\n",
        "@property\ndef g(self):\n    return 2\n",
    ]
    found = run(notebook(*map(code, texts)))
    assert inspect.getsource(found.module.A) == texts[1]
    assert inspect.getsource(found.module.A.f) == "    def f(self):\n        return 1\n"
    assert inspect.getsource(found.module.g.fget) == texts[2]


def test_two_submissions_do_not_mix() -> None:
    one = load(b"def f():\n    return 1", "one.py", "submitted_here.one")
    two = load(b"def f():\n    return 2", "two.py", "submitted_here.two")
    assert (one.module.f(), two.module.f()) == (1, 2)
    assert inspect.getsource(one.module.f) != inspect.getsource(two.module.f)


def test_a_module_looks_like_one() -> None:
    found = run("here = __name__, __file__\nclass A:\n    pass\n")
    assert found.module.here == ("submitted_here", "solution.py")
    assert found.module.A.__module__ == "submitted_here"
    import pickle

    assert isinstance(pickle.loads(pickle.dumps(found.module.A())), found.module.A)


def test_dataclasses_and_annotations_work_as_in_a_module() -> None:
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n"
    text += "@dataclass\nclass A:\n    x: int = 1\n"
    found = run(text)
    assert (found.problems, found.module.A().x) == ([], 1)


def test_the_file_s_limit_is_what_is_read() -> None:
    assert (MAX_BYTES, LARGEST) == (16 << 20, 200 << 20)


OUTPUT = {"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo" * 1000}, "metadata": {}}


def written(indent: int | None = None, **fields: object) -> bytes:
    """Return a notebook whose one cell defines x."""
    cell = {"cell_type": "code", "source": ["x = 1"], "metadata": {}, "outputs": [OUTPUT], **fields}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}, indent=indent).encode()


@pytest.mark.parametrize(
    "content",
    [
        written(),
        written(indent=1),
        b"\xef\xbb\xbf" + written(),
        written().decode().encode("utf-16"),
        b"\xfe\xff" + written().decode().encode("utf-16-be"),
        written(outputs=[OUTPUT] * 2000),  # 22 MB of pictures
        written(outputs=[{"data": float("nan")}]),
        written(outputs=[{"data": "half a pair: \ud83d"}]),
        written(source="x = 1"),
        json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}]}).encode(),
        "# -*- coding: latin-1 -*-\nname = 'Zoë'\nx = 1".encode("latin-1"),
        "name = 'Zoë'\nx = 1".encode("utf-16"),
    ],
    ids=[
        "as it is", "indented", "a byte order mark", "UTF-16", "UTF-16, big end first", "large outputs",
        "NaN in an output", "half a character in an output", "a source in one piece", "format 3",
        "a declared encoding", "a script in UTF-16",
    ],
)  # fmt: skip
def test_what_is_written_is_read_however_it_was_saved(content: bytes) -> None:
    found = load(content, "a.ipynb", "solution")
    assert (found.problems, found.module.x) == ([], 1)


def test_a_notebook_is_large_by_its_text_alone() -> None:
    text = "#" * (MAX_BYTES + 1)
    for content in (written(source=text), text.encode()):
        with pytest.raises(Unreadable, match="more than the 17 MB of text"):
            cells_of(content)
    slim = without_outputs(written(outputs=[OUTPUT] * 2000))
    assert len(slim) < 1000 and [cell.text for cell in cells_of(slim)] == ["x = 1"]


STUBS = {
    "as it is handed out": ("def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()", True),
    "without the marker": ("def f(x):\n    raise NotImplementedError", True),
    "with its docstring": ('def f(x):\n    """Do it."""\n    raise NotImplementedError()', True),
    "after lines that were given": (
        "def f(x):\n    x = list(x)\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        True,
    ),
    "in a method": (
        "class F:\n    a = 1\n\n    def g(self):\n        raise NotImplementedError\n\n"
        "def f(x):\n    return F().g()",
        True,
    ),
    "in a branch": ("def f(x):\n    if x:\n        raise NotImplementedError()\n    return x", False),
    "after lines of one's own": ("def f(x):\n    x = list(x)\n    raise NotImplementedError('later')", False),
    "in a branch of a function within": (
        "def f(x):\n    def g():\n        for _ in x:\n            raise NotImplementedError\n    return g()",
        False,
    ),
    "of a library": ("import io\n\n\ndef f(x):\n    return io.RawIOBase().read(1)", False),
    "of a text that was run": ("def f(x):\n    exec('raise NotImplementedError')", False),
}


@pytest.mark.parametrize(("text", "stub"), STUBS.values(), ids=STUBS)
@pytest.mark.parametrize("kind", [".py", ".ipynb"])
def test_a_stub_is_told_from_an_unfinished_branch(text: str, stub: bool, kind: str) -> None:
    first = "import math"
    if kind == ".py":
        content = f"# %%\n{first}\n\n# %%\n{text}\n".encode()
    else:
        cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in (first, text)]
        content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    found = load(content, "solution.py", "submitted.solution")
    assert not found.problems
    with pytest.raises(NotImplementedError) as raised:
        found.module.f([1])
    assert is_stub(raised.value, found) is stub


def test_each_cell_s_lines_are_counted() -> None:
    cells = [
        {"cell_type": kind, "source": source, "metadata": {}}
        for kind, source in (("markdown", "#"), ("code", "a = 1\nb = 2"), ("code", "c = 3\n"))
    ]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert read(notebook.encode(), "solution.py", "submitted.solution").lines == {2: 2, 3: 2}
    script = b"# %%\na = 1\n# %% [markdown]\n# b\n# %%\nc = 3"
    found = read(script, "solution.py", "submitted.solution")
    assert found.lines == {0: 6} and not hasattr(found.module, "a"), "nothing is run"


@pytest.mark.parametrize(
    ("text", "known", "lines"),
    [
        ("import os\nimport nowhere as n\nimport sys\na = 1", {"os", "sys", "a"}, [2]),
        ("import nowhere; a = 1\nfrom nowhere.else_ import (\n    b,\n    c,\n)\nd = 2", {"a", "d"}, [1, 2]),
        ("é = 1; import nowhere; b = é", {"é", "b"}, [1]),
        # What is no import of the cell's own ends the cell, as in Jupyter.
        ("try:\n    import nowhere\nexcept ValueError:\n    pass\na = 1", set(), [2]),
        ("def f():\n    import nowhere\nf()\na = 1", {"f"}, [2]),
        ("import os, nowhere, sys\nos.getcwd()\na = 1", {"os", "a"}, [1]),
    ],
)
def test_what_is_not_installed_costs_no_more_than_what_uses_it(
    text: str, known: set[str], lines: list[int]
) -> None:
    found = run(text)
    assert names(found) == known
    assert [one.kind for one in found.problems] == ["ModuleNotFoundError"] * len(lines)
    assert [one.frames[-1].line for one in found.problems] == lines
