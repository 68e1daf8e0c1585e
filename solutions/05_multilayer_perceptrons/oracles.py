"""Right answers made independently of `solution.py`."""

import itertools
from fractions import Fraction

import keras
import numpy as np
import tensorflow as tf
from scipy import special, stats
from scipy.interpolate import interp1d

from grader.exercise import oracle

# leaky_relu, softmax, tanh, elu and softplus


def _given(value, slope):
    """Make a function of values and slopes that are known in float64."""
    @tf.custom_gradient
    def given(x):
        def backward(dy):
            return tf.constant(slope(np.asarray(dy, np.float64)), tf.float32)

        return tf.constant(value, tf.float32), backward

    return given


@oracle(of="leaky_relu")
def leaky_relu_of_numpy(x, alpha):
    """NumPy in float64, with the derivative by hand."""
    values = np.asarray(x, np.float64)
    slope = np.where(values > 0, 1, alpha)
    return _given(slope * values, lambda dy: dy * slope)(x)


@oracle(of="leaky_relu")
def leaky_relu_by_maxima(x, alpha):
    """The positive part, and alpha times the negative one."""
    return tf.maximum(x, 0.0) + alpha * tf.minimum(x, 0.0)


@oracle(of="softmax")
def softmax_of_scipy(x):
    """scipy.special.softmax in float64, with the derivative by hand."""
    y = special.softmax(np.asarray(x, np.float64), axis=-1)
    return _given(y, lambda dy: y * (dy - (dy * y).sum(-1, keepdims=True)))(x)


@oracle(of="softmax")
def softmax_by_logsumexp(x):
    """The exponential of what is left after tf.reduce_logsumexp is taken off."""
    return tf.exp(x - tf.reduce_logsumexp(x, axis=-1, keepdims=True))


def _logsumexp(x):
    return tf.reduce_logsumexp(tf.stack([x, tf.zeros_like(x)]), axis=0)


@oracle(of="tanh")
def tanh_of_numpy(x):
    """NumPy in float64, with the derivative by hand."""
    y = np.tanh(np.asarray(x, np.float64))
    return _given(y, lambda dy: dy * (1 - y**2))(x)


@oracle(of="tanh")
def tanh_by_logsumexp(x):
    """2 exp(2x - ln(exp(2x) + 1)) - 1, which TensorFlow computes stably."""
    return 2 * tf.exp(2 * x - _logsumexp(2 * x)) - 1


@oracle(of="elu")
def elu_of_numpy(x, alpha):
    """NumPy in float64, with the derivative by hand."""
    values = np.asarray(x, np.float64)
    left = np.minimum(values, 0)
    slope = np.where(values > 0, 1, alpha * np.exp(left))
    return _given(np.where(values > 0, values, alpha * np.expm1(left)), lambda dy: dy * slope)(x)


@oracle(of="elu")
def elu_by_expm1(x, alpha):
    """tf.math.expm1 of numbers that were made harmless."""
    return tf.where(x > 0, x, alpha * tf.math.expm1(tf.where(x > 0, 0.0, x)))


@oracle(of="softplus")
def softplus_of_numpy(x):
    """np.logaddexp in float64, with the derivative by hand."""
    values = np.asarray(x, np.float64)
    return _given(np.logaddexp(0, values), lambda dy: dy * special.expit(values))(x)


@oracle(of="softplus")
def softplus_by_logsumexp(x):
    """ln(exp(x) + exp(0)), which TensorFlow computes stably."""
    return _logsumexp(x)


# DenseLayer


@oracle(of="DenseLayer")
class DenseByKeras(keras.layers.Dense):
    """keras.layers.Dense."""


@oracle(of="DenseLayer")
class DenseByEinsum(keras.layers.Layer):
    """Variables set up by hand, an einsum, and a configuration that Keras gathers by itself."""

    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.bend = units, keras.activations.get(activation)

    def build(self, input_shape):
        width = int(input_shape[-1])
        bound = np.sqrt(6 / (width + self.units))
        self.kernel = self.add_weight(shape=(width, self.units), name="kernel")
        self.kernel.assign(keras.random.uniform((width, self.units), -bound, bound))
        self.bias = self.add_weight((self.units,), keras.initializers.Zeros(), name="bias")

    def call(self, x):
        return self.bend(tf.einsum("...i,ij->...j", x, self.kernel) + self.bias)


# build_mlp


@oracle(of="build_mlp")
def mlp_by_sequence(sizes, activation, classes):
    """keras.Sequential, with the activations as layers of their own."""
    model = keras.Sequential([keras.Input((sizes[0],))])
    for units in sizes[1:]:
        model.add(keras.layers.Dense(units))
        model.add(keras.layers.Activation(activation))
    model.add(keras.layers.Dense(classes))
    return model


