"""How a dask cluster is reached: one that runs, by its scheduler's address, or one of this machine."""

from __future__ import annotations

import importlib.metadata
import logging
import ssl
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import dask
from distributed import Client, LocalCluster, Security

from grader.errors import ServerError
from grader.farm import trust

SECONDS = 10.0  # in which a scheduler answers
AGAIN = 2.0  # seconds in which one answers that was there before
PATIENCE = 60.0  # seconds in which one that is gone comes back
# Of a cluster that we start: a task may end two workers, a worker may be silent for a minute, and
# Ctrl-C, which a terminal sends to all processes, is ours to answer. What dask measures of itself, 50 and
# 100 times a second, takes most of the CPU that its processes use, and nobody looks at it.
CONFIGURATION = {
    "distributed.admin.tick.interval": "1s",
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.allowed-failures": 1,
    "distributed.scheduler.worker-ttl": "60s",
    "distributed.worker.preload": ["import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"],
}


class NoCluster(ServerError):
    """There is no scheduler that answers, or nobody who works for it; the message says what to do."""


@dataclass(frozen=True)
class Place:
    """Where a cluster is, how it is reached, and whether TCP is good enough on a shared network."""

    address: str
    security: Security
    insecure: bool = False


@contextmanager
def place_of(
    address: str,
    insecure: bool = False,
    ca: str | None = None,
    certificate: str | None = None,
    key: str | None = None,
) -> Iterator[Place]:
    """Yield where a cluster is; one that is `local:N` runs as long as this lasts.

    Args:
        address: `tls://HOST:PORT`, `tcp://HOST:PORT` or `local:N`.
        insecure: whether TCP is good enough where others share the network.
        ca: the file of the authority that signed the cluster's certificates; what is None
            of these three is taken from dask's own configuration.
        certificate: the file of the client's own.
        key: the file of its key.

    Raises:
        Untrusted: the address is none, keys must not be sent there, or the credentials are none.
        NoCluster: a local cluster cannot be started.
        OSError: one of the files cannot be read.
    """
    trust.check_address(address)
    silence()
    if address.startswith(f"{trust.LOCAL}:"):
        yield from _local(int(address.partition(":")[2]))
        return
    trust.check_private(address, insecure)
    files = {"tls_ca_file": ca, "tls_client_cert": certificate, "tls_client_key": key}
    given = {name: file for name, file in files.items() if file is not None}
    security = Security(require_encryption=address.startswith("tls:"), **given)
    if address.startswith("tls:"):
        check_credentials(security)
    yield Place(address, security, insecure)


def check_credentials(security: Security) -> None:
    """Refuse credentials by which no connection could be made.

    Raises:
        Untrusted: there are none, or they are no certificates.
        OSError: a file cannot be read.
    """
    try:
        complete = security.get_connection_args("client")["ssl_context"] is not None
    except ssl.SSLError as error:
        raise trust.Untrusted(
            f"the certificates or the key of this client cannot be used ({error}): expected files in PEM "
            "format, and the key that belongs to the certificate"
        ) from error
    if not complete:
        raise trust.Untrusted(
            "a cluster over TLS needs certificates: name them with --tls-ca, --tls-cert and --tls-key, or in "
            "dask's own configuration (distributed.comm.tls)"
        )


def _local(workers: int) -> Iterator[Place]:
    """Run a cluster of this machine over TLS, whose credentials are in memory.

    Over TCP, whoever else can connect to a port of this machine could run programs as its owner.
    """
    try:
        security = Security.temporary()
    except ImportError as error:
        raise NoCluster(
            f"{error}: install the grader with its extra `scale`, as docs/farm.md says"
        ) from error
    with dask.config.set(CONFIGURATION):
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            protocol="tls",
            host="127.0.0.1",
            security=security,
            memory_limit=0,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )
        with cluster:
            yield Place(cluster.scheduler_address, security)


class Line:
    """The client of a cluster, made again where its scheduler was started again."""

    def __init__(self, place: Place) -> None:
        """Connect.

        Raises:
            NoCluster: no scheduler answers.
        """
        self.client = connect(place)
        self._place = place
        self._lost: float | None = None  # since when there is no scheduler

    @property
    def broken(self) -> bool:
        """Whether there was no scheduler at the last look."""
        return self._lost is not None

    def mend(self) -> bool:
        """Look whether the scheduler is there; return whether it has come back, and knows nothing any more.

        Raises:
            NoCluster: it has been gone for a minute.
        """
        if self.client.status == "running":
            back, self._lost = self.broken, None
            return back
        self._lost = self._lost or time.monotonic()
        if time.monotonic() - self._lost > PATIENCE:
            raise NoCluster(
                f"the scheduler at {self._place.address} has been gone for {PATIENCE:g} s; what was graded "
                "is kept: start it again, and run the same command to go on"
            )
        if self.client.status == "closed":
            with suppress(NoCluster):
                self.client = connect(self._place, AGAIN)
        time.sleep(AGAIN / 20)
        return False

    def close(self) -> None:
        """Leave the cluster."""
        with suppress(Exception):  # where the scheduler is gone, it is left already
            self.client.close()


def connect(place: Place, seconds: float = SECONDS) -> Client:
    """Return a client of a cluster that runs.

    Raises:
        NoCluster: no scheduler answers.
    """
    try:
        return Client(place.address, security=place.security, timeout=seconds, set_as_default=False)
    except (OSError, TypeError, ValueError, RuntimeError) as error:
        raise NoCluster(
            f"no dask scheduler answers at {place.address} ({error}): is `dask scheduler` running there, "
            "and are its certificates and this client's of the same authority?"
        ) from error


def workers_of(client: Client) -> dict[str, Any]:
    """Return what the scheduler knows of each of its workers, by address.

    Raises:
        OSError: the scheduler is gone, or does not answer in time.
    """
    assert client.scheduler is not None  # it is there from the client's beginning
    found = client.sync(client.scheduler.identity, n_workers=-1, callback_timeout=SECONDS)
    return dict(found["workers"])


def processing(client: Client) -> dict[str, Collection[str]]:
    """Return the names of the batches that each worker has, by its address.

    Raises:
        OSError: the scheduler is gone, or does not answer in time.
    """
    assert client.scheduler is not None
    return dict(client.sync(client.scheduler.processing, workers=None, callback_timeout=SECONDS))


def dashboard(client: Client) -> str:
    """Return the address of the scheduler's dashboard, "" if it has none, as where bokeh is not installed."""
    try:
        client.run_on_scheduler(importlib.metadata.version, "bokeh")
        return str(client.dashboard_link)
    except (importlib.metadata.PackageNotFoundError, KeyError, OSError):
        return ""


def silence() -> None:
    """Keep dask's log off the terminal: what matters of it, we say."""
    for handler in logging.getLogger("distributed").handlers:
        handler.setLevel(logging.CRITICAL)
