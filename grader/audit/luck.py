"""Whether a grade depends on luck: every mistake and every right form, graded under many secrets.

On some draws a case may not tell a mistake from the reference, or may reject
what is right. What cannot be otherwise is recorded in `luck.toml` beside the
checks, by exercise and answer, with the reason:

    [split]
    "drawn_twice" = "Two random halves may differ by chance alone."
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.audit import reasons
from grader.audit.bench import SECRET, Bench, in_form
from grader.audit.findings import LuckFound, SwayFound
from grader.audit.rightness import FORMS, comes_in, oracles_of
from grader.authoring.marks import marked
from grader.authoring.recording import record_exercise
from grader.course import Topic
from grader.exercise import Exercise
from grader.grading.judge import outcomes_of, verdict
from grader.grading.key import ExerciseKey
from grader.verdict import Status, Verdict

FILE = "luck.toml"
ALL = 20  # secrets, when nothing else is looked at
SOME = 3  # secrets, in a whole audit


@dataclass
class Grades:
    """What one answer got: its verdicts, one for each secret."""

    right: bool
    verdicts: list[Verdict] = field(default_factory=list)

    def sway(self, answer: str, points: float, reason: str) -> SwayFound | None:
        """Return what depends on the secret; None if the grade is the one that is deserved, always."""
        scores = [one.score for one in self.verdicts]
        full = sum(score >= points for score in scores)
        named = Counter(one.mistake for one in self.verdicts if one.score < points)
        unnamed, _ = named.pop(None, 0), named.pop(answer, 0)
        deserved = full == len(scores) if self.right else min(scores) == max(scores) < points
        if deserved and (self.right or not (unnamed or named)):
            return None
        low, high, cases = min(scores), max(scores), self._cases()
        if self.right:
            return SwayFound(answer, True, low, high, cases, full, reason=reason)
        others = {str(name): count for name, count in named.items()}
        return SwayFound(answer, False, low, high, cases, full, unnamed, others, reason)

    def _cases(self) -> dict[str, int]:
        """Return the cases that reject under some secrets alone, by the name that the first secret gives."""
        rejected: Counter[str] = Counter()
        for one in self.verdicts:
            for first, case in zip(self.verdicts[0].cases, one.cases, strict=False):
                rejected[first.name] += case.status is not Status.PASSED
        return {name: count for name, count in rejected.items() if 0 < count < len(self.verdicts)}


def luck(
    bench: Bench,
    exercise: Exercise,
    why: Mapping[tuple[str, str], str],
    secrets: int = ALL,
    deadline: float = float("inf"),
) -> LuckFound:
    """Grade every mistake and every right form of an exercise under several secrets.

    Args:
        bench: which holds the topic's answers and their other forms.
        exercise: whose answers they are.
        why: by exercise and answer, the recorded reason.
        secrets: how many; always the same ones.
        deadline: after which no further secret is begun.

    Raises:
        AuthorError: the reference raises on some draw.
    """
    grades: dict[str, Grades] = {}
    mistakes = marked(bench.topic, "mistakes")
    tried = 0
    while tried < secrets and time.monotonic() < deadline:
        key = record_exercise(bench, bench.topic, exercise, SECRET + b" luck %d" % tried, mistakes)
        for mistake in key.mistakes:
            found = verdict(exercise, key, outcomes_of(mistake), hidden=True)
            grades.setdefault(mistake.name, Grades(right=False)).verdicts.append(found)
        for form, found in _right(bench, exercise, key):
            grades.setdefault(form, Grades(right=True)).verdicts.append(found)
        tried += 1
    swayed = (
        one.sway(answer, exercise.points, why.get((exercise.name, answer), ""))
        for answer, one in grades.items()
    )
    return LuckFound(secrets, tried, tuple(one for one in swayed if one is not None))


def _right(bench: Bench, exercise: Exercise, key: ExerciseKey) -> Iterator[tuple[str, Verdict]]:
    """Grade the oracles of an exercise, and its reference in other forms."""
    answers = {
        f"oracle {one.name}": {one.of: f"oracles:{one.name}"} for one in oracles_of(bench.topic, exercise)
    }
    answers |= {form: in_form(exercise, form) for form in FORMS if comes_in(exercise, form)}
    for form, replaced in answers.items():
        outcomes = [bench.run(exercise, case, replaced) for case in key.cases]
        yield form, verdict(exercise, key, outcomes, hidden=True)


def problems_of(found: LuckFound, points: float) -> list[str]:
    """Say whose grade depends on luck, and what to do about it."""
    problems = []
    if found.tried < found.asked:
        problems.append(f"{found.tried} of {found.asked} secrets were tried: time was up")
    problems += [said(one, found.tried, points) for one in found.swayed if not one.reason]
    return problems


def said(one: SwayFound, tried: int, points: float) -> str:
    """Say in a sentence how one answer's grade depends on the secret."""
    by = ", ".join(f"“{case}” ({count})" for case, count in one.cases.items())
    under = f"of {tried} secrets"
    if one.right:
        lost = f"a right answer ({one.answer}) loses points under {tried - one.full} {under}"
        return f"{lost}: {by or 'the same cases reject it every time'}"
    parts = []
    if one.full:
        parts.append(f"is accepted under {one.full} {under}")
    if one.low < one.high:
        parts.append(f"gets {one.low:g} to {one.high:g} of {points:g} points, depending on the secret")
    if one.unnamed:
        parts.append(f"goes unnamed under {one.unnamed} {under}")
    parts += [f"is taken for {other} under {count} {under}" for other, count in one.named.items()]
    remedy = f"; draw so that these cases reject it under every secret, or under none: {by}" if by else ""
    return f"the mistake {one.answer} {' and '.join(parts)}{remedy}"


def recorded(topic: Topic) -> dict[tuple[str, str], str]:
    """Return why a grade may depend on luck, by exercise and answer.

    Raises:
        AuthorError: the file cannot be read, or a reason is missing.
    """
    asked = "say why the grade of `{entry}`, an answer to {table}, may depend on the secret"
    return reasons.read(topic.folder / FILE, "its exercise", asked)


def outdated(topic: Topic) -> list[str]:
    """Say which recorded answers are not there any more."""
    there: dict[str, set[str]] = defaultdict(set)
    mistakes = marked(topic, "mistakes")
    for name, exercise in topic.checks.exercises.items():
        there[name] |= {one.name for one in mistakes if one.of in exercise.writes}
        there[name] |= {f"oracle {one.name}" for one in oracles_of(topic, exercise)} | set(FORMS)
    return [
        f"{FILE} names an answer to `{exercise}` that is not there: {answer}"
        for exercise, answer in recorded(topic)
        if answer not in there[exercise]
    ]


def summary(found: Sequence[LuckFound]) -> str:
    """Say how many secrets were tried, and how many answers depend on them."""
    tried = sorted({one.tried for one in found})
    swayed = sum(len(one.swayed) for one in found)
    count = f"{tried[0]} to {tried[-1]}" if len(tried) > 1 else str(tried[0] if tried else 0)
    return f"every mistake and right form under {count} secrets: {swayed} whose grade depends on them"
