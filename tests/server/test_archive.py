"""A zip is read by position, and no name in it is ever a path."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from grader.cells import cells_of
from grader.saved import LARGEST, MAX_BYTES, Unreadable
from grader.server import archive
from grader.server.archive import Archive

Opened = Callable[[Path], Archive]


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Open archives, and close them after the test."""
    with ExitStack() as stack:
        yield lambda path: stack.enter_context(closing(Archive(os.open(path, os.O_RDONLY))))


def names(found: Archive) -> list[str]:
    return found.names()["names"].tobytes().decode().split("\0")[:-1]


def test_regular_files_are_listed_and_read(tmp_path: Path, opened: Opened) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("folder/", "")
        file.writestr("folder/é.py", "x")
        for name, kind in [("link", stat.S_IFLNK), ("pipe", stat.S_IFIFO), ("device", stat.S_IFCHR)]:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (kind | 0o777) << 16
            file.writestr(entry, "/etc/passwd")
        file.writestr("../up.py", "y")
    found = opened(tmp_path / "a.zip")
    assert names(found) == ["folder/é.py", "../up.py"]
    assert [found.read(i)["content"].tobytes() for i in range(2)] == [b"x", b"y"]


def test_an_empty_zip_holds_nothing(tmp_path: Path, opened: Opened) -> None:
    zipfile.ZipFile(tmp_path / "a.zip", "w").close()
    assert names(opened(tmp_path / "a.zip")) == []


def test_an_empty_file_is_read(tmp_path: Path, opened: Opened) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr("a.py", "")
    assert opened(tmp_path / "a.zip").read(0)["content"].size == 0


def test_a_large_file_is_refused(tmp_path: Path, opened: Opened) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("a.py", bytes(MAX_BYTES + 1))
        file.writestr("b.py", bytes(LARGEST + 1))
    with pytest.raises(Unreadable, match="more than the 17 MB of text"):
        opened(tmp_path / "a.zip").read(0)
    with pytest.raises(Unreadable, match="larger than the 210 MB"):
        opened(tmp_path / "a.zip").read(1)


def test_a_notebook_with_large_outputs_is_read_without_them(tmp_path: Path, opened: Opened) -> None:
    cell = {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": ["#" * MAX_BYTES]}
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.ipynb", json.dumps({"cells": [cell]}))
    content = opened(tmp_path / "a.zip").read(0)["content"].tobytes()
    assert [cell.text for cell in cells_of(content)] == ["x = 1"]


def test_what_is_said_of_a_damaged_file_is_short(tmp_path: Path, opened: Opened) -> None:
    name = "n" * 60_000
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        file.writestr(name, "x")
    content = (tmp_path / "a.zip").read_bytes()
    # The two places differ. A single "n" may also be a byte of the time, as at 11:51:28.
    (tmp_path / "a.zip").write_bytes(content.replace(b"nnn", b"mnn", 1))
    with pytest.raises(Unreadable, match="it is damaged in the zip") as caught:
        opened(tmp_path / "a.zip").read(0)
    assert len(str(caught.value)) < 300


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 2)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as file:
        for i in range(3):
            file.writestr(str(i), "")
    descriptor = os.open(tmp_path / "a.zip", os.O_RDONLY)
    with pytest.raises(Unreadable, match="the zip holds 3 entries; at most 2 are read"):
        Archive(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(17), b"x" * 1000])
def test_what_is_no_zip_is_unreadable(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    descriptor = os.open(tmp_path / "a.zip", os.O_RDONLY)
    with pytest.raises(Unreadable, match="the zip cannot be read"):
        Archive(descriptor)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
