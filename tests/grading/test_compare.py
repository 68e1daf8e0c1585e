"""What is right passes, what is not never does, and a difference is named only if it is proved."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.grading.compare import SMALLEST_SCALE, Mismatch, allowed_error, compare, equal, mismatch

NAN, INF = np.nan, np.inf
TOLERANCE = 1e-5
rng = np.random.default_rng(3)
MATRIX = rng.normal(size=(4, 3))
SQUARE = rng.normal(size=(3, 3))

shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
floats = st.sampled_from(["float16", "float32", "float64"]).flatmap(lambda dtype: hnp.arrays(dtype, shapes))
exact = st.sampled_from(["bool", "int8", "int32", "int64", "uint8", "uint64"]).flatmap(
    lambda dtype: hnp.arrays(dtype, shapes)
)
moderate = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=0, max_dims=3, max_side=4),
    elements=st.floats(-1e6, 1e6, allow_nan=False),
)


def found(expected: Any, returned: Any, tolerance: float = TOLERANCE) -> Mismatch | None:
    return mismatch("y", np.asarray(expected), np.asarray(returned), tolerance)


def relation(expected: Any, returned: Any) -> str:
    result = found(expected, returned)
    assert result is not None, "these should differ"
    return result.relation


# Equality


@given(floats | exact)
def test_an_array_equals_itself(array: np.ndarray) -> None:
    assert compare({"y": array}, {"y": array.copy()}, TOLERANCE) is None
    assert compare({"y": array}, {"y": array.copy()}, 0.0) is None


@given(moderate, st.data())
def test_a_perturbation_above_the_tolerance_is_always_found(array: np.ndarray, data: st.DataObject) -> None:
    at = tuple(data.draw(st.integers(0, n - 1)) for n in array.shape)
    factor = data.draw(st.floats(1.01, 1e6)) * data.draw(st.sampled_from([-1, 1]))
    changed = array.copy()
    changed[at] += factor * allowed_error(array, TOLERANCE)[at]
    assert found(array, changed) is not None


@given(moderate, st.data())
def test_a_perturbation_within_the_tolerance_passes(array: np.ndarray, data: st.DataObject) -> None:
    share = data.draw(hnp.arrays(np.float64, array.shape, elements=st.floats(-0.99, 0.99)))
    assert found(array, array + share * allowed_error(array, TOLERANCE)) is None


@given(exact, st.data())
def test_integers_and_booleans_are_exact(array: np.ndarray, data: st.DataObject) -> None:
    assume(array.size)
    at = tuple(data.draw(st.integers(0, n - 1)) for n in array.shape)
    changed = array.copy()
    changed[at] = not changed[at] if array.dtype == bool else changed[at] ^ 1
    result = found(array, changed, tolerance=1.0)
    assert result is not None and result.kind == "values"
    assert "(exactly)" in result.text


@given(moderate, st.sampled_from([NAN, INF, -INF]), st.data())
def test_what_is_not_finite_never_passes_for_what_is(
    array: np.ndarray, value: float, data: st.DataObject
) -> None:
    at = tuple(data.draw(st.integers(0, n - 1)) for n in array.shape)
    changed = array.copy()
    changed[at] = value
    assert found(array, changed, tolerance=1e9) is not None
    assert found(changed, array, tolerance=1e9) is not None


@pytest.mark.parametrize(
    ("expected", "returned"),
    [
        (INF, -INF),
        (INF, NAN),
        (NAN, INF),
        (NAN, 0.0),
        (0.0, NAN),
        (INF, 1.7e308),
        ([1.0, INF], [1.0, -INF]),
        ([1.0, INF], [2.0, INF]),
        ([1.0, NAN], [2.0, NAN]),
        ([NAN, 1.0], [1.0, NAN]),
        (1, NAN),
        (1, INF),
        (True, NAN),
        (1e308, -1e308),
    ],
)
def test_infinities_and_nan_are_right_only_in_their_place(expected: Any, returned: Any) -> None:
    result = found(expected, returned)
    assert result is not None and result.text


@pytest.mark.parametrize("value", [NAN, INF, -INF, [1.0, NAN, -INF]])
def test_infinities_and_nan_pass_where_they_are_expected(value: Any) -> None:
    assert found(value, value) is None
    assert found(np.float32(value), np.float64(value)) is None


def test_nan_is_counted_and_placed() -> None:
    result = found(MATRIX, np.where(np.arange(12).reshape(4, 3) >= 10, NAN, MATRIX))
    assert result is not None and result.kind == "nan"
    assert "NaN in 2 of its 12 values, first at [3, 1]" in result.text
    assert result.relation.startswith("NaN comes of 0 / 0")


def test_nan_that_is_expected_is_not_counted() -> None:
    result = found([NAN, 1.0, 2.0], [NAN, NAN, 2.0])
    assert result is not None and "NaN in 1 of its 3 values, first at [1]" in result.text


def test_the_tolerance_is_relative_to_the_value_and_to_the_largest_of_its_array() -> None:
    assert allowed_error(np.array([0.0, 100.0]), 1e-3) == pytest.approx([0.1, 0.2])
    assert allowed_error(np.array([0.0, INF, NAN, -4.0]), 1e-3) == pytest.approx([4e-3, 4e-3, 4e-3, 8e-3])
    assert allowed_error(np.zeros(2), 1e-3) == pytest.approx([1e-3 * SMALLEST_SCALE] * 2)
    assert allowed_error(np.empty((0, 3)), 1e-3).shape == (0, 3)


def test_float64_is_as_good_as_float32() -> None:
    assert found(MATRIX.astype(np.float32), MATRIX) is None
    assert found(MATRIX, MATRIX.astype(np.float32)) is None
    assert found(MATRIX, MATRIX.astype(np.float16)) is not None


def test_a_whole_number_may_be_a_float_and_must_be_that_number() -> None:
    assert found([1, 2, 3], [1.0, 2.0, 3.0]) is None
    assert found([1, 2, 3], [1.0, 2.0, 3.0001]) is not None
    assert found([True, False], [1.0, 0.0]) is None
    assert found([True, False], [1, 0]) is None
    assert found([1.0, 2.0], [1, 2]) is None
    assert found([1.0, 2.0], [1, 3]) is not None


def test_large_integers_are_not_rounded() -> None:
    assert found(2**53, 2**53 + 1) is not None
    assert found(np.uint64(2**64 - 1), np.int64(-1)) is not None


@pytest.mark.parametrize(
    ("expected", "returned"),
    [((), (1,)), ((1,), ()), ((3,), (3, 1)), ((3,), (1, 3)), ((2, 3), (3, 2)), ((2, 3), (6,)), ((0,), ()),
     ((0, 3), (3, 0)), ((3,), (4,)), ((2, 2), (2, 2, 2)), ((0,), (0, 0))],
)  # fmt: skip
def test_shapes_are_never_broadcast(expected: tuple[int, ...], returned: tuple[int, ...]) -> None:
    result = found(np.zeros(expected), np.zeros(returned))
    assert result is not None and result.kind == "shape"
    assert str(expected) in result.text and str(returned) in result.text
    assert not any(character.isdigit() for character in result.relation.replace("length 1", ""))


def test_empty_arrays_of_one_shape_are_equal() -> None:
    assert found(np.zeros((0, 3)), np.zeros((0, 3), np.float32)) is None


def test_outputs_that_are_missing_or_extra_are_named() -> None:
    one = {"w": np.zeros(2), "v": np.ones(2)}
    missing = compare(one, {"w": np.zeros(2)}, TOLERANCE)
    assert missing is not None and (missing.output, missing.kind) == ("v", "missing")
    extra = compare({"w": np.zeros(2)}, one, TOLERANCE)
    assert extra is not None and (extra.output, extra.kind) == ("v", "extra")
    assert not equal(one, {}, TOLERANCE) and not equal({}, one, TOLERANCE)
    assert equal(one, dict(reversed(one.items())), TOLERANCE)


def test_the_first_mismatch_is_in_the_order_of_what_was_expected() -> None:
    result = compare({"b": np.zeros(2), "a": np.zeros(2)}, {"a": np.ones(2), "b": np.ones(2)}, TOLERANCE)
    assert result is not None and result.output == "b"


# What is said


def test_the_message_counts_and_shows_the_furthest() -> None:
    changed = MATRIX.copy()
    changed[1, 2] += 0.1
    changed[3, 0] -= 0.5
    result = found(MATRIX, changed)
    assert result is not None
    assert result.text == (
        "`y` has the right shape, (4, 3), but 2 of its 12 values are off. The furthest is at [3, 0]: "
        f"{changed[3, 0]:.4f}, where {MATRIX[3, 0]:.4f} was expected (tolerance 1e-5)."
    )


def test_one_number_is_spoken_of_as_one() -> None:
    result = found(2.0, 3.0)
    assert result is not None
    assert result.text == "`y` is 3.0000, where 2.0000 was expected (tolerance 1e-5)."


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_very_small_and_very_large_values_are_compared_without_a_warning(size: float) -> None:
    values = np.array([1.0, -2.0, 3.0])
    with np.errstate(all="raise"):
        assert relation(size * values, np.array([5.0, 1.0, 4.0])) == ""
        assert relation(np.array([5.0, 1.0, 4.0]), 1e300 * values) == ""


@given(st.one_of(floats, exact), st.one_of(floats, exact))
def test_any_two_arrays_are_compared_without_an_error(one: np.ndarray, other: np.ndarray) -> None:
    result = found(one, other)
    assert (result is None) or (result.text and result.output == "y")


# Relations: each is named where it holds


@pytest.mark.parametrize(
    ("expected", "returned", "phrase"),
    [
        (MATRIX, -MATRIX, "with the opposite sign"),
        (SQUARE, SQUARE.T, "transposed"),
        (MATRIX, MATRIX[::-1], "in the opposite order along its first axis"),
        (MATRIX, MATRIX[:, ::-1], "in the opposite order along its last axis"),
        (MATRIX, np.roll(MATRIX, 1, 0), "one place late along its first axis"),
        (MATRIX, np.roll(MATRIX, -1, 0), "one place early along its first axis"),
        (rng.normal(size=(4, 5)), None, "one place late along its last axis"),
        (MATRIX, 2 * MATRIX, "is 2 times what was expected, everywhere"),
        (MATRIX, MATRIX / 2, "is ½ times what was expected, everywhere"),
        (MATRIX, -2 * MATRIX, "is -2 times what was expected, everywhere"),
        (MATRIX, 1.25 * MATRIX, "is what was expected times the same number, everywhere"),
        (MATRIX, MATRIX + 3, "off by the same amount everywhere"),
        (MATRIX, np.concatenate([MATRIX[:1] * [4, 2, 3], MATRIX[1:]]), "wrong at its first index only"),
        (MATRIX, np.concatenate([MATRIX[:-1], MATRIX[-1:] * [4, 2, 3]]), "wrong at its last index only"),
        (MATRIX, np.concatenate([MATRIX[:1], MATRIX[1:] ** 3]), "right at its first index only, [0]"),
        (MATRIX, MATRIX.T, "its axes are in the opposite order"),
        (np.zeros((2, 3, 4)), np.zeros((2, 4, 3)), "the right axes in another order"),
        (np.zeros((2, 3)), np.zeros((2, 1, 3)), "only axes of length 1 differ"),
        (0.0, [0.0], "only axes of length 1 differ"),
        (np.zeros(3), np.zeros((3, 4)), "one axis too many"),
        (np.zeros((3, 4)), np.zeros(3), "one axis too few"),
        (np.zeros((3, 4)), np.zeros((2, 6)), "as many values as expected, in another shape"),
        (np.zeros((3, 4)), np.zeros(12), "as many values as expected, in another shape"),
        (np.zeros((3, 4)), np.zeros((3, 5)), "only its last axis is too long"),
        (np.zeros((3, 4)), np.zeros((2, 4)), "only its first axis is too short"),
        (MATRIX, np.where(MATRIX > MATRIX.min(), MATRIX, INF), "infinite where it should not be"),
        (MATRIX, MATRIX.astype(np.int32), "whole numbers: where are fractions cut off"),
    ],
)
def test_a_relation_is_named(expected: Any, returned: Any, phrase: str) -> None:
    if returned is None:
        returned = np.roll(expected, 1, -1)
    assert phrase in relation(expected, returned)


def test_float32_is_named_where_more_digits_are_asked_for() -> None:
    result = mismatch("y", MATRIX, MATRIX.astype(np.float32) + np.float32(1e-7), 1e-9)
    assert result is not None and "as many digits as float32 has" in result.relation
    for further in (MATRIX + 1e-7, np.sqrt(MATRIX**2 + 1e-7)):  # in float64, as an ε out of place
        result = mismatch("y", np.abs(MATRIX), np.abs(further), 1e-9)
        assert result is not None and "float32" not in result.relation and "ε" in result.relation
    result = mismatch("y", MATRIX, MATRIX * (1 + 1e-3), 1e-9)
    assert result is not None and "float32" not in result.relation


def test_numbers_that_differ_are_shown_to_differ() -> None:
    for returned, shown in (
        (2.14031299, "2.140313, where 2.140312 was expected"),
        (2.1403123412345, "2.140312341, where 2.140312340 was expected"),
        (np.nextafter(2.14031234, 3), "2.1403123400000004, where 2.1403123399999999 was expected"),
        (2.5, "2.5000, where 2.1403 was expected"),
    ):
        result = mismatch("y", np.float64(2.14031234), np.float64(returned), 1e-17)
        assert result is not None and shown in result.text


def test_what_is_nearly_constant_is_not_said_to_be_the_same_everywhere() -> None:
    apart = np.linspace(1.0e-4, 1.4e-4, MATRIX.size).reshape(MATRIX.shape)
    for returned in (MATRIX * (1 + apart), MATRIX + apart):
        result = mismatch("y", MATRIX, returned, 3e-5)
        assert result is not None and "everywhere" not in result.relation


def test_a_factor_is_shown_with_as_many_digits_as_tell_it_from_1() -> None:
    for factor, shown in ((1.25, "1.2500"), (1.00002, "1.00002"), (-1 / 3, "-0.3333")):
        result = mismatch("y", MATRIX, factor * MATRIX, 1e-7)
        assert result is not None and result.number == shown
        assert "times the same number" in result.relation and not re.search(r"\d", result.relation)


def test_a_row_is_called_wrong_only_if_all_of_it_is() -> None:
    for row in (0, -1):
        wrong = np.ones((6, 8)) * np.arange(48).reshape(6, 8)
        wrong[row, 3] += 1
        assert relation(np.arange(48.0).reshape(6, 8), wrong) == ""
    steps = np.arange(5.0)
    assert relation(steps, np.array([0, 5, 7, 9, 12.0])) == "", "where the first axis is steps"


def test_an_output_that_no_student_names_is_quoted_as_words() -> None:
    result = mismatch("calls of f", np.array(1), np.array(3), 1e-5)
    assert result is not None and result.text == "“calls of f” is 3, where 1 was expected (exactly)."


def test_one_wrong_row_is_no_matter_of_the_batch() -> None:
    wrong = MATRIX.copy()
    wrong[1, 1] += 1
    assert "index" not in relation(MATRIX, wrong)
    result = found(MATRIX, wrong)
    assert result is not None and "1 of its 12 values is off. It is at [1, 1]: " in result.text


def test_a_relation_is_not_claimed_where_it_almost_holds() -> None:
    changed = [-MATRIX, 2 * MATRIX, MATRIX[::-1], np.roll(MATRIX, 1, 0), MATRIX + 3]
    for one in changed:
        almost = one.copy()
        almost[1, 1] += 0.01
        assert relation(MATRIX, almost) == ""
    almost = SQUARE.T.copy()
    almost[1, 1] += 0.01
    assert relation(SQUARE, almost) == ""


def test_a_relation_of_integers_holds_of_the_small_ones_too() -> None:
    large = np.array([[2**61, 5, 0], [7, 2**40, 3], [1, 2, 4]])
    for place, value in (((0, 1), 6), ((0, 2), 1), ((0, 0), 2**61 + 1), ((0, 0), 2**61 + 2**12)):
        almost = large.copy()
        almost[place] = value
        assert found(large, almost) is not None
        assert relation(large, almost) == ""
    assert "is 2 times" in relation(large[1:], 2 * large[1:])
    assert "off by the same amount" in relation(large[1:], large[1:] + 3)
    row = large.copy()
    row[0] += 1
    assert "wrong at its first index only" in relation(large, row)


def test_no_relation_is_claimed_of_noise_or_constants() -> None:
    assert relation(MATRIX, rng.normal(size=MATRIX.shape)) == ""
    assert relation(np.ones((3, 3)), 2 * np.ones((3, 3))) == ""
    assert relation(MATRIX, np.zeros_like(MATRIX)) == ""
    assert relation([1.0, 2.0], [2.0, 4.0]) == ""
    assert relation([1.0, NAN, 2.0, 3.0], [-1.0, NAN, -2.0, -3.0]) == ""


@given(moderate, moderate)
def test_what_is_claimed_holds(expected: np.ndarray, returned: np.ndarray) -> None:
    result = found(expected, returned)
    if result is None or result.kind != "values" or not result.relation:
        return
    undone = {
        "opposite sign": lambda a: -a,
        "transposed": lambda a: a.swapaxes(-1, -2),
        "opposite order along its first": lambda a: a[::-1],
        "opposite order along its last": lambda a: a[..., ::-1],
        "late along its first": lambda a: np.roll(a, -1, 0),
        "early along its first": lambda a: np.roll(a, 1, 0),
        "late along its last": lambda a: np.roll(a, -1, -1),
        "early along its last": lambda a: np.roll(a, 1, -1),
        "wrong in its first": lambda a: np.concatenate([expected[:1], a[1:]]),
        "wrong in its last": lambda a: np.concatenate([a[:-1], expected[-1:]]),
        "right for the first": lambda a: np.concatenate([a[:1], expected[1:]]),
        "times": lambda a: a * ((expected**2).sum() / (a * expected).sum()),
        "same amount": lambda a: a - (a - expected).mean(),
    }
    undo = next(change for words, change in undone.items() if words in result.relation)
    assert found(expected, undo(returned)) is None


def test_a_relation_holds_no_number_of_the_key() -> None:
    for returned in (-MATRIX, MATRIX + 3, np.roll(MATRIX, 1, 0)):
        assert not any(character.isdigit() for character in relation(MATRIX, returned))
