"""Right answers made independently of `solution.py`."""

import itertools
import math
import warnings

import numpy as np
import tensorflow as tf
from scipy.optimize import linprog, nnls
from sklearn import config_context
from sklearn.linear_model import Perceptron
from sklearn.svm import SVC

from grader.exercise import oracle

# threshold_gate


@oracle(of="threshold_gate")
def gate_from_its_truth_table(name):
    """The truth table, by linear programming: the weights of least size with a margin of 1 on either side."""
    inputs = {"NOT": 1, "MAJ3": 3}.get(name, 2)
    bits = np.array(list(itertools.product([0, 1], repeat=inputs)))
    fires = {
        "AND": bits.all(axis=1), "OR": bits.any(axis=1), "NOT": ~bits.any(axis=1),
        "NAND": ~bits.all(axis=1), "MAJ3": bits.sum(axis=1) > inputs / 2,
    }[name]
    sign = np.where(fires, 1, -1)[:, None]
    # w = u - v with u, v >= 0; theta is free.
    A = -sign * np.column_stack([bits, -bits, -np.ones(len(bits))])
    bounds = [(0, None)] * (2 * inputs) + [(None, None)]
    z = linprog([1] * (2 * inputs) + [0], A_ub=A, b_ub=-np.ones(len(bits)), bounds=bounds).x
    return z[:inputs] - z[inputs:-1], z[-1]


@oracle(of="threshold_gate")
def gate_of_other_weights(name):
    """Written down by hand, with weights of another size, as lists."""
    return {
        "AND": ([4, 4], 6), "OR": ([10, 10], 5), "NOT": ([-2], -1), "NAND": ([-0.5, -0.5], -0.75),
        "MAJ3": ([2, 2, 2], 3),
    }[name]


# perceptron_train


@oracle(of="perceptron_train")
def perceptron_of_scikit_learn(X, t, max_epochs):
    """sklearn.linear_model.Perceptron, one example at a time; every change of its weights was a mistake."""
    model = Perceptron(shuffle=False, eta0=1.0, tol=None)
    model.coef_, model.intercept_ = np.zeros((1, X.shape[1])), np.zeros(1)
    model.classes_ = np.array([-1, 1])
    mistakes = 0
    examples = [(x[None], [label]) for x, label in zip(X, t)]
    with config_context(assume_finite=True, skip_parameter_validation=True):  # half of the time
        for epoch in range(max_epochs):
            clean = True
            for example in examples:
                before = model.intercept_[0]
                model.partial_fit(*example)
                changed = bool(model.intercept_[0] != before)
                mistakes, clean = mistakes + changed, clean and not changed
            if clean:
                break
    return model.coef_[0], model.intercept_[0], mistakes


@oracle(of="perceptron_train")
def dual_perceptron(X, t, max_epochs):
    """The dual form: how often each example was a mistake decides all scores, by inner products."""
    augmented = np.column_stack([X, np.ones(len(X))])
    inner = augmented @ augmented.T
    alpha = np.zeros(len(X))
    epoch, last = 0, -1
    while epoch < max_epochs and alpha.sum() != last:
        last, epoch = alpha.sum(), epoch + 1
        for i in range(len(X)):
            if not t[i] * np.sum(alpha * t * inner[i]) > 0:
                alpha[i] += 1
    w = (alpha * t) @ augmented
    return w[:-1], w[-1], int(alpha.sum())


# perceptron_bound


@oracle(of="perceptron_bound")
def bound_by_loops(X, t, w, b):
    """The definition, in Python's own floats."""
    length = math.hypot(*w, b)
    radius, gamma = 0.0, math.inf
    for x, label in zip(X.tolist(), t.tolist()):
        score = label * (math.fsum(p * q for p, q in zip(x, w.tolist())) + b)
        gamma = min(gamma, score / length if length else 0.0)
        radius = max(radius, math.hypot(*x, 1.0))
    return (radius / gamma) ** 2 if gamma > 0 else math.inf


@oracle(of="perceptron_bound")
def bound_in_tensorflow(X, t, w, b):
    """TensorFlow on inputs with a 1 attached, in squares throughout."""
    X = tf.pad(tf.constant(X), [[0, 0], [0, 1]], constant_values=1.0)
    w = tf.concat([w, [b]], axis=0)
    least = tf.reduce_min(tf.cast(t, tf.float64) * tf.linalg.matvec(X, w))
    squares = tf.reduce_max(tf.reduce_sum(X**2, axis=1)) * tf.reduce_sum(w**2)
    return squares / least**2 if least > 0 else tf.constant(math.inf)


