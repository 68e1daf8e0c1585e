"""Runs shell lines, alone, in assignments and in functions, before a right answer."""
# harmless score: 20
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    return {"target.ipynb": notebook(
        cell("!touch @COURSE@/owned-@MARK@"),
        cell("found = !cat @SOLUTION@"),
        cell("get_ipython().system('touch @COURSE@/owned-@MARK@')"),
        cell("!pip install hostile\n" + honest),
    )}
