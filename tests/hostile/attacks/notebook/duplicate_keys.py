"""Has `cells` twice, NaN and numbers beyond any size, to be read differently by two readers."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    text = '{"cells": [], "nbformat": 4, "nbformat": 1e999, "x": NaN, "y": ' + "9" * 4000 + ', "cells": [%s]}'
    return {"target.ipynb": (text % json.dumps(cell("def target(x):\n    return x * 0"))).encode()}
