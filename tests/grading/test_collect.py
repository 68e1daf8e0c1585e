"""A class' files are found in every usual layout, and names lead nowhere."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from courses import SOLUTION

from grader.cells import MAX_BYTES
from grader.grading.collect import NothingToGrade, collect, open_again
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.work import NotGradable, Work
from grader.grading.zips import Zips

TOPICS = ["01_averages", "02_doubles"]
Find = Callable[..., dict[tuple[str, str], Work]]


@pytest.fixture
def find(grader: Grader, public_key: Key) -> Find:
    """Collect from paths; return works by student and topic."""

    def found(*paths: Path, topics: Sequence[str] = TOPICS) -> dict[tuple[str, str], Work]:
        works = collect(paths, dict.fromkeys(topics, Rules(public_key)), grader.open_archive)
        by_name = {(work.student, work.topic): work for work in works}
        assert len(by_name) == len(works) and list(by_name) == sorted(by_name)
        return by_name

    found.open_archive = grader.open_archive  # type: ignore[attr-defined]
    return found


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def content(work: Work) -> bytes:
    with open(work.open(), "rb") as file:
        return file.read()


def make_zip(path: Path, entries: dict[str, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "ada/averages.ipynb",
        "ada/averages.py",
        "ada/01_averages.py",
        "ada/01_averages/averages.ipynb",
        "ada/averages/averages.py",
        "submitted/ada/01_averages/averages.ipynb",
    ],
)
def test_every_layout_is_known_in_a_folder_and_in_a_zip(name: str, find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", name, "ada/notes.txt", "ada/other.py")
    found = find(folder)
    assert list(found) == [("ada", "01_averages")]
    assert content(found["ada", "01_averages"]) == name.encode()
    found = find(make_zip(tmp_path / "class.zip", {name: name, "ada/notes.txt": "", "ada/": ""}))
    assert list(found) == [("ada", "01_averages")]
    assert content(found["ada", "01_averages"]) == name.encode()


def test_a_class_is_found_by_student_and_topic(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "bob/averages.py", "ada/doubles.ipynb", "ada/averages.py")
    assert list(find(folder)) == [("ada", "01_averages"), ("ada", "02_doubles"), ("bob", "01_averages")]
    assert list(find(folder, topics=["02_doubles"])) == [("ada", "02_doubles")]


def test_one_student_s_folder_or_file_is_named_after_its_folder(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "ada", "averages.py")
    assert list(find(folder)) == list(find(folder / "averages.py")) == [("ada", "01_averages")]


def test_several_paths_are_put_together(find: Find, tmp_path: Path) -> None:
    one, two = touch(tmp_path / "ada", "averages.py"), touch(tmp_path / "bob", "averages.py")
    assert [student for student, _ in find(one, two)] == ["ada", "bob"]


def test_the_newer_of_two_forms_is_taken_with_a_note(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "ada/averages.py", "ada/averages.ipynb")
    for newer, older in [("averages.py", "averages.ipynb"), ("averages.ipynb", "averages.py")]:
        os.utime(folder / "ada" / older, (1, 1))
        os.utime(folder / "ada" / newer, (99, 99))
        (work,) = find(folder).values()
        assert content(work) == f"ada/{newer}".encode()
        assert work.notes == (f"{newer} was graded, the newer; {older} was passed over",)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_two_files_for_one_submission_are_refused(kind: str, find: Find, tmp_path: Path) -> None:
    names = ["ada/averages.py", "ada/01_averages/averages.py"]
    path = touch(tmp_path / "class", *names)
    if kind == "zip":
        path = make_zip(tmp_path / "class.zip", {name: name for name in names})
    with pytest.raises(
        NothingToGrade, match="ada has two submissions for 01_averages, .* and .*: remove one"
    ):
        find(path)


def test_one_student_in_two_paths_is_refused(find: Find, tmp_path: Path) -> None:
    one, two = touch(tmp_path / "a", "ada/averages.py"), touch(tmp_path / "b", "ada/averages.ipynb")
    with pytest.raises(NothingToGrade, match="two submissions"):
        find(one, two)


@pytest.mark.parametrize("name", ["notes.txt", "ada/essay.py", "ada/.averages.py", ".git/averages.py",
                                  "ada/__MACOSX/averages.py", "a/b/c/averages.py"])  # fmt: skip
def test_a_folder_with_nothing_to_grade_says_what_was_looked_for(
    name: str, find: Find, tmp_path: Path
) -> None:
    folder = touch(tmp_path / "class", name)
    with pytest.raises(NothingToGrade, match="holds no submission for averages, doubles: a file named"):
        find(folder)
    with pytest.raises(NothingToGrade, match="holds no submission"):
        find(make_zip(tmp_path / "class.zip", {name: ""}))


def test_a_path_that_is_not_there_says_so(find: Find, tmp_path: Path) -> None:
    with pytest.raises(NothingToGrade, match="there is no file or folder"):
        find(tmp_path / "nowhere")


def test_links_are_not_followed(find: Find, tmp_path: Path) -> None:
    secret = touch(tmp_path / "secret", "averages.py", "deep/averages.py")
    folder = touch(tmp_path / "class", "ada/averages.py")
    (folder / "eve").mkdir()
    (folder / "eve" / "averages.py").symlink_to(secret / "averages.py")
    (folder / "mal").symlink_to(secret / "deep")
    found = find(folder)
    assert list(found) == [("ada", "01_averages"), ("eve", "01_averages")]
    with pytest.raises(NotGradable, match="it is a link"):
        found["eve", "01_averages"].open()


# Zips


@pytest.mark.parametrize(
    "name",
    [
        "../../ada/averages.py",
        "/ada/averages.py",
        "ada/./averages.py",
        "ada\\averages.py",
        "..\\ada\\averages.py",
    ],
)
def test_names_in_a_zip_are_text(name: str, find: Find, tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    before = set(tmp_path.rglob("*"))
    found = find(make_zip(folder / "class.zip", {name: "x = 1"}))
    assert list(found) == [("ada", "01_averages")]
    assert content(found["ada", "01_averages"]) == b"x = 1"
    assert set(tmp_path.rglob("*")) - before == {folder / "class.zip"}


def test_links_in_a_zip_are_passed_over(find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": "x = 1"})
    with zipfile.ZipFile(path, "a") as file:
        link = zipfile.ZipInfo("eve/averages.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
    assert list(find(path)) == [("ada", "01_averages")]


def test_the_same_name_twice_in_a_zip_is_borne(find: Find, tmp_path: Path) -> None:
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(tmp_path / "class.zip", "w") as file,
    ):
        file.writestr("ada/averages.py", "first")
        file.writestr("ada/averages.py", "second")
    (work,) = find(tmp_path / "class.zip").values()
    assert content(work) == b"second"
    assert work.notes == ("averages.py is there twice; the last was graded",)


def test_a_bomb_is_bounded(find: Find, tmp_path: Path) -> None:
    bomb = bytes(MAX_BYTES + 1)
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": bomb, "bob/averages.py": bomb[:-1]})
    assert path.stat().st_size < 1 << 20
    found = find(path)
    with pytest.raises(NotGradable, match="larger than the 17 MB"):
        found["ada", "01_averages"].open()
    assert content(found["bob", "01_averages"]) == bomb[:-1]


def test_a_size_that_lies_is_not_believed(find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": b"a" * 1000, "bob/averages.py": "b"})
    data = path.read_bytes().replace(struct.pack("<I", 1000), struct.pack("<I", 10))
    path.write_bytes(data)
    found = find(path)
    try:
        assert len(content(found["ada", "01_averages"])) <= 1000
    except NotGradable as error:
        assert "damaged" in str(error)
    assert content(found["bob", "01_averages"]) == b"b"


def test_an_encrypted_file_is_said_to_be_so_and_the_rest_is_read(find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": "x", "bob/averages.py": "y"})
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    path.write_bytes(data)
    found = find(path)
    with pytest.raises(NotGradable, match="encrypted"):
        found["ada", "01_averages"].open()
    assert content(found["bob", "01_averages"]) == b"y"


def test_damage_to_one_file_costs_one_file(find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": SOLUTION, "bob/averages.py": SOLUTION})
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    found = find(path)
    with pytest.raises(NotGradable, match="it is damaged in the zip"):
        found["ada", "01_averages"].open()
    assert content(found["bob", "01_averages"]) == SOLUTION.encode()


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x05\x06", None])
def test_what_is_no_zip_is_refused(data: bytes | None, find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": SOLUTION})
    path.write_bytes(path.read_bytes()[:-30] if data is None else data)
    with pytest.raises(NothingToGrade, match="class.zip: the zip cannot be read"):
        find(path)


def test_a_zip_of_more_than_a_gigabyte_is_not_read(find: Find, tmp_path: Path) -> None:
    with open(tmp_path / "class.zip", "wb") as file:
        file.truncate((1 << 30) + 1)
    with pytest.raises(NothingToGrade, match="larger than 1024 MB: unzip it"):
        find(tmp_path / "class.zip")


def test_names_that_are_no_text_are_borne(find: Find, tmp_path: Path) -> None:
    names = {"ad\x1b[31ma/averages.py": "1", "é/averages.py": "2", "a\nb/averages.py": "3"}
    found = find(make_zip(tmp_path / "class.zip", dict(names)))
    assert [content(work) for work in found.values()] == [b"3", b"1", b"2"]


def test_files_of_a_zip_are_graded(find: Find, grader: Grader, tmp_path: Path) -> None:
    found = find(make_zip(tmp_path / "class.zip", {"ada/averages.py": SOLUTION, "bob/averages.py": ""}))
    graded = {one.student: one.score for one, _ in grader.grade_all(found.values())}
    assert graded == {"ada": 100, "bob": 0}


# Zips in a folder, and in a zip


def submitted(student: str, name: str = "averages.py") -> bytes:
    """Return what `grader submit` makes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(f"{student}/{name}", f"of {student}")
    return packed.getvalue()


