"""`grader feedback`: the pages that students get, as one zip that a learning platform takes."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.collect import exported
from grader.commands.common import (
    chosen_topics,
    course_option,
    export_options,
    file_option,
    groups_option,
    plain_errors,
    roster_option,
)


@click.command()
@click.argument("topic")
@click.argument("export", required=False, type=click.Path(path_type=Path, exists=True))
@export_options
@roster_option
@groups_option
@file_option("--to", "target", "The zip to write; by default NN_TOPIC-feedback.zip.")
@course_option
def feedback(
    topic: str,
    export: Path | None,
    platform: str | None,
    attempt: str,
    roster: Path | None,
    groups: Path | None,
    target: Path | None,
    folder: Path | None,
) -> None:
    """Pack the feedback on a topic into one zip.

    The pages are those that `nbgrader generate_feedback` wrote. EXPORT is what
    was downloaded from Moodle or Canvas, and was collected or graded: the zip then
    has the names of that platform, which takes it back. Give it the same --roster
    and --groups as then. Without EXPORT, each page is in a folder STUDENT/.
    """
    if export is None and (platform or roster or groups):
        raise click.UsageError("--from, --roster and --groups say how an EXPORT is read: name it")
    from grader.files import write
    from grader.nbgrader.returning import pack
    from grader.text import inert, printable

    with plain_errors():
        course, (wanted,) = chosen_topics(folder, (topic,))
        written = None
        if export:
            named = (export, platform or "auto", attempt, roster, groups, (topic,), folder)
            with exported(*named) as found:
                written = found.written
            if not any(written.values()):
                raise click.ClickException(
                    "feedback goes back to Moodle and Canvas as one zip; of other platforms no such way is "
                    "known. Leave out the export, and the zip has a folder for each student."
                )
        done = pack(course, wanted, written)
        target = target or Path(f"{wanted.id}-feedback.zip")
        write(target, done.content)
    for line in done.left_out:
        click.echo(f"  {inert(printable(line))}", err=True)
    click.echo(f"{done.count} pages are in {target}.")
    if done.left_out:
        raise click.ClickException(f"{len(done.left_out)} pages are not in it, for the reasons above.")
