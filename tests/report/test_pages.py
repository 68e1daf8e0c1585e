"""The report of a class: every figure is what the class' truth says, and every page works from disk."""

from __future__ import annotations

import csv
import io
import statistics
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from classes import BROKEN, SLOW, drawn_class
from click.testing import CliRunner, Result

from grader.commands.graded import graded_in
from grader.commands.main import cli
from grader.course import Course
from grader.grading.store import Store
from grader.report.analysis import analyse, correlation
from grader.report.data import write_json
from grader.report.pages import address, anonymous, heat_map, pseudonyms, table
from grader.verdict import (
    Deadline,
    Graded,
    HandedIn,
    Lateness,
    PassedOver,
    Penalty,
    Results,
    Source,
    Status,
    Verdict,
)

CLASS = drawn_class(60)


def report(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["report", *map(str, arguments)])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a class")
    write_json(CLASS, folder / "grades.json")
    result = report(folder / "grades.json", "--to", folder / "report")
    assert result.exit_code == 0, result.output
    return folder / "report"


def verdicts(results: Results, topic: str, name: str) -> list[tuple[Graded, Verdict]]:
    return [
        (one, verdict)
        for one in results.submissions
        for verdict in one.exercises
        if (one.topic, verdict.name) == (topic, name)
    ]


