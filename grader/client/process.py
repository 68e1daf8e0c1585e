"""A child's process, seen from outside: what it uses, which it is, how it ended."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from grader.sandbox.levels import Limits

PROC = Path("/proc")  # Linux has it, macOS has not
TICK = 0.05  # seconds between two looks at a child that has not answered


class Overdue(Exception):
    """A child has used up its time: so many CPU seconds, or else it has kept others waiting."""

    def __init__(self, cpu: float = 0.0, waited: bool = True) -> None:
        self.cpu, self.waited = cpu, waited


class TooLarge(Exception):
    """A child has used up its memory."""


class TooMany(Exception):
    """A child runs more threads than it may."""


class Monitor:
    """Looks at a child from outside: its CPU time, its wall time, its memory, its threads."""

    def __init__(self, pid: int, seconds: float, limits: Limits) -> None:
        self.pid, self.seconds, self.limits = pid, seconds, limits
        self.wall = seconds * limits.patience
        self.started = self.looked = time.monotonic()
        self.cpu: float | None = None  # that was used before the first look; most children need none

    def look(self) -> None:
        """Raise if the child is over a limit."""
        now = time.monotonic()
        if now - self.looked < TICK / 2:
            return
        self.looked = now
        cpu, memory, threads = used(self.pid)
        if self.cpu is None:
            self.cpu = cpu
        if memory > self.limits.memory:
            raise TooLarge
        if threads > self.limits.threads:
            raise TooMany
        computed = cpu - self.cpu
        if now - self.started > self.wall or computed > self.seconds:
            raise Overdue(computed, waited=computed <= self.seconds)


def used(pid: int) -> tuple[float, int, int]:
    """Return the CPU seconds, the resident bytes and the threads of a process; zeros if it is gone.

    On Linux this reads `/proc` itself. psutil takes three to four times as long there, and searches
    for the number of threads in a text in which the process' name comes first: a process that
    calls itself "Threads:\\t1" has one thread, for psutil.
    """
    return _used_by_proc(pid) if PROC.exists() else _used_by_psutil(pid)


def name(pid: int) -> str:
    """Return what a process calls itself, which may be anything; "" where that cannot be seen."""
    try:
        return (PROC / f"{pid}/comm").read_bytes().decode("ascii", "replace").strip()
    except OSError:
        return ""


def _used_by_proc(pid: int) -> tuple[float, int, int]:
    try:
        # Bytes: the process' name in it is its own choice, and may be no text.
        stat = (PROC / f"{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return 0.0, 0, 0
    ticks, threads, pages = int(stat[11]) + int(stat[12]), int(stat[17]), int(stat[21])
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE"), threads


def _used_by_psutil(pid: int) -> tuple[float, int, int]:
    import psutil  # only where it is needed: its import takes longer than most answers

    try:
        process = psutil.Process(pid)
        with process.oneshot():
            times = process.cpu_times()
            return times.user + times.system, process.memory_info().rss, process.num_threads()
    except psutil.Error:
        return 0.0, 0, 0


def kill_orphan(pid: int) -> None:
    """End a child whose server is gone, so that nothing it started outlives the run."""
    try:
        if os.getsid(pid) == pid:  # it is the child, and no later process of that number
            os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass  # it is gone already


def pid_here(handles: list[int], pid: int) -> int:
    """Return the pid, in our own pid namespace, of the process that a pidfd stands for."""
    for handle in handles:
        lines = Path(f"/proc/self/fdinfo/{handle}").read_text().splitlines()
        os.close(handle)
        return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))
    return pid


def death(status: int) -> str:
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
