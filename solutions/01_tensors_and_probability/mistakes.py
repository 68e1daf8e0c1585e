"""Wrong answers, each with the sentence that names it."""

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# pairwise_sq_dists


def _norms_and_products(x, y):
    """Return the three terms of ‖x - y‖², each as a table or ready to become one."""
    return (
        tf.reduce_sum(x**2, axis=1)[:, None],
        tf.reduce_sum(y**2, axis=1)[None, :],
        tf.matmul(x, y, transpose_b=True),
    )


@mistake(of="pairwise_sq_dists")
def products_counted_once(x, y):
    """the product x·y is subtracted once and not twice."""
    of_x, of_y, products = _norms_and_products(x, y)
    return tf.maximum(of_x + of_y - products, 0.0)


@mistake(of="pairwise_sq_dists")
def products_added(x, y):
    """the product x·y is added, which gives ‖x + y‖²."""
    return right.pairwise_sq_dists(x, -y)


@mistake(of="pairwise_sq_dists")
def not_clipped(x, y):
    """rounding leaves a little less than 0 for points that coincide, and nothing is done about it."""
    of_x, of_y, products = _norms_and_products(x, y)
    return of_x + of_y - 2 * products


@mistake(of="pairwise_sq_dists")
def axes_swapped(x, y):
    """the points of x are in the columns and those of y in the rows."""
    return right.pairwise_sq_dists(y, x)


@mistake(of="pairwise_sq_dists")
def rooted(x, y):
    """the root is taken: distances and not their squares."""
    return tf.sqrt(right.pairwise_sq_dists(x, y))


@mistake(of="pairwise_sq_dists")
def mean_of_squares(x, y):
    """the squares are averaged over the coordinates and not summed."""
    return right.pairwise_sq_dists(x, y) / x.shape[1]


@mistake(of="pairwise_sq_dists")
def norms_not_squared(x, y):
    """the norms of x and y are not squared."""
    of_x, of_y, products = _norms_and_products(x, y)
    return tf.maximum(tf.sqrt(of_x) + tf.sqrt(of_y) - 2 * products, 0.0)


@mistake(of="pairwise_sq_dists", raises="WrongStructure")
def one_row_at_a_time(x, y):
    """a Python loop goes through the rows, one by one."""
    rows = [tf.reduce_sum((x[i] - y) ** 2, axis=1) for i in range(x.shape[0])]
    return tf.stack(rows)


# low_rank


def _svd(x, k):
    s, u, v = tf.linalg.svd(x)
    return s, u[:, :k], s[:k], v[:, :k], tf.reduce_sum(s[:k] ** 2) / tf.reduce_sum(s**2)


@mistake(of="low_rank")
def v_not_transposed(x, k):
    """V is taken for its transpose: tf.linalg.svd has the directions in V's columns, NumPy in the rows."""
    s, u, sk, _, energy = _svd(x, k)
    v = tf.linalg.svd(x)[2][:k]
    return tf.matmul(u[:, :v.shape[0]] * sk[:v.shape[0]], v), energy


@mistake(of="low_rank")
def energy_not_squared(x, k):
    """the energy sums the singular values, not their squares."""
    s, u, sk, v, _ = _svd(x, k)
    return tf.matmul(u * sk, v, transpose_b=True), tf.reduce_sum(sk) / tf.reduce_sum(s)


@mistake(of="low_rank")
def energy_not_divided(x, k):
    """the energy is a sum of squares and not a share of all of them."""
    return right.low_rank(x, k)[0], tf.reduce_sum(_svd(x, k)[2] ** 2)


@mistake(of="low_rank")
def energy_lost(x, k):
    """the energy is the share that is lost, not the one that is kept."""
    xk, energy = right.low_rank(x, k)
    return xk, 1 - energy


@mistake(of="low_rank")
def energy_rooted(x, k):
    """the energy is a ratio of norms and not of their squares."""
    xk, energy = right.low_rank(x, k)
    return xk, tf.sqrt(energy)


