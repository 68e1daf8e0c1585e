"""How the answers on tensors and probability are exercised. Students may read this file."""

import numpy as np

from grader.drivers import WrongStructure, describe, named
from grader.exercise import exercise
from grader.properties import rearranged

HOURS = 5  # fourteen short functions


@exercise(
    points=5,
    hint="If `table` has one row for each label, what does `tf.gather` take along axis 0, "
    "and what does it do with the axes of `labels`?",
)
def look_up(answer, table, labels, then=None):
    outputs = {"rows": answer.look_up(table, labels)}
    if then is not None:
        outputs["rows, second"] = answer.look_up(table, then)
    return outputs


@look_up.cases
def _(rng):
    # clause: "labels: integers of any shape"
    yield "a list of seven labels", {"table": rng.normal(size=(4, 3)), "labels": rng.permutation(7) % 4}
    yield "a picture of 4 × 6 labels", {
        "table": rng.uniform(0, 255, size=(5, 3)), "labels": rng.permutation(24).reshape(4, 6) % 5,
    }
    yield "as many rows, columns and labels", {
        "table": rng.normal(size=(3, 3)), "labels": rng.permutation(9).reshape(3, 3) % 3,
    }
    # clause: "[..., D]", with a single label and with three axes
    yield "one label alone, then three axes of labels", {
        "table": rng.normal(size=(6, 2)), "labels": np.array(rng.integers(1, 5)),
        "then": rng.permutation(24).reshape(2, 3, 4) % 6,
    }
    # clause: "a label may be missing, and may come many times"
    yield "a table of which most is not needed", {
        "table": rng.normal(size=(300, 5)), "labels": rng.permutation([2] * 5 + [280] * 6),
    }


@exercise(
    points=5,
    hint="After the rows are split into (patch row, row in the patch) and the columns as well, in which "
    "order must the five axes stand before the last reshape?",
)
def to_patches(answer, image, side, then=None):
    outputs = {"patches": answer.to_patches(image, side)}
    if then is not None:
        outputs["patches, second"] = answer.to_patches(then["image"], then["side"])
    return outputs


@to_patches.cases
def _(rng):
    # clause: "The patches come as one reads: the upper row of them first, from left to right"
    image = rng.uniform(0, 255, size=(4, 6, 3))
    yield "four rows, six columns, patches of 2 × 2", {"image": image, "side": 2}
    # clause: "So do the pixels in each, and the channels of a pixel stand together"
    yield "nine rows, six columns, patches of 3 × 3", {"image": rng.uniform(size=(9, 6, 5)), "side": 3}
    yield "a square image of one channel", {"image": rng.uniform(size=(8, 8, 1)), "side": 4}
    # clause: "side: …, from 1": a patch is one pixel; and up to the whole picture
    yield "patches of one pixel, then one patch", {
        "image": rng.uniform(size=(3, 5, 2)), "side": 1,
        "then": {"image": rng.uniform(size=(5, 5, 2)), "side": 5},
    }


@exercise(
    points=5,
    hint="Which shape must a table of 0 and 1 have that says which row is in which group, "
    "so that its product with x adds up each group?",
)
def group_means(answer, x, labels, K):
    return {"means": answer.group_means(x, labels, K)}


@group_means.cases
def _(rng):
    def groups(sizes, depth):
        labels = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
        return {"x": 30 * rng.normal(size=(len(labels), depth)) + 20, "labels": labels, "K": len(sizes)}

    # clause: "x: rows to be averaged", "K: how many groups there are"
    yield "two groups of six rows", groups([2, 4], 3)
    yield "five groups of one column", groups([1, 3, 2, 5, 1], 1)
    yield "as many groups as columns and rows", groups([1, 1, 1, 1], 4)
    # clause: "zeros for a group that has none", inside and at the end
    yield "an empty group between others", groups([3, 0, 4], 2)
    inputs = groups([3, 4], 2)
    inputs["x"][:2] = 0.0  # a row of zeros is a row
    yield "two rows of zeros among seven", inputs
    yield "empty groups at both ends", groups([0, 2, 5, 0], 3)


@exercise(
    points=10,
    hint="In ‖x - y‖² = ‖x‖² - 2x·y + ‖y‖², which shape must each of the three terms have "
    "to make a table of N rows and M columns?",
)
def pairwise_sq_dists(answer, x, y):
    returned = answer.pairwise_sq_dists(x, y)
    try:
        negative = bool(np.any(np.asarray(returned, dtype=np.float64) < 0))
    except (TypeError, ValueError):
        raise WrongStructure(f"expected a table of distances, got {describe(returned)}") from None
    return {"squared distances": returned, "any below 0": negative}


