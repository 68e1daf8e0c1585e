"""What must not depend on the moment: the cases, and the reference under other conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest

from grader import wire
from grader.audit.bench import Bench, in_form
from grader.audit.findings import FormFound
from grader.audit.rightness import passes
from grader.exercise import Case, Exercise


def forms(bench: Bench, exercise: Exercise) -> Iterator[FormFound]:
    """Grade the reference with two threads, and with other random numbers than the key's."""
    with Bench(bench.server, bench.topic, bench.keys, two_threads=True) as busy:
        yield passes(busy, exercise, "two threads", {}, False)
    yield passes(bench, exercise, "other random numbers", in_form(exercise, "seed1"), False)


def unsteady_cases(exercise: Exercise, seed: Callable[[int], int]) -> list[str]:
    """Draw an exercise's cases twice from the same seeds, and say which is another the second time."""
    for one, other in zip_longest(exercise.draw(seed), exercise.draw(seed)):
        if one is None or other is None or _content(one) != _content(other):
            (name, *_) = (case.name for case in (one, other) if case is not None)
            return [
                f"the case “{name}” is not the same when it is drawn again from the same seed: draw all "
                "random numbers from `rng`"
            ]
    return []


def _content(case: Case) -> bytes:
    header, arrays = wire.pack([case.name, case.weight, case.inputs])
    return header + wire.block(arrays)
