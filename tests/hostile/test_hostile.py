"""No attack of the corpus breaks what the level promises that it is held at.

The best level that this machine gives is held to the whole corpus. With
HOSTILE_LEVELS=all every level that can be had here is.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from arena import ALLOWED, GROUPS, Arena, Asked, Attack, attacks, misnamed, overdrawn, overtime

from grader.grading.rules import Rules
from grader.outcome import Outcome
from grader.sandbox import trial
from grader.sandbox.levels import Level
from grader.verdict import Status


@functools.cache
def levels() -> tuple[Level, ...]:
    """Return the levels to be tried, best first."""
    held = (level for level in reversed(Level) if trial.attempt(level).holds)
    return tuple(held if os.environ.get("HOSTILE_LEVELS") == "all" else islice(held, 1))


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


def test_what_is_asked_after_a_submissions_time_in_all_is_told() -> None:
    asked = [Asked(Outcome(None), 1.0, 0.9)] * 3
    assert overdrawn(asked, 2.0) == []
    assert overdrawn(asked, 0.5) == ["it was asked 2 times more after its 0.5 s in all"]


def test_whose_a_submission_is_said_to_be_is_told() -> None:
    zips = [Path("mallory-target.zip"), Path("ada-target.zip")]
    assert misnamed(["ada", "mallory"], zips) == misnamed(["ada"], zips) == misnamed([], [Path("home")]) == []
    assert misnamed(["ada"], [Path("home")]) == ["it became ada"]
    assert misnamed(["mallory"], zips) == ["it took away ada's"]
    assert misnamed(["eve" * 100, "a\nb"], []) != [] and misnamed(["eve", "=1"], []) == []


def test_what_a_message_tells_is_seen(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a public key a message may tell what was given, and the arena finds it there."""
    monkeypatch.setattr(arena, "rules", Rules(replace(arena.rules.key, hidden=False)))
    (attack,) = (one for one in attacks() if one.path.stem == "named_with_inputs")
    assert "a message told a hidden input" in arena.run(attack).evidence
