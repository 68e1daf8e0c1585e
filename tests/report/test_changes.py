"""Two gradings, compared: whose points changed, and what differs besides."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from grader.commands.main import cli
from grader.grading.provenance import of_topic
from grader.grading.store import Store
from grader.report.changed import show_changes
from grader.report.changes import Cause, Changes, Difference
from grader.report.data import results, write_json
from grader.report.gradings import Entry, Side, compare
from grader.verdict import CaseVerdict, Graded, PassedOver, Status, Verdict

TOPIC = "01_averages"
KEPT = {
    "python": "3.11.4",
    "tensorflow": "2.20.0",
    "isolation": "user",
    "keys": "01_averages k1, 02_medians k2",
    "seeds": "01_averages s1, 02_medians s2",
    "checks": "01_averages c1, 02_medians c2",
}


def verdict(name: str = "mean", score: float = 30.0, seconds: float = 0.1, message: str = "") -> Verdict:
    status = Status.PASSED if score == 30.0 else Status.WRONG
    return Verdict(name, status, score, 30.0, None, message, (CaseVerdict("a", status, seconds),))


def graded(student: str = "ada", *verdicts: Verdict, digest: str = "d") -> Graded:
    some = verdicts or (verdict(),)
    score, most = sum(one.score for one in some), sum(one.max_score for one in some)
    file = f"{student}/averages.py"
    return Graded(student, TOPIC, file, score, most, 1.0, some, digest=digest)


def entry(one: Graded, **changed: str) -> Entry:
    return Entry(one, of_topic(KEPT | changed, one.topic))


def compared(old: Entry, new: Entry) -> Changes:
    return compare(Side((old,)), Side((new,)))


def causes(found: Changes) -> list[tuple[Cause, str]]:
    ((exercise,),) = (one.exercises for one in found.changed)
    return [(one.cause, one.name) for one in exercise.because]


def test_times_are_no_change() -> None:
    old = entry(graded("ada", verdict(seconds=0.1)))
    new = entry(msgspec.structs.replace(graded("ada", verdict(seconds=9.0)), seconds=9.0, file="elsewhere"))
    found = compared(old, new)
    assert (found.compared, found.changed, found.reworded, found.any) == (1, (), (), False)


def test_whose_points_changed_by_how_much_and_in_which_exercise() -> None:
    old = graded("ada", verdict("mean"), verdict("mode", 10.0))
    new = graded("ada", verdict("mean"), verdict("mode", 12.5))
    (change,) = compared(entry(old), entry(new)).changed
    assert (change.student, change.old.score, change.new.score, change.new.max_score) == ("ada", 40, 42.5, 60)
    assert [(one.name, one.old, one.new) for one in change.exercises] == [
        (
            "mode",
            msgspec.convert({"score": 10.0, "max_score": 30.0}, type(change.old)),
            change.exercises[0].new,
        )
    ]


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({}, []),
        ({"keys": "01_averages other, 02_medians k2"}, [(Cause.KEY, "")]),
        ({"keys": "01_averages k1, 02_medians other"}, []),  # another topic's
        ({"keys": "01_averages x", "seeds": "01_averages y"}, [(Cause.SEEDS, "")]),
        (
            {"keys": "01_averages x", "seeds": "01_averages y", "checks": "01_averages z"},
            [(Cause.CHECKS, ""), (Cause.SEEDS, "")],
        ),
        ({"checks": ""}, []),  # what an earlier version kept does not say it
        ({"isolation": "none"}, [(Cause.ISOLATION, "isolation")]),
        (
            {"tensorflow": "2.21.0", "seconds": "5"},
            [(Cause.ENVIRONMENT, "seconds"), (Cause.ENVIRONMENT, "tensorflow")],
        ),
    ],
)
def test_what_differs_besides(changed: Mapping[str, str], cause: list[tuple[Cause, str]]) -> None:
    found = compared(entry(graded()), entry(graded("ada", verdict(score=0.0)), **changed))
    assert causes(found) == cause


def test_another_file_is_a_cause() -> None:
    found = compared(entry(graded()), entry(graded("ada", verdict(score=0.0), digest="e")))
    assert causes(found) == [(Cause.FILE, "")]


def test_what_surely_changed_it_stands_alone() -> None:
    failed = msgspec.structs.replace(verdict(score=0.0), status=Status.GRADER_ERROR)
    found = compared(entry(graded("ada", failed)), entry(graded(), python="3.12.0"))
    assert causes(found) == [(Cause.FAILURE, "")]
    credited = msgspec.structs.replace(verdict(score=10.0), score=30.0, decision="credited")
    found = compared(
        entry(graded("ada", verdict(score=10.0))), entry(graded("ada", credited), python="3.12.0")
    )
    assert found.changed[0].exercises[0].because == (Difference(Cause.DECISION, "", "", "credited"),)


def test_an_exercise_that_came_or_went_has_no_points_on_the_other_side() -> None:
    found = compared(entry(graded("ada", verdict("mean"))), entry(graded("ada", verdict("median"))))
    assert [(one.name, one.old is None, one.new is None) for one in found.changed[0].exercises] == [
        ("mean", False, True), ("median", True, False)
    ]  # fmt: skip


def test_other_words_for_the_same_points_stand_apart() -> None:
    old, new = verdict(score=10.0, message="It is off."), verdict(score=10.0, message="It is far off.")
    found = compared(entry(graded("ada", old)), entry(graded("ada", new)))
    assert not found.changed and not found.any
    (one,) = found.reworded
    assert (one.name, one.old_message, one.new_message) == ("mean", "It is off.", "It is far off.")


def test_other_values_count_where_nothing_explains_them() -> None:
    """A digest of what was returned hangs on the key; an earlier version kept none."""
    old, new = (
        entry(graded("ada", msgspec.structs.replace(verdict(score=0.0), returned=digest)))
        for digest in ("1", "2")
    )
    (one,) = compared(old, new).reworded
    assert one.values and one.old_message == one.new_message
    assert "wrong, other values" in shown(compared(old, new))
    assert not compared(old, Entry(new.graded, new.origin | {"seeds": "others"})).reworded
    assert not compared(entry(graded("ada", verdict(score=0.0))), new).reworded
    assert not compared(old, old).reworded


def test_who_is_in_one_of_both_is_named_with_the_reason_why() -> None:
    over = (PassedOver("bea/averages.py", "it is a link", "bea"),)
    found = compare(Side((entry(graded("ada")), entry(graded("bea")))), Side((entry(graded("cem")),), over))
    assert [(one.student, one.why) for one in found.only_old] == [("ada", ""), ("bea", "it is a link")]
    assert [one.student for one in found.only_new] == ["cem"]
    assert found.compared == 0 and found.any
    assert "No submission is in both." in shown(found) and "same points" not in shown(found)


def shown(found: Changes) -> str:
    text = io.StringIO()
    show_changes(
        Console(file=text, width=160, force_terminal=True, color_system=None), found, "a.db", "[b]b.db"
    )
    return text.getvalue()


def test_the_terminal_shows_the_largest_change_first_and_no_markup() -> None:
    students = ["ada", "[red]bob[/red]", *(f"s{i:02}" for i in range(30))]
    old = Side(tuple(entry(graded(one, verdict(score=30.0))) for one in students))
    new = Side(
        tuple(
            entry(graded(one, verdict(score=5.0 if "bob" in one else 29.9999)), python="3.12.0")
            for one in students
        )
    )
    said = shown(compare(old, new))
    assert said.index("[red]bob[/red]") < said.index("ada")
    assert "30 → 29.9999 of 30" in said and "python 3.11.4 → 3.12.0" in said
    assert "and 12 more; --json FILE has them all." in said
    assert "averages.mean" in said and "32 submissions in both: the points of 32 changed." in said
    assert "Only in [b]b.db" in shown(compare(Side(()), new))


def test_nothing_changed_is_said() -> None:
    assert shown(compare(Side(()), Side(()))).strip() == "No submission is in both."


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["compare", *map(str, arguments)])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database and the same results as JSON; no course is near."""
    monkeypatch.chdir(tmp_path)
    with Store("sqlite:///old.db") as store:
        store.put_all([(graded("ada"), "1"), (graded("bea", verdict(score=10.0)), "2")], KEPT)
    write_json(results([graded("ada"), graded("bea", verdict(score=10.0))], KEPT), Path("old.json"))
    with Store("sqlite:///new.db") as store:
        store.put_all([(graded("ada"), "1"), (graded("bea"), "3")], KEPT | {"python": "3.12.0"})
    return tmp_path


