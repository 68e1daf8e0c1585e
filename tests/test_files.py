"""What is written in one step is whole, or as it was."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from grader import files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("step", ["fsync", "fchmod", "replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_old_file_and_no_draft(
    step: str, error: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grades.json"
    files.write(path, b"before")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(type(error)) as caught:
        files.write(path, b"after", 0o600)
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]
    if isinstance(caught.value, OSError):
        assert str(caught.value) == f"[Errno 28] No space left on device: '{path}'"


def test_a_folder_that_is_not_there_is_named_by_the_file(tmp_path: Path) -> None:
    path = tmp_path / "no" / "grades.json"
    with pytest.raises(FileNotFoundError, match=f"No such file or directory: '{path}'"):
        files.write(path, b"")


@pytest.mark.parametrize("wanted", [0o600, 0o644, 0o444])
def test_a_mode_is_given_whatever_the_file_had_and_the_umask_says(wanted: int, tmp_path: Path) -> None:
    path = tmp_path / "key.npz"
    path.touch(0o640)
    before = os.umask(0o077)
    try:
        files.write(path, b"key", wanted)
        assert mode(path) == wanted
        files.write(path, b"another")
        assert mode(path) == 0o600, "what the umask leaves"
    finally:
        os.umask(before)
    assert path.read_bytes() == b"another"


def test_what_others_may_not_read_was_never_open_to_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    fsync = os.fchmod
    monkeypatch.setattr(os, "fchmod", lambda file, wanted: (seen.append(os.fstat(file)), fsync(file, wanted)))
    files.write(tmp_path / "secret", b"secret", 0o600)
    files.write(tmp_path / "page", b"page", 0o444)
    assert [stat.S_IMODE(one.st_mode) & 0o077 for one in seen] == [0, 0]


def test_threads_that_write_the_same_file_do_not_mix(tmp_path: Path) -> None:
    path, errors = tmp_path / "progress.json", []
    contents = [bytes([65 + number]) * 200_000 for number in range(8)]

    def work(content: bytes) -> None:
        try:
            for _ in range(5):
                files.write(path, content)
                assert path.read_bytes() in contents
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reading = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reading.start()
    files.write(pipe, b"results")
    reading.join()
    assert found == [b"results"] and pipe.is_fifo()
