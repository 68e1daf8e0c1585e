"""Pictures of what was handed in: from public cases, of the exercises that went wrong, and drawn once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import GradeText
from courses import make_course
from msgspec.structs import replace

from grader.course import Topic
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.work import digest_of, open_file
from grader.report.album import Album, illustrate
from grader.verdict import Graded

SUM = "import numpy as np\ndef mean(rows):\n    return np.sum(rows, axis=0)\n"


@pytest.fixture
def descriptor(tmp_path: Path) -> Iterator[int]:
    """A submission's file, open: its `mean` is a sum, and nothing else is written."""
    (tmp_path / "averages.py").write_text(SUM)
    opened = open_file(tmp_path / "averages.py")
    yield opened
    os.close(opened)


@pytest.fixture
def own(tmp_path: Path) -> Topic:
    """A topic whose course keeps pictures of its own."""
    return make_course(tmp_path / "course").topics[0]


@pytest.fixture
def graded(grade_text: GradeText, descriptor: int) -> Graded:

    return replace(grade_text(SUM), digest=digest_of(descriptor))


def test_public_numbers_are_drawn(grader: Grader, public_key: Key, descriptor: int) -> None:
    drawn = dict(illustrate(grader.server, Rules(public_key), descriptor, ["mean"]))
    assert set(drawn) == {"mean"}
    assert "On the public case “a few rows”" in drawn["mean"] and "was expected" in drawn["mean"]
    assert "`" not in drawn["mean"].partition("<svg")[0]


def test_hidden_numbers_are_never_drawn(grader: Grader, hidden_key: Key, descriptor: int) -> None:
    with pytest.raises(ValueError, match="not to be shown"):
        list(illustrate(grader.server, Rules(hidden_key), descriptor, ["mean"]))


def test_what_was_drawn_is_kept_for_whoever_handed_in_the_same(
    grader: Grader, public_key: Key, own: Topic, graded: Graded, descriptor: int
) -> None:

    album = Album(own)
    assert album.find(graded) is None
    drawn = album.draw(grader.server, Rules(public_key), graded, descriptor)
    assert set(drawn) == {"mean"}
    assert Album(own).find(replace(graded, student="bob", file="bob/averages.py")) == drawn
    assert album.find(replace(graded, digest="0" * 64)) is None
    (own.folder / "mistakes.py").write_text("# a key that was recorded from other files\n")
    assert Album(own).find(graded) is None


def test_a_damaged_file_is_drawn_again(
    grader: Grader, public_key: Key, own: Topic, graded: Graded, descriptor: int
) -> None:
    album = Album(own)
    drawn = album.draw(grader.server, Rules(public_key), graded, descriptor)
    (kept,) = (own.course / ".grader" / "pictures").iterdir()
    kept.write_text('{"mean": 3}')
    assert album.find(graded) is None
    assert album.draw(grader.server, Rules(public_key), graded, descriptor) == drawn


def test_where_nothing_can_be_drawn_nothing_is_run(own: Topic, grade_text: GradeText) -> None:
    right = grade_text("import numpy as np\ndef mean(rows):\n    return np.mean(rows, axis=0)\n")
    assert {verdict.status for verdict in right.exercises} == {"passed", "missing"}
    assert Album(own).find(right) == {}


def test_an_exercise_that_the_course_has_no_more_is_left_out(
    grader: Grader, public_key: Key, own: Topic, graded: Graded, descriptor: int
) -> None:

    renamed = replace(graded, exercises=tuple(replace(one, name="gone") for one in graded.exercises))
    assert Album(own).draw(grader.server, Rules(public_key), renamed, descriptor) == {}
    assert Album(own).find(renamed) == {}
