"""Right answers made independently of `solution.py`; each docstring says how."""

import itertools
import math

import keras
import numpy as np
import tensorflow as tf
from scipy.spatial import geometric_slerp

from grader.exercise import oracle

# patchgan


@oracle(of="patchgan")
class PatchesByLayers(keras.Model):
    """A subclassed model of `tf.nn.conv2d` with explicit paddings, over variables of its own."""

    def __init__(self, filters=64, n_layers=3, in_ch=3):
        super().__init__()
        if n_layers < 1:
            raise ValueError("no layer of stride 2")
        widths = [min(filters << number, 8 * filters) for number in range(n_layers + 1)] + [1]
        self.strides = [2] * n_layers + [1, 1]
        self.weights_of_layers = []
        for number, (before, after) in enumerate(zip([in_ch, *widths], widths)):
            kernel = self.add_weight(shape=(4, 4, before, after), name=f"kernel{number}")
            self.weights_of_layers.append((kernel, self.add_weight(shape=(after,), name=f"bias{number}")))
        self.built = True

    def call(self, x):
        around = [[0, 0], [1, 1], [1, 1], [0, 0]]
        for number, ((kernel, bias), stride) in enumerate(zip(self.weights_of_layers, self.strides)):
            if number:
                x = tf.maximum(x, 0.2 * x)
            x = tf.nn.conv2d(x, tf.convert_to_tensor(kernel), stride, around) + bias
        return x


# lsgan_losses


@oracle(of="lsgan_losses")
def losses_by_keras(dr, df):
    """keras.losses.MeanSquaredError, of the targets."""
    square = keras.losses.MeanSquaredError()
    d = (square(tf.ones_like(dr), dr) + square(tf.zeros_like(df), df)) / 2
    return d, square(tf.ones_like(df), df) / 2


@oracle(of="lsgan_losses")
def losses_by_moments(dr, df):
    """Variance plus squared distance of the mean from the target."""

    def spread(answers, target):
        mean, variance = tf.nn.moments(tf.reshape(answers, [-1]), axes=0)
        return (variance + (mean - target) ** 2) / 2

    return spread(dr, 1.0) + spread(df, 0.0), spread(df, 1.0)


# ImagePool


@oracle(of="ImagePool")
class PoolOfBytes:
    """The stored images are bytes, which nobody can change, in a dict."""

    def __init__(self, size):
        if size < 0:
            raise ValueError("below 0")
        self.size, self.held = size, {}

    def query(self, x, u, idx):
        x = np.asarray(x)
        packed = x.tobytes(), x.dtype, x.shape
        if len(self.held) < self.size:
            self.held[len(self.held)] = packed
            return np.array(x)
        if self.size == 0 or u <= 0.5:
            return np.array(x)
        data, kind, shape = self.held.pop(idx)
        self.held[idx] = packed
        return np.frombuffer(data, kind).reshape(shape).copy()


# cycle_losses


@oracle(of="cycle_losses")
def cycles_by_keras(x, y, G, F, lam=10.0, lam_id=0.0):
    """keras.losses.MeanAbsoluteError."""
    mae = keras.losses.MeanAbsoluteError()
    cycle = lam * mae(x, F(G(x))) + lam * mae(y, G(F(y)))
    identity = 0.0 * cycle if lam_id == 0 else lam_id * mae(y, G(y)) + lam_id * mae(x, F(x))
    return {"identity": identity, "cycle": cycle, "total": identity + cycle}


@oracle(of="cycle_losses")
def cycles_by_images(x, y, G, F, lam=10.0, lam_id=0.0):
    """One image after the other, and the mean of their means."""

    def apart(images, *through):
        losses = []
        for image in tf.unstack(tf.convert_to_tensor(images)):
            drawn = image[None]
            for one in through:
                drawn = one(drawn)
            losses.append(tf.norm(tf.reshape(drawn[0] - image, [-1]), ord=1) / math.prod(image.shape))
        return tf.add_n(losses) / len(losses)

    parts = {"cycle": lam * (apart(x, G, F) + apart(y, F, G)), "identity": tf.constant(0.0)}
    if lam_id:
        parts["identity"] = lam_id * (apart(y, G) + apart(x, F))
    return parts | {"total": tf.add_n(list(parts.values()))}


# pixel_norm


@oracle(of="pixel_norm")
def normalised_by_length(x):
    """The Euclidean length of each vector with one more component, divided by √C."""
    width = x.shape[-1]
    extra = tf.fill((*x.shape[:-1], 1), tf.cast(math.sqrt(width * 1e-8), x.dtype))
    return x * math.sqrt(width) / tf.norm(tf.concat([x, extra], axis=-1), axis=-1, keepdims=True)


