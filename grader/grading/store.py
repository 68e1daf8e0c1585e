"""What was graded: kept by student and topic, found again by fingerprint.

SQLite or PostgreSQL, through SQLAlchemy. Each submission is one transaction, so
that a run that is killed has lost nothing but what it was grading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from grader.grading.database import REMEDIES, StoreError, engine_of, remedy
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
        self._name, self._engine = engine_of(url, patience)
        try:
            with self._transaction() as connection:
                there = self._check(connection)
            if not there:
                with self._transaction(exclusive=True) as connection:
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
        made_in = to_json(environment).decode()
        rows = [_row(one, fingerprint) | {"environment": made_in} for one, fingerprint in graded]
        if not rows:
            return
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        insert = dialect.insert(submissions)
        keys = [column.name for column in submissions.primary_key]
        changed = {c.name: insert.excluded[c.name] for c in submissions.columns if c.name not in keys}
        with self._transaction() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changed), rows)

    def find(self, fingerprint: str) -> Graded | None:
        """Return what was graded under `fingerprint`, whoever handed it in.

        Never a submission on which the grader itself failed: that is run again.

        Raises:
            StoreError: the database cannot be read.
        """
        if not fingerprint:
            return None
        query = sql.select(submissions.c.graded).where(
            submissions.c.fingerprint == fingerprint, submissions.c.status != Status.GRADER_ERROR.value
        )
        with self._transaction() as connection:
            found = connection.execute(query.limit(1)).scalar()
        return None if found is None else self._read(found, Graded)

    def kept(self, topic: str) -> list[Kept]:
        """Return what is kept of a topic (id), by student.

        Raises:
            StoreError: the database cannot be read.
        """
        c = submissions.c
        query = sql.select(c.graded, c.fingerprint, c.environment).where(c.topic == topic)
        with self._transaction() as connection:
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
        with self._transaction() as connection:
            rows = connection.execute(sql.select(c.student, c.topic, c.file)).all()
        return sorted(Place(*row) for row in rows)

    def forget(self, places: Iterable[Place]) -> None:
        """Take submissions out: all, or none of them.

        Raises:
            StoreError: the database cannot be written.
        """
        c = submissions.c
        with self._transaction() as connection:
            for one in places:
                mine = (c.student == one.student) & (c.topic == one.topic)
                connection.execute(sql.delete(submissions).where(mine))

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

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

    @contextmanager
    def _transaction(self, exclusive: bool = False) -> Iterator[sql.Connection]:
        try:
            with self._engine.connect().execution_options(exclusive=exclusive) as connection:
                with connection.begin():
                    yield connection
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"{self._name} {remedy(error)}") from error

    def _read(self, text: str, kind: Any) -> Any:
        try:
            return msgspec.json.decode(text, type=kind)
        except msgspec.MsgspecError as error:
            raise StoreError(f"{self._name} {REMEDIES['CORRUPT']} ({error})") from error


def _row(graded: Graded, fingerprint: str) -> dict[str, Any]:
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
    }
