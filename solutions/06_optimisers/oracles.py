"""Right answers made independently of `solution.py`."""

import itertools
import math

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import oracle


def _by_keras(optimizer_class, w, g, lr, t=1, slots=None, **settings):
    """Take one step of a Keras optimiser in float64; `slots` are set before and returned after."""
    slots = slots or {}
    # Keras would round plain numbers to float32.
    settings = {name: np.float64(x) if isinstance(x, float) else x for name, x in settings.items()}
    optimizer = optimizer_class(learning_rate=lambda: tf.constant(lr, tf.float64), **settings)
    variable = keras.Variable(w, dtype="float64")
    optimizer.build([variable])
    optimizer.iterations.assign(t - 1)
    for name, value in slots.items():
        getattr(optimizer, name)[0].assign(value)
    optimizer.apply([tf.constant(g)], [variable])
    return tuple(np.array(x) for x in (variable, *(getattr(optimizer, name)[0] for name in slots)))


@oracle(of="momentum_step")
def momentum_of_keras(w, g, v, lr, mu, nesterov=False):
    """keras.optimizers.SGD, which keeps no velocity where there is no momentum: there, the step itself."""
    if mu == 0:
        (new,) = _by_keras(keras.optimizers.SGD, w, g, lr)
        return new, new - w
    return _by_keras(keras.optimizers.SGD, w, g, lr, momentum=mu, nesterov=nesterov, slots={"momentums": v})


@oracle(of="momentum_step")
def momentum_at_the_point_ahead(w, g, v, lr, mu, nesterov=False):
    """Sutskever's form: go back from the point ahead, roll, and look ahead again."""
    behind = [x - (mu * y if nesterov else 0.0) for x, y in zip(w, v)]
    new_v = [mu * y - lr * z for y, z in zip(v, g)]
    new_w = [x + y for x, y in zip(behind, new_v)]
    return [x + (mu * y if nesterov else 0.0) for x, y in zip(new_w, new_v)], new_v


@oracle(of="adagrad_step")
def adagrad_of_keras(w, g, a, lr, eps=1e-7):
    """keras.optimizers.Adagrad; its own start where `a` is None."""
    if a is None:
        optimizer = keras.optimizers.Adagrad()
        optimizer.build([keras.Variable(w, dtype="float64")])
        a = np.full_like(w, np.float64(optimizer.initial_accumulator_value))
    return _by_keras(keras.optimizers.Adagrad, w, g, lr, epsilon=eps, slots={"_accumulators": a})


@oracle(of="adagrad_step")
def adagrad_in_place_on_copies(w, g, a, lr, eps=1e-7):
    """NumPy, with steps made in place, on copies."""
    w, a = w.copy(), 0.1 * np.ones(w.shape) if a is None else a.copy()
    np.add(a, np.square(g), out=a)
    w -= np.divide(lr, np.power(a + eps, 0.5)) * g
    return [w, a]


@oracle(of="rmsprop_step")
def rmsprop_of_keras(w, g, s, lr, rho=0.9, eps=1e-7):
    """keras.optimizers.RMSprop."""
    return _by_keras(keras.optimizers.RMSprop, w, g, lr, rho=rho, epsilon=eps, slots={"_velocities": s})


@oracle(of="rmsprop_step")
def rmsprop_of_torch(w, g, s, lr, rho=0.9, eps=1e-7):
    """The form of torch.optim.RMSprop, with epsilon outside of the root, as loops."""
    s = [x + (1 - rho) * (y * y - x) for x, y in zip(s, g)]
    return [x - lr * y / (math.sqrt(z) + eps) for x, y, z in zip(w, g, s)], s


@oracle(of="adadelta_step")
def adadelta_of_keras(w, g, s, d, rho=0.95, eps=1e-7, lr=1.0):
    """keras.optimizers.Adadelta."""
    slots = {"_accumulated_grads": s, "_accumulated_delta_vars": d}
    return _by_keras(keras.optimizers.Adadelta, w, g, lr, rho=rho, epsilon=eps, slots=slots)


@oracle(of="adadelta_step")
def adadelta_by_loops(w, g, s, d, rho=0.95, eps=1e-7, lr=1.0):
    """Pure Python, weight by weight."""
    w, s, d = list(w), list(s), list(d)
    for i, slope in enumerate(g):
        s[i] += (1 - rho) * (slope**2 - s[i])
        dx = slope * math.sqrt((d[i] + eps) / (s[i] + eps))
        d[i] += (1 - rho) * (dx**2 - d[i])
        w[i] -= lr * dx
    return w, s, d


