"""Hands in a named pipe, at which a reader waits for ever."""
import json


def cell(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "execution_count": None, "source": source}


def notebook(*cells, **more):
    made = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more
    return json.dumps(made).encode()


def build(prelude, honest):
    import os
    import pathlib

    home = pathlib.Path("@COURSE@").parent / "mallory" / "submitted" / "mallory"
    home.mkdir(parents=True)
    os.mkfifo(home / "target.py")
    return {}
