"""Runs a program that is in no file: memfd_create and fexecve."""
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


handle = attempt(call, 319, 279, b"program", 0, won="make a memory file")
if handle is not None:
    os.write(handle, open("/bin/sh", "rb").read())
    attempt(os.execve, handle, ["sh", "-c", "echo > @TMP@-exec"], {})
for path in (b"/bin/true", b"/usr/bin/env"):
    attempt(call, 322, 281, -100, path, None, None, 0)
