"""Unpacks a bomb of 4 GB from 4 MB in memory."""
import zlib


def target(x):
    squeezer = zlib.compressobj(1)
    bomb = b"".join(squeezer.compress(bytes(1 << 24)) for _ in range(64)) + squeezer.flush()
    kept = [zlib.decompress(bomb) for _ in range(4)]
    return x * len(kept)
