"""Computes one number of a billion digits, which no signal interrupts."""


def target(x):
    return 9 ** (9**9)