def test_topics_are_counted() -> None:
    for topic in analyse(CLASS).topics:
        scores = [one.score for one in CLASS.submissions if one.topic == topic.id]
        assert (topic.count, topic.absent) == (len(scores), 60 - len(scores))
        assert topic.median == statistics.median(scores) and topic.mean == pytest.approx(np.mean(scores))
        assert sum(topic.histogram) == len(scores)
        tenths = np.minimum(np.array(scores) * 10 // topic.points, 9)
        assert topic.histogram == tuple(int((tenths == place).sum()) for place in range(10))
        assert [one.score for one in topic.graded] == sorted(scores, reverse=True)


def test_exercises_are_measured() -> None:
    items = analyse(CLASS).items
    assert len(items) == 8 + 6 + 6
    for item in items:
        several = verdicts(CLASS, item.topic, item.name)
        scores = np.array([verdict.score for _, verdict in several])
        rest = np.array([one.score for one, _ in several]) - scores
        assert item.count == len(several)
        assert item.difficulty == pytest.approx(scores.mean() / 10)
        assert item.discrimination == pytest.approx(np.corrcoef(scores, rest)[0, 1])
        assert sum(item.statuses.values()) == item.count
        assert item.statuses[Status.PASSED] == (scores == 10).sum()
        assert item.seconds == pytest.approx(0.03)


def test_what_is_broken_and_what_is_slow_is_flagged_with_the_reason_and_nothing_else() -> None:
    flagged = {item.name: " ".join(item.flags) for item in analyse(CLASS).items if item.flags}
    assert set(flagged) == {BROKEN, SLOW}
    assert "Who does well elsewhere does badly here" in flagged[BROKEN]
    assert "ran out of time" in flagged[SLOW]


def test_who_passes_in_public_only_is_flagged() -> None:
    change = msgspec.structs.replace

    def passed(one: Graded) -> Graded:
        return change(
            one, exercises=tuple(change(each, status=Status.PASSED, score=10.0) for each in one.exercises)
        )

    public = change(CLASS, submissions=tuple(map(passed, CLASS.submissions)))
    item = next(item for item in analyse(CLASS, public).items if item.name == "exercise_0")
    lost = item.count - item.statuses[Status.PASSED]
    assert item.flags == (f"{lost} of the {item.count} who pass the public cases fail the hidden ones.",)


def test_an_exercise_that_nobody_passed_is_flagged() -> None:
    one = drawn_class(1, topics=1)
    assert [item.discrimination for item in analyse(one).items] == [None] * 8
    none = [
        msgspec.structs.replace(
            graded,
            exercises=tuple(
                msgspec.structs.replace(v, status=Status.WRONG, score=0.0) for v in graded.exercises
            ),
        )
        for graded in CLASS.submissions
    ]
    flags = {flag for item in analyse(Results(tuple(none), {})).items for flag in item.flags}
    assert flags == {f"Nobody of {count} solved it." for count in {56, 58}}


def test_missed_ideas_are_counted_with_who_missed_them() -> None:
    missed = analyse(CLASS).missed
    assert sum(len(one.students) for one in missed) == sum(
        verdict.mistake is not None for one in CLASS.submissions for verdict in one.exercises
    )
    assert [len(one.students) for one in missed] == sorted(
        (len(one.students) for one in missed), reverse=True
    )
    for one in missed:
        made = [
            graded.student
            for graded, verdict in verdicts(CLASS, one.topic, one.exercise)
            if verdict.mistake == one.mistake
        ]
        assert list(one.students) == sorted(made)
        assert one.sentence.endswith(".")


def test_who_is_stuck_or_behind_is_told_by_the_rules_that_the_page_states(pages: Path) -> None:
    learners = {one.student: one for one in analyse(CLASS).learners}
    assert len(learners) == 60
    medians = {topic.id: (topic.median, topic.points) for topic in analyse(CLASS).topics}
    for missing in CLASS.missing:
        assert missing.topic in learners[missing.student].behind
    assert sum(len(one.behind) for one in learners.values()) == len(CLASS.missing)
    for graded in CLASS.submissions:
        median, points = medians[graded.topic]
        expected = graded.score < graded.max_score / 2 and median >= points / 2
        assert (graded.topic in learners[graded.student].stuck) == expected
    text = " ".join((pages / "index.html").read_text().split())
    assert "less than half of a topic's points, where the median of the class is at least half" in text


def test_what_could_not_be_read_says_nothing_about_an_exercise_and_is_named(tmp_path: Path) -> None:
    """Its student is said to have handed in, and why it was not graded."""
    first = CLASS.submissions[0]
    lost = msgspec.structs.replace(first, unread="it is no notebook", exercises=(), score=0.0)
    url = f"sqlite:///{tmp_path / 'grades.db'}"
    with Store(url) as store:
        kept = (lost, *CLASS.submissions[1:])
        store.put_all([(one, f"{place:064}") for place, one in enumerate(kept)], {})
    found = analyse(graded_in(None, url, None))
    assert found.topics[0].count == analyse(CLASS).topics[0].count - 1
    (learner,) = (one for one in found.learners if one.student == first.student)
    assert first.topic in learner.behind and first.topic not in learner.graded
    assert [one.reason for one in learner.lost] == ["it could not be read: it is no notebook"]
    assert report("--db", url, "--to", tmp_path / "report").exit_code == 0
    page = (tmp_path / "report" / "students" / f"{first.student}.html").read_text()
    assert "was handed in and not graded: it could not be read: it is no notebook." in page


def test_a_grader_s_error_is_no_student_s(tmp_path: Path) -> None:
    first = CLASS.submissions[0]
    broken = msgspec.structs.replace(
        first.exercises[0], status=Status.GRADER_ERROR, message="the disk is full", score=0.0
    )
    one = msgspec.structs.replace(first, exercises=(broken, *first.exercises[1:]))
    write_json(Results((one,), {}), tmp_path / "grades.json")
    assert report(tmp_path / "grades.json", "--to", tmp_path / "report").exit_code == 0
    page = (tmp_path / "report" / "students" / f"{one.student}.html").read_text()
    assert "it will be graded again" in page and "the disk is full" not in page


def test_a_correlation_needs_submissions_that_differ() -> None:
    x = np.arange(20.0)
    assert correlation(x, 2 * x + 1) == pytest.approx(1.0)
    assert correlation(x, np.ones(20)) is None and correlation(x[:19], x[:19]) is None


def test_what_students_wrote_is_text_and_no_markup(pages: Path) -> None:
    student = (pages / "students" / "student0000.html").read_text()
    assert "&lt;b&gt;&amp;amp; more&lt;/b&gt;" in student and "<b>" not in student
    index = (pages / "index.html").read_text()
    assert "&lt;b&gt;notes&lt;/b&gt;" in index and "<b>" not in index


def test_the_table_holds_every_verdict_and_no_formula(pages: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((pages / "results.csv").read_text())))
    assert len(rows) == sum(len(one.exercises) for one in CLASS.submissions)
    assert sum(float(row["score"]) for row in rows) == sum(one.score for one in CLASS.submissions)
    named = msgspec.structs.replace(CLASS.submissions[0], student="=1+1")
    assert table(Results((named,), {})).splitlines()[1].startswith("'=1+1,01_topic,exercise_0,")


