"""Runs a regular expression of exponential time, which holds the interpreter's lock."""
import re


def target(x):
    re.match(r"(a+)+$", "a" * 60 + "b")
    return x
