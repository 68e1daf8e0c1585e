"""Has text on which the recognition of magics and markers could take for ever."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    return {"target.ipynb": notebook(cell("(" + " \t\n" * 1_000_000 + "%x"), cell("(\n" + "\n" * 3_000_000 + "!"))}
