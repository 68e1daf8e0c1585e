"""Right answers made independently of `solution.py`."""

import keras
import numpy as np
import scipy.linalg
import scipy.special
import tensorflow as tf
from scipy import optimize, stats
from scipy.spatial import cKDTree
from scipy.spatial.distance import jensenshannon
from sklearn.neighbors import NearestNeighbors

from grader.exercise import oracle

# mode_coverage


@oracle(of="mode_coverage")
def coverage_by_tree(samples, centres, tol):
    """SciPy's cKDTree: the nearest sample of each centre, and the nearest centre of each sample."""
    if tol < 0:
        raise ValueError("below 0")
    finite = samples[np.isfinite(samples).all(axis=1)]
    if not len(finite):
        return 0, 0.0
    to_sample, _ = cKDTree(finite).query(centres)
    to_centre, _ = cKDTree(centres).query(finite)
    return np.sum(to_sample <= tol), np.sum(to_centre <= tol) / len(samples)


@oracle(of="mode_coverage")
def coverage_by_neighbours(samples, centres, tol):
    """scikit-learn's NearestNeighbors, one sample at a time."""
    if tol < 0:
        raise ValueError("below 0")
    search, modes, near = NearestNeighbors(n_neighbors=1).fit(centres), set(), 0
    for sample in samples:
        if np.all(np.isfinite(sample)):
            (found,) = search.radius_neighbors(
                [sample], radius=np.nextafter(tol, np.inf), return_distance=False
            )
            modes |= set(found.tolist())
            near += len(found) > 0
    return len(modes), near / max(len(samples), 1)


# gan_losses


@oracle(of="gan_losses")
def losses_by_keras(dr, df):
    """Keras' binary cross-entropy, from logits, with the labels 1 and 0."""
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    fooled = loss(tf.zeros_like(df), df)
    return loss(tf.ones_like(dr), dr) + fooled, -fooled, loss(tf.ones_like(df), df)


@oracle(of="gan_losses")
def losses_by_tensorflow(dr, df):
    """tf.nn.sigmoid_cross_entropy_with_logits."""

    def loss(label, logits):
        each = tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(logits.shape, label), logits)
        return tf.reduce_sum(each) / logits.shape[0]

    return [loss(1.0, dr) + loss(0.0, df), -loss(0.0, df), loss(1.0, df)]


# optimal_discriminator


def _check(p, q):
    for one in (p, q):
        if np.min(one) < 0 or not np.isclose(np.sum(one), 1, rtol=0, atol=1e-6):
            raise ValueError("no distribution")
    if np.shape(p) != np.shape(q):
        raise ValueError("of different lengths")


@oracle(of="optimal_discriminator")
def discriminator_by_scipy(p, q):
    """The square of SciPy's Jensen–Shannon distance, and the sigmoid of the difference of the logarithms."""
    _check(p, q)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = scipy.special.expit(np.log(p) - np.log(q))
    # SciPy divides both by their sums.
    total = [scipy.special.xlogy(one, one).sum() for one in (p, q)]
    if np.isclose(np.sum(p), 1, rtol=0, atol=1e-14) and np.isclose(np.sum(q), 1, rtol=0, atol=1e-14):
        value = 2 * jensenshannon(p, q) ** 2 - np.log(4)
    else:
        value = sum(total) - scipy.special.xlogy(p + q, p + q).sum()
    return np.where(np.isnan(share), 0.5, share), value


@oracle(of="optimal_discriminator")
def discriminator_by_places(p, q):
    """A Python loop over the places, with −log 4 and two Kullback–Leibler divergences by scipy.special."""
    _check(p, q)
    best = [a / (a + b) if a + b else 0.5 for a, b in zip(p.tolist(), q.tolist())]
    middle = (p + q) / 2
    divergences = [scipy.special.rel_entr(one, middle).sum() - np.log(2) * one.sum() for one in (p, q)]
    return tuple(best), sum(divergences)


# gan_train_step


@oracle(of="gan_train_step")
def step_by_keras(G, D, og, od, x, z):
    """Keras' loss, one persistent tape for each step, and both batches through D at once."""
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    labels = tf.concat([tf.ones((len(x), 1)), tf.zeros((len(z), 1))], axis=0)
    both = tf.concat([x, G(z, training=True)], axis=0)
    with tf.GradientTape(persistent=True) as tape:
        d = 2 * loss(labels, D(both, training=True))
    od.apply_gradients(zip(tape.gradient(d, D.trainable_variables), D.trainable_variables))
    with tf.GradientTape(persistent=True) as tape:
        g = loss(tf.ones((len(z), 1)), D(G(z, training=True), training=True))
    og.apply_gradients(zip(tape.gradient(g, G.trainable_variables), G.trainable_variables))
    return {"d": d, "g": g}


