"""The three files of an instructor who collects from repositories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from courses import TOPIC

from grader.course import Topic
from grader.grading.roster import (
    Collected,
    RosterProblem,
    Student,
    collected,
    deadlines,
    missing,
    students,
    write_collected,
)
from grader.verdict import Missing


def test_students_are_rows_with_an_id_or_an_identifier(tmp_path: Path, topic: Topic) -> None:
    path = tmp_path / "students.csv"
    path.write_text("\ufeffid,first_name, repository\nada,Ada,https://example.org/ada.git\nbo,,\n")
    ada, bo = students(path)
    assert ada.address("{repository}", topic) == "https://example.org/ada.git"
    assert bo.address("{repository}", topic) is None
    path.write_text('"identifier","github_username","name"\n"ada@example.org","ada-l","Ada L"\n')
    (ada,) = students(path)
    address = ada.address("https://github.com/ORG/{slug}-{topic}-{github_username}", topic)
    assert (ada.id, address) == ("ada@example.org", "https://github.com/ORG/averages-averages-ada-l")
    with pytest.raises(RosterProblem, match="no column 'repository'; there are: identifier"):
        ada.address("{repository}", topic)


def test_a_value_is_not_read_as_a_template(topic: Topic) -> None:
    assert Student("a", {"x": "{topic}\\1"}).address("{x}", topic) == "{topic}\\1"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name\nada\n", "no column `id`"),
        ("id\n../ada\n", "line 2: '../ada' cannot name a folder"),
        ("id\n.ssh\n", "cannot name"),
        ("id\n=1\n", "cannot name"),
        ("id,name\n,Ada\n", "cannot name"),
        ("id\nada\nada\n", "line 3: 'ada' is there twice"),
        (f"id\n{'a' * 201}\n", "cannot name"),
    ],
)
def test_a_name_is_a_folder_s(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "students.csv").write_text(text)
    with pytest.raises(RosterProblem, match=says):
        students(tmp_path / "students.csv")


@pytest.mark.parametrize(
    "content",
    [
        "id,name\r\nada,Ada\r\nzoë,Zoë\r\n,\r\n".encode(),
        "id;name\r\nada;Ada\r\nzoë;Zoë\r\n".encode("utf-8-sig"),
        "id\tname\r\nada\tAda, L.\r\nzoë\tZoë\r\n".encode("utf-16"),
    ],
    ids=["CSV with an empty row", "Excel's CSV UTF-8", "Excel's Unicode text"],
)
def test_a_table_that_a_spreadsheet_wrote_is_read(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "students.csv").write_bytes(content)
    assert [one.id for one in students(tmp_path / "students.csv")] == ["ada", "zoë"]
    (tmp_path / "students.csv").write_bytes("id;name\nzoë;Zoë".encode("latin-1"))
    with pytest.raises(RosterProblem, match="save it as “CSV UTF-8”"):
        students(tmp_path / "students.csv")


def test_who_is_missing_is_said_of_topics_that_somebody_handed_in() -> None:
    roster = [Student(name, {}) for name in ("zoe\u0308", "ada", "bob", "eve")]
    there = {("ada", "01_averages"), ("zo\u00eb", "01_averages"), ("ada", "02_doubles")}
    assert missing(roster, there, {"eve"}) == [
        Missing("bob", "01_averages"),
        Missing("bob", "02_doubles"),
        Missing("zo\u00eb", "02_doubles"),
    ]


def test_deadlines_say_their_zone(tmp_path: Path, topic: Topic) -> None:
    path = tmp_path / "deadlines.csv"
    path.write_text("topic,deadline\naverages,2027-03-01 12:00 UTC\n")
    assert deadlines(path, [topic]) == {TOPIC: datetime(2027, 3, 1, 12, tzinfo=UTC)}
    path.write_text(f"topic,deadline\n{TOPIC},2027-03-01T12:00+01:00\n")
    assert deadlines(path, [topic]) == {TOPIC: datetime(2027, 3, 1, 11, tzinfo=UTC)}
    for text, says in {
        "averages,2027-03-01 12:00": "says no time zone",
        "averages,tomorrow": "is no time",
        "medians,2027-03-01 12:00 UTC": "line 2: there is no topic 'medians'",
    }.items():
        path.write_text(f"topic,deadline\n{text}\n")
        with pytest.raises(RosterProblem, match=says):
            deadlines(path, [topic])
    with pytest.raises(RosterProblem, match="cannot be read: No such file"):
        deadlines(tmp_path / "none.csv", [topic])


def test_what_was_collected_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "collected.csv"
    assert collected(path) == {}
    now = datetime(2027, 3, 1, 12, tzinfo=UTC)
    rows = [Collected(name, TOPIC, "https://x/y,z", "", now, now + timedelta(hours=1)) for name in "ba"]
    write_collected(path, rows)
    assert collected(path) == {(row.student, row.topic): row for row in rows}
    assert [line[0] for line in path.read_text().splitlines()[1:]] == ["a", "b"]
    path.write_text("student\nada\n")
    with pytest.raises(RosterProblem, match="its columns are not"):
        collected(path)
