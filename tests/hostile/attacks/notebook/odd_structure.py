"""Has cells, sources, metadata and tags of unexpected types."""
# harmless score: 20
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    cells = [None, 7, "cell", [], {}, {"cell_type": "code"}, {"cell_type": "code", "source": 7},
             {"cell_type": "code", "source": [1, None, {}]}, cell({"a": 1}), cell("x = 1") | {"metadata": None},
             cell("x = 1", tags="active-ipynb"), cell("x = 1", tags=[[], {}]), cell("x = 1", nbgrader=[1]), cell(honest)]
    return {"target.ipynb": notebook(*cells, nbformat="four")}
