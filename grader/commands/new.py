"""`grader new`: the files that a topic starts from."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import plain_errors
from grader.commands.options import course_option


@click.command()
@click.argument("topic")
@course_option
def new(topic: str, folder: Path | None) -> None:
    """Make the files that a topic starts from.

    They are in solutions/NN_TOPIC/, with an exercise to replace by your own.
    TOPIC is a name, which gets the next free number, or NN_name. A folder
    without a course becomes one.
    """
    from grader.authoring import skeleton
    from grader.course import CourseError, find_course

    with plain_errors():
        try:
            root = (find_course(Path.cwd()) if folder is None else find_course(explicit=folder)).root
        except CourseError:
            root = folder or Path.cwd()
        made = skeleton.create(root, topic)
    for path in sorted(made.folder.iterdir()):
        click.echo(f"written: {path.relative_to(root)}")
    click.echo(f"Now change them, and run: grader build {made.name} && grader audit {made.name}")
