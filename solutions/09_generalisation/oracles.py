"""Right answers made independently of `solution.py`."""

import itertools
import math
from fractions import Fraction

import numpy as np
import scipy.linalg
import scipy.special
import tensorflow as tf
from sklearn.linear_model import LinearRegression, Ridge

from grader.exercise import oracle

# no_free_lunch


@oracle(of="no_free_lunch")
def by_counting_bits(learner, n_bits, train_idx, prior=None):
    """Targets and inputs as whole numbers, looked at bit by bit; one unseen input at a time."""
    inputs = [[i >> k & 1 for k in reversed(range(n_bits))] for i in range(2**n_bits)]
    unseen = sorted(set(range(2**n_bits)) - set(train_idx))
    means, weights = [], []
    for number in range(2 ** (2**n_bits)):
        f = [number >> (2**n_bits - 1 - i) & 1 for i in range(2**n_bits)]
        X, y = np.array([inputs[i] for i in train_idx]), np.array([f[i] for i in train_idx])
        wrong = [int(learner(X, y, np.array([inputs[i]]))[0]) != f[i] for i in unseen]
        weights.append(prior(f) if prior else 1)
        means.append(weights[-1] * Fraction(sum(wrong), len(wrong)))
    return sum(means) / sum(weights)


@oracle(of="no_free_lunch")
def by_what_was_seen(learner, n_bits, train_idx, prior=None):
    """The learner is asked once for all targets that agree on what it sees, as they share its answer."""
    X = np.indices((2,) * n_bits).reshape(n_bits, -1).T
    targets = np.array(list(itertools.product([0, 1], repeat=2**n_bits)))
    weights = np.array([prior(f) if prior else 1 for f in targets])
    unseen = np.setdiff1d(np.arange(2**n_bits), train_idx)
    wrong = 0
    for y in np.unique(targets[:, train_idx], axis=0):
        agree = (targets[:, train_idx] == y).all(axis=1)
        misses = (targets[np.ix_(agree, unseen)] != learner(X[train_idx], y, X[unseen])).sum(axis=1)
        wrong += int(misses @ weights[agree])
    return Fraction(wrong, int(weights.sum()) * len(unseen))


# bias_variance


@oracle(of="bias_variance")
def by_singular_values(X, f, sigma, lam):
    """The singular values, each of which ridge regression shrinks by s² / (s² + λ)."""
    U, s, _ = np.linalg.svd(X, full_matrices=False)
    shrunk = s**2 / (s**2 + lam)
    along = U.T @ f
    missed = np.sum(f**2) - np.sum(along**2) + np.sum(((1 - shrunk) * along) ** 2)
    return missed / len(f), sigma**2 * np.mean(np.append(shrunk**2, np.zeros(len(f) - len(s)))), sigma * sigma


@oracle(of="bias_variance")
def by_scikit_learn(X, f, sigma, lam):
    """sklearn's Ridge, fitted to the truth, and to each unit of noise in turn."""
    model = Ridge(alpha=lam, fit_intercept=False, solver="svd")
    model = model if lam else LinearRegression(fit_intercept=False)
    fitted = model.fit(X, f).predict(X).reshape(-1)
    noise = model.fit(X, np.eye(len(X))).predict(X).reshape(len(X), -1)
    return np.mean(np.square(fitted - f)), np.mean(np.sum((sigma * noise) ** 2, axis=1)), sigma**2


# interpolate_two_layer


@oracle(of="interpolate_two_layer")
def by_a_triangular_solver(X, y, a):
    """scipy's solver of triangular equations, for kinks half-way between the examples, as in the paper."""
    order = np.argsort(X @ a)
    z = (X @ a)[order]
    b = np.concatenate([z[:1] - 0.5, (z[:-1] + z[1:]) / 2])
    return scipy.linalg.solve_triangular(np.maximum(np.subtract.outer(z, b), 0), y[order], lower=True), b


