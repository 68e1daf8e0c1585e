"""The layers one by one: what the filter answers on both machines, and that a missing layer stops all."""

from __future__ import annotations

import os
import struct
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.client.server import Server
from grader.errors import ServerError
from grader.sandbox import levels, seccomp
from grader.sandbox.levels import Level

ALLOW, EPERM, ENOSYS, KILL = seccomp.ALLOW, seccomp.EPERM, seccomp.ENOSYS, seccomp.KILL_PROCESS
MACHINES = sorted(seccomp.MACHINES)
PID = 1234


def verdict(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    """Run the filter as the kernel would, and return its answer."""
    own = seccomp.MACHINES[machine][1]
    given = [argument & (1 << 64) - 1 for argument in (*arguments, *[0] * 6)][:6]
    data = struct.pack("<IIQ6Q", number, architecture or own, 0, *given)
    code = seccomp.program(PID, machine)
    steps = [struct.unpack_from("HBBI", code, at) for at in range(0, len(code), 8)]
    assert len(steps) <= 4096
    at, accumulator = 0, 0
    while True:
        what, if_true, if_false, value = steps[at]
        at += 1
        if what == seccomp.RETURN:
            return int(value)
        if what == seccomp.LOAD:
            assert value % 4 == 0 and value <= 60
            accumulator = struct.unpack_from("<I", data, value)[0]
            continue
        tests = {
            seccomp.JUMP_EQ: accumulator == value,
            seccomp.JUMP_GE: accumulator >= value,
            seccomp.JUMP_SET: bool(accumulator & value),
        }
        at += if_true if tests[what] else if_false


def number(call: tuple[int, int], machine: str) -> int:
    return call[seccomp.MACHINES[machine][0]]


@pytest.mark.parametrize("machine", MACHINES)
def test_every_refused_call(machine: str) -> None:
    for name, numbers in seccomp.REFUSED.items():
        if number(numbers, machine) >= 0:
            assert verdict(machine, number(numbers, machine)) == EPERM, name


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "expected"),
    [
        ((0, 63), (0,), ALLOW),  # read
        ((53, 199), (1, 1, 0), ALLOW),  # socketpair: asyncio needs it
        (seccomp.CLONE, (0x3D0F00,), ALLOW),  # what pthread_create asks for
        (seccomp.CLONE, (0x11,), EPERM),  # fork
        (seccomp.CLONE, (0x4111,), EPERM),  # vfork, posix_spawn
        (seccomp.CLONE, (0x10000011,), EPERM),
        (seccomp.CLONE3, (0, 88), ENOSYS),
        (seccomp.KILL, (PID, 9), ALLOW),
        (seccomp.KILL, (PID + 1, 9), EPERM),
        (seccomp.KILL, (0, 9), EPERM),
        (seccomp.KILL, (-1, 9), EPERM),
        (seccomp.KILL, (-PID, 9), EPERM),
        (seccomp.TGKILL, (PID, 7, 9), ALLOW),
        (seccomp.TGKILL, (7, 7, 9), EPERM),
        (seccomp.PRLIMIT, (0, 7), ALLOW),
        (seccomp.PRLIMIT, (PID, 7), ALLOW),
        (seccomp.PRLIMIT, (7, 7), EPERM),
        (seccomp.SENDTO, (3, 1, 1, 0, 0, 0), ALLOW),  # send
        (seccomp.SENDTO, (3, 1, 1, 0, 0x7FFF0000, 16), EPERM),
        (seccomp.SENDTO, (3, 1, 1, 0, 0x7FFF00000000, 16), EPERM),
        (seccomp.FCNTL, (3, 3), ALLOW),  # F_GETFL
        (seccomp.FCNTL, (3, 1030), ALLOW),  # F_DUPFD_CLOEXEC
        (seccomp.FCNTL, (3, 8), EPERM),
        (seccomp.FCNTL, (3, 10), EPERM),
        (seccomp.FCNTL, (3, 15), EPERM),
        (seccomp.FCNTL, (3, 1 << 32 | 8), EPERM),  # the kernel reads the low half
        (seccomp.IOCTL, (0, 0x5401), ALLOW),  # isatty
        (seccomp.IOCTL, (0, 0x5412), EPERM),
        (seccomp.IOCTL, (0, 0x8902), EPERM),
        (seccomp.PRCTL, (15,), ALLOW),  # threads have names
        (seccomp.PRCTL, (4, 1), EPERM),
        (seccomp.PRCTL, (1, 0), EPERM),
    ],
)
def test_call(machine: str, call: tuple[int, int], arguments: tuple[int, ...], expected: int) -> None:
    assert verdict(machine, number(call, machine), *arguments) == expected


