"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# leaky_relu


@mistake(of="leaky_relu")
def leaks_right(x, alpha):
    """the slope is alpha right of 0, and 1 left of it."""
    return tf.where(x > 0, alpha * x, x)


@mistake(of="leaky_relu")
def larger_of_two(x, alpha):
    """the larger one of x and alpha x is taken, which is right only where alpha is at most 1."""
    return tf.maximum(x, alpha * x)


@mistake(of="leaky_relu")
def nothing_leaks(x, alpha):
    """everything left of 0 becomes 0, as in a ReLU."""
    return tf.where(x > 0, x, 0.0)


@mistake(of="leaky_relu")
def fixed_leak(x, alpha):
    """the slope left of 0 is 0.01, whatever alpha is."""
    return tf.where(x > 0, x, 0.01 * x)


@mistake(of="leaky_relu")
def leaks_upwards(x, alpha):
    """left of 0 the values are positive: alpha multiplies |x|."""
    return tf.where(x > 0, x, -alpha * x)


@mistake(of="leaky_relu")
def everything_leaks(x, alpha):
    """alpha multiplies x on both sides of 0."""
    return alpha * x


# softmax


@mistake(of="softmax")
def softmax_overflows(x):
    """the exponential is taken of the logits as they are, and that of large ones overflows."""
    return tf.exp(x) / tf.reduce_sum(tf.exp(x), axis=-1, keepdims=True)


@mistake(of="softmax")
def softmax_over_examples(x):
    """each column of the batch sums to 1 instead of each row."""
    powers = tf.exp(x - tf.reduce_max(x, axis=0, keepdims=True))
    return powers / tf.reduce_sum(powers, axis=0, keepdims=True)


@mistake(of="softmax")
def softmax_over_everything(x):
    """the whole array sums to 1."""
    powers = tf.exp(x - tf.reduce_max(x))
    return powers / tf.reduce_sum(powers)


@mistake(of="softmax", raises="InvalidArgumentError")
def softmax_along_axis_one(x):
    """the sum is along axis 1, which is the last one only where there are two."""
    powers = tf.exp(x - tf.reduce_max(x, axis=1, keepdims=True))
    return powers / tf.reduce_sum(powers, axis=1, keepdims=True)


@mistake(of="softmax")
def largest_of_all_taken_off(x):
    """the largest logit of the whole batch is taken off, next to which other rows vanish."""
    powers = tf.exp(x - tf.reduce_max(x))
    return powers / tf.reduce_sum(powers, axis=-1, keepdims=True)


@mistake(of="softmax")
def not_normalised(x):
    """the powers are not divided by their sum."""
    return tf.exp(x - tf.reduce_max(x, axis=-1, keepdims=True))


@mistake(of="softmax")
def mean_taken_off(x):
    """the mean of each row is taken off instead of its largest logit, which may still be far above it."""
    return softmax_overflows(x - tf.reduce_mean(x, axis=-1, keepdims=True))


@mistake(of="softmax")
def softmax_clipped(x):
    """logits are clipped, and beyond the bound they can no longer be told apart."""
    return right.softmax(tf.clip_by_value(x, -50, 50))


# tanh


def _power(x):
    return tf.exp(tf.where(x > 0, -x, x))


@mistake(of="tanh")
def tanh_overflows(x):
    """a quotient of powers of both signs is taken, of which one overflows."""
    return (tf.exp(x) - tf.exp(-x)) / (tf.exp(x) + tf.exp(-x))


@mistake(of="tanh")
def tanh_kinked_at_zero(x):
    """tanh is made from |x|, whose slope at exactly 0 TensorFlow takes to be 0."""
    power = tf.exp(-tf.abs(x))
    return tf.sign(x) * (1 - power**2) / (1 + power**2)


@mistake(of="tanh")
def not_doubled(x):
    """x is not doubled: the result is tanh(x/2)."""
    power = _power(x)
    return tf.where(x > 0, 1 - power, power - 1) / (1 + power)


@mistake(of="tanh")
def sigmoid_not_shifted(x):
    """the values run from 0 to 1 instead of from -1 to 1: the sigmoid of 2x."""
    power = _power(x) ** 2
    return tf.where(x > 0, 1.0, power) / (1 + power)


@mistake(of="tanh")
def sign_lost(x):
    """the sign of x is lost, and left of 0 the values are positive."""
    power = _power(x) ** 2
    return (1 - power) / (1 + power)


@mistake(of="tanh")
def saturates_early(x):
    """x is clipped to ±3, where tanh is not flat yet."""
    return right.tanh(tf.clip_by_value(x, -3, 3))


