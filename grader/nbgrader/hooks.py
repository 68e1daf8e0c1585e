"""Steps of ours that follow nbgrader's own."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

log = logging.getLogger("traitlets")


def complete_assignment(assignment: str, **_: Any) -> None:
    """Put script, checks, public key and README beside a notebook that nbgrader has released.

    nbgrader's `generate_assignment --force` empties the folder first.

    Raises:
        SystemExit: they could not be made; nbgrader ignores every other exception.
    """
    from grader.authoring.release import build
    from grader.course import find_course

    course = find_course(Path.cwd())
    topics = [topic for topic in course.topics if topic.id == assignment]
    try:
        for path in build(course, topics):
            log.info("Writing %s", path)
    except Exception as error:
        raise SystemExit(f"{assignment} is not complete, do not release it: {error}") from error
    if not topics:
        log.info("%s is no topic of this course, and is released as nbgrader made it", assignment)
