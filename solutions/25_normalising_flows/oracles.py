"""Right answers made independently of `solution.py`; each docstring says how."""

import itertools
import math

import numpy as np
import scipy.stats
import tensorflow as tf

from grader.exercise import oracle

# affine_log_prob


def _with_slopes(value, x, W, b):
    """Return what a function of arrays says, with the gradients of the log-density derived by hand."""

    @tf.custom_gradient
    def log_p(x, W, b):
        X, M, shift = (np.asarray(one, float) for one in (x, W, b))

        def slopes(upstream):
            z, weights = X @ M.T + shift, np.asarray(upstream, float)
            of_W = weights.sum() * np.linalg.inv(M).T - np.einsum("n,ni,nj->ij", weights, z, X)
            found = -weights[:, None] * (z @ M), of_W, -weights @ z
            return tuple(tf.constant(one, x.dtype) for one in found)

        return tf.constant(value(X, M, shift), x.dtype), slopes

    return log_p(*map(tf.convert_to_tensor, (x, W, b)))


@oracle(of="affine_log_prob")
def density_by_numpy(x, W, b):
    """numpy.linalg.slogdet in float64."""

    def value(x, W, b):
        z = np.einsum("ij,nj->ni", W, x) + b
        return np.linalg.slogdet(W)[1] - np.sum(z**2, axis=1) / 2 - len(b) * math.log(2 * math.pi) / 2

    return _with_slopes(value, x, W, b)


@oracle(of="affine_log_prob")
def density_by_scipy(x, W, b):
    """scipy.stats: the density of the Gaussian whose mean is -W⁻¹b and whose covariance is (WᵀW)⁻¹."""

    def value(x, W, b):
        if np.linalg.matrix_rank(W) < len(W):
            return np.full(len(x), -np.inf)
        inverse = np.linalg.inv(W)
        covariance = scipy.stats.Covariance.from_precision(W.T @ W, inverse @ inverse.T)
        return np.atleast_1d(scipy.stats.multivariate_normal.logpdf(x, -inverse @ b, covariance))

    return _with_slopes(value, x, W, b)


# nice_coupling, diagonal_scale


@oracle(of="nice_coupling")
def coupling_by_padding(x, m, reverse=False):
    """The shift, padded with zeros on the left, is added to all columns."""
    half = x.shape[1] // 2
    shift = m(x[:, : x.shape[1] - half])
    padded = tf.pad(shift, [(0, 0), (x.shape[1] - half, 0)])
    return x + padded * (-1.0 if reverse else 1.0)


@oracle(of="nice_coupling")
def coupling_by_columns(x, m, reverse=False):
    """Column by column."""
    size = math.ceil(x.shape[1] / 2)
    columns = tf.unstack(x, axis=1)
    shifts = tf.unstack(m(tf.stack(columns[:size], axis=1)), axis=1)
    moved = [one - shift if reverse else shift + one for one, shift in zip(columns[size:], shifts)]
    return tf.stack(columns[:size] + moved, axis=1)


@oracle(of="diagonal_scale")
def scale_by_a_matrix(x, log_s, reverse=False):
    """A diagonal matrix, its exponential as SciPy's or TensorFlow's, and its log-determinant."""
    sign = -1.0 if reverse else 1.0
    D = tf.linalg.diag(tf.exp(sign * log_s))
    return x @ D, sign * tf.linalg.trace(tf.linalg.diag(log_s)) * tf.ones_like(x[:, 0])


@oracle(of="diagonal_scale")
def scale_by_division(x, log_s, reverse=False):
    """Multiplication or division by the factors."""
    factors, zeros = tf.math.exp(log_s), 0.0 * x[:, 0]
    total = tf.add_n(tf.unstack(log_s))
    return (x / factors, zeros - total) if reverse else (factors * x, zeros + total)


# realnvp_coupling, real_nvp_model


