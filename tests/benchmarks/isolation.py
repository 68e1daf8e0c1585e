"""What locking a submission in costs, and what hostile members cost a class.

    python tests/benchmarks/isolation.py [--rounds 40] [--honest 160] [--hostile 40]

Prints; asserts nothing. Machines are noisy: read the ratios of one run.
"""

from __future__ import annotations

import argparse
import functools
import statistics
import sys
import tempfile
import time
from pathlib import Path

from grader.client.server import Server
from grader.grading.grader import Grader
from grader.grading.work import Work, open_file
from grader.sandbox import trial
from grader.sandbox.levels import Level

sys.path.insert(0, str(Path(__file__).parents[1] / "hostile"))
from arena import PRELUDE, TOPIC, Arena, Attack, attacks


def fork_to_answer(arena: Arena, levels: list[Level], rounds: int) -> None:
    """Print how long a submission takes from the fork to its end, by level, in turn."""
    servers = {level: Server(level=level) for level in levels}
    times: dict[Level, list[float]] = {level: [] for level in levels}
    try:
        for _ in range(rounds):
            for level, server in servers.items():
                arena.server, started = server, time.perf_counter()
                arena.grade_text(arena.honest)
                times[level].append(1e3 * (time.perf_counter() - started))
    finally:
        for server in servers.values():
            server.close()
    base = statistics.median(times[Level.NONE])
    for level, all_ in times.items():
        median = statistics.median(all_)
        print(f"  {level:10} {median:6.1f} ms a submission, {median - base:+5.1f} ms, {median / base:.2f}×")


def a_class(arena: Arena, honest: int, hostile: list[Attack], workers: int) -> tuple[dict[str, float], float]:
    """Grade a class at the arena's level; return the honest members' scores and the wall time."""
    with tempfile.TemporaryDirectory() as folder:
        texts = {}
        for number in range(honest):
            wrong = "\n\ndef tensor_target(x):\n    return x, x\n" if number % 3 == 0 else ""
            texts[f"honest-{number:03}"] = f"{arena.honest}{wrong}# {number}\n"
        for number, attack in enumerate(hostile):
            # In between, so that each has honest neighbours at the same time.
            texts[f"honest-{number * honest // len(hostile):03}x"] = arena.fill_in(PRELUDE + attack.text)
        works = []
        for student, text in sorted(texts.items()):
            path = Path(folder, f"{student}.py")
            path.write_text(text, encoding="utf-8")
            works.append(Work(student, TOPIC, path.name, functools.partial(open_file, path)))
        with Grader({TOPIC: arena.rules}, workers, arena.level) as grader:
            _ = grader.server  # its start is no part of the class
            started = time.perf_counter()
            graded = [one for one, _ in grader.grade_all(works)]
            seconds = time.perf_counter() - started
    scores = {one.student: one.score for one in graded if not one.student.endswith("x")}
    return scores, seconds


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--honest", type=int, default=160)
    parser.add_argument("--hostile", type=int, default=40)
    options = parser.parse_args()
    levels = [level for level in Level if trial.attempt(level).holds]
    arena = Arena(trial.best())
    try:
        arena.server.close()
        print("from the fork to the last answer, trivial exercises, medians:")
        fork_to_answer(arena, levels, options.rounds)
        corpus = [attack for attack in attacks() if "\ndef build(" not in attack.text]
        chosen = corpus[:: max(1, len(corpus) // options.hostile)][: options.hostile]
        alone, quiet = a_class(arena, options.honest, [], 2)
        among, loud = a_class(arena, options.honest, chosen, 2)
        print(f"\na class at the level {arena.level}, two workers:")
        print(f"  {options.honest} honest: {quiet:.1f} s; with {len(chosen)} hostile: {loud:.1f} s")
        changed = sum(alone[student] != among.get(student) for student in alone)
        print(f"  honest members whose score changed: {changed}")
    finally:
        arena.close()


if __name__ == "__main__":
    main()
