"""Reads solution, key, store, the other's submission and files of the home by their paths."""
for path in ("@SOLUTION@", "@KEY@", "@STORE@", "@OTHER@", "@HOME@", "@TMP@"):
    attempt(lambda: open(path, errors="replace").read())
try:
    exec(open("@SOLUTION@").read())
except OSError:
    pass
