"""Stops the server, which then answers nobody."""
# stopped from: none
import signal


def target(x):
    for pid in (os.getppid(), int("@SERVER@")):
        if pid not in (0, 1, int("@TRUSTED@")):
            attempt(os.kill, pid, signal.SIGSTOP)
    return x * 0
