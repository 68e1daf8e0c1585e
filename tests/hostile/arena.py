"""Where attacks are let loose: a fake course with things worth stealing, watched from outside.

An attack is a file of `attacks/GROUP/`: a docstring that says what it tries, and
a submission. What it finds it keeps with `attempt(…)`; its `target` is wrong
unless the attack succeeded. Strings such as "@COURSE@" are replaced by what a
well-informed attacker would know. A file that defines `build(text)` makes the
files of the submission itself, for notebooks and zips.

Comments say what is promised, where the group's own line in `GROUPS` does not:

    # stopped from: landlock       the lowest level that promises to stop it
    # harmless score: 20           what is right in it all the same, of 20
    # time in all: 0.6             what the submission has, in place of what checks allow by default
"""

from __future__ import annotations

import ctypes
import os
import re
import secrets
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

import grader
from grader.client import server as client
from grader.client.server import Server
from grader.course import Checks
from grader.errors import ServerError
from grader.exercise import run_checks
from grader.grading.collect import NothingToGrade, collect
from grader.grading.key import ExerciseKey, Key
from grader.grading.rules import Rules
from grader.grading.run import grade
from grader.grading.work import NotGradable, Work
from grader.outcome import Outcome
from grader.sandbox.levels import Level, Limits
from grader.verdict import Graded, Status

HERE = Path(__file__).parent
TOPIC = "01_target"
POINTS = 20.0
LIMITS = Limits(memory=768 << 20, import_seconds=1.5, patience=2.0)
# What a submission may use up in all: for each of two exercises its import, and the exercise.
ALLOWED = 2 * (LIMITS.import_seconds + 1.5) * LIMITS.patience
PATIENT = 30.0  # for an honest student: whatever else the machine does meanwhile
LATE = 10.0  # seconds, after which a process is there to stay
LONGEST_NAME = 200  # that fits into a file's name, with a topic's beside it
BUSY = 20.0  # seconds of the trusted side's own CPU time, of which a submission takes less than one
# The lowest level that promises to stop a group's attacks.
GROUPS = {
    "lying": Level.NONE,
    "forging": Level.NONE,
    "notebook": Level.NONE,
    "archive": Level.NONE,
    "resources": Level.NONE,
    "stealing": Level.LANDLOCK,
    "escape": Level.LANDLOCK,
}

CHECKS = """
import numpy as np

from grader.drivers import gradients, named
from grader.exercise import exercise


@exercise(points=10, hint="?", arrays="numpy", dtype="float64", seconds=0.5)
def target(answer, x):
    return {"y": answer.target(x)}


@exercise(points=10, hint="?", arrays="tensor", dtype="float64", seconds=1.0)
def tensor_target(answer, x):
    return named(answer.tensor_target(x), "y", "z")


@target.cases
def _(rng):
    yield "a few", {"x": rng.normal(size=3)}
    yield "a matrix", {"x": rng.normal(size=(2, 4))}


@tensor_target.cases
def _(rng):
    yield "a few", {"x": rng.normal(size=3)}
"""

PRELUDE = '''
import os, sys
import numpy as np

LOOT = []


def attempt(action, *arguments, won=False, **options):
    """Keep what an action returns. With `won`, that it returns at all breaks a promise."""
    try:
        found = action(*arguments, **options)
    except BaseException as error:
        LOOT.append(f"{type(error).__name__}: {error}"[:500])
        return None
    LOOT.append(f"WON {won}" if won else found if isinstance(found, str) else repr(found))
    return found


def target(*_):
    """Return what was found, as an array."""
    return np.frombuffer("\\n".join(LOOT).encode("utf-8", "replace")[:8_000_000], np.uint8)


def tensor_target(*_):
    return target(), target()

'''


@dataclass(frozen=True)
class Attack:
    """One file of the corpus."""

    path: Path

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def tries(self) -> str:
        """Return the docstring, on one line."""
        found = re.match(r'\s*r?"""(.*?)"""', self.text, re.DOTALL)
        return " ".join(found.group(1).split()) if found else ""

    @property
    def stopped_from(self) -> Level:
        return Level(self._said("stopped from") or GROUPS[self.path.parent.name])

    @property
    def harmless_score(self) -> float:
        return float(self._said("harmless score") or 0)

    @property
    def seconds(self) -> float | None:
        """Return the CPU time that the submission has in all, if it is not the default."""
        said = self._said("time in all")
        return float(said) if said else None

    def promised(self, level: Level) -> bool:
        return level.rank >= self.stopped_from.rank

    def _said(self, what: str) -> str:
        found = re.search(rf"^# {what}: (\S+)", self.text, re.MULTILINE)
        return found.group(1) if found else ""


