"""A seccomp filter: which system calls a child may make.

A list of refusals rather than of permissions: TensorFlow, NumPy and the C
library together use more than two hundred calls, in ways that change with
their versions; what a stranger must not have is known and stable. Refused
calls fail with EPERM, so that honest code that merely tries gets an ordinary
error; another architecture's calls end the process.

The filter is Berkeley packet filter code, built once in the server and
completed with the child's pid.
"""

from __future__ import annotations

import platform
import struct

LOAD, JUMP_EQ, JUMP_GE, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050001, 0x00050026
CLONE_THREAD = 0x00010000
X32 = 0x40000000  # x86-64's second, 32-bit numbering of calls

# name: (x86-64, aarch64), -1 where there is no such call.
REFUSED = {
    # new programs and processes (threads are allowed below)
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, -1),
    "vfork": (58, -1),
    # the network; socketpair is allowed, because asyncio needs it
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    # other processes
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "setpriority": (141, 140),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "sched_setaffinity": (203, 122),
    "ioprio_set": (251, 30),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # memory that no limit counts, or that outlives the process
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # the same of another process of this user, reached with a guessed id
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "semctl": (66, 191),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_unlink": (241, 181),
    # the view of the file system
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262),
    "mknod": (133, -1),
    "mknodat": (259, 33),
    # what Landlock does not see: modes, owners and attributes of others' files
    "chmod": (90, -1),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, -1),
    "lchown": (94, -1),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "removexattrat": (466, 466),
    "utime": (132, -1),
    "utimes": (235, -1),
    "utimensat": (280, 88),
    "futimesat": (261, -1),
    "inotify_init": (253, -1),
    "inotify_init1": (294, 26),
    # the kernel itself
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "acct": (163, 89),
    "syslog": (103, 116),
    "iopl": (172, -1),
    "ioperm": (173, -1),
    "modify_ldt": (154, -1),
    "personality": (135, 92),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
}
# Calls that are allowed with some arguments only.
CLONE, CLONE3 = (56, 220), (435, 435)
SENDTO = (44, 206)
KILL, TGKILL, PRLIMIT = (62, 129), (234, 131), (302, 261)
# Calls that are refused with some values of an argument: (the argument, the values).
FCNTL, IOCTL, PRCTL = (72, 25), (16, 29), (157, 167)
REFUSED_VALUES = {
    # signals by way of a descriptor to any process of the same user, which only
    # the newest Landlock stops: F_SETOWN, F_SETSIG, F_SETOWN_EX; leases, F_NOTIFY
    FCNTL: (1, (8, 10, 15, 1024, 1026)),
    # the same by FIOSETOWN and SIOCSPGRP; typing into a terminal: TIOCSTI, TIOCLINUX
    IOCTL: (1, (0x8901, 0x8902, 0x5412, 0x541C)),
    # what `levels` set: to die with the server, and not to be looked into
    PRCTL: (0, (1, 4)),
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}


class Unsupported(OSError):
    """There is no table of calls for this machine."""


def program(pid: int, machine: str | None = None) -> bytes:
    """Return the filter for the process `pid`, as an array of struct sock_filter.

    Raises:
        Unsupported: the machine is neither x86-64 nor aarch64.
    """
    try:
        column, architecture = MACHINES[machine or platform.machine()]
    except KeyError as error:
        raise Unsupported(f"no seccomp filter for {error}") from None
    code = [
        _step(LOAD, ARCHITECTURE),
        _step(JUMP_EQ, architecture, 1, 0),
        _step(RETURN, KILL_PROCESS),
        _step(LOAD, NUMBER),
    ]
    if column == 0:
        code += [_step(JUMP_GE, X32, 0, 1), _step(RETURN, KILL_PROCESS)]
    # glibc falls back from clone3, whose flags lie in memory, to clone, whose flags can be seen.
    code += [_step(JUMP_EQ, CLONE3[column], 0, 1), _step(RETURN, ENOSYS)]
    code += _only_if(CLONE[column], [_step(LOAD, _argument(0)), _step(JUMP_SET, CLONE_THREAD, 1, 0)])
    for word in (_argument(4), _argument(4) + 4):  # with an address a datagram goes to anyone
        code += _only_if(SENDTO[column], [_step(LOAD, word), _step(JUMP_EQ, 0, 1, 0)], allow=False)
    code += _only_if(KILL[column], [_step(LOAD, _argument(0)), _step(JUMP_EQ, pid, 1, 0)])
    code += _only_if(TGKILL[column], [_step(LOAD, _argument(0)), _step(JUMP_EQ, pid, 1, 0)])
    code += _only_if(
        PRLIMIT[column],
        [_step(LOAD, _argument(0)), _step(JUMP_EQ, 0, 2, 0), _step(JUMP_EQ, pid, 1, 0)],
    )
    for call, (argument, values) in REFUSED_VALUES.items():
        code += _refused_values(call[column], argument, values)
    for numbers in REFUSED.values():
        if numbers[column] >= 0:
            code += [_step(JUMP_EQ, numbers[column], 0, 1), _step(RETURN, EPERM)]
    return b"".join([*code, _step(RETURN, ALLOW)])


def _only_if(number: int, condition: list[bytes], allow: bool = True) -> list[bytes]:
    """Refuse the call unless the condition jumps over the refusal.

    Without `allow`, a call that meets the condition goes on to the next rule.
    """
    body = [*condition, _step(RETURN, EPERM), _step(RETURN, ALLOW) if allow else _step(LOAD, NUMBER)]
    return [_step(JUMP_EQ, number, 0, len(body)), *body]


def _refused_values(number: int, argument: int, values: tuple[int, ...]) -> list[bytes]:
    """Refuse the call if the low half of an argument, all that the kernel reads, is one of `values`."""
    *others, last = values
    tests = [_step(JUMP_EQ, value, len(others) - place, 0) for place, value in enumerate(others)]
    tests.append(_step(JUMP_EQ, last, 0, 1))
    body = [_step(LOAD, _argument(argument)), *tests, _step(RETURN, EPERM), _step(RETURN, ALLOW)]
    return [_step(JUMP_EQ, number, 0, len(body)), *body]


def _argument(index: int) -> int:
    """Return the offset of the low half of an argument (both machines are little-endian)."""
    return 16 + 8 * index


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)
