"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# reparameterise


@mistake(of="reparameterise")
def variance_for_deviation(mu, logvar, eps):
    """the noise is multiplied by the variance, exp(logvar), instead of its root."""
    return mu + tf.exp(logvar) * eps


@mistake(of="reparameterise")
def root_of_exp(mu, logvar, eps):
    """the root is taken after the exponential, which overflows for large variances, and whose gradient is
    not a number where the variance is 0."""
    return mu + tf.sqrt(tf.exp(logvar)) * eps


@mistake(of="reparameterise")
def own_noise(mu, logvar, eps):
    """the noise that is given is ignored, and other noise is drawn."""
    return mu + tf.exp(logvar / 2) * tf.random.normal(tf.shape(eps), seed=1)


@mistake(of="reparameterise")
def logarithm_not_taken_back(mu, logvar, eps):
    """the logarithm of the variance is used as the standard deviation."""
    return mu + logvar * eps


@mistake(of="reparameterise")
def half_logarithm(mu, logvar, eps):
    """the logarithm is halved, which is that of σ, and the exponential is forgotten."""
    return mu + logvar / 2 * eps


@mistake(of="reparameterise")
def shifted_before_scaled(mu, logvar, eps):
    """the noise is shifted by μ first, and then μ is scaled with it."""
    return (mu + eps) * tf.exp(logvar / 2)


@mistake(of="reparameterise")
def precision_for_variance(mu, logvar, eps):
    """the noise is divided by the standard deviation instead of being multiplied by it."""
    return mu + tf.exp(-logvar / 2) * eps


@mistake(of="reparameterise")
def deviation_floored(mu, logvar, eps):
    """a constant is added to the standard deviation, so that small variances are wrong."""
    return mu + (tf.exp(logvar / 2) + 1e-6) * eps


@mistake(of="reparameterise")
def logarithm_clipped(mu, logvar, eps):
    """the logarithm of the variance is clipped to ±10."""
    return mu + tf.exp(tf.clip_by_value(logvar, -10.0, 10.0) / 2) * eps


@mistake(of="reparameterise")
def only_mean(mu, logvar, eps):
    """the mean is returned and no noise is added."""
    return mu + 0.0 * eps


@mistake(of="reparameterise")
def cut_at_the_deviation(mu, logvar, eps):
    """no gradient flows to logvar."""
    return mu + tf.exp(tf.stop_gradient(logvar) / 2) * eps


@mistake(of="reparameterise")
def one_noise_for_all(mu, logvar, eps):
    """each row gets the noise of the first row."""
    return mu + tf.exp(logvar / 2) * tf.ones_like(eps) * eps[..., :1, :]


# gradient_estimators


