"""Until when a course's topics are to be handed in, what lateness costs, and which attempt counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from grader.errors import PlainError
from grader.verdict import Penalty

FILE = "policy.toml"


class Which(StrEnum):
    """Which of a student's attempts counts."""

    LAST = "last"
    FIRST = "first"
    BEST = "best"
    IN_TIME = "in-time"  # the last before the deadline; the last of all, if none was


class BadPolicy(PlainError):
    """The file holds something else; the message names where, and what is expected."""


@dataclass(frozen=True)
class Due:
    """A deadline as it was found: in UTC, students' extensions of it, and the file that says so."""

    at: datetime
    source: str
    extensions: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Terms:
    """What a topic's table says, or the lines above all tables.

    Attributes:
        due: in UTC; None if it says none.
        extensions: until when students have time, in UTC.
        penalty, percent, days, grace: see `verdict.Deadline`.
        attempt: which counts; None if it does not say.
    """

    due: datetime | None = None
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    penalty: Penalty = Penalty.NONE
    percent: float = 0.0
    days: int | None = None
    grace: timedelta = timedelta()
    attempt: Which | None = None


@dataclass(frozen=True)
class Policy:
    """What a course says of its deadlines: for each topic (id), and for those of which it says nothing.

    `zone` is the name of the one of times that name none, also of those that platforms write; "" for none.
    """

    zone: str = ""
    otherwise: Terms = Terms()
    topics: Mapping[str, Terms] = field(default_factory=dict)

    def terms(self, topic: str) -> Terms:
        """Return what is said of a topic, by its id."""
        return self.topics.get(topic, self.otherwise)

    def which(self, topics: Iterable[str]) -> Which:
        """Return which attempt counts for topics, by their ids; the last, where it says nothing.

        Raises:
            BadPolicy: not the same one for all.
        """
        found = {self.terms(topic).attempt or Which.LAST for topic in topics}
        if len(found) > 1:
            raise BadPolicy(
                f"{FILE} says of some topics that the {min(found)} attempt counts, and of some that the "
                f"{max(found)} does: name one topic with --topic, or say which by --attempt"
            )
        return found.pop() if found else Which.LAST
