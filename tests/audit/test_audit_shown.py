"""An audit's arithmetic, how it is shown, and what the command refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from courses import MISTAKES, make_course
from rich.console import Console

from grader.audit import equivalents, margins, page, run, terminal, training
from grader.audit.distance import distance
from grader.audit.findings import AuditFound, ExerciseFound, Fate, FormFound, MutantFound, TopicFound
from grader.commands.main import cli
from grader.course import Course, CourseError
from grader.exercise import Exercise

# The arithmetic.


@pytest.mark.parametrize(
    ("returned", "far"),
    [
        ([1.0, 2.0], 0.0),
        ([1.0, 2.4], 0.1),
        ([1.3, 2.0], 0.1),
        ([1.0, np.nan], np.inf),
        ([1.0, 2.0, 3.0], np.inf),
    ],
)
def test_a_distance_is_the_tolerance_at_which_it_would_pass(returned: list[float], far: float) -> None:
    assert distance({"y": np.array([1.0, 2.0])}, {"y": np.array(returned)}) == pytest.approx(far)


def test_integers_and_names_are_exact() -> None:
    assert distance({"y": np.array([1])}, {"y": np.array([2])}) == np.inf
    assert distance({"y": np.array([1])}, {"y": np.array([1.0])}) == 0.0
    assert distance({"y": np.ones(1)}, {"z": np.ones(1)}) == np.inf
    assert distance({"y": np.array([np.nan, 1.0])}, {"y": np.array([np.nan, 1.0])}) == 0.0


@pytest.mark.parametrize(
    ("spread", "nearest", "proposed"),
    [(1e-7, 1e-3, 1e-5), (1e-6, 1e-5, None), (1e-7, np.inf, 1e-5), (1.65e-6, 1.7e-4, 1.7e-5)],
)
def test_a_tolerance_is_proposed_where_there_is_room(
    spread: float, nearest: float, proposed: float | None
) -> None:
    assert margins.between(spread, nearest) == (proposed and pytest.approx(proposed))


def test_a_form_that_does_not_apply_has_no_say_in_the_margin() -> None:
    exercise = Exercise("f", 1, "?", lambda answer: {}, ("f",), tolerance=1e-5)
    forms = [FormFound("a", True, 1e-9), FormFound("b", None, 1.0), FormFound("c", True, np.inf)]
    killed = [MutantFound("f", "m", 1, Fate.KILLED, distance=1e-2)]
    key = type("Key", (), {"mistakes": ()})()
    found = margins.margin(exercise, [key, key], forms, killed)
    assert found is not None and (found.widest, found.wrong, found.proposed) == ("a", "m", None)
    assert margins.problems_of(found) == []


def test_the_interval_of_a_rate_is_wilsons() -> None:
    assert training.interval(20, 20) == pytest.approx((0.8389, 1.0), abs=1e-3)
    assert training.interval(15, 20) == pytest.approx((0.5313, 0.8881), abs=1e-3)


def test_a_share_of_a_right_answer_is_taken_from_a_wrong_one() -> None:
    mixed = training.mix(np.zeros((4, 5)), np.ones((4, 5)), 0.25)
    assert mixed.sum() == 5 and (mixed == training.mix(np.zeros((4, 5)), np.ones((4, 5)), 0.25)).all()


# How it is shown.


@pytest.fixture
def found() -> AuditFound:
    diff = "@@ -1 +1 @@\n-x <b>\n+y"
    survivor = MutantFound("f", 'a {"x" → y}', 7, Fate.SURVIVED, how="on hidden seeds", diff=diff)
    killed = MutantFound("f", "m2", 8, Fate.KILLED, "a case", "values", 0.5)
    one = ExerciseFound("f", mutants=[survivor, killed], problems=["it has a hole"], notes=["an idle case"])
    return AuditFound([TopicFound("01_averages", [one], ["no picture"], 1.0)])


def test_the_page_shows_survivors_as_diffs_and_escapes_them(found: AuditFound) -> None:
    text = page.html(found)
    assert '<span class="minus">-x &lt;b&gt;</span>' in text
    assert "Survives on hidden seeds, line\n7" in text
    assert "01_averages.f: it has a hole" in text and "01_averages: no picture" in text
    assert "<td>1</td>" in text and 'class="bad">1</td>' in text
    assert "http" not in text.partition("</style>")[2] and "src=" not in text


def test_the_terminal_shows_what_to_record(found: AuditFound, capsys: pytest.CaptureFixture[str]) -> None:
    terminal.show(Console(width=200), found)
    said = capsys.readouterr().out
    assert "record why: 'a {\"x\" → y}' = …" in said
    assert "✗ 01_averages.f: it has a hole" in said and "an idle case" in said
    assert "nothing to mend" not in said


def test_a_sample_says_that_it_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    killed = MutantFound("f", "m", 8, Fate.KILLED, "a case", "values", 0.5)
    for left_out, expected in ((0, "nothing to mend\n"), (7, "in this sample; 7 mutants were left out\n")):
        one = ExerciseFound("f", mutants=[killed], left_out=left_out)
        found = AuditFound([TopicFound("01_averages", [one])])
        terminal.show(Console(width=200), found)
        assert capsys.readouterr().out.endswith(expected)
        assert ("7 mutants were left out" in page.html(found)) == bool(left_out)


def test_an_audit_is_data(found: AuditFound, tmp_path: Path) -> None:
    run.write_json(found, tmp_path / "audit.json")
    read = json.loads((tmp_path / "audit.json").read_text())
    assert read["topics"][0]["exercises"][0]["mutants"][0]["fate"] == "survived"
    assert read["topics"][0]["exercises"][0]["mutants"][0]["distance"] is None
    assert msgspec.json.encode(found)


def test_targets_are_topics_and_exercises(course: Course) -> None:
    (topic,) = course.topics
    assert run.resolve(course, []) == {topic: []}
    assert run.resolve(course, ["averages.mean", "01.weighted_mean"]) == {topic: ["mean", "weighted_mean"]}
    assert run.resolve(course, ["averages.mean", "averages"]) == {topic: []}
    with pytest.raises(CourseError, match="did you mean `averages`"):
        run.resolve(course, ["avarages.mean"])


# What the command says.


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["avarages"], "there is no topic `avarages`; did you mean `averages`?"),
        (["averages.maen"], "there is no exercise `maen`; did you mean `mean`?"),
        (["averages."], "there is no exercise ``; there are: mean, running_mean"),
        (["--json", "nowhere/audit.json"], "nowhere/audit.json cannot be written: nowhere is no folder."),
        (["--html", "nowhere/audit.html"], "nowhere/audit.html cannot be written: nowhere is no folder."),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence_before_anything_is_run(
    arguments: list[str], says: str, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "audit", lambda *_: pytest.fail("it began"))
    done = CliRunner().invoke(cli, ["audit", *arguments, "--course", str(course.root)])
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {says}") and done.output.count("\n") == 1


def test_a_course_without_topics_is_no_clean_one(tmp_path: Path) -> None:
    (tmp_path / "solutions").mkdir()
    done = CliRunner().invoke(cli, ["audit", "--course", str(tmp_path)])
    assert done.exit_code == 1 and "holds no topic: make one with `grader new NAME`" in done.output


def test_mistakes_that_cannot_be_imported_are_named_with_their_line(tmp_path: Path) -> None:
    course = make_course(tmp_path, mistakes=MISTAKES + '\nraise ValueError("planted")\n')
    done = CliRunner().invoke(cli, ["audit", "--course", str(course.root)])
    assert done.exit_code == 1
    line = MISTAKES.count("\n") + 2
    said = f"01_averages cannot be run: mistakes.py: ValueError: planted (line {line}, in <module>)."
    assert done.output.endswith(f"{said}\n")


def test_an_equivalent_that_is_gone_fails_the_audit(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    (course.topics[0].folder / equivalents.FILE).write_text('[mean]\n"gone" = "A reason."\n')
    arguments = ["audit", "--sample", "0", "--json", str(tmp_path / "audit.json"), "--course", str(tmp_path)]
    done = CliRunner().invoke(cli, arguments, env={"COLUMNS": "200"})
    assert done.exit_code == 1
    assert "✗ 01_averages: equivalents.toml names a mutant of `mean` that does not exist: gone" in done.output
    read = json.loads((tmp_path / "audit.json").read_text())
    assert [one["name"] for one in read["topics"][0]["exercises"]] == list(course.topics[0].checks.exercises)


def test_without_libcst_the_audit_says_what_to_install(course: Course) -> None:
    code = 'import sys; sys.modules["libcst"] = None; from grader.commands.main import main; main()'
    done = subprocess.run(
        [sys.executable, "-c", code, "audit"], cwd=course.root, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: this needs `libcst`") and "[instructor]" in done.stderr
    assert done.stderr.count("\n") == 1 and done.stdout == ""
