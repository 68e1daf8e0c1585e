"""A stub for a farm in which things fail: it notes what it grades, and does what its submission says.

Workers import it by `PYTHONPATH`. `FAULTS` names a folder, in which a file `full-PID` or `stuck-PID` says
what is wrong with the worker that has this process id.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from grader.farm import worker
from grader.farm.messages import Answer, Submission
from grader.grading.work import Work
from grader.verdict import Graded, Status, Verdict

FOLDER = "FAULTS"  # the variable
POINTS = 30
SECONDS = 0.1  # that a submission takes


class Content(msgspec.Struct, frozen=True):
    """What a submission of the stub's holds.

    Attributes:
        student: whose it is; no two are alike.
        score: what it is worth.
        does: `exit` ends the worker, `fail` is a fault of the grader's own, "" is an honest submission.
    """

    student: str
    score: int
    does: str = ""


class Faulty(worker.WarmServer):
    """Gives each submission the score that it says."""

    def _start(self) -> None:
        pass

    def _answer(self, submission: Submission, only: Sequence[str]) -> Answer:
        home, pid = Path(os.environ[FOLDER]), os.getpid()
        if (home / f"full-{pid}").exists():
            raise OSError(28, "No space left on device")
        while (home / f"stuck-{pid}").exists():
            time.sleep(1.0)
        content = msgspec.json.decode(submission.content or b"", type=Content)
        note(home / "graded", pid, content.student)
        if content.does == "exit":
            os._exit(1)
        if content.does == "fail":
            raise RuntimeError("a fault of the grader's own")
        time.sleep(SECONDS)
        return Answer(judged(content, "", submission.topic, ""))


def grade(work: Work, descriptor: int, only: Sequence[str] = ()) -> Graded:
    """Do the same in the pool of this machine, at once."""
    with os.fdopen(os.dup(descriptor), "rb") as file:
        content = msgspec.json.decode(file.read(), type=Content)
    return judged(content, work.student, work.topic, work.file)


def judged(content: Content, student: str, topic: str, file: str) -> Graded:
    """Return the verdict, which says whose submission it is of."""
    status = Status.PASSED if content.score == POINTS else Status.WRONG
    verdict = Verdict("mean", status, float(content.score), float(POINTS), None, content.student, ())
    return Graded(student, topic, file, verdict.score, float(POINTS), SECONDS, (verdict,))


def note(log: Path, *words: object) -> None:
    """Add a line to a log that several processes write: the time, by a clock that all share, and words."""
    line = " ".join(map(str, (time.monotonic(), *words)))
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, f"{line}\n".encode())
    finally:
        os.close(descriptor)
