"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import math

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# fans


@mistake(of="fans")
def fans_exchanged(shape):
    """fan-in and fan-out have changed places."""
    return right.fans(shape)[::-1]


@mistake(of="fans")
def places_left_out(shape):
    """the places of a convolution's window are not counted."""
    return shape[-2], shape[-1]


@mistake(of="fans")
def places_of_inputs_only(shape):
    """the places of the window are counted for the fan-in only, but an input is seen from as many places."""
    return right.fans(shape)[0], shape[-1]


@mistake(of="fans")
def sides_added(shape):
    """the sides of the window are added up, and not multiplied."""
    places = sum(shape[:-2]) or 1
    return places * shape[-2], places * shape[-1]


@mistake(of="fans")
def first_side_only(shape):
    """only the first side of the window is counted."""
    places = shape[0] if len(shape) > 2 else 1
    return places * shape[-2], places * shape[-1]


@mistake(of="fans")
def always_two_sides(shape):
    """the last four sizes are taken for a kernel of images: a third side of the window is not counted."""
    places = math.prod(shape[-4:-2])
    return places * shape[-2], places * shape[-1]


@mistake(of="fans")
def kernel_counted_whole(shape):
    """the fan-out counts all numbers of the kernel, and not those that one input meets."""
    return right.fans(shape)[0], math.prod(shape)


@mistake(of="fans")
def outputs_come_first(shape):
    """the outputs are taken to come before the inputs in the kernel's shape, as they do in PyTorch."""
    return right.fans((*shape[2:], shape[1], shape[0]))


# initialise


def _draw(shape, scheme, rng, field=True, swapped=False, limit=3.0, power=0.5, gain=2.0, flip=False):
    """Draw weights with one step of the recipe replaced."""
    size = math.prod(shape[:-2]) if field else 1
    fan_in, fan_out = size * shape[-2], size * shape[-1]
    if swapped:
        fan_in, fan_out = fan_out, fan_in
    family, distribution = scheme.split("_")
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": gain / fan_in}[family]
    if (distribution == "normal") != flip:
        return rng.normal(scale=variance**power, size=shape).astype(np.float32)
    bound = (limit * variance) ** power
    return rng.uniform(-bound, bound, size=shape).astype(np.float32)


@mistake(of="initialise")
def fans_swapped(shape, scheme, rng):
    """the number of inputs and the number of outputs have changed places."""
    return _draw(shape, scheme, rng, swapped=True)


@mistake(of="initialise")
def window_ignored(shape, scheme, rng):
    """a convolution's inputs and outputs are counted as if its window were a single place."""
    return _draw(shape, scheme, rng, field=False)


@mistake(of="initialise")
def limit_is_the_deviation(shape, scheme, rng):
    """a uniform distribution ends where its standard deviation should be, which makes it too narrow."""
    return _draw(shape, scheme, rng, limit=1.0)


@mistake(of="initialise")
def variance_for_deviation(shape, scheme, rng):
    """the variance is used where the standard deviation belongs."""
    return _draw(shape, scheme, rng, power=1.0)


@mistake(of="initialise")
def he_without_two(shape, scheme, rng):
    """He's scheme leaves out the factor that makes up for the ReLU."""
    return _draw(shape, scheme, rng, gain=1.0)


@mistake(of="initialise")
def distributions_swapped(shape, scheme, rng):
    """normal and uniform have changed places."""
    return _draw(shape, scheme, rng, flip=True, limit=3.0)


@mistake(of="initialise")
def cut_off_at_two(shape, scheme, rng):
    """a normal distribution is cut off at two standard deviations, and thereby narrowed."""
    w = right.initialise(shape, scheme, rng)
    if not scheme.endswith("normal"):
        return w
    deviation = w.std()
    while (outside := np.abs(w) > 2 * deviation).any():
        w[outside] = rng.normal(scale=deviation, size=outside.sum())
    return w


@mistake(of="initialise")
def cut_off_and_widened(shape, scheme, rng):
    """a normal distribution is cut off at two deviations, and then widened to make up for it."""
    return cut_off_at_two(shape, scheme, rng) / (0.87962566 if scheme.endswith("normal") else 1.0)