@oracle(of="gan_train_step")
def step_by_hand(G, D, og, od, x, z):
    """The derivatives of the losses with respect to the logits, put in by hand as output gradients."""
    with tf.GradientTape(persistent=True) as tape:
        real, fake = D(x, training=True), D(G(z, training=True), training=True)
    learnt = D.trainable_variables
    of_real = tape.gradient(real, learnt, -tf.sigmoid(-real) / len(x))
    of_fake = tape.gradient(fake, learnt, tf.sigmoid(fake) / len(z))
    od.apply_gradients([(a + b, one) for a, b, one in zip(of_real, of_fake, learnt)])
    d = tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))
    with tf.GradientTape() as tape:
        fake = D(G(z, training=True), training=True)
    slopes = tape.gradient(fake, G.trainable_variables, -tf.sigmoid(-fake) / len(z))
    og.apply_gradients(list(zip(slopes, G.trainable_variables)))
    return {"g": tf.reduce_mean(tf.nn.softplus(-fake)), "d": d}


# conditional_gan


@oracle(of="conditional_gan")
def conditional_by_subclass(z_dim, classes, x_dim, width, units):
    """A model class whose labels are looked up by a one-hot product, after a check."""

    class Told(keras.Model):
        def __init__(self, size, outputs, name):
            super().__init__()
            self.label = keras.layers.Embedding(classes, width, name="label")
            self.hidden = keras.layers.Dense(units, name="hidden")
            self.last = keras.layers.Dense(outputs, name=name)
            self((np.zeros((1, size), np.float32), np.zeros(1, np.int32)))

        def call(self, inputs):
            first, y = inputs
            if not self.label.built:
                self.label.build(y.shape)
            if np.any(np.asarray(y) < 0) or np.any(np.asarray(y) >= classes):
                raise ValueError("no such label")
            vectors = tf.one_hot(y, classes) @ self.label.embeddings
            return self.last(tf.nn.relu(self.hidden(tf.concat([first, vectors], axis=1))))

    return Told(z_dim, x_dim, "sample"), Told(x_dim, 1, "logits")


@oracle(of="conditional_gan")
def conditional_by_gather(z_dim, classes, x_dim, width, units):
    """tf.gather, which refuses labels out of range on a CPU."""

    class Vectors(keras.layers.Embedding):
        def call(self, y):
            return tf.gather(self.embeddings, y)

    models = []
    for size, outputs, name in ((z_dim, x_dim, "sample"), (x_dim, 1, "logits")):
        inputs = [keras.Input((size,)), keras.Input((), dtype="int32")]
        hidden = keras.layers.concatenate([inputs[0], Vectors(classes, width, name="label")(inputs[1])])
        hidden = keras.layers.Dense(units, "relu", name="hidden")(hidden)
        models.append(keras.Model(inputs, keras.layers.Dense(outputs, name=name)(hidden)))
    return models


# kantorovich_dual


def _check_line(p, q, x):
    _check(p, q)
    if np.shape(p) != np.shape(x):
        raise ValueError("of different lengths")


@oracle(of="kantorovich_dual")
def dual_in_closed_form(p, q, x):
    """SciPy's wasserstein_distance, and a potential whose slope is the sign of the difference of the sums."""
    _check_line(p, q, x)
    order = np.argsort(x, kind="stable")
    ahead = np.cumsum(q[order] - p[order])[:-1]
    f = np.empty(len(x))
    f[order] = np.concatenate([[0], np.cumsum(np.sign(ahead) * np.diff(x[order]))])
    return stats.wasserstein_distance(x, x, p, q), f - f[0]


@oracle(of="kantorovich_dual")
def dual_of_all_pairs(p, q, x):
    """The linear programme with a bound for each pair of places, by the dual simplex."""
    _check_line(p, q, x)
    count, reach = len(x), float(np.ptp(x)) or 1.0
    rows, bounds = [], []
    for j in range(count):
        for k in range(count):
            if j != k:
                rows.append(np.eye(count)[j] - np.eye(count)[k])
                bounds.append(abs(x[j] - x[k]) / reach)
    free = [(0, 0)] + [(None, None)] * (count - 1)
    found = optimize.linprog(q - p, rows or None, bounds or None, bounds=free, method="highs-ds")
    return -reach * found.fun, reach * found.x


@oracle(of="kantorovich_dual")
def dual_by_plan(p, q, x):
    """The primal programme: a plan of transport, with the potential from its multipliers."""
    _check_line(p, q, x)
    count, reach = len(x), float(np.ptp(x)) or 1.0
    cost = np.abs(x[:, None] - x) / reach
    sums = np.concatenate([np.kron(np.eye(count), np.ones(count)), np.kron(np.ones(count), np.eye(count))])
    found = optimize.linprog(cost.ravel(), A_eq=sums, b_eq=np.concatenate([p / p.sum(), q / q.sum()]))
    # The multipliers of the rows need not be 1-Lipschitz where p is 0; the nearest potential that is.
    prices = found.eqlin.marginals[count:]
    f = np.min(cost - prices, axis=1)
    return reach * found.fun, reach * (f - f[0])


