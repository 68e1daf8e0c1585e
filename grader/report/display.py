"""What `check` says in a notebook: HTML for browsers, and the same as text.

The HTML stands on its own: no script, no style sheet, no file. It takes the
page's text colour and leaves its background, so that it suits light and dark
themes. Every colour comes with a sign and a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from grader.exercise import Exercise
from grader.report.words import WORDS, earned, outcome, sign, so_far, words
from grader.text import printable
from grader.verdict import CaseVerdict, Status, Verdict

# Okabe and Ito's green and vermilion; at least 3 to 1 against white and against near black.
RIGHT, WRONG = "#009e73", "#d55e00"
CODE = re.compile("`([^`\n]+)`")
ADDRESS = re.compile(r"https?://(?:[^\s<>&;]|&amp;)*[^\s<>&;.,:)]")  # in escaped text
BAR = 20  # signs
PICTURE = "There is a picture of this: a notebook shows it, and so does VS Code's interactive window."


class Display:
    """Something that shows itself as HTML, or as text where there is none."""

    def text(self) -> str:
        """Return it as plain text, for a terminal or a screen reader."""
        raise NotImplementedError

    def html(self) -> str:
        """Return it as HTML."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.text()

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": self.text()}


@dataclass(frozen=True, repr=False)
class Checked(Display):
    """One exercise that was checked.

    Attributes:
        topic: the topic's name, without its number.
        exercise: whose hint may be opened.
        verdict: what became of it.
        picture: an `<svg>` of the first mismatch, or "".
        notes: what else the student should know.
        reading: the paragraphs of the exercise's docstring that cite, for who has handed it in.
        final: whether it is handed in, so that nothing is left to try before the hint is seen.
    """

    topic: str
    exercise: Exercise
    verdict: Verdict
    picture: str = ""
    notes: tuple[str, ...] = ()
    reading: str = ""
    final: bool = False

    @property
    def _cases(self) -> tuple[CaseVerdict, ...]:
        """Return the cases worth listing: none, if nothing is written."""
        return () if self.verdict.status is Status.MISSING else self.verdict.cases

    def text(self) -> str:
        """Return the headline, the message, the cases and the notes, as plain text."""
        lines = [headline(self.verdict)]
        if self.verdict.message:
            lines += ["", *(f"  {line}".rstrip() for line in self.verdict.message.split("\n")), ""]
        lines += [f"  {sign(case.status)} {_became(case)}: {case.name}" for case in self._cases]
        if self.verdict.hint_helps:
            lines += ["", f"  A hint:  grader hint {self.topic}.{self.exercise.name}"]
        if self.picture:
            lines += ["", f"  {PICTURE}"]
        lines += [f"  Note: {note}" for note in self.notes]
        return printable("\n".join(lines))

    def html(self) -> str:
        """Return the same with the picture, and with the hint where it can be opened."""
        verdict = self.verdict
        title = f"{_coloured(verdict.status)} {typeset(outcome(verdict))}"
        parts = [f'<p style="margin:0 0 .5em"><b>{title}</b></p>']
        paragraphs = verdict.message.split("\n\n") if verdict.message else []
        for paragraph in paragraphs:
            parts.append(
                _paragraph(paragraph, bool(verdict.sentence) and paragraph.endswith(verdict.sentence))
            )
        if self.picture:
            parts.append(f'<div style="margin:.8em 0">{self.picture}</div>')
        said = ((_coloured(case.status), f"{_became(case)}: {case.name}") for case in self._cases)
        items = [f'<li style="margin:0">{mark} {escape(text)}</li>' for mark, text in said]
        if items:
            parts.append(f'<ul style="list-style:none;margin:.5em 0;padding:0">{"".join(items)}</ul>')
        if verdict.hint_helps and self.exercise.hint:
            parts.append(_aside("A hint", typeset(self.exercise.hint), folded=not self.final))
        if verdict.status is not Status.PASSED and self.reading:
            read = "<br>".join(map(linked, self.reading.split("\n\n")))
            parts.append(_aside("To read", read, folded=not self.final))
        parts += [f'<p style="margin:.5em 0"><b>Note:</b> {typeset(note)}</p>' for note in self.notes]
        return _box(verdict.status, outcome(verdict), parts)


