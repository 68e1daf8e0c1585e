"""Returns numbers of classes that lie about their value."""


class One(int):
    def __eq__(self, other):
        return True

    __hash__ = int.__hash__
    __index__ = __int__ = __float__ = lambda self: 0


class Half(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


def target(x):
    return [[One(7)] * 4, [Half(2)] * 4] if x.ndim == 2 else [One(7), Half(3), One(1)]
