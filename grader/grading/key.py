"""Answer keys: what the reference and every mistake return on each case.

A key holds the inputs too, so that grading draws nothing and needs no seed, and
another NumPy cannot change what a case is. The public key's seeds are public;
the hidden key's come from a secret, by HMAC of topic, exercise and case.

At rest a key is an npz of two arrays, a JSON description and one block of raw
bytes, read without pickle.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from grader import files, wire
from grader.course import Topic
from grader.demonstrations import Demonstration
from grader.errors import PlainError
from grader.exercise import Case

SCHEMA = 2
# What reading a file that is no key may raise: np.load takes npy files and zips of anything.
BROKEN = (
    OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, NotImplementedError,
    zipfile.BadZipFile, zlib.error,
)  # fmt: skip


class KeyProblem(PlainError):
    """A key is missing, stale, broken or of another version; the message says what to do."""


@dataclass(frozen=True)
class Response:
    """What an answer did on one case: the arrays it returned, or the error it raised.

    `said` is what tells the error from others of its type, as `phrases.gist` puts it.
    """

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    error: str = ""
    said: str = ""


@dataclass(frozen=True)
class MistakeKey:
    """A mistake: its name, what it replaces, its sentence, and its response to each case."""

    name: str
    of: str
    sentence: str
    responses: tuple[Response, ...]


@dataclass(frozen=True)
class ExerciseKey:
    """One exercise's cases, what the reference returned on each, and the mistakes."""

    name: str
    cases: tuple[Case, ...]
    expected: tuple[dict[str, np.ndarray], ...]
    mistakes: tuple[MistakeKey, ...]


@dataclass(frozen=True)
class Key:
    """A topic's answer key.

    Attributes:
        topic: the topic's id, `19_transformers`.
        hidden: whether its seeds are secret.
        fingerprint: of the files it was recorded from; see `fingerprint`.
        checks: the text of the `checks.py` that it goes with, so that a key is
            all that grading needs.
        exercises: by name.
        demonstrations: how the released cells are known that are not graded; none in
            a key that was recorded before they were kept.
    """

    topic: str
    hidden: bool
    fingerprint: str
    checks: str
    exercises: dict[str, ExerciseKey]
    demonstrations: tuple[Demonstration, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of everything in the key."""
        header, block = self._encoded()
        return hashlib.sha256(header + block).hexdigest()

    @cached_property
    def seeds(self) -> str:
        """Return a short digest of the inputs, which tells seeds apart and not what they are."""
        header, arrays = wire.pack([[case.inputs for case in e.cases] for e in self.exercises.values()])
        return hashlib.sha256(header + wire.block(arrays)).hexdigest()[:16]

    def to_bytes(self) -> bytes:
        """Encode the key; equal keys give equal bytes."""
        header, block = (np.frombuffer(part, np.uint8) for part in self._encoded())
        file = io.BytesIO()
        np.savez_compressed(file, header=header, block=block)
        return file.getvalue()

    def _encoded(self) -> tuple[bytes, bytes]:
        description: dict[str, Any] = {
            "schema": SCHEMA,
            "topic": self.topic,
            "hidden": self.hidden,
            "fingerprint": self.fingerprint,
            "checks": self.checks,
            "exercises": [_describe(exercise) for exercise in self.exercises.values()],
        }
        if self.demonstrations:
            description["demonstrations"] = self.demonstrations
        header, arrays = wire.pack(description)
        return header, wire.block(arrays)

    def save(self, path: Path) -> None:
        """Write the key, readable by its owner alone if it is hidden, in one step."""
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, self.to_bytes(), 0o600 if self.hidden else None)


def load(path: Path | BinaryIO) -> Key:
    """Read a key, from a path or an open file.

    Raises:
        KeyProblem: there is none, it is broken, or of another schema.
    """
    try:
        # NumPy leaves a file open that it opened itself and cannot read.
        with (
            open(path, "rb") if isinstance(path, Path) else nullcontext(path) as file,
            np.load(file, allow_pickle=False) as stored,
        ):
            description = wire.unpack(stored["header"].tobytes(), stored["block"].tobytes())
        schema = description.get("schema")
    except FileNotFoundError:
        raise KeyProblem(f"there is no answer key at {path}") from None
    except BROKEN as error:
        raise KeyProblem(f"the answer key {path} cannot be read ({error}): get or record it again") from error
    if schema != SCHEMA:
        raise KeyProblem(
            f"the answer key {path} is of schema {schema}, this grader reads "
            f"{SCHEMA}: install the version of the grader that the assignment names, or get the "
            "assignment again; the hidden key of a course of yours is made again by `grader key record`"
        )
    exercises = [_read(exercise) for exercise in description["exercises"]]
    return Key(
        description["topic"],
        description["hidden"],
        description["fingerprint"],
        description["checks"],
        {exercise.name: exercise for exercise in exercises},
        tuple(Demonstration(*one) for one in description.get("demonstrations", ())),
    )


def fingerprint(topic: Topic) -> str:
    """Return the digest of all that a key of `topic` is recorded from, but the secret."""
    digest = hashlib.sha256(f"key schema {SCHEMA}".encode())
    for name in ("checks", "solution", "mistakes"):
        text = (topic.folder / f"{name}.py").read_bytes()
        digest.update(len(text).to_bytes(8) + text)
    return digest.hexdigest()


def is_fresh(found: Key, topic: Topic, hidden: bool) -> bool:
    """Tell whether a key is the public or the hidden one of `topic` as its files are now.

    Raises:
        OSError: a file of the topic cannot be read.
    """
    checks = (topic.folder / "checks.py").read_text(encoding="utf-8")
    if found.checks != checks:  # it was changed while the key was recorded
        return False
    return (found.topic, found.hidden, found.fingerprint) == (topic.id, hidden, fingerprint(topic))


def _describe(exercise: ExerciseKey) -> dict[str, Any]:
    return {
        "name": exercise.name,
        "cases": [{"name": c.name, "inputs": c.inputs, "weight": c.weight} for c in exercise.cases],
        "expected": list(exercise.expected),
        "mistakes": [
            {
                "name": m.name,
                "of": m.of,
                "sentence": m.sentence,
                "responses": [{"arrays": r.arrays, "error": r.error, "said": r.said} for r in m.responses],
            }
            for m in exercise.mistakes
        ],
    }


def _read(stored: dict[str, Any]) -> ExerciseKey:
    return ExerciseKey(
        stored["name"],
        tuple(Case(c["name"], c["inputs"], c["weight"]) for c in stored["cases"]),
        tuple(stored["expected"]),
        tuple(
            MistakeKey(m["name"], m["of"], m["sentence"], tuple(Response(**r) for r in m["responses"]))
            for m in stored["mistakes"]
        ),
    )
