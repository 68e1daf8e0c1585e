"""The command line: `grader`, and the commands it has."""

from __future__ import annotations

import sys

import click

from grader import __version__
from grader.commands import (
    audit,
    build,
    check,
    ci,
    data,
    doctor,
    grade,
    hint,
    key,
    new,
    publish,
    simulate,
    status,
    submit,
    topics,
    watch,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Deep-learning coursework that grades itself."""


for command in (
    check.check,
    watch.watch,
    hint.hint,
    status.status,
    submit.submit,
    grade.grade,
    publish.publish,
    build.build,
    new.new,
    audit.audit,
    key.key,
    simulate.simulate,
    topics.topics,
    doctor.doctor,
    data.data,
    ci.ci,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; what only instructors install is asked for in a sentence."""
    try:
        cli()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "grader":
            raise
        click.echo(
            f"Error: this needs `{error.name}`, which is not installed here. For an instructor's commands "
            "install the grader with its extra: `deep-learning-grader[instructor]` in place of "
            "`deep-learning-grader`.",
            err=True,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
