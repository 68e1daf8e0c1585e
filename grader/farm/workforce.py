"""Which of a cluster's workers grade for a run: they agree with the client, and lock submissions in."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import msgspec
from distributed import Client

from grader import __version__
from grader.farm import trust, worker
from grader.farm.connection import NoCluster
from grader.farm.messages import Offer
from grader.sandbox.levels import Level
from grader.versions import versions

PATIENCE = 60.0  # seconds in which a cluster that has lost its workers gets one
QUEUED = 600.0  # seconds in which it gets the first, which a machine's queue may hold back
LOOK = 2.0  # seconds between two looks which workers there are
REMIND = 60.0  # seconds between two words to the workers that the run goes on
SILENT = 15.0  # seconds of a worker's silence, in which others were heard, after which it is not asked
NAMED = 3  # workers that a message names


class Workforce:
    """The workers of a run, by address. It is used in one thread, and has another that waits for workers.

    A worker is asked for its versions and its isolation first, and is sent keys only if it is taken on.

    Attributes:
        run: the run's name, which no other has.
        hired: how many submissions each of the run's workers grades at a time.
        refused: why others are not used.
        level: the best level of isolation that all who are used have.
        python: the version of Python that they have.
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
        self.level: Level | None = None
        self.python = ""
        self._client, self._keys, self._least, self._seconds = client, keys, least, seconds
        self._insecure, self._say = insecure, say
        self._pool = ThreadPoolExecutor(1)
        self._hiring: Future[dict[str, str]] | None = None
        self._reminding: Future[dict[str, Any]] | None = None
        self._threads: dict[str, int] = {}  # of all workers that there are
        self._looked = self._reminded = 0.0
        self._manned = time.monotonic()  # when there was somebody last

    @property
    def slots(self) -> int:
        """How many submissions are graded at a time."""
        return sum(self.hired.values())

    def gather(self) -> dict[str, str]:
        """Wait until somebody is hired; return what verdicts depend on there and not here.

        Raises:
            NoCluster: there is nobody, or nobody who may be used.
        """
        if not self._client.scheduler_info()["workers"]:
            self._say("Waiting for workers.")
        while not self.hired:
            self.look()
            if self._hiring is None and self._threads and self._threads.keys() <= self.refused.keys():
                raise NoCluster(f"none of the workers can be used: {self._reasons()}")
            time.sleep(LOOK / 20)
        count = "1 worker" if len(self.hired) == 1 else f"{len(self.hired)} workers"
        self._say(f"Grading on {count}, up to {self.slots} at a time, at the isolation level `{self.level}`.")
        return {"python": self.python, "isolation": str(self.level)}

    def look(self) -> None:
        """See who came and who left, every two seconds; have those who came asked.

        Raises:
            NoCluster: nobody has been there for a minute, or for ten before the first.
        """
        self._take_on()
        now = time.monotonic()
        if self._looked and now - self._looked < LOOK:
            return
        self._looked = now
        with suppress(OSError):
            self._see(self._client.scheduler_info()["workers"])
        if self.hired:
            self._manned = now
        elif now - self._manned > (QUEUED if self.level is None else PATIENCE) and self._hiring is None:
            why = self._reasons() or "its scheduler has none; start some, with `dask worker`"
            raise NoCluster(
                f"there is no worker that can be used ({why}); what was graded is kept: "
                "run the same command again to go on"
            )
        if self.hired and now - self._reminded > REMIND and self._reminding is None:
            self._reminded = now
            self._reminding = self._pool.submit(self._ask, worker.remind, list(self.hired), self.run)

    def move(self, client: Client) -> None:
        """Begin again with another client, as the scheduler was started again."""
        self._client = client
        self.hired.clear()
        self.refused.clear()
        self._hiring = self._reminding = None
        self._looked = 0.0

    def refuse(self, address: str, reason: str) -> None:
        """Use a worker no more."""
        if self.hired.pop(address, 0):
            self._refuse({address: reason})

    def lose(self, address: str) -> None:
        """Take a worker for a new one: it was started again, and knows nothing of the run."""
        self.hired.pop(address, None)

    def close(self) -> None:
        """Have the workers forget the keys and end their servers."""
        with suppress(Exception):  # a worker that is gone has forgotten them
            self._pool.submit(self._ask, worker.dismiss, list(self._threads), self.run).result(PATIENCE / 6)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _see(self, workers: Mapping[str, Any]) -> None:
        self._threads = {address: int(one["nthreads"]) for address, one in workers.items()}
        for address in self.hired.keys() - self._threads.keys():
            del self.hired[address]
        heard = max((one["last_seen"] for one in workers.values()), default=0.0)
        new = [
            address
            for address, one in workers.items()
            if address not in self.hired and address not in self.refused and heard - one["last_seen"] < SILENT
        ]
        if new and self._hiring is None:
            self._hiring = self._pool.submit(self._hire, new)

    def _take_on(self) -> None:
        """Note who was hired and refused meanwhile, and who has forgotten the run."""
        if self._hiring is not None and self._hiring.done():
            hiring, self._hiring = self._hiring, None
            with suppress(OSError):  # the scheduler is gone
                found = hiring.result()
                for address in (address for address, reason in found.items() if not reason):
                    if address in self._threads:
                        self.hired[address] = self._threads[address]
                self._refuse({address: reason for address, reason in found.items() if reason})
        if self._reminding is not None and self._reminding.done():
            reminding, self._reminding = self._reminding, None
            with suppress(OSError):
                for address, known in reminding.result().items():
                    if known is False:
                        self.lose(address)

    def _hire(self, addresses: Sequence[str]) -> dict[str, str]:
        """Ask workers, and hire those that fit; return for each why it was refused, "" if it was not."""
        found = {
            address: "it is reached by TCP over a network, and keys are sent over TLS only"
            for address in addresses
            if not (self._insecure or trust.is_private(address))
        }
        asked = [address for address in addresses if address not in found]
        offers: dict[str, Offer] = {}
        for address, said in self._ask(worker.offer, asked, str(self._least)).items():
            if isinstance(said, bytes):
                offers[address] = msgspec.json.decode(said, type=Offer)
            else:
                found[address] = _said(said)
        if offers and not self.python:
            self.python = trust.python_of(offers)
        ours = {"grader": __version__, **versions()}
        for address, offer in offers.items():
            found[address] = trust.difference(offer.versions, ours, self.python) or offer.reason
        fitting = {address: Level(offers[address].level) for address, reason in found.items() if not reason}
        if fitting and self.level is None:
            self.level = min(fitting.values(), key=lambda level: level.rank)
        if self.level is not None:
            found |= self._at(self.level, fitting)
            chosen = [address for address, reason in found.items() if not reason]
            arguments = (self.run, dict(self._keys), str(self.level), self._seconds)
            found |= {one: _said(said) for one, said in self._ask(worker.hire, chosen, *arguments).items()}
        return found

    def _at(self, level: Level, offered: Mapping[str, Level]) -> dict[str, str]:
        """Return for each worker why it cannot lock submissions in at the level of the run, "" if it can."""
        other = [address for address, one in offered.items() if one is not level]
        return {
            address: reason
            and f"this run holds submissions at the level `{level}`, which does not hold there ({reason})"
            for address, said in self._ask(worker.hold, other, str(level)).items()
            for reason in [_said(said)]
        }

    def _ask(self, what: Callable[..., Any], workers: Sequence[str], *arguments: Any) -> dict[str, Any]:
        """Run a function in workers; return what each returned, or the error that it raised."""
        if not workers:
            return {}
        return dict(self._client.run(what, *arguments, workers=list(workers), on_error="return"))

    def _refuse(self, reasons: Mapping[str, str]) -> None:
        self.refused |= reasons
        alike: dict[str, list[str]] = {}
        for address, reason in reasons.items():
            alike.setdefault(reason, []).append(address)
        for reason, addresses in alike.items():
            more = f" and {len(addresses) - NAMED} more" if len(addresses) > NAMED else ""
            verb = "is" if len(addresses) == 1 else "are"
            self._say(f"{', '.join(addresses[:NAMED])}{more} {verb} not used: {reason}")

    def _reasons(self) -> str:
        return "; ".join(dict.fromkeys(self.refused.values()))


def _said(said: Any) -> str:
    """Return why a worker cannot be used, from what it returned or raised."""
    if isinstance(said, ModuleNotFoundError):
        return f"it has no module {said.name}: install the grader there with its extra `scale`"
    return f"{type(said).__name__}: {said}" if isinstance(said, BaseException) else str(said)
