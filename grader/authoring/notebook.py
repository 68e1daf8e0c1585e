"""The percent script `solution.py` to nbgrader's notebook, and a notebook to a script.

A solution holds no JSON: cell ids and nbgrader's metadata are derived from what
the cells define, so that the same text always gives the same notebook.
"""

from __future__ import annotations

import ast
import copy
import functools
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from grader.course import Topic
from grader.demonstrations import Demonstration, known_by
from grader.exercise import AuthorError, Exercise
from grader.names import ANSWER, WRITTEN_ANSWER, WRITTEN_POINTS

DEMONSTRATION = "active-ipynb"  # live in a notebook, commented out in a script
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
REGION = re.compile(rf"^[ \t]*{BEGIN}[ \t]*\n(.*?)^[ \t]*{END}[ \t]*$", re.DOTALL | re.MULTILINE)
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
IMPORT_CHECK = """\
# `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
from grader import check"""


def instructor_notebook(topic: Topic) -> NotebookNode:
    """Make nbgrader's source notebook of a topic from its `solution.py`.

    Raises:
        AuthorError: the solution cannot be read, an exercise has no cell, or a
            cell no exercise.
    """
    path, source = topic.folder / "solution.py", _solution_cells(topic)
    exercises = topic.checks.exercises
    try:
        solved = [(place, cell.source) for place, cell in enumerate(source) if has_solution(cell)]
        written = {place: exercise_name(text) for place, text in solved}
        last = last_cells(exercises, written)
    except AuthorError as error:
        raise AuthorError(f"{path}: {error}") from None
    cells: list[NotebookNode] = []
    for place, cell in enumerate(source):
        if cell.cell_type == "code" and not any(one.cell_type == "code" for one in cells):
            cells.append(code(IMPORT_CHECK, "", [DEMONSTRATION], {}))
        cells.append(with_metadata(cell, written.get(place)))
        cells += [check_cell(exercises[name]) for name, where in last.items() if where == place]
    if sum(cell.id == WRITTEN_ANSWER for cell in cells) > 1:
        raise AuthorError(f"{path}: more than one Markdown cell is tagged “{ANSWER}”: tag one")
    made = unique_ids(cells)
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=list(made), metadata=METADATA)
    notebook.nbformat_minor = 5
    return notebook


def _solution_cells(topic: Topic) -> tuple[NotebookNode, ...]:
    path = topic.folder / "solution.py"
    try:
        text = path.read_text(encoding="utf-8")
        ast.parse(text, str(path))
    except (OSError, SyntaxError, UnicodeDecodeError) as error:
        raise AuthorError(f"{path} cannot be read: {error}") from error
    return _percent_cells(text)


@functools.cache
def _percent_cells(text: str) -> tuple[NotebookNode, ...]:
    """Return the cells of a percent script, which are read and never changed: jupytext takes its time."""
    return tuple(jupytext.reads(text, fmt="py:percent").cells)


def demonstrations(topic: Topic) -> tuple[Demonstration, ...]:
    """Return how the cells of a topic's notebook are known that are never graded: demonstrations and checks.

    Raises:
        AuthorError: the solution cannot be read.
    """
    shown = [
        one.source
        for one in _solution_cells(topic)
        if one.cell_type == "code" and DEMONSTRATION in one.metadata.get("tags", [])
    ]
    checks = [check_cell(exercise).source for exercise in topic.checks.exercises.values()]
    return known_by([*shown, IMPORT_CHECK, *checks])


def script(notebook: NotebookNode) -> str:
    """Return a released notebook as a percent script, with demonstrations and checks commented out."""
    notebook = copy.deepcopy(notebook)
    # Without a header there is no version of jupytext in the file to drift.
    filters = {"notebook_metadata_filter": "-all", "cell_metadata_filter": "tags,-all"}
    notebook.metadata = NotebookNode(jupytext=filters)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and '"""' not in cell.source:
            cell.metadata["cell_marker"] = 'r"""'
    return str(jupytext.writes(notebook, fmt="py:percent"))


