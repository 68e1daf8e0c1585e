"""The text of an answer: what of a file's cells a student wrote for one exercise, and its tokens.

Text only, nothing is run. Read from a student's file in the child, and from the
course's own files anywhere.

An answer is the statements that define what the exercise asks for, and those
that they use, without imports, without what defines the answers to other
exercises, and without what stands in the released file. Its tokens are what
stays the same where names that the student chose are changed: each of these is
one token, `NAME`; comments, docstrings and layout are none; what a library calls
its functions and arguments stays.
"""

from __future__ import annotations

import ast
import bisect
import builtins
import io
import keyword
import tokenize
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from grader.cells import Cell, compiled_source, unwarned
from grader.saved import Unreadable
from grader.slices import cut, statements

LONGEST = 5_000  # tokens of an answer
MAX_TEXT = 200_000  # characters of one, comments included
NAME, STRING = "NAME", "STRING"  # tokens that stand for any name of the student's, and for any text
BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)  # what parsing may raise; see `scopes`
SILENT = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
    tokenize.ENCODING,
}  # fmt: skip
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Position = tuple[int, int]  # line from 1, column from 0, in characters


@dataclass(frozen=True)
class Answer:
    """An answer: its text, its tokens, and where in the text each begins and ends."""

    text: str
    tokens: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Texts:
    """The code cells of a file, without what stands in the file that was released.

    Attributes:
        cells: texts, in the order in which they are run.
        released: texts of the released file's cells.
    """

    cells: Sequence[str]
    released: Sequence[str] = ()

    def answer(self, writes: Collection[str], others: Collection[str] = ()) -> Answer:
        """Return the answer that defines `writes`; nothing of it defines `others`.

        Raises:
            Unreadable: it is too long to be an answer, or nested too deeply.
        """
        other = frozenset(others) - set(writes)
        cells = [self._without(cell, other) for cell in self.cells]
        try:
            parts = [self._own(text) for text in cut(cells, writes).texts if text.strip()]
        except (RecursionError, MemoryError) as error:
            raise Unreadable("it is nested too deeply") from error
        kept = [part for part in parts if part.text]
        text = "\n".join(part.text for part in kept)
        if len(text) > MAX_TEXT or sum(len(part.tokens) for part in kept) > LONGEST:
            raise Unreadable(f"it has more than {LONGEST} tokens or {MAX_TEXT} characters")
        tokens: list[str] = []
        spans: list[tuple[int, int]] = []
        begin = 0
        for part in kept:
            tokens += part.tokens
            spans += [(first + begin, last + begin) for first, last in part.spans]
            begin += len(part.text) + 1
        return Answer(text, tuple(tokens), tuple(spans))

    @staticmethod
    def _without(text: str, names: frozenset[str]) -> str:
        """Return a cell without the statements that define one of `names`."""
        gone = [one for one in statements(text) if one.binds & names]
        if not gone:
            return text
        lines = compiled_source(Cell(0, text, 1)).split("\n")
        for one in gone:
            lines[one.first - 1 : one.last] = [""] * (one.last - one.first + 1)
        return "\n".join(lines)

    @cached_property
    def _given(self) -> _Given:
        return _Given([node for text in self.released for node in _parsed(text)])

    @cached_property
    def _modules(self) -> frozenset[str]:
        """The names under which modules and what is in them are imported."""
        nodes = [node for text in self.cells for tree in _parsed(text) for node in ast.walk(tree)]
        imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
        return frozenset(
            alias.asname or alias.name.partition(".")[0] for node in imports for alias in node.names
        )

    def _own(self, text: str) -> Answer:
        """Return what of a cell is the student's own."""
        body = [node for node in _parsed(text) if not isinstance(node, ast.Import | ast.ImportFrom)]
        nodes = list(self._given.without(body))
        lines = text.split("\n")
        told = _lines_of(self._given.docstrings(body)) - _lines_of(nodes)
        shown = sorted(_lines_of(node for node in body if not self._given.has(node)) - told)
        if not nodes:
            return Answer("", (), ())
        begins, size = {}, 0  # where each line that is shown begins
        for line in shown:
            begins[line] = size
            size += len(lines[line - 1]) + 1
        found = _Words(nodes, self._modules, lines)
        tokens = [
            (word, begins[first[0]] + first[1], begins[last[0]] + last[1])
            for word, first, last in islice(found.tokens(text), LONGEST + 1)
            if first[0] in begins and last[0] in begins
        ]
        return Answer(
            "\n".join(lines[line - 1] for line in shown),
            tuple(word for word, _, _ in tokens),
            tuple((first, last) for _, first, last in tokens),
        )


