"""Keeps CPython 3.11's parser from being interrupted.

It counts in one place for the whole interpreter how deep the syntax tree is that
it hands to Python. Collecting garbage in the middle of that runs finalisers, and
lets other threads go on. Whoever parses meanwhile moves the count, and the one
that was interrupted gets a `SystemError`. From 3.12 on garbage is collected
between two steps of Python only, and nothing interrupts the parser.

Much of the standard library and of what we use parses: `ast.literal_eval`,
libcst to tell a constant's value, NumPy to read an array's head, `traceback` to
mark where in a line an error is, `inspect` to read a built-in's signature. All
of them call `ast.parse`, so the guard is put in there, for whoever calls it.
Making code, as `exec` and `compile` do without a tree, counts for each call.
"""

from __future__ import annotations

import ast
import gc
import sys
import threading
from typing import Any

_turn = threading.RLock()  # a finaliser may parse before garbage is left alone


def guard() -> None:
    """Have `ast.parse` compile without an interruption, where it would suffer one."""
    if sys.version_info < (3, 12):
        vars(ast)["compile"] = compile_whole  # which it finds before the built-in function


def compile_whole(*arguments: Any, **options: Any) -> Any:
    """Do what `compile` does, and collect no garbage meanwhile."""
    with _turn:
        collecting = gc.isenabled()
        gc.disable()
        try:
            return compile(*arguments, **options)
        finally:
            if collecting:
                gc.enable()
