"""Find submissions: in a file, a folder or a zip, in any of the usual layouts.

    STUDENT/TOPIC.ipynb             a folder a student
    STUDENT/NN_TOPIC/TOPIC.ipynb    nbgrader's submitted/ folder
    STUDENT-TOPIC.zip               what `grader submit` makes; it holds STUDENT/TOPIC.ipynb

A file belongs to a topic if its name is the topic's, with or without the
number. A zip may lie in a folder or in another zip, and what it holds counts
unless a submission lies beside it. Names are text: what comes out of a zip is
never used as a path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from grader.course import name_of
from grader.errors import PlainError
from grader.grading.formats import Form, preferred, unwritten
from grader.grading.rules import Rules
from grader.grading.work import NotGradable, Work, open_file
from grader.grading.zips import BadZip, Found, OpenArchive, TooMany, Zips

SUFFIXES = (".ipynb", ".py")
NESTED = 1  # zips within a zip


class NothingToGrade(PlainError):
    """No submission was found, or two claim to be the same; the message says what to do."""


def collect(paths: Sequence[Path], rules: Mapping[str, Rules], open_archive: OpenArchive) -> list[Work]:
    """Find the submissions for the topics of `rules` (by id) in `paths`, by student and topic.

    A zip is read by children that `open_archive` returns, and by nobody else.

    Raises:
        NothingToGrade: a path is missing or holds no submission, or two files
            claim to be one student's submission for one topic.
    """
    works: dict[tuple[str, str], Work] = {}
    zips = Zips(open_archive)
    for path in paths:
        count = len(works)
        for work in _named(path, rules, zips):
            first = works.setdefault((work.student, work.topic), work)
            if first is not work:
                raise NothingToGrade(
                    f"{work.student} has two submissions for {work.topic}, {first.file} and {work.file}: "
                    "remove one, or grade them in runs of their own"
                )
        if len(works) == count:
            raise NothingToGrade(
                f"{path} holds no submission for {', '.join(map(name_of, sorted(rules)))}: a file named "
                f"STUDENT/TOPIC.ipynb or .py, as in ada/{name_of(min(rules))}.ipynb, or nbgrader's "
                "submitted/STUDENT/NN_TOPIC/TOPIC.ipynb"
            )
    return [works[key] for key in sorted(works)]


def _named(path: Path, rules: Mapping[str, Rules], zips: Zips) -> Iterator[Work]:
    try:
        yield from _of_path(path, rules, zips)
    except (BadZip, TooMany) as error:
        raise NothingToGrade(str(error)) from error
    except OSError as error:
        raise NothingToGrade(f"{path} cannot be read: {error.strerror}") from error


def _of_path(path: Path, rules: Mapping[str, Rules], zips: Zips) -> Iterator[Work]:
    if path.is_dir():
        yield from _of_files(list(_walk(path)), path.resolve().name, rules, zips, NESTED + 1)
    elif not path.exists():
        raise NothingToGrade(f"there is no file or folder {path}")
    elif path.suffix.lower() == ".zip":
        files = zips.files(str(path), lambda: os.open(path, os.O_RDONLY), str(path))
        owner = _student_of(PurePosixPath(path.name), rules)
        yield from _of_files(files, owner, rules, zips, NESTED, str(path))
    else:
        here = path.resolve()
        found = Found(PurePosixPath(here.parent.name, here.name), str(path), 0.0, lambda: open_file(path))
        yield from _works([found], here.parent.name, rules)


def _of_files(
    files: list[Found], owner: str, rules: Mapping[str, Rules], zips: Zips, depth: int, outermost: str = ""
) -> Iterator[Work]:
    """Make works of files, and of those in the zips among them, `depth` zips deep.

    Raises:
        NothingToGrade: a zip cannot be read, and does not say whose it is.
    """
    yield from _works(files, owner, rules)
    taken = {file.path.parent for file in files if _topic_of(file, rules)}
    for file in files if depth else ():
        if file.path.suffix.lower() != ".zip" or file.path.parent in taken:
            continue
        student = _student_of(file.path, rules)
        try:
            inside = zips.files(file.label, file.open, outermost or file.label)
        except (BadZip, NotGradable, OSError) as error:
            topic = _by_name(rules).get(file.path.stem.rpartition("-")[2])
            if topic is None:  # nobody knows whose it is
                raise NothingToGrade(
                    f"{_said(error, file.label)}: take it away, or ask for it again"
                ) from error
            yield Work(student, topic, file.label, _refusal(_said(error, file.label)))
        else:
            yield from _of_files(inside, student, rules, zips, depth - 1, outermost or file.label)


def _student_of(path: PurePosixPath, rules: Mapping[str, Rules]) -> str:
    """Return whose zip it is, if what it holds does not say so: its folder's, or by its own name."""
    folders = _students(path, rules)
    name, dash, topic = path.stem.rpartition("-")
    return folders[-1] if folders else name if dash and topic in _by_name(rules) else path.stem


