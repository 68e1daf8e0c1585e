"""Sleeps at import and ends its process in each exercise, so that it is imported again for the next."""
# time in all: 0.6
import time

time.sleep(2.5)


def target(x):
    os._exit(1)


tensor_target = target
