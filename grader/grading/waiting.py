"""A run waits for its database, where that is gone, and for what another run grades."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from grader.errors import StoreGone
from grader.grading.executor import Task
from grader.grading.work import Work
from grader.verdict import Graded

CTRL_C = 0.1  # seconds between two looks whether there was a Ctrl-C
ASKED = 1.0  # seconds between two questions to the database
GONE = 600.0  # seconds for which a database that is gone is waited for

Answer = TypeVar("Answer")


class Keeper(Protocol):
    """Where what was graded is kept, a `store.Store`."""

    def claim(self, fingerprints: Iterable[str]) -> dict[str, Graded | None]:
        """Return what was graded, None for what is this run's to grade, nothing for what is another's."""

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        """Keep one submission."""

    def others(self) -> dict[str, str]:
        """Return what other runs grade now, by fingerprint: whose run it is."""

    def release(self) -> None:
        """Give back what was claimed and not kept."""


class Nowhere:
    """Keeps nothing, and shares nothing."""

    def claim(self, fingerprints: Iterable[str]) -> dict[str, Graded | None]:
        """Have everything graded."""
        return dict.fromkeys(fingerprints)

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        """Forget it."""

    def others(self) -> dict[str, str]:
        """Know of nobody else."""
        return {}

    def release(self) -> None:
        """Have nothing to give back."""


class Waiting:
    """A run's way to its keeper: it asks again where the database is gone, and waits for other runs."""

    def __init__(self, keeper: Keeper, check: Callable[[], None], say: Callable[[str], None]) -> None:
        """Ask nothing yet.

        Args:
            keeper: where results are kept; it is used in the caller's thread.
            check: is called while it waits; what it raises ends the wait.
            say: tells a person in one line what is waited for.
        """
        self._keeper, self._check, self._say = keeper, check, say
        self._held: dict[str, list[Work]] = {}

    def claim(self, tasks: Sequence[Task]) -> Mapping[str, Graded | None]:
        """Return by fingerprint what was graded before, and None for what this run is to grade.

        What is left out another run grades now: it is among the works of a later turn.

        Raises:
            StoreError: the database cannot be used.
        """
        found = self._answer(lambda: self._keeper.claim([task.mark for task in tasks]))
        for task in tasks:
            if task.mark not in found:
                self._held.setdefault(task.mark, []).append(task.work)
        return found

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        """Keep one submission.

        Raises:
            StoreError: it could not be kept.
        """
        self._answer(lambda: self._keeper.put(graded, fingerprint, environment))

    def turns(self, works: Iterable[Work]) -> Iterator[Iterable[Work]]:
        """Yield the works, and then, as other runs let go of them, those that were held.

        Raises:
            StoreError: the database cannot be used.
        """
        yield works
        said = False
        while self._held:
            others = self._answer(self._keeper.others)
            free = [fingerprint for fingerprint in self._held if fingerprint not in others]
            if free:
                yield [work for fingerprint in free for work in self._held.pop(fingerprint)]
                continue
            if not said:
                count, who = sum(map(len, self._held.values())), {others[one] for one in self._held}
                what = "a submission" if count == 1 else f"{count} submissions"
                self._say(f"Waiting for {what} that another run grades now ({', '.join(sorted(who))}).")
                said = True
            self._pause()

    def release(self) -> None:
        """Give back what was claimed and not kept."""
        self._keeper.release()

    def _answer(self, ask: Callable[[], Answer]) -> Answer:
        """Ask the database, again and again while it is gone."""
        until = None
        while True:
            try:
                return ask()
            except StoreGone as error:
                if until is None:
                    until = time.monotonic() + GONE
                    patience = f"for up to {GONE / 60:g} minutes"
                    self._say(f"Waiting {patience} for {error.name}, which does not answer ({error.said}).")
                if time.monotonic() > until:
                    raise
            self._pause()

    def _pause(self) -> None:
        until = time.monotonic() + ASKED
        while time.monotonic() < until:
            self._check()
            time.sleep(CTRL_C)
