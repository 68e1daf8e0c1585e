"""What a child is locked into before it sees a student's code.

This is the first fence: a session of its own, limits on memory, files and core
dumps, a private folder to work in, no inherited descriptor, an empty
environment. It stops accidents and cheats inside the process; it does not hide
the file system or the network. The one place where the full lock-down goes is
`enter`, so that everything around it can stay as it is.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

GIB = 1 << 30
# All that a server and its children know of the machine they run on.
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONHASHSEED": "0",  # the order of a set of strings is part of a verdict
    "PYTHONNOUSERSITE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",  # sums in one order, whatever the machine's threads
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes:
        memory: resident bytes, watched from outside.
        import_seconds: CPU time for running the submission's cells.
        patience: wall time allowed, as a multiple of CPU time: a busy machine
            must not change a verdict, a sleeping child must not hold up a run.
        file_size: bytes of any one file written.
        open_files: descriptors.
    """

    memory: int = 2 * GIB
    import_seconds: float = 20.0
    patience: float = 4.0
    file_size: int = 64 << 20
    open_files: int = 256


def environment(home: Path) -> dict[str, str]:
    """Return the whole environment of a server whose private folder is `home`."""
    return ENVIRONMENT | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "KERAS_HOME": str(home),
        "MPLCONFIGDIR": str(home),
    }


def enter(limits: Limits, folder: Path, keep: Iterable[int]) -> None:
    """Lock this process in for good. Called in the child, before any student's code.

    Args:
        limits: what it may use.
        folder: its private folder, existing and empty.
        keep: the descriptors that stay open.
    """
    os.setsid()
    _close_all_but(set(keep))
    os.umask(0o077)
    os.chdir(folder)
    os.environ.update(environment(folder))
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, limits.file_size)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    if sys.platform == "linux":
        # TensorFlow maps far more than it uses; the limit is on what comes on top.
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _limit(resource.RLIMIT_AS, mapped + 2 * limits.memory)
    # Last, so that what fails above is told where the server's errors are kept.
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    os.close(silence)


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, value))


def _close_all_but(keep: set[int]) -> None:
    first = 3
    for descriptor in sorted(keep - {0, 1, 2}):
        if first < descriptor:
            os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
