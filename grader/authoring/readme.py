"""The page beside an assignment: what it is and why, how to check oneself, where to hand in."""

from __future__ import annotations

from nbformat import NotebookNode

from grader import __version__
from grader.course import Topic
from grader.grading.formats import STUB
from grader.names import HAND_IN, SENTENCE, WRITTEN_ANSWER, WRITTEN_POINTS

INSTALL = "INSTALL.md"  # how students install the grader, in the instructor's words
ADDRESS = """\
    pip install ADDRESS

ADDRESS is what your instructor gives you: a link to a file whose name ends in `.whl`, or the path of that
file once you have downloaded it."""


def instructor_text(topic: Topic, name: str) -> str:
    """Return what an instructor says to students in a file of the topic, or of the course, or ""."""
    for folder in (topic.folder, topic.folder.parent):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    return ""


def readme(topic: Topic, released: NotebookNode) -> str:
    """Return what an assignment is and why, how long it takes, how to check oneself, what to hand in."""
    checks = topic.checks
    opening = next((cell.source for cell in released.cells if cell.cell_type == "markdown"), "")
    paragraphs = [part.strip() for part in opening.split("\n\n") if part.strip() and not part.startswith("#")]
    shown = [part for part in paragraphs if part == paragraphs[0] or part.startswith("**The question.**")]
    why = "".join(f"{part}\n\n" for part in shown)
    rows = "\n".join(f"| `{one.name}` | {one.points:g} |" for one in checks.exercises.values())
    if any(cell.id == WRITTEN_ANSWER for cell in released.cells):
        rows += f"\n| the written answer, for which your instructor gives points | {WRITTEN_POINTS} |"
    hours = f"{checks.hours or max(1, round(checks.points / 25)):g}"
    example = next(iter(checks.exercises))
    width = len(f"grader check {example}")
    where = instructor_text(topic, HAND_IN).strip() or SENTENCE
    install = instructor_text(topic, INSTALL).strip("\n") or ADDRESS
    return f"""\
# {topic.title}

{why}| you write | points |
|---|---|
{rows}

**How long.** About {hours} {"hour" if hours == "1" else "hours"}.

**Before the first time.** Install the grader, under Python 3.11, 3.12 or 3.13 (on Windows, in WSL 2):

{install}

If `pip` refuses, make an environment first, `python3.12 -m venv env`, and run `. env/bin/activate` in each
terminal that you use.

**Where.** Write in `{topic.name}.ipynb`, which `jupyter lab {topic.name}.ipynb` opens, or, if you like an
editor better, in `{topic.name}.py`: both ask for the same. Write your answers in place of the lines
`{STUB.decode()}`. In the script a cell begins with a line `# %%`, and VS Code and Spyder can run
it and show its pictures. The cells that draw or check are commented out there: to run one, remove the `# ` in
front of its lines. These cells are not graded.

**Am I right?** Run one of these commands in this folder. They need no network. Your work is checked as
it will be graded, but on other numbers:

    {"grader watch":{width}}  # checks again whenever you save
    {"grader check":{width}}  # everything, once
    {f"grader check {example}":{width}}  # this exercise
    {f"grader hint {example}":{width}}  # a question, and what to read
    {"grader status":{width}}  # what is done and what is to do

In the notebook, the cell under each exercise does the same. `checks.py` says how your answers are run; you
may read it. Leave it and `key.npz` as they are.

**What to hand in.** One file. `grader submit` makes it of your work, and checks it as it will be graded.
{where}

Made for version {__version__} of the grader.
"""
