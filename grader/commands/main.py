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
    collect,
    compare,
    data,
    decide,
    doctor,
    export,
    extend,
    feedback,
    forget,
    grade,
    gradescope,
    hint,
    key,
    new,
    publish,
    report,
    similar,
    simulate,
    status,
    submit,
    topics,
    watch,
)

EXTRAS = {"copydetect": "instructor,similar"}  # what only some commands need
WIDTH = 100  # columns, of a help text on a terminal that has them
COMMANDS: dict[str, tuple[click.Command, ...]] = {
    "For students": (
        check.check,
        watch.watch,
        hint.hint,
        status.status,
        submit.submit,
        data.data,
    ),
    "For instructors": (
        collect.collect,
        grade.grade,
        publish.publish,
        report.report,
        compare.compare,
        similar.similar,
        export.export,
        gradescope.gradescope,
        feedback.feedback,
        forget.forget,
        extend.extend,
        decide.withdraw,
        decide.credit,
        decide.weigh,
        key.key,
        ci.ci,
        doctor.doctor,
    ),
    "For authors": (
        new.new,
        build.build,
        audit.audit,
        topics.topics,
        simulate.simulate,
    ),
}


class Sections(click.Group):
    """A group that lists its commands by who needs them, in the order in which they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, section by section."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a heading for each section, and a line for each of its commands."""
        widest = max(map(len, self.commands))
        room = formatter.width - widest - 6
        for heading, commands in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(str(one.name).ljust(widest), one.get_short_help_str(room)) for one in commands]
                )


@click.group(
    cls=Sections,
    commands=[command for commands in COMMANDS.values() for command in commands],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
)
@click.version_option(__version__)
def cli() -> None:
    """Deep-learning coursework that grades itself."""


def main() -> None:
    """Run the command line; what only instructors install is asked for in a sentence."""
    try:
        cli()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "grader":
            raise
        extra = EXTRAS.get(error.name.partition(".")[0], "instructor")
        click.echo(
            f"Error: this needs `{error.name}`, which is not installed here. For an instructor's commands "
            f"install the grader with its extra: `pip install '.[{extra}]'` in a clone of the course, or "
            f"the same with the path of its wheel, `'PATH.whl[{extra}]'`.",
            err=True,
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
