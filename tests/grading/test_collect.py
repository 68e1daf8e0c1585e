"""A class' files are found in every usual layout, names lead nowhere, and what is bad stops nobody else."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from courses import SOLUTION

from grader.grading.collect import Collected, NothingToGrade, collect
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.work import NotGradable, Work
from grader.grading.zips import Zips, open_again
from grader.saved import MAX_BYTES
from grader.text import identifier
from grader.verdict import PassedOver

TOPICS = ["01_averages", "02_doubles"]


class Find:
    """Collects from paths; returns works by student and topic, and keeps what was passed over."""

    def __init__(self, grader: Grader, key: Key) -> None:
        self.open_archive = grader.open_archive
        self.rules = Rules(key)
        self.passed_over: list[PassedOver] = []

    def __call__(
        self, *paths: Path, topics: Sequence[str] = TOPICS, class_zip: Path | None = None
    ) -> dict[tuple[str, str], Work]:
        zips = [class_zip] if class_zip else []
        rules = dict.fromkeys(topics, self.rules)
        found: Collected = collect(paths, rules, self.open_archive, zips, TOPICS)
        self.passed_over = found.passed_over
        by_name = {(work.student, work.topic): work for work in found.works}
        assert len(by_name) == len(found.works) and list(by_name) == sorted(by_name)
        return by_name

    def of_class(self, path: Path) -> dict[tuple[str, str], Work]:
        return self(class_zip=path)

    @property
    def blamed(self) -> dict[str, str]:
        """Return why something was passed over, by whose it is."""
        return {one.student: one.reason for one in self.passed_over}


@pytest.fixture
def find(grader: Grader, public_key: Key) -> Find:
    return Find(grader, public_key)


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
    found = find.of_class(make_zip(tmp_path / "class.zip", {name: name, "ada/notes.txt": "", "ada/": ""}))
    assert list(found) == [("ada", "01_averages")]
    assert content(found["ada", "01_averages"]) == name.encode()


def test_a_class_is_found_by_student_and_topic(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "bob/averages.py", "ada/doubles.ipynb", "ada/averages.py")
    assert list(find(folder)) == [("ada", "01_averages"), ("ada", "02_doubles"), ("bob", "01_averages")]
    assert list(find(folder, topics=["02_doubles"])) == [("ada", "02_doubles")]


def test_one_student_s_folder_or_file_is_named_after_its_folder(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "ada", "averages.py")
    assert list(find(folder)) == list(find(folder / "averages.py")) == [("ada", "01_averages")]
    assert list(find(touch(folder, "figures/one.png"))) == [("ada", "01_averages")] and not find.passed_over


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
        assert work.notes == (f"{newer} was graded, and not {older}, which is older",)


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize("second", ["ada/01_averages.py", "ada/01_averages/averages.py"])
def test_two_files_for_one_topic_cost_their_student_only(
    second: str, kind: str, find: Find, tmp_path: Path
) -> None:
    names = ["ada/averages.py", second, "bob/averages.py"]
    path = touch(tmp_path / "class", *names)
    if kind == "zip":
        path = make_zip(tmp_path / "class.zip", {name: name for name in names})
    found = find.of_class(path) if kind == "zip" else find(path)
    assert list(found) == [("bob", "01_averages")]
    assert list(find.blamed) == ["ada"]
    assert "ada has 2 submissions for 01_averages" in find.blamed["ada"] and second in find.blamed["ada"]


@pytest.mark.parametrize(
    "name",
    [
        "averages (1).ipynb",
        "averages(2).py",
        "averages-2.ipynb",
        "averages-Copy1.ipynb",
        "averages - Copy (3).ipynb",
        "averages copy.py",
        "Averages.ipynb",
        "01 Averages.IPYNB",
        "averages.ipynb.txt",
        "averages.ipynb.json",
        "averages.py.download",
        "ada_lovelace-averages_final-v2.ipynb",
        "hw1_averages_ada_12345_678.ipynb",
        "AVERAGES/averages.ipynb",
    ],
)
@pytest.mark.parametrize("kind", ["folder", "zip", "student's zip"])
def test_a_name_that_the_world_made_is_known_and_noted(
    name: str, kind: str, find: Find, tmp_path: Path
) -> None:
    names = {f"ada/{name}": "x = 1", "bob/averages.py": "x = 2"}
    if kind == "folder":
        for path, text in names.items():
            touch(tmp_path / "class", path)
            (tmp_path / "class" / path).write_text(text)
        found = find(tmp_path / "class")
    elif kind == "zip":
        found = find.of_class(make_zip(tmp_path / "class.zip", dict(names)))
    else:
        found = find(make_zip(tmp_path / "ada.zip", {name: "x = 1"}))
    work = found["ada", "01_averages"]
    assert content(work) == b"x = 1" and not find.passed_over
    assert any("was taken for averages" in note for note in work.notes) or name == "AVERAGES/averages.ipynb"


def test_of_a_stub_and_finished_copies_the_finished_one_counts(find: Find, tmp_path: Path) -> None:
    stub = "def f():\n    raise NotImplementedError()\n"
    for kind in ("averages-Copy1.ipynb", "averages (1).ipynb"):
        folder = touch(tmp_path / kind, "ada/averages.ipynb", f"ada/{kind}", "ada/averages (2).ipynb")
        for name in ("averages.ipynb", "averages (2).ipynb"):
            (folder / "ada" / name).write_text(stub)
        (folder / "ada" / kind).write_text(SOLUTION)
        (work,) = find(folder, topics=["01_averages"]).values()
        assert content(work) == SOLUTION.encode() and not find.passed_over
        assert f"{kind} was graded, and not averages (2).ipynb, averages.ipynb" in work.notes


def test_a_file_of_the_student_s_own_is_no_newer_submission(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "ada/averages.py", "ada/averages_2.py")
    (folder / "ada" / "averages.py").write_text(SOLUTION)
    os.utime(folder / "ada" / "averages.py", (1, 1))
    (work,) = find(folder, topics=["01_averages"]).values()
    assert content(work) == SOLUTION.encode() and "in which more is left to write" in work.notes[0]


def test_of_two_copies_alike_neither_counts_but_the_same_twice_is_one(find: Find, tmp_path: Path) -> None:
    names = ["ada/averages (1).ipynb", "ada/averages (2).ipynb", "bob/averages.py"]
    folder = touch(tmp_path / "class", *names)
    assert list(find(folder)) == [("bob", "01_averages")] and "2 submissions" in find.blamed["ada"]
    (folder / "ada" / "averages (2).ipynb").write_text(names[0])
    assert ("ada", "01_averages") in find(folder) and not find.passed_over


def test_a_loosely_named_notebook_does_not_stand_beside_a_surer_one(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "ada/averages.ipynb", "ada/my averages draft.ipynb")
    (work,) = find(folder).values()
    assert content(work) == b"ada/averages.ipynb"
    assert work.notes == ("beside it lies my averages draft.ipynb, which was not graded",)


def test_nobody_vanishes(find: Find, tmp_path: Path) -> None:
    """Whoever handed in nothing that can be graded is named, with what there is."""
    folder = touch(
        tmp_path / "class",
        "ada/averages.ipynb", "ada/notes.txt", "ada/figures/one.png",
        "bob/averages.html", "cleo/essay.docx", "dan/figures/one.png", "eve/doubles.py",
        "fay/averages.py/x", "averages by gil.ipynb", "roster.csv",
    )  # fmt: skip
    (folder / "hal" / "01_averages").mkdir(parents=True)
    (folder / "ada" / "later").mkdir()
    assert list(find(folder, topics=["01_averages"])) == [("ada", "01_averages"), ("fay", "01_averages")]
    assert set(find.blamed) == {"bob", "cleo", "dan", "hal", ""}
    assert find.blamed["bob"] == "it holds no submission for averages, but averages.html"
    assert find.blamed["hal"] == "it is empty"
    assert "nothing says whose it is" in find.blamed[""]


def test_one_student_in_two_paths_is_passed_over(find: Find, tmp_path: Path) -> None:
    one, two = touch(tmp_path / "a", "ada/averages.py"), touch(tmp_path / "b", "ada/averages.ipynb")
    three = touch(tmp_path / "c", "bob/averages.py")
    assert list(find(one, two, three)) == [("bob", "01_averages")]
    assert list(find.blamed) == ["ada"]


@pytest.mark.parametrize("name", ["notes.txt", "ada/essay.py", "ada/.averages.py", ".git/averages.py",
                                  "ada/__MACOSX/averages.py", "a/b/c/averages.py"])  # fmt: skip
def test_a_folder_with_nothing_to_grade_says_what_was_looked_for(
    name: str, find: Find, tmp_path: Path
) -> None:
    folder = touch(tmp_path / "class", name)
    with pytest.raises(
        NothingToGrade, match="holds no submission for averages, doubles(: a file|, but essay)|too deep"
    ):
        find(folder)
    with pytest.raises(NothingToGrade, match="holds no submission|too deep"):
        find.of_class(make_zip(tmp_path / "class.zip", {name: ""}))


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
    assert [(Path(one.file).name, one.reason) for one in find.passed_over] == [
        ("mal", "it is a link; links are not followed")
    ]


def test_a_folder_that_has_a_submission_s_name_is_no_submission(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "ada/averages.py", "eve/averages.ipynb/doubles.py")
    found = find(folder)
    assert list(found) == [("ada", "01_averages"), ("eve", "01_averages")]
    with pytest.raises(NotGradable, match="it is not a file"):
        found["eve", "01_averages"].open()


def test_a_submission_that_lies_too_deep_is_named(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "ada/averages.py", "ada/old/averages.py", "eve/later/averages.py")
    assert list(find(folder)) == [("ada", "01_averages")]
    assert list(find.blamed) == ["eve"] and "too deep" in find.blamed["eve"]


@pytest.mark.parametrize("place", ["ada/averages.py", "submitted/ada/01_averages/averages.py"])
def test_a_file_or_its_folder_alone_is_its_student_s(place: str, find: Find, tmp_path: Path) -> None:
    path = touch(tmp_path, place) / place
    assert list(find(path)) == list(find(path.parent)) == [("ada", "01_averages")]


def test_a_link_to_nothing_stops_nobody(find: Find, tmp_path: Path) -> None:
    (tmp_path / "eve-averages.zip").symlink_to(tmp_path / "nowhere")
    (tmp_path / "ada-averages.zip").write_bytes(submitted("ada"))
    assert [student for student, _ in find(*sorted(tmp_path.glob("*.zip")))] == ["ada"]
    assert "cannot be read" in find.blamed["eve"] or "link" in find.blamed["eve"]


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
    found = find.of_class(make_zip(folder / "class.zip", {name: "x = 1"}))
    assert list(found) == [("ada", "01_averages")]
    assert content(found["ada", "01_averages"]) == b"x = 1"
    assert set(tmp_path.rglob("*")) - before == {folder / "class.zip"}


def test_links_in_a_zip_are_passed_over(find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": "x = 1"})
    with zipfile.ZipFile(path, "a") as file:
        link = zipfile.ZipInfo("eve/averages.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
    assert list(find.of_class(path)) == [("ada", "01_averages")]


def test_the_same_name_twice_in_a_zip_is_borne(find: Find, tmp_path: Path) -> None:
    with (
        pytest.warns(UserWarning, match="Duplicate name"),
        zipfile.ZipFile(tmp_path / "class.zip", "w") as file,
    ):
        file.writestr("ada/averages.py", "first")
        file.writestr("ada/averages.py", "second")
    (work,) = find.of_class(tmp_path / "class.zip").values()
    assert content(work) == b"second"
    assert work.notes == ("averages.py is there twice; the last was graded",)


def test_a_bomb_is_bounded(find: Find, tmp_path: Path) -> None:
    bomb = bytes(MAX_BYTES + 1)
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": bomb, "bob/averages.py": bomb[:-1]})
    assert path.stat().st_size < 1 << 20
    found = find.of_class(path)
    with pytest.raises(NotGradable, match="more than the 17 MB of text"):
        found["ada", "01_averages"].open()
    assert content(found["bob", "01_averages"]) == bomb[:-1]


def test_a_size_that_lies_is_not_believed(find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": b"a" * 1000, "bob/averages.py": "b"})
    data = path.read_bytes().replace(struct.pack("<I", 1000), struct.pack("<I", 10))
    path.write_bytes(data)
    found = find.of_class(path)
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
    found = find.of_class(path)
    with pytest.raises(NotGradable, match="encrypted"):
        found["ada", "01_averages"].open()
    assert content(found["bob", "01_averages"]) == b"y"


def test_damage_to_one_file_costs_one_file(find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": SOLUTION, "bob/averages.py": SOLUTION})
    data = bytearray(path.read_bytes())
    data[60:90] = bytes(30)
    path.write_bytes(data)
    found = find.of_class(path)
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
        find.of_class(tmp_path / "class.zip")


def test_names_that_are_no_text_are_borne(find: Find, tmp_path: Path) -> None:
    names = {"ad\x1b[31ma/averages.py": "1", "é/averages.py": "2", "a\nb/averages.py": "3"}
    found = find.of_class(make_zip(tmp_path / "class.zip", dict(names)))
    assert [content(work) for work in found.values()] == [b"3", b"1", b"2"]


@pytest.mark.parametrize("of_class", [False, True])
def test_a_name_is_cleaned_and_bounded_where_it_enters(of_class: bool, find: Find, tmp_path: Path) -> None:
    names = ["ada", "=1+1", "x" * 200, "x" * 199, "two\nlines"]
    if of_class:
        names.append("y" * 3000)  # longer than any file's name
        path = make_zip(tmp_path / "class.zip", {f"{name}/averages.py": name for name in names})
        found = find.of_class(path)
    else:
        found = find(touch(tmp_path / "class", *(f"{name}/averages.py" for name in names)))
    students = {student for student, _ in found}
    assert students == set(map(identifier, names)) and "ada" in students
    assert len(students) == len(names) and max(map(len, students)) < 128


def test_files_of_a_zip_are_graded(find: Find, grader: Grader, tmp_path: Path) -> None:
    found = find.of_class(
        make_zip(tmp_path / "class.zip", {"ada/averages.py": SOLUTION, "bob/averages.py": ""})
    )
    graded = {one.student: one.score for one, _ in grader.grade_all(found.values())}
    assert graded == {"ada": 100, "bob": 0}


# Zips in a folder, and in a zip


def submitted(student: str, name: str = "averages.py") -> bytes:
    """Return what `grader submit` makes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(f"{student}/{name}", f"of {student}")
    return packed.getvalue()


