"""A submitted file, run as a module: in the child only.

Every cell is run on its own in one module, so that an error in one cell costs
only what that cell defines.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import inspect
import linecache
import sys
import traceback
import types
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from grader.cells import MARKER, Cell, cells_of, compiled_source
from grader.demonstrations import Demonstration, without
from grader.fault import LONGEST, Fault, Frame, Place, bounded
from grader.sandbox import linux
from grader.server import jupyter
from grader.slices import cut

# Jupyter lets a cell wait for what is asynchronous.
AWAIT = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
FUTURE = sum({getattr(__future__, name).compiler_flag for name in __future__.all_feature_names})


@dataclass
class Submission:
    """A file's module and its cells, and what went wrong in which of them while they were run."""

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

    @property
    def lines(self) -> dict[int, int]:
        """Return the last line that each cell has, by its number; a script's is 0."""
        found: dict[int, int] = {}
        for cell in self.cells:
            last = cell.text.count("\n") + (1 if cell.number else cell.line)
            found[cell.number] = max(last, found.get(cell.number, 0))
        return found


def read(
    content: bytes,
    file: str,
    name: str,
    demonstrations: Sequence[Demonstration] = (),
    answers: Collection[str] = (),
) -> Submission:
    """Read a submission's cells, which are to be the module `name`; run nothing.

    Of what is known as one of the `demonstrations`, only what the `answers` need is left.

    Raises:
        Unreadable: see `grader.cells.cells_of`.
    """
    module = types.ModuleType(name)
    module.__file__ = file
    module.__package__ = name.rpartition(".")[0]
    vars(module).update(jupyter.GIVEN)
    return Submission(file, without(cells_of(content), demonstrations, answers), module)


def run(submission: Submission, names: Sequence[str] = ()) -> None:
    """Run a submission's cells, one after the other; keep what goes wrong.

    If there are `names`, only what defines these is run.
    """
    cells, module, file = submission.cells, submission.module, submission.file
    if names:
        texts = cut([cell.text for cell in cells], names).texts
        cells = [replace(cell, text=text) for cell, text in zip(cells, texts, strict=True) if text]
    sources = [compiled_source(cell) for cell in cells]
    lines: list[str] = []
    for cell, source in zip(cells, sources, strict=True):
        lines += [""] * (cell.line - 1 - len(lines)) + source.split("\n")
    text = "\n".join(lines) + "\n"
    # AutoGraph and `inspect` read the source through these two.
    module.__loader__ = _Loader(text)
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    sys.modules[module.__name__] = module
    future = 0  # `from __future__` in one cell holds for those after it, as in Jupyter
    with warnings.catch_warnings():  # what is made an error here would be one in the drivers, too
        for cell, source in zip(cells, sources, strict=True):
            # Who waits for this process can see where it is, if it is still here when the time is up.
            linux.call_itself(f"cell {cell.number}" if cell.number else f"line {cell.line}")
            text = "\n" * (cell.line - 1) + source
            while text:
                try:
                    code = _compiled(text, file, future)
                    future |= code.co_flags & FUTURE
                    waits = eval(code, vars(module))
                    if code.co_flags & inspect.CO_COROUTINE:
                        asyncio.run(waits)
                    text = ""
                except MemoryError:
                    raise
                except BaseException as error:
                    submission.problems.append(fault_of(error, submission))
                    text = _after_import(text, error, file)
    linux.call_itself("answers")


def _after_import(source: str, error: BaseException, file: str) -> str:
    """Return what is left to run of a cell after an import of what is not installed here, "" if it was none.

    Where the student works it is installed, so that it costs no more than what uses it.
    """
    trace = traceback.extract_tb(error.__traceback__)
    mine = [one.lineno or 0 for one in trace if one.filename == file]
    if not isinstance(error, ModuleNotFoundError) or len(mine) != 1:
        return ""
    for node in ast.parse(source).body:
        last = node.end_lineno or node.lineno
        if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno <= mine[0] <= last:
            lines = source.split("\n")
            rest = lines[last - 1].encode()[node.end_col_offset or 0 :].decode().lstrip(" \t;")
            return "\n" * (last - 1) + "\n".join([rest, *lines[last:]])
    return ""


