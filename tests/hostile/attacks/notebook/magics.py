"""Writes files, runs other files and languages by cell and line magics; the answer itself is right."""
# harmless score: 20
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    return {"target.ipynb": notebook(
        cell("%%writefile @COURSE@/owned-@MARK@\nx"),
        cell("%%bash\ntouch @COURSE@/owned-@MARK@"),
        cell("%run @SOLUTION@\n%load_ext autoreload\n%env HOSTILE=1"),
        cell("%%javascript\nalert(1)"),
        cell(honest),
    )}
