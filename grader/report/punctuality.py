"""Who kept a deadline, as data: how many were in time, who was late, and how that is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from grader.verdict import Deadline, Graded, Results, Source


@dataclass(frozen=True)
class DeadlineFound:
    """A topic's deadline, and how many kept it.

    Attributes:
        deadline: as it was applied.
        in_time: how many handed in before it, or before an extension of it ended.
        late: who did not, the latest first.
        unknown: of how many nobody knows when they handed in.
        sources: how many times are known from where.
    """

    deadline: Deadline
    in_time: int
    late: tuple[Graded, ...]
    unknown: int
    sources: Mapping[Source, int]


def kept(results: Results) -> tuple[DeadlineFound, ...]:
    """Find who kept the deadlines that were applied to results, by topic."""
    return tuple(
        _found(deadline, [one for one in results.submissions if one.topic == deadline.topic])
        for deadline in results.deadlines
    )


def _found(deadline: Deadline, graded: list[Graded]) -> DeadlineFound:
    known = [
        (one, one.lateness.seconds) for one in graded if one.lateness and one.lateness.seconds is not None
    ]
    late = sorted((-seconds, one.student, one) for one, seconds in known if seconds)
    return DeadlineFound(
        deadline,
        len(known) - len(late),
        tuple(one for *_, one in late),
        len(graded) - len(known),
        dict(sorted(Counter(one.handed_in.source for one, _ in known if one.handed_in).items())),
    )
