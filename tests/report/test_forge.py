"""What GitHub, GitLab and JUnit's readers are shown: well-formed, whatever a student wrote."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import click
import pytest
from runner import commands

from grader.commands.common import plain_errors
from grader.commands.output import console
from grader.errors import PlainError
from grader.report import terminal
from grader.report.forge import Annotation, annotate, append_summary, guarded, quality, summary
from grader.report.junit import write_junit
from grader.student import shown
from grader.verdict import CaseVerdict, Graded, Results, Status, Verdict

NASTY = "E: 100%\n  line 3\n::error::x\r\n\x1b[31m\x00\ufffe</pre><script>|`*_[\ud800"
CASES = (CaseVerdict("one", Status.WRONG, 0.25), CaseVerdict("two", Status.WRONG, 0.5))


def verdict(status: Status, message: str, name: str = "mean", unwritten: bool = False) -> Verdict:
    return Verdict(name, status, 0.0, 30.0, None, message, CASES, unwritten=unwritten)


WRONG = verdict(Status.WRONG, NASTY)
TO_DO = verdict(Status.MISSING, "`total` is not written yet.", "total", unwritten=True)
RIGHT = Verdict("median", Status.PASSED, 10.0, 10.0, None, "", CASES)
BROKEN = verdict(Status.GRADER_ERROR, "The grader failed.", "mode")


def results(student: str = "") -> Results:
    graded = Graded(
        student, "01_averages", "a.py", 10.0, 70.0, 1.0, (WRONG, TO_DO, RIGHT, BROKEN), ("a | note",)
    )
    return Results((graded,), {})


def test_annotations_are_one_line_each_that_quotes_no_command() -> None:
    findings = [Annotation("01_averages", one, "work, mine/a.py", 7) for one in (WRONG, TO_DO)]
    first, second = annotate(findings)
    place = "file=work%2C mine/a.py,line=7"
    assert first.startswith(f"::error {place},title=averages.mean%3A wrong::E: 100%25%0A")
    assert second == f"::notice {place},title=averages.total%3A not written::`total` is not written yet."
    for line in (first, second):
        assert not {"\n", "\r", "\x1b", "\x00"} & set(line)


def test_what_cannot_be_run_is_an_error_and_not_a_notice() -> None:
    (line,) = annotate([Annotation("01_averages", verdict(Status.MISSING, "SyntaxError"), "a.py", 1)])
    assert line.startswith("::error ") and "not defined" in line


def test_the_summary_is_a_table_and_holds_no_one_s_html(tmp_path: Path) -> None:
    text = summary(results("ada | <b>"))
    assert text.startswith("## ada &#124; &lt;b&gt; averages: 10 of 70 points\n")
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert len(rows) == 2 + 4 and {row.count("|") for row in rows} == {5}
    assert "| ✅ | median | right | 10 of 10 |" in rows
    assert "| ⬜ | total | not written | 0 of 30 |" in rows
    assert "<script>" not in text and text.count("</pre>") == text.count("<pre>") == 2
    append_summary(results(), tmp_path / "summary.md")
    append_summary(results(), tmp_path / "summary.md")
    assert (tmp_path / "summary.md").read_text().count("## averages") == 2


def test_the_quality_report_marks_lines() -> None:
    findings = [Annotation("01_averages", one, "a.py", 7) for one in (WRONG, TO_DO)]
    first, second = json.loads(quality(findings))
    assert first["location"] == {"path": "a.py", "lines": {"begin": 7}}
    assert (first["severity"], second["severity"]) == ("major", "info")
    assert first["check_name"] == "averages.mean" and first["fingerprint"] != second["fingerprint"]


def test_junit_is_well_formed_and_counts(tmp_path: Path) -> None:
    write_junit(results("ada"), tmp_path / "results.xml")
    root = ElementTree.parse(tmp_path / "results.xml").getroot()
    (suite,) = root
    assert suite.attrib == {
        "name": "ada 01_averages", "tests": "4", "failures": "2", "errors": "1", "time": "1.000",
    }  # fmt: skip
    by_name = {test.attrib["name"]: test for test in suite}
    assert len(by_name["median"]) == 0
    assert by_name["mean"].attrib["time"] == "0.750" and by_name["mean"].attrib["file"] == "a.py"
    (failure,) = by_name["mean"]
    assert failure.tag == "failure" and failure.attrib["type"] == "wrong"
    assert failure.text is not None and "</pre><script>" in failure.text and "\\x00" in failure.text
    assert by_name["mode"][0].tag == "error"


@pytest.mark.parametrize("width", range(60, 100, 7))
def test_no_report_that_is_printed_holds_a_command(width: int, capsys: pytest.CaptureFixture[str]) -> None:
    # Wrapping moves words to the start of a line, and folds long ones anywhere.
    mark = "::error file=a.py::x ##[error]x ::add-mask::e"
    message = f"E: one\n  {mark}\n\t{mark}\n\xa0\u200b{mark}\r{mark}\x1b[1m{mark}\n{'word ' * 30}{mark * 9}"
    wrong = verdict(Status.WRONG, message, "mean")
    failed = verdict(Status.GRADER_ERROR, message)
    graded = [
        Graded(f"{mark}{number}", "01_averages", f"{mark}.py", 10.0, 70.0, 1.0, (wrong, failed), (mark * 9,))
        for number in range(2)
    ]
    screen = console()
    screen.width = width
    for one in graded:
        shown.show_checked(screen, one)
    terminal.show_class(screen, Results(tuple(graded), {}))
    printed = capsys.readouterr().out
    assert "error file=a.py" in printed and commands(printed) == []


def test_only_annotations_are_commands_however_a_command_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="stopped"), guarded(True):
        print("  ::error::of a student")
        raise ValueError("stopped")
    print("::error::ours")
    with guarded(False):
        print("nothing")
    assert commands(capsys.readouterr().out) == ["::error::ours"]


@pytest.mark.parametrize("text", ["  ::error::x", "\t##[error]x", "a\n::add-mask::e", "\u200b::notice::x"])
def test_an_annotation_holds_no_other_command(text: str) -> None:
    odd = Annotation(f"01_{text}", verdict(Status.WRONG, text, text), f"{text}.py", 1)
    (line,) = annotate([odd])
    assert commands(line) == [line] and line.startswith("::error file=")
    # It is shown with its lines apart, and once more not read as a command.
    message = re.sub("%([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), line.split("::", 2)[2])
    assert commands(message) == []


def test_an_error_quotes_no_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.ClickException) as raised, plain_errors():
        raise PlainError("no file a\n ::error::x.py and ##[error]")
    raised.value.show()
    assert commands(capsys.readouterr().err) == []
