"""Mutants that no check could tell from the reference, each with the reason.

They stand in `equivalents.toml` beside the checks, by what the student writes
and by the mutant's name, which no change of layout touches:

    [adam_step]
    "return (w - lr * m / (np.sqrt(v) {+ eps → }), m, v)" = "eps is 1e-7 …"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable

from grader.audit.mutation import Mutant
from grader.course import Topic
from grader.exercise import AuthorError

FILE = "equivalents.toml"


def recorded(topic: Topic) -> dict[tuple[str, str], str]:
    """Return the recorded reasons, by what is written and the mutant's name.

    Raises:
        AuthorError: the file cannot be read, or a reason is missing.
    """
    path = topic.folder / FILE
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise AuthorError(f"{path} cannot be read: {error}") from error
    found = {}
    for of, table in tables.items():
        if not isinstance(table, dict):
            raise AuthorError(f"{path}: put `{of}` in the table of what the student writes: [NAME]")
        for name, reason in table.items():
            if not isinstance(reason, str) or not reason.strip():
                raise AuthorError(f"{path}: say why the mutant `{name}` of {of} is equivalent")
            found[of, name] = reason
    return found


def outdated(reasons: Iterable[tuple[str, str]], mutants: Iterable[Mutant]) -> list[tuple[str, str]]:
    """Return the recorded names that no mutant has any more, because its statement has changed."""
    made = {(mutant.of, mutant.name) for mutant in mutants}
    return [reason for reason in reasons if reason not in made]
