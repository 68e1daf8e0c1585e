"""What docstrings promise, and which cases hold it: comments in `checks.py` name the words.

    # clause: "lr_min bounds the last of them alone"
    yield "a step schedule far below lr_min", {…}

A comment stands in the driver, the cases or the judge of its exercise, or in
what these call. `…` in a quotation stands for what is left out; several
quotations are several clauses.
"""

from __future__ import annotations

import ast
import functools
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.audit.findings import ClauseFound
from grader.audit.mutation import solution_cells
from grader.course import Topic
from grader.exercise import Exercise
from grader.reading import CITATION

MARK = re.compile(r"#\s*clause:\s*(.*)")
QUOTED = re.compile(r'"([^"]+)"')
PASSED_OVER = re.compile(r"[\s,\[\]`\"'“”]+")  # layout, and how shapes and names are set
SECTION = re.compile(r"(Args|Returns|Raises|Yields|Attributes)\b[^:]*:")
ENTRY = re.compile(r"\*{0,2}[\w`., *]+: ")
LEFT_OUT = re.compile(r"…|\.\.\.")
SENTENCE = re.compile(r"(?<=[.!?;])\s+")


@dataclass(frozen=True)
class Comment:
    """A clause that a comment names: its words, its line, and the exercise it stands in, "" in a helper."""

    words: str
    line: int
    exercise: str


def clauses(topic: Topic, exercise: Exercise) -> list[ClauseFound]:
    """Return what the docstrings of an exercise promise, each with the lines of `checks.py` that name it."""
    own = [one for one in comments(topic.checks.text) if one.exercise in ("", exercise.name)]
    found = []
    for clause in dict.fromkeys(_clauses(topic, exercise)):
        lines = [one.line for one in own if _names(one.words, clause)]
        found.append(ClauseFound(clause, tuple(lines)))
    return found


def problems_of(topic: Topic, exercise: Exercise, found: Sequence[ClauseFound]) -> list[str]:
    """Say whether no clause of an exercise is named."""
    own = any(one.exercise == exercise.name for one in comments(topic.checks.text))
    if own or any(one.lines for one in found) or not found:
        return []
    return [
        "no case names what it holds: go through the docstring clause by clause, and write beside a case in "
        'checks.py which of its words it is for: # clause: "…"'
    ]


def outdated(topic: Topic) -> list[str]:
    """Say which comments name words that stand in no docstring of their exercise."""
    said = {name: _given(topic, one) for name, one in topic.checks.exercises.items()}
    return [
        f"checks.py, line {one.line}, names a clause that stands in no docstring of "
        f"{f'`{one.exercise}`' if one.exercise else 'an exercise'} any more: {one.words}"
        for one in comments(topic.checks.text)
        if not any(_stands(one.words, text) for name, text in said.items() if one.exercise in ("", name))
    ]


@functools.cache
def comments(text: str) -> tuple[Comment, ...]:
    """Return the clauses that the comments of a `checks.py` name, in the order of the file."""
    notes = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }
    places = list(_places(ast.parse(text)))
    found = []
    for line, note in notes.items():
        if mark := MARK.match(note):
            said, after = mark.group(1), line + 1
            # A quotation goes on until it is closed, and a list of them until it has no comma.
            while after in notes and (said.count('"') % 2 or said.endswith(",")):
                said, after = f"{said} {notes[after].lstrip('# ')}", after + 1
            owner = next((name for name, first, last in places if first <= line <= last), "")
            found += [Comment(words, line, owner) for words in QUOTED.findall(said) or [said]]
    return tuple(found)


def _places(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Yield the exercise of each driver, generator of cases and judge, with its first and last line."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
            for mark in node.decorator_list:
                if isinstance(mark, ast.Attribute) and isinstance(mark.value, ast.Name):
                    yield mark.value.id, first, node.end_lineno or first
                elif isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "exercise":
                    yield node.name, first, node.end_lineno or first


def _clauses(topic: Topic, exercise: Exercise) -> Iterator[str]:
    """Yield the sentences of the docstrings that state behaviour: all but those that cite."""
    for docstring in _docstrings(topic, exercise):
        for paragraph in docstring.split("\n\n"):
            if CITATION.search(paragraph):
                continue
            for block in _entries(paragraph):
                yield from (sentence for sentence in SENTENCE.split(block) if sentence.strip())


def _entries(paragraph: str) -> list[str]:
    """Return a paragraph in one line, or of a section each argument or result in one."""
    first, *lines = paragraph.strip("\n").split("\n")
    if not SECTION.fullmatch(first.strip()):
        return [" ".join(paragraph.split())]
    indent = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    entries: list[str] = []
    for line in lines:
        if entries and (line[indent:].startswith(" ") or not ENTRY.match(line.strip())):
            entries[-1] += f" {line.strip()}"
        else:
            entries.append(line.strip())
    return entries


def _docstrings(topic: Topic, exercise: Exercise) -> Iterator[str]:
    for node in _nodes(topic, exercise):
        yield ast.get_docstring(node) or ""


def _nodes(topic: Topic, exercise: Exercise) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield what students write for an exercise, and what is given in the same cells."""
    for name, cell, _, _ in solution_cells(topic):
        if name in exercise.writes:
            yield from _defined(cell)


@functools.cache
def _defined(cell: str) -> tuple[ast.FunctionDef | ast.ClassDef, ...]:
    nodes = ast.walk(ast.parse(cell))
    return tuple(node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef))


def _given(topic: Topic, exercise: Exercise) -> str:
    """Return all that a clause may quote: the docstrings, and the signatures with their shapes."""
    texts = []
    for node in _nodes(topic, exercise):
        texts.append(ast.get_docstring(node) or "")
        if isinstance(node, ast.FunctionDef):
            texts += [ast.unparse(node.args), ast.unparse(node.returns) if node.returns else ""]
    return _squeezed("\n".join(texts))


def _stands(words: str, text: str) -> bool:
    """Tell whether words stand in a squeezed text, as they are or with something left out."""
    if _squeezed(words) in text:
        return True
    place = 0
    for part in map(_squeezed, LEFT_OUT.split(words)):
        found = text.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return True


def _names(words: str, clause: str) -> bool:
    """Tell whether words that a comment quotes are of a clause, or hold it."""
    squeezed, parts = _squeezed(clause), list(map(_squeezed, LEFT_OUT.split(words)))
    most = max(parts, key=len)  # of what spans several clauses
    return _stands(words, squeezed) or most in squeezed or any(squeezed in part for part in parts)


def _squeezed(text: str) -> str:
    return PASSED_OVER.sub("", text).casefold().rstrip(".,;:")


def summary(found: Sequence[ClauseFound]) -> str:
    """Say how many clauses have a case that names them."""
    named = sum(bool(one.lines) for one in found)
    return f"{named} of {len(found)} clauses of the docstrings are named beside a case"
