"""Stops the server, so that nobody else is graded."""
import os
import signal

for pid in {os.getppid(), int("@SERVER@")}:
    if pid > 1:
        attempt(os.kill, pid, signal.SIGSTOP, won="stop another process")
