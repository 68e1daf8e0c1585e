"""A course is a folder; what is missing in it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from courses import CHECKS, make_course

from grader.course import Course, CourseError, Topic, find_course, load_checks, name_of, nearest, unknown
from grader.exercise import AuthorError


@pytest.mark.parametrize("name", ["01_averages", "averages", "01"])
def test_a_topic_is_known_with_and_without_its_number(name: str, course: Course) -> None:
    assert course.topic(name).id == "01_averages"


@pytest.mark.parametrize("name", ["avarages", "Averages", "01_average", "averages.py"])
def test_an_unknown_topic_suggests_the_nearest(name: str, course: Course) -> None:
    with pytest.raises(CourseError, match=f"no topic `{name}`; did you mean `averages`?"):
        course.topic(name)


def test_nothing_near_lists_all() -> None:
    assert unknown("topic", "zzz", ["b", "a"]) == "there is no topic `zzz`; there are: a, b"
    assert unknown("topic", "abc", ["abc_b", "abc_a"]).endswith("; did you mean `abc_a` or `abc_b`?")
    assert unknown("topic", "zzz", []) == "there is no topic `zzz`; there are: none"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("adam", "adam_step"),
        ("Adam", "adam_step"),
        ("schedule", "lr_schedule"),
        ("moment", "momentum_rate momentum_step"),
        ("norm", "clip_global_norm"),
        ("adam_stop", "adam_step"),
        ("adamm_step", "adam_step"),
        ("momentum", "momentum_rate momentum_step"),
        ("step", "adam_step momentum_step"),
        ("a", ""),
    ],
)
def test_a_part_of_a_name_stands_for_the_name(name: str, meant: str) -> None:
    known = ["adamw_rate", "adam_step", "madam", "lr_schedule", "momentum_step", "clip_global_norm", "normal"]
    assert nearest(name, [*known, "momentum_rate"]) == meant.split()


def test_topics_are_in_the_order_of_their_numbers_and_nothing_else_is_one(tmp_path: Path) -> None:
    for name in ["10_later", "02_sooner", "notes", "3_short", "04_Upper", "05-dash", ".06_hidden"]:
        (tmp_path / "solutions" / name).mkdir(parents=True)
    assert [topic.id for topic in Course(tmp_path).topics] == ["02_sooner", "10_later"]


def test_the_nearest_course_upwards_is_found(tmp_path: Path) -> None:
    root = make_course(tmp_path / "outer").root
    inner = make_course(root / "a" / "inner").root
    (inner / "b" / "c").mkdir(parents=True)
    assert find_course(inner / "b" / "c").root == inner
    assert find_course(root / "a").root == root
    assert find_course(root, explicit=inner).root == inner


def test_no_course_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="name one with --course DIR"):
        find_course(tmp_path)
    with pytest.raises(CourseError, match="is not a course: it holds no folder `solutions`"):
        find_course(explicit=tmp_path)


def test_checks_are_loaded_with_their_text(topic: Topic) -> None:
    assert list(topic.checks.exercises) == ["mean", "weighted_mean", "running_mean"]
    assert topic.checks.points == 100
    assert topic.checks.text == CHECKS
    assert len(topic.checks.digest) == 64


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = (", "SyntaxError"),
        ("import nowhere_at_all", "ModuleNotFoundError"),
        ("x = 1", "defines no exercise"),
    ],
)
def test_checks_that_are_broken_are_the_author_s_error(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "checks.py").write_text(text)
    with pytest.raises(AuthorError, match=says):
        load_checks(tmp_path / "checks.py")


def test_checks_that_are_missing_are_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="there are no checks at .*checks.py: No such file"):
        load_checks(tmp_path / "checks.py")


def test_a_topic_knows_its_places_and_title(topic: Topic) -> None:
    assert topic.assignment == topic.course / "assignments" / "01_averages"
    assert topic.source == topic.course / "source" / "01_averages"
    assert (topic.name, topic.title) == ("averages", "Averages")
    assert name_of("averages") == "averages"


def test_a_topic_without_a_heading_is_called_by_its_name(tmp_path: Path) -> None:
    topic = make_course(tmp_path, topic="02_long_name", solution="# %%\nx = 1\n").topics[0]
    assert topic.title == "long name"
