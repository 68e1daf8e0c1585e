"""What `grader grade` does with notebooks of one topic, from the sandbox to the database.

    python ours.py KEY WORKERS DATABASE FILE...

Prints what it cost once the server had started, and what a child held of its own.
"""

from __future__ import annotations

import functools
import json
import sys
import time
from pathlib import Path

import psutil
from cost import family_cpu

from grader import isolation, key
from grader.grading import Grader, Rules, Work, open_file
from grader.sandbox import Level
from grader.store import Store


def main() -> None:
    """Grade and keep everything."""
    rules = Rules(key.load(Path(sys.argv[1])))
    topic = rules.key.topic
    works = [
        Work(str(number), topic, path, functools.partial(open_file, path))
        for number, path in enumerate(sys.argv[4:])
    ]
    level = isolation.require(Level.LANDLOCK)
    myself = psutil.Process()
    with Store(f"sqlite:///{sys.argv[3]}") as store, Grader({topic: rules}, int(sys.argv[2]), level) as grader:
        began = time.perf_counter(), family_cpu(myself)
        for one, mark in grader.grade_all(works, store.find):
            store.put(one, mark, grader.environment)
            assert not one.failed, one
        wall, cpu = time.perf_counter() - began[0], family_cpu(myself) - began[1]
    print(json.dumps({"wall": wall, "cpu": cpu}))


if __name__ == "__main__":
    main()
