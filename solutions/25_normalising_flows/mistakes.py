"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import math

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

LOG_2PI = math.log(2 * math.pi)


def _normal(z):
    return -0.5 * tf.reduce_sum(z**2 + LOG_2PI, axis=1)


def _log_det(W):
    return tf.linalg.slogdet(W).log_abs_determinant


# affine_log_prob


@mistake(of="affine_log_prob")
def log_det_subtracted(x, W, b):
    """log |det W| is subtracted, as if W led from noise to data."""
    return right.affine_log_prob(x, W, b) - 2 * _log_det(W)


@mistake(of="affine_log_prob")
def log_det_left_out(x, W, b):
    """the density of W x + b is returned, and log |det W| is left out."""
    return _normal(tf.linalg.matvec(W, x) + b)


@mistake(of="affine_log_prob")
def no_absolute_value(x, W, b):
    """the logarithm of det W itself is taken, which a negative determinant does not have."""
    sign, log_det = tf.linalg.slogdet(W)
    return _normal(tf.linalg.matvec(W, x) + b) + tf.where(sign < 0, math.nan, log_det)


@mistake(of="affine_log_prob")
def determinant_added(x, W, b):
    """|det W| is added, and not its logarithm."""
    return _normal(tf.linalg.matvec(W, x) + b) + tf.abs(tf.linalg.det(W))


@mistake(of="affine_log_prob")
def determinant_in_float32(x, W, b):
    """the determinant is computed first and its logarithm then, so that a small or large one is lost."""
    return _normal(tf.linalg.matvec(W, x) + b) + tf.math.log(tf.abs(tf.linalg.det(W)))


@mistake(of="affine_log_prob")
def determinant_has_a_floor(x, W, b):
    """a small number is added to |det W| before the logarithm, so that a singular matrix goes unnoticed."""
    log_det = _log_det(tf.cast(W, tf.float64))
    floored = tf.math.log(tf.exp(log_det) + 1e-12)
    return _normal(tf.linalg.matvec(W, x) + b) + tf.cast(floored, x.dtype)


@mistake(of="affine_log_prob")
def rows_times_W(x, W, b):
    """x W is computed, and not W x for each row x: W is transposed."""
    return _normal(x @ W + b) + _log_det(W)


@mistake(of="affine_log_prob")
def other_direction(x, W, b):
    """x = W z + b is taken for the map, from noise to data: W⁻¹ (x - b) is made normal."""
    return _normal(tf.transpose(tf.linalg.pinv(W) @ tf.transpose(x - b))) - _log_det(W)


@mistake(of="affine_log_prob")
def constant_once(x, W, b):
    """log 2π / 2 is subtracted once, and not once for each of the D dimensions."""
    D = x.shape[1]
    return right.affine_log_prob(x, W, b) + 0.5 * (D - 1) * LOG_2PI


@mistake(of="affine_log_prob")
def constant_left_out(x, W, b):
    """the constant of the normal density, (2π)^(-D/2), is left out."""
    return right.affine_log_prob(x, W, b) + 0.5 * x.shape[1] * LOG_2PI


@mistake(of="affine_log_prob")
def shift_before(x, W, b):
    """the shift is added before the multiplication: W (x + b)."""
    return _normal(tf.linalg.matvec(W, x + b)) + _log_det(W)


@mistake(of="affine_log_prob")
def product_of_the_diagonal(x, W, b):
    """the product of W's diagonal is taken for its determinant, which holds for triangular matrices."""
    log_det = tf.reduce_sum(tf.math.log(tf.abs(tf.linalg.diag_part(W))))
    return _normal(tf.linalg.matvec(W, x) + b) + log_det


@mistake(of="affine_log_prob")
def log_det_for_each_dimension(x, W, b):
    """log |det W| is added D times, once for each dimension."""
    return right.affine_log_prob(x, W, b) + (x.shape[1] - 1.0) * _log_det(W)


# nice_coupling


def _halves(x):
    size = (x.shape[1] + 1) // 2
    return x[:, :size], x[:, size:]


@mistake(of="nice_coupling")
def inverse_adds(x, m, reverse=False):
    """the shift is added in reverse, too, in the place of being subtracted."""
    return right.nice_coupling(x, m)


@mistake(of="nice_coupling")
def always_subtracts(x, m, reverse=False):
    """the shift is subtracted in both directions."""
    return right.nice_coupling(x, m, True)


@mistake(of="nice_coupling")
def directions_exchanged(x, m, reverse=False):
    """the shift is subtracted on the way there, and added on the way back."""
    return right.nice_coupling(x, m, not reverse)


@mistake(of="nice_coupling", raises="WrongStructure")
def smaller_half_first(x, m, reverse=False):
    """the first half is the smaller one if D is odd: 2 and 3 of 5 columns."""
    size = x.shape[1] // 2
    shift = m(x[:, :size])
    return tf.concat([x[:, :size], x[:, size:] - shift if reverse else x[:, size:] + shift], axis=1)


@mistake(of="nice_coupling", raises="WrongStructure")
def sees_what_it_shifts(x, m, reverse=False):
    """m sees the half that it shifts, which the way back does not know."""
    first, second = _halves(x)
    shift = m(second)
    return tf.concat([first, second - shift if reverse else second + shift], axis=1)


@mistake(of="nice_coupling", raises="WrongStructure")
def first_half_shifted(x, m, reverse=False):
    """the second half is kept, and the first is shifted by what m makes of the second."""
    first, second = _halves(x)
    shift = m(second)
    return tf.concat([first - shift if reverse else first + shift, second], axis=1)


@mistake(of="nice_coupling")
def every_other_column(x, m, reverse=False):
    """every other column is kept, and not the first half."""
    shift = m(x[:, ::2])
    second = x[:, 1::2] - shift if reverse else x[:, 1::2] + shift
    columns = [half[:, j] for j in range(x.shape[1]) for half in [x[:, ::2], second] if j < half.shape[1]]
    return tf.stack(columns, axis=1)


@mistake(of="nice_coupling")
def halves_exchanged(x, m, reverse=False):
    """the halves are put together in the other order."""
    first, second = _halves(right.nice_coupling(x, m, reverse))
    return tf.concat([second, first], axis=1)


@mistake(of="nice_coupling")
def only_the_shift(x, m, reverse=False):
    """the second half is replaced by the shift, and what it was is lost."""
    first, second = _halves(right.nice_coupling(x, m, reverse) - right.nice_coupling(x, lambda h: 0 * m(h)))
    return tf.concat([x[:, : first.shape[1]], second], axis=1)