@pytest.mark.parametrize("kind", ["folder", "zip", "folder of zips of zips"])
def test_what_submit_makes_is_found_in_a_folder_and_in_a_zip(kind: str, find: Find, tmp_path: Path) -> None:
    students = [f"student{number}" for number in range(6)]  # more than have a child at a time
    entries: dict[str, bytes | str] = {f"{name}-averages.zip": submitted(name) for name in students}
    path = touch(tmp_path / "class", "notes.txt")
    if kind == "folder":
        for name, data in entries.items():
            (path / name).write_bytes(data)  # type: ignore[arg-type]
    else:
        path = make_zip(path / "all.zip", entries)
        path = path if kind == "zip" else path.parent
    found = find(path)
    assert [student for student, _ in found] == students
    for _ in range(2):
        assert [content(work) for work in found.values()] == [f"of {name}".encode() for name in students]
    labels = [work.file for work in found.values()]
    for root in (Path("/"), tmp_path):
        zips = Zips(find.open_archive)  # type: ignore[attr-defined]
        for label, student in zip(labels, students, strict=True):
            with open(open_again(root, label, zips), "rb") as file:
                assert file.read() == f"of {student}".encode()


def test_zips_are_opened_one_level_deep(find: Find, tmp_path: Path) -> None:
    inner = make_zip(tmp_path / "inner.zip", {"ada-averages.zip": submitted("ada")}).read_bytes()
    path = make_zip(tmp_path / "outer.zip", {"inner.zip": inner, "bob-averages.zip": submitted("bob")})
    assert [student for student, _ in find(path)] == ["bob"]