@mistake(of="low_rank")
def centred(x, k):
    """the mean row is subtracted first, as in principal component analysis, and added again afterwards."""
    mean = tf.reduce_mean(x, axis=0)
    xk, energy = right.low_rank(x - mean, k)
    return xk + mean, tf.where(tf.math.is_nan(energy), 1.0, energy)


@mistake(of="low_rank")
def centred_for_good(x, k):
    """the mean row is subtracted first, and not added again."""
    xk, energy = right.low_rank(x - tf.reduce_mean(x, axis=0), k)
    return xk, tf.where(tf.math.is_nan(energy), 1.0, energy)


@mistake(of="low_rank")
def one_layer_more(x, k):
    """one layer more than k is kept."""
    return right.low_rank(x, k + 1)


@mistake(of="low_rank")
def one_layer_fewer(x, k):
    """one layer fewer than k is kept."""
    return right.low_rank(x, k - 1)


@mistake(of="low_rank")
def without_singular_values(x, k):
    """U and V are multiplied without the singular values between them."""
    _, u, _, v, energy = _svd(x, k)
    return tf.matmul(u, v, transpose_b=True), energy


@mistake(of="low_rank")
def smallest_layers(x, k):
    """the layers with the smallest singular values are kept, though those of the largest matter most."""
    s, u, v = tf.linalg.svd(x)
    xk = tf.matmul(u[:, -k:] * s[-k:], v[:, -k:], transpose_b=True)
    return xk, tf.reduce_sum(s[-k:] ** 2) / tf.reduce_sum(s**2)


# logsumexp


@mistake(of="logsumexp")
def not_shifted(x, axis=-1, keepdims=False):
    """exp is taken of the numbers as they are: it overflows above 88 and is 0 below -104."""
    return tf.math.log(tf.reduce_sum(tf.exp(x), axis=axis, keepdims=keepdims))


@mistake(of="logsumexp")
def maximum_of_everything(x, axis=-1, keepdims=False):
    """one maximum of the whole tensor is subtracted, which is far too much for some rows."""
    m = tf.reduce_max(x)
    return m + tf.math.log(tf.reduce_sum(tf.exp(x - m), axis=axis, keepdims=keepdims))


@mistake(of="logsumexp")
def keepdims_ignored(x, axis=-1, keepdims=False):
    """keepdims is ignored."""
    return right.logsumexp(x, axis)


@mistake(of="logsumexp")
def axis_ignored(x, axis=-1, keepdims=False):
    """axis is ignored, and the last one always summed over."""
    return right.logsumexp(x, -1, keepdims)


@mistake(of="logsumexp")
def all_axes(x, axis=-1, keepdims=False):
    """the sum goes over all axes."""
    return tf.reduce_logsumexp(x, keepdims=keepdims)


@mistake(of="logsumexp")
def maximum_not_added(x, axis=-1, keepdims=False):
    """the maximum is subtracted, but not added again."""
    m = tf.reduce_max(x, axis=axis, keepdims=True)
    m = tf.where(tf.math.is_finite(m), m, 0.0)
    return right.logsumexp(x - m, axis, keepdims)


@mistake(of="logsumexp")
def infinity_minus_infinity(x, axis=-1, keepdims=False):
    """in a row of nothing but -∞ the maximum is subtracted, and -∞ - (-∞) is not a number."""
    m = tf.reduce_max(x, axis=axis, keepdims=True)
    total = m + tf.math.log(tf.reduce_sum(tf.exp(x - m), axis=axis, keepdims=True))
    return total if keepdims else tf.squeeze(total, axis)


@mistake(of="logsumexp", raises="InvalidArgumentError")
def rows_against_columns(x, axis=-1, keepdims=False):
    """a maximum that kept its axis is added to sums that lost theirs, so that every row meets every other."""
    m = tf.reduce_max(x, axis=axis, keepdims=True)
    m = tf.where(tf.math.is_finite(m), m, 0.0)
    return m + tf.math.log(tf.reduce_sum(tf.exp(x - m), axis=axis, keepdims=keepdims))


