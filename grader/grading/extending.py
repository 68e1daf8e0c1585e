"""Extensions, written into policy.toml beside what stands there; all else of the file stays as it is."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from grader.course import Course, CourseError, Topic
from grader.grading.policy import FILE, BadPolicy, parsed
from grader.saved import utf_8
from grader.text import identifier

BARE = re.compile(r"[A-Za-z0-9_-]+")
TABLE = re.compile(r"\s*\[")


def text_with(course: Course, topic: Topic, students: Iterable[str], until: str | None) -> str:
    """Return the text of a course's policy in which students have more time for a topic.

    Args:
        course: which has a policy.
        topic: a table of it.
        students: by name.
        until: a time, as it is to stand there; None to take extensions back.

    Raises:
        BadPolicy: it would not say that, or nothing that is expected; it is to be written by hand.
        OSError: the policy cannot be read.
    """
    text = utf_8((course.root / FILE).read_bytes()).decode("utf-8")
    said = tomllib.loads(text)
    name = _table_of(topic, course, said)
    header = re.compile(rf"""\s*\[\s*["']?{re.escape(name)}["']?\s*\.\s*["']?extensions["']?\s*\]""")
    lines = text.splitlines()
    if not any(map(header.match, lines)) and until:
        lines += ["", f"[{name}.extensions]"]
    wanted = {identifier(student): student for student in students}
    added = [f"{_key(student)} = {json.dumps(until)}" for student in wanted.values() if until]
    written: list[str] = []
    place, inside = len(lines), False
    for line in lines:
        if TABLE.match(line):
            inside = bool(header.match(line))
        if inside and wanted.keys() & _students(line):
            continue
        written.append(line)
        if inside and (header.match(line) or _students(line)):
            place = len(written)
    written[place:place] = added
    changed = "\n".join(written) + "\n"
    before = said.get(name, {}).get("extensions", {})
    expected = {one: when for one, when in before.items() if identifier(one) not in wanted}
    expected |= dict.fromkeys(wanted.values(), until) if until else {}
    try:
        now = tomllib.loads(changed)
        same = now.get(name, {}).pop("extensions", {}) == expected
        said.get(name, {}).pop("extensions", None)
        same = same and now == said
    except (tomllib.TOMLDecodeError, AttributeError):
        same = False
    if not same:
        do = f"write {', '.join(added)}" if until else f"take out {', '.join(wanted.values())}"
        raise BadPolicy(
            f"{FILE} is written in a way in which nothing can be added to it: {do} under [{name}.extensions]"
        )
    parsed(changed, course)
    return changed


def _table_of(topic: Topic, course: Course, said: dict[str, Any]) -> str:
    """Return the name that a topic's table has; the topic's own, if there is none yet."""
    for name, table in said.items():
        with suppress(CourseError):
            if isinstance(table, dict) and course.topic(name).id == topic.id:
                return name
    return topic.name


def _students(line: str) -> set[str]:
    """Return whose time a line says."""
    try:
        return {identifier(name) for name in tomllib.loads(line)}
    except tomllib.TOMLDecodeError:
        return set()


def _key(student: str) -> str:
    return student if BARE.fullmatch(student) else json.dumps(student, ensure_ascii=False)
