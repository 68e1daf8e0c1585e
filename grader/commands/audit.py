"""`grader audit`: would the checks reject what is wrong, and accept what is right?"""

from __future__ import annotations

import time
from pathlib import Path

import click

from grader.commands.common import plain_errors
from grader.commands.options import course_option, file_option, json_option
from grader.commands.output import console

ONLY = [
    "replay",
    "secrets",
    "content",
    "notebook",
]  # what `grader.audit.alone` looks at, which takes long to import


@click.command()
@click.argument("targets", nargs=-1, metavar="[TOPIC[.EXERCISE]]...")
@click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 64),
    help="How many processes run answers at the same time.",
)
@click.option("--sample", type=click.IntRange(0), help="Run only so many mutants of each answer.")
@click.option(
    "--budget",
    type=click.FloatRange(0),
    default=float("inf"),
    help="Seconds after which no further mutant is run, and no further secret tried.",
)
@click.option(
    "--secrets",
    type=click.IntRange(1, 1000),
    help="Grade every mistake and right form under so many secrets.  [default: 3; 20 with --only secrets]",
)
@click.option(
    "--only",
    type=click.Choice(ONLY),
    help="Look only at `replay`, what arrays known beforehand win without an answer; at `secrets`, which "
    "grades depend on the secret; at `content`, what students read; or at `notebook`, which is run from top "
    "to bottom, and in no whole audit.",
)
@file_option("--html", "html_file", "Write a report there, as a web page.")
@json_option
@course_option
def audit(
    targets: tuple[str, ...],
    workers: int,
    sample: int | None,
    budget: float,
    secrets: int | None,
    only: str | None,
    html_file: Path | None,
    json_file: Path | None,
    folder: Path | None,
) -> None:
    """Test the checks: is wrong rejected, and right accepted?

    Looks at mutants of the reference, mistakes, right answers in other forms,
    margins of tolerances, training, cost, what students are given, whether a
    grade depends on the secret, and what a submission wins that returns arrays
    known beforehand.

    Exits with 0 only if there is nothing to mend.
    """
    from grader.audit import alone, luck, page, run, terminal
    from grader.course import find_course

    def say(text: str) -> None:
        click.echo(text, err=True)

    with plain_errors():
        course = find_course(explicit=folder)
        chosen = run.resolve(course, targets)
        if only:
            limits = alone.Limits(workers, secrets or luck.ALL, time.monotonic() + budget)
            found = alone.look(only, chosen, limits, say)
        else:
            found = run.audit(chosen, workers, sample, budget, say, secrets or luck.SOME)
        if json_file:
            run.write_json(found, json_file)
        if html_file:
            page.write(found, html_file)
    terminal.show(console(), found)
    raise SystemExit(1 if any(topic.all_problems for topic in found.topics) else 0)
