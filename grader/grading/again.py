"""A sample of what was graded, graded again by the bytes that were graded then; nothing is kept of it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import PlainError
from grader.grading.grader import Grader
from grader.grading.store import Kept
from grader.grading.work import NotGradable, Work, digest_of
from grader.grading.zips import BadZip, TooMany, Zips, open_again
from grader.verdict import Graded, PassedOver

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
    wanted = {}
    for one in kept:
        graded = one.graded
        try:
            descriptor = _opened(one, folders, zips, grader)
        except NotAgain as error:
            found.passed_over.append(PassedOver(graded.file, str(error), graded.student))
            advance()
            continue
        os.close(descriptor)
        wanted[graded.student, graded.topic] = one

        def opened(one: Kept = one) -> int:
            return _opened(one, folders, zips, grader)

        works.append(Work(graded.student, graded.topic, graded.file, opened))
    for graded, _ in grader.grade_all(works):
        found.pairs.append((wanted[graded.student, graded.topic], graded))
        advance()
    return found


class NotAgain(PlainError):
    """A submission cannot be graded again; the message says why."""


def _opened(one: Kept, folders: Sequence[Path], zips: Zips, grader: Grader) -> int:
    """Open the file that was graded.

    Raises:
        NotAgain: it is gone, or another one now; or was not graded.
        ServerError: a zip could not be read.
    """
    if one.graded.topic not in grader.rules:
        raise NotAgain("there is no key for its topic")
    if one.graded.failed:
        raise NotAgain("the grader failed on it: grade it again without --verify")
    if not one.graded.digest or not one.fingerprint:
        raise NotAgain("it was not graded")
    reason = "the file is gone, or cannot be read"
    for folder in folders:
        try:
            descriptor = open_again(folder, one.graded.file, zips)
        except (NotGradable, BadZip, TooMany, OSError):
            continue
        if digest_of(descriptor) == one.graded.digest:
            return descriptor
        os.close(descriptor)
        reason = "another file is there now"
    raise NotAgain(reason)
