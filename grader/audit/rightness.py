"""Right answers in other forms: all get full marks, and how much tolerance they need."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace

import msgspec

from grader.audit.bench import Bench, in_form
from grader.audit.distance import distance
from grader.audit.findings import FormFound
from grader.authoring.marks import Marked, marked
from grader.course import Topic
from grader.exercise import Case, Exercise, cast
from grader.grading.judge import verdict
from grader.outcome import Outcome
from grader.verdict import Status

FORMS = ("numpy", "float64", "listed", "readonly", "twice")
UNCHANGED = {"readonly", "twice"}  # forms that answer what the reference does
# `function`: TensorFlow traces the answer.
TENSORS_NEEDED = {"gradients", "with_gradients", "GradientTape", "op_count", "is_tensor", "function"}
REORDERED = 1e-2  # a change of order that changes the result by more was not a valid one


def names_used(exercise: Exercise, helpers: bool = False) -> set[str]:
    """Return every name that the driver's compiled code mentions, nested functions and attributes included.

    With `helpers`, also those used by functions of `checks.py` that it calls.
    """
    module = exercise.driver.__globals__ if helpers else {}
    pending, names = [exercise.driver.__code__], set[str]()
    while pending:
        code = pending.pop()
        called = [module.get(name) for name in set(code.co_names) - names]
        names |= set(code.co_names)
        pending += [constant for constant in code.co_consts if inspect.iscode(constant)]
        pending += [one.__code__ for one in called if inspect.isfunction(one) and one.__globals__ is module]
    return names


def comes_in(exercise: Exercise, form: str) -> bool:
    """Tell whether the reference can be wrapped in a form: it is a function, and need not return tensors."""
    if any(name[0].isupper() for name in exercise.writes):
        return False
    return form in UNCHANGED or not TENSORS_NEEDED & names_used(exercise)


def oracles_of(topic: Topic, exercise: Exercise) -> list[Marked]:
    """Return the independent right answers to an exercise."""
    return [one for one in marked(topic, "oracles") if one.of in exercise.writes]


def oracles(bench: Bench, exercise: Exercise, hidden: bool) -> Iterator[FormFound]:
    """Grade each oracle of an exercise."""
    for one in oracles_of(bench.topic, exercise):
        yield passes(bench, exercise, f"oracle {one.name}", {one.of: f"oracles:{one.name}"}, hidden)


def passes(
    bench: Bench, exercise: Exercise, form: str, answers: Mapping[str, str], hidden: bool
) -> FormFound:
    """Grade a right answer that is written otherwise."""
    return graded(bench, exercise, form, bench.run_all(exercise, hidden, answers), hidden)


def graded(bench: Bench, exercise: Exercise, form: str, outcomes: list[Outcome], hidden: bool) -> FormFound:
    """Judge what a right answer did."""
    key = bench.key(exercise, hidden)
    found = verdict(exercise, key, outcomes, hidden=False)
    far = max(
        float("inf") if outcome.status else distance(expected, outcome.arrays)
        for expected, outcome in zip(key.expected, outcomes, strict=True)
    )
    full = found.status is Status.PASSED and found.score == exercise.points
    return FormFound(form, full, far, found.message)


def forms(bench: Bench, exercise: Exercise, reordered: Mapping[str, int]) -> Iterator[FormFound]:
    """Grade every form of an exercise's right answer.

    Args:
        bench: which holds the reference, and its reordered texts.
        exercise: whose answers they are.
        reordered: by what is written, the number on the bench of the reference
            with its sums and products in another order.
    """
    for found in zip(oracles(bench, exercise, False), oracles(bench, exercise, True), strict=True):
        yield max(found, key=lambda form: (not form.passed, form.distance))
    for one in oracles_of(bench.topic, exercise):
        for form in sorted(UNCHANGED):
            if comes_in(exercise, form):
                answers = {one.of: f"forms:{form}__oracles.{one.name}"}
                yield passes(bench, exercise, f"oracle {one.name}, {form}", answers, False)
    for form in FORMS:
        if comes_in(exercise, form):
            yield passes(bench, exercise, form, in_form(exercise, form), False)
    if exercise.arrays == "tensor":
        yield _if_it_runs(passes(bench, exercise, "graph", in_form(exercise, "graph"), False))
        if exercise.dtype == "float32" and comes_in(exercise, "readonly"):
            wide = [bench.run(exercise, widened(case), {}) for case in bench.key(exercise, False).cases]
            yield _if_it_runs(graded(bench, exercise, "float64 throughout", wide, False))
    order = {name: f"mutated:m{reordered[name]}__{name}" for name in exercise.writes if name in reordered}
    if order:
        found_one = _if_it_runs(passes(bench, exercise, "another order", order, False))
        strange = found_one.distance > max(REORDERED, exercise.tolerance)
        yield msgspec.structs.replace(found_one, passed=None) if strange else found_one


def widened(case: Case) -> Case:
    """Return a case with its inputs in float64."""
    return replace(case, inputs={name: cast(value, "float64") for name, value in case.inputs.items()})


def _if_it_runs(form: FormFound) -> FormFound:
    """Leave out a form that the exercise does not have: some functions cannot be traced or widened."""
    return msgspec.structs.replace(form, passed=None) if form.distance == float("inf") else form


def notes_of(found: list[FormFound]) -> list[str]:
    """Say if the reference cannot be run in a `tf.function`, which a student may want to do."""
    return [
        f"the reference does not run in a `tf.function`: {form.message.splitlines()[0]}"
        for form in found
        if form.form == "graph" and form.passed is None and form.message
    ]


def problems_of(found: list[FormFound], oracles: int) -> list[str]:
    """Say which right answers are rejected."""
    problems = [
        f"a right answer is rejected ({form.form}): {form.message}" for form in found if form.passed is False
    ]
    if not oracles:
        problems.append("there is no oracle: write an independent right answer in oracles.py")
    return problems
