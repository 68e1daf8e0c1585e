"""Maps 6 GB of anonymous memory, shared and private, and writes to it."""
import mmap


def target(x):
    kept = []
    for _ in range(24):
        kept.append(mmap.mmap(-1, 256 << 20))
        kept[-1][:: 4096] = b"x" * (len(kept[-1]) // 4096)
    return x * len(kept)
