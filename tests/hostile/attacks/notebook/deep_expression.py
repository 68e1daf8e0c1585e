"""Has an expression nested so deep that compilers break down."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    return {"target.ipynb": notebook(cell("x = " + "(" * 200 + ")" * 200), cell("x = " + "-" * 500_000 + "1"),
                                     cell("x = " + "a." * 200_000 + "b"), cell("x" + "[0]" * 100_000))}
