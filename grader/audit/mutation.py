"""A topic's reference, changed in one place at a time: in a solution region, or in a default above it.

A mutant is known by the statement that it changes, written without its layout,
so that its name survives another line break or quotation mark:

    return w {+ → -} v, v
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from grader.audit.additions import Addition, additions
from grader.audit.operators import variants
from grader.authoring.notebook import BEGIN, END, exercise_name
from grader.cells import script_cells
from grader.course import Topic
from grader.exercise import AuthorError

TOKEN = re.compile(r"\s+|\d[\w.]*|\w+|[^\w\s]")
# An author may reword what an error says without a mutant's name changing.
RAISED = re.compile(r"(raise \w+)\(.*\)$")
# Messages are not graded, and annotations are not run.
CHANGED = (cst.BaseExpression, cst.BaseSmallStatement, cst.If, cst.Slice, cst.CompFor)
LEFT_ALONE = (cst.Annotation, cst.Decorator, cst.FormattedString, cst.Assert)


@dataclass(frozen=True)
class Mutant:
    """The reference, changed at one spot.

    Attributes:
        of: what the student writes: the first name that the cell defines.
        name: the changed statement; no two mutants of one `of` share it.
        before, after: the cell's text.
        first, last: the cell's lines in `solution.py`, counted from 1.
        remedy: what to do if no check notices; "" where a case is all that helps.
        of_results: it changes results alone, and may make no difference to any.
        near: its results are near to the right ones by design, and say nothing of a tolerance.
    """

    of: str
    name: str
    before: str
    after: str
    first: int
    last: int
    remedy: str = ""
    of_results: bool = False
    near: bool = False

    @cached_property
    def line(self) -> int:
        """Return the line of `solution.py` at which the change begins."""
        pairs = zip(self.before.split("\n"), self.after.split("\n"), strict=False)
        return self.first + next(i for i, (old, new) in enumerate(pairs) if old != new)

    @cached_property
    def diff(self) -> str:
        """Return the change as a unified diff, without its header."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=1, lineterm="")
        return "\n".join(list(lines)[2:])


def mutants(topic: Topic, only: Container[str] | None = None) -> Iterator[Mutant]:
    """Yield the mutants of a topic's solution, in the order of the file.

    `only` holds the names written by students that are wanted, all by default.

    Raises:
        AuthorError: the solution cannot be read or parsed.
    """
    for of, source, first, last in solution_cells(topic):
        if only is None or of in only:
            for name, after in changed(source):
                yield Mutant(of, name, source, after, first, last)
            for name, after, one in added(source):
                yield Mutant(of, name, source, after, first, last, one.remedy, one.of_results, one.near)


def solution_cells(topic: Topic) -> tuple[tuple[str, str, int, int], ...]:
    """Return each cell with a solution: what it defines, its text, its first and last line.

    Raises:
        AuthorError: the solution cannot be read or parsed.
    """
    path = topic.folder / "solution.py"
    try:
        return _solved(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError) as error:
        raise AuthorError(f"{path} cannot be read: {error}") from error


@cache
def _solved(text: str) -> tuple[tuple[str, str, int, int], ...]:
    """Return the cells with a solution of a text, which is looked at anew for each of its exercises."""
    return tuple(
        (exercise_name(source), source, first, first + source.count("\n"))
        for _, source, first in script_cells(text)
        if BEGIN in source
    )


def changed(source: str) -> list[tuple[str, str]]:
    """Return the name and text of each mutant of one cell."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    finder = Finder(regions(source))
    wrapper.visit(finder)
    plain = _plain(source)
    seen = {plain: ""}
    names: dict[str, int] = {}
    found = []
    for old, new in finder.found:
        after = cst.ensure_type(wrapper.module.deep_replace(old, new), cst.Module).code
        try:
            normal = _plain(after)
        except SyntaxError:  # such as a slice without a valid bound
            continue
        if normal in seen:
            continue
        name = change(plain, normal)
        names[name] = names.get(name, 0) + 1
        seen[normal] = name
        found.append((name if names[name] == 1 else f"{name} #{names[name]}", after))
    return found


def added(source: str) -> list[tuple[str, str, Addition]]:
    """Return the name and text of each mutant of one cell by addition, and what is added."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    plain = _plain(source)
    names: dict[str, int] = {}
    found = []
    for one in additions(wrapper, regions(source)):
        after = cst.ensure_type(wrapper.module.deep_replace(one.old, one.new), cst.Module).code
        name = one.name or change(plain, _plain(after))
        names[name] = names.get(name, 0) + 1
        found.append((name if names[name] == 1 else f"{name} #{names[name]}", after, one))
    return found


def regions(source: str) -> list[tuple[int, int]]:
    """Return the lines of the markers around each solution region, counted from 1."""
    lines = [line.strip() for line in source.split("\n")]
    begins = [number for number, line in enumerate(lines, 1) if line == BEGIN]
    ends = [number for number, line in enumerate(lines, 1) if line == END]
    return list(zip(begins, ends, strict=True))


def change(before: str, after: str) -> str:
    """Write the statement that differs, with what differs in braces: `a {+ → -} b`."""
    old, new, _, _ = _differing(before.split("\n"), after.split("\n"))
    one, other = (TOKEN.findall(" ".join(map(_bare, lines))) for lines in (old, new))
    was, became, front, back = _differing(one, other)
    return f"{''.join(front)}{{{''.join(was).strip()} → {''.join(became).strip()}}}{''.join(back)}"


def _plain(source: str) -> str:
    """Return a program without its layout, comments and signatures' annotations."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.unparse(tree)


def _differing(old: list[str], new: list[str]) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return what only `old` has, what only `new` has, and what they share before and after it."""
    least = min(len(old), len(new))
    start = next((i for i in range(least) if old[i] != new[i]), least)
    end = next((i for i in range(least - start) if old[-1 - i] != new[-1 - i]), least - start)
    return old[start : len(old) - end], new[start : len(new) - end], old[:start], old[len(old) - end :]


def _bare(line: str) -> str:
    return RAISED.sub(r"\1(…)", line.strip())


class Finder(cst.CSTVisitor):
    """Collects each node in a solution region with what it may be replaced by."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, regions: list[tuple[int, int]]) -> None:
        super().__init__()
        self.regions = regions
        self.found: list[tuple[cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Take note of a node's variants, and go on to what it holds."""
        if isinstance(node, LEFT_ALONE) or _is_text(node):
            return False
        lines = self.get_metadata(PositionProvider, node, None)
        if isinstance(node, cst.FunctionDef) and lines is not None:
            if any(lines.start.line < begin < lines.end.line for begin, _ in self.regions):
                self.found += [(value, new) for value in defaults(node.params) for new in variants(value)]
        elif isinstance(node, CHANGED) and lines is not None:
            if any(begin < lines.start.line and lines.end.line < end for begin, end in self.regions):
                self.found += [(node, new) for new in variants(node)]
        return not isinstance(node, cst.Raise)


def defaults(parameters: cst.Parameters) -> Iterator[cst.BaseExpression]:
    """Yield the default values of parameters: a student may change these, too."""
    for one in (*parameters.posonly_params, *parameters.params, *parameters.kwonly_params):
        if one.default is not None:
            yield one.default


def _is_text(node: cst.CSTNode) -> bool:
    """Tell whether a node is a docstring or other text that does nothing."""
    return isinstance(node, cst.Expr) and isinstance(node.value, cst.BaseString)
