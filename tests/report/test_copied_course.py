"""The thresholds of `grader similar`, on right answers that were made apart: the course's oracles.

Each is read alone, without the helpers that its author shares between several; of every third
topic, because all of them take half a minute.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from grader.answers import Answer, Texts
from grader.report.copied import compare

SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"
NOTHING = Answer("", (), ())


class Renamed(ast.NodeTransformer):
    """Gives each name that an answer assigns to another one."""

    def __init__(self, tree: ast.AST) -> None:
        stored = {one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and _stored(one)}
        self.names = {name: f"other_{number}" for number, name in enumerate(sorted(stored))}

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> ast.Nonlocal:
        return ast.Nonlocal([self.names.get(name, name) for name in node.names])


def _stored(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def exercises() -> Iterator[tuple[str, str, Mapping[str, Answer], Mapping[str, Answer], Answer]]:
    """Yield each exercise: what several made of it, copies of that with other names, and the course's own."""
    for folder in sorted(SOLUTIONS.glob("[0-9]*"))[::3]:
        own = Texts([(folder / "solution.py").read_text()])
        tree = ast.parse((folder / "oracles.py").read_text())
        imports = "\n".join(
            ast.unparse(one) for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)
        )
        found: dict[str, dict[str, tuple[Answer, Answer]]] = {}
        for one in tree.body:
            if isinstance(one, ast.FunctionDef) and (of := _exercise_of(one)):
                called, one.name, one.decorator_list = one.name, of, []
                texts = ast.unparse(one), ast.unparse(Renamed(one).visit(one))
                first, other = (Texts([imports, text]).answer([of]) for text in texts)
                found.setdefault(of, {})[called] = first, other
        for name, both in found.items():
            answers, copies = ({called: two[place] for called, two in both.items()} for place in (0, 1))
            yield folder.name, name, answers, copies, own.answer([name])


def _exercise_of(node: ast.FunctionDef) -> str:
    for call in node.decorator_list:
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "oracle":
            return str(ast.literal_eval(call.keywords[0].value))
    return ""


@pytest.mark.slow
def test_answers_that_were_made_apart_are_not_listed_and_copies_with_other_names_are() -> None:
    listed, pairs, copied, missed = [], 0, 0, []
    for topic, name, answers, copies, reference in exercises():
        # Even where the course's own way is a student's like any other, and nothing is left out for it.
        for everyone, known in ((answers, reference), (answers | {"the course": reference}, NOTHING)):
            found = compare(topic, name, everyone, known)
            listed += [(topic, name, one.students) for one in found.similar]
            pairs += found.compared * (found.compared - 1) // 2
        for called, answer in answers.items():
            two = compare(topic, name, {"one": answer, "other": copies[called]}, reference)
            if two.compared:
                copied += 1
                missed += [] if two.similar else [(topic, name, called)]
    assert pairs > 300 and listed == []
    assert copied > 150 and missed == []
