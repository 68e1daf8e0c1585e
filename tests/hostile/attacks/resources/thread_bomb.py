"""Starts up to 9,000 threads with small stacks, more than a third of all process ids there may be."""
import threading
import time

threading.stack_size(32 << 10)
lock = threading.Lock()
lock.acquire()
END = time.monotonic() + 15


def wait():
    lock.acquire(timeout=max(0.1, END - time.monotonic()))


def count():
    return len(os.listdir("/proc/self/task"))


try:
    for _ in range(9000):
        threading.Thread(target=wait, daemon=True).start()
except RuntimeError as error:
    LOOT.append(repr(error))
if threading.active_count() > 2500:
    LOOT.append(f"WON start {threading.active_count() // 1000} thousand threads")
