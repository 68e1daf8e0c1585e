"""Results on an instructor's terminal: a class, the syllabus.

Messages come from elsewhere and may quote what a student wrote; all of it
passes through `console.plain` on its way to the screen, and none of it is markup.
Nothing is said by colour alone.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader import names
from grader.course import Course, Topic, name_of
from grader.exercise import AuthorError
from grader.grading.secret import hidden_path
from grader.report.console import FEW, counted, fit, joined, new_table, plain, show_few
from grader.report.words import earned, words
from grader.verdict import Graded, Missing, PassedOver, Results, Status, Verdict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NAME = 28  # columns of a student's name, before it is folded
NAMED = 3  # mistakes that are named of each exercise
LONGEST = 200  # characters of a file's name, which in a zip may have 64,000
BARS = " ▁▂▃▄▅▆▇█"
BINS = 10


def show_class(console: Console, results: Results) -> None:
    """Show an instructor how a class did, and what needs a look."""
    fit(console)
    graded = results.submissions
    if not graded:
        console.print(plain("Nothing was graded."))
        _show_passed_over(console, results.passed_over)
        return
    topics: dict[str, list[Graded]] = {}
    for one in graded:
        topics.setdefault(one.topic, []).append(one)
    console.print(_rows(graded) if len(graded) <= FEW else _summaries(topics))
    if len(graded) > 1:
        for topic, several in topics.items():
            console.print(_exercises(topic, several))
    _show_attention(console, graded)
    _show_passed_over(console, results.passed_over)
    _show_missing(console, results.missing)
    students = counted(len({one.student for one in graded}), "student")
    console.print(plain(f"{counted(len(graded), 'submission')} of {students} graded.", "bold"))


def show_topics(console: Console, course: Course, topics: Sequence[Topic]) -> None:
    """Show topics of the syllabus: each one, its exercises and points, and what is built of it."""
    fit(console)
    table = new_table("", ["topic", "points", "assignment", "hidden key"], numbers={1})
    for topic in topics:
        title = plain(f"{topic.id[:2]} {topic.name}", "bold")
        try:
            points = [f"{one.name} {one.points:g}" for one in topic.checks.exercises.values()]
        except (AuthorError, OSError) as error:
            table.add_row(joined(title, plain(f"\n{error}")), "", "", "")
            continue
        listed = joined(title, plain("\n" + ", ".join(points)))
        table.add_row(listed, f"{topic.checks.points:g}", *map(plain, _states(topic)))
    console.print(table)
    console.print(plain(f"{counted(len(topics), 'topic')} in {course.root}.", "bold"))


def _rows(graded: Sequence[Graded]) -> Table:
    """Return a row for each submission, with a line for each exercise that is not right.

    A topic that is everyone's stands in the title alone.
    """
    topics = {name_of(one.topic) for one in graded}
    same = len(topics) == 1
    title = f"Submissions for {topics.pop()}" if same else "Submissions"
    columns = ["student", *([] if same else ["topic"]), "points", "not right", "what went wrong"]
    table = new_table(title, columns, numbers={columns.index("points")})
    table.columns[0].max_width = NAME
    for one in graded:
        cells = [one.student, *([] if same else [name_of(one.topic)]), earned(one.score, one.max_score)]
        wrong = [verdict for verdict in one.exercises if verdict.status is not Status.PASSED]
        _add(table, cells, [(verdict.name, _why(verdict)) for verdict in wrong] or [("none", "")])
    return table


def _add(table: Table, cells: Sequence[str], lines: Sequence[tuple[str, str]]) -> None:
    """Add a row whose last two columns have several lines."""
    for number, line in enumerate(lines or [("", "")]):
        table.add_row(*(plain("" if number else cell) for cell in cells), *map(plain, line))


def _why(verdict: Verdict) -> str:
    """Say what was wrong in what a table has room for: the mistake's sentence, or a word or two."""
    return verdict.sentence.removesuffix(".") or words(verdict)


