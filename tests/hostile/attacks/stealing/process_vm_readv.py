"""Copies memory out of the server and the trusted process by process_vm_readv."""
import ctypes

libc = ctypes.CDLL(None, use_errno=True)


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def read(pid, address):
    buffer = ctypes.create_string_buffer(64)
    ours, theirs = Vector(ctypes.addressof(buffer), 64), Vector(address, 64)
    count = libc.process_vm_readv(pid, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
    if count < 0:
        raise OSError(ctypes.get_errno(), "process_vm_readv")
    return buffer.raw


here = id(LOOT)  # the heap lies alike in a process and its parent
for pid in (os.getppid(), int("@SERVER@"), int("@TRUSTED@")):
    attempt(read, pid, here, won="read the memory of another process")