@pytest.mark.parametrize("old", ["old.db", "sqlite:///old.db", "old.json"])
def test_a_database_by_file_or_url_and_results_are_compared(folder: Path, old: str) -> None:
    done = run(old, "new.db", "--json", "changes.json")
    assert done.exit_code == 1 and "10 → 30 of 30" in done.output, done.output
    found = msgspec.json.decode(Path("changes.json").read_bytes(), type=Changes)
    assert [one.student for one in found.changed] == ["bea"] and json.loads(Path("changes.json").read_text())
    assert run(old, "old.json").exit_code == 0


def test_decisions_of_the_course_are_put_into_databases(folder: Path) -> None:
    (folder / "solutions" / "01_averages").mkdir(parents=True)
    (folder / "decisions.toml").write_text('[averages]\nmean = "withdrawn"\nmode = "credited"\n')
    done = run("old.json", "old.db")
    assert done.exit_code == 1 and "decision none →" in done.output and "withdrawn" in done.output


def test_a_simulated_class_beside_a_real_one_is_left_out_as_everywhere(folder: Path) -> None:
    (folder / "made").mkdir()
    (folder / "made" / "truth.json").touch()
    made = msgspec.structs.replace(graded("zoe"), file="made/zoe.py")
    with Store("sqlite:///old.db") as store:
        store.put(made, "9", KEPT)
    done = run("old.db", "old.json")
    assert done.exit_code == 0 and "One result of a simulated class is left out." in done.output
    with Store("sqlite:///alone.db") as store:
        store.put(made, "9", KEPT)
    assert "1 submission in both" in run("alone.db", "alone.db").output


@pytest.mark.parametrize(
    "other", ["no.db", "sqlite:///no.db", "text.txt", "empty.db", "wrong://x", "other.db"]
)
def test_what_cannot_be_compared_exits_with_2_and_makes_nothing(folder: Path, other: str) -> None:
    Path("text.txt").write_text("student,points")
    Path("empty.db").touch()
    with closing(sqlite3.connect("other.db")) as connection:
        connection.execute("CREATE TABLE students (id TEXT)")
    before = sorted(path.name for path in folder.iterdir())
    for arguments in (("old.db", other), ("old.db", "new.db", "--json", f"{other}/no/changes.json")):
        done = run(*arguments)
        assert done.exit_code == 2 and done.output.startswith("Error: ") and done.output.count("\n") == 1
    assert sorted(path.name for path in folder.iterdir()) == before
