"""Solutions to assignments: fresh, repeatable, and without any of a solution."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import nbclient
import nbformat
import pytest
from courses import CHECKS, SOLUTION, TOPIC, make_course

from grader import __version__
from grader.authoring import public_key, release
from grader.authoring.notebook import demonstrations
from grader.course import Course, Topic
from grader.exercise import AuthorError
from grader.files import write
from grader.grading import key
from grader.names import KEY, SENTENCE

ROOT = Path(__file__).resolve().parents[2]
GIVEN = ["README.md", "averages.ipynb", "averages.py", "checks.py", "key.npz"]
KEYS = [f"assignments/{TOPIC}/{KEY}", f"source/{TOPIC}/{KEY}"]
ALL = [f"assignments/{TOPIC}/{name}" for name in GIVEN]
ALL += [f"source/{TOPIC}/{name}" for name in ("averages.ipynb", KEY)]


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record empty keys, and the topics they were asked for."""
    asked: list[str] = []

    def record(
        topics: Sequence[Topic], secret: bytes | None, progress: Callable[[str], None]
    ) -> dict[str, key.Key]:
        assert secret is None
        asked.extend(topic.id for topic in topics)
        return {
            topic.id: key.Key(
                topic.id, False, key.fingerprint(topic), topic.checks.text, {}, demonstrations(topic)
            )
            for topic in topics
        }

    monkeypatch.setattr(public_key, "record", record)
    return asked


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change(course: Course, name: str, old: str, new: str) -> None:
    path = course.topics[0].folder / f"{name}.py"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_build_writes_all_and_a_second_one_nothing(tmp_path: Path, recorded: list[str]) -> None:
    course = make_course(tmp_path)
    steps: list[str] = []
    assert release.build(course, progress=steps.append) == ALL
    assert steps
    before = contents(tmp_path)
    assert [name for name in sorted(before) if not name.startswith("solutions/")] == ALL
    assert release.build(course) == [] == release.build(course, check=True)
    assert contents(tmp_path) == before
    assert recorded == [TOPIC]


def test_two_builds_are_equal_to_the_byte(tmp_path: Path, recorded: list[str]) -> None:
    one, two = make_course(tmp_path / "one"), make_course(tmp_path / "two")
    release.build(one)
    release.build(two)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_check_names_what_is_missing_and_writes_nothing(tmp_path: Path, recorded: list[str]) -> None:
    course = make_course(tmp_path)
    before = contents(tmp_path)
    assert release.build(course, check=True) == [f"{name} (missing)" for name in ALL]
    assert contents(tmp_path) == before and not recorded


def test_check_names_what_is_stale(tmp_path: Path, recorded: list[str]) -> None:
    release.build(make_course(tmp_path))
    course = Course(tmp_path)
    change(course, "solution", "Average the rows", "Take the mean of the rows")
    stale = [f"assignments/{TOPIC}/{name}" for name in ("averages.ipynb", "averages.py", "key.npz")]
    stale += [f"source/{TOPIC}/{name}" for name in ("averages.ipynb", "key.npz")]
    assert release.build(course, check=True) == stale
    assert release.build(course) == stale
    assert release.build(course, check=True) == []


def test_a_key_is_recorded_again_only_when_it_is_stale(tmp_path: Path, recorded: list[str]) -> None:
    course = make_course(tmp_path)
    release.build(course)
    change(course, "oracles", "Exact sums", "Sums")
    assert release.build(course) == [] and recorded == [TOPIC]
    change(course, "mistakes", "averaged in place of", "averaged, not")
    assert release.build(course) == KEYS and recorded == [TOPIC, TOPIC]


def test_a_key_without_the_demonstrations_is_given_them_and_nothing_is_recorded(
    tmp_path: Path, recorded: list[str]
) -> None:
    course = make_course(tmp_path)
    topic = course.topics[0]
    release.build(course)
    whole = (topic.source / KEY).read_bytes()
    lacking = key.load(topic.source / KEY)
    assert lacking.demonstrations == demonstrations(topic)
    replace(lacking, demonstrations=()).save(topic.source / KEY)
    recorded.clear()
    assert release.build(course, check=True) == KEYS
    assert release.build(course) == [KEYS[1]] and not recorded
    assert (topic.source / KEY).read_bytes() == whole


