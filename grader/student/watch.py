"""A save, and what came of it: the loop of `grader watch`.

One thread waits for saves, one for keys (the command's), one checks what is not
on the screen. They meet in a queue; this thread takes from it, checks what was edited, and
shows it. An exercise that is shown never waits for one that is not.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from grader.cells import Unreadable, cells_of
from grader.course import CourseError
from grader.errors import ServerError
from grader.grading.grader import Grader
from grader.grading.judge import verdict as judge
from grader.grading.run import run
from grader.grading.work import NotGradable, open_file
from grader.student import progress
from grader.student.assignment import Assignment
from grader.student.hint import Hint, hint, is_due
from grader.student.progress import State
from grader.verdict import Status, Verdict

STEP, DEBOUNCE = 20, 200  # milliseconds without a change that end a save, and the longest wait for them

Show = Callable[[Assignment, str, Verdict | None, Hint | None, Sequence[str], tuple[int, int]], None]


@dataclass(frozen=True)
class Saved:
    """Files were written, moved or deleted."""

    paths: frozenset[Path]


@dataclass(frozen=True)
class Pressed:
    """A key was pressed."""

    key: str


@dataclass(frozen=True)
class Checked:
    """Something that is not on the screen was checked, of the text of round `number`."""

    number: int
    verdict: Verdict


Event = Saved | Pressed | Checked


@dataclass
class Watch:
    """Watches assignments, of which one is shown.

    Attributes:
        assignments: in the order in which they are worked through.
        grader: warm, with the rules of all.
        show: shows a topic, and the name of the file that was checked; the
            exercise that is not right yet, or None; its hint, or None; notes;
            and how many topics are done, of how many.
    """

    assignments: Sequence[Assignment]
    grader: Grader
    show: Show
    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        """Start with the first topic that is not done."""
        self.assignment = next((one for one in self.assignments if not _done(one)), self.assignments[0])
        self.file = ""
        self.verdict: Verdict | None = None
        self.notes: list[str] = []
        self.asked = False
        self.texts: dict[tuple[str, str], str] = {}
        self.number = 0
        self.rest = threading.Thread()

    def run(self) -> None:
        """Check, show, and do so again at every save, until Q is pressed."""
        stop = threading.Event()
        waiting = threading.Thread(target=self._wait_for_saves, args=(stop,), daemon=True)
        waiting.start()
        try:
            self.check()
            while self.take(self.events.get()):
                pass
        finally:
            stop.set()
            self.number += 1  # what is checked out of sight ends after its exercise
            waiting.join()

    def take(self, event: Event) -> bool:
        """Act on an event; return whether to go on."""
        match event:
            case Saved(paths):
                saved = [one for one in self.assignments if any(p.parent == one.folder for p in paths)]
                if saved and self.assignment not in saved:
                    self.assignment, self.file, self.verdict = saved[0], "", None
                self.check()
            case Checked(number, verdict) if number == self.number:
                self._note_unseen(verdict)
            case Pressed("q" | "Q" | "\x04"):
                return False
            case Pressed("h" | "H"):
                self.asked = not self.asked
                self.display()
            case Pressed("\n" | "\r" | " "):
                self.check()
        return True

    def check(self) -> None:
        """Check what was edited, then what is not right, up to the first that fails; show it."""
        self.number += 1
        self.notes = []
        try:
            path, _ = self.assignment.file()
            descriptor = open_file(path)
        except (CourseError, NotGradable, OSError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            self.file, self.verdict = "", None
            self.notes.append(f"Waiting: {said}.")
            self.display()
            return
        if self.file and self.file != path.name and not (path.parent / self.file).exists():
            self.notes.append(f"{self.file} is gone; {path.name} is checked in its place.")
        self.file = path.name
        try:
            self._check(descriptor, self._order(path))
        except ServerError as error:
            self.notes.append(f"The grader itself failed, and was started again: save once more. {error}")
            self.grader.kept.restart()
        finally:
            os.close(descriptor)
        if self.verdict is None and (left := [one for one in self.assignments if not _done(one)]):
            before, self.assignment = self.assignment, left[0]
            if before is not self.assignment:
                self.file = ""
                self.check()
                self.notes.insert(0, f"✓ All of {before.name} is right. On to {self.assignment.name}.")
        self.display()

    def _check(self, descriptor: int, order: Sequence[str]) -> None:
        shown, self.verdict = self.verdict, None
        for position, verdict in enumerate(self._verdicts(descriptor, order), 1):
            known = progress.load(self.assignment).entry(verdict.name)
            progress.note(self.assignment, [verdict])
            if verdict.status is not Status.PASSED:
                if shown is None or shown.name != verdict.name:
                    self.asked = False
                self.verdict = verdict
                self._check_unseen(os.dup(descriptor), order[position:])
                return
            if known.state is not State.DONE:
                self.notes.append(f"✓ {verdict.name} is right.")

    def _order(self, path: Path) -> list[str]:
        """Return the exercises: those that were edited first, then those that are not right yet."""
        known, names = progress.load(self.assignment), self.assignment.exercises
        texts = _texts(path, self.assignment)
        before = {name: self.texts.get((self.assignment.name, name)) for name in names}
        self.texts |= {(self.assignment.name, name): text for name, text in texts.items()}
        edited = {name for name in names if before[name] is not None and texts.get(name) != before[name]}
        return sorted(
            names, key=lambda name: (name not in edited, known.entry(name).state is State.DONE)
        )  # a stable sort: otherwise as in the assignment

    def _check_unseen(self, descriptor: int, names: Sequence[str]) -> None:
        number, before = self.number, self.rest
        verdicts = self._verdicts(descriptor, names)

        def work() -> None:
            with os.fdopen(descriptor):
                if before.ident is not None:
                    before.join()
                # A server that died is said to have died by the next save.
                with suppress(ServerError), closing(verdicts):
                    while number == self.number and (verdict := next(verdicts, None)):
                        self.events.put(Checked(number, verdict))

        self.rest = threading.Thread(target=work, daemon=True)
        self.rest.start()

    def _verdicts(self, descriptor: int, names: Sequence[str]) -> Generator[Verdict, None, None]:
        """Grade exercises in the order given, each as it is asked for."""
        server, rules = self.grader.server, self.assignment.rules
        if not names:
            return
        for name, outcomes in run(server, rules, descriptor, names):
            exercise, key = rules.checks.exercises[name], rules.key.exercises[name]
            yield judge(exercise, key, outcomes, rules.key.hidden)

    def _note_unseen(self, verdict: Verdict) -> None:
        before = progress.load(self.assignment).entry(verdict.name)
        progress.note(self.assignment, [verdict], tried=False)
        if before.state is State.DONE and verdict.status is not Status.PASSED:
            self.notes.append(f"✗ {verdict.name} was right before, and is not any more.")
        elif before.state is not State.DONE and verdict.status is Status.PASSED:
            self.notes.append(f"✓ {verdict.name} is right.")
        elif before.score == verdict.score:
            return
        self.display()

    def display(self) -> None:
        """Show where things stand, with the hint if it was asked for or is due."""
        shown = None
        if self.verdict is not None:
            tries = progress.load(self.assignment).entry(self.verdict.name).tries
            if self.asked or is_due(self.verdict, tries):
                shown = hint(self.assignment, self.verdict.name)
        done = sum(map(_done, self.assignments))
        self.show(self.assignment, self.file, self.verdict, shown, self.notes, (done, len(self.assignments)))

    def _wait_for_saves(self, stop: threading.Event) -> None:
        from watchfiles import watch

        forms = (".ipynb", ".py")
        files = {one.folder / f"{one.name}{form}" for one in self.assignments for form in forms}
        # Folders, not files: editors write a new file and move it to the old one's place.
        for changes in watch(
            *{one.folder for one in self.assignments},
            watch_filter=lambda change, path: Path(path) in files,
            step=STEP,
            debounce=DEBOUNCE,
            stop_event=stop,
            recursive=False,
        ):
            self.events.put(Saved(frozenset(Path(path) for _, path in changes)))


def _done(assignment: Assignment) -> bool:
    known = progress.load(assignment)
    return all(known.entry(name).state is State.DONE for name in assignment.exercises)


def _texts(path: Path, assignment: Assignment) -> dict[str, str]:
    """Return the text of the cells that define each exercise."""
    try:
        cells = cells_of(path.read_bytes())
    except (OSError, Unreadable):
        return {}
    return {
        name: "\n".join(
            cell.text
            for cell in cells
            if any(f"def {one}(" in cell.text or f"class {one}" in cell.text for one in exercise.writes)
        )
        for name, exercise in assignment.rules.checks.exercises.items()
    }
