"""Pictures for a class that was graded before: of the files that were graded, and of no hidden case."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from courses import TOPIC, make_course
from msgspec.structs import replace

from grader.commands.main import cli
from grader.course import Course
from grader.grading import grader as grading
from grader.grading.compare import rounded
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.work import Work, digest_of, open_file
from grader.grading.zips import CHANGED, GONE
from grader.names import KEY
from grader.report.album import Album
from grader.report.data import write_json
from grader.report.illustrations import draw
from grader.sandbox import trial
from grader.sandbox.levels import Level
from grader.verdict import Graded, Results

pytestmark = pytest.mark.slow  # each grades a class, and draws for it

SUM = "import numpy as np\ndef mean(rows):\n    return np.sum(rows, axis=0)\n"
FIRST = "def mean(rows):\n    return rows[0]\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, public_key: Key) -> Course:
    """A course with its public key, and what a class handed in, of which ada's is in a zip."""
    course = make_course(tmp_path_factory.mktemp("illustrated"))
    public_key.save(course.topics[0].assignment / KEY)
    (course.root / "in").mkdir()
    with zipfile.ZipFile(course.root / "in" / "ada-averages.zip", "w") as packed:
        packed.writestr("averages.py", SUM)
    for student, text in {"bob": SUM, "eve": FIRST, "zoe": FIRST}.items():
        (course.root / "in" / f"{student}.py").write_text(text)
    return course


