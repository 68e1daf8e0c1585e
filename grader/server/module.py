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

FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


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
            submission.problems.append(explain(error, submission))
    return submission


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
