"""Nests JSON 100,000 deep, in the notebook and in its metadata."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    return {"target.ipynb": b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"}
