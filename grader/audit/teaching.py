"""Whether a chapter keeps to the rules of teaching that can be read off its cells.

What is to stay all the same is recorded in `teaching.toml` beside the checks,
by the rule and what it is about, with the reason:

    [heading]
    "Shattering" = "It is the field's own word, and what the section defines."
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from grader.audit import chapter, questions, reasons
from grader.audit.chapter import Kind, Lack, Part
from grader.authoring.notebook import exercise_name, solution_regions
from grader.course import Topic

FILE = "teaching.toml"
STUBS = 4  # in one check, at most
LINES = 22  # of code in a demonstration, which is asked to have about 20
POINTS = range(3, 6)  # that say what was learnt
HELPERS = "Helpers (you need not read"
LEARNT = re.compile(r"^## What you have learnt[ \t]*$(.*)", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
WORD = re.compile(r"[^\W\d_][\w’'-]*")
# One-word headings that name their subject to whoever knows the field.
STANDARD = set(
    "adadelta adagrad adam adamw attention autoencoders backpropagation broadcasting convolution "
    "convolutions dropout einsum embeddings ensembles mixup momentum normalisation optimisers "
    "overfitting parity perceptrons pooling regularisation rmsprop softmax tensors tokenisation "
    "transformers whitening".split()
)


def problems(topic: Topic) -> list[str]:
    """Say which rules a chapter does not keep to, and which reasons are recorded for nothing.

    Raises:
        AuthorError: the solution is no notebook, or `teaching.toml` cannot be read.
    """
    why = reasons.read(topic.folder / FILE, "the rule", "say why {table} does not hold for “{entry}”")
    found = list(lacks(topic))
    there = {(one.rule, one.subject) for one in found}
    return [one.said for one in found if (one.rule, one.subject) not in why] + [
        f"{FILE} has a reason for what is not there, or is as it should be: [{rule}] {subject}"
        for rule, subject in why
        if (rule, subject) not in there
    ]


def lacks(topic: Topic) -> Iterator[Lack]:
    """Yield all that a chapter lacks, whether its author has recorded a reason or not."""
    parts = chapter.read(topic)
    yield from questions.lacks(parts)
    yield from _unused(topic, parts)
    yield from _stubs(topic, parts)
    yield from _ending(parts)
    yield from _headings(parts)
    yield from _long(parts)


def _unused(topic: Topic, parts: Sequence[Part]) -> Iterator[Lack]:
    """Yield each name that students write and that nothing calls but its check."""
    nodes = [node for part in parts if part.kind not in (Kind.TEXT, Kind.CHECK) for node in part.tree.body]
    used = [(getattr(node, "name", ""), _used(node)) for node in nodes]
    for name in dict.fromkeys(name for one in topic.checks.exercises.values() for name in one.writes):
        if not any(name in names for of, names in used if of != name):
            said = "is used by no demonstration and by no other solution: build on it, or show it at work"
            yield Lack("unused", name, f"`{name}` {said}")


def _used(node: ast.stmt) -> set[str]:
    """Return the names that a statement reads."""
    names = (one for one in ast.walk(node) if isinstance(one, ast.Name))
    return {one.id for one in names if isinstance(one.ctx, ast.Load)}


def _stubs(topic: Topic, parts: Sequence[Part]) -> Iterator[Lack]:
    """Yield each exercise that asks for too many stubs before anything is said of the first."""
    cells = [part for part in parts if part.kind is Kind.ANSWER]
    for exercise in topic.checks.exercises.values():
        own = [part.text for part in cells if exercise_name(part.text) in exercise.writes]
        count = sum(len(solution_regions(text)) for text in own)
        if count > STUBS:
            said = f"asks for {count} stubs in one check, where {STUBS} are the most: split it"
            yield Lack("stubs", exercise.name, f"`{exercise.name}` {said}")


def _ending(parts: Sequence[Part]) -> Iterator[Lack]:
    """Yield what is missing of the open task and of the summary."""
    texts = [part.text for part in parts if part.kind is Kind.TEXT]
    if not any(one.startswith("**Explore.**") for text in texts for one in chapter.paragraphs(text)):
        said = "write a text that begins `**Explore.**`, judged by an outcome that is printed"
        yield Lack("ending", "explore", f"there is no open task: {said}")
    learnt = next((match for text in texts if (match := LEARNT.search(text))), None)
    if learnt is None:
        yield Lack("ending", "learnt", "there is no `## What you have learnt` before the closing question")
        return
    points = len(re.findall(r"^[-*][ \t]", learnt.group(1), re.MULTILINE))
    if points not in POINTS:
        said = f"`## What you have learnt` has {points} points, where three to five are expected"
        yield Lack("ending", "points", said)
    if not re.search(r"^Read on: ", learnt.group(1), re.MULTILINE):
        said = "`## What you have learnt` does not say where to read on: end it with a line `Read on: …`"
        yield Lack("ending", "read on", said)


def _headings(parts: Sequence[Part]) -> Iterator[Lack]:
    """Yield each heading that is one word, and not one of the field's."""
    for part in parts:
        for title in HEADING.findall(part.text) if part.kind is Kind.TEXT else ():
            words = WORD.findall(title)
            if len(words) == 1 and words[0].lower() not in STANDARD:
                said = "is one word: name the section's subject, or record why it is enough"
                yield Lack("heading", title, f"the heading “{title}” {said}")


def _long(parts: Sequence[Part]) -> Iterator[Lack]:
    """Yield each demonstration that is longer than a student reads."""
    before = ""
    for part in parts:
        if part.kind is Kind.DEMONSTRATION and HELPERS not in before + part.text:
            count = _lines(part)
            if count > LINES:
                first = part.text.strip().partition("\n")[0]
                said = f"a demonstration has {count} lines of code, where about 20 are the most"
                remedy = "move what only sets up or draws into the cell of helpers"
                yield Lack("long", first, f"{said}: {remedy} ({first})")
        before = part.text if part.kind is Kind.TEXT else ""


def _lines(part: Part) -> int:
    """Return how many lines of code a cell has, without comments and without the claims that it asserts."""
    claims = [node for node in part.tree.body if isinstance(node, ast.Assert)]
    asserted = {line for node in claims for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    lines = enumerate(part.text.split("\n"), 1)
    return sum(bool(line.strip()) and line.strip()[0] != "#" and n not in asserted for n, line in lines)
