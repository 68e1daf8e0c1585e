"""Returns one number, or arrays with axes of length 1, that broadcast to any shape."""


def target(x):
    return np.zeros((1, 1)) if x.ndim == 2 else np.float64(0)
