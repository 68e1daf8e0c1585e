"""The client of a farm in which things fail: it grades a class of stubs, and notes what it does.

    python faulted.py JSON

JSON holds `address` (the scheduler's), `files` (the folder of its certificates), `database` (a URL),
`folder` (of the logs) and `count` (of the class). It notes in `folder` which batch was sent (`sent`), what
was kept (`kept`) and what an instructor is told (`said`), with the time of each.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import faulty
import msgspec
import stubs
from courses import CHECKS, TOPIC
from distributed import Client
from farmed import in_memory

from grader.farm import worker
from grader.farm.cluster import Cluster
from grader.farm.connection import place_of
from grader.farm.flight import Flight
from grader.farm.messages import Submission
from grader.farm.outbox import Held
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.store import Store
from grader.grading.work import Work
from grader.sandbox.levels import Level
from grader.verdict import Graded

RULES = {TOPIC: Rules(Key(TOPIC, False, "", CHECKS, {}))}
ALLOWED = 0.05  # seconds of CPU for each submission: a batch of 20 is waited for 72 seconds


def contents(count: int) -> list[faulty.Content]:
    """Return what a class hands in: two end every worker that takes them, and on one the grader fails."""
    does = {count // 10: "exit", count * 3 // 10: "fail", count * 11 // 20: "exit"}
    return [
        faulty.Content(f"student-{number:07}", number % (faulty.POINTS + 1), does.get(number, ""))
        for number in range(count)
    ]


def works(count: int) -> Iterator[Work]:
    """Yield the same as works, which lie in memory."""
    for one in contents(count):
        yield Work(one.student, TOPIC, one.student, in_memory(msgspec.json.encode(one)))


class NotedStore(Store):
    """Notes what it has kept, but for what was graded before, which a run keeps once more."""

    def __init__(self, url: str, log: Path) -> None:
        """Open it; note in a log."""
        super().__init__(url)
        self._log, self._known = log, set[str]()

    def claim(self, fingerprints: Iterable[str]) -> dict[str, Graded | None]:
        """Reserve submissions, and see which are known."""
        found = super().claim(fingerprints)
        self._known |= {fingerprint for fingerprint, graded in found.items() if graded is not None}
        return found

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        """Keep one submission."""
        super().put(graded, fingerprint, environment)
        if fingerprint not in self._known:
            faulty.note(self._log, graded.student)


def main() -> None:
    """Grade the class."""
    asked = json.loads(sys.argv[1])
    folder, send = Path(asked["folder"]), Flight.send

    def noted_send(
        self: Flight,
        client: Client,
        several: Sequence[tuple[Held, Submission]],
        workers: Collection[str],
        seconds: float,
    ) -> None:
        faulty.note(folder / "sent", *(held.task.work.student for held, _ in several))
        send(self, client, several, workers, seconds)

    def say(line: str) -> None:
        faulty.note(folder / "said", *line.split())

    worker.hire, Flight.send = partial(stubs.hire, faulty.Faulty), noted_send
    names = {"ca": "ca_file", "certificate": "client_cert", "key": "client_key"}
    files = {one: str(Path(asked["files"], file)) for one, file in names.items()}
    with (
        NotedStore(asked["database"], folder / "kept") as store,
        place_of(asked["address"], **files) as place,
        Cluster(place, RULES, Level.NONE, ALLOWED, say=say) as cluster,
        Grader(RULES, seconds=ALLOWED, executor=cluster) as grader,
    ):
        for _ in grader.grade_all(works(asked["count"]), store, say=say):
            pass


if __name__ == "__main__":
    main()
