"""Replies with a field that no reply has, and with words that none allows, named with what it was given."""
import json
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


def answer(x):
    told = repr(np.ravel(x).tolist())
    forms = (
        {"outcome": "returned", told: 1},
        {"outcome": told},
        {"outcome": "returned", "arrays": told},
        {"outcome": "returned", "arrays": [{told: 1}]},
        {"outcome": "returned", "arrays": [[told, told, [3]]]},
        {"outcome": "raised", "error": "WrongStructure", "text": told, "faults": [{"text": "", told: 1}]},
    )
    form = forms[np.ravel(x).size % len(forms)]
    wire.send(channel, ident(), json.dumps(form).encode(), [])


target = tensor_target = answer
