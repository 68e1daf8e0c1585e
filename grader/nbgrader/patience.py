"""A gradebook that somebody else is writing to is waited for, and then named.

nbgrader waits 5 seconds, and then says that the database may need an upgrade.
Its engine is replaced where this module is loaded; it has no setting for it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbgrader import api
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import OperationalError, SAWarning

from grader.errors import PlainError

PATIENCE = 30.0  # seconds
HELD = ("SQLITE_BUSY", "SQLITE_LOCKED")


class GradebookHeld(PlainError):
    """Another program holds the gradebook; the message says what to do."""


class NotOpened(PlainError):
    """The gradebook's file cannot be opened; the message says where it is looked for."""


@contextmanager
def explained(url: str) -> Iterator[None]:
    """Say so where the gradebook at `url` stayed locked, or cannot be opened.

    What SQLAlchemy warns of in nbgrader's own lines is not shown: who runs a command can do nothing about it.

    Raises:
        GradebookHeld: it stayed locked.
        NotOpened: it cannot be opened.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.")
            yield
    except OperationalError as error:
        code, name = getattr(error.orig, "sqlite_errorname", ""), make_url(url)
        if code.startswith("SQLITE_CANTOPEN"):
            # SQLAlchemy, and so nbgrader, reads `%20` in a folder's name as a space.
            raise NotOpened(
                f"nbgrader's gradebook cannot be opened at {name.database}: this folder must exist and be "
                "yours to write to, and no folder above it may have % in its name"
            ) from error
        if not code.startswith(HELD):
            raise
        shown = name.render_as_string(hide_password=True)
        raise GradebookHeld(
            f"the gradebook {shown} was locked by another program for {PATIENCE:g} s, and nothing was "
            "written: wait until that is done, as an autograding or a formgrader that saves, and run the "
            "command again"
        ) from error


def patient_engine(url: str, **options: Any) -> Engine:
    """Return an engine as nbgrader makes it, which waits longer for SQLite's lock."""
    if make_url(url).get_backend_name() == "sqlite":
        options = {"connect_args": {"timeout": PATIENCE}} | options
    return create_engine(url, **options)


api.create_engine = patient_engine
