"""The same notebooks graded by all, in turn, several rounds."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cost import Cost, measured
from handed import hand_in
from rivals import Rival, rivals

from grader.course import Topic

WORKERS = (1, 2)
COLUMNS = ("wall", "cpu", "memory", "private", "start")


def measure(topics: Sequence[Topic], folder: Path, students: int, few: int, rounds: int) -> dict[str, Any]:
    """Return the medians for each topic and rival: seconds a submission, megabytes, seconds of start.

    Who starts a process for each submission grades `few` of the class.
    """
    found = {}
    for topic in topics:
        home = folder / topic.id
        hand_in(topic, home / "handed-in", students, bare=True)
        notebooks = sorted((home / "handed-in").glob(f"*/*/{topic.name}.ipynb"))
        racing = rivals(topic, home, WORKERS)
        rows: dict[str, list[dict[str, float]]] = {rival.name: [] for rival in racing}
        for number in range(rounds):
            # Whoever comes first in one round comes last in another.
            for rival in racing[number % len(racing) :] + racing[: number % len(racing)]:
                chosen = notebooks if rival.fast else notebooks[:few]
                rows[rival.name].append(lap(rival, chosen))
        medians = {
            name: {column: statistics.median(row[column] for row in rows[name]) for column in COLUMNS}
            for name in rows
        }
        spread = {name: [row["cpu"] for row in rows[name]] for name in rows}
        found[topic.name] = {"medians": medians, "cpu_of_each_round": spread}
        show(topic.name, medians, students, few)
    return found


def lap(rival: Rival, notebooks: Sequence[Path]) -> dict[str, float]:
    """Have notebooks graded once; return what one of them cost, and what the start did."""
    costs = [measured(*command, good=rival.good) for command in rival.commands(notebooks)]
    total = Cost(
        sum(cost.wall for cost in costs),
        sum(cost.cpu for cost in costs),
        max(cost.memory for cost in costs),
        max(cost.private for cost in costs),
    )
    own = total
    if rival.fast:
        said = json.loads(costs[0].said.splitlines()[-1])
        own = replace(total, wall=said["wall"], cpu=said["cpu"])
    elif rival.start:
        start = measured(*rival.start)
        own = replace(total, wall=total.wall - start.wall, cpu=total.cpu - start.cpu)
    count = len(notebooks)
    return {
        "wall": own.wall / count,
        "cpu": own.cpu / count,
        "memory": total.memory,
        "private": total.private,
        "start": total.wall - own.wall,
    }


def show(topic: str, medians: dict[str, dict[str, float]], students: int, few: int) -> None:
    """Print a table, with ratios to this grader with one worker."""
    ours = next(iter(medians.values()))
    print(f"\n{topic}: {students} notebooks, {few} for those who start a process for each; medians")
    print(f"{'':24}   wall ms    CPU ms  wall ×   CPU ×     MB private start s")
    for name, one in medians.items():
        print(
            f"{name:24} {1e3 * one['wall']:9.0f} {1e3 * one['cpu']:9.0f} {one['wall'] / ours['wall']:7.2f} "
            f"{one['cpu'] / ours['cpu']:7.2f} {one['memory']:6.0f} {one['private']:7.0f} {one['start']:7.1f}",
            flush=True,
        )
