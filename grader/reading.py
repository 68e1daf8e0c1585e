"""What to read about an exercise: the paragraphs of its docstring that cite."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable

from grader.cells import unwarned

# A paragraph that cites: an address, or a year in brackets.
CITATION = re.compile(r"https?://|\((?:1[89]|20)\d\d\)")


def cited(cells: Iterable[str], names: Collection[str]) -> str:
    """Return the paragraphs that cite, of the first docstring of `names`, in texts of cells, that has one."""
    for text in cells:
        for docstring in _docstrings(text, names):
            found = [part for part in docstring.split("\n\n") if CITATION.search(part)]
            if found:
                return "\n\n".join(" ".join(part.split()) for part in found)
    return ""


@unwarned()
def _docstrings(text: str, names: Collection[str]) -> list[str]:
    """Return the docstrings in a cell; none if the cell is not Python, as other cells may be."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError):
        return []
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [ast.get_docstring(node) or "" for node in body if isinstance(node, kinds) and node.name in names]