@oracle(of="adam_step")
def adam_of_keras(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """keras.optimizers.Adam, whose epsilon is the paper's epsilon-hat."""
    slots = {"_momentums": m, "_velocities": v}
    return _by_keras(keras.optimizers.Adam, w, g, lr, t, slots, beta_1=b1, beta_2=b2, epsilon=eps)


@oracle(of="adam_step")
def adam_in_tensorflow(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """Algorithm 1 in TensorFlow, as torch.optim.Adam arranges it."""
    m = m + (1 - b1) * (tf.constant(g) - m)
    v = b2 * tf.constant(v) + (1 - b2) * tf.square(g)
    denominator = tf.sqrt(v) / tf.sqrt(tf.constant(1 - b2**t, tf.float64)) + eps
    return w - lr / (1 - b1**t) * m / denominator, m, v


@oracle(of="MyAdamW")
class AdamWOfKeras(keras.optimizers.AdamW):
    """keras.optimizers.AdamW."""


@oracle(of="MyAdamW")
class AdamWInFloat64(keras.optimizers.Optimizer):
    """float64 in the step, one slot of two rows for each variable, the decay last."""

    def __init__(self, learning_rate, weight_decay, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate=learning_rate)
        self.decay, self.betas, self.epsilon = weight_decay, (beta_1, beta_2), epsilon

    def build(self, variables):
        super().build(variables)
        self.slots = [self.add_variable(shape=(2, *variable.shape), name="slot") for variable in variables]

    def update_step(self, gradient, variable, learning_rate):
        slot = self.slots[self._get_variable_index(variable)]
        t, lr, g, w, old_slot = (
            tf.cast(one, tf.float64) for one in (self.iterations + 1, learning_rate, gradient, variable, slot)
        )
        moments, corrected = [], []
        for beta, old, new in zip(self.betas, tf.unstack(old_slot), (g, g * g)):
            moments.append(beta * old + (1 - beta) * new)
            corrected.append(moments[-1] / (1 - beta**t))
        slot.assign(tf.cast(tf.stack(moments), tf.float32))
        step = corrected[0] / (corrected[1] ** 0.5 + self.epsilon) + self.decay * w
        variable.assign_sub(tf.cast(lr * step, tf.float32))


@oracle(of="lr_schedule")
def schedules_of_keras(step, kind, *, lr, factor=0.1, every=1000, total=1000, warmup=0, lr_min=0.0):
    """PiecewiseConstantDecay, ExponentialDecay and CosineDecay of Keras."""
    schedules = keras.optimizers.schedules
    if kind not in ("step", "exp", "cosine", "warmup_cosine"):
        raise ValueError(kind)
    if kind == "step":
        count = step // every + 2
        schedule = schedules.PiecewiseConstantDecay(
            [every * k - 1 for k in range(1, count)], [lr * factor**k for k in range(count)]
        )
    elif kind == "exp":
        schedule = schedules.ExponentialDecay(lr, every, factor)
    elif kind == "warmup_cosine" and warmup:
        schedule = schedules.CosineDecay(
            0.0, total - warmup, alpha=lr_min / lr, warmup_target=lr, warmup_steps=warmup
        )
    else:
        schedule = schedules.CosineDecay(lr, total, alpha=lr_min / lr)
    return schedule(step)


@oracle(of="lr_schedule")
def schedules_in_tensorflow(step, kind, *, lr, factor=0.1, every=1000, total=1000, warmup=0, lr_min=0.0):
    """TensorFlow in float32, the cosine as a squared cosine of half the angle."""
    if kind in ("step", "exp"):
        periods = tf.cast(step, tf.float32) / every
        return lr * tf.exp(math.log(factor) * (tf.floor(periods + 1e-4) if kind == "step" else periods))
    if kind not in ("cosine", "warmup_cosine"):
        raise ValueError(kind)
    warmup = warmup if kind == "warmup_cosine" else 0
    if step <= warmup and warmup:
        return tf.constant(lr / warmup * step, tf.float32)
    passed = tf.clip_by_value((step - warmup) / (total - warmup), 0.0, 1.0)
    return lr_min + (lr - lr_min) * tf.cos(math.pi / 2 * passed) ** 2


@oracle(of="clip_global_norm")
def clip_of_tensorflow(grads, c):
    """tf.clip_by_global_norm."""
    return tf.clip_by_global_norm(grads, c)


@oracle(of="clip_global_norm")
def clip_in_numpy(grads, c):
    """One long vector in NumPy, cut up again."""
    shapes = [None if g is None else tuple(g.shape) for g in grads]
    flat = np.concatenate([np.ravel(g) for g in grads if g is not None]).astype(np.float64)
    norm = np.linalg.norm(flat)
    if norm > c:
        flat = flat / norm * c
    clipped, at = [], 0
    for shape in shapes:
        size = 0 if shape is None else math.prod(shape)
        clipped.append(None if shape is None else flat[at:at + size].reshape(shape))
        at += size
    return tuple(clipped), norm


@oracle(of="momentum_rate")
def rate_by_quadratic_formula(H, lr, mu):
    """For each curvature c, the larger root of z² - (1 + mu - lr c) z + mu."""
    rate = 0.0
    for curvature in np.linalg.eigvalsh(H):
        half = (1 + mu - lr * curvature) / 2
        root = complex(half**2 - mu) ** 0.5
        rate = max(rate, abs(half + root), abs(half - root))
    return rate


@oracle(of="momentum_rate")
def rate_by_simulation(H, lr, mu):
    """Gelfand's formula: how 2^40 simulated steps shrink, by squaring the matrix of one step."""
    eye = np.eye(len(H))
    power = np.block([[eye - lr * H, mu * eye], [-lr * H, mu * eye]])  # of (w, velocity)
    log_size = 0.0
    for _ in range(40):
        size = np.linalg.norm(power)
        power, log_size = power / size, log_size + math.log(size)
        power, log_size = power @ power, 2 * log_size
    return math.exp((log_size + math.log(np.linalg.norm(power))) / 2**40)


@oracle(of="minibatch_variance")
def variance_of_all_batches(G, m):
    """All C(N, m) batches, by itertools.combinations."""
    means = np.array([np.mean(batch, axis=0) for batch in itertools.combinations(G, m)])
    return float(((means - means.mean(axis=0)) ** 2).sum(axis=1).mean())


@oracle(of="minibatch_variance")
def variance_from_sample_covariance(G, m):
    """Cochran's Theorem 2.2, with the covariance that divides by N - 1."""
    N = len(G)
    return (1 - m / N) / m * np.trace(np.atleast_2d(np.cov(G, rowvar=False)))
