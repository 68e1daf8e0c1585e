"""nbgrader's own step from an instructor's notebook to a student's."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from grader.exercise import AuthorError


def release(sources: dict[str, tuple[str, bytes]]) -> dict[str, bytes]:
    """Run nbgrader's own generate-assignment step on notebooks, all in one go.

    It runs without its database, which `nbgrader generate_assignment` fills
    when an instructor uses it; what it writes is the same.

    Args:
        sources: by assignment: the notebook's name and its content.

    Raises:
        AuthorError: nbgrader refuses a notebook; what it said is quoted.
    """
    if not sources:
        return {}
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    with tempfile.TemporaryDirectory(prefix="grader-release-") as folder:
        root = Path(folder).resolve()
        for assignment, (name, content) in sources.items():
            path = root / "source" / assignment / f"{name}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
        config = Config()
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.source_directory = "source"
        config.CourseDirectory.release_directory = "release"
        config.CourseDirectory.assignment_id = "*"
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        said = _Listener()
        log = logging.Logger("grader.authoring.conversion")
        log.addHandler(said)
        try:
            directory = CourseDirectory(config=config, log=log)
            GenerateAssignment(coursedir=directory, config=config, log=log).start()
            return {
                assignment: (root / "release" / assignment / f"{name}.ipynb").read_bytes()
                for assignment, (name, _) in sources.items()
            }
        except Exception as error:
            text = "\n".join(said.messages) or f"{type(error).__name__}: {error}"
            raise AuthorError(f"nbgrader cannot release {', '.join(sources)}; it said:\n{text}") from error


class _Listener(logging.Handler):
    """Keeps what nbgrader complains of, in place of showing it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
