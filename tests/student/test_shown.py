"""What `grader check` shows a student."""

from __future__ import annotations

import io
import re
from typing import Literal

import msgspec
import pytest
from rich.console import Console

from grader.student.shown import show_checked
from grader.verdict import CaseVerdict, Graded, Status, Verdict

EXERCISE = "scaled_dot_product_attention"
MESSAGE = (
    "On “a single sequence” (query (5, 8), key (7, 8), value (7, 3)), `output` has the right shape, "
    "(5, 3), but 15 of its 15 values are off.\n\n"
    "On all four cases, your answers are what one gets when\nthe scores are divided by d instead of √d."
)
HOSTILE = "\x1b[2J\x1b]0;mine\x07 a\tb\rc \x9b31m \u202egnp.exe \u2066x [bold]no markup[/bold] :smile: \udce4"


def verdict(name: str = EXERCISE, status: Status = Status.PASSED, **changed: object) -> Verdict:
    right = status is Status.PASSED
    made = Verdict(
        name, status, 15.0 if right else 1.6667, 15.0, None, "" if right else MESSAGE,
        (CaseVerdict("a single sequence", status, 0.1),),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changed)


def graded(*verdicts: Verdict, notes: tuple[str, ...] = ()) -> Graded:
    score = sum(verdict.score for verdict in verdicts)
    most = sum(verdict.max_score for verdict in verdicts)
    return Graded("", "19_transformers", "transformers.py", score, most, 0.4, verdicts, notes)


def shown(one: Graded, width: int = 80, terminal: bool = True, written: bool | None = None) -> str:
    """Return what is shown; on a terminal with its colours taken out."""
    file = io.StringIO()
    colours: Literal["standard"] | None = "standard" if terminal else None
    show_checked(Console(file=file, width=width, force_terminal=terminal, color_system=colours), one, written)
    text = re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue()) if terminal else file.getvalue()
    assert "\x1b" not in text
    columns = width if terminal else 100
    assert max(map(len, text.splitlines())) <= columns, "a line is too long"
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


def test_a_message_as_the_design_has_it() -> None:
    assert shown(graded(verdict(status=Status.WRONG))) == (
        "✗ transformers.scaled_dot_product_attention — wrong, 1.7 of 15 points\n"
        "\n"
        "  On “a single sequence” (query (5, 8), key (7, 8), value (7, 3)), `output` has\n"
        "  the right shape, (5, 3), but 15 of its 15 values are off.\n"
        "\n"
        "  On all four cases, your answers are what one gets when\n"
        "  the scores are divided by d instead of √d.\n"
        "\n"
        "  Again:  grader check transformers.scaled_dot_product_attention\n"
        "  Stuck:  grader hint transformers.scaled_dot_product_attention\n"
        "\n"
        "transformers: 0 of 1 exercise right, 1.7 of 15 points.\n"
    )


def test_what_is_right_takes_one_line() -> None:
    text = shown(graded(verdict("layer_norm"), verdict("encoding"), notes=("two files",)), written=True)
    assert text == (
        "✓ transformers.layer_norm — right, 15 of 15 points\n"
        "✓ transformers.encoding — right, 15 of 15 points\n"
        "Note: two files.\n"
        "transformers: 2 of 2 exercises right, 30 of 30 points.\n"
        "The written answer is worth up to 5 points more, which your instructor gives.\n"
    )
    assert shown(graded(verdict()), written=False).endswith("Yours is empty.\n")


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PASSED])
def test_every_status_has_words_and_a_mark(status: Status) -> None:
    first = shown(graded(verdict(status=status)), width=120).splitlines()[0]
    assert re.fullmatch(rf"✗ transformers\.{EXERCISE} — [a-z ]+, 1.7 of 15 points", first)


def test_who_made_a_slip_is_not_sent_to_the_hint() -> None:
    slip = shown(graded(verdict(status=Status.RAISED, slip=True)))
    assert "Again:  grader check" in slip and "grader hint" not in slip


def test_only_colour_differs_between_a_terminal_and_a_pipe() -> None:
    one = graded(verdict(status=Status.WRONG), verdict("layer_norm"))
    assert shown(one, width=100) == shown(one, width=40, terminal=False)


@pytest.mark.parametrize("terminal", [True, False])
def test_what_a_student_wrote_does_nothing_to_the_terminal(terminal: bool) -> None:
    wrong = verdict(HOSTILE, Status.GRADER_ERROR, mistake=HOSTILE, message=HOSTILE)
    whole = shown(graded(wrong, notes=(HOSTILE,)), 500, terminal)
    text = " ".join(whole.split())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", whole)
    assert "\\x1b[2J" in text and "\\u202egnp.exe" in text and "\\udce4" in text
    assert "[bold]no markup[/bold] :smile:" in text