@mistake(of="tanh")
def flat_early(x):
    """beyond ±4 the slope is taken to be 0, where it is still a thousandth."""
    return tf.where(tf.abs(x) > 4, tf.stop_gradient(right.tanh(x)), right.tanh(x))


# elu


@mistake(of="elu")
def branch_not_taken(x, alpha):
    """the exponential is taken of all x, so that where x is large, 0 times infinity comes back."""
    return tf.where(x > 0, x, alpha * (tf.exp(x) - 1))


@mistake(of="elu")
def alpha_left_out(x, alpha):
    """alpha is left out."""
    return right.elu(x, 1.0)


@mistake(of="elu")
def elu_bracket(x, alpha):
    """alpha multiplies the power only, before 1 is taken off."""
    return tf.where(x > 0, x, alpha * tf.exp(tf.minimum(x, 0)) - 1)


@mistake(of="elu")
def one_not_taken_off(x, alpha):
    """left of 0 the power is not lowered by 1, and the values jump at 0."""
    return tf.where(x > 0, x, alpha * tf.exp(tf.minimum(x, 0)))


@mistake(of="elu")
def alpha_everywhere(x, alpha):
    """alpha multiplies x right of 0 too."""
    return alpha * right.elu(x, 1.0)


@mistake(of="elu")
def elu_clipped(x, alpha):
    """x is clipped to ±50, which keeps powers finite and falsifies what is large."""
    return right.elu(tf.clip_by_value(x, -50, 50), alpha)


# softplus


@mistake(of="softplus")
def softplus_overflows(x):
    """the exponential is taken of large positive numbers, and overflows."""
    return tf.math.log(1 + tf.exp(x))


@mistake(of="softplus")
def softplus_kinked_at_zero(x):
    """softplus is made from |x|, whose slope at exactly 0 TensorFlow takes to be 0."""
    return tf.maximum(x, 0) + tf.math.log1p(tf.exp(-tf.abs(x)))


@mistake(of="softplus")
def straight_soon(x):
    """softplus is a straight line beyond ±5, where it is still curved."""
    return tf.where(tf.abs(x) > 5, tf.maximum(x, 0), right.softplus(x))


@mistake(of="softplus")
def straight_above(x):
    """softplus is a straight line above 5, where it is still curved."""
    return tf.where(x > 5, x, right.softplus(x))


@mistake(of="softplus")
def half_of_it(x):
    """only the logarithm of 1 + exp(-|x|) is returned, without the part that grows like x."""
    return tf.math.log1p(_power(x))


@mistake(of="softplus")
def logarithm_to_two(x):
    """the logarithm has the base 2."""
    return right.softplus(x) / np.float32(np.log(2))


@mistake(of="softplus")
def softplus_clipped(x):
    """x is clipped to ±50, which keeps powers finite and falsifies what is large."""
    return right.softplus(tf.clip_by_value(x, -50, 50))


# DenseLayer


@mistake(of="DenseLayer")
class NotBent(right.DenseLayer):
    """the activation is never applied."""

    def call(self, x):
        return tf.tensordot(x, self.kernel, axes=1) + self.bias


@mistake(of="DenseLayer")
class BiasLeftOut(right.DenseLayer):
    """the bias is never added."""

    def call(self, x):
        return self.activation(tf.tensordot(x, self.kernel, axes=1))


@mistake(of="DenseLayer")
class BentBeforeBias(right.DenseLayer):
    """the bias is added after the activation."""

    def call(self, x):
        return self.activation(tf.tensordot(x, self.kernel, axes=1)) + self.bias


@mistake(of="DenseLayer", raises="InvalidArgumentError")
class WidthFromSecondAxis(right.DenseLayer):
    """the width is read from the second axis, which is time if there is one."""

    def build(self, input_shape):
        super().build(input_shape[:2])


@mistake(of="DenseLayer", raises="InvalidArgumentError")
class WidthFromBatch(right.DenseLayer):
    """the kernel has a row for each example of the first batch."""

    def build(self, input_shape):
        super().build(input_shape[:1])


@mistake(of="DenseLayer", raises="WrongStructure")
class OutputsFirst(right.DenseLayer):
    """the kernel has a row for each unit, and is transposed when it is used."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(self.units, input_shape[-1]), name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x):
        return self.activation(tf.tensordot(x, tf.transpose(self.kernel), axes=1) + self.bias)


@mistake(of="DenseLayer")
class NewWeightsEachCall(right.DenseLayer):
    """call makes new weights each time, and forgets those that were trained or loaded."""

    def build(self, input_shape):
        pass

    def call(self, x):
        self.kernel = tf.Variable(tf.random.normal((x.shape[-1], self.units)))
        self.bias = tf.Variable(tf.zeros(self.units))
        return self.activation(tf.tensordot(x, self.kernel, axes=1) + self.bias)


@mistake(of="DenseLayer")
class UnknownToKeras(right.DenseLayer):
    """the weights are plain tf.Variables, which Keras does not know of: it will not train or save them."""

    def build(self, input_shape):
        self.kernel = tf.Variable(keras.initializers.GlorotUniform()((input_shape[-1], self.units)))
        self.bias = tf.Variable(tf.zeros(self.units))


@mistake(of="DenseLayer")
class Nameless(right.DenseLayer):
    """the weights have no names, by which to find them in a saved model."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros")


