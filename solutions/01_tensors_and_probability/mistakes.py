"""Wrong answers, each with the sentence that names it."""

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# look_up


@mistake(of="look_up")
def counted_from_one(table, labels):
    """labels are counted from 1, so that each gets the row before its own."""
    return tf.gather(tf.roll(table, 1, axis=0), labels)


@mistake(of="look_up")
def counted_from_the_end(table, labels):
    """labels are counted from the table's end: label 0 gets the last row."""
    return tf.gather(table[::-1], labels)


@mistake(of="look_up")
def labels_transposed(table, labels):
    """the axes of the labels are in reverse order, so that a picture lies on its side."""
    return tf.gather(table, tf.transpose(labels))


@mistake(of="look_up")
def labels_in_one_row(table, labels):
    """all labels stand along one axis: the shape of `labels` is lost."""
    return tf.gather(table, tf.reshape(labels, [-1]))


@mistake(of="look_up")
def columns_first(table, labels):
    """the columns of the table come first and the axes of the labels behind them."""
    rows = tf.gather(table, labels)
    return tf.transpose(rows, [len(rows.shape) - 1, *range(len(rows.shape) - 1)])


@mistake(of="look_up", raises="InvalidArgumentError")
def columns_taken(table, labels):
    """columns of the table are taken and not its rows."""
    return tf.gather(table, labels, axis=1)


@mistake(of="look_up")
def first_column_only(table, labels):
    """only the first number of each row is returned."""
    return tf.gather(table[:, :1], labels)


# to_patches


