"""Sends a preamble that announces a header of 4 GB and data of 16 EB."""
import gc
import socket

from grader import wire

channel = next(o for o in gc.get_objects() if type(o) is socket.socket and o.fileno() >= 0)


def ident():
    """Return the id of the question, from the worker's frame."""
    frame = sys._getframe()
    while frame:
        if frame.f_code.co_name == "serve":
            return frame.f_locals.get("ident")
        frame = frame.f_back



def target(x):
    channel.sendall(wire.PREAMBLE.pack(wire.MAGIC, ident(), 2**32 - 1, 2**64 - 1) + bytes(1000))
    return x


def tensor_target(x):
    channel.sendall(b"HTTP/1.1 200 OK\r\n\r\n" * 10)
    return x
