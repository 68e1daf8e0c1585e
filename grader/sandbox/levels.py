"""The levels at which a submission is held: what each promises, and what a submission may use.

Machines allow different layers, so there is a ladder of levels. A level is given
whole or not at all: `trial` tries each in a throw-away child that attacks what
the level promises, and the best one that holds is used. `grader doctor` says which.
"""

from __future__ import annotations

import site
from dataclasses import dataclass
from enum import StrEnum
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
    # Otherwise the first product of matrices compiles itself for this processor: 25 ms a child,
    # and sums in the order that suits its registers.
    "TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL": "false",
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # fewer pages to share, and to get one by one
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
}


class Level(StrEnum):
    """How strictly a submission is held, from not at all to all that one kernel gives."""

    NONE = "none"
    LANDLOCK = "landlock"
    CONTAINER = "container"
    USER = "user"
    ROOT = "root"

    @property
    def rank(self) -> int:
        """Return the level's place on the ladder."""
        return list(Level).index(self)

    @property
    def namespaces(self) -> bool:
        """Whether the level has a file system, processes and a network of its own."""
        return self in (Level.USER, Level.ROOT)


PROMISES = {
    Level.NONE: "In-process cheats give no points, and time, output and memory are limited. The code "
    "can read, write and connect as you can: grade only what you would run yourself.",
    Level.LANDLOCK: "Honest scores. Only Python's own files can be read and only a private folder "
    "written; no network, no new programs or processes. Paths and processes can be seen.",
    Level.CONTAINER: "Honest scores. Only Python's own files can be read and only a private folder "
    "written; no network, no new programs or processes; a user id of its own. Paths can be seen.",
    Level.USER: "Honest scores. No file of the course or of anyone's home exists in there; a private "
    "folder of limited size; no network; no other process in sight; nothing outlives it.",
    Level.ROOT: "Honest scores. No file of the course or of anyone's home exists in there; a private "
    "folder of limited size; no network; no other process in sight; nothing outlives it; "
    "a user id of its own.",
}
RAISE = {
    Level.NONE: "On Linux 5.13 or newer, mend what stands beside the levels that do not hold; on other "
    "systems use WSL 2 or a virtual machine.",
    Level.LANDLOCK: "Allow unprivileged user namespaces (on Ubuntu: "
    "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`), or run as root.",
    Level.CONTAINER: "Run outside the container, or give it CAP_SYS_ADMIN and unmasked /proc.",
    Level.USER: "Run as root for user ids of their own.",
    Level.ROOT: "Put the whole grader into a virtual machine: only a hole in the kernel is left.",
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
        threads: how many may run at once; process ids are few on a machine.
        disk: megabytes of the private folder, where it has a size.
        files: how many files it may hold.
    """

    memory: int = 2 * GIB
    import_seconds: float = 20.0
    patience: float = 4.0
    file_size: int = 64 << 20
    open_files: int = 256
    threads: int = 512
    disk: int = 64
    files: int = 4096


def user_site() -> Path | None:
    """Return the folder that `pip install --user` installs into, None if the grader is not of it.

    So pip does of itself where a Python belongs to somebody else, as on a shared machine.
    """
    here, there = Path(__file__).absolute().parents[2], Path(site.getusersitepackages())
    return there if site.ENABLE_USER_SITE and here == there else None


def environment(home: Path) -> dict[str, str]:
    """Return the whole environment of a server whose private folder is `home`."""
    found = ENVIRONMENT | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "KERAS_HOME": str(home),
        "MPLCONFIGDIR": str(home),
    }
    if user_site():
        del found["PYTHONNOUSERSITE"]
        found["PYTHONUSERBASE"] = site.getuserbase()
    return found
