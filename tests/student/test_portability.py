"""What works in a live notebook only."""

from __future__ import annotations

from pathlib import Path

import pytest
from courses import OURS
from students import RIGHT, notebook

from grader import magics
from grader.server import jupyter
from grader.student.portability import warnings

DEMONSTRATION = {"metadata": {"tags": ["active-ipynb"]}}

SCRIPT = """\
# %% tags=["active-ipynb"]
helper = 1

# %%
def mean(rows):
    return rows.sum() / COUNT + helper
"""


def found(tmp_path: Path, *cells: str | dict[str, object]) -> list[str]:
    (tmp_path / "averages.ipynb").write_text(notebook(*cells))
    return warnings(tmp_path / "averages.ipynb")


def test_what_a_grader_can_run_gets_no_warning(tmp_path: Path) -> None:
    cell = "import math\n\n\ndef mean(rows):\n    return math.pi + helper(rows)"
    assert found(tmp_path, cell, "def helper(x): ...") == []
    (tmp_path / "averages.py").write_text(RIGHT)
    assert warnings(tmp_path / "averages.py") == []


@pytest.mark.parametrize(
    "cell",
    [
        "try:\n    import numpy as np\nexcept ImportError as error:\n    print(error)",
        "x = [y for y in range(3) if y]\nf = lambda a, *b, c=1, **d: (a, b, c, d, x)",
        "class A:\n    n = 3\n    m = n + 1\n\n    def f(self):\n        return __class__, self.n, A",
        "def f():\n    global g\n    g = 1\n\n\ndef h():\n    return g",
        "from __future__ import annotations\n\n\ndef f(x: int) -> list[int]:\n    return [x]",
        "for i, (a, b) in enumerate([(1, 2)]):\n    print(i, a, b)\nwith open(__file__) as file: print(file)",
        "from math import *\nprint(sin(pi))",
        "def f(n):\n    def g():\n        return n\n    return g",
        "match 3:\n    case int(n):\n        print(n)",
    ],
)
def test_names_that_are_defined_are_known_to_be(cell: str, tmp_path: Path) -> None:
    assert found(tmp_path, cell) == []


def test_what_python_finds_odd_is_not_told(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    assert found(tmp_path, "def f(x):\n    '\\sqrt'\n    return x is 3") == []
    assert not recwarn.list


def test_hidden_state_is_told(tmp_path: Path) -> None:
    (said,) = found(tmp_path, "def mean(rows):\n    return rows.sum() / COUNT")
    assert said.startswith("Cell 1 from the top uses `COUNT`, which nothing in the file defines: your kernel")


def test_what_a_script_lacks_is_told_and_no_kernel_is_blamed(tmp_path: Path) -> None:
    (tmp_path / "averages.py").write_text(SCRIPT)
    lacking, freed = warnings(tmp_path / "averages.py")
    assert lacking == "The cell at line 4 uses `COUNT`, which nothing in the file defines."
    assert freed.startswith("The cell at line 4 uses `helper`, which is defined in a cell that is not graded")


def test_a_comprehension_does_not_see_what_the_class_around_it_holds(tmp_path: Path) -> None:
    """From Python 3.12 on, its instructions are among the class'."""
    (said,) = found(tmp_path, "class Model:\n    WIDTH = 3\n    sizes = [WIDTH for _ in range(WIDTH)]")
    assert said.startswith("Cell 1 from the top uses `WIDTH`, which nothing in the file defines")


def test_what_only_a_demonstration_defines_is_told(tmp_path: Path) -> None:
    demonstration = {"source": "%matplotlib inline\nhelper = 1", **DEMONSTRATION}
    (said,) = found(tmp_path, demonstration, "def mean(rows):\n    return helper")
    assert "Cell 2 from the top uses `helper`, which is defined in a cell that is not graded" in said


def test_what_only_a_later_cell_defines_is_told_where_the_cell_needs_it_at_once(tmp_path: Path) -> None:
    (said,) = found(tmp_path, "x = later + 1", "later = 1")
    assert said == "Cell 1 from the top uses `later`, which only a later cell defines: move that cell up."
    assert found(tmp_path, "class A:\n    n = [later for _ in range(3)]", "later = 1") == [said]
    assert found(tmp_path, "def f():\n    return later", "later = 1") == []


def test_cells_out_of_order_are_told(tmp_path: Path) -> None:
    one, two = {"source": "a = 1", "execution_count": 9}, {"source": "b = 1", "execution_count": 4}
    (said,) = found(tmp_path, one, two)
    assert said.startswith("The cells were not run in the order in which they stand: [4] stands below [9].")
    never = {"source": "c = 1", "execution_count": None}
    assert found(tmp_path, two, never, one) == []


def test_files_beside_the_notebook_are_told(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1")
    (tmp_path / "mine.py").write_text("")
    cell = "import mine\nfrom mine import x\ny = open('data.csv')\nz = 'data.csv', 'no.csv', ''"
    said = found(tmp_path, cell)
    wanted = [f"Cell 1 from the top uses your file `{name}`" for name in ("mine.py", "data.csv")]
    assert [one.partition(",")[0] for one in said] == wanted


def test_lines_for_notebooks_are_told(tmp_path: Path) -> None:
    (said,) = found(tmp_path, "a = 1\n!pip install x")
    says = "`!pip install x` works in notebooks only: no grader runs it."
    assert said == f"Cell 1 from the top: {says}"


def test_what_jupyter_gives_and_what_is_run_is_not_told(tmp_path: Path) -> None:
    assert magics.GIVEN == jupyter.GIVEN.keys()
    assert found(tmp_path, "%%time\nx = 1", "display(get_ipython())", "%time y = 1", "    z = 1") == []


def test_broken_files_and_cells_are_no_error_of_ours(tmp_path: Path) -> None:
    assert found(tmp_path, "def (:", "x = 1") == []
    (tmp_path / "broken.ipynb").write_text('{"cells": [')
    (said,) = warnings(tmp_path / "broken.ipynb")
    assert "cannot be read" in said
    for cell in ("1", '{"cell_type": "code"}', '{"cell_type": "code", "metadata": 3, "source": [1]}'):
        text = f'{{"cells": [{cell}]}}'
        (tmp_path / "odd.ipynb").write_text(text)
        assert warnings(tmp_path / "odd.ipynb") == []


def test_the_course_s_own_solutions_need_nothing_else() -> None:
    for topic in OURS.topics:
        assert warnings(topic.folder / "solution.py") == [], topic.id
