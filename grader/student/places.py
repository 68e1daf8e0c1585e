"""Where in a student's file a verdict points: the line that an editor or a diff can mark."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from grader.verdict import Verdict


def line_of(text: str, verdict: Verdict, writes: Sequence[str]) -> int:
    """Return the line, from 1, that raised; else the one that defines the answer; else 1.

    Args:
        text: the whole file, a script's or a notebook's JSON.
        verdict: of one exercise.
        writes: the names that the exercise asks for.
    """
    notebook = text.lstrip().startswith("{")
    place = verdict.place
    if place is not None and bool(place.cell) == notebook:
        return _in_notebook(text, place.cell, place.line) if notebook else place.line
    names = "|".join(map(re.escape, writes))
    defined = re.search(rf'^\s*"?(?:def|class) (?:{names})\b', text, re.MULTILINE)
    return text.count("\n", 0, defined.end()) + 1 if defined else 1


def _in_notebook(text: str, cell: int, line: int) -> int:
    """Return where line `line` of cell `cell` stands in a notebook's JSON, 1 if it cannot be found."""
    raw = [row.strip().rstrip(",") for row in text.split("\n")]
    at = 0
    for number, position, source in _lines(text):
        try:
            at = raw.index(source, at) + 1
        except ValueError:
            continue  # all on one line, or written by other rules than Jupyter's
        if (number, position) == (cell, line):
            return at
    return 1


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield each line of each cell as (cell, line, how JSON writes it)."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return
    for number, cell in enumerate(cells, 1):
        source = cell.get("source", "") if isinstance(cell, dict) else ""
        parts = source.splitlines(True) if isinstance(source, str) else source
        for position, part in enumerate(parts, 1):
            yield number, position, json.dumps(part, ensure_ascii=False)
