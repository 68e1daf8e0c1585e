"""The line of the student's file that a verdict points at."""

from __future__ import annotations

import json

from students import RIGHT, notebook

from grader.student.places import line_of
from grader.verdict import Status, Verdict


def verdict(message: str) -> Verdict:
    return Verdict("mean", Status.RAISED, 0.0, 30.0, None, message, ())


def at(text: str, line: int) -> str:
    return text.split("\n")[line - 1].strip()


def test_a_script_is_marked_where_it_raised_else_where_it_defines() -> None:
    raised = "On “x”, it stopped:\nE: no\n  line 3, in mean\n    a\n  line 47, in inner\n    b"
    assert line_of(RIGHT, verdict(raised), ["mean"]) == 47
    assert line_of(RIGHT, verdict("SyntaxError: no\n  line 9\n    )"), ["mean"]) == 9
    assert at(RIGHT, line_of(RIGHT, verdict("wrong"), ["mean"])) == "def mean(rows):"
    assert at(RIGHT, line_of(RIGHT, verdict("wrong"), ["RunningMean"])) == "class RunningMean:"
    assert line_of(RIGHT, verdict("wrong"), ["nothing"]) == 1
    assert line_of(RIGHT, verdict("wrong"), ["mea"]) == 1


def test_a_notebook_is_marked_in_its_json() -> None:
    text = notebook("x = 1\ny = 2\n", "def mean(rows):\n    x = 1\n    return “x” + 'é'\n")
    raised = verdict("E: no\n  cell 2, line 2, in mean\n    x = 1")
    assert at(text, line_of(text, raised, ["mean"])) == '"    x = 1\\n",'
    assert line_of(text, raised, ["mean"]) > text[: text.index("def mean")].count("\n")
    last = line_of(text, verdict("E: no\n  cell 2, line 3, in mean\n    return"), ["mean"])
    assert at(text, last) == "\"    return “x” + 'é'\\n\""
    assert at(text, line_of(text, verdict("wrong"), ["mean"])) == '"def mean(rows):\\n",'


def test_a_notebook_on_one_line_or_a_place_that_is_not_there_is_its_first_line() -> None:
    text = notebook("def mean(rows):\n    pass\n")
    flat = json.dumps(json.loads(text))
    assert line_of(flat, verdict("E\n  cell 1, line 2, in mean\n    pass"), ["mean"]) == 1
    assert line_of(text, verdict("E\n  cell 7, line 2, in mean\n    pass"), ["mean"]) == 1
    # A place in a script says nothing of a notebook.
    script = verdict("E\n  line 1, in mean\n    x")
    assert at(text, line_of(text, script, ["mean"])) == '"def mean(rows):\\n",'
    assert line_of("{ no JSON", verdict("E\n  cell 1, line 1, in mean\n"), ["mean"]) == 1
