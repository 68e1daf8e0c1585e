"""Grades in the tables that learning platforms download and take back.

Canvas     Student,ID,SIS User ID,SIS Login ID,Section,Optimisers (98765)   a row below: Points Possible
Moodle     Identifier,Full name,Email address,Status,Grade,Maximum grade    one assignment each

Only cells of grades are changed. Every other row, column and cell, the encoding,
the separator and the ends of lines stay as the platform wrote them, since it
refuses what it does not know again.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.errors import PlainError
from grader.grading.exports import Register, letters
from grader.grading.roster import Student

# Who a row is of: by names, and by what is no name.
WHOLE, PARTS = ("Student", "Full name"), ("First name", "Last name", "Surname")
IDS = (
    "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Identifier", "ID number", "Username",
    "Email address",
)  # fmt: skip
POSSIBLE = "Points Possible"  # Canvas' row of what there is to be had
GRADE, MOST = "Grade", "Maximum grade"  # Moodle's columns
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
PLACES = 2  # decimals of a grade


class NoGradesheet(PlainError):
    """A table is none of the platform's, or not of this topic; the message says what was expected."""


@dataclass(frozen=True)
class Grade:
    """A student's points for a topic, of those that there are."""

    score: float
    max_score: float

    def of(self, most: float | None) -> float:
        """Return the points where `most` are the most; None is where the platform does not say."""
        return self.score if most is None or not self.max_score else self.score / self.max_score * most


@dataclass
class Filled:
    """A table with grades in it.

    Attributes:
        content: the file.
        students: whose grade is in it.
        unmatched: graded students who are in no row, or not surely in one, with the reason.
    """

    content: bytes
    students: list[str] = field(default_factory=list)
    unmatched: dict[str, str] = field(default_factory=dict)


@dataclass
class _Sheet:
    """A table as it was read, and how to write it again."""

    encoding: str
    separator: str
    newline: str
    rows: list[list[str]]

    @classmethod
    def read(cls, content: bytes) -> _Sheet:
        encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            # What Excel writes in the west, where it is not told otherwise.
            encoding, text = "cp1252", content.decode("cp1252", "replace")
            if "\N{REPLACEMENT CHARACTER}" in text:
                raise NoGradesheet("it is neither UTF-8 nor what Excel writes: download it again") from None
        first = text.partition("\n")[0]
        separator = max(",;\t", key=first.count)
        newline = "\r\n" if first.endswith("\r") else "\n"
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
        if not rows or len(rows[0]) < 2:
            raise NoGradesheet("its first line names no columns: download it from the platform again")
        return cls(encoding, separator, newline, rows)

    def column(self, name: str) -> int | None:
        """Return the place of a column, None if there is none."""
        wanted = name.strip().casefold()
        return next((i for i, one in enumerate(self.rows[0]) if one.strip().casefold() == wanted), None)

    def written(self) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=self.separator, lineterminator=self.newline).writerows(self.rows)
        return text.getvalue().encode(self.encoding)

    def fill(self, place: int, row: int, points: float, comma: bool) -> None:
        shown = f"{points:.{PLACES}f}"
        cells = self.rows[row]
        cells += [""] * (place + 1 - len(cells))
        cells[place] = shown.replace(".", ",") if comma else shown


def fill_canvas(
    content: bytes,
    topic: str,
    grades: Mapping[str, Grade],
    roster: Sequence[Student],
    column: str | None = None,
) -> Filled:
    """Fill a topic's column of Canvas' gradebook.

    Args:
        content: the file that Canvas exported.
        topic: its name; the only column whose title holds it is filled.
        grades: by student.
        roster: what else students are called, if that is known.
        column: the column's title, where the topic's name does not tell.

    Raises:
        NoGradesheet: it is no gradebook of Canvas', or has no such column.
    """
    sheet = _Sheet.read(content)
    if sheet.column("Student") is None or sheet.column("ID") is None:
        raise _no_columns("Canvas' gradebook, which has the columns Student and ID", sheet)
    titles = sheet.rows[0]
    wanted = letters(column or topic)
    places = [i for i, title in enumerate(titles) if wanted in letters(title)]
    exact = [i for i in places if letters(re.sub(r"\(\d+\)\s*$", "", titles[i])) == wanted]
    places = exact or places
    if len(places) != 1:
        which = "several columns" if places else "no column"
        raise NoGradesheet(
            f"{which} can be meant by {column or topic!r}: name one by --column, of {', '.join(titles)}"
        )
    (place,) = places
    student = sheet.column("Student") or 0
    heads = [row for row, cells in enumerate(sheet.rows[1:4], 1) if _is_head(cells, student)]
    possible = next((row for row in heads if _cell(sheet, row, student) == POSSIBLE), None)
    most = _number(_cell(sheet, possible, place)) if possible is not None else None
    rows = [row for row in range(1, len(sheet.rows)) if row not in heads]
    return _fill(sheet, rows, place, lambda row: most, grades, roster)


