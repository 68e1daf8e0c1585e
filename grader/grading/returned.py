"""A digest of what a wrong answer returned, by which two answers are known to have returned the same.

Two students who make the same mistake seldom write the same code, and the last
digits of what they return differ. So arrays are not hashed as they are. Their
errors, what was returned minus what was expected, are summed over all cases with
weights that only the trusted side can draw, three times, and each sum is rounded
to three digits. Entries that the comparison accepts count as no error. Which
outputs are wrong on which case, their shapes, and where they are no numbers
belongs to the digest as it is.

Of the course's own mistakes no two of one exercise share a digest. Where every
number is moved by a hundredth of the tolerance, one digest in sixty changes,
nearly always where a judge decides and no comparison says what is right.

The digest is keyed with the hidden key: who does not have that cannot tell from a
digest which arrays it is of, however many they try.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

import numpy as np

from grader.exercise import Exercise
from grader.grading.compare import SMALLEST_SCALE, Mismatch, allowed_error
from grader.grading.key import ExerciseKey
from grader.outcome import Outcome

SUMS = 3
WEIGHTS = 65_537  # that are drawn for a sum; a larger array has them over and over
DISTINCT = 4  # values that are wrong; of fewer many mistakes have the same
DIGITS = 16  # hex digits of a digest


def digest(
    exercise: Exercise,
    key: ExerciseKey,
    outcomes: Sequence[Outcome],
    findings: Sequence[Mismatch | None],
    secret: bytes,
) -> str:
    """Return the digest of what was returned on all cases, "" if it would say nothing.

    It says nothing if arrays are missing on some case, if all are right, or if what
    is wrong has fewer than four different values: zeros everywhere, as one returns
    who gives up, are no sign of a mistake that two share.

    Args:
        exercise: whose tolerance says which entries are wrong.
        key: what was expected; as many cases as there are outcomes.
        outcomes: in the order of the key's cases.
        findings: what is wrong on each case, None where it is right.
        secret: what only the trusted side has.
    """
    if any(outcome.status is not None for outcome in outcomes):
        return ""
    said, sums, values = [exercise.name], np.zeros(SUMS), np.empty(0)
    cases = zip(key.expected, outcomes, findings, strict=True)
    for place, (expected, outcome, finding) in enumerate(cases):
        if finding is None:
            continue
        for name, got in sorted(outcome.arrays.items()):
            error = _error(exercise, expected, name, got)
            wrong = error != 0  # NaN is wrong, too
            if wrong.any():
                values = np.union1d(values, _few(got[wrong]))
                said.append(f"{place} {name} {got.shape} {_odd(error)}")
                label = f"{exercise.name}\0{place}\0{name}".encode(errors="surrogatepass")
                with np.errstate(all="ignore"):  # of what an attack returned, a sum may be infinite
                    sums += _sums(error, label, secret)
    if len(values) < DISTINCT:
        return ""
    said += [f"{one:.2e}" for one in sums + 0.0]
    return hmac.digest(secret, "\0".join(said).encode(errors="surrogatepass"), "sha256").hex()[:DIGITS]


def _error(exercise: Exercise, expected: Mapping[str, np.ndarray], name: str, got: np.ndarray) -> np.ndarray:
    """Return an output's error in multiples of what is expected, 0 where it is right; float64.

    Where a judge decides, or the shapes differ, there is nothing to be subtracted, and
    it is the output itself.
    """
    want = expected.get(name, np.empty(0)).astype(np.float64)
    returned = got.astype(np.float64)
    scale = max(float(np.abs(want[np.isfinite(want)]).max(initial=0.0)), SMALLEST_SCALE)
    with np.errstate(all="ignore"):
        if exercise.judge_function is not None or name not in expected or want.shape != got.shape:
            return returned / scale
        tolerance = 0.0 if expected[name].dtype.kind in "iub" else exercise.tolerance
        error = returned - want
        right = (np.abs(error) <= allowed_error(want, tolerance)) | (np.isnan(returned) & np.isnan(want))
        return np.where(right | (returned == want), 0.0, error / scale)


def _sums(error: np.ndarray, label: bytes, secret: bytes) -> np.ndarray:
    """Return sums of an error's numbers, [SUMS], with weights that the secret draws."""
    numbers = np.where(np.isfinite(error), error, 0.0).reshape(-1)
    sums = np.empty(SUMS)
    for place in range(SUMS):
        seed = int.from_bytes(hmac.digest(secret, label + bytes([place]), "sha256"))
        # Raw bits, because what NumPy makes of them may change from one version to the next.
        raw = np.random.PCG64(seed).random_raw(min(max(numbers.size, 1), WEIGHTS))
        weights = np.resize(raw.astype(np.float64) / 2.0**63 - 1.0, numbers.size)
        with np.errstate(all="ignore"):
            sums[place] = (weights * numbers).sum()
    return sums


def _odd(error: np.ndarray) -> str:
    """Return a digest of where an error is no number, "" if it is one everywhere."""
    if np.isfinite(error).all():
        return ""
    signs = np.where(np.isnan(error), 2, np.sign(error) * ~np.isfinite(error)).astype(np.int8)
    return hashlib.sha256(signs.tobytes()).hexdigest()


def _few(values: np.ndarray) -> np.ndarray:
    """Return the different finite numbers in an array, or some of them if they are many."""
    return np.unique(values[np.isfinite(values)].astype(np.float64))[:DISTINCT]