def test_a_name_that_is_no_file_name_gets_an_address_of_its_own() -> None:
    odd = ["Zoë", "Zoe", "zoe", "../up", "a/b", "", "con" * 100, "x y", "x-y"]
    assert len({address(one).lower() for one in odd}) == len(odd)
    assert all("/" not in address(one) and not address(one).startswith(".") for one in odd)
    assert address("ada") == "ada"


def test_a_heat_map_says_where_its_numbers_are() -> None:
    topic = analyse(CLASS).topics[0]
    drawn = heat_map(topic, [item.name for item in topic.items])
    assert "56 students by 8 exercises; the table below" in drawn and "data:image/png" in drawn


def test_names_are_left_out_everywhere_where_pseudonyms_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_SECRET", "a secret")
    write_json(CLASS, tmp_path / "grades.json")
    course = Path(__file__).resolve().parents[2]
    result = report(tmp_path / "grades.json", "--to", tmp_path / "report", "--anonymous", "--course", course)
    assert result.exit_code == 0, result.output
    written = list((tmp_path / "report").rglob("*"))
    assert len(written) == 2 + 2 + 3 + 60
    for file in written:
        assert "student0" not in file.name
        assert file.is_dir() or "student0" not in file.read_text()
    first, other = pseudonyms(b"a secret"), pseudonyms(b"another")
    assert first("ada") == first("ada") != other("ada")
    hidden = anonymous(CLASS, first)
    assert len({one.student for one in hidden.submissions}) == len({one.student for one in CLASS.submissions})


def test_without_names_the_figures_are_the_same(tmp_path: Path) -> None:
    """Whose only file was passed over is a student all the same; its name and the reason may tell who."""
    lost = PassedOver("class/student0099.zip", "student0099.zip is damaged", "student0099")
    known = msgspec.structs.replace(CLASS, passed_over=(*CLASS.passed_over, lost))
    hidden = anonymous(known, pseudonyms(b"a secret"))
    one, other = analyse(known), analyse(hidden)
    assert len(one.learners) == len(other.learners) == 61
    assert [topic.absent for topic in one.topics] == [topic.absent for topic in other.topics]
    assert sum(len(each.lost) for each in other.learners) == 2
    assert "student0099" not in str(hidden)


def test_the_order_of_rows_does_not_tell_whose_a_pseudonym_is() -> None:
    """What is kept stands in the order of names, which anybody in the class can write down."""
    hidden = anonymous(CLASS, pseudonyms(b"a secret"))
    read = [(row["topic"], row["student"]) for row in csv.DictReader(io.StringIO(table(hidden)))]
    assert read == sorted(read) and len(set(read)) == len(CLASS.submissions)
    lost = tuple(PassedOver(f"{number}.zip", "damaged", f"student{number:04}") for number in range(9))
    hidden = anonymous(Results((), {}, passed_over=lost), pseudonyms(b"a secret"))
    given = [one.student for one in hidden.passed_over]
    assert given == sorted(given)


def test_a_database_is_read_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'grades.db'}"
    with Store(url) as store:
        store.put_all([(one, f"{place:064}") for place, one in enumerate(CLASS.submissions)], {})
    result = report("--db", url, "--to", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "report" / "students" / "student0059.html").is_file()
    for named in (["--db", tmp_path / "grades.db"], [tmp_path / "grades.db"]):
        result = report(*named, "--to", tmp_path / "again")
        assert result.exit_code == 0, result.output
    again = (tmp_path / "again" / "results.csv").read_bytes()
    assert again == (tmp_path / "report" / "results.csv").read_bytes()


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    result = report("--db", f"sqlite:///{tmp_path / 'misspelt.db'}", "--to", tmp_path / "report")
    assert result.exit_code == 1 and "misspelt.db cannot be read: No such file" in result.output
    assert not list(tmp_path.iterdir())


