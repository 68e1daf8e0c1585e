"""`grader extend`: more time for one student."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import chosen_topics, course_option, plain_errors


@click.command()
@click.argument("topic")
@click.argument("students", nargs=-1, required=True, metavar="STUDENT...")
@click.option("--until", help="The new deadline of these students, as in 2027-03-08 12:00 UTC.")
@click.option("--none", "back", is_flag=True, help="Take an extension back.")
@course_option
def extend(topic: str, students: tuple[str, ...], until: str | None, back: bool, folder: Path | None) -> None:
    """Give students more time for a topic.

    nbgrader's gradebook keeps it: who hands in before the new deadline is not
    late, in `nbgrader autograde` and in `grader publish`. What was graded before
    is counted again when it is graded or published the next time.
    """
    if bool(until) == back:
        raise click.UsageError("say --until TIME, or --none to take an extension back")
    from grader.grading.roster import time_of
    from grader.nbgrader.extensions import extend as extended

    with plain_errors():
        course, (wanted,) = chosen_topics(folder, (topic,))
        extended(course, wanted, students, time_of(until, "--until") if until else None)
    for student in students:
        click.echo(f"{student}: {wanted.id} is due {f'at {until}' if until else 'when it is for everyone'}.")
