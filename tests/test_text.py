"""Printed text is read by people, and by nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from runner import commands, sections

from grader.text import inert, printable

BLANKS = [
    "",
    "    ",
    "\t",
    "\xa0",
    "\u3000",
    "\u200b",
    "\ufeff",
    " \u2060 ",
    "\r",
    "\x1b[31m",
    "\x1b[0K",
    "\x00",
    "\xad",
]
MARKS = [
    "::error::x",
    "::error file=a.py,line=1::x",
    "::ADD-MASK::e",
    "##[error]x",
    "##vso[task.setvariable v=1]x",
]


@pytest.mark.parametrize("mark", [*MARKS, ":\u200b:error::x", "#\u200b#[error]x"])
@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("before", ["", "one line\n", "one line\r\n", "\n\n"])
def test_no_runner_finds_a_command(before: str, blank: str, mark: str) -> None:
    text = f"{before}{blank}{mark}\nanother"
    assert commands(inert(text)) == [] == commands(inert(printable(text)))


@pytest.mark.parametrize("mark", MARKS)
def test_the_runner_of_the_tests_finds_them(mark: str) -> None:
    assert commands(f"a\n  \t\xa0\u200b\x1b[1m{mark}\n") != []


def test_a_command_within_a_line_is_azure_s_only() -> None:
    assert commands(inert("a ##[error] b")) == []
    assert inert("a ##[error] b") == "a ##\\[error] b"
    assert inert("x[::2] and Foo::bar, ## [link], # one") == "x[::2] and Foo::bar, ## [link], # one"


def test_a_log_is_not_folded() -> None:
    fold = "\x1b[0Ksection_start:1560896352:mine[collapsed=true]\r\x1b[0Khidden"
    assert sections(fold) == ["section_start:1560896352:mine"]
    assert sections(inert(fold)) == sections(inert(printable(fold))) == []


@given(st.text(st.sampled_from(":#[]\\ \t\n\r\u200b\xa0\x1be")), st.sampled_from(["", "error::", "error]"]))
def test_breaking_up_is_done_once_and_loses_nothing(text: str, end: str) -> None:
    broken = inert(text + end)
    assert inert(broken) == broken
    assert commands(broken) == []
    assert len(broken.replace("\\", "")) == len((text + end).replace("\\", ""))
