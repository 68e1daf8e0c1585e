"""What is imported before the fork, and that Keras is whole all the same."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
