"""Several threads parse at once."""

from __future__ import annotations

import ast
import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import key
from grader.parse import parse

TEXT = Path(ast.__file__).read_text(encoding="utf-8")


@pytest.fixture
def restless() -> Iterator[None]:
    """Collect garbage and change threads all the time."""
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(10)
    sys.setswitchinterval(1e-6)
    yield
    gc.set_threshold(*threshold)
    sys.setswitchinterval(interval)


class Finalised:
    def __init__(self) -> None:
        self.me = self

    def __del__(self) -> None:
        sum(range(50))


def test_threads_parse_and_read_keys_at_once(
    restless: None, public_key: key.Key, tmp_path: Path
) -> None:
    """`ast.parse` fails here in one call of ten, on CPython 3.11.7."""
    path = tmp_path / "key.npz"
    public_key.save(path)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                Finalised()
                assert len(parse(TEXT).body) > 10
                assert key.load(path).topic == public_key.topic  # NumPy parses, too
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
