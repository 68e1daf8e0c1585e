"""What a wrong answer returned, beside what was expected: on public cases, so that it may be seen.

Grades come from hidden cases, of which no number is shown. The exercises that
went wrong are run once more on the cases that every student has, and what is
drawn is kept by the submission's fingerprint, so that it is drawn once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec

from grader import files
from grader.client.server import Server
from grader.grading.explain import describe_inputs
from grader.grading.judge import findings
from grader.grading.rules import Rules
from grader.grading.run import Running
from grader.outcome import Outcome
from grader.report.display import typeset
from grader.report.pictures import picture_of
from grader.text import printable

TEXT = "margin: 0.5em 0"


def illustrate(
    server: Server, rules: Rules, descriptor: int, only: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Run a submission on public cases; yield the exercises that fail one, with HTML that shows it.

    Args:
        server: which runs it.
        rules: of a public key.
        descriptor: of the submission's file.
        only: the exercises to be run, at least one.

    Raises:
        ServerError: the grader's own processes failed.
        ValueError: the key is a hidden one.
    """
    if rules.key.hidden:
        raise ValueError("a hidden key's numbers are not to be shown")
    for name, outcomes in Running(server, rules, descriptor, only):
        shown = show(rules, name, outcomes)
        if shown:
            yield name, shown


def show(rules: Rules, name: str, outcomes: list[Outcome]) -> str:
    """Return HTML for the first case of an exercise that was wrong, "" if none was."""
    key = rules.key.exercises[name]
    found = findings(rules.checks.exercises[name], key, outcomes)
    for case, expected, outcome, finding in zip(key.cases, key.expected, outcomes, found, strict=True):
        if finding is not None:
            said = f"On the public case “{case.name}”{describe_inputs(case.inputs)}, {finding.text}"
            drawn = picture_of(finding, expected, outcome.arrays)
            return f'<p style="{TEXT}">{typeset(printable(said))}</p>{drawn}'
    return ""


class Album:
    """The pictures of a course's submissions, by fingerprint: files that may be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, fingerprint: str) -> dict[str, str] | None:
        """Return a submission's pictures by exercise, None if it was never drawn."""
        try:
            return msgspec.json.decode(self._path(fingerprint).read_bytes(), type=dict[str, str])
        except (OSError, msgspec.MsgspecError):
            return None

    def put(self, fingerprint: str, pictures: dict[str, str]) -> None:
        """Keep a submission's pictures."""
        path = self._path(fingerprint)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write(path, msgspec.json.encode(pictures))

    def _path(self, fingerprint: str) -> Path:
        return self.folder / f"{fingerprint}.json"
