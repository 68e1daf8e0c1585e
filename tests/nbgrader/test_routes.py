"""The way of a student's work from `grader submit` to the page where a person grades its written answer."""

from __future__ import annotations

import json
import shutil
import zipfile

import pytest
from classroom import NAME, RIGHT, TESTS, WORDS, Classroom, cell_of, make_classroom
from courses import TOPIC
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from grader.client.server import Server
from grader.course import Course
from grader.text import identifier

ALL = TESTS | {"written_answer": None}


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory, recorder: Server) -> Classroom:
    """A course with `zips/`, what a notebook's and a script's student made by `grader submit`."""
    room = make_classroom(tmp_path_factory.mktemp("routes") / "course", recorder)
    (room.root / "zips").mkdir()
    for student, suffix in (("ada", ".ipynb"), ("bob", ".py")):
        own = Classroom(Course(room.root.parent / student))
        shutil.copytree(room.root / "assignments" / TOPIC, own.root)
        for path in own.root.glob(f"{NAME}.*"):
            path.unlink()
        notebook = room.released()
        for name, text in RIGHT.items():
            cell_of(notebook, name)["source"] = text
        text = json.dumps(notebook) if suffix == ".ipynb" else room.script()
        (own.root / f"{NAME}{suffix}").write_text(text)
        own.run("grader", "submit", "--student", student, "--to", str(room.root / "zips"))
        assert (room.root / "zips" / f"{student}-{NAME}.zip").exists()
    return room


def shown(room: Classroom, student: str) -> tuple[float, str, bool]:
    """Return what formgrader lists of a student's submission, and the written answer that it shows."""
    api = NbGraderAPI(config=Config({"CourseDirectory": {"root": str(room.root)}}))
    submission = api.get_submission(TOPIC, student)
    answer = "".join(cell_of(room.graded(student), "written_answer")["source"])
    return submission["score"], answer, submission["needs_manual_grade"]


def test_what_submit_makes_is_graded_published_and_shown(handed_in: Classroom) -> None:
    handed_in.run("grader", "grade", "zips")
    said = handed_in.run("grader", "publish")
    assert f"{TOPIC}: 2 published." in said
    for student in ("ada", "bob"):
        assert handed_in.scores(student) == ALL
        assert shown(handed_in, student) == (100, WORDS, True)
        assert "".join(cell_of(handed_in.graded(student), "mean")["source"]).strip() == RIGHT["mean"].strip()
    assert not (handed_in.root / "submitted").exists()  # what is in a zip was unpacked nowhere
    # Once the zips are gone, formgrader still shows what was graded, with what a person gave.
    handed_in.sql("UPDATE grade SET manual_score = 4 WHERE auto_score IS NULL")
    pages = {student: handed_in.graded(student) for student in ("ada", "bob")}
    (handed_in.root / "zips").rename(handed_in.root / "elsewhere")
    try:
        handed_in.run("grader", "publish")
        assert pages == {student: handed_in.graded(student) for student in ("ada", "bob")}
        assert shown(handed_in, "bob") == (104, WORDS, True)
    finally:
        (handed_in.root / "elsewhere").rename(handed_in.root / "zips")


@pytest.mark.parametrize("kind", ["zips", "a zip of zips"])
def test_zip_collect_takes_what_submit_makes(handed_in: Classroom, kind: str) -> None:
    archives = handed_in.root / "downloaded" / TOPIC / "archive"
    shutil.rmtree(archives, ignore_errors=True)
    shutil.rmtree(handed_in.root / "submitted", ignore_errors=True)
    archives.mkdir(parents=True)
    zips = sorted((handed_in.root / "zips").iterdir())
    if kind == "zips":
        for path in zips:
            shutil.copy(path, archives)
    else:
        with zipfile.ZipFile(archives / "class.zip", "w") as archive:
            for path in zips:
                archive.write(path, path.name)
    handed_in.run("nbgrader", "zip_collect", TOPIC, "--force")
    folder = handed_in.root / "submitted"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    shutil.rmtree(folder)
    assert found == {f"ada/{TOPIC}/{NAME}.ipynb", f"bob/{TOPIC}/{NAME}.py"}


def test_one_student_s_zip_takes_nothing_from_another_and_stops_nobody(handed_in: Classroom) -> None:
    """Stock: two files that claim to be one student's end the class."""
    archives = handed_in.root / "downloaded" / TOPIC / "archive"
    shutil.rmtree(archives, ignore_errors=True)
    shutil.rmtree(handed_in.root / "submitted", ignore_errors=True)
    archives.mkdir(parents=True)
    for path in sorted((handed_in.root / "zips").iterdir()):
        shutil.copy(path, archives)
    entries = {
        f"eve-{NAME}.zip": {f"eve/{NAME}.py": "of eve", f"ada/{NAME}.ipynb": "by eve"},
        f"=zoé-{NAME}.zip": {f"{NAME}.py": "of one whose name begins as a formula does"},
        f"mal-{NAME}.zip": {f"mal/{NAME}.py": "one", f"mal/01_{NAME}.py": "two"},
        "stuff.zip": {f"ada/{NAME}.ipynb": "by a stranger", f"bob-{NAME}/bob/{NAME}.py": "by a stranger"},
    }
    for name, inside in entries.items():
        with zipfile.ZipFile(archives / name, "w") as archive:
            for entry, text in inside.items():
                archive.writestr(entry, text)
    said = handed_in.run("nbgrader", "zip_collect", TOPIC, "--force", fails=True)
    folder = handed_in.root / "submitted"
    found = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    shutil.rmtree(folder)
    assert set(found) == {
        f"ada/{TOPIC}/{NAME}.ipynb",
        f"bob/{TOPIC}/{NAME}.py",
        f"{identifier('=zoé')}/{TOPIC}/{NAME}.py",
        f"eve/{TOPIC}/{NAME}.py",
        f"eve/{TOPIC}/{NAME}.ipynb",  # who hands in another's work hands in their own
    }
    assert found[f"eve/{TOPIC}/{NAME}.py"] == "of eve"
    assert RIGHT["mean"].split()[1] in found[f"ada/{TOPIC}/{NAME}.ipynb"]
    assert "stranger" not in "".join(found.values())
    for name in (f"mal/{NAME}.py", f"mal/01_{NAME}.py", "stuff/ada", f"stuff/bob-{NAME}"):
        assert any("Passed over" in line and name in line for line in said.splitlines()), (name, said)
