"""What students' git repositories hold of a topic, at a deadline.

A repository is a stranger's: it is fetched into a bare one and never checked
out, so that no link, hook, filter or submodule of it is followed. Of its files
only those named for a topic are read, as bytes, bounded, and written under
names of ours.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath

from grader.course import name_of
from grader.errors import PlainError
from grader.saved import LARGEST

TOKEN = "COLLECT_TOKEN"  # the variable that holds it
SUFFIXES = (".ipynb", ".py")
PATIENCE = 300.0  # seconds for one command of git's
MAX_LISTED = 32 << 20  # bytes of file names; trees of trees may name without end
ADDRESS = re.compile(r"(?:https?|ssh|file)://[^\s%\\]+|[\w.-]+@[\w.-]+:[^\s%\\]+")
PROTOCOLS = "https:http:ssh:file"  # not ext, which runs a program that the address names
# git asks it for the password of one host, and hands it to no other.
HELPER = f"""!f() {{ test "$1" = get && printf 'username=x-access-token\\npassword=%s\\n' "${TOKEN}"; }}; f"""


class Unreadable(PlainError):
    """A repository, or what it holds of a topic, cannot be read; the message says which, and why."""


class NotThere(PlainError):
    """A repository holds no submission for a topic; the message says what is missing."""


@dataclass(frozen=True)
class HandedIn:
    """A topic's files in a repository: contents by name, of which commit, and when they were last changed."""

    commit: str
    changed: datetime
    files: Mapping[str, bytes]


class Repository:
    """A student's repository, fetched; use it in a `with`."""

    def __init__(self, address: str, within: str = "") -> None:
        """Fetch the default branch, with its history and no contents yet.

        Args:
            address: what `git fetch` takes.
            within: how addresses begin that are taken; the token in the environment is shown to that
                server alone.

        Raises:
            Unreadable: it cannot be fetched, or `address` is none that is taken.
        """
        if not ADDRESS.fullmatch(address) or "/../" in f"{address}/":
            raise Unreadable(f"{address!r} is not the address of a repository, as https://… is")
        if not address.startswith(within):
            raise Unreadable(f"{address} does not begin with {within}")
        self.address = address
        self._environment = _environment(within)
        self._folder = tempfile.TemporaryDirectory(prefix="grader-collect-")
        try:
            self._git("init", "--quiet", "--bare")
            # Contents are fetched when they are asked for, where the server can do that.
            self._git("config", "remote.origin.promisor", "true")
            self._git("config", "remote.origin.partialclonefilter", "blob:none")
            self._git("config", "remote.origin.url", address)
            fetch = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--filter=blob:none")
            self._git(*fetch, "origin", "HEAD:refs/heads/collected")
        except BaseException:
            self._folder.cleanup()
            raise

    def __enter__(self) -> Repository:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def handed_in(self, topic: str, deadline: datetime | None) -> HandedIn:
        """Return a topic's files, as of the last commit that is dated before `deadline`, or as of now.

        Raises:
            NotThere: there is no such commit, or no such file in it.
            Unreadable: it cannot be read, or there are files in several places.
        """
        before = () if deadline is None else (f"--before={deadline.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",)
        commit = self._git("rev-list", "-1", "--first-parent", *before, "collected").decode().strip()
        if not commit:
            raise NotThere(f"{self.address} holds no commit from before {deadline}")
        paths = _chosen(self._listed(commit), topic)
        if not paths:
            name = name_of(topic)
            raise NotThere(f"{self.address} holds no {name}.ipynb or {name}.py")
        files = {f"{name_of(topic)}{path.suffix}": self._content(blob, path) for path, blob in paths.items()}
        log = self._git("log", "-1", "--format=%ct", commit, "--", *map(str, paths))
        return HandedIn(commit, datetime.fromtimestamp(int(log or b"0"), UTC), files)

    def _listed(self, commit: str) -> dict[PurePosixPath, str]:
        """Return the regular files of a commit, by path, and the names of their contents."""
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", commit, most=MAX_LISTED)
        entries = (entry.partition("\t") for entry in listed.decode("utf-8", "surrogateescape").split("\0"))
        return {
            PurePosixPath(name): about.split()[2]
            for about, _, name in entries
            if about.startswith("100")  # neither link nor submodule
        }

    def _content(self, blob: str, path: PurePosixPath) -> bytes:
        return self._git("cat-file", "blob", blob, most=LARGEST, what=f"{path} in ")

    def _git(self, *arguments: str, most: int = 1 << 16, what: str = "") -> bytes:
        """Run git; return what it prints, of at most `most` bytes.

        Raises:
            Unreadable: it failed, printed more, or took too long.
        """
        command = ["git", "--literal-pathspecs", "-C", self._folder.name, *arguments]
        with tempfile.TemporaryFile() as errors, _bounded(command, errors.fileno(), self._environment) as git:
            assert git.stdout is not None
            printed = git.stdout.read(most + 1)
            if len(printed) > most:
                raise Unreadable(f"{what}{self.address}: it is more than {most >> 20} MB")
            status = git.wait()
            errors.seek(0)
            said = errors.read(4000).decode("utf-8", "replace").strip().splitlines()
        if status == -signal.SIGKILL:
            raise Unreadable(f"{self.address}: no answer within {PATIENCE:g} seconds")
        if status:
            why = next(
                (line for line in said if line.startswith(("fatal:", "error:"))), f"git ended with {status}"
            )
            if "could not read Username" in why:
                why = f"it is not there, or is private and ${TOKEN} is not set"
            raise Unreadable(f"{self.address}: {why}")
        return printed


