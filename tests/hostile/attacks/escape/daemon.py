"""Leaves a daemon: a double fork with a session of its own."""
import time


def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)


attempt(daemon, won="leave a daemon")
