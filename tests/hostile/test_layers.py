"""The layers one by one: what the filter answers on both machines, and that a missing layer stops all."""

from __future__ import annotations

import os
import platform
import re
import struct
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.client.server import Server
from grader.errors import ServerError
from grader.sandbox import calls, levels, lock, seccomp
from grader.sandbox.levels import Level

ALLOW, EPERM, ENOSYS, KILL = seccomp.ALLOW, seccomp.EPERM, seccomp.ENOSYS, seccomp.KILL_PROCESS
MACHINES = sorted(seccomp.MACHINES)
PID = 1234


def verdict(
    machine: str, number: int, *arguments: int, architecture: int | None = None, strict: bool = True
) -> int:
    """Run the filter as the kernel would, and return its answer."""
    own = seccomp.MACHINES[machine][1]
    given = [argument & (1 << 64) - 1 for argument in (*arguments, *[0] * 6)][:6]
    data = struct.pack("<IIQ6Q", number, architecture or own, 0, *given)
    code = seccomp.program(PID, machine, strict)
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


# What no submission gets, at any level.
NEVER = """
ptrace 101 117   process_vm_readv 310 270   process_vm_writev 311 271   process_madvise 440 440
process_mrelease 448 448   kcmp 312 272   pidfd_getfd 438 438   rt_sigqueueinfo 129 138
rt_tgsigqueueinfo 297 240   get_robust_list 274 100
setpriority 141 140   sched_setscheduler 144 119   sched_setparam 142 118   sched_setattr 314 274
sched_setaffinity 203 122   ioprio_set 251 30   move_pages 279 239   migrate_pages 256 238
io_setup 206 0   io_destroy 207 1   io_submit 209 2   io_cancel 210 3   io_getevents 208 4
io_pgetevents 333 292   io_uring_setup 425 425   io_uring_enter 426 426   io_uring_register 427 427
memfd_create 319 279   memfd_secret 447 447   mlock 149 228   mlock2 325 284   mlockall 151 230
shmget 29 194   shmat 30 196   shmctl 31 195   semget 64 190   semop 65 193   semtimedop 220 192
semctl 66 191   msgget 68 186   msgsnd 69 189   msgrcv 70 188   msgctl 71 187
mq_open 240 180   mq_unlink 241 181   mq_timedsend 242 182   mq_timedreceive 243 183
timer_create 222 107   inotify_init 253 -1   inotify_init1 294 26   inotify_add_watch 254 27
fanotify_init 300 262   fanotify_mark 301 263   sync 162 81   syncfs 306 267   cachestat 451 451
keyctl 250 219   add_key 248 217   request_key 249 218
mount 165 40   umount2 166 39   pivot_root 155 41   chroot 161 51   move_mount 429 429
open_tree 428 428   open_tree_attr 467 467   fsopen 430 430   fsconfig 431 431   fsmount 432 432
fspick 433 433   mount_setattr 442 442   unshare 272 97   setns 308 268   listns 470 470
open_by_handle_at 304 265   name_to_handle_at 303 264
file_getattr 468 468   file_setattr 469 469   setxattrat 463 463   removexattrat 466 466
lsm_set_self_attr 460 460   landlock_restrict_self 446 446
bpf 321 280   perf_event_open 298 241   userfaultfd 323 282   personality 135 92
init_module 175 105   finit_module 313 273   delete_module 176 106   kexec_load 246 104
kexec_file_load 320 294   swapon 167 224   swapoff 168 225   reboot 169 142   sethostname 170 161
setdomainname 171 162   quotactl 179 60   quotactl_fd 443 443   acct 163 89   syslog 103 116
iopl 172 -1   ioperm 173 -1   modify_ldt 154 -1   uselib 134 -1   settimeofday 164 170
clock_settime 227 112   adjtimex 159 171   clock_adjtime 305 266   vhangup 153 58
"""
SOME = calls.SOMETIMES


def number(call: tuple[int, int], machine: str) -> int:
    return call[seccomp.MACHINES[machine][0]]


