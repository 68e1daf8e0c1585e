"""Opens its own descriptors anew through /proc/self/fd, for writing, and the folders above them."""
for descriptor in range(0, 30):
    attempt(lambda: open(f"/proc/self/fd/{descriptor}/../solution.py").read(), won="go up from a descriptor")
    try:
        target_of = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        continue
    if target_of.startswith("/") and not target_of.startswith("/dev/"):
        attempt(lambda: open(f"/proc/self/fd/{descriptor}", "r+b"), won="reopen " + target_of)
