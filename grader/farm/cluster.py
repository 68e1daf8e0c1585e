"""A class graded on a cluster: submissions go out in batches, and come back as verdicts.

The database and the progress stay here. A batch whose worker is gone is sent again;
a submission that seems to end workers, or on which the grader failed, is tried once
more at the end, on a worker that has nothing else to do.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from types import TracebackType

import msgspec
from distributed import Client, Future, KilledWorker

from grader.errors import ServerError
from grader.farm import worker
from grader.farm.connection import NoCluster, Place, connect, dashboard
from grader.farm.messages import Answer, Answers, Batch, Submission
from grader.farm.workforce import LOOK, PATIENCE, Workforce
from grader.grading.executor import Task
from grader.grading.rules import Rules
from grader.grading.run import all_alike
from grader.grading.work import NotGradable, Work
from grader.sandbox.levels import Level, Limits
from grader.verdict import Graded, Status
from grader.versions import versions

MOST = 20  # submissions of a batch
MOST_BYTES = 4 << 20  # of a batch, unless one submission is larger
BATCH_SECONDS = 5.0  # that a batch takes, as far as the last ones tell: then nobody waits long at the end
AHEAD = 2  # batches for each place: one that runs, and one that waits beside it
LATE = 3.0  # times the longest that a batch may take, after which it is not waited for
ATTEMPTS = 2


@dataclass(frozen=True)
class Held:
    """A submission under way.

    Attributes:
        task: what is to be graded.
        attempts: how often something went wrong that it may have been the cause of.
        tried: the worker on which it did last, "" if nobody knows.
        unseen: whether its bytes are sent in any case.
    """

    task: Task
    attempts: int = 0
    tried: str = ""
    unseen: bool = False


@dataclass(frozen=True)
class Sent:
    """A batch under way: to whom it may have gone, and until when it is waited for."""

    held: tuple[Held, ...]
    future: Future[bytes]
    workers: frozenset[str]
    until: float


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
        self._place, self._rules, self._seconds, self._shared, self._say = place, rules, seconds, shared, say
        self._waiting: deque[tuple[Held, Submission]] = deque()
        self._sent: dict[str, Sent] = {}
        self._suspects: deque[Held] = deque()
        self._ready: list[tuple[Task, Graded]] = []
        self._ended: SimpleQueue[str] = SimpleQueue()
        self._mean = BATCH_SECONDS  # seconds that a submission takes
        self._swept, self._count = 0.0, 0
        self._lost: float | None = None  # since when there is no scheduler
        self._client: Client = connect(place)
        keys = {topic: one.key.to_bytes() for topic, one in rules.items()}
        self._workforce = Workforce(self._client, keys, least, seconds, place.insecure, say)
        try:
            if not self._client.scheduler_info()["workers"]:
                say(f"Waiting for workers of {place.address}.")
            self._workforce.wait()
        except BaseException:
            self.close()
            raise
        assert self._workforce.level is not None
        here = {"python": self._workforce.python, "isolation": str(self._workforce.level)}
        self.environment: Mapping[str, str] = {**versions(), **here}
        count, slots = len(self._workforce.hired), self._workforce.slots
        say(
            f"Grading on {'1 worker' if count == 1 else f'{count} workers'}, up to {slots} at a time, "
            f"at the isolation level `{self._workforce.level}`."
        )
        if link := dashboard(self._client):
            say(f"What the cluster does: {link}")

    @property
    def full(self) -> bool:
        """Whether every worker has a batch, and another that waits; or there is nobody to send one to."""
        return self._lost is not None or len(self._sent) >= AHEAD * self._workforce.slots

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return bool(self._sent or self._waiting or self._suspects or self._ready)

    def submit(self, task: Task, descriptor: int) -> None:
        """Send a submission with the next batch."""
        held = Held(task)
        try:
            self._waiting.append((held, self._submission(held, descriptor)))
        finally:
            os.close(descriptor)
        size = sum(len(one.content or b"") for _, one in self._waiting)
        if (
            len(self._waiting) * self._mean >= BATCH_SECONDS
            or len(self._waiting) >= MOST
            or size >= MOST_BYTES
        ):
            self._send()

    def finished(self, seconds: float) -> Iterator[tuple[Task, Graded]]:
        """Yield what is graded by now; wait for it so many seconds at most.

        Raises:
            NoCluster: the scheduler, or every worker, has been gone for a minute.
        """
        self._keep_up()
        if self._waiting and not self.full:
            self._send()
        elif not self._waiting and not self._sent and not self.full:
            self._send_suspects()
        with suppress(Empty):
            key = self._ended.get(timeout=0 if self._ready else seconds)
            while True:
                if (sent := self._sent.pop(key, None)) is not None:
                    self._receive(sent)
                key = self._ended.get_nowait()
        ready, self._ready = self._ready, []
        yield from ready

    def give_up(self) -> None:
        """Let go of what is not finished."""
        with suppress(Exception):  # the scheduler may be gone, and then it is let go of
            self._client.cancel([sent.future for sent in self._sent.values()])
        self._sent.clear()
        self._waiting.clear()
        self._suspects.clear()
        self._ready.clear()

    def close(self) -> None:
        """Have the workers forget the run, and leave."""
        self._workforce.close()
        with suppress(Exception):
            self._client.close()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _submission(self, held: Held, descriptor: int) -> Submission:
        work, digest = held.task.work, held.task.digest
        if self._shared and not held.unseen and (path := path_of(work, descriptor)):
            return Submission(work.topic, digest, path=path)
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return Submission(work.topic, digest, file.read())

    def _opened(self, held: Held) -> Submission | None:
        """Open a submission again; None if that fails, which is what becomes of it."""
        try:
            descriptor = held.task.work.open()
        except (NotGradable, ServerError, OSError) as error:
            self._fail(held, f"The file could not be opened again: {error}.")
            return None
        try:
            return self._submission(held, descriptor)
        finally:
            os.close(descriptor)

    def _send(self) -> None:
        """Send what waits, in batches."""
        size = max(1, min(MOST, int(BATCH_SECONDS / max(self._mean, BATCH_SECONDS / MOST))))
        while self._waiting and not self.full:
            batch: list[tuple[Held, Submission]] = []
            held_bytes = 0
            while self._waiting and len(batch) < size and held_bytes < MOST_BYTES:
                batch.append(self._waiting.popleft())
                held_bytes += len(batch[-1][1].content or b"")
            self._send_batch(batch, self._workforce.hired)

    def _send_suspects(self) -> None:
        """Send each worker one submission that it has to itself, and that it has not tried."""
        hired = list(self._workforce.hired)
        for address in hired:
            for held in list(self._suspects):
                if held.tried != address or len(hired) == 1:
                    self._suspects.remove(held)
                    if (found := self._opened(held)) is not None:
                        self._send_batch([(held, found)], [address])
                        break

    def _send_batch(self, several: Sequence[tuple[Held, Submission]], workers: Iterable[str]) -> None:
        held = tuple(one for one, _ in several)
        batch = Batch(tuple(submission for _, submission in several), tuple(held[0].task.only))
        allowed = (self._seconds or self._rules[one.task.work.topic].checks.seconds for one in held)
        until = time.monotonic() + PATIENCE + LATE * Limits().patience * sum(allowed)
        self._count += 1
        name = f"{self._workforce.run}-{self._count}"
        future = self._client.submit(
            worker.grade,
            self._workforce.run,
            msgspec.msgpack.encode(batch),
            workers=list(workers),
            pure=False,
            key=name,
        )
        self._sent[name] = Sent(held, future, frozenset(workers), until)
        future.add_done_callback(lambda _: self._ended.put(name))

    def _keep_up(self) -> None:
        """See whether the scheduler and which workers are there; take back what nobody has any more."""
        now = time.monotonic()
        if self._client.status != "running":
            self._lost = self._lost or now
            if now - self._lost > PATIENCE:
                raise NoCluster(
                    f"the scheduler at {self._place.address} has been gone for {PATIENCE:g} s; what was "
                    "graded is kept: start it again, and run the same command to go on"
                )
            if self._client.status == "closed":
                with suppress(NoCluster):
                    self._client = connect(self._place, LOOK)
            time.sleep(LOOK / 20)
            return
        if self._lost is not None:
            self._lost = None
            self._workforce.move(self._client)
        self._workforce.look()
        if now - self._swept < LOOK:
            return
        self._swept = now
        for key, sent in list(self._sent.items()):
            gone = sent.workers.isdisjoint(self._workforce.hired)
            if gone or now > sent.until:
                del self._sent[key]
                sent.future.release()
                why = "The worker that had it ended." if gone else "No worker answered in time."
                for held in sent.held:
                    self._suspect(held, why)

    def _receive(self, sent: Sent) -> None:
        """Take what came of a batch."""
        try:
            if sent.future.status != "finished":
                raise sent.future.exception() or RuntimeError(f"the batch was {sent.future.status}")
            answers = msgspec.json.decode(sent.future.result(timeout=PATIENCE), type=Answers)
        except (CancelledError, TimeoutError, OSError):  # with the scheduler, or with the worker that had it
            for held in sent.held:
                self._again(held)
            return
        except Exception as error:
            why = "The workers that had it ended." if isinstance(error, KilledWorker) else f"{error!r}."
            for held in sent.held:
                self._suspect(held, why)
            return
        finally:
            sent.future.release()
        for held, answer in zip(sent.held, answers.answers, strict=False):
            self._take(held, answer, answers.worker)
        left = list(sent.held[len(answers.answers) :])
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
            if self._shared:
                self._shared = False
                self._say(f"{address} does not see {work.file}: the files themselves are sent.")
            self._again(replace(held, unseen=True))
        elif graded is None:
            self._suspect(held, answer.problem, address)
        elif graded.failed and held.attempts + 1 < ATTEMPTS:
            self._suspect(held, "", address)
        else:
            self._mean += (graded.seconds - self._mean) / MOST
            notes = (*work.notes, *graded.notes)
            named = msgspec.structs.replace(graded, student=work.student, file=work.file, notes=notes)
            self._ready.append((held.task, named))

    def _again(self, held: Held) -> None:
        """Send a submission once more, which was not at fault."""
        if (found := self._opened(held)) is not None:
            self._waiting.append((held, found))

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


def path_of(work: Work, descriptor: int) -> bytes:
    """Return the absolute path of a file, as results call it; b"" if it lies in a zip, or was replaced."""
    with suppress(OSError, ValueError):
        if os.path.samestat(os.stat(work.file), os.fstat(descriptor)):
            return os.fsencode(os.path.abspath(work.file))
    return b""
