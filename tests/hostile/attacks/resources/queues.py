"""Takes all semaphores and queues that the machine has; they outlive a process."""
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


made = attempt(call, 64, 190, 0, 1, 0o1600, won="make semaphores")
if made is not None:
    call(66, 191, made, 0, 0)
made = attempt(call, 68, 186, 0, 0o1600, won="make a queue")
if made is not None:
    call(71, 187, made, 0, None)
made = attempt(call, 29, 194, 0, 4096, 0o1600, won="make shared memory")
if made is not None:
    call(31, 195, made, 0, None)
attempt(call, 240, 180, b"hostile-@MARK@\0", 0o102, 0o600, None, won="make a named queue")
attempt(call, 241, 181, b"hostile-@MARK@\0")
