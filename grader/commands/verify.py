"""What `grader grade --verify` does: grade a sample again, and compare it bit for bit with what was kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import course_or_none, plain_errors
from grader.commands.output import console, progress

if TYPE_CHECKING:
    from grader.grading.grader import Grader
    from grader.grading.rules import Rules
    from grader.grading.store import Kept


def verify(
    sample: str,
    db: str,
    topics: Sequence[str],
    hidden: bool,
    keys: Path | None,
    folder: Path | None,
    start: Callable[[dict[str, Rules]], Grader],
    json_file: Path | None,
) -> None:
    """Verify a sample of what a database holds, in which nothing is written; exit with 1 if anything differs.

    Args:
        sample: how many submissions, or which share: see `again.sampled`.
        db: the database, by its file or URL.
        topics: names of those that are verified; all, if there is none.
        hidden: whether the hidden key is meant.
        keys: a folder of keys, in the place of the course's.
        folder: of the course, if it is named.
        start: makes a grader.
        json_file: where the changes are written, if anywhere.
    """
    from grader.grading.again import again, sampled
    from grader.grading.rules import rules_for, topics_of
    from grader.report.changed import show_verified
    from grader.report.changes import write_json
    from grader.report.gradings import verified

    with plain_errors():
        chosen = sampled(kept_in(db, topics), sample)
        known = sorted({one.graded.topic for one in chosen} & set(topics_of(keys, folder)))
        rules = rules_for(tuple(known), hidden, keys, folder) if known else {}
        course = course_or_none(folder)
        folders = [Path(), *([course.root] if course else [])]
        with start(rules) as grader, progress(len(chosen)) as advance:
            done = again(grader, chosen, folders, advance)
            changes = verified(done.pairs, grader.provenance)
        if json_file:
            write_json(changes, json_file)
        show_verified(console(), changes, done.passed_over)
    if changes.changed or changes.reworded:
        raise click.ClickException("what was graded again is not what was kept, for the reasons above.")
    if not done.pairs:
        raise click.ClickException("nothing could be verified, for the reasons above.")


def kept_in(db: str, topics: Sequence[str]) -> list[Kept]:
    """Return what a database holds of some topics, or of all.

    Raises:
        StoreError: it is not there, or cannot be read.
        CourseError: it holds nothing of a topic, or nothing at all.
    """
    from grader.course import CourseError, name_of, unknown
    from grader.grading.database import existing
    from grader.grading.store import Store

    with Store(existing(db)) as store:
        there = sorted({place.topic for place in store.listed()})
        for topic in topics:
            if topic not in {*there, *map(name_of, there)}:
                raise CourseError(f"{db}: {unknown('topic', topic, map(name_of, there))}")
        wanted = [topic for topic in there if not topics or {topic, name_of(topic)} & set(topics)]
        found = [one for topic in wanted for one in store.kept(topic)]
    if not found:
        raise CourseError(f"nothing was graded in {db}: there is nothing to verify")
    return found
