"""What a student waits for: `grader check` cold and warm, and `grader watch` from a save to its message.

    python tests/benchmarks/student.py [--saves 10]

Prints; asserts nothing. For each topic, on an answer that is right but for one exercise.
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.course import Topic, find_course
from grader.grading.grader import Grader
from grader.grading.key import load
from grader.grading.rules import Rules
from grader.grading.work import Work

GRADER = str(Path(sys.executable).with_name("grader"))


def answered(topic: Topic, folder: Path) -> Path:
    """Copy a topic's assignment, and write the solution in its script."""
    home = folder / topic.id
    shutil.copytree(topic.assignment, home)
    (home / f"{topic.name}.ipynb").unlink()
    text = (topic.folder / "solution.py").read_text()
    (home / f"{topic.name}.py").write_text(text)
    return home / f"{topic.name}.py"


def spoilt(text: str, name: str, number: int) -> str:
    """Give an answer that fails at once, in words of its own, the `number`-th time."""
    error = f'raise ValueError("save number {number} of the benchmark")'
    return f"{text}\n\n# %%\ndef {name}(*args, **kwargs):\n    {error}\n"


class Terminal:
    """A command in a terminal of 80 columns, and what it has printed."""

    def __init__(self, command: list[str], folder: Path) -> None:
        """Start the command."""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, os.environ | {"COLUMNS": "80", "LINES": "24"})
        self.text = ""

    def wait_for(self, what: str, patience: float = 120.0) -> float:
        """Return when `what` has been printed, on the clock of `time.perf_counter`."""
        deadline = time.perf_counter() + patience
        while what not in self.text:
            if not select.select([self.descriptor], [], [], max(0.0, deadline - time.perf_counter()))[0]:
                raise TimeoutError(f"no {what!r} in:\n{self.text[-2000:]}")
            self.text += os.read(self.descriptor, 65536).decode("utf-8", "replace")
        return time.perf_counter()

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self.descriptor, keys.encode())

    def end(self) -> int:
        """Wait until the command ends; return its exit code."""
        try:
            while os.read(self.descriptor, 65536):
                pass
        except OSError:  # Linux says so when the other end is closed
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def watched(file: Path, names: list[str], saves: int) -> tuple[float, list[float]]:
    """Return the seconds to the first message, and those from each save to its message."""
    right = file.read_text()
    name = names[len(names) // 2]
    file.write_text(spoilt(right, name, 0))
    started = time.perf_counter()
    terminal = Terminal([GRADER, "watch"], file.parent)
    first = terminal.wait_for("save number 0") - started
    time.sleep(8)  # the others are checked meanwhile
    seconds = []
    for number in range(1, saves + 1):
        before = time.perf_counter()
        file.write_text(spoilt(right, name, number))
        seconds.append(terminal.wait_for(f"save number {number} of") - before)
        time.sleep(0.7)
    before = time.perf_counter()
    file.write_text(right)
    all_right = terminal.wait_for("is right. `grader submit`") - before
    terminal.press("q")
    assert terminal.end() == 0
    print(f"    watch, all {len(names)} exercises right again            {all_right:6.2f} s")
    return first, seconds


def checked_warm(file: Path, rules: Rules) -> tuple[float, float]:
    """Return the median seconds of a whole check, and of its slowest exercise, on a warm server."""
    with Grader({rules.key.topic: rules}) as grader:
        laps = []
        for _ in range(3):
            started = time.perf_counter()
            with open(file, "rb") as handle:
                graded = grader.grade(Work("", rules.key.topic, file.name, lambda: -1), handle.fileno())
            laps.append(time.perf_counter() - started)
    slowest = max(sum(case.seconds for case in one.cases) for one in graded.exercises)
    return statistics.median(laps), slowest


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=10)
    options = parser.parse_args()
    for topic in find_course(Path(__file__).parent).topics:
        if not (topic.assignment / "key.npz").exists():
            continue
        print(topic.id)
        with tempfile.TemporaryDirectory() as folder:
            file = answered(topic, Path(folder))
            started = time.perf_counter()
            subprocess.run([GRADER, "check"], cwd=file.parent, stdout=subprocess.DEVNULL, check=False)
            cold = time.perf_counter() - started
            print(f"    grader check, cold                             {cold:6.2f} s")
            rules = Rules(load(file.parent / "key.npz"))
            whole, slowest = checked_warm(file, rules)
            print(f"    grader check, on a warm server                 {whole:6.2f} s")
            print(f"      of which its slowest exercise                {slowest:6.2f} s")
            first, seconds = watched(file, list(rules.checks.exercises), options.saves)
            print(f"    watch, to the first message                    {first:6.2f} s")
            spread = f"median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s"
            print(f"    watch, from a save to its message              {spread}, {len(seconds)} saves")


if __name__ == "__main__":
    main()
