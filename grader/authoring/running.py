"""Run the course's own answers.

The solution, the mistakes and the oracles of a topic run as a submission of
their own, in a server that never runs a student's code. They are imported only
there.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.client.child import Child
from grader.client.server import Server
from grader.course import Topic
from grader.exercise import AuthorError, Case, Exercise
from grader.fault import Fault
from grader.grading.key import Key
from grader.outcome import Outcome

MODULES = ("solution", "mistakes", "oracles")


class Runner:
    """Runs a topic's own answers on cases, in a child that is replaced when it dies."""

    def __init__(self, server: Server, topic: Topic, more: Sequence[Path] = ()) -> None:
        self.server, self.topic, self.more = server, topic, more
        self.child = open_course(server, topic, more)

    def run(self, exercise: Exercise, case: Case, answers: Mapping[str, str]) -> Outcome:
        """Run the driver of `exercise` with some answers replaced."""
        if not self.child.alive:
            self.child = open_course(self.server, self.topic, self.more)
        return self.child.run(exercise.name, case.inputs, exercise.seconds, answers)

    def close(self) -> None:
        """End the child."""
        self.child.close()


def open_course(server: Server, topic: Topic, more: Sequence[Path] = ()) -> Child:
    """Fork a child that holds the course's own files of `topic`, and `more` files, loaded before them.

    Raises:
        AuthorError: one of the files cannot be read or run.
    """
    return _open(server, topic, [*more, *(topic.folder / f"{module}.py" for module in MODULES)])


def _open(server: Server, topic: Topic, paths: Sequence[Path]) -> Child:
    files: list[int] = []
    try:
        for path in paths:
            files.append(os.open(path, os.O_RDONLY))
        child = server.fork(files, topic.checks.text, [path.stem for path in paths])
    except OSError as error:
        raise AuthorError(f"{error.filename} cannot be read: {error.strerror}") from error
    finally:
        for descriptor in files:
            os.close(descriptor)
    if child.failed or child.problems:
        child.close()
        said = _first_of(child.problems) or (child.failed.text if child.failed else "")
        raise AuthorError(f"{topic.folder} cannot be run: {said}")
    return child


def _first_of(problems: Sequence[Fault]) -> str:
    """Return in one line what was raised first, and where."""
    if not problems:
        return ""
    said, frames = problems[0].text.split("\n")[0], problems[0].frames
    if not frames:
        return said
    inside = f", in {frames[-1].function}" if frames[-1].function else ""
    return f"{said} ({frames[-1].place.said()}{inside})"


def run_instead(
    server: Server, topic: Topic, key: Key, text: str, only: Sequence[str]
) -> dict[str, list[Outcome]]:
    """Run a text that was made of a topic's solution in its place, on the cases of a key.

    As in a submission, the process that an exercise's case ends is missing to
    the cases after it, and the next exercise gets a new one.

    Args:
        server: which runs no student's code.
        topic: whose drivers are run.
        key: whose cases they are.
        text: of a script.
        only: the exercises that are wanted.

    Returns:
        What came of each case, by exercise.

    Raises:
        AuthorError: the text cannot be run.
    """
    child: Child | None = None
    found: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory(prefix="grader-truth-") as folder:
        path = Path(folder) / "solution.py"
        path.write_text(text, encoding="utf-8")
        try:
            for name in only:
                if child is None or not child.alive:
                    child = _open(server, topic, [path])
                outcomes: list[Outcome] = []
                seconds = topic.checks.exercises[name].seconds
                for case in key.exercises[name].cases:
                    alive = child.alive
                    outcomes.append(child.run(name, case.inputs, seconds) if alive else outcomes[-1])
                found[name] = outcomes
        finally:
            if child is not None:
                child.close()
    return found
