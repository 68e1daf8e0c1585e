"""Small changes of a program, each of which a good check notices.

`variants(node)` yields what a node of libcst's tree may be replaced by: the
operators of mutation testing (DeMillo, Lipton and Sayward, "Hints on test data
selection", 1978), chosen for numerical code. Each changes one place, and always
gives a program that can be parsed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import libcst as cst

from grader.audit.exchanges import (
    AUGMENTED,
    COMMUTATIVE,
    COMPARISONS,
    FORGETTABLE,
    MISTAKABLE,
    ONE_WAY,
    OPERATORS,
    UNGRADED,
)
from grader.audit.syntax import called, grouped, identifiers, offsets, renamed, with_argument

ROUND = 100
Variants = Iterator[cst.CSTNode]


def variants(node: cst.CSTNode) -> Variants:
    """Yield what `node` may be replaced by, in a fixed order."""
    change = CHANGES.get(type(node))
    if change is not None:
        yield from change(node)


def binary(node: cst.BinaryOperation) -> Variants:
    """Another operator, one side alone, and both sides exchanged."""
    left, right = node.left, node.right
    if type(node.operator) in OPERATORS:
        yield grouped(node.with_changes(operator=OPERATORS[type(node.operator)]))
    yield left
    if isinstance(node.operator, cst.Subtract):
        yield grouped(cst.UnaryOperation(cst.Minus(), grouped(right)))
    elif isinstance(node.operator, cst.Add | cst.Multiply | cst.MatrixMultiply | cst.BitAnd | cst.BitOr):
        yield right
    if isinstance(node.operator, ONE_WAY):
        yield grouped(node.with_changes(left=grouped(right), right=grouped(left)))


def unary(node: cst.UnaryOperation) -> Variants:
    """Without its sign or its not."""
    yield node.expression


def boolean(node: cst.BooleanOperation) -> Variants:
    """And for or, and one side alone."""
    other = cst.Or() if isinstance(node.operator, cst.And) else cst.And()
    yield grouped(node.with_changes(operator=other))
    yield node.left
    yield node.right


def comparison(node: cst.Comparison) -> Variants:
    """Another boundary, or the opposite."""
    for place, target in enumerate(node.comparisons):
        for operator in COMPARISONS.get(type(target.operator), ()):
            changed = list(node.comparisons)
            changed[place] = target.with_changes(operator=operator)
            yield node.with_changes(comparisons=changed)


def integer(node: cst.Integer) -> Variants:
    """One more and one less; ten times as much and a tenth of a round number, which counts nothing."""
    value = node.evaluated_value
    if value and value % ROUND == 0:
        yield node.with_changes(value=str(value * 10))
        yield node.with_changes(value=str(value // 10))
        return
    yield node.with_changes(value=str(value + 1))
    yield node.with_changes(value=str(value - 1)) if value else cst.parse_expression("(-1)")


def floating(node: cst.Float) -> Variants:
    """Twice as much; ten times as much for a small constant; one for zero."""
    value = node.evaluated_value
    yield node.with_changes(value=repr(1.0 if value == 0 else value * 10 if abs(value) < 1e-3 else value * 2))


def name(node: cst.Name) -> Variants:
    """False for True, and True for False."""
    if node.value in ("True", "False"):
        yield node.with_changes(value="False" if node.value == "True" else "True")


def string(node: cst.SimpleString) -> Variants:
    """Another padding; the last two axes of an einsum exchanged."""
    text = str(node.evaluated_value)
    other = {"same": "valid", "valid": "same"}.get(text.lower())
    if other:
        yield node.with_changes(value=repr(other.upper() if text.isupper() else other))
    elif "->" in text and len(text.rpartition("->")[2]) > 1:
        yield node.with_changes(value=repr(f"{text[:-2]}{text[-1]}{text[-2]}"))


def call(node: cst.Call) -> Variants:
    """Another function, none, arguments exchanged, one keyword argument fewer, one round more or less."""
    last = called(node)
    if last in MISTAKABLE:
        yield node.with_changes(func=renamed(node.func, MISTAKABLE[last]))
    if last in FORGETTABLE and node.args and not node.args[0].star:
        yield grouped(node.args[0].value)
    if last in FORGETTABLE and not node.args and isinstance(node.func, cst.Attribute):
        yield node.func.value
    if last == "range":
        stop = 1 if len(node.args) > 1 else 0
        if not isinstance(node.args[stop].value, cst.Integer):
            for offset in offsets(node.args[stop].value):
                yield with_argument(node, stop, offset)
    for place, (first, second) in enumerate(pairwise(node.args)):
        plain = not (first.keyword or second.keyword or first.star or second.star)
        if plain and last not in COMMUTATIVE and not first.value.deep_equals(second.value):
            exchanged = list(node.args)
            exchanged[place] = first.with_changes(value=second.value)
            exchanged[place + 1] = second.with_changes(value=first.value)
            yield node.with_changes(args=exchanged)
    for place, argument in enumerate(node.args):
        if argument.keyword is None or argument.keyword.value in UNGRADED:
            continue
        flag = isinstance(argument.value, cst.Name) and argument.value.value in ("True", "False")
        if argument.keyword.value == "training" and not flag:
            yield with_argument(node, place, cst.Name("True"))
            yield with_argument(node, place, cst.Name("False"))
        if not flag:  # a flag is covered by exchanging it for its opposite
            rest = [*node.args[:place], *node.args[place + 1 :]]
            if rest:
                rest[-1] = rest[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            yield node.with_changes(args=rest)


def attribute(node: cst.Attribute) -> Variants:
    """A matrix that is not transposed."""
    if node.attr.value in ("T", "mT"):
        yield node.value


def index(node: cst.Subscript) -> Variants:
    """Two indices exchanged."""
    for place, (first, second) in enumerate(pairwise(node.slice)):
        if not first.slice.deep_equals(second.slice):
            exchanged = list(node.slice)
            exchanged[place] = first.with_changes(slice=second.slice)
            exchanged[place + 1] = second.with_changes(slice=first.slice)
            yield node.with_changes(slice=exchanged)


def bounds(node: cst.Slice) -> Variants:
    """A bound fewer, or off by one; constants are changed where they stand."""
    for side in ("lower", "upper", "step"):
        value = getattr(node, side)
        if value is None:
            continue
        yield node.with_changes(**{side: None})
        if side != "step" and not isinstance(value, cst.Integer):
            for offset in offsets(value):
                yield node.with_changes(**{side: offset})


def choice(node: cst.IfExp) -> Variants:
    """Always the one, or always the other."""
    yield grouped(node.body)
    yield grouped(node.orelse)


def branch(node: cst.If) -> Variants:
    """Always, or never."""
    for value in ("True", "False"):
        yield node.with_changes(test=cst.Name(value), whitespace_before_test=cst.SimpleWhitespace(" "))


def comprehension(node: cst.CompFor) -> Variants:
    """Without its condition."""
    for place in range(len(node.ifs)):
        yield node.with_changes(ifs=[*node.ifs[:place], *node.ifs[place + 1 :]])


def augmented(node: cst.AugAssign) -> Variants:
    """Another operator, none, or no statement."""
    if type(node.operator) in AUGMENTED:
        yield node.with_changes(operator=AUGMENTED[type(node.operator)])
    yield cst.Assign([cst.AssignTarget(node.target)], node.value)
    yield cst.Pass()


def assignment(node: cst.Assign) -> Variants:
    """No statement, if the target has a value without it."""
    targets = [target.target for target in node.targets]
    known = identifiers(node.value)
    if all(isinstance(t, cst.Attribute | cst.Subscript) or identifiers(t) & known for t in targets):
        yield cst.Pass()


def expression(node: cst.Expr) -> Variants:
    """No statement, if it is a call, which is there for its effect."""
    if isinstance(node.value, cst.Call):
        yield cst.Pass()


def removed(node: cst.BaseSmallStatement) -> Variants:
    """No statement."""
    yield cst.Pass()


def returned(node: cst.Return) -> Variants:
    """Two of the values that are returned exchanged."""
    if isinstance(node.value, cst.Tuple):
        for place, (first, second) in enumerate(pairwise(node.value.elements)):
            exchanged = list(node.value.elements)
            exchanged[place] = first.with_changes(value=second.value)
            exchanged[place + 1] = second.with_changes(value=first.value)
            yield node.with_changes(value=node.value.with_changes(elements=exchanged))


CHANGES: dict[type[cst.CSTNode], Callable[[Any], Variants]] = {
    cst.BinaryOperation: binary,
    cst.UnaryOperation: unary,
    cst.BooleanOperation: boolean,
    cst.Comparison: comparison,
    cst.Integer: integer,
    cst.Float: floating,
    cst.Name: name,
    cst.SimpleString: string,
    cst.Call: call,
    cst.Attribute: attribute,
    cst.Subscript: index,
    cst.Slice: bounds,
    cst.IfExp: choice,
    cst.If: branch,
    cst.CompFor: comprehension,
    cst.AugAssign: augmented,
    cst.Assign: assignment,
    cst.Expr: expression,
    cst.Raise: removed,
    cst.Break: removed,
    cst.Continue: removed,
    cst.Return: returned,
}
