"""The layers that a child is locked into before it sees a student's code.

Their order matters, and `_lock` keeps it: namespaces need the privileges that are
then dropped, dropping them clears the death signal, and the filter comes last
because it forbids what the layers before it need.
"""

from __future__ import annotations

import functools
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from grader.sandbox.levels import Level, Limits, environment

NOBODY = 2_000_000_000  # children of root have user ids of their own from here on


def enter_server(level: Level, folder: Path, keep: Iterable[int]) -> None:
    """Give the server namespaces and a root of its own, if the level has them.

    Called before TensorFlow is imported: a user namespace is for a process of
    one thread. Returns in a new process, the first of a new pid namespace; the
    old one stays behind to end when it ends.

    Raises:
        OSError: the kernel refuses a part.
    """
    if level is Level.NONE:
        _takes_filter()
        return
    from grader.sandbox import landlock, linux, root, seccomp  # noqa: F401  (before the view closes)

    seccomp.program(os.getpid())  # what is made here, children need not make
    if not level.namespaces:
        return

    user, group = os.getuid(), os.getgid()
    spaces = linux.NEW_MOUNT | linux.NEW_NET | linux.NEW_IPC | linux.NEW_UTS | linux.NEW_PID
    if level is Level.USER:
        linux.unshare(linux.NEW_USER | spaces)
        linux.map_ids(user, group)
    else:
        linux.unshare(spaces)
    server = os.fork()
    if server:
        _close_all_but(set())
        _, status = os.waitpid(server, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    linux.control(linux.SET_DEATH_SIGNAL, signal.SIGKILL)
    _close_all_but(set(keep))
    os.umask(0o022)  # children of another user id pass through the folders that are made now
    place = folder / "root"
    place.mkdir()
    root.build(place)
    os.environ.update(environment(root.WORK))


def fork(level: Level, own: int) -> int:
    """Fork; the child is the first of a new pid namespace if the level has namespaces.

    Args:
        level: of the server.
        own: a descriptor of the server's own pid namespace, to come back to.

    Returns:
        The child's pid as the server sees it, 0 in the child.
    """
    if not level.namespaces:
        return os.fork()
    from grader.sandbox import linux

    linux.unshare(linux.NEW_PID)
    pid = os.fork()
    if pid:
        linux.enter_namespace(own, linux.NEW_PID)
    return pid


def enter(level: Level, limits: Limits, folder: Path, keep: Iterable[int], number: int) -> None:
    """Lock this process in for good. Called in the child, before any student's code.

    Args:
        level: how far.
        limits: what it may use.
        folder: its private folder, existing and empty; with namespaces another
            takes its place.
        keep: the descriptors that stay open.
        number: tells the children of one server apart.

    Raises:
        OSError: a layer could not be put on; the caller must not go on.
    """
    os.setsid()
    _close_all_but(set(keep))
    os.umask(0o077)
    if level is Level.NONE:
        _limit_resources(limits)
        _settle(folder)
        if _takes_filter():
            _filter(strict=False)
    else:
        _lock(level, limits, folder, NOBODY + number)
    # Last, so that an error above is written where the server's errors are kept.
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    os.close(silence)


def _lock(level: Level, limits: Limits, folder: Path, user: int) -> None:
    """Put on the layers of Linux, in the order in which they are possible."""
    from grader.sandbox import landlock, linux, root

    if level.namespaces:
        linux.unshare(linux.NEW_MOUNT)
        owner = user if level is Level.ROOT else 0
        root.work_folder(limits.disk, limits.files, owner)
        folder = root.WORK
    elif level is Level.CONTAINER:
        folder.parent.chmod(0o711)
        os.chown(folder, user, user)
    _limit_resources(limits)
    kept = []
    if level in (Level.ROOT, Level.CONTAINER):
        if root.closed_to_others([*root.readable(), folder.parent]):
            kept = [linux.READ_PAST_MODES]
        linux.control(linux.KEEP_CAPABILITIES, 1)
        _limit(resource.RLIMIT_NPROC, limits.threads)  # of this user id, which is the child's alone
        linux.drop_bounding_set()
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    elif level is Level.USER:
        linux.drop_bounding_set()
    try:
        linux.clear_capabilities(kept)
    except PermissionError as error:
        raise PermissionError(
            error.errno,
            "Python or the temporary folder lies in a folder that is closed to other users, and this "
            "container has no CAP_DAC_READ_SEARCH: move it, or open the folder with `chmod o+x`",
        ) from error
    linux.control(linux.SET_DEATH_SIGNAL, signal.SIGKILL)
    linux.control(linux.SET_DUMPABLE, 0)
    linux.control(linux.NO_NEW_PRIVILEGES, 1)
    rules = landlock.Ruleset([*root.readable(), *map(Path, root.MACHINE)], [folder], map(Path, root.DEVICES))
    rules.allow(Path(f"/proc/{os.getpid()}"), landlock.READ)
    rules.restrict()
    _settle(folder)
    _filter(strict=True)


def _filter(strict: bool) -> None:
    """Give up, for good, the system calls that `seccomp` does not list."""
    from grader.sandbox import linux, seccomp

    linux.control(linux.NO_NEW_PRIVILEGES, 1)
    linux.install_filter(seccomp.program(os.getpid(), strict=strict))


@functools.cache
def _takes_filter() -> bool:
    """Return whether this system takes the level `none`'s filter, as a throw-away process finds out.

    Not every kernel does, and what translates another processor's programs may take it and then
    have other numbers of calls than the machine that it says it is.
    """
    if sys.platform != "linux":
        return False
    from grader.sandbox import seccomp

    try:
        seccomp.program(os.getpid(), strict=False)
    except seccomp.Unsupported:
        return False
    child = os.fork()
    if child == 0:
        try:
            _filter(strict=False)
            os.getppid()
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def remove(folder: Path) -> None:
    """Remove a private folder, whatever a student's code made in it."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except RecursionError:
        pass
    if folder.exists():  # nested deeper than Python goes, or locked; `rm` does not recurse
        script = 'chmod -R u+rwx -- "$0"; rm -rf -- "$0"'
        subprocess.run(["/bin/sh", "-c", script, str(folder)], stderr=subprocess.DEVNULL, check=False)


def _settle(folder: Path) -> None:
    """Work in `folder`, with the environment of `environment` and nothing else."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment(folder))
    tempfile.tempdir = None  # TensorFlow's import had it looked up, and it was the server's


def _limit_resources(limits: Limits) -> None:
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, limits.file_size)
    _limit(resource.RLIMIT_NOFILE, limits.open_files)
    if sys.platform == "linux":
        # TensorFlow maps far more than it uses; the limit is on what comes on top.
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _limit(resource.RLIMIT_AS, mapped + 2 * limits.memory)
        # Of this user id's, which may be the teacher's: signals kept for later.
        _limit(resource.RLIMIT_SIGPENDING, limits.threads)


def _limit(what: int, value: int) -> None:
    hard = resource.getrlimit(what)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(what, (value, value))


def _close_all_but(keep: set[int]) -> None:
    first = 3
    for descriptor in sorted(keep - {0, 1, 2}):
        if first < descriptor:  # an empty range would mean all descriptors
            os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
