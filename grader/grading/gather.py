"""Collect a class' work into submitted/, as nbgrader has it.

What comes out of students' repositories is taken once and for all after a deadline.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from grader import files
from grader.course import Topic, name_of
from grader.grading import collect
from grader.grading.repositories import SUFFIXES, HandedIn, NotThere, Repository, Unreadable
from grader.grading.roster import Collected, Student, collected, write_collected
from grader.grading.work import NotGradable
from grader.names import TIMESTAMP
from grader.verdict import PassedOver

AT_A_TIME = 4  # repositories that are fetched
RECORD = "collected.csv"


@dataclass(frozen=True)
class Wanted:
    """A topic that is to be collected of a student, as of a deadline if there is one."""

    student: str
    topic: str
    deadline: datetime | None


@dataclass
class Gathered:
    """What came of it: how many were taken, which topics a student has not, what could not be read."""

    taken: int = 0
    missing: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def gather(
    students: Sequence[Student],
    topics: Sequence[Topic],
    address: Callable[[Student, Topic], str | None],
    within: str,
    deadlines: Mapping[str, datetime],
    target: Path,
) -> Gathered:
    """Write each student's files to `target`/STUDENT/NN_TOPIC/, and what was taken to a record beside them.

    What was collected after its deadline stays as it is: the date of a commit is what its author says.

    Args:
        address: the repository of a student with a topic in it, None if it is unknown.
        within: how the addresses begin that are taken.
        deadlines: when topics are due, by id.

    Raises:
        RosterProblem: the record cannot be read.
        OSError: nothing can be written.
    """
    record = collected(target / RECORD)
    done = Gathered()
    wanted: dict[str, list[Wanted]] = {}
    for student in students:
        for topic in topics:
            one = Wanted(student.id, topic.id, deadlines.get(topic.id))
            where, earlier = address(student, topic), record.get((one.student, one.topic))
            if where is None:
                done.problems.append(f"{student.id}: a column that the address is made of is empty")
                break
            if not (one.deadline and earlier and earlier.collected > one.deadline):
                wanted.setdefault(where, []).append(one)
    target.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        read = pool.map(lambda item: _read(item[0], item[1], within), wanted.items())
        for where, found in zip(wanted, read, strict=True):
            for one, result in found:
                if isinstance(result, HandedIn):
                    _write(target / one.student / one.topic, result.files, result.changed)
                    done.taken += 1
                elif isinstance(result, NotThere):
                    done.missing.setdefault(one.student, []).append(name_of(one.topic))
                else:
                    done.problems.append(f"{one.student}: {result}")
                    continue
                _note(record, one, where, result if isinstance(result, HandedIn) else None)
            write_collected(target / RECORD, record.values())
    # A repository that is not there is not there for any topic: once is enough.
    done.problems = list(dict.fromkeys(done.problems))
    return done


def _read(
    address: str, wanted: Sequence[Wanted], within: str
) -> list[tuple[Wanted, HandedIn | NotThere | Unreadable]]:
    """Fetch a repository; return for each topic that is wanted of it what it holds, or what is wrong."""
    found: list[tuple[Wanted, HandedIn | NotThere | Unreadable]] = []
    try:
        with Repository(address, within) as repository:
            for one in wanted:
                try:
                    found.append((one, repository.handed_in(one.topic, one.deadline)))
                except (NotThere, Unreadable) as error:
                    found.append((one, error))
    except Unreadable as error:
        return [(one, error) for one in wanted]
    return found


def fill(found: collect.Collected, target: Path) -> list[PassedOver]:
    """Write each submission that was found to `target`/STUDENT/NN_TOPIC/, as if it had the name given out.

    Returns:
        Those that could not be read.

    Raises:
        OSError: nothing can be written.
    """
    unread = []
    for work in found.works:
        name = f"{name_of(work.topic)}{Path(work.file).suffix.lower()}"
        try:
            with os.fdopen(work.open(), "rb") as file:
                content = file.read()
        except NotGradable as error:
            unread.append(PassedOver(work.file, str(error), work.student))
            continue
        at = work.handed_in.at if work.handed_in else None
        _write(target / work.student / work.topic, {name: content}, at)
    return unread


def _write(folder: Path, contents: Mapping[str, bytes], changed: datetime | None) -> None:
    """Write a submission as nbgrader has it, leaving alone what is the same."""
    folder.mkdir(parents=True, exist_ok=True)
    name = name_of(folder.name)
    if changed:
        contents = {TIMESTAMP: f"{changed:%Y-%m-%d %H:%M:%S} UTC\n".encode(), **contents}
    for old in (TIMESTAMP, *(f"{name}{suffix}" for suffix in SUFFIXES)):
        if old not in contents:
            (folder / old).unlink(missing_ok=True)
    for file, content in contents.items():
        path = folder / file
        # Its time tells whether it was changed since it was graded.
        if not path.is_file() or path.read_bytes() != content:
            files.write(path, content)


def _note(record: dict[tuple[str, str], Collected], one: Wanted, where: str, found: HandedIn | None) -> None:
    """Note what was collected, and that there was nothing; what was taken earlier stays then."""
    now = datetime.now(UTC)
    key = (one.student, one.topic)
    commit, changed = (found.commit, found.changed) if found else ("", now)
    row = Collected(one.student, one.topic, where, commit, changed, now)
    earlier = record.get(key)
    if earlier and (not found or earlier.commit == commit):
        # A row that says the same is left alone, but the first after the deadline is the last.
        row = replace(earlier, collected=now) if one.deadline and now > one.deadline else earlier
    record[key] = row