@oracle(of="interpolate_two_layer")
def by_joining_the_dots(X, y, a):
    """Pure Python: the network is a line from dot to dot, and a weight is by how much its slope changes."""
    dots = sorted(zip((X @ a).tolist(), y.tolist()))
    kinks, weights = [dots[0][0] - 2.0], [dots[0][1] / 2.0]
    slope = weights[0]
    for (z, value), (next_z, next_value) in zip(dots, dots[1:]):
        kinks.append(z)
        weights.append((next_value - value) / (next_z - z) - slope)
        slope += weights[-1]
    return weights[::-1], kinks[::-1]


# memorise_random_labels


@oracle(of="memorise_random_labels")
def by_hand(x, y, weights, steps, lr):
    """NumPy in float64, with the gradient worked out on paper."""
    x, y = np.asarray(x, np.float64), np.asarray(y)
    W1, b1, W2, b2 = (np.array(weight, np.float64) for weight in weights)
    history = []
    for _ in range(steps):
        h = np.maximum(x @ W1 + b1, 0)
        log_p = scipy.special.log_softmax(h @ W2 + b2, axis=1)
        history.append(-np.mean(log_p[np.arange(len(y)), y]))
        dz = (np.exp(log_p) - np.eye(len(b2))[y]) / len(y)
        dh = dz @ W2.T * (h > 0)
        W2, b2, W1, b1 = W2 - lr * h.T @ dz, b2 - lr * dz.sum(0), W1 - lr * x.T @ dh, b1 - lr * dh.sum(0)
    return history, (W1, b1, W2, b2)


@oracle(of="memorise_random_labels")
def by_keras(x, y, weights, steps, lr):
    """Keras' own optimiser SGD, layers and loss."""
    import keras

    layers = [keras.layers.Dense(weights[1].shape[0], "relu"), keras.layers.Dense(weights[3].shape[0])]
    layers[0].build(x.shape)
    layers[1].build((None, weights[1].shape[0]))
    variables = layers[0].trainable_variables + layers[1].trainable_variables
    for variable, weight in zip(variables, weights):
        variable.assign(weight)
    optimizer = keras.optimizers.SGD(lr)
    optimizer.build(variables)
    loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = loss_of(y, layers[1](layers[0](x)))
        optimizer.apply(tape.gradient(loss, variables))
        return loss

    return [float(step()) for _ in range(steps)], [variable.numpy() for variable in variables]


# filter_normalised_direction


@oracle(of="filter_normalised_direction")
def by_loops_over_filters(weights, noise):
    """NumPy, one filter after the other."""
    direction = []
    for theta, d in zip(weights, noise):
        theta, d = np.array(theta, np.float64), np.array(d, np.float64)
        for output in range(theta.shape[-1]):
            if theta.ndim == 1:
                d[output] = 0
            else:
                d[..., output] *= np.linalg.norm(theta[..., output]) / np.linalg.norm(d[..., output])
        direction.append(d)
    return direction


@oracle(of="filter_normalised_direction")
def by_l2_normalize(weights, noise):
    """tf.math.l2_normalize of filters as rows, at the lengths of the weights' own."""
    direction = []
    for theta, d in zip(weights, noise):
        if d.shape.rank == 1:
            direction.append(d - d)
            continue
        rows, own = (tf.transpose(tf.reshape(one, (-1, one.shape[-1]))) for one in (d, theta))
        rows = tf.math.l2_normalize(rows, axis=1) * tf.norm(own, axis=1)[:, None]
        direction.append(tf.reshape(tf.transpose(rows), d.shape))
    return tuple(direction)


# loss_surface


@oracle(of="loss_surface")
def by_a_taylor_series(loss, theta, d1, d2, a, b):
    """The Taylor series at the centre, up to the second order, of which a quadratic function has no more."""
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            height = loss()
        first = inner.gradient(height, theta)
        slopes = [tf.add_n([tf.reduce_sum(g * d) for g, d in zip(first, one)]) for one in (d1, d2)]
    second = [outer.gradient(slope, theta, unconnected_gradients="zero") for slope in slopes]
    aa, ab, bb = (
        tf.add_n([tf.reduce_sum(h * d) for h, d in zip(second[i], one)])
        for i, one in ((0, d1), (0, d2), (1, d2))
    )
    a, b = a[:, None], b[None, :]
    return height + a * slopes[0] + b * slopes[1] + a**2 * aa / 2 + a * b * ab + b**2 * bb / 2


