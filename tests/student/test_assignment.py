"""What a student has in a folder, and which of two files is checked."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from students import RIGHT, STUBS, notebook, write_assignment

from grader.course import CourseError
from grader.grading.key import Key
from grader.student.assignment import choose, find_assignments


def aged(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_the_newer_of_two_files_is_taken_and_said(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key, RIGHT)
    (tmp_path / "averages.ipynb").write_text(notebook(RIGHT))
    aged(tmp_path / "averages.ipynb", 3600)
    note = "averages.py was checked, and not averages.ipynb, which is older"
    assert mine.file() == (mine.folder / "averages.py", note)
    aged(tmp_path / "averages.py", 7200)
    taken, note = mine.file()
    assert taken.name == "averages.ipynb" and "which is older" in note


def test_of_two_files_as_old_as_each_other_the_one_that_was_written_in_is_taken(
    tmp_path: Path, public_key: Key
) -> None:
    """As a clone has them: the order in which git wrote them says nothing."""
    mine = write_assignment(tmp_path, public_key, STUBS)
    (tmp_path / "averages.ipynb").write_text(notebook(RIGHT))
    for older, newer in (("averages.py", "averages.ipynb"), ("averages.ipynb", "averages.py")):
        aged(tmp_path / older, 100)
        aged(tmp_path / newer, 99)
        assert mine.file()[0].name == "averages.ipynb"
    assert mine.file()[1] == "averages.ipynb was checked, and not averages.py, in which more is left to write"


def test_one_file_needs_no_note(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key, RIGHT)
    assert mine.file() == (mine.folder / "averages.py", "")
    (tmp_path / "averages.py").unlink()
    with pytest.raises(CourseError, match="holds neither averages.ipynb nor averages.py"):
        mine.file()


def test_an_exercise_is_found_in_whichever_topic_has_it(tmp_path: Path, public_key: Key) -> None:
    write_assignment(tmp_path / "one", public_key)
    found = find_assignments(tmp_path)
    (chosen,) = choose(found, ("weighted_mean",))
    assert chosen.exercises == ["weighted_mean"] and chosen.rules is found[0].rules
    assert found[0].exercises == ["mean", "weighted_mean", "running_mean"]
    other = Key("02_means", False, "", public_key.checks, public_key.exercises)
    write_assignment(tmp_path / "two", other)
    both = find_assignments(tmp_path)
    with pytest.raises(CourseError, match="say `averages.mean` or `means.mean`"):
        choose(both, ("mean",))
    assert [one.name for one in choose(both, ("means.mean",))] == ["means"]


def test_a_lost_key_is_told_from_a_wrong_folder(tmp_path: Path, public_key: Key) -> None:
    with pytest.raises(CourseError, match="no assignment at"):
        find_assignments(tmp_path)
    (tmp_path / "checks.py").write_text(public_key.checks)
    with pytest.raises(CourseError, match="has lost its answer key, the file `key.npz`"):
        find_assignments(tmp_path)
