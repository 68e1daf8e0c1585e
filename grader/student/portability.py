"""What works in a student's live notebook and may fail where the file is graded.

A grader has only the file: it runs the cells once, from the top, without cells
that were deleted since, in an empty folder.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from grader import magics
from grader.cells import Cell, cells_of, compiled_source, script_cells, unwarned
from grader.saved import NOTEBOOK, SavedCell, Unreadable, saved_cells, script_text, utf_8
from grader.scopes import Names, names_in

GIVEN = {*vars(builtins), *magics.GIVEN, "__name__", "__file__", "__doc__", "__annotations__", "__builtins__"}
RUN = ("%%time", "%time", ">>>")  # what stands behind it is run
MANY = 8  # cells that are listed


@unwarned()
def warnings(file: Path) -> list[str]:
    """Return what to look at before a file is handed in, a sentence each; nothing is run.

    Raises:
        OSError: the file cannot be read.
    """
    content = file.read_bytes()
    try:
        cells = cells_of(content)
    except Unreadable as error:
        return [f"{error}."]
    found: list[str] = []
    if NOTEBOOK.match(utf_8(content)):
        notebook = saved_cells(utf_8(content))
        found += _order(notebook)
        found += list(_hidden(cells, _all_names(cell.text for cell in notebook if cell.cell_type == "code")))
    else:
        texts = [text for _, text, _ in script_cells(script_text(content), demonstrations=True)]
        found += list(_hidden(cells, _all_names(texts)))
    found += list(_missing_files(cells, file.parent))
    found += list(_notebooks_only(cells))
    return found


def _order(cells: Sequence[SavedCell]) -> Iterator[str]:
    """Compare the order in which cells were last run with the order in which they stand."""
    counts = [cell.execution_count for cell in cells if cell.cell_type == "code"]
    run = [count for count in counts if isinstance(count, int)]
    late = [(above, below) for above, below in pairwise(run) if below < above]
    if late:
        pairs = ", ".join(f"[{below}] stands below [{above}]" for above, below in late[:MANY])
        yield (
            f"The cells were not run in the order in which they stand: {pairs}. A grader runs them from the "
            "top: restart the kernel, run all cells, save, and look again."
        )


def _hidden(cells: Sequence[Cell], elsewhere: set[str]) -> Iterator[str]:
    """Find names that are used and that no graded cell, or only a later one, gives a value."""
    if any(map(_imports_everything, cells)):
        return  # anything may be defined
    known = [(cell, names) for cell in cells if (names := _names(cell))]
    everywhere = GIVEN.union(*(names.binds | names.declared for _, names in known))
    before = set(GIVEN)
    said: set[str] = set()
    for cell, names in known:
        before |= names.binds | names.declared
        for name in sorted(((names.uses - before) | (names.later - everywhere)) - said):
            said.add(name)
            if name in everywhere:
                yield f"{_place(cell)} uses `{name}`, which only a later cell defines: move that cell up."
            elif name in elsewhere:
                yield (
                    f"{_place(cell)} uses `{name}`, which is defined in a cell that is not graded (a "
                    "demonstration or a check): define it in a cell of your own."
                )
            else:
                kernel = ": your kernel may know it from a cell that you have deleted or changed since"
                yield (
                    f"{_place(cell)} uses `{name}`, which nothing in the file defines"
                    f"{kernel if cell.number else ''}."
                )


def _notebooks_only(cells: Sequence[Cell]) -> Iterator[str]:
    """Find the first line of each cell that is no Python and is not run."""
    for cell in cells:
        lines, run = cell.text.split("\n"), compiled_source(cell).split("\n")
        for line, instead in zip(lines, run, strict=True):
            if line.strip() != instead.strip() and not line.lstrip().startswith(RUN):
                yield f"{_place(cell)}: `{line.strip()[:60]}` works in notebooks only: no grader runs it."
                break


def _all_names(texts: Iterable[str]) -> set[str]:
    """Return the names that cells define, graded or not."""
    defined: set[str] = set()
    for text in texts:
        names = _names(Cell(0, text, 1))
        defined |= names.binds | names.declared if names else set()
    return defined


def _names(cell: Cell) -> Names | None:
    """Return the names in a cell; None if the cell is not Python, which the check itself says."""
    try:
        return names_in(compiled_source(cell))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imports_everything(cell: Cell) -> bool:
    try:
        nodes = list(ast.walk(ast.parse(compiled_source(cell))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes)


def _missing_files(cells: Sequence[Cell], folder: Path) -> Iterator[str]:
    """Find files and modules beside the notebook that it uses, and that are not handed in."""
    said: set[str] = set()
    for cell in cells:
        try:
            tree = ast.parse(compiled_source(cell))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            for name in _files(node):
                if name not in said and _is_file(folder, name):
                    said.add(name)
                    yield (
                        f"{_place(cell)} uses your file `{name}`, which is not handed in: only the one "
                        "file is. Put what you need of it into a cell."
                    )


def _files(node: ast.AST) -> list[str]:
    """Return the names of files that a piece of syntax may mean."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) < 200:
        return [node.value]
    if isinstance(node, ast.Import):
        return [f"{alias.name.partition('.')[0]}.py" for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [f"{node.module.partition('.')[0]}.py"]
    return []


def _is_file(folder: Path, name: str) -> bool:
    try:
        return (folder / name).is_file()
    except (OSError, ValueError):
        return False


def _place(cell: Cell) -> str:
    label = cell.label or f"the cell at line {cell.line}"
    return label[0].upper() + label[1:]