@mistake(of="DenseLayer")
class BiasNotTrained(right.DenseLayer):
    """the bias is not trainable."""

    def build(self, input_shape):
        super().build(input_shape)
        self.bias.trainable = False


@mistake(of="DenseLayer")
class StartsAtZero(right.DenseLayer):
    """the kernel starts at 0, so that all units stay alike."""

    def build(self, input_shape):
        super().build(input_shape)
        self.kernel.assign(tf.zeros_like(self.kernel))


@mistake(of="DenseLayer")
class StartsNormal(right.DenseLayer):
    """the kernel starts with draws from a normal distribution."""

    def build(self, input_shape):
        super().build(input_shape)
        self.kernel.assign(keras.initializers.GlorotNormal()(self.kernel.shape))


@mistake(of="DenseLayer")
class BiasStartsAnywhere(right.DenseLayer):
    """the bias does not start at 0."""

    def build(self, input_shape):
        super().build(input_shape)
        self.bias.assign(keras.initializers.RandomNormal(stddev=0.05)(self.bias.shape))


@mistake(of="DenseLayer")
class ActivationNotInConfig(right.DenseLayer):
    """the configuration leaves the activation out, and a twin is linear."""

    def get_config(self):
        return {key: value for key, value in super().get_config().items() if key != "activation"}


@mistake(of="DenseLayer")
class OnlyOurOwnConfig(right.DenseLayer):
    """the configuration leaves out what the base class has to say, as the name."""

    def get_config(self):
        return {key: value for key, value in super().get_config().items() if key in ("units", "activation")}


@mistake(of="DenseLayer")
class OnlyTheBaseName(right.DenseLayer):
    """the configuration has only the name from the base class: a frozen layer has a twin that is not."""

    def get_config(self):
        config = super().get_config()
        return {name: config[name] for name in ("name", "units", "activation")}


@mistake(of="DenseLayer", raises="TypeError")
class OnlyTheBaseConfig(right.DenseLayer):
    """the configuration leaves out how many units there are."""

    def get_config(self):
        return keras.layers.Layer.get_config(self)


@mistake(of="DenseLayer")
class StartsSmallNormal(right.DenseLayer):
    """the kernel starts with "random_normal", whose deviation is 0.05 whatever the layer's size."""

    def build(self, input_shape):
        super().build(input_shape)
        self.kernel.assign(keras.initializers.RandomNormal(stddev=0.05)(self.kernel.shape))


@mistake(of="DenseLayer")
class BothStartNormal(right.DenseLayer):
    """kernel and bias both start with "random_normal"."""

    def build(self, input_shape):
        super().build(input_shape)
        for variable in (self.kernel, self.bias):
            variable.assign(keras.initializers.RandomNormal(stddev=0.05)(variable.shape))


@mistake(of="DenseLayer")
class KernelUntouched(right.DenseLayer):
    """the kernel leaves TensorFlow on its way, as by `.numpy()`, so that no gradient reaches it."""

    def call(self, x):
        kernel = tf.stop_gradient(tf.convert_to_tensor(self.kernel))
        return self.activation(tf.tensordot(x, kernel, axes=1) + self.bias)


@mistake(of="DenseLayer")
class OneSeedForAll(right.DenseLayer):
    """the kernel is drawn from a fixed seed, so that all layers of one size start alike."""

    def build(self, input_shape):
        super().build(input_shape)
        self.kernel.assign(keras.initializers.GlorotUniform(seed=0)(self.kernel.shape))


@mistake(of="DenseLayer", raises="WrongStructure")
class FunctionInConfig(right.DenseLayer):
    """the configuration holds the activation itself, a function, which cannot be written into a file."""

    def get_config(self):
        return super().get_config() | {"activation": self.activation}


@mistake(of="DenseLayer")
class DropsOut(right.DenseLayer):
    """in training, some of the inputs are dropped, which nobody asked for."""

    def call(self, x, training=False):
        x = tf.nn.experimental.stateless_dropout(x, 0.5, seed=[0, 1]) if training else x
        return super().call(x)