@mistake(of="nice_coupling")
def multiplied(x, m, reverse=False):
    """the second half is multiplied by what m returns, or divided by it, which changes volumes."""
    first, second = _halves(x)
    factor = m(first)
    return tf.concat([first, second / factor if reverse else second * factor], axis=1)


@mistake(of="nice_coupling")
def network_not_trained(x, m, reverse=False):
    """no gradient flows through m."""
    return right.nice_coupling(x, lambda half: tf.stop_gradient(m(half)), reverse)


# diagonal_scale


@mistake(of="diagonal_scale")
def not_exponentiated(x, log_s, reverse=False):
    """log_s itself is taken for the factor."""
    y, log_det = right.diagonal_scale(x, log_s, reverse)
    return (x / log_s if reverse else x * log_s), log_det


@mistake(of="diagonal_scale")
def scale_always_multiplies(x, log_s, reverse=False):
    """`reverse` is ignored: x is multiplied in both directions."""
    return right.diagonal_scale(x, log_s)


@mistake(of="diagonal_scale")
def scale_of_the_other_direction(x, log_s, reverse=False):
    """x is divided on the way there, and multiplied on the way back."""
    return right.diagonal_scale(x, log_s, not reverse)


@mistake(of="diagonal_scale")
def scale_log_det_not_negated(x, log_s, reverse=False):
    """in reverse, the log-determinant is still that of the other direction."""
    return right.diagonal_scale(x, log_s, reverse)[0], right.diagonal_scale(x, log_s)[1]


@mistake(of="diagonal_scale")
def sum_of_factors(x, log_s, reverse=False):
    """the factors are summed for the log-determinant, and not their logarithms."""
    y, log_det = right.diagonal_scale(x, log_s, reverse)
    sign = -1.0 if reverse else 1.0
    return y, 0 * log_det + tf.reduce_sum(tf.exp(sign * log_s))


@mistake(of="diagonal_scale")
def mean_of_logarithms(x, log_s, reverse=False):
    """the mean of the log-factors is taken for the log-determinant, and not their sum."""
    y, log_det = right.diagonal_scale(x, log_s, reverse)
    return y, log_det / log_s.shape[0]


@mistake(of="diagonal_scale")
def product_first(x, log_s, reverse=False):
    """the factors are multiplied first and the logarithm is taken then: the product of large factors is
    infinite."""
    y, log_det = right.diagonal_scale(x, log_s, reverse)
    sign = -1.0 if reverse else 1.0
    return y, 0 * log_det + tf.math.log(tf.reduce_prod(tf.exp(sign * log_s)))


@mistake(of="diagonal_scale")
def one_number_for_the_batch(x, log_s, reverse=False):
    """one log-determinant is returned, and not one for each example."""
    y, log_det = right.diagonal_scale(x, log_s, reverse)
    return y, log_det[0]


@mistake(of="diagonal_scale")
def scale_log_det_of_the_batch(x, log_s, reverse=False):
    """the log-determinant is that of the whole batch: the sum over all examples."""
    y, log_det = right.diagonal_scale(x, log_s, reverse)
    return y, log_det * x.shape[0]


# realnvp_coupling


def _coupled(x, mask, s, t, reverse):
    """Stretch and shift by what is already masked."""
    return (x - t) * tf.exp(-s) if reverse else x * tf.exp(s) + t


@mistake(of="realnvp_coupling")
def log_det_of_all_columns(x, mask, st, reverse=False):
    """the log-determinant sums s over all columns, those that are kept included."""
    y, _ = right.realnvp_coupling(x, mask, st, reverse)
    return y, tf.reduce_sum(st(mask * x)[0], axis=1) * (-1.0 if reverse else 1.0)


@mistake(of="realnvp_coupling")
def kept_columns_stretched(x, mask, st, reverse=False):
    """s is not masked, so that kept columns are stretched, too."""
    s, t = st(mask * x)
    _, log_det = right.realnvp_coupling(x, mask, st, reverse)
    return _coupled(x, mask, s, (1 - mask) * t, reverse), log_det


@mistake(of="realnvp_coupling")
def kept_columns_shifted(x, mask, st, reverse=False):
    """t is not masked, so that kept columns are shifted, too."""
    s, t = st(mask * x)
    _, log_det = right.realnvp_coupling(x, mask, st, reverse)
    return _coupled(x, mask, (1 - mask) * s, t, reverse), log_det


@mistake(of="realnvp_coupling")
def masked_after_the_exponential(x, mask, st, reverse=False):
    """the exponential is taken before the mask: where it is infinite, it gives no number times 0."""
    s, t = st(mask * x)
    changed = (x - t) * tf.exp(-s) if reverse else x * tf.exp(s) + t
    _, log_det = right.realnvp_coupling(x, mask, st, reverse)
    return mask * x + (1 - mask) * changed, log_det


@mistake(of="realnvp_coupling")
def network_sees_all(x, mask, st, reverse=False):
    """st is given x without the mask, so that it sees the columns that it changes."""
    s, t = st(x)
    s, t = (1 - mask) * s, (1 - mask) * t
    return _coupled(x, mask, s, t, reverse), tf.reduce_sum(s, axis=1) * (-1.0 if reverse else 1.0)


@mistake(of="realnvp_coupling")
def network_sees_the_other_half(x, mask, st, reverse=False):
    """st is given the columns that change, and not those that are kept."""
    s, t = st((1 - mask) * x)
    s, t = (1 - mask) * s, (1 - mask) * t
    return _coupled(x, mask, s, t, reverse), tf.reduce_sum(s, axis=1) * (-1.0 if reverse else 1.0)


@mistake(of="realnvp_coupling")
def mask_inverted(x, mask, st, reverse=False):
    """the columns where the mask is 1 are changed, and the others are kept."""
    return right.realnvp_coupling(x, 1.0 - mask, st, reverse)


@mistake(of="realnvp_coupling")
def shifted_before(x, mask, st, reverse=False):
    """the shift is added before the factor is applied: (x + t) exp(s)."""
    s, t = ((1 - mask) * one for one in st(mask * x))
    y = x * tf.exp(-s) - t if reverse else (x + t) * tf.exp(s)
    return y, right.realnvp_coupling(x, mask, st, reverse)[1]


