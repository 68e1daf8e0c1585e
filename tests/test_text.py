"""Printed text is read by people and by nothing else; a student is called the same, whoever gave the name."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from runner import commands, sections

from grader.text import MAX_NAME, identifier, inert, is_formula, printable

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


LONG = "n" * 300
ORDINARY = [
    "ada",
    "Ada Lovelace",
    "O'Brien",
    "ada@uni.example",
    "ada+dl",
    "Zoë",
    "李雷",
    "a-b_c.d",
    "a=b",
    "2",
]
STRANGE = [
    LONG, "李" * 50, "🎓" * 40, "=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "－1", " =1", "\t=1", "\r=1",
    "a\nb", "a\0b", "\x1b[2J", "a\u202egnp", "a\u200bb", "\ufeffada", "\udce4", 'a"b', "a&b", "a`b`",
    "<img src=x onerror=alert(1)>", "../a", "a/b", "a\\b", "*", "[ab]", "a?", "x:y", "a|b", "", ".", "..",
    " ada", "ada ", "a  b", "a\u3000b",
]  # fmt: skip


@pytest.mark.parametrize("name", ORDINARY)
def test_a_name_stays_as_it_is(name: str) -> None:
    assert identifier(name) == name


def test_one_name_in_two_forms_is_one_name() -> None:
    assert identifier(unicodedata.normalize("NFD", "Zoë")) == identifier("Zoë")


@pytest.mark.parametrize("name", STRANGE)
def test_what_does_something_is_cleaned_and_kept_apart(name: str) -> None:
    made = identifier(name)
    others = {identifier(name + "x"), identifier("x" + name), identifier("_"), "ada", "ab", "a b", "a_b"}
    assert made != name and made not in others
    assert made.encode() and printable(made) == made


def test_two_long_names_are_two() -> None:
    assert len({identifier(LONG + end) for end in "abc"}) == 3


@given(st.text(st.characters(exclude_categories=()), max_size=200))
@example("e\u0338")
@example("a" * 110 + "🎓" * 3)
def test_no_name_does_any_harm(name: str) -> None:
    made = identifier(name)
    assert identifier(made) == made
    assert 0 < len(made.encode()) <= MAX_NAME and made not in (".", "..")
    assert not is_formula(made) and not set(made) & set('<>"&`/\\|*?:[]\t\r\n\0')
    assert printable(made) == made == unicodedata.normalize("NFC", made) == made.strip()
