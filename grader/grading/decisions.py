"""What an instructor decided after students handed in: exercises that count for nobody, or for everybody.

decisions.toml, at the root of the course, holds it as data:

    [optimisers]
    adam_step = "withdrawn"
    momentum_step = "credited"

Results are kept as they were graded, and amended where they are shown or
published; so a decision is taken back by taking out its line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from msgspec.structs import replace

from grader.course import name_of, unknown
from grader.errors import PlainError
from grader.files import write
from grader.verdict import Graded, Verdict

FILE = "decisions.toml"
HEAD = "# What was decided after students handed in; `grader withdraw` and `grader credit` write this file.\n"


class Decision(StrEnum):
    """What becomes of an exercise's points."""

    WITHDRAWN = "withdrawn"  # nobody has them, and the topic is worth less
    CREDITED = "credited"  # all who handed in have them


Decisions = Mapping[str, Mapping[str, Decision]]  # by topic's name and exercise
SAID = {
    Decision.WITHDRAWN: "This exercise was withdrawn: it counts for nobody.",
    Decision.CREDITED: "Everybody gets the points of this exercise, whatever was handed in.",
}


class NotDecided(PlainError):
    """The file of decisions holds something else, or names an exercise that there is not."""


def load(root: Path) -> Decisions:
    """Return what was decided in a course.

    Raises:
        NotDecided: its file cannot be read.
    """
    path = root / FILE
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {
            topic: {name: Decision(said) for name, said in table.items()} for topic, table in tables.items()
        }
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValueError, AttributeError) as error:
        raise NotDecided(
            f'{path} cannot be read ({error}): expected are lines as `mean = "withdrawn"` or '
            '`mean = "credited"` under the line `[TOPIC]`'
        ) from error


def save(root: Path, decisions: Decisions) -> None:
    """Write what was decided; without a decision there is no file.

    Raises:
        OSError: it cannot be written.
    """
    tables = [
        "\n".join([f"[{topic}]", *(f'{name} = "{said}"' for name, said in sorted(decided.items()))])
        for topic, decided in sorted(decisions.items())
        if decided
    ]
    if tables:
        write(root / FILE, "\n".join([HEAD, *(f"{table}\n" for table in tables)]).encode())
    else:
        (root / FILE).unlink(missing_ok=True)


def amended(graded: Graded, decisions: Decisions, strict: bool = True) -> Graded:
    """Return a submission with the points that count; one that was not graded as it is.

    Args:
        graded: the submission.
        decisions: what was decided.
        strict: whether each must be about an exercise that the submission has; one that was graded by
            earlier checks may not have it.

    Raises:
        NotDecided: a decision is about an exercise that the topic does not have.
    """
    decided = decisions.get(name_of(graded.topic), {})
    if not decided or graded.unread:
        return graded
    known = [verdict.name for verdict in graded.exercises]
    for name in decided:
        if strict and name not in known:
            raise NotDecided(f"{FILE}: {unknown('exercise', name, known)}")
    exercises = tuple(
        _amended(verdict, decided[verdict.name]) if verdict.name in decided else verdict
        for verdict in graded.exercises
    )
    return replace(
        graded,
        exercises=exercises,
        score=round(sum(verdict.score for verdict in exercises), 4),
        max_score=sum(verdict.max_score for verdict in exercises),
    )


def _amended(verdict: Verdict, decision: Decision) -> Verdict:
    message = "\n\n".join(filter(None, [SAID[decision], verdict.message]))
    if decision is Decision.WITHDRAWN:
        return replace(verdict, score=0.0, max_score=0.0, message=message, decision=decision.value)
    return replace(verdict, score=verdict.max_score, message=message, decision=decision.value)
