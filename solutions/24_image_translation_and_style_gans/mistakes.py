"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# patchgan


def _patches(
    filters, n_layers, in_ch, strides=None, padding="own", slope=0.2, cap=8, widths=None, activated=True,
    end="logits", kernel=4, normalised=False, last_bias=True,
):
    """Build a discriminator as the solution does, but for what is asked to be different."""
    if n_layers < 1:
        raise ValueError("too few layers")
    strides = [2] * n_layers + [1] if strides is None else strides
    widths = [filters * min(2**number, cap) for number in range(n_layers + 1)] if widths is None else widths

    def convolution(x, channels, stride, bias=True):
        if padding == "own":
            x = keras.layers.ZeroPadding2D(1)(x)
        way = "valid" if padding == "own" else padding
        return keras.layers.Conv2D(channels, kernel, stride, padding=way, use_bias=bias)(x)

    image = keras.Input((None, None, in_ch))
    x = image
    for number, (width, stride) in enumerate(zip(widths, strides)):
        x = convolution(x, width, stride)
        if normalised and number:
            x = keras.layers.GroupNormalization(groups=-1, epsilon=1e-5, center=False, scale=False)(x)
        x = keras.layers.LeakyReLU(slope)(x) if activated else x
    x = convolution(x, 1, 1, last_bias)
    if end == "sigmoid":
        x = keras.layers.Activation("sigmoid")(x)
    if end == "leaky":
        x = keras.layers.LeakyReLU(slope)(x)
    if end == "mean":
        x = keras.layers.GlobalAveragePooling2D(keepdims=True)(x)
    return keras.Model(image, x)


@mistake(of="patchgan")
def patches_all_of_stride_two(filters=64, n_layers=3, in_ch=3):
    """the convolution before the last one has stride 2 as well, so that there are too few answers."""
    return _patches(filters, n_layers, in_ch, strides=[2] * (n_layers + 1))


@mistake(of="patchgan")
def patches_pooled(filters=64, n_layers=3, in_ch=3):
    """the answers are averaged to a single one for the whole image."""
    return _patches(filters, n_layers, in_ch, end="mean")


@mistake(of="patchgan")
def patches_same(filters=64, n_layers=3, in_ch=3):
    """the convolutions are padded by Keras' "same", and not by one row or column on each side."""
    return _patches(filters, n_layers, in_ch, padding="same")


@mistake(of="patchgan")
def patches_probabilities(filters=64, n_layers=3, in_ch=3):
    """the last convolution is followed by a sigmoid."""
    return _patches(filters, n_layers, in_ch, end="sigmoid")


@mistake(of="patchgan")
def patches_leaky_to_the_end(filters=64, n_layers=3, in_ch=3):
    """the last convolution is followed by a leaky ReLU like the others."""
    return _patches(filters, n_layers, in_ch, end="leaky")


@mistake(of="patchgan")
def patches_keras_slope(filters=64, n_layers=3, in_ch=3):
    """the leaky ReLU has the slope 0.3, Keras' default."""
    return _patches(filters, n_layers, in_ch, slope=0.3)


@mistake(of="patchgan")
def patches_not_leaky(filters=64, n_layers=3, in_ch=3):
    """the ReLU is not leaky."""
    return _patches(filters, n_layers, in_ch, slope=0.0)


@mistake(of="patchgan")
def patches_linear(filters=64, n_layers=3, in_ch=3):
    """no activation stands between the convolutions."""
    return _patches(filters, n_layers, in_ch, activated=False)


@mistake(of="patchgan")
def patches_grow_without_end(filters=64, n_layers=3, in_ch=3):
    """the channels are doubled without a limit."""
    return _patches(filters, n_layers, in_ch, cap=2**30)


@mistake(of="patchgan")
def patches_three_by_three(filters=64, n_layers=3, in_ch=3):
    """the kernels are 3 × 3."""
    return _patches(filters, n_layers, in_ch, kernel=3)


@mistake(of="patchgan")
def patches_without_stride_one(filters=64, n_layers=3, in_ch=3):
    """the convolution of stride 1 before the last one is missing."""
    widths = [filters * min(2**number, 8) for number in range(n_layers)]
    return _patches(filters, n_layers, in_ch, strides=[2] * n_layers, widths=widths)


@mistake(of="patchgan")
def patches_normalised(filters=64, n_layers=3, in_ch=3):
    """the channels of each image are normalised, so that an answer depends on the whole image."""
    return _patches(filters, n_layers, in_ch, normalised=True)


@mistake(of="patchgan", raises="WrongStructure")
def patches_without_layers(filters=64, n_layers=3, in_ch=3):
    """an `n_layers` below 1 is not refused."""
    return right.patchgan(filters, max(n_layers, 1), in_ch)


# lsgan_losses


@mistake(of="lsgan_losses")
def losses_without_halves(dr, df):
    """the factor 1/2 is missing in both losses."""
    d, g = right.lsgan_losses(dr, df)
    return 2 * d, 2 * g


@mistake(of="lsgan_losses")
def loss_of_d_without_half(dr, df):
    """the factor 1/2 is missing in the discriminator's loss."""
    d, g = right.lsgan_losses(dr, df)
    return 2 * d, g


@mistake(of="lsgan_losses")
def losses_by_logarithm(dr, df):
    """the losses are cross-entropies of logits."""
    d = tf.reduce_mean(tf.nn.softplus(-dr)) + tf.reduce_mean(tf.nn.softplus(df))
    return d, tf.reduce_mean(tf.nn.softplus(-df))


@mistake(of="lsgan_losses")
def losses_of_sigmoids(dr, df):
    """a sigmoid is applied to the answers first."""
    return right.lsgan_losses(tf.sigmoid(dr), tf.sigmoid(df))


@mistake(of="lsgan_losses")
def losses_with_targets_exchanged(dr, df):
    """the discriminator wants 0 for real images and 1 for generated ones."""
    return right.lsgan_losses(df, dr)[0], right.lsgan_losses(dr, df)[1]


@mistake(of="lsgan_losses")
def generator_against_itself(dr, df):
    """the generator wants the answer 0 for its own images."""
    return right.lsgan_losses(dr, df)[0], 0.5 * tf.reduce_mean(df**2)


@mistake(of="lsgan_losses")
def generator_as_opponent(dr, df):
    """the generator's loss is the discriminator's with the opposite sign."""
    d, _ = right.lsgan_losses(dr, df)
    return d, -d


@mistake(of="lsgan_losses")
def losses_summed(dr, df):
    """the squares are summed over the patches, and averaged over the images only."""

    def total(answers):
        return tf.reduce_mean(tf.reduce_sum(answers**2, axis=(1, 2, 3))) / 2

    return total(dr - 1.0) + total(df), total(df - 1.0)


@mistake(of="lsgan_losses")
def losses_absolute(dr, df):
    """absolute values stand in the place of squares."""

    def half(answers):
        return tf.reduce_mean(tf.abs(answers)) / 2

    return half(dr - 1.0) + half(df), half(df - 1.0)


