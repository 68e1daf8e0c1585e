"""A submitted file's code cells, and how large a file may be.

Read from a student's file in the child, from a student's own file in the
student's own process, and from the course's own files anywhere.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import tokenize
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from typing import Any

import msgspec

from grader import magics
from grader.errors import PlainError

MAX_BYTES = 16 << 20  # of one file, without a notebook's outputs
LARGEST = 200 << 20  # bytes of a notebook with its outputs
MAX_ARCHIVE = 1 << 30  # bytes, of a zip with a whole class
MAX_ENTRIES = 50_000  # of a zip
DEMONSTRATION = "active-ipynb"
MARKER = "YOUR CODE HERE"  # nbgrader's, in the place of what a student is to write
NOTEBOOK = re.compile(rb"\s*\{")  # how one begins
CELL_MARKER = re.compile(r"^# ?%%(.*)$")


# What is handed in, now and then, in the place of a notebook; by how it begins.
OTHER_FILES = {
    "a web page": re.compile(rb"\s*<(!doctype|html)", re.IGNORECASE),
    "a zip, or an office document": re.compile(rb"PK\x03\x04"),
    "a PDF": re.compile(rb"%PDF-"),
    "a picture": re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8"),
}
NO_TEXT = "the file is not text in UTF-8: save it again as a notebook or script"
TOO_LARGE = f"the file holds more than the {MAX_BYTES / 1e6:.0f} MB of text that are read"


class Unreadable(PlainError):
    """The file is neither a notebook nor a script; shown to the student as it is."""


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


class _Cell(msgspec.Struct):
    """What is read of a notebook's cell; its outputs, which may hold megabytes, are skipped."""

    cell_type: Any = None
    metadata: Any = None
    source: Any = None
    input: Any = None  # what formats before 4 call the source of a code cell


class _Sheet(msgspec.Struct):
    cells: list[msgspec.Raw] = []


class _Notebook(msgspec.Struct):
    cells: list[msgspec.Raw] | None = None
    worksheets: list[_Sheet] = []  # formats before 4


def cells_of(content: bytes) -> list[Cell]:
    """Read a notebook or percent script into the code cells that are to be run.

    Raises:
        Unreadable: the content is no text in UTF-8, UTF-16 or what a script
            declares in its first lines; or a broken notebook; or too large.
    """
    content = utf_8(content)
    for what, beginning in OTHER_FILES.items():
        if beginning.match(content):
            raise Unreadable(f"the file is {what}, and no notebook or script: hand in the notebook itself")
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


def utf_8(content: bytes) -> bytes:
    """Return a file's content without a byte order mark, and in UTF-8 if the mark says that it is UTF-16."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        with suppress(UnicodeError):
            return content.decode("utf-16").encode()
    return content.removeprefix(codecs.BOM_UTF8)


def script_text(content: bytes) -> str:
    """Return a script's text, in the encoding that its first lines declare, as Python reads it.

    Raises:
        Unreadable: it is no text in that encoding.
    """
    content = utf_8(content)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding)
    except (UnicodeDecodeError, SyntaxError, LookupError) as error:
        raise Unreadable(NO_TEXT) from error


def without_outputs(content: bytes) -> bytes:
    """Return a notebook with nothing in it but its cells' sources and metadata.

    Raises:
        Unreadable: it is no notebook, or too large without its outputs.
    """
    content = utf_8(content)
    if not NOTEBOOK.match(content):
        raise Unreadable(TOO_LARGE)
    cells = [
        {
            "cell_type": cell["cell_type"],
            "metadata": cell["metadata"],
            "source": cell["source"] or cell["input"],
        }
        for cell in _read(content)
    ]
    slim = msgspec.json.encode({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    if len(slim) > MAX_BYTES:
        raise Unreadable(TOO_LARGE)
    return slim


def _read(content: bytes) -> list[dict[str, Any]]:
    """Return the fields of `_Cell` of each cell of a notebook; of what is no cell, None in each."""
    broken = "the notebook cannot be read ({}): open it in Jupyter, save it and hand it in again"
    try:
        notebook = msgspec.json.decode(content, type=_Notebook)
    except msgspec.ValidationError as error:
        raise Unreadable(broken.format("it has no cells")) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # Python's own JSON, which is what Jupyter writes, also has NaN and half a surrogate pair.
        try:
            loaded = json.loads(content) if len(content) <= MAX_BYTES else None
        except (ValueError, RecursionError):
            loaded = None
        if loaded is None:
            raise Unreadable(broken.format("it is cut off or not JSON")) from error
        return _read_loaded(loaded, broken)
    raws = notebook.cells
    if raws is None:
        raws = [raw for sheet in notebook.worksheets for raw in sheet.cells]
        if not notebook.worksheets:
            raise Unreadable(broken.format("it has no cells"))
    return [_fields(raw) for raw in raws]


def _fields(raw: msgspec.Raw) -> dict[str, Any]:
    try:
        cell = msgspec.json.decode(raw, type=_Cell)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        cell = _Cell()
    return msgspec.structs.asdict(cell)


def _read_loaded(loaded: Any, broken: str) -> list[dict[str, Any]]:
    cells = loaded.get("cells") if isinstance(loaded, dict) else None
    if not isinstance(cells, list):
        raise Unreadable(broken.format("it has no cells"))
    fields = _Cell.__struct_fields__
    return [{name: cell.get(name) if isinstance(cell, dict) else None for name in fields} for cell in cells]


def notebook_cells(content: bytes) -> list[tuple[int, str, int]]:
    """Return (number, source, 0) of each code cell of a notebook that is to be run.

    Raises:
        Unreadable: it is broken, or too large without its outputs.
    """
    pieces = []
    for number, cell in enumerate(_read(content), 1):
        metadata = cell["metadata"] if isinstance(cell["metadata"], dict) else {}
        tags, nbgrader = metadata.get("tags"), metadata.get("nbgrader")
        # A key pressed by accident turns an answer's cell into text; nbgrader knows what it was.
        released = nbgrader.get("cell_type") if isinstance(nbgrader, dict) else None
        if "code" not in (cell["cell_type"], released):
            continue
        if isinstance(tags, list) and DEMONSTRATION in tags:
            continue
        if isinstance(nbgrader, dict) and nbgrader.get("grade") and not nbgrader.get("solution"):
            continue
        source = cell["input"] if cell["source"] is None else cell["source"]
        if isinstance(source, list):
            source = "".join(str(line) for line in source)
        if isinstance(source, str) and source.strip():
            pieces.append((number, source.replace("\r\n", "\n"), 0))
    if sum(len(source) for _, source, _ in pieces) > MAX_BYTES:
        raise Unreadable(TOO_LARGE)
    return pieces


def script_cells(text: str, demonstrations: bool = False) -> list[tuple[int, str, int]]:
    """Return (0, source, first line) of each cell of a script, split at `# %%`, that is to be run.

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
        if "[markdown]" in header:
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
