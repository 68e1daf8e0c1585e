"""`grader build`: derives from solutions what students and nbgrader are given."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import chosen_topics, plain_errors
from grader.commands.options import course_option


@click.command()
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail if anything is stale.")
@click.option("--overwrite", is_flag=True, help="Give up what was edited by hand in generated files.")
@course_option
def build(names: tuple[str, ...], only_check: bool, overwrite: bool, folder: Path | None) -> None:
    """Make source/, assignments/ and public keys from solutions/.

    If a generated file was edited by hand, nothing is written, and the difference
    is shown, so that you can make the same edit in solutions/.
    """
    from grader.authoring import release

    with plain_errors():
        course, topics = chosen_topics(folder, names)
        stale = release.build(course, topics, only_check, lambda name: click.echo(name, err=True), overwrite)
    if only_check and stale:
        for name in stale:
            click.echo(f"stale: {name}")
        raise click.ClickException(f"{len(stale)} generated files are stale: run `grader build`.")
    for name in stale:
        click.echo(f"written: {name}")
    if not stale:
        click.echo("all fresh")
