"""Raises what a grader may take for success: SystemExit(0), GeneratorExit, StopIteration, SkipTest."""
import unittest


def target(x):
    raise SystemExit(0) if x.ndim == 1 else StopIteration(x)


def tensor_target(x):
    raise unittest.SkipTest("passed")