@oracle(of="loss_surface")
def by_rows_of_lists(loss, theta, d1, d2, a, b):
    """NumPy arrays, put into the variables row by row; nested lists."""
    start = [np.array(variable) for variable in theta]
    rows = []
    for alpha in np.asarray(a).tolist():
        rows.append([])
        for beta in np.asarray(b).tolist():
            for variable, value, p, q in zip(theta, start, d1, d2):
                variable.assign(value + alpha * np.asarray(p) + beta * np.asarray(q))
            rows[-1].append(float(loss()))
    for variable, value in zip(theta, start):
        variable.assign(value)
    return rows


# sauer_count


@oracle(of="sauer_count")
def by_pascal(m, d):
    """Pascal's recursion on the number of points: τ(m, d) = τ(m - 1, d) + τ(m - 1, d - 1)."""
    counts = [1] * (d + 1)
    for _ in range(m):
        counts = [1, *(here + below for below, here in zip(counts, counts[1:]))]
    return counts[d]


@oracle(of="sauer_count")
def by_one_term_after_the_other(m, d):
    """Each binomial coefficient from the one before it."""
    term, count = 1, 0
    for i in range(d + 1):
        count += term
        term = term * (m - i) // (i + 1)
    return count


# generalisation_bounds


@oracle(of="generalisation_bounds")
def by_solving_for_epsilon(kind, m, delta, size=None, d=None):
    """The inequalities solved for ε; counts term by term."""
    if kind == "hoeffding":  # 2 exp(-2 m ε²) = δ
        return math.sqrt(-math.log(delta / 2) / m / 2)
    if kind == "finite":  # 2 |H| exp(-2 m ε²) = δ
        return math.sqrt(-(math.log(delta) - math.log(2 * size)) / m / 2)
    count = by_one_term_after_the_other(2 * m, d)
    return math.sqrt(-8 * (math.log(delta) - math.log(4 * count)) / m)  # 4 τ(2m) exp(-m ε² / 8) = δ


@oracle(of="generalisation_bounds")
def by_logarithms(kind, m, delta, size=None, d=None):
    """scipy's logarithms of binomial coefficients, added by logsumexp; bits in place of nats on the way."""
    if kind in ("hoeffding", "finite"):
        bits = (math.log2(size) if kind == "finite" else 0) + 1 - math.log2(delta)
        return (bits * math.log(2) / (2 * m)) ** 0.5
    i = np.arange(min(d, 2 * m) + 1)
    log_factorial = scipy.special.gammaln
    logs = log_factorial(2 * m + 1) - log_factorial(i + 1) - log_factorial(2 * m - i + 1)
    return np.sqrt(8 * (scipy.special.logsumexp(logs) + np.log(4) - np.log(delta)) / m)


# double_descent


@oracle(of="double_descent")
def by_the_pseudoinverse(X_train, y_train, X_test, y_test, W, b, widths):
    """scipy's pseudoinverse, of features made once for all widths."""
    train, test = (np.clip(X @ W + b, 0, None) for X in (X_train, X_test))
    errors = []
    for p in widths:
        residual = test[:, :p] @ (scipy.linalg.pinv(train[:, :p]) @ y_train) - y_test
        errors.append(float(residual @ residual) / len(y_test))
    return errors


@oracle(of="double_descent")
def by_tensorflow(X_train, y_train, X_test, y_test, W, b, widths):
    """tf.linalg.lstsq by complete orthogonal decomposition, which returns the shortest weights too."""
    errors = []
    for p in widths:
        train, test = (tf.nn.relu(tf.matmul(X, W[:, :p]) + b[:p]) for X in (X_train, X_test))
        v = tf.linalg.lstsq(train, y_train[:, None], fast=False)
        errors.append(tf.reduce_mean(tf.square(tf.matmul(test, v)[:, 0] - y_test)))
    return tf.stack(errors)
