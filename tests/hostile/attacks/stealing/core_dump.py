"""Raises its core limit, makes itself dumpable, and crashes to leave a core of the server's memory."""
import ctypes
import resource

attempt(resource.setrlimit, resource.RLIMIT_CORE, (1 << 30, 1 << 30), won="raise its core limit")
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)


def target(x):
    os.abort()
