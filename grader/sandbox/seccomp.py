"""A seccomp filter: which system calls a child may make, by the table in `calls`.

Calls that are not listed fail with EPERM, so that honest code that merely tries
gets an ordinary error. Calls newer than the table fail with ENOSYS, as on an older
kernel, so that libraries fall back on what they used before. Another architecture's
calls end the process.

The filter is Berkeley packet filter code: a binary search among ranges of numbers,
since the kernel walks it for each number when it is installed. It is built once in
the server, and completed with the child's pid.
"""

from __future__ import annotations

import functools
import platform
import struct

from grader.sandbox.calls import ALLOWED, NEWEST, ORDINARY, SOMETIMES

LOAD, JUMP_EQ, JUMP_GE, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050001, 0x00050026
X32 = 0x40000000  # x86-64's second, 32-bit numbering of calls
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
OWN_PID = 0x7E57ED1D  # stands for the child's pid until that is known; no pid is so high

CLONE_THREAD, CLONE_FILES = 0x00010000, 0x00000400
CLONE_NEW = 0x7E020000  # namespaces
MAP_HUGETLB = 0x00040000
UNIX = 1
# Descriptors copied, flags, locks, and what a pipe or seal is. Not: signals by way of a
# descriptor to any process of the same user (F_SETOWN, F_SETSIG, F_SETOWN_EX), which only
# the newest Landlock stops; leases, F_NOTIFY; larger pipes, which are counted for the user.
FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1027, 1030, 1032, 1034)
# Is it a terminal, and how large (TCGETS, TCGETS2, TIOCGPGRP, TIOCGWINSZ); FIONREAD, FIONBIO,
# FIONCLEX, FIOCLEX; FICLONE. Not: flags of files, which Landlock does not see.
IOCTL = (0x5401, 0x802C542A, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x40049409)
# At the level `none`, where there may be any device, only these are refused: FS_IOC_SETFLAGS and
# FS_IOC_FSSETXATTR, with the same of 32 bits and with versions, verity and encryption; freezing a file
# system; signals (FIOSETOWN, SIOCSPGRP); typing into a terminal (TIOCSTI, TIOCLINUX).
NO_IOCTL = (
    *(0x40086602, 0x40046602, 0x401C5820, 0x40087602, 0x40047602, 0x40806685, 0x800C6613),
    *(0xC0045877, 0xC0045878, 0x8901, 0x8902, 0x5412, 0x541C),
)
# Names of threads and of memory, what is asked of oneself, the vectors of aarch64. Not: to
# outlive the server, and to be looked into, which `levels` set.
PRCTL = (2, 3, 15, 16, 21, 23, 29, 30, 38, 39, 42, 50, 51, 55, 56, 63, 64, 0x53564D41, 0x41555856)


class Unsupported(OSError):
    """There is no table of calls for this machine."""


def program(pid: int, machine: str | None = None, strict: bool = True) -> bytes:
    """Return the filter for the process `pid`, as an array of struct sock_filter.

    Args:
        machine: as `platform.machine` has it; this one by default.
        strict: whether what the level `none` leaves to a program is refused too.

    Raises:
        Unsupported: the machine is neither x86-64 nor aarch64.
    """
    return _template(machine or platform.machine(), strict).replace(_word(OWN_PID), _word(pid))


@functools.cache
def _template(machine: str, strict: bool) -> bytes:
    try:
        column, architecture = MACHINES[machine]
    except KeyError as error:
        raise Unsupported(f"no seccomp filter for {error}") from None
    rules = {calls[column]: body for calls, body in _rules(strict)}
    # Where each run of equal answers begins.
    starts = [(0, rules.get(0, _answer(EPERM)))]
    for number in range(1, NEWEST + 1):
        body = rules.get(number, _answer(EPERM))
        if body != starts[-1][1]:
            starts.append((number, body))
    starts += [(NEWEST + 1, _answer(ENOSYS)), (X32, _answer(KILL_PROCESS))]
    return b"".join(
        [
            _step(LOAD, ARCHITECTURE),
            _step(JUMP_EQ, architecture, 1, 0),
            _step(RETURN, KILL_PROCESS),
            _step(LOAD, NUMBER),
            *_search(starts),
        ]
    )


