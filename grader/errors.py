"""Errors whose text is for a person: what happened, what was expected, what to do."""

from __future__ import annotations

LOOK_AFTER = "see that it is there and you may use it, and run the command again"


class PlainError(Exception):
    """Shown as its text alone; commands print it as one line and exit with 1."""

    @property
    def sentence(self) -> str:
        """Return the text, ended as a sentence is."""
        text = str(self)
        return text if text.endswith((".", "?", "!")) else f"{text}."


class ServerError(PlainError):
    """The grader's own processes failed; no student is to blame."""


class StoreError(PlainError):
    """The database cannot be used; the message says what to do. What was committed is there."""


class StoreGone(StoreError):
    """The database does not answer; it may come back, and what was asked of it may be asked again.

    Attributes:
        name: what the database is called in messages.
        said: what its driver says.
    """

    def __init__(self, name: str, said: str) -> None:
        """Say it, and what to do."""
        super().__init__(f"{name} cannot be used: {said}; {LOOK_AFTER}")
        self.name, self.said = name, said
