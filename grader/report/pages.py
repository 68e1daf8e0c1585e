"""The report of a class as a folder of pages that need no network and no server.

index.html          the class: topics, ideas missed, exercises, students
topics/NN.html      a topic: who solved what, as a picture and as a table
students/NAME.html  feedback for one student
results.csv         a row for each student and exercise
"""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
from markupsafe import Markup, escape

from grader import files
from grader.report import svg
from grader.report.analysis import ENOUGH, ClassFound, TopicFound, solved
from grader.report.display import typeset
from grader.report.feedback import Feedback
from grader.report.markup import environment
from grader.report.tables import field
from grader.report.words import KNOWN_FROM, WORDS, counted, span, terms, when
from grader.text import printable
from grader.verdict import Lateness, PassedOver, Results, Status

DAY = 86_400  # seconds
PEOPLE = 12  # names that stand in a row before the others are folded away
COLUMN, ROW = 26, 5.0  # pixels of a heat map's cell
TALLEST = 900.0  # pixels of a heat map
LETTER = 6.5  # pixels of an exercise's name, above it
DARK, LIGHT, NOTHING = np.array([8, 48, 107]), np.array([222, 235, 247]), np.array([128, 128, 128])
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,80}")
HEADER = ("student", "topic", "exercise", "score", "max_score", "status", "mistake", "seconds")


