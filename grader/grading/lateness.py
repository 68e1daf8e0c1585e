"""What lateness costs: the points of who handed in after the deadline, and an extension of it.

Moments are compared as they are, in UTC; a day is 24 hours, also where clocks are
put forward or back. Who hands in at the moment of the deadline is in time.
Results are kept as they were graded, and amended where they are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from msgspec.structs import replace

from grader.course import name_of
from grader.grading.policy import FILE, Due, Policy
from grader.verdict import Deadline, Graded, HandedIn, Lateness, Penalty

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Deadlines:
    """The deadlines of a course, by what its policy says, and else by another file.

    Attributes:
        policy: the course's.
        elsewhere: by topic (id), what nbgrader's gradebook says.
    """

    policy: Policy = Policy()
    elsewhere: Mapping[str, Due] = field(default_factory=dict)

    def of(self, topic: str) -> Deadline | None:
        """Return the deadline of a topic, by its id; None if it has none."""
        due, terms = self._due(topic), self.policy.terms(topic)
        if due is None:
            return None
        return Deadline(
            topic,
            due.at,
            due.source,
            terms.penalty,
            terms.percent if terms.penalty is Penalty.PER_DAY else 0.0,
            terms.days if terms.penalty is Penalty.PER_DAY else None,
            terms.grace.total_seconds(),
            self.policy.zone or "UTC",
        )

    def until(self, topic: str, student: str) -> datetime | None:
        """Return until when a student has time for a topic, in UTC; None if there is no deadline."""
        due = self._due(topic)
        return None if due is None else due.extensions.get(student, due.at)

    def in_time(self, topic: str, student: str, at: datetime) -> bool:
        """Tell whether something was handed in before the deadline, or by the grace after it."""
        until = self.until(topic, student)
        return until is None or at <= until + self.policy.terms(topic).grace

    def amended(self, graded: Graded) -> Graded:
        """Return a submission with the points that count; where there is no deadline, as it is."""
        deadline, until = self.of(graded.topic), self.until(graded.topic, graded.student)
        if deadline is None or until is None or graded.unread:
            return graded
        late = _late(graded.handed_in, until, deadline.grace)
        lateness = Lateness(
            graded.score,
            until,
            until > deadline.due,
            None if late is None else late.total_seconds(),
            deadline.zone,
        )
        return replace(graded, score=counted(graded, deadline, late or timedelta()), lateness=lateness)

    def strangers(self, students: Iterable[str]) -> dict[str, list[str]]:
        """Return who has an extension and is none of `students`, with the topics (names) of it."""
        known, found = set(students), dict[str, list[str]]()
        for topic, terms in self.policy.topics.items():
            for student in sorted(set(terms.extensions) - known):
                found.setdefault(student, []).append(name_of(topic))
        return found

    def _due(self, topic: str) -> Due | None:
        """Return where a topic's deadline is from; extensions of the policy are always its own."""
        terms, other = self.policy.terms(topic), self.elsewhere.get(topic)
        if terms.due is not None:
            return Due(terms.due, FILE, terms.extensions)
        return other and Due(other.at, other.source, {**other.extensions, **terms.extensions})


def _late(handed_in: HandedIn | None, until: datetime, grace: float) -> timedelta | None:
    """Return how long after the deadline it was; None if nobody knows."""
    if handed_in is None:
        return None
    over = handed_in.at - until
    return over if over > timedelta(seconds=grace) else timedelta()


def counted(graded: Graded, deadline: Deadline, late: timedelta) -> float:
    """Return the points that count of a submission that is `late` by so much."""
    if not late or deadline.penalty is Penalty.NONE:
        return graded.score
    days = -(-late // DAY)
    if deadline.penalty is Penalty.CUT_OFF or (deadline.days is not None and days > deadline.days):
        return 0.0
    # By decimals as they are written, so that 0.1 is a tenth.
    taken = Fraction(repr(graded.max_score)) * Fraction(repr(deadline.percent)) / 100 * days
    return float(max(round(Fraction(repr(graded.score)) - taken, 4), Fraction()))