@pytest.mark.parametrize("damage", ["broken", "hidden", "of another topic"])
def test_a_key_that_is_not_the_public_one_is_replaced(
    tmp_path: Path, recorded: list[str], damage: str
) -> None:
    course = make_course(tmp_path)
    topic = course.topics[0]
    release.build(course)
    path = topic.source / KEY
    if damage == "broken":
        path.write_bytes(b"PK")
    else:
        named = topic.id if damage == "hidden" else "02_other"
        key.Key(named, damage == "hidden", key.fingerprint(topic), topic.checks.text, {}).save(path)
    assert release.build(course, check=True) == KEYS
    release.build(course)
    assert (topic.assignment / KEY).read_bytes() == path.read_bytes()
    assert not key.load(path).hidden and key.load(path).topic == topic.id


def test_files_that_no_topic_makes_are_named_and_kept(tmp_path: Path, recorded: list[str]) -> None:
    course = make_course(tmp_path)
    release.build(course)
    notes = tmp_path / "assignments" / TOPIC / "notes.txt"
    gone = tmp_path / "source" / "02_gone" / "gone.ipynb"
    gone.parent.mkdir()
    for path in (notes, gone):
        path.write_text("mine")
    why = "(made by no topic: remove it)"
    named = [f"assignments/{TOPIC}/notes.txt {why}", f"source/02_gone/gone.ipynb {why}"]
    assert release.build(course, check=True) == named
    assert release.build(course) == [] and notes.exists() and gone.exists()


def test_only_the_topics_asked_for_are_built(tmp_path: Path, recorded: list[str]) -> None:
    make_course(tmp_path)
    course = make_course(tmp_path, topic="02_more_averages")
    written = release.build(course, [course.topic("more_averages")])
    assert written and all("/02_more_averages/" in name for name in written)
    assert release.build(course, [course.topic("more_averages")], check=True) == []
    both = Course(tmp_path)
    assert release.build(both, check=True) == [f"{name} (missing)" for name in ALL]
    assert release.build(both) == ALL


def test_students_get_stubs_and_nothing_of_a_solution(tmp_path: Path, recorded: list[str]) -> None:
    course = make_course(tmp_path)
    release.build(course)
    folder = course.topics[0].assignment
    notebook = nbformat.read(folder / "averages.ipynb", as_version=4)
    nbformat.validate(notebook)
    cells = {cell.id: cell.source for cell in notebook.cells}
    assert cells["mean"].endswith('    """\n    # YOUR CODE HERE\n    raise NotImplementedError()')
    assert cells["RunningMean"].count("raise NotImplementedError()") == 2
    assert cells["written_answer"] == "YOUR ANSWER HERE"
    for name in ("averages.ipynb", "averages.py", "checks.py", "README.md"):
        text = (folder / name).read_text()
        assert "SOLUTION" not in text and "shares" not in text.replace("What do the shares sum to?", "")
        assert "two centres" not in text
    namespace: dict[str, object] = {}
    exec((folder / "averages.py").read_text(), namespace)
    with pytest.raises(NotImplementedError):
        namespace["mean"]([[1.0]])  # type: ignore[operator]
    assert (folder / "checks.py").read_text() == CHECKS


def test_readme_says_what_to_do(tmp_path: Path, recorded: list[str]) -> None:
    course = make_course(tmp_path)
    release.build(course)
    text = (course.topics[0].assignment / "README.md").read_text()
    assert text.startswith("# Averages\n\nWhat does an average forget?")
    assert "\n| the written answer, for which your instructor gives points | 5 |\n\n**How long.**" in text
    assert "| `weighted_mean` | 40 |" in text and "`averages.ipynb`" in text and "`averages.py`" in text
    assert "    grader check       # everything, once\n    grader check mean  # this exercise\n" in text
    assert "**How long.** About 4 hours." in text and SENTENCE in text
    assert "`jupyter lab averages.ipynb` opens" in text and "VS Code and Spyder can run\nit and show" in text
    assert f"version {__version__} of the grader" in text
    assert "(on Windows, in WSL 2):\n\n    pip install ADDRESS\n\nADDRESS is what your" in text


def test_where_to_hand_in_is_the_course_s_to_say_and_a_topic_s_to_say_otherwise(
    tmp_path: Path, recorded: list[str]
) -> None:
    course = make_course(tmp_path)
    (course.root / "solutions" / "HAND_IN.md").write_text("Upload it.\n")
    folder = course.topics[0].assignment
    assert f"assignments/{TOPIC}/HAND_IN.md" in release.build(course)
    assert (folder / "HAND_IN.md").read_text() == "Upload it.\n"
    assert "\nUpload it.\n" in (folder / "README.md").read_text()
    (course.topics[0].folder / "HAND_IN.md").write_text("Bring it to the lecture.\n")
    release.build(course)
    assert (folder / "HAND_IN.md").read_text() == "Bring it to the lecture.\n"
    assert release.build(course, check=True) == []


