"""One text of a student's file, checked in a thread of its own, which can be given up at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader import files
from grader.client.child import GivenUp
from grader.client.server import Server
from grader.errors import ServerError
from grader.grading.grader import Grader
from grader.grading.judge import verdict as judge
from grader.grading.rules import Rules
from grader.grading.run import Running
from grader.verdict import Verdict


@dataclass(frozen=True)
class Ready:
    """There is a server, and the first exercise runs."""

    check: Check


@dataclass(frozen=True)
class Checked:
    """An exercise was checked, and the next one runs."""

    check: Check
    verdict: Verdict


@dataclass(frozen=True)
class Died:
    """The grader's own processes failed; the rest is not checked, and they are started again."""

    check: Check
    error: ServerError


@dataclass(frozen=True)
class Ended:
    """All was checked, or nothing more can be: the error says why."""

    check: Check
    error: Exception | None = None


Told = Ready | Checked | Died | Ended


class Check:
    """Checks exercises of one text, one after another, and tells what came of each.

    An exercise that hangs takes its time here, and nobody else's: who waits no
    longer gives the check up, and its process is ended at once.
    """

    def __init__(
        self, grader: Grader, rules: Rules, text: bytes, names: Sequence[str], tell: Callable[[Told], None]
    ) -> None:
        """Begin.

        Args:
            grader: which has the server; it is started if there is none.
            rules: of the topic.
            text: of the student's file.
            names: the exercises to be checked, in this order.
            tell: called in the check's own thread, with `Ended` at last unless it was given up.
        """
        self.text = text
        self._grader, self._rules, self._names, self._tell = grader, rules, names, tell
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def give_up(self) -> None:
        """Have it end, and its process; does not wait."""
        self._given_up.set()

    def join(self, seconds: float) -> bool:
        """Wait until it has ended; return whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            server = self._grader.server
            try:
                self._tell(Ready(self))
                self._run(server)
            except GivenUp:
                return
            except ServerError as error:
                if not self._given_up.is_set():
                    self._tell(Died(self, error))
                    self._grader.kept.restart()
        except Exception as error:  # else the screen would wait for a thread that is no more
            self._tell(Ended(self, error))
        else:
            self._tell(Ended(self))

    def _run(self, server: Server) -> None:
        rules = self._rules

        def wanted() -> bool:
            return not self._given_up.is_set()

        with files.unnamed(self.text) as descriptor:
            for name, outcomes in Running(server, rules, descriptor, self._names, wanted=wanted):
                exercise, key = rules.checks.exercises[name], rules.key.exercises[name]
                self._tell(Checked(self, judge(exercise, key, outcomes, rules.key.hidden)))
