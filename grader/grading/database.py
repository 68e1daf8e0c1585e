"""A database of either kind, SQLite or PostgreSQL, through SQLAlchemy; and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time
from typing import Any

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError, SQLAlchemyError

from grader.errors import LOOK_AFTER, StoreError, StoreGone

LOCK = 0x67726164  # "grad": PostgreSQL's advisory lock while tables are made

SQLITE = b"SQLite format 3\0"  # how its files begin
SUFFIXES = (".db", ".sqlite", ".sqlite3")  # of what is taken for its file where no URL is given

REMEDIES = {
    "BUSY": "is locked by another program: wait until it is done, or close it, and run the command again",
    "FULL": "cannot grow, the disk is full: make room, and run the command again",
    "READONLY": "may not be written to: change its permissions, or name another with --db",
    "CANTOPEN": "cannot be opened: its folder must exist, and both must be yours to write to",
    "NOTADB": "is not a database: name another file with --db",
    "CORRUPT": "is damaged: restore a copy, or name a new file with --db and grade again",
}
REMEDIES["LOCKED"], REMEDIES["PERM"] = REMEDIES["BUSY"], REMEDIES["CANTOPEN"]
# What PostgreSQL says while it stops, starts, or has no connection left; class 08 is a connection that broke.
AWAY = ("57P01", "57P02", "57P03", "53300")
# A server that vanished without a word is noticed within half a minute, and not after TCP's two hours.
NOTICED = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}


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
        said = f"{path} cannot be read: {error.strerror}; name what `grader grade` wrote"
        raise StoreError(said) from error
    if "://" in named:
        return named
    return f"sqlite:///{path}" if begins == SQLITE else None


def existing(named: str) -> str:
    """Return the URL of a database that was named by its file or URL, and that opening it does not make.

    Raises:
        StoreError: it is not there, or is another file.
    """
    url = url_of(named)
    if url is None:
        raise StoreError(f"{named} is no database: name the one that `grader grade` wrote to")
    return url


class Database:
    """A database that is opened when it is first used; close it when done.

    Attributes:
        name: what to call it in messages; without its password.
        kind: `sqlite` or `postgresql`.
    """

    def __init__(self, url: str, patience: float) -> None:
        """Connect to nothing yet.

        Args:
            url: see `engine_of`.
            patience: seconds to wait where another program holds a lock.

        Raises:
            StoreError: it is of no kind that is supported.
        """
        self.name, self.engine = engine_of(url, patience)
        self.kind = self.engine.dialect.name

    @contextmanager
    def transaction(self, exclusive: bool = False, durable: bool = True) -> Iterator[sql.Connection]:
        """Yield a connection whose changes are all made at the end, or none of them.

        Args:
            exclusive: whether no other transaction that asks for it runs at the same time.
            durable: whether its changes outlast a power failure; without, PostgreSQL does not wait for
                its disk.

        Raises:
            StoreGone: the database does not answer.
            StoreError: it cannot be used.
        """
        options = {"exclusive": exclusive, "durable": durable}
        try:
            with self.engine.connect().execution_options(**options) as connection:
                with connection.begin():
                    yield connection
        except (SQLAlchemyError, OSError) as error:
            if gone(error):
                raise StoreGone(self.name, _said(error)) from error
            raise StoreError(f"{self.name} {remedy(error)}") from error

    def now(self) -> sql.ColumnElement[float]:
        """Return the time as all who use the database agree on it, in seconds since 1970."""
        if self.kind == "postgresql":  # the clocks of its clients may differ
            return sql.cast(sql.extract("epoch", sql.func.clock_timestamp()), sql.Double)
        return sql.literal(time())

    def insert(self, table: sql.Table) -> Any:
        """Return an insert that can say what becomes of a row that is there; each dialect has its own."""
        return (postgresql if self.kind == "postgresql" else sqlite).insert(table)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def engine_of(url: str, patience: float) -> tuple[str, sql.Engine]:
    """Return what to call a database, and an engine that is connected to nothing yet.

    Args:
        url: `sqlite:///grades.db`, `postgresql://user@host/name`; or SQLite's file, `grades.db`.
        patience: seconds to wait where another program holds a lock.

    Raises:
        StoreError: it is of no kind that is supported.
    """
    kinds = "sqlite:///grades.db or postgresql://user@host/name"
    if "://" not in url and url.endswith(SUFFIXES):
        url = f"sqlite:///{url}"
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
        noticed = {name: value for name, value in NOTICED.items() if name not in target.query}
        options["connect_args"] = {"options": f"-c lock_timeout={milliseconds}"} | noticed
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
    options = connection.get_execution_options()
    exclusive = options.get("exclusive")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if exclusive else "BEGIN")
        return
    if exclusive:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    if not options.get("durable", True):
        connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")


def gone(error: Exception) -> bool:
    """Tell whether an error means that the database does not answer now, and may later."""
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", "") or ""
    # A connection that cannot be made has no state.
    unreached = type(error) is OperationalError and hasattr(error.orig, "sqlstate") and not state
    # SQLite's file lies on a drive that is away.
    return (
        error.connection_invalidated
        or unreached
        or state.startswith(("08", *AWAY))
        or _code(error) == "IOERR"
    )


def remedy(error: Exception) -> str:
    """Say what a database's error means and what to do about it."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code, sqlstate = _code(error), getattr(original, "sqlstate", None)
    code = {"53100": "FULL", "55P03": "BUSY", "25006": "READONLY"}.get(sqlstate or "", code)
    if code in REMEDIES:
        return f"{REMEDIES[code]} ({_said(error)})"
    return f"cannot be used: {_said(error)}; {LOOK_AFTER}"


def _said(error: Exception) -> str:
    """Return what the driver says of an error, on one line."""
    return " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())


def _code(error: Exception) -> str:
    """Return what SQLite calls an error, without what is particular of it; "" if another calls it."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlite_errorname", "").removeprefix("SQLITE_").partition("_")[0]
