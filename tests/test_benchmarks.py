"""The benchmark still runs, and what it measures is what it says: no test asserts a time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCHMARKS = Path(__file__).parent / "benchmarks"
POINT = """
import json, sys
from pathlib import Path
import curves, race
from rivals import Rival

home = Path(sys.argv[1])
key, answer = curves.trivial(home, 2, 10)
point = curves.point(home, key, answer, 3, 1, 3)
floor = [sys.executable, str(curves.HERE / "floor.py")]
laps = []
for how in ("tuned", "as it comes"):
    command = [*floor, how, str(key), str(answer), str(answer)]
    laps.append(race.lap(Rival(how, lambda notebooks: [(command, home, None)], fast=True), [answer] * 2))
failing = Rival("wrong", lambda notebooks: [([sys.executable, "-c", "raise SystemExit(3)"], home, None)])
try:
    race.lap(failing, [answer])
    refused = False
except Exception as error:
    refused = error.returncode == 3
print(json.dumps({"point": point, "laps": laps, "refused": refused}))
"""


def test_a_point_and_a_lap_hold_every_figure_and_a_failure_is_no_lap(tmp_path: Path) -> None:
    command = [sys.executable, "-c", POINT, str(tmp_path)]
    done = subprocess.run(command, cwd=BENCHMARKS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["refused"]
    point = found["point"]
    assert set(point) == {"at", "wall", "cpu", "trusted", "store", "memory"}
    assert point["at"] == 3
    # All that a process uses is part of what all use.
    assert 0 < point["trusted"] < point["cpu"]
    assert 0 < point["store"] < point["wall"]
    for lap in found["laps"]:
        assert set(lap) == {"wall", "cpu", "memory", "private", "start"}
        assert min(lap.values()) > 0


FARM = """
import json, sys
from pathlib import Path
import curves, farm

home = Path(sys.argv[1])
key, answer = curves.trivial(home, 2, 10)
stub = farm.Part("stub", key, None, 30)
laps = {place: farm.run(place, [stub], home)[0] for place in ("pool", "cluster")}
each = {place: farm.each([lap], stub.count) for place, lap in laps.items()}
points = [{"count": 30, **laps["cluster"]}, {"count": 60, **laps["cluster"]}]
model = farm.model({"stub": each, "real": each}, points)
print(json.dumps({"laps": laps, "model": model}))
"""


def test_a_farm_of_stubs_is_measured_and_a_model_made_of_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FARM, str(tmp_path)]
    done = subprocess.run(command, cwd=BENCHMARKS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    for place, processes in (("pool", 1), ("cluster", 4)):
        lap = found["laps"][place]
        assert set(lap) == {"wall", "cpu", "client", "store", "memory", "rest"}
        assert 0 < lap["store"] < lap["wall"] and 0 < lap["client"]
        assert len(lap["memory"]) == processes and min(lap["memory"]) > 10
    model = found["model"]
    assert [row["learners"] for row in model["rows"]] == [1_000, 100_000, 1_000_000]
    for row in model["rows"]:
        assert row["core_hours"] == row["learners"] * 30 * model["cpu"] / 3600
        assert row["dollars"] == row["core_hours"] * model["price"]
    assert model["growth"] == 0, "of two points with the same memory"


FAULTS = """
import json
from unittest.mock import Mock
import faults, faulted, faulty
from grader.grading.grader import Grader
from grader.verdict import Status, Verdict
from msgspec.structs import replace

COUNT = 40
bad = {one.student for one in faulted.contents(COUNT) if one.does}
with Grader(faulted.RULES) as grader:
    grader.grade = faulty.grade
    kept = [one for one, _ in grader.grade_all(faulted.works(COUNT))]
error = (Verdict("mean", Status.GRADER_ERROR, 0.0, 30.0, None, "failed", ()),)
kept = [replace(one, score=0.0, exercises=error) if one.student in bad else one for one in kept]
puts = [faults.Line(float(at), (one.student,)) for at, one in enumerate(kept)]

def refused(kept, puts=puts):
    try:
        faults.compared(kept, puts, COUNT)
    except AssertionError as error:
        return str(error)

honest = next(at for at, one in enumerate(kept) if one.student not in bad)
said = [
    refused(kept[1:]),
    refused(kept, [*puts, puts[0]]),
    refused([*kept[:honest], replace(kept[honest], score=29.5), *kept[honest + 1:]]),
    refused([*kept[:honest], replace(kept[honest], exercises=error), *kept[honest + 1:]]),
]
night = Mock()
night.lines = {
    "sent": [faults.Line(1.0, ("a", "b", "d")), faults.Line(3.0, ("c",)), faults.Line(9.0, ("a",))],
    "kept": [faults.Line(2.0, ("b",)), faults.Line(5.0, ("c",)), faults.Line(11.0, ("a",)),
             faults.Line(15.0, ("d",))],
}.get
print(json.dumps({
    "whole": faults.compared(kept, puts, COUNT),
    "said": said,
    "delays": faults.delays(night, faults.Event("killed", 2.5, 2.75), ["d"]),
    "usual": faults.usual(night),
    "pause": faults.longest_pause(night.lines("kept")),
}))
"""


def test_what_a_night_of_faults_loses_counts_twice_or_changes_is_found() -> None:
    done = subprocess.run([sys.executable, "-c", FAULTS], cwd=BENCHMARKS, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["whole"] == {"kept": 40, "alike": 37, "failed": 3}
    parts = (
        "39 of 40 are kept",
        "kept twice: ",
        "differ from one machine's: ",
        "differ from one machine's: ",
    )
    assert all(part in said for part, said in zip(parts, found["said"], strict=True)), found["said"]
    assert found["delays"] == [2.5, 8.5], "c was sent afterwards; a was under way"
    assert found["usual"] == 6.0, "of a, c"
    assert found["pause"] == 6.0
