"""Where the grader cannot run, one sentence says so."""

from __future__ import annotations

import subprocess
import sys

import pytest

PLATFORMS = {
    "Windows": "import sys\nsys.platform = 'win32'\n",
    "Python 3.10": "import sys\nsys.version_info = (3, 10, 2)\n",
}
SAYS = {"Windows": "use WSL 2", "Python 3.10": "needs Python 3.11, 3.12 or 3.13"}


def run(system: str, code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a Python that takes this machine for another."""
    return subprocess.run(
        [sys.executable, "-c", PLATFORMS[system] + code], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("system", PLATFORMS)
@pytest.mark.parametrize("name", ["grader", "grader.exe", "grader-script.py"])
def test_the_command_says_one_sentence(system: str, name: str) -> None:
    """As the script does that pip makes for a command."""
    script = f"sys.argv = ['scripts/{name}', 'check']\nfrom grader.commands.main import main\nmain()"
    found = run(system, script)
    assert (found.returncode, found.stdout) == (1, "")
    (line,) = found.stderr.splitlines()
    assert line.startswith("Error: the grader ") and line.endswith(".") and SAYS[system] in line
    assert "extra" not in line, "no part of it would help"


@pytest.mark.parametrize("system", PLATFORMS)
def test_an_import_says_one_sentence(system: str) -> None:
    found = run(system, "from grader import check")
    assert found.returncode == 1
    assert SAYS[system] in found.stderr.splitlines()[-1]
    shown = run(system, "try: import grader\nexcept ImportError as error: print(error._render_traceback_())")
    assert SAYS[system] in shown.stdout and "', '" not in shown.stdout
