"""What is asked of IPython, with each name and without it."""

from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from grader.student import shell


def test_ipython_itself_is_asked(tmp_path: Path) -> None:
    code = """
from traitlets.config import Config
from grader.student import shell
print(shell.current())
from IPython.core.interactiveshell import InteractiveShell
made = InteractiveShell.instance(config=Config(HistoryManager=Config(enabled=False)))
made.run_cell("a = 1", store_history=True)
made.run_cell("%matplotlib --list", store_history=True)
print(shell.current() is made, shell.cells_run(made))
print("exit" in shell.own_names(made), "a" in shell.own_names(made))
import types
without = types.SimpleNamespace(user_ns=made.user_ns)
print([cell.partition("(")[0] for cell in shell.cells_run(without)])
"""
    environment = {"PYTHONPATH": ":".join(sys.path), "HOME": str(tmp_path), "IPYTHONDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[0] == "None"
    assert said[-3:] == [
        "True ['a = 1', '%matplotlib --list']", "True False", "['a = 1', 'get_ipython']"
    ]  # fmt: skip


def made(**names: Any) -> types.SimpleNamespace:
    return types.SimpleNamespace(**{"user_ns": {}} | names)


@pytest.mark.parametrize("history", [{}, {"history_manager": None}, {"history_manager": object()}])
def test_without_a_history_the_list_in_is_read(history: dict[str, Any]) -> None:
    assert shell.cells_run(made(user_ns={"In": ["", "a = 1"]}, **history)) == ["a = 1"]


@pytest.mark.parametrize("names", [{}, {"In": "the student's own"}])
def test_without_any_text_there_is_nothing_to_check(names: dict[str, Any]) -> None:
    assert shell.cells_run(made(user_ns=names)) is None


def test_somebody_sits_there_unless_a_program_runs_the_notebook() -> None:
    def asked(**content: bool) -> Any:
        return made(kernel=types.SimpleNamespace(get_parent=lambda channel: {"content": content}))

    assert shell.is_watched(asked(allow_stdin=True)) and not shell.is_watched(asked(allow_stdin=False))
    assert shell.is_watched(asked()) and shell.is_watched(made())
    assert shell.is_watched(made(kernel=object()))


def test_without_ipythons_list_of_its_names_none_is_known() -> None:
    assert shell.own_names(made()) == set()
    assert shell.own_names(made(user_ns_hidden={"exit": 1})) == {"exit"}
