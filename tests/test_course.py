"""The course proves itself: every exercise there is, against its own answers.

Every stub fails, every solution and oracle passes in every form, every mistake
is rejected and named, and what is generated is fresh.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import key as keys
from grader import release
from grader.client import Outcome, Server
from grader.course import Course, Topic, find_course
from grader.exercise import Exercise
from grader.feedback import verdict
from grader.grading import Grader, Rules, Work, open_file
from grader.key import Key
from grader.recording import Runner, marked, record_topic
from grader.verdict import Graded, Status

HERE = Path(__file__).resolve()
COURSE: Course = find_course(HERE.parent)
EXERCISES = [(topic, exercise) for topic in COURSE.topics for exercise in topic.checks.exercises.values()]
FORMS = ["numpy", "float64", "listed", "readonly"]

every_topic = pytest.mark.parametrize("topic", COURSE.topics, ids=lambda topic: topic.id)
every_exercise = pytest.mark.parametrize(
    ("topic", "exercise"), EXERCISES, ids=[f"{topic.name}.{exercise.name}" for topic, exercise in EXERCISES]
)
both_keys = pytest.mark.parametrize("hidden", [False, True], ids=["public", "hidden"])


class Bench:
    """A warm server that runs the course's own answers, and what is made on it once."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.runners: dict[str, Runner] = {}

    @functools.cache  # noqa: B019  (lives as long as the session)
    def key(self, topic: Topic, hidden: bool) -> Key:
        return record_topic(self.server, topic, b"a secret of the tests" if hidden else None)

    def run(self, topic: Topic, exercise: Exercise, hidden: bool, answers: dict[str, str]) -> list[Outcome]:
        if topic.id not in self.runners:
            self.runners[topic.id] = Runner(self.server, topic, [HERE.with_name("forms.py")])
        cases = self.key(topic, hidden).exercises[exercise.name].cases
        return [self.runners[topic.id].run(exercise, case, answers) for case in cases]

    def passes(self, topic: Topic, exercise: Exercise, hidden: bool, answers: dict[str, str]) -> None:
        """Assert that these answers get full marks, or show the message a student would get."""
        outcomes = self.run(topic, exercise, hidden, answers)
        found = verdict(exercise, self.key(topic, hidden).exercises[exercise.name], outcomes, hidden=False)
        assert (found.status, found.score, found.message) == (Status.PASSED, exercise.points, "")


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with Server() as server:
        yield Bench(server)


@pytest.fixture(scope="module")
def graders(bench: Bench) -> Iterator[dict[bool, Grader]]:
    """A grader for each key, which runs submissions as a class' are run."""
    with Grader({}) as public, Grader({}) as hidden:
        for topic in COURSE.topics:
            public.rules[topic.id] = Rules(bench.key(topic, False))
            hidden.rules[topic.id] = Rules(bench.key(topic, True))
        yield {False: public, True: hidden}


def grade(grader: Grader, topic: Topic, path: Path) -> Graded:
    with open(open_file(path), "rb") as file:
        return grader.grade(Work("", topic.id, path.name, file.fileno), file.fileno())


@every_topic
def test_a_topic_is_worth_a_hundred_points(topic: Topic) -> None:
    assert topic.checks.points == 100


@every_topic
@both_keys
def test_the_solution_scores_full(
    topic: Topic, hidden: bool, graders: dict[bool, Grader]
) -> None:
    found = grade(graders[hidden], topic, topic.folder / "solution.py")
    assert [v.message for v in found.exercises if v.status is not Status.PASSED] == []
    assert found.score == 100


@every_topic
@pytest.mark.parametrize("suffix", [".ipynb", ".py"])
def test_what_students_get_scores_nothing_and_says_so_kindly(
    topic: Topic, suffix: str, graders: dict[bool, Grader]
) -> None:
    found = grade(graders[False], topic, topic.assignment / f"{topic.name}{suffix}")
    assert found.score == 0
    for one in found.exercises:
        assert one.status is Status.MISSING, one.message
        assert one.message.endswith("is not written yet."), one.message


@every_topic
def test_the_public_key_is_what_the_solution_answers_today(topic: Topic, bench: Bench) -> None:
    stored, fresh = keys.load(topic.assignment / "key.npz"), bench.key(topic, False)
    assert stored.fingerprint == fresh.fingerprint
    for name, recorded in fresh.exercises.items():
        exercise, before = topic.checks.exercises[name], stored.exercises[name]
        outcomes = [Outcome(None, arrays) for arrays in recorded.expected]
        assert verdict(exercise, before, outcomes, hidden=False).status is Status.PASSED


@every_exercise
@both_keys
def test_every_oracle_scores_full(topic: Topic, exercise: Exercise, hidden: bool, bench: Bench) -> None:
    oracles = [one for one in marked(topic, "oracles") if one.of in exercise.writes]
    assert oracles, "an exercise needs an independent right answer"
    for one in oracles:
        assert one.sentence, f"{one.name} does not say where its answer comes from"
        bench.passes(topic, exercise, hidden, {one.of: f"oracles:{one.name}"})


@every_exercise
@both_keys
def test_every_mistake_is_rejected_and_named_as_itself(
    topic: Topic, exercise: Exercise, hidden: bool, bench: Bench
) -> None:
    recorded = bench.key(topic, hidden).exercises[exercise.name]
    assert recorded.mistakes, "an exercise needs a mistake that it rejects"
    for mistake in recorded.mistakes:
        outcomes = [
            Outcome(Status.RAISED if response.error else None, response.arrays, response.error)
            for response in mistake.responses
        ]
        found = verdict(exercise, recorded, outcomes, hidden)
        assert found.status is not Status.PASSED, f"{mistake.name} passes"
        assert found.score < exercise.points
        assert found.mistake == mistake.name, f"{mistake.name} is taken for {found.mistake}"
        assert mistake.sentence and mistake.sentence in found.message


def answers_in_forms(exercise: Exercise, form: str) -> bool:
    """Whether the reference can be wrapped so: a function, and no tensor is needed of it."""
    if any(name[0].isupper() for name in exercise.writes):
        return False
    needs_tensors = {"gradients", "GradientTape"} & set(names_in(exercise))
    return form == "readonly" or not needs_tensors


def names_in(exercise: Exercise) -> set[str]:
    """Return every name that the driver's code uses, nested functions included."""
    pending, names = [exercise.driver.__code__], set()
    while pending:
        code = pending.pop()
        names |= set(code.co_names)
        pending += [constant for constant in code.co_consts if inspect.iscode(constant)]
    return names


@pytest.mark.parametrize(
    ("topic", "exercise", "form"),
    [
        pytest.param(topic, exercise, form, id=f"{topic.name}.{exercise.name}-{form}")
        for topic, exercise in EXERCISES
        for form in FORMS
        if answers_in_forms(exercise, form)
    ],
)
def test_a_right_answer_in_another_form_scores_full(
    topic: Topic, exercise: Exercise, form: str, bench: Bench
) -> None:
    bench.passes(topic, exercise, False, {name: f"forms:{form}__{name}" for name in exercise.writes})


@every_exercise
def test_the_hint_is_a_question(topic: Topic, exercise: Exercise) -> None:
    assert exercise.hint.rstrip().endswith("?")


def test_what_is_generated_is_fresh() -> None:
    assert release.build(COURSE, check=True) == []