@mistake(of="realnvp_coupling")
def undone_in_the_same_order(x, mask, st, reverse=False):
    """in reverse, x is divided first, and the shift is subtracted then."""
    s, t = ((1 - mask) * one for one in st(mask * x))
    y, log_det = right.realnvp_coupling(x, mask, st, reverse)
    return (x * tf.exp(-s) - t if reverse else y), log_det


@mistake(of="realnvp_coupling")
def coupling_log_det_not_negated(x, mask, st, reverse=False):
    """in reverse, the log-determinant is still that of the other direction."""
    y, log_det = right.realnvp_coupling(x, mask, st, reverse)
    return y, -log_det if reverse else log_det


@mistake(of="realnvp_coupling")
def coupling_log_det_negative(x, mask, st, reverse=False):
    """the log-determinants have the wrong sign, in both directions."""
    y, log_det = right.realnvp_coupling(x, mask, st, reverse)
    return y, -log_det


@mistake(of="realnvp_coupling")
def not_undone(x, mask, st, reverse=False):
    """`reverse` is ignored."""
    return right.realnvp_coupling(x, mask, st)


@mistake(of="realnvp_coupling")
def factor_is_linear(x, mask, st, reverse=False):
    """s itself is taken for the factor, and not exp(s)."""
    s, t = ((1 - mask) * one for one in st(mask * x))
    s = s + mask
    return ((x - t) / s if reverse else x * s + t), right.realnvp_coupling(x, mask, st, reverse)[1]


@mistake(of="realnvp_coupling")
def log_det_of_the_mean(x, mask, st, reverse=False):
    """the log-determinants are averaged over the batch."""
    y, log_det = right.realnvp_coupling(x, mask, st, reverse)
    return y, tf.zeros_like(log_det) + tf.reduce_mean(log_det)


# real_nvp_model


def _model(theta, x, layers, hidden, first=0, same=False, bounded=True, seen="kept", t_bounded=False):
    """The model, changed in one way; returns z, and the masked log-factors and all of them, summed."""
    sizes = [2 * hidden, hidden, 4 * hidden, 4]
    if theta.shape[0] != layers * sum(sizes):
        raise ValueError("another number of weights was expected")
    z, masked, every = x, tf.zeros_like(x[:, 0]), tf.zeros_like(x[:, 0])
    for k, weights in enumerate(tf.split(theta, layers) if layers else []):
        W1, b1, W2, b2 = tf.split(weights, sizes)
        place = first if same else (k + first) % 2
        keep = tf.one_hot(place, 2, dtype=z.dtype)
        given = {"kept": z * keep, "all": z, "changed": z * (1 - keep)}[seen]
        out = tf.tanh(given @ tf.reshape(W1, (2, hidden)) + b1) @ tf.reshape(W2, (hidden, 4)) + b2
        s, t = out[:, :2], out[:, 2:]
        s, t = tf.tanh(s) if bounded else s, tf.tanh(t) if t_bounded else t
        every += tf.reduce_sum(s, axis=1)
        s, t = (1 - keep) * s, (1 - keep) * t
        z, masked = z * tf.exp(s) + t, masked + tf.reduce_sum(s, axis=1)
    return z, masked, every


@mistake(of="real_nvp_model")
def masks_do_not_alternate(theta, x, layers, hidden):
    """all couplings keep column 0, so that it is never changed."""
    z, log_det, _ = _model(theta, x, layers, hidden, same=True)
    return -_normal(z) - log_det


@mistake(of="real_nvp_model")
def other_column_first(theta, x, layers, hidden):
    """the first coupling keeps column 1, and the second column 0."""
    z, log_det, _ = _model(theta, x, layers, hidden, first=1)
    return -_normal(z) - log_det


@mistake(of="real_nvp_model")
def factors_without_a_limit(theta, x, layers, hidden):
    """the log-factor is what the network returns, without the tanh: large weights make it explode."""
    z, log_det, _ = _model(theta, x, layers, hidden, bounded=False)
    return -_normal(z) - log_det


@mistake(of="real_nvp_model")
def shifts_limited_too(theta, x, layers, hidden):
    """the shifts go through a tanh, too, and stay between -1 and 1."""
    z, log_det, _ = _model(theta, x, layers, hidden, t_bounded=True)
    return -_normal(z) - log_det


@mistake(of="real_nvp_model")
def all_factors_counted(theta, x, layers, hidden):
    """the log-factors of kept columns are counted in the log-determinant."""
    z, _, every = _model(theta, x, layers, hidden)
    return -_normal(z) - every


@mistake(of="real_nvp_model")
def whole_pair_seen(theta, x, layers, hidden):
    """the networks are given the whole pair, without a zero for the column that changes."""
    z, log_det, _ = _model(theta, x, layers, hidden, seen="all")
    return -_normal(z) - log_det


@mistake(of="real_nvp_model")
def changed_column_seen(theta, x, layers, hidden):
    """the networks are given the column that changes, and a zero for the one that is kept."""
    z, log_det, _ = _model(theta, x, layers, hidden, seen="changed")
    return -_normal(z) - log_det


@mistake(of="real_nvp_model")
def log_density(theta, x, layers, hidden):
    """the log-density is returned, and not its negative."""
    return -right.real_nvp_model(theta, x, layers, hidden)


@mistake(of="real_nvp_model")
def log_det_with_the_wrong_sign(theta, x, layers, hidden):
    """the log-determinants are added to the negative log-density, and not subtracted from it."""
    z, log_det, _ = _model(theta, x, layers, hidden)
    return -_normal(z) + log_det


@mistake(of="real_nvp_model")
def base_without_its_constant(theta, x, layers, hidden):
    """the constant log 2π of the base is left out."""
    return right.real_nvp_model(theta, x, layers, hidden) - LOG_2PI


@mistake(of="real_nvp_model")
def weights_not_counted(theta, x, layers, hidden):
    """the length of theta is not checked: what is too much is ignored, and what is missing is 0."""
    size = layers * (7 * hidden + 4)
    return right.real_nvp_model(tf.pad(theta, [(0, size)])[:size], x, layers, hidden)


@mistake(of="real_nvp_model")
def last_coupling_first(theta, x, layers, hidden):
    """the couplings' weights are read from the last to the first."""
    parts = tf.split(theta, layers) if layers and theta.shape[0] % layers == 0 else [theta]
    return right.real_nvp_model(tf.concat(parts[::-1], axis=0), x, layers, hidden)


