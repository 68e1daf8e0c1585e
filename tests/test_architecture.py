"""The shape of the house, as `docs/architecture.md` draws it."""

from __future__ import annotations

import ast
import functools
import importlib.util
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEAVES = set("exercise drivers seeds compare verdict wire text forms parse linux seccomp landlock".split())
UNTRUSTED = {"server", "worker"}
SECRETS = {"solution", "mistakes", "oracles"}


@functools.cache
def modules() -> dict[str, ast.Module]:
    """Return the package's modules by dotted name, without the package's own."""
    paths = [path for path in (ROOT / "grader").rglob("*.py") if "__pycache__" not in path.parts]
    names = {path: path.relative_to(ROOT / "grader").with_suffix("").parts for path in paths}
    return {
        ".".join(part for part in names[path] if part != "__init__"): ast.parse(path.read_text())
        for path in paths
        if names[path] != ("__init__",)
    }


def imported(tree: ast.AST) -> set[str]:
    """Return which modules of ours are imported, anywhere in a tree."""
    known, found = set(modules()), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "grader":
            module = node.module.removeprefix("grader").lstrip(".")
            whole = {f"{module}.{alias.name}".lstrip(".") for alias in node.names} & known
            found |= whole or ({module} if module else set())
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.removeprefix("grader.") for alias in node.names if alias.name.startswith("grader.")
            }
    return found


def test_leaves_import_nothing_of_ours() -> None:
    assert {name: imported(tree) for name, tree in modules().items() if name in LEAVES} == dict.fromkeys(
        LEAVES, set()
    )


def test_dependencies_run_one_way() -> None:
    TopologicalSorter({name: imported(tree) for name, tree in modules().items()}).prepare()


def test_nothing_below_knows_the_commands() -> None:
    for name, tree in modules().items():
        assert "cli" not in imported(tree), name


def test_the_trusted_side_and_checks_load_without_tensorflow() -> None:
    trusted = sorted(name for name in modules() if name not in UNTRUSTED)
    checks = sorted(str(path) for path in (ROOT / "solutions").glob("*/checks.py"))
    code = (
        "import importlib, pathlib, sys\n"
        f"for name in {trusted}: importlib.import_module('grader.' + name)\n"
        "from grader.course import load_checks\n"
        f"for path in {checks}:\n"
        "    for exercise in load_checks(pathlib.Path(path)).exercises.values(): exercise.draw(lambda i: i)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert {"tensorflow", "keras", "torch", "jax"}.isdisjoint(found.stdout.split())
    assert "numpy" in found.stdout.split()


def test_tensorflow_is_imported_inside_functions_and_only_where_answers_run() -> None:
    # `audit.forms` is handed to a child, as the answers are that it wraps.
    allowed = {"drivers", "eager", "server", "worker", "datasets.loading", "audit.forms"}
    for name, tree in modules().items():
        names = {
            alias.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        } | {
            str(node.module).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        }
        assert name in allowed or names.isdisjoint({"tensorflow", "keras"}), name
        top = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
        assert top.isdisjoint({"tensorflow", "keras"}), name


def test_the_side_that_runs_answers_knows_nothing_that_judges() -> None:
    trees = modules()
    reached, pending = set(), ["server"]
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += imported(trees[name])
    assert reached.isdisjoint(
        "key feedback grading compare client recording collect store release cli".split()
    )


def test_only_recording_has_a_solution_run() -> None:
    """Others may read a solution's text; only `recording` hands one to a server."""
    for name, tree in modules().items():
        calls = {
            getattr(node.func, "attr", getattr(node.func, "id", ""))
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        runs = calls & {"exec", "eval", "run_path", "import_module", "spec_from_file_location", "exec_module"}
        assert not runs or name in {"course", "submission"}, name
        if "fork" in calls:
            # `grading` forks for students' files, of which it is given descriptors.
            texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
            # `sandbox` and `isolation` fork processes of our own.
            assert name in {"recording", "grading", "server", "sandbox", "isolation"}, name
            assert name == "recording" or texts.isdisjoint({"mistakes", "oracles", "solution.py"}), name


def test_the_engine_names_no_topic() -> None:
    topics = [folder.name[3:] for folder in (ROOT / "solutions").glob("[0-9][0-9]_*")]
    for path in (ROOT / "grader").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value:
                assert node.value not in topics, path


@pytest.mark.parametrize("package", ["grader", "jinja2", "jupytext", "libcst", "nbformat", "numpy", "scipy"])
def test_nothing_makes_a_syntax_tree_past_the_guard(package: str) -> None:
    """`ast.parse` is guarded, and so is what calls it, as `ast.literal_eval` does; see `grader.parse`.

    `compile` makes a tree, too, if a flag asks for it: here, and in what our threads call.
    """
    spec = importlib.util.find_spec(package)
    assert spec and spec.origin
    for path in Path(spec.origin).parent.rglob("*.py"):
        assert "ONLY_AST" not in path.read_text(encoding="utf-8"), path
