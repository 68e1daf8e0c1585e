"""Answers that read alike are found, and those of students who worked alone are not."""

from __future__ import annotations

import random

import pytest

from grader.answers import Answer, Texts
from grader.report.copied import COMMON_LEAST, LEAST, Compared, compare

REFERENCE = "def f(x):\n    centred = x - np.mean(x, axis=0)\n    return centred / np.std(centred, axis=0)\n"
PARTS = [
    "np.exp({a})", "np.sum({a}, axis=0)", "np.sqrt({a} + 1e-8)", "np.maximum({a}, {b})", "{a} @ {b}.T",
    "np.einsum('ij,j->i', {a}, {b})", "np.stack([{a}, {b}], axis=-1)", "{a} * {b} + {a} ** 2",
    "np.clip({a}, 0.0, 1.0)", "np.log1p({a}) / len({b})", "np.where({a} > 0, {a}, {b})", "{a}.reshape(-1, 2)",
]  # fmt: skip


def written(seed: int, name: str = "t", lines: int = 10) -> str:
    """An answer that one student wrote alone: what is called how is drawn apart from what is written."""
    draw = random.Random(seed)
    known, text = ["x"], "def f(x):\n"
    for number in range(lines):
        inner = draw.choice(PARTS).format(a=draw.choice(known), b=draw.choice(known))
        part = draw.choice(PARTS).format(a=f"({inner})", b=draw.choice(known))
        known.append(f"{name}{number}")
        text += f"    {known[-1]} = {part}\n"
    return text + f"    return {known[-1]}\n"


def read(text: str) -> Answer:
    return Texts([text]).answer(["f"])


def compared(texts: dict[str, str], **options: object) -> Compared:
    answers = {name: read(text) for name, text in texts.items()}
    return compare("01_topic", "f", answers, read(REFERENCE), **options)  # type: ignore[arg-type]


def class_of(size: int) -> dict[str, str]:
    return {f"s{number:03}": written(number) for number in range(size)}


def pairs(found: Compared) -> set[tuple[str, str]]:
    return {one.students for one in found.similar}


def test_a_renamed_copy_with_other_comments_is_found_and_an_answer_of_one_s_own_is_not() -> None:
    copy = written(7, "summe").replace("):\n", "):\n    # mine, I promise\n\n")
    found = compared(class_of(40) | {"copier": copy})
    assert pairs(found) == {("copier", "s007")}
    (one,) = found.similar
    assert one.shares == (1.0, 1.0) and one.tokens[0] == one.tokens[1] > LEAST
    assert (found.compared, found.short) == (41, 0)


def test_helpers_in_another_order_are_found() -> None:
    helpers = [written(seed).replace("def f(", f"def h{seed}(") for seed in (101, 102, 103)]
    body = "def f(x):\n    return h101(x) + h102(x) + h103(x)\n"
    first, other = "\n\n".join([*helpers, body]), "\n\n".join([body, *reversed(helpers)])
    found = compared(class_of(20) | {"ada": first, "bob": other})
    assert pairs(found) == {("ada", "bob")}
    assert min(found.similar[0].shares) > 0.9


def test_a_copy_within_a_longer_answer_is_found_both_ways() -> None:
    inside = written(7)
    longer = inside + "\n\n" + written(300, "u", 15).replace("def f(", "def g(")
    found = compared(
        class_of(20) | {"s007": inside, "longer": longer.replace("return", "g(x)\n    return", 1)}
    )
    (one,) = found.similar
    assert one.students == ("longer", "s007")
    assert one.shares[0] < 0.7 < 0.9 < one.shares[1]


def test_what_two_share_is_where_the_spans_say() -> None:
    answers = {"ada": read(written(7)), "bob": read(written(7, "b") + "    # the end\n")}
    (one,) = compare("01_topic", "f", answers, read(REFERENCE)).similar
    for student, spans in zip(one.students, one.spans, strict=True):
        text = answers[student].text
        assert [text[first:last] for first, last in spans] == [text.partition("  #")[0].rstrip()]


def test_the_course_s_own_way_is_nobody_s() -> None:
    found = compared({"ada": REFERENCE, "bob": REFERENCE.replace("centred", "c"), "cy": written(3)})
    assert found.similar == () and (found.compared, found.short) == (1, 2)


def test_what_many_write_is_what_the_exercise_suggests() -> None:
    many = {f"m{number}": written(500, f"v{number}") for number in range(COMMON_LEAST + 1)}
    assert compared(class_of(20) | many).similar == ()
    few = dict(list(many.items())[:COMMON_LEAST])
    assert len(compared(class_of(20) | few).similar) == COMMON_LEAST * (COMMON_LEAST - 1) / 2


def test_answers_of_one_line_are_left_out_and_counted() -> None:
    line = "def f(x):\n    return np.sum(np.exp(x), axis=0)\n"
    found = compared(class_of(5) | {"ada": line, "bob": line})
    assert found.similar == () and (found.compared, found.short) == (5, 2)


@pytest.mark.parametrize("size", [0, 1])
def test_a_class_of_one_or_none_has_no_pair(size: int) -> None:
    found = compared(class_of(size))
    assert (found.similar, found.compared, found.short) == ((), size, 0)


def test_two_of_one_group_are_not_compared() -> None:
    texts = class_of(10) | {"copier": written(7, "a"), "third": written(7, "b")}
    found = compared(texts, together=[["copier", "s007"], ["s001"]])
    assert pairs(found) == {("copier", "third"), ("s007", "third")}


def test_the_share_from_which_on_two_are_listed_can_be_chosen() -> None:
    half = written(7, lines=7).rpartition("    return")[0] + written(900, lines=14).partition("\n")[2]
    texts = class_of(20) | {"half": half.replace("t1", "u1")}
    assert pairs(compared(texts, share=0.2)) >= {("half", "s007")}
    assert ("half", "s007") not in pairs(compared(texts, share=1.0))


def test_the_same_class_gives_the_same_in_whatever_order() -> None:
    texts = class_of(30) | {"copier": written(7, "a")}
    assert compared(texts) == compared(dict(reversed(texts.items())))


def test_a_passage_that_comes_many_times_is_counted_each_time() -> None:
    again = (
        "def f(x):\n" + "    x = np.where(np.sqrt(x * x + 1) > 2, x, np.exp(-x))\n" * 30 + "    return x\n"
    )
    found = compared({"ada": again, "bob": again.replace("x", "y"), "cy": written(3)})
    assert pairs(found) == {("ada", "bob")} and min(found.similar[0].shares) > 0.95
