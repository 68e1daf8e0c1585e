"""The floor: the same drivers, called in one warm process with no isolation at all.

    python floor.py HOW KEY FILE...

HOW is "tuned", with TensorFlow set up as in this grader's server, or "as it
comes", which is what a loop over the files would do. Nothing is compared and
nothing kept. Prints what it cost, TensorFlow's import aside.
"""

from __future__ import annotations

import json
import sys
import time
import types
from pathlib import Path

from grader.exercise import run_checks
from grader.grading import key
from grader.server import __main__ as server
from grader.server import module, worker


def main() -> None:
    """Run every exercise of every file."""
    how, keys, *files = sys.argv[1:]
    if how == "tuned":
        server.warm_up()
    else:
        import keras  # noqa: F401  (and TensorFlow with it)
    found = key.load(Path(keys))
    exercises = run_checks(found.checks, "checks.py")
    began = time.perf_counter(), time.process_time()
    for number, path in enumerate(files):
        text = Path(path).read_bytes()
        answers = module.load(text, "solution.py", f"submitted_{number}").module
        for name, one in found.exercises.items():
            writes = {name: getattr(answers, name, None) for name in exercises[name].writes}
            for case in one.cases:
                try:
                    worker.run_driver(exercises[name], types.SimpleNamespace(**writes), case.inputs)
                except Exception:
                    pass  # a wrong answer may raise; what it raises is for others to tell
    wall, cpu = time.perf_counter() - began[0], time.process_time() - began[1]
    print(json.dumps({"wall": wall, "cpu": cpu}))


if __name__ == "__main__":
    main()