def test_a_zip_beside_a_submission_is_left_alone(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "submitted/ada/01_averages/averages.py")
    (folder / "submitted/ada/01_averages/ada-averages.zip").write_bytes(submitted("ada"))
    (work,) = find(folder).values()
    assert work.file.endswith("01_averages/averages.py")


def test_a_zip_without_folders_belongs_to_whom_it_is_named_for(find: Find, tmp_path: Path) -> None:
    (tmp_path / "class" / "cy").mkdir(parents=True)
    for name in ("ada-averages.zip", "bob.zip", "cy/work.zip"):
        make_zip(tmp_path / "class" / name, {"averages.py": "x = 1"})
    assert [student for student, _ in find(tmp_path / "class")] == ["ada", "bob", "cy"]


def test_one_bad_zip_costs_one_student(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "eve-averages.zip")
    (folder / "ada-averages.zip").write_bytes(submitted("ada"))
    (folder / "mal-averages.zip").symlink_to(folder / "ada-averages.zip")
    found = find(folder)
    assert content(found["ada", "01_averages"]) == b"of ada"
    for student in ("eve", "mal"):
        with pytest.raises(NotGradable, match="cannot be read"):
            found[student, "01_averages"].open()
    (folder / "eve-averages.zip").rename(folder / "stuff.zip")
    with pytest.raises(NothingToGrade, match="stuff.zip: the zip cannot be read.*: take it away"):
        find(folder)


def test_zips_in_a_zip_are_bounded(find: Find, tmp_path: Path) -> None:
    data = make_zip(tmp_path / "inner.zip", {str(number): "" for number in range(20_000)}).read_bytes()
    path = make_zip(tmp_path / "outer.zip", {f"{number}.zip": data for number in range(4)})
    with pytest.raises(NothingToGrade, match="outer.zip and the zips in it hold more than 50000 files"):
        find(path)


def test_a_file_that_is_gone_from_a_zip_is_said_to_be(find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": "1", "bob/averages.py": "2"})
    label = find(path)["ada", "01_averages"].file
    make_zip(path, {"bob/averages.py": "2"})
    with pytest.raises(NotGradable, match="does not hold it any more"):
        open_again(tmp_path, label, Zips(find.open_archive))  # type: ignore[attr-defined]
