"""Errors whose text is for a person: what happened, what was expected, what to do."""

from __future__ import annotations


class PlainError(Exception):
    """Shown as its text alone; commands print it as one line and exit with 1."""

    @property
    def sentence(self) -> str:
        """Return the text, ended as a sentence is."""
        text = str(self)
        return text if text.endswith((".", "?", "!")) else f"{text}."


class ServerError(PlainError):
    """The grader's own processes failed; no student is to blame."""
