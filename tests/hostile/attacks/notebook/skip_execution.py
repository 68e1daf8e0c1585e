"""Tags check cells to be skipped, and everything else to be left out, so that nothing fails."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    facts = {"grade": True, "grade_id": "check_target", "locked": True, "points": 20, "schema_version": 3, "solution": False}
    return {"target.ipynb": notebook(
        cell("def target(x):\n    return x * 0", tags=["skip-execution"]),
        cell("check(target)", tags=["skip-execution", "remove-cell"], nbgrader=facts),
    )}
