"""Wrong answers by addition: the reference, and something that nobody asked for.

A mutant of `grader.audit.mutation` changes what is there. These add: an input is
changed in place, an option is ignored, results are rounded, clipped or sorted,
no gradient flows, something is dropped in training. Most are decorators of
`grader.audit.added`, so that the reference inside stays as it is:

    @added.changes('x')
    def softmax(x): …

What is added is chosen by the signature, so that what could make no difference
is not made: an array is changed in place only where one is annotated.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from grader.audit.added import LIMIT
from grader.audit.annotations import Hint, hint_of
from grader.audit.syntax import called

LAYERS = {"Layer", "Model", "Loss"}  # Keras' classes through which a gradient has to flow
# What says that a gradient is to flow through a function, in its name or in its docstring.
DIFFERENTIABLE = re.compile(
    r"^\w*(loss|penalty)|gradients? (flow|of|that are finite)|differentiable", re.IGNORECASE
)
WEIGHTS = {"add_weight", "Variable"}  # what makes a variable
MADE = {"__init__", "build", "get_config"}  # methods that compute nothing


@dataclass(frozen=True)
class Addition:
    """What is added to a cell.

    Attributes:
        old, new: a node of the cell, and what takes its place.
        name: the decorator and the function; "" where the changed statement is its name.
        remedy: what to do if no check notices.
        of_results: it changes results alone, and may make no difference to any.
        near: its results are near to the right ones by design, and say nothing of a tolerance.
        flows: the function through which a gradient is to flow, where it is stopped; "" elsewhere.
    """

    old: cst.CSTNode
    new: cst.CSTNode
    name: str
    remedy: str
    of_results: bool = False
    near: bool = False
    flows: str = ""


def additions(wrapper: MetadataWrapper, regions: list[tuple[int, int]]) -> list[Addition]:
    """Return what may be added to the functions and methods of a cell that hold a solution region."""
    finder = Functions(regions)
    wrapper.visit(finder)
    return finder.found


class Functions(cst.CSTVisitor):
    """Collects additions to each function with a region, of which it knows the class."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, regions: list[tuple[int, int]]) -> None:
        super().__init__()
        self.regions = regions
        self.owner: cst.ClassDef | None = None
        self.found: list[Addition] = []

    def visit_ClassDef(self, node: cst.ClassDef) -> None:
        """Note whose methods follow."""
        self.owner = node

    def leave_ClassDef(self, original_node: cst.ClassDef) -> None:
        """Leave the class."""
        self.owner = None

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        """Add to a function; what is defined inside is part of it."""
        lines = self.get_metadata(PositionProvider, node)
        if any(lines.start.line < begin < lines.end.line for begin, _ in self.regions):
            layer = self.owner is not None and is_layer(self.owner)
            self.found += decorated(node, layer)
            if layer and self.owner is not None and node.name.value not in MADE:
                self.found += stopped(node, self.owner)
        return False


def is_layer(node: cst.ClassDef) -> bool:
    """Tell whether a class is a layer, a model or a loss of Keras'."""
    return any(_last(base.value) in LAYERS for base in node.bases)


def decorated(node: cst.FunctionDef, layer: bool) -> Iterator[Addition]:
    """Yield a function with one decorator more.

    Args:
        node: the function.
        layer: whether it is a method of a layer, a model or a loss.
    """
    name = node.name.value

    def add(
        text: str, remedy: str, of_results: bool = False, near: bool = False, flows: str = ""
    ) -> Addition:
        decorator = cst.Decorator(cst.parse_expression(f"added.{text}"))
        new = node.with_changes(decorators=[*node.decorators, decorator])
        return Addition(node, new, f"@added.{text} def {name}", remedy, of_results, near, flows)

    for one in _parameters(node):
        if _hint(one).arrays:
            yield add(
                f"changes({one.name.value!r})",
                f"no driver compares `{one.name.value}` with what it was before the call: see `keeping`",
            )
    for option, constant in options(node):
        yield add(
            f"ignores({option}={constant})",
            f"add a case in which `{option}` is not {constant} and the result depends on it",
        )
    result = hint_of(_text(node.returns))
    if result.floats:
        loose = "the tolerance or the judge accepts numbers of three digits: ask for more"
        yield add("rounds", loose, of_results=True, near=True)
        yield add("clips", f"add a case whose results are larger than {LIMIT:g} in size", of_results=True)
    if result.axes:
        ascending = "add a case whose results do not ascend along their last axis"
        yield add("sorts", ascending, of_results=True)
    computes = (name == "call" or "loss" in name) if layer else bool(DIFFERENTIABLE.search(_said(node)))
    if result.tensors and computes:
        untaken = "no driver takes the gradient of what it returns: see `with_gradients`"
        yield add("stops_gradient", untaken, flows=name)
    trained = any(one.name.value == "training" for one in _parameters(node))
    if (result.tensors or result.floats) and (trained or (layer and name == "call")):
        yield add("drops", "add a case in which it is called with training=True: see `with_gradients`")


