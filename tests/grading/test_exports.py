"""What learning platforms export: whose each file is, which attempt counts, and what cannot be told."""

from __future__ import annotations

import os
import tempfile
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

import pytest

from grader.grading.collect import Collected, NothingToGrade, collect
from grader.grading.exports import Export, arranged
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.lateness import Deadlines
from grader.grading.layout import Layout
from grader.grading.platforms import NoExport, Platform, attempts
from grader.grading.policy import Policy, Terms, Which
from grader.grading.roster import Student
from grader.grading.rules import Rules
from grader.grading.zips import Found

TABLE = """
submission_4:
  :submitters:
  - :name: Ada Lovelace
    :sid: '123'
    :email: ada@example.org
  - :name: Bob Roe
    :sid:
    :email: bob@example.org
  :created_at: 2026-11-20 21:26:00.12 Z
submission_5:
  :submitters:
  - :name: Zoë Noë
    :sid: '125'
    :email: zoe@example.org
  :created_at: 2026-11-21 22:00:00 Z
"""
# By platform: the paths as it writes them, and what they say: name, file, day of November 2026.
EXPORTS = {
    Platform.CANVAS: {
        "lovelaceada_LATE_9562_46792_averages-1.ipynb": ("lovelaceada", "averages-1.ipynb", None),
        "o'neill-smithbob_9563_46793_12_my averages (1).ipynb": (
            "o'neill-smithbob", "12_my averages (1).ipynb", None
        ),
        "noëzoë_12_text.html": ("noëzoë", "text.html", None),
    },
    Platform.MOODLE: {
        "Ada Lovelace_657717_assignsubmission_file_/averages.ipynb": ("Ada Lovelace", "averages.ipynb", None),
        "Zoë Noë_657718_assignsubmission_file/hw/averages.py": ("Zoë Noë", "hw/averages.py", None),
        "Bob_Roe_657719_assignsubmission_file_averages.ipynb": ("Bob_Roe", "averages.ipynb", None),
        "Eve_657720_assignsubmission_onlinetext/onlinetext.html": ("Eve", "onlinetext.html", None),
    },
    Platform.BLACKBOARD: {
        "Homework_6_ada_l_attempt_2026-11-20-22-10-05_averages.ipynb": ("ada_l", "averages.ipynb", 20),
        "Homework_6_ada_l_attempt_2026-11-21-22-10-05_averages_2.ipynb": ("ada_l", "averages_2.ipynb", 21),
        "Homework_6_bob_attempt_2026-11-19-02-10-05_averages.py": ("bob", "averages.py", 19),
    },
    Platform.BRIGHTSPACE: {
        "397-2557 - Mary-Ann Smith - Nov 20, 2026 926 PM/averages.ipynb": (
            "Mary-Ann Smith", "averages.ipynb", 20
        ),
        "398-2557 - Bob Roe - Nov 2, 2026 1126 AM - my - averages.py": ("Bob Roe", "my - averages.py", 2),
        "399-2557 - Zoë Noë - 3 November, 2026 926 PM/averages.py": ("Zoë Noë", "averages.py", 3),
    },
    Platform.GRADESCOPE: {
        "assignment_9_export/submission_4/averages.ipynb": ("Ada Lovelace", "averages.ipynb", 20),
        "assignment_9_export/submission_5/hw/averages.py": ("Zoë Noë", "hw/averages.py", 21),
    },
}  # fmt: skip
BESIDE = {
    Platform.CANVAS: [],
    Platform.MOODLE: ["readme.txt"],
    Platform.BLACKBOARD: ["Homework_6_bob_attempt_2026-11-19-02-10-05.txt"],
    Platform.BRIGHTSPACE: ["index.html"],
    Platform.GRADESCOPE: ["assignment_9_export/submission_metadata.yml"],
}
every_platform = pytest.mark.parametrize("platform", list(Platform))
LAYOUT = Layout(["01_averages"])


