"""How the answers on perceptrons and separability are exercised. Students may read this file."""

import itertools

import numpy as np

from grader.datasets import arrays
from grader.drivers import WrongStructure, describe, named
from grader.exercise import exercise


def number(value, what="one number"):
    """Make a float of what should be one number."""
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise WrongStructure(f"expected {what}, got {describe(value)}")
    return float(array.reshape(()))


def shaped(value, name, *shape):
    """Make a float64 array of what should be an array of this shape."""
    array = np.asarray(value)
    if array.shape != shape or array.dtype.kind not in "biuf":
        raise WrongStructure(f"expected `{name}` of shape {shape}, got {describe(value)}")
    return array.astype(np.float64)


def corners(n):
    """Return all 2ⁿ inputs of n bits."""
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def around(points, noise):
    """Return the points, each followed by the corners and middles of a small cube around it."""
    offsets = np.array(list(itertools.product([0.0, -noise, noise], repeat=points.shape[1])))
    return (points[:, None] + offsets).reshape(-1, points.shape[1])


@exercise(
    points=10,
    hint="Which sums w · x should make the gate fire, which should not, and what lies halfway between?",
    arrays="numpy",
)
def threshold_gate(answer, name, inputs, noise):
    w, theta = named(answer.threshold_gate(name), "w", "theta").values()
    w, theta = shaped(w, "w", inputs), number(theta, "one number for `theta`")
    return {
        "fires": corners(inputs) @ w >= theta,
        "fires on noisy inputs": around(corners(inputs), noise) @ w >= theta,
    }


@threshold_gate.cases
def _(rng):
    yield "AND", {"name": "AND", "inputs": 2, "noise": 0.05}
    yield "OR", {"name": "OR", "inputs": 2, "noise": 0.05}
    yield "NOT", {"name": "NOT", "inputs": 1, "noise": 0.05}
    yield "NAND", {"name": "NAND", "inputs": 2, "noise": 0.05}
    yield "MAJ3, a majority of three", {"name": "MAJ3", "inputs": 3, "noise": 0.05}


# Without a stop after the first clean epoch, a case of a billion epochs takes too long.
@exercise(
    points=20,
    hint="Follow the first two examples by hand from zero weights: which of them count as mistakes, "
    "and what do w and b become?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
    seconds=2.0,
)
def perceptron_train(answer, X, t, max_epochs):
    w, b, mistakes = named(
        answer.perceptron_train(X.copy(), t.copy(), max_epochs), "w", "b", "mistakes"
    ).values()
    return {
        "w": shaped(w, "w", X.shape[1]),
        "b": number(b, "one number for `b`"),
        "mistakes": number(mistakes, "one number for `mistakes`"),
    }