@pytest.mark.parametrize("kind", ["folder", "paths", "class' zip", "class' zip of a folder"])
def test_what_submit_makes_is_found_in_a_folder_and_in_a_zip(kind: str, find: Find, tmp_path: Path) -> None:
    students = [f"student{number}" for number in range(6)]  # more than have a child at a time
    path = tmp_path / "class"
    path.mkdir()
    for name in students:
        (path / f"{name}-averages.zip").write_bytes(submitted(name))
    if kind.startswith("class' zip"):
        before = "zips/" if kind.endswith("folder") else ""
        entries = {f"{before}{one.name}": one.read_bytes() for one in sorted(path.iterdir())}
        found = find.of_class(make_zip(tmp_path / "all.zip", dict(entries)))
    else:
        found = find(path) if kind == "folder" else find(*path.iterdir())
    assert [student for student, _ in found] == students and not find.passed_over
    for _ in range(2):
        assert [content(work) for work in found.values()] == [f"of {name}".encode() for name in students]
    labels = [work.file for work in found.values()]
    for root in (Path("/"), tmp_path):
        zips = Zips(find.open_archive)
        for label, student in zip(labels, students, strict=True):
            with open(open_again(root, label, zips), "rb") as file:
                assert file.read() == f"of {student}".encode()


def test_a_zip_in_a_student_s_zip_is_opened_one_level_deep(find: Find, tmp_path: Path) -> None:
    twice = make_zip(tmp_path / "inner", {"work.zip": submitted("cy")}).read_bytes()
    thrice = make_zip(tmp_path / "more", {"work.zip": twice}).read_bytes()
    zips = {"ada-averages.zip": twice, "bob-averages.zip": thrice}
    for name, data in zips.items():
        (tmp_path / name).write_bytes(data)
    paths = [tmp_path / name for name in zips]
    found, deeper = find(*paths), find.of_class(make_zip(tmp_path / "class.zip", dict(zips)))
    assert list(found) == list(deeper) == [("ada", "01_averages")]
    for works in (found, deeper):
        (work,) = works.values()
        assert content(work) == b"of cy" and "the folder cy" in work.notes[0]
        with open(open_again(tmp_path, work.file, Zips(find.open_archive)), "rb") as file:
            assert file.read() == b"of cy"
    assert list(find.blamed) == ["bob"] and "holds no submission" in find.blamed["bob"]