def _five_axes(image, side):
    R, C, D = image.shape
    return tf.reshape(image, (R // side, side, C // side, side, D))


@mistake(of="to_patches")
def reshaped_only(image, side):
    """the image is only reshaped: each row holds neighbours along a row of the image and no square."""
    return tf.reshape(image, (-1, side * side * image.shape[2]))


@mistake(of="to_patches")
def patches_by_columns(image, side):
    """the patches come column by column, and not as one reads."""
    x = tf.transpose(_five_axes(image, side), (2, 0, 1, 3, 4))
    return tf.reshape(x, (-1, side * side * image.shape[2]))


@mistake(of="to_patches")
def pixels_by_columns(image, side):
    """the pixels in each patch come column by column, so that each patch is transposed."""
    x = tf.transpose(_five_axes(image, side), (0, 2, 3, 1, 4))
    return tf.reshape(x, (-1, side * side * image.shape[2]))


@mistake(of="to_patches")
def channels_apart(image, side):
    """the channels of a pixel do not stand together: each patch has all of its first channel first."""
    x = tf.transpose(_five_axes(image, side), (0, 2, 4, 1, 3))
    return tf.reshape(x, (-1, side * side * image.shape[2]))


@mistake(of="to_patches")
def image_transposed(image, side):
    """rows and columns of the image are exchanged first."""
    return right.to_patches(tf.transpose(image, (1, 0, 2)), side)


@mistake(of="to_patches")
def patches_still_square(image, side):
    """each patch is still a square [side, side, D] and not one row of numbers."""
    return tf.reshape(right.to_patches(image, side), (-1, side, side, image.shape[2]))


@mistake(of="to_patches")
def patches_on_a_grid(image, side):
    """the patches still stand on a grid of rows and columns and not one below the other."""
    R, C, _ = image.shape
    return tf.reshape(right.to_patches(image, side), (R // side, C // side, -1))


@mistake(of="to_patches", raises="InvalidArgumentError")
def side_as_number(image, side):
    """`side` is taken for the number of rows in which patches stand, and not for a patch's size."""
    return right.to_patches(image, max(1, image.shape[0] // side))


# group_means


def _members(x, labels, K):
    return tf.cast(tf.range(K)[:, None] == labels[None, :], x.dtype)


@mistake(of="group_means")
def sums(x, labels, K):
    """the rows of each group are summed and not averaged."""
    return tf.matmul(_members(x, labels, K), x)


@mistake(of="group_means")
def shares_of_all(x, labels, K):
    """the sum of each group is divided by the number of all rows."""
    return tf.matmul(_members(x, labels, K), x) / len(x)


@mistake(of="group_means")
def empty_by_zero(x, labels, K):
    """the sum of an empty group is divided by 0, and 0 / 0 is not a number."""
    member = _members(x, labels, K)
    return tf.matmul(member, x) / tf.reduce_sum(member, axis=1, keepdims=True)


@mistake(of="group_means")
def empty_left_out(x, labels, K):
    """groups that have no row are left out, so that the rows behind them move up."""
    found = right.group_means(x, labels, K)
    return tf.gather(found, np.unique(labels))


@mistake(of="group_means")
def columns_averaged_too(x, labels, K):
    """the columns are averaged too: each group gets one number, everywhere."""
    found = right.group_means(x, labels, K)
    return tf.zeros_like(found) + tf.reduce_mean(found, axis=1, keepdims=True)


@mistake(of="group_means")
def counts_in_a_row(x, labels, K):
    """the counts stand in a row and not in a column, so that each divides a column of the sums."""
    member = _members(x, labels, K)
    counts = tf.reduce_sum(member, axis=1)
    sums = tf.matmul(member, x)
    return tf.math.divide_no_nan(sums, _cut(counts, sums.shape[1]))


def _cut(counts, columns):
    """Return as many counts as there are columns, repeated where they are too few."""
    return tf.gather(counts, np.arange(columns) % len(counts))


@mistake(of="group_means")
def middle_of_extremes(x, labels, K):
    """the middle between the smallest and the largest number is returned and not the mean."""
    rows, labels = np.asarray(x), np.asarray(labels)
    found = np.zeros((K, rows.shape[1]), "float32")
    for k in np.unique(labels):
        found[k] = (rows[labels == k].min(axis=0) + rows[labels == k].max(axis=0)) / 2
    return found


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
    """exp is taken of the numbers as they are: in float32 it overflows above 88.7 and is 0 far below."""
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
    """log Σ exp of the logits themselves is subtracted: near ±10,000 it is only good to about 0.001."""
    log_p = logits - tf.reduce_logsumexp(logits, axis=1, keepdims=True)
    return tf.exp(log_p), -tf.reduce_sum(tf.exp(log_p) * log_p, axis=1)


@mistake(of="softmax_entropy")
def clipped_logarithm(logits):
    """p is kept above 0.0001 in the logarithm, so that what many small p add is too little."""
    p = _softmax(logits)
    return p, -tf.reduce_sum(p * tf.math.log(tf.maximum(p, 1e-4)), axis=1)


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
def one_maximum_for_all(log_prior, log_lik):
    """one maximum of all patients is subtracted, so that for the others all terms underflow: 0 / 0."""
    joint = log_prior + log_lik
    powers = tf.exp(joint - tf.reduce_max(joint))
    return powers / tf.reduce_sum(powers, axis=1, keepdims=True)


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


# split_rows


@mistake(of="split_rows")
def not_shuffled(N, frac, seed):
    """the rows are not shuffled: the first ones train, whatever the seed."""
    return np.split(np.arange(N), [round(frac * N)])


@mistake(of="split_rows")
def seed_ignored(N, frac, seed):
    """the seed is ignored, so that nobody can repeat the split."""
    return np.split(np.random.permutation(N), [round(frac * N)])


@mistake(of="split_rows")
def always_the_same(N, frac, seed):
    """a fixed seed is used in place of the given one, so that there is one split only."""
    return right.split_rows(N, frac, 0)


@mistake(of="split_rows")
def rounded_down(N, frac, seed):
    """the number of training rows is cut off and not rounded."""
    return right.split_rows(N, int(frac * N + 1e-9) / N, seed)


@mistake(of="split_rows")
def share_of_test(N, frac, seed):
    """`frac` is taken for the share of the test rows."""
    return right.split_rows(N, 1 - frac, seed)


@mistake(of="split_rows")
def drawn_with_replacement(N, frac, seed):
    """rows are drawn with replacement, so that some come twice and others not at all."""
    return np.split(np.random.default_rng(seed).integers(N, size=N), [round(frac * N)])


@mistake(of="split_rows")
def drawn_twice(N, frac, seed):
    """the two parts are drawn one by one, so that they have rows in common."""
    rng, size = np.random.default_rng(seed), round(frac * N)
    return rng.permutation(N)[:size], rng.permutation(N)[size:]


@mistake(of="split_rows")
def first_row_trains(N, frac, seed):
    """one row trains under every seed: only the others are shuffled."""
    order = np.append(0, 1 + np.random.default_rng(seed).permutation(N - 1))
    return np.split(order, [round(frac * N)])


@mistake(of="split_rows")
def cut_and_turned(N, frac, seed):
    """the rows are not shuffled: they only begin at a random place, so that neighbours stay together."""
    order = np.roll(np.arange(N), np.random.default_rng(seed).integers(N))
    return np.split(order, [round(frac * N)])


# standardise


def _scaled(rows, by):
    return right.standardise(by, rows)[1]


@mistake(of="standardise")
def leaked(train, test):
    """means and standard deviations are those of all rows: information leaks from the test rows."""
    both = tf.concat([train, test], axis=0)
    return _scaled(train, both), _scaled(test, both)


@mistake(of="standardise")
def test_by_itself(train, test):
    """the test rows are standardised by their own means and standard deviations."""
    return _scaled(train, train), _scaled(test, test)


@mistake(of="standardise")
def test_forgotten(train, test):
    """only the training rows are standardised."""
    return _scaled(train, train), test


@mistake(of="standardise")
def divided_by_zero(train, test):
    """a constant column is divided by its standard deviation, which is 0 / 0."""
    mean, deviation = tf.reduce_mean(train, axis=0), tf.math.reduce_std(train, axis=0)
    return (train - mean) / deviation, (test - mean) / deviation


@mistake(of="standardise")
def constant_by_one(train, test):
    """a constant column is divided by 1 in place of 0, so that the test rows need not be 0 there."""
    mean, deviation = tf.reduce_mean(train, axis=0), tf.math.reduce_std(train, axis=0)
    deviation = tf.where(deviation > 0, deviation, 1.0)
    return (train - mean) / deviation, (test - mean) / deviation


@mistake(of="standardise")
def rounding_divides(train, test):
    """a column counts as constant only if its σ is exactly 0: rounding leaves a tiny σ, and it divides."""
    mean, deviation = tf.reduce_mean(train, axis=0), tf.math.reduce_std(train, axis=0)
    return tuple(tf.math.divide_no_nan(rows - mean, deviation) for rows in (train, test))


@mistake(of="standardise")
def small_is_constant(train, test):
    """a column of small numbers counts as constant, since its σ is below some bound."""
    deviation = tf.math.reduce_std(train, axis=0)
    return tuple(tf.where(deviation > 1e-5, rows, 0.0) for rows in right.standardise(train, test))


@mistake(of="standardise")
def variance_by_squares(train, test):
    """the variance is the mean of the squares less the square of the mean, which nearly cancel."""
    mean = tf.reduce_mean(train, axis=0)
    variance = tf.reduce_mean(train**2, axis=0) - mean**2
    constant = tf.reduce_max(train, axis=0) == tf.reduce_min(train, axis=0)
    deviation = tf.sqrt(tf.maximum(variance, 1e-30))
    return tuple(tf.where(constant, 0.0, (rows - mean) / deviation) for rows in (train, test))


@mistake(of="standardise")
def variance_of_a_sample(train, test):
    """the variance divides by one row fewer than there are, as an estimate from a sample does."""
    factor = (1 - 1 / len(train)) ** 0.5
    return tuple(factor * rows for rows in right.standardise(train, test))


@mistake(of="standardise")
def by_variance(train, test):
    """the rows are divided by the variance and not by its square root."""
    deviation = tf.math.reduce_std(train, axis=0)
    return tuple(tf.math.divide_no_nan(rows, deviation) for rows in right.standardise(train, test))


@mistake(of="standardise")
def means_kept(train, test):
    """the means are not subtracted."""
    deviation = tf.math.reduce_std(train, axis=0)
    return tuple(tf.math.divide_no_nan(rows, deviation) for rows in (train, test))


@mistake(of="standardise")
def one_number_for_all(train, test):
    """one mean and one standard deviation are taken of the whole table, and not of each column."""
    mean, deviation = tf.reduce_mean(train), tf.math.reduce_std(train)
    return (train - mean) / deviation, (test - mean) / deviation


@mistake(of="standardise")
def squeezed(train, test):
    """each column is brought to lie between 0 and 1, by its smallest and its largest number."""
    low, high = tf.reduce_min(train, axis=0), tf.reduce_max(train, axis=0)
    return tuple(tf.math.divide_no_nan(rows - low, high - low) for rows in (train, test))


# confusion_matrix


@mistake(of="confusion_matrix")
def confusion_transposed(y, scores):
    """the table has a row for each predicted class and a column for each true one."""
    return tf.transpose(right.confusion_matrix(y, scores))


@mistake(of="confusion_matrix")
def lowest_score_wins(y, scores):
    """the class with the lowest score is predicted."""
    return right.confusion_matrix(y, -scores)


@mistake(of="confusion_matrix")
def last_of_the_highest(y, scores):
    """of several highest scores the last is taken and not the first."""
    return right.confusion_matrix(y, scores[:, ::-1])[:, ::-1]


@mistake(of="confusion_matrix")
def each_pair_once(y, scores):
    """each pair of classes is set to 1 and not counted."""
    return tf.minimum(right.confusion_matrix(y, scores), 1)


@mistake(of="confusion_matrix")
def absent_left_out(y, scores):
    """classes that nobody has are left out of the table."""
    present = np.unique(y)
    return tf.gather(tf.gather(right.confusion_matrix(y, scores), present), present, axis=1)


@mistake(of="confusion_matrix")
def only_hits(y, scores):
    """only the diagonal is counted: those who are predicted correctly."""
    return tf.linalg.diag(tf.linalg.diag_part(right.confusion_matrix(y, scores)))


@mistake(of="confusion_matrix")
def shares_of_rows(y, scores):
    """each row is divided by its sum: shares and not counts."""
    table = tf.cast(right.confusion_matrix(y, scores), tf.float32)
    return tf.math.divide_no_nan(table, tf.reduce_sum(table, axis=1, keepdims=True))


# macro_f1


def _rates(confusion):
    """Return precision and recall of each class, 0 where there is nobody, and how many have it."""
    table = tf.cast(confusion, tf.float32)
    hits, have = tf.linalg.diag_part(table), tf.reduce_sum(table, axis=1)
    return tf.math.divide_no_nan(hits, tf.reduce_sum(table, axis=0)), tf.math.divide_no_nan(hits, have), have


def _f1(precision, recall):
    return tf.math.divide_no_nan(2 * precision * recall, precision + recall)


@mistake(of="macro_f1")
def micro_f1(confusion):
    """all patients count alike in the F1, which makes it the accuracy, where all classes should."""
    return tf.linalg.trace(confusion) / tf.reduce_sum(confusion)


@mistake(of="macro_f1")
def weighted_f1(confusion):
    """the F1 of frequent classes counts for more."""
    precision, recall, have = _rates(confusion)
    return tf.reduce_sum(_f1(precision, recall) * have) / tf.reduce_sum(have)


@mistake(of="macro_f1")
def f1_of_averages(confusion):
    """precision and recall are averaged over the classes first, and one F1 is made of the two."""
    precision, recall, _ = _rates(confusion)
    return _f1(tf.reduce_mean(precision), tf.reduce_mean(recall))


@mistake(of="macro_f1")
def f1_is_arithmetic_mean(confusion):
    """the F1 is the arithmetic mean of precision and recall."""
    precision, recall, _ = _rates(confusion)
    return tf.reduce_mean(precision + recall) / 2


@mistake(of="macro_f1")
def f1_zero_by_zero(confusion):
    """a class that occurs in neither labels nor predictions gets an F1 of 0 / 0, which is not a number."""
    table = tf.cast(confusion, tf.float32)
    both = tf.reduce_sum(table, axis=0) + tf.reduce_sum(table, axis=1)
    return tf.reduce_mean(2 * tf.linalg.diag_part(table) / both)


@mistake(of="macro_f1")
def precision_by_zero(confusion):
    """precision and recall come first, and one is 0 / 0 where nobody has, or is predicted, a class."""
    table = tf.cast(confusion, tf.float32)
    hits = tf.linalg.diag_part(table)
    precision, recall = hits / tf.reduce_sum(table, axis=0), hits / tf.reduce_sum(table, axis=1)
    return tf.reduce_mean(_f1(precision, recall))


@mistake(of="macro_f1")
def unknown_left_out(confusion):
    """classes that occur in neither labels nor predictions are left out of the mean."""
    table = np.asarray(confusion)
    known = np.flatnonzero(table.sum(axis=0) + table.sum(axis=1))
    return right.macro_f1(tf.constant(table[np.ix_(known, known)]))


@mistake(of="macro_f1")
def macro_recall(confusion):
    """the mean of the recalls is returned: precision does not count."""
    return tf.reduce_mean(_rates(confusion)[1])


@mistake(of="macro_f1")
def not_doubled(confusion):
    """the factor 2 of the harmonic mean is missing."""
    return right.macro_f1(confusion) / 2


# average_precision


def _area(has, scores, area):
    """Return `area(precision, recall)`, patients taken one by one from the highest score down."""
    order = np.argsort(-np.asarray(scores), kind="stable")
    found = np.cumsum(np.asarray(has)[order])
    precision = np.concatenate([[1.0], found / np.arange(1, len(order) + 1)])
    recall = np.concatenate([[0.0], found / max(found[-1], 1)])
    return area(precision, recall)


@mistake(of="average_precision")
def trapezoids(has, scores):
    """the area under precision over recall is made of trapezoids and not of steps."""
    return _area(has, scores, lambda p, r: np.sum((p[1:] + p[:-1]) / 2 * np.diff(r)))


@mistake(of="average_precision")
def steps_from_the_left(has, scores):
    """each step of recall is multiplied by the precision before it, and not by the one after it."""
    return _area(has, scores, lambda p, r: np.sum(p[:-1] * np.diff(r)))


@mistake(of="average_precision")
def equal_scores_in_order(has, scores):
    """patients with equal scores come in one by one, so that their order in the list matters."""
    return _area(has, scores, lambda p, r: np.sum(p[1:] * np.diff(r)))


@mistake(of="average_precision")
def precision_at_everybody(has, scores):
    """precisions are averaged over everybody, where only those who have the class should count."""
    return _area(has, scores, lambda p, r: np.mean(p[1:]))


@mistake(of="average_precision")
def from_below(has, scores):
    """the ranking is the wrong way round: the lowest score comes first."""
    return right.average_precision(has, -scores)


@mistake(of="average_precision")
def nobody_by_zero(has, scores):
    """if nobody has the class the sum is divided by 0, which is not a number."""
    if not np.any(has):
        return float("nan")
    return right.average_precision(has, scores)


@mistake(of="average_precision")
def strictly_above(has, scores):
    """only patients with a higher score are above a patient, so that nobody counts themselves."""
    has = tf.cast(has, tf.float32)
    above = tf.cast(scores[None, :] > scores[:, None], tf.float32)
    precision = tf.math.divide_no_nan(tf.linalg.matvec(above, has), tf.reduce_sum(above, axis=1))
    return tf.math.divide_no_nan(tf.reduce_sum(has * precision), tf.reduce_sum(has))


@mistake(of="average_precision")
def summed_over_everybody(has, scores):
    """the sum of precisions is divided by the number of all patients, not of those who have the class."""
    return right.average_precision(has, scores) * tf.reduce_mean(tf.cast(has, tf.float32))
