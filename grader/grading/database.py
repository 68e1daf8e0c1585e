"""A database of either kind, SQLite or PostgreSQL, through SQLAlchemy; and what its errors mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from grader.errors import PlainError

LOCK = 0x67726164  # "grad": PostgreSQL's advisory lock while tables are made

SQLITE = b"SQLite format 3\0"  # how its files begin

REMEDIES = {
    "BUSY": "is locked by another program: wait until it is done, or close it, and run the command again",
    "FULL": "cannot grow, the disk is full: make room, and run the command again",
    "READONLY": "may not be written to: change its permissions, or name another with --db",
    "CANTOPEN": "cannot be opened: its folder must exist, and both must be yours to write to",
    "NOTADB": "is not a database: name another file with --db",
    "CORRUPT": "is damaged: restore a copy, or name a new file with --db and grade again",
}
REMEDIES["LOCKED"], REMEDIES["PERM"] = REMEDIES["BUSY"], REMEDIES["CANTOPEN"]


class StoreError(PlainError):
    """The database cannot be used; the message says what to do. What was committed is there."""


def url_of(named: str) -> str | None:
    """Return the URL of a database that is there and was named by its file or URL; None for another file.

    Raises:
        StoreError: there is no such file, or it cannot be read; a database would be made in its place.
    """
    path = Path(named)
    if "://" in named:
        try:
            target = sql.make_url(named)
        except ArgumentError:
            return named  # `engine_of` says what a URL looks like
        if not target.drivername.startswith("sqlite") or "uri" in target.query:
            return named
        path = Path(target.database or "")
    try:
        with path.open("rb") as file:
            begins = file.read(len(SQLITE))
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    if "://" in named:
        return named
    return f"sqlite:///{path}" if begins == SQLITE else None


def engine_of(url: str, patience: float) -> tuple[str, sql.Engine]:
    """Return what to call the database at a URL, and an engine that is connected to nothing yet.

    Args:
        url: `sqlite:///grades.db`, `postgresql://user@host/name`.
        patience: seconds to wait where another program holds a lock.

    Raises:
        StoreError: it is of no kind that is supported.
    """
    kinds = "sqlite:///grades.db or postgresql://user@host/name"
    try:
        target = sql.make_url(url)
    except ArgumentError:
        raise StoreError(f"“{url}” is no database URL: give one such as {kinds}") from None
    name = f"the database {target.render_as_string(hide_password=True)}"
    backend = target.drivername.partition("+")[0]
    options: dict[str, Any] = {}
    if backend == "sqlite":
        options["connect_args"] = {"timeout": patience}
    elif backend in ("postgres", "postgresql"):
        milliseconds = round(patience * 1000)
        options["connect_args"] = {"options": f"-c lock_timeout={milliseconds}"}
        options["pool_pre_ping"] = True
        if "+" not in target.drivername:
            target = target.set(drivername="postgresql+psycopg")
    else:
        raise StoreError(f"{name} is of a kind that is not supported: give {kinds}")
    try:
        engine = sql.create_engine(target, **options)
    except ImportError as error:
        raise StoreError(f"{name} needs a driver: pip install 'psycopg[binary]' ({error})") from error
    except (NoSuchModuleError, ArgumentError) as error:
        raise StoreError(f"{name} names an unknown driver: give {kinds} ({error})") from error
    sql.event.listen(engine, "begin", _begin)
    if backend == "sqlite":
        sql.event.listen(engine, "connect", _leave_transactions_to_us)
    return name, engine


def _leave_transactions_to_us(connection: Any, _: object) -> None:
    # Python's sqlite3 begins transactions as it sees fit, and none before it
    # makes a table. The journal stays SQLite's default: the faster one, WAL,
    # needs memory shared by all who open the file, which no network drive has.
    connection.isolation_level = None


def _begin(connection: sql.Connection) -> None:
    exclusive = connection.get_execution_options().get("exclusive")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if exclusive else "BEGIN")
    elif exclusive:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def remedy(error: Exception) -> str:
    """Say what a database's error means and what to do about it."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorname", "").removeprefix("SQLITE_").partition("_")[0]
    sqlstate = getattr(original, "sqlstate", None)
    code = {"53100": "FULL", "55P03": "BUSY", "25006": "READONLY"}.get(sqlstate or "", code)
    said = " ".join(str(original).split())
    if code in REMEDIES:
        return f"{REMEDIES[code]} ({said})"
    return f"cannot be used: {said}; see that it is there and you may use it, and run the command again"
