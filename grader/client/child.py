"""One child of the warm server, asked from the trusted side, and what came of each question."""

from __future__ import annotations

import secrets
import socket
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grader import protocol, wire
from grader.client import process
from grader.errors import ServerError
from grader.fault import Fault, Place, placed
from grader.outcome import UNDEFINED, Outcome
from grader.protocol import (
    LOCKED,
    Came,
    Import,
    Open,
    OpenArchive,
    OpenTexts,
    Read,
    ReadText,
    Request,
    Run,
)
from grader.sandbox.levels import Limits
from grader.verdict import Status

LOCK_PATIENCE = 30.0  # seconds
_STATUS = {
    Came.RAISED: Status.RAISED,
    Came.MISSING: Status.MISSING,
    Came.UNDEFINED: Status.MISSING,
    Came.UNREADABLE: Status.MISSING,
    Came.OUT_OF_MEMORY: Status.OUT_OF_MEMORY,
}
# What may come of a request besides what is asked for.
_OTHERWISE: dict[type[Request], set[Came]] = {
    Open: {Came.UNREADABLE, Came.OUT_OF_MEMORY},
    OpenArchive: {Came.UNREADABLE, Came.OUT_OF_MEMORY},
    OpenTexts: {Came.UNREADABLE, Came.OUT_OF_MEMORY},
    Read: {Came.UNREADABLE, Came.OUT_OF_MEMORY},
    ReadText: {Came.UNREADABLE, Came.OUT_OF_MEMORY},
    Import: {Came.OUT_OF_MEMORY},
    Run: {Came.RAISED, Came.MISSING, Came.UNDEFINED, Came.OUT_OF_MEMORY},
}
_IMPORT = {
    Status.TIMED_OUT: "The file's cells had not all run after {}: is there a loop that does not end, "
    "or a training run outside a demonstration cell?",
    Status.OUT_OF_MEMORY: "The file's cells used more memory than there is for one submission.",
    Status.CRASHED: "The process ended while it ran the file's cells. ",
}


class GivenUp(ServerError):
    """What was asked for is not wanted any more."""


# Whether what was asked for is still wanted; it is asked often, and in the thread that waits.
Wanted = Callable[[], bool]


def always() -> bool:
    """Want what was asked for, however long it takes."""
    return True


# Kills a child; pid, whether it is ending by itself → wait status, peak memory, CPU seconds.
Reap = Callable[[int, bool], tuple[int, int, float]]


