"""`check(function)`: an answer, checked under its cell in a student's notebook.

Nothing of the student's is run in the kernel: the cells that define an answer
go as text to a warm server, which runs and judges them as it does a file. What
hangs, crashes or eats memory is ended there, and the kernel is left as it was;
and what is right here only because of a cell that is no more, is not right.
"""

from __future__ import annotations

import builtins
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from grader import slices
from grader.client import warm
from grader.client.kept import KeptServer
from grader.client.server import Server
from grader.client.warm import NoServer
from grader.course import CourseError
from grader.errors import ServerError
from grader.exercise import AuthorError, Exercise
from grader.grading.judge import Judged, judged
from grader.grading.key import ExerciseKey, KeyProblem
from grader.grading.rules import Rules
from grader.grading.run import Running
from grader.outcome import Outcome
from grader.report.display import Checked, Display, Overview
from grader.report.pictures import picture_of
from grader.saved import LARGEST
from grader.student import asked, quiet, shell
from grader.student.assignment import Assignment
from grader.student.written import in_words, is_written
from grader.verdict import Status

CELL = "cell [{}]"  # as Jupyter counts: by when it was run
STARTING = "Starting TensorFlow, which takes some seconds…"
LARGE = 8 << 20  # bytes of a saved notebook that is not looked into
STOPS = "“Run all” stops here until this is right."
_warm = KeptServer(warm.start)


class Plain(Exception):
    """Something that notebooks show as its message alone, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class NotRightYet(Plain, AssertionError):
    """An answer is not right; what is shown above it says why."""


class CannotCheck(Plain, RuntimeError):
    """An answer cannot be checked as things are; the message says what to do."""


def check(*answers: Callable[..., Any] | type | str) -> None:
    """Check what an exercise asks for, as `check(momentum_step)` under its cell.

    Shows each case, the first mismatch and, where it can be told, the mistake.
    Without arguments it shows how far the whole assignment is.

    Args:
        answers: the function or class, or all that an exercise asks for.

    Raises:
        NotRightYet: an answer is not right, so that “Run all” stops there.
        CannotCheck: there is nothing to check, or nothing to check it with.
    """
    place = Place()
    try:
        displays, failed = _check(answers, place)
        for one in displays:
            place.show(one)
    except (AuthorError, CourseError, KeyProblem, NoServer) as error:
        said = str(error)
        raise CannotCheck(f"{said[0].upper()}{said[1:]}.".replace("?.", "?").replace("..", ".")) from None
    finally:
        place.clear()
    if failed:
        raise NotRightYet(_said_again(displays))


def prepare() -> None:
    """Start the server ahead, beside the notebook's own import of TensorFlow, which is made a quiet one."""
    quiet.hush()
    if shell.current() is not None:
        _warm.start_ahead()


def _said_again(displays: Sequence[Display]) -> str:
    """Return what the error says below what is shown: nothing that was read there, if it was read.

    Where nobody sits at the notebook, as under `nbconvert --execute` and
    `nbgrader validate`, the error is all that is seen of it.
    """
    here = shell.current()
    if here is None:
        return "not right yet; what is printed above says why"
    return STOPS if shell.is_watched(here) else "\n\n".join(one.text() for one in displays)


def _check(answers: Sequence[Any], place: Place) -> tuple[list[Display], bool]:
    """Return what is to be shown, and whether “Run all” is to stop there."""
    here = shell.current()
    kernel = here.user_ns if here else {}
    names = [asked.name_of_answer(answer, kernel) for answer in answers]
    assignment = asked.assignment_for(names, kernel)
    rules = assignment.rules
    wanted = asked.exercises_for(rules, names) if names else list(rules.checks.exercises.values())
    for name, answer in zip(names, answers, strict=True):
        asked.refuse_class(name, answer)
    writes = {name for exercise in wanted for name in exercise.writes}
    source, found = _source(assignment, writes, answers)
    outcomes = _run(source, rules, [exercise.name for exercise in wanted], place)
    keys = rules.key.exercises
    judgements = [
        judged(exercise, keys[exercise.name], outcomes[exercise.name], hidden=False, cell=CELL)
        for exercise in wanted
    ]
    verdicts = [one.verdict for one in judgements]
    failed = [one for one in verdicts if one.status is not Status.PASSED]
    notes = tuple(_notes(assignment, found, bool(failed)))
    if not names:
        notes += (*_not_run(wanted, found), *_written(assignment))
        return [Overview(assignment.name, verdicts, notes)], False
    pictures = [_picture(keys[one.verdict.name], outcomes[one.verdict.name], one) for one in judgements]
    checked = [
        Checked(assignment.name, exercise, one, drawn, notes)
        for exercise, one, drawn in zip(wanted, verdicts, pictures, strict=True)
    ]
    return list(checked), bool(failed)


