"""Right answers made independently of `solution.py`."""

import itertools
import math

import keras
import numpy as np
import scipy.linalg
import scipy.special
import tensorflow as tf
from scipy import stats
from sklearn.decomposition import PCA

from grader.exercise import oracle


@oracle(of="pca")
def pca_by_svd(X, k):
    """numpy.linalg.svd of the centred examples, with all right singular vectors."""
    if k < 1 or k > X.shape[1]:
        raise ValueError("no such code")
    centred = X - np.mean(X, axis=0, keepdims=True)
    _, _, rows = np.linalg.svd(centred, full_matrices=True)
    W = rows[:k].T
    return W, X - (centred - centred @ W @ W.T)


@oracle(of="pca")
def pca_by_scikit_learn(X, k):
    """sklearn.decomposition.PCA, completed by scipy.linalg.null_space where there are too few examples."""
    if k < 1 or k > X.shape[1]:
        raise ValueError("no such code")
    if len(X) == 1:
        return np.eye(X.shape[1])[:, :k], X.copy()
    model = PCA(svd_solver="full").fit(X)
    W = model.components_.T
    if W.shape[1] < X.shape[1]:
        W = np.concatenate([W, scipy.linalg.null_space(W.T)], axis=1)
    W = W[:, :k]
    return W, model.mean_ + (X - model.mean_) @ W @ W.T


@oracle(of="linear_autoencoder")
def linear_by_tape(X, encoder, decoder):
    """TensorFlow's gradients."""
    first, second = tf.Variable(encoder), tf.Variable(decoder)
    with tf.GradientTape() as tape:
        lengths = tf.reduce_sum(tf.math.squared_difference(X @ first @ second, X), axis=1)
        loss = tf.reduce_mean(lengths)
    return loss, *tape.gradient(loss, [first, second])


@oracle(of="linear_autoencoder")
def linear_by_examples(X, encoder, decoder):
    """Outer products, one example at a time."""
    loss, first, second = 0.0, np.zeros(encoder.shape), np.zeros(decoder.shape)
    for x in X:
        z = encoder.T @ x
        error = decoder.T @ z - x
        loss += error @ error / len(X)
        first += 2 * np.outer(x, decoder @ error) / len(X)
        second += 2 * np.outer(z, error) / len(X)
    return loss, first, second


@oracle(of="fastica_step")
def fastica_by_examples(w, X):
    """Python's math.tanh and 1 / cosh², one example at a time."""
    new, slope = np.zeros(len(w)), 0.0
    for x in X:
        s = float(np.dot(x, w))
        new += x * math.tanh(s) / len(X)
        slope += 1 / math.cosh(s) ** 2 / len(X)
    new -= slope * w
    return new / math.sqrt(sum(new**2))


@oracle(of="fastica_step")
def fastica_by_tape(w, X):
    """The means as derivatives of the mean of log cosh, by TensorFlow."""
    s = tf.constant(X @ w)
    with tf.GradientTape() as outer:
        outer.watch(s)
        with tf.GradientTape() as inner:
            inner.watch(s)
            contrast = tf.reduce_sum(tf.math.log(tf.math.cosh(s)))
        slope = inner.gradient(contrast, s)
    curvature = outer.gradient(slope, s)
    new = np.mean(X * np.asarray(slope)[:, None], axis=0) - np.mean(curvature) * w
    return new / np.sqrt(new @ new)


@oracle(of="Autoencoder")
class ByProducts(keras.Model):
    """Keras' layers hold the weights; the products are made by TensorFlow."""

    def __init__(self, dims, activation="relu"):
        super().__init__()
        if len(dims) < 2 or any(size <= 0 for size in dims):
            raise ValueError("no such sizes")
        self.activate = keras.activations.get(activation)
        self.encoder_layers, self.decoder_layers = [], []
        for before, after in itertools.pairwise(dims):
            layer, mirrored = keras.layers.Dense(after), keras.layers.Dense(before)
            layer.build((None, before))
            mirrored.build((None, after))
            self.encoder_layers.append(layer)
            self.decoder_layers.insert(0, mirrored)

    def _through(self, x, layers):
        for place, layer in enumerate(layers):
            x = tf.einsum("bi,ij->bj", x, layer.kernel) + layer.bias
            if layer is not layers[-1]:
                x = self.activate(x)
        return x

    def encode(self, x):
        return self._through(x, self.encoder_layers)

    def decode(self, code):
        return self._through(code, self.decoder_layers)

    def call(self, x):
        return self.decode(self.encode(x))


@oracle(of="mirror_sizes")
def mirror_by_trial(size, strides):
    """The first padding in question with which the mirror's formula gives the side back."""
    if size < 1 or any(stride < 1 for stride in strides):
        raise ValueError("no such size")
    sides = [size]
    for stride in strides:
        sides.append(math.ceil(sides[-1] / stride))
    paddings = []
    for before, after, stride in zip(sides, sides[1:], strides):
        paddings.append(next(p for p in range(stride) if (after - 1) * stride + 1 + p == before))
    paddings.reverse()
    return sides, paddings


