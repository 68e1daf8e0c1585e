"""Whether a child forked off the warm server computes what a fresh process computes, bit by bit.

    python tests/faithful.py CHECKS SOLUTION [EXERCISE]...

runs every case in this process, which nobody forked and in which TensorFlow is
as it comes, and prints a digest for each.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from grader.client.server import Server
from grader.course import Checks, Topic
from grader.exercise import run_checks
from grader.sandbox import levels
from grader.server import module, worker

# What is most likely to break in a fork: threads, compilers, pipelines, random numbers.
CHECKS = """
import numpy as np

from grader.exercise import exercise


def draw(rng):
    for number in range(3):
        yield f"case {number}", {"x": rng.normal(size=(32, 4)), "y": rng.normal(size=(32, 1))}


def probe(name):
    def driver(answer, x, y):
        return {"found": getattr(answer, name)(x, y)}

    driver.__name__ = name
    made = exercise(points=1, hint="Why?", writes=[name])(driver)
    made.cases(draw)
    return made


fit = probe("fit")
data = probe("data")
traced = probe("traced")
xla = probe("xla")
draws = probe("draws")
gradients = probe("gradients")
"""
SOLUTION = """
import keras
import numpy as np
import tensorflow as tf


def fit(x, y):
    layers = [keras.layers.Dense(8, "tanh"), keras.layers.Dropout(0.3), keras.layers.Dense(1)]
    model = keras.Sequential(layers)
    model.compile("adam", "mse")
    history = model.fit(x, y, epochs=3, batch_size=8, verbose=0)
    return tf.concat([model.predict(x, verbose=0)[:, 0], history.history["loss"]], 0)


def data(x, y):
    pipeline = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(32).repeat(2)
    pipeline = pipeline.map(lambda a, b: tf.reduce_sum(a) * b, num_parallel_calls=4).batch(5).prefetch(2)
    return tf.concat([tf.reshape(batch, [-1]) for batch in pipeline], 0)


@tf.function
def traced(x, y):
    total = tf.zeros_like(x[0])
    for row in x:
        if tf.reduce_sum(row) > 0:
            total += tf.math.tanh(row)
    return total + tf.random.normal([4], dtype=total.dtype, seed=3)


@tf.function(jit_compile=True)
def xla(x, y):
    return tf.linalg.matvec(x, tf.nn.softmax(tf.linalg.matvec(x, tf.transpose(y)[0], transpose_a=True)))


def draws(x, y):
    parts = [tf.random.normal([3]), keras.random.normal([3]), np.random.normal(size=3).astype("float32")]
    return tf.concat([*parts, tf.random.shuffle(tf.range(9.0)), tf.random.uniform([3], seed=4)], 0)


def gradients(x, y):
    weights = tf.Variable(keras.random.normal((4, 1)))
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((tf.cast(x, "float32") @ weights - tf.cast(y, "float32")) ** 2)
        weights.assign_sub(0.1 * tape.gradient(loss, weights))
    return weights
"""

Digests = dict[str, list[str]]


def files(topic: Topic) -> tuple[Path, Path]:
    return topic.folder / "checks.py", topic.folder / "solution.py"


def probes(folder: Path) -> tuple[Path, Path]:
    """Write the probes as a topic's files."""
    for name, text in (("checks.py", CHECKS), ("solution.py", SOLUTION)):
        (folder / name).write_text(text)
    return folder / "checks.py", folder / "solution.py"


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """Return a digest that differs where a single bit does."""
    parts = [f"{name} {a.dtype} {a.shape}".encode() + a.tobytes() for name, a in sorted(arrays.items())]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def forked(server: Server, checks: Path, solution: Path, only: Sequence[str] = ()) -> Digests:
    """Run exercises in one child of a warm server."""
    text = checks.read_text()
    exercises = Checks(text, run_checks(text, "checks.py")).exercises
    with open(solution, "rb") as file:
        child = server.fork([file.fileno()], text, ["solution"])
    found: Digests = {}
    for name in only or exercises:
        outcomes = [
            child.run(name, case.inputs, 60.0) for case in exercises[name].draw(lambda position: position)
        ]
        assert all(outcome.status is None for outcome in outcomes), outcomes
        found[name] = [digest(outcome.arrays) for outcome in outcomes]
    child.close()
    return found


def fresh(checks: Path, solution: Path, only: Sequence[str] = ()) -> Digests:
    """Run exercises in a process of their own, with the environment that a child has."""
    command = [sys.executable, __file__, str(checks), str(solution), *only]
    with tempfile.TemporaryDirectory() as home:
        environment = levels.environment(Path(home)) | {"PYTHONPATH": ":".join(filter(None, sys.path))}
        done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(json.loads(done.stdout))


def main() -> None:
    """Run and print."""
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    text = Path(sys.argv[1]).read_text()
    exercises = Checks(text, run_checks(text, "checks.py")).exercises
    worker.set_seeds()
    answers = module.load(Path(sys.argv[2]).read_bytes(), "solution.py", "submitted.solution").module
    found: Digests = {}
    for name in sys.argv[3:] or exercises:
        exercise = exercises[name]
        answer = type("Answer", (), {one: staticmethod(getattr(answers, one)) for one in exercise.writes})
        cases = exercise.draw(lambda position: position)
        found[name] = [digest(worker.run_driver(exercise, answer, case.inputs)) for case in cases]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
