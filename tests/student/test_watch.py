"""A save, and what is shown of it."""

from __future__ import annotations

import io
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from rich.console import Console
from students import RIGHT, STUBS, WRONG, count_checks, notebook, write_assignment

from grader.client.kept import KeptServer
from grader.errors import ServerError
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.student import progress
from grader.student.assignment import Assignment, choose, find_assignments
from grader.student.checking import Checked
from grader.student.progress import State
from grader.student.shown import View, show_watched
from grader.student.watch import Pressed, Saved, Watch
from grader.verdict import Verdict

LATE = 60.0  # seconds, for a test that would otherwise wait for ever
UNWEIGHTED = RIGHT.replace("weights / np.sum(weights)", "np.ones_like(weights) / len(weights)")
ENDLESS = RIGHT.replace("    return np.sum(rows, axis=0) / len(rows)", "    while True:\n        pass")
UNANSWERED = re.sub(r"^When the values have two centres.*$", "YOUR ANSWER HERE", RIGHT, flags=re.MULTILINE)
FAILED = "raise ValueError('mine')"


class Screen:
    """Keeps what was shown."""

    def __init__(self) -> None:
        self.views: list[View] = []

    def show(self, view: View) -> None:
        self.views.append(view)

    @property
    def view(self) -> View:
        return self.views[-1]

    @property
    def verdict(self) -> Verdict | None:
        return self.view.verdict

    @property
    def exercise(self) -> str:
        return self.verdict.name if self.views and self.verdict else ""


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def mine(tmp_path: Path, public_key: Key) -> Assignment:
    return write_assignment(tmp_path / "mine", public_key, STUBS)


@pytest.fixture
def watch(mine: Assignment, grader: Grader, screen: Screen) -> Watch:
    return Watch([mine], grader, screen.show)


def save(mine: Assignment, text: str) -> Saved:
    path = mine.folder / f"{mine.name}.py"
    path.write_text(text)
    return Saved(frozenset({path}))


def settle(watch: Watch) -> None:
    """Take in all that is told, until everything is checked."""
    while watch.running:
        assert watch.take(watch.events.get(timeout=LATE))


def until_it_runs(watch: Watch) -> None:
    """Take in what is told, until the first exercise runs."""
    assert watch.take(watch.events.get(timeout=LATE))
    assert watch.running and not watch.starting


def children(grader: Grader) -> set[psutil.Process]:
    return set(psutil.Process(grader.server._process.pid).children(recursive=True))


def test_the_first_exercise_that_is_not_right_is_shown_until_it_is(
    watch: Watch, mine: Assignment, screen: Screen
) -> None:
    watch.check()
    settle(watch)
    assert screen.exercise == "mean" and screen.view.file == "averages.py"
    assert screen.verdict is not None and screen.verdict.unwritten and screen.view.hint is None
    watch.take(save(mine, WRONG))
    settle(watch)
    assert screen.exercise == "mean" and screen.verdict.mistake == "total"
    assert progress.load(mine).entry("running_mean").state is State.DONE
    watch.take(save(mine, UNWEIGHTED))
    settle(watch)
    assert screen.exercise == "weighted_mean" and "✓ mean is right." in screen.view.notes
    watch.take(save(mine, RIGHT))
    settle(watch)
    assert screen.verdict is None and not screen.view.running
    assert (screen.view.done, screen.view.topics) == (1, 1)


def test_what_is_being_checked_is_shown_at_once_and_no_old_verdict(
    watch: Watch, mine: Assignment, screen: Screen
) -> None:
    watch.take(save(mine, WRONG))
    settle(watch)
    assert screen.exercise == "mean"
    before = len(screen.views)
    watch.take(save(mine, RIGHT))
    assert screen.view.running == "mean" and screen.verdict is None
    settle(watch)
    # What was right before comes last.
    running = [view.running for view in screen.views[before:]]
    assert list(dict.fromkeys(running)) == ["mean", "weighted_mean", "running_mean", ""]


def test_the_first_failure_is_shown_while_the_others_are_checked(
    watch: Watch, mine: Assignment, screen: Screen
) -> None:
    watch.take(save(mine, WRONG))
    settle(watch)
    views = [view for view in screen.views if view.verdict is not None]
    assert views[0].running and not views[-1].running
    assert {view.verdict.name for view in views if view.verdict} == {"mean"}


