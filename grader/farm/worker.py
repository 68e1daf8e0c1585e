"""What runs in a worker of dask: it says what it is, is given keys, and grades on a warm server of its own.

Nothing here raises what dask would log: its logs show what a function was given.
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec
from distributed import Worker, WorkerPlugin, get_worker

from grader import __version__
from grader.errors import PlainError, ServerError
from grader.farm.messages import Answer, Answers, Batch, Offer, Submission
from grader.grading import key
from grader.grading.grader import Grader
from grader.grading.rules import Rules
from grader.grading.work import NotGradable, Work, digest_of, open_file
from grader.sandbox import trial
from grader.sandbox.levels import Level
from grader.text import to_json
from grader.versions import versions

SPACE = 128 << 20  # free bytes without which a submission could fail for want of disk
ABANDONED = 600.0  # seconds without a word of the client, after which its keys are forgotten
CHANGED = "The file was changed while the class was graded."


async def offer(least: str) -> bytes:
    """Return an `Offer`: the versions here, and the level of isolation, which is at least `least`."""
    return to_json(await asyncio.to_thread(_offer, Level(least)))


def _offer(least: Level) -> Offer:
    found = {"grader": __version__, **versions()}
    try:
        return Offer(found, str(trial.require(least, "--require-isolation none")))
    except (PlainError, OSError) as error:
        return Offer(found, "", str(error))


async def hold(level: str) -> str:
    """Return "" if a level of isolation holds here, else why it does not."""
    try:
        return (await asyncio.to_thread(trial.attempt, Level(level))).reason
    except OSError as error:
        return str(error)


async def hire(
    run: str, keys: Mapping[str, bytes], level: str, seconds: float | None, dask_worker: Worker
) -> str:
    """Have this worker grade for a run; return "" once its server is warm, else why it cannot.

    Args:
        run: the name of the run.
        keys: answer keys by topic id, as `Key.to_bytes` makes them.
        level: how far its server locks submissions in.
        seconds: the CPU time that a submission has in all; by default what its checks say.
        dask_worker: this worker, which dask puts in.
    """
    return await put_in(WarmServer(run, keys, Level(level), seconds), dask_worker)


async def put_in(warm: WarmServer, dask_worker: Worker) -> str:
    """Have a worker keep a server; return why it cannot, "" if it can."""
    said = await dask_worker.plugin_add(warm, warm.run)
    if said["status"] == "OK":
        return ""
    await dask_worker.plugin_remove(warm.run)
    return warm.problem or "its server could not be started"


async def remind(run: str, dask_worker: Worker) -> bool:
    """Say that the run still goes on; return whether this worker grades for it."""
    found = dask_worker.plugins.get(run)
    if isinstance(found, WarmServer):
        found.heard = time.monotonic()
    return found is not None


async def dismiss(run: str, dask_worker: Worker) -> None:
    """Have this worker forget a run's keys, and end its server."""
    if run in dask_worker.plugins:
        await dask_worker.plugin_remove(run)


def grade(run: str, batch: bytes) -> bytes:
    """Grade a `Batch` in a thread of this worker; return `Answers`."""
    worker = get_worker()
    warm = worker.plugins.get(run)
    if not isinstance(warm, WarmServer):
        return to_json(Answers(worker.address, (), unknown=True))
    answers, unfit = warm.grade(msgspec.msgpack.decode(batch, type=Batch))
    return to_json(Answers(worker.address, tuple(answers), unfit))


class WarmServer(WorkerPlugin):
    """A run's keys, in this worker's memory, and a warm server, in a process of its own and without them."""

    def __init__(self, run: str, keys: Mapping[str, bytes], level: Level, seconds: float | None) -> None:
        """Start nothing yet: see `hire`."""
        self._grader = Grader({}, level=level, seconds=seconds)
        self.run, self._keys = run, keys
        self._watch: asyncio.Task[None] | None = None
        self._closed = False
        self.heard = time.monotonic()
        self.problem = ""

    async def setup(self, worker: Worker) -> None:
        """Start the server, and look from then on whether the client is still there."""
        try:
            await asyncio.to_thread(self._start)
        except (PlainError, OSError) as error:
            self.problem = str(error)
            raise
        if not self._closed:  # the run may have ended meanwhile
            self._watch = asyncio.create_task(self.leave_in_time(worker))

    def _start(self) -> None:
        for topic, data in self._keys.items():
            self._grader.rules[topic] = Rules(key.load(io.BytesIO(data)))
        self._grader.server  # noqa: B018

    async def teardown(self, worker: Worker) -> None:
        """End the server, and whatever runs on it."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.to_thread(self._grader.close)

    async def leave_in_time(self, worker: Worker) -> None:
        """Have the worker forget the run once nothing has been heard of its client for long."""
        while time.monotonic() - self.heard < ABANDONED:
            await asyncio.sleep(ABANDONED / 20)
        self._watch = None  # `teardown` must not cancel what it runs in
        await worker.plugin_remove(self.run)

    def grade(self, batch: Batch) -> tuple[list[Answer], str]:
        """Grade submissions; return what came of them, and why not of all, if this worker is unfit."""
        answers: list[Answer] = []
        for submission in batch.submissions:
            self.heard = time.monotonic()
            if self._closed:
                return answers, "its run was ended"
            try:
                check_space()
                answers.append(self._answer(submission, batch.only))
            except (ServerError, OSError) as error:
                return answers, str(error)
            except Exception as error:  # a fault of the grader's own costs one submission, not its batch
                answers.append(Answer(problem=f"{type(error).__name__}: {error}"))
        return answers, ""

    def _answer(self, submission: Submission, only: Sequence[str]) -> Answer:
        descriptor = opened(submission)
        if descriptor is None:
            return Answer(unseen=True)
        try:
            if digest_of(descriptor) != submission.digest:
                return Answer(problem=CHANGED)
            work = Work("", submission.topic, "", lambda: descriptor)
            return Answer(self._grader.grade(work, descriptor, only))
        finally:
            os.close(descriptor)


def check_space() -> None:
    """Raise OSError if what submissions write to is nearly full; an honest one could fail there."""
    folder = tempfile.gettempdir()
    if (free := shutil.disk_usage(folder).free) < SPACE:
        raise OSError(f"only {free >> 20} MB are free in {folder}, and submissions need {SPACE >> 20} MB")


def opened(submission: Submission) -> int | None:
    """Return a descriptor of a submission's file; None if it is not seen from here where it lies.

    Raises:
        OSError: its bytes cannot be written to a file.
    """
    if submission.content is None:
        with suppress(NotGradable, OSError):
            return open_file(os.fsdecode(submission.path))
        return None
    with tempfile.TemporaryFile() as file:
        file.write(submission.content)
        file.seek(0)
        return os.dup(file.fileno())
