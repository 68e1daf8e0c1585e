"""Print every message that a student may get, to be read as a student would.

    python tests/print_messages.py [TOPIC]... [--hidden]

Each mistake of each exercise, from the recorded public keys, without running
anything; then, on one small exercise, what the comparison can tell by itself
and every other way to fail.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from grader.course import find_course
from grader.exercise import Case, Exercise
from grader.fault import Fault, Frame
from grader.grading.judge import verdict
from grader.grading.key import ExerciseKey, load
from grader.outcome import UNDEFINED, Outcome
from grader.verdict import Status

DRAWN = np.array([[0.5, -1.2, 3.1], [2.0, 0.25, -0.7], [1.5, -2.2, 0.9]])
TRACE = Fault("ValueError: the weights do not match", (Frame(7, 4, "answer", "return x @ w"),))


def generic() -> dict[str, np.ndarray]:
    """Return wrong answers that the comparison explains by itself, by what is wrong."""
    holed = DRAWN.copy()
    holed[1, 2] = np.nan
    first, last, batch, one = DRAWN.copy(), DRAWN.copy(), DRAWN.copy(), DRAWN.copy()
    first[0] += 1
    last[-1] += 1
    batch[1:] += 1
    one[1, 1] += 1
    return {
        "opposite sign": -DRAWN,
        "transposed": DRAWN.T,
        "reversed along the first axis": DRAWN[::-1],
        "reversed along the last axis": DRAWN[:, ::-1],
        "late along the first axis": np.roll(DRAWN, 1, 0),
        "early along the last axis": np.roll(DRAWN, -1, 1),
        "factor 2": 2 * DRAWN,
        "factor 1/3": DRAWN / 3,
        "shift": DRAWN + 0.25,
        "wrong in its first entry": first,
        "wrong in its last entry": last,
        "right for the first of the batch": batch,
        "one value off": one,
        "NaN": holed,
        "infinite": np.full_like(DRAWN, np.inf),
        "integers": DRAWN.astype(np.int32),
        "a batch of one too many": np.concatenate([DRAWN, DRAWN[:1]]),
        "an axis kept": DRAWN[None],
        "an axis lost": DRAWN.sum(0),
        "an axis too many": np.stack([DRAWN, DRAWN]),
        "flattened": DRAWN.reshape(-1),
        "other numbers": DRAWN**2 + 1,
    }


def failures() -> dict[str, Outcome]:
    """Return every way to fail other than wrong numbers."""
    wrote = "It wrote to the channel that its results go through (an answer to another question)."
    ended = "The process ended itself: is there a call of `exit` or `os._exit`?"
    loop = "The file's cells had not all run after 60 s of CPU time: is there a loop that does not end?"
    return {
        "not written": Outcome(Status.MISSING),
        "not defined": Outcome(Status.MISSING, error=UNDEFINED),
        "not defined, a cell failed": Outcome(Status.MISSING, error=UNDEFINED, faults=(TRACE,)),
        "raised": Outcome(Status.RAISED, error="ValueError", faults=(TRACE,)),
        "wrong structure": Outcome(
            Status.RAISED, error="WrongStructure", text="expected the 2 values (y, argmax), got a float"
        ),
        "returned nothing": Outcome(
            Status.RAISED, error="WrongStructure",
            text="expected `output` to hold numbers, got None (is there a `return`?)",
        ),
        "another name": Outcome(None, {"result": DRAWN}),
        "one more": Outcome(None, {"output": DRAWN, "result": DRAWN}),
        "timed out": Outcome(Status.TIMED_OUT),
        "out of memory": Outcome(Status.OUT_OF_MEMORY),
        "crashed": Outcome(Status.CRASHED, text=ended),
        "forged": Outcome(Status.CRASHED, text=wrote),
        "the file did not finish": Outcome(Status.TIMED_OUT, text=loop, imported=False),
    }  # fmt: skip


def messages(topics: list[str], hidden: bool) -> Iterator[tuple[str, str]]:
    """Yield (heading, message)."""
    for topic in find_course(Path(__file__).parent).topics:
        path = topic.assignment / "key.npz"
        if (topics and topic.name not in topics) or not path.exists():
            continue
        for name, recorded in load(path).exercises.items():
            exercise = topic.checks.exercises[name]
            yield f"{topic.name}.{name}: the hint", exercise.hint
            for mistake in recorded.mistakes:
                outcomes = [
                    Outcome(Status.RAISED if one.error else None, one.arrays, one.error, text=one.error)
                    for one in mistake.responses
                ]
                found = verdict(exercise, recorded, outcomes, hidden)
                yield f"{topic.name}.{name}: {mistake.name}", found.message
    exercise = Exercise("answer", 10, "?", dict, ("answer",))
    key = ExerciseKey("answer", (Case("three rows", {"x": DRAWN}),), ({"output": DRAWN},), ())
    for name, array in generic().items():
        yield f"generic: {name}", verdict(exercise, key, [Outcome(None, {"output": array})], hidden).message
    for name, outcome in failures().items():
        yield f"failure: {name}", verdict(exercise, key, [outcome], hidden).message


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    for heading, message in messages(names, "--hidden" in sys.argv):
        print(f"── {heading}\n{message}\n")
