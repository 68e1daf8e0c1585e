"""Sleeps for a minute, using nothing."""
import time


def target(x):
    time.sleep(60)
    return x
