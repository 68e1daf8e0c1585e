"""Declares object, structured and text dtypes whose reading would run code or read pointers."""
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



def reply(dtype, size=64):
    header = '{"outcome":"returned","arrays":[{"name":"y","dtype":"%s","shape":[3]}]}' % dtype
    channel.sendall(wire.PREAMBLE.pack(wire.MAGIC, ident(), len(header), size) + header.encode() + bytes(size))


def target(x):
    reply("object" if x.ndim == 1 else "f8,O")
    return x


def tensor_target(x):
    reply("V99999999999")
    return x
