"""Right answers made independently of `solution.py`."""

import math

import keras
import numpy as np
import scipy.sparse.csgraph
import scipy.stats
import tensorflow as tf

from grader.exercise import oracle

# fans


@oracle(of="fans")
def fans_by_probing(shape):
    """A kernel of ones, in NumPy: sums of all that one output sees, and of all that sees one input."""
    kernel = np.ones(shape)
    return int(kernel[..., 0].sum()), np.int64(kernel[..., 0, :].sum())


@oracle(of="fans")
def fans_by_counting(shape):
    """Numbers of the kernel, shared among the outputs, and among the inputs."""
    return np.asarray(np.prod(shape) // shape[-1]), np.asarray(np.prod(shape) // shape[-2])


# initialise


@oracle(of="initialise")
def initialise_by_keras(shape, scheme, rng):
    """keras.initializers, without their cut."""
    seed = int(rng.integers(2**31))
    family, distribution = scheme.split("_")
    scale, mode = {"lecun": (1.0, "fan_in"), "glorot": (1.0, "fan_avg"), "he": (2.0, "fan_in")}[family]
    kind = "untruncated_normal" if distribution == "normal" else "uniform"
    return keras.initializers.VarianceScaling(scale, mode, kind, seed=seed)(shape).numpy()


@oracle(of="initialise")
def initialise_by_scipy(shape, scheme, rng):
    """scipy.stats, with variances by the number of products that an output adds up."""
    places = int(np.prod(shape[:-2], initial=1))
    added_up, reached = places * shape[-2], places * shape[-1]
    if scheme.startswith("lecun"):
        deviation = math.sqrt(1 / added_up)
    elif scheme.startswith("he"):
        deviation = math.sqrt(2 / added_up)
    else:
        deviation = math.sqrt(1 / np.mean([added_up, reached]))
    if scheme.endswith("normal"):
        return scipy.stats.norm(scale=deviation).rvs(shape, random_state=rng).astype("float32")
    end = deviation * math.sqrt(3)
    return scipy.stats.uniform(-end, 2 * end).rvs(shape, random_state=rng).astype("float32")


# orthogonal


@oracle(of="orthogonal")
def orthogonal_by_keras(shape, rng):
    """keras.initializers.Orthogonal."""
    return keras.initializers.Orthogonal(seed=int(rng.integers(2**31)))(shape).numpy()


@oracle(of="orthogonal")
def orthogonal_by_scipy(shape, rng):
    """A corner of a matrix from scipy.stats.ortho_group."""
    rows, columns = math.prod(shape[:-1]), shape[-1]
    whole = scipy.stats.ortho_group.rvs(max(rows, columns), random_state=rng)
    return np.reshape(whole[:rows, :columns], shape).astype("float32")


# variance_profile


@oracle(of="variance_profile")
def profile_by_loops(x, noise, sw, act):
    """One example, one unit at a time; the prediction one layer after the other."""
    measured, predicted = [], []
    expected = sum(float(a) ** 2 for row in x for a in row) / x.size
    for layer in noise:
        width = layer.shape[0]
        rows = []
        for row in x:
            z = [sw / width**0.5 * math.fsum(a * w for a, w in zip(row, column)) for column in layer.T]
            rows.append([max(a, 0.0) for a in z] if act == "relu" else z)
        x = rows
        measured.append(sum(a * a for row in x for a in row) / (len(x) * width))
        expected = expected * sw * sw * (0.5 if act == "relu" else 1.0)
        predicted.append(expected)
    return measured, predicted


@oracle(of="variance_profile")
def profile_by_keras(x, noise, sw, act):
    """A stack of keras.layers.Dense, in float64; the prediction by cumulative products."""
    predicted = np.mean(np.square(x)) * np.cumprod(np.full(len(noise), sw**2 * (1.0, 0.5)[act == "relu"]))
    measured = []
    for kernel in noise:
        layer = keras.layers.Dense(kernel.shape[1], activation=act, use_bias=False, dtype="float64")
        layer.build(x.shape)
        layer.set_weights([kernel * np.sqrt(sw**2 / kernel.shape[0])])
        x = layer(x)
        measured.append(float(tf.reduce_mean(tf.square(x))))
    return measured, predicted


# batchnorm_forward


@oracle(of="batchnorm_forward")
def batchnorm_of_keras(x, gamma, beta, rm, rv, momentum, eps, training):
    """keras.layers.BatchNormalization, without a gamma and a beta of its own."""
    layer = keras.layers.BatchNormalization(momentum=momentum, epsilon=eps, center=False, scale=False)
    layer.build(x.shape)
    layer.set_weights([rm, rv])
    y = gamma * layer(x, training=training) + beta
    return y, layer.moving_mean, layer.moving_variance


@oracle(of="batchnorm_forward")
def batchnorm_as_a_line(x, gamma, beta, rm, rv, momentum, eps, training):
    """A slope and an intercept for each channel; x is never centred."""
    mean, variance = rm, rv
    if training:
        mean, variance = tf.nn.moments(x, list(range(len(x.shape) - 1)))
        rm, rv = momentum * rm + (1 - momentum) * mean, momentum * rv + (1 - momentum) * variance
    slope = gamma / tf.sqrt(variance + eps)
    return slope * x + (beta - slope * mean), rm, rv


@oracle(of="batchnorm_forward")
def batchnorm_channel_by_channel(x, gamma, beta, rm, rv, momentum, eps, training):
    """One channel after the other, in float64."""
    x, gamma, beta, rm, rv = (tf.cast(values, tf.float64) for values in (x, gamma, beta, rm, rv))
    channels = []
    for c in range(x.shape[-1]):
        values = x[..., c]
        mean, variance, new = rm[c], rv[c], (rm[c], rv[c])
        if training:
            mean = tf.reduce_sum(values) / np.size(values)
            variance = tf.reduce_sum((values - mean) ** 2) / np.size(values)
            new = (rm[c] + (1 - momentum) * (mean - rm[c]), rv[c] + (1 - momentum) * (variance - rv[c]))
        channels.append((gamma[c] * (values - mean) * (variance + eps) ** -0.5 + beta[c], *new))
    y, rm, rv = (tf.stack(parts, axis=-1) for parts in zip(*channels))
    return y, rm, rv


# batchnorm_backward


@oracle(of="batchnorm_backward")
def batchnorm_by_tape(dy, x, gamma, eps):
    """tf.GradientTape through the definition."""
    x, gamma, beta = tf.constant(x), tf.constant(gamma), tf.zeros(len(gamma), tf.float64)
    with tf.GradientTape() as tape:
        tape.watch([x, gamma, beta])
        mean, variance = tf.nn.moments(x, [0])
        y = tf.nn.batch_normalization(x, mean, variance, beta, gamma, eps)
    return tape.gradient(y, [x, gamma, beta], output_gradients=tf.constant(dy))


@oracle(of="batchnorm_backward")
def batchnorm_by_jacobian(dy, x, gamma, eps):
    """Each channel's whole Jacobian by the complex step, times the gradient that arrives."""
    h = 1e-30
    dx, dgamma, dbeta = np.zeros_like(x), [], []
    for c in range(x.shape[1]):
        def normalise(column):
            centred = column - column.mean()
            return centred / np.sqrt((centred**2).mean() + eps)

        for i in range(len(x)):
            moved = x[:, c].astype(complex)
            moved[i] += 1j * h
            dx[i, c] = gamma[c] * float(dy[:, c] @ normalise(moved).imag) / h
        dgamma.append(float(dy[:, c] @ normalise(x[:, c])))
        dbeta.append(float(sum(dy[:, c])))
    return dx, dgamma, dbeta


# layernorm


@oracle(of="layernorm")
def layernorm_of_keras(x, gamma, beta, eps):
    """keras.layers.LayerNormalization, without a gamma and a beta of its own."""
    return gamma * keras.layers.LayerNormalization(epsilon=eps, center=False, scale=False)(x) + beta


@oracle(of="layernorm")
def layernorm_token_by_token(x, gamma, beta, eps):
    """One token after the other, in float64."""
    x, gamma, beta = (tf.cast(values, tf.float64) for values in (x, gamma, beta))
    tokens = []
    for token in tf.reshape(x, (-1, x.shape[-1])):
        centred = token - tf.reduce_sum(token) / len(token)
        tokens.append(gamma * centred * (tf.reduce_sum(centred**2) / len(token) + eps) ** -0.5 + beta)
    return tf.reshape(tf.stack(tokens), x.shape)


# fold_batchnorm


@oracle(of="fold_batchnorm")
def folded_by_probing(W, b, gamma, beta, mean, var, eps):
    """Read off what the two layers do to no input, and to each input alone."""
    kernel = np.asarray(W, np.float64).reshape(-1, W.shape[-1])
    normalise = keras.layers.BatchNormalization(epsilon=eps, dtype="float64")
    normalise.build((None, W.shape[-1]))
    normalise.set_weights([gamma, beta, mean, var])

    def both(x):
        return np.asarray(normalise(x @ kernel + np.asarray(b, np.float64), training=False))

    nothing = both(np.zeros((1, len(kernel))))
    return (both(np.eye(len(kernel))) - nothing).reshape(W.shape), nothing[0]


@oracle(of="fold_batchnorm")
def folded_in_numpy(W, b, gamma, beta, mean, var, eps):
    """One output channel after the other, in float64."""
    W, gamma, beta = np.array(W, np.float64), np.array(gamma, np.float64), np.array(beta, np.float64)
    b, mean, var = np.array(b, np.float64), np.array(mean, np.float64), np.array(var, np.float64)
    for o in range(len(b)):
        W[..., o] *= gamma[o] / math.sqrt(var[o] + eps)
        b[o] = beta[o] + gamma[o] * (b[o] - mean[o]) / math.sqrt(var[o] + eps)
    return W, b


# symmetry_breaking


@oracle(of="symmetry_breaking")
def counted_by_islands(model_fn, x, y):
    """Connected components of near equality; the gradients are backpropagated by hand."""
    model = model_fn()
    incoming, bias, outgoing, _ = model.get_weights()
    z = np.asarray(x) @ incoming + bias
    linear = model.layers[0].activation is keras.activations.linear
    h, slope = (z, np.ones_like(z)) if linear else (np.tanh(z), 1 - np.tanh(z) ** 2)
    logits = h @ outgoing
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(p)), np.asarray(y)] -= 1
    gradients = np.asarray(x).T @ (p @ outgoing.T * slope) / len(p)
    # How many islands are left when units that are nearly alike are joined.
    apart = np.abs(gradients[:, :, None] - gradients[:, None, :]).max(axis=0)
    joined = scipy.sparse.csr_array(apart <= 1e-4 * np.abs(gradients).max())
    return scipy.sparse.csgraph.connected_components(joined)[0]
