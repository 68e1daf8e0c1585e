"""Workflows for GitHub and GitLab: well-formed by the forges' own schemas, and run, step by step."""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
import yaml
from courses import make_course
from runner import commands
from students import RIGHT, WRONG, write_assignment

import grader
from grader.grading.key import Key
from grader.text import identifier
from grader.workflows import NoPackage, installed_from, workflow

PACKAGE = "deep-learning-grader @ git+https://example.org/course.git@v1"
ALL = [("github", False), ("github", True), ("gitlab", False), ("gitlab", True)]
SCHEMAS = {
    "github": ["vendor.github-workflows"],
    "gitlab": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
}


@pytest.mark.parametrize(("forge", "grading"), ALL)
def test_a_workflow_is_what_its_forge_reads(forge: str, grading: bool, tmp_path: Path) -> None:
    _, text = workflow(forge, grading, PACKAGE)
    (tmp_path / "workflow.yml").write_text(text)
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *SCHEMAS[forge]]
    found = subprocess.run([*command, str(tmp_path / "workflow.yml")], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "@package@" not in text and "@python@" not in text


@pytest.mark.parametrize("package", [PACKAGE, 'it\'s: #1 "quoted" \\ {a} $(b)', "ü @ file:///x y"])
@pytest.mark.parametrize(("forge", "grading"), ALL)
def test_what_is_installed_arrives_as_it_was_given(forge: str, grading: bool, package: str) -> None:
    read = yaml.safe_load(workflow(forge, grading, package)[1])
    name = "grade" if grading else "check"
    jobs = read["jobs"].values() if forge == "github" else [read if grading else read[name]]
    given = {job["env" if forge == "github" else "variables"]["GRADER"] for job in jobs}
    assert given == {package}


def test_a_package_of_two_lines_is_refused() -> None:
    with pytest.raises(NoPackage, match="one line"):
        workflow("github", False, "x\nrun: y")


@pytest.mark.parametrize(
    "name", ["deep-learning-grader", "grader[instructor]", " grader == 1.0 ", "grader; python_version > '3'"]
)
def test_a_name_that_an_index_is_asked_for_is_refused(name: str) -> None:
    with pytest.raises(NoPackage, match="anyone may have taken it"):
        workflow("github", False, name)


@pytest.mark.parametrize(
    "package",
    ["./x.whl", "x-1.0-py3-none-any.whl[instructor]", "wheels/x.whl", ".[instructor]", "https://x.org/x.whl"],
)
def test_a_path_and_an_address_are_taken(package: str) -> None:
    assert package in workflow("github", False, package)[1]


@pytest.mark.parametrize(("forge", "grading"), ALL)
def test_no_workflow_names_the_package(forge: str, grading: bool) -> None:
    text = workflow(forge, grading, "./x.whl")[1].lower()
    assert not any(name in text for name in ("deep-learning-grader", "deep_learning_grader", "pypi"))


@pytest.mark.parametrize("grading", [False, True])
def test_github_runs_its_own_actions_only_and_may_read_only(grading: bool) -> None:
    read = yaml.safe_load(workflow("github", grading, PACKAGE)[1])
    every = [step for job in read["jobs"].values() for step in job["steps"]]
    assert {step["uses"].partition("/")[0] for step in every if "uses" in step} == {"actions"}
    assert read["permissions"] == {"contents": "read"}
    # What a student or a branch is called is never pasted into a shell.
    assert all("${{" not in step.get("run", "") for step in every)
    # One job may write, to keep what it collected. Nothing of a student's is run or written about in it.
    writing = {name for name, job in read["jobs"].items() if job.get("permissions", {}) != {}}
    assert writing == ({"collect"} if grading else set())
    said = "".join(step.get("run", "") for name in writing for step in read["jobs"][name]["steps"])
    assert "grader grade" not in said and "grader check" not in said


@pytest.mark.parametrize("grading", [False, True])
def test_code_of_a_fork_is_never_run_with_a_secret(grading: bool) -> None:
    text = workflow("github", grading, PACKAGE)[1]
    triggers = yaml.safe_load(text)[True]  # YAML 1.1 reads `on` as a boolean
    assert "pull_request_target" not in triggers and "workflow_run" not in triggers
    assert ("pull_request" in triggers) is not grading
    assert ("secrets." in text) is grading
    rules = [rule["if"] for job in ("collect", "grade") for rule in gitlab(True)[job]["rules"]]
    assert all('$CI_COMMIT_REF_PROTECTED == "true"' in rule and "merge_request" not in rule for rule in rules)


def test_an_environment_is_made_again_when_the_grader_in_the_repository_changes() -> None:
    read = yaml.safe_load(workflow("github", True, ".[instructor]")[1])
    keys = {
        step["with"]["key"]
        for job in read["jobs"].values()
        for step in job["steps"]
        if step.get("with", {}).get("path") == ".venv"
    }
    (key,) = keys  # both jobs use one
    assert all(f"'{name}'" in key for name in ("constraints.txt", "*.whl", "setup.cfg", "grader/**"))


def gitlab(grading: bool) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(workflow("gitlab", grading, "-")[1])
    return read


def test_one_step_only_sees_the_secret_and_it_runs_no_student_s_code() -> None:
    jobs = yaml.safe_load(workflow("github", True, PACKAGE)[1])["jobs"]
    assert all("secrets." not in json.dumps(job["env"]) for job in jobs.values())
    seeing = {
        secret: [step for job in jobs.values() for step in job["steps"] if f"secrets.{secret}" in str(step)]
        for secret in ("GRADER_SECRET", "COLLECT_TOKEN")
    }
    assert [step["name"] for step in seeing["GRADER_SECRET"]] == ["Record the hidden keys"]
    assert [step["name"] for step in seeing["COLLECT_TOKEN"]] == ["Collect"]
    assert all("grader grade" not in step["run"] for steps in seeing.values() for step in steps)
    script = gitlab(True)["grade"]["script"]
    (unset,) = [i for i, line in enumerate(script) if line == "unset GRADER_SECRET COLLECT_TOKEN"]
    assert all("key record" not in line for line in script[unset:])
    assert all("grader grade" not in line for line in script[:unset])


@pytest.mark.parametrize(
    ("direct", "says"),
    [
        (None, None),
        (
            {"url": "https://example.org/x.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
            "deep-learning-grader @ git+https://example.org/x.git@abc",
        ),
        (
            {"url": "https://example.org/x.whl", "archive_info": {}},
            "deep-learning-grader @ https://example.org/x.whl",
        ),
        ({"url": "file:///home/ada/x.whl", "archive_info": {}}, None),
        ({"url": "file:///home/ada/x", "dir_info": {"editable": True}}, None),
    ],
)
def test_the_package_comes_from_where_this_one_did(
    direct: dict[str, Any] | None, says: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Distribution:
        def read_text(self, name: str) -> str | None:
            return json.dumps(direct) if direct else None

    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Distribution())
    if says is None:
        wheel = f"./deep_learning_grader-{grader.__version__}-py3-none-any.whl"
        with pytest.raises(NoPackage, match=f"--package '{re.escape(wheel)}'"):
            installed_from()
        with pytest.raises(
            NoPackage, match=rf"--package '\.\[instructor\]'.*{re.escape(wheel)}\[instructor\]'"
        ):
            installed_from("instructor")
    else:
        assert installed_from() == says
        assert installed_from("instructor").startswith("deep-learning-grader[instructor]")


# Run


Shell = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """Run a step as a runner does: bash, stopping at the first error, in the repository."""
    home = tmp_path_factory.mktemp("runner")
    inherited = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    # The dependencies are not to be had without a network; they are lent below.
    inherited |= {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}

    def run(script: str, repository: Path, **env: str) -> subprocess.CompletedProcess[str]:
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        return subprocess.run(
            command, cwd=repository, env=inherited | env, capture_output=True, text=True, timeout=300
        )

    return run


@pytest.fixture(scope="module")
def environment(shell: Shell, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment that the workflow's own step installs, from a wheel."""
    folder = tmp_path_factory.mktemp("installed")
    (step,) = steps("github", False, "Install")
    found = shell(step["run"], folder, GRADER=str(wheel))
    assert found.returncode == 0, found.stdout + found.stderr
    (packages,) = (folder / ".venv" / "lib").glob("python*/site-packages")
    (packages / "lent.pth").write_text(f"{Path(numpy.__file__).parents[1]}\n")
    return folder / ".venv"


def steps(forge: str, grading: bool, *names: str) -> list[dict[str, Any]]:
    read = yaml.safe_load(workflow(forge, grading, "-")[1])
    steps = [step for job in read["jobs"].values() for step in job["steps"]]
    return [step for step in steps if step.get("name") in names]


def test_github_s_steps_check_a_student_s_repository(
    shell: Shell, environment: Path, tmp_path: Path, public_key: Key
) -> None:
    (tmp_path / ".venv").symlink_to(environment)
    forged = 'raise ValueError("one\\n  ::error::forged\\n##[error]forged")'
    script = RIGHT.replace("return np.sum(rows, axis=0) / len(rows)", forged)
    write_assignment(tmp_path / "work", public_key, script)
    (step,) = steps("github", False, "Check")
    summary = tmp_path / "summary.md"
    found = shell(step["run"], tmp_path, GITHUB_STEP_SUMMARY=str(summary))
    assert found.returncode == 1, found.stdout + found.stderr
    (annotation,) = commands(found.stdout + found.stderr)
    line = script[: script.index("raise ValueError")].count("\n") + 1
    title = "averages.mean%3A stopped with an error"
    assert annotation.startswith(f"::error file=work/averages.py,line={line},title={title}::")
    assert "error::forged" in annotation and found.stdout.count("error::forged") > 1
    assert "| ❌ | mean | stopped with an error | 0 of 30 |" in summary.read_text().replace("&#95;", "_")
    suite = ElementTree.parse(tmp_path / "results.xml").getroot()[0]
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("3", "1")


def test_gitlab_s_script_checks_a_student_s_repository(
    shell: Shell, environment: Path, tmp_path: Path, public_key: Key
) -> None:
    (tmp_path / ".venv").symlink_to(environment)
    write_assignment(tmp_path / "work", public_key, RIGHT)
    job = yaml.safe_load(workflow("gitlab", False, "-")[1])["check"]
    found = shell("\n".join(job["script"]), tmp_path, GRADER="not to be had")
    assert found.returncode == 0, found.stdout + found.stderr
    assert json.loads((tmp_path / job["artifacts"]["reports"]["codequality"]).read_text()) == []
    assert (tmp_path / job["artifacts"]["reports"]["junit"]).exists()


def test_github_s_steps_grade_a_class_without_the_secret_in_sight(shell: Shell, tmp_path: Path) -> None:
    # Submissions see the environment and nothing else, so it has to hold its own dependencies.
    (tmp_path / ".venv").symlink_to(sys.prefix)
    make_course(tmp_path)
    for student, text in {"ada": RIGHT, "::warning::bob": WRONG}.items():
        (tmp_path / "submitted" / student).mkdir(parents=True)
        (tmp_path / "submitted" / student / "averages.py").write_text(text)
    (doctor, record, grade) = steps(
        "github", True, "How submissions are held here", "Record the hidden keys", "Grade"
    )
    held = shell(doctor["run"], tmp_path)
    assert held.returncode == 0 and "Submissions are held" in held.stdout
    refused = shell(record["run"], tmp_path, GRADER_SECRET="")
    assert refused.returncode == 1 and "::error::set the secret GRADER_SECRET" in refused.stdout
    recorded = shell(record["run"], tmp_path, GRADER_SECRET="a secret")
    assert recorded.returncode == 0, recorded.stdout + recorded.stderr
    assert not (tmp_path / ".grader" / "secret").exists()
    if "level `none`" in held.stdout:
        pytest.skip("this machine holds submissions too badly for `grader grade`, as `grader doctor` says")
    summary = tmp_path / "summary.md"
    (tmp_path / "submitted" / "::warning::bob" / "averages.py").write_text(
        WRONG + "\nraise ValueError('  ::error::x ##[error]x')\n"
    )
    found = shell(grade["run"], tmp_path, GITHUB_STEP_SUMMARY=str(summary))
    assert found.returncode == 0, found.stdout + found.stderr
    graded = json.loads((tmp_path / "grades.json").read_text())
    scores = {one["student"]: one["score"] for one in graded["submissions"]}
    assert scores == {"ada": 100, identifier("::warning::bob"): 80}
    assert commands(found.stdout) == []
    _, first, *between, last = found.stdout.strip().splitlines()
    mark = first.removeprefix("::stop-commands::")
    assert len(mark) == 64 and last == f"::{mark}::" and any("bob" in line for line in between)
    assert all(line.startswith("    ") for line in summary.read_text().splitlines())


# Collected


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.org", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """The instructor's clone, of a bare repository beside it, and two students' repositories in a class."""
    for student, text in {"ada": RIGHT, "bob": WRONG}.items():
        (tmp_path / "class" / student / "01_averages").mkdir(parents=True)
        (tmp_path / "class" / student / "01_averages" / "averages.py").write_text(text)
        git(tmp_path / "class" / student, "init", "--quiet")
        git(tmp_path / "class" / student, "add", ".")
        git(tmp_path / "class" / student, "commit", "--quiet", "-m", "x")
    clone = tmp_path / "clone"
    make_course(clone)
    rows = [f"{name},file://{tmp_path}/class/{name}\n" for name in ("ada", "bob", "gone")]
    (clone / "students.csv").write_text(f"id,repository\n{''.join(rows)}eve,file://{clone}\n")
    (clone / ".gitignore").write_text("/submitted/\n.grader/\n*.db\n.venv\n")
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(clone, "init", "--quiet", "--initial-branch=main")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "-m", "the course")
    git(clone, "push", "--quiet", "--set-upstream", f"file://{tmp_path}/origin.git", "main")
    git(clone, "remote", "add", "origin", f"file://{tmp_path}/origin.git")
    git(clone, "fetch", "--quiet", "origin")
    git(clone, "branch", "--quiet", "--set-upstream-to=origin/main")
    (clone / ".venv").symlink_to(sys.prefix)
    return clone


def test_github_s_steps_collect_and_grade_what_students_pushed(
    shell: Shell, private: Path, tmp_path: Path
) -> None:
    (take, keep, record, grade) = steps(
        "github", True, "Collect", "Keep what was collected", "Record the hidden keys", "Grade"
    )
    given = {"COLLECT_WITHIN": f"file://{tmp_path}/class/", "COLLECT_REPOSITORY": "", "COLLECT_TOKEN": ""}
    output = tmp_path / "output"

    def collected() -> dict[str, str]:
        found = shell(take["run"], private, **given)
        # Of two that cannot be read, one is not there, and one is not a student's: the course itself.
        assert found.returncode == 1 and "gone: file://" in found.stdout, found.stdout + found.stderr
        assert f"eve: file://{private} does not begin with" in found.stdout
        output.write_text("")
        kept = shell(keep["run"], private, GITHUB_OUTPUT=str(output))
        assert kept.returncode == 0, kept.stdout + kept.stderr
        assert git(tmp_path / "origin.git", "rev-parse", "main") == git(private, "rev-parse", "HEAD")
        return dict(line.split("=") for line in output.read_text().splitlines())

    # Someone pushed meanwhile, which the runner's clone does not know.
    git(tmp_path, "clone", "--quiet", "origin.git", "elsewhere", "--branch=main")
    git(tmp_path / "elsewhere", "commit", "--quiet", "--allow-empty", "-m", "meanwhile")
    git(tmp_path / "elsewhere", "push", "--quiet")
    first = collected()
    assert first["changed"] == "true" and first["commit"] == git(private, "rev-parse", "HEAD").strip()
    listed = git(tmp_path / "origin.git", "ls-tree", "-r", "--name-only", "main", "submitted").split()
    assert listed == [
        "submitted/ada/01_averages/averages.py", "submitted/ada/01_averages/timestamp.txt",
        "submitted/bob/01_averages/averages.py", "submitted/bob/01_averages/timestamp.txt",
        "submitted/collected.csv",
    ]  # fmt: skip
    assert collected()["changed"] == "false"
    recorded = shell(record["run"], private, GRADER_SECRET="a secret")
    assert recorded.returncode == 0, recorded.stdout + recorded.stderr
    found = shell(grade["run"], private, GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    if "--require-isolation" in found.stderr:
        pytest.skip("this machine holds submissions too badly for `grader grade`, as `grader doctor` says")
    assert found.returncode == 0, found.stdout + found.stderr
    graded = json.loads((private / "grades.json").read_text())
    assert {one["student"]: one["score"] for one in graded["submissions"]} == {"ada": 100, "bob": 80}


def test_gitlab_s_script_collects_and_keeps_what_it_could(
    shell: Shell, private: Path, tmp_path: Path
) -> None:
    given = {
        "CI_SERVER_URL": f"file://{tmp_path}",
        "CI_PROJECT_ROOT_NAMESPACE": "class",
        "CI_PROJECT_NAME": "course",
        "CI_SERVER_HOST": "example.org",
        "CI_REPOSITORY_URL": f"file://{tmp_path}/origin.git",
        "CI_COMMIT_REF_NAME": "main",
        "GRADER": "not to be had",
    }
    git(private, "checkout", "--quiet", "--detach")
    script = "\n".join(gitlab(True)["collect"]["script"])
    for _ in range(2):
        found = shell(script, private, **given)
        assert found.returncode == 1, found.stdout + found.stderr
        assert "2 could not be read" in found.stderr
    log = git(tmp_path / "origin.git", "log", "--format=%s", "main").splitlines()
    assert log == ["Collect what students handed in", "the course"]
    shown = git(tmp_path / "origin.git", "show", "main:submitted/bob/01_averages/averages.py")
    assert shown == WRONG


def test_a_token_says_where_it_may_be_shown(shell: Shell, private: Path) -> None:
    command = ".venv/bin/grader collect students.csv"
    found = shell(command, private, COLLECT_TOKEN="a token")
    assert found.returncode == 2 and "--within says which server may see $COLLECT_TOKEN" in found.stderr
    found = shell(command + " --repository 'file:///{nickname}'", private)
    assert found.returncode == 1 and "there is no column 'nickname'" in found.stderr


def test_constraints_are_used_where_they_are(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    said = '#!/bin/sh\\necho "$@"'
    (tmp_path / "bin" / "python").write_text(
        f"#!/bin/sh\nmkdir -p .venv/bin\nprintf '{said}' > .venv/bin/python\nchmod +x .venv/bin/python\n"
    )
    (tmp_path / "bin" / "python").chmod(0o755)
    scripts = [step["run"] for step in steps("github", True, "Install")]
    scripts += [gitlab(True)[job]["script"][0] for job in ("collect", "grade")]
    assert len(scripts) == 4
    for constraints in ("", " --constraint=constraints.txt"):
        if constraints:
            (tmp_path / "constraints.txt").touch()
        for script in scripts:
            path = f"{tmp_path / 'bin'}:/usr/bin:/bin"
            found = shell(script, tmp_path, GRADER="./a b.whl[instructor]", PATH=path)
            assert found.stdout.strip().endswith(f"--compile{constraints} ./a b.whl[instructor]"), found
