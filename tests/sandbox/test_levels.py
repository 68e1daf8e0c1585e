"""What a server is told of its machine, wherever the grader is installed."""

from __future__ import annotations

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

import grader
from grader.sandbox import levels, root

PACKAGE = Path(grader.__file__).absolute().parent
START = """
from pathlib import Path
from grader.client.server import Server
from grader.sandbox import levels, root
assert levels.user_site() == Path({there!r}) in root.readable(), (levels.user_site(), root.readable())
with Server(level=levels.Level.NONE):
    print("started")
"""


def test_what_others_have_installed_for_themselves_is_no_submission_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert levels.user_site() is None
    assert levels.environment(Path("home"))["PYTHONNOUSERSITE"] == "1"
    assert Path(site.getusersitepackages()) not in root.readable()
    monkeypatch.setattr(site, "getusersitepackages", lambda: str(PACKAGE.parent))
    monkeypatch.setattr(site, "ENABLE_USER_SITE", False)
    assert levels.user_site() is None


def test_a_grader_of_the_user_s_own_packages_starts_its_server(tmp_path: Path) -> None:
    """As `pip install --user` leaves it, which pip does of itself where a Python belongs to somebody else."""
    there = tmp_path / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    there.mkdir(parents=True)
    (there / "grader").symlink_to(PACKAGE)
    # The libraries stay where they are: to have them too would take gigabytes.
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (there / "libraries.pth").write_text("\n".join(libraries))
    python = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-P", "-c", START.format(there=str(there))],
        env=environment | {"PYTHONUSERBASE": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
