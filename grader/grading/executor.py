"""Where submissions are graded, several at a time: what any such place does, and threads of this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from grader.grading.work import Work
from grader.verdict import Graded


@dataclass(frozen=True)
class Task:
    """A submission that is to be graded.

    Attributes:
        work: whose it is, and where.
        digest: SHA-256 of its file, as it was when it was opened.
        mark: the fingerprint that its result will have.
        only: the exercises to be graded; all if none is named.
    """

    work: Work
    digest: str
    mark: str
    only: Sequence[str] = ()


class Executor(Protocol):
    """Grades submissions, in any order. It is used in one thread."""

    @property
    def environment(self) -> Mapping[str, str]:
        """Return what verdicts depend on there: the versions and the level of isolation."""

    @property
    def full(self) -> bool:
        """Whether something should be finished before more is submitted."""

    @property
    def busy(self) -> bool:
        """Whether something that was submitted is not finished."""

    def submit(self, task: Task, descriptor: int) -> None:
        """Take a submission over, with the descriptor of its file, which is closed in the end."""

    def finished(self, seconds: float) -> Iterator[tuple[Task, Graded]]:
        """Yield what is graded by now; wait for it so many seconds at most.

        Raises:
            ServerError: nothing can be graded there any more.
        """

    def give_up(self) -> None:
        """Let go of what is not finished."""


class Threads:
    """Grades in threads of this process."""

    def __init__(
        self,
        grade: Callable[[Work, int, Sequence[str]], Graded],
        workers: int,
        environment: Mapping[str, str],
    ) -> None:
        """Start no thread yet.

        Args:
            grade: grades a submission, by a descriptor of its file and the exercises that are asked for.
            workers: how many at a time.
            environment: of `grade`.
        """
        self.environment = environment
        self._grade, self._workers = grade, workers
        self._pool = ThreadPoolExecutor(workers)
        self._running: dict[Future[Graded], tuple[Task, int]] = {}

    @property
    def full(self) -> bool:
        """Whether so much waits that no thread will be idle soon."""
        return len(self._running) > 2 * self._workers

    @property
    def busy(self) -> bool:
        """Whether something runs."""
        return bool(self._running)

    def submit(self, task: Task, descriptor: int) -> None:
        """Have a thread grade a submission."""
        try:
            future = self._pool.submit(self._grade, task.work, descriptor, task.only)
        except BaseException:
            os.close(descriptor)
            raise
        self._running[future] = task, descriptor

    def finished(self, seconds: float) -> Iterator[tuple[Task, Graded]]:
        """Yield what is graded by now; wait for it so many seconds at most."""
        done, _ = wait(self._running, seconds, return_when=FIRST_COMPLETED)
        for future in done:
            task, descriptor = self._running.pop(future)
            os.close(descriptor)
            yield task, future.result()

    def give_up(self) -> None:
        """Wait for what runs, which its server's end makes short, and start nothing that waits."""
        self._pool.shutdown(cancel_futures=True)
        for _, descriptor in self._running.values():
            os.close(descriptor)
        self._running.clear()
