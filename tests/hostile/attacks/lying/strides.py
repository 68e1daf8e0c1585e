"""Returns a view that claims to be larger than its memory: it reads what lies beside it."""


def target(x):
    wide = np.lib.stride_tricks.as_strided(x, (100_000,), (8,))
    return wide


def tensor_target(x):
    return np.broadcast_to(0.0, (2000, 1000)), np.broadcast_to(0.0, (3,))
