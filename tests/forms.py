"""Every form in which a notebook is handed in: as editors, converters, browsers and platforms make it."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode, v4

from grader.grading.platforms import METADATA, Platform

Handed = tuple[str, bytes]  # a suffix, and a file's content
PICTURE = "iVBORw0KGgo" + "A" * 1_500_000  # as base64: a notebook full of plots
CODING = "# -*- coding: latin-1 -*-\n"


def saved(notebook: Any, indent: int = 1, **options: Any) -> bytes:
    """Write a notebook's JSON, each source as a list of lines, as every editor does."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(True)
    return (json.dumps(notebook, indent=indent, **{"ensure_ascii": False} | options) + "\n").encode()


def edited(
    minor: int, metadata: Mapping[str, Any], of_cell: Callable[[int], dict[str, Any]], indent: int = 1
) -> Callable[[NotebookNode], Handed]:
    """Return how an editor saves: its metadata, of each cell too, in the place of ours; ids from 4.5 on."""

    def form(notebook: NotebookNode) -> Handed:
        made: Any = json.loads(nbformat.writes(notebook))
        made |= {"metadata": dict(metadata), "nbformat_minor": minor}
        for number, cell in enumerate(made["cells"]):
            cell["metadata"] = of_cell(number)
            if minor < 5:
                cell.pop("id", None)
        return ".ipynb", saved(made, indent)

    return form


def with_outputs(notebook: NotebookNode) -> Handed:
    """Return what JupyterLab saves of a notebook that was run and draws."""
    made = copy.deepcopy(notebook)
    for number, cell in enumerate(made.cells):
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [v4.new_output("stream", text="loss 0.1\n" * 100)]
    made.cells[-1:] = [
        made.cells[-1],
        v4.new_code_cell("1", outputs=[v4.new_output("display_data", {"image/png": PICTURE})]),
    ]
    return ".ipynb", saved(json.loads(nbformat.writes(made)))


def colab(notebook: NotebookNode) -> Handed:
    """Return what Colab saves, with what its users write above."""
    made = copy.deepcopy(notebook)
    made.cells.insert(0, v4.new_code_cell("from google.colab import drive\ndrive.mount('/content/drive')"))
    made.cells.insert(1, v4.new_code_cell("!pip install -q something\n%cd /content/drive/MyDrive"))
    facts = {"colab": {"provenance": [], "gpuType": "T4"}, "accelerator": "GPU"}
    return edited(0, facts, lambda number: {"id": f"x{number:09}"}, 2)(made)


def deepnote(notebook: NotebookNode) -> Handed:
    """Return what Deepnote exports, with the cell that it adds."""
    made = copy.deepcopy(notebook)
    made.cells.append(v4.new_markdown_cell("<a href='https://deepnote.com'>Created in Deepnote</a>"))
    return edited(
        0, {"deepnote_notebook_id": "0"}, lambda n: {"cell_id": f"{n:032}", "deepnote_cell_type": "code"}
    )(made)


def script(write: Callable[[NotebookNode], str]) -> Callable[[NotebookNode], Handed]:
    """Return how a converter makes a script."""
    return lambda notebook: (".py", write(copy.deepcopy(notebook)).encode())


def nbconverted(notebook: NotebookNode) -> str:
    """Return what `jupyter nbconvert --to script` writes."""
    from nbconvert.exporters import PythonExporter

    text, _ = PythonExporter().from_notebook_node(notebook)  # type: ignore[no-untyped-call]
    return str(text)


def encoded(
    form: Callable[[NotebookNode], Handed], change: Callable[[bytes], bytes]
) -> Callable[[NotebookNode], Handed]:
    """Return a form in another encoding."""

    def changed(notebook: NotebookNode) -> Handed:
        suffix, content = form(notebook)
        return suffix, change(content)

    return changed


def in_latin_1(content: bytes) -> bytes:
    return (CODING + content.decode()).encode("latin-1", "replace")


