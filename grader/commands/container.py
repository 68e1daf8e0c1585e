"""What Gradescope's container runs for each submission: grade it, and write results.json.

If anything of the grader's own fails, there is no results.json: Gradescope then
says that the autograder failed, and nobody has a score of 0 by accident. What is
printed is for instructors, and shown to nobody else.
"""

from __future__ import annotations

import sys
from pathlib import Path

from grader.errors import PlainError
from grader.sandbox.levels import Level

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
    with Grader(rules, 1, level) as grader:
        try:
            found = collect([handed_in], rules, grader.open_archive, export=Export(), owner=STUDENT)
        except NothingToGrade as error:
            why = str(error).replace(f"{handed_in}: it", "what you handed in").replace(f"{handed_in}/", "")
            expected = f"hand in {name_of(topic)}.ipynb or {name_of(topic)}.py"
            exercises = [(one.name, one.points) for one in own.checks.exercises.values()]
            return results_json(without_answers(exercises, topic, f"{why}; {expected}."))
        ((result, _),) = grader.grade_all(found.works)
    if result.failed:
        raise Failed(next(one.message for one in result.exercises if one.message))
    return results_json(result)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Level(sys.argv[2])))
