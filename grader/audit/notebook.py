"""A chapter's notebook, with the answers in it, run from top to bottom: does every cell hold?"""

from __future__ import annotations

import base64
import resource
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from grader import names
from grader.audit.findings import CellFound, NotebookFound
from grader.authoring.notebook import instructor_notebook
from grader.course import Topic
from grader.exercise import AuthorError

LIMIT = 180.0  # seconds, of the whole notebook on two cores
PATIENCE = 900  # seconds that a cell may take where others keep the machine busy
NEEDED = ("checks.py", names.KEY)  # of the assignment, by the cells that check


def run(topic: Topic, notebook: Any = None) -> NotebookFound:
    """Run a topic's notebook in a kernel of its own, in a copy of the assignment.

    Args:
        topic: whose notebook it is.
        notebook: as it is to be run, if it is not the instructor's; its cells get their outputs.

    What a demonstration claims, it asserts, and a check that is not passed
    raises, so that the first cell that fails ends the run.

    Raises:
        AuthorError: the solution is no notebook, or there is no assignment.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = notebook or instructor_notebook(topic)
    missing = [name for name in NEEDED if not (topic.assignment / name).is_file()]
    if missing:
        raise AuthorError(f"{topic.assignment} holds no {missing[0]}: run `grader build {topic.name}`")
    started, used = time.monotonic(), cpu_of_children()
    ran: list[CellFound] = []
    error = ""
    with tempfile.TemporaryDirectory(prefix="grader-notebook-") as parent:
        folder = Path(parent) / topic.id
        folder.mkdir()
        for name in NEEDED:
            shutil.copy(topic.assignment / name, folder)
        client: Any = NotebookClient(
            notebook,
            timeout=PATIENCE,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],  # it warns of its own way to talk to us
            resources={"metadata": {"path": str(folder)}},
        )
        with client.setup_kernel():
            for place, cell in enumerate(notebook.cells):
                if cell.cell_type != "code":
                    continue
                before = time.monotonic()
                try:
                    client.execute_cell(cell, place)
                except CellExecutionError as raised:
                    error = f"{raised.ename}: {raised.evalue}".strip().rstrip(":")
                except CellTimeoutError:
                    error = f"it does not end within {PATIENCE} s"
                except DeadKernelError:
                    error = "the kernel died, as it does when memory is used up"
                first = cell.source.strip().partition("\n")[0]
                ran.append(CellFound(place + 1, first, time.monotonic() - before))
                if error:
                    break
    return NotebookFound(ran, time.monotonic() - started, cpu_of_children() - used, error)


def last_picture(notebook: Any) -> bytes | None:
    """Return the PNG that the cells of a notebook that was run end with, if any of them shows one."""
    shown = [
        output.data["image/png"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    return base64.b64decode(shown[-1]) if shown else None


def cpu_of_children() -> float:
    """Return the CPU seconds of all processes that this one, and those, started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def problems_of(found: NotebookFound) -> list[str]:
    """Say which cell fails, or that the whole takes too long for a student to wait."""
    if found.error:
        cell = found.cells[-1]
        return [
            f"run from top to bottom, cell {cell.number} of the notebook fails ({cell.first}): {found.error}"
        ]
    # A busy machine takes longer, and no more CPU time.
    needed = min(found.seconds, found.cpu)
    if needed > LIMIT:
        slow = sorted(found.cells, key=lambda one: -one.seconds)[:3]
        cells = ", ".join(f"cell {one.number} with {one.seconds:.0f} s ({one.first})" for one in slow)
        return [
            f"the notebook takes {needed:.0f} s, where {LIMIT:.0f} s are the most: make smaller what its "
            f"longest cells do: {cells}"
        ]
    return []


def summary(found: NotebookFound) -> str:
    """Say how long the notebook took, and which cell longest."""
    longest = max(found.cells, key=lambda one: one.seconds)
    return (
        f"{len(found.cells)} cells of code in {found.seconds:.0f} s, {found.cpu:.0f} s of CPU time; the "
        f"longest took {longest.seconds:.0f} s: cell {longest.number} ({longest.first})"
    )
