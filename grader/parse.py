"""Python's own parser, for one thread at a time.

CPython counts in one place for all threads how deep a tree is (seen in 3.11.7):
of two that parse at once, one may get a `SystemError`. NumPy parses, too, what
stands at the head of a stored array.
"""

from __future__ import annotations

import ast
import threading

turn = threading.RLock()  # a finaliser may parse in the middle of it


def parse(text: str, name: str = "<unknown>") -> ast.Module:
    """Return a program's syntax tree.

    Raises:
        SyntaxError: it is no Python.
    """
    with turn:
        return ast.parse(text, name)