def test_how_to_install_is_the_course_s_to_say(tmp_path: Path, recorded: list[str]) -> None:
    course = make_course(tmp_path)
    command = "    pip install https://example.org/grader-1-py3-none-any.whl"
    (course.root / "solutions" / "INSTALL.md").write_text(f"{command}\n")
    release.build(course)
    folder = course.topics[0].assignment
    text = (folder / "README.md").read_text()
    assert f":\n\n{command}\n\n" in text and "ADDRESS" not in text
    assert sorted(path.name for path in folder.iterdir()) == GIVEN


def test_what_a_student_has_done_is_not_what_a_build_makes(tmp_path: Path, recorded: list[str]) -> None:
    course = make_course(tmp_path)
    release.build(course)
    (course.topics[0].assignment / ".grader").mkdir()
    (course.topics[0].assignment / ".grader" / "progress.json").write_text("{}")
    assert release.build(course, check=True) == []


LEAK = """
# %% tags=["active-ipynb"]
# def again(values, weights):
#         shares = weights / np.sum(weights)
#         # in other words
#         average = np.sum(shares * values)
#         return average, np.sum(shares * (values - average) ** 2)
"""
COPY = "\n\ndef again(rows):\n    return np.sum(rows, axis=0) / len(rows)\n"
QUOTATION = '\n\nX = """\nWhen the values have two centres, it lies between them, where no value is.\n"""\n'


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"solution": SOLUTION + LEAK}, "cell 14 of averages.ipynb gives a solution away"),
        ({"checks": CHECKS + COPY}, "checks.py gives a solution away"),
        ({"checks": CHECKS + QUOTATION}, "checks.py gives a solution away"),
        ({"solution": SOLUTION + "\n# %%\n### BEGIN HIDDEN TESTS\nx = 1\n"}, "nbgrader cannot release"),
        ({"solution": SOLUTION + "\n# %%\n### a note to myself\nx = 1\n"}, "`###` marker"),
    ],
)
def test_a_solution_that_would_leak_stops_the_build(
    tmp_path: Path, recorded: list[str], changed: dict[str, str], said: str
) -> None:
    course = make_course(tmp_path, **changed)
    with pytest.raises(AuthorError) as raised:
        release.build(course)
    assert said in str(raised.value)
    assert not (tmp_path / "assignments").exists() and not recorded


def test_a_failed_write_leaves_the_old_file_whole(
    tmp_path: Path, recorded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    course = make_course(tmp_path)
    release.build(course)
    before = contents(tmp_path / "assignments")
    change(course, "solution", "[n, d].", "[m, d].")

    def full(path: Path, content: bytes) -> None:
        if path.is_relative_to(tmp_path):
            monkeypatch.setattr(os, "fsync", no_space)
        write(path, content)

    def no_space(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(release, "write", full)
    with pytest.raises(OSError, match="No space left"):
        release.build(course)
    assert contents(tmp_path / "assignments") == before


def test_the_instructors_notebook_passes_its_own_checks(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    topic = course.topics[0]
    release.build(course)
    found = key.load(topic.assignment / KEY)
    assert not found.hidden and list(found.exercises) == ["mean", "weighted_mean", "running_mean"]
    assert release.build(course, check=True) == []
    notebook = nbformat.read(topic.source / "averages.ipynb", as_version=4)
    nbclient.execute(notebook, cwd=topic.assignment, timeout=120)
    checks = [cell for cell in notebook.cells if cell.id.startswith("check_")]
    assert [cell.outputs[0].data["text/plain"].splitlines()[0] for cell in checks] == [
        "✓ mean — right, 30 of 30 points",
        "✓ weighted_mean — right, 40 of 40 points",
        "✓ running_mean — right, 30 of 30 points",
    ]


def test_nbgraders_own_command_makes_the_same_notebook(tmp_path: Path, recorded: list[str]) -> None:
    course = make_course(tmp_path)
    release.build(course)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    notebook = course.topics[0].assignment / "averages.ipynb"
    ours = contents(notebook.parent)
    shutil.rmtree(notebook.parent)
    home = str(tmp_path / "home")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # where alembic lies
    subprocess.run(
        [sys.executable, "-m", "nbgrader", "generate_assignment", TOPIC],
        cwd=tmp_path,
        env=os.environ | {"PATH": path, "HOME": home, "JUPYTER_CONFIG_DIR": home, "JUPYTER_DATA_DIR": home},
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert contents(notebook.parent) == ours


def test_notebooks_export_to_html() -> None:
    from nbconvert import HTMLExporter

    cell = nbformat.v4.new_code_cell("1 + 1", outputs=[nbformat.v4.new_output("stream", text="2")])
    html, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    assert 'tabindex="0"' in html
