"""The commands, as they are typed: from a solution to a graded class, and every way it may fail."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from courses import SOLUTION, TOPIC, make_course

from grader.authoring import recording
from grader.client.kept import KeptServer
from grader.client.server import Server
from grader.commands import output
from grader.commands.main import cli
from grader.errors import ServerError
from grader.grading import grader as grading
from grader.grading.grader import Grader

WRONG = SOLUTION.replace("/ len(rows)", "")
Run = Callable[..., Result]


@pytest.fixture(scope="module")
def warm(grader: Grader, recorder: Server) -> Iterator[None]:
    """Have the commands use the servers that are warm already."""
    server = grader.server
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "Server", lambda **_: server)
        patch.setattr(recording, "Server", lambda: contextlib.nullcontext(recorder))
        patch.setattr(Grader, "close", lambda self: None)
        yield


@pytest.fixture(scope="module")
def built(warm: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course taken as far as its commands take it: built, and with a hidden key."""
    root = make_course(tmp_path_factory.mktemp("built")).root
    assert f"written: assignments/{TOPIC}/key.npz" in invoke("build", "--course", root).output
    assert "averages: 3 exercises" in invoke("key", "record", "--course", root).output
    return root


@pytest.fixture
def run(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder of its own, on the course that is built."""
    monkeypatch.chdir(tmp_path)
    return invoke


@pytest.fixture
def mine(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's own copy of the assignment, and the current folder."""
    shutil.copytree(built / "assignments" / TOPIC, tmp_path / TOPIC)
    monkeypatch.chdir(tmp_path / TOPIC)
    return tmp_path / TOPIC


def invoke(*arguments: object) -> Result:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    unexpected = result.exception and not isinstance(result.exception, SystemExit)
    assert not unexpected, f"{result.output}\n{result.exception!r}"
    return result


def write_class(folder: Path, **texts: str) -> Path:
    for student, text in texts.items():
        (folder / student).mkdir(parents=True)
        (folder / student / "averages.py").write_text(text)
    return folder


def scores(path: Path) -> dict[str, float]:
    read = json.loads(path.read_text())
    assert read["schema"] == 1
    return {one["student"]: one["score"] for one in read["submissions"]}


# Start-up


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom click.testing import CliRunner\nfrom grader.commands.main import cli\n"
        "for command in [[], ['key', 'record'], *([name] for name in cli.commands)]:\n"
        "    assert CliRunner().invoke(cli, [*command, '--help']).exit_code == 0, command\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {
        "tensorflow",
        "keras",
        "numpy",
        "sqlalchemy",
        "nbgrader",
        "nbformat",
        "jupytext",
        "rich",
        "IPython",
    }
    assert heavy.isdisjoint(found.stdout.split())


# From a solution to a graded class


@pytest.mark.slow
def test_a_course_of_one_topic_is_taken_from_its_solution_to_a_graded_class(
    built: Path, run: Run, tmp_path: Path
) -> None:
    here = ["--course", built]
    assert run("build", "--check", *here).exit_code == 0
    made = run("simulate", "class", "--students", 9, "--seed", 3, *here)
    assert made.exit_code == 0, made.output
    options = ["--json", "grades.json", "--truth", "class/truth.json", *here]
    first = run("grade", "class", "--workers", 2, *options)
    assert first.exit_code == 0, first.output
    assert "Every grade equals the known truth." in first.output
    before = scores(tmp_path / "grades.json")
    assert len(before) == 9
    assert (tmp_path / "grades.db").exists()
    again = run("grade", "class", "--workers", 1, *options)
    assert again.exit_code == 0
    assert scores(tmp_path / "grades.json") == before
    fresh = run("grade", "class", "--workers", 1, "--db", "sqlite:///other.db", *options)
    assert fresh.exit_code == 0
    assert scores(tmp_path / "grades.json") == before


def test_topics_lists_the_syllabus(built: Path, run: Run) -> None:
    found = run("topics", "--course", built)
    assert found.exit_code == 0
    assert "averages" in found.output and "weighted_mean" in found.output


def test_what_is_fresh_is_said_to_be(built: Path, run: Run) -> None:
    found = run("build", "--check", "--course", built)
    assert found.exit_code == 0
    assert found.output.splitlines()[-1] == "all fresh"


