"""Seeding brings randomness back to its start, and throws away kernels only where it must."""

from __future__ import annotations

import subprocess
import sys

from grader import sandbox

BEGIN = """
import random
import numpy as np
import tensorflow as tf
import keras
from grader import seeds
from tensorflow.python.eager import context

seeds.keep_kernels()
thrown, throw = [], context.pywrap_tfe.TFE_ContextClearCaches
context.pywrap_tfe.TFE_ContextClearCaches = lambda handle: (thrown.append(handle), throw(handle))
"""
# Each draws where nothing but seeding could bring it back to where it was.
DRAWS = {
    "python": "lambda: random.random()",
    "numpy": "lambda: np.random.normal()",
    "keras": "lambda: float(keras.random.normal(()))",
    "a layer": "lambda: keras.layers.Dense(1)(np.ones((1, 3))).numpy().item()",
    "tensorflow": "lambda: float(tf.random.normal(()))",
    "with a seed of its own": "lambda: float(tf.random.normal((), seed=3))",
    "shuffled": "lambda: float(tf.random.shuffle(tf.range(1000.0), seed=3)[0])",
    "traced": "tf.function(lambda: tf.random.normal((), seed=3))",
    "data": "lambda: next(iter(tf.data.Dataset.range(10**6).shuffle(10**4))).numpy().item()",
    "cropped": "lambda: tf.image.random_crop(tf.range(10**6), [1]).numpy().item()",
}


def run(code: str) -> str:
    environment = sandbox.ENVIRONMENT | {"PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", BEGIN + code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_draw_repeats_after_seeding_and_goes_on_between() -> None:
    draws = ", ".join(f"{name!r}: {code}" for name, code in DRAWS.items())
    code = f"""
for name, draw in {{{draws}}}.items():
    tf.reduce_sum(tf.ones((2, 2)))
    found = []
    for _ in range(3):
        seeds.set_seeds()
        found.append([float(draw()) for _ in range(3)])
    print(found[0] == found[1] == found[2], len(set(found[0])), name)
"""
    assert run(code).splitlines() == [f"True 3 {name}" for name in DRAWS]


def test_kernels_are_kept_until_one_draws_and_from_then_on_thrown_away() -> None:
    code = """
print(context.Context._set_global_seed.__module__)
for work in ("tf.nn.softmax(tf.ones((2, 2)))", "keras.random.normal((2,))", "tf.random.normal(())", "0"):
    eval(work)
    before = len(thrown)
    seeds.set_seeds()
    print(len(thrown) - before)
"""
    assert run(code).split() == ["grader.seeds", "0", "0", "1", "1"]


def test_elsewhere_in_tensorflow_nothing_is_changed() -> None:
    code = """
del context.Context._set_global_seed
seeds.keep_kernels()
print(hasattr(context.Context, "_set_global_seed"))
"""
    assert run(code).split() == ["False"]
