"""A farm with its database and its client, each a process of its own, and what happens to them in a night.

`faults` imports it, and has told Python where the modules of the tests are.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

import databases
import farms
import faulty
from courses import TOPIC
from distributed import Security

from grader.grading.store import Store
from grader.verdict import Graded

HERE = Path(__file__).parent
PATHS = [HERE, HERE.parent / "farm", HERE.parent]
WORKERS = 4
GONE = 10.0  # seconds for which the database is gone
LONGEST = 300.0  # seconds after which something is given up that did not happen


class Line(NamedTuple):
    """What somebody noted, and when."""

    at: float
    words: tuple[str, ...]


class Event(NamedTuple):
    """What happened, from when to when."""

    what: str
    began: float
    over: float


class Night:
    """The farm, its database and its client, and what happens to them.

    Attributes:
        kept: what is in the database, once all is graded.
    """

    def __init__(self, folder: Path, count: int) -> None:
        """Start them."""
        self.kept: list[Graded] = []
        self._folder, self._count, self._stack = folder, count, ExitStack()
        self._spoilt: set[int] = set()  # process ids of workers to which something happened
        self._client: subprocess.Popen[bytes] | None = None
        # As docs/farm.md starts them: a worker may be silent for a minute.
        path = os.pathsep.join(map(str, PATHS))
        more = {
            "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "60s",
            "PYTHONPATH": path,
            faulty.FOLDER: str(folder),
        }
        self._environment = {**os.environ, **more}
        try:
            self._database = self._stack.enter_context(databases.postgresql())
            before = dict(farms.SETTINGS)
            farms.SETTINGS.update(more)
            self._stack.callback(farms.SETTINGS.update, before)
            self._farm = self._stack.enter_context(farms.farm(folder, 0, Security.temporary()))
            for _ in range(WORKERS):
                self._farm.start_worker("--nanny")
            self._start_client()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End all of it."""
        if self._client is not None:
            self._client.kill()
            self._client.wait()
        self._stack.close()

    def lines(self, log: str) -> list[Line]:
        """Return what was noted in a log until now."""
        try:
            whole = (self._folder / log).read_text().split("\n")[:-1]
        except FileNotFoundError:
            return []
        return [Line(float(at), tuple(words)) for at, *words in (line.split(" ") for line in whole)]

    def run(self) -> list[Event]:
        """Have the class graded; return what happened meanwhile."""
        happens: list[tuple[float, str, Callable[[], object]]] = [
            (0.04, "a worker is killed", lambda: os.kill(self._somebody(), signal.SIGKILL)),
            (0.20, "the scheduler is killed, and started again", self._restart_scheduler),
            (0.36, f"the database is gone for {GONE:g} s", self._stop_database),
            (0.45, "the client is killed, and started again", self._restart_client),
            (0.65, "a worker's disk is full", lambda: self._spoil("full")),
            (0.75, "a worker's thread hangs", lambda: self._spoil("stuck")),
            (0.85, "a worker is stopped", lambda: os.kill(self._somebody(), signal.SIGSTOP)),
        ]
        events = []
        for share, what, happen in happens:
            self._wait(f"{share:.0%} of the class", lambda share=share: self._done >= share * self._count)
            began = time.monotonic()
            happen()
            events.append(Event(what, began, time.monotonic()))
            self._wait(f"a batch sent after this: {what}", lambda: self._goes_on(events[-1]))
        assert self._client is not None
        self._wait("the end", lambda: self._client.poll() is not None)
        assert self._client.returncode == 0, self._state()
        with Store(self._database.url) as store:
            self.kept = [one.graded for one in store.kept(TOPIC)]
        return events

    @property
    def _done(self) -> int:
        return len(self.lines("kept"))

    def _goes_on(self, event: Event) -> bool:
        """Tell whether a batch that was sent after an event is kept."""
        sent = {name for line in self.lines("sent") if line.at > event.over for name in line.words}
        return any(line.at > event.over and line.words[0] in sent for line in self.lines("kept"))

    def _wait(self, what: str, reached: Callable[[], bool]) -> None:
        """Wait for something, and meanwhile start what ends of the farm, as who runs one has it done."""
        until = time.monotonic() + LONGEST
        while not reached():
            for ended in [one for one in self._farm.workers if one.poll() is not None]:
                self._farm.workers.remove(ended)
                self._farm.start_worker("--nanny")
            assert time.monotonic() < until, f"{what} did not come in {LONGEST:g} s: {self._state()}"
            assert self._client is not None
            if self._client.poll() is not None and not reached():
                raise AssertionError(f"the client ended before {what}: {self._state()}")
            time.sleep(0.2)

    def _state(self) -> str:
        said = [" ".join(line.words) for line in self.lines("said")[-5:]]
        ends = (self._folder / "client.log").read_text()[-2000:]
        return f"{self._done} of {self._count} are kept; the client said {said} and wrote {ends}"

    def _start_client(self) -> None:
        asked = {"address": self._farm.address, "files": str(self._folder), "database": self._database.url}
        asked |= {"folder": str(self._folder), "count": self._count}
        command = [sys.executable, str(HERE / "faulted.py"), json.dumps(asked)]
        with open(self._folder / "client.log", "ab") as log:
            self._client = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment)

    def _somebody(self) -> int:
        """Return the process of a worker that grades now, and to which nothing has happened."""
        while True:
            for line in reversed(self.lines("graded")[-200:]):
                pid = int(line.words[0])
                with suppress(ProcessLookupError):
                    os.kill(pid, 0)
                    if pid not in self._spoilt:
                        self._spoilt.add(pid)
                        return pid
            time.sleep(0.1)

    def _spoil(self, how: str) -> None:
        (self._folder / f"{how}-{self._somebody()}").touch()

    def _restart_scheduler(self) -> None:
        assert self._farm.scheduler is not None
        self._farm.scheduler.kill()
        self._farm.scheduler.wait()
        self._farm.start_scheduler()

    def _stop_database(self) -> None:
        self._database.stop()
        time.sleep(GONE)
        self._database.start()

    def _restart_client(self) -> None:
        assert self._client is not None
        self._client.kill()
        self._client.wait()
        self._start_client()
