"""Right answers made independently of `solution.py`; each docstring says how."""

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import oracle


@oracle(of="reparameterise")
def samples_by_power(mu, logvar, eps):
    """√e raised to the power of logvar: σ = (√e)^logvar."""
    return tf.add(tf.multiply(tf.pow(np.float32(np.exp(0.5)), logvar), eps), mu)


@oracle(of="reparameterise")
def samples_coordinate_by_coordinate(mu, logvar, eps):
    """One coordinate after the other, each in double precision."""
    columns = []
    for place in range(mu.shape[-1]):
        deviation = tf.exp(0.5 * tf.cast(logvar[:, place], tf.float64))
        columns.append(tf.cast(mu[:, place], tf.float64) + deviation * tf.cast(eps[..., place], tf.float64))
    return tf.cast(tf.stack(columns, axis=-1), tf.float32)


@oracle(of="gradient_estimators")
def estimates_one_by_one(f, mu, sigma, eps):
    """Each sample by itself: a forward-mode derivative, and the derivative of log N by hand."""
    if not sigma > 0:
        raise ValueError("a normal distribution needs a positive standard deviation")
    pathwise, score = [], []
    for noise in np.asarray(eps):
        z = tf.constant([mu + sigma * noise], tf.float64)
        with tf.autodiff.ForwardAccumulator(z, tf.ones_like(z)) as along:
            value = f(z)
        slope = along.jvp(value)
        pathwise.append(0.0 if slope is None else float(slope[0]))
        score.append(float(value[0]) * (sigma * noise) / (sigma * sigma))
    return np.array(pathwise), np.array(score)


@oracle(of="gradient_estimators")
def estimates_by_tapes(f, mu, sigma, eps):
    """Gradients with respect to μ itself: of f(μ + σε), and of the log-density at fixed samples."""
    if not sigma > 0:
        raise ValueError("a normal distribution needs a positive standard deviation")
    centre = tf.fill(eps.shape, tf.constant(mu, tf.float64))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(centre)
        value = f(centre + sigma * eps)
        fixed = tf.stop_gradient(centre + sigma * eps)
        log_density = -0.5 * ((fixed - centre) / sigma) ** 2 - np.log(sigma)
    slope = tape.gradient(value, centre)
    return tf.zeros_like(centre) if slope is None else slope, tape.gradient(log_density, centre) * f(fixed)


@oracle(of="kl_standard_normal")
def divergence_by_keras(mu, logvar):
    """By `keras.ops`: minus the formula of the paper, as its authors wrote it."""
    ops = keras.ops
    return -0.5 * ops.sum(1 + logvar - ops.square(mu) - ops.exp(logvar), axis=1)


@oracle(of="kl_standard_normal")
def divergence_by_entropies(mu, logvar):
    """The cross-entropy of q and the prior, minus the entropy of q, coordinate by coordinate."""
    total = tf.zeros(mu.shape[0], tf.float64)
    for place in range(mu.shape[1]):
        m, lv = tf.cast(mu[:, place], tf.float64), tf.cast(logvar[:, place], tf.float64)
        cross = 0.5 * np.log(2 * np.pi) + 0.5 * (m * m + tf.exp(lv))
        total += cross - 0.5 * (1 + np.log(2 * np.pi) + lv)
    return tf.cast(total, tf.float32)


@oracle(of="elbo")
def bound_code_by_code(x, encoder, decoder, eps):
    """One code after the other in double precision, with the moments of q in the place of the formula."""
    mu, logvar = (tf.cast(part, tf.float64) for part in encoder(x))
    bound = 0.0
    for noise in tf.unstack(eps):
        z = mu + tf.sqrt(tf.exp(logvar)) * tf.cast(noise, tf.float64)
        mean, spread = (tf.cast(part, tf.float64) for part in decoder(tf.cast(z, tf.float32)))
        standard = (tf.cast(x, tf.float64) - mean) / tf.exp(spread / 2)
        bound += tf.reduce_sum(-0.5 * standard**2 - spread / 2 - 0.5 * np.log(2 * np.pi), axis=1)
    second_moment = mu**2 + tf.exp(logvar)
    divergence = tf.reduce_sum(0.5 * second_moment - 0.5 * (1 + logvar), axis=1)
    return tf.cast(bound / eps.shape[0] - divergence, tf.float32)


@oracle(of="elbo")
def bound_of_a_list_of_codes(x, encoder, decoder, eps):
    """All codes in one long list, decoded at once; the log-densities by `keras.ops`."""
    ops, (codes, batch, Z) = keras.ops, eps.shape
    mu, logvar = encoder(x)
    z = ops.reshape(ops.expand_dims(mu, 0) + ops.exp(0.5 * logvar) * eps, (codes * batch, Z))
    mean, spread = decoder(z)
    again = ops.tile(x, (codes, 1))
    fit = -0.5 * ops.sum(ops.square(again - mean) / ops.exp(spread) + spread, axis=-1)
    fit = ops.mean(ops.reshape(fit, (codes, batch)), axis=0) - x.shape[1] * np.float32(np.log(2 * np.pi)) / 2
    return fit + 0.5 * ops.sum(1 + logvar - ops.square(mu) - ops.exp(logvar), axis=1)