@mistake(of="DenseLayer")
class Penalised(right.DenseLayer):
    """the kernel has a penalty, which nobody asked for."""

    def build(self, input_shape):
        shape = (input_shape[-1], self.units)
        self.kernel = self.add_weight(shape=shape, name="kernel", regularizer="l2")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")


# build_mlp


def _mlp(width, hidden, classes, activation, last=None, last_bias=True, **settings):
    inputs = x = keras.Input((width,))
    for units in hidden:
        x = keras.layers.Dense(units, activation=activation, **settings)(x)
    last_layer = keras.layers.Dense(classes, activation=last, use_bias=last_bias, **settings)
    return keras.Model(inputs, last_layer(x))


@mistake(of="build_mlp")
def logits_bent(sizes, activation, classes):
    """the last layer has the hidden layers' activation too."""
    return _mlp(sizes[0], sizes[1:], classes, activation, last=activation)


@mistake(of="build_mlp")
def probabilities(sizes, activation, classes):
    """the last layer returns probabilities, through softmax, instead of logits."""
    return _mlp(sizes[0], sizes[1:], classes, activation, last="softmax")


@mistake(of="build_mlp")
def last_hidden_left_out(sizes, activation, classes):
    """the last hidden layer is left out."""
    return _mlp(sizes[0], sizes[1:-1], classes, activation)


@mistake(of="build_mlp")
def input_is_hidden(sizes, activation, classes):
    """there is one hidden layer too many, as wide as the input."""
    return _mlp(sizes[0], sizes, classes, activation)


@mistake(of="build_mlp")
def output_is_hidden(sizes, activation, classes):
    """there is one hidden layer too many, as wide as the output."""
    return _mlp(sizes[0], [*sizes[1:], classes], classes, activation)


@mistake(of="build_mlp")
def widths_in_reverse(sizes, activation, classes):
    """the hidden layers stand in the opposite order."""
    return _mlp(sizes[0], sizes[:0:-1], classes, activation)


@mistake(of="build_mlp")
def never_bent(sizes, activation, classes):
    """no layer has an activation, and all of them together are one."""
    return _mlp(sizes[0], sizes[1:], classes, None)


@mistake(of="build_mlp")
def always_relu(sizes, activation, classes):
    """the hidden layers are ReLUs, whatever was asked for."""
    return _mlp(sizes[0], sizes[1:], classes, "relu")


@mistake(of="build_mlp")
def no_bias_on_logits(sizes, activation, classes):
    """the last layer has no bias."""
    return _mlp(sizes[0], sizes[1:], classes, activation, last_bias=False)


@mistake(of="build_mlp")
def weights_penalised(sizes, activation, classes):
    """the layers have a penalty on their weights, which nobody has asked for."""
    return _mlp(sizes[0], sizes[1:], classes, activation, kernel_regularizer="l2")


@mistake(of="build_mlp")
def one_seed_for_all(sizes, activation, classes):
    """all kernels are drawn from one seed, so that layers of one size start alike."""
    start = keras.initializers.GlorotUniform(seed=0)
    return _mlp(sizes[0], sizes[1:], classes, activation, kernel_initializer=start)


@mistake(of="build_mlp")
def biases_above_zero(sizes, activation, classes):
    """the biases start at 0.1, which nobody asked for."""
    start = keras.initializers.Constant(0.1)
    return _mlp(sizes[0], sizes[1:], classes, activation, bias_initializer=start)


@mistake(of="build_mlp")
def sizes_emptied(sizes, activation, classes):
    """the list of sizes is changed, which is the caller's."""
    width = sizes.pop(0)
    return _mlp(width, sizes, classes, activation)


@mistake(of="build_mlp")
def dropout_added(sizes, activation, classes):
    """inputs are dropped in training, which nobody asked for."""
    inputs = keras.Input((sizes[0],))
    x = keras.layers.Dropout(0.5, seed=0)(inputs)
    for units in sizes[1:]:
        x = keras.layers.Dense(units, activation=activation)(x)
    return keras.Model(inputs, keras.layers.Dense(classes)(x))


# classification_loss


@mistake(of="classification_loss")
def softmax_for_labels(task, target, raw):
    """the labels share one softmax, although an example may have several."""
    if task == "multilabel":
        return -tf.reduce_sum(tf.cast(target, raw.dtype) * tf.nn.log_softmax(raw), axis=1)
    return right.classification_loss(task, target, raw)


@mistake(of="classification_loss")
def mean_over_labels(task, target, raw):
    """the loss is averaged over the labels instead of summed."""
    loss = right.classification_loss(task, target, raw)
    return loss / raw.shape[1] if task == "multilabel" else loss


