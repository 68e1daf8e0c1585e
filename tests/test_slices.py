"""What of some cells an answer needs."""

from __future__ import annotations

import json
import sys

import pytest

from grader.cells import cells_of
from grader.server.module import load
from grader.slices import cut, names_defined


def sources(cells: list[str], *names: str) -> dict[int, str]:
    """Return what is left of each cell that is not empty, by its number."""
    notebook = json.loads(cut(cells, names).notebook)
    kept = ((number, cell["source"]) for number, cell in enumerate(notebook["cells"], 1))
    return {number: source for number, source in kept if source.strip()}


def test_an_answer_comes_with_what_it_uses_and_nothing_else() -> None:
    cells = [
        "import numpy as np\nimport os",
        "SCALE = 3\nOTHER = 4",
        "def mean(rows):\n    return helper(rows) * SCALE",
        "def helper(rows):\n    return np.sum(rows)",
        "def unused():\n    return OTHER",
    ]
    kept = sources(cells, "mean")
    assert kept == {1: "import numpy as np\n", 2: "SCALE = 3\n", 3: cells[2], 4: cells[3]}
    found = cut(cells, ["mean"])
    assert found.cells == (1, 2, 3, 4)
    assert found.defined == {"np", "SCALE", "mean", "helper"} and not found.unknown


def test_the_last_definition_counts() -> None:
    cells = ["def mean():\n    return 1", "def helper():\n    return 2", "def mean():\n    return helper()",
             "def helper():\n    return 3"]  # fmt: skip
    assert set(sources(cells, "mean")) == {3, 4}


def test_what_is_used_at_once_is_what_was_there_then() -> None:
    cells = ["def size(): return 3", "SIZE = size()", "def size(): return 4", "def f(): return SIZE"]
    assert set(sources(cells, "f")) == {1, 2, 4}
    assert set(sources([*cells, "def g(): return SIZE, size()"], "g")) == {1, 2, 3, 5}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("WIDTH += 1", "WIDTH"),
        ("WIDTH = WIDTH + 1", "WIDTH"),
        ("TABLE = [WIDTH for _ in TABLE]", "TABLE"),
        ("class A:\n    wide = WIDTH", "A"),
        ("@decorate(WIDTH)\ndef g(): pass", "g"),
        ("def g(width=WIDTH): pass", "g"),
    ],
)
def test_what_a_definition_builds_on_comes_first(change: str, name: str) -> None:
    cells = ["WIDTH = 3\nTABLE = []", "def decorate(width): return lambda f: f", change]
    later = [] if name == "WIDTH" else ["WIDTH = 'later'"]
    kept = sources(cells + later, name)
    assert kept[1].startswith("WIDTH = 3") and kept[3] == change and 4 not in kept


@pytest.mark.parametrize(
    "comprehension",
    ["[x for x in ()]", "{x for x in ()}", "{x: y for x, y in ()}", "[[x for x in ()] for y in ()]",
     "f'{[x for x in ()]!r:{len([y for y in ()])}}'"],
)  # fmt: skip
def test_variables_of_comprehensions_are_nobody_elses(comprehension: str) -> None:
    cells = ["x = y = 1", f"found = {comprehension}", "def f():\n    return x, y", "def g(): return found"]
    assert set(sources(cells, "f")) == {1, 3}
    assert set(sources(cells, "g")) == {2, 4}
    assert {"x", "y"}.isdisjoint(cut(cells[1:], ["g"]).unknown)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters came with Python 3.12")
@pytest.mark.parametrize(
    "generic",
    ["class A[T](Base): pass", "class A[T]:\n    base: T = Base", "def A[T](x: T = Base): pass",
     "def A[T](x: T) -> Base: pass"],
)  # fmt: skip
def test_what_is_generic_builds_on_what_was_there_then(generic: str) -> None:
    cells = ["class Base: pass", generic, "class Base: later = True"]
    assert set(sources(cells, "A")) == {1, 2}
    assert "T" not in cut(cells, ["A"]).unknown


