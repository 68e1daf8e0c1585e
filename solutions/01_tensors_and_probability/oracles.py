"""Right answers made independently of `solution.py`."""

import decimal
import math

import numpy as np
import scipy.linalg
import scipy.spatial
import scipy.special
import scipy.stats
import sklearn.metrics
import sklearn.model_selection
import sklearn.naive_bayes
import sklearn.preprocessing
import tensorflow as tf

from grader.exercise import oracle


@oracle(of="pairwise_sq_dists")
def distances_of_scipy(x, y):
    """scipy.spatial.distance.cdist."""
    return scipy.spatial.distance.cdist(np.asarray(x), np.asarray(y), "sqeuclidean")


@oracle(of="pairwise_sq_dists")
def distances_of_differences(x, y):
    """All differences at once, by broadcasting, and their squares summed."""
    return tf.reduce_sum(tf.math.squared_difference(x[:, None, :], y[None, :, :]), axis=2)


@oracle(of="pairwise_sq_dists")
def distances_by_loops(x, y):
    """Pure Python, pair by pair."""
    return [[math.dist(one, other) ** 2 for other in np.asarray(y)] for one in np.asarray(x)]


@oracle(of="low_rank")
def layers_of_numpy(x, k):
    """numpy.linalg.svd, layer after layer."""
    u, s, vh = np.linalg.svd(np.asarray(x, np.float64), full_matrices=False)
    layers = [s[i] * np.outer(u[:, i], vh[i]) for i in range(min(k, len(s)))]
    return sum(layers), np.linalg.norm(s[:k]) ** 2 / np.linalg.norm(x) ** 2


@oracle(of="low_rank")
def projected_on_eigenvectors(x, k):
    """Projection on the leading eigenvectors of xᵀx, by scipy.linalg.eigh; the energy from what remains."""
    x = np.asarray(x, np.float64)
    _, vectors = scipy.linalg.eigh(x.T @ x)
    leading = vectors[:, ::-1][:, :k]
    xk = x @ leading @ leading.T
    return xk, 1 - np.sum((x - xk) ** 2) / np.sum(x**2)


@oracle(of="logsumexp")
def logsumexp_of_scipy(x, axis=-1, keepdims=False):
    """scipy.special.logsumexp."""
    return scipy.special.logsumexp(np.asarray(x), axis=axis, keepdims=keepdims)


@oracle(of="logsumexp")
def logsumexp_of_tensorflow(x, axis=-1, keepdims=False):
    """tf.reduce_logsumexp."""
    return tf.reduce_logsumexp(x, axis=axis, keepdims=keepdims)


@oracle(of="logsumexp")
def logsumexp_pair_by_pair(x, axis=-1, keepdims=False):
    """numpy.logaddexp, one number after the other."""
    return np.logaddexp.reduce(np.asarray(x, np.float64), axis=axis, keepdims=keepdims)


@oracle(of="softmax_entropy")
def entropy_of_scipy(logits):
    """scipy.special.softmax and scipy.stats.entropy."""
    p = scipy.special.softmax(np.asarray(logits, np.float64), axis=1)
    return p, scipy.stats.entropy(p, axis=1)


@oracle(of="softmax_entropy")
def entropy_from_moments(logits):
    """H = log Z - E[logits], with the logits counted from their maximum, row by row."""
    rows = []
    for row in np.asarray(logits).tolist():
        row = [z - max(row) for z in row]
        total = math.fsum(map(math.exp, row))
        p = [math.exp(z) / total for z in row]
        rows.append((p, math.log(total) - sum(a * z for a, z in zip(p, row))))
    return tuple(map(list, zip(*rows)))


@oracle(of="kl_gaussians")
def kl_from_eigenvalues(m0, S0, m1, S1):
    """Generalised eigenvalues of the two covariances: each direction is a Gaussian of its own."""
    found = []
    for a, A, b, B in zip(*map(np.asarray, (m0, S0, m1, S1))):
        ratios, directions = scipy.linalg.eigh(A, B)
        found.append(0.5 * np.sum(ratios - 1 - np.log(ratios) + (directions.T @ (a - b)) ** 2))
    return found


@oracle(of="kl_gaussians")
def kl_by_cubature(m0, S0, m1, S1):
    """The mean of the log ratio of densities at 2D points, which is exact as that ratio is quadratic."""
    found = []
    for a, A, b, B in zip(*map(np.asarray, (m0, S0, m1, S1))):
        steps = np.sqrt(len(a)) * np.linalg.cholesky(A).T
        points = np.concatenate([a + steps, a - steps])
        # Both densities in units of A's scale, as scipy takes the very small for singular.
        unit = np.sqrt(np.trace(A))
        first = scipy.stats.multivariate_normal(a / unit, A / unit**2)
        second = scipy.stats.multivariate_normal(b / unit, B / unit**2)
        found.append(np.mean(first.logpdf(points / unit) - second.logpdf(points / unit)))
    return np.array(found)


