"""`grader simulate`: a class whose grades are known."""

from __future__ import annotations

from pathlib import Path

import click

from grader.commands.common import chosen_topics, plain_errors
from grader.commands.options import course_option


@click.command()
@click.argument("destination", type=click.Path(path_type=Path, file_okay=False))
@click.option("--students", default=60, show_default=True, type=click.IntRange(1), help="How many students.")
@click.option("--seed", default=0, show_default=True, type=int, help="Another seed makes another class.")
@click.option("--topic", "names", multiple=True, help="Only this topic; may be given more than once.")
@course_option
def simulate(
    destination: Path, students: int, seed: int, names: tuple[str, ...], folder: Path | None
) -> None:
    """Write a simulated class whose grades are known.

    The grades are written beside it, in truth.json; see `grader grade --truth`.
    """
    from grader.authoring import simulate as simulation
    from grader.authoring.truth import work_out, write_truth
    from grader.client.server import Server
    from grader.grading.rules import rules_for
    from grader.names import TRUTH

    with plain_errors():
        course, topics = chosen_topics(folder, names)
        rules = rules_for(tuple(topic.id for topic in topics), True, None, folder)
        with Server() as server:
            worked = {topic.id: work_out(server, topic, rules[topic.id].key) for topic in topics}
        behaviours = simulation.simulate(topics, destination, students, seed)
        write_truth(destination / TRUTH, seed, behaviours, worked)
    click.echo(f"{students} students and truth.json are in {destination}")
