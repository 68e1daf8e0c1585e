"""The trusted side's hold on the warm server and its children."""

from __future__ import annotations

import functools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from grader import protocol, wire
from grader.client import process
from grader.client.child import Child, GivenUp, Wanted, always
from grader.client.spares import Spares
from grader.demonstrations import Demonstration
from grader.errors import ServerError
from grader.sandbox import levels, lock

PATIENCE = 30.0  # seconds in which a server answers a command, however busy the machine is


class Server:
    """A warm server process; children are forked off it, one a submission.

    Safe to use from several threads, each with children of its own.
    """

    def __init__(
        self,
        limits: levels.Limits | None = None,
        level: levels.Level = levels.Level.NONE,
        ahead: bool = False,
        soon: bool = False,
        wanted: Wanted = always,
    ) -> None:
        """Start the server and wait until TensorFlow is imported.

        With `ahead`, a child is kept ready in which TensorFlow has run an
        operation: for someone who waits for one submission now and then. With `soon`,
        it starts sooner, and imports later what some submissions import.

        Raises:
            GivenUp: it is not `wanted` any more, and was ended.
            ServerError: it could not be started.
        """
        self.limits = limits or levels.Limits()
        self._lock = threading.Lock()
        self._spares: Spares | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="grader-"))
        folder = str(self._folder)
        self._control, theirs = socket.socketpair()
        arguments = [str(theirs.fileno()), folder, level]
        try:
            with theirs, open(self._folder / "stderr", "wb") as errors:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-m", "grader.server", *arguments, *(["soon"] if soon else [])],
                    env=levels.environment(self._folder),
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    start_new_session=True,
                )
        except BaseException:
            self._control.close()
            lock.remove(self._folder)
            raise

        def look() -> None:
            if not wanted():
                raise GivenUp("it is not wanted any more")

        self._control.settimeout(process.TICK)
        try:
            wire.receive(self._control, alive=look)
            self._control.settimeout(None)
        except wire.WireError:
            said = (self._folder / "stderr").read_text(errors="replace").strip()[-2000:]
            self.close()
            if "No module named 'tensorflow'" in said or "No module named 'keras'" in said:
                raise ServerError(
                    f"TensorFlow is not installed in {sys.prefix}, the environment that this runs in: "
                    "activate the one that you installed the grader into, or install it here, with the "
                    "`pip install` that the assignment's README.md names"
                ) from None
            raise ServerError(
                "the server that runs submissions could not start; is TensorFlow installed "
                f"in {sys.prefix}? It said:\n{said}"
            ) from None
        except BaseException:
            # It looks at its socket only once TensorFlow is imported.
            os.killpg(self._process.pid, signal.SIGKILL)
            self.close()
            raise
        if ahead:
            self._spares = Spares(functools.partial(self.start, ahead=True))

    def fork(
        self,
        files: Sequence[int],
        checks: str,
        modules: Sequence[str],
        wanted: Wanted = always,
        names: Sequence[str] = (),
        demonstrations: Sequence[Demonstration] = (),
    ) -> Child:
        """Fork a child and have it import `files` as `modules`; of these only what defines `names`, if any.

        What is known as one of the `demonstrations` is run only as far as answers need it.

        Raises:
            GivenUp: it is not `wanted` any more.
            ServerError: the server is gone.
        """
        child = self._spares.take(files) if self._spares else None
        child = child or self.start(files)
        child.wanted = wanted
        child.open(protocol.Open(checks, tuple(modules), tuple(names), tuple(demonstrations)))
        return child

    def open_archive(self, descriptor: int) -> Child:
        """Fork a child and have it open a zip, to be read with `Child.read`.

        Raises:
            ServerError: the server is gone.
        """
        child = self.start([descriptor])
        child.close_with_last_reference()
        child.open(protocol.OpenArchive())
        return child

    def open_texts(self, descriptor: int, request: protocol.OpenTexts) -> Child:
        """Fork a child and have it read a file, whose answers are then read with `Child.text`.

        Raises:
            ServerError: the server is gone.
        """
        child = self.start([descriptor])
        child.open(request)
        return child

    def start(self, files: Sequence[int], ahead: bool = False) -> Child:
        """Fork a child that is locked in, and has yet to be told what to do.

        Raises:
            ServerError: the server is gone, or a layer of the lock failed.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            message = protocol.COMMAND.pack(
                protocol.FORK_AHEAD if ahead else protocol.FORK, 0, self.limits.memory
            )
            try:
                answer, handles = self._command(message, protocol.FORKED.size, [theirs.fileno(), *files])
            except ServerError:
                ours.close()
                raise
        (pid,) = protocol.FORKED.unpack(answer)
        return Child(pid, ours, handles, self.limits, self.reap)

    def reap(self, pid: int, ending: bool = False) -> tuple[int, int, float]:
        """Kill a child; return its wait status, peak memory in bytes and CPU seconds.

        A child that is `ending` by itself may do so first.
        """
        message = protocol.COMMAND.pack(protocol.REAP_ENDING if ending else protocol.REAP, pid, 0)
        status, memory, cpu = protocol.REAPED.unpack(self._command(message, protocol.REAPED.size, [])[0])
        if self._spares:
            self._spares.refill()
        return status, memory, cpu

    def _command(self, message: bytes, size: int, descriptors: list[int]) -> tuple[bytes, list[int]]:
        with self._lock:
            try:
                self._control.settimeout(PATIENCE)
                socket.send_fds(self._control, [message], descriptors)
                answer, handles, _, _ = socket.recv_fds(self._control, size, 1)
                while len(answer) < size:
                    part = self._control.recv(size - len(answer))
                    if not part:
                        raise ConnectionError("it hung up")
                    answer += part
                return answer, handles
            except TimeoutError as error:
                # Where nothing is locked in, a submission can stop it. One that is stopped can be killed.
                self._kill()
                raise ServerError(
                    f"the server that runs submissions did not answer for {PATIENCE:g} s, and was ended; "
                    "nothing that was graded is lost: run the same command again"
                ) from error
            except OSError as error:
                raise ServerError(
                    f"the server that runs submissions has died ({error}); nothing that was "
                    "graded is lost: run the same command again"
                ) from error

    def _kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

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
            self._kill()
            self._process.wait()
        self._control.close()
        lock.remove(self._folder)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
