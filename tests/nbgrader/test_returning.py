"""Feedback, back to the platforms: every page under the name that its platform takes, or named."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from courses import TOPIC, make_course

from grader.authoring.release import build
from grader.commands.main import cli
from grader.course import Course
from grader.report.data import write_json
from grader.verdict import CaseVerdict, Graded, Results, Status, Verdict

MOODLE = {
    "ada": "Ada Lovelace_657717_assignsubmission_file",
    "zoe": "Zoë Noë_657718_assignsubmission_file",
}
CANVAS = {"ada": "lovelaceada_LATE_9562_46792_", "zoe": "noezoe_9563_46794_"}
ROSTER = "id,first_name,last_name,canvas\nada,Ada,Lovelace,9562\nzoe,Zoë,Noë,9563\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with its public key and a roster, and two exports of its one topic."""
    course = make_course(tmp_path_factory.mktemp("returning"))
    root = course.root
    (root / "nbgrader_config.py").write_text(
        "import grader.nbgrader\n\nc = get_config()\ngrader.nbgrader.configure(c)\n"
    )
    build(course)
    script = (root / "assignments" / TOPIC / "averages.py").read_text()
    (root / "students.csv").write_text(ROSTER)
    with zipfile.ZipFile(root / "moodle.zip", "w") as export:
        for folder in MOODLE.values():
            export.writestr(f"{folder}/averages.py", script)
    with zipfile.ZipFile(root / "canvas.zip", "w") as export:
        for start in CANVAS.values():
            export.writestr(f"{start}averages-1.py", script)
        export.writestr("noezoe_9563_46793_a picture.png", "a picture")
    with zipfile.ZipFile(root / "blackboard.zip", "w") as export:
        export.writestr("Homework_ada_attempt_2026-11-20-22-10-05_averages.py", script)
    return course