@mistake(of="logsumexp")
def log_of_mean(x, axis=-1, keepdims=False):
    """the logarithm is that of the mean and not of the sum."""
    return right.logsumexp(x, axis, keepdims) - np.log(x.shape[axis])


@mistake(of="logsumexp")
def merely_the_maximum(x, axis=-1, keepdims=False):
    """the maximum is returned, as if the other numbers did not count."""
    return tf.reduce_max(x, axis=axis, keepdims=keepdims)


# softmax_entropy


def _softmax(logits, axis=1):
    return tf.nn.softmax(logits, axis=axis)


@mistake(of="softmax_entropy")
def zero_times_log_zero(logits):
    """p log p is computed from p, so that a p of 0 gives 0 · (-∞), which is not a number."""
    p = _softmax(logits)
    return p, -tf.reduce_sum(p * tf.math.log(p), axis=1)


@mistake(of="softmax_entropy")
def exponentials_overflow(logits):
    """exp is taken of the logits as they are, which overflows above 88."""
    powers = tf.exp(logits)
    p = powers / tf.reduce_sum(powers, axis=1, keepdims=True)
    return p, -tf.reduce_sum(tf.math.xlogy(p, p), axis=1)


@mistake(of="softmax_entropy")
def shifted_by_largest_of_all(logits):
    """one maximum of the whole batch is subtracted, so that in rows far below it every exp is 0."""
    z = logits - tf.reduce_max(logits)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=1, keepdims=True))
    return tf.exp(log_p), -tf.reduce_sum(tf.math.multiply_no_nan(log_p, tf.exp(log_p)), axis=1)


@mistake(of="softmax_entropy")
def digits_lost(logits):
    """log Σ exp of the logits themselves is subtracted: near ±10,000 it has three digits after the point."""
    log_p = logits - tf.reduce_logsumexp(logits, axis=1, keepdims=True)
    return tf.exp(log_p), -tf.reduce_sum(tf.exp(log_p) * log_p, axis=1)


@mistake(of="softmax_entropy")
def over_the_batch(logits):
    """the softmax goes over the rows of the batch and not over the classes of a row."""
    p = _softmax(logits, axis=0)
    return p, -tf.reduce_sum(tf.math.xlogy(p, p), axis=1)


@mistake(of="softmax_entropy")
def in_bits(logits):
    """the entropy is in bits, not in nats."""
    p, H = right.softmax_entropy(logits)
    return p, H / np.log(2)


@mistake(of="softmax_entropy")
def without_minus(logits):
    """the minus is missing before the sum of p log p."""
    p, H = right.softmax_entropy(logits)
    return p, -H


@mistake(of="softmax_entropy")
def averaged_over_classes(logits):
    """-p log p is averaged over the classes and not summed."""
    p, H = right.softmax_entropy(logits)
    return p, H / logits.shape[1]


@mistake(of="softmax_entropy")
def as_share_of_largest(logits):
    """the entropy is divided by log K, its largest value."""
    p, H = right.softmax_entropy(logits)
    return p, H / np.log(logits.shape[1])


@mistake(of="softmax_entropy")
def one_number_for_the_batch(logits):
    """the sum goes over the whole batch, so that all rows together get one entropy."""
    p, H = right.softmax_entropy(logits)
    return p, tf.reduce_sum(H)


@mistake(of="softmax_entropy")
def logarithms_returned(logits):
    """log p is returned in place of p."""
    return tf.nn.log_softmax(logits), right.softmax_entropy(logits)[1]


# kl_gaussians


def _terms(m0, S0, m1, S1):
    """Return the trace, the squared distance and the two log determinants."""
    difference = (m1 - m0)[..., None]
    trace = tf.linalg.trace(tf.linalg.solve(S1, S0))
    distance = tf.matmul(difference, tf.linalg.solve(S1, difference), transpose_a=True)[..., 0, 0]
    return trace, distance, tf.linalg.logdet(S0), tf.linalg.logdet(S1)


