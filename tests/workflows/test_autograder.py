"""The autograder for Gradescope: its zip, what setup.sh installs, what run_autograder says of submissions."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from courses import SOLUTION, TOPIC, make_course
from installed import write_without

import grader
from grader.commands import container
from grader.commands.main import cli
from grader.grading import grader as grading
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.secret import hidden_path
from grader.sandbox import trial
from grader.sandbox.levels import Level
from grader.workflows.gradescope import Autograder, NoWheel, checked, wheel_in

WHEEL = f"deep_learning_grader-{grader.__version__}-py3-none-any.whl"
WRONG = SOLUTION.replace("/ len(rows)", "")
Run = Callable[..., dict[str, Any] | None]


@pytest.fixture
def autograder(hidden_key: Key, tmp_path: Path) -> Autograder:
    wheel = tmp_path / "dist" / WHEEL
    wheel.parent.mkdir()
    wheel.write_bytes(b"a wheel")
    return Autograder(TOPIC, hidden_key.to_bytes(), wheel, "numpy==2.4.0\n", "landlock")


@pytest.fixture
def home(autograder: Autograder, tmp_path: Path) -> Path:
    """What Gradescope makes of the zip, `/autograder`, in a folder; the grader is installed there already."""
    root = tmp_path / "autograder"
    unpacked(autograder.packed(), root / "source")
    shutil.copy(root / "source" / "run_autograder", root)
    for name in ("submission", "results"):
        (root / name).mkdir()
    (root / "venv").symlink_to(sys.prefix)
    return root


def unpacked(content: bytes, folder: Path) -> None:
    """Unzip with the modes of files, as Gradescope does."""
    folder.mkdir(parents=True)
    file = folder.parent / "autograder.zip"
    file.write_bytes(content)
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
        for entry in archive.infolist():
            (folder / entry.filename).chmod(entry.external_attr >> 16 & 0o777)


def test_a_zip_holds_what_gradescope_asks_for_at_its_root(autograder: Autograder, tmp_path: Path) -> None:
    content = autograder.packed()
    assert content == autograder.packed()
    unpacked(content, tmp_path / "source")
    there = {str(path.relative_to(tmp_path / "source")) for path in (tmp_path / "source").rglob("*.*")}
    assert there == {"setup.sh", WHEEL, "constraints.txt", f"keys/{TOPIC}.npz"}
    for name in ("setup.sh", "run_autograder"):
        script = tmp_path / "source" / name
        assert script.stat().st_mode & stat.S_IXUSR and script.read_bytes().startswith(
            b"#!/usr/bin/env bash\n"
        )
        assert "@" not in script.read_text().replace('"$@"', "")
    assert (tmp_path / "source" / "keys" / f"{TOPIC}.npz").stat().st_mode & 0o077 == 0


def test_scripts_are_written_as_bash_reads_them(home: Path) -> None:
    for script in ("setup.sh", "run_autograder"):
        done = subprocess.run(["bash", "-n", home / "source" / script], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("there", [[], ["deep_learning_grader-0.0.1-py3-none-any.whl"], ["other.whl"]])
def test_a_wheel_of_another_version_is_refused(tmp_path: Path, there: list[str]) -> None:
    for name in there:
        (tmp_path / name).touch()
    with pytest.raises(NoWheel, match="run `make wheel`"):
        wheel_in(tmp_path)
    for name in there:
        with pytest.raises(NoWheel, match=grader.__version__):
            checked(tmp_path / name, where=tmp_path / name)


class TestSetup:
    """setup.sh, with programs in the place of apt-get and Python that note what they are asked."""

    @pytest.fixture
    def programs(self, home: Path) -> Path:
        (home / "venv").unlink()
        folder = home / "programs"
        folder.mkdir()
        log = shlex.quote(str(home / "log"))
        note = f'#!/bin/sh\necho "$(basename "$0") $*" >> {log}\n'
        (folder / "apt-get").write_text(note + 'case "$*" in *python3.12*) exit 1;; esac\n')
        # `-m venv FOLDER` makes one whose programs note what they are asked, too.
        make = 'test "$2" = venv || exit 0\nmkdir -p "$3/bin"\n'
        copies = "".join(f'cp "$0" "$3/bin/{name}"\n' for name in ("python", "grader"))
        (folder / "python3.13").write_text(note + make + copies)
        for program in folder.iterdir():
            program.chmod(0o755)
        return folder

    def run(self, home: Path, programs: Path) -> list[str]:
        environment = {"PATH": f"{programs}:/usr/bin:/bin", "AUTOGRADER": str(home)}
        done = subprocess.run(
            [home / "source" / "setup.sh"], env=environment, capture_output=True, text=True, cwd="/"
        )
        assert done.returncode == 0, done.stderr
        return (home / "log").read_text().splitlines()

    def test_the_wheel_is_installed_with_the_locked_versions(self, home: Path, programs: Path) -> None:
        done = self.run(home, programs)
        assert done[0] == "apt-get update"
        assert [line.split()[-1] for line in done[1:3]] == ["python3.12-venv", "python3.13-venv"]
        assert done[3] == f"python3.13 -m venv {home}/venv"
        source = home / "source"
        assert done[4].split()[:4] == ["python", "-m", "pip", "install"]
        assert done[4].split()[-2:] == [f"--constraint={source}/constraints.txt", str(source / WHEEL)]
        assert done[5] == "grader doctor" and len(done) == 6
        assert not any(path.stat().st_mode & 0o077 for path in [source, *source.rglob("*")])

    def test_without_locked_versions_none_are_asked_for(
        self, autograder: Autograder, home: Path, programs: Path
    ) -> None:
        shutil.rmtree(home / "source")
        open_ended = Autograder(TOPIC, autograder.key, autograder.wheel, "", "none")
        unpacked(open_ended.packed(), home / "source")
        assert "constraint" not in self.run(home, programs)[4]
        assert not (home / "source" / "constraints.txt").exists()

    def test_an_image_without_a_python_that_fits_says_so(self, home: Path, programs: Path) -> None:
        (programs / "apt-get").write_text('#!/bin/sh\ntest "$1" = update\n')
        environment = {"PATH": f"{programs}:/usr/bin:/bin", "AUTOGRADER": str(home)}
        done = subprocess.run([home / "source" / "setup.sh"], env=environment, capture_output=True, text=True)
        assert done.returncode == 1 and "choose another base image" in done.stderr

    def test_pip_takes_what_it_is_given(self, wheel: Path, home: Path, programs: Path) -> None:
        """The line of setup.sh, with the wheel that is built; what it needs is not downloaded."""
        locked = Path(__file__).parents[2] / "constraints.txt"
        shutil.rmtree(home / "source")
        made = Autograder(TOPIC, b"a key", wheel, locked.read_text(), "none")
        unpacked(made.packed(), home / "source")
        given = self.run(home, programs)[4].split()[3:]
        dry = ["--dry-run", "--no-deps", "--no-index", "--ignore-installed"]
        done = subprocess.run(
            [sys.executable, "-m", "pip", *given, *dry], capture_output=True, text=True, cwd=home
        )
        assert done.returncode == 0 and "Would install deep-learning-grader" in done.stdout, done.stderr


def result(home: Path) -> dict[str, Any] | None:
    file = home / "results" / "results.json"
    return json.loads(file.read_text()) if file.exists() else None


class TestWithAWarmServer:
    """What comes of a submission, on the server that the tests share and without a lock."""

    @pytest.fixture
    def run(self, home: Path, grader: Grader, monkeypatch: pytest.MonkeyPatch) -> Run:
        server = grader.server
        monkeypatch.setattr(grading, "Server", lambda **_: server)
        monkeypatch.setattr(Grader, "close", lambda self: None)
        monkeypatch.setattr(trial, "candidates", lambda: [Level.NONE])

        def run(**files: str) -> dict[str, Any] | None:
            for name, text in files.items():
                path = home / "submission" / name.replace("__", "/").replace("_dot_", ".")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            assert container.main(home, Level.NONE) == 0
            return result(home)

        return run

    @pytest.mark.parametrize("where", ["averages_dot_py", "my__homework__averages_dot_py", "hw3_dot_py"])
    def test_a_right_answer_has_all_points_wherever_it_lies(self, run: Run, where: str) -> None:
        found = run(**{where: SOLUTION})
        assert found and found["score"] == 100
        assert {test["status"] for test in found["tests"]} == {"passed"}

    def test_a_wrong_one_has_its_message_and_no_hidden_number(self, run: Run) -> None:
        found = run(averages_dot_py=WRONG)
        assert found and found["score"] == 80
        said = found["tests"][0]["output"]
        assert "the sum is not divided by how many there are" in said and not any(map(str.isdigit, said))

    def test_nothing_to_grade_is_said_in_the_student_s_words(self, run: Run, home: Path) -> None:
        for files in ({}, {"notes_dot_txt": "x"}, {"averages_1_dot_py": "x", "averages_2_dot_py": "y"}):
            found = run(**files)
            assert found and found["score"] == 0
            assert found["output"].endswith("hand in averages.ipynb or averages.py.")
            assert str(home) not in found["output"]
            said = found["output"].removeprefix("Nothing could be graded: ")
            assert said.startswith(("there is no file", "it holds no submission", "averages_1.py: ")), said

    def test_a_link_is_not_followed(self, run: Run, home: Path) -> None:
        (home / "submission" / "averages.py").symlink_to(home / "source" / "setup.sh")
        found = run()
        assert found and found["score"] == 0 and "it is a link" in found["output"]

    def test_where_the_grader_fails_there_are_no_results(
        self, run: Run, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(averages_dot_py=SOLUTION)
        (home / "source" / "keys" / f"{TOPIC}.npz").write_bytes(b"cut off")
        assert container.main(home, Level.NONE) == 1
        assert result(home) is None
        assert "No results were written: the answer key" in capsys.readouterr().out

    def test_below_the_level_that_is_asked_for_nothing_is_graded(
        self, run: Run, home: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(averages_dot_py=SOLUTION)
        assert container.main(home, Level.LANDLOCK) == 1
        assert result(home) is None and "--require-isolation none" in capsys.readouterr().out


HOSTILE = """\
import glob, os, shutil
for place in ({home!r}, os.getcwd()):
    try:
        os.makedirs(place + "/results", exist_ok=True)
        with open(place + "/results/results.json", "w") as file:
            file.write('{{"score": 100}}')
        for key in glob.glob({home!r} + "/source/keys/*"):
            shutil.copy(key, place + "/submission/stolen")
    except OSError:
        pass
