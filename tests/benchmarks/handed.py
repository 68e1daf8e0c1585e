"""A simulated class, handed in as the notebooks that nbgrader released."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

from grader.authoring.simulate import Deck
from grader.authoring.ways import Ways
from grader.course import Topic


def hand_in(topic: Topic, folder: Path, students: int, bare: bool) -> None:
    """Write the released notebook with simulated answers, and the files that came with it."""
    rng = random.Random(topic.id)
    ways = Ways(topic)
    deck = Deck(ways, rng)
    released = json.loads((topic.assignment / f"{topic.name}.ipynb").read_text())
    solved = json.loads((topic.source / f"{topic.name}.ipynb").read_text())
    sources = {cell["id"]: cell["source"] for cell in solved["cells"]}
    for number in range(students):
        talent = rng.betavariate(4, 1.3)
        behaviours = [(one, deck.behaviour(one, talent, False)) for one in topic.checks.exercises.values()]
        texts = list(ways.cells(behaviours))
        # What is grafted keeps its own name, and `check(answer)` goes by that.
        texts += [f"{name}.__name__ = {name!r}" for one, _ in behaviours for name in one.writes]
        more = [code(f"more-{place}", text) for place, text in enumerate(texts)]
        cells = [cell | {"source": sources.get(cell["id"], cell["source"])} for cell in released["cells"]]
        checks = [cell for cell in cells if is_check(cell)]
        answers = [cell for cell in cells if not (is_check(cell) or (bare and is_demonstration(cell)))]
        # Answers are made wrong by cells after all of them, and checked after that.
        notebook = released | {"cells": [*answers, *more, *checks]}
        home = folder / f"student-{number:03}" / topic.id
        home.mkdir(parents=True)
        (home / f"{topic.name}.ipynb").write_text(json.dumps(notebook))
        for name in ("checks.py", "key.npz"):
            shutil.copy(topic.assignment / name, home)


def code(ident: str, source: str) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": ident, "metadata": {}, "source": source}
    return cell | {"outputs": [], "execution_count": None}


def is_check(cell: dict[str, Any]) -> bool:
    facts = cell["metadata"].get("nbgrader", {})
    return bool(facts.get("grade") and not facts.get("solution"))


def is_demonstration(cell: dict[str, Any]) -> bool:
    tags = cell["metadata"].get("tags", [])
    return "active-ipynb" in tags and not is_check(cell) and not imports_check(cell)


def imports_check(cell: dict[str, Any]) -> bool:
    return "from grader import check" in "".join(cell["source"])
