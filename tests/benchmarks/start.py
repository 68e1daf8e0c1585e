"""What a student waits for before anything is checked, against TensorFlow's own import."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from cost import measured

from grader.course import Course

GRADER = str(Path(sys.executable).with_name("grader"))


def measure(course: Course, rounds: int) -> dict[str, Any]:
    """Return the median seconds of each command, run in turn on an assignment as it is given out."""
    topic = course.topics[0]
    one = next(iter(topic.checks.exercises))
    with tempfile.TemporaryDirectory() as name:
        home = Path(name, topic.id)
        shutil.copytree(topic.assignment, home)
        commands = {
            "import tensorflow, keras": [sys.executable, "-c", "import tensorflow, keras"],
            "grader check, one stub": [GRADER, "check", f"{topic.name}.{one}"],
            "grader check": [GRADER, "check"],
            "grader submit, checked before": [GRADER, "submit", "--student", "ada"],
            "grader --help": [GRADER, "--help"],
        }
        laps = [
            {name: measured(command, home, good=(0, 1)) for name, command in commands.items()}
            for _ in range(rounds)
        ]
    medians = {
        name: {
            "wall": statistics.median(lap[name].wall for lap in laps),
            "cpu": statistics.median(lap[name].cpu for lap in laps),
        }
        for name in commands
    }
    for name, found in medians.items():
        print(f"{name:30} {found['wall']:6.2f} s, {found['cpu']:6.2f} s of CPU")
    return medians