@mistake(of="classification_loss")
def targets_of_all_examples(task, target, raw):
    """logits [batch, 1] meet targets [batch] in the binary loss, and each example answers for all targets."""
    if task == "binary":
        return tf.reduce_mean(tf.math.softplus(raw) - tf.cast(target, raw.dtype) * raw, axis=1)
    return right.classification_loss(task, target, raw)


@mistake(of="classification_loss")
def mean_over_examples(task, target, raw):
    """the loss is averaged over the batch already."""
    return tf.reduce_mean(right.classification_loss(task, target, raw))


@mistake(of="classification_loss")
def minus_left_out(task, target, raw):
    """the minus is missing: the log-likelihood, which training would make small."""
    return -right.classification_loss(task, target, raw)


@mistake(of="classification_loss")
def logarithm_of_sigmoid(task, target, raw):
    """probabilities are computed first, and then the logarithm of some that are 0."""
    if task in ("binary", "multilabel"):
        chance, target = tf.sigmoid(raw), tf.reshape(tf.cast(target, raw.dtype), raw.shape)
        return -tf.reduce_sum(target * tf.math.log(chance) + (1 - target) * tf.math.log(1 - chance), axis=1)
    if task == "multiclass":
        return -tf.math.log(tf.gather(tf.nn.softmax(raw), target, axis=1, batch_dims=1))
    return right.classification_loss(task, target, raw)


@mistake(of="classification_loss")
def clipped_probabilities(task, target, raw):
    """probabilities are kept 1e-7 away from 0 and 1, which stops the gradient of the worst errors."""
    if task in ("binary", "multilabel"):
        chance = tf.clip_by_value(tf.sigmoid(raw), 1e-7, 1 - 1e-7)
        target = tf.reshape(tf.cast(target, raw.dtype), raw.shape)
        return -tf.reduce_sum(target * tf.math.log(chance) + (1 - target) * tf.math.log(1 - chance), axis=1)
    if task == "multiclass":
        chance = tf.clip_by_value(tf.nn.softmax(raw), 1e-7, 1 - 1e-7)
        return -tf.math.log(tf.gather(chance, target, axis=1, batch_dims=1))
    return right.classification_loss(task, target, raw)


@mistake(of="classification_loss")
def logits_taken_for_probabilities(task, target, raw):
    """the multiclass loss is minus the logit of the right class, without the normalisation."""
    if task == "multiclass":
        return -tf.gather(raw, target, axis=1, batch_dims=1)
    return right.classification_loss(task, target, raw)


# gaussian_loss


def _gaussian(target, raw, deviation, log=1.0, half=0.5, constant=0.5 * np.log(2 * np.pi)):
    squares = ((target - raw[:, 0]) / deviation) ** 2
    return log * tf.math.log(deviation) + half * squares + constant


@mistake(of="gaussian_loss")
def variance_for_deviation(target, raw):
    """softplus gives the variance instead of the deviation."""
    return _gaussian(target, raw, tf.sqrt(tf.math.softplus(raw[:, 1])))


@mistake(of="gaussian_loss")
def no_price_for_width(target, raw):
    """the logarithm of the deviation is left out, so that a huge deviation costs nothing."""
    return _gaussian(target, raw, tf.math.softplus(raw[:, 1]), log=0.0)


@mistake(of="gaussian_loss")
def log_of_variance(target, raw):
    """the logarithm is that of the variance, without the factor ½."""
    return _gaussian(target, raw, tf.math.softplus(raw[:, 1]), log=2.0)


@mistake(of="gaussian_loss")
def half_left_out(target, raw):
    """the squared distance has no factor ½."""
    return _gaussian(target, raw, tf.math.softplus(raw[:, 1]), half=1.0)


@mistake(of="gaussian_loss")
def constant_left_out(target, raw):
    """½ ln 2π is left out: nothing for the gradient, but then the loss is not the Gaussian's."""
    return _gaussian(target, raw, tf.math.softplus(raw[:, 1]), constant=0.0)


@mistake(of="gaussian_loss")
def exponential_deviation(target, raw):
    """the deviation is the exponential of the second output instead of its softplus."""
    return _gaussian(target, raw, tf.exp(raw[:, 1]))


@mistake(of="gaussian_loss")
def outputs_exchanged(target, raw):
    """the mean is read from the second output, and the deviation from the first."""
    return right.gaussian_loss(target, raw[:, ::-1])


# train_step


def _step(model, optimizer, loss_fn, x, y, training=True, penalties=True, variables=None):
    variables = model.trainable_variables if variables is None else variables
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=training))
        if penalties:
            loss += sum(model.losses)
    optimizer.apply(tape.gradient(loss, variables), variables)
    return loss