def test_other_architectures_are_killed() -> None:
    assert verdict("x86_64", 0, architecture=0x40000003) == KILL  # 32-bit, int 0x80
    assert verdict("aarch64", 63, architecture=0xC000003E) == KILL
    assert verdict("x86_64", 0x40000000 + 41) == KILL  # x32
    with pytest.raises(seccomp.Unsupported):
        seccomp.program(PID, "riscv64")


def test_numbers_are_used_once() -> None:
    """A slip of the pen in a table would refuse another call."""
    special = [seccomp.CLONE, seccomp.CLONE3, seccomp.SENDTO, seccomp.KILL, seccomp.TGKILL, seccomp.PRLIMIT]
    for column in (0, 1):
        numbers = [n[column] for n in [*seccomp.REFUSED.values(), *special, *seccomp.REFUSED_VALUES]]
        there = [n for n in numbers if n >= 0]
        assert len(there) == len(set(there))


def in_a_child(action: Callable[[], None]) -> str:
    """Run an action in a forked child; return what it raised, or "" if it went through."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            action()
            said = ""
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        os.write(writer, said.encode()[:1000])
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as file:
        return file.read().decode()


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="a level of root's")
@pytest.mark.parametrize(
    "layer",
    [
        "os.setsid", "os.closerange", "resource.setrlimit", "os.setgroups", "os.setresgid", "os.setresuid",
        "linux.drop_bounding_set", "linux.clear_capabilities", "linux.control", "landlock.Ruleset.allow",
        "landlock.Ruleset.restrict", "seccomp.program", "linux.install_filter", "os.chdir", "os.dup2",
    ],
)  # fmt: skip
def test_a_layer_that_fails_stops_all(layer: str) -> None:
    """`enter` raises whichever of its steps fails, so that the worker is never reached."""
    import resource

    from grader.sandbox import landlock, linux

    spaces: dict[str, Any] = {
        "os": os, "resource": resource, "linux": linux, "landlock": landlock, "seccomp": seccomp,
    }  # fmt: skip
    space, *path, name = layer.split(".")
    holder = spaces[space]
    for part in path:
        holder = getattr(holder, part)

    def refuse(*_: Any) -> None:
        raise OSError(f"no {layer}")

    def enter() -> None:
        setattr(holder, name, refuse)
        levels.enter(Level.CONTAINER, levels.Limits(), home, range(3, 200), 7)

    # Not pytest's folder, which nobody but root may pass through.
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        home = Path(folder, "home")
        home.mkdir()
        assert in_a_child(enter) == f"OSError: no {layer}"


def test_a_child_that_is_not_locked_is_the_graders_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs nothing, and no student is blamed for it."""
    monkeypatch.setattr("grader.client.child.LOCKED", b"another word")
    monkeypatch.setattr("grader.client.child.LOCK_PATIENCE", 1.0)
    with Server() as server, open(__file__, "rb") as file:
        with pytest.raises(ServerError, match="could not be locked in"):
            server.fork([file.fileno()], "", ["solution"])


def test_remove_what_is_nested_deep(tmp_path: Path) -> None:
    """A student's folder may be deeper than Python recurses, and locked."""
    top = tmp_path / "top"
    top.mkdir()

    def nest() -> None:
        os.chdir(top)
        for _ in range(3000):
            os.mkdir("d")
            os.chdir("d")
        os.mkdir("locked", 0)

    assert in_a_child(nest) == ""
    levels.remove(top)
    assert not top.exists()
