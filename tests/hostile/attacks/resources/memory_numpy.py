"""Fills 6 GB with arrays."""


def target(x):
    return len([np.ones(1 << 24) for _ in range(48)]) * x
