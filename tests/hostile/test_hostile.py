"""No attack of the corpus breaks what the level promises that it is held at.

The best level that this machine gives is held to the whole corpus. With
HOSTILE_LEVELS=all every level that can be had here is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from arena import GROUPS, Arena, Attack, attacks

from grader import isolation
from grader.sandbox import Level


def levels() -> list[Level]:
    """Return the levels to be tried, best first."""
    held = [level for level in reversed(Level) if isolation.attempt(level).holds]
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
