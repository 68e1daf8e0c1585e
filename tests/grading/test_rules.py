"""What submissions are graded against: a key that goes with its topic, and is whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from courses import make_course

from grader.grading.key import Key, KeyProblem
from grader.grading.rules import rules_for
from grader.grading.secret import hidden_path


def test_a_hidden_key_without_the_demonstrations_that_the_public_one_holds_is_recorded_again(
    tmp_path: Path, public_key: Key
) -> None:
    topic = make_course(tmp_path).topic("averages")
    public_key.save(topic.assignment / "key.npz")
    replace(public_key, hidden=True).save(hidden_path(topic))
    (rules,) = rules_for(("averages",), True, None, tmp_path).values()
    assert rules.key.demonstrations == public_key.demonstrations != ()
    replace(public_key, hidden=True, demonstrations=()).save(hidden_path(topic))
    with pytest.raises(KeyProblem, match="hold its demonstrations: run `grader key record averages`"):
        rules_for(("averages",), True, None, tmp_path)
    (topic.assignment / "key.npz").unlink()
    assert rules_for(("averages",), True, None, tmp_path)


@pytest.mark.parametrize(
    ("topics", "said"),
    [
        (("averages",), r"has no hidden key: run `grader key record averages`$"),
        ((), r"run `grader key record averages`, or name what is to be graded with --topic$"),
    ],
)
def test_a_key_that_is_missing_hinders_only_who_asks_for_it(
    topics: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    make_course(tmp_path)
    with pytest.raises(KeyProblem, match=said):
        rules_for(topics, True, None, tmp_path)
