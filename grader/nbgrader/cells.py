"""A submitted notebook's cells under the released ones' names: what nbgrader may rely on.

Only the text of the cells that a student hands in is taken: no tag, no output,
and of the metadata only the name of a cell that was released. This removes what
makes nbgrader fail on a notebook that was edited by hand, and what a browser
would run when an instructor looks at it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.authoring.notebook import METADATA
from grader.text import storable

MISSING = "This cell (id:{}) was missing from the submission. It was added back by nbgrader.\n\n"
# A browser reads what follows as a tag; with a space of no width between it is text, also in code.
TAG = re.compile(r"<(?=[A-Za-z/!?])")
UNSEEN = "\u200b"
PICTURES = ("image/png", "image/jpeg", "image/gif")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


@dataclass(frozen=True)
class Released:
    """A cell that nbgrader knows: what was released, and nbgrader's facts about it."""

    cell_type: str
    source: str
    facts: Mapping[str, Any]


def released_cells(notebook: Notebook) -> dict[str, Released]:
    """Return the cells of a notebook in the gradebook, by `grade_id`."""
    points = {cell.name: cell.max_score for cell in [*notebook.grade_cells, *notebook.task_cells]}
    graded = {cell.name for cell in notebook.grade_cells}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    return {
        cell.name: Released(
            cell.cell_type,
            cell.source,
            {
                "cell_type": cell.cell_type,
                "checksum": cell.checksum,
                "grade": cell.name in graded,
                "grade_id": cell.name,
                "locked": bool(cell.locked),
                "schema_version": 3,
                "solution": cell.name in solutions,
                "task": cell.name in tasks,
            }
            | ({"points": points[cell.name]} if cell.name in points else {}),
        )
        for cell in notebook.source_cells
    }


def as_cell(released: Released) -> NotebookNode:
    """Return a released cell as one of a notebook."""
    return _cell(released.cell_type, released.source, released.facts)


def released_in(facts: Mapping[str, str]) -> dict[str, Released]:
    """Return the cells that were released of the notebook that nbgrader's `facts` name."""
    with Gradebook(facts["db_url"]) as gradebook:
        return released_cells(gradebook.find_notebook(facts["notebook"], facts["assignment"]))


def restored(submitted: NotebookNode, released: Mapping[str, Released]) -> NotebookNode:
    """Return a notebook of the submitted text under the released names.

    If a cell is there twice, the last one counts, as in nbgrader. A graded cell
    that was deleted is added back, under the cell whose answer it checks. A
    written answer is added back with a line that says so, at which nbgrader asks
    a person to look.
    """
    cells: list[NotebookNode] = []
    place: dict[str, int] = {}
    for cell in submitted.get("cells", []):
        name = name_of_cell(cell)
        if name in place:  # the earlier one becomes a cell of the student's own
            earlier = cells[place[name]]
            cells[place[name]] = _cell(earlier.cell_type, earlier.source)
        if name in released:
            place[name] = len(cells)
        cells.append(_of_student(cell, released.get(name)))
    for name, one in released.items():
        if name in place or not (one.facts["grade"] or one.facts["task"]):
            continue
        notice = MISSING.format(name) if one.facts["solution"] else ""
        at = place.get(exercise_of(name), len(cells) - 1) + 1
        cells.insert(at, _cell(one.cell_type, notice + one.source, one.facts))
        place = {known: index + (index >= at) for known, index in place.items()} | {name: at}
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    return notebook


def name_of_cell(cell: Any) -> str:
    """Return the name that a cell claims to have, "" if it claims none."""
    metadata = cell.get("metadata")
    facts = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = facts.get("grade_id") if isinstance(facts, dict) else None
    return name if isinstance(name, str) else ""


def exercise_of(name: str) -> str:
    """Return the exercise that the test cell of a name checks."""
    return name.removeprefix("check_")


def _of_student(cell: Any, released: Released | None) -> NotebookNode:
    source = cell.get("source", "")
    source = "".join(map(str, source)) if isinstance(source, list) else str(source)
    # A raw cell would reach the page as it is.
    kind = "markdown" if cell.get("cell_type") == "markdown" else "code"
    facts: Mapping[str, Any] = {}
    if released is not None:
        kind, facts = released.cell_type, released.facts
        if source == released.source or (facts["locked"] and not facts["solution"]):
            return _cell(kind, released.source, facts)
    if kind == "code":
        return _cell(kind, storable(source), facts)
    made = _cell(kind, TAG.sub(f"<{UNSEEN}", storable(source)), facts)
    pictures = _pictures(cell.get("attachments"))
    if pictures:
        made["attachments"] = pictures
    return made


def _pictures(attachments: Any) -> dict[str, dict[str, str]]:
    """Return the images that were pasted into a written answer."""
    found = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        data = {
            kind: content
            for kind, content in (kinds.items() if isinstance(kinds, dict) else ())
            if kind in PICTURES and isinstance(content, str) and BASE64.fullmatch(content)
        }
        if data:
            found[str(name)] = data
    return found


def _cell(kind: str, source: str, facts: Mapping[str, Any] | None = None) -> NotebookNode:
    v4 = nbformat.v4
    cell: NotebookNode = v4.new_markdown_cell(source) if kind == "markdown" else v4.new_code_cell(source)
    if facts:
        cell.metadata = {"deletable": False, "nbgrader": dict(facts)}
    return cell


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]  # it has no types
    """The first of nbgrader's sanitising preprocessors; see the module."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore one submitted notebook."""
        return restored(nb, released_in(resources["nbgrader"])), resources