def _compiled(source: str, file: str, future: int) -> types.CodeType:
    """Compile a cell; `from __future__` may stand anywhere in it, as in Jupyter."""
    code: types.CodeType
    try:
        code = compile(source, file, "exec", future | AWAIT, dont_inherit=True)
    except SyntaxError:
        tree = ast.parse(source, file)
        late = [
            node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        ]
        if not late:
            raise
        tree.body = late + [node for node in tree.body if node not in late]
        code = compile(tree, file, "exec", future | AWAIT, dont_inherit=True)
    return code


def load(content: bytes, file: str, name: str) -> Submission:
    """Read a submission and run its cells: see `read` and `run`."""
    submission = read(content, file, name)
    run(submission)
    return submission


def fault_of(error: BaseException, *submissions: Submission) -> Fault:
    """Return what was raised and where, with the frames of the student's own code only."""
    by_file = {submission.file: submission for submission in submissions}

    def frame(file: str, line: int, function: str, source: str) -> Frame:
        place = by_file[file].place(line)
        return Frame(place.cell, place.line, function, source)

    kind = type(error).__name__
    if isinstance(error, SyntaxError):
        said = f"{kind}: {error.msg}"
        # A student's code may raise one that it made itself, of whatever it likes.
        if str(error.filename) in by_file and isinstance(error.lineno, int) and error.lineno:
            return bounded(said, [frame(str(error.filename), error.lineno, "", str(error.text or ""))], kind)
    else:
        said = "".join(traceback.format_exception_only(error)[-1:]).strip()
    frames = [
        frame(one.filename, one.lineno, one.name, one.line or "")
        for one in traceback.extract_tb(error.__traceback__)
        if one.filename in by_file and one.lineno
    ]
    return bounded(said, frames, kind)


def is_stub(error: NotImplementedError, *submissions: Submission) -> bool:
    """Tell whether a function raised it of which nothing is written: it does so in any case, and no more.

    The line may come after others that the assignment gave; what stands there then is the marker
    that the assignment put before it. In a branch it is no stub, but unfinished.
    """
    by_file = {submission.file: submission for submission in submissions}
    frames = [one for one in traceback.extract_tb(error.__traceback__) if one.filename in by_file]
    if not frames:
        return False
    last = frames[-1].lineno or 0
    cell = next((one for one in reversed(by_file[frames[-1].filename].cells) if one.line <= last), None)
    if cell is None:
        return False
    at, source = last - cell.line + 1, compiled_source(cell)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return False
    functions = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno <= at <= (node.end_lineno or 0)
    ]
    if not functions:
        return False
    body = max(functions, key=lambda node: node.lineno).body
    raising = [
        one for one in body if isinstance(one, ast.Raise) and one.lineno <= at <= (one.end_lineno or 0)
    ]
    marked = at > 1 and MARKER in source.split("\n")[at - 2]
    alone = len(body) - (ast.get_docstring(ast.Module(body, [])) is not None) == 1
    return bool(raising) and (alone or marked)


def written_above(fault: Fault, *submissions: Submission) -> Fault:
    """Return a stub's fault, with the last definition above it that is written, if there is one, before it.

    So it is when the assignment's cell was copied, and the copy filled in.
    """
    (*_, stub) = fault.frames
    for submission in submissions:
        # Few cells name it, and to parse each for each case takes longer than the rest of a stub's grading.
        for cell in [one for one in reversed(submission.cells) if stub.function in one.text]:
            try:
                tree = ast.parse(compiled_source(cell))
            except (SyntaxError, ValueError, RecursionError):
                continue
            for node in tree.body:
                place = submission.place(cell.line + getattr(node, "lineno", 1) - 1)
                named = isinstance(node, ast.FunctionDef) and node.name == stub.function
                if named and (place.cell, place.line) < (stub.cell, stub.line) and not _raises(node):
                    source = ast.unparse(node).splitlines()[0]
                    before = Frame(place.cell, place.line, stub.function, source[:LONGEST])
                    return msgspec.structs.replace(fault, frames=(before, stub))
    return fault


def _raises(node: ast.stmt) -> bool:
    """Tell whether a function does nothing but raise at its end, as a stub does."""
    return isinstance(node, ast.FunctionDef) and isinstance(node.body[-1], ast.Raise)


class _Loader:
    """Gives `inspect.getsource` the module's text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_source(self, name: str) -> str:
        return self.text

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)
