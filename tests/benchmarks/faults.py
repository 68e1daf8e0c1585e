"""A class graded on a farm in which everything fails once: what is lost, and when grading goes on.

Scheduler, workers (each with its nanny) and client are processes of their own, over TLS, with PostgreSQL.
What the workers grade is a stub (`faulty`); all else is what `grader grade --cluster` runs. After each
event the run is held to this: a batch that was sent after it is graded and kept.
"""

from __future__ import annotations

import statistics
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path += [str(HERE.parent / "farm"), str(HERE.parent)]
import faulted  # noqa: E402
import faulty  # noqa: E402
from msgspec.structs import replace  # noqa: E402
from night import WORKERS, Event, Line, Night  # noqa: E402

from grader.grading.grader import Grader  # noqa: E402
from grader.verdict import Graded  # noqa: E402


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Grade a class of `count`; print and return what became of it.

    Raises:
        AssertionError: something was lost, counted twice or graded otherwise than on one machine.
    """
    began = time.monotonic()
    night = Night(folder, count)
    try:
        events = night.run()
    finally:
        night.close()
    seconds = time.monotonic() - began
    verdicts = compared(night.kept, night.lines("kept"), count)
    rows = sorted([*events, *poisonings(night, count)], key=lambda event: event.began)
    apart = beside_poison(night, count)
    times = {event.what: delays(night, event, apart) for event in rows}
    print(f"{count:,} submissions, {WORKERS} workers, {seconds:.0f} s")
    print(f"{'seconds until this is kept:':46}{'a batch sent afterwards':>25}{'what was under way':>21}")
    for what, (following, under_way) in times.items():
        print(f"{what:46}{following:25.1f}{under_way:21.1f}")
    print(f"{'(any batch, in the median)':46}{usual(night):25.1f}")
    begun = Counter(line.words[1] for line in night.lines("graded"))
    often = dict(sorted(Counter(begun.values()).items()))
    print(
        f"Kept: {verdicts['kept']:,}, each once; {verdicts['alike']:,} as on one machine, "
        f"{verdicts['failed']} named as failures of the grader."
    )
    pause = longest_pause(night.lines("kept"))
    print(f"The longest time in which nothing was kept: {pause:.0f} s.")
    print("Gradings begun: " + ", ".join(f"{many:,} × {times}" for times, many in often.items()) + ".")
    for line in night.lines("said"):
        print(f"{line.at - began:8.1f} s  {textwrap.shorten(' '.join(line.words), 100, placeholder='…')}")
    return {"count": count, "seconds": seconds, "events": times, "pause": pause, "begun": often, **verdicts}


def compared(kept: list[Graded], puts: list[Line], count: int) -> dict[str, int]:
    """Hold what is in the database against the same class graded on one machine; return how many are alike.

    Raises:
        AssertionError: they differ by more than the submissions that cannot be graded.
    """
    with Grader(faulted.RULES) as grader:
        grader.grade = faulty.grade  # type: ignore[method-assign]
        alone = {one.student: timeless(one) for one, _ in grader.grade_all(faulted.works(count))}
    there = {one.student: timeless(one) for one in kept}
    assert len(alone) == count == len(kept), f"{len(kept)} of {count} are kept"
    assert there.keys() == alone.keys(), "somebody is lost"
    twice = [name for (name,), many in Counter(line.words for line in puts).items() if many > 1]
    assert not twice, f"kept twice: {twice[:5]}"
    bad = {one.student for one in faulted.contents(count) if one.does}
    differ = {name for name in there if there[name] != alone[name]}
    assert differ == bad, f"these differ from one machine's: {sorted(differ ^ bad)[:5]}"
    assert {one.student for one in kept if one.failed} == bad, "who cannot be graded is not named"
    return {"kept": len(kept), "alike": count - len(differ), "failed": len(bad)}


def timeless(graded: Graded) -> Graded:
    """Return a result without what differs from run to run."""
    return replace(graded, seconds=0.0)


def poisonings(night: Night, count: int) -> Iterator[Event]:
    """Yield when a submission first ended a worker, or had the grader fail."""
    first = {line.words[1]: line.at for line in reversed(night.lines("graded"))}
    what = {"exit": "a submission ends its worker", "fail": "the grader fails on a submission"}
    again = Counter[str]()
    for one in faulted.contents(count):
        if one.does:
            again[one.does] += 1
            at = first[one.student]
            yield Event(what[one.does] + ", again" * (again[one.does] - 1), at, at)


def delays(night: Night, event: Event, apart: Collection[str] = ()) -> tuple[float, float]:
    """Return how long after an event a batch that was sent after it was kept, and all that was under way.

    Those `apart` are tried at the end of the run, whatever happens, and are not counted.
    """
    kept = {line.words[0]: line.at for line in night.lines("kept")}
    sent = [(line.at, set(line.words) - set(apart)) for line in night.lines("sent")]
    after = [kept[name] for at, names in sent if at > event.over for name in names & kept.keys()]
    under_way = {name for at, names in sent if at <= event.began for name in names}
    late = [kept[name] for name in under_way if kept.get(name, 0.0) > event.began]
    following = min(at for at in after if at > event.over)
    return following - event.began, max(late, default=event.began) - event.began


def beside_poison(night: Night, count: int) -> set[str]:
    """Return who was in a batch with a submission that ends workers: all of it is tried again, one by one."""
    poison = {one.student for one in faulted.contents(count) if one.does}
    return {name for line in night.lines("sent") if poison & set(line.words) for name in line.words}


def usual(night: Night) -> float:
    """Return the seconds from the sending of a batch until it is kept, in the median."""
    kept = {line.words[0]: line.at for line in night.lines("kept")}
    first = {line.words[0]: line.at for line in reversed(night.lines("sent"))}
    return statistics.median(kept[name] - first[name] for name in first.keys() & kept.keys())


def longest_pause(kept: list[Line]) -> float:
    """Return the most seconds between two results."""
    at = [line.at for line in kept]
    return max(later - before for before, later in pairwise(at))
