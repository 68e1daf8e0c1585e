"""What exercises are worth in the gradebook, as was decided since: nbgrader sums up what stands there."""

from __future__ import annotations

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import compute_checksum

from grader.course import Topic
from grader.grading.decisions import Decisions, counted
from grader.nbgrader.cells import as_cell, exercise_of, released_cells


def weigh(gradebook: Gradebook, topic: Topic, decisions: Decisions) -> None:
    """Have the gradebook count each exercise for what was decided, or else for what its checks say.

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
        if name not in topic.checks.exercises:
            continue
        worth = counted(topic.checks.exercises[name].points, decided.get(name))
        if cell.max_score == worth:
            continue
        cell.max_score = worth
        changed.append(cell.name)
    released = released_cells(notebook) if changed else {}
    for cell in notebook.source_cells:
        if cell.name in changed:  # nbgrader's checksum of a cell is of its points, too
            cell.checksum = compute_checksum(as_cell(released[cell.name]))
