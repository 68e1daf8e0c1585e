"""`grader gradescope`: an autograder for Gradescope."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import chosen_topics, plain_errors
from grader.commands.options import course_option, isolation_option

KEPT = (
    "The hidden key lies in the container in which students' code runs. At the level {least} and above no "
    "submission can read it, or change its result. Where Gradescope's machine gives less, nothing is graded, "
    "and Gradescope says that the autograder failed."
)
OPEN = (
    "Note: you allow the level none. If Gradescope's machine gives no better one, a submission can read the "
    "key and write its own result. With --public there is no secret to read; the scores are still not safe."
)


@click.command()
@click.argument("target", metavar="ZIP", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--topic", required=True, help="What the assignment on Gradescope is about.")
@click.option(
    "--wheel",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The grader's wheel; by default the one that `make wheel` built in the course's dist/.",
)
@click.option("--hidden/--public", default=True, show_default=True, help="Which answer key it grades by.")
@isolation_option
@course_option
def gradescope(
    target: Path, topic: str, wheel: Path | None, hidden: bool, least: str, folder: Path | None
) -> None:
    """Make an autograder for Gradescope.

    ZIP is what to upload on the assignment's page *Configure Autograder*. It
    holds the grader's wheel, the versions of constraints.txt, the topic's key,
    and the two scripts that Gradescope runs: setup.sh installs the grader once,
    and run_autograder grades each submission. Without --public it holds the
    hidden key: give the file to nobody.
    """
    from grader.files import write
    from grader.grading.rules import rules_for
    from grader.workflows.gradescope import Autograder, checked, wheel_in

    with plain_errors():
        course, (chosen,) = chosen_topics(folder, (topic,))
        found = checked(wheel, where=wheel) if wheel else wheel_in(course.root / "dist")
        key = rules_for((chosen.id,), hidden, None, folder)[chosen.id].key
        locked = course.root / "constraints.txt"
        constraints = locked.read_text(encoding="utf-8") if locked.is_file() else ""
        made = Autograder(chosen.id, key.to_bytes(), found, constraints, least)
        write(target, made.packed(), 0o600)
    click.echo(f"{target} grades {chosen.name}, {chosen.checks.points:g} points, by the {_kind(hidden)} key.")
    if not constraints:
        click.echo(f"Note: there is no {locked}, so that the newest versions are installed, not locked ones.")
    click.echo(
        "Upload it on Gradescope, under Configure Autograder. In the assignment's settings choose a "
        "container with 4 GB of memory or more, because TensorFlow needs more than the default, and at "
        "least the default time limit of 10 minutes."
    )
    if least == "none":
        click.echo(OPEN)
    elif hidden:
        click.echo(KEPT.format(least=least))
    click.echo("Press Test Autograder with a right submission: its output says which level is held.")


def _kind(hidden: bool) -> str:
    return "hidden" if hidden else "public"
