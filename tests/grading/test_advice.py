"""Errors that say little of their cause: each has one sentence, on hidden cases too."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from students import RIGHT, notebook

from grader.fault import Fault, Frame
from grader.grading.advice import advice
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.verdict import Graded, Status

GradeText = Callable[..., Graded]
OLD, NEW = (3, 11), (3, 12)
NOT_CALLABLE = "TypeError: 'int' object is not callable"
SAID = [
    ("EOFError", "EOFError: EOF when reading a line", "n = int(input('n? '))", "Nobody is there to answer"),
    ("EOFError", "EOFError: EOF when reading a line", "data = pickle.load(file)", ""),
    ("TypeError", NOT_CALLABLE, "return sum(rows) / n", "Is `sum` also the name of something of yours?"),
    ("TypeError", NOT_CALLABLE, "return np.sum(list(rows)) / len(rows)", "Is `list` or `len` also the name"),
    ("TypeError", NOT_CALLABLE, "return np.sum(rows)(n)", ""),
    ("TypeError", "TypeError: sum expected", "return sum(rows) / n", ""),
    ("SyntaxError", "SyntaxError: f-string: unmatched '['", 'print(f"{x["a"]}")', "use the other quotes"),
    ("SyntaxError", "SyntaxError: f-string: expecting '}'", 'print(f"{x")', ""),
    ("SyntaxError", "SyntaxError: expected '('", "def mean[T](rows):", "does not know type parameters"),
    ("SyntaxError", "SyntaxError: invalid syntax", "type Rows = list", "does not know type parameters"),
    ("SyntaxError", "SyntaxError: invalid syntax", "rows[0] = = 1", ""),
]


@pytest.mark.parametrize(("kind", "text", "line", "says"), SAID)
def test_each_cause_has_its_sentence(kind: str, text: str, line: str, says: str) -> None:
    found = advice([Fault(text, (Frame(0, 3, "mean", line),), kind=kind)], OLD)
    assert (says in found) if says else (found == "")


def test_of_a_newer_python_nothing_is_said() -> None:
    assert (
        advice(
            [Fault("SyntaxError: expected '('", (Frame(0, 1, "", "def f[T]():"),), kind="SyntaxError")], NEW
        )
        == ""
    )
    assert advice([]) == ""


@pytest.mark.parametrize("hidden", [False, True])
def test_what_is_asked_for_or_shadowed_is_explained(
    hidden: bool, grade_text: GradeText, hidden_key: Key
) -> None:
    rules = Rules(hidden_key) if hidden else None
    asks = RIGHT.replace("return np.sum(rows", "input('go on?')\n    return np.sum(rows")
    assert "Nobody is there to answer `input()`" in grade_text(asks, rules).exercises[0].message
    shadowed = RIGHT.replace("np.sum(rows, axis=0)", "sum(rows)") + "\n# %%\nsum = 3\n"
    assert "Is `sum` or `len` also the name" in grade_text(shadowed, rules).exercises[0].message
    if sys.version_info < NEW:
        newer = RIGHT.replace("def mean(rows)", "def mean[T](rows)")
        assert "does not know type parameters" in grade_text(newer, rules).exercises[0].message


STUB = "def mean(rows):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"
WRITTEN = "import numpy as np\ndef mean(rows):\n    return np.mean(rows, axis=0)\n"


def test_a_stub_below_the_answer_is_named_with_both_places(grade_text: GradeText, hidden_key: Key) -> None:
    for rules in (None, Rules(hidden_key)):
        found = grade_text(notebook(WRITTEN, "a = 1", STUB), rules, "averages.ipynb").exercises[0]
        assert found.status is Status.MISSING and found.unwritten
        assert found.message == (
            "`mean` is written (cell 1 from the top, line 2), and defined once more below, where it is still "
            "to be written (cell 3 from the top, line 3). The last one counts: delete the lower one."
        )


@pytest.mark.parametrize(
    "text", [STUB, STUB + "# %%\n" + STUB, f"# %%\n{STUB}# %%\nif False:\n    {'x = 1'}\n"]
)
def test_a_stub_alone_is_just_not_written(text: str, grade_text: GradeText) -> None:
    assert grade_text(text).exercises[0].message == "`mean` is not written yet."
