"""What a worker is asked before it grades for a run, each by itself: one that is silent holds up no other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec
from distributed import Client

from grader import __version__
from grader.farm import trust, worker
from grader.farm.messages import Offer
from grader.sandbox.levels import Level
from grader.versions import versions

SETTLE = 10.0  # seconds after the first offer, in which others have a say in what the run's workers share
TICK = 0.1  # seconds between two looks whether all have made their offers


class Unreached(Exception):
    """The scheduler did not reach a worker, or lost it; nothing is known of what it would have said."""


class Hiring:
    """What the workers of one run have in common, and how each is taken on.

    Its coroutines run on the loop of a client, never on two loops at a time. They have no time limit:
    an answer that comes late is welcome, and who asks does not wait for it.

    Attributes:
        run: the run's name, which no other has.
        level: the best level of isolation that all have; None until it is known.
        python: the version of Python that they have; "" until it is known.
    """

    def __init__(
        self, run: str, keys: Mapping[str, bytes], least: Level, seconds: float | None, insecure: bool
    ) -> None:
        """Ask nobody yet; the arguments are those of `Workforce`."""
        self.run = run
        self.level: Level | None = None
        self.python = ""
        self._keys, self._least, self._seconds, self._insecure = dict(keys), least, seconds, insecure
        self._asked: set[str] = set()  # whose offers are waited for
        self._offers: dict[str, Offer] = {}
        self._first: float | None = None  # when the first of them came

    async def hire(self, client: Client, address: str) -> str:
        """Ask a worker, and send it keys if it fits; return why it does not, "" once its server is warm.

        Raises:
            Unreached: it was not reached.
            OSError: the scheduler is gone.
        """
        if not (self._insecure or trust.is_private(address)):
            return "it is reached by TCP over a network, and keys are sent over TLS only"
        self._asked.add(address)
        try:
            said = await ask(client, address, worker.offer, str(self._least))
        finally:
            self._asked.discard(address)
        if not isinstance(said, bytes):
            return _said(said)
        level, reason = await self._settle(address, msgspec.json.decode(said, type=Offer))
        if reason or level is None:
            return reason
        if self._offers[address].level != level:
            if reason := _said(await ask(client, address, worker.hold, str(level))):
                held = f"this run holds submissions at the level `{level}`"
                return f"{held}, which does not hold there ({reason})"
        arguments = (self.run, self._keys, str(level), self._seconds)
        return _said(await ask(client, address, worker.hire, *arguments))

    async def dismiss(self, client: Client, addresses: Collection[str]) -> None:
        """Have workers forget the run; those that are not reached forget it in time."""
        asked = (ask(client, address, worker.dismiss, self.run) for address in addresses)
        await asyncio.gather(*asked, return_exceptions=True)

    async def remind(self, client: Client, address: str) -> bool:
        """Say to a worker that the run goes on; return whether it still grades for it, as far as is known."""
        return await ask(client, address, worker.remind, self.run) is not False

    async def _settle(self, address: str, offer: Offer) -> tuple[Level | None, str]:
        """Take an offer into account; return the level of the run, and why the worker is not used, or ""."""
        self._offers[address] = offer
        self._first = self._first or time.monotonic()
        while self.level is None and self._asked and time.monotonic() < self._first + SETTLE:
            await asyncio.sleep(TICK)
        self.python = self.python or trust.python_of(self._offers)
        if self.level is None:
            fitting = [Level(one.level) for one in self._offers.values() if not self._unfit(one)]
            self.level = min(fitting, key=lambda level: level.rank, default=None)
        return self.level, self._unfit(offer)

    def _unfit(self, offer: Offer) -> str:
        ours = {"grader": __version__, **versions()}
        return trust.difference(offer.versions, ours, self.python) or offer.reason


async def ask(client: Client, address: str, what: Callable[..., Any], *arguments: Any) -> Any:
    """Run a function in a worker; return what it returned, or the error that it raised.

    Raises:
        Unreached: the worker was not reached, or was lost.
        OSError: the scheduler is gone.
    """
    # In the loop's own thread, this is a coroutine.
    found = await client.run(what, *arguments, workers=[address], on_error="return")
    if isinstance(said := found[address], OSError):
        raise Unreached(str(said))
    return said


def _said(said: Any) -> str:
    """Return why a worker cannot be used, from what it returned or raised."""
    if isinstance(said, ModuleNotFoundError):
        return f"it has no module {said.name}: install the grader there with its extra `scale`"
    return f"{type(said).__name__}: {said}" if isinstance(said, BaseException) else str(said)
