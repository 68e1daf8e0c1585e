"""A save, and what is shown of it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from students import RIGHT, STUBS, WRONG, count_checks, notebook, write_assignment

from grader.client.kept import KeptServer
from grader.errors import ServerError
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.student import progress
from grader.student.assignment import Assignment, choose, find_assignments
from grader.student.hint import Hint
from grader.student.progress import State
from grader.student.watch import Checked, Pressed, Saved, Watch
from grader.verdict import Verdict

LATE = 60.0  # seconds, for a test that would otherwise wait for ever
UNWEIGHTED = RIGHT.replace("weights / np.sum(weights)", "np.ones_like(weights) / len(weights)")


class Screen:
    """Keeps what was shown last."""

    def __init__(self) -> None:
        self.topic, self.file, self.count = "", "", 0
        self.verdict: Verdict | None = None
        self.hint: Hint | None = None
        self.notes: list[str] = []
        self.course = (0, 0)

    def show(
        self,
        assignment: Assignment,
        file: str,
        verdict: Verdict | None,
        hint: Hint | None,
        notes: Sequence[str],
        course: tuple[int, int],
    ) -> None:
        self.topic, self.file, self.verdict, self.hint = assignment.name, file, verdict, hint
        self.notes, self.course, self.count = list(notes), course, self.count + 1

    @property
    def exercise(self) -> str:
        return self.verdict.name if self.verdict else ""


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
    """Wait until what is not on the screen is checked, too, and take it in."""
    if watch.rest.ident is not None:
        watch.rest.join(LATE)
    while not watch.events.empty():
        assert watch.take(watch.events.get())


def test_the_first_exercise_that_is_not_right_is_shown_until_it_is(
    watch: Watch, mine: Assignment, screen: Screen
) -> None:
    watch.check()
    assert screen.exercise == "mean" and screen.file == "averages.py"
    assert screen.verdict is not None and screen.verdict.unwritten and screen.hint is None
    settle(watch)
    watch.take(save(mine, WRONG))
    assert screen.exercise == "mean" and screen.verdict.mistake == "total"
    settle(watch)
    assert progress.load(mine).entry("running_mean").state is State.DONE
    watch.take(save(mine, UNWEIGHTED))
    assert screen.exercise == "weighted_mean" and "✓ mean is right." in screen.notes
    settle(watch)
    watch.take(save(mine, RIGHT))
    assert screen.verdict is None and screen.course == (1, 1)


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
    watch.take(save(mine, STUBS.replace("weights):\n", "weights):\n    raise ValueError('mine')\n", 1)))
    assert screen.exercise == "weighted_mean"
    assert screen.verdict is not None and "ValueError: mine" in screen.verdict.message
    settle(watch)


def test_what_is_not_right_any_more_is_told(watch: Watch, mine: Assignment, screen: Screen) -> None:
    watch.take(save(mine, UNWEIGHTED))
    settle(watch)
    # A helper breaks `running_mean`, in no cell of its own.
    broken = f"{UNWEIGHTED}\n# %%\nRunningMean.update = None\n"
    watch.take(save(mine, broken))
    settle(watch)
    assert any("running_mean was right before, and is not any more" in note for note in screen.notes)


def test_a_hint_is_shown_when_asked_for_and_after_some_tries(
    watch: Watch, mine: Assignment, screen: Screen
) -> None:
    watch.take(save(mine, WRONG))
    assert screen.hint is None
    assert watch.take(Pressed("h"))
    assert screen.hint is not None and screen.hint.question == "Which axis counts the rows?"
    watch.take(Pressed("H"))
    assert screen.hint is None
    for number in range(2):
        watch.take(save(mine, f"{WRONG}\n# {number}\n"))
    assert screen.hint is not None
    settle(watch)


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
    assert screen.verdict is not None and says in screen.verdict.message
    settle(watch)
    watch.take(save(mine, RIGHT))
    assert screen.verdict is None


def test_a_deleted_file_is_waited_for(watch: Watch, mine: Assignment, screen: Screen) -> None:
    watch.take(save(mine, WRONG))
    path = mine.folder / "averages.py"
    path.unlink()
    watch.take(Saved(frozenset({path})))
    assert screen.verdict is None and screen.file == "" and "Waiting: " in screen.notes[0]
    (mine.folder / "averages.ipynb").write_text('{"cells": []}')
    watch.take(Saved(frozenset({path})))
    assert screen.file == "averages.ipynb" and screen.exercise == "mean"
    settle(watch)


def test_a_form_that_takes_the_other_s_place_is_told(watch: Watch, mine: Assignment, screen: Screen) -> None:
    (mine.folder / "averages.ipynb").write_text(notebook(STUBS))
    os.utime(mine.folder / "averages.ipynb", (0, 0))
    watch.check()
    assert screen.file == "averages.py"
    (mine.folder / "averages.py").unlink()
    watch.take(Saved(frozenset({mine.folder / "averages.py"})))
    assert "averages.py is gone; averages.ipynb is checked in its place." in screen.notes
    settle(watch)


def test_it_moves_on_to_the_next_topic_and_to_the_one_that_is_saved(
    tmp_path: Path, public_key: Key, grader: Grader, screen: Screen
) -> None:
    one = write_assignment(tmp_path / "one", public_key, RIGHT)
    other = Key("02_means", False, public_key.fingerprint, public_key.checks, public_key.exercises)
    two = write_assignment(tmp_path / "two", other)
    (two.folder / "means.py").write_text(WRONG)
    watch = Watch([one, two], grader, screen.show)
    watch.check()
    assert (screen.topic, screen.exercise, screen.course) == ("means", "mean", (1, 2))
    assert screen.notes[0] == "✓ All of averages is right. On to means."
    settle(watch)
    watch.take(save(one, WRONG))
    assert (screen.topic, screen.exercise) == ("averages", "mean")
    settle(watch)


def test_a_result_of_an_earlier_text_is_not_taken_in(watch: Watch, mine: Assignment, screen: Screen) -> None:
    watch.take(save(mine, WRONG))
    settle(watch)
    shown = screen.count
    watch.take(Checked(watch.number - 1, screen.verdict))  # type: ignore[arg-type]
    assert screen.count == shown


def test_a_server_that_dies_is_started_again(
    watch: Watch, mine: Assignment, screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    restarted = []
    with monkeypatch.context() as patch:
        patch.setattr("grader.student.watch.run", lambda *_: (_ for _ in ()).throw(ServerError("it died")))
        patch.setattr(KeptServer, "restart", lambda self: restarted.append(self))
        watch.take(save(mine, RIGHT))
    assert restarted == [watch.grader.kept] and "save once more. it died" in screen.notes[0]
    watch.take(save(mine, RIGHT))
    assert screen.verdict is None


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
