"""The course proves itself: every exercise there is, against its own answers.

Every stub fails, every solution and oracle passes in every form, every mistake
is rejected and named, a sample of mutants is killed, and what is generated is
fresh. The public key is the one that students get; a hidden one is recorded.
What is looked at, and how, is the audit's; `make audit` runs all of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import pytest
from courses import OURS

from grader.audit import clauses, content, equivalents, killing, mistakes, replay, rightness, teaching
from grader.audit.bench import Bench, both_keys, in_form
from grader.audit.findings import Fate, FormFound, MutantFound, ReplayFound
from grader.audit.mutation import mutants
from grader.audit.run import fixed_sample
from grader.authoring import release
from grader.authoring.marks import marked
from grader.authoring.recording import record_topic
from grader.client.server import Server
from grader.course import Topic
from grader.exercise import Exercise
from grader.grading import key
from grader.grading.grader import Grader
from grader.grading.judge import outcomes_of, verdict
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.secret import PUBLIC, case_seeds
from grader.grading.work import Work, open_file
from grader.verdict import Graded, Status

EXERCISES = [(topic, exercise) for topic in OURS.topics for exercise in topic.checks.exercises.values()]
SAMPLE = 3  # mutants of each answer
WORKERS = 2
RECORDED_BY = (3, 11)  # the Python of the keys that the course holds
ANEW = 5  # of so many topics, the first has its first exercise recorded by that Python again
FREE = 0.02  # of the course's points, which may be recorded as won without an answer

every_topic = pytest.mark.parametrize("topic", OURS.topics, ids=lambda topic: topic.id)
every_exercise = pytest.mark.parametrize(
    ("topic", "exercise"), EXERCISES, ids=[f"{topic.name}.{exercise.name}" for topic, exercise in EXERCISES]
)


each_key = pytest.mark.parametrize("hidden", [False, True], ids=["public", "hidden"])


@dataclass(frozen=True)
class Looked:
    """What is found of a topic by running it; each test asserts a part of it.

    Attributes:
        keys: the public key that students get, and a hidden one, by whether they are hidden.
        anew: the public key, as this Python and this machine record it: of `sampled` exercises.
        oracles: by exercise and key, what became of each oracle.
        forms: by exercise and form, what became of the reference in that form.
        fates: by exercise, what became of a sample of its mutants.
        gone: the equivalents recorded of mutants that there are not.
        replays: by exercise, which cases are passed by arrays that are known beforehand.
    """

    keys: dict[bool, Key]
    anew: Key | None
    oracles: dict[tuple[str, bool], list[FormFound]]
    forms: dict[tuple[str, str], FormFound]
    fates: dict[str, list[MutantFound]]
    gone: list[tuple[str, str]]
    replays: dict[str, list[ReplayFound]]


Look = Callable[[Topic], Looked]


def sampled(topic: Topic) -> list[str]:
    """Return the exercises that are recorded anew: all, but for the Python that records the course's keys.

    It would record the same bytes again, which takes a third of the time of all that is looked at.
    """
    names = list(topic.checks.exercises)
    if sys.version_info[:2] != RECORDED_BY:
        return names
    return names[:1] if OURS.topics.index(topic) % ANEW == 0 else []


def look(server: Server, topic: Topic) -> Looked:
    """Run all that is run of a topic, in one child."""
    exercises = topic.checks.exercises.values()
    every, reasons = list(mutants(topic)), equivalents.recorded(topic)

    def fates(bench: Bench, exercise: Exercise) -> Iterator[MutantFound]:
        for name in exercise.writes:
            own = [(i, mutant) for i, mutant in enumerate(every) if mutant.of == name]
            yield from killing.fates(bench, fixed_sample(own, SAMPLE), reasons)

    with Bench(server, topic, both_keys(server, topic), every) as bench:
        return Looked(
            dict(bench.keys),
            record_topic(server, topic, only=sampled(topic)) if sampled(topic) else None,
            {
                (one.name, hidden): list(rightness.oracles(bench, one, hidden))
                for one in exercises
                for hidden in (False, True)
            },
            {
                (one.name, form): rightness.passes(bench, one, form, in_form(one, form), False)
                for one in exercises
                for form in rightness.FORMS
                if rightness.comes_in(one, form)
            },
            {one.name: list(fates(bench, one)) for one in exercises},
            equivalents.outdated(reasons, every),
            replay.replays(server, topic),
        )


@pytest.fixture(scope="module")
def looked(request: pytest.FixtureRequest) -> Iterator[Look]:
    """Look at the topics that are tested, two at a time; what fails, fails the tests of that topic."""
    calls = (getattr(item, "callspec", None) for item in request.session.items)
    params = [call.params.get("topic") for call in calls if call]
    with Server() as server, ThreadPoolExecutor(WORKERS) as pool:
        found = {topic: pool.submit(look, server, topic) for topic in OURS.topics if topic in params}
        wait(found.values())  # pytest parses, too, what it shows of a failure
        yield lambda topic: found[topic].result()
        pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="module")
def warm() -> Iterator[Grader]:
    """What runs submissions as a class' are run."""
    with Grader({}) as grader:
        yield grader


def grade(grader: Grader, topic: Topic, path: Path, rules: Rules) -> Graded:
    grader.rules[topic.id] = rules
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
def test_the_solution_scores_full(topic: Topic, hidden: bool, looked: Look, warm: Grader) -> None:
    found = grade(warm, topic, topic.folder / "solution.py", Rules(looked(topic).keys[hidden]))
    assert [v.message for v in found.exercises if v.status is not Status.PASSED] == []
    assert found.score == 100