@dataclass
class _Given:
    """What stands in a file that was released, at one level of it."""

    nodes: Sequence[ast.stmt]
    same: set[str] = field(init=False)
    definitions: dict[str, Definition] = field(init=False)

    def __post_init__(self) -> None:
        self.same = {ast.dump(node) for node in self.nodes}
        self.definitions = {node.name: node for node in self.nodes if isinstance(node, Definition)}

    def has(self, node: ast.stmt) -> bool:
        """Tell whether a statement was given as it is."""
        return ast.dump(node) in self.same

    def without(self, body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        """Yield the statements that were not given; of a definition that was, what its body has besides."""
        for node in body:
            if self.has(node) or _is_text(node):
                continue
            twin = self.definitions.get(node.name) if isinstance(node, Definition) else None
            if isinstance(node, Definition) and twin is not None:
                yield from _Given(twin.body).without(node.body)
            else:
                yield node

    def docstrings(self, body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
        """Yield the docstrings in definitions that were given, if they are as they were given."""
        for node in body:
            twin = self.definitions.get(node.name) if isinstance(node, Definition) else None
            if isinstance(node, Definition) and twin is not None:
                inner = _Given(twin.body)
                yield from (one for one in node.body[:1] if _is_text(one) and inner.has(one))
                yield from inner.docstrings(node.body)


class _Words:
    """The tokens of some statements."""

    def __init__(self, nodes: Sequence[ast.stmt], modules: frozenset[str], lines: Sequence[str]) -> None:
        self.lines = lines
        inner = [one for node in nodes for one in ast.walk(node)]
        self.ranges = sorted(
            (self.at(_first(node), 0 if _decorators(node) else node.col_offset), self.end(node))
            for node in nodes
        )
        self.silent = sorted(
            (self.begin(one), self.end(one)) for one in inner if isinstance(one, ast.Expr) and _is_text(one)
        )
        self.attributes = {one.attr for one in inner if isinstance(one, ast.Attribute) and _stored(one)}
        self.attributes |= {
            one.name
            for outer in inner
            if isinstance(outer, ast.ClassDef)
            for one in outer.body
            if isinstance(one, Definition) and not one.name.startswith("__")
        }
        self.arguments = {one.arg for one in inner if isinstance(one, ast.arg)}
        self.keywords = {self.begin(one) for one in inner if isinstance(one, ast.keyword) and one.arg}
        self.own = modules | self.arguments
        self.own |= {
            one.id for one in inner if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Load)
        }

    def tokens(self, text: str) -> Iterator[tuple[str, Position, Position]]:
        """Yield each token of the statements, with where it begins and ends."""
        before = ""
        for token in _tokenized(text):
            last, before = before, token.string
            if token.type in SILENT or not self._inside(token.start, self.ranges):
                continue
            if self._inside(token.start, self.silent):
                continue
            kind = tokenize.tok_name[token.type]
            if kind.startswith("FSTRING"):  # from Python 3.12 on, an f-string comes in parts
                if kind == "FSTRING_START":
                    yield STRING, token.start, token.end
            elif kind == "STRING":
                yield STRING, token.start, token.end
            elif kind == "NAME":
                yield self._name(token.string, token.start, last), token.start, token.end
            else:
                yield token.string, token.start, token.end

    def _name(self, word: str, at: Position, before: str) -> str:
        if keyword.iskeyword(word):
            return word
        if before == ".":
            return NAME if word in self.attributes else word
        if at in self.keywords:
            return NAME if word in self.arguments else word
        return word if hasattr(builtins, word) and word not in self.own else NAME

    def begin(self, node: ast.expr | ast.stmt | ast.keyword) -> Position:
        return self.at(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> Position:
        return self.at(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def at(self, line: int, offset: int) -> Position:
        """Return a place of a syntax tree, which counts bytes, in characters."""
        return line, len(
            self.lines[line - 1].encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "replace")
        )

    @staticmethod
    def _inside(place: Position, ranges: Sequence[tuple[Position, Position]]) -> bool:
        """Tell whether a place is in one of some ranges, which are sorted and do not overlap."""
        at = bisect.bisect_right(ranges, place, key=lambda one: one[0])
        return at > 0 and place < ranges[at - 1][1]


@unwarned()
def _parsed(text: str) -> list[ast.stmt]:
    """Return a cell's statements; none if it is no Python."""
    try:
        return ast.parse(compiled_source(Cell(0, text, 1))).body
    except BROKEN:
        return []


def _tokenized(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):  # it was parsed, so that this is its end at the latest
        return


def _is_text(node: ast.AST) -> bool:
    """Tell whether a statement is text alone, as a docstring is."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _stored(node: ast.Attribute) -> bool:
    return isinstance(node.ctx, ast.Store)


def _decorators(node: ast.stmt) -> Sequence[ast.expr]:
    return node.decorator_list if isinstance(node, Definition) else ()


def _first(node: ast.stmt) -> int:
    """Return the line at which a statement begins, decorators included."""
    return min([node.lineno, *(mark.lineno for mark in _decorators(node))])


def _lines_of(nodes: Iterable[ast.stmt]) -> set[int]:
    """Return the lines on which statements stand."""
    return {line for node in nodes for line in range(_first(node), (node.end_lineno or node.lineno) + 1)}