@pytest.mark.parametrize("change", ["Model.call = lambda self: 1", "Model.sizes['a'] = 1", "del Model.call"])
def test_what_reaches_into_an_answer_belongs_to_it(change: str) -> None:
    assert set(sources(["class Model: pass", change, "print(Model)"], "Model")) == {1, 2}


def test_calls_that_define_nothing_are_left_out() -> None:
    assert set(sources(["def f(): return 1\nprint(f())", "f()\ntrain(f)"], "f")) == {1}
    assert "print" not in sources(["def f(): return 1\nprint(f())"], "f")[1]


def test_lines_stay_where_they_are() -> None:
    cells = ["x = 1\n\nprint(x)\n@print\ndef f():\n    return x\n"]
    assert sources(cells, "f")[1] == "x = 1\n\n\n@print\ndef f():\n    return x\n"
    assert sources(["a = 1; b = 2\nc = 3"], "b")[1] == "a = 1; b = 2\n"


def test_what_may_define_anything_is_kept() -> None:
    cells = ["from __future__ import annotations\nfrom math import *", "def f(): return pi"]
    assert sources(cells, "f")[1] == cells[0]


def test_what_no_cell_defines_is_told() -> None:
    assert cut(["def f(x):\n    return missing(x) + len(x)"], ["f"]).unknown == {"missing", "len"}
    assert cut([], ["f"]).unknown == {"f"}


@pytest.mark.parametrize(
    "cell",
    ["def f(:", "%matplotlib inline\nplot()", "\0", "", "!ls", "(" * 300, "x = 1" + " + x" * 99_999],
)
def test_cells_that_are_no_python_do_no_harm(cell: str) -> None:
    assert set(sources(["def f(): return 1", cell], "f")) == {1}


def test_nor_does_what_is_found_to_be_no_python_only_once_it_is_compiled() -> None:
    assert set(sources(["def f(): return 1", "def f(a, a): pass"], "f")) == {1}


def test_python_says_nothing_of_what_it_finds_odd(recwarn: pytest.WarningsRecorder) -> None:
    """It would, under each check, of cells that the check is not about."""
    cells = ["def f(x):\n    '\\sqrt'\n    return x is 3", "print('\\d')"]
    assert set(sources(cells, "f")) == {1}
    assert not recwarn.list


def test_no_f_string_is_too_odd() -> None:
    """3.11 cannot write this one from its tree."""
    cells = ["WIDTH = 3", "def f(): return f'''{\"\"\"a\nb\"\"\"}{WIDTH}'''"]
    assert set(sources(cells, "f")) == {1, 2}


def test_magics_hide_no_definition() -> None:
    assert "def f" in sources(["%%time\ndef f(): return 1"], "f")[1]
    assert "def f" in sources(["%matplotlib inline\r\ndef f(): return 1"], "f")[1]


def test_what_is_cut_is_a_notebook_whose_errors_say_where_they_are() -> None:
    cells = ["import math", "x = 1", "y = 2\ndef f():\n    return y + nothing"]
    content = cut(cells, ["f"]).notebook
    assert [cell.label for cell in cells_of(content)] == ["cell 3 from the top"]
    loaded = load(content, "session.py", "cut_session")
    with pytest.raises(NameError) as caught:
        loaded.module.f()
    assert loaded.place(caught.traceback[-1].lineno + 1).said() == "cell 3 from the top, line 3"


def test_recursion_ends() -> None:
    cells = ["def f(n): return g(n)", "def g(n): return f(n - 1)", "def f(n): return n and g(n)"]
    assert set(sources(cells, "f")) == {2, 3}


def test_the_names_of_a_saved_notebook() -> None:
    code = [{"cell_type": "code", "source": source} for source in (["import os\n", "def f(): pass"], "y = 2")]
    cells = [*code, {"cell_type": "markdown", "source": "x = 1"}, 3]
    assert names_defined({"cells": cells}) == {"os", "f", "y"}
    assert names_defined({}) == frozenset()
