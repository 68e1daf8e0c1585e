"""Makes namespaces of its own, a user namespace first, to be root in them; enters others'."""
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


for flags in (0x10000000, 0x20000, 0x40000000, 0x20000000, 0x2000000):
    attempt(call, 272, 97, flags, won="leave a namespace")
for name in ("user", "mnt", "net", "pid"):
    for pid in ("self", 1, "@SERVER@"):
        handle = attempt(os.open, f"/proc/{pid}/ns/{name}", os.O_RDONLY)
        if handle is not None:
            attempt(call, 308, 268, handle, 0, won="enter a namespace")
