"""One picture of a run: who takes how long, and how it scales."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from curves import TITLES

COLOURS = {"this": "#0072b2", "floor": "#777777"}


def draw(found: dict[str, Any], path: Path) -> None:
    """Draw what was measured."""
    races = found.get("race", {})
    curves = found.get("curves", {}).get("curves", {})
    columns = max(len(races), 3 if curves else 1)
    rows = bool(races) + 2 * bool(curves)
    if not rows:
        return
    figure = plt.figure(figsize=(4.6 * columns, 3.1 * rows), layout="constrained")
    top = figure.add_gridspec(rows, 1)
    if races:
        grid = top[0].subgridspec(1, len(races))
        for place, (topic, race) in enumerate(races.items()):
            _race(figure.add_subplot(grid[place]), topic, race["medians"])
    if curves:
        grid = top[rows - 2 :].subgridspec(2, 3)
        for place, (name, points) in enumerate(curves.items()):
            _curve(figure.add_subplot(grid[place]), name, points)
    machine = found["machine"]
    where = f"{machine['processor']}; TensorFlow {machine['tensorflow']}, isolation: {machine['isolation']}"
    figure.suptitle(where, fontsize=8, color="0.4")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _race(axes: plt.Axes, topic: str, medians: dict[str, dict[str, float]]) -> None:
    names = list(medians)[::-1]
    seconds = [medians[name]["cpu"] for name in names]
    colours = [COLOURS.get(name.split()[0].strip(","), "#d55e00") for name in names]
    bars = axes.barh(names, seconds, color=colours)
    labels = [f"{1e3 * value:.0f} ms" if value < 1 else f"{value:.1f} s" for value in seconds]
    axes.bar_label(bars, labels, padding=3, fontsize=8)
    axes.set(xscale="log", xlabel="CPU of one submission [s]", title=topic.replace("_", " "))
    axes.set_xlim(min(seconds) / 2, max(seconds) * 5)


def _curve(axes: plt.Axes, name: str, points: list[dict[str, float]]) -> None:
    at = [one["at"] for one in points]
    axes.plot(at, [1e3 * one["wall"] for one in points], "o-", label="wall")
    axes.plot(at, [1e3 * one["cpu"] for one in points], "s--", label="CPU, all told")
    axes.plot(at, [1e3 * one["trusted"] for one in points], "^:", label="CPU, trusted side")
    log = at[-1] / at[0] > 8
    top = 1.5e3 * max(max(one["wall"], one["cpu"]) for one in points)  # leaves room for the legend
    axes.set(xlabel=TITLES[name], ylabel="ms a submission", ylim=(0, top))
    axes.set_xscale("log" if log else "linear")
    if not log:
        axes.set_xticks(at)
    memory = axes.twinx()
    memory.plot(at, [one["memory"] for one in points], "D-", color="0.75", markersize=3)
    memory.set_ylim(0, 3 * max(one["memory"] for one in points))
    memory.set_ylabel("trusted side [MB]", color="0.5")
    if name == "trivial":
        axes.legend(fontsize=7, loc="upper right")
