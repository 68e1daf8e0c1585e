"""`grader publish`: what was graded, into nbgrader's gradebook."""

from __future__ import annotations

import contextlib
import functools
from pathlib import Path

import click

from grader.commands.common import chosen_topics, plain_errors
from grader.commands.graded import simulated_in
from grader.commands.options import course_option, written_db_option


@click.command()
@click.argument("topics", nargs=-1, metavar="[TOPIC]...")
@written_db_option
@course_option
def publish(topics: tuple[str, ...], db: str, folder: Path | None) -> None:
    """Write what was graded into nbgrader's gradebook.

    It also writes the pages that formgrader shows. Publishing again changes
    nothing but what was graded anew. Scores and comments that a person gave
    stay. A simulated class is left out.
    """
    from grader.grading.database import existing
    from grader.grading.grader import Grader
    from grader.grading.store import Store
    from grader.nbgrader import publishing
    from grader.nbgrader.feedback import PointsDiffer
    from grader.nbgrader.service import GraderFailed
    from grader.sandbox import trial

    with plain_errors():
        course, chosen = chosen_topics(folder, topics)
        with Store(existing(db)) as store:
            found = {topic.id: store.kept(topic.id) for topic in chosen}
        simulated = simulated_in(course.root)
        kept = {
            topic: [one for one in results if not simulated(one.graded)] for topic, results in found.items()
        }
        if left_out := sum(map(len, found.values())) - sum(map(len, kept.values())):
            click.echo(
                f"{left_out} results of a simulated class are left out; `grader forget --below FOLDER` "
                "takes them out of the database."
            )
        if not any(kept.values()):
            else_ = "else " if left_out else ""
            raise click.ClickException(
                f"nothing {else_}was graded in {db}: run `grader grade submitted/` first."
            )
        passed_over = 0
        with contextlib.ExitStack() as stack:

            @functools.cache
            def reader() -> Grader:
                return stack.enter_context(Grader({}, level=trial.best()))

            for topic in chosen:
                if not kept[topic.id]:
                    continue
                try:
                    done = publishing.publish(
                        course, topic, kept[topic.id], lambda zip_file: reader().open_archive(zip_file)
                    )
                except (GraderFailed, PointsDiffer) as error:
                    raise click.ClickException(f"nothing of {topic.id} was published: {error}.") from error
                for reason in done.passed_over:
                    click.echo(f"  not published: {reason}", err=True)
                passed_over += len(done.passed_over)
                click.echo(f"{topic.id}: {done.count} published.")
    if passed_over:
        raise click.ClickException(f"{passed_over} submissions were not published, for the reasons above.")
