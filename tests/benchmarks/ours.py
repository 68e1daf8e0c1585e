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
from pathlib import Path

import psutil
from cost import family_cpu

from grader.grading import key
from grader.grading.grading import Grader
from grader.grading.rules import Rules
from grader.grading.store import Store
from grader.grading.work import Work, open_file
from grader.sandbox import trial
from grader.sandbox.levels import Level


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
    myself, stored = psutil.Process(), 0.0
    workers, database = int(sys.argv[2]), f"sqlite:///{sys.argv[3]}"
    with Store(database) as store, Grader({topic: rules}, workers, level) as grader:

        def find(mark: str) -> None:
            nonlocal stored
            before = time.perf_counter()
            assert store.find(mark) is None, "two submissions are alike"
            stored += time.perf_counter() - before

        _ = grader.server  # its start is not part of what a submission costs
        began, used, own = time.perf_counter(), family_cpu(myself), time.process_time()
        for one, mark in grader.grade_all(works, find):
            assert not one.failed, one
            before = time.perf_counter()
            store.put(one, mark, grader.environment)
            stored += time.perf_counter() - before
        wall, cpu = time.perf_counter() - began, family_cpu(myself) - used
        trusted = time.process_time() - own
    # Not `ru_maxrss`, which counts what the process that started this one held.
    status = Path("/proc/self/status").read_text().splitlines()
    memory = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    print(json.dumps({"wall": wall, "cpu": cpu, "trusted": trusted, "store": stored, "memory": memory}))


if __name__ == "__main__":
    main()
