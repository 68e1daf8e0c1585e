"""Answers that read alike, found by `copydetect`: winnowing's k-grams over an answer's tokens.

Schleimer, Wilkerson and Aiken, "Winnowing: Local Algorithms for Document
Fingerprinting" (2003). Answers are short, so that no k-gram is left out: the
window is 1, and what is found does not depend on how Python hashes text in this
run. The tokens come from `grader.answers`, one character each; `copydetect` sees
no text that a student wrote.

A passage of the course's own answer, or of so many students' answers that it is
what the exercise suggests, is no sign of anything, and counts for nobody. What is
then left of an answer is compared, if it is long enough.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from grader.answers import Answer

if TYPE_CHECKING:
    from copydetect import CodeFingerprint

PASSAGE = 20  # tokens, of the shortest passage that two answers may share
LEAST = 40  # tokens that are left of an answer, from which on it is compared
SHARE = 0.7  # of what is left of one of two answers, from which on they are listed
COMMON = 0.1  # of the answers to an exercise, from which on a passage counts for nobody
COMMON_LEAST = 5  # answers; as many may share a passage in any class
FIRST = 0x10000  # the character that stands for the first token; from here on none has a meaning


@dataclass(frozen=True)
class Similar:
    """Two students' answers to one exercise that read alike.

    Attributes:
        topic: its id.
        exercise: its name.
        students: both, in alphabetical order.
        shares: of each, how much of what is left of the answer is in the other's.
        tokens: how many that is, of each.
        spans: of each, where in its text what they share begins and ends.
    """

    topic: str
    exercise: str
    students: tuple[str, str]
    shares: tuple[float, float]
    tokens: tuple[int, int]
    spans: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]


@dataclass(frozen=True)
class Compared:
    """One exercise: which answers read alike, how many were compared, and how many were too short for it."""

    topic: str
    exercise: str
    similar: tuple[Similar, ...]
    compared: int
    short: int


def compare(
    topic: str,
    exercise: str,
    answers: Mapping[str, Answer],
    reference: Answer,
    share: float = SHARE,
    together: Iterable[Iterable[str]] = (),
) -> Compared:
    """Compare the answers to one exercise with each other.

    Args:
        topic: its id.
        exercise: its name.
        answers: by student.
        reference: the course's own.
        share: of what is left of either answer, from which on the two are listed.
        together: groups of students who hand in together; two of one are not compared.
    """
    words: dict[str, str] = {}
    found = {name: _fingerprint(answer, words) for name, answer in sorted(answers.items()) if answer.tokens}
    held = Counter(mark for one in found.values() for mark in one.hashes)
    most = max(COMMON_LEAST, int(COMMON * len(found)))
    common = {mark for mark, count in held.items() if count > most} | _fingerprint(reference, words).hashes
    for one in found.values():
        _leave_out(one, common)
    long = {name: one for name, one in found.items() if one.token_coverage >= LEAST}
    group = {name: number for number, names in enumerate(together) for name in names}
    similar = []
    for (first, other), places in sorted(_sharing(long).items()):
        if first in group and group[first] == group.get(other):
            continue
        one, two = long[first], long[other]
        # A place of a passage covers at most as many tokens as the passage has.
        if places * PASSAGE >= share * min(one.token_coverage, two.token_coverage):
            pair = _pair(topic, exercise, (first, other), (one, two), (answers[first], answers[other]))
            if max(pair.shares) >= share:
                similar.append(pair)
    return Compared(topic, exercise, tuple(similar), len(long), len(found) - len(long))


def _fingerprint(answer: Answer, words: dict[str, str]) -> CodeFingerprint:
    from copydetect import CodeFingerprint

    signs = "".join(
        words.setdefault(token, chr(min(FIRST + len(words), sys.maxunicode))) for token in answer.tokens
    )
    return CodeFingerprint("", k=PASSAGE, win_size=1, filter=False, fp=io.StringIO(signs))


def _leave_out(one: CodeFingerprint, common: set[int]) -> None:
    """Leave passages out of an answer; its tokens are then those that other passages cover."""
    one.hash_idx = {mark: places for mark, places in one.hash_idx.items() if mark not in common}
    one.hashes = set(one.hash_idx)
    one.token_coverage = int(_covered(one, one.hashes).sum())


def _covered(one: CodeFingerprint, marks: Iterable[int]) -> np.ndarray:
    """Return which tokens of an answer some of its passages cover, [n]."""
    covered = np.zeros(len(one.filtered_code), bool)
    for mark in marks:
        for place in one.hash_idx[mark]:
            covered[place : place + PASSAGE] = True
    return covered


def _sharing(found: Mapping[str, CodeFingerprint]) -> Counter[tuple[str, str]]:
    """Count the places of the passages that each two share, by looking up who has each passage."""
    holders: dict[int, list[str]] = {}
    for name, one in found.items():
        for mark in one.hashes:
            holders.setdefault(mark, []).append(name)
    counts = Counter[tuple[str, str]]()
    for mark, names in holders.items():
        for one, other in combinations(names, 2):
            counts[one, other] += max(len(found[name].hash_idx[mark]) for name in (one, other))
    return counts


def _pair(
    topic: str,
    exercise: str,
    names: tuple[str, str],
    both: tuple[CodeFingerprint, CodeFingerprint],
    answers: tuple[Answer, Answer],
) -> Similar:
    from copydetect import compare_files

    _, _, slices = compare_files(*both)
    tokens, shares, spans = [], [], []
    for one, answer, found in zip(both, answers, slices, strict=True):
        places = [(int(first), int(last)) for first, last in found.T] if found.size else []
        count = sum(last - first for first, last in places)
        tokens.append(count)
        shares.append(min(count / one.token_coverage, 1.0))
        spans.append(tuple((answer.spans[first][0], answer.spans[last - 1][1]) for first, last in places))
    return Similar(
        topic, exercise, names, (shares[0], shares[1]), (tokens[0], tokens[1]), (spans[0], spans[1])
    )
