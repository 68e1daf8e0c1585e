"""How the answers on generalisation are exercised. Students may read this file."""

from fractions import Fraction
from numbers import Rational

import numpy as np

from grader.datasets import arrays
from grader.drivers import WrongStructure, describe, keeping, named, number, shaped
from grader.exercise import exercise

HOURS = 5  # that a student needs


# no_free_lunch


def nearest(X, y, X2):
    """Answer as the nearest example does, of several as near the first."""
    return y[np.abs(X2[:, None] - X).sum(axis=2).argmin(axis=1)]


def majority(X, y, X2):
    """Answer as most examples do; 1 if as many say the one as the other."""
    return np.full(len(X2), int(2 * y.sum() >= len(y)))


LEARNERS = {
    "nearest": nearest,
    "majority": majority,
    "anti-majority": lambda X, y, X2: 1 - majority(X, y, X2),
    "the last label, plus the parity of the input": lambda X, y, X2: (y[-1] + X2.sum(axis=1)) % 2,
}


def fraction(value):
    """Return a fraction's numerator and denominator, as two whole numbers."""
    # clause: "exactly"
    value = value.item() if isinstance(value, np.generic) else value
    if not isinstance(value, Rational):
        raise WrongStructure(f"expected a Fraction, which is exact, got {describe(value)}")
    value = Fraction(value)
    if max(abs(value.numerator), value.denominator) >= 2**63:
        raise WrongStructure("expected a Fraction of numbers below 2⁶³")
    return [value.numerator, value.denominator]


@exercise(
    points=15,
    hint="Which inputs count, and which sum must a weighted mean be divided by?",
    arrays="numpy",
)
def no_free_lunch(answer, learner, n_bits, training_sets, weights):
    def learn(X, y, X2):
        X, y, X2 = np.asarray(X), np.asarray(y), np.asarray(X2)
        if X.shape != (len(y), n_bits) or X2.shape[1:] != (n_bits,):
            raise WrongStructure(
                f"expected the learner to be called with X [seen, {n_bits}], y [seen], X2 [new, {n_bits}], "
                f"got the shapes {X.shape}, {y.shape} and {X2.shape}"
            )
        return LEARNERS[learner](X, y, X2)

    def prior(f):
        bits = [int(label) for label in f]
        if len(bits) != 2**n_bits:
            raise WrongStructure(f"expected `prior` to be called with {2**n_bits} labels, got {len(bits)}")
        return int(weights[int("".join(map(str, bits)), 2)])

    sets = [list(train_idx) for train_idx in training_sets]
    return {
        "all targets alike": np.array(
            [fraction(answer.no_free_lunch(learn, n_bits, one)) for one in sets], dtype=np.int64
        ),
        # clause: "the weight of a target, a whole number"; "All targets weigh the same by default"
        "targets with weights": np.array(
            [fraction(answer.no_free_lunch(learn, n_bits, one, prior)) for one in sets], dtype=np.int64
        ),
        "train_idx afterwards": np.concatenate(sets),
    }


def order_matters(train_idx, n_bits):
    """Tell whether, for some new input, the first of the nearest examples is not the first of the inputs."""
    for new in set(range(2**n_bits)) - set(train_idx):
        away = [(new ^ seen).bit_count() for seen in train_idx]
        nearest = [seen for seen, bits in zip(train_idx, away) if bits == min(away)]
        if nearest[0] != min(nearest):
            return True
    return False


