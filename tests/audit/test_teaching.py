"""A chapter that keeps to the rules of teaching, and what is found where it breaks one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from courses import CHECKS, SOLUTION, make_course

from grader.audit import alone, teaching
from grader.client.server import Server
from grader.exercise import AuthorError

Found = Callable[..., list[str]]
OPENING = '''\
# %% [markdown]
r"""
# All about averages

1. This belongs to a plan.

Predict, before you run anything:

1. Where is the centre of a square?
2. Which of two means is the larger?
"""

'''
ASKED = '''\
# %% [markdown]
r"""
**Prediction 1.** Where is the centre?

**Prediction 2.** Which is the larger?
"""

'''
ENDING = '''\
# %% [markdown]
r"""
**Prediction 1, answered.** In the middle.

> **Prediction 2, answered.** The first, as it has the larger weights.

A small step: what is the mean of one number?

<details><summary>Answer</summary>

That number.

</details>

## Dropout

```
# Comment
```

**A silent bug.** Below is a mean. What is wrong with it?
"""

# %% tags=["active-ipynb"]
# print(weighted_mean(np.ones(2), np.ones(2)), RunningMean().update(1))

# %% [markdown]
r"""
<details>
<summary>The answer</summary>

Its sign.
</details>

**Explore.** Which weights make it largest? It is printed.

## What you have learnt

- One.
- Two,
  in two lines.
- Three.

