"""Mutants that no check could tell from the reference, each with the reason.

They stand in `equivalents.toml` beside the checks, by what the student writes
and by the mutant's name, which no change of layout touches:

    [adam_step]
    "return (w - lr * m / (np.sqrt(v) {+ eps → }), m, v)" = "eps is 1e-7 …"
"""

from __future__ import annotations

from collections.abc import Iterable

from grader.audit import reasons
from grader.audit.mutation import Mutant
from grader.course import Topic

FILE = "equivalents.toml"


def recorded(topic: Topic) -> dict[tuple[str, str], str]:
    """Return the recorded reasons, by what is written and the mutant's name.

    Raises:
        AuthorError: the file cannot be read, or a reason is missing.
    """
    asked = "say why the mutant `{entry}` of {table} is equivalent"
    return reasons.read(topic.folder / FILE, "what the student writes", asked)


def outdated(reasons: Iterable[tuple[str, str]], mutants: Iterable[Mutant]) -> list[tuple[str, str]]:
    """Return the recorded names that no mutant has any more, because its statement has changed."""
    made = {(mutant.of, mutant.name) for mutant in mutants}
    return [reason for reason in reasons if reason not in made]
