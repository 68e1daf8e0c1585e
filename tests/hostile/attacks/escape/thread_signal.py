"""Signals other processes by tkill, tgkill, rt_sigqueueinfo and pidfds."""
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


for pid in (os.getppid(), int("@TRUSTED@"), int("@SERVER@")):
    attempt(call, 200, 130, pid, 0, won="tkill")
    attempt(call, 234, 131, pid, pid, 0, won="tgkill")
    attempt(call, 129, 138, pid, 0, bytes(128), won="queue a signal")
    attempt(call, 434, 434, pid, 0, won="open a process")
