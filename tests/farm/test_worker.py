"""What a worker does with a submission before its server sees it."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from courses import CHECKS, TOPIC

from grader.farm import worker
from grader.farm.messages import Batch, Submission
from grader.farm.worker import CHANGED, SPACE, WarmServer
from grader.grading.key import Key
from grader.sandbox.levels import Level

KEYS = {TOPIC: Key(TOPIC, False, "", CHECKS, {}).to_bytes()}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def warm() -> WarmServer:
    """One whose server is never started."""
    return WarmServer("grader-test", KEYS, Level.NONE, None)


def test_a_file_that_changed_on_its_way_is_not_graded(warm: WarmServer, tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x = 2")
    for one in (
        Submission(TOPIC, digest(b"x = 1"), path=os.fsencode(path)),
        Submission(TOPIC, digest(b"x = 1"), content=b"x = 2"),
    ):
        (answer,), unfit = warm.grade(Batch((one,)))
        assert (answer.graded, answer.problem, unfit) == (None, CHANGED, "")


def test_what_is_no_file_there_is_asked_for(warm: WarmServer, tmp_path: Path) -> None:
    (tmp_path / "link.py").symlink_to(tmp_path / "a.py")
    (tmp_path / "a.py").write_text("x = 1")
    (tmp_path / "folder.py").mkdir()
    for name in ("link.py", "folder.py", "missing.py"):
        one = Submission(TOPIC, digest(b"x = 1"), path=os.fsencode(tmp_path / name))
        (answer,), unfit = warm.grade(Batch((one,)))
        assert answer.unseen and not unfit


def test_nothing_is_graded_where_the_disk_is_nearly_full(
    warm: WarmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(SPACE, 1, SPACE - 1))
    answers, unfit = warm.grade(Batch((Submission(TOPIC, digest(b""), content=b""),)))
    assert answers == [] and "only 127 MB are free" in unfit


def test_a_server_that_does_not_start_is_the_workers_fault_and_not_the_submissions(
    warm: WarmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise worker.ServerError("no TensorFlow here")

    monkeypatch.setattr(warm._grader.kept, "_make", fail)
    warm._grader.rules[TOPIC] = None  # type: ignore[assignment]
    answers, unfit = warm.grade(Batch((Submission(TOPIC, digest(b""), content=b""),)))
    assert answers == [] and unfit == "no TensorFlow here"
