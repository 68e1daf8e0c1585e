"""Results as Gradescope reads them: `results.json`, one for each submission.

Its fields, and what happens to a submission without this file, are documented at
https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format and
https://gradescope-autograders.readthedocs.io/en/latest/troubleshooting/.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from grader import files
from grader.report.words import late, points, so_far
from grader.text import identifier, printable, to_json
from grader.verdict import Graded, Results, Status, Verdict

FILE = "results.json"


def results_json(graded: Graded) -> bytes:
    """Return a submission's `results.json`: what the student may see, and nothing else.

    The score is what counts, after a deadline. Messages are the student's own,
    which hold no number of a hidden case. Names of cases and times of exercises
    are left out, and so is all that the grader printed.
    """
    right = sum(verdict.status is Status.PASSED for verdict in graded.exercises)
    done = so_far(right, len(graded.exercises), graded.earned, graded.max_score)
    unread = f"Nothing could be graded: {graded.unread}" if graded.unread else ""
    said = [unread or f"{done}.", *graded.notes]
    if graded.lateness and graded.score != graded.earned:
        said.append(f"Handed in {late(graded.lateness)}: {points(graded.score, graded.max_score)} count.")
    found = {
        "score": graded.score,
        "execution_time": graded.seconds,
        "output": "\n\n".join(map(printable, said)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": list(map(_test, graded.exercises)),
    }
    return msgspec.json.format(to_json(found), indent=2) + b"\n"


def write_each(results: Results, folder: Path) -> tuple[list[Path], list[str]]:
    """Write `TOPIC/STUDENT/results.json` for each submission; one on which the grader failed has none.

    Returns:
        The files, and whose submissions the grader failed on.

    Raises:
        OSError: one cannot be written.
    """
    written, failed = [], []
    for one in results.submissions:
        if one.failed:
            failed.append(one.student)
            continue
        # A file of results may call them as it likes.
        file = folder / identifier(one.topic) / identifier(one.student) / FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        files.write(file, results_json(one))
        written.append(file)
    return written, failed


def without_answers(exercises: Iterable[tuple[str, float]], topic: str, reason: str) -> Graded:
    """Return the result of a submission in which there is nothing to grade: 0 points, and the reason.

    Args:
        exercises: the names and points of the topic's.
        topic: its id.
        reason: what there is in its place, and what was expected.
    """
    verdicts = tuple(Verdict(name, Status.MISSING, 0.0, most, None, "", ()) for name, most in exercises)
    most = sum(verdict.max_score for verdict in verdicts)
    return Graded("", topic, "", 0.0, most, 0.0, verdicts, unread=reason)


def _test(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": printable(verdict.name),
        "score": verdict.score,
        "max_score": verdict.max_score,
        "status": "passed" if verdict.status is Status.PASSED else "failed",
        "output": printable(verdict.message),
        "output_format": "text",
        "visibility": "visible",
    }
