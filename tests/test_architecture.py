"""The shape of the house, as `docs/architecture.md` draws it."""

from __future__ import annotations

import ast
import functools
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
SECRETS = {"solution.py", "mistakes", "oracles"}

# Every room with the rooms right below it, and its modules from top to bottom. What is imported
# lies below: in a room that a line leads to, or further down in the same room.
BELOW = {
    "commands": "nbgrader student audit workflows datasets farm",
    "nbgrader": "report authoring",
    "student": "report",
    "audit": "authoring report",
    "report": "grading",
    "authoring": "grading",
    "farm": "grading",
    "grading": "client",
    "client": "sandbox",
    "server": "sandbox",
    "sandbox": "vocabulary",
    "datasets": "vocabulary",
    "workflows": "vocabulary",
    "vocabulary": "",
}
MODULES = {
    "commands": "main audit build check ci feedback report similar collect compare data decide doctor export"
    " extend forget grade gradescope hint key new publish simulate status submit topics watch verify cluster"
    " container graded common deadlines options output",
    "nbgrader": "hooks extensions deadlines returning publishing gradebook originals exporter autograde"
    " service handed feedback scripts weights cells archives spreadsheet awaited shown markdown patience",
    "student": "live quiet shell watch checked checking edited asked portability shown submitted hint"
    " packing written progress places assignment",
    "audit": "run alone cost page terminal notebook clauses luck steadiness training rightness killing"
    " reorder replay calls bench teaching questions chapter content equivalents mutation additions operators"
    " margins mistakes mutated added forms survey known annotations syntax exchanges distance reasons"
    " findings",
    "report": "returning junit forge gradescope illustrations pages feedback similar copied analysis"
    " punctuality unusual gradesheets tables markup album display pictures svg data terminal changed gradings"
    " changes console words",
    "authoring": "syllabus truth simulate ways release public_key conversion readme leaks edits skeleton"
    " graft recording running marks notebook",
    "grading": "attempts extending gather groups collect search again exports lateness policy_file policy"
    " roster repositories platforms folders choosing formats layout grader waiting executor interrupt"
    " provenance run budget judge returned explain refusals advice phrases form compare store outdone leases"
    " database zips times texts work rules supposed decisions secret key",
    "client": "warm kept server spares child process",
    "server": "__main__ imports worker archive texts module jupyter seeds",
    "sandbox": "trial lock root levels landlock linux seccomp calls",
    "datasets": "loading builder vendor packaged registry",
    "workflows": "gradescope",
    "vocabulary": "grader course reading answers protocol demonstrations slices cells saved magics exercise"
    " outcome drivers tf_private wire verdict fault errors versions names files scopes text parse properties",
    "farm": "cluster flight outbox workforce hiring connection trust worker messages",
}

# What is imported from elsewhere than below: (module, imported module) and why.
FOR_GOOD = {
    ("grader", "student.live"): "`from grader import check` is a student's door, opened when it is used",
    ("audit.mutated", "server.module"): "it is handed to a child, and runs there",
    ("audit.forms", "server.seeds"): "it is handed to a child, and runs there",
}


class Import(NamedTuple):
    """One module of ours imported by another."""

    importer: str
    imported: str


@functools.cache
def modules() -> dict[str, ast.Module]:
    """Return the package's modules by dotted name below `grader`, which is itself "grader"."""
    found = {}
    for path in (ROOT / "grader").rglob("*.py"):
        parts = path.relative_to(ROOT / "grader").with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__") or "grader"
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def room_of(module: str) -> str:
    room = module.partition(".")[0]
    return room if room in BELOW else "vocabulary"


@functools.cache
def reached(room: str) -> frozenset[str]:
    """Return the rooms that lie below one."""
    below = BELOW[room].split()
    return frozenset(below).union(*map(reached, below))


def imported(tree: ast.AST) -> set[str]:
    """Return which modules of ours are imported, anywhere in a tree."""
    known, found = set(modules()), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "grader":
            module = str(node.module).removeprefix("grader").lstrip(".")
            wholes = {alias.name: f"{module}.{alias.name}".lstrip(".") for alias in node.names}
            found |= {whole if whole in known else module or "grader" for whole in wholes.values()}
        elif isinstance(node, ast.Import):
            names = {alias.name for alias in node.names if alias.name.split(".")[0] == "grader"}
            found |= {name.removeprefix("grader.") for name in names}
    return found


@functools.cache
def imports() -> tuple[Import, ...]:
    return tuple(
        Import(name, other) for name, tree in modules().items() for other in imported(tree) if other != name
    )


