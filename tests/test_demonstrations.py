"""A chapter's own cells are known in a file that has lost their tags, and are not run."""

from __future__ import annotations

import copy
import re

import nbformat
import pytest
from courses import OURS
from forms import FORMS, Handed
from nbformat import NotebookNode

from grader.cells import Cell, cells_of
from grader.course import Topic
from grader.demonstrations import Demonstration, known_by, lines_shown, without
from grader.grading import key
from grader.names import KEY
from grader.server.module import load

TOPICS = OURS.topics
SHOWN = "rate = 0.1\nfor step in range(3):\n\n    # one step\n    print(step, rate)"
KNOWN = known_by([SHOWN, "check(mean)", "# nothing\n"])


def left(*texts: str, answers: tuple[str, ...] = ("mean",)) -> list[str]:
    """Return the lines of code that are left of each cell."""
    cells = [Cell(n, text, n) for n, text in enumerate(texts, 1)]
    return [code(cell.text) for cell in without(cells, KNOWN, answers)]


def code(text: str) -> str:
    """Return a text's lines of code: no comment, magic or empty line."""
    return "\n".join(
        line.rstrip() for line in text.split("\n") if not re.match(r"\s*(#|%|get_ipython|$)", line)
    )


@pytest.mark.parametrize(
    "changed",
    [
        SHOWN,
        f"\n\n{SHOWN}\n\n",
        SHOWN.replace("\n\n", "\n"),
        SHOWN.replace("\n", "  \n"),
        SHOWN.replace("    # one step\n", ""),
        f"# In[3]:\n\n\n{SHOWN}\n\n\n# ## The next section\n# ",
        f"get_ipython().run_line_magic('matplotlib', 'inline')\n{SHOWN}",
        f"%matplotlib inline\n{SHOWN}",
    ],
)
def test_what_tools_change_does_not_matter(changed: str) -> None:
    assert left(changed) == [""]


@pytest.mark.parametrize(
    "edited",
    [
        SHOWN.replace("0.1", "0.2"),
        f"{SHOWN}\n    print('more')",
        SHOWN.replace("rate)", "rate"),
        "rate = 0.1",
        "".join(f"    {line}\n" for line in ["", *SHOWN.split("\n")]).replace("    ", "if True:", 1),
        f'text = """\n{SHOWN}\n"""',
        f"{SHOWN}\nelse:\n    print('end')",
        "@trace\ncheck(mean)",
    ],
)
def test_what_a_student_has_edited_is_the_student_s(edited: str) -> None:
    assert left(edited) == [code(edited)]


def test_demonstrations_are_found_beside_other_code_and_every_line_stays() -> None:
    answer = "def mean(x):\n    return 1"
    text = f"import math\n{SHOWN}\n\n{answer}\ncheck(mean)\n{SHOWN}\nlast = 2"
    assert left(text) == [f"import math\n{answer}\nlast = 2"]
    (cell,) = without([Cell(1, text, 1)], KNOWN, ["mean"])
    assert cell.text.count("\n") == text.count("\n")
    assert cell.text.split("\n").index("last = 2") == text.split("\n").index("last = 2")


def test_an_answer_keeps_what_only_a_demonstration_defines() -> None:
    answer = "def mean(x):\n    return rate"
    assert left(SHOWN, answer) == ["rate = 0.1", answer]
    assert left(answer, SHOWN) == [answer, "rate = 0.1"]
    helper = ["def mean(x):\n    return half()", "def half():\n    return rate / 2"]
    assert left(SHOWN, *helper) == ["rate = 0.1", *helper]
    # An error in a line above an answer would cost the answer.
    assert left(SHOWN, f"print(rate)\n{answer}") == ["rate = 0.1", f"print(rate)\n{answer}"]
    merged = f"{SHOWN}\n{answer}"
    assert left(merged) == [f"rate = 0.1\n{answer}"]