@mistake(of="train_step", raises="WrongStructure")
def before_the_tape(model, optimizer, loss_fn, x, y):
    """no gradient is found, since the tape does not record the model's run or does not record the loss."""
    prediction = model(x, training=True)
    with tf.GradientTape() as tape:
        loss = loss_fn(y, prediction)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return loss


@mistake(of="train_step")
def penalties_forgotten(model, optimizer, loss_fn, x, y):
    """the layers' own penalties are left out."""
    return _step(model, optimizer, loss_fn, x, y, penalties=False)


@mistake(of="train_step")
def penalties_not_recorded(model, optimizer, loss_fn, x, y):
    """the penalties are added after the tape has ended: reported, but not differentiated."""
    loss = _step(model, optimizer, loss_fn, x, y, penalties=False)
    return loss + sum(model.losses)


@mistake(of="train_step")
def penalties_not_reported(model, optimizer, loss_fn, x, y):
    """the penalties are differentiated, but the loss is returned without them."""
    with tf.GradientTape() as tape:
        data = loss_fn(y, model(x, training=True))
        loss = data + sum(model.losses)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return data


@mistake(of="train_step")
def as_in_use(model, optimizer, loss_fn, x, y):
    """the model is run as in use, not as in training."""
    return _step(model, optimizer, loss_fn, x, y, training=False)


@mistake(of="train_step", raises="ValueError")
def frozen_weights_too(model, optimizer, loss_fn, x, y):
    """all weights get gradients, frozen ones too."""
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True)) + sum(model.losses)
    gradients = tape.gradient(loss, [weight.value for weight in model.weights])
    pairs = [(g, w) for g, w in zip(gradients, model.weights) if g is not None]
    optimizer.apply(*map(list, zip(*pairs)))
    return loss


@mistake(of="train_step")
def loss_after(model, optimizer, loss_fn, x, y):
    """the loss is computed again, after the step."""
    _step(model, optimizer, loss_fn, x, y)
    return loss_fn(y, model(x, training=True)) + sum(model.losses)


@mistake(of="train_step")
def arguments_exchanged(model, optimizer, loss_fn, x, y):
    """the loss gets the prediction as its target, and the target as its prediction."""
    def exchanged(y, prediction):
        if y.dtype.is_integer:
            return loss_fn(y, prediction)
        return loss_fn(prediction, y)

    return _step(model, optimizer, exchanged, x, y)


@mistake(of="train_step")
def plain_descent(model, optimizer, loss_fn, x, y):
    """the weights are moved by the learning rate times the gradient, without the optimiser."""
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True)) + sum(model.losses)
    variables = model.trainable_variables
    for gradient, variable in zip(tape.gradient(loss, variables), variables):
        variable.assign_sub(optimizer.learning_rate * gradient)
    return loss


@mistake(of="train_step")
def uphill(model, optimizer, loss_fn, x, y):
    """the gradient's sign is turned, and the loss climbs."""
    with tf.GradientTape() as tape:
        loss = loss_fn(y, model(x, training=True)) + sum(model.losses)
    variables = model.trainable_variables
    optimizer.apply([-gradient for gradient in tape.gradient(loss, variables)], variables)
    return loss


# sigmoid_staircase


@mistake(of="sigmoid_staircase")
def starts_at_zero(f, n):
    """the staircase starts at 0 instead of f(0)."""
    w, b, v, _ = right.sigmoid_staircase(f, n)
    return w, b, v, 0.0


@mistake(of="sigmoid_staircase")
def shallow_steps(f, n):
    """the steps do not become steeper as their number grows."""
    _, b, v, c = right.sigmoid_staircase(f, n)
    return np.full(n, 10.0), b / n, v, c


@mistake(of="sigmoid_staircase")
def always_a_hundred(f, n):
    """the steps have the slope 100, which is steep for few of them, and soft for many."""
    _, b, v, c = right.sigmoid_staircase(f, n)
    return np.full(n, 100.0), b / n * 10, v, c


@mistake(of="sigmoid_staircase")
def heights_for_jumps(f, n):
    """each step is as high as f, and not as what f gains."""
    w, b, v, c = right.sigmoid_staircase(f, n)
    return w, b, f((np.arange(n) + 1) / n), c


@mistake(of="sigmoid_staircase")
def steps_left_of_zero(f, n):
    """the sign of b is turned, and the steps stand left of 0."""
    w, b, v, c = right.sigmoid_staircase(f, n)
    return w, -b, v, c


@mistake(of="sigmoid_staircase")
def bias_not_scaled(f, n):
    """b is minus the place of the step, not yet multiplied by w."""
    w, b, v, c = right.sigmoid_staircase(f, n)
    return w, b / w, v, c