print('{{"score": 100}}')
"""


def test_run_autograder_holds_a_hostile_submission(home: Path) -> None:
    """As Gradescope runs it: the script, a process of its own, at the best level that this machine gives."""
    if trial.best() is Level.NONE:
        pytest.skip("this machine cannot hold submissions, hostile ones least: see `grader doctor`")
    (home / "submission" / "averages.py").write_text(HOSTILE.format(home=str(home)) + WRONG)
    write_without(home / "lacking")  # setup.sh installs no extras
    environment = {**os.environ, "AUTOGRADER": str(home), "PYTHONPATH": str(home / "lacking")}
    done = subprocess.run(
        [home / "run_autograder"], env=environment, cwd=home, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = result(home)
    assert found is not None and found["score"] == 80 and len(found["tests"]) == 3
    assert "Submissions are held at the level" in done.stdout
    assert [path.name for path in (home / "submission").iterdir()] == ["averages.py"]
    assert [path.name for path in (home / "results").iterdir()] == ["results.json"]


class TestCommand:
    """`grader gradescope`."""

    @pytest.fixture
    def root(self, tmp_path: Path, hidden_key: Key, monkeypatch: pytest.MonkeyPatch) -> Path:
        course = make_course(tmp_path)
        hidden_key.save(hidden_path(course.topics[0]))
        (tmp_path / "dist").mkdir()
        (tmp_path / "dist" / WHEEL).write_bytes(b"a wheel")
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(cli, ["gradescope", "autograder.zip", "--topic", "averages", *arguments])

    def test_it_says_what_the_key_in_the_zip_means(self, root: Path) -> None:
        done = self.run()
        assert done.exit_code == 0, done.output
        said = " ".join(done.output.split())
        assert "grades averages, 100 points, by the hidden key" in said
        assert "At the level landlock and above no submission can read it" in said
        assert "there is no" in said and "constraints.txt" in said
        assert (root / "autograder.zip").stat().st_mode & 0o077 == 0
        assert "a submission can read the key" in " ".join(
            self.run("--require-isolation", "none").output.split()
        )

    @pytest.mark.parametrize(
        ("arguments", "says"),
        [
            (["--wheel", "solutions/01_averages/checks.py"], "holds no wheel of this grader"),
            (["--public"], "public key"),
        ],
    )
    def test_what_is_missing_is_said(self, root: Path, arguments: list[str], says: str) -> None:
        done = self.run(*arguments)
        assert done.exit_code == 1 and says in done.output
        assert not (root / "autograder.zip").exists()
