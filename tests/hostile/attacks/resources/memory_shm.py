"""Hides 300 MB in /dev/shm, in shared memory segments and in message queues."""
# stopped from: landlock
import ctypes

attempt(lambda: open("/dev/shm/hostile-@MARK@", "wb").write(bytes(100 << 20)), won="fill /dev/shm")
libc = ctypes.CDLL(None)
segment = libc.shmget(0, 100 << 20, 0o1600)
if segment >= 0:
    LOOT.append("WON make a shared memory segment")
    libc.shmctl(segment, 0, None)
queue = libc.msgget(0, 0o1600)
if queue >= 0:
    libc.msgctl(queue, 0, None)
    LOOT.append("WON make a message queue")
