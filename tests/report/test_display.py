"""What `check` shows: HTML that stands on its own, and its twin in plain text."""

from __future__ import annotations

import re
import xml.etree.ElementTree as etree

import numpy as np
import pytest

from grader.exercise import Exercise
from grader.report.display import PICTURE, Checked, Display, Overview, headline
from grader.report.pictures import picture
from grader.verdict import CaseVerdict, Status, Verdict

EXERCISE = Exercise("mean", 30, "Which axis counts the `rows`?", lambda answer: {}, ("mean",))
SENTENCE = "the sum is not divided."
EVIL = '<script>alert("1")</script> & \x1b[31m'


def verdict(status: Status = Status.WRONG, message: str = "", mistake: str | None = None) -> Verdict:
    right = CaseVerdict("a single row", Status.PASSED, 0.01)
    cases = (CaseVerdict("a few <rows>", status, 0.01), right)
    sentence = SENTENCE if mistake else ""
    return Verdict("mean", status, 10.0, 30.0, mistake, message, cases, sentence=sentence)


def parsed(one: Display) -> etree.Element:
    """Parse HTML that is written as XML, which ours is."""
    return etree.fromstring(one.html())


def said(one: Display) -> str:
    return " ".join("".join(parsed(one).itertext()).split())


WRONG = Checked("averages", EXERCISE, verdict(message="On “a few <rows>”, `mean` is off.\n\nOn all two "
                "cases, your answers are what one gets when\nthe sum is not divided.", mistake="total"),
                picture(np.zeros((3, 4)), np.ones((3, 4)), "mean"), ("`helper` is not saved.",))  # fmt: skip
STATE = Overview("averages", [verdict(Status.PASSED), WRONG.verdict, verdict(Status.MISSING, "not yet")])


@pytest.mark.parametrize("status", list(Status))
def test_every_case_has_a_sign_and_a_word(status: Status) -> None:
    one = Checked("averages", EXERCISE, verdict(status))
    sign = "✓" if status is Status.PASSED else "✗"
    assert one.text().startswith(f"{sign} mean — ") and headline(one.verdict) in one.text()
    for shown in (said(one), " ".join(one.text().split())):
        assert ("✓ right: a single row" in shown) == (status is not Status.MISSING)
    assert etree.fromstring(one.html()).attrib["aria-label"].startswith("mean — ")


def test_text_and_html_say_the_same() -> None:
    parts = "✗ mean — wrong, 10 of 30 points", "✗ wrong: a few <rows>", "the sum is not divided.", "Note: "
    for part in parts:
        assert part in " ".join(WRONG.text().split()) and part in said(WRONG)
    assert "grader hint averages.mean" in WRONG.text()
    assert "Which axis counts the rows?" in said(WRONG)


def test_a_slip_or_a_grader_that_failed_is_offered_no_hint() -> None:
    slip = Verdict("mean", Status.RAISED, 0, 30, None, "NameError: …", (), slip=True)
    for found in (slip, verdict(Status.GRADER_ERROR), verdict(Status.PASSED)):
        one = Checked("averages", EXERCISE, found)
        assert "hint" not in one.text() and "hint" not in one.html()
    assert "grader hint" in Checked("averages", EXERCISE, verdict(Status.RAISED)).text()


def test_text_says_where_the_picture_is_seen() -> None:
    assert PICTURE in WRONG.text() and PICTURE not in said(WRONG)
    assert PICTURE not in Checked("averages", EXERCISE, verdict()).text()


def test_what_is_nearly_all_is_no_hundred_percent() -> None:
    nearly = Verdict("mean", Status.WRONG, 29.99, 30, None, "no", ())
    all_of_it = Verdict("mean", Status.PASSED, 30, 30, None, "", ())
    assert "29.9 of 30 points (99%)" in said(Overview("averages", [nearly]))
    assert "(100%)" in said(Overview("averages", [all_of_it]))


def test_the_mistake_is_framed_and_code_is_set_as_code() -> None:
    framed = [p for p in parsed(WRONG).iter("p") if "border" in p.attrib["style"]]
    assert [p.text for p in framed] == [
        "On all two cases, your answers are what one gets when the sum is not divided."
    ]
    assert [code.text for code in parsed(WRONG).iter("code")] == ["mean", "rows", "helper"]


def test_an_error_is_shown_as_it_was_laid_out() -> None:
    error = "ValueError: no\n  cell [3], line 2, in mean\n    x"
    message = f"On “a few <rows>”, it stopped with an error:\n{error}"
    one = Checked("averages", EXERCISE, verdict(Status.RAISED, message))
    assert [pre.text for pre in parsed(one).iter("pre")] == [error]


def test_what_was_not_run_is_not_called_out_of_time() -> None:
    cases = (
        CaseVerdict("first", Status.TIMED_OUT, 10.0),
        CaseVerdict("second", Status.TIMED_OUT, 0, run=False),
    )
    one = Checked("t", EXERCISE, Verdict("mean", Status.TIMED_OUT, 0, 30, None, "It hangs.", cases))
    assert "✗ out of time: first" in said(one) and "✗ not run: second" in said(one)


def test_the_state_shows_each_exercise_and_the_sum() -> None:
    assert "averages: 1 of 3 exercises right, 30 of 90 points" in said(STATE)
    assert "wrong: the sum is not divided." in said(STATE) and "not defined" in said(STATE)
    assert STATE.text().count("\n") == 5 and "██████░" in STATE.text()
    assert Overview("averages", []).share == 0


@pytest.mark.parametrize("one", [WRONG, STATE], ids=["checked", "state"])
def test_html_stands_on_its_own(one: Display) -> None:
    html = one.html()
    leaning = r"<(script|style|link|iframe|img)\b|\bon\w+=|\bclass=|url\(|https?://(?!www.w3.org)"
    assert not re.search(leaning, html)
    # The page's own colours, or those that are seen on white and on black.
    colours = set(re.findall(r"#[0-9a-f]{6}\b", re.sub(r"<svg.*</svg>", "", html)))
    assert colours <= {"#009e73", "#d55e00"}
    assert "background:white" not in html and "color:black" not in html


@pytest.mark.parametrize("field", ["message", "topic", "note", "name"])
def test_nothing_that_is_shown_is_markup(field: str) -> None:
    found = verdict(message=EVIL if field == "message" else "")
    if field == "name":
        found = Verdict(EVIL, Status.RAISED, 0, 30, None, EVIL, (CaseVerdict(EVIL, Status.RAISED, 0.1),))
    notes = (EVIL,) if field == "note" else ()
    for one in (Checked(EVIL, EXERCISE, found, "", notes), Overview(EVIL, [found], notes)):
        assert "<script" not in one.html() and "\x1b" not in one.html() + one.text()
        assert not list(parsed(one).iter("script"))


def test_a_notebook_is_given_both_and_a_terminal_the_text() -> None:
    assert WRONG._repr_mimebundle_(include=None) == {"text/html": WRONG.html(), "text/plain": WRONG.text()}
    assert repr(STATE) == STATE.text()
