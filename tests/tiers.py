"""Which tests `make quick` leaves out. The whole suite runs them all.

A test that takes seconds is marked `slow`, unless it can be made faster and still show the same.
A test that uses a fixture of `SLOW` needs no mark. Nor does one that starts a process of its own,
in itself or in a fixture of any scope: it is skipped as soon as it does.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

# Each of these takes many seconds to make, or is asked for by what does.
SLOW = {
    "arena", "audit", "browser", "demonstrator", "environment", "executed", "handed_in", "jupyter", "kernel",
    "looked", "played", "postgresql", "released", "room", "wheel",
}  # fmt: skip
SHARED = {"grader", "recorder"}  # fixtures that start the warm servers that all tests share


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out what takes long, as `make quick` does")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--quick"):
        config.pluginmanager.register(Guard())
        # Where jsonschema finds this module, importing nbformat compiles 38 grammars, for 2 s. Nobody who is
        # tested here asks for a format of theirs.
        sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses a slow fixture, and leave what is marked out of the quick tier."""
    for item in items:
        if SLOW & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    if config.getoption("--quick"):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("slow")])
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


class Guard:
    """Refuses processes from a test's first fixture to its last: what asks for one is skipped.

    A shell is allowed. So is the server of a shared fixture, which a test of the shared grader may replace.
    """

    def __init__(self) -> None:
        self._shared = 0  # shared fixtures that are being made
        self._fixtures = frozenset[str]()  # of the test that runs

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._fixtures = frozenset(getattr(item, "fixturenames", ()))
        guard = self

        class Refused(subprocess.Popen[Any]):
            def __init__(self, args: Any, *more: Any, **options: Any) -> None:
                if args[0] != "/bin/sh" and not guard.allows(args):
                    pytest.skip("it starts a process, and is not quick")
                super().__init__(args, *more, **options)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(subprocess, "Popen", Refused)
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Iterator[None]:
        shared = fixturedef.argname in SHARED
        self._shared += shared
        try:
            return (yield)
        finally:
            self._shared -= shared

    def allows(self, arguments: Any) -> bool:
        """Tell whether a process is the server of a shared fixture."""
        return "grader.server" in arguments and (self._shared > 0 or "grader" in self._fixtures)
