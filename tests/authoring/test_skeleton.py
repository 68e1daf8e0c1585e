"""A new topic builds and grades before a line of it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.authoring.release import build
from grader.authoring.skeleton import create
from grader.commands.main import cli
from grader.course import Course, CourseError


def test_a_skeleton_builds_and_its_parts_fit(tmp_path: Path) -> None:
    topic = create(tmp_path, "robust_losses")
    assert (topic.id, topic.title, topic.checks.points) == ("01_robust_losses", "Robust losses", 100)
    assert build(Course(tmp_path))
    assert build(Course(tmp_path), check=True) == []


def test_a_topic_gets_the_next_free_number_or_its_own(tmp_path: Path) -> None:
    assert create(tmp_path, "07_second").id == "07_second"
    assert create(tmp_path, "third").id == "08_third"


@pytest.mark.parametrize("name", ["Upper", "a-dash", "7_short", "../elsewhere", ""])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="is no name for a topic"):
        create(tmp_path, name)
    assert list((tmp_path / "solutions").iterdir()) == []


@pytest.mark.parametrize("name", ["first", "05_first", "01_other"])
def test_nothing_is_written_over(name: str, tmp_path: Path) -> None:
    create(tmp_path, "first")
    with pytest.raises(CourseError, match="there is a topic 01_first already"):
        create(tmp_path, name)


def test_the_command_says_what_it_wrote_and_what_comes_next(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["new", "first", "--course", str(tmp_path)])
    assert done.exit_code == 0
    assert "written: solutions/01_first/checks.py" in done.output and "grader audit first" in done.output
