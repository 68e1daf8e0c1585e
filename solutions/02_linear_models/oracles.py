"""Right answers made independently of `solution.py`."""

import math
import random
import warnings

import keras
import numpy as np
import scipy.cluster.vq
import scipy.linalg
import scipy.spatial
import scipy.special
import tensorflow as tf
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LogisticRegression, Ridge

from grader.exercise import oracle


@oracle(of="ridge_fit")
def ridge_as_stacked_least_squares(X, y, lam, theta0):
    """scipy.linalg.lstsq, with the penalty as further examples."""
    N, D = X.shape
    stacked = np.vstack([X / N**0.5, lam**0.5 * np.eye(D)])
    targets = np.concatenate([(y - X @ theta0) / N**0.5, np.zeros(D)])
    return theta0 + scipy.linalg.lstsq(stacked, targets)[0]


@oracle(of="ridge_fit")
def ridge_of_scikit_learn(X, y, lam, theta0):
    """sklearn.linear_model.Ridge, whose penalty goes with the sum of squares, from its first guess 0."""
    model = Ridge(alpha=len(X) * lam, fit_intercept=False, solver="svd").fit(X, y - X @ theta0)
    return (theta0 + model.coef_).tolist()


@oracle(of="supervised_losses")
def losses_of_keras(kind, t, y):
    """keras.losses, whose Hinge and CategoricalCrossentropy average over the last axis or sum."""
    rows = t.shape[0]
    if kind == "square":
        t, y = tf.reshape(t, (rows, -1)), tf.reshape(y, (rows, -1))
        return keras.losses.MeanSquaredError(reduction=None)(t, y) * t.shape[1]
    if kind == "hinge":
        t, y = tf.reshape(t, (rows, -1)), tf.reshape(y, (rows, -1))
        return keras.losses.Hinge(reduction=None)(t, y) * t.shape[1]
    losses = keras.losses.CategoricalCrossentropy(from_logits=True, reduction=None)(t, y)
    return tf.reduce_sum(tf.reshape(losses, (rows, -1)), axis=1)


@oracle(of="supervised_losses")
def losses_by_loops(kind, t, y):
    """Pure Python, number by number, with scipy's logsumexp."""
    sums = []
    for target, output in zip(np.asarray(t, np.float64), np.asarray(y, np.float64)):
        if kind == "xent":
            output = output - scipy.special.logsumexp(output, axis=-1, keepdims=True)
        pairs = list(zip(target.reshape(-1), output.reshape(-1)))
        if kind == "square":
            sums.append(sum((a - b) * (a - b) for a, b in pairs))
        elif kind == "hinge":
            sums.append(sum(1 - a * b if a * b < 1 else 0.0 for a, b in pairs))
        else:
            sums.append(-sum(a * b for a, b in pairs))
    return sums


@oracle(of="hinge_subgradient")
def hinge_by_finite_differences(w, b, X, t, lam):
    """Finite differences of the objective's piece: each example stays on its side of the kink."""
    inside = t * (X @ w + b) < 1

    def piece(theta):
        losses = np.where(inside, 1 - t * (X @ theta[:-1] + theta[-1]), 0.0)
        return losses.mean() + lam / 2 * theta[:-1] @ theta[:-1]

    theta, step = np.append(w, b), 1e-4  # a piece is quadratic, so this is exact
    slopes = [(piece(theta + e) - piece(theta - e)) / (2 * step) for e in step * np.eye(len(theta))]
    return np.round(slopes[:-1], 10), round(slopes[-1], 10)


@oracle(of="hinge_subgradient")
def hinge_by_loops(w, b, X, t, lam):
    """Pure Python, example by example."""
    gw, gb = [lam * weight for weight in w], 0.0
    for row, label in zip(X.tolist(), t.tolist()):
        if label * (sum(a * c for a, c in zip(row, w)) + b) < 1:
            gw = [slope - label * value / len(t) for slope, value in zip(gw, row)]
            gb -= label / len(t)
    return gw, gb


@oracle(of="hinge_subgradient")
def hinge_by_autodiff(w, b, X, t, lam):
    """tf.GradientTape, whose slope of relu at 0 is 0."""
    w, b = tf.Variable(w), tf.Variable(b, dtype=tf.float64)
    with tf.GradientTape() as tape:
        losses = tf.nn.relu(1 - t * (tf.linalg.matvec(X, w) + b))
        objective = tf.reduce_mean(losses) + lam * tf.nn.l2_loss(w)
    return tape.gradient(objective, [w, b])


@oracle(of="logistic_regression")
def logistic_by_reweighted_least_squares(X, y, l2, steps):
    """Iteratively reweighted least squares: each step a weighted ridge regression, by scipy's lstsq."""
    N, D = X.shape
    Z = np.hstack([X, np.ones((N, 1))])
    theta = np.zeros(D + 1)
    for _ in range(steps):
        z = Z @ theta
        # R times the working response, kept finite where p is 0 or 1.
        p = scipy.special.expit(z)
        R = p * scipy.special.expit(-z)
        root = np.sqrt(R)[:, None]
        pull = np.divide(R * z + y - p, root[:, 0], out=np.zeros(N), where=root[:, 0] > 0)
        lost = (root[:, 0] == 0) * (y - p)  # where the root is 0, the pull has no weight to divide by
        rows = np.vstack([root * Z / N**0.5, l2**0.5 * np.eye(D + 1)[:D]])
        targets = np.append(pull / N**0.5, np.zeros(D))
        theta = scipy.linalg.lstsq(rows, targets)[0]
        if lost.any():
            theta = theta + np.linalg.solve(rows.T @ rows, Z.T @ lost / N)
    return theta[:D], theta[D]