@every_topic
@pytest.mark.parametrize("suffix", [".ipynb", ".py"])
def test_what_students_get_scores_nothing_and_says_so_kindly(
    topic: Topic, suffix: str, looked: Look, warm: Grader
) -> None:
    rules = Rules(looked(topic).keys[False])
    found = grade(warm, topic, topic.assignment / f"{topic.name}{suffix}", rules)
    assert found.score == 0
    for one in found.exercises:
        assert one.status is Status.MISSING, one.message
        assert one.message.endswith("is not written yet."), one.message


@every_topic
def test_the_public_key_that_students_get_is_the_one_tested(topic: Topic, looked: Look) -> None:
    given = key.load(topic.assignment / "key.npz")
    assert given.fingerprint == key.fingerprint(topic), f"it is stale: grader build {topic.name}"
    assert given.digest == looked(topic).keys[False].digest


@every_exercise
@each_key
def test_every_oracle_scores_full(topic: Topic, exercise: Exercise, hidden: bool, looked: Look) -> None:
    oracles = rightness.oracles_of(topic, exercise)
    assert oracles, "an exercise needs an independent right answer"
    assert [one.name for one in oracles if not one.sentence] == [], "these do not say where they come from"
    found = looked(topic).oracles[exercise.name, hidden]
    assert len(found) == len(oracles)
    for one in found:
        assert_full_marks(one)


@every_exercise
@each_key
def test_every_mistake_is_rejected_and_named_as_itself_and_as_no_other(
    topic: Topic, exercise: Exercise, hidden: bool, looked: Look
) -> None:
    recorded = looked(topic).keys[hidden].exercises[exercise.name]
    assert mistakes.problems_of(exercise, recorded, hidden) == []


@every_exercise
def test_a_mistake_that_raises_says_so(topic: Topic, exercise: Exercise, looked: Look) -> None:
    keys = [looked(topic).keys[hidden].exercises[exercise.name] for hidden in (False, True)]
    raises = {one.name: one.raises for one in marked(topic, "mistakes")}
    assert mistakes.undeclared(keys, raises) == []


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        pytest.param(topic, name, id=f"{topic.name}.{name}")
        for topic in OURS.topics
        for name in sampled(topic)
    ],
)
def test_the_key_that_students_get_knows_a_mistake_that_is_made_here(
    topic: Topic, name: str, looked: Look
) -> None:
    """It was recorded by another Python, whose `sum` may round otherwise, or this one does as it did."""
    exercise, given = topic.checks.exercises[name], looked(topic).keys[False].exercises[name]
    anew = looked(topic).anew
    assert anew is not None
    for made in anew.exercises[name].mistakes:
        found = verdict(exercise, given, outcomes_of(made), hidden=False)
        assert made.sentence in found.message, f"{made.name} is not recognised"


@every_exercise
def test_a_sample_of_its_mutants_is_killed(topic: Topic, exercise: Exercise, looked: Look) -> None:
    found = looked(topic).fates[exercise.name]
    assert found or not any(mutant.of in exercise.writes for mutant in mutants(topic))
    for one in found:
        assert one.fate is not Fate.SURVIVED, f"survives {one.how}:\n{one.diff}"
        assert not (one.fate is Fate.KILLED and one.reason), f"is not equivalent: {one.name}"


@every_topic
def test_every_equivalent_is_of_a_mutant_that_there_is(topic: Topic, looked: Look) -> None:
    assert looked(topic).gone == []


@every_topic
def test_arrays_that_are_known_beforehand_win_nothing_but_what_is_recorded(
    topic: Topic, looked: Look
) -> None:
    found = looked(topic).replays
    assert [text for one in found.values() for text in replay.problems_of(one)] == []
    assert replay.outdated(topic, found) == []


def test_hardly_any_of_the_points_are_recorded_as_won_without_an_answer() -> None:
    recorded = {(topic.id, *one) for topic in OURS.topics for one in replay.recorded(topic)}
    free = 0.0
    for topic, exercise in EXERCISES:
        cases = exercise.draw(case_seeds(PUBLIC, topic.id, exercise.name))
        known = sum(case.weight for case in cases if (topic.id, exercise.name, case.name) in recorded)
        free += exercise.points * known / sum(case.weight for case in cases)
    assert free <= FREE * sum(topic.checks.points for topic in OURS.topics)


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
    topic: Topic, exercise: Exercise, form: str, looked: Look
) -> None:
    assert_full_marks(looked(topic).forms[exercise.name, form])


@every_exercise
def test_hints_and_docstrings_hold_what_a_student_needs(topic: Topic, exercise: Exercise) -> None:
    assert content.exercise_problems(topic, exercise) == []


@every_topic
def test_students_are_given_nothing_of_the_solution(topic: Topic) -> None:
    assert content.topic_problems(topic) == []


@every_topic
def test_a_chapter_keeps_to_the_rules_of_teaching(topic: Topic) -> None:
    assert teaching.problems(topic) == []


@every_topic
def test_cases_name_the_clauses_that_they_hold(topic: Topic) -> None:
    for exercise in topic.checks.exercises.values():
        assert clauses.problems_of(topic, exercise, clauses.clauses(topic, exercise)) == [], exercise.name
    assert clauses.outdated(topic) == []


@pytest.mark.slow
def test_what_is_generated_is_fresh() -> None:
    assert release.build(OURS, check=True) == []
