"""Mutants in a child: each is a module of its own, made when an answer of it is asked for.

Loaded in a child beside `edits`, which holds the solution's text and the cells
that take the place of its own: `mutated:m17__adam_step` is `adam_step` with the
17th of them.
"""

import sys
import types

from grader.audit import added
from grader.server import module


class Latest:
    """The module of the mutant that was asked for last."""

    number = -1
    module = types.ModuleType("none yet")


def __getattr__(name):  # type: ignore[no-untyped-def]
    mark, separator, of = name.partition("__")
    if not separator or mark[:1] != "m":
        raise AttributeError(name)
    number = int(mark[1:])
    if Latest.number != number:
        edits = sys.modules["submitted.edits"]
        first, last, cell = edits.CELLS[number]
        lines = edits.TEXT.split("\n")
        text = "\n".join([*lines[: first - 1], *cell.split("\n"), *lines[last:]])
        loaded = module.read(text.encode(), "mutant.py", "submitted.mutant")
        vars(loaded.module)["added"] = added
        module.run(loaded)
        Latest.number, Latest.module = number, loaded.module
    return getattr(Latest.module, of)
