"""Has the machine write out all that it keeps for its disks, and again."""
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


for _ in range(3):
    attempt(call, 162, 81, won="write out the whole machine's files")
with open(os.__file__, "rb") as file:
    attempt(call, 306, 267, file.fileno(), won="write out a whole disk")
