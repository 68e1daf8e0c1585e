"""What the pages for people name exists: files, headings, commands with their options, exercises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from courses import OURS

from grader.commands.main import cli

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
# At the start of a line, perhaps behind a prompt, or in backquotes.
COMMAND = re.compile(r"(?:^(?:\$ | +)?|`)grader ([a-z][^`\n#]*)", re.MULTILINE)

each_page = pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])


def anchors(page: Path) -> set[str]:
    """Return what a link to a place in a page may name: its headings, as GitHub does it, and its marks."""
    text = page.read_text()
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return slugs | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


@each_page
def test_what_it_links_to_is_there(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if not link.startswith(("https://", "http://")):
            path, _, place = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            assert not place or place in anchors(target), link


def typed(text: str) -> Iterator[list[str]]:
    """Return each command that a text names, by the words behind `grader`."""
    for said in COMMAND.findall(text):
        yield said.split()


def known(words: list[str]) -> tuple[click.Command, list[str]]:
    """Return the command that words name, and the words that are left for it.

    Raises:
        AssertionError: there is none.
    """
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words[0].rstrip(",;.:")
        assert name in command.commands, f"grader {' '.join(words)}"
        command, words = command.commands[name], words[1:]
    return command, words


@each_page
def test_the_commands_that_it_names_have_the_options_that_it_names(page: Path) -> None:
    for words in typed(page.read_text()):
        if words[:2] == ["farm", "status"]:  # the architecture says why there is none
            continue
        command, rest = known(words)
        options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
        options |= {"--help", "--version"}
        asked = {word.partition("=")[0].rstrip(",;.:)") for word in rest if word.startswith("--")}
        assert asked <= options, f"grader {' '.join(words)}"


@each_page
def test_exercises_that_it_names_are_there(page: Path) -> None:
    exercises = {topic.name: set(topic.checks.exercises) for topic in OURS.topics}
    for topic, name in re.findall(r"\b([a-z0-9_]+)\.(\w+)", page.read_text()):
        # Else it is a file, or a table of policy.toml.
        if topic in exercises and name not in ("ipynb", "py", "html", "zip", "extensions"):
            assert name in exercises[topic], f"{topic}.{name}"