# wgan_gp


@oracle(of="wgan_gp")
def penalty_by_rows(critic, x, xf, u, weight=10.0):
    """One pair at a time, with the length from the dot product of a gradient with itself."""
    count, penalties = x.shape[0], []
    for i in range(count):
        point = u[i] * x[i] + (1 - u[i]) * xf[i]
        with tf.GradientTape() as tape:
            tape.watch(point)
            value = critic(point[None])[0, 0]
        slope = tape.gradient(value, point)
        square = tf.tensordot(slope, slope, 1)
        penalties.append((square**0.5 - 1) ** 2 if square > 0 else tf.constant(1.0))
    gp = sum(penalties) / count
    return tf.reduce_sum(critic(xf) - critic(x)) / count + weight * gp, gp


@oracle(of="wgan_gp")
def penalty_by_squares(critic, x, xf, u, weight=10.0):
    """GradientTape.batch_jacobian, and (n − 1)² = n² − 2n + 1 with tf.norm of the rows that are not 0."""
    point = xf + u * (x - xf)
    with tf.GradientTape() as tape:
        tape.watch(point)
        values = critic(point)
    slopes = tape.batch_jacobian(values, point)[:, 0]
    lengths = tf.norm(tf.boolean_mask(slopes, tf.reduce_any(slopes != 0, axis=1)), axis=1)
    count = tf.cast(tf.shape(x)[0], tf.float32)
    gp = (tf.reduce_sum(lengths**2) - 2 * tf.reduce_sum(lengths)) / count + 1
    return tf.reduce_mean(critic(xf) - critic(x)) + weight * gp, gp


# spectral_norm


@oracle(of="spectral_norm")
def norm_by_keras(W, u, iters):
    """keras.layers.SpectralNormalization around a dense layer; its own factor for rows of zeros."""
    if iters < 1:
        raise ValueError("no round")
    W, u = tf.convert_to_tensor(W), tf.convert_to_tensor(u)
    if not np.any(W):
        return tf.zeros_like(W), tf.zeros_like(u), tf.zeros(())
    matrix = tf.reshape(W, (-1, W.shape[-1]))
    # Keras takes each length for 1e-6 at least: the kernel is brought to a common size before.
    scale = float(np.abs(matrix).max())
    layer = keras.layers.SpectralNormalization(keras.layers.Dense(W.shape[-1]), power_iterations=iters)
    layer.build((None, matrix.shape[0]))
    layer.layer.kernel.assign(matrix / scale)
    layer.vector_u.assign(u / tf.norm(u))
    layer(np.zeros((1, matrix.shape[0]), np.float32), training=True)
    last = tf.stop_gradient(layer.vector_u.value)
    # v is not kept; it is that of which v W has the direction of u, before the last half round.
    row = u
    for _ in range(iters):
        column = row @ tf.stop_gradient(tf.transpose(matrix)) / scale
        column /= tf.norm(column)
        row = column @ tf.stop_gradient(matrix) / scale
        row /= tf.norm(row)
    sigma = tf.squeeze(tf.stop_gradient(column) @ matrix @ tf.transpose(last))
    return W / sigma, last, sigma


@oracle(of="spectral_norm")
def norm_by_gram(W, u, iters):
    """Powers of WᵀW in float64; the gradient is put together by tf.custom_gradient."""
    if iters < 1:
        raise ValueError("no round")
    wide = np.asarray(W, np.float64).reshape(-1, W.shape[-1])
    if not np.any(wide):
        return np.zeros(W.shape), np.zeros(u.shape), 0.0
    right = np.asarray(u, np.float64)[0] / np.linalg.norm(u)
    for _ in range(iters):
        left = wide @ right
        left /= np.linalg.norm(left)
        right = wide.T @ left
        right /= np.linalg.norm(right)
    outer = (left[:, None] * right).reshape(W.shape).astype(np.float32)
    sigma = tf.reduce_sum(tf.convert_to_tensor(W) * outer)
    return W / sigma, right[None].astype(np.float32), sigma


# frechet_distance


@oracle(of="frechet_distance")
def frechet_by_sqrtm(m1, S1, m2, S2):
    """The real part of scipy.linalg.sqrtm of the product."""
    cross = np.trace(scipy.linalg.sqrtm(S1 @ S2)).real
    return np.dot(m1 - m2, m1 - m2) + np.trace(S1 + S2) - 2 * cross


@oracle(of="frechet_distance")
def frechet_by_singular_values(m1, S1, m2, S2):
    """The sum of the singular values of a product of two factors, S = A Aᵀ, from scipy.linalg.svd."""
    factors = []
    for S in (S1, S2):
        left, sizes, _ = scipy.linalg.svd(S)
        factors.append(left * np.sqrt(sizes))
    cross = scipy.linalg.svdvals(factors[0].T @ factors[1]).sum()
    return scipy.spatial.distance.sqeuclidean(m1, m2) + np.trace(S1) + np.trace(S2) - 2 * cross
