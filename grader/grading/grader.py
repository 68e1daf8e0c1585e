"""A class of submissions, graded several at a time: on a warm server of this process, or elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice

from msgspec.structs import replace

from grader import __version__
from grader.client.child import Child
from grader.client.kept import FailedTwice, KeptServer
from grader.client.server import Server
from grader.errors import ServerError
from grader.grading.executor import Executor, Task, Threads
from grader.grading.interrupt import Interrupt
from grader.grading.provenance import provenance
from grader.grading.rules import Rules
from grader.grading.run import all_alike, fingerprint, grade, result
from grader.grading.waiting import CTRL_C, Keeper, Nowhere, Waiting
from grader.grading.work import NotGradable, Work, digest_of
from grader.sandbox import levels
from grader.verdict import Graded, Status
from grader.versions import versions

CLAIMED = 8  # submissions at once


class Grader:
    """Grades submissions on a warm server, several at a time.

    A server that dies is replaced, and the submission it died on is tried once
    more; if that fails too, its verdict is a grader error and the run goes on.
    """

    def __init__(
        self,
        rules: dict[str, Rules],
        workers: int = 1,
        level: levels.Level = levels.Level.NONE,
        idle: float | None = None,
        seconds: float | None = None,
        soon: bool = False,
        executor: Executor | None = None,
    ) -> None:
        """Start nothing yet.

        Args:
            rules: by topic id.
            workers: how many submissions run at a time.
            level: how far the server locks submissions in.
            idle: seconds after the last submission when the server ends, until there is another; never,
                by default.
            seconds: the CPU time that a submission has in all; by default what its checks say.
            soon: whether someone waits for the first result, as a student does.
            executor: where `grade_all` has a class graded; by default on the server.
        """
        self.rules, self.workers, self.level, self.seconds = rules, workers, level, seconds
        self.executor = executor
        here = {**versions(), "isolation": str(level)}
        self.environment = {"grader": __version__, **(executor.environment if executor else here)}
        if seconds is not None:  # a verdict may depend on it
            self.environment["seconds"] = f"{seconds:g}"

        self.interrupt = Interrupt()

        def start() -> Server:
            return Server(level=level, soon=soon, wanted=lambda: not self.kept.closed)

        self.kept = KeptServer(start, idle)

    @property
    def server(self) -> Server:
        """The warm server.

        Raises:
            ServerError: it could not be started.
        """
        return self.kept.get()

    def open_archive(self, descriptor: int) -> Child:
        """Have a child open a zip, to be read with `Child.read`, whatever happens to the server.

        Raises:
            ServerError: a server could not be started.
        """
        return self.kept.attempt(lambda server: server.open_archive(descriptor))

    def grade(self, work: Work, descriptor: int, only: Collection[str] = ()) -> Graded:
        """Grade one submission, or `only` some of its exercises, whatever happens to the server.

        Raises:
            ServerError: a server could not be started.
        """
        rules = self.rules[work.topic]
        try:
            return self.kept.attempt(
                lambda server: grade(server, work, rules, descriptor, only, self.seconds)
            )
        except FailedTwice as error:
            message = f"The grader failed; this says nothing about the answer. {error}"
            return all_alike(work, rules, Status.GRADER_ERROR, message, only)

    @property
    def provenance(self) -> dict[str, str]:
        """Return what is kept beside verdicts: see `grading.provenance`."""
        return provenance(self.environment, self.rules)

    def grade_all(
        self,
        works: Iterable[Work],
        store: Keeper | None = None,
        only: Collection[str] = (),
        keep_failures: bool = True,
        say: Callable[[str], None] = lambda line: None,
    ) -> Iterator[tuple[Graded, str]]:
        """Grade submissions; yield each with its fingerprint as soon as it is done, and kept.

        What another run, which shares the store, grades at the same time is not graded here: its
        result is waited for at the end. A store that is gone is waited for.

        Args:
            works: the submissions.
            store: finds what was graded before, which is not run again, and keeps what is graded now;
                it is used in this thread.
            only: the exercises to be graded; all if none is named.
            keep_failures: whether the store keeps a submission on which the grader failed, in the place
                of what its student had.
            say: tells a person in one line what the run waits for.

        Raises:
            ServerError: a server could not be started.
            StoreError: the store cannot be used.
        """
        provenance = self.provenance if store is not None else {}
        keeper = Waiting(store if store is not None else Nowhere(), self.interrupt.check, say)
        try:
            with self.interrupt.handled():
                for turn in keeper.turns(works):
                    with closing(self._graded(turn, keeper.claim, only)) as found:
                        for graded, mark in found:
                            if keep_failures or not graded.failed:
                                keeper.put(graded, mark, provenance)
                            yield graded, mark
        finally:
            keeper.release()

    def _graded(
        self,
        works: Iterable[Work],
        claim: Callable[[Sequence[Task]], Mapping[str, Graded | None]],
        only: Collection[str],
    ) -> Generator[tuple[Graded, str], None, None]:
        executor = self.executor or Threads(self.grade, self.workers, self.environment)
        opened: list[tuple[Task, int]] = []
        try:
            # Several are claimed at once, because each claim waits for the disk.
            for group in _grouped(works, CLAIMED):
                for work in group:
                    self.interrupt.check()
                    found = self._opened(work, only)
                    if isinstance(found, Graded):
                        yield found, ""
                    else:
                        opened.append(found)
                known = claim([task for task, _ in opened]) if opened else {}
                while opened:
                    while executor.full:
                        yield from self._finished(executor)
                    task, descriptor = opened.pop(0)
                    before = known.get(task.mark)
                    if task.mark in known and before is None:
                        executor.submit(task, descriptor)
                        continue
                    os.close(descriptor)
                    if before is not None:
                        again = result(task.work, before.exercises, before.seconds, before.unread)
                        yield replace(again, digest=task.digest), task.mark
            while executor.busy:
                yield from self._finished(executor)
        except BaseException:
            # Ctrl-C, or the store is full: what is running is given up now,
            # not at its deadline, and will be run again the next time.
            self.close()
            raise
        finally:
            for _, descriptor in opened:
                os.close(descriptor)
            executor.give_up()

    def _opened(self, work: Work, only: Collection[str]) -> tuple[Task, int] | Graded:
        """Open a submission; return what is to be graded, with a descriptor of its file, or why it is not."""
        rules = self.rules[work.topic]
        try:
            descriptor = work.open()
        except NotGradable as error:
            message = f"The file was not graded: {error}."
            return all_alike(work, rules, Status.MISSING, message, only, str(error))
        except (ServerError, OSError) as error:
            message = f"The grader could not open the file: {error}."
            return all_alike(work, rules, Status.GRADER_ERROR, message, only)
        try:
            digest = digest_of(descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        return Task(work, digest, fingerprint(digest, rules, self.environment, only), tuple(only)), descriptor

    def _finished(self, executor: Executor) -> Iterator[tuple[Graded, str]]:
        self.interrupt.check()
        for task, graded in executor.finished(CTRL_C):
            # Where it was graded nobody knows when it was handed in, nor by whom.
            yield replace(graded, digest=task.digest, handed_in=task.work.handed_in), task.mark

    def close(self) -> None:
        """End the server and its children, if there is one; nothing is graded any more."""
        self.kept.close()

    def __enter__(self) -> Grader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _grouped(works: Iterable[Work], count: int) -> Iterator[list[Work]]:
    """Yield the works, so many at a time."""
    each = iter(works)
    while group := list(islice(each, count)):
        yield group