def found(path: str, content: str = "") -> Found:
    def opened() -> int:
        with tempfile.TemporaryFile() as file:
            file.write(
                (TABLE if path.endswith("assignment_9_export/submission_metadata.yml") else content).encode()
            )
            file.seek(0)
            return os.dup(file.fileno())

    return Found(PurePosixPath(path), path, 0.0, opened)


def files_of(platform: Platform) -> list[Found]:
    return [found(path) for path in (*EXPORTS[platform], *BESIDE[platform])]


@every_platform
@pytest.mark.parametrize("said", [True, False], ids=["named", "auto"])
def test_the_names_that_a_platform_writes_say_whose_a_file_is(platform: Platform, said: bool) -> None:
    read = attempts(files_of(platform), platform if said else None)
    told = {
        file.label: (one.name, str(one.file), one.at.day if one.at else None)
        for file, one in read
        if one.name != "Bob Roe" or platform is not Platform.GRADESCOPE
    }
    assert told == EXPORTS[platform]


def test_a_time_is_the_one_that_the_platform_writes() -> None:
    ((_, one), *_) = attempts(files_of(Platform.BRIGHTSPACE), None)
    assert one.at == datetime(2026, 11, 20, 21, 26, tzinfo=UTC)


def test_a_time_without_a_zone_is_the_course_s() -> None:
    zone = ZoneInfo("Europe/Berlin")
    for platform, stamp in ((Platform.BRIGHTSPACE, (20, 20)), (Platform.BLACKBOARD, (20, 21))):
        ((_, one), *_) = attempts(files_of(platform), None, zone)
        assert one.at and (one.at.day, one.at.hour) == stamp
    read = attempts(files_of(Platform.GRADESCOPE), None, zone)
    assert {one.at.hour for _, one in read if one.at} == {21, 22}  # its table says a zone


def test_what_a_group_handed_in_is_each_member_s() -> None:
    read = attempts(files_of(Platform.GRADESCOPE), None)
    assert [(one.name, one.ids) for file, one in read if "submission_4" in file.label] == [
        ("Ada Lovelace", ("123", "ada@example.org", "ada")),
        ("Bob Roe", ("bob@example.org", "bob")),
    ]


def test_a_table_that_lies_in_a_student_s_folder_says_nothing() -> None:
    forged = found("assignment_9_export/submission_5/submission_metadata.yml", TABLE.replace("Zoë", "Eve"))
    assert {one.name for _, one in attempts([*files_of(Platform.GRADESCOPE), forged], None)} == {
        "Ada Lovelace", "Bob Roe", "Zoë Noë"
    }  # fmt: skip


@pytest.mark.parametrize("content", ["submission_4: [", "submission_4: 7", "- 1", "submission_4: {}"])
def test_a_table_that_cannot_be_read_is_said_to_be_one(content: str) -> None:
    files = [found("submission_4/averages.py"), found("submission_metadata.yml", content)]
    with pytest.raises(NoExport, match="submission_metadata.yml cannot be read: download the export again"):
        attempts(files, Platform.GRADESCOPE)


def test_what_is_no_export_is_said_to_be_none() -> None:
    for platform, said in ((None, "a platform that is known"), (Platform.MOODLE, "moodle")):
        with pytest.raises(NoExport, match=f"of {said}. Expected are: canvas lovelace"):
            attempts([found("ada/averages.ipynb")], platform)


def arrange(names: list[str], export: Export) -> dict[str, list[str]]:
    """Return which files each student has, and what was noticed."""
    done = arranged([found(name) for name in names], export, LAYOUT)
    by_student: dict[str, list[str]] = {}
    for file in (file for files in done.rounds for file in files):
        by_student.setdefault(file.path.parts[0], []).append(file.path.name)
    return {student: own + done.notes[student] for student, own in by_student.items()}


@pytest.mark.parametrize(
    ("which", "file", "day"), [(Which.LAST, "averages_2.ipynb", 21), (Which.FIRST, "averages.ipynb", 20)]
)
def test_one_attempt_counts(which: Which, file: str, day: int) -> None:
    names = list(EXPORTS[Platform.BLACKBOARD])
    told = arrange(names, Export(which=which))
    assert told["ada_l"] == [file, f"of 2 attempts the {which}, of 2026-11-{day} 22:10, counts"]
    assert told["bob"] == ["averages.py"]


