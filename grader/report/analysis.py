"""What a class has not understood, as data: exercises, missed ideas, and who needs somebody's time.

The figures are those of classical test theory: an exercise's difficulty is the
mean share of its points, its discrimination the correlation of that share with
the points of the rest of the topic (Crocker and Algina, "Introduction to
Classical and Modern Test Theory" (1986), chapter 14). What was understood does not
depend on when it was handed in: all figures are of the points that were earned,
but for those of a student, which are the points that count.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader.report.punctuality import DeadlineFound, kept
from grader.report.unusual import Alike, alike
from grader.verdict import Graded, PassedOver, Results, Status, Verdict

ENOUGH = 20  # submissions, before a correlation says anything
LATE = 0.05  # of the submissions, which run out of time
OVERFITTED = 0.1  # of those that pass the public cases, which fail the hidden ones
STUCK = 0.5  # of the points, below which somebody is stuck
BINS = 10  # of a histogram


@dataclass(frozen=True)
class Item:
    """One exercise, over all who handed in its topic.

    Attributes:
        topic: its topic's id.
        name: the exercise's.
        points: that there are.
        count: of the submissions.
        difficulty: the mean share of the points, in [0, 1].
        discrimination: correlation with the rest of the topic; None if there are too few, or all are alike.
        statuses: how many submissions ended how.
        seconds: the median wall time of its cases together.
        flags: why somebody should look at it, each a sentence.
    """

    topic: str
    name: str
    points: float
    count: int
    difficulty: float
    discrimination: float | None
    statuses: Mapping[Status, int]
    seconds: float
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Missed:
    """A mistake that several made: its sentence, "" if the course has no name for it, and who made it."""

    topic: str
    exercise: str
    mistake: str
    sentence: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class TopicFound:
    """A topic: how many were graded and how many not, how points lie, its exercises, students by points."""

    id: str
    count: int
    absent: int
    median: float
    mean: float
    points: float
    histogram: tuple[int, ...]
    items: tuple[Item, ...]
    graded: tuple[Graded, ...]


@dataclass(frozen=True)
class Learner:
    """A student: what was handed in, and the topics that say who needs help.

    Attributes:
        student: the name.
        graded: by topic (id).
        share: of the points of what was graded, as they count; None if nothing was.
        stuck: topics with few points, of which the class has many.
        behind: topics of which there is nothing that was graded, though most have it.
        lost: what was handed in and could not be graded: its file, and why.
    """

    student: str
    graded: Mapping[str, Graded]
    share: float | None
    stuck: tuple[str, ...]
    behind: tuple[str, ...]
    lost: tuple[PassedOver, ...]


@dataclass(frozen=True)
class ClassFound:
    """All of it; `alike` is who returned the same wrong arrays, `deadlines` who kept those that there are."""

    topics: tuple[TopicFound, ...]
    missed: tuple[Missed, ...]
    learners: tuple[Learner, ...]
    alike: Alike
    deadlines: tuple[DeadlineFound, ...]

    @property
    def items(self) -> list[Item]:
        """Return the exercises of all topics."""
        return [item for topic in self.topics for item in topic.items]


def analyse(results: Results, public: Results | None = None) -> ClassFound:
    """Find what a class has not understood.

    Args:
        results: by the hidden key, or whichever counts.
        public: the same submissions by the public key, for who passes there only.
    """
    submissions = results.submissions
    names = {one.student for one in submissions} | {one.student for one in results.missing}
    students = sorted((names | {one.student for one in results.passed_over}) - {""})
    by_topic: dict[str, list[Graded]] = {}
    for one in submissions:
        by_topic.setdefault(one.topic, []).append(one)
    shown = _passed(public.submissions if public else ())
    topics = tuple(_topic(id, by_topic[id], len(students), shown) for id in sorted(by_topic))
    learners = _learners(students, topics, results.passed_over)
    same = alike(submissions)
    return ClassFound(topics, tuple(_missed(submissions, same)), tuple(learners), same, kept(results))


def _topic(id: str, graded: Sequence[Graded], students: int, shown: set[tuple[str, str, str]]) -> TopicFound:
    shares = [_share(one.earned, one.max_score) for one in graded]
    counts = Counter(min(int(share * BINS), BINS - 1) for share in shares)
    return TopicFound(
        id,
        len(graded),
        students - len(graded),
        statistics.median(one.earned for one in graded),
        statistics.fmean(one.earned for one in graded),
        max(one.max_score for one in graded),
        tuple(counts[place] for place in range(BINS)),
        tuple(_items(id, graded, shown)),
        tuple(sorted(graded, key=lambda one: (-one.earned, one.student))),
    )


def _items(topic: str, graded: Sequence[Graded], shown: set[tuple[str, str, str]]) -> list[Item]:
    found: dict[str, list[tuple[Graded, Verdict]]] = {}
    for one in graded:
        for verdict in one.exercises:
            if verdict.status is not Status.GRADER_ERROR:
                found.setdefault(verdict.name, []).append((one, verdict))
    return [_item(topic, name, several, shown) for name, several in found.items()]


def _item(
    topic: str, name: str, several: Sequence[tuple[Graded, Verdict]], shown: set[tuple[str, str, str]]
) -> Item:
    verdicts = [verdict for _, verdict in several]
    shares = np.array([solved(one) for one in verdicts])
    rest = np.array([one.earned - verdict.score for one, verdict in several])
    statuses = Counter(verdict.status for verdict in verdicts)
    item = Item(
        topic,
        name,
        max(verdict.max_score for verdict in verdicts),
        len(verdicts),
        float(shares.mean()),
        correlation(shares, rest),
        dict(statuses),
        statistics.median(sum(case.seconds for case in verdict.cases) for verdict in verdicts),
    )
    there = [verdict.status for one, verdict in several if (one.student, topic, name) in shown]
    return Item(**{**vars(item), "flags": tuple(_flags(item, there))})


def _flags(item: Item, of_public: Sequence[Status]) -> Iterable[str]:
    """Yield why somebody should look at an exercise; `of_public` is what became of who passed there."""
    right, late = (item.statuses.get(status, 0) for status in (Status.PASSED, Status.TIMED_OUT))
    if not right and item.count > 1:
        yield f"Nobody of {item.count} solved it."
    if item.discrimination is not None and item.discrimination < -1 / item.count**0.5:
        yield (
            f"Who does well elsewhere does badly here: its correlation with the rest of the topic is "
            f"{item.discrimination:.2f}, and below {-1 / item.count**0.5:.2f} chance is an unlikely reason. "
            "Look at its text and its checks."
        )
    if late > 1 and late > LATE * item.count:
        yield f"{late} of {item.count} ran out of time."
    lost = sum(status is not Status.PASSED for status in of_public)
    if lost > 1 and lost > OVERFITTED * len(of_public):
        yield f"{lost} of the {len(of_public)} who pass the public cases fail the hidden ones."


def solved(verdict: Verdict) -> float:
    """Return the share of the points that was earned; of a withdrawn exercise 1 if it is right."""
    if not verdict.max_score:
        return float(verdict.status is Status.PASSED)
    return _share(verdict.score, verdict.max_score)


def correlation(x: np.ndarray, y: np.ndarray) -> float | None:
    """Return Pearson's correlation of two [n]; None of fewer than 20, or where one does not vary."""
    if len(x) < ENOUGH or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def _missed(submissions: Iterable[Graded], same: Alike) -> list[Missed]:
    """Return the mistakes that were recognised or that many made, those of most students first."""
    who: dict[tuple[str, str, str, str], list[str]] = {}
    for one in submissions:
        for verdict in one.exercises:
            if verdict.mistake:
                key = one.topic, verdict.name, verdict.mistake, verdict.sentence
                who.setdefault(key, []).append(one.student)
    named = [Missed(*key, tuple(sorted(students))) for key, students in sorted(who.items())]
    unnamed = [Missed(one.topic, one.exercise, "", "", one.students) for one in same.many]
    return sorted(named + unnamed, key=lambda one: (-len(one.students), one.topic, one.exercise))


