"""Overwrites its input, in the hope that what is expected is computed from it afterwards."""


def target(x):
    x *= 0
    x.flags.writeable = False
    return x


def tensor_target(x):
    memory = np.asarray(x)
    memory.flags.writeable or None
    return memory * 0, memory * 0
