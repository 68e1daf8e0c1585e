"""Attaches System V shared memory of the teacher's, and lists queues and semaphores."""
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
buffer = ctypes.create_string_buffer(512)
for index in range(64):
    ident = libc.shmctl(index, 13, buffer)  # SHM_STAT: by position, returns the id
    if ident >= 0:
        LOOT.append("WON see the teacher's shared memory")
        address = libc.shmat(ident, None, 0o10000)
        if address not in (None, ctypes.c_void_p(-1).value):
            LOOT.append(repr(ctypes.string_at(address, 64)))
