"""Which level holds is found by attacking it, wherever Python, the package and the work folder lie."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader.commands.main import cli
from grader.course import Topic
from grader.grading.key import Key
from grader.sandbox import root
from grader.sandbox import trial as isolation
from grader.sandbox.levels import Level
from grader.sandbox.trial import TooLow, Trial

PACKAGE = Path(isolation.__file__).parents[1]
LOCKED = [level for level in isolation.candidates() if level is not Level.NONE]

TRY = """
import json, sys
from grader.sandbox import trial as isolation
trials = [isolation.attempt(isolation.Level(level)) for level in sys.argv[1:]]
print(json.dumps([isolation.__file__, {trial.level: trial.reason for trial in trials if not trial.holds}]))
"""


@pytest.fixture(scope="module")
def levels() -> tuple[Level, ...]:
    """The levels that hold where the tests themselves run; elsewhere none is lost by a strange path."""
    held = tuple(level for level in LOCKED if isolation.attempt(level).holds)
    if not held:
        pytest.skip("this machine gives no level but none")
    return held


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder below /tmp whatever TMPDIR says, which other users may pass through."""
    path = Path("/tmp") / f"grader-test-{os.getpid()}"
    path.mkdir()
    yield path
    shutil.rmtree(path)


def environment(folder: Path, base: str = sys.executable) -> Path:
    """Make an environment of Python's and a copy of the package in `folder`; return its interpreter.

    What is copied is what a trial needs, so that it can be made for each place.
    """
    subprocess.run([base, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    ignored = shutil.ignore_patterns("files", "__pycache__")
    shutil.copytree(PACKAGE, folder / "course" / "grader", ignore=ignored)
    python = folder / ".venv" / "bin" / "python"
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    libraries = Path(subprocess.check_output(asked, text=True).rstrip("\n"))
    (libraries / "course.pth").write_text(f"{folder / 'course'}\n", encoding="utf-8")
    return python


def failures(python: Path, levels: Sequence[Level], folder: Path, **more: str) -> dict[str, str]:
    """Try `levels` with an interpreter elsewhere; return why each fails that does."""
    asked = [python, "-P", "-c", TRY, *levels]
    said = subprocess.check_output(asked, text=True, env={"LANG": "C.UTF-8"} | more)
    module, failed = json.loads(said)
    assert Path(module).resolve().is_relative_to(folder.resolve()), "another package was tried"
    assert isinstance(failed, dict)
    return failed


@pytest.mark.parametrize(
    "name",
    ["course", "two words [b] {c} (d)", "*?Zoë-課程 a'b\"c$d,=x", "proc/sys/dev/shm/tmp"],
)
def test_any_name_below_tmp(folder: Path, name: str, levels: tuple[Level, ...]) -> None:
    assert failures(environment(folder / name), levels, folder) == {}


@pytest.mark.parametrize("top", ["/dev/shm", "/run", "/srv"])
def test_any_place(top: str, levels: tuple[Level, ...]) -> None:
    """Folders that the new root has, or has not, for reasons of its own."""
    folder = Path(top) / f"grader-test-{os.getpid()}"
    if not os.access(top, os.W_OK):
        pytest.skip(f"{top} may not be written to here")
    folder.mkdir()
    try:
        assert failures(environment(folder), levels, folder) == {}
    finally:
        shutil.rmtree(folder)


def test_a_home_behind_links(folder: Path, levels: tuple[Level, ...]) -> None:
    """/home → /data/home, and the environment itself a link to a link."""
    (folder / "data" / "home").mkdir(parents=True)
    (folder / "home").symlink_to("data/home")
    environment(folder / "home" / "ada")
    (folder / "second").symlink_to(folder / "home" / "ada" / ".venv")
    (folder / "first").symlink_to("second")
    assert failures(folder / "home" / "ada" / ".venv" / "bin" / "python", levels, folder) == {}
    assert failures(folder / "first" / "bin" / "python", levels, folder) == {}


@pytest.mark.parametrize("umask", [0o077, 0o027])
def test_a_home_that_is_closed_to_others(folder: Path, umask: int, levels: tuple[Level, ...]) -> None:
    """Of which every folder and file is closed, and Python's own installation with it."""
    python = environment(folder / "home")
    for path in (folder / "home").rglob("*"):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~umask)
    (folder / "home").chmod(0o777 & ~umask)
    assert failures(python, levels, folder) == {}


def test_a_caller_whose_umask_closes_all(folder: Path, levels: tuple[Level, ...]) -> None:
    python = environment(folder)
    before = os.umask(0o077)
    try:
        assert failures(python, levels, folder) == {}
    finally:
        os.umask(before)


def test_a_python_of_ones_own(folder: Path, levels: tuple[Level, ...]) -> None:
    """As pyenv, uv and conda install it: base and environment below one folder."""
    base = folder / "versions" / sysconfig.get_python_version()
    original = Path(sys.base_prefix)
    if original == Path("/usr"):
        pytest.skip("the system's Python is spread over /usr and cannot be copied as one folder")
    ignored = shutil.ignore_patterns("site-packages", "test", "idlelib", "__pycache__", "*.a", "config-*")
    for part in ("bin", "lib"):
        shutil.copytree(original / part, base / part, symlinks=True, ignore=ignored)
    (folder / "versions").chmod(0o700)
    python = environment(folder, str(base / "bin" / f"python{sysconfig.get_python_version()}"))
    assert failures(python, levels, folder) == {}


@pytest.mark.parametrize("mode", ["ro", "noexec", "size=64k"])
def test_a_tmp_of_another_kind(mode: str, levels: tuple[Level, ...]) -> None:
    """A read-only, a `noexec` or a tiny /tmp, in a mount namespace of the test's own."""
    if Path(sys.prefix).is_relative_to("/tmp"):
        pytest.skip(f"{sys.prefix} lies below /tmp, so that a /tmp mounted over it hides Python itself")
    unshare = ["unshare", "--mount"] if os.getuid() == 0 else ["unshare", "--mount", "--map-root-user"]
    mounted = f"mount -t tmpfs -o {mode} none /tmp"
    if not shutil.which("unshare") or subprocess.run([*unshare, "sh", "-c", mounted]).returncode:
        pytest.skip("no mount namespace can be made here")
    # A user's own namespace is no place for another one's levels: only what is possible there is tried.
    tried = levels if os.getuid() == 0 else [Level.NONE]
    script = f'{mounted} && exec "$0" "$@"'
    said = subprocess.check_output(
        [*unshare, "sh", "-c", script, sys.executable, "-c", TRY, *tried],
        text=True,
        env={"LANG": "C.UTF-8"},
    )
    assert json.loads(said)[1] == {}


def test_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the probe found, for each level that was tried, and not what might have been."""
    tried = []

    def attempt(level: Level) -> Trial:
        tried.append(level)
        return Trial(level, level is Level.NONE, f"FileExistsError: {level}/tmp")

    monkeypatch.setattr(isolation, "attempt", attempt)
    monkeypatch.setattr(isolation, "candidates", lambda: [Level.ROOT, Level.USER, Level.NONE])
    with pytest.raises(TooLow) as caught:
        isolation.require(Level.USER, "--require-isolation none")
    assert "`root` does not hold (FileExistsError: root/tmp)" in str(caught.value)
    assert "`user` does not hold (FileExistsError: user/tmp)" in str(caught.value)
    assert str(caught.value).endswith("--require-isolation none") and "5.13" not in str(caught.value)
    assert tried == [Level.ROOT, Level.USER], "a level was tried that would not do"
    assert isolation.best() is Level.NONE


def nothing_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that allows neither mounts nor Landlock."""
    monkeypatch.setattr(isolation, "candidates", lambda: [Level.LANDLOCK, Level.NONE])
    trial = isolation.attempt

    def attempt(level: Level) -> Trial:
        return trial(level) if level is Level.NONE else Trial(level, False, "OSError: no Landlock here")

    monkeypatch.setattr(isolation, "attempt", attempt)


def test_grade_refuses_at_once_and_names_the_reason_and_the_option(
    topic: Topic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before keys are read, and before a server is started."""
    nothing_holds(monkeypatch)
    monkeypatch.setattr("grader.grading.key.load", lambda path: pytest.fail("a key was read first"))
    monkeypatch.chdir(topic.folder)
    found = CliRunner().invoke(cli, ["grade", str(tmp_path), "--db", f"sqlite:///{tmp_path}/grades.db"])
    said = " ".join(found.output.split())
    assert found.exit_code == 1
    assert "`landlock` does not hold (OSError: no Landlock here)" in said
    assert said.endswith("--require-isolation none.")
    assert not (tmp_path / "grades.db").exists()


def test_grade_without_a_lock_says_so_once(
    public_key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing_holds(monkeypatch)
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "averages.py").write_text("x = 1\n")
    (tmp_path / "keys").mkdir()
    public_key.save(tmp_path / "keys" / "01_averages.npz")
    where = ["--keys", str(tmp_path / "keys"), "--db", f"sqlite:///{tmp_path}/grades.db"]
    found = CliRunner().invoke(cli, ["grade", str(tmp_path / "ada"), *where, "--require-isolation", "none"])
    assert found.exit_code == 0, found.output
    assert found.output.count("Nothing is locked in here") == 1


def test_a_system_without_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation.sys, "platform", "darwin")
    monkeypatch.setattr(isolation.platform, "system", lambda: "Darwin")
    assert isolation.best() is Level.NONE
    with pytest.raises(TooLow, match="Darwin gives none but `none`"):
        isolation.require(Level.LANDLOCK, "--require-isolation none")


@pytest.mark.parametrize("level", LOCKED)
def test_a_level_at_which_nothing_works_does_not_hold(
    level: Level, levels: tuple[Level, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that keeps out Python's own libraries keeps out honest submissions."""
    if level not in levels:
        pytest.skip(f"{level} does not hold here")
    hidden = Path(sys.base_prefix)
    code = (
        "from pathlib import Path; from grader.sandbox import trial as isolation, root as view; "
        "readable = view.readable; "
        f"view.readable = lambda: [path for path in readable() if path != Path({str(hidden)!r})]; "
        "isolation.main()"
    )
    run = subprocess.Popen

    def popen(command: list[str], **options: object) -> subprocess.Popen[bytes]:
        command = [command[0], "-P", "-c", code, *command[4:]]
        return run(command, **options)

    if hidden == Path("/usr"):
        pytest.skip("without /usr nothing starts at all")
    monkeypatch.setattr(isolation.subprocess, "Popen", popen)
    trial = isolation.attempt(level)
    assert not trial.holds and trial.reason


def test_closed_to_others(folder: Path) -> None:
    """A file or folder that its owner alone may read, and one below a folder that lets nobody through."""
    inner = folder / "inner"
    inner.mkdir(0o755)
    (inner / "file").touch(0o644)
    (folder / "link").symlink_to(inner / "file")
    assert not root.closed_to_others([inner, inner / "file", folder / "link"])
    for path, mode in ((inner / "file", 0o640), (inner, 0o754), (folder, 0o700)):
        before = path.stat().st_mode
        path.chmod(mode)
        assert root.closed_to_others([folder / "link"]), path
        path.chmod(before)
    assert not root.closed_to_others([folder / "link"])
