"""Results where code is kept: annotations and a summary for GitHub, a quality report for GitLab.

Quoted text may be a student's own words. It is escaped, so that no forge reads a
command, Markdown or HTML in it.
"""

from __future__ import annotations

import contextlib
import hashlib
import html
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course import name_of
from grader.report.words import earned, points, words
from grader.text import inert, printable
from grader.verdict import Results, Status, Verdict


@dataclass(frozen=True)
class Annotation:
    """A verdict other than a pass, and its place: a path from the repository's root, and a line."""

    topic: str
    verdict: Verdict
    path: str
    line: int


@contextlib.contextmanager
def guarded(wanted: bool) -> Iterator[None]:
    """Have GitHub's runner read no command in what is printed meanwhile, where that is `wanted`."""
    token = secrets.token_hex()  # nobody who chooses what is printed can know it
    if wanted:
        print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        if wanted:
            print(f"::{token}::", flush=True)


def annotate(annotations: Iterable[Annotation]) -> Iterator[str]:
    """Yield one of GitHub's workflow commands for each annotation; an answer not written yet is a notice."""
    for annotation in annotations:
        kind = "notice" if annotation.verdict.unwritten else "error"
        title = _command(f"{_name(annotation)}: {words(annotation.verdict)}", ",:")
        place = f"file={_command(annotation.path, ',:')},line={annotation.line}"
        yield f"::{kind} {place},title={title}::{_command(annotation.verdict.message)}"


def quality(annotations: Iterable[Annotation]) -> bytes:
    """Return GitLab's code quality report, which marks lines in a merge request."""
    report = [
        {
            "description": printable(f"{_name(one)}: {words(one.verdict)}. {one.verdict.message}"),
            "check_name": _name(one),
            "fingerprint": hashlib.sha256(f"{one.path}\0{_name(one)}".encode()).hexdigest(),
            "severity": "info" if one.verdict.unwritten else "major",
            "location": {"path": one.path, "lines": {"begin": one.line}},
        }
        for one in annotations
    ]
    return json.dumps(report, indent=1, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def append_summary(results: Results, path: Path) -> None:
    """Append a job summary, as GitHub's file of that name asks for.

    Raises:
        OSError: it cannot be written.
    """
    with open(path, "a", encoding="utf-8", errors="replace") as file:
        file.write(summary(results))


def summary(results: Results) -> str:
    """Return results in Markdown: a table for each submission, and its messages below."""
    parts = []
    for graded in results.submissions:
        title = " ".join(part for part in (graded.student, name_of(graded.topic)) if part)
        parts.append(f"## {_html(title)}: {points(graded.score, graded.max_score)}\n")
        parts.append("| | exercise | | points |\n|---|---|---|---:|")
        parts += [_row(verdict) for verdict in graded.exercises]
        parts += [f"\n{_html(note)}." for note in graded.notes]
        for verdict in graded.exercises:
            if verdict.status is not Status.PASSED and not verdict.unwritten:
                opened = f"\n<details><summary>{_html(verdict.name)}</summary>\n\n<pre>"
                parts.append(f"{opened}{_html(verdict.message)}</pre>\n</details>")
        parts.append("")
    return "\n".join(parts) + "\n"


def _row(verdict: Verdict) -> str:
    mark = "✅" if verdict.status is Status.PASSED else "⬜" if verdict.unwritten else "❌"
    score = earned(verdict.score, verdict.max_score)
    return f"| {mark} | {_html(verdict.name)} | {words(verdict)} | {score} |"


def _name(annotation: Annotation) -> str:
    return f"{name_of(annotation.topic)}.{annotation.verdict.name}"


def _command(text: str, also: str = "") -> str:
    """Escape text for a workflow command; `also` holds what is escaped besides in a property of one."""
    text = inert(printable(text)).replace("%", "%25").replace("\n", "%0A")
    for character in also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _html(text: str) -> str:
    """Escape text for HTML in Markdown; a blank line would end the element that holds it."""
    escaped = html.escape(printable(text))
    for character in "|`*_[]\\":
        escaped = escaped.replace(character, f"&#{ord(character)};")
    return escaped.replace("\n", "&#10;")
