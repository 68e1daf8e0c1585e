"""Closes the channel, and every other descriptor, and goes on."""
os.closerange(0, 1000)


def target(x):
    return x