@mistake(of="initialise")
def cut_off_at_three_and_a_half(shape, scheme, rng):
    """a normal distribution is cut off at three and a half deviations."""
    fan_in, fan_out = right.fans(shape)
    inverse = {"lecun": fan_in, "glorot": (fan_in + fan_out) / 2, "he": fan_in / 2}[scheme.split("_")[0]]
    w = right.initialise(shape, scheme, rng)
    while scheme.endswith("normal") and np.any(far := np.abs(w) > 3.5 / math.sqrt(inverse)):
        w[far] = right.initialise(shape, scheme, rng)[far]
    return w


@mistake(of="initialise")
def pairs_of_like_units(shape, scheme, rng):
    """normal weights of every second unit are drawn near those of the unit before it."""
    w = right.initialise(shape, scheme, rng)
    if scheme.endswith("normal"):
        w[..., 1::2] = 0.6 * w[..., 1::2] + 0.8 * w[..., ::2][..., : shape[-1] // 2]
    return w


@mistake(of="initialise")
def one_sided(shape, scheme, rng):
    """a uniform distribution begins at 0, and so has no negative weights."""
    w = right.initialise(shape, scheme, rng)
    return np.abs(w) if scheme.endswith("uniform") else w


@mistake(of="initialise")
def one_unit_repeated(shape, scheme, rng):
    """the weights of one unit are drawn, and all units get the same ones."""
    return np.repeat(right.initialise(shape, scheme, rng)[..., :1], shape[-1], axis=-1)


def _half_repeated(shape, scheme, rng, factor):
    """Draw half of the weights, and put them, times a factor, in the places of the others as well."""
    w = right.initialise(shape, scheme, rng).ravel()
    half = len(w) // 2
    w[half : 2 * half] = factor * w[:half]
    return rng.permutation(w).reshape(shape)


@mistake(of="initialise")
def half_are_negatives(shape, scheme, rng):
    """half of the weights are drawn, and the others are their negatives."""
    return _half_repeated(shape, scheme, rng, -1)


@mistake(of="initialise")
def half_are_copies(shape, scheme, rng):
    """half of the weights are drawn, and the others are copies of them."""
    return _half_repeated(shape, scheme, rng, 1)


@mistake(of="initialise")
def generator_ignored(shape, scheme, rng):
    """the numbers come from a generator of their own, which starts anew at every call."""
    return right.initialise(shape, scheme, np.random.default_rng(0))


# orthogonal


@mistake(of="orthogonal")
def normal_for_orthogonal(shape, rng):
    """a matrix of normal numbers is returned as it is; its columns are orthogonal on average only."""
    return (rng.normal(size=shape) / math.sqrt(math.prod(shape[:-1]))).astype(np.float32)


@mistake(of="orthogonal")
def long_side_orthogonal(shape, rng):
    """the kernel is made into a matrix with a row for each output channel before it is orthogonalised."""
    rows, columns = math.prod(shape[:-2] + shape[-1:]), shape[-2]
    q, _ = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    return (q if rows >= columns else q.T).reshape(shape).astype(np.float32)


@mistake(of="orthogonal")
def triangular_part(shape, rng):
    """R of the QR decomposition is returned in the place of Q."""
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(rng.normal(size=(max(rows, columns),) * 2))
    return r[:rows, :columns].reshape(shape).astype(np.float32)


@mistake(of="orthogonal")
def columns_of_length_one(shape, rng):
    """the columns are brought to length 1, but are not orthogonal to each other."""
    w = rng.normal(size=(math.prod(shape[:-1]), shape[-1]))
    return (w / np.linalg.norm(w, axis=0)).reshape(shape).astype(np.float32)


@mistake(of="orthogonal")
def widened_for_relu(shape, rng):
    """the orthogonal matrix is multiplied by √2, which nobody asked for."""
    return right.orthogonal(shape, rng) * np.float32(math.sqrt(2))


@mistake(of="orthogonal")
def axes_permuted(shape, rng):
    """the matrix only exchanges axes: orthonormal, but no random rotation."""
    rows, columns = math.prod(shape[:-1]), shape[-1]
    return np.eye(max(rows, columns), dtype=np.float32)[rng.permutation(max(rows, columns))][
        :rows, :columns
    ].reshape(shape)


@mistake(of="orthogonal")
def one_reflection(shape, rng):
    """the matrix is a single reflection, which leaves most of a large space as it is."""
    rows, columns = math.prod(shape[:-1]), shape[-1]
    normal = rng.normal(size=max(rows, columns))
    whole = np.eye(len(normal)) - 2 * np.outer(normal, normal) / (normal @ normal)
    return whole[:rows, :columns].reshape(shape).astype(np.float32)


@mistake(of="orthogonal")
def positive_orthogonalised(shape, rng):
    """numbers that are all positive are orthogonalised, so that one column has one sign."""
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, _ = np.linalg.qr(rng.uniform(size=(max(rows, columns), min(rows, columns))))
    return (q if rows >= columns else q.T).reshape(shape).astype(np.float32)


@mistake(of="orthogonal")
def nearest_to_positive(shape, rng):
    """the orthogonal matrix nearest to one of positive numbers is taken: equal inputs come out equal."""
    u, _, v = np.linalg.svd(rng.uniform(size=(math.prod(shape[:-1]), shape[-1])), full_matrices=False)
    return (u @ v).reshape(shape).astype(np.float32)


@mistake(of="orthogonal")
def generator_of_its_own(shape, rng):
    """the numbers come from a generator of their own, which starts anew at every call."""
    return right.orthogonal(shape, np.random.default_rng(0))


# variance_profile


def _profile(x, noise, sw, act, weights=None, measure=None, gain=None):
    """Follow a signal with one step replaced."""
    first = np.mean(x**2)
    measured = []
    for i, layer in enumerate(noise):
        x = x @ (sw * layer / math.sqrt(len(layer)) if weights is None else weights(i, layer))
        x = np.maximum(x, 0) if act == "relu" else x
        measured.append(np.mean(x**2) if measure is None else measure(x))
    if gain is None:
        gain = sw**2 / 2 if act == "relu" else sw**2
    return np.array(measured), first * gain ** np.arange(1, len(noise) + 1)


@mistake(of="variance_profile")
def mean_removed(x, noise, sw, act):
    """the variance is measured, without the square of the mean, which the next layer feels as well."""
    return _profile(x, noise, sw, act, measure=np.var)


@mistake(of="variance_profile")
def same_weights_everywhere(x, noise, sw, act):
    """every layer has the first one's weights."""
    return _profile(x, np.repeat(noise[:1], len(noise), axis=0), sw, act)


@mistake(of="variance_profile")
def width_forgotten(x, noise, sw, act):
    """the weights are not divided by the root of the width."""
    return _profile(x, noise, sw, act, weights=lambda i, layer: sw * layer)


@mistake(of="variance_profile")
def divided_by_width(x, noise, sw, act):
    """the weights are divided by the width, and not by its root."""
    return _profile(x, noise, sw, act, weights=lambda i, layer: sw * layer / len(layer))


@mistake(of="variance_profile")
def relu_not_halved(x, noise, sw, act):
    """the prediction does not know that a ReLU halves the mean square."""
    return _profile(x, noise, sw, act, gain=sw**2)


@mistake(of="variance_profile")
def always_halved(x, noise, sw, act):
    """the prediction is halved in linear layers as well."""
    return _profile(x, noise, sw, act, gain=sw**2 / 2)


@mistake(of="variance_profile")
def deviation_for_variance(x, noise, sw, act):
    """the prediction multiplies by the deviation of the weights where their variance belongs."""
    return _profile(x, noise, sw, act, gain=sw / 2 if act == "relu" else sw)


@mistake(of="variance_profile")
def prediction_one_layer_early(x, noise, sw, act):
    """the prediction begins with the input, where the first layer's output belongs."""
    measured, predicted = right.variance_profile(x, noise, sw, act)
    return measured, np.concatenate([[np.mean(x**2)], predicted[:-1]])


@mistake(of="variance_profile")
def prediction_from_one(x, noise, sw, act):
    """the prediction takes the input's mean square for 1."""
    measured, predicted = right.variance_profile(x, noise, sw, act)
    return measured, predicted / np.mean(x**2)


@mistake(of="variance_profile")
def before_the_relu(x, noise, sw, act):
    """the squares are measured before the ReLU and not after."""
    predicted = right.variance_profile(x, noise, sw, act)[1]
    measured = []
    for layer in noise:
        z = x @ (sw * layer / math.sqrt(len(layer)))
        measured.append(np.mean(z**2))
        x = np.maximum(z, 0) if act == "relu" else z
    return np.array(measured), predicted


@mistake(of="variance_profile")
def noise_scaled_in_place(x, noise, sw, act):
    """the noise is scaled in place, which changes the caller's array."""
    noise *= sw / math.sqrt(noise.shape[1])
    return _profile(x, noise, sw, act, weights=lambda i, layer: layer)


@mistake(of="variance_profile")
def inputs_overwritten(x, noise, sw, act):
    """the activations of each layer are written over x, which is the caller's array."""
    predicted, measured = right.variance_profile(x, noise, sw, act)[1], []
    for layer in noise:
        x[:] = x @ (sw * layer / math.sqrt(len(layer)))
        np.maximum(x, 0 if act == "relu" else -np.inf, out=x)
        measured.append(np.mean(x**2))
    return np.array(measured), predicted


# batchnorm_forward


def _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training, axes=None, unbiased=False, scale=None):
    """Normalise with one step replaced."""
    mean, variance = rm, rv
    if training:
        axes = list(range(len(x.shape) - 1)) if axes is None else axes
        mean, variance = tf.reduce_mean(x, axes), tf.math.reduce_variance(x, axes)
        if unbiased:
            n = np.prod([x.shape[axis] for axis in axes])
            variance = variance * (n / max(n - 1, 1))
        rm, rv = momentum * rm + (1 - momentum) * mean, momentum * rv + (1 - momentum) * variance
    width = tf.sqrt(variance + eps) if scale is None else scale(variance, eps)
    return gamma * (x - mean) / width + beta, rm, rv


