"""How the answers on tensors and probability are exercised. Students may read this file."""

from collections.abc import Mapping

import numpy as np

from grader.drivers import WrongStructure, describe, named, op_count
from grader.exercise import exercise
from grader.properties import rearranged


@exercise(
    points=15,
    hint="In ‖x - y‖² = ‖x‖² - 2x·y + ‖y‖², which shape must each of the three terms have "
    "to make a table of N rows and M columns?",
)
def pairwise_sq_dists(answer, x, y, unrolled=False):
    returned = answer.pairwise_sq_dists(x, y)
    try:
        negative = bool(np.any(np.asarray(returned, dtype=np.float64) < 0))
    except (TypeError, ValueError):
        raise WrongStructure(f"expected a table of distances, got {describe(returned)}") from None
    if unrolled:
        refuse_loops(lambda x: answer.pairwise_sq_dists(x, y), x[:5], x)
    return {"squared distances": returned, "any below 0": negative}


def refuse_loops(function, few, many):
    """Refuse an answer that needs more operations for more rows; what cannot be traced passes."""
    try:
        counts = [op_count(function, rows) for rows in (few, many)]
    except Exception:  # NumPy cannot be traced, and is welcome
        return
    if counts[1] > counts[0]:
        raise WrongStructure(
            f"expected as many operations for {len(many)} points as for {len(few)}, "
            f"got {counts[1]} and {counts[0]}: replace the Python loop by one product of matrices"
        )


@pairwise_sq_dists.cases
def _(rng):
    yield "one point and three others", {"x": rng.normal(size=(1, 4)), "y": rng.normal(size=(3, 4))}
    yield "five points and seven others", {"x": rng.normal(size=(5, 3)), "y": rng.normal(size=(7, 3))}
    yield "six numbers and four others", {"x": rng.normal(size=(6, 1)), "y": rng.normal(size=(4, 1))}
    points = rng.normal(size=(6, 2))
    yield "points and themselves", {"x": points, "y": points}
    points = 100 * rng.normal(size=(40, 16))
    yield "points far out, each of which comes twice", {"x": points, "y": points[::-1].copy()}
    yield "50 points take no more operations than 5", {
        "x": rng.normal(size=(50, 3)), "y": rng.normal(size=(4, 3)), "unrolled": True,
    }