def write(folder: Path, found: ClassFound, results: Results, feedback: Feedback, graded: str = "") -> int:
    """Write the pages, and return how many bytes index.html has.

    Args:
        folder: is made; of what lies in it, only files of these names are replaced.
        found: what `analyse` found in `results`.
        results: the class.
        feedback: makes the students' pages.
        graded: when it was, in words.

    Raises:
        OSError: a file cannot be written.
    """
    render = environment(
        "grader.report",
        address=address,
        bars=bars,
        breakable=breakable,
        called=lambda status: WORDS[status],
        counted=counted,
        number=lambda value: f"{value:.1f}".removesuffix(".0"),
        people=people,
        percent=lambda share: f"{share:.0%}",
        known_from=lambda source: KNOWN_FROM[source],
        span=span,
        terms=terms,
        typeset=lambda text: Markup(typeset(text)),
        when=when,
    ).get_template
    for part in ("topics", "students"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    index = render("index.html").render(
        found=found,
        submissions=len(results.submissions),
        passed_over=results.passed_over,
        statuses=[status for status in Status if any(status in item.statuses for item in found.items)],
        enough=ENOUGH,
        graded=graded,
    )
    index = printable(index)
    files.write(folder / "index.html", index.encode())
    template = render("topic.html")
    for topic in found.topics:
        items = sorted(topic.items, key=lambda item: -item.difficulty)
        scores = {
            one.student: {verdict.name: verdict.score for verdict in one.exercises} for one in topic.graded
        }
        names = [item.name for item in items]
        page = template.render(topic=topic, items=items, scores=scores, picture=heat_map(topic, names))
        files.write(folder / "topics" / f"{topic.id}.html", printable(page).encode())
    for learner in found.learners:
        page = feedback.of_student(learner)
        files.write(folder / "students" / f"{address(learner.student)}.html", page.encode())
    files.write(folder / "results.csv", table(results).encode())
    return len(index.encode())


def address(student: str) -> str:
    """Return a file's name for a student: the student's own, if that is fit for every system."""
    if SAFE.fullmatch(student) and student == student.lower():
        return student
    digest = hashlib.sha256(student.encode(errors="surrogatepass")).hexdigest()[:10]
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', student)[:40].strip('-') or 'student'}-{digest}"


def people(students: Sequence[str]) -> Markup:
    """Return links to students, folded away where they are many."""
    link = Markup('<a href="students/{}.html">{}</a>')
    shown = Markup(", ").join(link.format(address(one), printable(one)) for one in students[:PEOPLE])
    if len(students) <= PEOPLE:
        return shown
    # Without links, of which a large class would have megabytes.
    rest = ", ".join(map(printable, students[PEOPLE:]))
    return shown + Markup("<details><summary>and {} more</summary>{}</details>").format(
        len(students) - PEOPLE, rest
    )


def breakable(name: str) -> Markup:
    """Return a name of code, which may be broken where a narrow column has no room for it."""
    return escape(name).replace("_", Markup("_<wbr>"))


def bars(counts: Sequence[int]) -> Markup:
    """Draw a histogram, which also says its numbers."""
    most = max(counts, default=0) or 1
    label = "submissions by tenths of the points: " + ", ".join(map(str, counts))
    drawn = Markup().join(Markup('<i style="height:{}%"></i>').format(round(100 * n / most)) for n in counts)
    return Markup('<span class="bars" role="img" aria-label="{}">{}</span>').format(label, drawn)


def heat_map(topic: TopicFound, names: Sequence[str]) -> Markup:
    """Draw the share of the points of each student (rows) and exercise (columns, `names`)."""
    pixels = np.empty((max(topic.count, 1), max(len(names), 1), 3), np.uint8)
    pixels[:] = NOTHING
    for row, one in enumerate(topic.graded):
        for verdict in one.exercises:
            if verdict.status is not Status.GRADER_ERROR and verdict.name in names:
                pixels[row, names.index(verdict.name)] = DARK + solved(verdict) * (LIGHT - DARK)
    above = 20 + LETTER * max(map(len, names), default=0)
    width, height = COLUMN * pixels.shape[1], min(ROW * max(pixels.shape[0], 12), TALLEST)
    labels = [
        f'<text transform="translate({COLUMN * (place + 0.7):.1f} {above - 6:.0f}) rotate(-60)">'
        f"{escape(name)}</text>"
        for place, name in enumerate(names)
    ]
    image = (
        f'<image x="0" y="{above:.0f}" width="{width}" height="{height:.1f}" preserveAspectRatio="none" '
        f'style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{base64.b64encode(svg.png(pixels)).decode()}"/>'
        f'<rect x="0" y="{above:.0f}" width="{width}" height="{height:.1f}" fill="none" '
        f'stroke="currentColor" stroke-opacity="0.5"/>'
    )
    says = f"{topic.count} students by {len(names)} exercises; the table below has the numbers"
    return Markup(svg.drawing(width + above, above + height + 4, says, [*labels, image]))


def table(results: Results) -> str:
    """Return a row for each student and exercise as CSV; no text is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(_rows(results))
    return text.getvalue()


def _rows(results: Results) -> Iterator[list[object]]:
    for one in results.submissions:
        for verdict in one.exercises:
            seconds = sum(case.seconds for case in verdict.cases)
            named = (one.student, one.topic, verdict.name)
            score, status = (verdict.score, verdict.max_score), verdict.status.value
            yield [*map(field, named), *score, status, verdict.mistake or "", f"{seconds:.3f}"]


def pseudonyms(secret: bytes) -> Callable[[str], str]:
    """Return what gives each student a name that only who has the secret can find out."""

    def named(student: str) -> str:
        return "student-" + hmac.digest(secret, f"report\0{student}".encode(), "sha256").hex()[:10]

    return named


def anonymous(results: Results, named: Callable[[str], str]) -> Results:
    """Return results without names: notes and why something was passed over are left out, as they may tell.

    Files are named anew, too; which students handed in the same one can still be told. What stands
    in the order of names gets the order of the new ones, because the old one tells who is who. Whoever
    knows when somebody handed in, or has an extension, finds nothing to know them by: see `_lateness`.
    """
    change = msgspec.structs.replace
    dues = {one.topic: one.due for one in results.deadlines}
    why = "the reason may hold a name, and is left out"
    submissions = (
        change(
            one,
            student=named(one.student),
            file=one.file and named(one.file),
            notes=(),
            digest="",
            handed_in=None,
            lateness=one.lateness and _lateness(one.lateness, dues[one.topic]),
        )
        for one in results.submissions
    )
    missing = (change(one, student=named(one.student)) for one in results.missing)
    passed_over = (
        PassedOver("something", why, one.student and named(one.student)) for one in results.passed_over
    )
    return change(
        results,
        submissions=tuple(sorted(submissions, key=lambda one: (one.topic, one.student))),
        missing=tuple(sorted(missing, key=lambda one: (one.topic, one.student))),
        passed_over=tuple(sorted(passed_over, key=lambda one: one.student)),
    )


def _lateness(one: Lateness, due: datetime) -> Lateness:
    """Return what may be shown of it: the days that were begun, and no extension that one person has."""
    late = one.seconds and math.ceil(one.seconds / DAY) * DAY
    return msgspec.structs.replace(one, due=due, extended=False, seconds=late)
