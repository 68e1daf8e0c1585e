"""Reasons that a topic's author gives, in a TOML file beside the checks, why a finding is to stay.

[NAME]
"what was found" = "why it is as it must be"
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from grader.exercise import AuthorError


def read(path: Path, table: str, asked: str) -> dict[tuple[str, str], str]:
    """Return the reasons in a file, by table and entry; none if there is no file.

    Args:
        path: of the file.
        table: what each table is named after, for the message where there is none.
        asked: the message where a reason is missing, with `{table}` and `{entry}` to be filled in.

    Raises:
        AuthorError: the file cannot be read, or a reason is missing.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise AuthorError(f"{path} cannot be read: {error}") from error
    found = {}
    for name, entries in tables.items():
        if not isinstance(entries, dict):
            raise AuthorError(f"{path}: put `{name}` in the table of {table}: [NAME]")
        for entry, reason in entries.items():
            if not isinstance(reason, str) or not reason.strip():
                raise AuthorError(f"{path}: {asked.format(table=name, entry=entry)}")
            found[name, entry] = reason
    return found
