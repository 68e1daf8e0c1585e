"""Which answers on a feedback page wait for a person, so that the page does not call them 0 points.

The page also gets the digest by which it is known when the gradebook has changed since.
"""

from __future__ import annotations

from typing import Any

from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.utils import is_grade, is_task

from grader.nbgrader import patience  # noqa: F401  (its loading is what counts)
from grader.nbgrader.shown import digest


class MarkAwaited(Preprocessor):
    """Write `awaited` into the metadata of each cell that is worth points and has no score yet."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Look the cells up in the gradebook; formgrader's pages name none, and show it in their own way."""
        facts = resources.get("nbgrader", {})
        if "db_url" not in facts:
            return nb, resources
        with Gradebook(facts["db_url"]) as gradebook:
            submitted = gradebook.find_submission_notebook(
                facts["notebook"], facts["assignment"], facts["student"]
            )
            awaited = {
                grade.name for grade in submitted.grades if grade.auto_score is grade.manual_score is None
            }
            facts["grades"] = digest(submitted)
        for cell in nb.cells:
            if is_grade(cell) or is_task(cell):
                cell.metadata.nbgrader["awaited"] = cell.metadata.nbgrader["grade_id"] in awaited
        return nb, resources
