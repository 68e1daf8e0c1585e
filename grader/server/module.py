"""A submitted file to cells of module text. Runs in the child only.

A notebook or a percent script becomes a list of cells: those that a student
wrote, without the check cells and the demonstrations, and remembering where
each line came from. Every cell is run on its own in one module, so that an
error in one cell costs only what that cell defines.
"""

from __future__ import annotations

import __future__

import json
import linecache
import re
import sys
import traceback
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

MAX_BYTES = 16 << 20
DEMONSTRATION = "active-ipynb"
MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)
MARKER = re.compile(r"^# ?%%(.*)$")
FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


class Unreadable(Exception):
    """The file is neither a notebook nor a script; shown to the student as it is."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its text, what to call it, and its line in the module's text."""

    label: str
    text: str
    line: int


@dataclass
class Submission:
    """A file's module, and what went wrong in which cell while it was imported."""

    file: str
    cells: list[Cell]
    module: types.ModuleType
    problems: list[str] = field(default_factory=list)

    def place(self, line: int) -> str:
        """Say where a line of the module's text stands in the student's file."""
        for cell in reversed(self.cells):
            if line >= cell.line:
                return f"{cell.label}, line {line - cell.line + 1}" if cell.label else f"line {line}"
        return f"line {line}"


def cells_of(content: bytes) -> list[Cell]:
    """Read a notebook or percent script into the code cells that are to be run.

    Raises:
        Unreadable: the content is not UTF-8, or a notebook that is broken or
            older than format 4.
    """
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise Unreadable("the file is not text in UTF-8: save it again as a notebook or script") from error
    if not text.strip():
        raise Unreadable("the file is empty: is it the one that was to be handed in?")
    pieces = notebook_cells(text) if text.lstrip().startswith("{") else script_cells(text)
    cells, line = [], 1
    for label, source, first in pieces:
        cells.append(Cell(label, source, first or line))
        line += source.count("\n") + 1
    return cells


def notebook_cells(text: str) -> list[tuple[str, str, int]]:
    """Return (label, source, 0) of each code cell of a notebook that is to be run."""
    broken = "the notebook cannot be read ({}): open it in Jupyter, save it and hand it in again"
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(broken.format("it is cut off or not JSON")) from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        if isinstance(notebook, dict) and "worksheets" in notebook:
            raise Unreadable("the notebook is of format 3: open it in Jupyter and save it")
        raise Unreadable(broken.format("it has no cells"))
    pieces = []
    for number, cell in enumerate(notebook["cells"], 1):
        if not isinstance(cell, dict):
            continue
        metadata = cell.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        tags, nbgrader = metadata.get("tags"), metadata.get("nbgrader")
        # A key pressed by accident turns an answer's cell into text; nbgrader knows what it was.
        released = nbgrader.get("cell_type") if isinstance(nbgrader, dict) else None
        if "code" not in (cell.get("cell_type"), released):
            continue
        if isinstance(tags, list) and DEMONSTRATION in tags:
            continue
        if isinstance(nbgrader, dict) and nbgrader.get("grade") and not nbgrader.get("solution"):
            continue
        source = cell.get("source")
        if isinstance(source, list):
            source = "".join(str(line) for line in source)
        if isinstance(source, str) and source.strip():
            pieces.append((f"cell {number}", source.replace("\r\n", "\n"), 0))
    return pieces


def script_cells(text: str) -> list[tuple[str, str, int]]:
    """Return ("", source, first line) of each cell of a script, split at `# %%`."""
    pieces: list[tuple[str, str, int]] = []
    lines = text.split("\n")
    starts = [0] + [i for i, line in enumerate(lines) if MARKER.match(line)] + [len(lines)]
    for start, end in zip(starts, starts[1:], strict=False):
        source = "\n".join(lines[start:end])
        marker = MARKER.match(lines[start]) if start < end else None
        if marker and "[markdown]" in marker.group(1):
            continue
        if source.strip():
            pieces.append(("", source, start + 1))
    return pieces


def load(content: bytes, file: str, name: str) -> Submission:
    """Run a submission's cells as the module `name`; keep what goes wrong.

    Raises:
        Unreadable: see `cells_of`.
    """
    cells = cells_of(content)
    module = types.ModuleType(name)
    module.__file__ = file
    module.__package__ = name.rpartition(".")[0]
    submission = Submission(file, cells, module)
    sources = [compiled_source(cell) for cell in cells]
    lines: list[str] = []
    for cell, source in zip(cells, sources, strict=True):
        lines += [""] * (cell.line - 1 - len(lines)) + source.split("\n")
    text = "\n".join(lines) + "\n"
    # AutoGraph and `inspect` read the source through these two.
    module.__loader__ = _Loader(text)
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    sys.modules[name] = module
    future = 0  # `from __future__` in one cell holds for those after it, as in Jupyter
    for cell, source in zip(cells, sources, strict=True):
        try:
            code = compile("\n" * (cell.line - 1) + source, file, "exec", future, dont_inherit=True)
            future |= code.co_flags & FUTURE
            exec(code, vars(module))
        except MemoryError:
            raise
        except BaseException as error:
            submission.problems.append(explain(error, submission))
    return submission


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
    """Return the cell's text, its magics and shell lines commented out if it needs that."""
    try:
        compile(cell.text, "cell", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two: nested too deeply
        return MAGIC.sub(lambda line: "# " + line.group(0), cell.text)
    return cell.text


def explain(error: BaseException, *submissions: Submission) -> str:
    """Say what was raised and where, with the frames of the student's own code only."""
    by_file = {submission.file: submission for submission in submissions}
    said = "".join(traceback.format_exception_only(error)[-1:]).strip()
    if isinstance(error, SyntaxError):
        said = f"{type(error).__name__}: {error.msg}"
        if error.filename in by_file and error.lineno:
            place = by_file[error.filename].place(error.lineno)
            return f"{said[:1000]}\n  {place}\n    {(error.text or '').strip()[:200]}"
    frames = []
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename in by_file and frame.lineno:
            place = by_file[frame.filename].place(frame.lineno)
            frames.append(f"  {place}, in {frame.name}\n    {(frame.line or '').strip()[:200]}")
    shown = frames if len(frames) <= 6 else frames[:3] + ["  …"] + frames[-3:]
    return "\n".join([said[:1000], *shown])


class _Loader:
    """Gives `inspect.getsource` the module's text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_source(self, name: str) -> str:
        return self.text

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)
