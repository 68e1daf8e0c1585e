"""What a signature's type hints say of arrays: jaxtyping's, as `Float[tf.Tensor, "batch classes"]`."""

from __future__ import annotations

import ast
from dataclasses import dataclass

# What stands for other things than arrays that are there at once.
LATER = {"Iterator", "Iterable", "Generator", "Callable", "Dataset"}
ARRAYS = {"np.ndarray", "tf.Tensor"}


@dataclass(frozen=True)
class Hint:
    """What a type hint promises.

    Attributes:
        arrays: NumPy's arrays are in it, which can be changed in place.
        tensors: floating-point tensors are in it, through which a gradient flows.
        floats: there are floating-point numbers in it.
        axes: some array of numbers in it has an axis.
    """

    arrays: bool = False
    tensors: bool = False
    floats: bool = False
    axes: bool = False


def hint_of(text: str) -> Hint:
    """Read a type hint, written as code; "" for none."""
    tree = ast.parse(text or "None", mode="eval").body
    if any(getattr(node, "id", getattr(node, "attr", "")) in LATER for node in ast.walk(tree)):
        return Hint()
    kinds = list(_kinds(tree))
    floats = [one for one in kinds if one[0].startswith("Float") or one[0] == "float"]
    return Hint(
        arrays=any(array == "np.ndarray" for _, array, _ in kinds),
        tensors=any(array == "tf.Tensor" for _, array, _ in floats),
        floats=bool(floats),
        axes=any(axes for kind, _, axes in kinds if not kind.startswith("Bool")),
    )


def _kinds(node: ast.AST) -> list[tuple[str, str, bool]]:
    """Return of each array or number in a hint what it holds, what it is, and whether it has axes."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple) and len(node.slice.elts) == 2:
        array, shape = node.slice.elts
        if ast.unparse(array) in ARRAYS and isinstance(shape, ast.Constant):
            return [(ast.unparse(node.value), ast.unparse(array), bool(str(shape.value).strip()))]
    text = ast.unparse(node)
    if text in ARRAYS:  # of which no more is said
        return [("Float", text, True)]
    if text == "float":
        return [("float", "", False)]
    return [one for child in ast.iter_child_nodes(node) for one in _kinds(child)]