@pytest.fixture
def room(built: Course, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The course, with a page for ada and for zoe."""
    monkeypatch.chdir(built.root)
    for student in MOODLE:
        write(built.root / "feedback" / student / TOPIC / "averages.html", f"<p>{student}", 2e9)
        write(built.root / "autograded" / student / TOPIC / "averages.ipynb", "{}", 1e9)
    return built.root


def write(path: Path, text: str, when: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (when, when))


def pack(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["feedback", "averages", *arguments, "--to", "back.zip"])


def packed(room: Path) -> dict[str, str]:
    with zipfile.ZipFile(room / "back.zip") as back:
        return {name: back.read(name).decode() for name in back.namelist()}


def test_moodle_takes_a_folder_of_each_student(room: Path) -> None:
    """`Name_NUMBER_assignsubmission_file_` is read by every version; without the last _ by the newer."""
    done = pack("moodle.zip", "--roster", "students.csv")
    assert done.exit_code == 0 and "2 pages are in back.zip" in done.output
    assert packed(room) == {f"{MOODLE[one]}_/averages.html": f"<p>{one}" for one in MOODLE}


def test_canvas_takes_the_two_numbers_of_the_file_that_was_graded(room: Path) -> None:
    assert pack("canvas.zip", "--roster", "students.csv").exit_code == 0
    assert packed(room) == {f"{CANVAS[one]}averages.html": f"<p>{one}" for one in CANVAS}


def test_without_an_export_there_is_a_folder_each(room: Path) -> None:
    assert pack().exit_code == 0
    assert packed(room) == {f"{one}/averages.html": f"<p>{one}" for one in MOODLE}


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--attempt=first", "say how an EXPORT is read"),
        ("--roster=students.csv", "say how an EXPORT is read"),
        ("--db=sqlite:///grades.db", "--results and --db go with --report"),
    ],
)
def test_an_option_that_would_say_nothing_is_refused(option: str, said: str, room: Path) -> None:
    done = pack(option)
    assert done.exit_code == 2 and said in done.output


def test_who_is_left_out_is_named(room: Path) -> None:
    """The others are packed."""
    write(room / "feedback" / "bob" / TOPIC / "averages.html", "<p>bob", 2e9)
    (room / "feedback" / "zoe" / TOPIC / "averages.html").unlink()
    try:
        done = pack("moodle.zip", "--roster", "students.csv")
    finally:
        (room / "feedback" / "bob" / TOPIC / "averages.html").unlink()
    assert done.exit_code == 1 and list(packed(room)) == [f"{MOODLE['ada']}_/averages.html"]
    assert "bob: there is a page, and nothing of that name in the export" in done.output
    assert f"zoe: there is no page: run `nbgrader generate_feedback {TOPIC}`" in done.output


def test_a_page_that_is_older_than_its_grade_is_not_given_back(room: Path) -> None:
    write(room / "autograded" / "ada" / TOPIC / "averages.ipynb", "{}", 3e9)
    done = pack()
    assert done.exit_code == 1 and list(packed(room)) == ["zoe/averages.html"]
    assert "ada: the page is older than the grade" in done.output


def test_what_goes_nowhere_is_said(room: Path, tmp_path: Path) -> None:
    assert "of other platforms no such way is known" in pack("blackboard.zip").output
    assert "name it" in pack("--from", "moodle").output
    (room / "feedback").rename(tmp_path / "feedback")
    try:
        assert f"run `nbgrader generate_feedback {TOPIC}`" in pack().output
    finally:
        (tmp_path / "feedback").rename(room / "feedback")


def graded(student: str, status: Status = Status.WRONG, topic: str = TOPIC) -> Graded:
    said = "On “a few rows”, it is <i>off</i>." if topic == TOPIC else "Another topic's."
    verdict = Verdict("mean", status, 0.0, 30.0, None, said, (CaseVerdict("a few rows", status, 0.1),))
    return Graded(student, topic, f"in/{student}.py", 0.0, 30.0, 0.1, (verdict,))


def of_report(room: Path, *submissions: Graded) -> tuple[str, ...]:
    write_json(Results(submissions, {}), room / "graded.json")
    return "--report", "--results", "graded.json"


def test_what_a_report_shows_of_the_topic_is_packed_alike(room: Path) -> None:
    results = of_report(room, graded("ada"), graded("ada", topic="02_other"), graded("zoe"))
    done = pack("moodle.zip", "--roster", "students.csv", *results)
    assert done.exit_code == 0, done.output
    pages = packed(room)
    assert set(pages) == {f"{MOODLE[one]}_/averages.html" for one in MOODLE}
    page = pages[f"{MOODLE['ada']}_/averages.html"]
    assert "it is &lt;i&gt;off&lt;/i&gt;" in page and "Which axis counts the rows?" in page
    assert "Another topic" not in page and "zoe" not in page and "<script" not in page
    assert pack("canvas.zip", "--roster", "students.csv", *results).exit_code == 0
    assert set(packed(room)) == {f"{CANVAS[one]}averages.html" for one in CANVAS}


def test_a_report_s_pages_need_no_nbgrader(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [one for one in sys.modules if one.startswith("grader.nbgrader.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    assert pack(*of_report(room, graded("ada"))).exit_code == 0
    assert isinstance(pack().exception, ModuleNotFoundError)  # so that the look above means something


def test_of_a_report_who_is_left_out_is_named_too(room: Path) -> None:
    results = of_report(room, graded("ada", Status.GRADER_ERROR), graded("../bob"))
    done = pack("moodle.zip", "--roster", "students.csv", *results)
    assert done.exit_code == 1 and packed(room) == {}
    assert "ada: the grader failed on it: run `grader grade` again" in done.output
    assert "../bob: there is a page, and nothing of that name in the export" in done.output
    assert "zoe: there is no page: nothing of theirs was graded" in done.output
    assert pack(*results).exit_code == 1
    (name,) = packed(room)
    assert name.count("/") == 1 and not name.startswith("../")


def test_a_report_of_another_topic_gives_nothing_back(room: Path) -> None:
    done = pack(*of_report(room, graded("ada", topic="02_other")))
    assert done.exit_code == 1 and f"nothing of {TOPIC} was graded in graded.json" in done.output
    assert "--results and --db go with --report" in pack("--results", "graded.json").output