@oracle(of="iwae_bound")
def bound_by_pairs(log_w):
    """One weight after another is added to the sum, as `numpy.logaddexp` does, in double precision."""
    total = tf.cast(log_w[0], tf.float64)
    for weight in tf.unstack(tf.cast(log_w[1:], tf.float64)):
        high, low = tf.maximum(total, weight), tf.minimum(total, weight)
        nothing = tf.math.is_inf(high)
        difference = tf.where(
            nothing, tf.zeros_like(high), low - tf.where(nothing, tf.zeros_like(high), high)
        )
        total = high + tf.math.log1p(tf.exp(difference)) * tf.cast(~nothing, tf.float64)
    return tf.cast(total - np.log(log_w.shape[0]), tf.float32)


@oracle(of="iwae_bound")
def bound_by_keras(log_w):
    """`keras.ops.logsumexp` of weights from which log k was subtracted beforehand."""
    shifted = tf.transpose(log_w) - np.float32(np.log(log_w.shape[0]))
    found = keras.ops.logsumexp(tf.where(tf.math.is_inf(shifted), np.float32(-3e38), shifted), axis=1)
    return tf.where(tf.reduce_all(tf.math.is_inf(log_w), axis=0), np.float32(-np.inf), found)


@oracle(of="bernoulli_log_lik")
def likelihood_by_keras(x, logits):
    """`keras.ops.binary_crossentropy` from logits."""
    targets = tf.broadcast_to(x, logits.shape)
    return -keras.ops.sum(keras.ops.binary_crossentropy(targets, logits, from_logits=True), axis=-1)


@oracle(of="bernoulli_log_lik")
def likelihood_by_logarithms(x, logits):
    """`tf.math.log_sigmoid` of the logits and of minus the logits."""
    return tf.reduce_sum(x * tf.math.log_sigmoid(logits) + (1 - x) * tf.math.log_sigmoid(-logits), axis=-1)


@oracle(of="beta_vae")
def loss_row_by_row(rec, kl, beta, capacity=None):
    """Sums over the rows by hand; a distance is the larger of two differences."""
    if beta < 0 or (capacity or 0.0) < 0:
        raise ValueError("no negative weights")
    fit = sum(tf.unstack(rec)) / rec.shape[0]
    price = sum(tf.unstack(kl)) / kl.shape[0]
    if capacity is not None:
        price = tf.maximum(price - capacity, capacity - price)
    return fit + tf.constant(beta, tf.float32) * price


@oracle(of="beta_vae")
def loss_by_keras(rec, kl, beta, capacity=None):
    """`keras.ops.mean`, and the root of a square."""
    if not (beta >= 0 and (capacity is None or capacity >= 0)):
        raise ValueError("no negative weights")
    ops = keras.ops
    price = ops.mean(kl) if capacity is None else ops.sqrt(ops.square(ops.mean(kl) - capacity))
    return ops.mean(rec) + ops.multiply(price, beta)


@oracle(of="VAE")
class LayersByHand(keras.Model):
    """Matrix products over the variables of Keras' layers, and one loss for each row."""

    def __init__(self, x_dim, z_dim, hidden, beta=1.0, capacity=None):
        super().__init__()
        names = ("encoder_hidden", "posterior", "decoder_hidden", "pixels")
        shapes = ((x_dim, hidden), (hidden, 2 * z_dim), (z_dim, hidden), (hidden, x_dim))
        for name, (inputs, units) in zip(names, shapes):
            layer = keras.layers.Dense(units)
            layer.build((None, inputs))
            setattr(self, name, layer)
        self.of_losses = beta, capacity

    @staticmethod
    def _apply(layer, inputs):
        return tf.tensordot(inputs, layer.kernel.value, 1) + layer.bias.value

    def encode(self, x):
        both = self._apply(self.posterior, tf.nn.relu(self._apply(self.encoder_hidden, x)))
        size = both.shape[1] // 2
        return both[:, :size], both[:, size:]

    def decode(self, z):
        return self._apply(self.pixels, tf.nn.relu(self._apply(self.decoder_hidden, z)))

    def train_step(self, data):
        x, eps = data
        beta, capacity = self.of_losses
        with tf.GradientTape() as tape:
            mu, logvar = self.encode(x)
            logits = self.decode(mu + tf.exp(0.5 * logvar) * eps)
            pixels = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
            rec = tf.reduce_sum(pixels) / x.shape[0]
            kl = tf.reduce_sum(tf.exp(logvar) + tf.square(mu) - logvar - 1) / (2 * x.shape[0])
            price = kl if capacity is None else tf.maximum(kl - capacity, capacity - kl)
            loss = rec + beta * price
        found = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(found, self.trainable_variables))
        return {"loss": loss, "rec": rec, "kl": kl}


