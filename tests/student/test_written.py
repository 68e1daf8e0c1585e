"""Whether a file holds the written answer."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from students import RIGHT, notebook, write_assignment

from grader.grading.key import Key
from grader.student.written import in_table, is_written

TOPICS = sorted((Path(__file__).parents[2] / "assignments").glob("[0-9]*"))
SCRIPT = '# %%\nx = 1\n\n# %% [markdown] tags=["answer"]\n{}\n\n# %%\ny = 2\n'


@pytest.mark.parametrize(
    ("answer", "written"),
    [
        ('r"""\nYOUR ANSWER HERE\n"""', False), ('"""\n\n"""', False), ("", False),
        ("# YOUR ANSWER HERE", False), ("#", False), ("'''\nYOUR ANSWER HERE\n'''", False),
        ('r"""\nIt depends.\n"""', True), ('r"""\nYOUR ANSWER HERE\n\nIt depends.\n"""', True),
        ("# It depends.", True), ("It was typed in without quotes.", True), ('"""It depends.', True),
    ],
)  # fmt: skip
def test_an_answer_in_a_script_is_more_than_what_was_given(
    answer: str, written: bool, tmp_path: Path, public_key: Key
) -> None:
    assert is_written(write_assignment(tmp_path, public_key, SCRIPT.format(answer))) is written


@pytest.mark.parametrize(
    "metadata", [{"nbgrader": {"grade_id": "written_answer"}}, {"tags": ["answer"]}], ids=["nbgrader", "tag"]
)
@pytest.mark.parametrize(
    ("answer", "written"), [("YOUR ANSWER HERE", False), (" \n", False), ("It depends.", True)]
)
def test_an_answer_in_a_notebook_is_found_by_its_name_or_tag(
    answer: str, written: bool, metadata: dict[str, object], tmp_path: Path, public_key: Key
) -> None:
    mine = write_assignment(tmp_path, public_key)
    cell = {"cell_type": "markdown", "source": answer, "metadata": metadata}
    (tmp_path / "averages.ipynb").write_text(notebook("x = 1", cell))
    assert is_written(mine) is written


@pytest.mark.parametrize("content", [notebook("x = 1"), "{", "[]", '{"cells": 1}', '{"cells": [1]}', ""])
def test_a_file_without_a_cell_for_it_asks_for_none(content: str, tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key)
    (tmp_path / "averages.ipynb").write_text(content)
    assert is_written(mine) is None


def test_a_cell_that_was_deleted_from_the_file_that_counts_is_an_empty_answer(
    tmp_path: Path, public_key: Key
) -> None:
    mine = write_assignment(tmp_path, public_key, RIGHT)
    os.utime(tmp_path / "averages.py", (0, 0))
    (tmp_path / "averages.ipynb").write_text(notebook("x = 1"))
    assert is_written(mine) is False


@pytest.mark.parametrize("folder", TOPICS, ids=[path.name for path in TOPICS])
@pytest.mark.parametrize("suffix", [".ipynb", ".py"])
def test_what_is_handed_out_asks_for_an_answer_and_has_none(
    folder: Path, suffix: str, tmp_path: Path, public_key: Key
) -> None:
    mine = write_assignment(tmp_path, public_key)
    given = folder / f"{folder.name.partition('_')[2]}{suffix}"
    (tmp_path / f"averages{suffix}").write_bytes(given.read_bytes())
    assert is_written(mine) is False


def test_several_topics_are_told_of_in_one_line() -> None:
    worth = "Each written answer is worth up to 5 points more, which your instructor gives."
    assert in_table(["a", "b", "c"], []) == worth
    assert in_table(["a", "b", "c"], ["a", "c"]) == f"{worth} Yours is empty in: a, c."
