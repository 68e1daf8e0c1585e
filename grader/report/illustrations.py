"""Pictures for a class that was graded before: each file is found again, and run once more on public cases.

A file is the one that was graded if it has the same SHA-256; of any other
nothing is drawn.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from grader.errors import ServerError
from grader.grading.grader import Grader
from grader.grading.waiting import CTRL_C
from grader.grading.zips import NotThere, Zips, open_graded
from grader.report.album import Album
from grader.verdict import Graded

FAILED = "the grader failed on it: run the same command again"


@dataclass(frozen=True)
class Undrawn:
    """A submission of which there is no picture, and why."""

    graded: Graded
    reason: str


def draw(
    grader: Grader,
    albums: Mapping[str, Album],
    submissions: Iterable[Graded],
    roots: Sequence[Path],
    advance: Callable[[], None] = lambda: None,
) -> list[Undrawn]:
    """Draw what no album holds yet, and keep it there.

    Args:
        grader: whose rules are those of the public keys, and whose workers draw.
        albums: by topic's id, as are the rules.
        submissions: of these topics.
        roots: where to look for their files.
        advance: is called after each.

    Returns:
        what could not be drawn.

    Raises:
        ServerError: a server could not be started.
        OSError: what was drawn cannot be kept.
        KeyboardInterrupt: there was a Ctrl-C; what was drawn until then is kept.
    """
    zips, lock = Zips(grader.open_archive), threading.Lock()

    def opened(one: Graded) -> int:
        with lock:  # a zip's child answers one at a time
            return open_graded(one, roots, zips)

    undrawn = []
    running: dict[Future[str], Graded] = {}
    grader.server  # noqa: B018  (one that cannot be started ends the run here)
    with grader.interrupt.handled(), ThreadPoolExecutor(grader.workers) as pool:
        try:
            for one in submissions:
                running[pool.submit(_draw, grader, albums[one.topic], one, opened)] = one
            while running:
                grader.interrupt.check()
                for future in wait(running, CTRL_C, FIRST_COMPLETED).done:
                    one = running.pop(future)
                    if reason := future.result():
                        undrawn.append(Undrawn(one, reason))
                    advance()
        except BaseException:
            # What is running is given up now, and not at its deadline.
            grader.close()
            pool.shutdown(cancel_futures=True)
            raise
    return sorted(undrawn, key=lambda one: (one.graded.student, one.graded.topic))


def _draw(grader: Grader, album: Album, graded: Graded, opened: Callable[[Graded], int]) -> str:
    """Draw one submission; return why it could not be drawn, else ""."""
    if album.find(graded) is not None:  # somebody else handed in the same
        return ""
    try:
        descriptor = opened(graded)
    except NotThere as error:
        return str(error)
    try:
        public = grader.rules[graded.topic]
        grader.kept.attempt(lambda server: album.draw(server, public, graded, descriptor))
    except ServerError:
        return FAILED
    finally:
        os.close(descriptor)
    return ""
