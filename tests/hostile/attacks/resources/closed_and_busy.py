"""Closes the channel and goes on working, ignoring every signal it may."""
import signal

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)


def target(x):
    os.closerange(3, 100)
    while True:
        pass
