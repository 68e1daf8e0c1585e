"""`grader similar`: answers that read alike, and unusual wrong answers that students share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import chosen_topics, export_of, plain_errors
from grader.commands.graded import graded_in
from grader.commands.options import (
    class_zip_option,
    course_option,
    database_is_there,
    export_options,
    file_option,
    groups_option,
    results_option,
    roster_option,
    written_db_option,
)
from grader.commands.output import console, handed_in, progress

if TYPE_CHECKING:
    from grader.course import Course, Topic
    from grader.grading.exports import Export
    from grader.grading.texts import Asked, Written
    from grader.report.copied import Compared
    from grader.report.unusual import Alike
    from grader.verdict import PassedOver


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="SUBMITTED...", type=click.Path(path_type=Path))
@class_zip_option
@export_options
@roster_option
@groups_option
@click.option("--topic", "names", multiple=True, help="Only this topic; may be given more than once.")
@click.option(
    "--share",
    default=70,
    show_default=True,
    type=click.IntRange(1, 100),
    help="List two answers if at least this many percent of one are in the other.",
)
@results_option()
@written_db_option
@file_option("--json", "json_file", "Write what was found there, as JSON.")
@file_option("--to", "target", "The page to write; by default similar.html.")
@course_option
def similar(
    paths: tuple[Path, ...],
    class_zips: tuple[Path, ...],
    platform: str | None,
    attempt: str | None,
    roster: Path | None,
    groups: Path | None,
    names: tuple[str, ...],
    share: int,
    results: Path | None,
    db: str,
    json_file: Path | None,
    target: Path | None,
    folder: Path | None,
) -> None:
    """Find answers that read alike.

    SUBMITTED is what `grader grade` takes. Nothing in it is run. Only answers are
    compared, without what was given out; renamed variables and another order of
    functions change nothing. If there are grades, unusual wrong answers that
    students share are listed, too. The page sets them beside each other, and says what
    this shows and what it does not: alike texts have many reasons, and prove
    nothing alone. Exits with 0 if everything could be read.
    """
    if roster and not platform:
        raise click.UsageError("--roster says how students of an export are called: name it by --from")
    import copydetect  # noqa: F401  (if it is lacking, say so before the work begins)

    from grader.files import write
    from grader.grading import roster as rosters
    from grader.report import similar as report
    from grader.text import identifier

    with plain_errors():
        course, topics = chosen_topics(folder, names)
        members = rosters.groups(groups) if groups else {}
        together = [[identifier(one) for one in (name, *own)] for name, own in members.items()]
        listed = rosters.students(roster) if roster else []
        export = _one_attempt(export_of(platform, attempt, listed, course, [one.name for one in topics]))
        same = _alike(course, topics, results, db)
        asked, written, passed_over = _read(paths, class_zips, export, course, topics)
        compared = list(_compared(topics, asked, written, share / 100, together))
        found = report.Found(tuple(compared), share / 100, same, tuple(passed_over))
        answers = {
            (one.topic, exercise): {
                w.student: w.answers[exercise] for w in written[one.topic] if exercise in w.answers
            }
            for one, exercise in ((each, each.exercise) for each in compared)
        }
        target = target or Path("similar.html")
        write(target, report.page(found, answers).encode("utf-8", "replace"))
        if json_file:
            write(json_file, report.encoded(found) + b"\n")
    report.show(console(), found)
    click.echo(f"The answers stand beside each other in {target}.")
    if passed_over:
        raise click.ClickException(f"{handed_in(len(passed_over))} not read, for the reasons above.")


def _one_attempt(export: Export | None) -> Export | None:
    """Have one attempt of each student be read, because two of one student are alike for a reason.

    Raises:
        click.UsageError: it is the best one, which only grading tells.
    """
    from grader.grading.policy import Which

    if export and export.which is Which.BEST:
        raise click.UsageError(
            "which attempt is the best is known when all are graded, and nothing is graded here: say "
            "--attempt last"
        )
    return export


def _read(
    paths: Sequence[Path],
    class_zips: Sequence[Path],
    export: Export | None,
    course: Course,
    topics: Sequence[Topic],
) -> tuple[dict[str, Asked], dict[str, list[Written]], list[PassedOver]]:
    """Have children read what was handed in; return it by topic, and what could not be read."""
    from grader.commands.grade import level_for
    from grader.grading.collect import collect
    from grader.grading.grader import Grader
    from grader.grading.texts import asked_of, written_in
    from grader.sandbox import root
    from grader.sandbox.levels import Level
    from grader.verdict import PassedOver

    level = level_for(Level.NONE)  # the best one; nothing of a submission is run
    if level is not Level.NONE:
        root.check_hidden([path.resolve() for path in (*paths, *class_zips, *course.secret_folders)])
    written: dict[str, list[Written]] = {topic.id: [] for topic in topics}
    with Grader({}, level=level) as grader:
        wanted = {topic.id: topic for topic in topics}
        others = [topic.id for topic in course.topics]
        found = collect(paths, wanted, grader.open_archive, class_zips, others, export)
        passed_over = list(found.passed_over)
        # Of the others nothing is asked, so that a course of thirty topics costs no more than one.
        asked = {id: asked_of(wanted[id]) for id in sorted({work.topic for work in found.works})}
        with progress(len(found.works), "Reading", "read") as advance:
            for work in found.works:
                one = written_in(grader.kept, work, asked[work.topic])
                written[work.topic].append(one)
                for exercise, why in one.unread.items():
                    what = f"{exercise}: {why}" if exercise else why
                    passed_over.append(PassedOver(work.file, what, work.student))
                advance()
    return asked, written, passed_over


def _compared(
    topics: Sequence[Topic],
    asked: dict[str, Asked],
    written: dict[str, list[Written]],
    share: float,
    together: Sequence[Sequence[str]],
) -> Iterable[Compared]:
    """Compare the answers to each exercise."""
    from grader.report.copied import compare

    for topic in topics:
        for exercise, reference in asked[topic.id].reference.items() if topic.id in asked else ():
            answers = {
                one.student: one.answers[exercise] for one in written[topic.id] if exercise in one.answers
            }
            yield compare(topic.id, exercise, answers, reference, share, together)


def _alike(course: Course, topics: Sequence[Topic], results: Path | None, db: str) -> Alike | None:
    """Return who shares unusual wrong answers; None if nothing was graded yet."""
    from grader.report.unusual import alike

    if results is None and not database_is_there():
        return None
    wanted = {topic.id for topic in topics}
    return alike(one for one in graded_in(results, db, course).submissions if one.topic in wanted)
