"""What a report of a large class costs: CPU time, and the size of its pages.

python tests/benchmarks/report.py [STUDENTS [TOPICS]]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))

from classes import drawn_class

from grader.report.analysis import analyse
from grader.report.feedback import Feedback
from grader.report.pages import write


def main() -> None:
    """Write the report of a drawn class, and say what it took."""
    students, topics = (int(one) for one in (*sys.argv[1:3], *("1000", "30")[len(sys.argv[1:3]) :]))
    results = drawn_class(students, topics)
    with tempfile.TemporaryDirectory() as folder:
        began, cpu = time.perf_counter(), time.process_time()
        size = write(Path(folder), analyse(results), results, Feedback({}))
        cpu, wall = time.process_time() - cpu, time.perf_counter() - began
        whole = sum(path.stat().st_size for path in Path(folder).rglob("*.*"))
    print(f"{students} students, {topics} topics: {cpu:.1f} s of CPU, {wall:.1f} s in all")
    print(f"index.html {size / 1e6:.2f} MB, all pages {whole / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
