"""Every figure of a report, read back from its pages, is what a drawn class' truth says."""

from __future__ import annotations

import base64
import io
import re
import statistics
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup, Tag
from classes import BROKEN, SLOW, drawn_class
from PIL import Image

from grader.report.analysis import analyse
from grader.report.feedback import Feedback
from grader.report.pages import address, write
from grader.verdict import Graded, Status

NAME = re.compile(r"student\d{4}")
CALLED = {Status.PASSED: "right", Status.WRONG: "wrong", Status.TIMED_OUT: "out of time"}


class Report:
    """The pages of a drawn class, and the class."""

    def __init__(self, folder: Path, students: int) -> None:
        self.truth = drawn_class(students)
        self.students = sorted({one.student for one in (*self.truth.submissions, *self.truth.missing)})
        self.folder = folder
        write(folder, analyse(self.truth), self.truth, Feedback({}))
        self.index = self.page("index.html")

    def page(self, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.folder / name).read_text(), "html.parser")

    def rows(self, heading: str) -> list[list[Tag]]:
        """Return the cells of the table below a heading of the index."""
        title = self.index.find(id=heading)
        assert isinstance(title, Tag)
        return cells(title.find_next("table"))

    def of(self, topic: str) -> list[Graded]:
        return [one for one in self.truth.submissions if one.topic == topic]

    @property
    def topics(self) -> list[str]:
        return sorted({one.topic for one in self.truth.submissions})


def cells(table: object) -> list[list[Tag]]:
    assert isinstance(table, Tag)
    return [list(row.find_all(["td", "th"])) for row in table.select("tbody tr")]


def text(row: list[Tag]) -> list[str]:
    return [" ".join(cell.get_text().split()) for cell in row]


