"""`grader topics`: the syllabus."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import chosen_topics, console, course_option, plain_errors


@click.command()
@course_option
def topics(folder: Path | None) -> None:
    """List the topics, their exercises and points, and what is built."""
    from grader.report import terminal

    with plain_errors():
        course, _ = chosen_topics(folder, ())
        terminal.show_topics(console(), course)
