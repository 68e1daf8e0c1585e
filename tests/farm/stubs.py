"""A worker whose submissions say themselves what comes of them: the machinery without TensorFlow.

The workers of the tests import it, as their `PYTHONPATH` leads here.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from distributed import Worker

from grader import __version__
from grader.farm import worker
from grader.farm.messages import Answer, Offer, Submission
from grader.sandbox.levels import Level
from grader.text import to_json
from grader.verdict import Graded, Status, Verdict
from grader.versions import versions


async def hire(
    stub: type[worker.WarmServer],
    run: str,
    keys: Mapping[str, bytes],
    level: str,
    seconds: float | None,
    dask_worker: Worker,
) -> str:
    """Hire a worker as `farm.worker` does, but with a stub."""
    return await worker.put_in(stub(run, keys, Level(level), seconds), dask_worker)


class Stub(worker.WarmServer):
    """Does what the file says: `exit`, `stop`, `hang`, `fail`, `full`, `wait`, or a score."""

    def _start(self) -> None:
        pass

    def _answer(self, submission: Submission, only: Sequence[str]) -> Answer:
        descriptor = worker.opened(submission)
        if descriptor is None:
            return Answer(unseen=True)
        with open(descriptor, "rb") as file:
            text = file.read().decode()
        word, _, rest = text.partition(" ")
        match word:
            case "exit":
                os._exit(1)
            case "stop":
                os.kill(os.getpid(), signal.SIGSTOP)
            case "hang" if once(Path(rest)):
                time.sleep(3600.0)
            case "fail":
                raise RuntimeError("a fault of the grader's own")
            case "full" if once(Path(rest)):
                raise OSError(28, "No space left on device")
            case "wait":
                time.sleep(float(rest))
        verdict = Verdict("mean", Status.PASSED, 30.0, 30.0, None, text, ())
        return Answer(Graded("", submission.topic, "", 30.0, 30.0, 0.01, (verdict,)))


def once(path: Path) -> bool:
    """Tell whether this is asked for the first time."""
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


async def plugins(dask_worker: Worker) -> list[str]:
    """Return the names of a worker's plugins."""
    return list(dask_worker.plugins)


async def abandon(dask_worker: Worker) -> None:
    """Let the time pass, for a worker's stubs, in which they hear nothing of their client."""
    for plugin in list(dask_worker.plugins.values()):
        if isinstance(plugin, Stub):
            plugin.heard -= worker.ABANDONED
            await plugin.leave_in_time(dask_worker)


async def unlocked(least: str) -> bytes:
    """Offer no isolation."""
    return to_json(Offer({"grader": __version__, **versions()}, "", "Landlock is missing here"))


async def different(first: str, least: str) -> bytes:
    """Offer `user` as the first of several workers, then `landlock`."""
    level = "user" if once(Path(first)) else "landlock"
    return to_json(Offer({"grader": __version__, **versions()}, level))


async def mute(first: str, speak: str, least: str) -> bytes:
    """Offer nothing as the first of several workers, until a file exists; then offer no isolation."""
    if once(Path(first)):
        while not Path(speak).exists():
            await asyncio.sleep(0.1)
    return to_json(Offer({"grader": __version__, **versions()}, "none"))


async def holds(level: str) -> str:
    """Say that a level holds."""
    return ""
