"""The course proves itself: every exercise there is, against its own answers.

Every stub fails, every solution and oracle passes in every form, every mistake
is rejected and named, a sample of mutants is killed, and what is generated is
fresh. What is looked at, and how, is the audit's; `make audit` runs all of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import key as keys
from grader import release
from grader.audit import content, equivalents, killing, mistakes, rightness
from grader.audit.bench import SECRET, Bench, in_form
from grader.audit.findings import Fate, FormFound
from grader.audit.mutation import Mutant, mutants
from grader.audit.run import fixed_sample
from grader.client import Outcome, Server
from grader.course import Course, Topic, find_course
from grader.exercise import Exercise
from grader.feedback import verdict
from grader.grading import Grader, Rules, Work, open_file
from grader.key import Key
from grader.recording import record_topic
from grader.verdict import Graded, Status

COURSE: Course = find_course(Path(__file__).parent)
EXERCISES = [(topic, exercise) for topic in COURSE.topics for exercise in topic.checks.exercises.values()]
SAMPLE = 3  # mutants of each answer

every_topic = pytest.mark.parametrize("topic", COURSE.topics, ids=lambda topic: topic.id)
every_exercise = pytest.mark.parametrize(
    ("topic", "exercise"), EXERCISES, ids=[f"{topic.name}.{exercise.name}" for topic, exercise in EXERCISES]
)
both_keys = pytest.mark.parametrize("hidden", [False, True], ids=["public", "hidden"])


class Benches:
    """A warm server that runs the course's own answers, and what is made on it once."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @functools.cache  # noqa: B019  (lives as long as the session)
    def key(self, topic: Topic, hidden: bool) -> Key:
        return record_topic(self.server, topic, SECRET if hidden else None)

    @functools.cache  # noqa: B019
    def mutants(self, topic: Topic) -> list[Mutant]:
        return list(mutants(topic))

    @functools.cache  # noqa: B019
    def of(self, topic: Topic) -> Bench:
        both = {hidden: self.key(topic, hidden) for hidden in (False, True)}
        return Bench(self.server, topic, both, self.mutants(topic))


@pytest.fixture(scope="module")
def benches() -> Iterator[Benches]:
    with Server() as server:
        yield Benches(server)


@pytest.fixture(scope="module")
def graders(benches: Benches) -> Iterator[dict[bool, Grader]]:
    """A grader for each key, which runs submissions as a class' are run."""
    with Grader({}) as public, Grader({}) as hidden:
        for topic in COURSE.topics:
            public.rules[topic.id] = Rules(benches.key(topic, False))
            hidden.rules[topic.id] = Rules(benches.key(topic, True))
        yield {False: public, True: hidden}


def grade(grader: Grader, topic: Topic, path: Path) -> Graded:
    with open(open_file(path), "rb") as file:
        return grader.grade(Work("", topic.id, path.name, file.fileno), file.fileno())


def assert_full_marks(found: FormFound) -> None:
    """Assert that an answer passes, or show the message a student would get."""
    assert (found.passed, found.message) == (True, "")


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
def test_the_public_key_is_what_the_solution_answers_today(topic: Topic, benches: Benches) -> None:
    stored, fresh = keys.load(topic.assignment / "key.npz"), benches.key(topic, False)
    assert stored.fingerprint == fresh.fingerprint
    for name, recorded in fresh.exercises.items():
        exercise, before = topic.checks.exercises[name], stored.exercises[name]
        outcomes = [Outcome(None, arrays) for arrays in recorded.expected]
        assert verdict(exercise, before, outcomes, hidden=False).status is Status.PASSED


@every_exercise
@both_keys
def test_every_oracle_scores_full(topic: Topic, exercise: Exercise, hidden: bool, benches: Benches) -> None:
    oracles = rightness.oracles_of(benches.of(topic), exercise)
    assert oracles, "an exercise needs an independent right answer"
    for one in oracles:
        assert one.sentence, f"{one.name} does not say where its answer comes from"
        answers = {one.of: f"oracles:{one.name}"}
        assert_full_marks(rightness.passes(benches.of(topic), exercise, one.name, answers, hidden))


@every_exercise
@both_keys
def test_every_mistake_is_rejected_and_named_as_itself_and_as_no_other(
    topic: Topic, exercise: Exercise, hidden: bool, benches: Benches
) -> None:
    recorded = benches.key(topic, hidden).exercises[exercise.name]
    assert mistakes.problems_of(exercise, recorded, hidden) == []


@every_exercise
def test_a_sample_of_its_mutants_is_killed(topic: Topic, exercise: Exercise, benches: Benches) -> None:
    reasons = equivalents.recorded(topic)
    for name in exercise.writes:
        own = [(i, mutant) for i, mutant in enumerate(benches.mutants(topic)) if mutant.of == name]
        for one in killing.fates(benches.of(topic), fixed_sample(own, SAMPLE), reasons):
            assert one.fate is not Fate.SURVIVED, f"survives {one.how}:\n{one.diff}"
            assert not (one.fate is Fate.KILLED and one.reason), f"is not equivalent: {one.name}"


@every_topic
def test_every_equivalent_is_of_a_mutant_that_there_is(topic: Topic, benches: Benches) -> None:
    assert equivalents.unknown(equivalents.recorded(topic), benches.mutants(topic)) == []


@pytest.mark.parametrize(
    ("topic", "exercise", "form"),
    [
        pytest.param(topic, exercise, form, id=f"{topic.name}.{exercise.name}-{form}")
        for topic, exercise in EXERCISES
        for form in rightness.FORMS
        if rightness.comes_in(exercise, form)
    ],
)
def test_a_right_answer_in_another_form_scores_full(
    topic: Topic, exercise: Exercise, form: str, benches: Benches
) -> None:
    answers = in_form(exercise, form)
    assert_full_marks(rightness.passes(benches.of(topic), exercise, form, answers, False))


@every_exercise
def test_hints_and_docstrings_hold_what_a_student_needs(topic: Topic, exercise: Exercise) -> None:
    assert content.exercise_problems(topic, exercise) == []


@every_topic
def test_students_are_given_nothing_of_the_solution(topic: Topic) -> None:
    assert content.topic_problems(topic) == []


def test_what_is_generated_is_fresh() -> None:
    assert release.build(COURSE, check=True) == []
