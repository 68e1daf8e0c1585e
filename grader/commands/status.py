"""`grader status`: what is done, in progress and to do."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import plain_errors
from grader.commands.output import console


@click.command()
@click.argument("targets", nargs=-1, metavar="[TOPIC]...")
def status(targets: tuple[str, ...]) -> None:
    """Show what is done, in progress and to do.

    It shows what the last check of each exercise found, and runs nothing.
    Progress is stored beside your work, in `.grader/progress.json`;
    `grader check` and `grader watch` bring it up to date.
    """
    from grader.student.assignment import choose, find_assignments
    from grader.student.shown import show_status

    with plain_errors():
        chosen = choose(find_assignments(Path.cwd()), targets)
        show_status(console(), chosen, bool(targets) or len(chosen) == 1)
