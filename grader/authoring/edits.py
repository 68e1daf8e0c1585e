"""Edits of generated files by hand, which building them again would undo.

A generated notebook holds, in its metadata, a digest of every text file and
notebook that was generated beside it. Of a notebook the digest is over what
authors write in cells, so that what Jupyter and nbgrader do to a file that is
opened, run and saved is no edit.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.course import Topic
from grader.exercise import AuthorError
from grader.names import HAND_IN

RECORD = "grader_generated"  # in a notebook's metadata: digests by file name
KEPT = ("grade", "grade_id", "locked", "points", "solution", "task")  # of nbgrader's facts about a cell
SHOWN = 60  # lines of a file's difference


class EditedByHand(AuthorError):
    """Generated files were edited since, and would be overwritten; the message shows how they differ."""


def record(notebook: NotebookNode, files: Mapping[str, bytes]) -> None:
    """Have a notebook say what was generated in its folder: itself, and `files` by name."""
    notebook.metadata[RECORD] = {name: digest(name, content) for name, content in sorted(files.items())}


def refuse_edits(topic: Topic, files: Mapping[Path, bytes]) -> None:
    """Do nothing if no file of a topic was edited by hand, of those that would be changed.

    A file of which nothing was recorded counts as edited if its cells differ,
    since nobody can tell; so a notebook of an earlier version is not lost.

    Args:
        files: what would be written, by path.

    Raises:
        EditedByHand: at least one was.
    """
    records = {
        folder: _recorded(folder / f"{topic.name}.ipynb") for folder in (topic.source, topic.assignment)
    }
    parts, both = [], False
    for path, new in files.items():
        if path.parent not in records or not path.is_file():
            continue
        old, name = path.read_bytes(), path.name
        found, recorded = digest(name, old), records[path.parent].get(name)
        if found in (digest(name, new), recorded) or (recorded is None and path.suffix != ".ipynb"):
            continue
        both = both or digest(name, new) != recorded
        root = topic.folder.parent.parent
        lines = list(difference(name, old, new))
        more = [f"… and {len(lines) - SHOWN} lines more"] if len(lines) > SHOWN else []
        where = f"{path.relative_to(root)}, to be edited in {_written_in(topic, name).relative_to(root)}:"
        parts.append("\n".join([where, "", *(f"  {line}".rstrip() for line in lines[:SHOWN] + more)]))
    if parts:
        also = " The difference also holds what was changed in solutions/ since." if both else ""
        raise EditedByHand(
            f"{topic.id}: generated files were edited by hand, and building them again would undo that; "
            "nothing was written. Lines with - are in the file now, and would be lost; lines with + would "
            f"take their place.{also}\n\n" + "\n\n".join(parts) + "\n\nMake the same edits in solutions/, "
            f"and build again. To give up the edits, run `grader build {topic.name} --overwrite`."
        )


def digest(name: str, content: bytes) -> str:
    """Return the digest of a file's text, of a notebook that of its cells as authors write them."""
    return hashlib.sha256("\n".join(_lines(name, content)).encode()).hexdigest()


def difference(name: str, old: bytes, new: bytes) -> Iterator[str]:
    """Yield the lines in which two versions of a file differ, without a header."""
    lines = difflib.unified_diff(_lines(name, old), _lines(name, new), lineterm="", n=1)
    yield from (line for number, line in enumerate(lines) if number > 1)


def _lines(name: str, content: bytes) -> list[str]:
    if not name.endswith(".ipynb"):
        return content.decode("utf-8", "replace").splitlines()
    try:
        cells = nbformat.reads(content.decode(), as_version=4).cells
        return [line for cell in cells for line in _cell(cell)]
    except Exception:  # what was edited by hand can raise nearly anything
        return content.decode("utf-8", "replace").splitlines()


def _cell(cell: NotebookNode) -> list[str]:
    facts = cell.metadata.get("nbgrader", {})
    said: dict[str, Any] = {name: facts[name] for name in KEPT if name in facts}
    if tags := cell.metadata.get("tags"):
        said["tags"] = tags
    if attachments := cell.get("attachments"):
        said["attachments"] = hashlib.sha256(json.dumps(attachments, sort_keys=True).encode()).hexdigest()[:8]
    head = f"# %% [{cell.cell_type}] {json.dumps(said, sort_keys=True) if said else ''}".rstrip()
    return [head, *cell.source.splitlines()]


def _recorded(path: Path) -> Mapping[str, str]:
    try:
        found = json.loads(path.read_bytes())["metadata"][RECORD]
        return {str(name): str(one) for name, one in found.items()}
    except Exception:  # missing, of an earlier version, or no notebook any more
        return {}


def _written_in(topic: Topic, name: str) -> Path:
    """Return the file of the topic that an author edits in the place of a generated one."""
    if name == HAND_IN and not (topic.folder / name).is_file():
        return topic.folder.parent / name
    return topic.folder / (name if name in ("checks.py", HAND_IN) else "solution.py")
