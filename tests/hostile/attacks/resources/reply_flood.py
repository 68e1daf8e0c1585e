"""Sends 300 MB down the channel, unasked."""
import gc
import socket

channel = next(o for o in gc.get_objects() if type(o) is socket.socket and o.fileno() >= 0)


def target(x):
    for _ in range(300):
        channel.sendall(bytes(1 << 20))
    return x