@mistake(of="real_nvp_model")
def biases_first(theta, x, layers, hidden):
    """each layer's bias is read before its matrix."""
    parts = []
    for weights in tf.split(theta, layers) if layers and theta.shape[0] == layers * (7 * hidden + 4) else []:
        b1, W1, b2, W2 = tf.split(weights, [hidden, 2 * hidden, 4, 4 * hidden])
        parts += [W1, b1, W2, b2]
    return right.real_nvp_model(tf.concat(parts, axis=0) if parts else theta, x, layers, hidden)


@mistake(of="real_nvp_model")
def mean_over_the_batch(theta, x, layers, hidden):
    """the mean over the batch is returned for each pair."""
    nll = right.real_nvp_model(theta, x, layers, hidden)
    return tf.zeros_like(nll) + tf.reduce_mean(nll)


# actnorm_init


@mistake(of="actnorm_init")
def divided_by_the_variance(x):
    """s is 1 over the variance, and not 1 over the standard deviation."""
    s, b = right.actnorm_init(x)
    return s**2, s * b


@mistake(of="actnorm_init")
def shift_not_scaled(x):
    """b is minus the mean, which belongs to y = s · (x + b)."""
    s, b = right.actnorm_init(x)
    return s, b / s


@mistake(of="actnorm_init")
def way_back(x):
    """s and b are the standard deviation and the mean, which lead from noise to data."""
    s, b = right.actnorm_init(x)
    return 1 / s, -b / s


@mistake(of="actnorm_init")
def shift_of_the_wrong_sign(x):
    """the mean is added and not subtracted: b has the wrong sign."""
    s, b = right.actnorm_init(x)
    return s, -b


@mistake(of="actnorm_init")
def one_less(x):
    """the squared deviations are divided by their number less 1."""
    s, b = right.actnorm_init(x)
    number = x.shape[0] * x.shape[1] * x.shape[2]
    factor = ((number - 1) / number) ** 0.5
    constant = tf.math.reduce_std(x, axis=(0, 1, 2)) < 1e-5
    return tf.where(constant, s, s * factor), tf.where(constant, b, b * factor)


@mistake(of="actnorm_init")
def something_added(x):
    """0.001 is added to the variance, as batch normalisation does."""
    mean, variance = tf.nn.moments(x, axes=(0, 1, 2))
    s = tf.math.rsqrt(variance + 1e-3)
    return s, -s * mean


@mistake(of="actnorm_init")
def divided_by_zero(x):
    """the standard deviation of a channel of one value, which is 0, is divided by."""
    s, b = right.actnorm_init(x)
    constant = tf.reduce_max(x, axis=(0, 1, 2)) == tf.reduce_min(x, axis=(0, 1, 2))
    return tf.where(constant, math.inf, s), tf.where(constant, -math.inf * tf.sign(b) * -1, b)


@mistake(of="actnorm_init")
def floor_of_a_millionth(x):
    """a channel of one value is divided by a tiny number in the place of 0, so that s is huge."""
    s, b = right.actnorm_init(x)
    constant = tf.reduce_max(x, axis=(0, 1, 2)) == tf.reduce_min(x, axis=(0, 1, 2))
    return tf.where(constant, 1e6, s), tf.where(constant, 1e6 * b, b)


@mistake(of="actnorm_init")
def switched_off(x):
    """s is 0 in a channel of one value, so that the map has no inverse."""
    s, b = right.actnorm_init(x)
    constant = tf.reduce_max(x, axis=(0, 1, 2)) == tf.reduce_min(x, axis=(0, 1, 2))
    return tf.where(constant, 0.0, s), tf.where(constant, 0.0, b)


@mistake(of="actnorm_init")
def one_for_all_channels(x):
    """mean and variance are those of all channels together."""
    s, b = right.actnorm_init(tf.reshape(x, (-1, 1, 1, 1)))
    return tf.repeat(s, x.shape[3]), tf.repeat(b, x.shape[3])


@mistake(of="actnorm_init")
def first_image_only(x):
    """mean and variance are those of the first image, and not of the batch."""
    return right.actnorm_init(x[:1])


@mistake(of="actnorm_init")
def mean_of_the_images_deviations(x):
    """each image's standard deviation is taken by itself, and then the mean over the images."""
    mean = tf.reduce_mean(x, axis=(0, 1, 2))
    spread = tf.reduce_mean(tf.math.reduce_std(x, axis=(1, 2)), axis=0)
    s = tf.where(spread < 1e-5, 1.0, 1 / tf.where(spread < 1e-5, 1.0, spread))
    return s, -s * mean


# invertible_1x1


def _factors(L, U, log_s):
    """The two triangular factors."""
    one = tf.eye(log_s.shape[0], dtype=L.dtype)
    lower = tf.linalg.band_part(L, -1, 0) - tf.linalg.band_part(L, 0, 0) + one
    upper = tf.linalg.band_part(U, 0, -1) - tf.linalg.band_part(U, 0, 0) + tf.linalg.diag(tf.exp(log_s))
    return lower, upper


def _mixed(x, M, log_s, reverse):
    """The map of a matrix, with the right log-determinant."""
    log_det = x.shape[1] * x.shape[2] * tf.reduce_sum(log_s) * (-1.0 if reverse else 1.0)
    M = tf.linalg.inv(M) if reverse else M
    return tf.linalg.matvec(M, x), tf.fill([x.shape[0]], log_det)


@mistake(of="invertible_1x1")
def pixels_not_counted(x, P, L, U, log_s, reverse=False):
    """the log-determinant is that of one pixel, without the factor H · W."""
    y, log_det = right.invertible_1x1(x, P, L, U, log_s, reverse)
    return y, log_det / (x.shape[1] * x.shape[2])


@mistake(of="invertible_1x1")
def diagonal_of_L_kept(x, P, L, U, log_s, reverse=False):
    """the diagonal of L is used as it is, and not set to 1."""
    _, upper = _factors(L, U, log_s)
    return _mixed(x, P @ tf.linalg.band_part(L, -1, 0) @ upper, log_s, reverse)


@mistake(of="invertible_1x1")
def L_left_out(x, P, L, U, log_s, reverse=False):
    """L is taken for diagonal: what stands below its diagonal is dropped."""
    _, upper = _factors(L, U, log_s)
    return _mixed(x, P @ upper, log_s, reverse)


@mistake(of="invertible_1x1")
def whole_L(x, P, L, U, log_s, reverse=False):
    """all of L is used, and all of U with exp(log_s) added to its diagonal."""
    return _mixed(x, P @ L @ (U + tf.linalg.diag(tf.exp(log_s))), log_s, reverse)


