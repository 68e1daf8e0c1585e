"""What several commands share: options, the course meant, errors as one line."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console

    from grader.course import Course, Topic
    from grader.grading.grading import Rules

Command = TypeVar("Command", bound=Callable[..., Any])

course_option = click.option(
    "--course",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that holds solutions/; by default the nearest one upwards.",
)


def _writable(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a file that cannot be written before the work begins, not after it."""
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        there = "may not be written to" if path.parent.is_dir() else "is no folder"
        where = path if path.exists() else path.parent
        raise click.ClickException(f"{path} cannot be written: {where} {there}.")
    return path


def file_option(name: str, attribute: str, help: str) -> Callable[[Command], Command]:
    """Return an option that names a file to be written."""
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option(name, attribute, type=kind, callback=_writable, help=help)


json_option = file_option("--json", "json_file", "Write results there too.")


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Show the errors that name their own remedy as one line, and exit with 1."""
    from grader.client.server import ServerError
    from grader.course import CourseError
    from grader.exercise import AuthorError
    from grader.grading.collect import NothingToGrade
    from grader.grading.key import KeyProblem
    from grader.sandbox.root import Exposed
    from grader.sandbox.trial import TooLow

    try:
        yield
    except (AuthorError, CourseError, Exposed, KeyProblem, NothingToGrade, ServerError, TooLow) as error:
        raise click.ClickException(f"{error}.".replace("..", ".").replace("?.", "?")) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        said = f"{where}{error.strerror or error}; nothing graded before is lost."
        raise click.ClickException(said) from error


def chosen_topics(folder: Path | None, names: tuple[str, ...]) -> tuple[Course, list[Topic]]:
    """Return the course and the topics named, all by default.

    Raises:
        CourseError: there is no course, no topic, or none of a name.
    """
    from grader.course import CourseError, find_course

    course = find_course(explicit=folder)
    topics = [course.topic(name) for name in names] or course.topics
    if not topics:
        raise CourseError(f"{course.root / 'solutions'} holds no topic: a folder named NN_topic")
    return course, topics


def rules_for(
    names: tuple[str, ...], hidden: bool, keys: Path | None, folder: Path | None
) -> dict[str, Rules]:
    """Load the keys that submissions are graded against, by topic id.

    Raises:
        CourseError, KeyProblem: a topic is unknown, or its key missing or stale.
    """
    from grader.course import find_course, name_of, unknown
    from grader.grading import key
    from grader.grading.grading import Rules

    if keys is not None:
        loaded = [key.load(path) for path in sorted(keys.glob("*.npz"))]
        by_name = {name_of(one.topic): one for one in loaded}
        for name in names:
            if name_of(name) not in by_name:
                raise key.KeyProblem(unknown("key for", name, by_name))
        wanted = [name_of(name) for name in names] or list(by_name)
        return {by_name[name].topic: Rules(by_name[name]) for name in wanted}
    course = find_course(explicit=folder)
    rules = {}
    for topic in [course.topic(name) for name in names] or course.topics:
        path = key.hidden_path(topic) if hidden else topic.assignment / "key.npz"
        remedy = f"grader key record {topic.name}" if hidden else f"grader build {topic.name}"
        if not path.exists():
            kind = "hidden" if hidden else "public"
            raise key.KeyProblem(f"{topic.name} has no {kind} key: run `{remedy}`")
        found = key.load(path)
        if found.fingerprint != key.fingerprint(topic):
            raise key.KeyProblem(f"the key of {topic.name} is older than its solution: run `{remedy}`")
        rules[topic.id] = Rules(found)
    return rules


def wait(what: str) -> None:
    """Say on a terminal what takes some seconds."""
    if sys.stderr.isatty():
        click.echo(what, err=True)


def console() -> Console:
    """Return where reports are shown."""
    from rich.console import Console

    return Console()
