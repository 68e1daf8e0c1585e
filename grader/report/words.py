"""What each verdict is called, how points are written, and how wide text may be, wherever people read it."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from grader.verdict import Deadline, Lateness, Penalty, Source, Status, Verdict

PIPED = 100  # columns where there is no terminal
READABLE = 100  # columns of prose, however wide the terminal
WORDS = {
    Status.PASSED: "right",
    Status.WRONG: "wrong",
    Status.RAISED: "stopped with an error",
    Status.MISSING: "not written",
    Status.TIMED_OUT: "out of time",
    Status.OUT_OF_MEMORY: "out of memory",
    Status.CRASHED: "crashed",
    Status.GRADER_ERROR: "the grader failed",
}
KNOWN_FROM = {
    Source.EXPORT: "the platform's export",
    Source.TIMESTAMP: "timestamp.txt",
    Source.FILE: "the file's own time",
}
SPANS = {"d": 86400, "h": 3600, "min": 60, "s": 1}
STEP = 0.1  # of points, as people read them


def words(verdict: Verdict) -> str:
    """Say in a word or two what became of an exercise."""
    if verdict.status is Status.MISSING and not verdict.unwritten:
        return "not defined"
    return WORDS[verdict.status]


def sign(status: Status) -> str:
    """Return what stands beside the word, so that nothing is said by colour alone."""
    return "✓" if status is Status.PASSED else "✗"


def points(score: float, most: float) -> str:
    """Say how many of `most` points there are, as in “1.7 of 5 points”."""
    return f"{earned(score, most)} points"


def earned(score: float, most: float) -> str:
    """Return “1.7 of 5”: to one decimal, but all only where all was earned, and 0 only where nothing was."""
    shown = round(score, 1)
    if shown >= most > score:
        shown = round(most - STEP, 1)
    if shown <= 0 < score:
        shown = STEP
    return f"{_number(shown)} of {_number(most)}"


def counted(number: int, thing: str) -> str:
    """Say how many there are, as in “1 topic” and “2 topics”."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def so_far(right: int, exercises: int, score: float, most: float) -> str:
    """Say how far a student is, as in “2 of 3 exercises right, 70 of 100 points”."""
    return f"{right} of {counted(exercises, 'exercise')} right, {points(score, most)}"


def outcome(verdict: Verdict, name: str = "") -> str:
    """Say of an exercise on one line what became of it; `name` is what to call it in place of its own."""
    return f"{name or verdict.name} — {words(verdict)}, {points(verdict.score, verdict.max_score)}"


def _number(points: float) -> str:
    return f"{points:.1f}".removesuffix(".0")


def when(at: datetime, zone: str = "UTC") -> str:
    """Return a time as people of a course read it, as in “2027-03-01 12:00 CET”."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"


def span(seconds: float) -> str:
    """Return how long something is, by its two largest units, as in “1 d 3 h” or “3 d 1 min”."""
    left, parts = max(int(seconds), 1), list[str]()
    for unit, size in SPANS.items():
        if left >= size:
            parts.append(f"{left // size} {unit}")
        left %= size
    return " ".join(parts[:2])


def late(lateness: Lateness) -> str:
    """Say how late a submission was."""
    if lateness.seconds is None:
        return "time unknown"
    return f"{span(lateness.seconds)} late" if lateness.seconds else "in time"


def terms(deadline: Deadline) -> str:
    """Say what it costs to miss a deadline."""
    grace = f" after {span(deadline.grace)} of grace" if deadline.grace else ""
    if deadline.penalty is Penalty.NONE:
        return "nothing is taken for being late"
    if deadline.penalty is Penalty.CUT_OFF:
        return f"what is late counts 0 points{grace}"
    last = f", and everything after {deadline.days} d" if deadline.days else ""
    return f"{deadline.percent:g} % of the points for each day that was begun{grace}{last}"
