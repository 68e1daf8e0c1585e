"""The few system calls that a sandbox needs and Python does not offer."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

NEW_MOUNT, NEW_UTS, NEW_IPC = 0x00020000, 0x04000000, 0x08000000
NEW_USER, NEW_PID, NEW_NET = 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8
REMOUNT, BIND, RECURSIVE, PRIVATE = 0x20, 0x1000, 0x4000, 0x40000
DETACH = 2
SET_DEATH_SIGNAL, SET_DUMPABLE, SET_NAME, SET_SECCOMP = 1, 4, 15, 22
KEEP_CAPABILITIES, CAPABILITY_DROP, NO_NEW_PRIVILEGES, AMBIENT = 8, 24, 38, 47
READ_PAST_MODES = 2  # CAP_DAC_READ_SEARCH: read files and pass folders that are closed to others
FILTER, CLEAR_ALL = 2, 4

_libc = ctypes.CDLL(None, use_errno=True)


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_char_p)]


class _CapabilityHeader(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


def unshare(flags: int) -> None:
    """Enter new namespaces; a new pid namespace begins with the next fork's child."""
    _check(_libc.unshare(flags), "unshare")


def enter_namespace(descriptor: int, kind: int) -> None:
    """Enter the namespace of `descriptor`, which is of a file in /proc/PID/ns."""
    _check(_libc.setns(descriptor, kind), "setns")


def map_ids(user: int, group: int, inside_user: int = 0, inside_group: int = 0) -> None:
    """Map one user id and one group id from outside into this process' new user namespace."""
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside_user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{inside_group} {group} 1")


def mount(source: str | Path, target: Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system, bind a path, or change a mount's flags."""
    result = _libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() or None,
        ctypes.c_ulong(flags),
        options.encode() or None,
    )
    _check(result, f"mount {target}")


def bind_read_only(source: Path, target: Path) -> None:
    """Show `source` at `target`, read-only."""
    mount(source, target, flags=BIND | RECURSIVE)
    mount("none", target, flags=BIND | REMOUNT | READ_ONLY | NO_SETUID | NO_DEVICES)


def pivot(root: Path) -> None:
    """Make `root`, a mount, the root of the file system, and leave the old one."""
    os.chdir(root)
    _check(_libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", DETACH), "umount")
    os.chdir("/")


def control(option: int, *values: int) -> None:
    """Call prctl(2)."""
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    _check(_libc.prctl(option, *padded), f"prctl {option}")


def call_itself(name: str) -> None:
    """Give this thread a name, of which 15 bytes are kept; what has no such call does nothing."""
    if sys.platform == "linux":
        _libc.prctl(SET_NAME, name.encode(), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def drop_bounding_set() -> None:
    """Empty the sets from which a process can get a capability again."""
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        control(CAPABILITY_DROP, capability)
    control(AMBIENT, CLEAR_ALL)


def clear_capabilities(keep: Iterable[int] = ()) -> None:
    """Empty this thread's sets of capabilities; `keep`, of the first 32, stay effective and permitted."""
    header = _CapabilityHeader(0x20080522, 0)
    kept = sum(1 << capability for capability in keep)
    # Three words (effective, permitted, inheritable) of the first 32 capabilities, then of the others.
    _check(_libc.capset(ctypes.byref(header), struct.pack("6I", kept, kept, 0, 0, 0, 0)), "capset")


def install_filter(code: bytes) -> None:
    """Install a seccomp filter, for good."""
    program = _Filter(len(code) // 8, code)
    _check(
        _libc.prctl(SET_SECCOMP, ctypes.c_ulong(FILTER), ctypes.byref(program), ctypes.c_ulong(0), 0),
        "seccomp",
    )


_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}


def _check(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
