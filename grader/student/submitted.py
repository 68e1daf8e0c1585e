"""What a student is told about a file that is ready to be handed in."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.course import name_of
from grader.report.words import PIPED, outcome, points, sign
from grader.student.packing import Package
from grader.student.written import in_words
from grader.text import printable
from grader.verdict import Graded

if TYPE_CHECKING:
    from rich.console import Console


def show_submitted(
    console: Console,
    packed: Package,
    graded: Graded,
    before: bool,
    written: bool | None,
    warnings: Sequence[str],
    where: str,
) -> None:
    """Show what was packed, what the packed copy is worth, what to look at, and where it goes.

    Args:
        before: whether it was checked before, and not run now.
        written: whether there is a written answer; None if the topic asks for none.
        warnings: what may not work where it is graded, one sentence each.
    """
    from rich.padding import Padding
    from rich.text import Text

    if not console.is_terminal:
        console.width = PIPED

    def say(text: str, style: str = "", indent: int = 0) -> None:
        console.print(Padding(Text(printable(text), style), (0, 0, 0, indent), expand=False))

    saved = time.strftime("%H:%M on %d %B", time.localtime(packed.source.stat().st_mtime))
    say(f"{packed.path} is packed.", "bold")
    say(f"It holds {packed.source.name} as it was saved at {saved}.", indent=2)
    if packed.note:
        say(f"Note: {packed.note}.", indent=2)
    if before:
        say("\nThis very text was checked before, and so was not run again:")
    else:
        say("\nThe packed copy, checked on its own as it will be when it is graded:")
    for verdict in graded.exercises:
        say(f"{sign(verdict.status)} {outcome(verdict)}", indent=2)
    topic = name_of(graded.topic)
    say(f"  {topic}: {points(graded.score, graded.max_score)}. It is graded on other numbers.", "bold")
    if written is not None:
        say(in_words(written) + ("" if written else " You may still write it."), "" if written else "bold", 2)
    if graded.score < graded.max_score:
        say(f"`grader check {topic}` says what is missing. You may hand it in as it is.", indent=2)
    if warnings:
        say("\nLook at this too. It may fail where your work is graded, even if it works for you:", "bold")
        for warning in warnings:
            say(f"! {warning}", indent=2)
    say(f"\n{where}\n")