@pytest.fixture(scope="module")
def of_class(home: Course, grader: Grader, hidden_key: Key) -> list[Graded]:
    """The class, graded by the hidden key."""
    found = []
    files = {
        "ada": "in/ada-averages.zip:averages.py",
        **{one: f"in/{one}.py" for one in ("bob", "eve", "zoe")},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(grader.rules, TOPIC, Rules(hidden_key))
        for student, label in files.items():
            path = home.root / ("in/bob.py" if student == "ada" else label)
            with open(open_file(path), "rb") as file:
                graded = grader.grade(Work(student, TOPIC, label, file.fileno), file.fileno())
                found.append(replace(graded, digest=digest_of(file.fileno())))
    return found


@pytest.fixture
def forgotten(home: Course) -> Course:
    """The course, of which nothing was drawn yet."""
    for kept in (home.root / ".grader" / "pictures").glob("*.json"):
        kept.unlink()
    return home


@pytest.fixture
def report(
    forgotten: Course, of_class: list[Graded], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Result]:
    """What runs `grader report` of the class in its course's folder, with nothing locked in."""
    monkeypatch.chdir(forgotten.root)
    monkeypatch.setenv("GRADER_SECRET", "a secret")
    monkeypatch.setattr(trial, "require", lambda *_: Level.NONE)
    write_json(Results(tuple(of_class), {}), tmp_path / "grades.json")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(
            cli, ["report", str(tmp_path / "grades.json"), *arguments, "--to", "report"]
        )

    return run


def no_server() -> None:
    raise AssertionError("nothing is to be run")


def pages(home: Course) -> dict[str, str]:
    return {path.stem: path.read_text() for path in (home.root / "report" / "students").iterdir()}


def test_each_file_is_found_again_and_drawn_once(
    forgotten: Course, of_class: list[Graded], grader: Grader, public_key: Key
) -> None:
    album = Album(forgotten.topics[0])
    steps: list[None] = []
    (forgotten.root / "in" / "eve.py").write_text(f"{FIRST}# a second thought\n")
    try:
        undrawn = draw(grader, {TOPIC: album}, of_class, [forgotten.root], lambda: steps.append(None))
    finally:
        (forgotten.root / "in" / "eve.py").write_text(FIRST)
    assert [(one.graded.student, one.reason) for one in undrawn] == [("eve", CHANGED)]
    assert len(steps) == 4
    drawn = {one.student: album.find(one) for one in of_class}
    assert drawn["ada"] == drawn["bob"] and set(drawn["ada"] or ()) == {"mean"}
    assert drawn["zoe"] == drawn["eve"] != drawn["ada"]  # the same bytes were graded


def test_what_is_gone_is_named(
    forgotten: Course, of_class: list[Graded], grader: Grader, tmp_path: Path
) -> None:
    undrawn = draw(grader, {TOPIC: Album(forgotten.topics[0])}, of_class, [tmp_path])
    assert [(one.graded.student, one.reason) for one in undrawn] == [
        (student, GONE) for student in ("ada", "bob", "eve", "zoe")
    ]


def test_a_report_shows_what_was_drawn_and_a_second_one_runs_nothing(
    report: Callable[..., Result], forgotten: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert report().exit_code == 0
    assert all("<svg" not in page and "public case" not in page for page in pages(forgotten).values())
    done = report("--pictures", "--workers", "1")
    assert done.exit_code == 0, done.output
    first = pages(forgotten)
    assert all("On the public case “a few rows”" in page for page in first.values())
    monkeypatch.setattr(grading, "Server", no_server)
    assert report("--pictures").exit_code == 0 and pages(forgotten) == first
    assert report().exit_code == 0 and pages(forgotten) == first


def numbers(key: Key) -> set[str]:
    """Return the numbers of a key that have digits enough to be told apart, as messages have them."""
    arrays = [
        np.asarray(array, np.float64).ravel()
        for exercise in key.exercises.values()
        for array in (
            *(array for case in exercise.expected for array in case.values()),
            *(value for case in exercise.cases for value in case.inputs.values() if np.ndim(value)),
            *(a for m in exercise.mistakes for r in m.responses for a in (r.arrays or {}).values()),
        )
    ]
    return {shown for value in np.concatenate(arrays) if len(shown := rounded(float(value)).lstrip("-")) > 4}


def test_no_number_of_a_hidden_case_is_on_any_page(
    report: Callable[..., Result], forgotten: Course, hidden_key: Key, public_key: Key
) -> None:
    assert report("--pictures", "--workers", "1").exit_code == 0
    secret = numbers(hidden_key) - numbers(public_key)
    assert len(secret) > 50
    for page in (forgotten.root / "report").rglob("*.*"):
        shown = set(re.findall(r"\d+\.\d+(?:e[+-]\d+)?", page.read_text()))
        assert not shown & secret, page
    shown = set(re.findall(r"\d+\.\d+", pages(forgotten)["bob"]))
    assert shown & numbers(public_key)  # so that the look above would have found some


def test_one_file_serves_all_who_handed_in_the_same_bytes(
    report: Callable[..., Result], forgotten: Course
) -> None:
    (forgotten.root / "in" / "bob.py").rename(forgotten.root / "in" / "elsewhere.py")
    try:
        done = report("--pictures", "--workers", "1")
    finally:
        (forgotten.root / "in" / "elsewhere.py").rename(forgotten.root / "in" / "bob.py")
    assert done.exit_code == 0, done.output
    assert "On the public case" in pages(forgotten)["bob"]  # ada's are his


def test_what_was_drawn_before_a_ctrl_c_is_kept(
    forgotten: Course, of_class: list[Graded], public_key: Key
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    album = Album(forgotten.topics[0])
    with Grader({TOPIC: Rules(public_key)}) as own:
        with pytest.raises(KeyboardInterrupt):
            draw(own, {TOPIC: album}, of_class, [forgotten.root], interrupt)
        assert own.kept.closed  # what ran besides is given up
    assert album.find(of_class[0])


def test_messages_name_nobody_where_pseudonyms_are_asked_for(
    report: Callable[..., Result], forgotten: Course
) -> None:
    (forgotten.root / "in" / "zoe.py").write_text("changed = True\n")
    (forgotten.root / "in" / "eve.py").rename(forgotten.root / "in" / "elsewhere.py")
    try:
        open_ = report("--pictures", "--workers", "1")
        for kept in (forgotten.root / ".grader" / "pictures").glob("*.json"):
            kept.unlink()
        hidden = report("--pictures", "--workers", "1", "--anonymous")
    finally:
        (forgotten.root / "in" / "elsewhere.py").rename(forgotten.root / "in" / "eve.py")
        (forgotten.root / "in" / "zoe.py").write_text(FIRST)
    assert open_.exit_code == hidden.exit_code == 1
    assert f"no picture: zoe: in/zoe.py: {CHANGED}" in open_.output
    assert f"no picture: eve: in/eve.py: {GONE}" in open_.output
    assert hidden.output.count("no picture: student-") == 2
    assert not re.search(r"\b(ada|bob|eve|zoe)\b", hidden.output)
    drawn = [page for name, page in pages(forgotten).items() if name.startswith("student-")]
    assert sum("On the public case" in page for page in drawn) == 2
    assert not any(re.search(r"\b(ada|bob|eve|zoe)\b", page) for page in drawn)


def test_a_topic_without_a_key_costs_its_own_pictures_only(
    report: Callable[..., Result], forgotten: Course
) -> None:
    key = forgotten.topics[0].assignment / KEY
    key.rename(key.with_suffix(".aside"))
    try:
        done = report("--pictures")
    finally:
        key.with_suffix(".aside").rename(key)
    assert done.exit_code == 1 and (forgotten.root / "report" / "index.html").is_file()
    assert "no picture: averages has no public key: run `grader build averages`" in done.output
