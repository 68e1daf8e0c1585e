"""A file as it was saved: how large it may be, its encoding, and of a notebook all but its outputs.

Read from a student's file in the child, from a student's own file in the
student's own process, and from the course's own files anywhere.
"""

from __future__ import annotations

import codecs
import io
import json
import re
import tokenize
from contextlib import suppress
from typing import Any

import msgspec

from grader.errors import PlainError

MAX_BYTES = 16 << 20  # of one file, without a notebook's outputs
LARGEST = 200 << 20  # bytes of a notebook with its outputs
MAX_ARCHIVE = 1 << 30  # bytes, of a zip with a whole class
MAX_ENTRIES = 50_000  # of a zip
NOTEBOOK = re.compile(rb"\s*\{")  # how one begins
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


class SavedCell(msgspec.Struct):
    """What is read of a notebook's cell; its outputs, which may hold megabytes, are skipped.

    A field is None if it is missing, and may be anything that JSON holds; `input` is
    what formats before 4 call the source of a code cell.
    """

    cell_type: Any = None
    metadata: Any = None
    source: Any = None
    execution_count: Any = None
    input: Any = None

    @property
    def text(self) -> str:
        """Return its source, which is saved whole or by lines; "" if there is none."""
        source = self.input if self.source is None else self.source
        if isinstance(source, list):
            return "".join(map(str, source))
        return source if isinstance(source, str) else ""


class _Sheet(msgspec.Struct):
    cells: list[msgspec.Raw] = []


class _Notebook(msgspec.Struct):
    cells: list[msgspec.Raw] | None = None
    worksheets: list[_Sheet] = []  # formats before 4


class _Loaded(msgspec.Struct):
    cells: list[Any]


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
        {"cell_type": cell.cell_type, "metadata": cell.metadata, "source": cell.text}
        for cell in saved_cells(content)
    ]
    slim = msgspec.json.encode({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    if len(slim) > MAX_BYTES:
        raise Unreadable(TOO_LARGE)
    return slim


def refuse_other_files(content: bytes) -> None:
    """Do nothing if a file may be a notebook or a script.

    Raises:
        Unreadable: it begins as another kind of file does.
    """
    for what, beginning in OTHER_FILES.items():
        if beginning.match(content):
            raise Unreadable(f"the file is {what}, and no notebook or script: hand in the notebook itself")


def saved_cells(content: bytes) -> list[SavedCell]:
    """Return the cells of a notebook in UTF-8; of what is no cell, one without anything.

    Raises:
        Unreadable: it is cut off, or has no cells.
    """
    broken = "the notebook cannot be read ({}): open it in Jupyter, save it and hand it in again"
    try:
        return _cells(content)
    except msgspec.ValidationError as error:
        raise Unreadable(broken.format("it has no cells")) from error
    except (ValueError, RecursionError) as error:
        raise Unreadable(broken.format("it is cut off or not JSON")) from error


def _cells(content: bytes) -> list[SavedCell]:
    try:
        notebook = msgspec.json.decode(content, type=_Notebook)
    except msgspec.ValidationError:
        raise
    except (ValueError, RecursionError):
        # Python's own JSON, which is what Jupyter writes, also has NaN and half a surrogate pair.
        if len(content) > MAX_BYTES:
            raise
        loaded = msgspec.convert(json.loads(content), _Loaded)
        return [msgspec.convert(cell if isinstance(cell, dict) else {}, SavedCell) for cell in loaded.cells]
    raws = notebook.cells
    if raws is None:
        raws = [raw for sheet in notebook.worksheets for raw in sheet.cells]
        if not notebook.worksheets:
            raise msgspec.ValidationError
    return [_cell(raw) for raw in raws]


def _cell(raw: msgspec.Raw) -> SavedCell:
    try:
        return msgspec.json.decode(raw, type=SavedCell)
    except (ValueError, RecursionError):
        return SavedCell()