def test_what_was_decided_since_counts_and_a_withdrawn_exercise_is_measured_all_the_same(
    tmp_path: Path,
) -> None:
    (tmp_path / "solutions").mkdir()
    (tmp_path / "decisions.toml").write_text('[topic]\nexercise_0 = "withdrawn"\n')
    url = f"sqlite:///{tmp_path / 'grades.db'}"
    only = [one for one in CLASS.submissions if one.topic == "01_topic"]
    with Store(url) as store:
        store.put_all([(one, f"{place:064}") for place, one in enumerate(only)], {})
    found = graded_in(None, url, Course(tmp_path))
    assert {one.max_score for one in found.submissions} == {70.0}
    before, after = (analyse(each).items[0] for each in (CLASS, found))
    assert (after.name, after.points) == ("exercise_0", 0.0)
    assert after.difficulty == before.difficulty and after.statuses == before.statuses


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"{}", "is of schema None"), (b"[", "is not a file of results"), (b'{"schema": 99}', "of schema 99")],
)
def test_what_are_no_results_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "grades.json").write_bytes(content)
    result = report(tmp_path / "grades.json", "--to", tmp_path / "report")
    assert result.exit_code == 1 and said in result.output
    assert not (tmp_path / "report").exists()


def test_a_class_that_handed_in_nothing_is_refused(tmp_path: Path) -> None:
    write_json(Results((), {}), tmp_path / "grades.json")
    result = report(tmp_path / "grades.json", "--to", tmp_path / "report")
    assert result.exit_code == 1 and "nothing was graded" in result.output


def test_tables_sort_and_a_topic_can_be_chosen_in_a_browser_without_a_network(
    pages: Path, browser: Any
) -> None:
    context = browser.new_context(offline=True, viewport={"width": 420, "height": 800})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((pages / "index.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    head = page.locator("h2#exercises ~ div table").first.locator("button.sort", has_text="points")
    head.focus()
    page.keyboard.press("Enter")
    shares = (
        page.locator("h2#exercises ~ div table").first.locator("tbody tr td:nth-child(4)").all_inner_texts()
    )
    numbers = [int(share.rstrip("%")) for share in shares]
    assert numbers == sorted(numbers, reverse=True) and len(set(numbers)) > 3
    page.select_option("#topic", "02_topic")
    assert page.locator("tbody tr:visible[data-topic='01_topic']").count() == 0
    assert page.locator("tbody tr:visible[data-topic='02_topic']").count() > 6
    page.locator("a", has_text="02_topic").first.click()
    assert page.locator("svg[role=img]").is_visible()
    student = page.locator("tbody a").first
    name = student.inner_text()
    student.click()
    assert page.locator("h1").inner_text() == name and name.startswith("student")
    assert errors == []
    context.close()


def test_what_was_understood_does_not_depend_on_when_it_was_handed_in() -> None:
    due = datetime(2027, 3, 1, tzinfo=UTC)
    at = HandedIn(due + timedelta(days=1), Source.EXPORT)
    change = msgspec.structs.replace
    late = change(
        CLASS,
        submissions=tuple(
            change(one, score=0.0, handed_in=at, lateness=Lateness(one.score, due, seconds=86400.0))
            for one in CLASS.submissions
        ),
        deadlines=(Deadline("01_topic", due, "policy.toml", Penalty.CUT_OFF),),
    )
    found, before = analyse(late), analyse(CLASS)
    assert found.items == before.items and found.missed == before.missed
    assert [one.histogram for one in found.topics] == [one.histogram for one in before.topics]
    assert [one.median for one in found.topics] == [one.median for one in before.topics]
    assert [one.stuck for one in found.learners] == [one.stuck for one in before.learners]
    assert {one.share for one in found.learners} <= {0, None}
    (kept,) = found.deadlines
    assert (kept.in_time, len(kept.late), kept.unknown) == (0, before.topics[0].count, 0)
    assert kept.sources == {Source.EXPORT: before.topics[0].count}
