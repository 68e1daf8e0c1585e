"""`nbgrader autograde` with its own `Execute` and with ours, on the same submissions.

    python tests/benchmarks/seam.py [--students 3] [--topics 06_optimisers …] [--bare]

Prints wall and CPU time, peak memory, their ratios, and where the scores are
not the same; asserts nothing. The issue's figure is `--students 20`. With
`--bare` the demonstration cells, which train, are left out of the notebooks.
Machines are noisy: read the ratios of one run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import sqlalchemy
from cost import measured
from handed import hand_in

from grader.course import Course, Topic, find_course

OURS = "import grader.nbgrader\nc = get_config()\ngrader.nbgrader.configure(c)\n"
STOCK = """\
c = get_config()
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "assignments"
c.Execute.timeout = 120
"""
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints")


def scores(course: Path) -> dict[tuple[str, str, str], float | None]:
    engine = sqlalchemy.create_engine(f"sqlite:///{course / 'gradebook.db'}")
    query = (
        "SELECT a.name, s.student_id, b.name, g.auto_score FROM grade g "
        "JOIN submitted_notebook n ON g.notebook_id = n.id "
        "JOIN submitted_assignment s ON n.assignment_id = s.id JOIN assignment a ON a.id = s.assignment_id "
        "JOIN base_cell b ON b.id = g.cell_id WHERE b.name LIKE 'check_%'"
    )
    with engine.connect() as connection:
        return {(topic, who, cell): score for topic, who, cell, score in connection.exec_driver_sql(query)}


def prepared(course: Course, topics: list[Topic], root: Path, config: str, submitted: Path) -> Path:
    """Copy a course and have nbgrader know its assignments."""
    for folder in ("solutions", "source", "assignments"):
        for topic in topics:
            ignore = shutil.ignore_patterns(*LEFT_OUT)
            shutil.copytree(course.root / folder / topic.id, root / folder / topic.id, ignore=ignore)
    shutil.copytree(submitted, root / "submitted")
    programs = Path(sys.executable).parent
    (root / "nbgrader_config.py").write_text(STOCK)
    for topic in topics:
        command = [str(programs / "nbgrader"), "generate_assignment", topic.id, "--force"]
        subprocess.run(command, cwd=root, check=True, capture_output=True)
        there = root / "assignments" / topic.id
        shutil.copytree(course.root / "assignments" / topic.id, there, dirs_exist_ok=True)
    subprocess.run([str(programs / "grader"), "key", "record"], cwd=root, check=True, capture_output=True)
    (root / "nbgrader_config.py").write_text(config)
    return root


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=3)
    parser.add_argument("--topics", nargs="*", default=["optimisers", "convolutions", "transformers"])
    parser.add_argument("--bare", action="store_true")
    options = parser.parse_args()
    course = find_course(Path(__file__).parent)
    topics = [course.topic(name) for name in options.topics]
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    nbgrader = str(Path(sys.executable).with_name("nbgrader"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for topic in topics:
            hand_in(topic, folder / "handed-in", options.students, options.bare)
        configs = {"stock": STOCK, "ours": OURS}
        places = {
            kind: prepared(course, topics, folder / kind, config, folder / "handed-in")
            for kind, config in configs.items()
        }
        print(f"{options.students} students, load {os.getloadavg()[0]:.1f}")
        print(f"{'topic':24} {'':6} {'wall s':>8} {'CPU s':>8} {'MB':>7}")
        for topic in topics:
            costs = {kind: measured([nbgrader, "autograde", topic.id], root) for kind, root in places.items()}
            again = [nbgrader, "autograde", topic.id, "--force"]
            costs["again"] = measured(again, places["ours"])
            for kind, cost in costs.items():
                print(f"{topic.id:24} {kind:6} {cost.wall:8.1f} {cost.cpu:8.1f} {cost.memory:7.0f}")
            stock, ours = costs["stock"], costs["ours"]
            print(
                f"{'':24} ratio  {stock.wall / ours.wall:8.1f} {stock.cpu / ours.cpu:8.1f} "
                f"{stock.memory / ours.memory:7.2f}"
            )
        stock_scores, our_scores = scores(places["stock"]), scores(places["ours"])
        differ = {key for key in stock_scores if stock_scores[key] != our_scores.get(key)}
        print(f"\n{len(stock_scores)} scores, {len(differ)} not the same (stock, ours):")
        for key in sorted(differ):
            print(f"  {' '.join(key)}: {stock_scores[key]}, {our_scores.get(key)}")


if __name__ == "__main__":
    main()
