"""Find submissions: in a file, a folder or a zip, in any of the usual layouts (`grading.layout`).

Whose a file is comes from where it was handed in: a folder's name, a zip's
name. What a zip says of itself counts only in a zip that the instructor calls
the class', so that one student's zip is one student's. What cannot be taken is
passed over and named, and stops nobody else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import PlainError
from grader.grading.exports import Export
from grader.grading.layout import Layout
from grader.grading.policy import Which
from grader.grading.search import Checked, Search
from grader.grading.work import Work
from grader.grading.zips import OpenArchive, Zips
from grader.text import NAMED
from grader.verdict import PassedOver


class NothingToGrade(PlainError):
    """No submission was found; the message says what to do.

    Attributes:
        passed_over: what was found instead.
    """

    def __init__(self, message: str, passed_over: Sequence[PassedOver] = ()) -> None:
        super().__init__(message)
        self.passed_over = tuple(passed_over)


@dataclass(frozen=True)
class Collected:
    """What was found: submissions by student and topic, and what could not be taken.

    There are several of one student for a topic only where the best of them counts.
    `written` is what a platform puts before a file's name of a student's.
    """

    works: list[Work]
    passed_over: list[PassedOver]
    written: Mapping[str, str] = field(default_factory=dict)


def collect(
    paths: Sequence[Path],
    rules: Mapping[str, Checked],
    open_archive: OpenArchive,
    class_zips: Sequence[Path] = (),
    others: Iterable[str] = (),
    export: Export | None = None,
    owner: str = "",
) -> Collected:
    """Find the submissions for the topics of `rules`, by id.

    A zip is read by children that `open_archive` returns, and by nobody else.

    Args:
        paths: files, folders and zips; a zip is one student's.
        rules: of the topics, by id.
        open_archive: has a child open a zip.
        class_zips: zips of a whole class.
        others: the course's other topics; what was handed in for them is left alone.
        export: how `paths` are read if they are what a learning platform exported.
        owner: whose all of it is, if it is one student's.

    Raises:
        NothingToGrade: a path is missing, or nothing that was found can be graded.
        NoExport: one of `paths` is no export.
    """
    for path in (*paths, *class_zips):
        if not os.path.lexists(path):
            raise NothingToGrade(f"there is no file or folder {path}")
    search = Search(rules, Layout(rules, others), Zips(open_archive))
    for path in paths:
        if export:
            search.take_export(path, export, owner)
        else:
            search.take(path, of_class=False, owner=owner)
    for path in class_zips:
        search.take(path, of_class=True)
    best = export is not None and export.which is Which.BEST
    works = [work for key in sorted(search.found) for work in search.chosen(*key, best)]
    if works:
        return Collected(works, search.passed_over, search.written)
    said = [f"{one.file}: {one.reason}" for one in search.passed_over[:NAMED]]
    if len(search.passed_over) > NAMED:
        said.append(f"and {len(search.passed_over) - NAMED} more")
    what = "; ".join(said) or "there is nothing that was handed in for this topic"
    raise NothingToGrade(what, search.passed_over)
