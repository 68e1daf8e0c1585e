"""Takes all requests of asynchronous I/O that the machine has, by io_setup and io_uring."""
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


for _ in range(100):
    context = ctypes.create_string_buffer(8)
    if attempt(call, 206, 0, 4096, context, won="take requests of asynchronous I/O") is None:
        break
attempt(call, 425, 425, 4096, ctypes.create_string_buffer(120), won="make rings of requests")
