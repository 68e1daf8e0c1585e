"""A cluster's results are those of one machine, and either finds what the other graded."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from courses import SOLUTION, TOPIC
from distributed import Security
from farms import Farm, farm

from grader.farm.cluster import Cluster
from grader.grading.collect import collect
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.work import Work
from grader.sandbox.levels import Level
from grader.text import to_json
from grader.verdict import Graded

TEXTS = {
    "ada": SOLUTION,
    "bob": SOLUTION.replace("/ len(rows)", ""),
    "cyd": SOLUTION.replace("return np.sum(rows", "import os; os._exit(3); return np.sum(rows"),
    "dan": SOLUTION.replace("return np.sum(rows", "return np.random.rand() + np.sum(rows"),
    "eve": "",
    "flo": "x = [",
    "gus": "raise ValueError('\\ud800')\n" + SOLUTION,
    "hal": SOLUTION.replace("import numpy", "import antigravity_missing\nimport numpy"),
}


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    """A farm over TLS: one worker, which grades two at a time."""
    with farm(tmp_path_factory.mktemp("farm"), 0, Security.temporary()) as made:
        made.start_worker("--nthreads", "2")
        yield made


@pytest.fixture(scope="module")
def submitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class; one of it handed in a zip."""
    folder = tmp_path_factory.mktemp("class")
    for student, text in TEXTS.items():
        (folder / student).mkdir()
        (folder / student / "averages.py").write_text(text)
    with zipfile.ZipFile(folder / "ida-averages.zip", "w") as archive:
        archive.writestr("averages.py", SOLUTION)
    return folder


def timeless(graded: Graded) -> Any:
    """Return what a result says, but for times, as JSON has it."""
    found = json.loads(to_json(graded))
    found["seconds"] = None
    for exercise in found["exercises"]:
        for case in exercise["cases"]:
            case["seconds"] = None
    return found


def graded_by(grader: Grader, works: Sequence[Work]) -> list[Any]:
    return sorted((timeless(one) for one, _ in grader.grade_all(works)), key=lambda one: str(one["student"]))


def test_a_cluster_grades_as_one_machine_does(
    secure: Farm, submitted: Path, grader: Grader, public_key: Key
) -> None:
    """Paths are sent, and the bytes of what lies in a zip."""
    rules = {TOPIC: Rules(public_key)}
    works = collect([submitted], rules, grader.open_archive).works
    assert len(works) == len(TEXTS) + 1
    with Cluster(secure.place, rules, Level.NONE, shared=True, say=lambda _: None) as cluster:
        there = Grader(rules, executor=cluster)
        assert graded_by(there, works) == graded_by(grader, works)
        level = Level(cluster.environment["isolation"])
        # So that their fingerprints are the same, too.
        assert there.environment == Grader(rules, level=level).environment


def test_a_client_that_is_killed_goes_on_where_it_was_and_so_does_one_machine(
    secure: Farm, tmp_path: Path, public_key: Key
) -> None:
    public_key.save(tmp_path / "keys" / f"{TOPIC}.npz")
    for number in range(8):
        (tmp_path / "class" / f"s{number}").mkdir(parents=True)
        text = SOLUTION.replace("import numpy", f"import time; time.sleep(0.5)  # {number}\nimport numpy")
        (tmp_path / "class" / f"s{number}" / "averages.py").write_text(text)
    ours = [
        sys.executable,
        "-m",
        "grader.commands.main",
        "grade",
        "class",
        "--keys",
        "keys",
        "--json",
        "grades.json",
    ]
    ours += ["--require-isolation", "none"]
    credentials = ["--tls-ca", "ca_file", "--tls-cert", "client_cert", "--tls-key", "client_key"]
    files = [str(secure.folder / one) if not one.startswith("--") else one for one in credentials]
    command = [*ours, "--cluster", secure.address, *files]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE) as killed:
        while kept(tmp_path) < 2:
            assert killed.poll() is None, killed.communicate()[1].decode()
            time.sleep(0.1)
        os.kill(killed.pid, signal.SIGKILL)
    before = kept(tmp_path)
    assert before < 8
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 0 and kept(tmp_path) == 8, again.stderr
    grades = json.loads((tmp_path / "grades.json").read_text())
    assert [one["score"] for one in grades["submissions"]] == [100.0] * 8
    alone = subprocess.run(ours, cwd=tmp_path, capture_output=True, text=True)
    assert alone.returncode == 0, alone.stderr
    assert json.loads((tmp_path / "grades.json").read_text()) == grades


def kept(folder: Path) -> int:
    """Return how many submissions the database holds."""
    try:
        with closing(sqlite3.connect(f"file:{folder / 'grades.db'}?mode=ro", uri=True)) as database:
            (count,) = database.execute("select count(*) from grader_submissions").fetchone()
        return int(count)
    except sqlite3.OperationalError:
        return 0
