"""Which of a cluster's workers grade for a run: those that agree with the client, and lock submissions in."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from distributed import Client
from tornado.platform.asyncio import BaseAsyncIOLoop

from grader.farm.connection import NoCluster, workers_of
from grader.farm.hiring import Hiring, Unreached
from grader.sandbox.levels import Level

PATIENCE = 60.0  # seconds in which a cluster that has lost its workers gets one
QUEUED = 600.0  # seconds in which it gets the first, which a machine's queue may hold back
POLL = 2.0  # seconds between two looks which workers there are
REMIND = 60.0  # seconds between two words to the workers that the run goes on
SILENT = 15.0  # seconds of a worker's silence, in which others were heard, after which it is not asked
ANSWER = 60.0  # seconds after which a worker that has not answered is named, and no longer counted on
NAMED = 3  # workers that a message names

Answer = TypeVar("Answer")


class Question(NamedTuple):
    """What a worker was asked, whose answer is a reason not to use it, and when."""

    answer: Future[str]
    since: float


class Workforce:
    """The workers of a run, by address. It is used in one thread, and asks them on its client's loop.

    A worker is asked for its versions and its isolation first, and is sent keys only if it is taken on.

    Attributes:
        run: the run's name, which no other has.
        hired: how many submissions each of the run's workers grades at a time.
        refused: why others are not used.
        silent: why others are not used yet.
    """

    def __init__(
        self,
        client: Client,
        keys: Mapping[str, bytes],
        least: Level,
        seconds: float | None,
        insecure: bool,
        say: Callable[[str], None],
    ) -> None:
        """Ask nobody yet.

        Args:
            client: of the cluster.
            keys: answer keys by topic id, as `Key.to_bytes` makes them.
            least: the level of isolation that each worker has to have.
            seconds: the CPU time that a submission has in all; by default what its checks say.
            insecure: whether TCP is good enough where others share the network.
            say: tells the instructor something.
        """
        self.run = f"grader-{uuid.uuid4().hex}"
        self.hired: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        self.silent: dict[str, str] = {}
        self._client, self._say = client, say
        self._hiring = Hiring(self.run, keys, least, seconds, insecure)
        self._questions: dict[str, Question] = {}
        self._reminders: dict[str, Future[bool]] = {}
        self._unreached: dict[str, tuple[float, str]] = {}  # when, and why
        self._threads: dict[str, int] = {}  # of all workers that there are
        self._looked = self._reminded = 0.0
        self._manned = self._answered = time.monotonic()  # when there was somebody, and the scheduler, last
        self._announced = False

    @property
    def slots(self) -> int:
        """How many submissions are graded at a time."""
        return sum(self.hired.values())

    def gather(self) -> dict[str, str]:
        """Wait until somebody is hired; return what verdicts depend on there and not here.

        Raises:
            NoCluster: there is nobody, or nobody who may be used.
        """
        there: Mapping[str, Any] = {}
        with suppress(OSError):
            there = workers_of(self._client)
        if not there:
            self._say("Waiting for workers.")
        while not self.hired:
            self.look()
            if self._threads and self._threads.keys() <= self.refused.keys():
                raise NoCluster(f"none of the workers can be used: {self._reasons()}")
            time.sleep(POLL / 20)
        return {"python": self._hiring.python, "isolation": str(self._hiring.level)}

    def look(self) -> None:
        """Hear what workers have answered; every two seconds, see who came and who left, and ask who came.

        Raises:
            NoCluster: nobody has been there for a minute, or for ten before the first; or the scheduler
                has not answered for a minute.
        """
        self._hear()
        now = time.monotonic()
        if self._looked and now - self._looked < POLL:
            return
        self._looked = now
        try:
            there = workers_of(self._client)
        except OSError:
            if now - self._answered > PATIENCE:
                raise NoCluster(
                    f"the scheduler has not answered for {PATIENCE:g} s; what was graded is kept: "
                    "run the same command again to go on"
                ) from None
            return
        self._answered = now
        self._see(there)
        if self.hired:
            self._manned = now
        elif now - self._manned > (PATIENCE if self._hiring.level else QUEUED) and not self._awaited:
            why = self._reasons() or "its scheduler has none; start some, with `dask worker`"
            raise NoCluster(
                f"there is no worker that can be used ({why}); what was graded is kept: "
                "run the same command again to go on"
            )
        if now - self._reminded > REMIND:
            self._reminded = now
            for address in self.hired.keys() - self._reminders.keys():
                self._reminders[address] = self._begin(self._hiring.remind(self._client, address))

    def move(self, client: Client) -> None:
        """Begin again with another client, as the scheduler was started again."""
        self._let_go()
        self._client = client
        for known in (self.hired, self.refused, self.silent, self._unreached):
            known.clear()
        self._looked, self._answered = 0.0, time.monotonic()

    def refuse(self, address: str, reason: str) -> None:
        """Use a worker no more."""
        if self.hired.pop(address, 0):
            self.refused[address] = reason
            self._name({address: reason})

    def lose(self, address: str) -> None:
        """Take a worker for a new one: it was started again, and knows nothing of the run."""
        self.hired.pop(address, None)

    def close(self) -> None:
        """Have the workers forget the keys and end their servers."""
        self._let_go()
        dismissed = self._begin(self._hiring.dismiss(self._client, list(self._threads)))
        with suppress(Exception):  # a worker that is gone has forgotten them
            dismissed.result(PATIENCE / 6)
        dismissed.cancel()

    @property
    def _awaited(self) -> bool:
        """Whether somebody was asked so short a time ago that an answer can be counted on."""
        return any(time.monotonic() - asked.since <= ANSWER for asked in self._questions.values())

    def _hear(self) -> None:
        """Note who was hired and refused meanwhile, and who has forgotten the run."""
        refused: dict[str, str] = {}
        for address in [one for one, asked in self._questions.items() if asked.answer.done()]:
            try:
                reason = self._questions.pop(address).answer.result()
            except Unreached as error:
                self._unreached[address] = time.monotonic(), str(error)
                continue
            except (OSError, CancelledError):  # the scheduler is gone
                continue
            self._unreached.pop(address, None)
            named = self.silent.pop(address, "")
            if reason:
                refused[address] = reason
                continue
            self.hired[address] = self._threads[address]
            if named:
                self._say(f"{address} has answered, and is used from now on.")
        self.refused |= refused
        self._name(refused)
        for address in [one for one, reminder in self._reminders.items() if reminder.done()]:
            with suppress(Unreached, OSError, CancelledError):
                if not self._reminders.pop(address).result():
                    self.lose(address)
        if self.hired and not self._announced and not self._awaited:
            self._announced = True
            count = "1 worker" if len(self.hired) == 1 else f"{len(self.hired)} workers"
            level = self._hiring.level
            self._say(f"Grading on {count}, up to {self.slots} at a time, at the isolation level `{level}`.")

    def _see(self, workers: Mapping[str, Any]) -> None:
        """Forget the workers that left, name those that are silent, and ask those that came."""
        now = time.monotonic()
        self._threads = {address: int(one["nthreads"]) for address, one in workers.items()}
        known: dict[str, Any]
        for known in (self.hired, self.silent, self._unreached):
            for address in known.keys() - self._threads.keys():
                del known[address]
        for address in self._questions.keys() - self._threads.keys():
            self._questions.pop(address).answer.cancel()
        reasons = {
            address: f"it has not answered for {ANSWER:g} s; it is used as soon as it does"
            for address, asked in self._questions.items()
            if now - asked.since > ANSWER
        } | {
            address: f"the scheduler does not reach it ({why}); it is asked again"
            for address, (_, why) in self._unreached.items()
        }
        new = {address: reason for address, reason in reasons.items() if address not in self.silent}
        self.silent |= new
        self._name(new)
        heard = max((one["last_seen"] for one in workers.values()), default=0.0)
        for address, one in workers.items():
            since, _ = self._unreached.get(address, (-REMIND, ""))
            if (
                not any(address in known for known in (self.hired, self.refused, self._questions))
                and heard - one["last_seen"] < SILENT
                and now - since > REMIND
            ):
                self._questions[address] = Question(
                    self._begin(self._hiring.hire(self._client, address)), now
                )

    def _begin(self, asking: Coroutine[Any, Any, Answer]) -> Future[Answer]:
        """Have a coroutine run on the loop of the client, which has a thread of its own."""
        loop = self._client.loop
        assert isinstance(loop, BaseAsyncIOLoop)  # it runs from the client's beginning
        return asyncio.run_coroutine_threadsafe(asking, loop.asyncio_loop)

    def _let_go(self) -> None:
        """Wait for nobody's answer any more."""
        for asked in self._questions.values():
            asked.answer.cancel()
        for reminder in self._reminders.values():
            reminder.cancel()
        self._questions.clear()
        self._reminders.clear()

    def _name(self, reasons: Mapping[str, str]) -> None:
        """Say which workers are not used, and why."""
        alike: dict[str, list[str]] = {}
        for address, reason in reasons.items():
            alike.setdefault(reason, []).append(address)
        for reason, addresses in alike.items():
            more = f" and {len(addresses) - NAMED} more" if len(addresses) > NAMED else ""
            verb = "is" if len(addresses) == 1 else "are"
            self._say(f"{', '.join(addresses[:NAMED])}{more} {verb} not used: {reason}")

    def _reasons(self) -> str:
        return "; ".join(dict.fromkeys((*self.refused.values(), *self.silent.values())))
