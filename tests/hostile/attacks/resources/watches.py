"""Takes all watches of files that its user has, by inotify and fanotify."""
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


for _ in range(200):
    if attempt(call, 294, 26, 0, won="take a user's watches") is None:
        break
attempt(call, 300, 262, 0x200, 0, won="watch by fanotify")
