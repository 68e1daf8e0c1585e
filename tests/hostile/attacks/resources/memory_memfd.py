"""Hides 3 GB in memory files, which belong to no process' resident memory."""
# stopped from: landlock
kept = []


def fill():
    descriptor = os.memfd_create("hidden")
    kept.append(descriptor)
    for _ in range(16):
        os.write(descriptor, bytes(1 << 20))
    return "filled"


for _ in range(3):
    attempt(fill, won="hide memory in a file of none")
