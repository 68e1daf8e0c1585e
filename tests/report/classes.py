"""Classes whose truth is known: what each student made of each exercise is drawn, and told."""

from __future__ import annotations

import random

from grader.verdict import CaseVerdict, Graded, Missing, PassedOver, Results, Status, Verdict

BROKEN = "broken"  # good students fail it, others pass
SLOW = "slow"  # runs out of time for a third


def drawn_class(students: int, topics: int = 3, exercises: int = 6, seed: int = 1) -> Results:
    """Draw a class in which who is able solves more; topic 01 has a broken exercise and a slow one, too."""
    draw = random.Random(seed)
    ability = {f"student{number:04}": draw.random() for number in range(students)}
    graded, missing = [], []
    for topic in range(1, topics + 1):
        names = [f"exercise_{place}" for place in range(exercises)] + ([BROKEN, SLOW] if topic == 1 else [])
        for student, able in ability.items():
            if draw.random() < 0.05:
                missing.append(Missing(student, _id(topic)))
                continue
            verdicts = tuple(_verdict(draw, name, able) for name in names)
            score = sum(one.score for one in verdicts)
            most = sum(one.max_score for one in verdicts)
            graded.append(Graded(student, _id(topic), f"class/{student}.py", score, most, 0.5, verdicts))
    passed_over = (PassedOver("class/<b>notes</b>.txt", "it is no notebook", "student0000"),)
    return Results(tuple(graded), {}, passed_over=passed_over, missing=tuple(missing))


def _id(topic: int) -> str:
    return f"{topic:02}_topic"


def _verdict(draw: random.Random, name: str, able: float) -> Verdict:
    if name == SLOW and draw.random() < 0.33:
        return _made(name, Status.TIMED_OUT, None)
    solved = able < 0.5 if name == BROKEN else draw.random() < 0.2 + 0.75 * able
    if solved:
        return _made(name, Status.PASSED, None)
    mistake = draw.choice(["sign_flipped", "axis_swapped", None])
    return _made(name, Status.WRONG, mistake)


def _made(name: str, status: Status, mistake: str | None) -> Verdict:
    sentence = f"{name} has its {mistake.replace('_', ' ')}." if mistake else ""
    score = 10.0 if status is Status.PASSED else 0.0
    message = "" if status is Status.PASSED else f"What {name} returns is wrong: <b>&amp; more</b>"
    cases = (CaseVerdict("a case", status, 0.01), CaseVerdict("another", status, 0.02))
    return Verdict(name, status, score, 10.0, mistake, message, cases, sentence=sentence)