def _said(error: Exception, label: str) -> str:
    return str(error) if isinstance(error, BadZip) else f"{label} cannot be read: {error}"


def _refusal(reason: str) -> Callable[[], int]:
    def refuse() -> int:
        raise NotGradable(reason)

    return refuse


def _by_name(rules: Mapping[str, Rules]) -> dict[str, str]:
    return {name_of(topic): topic for topic in rules}


def _topic_of(file: Found, rules: Mapping[str, Rules]) -> str | None:
    """Return the topic that a file is a submission for, None if it is none."""
    return _by_name(rules).get(name_of(file.path.stem)) if file.path.suffix in SUFFIXES else None


def _students(path: PurePosixPath, rules: Mapping[str, Rules]) -> list[str]:
    """Return the folders of a path that are neither a topic's nor nbgrader's: the student's, if it is one."""
    by_name = _by_name(rules)
    return [part for part in path.parts[:-1] if name_of(part) not in by_name and part != "submitted"]


def _works(files: Iterable[Found], owner: str, rules: Mapping[str, Rules]) -> Iterator[Work]:
    """Make works of the files that are submissions; of a notebook and a script take one."""
    chosen: dict[tuple[str, str], list[Found]] = {}
    for file in files:
        topic, folders = _topic_of(file, rules), _students(file.path, rules)
        if topic is None or len(folders) > 1:
            continue
        chosen.setdefault((folders[0] if folders else owner, topic), []).append(file)
    for (student, topic), several in chosen.items():
        # Of one name twice in a zip the last counts, as when it is unpacked.
        taken = list({file.path: file for file in several}.values())
        notes: tuple[str, ...] = ()
        if len(taken) < len(several):
            notes = (f"{taken[0].path.name} is there twice; the last was graded",)
        if len(taken) == 2 and taken[0].path.with_suffix("") == taken[1].path.with_suffix(""):
            taken, notes = _preferred(taken, rules[topic])
        for file in taken:
            yield Work(student, topic, file.label, file.open, notes)


def _preferred(files: list[Found], rules: Rules) -> tuple[list[Found], tuple[str, ...]]:
    """Return the one of a notebook and a script that counts, and why."""
    by_form = {Form(file.path.name, file.modified, stubs_left(file.open)): file for file in files}
    form, note = preferred(by_form, len(rules.checks.exercises), "graded")
    return [by_form[form]], (note,)


def stubs_left(opened: Callable[[], int]) -> int:
    """Count the stubs in a file; one that cannot be read has none, and is told of when it is graded."""
    try:
        with os.fdopen(opened(), "rb") as content:
            return unwritten(content.read())
    except (OSError, NotGradable):
        return 0


def _walk(folder: Path) -> Iterator[Found]:
    """Find files below a folder, not through links, nor in hidden folders."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            path = Path(here, name)
            if path.suffix.lower() in (*SUFFIXES, ".zip") and not name.startswith("."):
                relative = PurePosixPath(path.relative_to(folder).as_posix())
                opener = _opener(path, open_zip if path.suffix.lower() == ".zip" else open_file)
                yield Found(relative, str(path), path.lstat().st_mtime, opener)


def open_zip(path: Path) -> int:
    """Open a zip that lies in a folder, never through a link.

    Raises:
        OSError: it is a link, or cannot be opened.
    """
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)


def _opener(path: Path, opened: Callable[[Path], int]) -> Callable[[], int]:
    return lambda: opened(path)


def open_again(root: Path, label: str, zips: Zips) -> int:
    """Open the file that results call `label`, in a zip or not, for one who was in `root` then.

    Raises:
        NotGradable, BadZip, TooMany, OSError: it is not there any more, or cannot be read.
    """
    path, members = split_label(root, label)
    if not members:
        return open_file(path)
    files = zips.files(str(path), lambda: open_zip(path), str(path))
    for _ in range(NESTED + 1):
        prefix = f"{path}:{members}"
        same = [file for file in files if file.label == prefix]
        if same:
            return same[-1].open()
        outer = [file for file in files if prefix.startswith(f"{file.label}:")]
        if not outer:
            break
        files = zips.files(outer[-1].label, outer[-1].open, str(path))
    raise NotGradable(f"{path} does not hold it any more")


def split_label(root: Path, label: str) -> tuple[Path, str]:
    """Return the file that results call `label`, and, if it is a zip, what of it they mean, else ""."""
    for match in re.finditer(r"(?<=\.zip):", label, re.IGNORECASE):
        path = root / label[: match.start()]
        if path.is_file():
            return path, label[match.end() :]
    return root / label, ""
