"""`grader similar` as an instructor uses it: a small class with planted copies, and odd classes."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from courses import SOLUTION, TOPIC, make_course

from grader.commands.main import cli
from grader.course import Course
from grader.report.data import write_json
from grader.verdict import Graded, Results, Status, Verdict

RELEASED = re.sub(
    r"### BEGIN SOLUTION.*?### END SOLUTION", "raise NotImplementedError()", SOLUTION, flags=re.S
)
# What one student wrote, by names that are changed in a copy.
OWN = """
import numpy as np


def {sum}({list}):
    # the compensated sum of Kahan
    {total}, {lost} = 0.0, 0.0
    for {one} in {list}:
        {step} = {one} - {lost}
        {next} = {total} + {step}
        {lost} = ({next} - {total}) - {step}
        {total} = {next}
    return {total}


def weighted_mean(values, weights):
    {all} = {sum}(list(weights))
    {mean} = {sum}([{one} * {step} for {one}, {step} in zip(values, weights)]) / {all}
    {rest} = [{step} * abs({one} - {mean}) ** 2.0 for {one}, {step} in zip(values, weights)]
    return {mean}, {sum}({rest}) / {all}
"""
ADA = dict(sum="kahan", list="rows", total="total", lost="lost", one="value", step="weight", next="after",
           all="mass", mean="centre", rest="squares")  # fmt: skip
BOB = {key: f"x{place}" for place, key in enumerate(ADA)}
ALONE = """
import numpy


def weighted_mean(values, weights):
    order = numpy.argsort(values)
    ranked, mass = numpy.take(values, order), numpy.take(weights, order)
    mass = mass / numpy.linalg.norm(mass, ord=1)
    moments = [numpy.dot(mass, numpy.power(ranked, power)) for power in range(3)]
    spread = moments[2] - numpy.square(moments[1])
    return moments[1], numpy.where(spread < 0, 0.0, spread)
"""
LINE = "import numpy as np\n\n\ndef mean(rows):\n    return np.mean(rows, axis=0)\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course whose assignment is built, in the folder that the command runs in."""
    made = make_course(tmp_path / "course")
    (topic,) = made.topics
    topic.assignment.mkdir(parents=True)
    (topic.assignment / "averages.py").write_text(RELEASED)
    monkeypatch.chdir(made.root)
    return made


def hand_in(course: Course, **files: str | bytes) -> Path:
    for student, content in files.items():
        folder = course.root / "submitted" / student / TOPIC
        folder.mkdir(parents=True)
        (folder / "averages.py").write_bytes(content if isinstance(content, bytes) else content.encode())
    return course.root / "submitted"


def similar(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["similar", *map(str, arguments)])


def test_a_copy_is_found_and_those_who_worked_alone_are_not(home: Course) -> None:
    bob = OWN.format(**BOB).replace("# the compensated sum of Kahan", "# <script>alert(1)</script> & mine")
    helper, _, answer = bob.partition("def weighted_mean")
    bob = "import numpy as np\n\n\ndef weighted_mean" + answer + helper
    folder = hand_in(home, ada=OWN.format(**ADA), bob=bob, cy=ALONE, dan=LINE, eve=LINE, fay=RELEASED)
    done = similar(folder, "--json", "found.json")
    assert done.exit_code == 0, done.output
    assert "ada and bob" in done.output and "cy" not in done.output
    assert "1 pair reads alike. This proves nothing alone." in " ".join(done.output.split())
    found = json.loads((home.root / "found.json").read_text())
    assert found["schema"] == 1 and found["alike"] is None
    exercises = {one["exercise"]: one for one in found["exercises"]}
    (pair,) = exercises["weighted_mean"]["similar"]
    assert pair["students"] == ["ada", "bob"] and min(pair["shares"]) > 0.7
    assert exercises["weighted_mean"]["compared"] == 3
    # One line is how everybody writes it.
    assert (exercises["mean"]["compared"], exercises["mean"]["short"]) == (0, 2)
    page = (home.root / "similar.html").read_text()
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; mine" in page
    assert page.count("<mark>") >= 2 and "It does not show who wrote which first" in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page) and not (home.root / "grades.db").exists()
    assert "cy" not in re.findall(r"<strong>(\w+)</strong>", page)


def test_a_group_that_hands_in_together_is_no_pair(home: Course) -> None:
    folder = hand_in(home, ada=OWN.format(**ADA), bob=OWN.format(**BOB), cy=ALONE)
    (home.root / "groups.csv").write_text("group,student\none,ada\none,bob\n")
    done = similar(folder, "--groups", "groups.csv")
    assert done.exit_code == 0 and "0 pairs read alike" in " ".join(done.output.split())
    assert "No two answers read alike." in (home.root / "similar.html").read_text()


def exported(home: Course) -> Path:
    """Return what Blackboard exports of two students, of whom one handed in twice."""
    files = {
        "Homework_alovelace_attempt_2026-11-20-22-10-05_averages.py": OWN.format(**ADA),
        "Homework_rbob_attempt_2026-11-20-22-10-05_averages.py": OWN.format(**BOB),
        "Homework_rbob_attempt_2026-11-21-22-10-05_averages.py": ALONE,
    }
    with zipfile.ZipFile(home.root / "export.zip", "w") as zipped:
        for name, text in files.items():
            zipped.writestr(name, text)
    return home.root / "export.zip"


