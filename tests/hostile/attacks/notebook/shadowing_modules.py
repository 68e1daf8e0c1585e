"""Ships modules beside the notebook named as those that the grader imports; the answer is right."""
# harmless score: 20
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    owned = b"open('@COURSE@/owned-@MARK@', 'w')\nraise SystemExit('shadowed')"
    names = "numpy tensorflow keras grader sitecustomize usercustomize json socket os checks solution msgspec".split()
    files = {f"{name}.py": owned for name in names} | {"hostile.pth": b"import os; " + owned, "conftest.py": owned}
    return files | {"grader/__init__.py": owned, "nbgrader_config.py": owned, "target.ipynb": notebook(cell(honest))}