NAMES = list(EXPORTS[Platform.BLACKBOARD])
BETWEEN = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "extensions", "file", "said"),
    [
        (BETWEEN, {}, "averages.ipynb", "last in time, of 2026-11-20 22:10"),
        (BETWEEN, {"ada_l": datetime(2026, 11, 22, tzinfo=UTC)}, "averages_2.ipynb", "last in time"),
        (datetime(2026, 11, 1, tzinfo=UTC), {}, "averages_2.ipynb", "last, as none was in time"),
        (None, {}, "averages_2.ipynb", "last in time, of 2026-11-21 22:10"),
    ],
)
def test_the_last_attempt_in_time_counts(
    due: datetime | None, extensions: dict[str, datetime], file: str, said: str
) -> None:
    deadlines = Deadlines(Policy(topics={"01_averages": Terms(due, extensions)}))
    told = arrange(NAMES, Export(which=Which.IN_TIME, deadlines=deadlines))
    assert told["ada_l"][0] == file and said in told["ada_l"][1]


def test_where_the_best_attempt_counts_there_is_a_round_for_each() -> None:
    done = arranged([found(name) for name in NAMES], Export(which=Which.BEST), LAYOUT)
    rounds = [{file.path.parts[0]: file.path.name for file in files} for files in done.rounds]
    assert rounds == [{"ada_l": "averages.ipynb", "bob": "averages.py"}, {"ada_l": "averages_2.ipynb"}]
    times = [file.handed_in.at.day for files in done.rounds for file in files if file.handed_in]
    assert sorted(times) == [19, 20, 21]


def test_the_only_notebook_is_taken_whatever_its_name_is() -> None:
    names = [f"ada_1_{place}_{name}" for place, name in enumerate(["Homework.ipynb", "helper.py", "a.png"])]
    told = arrange([*names, "bob_2_4_one.ipynb", "bob_2_5_two.ipynb"], Export())
    assert told["ada"] == [
        "averages.ipynb", "helper.py", "a.png",
        "Homework.ipynb was taken for averages: no other file can be meant",
    ]  # fmt: skip
    assert told["bob"] == ["one.ipynb", "two.ipynb"]  # which of them nobody knows


ROSTER = [
    Student("ada", {"id": "ada", "first_name": "Ada", "last_name": "Lovelace", "canvas": "9562"}),
    Student("zoe", {"id": "zoe", "first_name": "Zoë", "last_name": "Noë", "canvas": ""}),
    Student("bob", {"id": "bob", "name": "Roe, Bob", "canvas": "17"}),
]


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("someoneelse_9562_1_averages.py", "ada"),
        ("lovelaceada_1_1_averages.py", "ada"),
        ("Ada Lovelace_1_assignsubmission_file_/averages.py", "ada"),
        ("NOE\u0308 Zoë_1_assignsubmission_file_/averages.py", "zoe"),
        ("roebob_3_1_averages.py", "bob"),
        ("HW_zoe_attempt_2026-11-20-22-10-05_averages.py", "zoe"),
        ("1-2 - Bob Roe - Nov 2, 2026 1126 AM/averages.py", "bob"),
    ],
)
def test_the_roster_gives_students_their_names(name: str, student: str) -> None:
    assert arrange([name], Export(roster=ROSTER)) == {student: ["averages.py"]}


def test_who_is_not_on_the_roster_keeps_the_platform_s_name_with_a_note() -> None:
    told = arrange(["evemallory_3_1_averages.py"], Export(roster=ROSTER))
    assert told == {
        "evemallory": ["averages.py", "evemallory is not in the list of students, or more than once"]
    }