PLAIN = edited(5, {}, lambda number: {})
PERCENT = script(lambda notebook: str(jupytext.writes(notebook, "py:percent")))
LAB = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
FORMS: dict[str, Callable[[NotebookNode], Handed]] = {
    "notebook 3.0": lambda notebook: (".ipynb", nbformat.writes(notebook, version=3).encode()),
    **{f"notebook 4.{minor}": edited(minor, {}, lambda number: {}) for minor in range(6)},
    "JupyterLab": with_outputs,
    "classic Notebook": edited(2, LAB, lambda number: {"collapsed": True, "scrolled": False}),
    "VS Code": edited(2, {"language_info": {"name": "python", "version": "3.12.1"}, "orig_nbformat": 4},
                      lambda number: {"vscode": {"languageId": "python"}}),
    "Colab": colab,
    "Deepnote": deepnote,
    "PyCharm": edited(0, LAB, lambda number: {"collapsed": False, "pycharm": {"name": "#%%\n"}}, 2),
    "nbconvert": script(nbconverted),
    "jupytext percent": PERCENT,
    "jupytext light": script(lambda notebook: str(jupytext.writes(notebook, "py:light"))),
    "jupytext hydrogen": script(lambda notebook: str(jupytext.writes(notebook, "py:hydrogen"))),
    "VS Code's script": encoded(PERCENT, lambda content: content.replace(b"# %%", b"#%%")),
    "escaped": lambda notebook: (".ipynb", saved(json.loads(nbformat.writes(notebook)), ensure_ascii=True)),
    "a byte order mark": encoded(PLAIN, lambda content: b"\xef\xbb\xbf" + content),
    "UTF-16": encoded(PLAIN, lambda content: content.decode().encode("utf-16")),
    "Windows' lines": encoded(PERCENT, lambda content: content.replace(b"\n", b"\r\n")),
    "Latin-1": encoded(PERCENT, in_latin_1),
}  # fmt: skip


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# By what browsers, Jupyter, mail programmes and students make of a name: of topic, suffix, content.
NAMES: dict[str, Callable[[str, str, bytes], tuple[str, bytes]]] = {
    "as given": lambda topic, suffix, content: (f"{topic}{suffix}", content),
    "a browser's": lambda topic, suffix, content: (f"{topic} (1){suffix}", content),
    "Jupyter's": lambda topic, suffix, content: (f"{topic}-Copy1{suffix}", content),
    "a platform's": lambda topic, suffix, content: (f"{topic}-2{suffix}", content),
    "a capital": lambda topic, suffix, content: (f"{topic.title()}{suffix.upper()}", content),
    "a mail's": lambda topic, suffix, content: (f"{topic}{suffix}.txt", content),
    "a zip": lambda topic, suffix, content: (f"my {topic}.zip", zipped({f"work/{topic}{suffix}": content})),
}


def export(platform: Platform, folder: Path, handed_in: Mapping[str, Handed]) -> Path:
    """Write what a platform exports of students, by name, as one zip."""
    files: dict[str, bytes] = {}
    table = ""
    for number, (student, (name, content)) in enumerate(handed_in.items(), 1):
        login = "".join(sign for sign in student.lower() if sign.isalnum())
        path = {
            Platform.CANVAS: f"{login}_{'LATE_' * (number % 2)}{9000 + number}_{46000 + number}_{name}",
            Platform.MOODLE: f"{student}_{657000 + number}_assignsubmission_file/{name}",
            Platform.BLACKBOARD: f"Homework 6_{login}_attempt_2026-11-20-22-10-{number % 60:02}_{name}",
            Platform.BRIGHTSPACE: f"{3000 + number}-2557 - {student} - Nov 20, 2026 926 PM/{name}",
            Platform.GRADESCOPE: f"assignment_9_export/submission_{number}/{name}",
        }[platform]
        files[path] = content
        table += f"submission_{number}:\n  :submitters:\n  - :name: {student}\n    :sid: '{number}'\n"
    if platform is Platform.GRADESCOPE:
        files[f"assignment_9_export/{METADATA}"] = table.encode()
    written = folder / f"{platform}.zip"
    written.write_bytes(zipped(files))
    return written
