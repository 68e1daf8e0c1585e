"""Has `__array__` return another array each time it is asked, the input among them."""


class Shifty:
    def __init__(self, x):
        self.x, self.asked = x, 0

    def __array__(self, dtype=None, copy=None):
        self.asked += 1
        return self.x * self.asked


def target(x):
    return Shifty(x)
