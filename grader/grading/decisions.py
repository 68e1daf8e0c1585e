"""What an instructor decided after students handed in: exercises that count for nobody, or otherwise.

decisions.toml, at the root of the course, holds it as data:

    [optimisers]
    adam_step = "withdrawn"
    momentum_step = "credited"
    adagrad_step = 5

A number is the points that an exercise is worth from then on. Results are kept
as they were graded, and amended where they are shown or published; so a decision
is taken back by taking out its line.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from msgspec.structs import replace

from grader.course import name_of, unknown
from grader.errors import PlainError
from grader.files import write
from grader.verdict import Graded, Verdict

FILE = "decisions.toml"
HEAD = (
    "# What was decided after students handed in; `grader withdraw`, `credit` and `weigh` write this file.\n"
)
SHARES = 1000  # the largest total of cases' weights that is looked for in a rounded score


class Decision(StrEnum):
    """What becomes of an exercise's points."""

    WITHDRAWN = "withdrawn"  # nobody has them, and the topic is worth less
    CREDITED = "credited"  # all who handed in have them


Decided = Decision | float  # a number is the points that the exercise is worth
Decisions = Mapping[str, Mapping[str, Decided]]  # by topic's name and exercise
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
        return {topic: {name: _read(said) for name, said in own.items()} for topic, own in tables.items()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValueError, AttributeError) as error:
        raise NotDecided(
            f'{path} cannot be read ({error}): expected are lines as `mean = "withdrawn"`, '
            '`mean = "credited"` or `mean = 5`, the points that it is worth, under the line `[TOPIC]`'
        ) from error


def save(root: Path, decisions: Decisions) -> None:
    """Write what was decided; without a decision there is no file.

    Raises:
        OSError: it cannot be written.
    """
    tables = [
        "\n".join([f"[{topic}]", *(f"{name} = {_written(said)}" for name, said in sorted(decided.items()))])
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
        NotDecided: a decision is about an exercise that the topic does not have, or that is worth nothing
            and is to be weighed.
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
        max_score=round(sum(verdict.max_score for verdict in exercises), 4),
    )


def counted(points: float, decided: Decided | None) -> float:
    """Return what an exercise of so many points is worth, once something was decided on it or None was."""
    if decided is None or decided is Decision.CREDITED:
        return points
    return 0.0 if decided is Decision.WITHDRAWN else float(decided)


def said(decided: Decided) -> str:
    """Say what was decided, as in “withdrawn” or “worth 5 points”."""
    return decided.value if isinstance(decided, Decision) else f"worth {decided:g} points"


def _amended(verdict: Verdict, decided: Decided) -> Verdict:
    if isinstance(decided, Decision):
        sentence = SAID[decided]
    else:
        sentence = f"This exercise is worth {decided:g} points now, not {verdict.max_score:g}."
    message = "\n\n".join(filter(None, [sentence, verdict.message]))
    verdict = replace(verdict, message=message, decision=said(decided))
    if decided is Decision.WITHDRAWN:
        return replace(verdict, score=0.0, max_score=0.0)
    if decided is Decision.CREDITED:
        return replace(verdict, score=verdict.max_score)
    return replace(verdict, score=_scaled(verdict, decided), max_score=decided)


def _scaled(verdict: Verdict, most: float) -> float:
    """Return a verdict's points where `most` are to be had, rounded once.

    Its score was rounded before; but it is a share of the cases' weights, of which it says which.

    Raises:
        NotDecided: it is worth nothing.
    """
    if not verdict.max_score:
        raise NotDecided(
            f"`{verdict.name}` is worth 0 points here, so that its points cannot be weighed anew; if it was "
            "withdrawn before these results were written, read the database in their place"
        )
    share = Fraction(verdict.score) / Fraction(verdict.max_score)
    exact = share.limit_denominator(SHARES)
    if round(float(exact * Fraction(verdict.max_score)), 4) == verdict.score:
        share = exact
    return round(float(share * Fraction(most)), 4)


def _read(found: object) -> Decided:
    """Return what a line of the file says.

    Raises:
        ValueError: nothing that is known.
    """
    if isinstance(found, int | float) and not isinstance(found, bool):
        return points_of(float(found))
    return Decision(str(found))


def _written(decided: Decided) -> str:
    return f'"{decided}"' if isinstance(decided, Decision) else repr(decided).removesuffix(".0")


def points_of(found: float) -> float:
    """Return a number as the points that an exercise may be worth.

    Raises:
        ValueError: it is not above 0.
    """
    if not math.isfinite(found) or found <= 0:
        raise ValueError(f"{found:g} is no number of points above 0")
    return found
