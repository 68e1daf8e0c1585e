"""What several commands share: options, the course meant, errors as one line."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar, cast

import click

from grader.names import TRUTH

if TYPE_CHECKING:
    from rich.console import Console

    from grader.course import Course, Topic
    from grader.grading.exports import Export
    from grader.grading.roster import Student
    from grader.verdict import Graded, PassedOver, Results

Command = TypeVar("Command", bound=Callable[..., Any])
EVERY = 30.0  # seconds between two lines of a log
DATABASE = "grades.db"  # in the working folder, unless another one is named

course_option = click.option(
    "--course",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that holds solutions/; by default the nearest one upwards.",
)


def _writable(path: Path | None, raised: type[click.ClickException]) -> Path | None:
    """Refuse a file that cannot be written before the work begins, not after it."""
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        there = "may not be written to" if path.parent.is_dir() else "is no folder"
        where = path if path.exists() else path.parent
        raise raised(f"{path} cannot be written: {where} {there}.")
    return path


def file_option(
    name: str, attribute: str, help: str, raised: type[click.ClickException] = click.ClickException
) -> Callable[[Command], Command]:
    """Return an option that names a file to be written; `raised` is the error where it cannot be."""
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option(
        name, attribute, type=kind, callback=lambda _, __, path: _writable(path, raised), help=help
    )


def db_option(help: str) -> Callable[[Command], Command]:
    """Return the option that names the database of grades."""
    return click.option("--db", default=f"sqlite:///{DATABASE}", show_default=True, help=help)


def database_is_there() -> bool:
    """Tell whether `--db` was said, or the default database is there, which must not be made by a look."""
    return given("db") or Path(DATABASE).is_file()


written_db_option = db_option("The database that `grader grade` wrote to, by its file or URL.")


def results_option(when: str = "") -> Callable[[Command], Command]:
    """Return the option that names a file of results to be read in the place of the database."""
    what = "hat `grader grade --json` wrote; by default the database is read."
    return click.option(
        "--results",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        help=f"{when}w{what}" if when else f"W{what}",
    )


json_option = file_option("--json", "json_file", "Write the results there, as JSON.")


workers_option = click.option(
    "--workers",
    default=2,
    show_default=True,
    type=click.IntRange(1, 256),
    help="How many submissions run at the same time.",
)
isolation_option = click.option(
    "--require-isolation",
    "least",
    default="landlock",
    show_default=True,
    type=click.Choice(["none", "landlock", "container", "user", "root"]),
    help="Refuse to run where submissions are isolated less well; see `grader doctor`.",
)


class_zip_option = click.option(
    "--class-zip",
    "class_zips",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A zip that holds a class: STUDENT/TOPIC.ipynb, or the students' zips.",
)


groups_option = click.option(
    "--groups",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A table of group and student: what one of a group hands in is each member's.",
)


roster_option = click.option(
    "--roster",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="With --from: call students as this table does, whose column `id` holds their names.",
)


ATTEMPTS = ("last", "first", "best", "in-time")
PLATFORMS = ("auto", "blackboard", "brightspace", "canvas", "gradescope", "moodle")


def export_options(command: Command) -> Command:
    """Add the options that say how a learning platform's export is read."""
    which = click.option(
        "--attempt",
        type=click.Choice(ATTEMPTS),
        help="Which of a student's attempts counts, where an export holds several; by default what "
        "policy.toml says, and else the last.",
    )
    platform = click.option(
        "--from",
        "platform",
        type=click.Choice(PLATFORMS),
        help="The learning platform that exported it; `auto` tells by the names in it.",
    )
    return platform(which(command))


def export_of(
    platform: str | None,
    attempt: str | None,
    roster: Sequence[Student],
    course: Course | None,
    names: Sequence[str],
) -> Export | None:
    """Return how the exports of a platform are read, None if there is none.

    Args:
        platform: its name, or `auto`.
        attempt: which counts; None for the one that the policy of the topics (`names`; all) says.
        roster: who takes the course.
        course: whose policy holds.

    Raises:
        BadPolicy: it cannot be read, or says several things.
        CourseError: there is no topic of a name.
    """
    from grader.commands.deadlines import deadlines_of
    from grader.grading import policy as policies
    from grader.grading.exports import Export
    from grader.grading.lateness import Deadlines
    from grader.grading.platforms import Platform
    from grader.grading.policy import Which
    from grader.grading.times import zone_of

    if platform is None:
        return None
    deadlines = Deadlines(policies.load(course) if course else policies.Policy())
    policy = deadlines.policy
    topics = [course.topic(name) for name in names] or course.topics if course else []
    which = Which(attempt) if attempt else policy.which(topic.id for topic in topics)
    if which in (Which.IN_TIME, Which.BEST) and course:
        deadlines = deadlines_of(course)
    return Export(
        None if platform == "auto" else Platform(platform),
        which,
        roster,
        zone_of(policy.zone or "UTC"),
        deadlines,
    )


