"""What was graded: kept by student and topic, found again by fingerprint.

SQLite or PostgreSQL, through SQLAlchemy. Each submission is one transaction, so
that a run that is killed has lost nothing but what it was grading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sql

from grader.errors import StoreError
from grader.grading.database import REMEDIES, Database
from grader.grading.leases import Leases
from grader.grading.outdone import Outdone
from grader.text import storable, to_json
from grader.verdict import Graded, Status, worst

__all__ = ["SCHEMA", "Kept", "Place", "Store", "StoreError"]

SCHEMA = 1
PATIENCE = 30.0  # seconds to wait for another program that holds the database

metadata = sql.MetaData()
versions = sql.Table("grader_schema", metadata, sql.Column("version", sql.Integer, primary_key=True))
submissions = sql.Table(
    "grader_submissions",
    metadata,
    sql.Column("student", sql.Text, primary_key=True),
    sql.Column("topic", sql.Text, primary_key=True),
    sql.Column("fingerprint", sql.String(64), nullable=False, index=True),
    sql.Column("file", sql.Text, nullable=False),
    sql.Column("status", sql.String(16), nullable=False),
    sql.Column("score", sql.Float, nullable=False),
    sql.Column("max_score", sql.Float, nullable=False),
    sql.Column("graded_at", sql.DateTime(timezone=True), nullable=False),
    sql.Column("graded", sql.Text, nullable=False),  # verdict.Graded, as JSON
    sql.Column("environment", sql.Text, nullable=False),
)


@dataclass(frozen=True)
class Kept:
    """A submission that was graded: its results, under which fingerprint, and by what (`provenance`)."""

    graded: Graded
    fingerprint: str
    environment: Mapping[str, str]


class Place(NamedTuple):
    """Where a submission is kept, and which file it was; whose topic's it is, by its id."""

    student: str
    topic: str
    file: str


