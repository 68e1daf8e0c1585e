"""Whatever a child says, a message on hidden cases repeats none of it.

A child is played by a thread at the other end of the socket, that says what a
hostile submission could. What it makes up is of letters and numbers that no
message has.
"""

from __future__ import annotations

import json
import os
import re
import socket
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader import protocol, wire
from grader.client.child import Child
from grader.drivers import changed_in_place
from grader.exercise import Case, Exercise, run_checks
from grader.grading.judge import judged
from grader.grading.key import ExerciseKey, MistakeKey, Response
from grader.outcome import Outcome
from grader.protocol import LOCKED
from grader.sandbox.levels import Limits
from grader.verdict import Status, Verdict

CHECKS = """
from grader.drivers import WrongStructure, keeping, named, number, shaped, without_ops
from grader.exercise import exercise


@exercise(points=10, hint="?")
def answer(answer, x):
    with without_ops(["Conv2D"], "slice the images and add up"):
        w, v = named(keeping(answer.answer, x=x), "w", "v").values()
    if w is None:
        raise WrongStructure(f"expected a list of nodes, got {w}")
    return {"w": shaped(w, "w", 6), "v": number(v)}


@answer.cases
def _(rng):
    yield "one", {"x": 18.583}
"""
EXERCISE: Exercise = run_checks(CHECKS, "checks.py")["answer"]
KEY = ExerciseKey(
    "answer",
    tuple(Case(name, {"x": np.array([18.583])}) for name in ("one", "two")),
    ({"w": np.linspace(0, 1, 6), "v": np.array(7)},) * 2,
    (MistakeKey("named", "answer", "it is.", (Response(error="KeyError"),) * 2),),
)
LINES = {2: 3, 5: 9}  # of the file's cells
# Letters that no phrase has, and numbers that are no line and no count.
LETTERS = "ЖЩЯΞΨ"
made_up = st.text(LETTERS + "0123456789.=-`,; \n", max_size=30).map(lambda text: f"Ж{text}18.583")
sayings = made_up | st.tuples(
    made_up | st.just(""),
    st.sampled_from(
        [
            "expected the 2 values (w, v), got ",
            "expected the 2 values (w, v), got None (is there a `return`?)",
            "expected the 18 values (w, w, v), got ",
            "expected a list of nodes, got ",
            "this exercise is to write what `Conv2D` does, not to call it; slice the images and add up",
            "this exercise is to write what `ЖConv18` does, not to call it; ",
            "expected `w` to hold numbers, got ",
        ]
    ),
    made_up,
).map("".join)
errors = st.sampled_from(["ValueError", "WrongStructure", "ForbiddenOp", "NotImplementedError"]) | made_up
numbers = st.integers(0, 2**31 - 1) | st.integers(0, 12)
frames = st.tuples(numbers, numbers, made_up, made_up | st.just("raise NotImplementedError")).map(list)
faults = st.fixed_dictionaries(
    {"text": sayings, "frames": st.lists(frames, max_size=4)},
    optional={"kind": errors, "shortened": st.booleans(), "driver": numbers, "Ж18.583": made_up},
)
arrays = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["w", "v"]) | made_up,
        "dtype": st.sampled_from(["float64", "int32", "bool"]) | made_up,
        "shape": st.lists(st.integers(0, 7), max_size=3),
    }
)
replies = st.fixed_dictionaries(
    {"outcome": st.sampled_from(list(protocol.Came)) | made_up},
    optional={
        "arrays": st.lists(arrays, max_size=3),
        "error": errors,
        "text": sayings,
        "faults": st.lists(faults, max_size=3),
        "x=18.583": made_up,
    },
)
KNOWN = {"2", "7", "9"}  # in phrases: “2 values”, “Conv2D”
PLACE = re.compile(r"cell (\d+) from the top, line (\d+)")


def size(reply: dict[str, Any]) -> int:
    """Return how many bytes a reply's arrays need, if its claims are such that they are read."""
    try:
        return sum(int(np.prod(a["shape"])) * np.dtype(a["dtype"]).itemsize for a in reply.get("arrays", ()))
    except (TypeError, ValueError):
        return 0


def played(channel: socket.socket, importing: dict[str, Any], running: dict[str, Any]) -> None:
    """Play a child whose file has `LINES`, and which then says what it is given to say."""
    with channel:
        try:
            channel.sendall(LOCKED)
            ident, *_ = wire.receive(channel)
            lines = np.array(list(LINES.items()))
            header = protocol.encode_reply(protocol.Came.READY, {"lines": lines})
            wire.send(channel, ident, header, [lines])
            for said in (importing, running, running):
                ident, *_ = wire.receive(channel)
                values = np.full(size(said), 18, np.uint8)
                wire.send(channel, ident, json.dumps(said).encode(), [values])
        except (wire.WireError, OSError):
            pass  # it was ended


