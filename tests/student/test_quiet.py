"""TensorFlow's import without its log."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.student import quiet

PACKAGE = """
import os, sys
os.write(2, b"from below\\n")
print("from Python", file=sys.stderr)
"""
SCRIPT = """
import os, sys
from grader.student import quiet
quiet.hush()
quiet.hush()
try:
    import tensorflow
except ValueError:
    print("failed")
else:
    print(type(tensorflow.__loader__).__name__)
    print(tensorflow.__spec__.loader is tensorflow.__loader__)
print([type(one) for one in sys.meta_path if type(one).__module__.startswith("grader")])
os.write(2, b"afterwards\\n")
"""


def run(folder: Path, package: str) -> tuple[list[str], list[str]]:
    """Import a package of TensorFlow's name; return what was written to standard output and error."""
    (folder / "tensorflow").mkdir()
    (folder / "tensorflow" / "__init__.py").write_text(package)
    path = ":".join([str(folder), *sys.path])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env={"PYTHONPATH": path}, timeout=60
    )
    return done.stdout.splitlines(), done.stderr.splitlines()


def test_what_is_written_below_python_while_it_is_imported_is_kept_back(tmp_path: Path) -> None:
    out, error = run(tmp_path, PACKAGE.replace("print(", "# print("))
    assert out == ["SourceFileLoader", "True", "[]"]
    assert error == ["afterwards"]


def test_what_was_kept_back_is_shown_if_the_import_fails(tmp_path: Path) -> None:
    out, error = run(tmp_path, f"{PACKAGE}\nraise ValueError")
    assert out == ["failed", "[]"]
    assert error == ["from below", "from Python", "afterwards"]


def test_an_environment_without_tensorflow_says_so_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    finder = quiet._Finder()
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)  # another test may have loaded it
    monkeypatch.setattr(sys, "meta_path", [finder])
    assert finder.find_spec("keras", None) is None and sys.meta_path == [finder]
    assert finder.find_spec("tensorflow", None) is None and sys.meta_path == []