Read on: a book.
"""

# %% [markdown]
r"""
**In words.**'''
DEMONSTRATION = '# %% tags=["active-ipynb"]\n# # The average of the corners'
CHAPTER = SOLUTION[SOLUTION.index("# %%\n") :].replace(DEMONSTRATION, ASKED + DEMONSTRATION)
CHAPTER = OPENING + CHAPTER.replace('# %% [markdown]\nr"""\n**In words.**', ENDING)


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """Change the good chapter, and say what is found."""

    def go(*changes: tuple[str, str], record: str = "") -> list[str]:
        text = CHAPTER
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        (topic,) = make_course(folder, solution=text).topics
        if record:
            (topic.folder / teaching.FILE).write_text(record)
        return teaching.problems(topic)

    return go


def test_a_chapter_that_keeps_to_the_rules_is_found_to(found: Found) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("Predict, before", "Before"), "its opening lists no prediction, as `1. …`, to be written down"),
        (("**Prediction 2.**", "Prediction 2."), "prediction 2 is not asked again: write a text that begins"),
        (("Prediction 2, answered.", "Answered."), "prediction 2 is not answered: write a text that begins"),
        (("> **Prediction 2, answered.**", "So **Prediction 2, answered.**"), "prediction 2 is not answered"),
        (
            ("**Prediction 1.** Where", "**Prediction 1, answered.** So.\n\n**Prediction 1.** Where"),
            "before the",
        ),
        (("<details><summary>Answer<", "<details><summary>A hint<"), "A small step: what is the mean of one"),
        (("<details><summary>Answer<", "<details><summary>Answers\n<"), ""),
        (("\n\nThat number.\n", "\nThat number.\n"), "A small step: what is the mean of one number?"),
        (("<summary>The answer<", "<summary>Three questions<"), "A silent bug. Below is a mean. What is"),
        (("**A silent bug.** Below", "### Find the silent bug\n\nBelow"), ""),
        (("Its sign.", ""), "A silent bug. Below is a mean. What is wrong with it?"),
        (("print(weighted_mean(", "print(mean("), "`weighted_mean` is used by no demonstration"),
        (("**Explore.**", "Explore."), "there is no open task: write a text that begins `**Explore.**`"),
        (("## What you have learnt", "## What you know"), "there is no `## What you have learnt` before the"),
        (("- Three.\n", ""), "`## What you have learnt` has 2 points, where three to five are expected"),
        (("Read on:", "See"), "does not say where to read on: end it with a line `Read on: …`"),
        (("## Dropout", "## Fly"), "the heading “Fly” is one word: name the section's subject, or record"),
        (("# # The average of", "# x = 1\n" * 22 + "# # The"), "a demonstration has 24 lines of code"),
    ],
)
def test_each_rule_that_is_broken_is_found_and_nothing_else(
    change: tuple[str, str], says: str, found: Found
) -> None:
    if not says:
        assert found(change) == []
        return
    (said,) = found(change)
    assert says in said


def test_a_prediction_is_asked_just_before_a_demonstration(found: Found) -> None:
    (said,) = found((DEMONSTRATION, f"# %%\nx = 1\n\n{DEMONSTRATION}"), ("**Prediction 2.** Which", "Which"),
                    ("2. Which", "Which"), ("> **Prediction 2, answered.**", "So"))  # fmt: skip
    assert said == (
        "prediction 1 is asked again, but the next cell to be run is no demonstration: ask just before it"
    )


def test_one_answer_is_one_questions(found: Found) -> None:
    (said,) = found(("A small step: what", "A small step: why?\n\nA small step: what"))
    assert said.endswith(": A small step: why? A small step: what is the mean of one…")


def test_helpers_comments_and_assertions_do_not_make_a_demonstration_long(found: Found) -> None:
    long = "# x = 1\n" * 30
    heading = "Helpers (you need not read this cell)"
    assert found(("# # The average of", f"# # {heading}\n{long}# # The average of")) == []
    assert found(
        ("**Prediction 2.** Which is the larger?", f"**Prediction 2.** Which?\n\n### {heading}"),
        ("# # The average of", f"{long}# # The"),
    ) == []  # fmt: skip
    # A demonstration stands commented out in a solution's file: this is the text of one, with a claim in it.
    free = "# # a comment\n#\n# assert True, (\n#     'a claim'\n# )\n" * 20
    assert found(("# # The average of", f"{free}# # The average of")) == []


def test_a_method_or_a_check_is_no_use_of_a_name(found: Found) -> None:
    (said,) = found(("RunningMean().update(1))", "x.RunningMean)"))
    assert said.startswith("`RunningMean` is used by no demonstration")


def test_more_than_four_stubs_in_one_check_are_found(found: Found) -> None:
    stub = "    def more(self):\n        ### BEGIN SOLUTION\n        return 1\n        ### END SOLUTION\n\n"
    method = '    def update(self, value):\n        """Take in'
    assert found((method, 2 * stub + method)) == []
    (said,) = found((method, 3 * stub + method))
    assert said == "`running_mean` asks for 5 stubs in one check, where 4 are the most: split it"


def test_what_is_recorded_is_no_problem_and_what_is_not_there_is_named(found: Found) -> None:
    record = '[heading]\n"Fly" = "It is a pun."\n"Share" = "It is gone."\n'
    assert found(("## Dropout", "## Fly"), record=record) == [
        "teaching.toml has a reason for what is not there, or is as it should be: [heading] Share"
    ]


def test_a_record_without_a_reason_is_refused(found: Found) -> None:
    with pytest.raises(AuthorError, match="say why heading does not hold for “Fly”"):
        found(("## Dropout", "## Fly"), record='[heading]\n"Fly" = ""\n')


def test_a_demonstration_that_is_no_python_is_named(found: Found) -> None:
    with pytest.raises(AuthorError, match=r"cell \d+ cannot be parsed \(x = = 1\)"):
        found(("# # The average of", "# x = = 1\n# # The"))


def test_content_can_be_looked_at_alone(recorder: Server, tmp_path: Path) -> None:
    checks = CHECKS.replace("Which axis counts the rows?", "Count the rows.")
    (topic,) = make_course(tmp_path, solution=CHAPTER.replace("## Dropout", "## Fly"), checks=checks).topics
    (found,) = alone.look("content", {topic: []}).topics
    assert found.only == "content"
    assert "01_averages.mean: its hint is not a question" in found.all_problems
    assert any("the heading “Fly” is one word" in problem for problem in found.problems)
    (found,) = alone.look("content", {topic: ["mean"]}).topics
    assert [one.name for one in found.exercises] == ["mean"] and found.problems == []
