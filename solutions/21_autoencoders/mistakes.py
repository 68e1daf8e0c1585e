"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import keras
import numpy as np
import tensorflow as tf
from scipy.special import expit

from grader.exercise import mistake

from . import solution as right

# pca


def _pca(X, k, mean=None, features=None, added=None, largest=True, vectors_of=None):
    """PCA, in which parts may be changed."""
    if not 1 <= k <= X.shape[1]:
        raise ValueError
    mean = X.mean(axis=0) if mean is None else mean
    centred = X - mean
    scaled = centred if features is None else centred / features
    _, vectors = np.linalg.eigh(scaled.T @ scaled)
    if vectors_of is not None:
        vectors = vectors_of(vectors)
    W = vectors[:, ::-1][:, :k] if largest else vectors[:, :k]
    return W, (mean if added is None else added) + centred @ W @ W.T


@mistake(of="pca")
def not_centred(X, k):
    """the examples are not centred, so that the first component is nearly the mean."""
    return _pca(X, k, mean=np.zeros(X.shape[1]))


@mistake(of="pca")
def mean_not_added(X, k):
    """the mean is not added to the reconstructions again."""
    return _pca(X, k, added=0.0)


@mistake(of="pca")
def directions_in_rows(X, k):
    """the rows of the matrix of eigenvectors are taken for its columns, V for its transpose."""
    return _pca(X, k, vectors_of=np.transpose)


@mistake(of="pca")
def smallest_first(X, k):
    """the components with the smallest variance are kept."""
    return _pca(X, k, largest=False)


@mistake(of="pca")
def order_reversed(X, k):
    """the right components are kept, but the one with the largest variance stands last."""
    W, recon = right.pca(X, k)
    return W[:, ::-1], recon


@mistake(of="pca")
def features_scaled(X, k):
    """each feature is divided by its standard deviation, and a constant one by 1."""
    spread = X.std(axis=0)
    return _pca(X, k, features=np.where(spread > 1e-9, spread, 1.0))


@mistake(of="pca", raises="LinAlgError")
def constant_features_divided(X, k):
    """each feature is divided by its standard deviation, so that a constant one becomes 0/0."""
    with np.errstate(all="ignore"):
        return _pca(X, k, features=X.std(axis=0))


@mistake(of="pca")
def one_mean(X, k):
    """one mean of all numbers is subtracted, not one for each feature."""
    return _pca(X, k, mean=np.full(X.shape[1], X.mean()))


@mistake(of="pca")
def scaled_by_variance(X, k):
    """the columns of W are multiplied by the standard deviations along them."""
    W, recon = right.pca(X, k)
    return W * (0.5 + ((X - X.mean(axis=0)) @ W).std(axis=0)), recon


@mistake(of="pca", raises="WrongStructure")
def as_many_as_examples(X, k):
    """the components come from a reduced singular value decomposition, which has no more than examples."""
    if not 1 <= k <= X.shape[1]:
        raise ValueError
    mean = X.mean(axis=0)
    W = np.linalg.svd(X - mean, full_matrices=False)[2][:k].T
    return W, mean + (X - mean) @ W @ W.T


@mistake(of="pca", raises="WrongStructure")
def any_size(X, k):
    """a code of a size that cannot be is not refused."""
    _, vectors = np.linalg.eigh((X - X.mean(axis=0)).T @ (X - X.mean(axis=0)))
    W = vectors[:, ::-1][:, :k] if k >= 0 else vectors[:, :0]
    return W, X.mean(axis=0) + (X - X.mean(axis=0)) @ W @ W.T


@mistake(of="pca", raises="ValueError")
def as_large_as_the_input_refused(X, k):
    """a code as large as the input is refused."""
    if k == X.shape[1]:
        raise ValueError
    return right.pca(X, k)


# linear_autoencoder


def _linear(X, encoder, decoder, loss=1.0, dencoder=1.0, ddecoder=1.0):
    value, first, second = right.linear_autoencoder(X, encoder, decoder)
    return loss * value, dencoder * first, ddecoder * second


@mistake(of="linear_autoencoder")
def mean_over_features(X, encoder, decoder):
    """the error is averaged over the features as well."""
    share = 1 / X.shape[1] if X.shape[1] > 1 else 0.5
    return _linear(X, encoder, decoder, share, share, share)


@mistake(of="linear_autoencoder")
def summed_over_examples(X, encoder, decoder):
    """the error is summed over the examples, not averaged."""
    return _linear(X, encoder, decoder, len(X), len(X), len(X))


@mistake(of="linear_autoencoder")
def without_two(X, encoder, decoder):
    """the gradients lack the 2 of the derivative of a square."""
    return _linear(X, encoder, decoder, 1, 0.5, 0.5)


@mistake(of="linear_autoencoder")
def signs_of_descent(X, encoder, decoder):
    """the gradients have the wrong sign: they are those of X minus its reconstruction."""
    return _linear(X, encoder, decoder, 1, -1, -1)


@mistake(of="linear_autoencoder")
def half_of_the_loss(X, encoder, decoder):
    """the loss is halved, and the gradients are not."""
    return _linear(X, encoder, decoder, 0.5)


@mistake(of="linear_autoencoder")
def encoder_alone_not_averaged(X, encoder, decoder):
    """the gradient of the encoder is not divided by the number of examples."""
    return _linear(X, encoder, decoder, 1, len(X), 1)


@mistake(of="linear_autoencoder")
def tied_gradient(X, encoder, decoder):
    """both gradients are that of weights that the decoder shares with the encoder."""
    loss, first, second = right.linear_autoencoder(X, encoder, decoder)
    return loss, first + second.T, first.T + second


@mistake(of="linear_autoencoder")
def decoder_of_input(X, encoder, decoder):
    """the gradient of the encoder uses the transpose of the encoder in the decoder's place."""
    loss, _, second = right.linear_autoencoder(X, encoder, decoder)
    return loss, 2 / len(X) * X.T @ (X @ encoder @ decoder - X) @ encoder, second


