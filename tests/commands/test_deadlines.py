"""Deadlines, as an instructor meets them: from what was handed in, and when, to the points that count."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from courses import SOLUTION, TOPIC, make_course

from grader.authoring import recording
from grader.client.server import Server
from grader.commands.main import cli
from grader.grading import grader as grading
from grader.grading.grader import Grader
from grader.grading.store import Store
from grader.grading.work import Work
from grader.verdict import Graded

WRONG = SOLUTION.replace("/ len(rows)", "")
POLICY = """\
zone = "Europe/Berlin"
penalty = "per-day"
percent = 10
days = 3

[averages]
deadline = "2027-03-01 12:00"

[averages.extensions]
"Bob Roe" = "2027-03-02 12:00"
"""
BRIGHTSPACE = {
    "1-9 - Ada Lovelace - Mar 1, 2027 1200 PM/averages.py": SOLUTION,  # noon, to the minute
    "2-9 - Zoë Noë - Mar 1, 2027 1201 PM/averages.py": SOLUTION,  # the same bytes, a minute later
    "3-9 - Bob Roe - Mar 2, 2027 1159 AM/averages.py": SOLUTION,
    "4-9 - Eve Hale - Mar 4, 2027 1201 PM/averages.py": SOLUTION,
}


@pytest.fixture(scope="module")
def built(grader: Grader, recorder: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A course with a hidden key; commands use the servers that are warm already."""
    server = grader.server
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grading, "Server", lambda **_: server)
        patch.setattr(recording, "Server", lambda: contextlib.nullcontext(recorder))
        patch.setattr(Grader, "close", lambda self: None)
        root = make_course(tmp_path_factory.mktemp("course")).root
        run("build", "--course", root)
        run("key", "record", "--course", root)
        yield root


