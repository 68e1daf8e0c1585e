"""What must become of a simulated class, worked out from what each case says.

Nothing is assumed of an answer that fails: a case may have an error as its right
answer, a driver may never call what a student wrote, a judge may let a NaN pass.
So each way of failing is run once, by `recording`, on the key's cases, and judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from grader.authoring.running import run_instead
from grader.authoring.simulate import Behaviours
from grader.authoring.ways import Ways
from grader.client.server import Server
from grader.course import Topic
from grader.grading.judge import outcomes_of, verdict
from grader.grading.key import Key
from grader.verdict import Results, Status, Verdict


class Expected(msgspec.Struct, frozen=True):
    """What must become of one exercise."""

    behaviour: str
    status: Status
    score: float
    mistake: str | None = None


class Truth(msgspec.Struct, frozen=True):
    """What must become of a class: by student, topic's id and exercise."""

    seed: int
    students: dict[str, dict[str, dict[str, Expected]]]


Worked = Mapping[str, Mapping[str, Expected]]  # by exercise and behaviour


def work_out(server: Server, topic: Topic, key: Key) -> Worked:
    """Return what a topic's exercises get, by exercise and behaviour.

    Args:
        server: which runs no student's code.
        topic: whose answers are run.
        key: what they are graded by.

    Raises:
        AuthorError: a topic's files cannot be read or run.
    """
    ways, found = Ways(topic), {}
    exercises = topic.checks.exercises
    for name, exercise in exercises.items():
        right = ["right", *ways.listed("oracles", exercise)]
        found[name] = {way: Expected(way, Status.PASSED, exercise.points) for way in right}
        for mistake in key.exercises[name].mistakes:
            got = verdict(exercise, key.exercises[name], outcomes_of(mistake), key.hidden)
            # What equals a mistake is recognised by its arrays or its error.
            shown = got.status in (Status.WRONG, Status.RAISED)
            way = f"mistake:{mistake.name}"
            found[name][way] = Expected(way, got.status, got.score, mistake.name if shown else None)
    for way in dict.fromkeys(way for exercise in exercises.values() for way in ways.failing(exercise)):
        failed = {name: exercise for name, exercise in exercises.items() if way in ways.failing(exercise)}
        # An endless loop has not to be waited for: the process ends where it would begin.
        text = ways.script([(exercise, "ends" if way == "hangs" else way) for exercise in failed.values()])
        for name, outcomes in run_instead(server, topic, key, text, list(failed)).items():
            if way == "hangs":
                ended = Status.CRASHED
                outcomes = [replace(o, status=Status.TIMED_OUT) if o.status is ended else o for o in outcomes]
            got = verdict(failed[name], key.exercises[name], outcomes, key.hidden)
            found[name][way] = Expected(way, got.status, got.score, got.mistake)
    return found


def write_truth(path: Path, seed: int, behaviours: Behaviours, worked: Mapping[str, Worked]) -> None:
    """Write what must become of a simulated class; the same arguments give the same bytes.

    Args:
        path: of `truth.json`.
        seed: of the class.
        behaviours: what each student does.
        worked: what that gets, by topic's id.

    Raises:
        OSError: it cannot be written.
    """
    students = {
        student: {
            topic: {name: worked[topic][name][way] for name, way in done.items()}
            for topic, done in topics.items()
        }
        for student, topics in behaviours.items()
    }
    content = msgspec.json.encode(Truth(seed, students))
    path.write_bytes(msgspec.json.format(content, indent=1) + b"\n")


def check_truth(truth: Path, results: Results) -> list[str]:
    """Say in words where graded results are not what a simulated class must get."""
    try:
        students = msgspec.json.decode(truth.read_bytes(), type=Truth).students
    except (OSError, msgspec.MsgspecError) as error:
        return [f"{truth} cannot be read, so that no grade is known to be right: {error}"]
    wanted = {(student, topic): each for student, all_ in students.items() for topic, each in all_.items()}
    found = {(one.student, one.topic): one for one in results.submissions}
    differences = [f"{student}: {topic} was not graded" for student, topic in wanted.keys() - found.keys()]
    differences += [f"{student}: {topic} is extra" for student, topic in found.keys() - wanted.keys()]
    for student, topic in wanted.keys() & found.keys():
        exercises = wanted[student, topic]
        verdicts = {verdict.name: verdict for verdict in found[student, topic].exercises}
        for name in exercises.keys() | verdicts.keys():
            expected, got = exercises.get(name), verdicts.get(name)
            differences += [f"{student}: {topic}.{name} {said}" for said in _differences(expected, got)]
    return sorted(differences)


def _differences(expected: Expected | None, got: Verdict | None) -> Iterator[str]:
    if expected is None or got is None:
        yield "was not graded" if got is None else "is not an exercise of the class"
        return
    way = f"({expected.behaviour})"
    if got.status is not expected.status:
        yield f"{way} is {got.status}, expected {expected.status}"
    if got.mistake != expected.mistake:
        yield f"{way} is recognised as {got.mistake}, expected {expected.mistake}"
    if abs(got.score - expected.score) > 1e-6:
        yield f"{way} has {got.score:g} points, expected {expected.score:g}"
