"""Whatever a submission does, its exercise gets a verdict, and nothing else notices."""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import CANARY, GradeText
from students import notebook

from grader.client import server
from grader.client.child import Child, GivenUp
from grader.client.server import Server
from grader.client.spares import PAUSE, Spares
from grader.course import Checks
from grader.errors import ServerError
from grader.exercise import run_checks
from grader.grading.grader import Grader
from grader.grading.key import ExerciseKey, Key
from grader.grading.rules import Rules
from grader.grading.work import Work, open_file
from grader.sandbox import levels
from grader.server.__main__ import reap
from grader.verdict import Status

TOPIC = "02_doubles"
CHECKS = """
import numpy as np

from grader.exercise import exercise


@exercise(points=10, hint="How often?", arrays="numpy", dtype="float64", seconds=1.0)
def first(answer, x):
    return {"y": answer.first(x)}


@exercise(points=10, hint="How often?", arrays="tensor", seconds=10.0)
def second(answer, x):
    return {"y": answer.second(x)}


def draw(rng):
    yield "two numbers", {"x": np.array([1.0, 2.0])}
    yield "three numbers", {"x": np.array([3.0, 4.0, 5.0])}


first.cases(draw)
second.cases(draw)
"""
RIGHT = "def second(x):\n    return 2 * x\n"

Fork = Callable[..., Child]


def rules_of(checks: str, expect: Callable[..., Any]) -> Rules:
    """Return rules whose answers the test itself computes."""
    exercises = {}
    for exercise in Checks(checks, run_checks(checks, "checks")).exercises.values():
        cases = tuple(exercise.draw(lambda position: position))
        expected = tuple({"y": np.asarray(expect(**case.inputs))} for case in cases)
        exercises[exercise.name] = ExerciseKey(exercise.name, cases, expected, ())
    return Rules(Key(TOPIC, False, "", checks, exercises))


LATE = 60.0  # seconds, for a test that would otherwise wait for ever
RULES = rules_of(CHECKS, lambda x: 2 * x)
# For what never answers: half as long is waited for it.
IMPATIENT = rules_of(CHECKS.replace("seconds=1.0", "seconds=0.5"), lambda x: 2 * x)


