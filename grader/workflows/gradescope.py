"""The zip that Gradescope makes an autograder of: two scripts, the grader's wheel, and one topic's key.

What has to be in it, and what becomes of it in the container, is documented at
https://gradescope-autograders.readthedocs.io/en/latest/specs/.
"""

from __future__ import annotations

import io
import re
import shlex
import zipfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from grader import __version__
from grader.errors import PlainError

EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes each time
WHEEL = re.compile(r"[\w.]+-(?P<version>[^-]+)-py3-none-any\.whl")


class NoWheel(PlainError):
    """There is no wheel of this grader's version; the message says how to build one."""


@dataclass(frozen=True)
class Autograder:
    """What an autograder is made of.

    Attributes:
        topic: the id of what it grades.
        key: the bytes of the topic's key.
        wheel: the grader's.
        constraints: the text of the locked versions, "" without any.
        least: the level of isolation below which nothing is graded.
    """

    topic: str
    key: bytes
    wheel: Path
    constraints: str
    least: str

    def packed(self) -> bytes:
        """Return the zip; of the same parts, the same bytes.

        Raises:
            OSError: the wheel cannot be read.
        """
        given = {
            "constraint": '--constraint="$home/source/constraints.txt"' if self.constraints else "",
            "wheel": shlex.quote(self.wheel.name),
            "least": self.least,
        }
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, template in (("setup.sh", "setup"), ("run_autograder", "run")):
                file = files("grader").joinpath("workflows", f"gradescope-{template}.sh")
                text = file.read_text(encoding="utf-8")
                filled = re.sub(r"@(\w+)@", lambda match: given[match[1]], text)
                _add(archive, name, filled.encode(), 0o755)
            _add(archive, self.wheel.name, self.wheel.read_bytes(), 0o644)
            if self.constraints:
                _add(archive, "constraints.txt", self.constraints.encode(), 0o644)
            _add(archive, f"keys/{self.topic}.npz", self.key, 0o600)
        return content.getvalue()


def wheel_in(folder: Path) -> Path:
    """Return the wheel that `make wheel` built in a folder.

    Raises:
        NoWheel: there is none, or none of this version.
    """
    return checked(*sorted(folder.glob("*.whl")), where=folder)


def checked(*wheels: Path, where: Path) -> Path:
    """Return the one of some wheels that holds this version of the grader.

    Raises:
        NoWheel: none does.
    """
    for wheel in wheels:
        found = WHEEL.fullmatch(wheel.name)
        if found and found["version"] == __version__ and wheel.is_file():
            return wheel
    there = ", ".join(wheel.name for wheel in wheels) or "none"
    raise NoWheel(
        f"{where} holds no wheel of this grader, version {__version__} (there is: {there}): run `make wheel` "
        "in the grader's repository, or name one with --wheel"
    )


def _add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
