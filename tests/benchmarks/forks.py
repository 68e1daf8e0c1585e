"""All exercises of all topics and the probes: forks against fresh processes, bit by bit."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1]))  # after this folder: both have modules of their own
import faithful

from grader.client.server import Server
from grader.course import Topic


def measure(topics: Sequence[Topic], forks: int) -> dict[str, Any]:
    """Fork each topic once, in turn with the probes, which are forked `forks` times at least."""
    differ: list[str] = []
    cases = done = 0
    with Server() as server, tempfile.TemporaryDirectory() as folder:
        jobs = {"probes": faithful.probes(Path(folder))}
        jobs |= {topic.name: faithful.files(topic) for topic in topics}
        expected = {name: faithful.fresh(*job) for name, job in jobs.items()}
        times = max(1, forks // len(jobs))
        for _ in range(times):
            for name, job in jobs.items():
                found = faithful.forked(server, *job)
                done += 1
                cases += sum(map(len, found.values()))
                wrong = [one for one in found if found[one] != expected[name][one]]
                differ += [f"fork {done}: {name}.{exercise}" for exercise in wrong]
    exercises = sum(map(len, expected.values()))
    print(f"{done} forks, {exercises} exercises, {cases} cases: {len(differ)} differ from a fresh process")
    for line in differ[:20]:
        print(f"  {line}")
    return {"forks": done, "exercises": exercises, "cases": cases, "differ": differ}
