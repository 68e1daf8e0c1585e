"""What a wrong answer returned, beside what was expected: on public cases, so that it may be seen.

Grades come from hidden cases, of which no number is shown. The exercises that
went wrong are run once more on the cases that every student has, and what is
drawn is kept, so that it is drawn once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from grader import __version__, files, names
from grader.client.server import Server
from grader.course import Topic
from grader.grading.explain import describe_inputs
from grader.grading.judge import findings
from grader.grading.key import fingerprint
from grader.grading.rules import Rules
from grader.grading.run import Running
from grader.outcome import Outcome
from grader.report.display import typeset
from grader.report.pictures import picture_of
from grader.text import printable
from grader.verdict import Graded, Status
from grader.versions import versions

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
    """The pictures of a topic's submissions, in files that may be deleted at any time.

    A picture is found by the bytes that were handed in, by what the topic's key is
    recorded from, and by what answers are run with.
    """

    def __init__(self, topic: Topic) -> None:
        """Look at a topic.

        Raises:
            OSError: a file of the topic cannot be read.
        """
        self._folder = topic.course / names.FOLDER / "pictures"
        self._made_with = (__version__, fingerprint(topic), repr(sorted(versions().items())))

    def find(self, graded: Graded) -> Mapping[str, str] | None:
        """Return HTML by exercise, {} where nothing can be drawn, and None if it was not drawn yet."""
        wrong = _wrong(graded)
        if not wrong or not graded.digest:
            return {}
        try:
            return msgspec.json.decode(self._path(graded, wrong).read_bytes(), type=dict[str, str])
        except (OSError, msgspec.MsgspecError):
            return None

    def draw(self, server: Server, public: Rules, graded: Graded, descriptor: int) -> Mapping[str, str]:
        """Run what went wrong on public cases, keep what is drawn, and return it.

        Args:
            server: which runs it.
            public: the rules of the public key.
            graded: the submission.
            descriptor: of the file that was graded.

        Raises:
            ServerError: the grader's own processes failed.
            ValueError: the key is a hidden one.
            OSError: what was drawn cannot be kept.
        """
        wrong = _wrong(graded)
        there = [name for name in wrong if name in public.checks.exercises]
        drawn = dict(illustrate(server, public, descriptor, there)) if there else {}
        path = self._path(graded, wrong)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write(path, msgspec.json.encode(drawn))
        return drawn

    def _path(self, graded: Graded, wrong: Collection[str]) -> Path:
        mark = hashlib.sha256("\0".join((*self._made_with, *wrong, graded.digest)).encode())
        return self._folder / f"{mark.hexdigest()}.json"


def _wrong(graded: Graded) -> list[str]:
    """Return the exercises of which something can be drawn: others returned nothing, or what was expected."""
    return [verdict.name for verdict in graded.exercises if verdict.status is Status.WRONG]