@oracle(of="bayes_posterior")
def posterior_of_sklearn(log_prior, log_lik):
    """sklearn's MultinomialNB, whose words are the patients: each holds one word, its own."""
    log_lik = np.asarray(log_lik, np.float64)
    model = sklearn.naive_bayes.MultinomialNB()
    model.classes_ = np.arange(log_lik.shape[1])
    model.class_log_prior_ = np.asarray(log_prior, np.float64)
    model.feature_log_prob_ = log_lik.T
    return model.predict_proba(np.eye(len(log_lik)))


@oracle(of="bayes_posterior")
def posterior_in_decimals(log_prior, log_lik):
    """Bayes' rule as it is printed, with decimal numbers, whose exponents are as long as need be."""
    table = []
    for row in np.asarray(log_lik).tolist():
        products = [
            decimal.Decimal(a).exp() * decimal.Decimal(b).exp()
            for a, b in zip(np.asarray(log_prior).tolist(), row)
        ]
        table.append([float(product / sum(products)) for product in products])
    return table


@oracle(of="split_standardise")
def split_of_sklearn(x, y, frac, seed):
    """sklearn's train_test_split and StandardScaler."""
    x, y = np.asarray(x), np.asarray(y)
    xtr, xte, ytr, yte = sklearn.model_selection.train_test_split(
        x, y, train_size=round(frac * len(x)), random_state=seed
    )
    scaler = sklearn.preprocessing.StandardScaler().fit(xtr)
    return scaler.transform(xtr), ytr, scaler.transform(xte), yte


@oracle(of="split_standardise")
def split_by_sorting_noise(x, y, frac, seed):
    """TensorFlow's stateless noise, sorted; tf.nn.moments; the test part first in the order."""
    order = tf.argsort(tf.random.stateless_uniform([len(x)], seed=[seed, 7]))
    train = order[len(x) - round(frac * len(x)):]
    test = order[:len(x) - round(frac * len(x))]
    mean, variance = tf.nn.moments(tf.gather(x, train), axes=[0])
    scale = tf.where(variance > 0, tf.math.rsqrt(variance), 1.0)
    parts = [((tf.gather(x, rows) - mean) * scale, tf.gather(y, rows)) for rows in (train, test)]
    return [*parts[0], *parts[1]]


@oracle(of="classification_metrics")
def metrics_of_sklearn(y, scores):
    """sklearn.metrics, with every class counted; it warns of absent ones, for which it returns 0."""
    y, scores = np.asarray(y), np.asarray(scores)
    classes = np.arange(scores.shape[1])
    predicted = scores.argmax(axis=1)
    precisions = [
        sklearn.metrics.average_precision_score(y == c, scores[:, c]) if (y == c).any() else 0.0
        for c in classes
    ]
    return {
        "acc": sklearn.metrics.accuracy_score(y, predicted),
        "confusion": sklearn.metrics.confusion_matrix(y, predicted, labels=classes),
        "macro_f1": sklearn.metrics.f1_score(
            y, predicted, labels=classes, average="macro", zero_division=0
        ),
        "mean_ap": np.mean(precisions),
    }


@oracle(of="classification_metrics")
def metrics_by_counting(y, scores):
    """Pure Python, patient by patient and threshold by threshold."""
    y, scores = np.asarray(y).tolist(), np.asarray(scores).tolist()
    K = len(scores[0])
    confusion = [[0] * K for _ in range(K)]
    for true, row in zip(y, scores):
        confusion[true][row.index(max(row))] += 1
    f1, ap = [], []
    for c in range(K):
        told, have = sum(row[c] for row in confusion), sum(confusion[c])
        f1.append(2 * confusion[c][c] / (told + have) if told + have else 0.0)
        area = recall = 0.0
        for threshold in sorted({row[c] for row in scores}, reverse=True):
            above = [true == c for true, row in zip(y, scores) if row[c] >= threshold]
            before, recall = recall, sum(above) / have if have else 0.0
            area += sum(above) / len(above) * (recall - before)
        ap.append(area)
    right = sum(confusion[c][c] for c in range(K))
    return {"mean_ap": sum(ap) / K, "macro_f1": sum(f1) / K, "confusion": confusion, "acc": right / len(y)}
