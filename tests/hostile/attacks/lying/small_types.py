"""Returns float16, uint8 and booleans: fewer digits, and wrap-around, to hide differences in."""


def target(x):
    return x.astype(np.float16) if x.ndim == 1 else x.astype(np.uint8)


def tensor_target(x):
    return np.zeros(3, bool), np.zeros(3, np.uint64)
