"""What a notebook's cell holds besides Python, made into Python that does none of it.

IPython knows best what is a magic, a shell line or a question, and what only
looks like one; each of them becomes a call of `get_ipython()`, which is another
one where a file is graded (see `grader.server.jupyter`). Every line stays where
it is, so that an error says the line that the student sees.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from contextlib import suppress
from itertools import takewhile

# What Jupyter gives every cell, and a graded file has, too.
GIVEN = frozenset({"display", "get_ipython"})
# Whose cells are text, or are run by another program. What other cell magics stand above is run.
NOT_PYTHON = frozenset(
    "! bash bigquery cmd configure cython file html javascript js latex markdown mermaid perl powershell "
    "px pypy python python2 python3 r ruby script sh shell sql svg sx system writefile".split()
)
CELL_MAGIC = re.compile(r"%%(\S*)")
TIMED = re.compile(r"^(\s*)get_ipython\(\)\.run_line_magic\('time', (.*)\)$")
MOST = 500  # of the pieces in a cell that are no Python
LARGEST = 1 << 20  # characters of a cell; each piece has all of them read again
HEAVIEST = 1 << 28  # characters that a cell's tokens hold: Python 3.12 keeps a copy of its line beside each
TOKEN = re.compile(r"\w+|[^\w\s]")
STRING = re.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\"""")


def as_python(text: str) -> str:
    """Return a cell's text with as many lines, of which none is a magic or for a shell.

    `%time y = f()` and the cell below `%%time` are run as if nothing stood before them.
    """
    lines = [f"{line}\n" for line in text.split("\n")]
    at = _first(lines)
    while at < len(lines) and (magic := CELL_MAGIC.match(lines[at])):
        if magic.group(1).lower() in NOT_PYTHON:
            return "\n" * (len(lines) - 1)
        lines[at] = "\n"
        at = _first(lines)
    # Of a null byte Python 3.12's tokens end in a SystemError.
    if len(text) <= LARGEST and "\0" not in text and _weight(lines) <= HEAVIEST:
        with suppress(SyntaxError, ValueError, RecursionError):  # nothing that IPython could read either
            lines[at:] = _transformed(lines[at:])
    return "".join(lines).removesuffix("\n")


def _first(lines: list[str]) -> int:
    """Return how many empty lines there are before the others."""
    return sum(1 for _ in takewhile(lambda line: not line.strip(), lines))


def _weight(lines: list[str]) -> int:
    """Return how many characters a cell's tokens hold, if each of them holds its line."""
    return sum(len(TOKEN.findall(STRING.sub("''", line))) * len(line) for line in lines)


def _transformed(lines: list[str]) -> list[str]:
    """Do what IPython does with a cell, of which the first line is not empty."""
    if not lines:
        return lines
    from IPython.core import inputtransformer2 as ipython

    clean: list[Callable[[list[str]], list[str]]] = [
        ipython.leading_indent,
        ipython.classic_prompt,
        ipython.ipython_prompt,
    ]
    for step in clean:
        cleaned = step(lines)
        if len(cleaned) == len(lines):  # it splits at form feeds, too
            lines = cleaned
    manager = ipython.TransformerManager()
    for _ in range(MOST):
        changed, new = manager.do_one_token_transform(lines)
        if not changed:
            break
        place = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(lines, new, strict=False)))
        if place == len(new) or len(new) > len(lines):
            break  # it changes nothing, or moves what stands below
        if timed := TIMED.match(new[place]):
            new[place] = f"{timed.group(1)}{ast.literal_eval(timed.group(2))}\n"
        new[place + 1 : place + 1] = ["\n"] * (len(lines) - len(new))  # it went over several lines
        lines = new
    return lines
