"""Carries 15 MB of outputs, with scripts, beside a wrong answer."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    html = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "<script>alert(1)</script>" * 500_000}}
    return {"target.ipynb": notebook(cell("def target(x):\n    return x * 0") | {"outputs": [html]})}