def _rules(strict: bool) -> list[tuple[tuple[int, int], list[bytes]]]:
    """Return what to do about each call that is not simply refused."""
    listed = ALLOWED if strict else ALLOWED | ORDINARY
    special = {
        # glibc falls back from clone3, whose flags lie in memory, to clone, whose flags can be seen.
        "clone3": _answer(ENOSYS),
        "mmap": _by_flags(3, MAP_HUGETLB),  # pages out of the machine's pool, counted by no limit
        "prlimit64": _by_value(0, (0, OWN_PID)),
        "fcntl": _by_value(1, FCNTL),
    }
    if strict:
        special |= {
            # Threads, and such as share descriptors: how many there may be is counted for each table.
            "clone": _by_flags(0, CLONE_NEW, needed=(CLONE_THREAD, CLONE_FILES)),
            "socketpair": _by_value(0, (UNIX,)),  # asyncio needs it
            "sendto": _if_null(4),  # with an address a datagram goes to anyone
            "kill": _by_value(0, (OWN_PID,)),
            "tgkill": _by_value(0, (OWN_PID,)),
            "ioctl": _by_value(1, IOCTL),
            "prctl": _by_value(0, PRCTL),
        }
    else:
        special |= {
            "clone": _by_flags(0, CLONE_NEW),
            "ioctl": _by_value(1, NO_IOCTL, listed=EPERM, other=ALLOW),
            **dict.fromkeys(("socketpair", "sendto", "kill", "tgkill", "prctl"), _answer(ALLOW)),
        }
    return [
        *((numbers, _answer(ALLOW)) for numbers in listed.values()),
        *((SOMETIMES[name], body) for name, body in special.items()),
    ]


def _search(starts: list[tuple[int, list[bytes]]]) -> list[bytes]:
    """Return code that finds the last start that is not above the number, and does what is there."""
    if len(starts) == 1:
        return starts[0][1]
    middle = len(starts) // 2
    below, above = _search(starts[:middle]), _search(starts[middle:])
    return [_step(JUMP_GE, starts[middle][0], len(below), 0), *below, *above]


def _by_value(argument: int, values: tuple[int, ...], listed: int = ALLOW, other: int = EPERM) -> list[bytes]:
    """Answer by whether the low half of an argument, all that the kernel reads, is one of `values`."""
    tests = [_step(JUMP_EQ, value, len(values) - place, 0) for place, value in enumerate(values)]
    return [_step(LOAD, _low(argument)), *tests, *_answer(other), *_answer(listed)]


def _by_flags(argument: int, refused: int, needed: tuple[int, ...] = ()) -> list[bytes]:
    """Allow the call if an argument has every flag of `needed`, and none of `refused`."""
    tests = [step for flag in needed for step in (_step(JUMP_SET, flag, 1, 0), *_answer(EPERM))]
    none = [_step(JUMP_SET, refused, 0, 1), *_answer(EPERM)]
    return [_step(LOAD, _low(argument)), *tests, *none, *_answer(ALLOW)]


def _if_null(argument: int) -> list[bytes]:
    """Allow the call if an argument, a pointer, is null."""
    halves = (_low(argument), _low(argument) + 4)
    tests = [[_step(LOAD, half), _step(JUMP_EQ, 0, 1, 0), *_answer(EPERM)] for half in halves]
    return [*tests[0], *tests[1], *_answer(ALLOW)]


def _answer(what: int) -> list[bytes]:
    return [_step(RETURN, what)]


def _low(argument: int) -> int:
    """Return the offset of the low half of an argument; both machines are little-endian."""
    return 16 + 8 * argument


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _word(value: int) -> bytes:
    return struct.pack("=I", value)
