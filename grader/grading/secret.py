"""A course's secret, the seeds that come from it, and where what is secret is kept."""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from grader import names
from grader.course import Topic
from grader.grading.key import KeyProblem

PUBLIC = b"public"
SECRET_VARIABLE = "GRADER_SECRET"


def hidden_path(topic: Topic) -> Path:
    """Return where a topic's hidden key is kept, out of what git tracks."""
    return topic.course / names.FOLDER / "keys" / f"{topic.id}.npz"


def secret(course: Path) -> bytes:
    """Return the course's secret: `GRADER_SECRET`, else a file made on first use.

    Raises:
        KeyProblem: others may read the file, or it is empty.
    """
    given = os.environ.get(SECRET_VARIABLE)
    if given:
        return given.encode()
    path = course / names.FOLDER / "secret"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.stat().st_mode & 0o077:
            raise KeyProblem(
                f"others may read the secret {path}: run `chmod 600` on it; if it may have been "
                "read, delete it and record the hidden keys again"
            ) from None
        found = path.read_bytes()
        if not found:  # the disk was full; without a secret the hidden seeds are the public ones
            raise KeyProblem(
                f"the secret {path} is empty: delete it and record the hidden keys again"
            ) from None
        return found
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()


def case_seeds(secret: bytes, topic: str, exercise: str) -> Callable[[int], int]:
    """Return the function that seeds each case of an exercise."""

    def seed(position: int) -> int:
        message = f"{topic}\0{exercise}\0{position}".encode()
        return int.from_bytes(hmac.digest(secret, message, "sha256"))

    return seed
