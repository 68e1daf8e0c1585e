"""Ctrl-C is neither lost nor raised at a bad moment."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from grader.grading.interrupt import Interrupt


@pytest.fixture(autouse=True)
def of_python() -> Iterator[None]:
    """Python's own handler, which xdist's workers may lack."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


class Finaliser:
    """Is interrupted while Python, which swallows whatever a finaliser raises, runs it."""

    def __del__(self) -> None:
        ctrl_c()


def test_one_that_comes_in_a_finaliser_is_raised_at_the_next_look() -> None:
    interrupt = Interrupt()
    with pytest.raises(KeyboardInterrupt), interrupt.handled():
        Finaliser()
        reached = True
        interrupt.check()
        reached = False
    assert reached


def test_one_that_comes_between_is_raised_at_the_end() -> None:
    steps = []
    with pytest.raises(KeyboardInterrupt), Interrupt().handled():
        ctrl_c()
        steps.append("a commit goes on to its end")
    assert steps


def test_a_second_one_is_raised_at_once() -> None:
    with pytest.raises(KeyboardInterrupt), Interrupt().handled():
        ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            ctrl_c()


def test_the_handler_is_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupt().handled():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_where_ctrl_c_is_ignored_it_stays_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        interrupt = Interrupt()
        with interrupt.handled():
            ctrl_c()
            interrupt.check()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_may_grade_too() -> None:
    done = []

    def work() -> None:
        with Interrupt().handled():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done
