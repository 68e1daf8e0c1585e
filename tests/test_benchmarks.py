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
