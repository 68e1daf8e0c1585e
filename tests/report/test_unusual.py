"""Who shares an unusual wrong answer, and which wrong answers are so common that they deserve a name."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from classes import drawn_class
from click.testing import CliRunner

from grader.commands.main import cli
from grader.report.analysis import analyse
from grader.report.data import write_json
from grader.report.pages import anonymous
from grader.report.unusual import alike
from grader.verdict import Graded, Results, Status, Verdict

DIGEST = "0123456789abcdef"
TOPIC = "01_topic"


def class_of(size: int, **made: list[str]) -> list[Graded]:
    """A class of one topic with two exercises; `made` says who returned what: `first_DIGEST=[students]`."""
    graded = []
    for number in range(size):
        student = f"s{number}"
        verdicts = []
        for exercise in ("first", "second"):
            own = [
                key.removeprefix(f"{exercise}_")
                for key, who in made.items()
                if key.startswith(exercise) and student in who
            ]
            status = Status.WRONG if own else Status.PASSED
            verdicts.append(Verdict(exercise, status, 0.0, 10.0, None, "", (), returned="".join(own)))
        graded.append(Graded(student, TOPIC, f"{student}.py", 0.0, 20.0, 0.1, tuple(verdicts)))
    return graded


def test_two_who_share_what_nobody_else_returned_are_listed() -> None:
    found = alike(class_of(20, first_a=["s1", "s2"], first_b=["s3"]))
    (shared,) = found.few
    assert (shared.topic, shared.exercise, shared.students, shared.count) == (
        TOPIC,
        "first",
        ("s1", "s2"),
        20,
    )
    assert found.many == () and found.pairs == ()


def test_what_two_share_in_several_exercises_is_counted() -> None:
    found = alike(class_of(100, first_a=["s1", "s2", "s3"], second_b=["s2", "s1"]))
    (pair,) = found.pairs
    assert pair.students == ("s1", "s2")
    assert pair.exercises == ((TOPIC, "first"), (TOPIC, "second"))


def test_what_many_returned_is_a_mistake_without_a_name() -> None:
    many = [f"s{number}" for number in range(7)]
    found = alike(class_of(100, first_a=many))
    assert found.few == () and [one.students for one in found.many] == [tuple(many)]
    missed = analyse(Results(tuple(class_of(100, first_a=many)), {})).missed
    assert [(one.mistake, one.sentence, len(one.students)) for one in missed] == [("", "", 7)]


@pytest.mark.parametrize("size", [2, 5, 8])
def test_in_a_class_of_which_two_are_a_quarter_nothing_is_unusual(size: int) -> None:
    assert alike(class_of(size, first_a=["s0", "s1"])).few == ()
    assert len(alike(class_of(9, first_a=["s0", "s1"])).few) == 1


def test_a_class_of_one_or_none_shares_nothing() -> None:
    for size in (0, 1):
        found = alike(class_of(size, first_a=["s0"]))
        assert (found.few, found.many, found.pairs) == ((), (), ())


def test_what_a_group_handed_in_together_is_no_fingerprint() -> None:
    together = [
        msgspec.structs.replace(one, file="group.py") if one.student in ("s1", "s2") else one
        for one in class_of(20, first_a=["s1", "s2"])
    ]
    assert alike(together).few == ()
    hidden = anonymous(Results(tuple(together), {}), lambda name: f"x{name}")
    assert alike(hidden.submissions).few == ()
    third = [
        msgspec.structs.replace(one, file="group.py") if one.student in ("s1", "s2") else one
        for one in class_of(20, first_a=["s1", "s2", "s3"], second_b=["s1", "s2", "s3"])
    ]
    assert {pair.students for pair in alike(third).pairs} == {("s1", "s3"), ("s2", "s3")}


def test_the_report_lists_them_for_instructors_and_no_digest_is_on_any_page(tmp_path: Path) -> None:
    drawn = drawn_class(60)
    shared = {"student0003", "student0004"}
    many = {f"student{number:04}" for number in range(10, 20)}

    def marked(one: Graded) -> Graded:
        own = DIGEST if one.student in shared else "f" * 16 if one.student in many else ""
        if not own:
            return one
        wrong = msgspec.structs.replace(
            one.exercises[0], status=Status.WRONG, mistake=None, sentence="", returned=own
        )
        return msgspec.structs.replace(one, exercises=(wrong, *one.exercises[1:]))

    results = Results(tuple(map(marked, drawn.submissions)), {})
    write_json(results, tmp_path / "grades.json")
    arguments = ["report", str(tmp_path / "grades.json"), "--to", str(tmp_path / "report")]
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    index = (tmp_path / "report" / "index.html").read_text()
    section = index[index.index('id="alike"') :]
    assert all(student in section for student in shared) and "proves nothing alone" in section
    assert "(the same wrong answer, without a name)" in index
    for file in (tmp_path / "report").rglob("*.*"):
        assert DIGEST not in file.read_text() and "f" * 16 not in file.read_text()
    write_json(drawn, tmp_path / "grades.json")
    assert CliRunner().invoke(cli, arguments).exit_code == 0
    assert 'id="alike"' not in (tmp_path / "report" / "index.html").read_text()
