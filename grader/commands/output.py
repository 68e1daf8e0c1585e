"""What commands print: progress, counts, and the stream in which no runner finds a command."""

from __future__ import annotations

import contextlib
import io
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TextIO, cast

import click

if TYPE_CHECKING:
    from rich.console import Console

EVERY = 30.0  # seconds between two lines of a log


def are(number: int, thing: str) -> str:
    """Say that there are so many, as in “one grade is” and “2 grades are”."""
    return f"one {thing} is" if number == 1 else f"{number} {thing}s are"


def handed_in(count: int) -> str:
    """Say of how many things that were handed in the rest of a sentence is said."""
    return "one thing that was handed in was" if count == 1 else f"{count} things that were handed in were"


def wait(what: str) -> None:
    """Say on a terminal what takes some seconds; imports take half of one, so say it before them."""
    if sys.stderr.isatty():
        click.echo(what, err=True)


@contextlib.contextmanager
def progress(total: int, doing: str = "Grading", said: str = "graded") -> Iterator[Callable[[], None]]:
    """Show how much is done, as a bar on a terminal and else as lines; yield what advances it."""
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=doing, file=sys.stderr) as bar:
            yield lambda: bar.update(1)
        return
    done, began = 0, time.monotonic()
    last = began

    def advance() -> None:
        nonlocal done, last
        done, now = done + 1, time.monotonic()
        if now - last >= EVERY and done < total:
            last, left = now, (now - began) / done * (total - done)
            click.echo(f"{done} of {total} {said}, about {max(1, round(left / 60))} min left", err=True)

    yield advance


def say(line: str) -> None:
    """Say what a run waits for, on a line of its own; it may name whoever shares its database."""
    from grader.text import inert, printable

    line = inert(printable(line))
    # On a terminal the bar stands on the line before.
    click.echo(f"\n{line}" if sys.stderr.isatty() else line, err=True)


class Printed(io.TextIOBase):
    """A stream in which no CI's runner finds a command, whatever text of students is written to it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write whole lines."""
        from grader.text import inert

        return self.stream.write(inert(text))

    def flush(self) -> None:
        """Have what was written be seen."""
        self.stream.flush()

    def isatty(self) -> bool:
        """Tell whether a terminal shows it."""
        return self.stream.isatty()

    def fileno(self) -> int:
        """Return its descriptor."""
        return self.stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a text stream's own is an attribute
        """Return in which encoding it is written."""
        return self.stream.encoding


def console() -> Console:
    """Return where reports are shown."""
    from rich.console import Console

    return Console(file=cast("TextIO", Printed(sys.stdout)))
