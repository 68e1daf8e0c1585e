"""All that is asked of IPython, and what happens in a version without each name.

`get_ipython`, `user_ns`, `_render_traceback_` and `_repr_mimebundle_` are
documented, and are used where they are needed. `history_manager`,
`input_hist_raw`, `user_ns_hidden` and `kernel` are not, and are used here alone.
"""

from __future__ import annotations

import sys
from collections.abc import Set
from typing import Any


def current() -> Any:
    """Return the shell that runs this notebook, or None where there is none."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def cells_run(shell: Any) -> list[str] | None:
    """Return the text of the cells that were run, the first one first.

    Without `history_manager.input_hist_raw` this is what the documented `In`
    holds, in which magics are calls of functions. Without that it is None, and
    an answer that was written in a notebook cannot be checked there.
    """
    history = getattr(shell, "history_manager", None)
    cells = getattr(history, "input_hist_raw", None)
    if cells is None:
        cells = shell.user_ns.get("In")
    # Cells are counted from 1: what stands at 0 was never run.
    return [str(cell) for cell in cells[1:]] if isinstance(cells, list) else None


def own_names(shell: Any) -> Set[str]:
    """Return the names that IPython itself put beside the student's.

    Without `user_ns_hidden` these are none, and a note that a name will be
    missing when the file is graded may speak of one of IPython's.
    """
    return set(getattr(shell, "user_ns_hidden", ()))


def is_watched(shell: Any) -> bool:
    """Tell whether somebody sits at the notebook: whoever runs this cell takes what is typed.

    A program that runs a notebook from end to end says that it takes nothing,
    by `allow_stdin` of Jupyter's messages. Without `kernel`, as in a terminal,
    and without `get_parent`, which ipykernel has from version 6 on, somebody does.
    """
    parent = getattr(getattr(shell, "kernel", None), "get_parent", None)
    request = parent("shell") if parent else {}
    return bool(request.get("content", {}).get("allow_stdin", True))
