"""`grader topics`: the syllabus."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import chosen_topics, plain_errors
from grader.commands.options import course_option, file_option
from grader.commands.output import console
from grader.errors import PlainError

if TYPE_CHECKING:
    from grader.course import Topic

PICTURES = Path("pictures", "syllabus")  # beside the page
COLOURS = 128  # of a picture on the page: a third of its bytes


@click.command()
@click.argument("chosen", nargs=-1, metavar="[TOPIC]...")
@course_option
@file_option(
    "--page",
    "page",
    help="Write the syllabus of all topics there, as Markdown: questions, exercises, hours, papers.",
)
@click.option(
    "--draw",
    is_flag=True,
    help="With --page: run the notebooks of TOPICS, of all by default, for the picture that each ends with "
    "(one to three minutes each).",
)
def topics(chosen: tuple[str, ...], folder: Path | None, page: Path | None, draw: bool) -> None:
    """List topics, their exercises and points, and what is built."""
    from grader.report import terminal

    with plain_errors():
        course, several = chosen_topics(folder, chosen)
        if page is None:
            if draw:
                raise PlainError("--draw draws for a page: name its file with --page")
            terminal.show_topics(console(), course, several)
            return
        if chosen and not draw:
            raise PlainError("a page is of all topics: name some of them only to --draw them")
        from grader.authoring import syllabus
        from grader.files import write

        pictures = page.parent / PICTURES
        if draw:
            for topic in several:
                _draw(topic, pictures / f"{topic.id}.png")
        write(page, syllabus.page(course, page, pictures).encode())
        click.echo(f"The syllabus is in {page}.")


def _draw(topic: Topic, file: Path) -> None:
    """Run a topic's notebook, and keep the picture that it ends with."""
    from PIL import Image

    from grader.audit import notebook
    from grader.authoring.notebook import instructor_notebook

    cells = instructor_notebook(topic)
    ran = notebook.run(topic, cells)
    if ran.error:
        raise PlainError(f"{topic.id}: {notebook.problems_of(ran)[0]}")
    drawn = notebook.last_picture(cells)
    if drawn is None:
        raise PlainError(f"{topic.id}: no cell of its notebook shows a picture")
    file.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(io.BytesIO(drawn)) as picture:
        picture.convert("RGB").quantize(COLOURS).save(file, optimize=True)
    click.echo(f"{topic.id}: {file}")
