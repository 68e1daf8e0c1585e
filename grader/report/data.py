"""Results as JSON: one schema, the one of `grader.verdict`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from grader import files
from grader.errors import PlainError
from grader.text import to_json
from grader.verdict import SCHEMA, Graded, Missing, PassedOver, Results


class ResultsProblem(PlainError):
    """A file of results cannot be read; the message says what to do."""


def results(
    graded: Iterable[Graded],
    environment: Mapping[str, str],
    passed_over: Iterable[PassedOver] = (),
    missing: Iterable[Missing] = (),
) -> Results:
    """Put submissions together with their environment, what was passed over, and who is missing."""
    return Results(tuple(graded), dict(environment), passed_over=tuple(passed_over), missing=tuple(missing))


def write_json(results: Results, path: Path) -> None:
    """Write results in one step: the file is whole, or what it was before.

    Raises:
        OSError: it cannot be written, a full disk for one; `filename` is `path`.
    """
    # Schema first: it tells a reader how to read the rest.
    names = ("schema", "submissions", "passed_over", "missing", "environment")
    text = msgspec.json.format(to_json({name: getattr(results, name) for name in names}), indent=2) + b"\n"
    files.write(path, text)


def read_json(path: Path) -> Results:
    """Read what `write_json` wrote.

    Raises:
        ResultsProblem: there is no such file, or it holds something else.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ResultsProblem(f"{path} cannot be read: {error.strerror}") from error
    try:
        found = msgspec.json.decode(content, type=dict[str, msgspec.Raw]).get("schema")
        schema = None if found is None else msgspec.json.decode(found)
        if schema == SCHEMA:
            return msgspec.json.decode(content, type=Results)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ResultsProblem(f"{path} is not a file of results ({error}): grade again with --json") from error
    raise ResultsProblem(
        f"{path} is of schema {schema}, this grader reads {SCHEMA}: use the version that wrote it, "
        "or grade again with --json"
    )