@pytest.mark.parametrize("machine", MACHINES)
def test_every_refused_call(machine: str) -> None:
    """Those that no level gives, and those that only `none` does."""
    never = calls._table(NEVER)
    assert len(never) > 100
    for name, numbers in (never | calls.ORDINARY).items():
        if number(numbers, machine) >= 0:
            assert verdict(machine, number(numbers, machine)) == EPERM, name
            loose = EPERM if name in never else ALLOW
            assert verdict(machine, number(numbers, machine), strict=False) == loose, name


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_on_no_list_is_refused(machine: str, strict: bool) -> None:
    """Every number there is has the answer of its list, and what will be is not there yet."""
    listed = {number(one, machine) for one in (calls.ALLOWED | calls.SOMETIMES).values()}
    ordinary = {number(one, machine) for one in calls.ORDINARY.values()}
    for call in range(calls.NEWEST + 1):
        if call not in listed:
            expected = ALLOW if call in ordinary and not strict else EPERM
            assert verdict(machine, call, strict=strict) == expected, call
    for call in (calls.NEWEST + 1, 511, 512, 547, 1000, 0x3FFFFFFF):
        assert verdict(machine, call, strict=strict) == ENOSYS
    for numbers in calls.ALLOWED.values():
        if number(numbers, machine) >= 0:
            assert verdict(machine, number(numbers, machine), strict=strict) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("name", "arguments", "expected", "at_none"),
    [
        ("socketpair", (1, 1, 0), ALLOW, ALLOW),  # asyncio needs it
        ("socketpair", (30, 1, 0), EPERM, ALLOW),  # TIPC is a network
        ("clone", (0x3D0F00,), ALLOW, ALLOW),  # what pthread_create asks for
        ("clone", (0x11,), EPERM, ALLOW),  # fork
        ("clone", (0x4111,), EPERM, ALLOW),  # vfork, posix_spawn
        ("clone", (0x10000011,), EPERM, EPERM),  # a user namespace
        ("clone", (0x3D0F00 & ~0x400,), EPERM, ALLOW),  # a thread with descriptors of its own
        ("clone", (0x3D0F00 | 0x20000,), EPERM, EPERM),
        ("clone3", (0, 88), ENOSYS, ENOSYS),
        ("mmap", (0, 4096, 3, 0x22), ALLOW, ALLOW),
        ("mmap", (0, 2 << 20, 3, 0x40022), EPERM, EPERM),  # MAP_HUGETLB
        ("mmap", (0, 2 << 20, 3, 21 << 26 | 0x40022), EPERM, EPERM),
        ("kill", (PID, 9), ALLOW, ALLOW),
        ("kill", (PID + 1, 9), EPERM, ALLOW),
        ("kill", (0, 9), EPERM, ALLOW),
        ("kill", (-1, 9), EPERM, ALLOW),
        ("kill", (-PID, 9), EPERM, ALLOW),
        ("tgkill", (PID, 7, 9), ALLOW, ALLOW),
        ("tgkill", (7, 7, 9), EPERM, ALLOW),
        ("prlimit64", (0, 7), ALLOW, ALLOW),
        ("prlimit64", (PID, 7), ALLOW, ALLOW),
        ("prlimit64", (7, 7), EPERM, EPERM),
        ("sendto", (3, 1, 1, 0, 0, 0), ALLOW, ALLOW),  # send
        ("sendto", (3, 1, 1, 0, 0x7FFF0000, 16), EPERM, ALLOW),
        ("sendto", (3, 1, 1, 0, 0x7FFF00000000, 16), EPERM, ALLOW),
        ("fcntl", (3, 3), ALLOW, ALLOW),  # F_GETFL
        ("fcntl", (3, 6), ALLOW, ALLOW),  # F_SETLK: SQLite
        ("fcntl", (3, 1030), ALLOW, ALLOW),  # F_DUPFD_CLOEXEC
        ("fcntl", (3, 8), EPERM, EPERM),
        ("fcntl", (3, 10), EPERM, EPERM),
        ("fcntl", (3, 15), EPERM, EPERM),
        ("fcntl", (3, 1024), EPERM, EPERM),  # leases
        ("fcntl", (3, 1026), EPERM, EPERM),
        ("fcntl", (3, 1031), EPERM, EPERM),  # larger pipes
        ("fcntl", (3, 1 << 32 | 8), EPERM, EPERM),  # the kernel reads the low half
        ("ioctl", (0, 0x5401), ALLOW, ALLOW),  # isatty
        ("ioctl", (0, 0x5421), ALLOW, ALLOW),  # FIONBIO: a socket with a timeout
        ("ioctl", (0, 0x5451), ALLOW, ALLOW),  # FIOCLEX
        ("ioctl", (0, 0x5412), EPERM, EPERM),
        ("ioctl", (0, 0x8902), EPERM, EPERM),
        ("ioctl", (0, 0x40086602), EPERM, EPERM),  # FS_IOC_SETFLAGS
        ("ioctl", (0, 0x401C5820), EPERM, EPERM),  # FS_IOC_FSSETXATTR
        ("ioctl", (0, 1 << 32 | 0x401C5820), EPERM, EPERM),
        ("ioctl", (0, 0x8912), EPERM, ALLOW),  # which networks there are
        ("prctl", (15,), ALLOW, ALLOW),  # threads have names
        ("prctl", (4, 1), EPERM, ALLOW),
        ("prctl", (1, 0), EPERM, ALLOW),
        ("prctl", (62, 1), EPERM, ALLOW),  # PR_SCHED_CORE
    ],
)
def test_call(machine: str, name: str, arguments: tuple[int, ...], expected: int, at_none: int) -> None:
    call = number(SOME[name], machine)
    assert verdict(machine, call, *arguments) == expected
    assert verdict(machine, call, *arguments, strict=False) == at_none


