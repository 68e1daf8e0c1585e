"""The README names what there is: topics and commands."""

from __future__ import annotations

import re
from pathlib import Path

from courses import OURS

from grader.commands.main import cli

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "README.md").read_text()


def test_the_topics_are_those_of_the_course() -> None:
    rows = re.findall(r"^\| (\d\d) \| (.+?) \| \[(.+?)\]\((.+?)/\) \| (\d+) \|$", TEXT, re.MULTILINE)
    assert rows == [
        (
            topic.id[:2],
            topic.name.replace("_", " "),
            topic.title,
            f"assignments/{topic.id}",
            str(len(topic.checks.exercises)),
        )
        for topic in OURS.topics
    ]


def test_every_command_that_it_names_exists() -> None:
    named = set(re.findall(r"^grader ([a-z]+)", TEXT, re.MULTILINE)) | set(
        re.findall(r"`grader ([a-z]+)[^`]*`", TEXT)
    )
    assert {"watch", "check", "grade", "collect"} <= named <= set(cli.commands)
