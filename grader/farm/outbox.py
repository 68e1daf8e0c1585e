"""Submissions that wait to be sent, and how many of them make a batch."""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from grader.farm.messages import Submission
from grader.grading.executor import Task
from grader.grading.work import Work

MOST = 20  # submissions of a batch
MOST_BYTES = 4 << 20  # of a batch, unless one submission is larger
SECONDS = 5.0  # that a batch takes, as far as the last ones tell: then nobody waits long at the end


@dataclass(frozen=True)
class Held:
    """A submission under way.

    Attributes:
        task: what is to be graded.
        attempts: how often something went wrong that it may have been the cause of.
        tried: the worker on which it did last, "" if nobody knows.
        unseen: whether workers do not see it where it lies.
    """

    task: Task
    attempts: int = 0
    tried: str = ""
    unseen: bool = False


class Outbox:
    """Submissions that wait, in their order."""

    def __init__(self, shared: bool) -> None:
        """Begin with none; if the file system is `shared` with the workers, paths are sent for files."""
        self.shared = shared
        self._waiting: deque[tuple[Held, Submission]] = deque()
        self._bytes = 0
        self._mean = SECONDS  # seconds that a submission takes

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def ready(self) -> bool:
        """Whether a batch is complete."""
        return len(self._waiting) >= self._size or self._bytes >= MOST_BYTES

    @property
    def _size(self) -> int:
        return max(1, min(MOST, int(SECONDS / max(self._mean, SECONDS / MOST))))

    def add(self, held: Held, packed: Submission) -> None:
        """Take in a submission, and what is sent of it."""
        self._waiting.append((held, packed))
        self._bytes += len(packed.content or b"")

    def take(self) -> list[tuple[Held, Submission]]:
        """Return the next batch, complete or not."""
        batch: list[tuple[Held, Submission]] = []
        size, taken = self._size, 0
        while self._waiting and len(batch) < size and taken < MOST_BYTES:
            batch.append(self._waiting.popleft())
            taken += len(batch[-1][1].content or b"")
        self._bytes -= taken
        return batch

    def learn(self, seconds: float) -> None:
        """Take into account how long a submission took."""
        self._mean += (seconds - self._mean) / MOST

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._bytes = 0

    def packed(self, held: Held, descriptor: int) -> Submission:
        """Return what is sent of a submission, by a descriptor of its file, which stays the caller's."""
        work, digest = held.task.work, held.task.digest
        if self.shared and not held.unseen and (path := path_of(work, descriptor)):
            return Submission(work.topic, digest, path=path)
        with os.fdopen(os.dup(descriptor), "rb") as file:
            file.seek(0)
            return Submission(work.topic, digest, file.read())


def path_of(work: Work, descriptor: int) -> bytes:
    """Return the absolute path of a file, as results call it; b"" if it lies in a zip, or was replaced."""
    with suppress(OSError, ValueError):
        if os.path.samestat(os.stat(work.file), os.fstat(descriptor)):
            return os.fsencode(os.path.abspath(work.file))
    return b""