@mistake(of="lsgan_losses")
def losses_with_minus_one(dr, df):
    """the target for generated images is −1 instead of 0."""
    d, g = right.lsgan_losses(dr, df)
    return d + 0.5 * tf.reduce_mean((df + 1.0) ** 2) - 0.5 * tf.reduce_mean(df**2), g


@mistake(of="lsgan_losses")
def losses_of_all_together(dr, df):
    """one mean is taken over the real and the generated answers together."""
    both = tf.concat([tf.reshape(dr - 1.0, [-1]), tf.reshape(df, [-1])], axis=0)
    return tf.reduce_mean(both**2), right.lsgan_losses(dr, df)[1]


# ImagePool


@mistake(of="ImagePool")
class KeepsReferences(right.ImagePool):
    """the images are stored without a copy, so that the caller changes them later."""

    def query(self, x, u, idx):
        if len(self.images) < self.size:
            self.images.append(x)
        elif self.size and u > 0.5:
            old, self.images[idx] = self.images[idx], x
            return old
        return x


@mistake(of="ImagePool")
class KeepsReferencesWhileFilling(right.ImagePool):
    """the images are copied when they are exchanged, and not when the pool is filled."""

    def query(self, x, u, idx):
        if len(self.images) < self.size:
            self.images.append(x)
            return x
        return right.ImagePool.query(self, x, u, idx)


@mistake(of="ImagePool")
class AlwaysExchanges(right.ImagePool):
    """a full pool always exchanges, whatever u is."""

    def query(self, x, u, idx):
        return right.ImagePool.query(self, x, 0.9, idx)


@mistake(of="ImagePool")
class NeverExchanges(right.ImagePool):
    """a full pool always returns the new image."""

    def query(self, x, u, idx):
        return right.ImagePool.query(self, x, 0.1, idx)


@mistake(of="ImagePool")
class ExchangesBelowHalf(right.ImagePool):
    """the pool exchanges if u is below 0.5."""

    def query(self, x, u, idx):
        return right.ImagePool.query(self, x, 1.0 - u, idx)


@mistake(of="ImagePool")
class ExchangesAtHalf(right.ImagePool):
    """the pool also exchanges if u is exactly 0.5."""

    def query(self, x, u, idx):
        return right.ImagePool.query(self, x, max(u, np.nextafter(0.5, 1) if u == 0.5 else u), idx)


@mistake(of="ImagePool")
class ReturnsWithoutStoring(right.ImagePool):
    """the old image is returned, and the new one is not stored in its place."""

    def query(self, x, u, idx):
        if len(self.images) == self.size and self.size and u > 0.5:
            return self.images[idx].copy()
        return right.ImagePool.query(self, x, u, idx)


@mistake(of="ImagePool")
class ForgetsTheOldest(right.ImagePool):
    """the new image is put at the end, and the numbers of the others move up."""

    def query(self, x, u, idx):
        if len(self.images) == self.size and self.size and u > 0.5:
            self.images.append(x.copy())
            return self.images.pop(idx)
        return right.ImagePool.query(self, x, u, idx)


@mistake(of="ImagePool")
class ExchangesTheOldest(right.ImagePool):
    """always the oldest stored image is exchanged, and `idx` is not used."""

    def query(self, x, u, idx):
        if len(self.images) == self.size and self.size and u > 0.5:
            self.images.append(x.copy())
            return self.images.pop(0)
        return right.ImagePool.query(self, x, u, idx)


@mistake(of="ImagePool")
class OneTooMany(right.ImagePool):
    """the pool holds one image more than its size."""

    def __init__(self, size):
        right.ImagePool.__init__(self, size)
        self.size = size + 1 if size else 0


@mistake(of="ImagePool")
class ReturnsWhatIsStored(right.ImagePool):
    """while the pool is filled, the stored copy itself is returned, so that the caller can change it."""

    def query(self, x, u, idx):
        if len(self.images) < self.size:
            self.images.append(x.copy())
            return self.images[-1]
        return right.ImagePool.query(self, x, u, idx)


@mistake(of="ImagePool", raises="WrongStructure")
class AnySize(right.ImagePool):
    """a size below 0 is not refused."""

    def __init__(self, size):
        right.ImagePool.__init__(self, max(size, 0))


# cycle_losses


def _cycle(x, y, G, F, lam, lam_id, distance):
    cycle = lam * (distance(F(G(x)), x) + distance(G(F(y)), y))
    identity = lam_id * (distance(G(y), y) + distance(F(x), x)) if lam_id else tf.zeros_like(cycle)
    return {"cycle": cycle, "identity": identity, "total": cycle + identity}


def _parts(cycle, identity):
    return {"cycle": cycle, "identity": identity, "total": cycle + identity}


def _apart(one, other):
    return tf.reduce_mean(tf.abs(one - other))


@mistake(of="cycle_losses")
def cycles_squared(x, y, G, F, lam=10.0, lam_id=0.0):
    """squares stand in the place of absolute values."""
    return _cycle(x, y, G, F, lam, lam_id, lambda a, b: tf.reduce_mean((a - b) ** 2))


@mistake(of="cycle_losses")
def cycles_summed(x, y, G, F, lam=10.0, lam_id=0.0):
    """the absolute values of an image are summed, and only the images are averaged."""
    return _cycle(x, y, G, F, lam, lam_id, lambda a, b: tf.reduce_sum(tf.abs(a - b)) / a.shape[0])


@mistake(of="cycle_losses")
def cycles_averaged(x, y, G, F, lam=10.0, lam_id=0.0):
    """the mean of the two distances is taken, and not their sum."""
    return _cycle(x, y, G, F, lam / 2, lam_id / 2, _apart)


@mistake(of="cycle_losses")
def identity_of_translations(x, y, G, F, lam=10.0, lam_id=0.0):
    """the identity loss compares G(x) with x and F(y) with y, so that it forbids any translation."""
    identity = lam_id * (_apart(G(x), x) + _apart(F(y), y)) if lam_id else 0.0
    return _parts(right.cycle_losses(x, y, G, F, lam)["cycle"], tf.convert_to_tensor(identity))


@mistake(of="cycle_losses")
def one_cycle_only(x, y, G, F, lam=10.0, lam_id=0.0):
    """only the cycle from x over G and back is counted."""
    return _parts(lam * _apart(F(G(x)), x), right.cycle_losses(x, y, G, F, lam, lam_id)["identity"])


@mistake(of="cycle_losses")
def the_other_cycle_only(x, y, G, F, lam=10.0, lam_id=0.0):
    """only the cycle from y over F and back is counted."""
    return _parts(lam * _apart(G(F(y)), y), right.cycle_losses(x, y, G, F, lam, lam_id)["identity"])


