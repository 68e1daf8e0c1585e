"""Which of several files with the same exercises counts."""

from __future__ import annotations

import json

import pytest
from courses import CHECKS

from grader.course import checks_of
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


def test_a_copy_counts_only_where_it_is_newer_or_has_less_left() -> None:
    given, copy, stub = (
        Form(NOTEBOOK, 0, 1),
        Form("topic (1).ipynb", 0, 1, True),
        Form("topic-2.ipynb", 0, 4, True),
    )
    form, note = preferred([copy, given], exercises=4, done="graded")
    assert form is given and note.endswith("and then the name that was given out counts")
    assert preferred([stub, copy], exercises=4, done="graded")[0] is copy
    form, note = preferred([stub, copy, given], exercises=4, done="graded")
    assert form is given and note == "topic.ipynb was graded, and not topic-2.ipynb, topic (1).ipynb"
    assert not given.alike(copy) and copy.alike(Form("topic (2).ipynb", 1, 1, True))


def test_stubs_are_counted_in_a_notebooks_text_too() -> None:
    assert unwritten(b'["def f():\\n", "    raise NotImplementedError()"]') == 1
    assert unwritten(b"raise NotImplementedError()\nraise NotImplementedError()\n") == 2


def test_a_file_that_defines_no_answer_has_all_of_them_left_to_write() -> None:
    """As one of a student's own beside the submission, however new."""
    exercises = list(checks_of(CHECKS, "checks").exercises.values())
    names = [name for one in exercises for name in one.writes]
    written = "".join(f"def {name}(x):\n    return x\n" for name in names)
    assert unwritten(b"import averages\nprint(averages.mean == 1)\n", exercises) == len(names)
    assert unwritten(written.encode(), exercises) == 0
    assert unwritten(json.dumps({"source": [written]}).encode(), exercises) == 0
    given = f"{names[0]} = lambda x: x\nclass {names[1]}(Base): pass\n{names[2]}: Any = object\n"
    assert unwritten(given.encode(), exercises) == len(names) - 3
