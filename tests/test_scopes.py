"""Which names code defines and needs, and when it looks them up, whatever version of Python runs."""

from __future__ import annotations

import pytest

from grader.scopes import Names, names_in


@pytest.mark.parametrize(
    ("text", "binds", "uses", "later"),
    [
        ("a = b", "a", "b", ""),
        ("a: T = b", "a", "T b", ""),
        ("a, (c, *d) = b", "a c d", "b", ""),
        ("a += b", "a", "b", ""),
        ("a.x[i] = b", "", "a b i", ""),
        ("import a.b as c, d.e\nfrom f import g as h, i", "c d h i", "", ""),
        ("def f(x, y=d, *z: T) -> R:\n    w = x + g\n    return f", "f", "d T R", "g f"),
        ("@deco\ndef f():\n    def g():\n        return h\n    return g", "f", "deco", "h"),
        ("f = lambda x: x + y", "f", "", "y"),
        ("class A(B):\n    n = c\n    m = n + 1\n    def f(self):\n        return d", "A", "B c", "d"),
        ("a = [x + b for x in c if x]", "a", "b c", ""),
        ("a = {x for x in c}, {x: y for x, y in c}, (x for x in c)", "a", "c", ""),
        ("def f():\n    return [x + b for x in range(3)]", "f", "", "b range"),
        ("a = f'{b!r:{c}} {[x for x in d]}'", "a", "b c d", ""),
        ("a = [y := b, y]", "a y", "b y", ""),
        ("try:\n    a\nexcept E as e:\n    e", "e", "a E e", ""),
        ("with a as b: pass\nfor c in d: pass", "b c", "a d", ""),
        ("match a:\n    case {'k': B(n), **rest}: pass", "n rest", "B a", ""),
    ],
)  # fmt: skip
def test_names_are_told_apart(text: str, binds: str, uses: str, later: str) -> None:
    names = names_in(text)
    assert (names.binds, names.uses, names.later) == (
        set(binds.split()), set(uses.split()), set(later.split()),
    )  # fmt: skip


def test_a_function_that_declares_a_name_global_defines_it() -> None:
    names = names_in("def f():\n    def g():\n        global a, b\n        a = b\n    return g")
    assert names == Names(frozenset({"f"}), frozenset({"a"}), frozenset(), frozenset({"a", "b"}))


@pytest.mark.parametrize("text", ["def (:", "x\0", "nonlocal a"])
def test_what_is_no_python_is_an_error(text: str) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        names_in(text)