@exercise(
    points=15,
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
    yield "nine rows, four columns, two layers", {"x": layered(rng, 9, 4), "k": 2}
    yield "four rows, nine columns, three layers", {"x": layered(rng, 4, 9), "k": 3}
    yield "six rows, six columns, one layer", {"x": layered(rng, 6, 6), "k": 1}
    x = layered(rng, 5, 3)
    yield "all layers there are, then one fewer", {"x": x, "k": 3, "then": {"x": x, "k": 2}}
    x = layered(rng, 6, 5, rank=2, fall=float(rng.uniform(0.5, 0.7)))
    yield "more layers than its rank, then fewer", {"x": x, "k": 4, "then": {"x": x, "k": 1}}
    yield "as bright as a photograph", {"x": 8 * layered(rng, 7, 10) + 120, "k": 4}


@exercise(
    points=10,
    hint="If you subtract a number from all of x, by how much does log Σ exp(x) change, "
    "and which number keeps every exp in range?",
)
def logsumexp(answer, x, **options):
    return {"log of the sum": answer.logsumexp(x, **options)}


@logsumexp.cases
def _(rng):
    yield "one row", {"x": rng.uniform(-1, 1, size=(1, 5))}
    yield "two axes of rows", {"x": rng.uniform(-1, 1, size=(4, 2, 3))}
    yield "along the axis in the middle", {"x": rng.uniform(-1, 1, size=(2, 4, 3)), "axis": 1}
    yield "along the first axis, which is kept", {
        "x": rng.uniform(-1, 1, size=(4, 3)), "axis": 0, "keepdims": True,
    }
    yield "numbers of ±10,000", {
        "x": np.array([[1e4], [-1e4], [1e4], [-1e4]]) + rng.normal(size=(4, 6)),
    }
    yield "rows at very different heights", {
        "x": np.array([[300.0], [0.0], [-300.0]]) + rng.normal(size=(3, 4)),
    }
    yield "numbers of one row 600 apart", {
        "x": rng.permuted(np.tile(300.0 * np.arange(-2, 3), (2, 1)), axis=1) + rng.normal(size=(2, 5)),
    }
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
    yield "two rows, seven classes", {"logits": 2 * rng.normal(size=(2, 7))}
    rows = np.concatenate([np.repeat(rng.normal(size=(3, 1)), 5, axis=1), 2 * rng.normal(size=(3, 5))])
    yield "rows where all classes are alike, and others", {"logits": rng.permutation(rows)}
    yield "logits 10,000 apart", {"logits": 1e4 * rng.permuted(np.tile(np.arange(4.0), (3, 1)), axis=1)}
    # Exact in float32; the logarithm of a row's sum lies about midway between two of its numbers.
    near = np.array([[1e4], [0.0], [-1e4]]) + [0.0, 1.0, 1.5, 3.0]
    yield "rows near 10,000, 0 and -10,000", {"logits": rng.permuted(near, axis=1)}


@exercise(
    points=15,
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
    yield "one pair, one dimension", gaussians(rng, 1, 1, 0) | gaussians(rng, 1, 1, 1)
    yield "four pairs, three dimensions", gaussians(rng, 4, 3, 0) | gaussians(rng, 4, 3, 1)
    yield "two pairs, five dimensions, the first much narrower", (
        gaussians(rng, 2, 5, 0, scale=0.1) | gaussians(rng, 2, 5, 1)
    )
    inputs = gaussians(rng, 5, 2, 0) | gaussians(rng, 5, 2, 1)
    for name in "mS":
        inputs[f"{name}1"][:2] = inputs[f"{name}0"][:2]
    yield "two pairs of equals among five", inputs
    yield "variances of 1e-8 in 60 dimensions", (
        gaussians(rng, 3, 60, 0, scale=1e-8) | gaussians(rng, 3, 60, 1, scale=1e-8)
    )


@exercise(
    points=10,
    hint="The logarithm of prior times likelihood is a sum: over which axis do the posterior "
    "probabilities have to add up to 1, and how do you divide by a total that underflows?",
)
def bayes_posterior(answer, log_prior, log_lik):
    return {"posterior": answer.bayes_posterior(log_prior, log_lik)}


def logs(rng, low, high, size, digits=256):
    """Draw logarithms that float32 holds exactly, and their sums too."""
    return rng.integers(low * digits, high * digits, size=size) / digits


@bayes_posterior.cases
def _(rng):
    def prior(classes):
        return np.log(rng.dirichlet(np.full(classes, 2.0)))

    yield "one patient, two classes", {"log_prior": prior(2), "log_lik": logs(rng, -4, 0, (1, 2))}
    yield "five patients, three classes", {"log_prior": prior(3), "log_lik": logs(rng, -4, 0, (5, 3))}
    yield "as many patients as classes", {"log_prior": prior(4), "log_lik": logs(rng, -4, 0, (4, 4))}
    yield "one in a thousand is ill", {
        "log_prior": np.log([0.999, 0.001]), "log_lik": logs(rng, -10, 0, (6, 2)),
    }
    yield "likelihoods of about exp(-1000)", {
        "log_prior": logs(rng, -3, 0, 3), "log_lik": logs(rng, -1003, -997, (5, 3)),
    }
    yield "a class that the prior rules out", {
        "log_prior": np.where(np.arange(4) == 2, -np.inf, prior(4)), "log_lik": logs(rng, -4, 0, (3, 4)),
    }


@exercise(
    points=10,
    hint="When the first patient walks in, which means and deviations do you have, "
    "and which of them know of that patient?",
)
def split_standardise(answer, x, y, frac, seed):
    outputs = split(answer, x, y, frac, seed)
    again = split(answer, x, y, frac, seed)
    others = [split(answer, x, y, frac, seed + i) for i in (1, 2, 3)]
    order = [np.concatenate([parts["ytr"], parts["yte"]]) for parts in (again, *others)]
    return outputs | {"labels, once more": order[0], "labels, other seeds": np.stack(order[1:])}


def split(answer, x, y, frac, seed):
    """Call the answer once, and see that what it returns are four arrays."""
    parts = named(answer.split_standardise(x, y, frac, seed), "xtr", "ytr", "xte", "yte")
    for name, part in parts.items():
        parts[name] = np.asarray(part)
        if parts[name].ndim != (2 if name[0] == "x" else 1):
            raise WrongStructure(
                f"expected `{name}` to have as many axes as `{name[0]}`, got {describe(part)}"
            )
    return parts


@split_standardise.judge
def _(returned, expected, inputs):
    """Any order of the rows will do, so find each row by its label: here no two are equal."""
    x, y = inputs["x"].astype(np.float64), inputs["y"]
    labels = np.concatenate([returned["ytr"], returned["yte"]])
    if len(returned["ytr"]) != len(expected["ytr"]):
        return "The training part has another size"
    if not np.array_equal(np.sort(labels), np.sort(y)):
        return "Some row is lost, or is in both parts"
    by_label = np.argsort(y)
    rows = x[by_label[np.searchsorted(y[by_label], labels)]]
    train, test = np.split(rows, [len(returned["ytr"])])
    mean, scale = statistics(train)
    (mean_of_all, scale_of_all), (mean_of_test, scale_of_test) = statistics(x), statistics(test)
    fewer = scale * (1 - 1 / len(train)) ** 0.5
    if near(returned["xtr"], (train - mean) * scale) and near(returned["xte"], (test - mean) * scale):
        if not np.array_equal(returned["labels, once more"], labels):
            return "The same seed gives another split the second time"
        if not all(rearranged(other, y) for other in returned["labels, other seeds"]):
            return "With another seed some row is lost, or is in both parts"
        if all(np.array_equal(other, labels) for other in returned["labels, other seeds"]):
            return "Every seed gives the same split"
        return None
    explanations = {
        "The means and deviations are those of all rows": (
            (train - mean_of_all) * scale_of_all, (test - mean_of_all) * scale_of_all
        ),
        "The test rows are standardised by their own means and deviations": (
            (train - mean) * scale, (test - mean_of_test) * scale_of_test
        ),
        "The test rows are left as they were": ((train - mean) * scale, test),
        "Nothing is standardised": (train, test),
        "The means are not subtracted": (train * scale, test * scale),
        "The rows are divided by the variance": ((train - mean) * scale**2, (test - mean) * scale**2),
        "The deviation is that of a sample, with one row fewer": (
            (train - mean) * fewer, (test - mean) * fewer
        ),
    }
    for phrase, (wanted_train, wanted_test) in explanations.items():
        if near(returned["xtr"], wanted_train) and near(returned["xte"], wanted_test):
            return phrase
    if near(returned["xtr"].mean(axis=0), 0.0) and near(returned["xtr"].std(axis=0), x.std(axis=0) > 0):
        return "The training rows are standardised, but do not belong to their labels"
    return "The rows are not standardised by the means and deviations of the training rows"


def statistics(rows):
    """Return the mean of each column and 1 / its deviation, or 0 where it is constant."""
    deviation = rows.std(axis=0)
    return rows.mean(axis=0), np.divide(1, deviation, out=np.zeros_like(deviation), where=deviation > 0)


def near(one, other):
    """Compare standardised numbers, as float32 has them."""
    return np.allclose(one, other, rtol=1e-4, atol=1e-4)


@split_standardise.cases
def _(rng):
    def patients(rows, columns):
        sizes, heights = rng.uniform(0.1, 10, size=columns), rng.uniform(-20, 20, size=columns)
        return {
            "x": sizes * rng.normal(size=(rows, columns)) + heights,
            "y": rng.permutation(900)[:rows] + 100,
            "seed": int(rng.integers(1, 1000)),
        }

    yield "twelve rows, of which nine train", patients(12, 3) | {"frac": 0.75}
    yield "one column, of which a third trains", patients(30, 1) | {"frac": 1 / 3}
    yield "eleven rows, of which 7.7 are to train", patients(11, 4) | {"frac": 0.7}
    inputs = patients(20, 5)
    inputs["x"][:, [1, 4]] = 0.0, 4.0
    yield "two constant columns", inputs | {"frac": 0.8}


@exercise(
    points=15,
    hint="Which class does a class's precision look at, the true one or the predicted one, "
    "and which number of your table counts those who have it and are told so?",
)
def classification_metrics(answer, y, scores, alone=False):
    if alone:
        each = [measured(answer, y[i:i + 1], scores[i:i + 1]) for i in range(len(y))]
        return {name: [one[name] for one in each] for name in each[0] if all(name in one for one in each)}
    return measured(answer, y, scores)


def measured(answer, y, scores):
    """Call the answer once, and take the four measures from what it returns."""
    returned = answer.classification_metrics(y, scores)
    wanted = ("acc", "confusion", "macro_f1", "mean_ap")
    if not isinstance(returned, Mapping):
        raise WrongStructure(f"expected a dict with {', '.join(wanted)}, got {describe(returned)}")
    return {name: returned[name] for name in wanted if name in returned}


def scored(rng, counts, favour=1.0):
    """Draw as many patients of each class as `counts` says, and scores that tend to be right."""
    y = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return {"y": y, "scores": rng.normal(size=(len(y), len(counts))) + favour * np.eye(len(counts))[y]}


@classification_metrics.cases
def _(rng):
    yield "one patient at a time, three classes", scored(rng, [3, 3, 3]) | {"alone": True}
    yield "two classes, twelve patients", scored(rng, [5, 7])
    yield "four classes, from frequent to rare", scored(rng, [18, 8, 3, 1])

    inputs = scored(rng, [9, 0, 6])
    inputs["scores"][:2, 1] = 9.0, 8.0
    yield "a class that nobody has and two are told to have", inputs

    inputs = scored(rng, [8, 0, 5])
    inputs["scores"][:, 1] -= 20
    yield "a class that nobody has, nor is told to have", inputs

    inputs = scored(rng, [17, 3])
    inputs["scores"][:, 1] -= 20
    yield "everybody is told the same", inputs

    # Scores of five sizes only, and in each row one that is above the others.
    inputs = scored(rng, [10, 6, 8])
    coarse = np.clip(np.round(inputs["scores"]), -2, 2)
    winner = inputs["scores"].argmax(axis=1)
    coarse[np.arange(24), winner] = coarse.max(axis=1) + 1
    yield "many equal scores", inputs | {"scores": coarse}