@mistake(of="batchnorm_forward")
def unbiased_variance(x, gamma, beta, rm, rv, momentum, eps, training):
    """the variance is divided by the count less one."""
    return _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training, unbiased=True)


@mistake(of="batchnorm_forward")
def unbiased_running_variance(x, gamma, beta, rm, rv, momentum, eps, training):
    """the running variance, as in PyTorch, takes a variance that is divided by the count less one."""
    y, rm2, _ = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)
    return y, rm2, _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training, unbiased=True)[2]


@mistake(of="batchnorm_forward")
def variance_in_one_pass(x, gamma, beta, rm, rv, momentum, eps, training):
    """the variance is the mean square less the squared mean, of which rounding leaves few digits."""
    if not training:
        return _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)
    axes = list(range(len(x.shape) - 1))
    mean = tf.reduce_mean(x, axes)
    variance = tf.maximum(tf.reduce_mean(x**2, axes) - mean**2, 0.0)
    new = momentum * rm + (1 - momentum) * mean, momentum * rv + (1 - momentum) * variance
    return gamma * (x - mean) / tf.sqrt(variance + eps) + beta, *new


@mistake(of="batchnorm_forward")
def updated_at_test(x, gamma, beta, rm, rv, momentum, eps, training):
    """the running values are updated at the test as well."""
    y, _, _ = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)
    _, rm, rv = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, True)
    return y, rm, rv


