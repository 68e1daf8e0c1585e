"""Right answers made independently of `solution.py`."""

import statistics

import keras
import numpy as np
import scipy.special
import tensorflow as tf
from scipy import stats

from grader.exercise import oracle


@oracle(of="noise_attack")
def noise_by_numpy(x, u, eps):
    """numpy.clip."""
    if eps < 0:
        raise ValueError("below 0")
    return np.clip(np.asarray(x) + eps * np.asarray(u), 0, 1)


@oracle(of="noise_attack")
def noise_by_pixels(x, u, eps):
    """Python's min and max, one pixel at a time."""
    if not eps >= 0:
        raise ValueError("below 0")
    pixels = [
        max(0.0, min(1.0, pixel + eps * share))
        for pixel, share in zip(np.ravel(x).tolist(), np.ravel(u).tolist())
    ]
    return np.reshape(pixels, np.shape(x))


def _input_gradient(model, x, y):
    """The gradient of the cross-entropy as (p − one-hot) times the Jacobian, for one image, in float64."""
    x = tf.convert_to_tensor(x[None], tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        logits = model(x, training=False)
        each = tf.unstack(logits[0])
    jacobian = np.stack([np.asarray(tape.gradient(one, x)[0], np.float64) for one in each])
    if not 0 <= y < len(logits[0]):
        raise ValueError("no such class")
    p = scipy.special.softmax(logits[0].numpy().astype(np.float64))
    p[y] -= 1
    return np.tensordot(p, jacobian, axes=1)


@oracle(of="fgsm")
def fgsm_by_jacobian(model, x, y, eps, targeted=False):
    """(softmax − one-hot) times the Jacobian of the logits, one image at a time, with NumPy."""
    if eps < 0:
        raise ValueError("below 0")
    x, moved = np.asarray(x), []
    for image, label in zip(x, np.asarray(y)):
        uphill = np.sign(_input_gradient(model, image, int(label)))
        moved.append(np.clip(image + (-eps if targeted else eps) * uphill, 0, 1))
    return np.stack(moved) if moved else x


@oracle(of="fgsm")
def fgsm_by_keras(model, x, y, eps, targeted=False):
    """Keras' own loss, of the whole batch."""
    if eps < 0:
        raise ValueError("below 0")
    image = tf.Variable(x)
    with tf.GradientTape() as tape:
        loss = keras.losses.sparse_categorical_crossentropy(y, model(image), from_logits=True)
        loss = tf.reduce_sum(-loss if targeted else loss)
    return np.clip(x + eps * np.sign(tape.gradient(loss, image)), 0.0, 1.0)


@oracle(of="pgd")
def pgd_by_images(model, x, y, eps, step_size, steps, u0):
    """One image at a time, by the Jacobian, with NumPy; cut off at 0 and 1 before it is projected."""
    if eps < 0:
        raise ValueError("below 0")
    x, moved = np.asarray(x), []
    for image, label, start in zip(x, np.asarray(y), np.asarray(u0)):
        now = np.clip(image + eps * start, 0, 1)
        for _ in range(steps):
            now = np.clip(now + step_size * np.sign(_input_gradient(model, now, int(label))), 0, 1)
            now = image + np.clip(now - image, -eps, eps)
        moved.append(now)
    return np.stack(moved) if moved else x


@oracle(of="pgd")
def pgd_by_changes(model, x, y, eps, step_size, steps, u0):
    """The change δ is what is moved, projected by minimum and maximum, with Keras' loss."""
    if eps < 0:
        raise ValueError("below 0")
    delta = tf.Variable(tf.minimum(tf.maximum(eps * u0, -x), 1 - x))
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")(
                y, model(x + delta)
            )
        delta.assign_add(step_size * tf.sign(tape.gradient(loss, delta)))
        delta.assign(tf.minimum(tf.maximum(delta, -eps), eps))
        delta.assign(tf.minimum(tf.maximum(delta, -x), 1 - x))
    return x + delta


@oracle(of="deepfool_linear")
def deepfool_by_least_squares(W, b, x):
    """numpy.linalg.lstsq solves each class' equation by the shortest way; the shortest is taken."""
    z = b + W @ x
    seen = max(range(len(z)), key=lambda k: z[k])
    ways = [
        np.linalg.lstsq((W[k] - W[seen])[None], [z[seen] - z[k]], rcond=None)[0]
        for k in range(len(z))
        if np.any(W[k] != W[seen])
    ]
    return min(ways, key=np.linalg.norm)


@oracle(of="deepfool_linear")
def deepfool_by_loops(W, b, x):
    """Lagrange's multiplier of each class, in plain Python."""
    rows, point = W.tolist(), x.tolist()
    z = [sum(w * v for w, v in zip(row, point)) + bias for row, bias in zip(rows, b.tolist())]
    seen = z.index(max(z))
    best = None
    for k, row in enumerate(rows):
        normal = [one - other for one, other in zip(row, rows[seen])]
        square = sum(a * a for a in normal)
        if square == 0:
            continue
        multiplier = (z[seen] - z[k]) / square
        way = [multiplier * a for a in normal]
        if best is None or multiplier * multiplier * square < best[0]:
            best = (multiplier * multiplier * square, way)
    return np.array(best[1])


