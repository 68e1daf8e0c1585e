"""What Gradescope's container runs for each submission: grade it, and write results.json.

If anything of the grader's own fails, there is no results.json: Gradescope then
says that the autograder failed, and nobody has a score of 0 by accident. What is
printed is for instructors, and shown to nobody else.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import PlainError
from grader.sandbox.levels import Level
from grader.text import NAMED

if TYPE_CHECKING:
    from grader.verdict import PassedOver

STUDENT = "submission"  # Gradescope knows who it is, and nobody here needs to


class Failed(PlainError):
    """The grader failed on the submission, which says nothing about it."""


def main(home: Path, least: Level) -> int:
    """Grade what lies in `home`/submission by the key in `home`/source/keys; return an exit code."""
    from grader.files import write
    from grader.report.gradescope import FILE

    target = home / "results" / FILE
    target.unlink(missing_ok=True)
    try:
        content = graded(home, least)
        target.parent.mkdir(parents=True, exist_ok=True)
        write(target, content)
    except PlainError as error:
        print(f"No results were written: {error.sentence}")
        return 1
    return 0


def graded(home: Path, least: Level) -> bytes:
    """Return the results.json of what was handed in.

    Raises:
        TooLow, Exposed: it would not be held as it has to be.
        KeyProblem, ServerError, Failed: the grader failed.
    """
    from grader.course import name_of
    from grader.grading.collect import NothingToGrade, collect
    from grader.grading.exports import Export
    from grader.grading.grader import Grader
    from grader.grading.rules import rules_for
    from grader.report.gradescope import results_json, without_answers
    from grader.sandbox import root, trial

    level = trial.require(least, "make the autograder again with --require-isolation none")
    print(f"Submissions are held at the level {level}.")
    keys, handed_in = home / "source" / "keys", home / "submission"
    if level is not Level.NONE:
        root.check_hidden([keys, handed_in, home / "results"])
    rules = rules_for((), True, keys, None)
    ((topic, own),) = rules.items()
    # There the files have the names by which their student knows them.
    with Grader(rules, 1, level) as grader, chdir(handed_in):
        try:
            found = collect([Path()], rules, grader.open_archive, export=Export(), owner=STUDENT)
        except NothingToGrade as error:
            exercises = [(one.name, one.points) for one in own.checks.exercises.values()]
            expected = f"hand in {name_of(topic)}.ipynb or {name_of(topic)}.py"
            why = f"{in_place_of_it(error.passed_over)}; {expected}."
            return results_json(without_answers(exercises, topic, why))
        ((result, _),) = grader.grade_all(found.works)
    if result.failed:
        raise Failed(next(one.message for one in result.exercises if one.message))
    return results_json(result)


def in_place_of_it(passed_over: Sequence[PassedOver]) -> str:
    """Say what was found where a submission was expected."""
    whole = ("", ".")  # the folder of all that was handed in, which has no name here
    said = [one.reason if one.file in whole else f"{one.file}: {one.reason}" for one in passed_over[:NAMED]]
    return "; ".join(said) or "there is no file"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Level(sys.argv[2])))