@oracle(of="pixel_norm")
def normalised_by_keras(x):
    """keras.layers.RMSNormalization."""
    return keras.layers.RMSNormalization(epsilon=1e-8)(x)


# EqualisedDense


@oracle(of="EqualisedDense")
class EqualisedByKeras(keras.layers.Dense):
    """keras.layers.Dense, which is given x scaled instead of the weights."""

    def __init__(self, units, gain=math.sqrt(2), seed=None):
        super().__init__(units, kernel_initializer=keras.initializers.RandomNormal(stddev=1.0, seed=seed))
        self.gain = gain

    def call(self, x):
        return super().call(x * (self.gain / math.sqrt(x.shape[-1])))


# minibatch_stddev


@oracle(of="minibatch_stddev")
def spread_by_loops(x, group):
    """One group after the other, over lists of its images."""
    batch = x.shape[0]
    group = batch if group > batch else group
    if group < 1 or batch % group:
        raise ValueError("the groups do not come out even")
    groups = batch // group
    told = []
    for number in range(groups):
        members = [x[place] for place in range(batch) if place % groups == number]
        mean = tf.add_n(members) / group
        variance = tf.add_n([(one - mean) ** 2 for one in members]) / group
        told.append(tf.reduce_mean((variance + 1e-8) ** 0.5))
    channel = tf.stack([told[place % groups] for place in range(batch)])[:, None, None, None]
    return tf.concat([x, channel * tf.ones_like(x[..., :1])], axis=3)


@oracle(of="minibatch_stddev")
def spread_by_moments(x, group):
    """tf.nn.moments along strided slices."""
    size = min(group, x.shape[0])
    if size < 1 or x.shape[0] % size:
        raise ValueError("the groups do not come out even")
    groups = x.shape[0] // size
    each = [tf.nn.moments(x[number::groups], axes=[0])[1] for number in range(groups)]
    each = tf.stack([tf.reduce_mean(tf.sqrt(variance + 1e-8)) for variance in each])
    channel = tf.tile(each, [size])[:, None, None, None]
    return tf.concat([x, tf.broadcast_to(channel, (*x.shape[:3], 1))], axis=-1)


# fade


@oracle(of="fade")
def blended_by_keras(lo, hi, alpha):
    """keras.layers.UpSampling2D, and a line from one image to the other."""
    up = keras.layers.UpSampling2D(interpolation="nearest")(lo)
    if up.shape != hi.shape:
        raise ValueError("other shapes")
    return up + alpha * (hi - up)


@oracle(of="fade")
def blended_by_kron(lo, hi, alpha):
    """An axis of 2 beside height and width, which is filled by broadcasting."""
    batch, height, width, channels = lo.shape
    if list(hi.shape) != [batch, height * 2, width * 2, channels]:
        raise ValueError("other shapes")
    squares = tf.reshape(lo, (batch, height, 1, width, 1, channels)) * tf.ones((1, 1, 2, 1, 2, 1))
    return tf.reshape(squares, hi.shape) * (1 - alpha) + hi * alpha


# adain


@oracle(of="adain")
def styled_by_keras(x, scale, shift, eps=1e-5):
    """keras.layers.GroupNormalization, with a group for each channel."""
    layer = keras.layers.GroupNormalization(groups=-1, epsilon=eps, center=False, scale=False)
    return layer(x) * scale[:, None, None] + shift[:, None, None]


@oracle(of="adain")
def styled_by_channels(x, scale, shift, eps=1e-5):
    """One image and one channel after the other."""
    images = []
    for image, factors, means in zip(*(tf.unstack(tf.convert_to_tensor(one)) for one in (x, scale, shift))):
        channels = []
        for place in range(image.shape[-1]):
            channel = image[:, :, place] - tf.reduce_mean(image[:, :, place])
            deviation = tf.sqrt(tf.reduce_mean(channel**2) + eps)
            channels.append(factors[place] * channel / deviation + means[place])
        images.append(tf.stack(channels, axis=-1))
    return tf.stack(images)


@oracle(of="adain")
def styled_by_squares(x, scale, shift, eps=1e-5):
    """The variance as the mean square less the squared mean."""
    x, places = tf.convert_to_tensor(x), x.shape[1] * x.shape[2]
    mean, square = (tf.einsum("bhwc->bc", one)[:, None, None] / places for one in (x, x * x))
    deviation = tf.sqrt(square - mean * mean + eps)
    return (x - mean) / deviation * scale[:, None, None] + shift[:, None, None]


