"""Keys are recorded from a topic's own files, the same ones each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from courses import CHECKS, MISTAKES, SOLUTION, make_course

from grader.authoring import recording
from grader.authoring.marks import marked
from grader.authoring.recording import record_topic, respond
from grader.authoring.running import Runner
from grader.client.server import Server
from grader.course import Topic
from grader.exercise import AuthorError
from grader.grading.key import Key


def test_recording_twice_gives_the_same_bytes(
    recorder: Server, topic: Topic, public_key: Key, hidden_key: Key
) -> None:
    assert record_topic(recorder, topic).to_bytes() == public_key.to_bytes()
    again = record_topic(recorder, topic, b"a secret of the tests")
    assert again.to_bytes() == hidden_key.to_bytes()


def test_the_hidden_key_has_the_same_cases_of_other_inputs(public_key: Key, hidden_key: Key) -> None:
    assert (public_key.hidden, hidden_key.hidden) == (False, True)
    assert public_key.fingerprint == hidden_key.fingerprint
    assert public_key.seeds != hidden_key.seeds
    for name, public in public_key.exercises.items():
        hidden = hidden_key.exercises[name]
        assert [case.name for case in public.cases] == [case.name for case in hidden.cases]
        for one, other in zip(public.cases, hidden.cases, strict=True):
            drawn = next(iter(one.inputs))
            assert one.inputs[drawn].shape == other.inputs[drawn].shape
            assert not np.isin(one.inputs[drawn], other.inputs[drawn]).any()


def test_another_secret_gives_other_inputs(recorder: Server, topic: Topic, hidden_key: Key) -> None:
    assert record_topic(recorder, topic, b"another secret").seeds != hidden_key.seeds


def test_a_key_holds_what_the_reference_and_each_mistake_return(public_key: Key) -> None:
    recorded = public_key.exercises["mean"]
    rows = recorded.cases[0].inputs["rows"]
    np.testing.assert_allclose(recorded.expected[0]["mean"], rows.mean(axis=0), rtol=1e-12)
    assert [mistake.name for mistake in recorded.mistakes] == ["of_columns", "total", "one_too_few"]
    np.testing.assert_allclose(recorded.mistakes[1].responses[0].arrays["mean"], rows.sum(axis=0), rtol=1e-12)
    assert recorded.mistakes[1].sentence == "the sum is not divided by how many there are."
    assert public_key.checks == CHECKS
    assert public_key.exercises["running_mean"].cases[1].weight == 2


@pytest.mark.slow
def test_a_mistake_that_raises_hangs_or_dies_is_recorded_as_such(
    recorder: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "from grader.exercise import mistake\n" + "".join(
        f'@mistake(of="mean")\ndef {name}(rows):\n    """it is so."""\n    {body}\n'
        for name, body in [
            ("raises", "raise KeyError('short of 3 rows, by 0.25')"),
            ("dies", "import os; os._exit(1)"),
            ("hangs", "while True: pass"),
            ("answers", "return rows.sum(axis=0)"),
        ]
    )
    checks = CHECKS.replace('points=30, hint="Which', 'points=30, seconds=1.0, hint="Which')
    recorded = record_topic(
        recorder, make_course(tmp_path, mistakes=text, checks=checks).topics[0]
    ).exercises["mean"]
    errors = {one.name: {response.error for response in one.responses} for one in recorded.mistakes}
    assert errors == {"raises": {"KeyError"}, "dies": {"crashed"}, "hangs": {"timed_out"}, "answers": {""}}
    said = {one.name: {response.said for response in one.responses} for one in recorded.mistakes}
    assert said == {"raises": {"short of 3 rows by"}, "dies": {""}, "hangs": {""}, "answers": {""}}


@pytest.mark.slow
def test_a_mistake_that_a_busy_machine_ended_is_not_recorded(recorder: Server, tmp_path: Path) -> None:
    text = (
        "import time\nfrom grader.exercise import mistake\n"
        '@mistake(of="mean")\ndef waits(rows):\n    """it is so."""\n    time.sleep(60)\n'
    )
    checks = CHECKS.replace('points=30, hint="Which', 'points=30, seconds=0.5, hint="Which')
    with pytest.raises(AuthorError, match="the mistake waits of mean had not finished on .* less"):
        record_topic(recorder, make_course(tmp_path, mistakes=text, checks=checks).topics[0])


BROKEN = {
    "a reference that raises": (
        {"solution": SOLUTION.replace("return np.sum(rows", "raise ValueError; return np.sum(rows")},
        "the reference of mean on “a few rows”: raised ValueError",
    ),
    "a reference that is not written": (
        {"solution": SOLUTION.replace("def mean(", "def average(")},
        "the reference of mean on “a few rows”: missing undefined",
    ),
    "a solution that cannot be run": (
        {"solution": SOLUTION + "\n# %%\n1 / 0\n"},
        "cannot be run: solution.py: ZeroDivisionError: division by zero (line ",
    ),
    "mistakes that cannot be run": (
        {"mistakes": MISTAKES + "\n1 / 0\n"},
        "cannot be run: mistakes.py: ZeroDivisionError: division by zero (line ",
    ),
    "mistakes that end the process": (
        {"mistakes": MISTAKES + "\nimport os; os._exit(1)\n"},
        "cannot be run: The process ended",
    ),
    "mistakes that cannot be parsed": ({"mistakes": "def f(:"}, "mistakes.py cannot be read"),
    "a mistake of nothing": (
        {"mistakes": MISTAKES.replace('of="weighted_mean"', 'of="median"')},
        "the mistake unweighted is of `median`, which no exercise writes",
    ),
    "a mark without a name": (
        {"mistakes": MISTAKES.replace('of="weighted_mean"', "")},
        "mark unweighted with the name it is an answer to",
    ),
    "a driver that yields no case": (
        {"checks": CHECKS.replace('    yield "a few rows"', '    return\n    yield "a few rows"')},
        "mean yields no case",
    ),
}


@pytest.mark.parametrize(("changed", "says"), BROKEN.values(), ids=BROKEN)
def test_what_an_author_got_wrong_is_said(
    changed: dict[str, str], says: str, recorder: Server, tmp_path: Path
) -> None:
    topic = make_course(tmp_path, **changed).topics[0]
    with pytest.raises(AuthorError, match=says.replace("(", r"\(")):
        record_topic(recorder, topic)


# What is wrong in checks.py, its line, and what is said of it.
WRONG_CHECKS = {
    "a case that yields no pair": (
        ('yield "a few rows", {"rows": rng.normal(size=(5, 3))}', 'yield {"rows": rng.normal(size=(5, 3))}'),
        'yield {"rows"',
        "mean yields a dict that is no case: yield a name and a dict of inputs, as in "
        '`yield "a few rows", {"rows": …}`, and a weight if it counts more',
    ),
    "a case of too many parts": (
        ('{"stream": rng.normal(size=12) + 3}, 2', '{"stream": rng.normal(size=12) + 3}, 2, 3'),
        "size=12",
        "running_mean yields a tuple that is no case: yield a name and a dict of inputs, as in "
        '`yield "a few rows", {"rows": …}`, and a weight if it counts more',
    ),
    "a misspelt input": (
        ('"weights": np.full(5, 0.2)', '"weight": np.full(5, 0.2)'),
        "np.full",
        "the case “equal weights” gives the input `weight`, which the driver of weighted_mean does not "
        "take; it takes `values`, `weights`",
    ),
    "an input that is forgotten": (
        (', "weights": np.full(5, 0.2)', ""),
        "equal weights",
        "the case “equal weights” does not give the input `weights`, which the driver of weighted_mean takes",
    ),
    "cases that raise": (
        ("np.full(5, 0.2)", "np.fill(5, 0.2)"),
        "np.fill",
        "the cases of weighted_mean cannot be drawn: AttributeError: module 'numpy' has no attribute 'fill'",
    ),
    "a NameError in a driver": (
        ('return {"mean": answer.mean(rows)}', 'return {"mean": answer.mean(row)}'),
        "answer.mean(row)",
        "the driver of mean, on “a few rows”: NameError: name 'row' is not defined",
    ),
    "a NameError in what an answer calls back": (
        ("answer.RunningMean()", "answer.RunningMean(); type(mean).update = lambda *_: unheard_of"),
        "unheard_of",
        "the driver of running_mean, on “one value”: NameError: name 'unheard_of' is not defined",
    ),
    "a driver that returns an array": (
        ('return {"mean": answer.mean(rows)}', "return answer.mean(rows)"),
        "@exercise",
        "the driver of mean, on “a few rows”: TypeError: expected a dict of named arrays, got an array of "
        "shape (3,)",
    ),
}


@pytest.mark.parametrize(("change", "at", "says"), WRONG_CHECKS.values(), ids=WRONG_CHECKS)
def test_what_is_wrong_in_checks_is_said_with_its_line(
    change: tuple[str, str], at: str, says: str, recorder: Server, tmp_path: Path
) -> None:
    checks = CHECKS.replace(*change)
    line = next(number for number, text in enumerate(checks.split("\n"), 1) if at in text)
    topic = make_course(tmp_path, checks=checks).topics[0]
    with pytest.raises(AuthorError) as caught:
        record_topic(recorder, topic)
    assert str(caught.value) == f"{topic.folder / 'checks.py'}, line {line}: {says}"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("\nnmae\n", "cannot be run: NameError: name 'nmae' is not defined"),
        ("\ndef f(:\n", "cannot be run: SyntaxError: invalid syntax"),
    ],
)
def test_checks_that_cannot_be_run_are_said_with_their_line(more: str, says: str, tmp_path: Path) -> None:
    topic = make_course(tmp_path, checks=CHECKS + more).topics[0]
    with pytest.raises(AuthorError) as caught:
        topic.checks  # noqa: B018
    line = CHECKS.count("\n") + 2
    assert str(caught.value) == f"{topic.folder / 'checks.py'} {says} (line {line})"


def test_an_answer_that_raises_in_its_own_lines_is_no_fault_of_the_driver_s(
    recorder: Server, tmp_path: Path
) -> None:
    solution = SOLUTION.replace("return np.sum(rows, axis=0)", "return np.smu(rows, axis=0)")
    line = next(number for number, text in enumerate(solution.split("\n"), 1) if "np.smu" in text)
    with pytest.raises(AuthorError) as caught:
        record_topic(recorder, make_course(tmp_path, solution=solution).topics[0])
    assert str(caught.value) == (
        "01_averages: the reference of mean on “a few rows”: raised AttributeError AttributeError: "
        "module 'numpy' has no attribute 'smu'\n"
        f"  line {line}, in mean\n    return np.smu(rows, axis=0) / len(rows)"
    )


@pytest.mark.parametrize("name", ["solution", "mistakes", "oracles"])
def test_a_file_that_is_missing_is_named(name: str, recorder: Server, tmp_path: Path) -> None:
    topic = make_course(tmp_path).topics[0]
    (topic.folder / f"{name}.py").unlink()
    with pytest.raises((AuthorError, FileNotFoundError), match=f"{name}.py"):
        record_topic(recorder, topic)


def test_marks_are_read_without_running_the_file(tmp_path: Path) -> None:
    text = '1 / 0\n@oracle("mean")\nclass A:\n    """one\n    line.\n\n    More."""\n'
    text += '@other(of="x")\ndef b(): ...\ndef c(): ...\n'
    topic = make_course(tmp_path, oracles=text).topics[0]
    (found,) = marked(topic, "oracles")
    assert (found.module, found.name, found.of, found.sentence) == ("oracles", "A", "mean", "one line.")


def test_a_mistake_may_say_what_it_raises(tmp_path: Path) -> None:
    text = '@mistake(of="mean", raises="AttributeError")\ndef a(): ...\n@mistake("mean")\ndef b(): ...\n'
    found = marked(make_course(tmp_path, mistakes=text).topics[0], "mistakes")
    assert [(one.name, one.of, one.raises) for one in found] == [
        ("a", "mean", "AttributeError"),
        ("b", "mean", ""),
    ]


def test_every_oracle_answers_as_the_reference_does(recorder: Server, topic: Topic, public_key: Key) -> None:
    runner = Runner(recorder, topic)
    try:
        for one in marked(topic, "oracles"):
            exercise = next(e for e in topic.checks.exercises.values() if one.of in e.writes)
            recorded = public_key.exercises[exercise.name]
            for case, expected in zip(recorded.cases, recorded.expected, strict=True):
                response = respond(runner, exercise, one, case, {})
                assert response.error == ""
                for output, values in expected.items():
                    np.testing.assert_allclose(response.arrays[output], values, rtol=1e-9)
    finally:
        runner.close()


def test_a_runner_whose_child_died_gets_another(recorder: Server, topic: Topic, public_key: Key) -> None:
    runner = Runner(recorder, topic)
    exercise, case = topic.checks.exercises["mean"], public_key.exercises["mean"].cases[0]
    try:
        runner.child.close()
        assert runner.run(exercise, case, {}).status is None
    finally:
        runner.close()


def test_a_secret_of_no_bytes_is_not_the_public_one(recorder: Server, topic: Topic, public_key: Key) -> None:
    assert record_topic(recorder, topic, b"").seeds != public_key.seeds


def test_a_file_that_changes_meanwhile_is_not_taken_for_what_was_recorded(
    recorder: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (topic,) = make_course(tmp_path).topics

    def late(*_: object) -> dict[str, object]:
        path = topic.folder / "checks.py"
        path.write_text(path.read_text() + "# an afterthought\n")
        return {}

    monkeypatch.setattr(recording, "_record_exercises", late)
    with pytest.raises(AuthorError, match="was changed while its key was recorded"):
        recording.record_topic(recorder, topic)
