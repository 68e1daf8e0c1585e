"""What is handed out to students: the wheel, and the names by which it may be called."""

from __future__ import annotations

import ast
import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

import jupytext
import pytest
from conftest import CANARY

from grader.authoring.leaks import GIVEAWAY
from grader.authoring.notebook import solution_regions
from grader.names import ANSWER

ROOT = Path(__file__).parents[1]


@pytest.fixture
def packed(wheel: Path) -> dict[str, bytes]:
    """Every file of the wheel, by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def bare(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def secrets() -> list[str]:
    """Return the course's solutions, model answers, mistakes and oracles, if long enough to tell."""
    found: list[str] = []
    for path in sorted((ROOT / "solutions").glob("*/solution.py")):
        for cell in jupytext.reads(path.read_text(), fmt="py:percent").cells:
            if cell.cell_type == "code":
                found += solution_regions(cell.source)
            elif ANSWER in cell.metadata.get("tags", []):
                found.append(cell.source)
    for name in ("mistakes", "oracles"):
        for path in sorted((ROOT / "solutions").glob(f"*/{name}.py")):
            text = path.read_text()
            functions = [one for one in ast.parse(text).body if isinstance(one, ast.FunctionDef)]
            found += [str(ast.get_source_segment(text, one)) for one in functions]
    return [secret for secret in map(bare, found) if len(secret) >= GIVEAWAY]


def given_away(texts: Iterable[str]) -> set[str]:
    """Return which secrets stand in some texts."""
    whole = "\n".join(bare(text) for text in texts)
    return {secret for secret in secrets() if f"\n{secret}" in f"\n{whole}"}


def test_a_wheel_holds_the_grader_its_data_and_its_licences(packed: dict[str, bytes]) -> None:
    package = ROOT / "grader"
    kinds = {".py", ".yml", ".sh", ".html", ".typed", ".npz", ".md", ".j2"}
    ours = {path.relative_to(ROOT).as_posix() for path in package.rglob("*") if path.suffix in kinds}
    assert {name for name in packed if name.startswith("grader/")} == ours
    assert "grader/datasets/files/digits.npz" in packed
    licences = {name.partition("/licenses/")[2] for name in packed if "/licenses/" in name}
    assert licences == {"LICENSE", "grader/datasets/README.md"}


def test_a_wheel_holds_no_solution_no_key_and_no_secret(packed: dict[str, bytes]) -> None:
    roots = {name.partition("/")[0] for name in packed}
    assert {root for root in roots if not root.endswith(".dist-info")} == {"grader"}
    assert not [name for name in packed if ".grader" in name or name.endswith("key.npz")]
    assert not [name for name, content in packed.items() if CANARY.encode() in content]
    assert not given_away(content.decode() for name, content in packed.items() if not name.endswith(".npz"))
    # The search itself finds what it looks for.
    assert given_away(path.read_text() for path in (ROOT / "solutions").rglob("*.py")) == set(secrets())


# A direct reference and a file are ours. So are the constant and the folder that are called the same.
NAME = re.compile(r"deep[-_]learning[-_]grader", re.IGNORECASE)
OURS = re.compile(r"(\[\w+\])? @ |-\S*\.whl")
NO_PACKAGE = ("DISTRIBUTION = ", "click.get_app_dir(")


def test_nothing_is_to_be_installed_by_a_name_that_anyone_could_take() -> None:
    folders = ["grader", "docs", "assignments", "solutions"]
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    paths += [*ROOT.glob("*.md"), ROOT / "Makefile", ROOT / "constraints.txt"]
    said = []
    for path in paths:
        if path.suffix in (".npz", ".pyc", ".png"):
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            if any(known in line for known in NO_PACKAGE):
                continue
            said += [(path.name, line) for found in NAME.finditer(line) if not OURS.match(line, found.end())]
    assert not said
