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

    It is written where the topic's deadline is: into policy.toml, into nbgrader's
    gradebook, or into both. Who hands in before the new deadline is not late. What
    was graded before is counted again when it is reported, exported, graded or
    published the next time.
    """
    if bool(until) == back:
        raise click.UsageError("say --until TIME, or --none to take an extension back")
    from grader.commands.deadlines import deadlines_of
    from grader.files import write
    from grader.grading import policy as policies
    from grader.grading import times
    from grader.grading.extending import text_with
    from grader.nbgrader.extensions import NotExtended
    from grader.nbgrader.extensions import extend as extended

    with plain_errors():
        course, (wanted,) = chosen_topics(folder, (topic,))
        deadlines = deadlines_of(course)
        policy = deadlines.policy
        zone = times.zone_of(policy.zone) if policy.zone else None
        try:
            at = times.time_of(until, zone, deadline=True) if until else None
        except times.NoTime as error:
            raise times.NoTime(f"--until: {error}") from error
        terms, where = policy.terms(wanted.id), []
        if terms.due or terms.extensions:
            text = text_with(course, wanted, students, until)
            where.append(policies.FILE)
        if not where or wanted.id in deadlines.elsewhere:
            try:
                extended(course, wanted, students, at)
                where.append("nbgrader's gradebook")
            except NotExtended as error:
                if not where:
                    raise
                click.echo(f"nbgrader's gradebook stays as it is: {error.sentence}", err=True)
        if policies.FILE in where:
            write(course.root / policies.FILE, text.encode())
    due = f"at {until}" if until else "when it is for everyone"
    for student in students:
        click.echo(f"{student}: {wanted.id} is due {due}, in {' and '.join(where)}.")
