"""What `check` is asked for: names of answers to an assignment and its exercises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader import drivers
from grader.course import CourseError, unknown
from grader.exercise import Exercise
from grader.grading.key import KeyProblem
from grader.grading.rules import Rules
from grader.student.assignment import Assignment, find_assignments


def name_of_answer(answer: Any, kernel: Mapping[str, Any]) -> str:
    """Return the name that an answer goes by, among those that `kernel` holds.

    Raises:
        CourseError: it has none.
    """
    if isinstance(answer, str):
        return answer
    bound = [name for name, value in kernel.items() if value is answer]
    called = getattr(answer, "__name__", None)
    if called in bound:
        return str(called)
    bound = [name for name in bound if not name.startswith("_")]
    if bound and callable(answer) and called in (None, "<lambda>", "wrapper"):
        return str(bound[-1])
    if isinstance(called, str):
        return called
    got, kind = drivers.describe(answer), type(answer).__name__
    raise CourseError(
        f"`check` takes the function or class itself, as in check(momentum_step), and got {got}: "
        + (f"write check({kind})" if callable(answer) else "leave out the brackets after its name")
    )


def assignment_for(names: Sequence[str], kernel: Mapping[str, Any]) -> Assignment:
    """Return the assignment in the kernel's folder, of several the one that asks for these names.

    Raises:
        CourseError: there is none, or more than one.
        KeyProblem: its key cannot be read, or is of another version than its checks.
    """
    here = Path.cwd()
    try:
        found = find_assignments(here)
    except CourseError:
        if (here / "checks.py").is_file():
            raise CourseError(
                f"{here} has lost its answer key, the file `key.npz`: get it again from where you got the "
                "assignment"
            ) from None
        raise CourseError(
            f"this kernel works in {here}, and there is no assignment there: open the notebook in the "
            "folder you were given, the one that holds `key.npz`, or go there with `%cd FOLDER`"
        ) from None
    if len(found) > 1:
        known = set(names) or set(kernel)
        found = [one for one in found if known & writers(one.rules).keys()] or found
    if len(found) > 1:
        raise CourseError(
            f"{here} holds {len(found)} assignments, and it is not clear which is meant: "
            "open the notebook in the assignment's own folder, or go there with `%cd FOLDER`"
        )
    checks = found[0].folder / "checks.py"
    if checks.is_file() and _lines(checks.read_bytes()) != _lines(found[0].rules.key.checks.encode()):
        raise KeyProblem(
            f"the files checks.py and key.npz in {found[0].folder} do not go together, one is of another "
            "version of the assignment: get both again"
        )
    return found[0]


def _lines(content: bytes) -> list[bytes]:
    return [line.rstrip() for line in content.strip().splitlines()]


def writers(rules: Rules) -> dict[str, Exercise]:
    """Return the exercises by what they have written."""
    exercises = rules.checks.exercises.values()
    return {name: one for one in exercises for name in (one.name, *one.writes)}


def exercises_for(rules: Rules, names: Sequence[str]) -> list[Exercise]:
    """Return the exercises that ask for these names.

    Raises:
        CourseError: none asks for one of them.
    """
    known = writers(rules)
    for name in names:
        if name not in known:
            said = unknown("exercise", name, {name for one in known.values() for name in one.writes})
            raise CourseError(
                f"{said}{'' if said.endswith('?') else '.'} An answer goes by the name that the exercise "
                "gives it: define it under that name, and pass that"
            )
    return list({known[name].name: known[name] for name in names}.values())


def refuse_class(name: str, answer: Any) -> None:
    """Refuse a class for a function, told apart by the case of the name, as PEP 8 has it.

    Raises:
        CourseError: it is one.
    """
    if isinstance(answer, type) and not any(letter.isupper() for letter in name):
        raise CourseError(
            f"`{name}` is a class here, and the exercise asks for a function: write `def {name}(…)`"
        )
