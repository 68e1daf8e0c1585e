"""A class whose right grades can be known: demonstration, load and correctness test in one.

Each simulated answer is the reference, an oracle, a listed mistake, or fails in
one of a few ways. A submission is the solution's text, followed by cells that
define some of its names anew; nothing is run here.
"""

from __future__ import annotations

import errno
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.authoring.ways import SPOILED, Ways
from grader.course import Topic
from grader.exercise import Exercise

HANGS = 0.01  # share of submissions with an endless loop: each costs its time limit
FIRST = "ada alan barbara claude dorothy edsger emmy grace hedy john karen kathleen lotfi mary".split()
LAST = "bellman curie euler franklin gauss hamilton hopper lovelace noether shannon turing".split()

Behaviours = dict[str, dict[str, dict[str, str]]]  # by student, topic's id and exercise


@dataclass
class Deck:
    """Deals one topic's behaviours, so that every mistake and oracle has its turn."""

    ways: Ways
    rng: random.Random
    waiting: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def behaviour(self, exercise: Exercise, ability: float, may_hang: bool) -> str:
        """Draw what one student does with one exercise."""
        failing = self.ways.failing(exercise)
        if not failing:
            return "right"
        if may_hang:
            return "hangs"
        if self.rng.random() < ability:
            return self._next("oracles", exercise) if self.rng.random() < 0.15 else "right"
        ways, weights = ["mistake", "stub", "raises", "wrong_shape", "nan"], [60, 18, 10, 6, 6]
        way = self.rng.choices(ways, weights)[0]
        if way == "mistake":
            return self._next("mistakes", exercise)
        return "raises" if way in SPOILED and way not in failing else way

    def _next(self, module: str, exercise: Exercise) -> str:
        """Deal the next mistake or oracle of an exercise, in a shuffled order."""
        waiting = self.waiting.setdefault((module, exercise.name), [])
        if not waiting:
            waiting += self.ways.listed(module, exercise)
            self.rng.shuffle(waiting)
        if not waiting:
            return "right" if module == "oracles" else "stub"
        return waiting.pop()


def simulate(topics: Sequence[Topic], folder: Path, students: int, seed: int) -> Behaviours:
    """Write a class to `folder`, STUDENT/TOPIC.ipynb or .py, and return what each student does.

    The same arguments give the same bytes.

    Raises:
        AuthorError: a topic's files cannot be read.
        OSError: the folder holds files already, or cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(errno.EEXIST, "the folder holds files already: name a new one", str(folder))
    rng = random.Random(seed)
    decks = [Deck(Ways(topic), rng) for topic in topics]
    done: Behaviours = {}
    for number in range(students):
        student = f"{rng.choice(FIRST)}.{rng.choice(LAST)}-{number + 1:03}"
        # A few who get nearly all of it, a few who get little, most between.
        talent = rng.betavariate(4, 1.3)
        home = folder / student
        home.mkdir(parents=True)
        for place, deck in enumerate(decks):
            topic, ways = deck.ways.topic, deck.ways
            exercises = list(topic.checks.exercises.values())
            hanging = rng.choice(exercises) if rng.random() < HANGS else None
            behaviours = [(one, deck.behaviour(one, talent, one is hanging)) for one in exercises]
            done.setdefault(student, {})[topic.id] = {one.name: way for one, way in behaviours}
            suffix, written = ((".ipynb", ways.notebook), (".py", ways.script))[(number + place) % 2]
            (home / f"{topic.name}{suffix}").write_text(written(behaviours), encoding="utf-8")
    return done
