"""A dask cluster of processes, as an instructor starts one, for tests."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from distributed import Security

from grader.farm.connection import Place

HERE = Path(__file__).parent
SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "4s",
    "DASK_DISTRIBUTED__ADMIN__TICK__LIMIT": "1h",
    "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
    "PYTHONPATH": str(HERE),
}


class Farm:
    """A scheduler, and the workers that were started for it; over TLS if it is given credentials."""

    def __init__(self, folder: Path, security: Security | None = None) -> None:
        self.folder, self.security = folder, security or Security()
        self._files: list[str] = []
        if security is not None:
            for name in ("ca_file", "client_cert", "client_key"):
                (folder / name).write_text(getattr(security, f"tls_{name}"))
            self._files = ["--tls-ca-file", "ca_file", "--tls-cert", "client_cert", "--tls-key", "client_key"]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"{'tls' if security else 'tcp'}://127.0.0.1:{port}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []
        self.start_scheduler()

    @property
    def place(self) -> Place:
        """Where it is."""
        return Place(self.address, self.security)

    def start_scheduler(self) -> None:
        """Start the scheduler, at the same address each time."""
        host, port = self.address.rpartition("/")[2].split(":")
        protocol = self.address.partition(":")[0]
        arguments = ["--host", host, "--port", port, "--protocol", protocol, "--no-dashboard", "--no-show"]
        self.scheduler = self._run("scheduler", *arguments)

    def start_worker(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, which nothing starts again when it ends."""
        started = self._run(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--local-directory", str(self.folder), "--death-timeout", "60", *arguments, **environment,
        )  # fmt: skip
        self.workers.append(started)
        return started

    def close(self) -> None:
        """End all of it."""
        for process in [*self.workers, self.scheduler]:
            if process is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _run(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with open(self.folder / f"{arguments[0]}.log", "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments, *self._files],
                cwd=self.folder,
                env={**os.environ, **SETTINGS, **environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


@contextlib.contextmanager
def farm(folder: Path, workers: int, security: Security | None = None) -> Iterator[Farm]:
    """Run a farm of so many workers."""
    made = Farm(folder, security)
    try:
        for _ in range(workers):
            made.start_worker()
        yield made
    finally:
        made.close()
