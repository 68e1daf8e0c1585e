"""Writes into the memory of the server and of the trusted process (to where there is none)."""
# stopped from: none
import errno
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


ours = ctypes.create_string_buffer(8)
here = (ctypes.c_size_t * 2)(ctypes.addressof(ours), 8)
there = (ctypes.c_size_t * 2)(16, 8)
for pid in (os.getppid(), int("@SERVER@"), int("@TRUSTED@")):
    for x86, arm in ((311, 271), (310, 270)):
        try:
            call(x86, arm, pid, here, 1, there, 1, 0)
        except OSError as error:
            if error.errno == errno.EFAULT:  # it was let, and found nothing there
                LOOT.append("WON reach another process' memory")
    attempt(call, 101, 117, 0x4206, pid, 0, 0, won="trace another process")
