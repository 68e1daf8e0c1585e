"""The same class graded by this grader and by others; scaling; and whether forks are faithful.

    python tests/benchmarks [--full] [--only race curves forks start farm faults] [--store URL]
        [--json FILE] [--picture FILE]

In turn, in one run, several rounds; prints medians and ratios. Asserts no time.
Machines are noisy: read the ratios of one run, not its seconds. `--full` takes
a class of 1,000 and curves up to 10,000 submissions, and hours.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import curves
import farm
import faults
import forks
import picture
import race
import start
from cost import machine

from grader.course import find_course
from grader.sandbox import trial

PARTS = ("start", "race", "curves", "forks", "farm", "faults")


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="a class of 1,000; hours")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--topics", nargs="+", help="for the race; one that does not train and one that does")
    parser.add_argument("--students", type=int, help="of the class, 24 by default")
    parser.add_argument("--few", type=int, help="how many of them the slow ones grade, 2 by default")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--store", default="", help="of the farm: an empty database, postgresql://user@host/name"
    )
    parser.add_argument("--json", type=Path, default=Path("build/bench.json"))
    parser.add_argument("--picture", type=Path, default=Path("build/bench.png"))
    asked = parser.parse_args()
    course = find_course(Path(__file__).parent)
    names = asked.topics or ["tensors_and_probability", "transformers"]
    found: dict[str, Any] = {"machine": machine() | {"isolation": str(trial.best())}}
    for name, value in found["machine"].items():
        print(f"{name:12} {value}")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        home = Path(folder)
        for part in asked.only:
            print(f"\n{part}", flush=True)
            if part == "start":
                found[part] = start.measure(course, asked.rounds)
            elif part == "race":
                students = asked.students or (1000 if asked.full else 24)
                few = asked.few or (10 if asked.full else 2)
                topics = [course.topic(name) for name in names]
                found[part] = race.measure(topics, home, students, few, asked.rounds)
            elif part == "curves":
                found[part] = curves.measure(course.topic(names[0]), home, asked.full)
            elif part == "farm":
                found[part] = farm.measure(
                    course.topic(names[0]), home, asked.full, asked.rounds, asked.store
                )
            elif part == "faults":
                found[part] = faults.measure(home, 10_000 if asked.full else 2_000)
            else:
                found[part] = forks.measure(course.topics, 300 if asked.full else 20)
            asked.json.parent.mkdir(parents=True, exist_ok=True)
            asked.json.write_text(json.dumps(found, indent=1) + "\n")
    picture.draw(found, asked.picture)
    print(f"\nwritten: {asked.json}, {asked.picture}")
    if found.get("forks", {}).get("differ"):
        sys.exit("A fork gave other results than a fresh process: see above.")


if __name__ == "__main__":
    main()