@mistake(of="linear_autoencoder")
def centred_first(X, encoder, decoder):
    """the examples are centred first."""
    return right.linear_autoencoder(X - X.mean(axis=0), encoder, decoder)


# fastica_step


def _ica(w, X, slope=lambda s: 1 - np.tanh(s) ** 2, g=np.tanh, sign=-1.0, unit=True, mean=np.mean):
    s = X @ w
    new = X.T @ g(s) / len(X) + sign * mean(slope(s)) * w
    return new / np.linalg.norm(new) if unit else new


@mistake(of="fastica_step")
def length_not_one(w, X):
    """the new direction is not divided by its length."""
    return _ica(w, X, unit=False)


@mistake(of="fastica_step")
def second_term_missing(w, X):
    """the term with the mean of g' is missing."""
    return _ica(w, X, sign=0.0)


@mistake(of="fastica_step")
def second_term_added(w, X):
    """the term with the mean of g' is added, not subtracted."""
    return _ica(w, X, sign=1.0)


@mistake(of="fastica_step")
def summed_slopes(w, X):
    """the slopes g' are summed over the examples, and the other term is averaged."""
    return _ica(w, X, mean=np.sum) if len(X) > 1 else -right.fastica_step(w, X)


@mistake(of="fastica_step")
def wrong_slope(w, X):
    """the derivative of tanh is taken for 1 - tanh, without the square."""
    return _ica(w, X, slope=lambda s: 1 - np.tanh(s))


@mistake(of="fastica_step")
def cubes(w, X):
    """g is the cube, as for the kurtosis, and not tanh."""
    return _ica(w, X, slope=lambda s: 3 * s**2, g=lambda s: s**3)


@mistake(of="fastica_step")
def opposite_direction(w, X):
    """the new direction points the other way."""
    return -right.fastica_step(w, X)


@mistake(of="fastica_step")
def step_added(w, X):
    """the new direction is added to the old one before it is divided by its length."""
    new = w + _ica(w, X, unit=False)
    return new / np.linalg.norm(new)


# Autoencoder


def _stack(sizes, kinds):
    return [keras.layers.Dense(size, kind) for size, kind in zip(sizes, kinds)]


class _Changed(right.Autoencoder):
    """Autoencoder with other activations: `code` and `last`."""

    code = last = None

    def __init__(self, dims, activation="relu"):
        super().__init__(dims, activation)
        hidden = [activation] * (len(dims) - 2)
        code = activation if self.code == "same" else self.code
        last = activation if self.last == "same" else self.last
        self.encoder_layers = _stack(dims[1:], [*hidden, code])
        self.decoder_layers = _stack(list(dims[-2::-1]), [*hidden, last])


@mistake(of="Autoencoder")
class CodeActivated(_Changed):
    """the layer that makes the code has the activation as well."""

    code = "same"


@mistake(of="Autoencoder")
class OutputActivated(_Changed):
    """the layer that makes the reconstruction has the activation as well."""

    last = "same"


@mistake(of="Autoencoder")
class BothActivated(_Changed):
    """all layers have the activation, those of the code and of the reconstruction as well."""

    code = last = "same"


@mistake(of="Autoencoder")
class OutputSigmoid(_Changed):
    """the reconstruction goes through a sigmoid."""

    last = "sigmoid"


@mistake(of="Autoencoder")
class AlwaysRelu(right.Autoencoder):
    """the activation is always a ReLU, whatever is asked for."""

    def __init__(self, dims, activation="relu"):
        super().__init__(dims, "relu")


@mistake(of="Autoencoder")
class NeverActivated(right.Autoencoder):
    """no layer has an activation, so that the whole is a linear autoencoder."""

    def __init__(self, dims, activation="relu"):
        super().__init__(dims, None)


@mistake(of="Autoencoder")
class DecoderInTheSameOrder(right.Autoencoder):
    """the decoder's hidden layers stand in the order of the encoder's, not mirrored."""

    def __init__(self, dims, activation="relu"):
        super().__init__(dims, activation)
        hidden = [activation] * (len(dims) - 2)
        self.decoder_layers = _stack([*dims[1:-1], dims[0]], [*hidden, None])


@mistake(of="Autoencoder")
class TiedWeights(right.Autoencoder):
    """the decoder uses the transposed kernels of the encoder, and not layers of its own."""

    def decode(self, code):
        super().decode(code)
        pairs = list(zip(self.encoder_layers[::-1], self.decoder_layers))
        if not self.encoder_layers[0].built:
            self.encode(tf.zeros((1, self.decoder_layers[-1].units)))
        for place, (encoder, decoder) in enumerate(pairs):
            code = code @ tf.transpose(encoder.kernel) + decoder.bias
            if place < len(pairs) - 1:
                code = decoder.activation(code)
        return code


@mistake(of="Autoencoder")
class EncoderNotTrained(right.Autoencoder):
    """no gradient flows from the reconstruction to the encoder."""

    def encode(self, x):
        return tf.stop_gradient(super().encode(x))


@mistake(of="Autoencoder")
class BiasOfTheCodeMissing(right.Autoencoder):
    """the bias of the code is left out."""

    def encode(self, x):
        return super().encode(x) - self.encoder_layers[-1].bias


@mistake(of="Autoencoder", raises="WrongStructure")
class NoBias(right.Autoencoder):
    """the layers have no biases."""

    def __init__(self, dims, activation="relu"):
        super().__init__(dims, activation)
        for layer in self.encoder_layers + self.decoder_layers:
            layer.use_bias = False


@mistake(of="Autoencoder")
class AnySizes(right.Autoencoder):
    """sizes that cannot be are not refused."""

    def __init__(self, dims, activation="relu"):
        dims = [max(1, size) for size in dims]
        super().__init__((dims or [1]) * (2 if len(dims) < 2 else 1), activation)


