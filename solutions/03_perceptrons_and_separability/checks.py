"""How the answers on perceptrons and separability are exercised. Students may read this file."""

import itertools

import numpy as np

from grader.datasets import arrays
from grader.drivers import WrongStructure, describe, keeping, named, number, shaped
from grader.exercise import exercise

HOURS = 5  # that a student needs


def corners(n):
    """Return all 2ⁿ inputs of n bits."""
    return np.array(list(itertools.product([0.0, 1.0], repeat=n)))


def around(points, noise):
    """Return the points, each followed by the corners and middles of a small cube around it."""
    offsets = np.array(list(itertools.product([0.0, -noise, noise], repeat=points.shape[1])))
    return (points[:, None] + offsets).reshape(-1, points.shape[1])


def every_row(rng, rows, count):
    """Draw `count` of the rows or more in any order, each of them at least once."""
    again = rng.integers(len(rows), size=max(count - len(rows), 0))
    return rows[rng.permutation(np.append(np.arange(len(rows)), again))]


def every_kind(rng, kinds, count):
    """Draw `count` things in any order, each made by one of `kinds`, all of which make one at least."""
    again = rng.integers(len(kinds), size=count - len(kinds))
    return [kinds[kind]() for kind in rng.permutation(np.append(np.arange(len(kinds)), again))]


@exercise(
    points=10,
    hint="Which sums w · x should make the gate fire, which should not, and what lies halfway between?",
    dtype="float64",
    arrays="numpy",
)
def threshold_gate(answer, name, bits, noisy):
    w, theta = named(answer.threshold_gate(name), "w", "theta").values()
    w, theta = shaped(w, "w", bits.shape[1]), number(theta, "one number for `theta`")
    return {"fires": bits @ w >= theta, "fires on noisy inputs": noisy @ w >= theta}


def of_gate(rng, name, inputs):
    """Draw bits for a gate, and bits that are off by 0.05 in any direction."""
    bits = corners(inputs)
    # clause: "the gate is right even if each input is off by up to 0.05, in either direction"
    return {
        "name": name, "bits": every_row(rng, bits, 40), "noisy": every_row(rng, around(bits, 0.05), 60),
    }


@threshold_gate.cases
def _(rng):
    yield "AND", of_gate(rng, "AND", 2)
    yield "OR", of_gate(rng, "OR", 2)
    yield "NOT", of_gate(rng, "NOT", 1)
    yield "NAND", of_gate(rng, "NAND", 2)
    yield "MAJ3, a majority of three", of_gate(rng, "MAJ3", 3)


# Without a stop after the first clean epoch, a case of a billion epochs takes too long.
@exercise(
    points=20,
    hint="Follow the first two examples by hand from zero weights: which of them count as mistakes, "
    "and what do w and b become?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
    seconds=4.0,
)
def perceptron_train(answer, X, t, max_epochs):
    # clause: "The weights, the bias, and how many mistakes (hence updates) were made in all"
    outputs = {"w": [], "b": [], "mistakes": []}
    for points, labels, epochs in zip(X, t, np.broadcast_to(max_epochs, len(X)).tolist()):
        returned = keeping(answer.perceptron_train, X=points, t=labels, max_epochs=epochs)
        w, b, mistakes = named(returned, *outputs).values()
        outputs["w"].append(shaped(w, "w", points.shape[1]))
        outputs["b"].append(number(b, "one number for `b`"))
        outputs["mistakes"].append(number(mistakes, "one number for `mistakes`"))
    return outputs