@oracle(of="ConvAutoencoder")
class ByTheGradient(keras.Model):
    """A transposed convolution as the gradient of a convolution: tf.nn.conv2d_transpose with output sizes."""

    def __init__(self, shape, code, filters=(8, 16)):
        super().__init__()
        kinds = {"strides": 2, "padding": "same"}
        self.shapes, self.convolutions, self.deconvolutions = [tuple(shape)], [], []
        for n in filters:
            height, width, channels = self.shapes[-1]
            layer = keras.layers.Conv2D(n, 3, activation="relu", **kinds)
            layer.build((None, height, width, channels))
            mirrored = keras.layers.Conv2DTranspose(channels, 3, **kinds)
            mirrored.build((None, -(-height // 2), -(-width // 2), n))
            self.convolutions.append(layer)
            self.deconvolutions.insert(0, mirrored)
            self.shapes.append((-(-height // 2), -(-width // 2), n))
        self.code_layer = keras.layers.Dense(code)
        self.expand = keras.layers.Dense(math.prod(self.shapes[-1]), activation="relu")

    def encode(self, x):
        for layer in self.convolutions:
            x = layer(x)
        return self.code_layer(keras.ops.reshape(x, (x.shape[0], -1)))

    def decode(self, code):
        x = keras.ops.reshape(self.expand(code), (code.shape[0], *self.shapes[-1]))
        for layer, shape in zip(self.deconvolutions, self.shapes[-2::-1]):
            size = (code.shape[0], *shape)
            x = tf.nn.conv2d_transpose(x, layer.kernel, size, strides=2, padding="SAME") + layer.bias
            if layer is not self.deconvolutions[-1]:
                x = tf.nn.relu(x)
        return x

    def call(self, x):
        return self.decode(self.encode(x))


@oracle(of="denoising_loss")
def denoising_by_keras(model, x, noise):
    """keras.losses.mean_squared_error of flattened examples, times how many numbers there are in each."""
    made = tf.reshape(model(tf.add(x, noise)), (x.shape[0], -1))
    each = keras.losses.mean_squared_error(tf.reshape(x, made.shape), made)
    return tf.reduce_mean(each) * made.shape[1]


@oracle(of="denoising_loss")
def denoising_by_norms(model, x, noise):
    """tf.nn.l2_loss, twice, of each example."""
    made = model(x + noise)
    return tf.add_n([2 * tf.nn.l2_loss(one) for one in tf.unstack(made - x)]) / len(x)


@oracle(of="optimal_linear_denoiser")
def denoiser_by_least_squares(S, s2):
    """scipy.linalg.pinvh of the normal equations, with the docstring's tolerance."""
    if s2 < 0:
        raise ValueError("below 0")
    if s2 == 0:
        return scipy.linalg.pinvh(S, atol=0, rtol=1e-12) @ S if np.any(S) else np.zeros(S.shape)
    return np.linalg.solve(S + s2 * np.eye(len(S)), S)


@oracle(of="optimal_linear_denoiser")
def denoiser_by_svd(S, s2):
    """The singular values of a symmetric matrix, one direction at a time."""
    if s2 < 0:
        raise ValueError("below 0")
    left, values, _ = np.linalg.svd(S)
    A = np.zeros(S.shape)
    for column, value in zip(left.T, values):
        if value > 1e-12 * values[0]:
            A += value / (value + s2) * np.outer(column, column)
    return A


@oracle(of="sparse_penalty")
def sparse_by_keras(h, rho):
    """keras.losses.kl_divergence of the two probabilities of each unit."""
    if rho <= 0 or rho >= 1:
        raise ValueError("no mean activation")
    m = 1e-4 + 0.9998 * (tf.reduce_sum(h, axis=0) / h.shape[0])
    wanted = tf.ones_like(m)[:, None] * tf.constant([[rho, 1 - rho]], m.dtype)
    return tf.reduce_sum(keras.losses.kl_divergence(wanted, tf.stack([m, 1 - m], axis=1)))


@oracle(of="sparse_penalty")
def sparse_by_units(h, rho):
    """One unit at a time, by tf.math.xlogy."""
    if not (rho > 0 and rho < 1):
        raise ValueError("no mean activation")
    total = 0.0
    for column in tf.unstack(h, axis=1):
        m = 0.0001 + 0.9998 * tf.reduce_mean(column)
        total += rho * (math.log(rho) - tf.math.log(m)) + (1 - rho) * (math.log1p(-rho) - tf.math.log1p(-m))
    return total


@oracle(of="contractive_penalty")
def contractive_by_tape(x, W, c):
    """The rows of the Jacobian by TensorFlow's gradients, one unit at a time."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        units = tf.unstack(tf.sigmoid(tf.matmul(x, W) + c), axis=1)
    rows = [tape.gradient(one, x) for one in units]
    return tf.add_n([tf.reduce_sum(tf.square(row), axis=1) for row in rows])


@oracle(of="contractive_penalty")
def contractive_by_einsum(x, W, c):
    """The whole Jacobian, with the slope as a product of two sigmoids."""
    a = tf.einsum("bi,ij->bj", x, W) + c
    J = tf.einsum("bj,ij->bij", tf.sigmoid(a) * tf.sigmoid(-a), W)
    return tf.einsum("bij,bij->b", J, J)


@oracle(of="anomaly_score")
def anomaly_by_examples(model, x, x_train, q):
    """NumPy, one example at a time, and the quantile between two scores by hand."""
    if q < 0 or q > 1:
        raise ValueError("no share")
    scores, known = (
        [float(np.sum(np.asarray(model(one[None], training=False) - one) ** 2)) for one in many]
        for many in (x, x_train)
    )
    known.sort()
    place = q * (len(known) - 1)
    below = min(int(place), len(known) - 1)
    above = min(below + 1, len(known) - 1)
    threshold = known[below] + (place - below) * (known[above] - known[below])
    return scores, [score > threshold for score in scores]


@oracle(of="anomaly_score")
def anomaly_by_norms(model, x, x_train, q):
    """tf.nn.l2_loss of each example, and scipy's quantiles."""
    if not 0 <= q <= 1:
        raise ValueError("no share")

    def scores(examples):
        errors = model(examples, training=False) - examples
        return np.array([2 * tf.nn.l2_loss(one) for one in tf.unstack(errors)])

    known = scores(x_train)
    threshold = stats.mstats.mquantiles(known, [q], alphap=1, betap=1)[0]
    return scores(x), scores(x) > threshold


def _codes(n):
    """All states of n units."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=n)))


@oracle(of="free_energy")
def free_energy_by_codes(v, W, b, c):
    """scipy's logsumexp over all codes."""
    h = _codes(len(c))
    minus_energy = (v @ b)[:, None] + h @ c + v @ W @ h.T
    return -scipy.special.logsumexp(minus_energy, axis=1)


@oracle(of="free_energy")
def free_energy_by_softplus(v, W, b, c):
    """TensorFlow's softplus."""
    return -(v @ b) - np.asarray(tf.reduce_sum(tf.nn.softplus(tf.constant(v @ W + c)), axis=1))


@oracle(of="log_partition")
def partition_by_layers(W, b, c):
    """scipy's logsumexp over the smaller layer, one state at a time."""
    if len(c) > len(b):
        W, b, c = W.T, c, b
    terms = []
    for h in _codes(len(c)):
        a = b + W @ h
        terms.append(h @ c - scipy.special.log_expit(-a).sum())
    return scipy.special.logsumexp(terms)


@oracle(of="cd1")
def cd1_by_images(v, W, b, c, uh, uv):
    """Outer products, one image at a time, with 1 / (1 + exp) in the stable form of tanh."""

    def sigmoid(a):
        return 0.5 * (1 + np.tanh(a / 2))

    dW, db, dc = np.zeros(W.shape), np.zeros(b.shape), np.zeros(c.shape)
    for one, drawn_h, drawn_v in zip(v, uh, uv):
        p = sigmoid(W.T @ one + c)
        bits = [1.0 if chance > u else 0.0 for chance, u in zip(p, drawn_h)]
        chances = sigmoid(W @ np.array(bits) + b)
        other = np.array([1.0 if chance > u else 0.0 for chance, u in zip(chances, drawn_v)])
        q = sigmoid(W.T @ other + c)
        dW += (np.outer(one, p) - np.outer(other, q)) / len(v)
        db += (one - other) / len(v)
        dc += (p - q) / len(v)
    return dW, db, dc


@oracle(of="cd1")
def cd1_by_tensorflow(v, W, b, c, uh, uv):
    """The difference of two gradients of the free energy, by TensorFlow."""
    W, b, c = (tf.constant(one) for one in (W, b, c))
    bits = tf.cast(tf.sigmoid(v @ W + c) > uh, W.dtype)
    other = tf.cast(tf.sigmoid(bits @ tf.transpose(W) + b) > uv, W.dtype)
    with tf.GradientTape() as tape:
        tape.watch([W, b, c])

        def free(image):
            return tf.reduce_mean(
                -tf.linalg.matvec(image, b) - tf.reduce_sum(tf.nn.softplus(image @ W + c), axis=1)
            )

        loss = free(other) - free(tf.constant(v))
    return tape.gradient(loss, [W, b, c])
