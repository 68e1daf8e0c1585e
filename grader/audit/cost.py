"""What grading an exercise costs: CPU seconds, memory, TensorFlow's operations."""

from __future__ import annotations

import math

from grader.audit.bench import Bench, in_form
from grader.audit.findings import CostFound
from grader.audit.forms import COUNT
from grader.audit.rightness import names_used
from grader.authoring.running import open_course
from grader.course import Checks
from grader.exercise import Exercise

SLOW = 1.0  # CPU seconds; an exercise that needs more keeps a student waiting
NEAR_LIMIT = 0.2  # share of the time that a case may take
TIMES = 10  # a submission may take this many times what the reference needs


def cost(bench: Bench, exercise: Exercise) -> tuple[CostFound, float]:
    """Run the reference in a process of its own; return what it needed, and its slowest case in seconds."""
    child, cases = open_course(bench.server, bench.topic), bench.key(exercise, False).cases
    try:
        outcomes = [child.run(exercise.name, case.inputs, exercise.seconds) for case in cases]
    finally:
        child.close()
    idle = open_course(bench.server, bench.topic)
    idle.close()
    counts = [
        int(outcome.arrays[COUNT])
        for outcome in bench.run_all(exercise, False, in_form(exercise, "ops"))
        if COUNT in outcome.arrays
    ]
    found = CostFound(
        max(0.0, child.cpu - idle.cpu),
        child.memory / 1e6,
        max(counts, default=0) or None,
        "op_count" in names_used(exercise, helpers=True),
    )
    return found, max((outcome.seconds for outcome in outcomes), default=0.0)


def problems_of(exercise: Exercise, slowest: float) -> list[str]:
    """Say which exercise is so slow that a busy machine may fail a right answer."""
    if slowest > NEAR_LIMIT * exercise.seconds:
        return [
            f"a case takes {slowest:.1f} s of the {exercise.seconds:g} s it may take: make it smaller, or "
            "allow five times what it needs"
        ]
    return []


def topic_problems(checks: Checks, needed: float) -> list[str]:
    """Say whether a submission has too little time in all; the reference `needed` so many CPU seconds."""
    if TIMES * needed > checks.seconds:
        return [
            f"the solution needs {needed:.1f} s of the {checks.seconds:g} s that a submission may take: "
            f"write `SECONDS = {math.ceil(TIMES * needed)}` into checks.py, {TIMES} times what it needs"
        ]
    return []


def notes_of(found: CostFound) -> list[str]:
    """Say what a student would notice."""
    if found.seconds > SLOW:
        return [f"takes {found.seconds:.1f} s of CPU time, for which a student waits"]
    return []