def test_students_of_an_export_are_called_as_the_roster_does(home: Course) -> None:
    """Their grades, and a table of groups, have these names."""
    (home.root / "students.csv").write_text("id,login\nada,alovelace\nbob,rbob\n")
    options = ("--from", "blackboard", "--attempt", "first")
    done = similar(exported(home), *options, "--roster", "students.csv")
    assert done.exit_code == 0 and "ada and bob" in " ".join(done.output.split())
    (home.root / "groups.csv").write_text("group,student\none,ada\none,bob\n")
    done = similar("export.zip", *options, "--roster", "students.csv", "--groups", "groups.csv")
    assert done.exit_code == 0 and "0 pairs read alike" in " ".join(done.output.split())
    assert similar("export.zip", "--roster", "students.csv").exit_code == 2


def test_the_attempt_that_counts_is_the_policy_s(home: Course) -> None:
    export = exported(home)
    assert "0 pairs" in similar(export, "--from", "blackboard").output
    (home.root / "policy.toml").write_text('attempt = "first"\n')
    assert "1 pair" in similar(export, "--from", "blackboard").output
    done = similar(export, "--from", "blackboard", "--attempt", "best")
    assert done.exit_code == 2 and "say --attempt last" in " ".join(done.output.split())


def test_what_cannot_be_read_is_named_and_costs_nobody_else(home: Course) -> None:
    folder = hand_in(
        home,
        ada=OWN.format(**ADA),
        bob=OWN.format(**BOB),
        nul=b"def mean(rows):\n    return \0\n",
        latin=b"def mean(rows):\n    return '\xff'\n",
        deep="def mean(rows):\n    return " + "(" * 100_000,
        huge=b"# " + b"x" * (100 << 20),
    )
    (folder / "ann & <b>co" / TOPIC).mkdir(parents=True)
    (folder / "ann & <b>co" / TOPIC / "averages.py").write_text(OWN.format(**ADA))
    done = similar(folder)
    said = " ".join(done.output.split())
    assert done.exit_code == 1 and "2 things that were handed in were not read" in said
    assert "Not read: latin," in said and "Not read: huge," in said and "ada and bob" in said
    page = (home.root / "similar.html").read_text()
    assert "<b>co" not in page and "ann _ _b_co-" in page
    assert "the file is not text in UTF-8" in page


def test_a_class_of_one_has_no_pair_and_a_class_of_none_is_an_error(home: Course) -> None:
    folder = hand_in(home, ada=OWN.format(**ADA))
    done = similar(folder)
    assert done.exit_code == 0 and "0 pairs read alike" in " ".join(done.output.split())
    (home.root / "empty").mkdir()
    (home.root / "similar.html").unlink()
    done = similar("empty")
    assert (
        done.exit_code == 1 and "Traceback" not in done.output and not (home.root / "similar.html").exists()
    )
    assert similar("nowhere").exit_code == 1


def test_unusual_wrong_answers_are_read_from_results(home: Course) -> None:
    def graded(number: int) -> Graded:
        own = "0123456789abcdef" if number < 2 else ""
        status = Status.WRONG if own else Status.PASSED
        verdict = Verdict("mean", status, 0.0, 30.0, None, "", (), returned=own)
        return Graded(f"s{number}", TOPIC, f"s{number}.py", 0.0, 30.0, 0.1, (verdict,))

    write_json(Results(tuple(map(graded, range(20))), {}), home.root / "grades.json")
    folder = hand_in(home, s0=LINE, s1=LINE)
    done = similar(folder, "--results", "grades.json")
    assert done.exit_code == 0
    assert "The same unusual wrong answer to averages.mean: s0, s1" in " ".join(done.output.split())
    page = (home.root / "similar.html").read_text()
    section = page[page.index('id="alike"') : page.index('id="compared"')]
    assert section.count("np.mean(rows, axis=0)") == 2  # what both wrote, beside each other
    assert "s0, s1" in page and "0123456789abcdef" not in page


def test_an_assignment_that_was_not_built_is_asked_for(home: Course) -> None:
    folder = hand_in(home, ada=LINE)
    # Of a topic for which nothing was handed in, nothing is needed.
    (home.root / "solutions" / "02_unused").symlink_to(home.root / "solutions" / TOPIC)
    assert similar(folder).exit_code == 0
    (home.root / "assignments" / TOPIC / "averages.py").unlink()
    done = similar(folder)
    assert done.exit_code == 1 and "run `grader build averages`" in " ".join(done.output.split())


def test_without_copydetect_the_extra_is_named(
    home: Course, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    import sys

    from grader.commands.main import main

    monkeypatch.setitem(sys.modules, "copydetect", None)
    monkeypatch.setattr(sys, "argv", ["grader", "similar", str(hand_in(home, ada=LINE))])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1 and "'.[instructor,similar]'" in capsys.readouterr().err


def test_the_page_is_read_in_a_browser(home: Course, browser: Any) -> None:
    folder = hand_in(home, ada=OWN.format(**ADA), bob=OWN.format(**BOB))
    assert similar(folder).exit_code == 0
    context = browser.new_context(offline=True, viewport={"width": 420, "height": 800})
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((home.root / "similar.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    page.locator("#pairs ~ div a").first.click()
    assert page.locator("mark").first.is_visible() and errors == []
    context.close()
