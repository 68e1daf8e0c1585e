"""The written answer, which a person reads and no check can: does the student's file hold one?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from grader.cells import CELL_MARKER, TEXT
from grader.names import ANSWER, WRITTEN_ANSWER, WRITTEN_POINTS
from grader.saved import NOTEBOOK, Unreadable, saved_cells, utf_8
from grader.student.assignment import Assignment

STUB = "YOUR ANSWER HERE"  # as nbgrader leaves it
QUOTES = re.compile(r"""\A[rR]?(?:\"{3}|'{3})|(?:\"{3}|'{3})\Z""")


def is_written(assignment: Assignment, file: Path | None = None) -> bool | None:
    """Tell whether the file that counts, or `file`, holds a written answer; None if the topic asks for none.

    It asks for one if the notebook or the script has a cell for it.

    Raises:
        OSError: a file cannot be read.
    """
    found = [_answer(path) for path in ([file] if file else assignment.forms())]
    if all(text is None for text in found):
        return None
    return bool((found[0] or "").replace(STUB, "").strip())


def in_words(written: bool) -> str:
    """Say what the written answer is worth, and whether it is there."""
    worth = f"up to {WRITTEN_POINTS} points more, which your instructor gives"
    return f"The written answer is worth {worth}." + ("" if written else " Yours is empty.")


def in_table(topics: Sequence[str], empty: Sequence[str]) -> str:
    """Say for several topics what `in_words` says for one."""
    if len(topics) == 1:
        return in_words(not empty)
    said = f"Each written answer is worth up to {WRITTEN_POINTS} points more, which your instructor gives."
    return f"{said} Yours is empty in: {', '.join(empty)}." if empty else said


def _answer(path: Path) -> str | None:
    """Return the text of a file's last cell for the written answer, None if it has none."""
    content = utf_8(path.read_bytes())
    written = (
        _in_notebook(content) if NOTEBOOK.match(content) else _in_script(content.decode("utf-8", "replace"))
    )
    found = list(written)
    return found[-1] if found else None


def _in_notebook(content: bytes) -> Iterator[str]:
    with suppress(Unreadable):  # the check says so
        yield from (cell.text for cell in saved_cells(content) if _is_answer(cell.metadata))


def _is_answer(metadata: Any) -> bool:
    if not isinstance(metadata, dict):
        return False
    nbgrader, tags = metadata.get("nbgrader"), metadata.get("tags")
    named = isinstance(nbgrader, dict) and nbgrader.get("grade_id") == WRITTEN_ANSWER
    return named or (isinstance(tags, list) and ANSWER in tags)


def _in_script(text: str) -> Iterator[str]:
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if CELL_MARKER.match(line)]
    for start, end in pairwise([*starts, len(lines)]):
        header = CELL_MARKER.sub(r"\1", lines[start])
        if TEXT.match(header) and f'"{ANSWER}"' in header:
            # Markdown in a script is a string, or lines of comment.
            body = QUOTES.sub("", "\n".join(lines[start + 1 : end]).strip())
            yield "\n".join(line.lstrip("# ") for line in body.splitlines())
