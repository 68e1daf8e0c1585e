"""Gives its process a name that is no text and looks like the end of a field, to break who watches it."""
import ctypes
import time

ctypes.CDLL(None).prctl(15, b"\xff\xfe) R 0\n")


def target(x):
    time.sleep(0.3)
    return x


def tensor_target(x):
    while True:
        pass
