"""The best of a student's attempts: each is graded, and one of them is kept.

It is the one that has the most points, after what lateness costs; of several
alike the last. Until all attempts of a student are graded nothing of them is
kept, so that what was kept before stands until it is known what follows it. The
others are kept beside it: they do not count, and are not run again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from grader.grading.exports import NEVER
from grader.grading.store import Store
from grader.grading.work import Work
from grader.verdict import Graded

Place = tuple[str, str]  # of a submission: student and topic (id)


@dataclass
class Best:
    """Keeps the best of several attempts in a store; a `waiting.Keeper`.

    Attributes:
        store: where it is kept.
        works: all that is graded, with several attempts of some.
        counted: returns a submission with the points that count.
    """

    store: Store
    works: Iterable[Work]
    counted: Callable[[Graded], Graded]
    kept: dict[Place, Graded] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Count the attempts that are to come."""
        self._counts = Counter((work.student, work.topic) for work in self.works)
        self._found: dict[Place, list[tuple[Graded, str]]] = {}

    def claim(self, fingerprints: Iterable[str]) -> dict[str, Graded | None]:
        """Return what was graded, and claim what is to be: see `waiting.Keeper`."""
        return self.store.claim(fingerprints)

    def others(self) -> dict[str, str]:
        """Return what other runs grade now."""
        return self.store.others()

    def release(self) -> None:
        """Give back what was claimed and not kept, as the attempts that do not count."""
        self.store.release()

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        """Keep one submission, or the best attempt once all are there."""
        place = graded.student, graded.topic
        found = [*self._found.get(place, []), (graded, fingerprint)]
        if len(found) < self._counts[place]:
            self._found[place] = found
            return
        first = max(found, key=lambda one: self._rank(one[0]))
        best, mark = first
        if len(found) > 1:
            at = f", of {best.handed_in.at:%Y-%m-%d %H:%M} UTC," if best.handed_in else ""
            said = f"of {len(found)} attempts the best{at} counts"
            best = replace(best, notes=(*best.notes, said))
        # A database that is gone is asked again, by another call like this one: nothing changes before.
        if len(found) > 1:
            self.store.put_best(best, mark, environment, [one for one in found if one is not first])
        else:
            self.store.put(best, mark, environment)
        self._found.pop(place, None)
        self.kept[place] = best

    def _rank(self, graded: Graded) -> tuple[bool, bool, float, datetime]:
        # One on which the grader failed might be the best: it is named, and graded again.
        at = graded.handed_in.at if graded.handed_in else NEVER
        return graded.failed, not graded.unread, self.counted(graded).score, at
