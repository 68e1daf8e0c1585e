"""What is used of TensorFlow's inside, and that each can do without it."""

from __future__ import annotations

import subprocess
import sys

from grader.sandbox import levels

IMPORTS = """
import random
import sys
import numpy as np
import tensorflow as tf
import keras
from grader import tf_private
from grader.server import seeds
from tensorflow.python.eager import context
"""
BEGIN = """
tf_private.run_directly()
tf_private.keep_kernels()
thrown, throw = [], context.pywrap_tfe.TFE_ContextClearCaches
context.pywrap_tfe.TFE_ContextClearCaches = lambda handle: (thrown.append(handle), throw(handle))
"""


def run(code: str, begin: str = BEGIN) -> str:
    environment = levels.ENVIRONMENT | {"PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", IMPORTS + begin + code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_kernels_are_kept_until_one_draws_and_from_then_on_thrown_away() -> None:
    code = """
print(context.Context._set_global_seed.__module__)
for work in ("tf.nn.softmax(tf.ones((2, 2)))", "keras.random.normal((2,))", "tf.random.normal(())", "0"):
    eval(work)
    before = len(thrown)
    seeds.set_seeds()
    print(len(thrown) - before)
"""
    assert run(code).split() == ["grader.tf_private", "0", "0", "1", "1"]


def test_without_a_name_of_its_seeding_tensorflow_is_left_as_it_is() -> None:
    code = """
from tensorflow.python.framework import random_seed
theirs = context.Context._set_global_seed, random_seed.get_seed
for owner, name in (
    (context.Context, "_set_global_seed"), (random_seed, "get_seed"), (context, "context"),
    (context.context(), "_seed"), (context.context(), "_context_handle"),
):
    kept = getattr(owner, name)
    delattr(owner, name)
    tf_private.keep_kernels()
    setattr(owner, name, kept)
    print(theirs == (context.Context._set_global_seed, random_seed.get_seed), name)
tf_private.keep_kernels()
print(theirs == (context.Context._set_global_seed, random_seed.get_seed))
"""
    names = ("_set_global_seed", "get_seed", "context", "_seed", "_context_handle")
    assert run(code, begin="").splitlines() == [*(f"True {name}" for name in names), "False"]


def test_an_operation_runs_its_kernel_and_no_function_around_it() -> None:
    # TensorFlow names that function where the operation fails.
    code = """
def failure():
    try:
        tf.linalg.inv(tf.zeros((2, 3)))
    except tf.errors.InvalidArgumentError as error:
        return "__wrapped__" in str(error)

print(failure())
from tensorflow.python import pywrap_tfe
pywrap_tfe.TFE_ContextSetRunEagerOpAsFunction(context.context()._handle, True)
print(failure())
"""
    assert run(code).split() == ["False", "True"]


def test_without_its_name_tensorflow_wraps_operations_as_ever() -> None:
    code = """
from tensorflow.python import pywrap_tfe
name = "TFE_ContextOptionsSetRunEagerOpAsFunction"
del pywrap_tfe.TFE_ContextOptionsSetRunEagerOpAsFunction
tf_private.run_directly()
print(hasattr(pywrap_tfe, name))
"""
    assert run(code).split() == ["False"]


def test_what_is_asked_ahead_makes_no_context_and_no_thread() -> None:
    code = """
import os
from tensorflow.python.framework.composite_tensor import CompositeTensor
from _abc import _get_dump
from tensorflow.python.framework.ops import EagerTensor

def known():
    _, are, are_not, _ = _get_dump(CompositeTensor)
    return EagerTensor in {one() for one in are | are_not}

before = known()
tf_private.ask_ahead()
print(before, known(), context.context()._context_handle, len(os.listdir("/proc/self/task")))
"""
    assert run(code).split() == ["False", "True", "None", "1"]


def test_where_there_is_nobody_to_ask_nothing_is_asked() -> None:
    code = """
import sys
sys.modules["tensorflow.python.types.trace"] = None
tf_private.ask_ahead()
print("done")
"""
    assert run(code).split() == ["done"]


def test_operations_are_watched_eager_and_traced_and_only_in_the_block() -> None:
    code = """
names = []
with tf_private.watched_ops(names.append):
    tf.linalg.inv(tf.ones((1, 1)))
    tf.function(tf.linalg.det)(tf.ones((1, 1)))
tf.linalg.inv(tf.ones((1, 1)))
print(names.count("MatrixInverse"), "MatrixDeterminant" in names)
"""
    assert run(code).split() == ["1", "True"]


def test_functions_are_looked_into_whenever_they_were_traced() -> None:
    code = """
det = tf.function(tf.linalg.det)
square = tf.ones((1, 1))
det(square)
both = tf.function(lambda x: tf.cond(x[0, 0] > 0, lambda: det(x), lambda: tf.linalg.inv(x)))
both(square)
for inside in (False, True):
    names = []
    with tf_private.watched_ops(names.append, inside):
        both(square)
    print("MatrixDeterminant" in names, "MatrixInverse" in names)
"""
    assert run(code).split() == ["False", "False", "True", "True"]


def test_operations_are_watched_in_every_thread_and_whoever_clears_tensorflow_s_callbacks() -> None:
    code = """
import threading
from tensorflow.python.framework import op_callbacks
names = []
with tf_private.watched_ops(names.append):
    thread = threading.Thread(target=tf.linalg.inv, args=(tf.ones((1, 1)),))
    thread.start()
    thread.join()
    op_callbacks.clear_op_callbacks()
    tf.linalg.det(tf.ones((1, 1)))
print(names.count("MatrixInverse"), names.count("MatrixDeterminant"))
"""
    assert run(code).split() == ["1", "1"]


def test_without_its_names_no_operation_is_seen_and_all_run() -> None:
    code = """
from tensorflow.python import pywrap_tfe
from tensorflow.python.framework import kernels
from grader.drivers import without_ops
del pywrap_tfe.TFE_Py_ExecuteCancelable, kernels.get_registered_kernels_for_op
names = []
with tf_private.watched_ops(names.append), without_ops(["MatrixInverse"], "?"):
    print(tf.linalg.inv(tf.fill((1, 1), 2.0)).numpy().item())
tf_private.read_kernels()
sys.modules["tensorflow.python.client.session"] = None
sys.modules["tensorflow.python.framework.kernels"] = None
with tf_private.watched_ops(names.append):
    tf.linalg.inv(tf.ones((1, 1)))
tf_private.read_kernels()
print(names)
"""
    assert run(code).split() == ["0.5", "[]"]
