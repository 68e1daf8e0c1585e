"""Versions are those of what is imported, under whatever name it was installed."""

from __future__ import annotations

from importlib import metadata

import pytest
from test_tf_private import run

from grader.versions import versions


def test_versions_are_those_that_are_imported() -> None:
    said = run("print(sys.version.split()[0], np.__version__, tf.__version__, keras.__version__)")
    assert versions() == {
        **dict(zip(("python", "numpy", "tensorflow", "keras"), said.split(), strict=True)),
        "threads": "1",
    }


def test_another_distribution_of_a_library_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"tensorflow-cpu": "9.8.7"}

    def version(name: str) -> str:
        try:
            return installed[name]
        except KeyError:
            raise metadata.PackageNotFoundError(name) from None

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(metadata, "packages_distributions", lambda: {"tensorflow": ["tensorflow-cpu"]})
    assert (versions()["tensorflow"], versions()["keras"]) == ("9.8.7", "none")
