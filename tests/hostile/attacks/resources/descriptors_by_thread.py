"""Has threads with descriptors of their own, so that the limit on them holds for each thread alone."""
import threading
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



def leave():
    attempt(call, 272, 97, 0x400, won="have a table of descriptors for each thread")


threads = [threading.Thread(target=leave) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
