"""Returns arrays of objects, text, complex numbers, dates and records."""


class Liar:
    def __eq__(self, other):
        return True


def target(x):
    if x.ndim == 1:
        return np.array([Liar()] * 3, dtype=object)
    return np.zeros((2, 4), dtype=[("y", "f8"), ("z", "O")])


def tensor_target(x):
    return np.zeros(3, complex), np.array(["0.0"] * 3)