def verdict_on(importing: dict[str, Any], running: dict[str, Any]) -> Verdict:
    """Have a child say this of its import and of each case, and judge it by a hidden key."""
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=played, args=(theirs, importing, running))
    thread.start()
    child = Child(os.getpid(), ours, [], Limits(), lambda pid, ending: (0, 0, 0.0))
    try:
        child.open(protocol.Open("", ("solution",)))
        outcomes: list[Outcome] = []
        for _ in KEY.cases:
            if child.failed is not None:
                outcomes.append(child.failed)
            elif not child.alive:
                outcomes.append(Outcome(outcomes[-1].status, text=outcomes[-1].text, ran=False))
            else:
                outcomes.append(child.run("answer", {}, 5.0))
    finally:
        child.close()
        thread.join()
    return judged(EXERCISE, KEY, outcomes, hidden=True).verdict


READY = {"outcome": "ready"}


@given(st.just(READY) | replies, replies)
@example(READY, {"outcome": "returned", "arrays": [{"name": "x=18.583", "dtype": "bool", "shape": [1]}]})
@example(READY, {"outcome": "returned", "x=18.583": 1})
@example(
    READY, {"outcome": "raised", "error": "E", "faults": [{"text": "", "frames": [[0, 185830000, "", ""]]}]}
)
@example(READY | {"faults": [{"text": "Ж18.583", "frames": [[2, 3, "Ж", "Ж"]]}]}, {"outcome": "undefined"})
@example({"outcome": "unreadable", "text": "Ж18.583"}, READY)
def test_a_hidden_message_repeats_nothing_that_a_child_makes_up(
    importing: dict[str, Any], running: dict[str, Any]
) -> None:
    found = verdict_on(importing, running)
    places = [(int(cell), int(line)) for cell, line in PLACE.findall(found.message)]
    for text in (found.message, found.sentence, found.mistake or ""):
        assert not set(text) & set(LETTERS), text
        left = set(re.findall(r"\d+", PLACE.sub("", text)))
        assert left <= KNOWN, text
    if found.place is not None:
        places.append((found.place.cell, found.place.line))
    assert len(places) <= 2
    for cell, line in places:
        assert 0 < line <= LINES.get(cell, 0)
    assert found.status is not Status.PASSED


def refused(error: str, text: str) -> str:
    said = {"outcome": "raised", "error": error, "text": text}
    return verdict_on(READY, said).message.partition(", ")[2].partition("\n")[0]


@pytest.mark.parametrize(
    ("error", "said", "shown"),
    [
        ("WrongStructure", "expected the 2 values (w, v), got 3", ": expected the 2 values (w, v)."),
        (
            "WrongStructure",
            "expected the 2 values (w, v), got None (is there a `return`?)",
            ": expected the 2 values (w, v), got None (is there a `return`?).",
        ),
        ("WrongStructure", "expected a list of nodes, got an array of 3", ": expected a list of nodes."),
        ("WrongStructure", "expected a list of nodes, got a set", ": expected a list of nodes, got a set."),
        ("WrongStructure", "expected `w` to hold numbers, got Ж", ": expected `w` to hold numbers."),
        ("WrongStructure", changed_in_place("x"), f": {changed_in_place('x')}."),
        # An output, which the next call takes as an input.
        ("WrongStructure", changed_in_place("w"), f": {changed_in_place('w')}."),
        ("WrongStructure", changed_in_place("Ж"), "."),
        (
            "WrongStructure",
            "expected `w` of shape (6,), got a list",
            ": expected `w` of another shape, got a list.",
        ),
        ("WrongStructure", "expected `w` of shape (6,), got (18,)", ": expected `w` of another shape."),
        ("WrongStructure", "expected one number, got an array of shape (18,)", ": expected one number."),
        ("WrongStructure", "expected 18.583", "."),
    ],
)  # fmt: skip
def test_advice_that_the_course_spells_out_is_shown_on_hidden_cases(
    error: str, said: str, shown: str
) -> None:
    assert refused(error, said) == f"the answer has another form than is asked for{shown}"


def test_what_to_do_instead_of_what_is_forbidden_is_shown_on_hidden_cases() -> None:
    said = "this exercise is to write what `Conv2D` does, not to call it; slice the images and add up"
    assert refused("ForbiddenOp", said) == (
        "the answer calls `Conv2D`, which it should not; slice the images and add up."
    )
    assert refused("ForbiddenOp", "18.583") == "the answer calls what it is to write, which it should not."


def test_what_a_judge_finds_is_shown_if_it_is_a_phrase_of_the_checks() -> None:
    judging = run_checks(
        CHECKS
        + "\n\n@answer.judge\ndef _(returned, expected, inputs):\n"
        + '    return f"it is {returned[\'v\']}" if returned["v"] > 7 else "it is too small"\n',
        "checks.py",
    )["answer"]
    for value, shown in ((18, "it is not what was expected."), (3, "it is too small.")):
        outcomes = [Outcome(None, {"w": np.linspace(0, 1, 6), "v": np.array(value)})] * 2
        assert judged(judging, KEY, outcomes, hidden=True).verdict.message == f"On “one”, {shown}"
