"""A class graded on a cluster: submissions go out in batches, and come back as verdicts.

The database and the progress stay here. A batch whose worker is gone is sent again;
a submission that seems to end workers, or on which the grader failed, is tried once
more at the end, on a worker that has nothing else to do.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType

from grader.errors import ServerError
from grader.farm.connection import Line, Place, dashboard
from grader.farm.flight import Flight, Landed
from grader.farm.messages import Answer, Submission
from grader.farm.outbox import Held, Outbox
from grader.farm.workforce import POLL, Workforce
from grader.grading.executor import Task
from grader.grading.rules import Rules
from grader.grading.run import all_alike, result
from grader.grading.work import NotGradable
from grader.sandbox.levels import Level, Limits
from grader.verdict import Graded, Status
from grader.versions import versions

AHEAD = 2  # batches for each place: one that runs, and one that waits beside it
LATE = 3.0  # times the longest that a submission may take, after which it is not waited for
ATTEMPTS = 2
STUCK = "it did not answer in the time that its submissions may take"


class Cluster:
    """An executor (`grading.executor`) on a dask cluster. Use it in a `with`."""

    def __init__(
        self,
        place: Place,
        rules: Mapping[str, Rules],
        least: Level,
        seconds: float | None = None,
        shared: bool = False,
        say: Callable[[str], None] = print,
    ) -> None:
        """Connect, and wait for workers.

        Args:
            place: where the cluster is.
            rules: by topic id.
            least: the level of isolation that each worker has to have.
            seconds: the CPU time that a submission has in all; by default what its checks say.
            shared: whether workers open submissions where they lie, on a file system that all share.
            say: tells the instructor something.

        Raises:
            NoCluster: there is none, or nobody there may be used.
        """
        self._rules, self._seconds, self._say = rules, seconds, say
        self._outbox = Outbox(shared)
        self._suspects: deque[Held] = deque()
        self._ready: list[tuple[Task, Graded]] = []
        self._swept = 0.0
        self._line = Line(place)
        keys = {topic: one.key.to_bytes() for topic, one in rules.items()}
        self._workforce = Workforce(self._line.client, keys, least, seconds, place.insecure, say)
        self._flight = Flight(self._workforce.run)
        try:
            self.environment: Mapping[str, str] = {**versions(), **self._workforce.gather()}
            if link := dashboard(self._line.client):
                say(f"What the cluster does: {link}")
        except BaseException:
            self.close()
            raise

    @property
    def full(self) -> bool:
        """Whether every worker has a batch, and another that waits; or there is nobody to send one to."""
        return self._line.broken or len(self._flight) >= AHEAD * self._workforce.slots

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return bool(self._flight or self._outbox or self._suspects or self._ready)

    def submit(self, task: Task, descriptor: int) -> None:
        """Send a submission with the next batch."""
        held = Held(task)
        try:
            self._outbox.add(held, self._outbox.packed(held, descriptor))
        finally:
            os.close(descriptor)
        if self._outbox.ready:
            self._send()

    def finished(self, seconds: float) -> Iterator[tuple[Task, Graded]]:
        """Yield what is graded by now; wait for it so many seconds at most.

        Raises:
            NoCluster: the scheduler, or every worker, has been gone for a minute.
        """
        self._keep_up()
        self._send()
        if not self._flight and not self._outbox and not self.full:
            self._send_suspects()
        for landed in self._flight.landed(0 if self._ready else seconds):
            self._receive(landed)
        ready, self._ready = self._ready, []
        yield from ready

    def give_up(self) -> None:
        """Let go of what is not finished."""
        self._flight.give_up(self._line.client)
        self._outbox.clear()
        self._suspects.clear()
        self._ready.clear()

    def close(self) -> None:
        """Have the workers forget the run, and leave."""
        self._workforce.close()
        self._line.close()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _keep_up(self) -> None:
        """See whether the scheduler and which workers are there; take back what nobody has any more."""
        if self._line.mend():
            self._workforce.move(self._line.client)
            for landed in self._flight.taken_back():
                self._receive(landed)
        if self._line.broken:
            return
        self._workforce.look()
        if time.monotonic() - self._swept > POLL:
            self._swept = time.monotonic()
            for landed in self._flight.overdue(self._line.client, self._workforce.hired):
                if landed.stuck:
                    self._workforce.refuse(landed.stuck, STUCK)
                self._receive(landed)

    def _send(self) -> None:
        while self._outbox and not self.full:
            self._send_batch(self._outbox.take(), list(self._workforce.hired))

    def _send_suspects(self) -> None:
        """Send each worker one submission that it has to itself, and that it has not tried."""
        hired = list(self._workforce.hired)
        for address in hired:
            for held in list(self._suspects):
                if held.tried != address or len(hired) == 1:
                    self._suspects.remove(held)
                    if (packed := self._packed_again(held)) is not None:
                        self._send_batch([(held, packed)], [address])
                    break

    def _send_batch(self, several: Sequence[tuple[Held, Submission]], workers: Sequence[str]) -> None:
        allowed = (self._seconds or self._rules[one.task.work.topic].checks.seconds for one, _ in several)
        self._flight.send(self._line.client, several, workers, LATE * Limits().patience * sum(allowed))

    def _packed_again(self, held: Held) -> Submission | None:
        """Return what is sent of a submission; None if it cannot be opened again, as its result says."""
        try:
            descriptor = held.task.work.open()
        except (NotGradable, ServerError, OSError) as error:
            self._fail(held, f"The file could not be opened again: {error}.")
            return None
        try:
            return self._outbox.packed(held, descriptor)
        finally:
            os.close(descriptor)

    def _receive(self, landed: Landed) -> None:
        """Take what came of a batch."""
        if (answers := landed.answers) is None:
            for held in landed.held:
                if landed.suspected:
                    self._suspect(held, landed.why, landed.stuck)
                else:
                    self._again(held)
            return
        for held, answer in zip(landed.held, answers.answers, strict=False):
            self._take(held, answer, answers.worker)
        left = list(landed.held[len(answers.answers) :])
        if answers.unknown:
            self._workforce.lose(answers.worker)
        elif left:
            self._workforce.refuse(answers.worker, answers.unfit)
            # It may be what made the worker unfit.
            self._suspect(left.pop(0), f"{answers.unfit}.", answers.worker)
        for held in left:
            self._again(held)

    def _take(self, held: Held, answer: Answer, address: str) -> None:
        """Take what came of one submission: its verdicts get the name of its student."""
        graded, work = answer.graded, held.task.work
        if answer.unseen:
            if self._outbox.shared:
                self._outbox.shared = False
                self._say(f"{address} does not see {work.file}: the files themselves are sent.")
            self._again(replace(held, unseen=True))
        elif graded is None:
            self._suspect(held, answer.problem, address)
        elif graded.failed and held.attempts + 1 < ATTEMPTS:
            self._suspect(held, "", address)
        else:
            self._outbox.learn(graded.seconds)
            noted = replace(work, notes=(*work.notes, *graded.notes))
            self._ready.append((held.task, result(noted, graded.exercises, graded.seconds, graded.unread)))

    def _again(self, held: Held) -> None:
        """Send a submission once more, which was not at fault."""
        if (packed := self._packed_again(held)) is not None:
            self._outbox.add(held, packed)

    def _suspect(self, held: Held, why: str, address: str = "") -> None:
        """Try a submission once more, alone and at the end; if it was tried so, the grader failed on it."""
        held = replace(held, attempts=held.attempts + 1, tried=address)
        if held.attempts < ATTEMPTS:
            self._suspects.append(held)
        else:
            self._fail(held, why)

    def _fail(self, held: Held, why: str) -> None:
        work, rules = held.task.work, self._rules[held.task.work.topic]
        message = f"The grader failed; this says nothing about the answer. {why}"
        self._ready.append((held.task, all_alike(work, rules, Status.GRADER_ERROR, message, held.task.only)))