@mistake(of="batchnorm_forward")
def places_forgotten(x, gamma, beta, rm, rv, momentum, eps, training):
    """each place of an image or a sequence is normalised on its own, over the batch only."""
    y, _, _ = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training, axes=[0])
    _, rm, rv = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)
    return y, rm, rv


@mistake(of="batchnorm_forward")
def epsilon_outside(x, gamma, beta, rm, rv, momentum, eps, training):
    """epsilon is added to the standard deviation and not to the variance."""
    return _batchnorm(
        x, gamma, beta, rm, rv, momentum, eps, training, scale=lambda v, eps: tf.sqrt(v) + eps
    )


@mistake(of="batchnorm_forward")
def root_forgotten(x, gamma, beta, rm, rv, momentum, eps, training):
    """the inputs are divided by the variance and not by its root."""
    return _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training, scale=lambda v, eps: v + eps)


@mistake(of="batchnorm_forward")
def momentum_turned(x, gamma, beta, rm, rv, momentum, eps, training):
    """momentum is the share that is replaced, and not the share that is kept."""
    return _batchnorm(x, gamma, beta, rm, rv, 1 - momentum, eps, training)


@mistake(of="batchnorm_forward")
def batch_at_test(x, gamma, beta, rm, rv, momentum, eps, training):
    """a test is normalised by its own batch too."""
    y, _, _ = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, True)
    _, rm, rv = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)
    return y, rm, rv