@oracle(of="nes_gradient")
def nes_by_directions(query, x, u, sigma):
    """One direction at a time, with two calls for each."""
    total = np.zeros(len(x))
    for direction in u:
        ahead = query((x + sigma * direction)[None])[0]
        behind = query((x - sigma * direction)[None])[0]
        total = total + (ahead - behind) / (2 * sigma) * direction
    return total / len(u)


@oracle(of="nes_gradient")
def nes_by_one_call(query, x, u, sigma):
    """All 2n points in one call, as the mean over 2n signed directions."""
    signed = np.concatenate([u, -u])
    return np.mean(query(x + sigma * signed)[:, None] * signed, axis=0) / sigma


def _step(model, optimizer, attacked, y):
    with tf.GradientTape() as tape:
        p = model(attacked, training=True)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, p)
    optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    return float(loss)


@oracle(of="adversarial_train_step")
def step_by_keras(model, optimizer, x, y, eps):
    """Keras' loss for both gradients, and `optimizer.apply`."""
    if len(y) == 0:
        raise ValueError("empty")
    return _step(model, optimizer, tf.constant(fgsm_by_keras(model, x, y, eps)), y)


@oracle(of="adversarial_train_step")
def step_by_jacobian(model, optimizer, x, y, eps):
    """The attack one image at a time, by the Jacobian."""
    if len(y) == 0:
        raise ValueError("empty")
    attacked = np.asarray(fgsm_by_jacobian(model, x, y, eps), np.float32)
    return _step(model, optimizer, tf.constant(attacked), y)


@oracle(of="distillation_loss")
def distillation_by_cross_entropies(t_logits, s_logits, T):
    """TensorFlow's cross-entropy with the student, less that of the teacher with itself."""
    p = tf.stop_gradient(tf.nn.softmax(t_logits / T))
    with_student = tf.nn.softmax_cross_entropy_with_logits(p, s_logits / T)
    with_itself = tf.nn.softmax_cross_entropy_with_logits(p, tf.stop_gradient(t_logits / T))
    return T * T * tf.reduce_mean(with_student - with_itself)


@oracle(of="distillation_loss")
def distillation_by_examples(t_logits, s_logits, T):
    """The definition, example by example and class by class, with log-sum-exp."""
    t, s = tf.unstack(tf.stop_gradient(t_logits) / T), tf.unstack(s_logits / T)
    total = 0.0
    for one, other in zip(t, s):
        log_p, log_q = one - tf.reduce_logsumexp(one), other - tf.reduce_logsumexp(other)
        total += sum(tf.exp(a) * (a - b) for a, b in zip(tf.unstack(log_p), tf.unstack(log_q)))
    return total / len(t) * T**2


@oracle(of="interval_bounds")
def bounds_by_signs(layers, lo, hi):
    """Positive weights take the same end, negative ones the other."""
    for number, (kernel, bias) in enumerate(layers):
        if number:
            lo, hi = tf.maximum(lo, 0.0), tf.maximum(hi, 0.0)
        up, down = tf.maximum(kernel, 0.0), tf.minimum(kernel, 0.0)
        lo, hi = lo @ up + hi @ down + bias, hi @ up + lo @ down + bias
    return lo, hi


@oracle(of="interval_bounds")
def bounds_by_corners(layers, lo, hi):
    """For each weight the smaller and the larger of its products with the two ends, summed."""
    for number, (kernel, bias) in enumerate(layers):
        if number:
            lo, hi = tf.nn.relu(lo), tf.nn.relu(hi)
        products = tf.stack([lo[:, :, None] * kernel, hi[:, :, None] * kernel])
        lo = tf.reduce_sum(tf.where(kernel > 0, products[0], products[1]), axis=1) + bias
        hi = tf.reduce_sum(tf.where(kernel > 0, products[1], products[0]), axis=1) + bias
    return [lo, hi]


@oracle(of="smoothing_certificate")
def certificate_by_binomtest(count, n, alpha, sigma):
    """scipy.stats.binomtest(…, alternative="greater").proportion_ci."""
    interval = stats.binomtest(count, n, alternative="greater").proportion_ci(1 - alpha, method="exact")
    return sigma * stats.norm.ppf(max(interval.low, 0.5))


@oracle(of="smoothing_certificate")
def certificate_by_bisection(count, n, alpha, sigma):
    """Bisection of the binomial tail, and Python's own normal distribution."""
    low, high = 0.0, 1.0
    for _ in range(80):
        p = (low + high) / 2
        low, high = (p, high) if stats.binom.sf(count - 1, n, p) < alpha else (low, p)
    return sigma * statistics.NormalDist().inv_cdf(low) if low > 0.5 else 0
