"""Runs a topic's own answers, whole or changed, on public and on hidden seeds."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from grader import names
from grader.audit.mutation import Mutant
from grader.authoring.recording import record_topic
from grader.authoring.running import Runner
from grader.client.server import Server
from grader.course import Topic
from grader.exercise import Case, Exercise
from grader.grading import key
from grader.grading.key import ExerciseKey, Key
from grader.outcome import Outcome

HERE = Path(__file__).parent
SECRET = b"a secret of the audit's"
OUTLIVED = 300  # runs after which a child is replaced, before it has grown large
TWO_THREADS = """\
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(2)
tf.config.threading.set_inter_op_parallelism_threads(2)
"""


class Bench:
    """A topic's keys, and a child that holds its answers, their mutants and their other forms.

    Not to be shared by threads; the server and the keys may be.
    """

    def __init__(
        self,
        server: Server,
        topic: Topic,
        keys: Mapping[bool, Key],
        mutants: Sequence[Mutant] = (),
        two_threads: bool = False,
    ) -> None:
        """Open the child.

        Args:
            server: which runs no student's code.
            topic: whose answers are run.
            keys: the public and the hidden one, by whether they are hidden.
            mutants: to be run as `mutated:mNUMBER__NAME`.
            two_threads: whether TensorFlow may use two threads in place of one.
        """
        self.server, self.topic, self.keys = server, topic, keys
        self._folder = tempfile.TemporaryDirectory(prefix="grader-audit-")
        folder = Path(self._folder.name)
        text = (topic.folder / "solution.py").read_text(encoding="utf-8")
        cells = [(mutant.first, mutant.last, mutant.after) for mutant in mutants]
        (folder / "edits.py").write_text(f"TEXT = {text!r}\nCELLS = {cells!r}\n", encoding="utf-8")
        (folder / "threads.py").write_text(TWO_THREADS, encoding="utf-8")
        more = [folder / "edits.py", HERE / "mutated.py", HERE / "forms.py"]
        self.runner = Runner(server, topic, [folder / "threads.py", *more] if two_threads else more)
        self._runs = 0

    def key(self, exercise: Exercise, hidden: bool) -> ExerciseKey:
        """Return what is expected of an exercise."""
        return self.keys[hidden].exercises[exercise.name]

    def run(self, exercise: Exercise, case: Case, answers: Mapping[str, str]) -> Outcome:
        """Run one case with some answers replaced, as `{"adam_step": "mutated:m3__adam_step"}`."""
        self._runs += 1
        if self._runs % OUTLIVED == 0:
            self.runner.close()
        return self.runner.run(exercise, case, answers)

    def run_all(self, exercise: Exercise, hidden: bool, answers: Mapping[str, str]) -> list[Outcome]:
        """Run all cases of an exercise with some answers replaced."""
        return [self.run(exercise, case, answers) for case in self.key(exercise, hidden).cases]

    def close(self) -> None:
        """End the child."""
        self.runner.close()
        self._folder.cleanup()

    def __enter__(self) -> Bench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def in_form(exercise: Exercise, form: str) -> dict[str, str]:
    """Return what has every answer of an exercise in one of the forms of `grader.audit.forms`."""
    return {name: f"forms:{form}__{name}" for name in exercise.writes}


def both_keys(server: Server, topic: Topic, only: Sequence[str] = ()) -> dict[bool, Key]:
    """Return a topic's public key and one with hidden seeds, of `only` some exercises if any are named.

    The public one is not recorded again if the course holds it, and it is fresh.
    """
    with ThreadPoolExecutor(2) as pool:
        public = pool.submit(public_key, server, topic, only)
        hidden = pool.submit(record_topic, server, topic, SECRET, only)
        return {False: public.result(), True: hidden.result()}


def public_key(server: Server, topic: Topic, only: Sequence[str] = (), mistakes: bool = True) -> Key:
    """Return the public key that the course holds, or record it if that is not fresh."""
    return _stored(topic) or record_topic(server, topic, None, only, mistakes)


def _stored(topic: Topic) -> Key | None:
    try:
        found = key.load(topic.assignment / names.KEY)
    except key.KeyProblem:
        return None
    return found if key.is_fresh(found, topic, hidden=False) else None
