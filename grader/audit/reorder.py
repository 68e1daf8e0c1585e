"""The reference with the operands of sums and products exchanged: as right, but rounded differently."""

from __future__ import annotations

from collections.abc import Container, Iterator

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from grader.audit.mutation import Mutant, regions, solution_cells
from grader.audit.syntax import grouped
from grader.course import Topic

# Values that + joins and that are not numbers.
JOINED = cst.Tuple | cst.List | cst.ListComp | cst.BaseString


def reordered(topic: Topic, only: Container[str]) -> Iterator[Mutant]:
    """Yield each solution cell with the operands of + and * exchanged, where that changes it."""
    for of, source, first, last in solution_cells(topic):
        if of in only:
            after = MetadataWrapper(cst.parse_module(source)).visit(Exchange(regions(source))).code
            if after != source:
                yield Mutant(of, "another order", source, after, first, last)


class Exchange(cst.CSTTransformer):
    """Exchanges what is left and right of + and * in the solution regions."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, regions: list[tuple[int, int]]) -> None:
        super().__init__()
        self.regions = regions

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        """Write b + a for a + b; a + b + c becomes c + (b + a)."""
        lines = self.get_metadata(PositionProvider, original_node)
        inside = any(begin < lines.start.line and lines.end.line < end for begin, end in self.regions)
        operands = (updated_node.left, updated_node.right)
        if not inside or not isinstance(updated_node.operator, cst.Add | cst.Multiply):
            return updated_node
        if any(isinstance(side, JOINED) or _is_shape(side) for side in operands):
            return updated_node
        left, right = (grouped(side) for side in operands)
        return updated_node.with_changes(left=right, right=left)


def _is_shape(node: cst.BaseExpression) -> bool:
    """Tell whether an expression is a shape, which + joins."""
    while isinstance(node, cst.Subscript):
        node = node.value
    return "shape" in (node.attr.value if isinstance(node, cst.Attribute) else getattr(node, "value", ""))