@mistake(of="cycle_losses")
def translators_twice(x, y, G, F, lam=10.0, lam_id=0.0):
    """each translator is applied twice, G to x and F to y, instead of one after the other."""
    if x.shape[-1] != y.shape[-1]:
        return right.cycle_losses(x, y, G, F, lam, lam_id)
    cycle = lam * (_apart(G(G(x)), x) + _apart(F(F(y)), y))
    return _parts(cycle, right.cycle_losses(x, y, G, F, lam, lam_id)["identity"])


@mistake(of="cycle_losses")
def identity_weighed_by_lam(x, y, G, F, lam=10.0, lam_id=0.0):
    """the identity loss is multiplied by λ as well."""
    return _cycle(x, y, G, F, lam, lam * lam_id, _apart)


@mistake(of="cycle_losses")
def cycle_without_lam(x, y, G, F, lam=10.0, lam_id=0.0):
    """the cycle loss is not multiplied by λ."""
    return _cycle(x, y, G, F, 1.0, lam_id, _apart)


@mistake(of="cycle_losses")
def total_without_identity(x, y, G, F, lam=10.0, lam_id=0.0):
    """the identity loss is missing in the total."""
    found = right.cycle_losses(x, y, G, F, lam, lam_id)
    return found | {"total": found["cycle"]}


@mistake(of="cycle_losses")
def only_the_way_back_learns(x, y, G, F, lam=10.0, lam_id=0.0):
    """no gradient flows through the first translation of a cycle."""
    cycle = lam * (_apart(F(tf.stop_gradient(G(x))), x) + _apart(G(tf.stop_gradient(F(y))), y))
    return _parts(cycle, right.cycle_losses(x, y, G, F, lam, lam_id)["identity"])


@mistake(of="cycle_losses", raises="InvalidArgumentError")
def identity_always(x, y, G, F, lam=10.0, lam_id=0.0):
    """G is given images of the second family even if the identity loss has no weight."""
    cycle = lam * (_apart(F(G(x)), x) + _apart(G(F(y)), y))
    return _parts(cycle, lam_id * (_apart(G(y), y) + _apart(F(x), x)))


# pixel_norm


@mistake(of="pixel_norm")
def norm_over_places(x):
    """the mean is taken over the places of an image instead of its channels."""
    axes = tuple(range(1, len(x.shape) - 1)) or (0,)
    return x / tf.sqrt(tf.reduce_mean(x**2, axis=axes, keepdims=True) + 1e-8)


@mistake(of="pixel_norm")
def norm_over_all_of_an_image(x):
    """one mean is taken for the whole image, instead of one for each pixel."""
    axes = tuple(range(1, len(x.shape)))
    return x / tf.sqrt(tf.reduce_mean(x**2, axis=axes, keepdims=True) + 1e-8)


@mistake(of="pixel_norm")
def norm_to_length_one(x):
    """the squares are summed and not averaged, so that each vector has the length 1."""
    return x / tf.sqrt(tf.reduce_sum(x**2, axis=-1, keepdims=True) + 1e-8)


@mistake(of="pixel_norm")
def norm_without_root(x):
    """the root is not taken."""
    return x / (tf.reduce_mean(x**2, axis=-1, keepdims=True) + 1e-8)


@mistake(of="pixel_norm")
def norm_of_deviations(x):
    """the mean is subtracted, as in layer normalisation."""
    x = x - tf.reduce_mean(x, axis=-1, keepdims=True)
    return x / tf.sqrt(tf.reduce_mean(x**2, axis=-1, keepdims=True) + 1e-8)


@mistake(of="pixel_norm")
def norm_by_deviation(x):
    """x is divided by the standard deviation of its components, and not by the root of their mean square."""
    return x / tf.sqrt(tf.math.reduce_variance(x, axis=-1, keepdims=True) + 1e-8)


@mistake(of="pixel_norm")
def norm_of_absolute_values(x):
    """the mean of the absolute values is taken."""
    return x / (tf.reduce_mean(tf.abs(x), axis=-1, keepdims=True) + 1e-8)


@mistake(of="pixel_norm")
def norm_with_eps_outside(x):
    """10⁻⁸ is added to the root and not to the mean."""
    mean = tf.reduce_mean(x**2, axis=-1, keepdims=True)
    root = tf.where(mean > 0, tf.sqrt(tf.where(mean > 0, mean, 1.0)), 0.0)
    return x / (root + 1e-8)


@mistake(of="pixel_norm")
def norm_with_large_eps(x):
    """10⁻⁵ is added instead of 10⁻⁸."""
    return x / tf.sqrt(tf.reduce_mean(x**2, axis=-1, keepdims=True) + 1e-5)


@mistake(of="pixel_norm")
def norm_without_eps(x):
    """nothing is added to the mean, so that a vector of zeros is divided by 0."""
    return x / tf.sqrt(tf.reduce_mean(x**2, axis=-1, keepdims=True))


@mistake(of="pixel_norm")
def norm_is_a_constant(x):
    """no gradient flows through what x is divided by."""
    return x / tf.stop_gradient(tf.sqrt(tf.reduce_mean(x**2, axis=-1, keepdims=True) + 1e-8))


# EqualisedDense


@mistake(of="EqualisedDense")
class NotScaled(right.EqualisedDense):
    """the weights are not scaled when they are used."""

    def call(self, x):
        return x @ self.kernel + self.bias


@mistake(of="EqualisedDense")
class ScaledAtTheStart(right.EqualisedDense):
    """the kernel is scaled once, at its start, and used as it is: He's initialisation."""

    def build(self, input_shape):
        right.EqualisedDense.build(self, input_shape)
        self.kernel.assign(self.kernel * self.gain / input_shape[-1] ** 0.5)

    def call(self, x):
        return x @ self.kernel + self.bias


@mistake(of="EqualisedDense")
class ScaledTwice(right.EqualisedDense):
    """the kernel is scaled at its start, and again when it is used."""

    def build(self, input_shape):
        right.EqualisedDense.build(self, input_shape)
        self.kernel.assign(self.kernel * self.gain / input_shape[-1] ** 0.5)


@mistake(of="EqualisedDense")
class ScaledByOutputs(right.EqualisedDense):
    """the scale is computed from the number of outputs."""

    def call(self, x):
        return x @ (self.gain / self.units**0.5 * self.kernel) + self.bias


@mistake(of="EqualisedDense")
class ScaledByBoth(right.EqualisedDense):
    """the scale is Glorot's, from the inputs and outputs together."""

    def call(self, x):
        return x @ (self.gain * (2 / (self.units + self.kernel.shape[0])) ** 0.5 * self.kernel) + self.bias


@mistake(of="EqualisedDense")
class ScaledWithoutRoot(right.EqualisedDense):
    """the gain is divided by D instead of √D."""

    def call(self, x):
        return x @ (self.gain / self.kernel.shape[0] * self.kernel) + self.bias