def _slope(f, z):
    """f' at z."""
    z = tf.convert_to_tensor(z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = f(z)
    return tape.gradient(value, z, unconnected_gradients="zero")


def _checked(sigma):
    """Refuse as the right answer does."""
    if not sigma > 0:
        raise ValueError("expected sigma to be larger than 0")


@mistake(of="gradient_estimators")
def score_by_deviation(f, mu, sigma, eps):
    """the score is (z − μ) / σ, so that one factor σ is missing in the denominator."""
    pathwise, score = right.gradient_estimators(f, mu, sigma, eps)
    return pathwise, score * sigma


@mistake(of="gradient_estimators")
def score_by_distance(f, mu, sigma, eps):
    """the score is z − μ, without the division by σ²."""
    pathwise, score = right.gradient_estimators(f, mu, sigma, eps)
    return pathwise, score * sigma**2


@mistake(of="gradient_estimators")
def score_differentiates(f, mu, sigma, eps):
    """the score is multiplied with f′(z), the slope, instead of f(z)."""
    pathwise, _ = right.gradient_estimators(f, mu, sigma, eps)
    return pathwise, pathwise * eps / sigma


@mistake(of="gradient_estimators")
def slope_at_the_mean(f, mu, sigma, eps):
    """the pathwise estimate is f′(μ), the slope at the mean, for all samples."""
    _, score = right.gradient_estimators(f, mu, sigma, eps)
    return _slope(f, mu + 0.0 * eps), score


@mistake(of="gradient_estimators")
def slope_for_sigma(f, mu, sigma, eps):
    """the pathwise estimate is that of the slope with respect to σ, f′(z) ε."""
    pathwise, score = right.gradient_estimators(f, mu, sigma, eps)
    return pathwise * eps, score


@mistake(of="gradient_estimators")
def slope_for_noise(f, mu, sigma, eps):
    """the pathwise estimate is differentiated with respect to ε, so that there is one factor σ too many."""
    pathwise, score = right.gradient_estimators(f, mu, sigma, eps)
    return pathwise * sigma, score


@mistake(of="gradient_estimators")
def averaged(f, mu, sigma, eps):
    """both estimates are averaged over the samples."""
    return tuple(
        tf.reduce_mean(one) * tf.ones_like(one) for one in right.gradient_estimators(f, mu, sigma, eps)
    )


@mistake(of="gradient_estimators")
def exchanged(f, mu, sigma, eps):
    """the score function estimate is returned first."""
    pathwise, score = right.gradient_estimators(f, mu, sigma, eps)
    return score, pathwise


@mistake(of="gradient_estimators")
def baseline_subtracted(f, mu, sigma, eps):
    """the mean of f is subtracted in the score function estimate, which nobody asked for."""
    pathwise, _ = right.gradient_estimators(f, mu, sigma, eps)
    value = f(mu + sigma * eps)
    return pathwise, (value - tf.reduce_mean(value)) * eps / sigma


@mistake(of="gradient_estimators")
def variance_times_noise(f, mu, sigma, eps):
    """the samples are μ + σ²ε."""
    _checked(sigma)
    z = mu + sigma**2 * eps
    return _slope(f, z), f(z) * (z - mu) / sigma**2


@mistake(of="gradient_estimators")
def score_with_the_other_sign(f, mu, sigma, eps):
    """the score is (μ − z) / σ², which has the other sign."""
    pathwise, score = right.gradient_estimators(f, mu, sigma, eps)
    return pathwise, -score


@mistake(of="gradient_estimators", raises="WrongStructure")
def nothing_refused(f, mu, sigma, eps):
    """a σ that is not larger than 0 is not refused."""
    z = mu + sigma * eps
    return _slope(f, z), f(z) * (z - mu) / max(sigma**2, 1e-300)


@mistake(of="gradient_estimators")
def slope_of_the_sum(f, mu, sigma, eps):
    """the pathwise estimate is differentiated with respect to μ once for all samples, so that each is their
    sum."""
    pathwise, score = right.gradient_estimators(f, mu, sigma, eps)
    return tf.reduce_sum(pathwise) * tf.ones_like(pathwise), score


# kl_standard_normal


@mistake(of="kl_standard_normal")
def other_sign(mu, logvar):
    """the sign is the other one, as in the paper, which writes minus the divergence."""
    return -right.kl_standard_normal(mu, logvar)


@mistake(of="kl_standard_normal")
def mean_over_coordinates(mu, logvar):
    """the mean over the coordinates is taken, instead of the sum."""
    return right.kl_standard_normal(mu, logvar) / mu.shape[1]


@mistake(of="kl_standard_normal")
def log_deviation(mu, logvar):
    """logvar is taken for the logarithm of the standard deviation."""
    return right.kl_standard_normal(mu, 2 * logvar)


@mistake(of="kl_standard_normal")
def not_halved(mu, logvar):
    """the factor ½ is missing."""
    return 2 * right.kl_standard_normal(mu, logvar)


@mistake(of="kl_standard_normal")
def one_forgotten(mu, logvar):
    """the −1 is missing, so that the divergence of the prior from itself is not 0."""
    return right.kl_standard_normal(mu, logvar) + mu.shape[1] / 2


@mistake(of="kl_standard_normal")
def mean_not_squared(mu, logvar):
    """the mean is not squared."""
    return tf.reduce_sum(tf.exp(logvar) + mu - 1.0 - logvar, axis=-1) / 2


@mistake(of="kl_standard_normal")
def reversed_divergence(mu, logvar):
    """it is the divergence of the prior from q, KL(p ‖ q), instead of that of q from the prior."""
    return tf.reduce_sum((1.0 + mu**2) * tf.exp(-logvar) - 1.0 + logvar, axis=-1) / 2


@mistake(of="kl_standard_normal")
def logarithm_left_out(mu, logvar):
    """the logarithm of the variance is left out, so that a variance of 0 costs nothing."""
    return tf.reduce_sum(tf.exp(logvar) + mu**2 - 1.0, axis=-1) / 2


@mistake(of="kl_standard_normal")
def variance_left_out(mu, logvar):
    """the variance is left out, and only its logarithm is there."""
    return tf.reduce_sum(mu**2 - 1.0 - logvar, axis=-1) / 2


@mistake(of="kl_standard_normal")
def mean_over_the_batch(mu, logvar):
    """the mean over the batch is returned for each row."""
    found = right.kl_standard_normal(mu, logvar)
    return tf.reduce_mean(found) * tf.ones_like(found)


@mistake(of="kl_standard_normal")
def variance_clipped(mu, logvar):
    """the logarithm of the variance is clipped to ±10."""
    return right.kl_standard_normal(mu, tf.clip_by_value(logvar, -10.0, 10.0))


@mistake(of="kl_standard_normal")
def cut_at_the_variance(mu, logvar):
    """no gradient flows to logvar."""
    return right.kl_standard_normal(mu, tf.stop_gradient(logvar))


# elbo


def _fit(x, mean, logvar):
    """log N(x; mean, diag exp(logvar))."""
    return -tf.reduce_sum(np.log(2 * np.pi) + logvar + (x - mean) ** 2 * tf.exp(-logvar), axis=-1) / 2


def _codes(x, encoder, eps):
    """What the encoder says, and the codes."""
    mu, logvar = encoder(x)
    return mu, logvar, mu + tf.exp(logvar / 2) * eps


@mistake(of="elbo")
def divergence_added(x, encoder, decoder, eps):
    """the KL divergence is added instead of subtracted."""
    return right.elbo(x, encoder, decoder, eps) + 2 * right.kl_standard_normal(*encoder(x))


@mistake(of="elbo")
def mean_of_the_batch(x, encoder, decoder, eps):
    """the mean over the batch is returned for each row."""
    found = right.elbo(x, encoder, decoder, eps)
    return tf.reduce_mean(found) * tf.ones_like(found)


@mistake(of="elbo")
def mean_inside_the_logarithm(x, encoder, decoder, eps):
    """the mean over the codes is taken of p(x|z), inside the logarithm, and not of log p(x|z)."""
    mu, logvar, z = _codes(x, encoder, eps)
    fit = tf.reduce_logsumexp(_fit(x, *decoder(z)), axis=0) - np.log(eps.shape[0])
    return fit - right.kl_standard_normal(mu, logvar)


@mistake(of="elbo")
def sum_over_codes(x, encoder, decoder, eps):
    """log p(x|z) is summed over the codes, instead of averaged."""
    mu, logvar, z = _codes(x, encoder, eps)
    return tf.reduce_sum(_fit(x, *decoder(z)), axis=0) - right.kl_standard_normal(mu, logvar)


@mistake(of="elbo")
def constant_left_out(x, encoder, decoder, eps):
    """the constant ½ log 2π of each pixel is left out."""
    return right.elbo(x, encoder, decoder, eps) + x.shape[1] * np.float32(np.log(2 * np.pi)) / 2


@mistake(of="elbo")
def mean_over_pixels(x, encoder, decoder, eps):
    """the mean over the pixels is taken, instead of the sum, so that the KL divergence weighs too much."""
    mu, logvar, z = _codes(x, encoder, eps)
    fit = tf.reduce_mean(_fit(x, *decoder(z)), axis=0) / x.shape[1]
    return fit - right.kl_standard_normal(mu, logvar)


@mistake(of="elbo")
def variance_scales_the_noise(x, encoder, decoder, eps):
    """the codes are μ + σ²ε."""

    def wider(x):
        mu, logvar = encoder(x)
        return mu, 2 * logvar

    mu, logvar = encoder(x)
    difference = right.kl_standard_normal(mu, 2 * logvar) - right.kl_standard_normal(mu, logvar)
    return right.elbo(x, wider, decoder, eps) + tf.where(
        tf.math.is_nan(difference), np.float32(-np.inf), difference
    )


@mistake(of="elbo")
def only_the_first_code(x, encoder, decoder, eps):
    """only the first of the K codes is decoded."""
    return right.elbo(x, encoder, decoder, eps[:1])


@mistake(of="elbo")
def only_the_mean(x, encoder, decoder, eps):
    """the mean μ is decoded, and no noise is used."""
    return right.elbo(x, encoder, decoder, 0.0 * eps)


@mistake(of="elbo")
def mean_of_the_codes(x, encoder, decoder, eps):
    """the K codes are averaged before they are decoded."""
    return right.elbo(x, encoder, decoder, tf.reduce_mean(eps, axis=0, keepdims=True))


@mistake(of="elbo")
def variance_of_the_decoder_is_1(x, encoder, decoder, eps):
    """the decoder's variance is ignored, as if it were 1."""

    def plain(z):
        mean, logvar = decoder(z)
        return mean, tf.zeros_like(logvar)

    return right.elbo(x, encoder, plain, eps)


@mistake(of="elbo")
def decoder_by_deviation(x, encoder, decoder, eps):
    """the squared distance is divided by the standard deviation of p(x|z), instead of its variance."""
    mu, logvar, z = _codes(x, encoder, eps)
    mean, spread = decoder(z)
    fit = -tf.reduce_sum(np.log(2 * np.pi) + spread + (x - mean) ** 2 * tf.exp(-spread / 2), axis=-1) / 2
    return tf.reduce_mean(fit, axis=0) - right.kl_standard_normal(mu, logvar)


@mistake(of="elbo")
def normalisation_of_the_decoder_left_out(x, encoder, decoder, eps):
    """the logarithm of the decoder's variance is left out of log p(x|z)."""
    mu, logvar, z = _codes(x, encoder, eps)
    mean, spread = decoder(z)
    fit = -tf.reduce_sum(np.log(2 * np.pi) + (x - mean) ** 2 * tf.exp(-spread), axis=-1) / 2
    return tf.reduce_mean(fit, axis=0) - right.kl_standard_normal(mu, logvar)


@mistake(of="elbo")
def loss_returned(x, encoder, decoder, eps):
    """minus the bound is returned, the loss that is minimised."""
    return -right.elbo(x, encoder, decoder, eps)


@mistake(of="elbo")
def divergence_estimated(x, encoder, decoder, eps):
    """the KL divergence is estimated by the codes, and not computed in closed form."""
    mu, logvar, z = _codes(x, encoder, eps)
    drawn = _fit(z, mu, logvar) - _fit(z, 0.0, tf.zeros_like(z))
    return tf.reduce_mean(_fit(x, *decoder(z)) - drawn, axis=0)


@mistake(of="elbo")
def cut_at_the_codes(x, encoder, decoder, eps):
    """no gradient flows through the codes from the decoder to the encoder."""
    return right.elbo(x, encoder, lambda z: decoder(tf.stop_gradient(z)), eps)


# iwae_bound


@mistake(of="iwae_bound")
def mean_of_logarithms(log_w):
    """the mean of the logarithms is taken, which is the ELBO, instead of the logarithm of the mean."""
    return tf.reduce_mean(log_w, axis=0)


@mistake(of="iwae_bound")
def sum_of_weights(log_w):
    """log k is not subtracted, so that it is the logarithm of the weights' sum."""
    return tf.reduce_logsumexp(log_w, axis=0)


@mistake(of="iwae_bound")
def over_the_batch(log_w):
    """the mean is taken over the rows of the batch, instead of the k weights of a row."""
    return tf.reduce_logsumexp(log_w, axis=1) - np.log(log_w.shape[1])


@mistake(of="iwae_bound")
def exponential_overflows(log_w):
    """the weights are computed by exp, which gives 0 or ∞ where their logarithms are large."""
    return tf.math.log(tf.reduce_mean(tf.exp(log_w), axis=0))


@mistake(of="iwae_bound")
def largest_weight(log_w):
    """the largest weight is taken in the place of the sum."""
    return tf.reduce_max(log_w, axis=0) - np.log(log_w.shape[0])


@mistake(of="iwae_bound")
def largest_of_the_batch(log_w):
    """the largest weight of the whole batch is factored out, and rows with much smaller ones are lost."""
    top = tf.reduce_max(log_w)
    return tf.math.log(tf.reduce_mean(tf.exp(log_w - top), axis=0)) + top


@mistake(of="iwae_bound")
def divided_outside(log_w):
    """the logarithm of the sum is divided by k, instead of the sum."""
    return tf.reduce_logsumexp(log_w, axis=0) / log_w.shape[0]


@mistake(of="iwae_bound")
def logarithm_of_k_added(log_w):
    """log k is added instead of subtracted."""
    return tf.reduce_logsumexp(log_w, axis=0) + np.log(log_w.shape[0])


@mistake(of="iwae_bound")
def rows_averaged(log_w):
    """the mean over the batch is returned for each row."""
    found = right.iwae_bound(log_w)
    return tf.reduce_mean(found) * tf.ones_like(found)


@mistake(of="iwae_bound")
def no_weights_left(log_w):
    """the largest logarithm is subtracted even where it is −∞, so that a row whose weights are all 0 gives
    NaN."""
    top = tf.reduce_max(log_w, axis=0)
    return tf.math.log(tf.reduce_mean(tf.exp(log_w - top), axis=0)) + top


@mistake(of="iwae_bound")
def cut_gradient(log_w):
    """no gradient flows to the weights."""
    return right.iwae_bound(tf.stop_gradient(log_w))


# bernoulli_log_lik


@mistake(of="bernoulli_log_lik")
def mean_over_the_pixels(x, logits):
    """the mean over the pixels is taken, instead of the sum."""
    return right.bernoulli_log_lik(x, logits) / x.shape[1]


@mistake(of="bernoulli_log_lik")
def loss_for_likelihood(x, logits):
    """the sign is that of the loss, the cross-entropy."""
    return -right.bernoulli_log_lik(x, logits)


@mistake(of="bernoulli_log_lik")
def sigmoid_first(x, logits):
    """the sigmoid is taken first and rounds to 0 or 1, so that its logarithm is −∞."""
    p = tf.sigmoid(logits)
    return tf.reduce_sum(x * tf.math.log(p) + (1 - x) * tf.math.log(1 - p), axis=-1)


@mistake(of="bernoulli_log_lik")
def probability_clipped(x, logits):
    """the probability is clipped to stay 10⁻⁷ away from 0 and 1, so that a pixel costs 16.2 nats at most."""
    p = tf.clip_by_value(tf.sigmoid(logits), 1e-7, 1 - 1e-7)
    return tf.reduce_sum(x * tf.math.log(p) + (1 - x) * tf.math.log(1 - p), axis=-1)


@mistake(of="bernoulli_log_lik")
def only_ink(x, logits):
    """only pixels of ink count, and paper costs nothing."""
    return tf.reduce_sum(-x * tf.nn.softplus(-logits), axis=-1)


@mistake(of="bernoulli_log_lik")
def ink_for_paper(x, logits):
    """the logits are taken as those of paper."""
    return right.bernoulli_log_lik(1 - x, logits)


@mistake(of="bernoulli_log_lik")
def softplus_overflows(x, logits):
    """the softplus is written as log(1 + e^l), where e^l overflows."""
    return tf.reduce_sum(x * logits - tf.math.log(1 + tf.exp(logits)), axis=-1)


@mistake(of="bernoulli_log_lik")
def targets_rounded(x, logits):
    """grey targets are rounded to 0 or 1."""
    return right.bernoulli_log_lik(tf.cast(x > 0.5, logits.dtype), logits)


@mistake(of="bernoulli_log_lik")
def logits_for_probabilities(x, logits):
    """the logits go through a sigmoid, and what comes out is taken for logits once more."""
    return right.bernoulli_log_lik(x, tf.sigmoid(logits))


@mistake(of="bernoulli_log_lik")
def squared_error(x, logits):
    """the squared error of the probabilities is taken, which belongs to a normal decoder."""
    return -tf.reduce_sum((x - tf.sigmoid(logits)) ** 2, axis=-1)


@mistake(of="bernoulli_log_lik")
def logits_clipped(x, logits):
    """the logits are clipped to ±30."""
    return right.bernoulli_log_lik(x, tf.clip_by_value(logits, -30.0, 30.0))


@mistake(of="bernoulli_log_lik")
def mean_of_the_rows(x, logits):
    """the mean over the batch is returned for each row."""
    found = right.bernoulli_log_lik(x, logits)
    return tf.reduce_mean(found, axis=-1, keepdims=True) * tf.ones_like(found)


# beta_vae


@mistake(of="beta_vae")
def beta_on_the_reconstruction(rec, kl, beta, capacity=None):
    """β multiplies the reconstruction."""
    plain = right.beta_vae(0 * rec, kl, beta, capacity)  # refuses what is to be refused
    return beta * tf.reduce_mean(rec) + (plain / beta if beta else right.beta_vae(0 * rec, kl, 1.0, capacity))


@mistake(of="beta_vae")
def not_absolute(rec, kl, beta, capacity=None):
    """the absolute value is forgotten, so that less than the capacity is rewarded."""
    right.beta_vae(rec, kl, beta, capacity)
    return tf.reduce_mean(rec) + beta * (tf.reduce_mean(kl) - (capacity or 0.0))


@mistake(of="beta_vae")
def absolute_of_each_row(rec, kl, beta, capacity=None):
    """the absolute value is taken of each row, before the mean over the batch."""
    right.beta_vae(rec, kl, beta, capacity)
    return tf.reduce_mean(rec) + beta * tf.reduce_mean(tf.abs(kl - (capacity or 0.0)))


@mistake(of="beta_vae")
def capacity_ignored(rec, kl, beta, capacity=None):
    """the capacity is ignored."""
    right.beta_vae(rec, kl, beta, capacity)
    return right.beta_vae(rec, kl, beta)


@mistake(of="beta_vae")
def capacity_without_weight(rec, kl, beta, capacity=None):
    """with a capacity, the distance from it is not multiplied by β."""
    loss = right.beta_vae(rec, kl, beta, capacity)
    return loss if capacity is None else right.beta_vae(rec, kl, 1.0, capacity)


@mistake(of="beta_vae")
def summed_over_the_batch(rec, kl, beta, capacity=None):
    """the rows are summed, so that the loss grows with the batch."""
    return right.beta_vae(rec, kl, beta, capacity) * rec.shape[0]


@mistake(of="beta_vae")
def squared_distance(rec, kl, beta, capacity=None):
    """the distance from the capacity is squared."""
    loss = right.beta_vae(rec, kl, beta, capacity)
    return loss if capacity is None else tf.reduce_mean(rec) + beta * (tf.reduce_mean(kl) - capacity) ** 2


@mistake(of="beta_vae")
def everything_weighted(rec, kl, beta, capacity=None):
    """β multiplies both terms."""
    right.beta_vae(rec, kl, beta, capacity)
    return beta * right.beta_vae(rec, kl, 1.0, capacity)


@mistake(of="beta_vae")
def hinge(rec, kl, beta, capacity=None):
    """a KL divergence below the capacity costs nothing."""
    loss = right.beta_vae(rec, kl, beta, capacity)
    if capacity is None:
        return loss
    return tf.reduce_mean(rec) + beta * tf.nn.relu(tf.reduce_mean(kl) - capacity)


@mistake(of="beta_vae")
def divergence_subtracted(rec, kl, beta, capacity=None):
    """the KL divergence is subtracted, as in the bound, though `rec` is a loss already."""
    return 2 * tf.reduce_mean(rec) - right.beta_vae(rec, kl, beta, capacity)


@mistake(of="beta_vae")
def negative_accepted(rec, kl, beta, capacity=None):
    """a negative weight or capacity is not refused."""
    kl = tf.reduce_mean(kl)
    return tf.reduce_mean(rec) + beta * (kl if capacity is None else tf.abs(kl - capacity))


# VAE


class _Changed(right.VAE):
    """A training step with parts that can be replaced."""

    def reconstruction(self, x, logits):
        return -right.bernoulli_log_lik(x, logits)

    def divergence(self, mu, logvar):
        return right.kl_standard_normal(mu, logvar)

    def codes(self, mu, logvar, eps):
        return right.reparameterise(mu, logvar, eps)

    def weighed(self, rec, kl):
        return right.beta_vae(rec, kl, self.beta, self.capacity)

    def to_train(self):
        return self.trainable_variables

    def train_step(self, data):
        x, eps = data
        with tf.GradientTape() as tape:
            mu, logvar = self.encode(x)
            rec = self.reconstruction(x, self.decode(self.codes(mu, logvar, eps)))
            kl = self.divergence(mu, logvar)
            loss = self.weighed(rec, kl)
        weights = self.to_train()
        self.optimizer.apply(tape.gradient(loss, weights, unconnected_gradients="zero"), weights)
        return {"rec": tf.reduce_mean(rec), "kl": tf.reduce_mean(kl), "loss": loss}


@mistake(of="VAE")
class PixelMean(_Changed):
    """the reconstruction is a mean over the pixels, instead of their sum: the KL divergence weighs too much,
    and the codes collapse to the prior."""

    def reconstruction(self, x, logits):
        return -right.bernoulli_log_lik(x, logits) / x.shape[1]


@mistake(of="VAE")
class DivergenceNotTrained(_Changed):
    """the KL divergence is reported, and left out of the loss."""

    def weighed(self, rec, kl):
        return tf.reduce_mean(rec)


@mistake(of="VAE")
class DivergenceMean(_Changed):
    """the KL divergence is a mean over the numbers of the code, instead of their sum."""

    def divergence(self, mu, logvar):
        return right.kl_standard_normal(mu, logvar) / mu.shape[1]


@mistake(of="VAE")
class WeightIgnored(_Changed):
    """the weight `beta` is ignored."""

    def weighed(self, rec, kl):
        return right.beta_vae(rec, kl, 1.0, self.capacity)


@mistake(of="VAE")
class CapacityIgnored(_Changed):
    """the capacity is ignored."""

    def weighed(self, rec, kl):
        return right.beta_vae(rec, kl, self.beta)


@mistake(of="VAE")
class OwnNoise(_Changed):
    """the noise that is given is ignored, and other noise is drawn, so that no run can be repeated."""

    def codes(self, mu, logvar, eps):
        return right.reparameterise(mu, logvar, tf.random.normal(tf.shape(eps), seed=1))


@mistake(of="VAE")
class VarianceForDeviation(_Changed):
    """the noise is multiplied by the variance instead of the standard deviation."""

    def codes(self, mu, logvar, eps):
        return right.reparameterise(mu, 2 * logvar, eps)


@mistake(of="VAE")
class WithoutNoise(_Changed):
    """the mean is decoded in training, and no noise is used."""

    def codes(self, mu, logvar, eps):
        return mu


@mistake(of="VAE")
class EncoderCut(_Changed):
    """no gradient flows from the reconstruction through the codes to the encoder."""

    def codes(self, mu, logvar, eps):
        return tf.stop_gradient(right.reparameterise(mu, logvar, eps))


@mistake(of="VAE")
class DecoderNotTrained(_Changed):
    """only the encoder's weights are changed in a step."""

    def to_train(self):
        return self.encoder_hidden.trainable_variables + self.posterior.trainable_variables


@mistake(of="VAE")
class ReportedAfterwards(right.VAE):
    """what is reported holds after the step, and not before it."""

    def train_step(self, data):
        right.VAE.train_step(self, data)
        x, eps = data
        mu, logvar = self.encode(x)
        rec = -right.bernoulli_log_lik(x, self.decode(right.reparameterise(mu, logvar, eps)))
        kl = right.kl_standard_normal(mu, logvar)
        loss = right.beta_vae(rec, kl, self.beta, self.capacity)
        return {"rec": tf.reduce_mean(rec), "kl": tf.reduce_mean(kl), "loss": loss}


@mistake(of="VAE")
class LikelihoodReported(right.VAE):
    """the log-likelihood is reported as "rec", without the minus."""

    def train_step(self, data):
        told = right.VAE.train_step(self, data)
        return told | {"rec": -told["rec"]}


@mistake(of="VAE")
class HalvesExchanged(right.VAE):
    """the first half of the posterior layer's outputs is taken for logarithms of variances."""

    def encode(self, x):
        logvar, mu = right.VAE.encode(self, x)
        return mu, logvar


@mistake(of="VAE")
class Interleaved(right.VAE):
    """means and logarithms of variances alternate in the posterior layer's outputs."""

    def encode(self, x):
        both = self.posterior(self.encoder_hidden(x))
        return both[:, ::2], both[:, 1::2]


@mistake(of="VAE")
class Probabilities(right.VAE):
    """the decoder ends with a sigmoid, so that probabilities are returned in the place of logits."""

    def decode(self, z):
        return tf.sigmoid(right.VAE.decode(self, z))


@mistake(of="VAE")
class LinearEncoder(right.VAE):
    """the encoder's hidden layer has no activation."""

    def __init__(self, x_dim, z_dim, hidden, beta=1.0, capacity=None):
        super().__init__(x_dim, z_dim, hidden, beta, capacity)
        self.encoder_hidden = keras.layers.Dense(hidden)


@mistake(of="VAE")
class TanhDecoder(right.VAE):
    """the decoder's hidden layer has a tanh instead of a ReLU."""

    def __init__(self, x_dim, z_dim, hidden, beta=1.0, capacity=None):
        super().__init__(x_dim, z_dim, hidden, beta, capacity)
        self.decoder_hidden = keras.layers.Dense(hidden, activation="tanh")


@mistake(of="VAE")
class DeviationFromTheEncoder(right.VAE):
    """`encode` returns variances, and not their logarithms."""

    def encode(self, x):
        mu, logvar = right.VAE.encode(self, x)
        return mu, tf.exp(logvar)


# hierarchical_kl


def _levels(q, p, floor=lambda level: level, each=None):
    """The divergences of the levels, [levels, batch], with a part replaced."""

    def divergence(a, b, c, d):
        terms = tf.exp(b - d) + ((a - c) * tf.exp(-d / 2)) ** 2 - 1.0 - b + d
        return tf.reduce_sum(terms, axis=-1) / 2

    return tf.stack([floor((each or divergence)(a, b, c, d)) for (a, b), (c, d) in zip(q, p)])


def _refuses(q, p, free_bits):
    """Refuse as the right answer does."""
    if len(q) != len(p) or free_bits < 0:
        raise ValueError("expected as many levels in q as in p, and free_bits of 0 or more")


@mistake(of="hierarchical_kl")
def prior_ignored(q, p, free_bits=0.0):
    """each level is compared with N(0, I), and its own prior is ignored."""
    prior = [(tf.zeros_like(mu), tf.zeros_like(logvar)) for mu, logvar in p]
    return right.hierarchical_kl(q, prior, free_bits)


@mistake(of="hierarchical_kl")
def free_bits_of_the_batch(q, p, free_bits=0.0):
    """the lower limit is applied to a level's mean over the batch, and not to each row."""
    _refuses(q, p, free_bits)
    each = _levels(q, p)
    mean = tf.reduce_mean(each, axis=1, keepdims=True)
    return tf.reduce_sum(tf.where(mean > free_bits, each, free_bits + tf.zeros_like(each)), axis=0)


@mistake(of="hierarchical_kl")
def free_bits_of_the_sum(q, p, free_bits=0.0):
    """the lower limit is applied to the sum over the levels, and not to each level."""
    _refuses(q, p, free_bits)
    return tf.maximum(tf.reduce_sum(_levels(q, p), axis=0), free_bits)


@mistake(of="hierarchical_kl")
def free_bits_of_coordinates(q, p, free_bits=0.0):
    """the lower limit is applied to each coordinate, before their sum."""
    _refuses(q, p, free_bits)

    def each(a, b, c, d):
        terms = (tf.exp(b - d) + ((a - c) * tf.exp(-d / 2)) ** 2 - 1.0 - b + d) / 2
        return tf.reduce_sum(tf.maximum(terms, free_bits), axis=-1)

    return tf.reduce_sum(_levels(q, p, each=each), axis=0)


@mistake(of="hierarchical_kl")
def free_bits_added(q, p, free_bits=0.0):
    """the free bits are added to each level's divergence."""
    _refuses(q, p, free_bits)
    return tf.reduce_sum(_levels(q, p) + free_bits, axis=0)


@mistake(of="hierarchical_kl")
def free_bits_subtracted(q, p, free_bits=0.0):
    """the free bits are subtracted, so that a level pays what is above them."""
    _refuses(q, p, free_bits)
    return tf.reduce_sum(tf.nn.relu(_levels(q, p) - free_bits), axis=0)


@mistake(of="hierarchical_kl")
def free_bits_ignored(q, p, free_bits=0.0):
    """the free bits are ignored."""
    _refuses(q, p, free_bits)
    return right.hierarchical_kl(q, p)


@mistake(of="hierarchical_kl")
def limited_from_above(q, p, free_bits=0.0):
    """the limit is an upper one, so that no level pays more than the free bits."""
    _refuses(q, p, free_bits)
    return tf.reduce_sum(tf.minimum(_levels(q, p), free_bits), axis=0)


@mistake(of="hierarchical_kl")
def reversed_levels(q, p, free_bits=0.0):
    """the divergences are KL(p ‖ q), those of the priors from q."""
    return right.hierarchical_kl(p, q, free_bits)


@mistake(of="hierarchical_kl")
def distance_not_divided(q, p, free_bits=0.0):
    """the squared distance of the means is not divided by the prior's variance."""
    _refuses(q, p, free_bits)

    def each(a, b, c, d):
        return tf.reduce_sum(tf.exp(b - d) + (a - c) ** 2 - 1.0 - b + d, axis=-1) / 2

    return tf.reduce_sum(_levels(q, p, lambda level: tf.maximum(level, free_bits), each), axis=0)


@mistake(of="hierarchical_kl")
def ratio_of_exponentials(q, p, free_bits=0.0):
    """the two variances are computed and then divided, and both overflow or vanish where their ratio does
    not."""
    _refuses(q, p, free_bits)

    def each(a, b, c, d):
        ratio = tf.exp(b) / tf.exp(d)
        return tf.reduce_sum(ratio + (a - c) ** 2 / tf.exp(d) - 1.0 - b + d, axis=-1) / 2

    return tf.reduce_sum(_levels(q, p, lambda level: tf.maximum(level, free_bits), each), axis=0)


@mistake(of="hierarchical_kl")
def only_one_level(q, p, free_bits=0.0):
    """only the first level is counted."""
    _refuses(q, p, free_bits)
    return right.hierarchical_kl(q[:1], p[:1], free_bits)


@mistake(of="hierarchical_kl")
def mean_over_levels(q, p, free_bits=0.0):
    """the mean over the levels is taken, instead of the sum."""
    return right.hierarchical_kl(q, p, free_bits) / len(q)


@mistake(of="hierarchical_kl")
def levels_lost(q, p, free_bits=0.0):
    """levels that stand in only one of the two lists are dropped, and negative free bits are taken as 0."""
    number = min(len(q), len(p))
    return right.hierarchical_kl(q[:number], p[:number], max(free_bits, 0.0))


# biva_topdown


def _down(d, z_bu, z_td, W, act=tf.nn.relu, last=lambda state: state):
    """One step down with a part replaced."""
    state = act(d @ W["d"] + z_bu @ W["bu"] + z_td @ W["td"] + W["b"])
    return state, tuple(tf.split(last(state) @ W["prior"], 2, axis=-1))


@mistake(of="biva_topdown", raises="InvalidArgumentError")
def codes_exchanged(d, z_bu, z_td, W):
    """the weights of the bottom-up codes are used for the top-down ones, and those of the top-down ones for
    the bottom-up ones."""
    return _down(d, z_td, z_bu, W)


@mistake(of="biva_topdown")
def no_activation(d, z_bu, z_td, W):
    """the ReLU is missing."""
    return _down(d, z_bu, z_td, W, act=lambda state: state)


@mistake(of="biva_topdown")
def tanh_for_relu(d, z_bu, z_td, W):
    """a tanh stands in the place of the ReLU."""
    return _down(d, z_bu, z_td, W, act=tf.tanh)


@mistake(of="biva_topdown")
def prior_before_the_relu(d, z_bu, z_td, W):
    """the prior is made of the state before the ReLU."""
    state, prior = _down(d, z_bu, z_td, W, act=lambda state: state)
    return tf.nn.relu(state), prior


@mistake(of="biva_topdown")
def prior_halves_exchanged(d, z_bu, z_td, W):
    """the first half of the prior layer's outputs is taken for the logarithms of the variances."""
    state, (mu, logvar) = _down(d, z_bu, z_td, W)
    return state, (logvar, mu)


@mistake(of="biva_topdown")
def prior_interleaved(d, z_bu, z_td, W):
    """means and logarithms of variances alternate in the prior layer's outputs."""
    state, prior = _down(d, z_bu, z_td, W)
    both = tf.concat(prior, axis=-1)
    return state, (both[:, ::2], both[:, 1::2])


@mistake(of="biva_topdown")
def bottom_up_ignored(d, z_bu, z_td, W):
    """the bottom-up codes are ignored."""
    return _down(d, 0 * z_bu, z_td, W)


@mistake(of="biva_topdown")
def top_down_ignored(d, z_bu, z_td, W):
    """the top-down codes are ignored."""
    return _down(d, z_bu, 0 * z_td, W)


@mistake(of="biva_topdown")
def path_ignored(d, z_bu, z_td, W):
    """the deterministic path is ignored, so that only the codes reach the next level."""
    return _down(0 * d, z_bu, z_td, W)


@mistake(of="biva_topdown")
def bias_forgotten(d, z_bu, z_td, W):
    """the bias is left out."""
    return _down(d, z_bu, z_td, {**W, "b": 0 * W["b"]})


@mistake(of="biva_topdown")
def bias_after_the_relu(d, z_bu, z_td, W):
    """the bias is added after the ReLU."""
    return _down(d, z_bu, z_td, {**W, "b": 0 * W["b"]}, act=lambda state: tf.nn.relu(state) + W["b"])


@mistake(of="biva_topdown")
def variances_returned(d, z_bu, z_td, W):
    """variances are returned, and not their logarithms."""
    state, (mu, logvar) = _down(d, z_bu, z_td, W)
    return state, (mu, tf.exp(logvar))


@mistake(of="biva_topdown")
def codes_not_trained(d, z_bu, z_td, W):
    """no gradient flows to the codes of this level."""
    return _down(d, tf.stop_gradient(z_bu), tf.stop_gradient(z_td), W)
