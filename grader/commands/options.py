"""Options that several commands take."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
DATABASE = "grades.db"  # in the working folder, unless another one is named

course_option = click.option(
    "--course",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that holds solutions/; by default the nearest one upwards.",
)


def _writable(path: Path | None, raised: type[click.ClickException]) -> Path | None:
    """Refuse a file that cannot be written before the work begins, not after it."""
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        there = "may not be written to" if path.parent.is_dir() else "is no folder"
        where = path if path.exists() else path.parent
        raise raised(f"{path} cannot be written: {where} {there}.")
    return path


def file_option(
    name: str, attribute: str, help: str, raised: type[click.ClickException] = click.ClickException
) -> Callable[[Command], Command]:
    """Return an option that names a file to be written; `raised` is the error where it cannot be."""
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option(
        name, attribute, type=kind, callback=lambda _, __, path: _writable(path, raised), help=help
    )


def db_option(help: str) -> Callable[[Command], Command]:
    """Return the option that names the database of grades."""
    return click.option("--db", default=f"sqlite:///{DATABASE}", show_default=True, help=help)


def database_is_there() -> bool:
    """Tell whether `--db` was said, or the default database is there, which must not be made by a look."""
    return given("db") or Path(DATABASE).is_file()


written_db_option = db_option("The database that `grader grade` wrote to, by its file or URL.")


def results_option(when: str = "") -> Callable[[Command], Command]:
    """Return the option that names a file of results to be read in the place of the database."""
    what = "hat `grader grade --json` wrote; by default the database is read."
    return click.option(
        "--results",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help=f"{when}w{what}" if when else f"W{what}",
    )


json_option = file_option("--json", "json_file", "Write the results there, as JSON.")

workers_option = click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 256),
    help="How many submissions run at the same time.",
)

isolation_option = click.option(
    "--require-isolation",
    "least",
    default="landlock",
    show_default=True,
    type=click.Choice(["none", "landlock", "container", "user", "root"]),
    help="Refuse to run where submissions are isolated less well; see `grader doctor`.",
)

class_zip_option = click.option(
    "--class-zip",
    "class_zips",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A zip that holds a class: STUDENT/TOPIC.ipynb, or the students' zips.",
)

groups_option = click.option(
    "--groups",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A table of group and student: what one of a group hands in is each member's.",
)

roster_option = click.option(
    "--roster",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="With --from: call students as this table does, whose column `id` holds their names.",
)

ATTEMPTS = ("last", "first", "best", "in-time")
PLATFORMS = ("auto", "blackboard", "brightspace", "canvas", "gradescope", "moodle")


def export_options(command: Command) -> Command:
    """Add the options that say how a learning platform's export is read."""
    which = click.option(
        "--attempt",
        type=click.Choice(ATTEMPTS),
        help="Which of a student's attempts counts, where an export holds several; by default what "
        "policy.toml says, and else the last.",
    )
    platform = click.option(
        "--from",
        "platform",
        type=click.Choice(PLATFORMS),
        help="The learning platform that exported it; `auto` tells by the names in it.",
    )
    return platform(which(command))


def given(name: str) -> bool:
    """Tell whether an option of the command that runs was said, and is not at its default."""
    return click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def supposing(command: Command) -> Command:
    """Add the options that say, for this run alone, what exercises count."""
    without = click.option(
        "--without",
        multiple=True,
        metavar="TOPIC.EXERCISE",
        help="As if this exercise were withdrawn, in this run alone; may be given more than once.",
    )
    points = click.option(
        "--points",
        multiple=True,
        metavar="TOPIC.EXERCISE=N",
        help="As if this exercise were worth N points, in this run alone; may be given more than once.",
    )
    return without(points(command))
