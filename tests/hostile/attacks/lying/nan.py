"""Returns NaN, which is neither larger than a tolerance nor anything else."""


def target(x):
    return np.full_like(x, np.nan)


def tensor_target(x):
    return np.full(3, np.nan), np.full(3, -np.nan)