@oracle(of="realnvp_coupling")
def coupling_by_where(x, mask, st, reverse=False):
    """tf.where chooses, for s and t as well as for x."""
    keeps = tf.cast(mask, x.dtype) > 0.5
    zeros = tf.zeros_like(x)
    s, t = st(tf.where(keeps, x, zeros))
    s, t = tf.where(keeps, zeros, s), tf.where(keeps, zeros, t)
    y = (x - t) / tf.exp(s) if reverse else t + tf.exp(s) * x
    total = tf.linalg.matvec(s, tf.ones_like(mask))
    return tf.where(keeps, x, y), -total if reverse else total


@oracle(of="realnvp_coupling")
def coupling_by_gather(x, mask, st, reverse=False):
    """The columns that change are gathered, changed, and put back among the others."""
    D = x.shape[1]
    kept = [j for j in range(D) if float(mask[j]) == 1.0]
    changed = [j for j in range(D) if j not in kept]
    columns = tf.unstack(x, axis=1)
    nothing = tf.zeros_like(columns[0])
    s, t = st(tf.stack([columns[j] if j in kept else nothing for j in range(D)], axis=1))
    log_det = nothing
    for j in changed:
        if reverse:
            columns[j] = (columns[j] - t[:, j]) * tf.exp(-s[:, j])
            log_det = log_det - s[:, j]
        else:
            columns[j] = columns[j] * tf.exp(s[:, j]) + t[:, j]
            log_det = log_det + s[:, j]
    return tf.stack(columns, axis=1), log_det


@oracle(of="real_nvp_model")
def two_columns(theta, x, layers, hidden):
    """The two columns one by one, with the rows and columns of the weights that count."""
    if tf.size(theta) != layers * (7 * hidden + 4):
        raise ValueError("another number of weights was expected")
    columns, total, place = [x[:, 0], x[:, 1]], tf.zeros_like(x[:, 0]), 0

    def take(*shape):
        nonlocal place
        place += math.prod(shape)
        return tf.reshape(theta[place - math.prod(shape) : place], shape)

    for k in range(layers):
        W1, b1, W2, b2 = take(2, hidden), take(hidden), take(hidden, 4), take(4)
        keep, change = k % 2, (k + 1) % 2
        h = tf.math.tanh(columns[keep][:, None] * W1[keep] + b1)
        s = tf.math.tanh(tf.linalg.matvec(h, W2[:, change]) + b2[change])
        t = tf.linalg.matvec(h, W2[:, 2 + change]) + b2[2 + change]
        columns[change] = columns[change] * tf.exp(s) + t
        total += s
    return math.log(2 * math.pi) + (columns[0] ** 2 + columns[1] ** 2) / 2 - total


@oracle(of="real_nvp_model")
def by_the_jacobian(theta, x, layers, hidden):
    """The map alone; its Jacobian is found by forward differentiation of one coupling after the other."""
    if theta.shape[0] != layers * (7 * hidden + 4):
        raise ValueError("another number of weights was expected")
    z, jacobian = x, tf.eye(2, batch_shape=[x.shape[0]], dtype=x.dtype)
    size = 7 * hidden + 4
    for k in range(layers):
        flat = theta[k * size : (k + 1) * size]
        W1, b1, W2, b2 = tf.split(flat, [2 * hidden, hidden, 4 * hidden, 4])
        W1, W2 = tf.reshape(W1, (2, hidden)), tf.reshape(W2, (hidden, 4))
        keep, change = k % 2, 1 - k % 2
        h = tf.tanh(z[:, keep, None] * W1[keep][None] + b1)
        s, t = tf.tanh(h @ W2[:, change, None] + b2[change]), h @ W2[:, 2 + change, None] + b2[2 + change]
        slope_h = (1 - h**2) * W1[keep]
        slope_s, slope_t = (1 - s**2) * (slope_h @ W2[:, change, None]), slope_h @ W2[:, 2 + change, None]
        own = tf.exp(s)
        cross = z[:, change, None] * own * slope_s + slope_t
        moved = z[:, change, None] * own + t
        row = {keep: [1.0 + 0 * own, 0 * own], change: [cross, own]}
        ordered = [row[j][::-1] if keep else row[j] for j in (0, 1)]
        step = tf.stack([tf.concat(one, axis=1) for one in ordered], axis=1)
        jacobian = step @ jacobian
        z = tf.concat([moved, z[:, 1:]] if change == 0 else [z[:, :1], moved], axis=1)
    a, b, c, d = (jacobian[:, i, j] for i, j in itertools.product((0, 1), repeat=2))
    return tf.reduce_sum(z**2, axis=1) / 2 + math.log(2 * math.pi) - tf.math.log(tf.abs(a * d - b * c))


