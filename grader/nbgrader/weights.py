"""What exercises are worth in the gradebook, once some were withdrawn: nbgrader sums up what stands there."""

from __future__ import annotations

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import compute_checksum

from grader.course import Topic
from grader.grading.decisions import Decision, Decisions
from grader.nbgrader.cells import as_cell, exercise_of, released_cells


def weigh(gradebook: Gradebook, topic: Topic, decisions: Decisions) -> None:
    """Have the gradebook count a withdrawn exercise for 0 points, and one that was withdrawn before as ever.

    What students earned stays until it is published or autograded again. The
    caller commits.
    """
    try:
        notebook = gradebook.find_notebook(topic.name, topic.id)
    except MissingEntry:
        return
    decided = decisions.get(topic.name, {})
    changed = []
    for cell in notebook.grade_cells:
        name = exercise_of(cell.name)
        if decided.get(name) is Decision.WITHDRAWN and cell.max_score:
            cell.max_score = 0.0
        elif (
            decided.get(name) is not Decision.WITHDRAWN
            and not cell.max_score
            and name in topic.checks.exercises
        ):
            cell.max_score = topic.checks.exercises[name].points
        else:
            continue
        changed.append(cell.name)
    released = released_cells(notebook) if changed else {}
    for cell in notebook.source_cells:
        if cell.name in changed:  # nbgrader's checksum of a cell is of its points, too
            cell.checksum = compute_checksum(as_cell(released[cell.name]))