@pytest.fixture
def home(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That course as it is before a class, as the current folder."""
    for name in ("solutions", "assignments", ".grader"):
        (tmp_path / name).symlink_to(built / name)
    (tmp_path / "policy.toml").write_text(POLICY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: object, fails: bool = False) -> str:
    done: Result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    unexpected = done.exception and not isinstance(done.exception, SystemExit)
    assert not unexpected and bool(done.exit_code) == fails, f"{done.output}\n{done.exception!r}"
    return done.output


def grade(*arguments: object, fails: bool = False) -> str:
    return run("grade", *arguments, "--require-isolation", "none", fails=fails)


def exported(*arguments: object) -> dict[str, dict[str, str]]:
    """Return the rows of `grader export csv`, by student."""
    run("export", "csv", *arguments)
    with open("grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def zip_of(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return path


def text_of(page: Path) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.read_text()).split())


def test_from_an_export_to_the_points_that_count(home: Path) -> None:
    zip_of(home / "export.zip", BRIGHTSPACE)
    said = grade("--from", "auto", "export.zip", "--json", "graded.json")
    assert "`grader report` and `grader export` do that" in said
    rows = exported()
    found = {name: (float(row["score"]), float(row["earned"])) for name, row in rows.items()}
    assert found == {
        "Ada Lovelace": (100, 100), "Zoë Noë": (90, 100), "Bob Roe": (100, 100), "Eve Hale": (0, 100)
    }  # fmt: skip
    late = {name: float(row["seconds_late"]) for name, row in rows.items()}
    assert late == {"Ada Lovelace": 0, "Zoë Noë": 60, "Bob Roe": 0, "Eve Hale": 3 * 86400 + 60}
    zoe = rows["Zoë Noë"]
    assert (zoe["handed_in"], zoe["handed_in_from"]) == ("2027-03-01 11:01:00 UTC", "export")
    assert (zoe["due"], zoe["due_from"]) == ("2027-03-01 11:00:00 UTC", "policy.toml")
    # Neither the database nor the file of results holds any of it: both give the same once more.
    with Store("sqlite:///grades.db") as store:
        assert {one.graded.score for one in store.kept(TOPIC)} == {100}
    assert exported("--results", "graded.json") == rows
    assert {one["score"] for one in json.loads(Path("graded.json").read_text())["submissions"]} == {100}
    # Another deadline is another line, and nothing is graded again.
    Path("policy.toml").write_text(POLICY.replace("12:00", "11:00"))
    assert float(exported()["Ada Lovelace"]["score"]) == 90


def test_the_report_says_who_was_late_and_by_which_clock(home: Path) -> None:
    zip_of(home / "export.zip", BRIGHTSPACE)
    grade("--from", "brightspace", "export.zip")
    run("report")
    index = text_of(home / "report" / "index.html")
    assert "01_averages 2027-03-01 12:00 CET policy.toml 10 % of the points for each day" in index
    assert "and everything after 3 d 2 2 0 the platform&#39;s export (4)" in index
    assert "Zoë Noë 01_averages 2027-03-01 12:01 CET the platform&#39;s export 1 min 100 90" in index
    (page,) = (home / "report" / "students").glob("Eve-Hale-*.html")
    said = text_of(page)
    assert "01_averages: 0 of 100 points" in said and "3 d 1 min late" in said
    assert "100 of 100 points were earned, and 0 of 100 count." in said
    (page,) = (home / "report" / "students").glob("Bob-Roe-*.html")
    assert "due 2027-03-02 12:00 CET, which is an extension: in time ." in text_of(page)


def test_no_time_tells_who_somebody_is_in_an_anonymous_report(home: Path) -> None:
    zip_of(home / "export.zip", BRIGHTSPACE)
    grade("--from", "brightspace", "export.zip")
    run("report", "--anonymous")
    index = text_of(home / "report" / "index.html")
    assert "4 students, 4 submissions of 1 topic." in index
    assert "and everything after 3 d 2 2 0" in index and "rounded up" in index
    assert re.search(r"student-\w{10} 01_averages 4 d 100 0 student-\w{10} 01_averages 1 d 100 90", index)
    students = [text_of(page) for page in (home / "report" / "students").iterdir()]
    said = sorted(re.findall(r"Due 2027-03-01 12:00 CET: ([^.]*)", " ".join(students)))
    late = ["1 d late , in whole days, rounded up", "4 d late , in whole days, rounded up"]
    assert said == [*late, "in time ", "in time "]
    for page in (home / "report").rglob("*.html"):
        assert not re.search("12:01|03-02|03-04|extension|Zoë|platform", text_of(page)), page
    run("report")
    assert "2027-03-01 12:01 CET" in text_of(home / "report" / "index.html")


def test_points_on_a_platform_s_sheet_are_those_that_count(home: Path) -> None:
    zip_of(home / "export.zip", BRIGHTSPACE)
    grade("--from", "brightspace", "export.zip")
    rows = "".join(
        f"P {n},{name},,10\n" for n, name in enumerate(["Zoë Noë", "Ada Lovelace", "Bob Roe", "Eve Hale"])
    )
    Path("sheet.csv").write_text(f"Identifier,Full name,Grade,Maximum grade\n{rows}")
    said = run("export", "moodle", "sheet.csv", "--topic", "averages")
    assert "Zoë Noë, 01_averages: 1 min late, 90 of 100 points count, and 100 were earned" in said
    filled = list(csv.DictReader(open("sheet-graded.csv", encoding="utf-8")))
    assert [row["Grade"] for row in filled] == ["9.00", "10.00", "10.00", "0.00"]


def test_where_an_export_says_no_time_nothing_is_taken_and_it_is_said(home: Path) -> None:
    zip_of(home / "export.zip", {"Ada_1_assignsubmission_file_/averages.py": SOLUTION})
    grade("--from", "moodle", "export.zip")
    row = exported()["Ada"]
    assert (row["score"], row["handed_in"], row["seconds_late"]) == ("100.0", "", "")
    assert "of one submission nobody knows when it was handed in" in run("export", "csv")
    run("report")
    (page,) = (home / "report" / "students").iterdir()
    assert "Nobody knows when it was handed in" in text_of(page) and "time unknown" in text_of(page)


def test_in_a_folder_the_time_is_that_of_timestamp_txt_or_else_of_the_file(home: Path) -> None:
    for student, stamp in {"ada": "2027-03-01 11:00:00 UTC", "bob": None, "eve": "yesterday"}.items():
        folder = home / "submitted" / student / TOPIC
        folder.mkdir(parents=True)
        (folder / "averages.py").write_text(SOLUTION)
        late = datetime(2027, 3, 1, 11, 0, 1, tzinfo=UTC).timestamp()
        os.utime(folder / "averages.py", (late, late))
        if stamp:
            (folder / "timestamp.txt").write_text(stamp)
    zoe = home / "submitted" / "zoe"
    zoe.mkdir()
    (zoe / "averages.py").write_text(SOLUTION)
    (zoe / "timestamp.txt").write_text("2020-01-01 00:00 UTC")  # which a student may have put there
    os.utime(zoe / "averages.py", (late, late))
    said = grade("submitted")
    assert "timestamp.txt beside it says no time" in " ".join(said.split())
    found = {name: (row["score"], row["handed_in_from"]) for name, row in exported().items()}
    assert found == {
        "ada": ("100.0", "timestamp.txt"), "bob": ("90.0", "file"),
        "eve": ("100.0", ""), "zoe": ("90.0", "file"),
    }  # fmt: skip
    grade(f"submitted/ada/{TOPIC}/averages.py")  # a file alone is told in the same way
    assert exported()["ada"]["handed_in_from"] == "timestamp.txt"


def test_a_student_s_zip_has_a_time_and_what_lies_in_a_class_zip_has_none(home: Path) -> None:
    folder = home / "zips"
    folder.mkdir()
    zipped = zip_of(folder / "ada-averages.zip", {"averages.py": SOLUTION})
    os.utime(zipped, (1_803_900_000, 1_803_900_000))
    grade("zips", "--class-zip", zip_of(home / "all.zip", {"bob/averages.py": SOLUTION}))
    found = {name: (row["handed_in"], row["handed_in_from"]) for name, row in exported().items()}
    assert found == {"ada": ("2027-03-01 11:20:00 UTC", "file"), "bob": ("", "")}


ATTEMPTS = {
    f"HW_ada_attempt_2027-{stamp}_averages.py": text
    for stamp, text in {
        "02-27-10-00-00": WRONG,
        "02-28-10-00-00": SOLUTION,
        "03-01-11-59-59": f"{WRONG}\n# once more\n",
        "03-01-12-00-01": f"{SOLUTION}\n# late\n",
    }.items()
} | {"HW_bob_attempt_2027-02-28-10-00-00_averages.py": WRONG}


@pytest.mark.parametrize(
    ("attempt", "score", "at"),
    [
        ("last", 90, "2027-03-01 11:00:01 UTC"),
        ("first", 80, "2027-02-27 09:00:00 UTC"),
        ("in-time", 80, "2027-03-01 10:59:59 UTC"),
        ("best", 100, "2027-02-28 09:00:00 UTC"),
    ],
)
def test_one_of_several_attempts_counts(attempt: str, score: float, at: str, home: Path) -> None:
    (home / "policy.toml").write_text(POLICY.replace("days = 3", f'days = 3\nattempt = "{attempt}"'))
    export = zip_of(home / "export.zip", ATTEMPTS)
    said = grade("--from", "blackboard", export)
    assert f"of 4 attempts the {attempt.replace('-', ' ')}".split(" in")[0] in said
    row = exported()["ada"]
    assert (float(row["score"]), row["handed_in"]) == (score, at)
    assert exported().keys() == {"ada", "bob"}
    grade("--from", "blackboard", export)  # and again when it is found in the database
    assert exported()["ada"] == row
    grade("--from", "blackboard", export, "--attempt", "first")  # what is said comes before the policy
    assert exported()["ada"]["handed_in"] == "2027-02-27 09:00:00 UTC"


def test_attempts_that_do_not_count_are_not_graded_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    grading_one = Grader.grade

    def graded(self: Grader, work: Work, *arguments: Any) -> Graded:
        asked.append(work.file)
        return grading_one(self, work, *arguments)

    monkeypatch.setattr(Grader, "grade", graded)
    export = zip_of(home / "export.zip", ATTEMPTS)
    grade("--from", "blackboard", export, "--attempt", "best")
    assert len(asked) == len(ATTEMPTS)
    row = exported()["ada"]
    (home / "policy.toml").write_text(POLICY.replace("2027-03-01 12:00", "2027-02-28 09:00"))
    grade("--from", "blackboard", export, "--attempt", "best")
    assert len(asked) == len(ATTEMPTS)
    assert exported()["ada"] != row  # another deadline, and another one of them counts
    text = ATTEMPTS["HW_ada_attempt_2027-02-28-10-00-00_averages.py"]
    zip_of(home / "export.zip", ATTEMPTS | {"HW_ada_attempt_2027-03-02-10-00-00_averages.py": f"{text}#"})
    grade("--from", "blackboard", export, "--attempt", "best")
    assert len(asked) == len(ATTEMPTS) + 1


def test_the_best_attempt_of_a_group_is_each_member_s(home: Path) -> None:
    Path("groups.csv").write_text("group,student\none,ada\none,zoe\n")
    export = zip_of(home / "export.zip", ATTEMPTS)
    grade("--from", "blackboard", export, "--attempt", "best", "--groups", "groups.csv")
    rows = exported()
    assert rows["ada"]["score"] == rows["zoe"]["score"] == "100.0" and rows.keys() == {"ada", "bob", "zoe"}


def test_what_is_collected_needs_one_attempt(home: Path) -> None:
    export = zip_of(home / "export.zip", ATTEMPTS)
    said = run("collect", "--from", "blackboard", export, "--attempt", "best", fails=True)
    assert "run `grader grade` on the export, or say --attempt last" in " ".join(said.split())
    run("collect", "--from", "blackboard", export, "--attempt", "in-time")
    stamp = home / "submitted" / "ada" / TOPIC / "timestamp.txt"
    assert stamp.read_text() == "2027-03-01 10:59:59 UTC\n"


def test_more_time_is_written_where_the_deadline_is(home: Path) -> None:
    said = run("extend", "averages", "Zoë Noë", "--until", "2027-03-08 12:00")
    assert "is due at 2027-03-08 12:00, in policy.toml." in said
    zip_of(home / "export.zip", BRIGHTSPACE)
    grade("--from", "auto", "export.zip")
    assert exported()["Zoë Noë"]["due"] == "2027-03-08 11:00:00 UTC"
    run("extend", "averages", "Zoë Noë", "--none")
    assert (home / "policy.toml").read_text() == POLICY
    assert "ends before the deadline" in run(
        "extend", "averages", "Zoë Noë", "--until", "2027-02-01 12:00", fails=True
    )
    assert "--until: 'soon' is no time" in run("extend", "averages", "Zoë Noë", "--until", "soon", fails=True)
    assert (home / "policy.toml").read_text() == POLICY


UNTIL = ("--until", "2027-03-08 12:00")


def test_an_extension_of_a_name_that_nobody_has_is_refused(home: Path) -> None:
    said = run("extend", "averages", "Ada Lovelcae", *UNTIL)
    assert "Whether these names are right is not known" in said  # and it is written
    (home / "policy.toml").write_text(POLICY)
    zip_of(home / "export.zip", BRIGHTSPACE)
    grade("--from", "auto", "export.zip")
    said = " ".join(run("extend", "averages", "Zoë Noë", "Ada Lovelcae", *UNTIL, fails=True).split())
    assert "nobody of this course is called Ada Lovelcae" in said and "mean Ada Lovelace? If" in said
    assert (home / "policy.toml").read_text() == POLICY  # of the others nothing was written, either
    run("extend", "averages", "Ada Lovelcae", "--new", *UNTIL)
    run("extend", "averages", "Ada Lovelcae", "--none")
    assert (home / "policy.toml").read_text() == POLICY


def test_names_are_known_from_a_table_what_was_handed_in_and_the_database(home: Path) -> None:
    (home / "students.csv").write_text("id\nada\nxavier.long@example.org\n")
    (home / "submitted" / "eve").mkdir(parents=True)
    run("extend", "averages", "ada", "eve", "xavier.long@example.org", *UNTIL)
    assert "called zoe" in run("extend", "averages", "zoe", *UNTIL, fails=True)
    (home / "others.csv").write_text("id;name\nzoe;Zoë\n")
    run("extend", "averages", "zoe", *UNTIL, "--roster", "others.csv")
    assert "called ada" in run("extend", "averages", "ada", *UNTIL, "--roster", "others.csv", fails=True)
    assert "nowhere.db cannot be read" in " ".join(
        run("extend", "averages", "eve", *UNTIL, "--db", "nowhere.db", fails=True).split()
    )


def test_no_gradebook_is_made_where_there_is_none(home: Path) -> None:
    (home / "policy.toml").unlink()
    (home / "nbgrader_config.py").write_text("c = get_config()\n")
    said = " ".join(run("extend", "averages", "ada", "--until", "2027-03-08 12:00 UTC", fails=True).split())
    assert "01_averages has no deadline: write one into policy.toml" in said
    assert not (home / "gradebook.db").exists()


def test_a_student_whom_nobody_knows_is_a_note_and_a_topic_an_error(home: Path) -> None:
    zip_of(home / "export.zip", BRIGHTSPACE)
    grade("--from", "auto", "export.zip")
    (home / "policy.toml").write_text(POLICY.replace("Bob Roe", "Bob Row"))
    assert "by a student of this name; did you mean Bob Roe?" in " ".join(run("export", "csv").split())
    (home / "policy.toml").write_text(POLICY.replace("[averages]", "[avrages]"))
    for command in (["export", "csv"], ["report"], ["grade", "--from", "auto", "export.zip"]):
        said = " ".join(run(*command, fails=True).split())
        assert "policy.toml: [avrages]: there is no topic `avrages`; did you mean `averages`?" in said


def test_a_course_without_deadlines_has_no_columns_of_them(home: Path) -> None:
    (home / "policy.toml").unlink()
    zip_of(home / "export.zip", BRIGHTSPACE)
    assert "nothing is taken" not in grade("--from", "auto", "export.zip").lower()
    assert "due" not in exported()["Bob Roe"]
    run("report")
    assert "Deadlines" not in text_of(home / "report" / "index.html")
