"""Never ends, in Python."""


def target(x):
    while True:
        pass
