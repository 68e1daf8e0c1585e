"""Right answers in other forms: what is wrapped, and what is left as it is."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

from grader.audit import forms


def test_a_symbolic_tensor_of_keras_is_left_as_it_is() -> None:
    class KerasTensor:
        shape, dtype = (None, 3), "float32"

        def __array__(self) -> np.ndarray:
            raise ValueError("it holds no numbers")

    symbolic = KerasTensor()
    for form in (forms._numpy, forms._float64, forms._listed):
        assert form(lambda: symbolic)() is symbolic
    assert forms._twice(lambda x: x)(symbolic) is symbolic


def test_a_layer_that_has_its_variables_is_called_once_in_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorflow", types.SimpleNamespace(function=lambda function: function))

    class Counting:
        calls, built = 0, False

        def __call__(self) -> int:
            self.calls, self.built = self.calls + 1, True
            return self.calls

    traced = forms._graph(Counting)()
    assert traced() == 2, "the first call makes the variables, the second is traced"
    assert traced() == 3, "a layer that learns from its calls is not called behind one's back"
