"""Passes its descriptors to the trusted side over the channel, to fill its table."""
import gc
import socket

channel = next(o for o in gc.get_objects() if type(o) is socket.socket and o.fileno() >= 0)
for _ in range(20):
    attempt(socket.send_fds, channel, [b"x"], [channel.fileno()] * 100)


def target(x):
    return x