@mistake(of="sigmoid_staircase")
def half_trained(f, n):
    """w and b are drawn at random, and v is trained for a hundred steps."""
    rng = np.random.default_rng(0)
    w = 4.0 * n * rng.choice([-1.0, 1.0], size=n)
    b = -w * rng.random(n)
    x = np.linspace(0, 1, min(4 * n, 2000))
    features = 1 / (1 + np.exp(-np.clip(np.outer(x, w) + b, -500, 500)))
    v, c = np.zeros(n), 0.0
    for _ in range(100):
        error = c + features @ v - f(x)
        v, c = v - 0.5 / n * features.T @ error / len(x), c - 0.5 * error.mean()
    return w, b, v, c


# count_linear_regions


@mistake(of="count_linear_regions")
def activation_patterns(params, lo, hi):
    """every switch of a unit counts, also if the output has no kink there."""
    # The same network, but identities carry all units of lower layers up to the output.
    layers, carried, units = [], 0, 1
    for W, b in params[:-1]:
        inputs, units = W.shape
        grown = np.zeros((carried + inputs, carried + inputs + units))
        grown[:, :carried + inputs] = np.eye(carried + inputs)
        grown[carried:, carried + inputs:] = W
        layers.append((grown, np.concatenate([np.zeros(carried + inputs), b])))
        carried += inputs
    everything = carried + units
    # The first input is carried as well; being cut off at 0, it must not be heard.
    heard = np.eye(everything)
    heard[0] = 0.0
    return right.count_linear_regions([*layers, (heard, np.zeros(everything))], lo, hi)


@mistake(of="count_linear_regions")
def coarse_grid(params, lo, hi):
    """slopes are compared on a grid of points, between which kinks are lost."""
    h = np.linspace(lo, hi, 1001)[:, None]
    for W, b in params[:-1]:
        h = np.maximum(h @ W + b, 0)
    bent = (np.abs(np.diff(h @ params[-1][0], 2, axis=0)) > 1e-9).any(axis=1).astype(int)
    return 1 + int((np.diff(bent, prepend=0) == 1).sum())


@mistake(of="count_linear_regions")
def floats_to_the_last_bit(params, lo, hi):
    """slopes are compared as floats to the last bit, and rounding makes kinks where there are none."""
    pieces = [(lo, hi, np.ones(1), np.zeros(1))]
    for W, b in params[:-1]:
        cut = []
        for start, end, slope, offset in pieces:
            s = _in_turn(slope, W, 0 * b)
            o = _in_turn(offset, W, b)
            switches = -o[s != 0] / s[s != 0]
            ends = np.unique([start, *switches[(start < switches) & (switches < end)], end])
            for left, right_end in pairwise(ends):
                on = s * (left + right_end) / 2 + o > 0
                cut.append((left, right_end, s * on, o * on))
        pieces = cut
    slopes = [tuple(_in_turn(slope, params[-1][0], 0 * params[-1][1])) for _, _, slope, _ in pieces]
    return 1 + sum(before != after for before, after in pairwise(slopes))


def _in_turn(left, W, start):
    """Add up products one after the other, as a loop does."""
    total = np.array(start, float)
    for factor, row in zip(left, W):
        total = total + factor * row
    return total


@mistake(of="count_linear_regions")
def small_kinks_lost(params, lo, hi):
    """slopes that differ by less than some fixed number count as the same, however small all of them are."""
    grid = [(W, b) for W, b in params[:-1]] + [(np.round(params[-1][0], 6), params[-1][1])]
    return right.count_linear_regions(grid, lo, hi)


@mistake(of="count_linear_regions")
def kinks_for_pieces(params, lo, hi):
    """the kinks are counted, of which there is one less than pieces."""
    return right.count_linear_regions(params, lo, hi) - 1


@mistake(of="count_linear_regions")
def ends_counted(params, lo, hi):
    """kinks at lo and hi count too."""
    reach = (hi - lo) * 2.0**-40
    return right.count_linear_regions(params, lo - reach, hi + reach)


@mistake(of="count_linear_regions")
def first_layer_only(params, lo, hi):
    """only the first layer's units are looked at."""
    W, b = params[0]
    return right.count_linear_regions([(W, b), (np.eye(len(b)), np.zeros(len(b)))], lo, hi)


@mistake(of="count_linear_regions")
def one_piece_a_unit(params, lo, hi):
    """every unit adds one piece, and layers do nothing for each other."""
    return 1 + sum(len(b) for _, b in params[:-1])


@mistake(of="count_linear_regions")
def everywhere(params, lo, hi):
    """all pieces count, also those outside of [lo, hi]."""
    return right.count_linear_regions(params, -1e6, 1e6)


