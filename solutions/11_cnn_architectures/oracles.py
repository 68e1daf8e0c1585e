"""Right answers made independently of `solution.py`."""

from fractions import Fraction

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from grader.exercise import oracle


@oracle(of="lenet5")
def lenet5_in_a_row(classes=10, input_shape=(32, 32, 1)):
    """keras.Sequential, with activations as layers of their own."""
    row = [keras.Input(input_shape)]
    for maps in (6, 16):
        row += [keras.layers.Conv2D(maps, (5, 5), padding="valid"), keras.layers.Activation("tanh")]
        row.append(keras.layers.AvgPool2D(pool_size=(2, 2), strides=(2, 2)))
    row += [keras.layers.Flatten()]
    for units in (120, 84):
        row += [keras.layers.Dense(units), keras.layers.Activation(keras.ops.tanh)]
    return keras.Sequential([*row, keras.layers.Dense(classes)])


@oracle(of="lenet5")
def lenet5_by_operations(classes=10, input_shape=(32, 32, 1)):
    """Pooling, tanh and the flattening by keras.ops; the dense layers as convolutions of 1 × 1."""
    image = x = keras.Input(input_shape)
    for maps in (6, 16):
        x = ops.average_pool(ops.tanh(keras.layers.Conv2D(maps, 5)(x)), 2)
    x = ops.reshape(x, (-1, int(np.prod(x.shape[1:]))))
    for units in (120, 84):
        x = ops.tanh(keras.layers.EinsumDense("bi,io->bo", units, bias_axes="o")(x))
    return keras.Model(image, keras.layers.Dense(classes, "linear")(x))


class Subclass(keras.Model):
    """LeNet-5 as a class of its own."""

    def __init__(self, classes):
        super().__init__()
        self.convolutions = [keras.layers.Conv2D(maps, 5, activation="tanh") for maps in (6, 16)]
        self.dense = [keras.layers.Dense(units, activation="tanh") for units in (120, 84)]
        self.last = keras.layers.Dense(classes)

    def call(self, x):
        for layer in self.convolutions:
            x = tf.nn.avg_pool2d(layer(x), 2, 2, "VALID")
        x = tf.reshape(x, (len(x), np.prod(x.shape[1:])))
        for layer in self.dense:
            x = layer(x)
        return self.last(x)


@oracle(of="lenet5")
def lenet5_called_on_zeros(classes=10, input_shape=(32, 32, 1)):
    """A subclass of keras.Model, which has its weights by a call on zeros."""
    model = Subclass(classes)
    model(tf.zeros((1, *input_shape)))
    return model


