"""`grader feedback`: the pages that students get, as one zip that a learning platform takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.collect import export_in, exported
from grader.commands.common import chosen_topics, plain_errors
from grader.commands.graded import graded_in
from grader.commands.options import (
    course_option,
    db_option,
    export_options,
    file_option,
    given,
    groups_option,
    results_option,
    roster_option,
)
from grader.commands.output import are
from grader.commands.report import albums_of, help_of, kept_in

if TYPE_CHECKING:
    from grader.course import Course, Topic
    from grader.report.returning import Pages


@click.command()
@click.argument("topic")
@click.argument("export", required=False, type=click.Path(path_type=Path, exists=True))
@export_options
@roster_option
@groups_option
@click.option(
    "--report",
    "of_report",
    is_flag=True,
    help="Pack what `grader report` shows of the topic, in place of nbgrader's pages.",
)
@results_option("With --report: ")
@db_option("With --report: the database that `grader grade` wrote to, by its file or URL.")
@file_option("--to", "target", "The zip to write; by default NN_TOPIC-feedback.zip.")
@course_option
def feedback(
    topic: str,
    export: Path | None,
    platform: str | None,
    attempt: str | None,
    roster: Path | None,
    groups: Path | None,
    of_report: bool,
    results: Path | None,
    db: str,
    target: Path | None,
    folder: Path | None,
) -> None:
    """Pack the feedback on a topic into one zip.

    The pages are those that `nbgrader generate_feedback` wrote, or with --report
    one for each student with what `grader report` shows of this topic; for that
    no nbgrader is needed, and pictures are those that were drawn before. EXPORT is what
    was downloaded from Moodle or Canvas, and was collected or graded: the zip then
    has the names of that platform, which takes it back. Give it the same --roster
    and --groups as then. Without EXPORT, each page is in a folder STUDENT/.
    """
    if export is None and (platform or attempt or roster or groups):
        raise click.UsageError("--from, --attempt, --roster and --groups say how an EXPORT is read: name it")
    if not of_report and (results or given("db")):
        raise click.UsageError("--results and --db go with --report")
    from grader.files import write
    from grader.report.returning import pack
    from grader.text import inert, printable

    with plain_errors():
        course, (wanted,) = chosen_topics(folder, (topic,))
        written = None
        if export:
            read = export_in(platform or "auto", attempt, roster, (topic,), folder)
            with exported(export, read, groups, (topic,), folder) as found:
                written = found.written
            if not any(written.values()):
                raise click.ClickException(
                    "feedback goes back to Moodle and Canvas as one zip; of other platforms no such way is "
                    "known. Leave out the export, and the zip has a folder for each student."
                )
        pages = _of_report(course, wanted, results, db) if of_report else _of_nbgrader(course, wanted)
        done = pack(pages, f"{wanted.name}.html", written)
        target = target or Path(f"{wanted.id}-feedback.zip")
        write(target, done.content)
    for line in done.left_out:
        click.echo(f"  {inert(printable(line))}", err=True)
    click.echo(f"{are(done.count, 'page')} in {target}.")
    if done.left_out:
        raise click.ClickException(f"{are(len(done.left_out), 'page')} not in it, for the reasons above.")


def _of_nbgrader(course: Course, topic: Topic) -> Pages:
    """Return the pages that nbgrader made."""
    from grader.nbgrader.returning import made

    return made(course, topic)


def _of_report(course: Course, topic: Topic, results: Path | None, db: str) -> Pages:
    """Return pages of what was graded.

    Raises:
        PlainError: nothing was graded of this topic.
    """
    from grader.errors import PlainError
    from grader.report.feedback import Feedback
    from grader.report.returning import Pages

    found = graded_in(results, db, course)
    feedback = Feedback(help_of(course, found), kept_in(albums_of(course, found), found))
    pages = Pages("nothing of theirs was graded")
    for one in found.submissions:
        if one.topic == topic.id and one.failed:
            pages.unfit[one.student] = "the grader failed on it: run `grader grade` again"
        elif one.topic == topic.id:
            pages.fit[one.student] = feedback.of_topic(one).encode()
    if not pages.fit and not pages.unfit:
        raise PlainError(f"nothing of {topic.id} was graded in {results or db}: run `grader grade` first")
    return pages
