"""A sample of what was graded, graded again: the same sample each time, compared bit for bit, not kept."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click
import msgspec
import pytest
from click.testing import CliRunner
from courses import SOLUTION, TOPIC

from grader.commands.main import cli
from grader.commands.verify import kept_in, verify
from grader.course import CourseError
from grader.errors import StoreError
from grader.grading.again import NoSample, sampled
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.store import Kept, Store
from grader.grading.work import Work, open_file
from grader.grading.zips import CHANGED, GONE
from grader.report.changes import Changes
from grader.verdict import Graded

RANDOM = SOLUTION.replace("/ len(rows)", "/ len(rows) + int.from_bytes(__import__('os').urandom(6))")
TEXTS = {"ada": SOLUTION, "bea": SOLUTION.replace("/ len(rows)", ""), "[b]cem": "x = 1\n"}
DB = "sqlite:///grades.db"


def kept(number: int) -> list[Kept]:
    names = [f"s{i}" for i in range(number)]
    return [Kept(Graded(name, TOPIC, name, 0, 1, 0, ()), f"mark {name}", {}) for name in names]


def test_a_sample_is_the_same_each_time_and_grows_with_what_is_asked_for() -> None:
    some = kept(100)
    few = sampled(some, "5%")
    assert len(few) == 5 and few == sampled(list(reversed(some)), "5")
    assert sampled(some, "20")[:5] == few
    assert {one.graded.student for one in few} != {f"s{i}" for i in range(5)}
    assert len(sampled(some, "500")) == len(sampled(some, "100%")) == 100
    assert len(sampled(kept(3), "0.5%")) == 1


@pytest.mark.parametrize("sample", ["0", "-1", "101%", "a few", "", "5 %%", "1e3"])
def test_what_is_no_sample_is_refused(sample: str) -> None:
    with pytest.raises(NoSample, match="--verify takes a number of submissions or a share"):
        sampled(kept(3), sample)


@pytest.fixture
def graded(grader: Grader, public_key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class that was graded, in the current folder, with its database and keys."""
    monkeypatch.chdir(tmp_path)
    public_key.save(tmp_path / "keys" / f"{TOPIC}.npz")
    hand_in(grader, **TEXTS)
    return tmp_path


def hand_in(grader: Grader, **texts: str) -> None:
    works = []
    for student, text in texts.items():
        file = Path("class") / student / "averages.py"
        file.parent.mkdir(parents=True)
        file.write_text(text)
        works.append(Work(student, TOPIC, str(file), lambda file=file: open_file(file), ("a note",)))
    with Store(DB) as store:
        assert len(list(grader.grade_all(works, store))) == len(works)


def again(grader: Grader, sample: str = "100%", json_file: Path | None = None) -> None:
    start = lambda rules: contextlib.nullcontext(grader)  # noqa: E731
    verify(sample, DB, (), True, Path("keys"), None, start, json_file)  # type: ignore[arg-type]


def test_what_comes_out_the_same_is_said_and_nothing_is_written(
    grader: Grader, graded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Path("grades.db").read_bytes()
    again(grader, json_file=Path("changes.json"))
    assert "3 submissions graded again: all came out the same, bit for bit." in capsys.readouterr().out
    found = msgspec.json.decode(Path("changes.json").read_bytes(), type=Changes)
    assert found.compared == 3 and not found.any and not found.besides
    assert Path("grades.db").read_bytes() == before


def test_an_answer_that_is_not_the_same_in_every_run_is_found(
    grader: Grader, graded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hand_in(grader, rnd=RANDOM)
    with pytest.raises(click.ClickException, match="what was graded again is not what was kept"):
        again(grader)
    said = " ".join(capsys.readouterr().out.split())
    assert "3 came out the same, bit for bit, 1 did not" in said and "rnd" in said
    assert "nothing that is known" in said


def test_another_environment_is_named(
    grader: Grader, graded: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(grader.environment, "tensorflow", "9.9")
    again(grader)
    assert "→ 9.9 (3)" in capsys.readouterr().out


def test_what_cannot_be_verified_is_named(
    grader: Grader, graded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("class/ada/averages.py").unlink()
    Path("class/bea/averages.py").write_text("y = 2\n")
    again(grader)
    said = capsys.readouterr().out
    assert GONE in said and CHANGED in said
    assert "1 submission graded again: all came out the same" in said
    Path("class/[b]cem/averages.py").unlink()
    with pytest.raises(click.ClickException, match="nothing could be verified"):
        again(grader)


def test_a_database_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, grader: Grader
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.ClickException, match=r"grades.db cannot be read: No such file"):
        again(grader)
    assert not list(tmp_path.iterdir())
    with Store(DB):
        pass
    with pytest.raises(click.ClickException, match="nothing was graded in"):
        again(grader)
    Path("results.json").write_text("{}")
    with pytest.raises(StoreError, match="results.json is no database"):
        kept_in("results.json", ())
    with pytest.raises(CourseError, match="nothing was graded in grades.db"):
        kept_in("grades.db", ())


def test_no_path_is_taken_besides() -> None:
    done = CliRunner().invoke(cli, ["grade", "submitted", "--verify"])
    assert done.exit_code == 2 and "--verify takes no PATH" in done.output


@pytest.mark.parametrize("option", ["--from=auto", "--attempt=last", "--truth=x", "--cluster=local:1"])
def test_what_says_how_submissions_are_found_is_refused(option: str) -> None:
    done = CliRunner().invoke(cli, ["grade", option, "--verify"])
    assert done.exit_code == 2 and "--verify grades here what the database holds" in done.output