class Store:
    """Opens the database at a URL, or makes it; close it, or use it in a `with`."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        """Open or make the database.

        Args:
            url: `sqlite:///grades.db`, `postgresql://user@host/name`.
            patience: seconds to wait where another program holds a lock.

        Raises:
            StoreError: it cannot be opened, or holds something else.
        """
        self._database = Database(url, patience)
        self._name, self._leases = self._database.name, Leases(self._database)
        self._outdone = Outdone(self._database)
        try:
            with self._database.transaction() as connection:
                there = self._check(connection)
            if not there:
                with self._database.transaction(exclusive=True) as connection:
                    # Another run may have made the tables while we waited.
                    if not self._check(connection):
                        metadata.create_all(connection)
                        connection.execute(sql.insert(versions).values(version=SCHEMA))
        except BaseException:
            self.close()
            raise

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        """Keep one submission in place of what its student had for its topic.

        Raises:
            StoreError: it could not be kept.
        """
        self.put_all([(graded, fingerprint)], environment)

    def put_all(self, graded: Iterable[tuple[Graded, str]], environment: Mapping[str, str]) -> None:
        """Keep submissions, each with its fingerprint: all, or none of them.

        Raises:
            StoreError: they could not be kept.
        """
        rows = [_row(one, fingerprint, environment) for one, fingerprint in graded]
        if rows:
            with self._database.transaction() as connection:
                self._put(connection, rows)

    def put_best(
        self,
        graded: Graded,
        fingerprint: str,
        environment: Mapping[str, str],
        outdone: Iterable[tuple[Graded, str]],
    ) -> None:
        """Keep the best of a student's attempts, and those that it outdid so that they are not run again.

        Raises:
            StoreError: they could not be kept.
        """
        # One on which the grader failed is run again, and a file that was never opened has no fingerprint.
        others = [(one, mark) for one, mark in outdone if mark not in ("", fingerprint) and not one.failed]
        if others:
            self._outdone.prepare()
        with self._database.transaction() as connection:
            self._put(connection, [_row(graded, fingerprint, environment)])
            self._outdone.replace(connection, graded.student, graded.topic, others)
            self._leases.end(connection, [mark for _, mark in others])

    def _put(self, connection: sql.Connection, rows: list[dict[str, Any]]) -> None:
        insert = self._database.insert(submissions)
        keys = [column.name for column in submissions.primary_key]
        changed = {c.name: insert.excluded[c.name] for c in submissions.columns if c.name not in keys}
        # A run that goes on finds a whole class as it was: what is not written costs no wait for the disk.
        other = sql.or_(
            *(
                submissions.c[name].is_distinct_from(value)
                for name, value in changed.items()
                if name != submissions.c.graded_at.name
            )
        )
        update = insert.on_conflict_do_update(index_elements=keys, set_=changed, where=other)
        connection.execute(update, rows)
        self._leases.end(connection, [row["fingerprint"] for row in rows])

    def find(self, fingerprint: str) -> Graded | None:
        """Return what was graded under `fingerprint`, whoever handed it in.

        Never a submission on which the grader itself failed: that is run again.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._database.transaction() as connection:
            return self._found(connection, [fingerprint]).get(fingerprint)

    def claim(self, fingerprints: Iterable[str]) -> dict[str, Graded | None]:
        """Reserve what this run is to grade: no other run that shares the database grades it meanwhile.

        Returns:
            What was graded before, as `find` does, and None for what is reserved now, until it is `put` or
            `release`d; what another run grades now is left out.

        Raises:
            StoreError: the database cannot be used.
        """
        wanted = set(fingerprints)
        with self._database.transaction() as connection:
            found = self._found(connection, wanted)
        unknown = sorted(wanted - found.keys())
        if not unknown:
            return {**found}
        self._leases.prepare()
        with self._database.transaction(durable=False) as connection:  # a lease that is lost costs a run
            mine = self._leases.take(connection, unknown)
            # Who held one until now may have kept its result since we looked.
            kept = self._found(connection, mine)
            self._leases.end(connection, kept)
        return {**found, **dict.fromkeys(mine), **kept}

    def others(self) -> dict[str, str]:
        """Return what other runs grade now, by fingerprint: whose run it is.

        Raises:
            StoreError: the database cannot be used.
        """
        return self._leases.others()

    def release(self) -> None:
        """Give back what this run had reserved and did not keep; what the database does not hear runs out."""
        self._leases.close()

    def kept(self, topic: str) -> list[Kept]:
        """Return what is kept of a topic (id), by student.

        Raises:
            StoreError: the database cannot be read.
        """
        c = submissions.c
        query = sql.select(c.graded, c.fingerprint, c.environment).where(c.topic == topic)
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        found = [
            Kept(self._read(row.graded, Graded), row.fingerprint, self._read(row.environment, dict[str, str]))
            for row in rows
        ]
        return sorted(found, key=lambda one: one.graded.student)

    def listed(self) -> list[Place]:
        """Return whose submissions are kept, and which file each was, by student and topic.

        Raises:
            StoreError: the database cannot be read.
        """
        c = submissions.c
        with self._database.transaction() as connection:
            rows = connection.execute(sql.select(c.student, c.topic, c.file)).all()
        return sorted(Place(*row) for row in rows)

    def forget(self, places: Iterable[Place]) -> None:
        """Take submissions out: all, or none of them.

        Raises:
            StoreError: the database cannot be written.
        """
        c = submissions.c
        with self._database.transaction() as connection:
            for one in places:
                mine = (c.student == one.student) & (c.topic == one.topic)
                connection.execute(sql.delete(submissions).where(mine))
                self._outdone.forget(connection, one.student, one.topic)

    def close(self) -> None:
        """Give back what this run had reserved, and let go of the database."""
        self.release()
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _check(self, connection: sql.Connection) -> bool:
        """Say whether the database is one of ours; False if it is empty.

        Raises:
            StoreError: it is of another schema, or another program's.
        """
        tables = sql.inspect(connection).get_table_names()
        self._outdone.look(tables)
        if not tables:
            return False
        if versions.name not in tables:
            raise StoreError(f"{self._name} belongs to another program: name a new database with --db")
        found = connection.execute(sql.select(versions.c.version)).scalars().all()
        if found != [SCHEMA]:
            raise StoreError(
                f"{self._name} is of schema {', '.join(map(str, found)) or 'unknown'}, this grader "
                f"writes {SCHEMA}: name a new database with --db, or use the version that made this one"
            )
        return True

    def _found(self, connection: sql.Connection, fingerprints: Collection[str]) -> dict[str, Graded]:
        c, found = submissions.c, {}
        for one in filter(None, fingerprints):
            # A whole class may have handed in the same file: one row is enough.
            query = sql.select(c.graded).where(c.fingerprint == one, c.status != Status.GRADER_ERROR.value)
            text = connection.execute(query.limit(1)).scalar() or self._outdone.find(connection, one)
            if text is not None:
                found[one] = self._read(text, Graded)
        return found

    def _read(self, text: str, kind: Any) -> Any:
        try:
            return msgspec.json.decode(text, type=kind)
        except msgspec.MsgspecError as error:
            raise StoreError(f"{self._name} {REMEDIES['CORRUPT']} ({error})") from error


def _row(graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        "student": storable(graded.student),
        "topic": storable(graded.topic),
        "fingerprint": fingerprint,
        "file": storable(graded.file),
        "status": worst([verdict.status for verdict in graded.exercises]).value,
        "score": graded.score,
        "max_score": graded.max_score,
        "graded_at": datetime.now(UTC),
        "graded": to_json(graded).decode(),
        "environment": to_json(environment).decode(),
    }
