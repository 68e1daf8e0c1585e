"""What is imported before the fork, and that Keras is whole all the same."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.sandbox.levels import Level
from grader.server import __main__ as server
from grader.server import imports

COSTLY = ("matplotlib", "sklearn", "scipy.optimize")


@pytest.fixture(scope="module")
def said() -> list[str]:
    code = f"""
import sys
from grader.server import imports
imports.import_keras()
import keras, tensorflow as tf
print(*(name for name in {COSTLY} if name in sys.modules))
whole = keras.wrappers.SKLearnClassifier.__mro__[-2].__module__
print(whole, keras.wrappers is sys.modules["keras.wrappers"])
from keras import visualization
from keras.visualization import plot_image_gallery
print(visualization.plot_image_gallery is plot_image_gallery, "matplotlib" in sys.modules)
print(tf.keras.wrappers.SKLearnClassifier is keras.wrappers.SKLearnClassifier)
print(hasattr(keras, "nothing"), keras.layers.Dense is tf.keras.layers.Dense)
import gc
from grader.server import __main__ as server
collecting = []
imports.import_keras = lambda: collecting.append(gc.isenabled())
server.warm_up(soon=True)
print(*collecting, gc.isenabled())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_keras_starts_without_what_hardly_an_answer_needs(said: list[str]) -> None:
    assert said[0] == ""


def test_its_parts_that_need_more_are_whole_once_they_are_asked_for(said: list[str]) -> None:
    module, same = said[1].split()
    assert module.startswith("sklearn.") and same == "True"
    assert said[2:4] == ["True True", "True"]
    assert said[4] == "False True"


def test_no_garbage_is_looked_for_while_much_is_imported_and_afterwards_it_is(said: list[str]) -> None:
    assert said[5] == "False True"


def test_what_is_for_later_is_imported_while_nobody_commands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(imports, "load", loaded.append)
    monkeypatch.setattr(server, "QUIET", 0.001)
    monkeypatch.setattr(server.gc, "freeze", lambda: None)
    ours, theirs = socket.socketpair()
    with theirs:
        serving = threading.Thread(
            target=server.serve, args=(theirs, Level.NONE, tmp_path, ["one", "other"]), daemon=True
        )
        serving.start()
        deadline = time.monotonic() + 60
        while len(loaded) < 2 and time.monotonic() < deadline:
            time.sleep(0.001)
        ours.close()
        serving.join(60)
    assert loaded == ["one", "other"] and not serving.is_alive()