@oracle(of="VAE")
class LayersInSequence(keras.Model):
    """Two `keras.Sequential` networks, and Keras' binary cross-entropy times the number of pixels."""

    def __init__(self, x_dim, z_dim, hidden, beta=1.0, capacity=None):
        super().__init__()
        layers = keras.layers
        self.encoder_hidden, self.posterior = layers.Dense(hidden, "relu"), layers.Dense(2 * z_dim)
        self.decoder_hidden, self.pixels = layers.Dense(hidden, "relu"), layers.Dense(x_dim)
        self.encoder = keras.Sequential([self.encoder_hidden, self.posterior])
        self.decoder = keras.Sequential([self.decoder_hidden, self.pixels])
        self.sizes = x_dim, z_dim
        self.price = (lambda kl: beta * kl) if capacity is None else (lambda kl: beta * abs(kl - capacity))

    def encode(self, x):
        both = self.encoder(x)
        return both[..., : self.sizes[1]], both[..., self.sizes[1] :]

    def decode(self, z):
        return self.pixels(self.decoder_hidden(z))

    def train_step(self, data):
        x, eps = data
        cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
        with tf.GradientTape() as tape:
            mu, logvar = self.encode(x)
            rec = self.sizes[0] * cross_entropy(x, self.decode(mu + keras.ops.exp(0.5 * logvar) * eps))
            each = -0.5 * (1 + logvar - mu**2 - keras.ops.exp(logvar))
            kl = tf.reduce_mean(tf.reduce_sum(each, axis=1))
            loss = rec + self.price(kl)
        variables = self.encoder.trainable_variables + self.decoder.trainable_variables
        self.optimizer.build(variables)
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return {"rec": rec, "kl": kl, "loss": loss}


@oracle(of="hierarchical_kl")
def divergences_by_standardising(q, p, free_bits=0.0):
    """Each level's q in units of its prior, where it is the divergence from N(0, 1), in double precision."""
    if len(q) - len(p) or free_bits < 0:
        raise ValueError("levels that do not fit, or negative free bits")
    rows = 0.0
    for level in range(len(q)):
        (a, b), (c, d) = ([tf.cast(part, tf.float64) for part in pair] for pair in (q[level], p[level]))
        mean, logvar = (a - c) / tf.exp(d / 2), b - d
        price = 0.5 * tf.reduce_sum(mean**2 + tf.exp(logvar) - 1 - logvar, axis=1)
        rows += tf.where(price > free_bits, price, tf.constant(free_bits, tf.float64))
    return tf.cast(rows, tf.float32)


@oracle(of="hierarchical_kl")
def divergences_by_columns(q, p, free_bits=0.0):
    """One coordinate after the other, and free bits as a ReLU of what is above them."""
    if len(q) != len(p) or not free_bits >= 0:
        raise ValueError("levels that do not fit, or negative free bits")
    prices = []
    for (a, b), (c, d) in zip(q, p):
        total = tf.zeros(a.shape[0])
        for column in range(a.shape[1]):
            ratio = b[:, column] - d[:, column]
            scaled = tf.square((a[:, column] - c[:, column]) * tf.exp(-0.5 * d[:, column]))
            total += 0.5 * (tf.exp(ratio) - ratio + scaled - 1)
        prices.append(tf.nn.relu(total - free_bits) + free_bits if free_bits else total)
    return tf.where(tf.math.is_nan(sum(prices)), np.float32(np.inf), sum(prices))


@oracle(of="biva_topdown")
def down_by_one_product(d, z_bu, z_td, W):
    """One matrix product for everything that meets in the state, and one for each half of the prior."""
    inputs = tf.concat([d, z_bu, z_td, tf.ones((d.shape[0], 1))], axis=1)
    state = tf.nn.relu(inputs @ tf.concat([W["d"], W["bu"], W["td"], W["b"][None]], axis=0))
    half = W["prior"].shape[1] // 2
    return state, (state @ W["prior"][:, :half], state @ W["prior"][:, half:])


@oracle(of="biva_topdown")
def down_by_einsum(d, z_bu, z_td, W):
    """Sums of products by `tf.einsum`, and a ReLU as the larger of the state and 0."""
    parts = [tf.einsum("bi,ij->bj", x, W[name]) for x, name in ((d, "d"), (z_bu, "bu"), (z_td, "td"))]
    state = tf.maximum(tf.add_n(parts) + W["b"], 0.0)
    both = tf.einsum("bj,jk->bk", state, W["prior"])
    return state, [both[:, : both.shape[1] // 2], both[:, both.shape[1] // 2 :]]