def _summaries(topics: dict[str, list[Graded]]) -> Table:
    # "0 … 100%" sets the scale of the ten bars below it.
    columns = ["topic", "submissions", "mean", "median", "full marks", "0 …  100%"]
    table = new_table("Points", columns, numbers={1, 2, 3, 4})
    for topic, graded in topics.items():
        points = [one.score for one in graded]
        full = sum(one.score >= one.max_score for one in graded)
        row = (
            name_of(topic),
            str(len(graded)),
            f"{statistics.fmean(points):.1f}",
            f"{statistics.median(points):.1f}",
            f"{full} ({full / len(graded):.0%})",
            histogram([one.score / one.max_score if one.max_score else 0.0 for one in graded]),
        )
        table.add_row(*map(plain, row))
    return table


def histogram(shares: Iterable[float]) -> str:
    """Draw how many of `shares`, each within [0, 1], lie in each tenth; any at all shows."""
    counts = Counter(min(max(int(share * BINS), 0), BINS - 1) for share in shares)
    most = max(counts.values(), default=1)
    return "".join(BARS[-(-counts[i] * (len(BARS) - 1) // most)] for i in range(BINS))


def _exercises(topic: str, graded: Sequence[Graded]) -> Table:
    title = f"{name_of(topic)}, by exercise"
    table = new_table(title, ["exercise", "right", "", "what went wrong most often"], numbers={1, 2})
    verdicts: dict[str, list[Verdict]] = {}
    for one in graded:
        for verdict in one.exercises:
            verdicts.setdefault(verdict.name, []).append(verdict)
    for name, several in verdicts.items():
        right = sum(verdict.status is Status.PASSED for verdict in several)
        wrong = Counter(_why(verdict) for verdict in several if verdict.status is not Status.PASSED)
        often = [(f"{count}×", what) for what, count in wrong.most_common(NAMED)]
        _add(table, (name, f"{right / len(several):.0%}"), often)
    return table


def _show_attention(console: Console, graded: Sequence[Graded]) -> None:
    """List grader errors first, then notes: what no student is to blame for."""
    rows = []
    for one in graded:
        failed = [verdict for verdict in one.exercises if verdict.status is Status.GRADER_ERROR]
        # One server that dies fails every exercise alike: say it once.
        for message in dict.fromkeys(verdict.message for verdict in failed):
            names = ", ".join(verdict.name for verdict in failed if verdict.message == message)
            paragraph = message.partition("\n\n")[0]
            rows.append((0, one, f"the grader failed on {names}: {paragraph}"))
        rows += [(1, one, note) for note in one.notes]
    if not rows:
        return
    rows.sort(key=lambda row: row[0])
    show_few(
        console,
        "Needs your eye",
        ["student", "topic", "why"],
        [(one.student, name_of(one.topic), why) for _, one, why in rows],
    )


def _show_passed_over(console: Console, passed_over: Sequence[PassedOver]) -> None:
    """List what was handed in and could not be taken."""
    rows = [(one.student or "?", _cut(one.file), one.reason) for one in passed_over]
    show_few(console, "Not graded", ["student", "file", "why"], rows)


def _show_missing(console: Console, missing: Sequence[Missing]) -> None:
    """List who on the roster handed in nothing."""
    topics: dict[str, list[str]] = {}
    for one in missing:
        topics.setdefault(one.student, []).append(name_of(one.topic))
    rows = [(student, ", ".join(them)) for student, them in topics.items()]
    show_few(console, "Nothing handed in", ["student", "topics"], rows)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _states(topic: Topic) -> tuple[str, str]:
    from grader.grading import key

    def state(path: Path, hidden: bool) -> str:
        made = "recorded" if hidden else "built"
        if not path.exists():
            return f"not {made}"
        try:
            return made if key.is_fresh(key.load(path), topic, hidden) else "stale"
        except (key.KeyProblem, OSError):
            return "unreadable"

    return state(topic.assignment / names.KEY, hidden=False), state(hidden_path(topic), hidden=True)
