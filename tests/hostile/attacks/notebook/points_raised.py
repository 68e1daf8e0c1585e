"""Raises the points, and marks its own cells as graded by hand with full score."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    facts = {"grade": True, "grade_id": "check_target", "locked": False, "points": 1000, "schema_version": 3,
             "solution": True, "task": False, "score": 1000, "auto_score": 1000, "manual_score": 1000}
    return {"target.ipynb": notebook(cell(prelude, nbgrader=facts), cell("check(target)", nbgrader=facts),
                                     metadata={"nbgrader": {"score": 1000}, "celltoolbar": "Create Assignment"})}