def to_bytes(notebook: NotebookNode) -> bytes:
    """Encode a notebook; equal notebooks give equal bytes."""
    text: str = nbformat.writes(notebook, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def has_solution(cell: NotebookNode) -> bool:
    """Tell whether a code cell holds a solution, which nbgrader takes out."""
    return cell.cell_type == "code" and (BEGIN in cell.source or END in cell.source)


def solution_regions(source: str) -> list[str]:
    """Return what stands between the markers of a cell.

    Raises:
        AuthorError: a marker has no partner.
    """
    regions = REGION.findall(source)
    if not len(regions) == source.count(BEGIN) == source.count(END):
        raise AuthorError(f"“{BEGIN}” and “{END}” do not alternate in the cell:\n{source}")
    return regions


def exercise_name(source: str) -> str:
    """Return the name of the function or class that a solution cell defines first.

    Raises:
        AuthorError: it defines none, or its markers have no partners.
    """
    solution_regions(source)
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            return node.name
    raise AuthorError(f"a cell with a solution defines no function and no class:\n{source}")


def last_cells(exercises: dict[str, Exercise], written: dict[int, str]) -> dict[str, int]:
    """Return, by exercise, the place of the last cell that it writes.

    Raises:
        AuthorError: cells and exercises do not go together one to one.
    """
    place_of = {name: place for place, name in written.items()}
    for place, name in written.items():
        if place_of[name] != place:
            raise AuthorError(f"two cells with a solution define `{name}`: keep one")
        if not any(name in exercise.writes for exercise in exercises.values()):
            raise AuthorError(
                f"the cell that defines `{name}` holds a solution, but no exercise in checks.py "
                f"writes `{name}`: add one, or remove the markers"
            )
    for exercise in exercises.values():
        for name in exercise.writes:
            if name not in place_of:
                raise AuthorError(
                    f"the exercise `{exercise.name}` has no cell: define `{name}` in one, "
                    f"with “{BEGIN}” and “{END}” around the solution"
                )
    return {exercise.name: max(place_of[name] for name in exercise.writes) for exercise in exercises.values()}


def with_metadata(cell: NotebookNode, exercise: str | None) -> NotebookNode:
    """Return a cell of the solution with what nbgrader needs to know, and nothing else but tags.

    Cells that are neither exercise, check nor answer stay out of nbgrader's
    hands, so that students may change a demonstration and try things.
    """
    tags = cell.metadata.get("tags", [])
    if cell.cell_type == "code":
        facts = nbgrader(exercise, solution=True) if exercise else {}
        return code(cell.source, exercise or "", tags, facts)
    made: NotebookNode = nbformat.v4.new_markdown_cell(cell.source)
    answer = ANSWER in tags
    made.id = WRITTEN_ANSWER if answer else ""
    made.metadata = nbgrader(WRITTEN_ANSWER, solution=True, points=WRITTEN_POINTS) if answer else {}
    if tags:
        made.metadata["tags"] = list(tags)
    return made


def check_cell(exercise: Exercise) -> NotebookNode:
    """Return the locked cell in which an exercise is checked and earns its points."""
    name = f"check_{exercise.name}"
    points = int(exercise.points) if exercise.points == int(exercise.points) else exercise.points
    return code(f"check({', '.join(exercise.writes)})", name, [DEMONSTRATION], nbgrader(name, points=points))


def code(source: str, ident: str, tags: Sequence[str], facts: Mapping[str, Any]) -> NotebookNode:
    """Return a code cell that was never run."""
    cell: NotebookNode = nbformat.v4.new_code_cell(source)
    cell.id = ident
    cell.metadata = {**facts, **({"tags": list(tags)} if tags else {})}
    return cell


def nbgrader(ident: str, solution: bool = False, points: float | None = None) -> dict[str, Any]:
    """Return nbgrader's metadata, schema 3: a cell with points is graded, one without solution locked."""
    facts = {
        "grade": points is not None,
        "grade_id": ident,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return {"nbgrader": facts | ({} if points is None else {"points": points})}


def unique_ids(cells: list[NotebookNode]) -> Iterator[NotebookNode]:
    """Give each cell without an id one made from its text, so that moving a cell does not change it."""
    taken = {cell.id for cell in cells}
    for cell in cells:
        if not cell.id:
            stem = hashlib.sha256(f"{cell.cell_type} {cell.source}".encode()).hexdigest()[:8]
            choices = (f"{stem}-{count}" if count > 1 else stem for count in range(1, len(cells) + 2))
            cell.id = next(choice for choice in choices if choice not in taken)
            taken.add(cell.id)
        yield cell
