"""What a topic's `mistakes.py` and `oracles.py` mark, read without running them."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from grader.course import Topic
from grader.exercise import AuthorError


@dataclass(frozen=True)
class Marked:
    """A function or class marked @mistake or @oracle, read without running its file.

    `raises` names the error that a mistake says it raises, if it does.
    """

    module: str
    name: str
    of: str
    sentence: str
    raises: str = ""


def marked(topic: Topic, module: str) -> list[Marked]:
    """Return what `mistakes.py` or `oracles.py` marks, in the order of the file.

    Raises:
        AuthorError: the file is missing, or a mark names no function of its own.
    """
    path = topic.folder / f"{module}.py"
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except (OSError, SyntaxError) as error:
        raise AuthorError(f"{path} cannot be read: {error}") from error
    found = []
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") in ("mistake", "oracle"):
                values = dict(zip(("of", "raises"), mark.args, strict=False))
                values |= {str(keyword.arg): keyword.value for keyword in mark.keywords}
                said = {name: one.value for name, one in values.items() if isinstance(one, ast.Constant)}
                if "of" not in said or said.keys() != values.keys():
                    raise AuthorError(
                        f"{path}, line {node.lineno}: mark {node.name} with the name it is an answer to"
                    )
                sentence = " ".join((ast.get_docstring(node) or "").split("\n\n")[0].split())
                of, raises = str(said["of"]), str(said.get("raises", ""))
                found.append(Marked(module, node.name, of, sentence, raises))
    return found
