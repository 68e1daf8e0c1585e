"""A child is watched, and its end is known, without what only Linux has.

macOS has no `/proc` and no pidfd, and `os.waitid` from Python 3.13 on only.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_client import CHECKS, LATE, function

from grader.client import process, server
from grader.client.process import Monitor, Overdue, TooLarge, TooMany
from grader.client.server import Server
from grader.sandbox.levels import Level, Limits
from grader.verdict import Status

SERVER = """#!/bin/sh
shift 3
exec '{python}' -P -c '
import os
del os.waitid, os.pidfd_open
from grader.server.__main__ import main
main()
' "$@"
"""
THREADS = "import threading\nfor _ in range(30): threading.Thread(target=threading.Event().wait).start()"
LIMITS = Limits(memory=400 << 20, threads=20)


@pytest.fixture(params=["with /proc", "without"])
def system(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system as the one that this runs on, and one that has no `/proc`."""
    if request.param == "without":
        monkeypatch.setattr(process, "PROC", tmp_path / "none")


@pytest.fixture
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that has nothing which macOS lacks, and a trusted side without `/proc`."""
    python = tmp_path / "python"
    python.write_text(SERVER.format(python=sys.executable))
    python.chmod(0o755)
    monkeypatch.setattr(process, "PROC", tmp_path / "none")
    with monkeypatch.context() as patch:
        patch.setattr(server.sys, "executable", str(python))
        made = Server(replace(LIMITS, import_seconds=10.0), Level.NONE)
    with made:
        yield made


def watched(text: str, seconds: float = LATE, patience: float = 4.0) -> None:
    """Run a text in a process, and look at it until it is over a limit."""
    text += "\nimport time\ntime.sleep(1000)"
    with subprocess.Popen([sys.executable, "-c", text]) as running:
        try:
            monitor = Monitor(running.pid, seconds, replace(LIMITS, patience=patience))
            deadline = time.monotonic() + 2 * LATE
            while time.monotonic() < deadline:
                monitor.look()
                time.sleep(process.TICK)
        finally:
            running.kill()


@pytest.mark.usefixtures("system")
def test_cpu_time_is_watched() -> None:
    with pytest.raises(Overdue):
        watched("while True: pass", seconds=0.5, patience=1000.0)


@pytest.mark.usefixtures("system")
def test_wall_time_is_watched() -> None:
    with pytest.raises(Overdue):
        watched("", seconds=1.0, patience=1.0)


@pytest.mark.usefixtures("system")
def test_memory_is_watched() -> None:
    with pytest.raises(TooLarge):
        watched("held = b'x' * (500 << 20)")


@pytest.mark.usefixtures("system")
def test_threads_are_watched() -> None:
    with pytest.raises(TooMany):
        watched(THREADS)


@pytest.mark.skipif(sys.platform != "linux", reason="a process gives itself a name by prctl")
def test_a_name_that_looks_like_a_number_of_threads_is_no_number_of_threads() -> None:
    """psutil takes it for one: it is in `/proc/PID/status`, above the true number."""
    name = "import ctypes\nctypes.CDLL(None).prctl(15, b'Threads:\\t1', 0, 0, 0)\n"
    with pytest.raises(TooMany):
        watched(name + THREADS)


@pytest.mark.usefixtures("system")
def test_a_process_that_is_gone_uses_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    assert process.used(ended.pid) == (0.0, 0, 0)


def test_a_child_is_the_one_the_server_names_where_there_is_no_pidfd() -> None:
    assert process.pid_here([], 12345) == 12345


BODIES = {
    "while True:\n    pass": Status.TIMED_OUT,
    "held = []\nwhile True:\n    held.append(np.ones(1 << 20))": Status.OUT_OF_MEMORY,
    "threading.stack_size(1 << 16)\nfor _ in range(30):\n"
    "    threading.Thread(target=time.sleep, args=[1000]).start()\ntime.sleep(1000)": Status.CRASHED,
    "os._exit(3)": Status.CRASHED,
    "os.kill(os.getpid(), 11)": Status.CRASHED,
    "return 2 * x": None,
}
SAYS = {
    "threading": "more than 20 threads",
    "os._exit(3)": "ended itself",
    "os.kill(os.getpid(), 11)": "segmentation fault",
}


def test_what_a_function_does_is_known_without_what_only_linux_has(mac: Server, tmp_path: Path) -> None:
    path = tmp_path / "submission.py"
    for body, status in BODIES.items():
        path.write_text(function(body))
        with open(path, "rb") as file:
            child = mac.fork([file.fileno()], CHECKS, ["solution"])
        try:
            outcome = child.run("first", {"x": np.ones(2)}, 2.0)
            assert outcome.status is status, body + outcome.text
            assert all(says in outcome.text for start, says in SAYS.items() if body.startswith(start)), body
        finally:
            child.close()
        assert child.memory > 10 << 20 and child.cpu > 0