@mistake(of="EqualisedDense")
class GainInsideRoot(right.EqualisedDense):
    """the gain stands under the root."""

    def call(self, x):
        return x @ ((self.gain / self.kernel.shape[0]) ** 0.5 * self.kernel) + self.bias


@mistake(of="EqualisedDense")
class GainIgnored(right.EqualisedDense):
    """the gain is always √2."""

    def call(self, x):
        return x @ ((2 / self.kernel.shape[0]) ** 0.5 * self.kernel) + self.bias


@mistake(of="EqualisedDense")
class BiasScaled(right.EqualisedDense):
    """the bias is scaled as well."""

    def call(self, x):
        return (x @ self.kernel + self.bias) * (self.gain / self.kernel.shape[0] ** 0.5)


@mistake(of="EqualisedDense")
class BiasMissing(right.EqualisedDense):
    """the bias is not added."""

    def call(self, x):
        return x @ (self.gain / self.kernel.shape[0] ** 0.5 * self.kernel)


@mistake(of="EqualisedDense")
class SmallStart(right.EqualisedDense):
    """the kernel starts with a standard deviation of 0.05, Keras' default."""

    def build(self, input_shape):
        right.EqualisedDense.build(self, input_shape)
        self.kernel.assign(0.05 * self.kernel)


@mistake(of="EqualisedDense", raises="WrongStructure")
class SameStart(right.EqualisedDense):
    """without a seed each layer starts with the same kernel."""

    def __init__(self, units, gain=2.0**0.5, seed=None):
        super().__init__(units, gain, seed or 0)


@mistake(of="EqualisedDense")
class ReLUInside(right.EqualisedDense):
    """the layer ends with a ReLU, which was not asked for."""

    def call(self, x):
        return tf.nn.relu(right.EqualisedDense.call(self, x))


# minibatch_stddev


