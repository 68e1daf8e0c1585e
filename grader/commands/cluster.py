"""The options by which a command grades on a cluster."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from grader.commands.options import Command, given

if TYPE_CHECKING:
    from grader.client.child import Child
    from grader.farm.cluster import Cluster
    from grader.grading.rules import Rules
    from grader.sandbox.levels import Level

# Returns the level of isolation of this machine, if it is at least the one given.
LevelFor = Callable[["Level"], "Level"]


@dataclass(frozen=True)
class ClusterOptions:
    """Where a class is graded, as the command line says: the options of `cluster_options`."""

    address: str
    shared: bool
    insecure: bool
    ca: str | None
    certificate: str | None
    key: str | None
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def here(self) -> bool:
        """Whether what is graded lies where the workers are."""
        return self.shared or self.address.startswith("local:")

    @contextmanager
    def executor(self, rules: Mapping[str, Rules], least: Level, seconds: float | None) -> Iterator[Cluster]:
        """Yield the cluster, ready to grade.

        Raises:
            PlainError: it cannot be used; the message says why.
        """
        try:
            from grader.farm.cluster import Cluster
            from grader.farm.connection import place_of
        except ModuleNotFoundError as error:
            raise click.ClickException(
                f"a cluster needs {error.name}: install the grader with its extra `scale` (docs/farm.md)"
            ) from error
        place = place_of(self.address, self.insecure, self.ca, self.certificate, self.key)
        with self._stack, place as found, Cluster(found, rules, least, seconds, self.shared, say) as cluster:
            if cluster.environment["isolation"] == "none":
                say("Nothing is locked in on the workers: what is graded can do there what they can do.")
            yield cluster

    def opener(self, least: Level, level_for: LevelFor) -> Callable[[int], Child]:
        """Return what opens zips: a server of this machine, which is started for the first."""
        from grader.grading.grader import Grader

        @functools.cache
        def grader() -> Grader:
            return self._stack.enter_context(Grader({}, level=level_for(least)))

        return lambda descriptor: grader().open_archive(descriptor)


def say(text: str) -> None:
    """Tell the instructor what a cluster says of itself."""
    from grader.text import inert, printable

    click.echo(inert(printable(text)), err=True)


def cluster_options(command: Command) -> Command:
    """Add the options that say where a class is graded; the command gets them as `cluster`, or None."""
    file = click.Path(exists=True, dir_okay=False)

    @click.option(
        "--cluster",
        "address",
        metavar="ADDRESS",
        help="Grade on a dask cluster: tls://HOST:PORT, tcp://HOST:PORT, or local:N for N workers that are "
        "started here.",
    )
    @click.option(
        "--shared", is_flag=True, help="With --cluster: the workers open the submissions where they lie."
    )
    @click.option("--tls-ca", type=file, help="With --cluster: the authority of its certificates, as PEM.")
    @click.option("--tls-cert", type=file, help="With --cluster: this client's certificate, as PEM.")
    @click.option("--tls-key", type=file, help="With --cluster: the key of this certificate, as PEM.")
    @click.option(
        "--insecure-cluster",
        is_flag=True,
        help="With --cluster: send answer keys over TCP, where others on the network can read them.",
    )
    @functools.wraps(command)
    def with_cluster(
        *arguments: Any,
        address: str | None,
        shared: bool,
        tls_ca: str | None,
        tls_cert: str | None,
        tls_key: str | None,
        insecure_cluster: bool,
        **options: Any,
    ) -> Any:
        if address is None and (shared or tls_ca or tls_cert or tls_key or insecure_cluster):
            raise click.UsageError("--shared, --tls-… and --insecure-cluster need --cluster")
        if address is not None and given("workers"):
            raise click.UsageError("--workers is for this machine; a cluster's workers say how many they run")
        chosen = (
            ClusterOptions(address, shared, insecure_cluster, tls_ca, tls_cert, tls_key) if address else None
        )
        return command(*arguments, cluster=chosen, **options)

    return with_cluster  # type: ignore[return-value]
