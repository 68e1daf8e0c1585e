"""Small pieces of libcst's trees: read, renamed, put in brackets."""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst


def called(node: cst.Call) -> str:
    """Return the last part of the name of what is called, or ""."""
    last = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    return last.value if isinstance(last, cst.Name) else ""


def renamed(function: cst.BaseExpression, to: str) -> cst.BaseExpression:
    """Return a function's name with its last part changed."""
    if isinstance(function, cst.Attribute):
        return function.with_changes(attr=cst.Name(to))
    return cst.Name(to)


def with_argument(node: cst.Call, place: int, value: cst.BaseExpression) -> cst.Call:
    """Return a call with the value of one argument changed."""
    arguments = list(node.args)
    arguments[place] = arguments[place].with_changes(value=value)
    return node.with_changes(args=arguments)


def offsets(value: cst.BaseExpression) -> Iterator[cst.BaseExpression]:
    """Yield one less than an expression, and one more."""
    for operator in (cst.Subtract(), cst.Add()):
        yield cst.BinaryOperation(grouped(value), operator, cst.Integer("1"))


def grouped(node: cst.BaseExpression) -> cst.BaseExpression:
    """Put brackets around an expression of several parts, that it stays one wherever it stands."""
    single = cst.Name | cst.BaseNumber | cst.BaseString | cst.Call | cst.Attribute | cst.Subscript
    if node.lpar or isinstance(node, single | cst.Tuple | cst.List | cst.Dict):
        return node
    grown: cst.BaseExpression = node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return grown


def identifiers(node: cst.CSTNode) -> set[str]:
    """Return the names and attributes in an expression."""
    found: set[str] = set()

    class Collect(cst.CSTVisitor):
        def visit_Name(self, node: cst.Name) -> None:
            found.add(node.value)

    node.visit(Collect())
    return found
