"""Gives several cells the same nbgrader ids and cell ids, to replace one by another."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    facts = {"grade": False, "grade_id": "target", "locked": False, "schema_version": 3, "solution": True}
    cells = [cell(prelude, nbgrader=facts) | {"id": "same"} for _ in range(3)]
    text = notebook(*cells).decode().replace('"nbformat": 4', '"nbformat": 4, "nbformat": 4, "cells": []', 0)
    return {"target.ipynb": text.encode()}
