"""What a student waits for: the commands' start, cold, against TensorFlow's own import."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from cost import Cost, measured

from grader.course import Course

GRADER = str(Path(sys.executable).with_name("grader"))


def measure(course: Course, rounds: int) -> dict[str, Any]:
    """Return the median seconds of each command, run in turn."""
    topic = course.topics[0]
    with tempfile.TemporaryDirectory() as name:
        home = Path(name, topic.id)
        shutil.copytree(topic.assignment, home)
        # The stubs, so that nothing but the start takes time.
        one = next(iter(topic.checks.exercises))
        check = "import sys, grader.cli; sys.argv[1:] = sys.argv[1:]; grader.cli.main(standalone_mode=False)"
        commands = {
            "import tensorflow, keras": [sys.executable, "-c", "import tensorflow, keras"],
            "grader check, one exercise": [sys.executable, "-c", f"{QUIET}", "check", f"{topic.name}.{one}"],
            "grader --help": [GRADER, "--help"],
        }
        found: dict[str, list[Cost]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                found[name].append(measured(command, home))
    medians = {}