def _source(
    assignment: Assignment, names: set[str], answers: Sequence[Any]
) -> tuple[bytes, slices.Cut | None]:
    """Return the file that is to be graded, and what it was cut from if that is a session.

    Raises:
        CannotCheck: an answer's text cannot be had.
    """
    for answer in answers:
        file = getattr(sys.modules.get(getattr(answer, "__module__", "")), "__file__", None)
        if file and Path(file).resolve().parent == assignment.folder:
            return Path(file).read_bytes()[:LARGEST], None
    here = shell.current()
    cells = shell.cells_run(here) if here else None
    if cells is None:
        raise CannotCheck(
            "`check` needs the text of your answer: call it in a notebook, or run `grader check` in a "
            "terminal."
        )
    found = slices.cut(cells, names)
    for name in names - found.defined if answers else ():
        raise CannotCheck(
            f"No cell that was run in this kernel defines `{name}`: run the cell that does, and check again."
        )
    return found.notebook, found


def _notes(assignment: Assignment, found: slices.Cut | None, failed: bool) -> Iterator[str]:
    """Say what is there in the kernel and will not be there when the file is graded."""
    here = shell.current()
    if found is None or here is None:
        return
    hidden = found.unknown & here.user_ns.keys() - vars(builtins).keys() - shell.own_names(here)
    if hidden:
        yield (
            f"No cell that was run in this kernel defines {_listed(hidden)}, though the kernel has it. When "
            "your file is graded it is missing: define it in a cell."
        )
    path = assignment.folder / f"{assignment.name}.ipynb"
    # While an answer is not right, it matters little whether all of it was saved.
    if not failed and path.is_file() and (stat := path.stat()).st_size < LARGE:
        saved = _saved(path, stat.st_mtime_ns)
        lost = found.defined - saved - asked.writers(assignment.rules).keys()
        if saved and lost:
            yield (
                f"{path.name}, as it was saved last, has no cell that defines {_listed(lost)}. Save the "
                "notebook; if you have deleted the cell, write it again, because grading needs it."
            )


def _not_run(wanted: Sequence[Exercise], found: slices.Cut | None) -> tuple[str, ...]:
    """Say how many exercises this kernel has not seen yet."""
    if found is None:
        return ()
    count = sum(not found.defined >= set(exercise.writes) for exercise in wanted)
    cells = "The cell of one exercise has" if count == 1 else f"The cells of {count} exercises have"
    said = f"{cells} not been run in this kernel yet. `grader check` checks the saved file instead."
    return (said,) if count else ()


def _written(assignment: Assignment) -> Iterator[str]:
    """Say what the written answer is worth, and whether the file has it; a kernel does not know."""
    try:
        written = is_written(assignment)
    except OSError:
        return
    if written is not None:
        yield in_words(written) + ("" if written else " Save the file if you have written it.")


@lru_cache(maxsize=4)
def _saved(path: Path, changed: int) -> frozenset[str]:
    try:
        return slices.names_defined(json.loads(path.read_bytes()))
    except (OSError, ValueError, AttributeError):
        return frozenset()


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _run(source: bytes, rules: Rules, names: Sequence[str], place: Place) -> dict[str, list[Outcome]]:
    """Run some exercises of a file on the warm server; one that has died is replaced once.

    While a server starts, words in `place` say so.

    Raises:
        NoServer: there is none, or it failed twice.
    """

    def outcomes(server: Server) -> dict[str, list[Outcome]]:
        with tempfile.TemporaryFile() as file:
            file.write(source)
            file.flush()
            try:
                return dict(Running(server, rules, file.fileno(), names))
            except ServerError:
                place.wait(STARTING)  # for the one in its place
                raise

    if not _warm.started:
        place.wait(STARTING)
    try:
        return _warm.attempt(outcomes)
    except ServerError as error:
        raise NoServer(f"the grader failed; this says nothing about the answer. {error}") from None


def _picture(key: ExerciseKey, outcomes: Sequence[Outcome], found: Judged) -> str:
    """Draw the output that the message is about: of the first case that did not pass."""
    for case, finding, expected, outcome in zip(
        found.verdict.cases, found.findings, key.expected, outcomes, strict=True
    ):
        if case.status is not Status.PASSED:
            return picture_of(finding, expected, outcome.arrays)
    return ""


class Place:
    """Where results are shown, and before them in words what is being waited for.

    In a notebook the first result takes the place of the words; on a terminal
    they stay above it.
    """

    def __init__(self) -> None:
        self._handle: Any = None  # on words that are shown now

    def wait(self, words: str) -> None:
        """Say what is being waited for."""
        if shell.current() is not None:
            from IPython.display import display

            self.clear()
            shown = display({"text/plain": words}, raw=True, display_id=True)
            self._handle = shown
        elif sys.stderr.isatty():
            print(words, file=sys.stderr)

    def show(self, one: Display) -> None:
        """Show a result."""
        handle, self._handle = self._handle, None
        if shell.current() is None:
            print(one.text())
        elif handle is not None:
            handle.update(one)
        else:
            from IPython.display import display

            display(one)

    def clear(self) -> None:
        """Take words away that are still there."""
        if self._handle is not None:
            self._handle.update({"text/plain": ""}, raw=True)
            self._handle = None
