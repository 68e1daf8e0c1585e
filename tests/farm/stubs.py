"""A worker whose submissions say themselves what comes of them: the machinery without TensorFlow.

The workers of the tests import it, as their `PYTHONPATH` leads here.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from distributed import Worker

from grader.farm import worker
from grader.farm.messages import Answer, Submission
from grader.sandbox.levels import Level
from grader.verdict import Graded, Status, Verdict


async def hire(
    run: str, keys: Mapping[str, bytes], level: str, seconds: float | None, dask_worker: Worker
) -> str:
    """Hire a worker as `farm.worker` does, but with a stub."""
    return await worker.put_in(Stub(run, keys, Level(level), seconds), dask_worker)


class Stub(worker.WarmServer):
    """Does what the file says, a word to a line: `exit`, `stop`, `fail`, `full`, `wait`, or a score."""

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
