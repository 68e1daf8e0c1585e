"""What the engine's tests share: a small course, its keys, and warm servers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import absl.logging
import databases
import pytest
import sqlalchemy
from courses import TOPIC, make_course
from hypothesis import HealthCheck, settings

from grader.client.server import Server
from grader.course import Course, Topic
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.work import Work, open_file
from grader.verdict import Graded

# What is imported inside fixtures takes seconds: pytest imports this file once more before it starts the
# processes that run the tests.
if TYPE_CHECKING:
    from classroom import Classroom

# A busy machine is no fault of the code's; the same examples on every run.
settings.register_profile(
    "grader", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("grader")

# An application of nbgrader's closes every handler that logs. The one of absl, which TensorFlow brings,
# then closes the stream that it was made with: pytest's own, if the test captures for itself. All tests
# after it would fail.
absl.logging.get_absl_handler().python_handler.setStream(sys.__stderr__)

GradeText = Callable[..., Graded]
ROOT = Path(__file__).parents[1]
CANARY = "only the trusted side knows this"
pytest_plugins = ["tiers"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--students", type=int, default=300, help="how many in each class of the long run")


@pytest.fixture(scope="session")
def students(request: pytest.FixtureRequest) -> int:
    """How many students each class of the long run has."""
    return int(request.config.getoption("--students"))


@pytest.fixture(scope="session", autouse=True)
def secrets_in_the_environment() -> Iterator[None]:
    """Give the trusted side a secret that no child may see."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("A_TOKEN_OF_THE_TESTS", CANARY)
        patch.delenv("GRADER_SECRET", raising=False)
        yield


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of one topic, not to be changed."""
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="session")
def topic(course: Course) -> Topic:
    return course.topics[0]


@pytest.fixture(scope="session")
def recorder() -> Iterator[Server]:
    """A server that runs courses' own answers, and no student's."""
    with Server() as server:
        yield server


@pytest.fixture(scope="session")
def public_key(recorder: Server, topic: Topic) -> Key:
    from grader.authoring.recording import record_topic

    return record_topic(recorder, topic)


@pytest.fixture(scope="session")
def hidden_key(recorder: Server, topic: Topic) -> Key:
    from grader.authoring.recording import record_topic

    return record_topic(recorder, topic, b"a secret of the tests")


@pytest.fixture(scope="session")
def grader(topic: Topic, public_key: Key) -> Iterator[Grader]:
    """A warm grader of the small course; what a test changes of it, it changes back."""
    with Grader({topic.id: Rules(public_key)}) as warm:
        yield warm


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that `make wheel` builds, in a copy of the course that has a secret and was built before."""
    copy = tmp_path_factory.mktemp("wheel") / "course"
    left_out = shutil.ignore_patterns(".*", "build", "dist", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=left_out)
    for left in (".grader/secret", "grader/.grader/secret", "build/lib/grader/removed.py"):
        (copy / left).parent.mkdir(parents=True, exist_ok=True)
        (copy / left).write_text(CANARY)
    shutil.copy(ROOT / "assignments" / "06_optimisers" / "key.npz", copy / "grader" / "key.npz")
    (copy / ".venv").mkdir()
    (copy / ".venv" / "made").touch()
    # pip reads 0 as “without”: what builds it is installed here, and need not be fetched.
    environment = {**os.environ, "PIP_NO_BUILD_ISOLATION": "0"}
    command = ["make", "wheel", f"BIN={Path(sys.executable).parent}"]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (copy / "dist").glob("*.whl")
    return made


@pytest.fixture
def grade_text(grader: Grader, topic: Topic, tmp_path: Path) -> GradeText:
    """Grade a submission given as text, by the small course's public key or by other rules."""

    def grade(
        text: str | bytes, rules: Rules | None = None, name: str = "averages.py", only: Sequence[str] = ()
    ) -> Graded:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        graded_as = rules.key.topic if rules else topic.id
        with pytest.MonkeyPatch.context() as patch, open(open_file(path), "rb") as file:
            if rules:
                patch.setitem(grader.rules, graded_as, rules)
            return grader.grade(Work("ada", graded_as, name, file.fileno), file.fileno(), only)

    return grade


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a throw-away PostgreSQL; yield the URL of its first database."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(databases.postgresql())
        except databases.NoPostgreSQL as error:
            pytest.skip(str(error))
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/grades.db"
    first = request.getfixturevalue("postgresql")
    name = f"test_{os.urandom(6).hex()}"
    engine = sqlalchemy.create_engine(
        first.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return str(first.replace("/postgres?", f"/{name}?"))


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory, recorder: Server) -> Classroom:
    """A class that was autograded and given feedback, once, by nbgrader's real commands."""
    from classroom import fill_class, make_classroom

    made = make_classroom(tmp_path_factory.mktemp("nbgrader"), recorder)
    fill_class(made)
    made.run("nbgrader", "db", "assignment", "add", TOPIC, "--duedate=2030-01-01 00:00:00 UTC")
    # `broken` and `lost` cannot be read: nbgrader says so, goes on, and ends with an error.
    made.said = made.run("nbgrader", "autograde", TOPIC, fails=True)
    made.run("nbgrader", "generate_feedback", TOPIC, "--student=page_*")
    return made


@pytest.fixture
def another(room: Classroom, tmp_path: Path) -> Classroom:
    """The graded class once more, to be changed."""
    from classroom import Classroom

    shutil.copytree(room.root, tmp_path / "course", symlinks=True)
    return Classroom(Course(tmp_path / "course"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's Chromium; Playwright's own is not downloaded."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()
