"""The grader that nbgrader's process keeps warm."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from sqlalchemy.engine import make_url

from grader.course import Course, CourseError, Topic
from grader.errors import PlainError, ServerError
from grader.grading.grader import Grader
from grader.grading.key import KeyProblem
from grader.grading.rules import rules_for
from grader.grading.store import Store
from grader.grading.work import Work
from grader.report.album import Album
from grader.sandbox import root, trial
from grader.sandbox.levels import Level
from grader.verdict import Graded, Status

IDLE = 300.0  # seconds after which a server with nothing to do ends, as formgrader's process lives on


class GraderFailed(PlainError):
    """The grader failed, and nothing is scored; this says nothing about the submission."""


class Service:
    """The one warm grader of a process, shared by all notebooks that it is asked for."""

    _services: dict[tuple[Path, str, Level, str], Service] = {}

    @classmethod
    def of(cls, course: Path, db: str, least: Level, gradebook: str) -> Service:
        """Return the process' grader of a course, which is started when it is first needed."""
        key = (course, db, least, gradebook)
        if key not in cls._services:
            cls._services[key] = cls(*key)
        return cls._services[key]

    def __init__(self, course: Path, db: str, least: Level, gradebook: str) -> None:
        self.course, self.db, self.least, self.gradebook = course, db, least, gradebook
        self._lock = threading.Lock()
        self._grader: Grader | None = None
        self._failure: Exception | None = None

    def grade(
        self, topic: Topic, work: Work, hidden: bool, pictures: bool, say: Callable[[str], None]
    ) -> tuple[Graded, Mapping[str, str]]:
        """Grade a submission, or find how it was graded; return HTML to show by exercise, too.

        Raises:
            GraderFailed: nothing can be said of it.
            CourseError, KeyProblem: the topic's key is missing or stale.
        """
        with self._lock:
            # Read each time: a key may be recorded anew while formgrader runs.
            rules = rules_for((topic.id,), hidden, None, topic.course)[topic.id]
            grader = self._started()
            grader.rules = {topic.id: rules}
            with Store(self.db) as store:
                try:
                    ((graded, mark),) = grader.grade_all([work], store, keep_failures=False, say=say)
                except ServerError as error:  # no server can be started
                    self._failure = error
                    raise GraderFailed(f"nothing is scored: {error}") from error
                except BaseException:
                    self._grader = None  # its server ended with the run
                    raise
            if graded.failed:
                failed = next(v for v in graded.exercises if v.status is Status.GRADER_ERROR)
                raise GraderFailed(f"{work.file} is not scored. {failed.message}")
            return graded, self._pictures(topic, work, graded) if pictures and mark else {}

    def _started(self) -> Grader:
        if self._failure is not None:  # it would fail for each of a thousand students
            raise GraderFailed(f"nothing is scored: {self._failure}") from self._failure
        if self._grader is None:
            try:
                level = trial.require(self.least, 'c.GradeOutOfProcess.require_isolation = "none"')
                if level is not Level.NONE:
                    root.check_hidden(self._secrets())
                self._grader = Grader({}, 1, level, IDLE)
            except Exception as error:
                self._failure = error
                raise GraderFailed(f"nothing is scored: {error}") from error
        return self._grader

    def _secrets(self) -> list[Path]:
        """Return what no submission may read: the course, the gradebook, what others handed in."""
        url = make_url(self.gradebook)
        names = ("submitted", "autograded", "feedback")
        found = [*Course(self.course).secret_folders, *(self.course / name for name in names)]
        if url.drivername.startswith("sqlite") and url.database:
            found.append(self.course / url.database)
        return found

    def _pictures(self, topic: Topic, work: Work, graded: Graded) -> Mapping[str, str]:
        album = Album(topic)
        kept = album.find(graded)
        if kept is not None:
            return kept
        try:
            public = rules_for((topic.id,), False, None, topic.course)[topic.id]
        except (CourseError, KeyProblem) as error:
            raise GraderFailed(f"{error}, or set GradeOutOfProcess.pictures = False") from error
        descriptor = work.open()
        try:
            return self._started().kept.attempt(lambda server: album.draw(server, public, graded, descriptor))
        except ServerError:  # the grade stands; a picture is a courtesy
            return {}
        finally:
            os.close(descriptor)
