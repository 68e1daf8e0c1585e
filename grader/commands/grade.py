"""`grader grade`: submissions against the hidden key."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.cluster import ClusterOptions, cluster_options
from grader.commands.common import course_or_none, export_of, plain_errors
from grader.commands.graded import unread
from grader.commands.options import (
    class_zip_option,
    course_option,
    db_option,
    export_options,
    groups_option,
    isolation_option,
    json_option,
    workers_option,
)
from grader.commands.output import console, handed_in, progress, say

if TYPE_CHECKING:
    from grader.grading.rules import Rules
    from grader.sandbox.levels import Level
    from grader.verdict import Graded, Results


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@class_zip_option
@export_options
@click.option("--topic", "topics", multiple=True, help="Only this topic; may be given more than once.")
@workers_option
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="The CPU time that one submission has in all; by default 60, or what its checks say.",
)
@click.option("--hidden/--public", default=True, show_default=True, help="Which answer key to grade by.")
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="A folder of keys, NN_topic.npz; then no course is needed.",
)
@isolation_option
@db_option("The database that stores the grades, by its file or URL.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Say who is missing of this table, whose column `id` holds the students' names; with --from, "
    "call students by it.",
)
@groups_option
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    help="Compare the grades with the truth.json of a simulated class.",
)
@click.option(
    "--verify",
    "sample",
    is_flag=False,
    flag_value="20",
    metavar="[N|SHARE%]",
    help="Grade a sample of what the database holds again, 20 submissions or as many as said, compare it bit "
    "for bit with what is there, and write nothing into it. Takes no PATH.",
)
@json_option
@course_option
@cluster_options
def grade(
    paths: tuple[Path, ...],
    class_zips: tuple[Path, ...],
    platform: str | None,
    attempt: str | None,
    topics: tuple[str, ...],
    workers: int,
    seconds: float | None,
    hidden: bool,
    keys: Path | None,
    least: str,
    db: str,
    roster: Path | None,
    groups: Path | None,
    truth: Path | None,
    sample: str | None,
    json_file: Path | None,
    folder: Path | None,
    cluster: ClusterOptions | None,
) -> None:
    """Grade a class's submissions against the hidden key.

    A PATH is a file, a folder of STUDENT/TOPIC.ipynb or of zips, or one
    student's zip, STUDENT-TOPIC.zip; with --from it is what a learning platform
    exported, as a zip or a folder. What cannot be graded is passed over and
    named at the end. Exits with 0 when everything was graded, whatever the
    marks. A run that was interrupted goes on where it was; what was graded
    before is not run again.
    """
    if sample is not None and (paths or class_zips):
        raise click.UsageError("--verify takes no PATH: the database says where each file is")
    if sample is not None and (platform or attempt or roster or groups or truth or cluster):
        raise click.UsageError(
            "--verify grades here what the database holds: --from, --attempt, --roster, --groups, --truth "
            "and --cluster say nothing of it"
        )
    if sample is None and not paths and not class_zips:
        raise click.UsageError("say what to grade: a PATH, as in `grader grade submitted/`, or --class-zip")
    from grader.commands.verify import verify
    from grader.errors import StoreError
    from grader.grading import decisions, policy_file
    from grader.grading import policy as policies
    from grader.grading import roster as rosters
    from grader.grading.attempts import Best
    from grader.grading.collect import collect
    from grader.grading.grader import Grader
    from grader.grading.groups import shared
    from grader.grading.lateness import Deadlines
    from grader.grading.rules import rules_for, topics_of
    from grader.grading.store import Store
    from grader.report import data, terminal
    from grader.sandbox import root
    from grader.sandbox.levels import Level
    from grader.verdict import Penalty

    with plain_errors():
        level = level_for(Level(least)) if cluster is None else Level(least)
        course = course_or_none(folder)  # keys alone are enough to grade
        if level is not Level.NONE and (cluster is None or cluster.here):
            secret = course.secret_folders if course else []
            root.check_hidden([path.resolve() for path in (*paths, *class_zips, *secret)])
        if sample is not None:

            def start(rules: dict[str, Rules]) -> Grader:
                return Grader(rules, workers, level, seconds=seconds)

            verify(sample, db, topics, hidden, keys, folder, start, json_file)
            return
        rules = rules_for(topics, hidden, keys, folder)
        listed = rosters.students(roster) if roster else []
        members = rosters.groups(groups) if groups else {}
        # A simulated class has its own truth, whatever was decided on a real one.
        decided = decisions.load(course.root) if course and not truth else {}
        policy = policy_file.load(course) if course else policies.Policy()
        export = export_of(platform, attempt, listed, course, topics)
        deadlines = export.deadlines if export else Deadlines()

        def counted(graded: Graded) -> Graded:
            return deadlines.amended(decisions.amended(graded, decided))

        try:
            with (
                Store(db) as store,
                cluster.executor(rules, Level(least), seconds) if cluster else nullcontext() as executor,
                Grader(rules, workers, level, seconds=seconds, executor=executor) as grader,
            ):
                others = topics_of(keys, folder)
                opened = cluster.opener(level, level_for) if cluster else grader.open_archive
                found = collect(paths, rules, opened, class_zips, others, export)
                found = shared(found, members)
                best = Best(store, found.works, counted)
                with progress(len(found.works)) as advance:
                    for _ in grader.grade_all(found.works, best, say=say):
                        advance()
        except StoreError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.echo("\nInterrupted. What was graded is kept: run the same command to go on.", err=True)
            sys.exit(130)
        graded = [best.kept[place] for place in sorted(best.kept)]
        # A file that cannot be read is no 0.
        passed_over = [*found.passed_over, *(unread(one) for one in graded if one.unread)]
        graded = [decisions.amended(one, decided) for one in graded if not one.unread]
        there = {(one.student, one.topic) for one in graded}
        absent = rosters.missing(listed, there, {one.student for one in passed_over})
        results = data.results(graded, grader.provenance, passed_over, absent)
        if json_file:
            data.write_json(results, json_file)
        terminal.show_class(console(), results)
    if any(policy.terms(one.topic).penalty is not Penalty.NONE for one in graded):
        click.echo("Nothing is taken for being late here: `grader report` and `grader export` do that.")
    if truth:
        compare_with_truth(truth, results)
    if any(one.failed for one in graded):
        raise click.ClickException("the grader failed on submissions named above: run the command again.")
    if passed_over:
        raise click.ClickException(
            f"{handed_in(len(passed_over))} not graded, for the reasons above; all the rest was graded."
        )


def level_for(least: Level) -> Level:
    """Return the best level that holds here, and say so where nothing is locked in.

    Raises:
        TooLow: it is below `least`.
    """
    from grader.sandbox import trial
    from grader.sandbox.levels import Level

    level = trial.require(least, "--require-isolation none")
    if level is Level.NONE:
        click.echo(
            "Nothing is locked in here (`grader doctor` says why): what is graded can read, write and "
            "connect as you can.",
            err=True,
        )
    return level


def compare_with_truth(truth: Path, results: Results) -> None:
    """Say whether grades are those of a simulated class, and exit with 1 if not."""
    from grader.authoring.truth import check_truth

    differences = check_truth(truth, results)
    for difference in differences[:20]:
        click.echo(f"  {difference}", err=True)
    if differences:
        raise click.ClickException(f"{len(differences)} grades are not the known truth.")
    click.echo("Every grade equals the known truth.")