def shown(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


@pytest.fixture(scope="module", params=[60, 300, pytest.param(1000, marks=pytest.mark.long)])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return Report(tmp_path_factory.mktemp("report"), request.param)


def test_topics(report: Report) -> None:
    assert len(report.rows("topics")) == len(report.topics) == 3
    for row, topic in zip(report.rows("topics"), report.topics, strict=True):
        scores = [one.score for one in report.of(topic)]
        most = report.of(topic)[0].max_score
        absent = sum(one.topic == topic for one in report.truth.missing)
        assert len(scores) + absent == len(report.students)
        figures = [statistics.median(scores), statistics.fmean(scores), most]
        assert text(row)[:6] == [topic, str(len(scores)), str(absent), *map(shown, figures)]
        tenths = [sum(min(int(10 * s / most), 9) == place for s in scores) for place in range(10)]
        bars = row[6].find(class_="bars")
        assert isinstance(bars, Tag) and str(bars["aria-label"]).endswith(": " + ", ".join(map(str, tenths)))


def test_ideas_missed(report: Report) -> None:
    made: dict[tuple[str, str, str], set[str]] = {}
    for one in report.truth.submissions:
        for verdict in one.exercises:
            if verdict.mistake:
                made.setdefault((verdict.sentence, verdict.name, one.topic), set()).add(one.student)
    rows = report.rows("missed")
    assert len(rows) == len(made)
    for row in rows:
        count, sentence, exercise, topic, who = text(row)
        students = made.pop((sentence, exercise, topic))
        assert int(count) == len(students) and set(NAME.findall(who)) == students
    counts = [int(text(row)[0]) for row in rows]
    assert counts == sorted(counts, reverse=True)


def test_exercises(report: Report) -> None:
    rows = iter(report.rows("exercises"))
    for topic in report.topics:
        of_topic = report.of(topic)
        scores = np.array([[verdict.score for verdict in one.exercises] for one in of_topic])
        for place, first in enumerate(of_topic[0].exercises):
            name, where, most, mean, discrimination, *counts, seconds, _ = text(next(rows))
            own = scores[:, place]
            assert (name, where, most, seconds) == (first.name, topic, "10", "0.03 s")
            assert mean == f"{own.mean() / 10:.0%}"
            expected = np.corrcoef(own, scores.sum(axis=1) - own)[0, 1]
            assert float(discrimination) == pytest.approx(expected, abs=0.00501)
            statuses = [one.exercises[place].status for one in of_topic]
            assert counts == [str(n) if (n := statuses.count(status)) else "" for status in CALLED]
    assert next(rows, None) is None


def test_the_planted_broken_exercise_and_no_other_discriminates_the_wrong_way(report: Report) -> None:
    rows = [text(row) for row in report.rows("exercises")]
    broken = [row for row in rows if row[0] == BROKEN]
    assert len(broken) == 1 and float(broken[0][4]) < -0.2 and "does well elsewhere" in broken[0][-1]
    assert all(float(row[4]) > 0 for row in rows if row[0] not in (BROKEN, SLOW))
    assert {row[0] for row in rows if row[-1]} == {BROKEN, SLOW}
    late = sum(
        v.name == SLOW and v.status is Status.TIMED_OUT
        for one in report.of("01_topic")
        for v in one.exercises
    )
    (slow,) = (row for row in rows if row[0] == SLOW)
    assert slow[-1] == f"{late} of {len(report.of('01_topic'))} ran out of time."


def test_students(report: Report) -> None:
    medians = {
        topic: statistics.median(one.score / one.max_score for one in report.of(topic))
        for topic in report.topics
    }
    rows = {text(row)[0]: text(row)[1:] for row in report.rows("students")}
    assert list(rows) == report.students
    for student, (count, share, stuck, behind) in rows.items():
        own = [one for one in report.truth.submissions if one.student == student]
        assert int(count) == len(own)
        most = sum(one.max_score for one in own)
        assert share == (f"{sum(one.score for one in own) / most:.0%}" if own else "")
        low = [one.topic for one in own if one.score < one.max_score / 2 and medians[one.topic] >= 0.5]
        assert stuck == ", ".join(sorted(low))
        lacking = {one.topic for one in report.truth.missing if one.student == student}
        assert behind == ", ".join(sorted(lacking))


def test_a_topic_s_page_and_its_picture(report: Report) -> None:
    for topic in report.topics:
        page = report.page(f"topics/{topic}.html")
        truth = {one.student: one for one in report.of(topic)}
        table = page.find("table")
        assert isinstance(table, Tag)
        names = [head.get_text() for head in table.select("thead th")][2:]
        rows = [text(row) for row in cells(table)]
        assert [row[0] for row in rows] == sorted(truth, key=lambda name: (-truth[name].score, name))
        earned = []
        for student, total, *scores in rows:
            of_student = {verdict.name: verdict.score for verdict in truth[student].exercises}
            assert total == shown(truth[student].score)
            assert scores == [shown(of_student[name]) for name in names]
            earned.append([of_student[name] / 10 for name in names])
        means = np.mean(earned, axis=0)
        assert list(means) == sorted(means, reverse=True)
        image = page.select_one("svg image")
        assert image is not None
        data = base64.b64decode(str(image["href"]).partition(",")[2])
        red = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))[:, :, 0]
        assert np.array_equal(red, np.where(np.array(earned) == 1, 222, 8))  # light and dark


def test_a_student_s_page(report: Report) -> None:
    for student in report.students[:: max(len(report.students) // 20, 1)]:
        page = report.page(f"students/{address(student)}.html")
        own = sorted(
            (one for one in report.truth.submissions if one.student == student), key=lambda o: o.topic
        )
        heads = [" ".join(head.get_text().split()) for head in page.find_all(["h2", "h3"])]
        expected = []
        for one in own:
            expected.append(f"{one.topic}: {shown(one.score)} of {shown(one.max_score)} points")
            for verdict in one.exercises:
                sign = "✓" if verdict.status is Status.PASSED else "✗"
                points = f"{shown(verdict.score)} of 10 points"
                expected.append(f"{sign} {verdict.name} — {CALLED[verdict.status]}, {points}")
        assert heads == expected


def test_one_student_is_a_class_too(tmp_path: Path) -> None:
    alone = Report(tmp_path, 1)
    assert [text(row)[0] for row in alone.rows("students")] == ["student0000"]
    assert all(text(row)[4] == "" for row in alone.rows("exercises"))


@pytest.mark.long
def test_of_1000_students_and_30_topics_the_index_has_less_than_5_mb(tmp_path: Path) -> None:
    results = drawn_class(1000, topics=30)
    assert write(tmp_path, analyse(results), results, Feedback({})) < 5_000_000
