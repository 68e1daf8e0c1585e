"""What came of one case, before it is judged: arrays, or what stands in their place."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from grader.verdict import Status

UNDEFINED = "undefined"  # an `error`: the submission does not define what the exercise asks for


@dataclass(frozen=True)
class Outcome:
    """What came of one case: arrays, or the status that stands in their place.

    `status` is None where arrays were returned and are still to be compared.
    `text` is the student's process' own account, or the whole message where
    `imported` is False: the file itself could not be run.
    """

    status: Status | None
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    error: str = ""
    text: str = ""
    seconds: float = 0.0
    imported: bool = True