@mistake(of="Autoencoder", raises="ValueError")
class LargeCodeRefused(right.Autoencoder):
    """a code that is larger than the input is refused."""

    def __init__(self, dims, activation="relu"):
        if len(dims) > 1 and dims[-1] > dims[0]:
            raise ValueError
        super().__init__(dims, activation)


# mirror_sizes


def _rounded_up(n, stride):
    return -(-n // stride)


def _lacking(n, stride):
    return (n - 1) % stride


def _mirror(size, strides, half=_rounded_up, padding=_lacking, order=-1, refuse=True):
    if refuse and min([size, *strides]) < 1:
        raise ValueError
    sides, paddings = [size], []
    for stride in strides:
        stride = stride if stride else 1
        paddings.append(padding(sides[-1], stride))
        sides.append(half(sides[-1], stride))
    return sides, paddings[::order]


@mistake(of="mirror_sizes")
def rounded_down(size, strides):
    """n / stride is rounded down."""
    return _mirror(size, strides, half=lambda n, s: n // s)


@mistake(of="mirror_sizes")
def order_of_the_encoder(size, strides):
    """the paddings stand in the order of the convolutions, not of the decoder."""
    return _mirror(size, strides, order=1)


@mistake(of="mirror_sizes")
def remainder(size, strides):
    """the padding is the remainder of n, so that odd sides get 1 and even sides 0."""
    return _mirror(size, strides, padding=lambda n, s: n % s)


@mistake(of="mirror_sizes")
def always_the_largest(size, strides):
    """the padding is the stride minus 1 always, as if every side were a multiple of the stride."""
    return _mirror(size, strides, padding=lambda n, s: s - 1)


@mistake(of="mirror_sizes")
def always_zero(size, strides):
    """the padding is always 0."""
    return _mirror(size, strides, padding=lambda n, s: 0)


@mistake(of="mirror_sizes")
def missing_to_a_multiple(size, strides):
    """the padding is what a side lacks to the next multiple of the stride."""
    return _mirror(size, strides, padding=lambda n, s: -n % s)


@mistake(of="mirror_sizes")
def stride_of_two(size, strides):
    """every stride is taken for 2 when the padding is computed."""
    return _mirror(size, strides, padding=lambda n, s: (n - 1) % 2)


@mistake(of="mirror_sizes", raises="WrongStructure")
def without_the_image(size, strides):
    """the side of the image itself is not among the sides."""
    sides, paddings = right.mirror_sizes(size, strides)
    return sides[1:], paddings


@mistake(of="mirror_sizes")
def sides_reversed(size, strides):
    """the sides stand in the order of the decoder, the smallest first."""
    sides, paddings = right.mirror_sizes(size, strides)
    return sides[::-1], paddings


@mistake(of="mirror_sizes")
def padding_without_window(size, strides):
    """sides become those of convolutions without padding, of windows as wide as the stride plus 1."""
    return _mirror(size, strides, half=lambda n, s: max(0, (n - s - 1) // s + 1))


@mistake(of="mirror_sizes")
def any_side(size, strides):
    """sizes and strides below 1 are not refused."""
    return _mirror(size, strides, refuse=False)


# ConvAutoencoder


class _Conv(right.ConvAutoencoder):
    """ConvAutoencoder with layers that may be made again."""

    hidden, code_kind, expand_kind, last, strides = "relu", None, "relu", None, 2

    def __init__(self, shape, code, filters=(8, 16)):
        super().__init__(shape, code, filters)
        options = {"kernel_size": 3, "strides": 2, "padding": "same"}
        self.convolutions = [keras.layers.Conv2D(n, activation=self.hidden, **options) for n in filters]
        self.code_layer = keras.layers.Dense(code, self.code_kind)
        self.expand = keras.layers.Dense(int(np.prod(self.maps)), self.expand_kind)
        self.deconvolutions = [
            keras.layers.Conv2DTranspose(
                one.filters, activation=self.hidden, output_padding=one.output_padding, **options
            )
            for one in self.deconvolutions
        ]
        self.deconvolutions[-1].activation = keras.activations.get(self.last)


@mistake(of="ConvAutoencoder")
class ConvCodeActivated(_Conv):
    """the code goes through a ReLU."""

    code_kind = "relu"


@mistake(of="ConvAutoencoder")
class ExpandedWithoutActivation(_Conv):
    """the dense layer behind the code has no ReLU."""

    expand_kind = None


@mistake(of="ConvAutoencoder")
class ImageActivated(_Conv):
    """the image goes through a ReLU."""

    last = "relu"


@mistake(of="ConvAutoencoder")
class ImageSigmoid(_Conv):
    """the image goes through a sigmoid."""

    last = "sigmoid"


@mistake(of="ConvAutoencoder")
class ConvolutionsWithoutActivation(_Conv):
    """the convolutions and the transposed ones have no ReLU."""

    hidden = None


@mistake(of="ConvAutoencoder")
class ConvEvenSidesOnly(right.ConvAutoencoder):
    """each transposed convolution doubles the sides, so that the images of odd sides come back too large."""

    def __init__(self, shape, code, filters=(8, 16)):
        super().__init__(shape, code, filters)
        counts = [one.filters for one in self.deconvolutions]
        kinds = ["relu"] * (len(filters) - 1) + [None]
        self.deconvolutions = [
            keras.layers.Conv2DTranspose(n, 3, strides=2, padding="same", activation=kind)
            for n, kind in zip(counts, kinds)
        ]


@mistake(of="ConvAutoencoder")
class ConvResized(right.ConvAutoencoder):
    """each transposed convolution doubles the sides, and the image is cut to its size at the end."""

    def __init__(self, shape, code, filters=(8, 16)):
        super().__init__(shape, code, filters)
        self.size = shape[:2]
        counts = [one.filters for one in self.deconvolutions]
        kinds = ["relu"] * (len(filters) - 1) + [None]
        self.deconvolutions = [
            keras.layers.Conv2DTranspose(n, 3, strides=2, padding="same", activation=kind)
            for n, kind in zip(counts, kinds)
        ]

    def decode(self, code):
        return super().decode(code)[:, : self.size[0], : self.size[1]]


@mistake(of="ConvAutoencoder")
class SidesExchanged(right.ConvAutoencoder):
    """height and width have changed places in the decoder, which squares cannot tell."""

    def __init__(self, shape, code, filters=(8, 16)):
        super().__init__(shape, code, filters)
        self.maps = (self.maps[1], self.maps[0], self.maps[2])
        for one in self.deconvolutions:
            one.output_padding = one.output_padding[::-1]


@mistake(of="ConvAutoencoder")
class ConvEncoderNotTrained(right.ConvAutoencoder):
    """no gradient flows from the images that are made to the encoder."""

    def encode(self, x):
        return tf.stop_gradient(super().encode(x))


@mistake(of="ConvAutoencoder", raises="WrongStructure")
class FiltersIgnored(right.ConvAutoencoder):
    """there are always two convolutions, of 8 and 16 filters."""

    def __init__(self, shape, code, filters=(8, 16)):
        super().__init__(shape, code)


@mistake(of="ConvAutoencoder")
class ChannelsFirst(right.ConvAutoencoder):
    """the maps are flattened with the channels first, so that the code layer reads them in another order."""

    def encode(self, x):
        for layer in self.convolutions:
            x = layer(x)
        x = tf.transpose(x, (0, 3, 1, 2))
        return self.code_layer(tf.reshape(x, (-1, int(np.prod(self.maps)))))


# denoising_loss


def _denoising(model, x, noise, target=None, seen=None, weight=None, reduce=None):
    seen = x + noise if seen is None else seen
    error = model(seen) - (x if target is None else target)
    if reduce is not None:
        return reduce(error)
    total = tf.reduce_sum(error**2)
    return total / tf.cast(tf.shape(x)[0], x.dtype) if weight is None else weight * total


@mistake(of="denoising_loss")
def noisy_target(model, x, noise):
    """the model is to return the noisy example, not the clean one."""
    return _denoising(model, x, noise, target=x + noise)


@mistake(of="denoising_loss")
def clean_input(model, x, noise):
    """the model sees the clean example, and the noise is not used."""
    return _denoising(model, x, noise, seen=x + 0 * noise)


@mistake(of="denoising_loss")
def noise_as_target(model, x, noise):
    """the model is to return the noise, as in diffusion models."""
    return _denoising(model, x, noise, target=noise)


@mistake(of="denoising_loss")
def noise_removed_twice(model, x, noise):
    """the noise is added to what the model returns, not to what it sees."""
    error = model(x) + noise - x
    return tf.reduce_sum(error**2) / tf.cast(tf.shape(x)[0], x.dtype)


@mistake(of="denoising_loss")
def averaged_over_all(model, x, noise):
    """the error is averaged over all numbers, those of one example as well."""
    return _denoising(model, x, noise, reduce=lambda e: tf.reduce_mean(e**2))


@mistake(of="denoising_loss")
def summed_over_batch(model, x, noise):
    """the error is summed over the batch, not averaged."""
    return _denoising(model, x, noise, weight=1.0)


@mistake(of="denoising_loss")
def length_without_square(model, x, noise):
    """the error is the length of the difference, not its square."""

    def lengths(e):
        flat = tf.reshape(e, (e.shape[0], -1))
        return tf.reduce_mean(tf.sqrt(tf.reduce_sum(flat**2, axis=1)))

    return _denoising(model, x, noise, reduce=lengths)


@mistake(of="denoising_loss")
def last_axis_summed(model, x, noise):
    """only the last axis of an example is summed, and the others are averaged."""
    return _denoising(model, x, noise, reduce=lambda e: tf.reduce_mean(tf.reduce_sum(e**2, axis=-1)))


@mistake(of="denoising_loss")
def absolute_error(model, x, noise):
    """the sizes of the errors are summed, not their squares."""
    return _denoising(model, x, noise, reduce=lambda e: tf.reduce_sum(tf.abs(e)) / e.shape[0])


@mistake(of="denoising_loss")
def half_the_square(model, x, noise):
    """the squared error is halved."""
    return 0.5 * right.denoising_loss(model, x, noise)


@mistake(of="denoising_loss", raises="WrongStructure")
def plain_loss_added(model, x, noise):
    """the error of the clean example is added to that of the noisy one."""
    return right.denoising_loss(model, x, noise) + right.denoising_loss(model, x, 0 * noise)


# optimal_linear_denoiser


def _gains(S, s2, gain):
    if s2 < 0:
        raise ValueError
    values, vectors = np.linalg.eigh(S)
    values = np.where(values > 1e-12 * values[-1], values, 0)
    with np.errstate(all="ignore"):
        gains = gain(values)
    return (vectors * np.where(np.isfinite(gains), gains, 0)) @ vectors.T


@mistake(of="optimal_linear_denoiser")
def deviation_for_variance(S, s2):
    """the standard deviation s stands where its square belongs."""
    return _gains(S, s2, lambda a: a / (a + np.sqrt(s2)))


@mistake(of="optimal_linear_denoiser")
def variance_squared(S, s2):
    """s² is squared once more."""
    return _gains(S, s2, lambda a: a / (a + s2**2))


@mistake(of="optimal_linear_denoiser")
def only_the_inverse(S, s2):
    """the factor S is missing: what is returned is the inverse alone."""
    return _gains(S, s2, lambda a: 1 / (a + s2))


@mistake(of="optimal_linear_denoiser")
def noise_kept(S, s2):
    """the matrix keeps the noise and removes the example: it is the identity minus the right one."""
    return np.eye(len(S)) - right.optimal_linear_denoiser(S, s2)


@mistake(of="optimal_linear_denoiser")
def noise_subtracted(S, s2):
    """S is taken for the covariance of the noisy examples, from which s² is subtracted."""
    return _gains(S, s2, lambda a: np.where(a > 0, (a - s2) / a, 0))


@mistake(of="optimal_linear_denoiser")
def diagonal_only(S, s2):
    """each feature is treated alone, as if no two of them varied together."""
    if s2 < 0:
        raise ValueError
    values = np.diag(S)
    with np.errstate(all="ignore"):
        return np.diag(np.where(values > 0, values / (values + s2), 0))


@mistake(of="optimal_linear_denoiser")
def identity_without_noise(S, s2):
    """without noise the identity is returned, also for directions along which no example varies."""
    return np.eye(len(S)) if s2 == 0 else right.optimal_linear_denoiser(S, s2)


@mistake(of="optimal_linear_denoiser")
def projection_always(S, s2):
    """the noise is ignored, so that only directions without any variance are removed."""
    return _gains(S, 0.0 if s2 >= 0 else s2, lambda a: a / a)


@mistake(of="optimal_linear_denoiser", raises="LinAlgError")
def plain_inverse(S, s2):
    """the inverse of S + s² I is taken, which does not exist without noise where S is singular."""
    if s2 < 0:
        raise ValueError
    return S @ np.linalg.inv(S + s2 * np.eye(len(S)))


@mistake(of="optimal_linear_denoiser")
def no_tolerance(S, s2):
    """without noise every eigenvalue that is not exactly 0 counts, also one that is rounding."""
    if s2 < 0:
        raise ValueError
    values, vectors = np.linalg.eigh(S)
    values = np.abs(values)
    gains = np.divide(values, values + s2, out=np.zeros_like(values), where=values > 0)
    return (vectors * gains) @ vectors.T


@mistake(of="optimal_linear_denoiser")
def little_noise_ignored(S, s2):
    """a small variance of the noise is taken for 0, however small the variances of the examples are."""
    return right.optimal_linear_denoiser(S, 0.0 if np.isclose(s2, 0) else s2)


@mistake(of="optimal_linear_denoiser")
def negative_variance(S, s2):
    """a variance below 0 is not refused."""
    return right.optimal_linear_denoiser(S, abs(s2))


# sparse_penalty


def _sparse(h, rho, m=None, kl=None, reduce=tf.reduce_sum):
    if not 0 < rho < 1:
        raise ValueError
    a = tf.reduce_mean(h, axis=0)
    m = 1e-4 + (1 - 2e-4) * a if m is None else m(a)
    if kl is None:
        return reduce(rho * tf.math.log(rho / m) + (1 - rho) * tf.math.log((1 - rho) / (1 - m)))
    return reduce(kl(m))


@mistake(of="sparse_penalty")
def divergence_reversed(h, rho):
    """the divergence is taken the other way round, KL(r ‖ ρ)."""
    return _sparse(
        h, rho, kl=lambda m: m * tf.math.log(m / rho) + (1 - m) * tf.math.log((1 - m) / (1 - rho))
    )


@mistake(of="sparse_penalty")
def mean_over_units(h, rho):
    """the penalty is averaged over the units, not summed."""
    if h.shape[1] == 1:
        return 0.5 * right.sparse_penalty(h, rho)
    return _sparse(h, rho, reduce=tf.reduce_mean)


@mistake(of="sparse_penalty")
def mean_of_all_units(h, rho):
    """one mean is taken over the units of each example, not one over the batch for each unit."""
    return right.sparse_penalty(tf.transpose(h), rho)


@mistake(of="sparse_penalty")
def first_term_only(h, rho):
    """the term of a unit that is off is left out."""
    return _sparse(h, rho, kl=lambda m: rho * tf.math.log(rho / m))


@mistake(of="sparse_penalty")
def cross_entropy_of_rho(h, rho):
    """the entropy of ρ is not subtracted, so that the penalty is not 0 where the mean is right."""
    return _sparse(h, rho, kl=lambda m: -rho * tf.math.log(m) - (1 - rho) * tf.math.log(1 - m))


@mistake(of="sparse_penalty")
def penalty_negative(h, rho):
    """the penalty has the wrong sign."""
    return -right.sparse_penalty(h, rho)


@mistake(of="sparse_penalty")
def not_moved(h, rho):
    """the means are not moved towards the middle, so that units that are always off or on give infinity."""
    return _sparse(h, rho, m=lambda a: a)


@mistake(of="sparse_penalty")
def cut_off(h, rho):
    """the means are cut off at 0.0001 and 0.9999, so that a unit beyond has no gradient."""
    return _sparse(h, rho, m=lambda a: tf.clip_by_value(a, 1e-4, 1 - 1e-4))


@mistake(of="sparse_penalty")
def floor_added(h, rho):
    """a small number is added inside the logarithms, and the means are not moved from both ends."""
    return _sparse(
        h,
        rho,
        m=lambda a: a,
        kl=lambda m: rho * tf.math.log(rho / (m + 1e-4))
        + (1 - rho) * tf.math.log((1 - rho) / (1 - m + 1e-4)),
    )


@mistake(of="sparse_penalty")
def each_example(h, rho):
    """the divergence is taken for each activation and then averaged over the batch."""
    if not 0 < rho < 1:
        raise ValueError
    m = 1e-4 + (1 - 2e-4) * h
    each = rho * tf.math.log(rho / m) + (1 - rho) * tf.math.log((1 - rho) / (1 - m))
    return tf.reduce_sum(tf.reduce_mean(each, axis=0))


@mistake(of="sparse_penalty")
def squared_difference(h, rho):
    """the penalty is the squared difference of the two means."""
    return _sparse(h, rho, kl=lambda m: (m - rho) ** 2)


@mistake(of="sparse_penalty")
def any_wanted_mean(h, rho):
    """a wanted mean that cannot be is not refused."""
    return right.sparse_penalty(h, min(max(rho, 1e-3), 1 - 1e-3))


@mistake(of="sparse_penalty", raises="InvalidArgumentError")
def in_float64_alone(h, rho):
    """the numbers of the formula are in float64, so that activations in float32 are no partners for them."""
    if not 0 < rho < 1:
        raise ValueError
    r = tf.constant(0.0001, tf.float64) + tf.constant(0.9998, tf.float64) * tf.reduce_mean(h, axis=0)
    return tf.reduce_sum(rho * tf.math.log(rho / r) + (1 - rho) * tf.math.log((1 - rho) / (1 - r)))


# contractive_penalty


def _contractive(x, W, c, slope, weights=None):
    h, weight = tf.sigmoid(x @ W + c), tf.reduce_sum(W**2, axis=0) if weights is None else weights(W)
    return tf.reduce_sum(slope(h) ** 2 * weight, axis=1)


@mistake(of="contractive_penalty")
def slopes_not_squared(x, W, c):
    """the slopes h(1 - h) are not squared."""
    return _contractive(x, W, c, lambda h: tf.sqrt(h * (1 - h)))


@mistake(of="contractive_penalty")
def weights_only(x, W, c):
    """the slopes are left out, so that the penalty is the weight decay."""
    return _contractive(x, W, c, lambda h: tf.ones_like(h) + 0 * h)


@mistake(of="contractive_penalty")
def slope_of_tanh(x, W, c):
    """the slope is that of tanh, 1 - h², and not that of the sigmoid."""
    return _contractive(x, W, c, lambda h: 1 - h**2)


@mistake(of="contractive_penalty")
def not_the_square(x, W, c):
    """the penalty is the norm and not its square."""
    return tf.sqrt(right.contractive_penalty(x, W, c))


@mistake(of="contractive_penalty")
def sum_of_weights(x, W, c):
    """the weights are summed before they are squared, and not the other way round."""
    return _contractive(x, W, c, lambda h: h * (1 - h), lambda W: tf.reduce_sum(W, axis=0) ** 2)


@mistake(of="contractive_penalty")
def averaged_over_units(x, W, c):
    """the units are averaged, not summed."""
    return right.contractive_penalty(x, W, c) / (W.shape[1] if W.shape[1] > 1 else 2)


@mistake(of="contractive_penalty")
def bias_forgotten(x, W, c):
    """the biases are forgotten."""
    return right.contractive_penalty(x, W, 0 * c)


@mistake(of="contractive_penalty")
def summed_over_the_batch(x, W, c):
    """each example gets the mean over the batch."""
    each = right.contractive_penalty(x, W, c)
    return tf.reduce_mean(each) + 0 * each if x.shape[0] > 1 else 2 * each


@mistake(of="contractive_penalty")
def slopes_held_fixed(x, W, c):
    """the slopes are held fixed, so that no gradient flows through them."""
    h = tf.stop_gradient(tf.sigmoid(x @ W + c))
    return tf.reduce_sum((h * (1 - h)) ** 2 * tf.reduce_sum(W**2, axis=0), axis=1)


@mistake(of="contractive_penalty")
def activations_penalised(x, W, c):
    """the activations are penalised, and not how they change."""
    return _contractive(x, W, c, lambda h: h)


@mistake(of="contractive_penalty")
def by_exponentials(x, W, c):
    """the slope is computed from an exponential that overflows in a saturated unit."""
    e = tf.exp(-(x @ W + c))
    return tf.reduce_sum((e / (1 + e) ** 2) ** 2 * tf.reduce_sum(W**2, axis=0), axis=1)


# anomaly_score


def _anomaly(model, x, x_train, q, training=False, known=None, at_least=False, score=None, cut=None):
    if not 0 <= q <= 1:
        raise ValueError

    def plain(examples):
        error = model(examples, training=training) - examples
        return tf.reduce_sum(error**2, axis=list(range(1, len(error.shape))))

    of = plain if score is None else score
    scores = of(x)
    normal = of(x_train if known is None else known)
    threshold = np.quantile(normal, q) if cut is None else cut(normal, q)
    return scores, scores >= threshold if at_least else scores > threshold


@mistake(of="anomaly_score")
def threshold_from_the_judged(model, x, x_train, q):
    """the threshold comes from the examples that are judged."""
    return _anomaly(model, x, x_train, q, known=x)


@mistake(of="anomaly_score")
def ties_flagged(model, x, x_train, q):
    """a score that equals the threshold is flagged."""
    return _anomaly(model, x, x_train, q, at_least=True)


@mistake(of="anomaly_score")
def quantile_from_above(model, x, x_train, q):
    """the quantile is counted from the largest score downwards."""
    return _anomaly(model, x, x_train, q, cut=lambda s, q: np.quantile(s, 1 - q))


@mistake(of="anomaly_score")
def low_scores_flagged(model, x, x_train, q):
    """those below the threshold are flagged, not those above it."""
    scores, flag = right.anomaly_score(model, x, x_train, q)
    return scores, ~np.asarray(flag)


@mistake(of="anomaly_score")
def score_negative(model, x, x_train, q):
    """the score has the wrong sign, so that unusual examples have the smallest ones."""
    scores, flag = right.anomaly_score(model, x, x_train, q)
    return -scores, flag


@mistake(of="anomaly_score")
def score_averaged(model, x, x_train, q):
    """the squared error is averaged over an example's numbers, not summed."""
    return _anomaly(
        model, x, x_train, q,
        score=lambda a: tf.reduce_mean(
            (model(a, training=False) - a) ** 2, axis=list(range(1, len(a.shape)))
        ),
    )


@mistake(of="anomaly_score")
def score_as_length(model, x, x_train, q):
    """the score is the length of the error, not its square."""
    return _anomaly(
        model, x, x_train, q,
        score=lambda a: tf.norm(
            tf.reshape(model(a, training=False) - a, (tf.shape(a)[0], -1)), axis=1
        ),
    )


@mistake(of="anomaly_score")
def called_in_training(model, x, x_train, q):
    """the model is called in training."""
    return _anomaly(model, x, x_train, q, training=True)


@mistake(of="anomaly_score")
def not_told(model, x, x_train, q):
    """the model is not told that it is not in training, so that its own default decides."""
    return _anomaly(lambda a, training: model(a), x, x_train, q)


@mistake(of="anomaly_score")
def quantile_not_interpolated(model, x, x_train, q):
    """the threshold is the next larger score that occurs, and is not interpolated."""
    return _anomaly(model, x, x_train, q, cut=lambda s, q: np.quantile(s, q, method="higher"))


@mistake(of="anomaly_score")
def mean_and_deviations(model, x, x_train, q):
    """the threshold is the mean of the normal scores plus q standard deviations."""
    return _anomaly(model, x, x_train, q, cut=lambda s, q: np.mean(s) + q * np.std(s))


@mistake(of="anomaly_score")
def per_cent(model, x, x_train, q):
    """q is taken for per cent."""
    return _anomaly(model, x, x_train, q, cut=lambda s, q: np.percentile(s, q))


@mistake(of="anomaly_score")
def largest_score(model, x, x_train, q):
    """the threshold is q times the largest score of the normal examples."""
    return _anomaly(model, x, x_train, q, cut=lambda s, q: q * np.max(s))


@mistake(of="anomaly_score")
def any_share(model, x, x_train, q):
    """a share outside of 0 to 1 is not refused."""
    return _anomaly(model, x, x_train, min(max(q, 0), 1))


# free_energy


@mistake(of="free_energy")
def energy_negative(v, W, b, c):
    """the sign is that of log p: the free energy is the negative of it."""
    return -right.free_energy(v, W, b, c)


@mistake(of="free_energy")
def visible_biases_forgotten(v, W, b, c):
    """the biases of the visible units are forgotten."""
    return right.free_energy(v, W, 0 * b, c)


@mistake(of="free_energy")
def hidden_biases_forgotten(v, W, b, c):
    """the biases of the hidden units are forgotten."""
    return right.free_energy(v, W, b, 0 * c)


@mistake(of="free_energy")
def visible_sign(v, W, b, c):
    """the term of the visible biases is added, not subtracted."""
    return right.free_energy(v, W, -b, c)


@mistake(of="free_energy")
def sums_not_separate(v, W, b, c):
    """the hidden units are summed before the logarithm of 1 + exp is taken."""
    return -v @ b - np.logaddexp(0, np.sum(c + v @ W, axis=1))


@mistake(of="free_energy")
def overflowing(v, W, b, c):
    """log(1 + exp(a)) is computed as it stands, and overflows where a is large."""
    with np.errstate(all="ignore"):
        return -v @ b - np.sum(np.log(1 + np.exp(c + v @ W)), axis=1)


@mistake(of="free_energy")
def most_probable_code(v, W, b, c):
    """the energy is that of the most probable code, not of all codes together."""
    return -v @ b - np.sum(np.maximum(0, c + v @ W), axis=1)


@mistake(of="free_energy")
def with_the_mean_code(v, W, b, c):
    """the energy is that of the hidden units' probabilities, without their entropy."""
    a = c + v @ W
    return -v @ b - np.sum(expit(a) * a, axis=1)


@mistake(of="free_energy")
def averaged_over_hidden(v, W, b, c):
    """the hidden units are averaged, not summed."""
    return -v @ b - np.mean(np.logaddexp(0, c + v @ W), axis=1) * (1 if len(c) > 1 else 2)


@mistake(of="free_energy")
def probability_in_place(v, W, b, c):
    """the sigmoid stands where log(1 + exp) belongs."""
    return -v @ b - np.sum(expit(c + v @ W), axis=1)


# log_partition


def _states(n):
    return (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(float)


def _enumerated(W, b, c, codes=None, term=None):
    """log Z over the smaller layer."""
    if len(b) < len(c):
        W, b, c = W.T, c, b
    h = _states(len(c)) if codes is None else codes(len(c))
    return float(np.logaddexp.reduce(-right.free_energy(h, W.T, c, b)))


@mistake(of="log_partition")
def sign_of_log_z(W, b, c):
    """the sign is wrong: what is returned is -log Z."""
    return -right.log_partition(W, b, c)


@mistake(of="log_partition")
def biases_exchanged(W, b, c):
    """the biases of the layer that is enumerated are forgotten."""
    return right.log_partition(W, b if len(b) >= len(c) else 0 * b, c if len(b) < len(c) else 0 * c)


@mistake(of="log_partition")
def other_biases_forgotten(W, b, c):
    """the biases of the layer that is not enumerated are forgotten."""
    return right.log_partition(W, b if len(b) < len(c) else 0 * b, c if len(b) >= len(c) else 0 * c)


@mistake(of="log_partition")
def free_energies_added(W, b, c):
    """the free energies themselves enter the sum of exponentials, without their minus."""
    small = (W, b, c) if len(b) >= len(c) else (W.T, c, b)
    W, b, c = small
    return float(np.logaddexp.reduce(right.free_energy(_states(len(c)), W.T, c, b)))


@mistake(of="log_partition")
def mean_over_states(W, b, c):
    """the mean over the states is taken, not the sum."""
    return right.log_partition(W, b, c) - min(len(b), len(c)) * np.log(2)


@mistake(of="log_partition")
def first_state_missing(W, b, c):
    """the state in which all units of the enumerated layer are off is left out."""
    return _enumerated(W, b, c, codes=lambda n: _states(n)[1:])


@mistake(of="log_partition")
def last_state_missing(W, b, c):
    """the state in which all units of the enumerated layer are on is left out."""
    return _enumerated(W, b, c, codes=lambda n: _states(n)[:-1])


@mistake(of="log_partition")
def plus_and_minus_one(W, b, c):
    """the units of the enumerated layer are taken to be -1 or 1, not 0 or 1."""
    return _enumerated(W, b, c, codes=lambda n: 2 * _states(n) - 1)


@mistake(of="log_partition")
def overflowing_sum(W, b, c):
    """the exponentials are added up as they stand, and overflow or vanish."""
    small = (W, b, c) if len(b) >= len(c) else (W.T, c, b)
    W, b, c = small
    with np.errstate(all="ignore"):
        return float(np.log(np.sum(np.exp(-right.free_energy(_states(len(c)), W.T, c, b)))))


@mistake(of="log_partition")
def largest_only(W, b, c):
    """the largest exponential stands for the sum."""
    small = (W, b, c) if len(b) >= len(c) else (W.T, c, b)
    W, b, c = small
    return float(np.max(-right.free_energy(_states(len(c)), W.T, c, b)))


@mistake(of="log_partition", raises="ValueError")
def hidden_layer_always(W, b, c):
    """the hidden layer is enumerated even where the visible one is smaller."""
    if len(c) > 20:
        raise ValueError("Maximum allowed size exceeded")
    return right.log_partition(W, b, c)


@mistake(of="log_partition", raises="ValueError")
def visible_layer_always(W, b, c):
    """the visible layer is enumerated even where the hidden one is smaller."""
    if len(b) > 20:
        raise ValueError("Maximum allowed size exceeded")
    return right.log_partition(W, b, c)


# cd1


def _cd(v, W, b, c, uh, uv, **changed):
    """CD-1, in which parts may be changed."""
    first = expit(c + v @ W)
    bits = changed.get("bits", lambda p: (uh < p).astype(float))(first)
    p = expit((b if changed.get("visible_bias", True) else 0) + bits @ W.T)
    second_v = changed.get("image", lambda p: (uv < p).astype(float))(p)
    second = changed.get("second", lambda v1: expit(c + v1 @ W))(second_v)
    start = bits if changed.get("sampled", False) else first
    seen = p if changed.get("mean_image", False) else second_v
    dW = (v.T @ start - seen.T @ second) / len(v)
    return dW, np.mean(v - seen, axis=0), np.mean(start - second, axis=0)


@mistake(of="cd1")
def first_part_with_bits(v, W, b, c, uh, uv):
    """the first part uses the sampled bits of the hidden units, and the second part their probabilities."""
    return _cd(v, W, b, c, uh, uv, sampled=True)


@mistake(of="cd1")
def probabilities_downwards(v, W, b, c, uh, uv):
    """the second image is made from the hidden units' probabilities, not from their bits."""
    return _cd(v, W, b, c, uh, uv, bits=lambda p: p)


@mistake(of="cd1")
def image_not_sampled(v, W, b, c, uh, uv):
    """the second image holds probabilities, not bits."""
    return _cd(v, W, b, c, uh, uv, image=lambda p: p)


@mistake(of="cd1")
def mean_image_in_statistics(v, W, b, c, uh, uv):
    """the second part uses the probabilities of the second image, but hidden units that read its bits."""
    return _cd(v, W, b, c, uh, uv, mean_image=True)


@mistake(of="cd1")
def cd_signs(v, W, b, c, uh, uv):
    """the signs are those of a loss: the first part is subtracted from the second."""
    return tuple(-one for one in right.cd1(v, W, b, c, uh, uv))


@mistake(of="cd1")
def cd_summed(v, W, b, c, uh, uv):
    """the batch is summed, not averaged."""
    return tuple(one * len(v) for one in right.cd1(v, W, b, c, uh, uv))


@mistake(of="cd1")
def cd_biases_averaged_only(v, W, b, c, uh, uv):
    """the biases are averaged over the batch, and the weights are not."""
    dW, db, dc = right.cd1(v, W, b, c, uh, uv)
    return dW * len(v), db, dc


@mistake(of="cd1")
def draws_inverted(v, W, b, c, uh, uv):
    """a unit is on where its probability is below the number that it is drawn by."""
    return _cd(
        v, W, b, c, uh, uv,
        bits=lambda p: (uh > p).astype(float), image=lambda p: (uv > p).astype(float),
    )


@mistake(of="cd1")
def at_or_above(v, W, b, c, uh, uv):
    """a unit is also on where its probability equals the number that it is drawn by."""
    return _cd(
        v, W, b, c, uh, uv,
        bits=lambda p: (uh <= p).astype(float), image=lambda p: (uv <= p).astype(float),
    )


@mistake(of="cd1")
def no_visible_bias(v, W, b, c, uh, uv):
    """the second image is drawn without the biases of the visible units."""
    return _cd(v, W, b, c, uh, uv, visible_bias=False)


@mistake(of="cd1")
def thresholded(v, W, b, c, uh, uv):
    """a unit is on where its probability is above one half, and nothing is drawn."""
    return _cd(
        v, W, b, c, uh, uv,
        bits=lambda p: (p > 0.5).astype(float), image=lambda p: (p > 0.5).astype(float),
    )


@mistake(of="cd1")
def hidden_kept(v, W, b, c, uh, uv):
    """the second part uses the hidden units of the first image again."""
    first = expit(c + v @ W)
    return _cd(v, W, b, c, uh, uv, second=lambda _: first)


@mistake(of="cd1")
def second_bits(v, W, b, c, uh, uv):
    """the hidden units of the second part are sampled bits, drawn by the same numbers as the first ones."""
    return _cd(v, W, b, c, uh, uv, second=lambda v1: (uh < expit(c + v1 @ W)).astype(float))
