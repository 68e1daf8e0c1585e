"""Extensions, written into policy.toml beside what stands there; comments and layout stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import tomlkit

from grader.course import Course, CourseError, Topic
from grader.grading.policy import FILE
from grader.grading.policy_file import parsed
from grader.saved import utf_8
from grader.text import identifier


def text_with(course: Course, topic: Topic, students: Iterable[str], until: str | None) -> str:
    """Return the text of a course's policy in which students have more time for a topic.

    Args:
        course: which has a policy that can be read.
        topic: whose deadline it is.
        students: by name.
        until: a time, as it is to stand there; None to take extensions back.

    Raises:
        BadPolicy: the policy would then say something else than is expected.
        OSError: the policy cannot be read.
    """
    document: Any = tomlkit.parse(utf_8((course.root / FILE).read_bytes()).decode("utf-8"))
    name = _table_of(topic, course, document)
    if name not in document:
        document[name] = tomlkit.table()
    if until and "extensions" not in document[name]:
        document[name]["extensions"] = tomlkit.table()
    extensions = document[name].get("extensions", {})
    wanted = {identifier(student): student for student in students}
    written = {identifier(one): one for one in extensions}  # as it stands there
    for known, student in wanted.items():
        if until:
            extensions[written.get(known, student)] = until
        elif known in written:
            del extensions[written[known]]
    changed = tomlkit.dumps(document)
    parsed(changed, course)
    return changed


def _table_of(topic: Topic, course: Course, said: Mapping[str, Any]) -> str:
    """Return the name that a topic's table has; the topic's own, if there is none yet."""
    for name, table in said.items():
        with suppress(CourseError):
            if isinstance(table, dict) and course.topic(name).id == topic.id:
                return name
    return topic.name
