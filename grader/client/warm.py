"""The one server of a process, started ahead or when it is first needed."""

from __future__ import annotations

import atexit
import importlib.util
import sys
import threading

from grader.client.server import Server
from grader.errors import PlainError, ServerError


class NoServer(PlainError):
    """There is no server, and there will be none; the message says what to do."""


class Warm:
    """A server that is started once, and again only if it has died."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._lock = threading.Lock()
        self._server: Server | None = None

    def get(self) -> Server:
        """Return the server; wait until it is there.

        Raises:
            NoServer: it cannot be started.
        """
        with self._lock:
            if self._server is None:
                self._server = _start()
                atexit.register(self._server.close)
            return self._server

    def drop(self, dead: Server) -> None:
        """Forget a server that has died."""
        with self._lock:
            if self._server is dead:
                atexit.unregister(dead.close)
                dead.close()
                self._server = None

    def start(self) -> None:
        """Start it in a thread of its own; what goes wrong is said when it is needed."""
        threading.Thread(target=self._try, daemon=True).start()

    def _try(self) -> None:
        try:
            self.get()
        except NoServer:
            pass


def _start() -> Server:
    for module in ("tensorflow", "keras"):
        if importlib.util.find_spec(module) is None:
            raise NoServer(
                f"{sys.executable} has no {module}: choose the kernel of the environment that you installed "
                "the course in, or install it here with `%pip install deep-learning-grader`"
            )
    try:
        return Server(ahead=True)
    except ServerError as error:
        lines = str(error).strip().splitlines()
        raise NoServer(f"{lines[0]} {lines[-1] if len(lines) > 1 else ''}".strip()) from error
