"""The pool of this machine against dask, on this machine: what a cluster costs, and what it would give.

Three places, each with two submissions at a time: threads on one warm server (`pool`), a LocalCluster
(`local`), and a scheduler with two `dask worker`s, over TLS (`cluster`).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from curves import trivial
from distributed import Security

from grader.course import Topic

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "farm"))
import farms  # noqa: E402

PLACES = ("pool", "local", "cluster")
PRICE = 0.05  # dollars for an hour of one core: an assumption
ASSIGNMENTS = 30  # that each learner hands in, once
LEARNERS = (1_000, 100_000, 1_000_000)
NIGHT = 12.0  # hours
ROOM = 16_000.0  # megabytes of a client


class Part(NamedTuple):
    """Submissions of one kind; a stub grades those without an answer."""

    name: str
    key: Path
    answer: Path | None
    count: int
    kept: bool = True


def measure(topic: Topic, folder: Path, full: bool, rounds: int, store: str = "") -> dict[str, Any]:
    """Print and return what the places cost, how they grow, and the model.

    `store` is the URL of an empty database of PostgreSQL, which is emptied after each part; by default
    results are kept in files of SQLite's.
    """
    small = trivial(folder / "small", 3, 10)
    real = topic.assignment / "key.npz", topic.folder / "solution.py"
    stub = small[0], None
    kinds = [Part("trivial", *small, 1000 if full else 100), Part("real", *real, 200 if full else 20)]
    places: dict[str, Any] = {kind.name: {} for kind in kinds} | {"stub": {}}
    laps: dict[str, list[list[dict[str, Any]]]] = {place: [] for place in PLACES}
    for _ in range(rounds):
        for place in PLACES:  # in turn, so that all have the same neighbours
            laps[place].append(run(place, kinds, folder, store))
    for place in PLACES:
        for number, kind in enumerate(kinds):
            places[kind.name][place] = each([lap[number] for lap in laps[place]], kind.count)
        machinery = Part("stub", *stub, 10_000 if full else 2_000, kept=False)
        places["stub"][place] = each([run(place, [machinery], folder)[0]], machinery.count)
    show(places)
    sizes = [1000, 10_000, 100_000] if full else [500, 2_000, 8_000]
    some = [100, 1000, 10_000] if full else [10, 40]
    curves = {
        "stub": [point(Part("stub", *stub, count, kept=False), folder) for count in sizes],
        "real": [point(Part("real", *real, count), folder, store) for count in some],
    }
    for name, points in curves.items():
        print(f"\n{name}: megabytes held at most, and submissions a second, on the cluster")
        print(f"{'submissions':>11} {'client':>8} {'scheduler':>10} {'worker':>7} {'a second':>9}")
        for one in points:
            client, scheduler, *workers = one["memory"]
            print(
                f"{one['count']:11} {client:8.0f} {scheduler:10.0f} {max(workers):7.0f} "
                f"{one['count'] / one['wall']:9.1f}"
            )
    return {
        "places": places,
        "curves": curves,
        "model": model(places, curves["stub"], "PostgreSQL" if store else "SQLite"),
    }


def each(laps: list[dict[str, Any]], count: int) -> dict[str, float]:
    """Return the medians of what one submission cost."""
    names = ("wall", "cpu", "client", "store")
    found = {name: statistics.median(lap[name] for lap in laps) / count for name in names}
    # What dask's processes do while they wait counts for more on a machine that others keep busy.
    return found | {"rest": statistics.median(lap["rest"] * lap["wall"] for lap in laps) / count}


def point(part: Part, folder: Path, store: str = "") -> dict[str, Any]:
    """Grade a part on a cluster that was started for it."""
    return {"count": part.count, **run("cluster", [part], folder, store)[0]}


def run(place: str, parts: list[Part], folder: Path, store: str = "") -> list[dict[str, Any]]:
    """Grade parts, one after the other, in a process of its own; return what each cost in all."""
    with at(place, folder) as asked:
        asked["parts"] = [
            {
                "name": part.name,
                "key": str(part.key),
                "answer": str(part.answer or ""),
                "count": part.count,
                "database": (store or f"sqlite:///{folder / part.name}.db") if part.kept else "",
            }
            for part in parts
        ]
        command = [sys.executable, str(HERE / "farmed.py"), json.dumps(asked)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment())
    for part in parts:
        (folder / f"{part.name}.db").unlink(missing_ok=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def at(place: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield how a place is reached, and which processes there are besides the client's own."""
    if place != "cluster":
        yield {"address": "local:2" if place == "local" else "", "files": "", "pids": []}
        return
    home = folder / "farm"
    home.mkdir(exist_ok=True)
    # What the tests do without for its length: on a busy machine a worker may be silent for long.
    farms.SETTINGS |= {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "60s", **environment()}
    with farms.farm(home, 2, Security.temporary()) as made:
        assert made.scheduler is not None
        pids = [made.scheduler.pid, *(worker.pid for worker in made.workers)]
        yield {"address": made.address, "files": str(home), "pids": pids}


