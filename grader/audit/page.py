"""An audit as one self-contained page, each survivor as a diff."""

from __future__ import annotations

import math
from pathlib import Path

from markupsafe import Markup

from grader import files
from grader.audit.findings import AuditFound
from grader.report.markup import environment


def write(found: AuditFound, path: Path) -> None:
    """Write the page.

    Raises:
        OSError: it cannot be written.
    """
    files.write(path, html(found).encode())


def html(found: AuditFound) -> str:
    """Return the page's text."""
    made = environment("grader.audit", diff=diff, short=short)
    return made.get_template("audit.html").render(topics=found.topics)


def short(number: float) -> str:
    """Write a distance in few characters."""
    return "∞" if math.isinf(number) else "0" if number == 0 else f"{number:.0e}"


def diff(text: str) -> Markup:
    """Colour the lines of a diff."""
    kinds = {"-": "minus", "+": "plus", "@": "dim"}
    span = Markup('<span class="{}">{}</span>')
    lines = (span.format(kinds.get(line[:1], ""), line) for line in text.split("\n"))
    return Markup("<pre>{}</pre>").format(Markup("\n").join(lines))