def _learners(
    students: Sequence[str], topics: Sequence[TopicFound], passed_over: Sequence[PassedOver]
) -> list[Learner]:
    graded: dict[str, dict[str, Graded]] = {student: {} for student in students}
    for topic in topics:
        for one in topic.graded:
            graded[one.student][topic.id] = one
    expected = [topic for topic in topics if 2 * topic.count > len(students)]
    found = []
    for student, own in graded.items():
        most = sum(one.max_score for one in own.values())
        stuck = [
            topic.id
            for topic in topics
            if topic.id in own
            and own[topic.id].earned < STUCK * own[topic.id].max_score
            and topic.median >= STUCK * topic.points
        ]
        behind = [topic.id for topic in expected if topic.id not in own]
        share = sum(one.score for one in own.values()) / most if most else None
        lost = tuple(one for one in passed_over if one.student == student)
        found.append(Learner(student, own, share, tuple(stuck), tuple(behind), lost))
    return found


def _passed(submissions: Iterable[Graded]) -> set[tuple[str, str, str]]:
    return {
        (one.student, one.topic, verdict.name)
        for one in submissions
        for verdict in one.exercises
        if verdict.status is Status.PASSED
    }


def _share(score: float, most: float) -> float:
    return min(max(score / most, 0.0), 1.0) if most else 0.0
