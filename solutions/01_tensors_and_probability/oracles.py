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


@oracle(of="look_up")
def looked_up_by_numpy(table, labels):
    """NumPy's indexing by an array of integers."""
    return np.asarray(table)[np.asarray(labels)]


@oracle(of="look_up")
def looked_up_by_one_hot(table, labels):
    """A product of one-hot labels and the table."""
    return tf.tensordot(tf.one_hot(labels, table.shape[0]), table, axes=1)


@oracle(of="to_patches")
def patches_of_tensorflow(image, side):
    """tf.image.extract_patches."""
    sizes = [1, side, side, 1]
    found = tf.image.extract_patches(image[None], sizes, sizes, [1, 1, 1, 1], "VALID")
    return tf.reshape(found, (-1, found.shape[3]))


@oracle(of="to_patches")
def patches_by_slices(image, side):
    """Slices, patch by patch, each made flat."""
    image = np.asarray(image)
    rows, columns = range(0, image.shape[0], side), range(0, image.shape[1], side)
    return [image[i:i + side, j:j + side].ravel().tolist() for i in rows for j in columns]


@oracle(of="group_means")
def means_of_segments(x, labels, K):
    """tf.math.unsorted_segment_mean."""
    return tf.math.unsorted_segment_mean(x, labels, K)


@oracle(of="group_means")
def means_group_by_group(x, labels, K):
    """A mask for each group."""
    x, labels = np.asarray(x, np.float64), np.asarray(labels)
    return [x[labels == k].mean(axis=0) if np.any(labels == k) else np.zeros(x.shape[1]) for k in range(K)]


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
    log_lik = np.maximum(np.asarray(log_lik, np.float64), -1e6)  # 0 times -∞ is not a number
    model = sklearn.naive_bayes.MultinomialNB()
    model.classes_ = np.arange(log_lik.shape[1])
    model.class_log_prior_ = np.asarray(log_prior, np.float64)
    model.feature_log_prob_ = log_lik.T
    return model.predict_proba(np.eye(len(log_lik)))


@oracle(of="bayes_posterior")
def posterior_of_textbooks(log_prior, log_lik):
    """exp of a difference of logarithms, in float32, as textbooks print it."""
    joint = log_prior + log_lik
    return tf.exp(joint - tf.reduce_logsumexp(joint, axis=1)[:, None])


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


@oracle(of="split_rows")
def split_of_sklearn(N, frac, seed):
    """sklearn's train_test_split, which refuses an empty part."""
    size = round(frac * N)
    if size in (0, N):
        return list(range(N))[:size], list(range(N))[size:]
    train, test = sklearn.model_selection.train_test_split(list(range(N)), train_size=size, random_state=seed)
    return train, test


@oracle(of="split_rows")
def split_by_sorting_noise(N, frac, seed):
    """TensorFlow's stateless noise, sorted; the test part first in the order."""
    order = tf.argsort(tf.random.stateless_uniform([N], seed=[seed, 7]))
    return order[N - round(frac * N):], order[:N - round(frac * N)]


@oracle(of="standardise")
def standardised_by_sklearn(train, test):
    """sklearn's StandardScaler; what is constant is 0 in the test rows as well."""
    train, test = np.asarray(train), np.asarray(test)
    scaler = sklearn.preprocessing.StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(test) * (np.ptp(train, axis=0) > 0)


@oracle(of="standardise")
def standardised_by_moments(train, test):
    """tf.nn.moments, and the reciprocal root where some row differs from the first."""
    mean, variance = tf.nn.moments(train, axes=[0])
    scale = tf.where(tf.reduce_any(train != train[0], axis=0), tf.math.rsqrt(variance), 0.0)
    return [(rows - mean) * scale for rows in (train, test)]


@oracle(of="confusion_matrix")
def confusion_of_sklearn(y, scores):
    """sklearn.metrics.confusion_matrix, told of all classes."""
    scores = np.asarray(scores)
    return sklearn.metrics.confusion_matrix(
        np.asarray(y), scores.argmax(axis=1), labels=np.arange(scores.shape[1])
    )


@oracle(of="confusion_matrix")
def confusion_by_counting(y, scores):
    """Pure Python, patient by patient."""
    rows = np.asarray(scores).tolist()
    table = [[0] * len(rows[0]) for _ in rows[0]]
    for true, row in zip(np.asarray(y).tolist(), rows):
        table[true][row.index(max(row))] += 1
    return table


@oracle(of="macro_f1")
def f1_of_sklearn(confusion):
    """sklearn.metrics.f1_score, on patients made from the counts."""
    confusion = np.asarray(confusion)
    classes = np.arange(len(confusion))
    true, predicted = (np.repeat(part.ravel(), confusion.ravel()) for part in np.indices(confusion.shape))
    return sklearn.metrics.f1_score(true, predicted, labels=classes, average="macro", zero_division=0)


@oracle(of="macro_f1")
def f1_class_by_class(confusion):
    """Pure Python, from precision and recall of each class."""
    confusion = np.asarray(confusion).tolist()
    f1 = []
    for c, row in enumerate(confusion):
        told, have, hits = sum(one[c] for one in confusion), sum(row), row[c]
        f1.append(2 / (told / hits + have / hits) if hits else 0.0)
    return sum(f1) / len(f1)


@oracle(of="average_precision")
def precision_of_sklearn(has, scores):
    """sklearn.metrics.average_precision_score, which warns if nobody has the class."""
    has = np.asarray(has)
    return sklearn.metrics.average_precision_score(has, np.asarray(scores)) if has.any() else 0.0


@oracle(of="average_precision")
def precision_by_thresholds(has, scores):
    """Pure Python, threshold by threshold."""
    has, scores = np.asarray(has).tolist(), np.asarray(scores).tolist()
    area = recall = 0.0
    for threshold in sorted(set(scores), reverse=True):
        above = [one for one, score in zip(has, scores) if score >= threshold]
        before, recall = recall, sum(above) / max(sum(has), 1)
        area += sum(above) / len(above) * (recall - before)
    return area
