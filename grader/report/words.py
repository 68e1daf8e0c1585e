"""What each verdict is called, and how wide text may be, wherever people read it."""

from __future__ import annotations

from grader.verdict import Status, Verdict

PIPED = 100  # columns where there is no terminal
READABLE = 100  # columns of prose, however wide the terminal
WORDS = {
    Status.PASSED: "passed",
    Status.WRONG: "wrong",
    Status.RAISED: "stopped with an error",
    Status.MISSING: "not written",
    Status.TIMED_OUT: "out of time",
    Status.OUT_OF_MEMORY: "out of memory",
    Status.CRASHED: "crashed",
    Status.GRADER_ERROR: "the grader failed",
}


def words(verdict: Verdict) -> str:
    """Say in a word or two what became of an exercise."""
    if verdict.status is Status.MISSING and not verdict.unwritten:
        return "not defined"
    return WORDS[verdict.status]
