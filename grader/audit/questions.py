"""Whether what a chapter asks is taken up again: predictions, small steps, silent bugs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import shorten

from grader.audit.chapter import Kind, Lack, Part

NUMBERED = re.compile(r"^[ \t]{0,3}(\d+)[.)][ \t]+\S", re.MULTILINE)
PREDICTED = re.compile(r"redict")  # what is numbered after this word is a prediction
ASKED = re.compile(r"^[ \t>]*\*\*Prediction (\d+)\.\*\*", re.MULTILINE)
ANSWERED = re.compile(r"^[ \t>]*\*\*Prediction (\d+), answered\.\*\*", re.MULTILINE)
SMALL_STEP = re.compile(r"(?<!\w)(?:A s|S)mall steps?[.:]")
SILENT_BUG = re.compile(r"\*\*A silent bug\.?\*\*")
BUG_HEADING = re.compile(r"^#+[ \t].*silent bug.*$", re.MULTILINE | re.IGNORECASE)
FOLDED = re.compile(
    r"<details>\s*<summary>[^<]*[Aa]nswer[^<]*</summary>[ \t]*\n[ \t]*\n\s*(?!</details>)\S.*?</details>",
    re.DOTALL,
)
SHOWN = 60  # characters of a question, by which its author finds it


def lacks(parts: Sequence[Part]) -> Iterator[Lack]:
    """Yield the questions of a chapter that are not taken up again."""
    yield from _predictions(parts)
    yield from _folded(parts)


def _predictions(parts: Sequence[Part]) -> Iterator[Lack]:
    opening = next((i for i, part in enumerate(parts) if part.kind is not Kind.TEXT), len(parts))
    text = "\n\n".join(part.text for part in parts[:opening])
    word = PREDICTED.search(text)
    numbers = list(dict.fromkeys(NUMBERED.findall(text, word.end()))) if word else []
    if not numbers:
        yield Lack("opening", "predictions", "its opening lists no prediction, as `1. …`, to be written down")
    for number in numbers:
        asked = _first(parts, opening, ASKED, number)
        answered = _first(parts, opening, ANSWERED, number)
        if asked is None:
            said = f"is not asked again: write a text that begins `**Prediction {number}.**` before its run"
            yield Lack("prediction", number, f"prediction {number} {said}")
        elif (run := _run_after(parts, asked)) is None:
            said = "is asked again, but the next cell to be run is no demonstration: ask just before it"
            yield Lack("prediction", number, f"prediction {number} {said}")
        elif answered is not None and answered < run:
            said = "is answered before the demonstration that decides it"
            yield Lack("prediction", number, f"prediction {number} {said}")
        if answered is None:
            said = f"write a text that begins `**Prediction {number}, answered.**` after its run"
            yield Lack("answered", number, f"prediction {number} is not answered: {said}")


def _first(parts: Sequence[Part], start: int, pattern: re.Pattern[str], number: str) -> int | None:
    """Return the place of the first text that takes up a prediction."""
    return next(
        (i for i, part in enumerate(parts) if i >= start and part.kind is Kind.TEXT
         and number in pattern.findall(part.text)), None,
    )  # fmt: skip


def _run_after(parts: Sequence[Part], place: int) -> int | None:
    """Return the place of the next cell that is run, if that is a demonstration."""
    runs = ((i, part.kind) for i, part in enumerate(parts) if i > place and part.kind is not Kind.TEXT)
    run, kind = next(runs, (0, Kind.OTHER))
    return run if kind is Kind.DEMONSTRATION else None


@dataclass(frozen=True)
class Mark:
    """A question, or an answer that is folded away: where it stands in which text, counted without code."""

    text: int
    start: int
    said: str = ""  # of a question


def _folded(parts: Sequence[Part]) -> Iterator[Lack]:
    """Yield each small step and each silent bug that has no answer in its text or the next one.

    An answer is that of the last question before it that has none.
    """
    texts = [part.text for part in parts if part.kind is Kind.TEXT]
    answers = [Mark(i, one.start()) for i, text in enumerate(texts) for one in FOLDED.finditer(text)]
    left: list[Mark] = []
    for mark in sorted([*answers, *_questions(texts)], key=lambda mark: (mark.text, mark.start)):
        if mark.said:
            left.append(mark)
        elif left and left[-1].text >= mark.text - 1:
            left.pop()
    for question in left:
        said = f"this question has no answer, folded away in `<details>`: {question.said}"
        yield Lack("folded", question.said, said)


def _questions(texts: Sequence[str]) -> Iterator[Mark]:
    for place, text in enumerate(texts):
        bare = FOLDED.sub(lambda answer: " " * len(answer.group()), text)
        found = [*SMALL_STEP.finditer(bare), *SILENT_BUG.finditer(bare)]
        near = bare + "".join(texts[place + 1 : place + 2])
        if not SILENT_BUG.search(near):  # which would be the same question
            found += BUG_HEADING.finditer(bare)
        for one in found:
            said = " ".join(bare[one.start() :].replace("*", "").lstrip("# ").split())
            yield Mark(place, one.start(), shorten(said, SHOWN, placeholder="…"))