@pairwise_sq_dists.cases
def _(rng):
    # clause: "Return the squared distance of every point of `x` from every point of `y`"
    yield "one point and three others", {"x": rng.normal(size=(1, 4)), "y": rng.normal(size=(3, 4))}
    yield "five points and seven others", {"x": rng.normal(size=(5, 3)), "y": rng.normal(size=(7, 3))}
    yield "six numbers and four others", {"x": rng.normal(size=(6, 1)), "y": rng.normal(size=(4, 1))}
    # clause: "No distance is below 0." Without clipping, each of 40 points that coincide may fall below it.
    points = rng.normal(size=(40, 16))
    yield "points and themselves", {"x": points, "y": points}
    points = 100 * rng.normal(size=(40, 16))
    yield "points far out, each of which comes twice", {"x": points, "y": points[::-1].copy()}


@exercise(
    points=10,
    hint="`tf.linalg.svd` returns a third matrix beside U and the singular values: "
    "what is its shape if x is 4 × 9, and do the directions stand in its rows or in its columns?",
    tolerance=3e-5,
)
def low_rank(answer, x, k, then=None):
    outputs = named(answer.low_rank(x, k), "xk", "energy")
    if then is not None:
        outputs |= named(answer.low_rank(then["x"], then["k"]), "xk, second", "energy, second")
    return outputs


def layered(rng, rows, columns, rank=None, fall=0.6):
    """Draw a matrix whose singular values are 10, 6, 3.6 and so on, so that each layer is well defined."""
    rank = min(rows, columns) if rank is None else rank
    left = np.linalg.qr(rng.normal(size=(rows, rank)))[0]
    right = np.linalg.qr(rng.normal(size=(columns, rank)))[0]
    return 10 * left * fall ** np.arange(rank) @ right.T


@low_rank.cases
def _(rng):
    rows = layered(rng, 4, 5)
    yield "one row, then three", {"x": rows[:1], "k": 1, "then": {"x": rows[1:], "k": 1}}
    # clause: "xk: the sum of the first `k` layers", "divided by that of all"
    yield "nine rows, four columns, two layers", {"x": layered(rng, 9, 4), "k": 2}
    yield "four rows, nine columns, three layers", {"x": layered(rng, 4, 9), "k": 3}
    yield "six rows, six columns, one layer", {"x": layered(rng, 6, 6), "k": 1}
    # clause: "the matrix of rank `k` that is nearest to `x`": which a few steps of power iteration miss
    yield "two layers of nearly the same weight", {"x": layered(rng, 7, 6, rank=3, fall=0.92), "k": 1}
    # The layers below it are not so faint that to centre the matrix might change nothing.
    x = layered(rng, 6, 7, rank=3, fall=0.07) + 0.002 * layered(rng, 6, 7, rank=2, fall=0.8)
    yield "a faint third layer, asked for", {"x": x, "k": 3}
    # clause: "how many layers are kept, at least 1. If there are not as many, all are."
    x = layered(rng, 5, 3)
    yield "more layers than there are, then one fewer", {"x": x, "k": 4, "then": {"x": x, "k": 2}}
    x = layered(rng, 6, 5, rank=2, fall=float(rng.uniform(0.5, 0.7)))
    yield "more layers than its rank, then fewer", {"x": x, "k": 4, "then": {"x": x, "k": 1}}
    # clause: "it is not centred"
    yield "as bright as a photograph", {"x": 8 * layered(rng, 7, 10) + 120, "k": 4}


@exercise(
    points=10,
    hint="If you subtract a number from all of x, by how much does log Σ exp(x) change, "
    "and which number keeps every exp in range?",
)
def logsumexp(answer, x, then=None, **options):
    outputs = {"log of the sum": answer.logsumexp(x, **options)}
    if then is not None:
        outputs["log of the sum, second"] = answer.logsumexp(then, **options)
    return outputs


