"""What docs/farm.md says to type is typed here, as far as one machine without containers goes."""

from __future__ import annotations

import fnmatch
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from courses import SOLUTION, make_course
from distributed.cli import dask_scheduler, dask_worker

from grader.commands.main import cli
from grader.grading.key import Key
from grader.grading.secret import hidden_path

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "docs" / "farm.md").read_text()
CONTAINER = (ROOT / "Containerfile").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
DAEMONS = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}


def lines(kind: str) -> list[str]:
    """Return the lines of the blocks of a kind, in their order; those marked `sh` can be run anywhere."""
    return [line for found, block in BLOCKS if found == kind for line in block.splitlines()]


def commands() -> Iterator[list[str]]:
    """Return every command that a block names, by its words; in the manifest too."""
    for line in [*lines("sh"), *lines("")]:
        yield shlex.split(line, comments=True)
    (manifest,) = (yaml.safe_load(block) for kind, block in BLOCKS if kind == "yaml")
    for part in ("worker", "scheduler"):
        (container,) = manifest["spec"][part]["spec"]["containers"]
        yield container["args"]
        files = {word for word in container["args"] if word.startswith("/farm/")}
        assert {file.replace("/farm/", "farm/") for file in files} <= set(re.findall(r"farm/[\w.]+", TEXT))


def test_it_uses_options_that_there_are() -> None:
    seen = set()
    for words in commands():
        if words[:1] == ["dask"]:
            known = DAEMONS[words[1]]
        elif words[:1] == ["grader"]:
            known = cli.commands[words[1]]
        else:
            continue
        options = {name for one in known.params for name in (*one.opts, *one.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= options, words
        seen.add(" ".join(words[:2]))
    assert seen == {"dask scheduler", "dask worker", "grader grade"}


def test_every_variable_that_configures_dask_is_one_of_dask_s() -> None:
    import dask

    names = set(re.findall(r"DASK_(\w+)", TEXT)) - {"WORKER_NAME"}
    assert names
    for name in names:
        dask.config.get(name.lower().replace("__", "."))


@pytest.fixture
def classroom(hidden_key: Key, tmp_path: Path) -> Path:
    """A folder in which an instructor types: a course with its hidden key, and what was handed in."""
    made = make_course(tmp_path / "class")
    hidden_key.save(hidden_path(made.topics[0]))
    for number in range(3):
        (made.root / "submitted" / f"student-{number}").mkdir(parents=True)
        (made.root / "submitted" / f"student-{number}" / "averages.py").write_text(
            f"{SOLUTION}\n# {number}\n"
        )
    return made.root


@contextmanager
def running(line: str, folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Run what ends only when it is told to."""
    with open(folder / "log", "ab") as log:
        started = subprocess.Popen(
            line, shell=True, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield
    finally:
        os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def test_what_it_says_to_type_grades_the_class(classroom: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    graded, daemons = 0, []
    try:
        for line in lines("sh"):
            line = line.replace("farm.example.org", "127.0.0.1").replace(":8787", ":0")
            line = line.replace("8786", str(port))
            if line.startswith("export "):
                environment |= dict(word.split("=", 1) for word in shlex.split(line)[1:])
            elif line.startswith("dask "):
                daemons.append(running(line, classroom, environment))
                daemons[-1].__enter__()
            else:
                if line.startswith("grader grade"):
                    line, graded = f"{line} --db sqlite:///{graded}.db --json {graded}.json", graded + 1
                done = subprocess.run(
                    line, shell=True, cwd=classroom, env=environment, capture_output=True, text=True
                )
                log = (classroom / "log").read_text() if daemons else ""
                assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}{log}"
                if line.startswith("grader grade"):
                    assert "3 submissions of 3 students graded." in done.stdout
    finally:
        for daemon in reversed(daemons):
            daemon.__exit__(None, None, None)
    assert (graded, len(daemons)) == (2, 2)
    assert {path.stat().st_mode & 0o077 for path in (classroom / "farm").iterdir()} in ({0}, {0, 0o044})


# The image


def copied() -> list[str]:
    """Return what the Containerfile copies out of the repository."""
    found = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINER, re.MULTILINE)
    return [name for names in found for name in names.split()]


def test_the_image_is_made_of_files_that_there_are_and_of_no_others() -> None:
    names = copied()
    assert {"grader", "constraints.txt", "setup.cfg"} <= set(names)
    assert all((ROOT / name).exists() for name in names)
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    shown = {rule[1:] for rule in rules if rule.startswith("!")}
    assert "*" in rules and shown == set(names)
    for secret in ("solutions", "source", ".grader", "submitted", "grades.db"):
        assert not any(fnmatch.fnmatch(secret, name) for name in shown)


def test_its_commands_make_an_environment_that_grades(tmp_path: Path) -> None:
    """As the image does, but for the libraries below the grader, which are those of this environment."""
    source = tmp_path / "src"
    source.mkdir()
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(
                ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", ".grader")
            )
        else:
            shutil.copy(ROOT / name, source)
    environment = {**os.environ, "PIP_NO_BUILD_ISOLATION": "0"}  # what builds is installed here
    runs = [run.replace("\\\n", " ") for run in re.findall(r"^RUN ((?:.*\\\n)*.*)$", CONTAINER, re.MULTILINE)]
    builds, installs = (run for run in runs if run.startswith("pip "))
    python = shlex.quote(sys.executable)
    subprocess.run(f"{python} -m {builds}", shell=True, check=True, cwd=source, env=environment)
    (wheel,) = (source / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        assert not [name for name in packed.namelist() if not name.startswith(("grader/", "deep_learning"))]
    venv.create(tmp_path / "made", with_pip=False)
    target = shlex.quote(str(tmp_path / "made" / "bin" / "python"))
    line = installs.replace("/tmp/", f"{source}/").replace("'psycopg[binary]'", "")
    line = line.replace("pip install", f"{python} -m pip --python {target} install --no-deps --no-index")
    done = subprocess.run(line, shell=True, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0 and "does not provide the extra" not in done.stderr, done.stderr
    assert not (source / "dist").exists() and not (source / "constraints.txt").exists()
    (folder,) = (tmp_path / "made" / "lib").iterdir()
    (folder / "site-packages" / "ours.pth").write_text(
        "\n".join(path for path in sys.path if "-packages" in path)
    )
    help = subprocess.run(
        [tmp_path / "made" / "bin" / "grader", "grade", "--help"],
        cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
    )  # fmt: skip
    assert help.returncode == 0 and "--cluster" in help.stdout, help.stderr
    assert re.search(r"^FROM \S+python:(3\.1[123])-", CONTAINER, re.MULTILINE)