def runs_down(one: Import) -> bool:
    """Tell whether an import leads to what lies below."""
    if one.imported == "grader":  # the version
        return True
    above, below = room_of(one.importer), room_of(one.imported)
    if above != below:
        return below in reached(above)
    # A room's first module is its door, above all others.
    order = [above, *(place(above, name) for name in MODULES[above].split())]
    return order.index(one.importer) < order.index(one.imported)


def place(room: str, name: str) -> str:
    return name if room == "vocabulary" else f"{room}.{name}"


def test_every_module_has_its_place() -> None:
    placed = {place(room, name) for room, names in MODULES.items() for name in names.split()}
    rooms = set(BELOW) - {"vocabulary"}
    assert placed | rooms | {"grader"} == set(modules())


def test_rooms_stand_above_one_another() -> None:
    TopologicalSorter({room: below.split() for room, below in BELOW.items()}).prepare()


def test_imports_run_down() -> None:
    assert {tuple(one) for one in imports() if not runs_down(one)} == FOR_GOOD.keys()


def test_nothing_leads_to_the_room_of_answers() -> None:
    assert not any("server" in reached(room) for room in BELOW)


def doors() -> Iterator[tuple[str, set[str]]]:
    """Yield the rooms that say by which modules they are entered, and these."""
    for room in BELOW:
        said = (ast.get_docstring(modules()[room]) or "") if room != "vocabulary" else ""
        named = re.findall(r"`(\w+)`", said.partition("Entered by")[2])
        if named:
            yield room, set(named) & set(MODULES[room].split())


def test_a_room_is_entered_by_the_doors_that_it_shows() -> None:
    shown = dict(doors())
    assert {"sandbox", "client", "grading", "report", "authoring", "student"} <= shown.keys()
    for room, names in shown.items():
        used = {
            one.imported.partition(".")[2]
            for one in imports()
            if room_of(one.imported) == room != room_of(one.importer) and tuple(one) not in FOR_GOOD
        }
        assert used <= names, room
        assert names <= used | {"live"}, f"{room} shows a door that nobody uses"


def loaded(code: str) -> set[str]:
    """Run code in a fresh process; return the modules that it loaded."""
    code = f"import importlib, sys\n{code}\nprint(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    return set(found.stdout.split())


def trusted() -> list[str]:
    """Return the modules of the trusted rooms; what the audit hands to a child is not of them."""
    return sorted(
        name for name in modules() if room_of(name) != "server" and name not in ("grader", "audit.mutated")
    )


def test_the_trusted_side_loads_nothing_that_runs_answers() -> None:
    found = loaded(f"for name in {trusted()}: importlib.import_module('grader.' + name)")
    ours = {name.removeprefix("grader.") for name in found if name.startswith("grader.")}
    assert {name for name in ours if room_of(name) == "server"} == set()


def test_the_trusted_side_and_checks_load_without_tensorflow() -> None:
    checks = sorted(str(path) for path in (ROOT / "solutions").glob("*/checks.py"))
    found = loaded(
        "import pathlib\n"
        f"for name in {trusted()}: importlib.import_module('grader.' + name)\n"
        "from grader.course import load_checks\n"
        f"for path in {checks}:\n"
        "    for exercise in load_checks(pathlib.Path(path)).exercises.values(): exercise.draw(lambda i: i)"
    )
    names = {name.partition(".")[0] for name in found}
    assert {"tensorflow", "keras", "torch", "jax"}.isdisjoint(names)
    assert "numpy" in names


def test_tensorflow_is_imported_inside_functions_and_only_where_answers_run() -> None:
    # What the audit runs in a child, as the answers are that it wraps.
    allowed = {"drivers", "tf_private", "datasets.loading", "audit.forms", "audit.added", "audit.survey"}
    for name, tree in modules().items():
        names = {
            alias.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        } | {
            str(node.module).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        }
        here = room_of(name) == "server" or name in allowed
        assert here or names.isdisjoint({"tensorflow", "keras"}), name
        top = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
        assert top.isdisjoint({"tensorflow", "keras"}), name


def test_only_running_has_a_solution_run() -> None:
    """Others may read a solution's text; only `running` hands one to a server."""
    for name, tree in modules().items():
        calls = {
            getattr(node.func, "attr", getattr(node.func, "id", ""))
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
        }
        runs = calls & {"exec", "eval", "run_path", "import_module", "spec_from_file_location", "exec_module"}
        # `quiet` loads TensorFlow, `imports` names libraries.
        assert not runs or name in {"exercise", "server.module", "server.imports", "student.quiet"}, name
        if "fork" in calls:
            # `grading.run` forks for students' files, of which it is given descriptors.
            texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
            # `levels` and `trial` fork processes of our own.
            forks = {"grading.run", "server.__main__", "sandbox.lock", "sandbox.trial"}
            assert name in forks | {"authoring.running"}, name
            assert name == "authoring.running" or texts.isdisjoint(SECRETS), name


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
