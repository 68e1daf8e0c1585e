"""Takes off its own locks: another filter, another Landlock set, limits raised, dumpable again."""
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


import resource

for name in ("RLIMIT_AS", "RLIMIT_NOFILE", "RLIMIT_FSIZE", "RLIMIT_CORE"):
    which = getattr(resource, name)
    attempt(resource.setrlimit, which, (resource.RLIM_INFINITY, resource.RLIM_INFINITY), won="raise " + name)
attempt(call, 157, 167, 4, 1, 0, 0, 0, won="make itself dumpable")
attempt(call, 157, 167, 1, 0, 0, 0, 0, won="outlive the server")
attempt(call, 157, 167, 22, 0, 0, 0, 0, won="take off the filter")
attempt(call, 317, 277, 1, 0, bytes([1, 0, 0, 0, 0, 0, 0, 0]) + bytes(8))
attempt(lambda: open("@SOLUTION@").read())
