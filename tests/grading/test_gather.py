"""A class' work, out of repositories that students made, to attack the collector too."""

from __future__ import annotations

import http.server
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from courses import TOPIC

from grader.course import Topic
from grader.grading import repositories
from grader.grading.gather import RECORD, Gathered, gather
from grader.grading.repositories import NotThere, Repository, Unreadable
from grader.grading.roster import Student, collected, write_collected
from grader.saved import LARGEST

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
Commit = Callable[..., str]


@pytest.fixture
def commit(tmp_path: Path) -> Commit:
    """Commit files to a student's repository, on the hour; return its address."""

    def make(student: str, files: dict[str, str | bytes], hour: int = 10) -> str:
        folder = tmp_path / "repositories" / student
        git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.org"]
        if not folder.exists():
            folder.mkdir(parents=True)
            subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        when = (NOON + timedelta(hours=hour - 12)).isoformat()
        dates = {"GIT_AUTHOR_DATE": when, "GIT_COMMITTER_DATE": when}
        subprocess.run([*git, "add", "--all"], check=True)
        subprocess.run([*git, "commit", "--quiet", "-m", "x"], check=True, env={**os.environ, **dates})
        return f"file://{folder}"

    return make


@pytest.fixture
def take(topic: Topic, tmp_path: Path) -> Callable[..., Gathered]:
    """Collect from students' repositories into submitted/."""

    def take(addresses: dict[str, str], deadline: datetime | None = None, within: str = "") -> Gathered:
        students = [Student(name, {"repository": where}) for name, where in addresses.items()]
        due = {topic.id: deadline} if deadline else {}
        target = tmp_path / "submitted"
        return gather(students, [topic], lambda one, _: one.columns["repository"], within, due, target)

    return take


def test_a_class_is_collected_as_nbgrader_has_it(
    commit: Commit, take: Callable[..., Gathered], tmp_path: Path
) -> None:
    ada = commit("ada", {"01_averages/averages.py": "a = 1", "01_averages/averages.ipynb": "{}", "x.py": ""})
    bob = commit("bob", {"01_averages.py": "b = 1", "averages.py": "b = 2"}, hour=11)
    eve = commit("eve", {"README.md": "to do"})
    gone = f"file://{tmp_path / 'no such'}"
    done = take({"ada": ada, "bob": bob, "eve": eve, "gone": gone})
    assert done.taken == 2
    assert done.missing == {"eve": ["averages"]}
    assert [line.partition(":")[0] for line in done.problems] == ["gone"] and str(gone) in done.problems[0]
    home = tmp_path / "submitted"
    found = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    in_ada, in_bob = f"ada/{TOPIC}", f"bob/{TOPIC}"
    names = {f"{in_ada}/{name}" for name in ("averages.py", "averages.ipynb", "timestamp.txt")}
    assert found == names | {f"{in_bob}/averages.py", f"{in_bob}/timestamp.txt", RECORD}
    assert (home / in_bob / "averages.py").read_text() == "b = 2"
    assert (home / in_bob / "timestamp.txt").read_text() == "2027-03-01 11:00:00 UTC\n"
    assert {student: row.repository for (student, _), row in collected(home / RECORD).items()} == {
        "ada": ada, "bob": bob, "eve": eve,
    }  # fmt: skip


def test_what_is_collected_again_and_is_the_same_is_left_alone(
    commit: Commit, take: Callable[..., Gathered], tmp_path: Path
) -> None:
    ada = commit("ada", {"averages.py": "1", "averages.ipynb": "{}"})
    take({"ada": ada})
    home = tmp_path / "submitted"
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in home.rglob("*.*")}
    record = (home / RECORD).read_bytes()
    take({"ada": ada})
    assert (home / RECORD).read_bytes() == record
    unchanged = {path: entry for path, entry in before.items() if path.name != RECORD}
    assert all((path.stat().st_mtime_ns, path.read_bytes()) == entry for path, entry in unchanged.items())
    (tmp_path / "repositories" / "ada" / "averages.ipynb").unlink()
    commit("ada", {"averages.py": "2"}, hour=11)
    take({"ada": ada})
    assert (home / "ada" / TOPIC / "averages.py").read_text() == "2"
    assert not (home / "ada" / TOPIC / "averages.ipynb").exists()


