"""Claims arrays of 2**60 bytes, negative axes and empty arrays of astronomical shape."""
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



def reply(dtype, shape):
    header = '{"outcome":"returned","arrays":[{"name":"y","dtype":"%s","shape":%s}]}' % (dtype, shape)
    channel.sendall(wire.PREAMBLE.pack(wire.MAGIC, ident(), len(header), 0) + header.encode())


def target(x):
    reply("float64", "[0,16000000,16000000,16000000,16000000]" if x.ndim == 1 else "[-1,-3]")
    return x * 0


def tensor_target(x):
    reply("float64", "[1152921504606846976]")
    return x
