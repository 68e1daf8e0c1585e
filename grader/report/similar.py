"""Who worked together, as far as answers show it: for a terminal, for programs, and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from grader.answers import Answer
from grader.course import name_of
from grader.report.console import fit, new_table, plain
from grader.report.copied import COMMON, COMMON_LEAST, LEAST, PASSAGE, Compared, Similar
from grader.report.markup import environment
from grader.report.unusual import Alike, Shared
from grader.text import printable, to_json
from grader.verdict import PassedOver

if TYPE_CHECKING:
    from rich.console import Console

SCHEMA = 1
SHOWN = 100  # pairs whose answers stand on the page
TOGETHER = 6  # students who share an unusual wrong answer, whose answers stand on the page
ROWS = 20  # pairs that a terminal shows
Answers = Mapping[tuple[str, str], Mapping[str, Answer]]  # (topic, exercise): by student


@dataclass(frozen=True)
class Pair:
    """Two students, and their answers that read alike."""

    students: tuple[str, str]
    similar: tuple[Similar, ...]

    @property
    def tokens(self) -> int:
        """Return how many tokens they share in all."""
        return sum(max(one.tokens) for one in self.similar)


@dataclass(frozen=True)
class Found:
    """What was found: exercises, wrong answers that few share (None if no grades were read), what is missing.

    `share` is of what is left of an answer, from which on two are listed.
    """

    compared: tuple[Compared, ...]
    share: float
    alike: Alike | None
    passed_over: tuple[PassedOver, ...]

    @property
    def pairs(self) -> list[Pair]:
        """Return the pairs, those with the most exercises and then the most tokens first."""
        by_pair: dict[tuple[str, str], list[Similar]] = {}
        for exercise in self.compared:
            for one in exercise.similar:
                by_pair.setdefault(one.students, []).append(one)
        pairs = [Pair(students, tuple(several)) for students, several in by_pair.items()]
        return sorted(pairs, key=lambda pair: (-len(pair.similar), -pair.tokens, pair.students))


def show(console: Console, found: Found) -> None:
    """Show the pairs, and what was not compared."""
    fit(console)
    pairs = found.pairs
    table = new_table(
        "Answers that read alike", ["students", "exercise", "of one", "of the other", "tokens"], {2, 3, 4}
    )
    for pair in pairs[:ROWS]:
        for place, one in enumerate(pair.similar):
            who = "" if place else " and ".join(pair.students)
            exercise = f"{name_of(one.topic)}.{one.exercise}"
            cells = [who, exercise, *(f"{share:.0%}" for share in one.shares), f"{max(one.tokens)}"]
            table.add_row(*map(plain, cells))
    if pairs:
        console.print(table)
        if len(pairs) > ROWS:
            console.print(plain(f"and {len(pairs) - ROWS} pairs more, which are on the page."))
    for shared in found.alike.few if found.alike else ():
        who = ", ".join(shared.students)
        where = f"{name_of(shared.topic)}.{shared.exercise}"
        console.print(plain(f"The same unusual wrong answer to {where}: {who}"))
    for two in found.alike.pairs if found.alike else ():
        who, count = " and ".join(two.students), len(two.exercises)
        console.print(plain(f"{who} share {count} unusual wrong answers."))
    if found.alike is None:
        console.print(plain("No grades were read, so that unusual wrong answers were not looked for."))
    for lost in found.passed_over:
        console.print(plain(f"Not read: {lost.student or '?'}, {lost.file}: {lost.reason}"))
    short = sum(one.short for one in found.compared)
    answers = sum(one.compared for one in found.compared)
    console.print(
        plain(
            f"{answers} answers compared; {short} have fewer than {LEAST} tokens of their own and were not. "
            f"{len(pairs)} {'pair reads' if len(pairs) == 1 else 'pairs read'} alike. This proves "
            "nothing alone.",
            "bold",
        )
    )


def encoded(found: Found) -> bytes:
    """Return all of it as JSON."""
    rules = {"share": found.share, "passage": PASSAGE, "least": LEAST, "common": COMMON}
    return to_json(
        {
            "schema": SCHEMA,
            "rules": rules,
            "exercises": found.compared,
            "alike": found.alike,
            "passed_over": found.passed_over,
        }
    )


def page(found: Found, answers: Answers) -> str:
    """Return a page that works from disk, with the answers of pairs beside each other."""
    render = environment("grader.report", percent=lambda share: f"{share:.0%}", printable=printable)
    pairs = found.pairs
    return render.get_template("similar.html").render(
        found=found,
        pairs=pairs,
        unusual=[(one, _answers(one, answers)) for one in (found.alike.few if found.alike else ())],
        shown=[(pair, list(_beside(pair, answers))) for pair in pairs[:SHOWN]],
        rules={"least": LEAST, "passage": PASSAGE, "common": COMMON, "few": COMMON_LEAST},
        short=sum(one.short for one in found.compared),
    )


def _beside(pair: Pair, answers: Answers) -> Sequence[tuple[Similar, list[Markup]]]:
    return [
        (
            one,
            [
                marked(answers[one.topic, one.exercise][student].text, spans)
                for student, spans in zip(one.students, one.spans, strict=True)
            ],
        )
        for one in pair.similar
    ]


def _answers(shared: Shared, answers: Answers) -> list[tuple[str, str]]:
    """Return the first students who share a wrong answer, and what they wrote, if it was read."""
    written = answers.get((shared.topic, shared.exercise), {})
    return [(student, written[student].text) for student in shared.students if student in written][:TOGETHER]


def marked(text: str, spans: Sequence[tuple[int, int]]) -> Markup:
    """Return text with marks around spans of it; nothing in it is markup."""
    parts: list[Any] = []
    at = 0
    for first, last in spans:
        parts += [printable(text[at:first]), Markup("<mark>{}</mark>").format(printable(text[first:last]))]
        at = last
    return Markup().join([*parts, printable(text[at:])])