def _is_head(cells: Sequence[str], student: int) -> bool:
    """Whether a row under the titles is of no student: points possible, or how grades are posted."""
    name = cells[student].strip() if student < len(cells) else ""
    return name in ("", POSSIBLE)


def fill_moodle(
    content: bytes, grades: Mapping[str, Grade], roster: Sequence[Student], column: str | None = None
) -> Filled:
    """Fill the grades of Moodle's grading worksheet, which is of one assignment.

    Args:
        content: the file that Moodle wrote.
        grades: by student.
        roster: what else students are called, if that is known.
        column: the title of the column of grades, where it is not in English.

    Raises:
        NoGradesheet: it is no worksheet, or has no such column.
    """
    sheet = _Sheet.read(content)
    place, identifiers = sheet.column(column or GRADE), sheet.column("Identifier")
    if place is None or (identifiers is None and column is None):
        raise _no_columns(
            f"Moodle's worksheet, which has the columns Identifier and {GRADE} (name the latter by --column "
            "where Moodle speaks another language)",
            sheet,
        )
    mosts = sheet.column(MOST)
    rows = [row for row in range(1, len(sheet.rows)) if any(cell.strip() for cell in sheet.rows[row])]
    return _fill(
        sheet,
        rows,
        place,
        lambda row: None if mosts is None else _number(_cell(sheet, row, mosts)),
        grades,
        roster,
    )


def _no_columns(expected: str, sheet: _Sheet) -> NoGradesheet:
    return NoGradesheet(f"expected {expected}; its columns are: {', '.join(sheet.rows[0])}")


def _fill(
    sheet: _Sheet,
    rows: Sequence[int],
    place: int,
    most: Callable[[int], float | None],
    grades: Mapping[str, Grade],
    roster: Sequence[Student],
) -> Filled:
    comma = any("," in _cell(sheet, row, column) for row in rows for column in _numbers(sheet, place))
    called = {one.id: one for one in roster}
    register = Register(called.get(student, Student(student, {"id": student})) for student in grades)
    found: dict[str, list[int]] = {student: [] for student in grades}
    for row in rows:
        if meant := register.whose(_name(sheet, row), _ids(sheet, row)):
            found[meant.id].append(row)
    done = Filled(b"")
    for student, places in found.items():
        if len(places) == 1:
            sheet.fill(place, places[0], grades[student].of(most(places[0])), comma)
            done.students.append(student)
        else:
            why = (
                f"may be in {len(places)} rows" if places else "is in no row, or not the only one who may be"
            )
            done.unmatched[student] = f"{why}; a --roster says what else a student is called"
    done.content = sheet.written()
    return done


def _numbers(sheet: _Sheet, place: int) -> list[int]:
    """Return the columns that show how the platform writes a number."""
    mosts = sheet.column(MOST)
    return [place] if mosts is None else [place, mosts]


def _name(sheet: _Sheet, row: int) -> str:
    """Return a student's name: of the only column that holds it, “Lovelace, Ada” turned, or of two."""
    whole, parts = ([_cell(sheet, row, sheet.column(one)) for one in columns] for columns in (WHOLE, PARTS))
    name = next(filter(None, whole), "") or " ".join(filter(None, parts))
    return " ".join(name.split(",")[::-1])


def _ids(sheet: _Sheet, row: int) -> list[str]:
    """Return what else a row knows its student by; an address' beginning, a participant's number."""
    cells = [_cell(sheet, row, sheet.column(one)) for one in IDS]
    return [part for cell in cells for part in (cell, cell.partition("@")[0], cell.rpartition(" ")[2])]


def _cell(sheet: _Sheet, row: int, place: int | None) -> str:
    """Return what stands in a column, "" if there is no such column."""
    cells = sheet.rows[row]
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _number(cell: str) -> float | None:
    """Read a number as platforms write it, 100.00 or 100,00; None if it is none, as “(read only)”."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None
