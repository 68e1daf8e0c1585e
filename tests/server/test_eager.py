"""Kernels are thrown away only where they must be, and run without a function around them."""

from __future__ import annotations

import subprocess
import sys

from grader.sandbox import levels

BEGIN = """
import random
import sys
import numpy as np
import tensorflow as tf
import keras
from grader.server import eager, seeds
from tensorflow.python.eager import context

eager.run_directly()
eager.keep_kernels()
thrown, throw = [], context.pywrap_tfe.TFE_ContextClearCaches
context.pywrap_tfe.TFE_ContextClearCaches = lambda handle: (thrown.append(handle), throw(handle))
"""


def run(code: str) -> str:
    environment = levels.ENVIRONMENT | {"PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-c", BEGIN + code]
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
    assert run(code).split() == ["grader.server.eager", "0", "0", "1", "1"]


def test_elsewhere_in_tensorflow_nothing_is_changed() -> None:
    code = """
del context.Context._set_global_seed
eager.keep_kernels()
print(hasattr(context.Context, "_set_global_seed"))
"""
    assert run(code).split() == ["False"]


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
eager.run_directly()
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
eager.ask_ahead()
print(before, known(), context.context()._context_handle, len(os.listdir("/proc/self/task")))
"""
    assert run(code).split() == ["False", "True", "None", "1"]


def test_where_there_is_nobody_to_ask_nothing_is_asked() -> None:
    code = """
import sys
sys.modules["tensorflow.python.types.trace"] = None
eager.ask_ahead()
print("done")
"""
    assert run(code).split() == ["done"]
