"""Runs a topic's own answers, whole or changed, on public and on hidden seeds."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from grader.audit.mutation import Mutant
from grader.client import Outcome, Server
from grader.course import Topic
from grader.exercise import Case, Exercise
from grader.key import Key
from grader.recording import Runner, record_topic

HERE = Path(__file__).parent
FORMS, MUTATED = HERE / "forms.py", HERE / "mutated.py"
SECRET = b"a secret of the audit's"
OUTLIVED = 300  # runs after which a child is replaced, before it has grown large


class Bench:
    """A topic's keys, and a child that holds its answers and their mutants.

    Not to be shared by threads; the server and the keys may be.
    """

    def __init__(
        self, server: Server, topic: Topic, keys: Mapping[bool, Key], mutants: Sequence[Mutant] = ()
    ) -> None:
        self.server, self.topic, self.keys = server, topic, keys
        self._folder = tempfile.TemporaryDirectory(prefix="grader-audit-")
        edits = Path(self._folder.name) / "edits.py"
        text = (topic.folder / "solution.py").read_text(encoding="utf-8")
        cells = [(mutant.first, mutant.last, mutant.after) for mutant in mutants]
        edits.write_text(f"TEXT = {text!r}\nCELLS = {cells!r}\n", encoding="utf-8")
        self.runner = Runner(server, topic, [edits, MUTATED])
        self.runs = 0

    def run(self, exercise: Exercise, case: Case, answers: Mapping[str, str]) -> Outcome:
        """Run one case with some answers replaced, as `{"adam_step": "mutated:m3__adam_step"}`."""
        self.runs += 1
        if self.runs % OUTLIVED == 0:
            self.runner.close()
        return self.runner.run(exercise, case, answers)

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


def record_both(server: Server, topic: Topic, only: Sequence[str] = ()) -> dict[bool, Key]:
    """Record a topic's public key and one with hidden seeds, of `only` some exercises if any are named."""
    with ThreadPoolExecutor(2) as pool:
        public = pool.submit(record_topic, server, topic, None, only)
        hidden = pool.submit(record_topic, server, topic, SECRET, only)
        return {False: public.result(), True: hidden.result()}
