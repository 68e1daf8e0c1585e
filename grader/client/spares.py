"""A child that is kept ready for someone who waits."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from typing import IO

from grader.client.child import Child
from grader.errors import ServerError

PAUSE = 0.1  # seconds, in which what a student waits for comes first


class Spares:
    """Keeps one child ready, with a file that is filled in when it is needed."""

    def __init__(self, start: Callable[[Sequence[int]], Child]) -> None:
        """Have the first one forked; `start` forks a child that has the files it is given."""
        self._start = start
        self._lock = threading.Lock()
        self._ready: tuple[Child, IO[bytes]] | None = None
        self._closed = False
        self.refill()

    def take(self, files: Sequence[int]) -> Child | None:
        """Return the child, its file filled with the one of `files`; None if there is none."""
        with self._lock:
            ready, self._ready = self._ready, None
        if ready is None:
            return None
        child, own = ready
        with own:
            if len(files) != 1 or not child.waiting:
                child.close()
                return None
            with open(os.dup(files[0]), "rb") as source:
                shutil.copyfileobj(source, own)
            own.flush()
            own.seek(0)  # the child shares this place in the file
        return child

    def refill(self) -> None:
        """Fork the next child a little later, in a thread of its own."""
        later = threading.Timer(PAUSE, self._fill)
        later.daemon = True
        later.start()

    def _fill(self) -> None:
        with self._lock:
            if self._ready is not None or self._closed:
                return
            own = tempfile.TemporaryFile()
            try:
                self._ready = self._start([own.fileno()]), own
            except ServerError:
                own.close()  # whoever needs a child next will be told

    def close(self) -> None:
        """Give up the child that is ready, as its server ends."""
        with self._lock:
            self._closed = True
            if self._ready is not None:
                child, own = self._ready
                child.abandon()
                own.close()
                self._ready = None
