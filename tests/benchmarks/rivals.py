"""Those who grade the class: this grader, its floor, and three others as they come.

Each is a `Rival`: commands that grade some notebooks of one topic. The others
run `plain.check`, in a cell, a test of Otter's or a function of pytest's; none
of them has a sandbox.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from handed import imports_check, is_check, is_demonstration

from grader.course import Topic
from grader.sandbox import levels

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = Path(sys.executable).parent
OTTER = ["otter-grader==7.0.0", "ipykernel"]
STOCK = """\
c = get_config()
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "assignments"
c.Execute.timeout = 300
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
"""
CELL = "import sys\nsys.path.insert(0, {here!r})\nimport plain\nplain.check({key!r}, {name!r}, globals())"
OTTER_TEST = """\
import sys
sys.path.insert(0, {here!r})
from otter.test_files import test_case
OK_FORMAT = False
name = {name!r}
points = 1

@test_case()
def test_answer(env):
    import sys
    sys.path.insert(0, {here!r})
    import plain
    plain.check({key!r}, {name!r}, env)
"""
PYTEST = """\
import os, sys
sys.path.insert(0, {here!r})
import plain, pytest
from grader.server import module as submission

text = open(os.environ["SUBMISSION"], "rb").read()
module = submission.load(text, "solution.py", "submitted").module

@pytest.mark.parametrize("name", {names!r})
def test_answer(name):
    plain.check({key!r}, name, vars(module))
"""

Command = tuple[list[str], Path, dict[str, str]]


@dataclass(frozen=True)
class Rival:
    """Someone who grades.

    Attributes:
        name: what to call it.
        commands: notebooks → commands that grade them, each with its folder and environment.
        fast: whether it grades the whole class; it says itself what it cost once it had started.
        start: a command that takes as long as the start of the others, if it has one for all.
        good: exit codes with which it has done its work.
    """

    name: str
    commands: Callable[[Sequence[Path]], list[Command]]
    fast: bool = False
    start: Command | None = None
    good: tuple[int, ...] = (0,)


def rivals(topic: Topic, folder: Path, workers: Sequence[int]) -> list[Rival]:
    """Prepare those who grade one topic, in `folder`."""
    made = [ours(folder, topic, number) for number in workers]
    made += [floor(topic, how) for how in ("tuned", "as it comes")]
    return made + [nbgrader(folder, topic), otter(folder, topic), pytest(folder, topic)]


def key_of(topic: Topic) -> str:
    return str(topic.assignment / "key.npz")


def ours(folder: Path, topic: Topic, workers: int) -> Rival:
    """What `grader grade` does, with the best sandbox that this machine gives, and a database."""

    def commands(notebooks: Sequence[Path]) -> list[Command]:
        database = folder / "ours.db"
        database.unlink(missing_ok=True)
        command = [sys.executable, str(HERE / "ours.py"), key_of(topic), str(workers), str(database)]
        return [([*command, *map(str, notebooks)], folder, dict(os.environ))]

    return Rival(f"this grader, {workers} worker{'s' * (workers > 1)}", commands, fast=True)


def floor(topic: Topic, how: str) -> Rival:
    """The answers alone, in one process, with TensorFlow as our server has it or as it comes."""

    def commands(notebooks: Sequence[Path]) -> list[Command]:
        command = [sys.executable, str(HERE / "floor.py"), how, key_of(topic), *map(str, notebooks)]
        return [(command, ROOT, os.environ | (levels.ENVIRONMENT if how == "tuned" else {}))]

    return Rival(f"floor, {how}", commands, fast=True)


def nbgrader(folder: Path, topic: Topic) -> Rival:
    """Stock `nbgrader autograde`, on a course of its own."""
    root = folder / "nbgrader"
    home = root / "source" / topic.id
    home.mkdir(parents=True)
    notebook = json.loads((topic.source / f"{topic.name}.ipynb").read_text())
    cells = [cell for cell in notebook["cells"] if not (is_demonstration(cell) or imports_check(cell))]
    for cell in filter(is_check, cells):
        name = cell["metadata"]["nbgrader"]["grade_id"].removeprefix("check_")
        cell["source"] = CELL.format(here=str(HERE), key=key_of(topic), name=name)
    (home / f"{topic.name}.ipynb").write_text(json.dumps(notebook | {"cells": cells}))
    own = {cell["id"]: cell for cell in cells}
    (root / "nbgrader_config.py").write_text(STOCK)
    program = str(PROGRAMS / "nbgrader")
    environment = os.environ | {"PATH": f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"}
    command = [program, "generate_assignment", topic.id, "--force"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"nbgrader could not make the assignment:\n{done.stderr[-2000:]}")

    def commands(notebooks: Sequence[Path]) -> list[Command]:
        for name in ("submitted", "autograded"):
            shutil.rmtree(root / name, ignore_errors=True)
        for path in notebooks:
            place = root / "submitted" / path.parent.parent.name / topic.id
            place.mkdir(parents=True)
            handed = json.loads(path.read_text())
            # Students of stock nbgrader would have been given its metadata and its cells.
            known = [as_released(cell, own.get(cell["id"])) for cell in without_ours(handed["cells"])]
            (place / path.name).write_text(json.dumps(handed | {"cells": known}))
        return [([program, "autograde", topic.id, "--force"], root, environment)]

    return Rival("nbgrader", commands, start=([program, "autograde", "--help"], root, environment))


def without_ours(cells: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out the cell that starts our own server in a student's kernel."""
    return [cell for cell in cells if not imports_check(cell)]


