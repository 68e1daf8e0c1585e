"""A cell's magics and shell lines are found as IPython finds them, and every line stays where it is."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import magics
from grader.magics import as_python

SHELL = "get_ipython()."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # The mark of a comment once landed on the empty line.
        ("import os\n\n%matplotlib inline\nx = 1",
         f"import os\n\n{SHELL}run_line_magic('matplotlib', 'inline')\nx = 1"),
        ("if here:\n    !pip install x\ny = 1", f"if here:\n    {SHELL}system('pip install x')\ny = 1"),
        ("files = !ls -l\nfiles", f"files = {SHELL}getoutput('ls -l')\nfiles"),
        ("here = %pwd", f"here = {SHELL}run_line_magic('pwd', '')"),
        ("np.sum?\nx = 1", f"{SHELL}run_line_magic('pinfo', 'np.sum')\nx = 1"),
        ("!pip install \\\n    x\ny = 1", f"{SHELL}system('pip install      x')\n\ny = 1"),
        ("%time y = f(x)", "y = f(x)"),
        ("for x in xs:\n    %time f(x)\n", "for x in xs:\n    f(x)\n"),
        ("\n%%time\ny = f(x)\n", "\n\ny = f(x)\n"),
        ("%%capture\n%%time\n!ls\ny = 1", f"\n\n{SHELL}system('ls')\ny = 1"),
        ("%%writefile answer.py\ndef f():\n    return 'old'\n", "\n\n\n"),
        ("%%HTML\n<b>x</b>", "\n"),
        ("%%bash\ntouch x", "\n"),
        ("%%", ""),
        ("", ""),
        (" \n\n", " \n\n"),
        # No magics, though they look like some.
        ("x = (7\n %4)\n%cd a", f"x = (7\n %4)\n{SHELL}run_line_magic('cd', 'a')"),
        ("s = '''\n%d of %d\n!\n''' % x\n!ls", f"s = '''\n%d of %d\n!\n''' % x\n{SHELL}system('ls')"),
        # Jupyter takes these as they are copied from elsewhere.
        ("    x = 1\n    y = 2", "x = 1\ny = 2"),
        (">>> x = 1\n>>> y = 2\n", "x = 1\ny = 2\n"),
        ("In [1]: x = 1", "x = 1"),
        # What is wrong stays so.
        ("def f(:\n    pass", "def f(:\n    pass"),
        ("x = 'open\n%pwd", None),
    ],
)  # fmt: skip
def test_what_is_no_python_becomes_python(text: str, expected: str | None) -> None:
    found = as_python(text)
    assert found.count("\n") == text.count("\n")
    assert expected is None or found == expected


@given(st.lists(st.sampled_from(
    ["%pwd", "%%time", "!ls \\", "  !ls", "x?", "a = !ls", "x = 1", "(", ")", "'''", "\\", "", "\t", "%", "!",
     "\f", "\r", "\u2028", "%time x = 1", "%time '''"]
), max_size=8))  # fmt: skip
def test_every_line_stays_where_it_is(lines: list[str]) -> None:
    text = "\n".join([*lines, "z = 0"])
    found = as_python(text)
    assert found.count("\n") == text.count("\n")
    try:
        ast.parse(found)
    except (SyntaxError, ValueError):
        return
    assert as_python(found) == found


def test_what_is_too_large_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(magics, "LARGEST", 10)
    assert as_python("%pwd") != "%pwd"
    assert as_python("%pwd" + " " * 10) == "%pwd" + " " * 10


@pytest.mark.parametrize(
    ("line", "heavy"),
    [
        ("1" + " + 1" * 99_999, True),
        (f'image = "{"ab+/" * 25_000}"', False),
        ("x = 1  # " + "a" * 400_000, False),
    ],
)
def test_a_line_of_many_tokens_is_left_alone(line: str, heavy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.12's tokens hold a copy of their line each: 80 GB for a sum of 100,000 numbers."""
    asked = []
    monkeypatch.setattr(magics, "_transformed", lambda lines: asked.append(lines) or lines)
    text = f"%matplotlib inline\n{line}"
    assert magics.as_python(text) == text and bool(asked) is not heavy


def test_hardly_anything_is_transformed_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(magics, "MOST", 2)
    assert as_python("%a\n%b\n%c").split("\n")[1:] == [f"{SHELL}run_line_magic('b', '')", "%c"]


def test_what_no_python_can_hold_is_left_alone() -> None:
    """The tokens of Python 3.13 end in a SystemError there."""
    assert as_python("x = 1\n\0") == "x = 1\n\0"
