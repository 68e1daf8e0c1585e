"""The deadlines of a course, as several commands find and apply them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from grader.course import Course
    from grader.grading.lateness import Deadlines
    from grader.verdict import Graded, Results

# Either says that there may be a gradebook; the latter may name another database.
OF_NBGRADER = ("gradebook.db", "nbgrader_config.py")


def deadlines_of(course: Course) -> Deadlines:
    """Return a course's deadlines: those of its policy, and of nbgrader's gradebook where there is one.

    Raises:
        BadPolicy: the policy cannot be read.
        GradebookHeld: another program holds the gradebook.
    """
    from grader.grading import policy_file
    from grader.grading.lateness import Deadlines

    policy = policy_file.load(course)
    if not _of_nbgrader(course):
        return Deadlines(policy)
    from grader.nbgrader.deadlines import due_dates

    return Deadlines(policy, due_dates(course.root))


def students_of_nbgrader(course: Course) -> set[str]:
    """Return whom nbgrader's gradebook knows; nobody where there is none.

    Raises:
        GradebookHeld: another program holds the gradebook.
    """
    if not _of_nbgrader(course):
        return set()
    from grader.nbgrader.deadlines import students_in

    return students_in(course.root)


def _of_nbgrader(course: Course) -> bool:
    """Tell whether a course may have a gradebook, and nbgrader, which is an extra, is there to read it."""
    there = any((course.root / name).exists() for name in OF_NBGRADER)
    return there and find_spec("nbgrader") is not None


def in_time(results: Results, course: Course | None, simulated: Callable[[Graded], bool]) -> Results:
    """Apply a course's deadlines to its results, and name whose extension is nobody's.

    Args:
        results: as they are kept.
        course: whose deadlines they are; None for none.
        simulated: tells whether a result is of a class that was made, which has no deadlines.
    """
    from msgspec.structs import replace

    from grader.course import nearest

    topics = sorted({one.topic for one in results.submissions if not simulated(one)})
    if course is None or not topics:
        return results
    deadlines = deadlines_of(course)
    students = {one.student for one in results.submissions} | {one.student for one in results.missing}
    students |= {one.student for one in results.passed_over} - {""}
    for student, own in deadlines.strangers(students).items():
        near = " or ".join(nearest(student, students))
        meant = f"; did you mean {near}?" if near else "."
        click.echo(
            f"policy.toml gives {student} an extension for {', '.join(own)}, and nothing was handed in by a "
            f"student of this name{meant}",
            err=True,
        )
    return replace(
        results,
        submissions=tuple(one if simulated(one) else deadlines.amended(one) for one in results.submissions),
        deadlines=tuple(found for topic in topics if (found := deadlines.of(topic))),
    )