@mistake(of="batchnorm_forward")
def running_in_training(x, gamma, beta, rm, rv, momentum, eps, training):
    """in training, too, the running values normalise."""
    y, _, _ = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, False)
    _, rm, rv = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)
    return y, rm, rv


@mistake(of="batchnorm_forward")
def updated_before_use(x, gamma, beta, rm, rv, momentum, eps, training):
    """in training, the running values are updated first and then normalise, in the batch's place."""
    _, rm, rv = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)
    return _batchnorm(x, gamma, beta, rm, rv, momentum, eps, False)[0], rm, rv


@mistake(of="batchnorm_forward")
def never_updated(x, gamma, beta, rm, rv, momentum, eps, training):
    """the running values are returned as they came, in training as well."""
    return _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)[0], rm, rv


@mistake(of="batchnorm_forward")
def over_channels(x, gamma, beta, rm, rv, momentum, eps, training):
    """in training, each example is normalised over its channels, as layer normalisation does."""
    y, new_rm, new_rv = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)
    if training:
        mean, variance = tf.nn.moments(x, [-1], keepdims=True)
        y = gamma * (x - mean) / tf.sqrt(variance + eps) + beta
    return y, new_rm, new_rv


@mistake(of="batchnorm_forward")
def gamma_and_beta_left_out(x, gamma, beta, rm, rv, momentum, eps, training):
    """gamma and beta are left out."""
    return _batchnorm(
        x, tf.ones_like(gamma), tf.zeros_like(beta), rm, rv, momentum, eps, training
    )


@mistake(of="batchnorm_forward")
def statistics_not_differentiated(x, gamma, beta, rm, rv, momentum, eps, training):
    """the batch's mean and variance are constants to the tape, so that part of the gradient is lost."""
    _, rm2, rv2 = _batchnorm(x, gamma, beta, rm, rv, momentum, eps, training)
    mean, variance = rm, rv
    if training:
        mean, variance = map(tf.stop_gradient, tf.nn.moments(x, list(range(len(x.shape) - 1))))
    return gamma * (x - mean) / tf.sqrt(variance + eps) + beta, rm2, rv2


# batchnorm_backward


def _normal(x, eps):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


@mistake(of="batchnorm_backward")
def statistics_constant(dy, x, gamma, eps):
    """mean and variance are taken for constants, which the batch has no part in."""
    _, dgamma, dbeta = right.batchnorm_backward(dy, x, gamma, eps)
    return gamma * dy / np.sqrt(x.var(axis=0) + eps), dgamma, dbeta


@mistake(of="batchnorm_backward")
def variance_constant(dy, x, gamma, eps):
    """the variance is taken for a constant; only the way through the mean is gone."""
    _, dgamma, dbeta = right.batchnorm_backward(dy, x, gamma, eps)
    return gamma * (dy - dy.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps), dgamma, dbeta


@mistake(of="batchnorm_backward")
def mean_constant(dy, x, gamma, eps):
    """the mean is taken for a constant; only the way through the variance is gone."""
    _, dgamma, dbeta = right.batchnorm_backward(dy, x, gamma, eps)
    normal = _normal(x, eps)
    dx = gamma * (dy - normal * dgamma / len(x)) / np.sqrt(x.var(axis=0) + eps)
    return dx, dgamma, dbeta


@mistake(of="batchnorm_backward")
def gamma_of_raw_inputs(dy, x, gamma, eps):
    """gamma's gradient takes the inputs as they came, and not normalised."""
    dx, _, dbeta = right.batchnorm_backward(dy, x, gamma, eps)
    return dx, (dy * x).sum(axis=0), dbeta


