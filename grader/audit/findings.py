"""What an audit finds, as data: the one schema of `grader audit --json`."""

from __future__ import annotations

from enum import StrEnum

import msgspec

SCHEMA = 1


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    EQUIVALENT = "equivalent"
    NOT_RUN = "not_run"


class MutantFound(msgspec.Struct, frozen=True):
    """A mutant of the reference.

    Attributes:
        of: the name that the student writes.
        name: the changed statement, with the change in braces.
        line: of the change, in `solution.py`.
        fate: killed, if it loses points on public and on hidden seeds.
        by: the case that rejects it; "" if none does.
        how: the kind of difference in the first rejecting case; for a survivor,
            the seeds on which it survived.
        distance: the tolerance at which it would pass; infinite if there is none.
        diff: what was changed.
        reason: why it is equivalent, as its author recorded it, or as it was found out.
        remedy: for a survivor, which case to add, where more can be said than that one is missing.
    """

    of: str
    name: str
    line: int
    fate: Fate
    by: str = ""
    how: str = ""
    distance: float = float("inf")
    diff: str = ""
    reason: str = ""
    remedy: str = ""


class MistakeFound(msgspec.Struct, frozen=True):
    """A named mistake, and the public cases that tell it from the reference."""

    name: str
    sentence: str
    rejected_by: tuple[str, ...]


class FormFound(msgspec.Struct, frozen=True):
    """A right answer in another form.

    Attributes:
        form: `numpy`, or `oracle NAME`.
        passed: None where the exercise has no such form.
        distance: the tolerance that it needs.
        message: what a student would read, if it fails.
    """

    form: str
    passed: bool | None
    distance: float = 0.0
    message: str = ""


class MarginFound(msgspec.Struct, frozen=True):
    """A tolerance, between what right answers need and what wrong ones do.

    Attributes:
        tolerance: the exercise's.
        spread: what right answers in other forms need, and which needs most.
        nearest: what the nearest wrong answer would need, and which it is.
        proposed: between the two, where the tolerance is too near to one.
    """

    tolerance: float
    spread: float
    widest: str
    nearest: float
    wrong: str
    proposed: float | None = None


class TrainingFound(msgspec.Struct, frozen=True):
    """How often the reference passes a judge on other data and with other random numbers.

    Attributes:
        passed, runs: the count.
        low, high: Wilson's 95 % confidence interval of the pass rate.
        margin: the share of the reference's values that may be those of the
            nearest mistake until the judge rejects them; None without one.
    """

    passed: int
    runs: int
    low: float
    high: float
    margin: float | None


class CostFound(msgspec.Struct, frozen=True):
    """What the reference needs for all cases: CPU seconds, peak memory, most operations in a case.

    `operations` is None where none of TensorFlow's is run; `counted` tells
    whether the driver itself counts them.
    """

    seconds: float
    megabytes: float
    operations: int | None
    counted: bool


class WayFound(msgspec.Struct, frozen=True):
    """A way of passing a case without an answer: by output, where its array is taken from.

    `won` says in how many draws it passes.
    """

    by: dict[str, str]
    won: int

    @property
    def said(self) -> str:
        """Name the source, or that of each output where they differ."""
        if len(set(self.by.values())) == 1:
            return next(iter(self.by.values()))
        return ", ".join(f"`{output}`: {source}" for output, source in self.by.items())


class ReplayFound(msgspec.Struct, frozen=True):
    """A case that arrays known beforehand pass.

    Attributes:
        case: its name.
        points: what the best way earns, on average over the draws.
        draws: how many there are.
        ways: each that passes in some draw, the best first.
        reason: why it cannot be otherwise, as its author recorded it.
    """

    case: str
    points: float
    draws: int
    ways: tuple[WayFound, ...]
    reason: str = ""


class SwayFound(msgspec.Struct, frozen=True):
    """An answer whose grade depends on the secret.

    Attributes:
        answer: the mistake's name, or that of a right form.
        right: whether it is right.
        low, high: the least and the highest of its scores.
        cases: by case that rejects it under some secrets alone, under how many.
        full: under how many secrets it gets full marks.
        unnamed: under how many a mistake is rejected without a name.
        named: by other mistake that it is taken for, under how many.
        reason: why it cannot be otherwise, as its author recorded it.
    """

    answer: str
    right: bool
    low: float
    high: float
    cases: dict[str, int]
    full: int
    unnamed: int = 0
    named: dict[str, int] = {}
    reason: str = ""


class LuckFound(msgspec.Struct, frozen=True):
    """What depends on luck: of so many secrets that were `asked` for and `tried`, whose grade moves."""

    asked: int
    tried: int
    swayed: tuple[SwayFound, ...] = ()


class ClauseFound(msgspec.Struct, frozen=True):
    """A sentence of a docstring, and the lines of `checks.py` that name it beside a case."""

    clause: str
    lines: tuple[int, ...]


class ExerciseFound(msgspec.Struct):
    """What was found of one exercise; `problems` says in sentences what is to be mended.

    `notes` holds what an author should know and need not mend; `left_out` says
    how many mutants were not in the sample, if one was asked for.
    """

    name: str
    mistakes: list[MistakeFound] = []
    mutants: list[MutantFound] = []
    forms: list[FormFound] = []
    margin: MarginFound | None = None
    training: TrainingFound | None = None
    cost: CostFound | None = None
    replays: list[ReplayFound] = []
    luck: LuckFound | None = None
    clauses: list[ClauseFound] = []
    seconds: float = 0.0
    problems: list[str] = []
    notes: list[str] = []
    left_out: int = 0

    def count(self, fate: Fate) -> int:
        """Return how many mutants had a fate."""
        return sum(mutant.fate == fate for mutant in self.mutants)

    @property
    def replayed(self) -> float:
        """Return the points that are won without an answer."""
        return sum(one.points for one in self.replays)


class CellFound(msgspec.Struct, frozen=True):
    """A cell of code that was run: its number in the notebook, its first line, and its seconds."""

    number: int
    first: str
    seconds: float


class NotebookFound(msgspec.Struct, frozen=True):
    """A notebook, run from top to bottom, or up to the cell that fails.

    Attributes:
        cells: those that were run.
        seconds, cpu: of the whole, with the kernel's start and end.
        error: of the last cell; "" if all hold.
    """

    cells: list[CellFound]
    seconds: float
    cpu: float
    error: str = ""


class TopicFound(msgspec.Struct):
    """What was found of one topic; `only` names what was looked at, if that is not everything."""

    topic: str
    exercises: list[ExerciseFound] = []
    problems: list[str] = []
    seconds: float = 0.0
    only: str = ""
    notebook: NotebookFound | None = None

    @property
    def made(self) -> int:
        """Return how many mutants there are."""
        return sum(len(one.mutants) for one in self.exercises)

    @property
    def left_out(self) -> int:
        """Return how many mutants a sample left out."""
        return sum(one.left_out for one in self.exercises)

    @property
    def replayed(self) -> float:
        """Return the points that are won without an answer."""
        return sum(one.replayed for one in self.exercises)

    @property
    def all_problems(self) -> list[str]:
        """Return what is to be mended, each with its topic and exercise."""
        here = [f"{self.topic}: {problem}" for problem in self.problems]
        return here + [f"{self.topic}.{one.name}: {text}" for one in self.exercises for text in one.problems]


class AuditFound(msgspec.Struct):
    """A whole audit."""

    topics: list[TopicFound]
    schema: int = SCHEMA
