"""Exercises that were withdrawn or credited: what counts, while what was graded stays as it is."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from courses import make_course

from grader.commands.main import cli
from grader.grading import decisions
from grader.grading.decisions import Decision, Decisions, NotDecided, amended
from grader.grading.store import Store
from grader.report.changes import Changes
from grader.report.data import results, write_json
from grader.verdict import Graded, Status, Verdict

GRADED = Graded(
    "ada",
    "01_averages",
    "submitted/ada/averages.py",
    score=45.0,
    max_score=100.0,
    seconds=1.0,
    exercises=(
        Verdict("mean", Status.PASSED, 30.0, 30.0, None, "", ()),
        Verdict("weighted_mean", Status.WRONG, 15.0, 40.0, "unweighted", "It is off.", ()),
        Verdict("running_mean", Status.MISSING, 0.0, 30.0, None, "It is not written yet.", ()),
    ),
)


def decide(**decided: str | float) -> Graded:
    own = {name: Decision(said) if isinstance(said, str) else said for name, said in decided.items()}
    return amended(GRADED, {"averages": own})


def points(graded: Graded) -> list[tuple[float, float]]:
    return [(verdict.score, verdict.max_score) for verdict in graded.exercises]


def test_what_is_withdrawn_counts_for_nobody() -> None:
    found = decide(weighted_mean="withdrawn")
    assert points(found) == [(30, 30), (0, 0), (0, 30)]
    assert (found.score, found.max_score) == (30, 60)
    assert found.exercises[1].message == "This exercise was withdrawn: it counts for nobody.\n\nIt is off."


def test_what_is_credited_counts_for_everybody() -> None:
    found = decide(weighted_mean="credited", running_mean="credited", mean="credited")
    assert points(found) == [(30, 30), (40, 40), (30, 30)]
    assert (found.score, found.max_score) == (100, 100)
    assert [verdict.status for verdict in found.exercises] == [one.status for one in GRADED.exercises]


def test_what_is_weighed_keeps_its_share() -> None:
    found = decide(weighted_mean=10.0, mean=12.5)
    assert points(found) == [(12.5, 12.5), (3.75, 10), (0, 30)]
    assert (found.score, found.max_score) == (16.25, 52.5)
    assert found.exercises[1].message == "This exercise is worth 10 points now, not 40.\n\nIt is off."
    assert [one.decision for one in found.exercises] == ["worth 12.5 points", "worth 10 points", ""]


@pytest.mark.parametrize(
    ("score", "most", "worth", "now"),
    [
        (6.6667, 10.0, 30.0, 20.0),  # two of three cases, rounded once and not twice
        (0.3333, 1.0, 100.0, 33.3333),
        (10 / 3, 10.0, 7.0, 2.3333),
        (4.2, 7.0, 0.1, 0.06),
        (0.1 + 0.2, 1.0, 10.0, 3.0),
        (12.3457, 40.0, 80.0, 24.6914),
    ],
)
def test_a_share_is_rounded_once(score: float, most: float, worth: float, now: float) -> None:
    exercise = Verdict("mean", Status.WRONG, score, most, None, "", ())
    graded = Graded("ada", "01_averages", "", score, most, 0.0, (exercise,))
    assert amended(graded, {"averages": {"mean": worth}}).score == now


def test_what_is_worth_nothing_cannot_be_weighed() -> None:
    with pytest.raises(NotDecided, match="`weighted_mean` is worth 0 points here"):
        amended(decide(weighted_mean="withdrawn"), {"averages": {"weighted_mean": 5.0}})


def test_an_exercise_that_earlier_checks_had_not_may_be_passed_over() -> None:
    assert amended(GRADED, {"averages": {"median": Decision.CREDITED}}, strict=False) == GRADED


def test_without_a_decision_nothing_changes() -> None:
    assert amended(GRADED, {}) is GRADED
    assert amended(GRADED, {"other": {"mean": Decision.CREDITED}}) is GRADED


def test_a_decision_on_no_exercise_is_refused() -> None:
    with pytest.raises(NotDecided, match="there is no exercise `meen`; did you mean `mean`"):
        decide(meen="withdrawn")


def test_what_was_decided_is_read_back(tmp_path: Path) -> None:
    decided: Decisions = {"b": {"y": 2.5}, "a": {"z": Decision.WITHDRAWN, "x": Decision.CREDITED, "y": 5.0}}
    decisions.save(tmp_path, decided)
    assert decisions.load(tmp_path) == decided
    assert (tmp_path / decisions.FILE).read_text().splitlines()[2:] == [
        "[a]", 'x = "credited"', "y = 5", 'z = "withdrawn"', "", "[b]", "y = 2.5"
    ]  # fmt: skip
    decisions.save(tmp_path, {"a": {}})
    assert not list(tmp_path.iterdir()) and decisions.load(tmp_path) == {}


@pytest.mark.parametrize(
    "text",
    [
        "[a", 'x = "withdrawn"', '[a]\nx = "gone"', "[a]\nx = 0", "[a]\nx = -1", "[a]\nx = nan",
        "[a]\nx = inf",
        "[a]\nx = true", "[a]\nx = [5]", "[a]\n[a]", "x = 5",
    ],
)  # fmt: skip
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / decisions.FILE).write_text(text)
    with pytest.raises(NotDecided, match=r"decisions.toml cannot be read .*expected are lines as"):
        decisions.load(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def test_the_commands_decide_and_take_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_course(tmp_path).root)
    done = run("withdraw", "averages.mean")
    assert done.exit_code == 0 and "averages: mean is withdrawn; 70 points in all." in done.output
    assert "`grader publish`" in done.output
    done = run("credit", "averages.mean", "01_averages.running_mean")
    assert "mean is credited, running_mean is credited; 100 points in all" in done.output
    assert "every exercise counts" in run("credit", "averages.mean", "averages.running_mean", "--none").output
    assert not (tmp_path / decisions.FILE).exists()


def test_weighing_is_decided_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_course(tmp_path).root)
    done = run("weigh", "averages.mean=12.5", "01.weighted_mean=5")
    assert "mean is worth 12.5 points, weighted_mean is worth 5 points; 47.5 points in all." in done.output
    assert "mean is withdrawn" in run("withdraw", "averages.mean").output
    assert "every exercise counts" in run("weigh", "averages.mean", "averages.weighted_mean", "--none").output
    assert not (tmp_path / decisions.FILE).exists()


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("averages.mean", "says no number of points above 0: expected TOPIC.EXERCISE=POINTS"),
        ("averages.mean=0", "says no number of points"),
        ("averages.mean=nan", "says no number of points"),
        ("averages.mean=5=5", "says no number of points"),
        ("averages.meen=5", "did you mean `mean`?"),
        ("averages=5", "there is no exercise `averages`"),
    ],
)
def test_what_is_no_weight_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, says: str
) -> None:
    monkeypatch.chdir(make_course(tmp_path).root)
    done = run("weigh", "averages.running_mean=3", named)
    assert done.exit_code == 1 and says in " ".join(done.output.split())
    assert not (tmp_path / decisions.FILE).exists()


class TestSupposing:
    """`--without` and `--points`, in one run alone."""

    @pytest.fixture
    def kept(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        with Store("sqlite:///grades.db") as store:
            store.put(GRADED, "1", {})
        write_json(results([GRADED], {}), tmp_path / "results.json")
        return tmp_path

    @pytest.mark.parametrize("source", [(), ("--results", "results.json")])
    def test_an_export_counts_as_if_it_were_decided(self, kept: Path, source: tuple[str, ...]) -> None:
        done = run(
            "export", "csv", *source, "--without", "averages.mean", "--points", "01_averages.weighted_mean=20"
        )
        assert done.exit_code == 0, done.output
        assert "ada,01_averages,7.5,50.0,0.0,7.5,0.0" in (kept / "grades.csv").read_text(encoding="utf-8-sig")
        run("export", "csv", *source)
        assert "ada,01_averages,45.0,100.0,30.0" in (kept / "grades.csv").read_text(encoding="utf-8-sig")

    def test_it_counts_more_than_what_was_decided(self, kept: Path) -> None:
        (kept / "solutions").mkdir()
        decisions.save(kept, {"averages": {"mean": Decision.WITHDRAWN, "running_mean": Decision.CREDITED}})
        assert run("export", "csv", "--points", "averages.mean=60").exit_code == 0
        assert "ada,01_averages,105.0,130.0,60.0,15.0,30.0" in (kept / "grades.csv").read_text("utf-8-sig")

    def test_a_comparison_supposes_it_of_the_new(self, kept: Path) -> None:
        without = ("--without", "averages.weighted_mean")
        done = run("compare", "grades.db", "results.json", *without, "--json", "changes.json")
        assert done.exit_code == 1, done.output
        (change,) = msgspec.json.decode((kept / "changes.json").read_bytes(), type=Changes).changed
        assert (change.new.score, change.new.max_score) == (30, 60)

    def test_a_report_takes_it(self, kept: Path) -> None:
        assert run("report", "--points", "averages.mean=7").exit_code == 0
        assert "45.5" not in (page := (kept / "report" / "students").iterdir().__next__().read_text())
        assert "This exercise is worth 7 points now, not 30." in page

    @pytest.mark.parametrize(
        ("option", "says"),
        [
            (("--without", "averages.meen"), "did you mean `mean`?"),
            (("--without", "average.mean"), "did you mean `averages`?"),
            (("--points", "averages.mean"), "expected TOPIC.EXERCISE=POINTS"),
            (("--points", "averages.mean=1", "--without", "averages.mean"), "is named twice"),
        ],
    )
    def test_what_was_not_graded_is_refused(self, kept: Path, option: tuple[str, ...], says: str) -> None:
        done = run("export", "csv", *option)
        assert done.exit_code == 1 and says in " ".join(done.output.split())
        assert not (kept / "grades.csv").exists()


@pytest.mark.parametrize("named", ["averages", "averages.meen", "medians.mean", "mean"])
def test_what_is_no_exercise_is_decided_on_by_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.chdir(make_course(tmp_path).root)
    done = run("withdraw", "averages.running_mean", named)
    assert done.exit_code == 1 and "there is no" in done.output
    assert not (tmp_path / decisions.FILE).exists()
    assert "nothing was decided on averages.mean" in run("withdraw", "averages.mean", "--none").output
