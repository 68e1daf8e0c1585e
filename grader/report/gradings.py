"""Two gradings of a class, compared: whose points changed, in which exercise, and what differs besides.

Times never count. What else may differ without a change of points (what is said
of an answer) is kept apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from grader.grading.provenance import BY_TOPIC, ISOLATION, of_topic
from grader.grading.store import Kept
from grader.report.changes import (
    BY_KIND,
    Besides,
    Cause,
    Changes,
    Difference,
    ExerciseChange,
    Lone,
    Points,
    Reworded,
    SubmissionChange,
)
from grader.verdict import Graded, PassedOver, Status, Verdict


@dataclass(frozen=True)
class Entry:
    """A submission that was graded, and by what: its topic's provenance (`provenance.of_topic`)."""

    graded: Graded
    origin: Mapping[str, str]


@dataclass(frozen=True)
class Side:
    """One of both gradings: what was graded, and what was passed over."""

    entries: tuple[Entry, ...]
    passed_over: tuple[PassedOver, ...] = ()


def compare(old: Side, new: Side) -> Changes:
    """Compare two gradings, by student and topic."""
    before, after = _by_place(old.entries), _by_place(new.entries)
    both = sorted(before.keys() & after.keys())
    changed, reworded = [], []
    for place in both:
        changed += _changed(before[place], after[place])
        reworded += _reworded(before[place], after[place])
    return Changes(
        len(both),
        _besides([(before[place], after[place]) for place in both]),
        tuple(changed),
        tuple(reworded),
        _lone(before.keys() - after.keys(), new.passed_over),
        _lone(after.keys() - before.keys(), old.passed_over),
    )


def verified(pairs: Iterable[tuple[Kept, Graded]], origin: Mapping[str, str]) -> Changes:
    """Compare what was kept with what it is now, where it was graded by `origin`."""
    kept, now = [], []
    for before, after in pairs:
        kept.append(Entry(before.graded, of_topic(before.environment, after.topic)))
        now.append(Entry(after, of_topic(origin, after.topic)))
    return compare(Side(tuple(kept)), Side(tuple(now)))


def differences(old: Entry, new: Entry) -> tuple[Difference, ...]:
    """Return what differs between two gradings of one submission, verdicts aside."""
    found = []
    if old.graded.digest != new.graded.digest and old.graded.digest and new.graded.digest:
        found.append(Difference(Cause.FILE, "", old.graded.digest, new.graded.digest))
    key = [
        Difference(BY_KIND[kind], "", old.origin[kind], new.origin[kind])
        for kind in reversed(BY_TOPIC)
        if kind in old.origin and kind in new.origin and old.origin[kind] != new.origin[kind]
    ]
    # With other checks or cases the whole key is another one, which then says nothing more.
    found += [one for one in key if one.cause is not Cause.KEY or len(key) == 1]
    for name in sorted((old.origin.keys() | new.origin.keys()) - set(BY_TOPIC)):
        versions = old.origin.get(name, ""), new.origin.get(name, "")
        if versions[0] != versions[1]:
            cause = Cause.ISOLATION if name == ISOLATION else Cause.ENVIRONMENT
            found.append(Difference(cause, name, *versions))
    return tuple(found)


def _besides(pairs: Iterable[tuple[Entry, Entry]]) -> tuple[Besides, ...]:
    """Count what differs, whatever the digests of each file and key are."""
    found: Counter[Difference] = Counter()
    for old, new in pairs:
        for one in differences(old, new):
            versions = one.cause in (Cause.ENVIRONMENT, Cause.ISOLATION)
            found[one if versions else Difference(one.cause)] += 1
    order = list(Cause)
    listed = sorted(found.items(), key=lambda item: (order.index(item[0].cause), item[0].name, item[0].old))
    return tuple(Besides(one, count) for one, count in listed)


def said(verdict: Verdict) -> tuple[object, ...]:
    """Return all of a verdict but its times and points, and what a digest says that hangs on the key."""
    times_aside = tuple((case.name, case.status, case.run) for case in verdict.cases)
    left_out = {"cases": times_aside, "score": 0, "max_score": 0, "returned": ""}
    return tuple((msgspec.structs.asdict(verdict) | left_out).values())


def _other_values(old: Verdict, new: Verdict, besides: tuple[Difference, ...]) -> bool:
    """Tell whether the same answer returned other values on the same cases."""
    if any(one.cause in (Cause.FILE, Cause.CHECKS, Cause.SEEDS, Cause.KEY) for one in besides):
        return False
    return bool(old.returned and new.returned) and old.returned != new.returned


def _by_place(entries: Iterable[Entry]) -> dict[tuple[str, str], Entry]:
    return {(one.graded.student, one.graded.topic): one for one in entries}


def _lone(places: Iterable[tuple[str, str]], passed_over: Iterable[PassedOver]) -> tuple[Lone, ...]:
    why = {one.student: one.reason for one in passed_over if one.student}
    return tuple(Lone(student, topic, why.get(student, "")) for student, topic in sorted(places))


def _pairs(old: Entry, new: Entry) -> list[tuple[str, Verdict | None, Verdict | None]]:
    before = {verdict.name: verdict for verdict in old.graded.exercises}
    after = {verdict.name: verdict for verdict in new.graded.exercises}
    return [(name, before.get(name), after.get(name)) for name in before | after]


def _changed(old: Entry, new: Entry) -> list[SubmissionChange]:
    """Return the change of a submission's points, if they changed."""
    besides = differences(old, new)
    exercises = tuple(
        ExerciseChange(name, points(before), points(after), _because(before, after, besides))
        for name, before, after in _pairs(old, new)
        if points(before) != points(after)
    )
    totals = [Points(one.graded.score, one.graded.max_score) for one in (old, new)]
    if not exercises and totals[0] == totals[1]:
        return []
    return [SubmissionChange(old.graded.student, old.graded.topic, totals[0], totals[1], exercises)]


def _reworded(old: Entry, new: Entry) -> list[Reworded]:
    """Return the exercises with the points they had, of which something else is said."""
    besides = differences(old, new)
    return [
        Reworded(
            old.graded.student,
            old.graded.topic,
            name,
            before.status,
            after.status,
            before.message,
            after.message,
            _other_values(before, after, besides),
            _because(before, after, besides),
        )
        for name, before, after in _pairs(old, new)
        if before
        and after
        and points(before) == points(after)
        and (said(before) != said(after) or _other_values(before, after, besides))
    ]


def points(verdict: Verdict | None) -> Points | None:
    """Return the points of an exercise, None where there is none."""
    return Points(verdict.score, verdict.max_score) if verdict else None


def _because(
    old: Verdict | None, new: Verdict | None, besides: tuple[Difference, ...]
) -> tuple[Difference, ...]:
    """Return what may have changed an exercise: the one thing that surely did, or all that differs."""
    if old is None or new is None:
        return besides
    failed = [one.status is Status.GRADER_ERROR for one in (old, new)]
    if failed[0] != failed[1]:
        return (Difference(Cause.FAILURE, "", old.status, new.status),)
    if old.decision == new.decision:
        return besides
    decided = Difference(Cause.DECISION, "", old.decision, new.decision)
    same_answer = (old.status, old.mistake) == (new.status, new.mistake)
    return (decided,) if same_answer else (decided, *besides)
