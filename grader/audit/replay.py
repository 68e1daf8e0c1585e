"""What a submission wins that holds no answer, and returns arrays that are known beforehand.

A submission runs beside the drivers, and may take their place: then it returns
arrays of its own choosing. It knows the public key, may have seen an older
hidden one, knows the shapes, and holds the inputs of the case. Each output of a
case is taken from one of these sources, the same in every draw of the case, and
judged under several hidden keys. No child is needed but for recording the keys.

What cannot be otherwise is recorded in `replays.toml` beside the checks, by
exercise and case, with the reason:

    [shape_of_product]
    "a row times a column" = "The result is one number, whatever is drawn."
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, islice, product
from math import prod

from grader.audit import reasons
from grader.audit.bench import SECRET, public_key
from grader.audit.findings import ReplayFound, WayFound
from grader.audit.known import Draw, draws_of
from grader.authoring.recording import record_topic
from grader.client.server import Server
from grader.course import Topic
from grader.exercise import Arrays, Exercise
from grader.grading.compare import mismatch
from grader.grading.judge import judge_arrays
from grader.grading.key import ExerciseKey

FILE = "replays.toml"
DRAWS = 3  # hidden keys, so that one sees what is won by luck
MIXED = 1000  # ways of taking outputs from different sources, of which a judge is tried with so many

By = dict[str, str]  # for each output, the source that it is taken from


def replays(server: Server, topic: Topic, only: Sequence[str] = ()) -> dict[str, list[ReplayFound]]:
    """Record keys of a topic, and return by exercise which cases are passed; see `exercise_replays`.

    Args:
        server: which runs no student's code.
        topic: whose reference is run, unless the course holds a fresh public key.
        only: the exercises that are wanted, all by default.

    Raises:
        AuthorError: the topic cannot be run, or its `replays.toml` cannot be read.
    """
    why = recorded(topic)
    with ThreadPoolExecutor(2) as pool:
        secrets = [SECRET + b" %d" % draw for draw in range(DRAWS)]
        hidden = [pool.submit(record_topic, server, topic, one, only, mistakes=False) for one in secrets]
        public = public_key(server, topic, only, mistakes=False)
        keys = [future.result() for future in hidden]
    return {
        name: exercise_replays(exercise, public.exercises[name], [one.exercises[name] for one in keys], why)
        for name, exercise in topic.checks.exercises.items()
        if not only or name in only
    }


def exercise_replays(
    exercise: Exercise,
    public: ExerciseKey,
    hidden: Sequence[ExerciseKey],
    why: Mapping[tuple[str, str], str],
) -> list[ReplayFound]:
    """Return the cases of an exercise that are passed by arrays known beforehand, in the order of the key.

    Args:
        exercise: whose judge or tolerance decides.
        public: the key that students have.
        hidden: of different secrets, two at least; each in turn is the one that grades.
        why: by exercise and case, the recorded reason.
    """
    found = []
    weights = sum(case.weight for case in hidden[0].cases)
    for place, case in enumerate(hidden[0].cases):
        draws = draws_of(place, public, hidden)
        ways = _ways(exercise, draws)
        if ways:
            points = exercise.points * case.weight / weights * ways[0].won / len(hidden)
            reason = why.get((exercise.name, case.name), "")
            found.append(ReplayFound(case.name, round(points, 4), len(hidden), ways, reason))
    return found


def _ways(exercise: Exercise, draws: Sequence[Draw]) -> tuple[WayFound, ...]:
    """Return the ways that pass a case in some draw: those of one source, and a mix that is better."""

    def tried(ways: Iterable[By]) -> list[WayFound]:
        found = [WayFound(by, sum(_passes(exercise, draw, by) for draw in draws)) for by in ways]
        return sorted((one for one in found if one.won), key=lambda one: -one.won)

    first = draws[0].sources
    wholes = tried({output: label for output in first} for label in _common(first.values()))
    mixes = tried(_mixes(exercise, draws))[:1]
    if mixes and mixes[0].won > (wholes[0].won if wholes else 0):
        return (*mixes, *wholes)
    return tuple(wholes)


def _common(sources: Iterable[Arrays]) -> list[str]:
    """Return the sources that every output has."""
    every = list(sources)
    return [label for label in every[0] if all(label in one for one in every)] if every else []


def _passes(exercise: Exercise, draw: Draw, by: By) -> bool:
    """Tell whether a draw of a case is passed by what is taken from these sources."""
    if any(label not in draw.sources.get(output, {}) for output, label in by.items()):
        return False
    returned = {output: draw.sources[output][label] for output, label in by.items()}
    return judge_arrays(exercise, draw.case, draw.expected, returned) is None


def _mixes(exercise: Exercise, draws: Sequence[Draw]) -> Iterator[By]:
    """Yield ways that take outputs from different sources: those that matter, or as many as a judge gets."""
    first = draws[0].sources
    if exercise.judge_function is None:
        yield from _best_mixes(exercise, draws)
    elif prod(map(len, first.values())) <= MIXED:
        for labels in product(*first.values()):
            yield dict(zip(first, labels, strict=True))
    else:
        yield from islice(_replaced(first), MIXED)


def _replaced(sources: Mapping[str, Arrays]) -> Iterator[By]:
    """Yield the first source of each output, with some outputs of another, one output first, then more."""
    base = {output: next(iter(labels)) for output, labels in sources.items()}
    for count in range(1, len(sources) + 1):
        for outputs in combinations(sources, count):
            for label in _common(sources[output] for output in outputs):
                yield base | dict.fromkeys(outputs, label)


def _best_mixes(exercise: Exercise, draws: Sequence[Draw]) -> Iterable[By]:
    """Return one way for each set of draws that some mix passes, where outputs are compared one by one."""
    mixes: dict[tuple[bool, ...], By] = {(True,) * len(draws): {}}
    for output, sources in draws[0].sources.items():
        right = {
            label: tuple(_is_right(exercise, draw, output, label) for draw in draws) for label in sources
        }
        grown: dict[tuple[bool, ...], By] = {}
        for (won, by), (label, more) in product(mixes.items(), right.items()):
            both = tuple(a and b for a, b in zip(won, more, strict=True))
            grown.setdefault(both, {**by, output: label})
        mixes = grown
    return mixes.values()


def _is_right(exercise: Exercise, draw: Draw, output: str, label: str) -> bool:
    returned = draw.sources.get(output, {}).get(label)
    if returned is None:
        return False
    return mismatch(output, draw.expected[output], returned, exercise.tolerance) is None


def problems_of(found: Sequence[ReplayFound]) -> list[str]:
    """Say which cases are passed by arrays that are known beforehand, and are not recorded."""
    open_cases = [one for one in found if not one.reason]
    if not open_cases:
        return []
    points = sum(one.points for one in open_cases)
    cases = ", ".join(f"“{one.case}” ({one.ways[0].said})" for one in open_cases)
    return [
        f"{points:.3g} points are won without an answer, by arrays that are known beforehand: {cases}. Draw "
        "from `rng` what the results depend on, and have a judge find out properties from what is returned, "
        f"or record in {FILE} why that cannot be"
    ]


def recorded(topic: Topic) -> dict[tuple[str, str], str]:
    """Return why a case may be passed by arrays known beforehand, by exercise and case.

    Raises:
        AuthorError: the file cannot be read, or a reason is missing.
    """
    asked = "say why the case “{entry}” of {table} can be passed without an answer"
    return reasons.read(topic.folder / FILE, "its exercise", asked)


def outdated(topic: Topic, found: Mapping[str, Sequence[ReplayFound]]) -> list[str]:
    """Say which recorded cases are not passed by arrays known beforehand, or are not there any more."""
    passed = {(name, one.case) for name, cases in found.items() for one in cases}
    return [
        f"{FILE} names a case of `{exercise}` that is not there, or is not passed without an answer: {case}"
        for exercise, case in recorded(topic)
        if (exercise, case) not in passed
    ]
