"""Who grades what, where several runs share a database, so that each submission is run once.

A run takes a lease of a fingerprint before it runs the submission, and gives it back with
the result. A run renews its leases for as long as it lives; those of one that died run
out, or are taken away at once if it ran on this machine.
"""

from __future__ import annotations

import getpass
import os
import secrets
import socket
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress

import psutil
import sqlalchemy as sql

from grader.errors import StoreError
from grader.grading.database import Database

LASTS = 30.0  # seconds until a lease that is not renewed runs out
RENEWED = 10.0  # seconds between two renewals

metadata = sql.MetaData()
leases = sql.Table(
    "grader_leases",
    metadata,
    sql.Column("fingerprint", sql.String(64), primary_key=True),
    sql.Column("holder", sql.String(32), nullable=False, index=True),  # one run, by a name of its own
    sql.Column("who", sql.Text, nullable=False),  # whose run, for people
    sql.Column("machine", sql.Text, nullable=False),
    sql.Column("process", sql.Integer, nullable=False),
    sql.Column("until", sql.Double, nullable=False),  # seconds since 1970, by the database's clock
)


class Leases:
    """The leases of one run in a database, whose table is made when the first is taken."""

    def __init__(self, database: Database) -> None:
        """Take none yet."""
        self._database = database
        self._holder = secrets.token_hex(16)
        self._mine: set[str] = set()
        self._ended = threading.Event()
        self._renewing: threading.Thread | None = None

    def take(self, connection: sql.Connection, fingerprints: Sequence[str]) -> set[str]:
        """Take leases, in a transaction of the caller's; return those that no other run holds."""
        if not fingerprints:
            return set()
        now = self._database.now()
        mine = {"holder": self._holder, "who": _who(), "machine": machine(), "process": os.getpid()}
        insert = self._database.insert(leases).values(until=now + LASTS)
        taken = insert.on_conflict_do_update(
            index_elements=["fingerprint"],
            set_={name: insert.excluded[name] for name in (*mine, "until")},
            where=(leases.c.until < now) | (leases.c.holder == self._holder),
        )
        taken, found = taken.returning(leases.c.fingerprint), set[str]()
        for one in sorted(set(fingerprints)):  # in one order, so that two runs never wait for each other
            found.update(connection.execute(taken, {"fingerprint": one, **mine}).scalars())
        self._mine |= found
        return found

    def end(self, connection: sql.Connection, fingerprints: Collection[str]) -> None:
        """Give leases back, in a transaction of the caller's; those that are not this run's stay."""
        mine = self._mine.intersection(fingerprints)
        if mine:
            c = leases.c
            connection.execute(sql.delete(leases).where(c.fingerprint.in_(mine) & (c.holder == self._holder)))
            self._mine -= mine

    def prepare(self) -> None:
        """Make the table, if there is none, take away what dead runs hold, and renew from now on.

        Raises:
            StoreError: the database cannot be written.
        """
        if self._renewing is not None:
            return
        with self._database.transaction() as connection:
            there = sql.inspect(connection).has_table(leases.name)
        if not there:
            with self._database.transaction(exclusive=True) as connection:
                metadata.create_all(connection)  # what another run made while we waited stays
        self.bury()
        self._ended.clear()
        self._renewing = threading.Thread(target=self._renew, name="leases", daemon=True)
        self._renewing.start()

    def others(self) -> dict[str, str]:
        """Return what other runs hold, by fingerprint: whose run it is.

        Raises:
            StoreError: the database cannot be used.
        """
        self.bury()
        c = leases.c
        alive = (c.holder != self._holder) & (c.until >= self._database.now())
        with self._database.transaction() as connection:
            rows = connection.execute(sql.select(c.fingerprint, c.who).where(alive)).all()
        return {row.fingerprint: row.who for row in rows}

    def bury(self) -> None:
        """Take away the leases of runs that died on this machine, which need not run out.

        Raises:
            StoreError: the database cannot be used.
        """
        c = leases.c
        query = sql.select(c.holder, c.process).where(c.machine == machine()).distinct()
        with self._database.transaction() as connection:
            runs = connection.execute(query).all()
        dead = [run.holder for run in runs if not psutil.pid_exists(run.process)]
        if dead:
            with self._database.transaction(exclusive=True) as connection:
                connection.execute(sql.delete(leases).where(c.holder.in_(dead)))

    def close(self) -> None:
        """Give all back, as far as the database can be reached; what cannot be given back runs out."""
        if self._renewing is None:
            return
        self._ended.set()
        self._renewing.join()
        self._renewing = None
        if self._mine:
            with suppress(StoreError), self._database.transaction() as connection:
                connection.execute(sql.delete(leases).where(leases.c.holder == self._holder))
        self._mine.clear()

    def _renew(self) -> None:
        while not self._ended.wait(RENEWED):
            if self._mine:
                mine = sql.update(leases).where(leases.c.holder == self._holder)
                # A database that does not answer now is asked again at the next turn.
                with suppress(StoreError), self._database.transaction() as connection:
                    connection.execute(mine.values(until=self._database.now() + LASTS))


def machine() -> str:
    """Return what tells this machine, or container, from others: its processes have numbers of its own."""
    try:
        space = os.stat("/proc/self/ns/pid").st_ino
    except OSError:  # not Linux
        return socket.gethostname()
    return f"{socket.gethostname()} {space}"


def _who() -> str:
    """Return whose run this is, for people: user and machine."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"
