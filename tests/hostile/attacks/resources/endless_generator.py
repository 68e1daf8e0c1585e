"""Returns generators and sequences that never end."""
import itertools


class Endless:
    def __len__(self):
        return 3

    def __getitem__(self, position):
        return position


def target(x):
    return itertools.count() if x.ndim == 2 else list(itertools.repeat(0.0, 10**9))


def tensor_target(x):
    return Endless(), Endless()
