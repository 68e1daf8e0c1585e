"""The command line: `grader`, and the commands it has."""

from __future__ import annotations

import click

from grader import __version__
from grader.commands import audit, build, check, doctor, grade, key, new, simulate, topics


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Deep-learning coursework that grades itself."""


for command in (
    check.check,
    grade.grade,
    build.build,
    new.new,
    audit.audit,
    key.key,
    simulate.simulate,
    topics.topics,
    doctor.doctor,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line."""
    cli()


if __name__ == "__main__":
    main()