@mistake(of="kl_gaussians")
def reversed_arguments(m0, S0, m1, S1):
    """the two Gaussians are swapped: that of 1 from 0, where that of 0 from 1 is asked for."""
    return right.kl_gaussians(m1, S1, m0, S0)


@mistake(of="kl_gaussians")
def both_ways(m0, S0, m1, S1):
    """the divergences of both directions are averaged."""
    return 0.5 * (right.kl_gaussians(m0, S0, m1, S1) + right.kl_gaussians(m1, S1, m0, S0))


@mistake(of="kl_gaussians")
def dimension_forgotten(m0, S0, m1, S1):
    """the number of dimensions is not taken away, so that a Gaussian is far from itself."""
    return right.kl_gaussians(m0, S0, m1, S1) + 0.5 * m0.shape[-1]


@mistake(of="kl_gaussians")
def not_halved(m0, S0, m1, S1):
    """the factor ½ is missing."""
    return 2 * right.kl_gaussians(m0, S0, m1, S1)


@mistake(of="kl_gaussians")
def determinants_swapped(m0, S0, m1, S1):
    """the determinants have changed places: that of S0 is added, that of S1 taken away."""
    trace, distance, log0, log1 = _terms(m0, S0, m1, S1)
    return 0.5 * (trace + distance - m0.shape[-1] + log0 - log1)


@mistake(of="kl_gaussians")
def determinants_forgotten(m0, S0, m1, S1):
    """the determinants are missing, so that the sizes of the two covariances are not compared."""
    trace, distance, _, _ = _terms(m0, S0, m1, S1)
    return 0.5 * (trace + distance - m0.shape[-1])


@mistake(of="kl_gaussians")
def determinant_underflows(m0, S0, m1, S1):
    """the logarithm is taken of a determinant that is too small for a number."""
    trace, distance, _, _ = _terms(m0, S0, m1, S1)
    logs = [tf.math.log(tf.linalg.det(S)) for S in (S0, S1)]
    return 0.5 * (trace + distance - m0.shape[-1] + logs[1] - logs[0])


@mistake(of="kl_gaussians")
def distance_in_first_covariance(m0, S0, m1, S1):
    """the distance of the means is measured in the first covariance and not in the second."""
    trace, _, log0, log1 = _terms(m0, S0, m1, S1)
    return 0.5 * (trace + _terms(m0, S1, m1, S0)[1] - m0.shape[-1] + log1 - log0)


@mistake(of="kl_gaussians")
def distance_not_scaled(m0, S0, m1, S1):
    """the distance of the means is the plain one, which takes no covariance into account."""
    trace, _, log0, log1 = _terms(m0, S0, m1, S1)
    return 0.5 * (trace + tf.reduce_sum((m1 - m0) ** 2, axis=-1) - m0.shape[-1] + log1 - log0)


@mistake(of="kl_gaussians")
def only_variances(m0, S0, m1, S1):
    """only the diagonals of the covariances count."""
    S0, S1 = (tf.linalg.diag(tf.linalg.diag_part(S)) for S in (S0, S1))
    return right.kl_gaussians(m0, S0, m1, S1)


# bayes_posterior


@mistake(of="bayes_posterior")
def over_the_patients(log_prior, log_lik):
    """each column adds up to 1 and not each row: the sum goes over patients and not over classes."""
    return tf.nn.softmax(log_prior + log_lik, axis=0)


@mistake(of="bayes_posterior")
def prior_ignored(log_prior, log_lik):
    """the prior is ignored, as if all classes were as frequent."""
    return tf.nn.softmax(log_lik, axis=1)


@mistake(of="bayes_posterior")
def likelihood_ignored(log_prior, log_lik):
    """the likelihoods are ignored, and everybody gets the prior."""
    return tf.nn.softmax(log_prior + 0 * log_lik, axis=1)


