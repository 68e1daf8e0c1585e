"""The files that a new topic starts from: one exercise, which can be built and graded as it is."""

from __future__ import annotations

from pathlib import Path

from grader.course import TOPIC_FOLDER, Course, CourseError, Topic

SOLUTION = '''\
# %% [markdown]
r"""
# {title}

One scene, and the question that this topic answers.

**Before you run anything**, write down your predictions:

1. What will the picture show?
"""

# %%
import numpy as np

# %% [markdown]
r"""
## The first exercise

What is asked, and why: one equation, with the paper that it comes from.
"""


# %%
def first_exercise(x):
    """Say in one sentence what is computed.

    Computes equation (1) of its author, "Its title" (its year).

    Args:
        x: [n], what it holds.

    Returns:
        [n], what it means.
    """
    ### BEGIN SOLUTION
    return x - np.mean(x)
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 1.** What will the picture show?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# # A demonstration: run in the notebook, never by the grader. It should look wrong if the code is.
# import matplotlib.pyplot as plt
#
# x = np.linspace(0, 1, 50)
# plt.plot(x, first_exercise(x))
# plt.show()

# %% [markdown]
r"""
**Prediction 1, answered.** What it shows, and why.

**Explore.** What may be varied, and which number that a cell prints says how well that went.

## What you have learnt

- The first idea, in one sentence.
- The second.
- The third.

Read on: where the subject is taken further.
"""

# %% [markdown]
r"""
**In your own words.** A question whose answer is read by a person.
"""

# %% [markdown] tags=["answer"]
r"""
A model answer, which students never see.
"""
'''
CHECKS = '''\
"""How answers are exercised. Students may read this file."""

from grader.exercise import exercise


@exercise(
    points=100, hint="Which question leads to the idea?", arrays="numpy", dtype="float64", tolerance=1e-9
)
def first_exercise(answer, x):
    return {{"output": answer.first_exercise(x)}}


@first_exercise.cases
def _(rng):
    # clause: "Say in one sentence what is computed."
    yield "two numbers", {{"x": rng.normal(size=2)}}
    yield "a few numbers", {{"x": rng.normal(size=5)}}
'''
MISTAKES = '''\
"""Wrong answers. Each docstring finishes the sentence “your answers are what one gets when”."""

from grader.exercise import mistake

from . import solution as right


@mistake(of="first_exercise")
def sign_lost(x):
    """the sign is the other way round."""
    return -right.first_exercise(x)
'''
ORACLES = '''\
"""Right answers by another way, as from another library; each docstring says from where."""

import math

from grader.exercise import oracle


@oracle(of="first_exercise")
def by_a_loop(x):
    """A loop, with `math.fsum` for the mean."""
    mean = math.fsum(x) / len(x)
    return [value - mean for value in x]
'''
FILES = {"solution": SOLUTION, "checks": CHECKS, "mistakes": MISTAKES, "oracles": ORACLES}


def create(root: Path, name: str) -> Topic:
    """Write a new topic's files, and return it.

    Args:
        root: of the course; its folder `solutions` is made if there is none.
        name: `07_attention`, or `attention`, which gets the next free number.

    Raises:
        CourseError: the name cannot be a topic's, or it is taken.
    """
    solutions = root / "solutions"
    solutions.mkdir(parents=True, exist_ok=True)
    topics = Course(root).topics
    if TOPIC_FOLDER.fullmatch(f"00_{name}"):
        number = max((int(topic.id[:2]) for topic in topics), default=0) + 1
        name = f"{number:02}_{name}"
    if not TOPIC_FOLDER.fullmatch(name):
        raise CourseError(
            f"`{name}` is no name for a topic: use small letters, digits and underscores, as in "
            "`attention` or `07_attention`"
        )
    topic = Topic(solutions / name)
    for other in topics:
        if other.name == topic.name or other.id[:2] == topic.id[:2]:
            raise CourseError(f"there is a topic {other.id} already: choose another name and number")
    topic.folder.mkdir()
    title = topic.name.replace("_", " ").capitalize()
    for file, text in FILES.items():
        (topic.folder / f"{file}.py").write_text(text.format(title=title), encoding="utf-8")
    return topic
