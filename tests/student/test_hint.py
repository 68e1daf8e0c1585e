"""Hints: the question, and what to read, from the docstring that the student was given."""

from __future__ import annotations

from pathlib import Path

import pytest
from students import notebook, write_assignment

from grader.grading.key import Key
from grader.student.hint import hint, is_due, reading
from grader.verdict import Status, Verdict

CITED = '''
def mean(rows):
    """Average the rows.

    Computes equation (2) of Gauss, "Theoria
    motus" (1809), https://example.org/gauss.

    Args:
        rows: [n, d], see (3) of no paper.
    """
    return SECRET
'''
READING = 'Computes equation (2) of Gauss, "Theoria motus" (1809), https://example.org/gauss.'


def test_a_hint_is_a_question_and_what_to_read(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key, CITED)
    found = hint(mine, "mean")
    assert found.question == "Which axis counts the rows?"
    assert found.reading == READING


def test_the_reading_is_found_in_a_notebook_and_past_cells_that_are_broken(tmp_path: Path) -> None:
    path = tmp_path / "averages.ipynb"
    path.write_text(notebook("def (:", CITED))
    assert reading([path], ["mean"]) == READING
    assert reading([tmp_path / "nowhere.py", path], ["mean"]) == READING
    path.write_text(CITED.replace("return SECRET", "return ("))
    assert reading([path], ["mean"]) == ""


def test_a_docstring_that_cites_nothing_gives_no_reading(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key, "def mean(rows):\n    '''Average (all of) 1809 rows.'''\n")
    assert hint(mine, "mean").reading == ""


@pytest.mark.parametrize(("status", "slip", "due"), [
    (Status.WRONG, False, True), (Status.RAISED, False, True), (Status.RAISED, True, False),
    (Status.GRADER_ERROR, False, False),
])  # fmt: skip
def test_a_hint_is_due_after_three_tries_that_were_no_slips(status: Status, slip: bool, due: bool) -> None:
    found = Verdict("mean", status, 0, 30, None, "no", (), slip=slip)
    assert is_due(found, 3) is due and not is_due(found, 2)


def test_python_says_nothing_of_what_it_finds_odd(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    path = tmp_path / "averages.py"
    path.write_text(CITED.replace("[n, d]", "of \\mathbb{R}"))
    assert reading([path], ["mean"]) == READING
    assert not recwarn.list
