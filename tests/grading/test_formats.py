"""Which of a notebook and a script counts."""

from __future__ import annotations

import pytest

from grader.grading.formats import TOGETHER, Form, preferred, unwritten

NOTEBOOK, SCRIPT = "topic.ipynb", "topic.py"


@pytest.mark.parametrize(
    ("notebook", "script", "taken", "why"),
    [
        ((0, 1), (999, 3), SCRIPT, "which is older"),
        ((999, 3), (0, 1), NOTEBOOK, "which is older"),
        # As it was given, however new.
        ((0, 1), (999, 4), NOTEBOOK, "in which more is left to write"),
        ((999, 5), (0, 3), SCRIPT, "in which more is left to write"),
        # Nothing was written in either.
        ((0, 4), (999, 4), SCRIPT, "which is older"),
        # Unpacked or cloned together.
        ((TOGETHER - 1, 2), (0, 1), SCRIPT, "in which more is left to write"),
        ((0, 1), (TOGETHER - 1, 2), NOTEBOOK, "in which more is left to write"),
        ((0, 1), (TOGETHER - 1, 1), NOTEBOOK, "then the notebook counts"),
    ],
)
def test_the_newer_counts_unless_age_says_nothing(
    notebook: tuple[float, int], script: tuple[float, int], taken: str, why: str
) -> None:
    one, two = Form(NOTEBOOK, *notebook), Form(SCRIPT, *script)
    for forms in ((one, two), (two, one)):
        form, note = preferred(forms, exercises=4, done="checked")
        assert form.name == taken and why in note and f"{taken} was checked" in note


def test_stubs_are_counted_in_a_notebooks_text_too() -> None:
    assert unwritten(b'["def f():\\n", "    raise NotImplementedError()"]') == 1
    assert unwritten(b"raise NotImplementedError()\nraise NotImplementedError()\n") == 2