@mistake(of="invertible_1x1")
def diagonal_of_U_added(x, P, L, U, log_s, reverse=False):
    """the diagonal of U is not cleared before exp(log_s) is put there."""
    lower, upper = _factors(L, U, log_s)
    return _mixed(x, P @ lower @ (upper + tf.linalg.band_part(U, 0, 0)), log_s, reverse)


@mistake(of="invertible_1x1")
def diagonal_not_exponentiated(x, P, L, U, log_s, reverse=False):
    """log_s itself stands on the diagonal, and not its exponential."""
    lower, upper = _factors(L, U, log_s)
    return _mixed(x, P @ lower @ tf.linalg.set_diag(upper, log_s), log_s, reverse)


@mistake(of="invertible_1x1")
def channels_times_M(x, P, L, U, log_s, reverse=False):
    """a pixel's channels are multiplied as a row, x M: the matrix is transposed."""
    lower, upper = _factors(L, U, log_s)
    return _mixed(x, tf.transpose(P @ lower @ upper), log_s, reverse)


@mistake(of="invertible_1x1")
def not_permuted(x, P, L, U, log_s, reverse=False):
    """P is left out."""
    lower, upper = _factors(L, U, log_s)
    return _mixed(x, lower @ upper, log_s, reverse)


@mistake(of="invertible_1x1")
def permuted_first(x, P, L, U, log_s, reverse=False):
    """the factors are multiplied in the order L (U + diag) P."""
    lower, upper = _factors(L, U, log_s)
    return _mixed(x, lower @ upper @ P, log_s, reverse)


@mistake(of="invertible_1x1")
def permutation_not_undone(x, P, L, U, log_s, reverse=False):
    """in reverse, P is applied once more, and not its inverse, which is its transpose."""
    lower, upper = _factors(L, U, log_s)
    return _mixed(x, (tf.transpose(P) if reverse else P) @ lower @ upper, log_s, reverse)


@mistake(of="invertible_1x1")
def transpose_for_inverse(x, P, L, U, log_s, reverse=False):
    """in reverse, the transpose of M is taken for its inverse."""
    lower, upper = _factors(L, U, log_s)
    M = P @ lower @ upper
    return _mixed(x, tf.linalg.inv(tf.transpose(M)) if reverse else M, log_s, reverse)


@mistake(of="invertible_1x1")
def convolution_log_det_not_negated(x, P, L, U, log_s, reverse=False):
    """in reverse, the log-determinant is still that of the other direction."""
    y, log_det = right.invertible_1x1(x, P, L, U, log_s, reverse)
    return y, -log_det if reverse else log_det


@mistake(of="invertible_1x1")
def convolution_not_undone(x, P, L, U, log_s, reverse=False):
    """`reverse` is ignored."""
    return right.invertible_1x1(x, P, L, U, log_s)


# squeeze


@mistake(of="squeeze")
def only_reshaped(x, reverse=False):
    """the image is reshaped without a transposition, so that pixels which are no neighbours meet."""
    B, H, W, C = right.squeeze(x, reverse).shape
    return tf.reshape(x, (B, H, W, C))


