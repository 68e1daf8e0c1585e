"""Which level of isolation this machine gives; each is attacked before every run to find out.

A level counts only if all of its layers can be put on, and a throw-away child
that tries what the level forbids fails at all of it. There are no half levels.
"""

from __future__ import annotations

import os
import platform
import secrets
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.errors import PlainError
from grader.sandbox import levels, lock
from grader.sandbox.levels import Level

ANSWER_SECONDS = 30.0
HELD = "held"


class TooLow(PlainError):
    """The machine does not give the level that is asked for; the message says why."""


@dataclass(frozen=True)
class Trial:
    """The result for one level: whether it holds, and if not, why."""

    level: Level
    holds: bool
    reason: str = ""


def candidates() -> list[Level]:
    """Return the levels that this kind of user on this kind of system could have, best first."""
    if sys.platform != "linux":
        return [Level.NONE]
    if os.getuid() == 0:
        return [Level.ROOT, Level.USER, Level.CONTAINER, Level.LANDLOCK, Level.NONE]
    return [Level.USER, Level.LANDLOCK, Level.NONE]


def trials() -> list[Trial]:
    """Try every level that could be had here, best first."""
    return [attempt(level) for level in candidates()]


def best() -> Level:
    """Return the best level that holds here; levels below it are not tried."""
    return require(Level.NONE, "")


def require(least: Level, unlocked: str) -> Level:
    """Return the best level that holds here, if it is at least `least`.

    Args:
        unlocked: the setting that allows the level `none`, for the message.

    Raises:
        TooLow: it is not; the message gives the reason for each level that was tried.
    """
    failed = []
    for level in candidates():
        if level.rank < least.rank:
            break
        trial = attempt(level)
        if trial.holds:
            return level
        failed.append(f"`{level}` does not hold ({trial.reason})")
    why = "; ".join(failed) or f"{platform.system()} gives none but `{Level.NONE}`"
    raise TooLow(
        f"this machine does not hold submissions at the level `{least}`, which is asked for, or above: "
        f"{why}. `grader doctor` tries every level. To grade without a lock, and so only what you would run "
        f"yourself: {unlocked}"
    )


def attempt(level: Level) -> Trial:
    """Put all layers on a throw-away process, and have it attack what is promised."""
    if level is Level.NONE:
        return Trial(level, True)
    with tempfile.TemporaryDirectory(prefix="grader-probe-") as name, socket.socket() as listener:
        folder = Path(name)
        canary = folder / "canary"
        canary.write_text(secrets.token_hex())
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        ours, theirs = socket.socketpair()
        home = folder / "home"
        home.mkdir()
        arguments = [level, str(home), str(canary), str(listener.getsockname()[1]), str(theirs.fileno())]
        with ours, theirs:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "grader.sandbox.trial", *arguments],
                env=levels.environment(home),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            theirs.close()
            ours.settimeout(ANSWER_SECONDS)
            try:
                said = ours.recv(4096).decode()
            except TimeoutError:
                said = "it did not answer"
            process.kill()
            errors = process.communicate()[1].decode(errors="replace").strip().splitlines()
    if said == HELD:
        return Trial(level, True)
    return Trial(level, False, said or (errors[-1] if errors else "it ended without a word"))


def work() -> None:
    """Do what every submission has to be able to do.

    Raises:
        OSError, ImportError: it cannot.
    """
    import colorsys  # noqa: F401  (a module of Python's that nothing has loaded yet)

    os.listdir(sysconfig.get_path("purelib"))
    Path(__file__).read_bytes()
    with tempfile.TemporaryFile(dir=os.getcwd()) as file:
        file.write(b"a submission's own")


def attack(canary: Path, port: int) -> list[str]:
    """Try what no level allows; return what succeeded."""
    succeeded = []

    def attempt_to(what: str, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError:
            return
        succeeded.append(what)

    attempt_to("read a file of the grader's", canary.read_text)
    attempt_to("write beside the grader's files", lambda: canary.with_name("written").write_text("x"))
    attempt_to("list the home directory", lambda: os.listdir("/root" if os.getuid() == 0 else "/home"))
    attempt_to("connect to this machine", lambda: socket.create_connection(("127.0.0.1", port), 1))
    attempt_to("start a process", _fork)
    attempt_to("start a program", lambda: os.execv(sys.executable, [sys.executable, "-c", ""]))
    attempt_to("signal another process", lambda: os.kill(os.getppid() or 1, 0) if os.getpid() != 1 else _no())
    return succeeded


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _no() -> None:
    raise ProcessLookupError("there is no other process in this namespace")


def main() -> None:
    """Lock this process in as a child would be, attack, and say what succeeded."""
    level, home, canary = Level(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    port, descriptor = int(sys.argv[4]), int(sys.argv[5])
    lock.enter_server(level, home, [descriptor])
    own = os.open("/proc/self/ns/pid", os.O_RDONLY) if level.namespaces else -1
    child = lock.fork(level, own)
    if child:
        os.waitpid(child, 0)
        os._exit(0)
    channel = socket.socket(fileno=descriptor)
    try:
        lock.enter(level, levels.Limits(), home, [descriptor], 0)
        work()
        succeeded = attack(canary, port)
        said = f"a submission could {', '.join(succeeded)}" if succeeded else HELD
    except BaseException as error:
        said = f"{type(error).__name__}: {error}"
    channel.sendall(said.encode()[:4096])
    os._exit(0)


if __name__ == "__main__":
    main()
