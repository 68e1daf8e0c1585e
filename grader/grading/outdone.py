"""Attempts that were graded and do not count, kept beside the best one so that they are not run again.

A student's attempts at a topic are replaced together: what is kept of them is what the last run saw.
The table is made when there is the first to be kept, because a database may only be there to be read.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sql

from grader.grading.database import Database
from grader.text import storable, to_json
from grader.verdict import Graded

metadata = sql.MetaData()
attempts = sql.Table(
    "grader_attempts",
    metadata,
    sql.Column("student", sql.Text, primary_key=True),
    sql.Column("topic", sql.Text, primary_key=True),
    sql.Column("fingerprint", sql.String(64), primary_key=True, index=True),
    sql.Column("graded", sql.Text, nullable=False),  # verdict.Graded, as JSON
)


class Outdone:
    """The attempts in a database that others outdid; used in transactions of the caller's."""

    def __init__(self, database: Database) -> None:
        """Look for nothing yet."""
        self._database, self._there = database, False

    def look(self, tables: Iterable[str]) -> None:
        """Note whether its table is among those of the database."""
        self._there = self._there or attempts.name in tables

    def prepare(self) -> None:
        """Make the table, if there is none.

        Raises:
            StoreError: the database cannot be written.
        """
        if not self._there:
            with self._database.transaction(exclusive=True) as connection:
                metadata.create_all(connection)  # what another run made meanwhile stays
            self._there = True

    def replace(
        self, connection: sql.Connection, student: str, topic: str, graded: Iterable[tuple[Graded, str]]
    ) -> None:
        """Keep these attempts, each with its fingerprint, in place of those that a student had."""
        self.forget(connection, student, topic)
        place = {"student": storable(student), "topic": storable(topic)}
        rows = {mark: place | {"fingerprint": mark, "graded": to_json(one).decode()} for one, mark in graded}
        if rows:
            connection.execute(sql.insert(attempts), list(rows.values()))

    def find(self, connection: sql.Connection, fingerprint: str) -> str | None:
        """Return what was graded under a fingerprint, as JSON."""
        if not self._there:
            return None
        query = sql.select(attempts.c.graded).where(attempts.c.fingerprint == fingerprint)
        found: str | None = connection.execute(query.limit(1)).scalar()
        return found

    def forget(self, connection: sql.Connection, student: str, topic: str) -> None:
        """Take a student's attempts at a topic out."""
        if self._there:
            c = attempts.c
            mine = (c.student == storable(student)) & (c.topic == storable(topic))
            connection.execute(sql.delete(attempts).where(mine))
