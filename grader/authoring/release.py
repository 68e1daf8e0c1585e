"""Solutions to what students get: solutions/ → source/ → assignments/.

Everything is made in a temporary folder and in memory, compared with what the
course holds, and written only where it differs. Nothing is deleted: a file that
no topic makes is reported, and left to its owner.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode, reads

from grader.authoring.conversion import release
from grader.authoring.edits import record, refuse_edits
from grader.authoring.leaks import refuse_leaks
from grader.authoring.notebook import instructor_notebook, script, to_bytes
from grader.authoring.public_key import is_recorded, public_keys
from grader.authoring.readme import instructor_text, readme
from grader.course import Course, Topic
from grader.files import write
from grader.names import FOLDER, HAND_IN, KEY

Progress = Callable[[str], None]
PASSING = ("__pycache__", ".ipynb_checkpoints", FOLDER)


def build(
    course: Course,
    topics: Sequence[Topic] | None = None,
    check: bool = False,
    progress: Progress = lambda step: None,
    overwrite: bool = False,
) -> list[str]:
    """Derive source/, assignments/ and the public keys of `topics`, all by default.

    With `check` nothing in the course is written. What was edited by hand is
    written over with `overwrite` alone.

    Returns:
        The files that were written; with `check`, those that are stale,
        missing, or made by no topic.

    Raises:
        AuthorError: a topic is not in order, or something of a solution would
            reach the students.
        EditedByHand: generated files were edited, and would be overwritten.
        OSError: a file cannot be written; those before it are whole.
    """
    chosen = list(course.topics if topics is None else topics)
    files = generate(chosen, progress)
    if not check and not overwrite:
        refuse_to_overwrite(chosen, files)
    unrecorded = [topic for topic in chosen if not is_recorded(topic)]
    keyed = [topic for topic in chosen if topic not in unrecorded] if check else chosen
    keys = public_keys(keyed, lambda name: progress(f"{name}: public key"))
    files |= {place: keys[topic.id] for topic in keyed for place in _key_places(topic)}
    stale = {path: content for path, content in files.items() if _read(path) != content}
    if check:
        missing = [place for topic in unrecorded for place in _key_places(topic)]
        everything = {topic.id for topic in chosen} >= {topic.id for topic in course.topics}
        extra = extras(course, chosen, [*files, *missing], everything)
        found = [(path, "" if path.exists() else " (missing)") for path in [*stale, *missing]]
        found += [(path, " (made by no topic: remove it)") for path in extra]
        return [f"{path.relative_to(course.root)}{why}" for path, why in sorted(found)]
    for path, content in stale.items():
        _write(path, content)
    return [str(path.relative_to(course.root)) for path in sorted(stale)]


def refuse_to_overwrite(topics: Sequence[Topic], files: Mapping[Path, bytes] | None = None) -> None:
    """Do nothing if building `topics` would undo no edit by hand.

    Args:
        files: what `generate` returns for them, if that is known.

    Raises:
        EditedByHand: it would.
        AuthorError: a topic is not in order.
    """
    files = generate(topics) if files is None else files
    for topic in topics:
        refuse_edits(topic, files)


def generate(topics: Sequence[Topic], progress: Progress = lambda step: None) -> dict[Path, bytes]:
    """Return every generated file of `topics` but the keys, by path.

    Raises:
        AuthorError: see `build`.
    """
    sources: dict[str, NotebookNode] = {}
    for topic in topics:
        progress(f"{topic.id}: notebook")
        sources[topic.id] = instructor_notebook(topic)
        record(sources[topic.id], {f"{topic.name}.ipynb": to_bytes(sources[topic.id])})
    texts = {topic.id: (topic.name, to_bytes(sources[topic.id])) for topic in topics}
    if topics:
        progress("nbgrader: release")
    released = release(texts)
    files = {}
    for topic in topics:
        notebook = reads(released[topic.id].decode(), as_version=4)
        given = {
            f"{topic.name}.ipynb": released[topic.id],
            f"{topic.name}.py": script(notebook).encode(),
            "checks.py": topic.checks.text.encode(),
            "README.md": readme(topic, notebook).encode(),
        }
        instructions = instructor_text(topic, HAND_IN)
        if instructions:
            given[HAND_IN] = instructions.encode()
        refuse_leaks(topic, sources[topic.id], notebook, given)
        record(notebook, given)
        given[f"{topic.name}.ipynb"] = to_bytes(notebook)
        files[topic.source / f"{topic.name}.ipynb"] = texts[topic.id][1]
        files.update({topic.assignment / name: content for name, content in given.items()})
    return files


def extras(course: Course, topics: Sequence[Topic], made: Iterable[Path], everything: bool) -> list[Path]:
    """Return the files in the topics' generated folders that are not `made`.

    With `everything`, those of topics that are no more as well.
    """
    folders = [folder for topic in topics for folder in (topic.source, topic.assignment)]
    if everything:
        folders = [course.root / "source", course.root / "assignments"]
    known = set(made)
    return [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path not in known and not set(PASSING) & set(path.parts)
    ]


def _key_places(topic: Topic) -> tuple[Path, Path]:
    return topic.source / KEY, topic.assignment / KEY


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, content)