def attacks() -> list[Attack]:
    """Return the corpus."""
    return [Attack(path) for path in sorted((HERE / "attacks").glob("*/*.py"))]


@dataclass
class Result:
    """What became of one attack: `evidence` is empty if all held."""

    evidence: list[str] = field(default_factory=list)
    score: float = 0.0
    said: str = ""
    graded: list[Graded] = field(default_factory=list)


class Arena:
    """A warm server at one level, a fake course, and canaries all around."""

    def __init__(self, level: Level, limits: Limits = LIMITS) -> None:
        self.level, self.limits = level, limits
        self.mark = secrets.token_hex(8)
        self.canary = f"CANARY-{self.mark}"
        self.factor = float(np.random.default_rng().uniform(0.1, 1))
        self.folder = Path(tempfile.mkdtemp(prefix="arena-"))
        self.folder.chmod(0o755)  # as a home folder often is: what hides it must be the sandbox
        self.rules = self._rules()
        self.honest = (
            f"# {self.canary}\ndef target(x):\n    return {self.factor!r} * x\n\n\n"
            "def tensor_target(x):\n    return target(x), -target(x)\n"
        )
        # The first digits of what is given: of a hidden input no message has them.
        given = (case.inputs["x"] for key in self.rules.key.exercises.values() for case in key.cases)
        self.marks = [f"{abs(x):.12e}".replace(".", "")[:6] for xs in given for x in np.ravel(xs)]
        self._plant()
        self._listen()
        self.server = self._server()
        self.trees = self._snapshot()

    def _rules(self) -> Rules:
        checks = Checks(CHECKS, run_checks(CHECKS, "checks"))
        keys = {}
        for exercise in checks.exercises.values():
            cases = tuple(exercise.draw(lambda position: position))
            right = [self.factor * case.inputs["x"] for case in cases]
            pair = exercise.name == "tensor_target"
            expected = tuple({"y": y} | ({"z": -y} if pair else {}) for y in right)
            keys[exercise.name] = ExerciseKey(exercise.name, cases, expected, ())
        return Rules(Key(TOPIC, True, "", CHECKS, keys))

    def _plant(self) -> None:
        """Put canaries where an attacker would look."""
        solution = self.folder / "course" / "solutions" / TOPIC / "solution.py"
        self.planted = [
            solution,
            self.folder / "course" / ".grader" / "key.npz",
            self.folder / "course" / ".grader" / "store.db",
            self.folder / "course" / "submitted" / "ada" / "target.py",
            self.folder / "home" / ".netrc",
            Path.home() / f".hostile-{self.mark}",
            Path(tempfile.gettempdir()) / f"hostile-{self.mark}.txt",
        ]
        for path in self.planted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.honest)
        self.rules.key.save(self.planted[1])
        with self.planted[1].open("ab") as file:
            file.write(self.canary.encode())
        os.environ["HOSTILE_TOKEN"] = self.canary
        self._content = {path: path.read_bytes() for path in self.planted}
        self._segment = -1
        if sys.platform == "linux":
            libc = ctypes.CDLL(None, use_errno=True)
            libc.shmat.restype = ctypes.c_void_p
            self._segment = libc.shmget(0, 4096, 0o1600)  # private key, IPC_CREAT, ours alone
            address = libc.shmat(self._segment, None, 0)
            if self._segment >= 0 and address not in (None, ctypes.c_void_p(-1).value):
                ctypes.memmove(address, self.canary.encode() + b"\0", len(self.canary) + 1)
                self._segment_address = address

    def _listen(self) -> None:
        """Listen on everything that a submission might reach."""
        self.unix = str(self.folder / "socket")
        abstract = f"\0hostile-{self.mark}"
        families = [("tcp", socket.AF_INET, ("127.0.0.1", 0)), ("unix", socket.AF_UNIX, self.unix)]
        if sys.platform == "linux":
            families.append(("abstract", socket.AF_UNIX, abstract))
        self._sockets = {}
        for name, family, address in families:
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.bind(address)
            listener.listen()
            self._sockets[name] = listener
        os.chmod(self.unix, 0o777)
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", 0))
        self._sockets["udp"] = datagrams
        for listener in self._sockets.values():
            listener.setblocking(False)
        self.port = self._sockets["tcp"].getsockname()[1]
        self.udp_port = datagrams.getsockname()[1]

    def _server(self) -> Server:
        server = Server(self.limits, self.level)
        time.sleep(0.05)
        self.normal = self._processes(server)
        return server

    def _processes(self, server: Server) -> set[int]:
        """Return the pids of all that the server has started, wherever they are now."""
        folder = os.fsencode(server._folder)
        found = set()
        for entry in os.listdir("/proc") if sys.platform == "linux" else []:
            if not entry.isdigit():
                continue
            for part in ("cmdline", "environ"):
                try:
                    if folder in Path("/proc", entry, part).read_bytes():
                        found.add(int(entry))
                except OSError:
                    continue
        return found

    def _snapshot(self) -> dict[str, tuple[Any, ...]]:
        """Return what the files look like that no submission may touch."""
        found: dict[str, tuple[Any, ...]] = {}
        package = Path(grader.__file__).parent
        libraries = Path(np.__file__).parents[1]
        paths = [libraries, package, *libraries.glob("*.pth"), libraries / "sitecustomize.py"]
        paths += [path for path in package.rglob("*") if "__pycache__" not in path.parts]
        paths += [path for path in self.folder.rglob("*")] + self.planted
        for path in paths:
            try:
                facts = path.lstat()
            except OSError:
                continue
            mark: tuple[Any, ...] = (facts.st_mtime_ns, facts.st_size, facts.st_mode, facts.st_uid)
            # New bytecode changes the folder; only its entries' names matter.
            if path.is_dir():
                mark = (0, *sorted(name for name in os.listdir(path) if name != "__pycache__"))
            found[str(path)] = mark
        for shared in ("/dev/shm", tempfile.gettempdir(), str(Path.home())):
            if os.path.isdir(shared):
                names = sorted(name for name in os.listdir(shared) if self.mark in name)
                found[f"{shared}: names with our mark"] = tuple(names)
        return found

    def fill_in(self, text: str) -> str:
        """Tell an attack what a well-informed attacker knows."""
        facts = {
            "COURSE": self.folder / "course",
            "SOLUTION": self.planted[0],
            "KEY": self.planted[1],
            "STORE": self.planted[2],
            "OTHER": self.planted[3],
            "HOME": self.planted[5],
            "TMP": self.planted[6],
            "MARK": self.mark,
            "TRUSTED": os.getpid(),
            "SERVER": max(self.normal, default=self.server._process.pid),
            "PORT": self.port,
            "UDP": self.udp_port,
            "UNIX": self.unix,
            "SITE": Path(np.__file__).parents[1],
            "FACTOR": self.factor,  # an attacker may have solved the exercise
        }
        for name, value in facts.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    def run(self, attack: Attack) -> Result:
        """Let one attack loose, and look at what it did."""
        result = Result()
        home = self.folder / "mallory"
        try:
            places = self._write(attack, home)
            started = time.process_time()
            with spying() as asked:
                self._try(attack, places, result)
            busy = time.process_time() - started
        finally:
            shutil.rmtree(home, ignore_errors=True)
        if busy > BUSY:
            result.evidence.append(f"it kept the trusted side busy for {busy:.1f} s")
        result.evidence += overtime(asked)
        if attack.seconds:
            result.evidence += overdrawn(asked, attack.seconds * self.limits.patience)
        self._judge(attack, result, [one.outcome for one in asked])
        self._look_around(result)
        self._grade_next(result)
        return result

    def _write(self, attack: Attack, home: Path) -> list[Path]:
        """Write an attack's files below `home`; return what is to be graded: the zips, if there are any."""
        text = attack.text
        if "\ndef build(" in text:
            space: dict[str, Any] = {"__file__": str(attack.path)}
            exec(compile(self.fill_in(text), str(attack.path), "exec"), space)
            files = space["build"](PRELUDE, self.honest)
        else:
            files = {"target.py": self.fill_in(PRELUDE + text).encode()}
        for name, content in files.items():
            path = home / name if name.endswith(".zip") else home / "submitted" / "mallory" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return sorted(home.glob("*.zip")) or [home]

    def _try(self, attack: Attack, places: list[Path], result: Result) -> None:
        """Grade what an attack has written."""
        # Reading a zip runs nothing of an attacker's, and takes the time that the machine takes.
        usual = {"import_seconds": Limits().import_seconds, "patience": Limits().patience}
        try:
            with self.limited(**usual if attack.path.parent.name == "archive" else {}):
                zips = [place for place in places if place.name == "class.zip"]
                paths = [place for place in places if place not in zips]
                found = collect(paths, {TOPIC: self.rules}, self.server.open_archive, zips)
                result.graded = [self.grade(work, attack.seconds) for work in found.works]
                result.said = "; ".join(one.reason for one in found.passed_over)
                result.evidence += misnamed([one.student for one in found.works], paths)
        except NothingToGrade as error:
            result.said = str(error)
        except ServerError as error:
            result.evidence.append(f"the server died ({str(error)[:200]})")
        except Exception as error:
            result.evidence.append(f"the trusted side broke down: {type(error).__name__}: {error}"[:300])

    @contextmanager
    def limited(self, **changed: float) -> Iterator[None]:
        """Have other limits hold for what is graded within."""
        server = self.server
        server.limits = replace(server.limits, **changed)  # type: ignore[arg-type]
        try:
            yield
        finally:
            server.limits = self.limits

    def grade(self, work: Work, seconds: float | None = None) -> Graded:
        try:
            descriptor = work.open()
        except NotGradable as error:
            return Graded(work.student, work.topic, work.file, 0.0, POINTS, 0.0, (), (str(error),))
        try:
            return grade(self.server, work, self.rules, descriptor, seconds=seconds)
        finally:
            os.close(descriptor)

    def grade_text(self, text: str | bytes, student: str = "ada") -> Graded:
        """Grade a script as one student's."""
        with tempfile.TemporaryFile() as file:
            file.write(text.encode() if isinstance(text, str) else text)
            file.flush()
            return self.grade(Work(student, TOPIC, "target.py", lambda: os.dup(file.fileno())))

    def _judge(self, attack: Attack, result: Result, outcomes: list[Outcome]) -> None:
        """Look at the score, and at all that came out of the child."""
        for graded in result.graded:
            expected = POINTS if graded.student == "ada" else attack.harmless_score
            if graded.student != "ada":
                result.score = graded.score
            if graded.score != expected:
                result.evidence.append(f"{graded.student} scored {graded.score:g} in place of {expected:g}")
            messages = [*graded.notes, *(verdict.message for verdict in graded.exercises)]
            digits = re.sub(r"\D", "", " ".join(messages))
            if graded.student != "ada" and any(mark in digits for mark in self.marks):
                result.evidence.append("a message told a hidden input")
        said = b"\n".join(
            part
            for outcome in outcomes
            for part in (outcome.text.encode(), *(a.tobytes() for a in outcome.arrays.values()))
        )
        result.said = result.said or said[:2000].decode("utf-8", "replace")
        if self.canary.encode() in said and not attack.name.startswith("archive/"):
            result.evidence.append("it read a canary")
        for won in sorted(set(re.findall(rb"^WON (.*)$", said, re.MULTILINE))):
            result.evidence.append(f"it could {won.decode(errors='replace')[:100]}")

    def _look_around(self, result: Result) -> None:
        """Look for connections, changed files and processes that are left."""
        for name, listener in self._sockets.items():
            reached = 0
            try:
                while True:
                    listener.recv(100) if name == "udp" else listener.accept()[0].close()
                    reached += 1
            except BlockingIOError:
                pass
            if reached:
                result.evidence.append(f"it reached a {name} socket")
        now = self._snapshot()
        changed = [path for path in now.keys() | self.trees.keys() if now.get(path) != self.trees.get(path)]
        if changed:
            result.evidence.append(f"it changed {sorted(changed)[0]} (in all {len(changed)})")
            self._mend(changed)
        deadline = time.monotonic() + LATE
        while (left := self._processes(self.server) - self.normal) and time.monotonic() < deadline:
            time.sleep(0.02)
        if left:
            result.evidence.append(f"it left {len(left)} processes")
            for pid in left:
                try:
                    os.kill(pid, 9)
                except OSError:
                    pass

    def _mend(self, changed: list[str]) -> None:
        """Undo what a level that promises less let through."""
        for shared in ("/dev/shm", tempfile.gettempdir(), str(Path.home())):
            for path in Path(shared).glob(f"*{self.mark}*") if os.path.isdir(shared) else []:
                if path not in self.planted:
                    path.unlink()
        for text in changed:
            path = Path(text)
            if text not in self.trees and path.is_absolute() and self.mark in path.name:
                path.unlink(missing_ok=True)
        for path, content in self._content.items():
            if not path.is_file() or path.is_symlink() or path.read_bytes() != content:
                path.unlink(missing_ok=True)
                path.write_bytes(content)
            path.chmod(0o644)
        self.trees = self._snapshot()

    def _grade_next(self, result: Result) -> None:
        """Grade an honest submission on the same server, as if nothing had been."""
        try:
            with self.limited(patience=PATIENT):
                graded = self.grade_text(self.honest)
        except ServerError as error:
            result.evidence.append(f"the server was dead afterwards ({str(error)[:200]})")
            self.server.close()
            self.server = self._server()
            return
        if graded.score != POINTS:
            message = graded.exercises[0].message if graded.exercises else ""
            result.evidence.append(f"the next student scored {graded.score:g}: {message[:200]}")

    def close(self) -> None:
        self.server.close()
        for listener in self._sockets.values():
            listener.close()
        for path in self.planted:
            path.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.environ.pop("HOSTILE_TOKEN", None)
        if self._segment >= 0:
            ctypes.CDLL(None).shmctl(self._segment, 0, None)


