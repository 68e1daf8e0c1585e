"""A script that was handed in, as a notebook: its cells under the released ones' names.

A script is text here and nothing more. It is split at its lines `# %%`, as it
is when it is graded, and nothing of it is parsed or run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode, v4

from grader.authoring.notebook import DEMONSTRATION
from grader.cells import CELL_MARKER, TEXT
from grader.names import ANSWER
from grader.nbgrader.cells import Released, name_of_cell
from grader.saved import utf_8
from grader.text import storable

MAX_CELLS = 2000  # what a script has more stands in its last cell
TAGS = re.compile(r"\btags=\[([^\]]*)\]")
DEFINED = re.compile(r"^(?:async def|def|class)[ \t]+(\w+)", re.MULTILINE)
COMMENT = re.compile(r"^# ?", re.MULTILINE)
QUOTES = ('"""', "'''")


def notebook_of_script(content: bytes, released: Mapping[str, Released]) -> NotebookNode:
    """Return a percent script as a notebook; a cell that answers a released one has its name.

    The cell that defines `mean` is the released cell `mean`, the Markdown cell
    with the tag `answer` is the written answer, and a commented check is its
    test cell.
    """
    text = storable(utf_8(content).decode("utf-8", "replace")).replace("\r\n", "\n").replace("\r", "\n")
    cells = []
    for header, body in _pieces(text):
        found = TAGS.search(header)
        tags = re.findall(r"\w[\w-]*", found.group(1)) if found else []
        if TEXT.match(header):
            cell = v4.new_markdown_cell(_prose(body))
        else:
            cell = v4.new_code_cell(_uncommented(body) if DEMONSTRATION in tags else body.strip("\n"))
        name = _name(cell, tags, released)
        cell.metadata = {"nbgrader": {"grade_id": name}} if name else {}
        cells.append(cell)
    notebook: NotebookNode = v4.new_notebook(cells=cells)
    return notebook


def with_answers(
    notebook: NotebookNode, beside: NotebookNode, released: Mapping[str, Released]
) -> NotebookNode:
    """Return a notebook with the written answers of the one beside it, where it has none itself.

    Who works in one of the two files may write the answer in the other.
    """
    for name, one in released.items():
        if not (one.facts["grade"] and one.facts["solution"]):
            continue
        there = [cell for cell in beside.cells if name_of_cell(cell) == name]
        mine = [cell for cell in notebook.cells if name_of_cell(cell) == name]
        if there and all(cell.source == one.source for cell in mine):
            kept = [cell for cell in notebook.cells if name_of_cell(cell) != name]
            notebook.cells = [*kept, there[-1]]
    return notebook


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield what follows `# %%` on its line, and the lines below, of each cell that holds something."""
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if CELL_MARKER.match(line)][:MAX_CELLS]
    if "".join(lines[: starts[0] if starts else None]).strip():
        yield "", "\n".join(lines[: starts[0] if starts else None])
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        body = "\n".join(lines[start + 1 : end])
        if body.strip():
            marker = CELL_MARKER.match(lines[start])
            yield marker.group(1) if marker else "", body


def _prose(body: str) -> str:
    """Return the text of a Markdown cell, which stands in quotes or behind `# `."""
    text = body.strip()
    quoted = text.removeprefix("r")
    for quote in QUOTES:
        if quoted.startswith(quote) and quoted.endswith(quote) and len(quoted) >= 2 * len(quote):
            return quoted[len(quote) : -len(quote)].strip("\n")
    return COMMENT.sub("", text)


def _uncommented(body: str) -> str:
    """Return a demonstration as it stands in the notebook, if its lines are commented out."""
    text = body.strip("\n")
    if all(line.startswith("#") for line in text.split("\n") if line.strip()):
        return COMMENT.sub("", text)
    return text


def _name(cell: NotebookNode, tags: list[str], released: Mapping[str, Released]) -> str:
    """Return the name of the released cell that a script's cell is, "" if it is none."""
    if cell.cell_type == "markdown":
        found = (name for name, one in released.items() if ANSWER in tags and _is_written(one))
    elif DEMONSTRATION in tags:
        locked = (name for name, one in released.items() if one.facts["locked"])
        found = (name for name in locked if released[name].source.strip() == cell.source.strip())
    else:
        defined = DEFINED.findall(cell.source)
        found = (name for name in defined if name in released and released[name].facts["solution"])
    return next(found, "")


def _is_written(one: Released) -> bool:
    return one.cell_type == "markdown" and bool(one.facts["solution"])