def options(node: cst.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield the parameters that choose what is computed, each with a constant that might be read instead.

    Where there is a default it is that; for a bool both, for an integer 1, for a text one of those that
    it is compared with.
    """
    body = ast.parse(cst.Module([node.with_changes(decorators=[])]).code.strip())
    read = {one.id for one in ast.walk(body) if isinstance(one, ast.Name)}
    for one in _parameters(node):
        name = one.name.value
        if name not in read:
            continue
        if one.default is not None:
            yield name, _text(one.default)
            continue
        match _text(one.annotation.annotation) if one.annotation else "":
            case "bool":
                yield name, "False"
                yield name, "True"
            case "int":
                yield name, "1"
            case "str":
                for text in _compared(body, name)[:1]:
                    yield name, repr(text)


def stopped(node: cst.FunctionDef, owner: cst.ClassDef) -> Iterator[Addition]:
    """Yield a layer's method with the gradient stopped at one weight, or at what one layer inside returns."""
    assigned = Assigned()
    owner.visit(assigned)
    remedy = "no driver takes the gradient with respect to every variable: see `with_gradients`"
    uses = Uses(assigned.weights, assigned.others)
    node.body.visit(uses)
    for use in uses.found:
        new = cst.Call(cst.parse_expression("added.stopped"), [cst.Arg(use)])
        yield Addition(use, new, "", remedy)


class Assigned(cst.CSTVisitor):
    """Collects which attributes of `self` a class makes: variables, and what else is the result of a call."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: set[str] = set()
        self.others: set[str] = set()

    def visit_Assign(self, node: cst.Assign) -> None:
        """Take note of `self.name = make(…)`."""
        if isinstance(node.value, cst.Call):
            names = {_own(target.target) for target in node.targets} - {""}
            (self.weights if called(node.value) in WEIGHTS else self.others).update(names)


class Uses(cst.CSTVisitor):
    """Collects where a method reads a variable of `self`, or calls a layer of it."""

    def __init__(self, weights: set[str], others: set[str]) -> None:
        super().__init__()
        self.weights, self.others = weights, others
        self.found: list[cst.BaseExpression] = []

    def visit_Attribute(self, node: cst.Attribute) -> None:
        """Take note of a variable."""
        if _own(node) in self.weights:
            self.found.append(node)

    def visit_Call(self, node: cst.Call) -> None:
        """Take note of a layer's call."""
        if _own(node.func) in self.others:
            self.found.append(node)


def _own(node: cst.CSTNode) -> str:
    """Return the name in `self.name`, or ""."""
    if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == "self":
        return node.attr.value
    return ""


def _last(node: cst.BaseExpression) -> str:
    """Return the last part of a dotted name, or ""."""
    return _text(node).rpartition(".")[2]


def _parameters(node: cst.FunctionDef) -> list[cst.Param]:
    found = node.params
    return [one for one in (*found.params, *found.kwonly_params) if one.name.value != "self"]


def _hint(one: cst.Param) -> Hint:
    return hint_of(_text(one.annotation.annotation) if one.annotation else "")


def _text(node: cst.CSTNode | None) -> str:
    """Write a part of a signature as one line of code."""
    if node is None:
        return ""
    if isinstance(node, cst.Annotation):
        node = node.annotation
    return ast.unparse(ast.parse(cst.Module([]).code_for_node(node), mode="eval"))


def _said(node: cst.FunctionDef) -> str:
    """Return a function's name and its docstring, in one line; "" if it takes gradients itself."""
    text = cst.Module([]).code_for_node(node.body)
    return (
        ""
        if "GradientTape" in text
        else f"{node.name.value} {' '.join((node.get_docstring() or '').split())}"
    )


def _compared(body: ast.AST, name: str) -> list[str]:
    """Return the texts that a name is compared with, in order."""
    found: list[str] = []
    for node in ast.walk(body):
        values: list[ast.AST] = []
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name) and node.left.id == name:
            values = [*node.comparators]
        elif isinstance(node, ast.Match) and isinstance(node.subject, ast.Name) and node.subject.id == name:
            values = [case.pattern for case in node.cases]
        for value in values:
            constants = [one.value for one in ast.walk(value) if isinstance(one, ast.Constant)]
            found += [one for one in constants if isinstance(one, str)]
    return found
