"""What drivers never do with an answer: options at one value, options that never meet, gradients not taken.

The reference is run with a recorder around it (`grader.audit.survey`) on the
public cases. What follows is advice: a case more, or another size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import msgspec

from grader.audit.bench import Bench, in_form
from grader.audit.mutation import added, solution_cells
from grader.audit.survey import RECORDS
from grader.course import Topic
from grader.exercise import Exercise

FEW = 3  # combinations that are named
LEFT_OUT, GIVEN = "left out", "given"
BASE = {LEFT_OUT, "False"}  # what a case without the option has


class Argument(msgspec.Struct):
    """What is known of an argument: an array's shape and dtype, a value as code, or how long a list is."""

    shape: list[int] | None = None
    dtype: str = ""
    value: str | None = None
    length: int | None = None
    kind: str = ""


class Call(msgspec.Struct):
    """A call from a driver.

    Attributes:
        of: the function or method.
        given: the names of the arguments that were neither left out nor given as their defaults.
        gradient: whether a gradient was taken through what it returned.
        inputs: the arguments that a gradient reached.
        training: what a layer was told.
        layer: whether it is a call of a layer.
        variables: of a layer, those that are trainable and of which no gradient was taken.
        arguments: by name.
    """

    of: str
    given: list[str]
    gradient: bool
    inputs: list[str]
    training: bool | None
    layer: bool
    variables: list[str]
    arguments: dict[str, Argument]


def notes(bench: Bench, exercise: Exercise) -> list[str]:
    """Say what the cases of an exercise do not try."""
    calls, lost = recorded(bench, exercise)
    failed = [f"on “{case}”, the calls of the reference cannot be recorded" for case in lost]
    return failed + advice(calls, flowing(bench.topic, exercise))


def recorded(bench: Bench, exercise: Exercise) -> tuple[list[Call], list[str]]:
    """Run the reference on the public cases; return its calls, and the cases that cannot be recorded."""
    found: list[Call] = []
    lost = []
    for case in bench.key(exercise, False).cases:
        surveyed = bench.run(exercise, case, in_form(exercise, "survey"))
        told = bench.run(exercise, case, in_form(exercise, "told"))
        if RECORDS in told.arrays:
            found += msgspec.json.decode(told.arrays[RECORDS].tobytes(), type=list[Call])
        if surveyed.status is not None or RECORDS not in told.arrays:
            lost.append(case.name)
    return found, lost


def flowing(topic: Topic, exercise: Exercise) -> set[str]:
    """Return the functions of an exercise through which a gradient is to flow."""
    cells = [source for of, source, _, _ in solution_cells(topic) if of in exercise.writes]
    return {one.flows for source in cells for _, _, one in added(source)} - {""}


def advice(calls: Sequence[Call], flowing: set[str]) -> list[str]:
    """Say what is not tried by some calls; `flowing` names the functions that promise a gradient."""
    by_name: dict[str, list[Call]] = {}
    for call in calls:
        by_name.setdefault(call.of, []).append(call)
    found: list[str] = []
    for name, own in by_name.items():
        found += constant(name, own)
        found += uncrossed(name, own)
        found += sizes(name, own)
        if any(call.layer for call in own) and not any(call.training for call in own):
            found.append(f"`{name}` is never called with training=True: see `with_gradients`")
        if name in flowing:
            found += untaken(name, own)
    return found


def constant(name: str, calls: Sequence[Call]) -> Iterator[str]:
    """Say which arguments that are numbers or texts have one value in all calls."""
    for argument in _names(calls):
        values = {call.arguments[argument].value for call in calls if argument in call.arguments}
        if len(values) == 1 and None not in values and len(calls) > 1:
            yield f"`{argument}` of `{name}` is {values.pop()} in every case: give it another value, too"


def uncrossed(name: str, calls: Sequence[Call]) -> Iterator[str]:
    """Say which pairs of options never meet."""
    modes = {argument: [_mode(call, argument) for call in calls] for argument in _names(calls)}
    options = {one: seen for one, seen in modes.items() if len(set(seen)) > 1}
    for (one, left), (other, right) in combinations(options.items(), 2):
        met = set(zip(left, right, strict=True))
        wanted = [(a, b) for a in _ordered(left) for b in _ordered(right) if not {a, b} & BASE]
        missing = [pair for pair in wanted if pair not in met]
        if missing:
            said = "; ".join(f"`{one}` {_said(a)} with `{other}` {_said(b)}" for a, b in missing[:FEW])
            more = f"; and {len(missing) - FEW} more" if len(missing) > FEW else ""
            yield f"`{name}` is never called with these together: {said}{more}"


def sizes(name: str, calls: Sequence[Call]) -> Iterator[str]:
    """Say which sizes of arrays are the same in all calls, and which are never tried."""
    every: set[int] = set()
    for argument in _names(calls):
        shapes = [call.arguments[argument].shape for call in calls if argument in call.arguments]
        known = [shape for shape in shapes if shape]
        every |= {size for shape in known for size in shape}
        if len(known) > 1 and len({len(shape) for shape in known}) == 1:
            for axis, along in enumerate(zip(*known, strict=True)):
                if len(set(along)) == 1:
                    yield f"`{argument}` of `{name}` has the size {along[0]} along axis {axis} in every case"
    if every and 1 not in every:
        yield f"no array that `{name}` is given has a size of 1"
    if every and not any(size > 2 and _is_prime(size) for size in every):
        yield f"no array that `{name}` is given has an odd prime for a size"


def untaken(name: str, calls: Sequence[Call]) -> Iterator[str]:
    """Say what no gradient is taken through, or with respect to."""
    differentiated = [call for call in calls if call.gradient]
    if not differentiated:
        yield f"no gradient is taken through what `{name}` returns: see `with_gradients`"
        return
    reached = {argument for call in differentiated for argument in call.inputs}
    for argument in _names(differentiated):
        whats = [call.arguments[argument] for call in differentiated if argument in call.arguments]
        if argument not in reached and any(one.dtype.startswith("float") for one in whats):
            yield f"no gradient of `{name}` is taken with respect to `{argument}`"
    layers = [call for call in differentiated if call.layer]
    if layers and all(call.variables for call in layers):
        yield f"no gradient of `{name}` is taken with respect to all trainable variables"


def _names(calls: Sequence[Call]) -> list[str]:
    """Return the names of all arguments, in order."""
    return list(dict.fromkeys(argument for call in calls for argument in call.arguments))


def _mode(call: Call, argument: str) -> str:
    """Return how an option is used: its value if it is a bool or a text, else whether it is given at all."""
    what = call.arguments.get(argument)
    if what is None or what.value == "None":
        return LEFT_OUT
    if what.value is not None and (what.value in ("True", "False") or what.value[:1] in "'\""):
        return what.value
    return GIVEN if argument in call.given else LEFT_OUT


def _said(mode: str) -> str:
    return mode if mode == GIVEN else f"= {mode}"


def _ordered(modes: Sequence[str]) -> list[str]:
    """Return what is there once, in the order in which it comes first."""
    return list(dict.fromkeys(modes))


def _is_prime(number: int) -> bool:
    return all(number % divisor for divisor in range(2, int(number**0.5) + 1))
