"""`docs/authoring.md` does what it says: its files are written and its commands run, in order."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.exercise import exercise

PAGE = Path(__file__).parents[2] / "docs" / "authoring.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines that it should print."""
    for part in text.split("$ ")[1:]:
        command, *lines = part.strip().split("\n")
        yield command, [line for line in lines if line.strip() != "…"]


def assert_prints(said: str, lines: list[str]) -> None:
    """Assert that a text holds these lines in this order; … stands for anything."""
    rest = said.split("\n")
    for line in lines:
        pattern = re.compile(".*".join(map(re.escape, line.strip().split("…"))))
        place = next((i for i, one in enumerate(rest) if pattern.fullmatch(one.strip())), None)
        assert place is not None, f"{line!r} is not, or not in this place, in\n{said}"
        rest = rest[place + 1 :]


def test_the_tutorial_leads_from_an_empty_folder_to_a_clean_audit(tmp_path: Path) -> None:
    environment = os.environ | {"COLUMNS": "200", "NO_COLOR": "1"}
    ran = 0
    for kind, file, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if file:
            path = tmp_path / file
            assert path.parent.is_dir(), f"the page writes {file} before its folder is made"
            path.write_text(text, encoding="utf-8")
            continue
        if kind == "python":
            compile(text, "authoring.md", "exec")  # an example on its own
            continue
        assert kind == "console"
        for command, lines in commands(text):
            program, *arguments = command.split()
            assert program == "grader"
            done = subprocess.run(
                [sys.executable, "-m", "grader.commands.main", *arguments],
                cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600,
            )  # fmt: skip
            assert_prints(done.stdout, lines)
            assert done.returncode == (1 if any("✗" in line for line in lines) else 0), done.stderr
            ran += 1
    assert ran == 10


def test_the_table_of_parameters_is_the_signature_of_exercise() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## What `exercise` takes")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| .+ \|$", section, re.MULTILINE)
    taken = inspect.signature(exercise).parameters.values()
    assert rows == [
        (one.name, "required" if one.default is one.empty else f"`{one.default!r}`") for one in taken
    ]


def test_a_line_that_is_not_printed_is_noticed() -> None:
    assert_prints("a\n  b 12 c\nd", ["a", "b … c", "d"])
    for lines in (["e"], ["d", "a"], ["b … d"]):
        with pytest.raises(AssertionError):
            assert_prints("a\nb 12 c\nd", lines)
