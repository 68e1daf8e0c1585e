"""Who hands in where and until when, and what was collected: files of an instructor's.

students.csv                id,repository           a row a student; other columns are welcome
groups.csv                  group,student           a row for each member of a group
deadlines.csv               topic,deadline          2027-03-01 12:00 UTC
submitted/collected.csv     what was taken of whom, of which commit, and when
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader import files
from grader.course import Topic
from grader.errors import PlainError
from grader.grading import times
from grader.saved import utf_8
from grader.text import identifier, printable
from grader.verdict import Missing

IDS = ("id", "identifier")  # nbgrader's column, and GitHub Classroom's
COLUMNS = ("student", "topic", "repository", "commit", "changed", "collected")
NAME = re.compile(r"[^\W_][\w.@ -]*")  # as a folder, and for nbgrader, which minds a plus


class RosterProblem(PlainError):
    """One of the files cannot be used; the message names the line and says what is expected."""


@dataclass(frozen=True)
class Student:
    """A row of students.csv: the student's name as a folder, and all columns."""

    id: str
    columns: Mapping[str, str]

    def address(self, template: str, topic: Topic) -> str | None:
        """Return the address of the repository with the topic in it, None if a column is empty.

        Args:
            template: `{column}` stands for what the row has, `{topic}` for the topic's name, `{slug}`
                for the name with hyphens.

        Raises:
            RosterProblem: there is no such column.
        """
        known = {**self.columns, "topic": topic.name, "slug": topic.name.replace("_", "-")}
        wanted = re.findall(r"\{([^{}]*)\}", template)
        for name in wanted:
            if name not in known:
                raise RosterProblem(f"there is no column {name!r}; there are: {', '.join(known)}")
        if not all(known[name] for name in wanted):
            return None
        return re.sub(r"\{([^{}]*)\}", lambda match: known[match[1]], template)


@dataclass(frozen=True)
class Collected:
    """What was taken of a student's topic: of which commit, last changed and collected when."""

    student: str
    topic: str
    repository: str
    commit: str
    changed: datetime
    collected: datetime


def students(path: Path) -> list[Student]:
    """Read students.csv.

    Raises:
        RosterProblem: it has no column of names, or a name that is none.
    """
    found: dict[str, Student] = {}
    for line, row in _rows(path):
        name = next((row[column] for column in IDS if column in row), None)
        if name is None:
            raise RosterProblem(f"{path}: there is no column `id`; the first line names the columns")
        if not NAME.fullmatch(name) or len(name.encode()) > 200 or name in found:
            again = (
                "is there twice" if name in found else "cannot name a folder: use letters, digits, . - _ @"
            )
            raise RosterProblem(f"{path}, line {line}: {printable(name)!r} {again}")
        found[name] = Student(name, row)
    return list(found.values())


def groups(path: Path) -> dict[str, list[str]]:
    """Read groups.csv: the members of each group, by its name.

    Raises:
        RosterProblem: it has not both columns, names nobody, or a student in two groups.
    """
    found: dict[str, list[str]] = {}
    seen: dict[str, str] = {}
    for line, row in _rows(path):
        group, student = row.get("group", ""), row.get("student", "")
        if not group or not student:
            raise RosterProblem(
                f"{path}, line {line}: expected a row of group,student, under that first line"
            )
        if seen.setdefault(student, group) != group:
            both = printable(f"{student!r} is in the groups {seen[student]!r} and {group!r}")
            raise RosterProblem(f"{path}, line {line}: {both}")
        if student not in found.setdefault(group, []):
            found[group].append(student)
    return found


def missing(
    roster: Iterable[Student], there: Collection[tuple[str, str]], named: Collection[str] = ()
) -> list[Missing]:
    """Return of whom there is nothing for a topic that somebody handed in, by student and topic.

    Args:
        roster: who takes the course.
        there: the student and the topic (id) of each submission.
        named: students who are named for another reason, as nothing of theirs could be graded.
    """
    topics = sorted({topic for _, topic in there})
    names = sorted({identifier(student.id) for student in roster} - set(named))
    return [Missing(name, topic) for name in names for topic in topics if (name, topic) not in there]


def deadlines(path: Path, topics: Iterable[Topic]) -> dict[str, datetime]:
    """Read deadlines.csv: by topic id, the topics that have a deadline.

    Raises:
        RosterProblem: it names no topic or no time, or a time without its zone.
    """
    by_name = {name: topic.id for topic in topics for name in (topic.id, topic.name)}
    found = {}
    for line, row in _rows(path):
        topic, when = by_name.get(row.get("topic", "")), row.get("deadline", "")
        if topic is None:
            raise RosterProblem(f"{path}, line {line}: there is no topic {row.get('topic', '')!r}")
        found[topic] = time_of(when, f"{path}, line {line}")
    return found


def collected(path: Path) -> dict[tuple[str, str], Collected]:
    """Read what was collected before, by student and topic; nothing, if there is no such file.

    Raises:
        RosterProblem: it cannot be read.
    """
    if not path.exists():
        return {}
    found = {}
    for line, row in _rows(path):
        if set(row) != set(COLUMNS):
            raise RosterProblem(f"{path}: its columns are not {','.join(COLUMNS)}")
        changed, taken = (time_of(row[column], f"{path}, line {line}") for column in COLUMNS[4:])
        one = Collected(row["student"], row["topic"], row["repository"], row["commit"], changed, taken)
        found[one.student, one.topic] = one
    return found


def write_collected(path: Path, rows: Iterable[Collected]) -> None:
    """Write what was collected, by student and topic.

    Raises:
        OSError: it cannot be written.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in sorted(rows, key=lambda one: (one.student, one.topic)):
        times = (when.astimezone(UTC).isoformat(" ", "seconds") for when in (row.changed, row.collected))
        writer.writerow([row.student, row.topic, row.repository, row.commit, *times])
    files.write(path, text.getvalue().encode())


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table: with commas, or with what Excel writes in their place."""
    try:
        text = utf_8(path.read_bytes()).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8: save it as “CSV UTF-8”"
        raise RosterProblem(f"{path} cannot be read: {said}") from error
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", delimiter=separator)
    for row in reader:
        if any(row.values()):  # a spreadsheet's empty rows
            fields = {key.strip(): value.strip() for key, value in row.items() if key is not None}
            yield reader.line_num, fields


def time_of(text: str, where: str) -> datetime:
    """Read a time with its zone, as 2027-03-01 12:00 UTC; `where` says what it was read from.

    Raises:
        RosterProblem: it is none, or has no zone.
    """
    try:
        return times.time_of(text, deadline=True)
    except times.NoTime as error:
        raise RosterProblem(f"{where}: {error}") from None
