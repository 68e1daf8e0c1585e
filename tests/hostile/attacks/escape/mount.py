"""Mounts, unmounts, and changes the root: the old calls and the new."""
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
LONG = ctypes.c_long


def call(x86, arm, *arguments):
    """Make a system call by its number on this machine."""
    number = x86 if os.uname().machine == "x86_64" else arm
    given = [value if isinstance(value, (bytes, ctypes.Array)) or value is None else LONG(value) for value in arguments]
    result = libc.syscall(LONG(number), *given)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


os.makedirs("m", exist_ok=True)
attempt(call, 165, 40, b"none", b"m", b"tmpfs", 0, None, won="mount")
attempt(call, 165, 40, b"/", b"m", None, 0x1000, None, won="bind")
attempt(call, 166, 39, b"m", 2, won="unmount")
attempt(call, 166, 39, b"m", 2, won="unmount")
attempt(os.chroot, "m", won="chroot")
attempt(call, 155, 41, b".", b".", won="pivot")
attempt(call, 428, 428, -100, b"/", 1, won="open a tree")
attempt(call, 430, 430, b"tmpfs", 0, won="open a file system")
attempt(call, 442, 442, -100, b"m", 0, bytes(32), 32, won="change a mount")
