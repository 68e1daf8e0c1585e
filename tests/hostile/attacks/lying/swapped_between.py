"""Answers differently each time it is called, with `__getattr__` making functions as it goes."""
import itertools

count = itertools.count()


class Answers:
    def __call__(self, x):
        return x * (next(count) % 10) / 10

    def __getattr__(self, name):
        return self


target = tensor_target = Answers()
