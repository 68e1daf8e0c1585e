"""Deep-learning coursework that grades itself."""

from __future__ import annotations

import os
import sys
from typing import Any


class Unsupported(ImportError):
    """The grader cannot run here; notebooks show the message alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def _refuse(reason: str) -> None:
    """Raise `Unsupported`, or end the command `grader` with the reason alone."""
    command = os.path.basename(sys.argv[0]).partition(".")[0] if getattr(sys, "argv", None) else ""
    if command in ("grader", "grader-script"):
        sys.exit(f"Error: {reason}.")
    raise Unsupported(reason)


if sys.version_info < (3, 11):  # noqa: UP036  (pip refuses it; a folder on the path does not)
    _refuse(
        "the grader needs Python 3.11, 3.12 or 3.13, and this is "
        + sys.version.split()[0]
        + ": make an environment with one of them, and install the grader there"
    )
if sys.platform == "win32":
    _refuse(
        "the grader does not run on Windows itself: use WSL 2, which is Linux "
        "(https://learn.microsoft.com/windows/wsl/install), and install the grader there"
    )

from grader.parse import guard  # noqa: E402  (after what may refuse this system)

guard()

__version__ = "0.1.0"
__all__ = ["check"]


def __getattr__(name: str) -> Any:
    """Import `check` when it is asked for: nothing else needs a notebook."""
    if name != "check":
        raise AttributeError(f"module 'grader' has no attribute {name!r}")
    from grader.student import live

    live.prepare()
    return live.check
