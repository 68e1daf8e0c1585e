"""The trusted side's hold on the warm server and its children."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np

from grader import sandbox, wire
from grader.server import COMMAND, FORKED, LOCKED, REAPED
from grader.verdict import Status

UNDEFINED = "undefined"
LOCK_PATIENCE = 30.0  # seconds
PAUSE = 0.1  # seconds, in which what a student waits for comes first
TICK = 0.05  # seconds between two looks at a child that has not answered


class ServerError(Exception):
    """The grader's own processes failed; no student is to blame."""


@dataclass(frozen=True)
class Outcome:
    """What came of one case: arrays, or the status that stands in their place.

    `status` is None where arrays were returned and are still to be compared.
    `text` is the student's process' own account, or the whole message where
    `imported` is False: the file itself could not be run.
    """

    status: Status | None
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    error: str = ""
    text: str = ""
    seconds: float = 0.0
    imported: bool = True


class Server:
    """A warm server process; children are forked off it, one a submission.

    Safe to use from several threads, each with children of its own.
    """

    def __init__(
        self,
        limits: sandbox.Limits | None = None,
        level: sandbox.Level = sandbox.Level.NONE,
        ahead: bool = False,
    ) -> None:
        """Start the server and wait until TensorFlow is imported.

        With `ahead`, a child is kept ready in which TensorFlow has run an
        operation: for someone who waits for one submission now and then.

        Raises:
            ServerError: it could not be started.
        """
        self.limits = limits or sandbox.Limits()
        self._lock = threading.Lock()
        self._spares: Spares | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="grader-"))
        folder = str(self._folder)
        self._control, theirs = socket.socketpair()
        with theirs, open(self._folder / "stderr", "wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "grader.server", str(theirs.fileno()), folder, level],
                env=sandbox.environment(self._folder),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        try:
            _, header, _ = wire.receive(self._control)
        except wire.WireError:
            said = (self._folder / "stderr").read_text(errors="replace").strip()[-2000:]
            self.close()
            if "No module named 'tensorflow'" in said or "No module named 'keras'" in said:
                raise ServerError(
                    f"TensorFlow is not installed in {sys.prefix}, the environment that this runs in: "
                    "activate the one that you installed the grader into, or `pip install` it here again"
                ) from None
            raise ServerError(
                "the server that runs submissions could not start; is TensorFlow installed "
                f"in {sys.prefix}? It said:\n{said}"
            ) from None
        self.environment: dict[str, str] = json.loads(header)
        if ahead:
            self._spares = Spares(self)

    def fork(self, files: Sequence[int], checks: str, modules: Sequence[str]) -> Child:
        """Fork a child and have it import `files` as `modules`.

        Raises:
            ServerError: the server is gone.
        """
        child = self._spares.take(files) if self._spares else None
        child = child or self.start(files)
        child.open({"checks": checks, "modules": list(modules)})
        return child

    def open_archive(self, descriptor: int) -> Child:
        """Fork a child and have it open a zip, to be read with `Child.read`.

        Raises:
            ServerError: the server is gone.
        """
        child = self.start([descriptor])
        child.close_with_last_reference()
        child.open({"archive": True})
        return child

    def start(self, files: Sequence[int], ahead: bool = False) -> Child:
        """Fork a child that is locked in, and has yet to be told what to do.

        Raises:
            ServerError: the server is gone, or a layer of the lock failed.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            message = COMMAND.pack(b"A" if ahead else b"F", 0, self.limits.memory)
            try:
                answer, handles = self._command(message, FORKED.size, [theirs.fileno(), *files])
            except ServerError:
                ours.close()
                raise
        (pid,) = FORKED.unpack(answer)
        return Child(self, pid, ours, handles)

    def reap(self, pid: int, ending: bool = False) -> tuple[int, int, float]:
        """Kill a child; return its wait status, peak memory in bytes and CPU seconds.

        A child that is `ending` by itself may do so first.
        """
        message = COMMAND.pack(b"W" if ending else b"R", pid, 0)
        status, memory, cpu = REAPED.unpack(self._command(message, REAPED.size, [])[0])
        if self._spares:
            self._spares.refill()
        return status, memory, cpu

    def _command(self, message: bytes, size: int, descriptors: list[int]) -> tuple[bytes, list[int]]:
        with self._lock:
            try:
                socket.send_fds(self._control, [message], descriptors)
                answer, handles, _, _ = socket.recv_fds(self._control, size, 1)
                while len(answer) < size:
                    part = self._control.recv(size - len(answer))
                    if not part:
                        raise ConnectionError("it hung up")
                    answer += part
                return answer, handles
            except OSError as error:
                raise ServerError(
                    f"the server that runs submissions has died ({error}); nothing that was "
                    "graded is lost: run the same command again"
                ) from error

    def close(self) -> None:
        """End the server and all its children, and remove its folder."""
        if self._spares:
            self._spares.close()
        try:
            self._control.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for an answer
        except OSError:
            pass  # it hung up first
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._control.close()
        sandbox.remove(self._folder)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Spares:
    """Keeps one child ready, with a file that is filled in when it is needed."""

    def __init__(self, server: Server) -> None:
        self._server = server
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
                self._ready = self._server.start([own.fileno()], ahead=True), own
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


class Child:
    """One forked process that holds one submission.

    Attributes:
        problems: what the child said of cells that could not be run.
        failed: the outcome of every case, where the submission could not even
            be imported; else None.
        memory: peak resident bytes, known once closed.
        cpu: CPU seconds, known once closed.
    """

    def __init__(self, server: Server, pid: int, channel: socket.socket, handles: list[int]) -> None:
        self.server, self.pid = server, pid
        self.seen = _pid_here(handles, pid)
        self.problems, self.memory, self.cpu = "", 0, 0.0
        self.failed: Outcome | None = None
        self._channel: socket.socket | None = channel
        self._wait_for_lock(channel)
        channel.settimeout(TICK)

    def open(self, request: dict[str, Any]) -> None:
        """Have the child read its files, and import them if they are no zip."""
        seconds = self.server.limits.import_seconds
        opened = self._ask(request, seconds, "ready")
        self.problems = opened.text
        if opened.status is not None:
            text = _IMPORT.get(opened.status, "").format(seconds)
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
            self._channel.settimeout(TICK)
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

    def run(
        self, exercise: str, inputs: dict[str, Any], seconds: float, answers: Mapping[str, str] | None = None
    ) -> Outcome:
        """Run one driver on one case. A child that misbehaves is gone afterwards."""
        request = {"exercise": exercise, "inputs": inputs, "answers": dict(answers or {})}
        outcome = self._ask(request, seconds, "returned")
        if outcome.status is Status.MISSING:
            # What went wrong was said before any input was sent, and so quotes none.
            return replace(outcome, text=self.problems if outcome.error == UNDEFINED else "")
        return outcome

    def read(self, position: int | None) -> Outcome:
        """Read one file of an opened zip, or the names of all if `position` is None."""
        return self._ask({"read": position}, self.server.limits.import_seconds, "returned")

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
            status, self.memory, self.cpu = self.server.reap(self.pid, ending)
        except ServerError:
            _kill_orphan(self.seen)
            raise
        return status

    def _ask(self, request: dict[str, Any], seconds: float, good: str) -> Outcome:
        """Send one request and make an `Outcome` of whatever happens."""
        if self._channel is None:
            raise ServerError("this child has ended; fork another")
        started = time.monotonic()
        watch = _Watch(self.seen, seconds, self.server.limits)
        ident = secrets.token_bytes(16)
        try:
            self._send(ident, *wire.pack(request), watch)
            echoed, answer, data = wire.receive(self._channel, alive=watch.look)
            if echoed != ident:
                raise wire.WireError("an answer to another question")
            reply, returned = wire.decode_reply(answer, data)
        except _Overdue:
            self.close()
            return Outcome(Status.TIMED_OUT, seconds=time.monotonic() - started)
        except _TooLarge:
            self.close()
            return Outcome(Status.OUT_OF_MEMORY, seconds=time.monotonic() - started)
        except _TooMany:
            self.close()
            text = f"It ran more than {self.server.limits.threads} threads."
            return Outcome(Status.CRASHED, text=text, seconds=time.monotonic() - started)
        except wire.Disconnected:
            return Outcome(
                Status.CRASHED, text=_death(self.close(ending=True)), seconds=time.monotonic() - started
            )
        except wire.WireError as error:
            self.close()
            text = f"It wrote to the channel that its results go through ({error})."
            return Outcome(Status.CRASHED, text=text, seconds=time.monotonic() - started)
        status = None if reply.outcome == good else _STATUS.get(reply.outcome, Status.CRASHED)
        if status in (Status.CRASHED, Status.OUT_OF_MEMORY):
            self.close()
        return Outcome(status, returned, reply.error, reply.text, time.monotonic() - started)

    def _send(self, ident: bytes, header: bytes, arrays: list[np.ndarray], watch: _Watch) -> None:
        assert self._channel is not None
        # A child that does not read must not hold up the run: the socket's
        # time-out bounds each send, and a request is smaller than patience.
        self._channel.settimeout(max(watch.wall, TICK))
        try:
            wire.send(self._channel, ident, header, arrays)
        except TimeoutError:
            raise _Overdue from None
        except OSError as error:
            raise wire.Disconnected(str(error)) from error
        self._channel.settimeout(TICK)


_STATUS = {
    "raised": Status.RAISED,
    "missing": Status.MISSING,
    "unreadable": Status.MISSING,
    "out_of_memory": Status.OUT_OF_MEMORY,
}


_IMPORT = {
    Status.TIMED_OUT: "The file's cells had not all run after {:g} s: is there a loop that does not end, "
    "or a training run outside a demonstration cell?",
    Status.OUT_OF_MEMORY: "The file's cells used more memory than there is for one submission.",
    Status.CRASHED: "The process ended while it ran the file's cells. ",
}


class _Overdue(Exception):
    """A child has used up its time."""


class _TooLarge(Exception):
    """A child has used up its memory."""


class _TooMany(Exception):
    """A child runs more threads than it may."""


class _Watch:
    """Looks at a child from outside: its CPU time, its wall time, its memory, its threads."""

    def __init__(self, pid: int, seconds: float, limits: sandbox.Limits) -> None:
        self.pid, self.seconds, self.limits = pid, seconds, limits
        self.wall = seconds * limits.patience
        self.started, self.cpu = time.monotonic(), self._used()[0]
        self.looked = self.started

    def look(self) -> None:
        """Raise if the child is over a limit."""
        now = time.monotonic()
        if now - self.looked < TICK / 2:
            return
        self.looked = now
        cpu, memory, threads = self._used()
        if memory > self.limits.memory:
            raise _TooLarge
        if threads > self.limits.threads:
            raise _TooMany
        if now - self.started > self.wall or cpu - self.cpu > self.seconds:
            raise _Overdue

    def _used(self) -> tuple[float, int, int]:
        """Return the child's CPU seconds, resident bytes and threads; zeros where /proc has none."""
        try:
            # Bytes: the process' name in it is its own choice, and may be no text.
            stat = Path(f"/proc/{self.pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            return 0.0, 0, 0
        ticks, threads, pages = int(stat[11]) + int(stat[12]), int(stat[17]), int(stat[21])
        return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE"), threads


def _kill_orphan(pid: int) -> None:
    """End a child whose server is gone, so that nothing it started outlives the run."""
    try:
        if os.getsid(pid) == pid:  # it is the child, and no later process of that number
            os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # it is gone already


def _pid_here(handles: list[int], pid: int) -> int:
    """Return the pid, in our own pid namespace, of the process that a pidfd stands for."""
    for handle in handles:
        lines = Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines()
        os.close(handle)
        return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))
    return pid


def _death(status: int) -> str:
    """Say how a child ended, from its wait status."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        # Real-time signals have no name.
        name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
        if name == "SIGABRT":
            return "The process was aborted, most often because it asked for too much memory."
        if name == "SIGSEGV":
            return "The process broke down (segmentation fault), as endless recursion can make it."
        return f"The process was ended by {name}."
    return "The process ended itself: is there a call of `exit` or `os._exit`?"
