"""The quick tier starts no process of a test's own, and leaves out what is marked `slow`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TESTS = """
import subprocess
import sys
from pathlib import Path

import pytest

TOUCH = [sys.executable, "-c", "import pathlib, sys; pathlib.Path(sys.argv[1]).touch()"]


@pytest.fixture(scope="session")
def for_all():
    subprocess.run([*TOUCH, "session"], check=True)


@pytest.fixture(scope="module")
def for_a_module():
    subprocess.run([*TOUCH, "module"], check=True)


@pytest.fixture
def wheel():
    Path("wheel").touch()


def test_of_the_session(for_all): pass
def test_of_the_module(for_a_module): pass
def test_of_the_module_again(for_a_module): pass
def test_by_itself(): subprocess.run([*TOUCH, "test"], check=True)
def test_of_a_slow_fixture(wheel): pass
def test_in_a_shell(): subprocess.run(["/bin/sh", "-c", "echo > shell"], check=True)


@pytest.mark.slow
def test_marked(): Path("marked").touch()
"""


def run(folder: Path, *arguments: str) -> tuple[str, set[str]]:
    """Run those tests; return pytest's last line, and what they left behind."""
    (folder / "test_these.py").write_text(TESTS)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    slow: takes seconds\n")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTEST_ADDOPTS": ""}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tiers", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1], {path.name for path in folder.iterdir() if not path.suffix}


def test_the_quick_tier_refuses_a_process_in_a_fixture_of_any_scope(tmp_path: Path) -> None:
    said, left = run(tmp_path, "--quick")
    assert "1 passed, 4 skipped, 2 deselected" in said
    assert left - {"__pycache__"} == {"shell"}


def test_the_whole_suite_runs_them_all(tmp_path: Path) -> None:
    said, left = run(tmp_path)
    assert "7 passed" in said
    assert left - {"__pycache__"} == {"session", "module", "test", "wheel", "shell", "marked"}


def test_a_slow_fixture_marks_its_tests(tmp_path: Path) -> None:
    assert "2 passed, 5 deselected" in run(tmp_path, "-m", "slow")[0]
