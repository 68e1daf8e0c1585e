"""What one student reads of what was graded: all topics on a page, or one topic.

A page holds no number of a hidden case, and is complete in itself: it needs no other
file, no network and no script.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from grader.report.analysis import Learner
from grader.report.display import linked, typeset
from grader.report.markup import environment
from grader.report.words import KNOWN_FROM, earned, late, sign, when, words
from grader.text import printable
from grader.verdict import Graded

Help = Mapping[tuple[str, str], tuple[str, str]]  # (topic, exercise): its hint, and what to read
Pictures = Callable[[str, str], Mapping[str, str]]  # of a student and a topic: HTML by exercise


def without(student: str, topic: str) -> Mapping[str, str]:
    """Return no pictures."""
    return {}


class Feedback:
    """The pages of a class' students."""

    def __init__(self, help: Help, pictures: Pictures = without) -> None:
        """Make no page yet.

        Args:
            help: of the exercises of which there is any.
            pictures: what was drawn of public cases, as HTML that is fit to be shown.
        """
        self._help, self._pictures = help, pictures
        self._render = environment(
            "grader.report",
            earned=earned,
            known_from=lambda source: KNOWN_FROM[source],
            late=late,
            linked=lambda text: Markup("<br>".join(map(linked, text.split("\n\n")))),
            sign=sign,
            typeset=lambda text: Markup(typeset(text)),
            when=when,
            words=words,
        ).get_template

    def of_student(self, learner: Learner) -> str:
        """Return a page of all topics."""
        drawn = {topic: self._drawn(one) for topic, one in learner.graded.items()}
        return printable(self._render("student.html").render(learner=learner, help=self._help, drawn=drawn))

    def of_topic(self, graded: Graded) -> str:
        """Return a page of one topic."""
        drawn = self._drawn(graded)
        return printable(self._render("feedback.html").render(one=graded, help=self._help, drawn=drawn))

    def _drawn(self, graded: Graded) -> dict[str, Markup]:
        drawn = self._pictures(graded.student, graded.topic)
        return {name: Markup(html) for name, html in drawn.items()}
