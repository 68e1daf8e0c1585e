"""The course proves itself: every exercise there is, against its own answers.

Every stub fails, every solution and oracle passes in every form, every mistake
is rejected and named, a sample of mutants is killed, and what is generated is
fresh. The public key is the one that students get; a hidden one is recorded.
What is looked at, and how, is the audit's; `make audit` runs all of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader import key, release
from grader.audit import content, equivalents, killing, mistakes, rightness
from grader.audit.bench import Bench, both_keys, in_form
from grader.audit.findings import Fate, FormFound
from grader.audit.mutation import Mutant, mutants
from grader.audit.run import fixed_sample
from grader.client import Server
from grader.course import Course, Topic, find_course
from grader.exercise import Exercise
from grader.grading import Grader, Rules, Work, open_file
from grader.key import Key
from grader.verdict import Graded, Status

COURSE: Course = find_course(Path(__file__).parent)
EXERCISES = [(topic, exercise) for topic in COURSE.topics for exercise in topic.checks.exercises.values()]
SAMPLE = 3  # mutants of each answer
WORKERS = 2

every_topic = pytest.mark.parametrize("topic", COURSE.topics, ids=lambda topic: topic.id)
every_exercise = pytest.mark.parametrize(
    ("topic", "exercise"), EXERCISES, ids=[f"{topic.name}.{exercise.name}" for topic, exercise in EXERCISES]
)
each_key = pytest.mark.parametrize("hidden", [False, True], ids=["public", "hidden"])


class Benches:
    """A warm server that runs the course's own answers, and what is made on it once."""

    def __init__(self, server: Server) -> None:
        self.server = server

    @functools.cache  # noqa: B019  (lives as long as the session)
    def keys(self, topic: Topic) -> dict[bool, Key]:
        return both_keys(self.server, topic)

    @functools.cache  # noqa: B019
    def mutants(self, topic: Topic) -> list[Mutant]:
        return list(mutants(topic))

    @functools.cache  # noqa: B019
    def of(self, topic: Topic) -> Bench:
        return Bench(self.server, topic, self.keys(topic), self.mutants(topic))


@pytest.fixture(scope="module")
def benches(request: pytest.FixtureRequest) -> Iterator[Benches]:
    """Record the keys of the topics that are tested, two at a time."""
    calls = (getattr(item, "callspec", None) for item in request.session.items)
    params = [call.params.get("topic") for call in calls if call]
    tested = [topic for topic in COURSE.topics if topic in params]
    with Server() as server, ThreadPoolExecutor(WORKERS) as pool:
        made = Benches(server)
        list(pool.map(made.keys, tested))
        yield made


@pytest.fixture(scope="module")
def graders() -> Iterator[dict[bool, Grader]]:
    """A grader for each kind of key, which runs submissions as a class' are run."""
    with Grader({}) as public, Grader({}) as hidden:
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
@each_key
def test_the_solution_scores_full(
    topic: Topic, hidden: bool, benches: Benches, graders: dict[bool, Grader]
) -> None:
    graders[hidden].rules[topic.id] = Rules(benches.keys(topic)[hidden])
    found = grade(graders[hidden], topic, topic.folder / "solution.py")
    assert [v.message for v in found.exercises if v.status is not Status.PASSED] == []
    assert found.score == 100


@every_topic
@pytest.mark.parametrize("suffix", [".ipynb", ".py"])
def test_what_students_get_scores_nothing_and_says_so_kindly(
    topic: Topic, suffix: str, benches: Benches, graders: dict[bool, Grader]
) -> None:
    graders[False].rules[topic.id] = Rules(benches.keys(topic)[False])
    found = grade(graders[False], topic, topic.assignment / f"{topic.name}{suffix}")
    assert found.score == 0
    for one in found.exercises:
        assert one.status is Status.MISSING, one.message
        assert one.message.endswith("is not written yet."), one.message


@every_topic
def test_the_public_key_that_students_get_is_the_one_tested(topic: Topic, benches: Benches) -> None:
    given = key.load(topic.assignment / "key.npz")
    assert given.fingerprint == key.fingerprint(topic), f"it is stale: grader build {topic.name}"
    assert given.digest == benches.keys(topic)[False].digest


@every_exercise
@each_key
def test_every_oracle_scores_full(topic: Topic, exercise: Exercise, hidden: bool, benches: Benches) -> None:
    oracles = rightness.oracles_of(benches.of(topic), exercise)
    assert oracles, "an exercise needs an independent right answer"
    for one in oracles:
        assert one.sentence, f"{one.name} does not say where its answer comes from"
        answers = {one.of: f"oracles:{one.name}"}
        assert_full_marks(rightness.passes(benches.of(topic), exercise, one.name, answers, hidden))


@every_exercise
@each_key
def test_every_mistake_is_rejected_and_named_as_itself_and_as_no_other(
    topic: Topic, exercise: Exercise, hidden: bool, benches: Benches
) -> None:
    recorded = benches.keys(topic)[hidden].exercises[exercise.name]
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
