"""A submission that takes the drivers' place and answers with the public key wins nothing by a hidden one.

`grader audit --only replay` tries more ways, on arrays alone. Here one of them is
a real submission, graded by the real command: it wins at most the cases that the
topic records in `replays.toml` as unavoidable, and under the public key all.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from courses import CHECKS, OURS, make_course

from grader.audit import replay
from grader.authoring.recording import record_topic
from grader.client.server import Server
from grader.commands.main import cli
from grader.course import Topic
from grader.grading.key import Key
from grader.report import data
from grader.verdict import Status

Cases = set[tuple[str, str]]
ATTACK = """
import base64, gc, io
import numpy as np

KNOWN = np.load(io.BytesIO(base64.b64decode({known!r})))
COUNTS = {{}}


def driver_of(exercise):
    def driver(answer, **inputs):
        place = COUNTS[exercise.name] = COUNTS.get(exercise.name, -1) + 1
        start = f"{{exercise.name}}/{{place}}/"
        return {{name.removeprefix(start): KNOWN[name] for name in KNOWN.files if name.startswith(start)}}

    return driver


for found in gc.get_objects():
    if type(found).__name__ == "Exercise":
        found.driver = driver_of(found)
        for name in found.writes:
            globals()[name] = print
"""


def submission(public: Key) -> str:
    """Return a submission that holds no answer, but the arrays of a key."""
    arrays = {
        f"{exercise.name}/{place}/{output}": array
        for exercise in public.exercises.values()
        for place, expected in enumerate(exercise.expected)
        for output, array in expected.items()
    }
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return ATTACK.format(known=base64.b64encode(file.getvalue()).decode())


def passed(topics: Sequence[Topic], keys: Sequence[Key], texts: Sequence[str], folder: Path) -> list[Cases]:
    """Have `grader grade` grade a submission of each topic; return the exercises and cases that it passes."""
    (folder / "keys").mkdir(parents=True)
    (folder / "class" / "mallory").mkdir(parents=True)
    for topic, key, text in zip(topics, keys, texts, strict=True):
        key.save(folder / "keys" / f"{topic.id}.npz")
        (folder / "class" / "mallory" / f"{topic.name}.py").write_text(text, encoding="utf-8")
    arguments = ["grade", str(folder / "class"), "--keys", str(folder / "keys")]
    arguments += ["--require-isolation", "none", "--db", f"sqlite:///{folder}/grades.db"]
    done = CliRunner().invoke(cli, [*arguments, "--json", str(folder / "found.json")])
    assert done.exit_code == 0, done.output
    found = {one.topic: one.exercises for one in data.read_json(folder / "found.json").submissions}
    return [
        {
            (verdict.name, case.name)
            for verdict in found[topic.id]
            for case in verdict.cases
            if case.status is Status.PASSED
        }
        for topic in topics
    ]


def replayed(recorder: Server, topics: Sequence[Topic], folder: Path) -> list[Cases]:
    """Attack topics; return what is passed by hidden keys and is not recorded as unavoidable."""
    public = [record_topic(recorder, topic, mistakes=False) for topic in topics]
    hidden = [record_topic(recorder, topic, b"a secret of the attack's", mistakes=False) for topic in topics]
    texts = [submission(key) for key in public]
    every = [
        {(name, case.name) for name, one in key.exercises.items() for case in one.cases} for key in public
    ]
    assert passed(topics, public, texts, folder / "public") == every, "the attack is none"
    won = passed(topics, hidden, texts, folder / "hidden")
    return [cases - set(replay.recorded(topic)) for cases, topic in zip(won, topics, strict=True)]


def test_what_is_drawn_is_not_replayed(recorder: Server, topic: Topic, tmp_path: Path) -> None:
    assert replayed(recorder, [topic], tmp_path) == [set()]


def test_what_is_fixed_is_replayed_unless_it_is_recorded(recorder: Server, tmp_path: Path) -> None:
    fixed = CHECKS.replace('{"rows": rng.normal(size=(1, 4))}', '{"rows": np.eye(4)[:1]}')
    (topic,) = make_course(tmp_path / "course", checks=fixed).topics
    assert replayed(recorder, [topic], tmp_path / "found") == [{("mean", "a single row")}]
    (topic.folder / replay.FILE).write_text('[mean]\n"a single row" = "There is one."\n')
    assert replayed(recorder, [topic], tmp_path / "recorded") == [set()]


@pytest.mark.slow
def test_no_topic_of_the_course_is_replayed(recorder: Server, tmp_path: Path) -> None:
    """All in one run, since starting the command takes longer than grading a topic."""
    found = replayed(recorder, OURS.topics, tmp_path)
    assert {topic.id: cases for topic, cases in zip(OURS.topics, found, strict=True) if cases} == {}
