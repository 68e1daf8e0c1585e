"""What of a file is a student's own answer, as text and as tokens."""

from __future__ import annotations

from textwrap import dedent

import pytest

from grader.answers import LONGEST, Answer, Texts
from grader.saved import Unreadable

RELEASED = '''
import numpy as np


def given(x):
    """Given to everybody."""
    return np.cumsum(x)


def scale(x, depth):
    """Scale x.

    Args:
        x: numbers.
    """
    depth = float(depth)
    # YOUR CODE HERE
    raise NotImplementedError()


class Counter:
    """Counts."""

    def add(self, value):
        """Add a value."""
        # YOUR CODE HERE
        raise NotImplementedError()
'''

SUBMITTED = '''
import numpy as np


def given(x):
    """Given to everybody."""
    return np.cumsum(x)


def scale(x, depth):
    """Scale x.

    Args:
        x: numbers.
    """
    depth = float(depth)
    total = helper(x, axis=-1)  # my idea
    return given(total) / np.sqrt(depth + 1e-6)


def helper(rows, axis):
    """My own."""
    return [np.einsum("ij,j->i", rows, row) for row in rows if len(row) > axis]


class Counter:
    """Counts."""

    def add(self, value):
        """Add a value."""
        self.seen = getattr(self, "seen", 0) + value
        return self.seen + scale(value, 2)
'''


def answer(text: str, *writes: str, released: str = RELEASED, others: tuple[str, ...] = ()) -> Answer:
    return Texts([dedent(text)], [released]).answer(writes, others or ("scale", "Counter"))


def changed(*pairs: tuple[str, str]) -> str:
    text = SUBMITTED
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def test_an_answer_is_what_the_student_wrote_and_the_helpers_that_it_uses() -> None:
    found = answer(SUBMITTED, "scale")
    assert "def helper" in found.text and "my idea" in found.text
    assert "import" not in found.text and "cumsum" not in found.text and "class Counter" not in found.text
    assert '"""My own."""' in found.text and "Scale x" not in found.text
    assert "einsum" in found.tokens and "sqrt" in found.tokens and "cumsum" not in found.tokens


def test_signatures_docstrings_comments_and_what_was_given_are_no_tokens() -> None:
    words = " ".join(answer(SUBMITTED, "scale").tokens)
    # As it was given: the line that makes depth a float, and the head of the function.
    assert words.startswith("NAME = NAME ( NAME , NAME = - 1 ) return NAME ( NAME ) / NAME . sqrt (")
    assert "float" not in words and "idea" not in words and words.count("STRING") == 1


def test_the_answers_to_other_exercises_are_left_out() -> None:
    found = answer(SUBMITTED, "Counter")
    assert "def scale" not in found.text and "def helper" not in found.text
    assert "sqrt" not in found.tokens and "getattr" in found.tokens


def test_each_token_says_where_it_stands() -> None:
    found = answer(changed(("my idea", "größer 🙂"), ("-1", "-17")), "scale")
    assert len(found.tokens) == len(found.spans)
    for token, (first, last) in zip(found.tokens, found.spans, strict=True):
        if token not in ("NAME", "STRING"):
            assert found.text[first:last] == token
    names = {
        found.text[a:b] for token, (a, b) in zip(found.tokens, found.spans, strict=True) if token == "NAME"
    }
    assert {"total", "helper", "x", "depth", "np", "rows", "row", "axis"} == names - {"given"}


def test_what_is_renamed_reordered_or_commented_has_the_same_tokens() -> None:
    first = answer(SUBMITTED, "scale", "Counter")
    renamed = changed(
        ("total", "summe"), ("helper", "hilfe"), ("rows", "zeilen"), ("row ", "eine "), ("row)", "eine)"),
        (", axis", ", achse"), ("> axis", "> achse"), ("# my idea", ""), ('"""My own."""', "# nothing"),
        ("seen", "bisher"),
    )  # fmt: skip
    assert sorted(answer(renamed, "scale", "Counter").tokens) == sorted(first.tokens)
    head, helper, rest = SUBMITTED.partition("def helper")[0], *SUBMITTED.partition("def helper")[1:]
    helper, _, counter = (helper + rest).partition("class Counter")
    moved = helper + head + "class Counter" + counter
    assert sorted(answer(moved, "scale").tokens) == sorted(answer(SUBMITTED, "scale").tokens)


def test_a_library_s_names_are_kept_and_the_student_s_are_not() -> None:
    tokens = answer(
        "def f(x, sum):\n    y = sum(x.mean(axis=0), key=x.own)\n    x.own = max(y)\n", "f"
    ).tokens
    assert {"mean", "axis", "max"} <= set(tokens) and {"sum", "own"}.isdisjoint(tokens)


def test_no_way_to_lay_code_out_hides_it() -> None:
    given = 'def f(x):\n    """Given.\n\n    More.\n    """\n    raise NotImplementedError()\n'
    hidden = 'def f(x):\n    """Given.\n\n    More.\n    """; y = x.mean(); return y\n'
    for text in (hidden, "import os; f = lambda x: x.mean()\n", "if True:\n    def f(x): return x.mean()\n"):
        found = answer(text, "f", released=given)
        assert "mean" in found.tokens, text
        places = zip(found.tokens, found.spans, strict=True)
        assert [found.text[first:last] for token, (first, last) in places if token == "mean"] == ["mean"]


def test_a_stub_is_no_answer() -> None:
    assert answer(RELEASED, "scale").tokens == () and answer(RELEASED, "Counter").text == ""
    assert answer("x = 1\n", "scale").tokens == ()


def test_the_last_definition_counts() -> None:
    twice = "def scale(x, depth):\n    return x.first\n\n\ndef scale(x, depth):\n    return x.second\n"
    assert "second" in answer(twice, "scale").tokens and "first" not in answer(twice, "scale").tokens


@pytest.mark.parametrize(
    "text",
    [
        "def scale(x):\n    return \0\n",
        "def scale(x:\n    return 1\n",
        "def scale(x):\n    return " + "(" * 5000 + ")" * 5000 + "\n",
        "def scale(x):\n    return " + "-" * 50_000 + "1\n",
        "def scale(x):\n    return " + "[" * 150 + "]" * 150 + "\n",
        "x = 1\n" * 20_000,
        "def scale(x):\n    return '\ud800'\n",
        "def scale(x):\n    return " + ".a".join(["x"] * 3000) + "\n",
        "%%bash\nrm -rf /\n",
        "﻿def scale(x):\n\treturn f'{x!r:>{10}} {{'\n",
        "",
    ],
)
def test_whatever_a_file_holds_an_answer_is_returned_or_refused(text: str) -> None:
    try:
        found = answer(text, "scale")
    except Unreadable as error:
        assert "nested too deeply" in str(error) or "more than" in str(error)
    else:
        assert len(found.tokens) == len(found.spans)


def test_what_is_too_long_to_be_an_answer_is_refused() -> None:
    long = "def scale(x, depth):\n" + "    x = x + 1\n" * LONGEST + "    return x\n"
    with pytest.raises(Unreadable, match="it has more than 5000 tokens or 200000 characters"):
        answer(long, "scale")
    with pytest.raises(Unreadable, match="200000 characters"):
        answer("def scale(x):\n    return x  # " + "é" * 200_000, "scale")
