"""Which words of a docstring a comment beside a case names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from courses import CHECKS, SOLUTION, make_course
from rich.console import Console

from grader.audit import alone, clauses, page, terminal
from grader.audit.findings import AuditFound, ClauseFound
from grader.client.server import Server
from grader.course import Topic

Named = Callable[[str], Topic]
DOCSTRING = '''\
    """Average the rows of a matrix. Rows of `NaN` stay; others
    do not.

    Computes equation (2) of Gauss (1809). It is old.

    Args:
        rows: [n, d], at least one;
            any more will do.
        axis: of the columns.

    Returns:
        [d], the average row.
    """
'''
CASE = '    yield "a single row"'
ROW_LINE = CHECKS.split(CASE)[0].count("\n") + 1


@pytest.fixture
def named(tmp_path: Path) -> Named:
    """Return the small course's topic with a longer docstring of `mean`, and a comment beside a case."""

    def go(comment: str) -> Topic:
        start = SOLUTION.index('    """Average the rows of a matrix.')
        end = SOLUTION.index("    ### BEGIN")
        solution = SOLUTION[:start] + DOCSTRING + SOLUTION[end:]
        solution = solution.replace("def mean(rows):", 'def mean(rows: Float["... n d"]) -> Float["d"]:')
        solution = solution.replace("import numpy as np", "import numpy as np\n\nFloat = {}.get", 1)
        assert CHECKS.count(CASE) == 1
        return make_course(tmp_path, solution=solution, checks=CHECKS.replace(CASE, comment + CASE)).topics[0]

    return go


def found(topic: Topic) -> list[ClauseFound]:
    return clauses.clauses(topic, topic.checks.exercises["mean"])


def problems(topic: Topic) -> list[str]:
    return clauses.problems_of(topic, topic.checks.exercises["mean"], found(topic))


def test_each_sentence_is_a_clause_but_those_that_cite(named: Named) -> None:
    assert found(named("")) == [
        ClauseFound(clause, ())
        for clause in (
            "Average the rows of a matrix.",
            "Rows of `NaN` stay;",
            "others do not.",
            "rows: [n, d], at least one;",
            "any more will do.",
            "axis: of the columns.",
            "[d], the average row.",
        )
    ]


@pytest.mark.parametrize(
    ("comment", "held"),
    [
        ('"Rows of NaN stay"', ["Rows of `NaN` stay;"]),
        ('"rows of\n    # NaN stay; others do not."', ["Rows of `NaN` stay;", "others do not."]),
        ('"any more will do", "axis: of the columns": two', ["any more will do.", "axis: of the columns."]),
        ('"any more will do",\n    # "the average row"', ["any more will do.", "[d], the average row."]),
        ('"rows: … at least one"', ["rows: [n, d], at least one;"]),
        ("any more will do", ["any more will do."]),
        ('"rows: ... any more"', ["any more will do."]),
        ('"[..., n, d]"; the signature says so, too', ["rows: [n, d], at least one;"]),
        ('"Float[d]"; only the signature says so', []),
    ],
)  # fmt: skip
def test_a_comment_names_clauses_whatever_the_layout(comment: str, held: list[str], named: Named) -> None:
    topic = named(f"    # clause: {comment}\n")
    assert [one.clause for one in found(topic) if one.lines] == held
    assert {line for one in found(topic) for line in one.lines} <= {ROW_LINE}
    assert clauses.outdated(topic) == [] and problems(topic) == []


@pytest.mark.parametrize(
    "words", ["the weighted average", "rows: … at most one", "others stay", "values: [n]"]
)
def test_words_that_stand_in_no_docstring_of_the_exercise_are_found(words: str, named: Named) -> None:
    topic = named(f'    # clause: "{words}"\n')
    assert clauses.outdated(topic) == [
        f"checks.py, line {ROW_LINE}, names a clause that stands in no docstring of `mean` any more: {words}"
    ]


def test_a_comment_in_a_helper_is_of_the_exercise_that_has_the_words(tmp_path: Path) -> None:
    helper = (
        '\n\ndef helper(x):\n    # clause: "they need not sum to one"\n    # clause: "gone"\n    return x\n'
        "\n\n@weighted_mean.judge\ndef _(returned, expected, inputs):\n"
        '    # clause: "weights: [n], positive"\n    return None\n'
    )
    (topic,) = make_course(tmp_path, checks=CHECKS + helper).topics
    (stale,) = clauses.outdated(topic)
    assert stale.endswith("names a clause that stands in no docstring of an exercise any more: gone")
    held = {
        name: [clause.clause for clause in clauses.clauses(topic, one) if clause.lines]
        for name, one in topic.checks.exercises.items()
    }
    weights = "weights: [n], positive;"
    assert held == {"mean": [], "weighted_mean": [weights, "they need not sum to one."], "running_mean": []}


def test_an_exercise_of_which_no_clause_is_named_is_found(named: Named) -> None:
    (said,) = problems(named(""))
    assert said.startswith("no case names what it holds: go through the docstring clause by clause")


def test_one_clause_that_is_named_will_do(named: Named) -> None:
    topic = named('    # clause: "axis: of the columns"\n')
    assert problems(topic) == []
    assert clauses.summary(found(topic)) == "1 of 7 clauses of the docstrings are named beside a case"


def test_clauses_are_shown(recorder: Server, named: Named, capsys: pytest.CaptureFixture[str]) -> None:
    topic = named('    # clause: "axis: of the columns"\n    # clause: "gone"\n')
    whole: AuditFound = alone.look("content", {topic: []})
    terminal.show(Console(width=200), whole)
    said = capsys.readouterr().out
    assert "1 of 16 clauses of the docstrings are named beside a case" in said
    assert "01_averages.weighted_mean: no case names what it holds" in said
    assert "01_averages.mean: no case names what it holds" not in said and "any more: gone" in said
    text = page.html(whole)
    assert "named beside a case: 1 of 7" in text
    assert f'<td>axis: of the columns.</td>\n<td class="text">{ROW_LINE}</td>' in text