def test_two_students_of_one_name_stay_two() -> None:
    names = [f"Ada Lovelace_{number}_assignsubmission_file_/averages.py" for number in (1, 2)]
    assert set(arrange([*names, "Bob_3_assignsubmission_file_/averages.py"], Export())) == {
        "Ada Lovelace 1", "Ada Lovelace 2", "Bob"
    }  # fmt: skip
    twins = [
        *ROSTER,
        Student("ada2", {"id": "ada2", "first_name": "Ada", "last_name": "Lovelace", "moodle": "2"}),
    ]
    told = arrange(names, Export(roster=twins))
    assert set(told) == {"Ada Lovelace 1", "ada2"} and len(told["Ada Lovelace 1"]) == 2


def test_a_number_that_another_column_holds_by_chance_makes_nobody_another() -> None:
    roster = [*ROSTER, Student("eve", {"id": "eve", "name": "Eve Hale", "seat": "9999"})]
    assert arrange(["lovelaceada_9999_1_averages.py"], Export(roster=roster)) == {"ada": ["averages.py"]}


def test_of_two_who_would_be_one_student_neither_is() -> None:
    names = ["lovelaceada_1_1_averages.py", "someoneelse_9562_1_averages.py"]
    told = arrange(names, Export(roster=ROSTER))
    assert set(told) == {"lovelaceada", "someoneelse"} and all(len(one) == 2 for one in told.values())


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("eve_7_1_ada_9562_1_averages.py", "eve"),
        ("Eve_7_assignsubmission_file_Ada Lovelace_8_assignsubmission_file_averages.py", "Eve"),
        ("HW_eve_attempt_2026-11-20-22-10-05_HW_ada_attempt_2026-11-21-22-10-05_averages.py", "eve"),
        ("1-2 - Eve - Nov 2, 2026 1126 AM - 3-4 - Ada Lovelace - Nov 3, 2026 1126 AM - averages.py", "Eve"),
    ],
)
def test_no_name_of_a_file_hands_in_for_another(name: str, student: str) -> None:
    assert set(arrange([name], Export(roster=ROSTER))) == {student}


Take = Callable[[Path], Collected]


@pytest.fixture
def take(grader: Grader, public_key: Key) -> Take:
    rules = {"01_averages": Rules(public_key)}
    return lambda path: collect([path], rules, grader.open_archive, export=Export())


@every_platform
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_an_export_is_taken_as_a_folder_and_as_a_zip(
    platform: Platform, kind: str, take: Take, tmp_path: Path
) -> None:
    path = tmp_path / ("export" if kind == "folder" else "export.zip")
    contents = {
        file.label: TABLE if file.path.suffix == ".yml" else file.label for file in files_of(platform)
    }
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as zipped:
            for name, content in contents.items():
                zipped.writestr(name, content)
    else:
        for name, content in contents.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(content)
    done = take(path)
    without = {one.student for one in done.passed_over}
    assert without <= {"noëzoë", "Eve"}
    handed_in = {name for name, _, _ in EXPORTS[platform].values()}
    there = {work.student for work in done.works}
    assert there | without == handed_in | ({"Bob Roe"} if platform is Platform.GRADESCOPE else set())
    for work in done.works:
        with open(work.open(), encoding="utf-8") as file:
            assert file.read() == work.file.removeprefix(f"{path}:").removeprefix(f"{path}/")
    timed = {name for name, _, day in EXPORTS[platform].values() if day}
    assert timed <= {work.student for work in done.works if work.handed_in} | without


def test_a_zip_in_an_export_is_its_student_s(take: Take, tmp_path: Path) -> None:
    inner = tmp_path / "mine.zip"
    with zipfile.ZipFile(inner, "w") as zipped:
        zipped.writestr("bob/averages.py", "")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as zipped:
        zipped.write(inner, "Ada_1_assignsubmission_file_/averages.zip")
    assert [work.student for work in take(tmp_path / "export.zip").works] == ["Ada"]


def test_a_missing_and_a_damaged_export_are_named(take: Take, tmp_path: Path) -> None:
    with pytest.raises(NothingToGrade, match="there is no file or folder"):
        take(tmp_path / "export.zip")
    (tmp_path / "export.zip").write_bytes(b"PK")
    with pytest.raises(NothingToGrade, match="the zip cannot be read"):
        take(tmp_path / "export.zip")