def separable_examples(rng, examples, inputs, shift=0.0):
    """Draw examples that a hyperplane separates, all moved by `shift`, and their labels."""
    w = rng.choice([-1.0, 1.0], size=inputs) * rng.uniform(0.5, 1.5, size=inputs)
    X = rng.normal(size=(20 * examples, inputs))
    score = X @ w / np.linalg.norm(w)
    positive = np.flatnonzero(score > 0.3)[: examples // 2]
    negative = np.flatnonzero(score < -0.3)[: examples // 2]
    # A positive example comes first: whether a score of 0 is a mistake shows at once.
    chosen = np.append(positive[:1], rng.permutation(np.append(positive[1:], negative)))
    return {"X": X[chosen] + shift, "t": np.where(score[chosen] > 0, 1, -1)}


@perceptron_train.cases
def _(rng):
    yield "one negative example", {"X": rng.normal(size=(1, 3)), "t": np.array([-1]), "max_epochs": 3}
    yield "twelve separable points in the plane", separable_examples(rng, 12, 2) | {"max_epochs": 1000}
    yield "separable points of five inputs, away from the origin", separable_examples(rng, 20, 5, 0.7) | {
        "max_epochs": 1000
    }
    yield "labels tossed by a coin, four epochs", {
        "X": rng.normal(size=(30, 3)), "t": rng.choice([-1, 1], size=30), "max_epochs": 4,
    }
    order = rng.permutation(4)
    # Whole numbers: scores of exactly 0 occur on the way, and no rounding decides what they are.
    yield "XOR in whole numbers, which it never learns", {
        "X": corners(2)[order] * rng.integers(1, 4), "t": np.array([-1, 1, 1, -1])[order], "max_epochs": 12,
    }
    iris = arrays("iris")
    chosen = rng.permutation(np.flatnonzero(iris["label"] < 2))[:40]
    yield "two species of iris in millimetres, a billion epochs at most", {
        "X": np.round(10 * iris["features"][chosen]),
        "t": np.where(iris["label"][chosen] == 1, 1, -1),
        "max_epochs": 10**9,
    }


@exercise(
    points=10,
    hint="If (w, b) is multiplied by 10, does it separate any better, and should the bound change?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def perceptron_bound(answer, X, t, separators):
    return {
        "bound": [
            number(answer.perceptron_bound(X.copy(), t.copy(), np.array(w), float(b)))
            for w, b in zip(separators[:, :-1], separators[:, -1])
        ]
    }


def separated(rng, separators, examples):
    """Draw examples with random labels of either kind, on the right side of all separators."""
    w, b = separators[:, :-1], separators[:, -1]
    X = rng.normal(size=(400 * examples, w.shape[1]))
    scores = X @ w.T + b
    t = np.where(scores[:, 0] > 0, 1, -1)
    right = np.flatnonzero((t[:, None] * scores > 0.05 * np.linalg.norm(separators, axis=1)).all(axis=1))
    chosen = [*right[t[right] > 0][: examples // 2], *right[t[right] < 0][: examples - examples // 2]]
    chosen = rng.permutation(chosen)
    return {"X": X[chosen], "t": t[chosen], "separators": separators}


@perceptron_bound.cases
def _(rng):
    yield "one example", {
        "X": rng.uniform(1, 2, size=(1, 3)), "t": np.array([-1]),
        "separators": -rng.uniform(0.5, 1, size=(1, 4)),
    }
    separator = np.array([[1.0, -0.7, 0.4]]) * rng.uniform(0.8, 1.2, size=3)
    yield "eight points in the plane", separated(rng, separator, 8)
    separators = rng.choice([-1.0, 1.0], size=(1, 5)) * rng.uniform(0.4, 1.0, size=(1, 5))
    yield "twenty examples of four inputs, the separator ten times as long", separated(
        rng, np.concatenate([separators, 10 * separators]), 20
    )
    # Whole numbers, so that an example can lie exactly on a separator.
    X = np.array([[2.0, 1.0], [3.0, -1.0], [-1.0, 0.0], [-2.0, 2.0]]) * rng.integers(1, 4)
    yield "separators that touch an example, are wrong on one, or are zero", {
        "X": X, "t": np.array([1, 1, -1, -1]),
        "separators": np.array([
            [1.0, 0.0, 0.0], [1.0, -2.0, 0.0], [1.0, -3.0, 0.0], [0.0, 0.0, 0.0], [2.0, 1.0, 0.5],
        ]),
    }


def network_output(returned, inputs, hidden, points):
    """Run a network of threshold units on points, and return whether it fires."""
    W1, b1, w2, b2 = named(returned, "W1", "b1", "w2", "b2").values()
    found = len(np.atleast_1d(np.asarray(b1))) if hidden is None else hidden
    W1, b1 = shaped(W1, "W1", found, inputs), shaped(b1, "b1", found)
    w2, b2 = shaped(w2, "w2", found), number(b2, "one number for `b2`")
    return (points @ W1.T + b1 >= 0) @ w2 + b2 >= 0, found


@exercise(
    points=10,
    hint="Exactly one of two is at least one of two, but not what?",
    arrays="numpy",
)
def xor_network(answer, noise):
    fires, _ = network_output(answer.xor_network(), 2, 2, around(corners(2), noise))
    return {"fires": fires}


@xor_network.cases
def _(rng):
    yield "the four corners", {"noise": 0.0}
    yield "inputs that are off by a thousandth", {"noise": 1e-3}


@exercise(
    points=15,
    hint="How many hidden units are on if s inputs are, and how do their weights at the output add up?",
    arrays="numpy",
)
def parity_network(answer, sizes):
    outputs = {"hidden units": [], "fires": []}
    for n in sizes:
        fires, hidden = network_output(answer.parity_network(n), n, None, corners(n))
        outputs["hidden units"].append(hidden)
        outputs["fires"].append(fires)
    outputs["fires"] = np.concatenate(outputs["fires"])
    return outputs


@parity_network.cases
def _(rng):
    yield "one input", {"sizes": [1]}
    yield "two inputs, which is XOR", {"sizes": [2]}
    yield "three inputs", {"sizes": [3]}
    yield "four inputs", {"sizes": [4]}
    yield "five to nine inputs", {"sizes": [5, 6, 7, 8, 9]}


DIGITS = 80


@exercise(
    points=10,
    hint="What is the count for one point, and for two points in one dimension?",
    arrays="numpy",
)
def cover_count(answer, pairs, large=False):
    counts = [whole(answer.cover_count(P, N), 10**DIGITS if large else 2**63) for P, N in pairs]
    if not large:
        return {"count": np.array(counts, dtype=np.int64)}
    digits = [[int(digit) for digit in f"{count:0{DIGITS}d}"] for count in counts]
    return {"decimal digits of the count": np.array(digits, dtype=np.int8)}


def whole(value, limit):
    """Make a Python integer of what should be a whole number, exactly."""
    if hasattr(value, "dtype") and np.asarray(value).shape == ():
        value = np.asarray(value).item()
    if not isinstance(value, int | float) or value % 1 != 0:
        raise WrongStructure(f"expected one whole number, got {describe(value)}")
    if not 0 <= value < limit:
        raise WrongStructure("expected a number of dichotomies, from 0 to 2ᴾ, got one that is not")
    return int(value)


@cover_count.cases
def _(rng):
    yield "one to six points in one to three dimensions", {
        "pairs": [(P, N) for P in range(1, 7) for N in range(1, 4)]
    }
    N = int(rng.integers(3, 12))
    yield "fewer points than dimensions, as many, and one more", {
        "pairs": [(N - 1, N), (N, N), (N + 1, N), (2, 3 * N)]
    }
    N = int(rng.integers(4, 10))
    yield "twice as many points as dimensions, and more", {"pairs": [(2 * N, N), (2 * N + 3, N), (5 * N, N)]}
    P = int(rng.integers(180, 200))
    yield "two hundred points, to the last digit", {
        "pairs": [(200, 100), (200, 67), (P, P // 2), (P, 90)], "large": True
    }


def truth(value):
    """Make a bool of what should be True or False."""
    array = np.asarray(value)
    if array.shape != () or array.dtype.kind not in "biuf" or array not in (0, 1):
        raise WrongStructure(f"expected True or False, got {describe(value)}")
    return bool(array)


@exercise(
    points=10,
    hint="Which solution do the constraints have to exclude, and which do linprog's defaults exclude?",
    dtype="float64",
    arrays="numpy",
)
def is_separable(answer, sets):
    return {"separable": [truth(answer.is_separable(X.copy(), t.copy())) for X, t in sets]}


def grid(rng, points, inputs, reach=4):
    """Draw different points with whole coordinates."""
    found = np.unique(rng.integers(-reach, reach + 1, size=(4 * points, inputs)), axis=0)
    return rng.permutation(found)[:points].astype(float)


def by_hyperplane(rng, X):
    """Label points by a random hyperplane that meets none of them and has some on either side."""
    while True:
        w = rng.integers(-4, 5, size=X.shape[1])
        scores = X @ w
        if len(np.unique(scores)) > 1:
            break
    cut = rng.permutation(np.unique(scores)[1:])[0] - 0.5
    return np.where(scores > cut, 1, -1)


# Whole coordinates keep every set well away from the border between separable and not.
@is_separable.cases
def _(rng):
    sets = []
    for points, inputs in ((5, 2), (6, 2), (7, 2), (6, 3), (8, 3), (5, 4)):
        X = grid(rng, points, inputs)
        sets += [(X, rng.choice([-1, 1], size=len(X))), (X, by_hyperplane(rng, X))]
    yield "random points, labelled by a coin and by a hyperplane", {"sets": sets}

    parity = [(corners(n), np.where(corners(n).sum(axis=1) % 2, 1, -1)) for n in (1, 2, 3)]
    majority = [(corners(n), np.where(corners(n).sum(axis=1) > n / 2, 1, -1)) for n in (2, 3, 4)]
    sign = int(rng.choice([-1, 1]))
    yield "parity and majority of bits", {"sets": [(X, sign * t) for X, t in parity + majority]}

    direction = rng.choice([-1.0, 1.0], size=3) * rng.integers(1, 4, size=3)
    line = np.arange(5.0)[:, None] * direction
    yield "points on a line", {
        "sets": [
            (line, np.array([1, 1, 1, -1, -1])),
            (line, np.array([-1, 1, 1, -1, -1])),
            (line[:, :1], np.array([-1, -1, -1, -1, 1])),
            (line[:, :2], np.array([1, -1, 1, 1, 1])),
            (line[[0, 2, 4, 1]], np.array([1, 1, -1, -1])),
            (line[[4, 0, 1]], np.array([-1, 1, 1])),
        ]
    }

    X = grid(rng, 4, 2)
    t = by_hyperplane(rng, X)
    twice = np.concatenate([X, X[:1]])
    square = corners(2) * 2
    middle = np.concatenate([square, [[1.0, 2.0]]])
    inside = np.concatenate([square, [[1.0, 1.0]]])
    yield "the same point twice, and points between others", {
        "sets": [
            (twice, np.append(t, t[0])),
            (twice, np.append(t, -t[0])),
            (X[[0, 0]], np.array([1, -1])),
            (middle, np.array([-1, 1, -1, 1, 1])),
            (middle, np.array([1, 1, 1, 1, -1])),
            (inside, np.array([1, 1, 1, 1, -1])),
        ]
    }

    X = grid(rng, 5, 3)
    yield "labels that are all the same", {
        "sets": [
            (X, np.ones(5, int)), (X, -np.ones(5, int)), (X[:1], np.array([-1])), (X[:1], np.array([1])),
            (np.zeros((2, 2)), np.array([-1, -1])), (np.zeros((2, 2)), np.array([-1, 1])),
        ]
    }

    sets = []
    for points, inputs in ((6, 1), (7, 2), (8, 3)):
        X = grid(rng, points, inputs)
        far = X + rng.choice([-30, 30], size=inputs)
        sets += [(far, by_hyperplane(rng, X)), (far, rng.choice([-1, 1], size=len(X)))]
    yield "points far from the origin", {"sets": sets}

    sets = []
    for points, inputs in ((3, 4), (4, 6), (6, 5)):
        X = grid(rng, points, inputs)
        sets += [(X, rng.choice([-1, 1], size=points)), (X[:, :2], rng.choice([-1, 1], size=points))]
    yield "about as many inputs as points", {"sets": sets}

    sign = int(rng.choice([-1, 1]))
    far = np.array([[0.0], [1.0], [2.0], [3.0], [60.0]])
    yield "one point far away from all others", {
        "sets": [
            (far, sign * np.array([-1, -1, -1, 1, 1])),
            (far, sign * np.array([-1, -1, -1, -1, 1])),
            (far, sign * np.array([1, -1, -1, -1, 1])),
            (np.concatenate([far, far**2 / 30], axis=1), sign * np.array([-1, 1, 1, 1, 1])),
            (np.concatenate([far, far[::-1]], axis=1), sign * np.array([1, 1, -1, -1, 1])),
        ]
    }


@exercise(
    points=5,
    hint="How many labellings do three points have, and how many of them does the family have to realise?",
    dtype="float64",
    arrays="numpy",
)
def shattered(answer, family, sets):
    def separable(X, t):
        X, t = np.asarray(X), np.asarray(t)
        if t.shape != (len(X),) or not np.isin(t, (-1, 1)).all():
            raise WrongStructure(
                f"expected `separable` to be called with {len(X)} labels of -1 and 1, got {t.tolist()}"
            )
        return FAMILIES[family](X, t)

    return {"shattered": [truth(answer.shattered(X.copy(), separable)) for X in sets]}


def by_a_line(X, t):
    """Whether a line in the plane has the positive points on one side and the negative on the other."""
    if len(set(t.tolist())) == 1:
        return True
    between = (X[:, None] - X).reshape(-1, 2)
    # From one of these directions to the next, the order of the points along it stays the same.
    turns = np.unique(np.arctan2(between[:, 0], -between[:, 1]))
    middles = (turns + np.append(turns[1:], turns[0] + 2 * np.pi)) / 2
    along = X @ np.stack([np.cos(middles), np.sin(middles)])
    return bool((along[t > 0].min(axis=0) > along[t < 0].max(axis=0) + 1e-9).any())


def by_a_line_through_the_origin(X, t):
    """Whether a line through the origin has the positive points on one side and the negative on the other."""
    turns = np.unique(np.concatenate([np.arctan2(X[:, 0], -X[:, 1]), np.arctan2(-X[:, 0], X[:, 1])]))
    middles = (turns + np.append(turns[1:], turns[0] + 2 * np.pi)) / 2
    return bool((t[:, None] * (X @ np.stack([np.cos(middles), np.sin(middles)])) > 0).all(axis=0).any())


def by_a_box(X, t):
    """Whether a box along the axes (in one dimension, an interval) holds the positive points only."""
    if (t < 0).all():
        return True
    low, high = X[t > 0].min(axis=0), X[t > 0].max(axis=0)
    return not ((low <= X[t < 0]) & (X[t < 0] <= high)).all(axis=1).any()


def by_a_ray(X, t):
    """Whether what lies above some value is positive and the rest negative."""
    return bool(X[t > 0].min(initial=np.inf) > X[t < 0].max(initial=-np.inf))


FAMILIES = {
    "lines in the plane": by_a_line,
    "lines through the origin": by_a_line_through_the_origin,
    "intervals on the line": by_a_box,
    "boxes in the plane": by_a_box,
    "rays on the line": by_a_ray,
}


@shattered.cases
def _(rng):
    triangle = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 3.0]]) + rng.uniform(-0.4, 0.4, size=(3, 2))
    square = np.array([[0.0, 0.0], [4.0, 0.5], [0.5, 4.0], [4.5, 4.5]]) + rng.uniform(-0.4, 0.4, size=(4, 2))
    yield "lines: a point, two, three and four", {
        "family": "lines in the plane",
        "sets": [
            triangle[:1], triangle[:2], rng.permutation(triangle), rng.permutation(square),
            np.concatenate([triangle, triangle.mean(axis=0, keepdims=True)]),
        ],
    }
    row = rng.permutation(np.arange(3.0))[:, None] * rng.integers(1, 4, size=2) + rng.integers(-3, 4, size=2)
    yield "lines: a point twice, three in a row", {
        "family": "lines in the plane", "sets": [row[[0, 1, 1]], row, row[:2], rng.permutation(triangle)],
    }
    angles = rng.uniform(0, 6) + np.array([0.0, 2.0, 4.0]) + rng.uniform(-0.3, 0.3, size=3)
    round_it = np.stack([np.cos(angles), np.sin(angles)], axis=1) * rng.uniform(1, 3, size=(3, 1))
    yield "lines through the origin: one, two and three points around it", {
        "family": "lines through the origin", "sets": [round_it[:1], round_it[1:], round_it],
    }
    spots = np.cumsum(rng.uniform(0.5, 1.5, size=(4, 1)), axis=0)
    yield "intervals: one to four points of the line", {
        "family": "intervals on the line",
        "sets": [spots[:1], spots[[2, 0]], rng.permutation(spots[:3]), rng.permutation(spots), spots[[0, 0]]],
    }
    diamond = np.array([[0.0, 2.0], [2.0, 0.0], [0.0, -2.0], [-2.0, 0.0]])
    diamond += rng.uniform(-0.5, 0.5, size=(4, 2))
    yield "boxes: a diamond, a square, and five points", {
        "family": "boxes in the plane",
        "sets": [
            rng.permutation(diamond), rng.permutation(corners(2)), diamond[:3],
            rng.permutation(np.concatenate([diamond, rng.uniform(-0.5, 0.5, size=(1, 2))])),
        ],
    }
    yield "rays: one point and two", {
        "family": "rays on the line", "sets": [spots[1:2], spots[:2], spots[[2, 1]], spots[3:]],
    }


@exercise(
    points=10,
    hint="What is the smallest value that a feature can have?",
)
def random_feature_lift(answer, X, W, b):
    return {"features": answer.random_feature_lift(X, W, b)}


def to_lift(rng, points, inputs, features):
    """Draw points, weights and biases."""
    return {
        "X": rng.normal(size=(points, inputs)),
        "W": rng.normal(size=(inputs, features)),
        "b": rng.choice([-1.0, 1.0], size=features) * rng.uniform(0.5, 1.0, size=features),
    }


@random_feature_lift.cases
def _(rng):
    yield "one point", to_lift(rng, 1, 3, 8)
    yield "seven points of two inputs, lifted into five features", to_lift(rng, 7, 2, 5)
    yield "four points of four inputs, into four features", to_lift(rng, 4, 4, 4)
    yield "one input, one feature", to_lift(rng, 6, 1, 1) | {"b": np.array([0.4])}
    inputs = to_lift(rng, 5, 3, 6)
    yield "inputs as large as 10,000", inputs | {"X": 1e4 * inputs["X"]}
