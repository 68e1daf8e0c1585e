"""A submitted file, run as a module: in the child only.

Every cell is run on its own in one module, so that an error in one cell costs
only what that cell defines.
"""

from __future__ import annotations
import __future__

import linecache
import sys
import traceback
import types
from dataclasses import dataclass, field
from typing import Any

from grader.cells import Cell, cells_of, compiled_source
from grader.fault import Fault, Frame, Place, bounded

FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


@dataclass
class Submission:
    """A file's module, and what went wrong in which cell while it was imported."""

    file: str
    cells: list[Cell]
    module: types.ModuleType
    problems: list[Fault] = field(default_factory=list)

    def place(self, line: int) -> Place:
        """Return where a line of the module's text stands in the student's file."""
        for cell in reversed(self.cells):
            if line >= cell.line and cell.number:
                return Place(cell.number, line - cell.line + 1)
        return Place(0, line)


def load(content: bytes, file: str, name: str) -> Submission:
    """Run a submission's cells as the module `name`; keep what goes wrong.

    Raises:
        Unreadable: see `grader.cells.cells_of`.
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
            submission.problems.append(fault_of(error, submission))
    return submission


def fault_of(error: BaseException, *submissions: Submission) -> Fault:
    """Return what was raised and where, with the frames of the student's own code only."""
    by_file = {submission.file: submission for submission in submissions}

    def frame(file: str, line: int, function: str, source: str) -> Frame:
        place = by_file[file].place(line)
        return Frame(place.cell, place.line, function, source)

    if isinstance(error, SyntaxError):
        said = f"{type(error).__name__}: {error.msg}"
        # A student's code may raise one that it made itself, of whatever it likes.
        if str(error.filename) in by_file and isinstance(error.lineno, int) and error.lineno:
            return bounded(said, [frame(str(error.filename), error.lineno, "", str(error.text or ""))])
    else:
        said = "".join(traceback.format_exception_only(error)[-1:]).strip()
    frames = [
        frame(one.filename, one.lineno, one.name, one.line or "")
        for one in traceback.extract_tb(error.__traceback__)
        if one.filename in by_file and one.lineno
    ]
    return bounded(said, frames)


class _Loader:
    """Gives `inspect.getsource` the module's text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_source(self, name: str) -> str:
        return self.text

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)
