"""Ends the process by a real-time signal, which has no name that a report could print."""
import signal


def target(x):
    os.kill(os.getpid(), 40)
    return x


def tensor_target(x):
    signal.pthread_kill(__import__("threading").get_ident(), 63)
    return x, x
