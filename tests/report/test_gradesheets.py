"""Grades in what platforms download and take back: cells of grades alone are changed, and nobody is lost."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import openpyxl
import pytest
from classes import drawn_class
from click.testing import CliRunner, Result

from grader.commands.main import cli
from grader.grading.roster import Student
from grader.report.data import write_json
from grader.report.gradesheets import Grade, NoGradesheet, fill_canvas, fill_moodle
from grader.report.tables import csv_of, workbook_of
from grader.verdict import Deadline, Graded, HandedIn, Lateness, Results, Source

CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,Essay (1),06 Optimisers (98765),Final Score\r
,,,,,Manual Posting,,\r
    Points Possible,,,,,10,50,(read only)\r
"Lovelace, Ada",501,7001,ada,A,9,,80\r
"Noether, Emmy",502,7002,emmy@uni.example,A,8,12,70\r
"Kovalevskaya, Sofja ""S.""",503,7003,sk1,B,7,3,\r
"Student, Test",504,,abc,B,,,\r
'''
MOODLE = """\
Identifier,"Full name","ID number","Email address",Status,Grade,"Maximum grade","Grade can be changed"
"Participant 657717","Ada Lovelace",7001,ada@uni.example,"Submitted for grading",,"10.00",Yes
"Participant 657718","Emmy Noether",7002,emmy@uni.example,"No submission","4.00","10.00",Yes
"""
ROSTER = [
    Student("ada", {"id": "ada", "email": "ada@uni.example"}),
    Student("s2", {"id": "s2", "First name": "Emmy", "Last name": "Noether"}),
    Student("s3", {"id": "s3", "login": "sk1"}),
]


def rows(content: bytes, encoding: str = "utf-8", separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=separator))


def test_canvas_gets_scaled_grades_and_keeps_every_other_cell() -> None:
    grades = {"ada": Grade(80, 100), "s2": Grade(33, 100), "s3": Grade(100, 100)}
    filled = fill_canvas(CANVAS.encode(), "optimisers", grades, ROSTER)
    assert filled.unmatched == {} and sorted(filled.students) == ["ada", "s2", "s3"]
    before, after = rows(CANVAS.encode()), rows(filled.content)
    changed = {
        (row, column)
        for row, cells in enumerate(before)
        for column, cell in enumerate(cells)
        if after[row][column] != cell
    }
    assert changed == {(3, 6), (4, 6), (5, 6)} and list(map(len, before)) == list(map(len, after))
    assert [after[row][6] for row in (3, 4, 5)] == ["40.00", "16.50", "50.00"]
    assert filled.content.count(b"\r\n") == CANVAS.count("\r\n")


def test_moodle_gets_scaled_grades() -> None:
    filled = fill_moodle(MOODLE.encode(), {"ada": Grade(75, 100), "s2": Grade(0, 100)}, ROSTER)
    assert [row[5] for row in rows(filled.content)] == ["Grade", "7.50", "0.00"]
    assert filled.unmatched == {}


def test_moodle_in_german_has_commas_semicolons_and_another_title() -> None:
    text = MOODLE.replace(",", ";").replace("10.00", "10,00").replace("4.00", "4,00")
    text = text.replace("Grade;", "Bewertung;").replace("Maximum grade", "Bestwertung")
    filled = fill_moodle(b"\xef\xbb\xbf" + text.encode(), {"ada": Grade(75, 100)}, ROSTER, "Bewertung")
    read = rows(filled.content, "utf-8-sig", ";")
    assert read[1][5] == "75,00"  # what the most is stands in a column that cannot be known
    assert filled.content.startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_those_of_the_file(encoding: str) -> None:
    text = CANVAS.replace("Noether, Emmy", "Nöther, Émmy")
    filled = fill_canvas(text.encode(encoding), "optimisers", {"ada": Grade(1, 2)}, [])
    assert rows(filled.content, encoding)[4][0] == "Nöther, Émmy"


def test_who_cannot_be_matched_is_named_with_the_reason() -> None:
    twins = CANVAS + '"Lovelace, Ada",505,7005,ada2,B,,,\r\n'
    grades = {"Ada Lovelace": Grade(1, 2), "nobody": Grade(1, 2), "emmy": Grade(1, 2)}
    filled = fill_canvas(twins.encode(), "optimisers", grades, [])
    assert filled.students == ["emmy"]  # the beginning of the address
    assert "may be in 2 rows" in filled.unmatched["Ada Lovelace"]
    assert "is in no row" in filled.unmatched["nobody"]


def test_two_students_of_one_row_have_neither_grade() -> None:
    grades = {"ada": Grade(1, 2), "7001": Grade(2, 2)}
    filled = fill_canvas(CANVAS.encode(), "optimisers", grades, [])
    assert filled.students == [] and set(filled.unmatched) == {"ada", "7001"}
    assert rows(filled.content) == rows(CANVAS.encode())


def test_a_login_that_is_another_s_first_name_is_not_that_student_s() -> None:
    """Emmy of the roster is in no row, and the login `emmy` is somebody else's."""
    roster = [Student("s9", {"id": "s9", "first_name": "Emmy", "last_name": "Murphy"})]
    filled = fill_canvas(CANVAS.encode(), "optimisers", {"s9": Grade(1, 2)}, roster)
    assert filled.students == [] and rows(filled.content) == rows(CANVAS.encode())


def test_moodle_s_participants_are_known_by_number_too() -> None:
    roster = [Student("s1", {"id": "s1", "moodle": "657718"})]
    filled = fill_moodle(MOODLE.encode(), {"s1": Grade(50, 100)}, roster)
    assert rows(filled.content)[2][5] == "5.00"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b\n1,2\n", "expected Canvas' gradebook"),
        (b"", "names no columns"),
        (CANVAS.replace("Optimisers", "Optimizers").encode(), "no column can be meant by 'optimisers'"),
        (CANVAS.replace("Essay", "Optimisers again").encode(), "several columns"),
        (MOODLE.encode(), "expected Canvas' gradebook"),
    ],
)
def test_what_is_no_gradebook_of_canvas_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(NoGradesheet, match=said):
        fill_canvas(content, "optimisers", {"ada": Grade(1, 2)}, [])


def test_a_column_can_be_named() -> None:
    text = CANVAS.replace("Essay", "Optimisers again").encode()
    filled = fill_canvas(text, "optimisers", {"ada": Grade(1, 2)}, [], "06 Optimisers (98765)")
    assert rows(filled.content)[3][6] == "25.00"


def test_another_worksheet_is_refused_by_moodle_too() -> None:
    with pytest.raises(NoGradesheet, match="expected Moodle's worksheet"):
        fill_moodle(CANVAS.encode(), {"ada": Grade(1, 2)}, [])


def results(tmp_path: Path) -> Path:
    made = drawn_class(3, topics=2)
    names = {"student0000": "ada", "student0001": "=cmd()", "student0002": "Zoë"}
    change = msgspec.structs.replace
    own = tuple(change(one, student=names[one.student]) for one in made.submissions)
    write_json(Results(own, {}), tmp_path / "grades.json")
    return tmp_path / "grades.json"


def export(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["export", *map(str, arguments)])


def test_tables_have_a_column_for_each_exercise_and_no_formula(tmp_path: Path) -> None:
    file = results(tmp_path)
    assert export("csv", "--results", file, "--to", tmp_path / "g.csv").exit_code == 0
    read = rows((tmp_path / "g.csv").read_bytes(), "utf-8-sig")
    assert read[0][:5] == ["student", "topic", "score", "max_score", "01_topic.exercise_0"]
    assert len(read[0]) == 4 + 8 + 6
    assert {row[0] for row in read[1:]} <= {"ada", "'=cmd()", "Zoë"}
    for row in read[1:]:
        assert sum(float(cell) for cell in row[4:] if cell) == float(row[2])
    assert export("xlsx", "--results", file, "--to", tmp_path / "g.xlsx").exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "g.xlsx")
    assert book.sheetnames == ["01_topic", "02_topic"]
    for sheet in book:
        for row in list(sheet.values)[1:]:
            assert sum(row[4:]) == row[2]
        assert all(cell.data_type != "f" for cells in sheet for cell in cells)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_of_nothing_no_table_is_written(kind: str, tmp_path: Path) -> None:
    """A workbook without a sheet is none that can be opened."""
    write_json(Results((), {}), tmp_path / "none.json")
    done = export(kind, "--results", tmp_path / "none.json", "--to", tmp_path / "table")
    assert done.exit_code == 1 and "none.json: run `grader grade` first" in done.output
    assert not (tmp_path / "table").exists()


def test_what_could_not_be_read_has_no_points_which_are_not_0(tmp_path: Path) -> None:
    made = drawn_class(1, topics=1)
    one = msgspec.structs.replace(made.submissions[0], unread="it is no notebook", exercises=(), score=0.0)
    read = rows(csv_of(Results((one,), {})).encode())
    assert read[1] == ["student0000", "01_topic", "", ""]
    assert workbook_of(Results((one,), {}))[:2] == b"PK"


def test_the_commands_fill_a_sheet_and_name_who_is_not_in_it(tmp_path: Path) -> None:
    file, sheet = results(tmp_path), tmp_path / "gradebook.csv"
    sheet.write_text(CANVAS.replace("Optimisers", "Topic"), newline="")
    result = export("canvas", sheet, "--results", file, "--topic", "topic")
    assert result.exit_code == 1 and "Zoë is in no row" in result.output
    filled = rows((tmp_path / "gradebook-graded.csv").read_bytes())
    assert filled[3][6] != "" and filled[4][6] == "12"
    result = export("moodle", sheet, "--results", file, "--topic", "01_topic")
    assert result.exit_code == 1 and "gradebook.csv: expected Moodle's worksheet" in result.output
    result = export("moodle", sheet, "--results", file, "--topic", "09_no")
    assert result.exit_code == 1 and "nothing was graded of 09_no; there is: topic" in result.output


def test_of_whom_something_was_taken_is_said_for_the_topics_that_are_written(tmp_path: Path) -> None:
    due = datetime(2027, 3, 1, 12, tzinfo=UTC)
    late = Lateness(50.0, due, seconds=60.0)
    of_topics = [
        Graded("Ada Lovelace", f"0{place}_{name}", "", 45.0, 50.0, 1.0, (), lateness=late)
        for place, name in enumerate(["first", "other"])
    ]
    write_json(Results(tuple(of_topics), {}), tmp_path / "late.json")
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(MOODLE)
    done = export("moodle", sheet, "--results", tmp_path / "late.json", "--topic", "first")
    assert "one grade is in" in done.output and "01_other" not in done.output
    assert "Ada Lovelace, 00_first: 1 min late, 45 of 50 points count, and 50 were earned" in done.output
    sheet.write_text(CANVAS)
    done = export("moodle", sheet, "--results", tmp_path / "late.json", "--topic", "first")
    assert done.exit_code == 1 and "late" not in done.output.replace("late.json", "")
    done = export("csv", "--results", tmp_path / "late.json", "--to", tmp_path / "all.csv")
    assert "00_first: 1 min late" in done.output and "01_other: 1 min late" in done.output


def test_our_tables_have_the_columns_of_a_deadline_where_there_is_one() -> None:
    due = datetime(2027, 3, 1, tzinfo=UTC)
    at = HandedIn(due + timedelta(seconds=90), Source.TIMESTAMP)
    one = Graded(
        "ada", "01_a", "", 40.0, 50.0, 1.0, (), handed_in=at, lateness=Lateness(45.0, due, seconds=90.0)
    )
    unknown = Graded("bob", "01_a", "", 30.0, 50.0, 1.0, (), lateness=Lateness(30.0, due))
    other = Graded("ada", "02_b", "", 5.0, 5.0, 1.0, ())
    results = Results((one, unknown, other), {}, deadlines=(Deadline("01_a", due, "policy.toml"),))
    first, second, third, fourth = csv.reader(io.StringIO(csv_of(results)))
    assert first == [
        "student", "topic", "score", "max_score",
        "earned", "seconds_late", "handed_in", "handed_in_from", "due", "due_from",
    ]  # fmt: skip
    stamps = ["2027-03-01 00:01:30 UTC", "timestamp.txt", "2027-03-01 00:00:00 UTC", "policy.toml"]
    assert second == ["ada", "01_a", "40.0", "50.0", "45.0", "90.0", *stamps]
    assert third == ["bob", "01_a", "30.0", "50.0", "30.0", "", "", "", *stamps[2:]]
    assert fourth == ["ada", "02_b", "5.0", "5.0", "", "", "", "", "", ""]
    book = openpyxl.load_workbook(io.BytesIO(workbook_of(results)))
    assert [cell.value for cell in book["01_a"][2]] == ["ada", "01_a", 40, 50, 45, 90, *stamps]
    assert [cell.value for cell in book["02_b"][1]] == ["student", "topic", "score", "max_score"]
