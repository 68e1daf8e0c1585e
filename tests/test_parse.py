"""Several threads parse at once, and what they call parses, too."""

from __future__ import annotations

import ast
import gc
import inspect
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import libcst
import pytest

from grader.audit.mutation import changed
from grader.grading import key

ROUNDS = 20
TEXT = Path(ast.__file__).read_text(encoding="utf-8")
RATES = ", ".join(f"{n}.5, {n}, 'same'" for n in range(6))
CELL = f"### BEGIN SOLUTION\nrates = [{RATES}]\n### END SOLUTION"


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
    def __init__(self, last: Callable[[], object]) -> None:
        self.me, self.last = self, last

    def __del__(self) -> None:
        self.last()


def show_an_error() -> str:
    try:
        return str(1 + {}["a"]["b"])
    except KeyError:
        return traceback.format_exc()


def errors_of(*calls: Callable[[], object]) -> list[str]:
    """Run each in a thread of its own, again and again; return what was raised."""
    errors: list[str] = []

    def work(call: Callable[[], object]) -> None:
        for _ in range(ROUNDS):
            Finalised(lambda: sum(range(50)))
            try:
                call()
            except BaseException as error:
                errors.append(f"{call}: {error!r}")

    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_threads_parse_at_once(restless: None) -> None:
    """`ast.parse` alone fails here in one call of four, on CPython 3.11.7."""
    whole, signature = (lambda: ast.parse(TEXT)), (lambda: inspect.signature(sorted))
    assert errors_of(whole, whole, show_an_error, signature) == []


def test_threads_make_mutants_and_read_keys_at_once(
    restless: None, public_key: key.Key, tmp_path: Path
) -> None:
    """libcst parses to tell a constant's value, NumPy to read an array's head."""
    path = tmp_path / "key.npz"
    public_key.save(path)
    number = libcst.Integer("12")
    literals = "[" + "(1, 2), " * 200 + "]"
    calls = [
        lambda: [number.evaluated_value for _ in range(200)],
        lambda: ast.literal_eval(literals),
        lambda: changed(CELL),
        lambda: key.load(path),
    ]
    assert errors_of(*calls) == []


def test_a_finaliser_may_parse(restless: None) -> None:
    """What is collected in the middle of parsing may parse itself."""
    for _ in range(ROUNDS):
        Finalised(lambda: ast.parse("x = 1"))
        assert len(ast.parse(TEXT).body) > 10


def test_garbage_is_collected_afterwards_as_before() -> None:
    assert gc.isenabled()
    with pytest.raises(SyntaxError):
        ast.parse("1 +")
    assert gc.isenabled()
    gc.disable()
    try:
        ast.parse("1")
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python's parser is not interrupted")
def test_any_module_of_ours_brings_the_guard() -> None:
    code = "import grader.text, ast; print(ast.parse.__globals__['compile'].__module__)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "grader.parse\n"
