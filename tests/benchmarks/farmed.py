"""A class graded by this machine's pool or on a cluster: what it cost once all who grade had started.

    python farmed.py JSON

JSON holds `address` ("" for the pool; `local:2`; or a scheduler's), `files` (the folder of its
certificates), `pids` (the processes of its scheduler and workers), and `parts`: each with its `name`,
`key`, `answer`, `count` and `database` (a URL; "" keeps nothing). A part with no answer has its
submissions graded by a stub. Prints for each part what it cost in all: seconds, seconds of CPU,
those of this process and of its store, and the most megabytes that each process has held until then;
and `rest`, the seconds of CPU that all processes take in a second in which nothing is graded.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import stubbed
import stubs
from cost import family_cpu
from ours import Timed

from grader.farm import worker
from grader.farm.cluster import Cluster
from grader.farm.connection import place_of
from grader.grading import key
from grader.grading.grader import Grader
from grader.grading.rules import Rules
from grader.grading.store import Store
from grader.grading.waiting import Nowhere
from grader.grading.work import Work
from grader.sandbox import trial

REST = 5.0  # seconds for which nothing is graded
TOGETHER = 2  # how many submissions run at a time, wherever that is


def main() -> None:
    """Grade each part, one after the other."""
    asked = json.loads(sys.argv[1])
    rules = {}
    for part in asked["parts"]:
        loaded = Rules(key.load(Path(part["key"])))
        rules[loaded.key.topic] = loaded
        part["topic"] = loaded.key.topic
    stub, level = not asked["parts"][0]["answer"], trial.best()
    if stub:
        worker.hire = partial(stubs.hire, stubbed.Stub)
    with ExitStack() as stack:
        executor = None
        if asked["address"]:
            names = {"ca": "ca_file", "certificate": "client_cert", "key": "client_key"}
            files = {one: str(Path(asked["files"], file)) for one, file in names.items() if asked["files"]}
            place = stack.enter_context(place_of(asked["address"], **files))
            executor = stack.enter_context(
                Cluster(place, rules, level, say=lambda line: print(line, file=sys.stderr))
            )
            while executor._workforce.slots < TOGETHER:
                list(executor.finished(0.1))
        grader = stack.enter_context(Grader(rules, TOGETHER, level, executor=executor))
        if stub:
            grader.grade = stubbed.grade
        elif executor is None:
            _ = grader.server
        rest = at_rest(asked["pids"])
        for part in asked["parts"]:
            print(json.dumps({**measured(grader, part, asked["pids"]), "rest": rest}), flush=True)


def at_rest(pids: list[int]) -> float:
    """Return the seconds of CPU that this process and others take in a second without work."""
    family = [psutil.Process(), *map(psutil.Process, pids)]
    began, used = time.perf_counter(), sum(map(family_cpu, family))
    time.sleep(REST)
    return (sum(map(family_cpu, family)) - used) / (time.perf_counter() - began)


def measured(grader: Grader, part: dict[str, Any], pids: list[int]) -> dict[str, Any]:
    """Grade one part; return what it cost."""
    family = [psutil.Process(), *map(psutil.Process, pids)]
    with ExitStack() as stack:
        store = stack.enter_context(Store(part["database"])) if part["database"] else Nowhere()
        timed = Timed(store)
        began, used, own = time.perf_counter(), sum(map(family_cpu, family)), time.process_time()
        # As the command does, which shows them all in the end.
        graded = [one for one, _ in grader.grade_all(works(part), timed)]
        wall, cpu = time.perf_counter() - began, sum(map(family_cpu, family)) - used
        client = time.process_time() - own
    if part["database"].startswith("postgresql"):  # another lap has to grade the same once more
        with Store(part["database"]) as store:
            store.forget(store.listed())
    assert len(graded) == part["count"] and not any(one.failed for one in graded)
    assert all(one.score == one.max_score for one in graded), graded[0]
    memory = [held(pid) for pid in (os.getpid(), *pids)]
    return {"wall": wall, "cpu": cpu, "client": client, "store": timed.seconds, "memory": memory}


def works(part: dict[str, Any]) -> Iterator[Work]:
    """Yield submissions, no two alike, which lie in memory."""
    text = Path(part["answer"]).read_text() if part["answer"] else "a submission"
    for number in range(part["count"]):
        name = f"student-{number:07}"
        yield Work(name, part["topic"], f"{name}.py", in_memory(f"{text}\n# {number}\n".encode()))


def in_memory(content: bytes) -> Callable[[], int]:
    """Return what opens a file that has this content, and lies nowhere."""

    def opened() -> int:
        descriptor = os.memfd_create("submission")
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    return opened


def held(pid: int) -> float:
    """Return the most megabytes that a process has held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main()
