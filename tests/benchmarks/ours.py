"""What `grader grade` does with the submissions of one topic, from the sandbox to the database.

    python ours.py KEY WORKERS DATABASE FILE_OR_FOLDER...

Prints what it cost once the server had started: seconds, seconds of CPU, those
of the trusted side and of its store, and the most megabytes that side held.
"""

from __future__ import annotations

import functools
import json
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil
from cost import family_cpu

from grader.grading import key
from grader.grading.grader import Grader
from grader.grading.rules import Rules
from grader.grading.store import Store
from grader.grading.work import Work, open_file
from grader.sandbox import trial
from grader.sandbox.levels import Level
from grader.verdict import Graded


class Timed:
    """A store, and the seconds that it took."""

    def __init__(self, store: Store) -> None:
        self.store, self.seconds = store, 0.0

    def claim(self, fingerprints: Iterable[str]) -> dict[str, Graded | None]:
        """Reserve submissions, of which none is known."""
        before = time.perf_counter()
        found = self.store.claim(fingerprints)
        assert not any(found.values()), "two submissions are alike"
        self.seconds += time.perf_counter() - before
        return found

    def others(self) -> dict[str, str]:
        """Ask who else grades."""
        return self.store.others()

    def release(self) -> None:
        """Give back what was reserved."""
        self.store.release()

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        """Keep a submission."""
        before = time.perf_counter()
        self.store.put(graded, fingerprint, environment)
        self.seconds += time.perf_counter() - before


def main() -> None:
    """Grade and keep everything."""
    rules = Rules(key.load(Path(sys.argv[1])))
    topic = rules.key.topic
    given = [Path(path) for path in sys.argv[4:]]
    paths = [path for one in given for path in (sorted(one.glob("*.py")) if one.is_dir() else [one])]
    works = (
        Work(str(number), topic, str(path), functools.partial(open_file, path))
        for number, path in enumerate(paths)
    )
    level = trial.require(Level.LANDLOCK, "none: the benchmark measures what locks in")
    myself = psutil.Process()
    workers, database = int(sys.argv[2]), f"sqlite:///{sys.argv[3]}"
    with Store(database) as store, Grader({topic: rules}, workers, level) as grader:
        _ = grader.server  # its start is not part of what a submission costs
        began, used, own = time.perf_counter(), family_cpu(myself), time.process_time()
        timed = Timed(store)
        for one, _ in grader.grade_all(works, timed):
            assert not one.failed, one
        wall, cpu = time.perf_counter() - began, family_cpu(myself) - used
        trusted = time.process_time() - own
    # Not `ru_maxrss`, which counts what the process that started this one held.
    status = Path("/proc/self/status").read_text().splitlines()
    memory = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    print(
        json.dumps({"wall": wall, "cpu": cpu, "trusted": trusted, "store": timed.seconds, "memory": memory})
    )


if __name__ == "__main__":
    main()