# actnorm_init, invertible_1x1, squeeze


@oracle(of="actnorm_init")
def statistics_by_numpy(x):
    """numpy in float64; a channel whose range is 0 is constant."""
    values = np.asarray(x, float).reshape(-1, x.shape[3])
    constant = np.ptp(values, axis=0) == 0
    s = 1 / np.where(constant, 1.0, values.std(axis=0))
    return s, -values.mean(axis=0) * s


@oracle(of="actnorm_init")
def statistics_by_a_threshold(x):
    """The mean square of what is left after the mean was subtracted; tiny deviations are taken for none."""
    number = x.shape[0] * x.shape[1] * x.shape[2]
    mean = tf.einsum("bhwc->c", x) / number
    deviation = tf.sqrt(tf.einsum("bhwc->c", (x - mean) ** 2) / number)
    s = tf.where(deviation < 1e-4, tf.ones_like(mean), 1 / tf.maximum(deviation, 1e-4))
    return s, -mean * s


@oracle(of="invertible_1x1")
def by_a_matrix(x, P, L, U, log_s, reverse=False):
    """The whole matrix, its inverse and its log-determinant by TensorFlow, as a convolution."""
    C = x.shape[3]
    places = np.arange(C)
    lower = tf.where(places[:, None] > places, L, tf.eye(C, dtype=x.dtype))
    upper = tf.where(places[:, None] < places, U, tf.linalg.diag(tf.exp(log_s)))
    M = P @ (lower @ upper)
    M = tf.linalg.inv(M) if reverse else M
    y = tf.nn.conv2d(x, tf.transpose(M)[None, None], 1, "VALID")
    total = tf.cast(x.shape[1] * x.shape[2], x.dtype) * tf.reduce_sum(log_s)
    return y, tf.ones_like(x[:, 0, 0, 0]) * (-total if reverse else total)


@oracle(of="invertible_1x1")
def by_substitution(x, P, L, U, log_s, reverse=False):
    """Channel by channel: sums on the way there, forward and back substitution on the way back."""
    C = x.shape[3]
    pixels = x.shape[1] * x.shape[2]
    gathered = [int(np.argmax(np.asarray(row))) for row in P]
    if not reverse:
        inner = [
            tf.exp(log_s[i]) * x[..., i] + sum(U[i, j] * x[..., j] for j in range(i + 1, C)) for i in range(C)
        ]
        outer = [inner[i] + sum(L[i, j] * inner[j] for j in range(i)) for i in range(C)]
        y = tf.stack([outer[source] for source in gathered], axis=-1)
        return y, tf.repeat(pixels * tf.reduce_sum(log_s), x.shape[0])
    inner = []
    for i in range(C):
        inner.append(x[..., gathered.index(i)] - sum(L[i, j] * inner[j] for j in range(i)))
    y = [None] * C
    for i in reversed(range(C)):
        y[i] = (inner[i] - sum(U[i, j] * y[j] for j in range(i + 1, C))) * tf.exp(-log_s[i])
    return tf.stack(y, axis=-1), tf.repeat(-pixels * tf.reduce_sum(log_s), x.shape[0])


