"""The text of answers is read by a child, and what the child says of it is a claim."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from grader.client.kept import KeptServer
from grader.client.server import Server
from grader.course import Course, CourseError, Topic
from grader.grading.grader import Grader
from grader.grading.texts import Asked, Written, _answer, asked_of, written_in
from grader.grading.work import Work, open_file
from grader.protocol import OpenTexts
from grader.saved import LARGEST

RELEASED = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n"
ASKED = Asked(OpenTexts({"f": ("f",), "g": ("g",)}, RELEASED), {})
ANSWER = "def f(x):\n    return x.mean(axis=0) + 1\n"


def read(grader: Grader, path: Path, content: bytes | str) -> Written:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return written_in(grader.kept, Work("ada", "01_topic", path.name, lambda: open_file(path)), ASKED)


def test_answers_are_read_from_scripts_and_notebooks(grader: Grader, tmp_path: Path) -> None:
    cells = [{"cell_type": "code", "source": text, "metadata": {}} for text in ("import os", ANSWER)]
    notebook = json.dumps({"cells": cells, "nbformat": 4})
    for name, content in (("a.py", ANSWER), ("a.ipynb", notebook)):
        found = read(grader, tmp_path / name, content)
        assert found.unread == {} and found.answers["f"].text == ANSWER.rstrip("\n")
        assert "".join(found.answers["f"].tokens) == "returnNAME.mean(axis=0)+1"
        assert found.answers["g"].tokens == ()


def test_nothing_of_a_submission_is_run(grader: Grader, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    found = read(grader, tmp_path / "a.py", f"open({str(mark)!r}, 'w')\nimport os\nos._exit(0)\n{ANSWER}")
    assert "mean" in found.answers["f"].tokens and not mark.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xff\xfe\x00", "not text"),
        (b"\x80abc", "not text"),
        (b"{", "cut off"),
        (b"PK\x03\x04", "a zip"),
        (b"# " + b"x" * (20 << 20), "more than the 17 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_to_be(
    grader: Grader, tmp_path: Path, content: bytes, said: str
) -> None:
    found = read(grader, tmp_path / "a.py", content)
    assert found.answers == {} and said in found.unread[""]


def test_a_notebook_of_100_megabytes_costs_its_student_alone(grader: Grader, tmp_path: Path) -> None:
    cell = {"cell_type": "code", "source": ANSWER + "# " + "x" * (100 << 20), "metadata": {}}
    found = read(grader, tmp_path / "a.ipynb", json.dumps({"cells": [cell]}))
    assert found.answers == {} and "more than the 17 MB" in found.unread[""]
    with open(tmp_path / "large.py", "wb") as file:
        file.truncate(LARGEST + 1)
    work = Work("ada", "01_topic", "large.py", lambda: open_file(tmp_path / "large.py"))
    assert "more than the 210 MB" in written_in(grader.kept, work, ASKED).unread[""]
    assert read(grader, tmp_path / "b.py", ANSWER).unread == {}


@pytest.mark.parametrize("nested", ["(" * 100_000, "[" * 150 + "]" * 150, "-" * 200_000 + "1", "\0"])
def test_odd_python_costs_no_other_student(grader: Grader, tmp_path: Path, nested: str) -> None:
    found = read(grader, tmp_path / "a.py", f"def f(x):\n    return {nested}\n")
    assert set(found.answers) | set(found.unread) >= {"f"} or "" in found.unread
    assert read(grader, tmp_path / "b.py", ANSWER).unread == {}


def test_an_answer_that_is_too_long_is_named(grader: Grader, tmp_path: Path) -> None:
    found = read(grader, tmp_path / "a.py", "def f(x):\n" + "    x = x + 1\n" * 9000 + "    return x\n")
    assert found.unread == {"f": "it has more than 5000 tokens or 200000 characters"}
    assert "g" in found.answers


def as_bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode(), np.uint8)


CLAIM = {
    "text": as_bytes("ab cd"),
    "tokens": as_bytes("x\0y\0"),
    "spans": np.array([[0, 2], [3, 5]], np.int32),
}


def test_what_a_child_says_is_held_against_itself() -> None:
    found = _answer(CLAIM)
    assert found is not None and (found.tokens, found.spans) == (("x", "y"), ((0, 2), (3, 5)))
    for name, value in [
        ("spans", np.array([[0, 2], [3, 6]], np.int32)),
        ("spans", np.array([[-1, 2], [3, 5]], np.int32)),
        ("spans", np.array([[0, 4], [3, 5]], np.int32)),
        ("spans", np.array([[0, 2]], np.int32)),
        ("spans", np.array([[0.0, 2], [3, 5]])),
        ("tokens", as_bytes("x\0" * 6000)),
        ("text", as_bytes("x" * 300_000)),
        ("more", as_bytes("")),
    ]:
        assert _answer(CLAIM | {name: value}) is None, name


def test_what_is_asked_is_the_course_s(topic: Topic, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="run `grader build averages`"):
        asked_of(topic)
    (tmp_path / "solutions").symlink_to(topic.folder.parent)
    (copied,) = Course(tmp_path).topics
    copied.assignment.mkdir(parents=True)
    (copied.assignment / "averages.py").write_text("import numpy as np\n")
    asked = asked_of(copied)
    assert asked.request.writes["running_mean"] == ("RunningMean",)
    assert "count" not in asked.reference["mean"].tokens and "len" in asked.reference["mean"].tokens


def test_a_server_that_dies_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from grader.errors import ServerError

    def dead(self: Server, *_: object) -> None:
        raise ServerError("it has died")

    monkeypatch.setattr(Server, "open_texts", dead)
    (tmp_path / "a.py").write_text(ANSWER)
    with KeptServer(lambda: object.__new__(Server)) as kept:
        monkeypatch.setattr(Server, "close", lambda self: None)
        found = written_in(kept, Work("ada", "t", "a.py", lambda: open_file(tmp_path / "a.py")), ASKED)
    assert found.unread == {"": "it has died"}
