"""What is said while an answer is checked in a notebook: nothing on stderr.

nbgrader's Validate takes any line on a test cell's stderr for a failure, and
TensorFlow has something to say when it is imported, at its first operation, and
when it traces a function anew: the first two whatever its variables say.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Move what Python writes to stderr to stdout; drop log lines, and what libraries write past Python."""
    disabled = logging.root.manager.disable
    saved = None
    with contextlib.suppress(OSError):  # there may be no stderr to keep
        saved = os.dup(2)
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 2)
        os.close(nothing)
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stderr(sys.stdout):
            yield
    finally:
        logging.disable(disabled)
        if saved is not None:
            os.dup2(saved, 2)
            os.close(saved)
