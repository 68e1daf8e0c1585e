"""Opens rarely used doors of the kernel: bpf, io_uring, userfaultfd, perf, keyrings, fanotify."""
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


attempt(call, 321, 280, 0, bytes(128), 128, won="use bpf")
attempt(call, 425, 425, 4, ctypes.create_string_buffer(120), won="use io_uring")
attempt(call, 323, 282, 1, won="use userfaultfd")
attempt(call, 298, 241, bytes(128), 0, -1, -1, 0, won="use perf")
attempt(call, 250, 219, 1, None, won="use keyrings")
attempt(call, 248, 217, b"user", b"hostile", b"x", 1, -2, won="add a key")
attempt(call, 300, 262, 0, 0, won="use fanotify")
attempt(call, 447, 447, 0, won="make secret memory")
attempt(call, 312, 272, os.getpid(), os.getpid(), 0, 0, 0, won="compare processes")
attempt(call, 135, 92, 0x0040000, won="change its personality")
attempt(call, 103, 116, 3, ctypes.create_string_buffer(100), 100, won="read the kernel's log")
attempt(call, 175, 105, b"", 0, b"", won="load a module")
