"""Has NUL bytes, form feeds and other control characters in code, beside a right answer."""
# harmless score: 20
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    return {"target.ipynb": notebook(cell("x = '\0'\n"), cell("\x0cy = 1\x00"), cell("\x1a"), cell(honest))}
