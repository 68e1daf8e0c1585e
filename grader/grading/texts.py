"""The text of a submission's answers, as a child reads it: to be compared, and never parsed here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grader.answers import LONGEST, MAX_TEXT, Answer, Texts
from grader.cells import cells_of
from grader.client.kept import FailedTwice, KeptServer
from grader.client.server import Server
from grader.course import CourseError, Topic
from grader.grading.work import NotGradable, Work
from grader.outcome import Outcome
from grader.protocol import OpenTexts

DAMAGED = "what the process that read it said cannot be used"


@dataclass(frozen=True)
class Written:
    """What a student wrote: answers by exercise; and why others, or the file (""), could not be read."""

    student: str
    topic: str
    file: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What is asked of the submissions for a topic: its exercises' names, and what was released.

    `reference` holds the course's own answers, read as a submission's are.
    """

    request: OpenTexts
    reference: Mapping[str, Answer]


def asked_of(topic: Topic) -> Asked:
    """Return what is asked of the submissions for a topic.

    Raises:
        CourseError: the assignment that students got is not there.
        Unreadable: the course's own file cannot be read.
    """
    script = topic.assignment / f"{topic.name}.py"
    if not script.is_file():
        raise CourseError(
            f"there is no {script}, which says what students were given: run `grader build {topic.name}`"
        )
    released = script.read_text(encoding="utf-8")
    writes = {name: tuple(one.writes) for name, one in topic.checks.exercises.items()}
    own = (topic.folder / "solution.py").read_bytes()
    texts = Texts(*([cell.text for cell in cells_of(content)] for content in (own, released.encode())))
    names = {name for several in writes.values() for name in several}
    return Asked(
        OpenTexts(writes, released), {name: texts.answer(several, names) for name, several in writes.items()}
    )


def written_in(kept: KeptServer, work: Work, asked: Asked) -> Written:
    """Have a child read the answers in a submission.

    Raises:
        ServerError: a server could not be started.
    """
    try:
        descriptor = work.open()
    except (NotGradable, OSError) as error:
        said = error.strerror or "it cannot be opened" if isinstance(error, OSError) else str(error)
        return Written(work.student, work.topic, work.file, unread={"": said})
    try:
        return kept.attempt(lambda server: _read(server, work, descriptor, asked))
    except FailedTwice as error:
        return Written(work.student, work.topic, work.file, unread={"": str(error)})
    finally:
        os.close(descriptor)


def _read(server: Server, work: Work, descriptor: int, asked: Asked) -> Written:
    os.lseek(descriptor, 0, os.SEEK_SET)
    answers, unread = {}, {}
    child = server.open_texts(descriptor, asked.request)
    try:
        if child.failed is not None:
            return Written(work.student, work.topic, work.file, unread={"": _said(child.failed)})
        for name in asked.request.writes:
            if not child.alive:
                unread[name] = "reading another answer ended the process"
                continue
            outcome = child.text(name)
            answer = _answer(outcome.arrays) if outcome.status is None else None
            if answer is not None:
                answers[name] = answer
            else:
                unread[name] = _said(outcome) if outcome.status is not None else DAMAGED
    finally:
        child.close()
    return Written(work.student, work.topic, work.file, answers, unread)


def _said(outcome: Outcome) -> str:
    """Say why something could not be read."""
    return outcome.text.strip() or "reading it took too long, or too much memory"


def _answer(arrays: Mapping[str, np.ndarray]) -> Answer | None:
    """Return what a child says an answer is, None if it is none: what it says is a claim."""
    if {name: array.dtype.name for name, array in arrays.items()} != {
        "text": "uint8",
        "tokens": "uint8",
        "spans": "int32",
    }:
        return None
    text = arrays["text"].tobytes().decode("utf-8", "replace")
    tokens = arrays["tokens"].tobytes().decode("utf-8", "replace").split("\0")[:-1]
    spans = arrays["spans"]
    if len(text) > MAX_TEXT or len(tokens) > LONGEST or spans.shape != (len(tokens), 2):
        return None
    flat = spans.reshape(-1)
    if flat.size and (flat[0] < 0 or flat[-1] > len(text) or (np.diff(flat) < 0).any()):
        return None
    return Answer(text, tuple(tokens), tuple((int(first), int(last)) for first, last in spans))
