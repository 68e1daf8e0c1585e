"""The rest of a term under nbgrader: publish, export, PostgreSQL, collected zips, Validate."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import zipfile
from pathlib import Path

import msgspec
import pytest
import sqlalchemy
from classroom import MISTAKES, NAME, RIGHT, TESTS, WRONG, Classroom, cell_of, make_classroom
from courses import TOPIC

from grader.client.server import Server
from grader.grading.store import Store

ALL = TESTS | {"written_answer": None}
NOISY = """\
import logging, os, sys, warnings
os.write(2, b"a library's banner\\n")

def mean(rows):
    os.write(2, b"past Python\\n")
    warnings.warn("a warning")
    logging.getLogger().error("a log line")
    print("to stderr", file=sys.stderr)
    return np.mean(rows, axis=0)
"""


def exported(room: Classroom) -> dict[str, float]:
    """Return the scores that `nbgrader export` writes."""
    room.run("nbgrader", "export", "--to=grades.csv")
    rows = csv.DictReader(io.StringIO((room.root / "grades.csv").read_text()))
    return {row["student_id"]: float(row["score"]) for row in rows}


@pytest.fixture(scope="module")
def published(room: Classroom, tmp_path_factory: pytest.TempPathFactory) -> tuple[Classroom, str]:
    """The class without its gradebook and pages, graded by `grader grade`, and published."""
    root = tmp_path_factory.mktemp("published") / "course"
    shutil.copytree(room.root, root, symlinks=True)
    made = Classroom(type(room.course)(root))
    for name in ("broken", "lost", "linked"):
        shutil.rmtree(root / "submitted" / name)
        shutil.rmtree(root / "autograded" / name, ignore_errors=True)
    shutil.rmtree(root / "autograded")
    made.sql("DELETE FROM grade")
    made.sql("DELETE FROM comment")
    made.sql("DELETE FROM submitted_notebook")
    made.sql("DELETE FROM submitted_assignment")
    made.sql("DELETE FROM student")
    (root / "nowhere").mkdir()
    (root / "grades.db").rename(root / "nowhere" / "grades.db")
    made.run("grader", "grade", "submitted", "--db", "sqlite:///nowhere/grades.db")
    said = made.run("grader", "publish", "--db", "sqlite:///nowhere/grades.db", fails=True)
    return made, said


class TestPublish:
    def test_the_gradebook_is_what_autograde_makes_it(
        self, room: Classroom, published: tuple[Classroom, str]
    ) -> None:
        made, said = published
        students = [path.name for path in (made.root / "submitted").iterdir()]
        assert f"{TOPIC}: {len(students)} published." in said
        # What cannot be read is no 0.
        assert "not published: linked: it could not be read: it is a link" in said
        for student in students:
            for column in ("auto_score", "needs_manual_grade", "manual_score"):
                assert made.scores(student, column) == room.scores(student, column), (student, column)
        penalties = "SELECT late_submission_penalty FROM submitted_notebook WHERE late_submission_penalty > 0"
        assert made.sql(penalties) == [(100.0,)]
        comments = "SELECT auto_comment, count(*) FROM comment GROUP BY auto_comment"
        # Nothing was written by `stub` and `script_stub`.
        assert ("No response.", 8) in made.sql(comments)

    def test_pages_export_and_feedback_show_it(self, published: tuple[Classroom, str]) -> None:
        made, _ = published
        assert "the sum is not divided" in made.output("page_wrong", "check_mean")
        assert "".join(cell_of(made.graded("page_wrong"), "mean")["source"]) == MISTAKES["total"][1]
        made.run("nbgrader", "generate_feedback", TOPIC, "--student=page_wrong")
        assert "the sum is not divided" in made.page("page_wrong")
        grades = exported(made)
        assert grades["right"] == 100 and grades["late"] == 0 and grades["stub"] == 0

    def test_who_has_more_time_is_not_late(self, published: tuple[Classroom, str]) -> None:
        made, _ = published
        late = "SELECT late_submission_penalty FROM submitted_notebook WHERE late_submission_penalty > 0"
        for options, penalties in ((["--until", "2030-01-03 00:00 UTC"], []), (["--none"], [(100.0,)])):
            assert TOPIC in made.run("grader", "extend", NAME, "late", "right", *options)
            made.run("grader", "publish", "--db", "sqlite:///nowhere/grades.db", fails=True)
            assert made.sql(late) == penalties
        said = made.run("grader", "extend", NAME, "right", "nobody", "--until", "2031-01-03", fails=True)
        assert "says no time of day" in said
        said = made.run(
            "grader", "extend", NAME, "right", "nobody", "--until", "2031-01-03 00:00Z", fails=True
        )
        assert "nbgrader knows no student nobody" in said
        assert made.sql("SELECT * FROM submitted_assignment WHERE extension > '1970-01-02'") == []

    def test_what_a_person_gave_stays_and_changed_files_are_not_published(
        self, published: tuple[Classroom, str]
    ) -> None:
        made, _ = published
        made.sql("UPDATE grade SET manual_score = 3 WHERE auto_score IS NULL")
        changed = made.hand_in("right", **WRONG) / f"{NAME}.ipynb"
        os.utime(changed, (0, 0))  # as old as it says: what counts is what is in it
        said = made.run("grader", "publish", "--db", "sqlite:///nowhere/grades.db", fails=True)
        assert "right/01_averages/averages.ipynb was changed after it was graded" in said
        assert made.scores("partly", "manual_score")["written_answer"] == 3
        assert made.scores("partly", "needs_manual_grade")["written_answer"]
        assert exported(made)["right"] == 103

    def test_no_name_stops_the_class_or_is_a_formula(self, published: tuple[Classroom, str]) -> None:
        """What was kept under such names before they were cleaned where they enter is passed over."""
        made, _ = published
        odd = ["n" * 300, "=1+1", "../up", "a\u202eb"]
        with Store(f"sqlite:///{made.root / 'odd.db'}") as store:
            with Store(f"sqlite:///{made.root / 'nowhere' / 'grades.db'}") as known:
                right = next(one for one in known.kept(TOPIC) if one.graded.student == "partly")
            for name in (*odd, "plain"):
                store.put(msgspec.structs.replace(right.graded, student=name), right.fingerprint, {})
        said = made.run("grader", "publish", "--db", "sqlite:///odd.db", fails=True)
        assert f"{TOPIC}: 1 published." in said and f"{len(odd)} submissions were not published" in said
        assert said.count("takes no such name of a student") == len(odd)
        assert "plain" in exported(made) and not [name for name in exported(made) if name in odd]

    def test_a_time_is_read_where_the_file_lies_and_from_a_file_alone(
        self, published: tuple[Classroom, str], tmp_path: Path
    ) -> None:
        """A Mac's zip writes é as two characters; the grader then calls the student by the one."""
        shutil.copytree(published[0].root, tmp_path / "course", symlinks=True)
        made = Classroom(type(published[0].course)(tmp_path / "course"))
        given, called = "zoe\u0301", "zo\u00e9"
        (made.hand_in(given) / "timestamp.txt").write_text("2030-01-02 00:00:00 UTC")
        os.mkfifo(made.hand_in("piped") / "timestamp.txt")
        (made.hand_in("pointing") / "timestamp.txt").symlink_to("/etc/hostname")
        names = [f"submitted/{name}" for name in (given, "piped", "pointing")]
        made.run("grader", "grade", *names, "--db", "sqlite:///times.db")
        said = made.run("grader", "publish", "--db", "sqlite:///times.db", fails=True)
        assert f"{TOPIC}: 1 published." in said
        for student, why in (("piped", "it is not a file"), ("pointing", "it is a link")):
            assert f"{student}: " in said and f"holds no time ({why}" in " ".join(said.split()), said
        assert exported(made)[called] == 0  # it was late

    def test_it_says_what_to_do_first(self, published: tuple[Classroom, str]) -> None:
        made, _ = published
        said = made.run("grader", "publish", "--db", "sqlite:///empty.db", fails=True)
        assert "grader grade" in said


