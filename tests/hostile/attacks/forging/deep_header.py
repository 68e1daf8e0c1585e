"""Sends JSON nested as deep as a header can hold, numbers of 4,000 digits, and bytes that are no UTF-8."""
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



def reply(header):
    channel.sendall(wire.PREAMBLE.pack(wire.MAGIC, ident(), len(header), 0) + header)


def target(x):
    reply(b'{"outcome":' + b"[" * 4000 if x.ndim == 1 else b'{"outcome":"returned","text":"\xff\xfe"}')
    return x


def tensor_target(x):
    reply(b'{"outcome":"returned","arrays":[{"name":"y","dtype":"int8","shape":[' + b"9" * 4000 + b"]}]}")
    return x
