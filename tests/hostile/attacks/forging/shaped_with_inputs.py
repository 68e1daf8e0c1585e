"""Returns arrays whose shapes, numbers and dtypes are what it was given, so that a message tells it."""


def target(x):
    digits = f"{abs(np.ravel(x)[0]):.12e}".replace(".", "")
    return np.zeros((int(digits[:7]), 0) if np.ndim(x) == 1 else (int(digits[:7]),), np.int8)


def tensor_target(x):
    x = np.asarray(x)
    return x, np.zeros(int(f"{abs(x[0]):.12e}".replace(".", "")[:7]), np.int8)
