"""What a student reads: every verdict with its picture, hint and reading, complete in itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from classes import drawn_class
from msgspec.structs import replace

from grader.report.analysis import analyse
from grader.report.feedback import Feedback
from grader.verdict import Graded, Status

CLASS = drawn_class(30)
HELP = {("01_topic", "exercise_0"): ("Which `axis`?", "Paper (2017), https://example.org/a.\n\nBook (1986).")}
DRAWN = '<p>On the public case “a case”, it is off.</p><svg role="img" aria-label="drawn"></svg>'


def wrong(name: str = "exercise_0") -> Graded:
    """Return the first submission whose exercise went wrong."""
    return next(
        one
        for one in CLASS.submissions
        for verdict in one.exercises
        if one.topic == "01_topic" and verdict.name == name and verdict.status is Status.WRONG
    )


def pictures(student: str, topic: str) -> dict[str, str]:
    return {"exercise_0": DRAWN} if topic == "01_topic" else {}


def test_a_topic_s_page_holds_that_topic_alone() -> None:
    one = wrong()
    page = Feedback(HELP, pictures).of_topic(one)
    assert "02_topic" not in page and page.count("<h3>") == len(one.exercises)
    assert DRAWN in page and page.count("<svg") == 1
    assert "A hint:</strong> Which <code" in page and ">axis</code>?" in page
    assert '<a href="https://example.org/a" rel="noopener noreferrer">https://example.org/a</a>.' in page
    assert "Book (1986)." in page


def test_a_student_s_page_holds_what_each_topic_s_holds() -> None:
    feedback, one = Feedback(HELP, pictures), wrong()
    learner = next(each for each in analyse(CLASS).learners if each.student == one.student)
    whole = feedback.of_student(learner)
    for graded in learner.graded.values():
        alone = feedback.of_topic(graded)
        body = alone[alone.index("<h3>") : alone.index("</body>")].strip()
        assert body in whole


def test_a_right_answer_gets_no_hint() -> None:
    one = wrong()
    passed = replace(one, exercises=tuple(replace(v, status=Status.PASSED) for v in one.exercises))
    assert "A hint" not in Feedback(HELP).of_topic(passed)


def test_a_mistake_s_sentence_stands_out_and_notes_are_read() -> None:
    one = wrong()
    said = replace(
        one.exercises[0],
        message="On “a case”, it is off.\n\nOn both cases, your answers are what one gets when\nit is `x`.",
        sentence="it is `x`.",
    )
    page = Feedback({}).of_topic(replace(one, exercises=(said,), notes=("a <copy> was graded",)))
    assert page.count('class="said key"') == 1
    assert "Note:</strong> a &lt;copy&gt; was graded." in page


@pytest.mark.parametrize("text", ["<script>1</script>", "&lt;", '" onload="', "`<b>`", "\x1b[31m"])
def test_what_a_student_wrote_is_text(text: str) -> None:
    one = wrong()
    odd = replace(one.exercises[0], message=text, name=text)
    page = Feedback({}).of_topic(replace(one, student=text, exercises=(odd,), notes=(text,)))
    assert not re.search(r"<script|<b>|onload=\"|\x1b", page)


def test_a_page_needs_no_other_file() -> None:
    page = Feedback(HELP, pictures).of_topic(wrong())
    assert not re.search(r"<script|<link|<img|src=|url\(|@import", page)


def test_a_page_fits_on_a_telephone(browser: Any) -> None:
    context = browser.new_context(offline=True, viewport={"width": 400, "height": 800})
    page = context.new_page()
    long = replace(wrong().exercises[0], message=f"`{'a_long_name' * 20}` and {'x' * 300}")
    page.set_content(Feedback(HELP, pictures).of_topic(replace(wrong(), exercises=(long,))))
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    context.close()
