"""One submission, run and judged: what came of its exercises, its verdicts, and the digest it is known by."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial

from grader import __version__
from grader.client.child import Child, Wanted, always
from grader.client.server import Server
from grader.fault import Place
from grader.grading.budget import Budget
from grader.grading.judge import verdict
from grader.grading.rules import Rules
from grader.grading.work import Work
from grader.outcome import UNDEFINED, Outcome
from grader.verdict import ENDING, Graded, Status, Verdict

ABSENT = "ModuleNotFoundError"
ALONE = "Each answer was run with what it needs alone."
NOT_INSTALLED = "A library is imported that is not installed here, and what uses it stops with an error:"


def fingerprint(digest: str, rules: Rules, environment: dict[str, str], only: Collection[str] = ()) -> str:
    """Return the digest of all that a submission's verdicts depend on; `digest` is its file's."""
    found = hashlib.sha256()
    for part in (__version__, rules.key.digest, repr(sorted(only)), repr(sorted(environment.items()))):
        found.update(part.encode() + b"\0")
    found.update(bytes.fromhex(digest))
    return found.hexdigest()


def grade(
    server: Server,
    work: Work,
    rules: Rules,
    descriptor: int,
    only: Collection[str] = (),
    seconds: float | None = None,
) -> Graded:
    """Grade one submission: see `Running`.

    Raises:
        ServerError: the grader's own processes failed; nothing can be said.
    """
    started = time.monotonic()
    running = Running(server, rules, descriptor, only, seconds)
    # Only the hidden key is a secret, and only then may a digest say what was returned.
    secret = bytes.fromhex(rules.key.digest) if rules.key.hidden else b""
    verdicts, unread = [], ""
    for name, outcomes in running:
        exercise, key = rules.checks.exercises[name], rules.key.exercises[name]
        verdicts.append(verdict(exercise, key, outcomes, rules.key.hidden, secret))
        unread = unread or next((one.text for one in outcomes if one.unread), "")
    if running.ended is not None:
        work = replace(work, notes=(*work.notes, f"{running.ended.halt().strip()} {ALONE}"))
    if running.absent:
        places = ", ".join(dict.fromkeys(one.said() for one in running.absent))
        work = replace(work, notes=(*work.notes, f"{NOT_INSTALLED} {places}."))
    return result(work, verdicts, time.monotonic() - started, unread)


class Running:
    """A submission under way: what came of each exercise's cases, one after the other.

    If running all of the file ends the process, as a cell does that trains for an
    hour, each exercise is run with only what its answers need.

    Attributes:
        ended: what came of running all of the file, if that ended the process; else None.
        absent: where it imports what is not installed.
    """

    def __init__(
        self,
        server: Server,
        rules: Rules,
        descriptor: int,
        only: Collection[str] = (),
        seconds: float | None = None,
        wanted: Wanted = always,
    ) -> None:
        """Run nothing yet.

        Args:
            server: which runs it.
            rules: of its topic.
            descriptor: of its file.
            only: the exercises to be run, in this order; all, in that of the checks, if none is named.
            seconds: the CPU time that it has in all; by default what the checks say.
            wanted: whether it is to go on.
        """
        self._server, self._rules, self._descriptor, self._wanted = server, rules, descriptor, wanted
        self._exercises = only or tuple(rules.checks.exercises)
        self._budget = Budget(seconds or rules.checks.seconds, server.limits.patience)
        self._child: Child | None = None
        self.ended: Outcome | None = None
        self.absent: list[Place] = []

    def __iter__(self) -> Iterator[tuple[str, list[Outcome]]]:
        """Yield each exercise and what came of its cases.

        Raises:
            GivenUp: it is not `wanted` any more.
            ServerError: see `grade`.
        """
        try:
            for name in self._exercises:
                child = self._ready(name)
                if child is None:
                    yield name, [self._budget.overdrawn() for _ in self._rules.inputs[name]]
                    continue
                outcomes = run_exercise(child, name, self._rules, self._budget)
                if self.ended is not None and all(one.error == UNDEFINED for one in outcomes):
                    outcomes = [self.ended for _ in outcomes]  # what did not run might have defined it
                yield name, outcomes
        finally:
            self._close()

    def _ready(self, name: str) -> Child | None:
        """Return a child for an exercise, None if no time is left for one."""
        child = self._child
        if self.ended is None and child is not None and (child.alive or child.failed):
            return child
        self._close()
        if self._budget.spent:
            return None
        if self.ended is None:
            child = self._child = self._budget.start(self._begin)
            self.absent = [
                one.frames[-1].place for one in child.problems if one.kind == ABSENT and one.frames
            ]
            if child.failed is None or child.failed.status not in ENDING:
                return child
            self.ended = child.failed
            self._close()
        needed = self._rules.checks.exercises[name].writes
        self._child = self._budget.start(partial(self._begin, needed), again=True)
        return self._child

    def _begin(self, names: Sequence[str] = ()) -> Child:
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        return self._server.fork(
            [self._descriptor],
            self._rules.checks.text,
            ["solution"],
            self._wanted,
            names,
            self._rules.key.demonstrations,
        )

    def _close(self) -> None:
        if self._child is not None:
            self._child.close()
            self._child = None


def run_exercise(child: Child, name: str, rules: Rules, budget: Budget) -> list[Outcome]:
    """Run one exercise's cases in a child."""
    seconds = rules.checks.exercises[name].seconds
    outcomes: list[Outcome] = []
    for inputs in rules.inputs[name]:
        if child.failed is not None:
            outcomes.append(child.failed)
        elif not child.alive:
            # It hung or died on the case before: this costs the exercise, not the next.
            outcomes.append(Outcome(outcomes[-1].status, text=outcomes[-1].text, ran=False))
        else:
            outcomes.append(budget.run(child, partial(child.run, name, inputs, seconds)))
    return outcomes


def result(work: Work, verdicts: Sequence[Verdict], seconds: float, unread: str = "") -> Graded:
    """Put the verdicts of one submission together; `unread` says why its file could not be read."""
    return Graded(
        work.student,
        work.topic,
        work.file,
        round(sum(verdict.score for verdict in verdicts), 4),
        sum((verdict.max_score for verdict in verdicts), 0.0),
        round(seconds, 4),
        tuple(verdicts),
        work.notes,
        unread=unread,
        handed_in=work.handed_in,
    )


def all_alike(
    work: Work,
    rules: Rules,
    status: Status,
    message: str,
    only: Collection[str] = (),
    unread: str = "",
) -> Graded:
    """Give every exercise of a submission, or `only` some, the same status, and no points."""
    exercises = (rules.checks.exercises[name] for name in only or rules.checks.exercises)
    verdicts = [Verdict(e.name, status, 0.0, e.points, None, message, ()) for e in exercises]
    return result(work, verdicts, 0.0, unread)
