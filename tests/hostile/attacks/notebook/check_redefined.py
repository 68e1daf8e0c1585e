"""Defines its own `check`, `grader` and assertions, and removes the check cells."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    return {"target.ipynb": notebook(
        cell("import sys, types\ncheck = lambda *args: 'all right'\nsys.modules['grader'] = types.ModuleType('grader')"),
        cell("sys.modules['grader'].check = check\nfrom grader import check"),
        cell("def target(x):\n    return x * 0"),
    )}
