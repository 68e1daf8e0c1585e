"""What may be said on hidden cases of a text that a student's process made: a phrase of the course's.

The text itself may hold a hidden input and is never quoted. But most of it is
advice that the course's own files spell out, in a driver or in
`grader.drivers`. The longest of these phrases that the text holds is said in
its place. So a process can choose among phrases that every student may read,
and can say nothing else.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Mapping

import numpy as np

from grader.drivers import changed_in_place
from grader.exercise import Exercise
from grader.outcome import REFUSALS, Outcome
from grader.verdict import Status

SHORTEST = 8  # characters of a phrase; less says nothing by itself
# What `drivers.describe` says of values without a shape.
GOT = ("None (is there a `return`?)", *(
    f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    for name in "bool int float complex str bytes list tuple dict set function generator type".split()
))  # fmt: skip
OP = re.compile(r"what `([\w.]+)` does")
SHAPE = re.compile(r"\bgot (?:an? \w+ of shape )?(\((?:\d+(?:, \d+)*)?,?\))")  # of what came
ATTRIBUTE = re.compile(r"expected `([\w.]+)` to (?:have the shape|be a variable)")
# Words, and whole numbers, which are sizes and places: no addresses, fractions or names that are counted.
TOKENS = re.compile(r"\b[^\W\d]+\b|(?<![\w.])\d+(?![\w.])")


def phrase(exercise: Exercise, expected: Mapping[str, np.ndarray], said: str) -> str:
    """Return the course's phrase for what an answer's form was said to be, "" if there is none.

    Args:
        exercise: whose checks hold the phrases.
        expected: the outputs, which phrases of the grader's own may name.
        said: by the process that ran the answer; a claim.
    """
    known = [*_phrases(exercise.text), *_of_outputs(expected), *_of_attributes(exercise.text, said)]
    found = max((one for one in known if one in said), key=len, default="")
    if not found:
        return ""
    if said.startswith("expected ") and not found.startswith("expected "):
        found = f"expected {found}"
    got = said.rpartition(", got ")[2]
    return f"{found}, got {got}" if found.startswith("expected ") and got in GOT else found


def gist(
    exercise: Exercise, expected: Mapping[str, np.ndarray], outcome: Outcome, renamed: Mapping[str, str]
) -> str:
    """Return what tells a refusal or an error from others of its type; "" if nothing does.

    Of a refusal that is the course's phrase, and the shape that came in another's
    place. Of an error that Python, NumPy or TensorFlow raises, it is the words and
    the whole numbers that it says: the same mistake, made on the same inputs, says
    the same. Where a recursion ends Python words in several ways.

    Args:
        exercise: whose checks hold the phrases.
        expected: the outputs, which phrases of the grader's own may name.
        outcome: of a case.
        renamed: by the name that a mistake has where it is written, the name of what it is an answer to.
    """
    if outcome.status is not Status.RAISED:
        return ""
    said = outcome.text or "".join(fault.text for fault in outcome.faults[:1])
    if outcome.error in REFUSALS:
        found = phrase(exercise, expected, said)
        shapes = SHAPE.findall(said)
        return f"{found}, got {shapes[-1]}" if found and shapes and shapes[-1] != "()" else found
    if outcome.error == RecursionError.__name__:
        return outcome.error
    said = said.partition(f"{outcome.error}: ")[2] or said  # what stands before it says whose line raised
    for name, of in renamed.items():
        said = said.replace(name, of)
    return " ".join(TOKENS.findall(said))


def operation(exercise: Exercise, said: str) -> str:
    """Return the operation that was said to be called, "" if the checks name none like that."""
    named = OP.search(said)
    return named[1] if named and named[1] in _words(exercise.text) else ""


def fixed(exercise: Exercise, kind: str) -> bool:
    """Tell whether what a judge found is a phrase that stands in the checks as it is."""
    return not exercise.text or kind in _words(exercise.text)


def _of_outputs(expected: Mapping[str, np.ndarray]) -> Iterable[str]:
    """Return what the grader's own process says of outputs that are no arrays of numbers."""
    for name in expected:
        yield f"expected `{name}` to hold numbers"
        yield f"expected `{name}` to be one array"
        yield f"expected a smaller `{name}`"
        yield changed_in_place(name)  # where an output takes the place of an input
    yield "expected a tensor that gradients flow through"


def _of_attributes(checks: str, said: str) -> Iterable[str]:
    """Return what `put_weights` says of an attribute that the checks name."""
    for found in ATTRIBUTE.finditer(said):
        if found[1] in _words(checks):
            yield found[0]


@functools.lru_cache(maxsize=64)
def _words(checks: str) -> frozenset[str]:
    """Return every string that stands in the text of a `checks.py`, and every piece of one."""
    nodes = ast.walk(ast.parse(checks))
    return frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))


@functools.lru_cache(maxsize=64)
def _phrases(checks: str) -> tuple[str, ...]:
    """Return what drivers may say by the text of their `checks.py`."""
    sentences = [one for one in _words(checks) if len(one.strip()) >= SHORTEST and " " in one.strip()]
    whole = [one for one in sentences if one.count("`") % 2 == 0 and one.count("(") == one.count(")")]
    for node in ast.walk(ast.parse(checks)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "keeping":
            names = [keyword.arg for keyword in node.keywords]
            if None in names:  # `**given`
                names += _names(checks)
            whole += [changed_in_place(name) for name in names if name]
        if node.func.id == "named":
            parts = [one.value for one in node.args[1:] if isinstance(one, ast.Constant)]
            if parts and len(parts) == len(node.args) - 1:
                whole.append(f"expected the {len(parts)} values ({', '.join(map(str, parts))})")
        if node.func.id == "number":
            whole.append("expected one number")
        if node.func.id == "shaped":
            named = [one.value for one in node.args[1:2] if isinstance(one, ast.Constant)]
            whole += [f"expected `{name!s}` of shape" for name in named]
    return tuple(dict.fromkeys(one.strip().removesuffix(" got").strip(" ,;:.") for one in whole))


@functools.lru_cache(maxsize=64)
def _names(checks: str) -> tuple[str, ...]:
    """Return whatever may be the name of an argument in the text of a `checks.py`."""
    nodes = ast.walk(ast.parse(checks))
    passed = {node.arg for node in nodes if isinstance(node, ast.arg | ast.keyword) and node.arg}
    return tuple(sorted(passed | {*filter(str.isidentifier, _words(checks))}))
