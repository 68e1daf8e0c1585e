"""Ctrl-C that neither gets lost nor comes at a bad moment."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Notes Ctrl-C, and raises it where the main thread looks for it.

    Python raises KeyboardInterrupt wherever the main thread is. In a finaliser it is printed and
    forgotten, and the run goes on to its end; in the middle of a commit SQLAlchemy makes another
    error of it; where the thread waits for a future, a lock stays taken for ever. Work in
    `handled()`; elsewhere than in the main thread, or where Ctrl-C is ignored or somebody else's, it
    does nothing. A second Ctrl-C is raised at once.
    """

    def __init__(self) -> None:
        """Note nothing yet."""
        self.noted = False

    def check(self) -> None:
        """Raise KeyboardInterrupt if there was a Ctrl-C."""
        if self.noted:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        again, self.noted = self.noted, True
        if again:
            raise KeyboardInterrupt

    @contextmanager
    def handled(self) -> Iterator[None]:
        """Take Ctrl-C over from Python while in here."""
        main = threading.current_thread() is threading.main_thread()
        if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        self.noted = False
        signal.signal(signal.SIGINT, self._note)
        try:
            yield
            self.check()
        finally:
            signal.signal(signal.SIGINT, signal.default_int_handler)