def environment() -> dict[str, str]:
    """Return the environment, in which the stub is found."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(HERE), str(HERE.parent / "farm")))}


def show(places: dict[str, Any]) -> None:
    """Print what one submission costs at each place; `at rest` is what its processes take without work."""
    for kind, found in places.items():
        print(f"\n{kind}: one submission, in milliseconds")
        print(
            f"{'':>8} {'a second':>9} {'CPU':>7} {'at rest':>8} {'client':>7} {'store':>6}   against the pool"
        )
        for place, one in found.items():
            cpu, rest, client, store = (1e3 * one[name] for name in ("cpu", "rest", "client", "store"))
            more = one["cpu"] - found["pool"]["cpu"]
            against = "" if place == "pool" else f"{1e3 * more:+.1f} ms, {more / found['pool']['cpu']:+.0%}"
            rate = 1 / one["wall"]
            print(f"{place:>8} {rate:9.1f} {cpu:7.1f} {rest:8.1f} {client:7.1f} {store:6.1f}   {against}")


def model(places: dict[str, Any], stubs: list[dict[str, Any]], database: str = "SQLite") -> dict[str, Any]:
    """Print and return, from what was measured, what a class of each size takes, and what breaks first."""
    cpu, store = places["real"]["cluster"]["cpu"], places["real"]["cluster"]["store"]
    first, last = stubs[0], stubs[-1]
    client = places["stub"]["cluster"]["client"]
    growth = max(0.0, last["memory"][0] - first["memory"][0]) / (last["count"] - first["count"])
    rows = []
    for learners in LEARNERS:
        count = learners * ASSIGNMENTS
        hours = count * cpu / 3600
        rows.append(
            {
                "learners": learners,
                "core_hours": hours,
                "dollars": hours * PRICE,
                "cores": hours / NIGHT,
                "client_hours": count * client / 3600,
                "store_hours": count * store / 3600,
                "client_megabytes": first["memory"][0] + count * growth,
            }
        )
    print(
        f"\nmodel: {ASSIGNMENTS} assignments for each learner, {cpu:.2f} s of CPU each as measured above; "
        f"${PRICE:.2f} for an hour of one core is assumed"
    )
    print(
        f"{'learners':>9} {'core-hours':>10} {'dollars':>8} {'cores for a night':>17}  what would break first"
    )
    for row in rows:
        row["breaks"] = breaks(row, database)
        print(
            f"{row['learners']:9,} {row['core_hours']:10,.0f} {row['dollars']:8,.0f} "
            f"{max(1, row['cores']):17,.0f}  {row['breaks']}"
        )
    print(
        f"By its CPU alone one client keeps {cpu / client:,.0f} cores busy, {database} on this disk by its "
        f"commits {cpu / store:,.0f}; the client grows by {1e3 * growth:.1f} MB for 1,000 submissions."
    )
    return {"rows": rows, "price": PRICE, "cpu": cpu, "client": client, "store": store, "growth": growth}


def breaks(row: dict[str, Any], database: str) -> str:
    """Say what cannot take a whole class in one night; the worst first."""
    found = {
        f"{database} on this disk, {row['store_hours']:,.0f} h of commits": row["store_hours"] / NIGHT,
        f"the client's CPU, {row['client_hours']:,.0f} h": row["client_hours"] / NIGHT,
        f"the client's memory, {row['client_megabytes'] / 1e3:,.0f} GB": row["client_megabytes"] / ROOM,
    }
    worst = sorted((name for name in found if found[name] > 1), key=lambda name: -found[name])
    return "; ".join(worst) or "nothing in one night"
