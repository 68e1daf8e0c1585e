"""Results on a terminal and as JSON."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from courses import make_course
from rich.console import Console

from grader.report.data import ResultsProblem, read_json, results, write_json
from grader.report.terminal import histogram, show_class, show_topics
from grader.text import printable, storable, to_json
from grader.verdict import CaseVerdict, Graded, PassedOver, Results, Status, Verdict

TOPIC = "19_transformers"
EXERCISE = "scaled_dot_product_attention"
MESSAGE = "On “a single sequence”, 15 of its 15 values are off."
SENTENCE = "the scores are divided by d instead of √d."
HOSTILE = "\x1b[2J\x1b]0;mine\x07 a\tb\rc \x9b31m \u202egnp.exe \u2066x [bold]no markup[/bold] :smile: \udce4"


def verdict(name: str = EXERCISE, status: Status = Status.PASSED, **changed: object) -> Verdict:
    passed = status is Status.PASSED
    made = Verdict(
        name, status, 15.0 if passed else 3.75, 15.0, None, "" if passed else MESSAGE,
        (CaseVerdict("a single sequence", status, 0.1),),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changed)


def graded(
    *verdicts: Verdict, student: str = "ada", topic: str = TOPIC, notes: tuple[str, ...] = ()
) -> Graded:
    score = sum(verdict.score for verdict in verdicts)
    most = sum(verdict.max_score for verdict in verdicts)
    return Graded(student, topic, f"{student}/transformers.py", score, most, 0.4, verdicts, notes)


def shown(show: object, what: object, width: int = 80, terminal: bool = True) -> str:
    """Return what a function of the module shows; on a terminal with its colours taken out."""
    file = io.StringIO()
    colours: Literal["standard"] | None = "standard" if terminal else None
    console = Console(file=file, width=width, force_terminal=terminal, color_system=colours)
    show(console, what)  # type: ignore[operator]
    text = re.sub(r"\x1b\[[0-9;]*m", "", file.getvalue()) if terminal else file.getvalue()
    assert "\x1b" not in text
    columns = width if terminal else 100
    assert max(map(len, text.splitlines())) <= columns, "a line is too long"
    return re.sub(r" +$", "", text, flags=re.MULTILINE)


@pytest.mark.parametrize("terminal", [True, False])
def test_text_of_strangers_does_nothing_to_the_terminal(terminal: bool) -> None:
    wrong = verdict(HOSTILE, Status.GRADER_ERROR, mistake=HOSTILE, message=HOSTILE, sentence=HOSTILE)
    one = graded(wrong, student=HOSTILE, topic=HOSTILE, notes=(HOSTILE,))
    whole = shown(show_class, results([one, one], {}), 500, terminal)
    text = " ".join(whole.split())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", whole)
    assert "\\x1b[2J" in text and "\\u202egnp.exe" in text and "\\udce4" in text
    assert "[bold]no markup[/bold] :smile:" in text


def test_every_dangerous_character_is_escaped() -> None:
    marks = [0x61C, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    dangerous = {*range(0x20), *range(0x7F, 0xA0), *marks} - {0x0A}
    for point in range(0x10000):
        text = printable(chr(point))
        surrogate = 0xD800 <= point <= 0xDFFF
        assert (text == chr(point)) is not (point in dangerous or surrogate), hex(point)
        assert text.isascii() or text == chr(point)
    assert printable("a\r\nb") == "a\nb"


def test_a_few_submissions_are_shown_one_a_row() -> None:
    wrong = verdict(status=Status.WRONG, mistake="scaled_by_depth", sentence=SENTENCE)
    unwritten = verdict("layer_norm", Status.MISSING, score=0.0, unwritten=True)
    text = shown(show_class, results([graded(wrong, unwritten), graded(verdict(), student="bea")], {}), 100)
    start = SENTENCE[:20]
    assert text.startswith("Submissions for transformers\n") and "scaled_by_depth" not in text
    assert re.search(rf"ada +3.8 of 30 +{EXERCISE} +{start}.*\n( .*\n)? +layer_norm +not written\n", text)
    assert re.search(r"bea +15 of 15 +none", text)
    assert re.search(rf"{EXERCISE} +50% +1× +{SENTENCE[:-1]}\n", text)
    assert text.endswith("2 submissions of 2 students graded.\n")
    several = [graded(wrong), graded(verdict("momentum_step"), topic="06_optimisers")]
    assert re.search(r"ada +optimisers +15 of 15 +none", shown(show_class, results(several, {}), 100))


def test_a_sentence_that_takes_two_lines_keeps_its_left_edge() -> None:
    long = "the scores are divided by d instead of by the root of d, where d is the width of one head."
    text = shown(show_class, results([graded(verdict("layer_norm", Status.WRONG, sentence=long))], {}), 80)
    first, *more = [line for line in text.splitlines()[4:] if line.strip()][:-1]
    (edge,) = {len(line) - len(line.lstrip()) for line in more}
    assert first.index("the scores") == edge and len(more) > 1
    assert " ".join([first[edge:], *(line.strip() for line in more)]) == long[:-1]


def test_many_submissions_are_summed_up_by_topic() -> None:
    wrong = verdict(status=Status.WRONG, mistake="scaled_by_depth", sentence=SENTENCE)
    missing = verdict(status=Status.MISSING, score=0.0)
    several = [wrong] * 12 + [missing] * 6 + [verdict(status=Status.RAISED)] * 2 + [verdict()] * 20
    class_ = [graded(one, student=f"s{i}") for i, one in enumerate(several)]
    class_ += [graded(verdict("momentum_step"), student="s0", topic="06_optimisers")]
    text = shown(show_class, results(class_, {}))
    mean = (14 * 3.75 + 20 * 15) / 40
    assert re.search(rf"transformers +40 +{mean:.1f} +9.4 +20 \(50%\) +▃ ▆      █\n", text)
    assert re.search(r"optimisers +1 +15.0 +15.0 +1 \(100%\)          +█\n", text)
    often = f"12× {SENTENCE[:-1]} 6× not defined 2× stopped with an error"
    assert f"scaled_dot_product_attention 50% {often} " in " ".join(text.split())
    assert "s39" not in text and "Needs your eye" not in text
    assert text.endswith("41 submissions of 40 students graded.\n")


def test_what_needs_an_eye_is_named_errors_first() -> None:
    failed = verdict(status=Status.GRADER_ERROR, message="The server ended.\n\nMore.")
    noted = [graded(verdict(), student=f"s{i:02}", notes=("a duplicate",)) for i in range(30)]
    text = shown(show_class, results([*noted, graded(failed, student="zoe")], {}), width=120)
    eye = text[text.index("Needs your eye") :].splitlines()
    assert re.search(rf"zoe +transformers +the grader failed on {EXERCISE}: The server ended\.$", eye[4])
    assert re.search(r"s00 +transformers +a duplicate", eye[5])
    assert "and 11 more; --json FILE has them all." in eye
    assert "More" not in text


def test_an_empty_class() -> None:
    assert shown(show_class, results([], {})) == "Nothing was graded.\n"


def test_a_histogram_shows_every_share() -> None:
    assert histogram([]) == " " * 10
    assert histogram([0.0, 1.0]) == "█        █"
    assert histogram([0.55] * 1000 + [0.0]) == "▁    █    "
    assert histogram([-0.1, 1.1]) == "█        █"


def test_the_syllabus(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    broken = tmp_path / "solutions" / "02_broken"
    broken.mkdir()
    (broken / "checks.py").write_text("1 / 0")
    key = tmp_path / "assignments" / "01_averages" / "key.npz"
    key.parent.mkdir(parents=True)
    key.write_bytes(b"no key")
    text = shown(partial(show_topics, topics=course.topics), course, width=100)
    assert re.search(r"01 averages +100 +unreadable +not recorded", text)
    assert "mean 30, weighted_mean 40, running_mean 30" in text
    assert "02 broken" in text and "ZeroDivisionError" in text
    assert "2 topics in" in text


def test_what_was_passed_over_is_shown_and_in_the_json(tmp_path: Path) -> None:
    passed_over = [PassedOver(f"zips/{i}.zip", f"reason {i}\x1b[31m", "eve" if i else "") for i in range(30)]
    found = results([graded(verdict())], {}, passed_over)
    write_json(found, tmp_path / "grades.json")
    assert read_json(tmp_path / "grades.json") == found
    text = shown(show_class, found)
    assert "Not graded" in text and "zips/0.zip" in text and "reason 0\\x1b" in text
    assert "and 10 more; --json FILE has them all." in text


def test_json_is_the_one_schema(tmp_path: Path) -> None:
    found = results([graded(verdict(status=Status.WRONG), notes=("a note",))], {"python": "3.11"})
    write_json(found, tmp_path / "grades.json")
    content = json.loads((tmp_path / "grades.json").read_text(encoding="utf-8"))
    assert list(content) == ["schema", "submissions", "passed_over", "missing", "environment"]
    assert content["schema"] == 1
    assert content["submissions"][0]["exercises"][0]["status"] == "wrong"
    assert content["environment"] == {"python": "3.11"}
    assert read_json(tmp_path / "grades.json") == found
    assert os.listdir(tmp_path) == ["grades.json"]


def test_json_of_names_that_are_not_text(tmp_path: Path) -> None:
    write_json(results([graded(verdict(), student="ad\udce4")], {}), tmp_path / "grades.json")
    assert read_json(tmp_path / "grades.json").submissions[0].student == "ad\\udce4"
    assert storable("ä\0\udce4") == "ä\\x00\\udce4"
    nested = to_json({"ad\udce4": ["\udce4", 1, None]})
    assert msgspec.json.decode(nested) == {"ad\\udce4": ["\\udce4", 1, None]}


def test_json_that_cannot_be_written_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grades.json"
    path.write_text("before")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=re.escape(f"No space left on device: '{path}'")):
            write_json(results([], {}), path)
    assert path.read_text() == "before" and os.listdir(tmp_path) == ["grades.json"]
    with pytest.raises(OSError, match="No such file or directory: .*no/grades.json"):
        write_json(results([], {}), tmp_path / "no" / "grades.json")


def test_json_to_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left on device: '/dev/full'"):
        write_json(results([], {}), Path("/dev/full"))
    assert not Path("/dev/full").is_file(), "the device was replaced"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_json(results([], {"a": "b"}), pipe)
    reader.join(10)
    assert json.loads(read[0])["environment"] == {"a": "b"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not a file of results"),
        ("[]", "is not a file of results"),
        ("{}", "is of schema None, this grader reads 1"),
        ('{"schema": 2, "submissions": "otherwise"}', "is of schema 2, this grader reads 1: use the version"),
        ('{"schema": 1, "submissions": [{"student": 3}], "environment": {}}', "is not a file of results"),
        ('{"schema": 1, "submissions": [], "environment": {}', "is not a file of results"),
        ("\xff", "is not a file of results"),
    ],
)
def test_json_that_is_no_results(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "grades.json"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ResultsProblem, match=said):
        read_json(path)


def test_json_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ResultsProblem, match="cannot be read: No such file or directory"):
        read_json(tmp_path / "grades.json")


def test_reports_start_at_once() -> None:
    script = "import sys; import grader.report.terminal, grader.report.data; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", script], text=True).split()
    assert not {"rich.console", "tensorflow", "sqlalchemy", "nbformat"} & set(loaded)


def test_results_take_any_iterable() -> None:
    assert results(iter([graded(verdict())]), {}) == Results((graded(verdict()),), {})