@oracle(of="adain")
def styled_by_tensorflow(x, scale, shift, eps=1e-5):
    """tf.nn.moments and tf.nn.batch_normalization, which multiplies before it subtracts."""
    mean, variance = tf.nn.moments(tf.convert_to_tensor(x), axes=[1, 2], keepdims=True)
    shift, scale = (tf.convert_to_tensor(one)[:, None, None] for one in (shift, scale))
    return tf.nn.batch_normalization(x, mean, variance, shift, scale, eps)


# add_noise


@oracle(of="add_noise")
def noise_by_einsum(x, noise, strength):
    """tf.einsum."""
    if tuple(noise.shape) != tuple(x.shape[:3]) + (1,):
        raise ValueError("noise of another shape")
    return tf.einsum("bhw,c->bhwc", noise[..., 0], strength) + x


@oracle(of="add_noise")
def noise_by_channels(x, noise, strength):
    """One channel after the other."""
    if len(noise.shape) != 4 or [*noise.shape[:3]] != [*x.shape[:3]] or noise.shape[3] != 1:
        raise ValueError("noise of another shape")
    return tf.stack(
        [x[..., place] + noise[..., 0] * strength[place] for place in range(x.shape[3])], axis=3
    )


# mix_styles and truncate


@oracle(of="mix_styles")
def mixed_by_where(w1, w2, cut, layers):
    """tf.where on the layers' numbers."""
    if cut < 0 or cut > layers:
        raise ValueError("no such cut")
    return tf.where(tf.range(layers)[None, :, None] < cut, w1[:, None], w2[:, None])


@oracle(of="mix_styles")
def mixed_by_gather(w1, w2, cut, layers):
    """A gather from both styles, by 0 and 1."""
    if cut not in range(layers + 1):
        raise ValueError("no such cut")
    return tf.gather(tf.stack([w1, w2], axis=1), np.repeat([0, 1], [cut, layers - cut]), axis=1)


@oracle(of="truncate")
def truncated_by_slices(w, w_avg, psi, cutoff=None):
    """Two slices, joined."""
    if cutoff is not None and cutoff < 0:
        raise ValueError("below 0")
    first, rest = w[:, slice(cutoff)], w[:, len(range(w.shape[1])[slice(cutoff)]) :]
    return tf.concat([(1 - psi) * w_avg + psi * first, rest], axis=1)


@oracle(of="truncate")
def truncated_by_layers(w, w_avg, psi, cutoff=None):
    """One layer after the other, each with a ψ of its own."""
    layers = w.shape[1]
    cutoff = layers if cutoff is None else cutoff
    if cutoff < 0:
        raise ValueError("below 0")
    each = [psi] * min(cutoff, layers) + [1.0] * max(layers - cutoff, 0)
    return tf.stack([w_avg + share * (w[:, number] - w_avg) for number, share in enumerate(each)], axis=1)


# class_conditional_bn


@oracle(of="class_conditional_bn")
def classes_by_keras(x, labels, gamma, beta, eps=1e-5):
    """keras.layers.BatchNormalization in training, and one-hot labels times the tables."""
    if np.min(labels) < 0 or np.max(labels) >= gamma.shape[0]:
        raise ValueError("no such class")
    layer = keras.layers.BatchNormalization(epsilon=eps, center=False, scale=False)
    chosen = tf.one_hot(labels, gamma.shape[0])
    scale, shift = (tf.matmul(chosen, table)[:, None, None] for table in (gamma, beta))
    return layer(x, training=True) * scale + shift


@oracle(of="class_conditional_bn")
def classes_by_images(x, labels, gamma, beta, eps=1e-5):
    """One image after the other, normalised by the moments of all pixels in one list."""
    pixels = tf.reshape(x, (-1, x.shape[-1]))
    mean = tf.reduce_mean(pixels, axis=0)
    deviation = tf.sqrt(tf.reduce_mean((pixels - mean) ** 2, axis=0) + eps)
    images, classes = [], range(gamma.shape[0])
    for image, label in zip(tf.unstack(tf.convert_to_tensor(x)), np.asarray(labels).tolist()):
        if label not in classes:
            raise ValueError("no such class")
        images.append(gamma[label] * (image - mean) / deviation + beta[label])
    return tf.stack(images)