@dataclass(frozen=True, eq=False)
class Asked:
    """What a child was asked: the seconds it was allowed and took, and what it answered."""

    outcome: Outcome
    allowed: float
    took: float


@contextmanager
def spying() -> Iterator[list[Asked]]:
    """Collect whatever children answer."""
    asked: list[Asked] = []
    ask = client.Child._ask

    def spy(self: client.Child, request: dict[str, Any], seconds: float, good: str) -> Outcome:
        started = time.monotonic()
        outcome = ask(self, request, seconds, good)
        asked.append(Asked(outcome, seconds * self._limits.patience, time.monotonic() - started))
        return outcome

    client.Child._ask = spy  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        client.Child._ask = ask  # type: ignore[method-assign]


def overtime(asked: list[Asked]) -> list[str]:
    """Say which time was used up that should not have been.

    It is told by what children were allowed, which no busy machine changes, and
    not by how long it all took.
    """
    over = [one for one in asked if one.outcome.status is Status.TIMED_OUT]
    used_up = sum(one.allowed for one in over)
    evidence = [f"it used up {used_up:.1f} s, and may use up {ALLOWED:.0f} s"] if used_up > ALLOWED else []
    # What ends in time may be noticed a little later.
    late = (one for one in asked if one not in over and one.took > 4 * one.allowed)
    return evidence + [f"it went on for {one.took:.1f} s, and had {one.allowed:.1f} s" for one in late]


def overdrawn(asked: list[Asked], allowed: float) -> list[str]:
    """Say how often a child was asked something after a submission had used up what it has in all."""
    used, late = 0.0, 0
    for one in asked:
        late += used > 1.1 * allowed  # what is measured here is a little more than the grader's own measure
        used += one.took
    return [f"it was asked {late} times more after its {allowed:.1f} s in all"] if late else []


def misnamed(students: list[str], paths: list[Path]) -> list[str]:
    """Say who became another, or is gone, and whose name no table or page can bear.

    Args:
        students: whose submissions were found.
        paths: that were handed in, and are no class' zip: STUDENT-TOPIC.zip, or mallory's folder.
    """
    owners = {path.stem.partition("-")[0] if path.suffix == ".zip" else "mallory" for path in paths}
    evidence = [f"it became {student}" for student in students if owners and student not in owners]
    evidence += [f"it took away {owner}'s" for owner in sorted(owners - {"mallory"} - {*students})]
    odd = (student for student in students if len(student) > LONGEST_NAME or not student.isprintable())
    return evidence + [f"it is called {student!r:.100}" for student in odd]
