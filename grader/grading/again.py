"""A sample of what was graded, graded again by the bytes that were graded then; nothing is kept of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import PlainError
from grader.grading.grader import Grader
from grader.grading.store import Kept
from grader.grading.work import Work
from grader.grading.zips import NotThere, Zips, open_graded
from grader.verdict import Graded, PassedOver

Place = tuple[str, str]  # of a submission: student and topic (id)
SAMPLE = re.compile(r"(\d+)|(\d+(?:\.\d+)?)%")


class NoSample(PlainError):
    """What says how many are graded again is neither a number nor a share."""


@dataclass
class Again:
    """What came of it: each submission with what it is now, and what could not be graded again, and why."""

    pairs: list[tuple[Kept, Graded]]
    passed_over: list[PassedOver]


def sampled(kept: Sequence[Kept], sample: str) -> list[Kept]:
    """Return `sample` of what was graded: a number, or a share such as "5%", of which there is at least one.

    The choice hangs on digests of what is kept alone, so that it is the same each time.

    Raises:
        NoSample: `sample` is something else.
    """
    found = SAMPLE.fullmatch(sample.strip())
    share = float(found[2]) / 100 if found and found[2] else 0.0
    if not found or share > 1 or found[1] == "0":
        raise NoSample(f"--verify takes a number of submissions or a share of them, as 20 or 5%: {sample!r}")
    count = int(found[1]) if found[1] else max(1, round(share * len(kept)))

    def place(one: Kept) -> str:
        named = "\0".join((one.fingerprint, one.graded.student, one.graded.topic))
        return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()

    return sorted(kept, key=place)[:count]


def again(
    grader: Grader, kept: Iterable[Kept], folders: Sequence[Path], advance: Callable[[], None]
) -> Again:
    """Grade submissions again.

    Args:
        grader: with the rules of the topics that there are.
        kept: the submissions.
        folders: from which their files were named, the likeliest first.
        advance: is called after each.

    Raises:
        ServerError: a server could not be started.
    """
    found, works, zips = Again([], []), [], Zips(grader.open_archive)
    wanted, gone = dict[Place, Kept](), dict[Place, str]()
    for one in kept:
        graded = one.graded
        if reason := _reason(one, grader):
            found.passed_over.append(PassedOver(graded.file, reason, graded.student))
            advance()
            continue
        wanted[graded.student, graded.topic] = one

        def opened(graded: Graded = graded) -> int:
            try:
                return open_graded(graded, folders, zips)
            except NotThere as error:
                gone[graded.student, graded.topic] = str(error)
                raise

        works.append(Work(graded.student, graded.topic, graded.file, opened))
    for graded, _ in grader.grade_all(works):
        place = graded.student, graded.topic
        if place in gone:
            found.passed_over.append(PassedOver(graded.file, gone[place], graded.student))
        else:
            found.pairs.append((wanted[place], graded))
        advance()
    return found


def _reason(one: Kept, grader: Grader) -> str:
    """Say why a submission cannot be graded again, whatever became of its file; "" if it can."""
    if one.graded.topic not in grader.rules:
        return "there is no key for its topic"
    if one.graded.failed:
        return "the grader failed on it: grade it again without --verify"
    return "" if one.graded.digest and one.fingerprint else "it was not graded"
