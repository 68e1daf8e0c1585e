"""A server that is there when it is needed: started, replaced when it has died, and ended."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from grader.client.server import Server
from grader.errors import PlainError, ServerError

T = TypeVar("T")


class FailedTwice(ServerError):
    """A task failed on a server, and on the one that was started in its place; and alone on a third."""


class KeptServer:
    """Keeps one server, which any number of threads may use.

    It is started when it is first needed, or ahead. It ends with a `with`, with
    the process, or after a time in which nothing was attempted; only after the
    last of these is another started for who needs one.
    """

    def __init__(self, make: Callable[[], Server] = Server, idle: float | None = None) -> None:
        """Start nothing yet.

        Args:
            make: starts a server; what it raises, whoever needs the server is told.
            idle: seconds after the last attempt when the server ends; never, by default.
        """
        self._make, self._idle = make, idle
        self._lock = threading.RLock()
        self._alone = threading.Lock()
        self._apart: Server | None = None  # the one that a task has to itself
        self._begun = 0  # attempts so far
        self._server: Server | None = None
        self._attempts = 0
        self._timer: threading.Timer | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it was ended for good, so that one that is being started is not wanted any more."""
        return self._closed

    @property
    def started(self) -> bool:
        """Whether there is a server now, so that nobody waits for one to start."""
        return self._server is not None

    def get(self) -> Server:
        """Return the server; wait until it is there.

        Raises:
            ServerError: it was closed. Besides: what `make` raises.
        """
        with self._lock:
            if self._closed:
                raise ServerError("the server that runs submissions was ended")
            if self._server is None:
                self._server = self._make()
                atexit.register(self._server.close)
            return self._server

    def attempt(self, task: Callable[[Server], T]) -> T:
        """Have a task done with the server; if that fails, once more with another one.

        If other tasks used that one too, and it failed as well, each of them
        is tried on a server that it has to itself: where nothing is locked
        in, a submission can end the server that others are graded on.

        Raises:
            FailedTwice: it failed again, or was given up because the server was closed.
                Besides: what `make` raises.
        """
        with self._busy():
            server = self.get()
            try:
                return task(server)
            except ServerError as error:
                if self._closed:
                    raise FailedTwice(str(error)) from error
            self._replace(server)
            server, begun, shared = self.get(), self._begun, self._attempts > 1
            try:
                return task(server)
            except ServerError as error:
                # Others may be well served by it, so it stays; if it is dead, the next attempt replaces it.
                if self._closed or not (shared or begun < self._begun):
                    raise FailedTwice(str(error)) from error
            return self._by_itself(task)

    def _by_itself(self, task: Callable[[Server], T]) -> T:
        """Have a task done with a server that no other task uses; one task at a time."""
        with self._alone:
            self._apart = server = self._make()
            try:
                if self._closed:
                    raise FailedTwice("the server that runs submissions was ended")
                return task(server)
            except ServerError as error:
                raise FailedTwice(str(error)) from error
            finally:
                self._apart = None
                server.close()

    def start_ahead(self) -> None:
        """Start it in a thread of its own; what goes wrong is said when it is needed."""

        def start() -> None:
            with suppress(PlainError):
                self.get()

        threading.Thread(target=start, daemon=True).start()

    def restart(self) -> None:
        """Start another server in the place of one that has died.

        Raises:
            ServerError: see `get`.
        """
        with self._lock:
            self._end()
            self.get()

    def close(self) -> None:
        """End the server for good, if there is one; what is being attempted fails."""
        self._closed = True  # without the lock, which is held as long as a server takes to start
        with self._lock:
            self._end()
            if (apart := self._apart) is not None:
                apart.close()

    def __enter__(self) -> KeptServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _replace(self, dead: Server) -> None:
        with self._lock:
            if self._server is dead:  # else another thread was first
                self._end()

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._server is not None:
            server, self._server = self._server, None
            atexit.unregister(server.close)
            server.close()

    @contextmanager
    def _busy(self) -> Iterator[None]:
        with self._lock:
            self._attempts += 1
            self._begun += 1
            if self._timer is not None:
                self._timer.cancel()
        try:
            yield
        finally:
            with self._lock:
                self._attempts -= 1
                if self._idle is not None and self._server is not None and not self._attempts:
                    self._timer = threading.Timer(self._idle, self._rest)
                    self._timer.daemon = True
                    self._timer.start()

    def _rest(self) -> None:
        with self._lock:
            if not self._attempts:
                self._end()
