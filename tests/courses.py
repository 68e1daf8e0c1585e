"""The course itself, and a small one that tests make in a temporary folder: one topic, NumPy alone."""

from __future__ import annotations

from pathlib import Path

from grader.course import Course

OURS = Course(Path(__file__).parents[1])  # its checks are run once for all files of tests
TOPIC = "01_averages"

SOLUTION = '''\
# %% [markdown]
r"""
# Averages

What does an average forget? Write down a guess before you run anything.
"""

# %%
import numpy as np

# %% [markdown]
r"""
## The mean

$$\\bar x = \\frac{1}{n} \\sum_{i=1}^n x_i$$
"""


# %%
def mean(rows):
    """Average the rows of a matrix.

    Args:
        rows: [n, d].

    Returns:
        [d], the average row.
    """
    ### BEGIN SOLUTION
    return np.sum(rows, axis=0) / len(rows)
    ### END SOLUTION


# %% tags=["active-ipynb"]
# # The average of the corners of a square is its centre.
# for corner in mean(np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])):
#     print(corner)


# %%
def weighted_mean(values, weights):
    """Average values that do not all count the same, and say how far they lie apart.

    Args:
        values: [n].
        weights: [n], positive; they need not sum to one.

    Returns:
        (average, variance): two numbers.
    """
    ### BEGIN SOLUTION
    shares = weights / np.sum(weights)
    average = np.sum(shares * values)
    return average, np.sum(shares * (values - average) ** 2)
    ### END SOLUTION


# %%
class RunningMean:
    """The mean of what came so far, in memory that does not grow."""

    def __init__(self):
        """Start with nothing seen."""
        ### BEGIN SOLUTION
        self.count, self.average = 0, 0.0
        ### END SOLUTION

    def update(self, value):
        """Take in one value; return the mean of all so far."""
        ### BEGIN SOLUTION
        self.count += 1
        self.average += (value - self.average) / self.count
        return self.average
        ### END SOLUTION


# %% [markdown]
r"""
**In words.** When is the mean a bad summary?
"""

# %% [markdown] tags=["answer"]
r"""
When the values have two centres, it lies between them, where no value is.
"""
'''

CHECKS = '''\
"""How answers are exercised. Students may read this file."""

import numpy as np

from grader.drivers import named
from grader.exercise import exercise


@exercise(
    points=30, hint="Which axis counts the rows?", arrays="numpy", dtype="float64", tolerance=1e-9
)
def mean(answer, rows):
    return {"mean": answer.mean(rows)}


@mean.cases
def _(rng):
    yield "a few rows", {"rows": rng.normal(size=(5, 3))}
    yield "a single row", {"rows": rng.normal(size=(1, 4))}
    yield "more columns than rows", {"rows": rng.normal(size=(2, 7))}


@exercise(
    points=40, hint="What do the shares sum to?", arrays="numpy", dtype="float64", tolerance=1e-9
)
def weighted_mean(answer, values, weights):
    return named(answer.weighted_mean(values, weights), "average", "variance")


@weighted_mean.cases
def _(rng):
    yield "weights that sum to one", {"values": rng.normal(size=4), "weights": rng.dirichlet([2.0] * 4)}
    yield "weights that do not", {"values": rng.normal(size=6), "weights": rng.uniform(1, 9, size=6)}
    yield "equal weights", {"values": rng.normal(size=5), "weights": np.full(5, 0.2)}


@exercise(
    points=30,
    hint="By how much does the n-th value move the mean?",
    writes=["RunningMean"],
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def running_mean(answer, stream):
    mean = answer.RunningMean()
    return {"means": [mean.update(value) for value in stream]}


@running_mean.cases
def _(rng):
    yield "one value", {"stream": rng.normal(size=1) + 3}
    yield "a dozen values", {"stream": rng.normal(size=12) + 3}, 2
'''

MISTAKES = '''\
"""Wrong answers, each with its sentence."""

import numpy as np

from grader.exercise import mistake

from . import solution as right


@mistake(of="mean")
def of_columns(rows):
    """columns are averaged in place of rows."""
    return np.mean(rows, axis=1)


@mistake(of="mean")
def total(rows):
    """the sum is not divided by how many there are."""
    return np.sum(rows, axis=0)


@mistake(of="mean")
def one_too_few(rows):
    """the sum is divided by n - 1."""
    return np.sum(rows, axis=0) / max(len(rows) - 1, 1)


@mistake(of="weighted_mean")
def unweighted(values, weights):
    """every value counts the same."""
    return right.weighted_mean(values, np.ones_like(weights))


@mistake(of="weighted_mean")
def unnormalised(values, weights):
    """the weights are taken to sum to one."""
    average = np.sum(weights * values)
    return average, np.sum(weights * (values - average) ** 2)


@mistake(of="RunningMean")
class CountsFromOne(right.RunningMean):
    """the count starts at one."""

    def __init__(self):
        super().__init__()
        self.count = 1
'''

ORACLES = '''\
"""Right answers by another way."""

import math
import statistics

from grader.exercise import oracle


@oracle(of="mean")
def mean_by_columns(rows):
    """Exact sums of the columns, `math.fsum`."""
    return [math.fsum(column) / len(column) for column in zip(*rows)]


@oracle(of="weighted_mean")
def weighted_mean_by_moments(values, weights):
    """`statistics.fmean`, and the variance as E[x²] - E[x]²."""
    average = statistics.fmean(values, weights)
    return average, statistics.fmean([value**2 for value in values], weights) - average**2


@oracle(of="RunningMean")
class RemembersAll:
    """`statistics.fmean` of everything seen."""

    def __init__(self):
        self.seen = []

    def update(self, value):
        self.seen.append(value)
        return statistics.fmean(self.seen)
'''


def make_course(folder: Path, topic: str = TOPIC, **changed: str) -> Course:
    """Write a course of one topic, and return it.

    Args:
        folder: becomes the course's root.
        topic: the topic's folder name.
        changed: other text for `solution`, `checks`, `mistakes` or `oracles`.
    """
    texts = {"solution": SOLUTION, "checks": CHECKS, "mistakes": MISTAKES, "oracles": ORACLES} | changed
    home = folder / "solutions" / topic
    home.mkdir(parents=True)
    for name, text in texts.items():
        (home / f"{name}.py").write_text(text, encoding="utf-8")
    return Course(folder)
