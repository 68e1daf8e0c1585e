"""Takes a descriptor, the control socket, out of the server."""
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
    handle = attempt(call, 434, 434, pid, 0)
    for descriptor in range(3, 12):
        if handle is not None:
            attempt(call, 438, 438, handle, descriptor, 0, won="take another's descriptor")