@mistake(of="bayes_posterior")
def prior_without_logarithm(log_prior, log_lik):
    """the prior itself is added to the log-likelihoods, and not its logarithm."""
    return tf.nn.softmax(tf.exp(log_prior) + log_lik, axis=1)


@mistake(of="bayes_posterior")
def divided_by_prior(log_prior, log_lik):
    """the likelihood is divided by the prior, not multiplied."""
    return tf.nn.softmax(tf.maximum(log_lik - log_prior, -1e4), axis=1)


@mistake(of="bayes_posterior")
def zero_by_zero(log_prior, log_lik):
    """the likelihoods leave their logarithms too soon: all underflow to 0, and 0 / 0 is not a number."""
    joint = tf.exp(log_prior) * tf.exp(log_lik)
    return joint / tf.reduce_sum(joint, axis=1, keepdims=True)


@mistake(of="bayes_posterior")
def not_normalised(log_prior, log_lik):
    """prior and likelihood are multiplied, but the rows do not add up to 1."""
    return tf.exp(log_prior + log_lik)


@mistake(of="bayes_posterior")
def logarithm_returned(log_prior, log_lik):
    """the logarithm of the posterior is returned."""
    return tf.nn.log_softmax(log_prior + log_lik, axis=1)


@mistake(of="bayes_posterior")
def whole_table(log_prior, log_lik):
    """all patients together add up to 1, and not each of them."""
    joint = log_prior + log_lik
    return tf.exp(joint - tf.reduce_logsumexp(joint))


# split_standardise


def _parts(x, y, frac, seed):
    order = np.random.default_rng(seed).permutation(len(x))
    train, test = np.split(order, [round(frac * len(x))])
    return tf.gather(x, train), tf.gather(y, train), tf.gather(x, test), tf.gather(y, test)


def _scaled(rows, by):
    return tf.math.divide_no_nan(rows - tf.reduce_mean(by, axis=0), tf.math.reduce_std(by, axis=0))


@mistake(of="split_standardise")
def leaked(x, y, frac, seed):
    """means and deviations are those of all rows, so that the test rows leak into the training rows."""
    xtr, ytr, xte, yte = _parts(x, y, frac, seed)
    return _scaled(xtr, x), ytr, _scaled(xte, x), yte


@mistake(of="split_standardise")
def test_by_itself(x, y, frac, seed):
    """the test rows are standardised by their own means and deviations."""
    xtr, ytr, xte, yte = _parts(x, y, frac, seed)
    return _scaled(xtr, xtr), ytr, _scaled(xte, xte), yte


@mistake(of="split_standardise")
def test_forgotten(x, y, frac, seed):
    """only the training rows are standardised."""
    xtr, ytr, xte, yte = _parts(x, y, frac, seed)
    return _scaled(xtr, xtr), ytr, xte, yte


@mistake(of="split_standardise")
def nothing_standardised(x, y, frac, seed):
    """the rows are split, but not standardised."""
    return _parts(x, y, frac, seed)


@mistake(of="split_standardise")
def divided_by_zero(x, y, frac, seed):
    """a column that is constant is divided by its deviation, which is 0 / 0."""
    xtr, ytr, xte, yte = _parts(x, y, frac, seed)
    mean, deviation = tf.reduce_mean(xtr, axis=0), tf.math.reduce_std(xtr, axis=0)
    return (xtr - mean) / deviation, ytr, (xte - mean) / deviation, yte


@mistake(of="split_standardise")
def labels_left_behind(x, y, frac, seed):
    """the rows are shuffled, but the labels are not shuffled with them."""
    xtr, _, xte, _ = right.split_standardise(x, y, frac, seed)
    return xtr, y[:len(xtr)], xte, y[len(xtr):]


