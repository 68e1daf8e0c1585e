"""A server that is there when it is needed, and the one for a student's kernel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from grader.client import warm
from grader.client.child import GivenUp
from grader.client.kept import FailedTwice, KeptServer
from grader.client.server import Server
from grader.client.warm import NoServer
from grader.errors import ServerError

LATE = 60.0  # seconds, for a test that would otherwise wait for ever


class Fake(Server):
    """No server; notices when it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


class Made:
    """Makes servers that are none, and keeps them."""

    def __init__(self) -> None:
        self.servers: list[Fake] = []

    def __call__(self) -> Fake:
        self.servers.append(Fake())
        return self.servers[-1]


@pytest.fixture
def made() -> Made:
    return Made()


def together(task: Callable[[], object], count: int = 5) -> None:
    threads = [threading.Thread(target=task) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def dies_on(*dead: Server) -> Callable[[Server], Server]:
    def task(server: Server) -> Server:
        if server in dead:
            raise ServerError("it has died")
        return server

    return task


def test_a_server_is_started_once_whoever_asks(made: Made) -> None:
    kept = KeptServer(made)
    assert not made.servers
    kept.start_ahead()
    found: list[Server] = []
    together(lambda: found.append(kept.get()))
    assert len(found) == 5 and made.servers == [found[0]] and set(found) == {found[0]}


def test_one_that_has_died_is_closed_and_replaced_once_whoever_noticed(made: Made) -> None:
    kept = KeptServer(made)
    first, barrier = kept.get(), threading.Barrier(5)

    def task(server: Server) -> Server:
        if server is first:
            barrier.wait(LATE)
            raise ServerError("it has died")
        return server

    found: list[Server] = []
    together(lambda: found.append(kept.attempt(task)))
    assert [server.closed.is_set() for server in made.servers] == [True, False]
    assert set(found) == {made.servers[1]} and kept.get() is made.servers[1]


def test_a_task_is_tried_twice_and_the_second_server_stays_for_others(made: Made) -> None:
    kept = KeptServer(made)

    def task(server: Server) -> None:
        raise ServerError(f"server {len(made.servers)} has died")

    with pytest.raises(FailedTwice, match="server 2 has died"):
        kept.attempt(task)
    assert kept.get() is made.servers[1] and not made.servers[1].closed.is_set()
    # Was it dead, the next attempt tells.
    assert kept.attempt(dies_on(made.servers[1])) is made.servers[2]


def test_a_task_that_ends_every_server_fails_no_other(made: Made) -> None:
    """Where nothing is locked in, a submission can stop or kill the server that others are graded on."""
    kept = KeptServer(made)
    both = threading.Barrier(2)
    tried: list[Server] = []

    def bad(server: Server) -> None:
        tried.append(server)
        if len(tried) < 3:
            both.wait(LATE)
        raise ServerError("it has died")

    def good(server: Server) -> Server:
        if server in made.servers[:2]:
            both.wait(LATE)
            raise ServerError("another's submission ended it")
        return server

    found: list[object] = []

    def run_bad() -> None:
        try:
            kept.attempt(bad)
        except FailedTwice as error:
            found.append(error)

    threads = [
        threading.Thread(target=run_bad),
        threading.Thread(target=lambda: found.append(kept.attempt(good))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tried) == 3 and len(set(tried)) == 3
    (well,) = [one for one in found if isinstance(one, Server)]
    assert well not in tried and len(found) == 2
    # What a task had to itself has ended with it.
    assert all(server.closed.is_set() for server in made.servers[2:])


def test_closing_ends_what_a_task_has_to_itself(made: Made) -> None:
    kept = KeptServer(made)
    there, other, inside = threading.Event(), threading.Event(), threading.Event()

    def holds(server: Server) -> None:
        there.set()
        other.wait(LATE)

    def task(server: Server) -> None:
        there.wait(LATE)
        if len(made.servers) < 3:
            raise ServerError("it has died")
        inside.set()
        assert isinstance(server, Fake) and server.closed.wait(LATE)
        raise ServerError("it was closed")

    failed: list[FailedTwice] = []

    def run() -> None:
        try:
            kept.attempt(task)
        except FailedTwice as error:
            failed.append(error)

    threads = [threading.Thread(target=lambda: kept.attempt(holds)), threading.Thread(target=run)]
    for thread in threads:
        thread.start()
    assert inside.wait(LATE)
    kept.close()
    other.set()
    for thread in threads:
        thread.join()
    assert len(failed) == 1


def test_a_fault_of_the_task_s_own_is_passed_on(made: Made) -> None:
    kept = KeptServer(made)
    with pytest.raises(ZeroDivisionError):
        kept.attempt(lambda server: 1 / 0)
    assert len(made.servers) == 1 and not made.servers[0].closed.is_set()


def test_one_that_cannot_be_started_is_tried_again_whenever_it_is_needed(made: Made) -> None:
    broken = True

    def make() -> Server:
        if broken:
            raise ServerError("no TensorFlow here")
        return made()

    kept = KeptServer(make)
    for need in (kept.get, kept.restart, lambda: kept.attempt(dies_on())):
        with pytest.raises(ServerError, match="no TensorFlow here") as caught:
            need()
        assert not isinstance(caught.value, FailedTwice)
    broken = False
    assert kept.get() is made.servers[0]


def test_a_closed_one_gives_up_what_is_attempted_and_stays_closed(made: Made) -> None:
    with KeptServer(made) as kept:

        def task(server: Server) -> None:
            kept.close()
            raise ServerError("it was ended")

        with pytest.raises(FailedTwice, match="it was ended"):
            kept.attempt(task)
    assert len(made.servers) == 1 and made.servers[0].closed.is_set()
    with pytest.raises(ServerError, match="was ended"):
        kept.get()


def test_one_that_is_being_started_is_told_that_it_was_closed() -> None:
    starting = threading.Event()

    def make() -> Server:
        starting.set()
        while not kept.closed:
            time.sleep(0.001)
        raise GivenUp("it is not wanted any more")

    kept, found = KeptServer(make), []

    def need() -> None:
        try:
            kept.get()
        except ServerError as error:
            found.append(error)

    waiting = threading.Thread(target=need, daemon=True)
    waiting.start()
    assert starting.wait(LATE)
    closing = threading.Thread(target=kept.close, daemon=True)  # `close` would wait for the server
    closing.start()
    for thread in (closing, waiting):
        thread.join(LATE)
        assert not thread.is_alive()
    assert isinstance(found[0], GivenUp)


def test_one_that_idles_ends_until_it_is_needed_again(made: Made) -> None:
    kept = KeptServer(made, idle=0.01)
    for number in range(2):
        assert kept.attempt(dies_on()) is made.servers[number]
        assert made.servers[number].closed.wait(LATE)


def test_one_that_is_used_does_not_idle(made: Made) -> None:
    kept = KeptServer(made, idle=0.01)

    def long(server: Server) -> bool:
        kept.attempt(dies_on())  # another's, which ends first
        time.sleep(0.2)
        return made.servers[0].closed.is_set()

    assert kept.attempt(long) is False
    assert made.servers[0].closed.wait(LATE) and len(made.servers) == 1


def test_another_is_started_in_the_place_of_one_that_is_said_to_have_died(made: Made) -> None:
    kept = KeptServer(made)
    kept.get()
    kept.restart()
    assert [server.closed.is_set() for server in made.servers] == [True, False]


def test_why_a_kernel_has_none_is_said_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: bool) -> None:
        raise ServerError("the server could not start. It said:\nTraceback\nImportError: no libfoo")

    monkeypatch.setattr(warm, "Server", fail)
    kept = KeptServer(warm.start)
    kept.start_ahead()
    with pytest.raises(NoServer, match="could not start. It said: ImportError: no libfoo$"):
        kept.get()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name != "keras" or None)
    with pytest.raises(NoServer, match="has no keras: choose the kernel of the environment"):
        kept.get()