@oracle(of="squeeze")
def by_slices(x, reverse=False):
    """Every other row and column."""
    if reverse:
        if x.shape[3] % 4:
            raise ValueError("expected channels in groups of 4")
        B, H, W, C = x.shape
        y = np.zeros((B, 2 * H, 2 * W, C // 4), np.asarray(x).dtype)
        for place, (row, column) in enumerate(itertools.product((0, 1), repeat=2)):
            y[:, row::2, column::2] = np.asarray(x)[..., place * (C // 4) : (place + 1) * (C // 4)]
        return y
    if any(side % 2 for side in x.shape[1:3]):
        raise ValueError("expected even sides")
    return tf.concat([x[:, row::2, column::2] for row in (0, 1) for column in (0, 1)], axis=3)


@oracle(of="squeeze")
def by_patches(x, reverse=False):
    """tf.image.extract_patches, and loops over the pixels for the way back."""
    B, H, W, C = x.shape
    if reverse:
        if C % 4:
            raise ValueError("expected channels in groups of 4")
        rows = [
            [np.asarray(x)[:, i // 2, j // 2].reshape(B, 2, 2, C // 4)[:, i % 2, j % 2] for j in range(2 * W)]
            for i in range(2 * H)
        ]
        return np.moveaxis(np.array(rows), 2, 0)
    if H % 2 or W % 2:
        raise ValueError("expected even sides")
    return tf.image.extract_patches(x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID")


# made_degrees, made_masks


@oracle(of="made_degrees")
def dealt_by_itertools(D, hidden):
    """itertools.cycle deals them out."""
    if D < 1 or any(width < 1 for width in hidden):
        raise ValueError("expected one input and one unit or more")
    degrees = range(1, D) if D > 1 else [0]
    return [list(itertools.islice(itertools.cycle(degrees), width)) for width in hidden]


@oracle(of="made_degrees")
def dealt_by_resize(D, hidden):
    """numpy.resize repeats what it is given."""
    if np.min([D, *hidden]) <= 0:
        raise ValueError("expected one input and one unit or more")
    return [np.resize(np.arange(1, D) if D > 1 else np.zeros(1, int), width) for width in hidden]


@oracle(of="made_masks")
def masks_by_loops(order, degrees):
    """Python's loops over all pairs."""
    order = [int(one) for one in order]
    if sorted(order) != list(range(1, len(order) + 1)):
        raise ValueError("expected each of 1 to D once")
    layers, masks = [order, *[list(map(int, one)) for one in degrees]], []
    for read, reading in zip(layers, layers[1:]):
        masks.append([[1.0 if two >= one else 0.0 for two in reading] for one in read])
    masks.append([[float(two > one) for two in order] for one in layers[-1]])
    return [np.array(mask) for mask in masks]


@oracle(of="made_masks")
def masks_by_subtraction(order, degrees):
    """The sign of differences; the outputs' rule is that of hidden units of one degree less."""
    order = np.array(order)
    if len(set(order.tolist())) != len(order) or order.min() != 1 or order.max() != len(order):
        raise ValueError("expected each of 1 to D once")
    layers = [order, *degrees, order - 1]
    return [
        np.heaviside(np.subtract.outer(-np.array(read), -np.array(reading)), 1.0)
        for read, reading in itertools.pairwise(layers)
    ]


# maf_normalise, maf_sample, iaf_sample


@oracle(of="maf_normalise")
def by_columns(x, made):
    """Column by column, from one call."""
    mu, alpha = (tf.unstack(one, axis=1) for one in made(x))
    z = [(one - mean) / tf.exp(spread) for one, mean, spread in zip(tf.unstack(x, axis=1), mu, alpha)]
    return tf.stack(z, axis=1), -tf.add_n(alpha)


@oracle(of="maf_normalise")
def by_the_factors(x, made):
    """The diagonal of the Jacobian, and the logarithm of its entries."""
    mu, alpha = made(x)
    diagonal = 1 / tf.exp(alpha)
    return tf.multiply(diagonal, x) - diagonal * mu, tf.einsum("bd->b", tf.math.log(diagonal))


@oracle(of="maf_sample")
def by_fixed_point(z, made):
    """After D calls on all columns, each column has been right since the columns before it were."""
    x = tf.zeros_like(z)
    for _ in range(z.shape[1]):
        mu, alpha = made(x)
        x = mu + tf.exp(alpha) * z
    return x, tf.linalg.matvec(alpha, tf.ones_like(z[0]))


@oracle(of="maf_sample")
def by_updates(z, made):
    """tf.where writes one column after the other."""
    D = z.shape[1]
    x, total = 0.0 * z, 0.0
    for i in range(D):
        mu, alpha = made(x)
        x = tf.where(np.arange(D) == i, mu + z * tf.exp(alpha), x)
        total = total + alpha[:, i]
    return x, total


@oracle(of="iaf_sample")
def iaf_by_columns(z, made):
    """Column by column, from one call."""
    mu, alpha = made(z)
    x = [mu[:, i] + z[:, i] * tf.exp(alpha[:, i]) for i in range(z.shape[1])]
    return tf.stack(x, axis=1), tf.add_n(tf.unstack(alpha, axis=1))


@oracle(of="iaf_sample")
def iaf_by_einsum(z, made):
    """A diagonal matrix for each example, with its log-determinant."""
    mu, alpha = made(z)
    matrices = tf.linalg.diag(tf.exp(alpha))
    return mu + tf.einsum("bij,bj->bi", matrices, z), tf.linalg.trace(tf.linalg.diag(alpha))


# ffjord


@oracle(of="ffjord")
def by_batch_jacobian(f, z, T, steps, v=None):
    """The whole Jacobian of each point, row by row, and NumPy's tables for the method of Runge and Kutta."""
    if steps <= 0:
        raise ValueError("expected one step or more")
    D = z.shape[1]

    def rate(z, t):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(z)
            velocity = f(z, t)
            columns = [tf.reduce_sum(velocity[:, i]) for i in range(D)]
        rows = [tape.gradient(one, z) for one in columns]
        jacobian = tf.stack([tf.zeros_like(z) if row is None else row for row in rows], axis=1)
        if v is None:
            return velocity, -tf.linalg.trace(jacobian)
        return velocity, -tf.einsum("bi,bij,bj->b", v, jacobian, v)

    nodes, within, weights = (0, 0.5, 0.5, 1), (0, 0.5, 0.5, 1), (1 / 6, 1 / 3, 1 / 3, 1 / 6)
    h, log_p = T / steps, tf.zeros([z.shape[0]], z.dtype)
    for n in range(steps):
        stages = []
        for node, share in zip(nodes, within):
            before = z if not stages else z + share * h * stages[-1][0]
            stages.append(rate(before, h * (n + node)))
        z = z + h * sum(w * stage[0] for w, stage in zip(weights, stages))
        log_p = log_p + h * sum(w * stage[1] for w, stage in zip(weights, stages))
    return z, log_p


@oracle(of="ffjord")
def by_one_vector(f, z, T, steps, v=None):
    """z and log p as one array of D + 1 columns, and a general step."""
    if not steps >= 1:
        raise ValueError("expected one step or more")
    D = z.shape[1]
    probes = [v] if v is not None else [tf.one_hot([j] * z.shape[0], D, dtype=z.dtype) for j in range(D)]

    def g(y, t):
        z = y[:, :D]
        total = tf.zeros_like(z[:, :1])
        for probe in probes:
            with tf.GradientTape() as tape:
                tape.watch(z)
                velocity = f(z, t)
                along = tf.reduce_sum(velocity * probe)
            slope = tape.gradient(along, z)
            if slope is not None:
                total -= tf.reduce_sum(slope * probe, axis=1, keepdims=True)
        return tf.concat([velocity, total], axis=1)

    y, h = tf.concat([z, tf.zeros_like(z[:, :1])], axis=1), T / steps
    for t in np.arange(steps) * h:
        a = h * g(y, t)
        b = h * g(y + a / 2, t + h / 2)
        c = h * g(y + b / 2, t + h / 2)
        d = h * g(y + c, t + h)
        y = y + (a + 2 * b + 2 * c + d) / 6
    return y[:, :D], y[:, D]