@logsumexp.cases
def _(rng):
    yield "one row", {"x": rng.uniform(-1, 1, size=(1, 5))}
    # clause: "..." is no axis at all; an axis of length 1
    yield "a vector, then columns of one number", {
        "x": rng.uniform(-1, 1, size=6), "then": rng.uniform(-1, 1, size=(3, 1)),
    }
    yield "two axes of rows", {"x": rng.uniform(-1, 1, size=(4, 2, 3))}
    yield "along the axis in the middle", {"x": rng.uniform(-1, 1, size=(2, 4, 3)), "axis": 1}
    # clause: "axis: …, which may be counted from the end"
    yield "along the last but one, which is kept", {
        "x": rng.uniform(-1, 1, size=(2, 5, 3)), "axis": -2, "keepdims": True,
    }
    yield "along the first axis, which is kept", {
        "x": rng.uniform(-1, 1, size=(4, 3)), "axis": 0, "keepdims": True,
    }
    # clause: "whatever the size of the numbers"
    high = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    yield "numbers of ±10,000, then a hundred million times as large", {
        "x": 1e4 * high + rng.normal(size=(4, 6)), "then": 1e12 * high * rng.uniform(0.5, 1.5, size=(4, 3)),
    }
    yield "rows at very different heights", {
        "x": np.array([[300.0], [0.0], [-300.0]]) + rng.normal(size=(3, 4)),
    }
    yield "columns at very different heights, along the first axis", {
        "x": rng.permutation([300.0, 0.0, -300.0]) + rng.normal(size=(4, 3)), "axis": 0,
    }
    yield "numbers of one row 600 apart", {
        "x": rng.permuted(np.tile(300.0 * np.arange(-2, 3), (2, 1)), axis=1) + rng.normal(size=(2, 5)),
    }
    # Each of many small terms counts.
    yield "forty numbers six below one other", {
        "x": rng.permuted(np.tile([0.0] + [-6.0] * 40, (2, 1)), axis=1) + rng.uniform(-0.5, 0.5, size=(2, 1)),
    }
    # clause: "-∞ is one. Where all along the axis are -∞, so is the result."
    x = rng.uniform(-1, 1, size=(3, 4))
    x[0, 1:3], x[1] = -np.inf, -np.inf
    yield "one row of nothing but -∞", {"x": x}


@exercise(
    points=10,
    hint="What do p and log p tend to as one logit falls further and further behind, "
    "and can you get log p without taking the logarithm of p?",
)
def softmax_entropy(answer, logits):
    return named(answer.softmax_entropy(logits), "p", "H")


@softmax_entropy.cases
def _(rng):
    yield "one row, two classes", {"logits": rng.normal(size=(1, 2))}
    yield "four rows, three classes", {"logits": 2 * rng.normal(size=(4, 3))}
    # clause: "right to five decimals": six p of some 10⁻⁵ count together
    rare = np.append(0.0, rng.uniform(-11.0, -10.0, size=6))
    yield "two rows, seven classes, of which one is far ahead in a row", {
        "logits": np.stack([2 * rng.normal(size=7), rng.permutation(rare)]),
    }
    rows = np.concatenate([np.repeat(rng.normal(size=(3, 1)), 5, axis=1), 2 * rng.normal(size=(3, 5))])
    # clause: "the entropy of each row", up to its largest value, log K
    yield "rows where all classes are alike, and others", {"logits": rng.permutation(rows)}
    # clause: "as large as 10,000, and as far apart"
    yield "logits 10,000 apart", {"logits": 1e4 * rng.permuted(np.tile(np.arange(4.0), (3, 1)), axis=1)}
    # clause: "right to five decimals, however large the logits are"
    # Exact in float32; the logarithm of a row's sum lies about midway between two of its numbers.
    near = np.array([[1e4], [0.0], [-1e4]]) + [0.0, 1.0, 1.5, 3.0]
    yield "rows near 10,000, 0 and -10,000", {"logits": rng.permuted(near, axis=1)}


@exercise(
    points=10,
    hint="If both Gaussians are the same, what are the trace, the distance of the means and the two "
    "determinants, and what must be taken away for the sum to be 0?",
    dtype="float64",
    tolerance=1e-9,
)
def kl_gaussians(answer, m0, S0, m1, S1):
    return {"divergence": answer.kl_gaussians(m0, S0, m1, S1)}


def gaussians(rng, batch, depth, number, scale=1.0):
    """Draw means and covariances, none of which is diagonal."""
    mixing = rng.normal(size=(batch, depth, depth))
    covariance = mixing @ mixing.swapaxes(1, 2) / depth + 0.3 * np.eye(depth)
    return {
        f"m{number}": scale**0.5 * rng.normal(size=(batch, depth)),
        f"S{number}": scale * covariance,
    }


