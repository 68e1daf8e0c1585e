"""Time and memory against submissions, workers, exercises and the size of outputs."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from cost import measured

from grader.client.server import Server
from grader.course import Topic
from grader.exercise import run_checks
from grader.grading.budget import Budget
from grader.grading.key import ExerciseKey, Key, load
from grader.grading.rules import Rules
from grader.grading.run import run_exercise

HERE = Path(__file__).parent
EXERCISE = """
@exercise(points=1, hint="How often?", arrays="numpy", dtype="float64")
def e{0}(answer, x):
    return {{"y": answer.e{0}(x)}}


@e{0}.cases
def _(rng):
    yield "some numbers", {{"x": rng.normal(size={1})}}
    yield "others", {{"x": rng.normal(size={1})}}
"""
TITLES = {
    "trivial": "submissions, trivial exercises",
    "real": "submissions, real exercises",
    "workers, trivial": "workers, trivial exercises",
    "workers, real": "workers, real exercises",
    "exercises": "trivial exercises in a submission",
    "output": "numbers in each output",
}


def measure(topic: Topic, folder: Path, full: bool) -> dict[str, Any]:
    """Return for each curve its points: what was varied and what it cost."""
    many = [10, 100, 1000, 10_000] if full else [10, 40, 160]
    some = [3, 30, 300] if full else [3, 12]
    small = trivial(folder / "small", 3, 10)
    real = topic.assignment / "key.npz", topic.folder / "solution.py"
    class_ = 400 if full else 80
    curves: dict[str, list[dict[str, float]]] = {
        "trivial": [point(folder, *small, count, 1, count) for count in many],
        "real": [point(folder, *real, count, 1, count) for count in some],
        "workers, trivial": [point(folder, *small, class_, number, number) for number in (1, 2, 4)],
        "workers, real": [point(folder, *real, class_ // 5, number, number) for number in (1, 2, 4)],
        "exercises": [
            point(folder, *trivial(folder / f"e{count}", count, 10), 10, 1, count) for count in (1, 4, 16, 64)
        ],
        "output": [
            point(folder, *trivial(folder / f"o{size}", 1, size), 5, 1, size)
            for size in (10, 1000, 100_000, 1_000_000)
        ],
    }
    for name, points in curves.items():
        print(f"\n{TITLES[name]}")
        print(f"{'':>9} {'wall ms':>8} {'CPU ms':>7} {'trusted':>8} {'store':>6} {'trusted MB':>11}")
        for one in points:
            wall, cpu, own, store = (1e3 * one[name] for name in ("wall", "cpu", "trusted", "store"))
            print(f"{one['at']:9.0f} {wall:8.1f} {cpu:7.1f} {own:8.1f} {store:6.2f} {one['memory']:11.0f}")
    private = {"trivial": one_child(*small), "real": one_child(*real)}
    print("\nprivate memory of one child, MB:", ", ".join(f"{name} {mb:.0f}" for name, mb in private.items()))
    return {"curves": curves, "private": private}


def trivial(folder: Path, exercises: int, size: int) -> tuple[Path, Path]:
    """Write a key and an answer of exercises that only double `size` numbers."""
    folder.mkdir(exist_ok=True)
    checks = "from grader.exercise import exercise\n" + "".join(
        EXERCISE.format(number, size) for number in range(exercises)
    )
    made = {}
    for exercise in run_checks(checks, "checks.py").values():
        cases = tuple(exercise.draw(lambda position: position))
        expected = tuple({"y": 2 * np.asarray(case.inputs["x"])} for case in cases)
        made[exercise.name] = ExerciseKey(exercise.name, cases, expected, ())
    key, answer = folder / "key.npz", folder / "answer.py"
    key.write_bytes(Key("00_trivial", False, "", checks, made).to_bytes())
    answer.write_text("".join(f"def e{number}(x):\n    return 2 * x\n\n\n" for number in range(exercises)))
    return key, answer


def point(folder: Path, key: Path, answer: Path, count: int, workers: int, at: int) -> dict[str, float]:
    """Grade `count` submissions, no two alike; return what one of them cost."""
    home = folder / "point"
    home.mkdir()
    text = answer.read_text()
    for number in range(count):
        (home / f"{number:05}.py").write_text(f"{text}\n# {number}\n")
    command = [sys.executable, str(HERE / "ours.py"), str(key), str(workers), str(home / "db"), str(home)]
    found = json.loads(measured(command, folder).said.splitlines()[-1])
    shutil.rmtree(home)
    each = {name: found[name] / count for name in ("wall", "cpu", "trusted", "store")}
    return {"at": at, "memory": found["memory"], **each}


def one_child(key: Path, answer: Path) -> float:
    """Return the megabytes that a child shares with no other, once it has run everything."""
    rules = Rules(load(key))
    with Server() as server, open(answer, "rb") as file:
        child = server.fork([file.fileno()], rules.checks.text, ["solution"])
        for name in rules.checks.exercises:
            run_exercise(child, name, rules, Budget(rules.checks.seconds, server.limits.patience))
        private = sum(kilobytes(child.seen)) / 1024
        child.close()
    return private


def kilobytes(pid: int) -> Iterator[int]:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Private_"):
            yield int(line.split()[1])
