"""A class with known grades, in every form at once, comes out right, whichever platform it came through."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

import jupytext
import nbformat
import pytest
from forms import FORMS, NAMES, Handed, export
from nbformat import NotebookNode, v4

from grader.authoring.simulate import simulate
from grader.authoring.truth import check_truth, work_out, write_truth
from grader.client.server import Server
from grader.course import Topic
from grader.grading.collect import Collected, collect
from grader.grading.exports import Export
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.platforms import Platform
from grader.grading.roster import Student
from grader.grading.rules import Rules
from grader.report.data import results
from grader.verdict import Graded

PLACES = [None, *Platform]  # a folder of each student, or a platform


def notebook_of(path: Path) -> NotebookNode:
    """Return what a simulated student wrote as a notebook, with signs that not every encoding has alike."""
    text = path.read_text(encoding="utf-8")
    read = (
        nbformat.reads(text, as_version=4) if path.suffix == ".ipynb" else jupytext.reads(text, "py:percent")
    )
    made: NotebookNode = v4.new_notebook(cells=[v4.new_markdown_cell("Übung 3, größte é"), *read.cells])
    return made


def said(student: str) -> str:
    """Return a student's name as platforms show it, in letters that macOS and Windows write differently."""
    return unicodedata.normalize("NFC", f"Zoë {student.replace('.', ' ').replace('-', ' ')}")


def put(place: Platform | None, folder: Path, handed_in: Mapping[str, Handed]) -> Path:
    """Write the work of those students who hand in at one place."""
    if place is not None:
        return export(place, folder, {said(student): file for student, file in handed_in.items()})
    for student, (name, content) in handed_in.items():
        (folder / "class" / student).mkdir(parents=True)
        (folder / "class" / student / name).write_bytes(content)
    return folder / "class"


def come_out(count: int, topic: Topic, key: Key, recorder: Server, grader: Grader, folder: Path) -> list[str]:
    """Have a class hand in, each student in the next form, name and place; return what is not right then."""
    done = simulate([topic], folder / "made", count, seed=5)
    truth = folder / "truth.json"
    write_truth(truth, 5, done, {topic.id: work_out(recorder, topic, key)})
    handed_in: dict[Platform | None, dict[str, Handed]] = {}
    for number, student in enumerate(done):
        (path,) = (folder / "made" / student).iterdir()
        suffix, content = list(FORMS.values())[number % len(FORMS)](notebook_of(path))
        named = list(NAMES.values())[number % len(NAMES)]
        # Another place for a form each time that it comes round.
        place = PLACES[(number + number // len(FORMS)) % len(PLACES)]
        handed_in.setdefault(place, {})[student] = named(topic.name, suffix, content)
    roster = [Student(student, {"id": student, "name": said(student)}) for student in done]
    rules, graded, wrong = {topic.id: Rules(key)}, list[Graded](), list[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grader, "rules", rules)
        for place, files in handed_in.items():
            way = Export(place, roster=roster) if place else None
            found: Collected = collect([put(place, folder, files)], rules, grader.open_archive, export=way)
            wrong += [f"{one.file}: {one.reason}" for one in found.passed_over]
            graded += [one for one, _ in grader.grade_all(found.works)]
    return wrong + check_truth(truth, results(graded, {}))


@pytest.mark.slow
def test_a_class_in_every_form_comes_out_right(
    topic: Topic, hidden_key: Key, recorder: Server, grader: Grader, tmp_path: Path
) -> None:
    assert come_out(2 * len(FORMS) + 1, topic, hidden_key, recorder, grader, tmp_path) == []


@pytest.mark.parametrize("named", NAMES)
def test_every_name_is_taken_for_the_topic_s(
    named: str, topic: Topic, public_key: Key, grader: Grader, tmp_path: Path
) -> None:
    name, content = NAMES[named](topic.name, ".ipynb", b"{}")
    for place in PLACES:
        (tmp_path / str(place)).mkdir()
        there = put(place, tmp_path / str(place), {"ada.l-1": (name, content)})
        roster = [Student("ada.l-1", {"id": "ada.l-1", "name": said("ada.l-1")})]
        way = Export(place, roster=roster) if place else None
        found = collect([there], {topic.id: Rules(public_key)}, grader.open_archive, export=way)
        assert [work.student for work in found.works] == ["ada.l-1"] and not found.passed_over, place


@pytest.mark.long
def test_a_large_class_in_every_form_comes_out_right(
    students: int, topic: Topic, hidden_key: Key, recorder: Server, grader: Grader, tmp_path: Path
) -> None:
    assert come_out(students, topic, hidden_key, recorder, grader, tmp_path) == []
