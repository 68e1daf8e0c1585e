"""`grader hint`: a question, and what to read; never the answer."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import plain_errors
from grader.commands.output import console


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="[TOPIC.]EXERCISE...")
def hint(targets: tuple[str, ...]) -> None:
    """Show an exercise's hint: a question, and what to read.

    If you name a topic, it is the hint of the first exercise in it that is not
    right yet. A hint never gives the answer.
    """
    from grader.student.assignment import choose, find_assignments
    from grader.student.hint import hint as find_hint
    from grader.student.progress import current
    from grader.student.shown import show_hint

    with plain_errors():
        for target in targets:
            (assignment,) = choose(find_assignments(Path.cwd()), (target,))
            names = assignment.exercises
            name = names[0] if len(names) == 1 else current(assignment)
            show_hint(console(), assignment.name, find_hint(assignment, name))
