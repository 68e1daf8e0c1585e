"""What came of the text that was checked last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from students import RIGHT, write_assignment

from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.student import checked
from grader.student.assignment import Assignment
from grader.verdict import Status, Verdict

TEXT = b"mean = None"
NAMES = ("mean", "weighted_mean", "running_mean")


def verdict(name: str, status: Status = Status.PASSED) -> Verdict:
    return Verdict(name, status, 0.0, 30.0, None, "", ())


@pytest.fixture
def mine(tmp_path: Path, public_key: Key) -> Assignment:
    return write_assignment(tmp_path / "mine", public_key, RIGHT)


def test_verdicts_of_one_text_add_up_and_another_text_starts_anew(mine: Assignment) -> None:
    assert checked.find(mine, TEXT) is None
    checked.note(mine, TEXT, [verdict("mean"), verdict("weighted_mean")])
    assert checked.find(mine, TEXT) is None
    assert checked.find(replace(mine, only=frozenset({"mean"})), TEXT) == [verdict("mean")]
    checked.note(mine, TEXT, [verdict("running_mean"), verdict("mean", Status.WRONG)])
    found = [verdict("mean", Status.WRONG), verdict("weighted_mean"), verdict("running_mean")]
    assert checked.find(mine, TEXT) == found
    assert checked.find(mine, TEXT + b" ") is None
    checked.note(mine, TEXT + b" ", [verdict("mean")])
    assert checked.find(mine, TEXT) is None and checked.find(mine, TEXT + b" ") is None


def test_what_the_grader_failed_on_is_not_known(mine: Assignment) -> None:
    checked.note(mine, TEXT, [verdict(name) for name in NAMES[1:]])
    checked.note(mine, TEXT, [verdict("mean", Status.GRADER_ERROR)])
    assert checked.find(mine, TEXT) is None


def test_another_key_knows_nothing(mine: Assignment) -> None:
    checked.note(mine, TEXT, [verdict(name) for name in NAMES])
    key = mine.rules.key
    other = Key(key.topic, key.hidden, key.fingerprint, f"{key.checks}\n# 2", key.exercises)
    assert checked.find(mine, TEXT) and checked.find(replace(mine, rules=Rules(other)), TEXT) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"digest": 3}'])
def test_what_cannot_be_read_is_as_good_as_nothing(content: bytes, mine: Assignment) -> None:
    checked.note(mine, TEXT, [verdict(name) for name in NAMES])
    (path,) = (mine.folder / ".grader").glob("*.json")
    assert msgspec.json.decode(path.read_bytes())["exercises"]
    path.write_bytes(content)
    assert checked.find(mine, TEXT) is None