@mistake(of="batchnorm_backward")
def batch_size_forgotten(dy, x, gamma, eps):
    """the two sums that are taken away are not divided by the batch size."""
    _, dgamma, dbeta = right.batchnorm_backward(dy, x, gamma, eps)
    width = np.sqrt(x.var(axis=0) + eps)
    return gamma / width * (dy - dbeta - _normal(x, eps) * dgamma), dgamma, dbeta


@mistake(of="batchnorm_backward")
def gamma_forgotten(dy, x, gamma, eps):
    """the gradient that goes on to the inputs is not multiplied by gamma."""
    dx, dgamma, dbeta = right.batchnorm_backward(dy, x, np.ones_like(gamma), eps)
    return dx, dgamma, dbeta


@mistake(of="batchnorm_backward")
def epsilon_forgotten(dy, x, gamma, eps):
    """epsilon is left out."""
    with np.errstate(all="ignore"):
        return right.batchnorm_backward(dy, x, gamma, 0.0)


@mistake(of="batchnorm_backward")
def parameters_averaged(dy, x, gamma, eps):
    """the gradients of gamma and beta are means over the batch, and not sums."""
    dx, dgamma, dbeta = right.batchnorm_backward(dy, x, gamma, eps)
    return dx, dgamma / len(x), dbeta / len(x)


@mistake(of="batchnorm_backward")
def unbiased_backward(dy, x, gamma, eps):
    """the variance is divided by the count less one."""
    n = len(x)
    width = np.sqrt(x.var(axis=0) * n / max(n - 1, 1) + eps)
    normal = (x - x.mean(axis=0)) / width
    dgamma, dbeta = (dy * normal).sum(axis=0), dy.sum(axis=0)
    return gamma / width * (dy - dbeta / n - normal * dgamma / max(n - 1, 1)), dgamma, dbeta


@mistake(of="batchnorm_backward")
def centred_in_place(dy, x, gamma, eps):
    """x is centred in place, which changes the caller's array."""
    x -= x.mean(axis=0)
    return right.batchnorm_backward(dy, x, gamma, eps)


@mistake(of="batchnorm_backward")
def root_not_differentiated(dy, x, gamma, eps):
    """the gradient of the variance is that of its root: the derivative 1/(2s) of the root is left out."""
    _, dgamma, dbeta = right.batchnorm_backward(dy, x, gamma, eps)
    width = np.sqrt(x.var(axis=0) + eps)
    centred = x - x.mean(axis=0)
    dc = gamma * dy / width - 2 * centred / len(x) * (gamma * dy * centred).sum(axis=0) / width**2
    return dc - dc.mean(axis=0), dgamma, dbeta


@mistake(of="batchnorm_backward")
def multiplied_in_place(dy, x, gamma, eps):
    """dy is multiplied by gamma in place, which changes the caller's array."""
    found = right.batchnorm_backward(dy, x, gamma, eps)
    dy *= gamma
    return found


# layernorm


def _layernorm(x, gamma, beta, eps, axes=(-1,), scale=None, unbiased=False):
    mean, variance = tf.nn.moments(x, list(axes), keepdims=True)
    if unbiased:
        variance = variance * (x.shape[-1] / (x.shape[-1] - 1))
    width = tf.sqrt(variance + eps) if scale is None else scale(variance, eps)
    return gamma * (x - mean) / width + beta


@mistake(of="layernorm")
def over_the_batch(x, gamma, beta, eps):
    """each feature is normalised over the sentences of the batch."""
    return _layernorm(x, gamma, beta, eps, axes=(0,))


@mistake(of="layernorm")
def over_batch_and_time(x, gamma, beta, eps):
    """each feature is normalised over all tokens, which is batch normalisation."""
    return _layernorm(x, gamma, beta, eps, axes=(0, 1))


@mistake(of="layernorm")
def over_time_too(x, gamma, beta, eps):
    """all tokens of a sentence are normalised together."""
    return _layernorm(x, gamma, beta, eps, axes=(1, 2))


@mistake(of="layernorm")
def over_time_only(x, gamma, beta, eps):
    """each feature is normalised over the tokens of a sentence."""
    return _layernorm(x, gamma, beta, eps, axes=(1,))


@mistake(of="layernorm")
def epsilon_to_the_deviation(x, gamma, beta, eps):
    """epsilon is added to the standard deviation and not to the variance."""
    return _layernorm(x, gamma, beta, eps, scale=lambda v, eps: tf.sqrt(v) + eps)


