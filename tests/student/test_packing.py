"""One file, named for student and topic."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from students import RIGHT, STUBS, notebook, write_assignment

from grader.course import CourseError
from grader.grading.key import Key
from grader.grading.work import NotGradable
from grader.names import SENTENCE
from grader.student.packing import file_name, pack, where


def test_a_pack_holds_the_file_that_is_graded_and_nothing_else(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path / "mine", public_key, STUBS)
    os.utime(tmp_path / "mine" / "averages.py", (0, 0))
    (tmp_path / "mine" / "averages.ipynb").write_text(notebook(RIGHT))
    packed = pack(mine, "Ada Lovelace", tmp_path)
    assert packed.path == tmp_path / "Ada_Lovelace-averages.zip"
    assert packed.note == "averages.ipynb was packed, and not averages.py, which is older"
    with zipfile.ZipFile(packed.path) as archive:
        assert archive.namelist() == ["Ada_Lovelace/averages.ipynb"]
        assert archive.read("Ada_Lovelace/averages.ipynb").decode() == notebook(RIGHT)
    before = packed.path.read_bytes()
    assert pack(mine, "Ada Lovelace", tmp_path).path.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["Ada_Lovelace-averages.zip", "mine"]


def test_a_finished_copy_is_packed_in_the_place_of_a_stub(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path / "mine", public_key, STUBS)
    (tmp_path / "mine" / "averages-Copy1.ipynb").write_text(notebook(RIGHT))
    packed = pack(mine, "ada", tmp_path)
    assert packed.note.startswith("averages-Copy1.ipynb was packed, and not averages.py")
    with zipfile.ZipFile(packed.path) as archive:
        assert archive.namelist() == ["ada/averages.ipynb"]


@pytest.mark.parametrize(
    ("student", "name"),
    [
        ("ada", "ada"), ("  Ada  Lovelace ", "Ada_Lovelace"), ("s1234567", "s1234567"),
        ("Zoë Ångström", "Zoë_Ångström"), ("ada@example.org", "ada@example.org"), ("../../etc/x", "etc_x"),
        ("a/b\\c:d", "a_b_c_d"), ("__x", "x"), ("-rf", "rf"), ("山田 太郎", "山田_太郎"),
        ("x" * 300, "x" * 80),
    ],
)  # fmt: skip
def test_a_name_becomes_a_file_s(student: str, name: str) -> None:
    assert file_name(student, "averages") == name


@pytest.mark.parametrize("student", ["", " ", "...", "//", "averages", "01_averages"])
def test_a_name_of_which_nothing_is_left_is_refused(student: str) -> None:
    with pytest.raises(CourseError, match="grader submit --student ada"):
        file_name(student, "averages")


def test_a_file_that_cannot_be_graded_is_not_packed(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path / "mine", public_key)
    with pytest.raises(CourseError, match="holds neither"):
        pack(mine, "ada", tmp_path)
    (tmp_path / "mine" / "averages.py").write_text("")
    os.truncate(tmp_path / "mine" / "averages.py", 201 << 20)
    with pytest.raises(NotGradable, match="clear the notebook's outputs"):
        pack(mine, "ada", tmp_path)
    assert not list(tmp_path.glob("*.zip"))


def test_where_to_hand_in_is_the_instructor_s_to_say(tmp_path: Path, public_key: Key) -> None:
    mine = write_assignment(tmp_path, public_key)
    assert where(mine) == SENTENCE
    (tmp_path / "HAND_IN.md").write_text("\nUpload it to the course page.\n")
    assert where(mine) == "Upload it to the course page."
    (tmp_path / "HAND_IN.md").write_text("x" * 100_000)
    assert len(where(mine)) == 4000
