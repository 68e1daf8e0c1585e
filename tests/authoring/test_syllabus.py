"""The syllabus' page: read off a course, and fresh of ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from courses import OURS, SOLUTION, make_course

from grader.authoring.syllabus import Paper, entry, page
from grader.commands.main import cli
from grader.course import Course

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "syllabus.md"
PICTURES = ROOT / "docs" / "pictures" / "syllabus"
TEXT = """\
**The question.** Which mean
is meant?

Read on: Gauss, [Theory of
Motion](https://example.org/motion_(1809)) (1809); [Motion](https://example.org/motion_(1809)) (1809);
more ([Later](https://example.org/later), 1999).
"""
CITED = """\
Average the rows of a matrix.

    Follows Legendre, "New
    Methods" (1805), https://doi.org/10.1016/0041-5553(64)90137-5. Seen by "Nobody at all" (1700).
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    text = SOLUTION.replace("What does an average forget?", TEXT)
    return make_course(tmp_path, solution=text.replace("Average the rows of a matrix.\n", CITED))


def test_question_and_papers_are_read_off_the_chapter(course: Course) -> None:
    found = entry(course.topics[0])
    assert found.question == "Which mean is meant?"
    assert found.papers[:2] == (
        Paper("Nobody at all", 1700),
        Paper("New Methods", 1805, "https://doi.org/10.1016/0041-5553(64)90137-5"),
    )
    assert len(found.papers) == 4
    assert found.papers[2] == Paper("Theory of Motion", 1809, "https://example.org/motion_(1809)")
    assert found.papers[-1] == Paper("Later", 1999, "https://example.org/later")


def test_the_page_links_pictures_that_there_are(course: Course, tmp_path: Path) -> None:
    pictures = tmp_path / "a b"
    assert "![" not in page(course, tmp_path / "page.md", pictures)
    pictures.mkdir()
    (pictures / "01_averages.png").write_bytes(b"")
    assert "](a%20b/01_averages.png)" in page(course, tmp_path / "page.md", pictures)


def test_the_command_writes_the_page(course: Course, tmp_path: Path) -> None:
    file = tmp_path / "page.md"
    result = CliRunner().invoke(cli, ["topics", "--course", str(course.root), "--page", str(file)])
    assert result.exit_code == 0, result.output
    assert file.read_text() == page(course, file, tmp_path / "pictures" / "syllabus")


def test_drawing_needs_a_page(course: Course) -> None:
    result = CliRunner().invoke(cli, ["topics", "--course", str(course.root), "--draw"])
    assert result.exit_code == 1 and "--page" in result.output


def test_our_page_is_fresh() -> None:
    assert PAGE.read_text() == page(OURS, PAGE, PICTURES), "grader topics --page docs/syllabus.md"


def test_our_chapters_say_what_they_ask_which_papers_they_follow_and_what_they_end_with() -> None:
    for topic in OURS.topics:
        found = entry(topic, PICTURES / f"{topic.id}.png")
        assert found.question and found.papers and topic.checks.hours, topic.id
        assert found.picture and found.picture.is_file(), f"grader topics {topic.id} --page … --draw"