# One student's zip is one student's


def write_zips(folder: Path, **entries: dict[str, bytes | str]) -> list[Path]:
    return [make_zip(folder / f"{name}-averages.zip", inside) for name, inside in entries.items()]


@pytest.mark.parametrize("kind", ["paths", "folder", "class' zip"])
def test_a_zip_that_holds_another_s_folder_takes_nothing_from_the_other(
    kind: str, find: Find, tmp_path: Path
) -> None:
    (tmp_path / "zips").mkdir()
    paths = write_zips(
        tmp_path / "zips",
        ada={"ada/averages.py": "of ada"},
        eve={"eve/averages.py": "of eve", "ada/averages.py": "by eve"},
        mal={"ada/averages.py": "by mal"},
    )
    if kind == "class' zip":
        found = find.of_class(make_zip(tmp_path / "class.zip", {p.name: p.read_bytes() for p in paths}))
    else:
        found = find(*paths) if kind == "paths" else find(tmp_path / "zips")
    assert {student: content(work) for (student, _), work in found.items()} == {
        "ada": b"of ada",
        "eve": b"of eve",
        "mal": b"by mal",
    }
    assert found["ada", "01_averages"].notes == () and not find.passed_over
    assert "also holds" in found["eve", "01_averages"].notes[0]
    assert found["mal", "01_averages"].notes == ("in its zip it lies in the folder ada",)


