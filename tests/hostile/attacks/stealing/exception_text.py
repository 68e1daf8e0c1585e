"""Smuggles what it read out in exception text, standard error and warnings."""
import warnings

try:
    stolen = open("@SOLUTION@").read()
except OSError as error:
    stolen = repr(error)
warnings.warn(stolen)
print(stolen, file=sys.stderr)


def target(x):
    raise ValueError(stolen)


def tensor_target(x):
    raise KeyError(stolen, os.environ, sys.argv)
