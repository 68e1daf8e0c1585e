"""Draws the pictures of the README and of docs/: `check`, `grader watch`, the report of a class.

    python docs/pictures/draw.py [check] [watch] [report]

`make pictures` draws all. The first two run as a student runs them, on an answer to
`momentum_step` with a well-known mistake; the report is that of a simulated class,
which takes minutes to grade. Chromium takes them.
"""

from __future__ import annotations

import io
import os
import pty
import re
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import class_report
import nbclient
import nbconvert
import nbformat
from jupyter_core.utils import run_sync
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from grader.course import Course

HERE = Path(__file__).parent
TOPIC = Path("assignments/06_optimisers")
WRONG = """\
def momentum_step(w, g, v, lr, mu, nesterov=False):
    v = mu * v - lr * (1 - mu) * g
    if nesterov:
        return w + mu * v - lr * (1 - mu) * g, v
    return w + v, v
"""
STUB = re.compile(r"^def momentum_step\(.*?raise NotImplementedError\(\)\n", re.DOTALL | re.MULTILINE)
CLEAR = "\x1b[2J"
COLUMNS = 100
PATIENCE = 120  # seconds
SCREEN = """\
<body style="margin:0"><pre style="margin:0;padding:1.2em 1.5em;width:fit-content;background:{background};\
color:{foreground};font:14px/1.35 'DejaVu Sans Mono',monospace">{code}</pre></body>"""


class Attended(nbclient.NotebookClient):
    """Runs a notebook as Jupyter does for someone who sits there, who reads no text twice."""

    async def async_start_new_kernel_client(self) -> Any:
        """Start a kernel's client that can be asked for input."""
        client = await super().async_start_new_kernel_client()
        client.allow_stdin = True
        return client

    start_new_kernel_client = run_sync(async_start_new_kernel_client)


def notebook_page(folder: Path) -> str:
    """Run `check` in a notebook of the assignment; return the cell and what it shows, as HTML."""
    cells = [
        nbformat.v4.new_code_cell("from grader import check"),
        nbformat.v4.new_code_cell(WRONG.strip()),
        nbformat.v4.new_code_cell("check(momentum_step)"),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    Attended(notebook, resources={"metadata": {"path": folder}}, allow_errors=True).execute()
    notebook.cells = notebook.cells[1:]
    html, _ = nbconvert.HTMLExporter(template_name="lab").from_notebook_node(notebook)
    return str(html)


def watched_screen(folder: Path) -> str:
    """Run `grader watch` in a terminal, save the wrong answer, and return its screen as HTML."""
    script = folder / "optimisers.py"
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        # A reader of the picture has a terminal of colours.
        settings = {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "COLUMNS": f"{COLUMNS}",
        }
        program = str(Path(sys.executable).parent / "grader")
        os.execve(program, [program, "watch"], os.environ | settings)
    try:
        read_until(terminal, "not written")
        script.write_text(STUB.sub(WRONG, script.read_text()))
        screen = read_until(terminal, "as in an average")
    finally:
        os.kill(process, signal.SIGINT)
        os.close(terminal)
        os.waitpid(process, 0)
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(screen.replace("\r\n", "\n").strip()))
    return console.export_html(theme=MONOKAI, inline_styles=True, code_format=SCREEN)


def read_until(terminal: int, said: str) -> str:
    """Return what is on the screen once `said` and the keys are there, and nothing is being checked."""
    text, end = b"", time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            text += os.read(terminal, 1 << 16)
        except OSError:
            break
        shown = text.decode(errors="replace").rpartition(CLEAR)[2]
        if said in " ".join(shown.split()) and "Q quit" in shown and "hecked…" not in shown:
            return shown
    raise SystemExit(f"`grader watch` did not say {said!r} but:\n{text.decode(errors='replace')}")


def take(browser: Browser, page: str, selector: str, path: Path) -> None:
    """Take a picture of a part of a page, at twice the resolution."""
    opened = browser.new_page(viewport={"width": 900, "height": 800}, device_scale_factor=2)
    opened.set_content(page)
    opened.locator(selector).first.screenshot(path=path)
    opened.close()


def main() -> None:
    """Draw what is asked for, or all."""
    wanted = sys.argv[1:] or ["check", "watch", "report"]
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        folder = Path(home) / "optimisers"
        shutil.copytree(HERE.parents[1] / TOPIC, folder, ignore=shutil.ignore_patterns(".grader"))
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        if "check" in wanted:
            take(browser, notebook_page(folder), "main", HERE / "check.png")
        if "watch" in wanted:
            take(browser, watched_screen(folder), "pre", HERE / "watch.png")
        if "report" in wanted:
            report = class_report.write_report(Course(HERE.parents[1]), Path(home))
            class_report.draw(browser, report, HERE / "report")
        browser.close()


if __name__ == "__main__":
    main()
