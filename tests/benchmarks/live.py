"""How long `check` takes in a live kernel: the first time, and every later time.

Runs the cells of the course's own solutions in a real kernel, beginning with
`from grader import check` as a student's notebook does, then checks each
exercise several times, half a second apart, as a person could at the quickest.
Prints milliseconds, as the kernel measures them.

    python tests/benchmarks/live.py [TOPIC]... [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from grader.authoring.notebook import DEMONSTRATION, instructor_notebook
from grader.course import Topic, find_course

MEASURE = """\
import json, time
def measure(rounds, *answers):
    spent = []
    for _ in range(rounds):
        time.sleep(0.5)
        started = time.perf_counter()
        try:
            check(*answers)
        except AssertionError:
            pass
        spent.append(round(1e3 * (time.perf_counter() - started), 1))
    print(json.dumps(spent))
"""


def in_a_kernel(topic: Topic, rounds: int) -> tuple[float, dict[str, list[float]]]:
    """Return the seconds until the first cell has run, and each exercise's times."""
    names = list(topic.checks.exercises)
    source = [
        cell.source
        for cell in instructor_notebook(topic).cells
        if cell.cell_type == "code" and DEMONSTRATION not in cell.metadata.get("tags", [])
    ]
    calls = [f"measure({rounds}, {', '.join(topic.checks.exercises[name].writes)})" for name in names]
    started = time.perf_counter()
    cells = ["from grader import check", *source, MEASURE, *calls]
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "key.npz").symlink_to(topic.assignment / "key.npz")
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    seconds = time.perf_counter() - started
    said = [cell.outputs for cell in notebook.cells[-len(calls) :]]
    printed = ["".join(one.text for one in outputs if one.get("name") == "stdout") for outputs in said]
    return seconds, {name: json.loads(text) for name, text in zip(names, printed, strict=True)}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("topics", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    course = find_course()
    later = []
    for topic in [course.topic(name) for name in asked.topics] or course.topics:
        seconds, times = in_a_kernel(topic, asked.rounds)
        print(f"{topic.name}: {seconds:.1f} s for the whole notebook, its kernel and TensorFlow's import")
        for place, (name, spent) in enumerate(times.items()):
            first = f"the very first {spent[0]:.0f} ms, " if place == 0 else ""
            later.append(statistics.median(spent[1:]))
            print(f"  {name:32} {first}later {later[-1]:.0f} ms (at most {max(spent[1:]):.0f})")
    within = sum(one < 200 for one in later)
    print(f"{within} of {len(later)} exercises in under 200 ms; median {statistics.median(later):.0f} ms")


if __name__ == "__main__":
    main()
