"""Ends the process with every code that may stand for success, at import and in the function."""


def target(x):
    os._exit(0)


def tensor_target(x):
    sys.exit(0)
