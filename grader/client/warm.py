"""The server for a student's kernel: for one who waits, on a machine that may lack anything."""

from __future__ import annotations

import importlib.util
import sys

from grader.client.server import Server
from grader.errors import PlainError, ServerError


class NoServer(PlainError):
    """There is no server, and there will be none; the message says what to do."""


def start() -> Server:
    """Start a server that keeps a child ready.

    Raises:
        NoServer: it cannot be started.
    """
    for module in ("tensorflow", "keras"):
        if importlib.util.find_spec(module) is None:
            raise NoServer(
                f"{sys.executable} has no {module}: choose the kernel of the environment that you installed "
                "the grader in, or install it here, with the command in the assignment's README.md and "
                "`%pip` in place of `pip`"
            )
    try:
        return Server(ahead=True, soon=True)
    except ServerError as error:
        lines = str(error).strip().splitlines()
        raise NoServer(f"{lines[0]} {lines[-1] if len(lines) > 1 else ''}".strip()) from error