def as_released(cell: dict[str, Any], source: dict[str, Any] | None) -> dict[str, Any]:
    if source is None:
        return cell
    return source if is_check(source) else cell | {"metadata": source["metadata"]}


def pytest(folder: Path, topic: Topic) -> Rival:
    """One fresh pytest process a submission."""
    file = folder / "test_plain.py"
    names = list(topic.checks.exercises)
    file.write_text(PYTEST.format(here=str(HERE), key=key_of(topic), names=names))
    command = [sys.executable, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider", str(file)]

    def commands(notebooks: Sequence[Path]) -> list[Command]:
        return [(command, folder, os.environ | {"SUBMISSION": str(path)}) for path in notebooks]

    return Rival("pytest", commands, good=(0, 1))  # 1: a wrong answer


def otter_environment(folder: Path) -> Path:
    """Install Otter in an environment of its own, once, with our TensorFlow; return its programs' folder."""
    home = folder / "bin"
    if not (folder / "made").exists():
        same = [f"{name}=={version(name)}" for name in ("tensorflow", "keras", "numpy")]
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        python, uv = str(home / "python"), shutil.which("uv", path=f"{PROGRAMS}:{os.environ['PATH']}")
        install = [python, "-m", "pip", "install", "--quiet", "--compile"]
        if uv:
            install = [uv, "pip", "install", "--quiet", "--python", python, "--compile-bytecode"]
        subprocess.run([*install, *OTTER, *same, "--editable", "."], cwd=ROOT, check=True)
        (folder / "made").touch()
    return home


def otter(folder: Path, topic: Topic) -> Rival:
    """`otter run`, one process a submission, with a test for each exercise."""
    programs = otter_environment(ROOT / "build" / "otter")
    home = folder / "otter"
    tests = home / "tests"
    tests.mkdir(parents=True)
    for name in topic.checks.exercises:
        text = OTTER_TEST.format(here=str(HERE), key=key_of(topic), name=name)
        (tests / f"{name}.py").write_text(text)
    environment = os.environ | {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    (home / "otter_config.json").write_text(json.dumps({"show_stdout": False, "print_summary": False}))
    command = [str(programs / "otter"), "generate", "-t", "tests", "-c", "otter_config.json"]
    command += ["--no-environment"]
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
    if done.returncode or not zipfile.is_zipfile(home / "autograder.zip"):
        raise RuntimeError(f"Otter could not make its tests:\n{(done.stdout + done.stderr)[-2000:]}")

    def commands(notebooks: Sequence[Path]) -> list[Command]:
        made: list[Command] = []
        for path in notebooks:
            place = home / "submitted" / path.parent.parent.name
            place.mkdir(parents=True, exist_ok=True)
            handed = json.loads(path.read_text())
            kept = [cell for cell in without_ours(handed["cells"]) if not is_check(cell)]
            (place / path.name).write_text(json.dumps(handed | {"cells": kept}))
            command = [str(programs / "otter"), "run", "--no-logo", "-a", str(home / "autograder.zip")]
            made.append(([*command, "-o", str(place), str(place / path.name)], home, environment))
        return made

    return Rival("otter", commands)