@pytest.fixture
def tight(grader: Grader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The warm server, with less time and memory than submissions usually get."""
    limits = replace(grader.server.limits, memory=400 << 20, import_seconds=0.5)
    monkeypatch.setattr(grader.server, "limits", limits)
    yield grader.server


@pytest.fixture
def fork(grader: Grader, tmp_path: Path) -> Iterator[Fork]:
    """Fork a child that holds a text."""
    children = []

    def make(text: str, checks: str = CHECKS) -> Child:
        path = tmp_path / "submission.py"
        path.write_text(text)
        with open(path, "rb") as file:
            children.append(grader.server.fork([file.fileno()], checks, ["solution"]))
        return children[-1]

    yield make
    for child in children:
        child.close()


def function(body: str) -> str:
    """A submission whose `first` is `body` and whose `second` is right."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    imports = "import os, random, sys, threading, time\n\nimport numpy as np\n\n\n"
    return f"{imports}def first(x):\n{lines}\n\n{RIGHT}"


def test_a_function_that_takes_other_arguments_is_told_so(fork: Fork) -> None:
    """It raises in no line of the student's, and nothing was returned."""
    for head in ("def first():", "def first(x, y):", "def first(*, y):"):
        outcome = fork(f"{head}\n    return 1\n\n{RIGHT}").run("first", {"x": np.zeros(1)}, 10.0)
        assert outcome.said().startswith("It is called as the exercise says, and takes other arguments: Type")


def test_a_student_s_answer_cannot_end_the_driver_with_outputs_of_its_own(fork: Fork) -> None:
    raising = "from grader.drivers import Measured\nraise Measured(y=2 * np.asarray(x))"
    outcome = fork(function(raising)).run("first", {"x": np.zeros(1)}, 10.0)
    assert (outcome.status, outcome.error, outcome.arrays) == (Status.RAISED, "Measured", {})


@pytest.mark.parametrize("outcome", ["ready", "0.31415"])
def test_what_a_forged_reply_says_is_not_quoted(fork: Fork, outcome: str) -> None:
    """It may be a hidden input."""
    forging = (
        "from grader import protocol\nhonest = protocol.encode_reply\n"
        f"protocol.encode_reply = lambda *_, **__: honest({outcome!r}, {{}}, text='0.31415')\nreturn 2 * x"
    )
    found = fork(function(forging)).run("first", {"x": np.zeros(1)}, 10.0)
    assert found.status is Status.CRASHED and "0.31415" not in found.said()
    assert "It wrote to the channel that its results go through" in found.text


def told(child: Child) -> Any:
    """Return what a submission's `first` has to say: JSON in an array of bytes."""
    outcome = child.run("first", {"x": np.zeros(1)}, 10.0)
    assert outcome.status is None, outcome.text
    return json.loads(outcome.arrays["y"].tobytes())


def telling(body: str) -> str:
    """A submission whose `first` returns `found` as `told` reads it."""
    return function(f"import json\n{body}\nreturn np.frombuffer(json.dumps(found).encode(), np.uint8)")


# What a function may do

BODIES: dict[str, tuple[str, Status, str]] = {
    "right": ("return 2 * x", Status.PASSED, ""),
    "right, as a list": ("return [2 * v for v in x]", Status.PASSED, ""),
    "right, in another byte order": ("return (2 * x).astype('>f8')", Status.PASSED, ""),
    "right, in a strided view": ("return np.repeat(2 * x, 2)[::2]", Status.PASSED, ""),
    "right, after changing the input": ("x *= 2\nreturn x", Status.PASSED, ""),
    "right, after much printing": (
        "for _ in range(100):\n    print('x' * 100_000)\n    print('x' * 100_000, file=sys.stderr)\n"
        "os.write(1, b'x' * 1_000_000)\nreturn 2 * x",
        Status.PASSED,
        "",
    ),
    "right, with a thread left running": (
        "def spin():\n    while True:\n        pass\n"
        "threading.Thread(target=spin, daemon=True).start()\nreturn 2 * x",
        Status.PASSED,
        "",
    ),
    "right, with a thread that never ends": (
        "threading.Thread(target=time.sleep, args=(1000,)).start()\nreturn 2 * x",
        Status.PASSED,
        "",
    ),
    "wrong": (
        "return 3 * x",
        Status.WRONG,
        "6.0000, where 4.0000 was expected (tolerance 1e-5)",
    ),
    "nan": ("return x * np.nan", Status.WRONG, "NaN in 2 of its 2 values"),
    "another shape": (
        "return 2 * x[None]",
        Status.WRONG,
        "`y` has the shape (1, 2), where (2,) was expected",
    ),
    "nothing returned": (
        "pass",
        Status.WRONG,
        "expected `y` to hold numbers, got None (is there a `return`?)",
    ),
    "text": ("return 'right'", Status.WRONG, "expected `y` to hold numbers, got a str"),
    "complex": ("return 2j * x", Status.WRONG, "of type complex128"),
    "objects": ("return np.array([object()])", Status.WRONG, "of type object"),
    "ragged": ("return [[1.0], [1.0, 2.0]]", Status.WRONG, "expected `y` to be one array, got a list"),
    "a generator": ("yield 2 * x", Status.WRONG, "got a generator"),
    "the type": ("return np.ndarray", Status.WRONG, "got a type"),
    "far too much": ("return np.zeros((1 << 22,))", Status.WRONG, "expected a smaller `y`"),
    "an error": (
        "return x.total",
        Status.RAISED,
        "has no attribute 'total'\n  line 7, in first\n    return x.total",
    ),
    "an error of half a letter": ("raise ValueError('\\ud800')", Status.RAISED, "ValueError: ?"),
    "an error that cannot be shown": (
        "class Mute(Exception):\n    def __str__(self):\n        raise RuntimeError\nraise Mute",
        Status.RAISED,
        "Mute",
    ),
    "an error as long as a book": ("raise ValueError('no' * 10**7)", Status.RAISED, "ValueError: nono"),
    "not written": ("raise NotImplementedError", Status.MISSING, "`first` is not written yet."),
    "a branch is not written": (
        "if len(x) == 2:\n    raise NotImplementedError('two')\nreturn 2 * x",
        Status.RAISED,
        "it came to a part that is not written yet:\nNotImplementedError: two\n  line 8, in first",
    ),
    "a helper is not written": (
        "def helper(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\nreturn helper(x)",
        Status.MISSING,
        "`helper` is called that is not written yet:\n  line 9",
    ),
    "a method that a library does not have": (
        "import io\nreturn io.RawIOBase().read(1)",
        Status.RAISED,
        "it stopped with an error:\nNotImplementedError",
    ),
    "exit": ("sys.exit(0)", Status.RAISED, "SystemExit"),
    "an interrupt": ("raise KeyboardInterrupt", Status.RAISED, "KeyboardInterrupt"),
    "endless recursion": ("return first(x)", Status.RAISED, "RecursionError"),
    "a file that is too large": (
        "with open('big', 'wb') as file:\n    for _ in range(100):\n        file.write(bytes(1 << 20))",
        Status.RAISED,
        "File too large",
    ),
    "os._exit": ("os._exit(0)", Status.CRASHED, "The process ended itself: is there a call of"),
    "abort": ("os.abort()", Status.CRASHED, "The process was aborted"),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", Status.CRASHED, "segmentation fault"),
    "killing itself": ("os.kill(os.getpid(), 9)", Status.CRASHED, "ended by SIGKILL"),
    "killing its group": ("os.killpg(0, 9)", Status.CRASHED, "ended by SIGKILL"),
    "closing every descriptor": ("os.closerange(0, 100)\nreturn 2 * x", Status.CRASHED, "ended itself"),
    "breaking Python": ("import builtins\nbuiltins.dict = None\nreturn 2 * x", Status.CRASHED, ""),
    "garbage in the channel": (
        "for fd in range(3, 100):\n    try:\n        os.write(fd, b'GARBAGE' * 100)\n"
        "    except OSError:\n        pass\nreturn 2 * x",
        Status.CRASHED,
        "It wrote to the channel that its results go through (not a message)",
    ),
    "a forged answer": (
        "import socket\nfrom grader import protocol, wire\nfor fd in range(3, 100):\n    try:\n"
        "        header = protocol.encode_reply('returned', {})\n"
        "        wire.send(socket.socket(fileno=os.dup(fd)), bytes(16), header)\n"
        "    except OSError:\n        pass\nreturn 2 * x",
        Status.CRASHED,
        "an answer to another question",
    ),
    "a loop": ("while True:\n    pass", Status.TIMED_OUT, ": is there a loop that does not end?"),
    "sleep": ("time.sleep(1000)", Status.TIMED_OUT, "in which it hardly computed: does it wait"),
    "a loop that catches": (
        "while True:\n    try:\n        time.sleep(1)\n    except BaseException:\n        pass",
        Status.TIMED_OUT,
        "in which it hardly computed",
    ),
    "memory, bit by bit": (
        "held = []\nwhile True:\n    held.append(np.ones(1 << 20))",
        Status.OUT_OF_MEMORY,
        "it used more memory than there is for one submission",
    ),
    "memory, at once": ("np.ones(1 << 40)", Status.OUT_OF_MEMORY, "it used more memory"),
}


@pytest.mark.parametrize(("body", "status", "says"), BODIES.values(), ids=BODIES)
def test_what_a_function_does_costs_its_exercise_only(
    body: str, status: Status, says: str, grade_text: GradeText, tight: Server
) -> None:
    found = grade_text(function(body), IMPATIENT if status is Status.TIMED_OUT else RULES)
    first, second = found.exercises
    assert (first.status, second.status) == (status, Status.PASSED), first.message + second.message
    assert says in first.message
    assert len(first.message) < 3000
    assert second.score == 10 and (first.score == 10) is (status is Status.PASSED)


def test_a_case_that_ends_the_child_costs_the_cases_after_it(grade_text: GradeText) -> None:
    found = grade_text(function("if len(x) == 2:\n    os._exit(1)\nreturn 2 * x"), RULES)
    assert [case.status for case in found.exercises[0].cases] == [Status.CRASHED] * 2
    found = grade_text(function("if len(x) == 3:\n    os._exit(1)\nreturn 2 * x"), RULES)
    assert [case.status for case in found.exercises[0].cases] == [Status.PASSED, Status.CRASHED]
    assert found.score == 15


def test_an_error_that_is_caught_costs_its_case_only(grade_text: GradeText) -> None:
    found = grade_text(function("if len(x) == 2:\n    raise ValueError('two')\nreturn 2 * x"), RULES)
    assert [case.status for case in found.exercises[0].cases] == [Status.RAISED, Status.PASSED]
    assert "Right on 1 of 2 cases: “three numbers”." in found.exercises[0].message


# What a file may do while it is run

TOPS: dict[str, tuple[str, Status, str]] = {
    "a loop": (
        "while True:\n    pass",
        Status.TIMED_OUT,
        "It was stopped in the part that begins at line 1.",
    ),
    "sleep": ("import time\ntime.sleep(1000)", Status.TIMED_OUT, "in which it hardly computed"),
    "os._exit": ("import os\nos._exit(0)", Status.CRASHED, "ended while it ran the file's cells"),
    "a segmentation fault": ("import ctypes\nctypes.string_at(0)", Status.CRASHED, "segmentation fault"),
    "memory": ("held = 'x' * (1 << 50)", Status.OUT_OF_MEMORY, "used more memory"),
    "exit": ("import sys\nsys.exit(0)", Status.MISSING, "SystemExit"),
    "a broken notebook": ("{", Status.MISSING, "the notebook cannot be read"),
    "nothing": ("", Status.MISSING, "the file is empty"),
}


@pytest.mark.parametrize(("text", "status", "says"), TOPS.values(), ids=TOPS)
def test_a_file_that_cannot_be_run_gets_a_message_and_no_points(
    text: str, status: Status, says: str, grade_text: GradeText, tight: Server
) -> None:
    found = grade_text(text, RULES)
    assert {one.status for one in found.exercises} == {status}
    assert says in found.exercises[0].message
    assert found.score == 0


@pytest.mark.skipif(
    sys.platform != "linux",
    reason="a process tells which cell it runs by its name, for which there is prctl on Linux alone",
)
@pytest.mark.parametrize("forged", ["", "import ctypes\nctypes.CDLL(None).prctl(15, b'cell 99')\n"])
def test_a_cell_that_does_not_end_is_named(forged: str, grade_text: GradeText, tight: Server) -> None:
    """By the process' name, which is a claim: a cell that there is not is not named."""
    text = notebook("x = 1", f"{forged}while True:\n    pass", "def first(x):\n    return 2 * x")
    (note,) = grade_text(text, RULES, "a.ipynb").notes
    assert ("It was stopped in cell 2 from the top." in note) is (not forged)
    assert "cell 99" not in note


def test_exit_in_one_cell_costs_what_follows_in_that_cell(grade_text: GradeText) -> None:
    found = grade_text(f"# %%\nexit()\ndef first(x):\n    return 2 * x\n# %%\n{RIGHT}", RULES)
    assert [one.status for one in found.exercises] == [Status.MISSING, Status.PASSED]


# What a child knows and holds


def test_a_child_knows_no_secret_of_the_environment(fork: Fork) -> None:
    assert os.environ["A_TOKEN_OF_THE_TESTS"] == CANARY
    body = "found = [dict(os.environ), open('/proc/self/environ', errors='replace').read()]"
    environment, at_start = told(fork(telling(body)))
    assert CANARY not in repr(environment) + at_start
    names = {entry.partition("=")[0] for entry in at_start.split("\0") if entry}
    assert names == set(levels.environment(Path()))
    assert environment["HOME"] == environment["TMPDIR"] != os.environ.get("HOME")


def test_a_child_holds_its_channel_and_nothing_else(fork: Fork) -> None:
    read, write = os.pipe()
    try:
        os.set_inheritable(write, True)
        body = (
            "found = []\nfor fd in os.listdir('/proc/self/fd'):\n    try:\n"
            "        found.append(os.readlink(f'/proc/self/fd/{fd}'))\n    except OSError:\n        pass"
        )
        links = told(fork(telling(body)))
    finally:
        os.close(read)
        os.close(write)
    assert links.count("/dev/null") == 3
    others = [link for link in links if link != "/dev/null"]
    assert len(others) == 1 and others[0].startswith("socket:")


def test_a_child_has_loaded_nothing_that_judges(fork: Fork) -> None:
    body = "found = sorted(name for name in sys.modules if name.partition('.')[0] == 'grader')"
    loaded = set(told(fork(telling(body))))
    assert "grader.server.worker" in loaded
    judging = {"client", "grading", "report", "authoring", "student", "audit", "nbgrader", "commands"}
    assert judging.isdisjoint(name.split(".")[1] for name in loaded if "." in name)


def test_a_child_has_no_answer_in_its_memory(
    grader: Grader, hidden_key: Key, fork: Fork, grade_text: GradeText
) -> None:
    """A submission that reads all of its own memory finds its inputs, and not what is expected."""
    case, expected = hidden_key.exercises["mean"].cases[1], hidden_key.exercises["mean"].expected[1]["mean"]
    sentence = hidden_key.exercises["mean"].mistakes[0].sentence
    needles = [case.inputs["rows"].tobytes(), sentence.encode()]
    assert expected.tobytes() == case.inputs["rows"].tobytes(), "a single row is its own mean"
    reference = hidden_key.exercises["mean"].expected[0]["mean"].tobytes()
    turned = [bytes(255 - byte for byte in needle) for needle in [*needles, reference]]
    body = (
        f"needles = [bytes(255 - byte for byte in needle) for needle in {turned}]\n"
        "found = [0] * len(needles)\n"
        "with open('/proc/self/mem', 'rb', 0) as memory:\n"
        "    for line in open('/proc/self/maps').read().splitlines():\n"
        "        place, mode, *rest = line.split()\n"
        "        begin, end = (int(part, 16) for part in place.split('-'))\n"
        "        if 'rw' in mode and end - begin < 1 << 29 and not rest[3:]:\n"
        "            try:\n"
        "                memory.seek(begin)\n"
        "                piece = memory.read(end - begin)\n"
        "            except (OSError, ValueError):\n"
        "                continue\n"
        "            found = [f + piece.count(n) for f, n in zip(found, needles)]"
    )
    child = fork(telling(body))
    outcome = child.run("first", {"x": case.inputs["rows"]}, 30.0)
    assert outcome.status is None, outcome.text
    inputs, sentences, references = json.loads(outcome.arrays["y"].tobytes())
    # What it looks for is itself in memory, once or twice, as are copies of it while it is made.
    assert inputs > sentences, "the search finds what is there"
    assert references == sentences


def test_a_child_works_in_a_private_folder_that_is_removed(fork: Fork, grader: Grader) -> None:
    child = fork(telling("open('note', 'w').write('x')\nfound = [os.getcwd(), os.stat('.').st_mode]"))
    folder, mode = told(child)
    assert mode & 0o077 == 0
    assert Path(folder, "note").exists()
    child.close()
    assert child.memory > 10 << 20 and child.cpu > 0
    assert eventually(lambda: not Path(folder).exists())


def test_what_a_child_starts_ends_with_it(fork: Fork) -> None:
    body = (
        "found = []\nfor _ in range(3):\n    pid = os.fork()\n    if not pid:\n"
        "        time.sleep(1000)\n    found.append(pid)\n"
        "import subprocess\nfound.append(subprocess.Popen(['sleep', '1000']).pid)"
    )
    child = fork(telling(body))
    pids = told(child)
    assert len(pids) == 4 and all(running(pid) for pid in pids)
    child.close()
    assert eventually(lambda: not any(running(pid) for pid in pids))


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LATE
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


# The same every time


def test_every_case_starts_from_the_same_seeds(fork: Fork) -> None:
    child = fork(
        telling(
            "import keras, tensorflow as tf\n"
            "found = [random.random(), np.random.rand(), float(tf.random.uniform([])),\n"
            "         float(keras.random.uniform([]))]"
        )
    )
    drawn = told(child)
    assert len(set(drawn)) == 4
    assert told(child) == drawn
    child.close()
    assert told(fork(telling("found = [random.random(), np.random.rand()]"))) == drawn[:2]


def test_what_one_case_does_to_its_inputs_the_next_does_not_see(fork: Fork) -> None:
    child = fork(function("x[:] = 0\nreturn x"))
    inputs = {"x": np.array([1.0, 2.0])}
    assert child.run("first", inputs, 5.0).arrays["y"].tolist() == [0, 0]
    assert inputs["x"].tolist() == [1, 2]
    assert child.run("second", inputs, 5.0).arrays["y"].tolist() == [2, 4]


def test_a_precision_set_by_one_case_does_not_last(fork: Fork) -> None:
    child = fork(telling("import keras\nfound = keras.config.floatx()\nkeras.config.set_floatx('float64')"))
    assert [told(child), told(child)] == ["float32", "float32"]


def test_one_thread_computes(fork: Fork) -> None:
    body = (
        "import tensorflow as tf\nfound = [tf.config.threading.get_intra_op_parallelism_threads(),\n"
        "    tf.config.threading.get_inter_op_parallelism_threads(), os.environ['OMP_NUM_THREADS']]"
    )
    assert told(fork(telling(body))) == [1, 1, "1"]


# Children and servers at their end


def test_a_child_that_was_closed_is_not_asked_again(fork: Fork) -> None:
    child = fork(RIGHT)
    assert child.alive
    child.close()
    child.close()
    assert not child.alive
    with pytest.raises(ServerError, match="fork another"):
        child.run("second", {"x": np.zeros(1)}, 1.0)


def test_a_child_that_does_not_read_its_inputs_is_given_up(fork: Fork, tight: Server) -> None:
    child = fork(function("os.kill(os.getpid(), 19)"))  # SIGSTOP
    assert child.run("first", {"x": np.zeros(1)}, 0.3).status is Status.TIMED_OUT
    child = fork(RIGHT)
    os.kill(child.seen, signal.SIGSTOP)
    assert child.run("second", {"x": np.zeros(1 << 20)}, 0.3).status is Status.TIMED_OUT
    assert not child.alive


def test_a_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho No module named tensorflow >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(server.sys, "executable", str(broken))
    with pytest.raises(ServerError, match="is TensorFlow installed(?s:.)*No module named tensorflow"):
        Server()


def test_a_server_that_nobody_wants_any_more_is_ended_before_it_has_started(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One that never says that it is ready."""
    mute = tmp_path / "python"
    mute.write_text("#!/bin/sh\nexec sleep 300\n")
    mute.chmod(0o755)
    monkeypatch.setattr(server.sys, "executable", str(mute))
    started, start = [], server.subprocess.Popen

    def popen(*arguments: Any, **options: Any) -> Any:
        started.append(start(*arguments, **options))
        return started[0]

    monkeypatch.setattr(server.subprocess, "Popen", popen)
    monkeypatch.setattr(server.tempfile, "tempdir", str(tmp_path))
    with pytest.raises(GivenUp):
        Server(wanted=lambda: False)
    assert started[0].poll() == -signal.SIGKILL and not list(tmp_path.glob("grader-*"))


def test_a_server_whose_process_cannot_be_started_leaves_nothing_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pairs, pair = [], server.socket.socketpair

    def socketpair() -> Any:
        pairs.append(pair())
        return pairs[0]

    monkeypatch.setattr(server.socket, "socketpair", socketpair)
    monkeypatch.setattr(server.sys, "executable", str(tmp_path / "nowhere"))
    monkeypatch.setattr(server.tempfile, "tempdir", str(tmp_path))
    with pytest.raises(FileNotFoundError):
        Server()
    assert [one.fileno() for one in pairs[0]] == [-1, -1] and not list(tmp_path.iterdir())


def test_a_child_that_nobody_waits_for_is_ended_at_once(fork: Fork) -> None:
    child = fork(function("while True:\n    pass"))
    looks = iter((True, True, True))
    child.wanted = lambda: next(looks, False)
    with pytest.raises(GivenUp):
        child.run("first", {"x": np.zeros(1)}, 1000.0)
    assert next(looks, None) is None and not child.alive and eventually(lambda: not running(child.seen))


@pytest.mark.slow
def test_a_server_that_is_killed_is_replaced(grader: Grader, grade_text: GradeText, tmp_path: Path) -> None:
    first, pids = grader.server, tmp_path / "pids"
    note = f"open({str(pids)!r}, 'a').write(f'{{os.getpid()}} ')"
    killing = grade_text(function(f"{note}\nos.kill(os.getppid(), 9)\nwhile True:\n    pass"), RULES)
    assert killing.failed and killing.score == 0
    assert "The grader failed; this says nothing about the answer" in killing.exercises[0].message
    dead = grader.server
    assert dead is not first, "it was tried twice"
    with pytest.raises(ServerError, match="nothing that was graded is lost"):
        dead.fork([], CHECKS, [])
    orphans = [int(pid) for pid in pids.read_text().split()]
    assert len(orphans) == 2 and eventually(lambda: not any(running(pid) for pid in orphans))
    assert grade_text(function("return 2 * x"), RULES).score == 20
    assert not first._folder.exists() and not dead._folder.exists()


def test_a_server_that_is_stopped_is_replaced_and_the_honest_are_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "PATIENCE", 3.0)
    stopping = function("os.kill(os.getppid(), signal.SIGSTOP)\nreturn 2 * x").replace(
        "import os", "import os, signal"
    )
    honest = function("time.sleep(0.2)\nreturn 2 * x")
    texts = {"mal": stopping, "ada": honest, "bea": honest}
    for student, text in texts.items():
        (tmp_path / f"{student}.py").write_text(text)
    works = [Work(one, TOPIC, one, functools.partial(open_file, tmp_path / f"{one}.py")) for one in texts]
    with Grader({TOPIC: RULES}, workers=3) as own:
        graded = {one.student: one for one, _ in own.grade_all(works)}
    assert {one: graded[one].score for one in ("ada", "bea")} == {"ada": 20, "bea": 20}
    assert not graded["ada"].failed and not graded["bea"].failed
    assert graded["mal"].failed and "did not answer" in graded["mal"].exercises[0].message


# Children that are forked ahead of time


@pytest.fixture
def spares(grader: Grader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spares]:
    """Children kept ready by the warm server, which usually keeps none."""
    made = Spares(functools.partial(grader.server.start, ahead=True))
    monkeypatch.setattr(grader.server, "_spares", made)
    yield made
    made.close()


def next_of(spares: Spares) -> Child:
    assert eventually(lambda: spares._ready is not None)
    assert spares._ready is not None
    return spares._ready[0]


def test_a_child_that_was_ready_runs_the_submission_as_any_other_does(spares: Spares, fork: Fork) -> None:
    drawn = "[os.getpid(), float(tf.random.normal(())), random.random()]"
    body = telling(f"import tensorflow as tf\nfound = {drawn}")
    for _ in range(2):
        ready = next_of(spares)
        child = fork(body)
        assert child is ready and not child.problems
        spares.refill()
        other = fork(body)
        assert other is not ready
        assert told(child)[1:] == told(other)[1:]
        child.close()


def test_a_child_that_died_while_it_waited_is_nobody_s_fault(spares: Spares, fork: Fork) -> None:
    ready = next_of(spares)
    os.kill(ready.seen, signal.SIGKILL)
    assert eventually(lambda: not ready.waiting)
    child = fork(function("return 2 * x"))
    assert child is not ready and child.failed is None and not ready.alive
    assert child.run("first", {"x": np.ones(2)}, 1.0).status is None


def test_a_server_that_ends_takes_the_child_that_waits_with_it(spares: Spares) -> None:
    ready = next_of(spares)
    spares.close()
    spares.refill()
    assert eventually(lambda: not running(ready.seen))
    time.sleep(2 * PAUSE)
    assert spares._ready is None


@pytest.mark.parametrize("system", ["with waitid", "without"])
def test_how_a_child_ended_is_known_on_every_system(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """macOS has `os.waitid` from Python 3.13 on only."""
    if system == "without":
        monkeypatch.delattr(os, "waitid")
    ending = os.fork()
    if ending == 0:
        os.setsid()
        os._exit(3)
    status, memory, _ = reap(ending, grace=30.0)
    assert os.waitstatus_to_exitcode(status) == 3 and memory > 0
    hanging = os.fork()
    if hanging == 0:
        os.setsid()
        signal.pause()
    assert os.waitstatus_to_exitcode(reap(hanging)[0]) == -signal.SIGKILL
    with pytest.raises(ChildProcessError):
        os.waitpid(hanging, os.WNOHANG)
