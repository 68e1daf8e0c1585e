"""What the client and its workers tell each other: data only, never pickled objects of ours."""

from __future__ import annotations

import msgspec

from grader.verdict import Graded


class Offer(msgspec.Struct, frozen=True):
    """What a worker says of itself, before it is told anything.

    Attributes:
        versions: of the grader, of Python and of what answers are run with.
        level: the best level of isolation that holds there, "" if none holds that is good enough.
        reason: why it is "".
    """

    versions: dict[str, str]
    level: str
    reason: str = ""


class Submission(msgspec.Struct, frozen=True):
    """A file that is to be graded, without its student's name.

    Attributes:
        topic: id.
        digest: SHA-256 of its bytes.
        content: its bytes, None if it is to be opened where it lies.
        path: where it lies, in the file system's encoding; b"" if its bytes are sent.
    """

    topic: str
    digest: str
    content: bytes | None = None
    path: bytes = b""


class Batch(msgspec.Struct, frozen=True):
    """Submissions that one worker grades, one after the other; `only` are the exercises, all if empty."""

    submissions: tuple[Submission, ...]
    only: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True):
    """What came of one submission.

    Attributes:
        graded: its verdicts, None if it was not graded.
        problem: why not.
        unseen: whether it was not found where it lies, so that its bytes have to be sent.
    """

    graded: Graded | None = None
    problem: str = ""
    unseen: bool = False


class Answers(msgspec.Struct, frozen=True):
    """What came of a batch.

    Attributes:
        worker: the address of who graded it.
        answers: to its first submissions, in their order; to all of them if nothing is wrong with the worker.
        unfit: why the worker grades no more; "" if it does.
        unknown: whether it was never told how to grade, as when it was started anew.
    """

    worker: str
    answers: tuple[Answer, ...]
    unfit: str = ""
    unknown: bool = False
