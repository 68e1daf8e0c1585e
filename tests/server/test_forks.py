"""A fork computes what a fresh process does, bit by bit.

Here on a sample; on all exercises: `python tests/benchmarks --only forks`.
"""

from __future__ import annotations

from pathlib import Path

import faithful
import pytest
from courses import OURS

from grader.grading.grader import Grader

FORKS = 3
# One that draws and traces, one that trains.
SAMPLE = [("tensors_and_probability", "pairwise_sq_dists"), ("optimisers", "MyAdamW")]


def test_training_pipelines_compilers_and_random_numbers_survive_many_forks(
    grader: Grader, tmp_path: Path
) -> None:
    checks, solution = faithful.probes(tmp_path)
    expected = faithful.fresh(checks, solution)
    assert set(expected) == {"fit", "data", "traced", "xla", "draws", "gradients"}
    # Otherwise equal digests would prove nothing.
    assert all(len(set(digests)) == len(digests) for name, digests in expected.items() if name != "draws")
    for _ in range(FORKS):
        assert faithful.forked(grader.server, checks, solution) == expected


def test_the_order_of_exercises_does_not_matter(grader: Grader, tmp_path: Path) -> None:
    checks, solution = faithful.probes(tmp_path)
    names = ["xla", "draws", "traced", "gradients"]
    one = faithful.forked(grader.server, checks, solution, names)
    assert faithful.forked(grader.server, checks, solution, names[::-1]) == one


@pytest.mark.parametrize("name, exercise", SAMPLE)
def test_a_fork_gives_what_a_fresh_process_gives(grader: Grader, name: str, exercise: str) -> None:
    checks, solution = faithful.files(OURS.topic(name))
    expected = faithful.fresh(checks, solution, [exercise])
    assert faithful.forked(grader.server, checks, solution, [exercise]) == expected


def test_another_digest_is_noticed(grader: Grader, tmp_path: Path) -> None:
    checks, solution = faithful.probes(tmp_path)
    expected = faithful.forked(grader.server, checks, solution, ["gradients"])
    solution.write_text(faithful.SOLUTION.replace("0.1 * tape", "0.1000001 * tape"))
    assert faithful.forked(grader.server, checks, solution, ["gradients"]) != expected
