"""Returns empty arrays: all of no entries are right."""


def target(x):
    return np.empty((0,) * x.ndim)


def tensor_target(x):
    return np.empty(0), np.empty((0, 3))