@pytest.mark.slow
@pytest.mark.parametrize("inner", [False, True])
def test_one_zip_does_not_make_sixty_students(inner: bool, find: Find, tmp_path: Path) -> None:
    entries: dict[str, bytes | str] = {}
    for number in range(60):
        name = f"student{number}"
        entries[f"{name}-averages.zip" if inner else f"{name}/averages.py"] = submitted(name)
    eve, ada = write_zips(tmp_path, eve=entries, ada={"ada/averages.py": "of ada"})
    assert list(find(eve, ada)) == [("ada", "01_averages")]
    assert list(find.blamed) == ["eve"]
    assert "60 files for 01_averages" in find.blamed["eve"] and "--class-zip" in find.blamed["eve"]
    assert len(find.blamed["eve"]) < 1000
    assert len(find.of_class(eve)) == 60


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


@pytest.mark.parametrize("kind", ["paths", "folder", "class' zip"])
def test_a_zip_that_is_bad_costs_one_student(kind: str, find: Find, tmp_path: Path) -> None:
    whole = submitted("cut")
    bad: dict[str, bytes | str] = {
        "cut-averages.zip": whole[: len(whole) // 2],
        "empty.zip": b"",
        "essay-averages.zip": make_zip(tmp_path / "essay", {"essay.txt": "words"}).read_bytes(),
        "stuff.zip": b"PK",
    }
    (tmp_path / "zips").mkdir()
    for name, data in {**bad, "ada-averages.zip": submitted("ada")}.items():
        (tmp_path / "zips" / name).write_bytes(data)  # type: ignore[arg-type]
    paths = sorted((tmp_path / "zips").iterdir())
    if kind == "class' zip":
        found = find.of_class(make_zip(tmp_path / "class.zip", {p.name: p.read_bytes() for p in paths}))
    else:
        found = find(*paths) if kind == "paths" else find(tmp_path / "zips")
    assert list(found) == [("ada", "01_averages")]
    assert sorted(find.blamed) == ["cut", "empty", "essay", "stuff"]
    assert "the zip cannot be read" in find.blamed["cut"]
    assert find.blamed["essay"] == "it holds no submission for averages, doubles"


def test_a_zip_in_a_folder_is_not_read_through_a_link(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "ada/averages.py")
    (tmp_path / "elsewhere.zip").write_bytes(submitted("ada"))
    (folder / "mal-averages.zip").symlink_to(tmp_path / "elsewhere.zip")
    assert list(find(folder)) == [("ada", "01_averages")]
    assert find.blamed == {"mal": "it is a link; links are not followed"}


def test_what_was_handed_in_for_another_topic_is_left_alone(find: Find, tmp_path: Path) -> None:
    folder = touch(tmp_path / "class", "ada/averages.py", "ada/doubles.py")
    (folder / "bob-doubles.zip").write_bytes(submitted("bob", "doubles.py"))
    assert list(find(folder, topics=["01_averages"])) == [("ada", "01_averages")]
    assert not find.passed_over


@pytest.mark.slow
def test_zips_in_a_zip_are_bounded_for_each_student(find: Find, tmp_path: Path) -> None:
    data = make_zip(tmp_path / "inner", {str(number): "" for number in range(20_000)}).read_bytes()
    eve, ada = write_zips(
        tmp_path, eve={f"{number}.zip": data for number in range(4)}, ada={"averages.py": "of ada"}
    )
    assert list(find(eve, ada)) == [("ada", "01_averages")]
    assert "hold more than 50000 files" in find.blamed["eve"]
    both = make_zip(tmp_path / "class.zip", {path.name: path.read_bytes() for path in (eve, ada)})
    assert list(find.of_class(both)) == [("ada", "01_averages")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_what_unpacks_without_bound_is_not_unpacked(method: int, find: Find, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "eve-averages.zip", "w") as file:
        file.writestr("averages.py", "x = 1", compress_type=method)
    (work,) = find(tmp_path / "eve-averages.zip").values()
    with pytest.raises(NotGradable, match="it is packed by (bzip2|LZMA), which is not read: make an ord"):
        work.open()


@pytest.mark.slow
def test_a_zip_is_read_by_another_child_if_a_submission_ended_its_server(
    find: Find, public_key: Key, tmp_path: Path
) -> None:
    (ada,) = write_zips(tmp_path, ada={"ada/averages.py": "of ada"})
    with Grader({}) as own:
        found = collect([ada], {"01_averages": Rules(public_key)}, own.open_archive)
        own.server._process.kill()
        own.server._process.wait()
        assert content(found.works[0]) == b"of ada"


def test_a_file_that_is_gone_from_a_zip_is_said_to_be(find: Find, tmp_path: Path) -> None:
    path = make_zip(tmp_path / "class.zip", {"ada/averages.py": "1", "bob/averages.py": "2"})
    label = find.of_class(path)["ada", "01_averages"].file
    make_zip(path, {"bob/averages.py": "2"})
    with pytest.raises(NotGradable, match="does not hold it any more"):
        open_again(tmp_path, label, Zips(find.open_archive))
