"""Returns lists nested and shared so that they stand for 2**40 numbers."""


def target(x):
    nested = [0.0, 0.0]
    for _ in range(40):
        nested = [nested, nested]
    return nested