@kl_gaussians.cases
def _(rng):
    # clause: "means of the Gaussians over which the average is taken"
    yield "one pair, one dimension", gaussians(rng, 1, 1, 0) | gaussians(rng, 1, 1, 1)
    yield "four pairs, three dimensions", gaussians(rng, 4, 3, 0) | gaussians(rng, 4, 3, 1)
    # clause: "divergence of Gaussian 0 from Gaussian 1", which is not that of 1 from 0
    yield "two pairs, five dimensions, the first much narrower", (
        gaussians(rng, 2, 5, 0, scale=0.1) | gaussians(rng, 2, 5, 1)
    )
    # clause: "0 where both are the same"
    inputs = gaussians(rng, 5, 2, 0) | gaussians(rng, 5, 2, 1)
    for name in "mS":
        inputs[f"{name}1"][:2] = inputs[f"{name}0"][:2]
    yield "two pairs of equals among five", inputs
    # clause: "positive definite, however small"
    yield "variances of 1e-8 in 60 dimensions", (
        gaussians(rng, 3, 60, 0, scale=1e-8) | gaussians(rng, 3, 60, 1, scale=1e-8)
    )


@exercise(
    points=10,
    hint="The logarithm of prior times likelihood is a sum: over which axis do the posterior "
    "probabilities have to add up to 1, and how do you divide by a total that underflows?",
    tolerance=1.5e-4,
)
def bayes_posterior(answer, log_prior, log_lik):
    return {"posterior": answer.bayes_posterior(log_prior, log_lik)}


@bayes_posterior.cases
def _(rng):
    def logs(low, high, size):
        """Draw logarithms that float32 holds exactly, and their sums too."""
        return rng.integers(256 * low, 256 * high, size=size) / 256

    def prior(classes):
        return np.log(rng.dirichlet(np.full(classes, 2.0)))

    # So far from one half that a prior without its logarithm shows.
    rare = rng.uniform(0.05, 0.3)
    unequal = np.log(rng.permutation([rare, 1 - rare]))
    yield "one patient, two classes", {"log_prior": unequal, "log_lik": logs(-4, 0, (1, 2))}
    # clause: "The probabilities p(c | xₙ), not their logarithms. Each row adds up to 1"
    yield "five patients, three classes", {"log_prior": prior(3), "log_lik": logs(-4, 0, (5, 3))}
    yield "as many patients as classes", {"log_prior": prior(4), "log_lik": logs(-4, 0, (4, 4))}
    yield "one in a thousand is ill", {
        "log_prior": np.log([0.999, 0.001]), "log_lik": logs(-10, 0, (6, 2)),
    }
    # clause: "which may be about -1000 for all classes"
    yield "likelihoods of about exp(-1000)", {
        "log_prior": logs(-3, 0, 3), "log_lik": logs(-1003, -997, (12, 3)),
    }
    # clause: "patients differ": each needs a maximum of its own
    yield "patients with few findings and with hundreds", {
        "log_prior": logs(-3, 0, 3),
        "log_lik": rng.permutation(np.array([[-2.0], [-300], [-700], [-1000]])) + logs(-3, 0, (4, 3)),
    }
    # clause: "-∞ for a class that is ruled out", by the prior and by a finding
    yield "a class that the prior rules out", {
        "log_prior": np.where(np.arange(4) == rng.integers(4), -np.inf, prior(4)),
        "log_lik": logs(-4, 0, (3, 4)),
    }
    # Whoever shifts by the largest likelihood alone has nothing left where the prior rules it out.
    impossible = np.arange(3) == rng.integers(3)
    yield "findings for a class that the prior rules out", {
        "log_prior": np.where(impossible, -np.inf, logs(-3, 0, 3)),
        "log_lik": np.where(impossible, 0.0, -1000.0) + logs(-3, 0, (4, 3)),
    }
    yield "one in ten million is ill, and the findings are strong", {
        "log_prior": np.log([1 - 1e-7, 1e-7]), "log_lik": np.array([-17.0, -1.0]) + logs(-1, 1, (5, 2)),
    }
    ruled_out = np.arange(3) == rng.permutation(5)[:, None] % 4
    yield "findings that rule a class out", {
        "log_prior": prior(3), "log_lik": np.where(ruled_out, -np.inf, logs(-4, 0, (5, 3))),
    }