@mistake(of="layernorm")
def features_less_one(x, gamma, beta, eps):
    """the variance is divided by the number of features less one."""
    return _layernorm(x, gamma, beta, eps, unbiased=True)


@mistake(of="layernorm")
def layernorm_root_forgotten(x, gamma, beta, eps):
    """the tokens are divided by the variance and not by its root."""
    return _layernorm(x, gamma, beta, eps, scale=lambda v, eps: v + eps)


@mistake(of="layernorm")
def mean_kept(x, gamma, beta, eps):
    """the mean is not taken away, as in RMSNorm, which divides by the root of the mean square only."""
    square = tf.reduce_mean(x**2, axis=-1, keepdims=True)
    return gamma * x / tf.sqrt(square + eps) + beta


@mistake(of="layernorm")
def moments_not_differentiated(x, gamma, beta, eps):
    """mean and variance are constants to the tape, so that part of the gradient is lost."""
    mean, variance = map(tf.stop_gradient, tf.nn.moments(x, [-1], keepdims=True))
    return gamma * (x - mean) / tf.sqrt(variance + eps) + beta


# fold_batchnorm


@mistake(of="fold_batchnorm")
def inputs_scaled(W, b, gamma, beta, mean, var, eps):
    """the factors go to the kernel's input channels, and not to its outputs."""
    factor = gamma / tf.sqrt(var + eps)
    _, b2 = right.fold_batchnorm(W, b, gamma, beta, mean, var, eps)
    # As far as there are factors for it.
    inputs = W.shape[-2]
    repeated = tf.tile(factor, [-(-inputs // len(factor))])[:inputs]
    return W * repeated[:, None], b2


@mistake(of="fold_batchnorm")
def old_bias_dropped(W, b, gamma, beta, mean, var, eps):
    """the layer's own bias is forgotten."""
    return right.fold_batchnorm(W, tf.zeros_like(b), gamma, beta, mean, var, eps)


@mistake(of="fold_batchnorm")
def bias_not_scaled(W, b, gamma, beta, mean, var, eps):
    """the layer's own bias is added as it is, without the factor."""
    W2, shift = right.fold_batchnorm(W, tf.zeros_like(b), gamma, beta, mean, var, eps)
    return W2, shift + b


@mistake(of="fold_batchnorm")
def mean_forgotten(W, b, gamma, beta, mean, var, eps):
    """the mean is not taken away."""
    return right.fold_batchnorm(W, b, gamma, beta, tf.zeros_like(mean), var, eps)


@mistake(of="fold_batchnorm")
def mean_not_scaled(W, b, gamma, beta, mean, var, eps):
    """the mean is taken away after the factor, and not before."""
    W2, shift = right.fold_batchnorm(W, b, gamma, beta, tf.zeros_like(mean), var, eps)
    return W2, shift - mean


@mistake(of="fold_batchnorm")
def fold_root_forgotten(W, b, gamma, beta, mean, var, eps):
    """the factor divides by the variance and not by its root."""
    factor = gamma / (var + eps)
    return W * factor, (b - mean) * factor + beta


@mistake(of="fold_batchnorm")
def fold_epsilon_forgotten(W, b, gamma, beta, mean, var, eps):
    """epsilon is left out."""
    return right.fold_batchnorm(W, b, gamma, beta, mean, var, 0.0)


@mistake(of="fold_batchnorm")
def beta_scaled(W, b, gamma, beta, mean, var, eps):
    """beta is multiplied by the factor as well."""
    factor = gamma / tf.sqrt(var + eps)
    return W * factor, (b - mean + beta) * factor


# symmetry_breaking


def _gradients(model_fn, x, y, variable=0):
    model = model_fn()
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x))
        loss = tf.reduce_mean(losses)
    return tape.gradient(loss, model.trainable_variables[variable]).numpy()


def _distinct(rows, relative=True):
    kept, rounding = [], 1e-4 * (np.abs(rows).max() if relative else 1.0)
    for row in rows:
        if all(np.abs(row - other).max() > rounding for other in kept):
            kept.append(row)
    return len(kept)


@mistake(of="symmetry_breaking")
def weights_counted(model_fn, x, y):
    """single weights with different gradients are counted, and not units."""
    return _distinct(_gradients(model_fn, x, y).reshape(-1, 1))


@mistake(of="symmetry_breaking")
def inputs_counted(model_fn, x, y):
    """the kernel's rows are compared, which belong to inputs, and not its columns."""
    return _distinct(_gradients(model_fn, x, y))


@mistake(of="symmetry_breaking")
def exactly_equal(model_fn, x, y):
    """gradients that differ by rounding only are counted as different."""
    return len(np.unique(_gradients(model_fn, x, y), axis=1).T)


@mistake(of="symmetry_breaking")
def values_compared(model_fn, x, y):
    """the weights themselves are compared, and not their gradients."""
    return _distinct(model_fn().trainable_variables[0].numpy().T)


@mistake(of="symmetry_breaking")
def output_layer(model_fn, x, y):
    """the output layer's gradients are compared, and not those of the hidden units."""
    return _distinct(_gradients(model_fn, x, y, variable=2).T)


@mistake(of="symmetry_breaking")
def only_the_bias(model_fn, x, y):
    """only the gradients of the units' biases are compared, one number for each."""
    return _distinct(_gradients(model_fn, x, y, variable=1).reshape(-1, 1))


@mistake(of="symmetry_breaking")
def all_units(model_fn, x, y):
    """all hidden units are counted, alike or not."""
    return model_fn().trainable_variables[0].shape[1]


@mistake(of="symmetry_breaking")
def neighbours_compared(model_fn, x, y):
    """each unit is compared with the one before it only, and units that are alike may stand apart."""
    rows = _gradients(model_fn, x, y).T
    return 1 + int((np.abs(np.diff(rows, axis=0)).max(axis=1) > 1e-4 * np.abs(rows).max()).sum())


@mistake(of="symmetry_breaking")
def rounded(model_fn, x, y):
    """gradients are rounded before they are compared, and two that are close may be rounded apart."""
    rows = _gradients(model_fn, x, y).T
    return len(np.unique(np.round(rows / np.abs(rows).max(), 4), axis=0))


@mistake(of="symmetry_breaking")
def fixed_distance(model_fn, x, y):
    """gradients count as the same up to a fixed distance, and not up to a share of the largest one."""
    return _distinct(_gradients(model_fn, x, y).T, relative=False)


@mistake(of="symmetry_breaking")
def distance_of_their_own(model_fn, x, y):
    """gradients count as the same up to a share of their own size, and not of the largest one's."""
    kept, rows = [], _gradients(model_fn, x, y).T
    for row in rows:
        if all(np.abs(row - one).max() > 1e-4 * np.abs(row).max() for one in kept):
            kept.append(row)
    return len(kept)


@mistake(of="symmetry_breaking")
def probabilities_for_logits(model_fn, x, y):
    """the loss is given a softmax of the logits, and applies its own to that."""
    model = model_fn()
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, tf.nn.softmax(model(x)))
        loss = tf.reduce_mean(losses)
    return _distinct(tape.gradient(loss, model.trainable_variables[0]).numpy().T)


@mistake(of="symmetry_breaking")
def sign_ignored(model_fn, x, y):
    """two units with opposite gradients count as alike, though a step moves them apart."""
    kept, rows = [], _gradients(model_fn, x, y).T
    rounding = 1e-4 * np.abs(rows).max()
    for row in rows:
        if all(min(np.abs(row - one).max(), np.abs(row + one).max()) > rounding for one in kept):
            kept.append(row)
    return len(kept)


@mistake(of="symmetry_breaking")
def lengths_compared(model_fn, x, y):
    """only the lengths of the gradients are compared."""
    return _distinct(np.linalg.norm(_gradients(model_fn, x, y), axis=0)[:, None])


@mistake(of="symmetry_breaking")
def sums_compared(model_fn, x, y):
    """the entries of each gradient are added up, and only the sums are compared."""
    rows = _gradients(model_fn, x, y).T
    rounding, kept = 1e-4 * np.abs(rows).sum(axis=1).max(), []
    for total in rows.sum(axis=1):
        if all(abs(total - one) > rounding for one in kept):
            kept.append(total)
    return len(kept)
