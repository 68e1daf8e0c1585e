"""What changed between two gradings, on an instructor's terminal."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.course import name_of
from grader.report.changes import Cause, Changes, Difference, Points, Reworded, SubmissionChange
from grader.report.console import counted, fit, new_table, plain, show_few
from grader.report.words import WORDS
from grader.verdict import PassedOver, Status

if TYPE_CHECKING:
    from rich.console import Console

NOTHING = "nothing that is known: an answer that is not the same in every run, or the grader"
SAID = {
    Cause.FILE: "another file",
    Cause.CHECKS: "other checks",
    Cause.SEEDS: "other cases",
    Cause.KEY: "another key",
}


def show_changes(console: Console, changes: Changes, old: str, new: str) -> None:
    """Show what changed from `old` to `new`, as they were named."""
    fit(console)
    _show_changed(console, changes)
    for title, lone in ((f"Only in {old}", changes.only_old), (f"Only in {new}", changes.only_new)):
        columns = ["student", "topic", "why not in the other"]
        show_few(console, title, columns, [(one.student, name_of(one.topic), one.why) for one in lone])
    there = f"{counted(changes.compared, 'submission')} in both"
    if changes.changed:
        said = f"{there}: the points of {len(changes.changed)} changed."
    else:
        said = f"{there}, all with the same points." if changes.compared else "No submission is in both."
    if changes.reworded:
        exercises = counted(len(changes.reworded), "exercise")
        said += f" Of {exercises} with the same points something else is said."
    console.print(plain(said, "bold"))


def show_verified(console: Console, changes: Changes, passed_over: Sequence[PassedOver]) -> None:
    """Show what came of a sample that was graded again."""
    fit(console)
    _show_changed(console, changes)
    rows = [(one.student, one.file, one.reason) for one in passed_over]
    show_few(console, "Not verified", ["student", "file", "why"], rows)
    differ = {(one.student, one.topic) for one in changes.changed}
    differ |= {(one.student, one.topic) for one in changes.reworded}
    same = changes.compared - len(differ)
    again = f"{counted(changes.compared, 'submission')} graded again"
    came = f"{same} came out the same, bit for bit, {len(differ)} did not" if differ else ""
    console.print(plain(f"{again}: {came or 'all came out the same, bit for bit'}.", "bold"))


def _show_changed(console: Console, changes: Changes) -> None:
    largest = sorted(changes.changed, key=lambda one: (-abs(_gain(one.old, one.new)), one.student, one.topic))
    show_few(
        console,
        "Changed points",
        ["student", "topic", "points", "exercise", "its points", "what differs"],
        [row for one in largest for row in _rows(one)],
    )
    if len(changes.changed) > 1:
        _show_exercises(console, changes.changed)
    show_few(
        console,
        "Same points, other words",
        ["student", "exercise", "verdict", "what differs"],
        [
            (one.student, f"{name_of(one.topic)}.{one.name}", _verdict(one), because(one.because))
            for one in changes.reworded
        ],
    )
    if changes.besides:
        listed = ", ".join(f"{_said(one.difference)} ({one.submissions})" for one in changes.besides)
        console.print(plain(f"What differs, and for how many submissions: {listed}."))


def because(differences: Sequence[Difference]) -> str:
    """Say what differs."""
    return ", ".join(map(_said, differences)) or NOTHING


def _said(one: Difference) -> str:
    match one.cause:
        case Cause.ENVIRONMENT | Cause.ISOLATION:
            return f"{one.name} {one.old or 'none'} → {one.new or 'none'}"
        case Cause.DECISION:
            return f"decision {one.old or 'none'} → {one.new or 'none'}"
        case Cause.FAILURE:
            return f"the grader failed {'before' if one.old == Status.GRADER_ERROR else 'now'}"
    return SAID[one.cause]


def _rows(one: SubmissionChange) -> Sequence[tuple[str, ...]]:
    """Return a row for each exercise that changed; the submission is named in the first."""
    head = (one.student, name_of(one.topic), moved(one.old, one.new))
    exercises = [(each.name, moved(each.old, each.new), because(each.because)) for each in one.exercises]
    rows = [((head if not number else ("", "", "")) + each) for number, each in enumerate(exercises)]
    return rows or [(*head, "", "", NOTHING)]


def _show_exercises(console: Console, changed: Sequence[SubmissionChange]) -> None:
    gains: dict[str, list[float]] = {}
    for one in changed:
        for each in one.exercises:
            gains.setdefault(f"{name_of(one.topic)}.{each.name}", []).append(_gain(each.old, each.new))
    table = new_table("By exercise", ["exercise", "more", "fewer", "mean change"], numbers={1, 2, 3})
    for name, several in sorted(gains.items()):
        more, fewer = (sum(gain * sign > 0 for gain in several) for sign in (1, -1))
        table.add_row(*map(plain, (name, str(more), str(fewer), f"{statistics.fmean(several):+.1f}")))
    console.print(table)


def _gain(old: Points | None, new: Points | None) -> float:
    return (new.score if new else 0.0) - (old.score if old else 0.0)


def moved(old: Points | None, new: Points | None) -> str:
    """Say how points changed, exactly, as in “12.5 → 15 of 30”."""
    if old and new and old.max_score == new.max_score:
        return f"{_exact(old.score)} → {_exact(new.score)} of {_exact(new.max_score)}"
    sides = [f"{_exact(one.score)} of {_exact(one.max_score)}" if one else "not there" for one in (old, new)]
    return " → ".join(sides)


def _exact(points: float) -> str:
    """Return points to the last of their four decimals, so that no change is rounded away."""
    return f"{points:.4f}".rstrip("0").rstrip(".")


def _verdict(one: Reworded) -> str:
    words = WORDS[one.new] if one.old == one.new else f"{WORDS[one.old]} → {WORDS[one.new]}"
    return f"{words}, other values" if one.values else words