@exercise(
    points=5,
    hint="If you put the numbers 0 to N - 1 into a random order first, which of them train, and which test?",
)
def split_rows(answer, N, frac, seed, more):
    first, again = (split(answer, N, frac, seed) for _ in range(2))
    outputs = {"train": first["train"], "test": first["test"]}
    outputs["once more"] = np.concatenate([again["train"], again["test"]])
    zeros = [split(answer, N, frac, 0) for _ in range(2)]
    outputs["seed 0, twice"] = [np.concatenate([parts["train"], parts["test"]]) for parts in zeros]
    others = [split(answer, N, frac, seed + i) for i in range(1, more + 1)]
    outputs["other seeds"] = [np.concatenate([parts["train"], parts["test"]]) for parts in others]
    outputs["frac = 1"] = split(answer, N, 1.0, seed)["train"]
    outputs["frac = 0"] = split(answer, N, 0.0, seed)["test"]
    return outputs


def split(answer, N, frac, seed):
    """Call the answer once, and see that what it returns are two lists of N numbers in all."""
    parts = named(answer.split_rows(N, frac, seed), "train", "test")
    for name, part in parts.items():
        parts[name] = np.asarray(part)
        if parts[name].ndim != 1:
            raise WrongStructure(f"expected `{name}` to have one axis, got {describe(part)}")
    if not parts["train"].size:  # an empty list has no integers to tell its type by
        parts["train"] = parts["train"].astype(np.int32)
    if not parts["test"].size:
        parts["test"] = parts["test"].astype(np.int32)
    return parts


@split_rows.judge
def _(returned, expected, inputs):
    N = inputs["N"]
    size = len(expected["train"])
    # clause: "frac: the share of rows that train: frac · N, rounded to the nearest integer"
    if len(returned["train"]) != size:
        return "The training part has another size"
    # clause: "test: all others"; each row is in one part, once
    if not rearranged(np.concatenate([returned["train"], returned["test"]]), np.arange(N)):
        return "Some row is lost, or is in both parts"
    # clause: "It may be 0 or 1, and then one part is empty"
    if not all(rearranged(returned[one], np.arange(N)) for one in ("frac = 1", "frac = 0")):
        return "With `frac` 0 or 1 not all rows are in one part"
    orders = np.array(returned["other seeds"])
    # clause: "The same seed gives the same split"
    if not np.array_equal(returned["once more"], np.concatenate([returned["train"], returned["test"]])):
        return "The same seed gives another split the second time"
    if not np.array_equal(*returned["seed 0, twice"]):
        return "The seed 0 gives another split the second time"
    if orders.shape != (inputs["more"], N) or not all(rearranged(order, np.arange(N)) for order in orders):
        return "With another seed some row is lost, or is in both parts"
    # clause: "and another seed another one"
    trains = np.zeros(orders.shape, bool)
    np.put_along_axis(trains, orders[:, :size].astype(int), True, axis=1)
    if np.all(trains == trains[0]):
        return "Every seed gives the same split"
    # Of so many rows no two seeds split alike by luck.
    if len(orders) == 60 and len(np.unique(trains, axis=0)) < 60:
        return "Two seeds give the same split"
    # clause: "at random": each row is now in the one part, now in the other. Of 60 seeds, three quarters
    # hold some row of 261 in the same part once in a hundred thousand times; of eight, often.
    if len(orders) == 60 and not np.all(trains.any(axis=0) & ~trains.all(axis=0)):
        return "Some row is in the same part under every seed"
    borders = np.sum(trains != np.roll(trains, 1, axis=1), axis=1)
    if np.all(borders <= 2):
        return "Under every seed the rows of each part are neighbours"
    return None


@split_rows.cases
def _(rng):
    def rows(N, frac, more=8):
        return {"N": int(N), "frac": frac, "seed": int(rng.integers(1, 1000)), "more": more}

    # No number of rows of which a half is left over: that may be rounded either way. Of many sizes,
    # since what is a split of N rows once is one always.
    yield "three quarters train", rows(4 * rng.integers(12, 66) + 1, 0.75, more=60)
    # clause: "rounded to the nearest integer": down, as 33.3, and up, as 21.7
    yield "a third trains, rounded down", rows(3 * rng.integers(12, 66) + 1, 1 / 3)
    yield "seven tenths train, rounded up", rows(10 * rng.integers(3, 20) + rng.choice([1, 4, 7, 8]), 0.7)