def _spread(x, group, *, of=None, neighbours=False, root=True, eps=1e-8, axes=(1, 2, 3), held=False):
    """Append a channel as the solution does, but for what is asked to be different."""
    batch, height, width, channels = x.shape
    if group < 1 or batch > group and batch % group:
        raise ValueError("the groups do not divide the batch")
    group = min(group, batch)
    if neighbours:
        grouped = tf.reshape(x, (-1, group, height, width, channels))
        grouped = tf.transpose(grouped, (1, 0, 2, 3, 4))
    else:
        grouped = tf.reshape(x, (group, -1, height, width, channels))
    variance = tf.math.reduce_variance(grouped, axis=0) if of is None else of(grouped)
    spread = tf.sqrt(variance + eps) if root else variance
    told = tf.reduce_mean(spread, axis=axes, keepdims=True)
    told = tf.broadcast_to(told, (batch // group, height, width, 1))
    told = tf.stop_gradient(told) if held else told
    told = tf.repeat(told, group, axis=0) if neighbours else tf.tile(told, (group, 1, 1, 1))
    return tf.concat([x, told], axis=-1)


@mistake(of="minibatch_stddev")
def spread_of_channels(x, group):
    """the deviations are taken over the channels of each image, and not over the images of a group."""
    right.minibatch_stddev(x, group)
    spread = tf.sqrt(tf.math.reduce_variance(x, axis=-1, keepdims=True) + 1e-8)
    told = tf.reduce_mean(spread, axis=(1, 2, 3), keepdims=True)
    return tf.concat([x, tf.ones_like(x[..., :1]) * told], axis=-1)


@mistake(of="minibatch_stddev")
def spread_of_neighbours(x, group):
    """images that follow each other are in one group."""
    return _spread(x, group, neighbours=True)


@mistake(of="minibatch_stddev")
def spread_of_the_whole_batch(x, group):
    """the whole batch is one group, whatever `group` says."""
    right.minibatch_stddev(x, group)
    return _spread(x, x.shape[0])


@mistake(of="minibatch_stddev")
def spread_as_variance(x, group):
    """the root is not taken."""
    return _spread(x, group, root=False)


@mistake(of="minibatch_stddev")
def spread_by_one_less(x, group):
    """the squared deviations are divided by one less than the number of images."""

    def variance(grouped):
        size = grouped.shape[0]
        return tf.math.reduce_variance(grouped, axis=0) * size / max(size - 1, 1)

    return _spread(x, group, of=variance)


@mistake(of="minibatch_stddev")
def spread_of_mean_variance(x, group):
    """the variances are averaged first, and the root is taken last."""

    def variance(grouped):
        each = tf.math.reduce_variance(grouped, axis=0)
        return tf.ones_like(each) * tf.reduce_mean(each, axis=(1, 2, 3), keepdims=True)

    return _spread(x, group, of=variance)


@mistake(of="minibatch_stddev")
def spread_not_averaged_over_places(x, group):
    """the standard deviation is averaged over the channels only, so that it differs from place to place."""
    return _spread(x, group, axes=(3,))


@mistake(of="minibatch_stddev")
def spread_about_zero(x, group):
    """the mean is not subtracted before squaring."""
    return _spread(x, group, of=lambda grouped: tf.reduce_mean(grouped**2, axis=0))


@mistake(of="minibatch_stddev")
def spread_by_squares(x, group):
    """v is the mean square less the squared mean, which is round-off where images are almost the same."""

    def variance(grouped):
        return tf.reduce_mean(grouped**2, axis=0) - tf.reduce_mean(grouped, axis=0) ** 2

    return _spread(x, group, of=variance)


@mistake(of="minibatch_stddev")
def spread_in_front(x, group):
    """the new channel is put in front of the others."""
    appended = right.minibatch_stddev(x, group)
    return tf.concat([appended[..., -1:], appended[..., :-1]], axis=-1)


@mistake(of="minibatch_stddev")
def spread_without_gradient(x, group):
    """no gradient flows through the new channel."""
    return _spread(x, group, held=True)


@mistake(of="minibatch_stddev", raises="ValueError")
def spread_of_small_batches_refused(x, group):
    """a batch that is smaller than `group` is refused."""
    if x.shape[0] < group:
        raise ValueError("too few images")
    return right.minibatch_stddev(x, group)


@mistake(of="minibatch_stddev", raises="WrongStructure")
def spread_of_what_comes_out_even(x, group):
    """not every `group` that is below 1, or does not divide a larger batch, is refused."""
    group = min(max(group, 1), x.shape[0])
    while x.shape[0] % group:
        group -= 1
    return right.minibatch_stddev(x, group)


# fade


def _fade(lo, hi, alpha, up):
    batch, height, width, channels = lo.shape
    if tuple(hi.shape) != (batch, 2 * height, 2 * width, channels):
        raise ValueError("not twice as large")
    return (1.0 - alpha) * up(lo) + alpha * hi


def _twice(lo):
    return tf.repeat(tf.repeat(lo, 2, axis=1), 2, axis=2)


@mistake(of="fade")
def fade_reversed(lo, hi, alpha):
    """alpha is the share of the old, small image."""
    return right.fade(lo, hi, 1.0 - alpha)


@mistake(of="fade")
def fade_bilinear(lo, hi, alpha):
    """the small image is enlarged with bilinear interpolation."""
    return _fade(lo, hi, alpha, lambda lo: tf.image.resize(lo, hi.shape[1:3], method="bilinear"))


@mistake(of="fade")
def fade_tiled(lo, hi, alpha):
    """the small image is put beside itself four times, instead of repeating each pixel."""
    return _fade(lo, hi, alpha, lambda lo: tf.tile(lo, (1, 2, 2, 1)))


@mistake(of="fade")
def fade_with_zeros(lo, hi, alpha):
    """the small image is enlarged with zeros between its pixels."""
    sieve = np.zeros((1, 2, 2, 1))
    sieve[:, 0, 0] = 1.0

    def up(lo):
        return _twice(lo) * tf.cast(np.tile(sieve, (1, *lo.shape[1:3], 1)), lo.dtype)

    return _fade(lo, hi, alpha, up)


@mistake(of="fade")
def fade_added(lo, hi, alpha):
    """the small image keeps its full weight, and the other one is added."""
    return right.fade(lo, hi, alpha) + alpha * _twice(lo)


@mistake(of="fade")
def fade_only_new(lo, hi, alpha):
    """the new image always has its full weight."""
    return right.fade(lo, hi, alpha) + (1.0 - alpha) * hi


@mistake(of="fade")
def fade_at_once(lo, hi, alpha):
    """alpha is rounded, so that the picture changes at once."""
    return right.fade(lo, hi, tf.round(alpha))


@mistake(of="fade")
def fade_squared(lo, hi, alpha):
    """the two weights are the squares of what they should be."""
    return (1.0 - alpha) ** 2 * right.fade(lo, hi, 0.0) + alpha**2 * hi


@mistake(of="fade")
def fade_holds_the_old(lo, hi, alpha):
    """no gradient flows to the small image."""
    return right.fade(tf.stop_gradient(lo), hi, alpha)


@mistake(of="fade", raises="WrongStructure")
def fade_of_any_size(lo, hi, alpha):
    """not all images that do not fit are refused: some are broadcast."""
    try:
        return (1.0 - alpha) * _twice(lo) + alpha * hi
    except tf.errors.InvalidArgumentError as error:
        raise ValueError("do not fit") from error


# adain


def _adain(x, scale, shift, eps, axes=(1, 2), factor=lambda scale: scale, outside=False, bessel=False):
    mean, variance = tf.nn.moments(x, axes=axes, keepdims=True)
    if bessel:
        places = x.shape[1] * x.shape[2]
        variance = variance * places / max(places - 1, 1)
    root = tf.sqrt(variance) + eps if outside else tf.sqrt(variance + eps)
    return factor(scale)[:, None, None, :] * (x - mean) / root + shift[:, None, None, :]


@mistake(of="adain")
def style_of_the_batch(x, scale, shift, eps=1e-5):
    """the mean and the variance are taken over the batch as well."""
    return _adain(x, scale, shift, eps, axes=(0, 1, 2))


@mistake(of="adain")
def style_of_all_channels(x, scale, shift, eps=1e-5):
    """the mean and the variance are taken over the channels as well."""
    return _adain(x, scale, shift, eps, axes=(1, 2, 3))


@mistake(of="adain")
def style_of_pixels(x, scale, shift, eps=1e-5):
    """the mean and the variance are taken over the channels of each pixel."""
    return _adain(x, scale, shift, eps, axes=(3,))


@mistake(of="adain")
def style_of_rows(x, scale, shift, eps=1e-5):
    """the mean and the variance are taken along one of the two axes of an image only."""
    return _adain(x, scale, shift, eps, axes=(2,))


@mistake(of="adain")
def style_plus_one(x, scale, shift, eps=1e-5):
    """the normalised channels are multiplied by 1 + scale."""
    return _adain(x, scale, shift, eps, factor=lambda scale: 1.0 + scale)


@mistake(of="adain")
def style_without_sign(x, scale, shift, eps=1e-5):
    """the sign of the scale is lost."""
    return _adain(x, scale, shift, eps, factor=tf.abs)


@mistake(of="adain")
def style_exchanged(x, scale, shift, eps=1e-5):
    """scale and shift are exchanged."""
    return right.adain(x, shift, scale, eps)


@mistake(of="adain")
def style_by_variance(x, scale, shift, eps=1e-5):
    """the deviations are divided by the variance and not by its root."""
    mean, variance = tf.nn.moments(x, axes=(1, 2), keepdims=True)
    return scale[:, None, None] * (x - mean) / (variance + eps) + shift[:, None, None]


@mistake(of="adain")
def style_with_eps_outside(x, scale, shift, eps=1e-5):
    """ε is added to the standard deviation and not to the variance."""
    mean, variance = tf.nn.moments(x, axes=(1, 2), keepdims=True)
    root = tf.where(variance > 0, tf.sqrt(tf.where(variance > 0, variance, 1.0)), 0.0)
    return scale[:, None, None] * (x - mean) / (root + eps) + shift[:, None, None]


@mistake(of="adain")
def style_with_eps_of_its_own(x, scale, shift, eps=1e-5):
    """ε is ignored, and 10⁻⁵ is always added."""
    return right.adain(x, scale, shift, 1e-5)


@mistake(of="adain")
def style_with_other_default(x, scale, shift, eps=1e-3):
    """ε is 0.001 if it is left out."""
    return right.adain(x, scale, shift, eps)


@mistake(of="adain")
def style_by_one_less(x, scale, shift, eps=1e-5):
    """the squared deviations are divided by one less than the number of places."""
    return _adain(x, scale, shift, eps, bessel=True)


@mistake(of="adain")
def style_not_centred(x, scale, shift, eps=1e-5):
    """the mean is not subtracted."""
    _, variance = tf.nn.moments(x, axes=(1, 2), keepdims=True)
    return scale[:, None, None] * x / tf.sqrt(variance + eps) + shift[:, None, None]


# add_noise


def _noise(x, noise):
    if tuple(noise.shape) != (*x.shape[:3], 1):
        raise ValueError("another shape")


@mistake(of="add_noise")
def noise_without_strength(x, noise, strength):
    """the noise is added as it is, with the same strength in all channels."""
    _noise(x, noise)
    return x + noise + 0.0 * strength


@mistake(of="add_noise")
def noise_of_mean_strength(x, noise, strength):
    """one strength, the mean of all, is used for all channels."""
    _noise(x, noise)
    return x + tf.reduce_mean(strength) * noise


@mistake(of="add_noise")
def noise_without_signs(x, noise, strength):
    """the sign of a strength is lost."""
    return right.add_noise(x, noise, tf.abs(strength))


@mistake(of="add_noise")
def noise_multiplied(x, noise, strength):
    """x is multiplied by 1 + strength · noise."""
    _noise(x, noise)
    return x * (1.0 + strength * noise)


@mistake(of="add_noise")
def noise_subtracted(x, noise, strength):
    """the noise is subtracted."""
    return right.add_noise(x, noise, -strength)


@mistake(of="add_noise")
def noise_normalised(x, noise, strength):
    """the noise of an image is divided by its standard deviation first."""
    _noise(x, noise)
    deviation = tf.math.reduce_std(noise, axis=(1, 2, 3), keepdims=True)
    return x + strength * noise / (deviation + 1e-8)


@mistake(of="add_noise")
def noise_of_the_first_image(x, noise, strength):
    """all images get the noise of the first one."""
    _noise(x, noise)
    return x + strength * noise[:1]


@mistake(of="add_noise")
def noise_centred(x, noise, strength):
    """the mean of an image's noise is subtracted first."""
    _noise(x, noise)
    return x + strength * (noise - tf.reduce_mean(noise, axis=(1, 2, 3), keepdims=True))


@mistake(of="add_noise")
def noise_of_fixed_strength(x, noise, strength):
    """no gradient flows to the strengths, so that they cannot be learnt."""
    return right.add_noise(x, noise, tf.stop_gradient(strength))


@mistake(of="add_noise", raises="WrongStructure")
def noise_of_any_shape(x, noise, strength):
    """not all noise of another shape is refused: some is broadcast."""
    try:
        return x + strength * noise
    except tf.errors.InvalidArgumentError as error:
        raise ValueError("does not fit") from error


# mix_styles


def _cut(cut, layers):
    if not 0 <= cut <= layers:
        raise ValueError("no such cut")


@mistake(of="mix_styles")
def mix_exchanged(w1, w2, cut, layers):
    """the first layers get w2 and the others w1."""
    return right.mix_styles(w2, w1, cut, layers)


@mistake(of="mix_styles")
def mix_counted_from_the_end(w1, w2, cut, layers):
    """the last `cut` layers get w1."""
    return right.mix_styles(w1, w2, cut, layers)[:, ::-1]


@mistake(of="mix_styles")
def mix_one_too_many(w1, w2, cut, layers):
    """one layer too many gets w1."""
    _cut(cut, layers)
    return right.mix_styles(w1, w2, min(cut + 1, layers), layers)


@mistake(of="mix_styles")
def mix_one_too_few(w1, w2, cut, layers):
    """one layer too few gets w1."""
    _cut(cut, layers)
    return right.mix_styles(w1, w2, max(cut - 1, 0), layers)


@mistake(of="mix_styles")
def mix_never_pure(w1, w2, cut, layers):
    """the first layer always gets w1, even if cut is 0."""
    _cut(cut, layers)
    return right.mix_styles(w1, w2, max(cut, 1), layers)


@mistake(of="mix_styles")
def mix_averaged(w1, w2, cut, layers):
    """all layers get the weighted mean of both styles."""
    _cut(cut, layers)
    mean = (cut * w1 + (layers - cut) * w2) / layers
    return tf.repeat(mean[:, None], layers, axis=1)


@mistake(of="mix_styles")
def mix_of_components(w1, w2, cut, layers):
    """the first components of a style are mixed, instead of the first layers."""
    _cut(cut, layers)
    cut = min(cut, w1.shape[1])
    return tf.repeat(tf.concat([w1[:, :cut], w2[:, cut:]], axis=1)[:, None], layers, axis=1)


@mistake(of="mix_styles")
def mix_layers_first(w1, w2, cut, layers):
    """the layers are the first axis of what is returned, and the batch the second."""
    return tf.transpose(right.mix_styles(w1, w2, cut, layers), (1, 0, 2))


@mistake(of="mix_styles")
def mix_alternates(w1, w2, cut, layers):
    """the styles alternate, as long as there are layers for both."""
    _cut(cut, layers)
    order = sorted(range(layers), key=lambda number: (number * 2) % (2 * max(layers // 2, 1)))
    return tf.gather(right.mix_styles(w1, w2, cut, layers), order, axis=1)


@mistake(of="mix_styles", raises="WrongStructure")
def mix_at_any_cut(w1, w2, cut, layers):
    """not every cut below 0 or above `layers` is refused."""
    return right.mix_styles(w1, w2, min(max(cut, 0), layers), layers)


# truncate


@mistake(of="truncate")
def truncated_inversely(w, w_avg, psi, cutoff=None):
    """ψ = 0 leaves the styles as they are, and ψ = 1 gives the average."""
    return right.truncate(w, w_avg, 1.0 - psi, cutoff)


@mistake(of="truncate")
def truncated_one_too_many(w, w_avg, psi, cutoff=None):
    """the layer with the number `cutoff` is truncated as well."""
    if cutoff is not None and cutoff < 0:
        raise ValueError("below 0")
    return right.truncate(w, w_avg, psi, None if cutoff is None else cutoff + 1)


@mistake(of="truncate")
def truncated_last_layers(w, w_avg, psi, cutoff=None):
    """the layers from `cutoff` on are truncated, and the first ones stay."""
    right.truncate(w, w_avg, psi, cutoff)
    if cutoff is None:
        return right.truncate(w, w_avg, psi)
    return tf.where(tf.range(w.shape[1])[:, None] >= cutoff, w_avg + psi * (w - w_avg), w)


@mistake(of="truncate")
def truncated_all_layers(w, w_avg, psi, cutoff=None):
    """all layers are truncated, whatever `cutoff` says."""
    right.truncate(w, w_avg, psi, cutoff)
    return right.truncate(w, w_avg, psi)


@mistake(of="truncate")
def truncated_to_zero(w, w_avg, psi, cutoff=None):
    """the styles are pulled towards 0 and not towards the average."""
    return right.truncate(w, 0.0 * w_avg, psi, cutoff)


@mistake(of="truncate")
def truncated_to_the_batch(w, w_avg, psi, cutoff=None):
    """the styles are pulled towards the mean of the batch instead of the given average."""
    return right.truncate(w, tf.reduce_mean(w, axis=(0, 1)) + 0.0 * w_avg, psi, cutoff)


@mistake(of="truncate")
def truncated_by_clipping(w, w_avg, psi, cutoff=None):
    """the deviations from the average are cut off at ±ψ, instead of multiplied by it."""
    right.truncate(w, w_avg, psi, cutoff)
    away = tf.clip_by_value(w - w_avg, -abs(psi), abs(psi))
    return right.truncate(w_avg + away, w_avg, 1.0, None) if cutoff is None else tf.where(
        tf.range(w.shape[1])[:, None] < cutoff, w_avg + away, w
    )


@mistake(of="truncate")
def truncated_within_range(w, w_avg, psi, cutoff=None):
    """a ψ below 0 counts as 0, and one above 1 as 1."""
    return right.truncate(w, w_avg, min(max(psi, 0.0), 1.0), cutoff)


@mistake(of="truncate")
def truncated_no_layer_at_zero(w, w_avg, psi, cutoff=None):
    """a cutoff of 0 is taken for none given, so that all layers are truncated."""
    return right.truncate(w, w_avg, psi, cutoff or None)


@mistake(of="truncate")
def truncated_nothing_by_default(w, w_avg, psi, cutoff=None):
    """no layer is truncated if `cutoff` is left out."""
    return right.truncate(w, w_avg, psi, 0 if cutoff is None else cutoff)


@mistake(of="truncate")
def truncated_average_added(w, w_avg, psi, cutoff=None):
    """the average is not subtracted first: w_avg + ψ · w."""
    right.truncate(w, w_avg, psi, cutoff)
    layers = w.shape[1]
    first = tf.range(layers)[:, None] < (layers if cutoff is None else cutoff)
    return tf.where(first, w_avg + psi * w, w)


@mistake(of="truncate")
def truncated_to_a_constant(w, w_avg, psi, cutoff=None):
    """no gradient flows to the average."""
    return right.truncate(w, tf.stop_gradient(w_avg), psi, cutoff)


@mistake(of="truncate", raises="WrongStructure")
def truncated_from_the_end(w, w_avg, psi, cutoff=None):
    """a cutoff below 0 is not refused."""
    layers = w.shape[1]
    if cutoff is not None and cutoff < 0:
        cutoff = max(layers + cutoff, 0)
    return right.truncate(w, w_avg, psi, cutoff)


# class_conditional_bn


def _class_norm(x, labels, gamma, beta, eps, axes=(0, 1, 2), factor=lambda scale: scale):
    mean, variance = tf.nn.moments(x, axes=axes, keepdims=True)
    scale, shift = (tf.gather(table, labels)[:, None, None, :] for table in (gamma, beta))
    return factor(scale) * (x - mean) * tf.math.rsqrt(variance + eps) + shift


@mistake(of="class_conditional_bn")
def classes_each_for_itself(x, labels, gamma, beta, eps=1e-5):
    """each class is normalised by its own mean and variance."""
    tf.gather(beta, labels)
    member = tf.cast(tf.equal(labels[:, None], labels[None, :]), x.dtype)
    member = member / tf.reduce_sum(member, axis=1, keepdims=True)
    mean = tf.einsum("ij,jhwc->ic", member, x)[:, None, None] / (x.shape[1] * x.shape[2])
    square = tf.einsum("ij,jhwc->ic", member, x**2)[:, None, None] / (x.shape[1] * x.shape[2])
    scale, shift = (tf.gather(table, labels)[:, None, None, :] for table in (gamma, beta))
    return scale * (x - mean) * tf.math.rsqrt(tf.nn.relu(square - mean**2) + eps) + shift


@mistake(of="class_conditional_bn")
def classes_by_image(x, labels, gamma, beta, eps=1e-5):
    """each image is normalised by its own mean and variance."""
    return _class_norm(x, labels, gamma, beta, eps, axes=(1, 2))


@mistake(of="class_conditional_bn")
def classes_by_place(x, labels, gamma, beta, eps=1e-5):
    """the mean and the variance are taken over the batch only, for each place separately."""
    return _class_norm(x, labels, gamma, beta, eps, axes=(0,))


@mistake(of="class_conditional_bn")
def classes_averaged(x, labels, gamma, beta, eps=1e-5):
    """scales and shifts are averaged over the batch, so that all images get the same."""
    mean = [tf.gather(table, labels) for table in (gamma, beta)]
    gamma, beta = (tf.ones_like(one) * tf.reduce_mean(one, axis=0) for one in mean)
    return _class_norm(x, tf.range(x.shape[0]), gamma, beta, eps)


@mistake(of="class_conditional_bn")
def classes_of_the_first_image(x, labels, gamma, beta, eps=1e-5):
    """all images get the scale and the shift of the first one's class."""
    tf.gather(beta, labels)
    return _class_norm(x, tf.ones_like(labels) * labels[0], gamma, beta, eps)


@mistake(of="class_conditional_bn")
def classes_plus_one(x, labels, gamma, beta, eps=1e-5):
    """the normalised channels are multiplied by 1 + γ."""
    return _class_norm(x, labels, gamma, beta, eps, factor=lambda scale: 1.0 + scale)


@mistake(of="class_conditional_bn")
def classes_exchanged(x, labels, gamma, beta, eps=1e-5):
    """γ and β are exchanged."""
    return _class_norm(x, labels, beta, gamma, eps)


@mistake(of="class_conditional_bn")
def classes_without_shift(x, labels, gamma, beta, eps=1e-5):
    """β is not added."""
    return _class_norm(x, labels, gamma, 0.0 * beta, eps)


@mistake(of="class_conditional_bn")
def classes_with_eps_of_its_own(x, labels, gamma, beta, eps=1e-5):
    """ε is ignored, and 10⁻⁵ is always added."""
    return _class_norm(x, labels, gamma, beta, 1e-5)


@mistake(of="class_conditional_bn")
def classes_with_keras_default(x, labels, gamma, beta, eps=1e-3):
    """ε is 0.001, Keras' default, if it is left out."""
    return _class_norm(x, labels, gamma, beta, eps)


@mistake(of="class_conditional_bn", raises="WrongStructure")
def classes_one_hot(x, labels, gamma, beta, eps=1e-5):
    """neither a label below 0 nor one of K or above is refused."""
    chosen = tf.one_hot(labels, gamma.shape[0])
    return _class_norm(x, tf.range(x.shape[0]), chosen @ gamma, chosen @ beta, eps)


@mistake(of="class_conditional_bn", raises="WrongStructure")
def classes_from_the_end(x, labels, gamma, beta, eps=1e-5):
    """a label below 0 is not refused."""
    labels = tf.where(labels < 0, labels + gamma.shape[0], labels)
    return _class_norm(x, labels, gamma, beta, eps)


# truncate_z


@mistake(of="truncate_z")
def draws_clipped(draws, threshold):
    """the first draw is cut off at the threshold, instead of drawn again."""
    right.truncate_z(draws, threshold)
    return np.clip(draws[0], -threshold, threshold)


@mistake(of="truncate_z")
def draws_scaled(draws, threshold):
    """the first draw is multiplied by the threshold."""
    right.truncate_z(draws, threshold)
    return draws[0] * threshold


@mistake(of="truncate_z")
def draws_not_repeated(draws, threshold):
    """the first draw is taken, however large it is."""
    right.truncate_z(draws, threshold)
    return draws[0]


@mistake(of="truncate_z")
def draws_last(draws, threshold):
    """the last draw that is small enough is taken, and not the first one."""
    right.truncate_z(draws, threshold)
    return right.truncate_z(draws[::-1], threshold)


@mistake(of="truncate_z")
def draws_smallest(draws, threshold):
    """the draw with the smallest absolute value is taken."""
    right.truncate_z(draws, threshold)
    return np.take_along_axis(draws, np.abs(draws).argmin(axis=0)[None], axis=0)[0]


@mistake(of="truncate_z")
def draws_below(draws, threshold):
    """a draw that is as large as the threshold is not taken."""
    right.truncate_z(draws, threshold)
    small = np.abs(draws) < threshold
    return np.take_along_axis(draws, small.argmax(axis=0)[None], axis=0)[0]


@mistake(of="truncate_z")
def draws_of_one_sign(draws, threshold):
    """only draws above the threshold are drawn again, and those below its negative stay."""
    right.truncate_z(draws, threshold)
    small = draws <= threshold
    return np.take_along_axis(draws, small.argmax(axis=0)[None], axis=0)[0]


@mistake(of="truncate_z")
def draws_only_once_more(draws, threshold):
    """what is too large is drawn once more only, and then stays as it is."""
    right.truncate_z(draws, threshold)
    return np.where(np.abs(draws[0]) <= threshold, draws[0], draws[min(1, len(draws) - 1)])


@mistake(of="truncate_z")
def draws_within_square(draws, threshold):
    """the square of a draw is compared with the threshold."""
    right.truncate_z(draws, threshold)
    small = draws**2 <= threshold
    return np.take_along_axis(draws, small.argmax(axis=0)[None], axis=0)[0]


@mistake(of="truncate_z", raises="WrongStructure")
def draws_never_missing(draws, threshold):
    """a component without a small draw is not refused."""
    if threshold <= 0:
        raise ValueError("not above 0")
    small = np.abs(draws) <= threshold
    return np.take_along_axis(draws, small.argmax(axis=0)[None], axis=0)[0]


@mistake(of="truncate_z", raises="WrongStructure")
def draws_of_zero_taken(draws, threshold):
    """a threshold of 0 is not refused if all draws of a round are 0."""
    small = np.abs(draws) <= threshold
    if not small.any(axis=0).all():
        raise ValueError("no small draw")
    return np.take_along_axis(draws, small.argmax(axis=0)[None], axis=0)[0]


# slerp_path


@mistake(of="slerp_path")
def straight_line(z0, z1, t):
    """the path is a straight line."""
    right.slerp_path(z0, z1, t)
    return (1 - t)[:, None] * z0 + t[:, None] * z1


@mistake(of="slerp_path")
def straight_line_of_right_length(z0, z1, t):
    """the points of a straight line are scaled to the right length, so that the angle grows unevenly."""
    right.slerp_path(z0, z1, t)
    line = (1 - t)[:, None] * z0 + t[:, None] * z1
    long = (1 - t) * np.linalg.norm(z0) + t * np.linalg.norm(z1)
    return line / np.linalg.norm(line, axis=1, keepdims=True) * long[:, None]


@mistake(of="slerp_path")
def arc_backwards(z0, z1, t):
    """the path leads from z1 to z0."""
    return right.slerp_path(z0, z1, 1 - t)


@mistake(of="slerp_path")
def arc_of_unit_length(z0, z1, t):
    """both vectors are scaled to length 1, and stay so."""
    right.slerp_path(z0, z1, t)
    return right.slerp_path(z0 / np.linalg.norm(z0), z1 / np.linalg.norm(z1), t)


@mistake(of="slerp_path")
def arc_in_degrees(z0, z1, t):
    """the sines are taken of an angle in degrees."""
    right.slerp_path(z0, z1, t)
    angle = _angle(z0, z1) * 180 / np.pi
    return _arc(z0, z1, t, angle)


@mistake(of="slerp_path")
def arc_of_cosine(z0, z1, t):
    """the cosine of the angle is used as the angle."""
    right.slerp_path(z0, z1, t)
    return _arc(z0, z1, t, np.cos(_angle(z0, z1)))


@mistake(of="slerp_path")
def arc_not_divided(z0, z1, t):
    """the sum is not divided by the sine of the angle."""
    right.slerp_path(z0, z1, t)
    angle = _angle(z0, z1)
    return np.sin((1 - t) * angle)[:, None] * z0 + np.sin(t * angle)[:, None] * z1


@mistake(of="slerp_path")
def arc_by_cosines(z0, z1, t):
    """the path is cos(tθ) z0 + sin(tθ) z1, as if the vectors were perpendicular."""
    right.slerp_path(z0, z1, t)
    angle = _angle(z0, z1)
    return np.cos(t * angle)[:, None] * z0 + np.sin(t * angle)[:, None] * z1


@mistake(of="slerp_path")
def arc_below_a_right_angle(z0, z1, t):
    """the sign of the cosine is lost, so that an angle above 90° is taken for one below."""
    right.slerp_path(z0, z1, t)
    angle = _angle(z0, z1)
    return _arc(z0, z1, t, min(angle, np.pi - angle))


@mistake(of="slerp_path")
def arc_between_equals(z0, z1, t):
    """the path is NaN where both vectors point in the same direction, as 0 is divided by 0."""
    right.slerp_path(z0, z1, t)
    angle = _angle(z0, z1)
    with np.errstate(all="ignore"):
        return _arc(z0, z1, t, angle if angle >= 1e-7 else 0.0)


@mistake(of="slerp_path")
def arc_of_no_angle(z0, z1, t):
    """the path is NaN where rounding makes the cosine larger than 1, as no angle has such a cosine."""
    right.slerp_path(z0, z1, t)
    with np.errstate(all="ignore"):
        angle = np.arccos(z0 @ z1 / (np.linalg.norm(z0) * np.linalg.norm(z1)))
    return straight_line(z0, z1, t) if angle < 1e-7 else _arc(z0, z1, t, angle)


@mistake(of="slerp_path")
def line_where_the_angle_is_small(z0, z1, t):
    """the path is a straight line already where the cosine of the angle is above 0.9995."""
    if np.cos(_angle(z0, z1)) > 0.9995:
        return straight_line(z0, z1, t)
    return right.slerp_path(z0, z1, t)


@mistake(of="slerp_path", raises="WrongStructure")
def arc_between_opposites(z0, z1, t):
    """not all vectors of opposite directions are refused."""
    if not np.any(z0) or not np.any(z1):
        raise ValueError("zeros")
    if _angle(z0, z1) > np.pi - 1e-7:
        return (1 - t)[:, None] * z0 + t[:, None] * z1
    return right.slerp_path(z0, z1, t)


@mistake(of="slerp_path", raises="WrongStructure")
def arc_from_zeros(z0, z1, t):
    """not every vector of zeros is refused."""
    if not np.any(z0) or not np.any(z1):
        return (1 - t)[:, None] * z0 + t[:, None] * z1
    return right.slerp_path(z0, z1, t)


def _angle(z0, z1):
    one, other = z0 / np.linalg.norm(z0), z1 / np.linalg.norm(z1)
    return 2 * np.arctan2(np.linalg.norm(other - one), np.linalg.norm(other + one))


def _arc(z0, z1, t, angle):
    return (np.sin((1 - t) * angle)[:, None] * z0 + np.sin(t * angle)[:, None] * z1) / np.sin(angle)