@oracle(of="build_mlp")
class MlpByFormula:
    """NumPy, with as many parameters as the closed form Σ (dᵢ + 1) dᵢ₊₁ says."""

    losses = ()

    def __init__(self, sizes, activation, classes):
        widths = [*sizes, classes]
        bends = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": special.expit}
        self.bend = (bends | {"softplus": lambda z: np.logaddexp(0, z)})[activation]
        self.weights = [
            tf.Variable(start(shape))
            for d, e in itertools.pairwise(widths)
            for start, shape in ((self.drawn, (d, e)), (tf.zeros, (e,)))
        ]
        self.trainable_variables = self.weights
        formula = sum((d + 1) * e for d, e in itertools.pairwise(widths))
        assert sum(np.size(w) for w in self.weights) == formula

    @staticmethod
    def drawn(shape):
        return keras.random.uniform(shape, -1, 1) * np.sqrt(6 / sum(shape))

    def set_weights(self, weights):
        for variable, weight in zip(self.weights, weights, strict=True):
            variable.assign(weight)

    def __call__(self, x, training=False):
        *hidden, (W, b) = zip(*[iter([w.numpy() for w in self.weights])] * 2)
        h = x.numpy()
        for U, c in hidden:
            h = self.bend(h @ U + c)
        return h @ W + b


# classification_loss


@oracle(of="classification_loss")
def loss_by_keras(task, target, raw):
    """keras.losses, and TensorFlow's cross-entropy of labels."""
    if task == "multiclass":
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=None)(target, raw)
    if task == "binary":
        return keras.losses.BinaryCrossentropy(from_logits=True, reduction=None)(target[:, None], raw)
    labels = tf.cast(target, tf.float32)
    return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=raw), axis=-1)


@oracle(of="classification_loss")
def loss_by_scipy(task, target, raw):
    """scipy.special's logarithms in float64, with derivatives by hand."""
    z, y = np.asarray(raw, np.float64), np.asarray(target)
    if task == "multiclass":
        each = np.arange(len(y))
        loss, slope = -special.log_softmax(z, axis=1)[each, y], special.softmax(z, axis=1)
        slope[each, y] -= 1
    else:
        y = y.reshape(z.shape)
        loss = -special.log_expit(np.where(y == 1, z, -z)).sum(axis=1)
        slope = special.expit(z) - y
    return _given(loss, lambda dy: slope * dy[:, None])(raw)


# gaussian_loss


@oracle(of="gaussian_loss")
def gaussian_by_variance(target, raw):
    """keras.losses.MeanSquaredError, and a formula in terms of the variance."""
    variance = tf.square(tf.nn.softplus(raw[:, 1]))
    squares = keras.losses.MeanSquaredError(reduction=None)(target[:, None], raw[:, :1])
    return squares / (2 * variance) + 0.5 * tf.math.log(2 * np.pi * variance)


@oracle(of="gaussian_loss")
def gaussian_of_scipy(target, raw):
    """scipy.stats.norm in float64, with derivatives by hand."""
    y, (mean, scale) = np.asarray(target, np.float64), np.asarray(raw, np.float64).T
    deviation = np.log1p(np.exp(scale))
    through = 1 / deviation - (y - mean) ** 2 / deviation**3
    slope = np.stack([(mean - y) / deviation**2, through * special.expit(scale)], axis=1)
    return _given(-stats.norm.logpdf(y, mean, deviation), lambda dy: slope * dy[:, None])(raw)


# train_step


@oracle(of="train_step")
def step_by_keras(model, optimizer, loss_fn, x, y):
    """keras.Model.train_on_batch, run eagerly, even where a graph is made."""
    if not tf.executing_eagerly():
        rest = (model, optimizer, loss_fn)
        return tf.numpy_function(lambda x, y: step_by_keras(*rest, x, y).numpy(), [x, y], tf.float32)
    if getattr(model, "optimizer", None) is not optimizer:
        model.compile(optimizer, loss_fn, run_eagerly=True)
    # train_on_batch tells the mean over all batches since the metrics were reset.
    model.reset_metrics()
    return tf.constant(model.train_on_batch(x, y))


@oracle(of="train_step")
def step_by_gradients_of_each(model, optimizer, loss_fn, x, y):
    """One tape for the data and one for the penalties, whose gradients are added."""
    variables = [v for layer in model.layers for v in layer.weights if v.trainable]
    with tf.GradientTape(persistent=True) as tape:
        data = loss_fn(y, model(x, training=True))
        penalty = tf.add_n([tf.zeros(()), *model.losses])
    values = [v.value for v in variables]
    one, two = (tape.gradient(part, values, unconnected_gradients="zero") for part in (data, penalty))
    optimizer.apply_gradients([(a + b, v) for a, b, v in zip(one, two, variables)])
    return tf.cast(data, tf.float64) + tf.cast(penalty, tf.float64)


@oracle(of="train_step")
@tf.function
def step_in_a_graph(model, optimizer, loss_fn, x, y):
    """The definition, compiled into a graph."""
    with tf.GradientTape() as tape:
        loss = tf.add_n([loss_fn(y, model(x, training=True)), *model.losses])
    variables = model.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    return loss


# sigmoid_staircase


