"""`grader submit`: packs what is handed in, and checks it as it will be graded."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import failure, plain_errors
from grader.commands.output import console, wait

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
    own, without your other files, as it will be when it is graded; not again, if
    `check` or `watch` ran the same text, and nothing in it may fail elsewhere.
    Exits with 0 if the file was packed and checked, whatever the points.
    """
    wait("Packing your work, and checking what is packed…")
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
        pairs = list(zip(chosen, packed, strict=True))
        said = {one.path: warnings(one.source) for one in packed}
        # What may work here alone is run where nothing else of the student's is, whatever was found before.
        before = {pair[1].path: checked_before(*pair) for pair in pairs if not said[pair[1].path]}
        now = check_packed([pair for pair in pairs if not before.get(pair[1].path)])
        for assignment, one in pairs:
            old, where = before.get(one.path), packing.where(assignment)
            result = old or now[one.path]
            show_submitted(
                console(), one, result, old is not None, is_written(assignment), said[one.path], where
            )
    if any(one.failed for one in now.values()):
        raise click.ClickException("the grader itself failed: run the command again.")


def checked_before(assignment: Assignment, packed: Package) -> Graded | None:
    """Return what came of the same text when it was checked last; None if it was another one."""
    from grader.grading.run import result
    from grader.grading.work import Work
    from grader.student import checked

    verdicts = checked.find(assignment, packed.text)
    work = Work(packed.student, assignment.rules.key.topic, packed.source.name, lambda: -1)
    return result(work, verdicts, 0.0) if verdicts else None


def check_packed(packed: Sequence[tuple[Assignment, Package]]) -> dict[Path, Graded]:
    """Grade packed files as `grader grade` does, but by the public keys; return each by its path."""
    if not packed:
        return {}
    wait("Starting TensorFlow, to run the packed copy as it will be graded…")
    from grader.grading.collect import collect
    from grader.grading.grader import Grader
    from grader.sandbox import trial
    from grader.student import checked

    rules = {assignment.rules.key.topic: assignment.rules for assignment, _ in packed}
    graded = {}
    with Grader(rules, level=trial.best(), soon=True) as grader:
        for assignment, one in packed:
            found = collect([one.path], {assignment.rules.key.topic: assignment.rules}, grader.open_archive)
            for result, _ in grader.grade_all(found.works, only=assignment.exercises):
                graded[one.path] = result
                checked.note(assignment, one.text, result.exercises)
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