@mistake(of="split_standardise")
def not_shuffled(x, y, frac, seed):
    """the rows are not shuffled: the first ones train, whatever the seed."""
    size = round(frac * len(x))
    return _scaled(x[:size], x[:size]), y[:size], _scaled(x[size:], x[:size]), y[size:]


@mistake(of="split_standardise")
def seed_ignored(x, y, frac, seed):
    """the seed is ignored, so that nobody can repeat the split."""
    return right.split_standardise(x, y, frac, np.random.randint(2**31))


@mistake(of="split_standardise")
def rounded_down(x, y, frac, seed):
    """the number of training rows is cut off and not rounded."""
    return right.split_standardise(x, y, int(frac * len(x) + 1e-9) / len(x), seed)


@mistake(of="split_standardise")
def share_of_test(x, y, frac, seed):
    """`frac` is taken for the share of the test rows."""
    return right.split_standardise(x, y, 1 - frac, seed)


@mistake(of="split_standardise")
def drawn_with_replacement(x, y, frac, seed):
    """rows are drawn with replacement, so that some come twice and others not at all."""
    rows = np.random.default_rng(seed).integers(len(x), size=len(x))
    return right.split_standardise(tf.gather(x, rows), tf.gather(y, rows), frac, seed)


@mistake(of="split_standardise")
def variance_of_a_sample(x, y, frac, seed):
    """the deviation is that of a sample, which divides by one row fewer than there are."""
    xtr, ytr, xte, yte = right.split_standardise(x, y, frac, seed)
    factor = (1 - 1 / len(xtr)) ** 0.5
    return factor * xtr, ytr, factor * xte, yte


@mistake(of="split_standardise")
def by_variance(x, y, frac, seed):
    """the rows are divided by the variance, not by its root."""
    xtr, ytr, xte, yte = _parts(x, y, frac, seed)
    deviation = tf.math.reduce_std(xtr, axis=0)
    return (
        tf.math.divide_no_nan(_scaled(xtr, xtr), deviation), ytr,
        tf.math.divide_no_nan(_scaled(xte, xtr), deviation), yte,
    )


@mistake(of="split_standardise")
def means_kept(x, y, frac, seed):
    """the means are not subtracted."""
    xtr, ytr, xte, yte = _parts(x, y, frac, seed)
    deviation = tf.math.reduce_std(xtr, axis=0)
    return tf.math.divide_no_nan(xtr, deviation), ytr, tf.math.divide_no_nan(xte, deviation), yte


# classification_metrics


def _rates(y, scores):
    """Return precision and recall of each class, 0 where there is nobody."""
    confusion = right.classification_metrics(y, scores)["confusion"]
    hits = tf.cast(tf.linalg.diag_part(confusion), tf.float32)
    told, have = (tf.cast(tf.reduce_sum(confusion, axis=axis), tf.float32) for axis in (0, 1))
    return tf.math.divide_no_nan(hits, told), tf.math.divide_no_nan(hits, have), told, have


def _average_precision(y, scores, c, area):
    """Return one class's average precision, patients taken one by one from the highest score down."""
    order = np.argsort(-np.asarray(scores)[:, c], kind="stable")
    found = np.cumsum(np.asarray(y)[order] == c)
    precision = np.concatenate([[1.0], found / np.arange(1, len(order) + 1)])
    recall = np.concatenate([[0.0], found / max(found[-1], 1)])
    return area(precision, recall)


def _mean_ap(y, scores, area):
    return np.mean([_average_precision(y, scores, c, area) for c in range(scores.shape[1])])


@mistake(of="classification_metrics")
def confusion_transposed(y, scores):
    """the table has a row for each predicted class and a column for each true one."""
    found = right.classification_metrics(y, scores)
    return found | {"confusion": tf.transpose(found["confusion"])}


@mistake(of="classification_metrics")
def micro_f1(y, scores):
    """all patients count alike in the F1, which makes it the accuracy, where all classes should."""
    found = right.classification_metrics(y, scores)
    return found | {"macro_f1": found["acc"]}


