"""What exercises are worth in nbgrader's gradebook, once something was decided on them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from courses import TOPIC, make_course
from nbgrader.api import Gradebook

from grader.grading.decisions import Decision, Decisions
from grader.nbgrader.weights import weigh

NAME = "averages"
CELLS = {"check_mean": 30.0, "check_weighted_mean": 40.0, "check_running_mean": 30.0, "survey": 7.0}


def test_the_gradebook_counts_what_was_decided_and_what_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)  # of `alembic`
    topic = make_course(tmp_path).topics[0]
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as gradebook:
        gradebook.add_assignment(TOPIC)
        gradebook.add_notebook(NAME, TOPIC)
        for name, points in CELLS.items():
            gradebook.add_grade_cell(name, NAME, TOPIC, max_score=points, cell_type="code")
            gradebook.add_source_cell(
                name, NAME, TOPIC, cell_type="code", source="1", checksum="as released", locked=True
            )

        def after(decisions: Decisions) -> dict[str, float]:
            weigh(gradebook, topic, decisions)
            return {cell.name: cell.max_score for cell in gradebook.find_notebook(NAME, TOPIC).grade_cells}

        def checksums() -> dict[str, str]:
            return {one.name: one.checksum for one in gradebook.find_notebook(NAME, TOPIC).source_cells}

        assert after({}) == CELLS and set(checksums().values()) == {"as released"}
        decided: Decisions = {NAME: {"mean": Decision.WITHDRAWN, "weighted_mean": 12.5}}
        assert after(decided) == CELLS | {"check_mean": 0.0, "check_weighted_mean": 12.5}
        changed = [name for name, found in checksums().items() if found != "as released"]
        assert sorted(changed) == ["check_mean", "check_weighted_mean"]
        assert after({NAME: {"mean": Decision.CREDITED}}) == CELLS
