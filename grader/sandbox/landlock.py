"""Landlock: a process itself restricts which files it may reach, and cannot undo that.

This needs no privilege, only Linux 5.13. See https://docs.kernel.org/userspace-api/landlock.html.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every machine
VERSION_FLAG = 1
PATH_BENEATH = 1
READ_FILE, READ_FOLDER = 1 << 2, 1 << 3
READ = READ_FILE | READ_FOLDER
WRITE_DEVICE = READ_FILE | 1 << 1
# How many rights on files each version knows, counted from the lowest bit.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
TCP = 0b11  # bind and connect, from version 4 on
SCOPES = 0b11  # abstract sockets and signals, from version 6 on

_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """Return the kernel's Landlock version, 0 if it has none."""
    found = _libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(VERSION_FLAG))
    return max(0, int(found))


class Ruleset:
    """What a process may reach; prepared once, in the server, and applied in each child."""

    def __init__(self, readable: Iterable[Path], writable: Iterable[Path], devices: Iterable[Path]) -> None:
        """Allow reading below some paths, everything below others, and some devices.

        Paths that do not exist are passed over.

        Raises:
            OSError: the kernel has no Landlock.
        """
        known = version()
        if not known:
            raise OSError("this kernel has no Landlock")
        self._all = (1 << FILE_RIGHTS[min(known, 5)]) - 1
        attributes = struct.pack("QQQ", self._all, TCP if known >= 4 else 0, SCOPES if known >= 6 else 0)
        size = {1: 8, 2: 8, 3: 8, 4: 16, 5: 16}.get(known, 24)
        self.descriptor = _check(
            _libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
        )
        for paths, rights in ((readable, READ), (writable, self._all), (devices, WRITE_DEVICE)):
            for path in paths:
                self.allow(path, rights)

    def allow(self, path: Path, rights: int | None = None) -> None:
        """Allow `rights` below `path`, all rights by default; pass over what is not there."""
        try:
            beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            rights = self._all if rights is None else rights
            if not os.path.isdir(path):
                rights &= READ_FILE | 1 << 1 | (self._all & (1 << 14))  # read, write, truncate
            rule = struct.pack("=Qi", rights, beneath)
            _check(_libc.syscall(ADD_RULE, self.descriptor, PATH_BENEATH, rule, ctypes.c_uint32(0)))
        finally:
            os.close(beneath)

    def restrict(self) -> None:
        """Restrict this process and all it will ever start. `no_new_privs` must be set."""
        _check(_libc.syscall(RESTRICT_SELF, self.descriptor, ctypes.c_uint32(0)))
        os.close(self.descriptor)


def _check(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"Landlock: {os.strerror(number)}")
    return result