def test_after_the_deadline_the_last_commit_before_it_is_taken_once(
    commit: Commit, take: Callable[..., Gathered], tmp_path: Path
) -> None:
    addresses = {"ada": commit("ada", {"averages.py": "in time"}, hour=11), "eve": commit("eve", {"x": ""})}
    commit("ada", {"averages.py": "late"}, hour=13)
    path, record = tmp_path / "submitted" / "ada" / TOPIC / "averages.py", tmp_path / "submitted" / RECORD
    # The deadline is over only once a row was collected after it.
    past = datetime.now(UTC) - timedelta(seconds=1)
    take(addresses, NOON)
    assert path.read_text() == "in time"
    rows = collected(record)
    due = NOON if NOON < past else past
    write_collected(record, [replace(row, collected=due + timedelta(minutes=1)) for row in rows.values()])
    for student in addresses:
        commit(student, {"averages.py": "dated back"}, hour=-100000)
    assert take(addresses, due).taken == 0
    assert path.read_text() == "in time" and not (tmp_path / "submitted" / "eve").exists()


def test_nothing_but_regular_files_is_taken(
    commit: Commit, tmp_path: Path, topic: Topic, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "solution.py"
    secret.write_text("the answer")
    folder = tmp_path / "repositories" / "eve"
    folder.mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    (folder / "averages.py").symlink_to(secret)
    address = commit("eve", {".hidden/averages.ipynb": "{}", ".gitattributes": "* filter=evil", "a/b.py": ""})
    with Repository(address) as repository, pytest.raises(NotThere, match=r"no averages\.ipynb"):
        repository.handed_in(topic.id, None)
    (folder / "averages.py").unlink()
    commit("eve", {"averages.py": b"#" * (LARGEST + 1)})
    with Repository(address) as repository, pytest.raises(Unreadable, match="more than"):
        repository.handed_in(topic.id, None)
    monkeypatch.setattr(repositories, "MAX_LISTED", 10)  # names without end, in trees of trees
    with Repository(address) as repository, pytest.raises(Unreadable, match="more than"):
        repository.handed_in(topic.id, None)


def test_a_file_in_two_places_is_asked_for(commit: Commit, topic: Topic) -> None:
    address = commit("ada", {"a/averages.py": "1", "b/averages.py": "2"})
    with Repository(address) as repository, pytest.raises(Unreadable, match="in a and b"):
        repository.handed_in(topic.id, None)
    commit("ada", {"deep/down/averages/averages.py": "3"})
    with Repository(address) as repository:
        assert repository.handed_in(topic.id, None).files == {"averages.py": b"3"}
    with Repository(address) as repository, pytest.raises(NotThere, match="no commit from before"):
        repository.handed_in(topic.id, NOON - timedelta(days=365))


@pytest.mark.parametrize(
    "address",
    [
        "--upload-pack=touch x", "ext::sh -c true", "https://example.org/a/../secret", "/etc",
        "https://example.org/%2e%2e/secret", "https://example.org/a b", "",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_given_to_git(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("git was started"))
    with pytest.raises(Unreadable, match="not the address"):
        Repository(address)


@pytest.fixture
def server() -> Iterator[tuple[str, list[str | None]]]:
    """A server that asks for a password and notes what it was given."""
    given: list[str | None] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given.append(self.headers["Authorization"])
            self.send_response(404 if self.headers["Authorization"] else 401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_address[1]}", given
        served.shutdown()


def test_the_token_is_shown_to_its_own_server_only(
    server: tuple[str, list[str | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    where, given = server
    monkeypatch.setenv(repositories.TOKEN, "a token")
    with pytest.raises(Unreadable) as raised:
        Repository(f"{where}/class/ada.git", within=f"{where}/class/")
    assert any(given) and "a token" not in str(raised.value)
    given.clear()
    with pytest.raises(Unreadable, match="does not begin"):
        Repository(f"{where}/elsewhere/ada.git", within=f"{where}/class/")
    assert given == []
    # Without a server that may see it, none does; nor does another, to which an address led.
    for within in ("", "https://example.org/"):
        settings = repositories._environment(within)
        command = ["git", "ls-remote", f"{where}/class/ada.git"]
        assert subprocess.run(command, env=settings, capture_output=True).returncode != 0
    assert given and not any(given)