def test_a_changed_solution_makes_all_that_is_derived_of_it_stale(
    built: Path, run: Run, tmp_path: Path
) -> None:
    shutil.copytree(built, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__"))
    path = tmp_path / "course" / "solutions" / TOPIC / "solution.py"
    path.write_text(path.read_text().replace("The mean", "The average"))
    stale = run("build", "--check", "--course", "course")
    assert stale.exit_code == 1
    assert f"stale: assignments/{TOPIC}/averages.ipynb" in stale.output
    assert "run `grader build`" in stale.output
    write_class(tmp_path / "class", ada=SOLUTION)
    for option, remedy in [("--hidden", "grader key record averages"), ("--public", "grader build averages")]:
        refused = run("grade", "class", option, "--course", "course")
        assert refused.exit_code == 1
        assert "older than its solution" in refused.output and remedy in refused.output


# check


def test_a_student_checks_an_assignment_as_it_was_given(mine: Path) -> None:
    found = invoke("check")
    assert found.exit_code == 1
    assert found.output.count("not written") == 3


def test_a_student_s_right_answers_pass(mine: Path) -> None:
    (mine / "averages.ipynb").unlink()
    (mine / "averages.py").write_text(SOLUTION)
    found = invoke("check", "--json", "mine.json")
    assert found.exit_code == 0, found.output
    assert scores(mine / "mine.json") == {"": 100}


def test_one_exercise_can_be_checked(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (mine / "averages.py").write_text(WRONG)
    os.utime(mine / "averages.ipynb", (0, 0))
    assert invoke("check").exit_code == 1
    for target in ("averages.weighted_mean", "01_averages.weighted_mean", "weighted_mean"):
        found = invoke("check", target)
        assert found.exit_code == 0, found.output
        assert "running_mean" not in found.output
    found = invoke("check", "mean")
    assert found.exit_code == 1
    assert "the sum is not divided by how many there are" in found.output
    assert "averages.py was checked" in found.output
    monkeypatch.chdir(mine.parent)
    assert invoke("check", "averages.mean").exit_code == 1
    assert invoke("check", "averages.weighted_mean").exit_code == 0


def test_a_named_file_is_checked(mine: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "draft.py"
    elsewhere.write_text(SOLUTION)
    assert invoke("check", "averages", "--file", elsewhere).exit_code == 0
    assert invoke("check", "--file", elsewhere).exit_code == 0


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("avrages", "there is no topic or exercise `avrages`; did you mean `averages`?"),
        ("maen", "there is no topic or exercise `maen`; did you mean `mean`?"),
        ("avrages.mean", "there is no topic `avrages`; did you mean `averages`?"),
        ("averages.maen", "there is no exercise `maen`; did you mean `mean`?"),
        ("averages.weighted", "did you mean `weighted_mean`?"),
        ("averages.zzz", "there are: mean, running_mean, weighted_mean"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(target: str, says: str, mine: Path) -> None:
    found = invoke("check", target)
    assert found.exit_code == 1
    assert says in " ".join(found.output.split())


def test_a_folder_without_assignments_says_so(run: Run) -> None:
    found = run("check")
    assert found.exit_code == 1
    assert "the one that holds `key.npz`" in found.output


@pytest.mark.parametrize("content", [b"", b"PK", b"\x93NUMPY", b"key", None])
def test_a_key_that_is_broken_says_what_to_do(content: bytes | None, mine: Path) -> None:
    whole = (mine / "key.npz").read_bytes()
    (mine / "key.npz").write_bytes(whole[: len(whole) // 2] if content is None else content)
    found = invoke("check")
    assert found.exit_code == 1
    assert "cannot be read" in found.output and "record it again" in found.output


def test_a_missing_file_says_so(mine: Path) -> None:
    (mine / "averages.py").unlink()
    (mine / "averages.ipynb").unlink()
    assert "holds neither averages.ipynb nor averages.py" in invoke("check").output
    found = invoke("check", "averages", "--file", "nowhere.py")
    assert found.exit_code == 1 and "nowhere.py: No such file" in found.output


# grade


def test_grades_are_written_and_exit_is_0_whatever_the_marks(built: Path, run: Run, tmp_path: Path) -> None:
    stubs = "def mean(rows):\n    raise NotImplementedError()\n"
    write_class(tmp_path / "class", ada=SOLUTION, bob=WRONG, cyd=stubs, dan="import os; os._exit(1)")
    found = run("grade", "class", "--json", "out.json", "--course", built)
    assert found.exit_code == 0, found.output
    assert scores(tmp_path / "out.json") == {"ada": 100, "bob": 80, "cyd": 0, "dan": 0}
    environment = json.loads((tmp_path / "out.json").read_text())["environment"]
    assert {"grader", "python", "numpy", "tensorflow", "keras", "threads", "keys", "seeds"} <= set(
        environment
    )


def test_a_zip_and_a_folder_of_keys_are_enough(built: Path, run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "class.zip", "w") as file:
        file.writestr("ada/averages.py", SOLUTION)
        file.writestr("submitted/bob/01_averages/averages.py", WRONG)
    found = run(
        "grade", "--class-zip", "class.zip", "--keys", built / ".grader" / "keys", "--json", "out.json"
    )
    assert found.exit_code == 0, found.output
    assert scores(tmp_path / "out.json") == {"ada": 100, "bob": 80}


def test_what_cannot_be_taken_is_named_and_all_the_rest_graded(built: Path, run: Run, tmp_path: Path) -> None:
    def pack(name: str, **entries: str) -> None:
        with zipfile.ZipFile(tmp_path / f"{name}-averages.zip", "w") as file:
            for student, text in entries.items():
                file.writestr(f"{student}/averages.py", text)

    pack("ada", ada=SOLUTION)
    pack("bob", bob=WRONG)
    pack("eve", ada="", bob="")
    pack("mal", ada=SOLUTION)
    (tmp_path / "cut-averages.zip").write_bytes((tmp_path / "ada-averages.zip").read_bytes()[:60])
    write_class(tmp_path / "loose", cyd=SOLUTION, dan=SOLUTION)
    (tmp_path / "loose" / "dan" / "01_averages.py").write_text(WRONG)
    zips = sorted(tmp_path.glob("*.zip"))
    found = run("grade", *zips, "loose", "--json", "out.json", "--course", built)
    assert found.exit_code == 1
    assert scores(tmp_path / "out.json") == {"ada": 100, "bob": 80, "cyd": 100, "mal": 100}
    passed_over = json.loads((tmp_path / "out.json").read_text())["passed_over"]
    assert {one["student"] for one in passed_over} == {"cut", "dan", "eve"}
    assert "Not graded" in found.output and "3 things that were handed in were not graded" in found.output
    for word in ("cut", "dan", "eve", "the zip cannot be", "2 submissions", "--class-zip"):
        assert word in found.output
    (tmp_path / "eve-averages.zip").unlink()
    (tmp_path / "cut-averages.zip").unlink()
    (tmp_path / "loose" / "dan" / "01_averages.py").unlink()
    found = run("grade", *sorted(tmp_path.glob("*.zip")), "loose", "--json", "out.json", "--course", built)
    assert found.exit_code == 0, found.output
    assert json.loads((tmp_path / "out.json").read_text())["passed_over"] == []


def test_half_a_gigabyte_is_refused_and_the_rest_graded(built: Path, run: Run, tmp_path: Path) -> None:
    write_class(tmp_path / "class", ada=SOLUTION, bob="")
    os.truncate(tmp_path / "class" / "bob" / "averages.py", 500_000_000)
    found = run("grade", "class", "--json", "out.json", "--course", built)
    assert found.exit_code == 1 and "one thing that was handed in was not graded" in found.output
    assert scores(tmp_path / "out.json") == {"ada": 100}
    assert "it is 500 MB" in (tmp_path / "out.json").read_text()


def test_a_roster_says_who_is_missing(built: Path, run: Run, tmp_path: Path) -> None:
    write_class(tmp_path / "class", ada=SOLUTION)
    (tmp_path / "students.csv").write_text("\ufeffid;name\nada;Ada\nbob;Bob\n")
    found = run("grade", "class", "--roster", "students.csv", "--json", "out.json", "--course", built)
    assert found.exit_code == 0, found.output
    said = found.output.partition("Nothing handed in")[2]
    assert "bob" in said and "averages" in said and "ada" not in said
    assert json.loads((tmp_path / "out.json").read_text())["missing"] == [
        {"student": "bob", "topic": "01_averages"}
    ]


def test_a_platform_s_export_is_graded_as_it_is_and_as_nbgrader_has_it(
    built: Path, run: Run, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as zipped:
        for day, text in ((20, WRONG), (21, SOLUTION)):
            zipped.writestr(f"HW 6_lovelace_attempt_2026-11-{day}-22-10-05_mine.py", text)
        zipped.writestr("HW 6_bob_attempt_2026-11-20-22-10-05_averages.py", WRONG)
        zipped.writestr("HW 6_eve_attempt_2026-11-20-22-10-05_essay.pdf", "")
    (tmp_path / "students.csv").write_text("id,login\nada,lovelace\nbob,bob\nzoe,zoe\n")
    options = ["export.zip", "--from", "auto", "--roster", "students.csv", "--course", built]
    graded = run("grade", *options, "--require-isolation", "none", "--json", "exported.json")
    assert graded.exit_code == 1 and "essay.pdf" in graded.output
    collected = run("collect", *options)
    assert collected.exit_code == 1 and "2 submissions are in submitted." in collected.output, (
        collected.output
    )
    assert "of 2 attempts the last, of 2026-11-21 22:10, counts" in collected.output
    stamp = tmp_path / f"submitted/ada/{TOPIC}/timestamp.txt"
    assert stamp.read_text() == "2026-11-21 22:10:05 UTC\n"
    with zipfile.ZipFile(tmp_path / "untimed.zip", "w") as zipped:
        zipped.writestr("ada_1_assignsubmission_file_/averages.py", SOLUTION)
    run("collect", "untimed.zip", "--from", "moodle", "--course", built)
    assert not stamp.exists()  # it was another file's
    run("grade", "submitted", "--require-isolation", "none", "--json", "collected.json", "--course", built)
    assert scores(tmp_path / "exported.json") == scores(tmp_path / "collected.json")
    first = run(
        "grade", *options, "--attempt", "first", "--require-isolation", "none", "--json", "first.json"
    )
    assert "of 2 attempts the first" in first.output
    assert scores(tmp_path / "first.json")["ada"] < scores(tmp_path / "exported.json")["ada"] == 100


def test_what_one_of_a_group_hands_in_is_graded_for_each(built: Path, run: Run, tmp_path: Path) -> None:
    write_class(tmp_path / "class", ada=SOLUTION, bob=WRONG)
    (tmp_path / "groups.csv").write_text("group,student\none,ada\none,eve\ntwo,bob\ntwo,zoe\n")
    (tmp_path / "students.csv").write_text("id\nada\nbob\neve\nzoe\nmax\n")
    here = ["--groups", "groups.csv", "--require-isolation", "none", "--json", "out.json", "--course", built]
    done = run("grade", "class", *here, "--roster", "students.csv")
    assert done.exit_code == 0, done.output
    found = scores(tmp_path / "out.json")
    assert found["ada"] == found["eve"] == 100 and found["bob"] == found["zoe"] < 100
    read = json.loads((tmp_path / "out.json").read_text())
    assert [one["student"] for one in read["missing"]] == ["max"]
    assert "handed in by ada, for the group one" in json.dumps(read)
    write_class(tmp_path / "late", eve=WRONG)
    done = run("grade", "class", "late", *here)
    assert done.exit_code == 1 and "of the group one there are several files that differ" in read_output(done)
    assert scores(tmp_path / "out.json").keys() == {"bob", "zoe"}
    (tmp_path / "groups.csv").write_text("group,student\none,ada\ntwo,ada\n")
    assert "is in the groups 'one' and 'two'" in run("grade", "class", *here).output


def read_output(done: Result) -> str:
    """Return what was said, in one line: a table breaks it."""
    return " ".join(word for word in done.output.split() if word not in "│┃")


def test_a_log_says_how_far_it_is(
    built: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "EVERY", 0)
    write_class(tmp_path / "class", ada=SOLUTION, bob=WRONG, eve=WRONG)
    said = run("grade", "class", "--require-isolation", "none", "--course", built).output
    assert "1 of 3 graded, about 1 min left" in said and "3 of 3 graded, about" not in said


def test_a_folder_is_no_table_of_students(built: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "class").mkdir()
    assert "or say --from PLATFORM" in run("collect", "class", "--course", built).output


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the file is empty"),
        (b"{ this was cut off", "cut off or not JSON"),
        (b"<!doctype html><p>", "a web page, and no notebook"),
        (b"name = 'Zo\xeb'", "not text in UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_no_0(
    content: bytes, why: str, built: Path, run: Run, tmp_path: Path
) -> None:
    write_class(tmp_path / "class", ada=SOLUTION, bob="")
    (tmp_path / "class" / "bob" / "averages.py").write_bytes(content)
    for _ in range(2):  # graded, and then found again
        found = run("grade", "class", "--json", "out.json", "--course", built)
        assert found.exit_code == 1 and scores(tmp_path / "out.json") == {"ada": 100}
        (one,) = json.loads((tmp_path / "out.json").read_text())["passed_over"]
        assert one["student"] == "bob" and "it could not be read" in one["reason"] and why in one["reason"]
        assert "Not graded" in found.output and "bob" in found.output


def test_the_grader_s_own_failure_is_an_error_and_names_it(
    built: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ServerError("the server that runs submissions has died")

    write_class(tmp_path / "class", ada=SOLUTION, bob=SOLUTION)
    with monkeypatch.context() as patch:
        patch.setattr(grading, "grade", fail)
        patch.setattr(KeptServer, "_replace", lambda self, dead: None)
        found = run("grade", "class", "--json", "out.json", "--course", built)
    assert found.exit_code == 1
    assert "the grader failed" in found.output and "ada" in found.output
    # It is tried again, and what failed is not kept as a grade.
    assert run("grade", "class", "--json", "out.json", "--course", built).exit_code == 0
    assert scores(tmp_path / "out.json") == {"ada": 100, "bob": 100}


def commands_that_fail() -> dict[str, tuple[list[str], str]]:
    return {
        "an unknown topic": (["grade", "class", "--topic", "avarages"], "did you mean `averages`?"),
        "a path that is not there": (["grade", "nowhere"], "there is no file or folder nowhere"),
        "nothing to grade": (["grade", "empty"], "empty: it holds no submission for averages"),
        "a database that is none": (["grade", "class", "--db", "sqlite:///text.db"], "is not a database"),
        "a database of another schema": (["grade", "class", "--db", "sqlite:///old.db"], "schema"),
        "a database without a folder": (["grade", "class", "--db", "sqlite:///no/g.db"], "cannot be opened"),
        "a URL that is none": (["grade", "class", "--db", "grades"], "is no database URL: give one"),
        "a full disk": (["grade", "class", "--json", "/dev/full"], "/dev/full: No space left on device"),
        "a folder of no course": (["topics", "--course", "empty"], "empty is not a course"),
        "a topic to build": (["build", "avrages"], "did you mean `averages`?"),
        "a topic to record": (["key", "record", "means"], "there is no topic `means`"),
    }  # fmt: skip


@pytest.mark.parametrize(("arguments", "says"), commands_that_fail().values(), ids=list(commands_that_fail()))
def test_what_cannot_be_done_is_said_on_one_line(
    arguments: list[str], says: str, built: Path, run: Run, tmp_path: Path
) -> None:
    write_class(tmp_path / "class", ada=SOLUTION)
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.db").write_text("not a database, but long enough to be read as the start of one" * 20)
    with contextlib.closing(sqlite3.connect(tmp_path / "old.db")) as database:
        database.execute("create table grader_schema (version integer primary key)")
        database.execute("insert into grader_schema values (99)")
        database.commit()
    if "--course" not in arguments:
        arguments = [*arguments, "--course", str(built)]
    found = run(*arguments)
    assert found.exit_code == 1, found.output
    assert "Traceback" not in found.output
    assert says in " ".join(found.output.split())


def test_a_course_without_a_hidden_key_says_how_to_record_it(run: Run, tmp_path: Path) -> None:
    make_course(tmp_path / "new")
    write_class(tmp_path / "class", ada=SOLUTION)
    found = run("grade", "class", "--course", "new")
    assert found.exit_code == 1 and "run `grader key record averages`" in found.output
    found = run("grade", "class", "--public", "--course", "new")
    assert found.exit_code == 1 and "run `grader build averages`" in found.output


def test_a_course_without_topics_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bare" / "solutions").mkdir(parents=True)
    found = run("topics", "--course", "bare")
    assert found.exit_code == 1 and "holds no topic" in found.output


def test_checks_that_cannot_be_run_are_the_author_s_error(run: Run, tmp_path: Path) -> None:
    make_course(tmp_path / "broken", checks="from nowhere import nothing\n")
    found = run("key", "record", "--course", "broken")
    assert found.exit_code == 1
    assert "checks.py cannot be run: ModuleNotFoundError" in found.output


def kept() -> list[str]:
    """Return whose results are in grades.db."""
    with contextlib.closing(sqlite3.connect("grades.db")) as database:
        return sorted(name for (name,) in database.execute("select student from grader_submissions"))


def test_what_is_forgotten_is_graded_again_and_nothing_else(built: Path, run: Run, tmp_path: Path) -> None:
    write_class(tmp_path / "class", ada=SOLUTION, bob=WRONG)
    write_class(tmp_path / "other", eve=SOLUTION, zoe=WRONG)
    with zipfile.ZipFile(tmp_path / "max.zip", "w") as zipped:
        zipped.writestr("averages.py", SOLUTION)
    paths = ["class", "other", "max.zip", "--require-isolation", "none", "--course", built]
    run("grade", *paths)
    assert kept() == ["ada", "bob", "eve", "max", "zoe"]
    said = run("forget", "nobody", "ada", "--yes")
    assert said.exit_code == 1 and "nothing of nobody is kept" in said.output and len(kept()) == 5
    assert "Forget 1 results?" in run("forget", "ada").output and len(kept()) == 5  # nobody said yes
    assert run("forget", "ada", "--topic", "averages", "--yes").exit_code == 0
    assert kept() == ["bob", "eve", "max", "zoe"]
    assert run("forget", "--below", "other", "--yes").output.count("averages.py") == 2
    assert kept() == ["bob", "max"]
    assert run("forget", "--below", "max.zip", "--yes").exit_code == 0 and kept() == ["bob"]
    assert run("forget", "--below", "other", "--yes").exit_code == 1
    assert run("forget").exit_code == 2
    run("grade", *paths)
    assert len(kept()) == 5


@pytest.mark.slow
def test_a_simulated_class_is_not_published(built: Path, run: Run, tmp_path: Path) -> None:
    run("simulate", tmp_path / "class", "--students", 2, "--seed", 3, "--course", built)
    run("grade", tmp_path / "class", "--require-isolation", "none", "--course", built)
    said = run("publish", "--course", built)
    assert said.exit_code == 1 and "2 results of a simulated class are left out" in said.output
    assert "nothing else was graded" in said.output


# Ctrl-C


def rows(path: Path) -> list[str]:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return [name for (name,) in database.execute("select student from grader_submissions")]
    except sqlite3.OperationalError:
        return []


def test_an_interrupted_run_is_resumed_where_it_was(
    built: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SOLUTION.replace("return np.sum(rows", "import time; time.sleep(0.1); return np.sum(rows")
    # Each is different, or one grade would do for all.
    students = {f"student{i:02}": f"{slow}\n# {i}\n" for i in range(20)}
    write_class(tmp_path / "class", **students)
    arguments = ["grade", "class", "--course", str(built), "--workers", "1", "--json", "out.json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "grader.commands.main", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        # A shell has what it runs in the background ignore Ctrl-C, and what that starts as well.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    try:
        deadline = time.monotonic() + 60
        while len(rows(tmp_path / "grades.db")) < 3:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130, said
    assert "run the same command to go on" in said and "Traceback" not in said
    done = rows(tmp_path / "grades.db")
    assert 3 <= len(done) < 20
    assert not (tmp_path / "out.json").exists()

    graded = []
    grade = grading.grade

    def noted(*arguments: object) -> object:
        graded.append(arguments[1].student)  # type: ignore[attr-defined]
        return grade(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(grading, "grade", noted)
    assert run(*arguments).exit_code == 0
    assert sorted([*graded, *done]) == sorted(students)
    assert scores(tmp_path / "out.json") == dict.fromkeys(students, 100)
