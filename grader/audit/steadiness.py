"""The reference under other conditions: two threads, other random numbers."""

from __future__ import annotations

from collections.abc import Iterator

from grader.audit.bench import Bench, in_form
from grader.audit.findings import FormFound
from grader.audit.rightness import passes
from grader.exercise import Exercise


def forms(bench: Bench, exercise: Exercise) -> Iterator[FormFound]:
    """Grade the reference with two threads, and with other random numbers than the key's."""
    with Bench(bench.server, bench.topic, bench.keys, two_threads=True) as busy:
        yield passes(busy, exercise, "two threads", {}, False)
    yield passes(bench, exercise, "other random numbers", in_form(exercise, "seed1"), False)
