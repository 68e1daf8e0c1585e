"""What students are given: all that they need, and nothing of the solution."""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator

import numpy as np
from nbformat import reads

from grader.audit.mutation import solution_cells
from grader.authoring.notebook import REGION, has_solution, instructor_notebook, solution_regions
from grader.course import Topic
from grader.exercise import Exercise

SOURCE = re.compile(r"https?://|doi\.org|arXiv|\b(1[6-9]|20)\d\d\b|[Ss]ection \d|[Cc]hapter \d")
SHAPE = re.compile(r"\[[^\]\n]*\]|\([\w*]+, ?[\w*, ]*\)")
POINTS = 100  # of a topic
TELLING = 12  # characters; a shorter piece of code may well occur in a question too
SECRET_NAME = 8  # characters; a shorter name of a solution's own may well be a word of the text
DRAWING = re.compile(r"\bplt\.|\.imshow\(|\.plot\(|plot\w*\(")


def exercise_problems(topic: Topic, exercise: Exercise) -> list[str]:
    """Say what an exercise's hint and docstrings lack."""
    everything = list(_solution_cells(topic))
    cells = {name: cell for cell in everything for name in exercise.writes if _defines(cell, name)}
    problems = []
    hint = exercise.hint.strip()
    if not hint.endswith("?"):
        problems.append("its hint is not a question")
    given = _squeezed(hint)
    for cell in cells.values():
        told = [piece for piece in pieces(cell) if _squeezed(piece) in given]
        if told:
            problems.append(f"its hint gives the answer away: {told[0]}")
    for name, cell in cells.items():
        node = next(one for one in ast.parse(cell).body if getattr(one, "name", "") == name)
        assert isinstance(node, ast.FunctionDef | ast.ClassDef)
        problems += _docstring_problems(name, node)
    return problems


def _docstring_problems(name: str, node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    text = ast.get_docstring(node)
    if not text:
        yield f"`{name}` has no docstring"
        return
    methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
    texts = "\n".join([text, *(ast.get_docstring(one) or "" for one in methods)])
    if not SOURCE.search(texts):
        yield f"the docstring of `{name}` cites no source: say where the equation comes from"
    functions = [node] if isinstance(node, ast.FunctionDef) else methods
    notes = [argument.annotation for one in functions for argument in one.args.args] + [
        one.returns for one in functions
    ]
    arrays = [note for note in notes if note is not None and "Tensor" in ast.unparse(note) + "ndarray"]
    annotated = any(isinstance(note, ast.Subscript) for note in notes)
    if arrays and not annotated and not SHAPE.search(texts):
        yield f"neither the signature nor the docstring of `{name}` says which shapes it takes"


def points_problems(topic: Topic) -> list[str]:
    """Say what a topic's exercises are worth together, if that is not 100 points."""
    points = topic.checks.points
    if abs(points - POINTS) < 1e-9:
        return []
    each = " + ".join(f"{one.points:g} ({one.name})" for one in topic.checks.exercises.values())
    return [f"its exercises are worth {points:g} points together, where {POINTS} are expected: {each}"]


def topic_problems(topic: Topic) -> list[str]:
    """Say what is wrong with the files that students are given.

    Raises:
        AuthorError: the solution is no notebook.
    """
    source = instructor_notebook(topic)
    problems = []
    demonstrations = [one for one in source.cells if one.cell_type == "code" and not has_solution(one)]
    if not any(DRAWING.search(cell.source) for cell in demonstrations):
        problems.append("no demonstration draws a picture, which would fail visibly when the code is wrong")
    path = topic.assignment / f"{topic.name}.ipynb"
    try:
        released = reads(path.read_text(encoding="utf-8"), as_version=4)
        files = {one.name: one.read_bytes() for one in sorted(topic.assignment.iterdir()) if one.is_file()}
    except OSError:
        return [*problems, f"there is no assignment: run `grader build {topic.name}`"]
    given = [REGION.sub("", cell.source) for cell in source.cells]
    if len(given) != len(released.cells):
        return [*problems, "the assignment has other cells than the solution: run `grader build` again"]
    for number, (ours, cell) in enumerate(zip(source.cells, released.cells, strict=True), 1):
        if has_solution(ours) and not same_but_for_regions(ours.source, cell.source):
            problems.append(f"cell {number} of the assignment differs from the solution outside the markers")
    public = _squeezed("\n".join(given))
    secrets = {piece for cell in _solution_cells(topic) for piece in pieces(cell)}
    secrets = {piece for piece in secrets if _squeezed(piece) not in public}
    names = secret_names(topic, "\n".join(given))
    for name, content in files.items():
        text = text_of(name, content)
        squeezed, words = _squeezed(text), set(re.findall(r"\w+", text))
        told = sorted(piece for piece in secrets if _squeezed(piece) in squeezed)
        problems += [f"{name} holds a line of the solution: {piece}" for piece in told]
        problems += [f"{name} holds `{word}`, a name of the solution's own" for word in sorted(names & words)]
    return problems


def same_but_for_regions(solution: str, stub: str) -> bool:
    """Tell whether a released cell is a solution's cell with each region replaced."""
    first, *kept = REGION.split(solution)[::2]
    if not kept:
        return stub == solution
    place = len(first)
    for part in kept[:-1]:
        found = stub.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return stub.startswith(first) and stub[place:].endswith(kept[-1])


def pieces(cell: str) -> list[str]:
    """Return the lines of a cell's solution that would give it away, without comments and layout."""
    lines = [line for region in solution_regions(cell) for line in region.split("\n")]
    code = [line.partition("  #")[0].strip() for line in lines if not line.lstrip().startswith("#")]
    return [line for line in code if len(_squeezed(line)) >= TELLING and "=" in line]


def secret_names(topic: Topic, public: str) -> set[str]:
    """Return the names that occur in solutions and oracles, and in nothing that students are given."""
    known = set(re.findall(r"\w+", public + topic.checks.text))
    found: set[str] = set()
    for cell in _solution_cells(topic):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
    oracles = ast.parse((topic.folder / "oracles.py").read_text(encoding="utf-8"))
    found |= {node.name for node in oracles.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {name for name in found - known if len(name) >= SECRET_NAME and "_" in name}


def text_of(name: str, content: bytes) -> str:
    """Return the text of a file; of a key, the text of the arrays in it."""
    if name.endswith(".npz"):
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            content = b"\n".join(stored[part].tobytes() for part in stored.files)
    return content.decode("utf-8", "replace").replace("\\n", "\n").replace('\\"', '"')


def _solution_cells(topic: Topic) -> Iterator[str]:
    return (source for _, source, _, _ in solution_cells(topic))


def _defines(cell: str, name: str) -> bool:
    return any(getattr(node, "name", "") == name for node in ast.parse(cell).body)


def _squeezed(text: str) -> str:
    return "".join(text.split())
