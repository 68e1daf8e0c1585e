"""Results as JUnit XML, which every CI shows: a suite for each submission, a test for each exercise."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from grader import files
from grader.report.words import points, words
from grader.text import printable
from grader.verdict import Results, Status, Verdict

NONCHARACTERS = dict.fromkeys((0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}")  # XML 1.0 forbids them


def write_junit(results: Results, path: Path) -> None:
    """Write results as JUnit XML.

    Raises:
        OSError: it cannot be written.
    """
    root = ElementTree.Element("testsuites", name="grader")
    for graded in results.submissions:
        failed = [v.status not in (Status.PASSED, Status.GRADER_ERROR) for v in graded.exercises]
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=_text(f"{graded.student} {graded.topic}".strip()),
            tests=str(len(failed)),
            failures=str(sum(failed)),
            errors=str(sum(v.status is Status.GRADER_ERROR for v in graded.exercises)),
            time=f"{graded.seconds:.3f}",
        )
        for verdict in graded.exercises:
            suite.append(_test(graded.topic, graded.file, verdict))
    ElementTree.indent(root)
    files.write(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _test(topic: str, file: str, verdict: Verdict) -> ElementTree.Element:
    seconds = sum(case.seconds for case in verdict.cases)
    test = ElementTree.Element(
        "testcase", classname=topic, name=verdict.name, file=_text(file), time=f"{seconds:.3f}"
    )
    if verdict.status is not Status.PASSED:
        kind = "error" if verdict.status is Status.GRADER_ERROR else "failure"
        message = f"{words(verdict)}, {points(verdict.score, verdict.max_score)}"
        failure = ElementTree.SubElement(test, kind, message=message, type=verdict.status)
        failure.text = _text(verdict.message)
    return test


def _text(text: str) -> str:
    return printable(text).translate(NONCHARACTERS)