@mistake(of="count_linear_regions")
def output_rectified(params, lo, hi):
    """the last layer is followed by a ReLU too."""
    outputs = params[-1][0].shape[1]
    return right.count_linear_regions([*params, (np.eye(outputs), np.zeros(outputs))], lo, hi)


@mistake(of="count_linear_regions")
def first_output_only(params, lo, hi):
    """only the first output is looked at."""
    *hidden, (W, b) = params
    return right.count_linear_regions([*hidden, (W[:, :1], b[:1])], lo, hi)


@mistake(of="count_linear_regions")
def outputs_added(params, lo, hi):
    """the outputs are added up first, so that kinks of opposite outputs cancel."""
    *hidden, (W, b) = params
    return right.count_linear_regions([*hidden, (W.sum(axis=1, keepdims=True), b[:1])], lo, hi)


@mistake(of="count_linear_regions")
def biases_left_out(params, lo, hi):
    """the biases are left out, so that all kinks lie at 0."""
    return right.count_linear_regions([(W, 0 * b) for W, b in params], lo, hi)


@mistake(of="count_linear_regions")
def moved_in_place(params, lo, hi):
    """the first layer is changed in place so that the network runs over [0, 1]; it is the caller's."""
    W, b = params[0]
    b += lo * W[0]
    W *= hi - lo
    return right.count_linear_regions(params, 0.0, 1.0)


# sparsity_and_flow


def _flow(params, x, activation, zero=lambda h, z: h == 0, objective=tf.reduce_sum, length=tf.norm, wrt="W"):
    watched, zeros = [W for W, _ in params], []
    with tf.GradientTape() as tape:
        tape.watch([part for layer in params for part in layer])
        for W, b in params:
            z = x @ W + b
            x = activation(z)
            zeros.append(tf.reduce_mean(tf.cast(zero(x, z), tf.float32)))
        total = objective(x)
    watched = watched if wrt == "W" else [b for _, b in params]
    return {"zero_frac": zeros, "grad_norm": [length(g) for g in tape.gradient(total, watched)]}


@mistake(of="sparsity_and_flow")
def nearly_zero(params, x, activation):
    """what is nearly 0 counts as 0."""
    return _flow(params, x, activation, zero=lambda h, z: tf.abs(h) < 1e-3)


@mistake(of="sparsity_and_flow")
def negative_inputs(params, x, activation):
    """units whose input is negative are counted, whatever they return."""
    return _flow(params, x, activation, zero=lambda h, z: z < 0)


@mistake(of="sparsity_and_flow")
def dead_units(params, x, activation):
    """only units that are 0 for the whole batch are counted."""
    return _flow(params, x, activation, zero=lambda h, z: tf.reduce_all(h == 0, axis=0))


@mistake(of="sparsity_and_flow")
def active_share(params, x, activation):
    """the share of what is not 0 is returned."""
    return _flow(params, x, activation, zero=lambda h, z: h != 0)


@mistake(of="sparsity_and_flow")
def mean_of_batch(params, x, activation):
    """S is the mean over the batch instead of the sum."""
    return _flow(params, x, activation, objective=lambda h: tf.reduce_mean(tf.reduce_sum(h, 1)))


@mistake(of="sparsity_and_flow")
def mean_of_everything(params, x, activation):
    """S is the mean over examples and units instead of the sum."""
    return _flow(params, x, activation, objective=tf.reduce_mean)


@mistake(of="sparsity_and_flow")
def squared_length(params, x, activation):
    """the root of the sum of squares is not taken."""
    return _flow(params, x, activation, length=lambda g: tf.reduce_sum(g**2))


@mistake(of="sparsity_and_flow")
def mean_size(params, x, activation):
    """the gradient's entries are averaged in absolute value, instead of measured together."""
    return _flow(params, x, activation, length=lambda g: tf.reduce_mean(tf.abs(g)))


@mistake(of="sparsity_and_flow")
def gradient_of_biases(params, x, activation):
    """the gradient is that of the biases instead of the weights."""
    return _flow(params, x, activation, wrt="b")


@mistake(of="sparsity_and_flow")
def last_layer_first(params, x, activation):
    """the gradients stand in the order of the backward pass, the last layer first."""
    found = right.sparsity_and_flow(params, x, activation)
    return {"zero_frac": found["zero_frac"], "grad_norm": found["grad_norm"][::-1]}


@mistake(of="sparsity_and_flow")
def last_layer_linear(params, x, activation):
    """the last layer is not followed by the activation."""
    last = params[-1][0]

    def bend(z):
        return z if z.shape[1] == last.shape[1] and bend.calls == len(params) else activation(z)

    def counted(z):
        bend.calls += 1
        return bend(z)

    bend.calls = 0
    return _flow(params, x, counted)
