"""Formgrader, feedback and Validate in a real browser, served by a real Jupyter server."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from classroom import MISTAKES, NAME, RIGHT, Classroom, cell_of
from courses import TOPIC

from grader.course import Course
from grader.student.live import STOPS

TOKEN = "a token of the tests"
PATIENCE = 60_000  # milliseconds


@pytest.fixture(scope="module")
def room(room: Classroom, tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """The graded class once more: what is entered here is in no other module's gradebook."""
    root = tmp_path_factory.mktemp("pages") / "course"
    shutil.copytree(room.root, root, symlinks=True)
    return Classroom(Course(root))


@pytest.fixture(scope="module")
def jupyter(room: Classroom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the graded class, as an instructor does by `jupyter lab` in the course; yield the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    home = tmp_path_factory.mktemp("home")
    log = home / "log"
    with open(log, "wb") as file:
        command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
        process = subprocess.Popen(
            [*command, f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"],
            cwd=room.root,
            env={**os.environ, "HOME": str(home), "JUPYTER_RUNTIME_DIR": str(home)},
            stdout=file,
            stderr=file,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(PATIENCE // 500):
            try:
                request(address + "/api")
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail(log.read_text(errors="replace")[-2000:])
        yield address
    finally:
        process.terminate()
        process.wait()


def request(url: str, data: dict[str, str] | None = None) -> Any:
    body = None if data is None else json.dumps(data).encode()
    headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        return json.load(answer)


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """A page that sends the token, and remembers every script that a student's text ran."""
    context = browser.new_context(
        extra_http_headers={"Authorization": f"token {TOKEN}"}, viewport={"width": 1200, "height": 900}
    )
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE)
    yield opened
    context.close()


def ran(page: Any) -> list[str]:
    """Return which of the students' scripts were run."""
    names = "Object.keys(window).filter(name => name == 'ran' || name.endsWith('_ran'))"
    found: list[str] = page.evaluate(names)
    return found


def test_the_list_of_submissions(page: Any, jupyter: str, room: Classroom) -> None:
    page.goto(f"{jupyter}/formgrader/manage_submissions/{TOPIC}")
    row = page.locator("tr", has=page.get_by_text("partly", exact=True))
    row.wait_for()
    assert "needs manual grading" in row.inner_text() and "86.67 / 105" in row.inner_text()
    page.goto(f"{jupyter}/formgrader/gradebook/{TOPIC}/{NAME}")
    page.get_by_text("Submission #1", exact=True).wait_for()
    graded = [path for path in (room.root / "autograded").glob(f"*/{TOPIC}/{NAME}.ipynb")]
    assert f"of {len(graded)} " in page.inner_text("body") or page.locator("tbody tr").count() >= 10


def test_one_submission_shows_what_went_wrong_and_takes_a_persons_score(
    page: Any, jupyter: str, room: Classroom
) -> None:
    ((ident,),) = room.sql(
        "SELECT n.id FROM submitted_notebook n JOIN submitted_assignment s ON n.assignment_id = s.id "
        "WHERE s.student_id = 'page_wrong'"
    )
    page.goto(f"{jupyter}/formgrader/submissions/{ident}")
    page.get_by_text("✗ mean — wrong, 10 of 30 points").wait_for()
    text = page.inner_text("#notebook")
    assert "the sum is not divided by how many there are." in text and "✗ wrong: a few rows" in text
    assert "A hint: Which axis counts the rows?" in text and "26.6667" not in text
    labels = page.locator(".nbgrader-label").all_inner_texts()
    assert [label for label in labels if label != "Student's answer"] == [
        "Exercise mean", "Exercise weighted_mean", "Exercise running_mean"
    ]  # fmt: skip
    assert "a < b" in text and "window.ran = 1" in text  # the student's HTML, as text
    assert ran(page) == []
    score = page.locator(".nbgrader_cell", has_text="Student's answer").last.locator("input.score")
    score.fill("4")
    score.blur()
    for _ in range(PATIENCE // 100):
        if room.scores("page_wrong", "manual_score")["written_answer"] == 4:
            break
        page.wait_for_timeout(100)
    assert room.scores("page_wrong", "manual_score")["written_answer"] == 4


@pytest.mark.parametrize("student", ["page_wrong", "page_raises"])
def test_a_feedback_page_shows_the_diagnosis_and_runs_nothing(
    page: Any, room: Classroom, student: str
) -> None:
    page.route("http*://**", lambda route: route.abort())  # MathJax lies elsewhere
    page.goto((room.root / "feedback" / student / TOPIC / f"{NAME}.html").as_uri())
    text = page.inner_text("body")
    assert "✗ mean" in text and ": a few rows" in text
    assert ran(page) == [] and page.locator("img[src=x]").count() == 0


HARMLESS = {"http:", "https:", "mailto:"}
LINKED = "[...document.querySelectorAll('{} a[href]')].map(a => [a.protocol, a.getAttribute('href')])"


@pytest.mark.parametrize("where", ["feedback", "formgrader"])
def test_links_and_pictures_of_a_student_lead_nowhere_else(
    page: Any, jupyter: str, room: Classroom, where: str
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    ours = ("file:", f"{jupyter}/")
    page.route(
        "**/*", lambda route: (route.continue_ if route.request.url.startswith(ours) else route.abort)()
    )
    name = '<img src=x onerror="window.name_ran = 1">'
    room.sql(f"UPDATE student SET first_name = '{name}', last_name = '{name}' WHERE id = 'page_links'")
    if where == "feedback":
        page.goto((room.root / "feedback" / "page_links" / TOPIC / f"{NAME}.html").as_uri())
    else:
        ((ident,),) = room.sql(
            "SELECT n.id FROM submitted_notebook n JOIN submitted_assignment s ON n.assignment_id = s.id "
            "WHERE s.student_id = 'page_links'"
        )
        page.goto(f"{jupyter}/formgrader/submissions/{ident}")
        page.locator("input#check_mean").wait_for()
        page.wait_for_function("document.querySelector('input#check_mean').placeholder == '30'")
    links = page.evaluate(LINKED.format("#notebook"))
    places = [href for _, href in links if href.startswith("#")]
    assert {protocol for protocol, href in links if not href.startswith("#")} == HARMLESS
    assert "#text-check_mean" in places
    assert ["http:", "http://tracker.example/cat.png"] in links  # a picture that became a link
    assert page.get_by_role("link", name="a cat").is_visible()
    assert not [url for url in asked if "tracker.example" in url]
    assert page.locator("#notebook img, #notebook svg:not(section svg), nav img").count() == 0
    assert ran(page) == []


def filled(room: Classroom, **answers: str) -> dict[str, Any]:
    """Return the released notebook with right answers, but for `answers`."""
    notebook = room.released()
    for name, text in (RIGHT | answers).items():
        cell_of(notebook, name)["source"] = text
    return notebook


def open_lab(page: Any, jupyter: str, room: Classroom, name: str, notebook: dict[str, Any]) -> None:
    """Open a notebook in a student's own copy of the assignment's folder."""
    folder = room.root / name
    shutil.copytree(room.root / "assignments" / TOPIC, folder, dirs_exist_ok=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    page.goto(f"{jupyter}/lab/tree/{name}/{NAME}.ipynb?reset")


def test_check_shows_in_jupyterlab_what_is_wrong_and_stops_run_all_there(
    page: Any, jupyter: str, room: Classroom
) -> None:
    page.set_viewport_size({"width": 1200, "height": 3000})  # cells out of sight are not rendered
    unweighted = MISTAKES["unweighted"][1]
    open_lab(page, jupyter, room, "checked", filled(room, weighted_mean=unweighted))
    page.get_by_text("| Idle").wait_for()  # what is run before is lost
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").click()
    page.locator("li[data-command='runmenu:run-all']").click()
    wrong = page.locator("section[aria-label^='weighted_mean']")
    wrong.wait_for(timeout=2 * PATIENCE)
    assert page.locator("section[aria-label^='mean — right']").is_visible()
    text = wrong.inner_text()
    assert "✗ weighted_mean — wrong" in text and "every value counts the same" in text
    assert "✓ right: equal weights" in text
    assert page.locator(".jp-RenderedText[data-mime-type*='stderr']").all_inner_texts() == [STOPS]
    assert page.locator("section[aria-label^='running_mean']").count() == 0


def test_the_validate_button_takes_a_right_notebook_for_right(
    page: Any, jupyter: str, room: Classroom
) -> None:
    notebook = filled(room)
    noise = "import os, sys\nos.write(2, b'a banner\\n'); print('more', file=sys.stderr)\n"
    cell_of(notebook, "mean")["source"] = (
        f"def mean(rows):\n    {noise.strip().replace(chr(10), chr(10) + '    ')}\n"
        "    import tensorflow as tf\n    return np.mean(rows, axis=0) + 0 * tf.constant(1.0).numpy()\n"
    )
    open_lab(page, jupyter, room, "validated", notebook)
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog")
    dialog.get_by_text("Validation Results").wait_for(timeout=4 * PATIENCE)
    assert "Success" in dialog.inner_text()
