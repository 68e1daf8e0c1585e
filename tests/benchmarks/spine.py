"""What grading costs: start-up, seconds and CPU a submission, memory of a child, scaling.

    python tests/benchmarks/spine.py [--students 60] [--rounds 5]

Prints; asserts nothing. Machines are noisy: read the ratios of one run.
"""

from __future__ import annotations

import argparse
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.client import Server
from grader.collect import collect
from grader.course import Topic, find_course
from grader.feedback import outcomes_of_mistakes
from grader.grading import Grader, Rules, grade_exercise
from grader.recording import record
from grader.report.data import results
from grader.simulate import check_truth, simulate


def timed(*command: str) -> float:
    """Return the median wall time of three runs of a command."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def private_memory(pid: int) -> float:
    """Return the megabytes that a process shares with no other."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def one_submission(server: Server, rules: Rules, file: Path, rounds: int) -> dict[str, float]:
    """Grade one file several times; return medians of what it cost."""
    rows = []
    for _ in range(rounds):
        started, ours = time.perf_counter(), time.process_time()
        with open(file, "rb") as handle:
            child = server.fork([handle.fileno()], rules.checks.text, ["solution"])
        forked = time.perf_counter() - started
        for name in rules.exercises:
            grade_exercise(child, name, rules)
        memory = private_memory(child.pid) if child.alive else 0.0
        child.close()
        rows.append(
            {
                "wall_ms": 1e3 * (time.perf_counter() - started),
                "fork_and_import_ms": 1e3 * forked,
                "child_cpu_ms": 1e3 * child.cpu,
                "trusted_cpu_ms": 1e3 * (time.process_time() - ours),
                "private_mb": memory,
            }
        )
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def a_class(topics: list[Topic], rules: dict[str, Rules], students: int, workers: int) -> list[float]:
    """Grade a simulated class; return wall seconds, CPU seconds, submissions, wrong grades."""
    with tempfile.TemporaryDirectory() as folder:
        outcomes = {topic: outcomes_of_mistakes(rule.checks, rule.key) for topic, rule in rules.items()}
        simulate(topics, Path(folder), students, 1, outcomes)
        with Grader(rules, workers) as grader:
            works = collect([Path(folder)], rules, grader.server)
            started, before = time.perf_counter(), time.process_time()
            graded = [one for one, _ in grader.grade_all(works)]
            wall, ours = time.perf_counter() - started, time.process_time() - before
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        wrong = check_truth(Path(folder, "truth.json"), results(graded, {}))
    return [wall, ours + children.ru_utime + children.ru_stime, len(works), len(wrong)]


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    options = parser.parse_args()
    course = find_course(Path(__file__).parent)
    bin_folder = Path(sys.executable).parent
    print(platform.platform(), platform.machine(), f"Python {platform.python_version()}")
    print(f"grader --help          {timed(str(bin_folder / 'grader'), '--help'):6.2f} s")
    print(f"import tensorflow      {timed(sys.executable, '-c', 'import tensorflow, keras'):6.2f} s")
    check = [str(bin_folder / "grader"), "check", "--file", str(course.topics[0].folder / "solution.py")]
    started = time.perf_counter()
    subprocess.run([*check, course.topics[0].name], cwd=course.root, stdout=subprocess.DEVNULL, check=False)
    print(f"grader check, one topic{time.perf_counter() - started:6.2f} s")

    keys = record(course.topics, b"benchmark")
    rules = {topic.id: Rules(keys[topic.id]) for topic in course.topics}
    print("\none submission, medians:")
    with Server() as server:
        for topic in course.topics:
            files = {
                "stubs": topic.assignment / f"{topic.name}.py",
                "solution": topic.folder / "solution.py",
            }
            costs = {}
            for what, file in files.items():
                costs[what] = one_submission(server, rules[topic.id], file, options.rounds)
                row = "  ".join(f"{name} {value:6.1f}" for name, value in costs[what].items())
                print(f"  {topic.name:24} {what:9} {row}")
            # Stubs cost what is ours; what the solution's child uses beyond is the answers' own.
            own = costs["solution"]["child_cpu_ms"] - costs["stubs"]["child_cpu_ms"]
            share = own / costs["solution"]["wall_ms"]
            print(f"  {topic.name:24} the student's own code: {share:.0%} of wall time")
    print(f"\na simulated class of {options.students}:")
    for workers in options.workers:
        wall, cpu, count, wrong = a_class(course.topics, rules, options.students, workers)
        print(
            f"  {workers} workers: {count} submissions in {wall:.1f} s, {1e3 * wall / count:.0f} ms each; "
            f"{wrong} grades differ from the truth"
        )


if __name__ == "__main__":
    main()
