"""Solutions to what students get: solutions/ → source/ → assignments/.

Everything is made in a temporary folder and in memory, compared with what the
course holds, and written only where it differs. Nothing is deleted: a file that
no topic makes is reported, and left to its owner.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode, reads

from grader import __version__
from grader.authoring.edits import record, refuse_edits
from grader.authoring.notebook import instructor_notebook, script, solution_regions, to_bytes
from grader.authoring.public_key import is_recorded, public_keys
from grader.course import Course, Topic
from grader.exercise import AuthorError
from grader.files import write
from grader.names import ANSWER, FOLDER, HAND_IN, KEY, SENTENCE, WRITTEN_ANSWER, WRITTEN_POINTS

Progress = Callable[[str], None]
INSTALL = "INSTALL.md"  # how students install the grader, in the instructor's words
ADDRESS = """\
    pip install ADDRESS

ADDRESS is what your instructor gives you: a link to a file whose name ends in `.whl`, or the path of that
file once you have downloaded it."""
GIVEAWAY = 20  # characters; a shorter solution, as `return x + y`, may well stand elsewhere too
MARKER = re.compile(r"^\s*###", re.MULTILINE)
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


def release(sources: dict[str, tuple[str, bytes]]) -> dict[str, bytes]:
    """Run nbgrader's own generate-assignment step on notebooks, all in one go.

    It runs without its database, which `nbgrader generate_assignment` fills
    when an instructor uses it; what it writes is the same.

    Args:
        sources: by assignment: the notebook's name and its content.

    Raises:
        AuthorError: nbgrader refuses a notebook; what it said is quoted.
    """
    if not sources:
        return {}
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    with tempfile.TemporaryDirectory(prefix="grader-release-") as folder:
        root = Path(folder).resolve()
        for assignment, (name, content) in sources.items():
            _write(root / "source" / assignment / f"{name}.ipynb", content)
        config = Config()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.source_directory = "source"
        config.CourseDirectory.release_directory = "release"
        config.CourseDirectory.assignment_id = "*"
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        said = _Listener()
        log = logging.Logger("grader.authoring.release")
        log.addHandler(said)
        try:
            directory = CourseDirectory(config=config, log=log)
            GenerateAssignment(coursedir=directory, config=config, log=log).start()
            return {
                assignment: (root / "release" / assignment / f"{name}.ipynb").read_bytes()
                for assignment, (name, _) in sources.items()
            }
        except Exception as error:
            text = "\n".join(said.messages) or f"{type(error).__name__}: {error}"
            raise AuthorError(f"nbgrader cannot release {', '.join(sources)}; it said:\n{text}") from error


def refuse_leaks(topic: Topic, source: NotebookNode, released: NotebookNode, given: dict[str, bytes]) -> None:
    """Look for anything of a solution in what students are to get.

    Raises:
        AuthorError: a marker, a solution or the model answer is there.
    """
    texts = {name: content.decode() for name, content in given.items() if not name.endswith(".ipynb")}
    for number, cell in enumerate(released.cells, 1):
        texts[f"cell {number} of {topic.name}.ipynb"] = cell.source
        if cell.cell_type == "code" and MARKER.search(cell.source):
            raise AuthorError(f"{topic.id}: cell {number} still holds a `###` marker:\n{cell.source}")
    secrets = []
    for cell in source.cells:
        if cell.cell_type == "code":
            secrets += solution_regions(cell.source)
        elif ANSWER in cell.metadata.get("tags", []):
            secrets.append(cell.source)
    for secret in map(_bare, secrets):
        if len(secret) < GIVEAWAY:
            continue
        for place, text in texts.items():
            if f"\n{secret}\n" in f"\n{_bare(text)}\n":
                raise AuthorError(f"{topic.id}: {place} gives a solution away:\n{secret}")


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


def instructor_text(topic: Topic, name: str) -> str:
    """Return what an instructor says to students in a file of the topic, or of the course, or ""."""
    for folder in (topic.folder, topic.folder.parent):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    return ""


def readme(topic: Topic, released: NotebookNode) -> str:
    """Return what an assignment is and why, how long it takes, how to check oneself, what to hand in."""
    checks = topic.checks
    opening = next((cell.source for cell in released.cells if cell.cell_type == "markdown"), "")
    paragraphs = [part.strip() for part in opening.split("\n\n") if part.strip() and not part.startswith("#")]
    shown = [part for part in paragraphs if part == paragraphs[0] or part.startswith("**The question.**")]
    why = "".join(f"{part}\n\n" for part in shown)
    rows = "\n".join(f"| `{one.name}` | {one.points:g} |" for one in checks.exercises.values())
    if any(cell.id == WRITTEN_ANSWER for cell in released.cells):
        rows += f"\n| the written answer, for which your instructor gives points | {WRITTEN_POINTS} |"
    hours = f"{checks.hours or max(1, round(checks.points / 25)):g}"
    example = next(iter(checks.exercises))
    width = len(f"grader check {example}")
    where = instructor_text(topic, HAND_IN).strip() or SENTENCE
    install = instructor_text(topic, INSTALL).strip("\n") or ADDRESS
    return f"""\
# {topic.title}

{why}| you write | points |
|---|---|
{rows}

**How long.** About {hours} {"hour" if hours == "1" else "hours"}.

**Before the first time.** Install the grader, under Python 3.11, 3.12 or 3.13 (on Windows, in WSL 2):

{install}

**Where.** Write in `{topic.name}.ipynb` or, if you like an editor better, in `{topic.name}.py`: both ask for
the same. Write your answers in place of the lines `raise NotImplementedError()`. In the script a cell begins
with a line `# %%`, and VS Code and Spyder can run it and show its pictures. The cells that draw or check are
commented out there: to run one, remove the `# ` in front of its lines. These cells are not graded.

**Am I right?** Run one of these commands in this folder. They need no network. Your work is checked as
it will be graded, but on other numbers:

    {"grader watch":{width}}  # checks again whenever you save
    {"grader check":{width}}  # everything, once
    {f"grader check {example}":{width}}  # this exercise
    {f"grader hint {example}":{width}}  # a question, and what to read
    {"grader status":{width}}  # what is done and what is to do

In the notebook, the cell under each exercise does the same. `checks.py` says how your answers are run; you
may read it. Leave it and `key.npz` as they are.

**What to hand in.** One file. `grader submit` makes it of your work, and checks it as it will be graded.
{where}

Made for version {__version__} of the grader.
"""


def _key_places(topic: Topic) -> tuple[Path, Path]:
    return topic.source / KEY, topic.assignment / KEY


def _bare(text: str) -> str:
    """Return the lines of `text` without indentation, comments and empty lines."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path, content)


class _Listener(logging.Handler):
    """Keeps what nbgrader complains of, in place of showing it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