def test_a_gradebook_in_postgresql(
    tmp_path: Path, recorder: Server, postgresql: str, request: pytest.FixtureRequest
) -> None:
    url = postgresql.replace("postgresql:", "postgresql+psycopg:")
    name = f"gradebook_{os.urandom(4).hex()}"
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    url = url.replace("/postgres?", f"/{name}?")
    config = f"c.CourseDirectory.db_url = {url!r}\n"
    room = make_classroom(tmp_path / "course", recorder, config)
    room.hand_in("right")
    room.hand_in("partly", mean=MISTAKES["total"][1])
    room.run("nbgrader", "autograde", TOPIC)
    assert room.scores("right", url=url) == ALL
    assert room.scores("partly", url=url) == ALL | {"check_mean": 10.0}
    room.run("grader", "publish")
    assert room.scores("partly", url=url) == ALL | {"check_mean": 10.0}
    assert exported(room) == {"right": 100, "partly": 80}
    assert not (room.root / "gradebook.db").exists()


class TestGenerate:
    def test_force_leaves_an_assignment_complete(self, room: Classroom) -> None:
        """Stock empties the folder: script, checks, key and README would be gone."""
        folder = room.root / "assignments" / TOPIC
        assert {path.name for path in folder.iterdir()} == {
            f"{NAME}.ipynb", f"{NAME}.py", "checks.py", "key.npz", "README.md"
        }  # fmt: skip

    def test_what_cannot_be_completed_ends_with_an_error(self, another: Classroom) -> None:
        checks = another.root / "solutions" / TOPIC / "checks.py"
        checks.write_text(checks.read_text() + "\nraise ValueError('broken')\n")
        said = another.run("nbgrader", "generate_assignment", TOPIC, "--force", fails=True)
        assert "broken" in said
        assert (another.root / "assignments" / TOPIC / f"{NAME}.ipynb").is_file()

    def test_what_was_edited_by_hand_is_not_undone(self, another: Classroom) -> None:
        """Stock releases the edit, and our own step then put the solution's text in its place."""
        edited = another.root / "source" / TOPIC / f"{NAME}.ipynb"
        edited.write_text(edited.read_text().replace("# Averages", "# Averages, due on Monday"))
        before = {path: path.read_bytes() for path in (another.root / "assignments").rglob("*.*")}
        said = another.run("nbgrader", "generate_assignment", TOPIC, "--force", fails=True)
        assert "-# Averages, due on Monday" in said and "--overwrite" in said
        assert f"to be edited in solutions/{TOPIC}/solution.py" in said
        assert {path: path.read_bytes() for path in (another.root / "assignments").rglob("*.*")} == before
        assert "due on Monday" in edited.read_text()
        another.run("grader", "build", NAME, "--overwrite")
        another.run("nbgrader", "generate_assignment", TOPIC, "--force")
        assert "due on Monday" not in edited.read_text()

    def test_the_gradebook_is_made_without_alembic_on_the_path(
        self, another: Classroom, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Stock: FileNotFoundError where the environment is not activated."""
        monkeypatch.setenv("PATH", "/usr/bin:/bin")
        (another.root / "gradebook.db").unlink()
        another.run("nbgrader", "db", "student", "list")
        assert (another.root / "gradebook.db").exists()


class TestDecisions:
    def test_what_was_decided_counts_in_both_ways(self, another: Classroom) -> None:
        """By `publish`, by `autograde`, and back again; what a person gave stays."""
        wrong = another.scores("page_wrong")
        answers = "SELECT id FROM base_cell WHERE name = 'written_answer'"
        another.sql(f"UPDATE grade SET manual_score = 2 WHERE cell_id IN ({answers})")
        another.run("grader", "withdraw", f"{NAME}.mean")
        another.run("grader", "credit", f"{NAME}.weighted_mean")
        another.run("grader", "publish", fails=True)  # of `broken` and `lost`
        decided = wrong | {"check_mean": 0.0, "check_weighted_mean": 40.0}
        assert another.scores("page_wrong") == decided
        assert exported(another)["right"] == 72
        another.run("nbgrader", "autograde", TOPIC, "--student=page_wrong", "--force")
        assert another.scores("page_wrong") == decided
        assert "it counts for nobody" in another.output("page_wrong", "check_mean")
        another.run("grader", "weigh", f"{NAME}.weighted_mean=60")
        another.run("nbgrader", "autograde", TOPIC, "--student=page_wrong", "--force")
        assert another.scores("page_wrong")["check_weighted_mean"] == pytest.approx(
            1.5 * wrong["check_weighted_mean"], abs=1e-4
        )
        another.run("grader", "publish", fails=True)
        assert exported(another)["right"] == 92
        another.run("grader", "withdraw", f"{NAME}.mean", "--none")
        another.run("grader", "weigh", f"{NAME}.weighted_mean", "--none")
        another.run("nbgrader", "autograde", TOPIC, "--student=page_wrong", "--force")
        assert another.scores("page_wrong") == wrong
        another.run("grader", "publish", fails=True)
        assert exported(another)["right"] == 102

    def test_an_exercise_that_is_taken_out_later_takes_nothing_with_it(self, another: Classroom) -> None:
        """Stock removes what was released, and then says that it cannot."""
        path = another.root / "solutions" / TOPIC / "solution.py"
        text = path.read_text()
        path.write_text(text[: text.index('# %% [markdown] tags=["answer"]')])
        another.run("grader", "build", NAME)
        before = another.released()
        said = another.run("nbgrader", "generate_assignment", TOPIC, "--force", fails=True)
        assert "written_answer taken out since it was handed in" in said
        assert f"grader withdraw {NAME}.EXERCISE" in said and another.released() == before


class TestFeedback:
    def test_a_page_shows_the_last_points(self, another: Classroom) -> None:
        """Stock skips a page that is there, and says so among a hundred lines."""
        right = f"{NAME}: 100 of 105 points"
        assert right not in another.page("page_wrong")
        another.hand_in("page_wrong")
        another.run("nbgrader", "autograde", TOPIC, "--student=page_wrong", "--force")
        another.run("nbgrader", "generate_feedback", TOPIC, "--student=page_wrong")
        assert right in another.page("page_wrong")

    def test_a_page_that_is_older_than_a_person_s_score_or_comment_is_not_given_back(
        self, another: Classroom
    ) -> None:
        give_back = ["grader", "feedback", NAME, "--to", "back.zip"]
        assert "page_wrong" not in another.run(*give_back)
        whose = (
            "(SELECT n.id FROM submitted_notebook n JOIN submitted_assignment a ON n.assignment_id = a.id "
            "WHERE a.student_id = 'page_wrong')"
        )
        said = "page_wrong: points or comments in the gradebook were changed after the page was made: run `nb"
        make_page = ["nbgrader", "generate_feedback", TOPIC, "--student=page_wrong"]
        for change in (
            f"UPDATE grade SET manual_score = 4 WHERE auto_score IS NULL AND notebook_id = {whose}",
            f"UPDATE comment SET manual_comment = 'Well argued.' WHERE notebook_id = {whose}",
            f"UPDATE submitted_notebook SET late_submission_penalty = 1 WHERE id = {whose}",
        ):
            another.sql(change)
            assert said in " ".join(another.run(*give_back, fails=True).split())
            another.run(*make_page)
            assert "page_wrong" not in another.run(*give_back)
        assert "Well argued." in another.page("page_wrong")


class TestAutograde:
    def test_what_is_no_file_is_passed_over_and_stops_nobody(self, another: Classroom) -> None:
        """Stock: what a link leads to is shown in `autograded/`, and a pipe is waited for."""
        for folder in ("submitted", "autograded"):
            shutil.rmtree(another.root / folder)
        secret = another.root / "secret.txt"
        secret.write_text("a secret of the instructor's")
        another.hand_in("anna")
        strange = another.hand_in("strange")
        (strange / "notes.txt").symlink_to(secret)
        (strange / "more").symlink_to(another.root)
        (strange / "kept.txt").write_text("kept")
        (strange / "deep").mkdir()
        os.mkfifo(strange / "deep" / "pipe")
        handed_in = {
            "link": lambda path: path.symlink_to(secret),
            "link_script": lambda path: path.with_suffix(".py").symlink_to(secret),
            "piped": os.mkfifo,
            "folder": lambda path: path.mkdir(),
        }
        for student, make in handed_in.items():
            folder = another.root / "submitted" / student / TOPIC
            folder.mkdir(parents=True)
            make(folder / f"{NAME}.ipynb")
        (another.root / "submitted" / "aside").symlink_to(another.root / "submitted" / "anna")
        said = another.run("nbgrader", "autograde", TOPIC)
        for student in ("anna", "strange"):
            assert set(another.scores(student).values()) - {None} == set(another.scores("anna").values()) - {
                None
            }
            assert sum(score or 0 for score in another.scores(student).values()) == 100
        for student in handed_in:
            assert sum(score or 0 for score in another.scores(student).values()) == 0
            assert "What was handed in is not shown" in json.dumps(another.graded(student))
        graded = another.root / "autograded"
        assert not (graded / "aside").exists()
        found = [path for path in graded.rglob("*") if not path.is_dir()]
        assert all(path.is_file() and not path.is_symlink() for path in found)
        assert not any("a secret of" in path.read_text(errors="replace") for path in found)
        assert (graded / "strange" / TOPIC / "kept.txt").read_text() == "kept"
        for name in (
            "strange/01_averages/notes.txt",
            "strange/01_averages/more",
            "deep/pipe",
            "submitted/aside",
        ):
            assert any("Passed over" in line and name in line for line in said.splitlines()), (name, said)


class TestZipCollect:
    def test_one_bad_zip_does_not_end_the_class(self, another: Classroom) -> None:
        """Stock: the first archive that cannot be unpacked ends it, and nobody's work is collected."""
        archives = another.root / "downloaded" / TOPIC / "archive"
        archives.mkdir(parents=True)
        notebook = json.dumps(another.released())
        for student in ("anna", "zoe"):
            with zipfile.ZipFile(archives / f"{student}.zip", "w") as archive:
                archive.writestr(f"{student}_{NAME}.ipynb", notebook)
        (archives / "broken.zip").write_bytes(b"PK\x03\x04 this was cut off")
        with zipfile.ZipFile(archives / "denied.zip", "w") as archive:
            info = zipfile.ZipInfo(f"denied_{NAME}.ipynb")
            info.external_attr = 0o100000 << 16  # a file that nobody may read
            archive.writestr(info, notebook)
        with zipfile.ZipFile(archives / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open(f"bomb_{NAME}.ipynb", "w", force_zip64=True) as file:
                for _ in range(1 + (1 << 30) // (1 << 24)):
                    file.write(bytes(1 << 24))
        pattern = r".*/(?P<student_id>[a-z]+)_(?P<file_id>averages)\.ipynb"
        config = f"--FileNameCollectorPlugin.named_regexp={pattern}"
        said = another.run("nbgrader", "zip_collect", TOPIC, config, "--force", fails=True)
        for student in ("anna", "zoe", "denied"):
            assert (another.root / "submitted" / student / TOPIC / f"{NAME}.ipynb").exists(), said
        for name in ("broken.zip", "bomb.zip"):
            assert f"{name}" in said.partition("Passed over")[2]
        assert not list((another.root / "downloaded").rglob("bomb_*"))


class TestValidate:
    @pytest.fixture
    def own(self, room: Classroom, tmp_path: Path) -> Classroom:
        """What a student has: the assignment's folder, and no course."""
        shutil.copytree(room.root / "assignments" / TOPIC, tmp_path / "own")
        return Classroom(type(room.course)(tmp_path / "own"))

    def fill(self, own: Classroom, **answers: str) -> None:
        path = own.root / f"{NAME}.ipynb"
        notebook = json.loads(path.read_text())
        for name, text in (RIGHT | answers).items():
            cell_of(notebook, name)["source"] = text
        # TensorFlow's own banner, in the test cell itself.
        cell_of(notebook, "mean")["source"] += "\nimport tensorflow as tf\n"
        path.write_text(json.dumps(notebook))

    def test_a_right_notebook_is_right_whatever_is_on_stderr(self, own: Classroom) -> None:
        """Stock: the first line on stderr in a test cell, TensorFlow's say, fails it."""
        noisy = NOISY.replace("return np", "import tensorflow as tf; tf.constant(1.0); return np")
        self.fill(own, mean=noisy)
        said = own.run("nbgrader", "validate", f"{NAME}.ipynb")
        assert "Success! Your notebook passes all the tests." in said

    def test_a_wrong_notebook_is_told_why(self, own: Classroom) -> None:
        self.fill(own, mean=MISTAKES["total"][1])
        said = own.run("nbgrader", "validate", f"{NAME}.ipynb")
        assert "VALIDATION FAILED ON 1 CELL" in said and "the sum is not divided" in said
