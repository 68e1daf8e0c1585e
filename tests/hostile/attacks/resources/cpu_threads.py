"""Spins in 8 threads that go on after the function has returned, in code that holds no lock."""
import hashlib
import threading
import time

END = time.monotonic() + 30
DATA = bytes(1 << 20)


def spin():
    while time.monotonic() < END:
        hashlib.sha256(DATA)


for _ in range(8):
    threading.Thread(target=spin, daemon=True).start()