@contextmanager
def _bounded(
    command: list[str], errors: int, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program; it and its children are ended with the block, or when their time is over."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=environment,
        start_new_session=True,
    ) as process:
        timer = threading.Timer(PATIENCE, _end, [process])
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _environment(within: str) -> dict[str, str]:
    """Return git's environment: it asks nobody, and shows the token to one server only."""
    settings = {"gc.auto": "0"}
    origin = re.match(r"https?://[^/]+", within)
    found = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": PROTOCOLS, "LC_ALL": "C.UTF-8"}
    if origin and os.environ.get(TOKEN):
        # An empty helper forgets those of the machine.
        settings |= {"credential.helper": "", f"credential.{origin[0]}.helper": HELPER}
    else:
        found.pop(TOKEN, None)
    for number, (key, value) in enumerate(settings.items()):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found | {"GIT_CONFIG_COUNT": str(len(settings))}


def _chosen(files: Mapping[PurePosixPath, str], topic: str) -> dict[PurePosixPath, str]:
    """Return those of a topic: of one folder, the nearest to the root; at most a notebook and a script.

    Raises:
        Unreadable: as near as each other, there are several.
    """
    named = [path for path in files if path.suffix in SUFFIXES and name_of(path.stem) == name_of(topic)]
    seen = [path for path in named if not any(part.startswith((".", "__")) for part in path.parts)]
    folders = {path.parent for path in seen}
    near = _nearest(folders, topic)
    if len(near) > 1:
        places = " and ".join(sorted(map(str, near)))
        raise Unreadable(f"{name_of(topic)} is there twice, in {places}: ask the student to remove one")
    # The plain name comes last, and so counts, where the numbered one is there too.
    found = sorted(
        (path for path in seen if path.parent in near), key=lambda path: path.stem == name_of(topic)
    )
    return {path: files[path] for path in {path.suffix: path for path in found}.values()}


def _nearest(folders: Iterable[PurePosixPath], topic: str) -> list[PurePosixPath]:
    """Return the folders that have the topic's name, else all; of these the nearest to the root."""
    of_topic = [folder for folder in folders if name_of(folder.name) == name_of(topic)] or list(folders)
    least = min((len(folder.parts) for folder in of_topic), default=0)
    return [folder for folder in of_topic if len(folder.parts) == least]