@mistake(of="classification_metrics")
def weighted_f1(y, scores):
    """the F1 of frequent classes counts for more."""
    precision, recall, _, have = _rates(y, scores)
    f1 = tf.math.divide_no_nan(2 * precision * recall, precision + recall)
    return right.classification_metrics(y, scores) | {
        "macro_f1": tf.reduce_sum(f1 * have) / tf.reduce_sum(have)
    }


@mistake(of="classification_metrics")
def f1_of_averages(y, scores):
    """precision and recall are averaged over the classes first, and one F1 is made of the two."""
    precision, recall, _, _ = _rates(y, scores)
    p, r = tf.reduce_mean(precision), tf.reduce_mean(recall)
    return right.classification_metrics(y, scores) | {"macro_f1": tf.math.divide_no_nan(2 * p * r, p + r)}


@mistake(of="classification_metrics")
def f1_is_arithmetic_mean(y, scores):
    """the F1 is the arithmetic mean of precision and recall."""
    precision, recall, _, _ = _rates(y, scores)
    return right.classification_metrics(y, scores) | {"macro_f1": tf.reduce_mean(precision + recall) / 2}


@mistake(of="classification_metrics")
def f1_zero_by_zero(y, scores):
    """a class that nobody has nor is told to have gets an F1 of 0 / 0, which is not a number."""
    precision, recall, told, have = _rates(y, scores)
    f1 = 2 * precision * recall * (told + have) / ((precision + recall) * (told + have))
    f1 = tf.where((told + have > 0) & (precision + recall == 0), 0.0, f1)
    return right.classification_metrics(y, scores) | {"macro_f1": tf.reduce_mean(f1)}


@mistake(of="classification_metrics")
def absent_classes_left_out(y, scores):
    """classes that nobody has are left out of the two averages."""
    found = right.classification_metrics(y, scores)
    share = scores.shape[1] / len(np.unique(y))
    return found | {"macro_f1": found["macro_f1"] * share, "mean_ap": found["mean_ap"] * share}


@mistake(of="classification_metrics")
def balanced_accuracy(y, scores):
    """the accuracy is the mean over classes of how many of each are recognised."""
    _, recall, _, _ = _rates(y, scores)
    return right.classification_metrics(y, scores) | {"acc": tf.reduce_mean(recall)}


@mistake(of="classification_metrics")
def trapezoids(y, scores):
    """the area under precision over recall is made of trapezoids and not of steps."""
    def area(precision, recall):
        return np.sum((precision[1:] + precision[:-1]) / 2 * np.diff(recall))

    return right.classification_metrics(y, scores) | {"mean_ap": _mean_ap(y, scores, area)}


@mistake(of="classification_metrics")
def steps_from_the_left(y, scores):
    """each step of recall is multiplied by the precision before it, and not by the one after it."""
    def area(precision, recall):
        return np.sum(precision[:-1] * np.diff(recall))

    return right.classification_metrics(y, scores) | {"mean_ap": _mean_ap(y, scores, area)}


@mistake(of="classification_metrics")
def equal_scores_in_order(y, scores):
    """patients with equal scores come in one by one, so that their order in the list matters."""
    def area(precision, recall):
        return np.sum(precision[1:] * np.diff(recall))

    return right.classification_metrics(y, scores) | {"mean_ap": _mean_ap(y, scores, area)}


@mistake(of="classification_metrics")
def precision_at_everybody(y, scores):
    """precisions are averaged over everybody, where only those who have the class should count."""
    def area(precision, recall):
        return np.mean(precision[1:])

    return right.classification_metrics(y, scores) | {"mean_ap": _mean_ap(y, scores, area)}


@mistake(of="classification_metrics")
def lowest_score_wins(y, scores):
    """the class with the lowest score is predicted."""
    low = right.classification_metrics(y, -scores)
    return low | {"mean_ap": right.classification_metrics(y, scores)["mean_ap"]}