@exercise(
    points=5,
    hint="When the first new patient comes in, which means and standard deviations are known, "
    "and could they depend on that patient?",
    tolerance=3e-5,
)
def standardise(answer, train, test, then=None):
    outputs = named(answer.standardise(train, test), "train", "test")
    if then is not None:
        outputs |= named(answer.standardise(then["train"], then["test"]), "train, second", "test, second")
    return outputs


@standardise.cases
def _(rng):
    def patients(train, test, columns):
        sizes, heights = rng.uniform(0.5, 5, size=columns), rng.uniform(2, 10, size=columns)
        heights *= rng.choice([-1, 1], size=columns)
        rows = sizes * rng.normal(size=(train + test, columns)) + heights
        return {"train": rows[:train], "test": rows[train:]}

    # clause: "Both, with the same subtracted and divided"
    inputs = patients(9, 3, 2)
    inputs["train"][-1, 0] = inputs["train"][0, 0]  # which does not make it constant
    yield "nine rows and three, two columns", inputs
    yield "five rows and seven, one column", patients(5, 7, 1)
    yield "as many rows as columns", patients(4, 4, 4)
    # clause: "there may be one test row alone": its own deviation is 0
    yield "six rows and one", patients(6, 1, 3)
    # Columns of very different size, and a patient far from all others
    inputs = patients(20, 3, 3)
    high = rng.uniform(6, 9) + rng.uniform(0.7, 1.0) * rng.normal(size=23)
    inputs["train"][:, 2], inputs["test"][:, 2] = high[:20], high[20:]
    inputs["train"][3, 1] += 90
    inputs["test"][0, 1] -= 50
    for rows in inputs.values():
        rows[:, 0] *= 1e-10  # small, and not constant
    yield "columns of very different size", inputs
    # clause: "A column that is constant among the training rows is 0 in both."
    # The mean of 16 equal numbers is exact. That of seven is off by a rounding in every other column, so
    # that σ is not 0.
    inputs = patients(7, 3, 24)
    inputs["train"][:, 1:] = rng.uniform(0.1, 0.9, size=23)
    yield "23 constant columns that rounding spoils", inputs
    inputs = patients(16, 4, 5)
    inputs["train"][:, [1, 4]] = 0.0, rng.integers(8, 40) / 4
    # Eighths, so that float32 holds all sums and differences of them; of their squares it does not.
    heights = rng.choice([-1, 1], size=2) * rng.integers(1000, 1100, size=2)
    for rows in inputs.values():
        rows[:, [2, 3]] = heights + rng.integers(-16, 17, size=(len(rows), 2)) / 8
    alone = patients(1, 3, 2)
    yield "two constant columns and two far from 0, then a single training row", inputs | {"then": alone}


@exercise(
    points=5,
    hint="Which index of the table comes from `y`, which from the scores, "
    "and how can you add 1 at N places at once?",
)
def confusion_matrix(answer, y, scores):
    return {"table": answer.confusion_matrix(y, scores)}


def deciding(rng, wanted):
    """Draw patients of whom `wanted[i, j]`, a table without symmetry, of class i are predicted to be j."""
    y = np.repeat(np.arange(len(wanted)), wanted.sum(axis=1))
    told = np.concatenate([np.repeat(np.arange(len(wanted)), row) for row in wanted])
    scores = rng.normal(size=(len(y), len(wanted)))
    scores[np.arange(len(y)), told] = scores.max(axis=1) + 10 ** rng.uniform(-5, 0, size=len(y))
    order = rng.permutation(len(y))
    return {"y": y[order], "scores": scores[order]}


def lopsided(rng, K, most=9):
    """Draw a table of counts in which no two mirrored entries are equal, and all columns differ."""
    while True:
        table = rng.integers(1, most, size=(K, K)) + np.diag(rng.integers(1, most, size=K))
        above = np.triu_indices(K, 1)
        if np.all(table[above] != table.T[above]) and np.all(table.sum(axis=1) != table.sum(axis=0)):
            return table


def telling(rng, K, change=lambda table: table):
    """Draw a table, changed by `change`, on which macro F1 is neither the micro nor the weighted F1."""
    while True:
        table = change(lopsided(rng, K, most=40))
        have, both = table.sum(axis=1), table.sum(axis=1) + table.sum(axis=0)
        f1 = 2 * np.diag(table) / np.maximum(both, 1)
        others = np.trace(table) / table.sum(), np.sum(f1 * have) / have.sum()
        if min(abs(f1.mean() - other) for other in others) > 0.01:
            return table


