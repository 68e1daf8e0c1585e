"""What a student sees on a terminal: what was checked, the status, a hint, the screen of `grader watch`."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.course import name_of
from grader.report.words import PIPED, READABLE, WORDS, earned, outcome, points, sign, so_far
from grader.student.assignment import Assignment
from grader.student.hint import Hint
from grader.student.progress import Entry, Progress, State, load
from grader.student.written import in_table, in_words, is_written
from grader.text import printable
from grader.verdict import Graded, Status, Verdict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

CELLS = 10  # of a bar
MARKS = {State.DONE: "✓", State.IN_PROGRESS: "…", State.TO_DO: "·"}


@dataclass(frozen=True)
class View:
    """What `grader watch` shows of one assignment.

    Attributes:
        assignment: the one that is shown.
        file: the name of the student's file, "" if there is none.
        running: the exercise that is being checked, "" if none is.
        starting: whether that waits for TensorFlow to start.
        verdict: of the first exercise that is not right; None if none is known yet.
        hint: shown below the message.
        notes: what happened meanwhile, one sentence each.
        done: how many topics are done, of how many `topics`.
    """

    assignment: Assignment
    file: str
    running: str
    starting: bool
    verdict: Verdict | None
    hint: Hint | None
    notes: tuple[str, ...]
    done: int
    topics: int


def bar(share: float) -> str:
    """Draw a share within [0, 1]; the bar is full only at 1 and empty only at 0."""
    full = min(max(int(share * CELLS), share > 0), CELLS if share >= 1 else CELLS - 1)
    return "█" * full + "░" * (CELLS - full)


def show_checked(console: Console, graded: Graded, written: bool | None = None) -> None:
    """Show what became of each exercise of one submission, then the sum.

    Args:
        graded: the submission.
        written: whether there is a written answer; None if nothing is to be said of it.
    """
    _fit(console)
    topic = name_of(graded.topic)
    for verdict in graded.exercises:
        name = f"{topic}.{verdict.name}"
        console.print(_outcome(verdict, name))
        if verdict.status is not Status.PASSED and not verdict.unwritten:
            message = f"{verdict.message}\n\nAgain:  grader check {name}"
            if verdict.hint_helps:
                message += f"\nStuck:  grader hint {name}"
            console.print(_text(f"\n{_indented(message.strip(), _width(console))}\n"))
    for note in graded.notes:
        console.print(_text(f"Note: {note}."))
    right = sum(verdict.status is Status.PASSED for verdict in graded.exercises)
    total = so_far(right, len(graded.exercises), graded.score, graded.max_score)
    console.print(_text(f"{topic}: {total}.", "bold"))
    if written is not None:
        console.print(_text(in_words(written)))


def show_status(console: Console, assignments: Sequence[Assignment], each: bool) -> None:
    """Show topics as a table; with `each`, list their exercises below it."""
    from rich import box
    from rich.table import Table

    _fit(console)
    known = {one.name: load(one) for one in assignments}
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("topic", overflow="fold")
    for name in (*State, "points"):
        table.add_column(name, justify="right")
    table.add_column("")
    for one in assignments:
        entries = [known[one.name].entry(name) for name in one.exercises]
        counts = [str(sum(entry.state is state for entry in entries)) for state in State]
        score, most = _points(one, known[one.name])
        table.add_row(_text(one.name, "bold"), *counts, earned(score, most), bar(score / most))
    console.print(table)
    answers = {one.name: is_written(one) for one in assignments}
    asked = [name for name, written in answers.items() if written is not None]
    if asked:
        console.print(_text(in_table(asked, [name for name in asked if not answers[name]])))
    for one in assignments if each else ():
        for name in one.exercises:
            entry, exercise = known[one.name].entry(name), one.rules.checks.exercises[name]
            said = f"{_said(entry)}, {points(entry.score, exercise.points)}"
            console.print(_text(f"  {MARKS[entry.state]} {name} — {said}"))
    for one in assignments:
        for line in _standing(one, known[one.name]):
            console.print(_text(line))


def show_hint(console: Console, topic: str, hint: Hint) -> None:
    """Show the question of an exercise, and what to read."""
    _fit(console)
    console.print(_text(f"{topic}.{hint.exercise}", "bold"))
    console.print(_text(f"\n{hint_text(hint, _width(console))}\n"))


def hint_text(hint: Hint, width: int) -> str:
    """Return a hint as indented paragraphs."""
    paragraphs = [f"Ask yourself: {hint.question}"]
    if hint.reading:
        paragraphs.append(f"To read, from its docstring: {hint.reading}")
    return "\n\n".join(_indented(paragraph, width) for paragraph in paragraphs)


def show_watched(console: Console, view: View) -> None:
    """Show the exercise that is not right yet or is being checked, or that all are right, and how much is."""
    assignment, verdict = view.assignment, view.verdict
    known = load(assignment)
    names = assignment.exercises
    done = sum(known.entry(name).state is State.DONE for name in names)
    score, most = _points(assignment, known)
    total = so_far(done, len(names), score, most)
    console.print(_text(f"{assignment.name}  {bar(score / most)}  {total}", "bold"))
    topics = f"; {view.done} of {view.topics} topics done" if view.topics > 1 else ""
    console.print(_text(f"  {view.file or 'no file'}{topics}"))
    for note in view.notes:
        console.print(_text(f"  {note}"))
    if view.running and verdict is not None:
        console.print(_text("  The other exercises are being checked…"))
    console.print()
    if view.running and verdict is None:
        start = "Starting TensorFlow, once, which takes some seconds; then {} is checked…"
        said = (start if view.starting else "Checking {}…").format(view.running)
        console.print(_text(f"{said}\n", "bold"))
    elif verdict is None and view.file and done == len(names):
        console.print(_text(f"✓ All of {assignment.name} is right. `grader submit` packs it.", "bold green"))
        with suppress(OSError):
            if is_written(assignment) is False:
                console.print(_text(f"  {in_words(False)}"))
    if verdict is not None:
        console.print(_outcome(verdict, verdict.name))
        console.print(_text(f"\n{_indented(verdict.message, _width(console))}\n"))
    if view.hint is not None:
        console.print(_text(f"{hint_text(view.hint, _width(console))}\n"))


def _outcome(verdict: Verdict, name: str) -> Text:
    """Return what became of an exercise on one line: its sign in colour, its name in bold type."""
    from rich.text import Text

    said = outcome(verdict, name).removeprefix(name)
    colour = "bold green" if verdict.status is Status.PASSED else "bold red"
    return Text().join([_text(f"{sign(verdict.status)} ", colour), _text(name, "bold"), _text(said)])


def _said(entry: Entry) -> str:
    if entry.status is Status.MISSING and entry.tries:
        return "not defined"
    return WORDS[entry.status]


def _standing(assignment: Assignment, known: Progress) -> list[str]:
    """Say of a topic that it was never checked, or has changed since; its row does not."""
    if not known.checked:
        return [f"{assignment.name} has not been checked yet: grader check {assignment.name}"]
    forms = assignment.forms()
    if forms and forms[0].stat().st_mtime > known.checked:
        since = "has changed since it was last checked"
        return [f"{forms[0].name} {since}: grader check {assignment.name}"]
    return []


def _points(assignment: Assignment, known: Progress) -> tuple[float, float]:
    exercises = [assignment.rules.checks.exercises[name] for name in assignment.exercises]
    return sum(known.entry(one.name).score for one in exercises), sum(one.points for one in exercises)


def _indented(text: str, width: int) -> str:
    """Indent by two, and wrap prose; lines that are indented already are not wrapped."""
    wrap = textwrap.TextWrapper(width - 2, break_on_hyphens=False, break_long_words=False).wrap
    lines: list[str] = []
    for line in text.split("\n"):
        lines += wrap(line) if line and not line.startswith(" ") else [line]
    return textwrap.indent("\n".join(lines), "  ")


def _width(console: Console) -> int:
    return min(console.width, READABLE)


def _fit(console: Console) -> None:
    if not console.is_terminal:
        console.width = PIPED


def _text(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(printable(text), style)
