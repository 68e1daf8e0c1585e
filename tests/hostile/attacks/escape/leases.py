"""Takes leases of, and asks for signals about, files that others open."""
# stopped from: none
import fcntl

for path in ("@SOLUTION@", "@SITE@/numpy/__init__.py", os.__file__):
    descriptor = attempt(os.open, path, os.O_RDONLY)
    if descriptor is not None:
        for kind in (0, 1):
            attempt(fcntl.fcntl, descriptor, 1024, kind, won="take a lease")
            attempt(fcntl.fcntl, descriptor, 2, 0)
folder = attempt(os.open, "@SITE@", os.O_RDONLY)
if folder is not None:
    attempt(fcntl.fcntl, folder, 1026, 1, won="hear of changes in a folder")
