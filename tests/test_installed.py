"""Who installs the grader without its extras can do with it what the README says: here all are installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from courses import SOLUTION
from installed import absent, brought, write_without
from students import write_assignment
from test_architecture import modules, room_of

from grader.grading.key import Key

# By extras, the rooms and modules that students and Gradescope's container, instructors, a cluster's
# workers and its client use.
NEEDED = {
    (): ("student", "server", "client", "sandbox", "datasets", "workflows", "commands", "vocabulary"),
    ("instructor",): ("grading", "report", "authoring", "audit", "nbgrader"),
    ("scale",): ("farm.worker",),
    ("instructor", "scale"): ("farm",),
}
OF_A_RUN = ("grading.grader", "grading.run", "grading.collect", "report.gradescope", "report.display")


def run(folder: Path, extras: tuple[str, ...], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, without what does not come with these extras."""
    write_without(folder / "lacking", *extras)
    path = os.pathsep.join([str(folder / "lacking"), str(Path(__file__).parents[1])])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=600,
    )


def test_what_an_extra_brings_is_absent_without_it() -> None:
    assert {"sqlalchemy", "nbgrader", "distributed", "copydetect", "pytest"} <= absent()
    assert {"numpy", "tensorflow", "click", "grader"}.isdisjoint(absent())
    assert "distributed" not in absent("scale") and "sqlalchemy" in absent("scale")
    assert {"numpy", "tensorflow"} <= brought() and "nbgrader" in brought("instructor")


@pytest.mark.parametrize("extras", NEEDED)
def test_modules_load_without_what_their_users_did_not_install(
    tmp_path: Path, extras: tuple[str, ...]
) -> None:
    wanted = NEEDED[extras]
    names = [
        f"grader.{name}"
        for name in modules()
        if name != "grader" and (name in wanted or room_of(name) in wanted) and name != "server.__main__"
    ]
    assert len(names) >= len(wanted)
    names += [f"grader.{name}" for name in OF_A_RUN]
    done = run(
        tmp_path, extras, "-c", f"import importlib\nfor name in {names}: importlib.import_module(name)"
    )
    assert done.returncode == 0, done.stderr


def test_a_student_checks_and_hands_in_with_what_a_student_installs(tmp_path: Path, public_key: Key) -> None:
    folder = write_assignment(tmp_path / "mine", public_key, SOLUTION).folder
    said = {}
    for command in ("check", "status", "hint mean", "data", "submit --student ada"):
        done = run(folder, (), "-m", "grader.commands.main", *command.split())
        assert done.returncode == 0, done.stdout + done.stderr
        said[command] = done.stdout
    assert "100 of 100" in said["check"], said["check"]
    assert list(folder.rglob("*.zip"))