@oracle(of="local_response_norm")
def normalised_by_a_band(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """The squares times a matrix with a band of ones."""
    x = tf.convert_to_tensor(x)
    places = np.arange(x.shape[-1])
    band = tf.constant(np.abs(places[:, None] - places) <= radius, x.dtype)
    return x * tf.exp(-beta * tf.math.log(bias + alpha * tf.tensordot(x * x, band, 1)))


@oracle(of="local_response_norm")
def normalised_by_a_convolution(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """The channels of a pixel as a signal, convolved with ones."""
    x = tf.convert_to_tensor(x)
    squares = tf.reshape(x, (-1, x.shape[-1], 1)) ** 2
    total = tf.nn.conv1d(squares, tf.ones((2 * radius + 1, 1, 1), x.dtype), 1, "SAME")
    return x / tf.pow(bias + alpha * tf.reshape(total, tf.shape(x)), beta)


@oracle(of="alexnet")
def alexnet_in_a_row(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """keras.Sequential, layer by layer as the paper lists them."""
    def n(number):
        return int(np.floor(width * number + 0.5))

    layers = keras.layers
    norms = [] if norm is None else [norm]
    row = [keras.Input(input_shape), layers.Conv2D(n(96), 11, strides=4), layers.ReLU()]
    row += [*norms, layers.MaxPool2D(3, strides=2), layers.Conv2D(n(256), 5, padding="same"), layers.ReLU()]
    row += [*norms, layers.MaxPool2D(3, strides=2)]
    row += [layers.Conv2D(n(384), 3, padding="same"), layers.ReLU()]
    row += [layers.Conv2D(n(384), 3, padding="same"), layers.ReLU()]
    row += [layers.Conv2D(n(256), 3, padding="same"), layers.ReLU(), layers.MaxPool2D(3, strides=2)]
    row += [layers.Flatten(), layers.Dense(n(4096)), layers.ReLU(), layers.Dropout(0.5)]
    row += [layers.Dense(n(4096)), layers.ReLU(), layers.Dropout(0.5), layers.Dense(classes)]
    x = row[0]
    for layer in row[1:]:
        x = layer(x)
    return keras.Model(row[0], x)


class Row(keras.Model):
    """Layers one after another, as a class of its own."""

    def __init__(self, row):
        super().__init__()
        self.row = row

    def call(self, x, training=False):
        for layer in self.row:
            x = layer(x, training=training) if isinstance(layer, keras.layers.Dropout) else layer(x)
        return x


@oracle(of="alexnet")
def alexnet_called_on_zeros(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """A subclass of keras.Model, which has its weights by a call on zeros."""
    layers, row = keras.layers, []
    for maps, side, end in [(96, 11, True), (256, 5, True), (384, 3, False), (384, 3, False), (256, 3, True)]:
        way = {"strides": 4} if side == 11 else {"padding": "same"}
        row.append(layers.Conv2D(round(width * maps), side, activation="relu", **way))
        row += [norm] if norm is not None and side > 3 else []
        row += [layers.MaxPooling2D(3, 2)] if end else []
    row.append(layers.Flatten())
    for _ in range(2):
        row += [layers.Dense(round(width * 4096), activation="relu"), layers.Dropout(0.5)]
    model = Row([*row, layers.Dense(classes)])
    model(tf.zeros((1, *input_shape)))
    return model


@oracle(of="vgg_parameters")
def vgg_parameters_by_shapes(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """A list of the shapes of all kernels, with exact fractions; each has as many biases as outputs."""
    def n(number):
        return round(Fraction(width) * number)

    maps = [input_shape[2]] + [n(m) for count, m in blocks for _ in range(count)]
    shapes = [(3, 3, before, after) for before, after in zip(maps, maps[1:])]
    sides = [side >> len(blocks) for side in input_shape[:2]]
    if min(sides) < 1:
        raise ValueError("too small")
    units = [sides[0] * sides[1] * maps[-1], n(4096), n(4096), classes]
    shapes += list(zip(units, units[1:]))
    return sum(int(np.prod(shape, dtype=np.int64)) + shape[-1] for shape in shapes)


@oracle(of="vgg_parameters")
def vgg_parameters_by_keras(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """What Keras counts, of layers that are told their inputs' shapes and hold no values."""
    total, shape = 0, (1, *input_shape)
    dense = [keras.layers.Flatten(), *(keras.layers.Dense(round(width * 4096)) for _ in range(2))]
    convolutions = []
    for count, maps in blocks:
        convolutions += [keras.layers.Conv2D(round(width * maps), 3, padding="same") for _ in range(count)]
        convolutions.append(keras.layers.MaxPool2D())
    with keras.StatelessScope(initialize_variables=False):
        for layer in [*convolutions, *dense, keras.layers.Dense(classes)]:
            layer.build(shape)
            total += layer.count_params()
            shape = layer.compute_output_shape(shape)
    keras.utils.clear_session()
    return int(total)


@oracle(of="vgg")
def vgg_in_a_row(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """keras.Sequential, with activations as layers of their own."""
    row = [keras.Input(input_shape)]
    for count, maps in blocks:
        for _ in range(count):
            row += [keras.layers.Conv2D(int(width * maps + 0.5), 3, 1, "same"), keras.layers.ReLU()]
        row.append(keras.layers.MaxPool2D((2, 2), (2, 2), "valid"))
    row.append(keras.layers.Flatten())
    for _ in range(2):
        row += [keras.layers.Dense(int(width * 4096 + 0.5)), keras.layers.ReLU()]
    return keras.Sequential([*row, keras.layers.Dense(classes)])


@oracle(of="vgg")
def vgg_by_operations(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """ReLU and pooling by keras.ops, the poolings as maxima of reshaped maps."""
    image = x = keras.Input(input_shape)
    for count, maps in blocks:
        for _ in range(count):
            x = ops.relu(keras.layers.Conv2D(round(width * maps), 3, padding="same")(x))
        height, breadth = x.shape[1] // 2, x.shape[2] // 2
        if height * breadth == 0:
            raise ValueError("no pixel is left")
        x = x[:, : 2 * height, : 2 * breadth]
        x = ops.max(ops.reshape(x, (-1, height, 2, breadth, 2, x.shape[-1])), axis=(2, 4))
    x = ops.reshape(x, (-1, int(np.prod(x.shape[1:]))))
    for _ in range(2):
        x = ops.relu(keras.layers.Dense(round(width * 4096))(x))
    return keras.Model(image, keras.layers.Dense(classes)(x))


@oracle(of="inception_module")
def inception_by_operations(x, f1, f3r, f3, f5r, f5, fp):
    """Pooling, ReLU and concatenation by keras.ops, the last branch first."""
    def conv(x, maps, side):
        return ops.relu(keras.layers.Conv2D(maps, (side, side), strides=(1, 1), padding="same")(x))

    last = conv(ops.max_pool(x, 3, 1, "same"), fp, 1)
    third = conv(conv(x, f5r, 1), f5, 5)
    second = conv(conv(x, f3r, 1), f3, 3)
    return ops.concatenate([conv(x, f1, 1), second, third, last], axis=-1)


@oracle(of="inception_module")
def inception_relu_once(x, f1, f3r, f3, f5r, f5, fp):
    """One ReLU over all branches after they are concatenated."""
    layers = keras.layers
    reduced = [layers.Conv2D(maps, 1, activation="relu")(x) for maps in (f3r, f5r)]
    ends = [
        layers.Conv2D(f1, 1)(x),
        layers.Conv2D(f3, 3, padding="same")(reduced[0]),
        layers.Conv2D(f5, 5, padding="same")(reduced[1]),
        layers.Conv2D(fp, 1)(layers.MaxPool2D((3, 3), (1, 1), "same")(x)),
    ]
    return layers.ReLU()(layers.concatenate(ends))


@oracle(of="ResidualBlock")
class ByVariables(keras.layers.Layer):
    """Variables of its own, tf.nn.conv2d, and the batch's moments by tf.nn.moments."""

    def __init__(self, filters, stride=1, bottleneck=False):
        super().__init__()
        self.windows = [(3, filters, stride), (3, filters, 1)]
        if bottleneck:
            self.windows = [(1, filters, stride), (3, filters, 1), (1, 4 * filters, 1)]
        self.stride = stride

    def build(self, input_shape):
        self.parts, channels = [], input_shape[-1]
        for side, maps, stride in self.windows:
            self.parts.append(self.part(side, channels, maps, stride))
            channels = maps
        self.shortcut = []
        if self.stride > 1 or channels != input_shape[-1]:
            self.shortcut = [self.part(1, input_shape[-1], channels, self.stride)]

    def part(self, side, channels, maps, stride):
        kernel = self.add_weight(shape=(side, side, channels, maps), name="kernel")
        scales = [self.add_weight(shape=(maps,), name=name, initializer=start)
                  for name, start in (("gamma", "ones"), ("beta", "zeros"))]
        kept = [self.add_weight(shape=(maps,), name=name, initializer=start, trainable=False)
                for name, start in (("moving_mean", "zeros"), ("moving_variance", "ones"))]
        return kernel, *scales, *kept, stride

    def apply(self, part, x, training):
        kernel, gamma, beta, mean, variance, stride = part
        z = tf.nn.conv2d(x, kernel, stride, "SAME")
        used = mean, variance
        if training:
            used = tf.nn.moments(z, (0, 1, 2))
            for kept, new in zip((mean, variance), used):
                kept.assign(0.99 * kept + 0.01 * new)
        return gamma * (z - used[0]) / tf.sqrt(used[1] + 1e-3) + beta

    def call(self, x, training=False):
        result = x
        for part in self.shortcut:
            result = self.apply(part, x, training)
        for part in self.parts[:-1]:
            x = tf.maximum(self.apply(part, x, training), 0)
        return tf.maximum(self.apply(self.parts[-1], x, training) + result, 0)


@oracle(of="ResidualBlock")
class OfModels(keras.layers.Layer):
    """Two keras.Sequential and keras.layers.Add, made at the first call."""

    def __init__(self, filters, stride=1, bottleneck=False):
        super().__init__()
        layers = keras.layers
        self.out = 4 * filters if bottleneck else filters
        self.stride = stride
        sides, row = ((1, 3, 1) if bottleneck else (3, 3)), []
        for place, side in enumerate(sides):
            maps = self.out if place == len(sides) - 1 else filters
            row += [layers.Conv2D(maps, side, 1 if place else stride, "same", use_bias=False)]
            row += [layers.BatchNormalization(), layers.ReLU()]
        self.main = keras.Sequential(row[:-1])
        self.add, self.last = layers.Add(), layers.ReLU()

    def build(self, shape):
        self.main.build(shape)
        self.side = None
        if (self.stride, shape[-1]) != (1, self.out):
            conv = keras.layers.Conv2D(self.out, 1, self.stride, "same", use_bias=False)
            self.side = keras.Sequential([conv, keras.layers.BatchNormalization()])
            self.side.build(shape)

    def call(self, x, training=None):
        side = x if self.side is None else self.side(x, training=training)
        return self.last(self.add([side, self.main(x, training=training)]))


@oracle(of="resnet_cifar")
def resnet_in_a_row(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """keras.Sequential over a list of (maps, stride)."""
    n, rest = divmod(depth - 2, 6)
    if rest or n < 1:
        raise ValueError("6n + 2")
    blocks = [(width * scale, 1 + (scale > 1 and not place)) for scale in (1, 2, 4) for place in range(n)]
    layers = keras.layers
    row = [layers.Conv2D(width, (3, 3), padding="same", use_bias=False), layers.BatchNormalization()]
    row += [layers.Activation("relu"), *(block(maps, stride) for maps, stride in blocks)]
    return keras.Sequential(
        [keras.Input(input_shape), *row, layers.GlobalAvgPool2D(), layers.Dense(classes)]
    )


@oracle(of="resnet_cifar")
def resnet_by_operations(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """ReLU and the mean by keras.ops, the stages written out."""
    n = {6 * n + 2: n for n in range(1, 200)}.get(depth)
    if n is None:
        raise ValueError("6n + 2")
    image = keras.Input(input_shape)
    stem = keras.layers.Conv2D(width, 3, padding="same", use_bias=False)(image)
    x = ops.relu(keras.layers.BatchNormalization()(stem))
    for maps, first in ((width, 1), (2 * width, 2), (4 * width, 2)):
        x = block(maps, first)(x)
        for _ in range(n - 1):
            x = block(maps, 1)(x)
    return keras.Model(image, keras.layers.Dense(classes)(ops.mean(x, axis=(1, 2))))


@oracle(of="squash")
def squash_with_epsilon(s):
    """Equation 1 as it stands, with a little added under the root."""
    square = tf.reduce_sum(s * s, axis=-1, keepdims=True)
    return square / (1 + square) * s / tf.sqrt(square + 1e-9)


@oracle(of="squash")
def squash_a_unit_vector(s):
    """tf.math.l2_normalize, times a length."""
    square = tf.reduce_sum(tf.square(s), -1, True)
    return tf.math.l2_normalize(s, axis=-1, epsilon=1e-12) * (1 - 1 / (1 + square))


@oracle(of="margin_loss")
def margin_loss_by_class(v, y):
    """Class by class, with a little added under the root."""
    v, y = tf.convert_to_tensor(v), tf.convert_to_tensor(y)
    total = 0.0
    for k in range(v.shape[1]):
        length = tf.sqrt(tf.reduce_sum(v[:, k] ** 2, -1) + 1e-9)
        total += tf.where(y[:, k] > 0.5, tf.nn.relu(0.9 - length) ** 2, 0.5 * tf.nn.relu(length - 0.1) ** 2)
    return total


@oracle(of="margin_loss")
def margin_loss_chosen(v, y):
    """Both losses of a length, one of which the target chooses; tf.math.divide_no_nan for a safe root."""
    square = tf.reduce_sum(tf.square(v), axis=-1)
    length = tf.math.divide_no_nan(square, tf.sqrt(tf.maximum(square, 1e-12)))
    both = [0.5 * tf.square(tf.maximum(length - 0.1, 0)), tf.square(tf.maximum(0.9 - length, 0))]
    both = tf.stack(both, axis=-1)
    return tf.einsum("bkt,bkt->b", both, tf.stack([1 - y, y], axis=-1))


@oracle(of="dynamic_routing")
def routing_by_loops(u_hat, iters, squash):
    """Loops over the inputs and the outputs, with lists of scores."""
    u_hat = tf.convert_to_tensor(u_hat)
    _, inputs, outputs, _ = u_hat.shape
    if iters <= 0:
        raise ValueError("no rounds")
    b = [[tf.zeros(u_hat.shape[0]) for _ in range(outputs)] for _ in range(inputs)]
    for left in range(iters - 1, -1, -1):
        c = []
        for i in range(inputs):
            most = tf.reduce_max(tf.stack(b[i]), axis=0)
            powers = [tf.exp(score - most) for score in b[i]]
            c.append([power / tf.add_n(powers) for power in powers])
        s = [tf.add_n([c[i][j][:, None] * u_hat[:, i, j] for i in range(inputs)]) for j in range(outputs)]
        v = [squash(one) for one in s]
        if left:
            for i in range(inputs):
                for j in range(outputs):
                    b[i][j] = b[i][j] + tf.reduce_sum(u_hat[:, i, j] * v[j], axis=-1)
    return tf.stack(v, axis=1), tf.stack([tf.stack(row, axis=-1) for row in c], axis=1)


@oracle(of="dynamic_routing")
def routing_by_sums(u_hat, iters, squash):
    """The scores are the predictions times the sum of all outputs so far."""
    u_hat = tf.convert_to_tensor(u_hat)
    if iters < 1:
        raise ValueError("no rounds")
    swapped = tf.transpose(u_hat, (0, 2, 1, 3))  # batch, outputs, inputs, size
    total = tf.zeros_like(swapped[:, :, 0])
    for _ in range(iters):
        c = tf.nn.softmax(tf.squeeze(swapped @ total[..., None], -1), axis=1)
        v = squash(tf.squeeze(c[:, :, None, :] @ swapped, 2))
        total = total + v
    return v, tf.transpose(c, (0, 2, 1))
