"""An extension is written into policy.toml, and all else that stands there stays."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from courses import make_course

from grader.course import Course
from grader.grading.extending import text_with
from grader.grading.policy import BadPolicy

POLICY = """\
# Agreed on by the examination board.
[01_averages]
deadline = "2027-03-01 12:00 UTC"   # noon

[01_averages.extensions]
ada = "2027-03-08 12:00 UTC"  # ill
"eve.l" = "2027-03-09 12:00 UTC"

# All else
"""
UNTIL = "2027-04-01 12:00 UTC"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = make_course(tmp_path)
    (tmp_path / "policy.toml").write_text(POLICY)
    return made


def extended(course: Course, *students: str, until: str | None = UNTIL) -> str:
    return text_with(course, course.topic("averages"), students, until)


def test_a_line_is_added_behind_the_others(course: Course) -> None:
    assert extended(course, "bob") == f'{POLICY}bob = "{UNTIL}"\n'


def test_a_line_that_is_there_is_replaced_or_taken_out(course: Course) -> None:
    assert extended(course, "ada").count("ada = ") == 1 and f'ada = "{UNTIL}"' in extended(course, "ada")
    back = extended(course, "ada", "eve.l", "nobody", until=None)
    assert back == "".join(
        line for line in POLICY.splitlines(True) if "ada" not in line and "eve" not in line
    )
    assert extended(course, "nobody", until=None) == POLICY


@pytest.mark.parametrize("name", ["Zoë Noë", "o'neill", 'a"b', "x.y", "a=b"])
def test_every_name_can_be_a_key(name: str, course: Course) -> None:
    said = tomllib.loads(extended(course, name))["01_averages"]["extensions"]
    assert said[name] == UNTIL and len(said) == 3


def test_a_table_is_made_where_there_is_none(course: Course) -> None:
    (course.root / "policy.toml").write_text('[averages]\ndeadline = "2027-03-01 12:00 UTC"\n\n[averages.x]')
    with pytest.raises(BadPolicy, match="averages.x"):  # what is wrong with it is said first
        extended(course, "ada")
    (course.root / "policy.toml").write_text('[averages]\ndeadline = "2027-03-01 12:00 UTC"')
    assert extended(course, "ada").endswith(f'UTC"\n[averages.extensions]\nada = "{UNTIL}"\n')


def test_a_table_on_one_line_is_read_and_written(course: Course) -> None:
    inline = '[averages]\ndeadline = "2027-03-01 12:00 UTC"\nextensions = { eve = "2027-03-09 12:00 UTC" }\n'
    (course.root / "policy.toml").write_text(inline)
    said = tomllib.loads(extended(course, "ada"))["averages"]["extensions"]
    assert said == {"eve": "2027-03-09 12:00 UTC", "ada": UNTIL}
    assert tomllib.loads(extended(course, "eve", until=None))["averages"]["extensions"] == {}


def test_a_topic_without_a_table_gets_one(course: Course) -> None:
    (course.root / "policy.toml").write_text('zone = "UTC"  # of all\n')
    assert extended(course, "ada") == f'zone = "UTC"  # of all\n\n[averages.extensions]\nada = "{UNTIL}"\n'


def test_an_extension_that_shortens_the_time_is_refused(course: Course) -> None:
    with pytest.raises(BadPolicy, match="ends before the deadline of everyone"):
        extended(course, "bob", until="2027-02-01 12:00 UTC")
