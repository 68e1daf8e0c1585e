"""The text of a submission's answers, taken out of its file: in the child only, and nothing is run."""

from __future__ import annotations

import os

import numpy as np

from grader.answers import Texts
from grader.cells import cells_of
from grader.protocol import OpenTexts
from grader.saved import LARGEST


class FileTexts:
    """A file's cells, and what was released of them."""

    def __init__(self, descriptor: int, request: OpenTexts) -> None:
        """Read the file.

        Raises:
            Unreadable: it is no notebook or script.
        """
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(LARGEST)
        released = request.released.encode()
        self._writes = request.writes
        self._texts = Texts(
            [cell.text for cell in cells_of(content)],
            [cell.text for cell in cells_of(released)] if released.strip() else [],
        )

    def read(self, exercise: str) -> dict[str, np.ndarray]:
        """Return an answer's text, tokens and their places: see `protocol.ReadText`.

        Raises:
            Unreadable: it is too long to be an answer, or nested too deeply.
        """
        others = {name for names in self._writes.values() for name in names}
        answer = self._texts.answer(self._writes[exercise], others)
        tokens = "".join(f"{token}\0" for token in answer.tokens)
        return {
            "text": _bytes(answer.text),
            "tokens": _bytes(tokens),
            "spans": np.array(answer.spans, np.int32).reshape(-1, 2),
        }


def _bytes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-8", "replace"), np.uint8)
