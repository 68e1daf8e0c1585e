"""Workflows for GitHub and GitLab, from the templates beside this module; `gradescope` has its own."""

from __future__ import annotations

import importlib.metadata
import json
import re
from importlib.resources import files
from pathlib import Path

from grader import __version__
from grader.errors import PlainError

PATHS = {
    ("github", False): ".github/workflows/check.yml",
    ("github", True): ".github/workflows/grade.yml",
    ("gitlab", False): ".gitlab-ci.yml",
    ("gitlab", True): ".gitlab-ci.yml",
}
DISTRIBUTION = "deep-learning-grader"
# What pip would look up on an index: a name, a choice of extras, versions; neither a path nor an address.
INDEXED = re.compile(r"[A-Za-z0-9][\w.-]*\s*(\[[^\]]*\])?\s*([<>=!~(;].*)?")
FILES = (".whl", ".tar.gz", ".zip")
PYTHON = "3.12"


class NoPackage(PlainError):
    """It is unknown where a CI can install this package from; the message says what to give."""


def workflow(forge: str, grading: bool, package: str) -> tuple[Path, str]:
    """Return where a workflow goes in a repository, and its text.

    Args:
        forge: "github" or "gitlab".
        grading: whether it grades a class rather than checking one's own work.
        package: what `pip install` is given.

    Raises:
        NoPackage: `package` holds control characters, or is a name that pip would look up on an index.
    """
    if not package.isprintable() or not package.strip():
        raise NoPackage("--package takes one line of what `pip install` takes")
    if INDEXED.fullmatch(package.strip()) and not package.strip().partition("[")[0].endswith(FILES):
        raise NoPackage(
            f"--package takes the address or the path of a wheel: {package.strip()!r} is a name, which pip "
            "looks up on an index, where anyone may have taken it"
        )
    name = f"{forge}-{'grade' if grading else 'check'}.yml"
    text = files("grader").joinpath("workflows", name).read_text(encoding="utf-8")
    # A JSON string is a YAML string, whatever is in it.
    given = {"package": json.dumps(package.strip(), ensure_ascii=False), "python": PYTHON}
    return Path(PATHS[forge, grading]), re.sub(r"@(package|python)@", lambda m: given[m.group(1)], text)


def installed_from(extra: str = "") -> str:
    """Return what `pip install` is to be given to have this very package, as it says of itself (PEP 610).

    Raises:
        NoPackage: it was installed from a file or folder of this machine, or by its name from an index:
            on a CI's index, anyone may have taken that name.
    """
    name = f"{DISTRIBUTION}[{extra}]" if extra else DISTRIBUTION
    found = json.loads(importlib.metadata.distribution(DISTRIBUTION).read_text("direct_url.json") or "{}")
    url, vcs = str(found.get("url", "")), found.get("vcs_info")
    if vcs:
        return f"{name} @ {vcs['vcs']}+{url}@{vcs['commit_id']}"
    if url.startswith("https://"):
        return f"{name} @ {url}"
    wheel = f"./{DISTRIBUTION.replace('-', '_')}-{__version__}-py3-none-any.whl"
    clone = f"--package '.[{extra}]' (your repository is a clone of the grader's), " if extra else ""
    raise NoPackage(
        "this package was not installed from an address that a CI can reach: say where it is, with "
        f"{clone}--package '{wheel}{f'[{extra}]' if extra else ''}' (a wheel in your repository) "
        f"or --package '{name} @ https://…' (a wheel on a web server)"
    )