class Child:
    """One forked process that holds one submission.

    Attributes:
        problems: what was raised by cells that could not be run.
        failed: the outcome of every case, where the submission could not even
            be imported; else None.
        wanted: tells whether the child is to go on; if not, it is ended, and who asked it has `GivenUp`.
        memory: peak resident bytes, known once closed.
        cpu: CPU seconds, known once closed.
    """

    def __init__(
        self, pid: int, channel: socket.socket, handles: list[int], limits: Limits, reap: Reap
    ) -> None:
        self.pid, self._limits, self._reap = pid, limits, reap
        self.seen = process.pid_here(handles, pid)
        self.wanted: Wanted = always
        self.memory, self.cpu = 0, 0.0
        self.problems: tuple[Fault, ...] = ()
        self.failed: Outcome | None = None
        self._lines: dict[int, int] = {}  # of each cell of the file
        self._channel: socket.socket | None = channel
        self._wait_for_lock(channel)
        channel.settimeout(process.TICK)

    def open(self, request: Open | OpenArchive | OpenTexts) -> None:
        """Have the child read its files, and import them if they are to be run.

        Raises:
            GivenUp: it is not `wanted` any more.
        """
        seconds = self._limits.import_seconds
        opened = self._ask(request, seconds, Came.READY)
        if isinstance(request, Open) and opened.status is None:
            # Said before any of the student's code ran, so that it can be believed.
            self._lines = dict(opened.arrays["lines"].tolist())
            opened = self._ask(Import(), seconds, Came.READY)
        self.problems = opened.faults
        if opened.status is not None:
            runs = isinstance(request, Open)
            text = _IMPORT.get(opened.status, "").format(opened.took) if runs else ""
            self.failed = replace(opened, text=f"{text}{opened.text}", imported=False)

    @property
    def waiting(self) -> bool:
        """Whether the child, told nothing yet, is still there."""
        if self._channel is None:
            return False
        self._channel.setblocking(False)
        try:
            self._channel.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True  # it has neither hung up nor said anything
        except OSError:
            pass
        finally:
            self._channel.settimeout(process.TICK)
        return False

    def _wait_for_lock(self, channel: socket.socket) -> None:
        """Make sure that the child has put on all layers; if one fails, no student is to blame."""
        channel.settimeout(LOCK_PATIENCE)
        try:
            locked = channel.recv(len(LOCKED)) == LOCKED
        except OSError:
            locked = False
        if not locked:
            self.close()
            raise ServerError(
                "a process could not be locked in, and has not run the submission; "
                "`grader doctor` says what this machine allows"
            )

    @property
    def alive(self) -> bool:
        """Whether the child can still be asked."""
        return self._channel is not None

    @property
    def used(self) -> float:
        """The CPU seconds that the child has used so far."""
        return process.used(self.seen)[0] if self.alive else self.cpu

    def run(
        self,
        exercise: str,
        inputs: dict[str, Any] | wire.Packed,
        seconds: float,
        answers: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run one driver on one case. A child that misbehaves is gone afterwards.

        Raises:
            GivenUp: it is not `wanted` any more.
        """
        outcome = self._ask(Run(exercise, inputs, dict(answers or {})), seconds, Came.RETURNED)
        if outcome.status is Status.MISSING:
            faults = self.problems if outcome.error == UNDEFINED else outcome.faults
            return replace(outcome, faults=faults, text="")
        return outcome

    def read(self, position: int | None) -> Outcome:
        """Read one file of an opened zip, or the names of all if `position` is None."""
        return self._ask(Read(position), self._limits.import_seconds, Came.RETURNED)

    def text(self, exercise: str) -> Outcome:
        """Read the text of an answer in an opened file: see `protocol.ReadText`."""
        return self._ask(ReadText(exercise), self._limits.import_seconds, Came.RETURNED)

    def close_with_last_reference(self) -> None:
        """Have the child end, as what is read from it may be read until then."""
        if self._channel is not None:
            weakref.finalize(self, self._channel.close)

    def abandon(self) -> None:
        """Hang up; the server, which is ending too, reaps it."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def close(self, ending: bool = False) -> int:
        """Kill and reap the child; return its wait status."""
        if self._channel is None:
            return 0
        self._channel.close()
        self._channel = None
        try:
            status, self.memory, self.cpu = self._reap(self.pid, ending)
        except ServerError:
            process.kill_orphan(self.seen)
            raise
        return status

    def _ask(self, request: Request, seconds: float, good: Came) -> Outcome:
        """Send one request and make an `Outcome` of whatever happens."""
        if self._channel is None:
            raise ServerError("this child has ended; fork another")
        started = time.monotonic()
        monitor = process.Monitor(self.seen, seconds, self._limits)
        ident = secrets.token_bytes(16)

        def look() -> None:
            if not self.wanted():
                raise GivenUp("it is not wanted any more")
            monitor.look()

        try:
            look()
            self._send(ident, *protocol.encode_request(request), monitor)
            echoed, answer, data = wire.receive(self._channel, alive=look)
            if echoed != ident:
                raise wire.WireError("an answer to another question")
            reply, returned = protocol.decode_reply(answer, data)
            if reply.outcome is not good and reply.outcome not in _OTHERWISE[type(request)]:
                raise wire.WireError("an answer to another question")
        except GivenUp:
            self.close()
            raise
        except process.Overdue as overdue:
            took, at = time.monotonic() - started, self._where()
            self.close()
            return Outcome(
                Status.TIMED_OUT, seconds=took, cpu=overdue.cpu, waited=overdue.waited, stopped_at=at
            )
        except process.TooLarge:
            self.close()
            return Outcome(Status.OUT_OF_MEMORY, seconds=time.monotonic() - started)
        except process.TooMany:
            self.close()
            text = f"It ran more than {self._limits.threads} threads."
            return Outcome(Status.CRASHED, text=text, seconds=time.monotonic() - started)
        except wire.Disconnected:
            text = process.death(self.close(ending=True))
            return Outcome(Status.CRASHED, text=text, seconds=time.monotonic() - started)
        except wire.WireError as error:
            self.close()
            text = f"It wrote to the channel that its results go through ({error})."
            return Outcome(Status.CRASHED, text=text, seconds=time.monotonic() - started)
        status = None if reply.outcome is good else _STATUS[reply.outcome]
        if status is Status.OUT_OF_MEMORY:
            self.close()
        kind = UNDEFINED if reply.outcome is Came.UNDEFINED else reply.error
        seconds = time.monotonic() - started
        faults = placed(reply.faults, self._lines)
        return Outcome(status, returned, kind, reply.text, seconds, faults=faults)

    def _where(self) -> Place | None:
        """Return where the running cell begins, as the child claims; None if that is no such place."""
        match process.name(self.seen).split():
            case ["cell", number] if number.isdecimal() and int(number) in self._lines:
                return Place(int(number), 1)
            case ["line", number] if number.isdecimal() and 0 < int(number) <= self._lines.get(0, 0):
                return Place(0, int(number))
        return None

    def _send(
        self, ident: bytes, header: bytes, arrays: Sequence[np.ndarray], monitor: process.Monitor
    ) -> None:
        assert self._channel is not None
        # A child that does not read must not hold up the run: the socket's
        # time-out bounds each send, and a request is smaller than patience.
        self._channel.settimeout(max(monitor.wall, process.TICK))
        try:
            wire.send(self._channel, ident, header, arrays)
        except TimeoutError:
            raise process.Overdue from None
        except OSError as error:
            raise wire.Disconnected(str(error)) from error
        self._channel.settimeout(process.TICK)
