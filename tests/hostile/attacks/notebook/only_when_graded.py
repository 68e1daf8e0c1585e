"""Finds out whether it is being graded, and behaves otherwise then: here it tries to steal."""
# stopped from: landlock
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    return {"target.ipynb": notebook(
        cell(prelude),
        cell("if 'grader.server.worker' in sys.modules:\n    attempt(lambda: open('@SOLUTION@').read())\n"
             "    attempt(lambda: open('@STORE@', 'a'), won='open the store')"),
    )}
