"""Returns arrays of 8 GB, by broadcasting one number and by never written memory."""


def target(x):
    return np.broadcast_to(1.0, (1 << 30,)) if x.ndim == 1 else np.zeros((1 << 15, 1 << 14))


def tensor_target(x):
    return np.broadcast_to(np.int8(1), (1 << 24, 2)), x
