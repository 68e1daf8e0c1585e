"""What came of one case, before it is judged: arrays, or what stands in their place."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from grader.fault import CELL, Fault, Place
from grader.verdict import Status

# What a misspelt name or broken syntax raises, and a misunderstanding hardly ever.
SLIPS = frozenset(
    "NameError UnboundLocalError AttributeError ImportError ModuleNotFoundError"
    " SyntaxError IndentationError TabError".split()
)
# An `error`: what was returned is of the wrong form, or the answer calls what it is to write.
WRONG_STRUCTURE, FORBIDDEN_OP = REFUSALS = "WrongStructure", "ForbiddenOp"
IDLE = 0.1  # of the time, as a busy machine lets nobody compute for all of it
UNDEFINED = "undefined"  # an `error`: the submission does not define what the exercise asks for


@dataclass(frozen=True)
class Outcome:
    """What came of one case: arrays, or the status that stands in their place.

    `status` is None where arrays were returned and are still to be compared.
    `faults` are what was raised: in running the case or, where the answer is
    not defined, in importing the file. `text` is another account of it, or the
    whole message where `imported` is False: the file itself could not be run.
    `ran` is False where a case before it had ended the process, or where the
    submission had used up the time that it has in all, which `allowed` then
    says in seconds.

    Where time ran out, `cpu` says how many seconds it had computed, `waited`
    that it was not that which ended it, and `stopped_at` where the cell of the
    file begins that was being run, if one was.
    """

    status: Status | None
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    error: str = ""
    text: str = ""
    seconds: float = 0.0
    imported: bool = True
    faults: tuple[Fault, ...] = ()
    ran: bool = True
    allowed: float = 0.0
    cpu: float = 0.0
    waited: bool = False
    stopped_at: Place | None = None

    @property
    def unread(self) -> bool:
        """Whether the file could not be read, and nothing of it was run."""
        return self.status is Status.MISSING and not self.imported

    @property
    def unwritten(self) -> bool:
        """Whether the answer is there, and still to be written."""
        return self.status is Status.MISSING and self.imported and self.error != UNDEFINED

    @property
    def slip(self) -> bool:
        """Whether a misspelt name or broken syntax, and no misunderstanding, is the likely cause.

        That is also so where the answer is not defined, or its file cannot be run.
        """
        if not self.imported:
            return True
        if self.status is Status.MISSING:
            return not self.unwritten
        return self.status is Status.RAISED and self.error in SLIPS

    def said(self, cell: str = CELL) -> str:
        """Return in words what there is of an account; a notebook may call its cells otherwise."""
        return "\n".join(filter(None, (self.text, *(fault.said(cell) for fault in self.faults))))

    @property
    def took(self) -> str:
        """Say how long it ran, as it was measured.

        In whole seconds of what ended it, which are the same in every run: how much
        was computed while it waited, or waited while it computed, is the machine's.
        """
        if self.waited:
            return (
                f"{self.seconds:.0f} s, in which it hardly computed" if self.idle else f"{self.seconds:.0f} s"
            )
        return f"{max(1, int(self.cpu))} s of CPU time"

    @property
    def idle(self) -> bool:
        """Whether it ran out of time while it hardly computed, and so waits for something."""
        return self.waited and self.cpu < IDLE * self.seconds

    def halt(self, cell: str = CELL) -> str:
        """Say why the file itself could not be run; a notebook may call its cells otherwise."""
        if self.stopped_at is None:
            return self.text
        begins = f"the part that begins at line {self.stopped_at.line}"
        where = cell.format(self.stopped_at.cell) if self.stopped_at.cell else begins
        return f"{self.text} It was stopped in {where}."

    @property
    def refused(self) -> bool:
        """Whether the driver refused what was returned, or what was called: nothing stopped by itself."""
        return self.status is Status.RAISED and self.error in REFUSALS

    @property
    def place(self) -> Place | None:
        """Return the line that raised last, if it is one of the student's."""
        frames = [frame for fault in self.faults for frame in fault.frames]
        return frames[-1].place if frames else None
