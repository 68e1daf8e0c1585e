"""The line of the student's file that a verdict points at."""

from __future__ import annotations

import json

from students import RIGHT, notebook

from grader.fault import Place
from grader.student.places import line_of
from grader.verdict import Status, Verdict


def verdict(cell: int | None = None, line: int = 0) -> Verdict:
    place = None if cell is None else Place(cell, line)
    return Verdict("mean", Status.RAISED, 0.0, 30.0, None, "E: no\n  line 2, in mean", (), place)


WRONG = verdict()


def at(text: str, line: int) -> str:
    return text.split("\n")[line - 1].strip()


def test_a_script_is_marked_where_it_raised_else_where_it_defines() -> None:
    assert line_of(RIGHT, verdict(0, 47), ["mean"]) == 47
    assert at(RIGHT, line_of(RIGHT, WRONG, ["mean"])) == "def mean(rows):"
    assert at(RIGHT, line_of(RIGHT, WRONG, ["RunningMean"])) == "class RunningMean:"
    assert line_of(RIGHT, WRONG, ["nothing"]) == 1
    assert line_of(RIGHT, WRONG, ["mea"]) == 1


def test_a_notebook_is_marked_in_its_json() -> None:
    text = notebook("x = 1\ny = 2\n", "def mean(rows):\n    x = 1\n    return “x” + 'é'\n")
    raised = verdict(2, 2)
    assert at(text, line_of(text, raised, ["mean"])) == '"    x = 1\\n",'
    assert line_of(text, raised, ["mean"]) > text[: text.index("def mean")].count("\n")
    last = line_of(text, verdict(2, 3), ["mean"])
    assert at(text, last) == "\"    return “x” + 'é'\\n\""
    assert at(text, line_of(text, WRONG, ["mean"])) == '"def mean(rows):\\n",'


def test_a_notebook_on_one_line_or_a_place_that_is_not_there_is_its_first_line() -> None:
    text = notebook("def mean(rows):\n    pass\n")
    flat = json.dumps(json.loads(text))
    assert line_of(flat, verdict(1, 2), ["mean"]) == 1
    assert line_of(text, verdict(7, 2), ["mean"]) == 1
    # A place in a script says nothing of a notebook.
    assert at(text, line_of(text, verdict(0, 1), ["mean"])) == '"def mean(rows):\\n",'
    assert line_of("{ no JSON", verdict(1, 1), ["mean"]) == 1
