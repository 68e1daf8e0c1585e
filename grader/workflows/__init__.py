"""Workflows for GitHub and GitLab, from the templates beside this module."""

from __future__ import annotations

import importlib.metadata
import json
import re
from importlib.resources import files
from pathlib import Path

from grader.errors import PlainError

PATHS = {
    ("github", False): ".github/workflows/check.yml",
    ("github", True): ".github/workflows/grade.yml",
    ("gitlab", False): ".gitlab-ci.yml",
    ("gitlab", True): ".gitlab-ci.yml",
}
DISTRIBUTION = "deep-learning-grader"
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
        NoPackage: `package` holds control characters.
    """
    if not package.isprintable() or not package.strip():
        raise NoPackage("--package takes one line of what `pip install` takes")
    name = f"{forge}-{'grade' if grading else 'check'}.yml"
    text = files("grader").joinpath("workflows", name).read_text(encoding="utf-8")
    # A JSON string is a YAML string, whatever is in it.
    given = {"package": json.dumps(package.strip(), ensure_ascii=False), "python": PYTHON}
    return Path(PATHS[forge, grading]), re.sub(r"@(package|python)@", lambda m: given[m.group(1)], text)


def installed_from(extra: str = "") -> str:
    """Return what `pip install` is to be given to have this very package, as it says of itself (PEP 610).

    Raises:
        NoPackage: it was installed from a file or folder of this machine.
    """
    name = f"{DISTRIBUTION}[{extra}]" if extra else DISTRIBUTION
    text = importlib.metadata.distribution(DISTRIBUTION).read_text("direct_url.json")
    if not text:  # an index gave it
        return f"{name}=={importlib.metadata.version(DISTRIBUTION)}"
    found = json.loads(text)
    url, vcs = str(found["url"]), found.get("vcs_info")
    if vcs:
        return f"{name} @ {vcs['vcs']}+{url}@{vcs['commit_id']}"
    if url.startswith("https://"):
        return f"{name} @ {url}"
    raise NoPackage(
        "this package was installed from a file, which a CI does not have: say where it can be had with "
        "--package, as in --package 'deep-learning-grader @ git+https://…' (its repository), or "
        "--package ./deep_learning_grader-0.1.0-py3-none-any.whl (a wheel that you add to yours)"
    )