@pytest.mark.parametrize("strict", [True, False])
def test_other_architectures_are_killed(strict: bool) -> None:
    assert verdict("x86_64", 0, architecture=0x40000003, strict=strict) == KILL  # 32-bit, int 0x80
    assert verdict("aarch64", 63, architecture=0xC000003E, strict=strict) == KILL
    assert verdict("x86_64", 0x40000000 + 41, strict=strict) == KILL  # x32
    with pytest.raises(seccomp.Unsupported):
        seccomp.program(PID, "riscv64", strict)


def test_numbers_are_used_once() -> None:
    """A slip of the pen in a table would allow another call."""
    tables = (calls.ALLOWED, calls.ORDINARY, calls.SOMETIMES, calls._table(NEVER))
    assert len({name for table in tables for name in table}) == sum(map(len, tables))
    for column in (0, 1):
        there = [one[column] for table in tables for one in table.values() if one[column] >= 0]
        assert len(there) == len(set(there))
        assert max(there) <= calls.NEWEST


@pytest.mark.parametrize(
    ("column", "header"),
    [(0, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"), (1, "/usr/include/asm-generic/unistd.h")],
)
def test_numbers_are_the_kernels(column: int, header: str) -> None:
    """The headers that this machine happens to have say the same."""
    if not Path(header).exists():
        pytest.skip(f"{header} is not installed (linux-libc-dev): the numbers are compared where it is")
    text = Path(header).read_text()
    real = {name: int(value) for name, value in re.findall(r"define __NR(?:3264)?_(\w+)\s+(\d+)", text)}
    for other in ("syscalls", "arch_specific_syscall"):  # how many there are, and where others begin
        real.pop(other, None)
    real["newfstatat"] = real.get("newfstatat", real.get("fstatat", -1))
    for table in (calls.ALLOWED, calls.ORDINARY, calls.SOMETIMES, calls._table(NEVER)):
        for name, numbers in table.items():
            if name in real or numbers[column] <= max(real.values()):
                assert numbers[column] == real.get(name, -1), name


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

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError(f"no {layer}")

    def enter() -> None:
        setattr(holder, name, refuse)
        lock.enter(Level.CONTAINER, levels.Limits(), home, range(3, 200), 7)

    # Not pytest's folder, which nobody but root may pass through.
    with tempfile.TemporaryDirectory(prefix="grader-") as folder:
        home = Path(folder, "home")
        home.mkdir()
        assert in_a_child(enter) == f"OSError: no {layer}"


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp filters exist on Linux alone")
def test_none_leaves_a_program_what_programs_do() -> None:
    """Its filter is in the way of nothing that an honest answer, or a program that it starts, does."""
    import multiprocessing
    import shutil
    import socket
    import subprocess

    def live() -> None:
        lock.enter(Level.NONE, levels.Limits(), Path(folder), range(3, 200), 7)
        script = (
            "echo a | cat > one; chmod 600 one; touch -d @0 one; cp -a one two; (sleep 0.01; cat two) & wait"
        )
        assert subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True).stdout == b"a\n"
        shutil.copy2("one", "three")
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.map(abs, [-1, 2]) == [1, 2]
        with socket.create_server(("127.0.0.1", 0)) as server:
            with socket.create_connection(server.getsockname(), timeout=5) as client:
                client.sendall(b"x")
                assert server.accept()[0].recv(1) == b"x"
        assert "NoNewPrivs:\t1" in Path("/proc/self/status").read_text()

    with tempfile.TemporaryDirectory() as folder:
        assert in_a_child(live) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp filters exist on Linux alone")
def test_none_does_without_a_filter_that_this_machine_does_not_bear(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where another processor's programs are translated, whose calls have other numbers."""
    own, program = platform.machine(), seccomp.program
    other = next(machine for machine in MACHINES if machine != own)
    for unfit in (
        lambda pid, strict=True: program(pid, other, strict),
        lambda pid, strict=True: program(pid, "riscv64", strict),
        lambda pid, strict=True: b"no filter",
    ):
        lock._takes_filter.cache_clear()
        monkeypatch.setattr(seccomp, "program", unfit)
        assert not lock._takes_filter()

        def enter() -> None:
            lock.enter(Level.NONE, levels.Limits(), Path(folder), range(3, 200), 7)
            assert "NoNewPrivs:\t0" in Path("/proc/self/status").read_text()

        with tempfile.TemporaryDirectory() as folder:
            assert in_a_child(enter) == ""
    lock._takes_filter.cache_clear()


def test_a_child_that_is_not_locked_is_the_graders_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """It runs nothing, and no student is blamed for it."""
    monkeypatch.setattr("grader.client.child.LOCKED", b"another word")
    monkeypatch.setattr("grader.client.child.LOCK_PATIENCE", 1.0)
    with Server() as server, open(__file__, "rb") as file:
        with pytest.raises(ServerError, match="could not be locked in"):
            server.fork([file.fileno()], "", ["solution"])


@pytest.mark.slow
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
    lock.remove(top)
    assert not top.exists()