def separable_examples(rng, examples, inputs, shift):
    """Draw examples that a hyperplane separates, all moved by `shift`, and their labels."""
    w = rng.choice([-1.0, 1.0], size=inputs) * rng.uniform(0.5, 1.5, size=inputs)
    X = rng.normal(size=(20 * examples, inputs))
    score = X @ w / np.linalg.norm(w)
    positive = np.flatnonzero(score > 0.1)[: examples // 2]
    negative = np.flatnonzero(score < -0.1)[: examples // 2]
    # A positive example comes first: whether a score of 0 is a mistake shows at once.
    chosen = np.append(positive[:1], rng.permutation(np.append(positive[1:], negative)))
    return X[chosen] + shift, np.where(score[chosen] > 0, 1, -1)


def exclusive(rng):
    """Draw XOR or its opposite on the corners of a rectangle of whole sides.

    A positive example comes first; after it, a negative one has a score of exactly 0.
    """
    while True:
        bits = rng.permutation(corners(2))
        t = np.where(bits.sum(axis=1) == 1, 1, -1)
        X = bits * rng.integers(1, 7, size=2) + rng.integers(-6, 7, size=2)
        if t[0] != t[1] and X[0] @ X[1] == -1:
            return X, t * t[0]


def flowers(rng):
    """Draw two species of iris, their lengths in millimetres from about those of one of them."""
    iris = arrays("iris")
    chosen = rng.permutation(np.flatnonzero(iris["label"] < 2))[:40]
    first = np.argmax(iris["label"][chosen] == 1)
    chosen[[0, first]] = chosen[[first, 0]]
    zero = np.median(iris["features"][iris["label"] == 1], axis=0)
    X = 10 * (iris["features"][chosen] - zero) + rng.uniform(-1, 1, size=4)
    return X, np.where(iris["label"][chosen] == 1, 1, -1)


def balanced(rng, size):
    """Draw inputs of this size with labels in turn, so that the bias is 0 again and again."""
    X, t = separable_examples(rng, 20, 3, 0.0)
    order = np.stack([np.flatnonzero(t > 0), np.flatnonzero(t < 0)], axis=1).ravel()
    return size * X[order], t[order]


def several(count, draw):
    """Draw so many sets of examples, of the same shape."""
    X, t = zip(*(draw() for _ in range(count)))
    return {"X": np.stack(X), "t": np.stack(t)}


# One set may be learned by a wrong rule, too; all of several are not.
@perceptron_train.cases
def _(rng):
    # clause: "Train a perceptron from zero weights"
    yield "one negative example", {"X": rng.normal(size=(1, 1, 3)), "t": np.array([[-1]]), "max_epochs": 3}
    # clause: "Takes the examples in the given order, over and over"
    yield "twelve separable points in the plane", several(
        6, lambda: separable_examples(rng, 12, 2, 1.0)
    ) | {"max_epochs": 1000}
    yield "separable points of five inputs, away from the origin", several(
        4, lambda: separable_examples(rng, 20, 5, 0.7)
    ) | {"max_epochs": 1000}
    # clause: "over and over", hundreds of times
    low = rng.choice([-1.0, 1.0], size=(3, 1, 1)) * rng.integers(8, 13, size=(3, 1, 1))
    yield "two whole numbers that are neighbours", {
        "X": np.concatenate([low, low + np.sign(low)], axis=1), "t": np.array([[1, -1]] * 3),
        "max_epochs": 1000,
    }
    # clause: "how many times to go through all examples at most"
    # clause: "perhaps 0"
    tossed_labels = np.concatenate([np.ones((3, 1), int), rng.choice([-1, 1], size=(3, 29))], axis=1)
    yield "labels tossed by a coin, no epoch, one and four", {
        "X": rng.normal(size=(3, 30, 3)), "t": tossed_labels, "max_epochs": rng.permutation([0, 1, 4]),
    }
    # With b = 0 the scores are of the order of the inputs' squares.
    yield "inputs near 0, whose scores are small and are no mistakes for that", several(
        12, lambda: balanced(rng, 1e-3)
    ) | {"max_epochs": 4}
    # clause: "A score of exactly 0 counts as a mistake"
    # Whole numbers: scores of exactly 0 occur on the way, and no rounding decides what they are.
    yield "XOR in whole numbers, which it never learns", several(5, lambda: exclusive(rng)) | {
        "max_epochs": rng.integers(9, 15, size=5)
    }
    # clause: "The first epoch without a mistake is the last in any case"
    yield "two species of iris in millimetres, a billion epochs at most", several(
        3, lambda: flowers(rng)
    ) | {"max_epochs": 10**9}


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
            number(keeping(answer.perceptron_bound, X=X, t=t, w=w.copy(), b=float(b)))
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
    # A small margin is one, too: an example a hundred-thousandth beyond the separator.
    inputs = separated(rng, separator, 6)
    w, b = separator[0, :-1], separator[0, -1]
    beyond = 1e-5 * rng.uniform(0.5, 1.5) * inputs["t"][0] - (inputs["X"][0] @ w + b)
    inputs["X"][0] += beyond * w / (w @ w)
    yield "six points, one of them close to the separator", inputs
    separators = rng.choice([-1.0, 1.0], size=(1, 5)) * rng.uniform(0.4, 1.0, size=(1, 5))
    # clause: "the weights of a separator, of any length but 0"
    yield "twenty examples of four inputs, separators of several lengths", separated(
        rng, np.concatenate([separators, 10 * separators, 1e-9 * separators]), 20
    )
    # clause: "infinity if an example lies on the separator or on its wrong side"
    # Whole numbers of 2⁻¹², so that an example can lie exactly on a separator, and none is far from it.
    X = np.array([[2, 1], [3, -1], [-1, 0], [-2, 2]])
    separators = np.array([[2, 0, 0], [2, -4, 0], [2, -6, 0], [2, 0, 5], [4, 2, 1], [6, 0, 2]])
    width, height = rng.integers(1, 10, size=2)
    order = rng.permutation(4)
    yield "separators that touch an example, or are wrong on one", {
        "X": (X * [width, height])[order].astype(float),
        "t": np.array([1, 1, -1, -1])[order],
        "separators": 2.0**-12 * rng.permutation(separators * [height, width, width * height]),
    }


def network_output(returned, inputs, hidden, points):
    """Run a network of threshold units on points, and return whether it fires."""
    # clause: "W1, with a row for each hidden unit, b1, w2 and b2"
    W1, b1, w2, b2 = named(returned, "W1", "b1", "w2", "b2").values()
    found = len(np.atleast_1d(np.asarray(b1))) if hidden is None else hidden
    W1, b1 = shaped(W1, "W1", found, inputs), shaped(b1, "b1", found)
    w2, b2 = shaped(w2, "w2", found), number(b2, "one number for `b2`")
    return (points @ W1.T + b1 >= 0) @ w2 + b2 >= 0, found


@exercise(
    points=10,
    hint="Exactly one of two is at least one of two, but not what?",
    dtype="float64",
    arrays="numpy",
)
def xor_network(answer, points):
    fires, _ = network_output(answer.xor_network(), 2, 2, points)
    return {"fires": fires}


@xor_network.cases
def _(rng):
    # clause: "a network with two hidden threshold units that computes XOR"
    yield "the four corners", {"points": every_row(rng, corners(2), 60)}
    # clause: "right even if each input is off by up to 0.001, in either direction"
    yield "inputs that are off by a thousandth", {"points": every_row(rng, around(corners(2), 1e-3), 90)}


@exercise(
    points=15,
    hint="How many hidden units are on if s inputs are, and how do their weights at the output add up?",
    arrays="numpy",
)
def parity_network(answer, points):
    outputs = {"hidden units": [], "fires": []}
    for bits in points:
        n = bits.shape[1]
        if n > 20 and outputs["hidden units"][0] != points[0].shape[1]:
            # Two to the power n units would not fit into the memory; that there are too many is known.
            fires, hidden = np.zeros(len(bits), bool), 0
        else:
            fires, hidden = network_output(answer.parity_network(n), n, None, bits)
        outputs["hidden units"].append(hidden)
        outputs["fires"].append(fires)
    outputs["fires"] = np.concatenate(outputs["fires"])
    return outputs


def of_sizes(rng, *sizes):
    """Draw for each size all inputs of so many bits, in any order, some of them more than once."""
    return {"points": [every_row(rng, corners(n), 40) for n in sizes]}


def with_every_count(rng, n):
    """Draw rows of n bits, in any order, each number of ones among them at least once."""
    ones = np.append(np.arange(n + 1), rng.integers(n + 1, size=40))
    return rng.permuted(np.arange(n) < rng.permutation(ones)[:, None], axis=1).astype(float)


@parity_network.cases
def _(rng):
    yield "one input", of_sizes(rng, 1)
    yield "two inputs, which is XOR", of_sizes(rng, 2)
    yield "three inputs", of_sizes(rng, 3)
    yield "four inputs", of_sizes(rng, 4)
    # clause: "It has `n` inputs and `n` hidden threshold units"
    yield "five to nine inputs", of_sizes(rng, 5, 6, 7, 8, 9)
    many = (13, 17, int(rng.integers(24, 30)), int(rng.integers(40, 60)))
    yield "a dozen inputs and more", {"points": [with_every_count(rng, n) for n in many]}


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


def in_any_order(rng, pairs):
    """Put pairs of numbers into another order."""
    return [tuple(map(int, pair)) for pair in rng.permutation(pairs)]


@cover_count.cases
def _(rng):
    pairs = [(P, N) for P in range(1, 7) for N in range(1, 4)]
    # clause: "in general position; at least 1", "the number of dimensions; at least 1"
    yield "one to six points in one to three dimensions", {"pairs": in_any_order(rng, pairs)}
    pairs = [pair for N in rng.permutation(np.arange(3, 13))[:3] for pair in (
        (N - 1, N), (N, N), (N + 1, N), (2, 3 * N)
    )]
    yield "fewer points than dimensions, as many, and one more", {"pairs": in_any_order(rng, pairs)}
    pairs = [pair for N in rng.permutation(np.arange(4, 11))[:3] for pair in (
        (2 * N, N), (2 * N + 3, N), (5 * N, N)
    )]
    yield "twice as many points as dimensions, and more", {"pairs": in_any_order(rng, pairs)}
    # clause: "The exact number, as a Python integer: there can be more than 2⁶³ of them"
    P, N = rng.integers(180, 200), rng.integers(60, 95)
    pairs = [(200, 100), (200, N), (P, P // 2), (P, 90)]
    yield "two hundred points, to the last digit", {"pairs": in_any_order(rng, pairs), "large": True}


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
    return {"separable": [truth(keeping(answer.is_separable, X=X, t=t)) for X, t in sets]}


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


def divided(rng, points, inputs):
    """Draw points and labels that a hyperplane separates."""
    X = grid(rng, points, inputs)
    return X, by_hyperplane(rng, X)


def crossed(rng, points, inputs):
    """Draw points and labels that none separates: two points of either label have the same middle."""
    X = grid(rng, points - 1, inputs)
    X = np.concatenate([X, X[:1] + X[1:2] - X[2:3]])
    t = rng.choice([-1, 1], size=points)
    t[[0, 1, 2, -1]] = np.array([1, 1, -1, -1]) * t[0]
    return shuffled(rng, X, t)


def tossed(rng, points, inputs):
    """Draw points and labels tossed by a coin, both of them there."""
    t = np.append([-1, 1], rng.choice([-1, 1], size=points - 2))
    return grid(rng, points, inputs), rng.permutation(t)


def divided_not_by(rng, points, inputs, *ways, twin=False):
    """Draw points and labels that some hyperplane separates, but in none of these ways; perhaps one twice."""
    while True:
        X, t = divided(rng, points, inputs)
        if twin:
            X, t = with_a_twin(rng, X, t, same=True)
        if not any(way(X, t) for way in ways):
            return X, t


def an_axis(X, t):
    """Tell whether a hyperplane across an axis separates the points."""
    above, below = X[t > 0], X[t < 0]
    return ((above.min(axis=0) > below.max(axis=0)) | (above.max(axis=0) < below.min(axis=0))).any()


def least_squares(X, t):
    """Tell whether the hyperplane that fits the labels best, in squares, separates the points."""
    A = np.column_stack([X, np.ones(len(X))])
    return (t * (A @ np.linalg.lstsq(A, t.astype(float), rcond=None)[0]) > 1e-9).all()


def far_up(rng, *t):
    """Draw points on a line, far above 0, in rising order of which these are the labels."""
    return 20.0 + np.cumsum(rng.integers(1, 4, size=len(t)))[:, None], np.array(t)


def shuffled(rng, X, t, scale=1, shift=0):
    """Put points into another order, and swap the labels or not."""
    order = rng.permutation(len(X))
    return scale * np.asarray(X, float)[order] + shift, rng.choice([-1, 1]) * np.asarray(t)[order]


def on_a_line(rng, inputs, apart):
    """Draw points in a row; of one label are those up to a point, or, if not `apart`, those in the middle."""
    points = int(rng.integers(4, 7))
    first, after = np.sort(rng.permutation(np.arange(1, points))[:2])
    t = np.where(np.arange(points) < after, -1, 1)
    if not apart:
        t[:first] = 1
    direction = rng.choice([-1, 1], size=inputs) * rng.integers(1, 4, size=inputs)
    return shuffled(rng, np.arange(points)[:, None] * direction, t)


def of_bits(rng, n, fires):
    """Draw the corners of a cube, some of its axes turned round, labelled by how many bits are 1."""
    bits = corners(n)
    t = np.where(fires(bits.sum(axis=1)), 1, -1)
    return shuffled(rng, np.abs(bits - rng.integers(2, size=n)), t)


def with_a_point(rng, point, t):
    """Draw the corners of a square and one more point, somewhere in the plane."""
    X = np.concatenate([2 * corners(2), [point]])
    return shuffled(rng, X[:, rng.permutation(2)], t, rng.integers(1, 4), rng.integers(-3, 4, size=2))


def with_a_twin(rng, X, t, same):
    """Add to separable points one of them once more, with the same label or the other one."""
    return shuffled(rng, np.concatenate([X, X[:1]]), np.append(t, t[0] if same else -t[0]))


def moved(rng, X, t):
    """Move points far away from the origin."""
    return X + rng.choice([-30, 30], size=X.shape[1]), t


def close(X, t):
    """Move points close together."""
    return 1e-4 * X, t


def of_one_label(rng, X, but=0):
    """Label all points alike, but for so many."""
    t = np.ones(len(X), dtype=int)
    t[:but] = -1
    return shuffled(rng, X, t)


def a_row_and_one(rng):
    """Draw four points in a row above 0, and one far above them."""
    return np.append(np.cumsum(rng.integers(1, 3, size=4)), rng.integers(50, 80)).astype(float)


def with_a_far_one(rng, t, second=lambda x: x[:0]):
    """Draw points in a row and one far away, perhaps with a second coordinate."""
    x = a_row_and_one(rng)
    return shuffled(rng, np.stack([x, *second(x)], axis=1), t)


# Whole coordinates keep every set well away from the border between separable and not.
@is_separable.cases
def _(rng):
    sizes = ((5, 2), (6, 2), (7, 2), (6, 3), (8, 3), (6, 4))
    kinds = [
        lambda kind=kind, size=size: kind(rng, *size) for kind in (divided, crossed, tossed) for size in sizes
    ]
    kinds += [lambda: divided_not_by(rng, 8, 2, an_axis, least_squares), lambda: far_up(rng, -1, -1, 1)]
    yield "random points, labelled by a coin and by a hyperplane", {"sets": every_kind(rng, kinds, 20)}

    kinds = [lambda n=n: of_bits(rng, n, lambda ones: ones % 2) for n in (1, 2, 2, 3, 3)]
    kinds += [lambda n=n: of_bits(rng, n, lambda ones: ones > n / 2) for n in (2, 3, 4)]
    kinds += [lambda: moved(rng, *of_bits(rng, 3, lambda ones: ones > 1))]
    yield "parity and majority of bits", {"sets": every_kind(rng, kinds, 16)}

    kinds = [lambda n=n, apart=apart: on_a_line(rng, n, apart) for n in (1, 2, 3) for apart in (True, False)]
    yield "points on a line", {"sets": every_kind(rng, kinds, 16)}

    # clause: "A hyperplane that touches a point separates nothing"
    yield "the same point twice, and points between others", {
        "sets": every_kind(rng, [
            lambda: divided_not_by(rng, 7, 2, an_axis, least_squares, twin=True),
            lambda: tuple(one[[0, 0, 1]] for one in far_up(rng, -1, 1)),
            lambda: with_a_twin(rng, *divided(rng, 4, 2), same=False),
            lambda: of_one_label(rng, grid(rng, 1, 2)[[0, 0]], but=1),
            lambda: with_a_point(rng, [1, 2], [-1, 1, -1, 1, 1]),
            lambda: with_a_point(rng, [1, 1], [-1, 1, -1, 1, 1]),
            lambda: with_a_point(rng, [1, 2], [1, 1, 1, 1, -1]),
            lambda: with_a_point(rng, [1, 1], [1, 1, 1, 1, -1]),
        ], 16)
    }

    # clause: "with labels that are all the same, any points are separable"
    yield "labels that are all the same", {
        "sets": every_kind(rng, [
            lambda: of_one_label(rng, grid(rng, 5, 3)),
            lambda: of_one_label(rng, grid(rng, 1, 3)),
            lambda: (np.zeros((2, 2)), np.array([1, 1])),
            lambda: (np.zeros((2, 2)), np.array([-1, -1])),
            lambda: of_one_label(rng, grid(rng, 60, 3)),
            # Beside them some in which one label is another, and should not be.
            lambda: of_one_label(rng, grid(rng, 60, 3)[[0, *range(60)]], but=1),
            lambda: of_one_label(rng, np.zeros((2, 2)), but=1),
            lambda: of_one_label(rng, np.zeros((4, 1)), but=2),
            lambda: of_one_label(rng, grid(rng, 5, 3)[[0, 0, 1, 2, 3, 4]], but=1),
        ], 16)
    }

    kinds = [
        lambda kind=kind, size=size: moved(rng, *kind(rng, *size))
        for kind in (divided, crossed) for size in ((6, 1), (7, 2), (8, 3))
    ]
    kinds += [
        lambda: moved(rng, *divided_not_by(rng, 8, 2, an_axis, least_squares)),
        lambda: far_up(rng, -1, -1, 1),
    ]
    yield "points far from the origin", {"sets": every_kind(rng, kinds, 16)}

    # clause: "they may lie as close together as 10⁻⁴"
    kinds = [
        lambda kind=kind, size=size: close(*kind(rng, *size))
        for kind in (divided, crossed) for size in ((6, 1), (7, 2), (8, 3))
    ]
    kinds += [
        lambda: close(*divided_not_by(rng, 8, 2, an_axis, least_squares)),
        lambda: close(*far_up(rng, -1, -1, 1)),
    ]
    yield "points close together", {"sets": every_kind(rng, kinds, 16)}

    kinds = [lambda size=size: tossed(rng, *size) for size in ((3, 4), (4, 6))]
    kinds += [lambda size=size: crossed(rng, *size) for size in ((4, 2), (4, 4), (6, 5))]
    kinds += [lambda: divided_not_by(rng, 4, 6, an_axis), lambda: far_up(rng, -1, 1)]
    yield "about as many inputs as points", {"sets": every_kind(rng, kinds, 16)}

    yield "one point far away from all others", {
        "sets": every_kind(rng, [
            lambda: with_a_far_one(rng, [-1, -1, -1, 1, 1]),
            lambda: with_a_far_one(rng, [-1, -1, -1, -1, 1]),
            lambda: with_a_far_one(rng, [1, -1, -1, -1, 1]),
            lambda: with_a_far_one(rng, [-1, -1, 1, -1, 1]),
            lambda: with_a_far_one(rng, [-1, 1, 1, 1, 1], lambda x: [x**2]),
            lambda: with_a_far_one(rng, [1, -1, -1, 1, -1], lambda x: [2 * x]),
            # This way round, the bias has to be negative.
            lambda: (a_row_and_one(rng)[:, None], np.array([-1, -1, -1, -1, 1])),
        ], 16)
    }


@exercise(
    points=5,
    hint="How many labellings do three points have, and how many of them does the family have to realise?",
    dtype="float64",
    arrays="numpy",
)
def shattered(answer, family, sets):
    # clause: "an array of -1 and 1, one for each point"
    def separable(X, t):
        X, t = np.asarray(X), np.asarray(t)
        if t.shape != (len(X),) or not np.isin(t, (-1, 1)).all():
            raise WrongStructure(
                "expected `separable` to be called with one label for each point, each minus one or one, "
                f"got {t.tolist()}"
            )
        return FAMILIES[family](X, t)

    return {"shattered": [truth(keeping(answer.shattered, X=X, separable=separable)) for X in sets]}


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


def by_all_but_one(X, t):
    """Whether the labels are not the signs of the first coordinates, of which a 0 has none."""
    return not np.array_equal(np.sign(X[:, 0]), t)


FAMILIES = {
    "lines in the plane": by_a_line,
    "lines through the origin": by_a_line_through_the_origin,
    "intervals on the line": by_a_box,
    "boxes in the plane": by_a_box,
    "rays on the line": by_a_ray,
    "all but one": by_all_but_one,
}


def around_the_origin(rng, *angles):
    """Draw points in about these directions from the origin, all turned by the same angle."""
    angles = rng.uniform(0, 6) + np.array(angles) + rng.uniform(-0.3, 0.3, size=len(angles))
    radius = rng.uniform(1, 3, size=(len(angles), 1))
    return rng.permutation(np.stack([np.cos(angles), np.sin(angles)], axis=1) * radius)


@shattered.cases
def _(rng):
    def triangle():
        corner = np.array([[0.0, 0.0], [4.0, 1.0], [1.0, 3.0]]) + rng.uniform(-0.4, 0.4, size=(3, 2))
        return rng.permutation(corner)

    def quadrilateral():
        corner = np.array([[0.0, 0.0], [4.0, 0.5], [0.5, 4.0], [4.5, 4.5]])
        return rng.permutation(corner + rng.uniform(-0.4, 0.4, size=(4, 2)))

    def row(*order):
        direction = rng.choice([-1, 1], size=2) * rng.integers(1, 4, size=2)
        return np.array(order, dtype=float)[:, None] * direction + rng.integers(-3, 4, size=2)

    def one_inside():
        corner = triangle()
        return rng.permutation(np.concatenate([corner, corner.mean(axis=0, keepdims=True)]))

    yield "lines: a point, two, three and four", {
        "family": "lines in the plane",
        "sets": every_kind(rng, [
            lambda: triangle()[:1], lambda: triangle()[:2], triangle, triangle,
            quadrilateral, quadrilateral, one_inside, one_inside,
        ], 18),
    }
    yield "lines: a point twice, three in a row", {
        "family": "lines in the plane",
        "sets": every_kind(rng, [
            lambda: row(0, 1), triangle, triangle,
            lambda: row(0, 1, 1), lambda: row(0, 1, 2), lambda: row(1, 0, 2), lambda: row(2, 0, 1),
        ], 18),
    }
    yield "lines through the origin: one, two and three points around it", {
        "family": "lines through the origin",
        "sets": every_kind(rng, [
            lambda: around_the_origin(rng, 0), lambda: around_the_origin(rng, 0, 2),
            lambda: around_the_origin(rng, 0, 1), lambda: around_the_origin(rng, 0, 2, 4),
            lambda: around_the_origin(rng, 0, 0.9, 1.8),
        ], 18),
    }

    def spots(*order):
        return np.cumsum(rng.uniform(0.5, 1.5, size=4))[list(order)][:, None] + rng.uniform(-3, 3)

    # clause: "realises every dichotomy": without the symmetry of hyperplanes
    yield "intervals: one to four points of the line", {
        "family": "intervals on the line",
        "sets": every_kind(rng, [
            lambda: spots(0), lambda: spots(0, 1), lambda: spots(2, 0), lambda: spots(3, 1),
            lambda: spots(0, 1, 2), lambda: spots(1, 0, 2), lambda: spots(1, 3, 0), lambda: spots(2, 0, 1, 3),
            lambda: spots(0, 0),
        ], 18),
    }

    def diamond():
        corner = np.array([[0.0, 2.0], [2.0, 0.0], [0.0, -2.0], [-2.0, 0.0]])
        return rng.permutation(corner + rng.uniform(-0.5, 0.5, size=(4, 2)))

    def filled_diamond():
        return rng.permutation(np.concatenate([diamond(), rng.uniform(-0.5, 0.5, size=(1, 2))]))

    yield "boxes: a diamond, a square, and five points", {
        "family": "boxes in the plane",
        "sets": every_kind(rng, [
            diamond, diamond, lambda: diamond()[:3], lambda: diamond()[:2], filled_diamond,
            lambda: rng.permutation(corners(2) * rng.uniform(1, 2)),
            lambda: row(1, 0, 2), lambda: row(0, 2, 1),
        ], 18),
    }
    yield "rays: one point and two", {
        "family": "rays on the line",
        "sets": every_kind(rng, [
            lambda: spots(1), lambda: spots(3), lambda: spots(0), lambda: spots(0, 1), lambda: spots(2, 1),
        ], 18),
    }

    def signed(signs):
        return np.stack([signs, rng.normal(size=len(signs))], axis=1) * rng.uniform(1, 2)

    def none_missing():
        return signed(np.append(0.0, rng.choice([-1.0, 1.0], size=6))[rng.permutation(7)])

    # clause: "Tries all 2ᴾ labellings"
    yield "a family that lacks a single labelling of seven points, or none", {
        "family": "all but one",
        "sets": every_kind(rng, [
            lambda: signed(np.ones(7)), lambda: signed(-np.ones(7)), none_missing, none_missing,
            lambda: signed(rng.choice([-1.0, 1.0], size=7)), lambda: signed(rng.choice([-1.0, 1.0], size=7)),
            lambda: signed((-1.0) ** np.arange(7)),
        ], 12),
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


def sized(rng, *shape):
    """Draw numbers of either sign and of about the same size."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 1.0, size=shape)


@random_feature_lift.cases
def _(rng):
    # clause: "their random biases"
    yield "one point", to_lift(rng, 1, 3, 8)
    # clause: "one column for each feature"
    yield "seven points of two inputs, lifted into five features", to_lift(rng, 7, 2, 5)
    yield "four points of four inputs, into four features", to_lift(rng, 4, 4, 4)
    # Small, and of either sign, so that some sums are below 0 and some above, and so that the bias counts.
    size = rng.permutation(np.array([1.0, 1.0, 1.0, -1.0, -1.0, -1.0]))[:, None]
    yield "one input, one feature", {
        "X": 1e-3 * size * rng.uniform(0.5, 1.5, size=(6, 1)), "W": sized(rng, 1, 1), "b": np.array([2e-4]),
    }
    inputs = to_lift(rng, 5, 3, 6)
    yield "inputs as large as 10,000", inputs | {
        "X": 1e4 * sized(rng, 5, 3), "W": 0.5 * sized(rng, 3, 6), "b": 4 * inputs["b"],
    }
