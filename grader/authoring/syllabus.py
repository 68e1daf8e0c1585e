"""A course's syllabus as a page of Markdown: what each chapter asks, and which papers it follows.

All of it is read off the course: its texts, docstrings and checks. Only the
pictures are made elsewhere, by a run of each notebook.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from grader.authoring.notebook import has_solution, instructor_notebook
from grader.course import Course, Topic
from grader.reading import cited

QUESTION = re.compile(r"\*\*The question\.\*\*[ \t]*(.+?)(?=\n[ \t]*\n|\Z)", re.DOTALL)
# As docstrings cite: "Title" (2017), https://…; and as texts do: [Title](https://…) (2017), or … 2017).
QUOTED = re.compile(r'"([^"]{6,200}?)[,.]?" \(((?:1[5-9]|20)\d\d)\)(?:, <?(https?://[^\s,;>]+))?')
LINKED = re.compile(
    r"\[([^\]\[]{4,200}?)\]\((https?://(?:[^\s()]|\([^\s()]*\))+)\)[,)]? ?\(?((?:1[5-9]|20)\d\d)\)?"
)
SPACE = re.compile(r"\s+")
HEAD = """\
# Syllabus

{topics}, {exercises} exercises. {hours}Made by `grader topics --page`: do not edit it.

| | topic | exercises | hours |
|---|---|---|---|
"""


@dataclass(frozen=True)
class Paper:
    """What a chapter cites: a title, a year, and where it can be read, if that is said."""

    title: str
    year: int
    link: str = ""


@dataclass(frozen=True)
class Entry:
    """What the page says of one topic."""

    topic: Topic
    question: str
    papers: tuple[Paper, ...]
    picture: Path | None = None


def entry(topic: Topic, picture: Path | None = None) -> Entry:
    """Read off a chapter what the page says of it.

    Args:
        topic: whose solution is read.
        picture: the last one of its notebook, if it was made.

    Raises:
        AuthorError: the solution is no notebook.
    """
    cells = instructor_notebook(topic).cells
    found = (QUESTION.search(cell.source) for cell in cells if cell.cell_type == "markdown")
    question = next((SPACE.sub(" ", match[1]).strip() for match in found if match), "")
    papers: dict[str, Paper] = {}
    # A paper may be called by a part of its title, or cited without a link: the whole title is shown, once.
    for paper in sorted(
        (paper for text in _texts(topic, cells) for paper in _papers(text)),
        key=lambda one: (not one.link, -len(one.title)),
    ):
        title = re.sub(r"\W+", "", paper.title.casefold())
        if paper.link not in papers and title not in papers:
            papers |= {key: paper for key in (paper.link, title) if key}
    ordered = sorted(set(papers.values()), key=lambda one: (one.year, one.title))
    return Entry(topic, question, tuple(ordered), picture)


def _texts(topic: Topic, cells: Sequence[Any]) -> Iterator[str]:
    """Yield what cites: texts, and paragraphs of what students write."""
    answers = [cell.source for cell in cells if has_solution(cell)]
    yield from (cell.source for cell in cells if cell.cell_type == "markdown")
    yield from (
        cited(answers, {name}) for exercise in topic.checks.exercises.values() for name in exercise.writes
    )


def _papers(text: str) -> Iterator[Paper]:
    text = SPACE.sub(" ", text)
    for found in QUOTED.finditer(text):
        link = (found[3] or "").rstrip(".:")
        yield Paper(
            found[1], int(found[2]), link if link.count("(") == link.count(")") else link.rstrip(".:)")
        )
    for found in LINKED.finditer(text):
        yield Paper(found[1], int(found[3]), found[2])


def page(course: Course, place: Path, pictures: Path) -> str:
    """Return the syllabus of a course, as Markdown.

    Args:
        course: whose topics are listed.
        place: the page's file, to which links are relative.
        pictures: a folder that may hold `NN_topic.png`, the last picture of its chapter.

    Raises:
        AuthorError: a solution is no notebook, or checks cannot be run.
    """
    entries = []
    for topic in course.topics:
        picture = pictures / f"{topic.id}.png"
        entries.append(entry(topic, picture if picture.is_file() else None))
    hours = [one.topic.checks.hours for one in entries if one.topic.checks.hours]
    every = f"A student needs about {sum(hours):g} hours. " if hours else ""
    exercises = sum(len(one.topic.checks.exercises) for one in entries)
    topics = "1 topic" if len(entries) == 1 else f"{len(entries)} topics"
    head = HEAD.format(topics=topics, exercises=exercises, hours=every)
    rows = [
        f"| {one.topic.id[:2]} | [{one.topic.title}](#{one.topic.id}) | {len(one.topic.checks.exercises)} | "
        f"{_hours(one.topic)} |\n"
        for one in entries
    ]
    return head + "".join(rows) + "".join(_section(one, place) for one in entries)


def _hours(topic: Topic) -> str:
    return f"{topic.checks.hours:g}" if topic.checks.hours else ""


def _section(one: Entry, place: Path) -> str:
    topic = one.topic
    given = _relative(topic.assignment, place)
    lines = [f'\n<a id="{topic.id}"></a>\n## {topic.id[:2]} [{topic.title}]({given}/)\n']
    if one.question:
        lines.append(f"{one.question}\n")
    points = ", ".join(f"`{name}` {each.points:g}" for name, each in topic.checks.exercises.items())
    hours = f" About {_hours(topic)} hours." if topic.checks.hours else ""
    lines.append(f"**Exercises and points:** {points}.{hours}\n")
    if one.papers:
        lines.append("**It follows** " + "; ".join(map(_cited, one.papers)) + ".\n")
    if one.picture:
        lines.append(f"![The last picture of the chapter]({_relative(one.picture, place)})\n")
    return "\n".join(lines)


def _cited(paper: Paper) -> str:
    title = f"[{paper.title}]({paper.link})" if paper.link else paper.title
    return f"{title} ({paper.year})"


def _relative(path: Path, place: Path) -> str:
    return quote(Path(os.path.relpath(path.resolve(), place.resolve().parent)).as_posix())