@confusion_matrix.cases
def _(rng):
    # clause: "row i, column j counts those who have i and are predicted to have j"
    yield "two classes, hundreds of patients", deciding(rng, lopsided(rng, 2) + np.diag([300, 0]))
    yield "four classes", deciding(rng, lopsided(rng, 4))
    # clause: "y: … Some classes may be absent", between others and at the end, where none is predicted
    table = lopsided(rng, 5)
    table[[1, 3, 4]] = 0
    table[:, 4] = 0
    yield "classes that nobody has", deciding(rng, table)
    # clause: "The first of the highest is predicted"
    scores = np.stack([rng.permutation([2.0, 2.0, 0.0, -1.0]) for _ in range(24)])
    yield "two highest scores", {"y": rng.permutation(24) % 4, "scores": scores}


@exercise(
    points=5,
    hint="What are numerator and denominator of 2C / (row sum + column sum) for a class that occurs "
    "in neither, and what do you want the quotient to be?",
)
def macro_f1(answer, confusion, then=None):
    outputs = {"macro F1": answer.macro_f1(confusion)}
    if then is not None:
        outputs["macro F1, second"] = answer.macro_f1(then)
    return outputs


@macro_f1.cases
def _(rng):
    # clause: "rows are the classes that patients have, columns those predicted"
    yield "two classes, two tables", {"confusion": telling(rng, 2), "then": telling(rng, 2)}
    frequent = np.diag([60, 0, 0])
    yield "three classes, one of them frequent", {
        "confusion": telling(rng, 3, lambda table: table + frequent),
    }
    # clause: "of which 0 / 0 counts as 0", and the mean is over K classes all the same
    known = np.arange(4) != 2
    unknown = telling(rng, 4, lambda table: table * np.outer(known, known))
    yield "a class in neither labels nor predictions", {"confusion": unknown}
    absent, ignored = lopsided(rng, 3, most=40), lopsided(rng, 3, most=40)
    absent[1], ignored[:, 2] = 0, 0
    yield "a class that nobody has, then one never predicted", {"confusion": absent, "then": ignored}
    # No hit at all gives 0.
    some = telling(rng, 3)
    yield "no patient is right, then some are", {"confusion": some * (1 - np.eye(3, dtype=int)), "then": some}


@exercise(
    points=5,
    hint="At the threshold that lets a certain patient in, who else is above it, "
    "and how does this change if three patients have the same score?",
)
def average_precision(answer, has, scores, then=None):
    outputs = {"average precision": answer.average_precision(has, scores)}
    if then is not None:
        outputs["average precision, second"] = answer.average_precision(then["has"], then["scores"])
    return outputs


@average_precision.cases
def _(rng):
    def ranked(have, rest):
        """Draw patients, not sorted, of whom the lowest-ranked has it, and the highest-ranked does not.

        Half of the scores are far apart, the others closer together than a grid of thresholds.
        """
        close = np.array([])
        while not (np.diff(close) < 0).any():  # whoever has them pass together finds another area
            has = np.concatenate([[0], rng.permutation([1] * (have - 1) + [0] * (rest - 1)), [1]])
            sizes = np.where(rng.permutation(have + rest) % 2, 100.0, 1e-7)
            scores = -np.sort(-sizes * rng.normal(size=have + rest))
            close = has[np.abs(scores) < 1e-5]
        order = rng.permutation(have + rest)
        return {"has": has[order], "scores": scores[order]}

    # clause: "scores: one for each patient, of any size; they need not be sorted"
    yield "twelve patients, five have it", ranked(5, 7)
    yield "thirty patients, three have it", ranked(3, 27)
    # clause: "equal scores pass the threshold together"; each score is there with and without
    for number in (6, 10):
        scores = np.repeat(rng.permutation([-1.0, 0.0, 0.5, 2.0]), number)
        has = np.concatenate([np.arange(number) < rng.integers(1, number) for _ in range(4)]).astype(int)
        order = rng.permutation(len(has))
        yield f"four scores that come {number} times each", {"has": has[order], "scores": scores[order]}
    # clause: "0 if nobody has it"
    nobody = ranked(2, 5)
    nobody["has"] *= 0
    yield "nobody has it, then some", nobody | {"then": ranked(11, 14)}