@mistake(of="squeeze")
def channels_outside(x, reverse=False):
    """the four pixels of the first channel come first, then those of the second channel."""
    B, H, W, C = x.shape
    if reverse:
        right.squeeze(x, reverse)
        groups = tf.reshape(x, (B, H, W, C // 4, 4))
        return right.squeeze(tf.reshape(tf.transpose(groups, (0, 1, 2, 4, 3)), x.shape), True)
    y = tf.reshape(right.squeeze(x), (B, H // 2, W // 2, 4, C))
    return tf.reshape(tf.transpose(y, (0, 1, 2, 4, 3)), (B, H // 2, W // 2, 4 * C))


@mistake(of="squeeze")
def lower_left_before_upper_right(x, reverse=False):
    """the pixels of a block are read down each column: the lower left one before the upper right one."""
    if reverse:
        return tf.transpose(right.squeeze(tf.transpose(x, (0, 2, 1, 3)), True), (0, 2, 1, 3))
    return tf.transpose(right.squeeze(tf.transpose(x, (0, 2, 1, 3))), (0, 2, 1, 3))


@mistake(of="squeeze")
def quarters(x, reverse=False):
    """the image is cut into four quarters, and not into blocks of 2×2 pixels."""
    B, H, W, C = x.shape
    right.squeeze(x, reverse)
    if reverse:
        parts = tf.split(x, 4, axis=3)
        return tf.concat([tf.concat(parts[:2], axis=2), tf.concat(parts[2:], axis=2)], axis=1)
    upper, lower = tf.split(x, 2, axis=1)
    return tf.concat([*tf.split(upper, 2, axis=2), *tf.split(lower, 2, axis=2)], axis=3)


@mistake(of="squeeze")
def always_squeezes(x, reverse=False):
    """`reverse` is ignored: the image is squeezed once more, or refused where its sides are odd."""
    if reverse:
        B, H, W, _ = x.shape
        x = tf.pad(x, [(0, 0), (0, H % 2), (0, W % 2), (0, 0)])
    return right.squeeze(x)


@mistake(of="squeeze")
def odd_sides_cut(x, reverse=False):
    """the last row or column of an image with an odd side is dropped without a word."""
    if reverse:
        return right.squeeze(x, True)
    return right.squeeze(x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2])


@mistake(of="squeeze")
def odd_sides_padded(x, reverse=False):
    """an odd side is filled up with zeros, and not refused."""
    if reverse:
        return right.squeeze(x, True)
    return right.squeeze(tf.pad(x, [(0, 0), (0, x.shape[1] % 2), (0, x.shape[2] % 2), (0, 0)]))


@mistake(of="squeeze")
def channels_cut(x, reverse=False):
    """in reverse, channels beyond a multiple of 4 are dropped without a word."""
    return right.squeeze(x[..., : x.shape[3] // 4 * 4], True) if reverse else right.squeeze(x)


# made_degrees


@mistake(of="made_degrees")
def degrees_from_zero(D, hidden):
    """the degrees go from 0 to D - 2, and not from 1 to D - 1."""
    return [one - (D > 1) for one in right.made_degrees(D, hidden)]


@mistake(of="made_degrees")
def degrees_up_to_D(D, hidden):
    """the degrees go from 1 to D, though no output may read a unit of degree D."""
    right.made_degrees(D, hidden)
    return [np.arange(width) % D + 1 for width in hidden]


@mistake(of="made_degrees")
def degrees_in_blocks(D, hidden):
    """units of equal degree stand beside each other: 1, 1, 2, 2, and not 1, 2, 1, 2."""
    return [np.sort(one) for one in right.made_degrees(D, hidden)]


@mistake(of="made_degrees")
def last_degree_repeated(D, hidden):
    """once D - 1 is reached, all further units have this degree, and the count does not start again."""
    right.made_degrees(D, hidden)
    return [np.minimum(np.arange(width) + 1, D - 1) for width in hidden]


@mistake(of="made_degrees")
def degrees_spread(D, hidden):
    """the degrees of a narrow layer are spread from 1 to D - 1, and are not the smallest ones."""
    found = right.made_degrees(D, hidden)
    return [
        np.round(np.linspace(1, D - 1, len(one))).astype(int) if 1 < len(one) < D - 1 else one
        for one in found
    ]


@mistake(of="made_degrees")
def count_goes_on(D, hidden):
    """the count goes on from one layer to the next, and does not start with 1 in each."""
    right.made_degrees(D, hidden)
    ends = np.cumsum([0, *hidden])
    return [np.arange(start, start + width) % max(D - 1, 1) + (D > 1) for start, width in zip(ends, hidden)]


@mistake(of="made_degrees")
def one_input_seen(D, hidden):
    """the units have the degree 1 if D is 1, and so see the one input."""
    return [np.maximum(one, 1) for one in right.made_degrees(D, hidden)]


@mistake(of="made_degrees")
def nothing_refused(D, hidden):
    """numbers below 1 are taken without an error: no unit, or no degree."""
    return [np.arange(max(width, 0)) % max(D - 1, 1) + (D > 1) for width in hidden]


@mistake(of="made_degrees")
def widths_not_looked_at(D, hidden):
    """only D is checked, and a layer without a unit is taken."""
    return right.made_degrees(D, []) + [
        np.arange(max(width, 0)) % max(D - 1, 1) + (D > 1) for width in hidden
    ]


# made_masks


def _masks(order, degrees, inner, last):
    """Masks by two rules of (degree that is read, degree that reads)."""
    right.made_masks(order, [])
    layers = [order, *degrees]
    masks = [inner(one[:, None], two) for one, two in zip(layers, layers[1:])]
    return [mask.astype(float) for mask in [*masks, last(layers[-1][:, None], order)]]


@mistake(of="made_masks")
def last_not_strict(order, degrees):
    """the last mask has ≥ as all others do, so that an output sees its own input."""
    return _masks(order, degrees, lambda one, two: two >= one, lambda one, two: two >= one)


@mistake(of="made_masks")
def all_strict(order, degrees):
    """all masks have >, so that units see less than they may."""
    return _masks(order, degrees, lambda one, two: two > one, lambda one, two: two > one)


@mistake(of="made_masks")
def rules_exchanged(order, degrees):
    """the hidden units have > and the outputs ≥, the other way round."""
    return _masks(order, degrees, lambda one, two: two > one, lambda one, two: two >= one)


@mistake(of="made_masks")
def later_inputs(order, degrees):
    """units see what comes after them in the order, and not what comes before."""
    return _masks(order, degrees, lambda one, two: two <= one, lambda one, two: two < one)


@mistake(of="made_masks")
def masks_transposed(order, degrees):
    """each mask has a row for each unit that reads and a column for each that is read: it is transposed."""
    return [mask.T for mask in right.made_masks(order, degrees)]


@mistake(of="made_masks")
def natural_order(order, degrees):
    """the order is ignored, and the inputs have the degrees 1, 2, …, D."""
    right.made_masks(order, [])
    return right.made_masks(np.arange(1, len(order) + 1), degrees)


@mistake(of="made_masks")
def outputs_in_natural_order(order, degrees):
    """the inputs have the degrees of the order, but the outputs have 1, 2, …, D."""
    masks = right.made_masks(order, degrees)
    natural = np.arange(1, len(order) + 1)
    last = [order, *degrees][-1]
    return [*masks[:-1], (natural > last[:, None]).astype(float)]


@mistake(of="made_masks")
def order_of_inputs(order, degrees):
    """`order` is read as the list of inputs in their order, and not as each input's place in it."""
    right.made_masks(order, [])
    return right.made_masks(np.argsort(order) + 1, degrees)


@mistake(of="made_masks")
def hidden_layers_not_masked(order, degrees):
    """connections between two hidden layers are all kept."""
    masks = right.made_masks(order, degrees)
    return [masks[0], *(np.ones_like(mask) for mask in masks[1:-1]), *masks[1:][-1:]]


@mistake(of="made_masks")
def order_not_checked(order, degrees):
    """an order that does not hold each of 1, …, D once is taken without an error."""
    layers = [order, *degrees]
    masks = [two >= one[:, None] for one, two in zip(layers, layers[1:])]
    return [mask.astype(float) for mask in [*masks, order > layers[-1][:, None]]]


@mistake(of="made_masks")
def only_the_sum_checked(order, degrees):
    """the order is checked for numbers out of its range, and not for one that occurs twice."""
    if order.min() < 1 or order.max() > len(order):
        raise ValueError("expected numbers from 1 to D")
    return order_not_checked(order, degrees)


# maf_normalise


def _normalised(x, mu, alpha):
    return (x - mu) * tf.exp(-alpha), -tf.reduce_sum(alpha, axis=1)


def _drawn(z, mu, alpha):
    return z * tf.exp(alpha) + mu, tf.reduce_sum(alpha, axis=1)


@mistake(of="maf_normalise")
def normalise_multiplies(x, made):
    """the sign of alpha is wrong in z: (x - mu) · exp(alpha)."""
    mu, alpha = made(x)
    return (x - mu) * tf.exp(alpha), -tf.reduce_sum(alpha, axis=1)


@mistake(of="maf_normalise")
def normalise_log_det_positive(x, made):
    """the log-determinant has the wrong sign: it is that of drawing."""
    z, log_det = right.maf_normalise(x, made)
    return z, -log_det


@mistake(of="maf_normalise")
def other_direction_of_maf(x, made):
    """x · exp(alpha) + mu is returned, which leads from noise to data."""
    return _drawn(x, *made(x))


@mistake(of="maf_normalise")
def divided_first(x, made):
    """x is divided first, and mu is subtracted then: x · exp(-alpha) - mu."""
    mu, alpha = made(x)
    return x * tf.exp(-alpha) - mu, -tf.reduce_sum(alpha, axis=1)


@mistake(of="maf_normalise")
def log_variance(x, made):
    """alpha is taken for the logarithm of the variance, and halved."""
    mu, alpha = made(x)
    return _normalised(x, mu, alpha / 2)


@mistake(of="maf_normalise")
def mu_and_alpha_exchanged(x, made):
    """mu and alpha are exchanged."""
    mu, alpha = made(x)
    return _normalised(x, alpha, mu)


@mistake(of="maf_normalise")
def mean_of_alpha(x, made):
    """the mean of alpha over the columns is taken for the log-determinant, and not the sum."""
    z, log_det = right.maf_normalise(x, made)
    return z, log_det / x.shape[1]


@mistake(of="maf_normalise")
def mu_not_subtracted(x, made):
    """mu is added, and not subtracted."""
    mu, alpha = made(x)
    return _normalised(x, -mu, alpha)


@mistake(of="maf_normalise")
def density_in_z(x, made):
    """the density of z is put into the log-determinant: the log-density of x is returned."""
    z, log_det = right.maf_normalise(x, made)
    return z, log_det + _normal(z)


@mistake(of="maf_normalise", raises="WrongStructure")
def column_by_column(x, made):
    """the network is called more than once, though all columns are known before the first call."""
    outputs = [made(x) for _ in range(x.shape[1])]
    mu = tf.stack([one[0][:, i] for i, one in enumerate(outputs)], axis=1)
    alpha = tf.stack([one[1][:, i] for i, one in enumerate(outputs)], axis=1)
    return _normalised(x, mu, alpha)


# maf_sample


@mistake(of="maf_sample")
def single_pass(z, made):
    """the network is called once, with the noise: that is an IAF."""
    return _drawn(z, *made(z))


@mistake(of="maf_sample")
def single_pass_from_zeros(z, made):
    """the network is called once, with zeros, and what it says of them is used for all columns."""
    return _drawn(z, *made(tf.zeros_like(z)))


def _sequential(z, made, calls, step):
    """Call the network some times, and apply `step(z, mu, alpha)` to all columns each time."""
    x, alpha = tf.zeros_like(z), tf.zeros_like(z)
    for _ in range(calls):
        mu, alpha = made(x)
        x = step(z, mu, alpha)
    return x, tf.reduce_sum(alpha, axis=1)


@mistake(of="maf_sample")
def one_call_less(z, made):
    """the network is called D - 1 times, so that the last column is computed from an unfinished one."""
    return _sequential(z, made, max(z.shape[1] - 1, 1), lambda z, mu, alpha: z * tf.exp(alpha) + mu)


@mistake(of="maf_sample")
def sampling_divides(z, made):
    """the sign of alpha is wrong: z · exp(-alpha) + mu."""
    return _sequential(z, made, z.shape[1], lambda z, mu, alpha: z * tf.exp(-alpha) + mu)


@mistake(of="maf_sample")
def shifted_then_stretched(z, made):
    """mu is added before the factor is applied: (z + mu) · exp(alpha)."""
    return _sequential(z, made, z.shape[1], lambda z, mu, alpha: (z + mu) * tf.exp(alpha))


@mistake(of="maf_sample")
def sampling_log_det_negative(z, made):
    """the log-determinant has the wrong sign: it is that of the way to noise."""
    x, log_det = right.maf_sample(z, made)
    return x, -log_det


@mistake(of="maf_sample")
def normalised_again(z, made):
    """the noise is normalised as if it were an example."""
    return right.maf_normalise(z, made)


@mistake(of="maf_sample")
def log_det_of_the_first_call(z, made):
    """the log-determinant is that of the first call, before any column is known."""
    x, first = tf.zeros_like(z), None
    for _ in range(z.shape[1]):
        mu, alpha = made(x)
        first = alpha if first is None else first
        x = z * tf.exp(alpha) + mu
    return x, tf.reduce_sum(first, axis=1)


# iaf_sample


@mistake(of="iaf_sample", raises="WrongStructure")
def sampled_as_maf(z, made):
    """the network is called more than once, as in a MAF, though all of the noise is known before."""
    return right.maf_sample(z, made)


@mistake(of="iaf_sample")
def iaf_divides(z, made):
    """the sign of alpha is wrong: z · exp(-alpha) + mu."""
    mu, alpha = made(z)
    return z * tf.exp(-alpha) + mu, tf.reduce_sum(alpha, axis=1)


@mistake(of="iaf_sample")
def iaf_log_det_negative(z, made):
    """the log-determinant has the wrong sign."""
    x, log_det = right.iaf_sample(z, made)
    return x, -log_det


@mistake(of="iaf_sample")
def iaf_normalises(z, made):
    """the equation of MAF's way to noise is used: (z - mu) · exp(-alpha)."""
    return right.maf_normalise(z, made)


@mistake(of="iaf_sample")
def iaf_shifts_first(z, made):
    """mu is added before the factor is applied: (z + mu) · exp(alpha)."""
    mu, alpha = made(z)
    return (z + mu) * tf.exp(alpha), tf.reduce_sum(alpha, axis=1)


@mistake(of="iaf_sample")
def iaf_gate(z, made):
    """a sigmoid gate mixes z and mu, as in a form of the paper's, in the place of exp(alpha) and mu."""
    mu, alpha = made(z)
    gate = tf.sigmoid(alpha)
    return z * gate + (1 - gate) * mu, tf.reduce_sum(tf.math.log_sigmoid(alpha), axis=1)


@mistake(of="iaf_sample")
def iaf_exchanged(z, made):
    """mu and alpha are exchanged."""
    mu, alpha = made(z)
    return _drawn(z, alpha, mu)


@mistake(of="iaf_sample")
def iaf_sum_of_factors(z, made):
    """the factors are summed for the log-determinant, and not their logarithms."""
    mu, alpha = made(z)
    return z * tf.exp(alpha) + mu, tf.reduce_sum(tf.exp(alpha), axis=1)


@mistake(of="iaf_sample")
def iaf_log_density(z, made):
    """the log-density of the noise is added to the log-determinant."""
    x, log_det = right.iaf_sample(z, made)
    return x, log_det + _normal(z)


@mistake(of="iaf_sample")
def iaf_from_zeros(z, made):
    """the network is given zeros in the place of the noise."""
    mu, alpha = made(tf.zeros_like(z))
    return _drawn(z, mu, alpha)


# ffjord


def _solve(f, z, T, steps, v, rule, trace=None):
    """Integrate z and log p by `rule(rate, y, t, h)`, with y = (z, log p)."""
    if steps < 1:
        raise ValueError("expected one step or more")
    probes = [tf.ones_like(z) * one for one in tf.unstack(tf.eye(z.shape[1], dtype=z.dtype))]
    probes = probes if v is None else [v]

    def rate(y, t):
        z, _ = y
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(z)
            velocity = f(z, t)
        products = [tape.gradient(velocity, z, probe, unconnected_gradients="zero") for probe in probes]
        if trace is not None:
            return velocity, -trace(products, probes)
        return velocity, -sum(tf.reduce_sum(one * probe, axis=1) for one, probe in zip(products, probes))

    y, h = (z, tf.zeros_like(z[:, 0])), T / steps
    for step in range(steps):
        y = rule(rate, y, step * h, h)
    return y


def _moved(y, *slopes):
    """y plus the sum of factor · slope."""
    return tuple(one + sum(h * slope[i] for h, slope in slopes) for i, one in enumerate(y))


def _rk4(rate, y, t, h, middle=0.5, end=1.0, weights=(1, 2, 2, 1)):
    k1 = rate(y, t)
    k2 = rate(_moved(y, (h / 2, k1)), t + middle * h)
    k3 = rate(_moved(y, (h / 2, k2)), t + middle * h)
    k4 = rate(_moved(y, (h, k3)), t + end * h)
    return _moved(y, *((h * w / sum(weights), k) for w, k in zip(weights, (k1, k2, k3, k4))))


@mistake(of="ffjord")
def log_density_rises(f, z, T, steps, v=None):
    """the sign of the change of log p is wrong: it is the integral of the trace, and not minus that."""
    z, change = right.ffjord(f, z, T, steps, v)
    return z, -change


@mistake(of="ffjord")
def euler(f, z, T, steps, v=None):
    """the steps are those of Euler's method: z + h f(z, t)."""
    return _solve(f, z, T, steps, v, lambda rate, y, t, h: _moved(y, (h, rate(y, t))))


@mistake(of="ffjord")
def midpoint(f, z, T, steps, v=None):
    """the steps are those of the midpoint method, of order 2."""
    return _solve(
        f,
        z,
        T,
        steps,
        v,
        lambda rate, y, t, h: _moved(y, (h, rate(_moved(y, (h / 2, rate(y, t))), t + h / 2))),
    )


@mistake(of="ffjord")
def stages_of_equal_weight(f, z, T, steps, v=None):
    """the four stages have equal weights, and not 1, 2, 2 and 1."""
    return _solve(f, z, T, steps, v, lambda *given: _rk4(*given, weights=(1, 1, 1, 1)))


@mistake(of="ffjord")
def clock_stands_in_a_step(f, z, T, steps, v=None):
    """all four stages of a step are given the time at its start."""
    return _solve(f, z, T, steps, v, lambda *given: _rk4(*given, middle=0.0, end=0.0))


@mistake(of="ffjord")
def clock_stands(f, z, T, steps, v=None):
    """the field is given the time 0 at all steps."""
    return right.ffjord(lambda z, t: f(z, 0.0), z, T, steps, v)


@mistake(of="ffjord")
def log_density_by_euler(f, z, T, steps, v=None):
    """the points move by the method of Runge and Kutta, but log p by Euler's method."""

    def rule(rate, y, t, h):
        return _rk4(rate, y, t, h)[0], y[1] + h * rate(y, t)[1]

    return _solve(f, z, T, steps, v, rule)


@mistake(of="ffjord")
def vector_ignored(f, z, T, steps, v=None):
    """v is ignored, and the exact trace is taken."""
    return right.ffjord(f, z, T, steps)


@mistake(of="ffjord")
def sum_of_the_jacobian(f, z, T, steps, v=None):
    """all entries of the Jacobian are summed, and not those on its diagonal only."""
    if v is not None:
        return right.ffjord(f, z, T, steps, v)
    return right.ffjord(f, z, T, steps, tf.ones_like(z))


@mistake(of="ffjord")
def not_multiplied_by_v(f, z, T, steps, v=None):
    """v J is summed over its columns, and not multiplied by v once more."""
    if v is None:
        return right.ffjord(f, z, T, steps)
    return _solve(f, z, T, steps, v, _rk4, lambda products, _: tf.reduce_sum(products[0], axis=1))


@mistake(of="ffjord")
def estimate_divided_by_D(f, z, T, steps, v=None):
    """Hutchinson's estimate is divided by D: the mean of the products, and not their sum."""
    if v is None:
        return right.ffjord(f, z, T, steps)
    z, change = right.ffjord(f, z, T, steps, v)
    return z, change / z.shape[1]


@mistake(of="ffjord")
def forwards_only(f, z, T, steps, v=None):
    """the sign of T is ignored, so that time never runs backwards."""
    return right.ffjord(f, z, abs(T), steps, v)


@mistake(of="ffjord")
def steps_of_length_one(f, z, T, steps, v=None):
    """the time is not divided by the number of steps: each step has the length T."""
    if steps < 1:
        raise ValueError("expected one step or more")
    return right.ffjord(f, z, T * steps, steps, v)


@mistake(of="ffjord")
def one_step_less(f, z, T, steps, v=None):
    """one step too few is made, as if both ends were counted."""
    right.ffjord(f, z, T, steps, v)
    if steps == 1:
        return z, tf.zeros_like(z[:, 0])
    return right.ffjord(f, z, T * (steps - 1) / steps, steps - 1, v)


@mistake(of="ffjord")
def steps_until_time_is_over(f, z, T, steps, v=None):
    """steps are made while the time, summed up, is below T: by rounding it may be one step more."""
    right.ffjord(f, z, T, steps, v)
    h, t, made = T / steps, 0.0, 0
    while abs(t) < abs(T):
        t, made = t + h, made + 1
    return right.ffjord(f, z, h * max(made, 1), max(made, 1), v)


@mistake(of="ffjord")
def no_step_taken_for_one(f, z, T, steps, v=None):
    """fewer steps than one are taken without an error: the points stay where they are."""
    return right.ffjord(f, z, T, steps, v) if steps > 0 else (z, tf.zeros_like(z[:, 0]))


@mistake(of="ffjord")
def trace_of_the_start(f, z, T, steps, v=None):
    """the trace at the starting points is taken for that of the whole way: it is multiplied by T."""
    moved, _ = right.ffjord(f, z, T, steps, v)
    one = right.ffjord(f, z, 1e-6, 1, v)[1] / 1e-6
    return moved, one * T
