"""What helps with errors that say little of their cause: a sentence for each, made of Python's own names.

It is chosen by what a child claims, and holds nothing else of it, so that it may
be said on hidden cases too.
"""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Sequence

from grader.fault import Fault

CALLED = re.compile(r"(?<![\w.])([A-Za-z]\w*)\s*\(")
TYPE_PARAMETERS = re.compile(r"(async\s+)?(def|class)\s+\w+\s*\[|type\s+\w+\s*(\[.*\]\s*)?=")
FUNCTIONS = {name for name, value in vars(builtins).items() if callable(value)}


def advice(faults: Sequence[Fault], version: tuple[int, int] = sys.version_info[:2]) -> str:
    """Return a sentence on the first fault that has one, or "".

    Args:
        version: of the Python that runs submissions, which is ours.
    """
    return next(filter(None, (_on(fault, version) for fault in faults)), "")


def _on(fault: Fault, version: tuple[int, int]) -> str:
    source = fault.frames[-1].source if fault.frames else ""
    called = [name for name in CALLED.findall(source) if name in FUNCTIONS]
    if fault.kind == "EOFError" and "input" in called:
        return (
            "Nobody is there to answer `input()` when this is graded: write the value into the code, or take "
            "it as an argument."
        )
    if fault.kind == "TypeError" and fault.text.endswith("object is not callable") and called:
        names = " or ".join(f"`{name}`" for name in dict.fromkeys(called))
        return (
            f"Is {names} also the name of something of yours? Then Python's own function is not found any "
            "more: give yours another name."
        )
    if fault.kind == "SyntaxError" and version < (3, 12):
        here = f"Python {version[0]}.{version[1]}, under which this is graded,"
        if "f-string" in fault.text and ("unmatched" in fault.text or "backslash" in fault.text):
            return (
                f"{here} takes neither quotes of the same kind nor a backslash within the braces of an "
                "f-string, as Python 3.12 does: use the other quotes."
            )
        if TYPE_PARAMETERS.match(source.strip()):
            return f"{here} does not know type parameters and `type`, which came with Python 3.12."
    return ""