@oracle(of="logistic_regression")
def logistic_by_autodiff(X, y, l2, steps):
    """Newton's method with the gradient and the Hessian that TensorFlow finds."""
    w, b = tf.zeros(X.shape[1], tf.float64), tf.zeros((), tf.float64)
    X, labels = tf.constant(X), tf.constant(y, tf.float64)
    for _ in range(steps):
        theta = tf.concat([w, [b]], axis=0)
        with tf.GradientTape(persistent=True) as outer:
            outer.watch(theta)
            with tf.GradientTape(persistent=True) as inner:
                inner.watch(theta)
                z = tf.linalg.matvec(X, theta[:-1]) + theta[-1]
                losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=z)
                objective = tf.reduce_mean(losses) + l2 * tf.nn.l2_loss(theta[:-1])
            gradient = inner.gradient(objective, theta)
        hessian = outer.jacobian(gradient, theta, experimental_use_pfor=False)
        theta = theta - tf.linalg.solve(hessian, gradient[:, None])[:, 0]
        w, b = theta[:-1], theta[-1]
    return [w, b]


@oracle(of="logistic_regression")
def logistic_of_scikit_learn(X, y, l2, steps):
    """sklearn.linear_model.LogisticRegression, where there are steps enough to arrive, and two classes."""
    if steps < 10 or len(np.unique(y)) < 2:
        return logistic_by_reweighted_least_squares(X, y, l2, steps)
    model = LogisticRegression(C=1 / (len(y) * l2), solver="newton-cholesky", tol=1e-12, max_iter=200)
    model.fit(X, y)
    return model.coef_[0].tolist(), float(model.intercept_[0])


@oracle(of="SoftmaxRegression")
class SoftmaxOfKeras(keras.Model):
    """A Dense layer of Keras and its own cross-entropy of one-hot targets."""

    def __init__(self, classes):
        super().__init__()
        self.classes = classes
        self.layer = keras.layers.Dense(classes)

    def call(self, x):
        return self.layer(x)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        targets = keras.ops.one_hot(y, self.classes)
        return keras.losses.CategoricalCrossentropy(from_logits=True)(targets, y_pred)


@oracle(of="SoftmaxRegression")
class SoftmaxByHand(keras.Model):
    """Variables of its own, and the definition with logsumexp."""

    def __init__(self, classes):
        super().__init__()
        self.classes = classes

    def build(self, shape):
        self.offset = self.add_weight(shape=(self.classes,), name="offset")
        self.scores = self.add_weight(shape=(shape[-1], self.classes), name="scores")
        self.built = True

    def call(self, x):
        return tf.einsum("nd,dk->nk", x, self.scores) + self.offset

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        right = tf.gather(y_pred, y, axis=1, batch_dims=1)
        return tf.reduce_sum(tf.reduce_logsumexp(y_pred, axis=1) - right) / len(y_pred)


@oracle(of="minibatches")
def batches_of_a_shuffled_list(n, batch, rng):
    """A list, shuffled in place and cut up."""
    order = list(range(n))
    rng.shuffle(order)
    return [order[start:start + batch] for start in range(0, n, batch)]


@oracle(of="minibatches")
def batches_by_drawing(n, batch, rng):
    """Cards drawn one by one without putting back, by Python's own generator seeded from `rng`."""
    drawn = random.Random(int(rng.integers(2**31)))
    left, hand = set(range(n)), []
    while left:
        card = drawn.choice(sorted(left))
        left.remove(card)
        hand.append(card)
        if len(hand) == batch or not left:
            yield np.array(hand)
            hand = []


@oracle(of="kernel_ridge")
def kernel_ridge_of_scikit_learn(Xtr, ytr, Xte, gamma, lam):
    """sklearn.kernel_ridge.KernelRidge."""
    return KernelRidge(alpha=lam, kernel="rbf", gamma=gamma).fit(Xtr, ytr).predict(Xte)


@oracle(of="kernel_ridge")
def kernel_ridge_by_loops(Xtr, ytr, Xte, gamma, lam):
    """scipy's distances, its Cholesky factors, and a loop over the queries."""
    K = np.exp(-gamma * scipy.spatial.distance.cdist(Xtr, Xtr, "sqeuclidean"))
    alpha = scipy.linalg.cho_solve(scipy.linalg.cho_factor(K + lam * np.eye(len(K))), ytr)
    return [
        sum(a * math.exp(-gamma * math.dist(query, row) ** 2) for a, row in zip(alpha, Xtr)) for query in Xte
    ]


@oracle(of="kmeans_step")
def kmeans_by_loops(X, C):
    """NumPy in float64, example by example and centre by centre."""
    X, C = np.asarray(X, np.float64), np.asarray(C, np.float64)
    labels, inertia = [], 0.0
    for x in X:
        distances = [float(np.sum((x - c) ** 2)) for c in C]
        labels.append(distances.index(min(distances)))
        inertia += min(distances)
    moved = C.copy()
    for k in range(len(C)):
        given = [x for x, label in zip(X, labels) if label == k]
        if given:
            moved[k] = np.mean(given, axis=0)
    return moved, labels, inertia


@oracle(of="kmeans_step")
def kmeans_of_scipy(X, C):
    """scipy.cluster.vq.kmeans2, which leaves the centre of an empty cluster as it is, with a warning."""
    X, C = np.asarray(X), np.asarray(C)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        moved, _ = scipy.cluster.vq.kmeans2(X, C, iter=1, minit="matrix", missing="warn")
    labels, distances = scipy.cluster.vq.vq(X, C)
    return moved, labels, np.sum(distances**2)
