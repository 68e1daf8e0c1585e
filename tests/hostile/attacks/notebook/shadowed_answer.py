"""Ships `target_solution.py` and packages beside the notebook, and imports them for its answer."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    helper = honest.encode()
    return {"helper.py": helper, "submitted.py": helper, "solution.py": helper,
            "target.ipynb": notebook(cell("sys = __import__('sys')\nsys.path[:0] = ['', '.', '..']\nfrom helper import target"))}
