"""`grader check`: a student's own answers against the public key."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from grader.commands.common import console, json_option, plain_errors


@click.command()
@click.argument("targets", nargs=-1, metavar="[TOPIC[.EXERCISE]]...")
@click.option("--file", "file", type=click.Path(path_type=Path), help="Check this notebook or script.")
@json_option
def check(targets: tuple[str, ...], file: Path | None, json_file: Path | None) -> None:
    """Check your own answers against the public key.

    Without arguments: every assignment in and below the current folder. Exits
    with 0 only if all that was asked for passed.
    """
    from grader.assignment import choose, find_assignments
    from grader.grading import Grader, Oversized, Work, open_file
    from grader.report import data, terminal
    from grader.verdict import Results, Status

    with plain_errors():
        assignments = find_assignments(Path.cwd())
        if file is not None and not targets:
            targets = tuple(a.name for a in assignments if a.name == file.stem) or targets
        chosen = choose(assignments, targets)
        if file is not None and len(chosen) != 1:
            raise click.UsageError("--file goes with one topic, as in `grader check TOPIC --file PATH`")
        graded = []
        with Grader({a.rules.key.topic: a.rules for a in chosen}) as grader:
            for assignment in chosen:
                path, note = (file, "") if file else assignment.file()
                work = Work("", assignment.rules.key.topic, str(path), lambda: -1, (note,) if note else ())
                try:
                    with open(open_file(path), "rb") as handle:
                        graded.append(grader.grade(work, handle.fileno()))
                except Oversized as error:
                    raise click.ClickException(f"{path}: {error}.") from error
                terminal.show_checked(console(), graded[-1])
            results = Results(tuple(graded), grader.environment)
        if json_file:
            data.write_json(results, json_file)
    passed = all(v.status is Status.PASSED for one in graded for v in one.exercises)
    sys.exit(0 if passed else 1)
