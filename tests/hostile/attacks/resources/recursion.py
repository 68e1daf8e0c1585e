"""Recurses without end, with no limit, in Python and in C."""
sys.setrecursionlimit(10**9)


def target(x):
    return target(x)


def tensor_target(x):
    nested = []
    for _ in range(10**6):
        nested = [nested]
    return repr(nested), x
