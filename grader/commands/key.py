"""`grader key`: answer keys."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import chosen_topics, plain_errors
from grader.commands.options import course_option


@click.group()
def key() -> None:
    """Record the hidden answer keys: `grader key record`."""


@key.command("record")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@course_option
def record_key(names: tuple[str, ...], folder: Path | None) -> None:
    """Record the hidden answer keys.

    Their seeds come from $GRADER_SECRET, or from a secret file that is made on
    first use.
    """
    from grader.authoring.public_key import keep, stored
    from grader.authoring.recording import record
    from grader.grading.secret import hidden_path, secret

    with plain_errors():
        course, topics = chosen_topics(folder, names)
        recorded = record(topics, secret(course.root))
        for topic in topics:
            path = hidden_path(topic)
            keep(recorded[topic.id], stored(path)).save(path)
            click.echo(f"{topic.name}: {len(recorded[topic.id].exercises)} exercises, {path}")
