"""`grader forget`: what was graded, out of the database again."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import plain_errors
from grader.commands.options import written_db_option

SHOWN = 20  # submissions that are listed before the question


@click.command()
@click.argument("students", nargs=-1, metavar="[STUDENT]...")
@click.option("--topic", "topics", multiple=True, help="Only this topic; may be given more than once.")
@click.option(
    "--below",
    type=click.Path(path_type=Path),
    help="Only what was graded from files in this folder or zip, as of a simulated class.",
)
@written_db_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(
    students: tuple[str, ...], topics: tuple[str, ...], below: Path | None, db: str, yes: bool
) -> None:
    """Take students or a run out of grades.db.

    Names what is forgotten, and asks. What was handed in and nbgrader's gradebook
    stay as they are: `nbgrader db student remove` and `db assignment remove` are
    for these.
    """
    if not students and below is None:
        raise click.UsageError("say whose, as in `grader forget ada`, or which run, by --below FOLDER")
    from grader.course import name_of
    from grader.grading.database import existing
    from grader.grading.store import Store
    from grader.grading.zips import split_label
    from grader.text import inert, printable

    here = Path.cwd()
    wanted = {name_of(topic) for topic in topics}
    with plain_errors():
        with Store(existing(db)) as store:
            found = [
                one
                for one in store.listed()
                if (not students or one.student in students)
                and (not wanted or name_of(one.topic) in wanted)
                and (below is None or split_label(here, one.file)[0].is_relative_to(below.resolve()))
            ]
            unknown = sorted(set(students) - {one.student for one in found})
            if unknown:
                names = inert(printable(", ".join(unknown)))
                raise click.ClickException(f"nothing of {names} is kept in {db}; nothing was forgotten.")
            if not found:
                raise click.ClickException(f"nothing like that is kept in {db}.")
            for one in found[:SHOWN]:
                click.echo(f"  {inert(printable(f'{one.student}  {one.topic}  {one.file}'))}")
            if len(found) > SHOWN:
                click.echo(f"  and {len(found) - SHOWN} more")
            if not yes:
                click.confirm(f"Forget {len(found)} results?", abort=True)
            store.forget(found)
    click.echo(f"{len(found)} results are forgotten.")