@oracle(of="class_conditional_bn")
def classes_by_squares(x, labels, gamma, beta, eps=1e-5):
    """The variance as the mean square less the squared mean."""
    if not all(0 <= label < gamma.shape[0] for label in np.asarray(labels).tolist()):
        raise ValueError("no such class")
    mean, square = (tf.reduce_mean(one, axis=(0, 1, 2)) for one in (x, x * x))
    scale, shift = (tf.gather(table, labels)[:, None, None] for table in (gamma, beta))
    return (x - mean) / tf.sqrt(square - mean * mean + eps) * scale + shift


@oracle(of="class_conditional_bn")
def classes_by_tensorflow(x, labels, gamma, beta, eps=1e-5):
    """tf.nn.moments and tf.nn.batch_normalization, which multiplies before it subtracts."""
    if not all(0 <= label < gamma.shape[0] for label in np.asarray(labels).tolist()):
        raise ValueError("no such class")
    mean, variance = tf.nn.moments(tf.convert_to_tensor(x), axes=[0, 1, 2])
    shift, scale = (tf.gather(table, labels)[:, None, None] for table in (beta, gamma))
    return tf.nn.batch_normalization(x, mean, variance, shift, scale, eps)


# truncate_z


@oracle(of="truncate_z")
def first_by_loops(draws, threshold):
    """Python's next, one component at a time."""
    if threshold <= 0:
        raise ValueError("not above 0")
    _, batch, width = np.shape(draws)
    z = np.empty((batch, width))
    for b, k in itertools.product(range(batch), range(width)):
        taken = next((float(one[b][k]) for one in draws if abs(one[b][k]) <= threshold), None)
        if taken is None:
            raise ValueError("no small draw")
        z[b, k] = taken
    return z


@oracle(of="truncate_z")
def first_by_overwriting(draws, threshold):
    """From the last draw to the first, each small one in the place of what was there."""
    if not threshold > 0:
        raise ValueError("not above 0")
    draws = np.asarray(draws)
    z = np.full(draws.shape[1:], np.nan)
    for one in draws[::-1]:
        z = np.where(np.fabs(one) > threshold, z, one)
    if np.isnan(z).any():
        raise ValueError("no small draw")
    return z


# slerp_path


def _directions(z0, z1):
    """Both vectors, their lengths, and the angle in between, or a ValueError."""
    z0, z1 = np.asarray(z0, np.float64), np.asarray(z1, np.float64)
    lengths = math.sqrt(z0 @ z0), math.sqrt(z1 @ z1)
    if min(lengths) == 0:
        raise ValueError("zeros")
    one, other = z0 / lengths[0], z1 / lengths[1]
    across = other - (one @ other) * one
    angle = math.atan2(math.sqrt(across @ across), one @ other)
    if math.pi - angle < 1e-7:
        raise ValueError("opposite")
    return z0, z1, angle


@oracle(of="slerp_path")
def arc_by_weights(z0, z1, t):
    """Weights of both ends that solve for the turned direction: the sines, point by point."""
    z0, z1, angle = _directions(z0, z1)
    points = []
    for share in np.asarray(t).tolist():
        if angle < 1e-7:
            weights = 1 - share, share
        else:
            end = math.sin(share * angle) / math.sin(angle)
            weights = math.cos(share * angle) - math.cos(angle) * end, end
        points.append(weights[0] * z0 + weights[1] * z1)
    return np.array(points)


@oracle(of="slerp_path")
def arc_by_the_arc_cosine(z0, z1, t):
    """The angle by the arc cosine, which rounding may not take above 1."""
    z0, z1, _ = _directions(z0, z1)
    cosine = np.dot(z0, z1) / math.sqrt(np.dot(z0, z0)) / math.sqrt(np.dot(z1, z1))
    angle = math.acos(min(cosine, 1.0))
    weights = ((1 - share, share) for share in np.asarray(t).tolist())
    if angle > 0:
        weights = ([math.sin(part * angle) / math.sin(angle) for part in both] for both in weights)
    return np.stack([before * z0 + after * z1 for before, after in weights])


@oracle(of="slerp_path")
def arc_by_scipy(z0, z1, t):
    """scipy.spatial.geometric_slerp of the directions in their plane, whose coordinates weigh both ends."""
    z0, z1, angle = _directions(z0, z1)
    t = np.asarray(t, np.float64)
    if angle < 1e-7:
        return z0 + t[:, None] * (z1 - z0)
    end = np.array([math.cos(angle), math.sin(angle)])
    on_circle = geometric_slerp(np.array([1.0, 0.0]), end / np.linalg.norm(end), t)
    second = on_circle[:, 1] / end[1]
    return np.outer(on_circle[:, 0] - second * end[0], z0) + np.outer(second, z1)