@oracle(of="sigmoid_staircase")
def staircase_by_interpolation(f, n):
    """scipy's step function through the middles of the parts, with very steep sigmoids, from the right."""
    edges = np.linspace(0, 1, n + 1)
    steps = interp1d(edges, f(edges), kind="nearest")
    middles = (edges[1:] + edges[:-1]) / 2
    jumps = steps(middles - 0.4 / n) - steps(middles + 0.4 / n)
    return np.full(n, -200.0 * n), 200.0 * n * middles, jumps, np.float64(f(1.0))


@oracle(of="sigmoid_staircase")
def staircase_by_loop(f, n):
    """A loop, with each step at the end of its part: between L/n and 2L/n off."""
    w, b, v = [], [], []
    for k in range(1, n + 1):
        w.append(20.0 * n)
        b.append(-20.0 * k)
        v.append(float(f(k / n) - f((k - 1) / n)))
    return w, b, v, float(f(0.0))


# count_linear_regions


@oracle(of="count_linear_regions")
def pieces_by_patterns_in_floats(params, lo, hi):
    """Floating point: values at the ends of pieces, cut where a unit changes its sign, then slopes."""
    points = np.array([lo, hi])
    values = points[:, None]
    for W, b in params[:-1]:
        before = values @ W + b
        start, end = before[:-1], before[1:]
        piece, unit = np.nonzero(start * end < 0)
        share = start[piece, unit] / (start[piece, unit] - end[piece, unit])
        new = points[piece] + share * (points[piece + 1] - points[piece])
        merged = np.sort(np.concatenate([points, new]))
        merged = merged[np.diff(merged, prepend=-np.inf) > 1e-11]
        before = np.stack([np.interp(merged, points, column) for column in before.T], axis=1)
        points, values = merged, np.maximum(before, 0)
    output = values @ params[-1][0]
    slopes = np.diff(output, axis=0) / np.diff(points)[:, None]
    return 1 + int((np.abs(np.diff(slopes, axis=0)) > 1e-7 * np.abs(slopes).max()).any(axis=1).sum())


@oracle(of="count_linear_regions")
def pieces_by_evaluation(params, lo, hi):
    """Fractions: no slope is tracked; the net is evaluated wherever a unit's input is 0."""
    exact = np.vectorize(Fraction, otypes=[object])
    layers = [(exact(W), exact(b)) for W, b in params]

    def into(depth, x):
        h = np.array([x], dtype=object)
        for W, b in layers[:depth]:
            h = np.maximum(h @ W + b, 0)
        W, b = layers[depth]
        return h @ W + b

    cuts = [Fraction(lo), Fraction(hi)]
    for depth in range(len(layers) - 1):
        inputs = [into(depth, x) for x in cuts]
        between = {
            left + (right - left) * one / (one - other)
            for (left, right), (ones, others) in zip(itertools.pairwise(cuts), itertools.pairwise(inputs))
            for one, other in zip(ones, others)
            if one * other < 0
        }
        cuts = sorted(between.union(cuts))
    heights = [into(len(layers) - 1, x) for x in cuts]
    slopes = [
        tuple((two - one) / (right - left))
        for (left, right), (one, two) in zip(itertools.pairwise(cuts), itertools.pairwise(heights))
    ]
    return np.int64(len(list(itertools.groupby(slopes))))


# sparsity_and_flow


@oracle(of="sparsity_and_flow")
def flow_by_backpropagation(params, x, activation):
    """NumPy: a backward pass by hand, with the activation's slopes from differences where smooth."""
    h, seen = np.asarray(x, np.float64), []
    for W, b in params:
        W, b = np.asarray(W, np.float64), np.asarray(b, np.float64)
        z = h @ W + b
        bend = tf.constant(z)
        out = activation(bend).numpy()
        slope = (activation(bend + 1e-6) - activation(bend - 1e-6)).numpy() / 2e-6
        seen.append((h, W, slope, out))
        h = out
    blame, norms = np.ones_like(h), []
    for below, W, slope, _ in reversed(seen):
        blame = blame * slope
        norms.append(float(np.sqrt(((below.T @ blame) ** 2).sum())))
        blame = blame @ W.T
    return {"zero_frac": [float(np.mean(out == 0)) for *_, out in seen], "grad_norm": norms[::-1]}


@oracle(of="sparsity_and_flow")
def flow_by_keras(params, x, activation):
    """Keras layers with these weights, and np.count_nonzero."""
    layers = []
    for W, b in params:
        layer = keras.layers.Dense(W.shape[1], activation=activation)
        layer.build((None, W.shape[0]))
        layer.set_weights([W, b])
        layers.append(layer)
    zeros = []
    with tf.GradientTape() as tape:
        for layer in layers:
            x = layer(x)
            zeros.append(1 - np.count_nonzero(x) / np.size(x))
        total = tf.reduce_sum(x)
    found = tape.gradient(total, [layer.kernel.value for layer in layers])
    return {"zero_frac": zeros, "grad_norm": np.array([np.linalg.norm(gradient) for gradient in found])}
