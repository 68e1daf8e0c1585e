"""The small course's assignment, as a student has it in a folder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from courses import SOLUTION

from grader import course
from grader.exercise import Exercise, run_text
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.student.assignment import Assignment

RIGHT = SOLUTION
WRONG = SOLUTION.replace("/ len(rows)", "")
STUBS = re.sub(
    r"^( +)### BEGIN SOLUTION.*?### END SOLUTION",
    r"\1# YOUR CODE HERE\n\1raise NotImplementedError()",
    SOLUTION,
    flags=re.MULTILINE | re.DOTALL,
)


def write_assignment(folder: Path, key: Key, script: str | None = None) -> Assignment:
    """Make a folder that holds the key, and a script if one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    key.save(folder / "key.npz")
    if script is not None:
        (folder / "averages.py").write_text(script)
    return Assignment(folder.resolve(), Rules(key))


def count_checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which is added, from now on, what is said of each `checks.py` that is executed."""
    executed: list[str] = []

    def run(text: str, name: str) -> tuple[dict[str, Exercise], float, float | None]:
        executed.append(name)
        return run_text(text, name)

    monkeypatch.setattr(course, "run_text", run)
    return executed


def notebook(*cells: str | dict[str, object]) -> str:
    """Write a notebook of code cells, as Jupyter lays one out; a dictionary replaces a cell's parts."""
    whole = []
    for number, cell in enumerate(cells, 1):
        parts = {"source": cell} if isinstance(cell, str) else cell
        parts = {"source": "", **parts}
        whole.append(
            {
                "cell_type": "code",
                "execution_count": number,
                "id": f"cell-{number}",
                "metadata": {},
                "outputs": [],
                **parts,
                "source": str(parts["source"]).splitlines(True),
            }
        )
    return json.dumps(
        {"cells": whole, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1, ensure_ascii=False
    )
