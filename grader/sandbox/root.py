"""The read-only view of the file system that submissions are given.

Python, its libraries and this package; nothing of the course, of other
submissions, or of anyone's home. The same list serves the server's own root
(with namespaces) and Landlock (without).
"""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterable
from pathlib import Path

from grader.errors import PlainError
from grader.sandbox import linux
from grader.sandbox.levels import user_site

SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/opt/hostedtoolcache")
SETTINGS = (
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime", "/etc/timezone",
    "/etc/mime.types", "/etc/fonts", "/etc/alternatives", "/etc/nsswitch.conf",
)  # fmt: skip
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
MACHINE = ("/sys/devices/system/cpu", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/vm")
WORK = Path("/grader-work")  # a name that no environment lies under


class Exposed(PlainError):
    """Something secret lies where submissions can read; the message says what and where."""


def readable() -> list[Path]:
    """Return what submissions may read: outermost folders only, all of them existing."""
    package = Path(__file__).parents[1]  # all of `grader`
    prefixes = (sys.prefix, sys.base_prefix, sys.exec_prefix)
    named = {package, *map(Path, (*prefixes, *SYSTEM, *SETTINGS)), *filter(None, [user_site()])}
    found = named | {path.resolve() for path in named}  # a link and what it leads to
    existing = sorted(path for path in found - {Path("/")} if path.exists())
    return [path for path in existing if not any(above in path.parents for above in existing)]


def closed_to_others(paths: Iterable[Path]) -> bool:
    """Tell whether users other than the owner cannot read one of `paths`, or cannot reach it.

    An environment below a home with mode 700 is such a path, and one that was
    made with a umask of 077. Access control lists are not looked at.
    """
    resolved = {path.resolve() for path in paths}
    for path in resolved.union(*(path.parents for path in resolved)):
        try:
            mode = path.stat().st_mode
        except PermissionError:
            return True
        if not mode & (stat.S_IXOTH if stat.S_ISDIR(mode) else stat.S_IROTH):
            return True
    return False


def check_hidden(secrets: list[Path]) -> None:
    """Make sure that none of `secrets` can be seen.

    Raises:
        Exposed: one lies below a readable folder.
    """
    for secret in secrets:
        for path in readable():
            if secret.resolve().is_relative_to(path.resolve()):
                raise Exposed(
                    f"{secret} lies in {path}, which submissions may read, as Python's own files are "
                    "there: move the course elsewhere, or the environment out of it"
                )


def build(root: Path) -> None:
    """Make a root of the file system at `root`, an empty folder, in this mount namespace.

    Raises:
        OSError: mounting is not allowed here.
    """
    linux.mount("none", Path("/"), flags=linux.RECURSIVE | linux.PRIVATE)
    linux.mount("tmpfs", root, "tmpfs", linux.NO_SETUID | linux.NO_DEVICES, "size=1m,mode=755")
    for path in readable():
        inside = root / path.relative_to("/")
        if path.is_symlink():
            inside.parent.mkdir(parents=True, exist_ok=True)
            inside.symlink_to(path.resolve())
            continue
        _place_for(path, inside)
        linux.bind_read_only(path, inside)
    for name in DEVICES:
        inside = root / name.lstrip("/")
        _place_for(Path(name), inside)
        linux.mount(name, inside, flags=linux.BIND)
    for folder in ("proc", "tmp", "sys/devices/system/cpu", WORK.name):
        # Python may lie below any folder, /tmp and /dev/shm too.
        (root / folder).mkdir(parents=True, exist_ok=True)
    cpus = root / "sys/devices/system/cpu"
    linux.bind_read_only(Path("/sys/devices/system/cpu"), cpus)
    linux.mount("proc", root / "proc", "proc", linux.NO_SETUID | linux.NO_DEVICES | linux.NO_EXEC)
    linux.pivot(root)
    work_folder(1, 64, 0)  # for what TensorFlow's import writes; each child hides it with its own
    linux.mount("none", Path("/"), flags=linux.REMOUNT | linux.BIND | linux.READ_ONLY)


def work_folder(megabytes: int, files: int, owner: int) -> None:
    """Give this child a folder of its own to write to, and a /proc of its own pid namespace."""
    options = f"size={megabytes}m,nr_inodes={files},mode=700,uid={owner},gid={owner}"
    linux.mount("tmpfs", WORK, "tmpfs", linux.NO_SETUID | linux.NO_DEVICES, options)
    linux.mount("proc", Path("/proc"), "proc", linux.NO_SETUID | linux.NO_DEVICES | linux.NO_EXEC)


def _place_for(path: Path, inside: Path) -> None:
    """Make the empty folder or file that `path` is to be mounted on."""
    if path.is_dir():
        inside.mkdir(parents=True, exist_ok=True)
    else:
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.touch()
