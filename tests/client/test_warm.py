"""The one server of a process."""

from __future__ import annotations

import threading

import pytest

from grader.client import warm
from grader.client.warm import NoServer, Warm
from grader.errors import ServerError


class Fake:
    """Counts how often a server is started, and notices when it is closed."""

    started = 0

    def __init__(self, ahead: bool) -> None:
        Fake.started += 1
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def no_real_server(monkeypatch: pytest.MonkeyPatch) -> None:
    Fake.started = 0
    monkeypatch.setattr(warm, "Server", Fake)


def test_a_server_is_started_once_whoever_asks() -> None:
    one = Warm()
    one.start()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(one.get())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Fake.started == 1 and len(set(map(id, found))) == 1


def test_one_that_has_died_is_closed_and_replaced() -> None:
    one = Warm()
    first = one.get()
    one.drop(first)
    second = one.get()
    assert first.closed and second is not first and Fake.started == 2  # type: ignore[attr-defined]
    one.drop(first)  # long gone: the second stays
    assert one.get() is second


def test_why_there_is_none_is_said_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(ahead: bool) -> None:
        raise ServerError("the server could not start. It said:\nTraceback\nImportError: no libfoo")

    monkeypatch.setattr(warm, "Server", fail)
    one = Warm()
    one.start()
    with pytest.raises(NoServer, match="could not start. It said: ImportError: no libfoo$"):
        one.get()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name != "keras" or None)
    with pytest.raises(NoServer, match="has no keras: choose the kernel of the environment"):
        one.get()
