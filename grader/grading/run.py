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
from grader.grading.budget import Budget
from grader.grading.judge import verdict
from grader.grading.rules import Rules
from grader.grading.work import Work
from grader.outcome import UNDEFINED, Outcome
from grader.verdict import ENDING, Graded, Status, Verdict

ALONE = "Each answer was run with what it needs alone."


def digest_of(descriptor: int) -> str:
    """Return the SHA-256 of a file, which is read from its start and left there."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    os.lseek(descriptor, 0, os.SEEK_SET)
    return digest


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
    """Grade one submission: see `run`.

    Raises:
        ServerError: the grader's own processes failed; nothing can be said.
    """
    started = time.monotonic()
    verdicts, unread, notes = [], "", list[str]()
    for name, outcomes in run(server, rules, descriptor, only, seconds=seconds, notes=notes):
        exercise, key = rules.checks.exercises[name], rules.key.exercises[name]
        verdicts.append(verdict(exercise, key, outcomes, rules.key.hidden))
        unread = unread or next((one.text for one in outcomes if one.unread), "")
    work = replace(work, notes=(*work.notes, *notes))
    return result(work, verdicts, time.monotonic() - started, unread)


def run(
    server: Server,
    rules: Rules,
    descriptor: int,
    only: Collection[str] = (),
    seconds: float | None = None,
    wanted: Wanted = always,
    notes: list[str] | None = None,
) -> Iterator[tuple[str, list[Outcome]]]:
    """Run a submission; yield each exercise and what came of its cases.

    If running all of the file ends the process, as a cell does that trains for an
    hour, each exercise is run with only what its answers need.

    Args:
        server: which runs it.
        rules: of its topic.
        descriptor: of its file.
        only: the exercises to be run, in this order; all, in that of the checks, if none is named.
        seconds: the CPU time that it has in all; by default what the checks say.
        wanted: whether it is to go on.
        notes: where what an instructor should know is added.

    Raises:
        GivenUp: it is not `wanted` any more.
        ServerError: see `grade`.
    """

    def begin(names: Sequence[str] = ()) -> Child:
        os.lseek(descriptor, 0, os.SEEK_SET)
        return server.fork([descriptor], rules.checks.text, ["solution"], wanted, names)

    budget = Budget(seconds or rules.checks.seconds, server.limits.patience)
    child: Child | None = None
    ended: Outcome | None = None  # what came of running all of the file, if that ended the process
    try:
        for name in only or rules.checks.exercises:
            if child is None or ended or not (child.alive or child.failed):
                if child is not None:
                    child.close()
                if budget.spent:
                    yield name, [budget.overdrawn() for _ in rules.inputs[name]]
                    continue
                if ended is None:
                    child = budget.start(begin)
                    if child.failed is not None and child.failed.status in ENDING:
                        ended = child.failed
                        child.close()
                        if notes is not None:
                            notes.append(f"{ended.text.strip()} {ALONE}")
                if ended is not None:
                    child = budget.start(partial(begin, rules.checks.exercises[name].writes), again=True)
            assert child is not None
            outcomes = run_exercise(child, name, rules, budget)
            if ended is not None and all(one.error == UNDEFINED for one in outcomes):
                outcomes = [ended for _ in outcomes]  # it might have been defined by what did not run
            yield name, outcomes
    finally:
        if child is not None:
            child.close()


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
        sum(verdict.max_score for verdict in verdicts),
        round(seconds, 4),
        tuple(verdicts),
        work.notes,
        unread=unread,
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
