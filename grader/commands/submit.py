"""`grader submit`: packs what is handed in, and checks it as it will be graded."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import console, failure, plain_errors, wait

if TYPE_CHECKING:
    from grader.student.assignment import Assignment
    from grader.student.packing import Package
    from grader.verdict import Graded

VARIABLE = "GRADER_STUDENT"


@click.command()
@click.argument("targets", nargs=-1, metavar="[TOPIC]...")
@click.option(
    "--student", help=f"The name your course knows you by; by default ${VARIABLE}, or you are asked."
)
@click.option(
    "--to",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=".",
    help="The folder to write to; by default the current one.",
)
def submit(targets: tuple[str, ...], student: str | None, folder: Path) -> None:
    """Pack what you hand in into one file, and check it.

    It also says where to hand the file in. The packed copy is checked on its
    own, without your other files, as it will be when it is graded. Exits with 0
    if the file was packed and checked, whatever the points.
    """
    from grader.grading.work import NotGradable
    from grader.student import packing
    from grader.student.assignment import choose, find_assignments
    from grader.student.portability import warnings
    from grader.student.submitted import show_submitted
    from grader.student.written import is_written

    with plain_errors():
        chosen = choose(find_assignments(Path.cwd()), targets)
        name = student or os.environ.get(VARIABLE) or _asked()
        packed = []
        for assignment in chosen:
            try:
                packed.append(packing.pack(assignment, name, folder))
            except NotGradable as error:
                raise failure(f"{assignment.name}: {error}.") from error
        wait("Checking the packed copy, which takes some seconds…")
        graded = check_packed(chosen, packed)
        for assignment, one, result in zip(chosen, packed, graded, strict=True):
            found = warnings(one.source)
            show_submitted(console(), one, result, is_written(assignment), found, packing.where(assignment))
    if any(one.failed for one in graded):
        raise click.ClickException("the grader itself failed: run the command again.")


def check_packed(assignments: list[Assignment], packed: list[Package]) -> list[Graded]:
    """Grade packed files by the public keys, through all that `grader grade` does."""
    from grader.grading.collect import collect
    from grader.grading.grader import Grader
    from grader.sandbox import trial

    rules = {one.rules.key.topic: one.rules for one in assignments}
    with Grader(rules, level=trial.best()) as grader:
        graded = []
        for assignment, one in zip(assignments, packed, strict=True):
            found = collect([one.path], {assignment.rules.key.topic: assignment.rules}, grader.open_archive)
            graded += [result for result, _ in grader.grade_all(found.works, only=assignment.exercises)]
    return graded


def interactive() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _asked() -> str:
    """Ask for the student's name, and remember it for the next topic."""
    remembered = Path(click.get_app_dir("deep-learning-grader"), "student")
    try:
        known = remembered.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        known = ""
    if not interactive():
        if known:
            return known
        raise click.UsageError("say who you are: `grader submit --student NAME`")
    suggestion = known or os.environ.get("USER") or None
    name = str(click.prompt("The name or number that your course knows you by", default=suggestion))
    try:
        remembered.parent.mkdir(parents=True, exist_ok=True)
        remembered.write_text(name + "\n", encoding="utf-8")
    except OSError:
        pass  # it is asked for again, then
    return name
