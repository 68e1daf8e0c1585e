"""`grader check`: a student's own answers against the public key."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import failure, plain_errors
from grader.commands.options import json_option
from grader.commands.output import console, wait

if TYPE_CHECKING:
    from grader.grading.rules import Rules
    from grader.report.forge import Annotation
    from grader.student.assignment import Assignment
    from grader.verdict import Graded

REPORT = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("targets", nargs=-1, metavar="[TOPIC[.EXERCISE]]...")
@click.option("--file", "file", type=click.Path(path_type=Path), help="Check this notebook or script.")
@json_option
@click.option("--junit", type=REPORT, help="Write the results there, as JUnit XML.")
@click.option(
    "--summary", type=REPORT, help="Append a table in Markdown to this file, such as $GITHUB_STEP_SUMMARY."
)
@click.option("--annotate", is_flag=True, help="Print GitHub's annotations, on the lines of your file.")
@click.option("--quality", type=REPORT, help="Write the results there, as GitLab's code quality report.")
def check(
    targets: tuple[str, ...],
    file: Path | None,
    json_file: Path | None,
    junit: Path | None,
    summary: Path | None,
    annotate: bool,
    quality: Path | None,
) -> None:
    """Check your answers, and say what is wrong.

    Without arguments it checks every assignment in and below the current
    folder. It starts TensorFlow each time; while you write, `grader watch` is
    the fast way to check again and again. Exits with 0 only if all that was
    checked is right.
    """
    wait("Starting TensorFlow, which takes some seconds (`grader watch` starts it once for many checks)…")
    from grader import files
    from grader.grading.grader import Grader
    from grader.grading.work import NotGradable, Work, open_file
    from grader.report import data, forge
    from grader.report import junit as junit_report
    from grader.student import checked, progress
    from grader.student.assignment import choose, find_assignments
    from grader.student.shown import show_checked
    from grader.verdict import Results, Status

    if file is None and len(targets) == 1 and targets[0].endswith((".py", ".ipynb")):
        file, targets = Path(targets[0]), ()
    rules: dict[str, Rules] = {}
    with plain_errors(), forge.guarded(annotate), Grader(rules, soon=True) as grader:
        grader.kept.start_ahead()  # while the keys are read
        assignments = find_assignments(file.resolve().parent if file and not targets else Path.cwd())
        if file is not None and not targets:
            targets = tuple(a.name for a in assignments if a.name == file.stem) or targets
        chosen = choose(assignments, targets)
        if file is not None and len(chosen) != 1:
            raise click.UsageError("--file goes with one topic, as in `grader check TOPIC --file PATH`")
        graded, findings = [], []
        rules |= {one.rules.key.topic: one.rules for one in chosen}
        for assignment in chosen:
            path, note = (file, "") if file else assignment.file()
            shown = os.path.relpath(path)
            work = Work("", assignment.rules.key.topic, shown, lambda: -1, (note,) if note else ())
            try:
                with open(open_file(path), "rb") as handle:
                    text = handle.read()
            except NotGradable as error:
                raise failure(f"{path}: {error}.") from error
            with files.unnamed(text) as descriptor:
                graded.append(grader.grade(work, descriptor, assignment.exercises))
            progress.note(assignment, graded[-1].exercises)
            checked.note(assignment, text, graded[-1].exercises)
            show_checked(console(), graded[-1], _written(assignment, file))
            findings += list(_findings(assignment, path, graded[-1]))
        results = Results(tuple(graded), grader.environment)
        if json_file:
            data.write_json(results, json_file)
        if junit:
            junit_report.write_junit(results, junit)
        if summary:
            forge.append_summary(results, summary)
        if quality:
            files.write(quality, forge.quality(findings))
    for line in forge.annotate(findings) if annotate else ():
        click.echo(line)
    passed = all(v.status is Status.PASSED for one in graded for v in one.exercises)
    sys.exit(0 if passed else 1)


def _written(assignment: Assignment, file: Path | None) -> bool | None:
    """Tell whether there is a written answer, where everything is checked; None if it is not asked for."""
    from grader.student.written import is_written

    everything = len(assignment.exercises) == len(assignment.rules.checks.exercises)
    return is_written(assignment, file) if everything else None


def _findings(assignment: Assignment, path: Path, graded: Graded) -> Iterator[Annotation]:
    """Yield where in the student's file each exercise that did not pass stands."""
    from grader.report.forge import Annotation
    from grader.student.places import line_of
    from grader.verdict import Status

    text = path.read_bytes().decode("utf-8", "replace")
    for verdict in graded.exercises:
        if verdict.status is not Status.PASSED:
            writes = assignment.rules.checks.exercises[verdict.name].writes
            yield Annotation(graded.topic, verdict, graded.file, line_of(text, verdict, writes))
