"""What a command costs, with all that it starts, and on which machine."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import resource
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

GAP = 0.25  # seconds between two looks at memory, which cost time themselves
PACKAGES = "tensorflow keras numpy nbgrader pytest sqlalchemy distributed".split()


@dataclass(frozen=True)
class Cost:
    """Seconds, seconds of CPU, and the most megabytes that all processes held at once.

    `memory` counts pages that are shared once; `private`, only those that are not
    shared. `said` is what the command printed.
    """

    wall: float
    cpu: float
    memory: float = 0.0
    private: float = 0.0
    said: str = ""


def measured(
    command: list[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    good: Sequence[int] = (0,),
) -> Cost:
    """Run a command; return what it and all that it started cost.

    Raises:
        CalledProcessError: it failed; the error's `output` is what it said last.
    """
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    peak, done = {"memory": 0.0, "private": 0.0}, threading.Event()

    def watch() -> None:
        while not done.wait(GAP):
            memory, private = held(process.pid)
            peak["memory"], peak["private"] = max(peak["memory"], memory), max(peak["private"], private)

    watcher = threading.Thread(target=watch)
    watcher.start()
    said, _ = process.communicate()
    wall = time.perf_counter() - started
    done.set()
    watcher.join()
    if process.returncode not in good:
        print(said.decode(errors="replace")[-3000:])
        raise subprocess.CalledProcessError(process.returncode, command, said[-3000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, **peak, said=said.decode(errors="replace"))


def family_cpu(process: psutil.Process) -> float:
    """Return the CPU seconds of a process and of all that it started, ended or not."""
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        try:
            used = one.cpu_times()
        except psutil.Error:
            continue
        total += used.user + used.system + used.children_user + used.children_system
    return total


def held(pid: int) -> tuple[float, float]:
    """Return the megabytes that a process and its descendants hold, and those they do not share."""
    memory = private = 0.0
    try:
        root = psutil.Process(pid)
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0.0, 0.0
    for one in family:
        try:
            found = one.memory_full_info()
        except psutil.Error:
            continue
        memory, private = memory + found.pss / 1e6, private + found.uss / 1e6
    return memory, private


def machine() -> dict[str, str]:
    """Return the machine and the versions that figures depend on."""
    cpu = next(
        (line.partition(":")[2].strip() for line in lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processor": f"{cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in PACKAGES},
    }


def lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