@contextlib.contextmanager
def plain_errors(raised: type[click.ClickException] = click.ClickException) -> Iterator[None]:
    """Show the errors that name their own remedy as one line, and exit as `raised` does."""
    from grader.errors import PlainError

    try:
        yield
    except PlainError as error:
        raise failure(error.sentence, raised) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise failure(f"{where}{error.strerror or error}; nothing graded before is lost.", raised) from error


def failure(text: str, raised: type[click.ClickException] = click.ClickException) -> click.ClickException:
    """Return an error to be raised; its text may quote the name of a student's file."""
    from grader.text import inert, printable

    return raised(inert(printable(text)))


def chosen_topics(folder: Path | None, names: tuple[str, ...]) -> tuple[Course, list[Topic]]:
    """Return the course and the topics named, all by default.

    Raises:
        CourseError: there is no course, no topic, or none of a name.
    """
    from grader.course import CourseError, find_course

    course = find_course(explicit=folder)
    topics = [course.topic(name) for name in names] or course.topics
    if not topics:
        raise CourseError(f"{course.root / 'solutions'} holds no topic: a folder named NN_topic")
    return course, topics


def given(name: str) -> bool:
    """Tell whether an option of the command that runs was said, and is not at its default."""
    return click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def are(number: int, thing: str) -> str:
    """Say that there are so many, as in “one grade is” and “2 grades are”."""
    return f"one {thing} is" if number == 1 else f"{number} {thing}s are"


def handed_in(count: int) -> str:
    """Say of how many things that were handed in the rest of a sentence is said."""
    return "one thing that was handed in was" if count == 1 else f"{count} things that were handed in were"


def wait(what: str) -> None:
    """Say on a terminal what takes some seconds; imports take half of one, so say it before them."""
    if sys.stderr.isatty():
        click.echo(what, err=True)


@contextlib.contextmanager
def progress(total: int, doing: str = "Grading", said: str = "graded") -> Iterator[Callable[[], None]]:
    """Show how much is done, as a bar on a terminal and else as lines; yield what advances it."""
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=doing, file=sys.stderr) as bar:
            yield lambda: bar.update(1)
        return
    done, began = 0, time.monotonic()
    last = began

    def advance() -> None:
        nonlocal done, last
        done, now = done + 1, time.monotonic()
        if now - last >= EVERY and done < total:
            last, left = now, (now - began) / done * (total - done)
            click.echo(f"{done} of {total} {said}, about {max(1, round(left / 60))} min left", err=True)

    yield advance


def say(line: str) -> None:
    """Say what a run waits for, on a line of its own; it may name whoever shares its database."""
    from grader.text import inert, printable

    line = inert(printable(line))
    # On a terminal the bar stands on the line before.
    click.echo(f"\n{line}" if sys.stderr.isatty() else line, err=True)


class Printed(io.TextIOBase):
    """A stream in which no CI's runner finds a command, whatever text of students is written to it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write whole lines."""
        from grader.text import inert

        return self.stream.write(inert(text))

    def flush(self) -> None:
        """Have what was written be seen."""
        self.stream.flush()

    def isatty(self) -> bool:
        """Tell whether a terminal shows it."""
        return self.stream.isatty()

    def fileno(self) -> int:
        """Return its descriptor."""
        return self.stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a text stream's own is an attribute
        """Return in which encoding it is written."""
        return self.stream.encoding


def console() -> Console:
    """Return where reports are shown."""
    from rich.console import Console

    return Console(file=cast("TextIO", Printed(sys.stdout)))


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


def course_or_none(folder: Path | None, needed: bool = False) -> Course | None:
    """Return the course that is meant, None if there is none and none was named or is needed.

    Raises:
        CourseError: there is none.
    """
    from grader.course import CourseError, find_course

    try:
        return find_course(explicit=folder)
    except CourseError:
        if folder is not None or needed:
            raise
        return None


def supposing(command: Command) -> Command:
    """Add the options that say, for this run alone, what exercises count."""
    without = click.option(
        "--without",
        multiple=True,
        metavar="TOPIC.EXERCISE",
        help="As if this exercise were withdrawn, in this run alone; may be given more than once.",
    )
    points = click.option(
        "--points",
        multiple=True,
        metavar="TOPIC.EXERCISE=N",
        help="As if this exercise were worth N points, in this run alone; may be given more than once.",
    )
    return without(points(command))


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