# xor_network


@oracle(of="xor_network")
def xor_of_differences():
    """Written down by hand: x1 and not x2, or x2 and not x1."""
    return [[1.0, -1.0], [-1.0, 1.0]], [-0.5, -0.5], [1.0, 1.0], -0.5


@oracle(of="xor_network")
def xor_with_inhibition():
    """Written down by hand: OR, inhibited by AND."""
    return tf.ones((2, 2)), tf.constant([-1.5, -0.5]), tf.constant([-2.0, 1.0]), tf.constant(-0.5)


# parity_network


@oracle(of="parity_network")
def parity_from_the_truth_table(n):
    """The output's weights from the truth table, by least squares on the hidden units' values."""
    ones = np.arange(n + 1)
    hidden = ones[:, None] >= np.arange(n, 0, -1)  # in the opposite order
    w2, *_ = np.linalg.lstsq(hidden.astype(float), ones % 2, rcond=None)
    return np.ones((n, n)), 0.25 - np.arange(n, 0.0, -1), w2, -0.5


@oracle(of="parity_network")
def parity_exactly_at_the_threshold(n):
    """Whole numbers as thresholds, as lists: unit i fires at a sum of exactly 0."""
    signs = [(-1) ** i for i in range(n)]
    return [[1] * n] * n, [-i for i in range(1, n + 1)], signs, -1


# cover_count


@oracle(of="cover_count")
def count_by_recursion(P, N):
    """Cover's recursion, C(P, N) = C(P - 1, N) + C(P - 1, N - 1)."""
    row = [0] + [2] * N
    for _ in range(P - 1):
        row = [0] + [row[k] + row[k - 1] for k in range(1, N + 1)]
    return row[N]


@oracle(of="cover_count")
def count_by_force(P, N):
    """Up to 4 points, linear programs for all labellings of random points; else the sum, term by term."""
    if P > 4:
        term, total = 1, 0
        for k in range(min(N, P)):
            total += term
            term = term * (P - 1 - k) // (k + 1)
        return 2 * total
    X = np.random.default_rng(0).normal(size=(P, N))
    labellings = np.array(list(itertools.product([-1, 1], repeat=P)))
    status = [
        linprog(np.zeros(N), A_ub=-t[:, None] * X, b_ub=-np.ones(P), bounds=(None, None)).status
        for t in labellings
    ]
    return status.count(0)


# is_separable


@oracle(of="is_separable")
def separable_by_gordan(X, t):
    """Gordan's theorem: inseparable if a mixture of the signed points is zero, which least squares tells."""
    signed = t * np.column_stack([X, np.ones(len(X))]).T
    target = np.append(np.zeros(len(signed)), 1.0)
    _, residual = nnls(np.vstack([signed, np.ones(len(X))]), target)
    return np.bool_(residual > 1e-6)


@oracle(of="is_separable")
def separable_by_support_vectors(X, t):
    """sklearn.svm.SVC with next to no regularisation: separable if it makes no training error."""
    if len(set(t.tolist())) == 1:
        return True
    X = X - X.mean(axis=0)
    with warnings.catch_warnings(action="ignore"):  # of never converging, where they are not separable
        model = SVC(kernel="linear", C=1e9, tol=1e-6, max_iter=20_000).fit(X, t)
    return int(np.min(t * model.decision_function(X)) > 0.5)


# shattered


@oracle(of="shattered")
def shattered_by_counting(X, separable):
    """Count the dichotomies that are realised, each label a bit of a number."""
    P = len(X)
    realised = {k for k in range(2**P) if separable(X, [1 if k >> i & 1 else -1 for i in range(P)])}
    return np.equal(len(realised), 2**P)


# random_feature_lift


@oracle(of="random_feature_lift")
def lift_of_keras(X, W, b):
    """A Dense layer of Keras."""
    import keras

    layer = keras.layers.Dense(W.shape[1], activation="relu")
    layer.build(X.shape)
    layer.set_weights([W, b])
    return layer(X)


@oracle(of="random_feature_lift")
def lift_by_half_sums(X, W, b):
    """NumPy in float64: half of the sum of a number and its size."""
    a = np.einsum("pn,nm->pm", np.asarray(X, np.float64), np.asarray(W, np.float64)) + np.asarray(b)
    return (a + np.abs(a)) / 2