def test_that_tensorflow_starts_is_shown_until_it_has(
    mine: Assignment, grader: Grader, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, watch = threading.Event(), Watch([mine], grader, screen.show)
    server = grader.server

    def late(self: KeptServer) -> object:
        assert ready.wait(LATE)
        return server

    monkeypatch.setattr(KeptServer, "get", late)
    monkeypatch.setattr(KeptServer, "started", False)
    watch.check()
    assert screen.view.starting and screen.view.running == "mean"
    assert watch.take(Pressed("h")) and screen.view.starting and screen.view.hint is not None
    ready.set()
    until_it_runs(watch)
    assert not screen.view.starting and screen.view.running == "mean"
    settle(watch)


def test_an_endless_loop_holds_up_neither_keys_nor_saves(
    watch: Watch, mine: Assignment, grader: Grader, screen: Screen
) -> None:
    before = children(grader)
    watch.take(save(mine, ENDLESS))
    until_it_runs(watch)
    looping = watch.running
    assert looping is not None and not looping.join(0.5)
    assert watch.take(Pressed("h"))
    assert screen.view.running == "mean" and screen.view.hint is not None
    assert watch.take(save(mine, UNWEIGHTED))
    assert looping.join(LATE)
    settle(watch)
    assert screen.exercise == "weighted_mean"
    # The loop was given up, and is no try that failed.
    assert progress.load(mine).entry("mean").state is State.DONE
    assert all(view.verdict is None or view.verdict.name != "mean" for view in screen.views)
    until(lambda: not children(grader) - before)


def test_q_ends_an_endless_loop_and_leaves_nothing_running(
    watch: Watch, mine: Assignment, grader: Grader, screen: Screen
) -> None:
    save(mine, ENDLESS)
    before = children(grader)
    running = threading.Thread(target=watch.run, daemon=True)
    running.start()
    until(lambda: bool(screen.views) and bool(children(grader) - before))
    looping = watch.running
    watch.events.put(Pressed("q"))
    running.join(LATE)
    assert not running.is_alive() and looping is not None and looping.join(LATE)
    until(lambda: not children(grader) - before)
    assert screen.verdict is None and progress.load(mine).entry("mean").tries == 0


def test_saves_execute_the_checks_once(
    mine: Assignment, grader: Grader, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed = count_checks(monkeypatch)
    watch = Watch(choose(find_assignments(mine.folder), ("averages",)), grader, screen.show)
    watch.check()
    settle(watch)
    for text in (WRONG, UNWEIGHTED):
        watch.take(save(mine, text))
        settle(watch)
    assert screen.exercise == "weighted_mean"
    assert executed == ["checks of 01_averages"]


def test_what_was_edited_is_checked_first(watch: Watch, mine: Assignment, screen: Screen) -> None:
    watch.check()
    settle(watch)
    watch.take(save(mine, STUBS.replace("weights):\n", f"weights):\n    {FAILED}\n", 1)))
    assert screen.view.running == "weighted_mean"
    settle(watch)
    assert screen.exercise == "weighted_mean"
    assert screen.verdict is not None and "ValueError: mine" in screen.verdict.message


def test_what_is_not_right_any_more_is_told(watch: Watch, mine: Assignment, screen: Screen) -> None:
    watch.take(save(mine, UNWEIGHTED))
    settle(watch)
    # A helper breaks `running_mean`, in no cell of its own.
    broken = f"{UNWEIGHTED}\n# %%\nRunningMean.update = None\n"
    watch.take(save(mine, broken))
    settle(watch)
    assert any("running_mean was right before, and is not any more" in note for note in screen.view.notes)


def test_a_hint_is_shown_when_asked_for_and_after_some_tries(
    watch: Watch, mine: Assignment, screen: Screen
) -> None:
    watch.take(save(mine, WRONG))
    settle(watch)
    assert screen.view.hint is None
    assert watch.take(Pressed("h"))
    assert screen.view.hint is not None and screen.view.hint.question == "Which axis counts the rows?"
    watch.take(Pressed("H"))
    assert screen.view.hint is None
    for number in range(2):
        watch.take(save(mine, f"{WRONG}\n# {number}\n"))
        settle(watch)
    assert screen.view.hint is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def mean(:\n", "SyntaxError"), ("", "the file is empty"), ("\x00", "not defined"),
        ("# %%\nimport os; os._exit(3)\n", "The process ended"), ("import nowhere\n", "nowhere"),
    ],
)  # fmt: skip
def test_a_broken_file_is_shown_and_survived(
    text: str, says: str, watch: Watch, mine: Assignment, screen: Screen
) -> None:
    watch.take(save(mine, text))
    settle(watch)
    assert screen.verdict is not None and says in screen.verdict.message
    watch.take(save(mine, RIGHT))
    settle(watch)
    assert screen.verdict is None


def test_a_deleted_file_is_waited_for(watch: Watch, mine: Assignment, screen: Screen) -> None:
    watch.take(save(mine, WRONG))
    path = mine.folder / "averages.py"
    path.unlink()
    watch.take(Saved(frozenset({path})))
    assert screen.verdict is None and screen.view.file == "" and "Waiting: " in screen.view.notes[0]
    assert not screen.view.running and watch.take(Pressed("h"))
    (mine.folder / "averages.ipynb").write_text('{"cells": []}')
    watch.take(Saved(frozenset({path})))
    settle(watch)
    assert screen.view.file == "averages.ipynb" and screen.exercise == "mean"


def test_a_form_that_takes_the_other_s_place_is_told(watch: Watch, mine: Assignment, screen: Screen) -> None:
    (mine.folder / "averages.ipynb").write_text(notebook(STUBS))
    os.utime(mine.folder / "averages.ipynb", (0, 0))
    watch.check()
    assert screen.view.file == "averages.py"
    (mine.folder / "averages.py").unlink()
    watch.take(Saved(frozenset({mine.folder / "averages.py"})))
    assert "averages.py is gone; averages.ipynb is checked in its place." in screen.view.notes
    settle(watch)


def test_it_moves_on_to_the_next_topic_and_to_the_one_that_is_saved(
    tmp_path: Path, public_key: Key, grader: Grader, screen: Screen
) -> None:
    one = write_assignment(tmp_path / "one", public_key, UNANSWERED)
    other = Key("02_means", False, public_key.fingerprint, public_key.checks, public_key.exercises)
    two = write_assignment(tmp_path / "two", other)
    (two.folder / "means.py").write_text(WRONG)
    watch = Watch([one, two], grader, screen.show)
    watch.check()
    settle(watch)
    assert (screen.view.assignment.name, screen.exercise) == ("means", "mean")
    assert (screen.view.done, screen.view.topics) == (1, 2)
    moved = "✓ All of averages is right. On to means. The written answer of averages is still empty."
    assert screen.view.notes[0] == moved
    watch.take(save(one, WRONG))
    settle(watch)
    assert (screen.view.assignment.name, screen.exercise) == ("averages", "mean")


def test_what_is_told_of_an_earlier_text_is_not_taken_in(
    watch: Watch, mine: Assignment, screen: Screen
) -> None:
    watch.take(save(mine, WRONG))
    earlier = watch.running
    settle(watch)
    assert earlier is not None and screen.verdict is not None
    watch.take(save(mine, RIGHT))
    shown = len(screen.views)
    watch.take(Checked(earlier, screen.views[shown - 2].verdict or screen.verdict))
    assert len(screen.views) == shown and watch.left[0] == "mean"
    settle(watch)


def test_a_server_that_dies_is_started_again(
    watch: Watch, mine: Assignment, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    restarted = []
    with monkeypatch.context() as patch:
        died = ServerError("it died")
        patch.setattr("grader.student.checking.Running", lambda *_, **__: (_ for _ in ()).throw(died))
        patch.setattr(KeptServer, "restart", lambda self: restarted.append(self))
        watch.take(save(mine, RIGHT))
        settle(watch)
    assert restarted == [watch.grader.kept] and "save once more. it died" in screen.view.notes[0]
    watch.take(save(mine, RIGHT))
    settle(watch)
    assert screen.verdict is None and not screen.view.notes[0].startswith("The grader")


@pytest.mark.parametrize("error", [ServerError("no TensorFlow here"), ZeroDivisionError()])
def test_what_cannot_go_on_ends_it(
    error: Exception, watch: Watch, mine: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: KeptServer) -> None:
        raise error

    monkeypatch.setattr(KeptServer, "get", fail)
    with pytest.raises(type(error)) as caught:
        watch.run()
    assert caught.value is error


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LATE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_saves_in_quick_succession_end_with_the_last(watch: Watch, mine: Assignment, screen: Screen) -> None:
    """The whole loop: real files, saved as editors save them."""
    running = threading.Thread(target=watch.run, daemon=True)
    running.start()
    until(lambda: screen.exercise == "mean")
    path = mine.folder / "averages.py"
    for number in range(10):
        path.write_text(f"{WRONG}\n# {number}\n")
    draft = path.with_name("averages.py~")
    draft.write_text(UNWEIGHTED)
    os.replace(draft, path)
    until(lambda: screen.exercise == "weighted_mean")
    path.write_text(RIGHT)
    until(lambda: progress.load(mine).entry("weighted_mean").state is State.DONE and screen.verdict is None)
    watch.events.put(Pressed("q"))
    running.join(LATE)
    assert not running.is_alive()


def test_the_terminal_says_what_runs_and_that_the_written_answer_is_empty(
    watch: Watch, mine: Assignment, screen: Screen
) -> None:
    def said(view: View) -> str:
        console = Console(width=100, file=io.StringIO())
        show_watched(console, view)
        return " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]

    watch.take(save(mine, UNANSWERED))
    assert "Checking mean…" in said(screen.view)
    started = said(replace(screen.view, starting=True))
    assert "Starting TensorFlow, once, which takes some seconds; then mean is checked…" in started
    settle(watch)
    assert "✓ All of averages is right." in said(screen.view)
    assert "which your instructor gives. Yours is empty." in said(screen.view)
    watch.take(save(mine, RIGHT))
    assert "✓ All" not in said(screen.view) and "Yours" not in said(screen.view)
    settle(watch)
    assert "✓ All of averages is right." in said(screen.view) and "Yours" not in said(screen.view)
    watch.take(save(mine, WRONG))
    while screen.verdict is None:
        watch.take(watch.events.get(timeout=LATE))
    assert "✗ mean" in said(screen.view) and "The other exercises are being checked…" in said(screen.view)
    settle(watch)
    assert "being checked" not in said(screen.view)
