"""What was graded, as commands read it: of a database or of a file of results."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.names import TRUTH

if TYPE_CHECKING:
    from grader.course import Course
    from grader.verdict import Graded, PassedOver, Results


def simulated_in(root: Path) -> Callable[[Graded], bool]:
    """Return what tells, of a result in a course, whether its class was made by `grader simulate`.

    Such a class has its truth above it.
    """

    @functools.cache
    def below_truth(folder: Path) -> bool:
        return (folder / TRUTH).is_file() or (folder != folder.parent and below_truth(folder.parent))

    return lambda graded: below_truth((root / graded.file).parent)


def without_simulated(graded: Sequence[Graded], simulated: Callable[[Graded], bool]) -> Sequence[Graded]:
    """Leave a simulated class out where there is another one, and say so."""
    real = [one for one in graded if not simulated(one)]
    if not real or len(real) == len(graded):
        return graded
    left = len(graded) - len(real)
    count = "One result of a simulated class is" if left == 1 else f"{left} results of a simulated class are"
    click.echo(f"{count} left out.", err=True)
    return real


def unread(graded: Graded) -> PassedOver:
    """Return what is said of a file that could not be read."""
    from grader.verdict import PassedOver

    return PassedOver(graded.file, f"it could not be read: {graded.unread}", graded.student)


def graded_in(
    file: Path | None,
    db: str,
    course: Course | None,
    without: Sequence[str] = (),
    points: Sequence[str] = (),
) -> Results:
    """Return what was graded: of a file of results, or of a database without its simulated classes.

    Either may be named in the place of the other, and a database that is not there is
    not made. A simulated class is left out only where there is another one. A database holds
    what was graded, so that what was decided since is put in here; and of both,
    what `without` and `points` (see `supposing`) suppose. Points are those that
    count after the course's deadlines, which neither of both holds; a simulated
    class has none.

    Raises:
        ResultsProblem, StoreError: the file or the database cannot be read.
        NotDecided: decisions.toml cannot be read, or an exercise is named that was not graded.
        BadPolicy: policy.toml cannot be read.
    """
    import msgspec

    from grader.commands.deadlines import in_time
    from grader.grading import decisions
    from grader.grading.database import url_of
    from grader.grading.store import Store
    from grader.grading.supposed import supposed, together
    from grader.report.data import read_json, results

    root = course.root if course else Path()
    simulated = simulated_in(root)
    named = db if file is None else str(file)
    url = url_of(named)
    if url is None:
        found = read_json(Path(named))
        asked = supposed(without, points, found.submissions)
        amended = tuple(decisions.amended(one, asked, strict=False) for one in found.submissions)
        return in_time(msgspec.structs.replace(found, submissions=amended), course, simulated)
    with Store(url) as store:
        topics = sorted({place.topic for place in store.listed()})
        graded = [one.graded for topic in topics for one in store.kept(topic)]
    kept = without_simulated(graded, simulated)
    decided = decisions.load(root) if course and not all(map(simulated, kept)) else {}
    asked = supposed(without, points, kept)
    both = together(decided, asked)
    # A file that cannot be read is no 0.
    passed_over = [unread(one) for one in kept if one.unread]
    # What is supposed was looked up in all that was graded; one student's may lack it.
    counted = [decisions.amended(one, both, strict=not asked) for one in kept if not one.unread]
    return in_time(results(counted, {}, passed_over), course, simulated)