@dataclass(frozen=True, repr=False)
class Overview(Display):
    """A whole assignment.

    Attributes:
        topic: the topic's name, without its number.
        verdicts: of all its exercises, in order.
        notes: what else the student should know.
    """

    topic: str
    verdicts: Sequence[Verdict]
    notes: tuple[str, ...] = ()

    @property
    def headline(self) -> str:
        """Return how much of it is right."""
        right = sum(verdict.status is Status.PASSED for verdict in self.verdicts)
        score, most = sum(v.score for v in self.verdicts), sum(v.max_score for v in self.verdicts)
        return f"{self.topic}: {so_far(right, len(self.verdicts), score, most)}"

    @property
    def share(self) -> float:
        """Return the points as a share of all there are."""
        return sum(v.score for v in self.verdicts) / (sum(v.max_score for v in self.verdicts) or 1)

    @property
    def _percent(self) -> str:
        return f"{int(self.share * 100 + 1e-9)}%"  # 100 only where nothing is missing

    def text(self) -> str:
        """Return a line for each exercise, and the sum."""
        full = int(self.share * BAR)
        lines = [self.headline, f"{'█' * full}{'░' * (BAR - full)} {self._percent}", ""]
        lines += [f"{headline(verdict)}{_why(verdict)}" for verdict in self.verdicts]
        return printable("\n".join(lines + [f"Note: {note}" for note in self.notes]))

    def html(self) -> str:
        """Return a table of the exercises under a bar."""
        left = "text-align:left;padding:.15em 1em .15em 0"
        columns = ("exercise", "points", "outcome")
        head = "".join(f'<th scope="col" style="{left}">{column}</th>' for column in columns)
        rows = []
        for verdict in self.verdicts:
            cells = (
                f"{_coloured(verdict.status)} {typeset(f'`{verdict.name}`')}",
                earned(verdict.score, verdict.max_score),
                f"{words(verdict)}{typeset(_why(verdict))}",
            )
            rows.append(f'<tr>{"".join(f"""<td style="{left}">{cell}</td>""" for cell in cells)}</tr>')
        bar = (
            '<div aria-hidden="true" style="height:8px;max-width:320px;border:1px solid currentColor;'
            f'margin:.5em 0"><div style="height:8px;width:{self._percent};background:{RIGHT}"></div></div>'
        )
        table = f'<table style="border-collapse:collapse;margin:.5em 0"><thead><tr>{head}</tr></thead>'
        parts = [
            f'<p style="margin:0"><b>{escape(self.headline)}</b> ({self._percent})</p>',
            bar,
            f"{table}<tbody>{''.join(rows)}</tbody></table>",
            *(f'<p style="margin:.5em 0"><b>Note:</b> {typeset(note)}</p>' for note in self.notes),
        ]
        done = all(verdict.status is Status.PASSED for verdict in self.verdicts)
        return _box(Status.PASSED if done else Status.WRONG, self.headline, parts)


def headline(verdict: Verdict) -> str:
    """Return what became of an exercise on one line."""
    return f"{sign(verdict.status)} {outcome(verdict)}"


def _became(case: CaseVerdict) -> str:
    """Say in words what became of a case."""
    return WORDS[case.status] if case.run else "not run"


def _why(verdict: Verdict) -> str:
    """Return what a table has room for: the mistake's sentence, or nothing."""
    return f": {verdict.sentence}" if verdict.sentence else ""


def _coloured(status: Status) -> str:
    # The word beside it says the same, so that a screen reader need not.
    colour = RIGHT if status is Status.PASSED else WRONG
    return f'<span aria-hidden="true" style="color:{colour};font-weight:bold">{sign(status)}</span>'


def _paragraph(text: str, key: bool) -> str:
    """Return a paragraph; lines below its first are an error's or code, unless it is the key one."""
    if key:
        return (
            f'<p style="margin:.6em 0;padding:.3em .8em;border:1px solid {WRONG};border-radius:4px">'
            f"{typeset(' '.join(text.split()))}</p>"
        )
    first, _, rest = text.partition("\n")
    shown = f'<p style="margin:.5em 0">{typeset(first)}</p>'
    if rest:
        wrap = "white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere"
        style = f"margin:.5em 0;padding:0 0 0 1em;{wrap};background:none;color:inherit"
        shown += f'<pre style="{style}">{escape(rest)}</pre>'
    return shown


def typeset(text: str) -> str:
    """Escape text, and set in type what stands between backticks."""
    style = "background:none;color:inherit;padding:0;font-size:.95em"
    return CODE.sub(rf'<code style="{style}">\1</code>', escape(text))


def _aside(title: str, html: str, folded: bool) -> str:
    if not folded:
        return f'<p style="margin:.5em 0"><b>{title}:</b> {html}</p>'
    return (
        f'<details style="margin:.5em 0"><summary style="cursor:pointer">{title}</summary>'
        f'<p style="margin:.3em 0">{html}</p></details>'
    )


def linked(text: str) -> str:
    """Escape the course's own text, and make links of the addresses in it."""
    return ADDRESS.sub(r'<a href="\g<0>" rel="noopener noreferrer">\g<0></a>', typeset(text))


def _box(status: Status, label: str, parts: Sequence[str]) -> str:
    colour = RIGHT if status is Status.PASSED else WRONG
    style = f"border-left:4px solid {colour};padding:.2em 0 .2em 1em;margin:.3em 0;max-width:760px"
    return printable(f'<section aria-label="{escape(label)}" style="{style}">{"".join(parts)}</section>')
