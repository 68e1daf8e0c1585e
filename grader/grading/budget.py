"""The time that a submission has in all, so that none holds a worker for long.

As for a case, it is CPU time, and `patience` times as much wall time, so that a
busy machine changes no verdict and one who sleeps is not waited for. A case
that ran out of its own CPU time is not counted: it has cost its exercise
already, and a loop that does not end in one answer must not cost the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from grader.client.child import Child
from grader.outcome import Outcome
from grader.verdict import Status

NEARLY = 0.9  # as CPU time is read now and then


@dataclass
class Budget:
    """What is left of a submission's time: `seconds` of CPU time at the start."""

    seconds: float
    patience: float
    cpu: float = 0.0
    wall: float = 0.0

    @property
    def spent(self) -> bool:
        """Whether it is used up."""
        return self.cpu > self.seconds or self.wall > self.seconds * self.patience

    def start(self, begin: Callable[[], Child], again: bool = False) -> Child:
        """Have a child begin, and run its file's cells, on this budget.

        The time of a file that cannot be run counts only if it was tried `again`.
        """
        started = time.monotonic()
        child = begin()
        if child.failed is None or again:
            self.wall += time.monotonic() - started
            self.cpu += child.used
        return child

    def run(self, child: Child, case: Callable[[], Outcome]) -> Outcome:
        """Have a child run a case on this budget, if there is something left of it."""
        if self.spent:
            return self.overdrawn()
        before = child.used
        outcome = case()
        cpu = max(0.0, child.used - before)
        # Who was ended for waiting has used less CPU time than a case may.
        waited = cpu * self.patience < NEARLY * outcome.seconds
        if outcome.status is not Status.TIMED_OUT or waited:
            self.wall += outcome.seconds
            self.cpu += cpu
        return outcome

    def overdrawn(self) -> Outcome:
        """Return what comes of a case for which nothing is left."""
        return Outcome(Status.TIMED_OUT, ran=False, allowed=self.seconds)
