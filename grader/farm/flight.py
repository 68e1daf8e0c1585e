"""Batches under way: sent to workers, and what comes of each."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import msgspec
from distributed import Client, Future, KilledWorker

from grader.farm import worker
from grader.farm.connection import processing
from grader.farm.messages import Answers, Batch, Submission
from grader.farm.outbox import Held

PATIENCE = 60.0  # seconds that a batch may take beside its submissions


@dataclass(frozen=True)
class Sent:
    """A batch under way: to whom it may have gone, and until when it is waited for."""

    held: tuple[Held, ...]
    future: Future[bytes]
    workers: frozenset[str]
    until: float


@dataclass(frozen=True)
class Landed:
    """What came of a batch: answers, or else why there are none.

    `suspected` says whether one of its submissions may be the reason. `stuck` is the worker that has it
    and answers nothing, "" if there is none.
    """

    held: tuple[Held, ...]
    answers: Answers | None
    why: str = ""
    suspected: bool = False
    stuck: str = ""


class Flight:
    """The batches of one run that are under way."""

    def __init__(self, run: str) -> None:
        """Begin with none; workers know the run by its name."""
        self._run, self._count = run, 0
        self._sent: dict[str, Sent] = {}
        self._ended: SimpleQueue[tuple[str, Answers | Exception]] = SimpleQueue()

    def __len__(self) -> int:
        return len(self._sent)

    def send(
        self,
        client: Client,
        several: Sequence[tuple[Held, Submission]],
        workers: Collection[str],
        seconds: float,
    ) -> None:
        """Send a batch.

        Args:
            client: of the cluster.
            several: the submissions; all ask for the same exercises.
            workers: who may grade it.
            seconds: how long their grading may take.
        """
        held = tuple(one for one, _ in several)
        batch = Batch(tuple(submission for _, submission in several), tuple(held[0].task.only))
        self._count += 1
        name = f"{self._run}-{self._count}"
        data = msgspec.msgpack.encode(batch)
        future = client.submit(worker.grade, self._run, data, workers=list(workers), pure=False, key=name)
        self._sent[name] = Sent(held, future, frozenset(workers), time.monotonic() + PATIENCE + seconds)
        assert client.loop is not None  # it runs from the client's beginning
        client.loop.add_callback(self._follow, name, future)

    def landed(self, seconds: float) -> Iterator[Landed]:
        """Yield what has come of batches; wait for the first so many seconds at most."""
        with suppress(Empty):
            name, came = self._ended.get(timeout=seconds)
            while True:
                if (sent := self._sent.pop(name, None)) is not None:
                    sent.future.release()
                    yield _read(sent.held, came)
                name, came = self._ended.get_nowait()

    def overdue(self, client: Client, workers: Collection[str]) -> Iterator[Landed]:
        """Yield the batches that nobody of these workers has, or that take too long.

        With one that takes too long come all that the same worker has: it may never answer.
        """
        late = {name for name, sent in self._sent.items() if time.monotonic() > sent.until}
        stuck = _holders(client, late) if late else {}
        for name, sent in list(self._sent.items()):
            gone = sent.workers.isdisjoint(workers)
            if gone or name in late or name in stuck:
                del self._sent[name]
                sent.future.release()
                why = "The worker that had it ended." if gone else "No worker answered in time."
                yield Landed(sent.held, None, why, gone or name in late, stuck.get(name, ""))

    def taken_back(self) -> Iterator[Landed]:
        """Yield what has come, and then all else that was under way: it is lost with its scheduler."""
        yield from self.landed(0)
        sent, self._sent = self._sent, {}
        for one in sent.values():
            one.future.release()
            yield Landed(one.held, None)

    def give_up(self, client: Client) -> None:
        """Let go of all that is under way."""
        sent, self._sent = self._sent, {}
        with suppress(Exception):  # without its scheduler it is let go of already
            client.cancel([one.future for one in sent.values()])

    async def _follow(self, name: str, future: Future[bytes]) -> None:
        """Note what comes of a batch, in the thread of the client's loop.

        A result that is there is lost if its worker ends before it is fetched, and is then waited for
        again, for ever if no other worker may grade the batch. So the thread of the run does not wait
        for it: `overdue` finds that nobody has the batch any more, and ends this by its release.
        """
        try:
            self._ended.put((name, msgspec.json.decode(await future, type=Answers)))
        except Exception as error:
            self._ended.put((name, error))


def _holders(client: Client, late: Collection[str]) -> dict[str, str]:
    """Return by name all batches of the workers that have one of these, and who has each."""
    with suppress(OSError):
        found = processing(client).items()
        return {name: address for address, has in found if not set(late).isdisjoint(has) for name in has}
    return {}  # the scheduler is gone


def _read(held: tuple[Held, ...], came: Answers | Exception) -> Landed:
    match came:
        case Answers():
            return Landed(held, came)
        case CancelledError() | OSError():  # it went with the scheduler, or with its worker
            return Landed(held, None)
        case KilledWorker():
            return Landed(held, None, "The workers that had it ended.", suspected=True)
        case _:
            return Landed(held, None, f"{type(came).__name__}: {came}.", suspected=True)
