"""Changes flags of the course's and of Python's files, by file_setattr and by ioctl (to what they have)."""
# stopped from: none
import fcntl
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


for path in ("@COURSE@", "@SOLUTION@", "@OTHER@", "@SITE@/numpy/__init__.py", os.__file__):
    flags = ctypes.create_string_buffer(24)
    attempt(call, 468, 468, -100, path.encode() + b"\0", flags, 24, 0)
    attempt(call, 469, 469, -100, path.encode() + b"\0", flags, 24, 0, won="change flags by file_setattr")
    descriptor = attempt(os.open, path, os.O_RDONLY)
    if descriptor is not None:
        for get, change, size, default in (
            (0x80086601, 0x40086602, 8, 0x80000),  # FS_IOC_SETFLAGS; ext4's files have 0x80000
            (0x80086601, 0x140086602, 8, 0x80000),  # the kernel reads the low half
            (0x801C581F, 0x401C5820, 28, 0),  # FS_IOC_FSSETXATTR
            (0x80087601, 0x40087602, 8, 0),  # FS_IOC_SETVERSION
        ):
            now = ctypes.create_string_buffer(default.to_bytes(size, "little"), size)
            attempt(call, 16, 29, descriptor, get, now)
            attempt(call, 16, 29, descriptor, change, now, won=f"change flags by ioctl {change:x}")
