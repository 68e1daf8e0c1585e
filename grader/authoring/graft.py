"""Cells that follow a solution's own cells and define one of its names anew.

An answer is taken out of a topic's file together with all that it needs, and put
inside a function, so that only the answer's name reaches the module. AutoGraph
still finds its source text, and `super()` works.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Sequence

from grader.scopes import Names, names_in

FUTURE = "from __future__ import annotations"
RIGHT = "_right"  # the solution's own definitions, before any of them is replaced
SNAPSHOT = f"""\
import types

{RIGHT} = types.SimpleNamespace(**globals())"""
RAISES = """\
def {name}(*args, **kwargs):
    raise ZeroDivisionError("division by zero")"""
HANGS = """\
def {name}(*args, **kwargs):
    while True:
        pass"""
ENDS = """\
def {name}(*args, **kwargs):
    import os

    os._exit(1)"""
SPOIL = """\
def _spoiled(spoil, right):
    # Answers as `right` does, with every array in it spoiled.
    import numpy as np
    import tensorflow as tf

    def nan(value):
        if isinstance(value, tf.Tensor):
            return tf.cast(value, value.dtype if value.dtype.is_floating else tf.float32) * float("nan")
        return np.asarray(value, float) * np.nan

    def wrong_shape(value):
        if isinstance(value, tf.Tensor):
            return tf.stack([value, ~value if value.dtype == tf.bool else value + 1])
        value = np.asarray(value)
        return np.stack([value, ~value if value.dtype == bool else value + 1])

    def change(value):
        if isinstance(value, dict):
            return {key: change(item) for key, item in value.items()}
        if hasattr(value, "_fields"):
            return type(value)(*map(change, value))
        if isinstance(value, (list, tuple)):
            return type(value)(None if item is None else change(item) for item in value)
        return {"nan": nan, "wrong_shape": wrong_shape}[spoil](value)

    return lambda *args, **kwargs: change(right(*args, **kwargs))"""


@functools.cache
def graft(text: str, name: str, of: str) -> str:
    """Return a cell that defines `of` as what `name` is in `text`.

    Args:
        text: of `mistakes.py` or `oracles.py`.
        name: a function or class that it defines.
        of: the name that the cell gives it.
    """
    body, inside = _read(text)
    lines = text.splitlines()
    future = []
    kept = []
    for statement in needed(body, name):
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            future = [FUTURE, "", ""]
        elif isinstance(statement, ast.ImportFrom) and statement.level:
            kept += [f"    {line}" for line in _from_solution(statement)]
        else:
            for number in range(_first_line(statement), (statement.end_lineno or 0) + 1):
                line = lines[number - 1]
                kept.append(line if number in inside or not line else f"    {line}")
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            kept.append("")
    return "\n".join([*future, "def _answer():", *kept, f"    return {name}", "", "", f"{of} = _answer()"])


@functools.cache
def _read(text: str) -> tuple[list[ast.stmt], set[int]]:
    """Return a file's statements, and the lines that begin inside a string."""
    body = ast.parse(text).body
    return body, set(_inside_strings(body))


def spoiled(name: str, how: str) -> str:
    """Return a cell that has `name` answer with spoiled arrays; `SNAPSHOT` and `SPOIL` come before it."""
    return f"{name} = _spoiled({how!r}, {RIGHT}.{name})"


def needed(body: Sequence[ast.stmt], name: str) -> list[ast.stmt]:
    """Return the statements that `name` depends on, in order, and those that bind nothing."""
    # A docstring or other bare constant does nothing.
    rest = [s for s in body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    names = {statement: names_in(ast.unparse(statement)) for statement in rest}
    wanted: set[str] = {name}
    chosen: set[ast.stmt] = set()
    while True:
        more = {
            s for s in rest if s not in chosen and (_holds_for_all(s, names[s]) or names[s].binds & wanted)
        }
        if not more:
            return [statement for statement in rest if statement in chosen]
        chosen |= more
        wanted = wanted.union(*(names[s].uses | names[s].later for s in more))


def _holds_for_all(statement: ast.stmt, names: Names) -> bool:
    """Tell whether a statement binds nothing, or is an import from the future, which holds for all."""
    return not names.binds or (isinstance(statement, ast.ImportFrom) and statement.module == "__future__")


def _from_solution(statement: ast.ImportFrom) -> Iterator[str]:
    """Turn an import from the topic's solution into assignments."""
    for alias in statement.names:
        source = f"{RIGHT}.{alias.name}" if statement.module else RIGHT
        yield f"{alias.asname or alias.name} = {source}"


def _first_line(statement: ast.stmt) -> int:
    marks: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(mark.lineno for mark in marks)])


def _inside_strings(body: Sequence[ast.stmt]) -> Iterator[int]:
    """Yield the lines that begin inside a string, where an indent would be text."""
    for statement in body:
        for node in ast.walk(statement):
            text = isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)
            if text or isinstance(node, ast.JoinedStr):
                yield from range(node.lineno + 1, (node.end_lineno or 0) + 1)  # type: ignore[attr-defined]
