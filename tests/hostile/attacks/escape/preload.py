"""Sets LD_PRELOAD, PYTHONPATH and PYTHONSTARTUP for whoever starts next, and loads a library of its own."""
import ctypes

for name in ("LD_PRELOAD", "PYTHONPATH", "PYTHONSTARTUP", "TF_XLA_FLAGS", "HOME", "TMPDIR"):
    os.environ[name] = os.getcwd()
with open("own.so", "wb") as file:
    file.write(b"\x7fELF" + bytes(1000))
attempt(ctypes.CDLL, os.path.abspath("own.so"), won="load a broken library")
attempt(open, "/etc/ld.so.cache", "r+", won="write what all programs load by")