@no_free_lunch.cases
def _(rng):
    def world(learner, n_bits, *sizes):
        inputs = 2**n_bits
        while True:
            sets = [[int(i) for i in rng.permutation(inputs)[:size]] for size in sizes]
            # clause: "which of them the learner sees, in this order"
            # The order of the bits shows where 0…01 is seen and 10…0 is not.
            mirrored = n_bits == 1 or any((1 in one) != (inputs // 2 in one) for one in sets)
            if mirrored and (n_bits < 3 or any(order_matters(one, n_bits) for one in sets)):
                break
        return {
            "learner": learner,
            "n_bits": n_bits,
            "training_sets": sets,
            "weights": rng.integers(0, 100, size=2**inputs),
        }

    inputs = world("nearest", 1, 1, 1)
    # The copied label is right where both inputs have the same: not half of the weight, nor half of 4.
    inputs["weights"] = rng.integers(1, 100, size=4)
    inputs["weights"][[0, 3]] += 200
    yield "one bit, the nearest example", inputs
    # clause: "the inputs are all 2ⁿ rows of n bits, counted upwards"
    inputs = world("majority", 2, 2, 3)
    # clause: "An input may be seen twice", and then counts twice
    inputs["training_sets"][0].append(inputs["training_sets"][0][0])
    yield "two bits, the majority, one of them counted twice", inputs
    yield "three bits, the nearest example", world("nearest", 3, 3, 7)
    yield "three bits, the opposite of the majority", world("anti-majority", 3, 5)
    inputs = world("the last label, plus the parity of the input", 3, 3, 4, 5)
    for train_idx in inputs["training_sets"]:
        train_idx.sort(reverse=True)
    inputs["training_sets"][1].insert(0, inputs["training_sets"][1][2])
    # clause: "in this order. An input may be seen twice"
    yield "three bits, a learner that minds the order, and an input seen twice", inputs


# bias_variance


@exercise(
    points=15,
    hint="By how much does the noise in y move the fitted values, and what is the mean square of that?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def bias_variance(answer, X, f, sigma, lam):
    # clause: "The squared bias, the variance and the noise"
    parts = named(answer.bias_variance(X, f, sigma, lam), "bias2", "var", "noise")
    found = {name: number(value, f"one number for `{name}`") for name, value in parts.items()}
    # clause: "Left as it is"
    return found | {"X afterwards": X, "f afterwards": f}


@bias_variance.cases
def _(rng):
    def regression(N, D, sigma, lam):
        X = rng.normal(size=(N, D)) * rng.uniform(0.5, 2.0, size=D)
        return {"X": X, "f": rng.normal(size=N) + X @ rng.normal(size=D), "sigma": sigma, "lam": lam}

    yield "one example, one feature", regression(1, 1, 0.7, 0.4)
    yield "ten examples, three features", regression(10, 3, 1.6, 2.5)
    # clause: "λ as it stands in S", at 0 and far above the data too
    yield "four features, no penalty", regression(12, 4, 0.5, 0.0)
    yield "more features than examples", regression(6, 9, 1.3, 3.0)
    yield "so large a penalty that hardly anything is fitted", regression(8, 3, 0.3, 1e4)
    # clause: "without an intercept"
    inputs = regression(9, 2, 1.4, 0.8)
    inputs["X"] += 3.0
    yield "features whose mean is not 0", inputs
    yield "no noise", regression(7, 2, 0.0, 1.5)
    inputs = regression(9, 2, 1.2, 1e-6)
    inputs["X"][:, 1] *= 0.01
    yield "a feature a hundred times as small, and a tiny penalty", inputs
    inputs = regression(8, 3, 25.0, 2.0)
    yield "a truth in the hundreds, and much noise", inputs | {"f": 100 * inputs["f"]}


# interpolate_two_layer


MISSED = 1e-8  # how far, relative to the largest label, a network may be from a label


@exercise(
    points=15,
    hint="Sort the examples by a · x. Which units does the first one reach, and which the second?",
    dtype="float64",
    tolerance=1e-8,
    arrays="numpy",
)
def interpolate_two_layer(answer, X, y, a):
    w, b = named(answer.interpolate_two_layer(X, y, a), "w", "b").values()
    w, b = shaped(w, "w", len(X)).astype(np.float64), shaped(b, "b", len(X)).astype(np.float64)
    # clause: "All three are left as they are"
    return {"w": w, "b": b, "X afterwards": X, "y afterwards": y, "a afterwards": a}


@interpolate_two_layer.judge
def _(returned, expected, inputs):
    if any(not np.array_equal(returned[f"{name} afterwards"], inputs[name]) for name in ("X", "y", "a")):
        return "what was given is changed in place: work on a copy"
    z, y = inputs["X"] @ inputs["a"], inputs["y"]
    # clause: "such that Σⱼ wⱼ max(a · xᵢ - bⱼ, 0) is yᵢ for every example, to within 1e-8"
    units = np.maximum(z[:, None] - returned["b"], 0)
    missed = np.abs(units @ returned["w"] - y)
    if np.all(missed <= MISSED * np.abs(y).max()):
        return None
    worst = int(np.argmax(np.nan_to_num(missed, nan=np.inf)))
    details = f"the largest error is {missed[worst]:.3g}, at example {worst}"
    if not units.any(axis=1).all():
        return "an example reaches no unit: no kink lies below its a · x", details
    kinks, along = np.sort(returned["b"]), np.sort(z)
    if np.any(kinks >= along) or np.any(kinks[1:] < along[:-1]):
        return "the network misses a label, and the kinks are not interleaved with the examples", details
    return "the network misses a label, though the kinks are interleaved with the examples", details


@interpolate_two_layer.cases
def _(rng):
    def examples(N, D, y):
        """Draw examples that are well apart along a, in random order."""
        a = rng.normal(size=D)
        X = rng.normal(size=(N, D))
        along = rng.permutation(np.cumsum(rng.uniform(0.3, 1.0, size=N))) - 0.3 * N
        return {"X": X + np.outer(along - X @ a, a) / (a @ a), "y": y, "a": a}

    yield "one example", examples(1, 3, rng.uniform(1, 2, size=1))
    yield "labels tossed by a coin", examples(12, 4, rng.permutation(np.repeat([-1.0, 1.0], 6)))
    # clause: "their labels, any numbers"
    yield "real labels, one input", examples(9, 1, rng.normal(size=9))
    yield "thirty examples, labels in the hundreds", examples(30, 5, 100 * rng.normal(size=30))
    # clause: "the examples, in any order"
    inputs = examples(8, 3, rng.normal(size=8))
    order = np.argsort(inputs["X"] @ inputs["a"])[::-1]
    yield "examples in the opposite order", inputs | {"X": inputs["X"][order]}
    inputs = examples(7, 3, rng.normal(size=7))
    far = rng.uniform(50, 90) * inputs["a"] / (inputs["a"] @ inputs["a"])
    yield "examples far below 0 along a", inputs | {"X": inputs["X"] - far}
    digits = arrays("digits")
    images = digits["image"][rng.permutation(1797)[:20]].reshape(-1, 64) / 16.0
    a, labels = apart(rng, images), rng.integers(0, 10, size=20).astype(float)
    # A network of no units at all would say 0 of the first along a.
    labels[(images @ a).argmin()] = rng.integers(1, 10)
    yield "twenty digits, which a die has labelled", {"X": images, "y": labels, "a": a}


def apart(rng, X):
    """Draw the direction, of many, along which the nearest two examples are farthest apart."""
    directions = rng.normal(size=(X.shape[1], 200))
    gaps = np.diff(np.sort(X @ directions, axis=0), axis=0).min(axis=0)
    return directions[:, gaps.argmax()]


# memorise_random_labels


@exercise(
    points=15,
    hint="Which of the losses is that of the weights to start from, and what may change between two of them?",
    tolerance=2e-5,
)
def memorise_random_labels(answer, x, y, weights, steps, lr):
    history, trained = named(
        answer.memorise_random_labels(x, y, list(weights), steps, lr), "history", "weights"
    ).values()
    trained = named(trained, "W1", "b1", "W2", "b2").items()
    # clause: "The loss just before each step"
    found = {"history": shaped(history, "history", steps)}
    # clause: "the four weights after the last"
    return found | {name: shaped(value, name, *given.shape) for (name, value), given in zip(trained, weights)}


def logits_of(x, W1, b1, W2, b2):
    return np.maximum(x.astype(np.float64) @ W1 + b1, 0) @ W2 + b2


@memorise_random_labels.cases
def _(rng):
    def network(examples, inputs, hidden, classes, steps, lr, scale=0.6, behind=0.0):
        """Draw a network of which both relu and softmax have something to do.

        In some example a logit is more than `behind` above that of the right class.
        """
        while True:
            x, y = rng.normal(size=(examples, inputs)), rng.permutation(np.arange(examples) % classes)
            shapes = (inputs, hidden), hidden, (hidden, classes), classes
            weights = [scale * rng.normal(size=shape) for shape in shapes]
            on = x @ weights[0] + weights[1] > 0
            logits = logits_of(x, *weights)
            wrong = logits.max(axis=1) - logits[np.arange(examples), y]
            if 0 < on.sum() < on.size and logits.min() < -0.01 and wrong.max() > behind:
                return {"x": x, "y": y, "weights": weights, "steps": steps, "lr": lr}

    yield "one step, one example", network(1, 3, 4, 2, steps=1, lr=0.5)
    # clause: "All are trained"
    yield "two steps, seven examples", network(7, 4, 5, 3, steps=2, lr=0.2)
    yield "five steps, ten examples, many classes", network(10, 6, 4, 7, steps=5, lr=0.1)
    yield "weights so large that a probability is 0", network(
        6, 5, 8, 4, steps=2, lr=0.01, scale=6.0, behind=150.0
    )
    # Few and small steps, so that no rounding grows until it shows: a wrong answer has the same losses, and
    # so the same name, on every machine. Whether all labels are learnt by heart is shown in the notebook.
    digits = arrays("digits")
    chosen = rng.permutation(1797)[:12]
    yield "twelve digits, whose labels were rolled", {
        "x": digits["image"][chosen].reshape(12, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(12, 16) / 16.0,
        "y": rng.permutation(12) % 10,
        "weights": [
            rng.normal(size=(16, 20)) * np.sqrt(2 / 16), np.zeros(20),
            rng.normal(size=(20, 10)) * np.sqrt(2 / 20), np.zeros(10),
        ],
        "steps": 25,
        "lr": 0.02,
    }


# filter_normalised_direction


@exercise(
    points=10,
    hint="Which numbers of a kernel feed its third output, and along which axes do they lie?",
)
def filter_normalised_direction(answer, weights, noise):
    weights, noise = list(weights), list(noise)
    direction = answer.filter_normalised_direction(weights, noise)
    named(direction, *(f"d{place}" for place in range(len(weights))))
    found = {f"for weights[{place}]": one for place, one in enumerate(direction)}
    # clause: "Both lists are left as they are"
    found |= {f"weights[{place}] afterwards": one for place, one in enumerate(weights)}
    return found | {f"noise[{place}] afterwards": one for place, one in enumerate(noise)}


@filter_normalised_direction.cases
def _(rng):
    def network(*shapes):
        """Draw weights whose filters are of different lengths, and noise."""
        return {
            "weights": [rng.normal(size=shape) * rng.uniform(0.3, 3, size=shape[-1]) for shape in shapes],
            "noise": [rng.normal(size=shape) for shape in shapes],
        }

    # clause: "0 for vectors"
    yield "a dense layer with a bias", network((5, 3), (3,))
    # clause: "filter by filter"
    yield "a square dense layer", network((4, 4))
    # clause: "[*window, inputs, outputs] of convolutions, and vectors [outputs]"
    yield "a convolution with a bias, and a dense layer", network((3, 2, 4, 5), (5,), (5, 2), (2,))
    yield "a convolution in which all sizes agree", network((3, 3, 3, 3))
    yield "a convolution over time, of one filter, and a dense layer of one input", network(
        (4, 3, 1), (1,), (1, 6)
    )
    yield "batch normalisation's parameters, then a convolution in space and time", network(
        (3,), (3,), (2, 2, 2, 3, 4), (4,)
    )
    inputs = network((4, 3), (3,))
    yield "filters that are a hundred times as long as the noise", inputs | {
        "weights": [100 * weight for weight in inputs["weights"]]
    }
    inputs = network((3, 4), (4,))
    inputs["weights"][0][:, 1] = 0.0
    yield "a filter that is 0", inputs


# loss_surface


def bowl(variables, slopes, curvatures, coupling):
    """A quadratic function, in which the first variable and the last are coupled."""
    import tensorflow as tf

    value = coupling * tf.reduce_sum(variables[0]) * tf.reduce_sum(variables[-1])
    for variable, slope, curvature in zip(variables, slopes, curvatures):
        value += tf.reduce_sum(slope * variable + 0.5 * curvature * variable**2)
    return value


@exercise(
    points=10,
    hint="Where are the weights when you take the second step: at the centre, or where the first left them?",
    dtype="float64",
)
def loss_surface(answer, theta, d1, d2, a, b, **landscape):
    import tensorflow as tf

    variables = [tf.Variable(value) for value in theta]
    surface = answer.loss_surface(
        lambda: bowl(variables, **landscape), variables, list(d1), list(d2), a, b
    )
    return {
        "surface": shaped(surface, "surface", len(a), len(b)),
        # clause: "They have their values again, to the last bit"
        "the weights are about what they were": all(
            np.allclose(variable, value, rtol=1e-3, atol=1e-3) for variable, value in zip(variables, theta)
        ),
        "the weights are exactly what they were": all(
            np.array_equal(variable, value) for variable, value in zip(variables, theta)
        ),
    }


@loss_surface.cases
def _(rng):
    def flight(a, b, *shapes):
        several = [[rng.normal(size=shape) for shape in shapes] for _ in range(4)]
        return dict(zip(("theta", "d1", "d2", "slopes"), several)) | {
            "a": np.array(a),
            "b": np.array(b),
            "curvatures": [rng.uniform(0.5, 2, size=shape) for shape in shapes],
            "coupling": rng.uniform(1, 2),
        }

    steps = rng.uniform(-1, 1, size=7)
    # clause: "a row for each α, a column for each β"
    yield "three steps by four, a kernel and a bias", flight(steps[:3], steps[3:], (3, 2), (2,))
    through = flight(steps[:3] + 0.4, steps[4:], (2, 5), (5,), (), (5, 1))
    # There the weights are those that were given, wherever the step before has left them.
    through["a"][1] = through["b"][2] = 0.0
    yield "as many steps in both directions, through the centre", through
    yield "the centre alone", flight([0.0], [0.0], (4,))
    # clause: "the steps α along d1", "the steps β along d2"
    yield "one row of five", flight([0.7], np.linspace(-1, 1, 5), (3, 3))
    yield "one column, of large steps", flight([-30.0, 10.0, 20.0], [0.5], (2, 3), (4,))


# sauer_count


LIMB, LIMBS = 62, 140  # a whole number is returned in so many integers of so many bits


@exercise(
    points=4,
    hint="In how many ways can one label two of five points 1, or one of them, or none?",
    arrays="numpy",
)
def sauer_count(answer, settings):
    limbs = []
    for m, d in settings:
        count = answer.sauer_count(m, d)
        count = count.item() if isinstance(count, np.generic) else count
        if not isinstance(count, int):
            raise WrongStructure(f"expected a whole number, which is exact, got {describe(count)}")
        if not 0 <= count < 2 ** (LIMB * LIMBS):
            raise WrongStructure("expected a number from 0 to the number of all labellings")
        limbs.append([count >> (LIMB * place) & (2**LIMB - 1) for place in range(LIMBS)])
    return {"counts, in pieces of 62 bits": np.array(limbs, dtype=np.int64)}


@sauer_count.cases
def _(rng):
    m, d, more = (int(one) for one in rng.integers(8, 30, size=3))
    # clause: "the number of points", "the Vapnik–Chervonenkis dimension"
    yield "dimensions from 1 to m - 1", {
        "settings": [[m, 1], [m + 20, 4], [m + 30, 7], [d, d - 1], [more + 9, more]]
    }
    # clause: "perhaps more than m"
    yield "where d is 0, m, or more than m", {
        "settings": [[m, 0], [d, d], [more, 2 * more], [1, 1], [0, 2], [m, 3]]
    }
    # clause: "which may be far too large for a float"
    yield "a count that is far too large for a float", {
        "settings": [[2000 + m, 600 + d], [1400 + more, 700], [m, 2]]
    }


# generalisation_bounds


@exercise(
    points=6,
    hint="If each of a hundred promises fails with probability 0.0005, how often does one of them fail?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def generalisation_bounds(answer, kind, settings):
    found = {}
    for place, setting in enumerate(settings):
        setting = {"kind": kind} | setting
        if "bits" in setting:
            setting["size"] = 2 ** setting.pop("bits")
        found[f"number for settings[{place}]"] = number(answer.generalisation_bounds(**setting))
    return found


@generalisation_bounds.cases
def _(rng):
    def settings(*others):
        return [
            {"m": int(rng.integers(20, 500)), "delta": float(rng.uniform(0.01, 0.2))} | other
            for other in others
        ]

    unlikely = {"delta": float(rng.uniform(1e-9, 2e-9))}
    # clause: "for one classifier chosen before"
    yield "one classifier, Hoeffding's inequality", {
        "kind": "hoeffding", "settings": [{"m": 1, "delta": 0.05}, *settings({}, {}, unlikely)],
    }
    yield "a finite class", {
        "kind": "finite",
        "settings": settings({"size": 1}, {"size": int(rng.integers(2, 9))}, {"size": 10**6}),
    }
    # clause: "perhaps far too large for a float"
    yield "as many functions as 20,000 bits have settings", {
        "kind": "finite", "settings": settings({"bits": 20_000}, {"bits": 19_000}),
    }
    # clause: "'vc' for one of a class of finite dimension"
    yield "a class of finite dimension", {
        "kind": "vc",
        "settings": settings(
            {"d": 0}, {"d": 1}, {"d": 3}, {"d": 9, "m": int(rng.integers(30, 100))}, {"d": 3, "m": 10**5}
        ),
    }
    # clause: "perhaps more than m"
    yield "a dimension so large that the count is beyond a float", {
        "kind": "vc", "settings": settings({"d": 600, "m": 2000}, {"d": 1500, "m": 700}),
    }
    unasked = [{"kind": kind, "size": 7, "d": 1} for kind in ("hoeffding", "finite", "vc")]
    # clause: "used by 'finite' only", "used by 'vc' only"
    yield "a size and a d, of which each kind asks for one or none", {
        "kind": "hoeffding", "settings": settings(*unasked),
    }


# double_descent


# At p = N the weights are determined by a matrix that is nearly singular: what is left of the digits
# there is why the tolerance is no smaller.
@exercise(
    points=10,
    hint="If many weights fit the training set equally well, which of them does least squares return?",
    dtype="float64",
    tolerance=1e-7,
    arrays="numpy",
)
def double_descent(answer, X_train, y_train, X_test, y_test, W, b, widths):
    # clause: "All arrays are left as they are"
    returned = keeping(
        answer.double_descent,
        X_train=X_train, y_train=y_train, X_test=X_test, y_test=y_test, W=W, b=b, widths=list(widths),
    )
    errors = shaped(returned, "errors", len(widths))
    return {f"test error with {p} features": error for p, error in zip(widths, errors)}


@double_descent.cases
def _(rng):
    def regression(N, M, D, features, widths):
        X = rng.normal(size=(N + M, D))
        y = np.sin(X).sum(axis=1) + 0.3 * rng.normal(size=N + M)
        return {
            "X_train": X[:N], "y_train": y[:N], "X_test": X[N:], "y_test": y[N:],
            "W": rng.normal(size=(D, features)), "b": 0.5 * rng.normal(size=features), "widths": widths,
        }

    # clause: "the first p features are used, and no intercept"
    yield "fewer features than examples", regression(20, 7, 3, 16, [1, 4, 9])
    # clause: "of the shortest weights that fit best", "for each of the widths": in their order, each as often
    yield "more features than examples", regression(6, 9, 3, 60, [60, 12, 30, 12])
    while True:
        inputs = regression(1, 3, 2, 8, [1, 8])
        inputs["b"] = np.abs(inputs["b"]) + np.abs(inputs["X_train"] @ inputs["W"])[0]
        if np.any(inputs["X_test"] @ inputs["W"] + inputs["b"] < -0.1):  # relu has something to do
            break
    yield "one example", inputs
    inputs = regression(12, 5, 3, 30, [4, 30])
    yield "labels in the hundreds", inputs | {name: 100 * inputs[name] for name in ("y_train", "y_test")}
    inputs = regression(9, 5, 4, 30, [5, 20])
    inputs["b"][2] = -50.0
    # clause: "weights and biases of all features there are"
    yield "a feature that is always 0", inputs
    inputs = regression(10, 5, 3, 24, [6, 10, 24])
    inputs["W"][:, 1] = inputs["W"][:, 0] + 1e-3 * rng.normal(size=3)
    inputs["b"][:2] = 4.0  # so that no ReLU hides what tells the two apart
    yield "two features that are nearly alike", inputs
    diabetes = arrays("diabetes")
    X, y = diabetes["features"] / 0.0476, (diabetes["target"] - 152.0) / 77.0
    chosen = rng.permutation(442)
    yield "32 patients with diabetes, before the peak, on it, and beyond", {
        "X_train": X[chosen[:32]], "y_train": y[chosen[:32]],
        "X_test": X[chosen[32:62]], "y_test": y[chosen[32:62]],
        "W": rng.normal(size=(10, 128)) / np.sqrt(10), "b": 0.5 * rng.normal(size=128),
        "widths": [8, 32, 128],
    }
