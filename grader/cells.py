"""A submitted file's code cells.

Read from a student's file in the child, from a student's own file in the
student's own process, and from the course's own files anywhere.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from grader import magics
from grader.saved import (
    MAX_BYTES,
    NOTEBOOK,
    TOO_LARGE,
    Unreadable,
    refuse_other_files,
    saved_cells,
    script_text,
    utf_8,
)

DEMONSTRATION = "active-ipynb"
MARKER = "YOUR CODE HERE"  # nbgrader's, in the place of what a student is to write
# Of jupytext, VS Code, Spyder and PyCharm, and of nbconvert.
CELL_MARKER = re.compile(r"^# ?(?:%%|In ?\[[\d *]*\]:)(.*)$")
# What stands there in a cell of text: as jupytext writes it, and PyCharm, whose text is no comment.
TEXT = re.compile(r".*\[(?:markdown|md|raw)\]|\s*(?:markdown|md|raw)\s*$")


@dataclass(frozen=True)
class Cell:
    """A code cell: its number in a notebook, 0 in a script; its text; its line in the module's text."""

    number: int
    text: str
    line: int

    @property
    def label(self) -> str:
        """Return what to call it, "" in a script."""
        return f"cell {self.number} from the top" if self.number else ""


def cells_of(content: bytes) -> list[Cell]:
    """Read a notebook or percent script into the code cells that are to be run.

    Raises:
        Unreadable: the content is no text in UTF-8, UTF-16 or what a script
            declares in its first lines; or a broken notebook; or too large.
    """
    content = utf_8(content)
    refuse_other_files(content)
    if NOTEBOOK.match(content):
        pieces = notebook_cells(content)
    else:
        if len(content) > MAX_BYTES:
            raise Unreadable(TOO_LARGE)
        text = script_text(content).replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            raise Unreadable("the file is empty: is it the one that was to be handed in?")
        pieces = script_cells(text)
    cells, line = [], 1
    for number, source, first in pieces:
        cells.append(Cell(number, source, first or line))
        line += source.count("\n") + 1
    return cells


def notebook_cells(content: bytes) -> list[tuple[int, str, int]]:
    """Return (number, source, 0) of each code cell of a notebook that is to be run.

    Raises:
        Unreadable: it is broken, or too large without its outputs.
    """
    pieces = []
    for number, cell in enumerate(saved_cells(content), 1):
        metadata = cell.metadata if isinstance(cell.metadata, dict) else {}
        tags, nbgrader = metadata.get("tags"), metadata.get("nbgrader")
        # A key pressed by accident turns an answer's cell into text; nbgrader knows what it was.
        released = nbgrader.get("cell_type") if isinstance(nbgrader, dict) else None
        if "code" not in (cell.cell_type, released):
            continue
        if isinstance(tags, list) and DEMONSTRATION in tags:
            continue
        if isinstance(nbgrader, dict) and nbgrader.get("grade") and not nbgrader.get("solution"):
            continue
        if cell.text.strip():
            pieces.append((number, cell.text.replace("\r\n", "\n"), 0))
    if sum(len(source) for _, source, _ in pieces) > MAX_BYTES:
        raise Unreadable(TOO_LARGE)
    return pieces


def script_cells(text: str, demonstrations: bool = False) -> list[tuple[int, str, int]]:
    """Return (0, source, first line) of each cell of a script, that is to be run.

    It is split at lines `# %%` and `# In[1]:`.

    A demonstration that a student has freed of its `# ` is none of them unless
    it is asked for. One that still stands behind it is comment; what a student
    has written below it, before the next `# %%`, is theirs and is run.
    """
    pieces: list[tuple[int, str, int]] = []
    lines = text.split("\n")
    starts = [0] + [i for i, line in enumerate(lines) if CELL_MARKER.match(line)] + [len(lines)]
    for start, end in zip(starts, starts[1:], strict=False):
        source = "\n".join(lines[start:end])
        marker = CELL_MARKER.match(lines[start]) if start < end else None
        header = marker.group(1) if marker else ""
        if TEXT.match(header):
            continue
        if f'"{DEMONSTRATION}"' in header and _freed(lines[start + 1 : end]) and not demonstrations:
            continue
        if source.strip():
            pieces.append((0, source, start + 1))
    return pieces


def _freed(lines: list[str]) -> bool:
    """Tell whether a demonstration's first paragraph, which may begin with comment, holds code."""
    body = dropwhile(lambda line: not line.strip(), lines)
    return any(not line.startswith("#") for line in takewhile(str.strip, body))


@contextmanager
def unwarned() -> Iterator[None]:
    """Have Python keep to itself what it finds odd in a text: whoever ran it has been told.

    From 3.12 on that is every backslash of TeX in a docstring that is not raw, at each look.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@unwarned()
def compiled_source(cell: Cell) -> str:
    """Return the cell's text, without magics and shell lines if it is no Python with them."""
    try:
        compile(cell.text, "cell", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested too deeply
        return magics.as_python(cell.text)
    return cell.text
