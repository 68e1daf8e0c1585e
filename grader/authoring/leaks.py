"""Nothing of a solution reaches a student."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from grader.authoring.notebook import solution_regions
from grader.course import Topic
from grader.exercise import AuthorError
from grader.names import ANSWER

GIVEAWAY = 20  # characters; a shorter solution, as `return x + y`, may well stand elsewhere too
MARKER = re.compile(r"^\s*###", re.MULTILINE)


def refuse_leaks(topic: Topic, source: NotebookNode, released: NotebookNode, given: dict[str, bytes]) -> None:
    """Look for anything of a solution in what students are to get.

    Raises:
        AuthorError: a marker, a solution or the model answer is there.
    """
    texts = {name: content.decode() for name, content in given.items() if not name.endswith(".ipynb")}
    for number, cell in enumerate(released.cells, 1):
        texts[f"cell {number} of {topic.name}.ipynb"] = cell.source
        if cell.cell_type == "code" and MARKER.search(cell.source):
            raise AuthorError(f"{topic.id}: cell {number} still holds a `###` marker:\n{cell.source}")
    secrets = []
    for cell in source.cells:
        if cell.cell_type == "code":
            secrets += solution_regions(cell.source)
        elif ANSWER in cell.metadata.get("tags", []):
            secrets.append(cell.source)
    for secret in map(_bare, secrets):
        if len(secret) < GIVEAWAY:
            continue
        for place, text in texts.items():
            if f"\n{secret}\n" in f"\n{_bare(text)}\n":
                raise AuthorError(f"{topic.id}: {place} gives a solution away:\n{secret}")


def _bare(text: str) -> str:
    """Return the lines of `text` without indentation, comments and empty lines."""
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line and not line.startswith("#"))
