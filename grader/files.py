"""Files that are written in one step, and files that have no name."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write(path: Path, content: bytes, mode: int | None = None) -> None:
    """Write a file in one step: who looks finds it whole, or as it was.

    A pipe or a device, as `/dev/stdout`, is written to as it is.

    Args:
        mode: its permissions; by default what the umask leaves.

    Raises:
        OSError: it cannot be written, a full disk for one; `filename` is `path`.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _replace(path, content, mode)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


@contextmanager
def unnamed(content: bytes) -> Iterator[int]:
    """Yield the descriptor of a file that holds `content`, which nobody can change meanwhile."""
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.flush()
        yield file.fileno()


def _replace(path: Path, content: bytes, mode: int | None) -> None:
    # Beside the file, for only there it can be moved in one step; and each has its own name, for
    # two threads, or two machines that share a folder, may write the same file.
    draft = path.parent / f".draft-{secrets.token_hex(8)}"
    # A file that others may not read is never open to them, not even empty.
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode & 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
