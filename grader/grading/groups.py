"""What one of a group handed in is graded for each of its members."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.grading.collect import Collected
from grader.grading.work import NotGradable, Work, digest_of
from grader.text import identifier
from grader.verdict import PassedOver


def shared(found: Collected, groups: Mapping[str, Sequence[str]]) -> Collected:
    """Give each member of a group what was handed in under the group's name or a member's.

    Of several files of one group for one topic none counts if they differ, and the group is named. But
    of one member's attempts, where the best counts, each is every member's.

    Args:
        groups: the members of each group, by its name.
    """
    members = {identifier(name): [identifier(one) for one in own] for name, own in groups.items()}
    group_of = {one: name for name, own in members.items() for one in (name, *own)}
    works, passed_over = [], list(found.passed_over)
    handed_in: dict[tuple[str, str], list[Work]] = {}
    for work in found.works:
        if work.student in group_of:
            handed_in.setdefault((group_of[work.student], work.topic), []).append(work)
        else:
            works.append(work)
    for (group, _), several in handed_in.items():
        submitters = {work.student for work in several}
        if len(submitters) > 1 and len({_digest(work) for work in several}) > 1:
            files = ", ".join(work.file for work in several)
            said = f"of the group {group} there are several files that differ, {files}: remove all but one"
            passed_over.append(PassedOver(several[0].file, said, group))
            continue
        for work in several if len(submitters) == 1 else several[:1]:
            for member in members[group]:
                said = f"handed in by {work.student}, for the group {group}"
                own = () if member == work.student else (said,)
                works.append(replace(work, student=member, notes=(*work.notes, *own)))
    works.sort(key=lambda work: (work.student, work.topic))
    return replace(found, works=works, passed_over=passed_over)


def _digest(work: Work) -> str:
    """Return the digest of what is in a file; of one that cannot be read, its name."""
    try:
        descriptor = work.open()
    except (OSError, NotGradable):
        return work.file
    try:
        return digest_of(descriptor)
    finally:
        os.close(descriptor)