def test_what_nothing_needs_or_the_student_defines_too_is_not_kept() -> None:
    assert left("rate = 5", SHOWN, "def mean(x):\n    return rate") == [
        "rate = 5",
        "",
        "def mean(x):\n    return rate",
    ]
    assert left(SHOWN, "print(rate)", "def mean(x):\n    return 1")[0] == ""


@pytest.mark.parametrize("odd", ["def f(:", "\0", "x = 'é\udc80'", "(" * 5000, "%%bash\nls", "\n", "#"])
def test_odd_cells_are_left_as_they_are(odd: str) -> None:
    cells = [Cell(1, odd, 1), Cell(2, f"{SHOWN}\n{odd}", 5)]
    assert without(cells, KNOWN, ["mean"])[0] == cells[0]
    assert without(cells, (), ["mean"]) == cells


def test_a_very_long_cell_is_not_looked_into() -> None:
    assert not lines_shown(f"{SHOWN}\n{'x = 1' * 300_000}", KNOWN)


@pytest.mark.parametrize("marker", ["# %%", "#%%", "# In[ ]:", "# In[12]:", "# In [3]:", "# In[*]:"])
def test_an_error_in_a_script_costs_the_lines_to_the_next_marker(marker: str) -> None:
    found = load(f"{marker}\na = 1\n{marker}\n1 / 0\n\n{marker}\nb = 2\n".encode(), "mine.py", "mine")
    assert (found.module.a, found.module.b, len(found.problems)) == (1, 2, 1)


# Every chapter, in every form


def trimmed(notebook: NotebookNode) -> Handed:
    """Return a notebook without empty lines."""
    for cell in notebook.cells:
        cell.source = "\n".join(line for line in cell.source.split("\n") if line.strip())
    return ".ipynb", nbformat.writes(notebook).encode()


def merged(notebook: NotebookNode) -> Handed:
    """Return a notebook in which every two cells of code are one."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for first, second in zip(cells[::2], cells[1::2], strict=False):
        first.source = f"{first.source}\n\n{second.source}"
    notebook.cells = cells[::2]
    return ".ipynb", nbformat.writes(notebook).encode()


NAMES = (
    "notebook 3.0", "notebook 4.0", "notebook 4.5", "VS Code", "Deepnote", "PyCharm", "nbconvert",
    "jupytext percent", "jupytext light", "jupytext hydrogen", "VS Code's script", "Windows' lines",
)  # fmt: skip
LOST = {name: FORMS[name] for name in NAMES} | {"trimmed": trimmed, "merged": merged}


def known_in(topic: Topic) -> tuple[Demonstration, ...]:
    return key.load(topic.assignment / KEY).demonstrations


def in_form(topic: Topic, form: str) -> None:
    """Assert that of a released notebook without tags, only what is graded is left."""
    notebook = nbformat.read(topic.assignment / f"{topic.name}.ipynb", 4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    own = [cell.source for cell in cells if "active-ipynb" not in cell.metadata.get("tags", [])]
    assert 0 < len(own) < len(cells)
    bare = copy.deepcopy(notebook)
    for cell in bare.cells:
        cell.metadata = NotebookNode()
    _, content = LOST[form](bare)
    found = without(cells_of(content), known_in(topic), ())
    assert "\n".join(filter(None, (code(one.text) for one in found))) == "\n".join(map(code, own))


ALL = [(topic, form) for topic in TOPICS for form in LOST]
# Each topic in three or four forms, and each form for seven or eight topics.
SOME = [pair for number, pair in enumerate(ALL) if (number + number // len(LOST)) % 4 == 0]


def named(part: Topic | str) -> str:
    return part if isinstance(part, str) else part.id


@pytest.mark.slow  # in all
@pytest.mark.parametrize(("topic", "form"), SOME, ids=named)
def test_every_cell_that_is_not_graded_is_known(topic: Topic, form: str) -> None:
    in_form(topic, form)


@pytest.mark.long
@pytest.mark.parametrize(("topic", "form"), ALL, ids=named)
def test_every_cell_that_is_not_graded_is_known_in_every_form(topic: Topic, form: str) -> None:
    in_form(topic, form)
