"""Sleeps in every case for a little less than it may take, to hold a worker for as long as it can."""
# time in all: 0.6
import time


def target(x):
    time.sleep(0.9)
    return x * 0


def tensor_target(x):
    time.sleep(1.8)
    return x * 0, x * 0
