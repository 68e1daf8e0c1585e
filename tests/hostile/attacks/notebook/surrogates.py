"""Has halves of characters in code, in names and in what it raises."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    text = notebook(cell("x = 'HALF'"), cell("raise ValueError('HALF')"), cell("def target(x):\n    raise KeyError('\\ud800')"))
    return {"target.ipynb": text.replace(b"HALF", rb"\ud800")}
