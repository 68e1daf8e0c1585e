"""A save, and what is shown of it: the loop of `grader watch`.

One thread waits for saves, one for keys (the command's), one checks
(`checking`). They meet in a queue. This thread takes from it and shows how
things stand; it waits for nothing else, so that a key or a save is answered at
once, whatever runs.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.course import CourseError
from grader.grading.grader import Grader
from grader.grading.work import NotGradable, open_file
from grader.student import checked, progress
from grader.student.assignment import Assignment
from grader.student.checking import Check, Checked, Died, Ended, Ready, Told
from grader.student.edited import Edited
from grader.student.hint import hint, is_due
from grader.student.progress import State
from grader.student.shown import View
from grader.student.written import is_written
from grader.verdict import Status, Verdict

STEP, DEBOUNCE = 20, 200  # milliseconds without a change that end a save, and the longest wait for them


@dataclass(frozen=True)
class Saved:
    """Files were written, moved or deleted."""

    paths: frozenset[Path]


@dataclass(frozen=True)
class Pressed:
    """A key was pressed."""

    key: str


Event = Saved | Pressed | Told


@dataclass
class Watch:
    """Watches assignments, of which one is shown.

    Attributes:
        assignments: in the order in which they are worked through.
        grader: warm, with the rules of all.
        show: shows how things stand.
        left: the exercises that are still to be checked, the first of which runs.
    """

    assignments: Sequence[Assignment]
    grader: Grader
    show: Callable[[View], None]
    events: queue.SimpleQueue[Event] = field(default_factory=queue.SimpleQueue)

    def __post_init__(self) -> None:
        """Start with the first topic that is not done."""
        self.assignment = next((one for one in self.assignments if not _done(one)), self.assignments[0])
        self.file = ""
        self.running: Check | None = None
        self.starting = False
        self.left: list[str] = []
        self.verdicts: list[Verdict] = []  # of the text that is checked
        self.verdict: Verdict | None = None  # of them the one that is shown
        self.notes: list[str] = []
        self.asked = ""  # the exercise whose hint is asked for
        self.edited = Edited()

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
            self._give_up()
            waiting.join()

    def take(self, event: Event) -> bool:
        """Act on an event; return whether to go on.

        Raises:
            Exception: nothing can be checked any more.
        """
        match event:
            case Pressed("q" | "Q" | "\x04"):
                return False
            case Pressed("h" | "H"):
                about = self._about()
                self.asked = "" if self.asked == about else about
                self.display()
            case Pressed("\n" | "\r" | " "):
                self.check()
            case Pressed():
                pass
            case Saved(paths):
                saved = [one for one in self.assignments if any(p.parent == one.folder for p in paths)]
                if saved and self.assignment not in saved:
                    self.assignment, self.file = saved[0], ""
                self.check()
            case _ if event.check is self.running:
                self._hear(event)
        return True

    def check(self, *notes: str) -> None:
        """Give up what runs, and begin to check: what was edited, then what is not right, then the rest."""
        self._give_up()
        self.verdict, self.verdicts, self.notes = None, [], list(notes)
        try:
            path, _ = self.assignment.file()
            with open(open_file(path), "rb") as file:
                text = file.read()
        except (CourseError, NotGradable, OSError) as error:
            said = error.strerror if isinstance(error, OSError) else str(error)
            self.file = ""
            self.notes.append(f"Waiting: {said}.")
            self.display()
            return
        if self.file and self.file != path.name and not (path.parent / self.file).exists():
            self.notes.append(f"{self.file} is gone; {path.name} is checked in its place.")
        self.file, self.left = path.name, self.edited.order(self.assignment, text)
        self.starting = not self.grader.kept.started
        self.running = Check(self.grader, self.assignment.rules, text, tuple(self.left), self.events.put)
        self.display()

    def display(self) -> None:
        """Show where things stand, with the hint if it was asked for or is due."""
        about, due = self._about(), False
        if self.verdict is not None:
            due = is_due(self.verdict, progress.load(self.assignment).entry(about).tries)
        view = View(
            self.assignment,
            self.file,
            running=self.left[0] if self.left else "",
            starting=self.starting,
            verdict=self.verdict,
            hint=hint(self.assignment, about) if about and (due or self.asked == about) else None,
            notes=tuple(self.notes),
            done=sum(map(_done, self.assignments)),
            topics=len(self.assignments),
        )
        self.show(view)

    def _about(self) -> str:
        """Return the exercise that the screen is about, "" if none is."""
        return self.verdict.name if self.verdict else self.left[0] if self.left else ""

    def _give_up(self) -> None:
        if self.running is not None:
            self.running.give_up()
        self.running, self.left, self.starting = None, [], False

    def _hear(self, told: Told) -> None:
        match told:
            case Ready():
                self.starting = False
                self.display()
            case Checked(_, verdict):
                self.left.remove(verdict.name)
                self.verdicts.append(verdict)
                if self._note(verdict):
                    self.display()
            case Died(_, error):
                self.left = []
                self.notes.append(
                    f"The grader itself failed, and is being started again: save once more. {error}"
                )
                self.display()
            case Ended(check, None):
                checked.note(self.assignment, check.text, self.verdicts)
                self._give_up()
                left = [one for one in self.assignments if not _done(one)]
                if self.verdict is None and _done(self.assignment) and left:
                    before, self.assignment, self.file = self.assignment, left[0], ""
                    moved = f"✓ All of {before.name} is right. On to {self.assignment.name}."
                    empty = f" The written answer of {before.name} is still empty."
                    self.check(moved + (empty if _unwritten(before) else ""))
                else:
                    self.display()
            case Ended(_, error):
                assert error is not None
                raise error

    def _note(self, verdict: Verdict) -> bool:
        """Take a verdict in; the first that is not right is shown. Return whether the screen changes."""
        before, first = progress.load(self.assignment).entry(verdict.name), self.verdict is None
        progress.note(self.assignment, [verdict], tried=first)
        right = verdict.status is Status.PASSED
        if first and not right:
            self.verdict = verdict
        elif before.state is State.DONE and not right:
            self.notes.append(f"✗ {verdict.name} was right before, and is not any more.")
        elif before.state is not State.DONE and right:
            self.notes.append(f"✓ {verdict.name} is right.")
        else:
            return first or before.score != verdict.score
        return True

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


def _unwritten(assignment: Assignment) -> bool:
    try:
        return is_written(assignment) is False
    except OSError:
        return False  # it is gone, which the next check of it says
