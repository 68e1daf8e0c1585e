"""A PostgreSQL of its own on a Unix socket, which is thrown away in the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"


class NoPostgreSQL(Exception):
    """It cannot be started here; the message says why."""


class PostgreSQL:
    """A server that can be stopped and started again.

    Attributes:
        url: of its first database.
    """

    def __init__(self, programs: Path, folder: Path, as_user: list[str]) -> None:
        self.url = f"postgresql://grader@/postgres?host={folder}"
        self._programs, self._folder, self._as_user = programs, folder, as_user
        self._run("initdb", "--auth=trust", "--username=grader", "--encoding=UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off"
        self._run("pg_ctl", "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """End it at once, and every connection with it."""
        self._run("pg_ctl", "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        cluster = str(self._folder / "cluster")
        command = [*self._as_user, str(self._programs / program), "-D", cluster, *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True)
        if done.returncode:
            raise NoPostgreSQL(f"PostgreSQL does not start: {(done.stdout + done.stderr)[-500:]}")


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """Run one as long as this lasts.

    Raises:
        NoPostgreSQL: it cannot be started here.
    """
    programs = [shutil.which("initdb"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    found = next((Path(program).resolve().parent for program in reversed(programs) if program), None)
    if found is None:
        raise NoPostgreSQL("PostgreSQL is not installed: apt-get install postgresql")
    as_user: list[str] = []
    if os.getuid() == 0:  # which PostgreSQL refuses to run as
        if not shutil.which("runuser") or subprocess.run(["id", USER], capture_output=True).returncode:
            raise NoPostgreSQL(f"PostgreSQL does not run as root, and there is no runuser or no user {USER}")
        as_user = ["runuser", "-u", USER, "--"]
    # It is made by its user: the folders of tests keep others out.
    made = [*as_user, "mktemp", "-d", "-p", tempfile.gettempdir()]
    folder = Path(subprocess.check_output(made, text=True, cwd="/").strip())
    try:
        server = PostgreSQL(found, folder, as_user)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
