"""No attack of the corpus breaks what the level promises that it is held at.

The best level that this machine gives is held to the whole corpus. With
HOSTILE_LEVELS=all every level that can be had here is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from arena import ALLOWED, GROUPS, Arena, Asked, Attack, attacks, overtime

from grader.outcome import Outcome
from grader.sandbox import trial
from grader.sandbox.levels import Level
from grader.verdict import Status


def levels() -> list[Level]:
    """Return the levels to be tried, best first."""
    held = [level for level in reversed(Level) if trial.attempt(level).holds]
    return held if os.environ.get("HOSTILE_LEVELS") == "all" else held[:1]


@pytest.fixture(scope="module", params=levels(), ids=str)
def arena(request: pytest.FixtureRequest) -> Iterator[Arena]:
    """A warm server with a course to rob, at one level."""
    here = Arena(request.param)
    yield here
    here.close()


@pytest.mark.parametrize("attack", attacks(), ids=lambda attack: attack.name)
def test_attack(arena: Arena, attack: Attack) -> None:
    result = arena.run(attack)
    if attack.promised(arena.level):
        assert not result.evidence, f"{attack.tries}\n{result.said[:2000]}"


def test_corpus() -> None:
    """Each group is there, and each attack says what it tries."""
    corpus = attacks()
    assert len(corpus) >= 70
    assert {attack.path.parent.name for attack in corpus} == set(GROUPS)
    assert not [attack.name for attack in corpus if len(attack.tries) < 20]


def test_time_is_judged_by_what_was_allowed_and_not_by_how_busy_the_machine_was() -> None:
    ended, answered = Outcome(Status.TIMED_OUT), Outcome(None)
    assert overtime([Asked(ended, ALLOWED, 1000.0), Asked(answered, 1.0, 3.0)]) == []
    twice = [Asked(ended, ALLOWED, 1.0), Asked(ended, 1.0, 1.0)]
    assert overtime(twice) == [f"it used up {ALLOWED + 1:.1f} s, and may use up {ALLOWED:.0f} s"]
    assert overtime([Asked(answered, 1.0, 7.0)]) == ["it went on for 7.0 s, and had 1.0 s"]
