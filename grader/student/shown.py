"""How far a student is: the status, a hint, and the screen of `grader watch`."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.report.words import PIPED, READABLE, WORDS, words
from grader.student.assignment import Assignment
from grader.student.hint import Hint
from grader.student.progress import Entry, Progress, State, load
from grader.student.written import in_table, is_written
from grader.text import printable
from grader.verdict import Status, Verdict

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

CELLS = 10  # of a bar
MARKS = {State.DONE: "✓", State.IN_PROGRESS: "…", State.TO_DO: "·"}


def bar(share: float) -> str:
    """Draw a share within [0, 1]; the bar is full only at 1 and empty only at 0."""
    full = min(max(int(share * CELLS), share > 0), CELLS if share >= 1 else CELLS - 1)
    return "█" * full + "░" * (CELLS - full)


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
        earned, most = _points(one, known[one.name])
        table.add_row(_text(one.name, "bold"), *counts, f"{earned:g} of {most:g}", bar(earned / most))
    console.print(table)
    answers = {one.name: is_written(one) for one in assignments}
    asked = [name for name, written in answers.items() if written is not None]
    if asked:
        console.print(_text(in_table(asked, [name for name in asked if not answers[name]])))
    for one in assignments if each else ():
        for name in one.exercises:
            entry, exercise = known[one.name].entry(name), one.rules.checks.exercises[name]
            points = f"{entry.score:g} of {exercise.points:g} points"
            console.print(_text(f"  {MARKS[entry.state]} {name} — {_said(entry)}, {points}"))
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


def show_watched(
    console: Console,
    assignment: Assignment,
    file: str,
    verdict: Verdict | None,
    hint: Hint | None,
    notes: Sequence[str],
    course: tuple[int, int],
) -> None:
    """Show the exercise that is not right yet, or that all are right, and how much is done.

    Args:
        file: the name of the student's file that was checked, "" if there is none.
        verdict: of the first exercise that is not right; None if there is none.
        hint: shown below the message.
        notes: what happened meanwhile, one sentence each.
        course: how many topics are done, and of how many.
    """
    known = load(assignment)
    names = assignment.exercises
    done = sum(known.entry(name).state is State.DONE for name in names)
    earned, most = _points(assignment, known)
    so_far = f"{done} of {len(names)} exercises right, {earned:g} of {most:g} points"
    console.print(_text(f"{assignment.name}  {bar(earned / most)}  {so_far}", "bold"))
    topics = f"; {course[0]} of {course[1]} topics done" if course[1] > 1 else ""
    console.print(_text(f"  {file or 'no file'}{topics}"))
    for note in notes:
        console.print(_text(f"  {note}"))
    console.print()
    if verdict is None and done == len(names):
        console.print(_text(f"✓ All of {assignment.name} is right. `grader submit` packs it.", "bold green"))
    if verdict is None:
        return
    said = f" — {words(verdict)}, {verdict.score:g} of {verdict.max_score:g} points"
    console.print(_text("✗ ", "bold red"), _text(verdict.name, "bold"), _text(said), sep="")
    console.print(_text(f"\n{_indented(verdict.message, _width(console))}\n"))
    if hint is not None:
        console.print(_text(f"{hint_text(hint, _width(console))}\n"))


def _said(entry: Entry) -> str:
    if entry.status is Status.PASSED:
        return "right"
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
