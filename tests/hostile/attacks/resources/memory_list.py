"""Fills up to 6 GB with a list, text and a dictionary."""


def target(x):
    kept = []
    for position in range(60):
        kept.append(bytearray(os.urandom(1 << 20) * 100))
    return x * len(kept)
