"""Right answers made independently of `solution.py`; each docstring says how."""

import contextlib
import math

import keras
import numpy as np
import scipy.signal
import scipy.sparse.linalg
import scipy.special
import scipy.stats
import tensorflow as tf

from grader.exercise import oracle

# sigmoid_policy_grad


@oracle(of="sigmoid_policy_grad")
def by_differentiation(theta, s, a):
    """TensorFlow differentiates the cross-entropy of one logit, row by row."""
    if not set(np.unique(a)) <= {0, 1}:
        raise ValueError("expected actions that are 0 or 1")
    rows = []
    for state, action in zip(s, a):
        weights = tf.constant(theta)
        with tf.GradientTape() as tape:
            tape.watch(weights)
            logit = tf.reduce_sum(weights * state)
            log_pi = -tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(float(action), tf.float64), logit)
        rows.append(tape.gradient(log_pi, weights).numpy())
    return np.stack(rows)


@oracle(of="sigmoid_policy_grad")
def by_expit(theta, s, a):
    """SciPy's sigmoid, with a factor for each of the two actions."""
    actions = np.asarray(a).tolist()
    if any(action not in (0, 1) for action in actions):
        raise ValueError("expected actions that are 0 or 1")
    z = np.einsum("nd,d->n", s, theta)
    of_1, of_0 = scipy.special.expit(-z), -scipy.special.expit(z)
    factors = [of_1[row] if action else of_0[row] for row, action in enumerate(actions)]
    return np.array(factors).reshape(-1, 1) * s


# categorical, gaussian


@oracle(of="categorical")
def by_cross_entropy(logits, a):
    """TensorFlow's cross-entropy, and log Σ exp minus the mean logit for the entropy."""
    logits = tf.convert_to_tensor(logits)
    logp = -tf.nn.sparse_softmax_cross_entropy_with_logits(a, logits)
    shifted = logits - tf.stop_gradient(tf.reduce_max(logits, axis=1, keepdims=True))
    finite = tf.where(tf.math.is_finite(shifted), shifted, 0.0)
    mean = tf.reduce_sum(tf.nn.softmax(logits) * finite, axis=1)
    return logp, tf.reduce_logsumexp(shifted, axis=1) - mean


def _by_hand(value, slopes):
    """A function of tensors that NumPy computes in float64, with derivatives by hand."""

    @tf.custom_gradient
    def function(*tensors):
        arrays = [np.asarray(one, float) for one in tensors]

        def backward(upstream):
            found = slopes(np.asarray(upstream, float), *arrays)
            return tuple(tf.constant(one, two.dtype) for one, two in zip(found, tensors))

        return tf.constant(value(*arrays), tensors[0].dtype), backward

    return lambda *given: function(*map(tf.convert_to_tensor, given))


@oracle(of="categorical")
def by_scipy(logits, a):
    """scipy.special's log_softmax and entr, with gradients by hand."""
    a = np.asarray(a)
    rows = np.arange(len(a))

    def score(weights, z):
        return (weights[:, None] * (np.eye(z.shape[1])[a] - scipy.special.softmax(z, axis=1)),)

    def entropy(z):
        return scipy.special.entr(scipy.special.softmax(z, axis=1)).sum(axis=1)

    def fall(weights, z):
        pi = scipy.special.softmax(z, axis=1)
        return (weights[:, None] * (scipy.special.entr(pi) - pi * entropy(z)[:, None]),)

    logp = _by_hand(lambda z: scipy.special.log_softmax(z, axis=1)[rows, a], score)
    return logp(logits), _by_hand(entropy, fall)(logits)


@oracle(of="gaussian")
def by_norm(a, mu, log_std):
    """scipy.stats.norm, with gradients by hand."""

    def density(a, mu, log_std):
        return scipy.stats.norm.logpdf(a, mu, np.exp(log_std)).sum(axis=1)

    def slopes(weights, a, mu, log_std):
        distance = (a - mu) / np.exp(log_std)
        of_a = -weights[:, None] * distance / np.exp(log_std)
        return of_a, -of_a, weights @ (distance**2 - 1)

    def entropy(mu, log_std):
        return np.full(len(mu), scipy.stats.norm.entropy(scale=np.exp(log_std)).sum())

    def rise(weights, mu, log_std):
        return 0 * mu, np.full(log_std.shape, weights.sum())

    return _by_hand(density, slopes)(a, mu, log_std), _by_hand(entropy, rise)(mu, log_std)


@oracle(of="gaussian")
def column_by_column(a, mu, log_std):
    """Number by number, from the variance, and the entropy as half of the log-determinant of 2πeΣ."""
    total, entropy = 0.0, 0.0
    for one, middle, log_one in zip(tf.unstack(a, axis=1), tf.unstack(mu, axis=1), tf.unstack(log_std)):
        variance = tf.exp(2 * log_one)
        total += -((one - middle) ** 2) / (2 * variance) - 0.5 * (math.log(2 * math.pi) + 2 * log_one)
        entropy += 0.5 * (math.log(2 * math.pi * math.e) + 2 * log_one)
    return total, entropy + tf.zeros_like(total)


# reinforce_loss


@oracle(of="reinforce_loss")
def by_keras(logits, a, ret):
    """Keras' cross-entropy, weighted by the returns."""
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(a, logits, sample_weight=tf.stop_gradient(ret))


@oracle(of="reinforce_loss")
def reinforce_by_hand(logits, a, ret):
    """scipy.special's log_softmax, with a gradient by hand."""
    a, ret = np.asarray(a), np.asarray(ret, float)
    rows = np.arange(len(a))

    def value(z):
        return -np.mean(ret * scipy.special.log_softmax(z, axis=1)[rows, a])

    def slopes(weight, z):
        score = np.eye(z.shape[1])[a] - scipy.special.softmax(z, axis=1)
        return (-weight * ret[:, None] * score / len(a),)

    return _by_hand(value, slopes)(logits)


# baseline_variance, optimal_baseline


def _probabilities(probs):
    if min(np.min(probs), 1e-6 - abs(math.fsum(probs) - 1)) < 0:
        raise ValueError("expected probabilities")


@oracle(of="baseline_variance")
def by_enumeration(probs, rewards, baseline=0.0):
    """Loops over the actions and the components."""
    _probabilities(probs)
    K, levels = len(probs), np.broadcast_to(baseline, len(probs))
    drawn = [a for a in range(K) if probs[a] > 0]
    X = {a: [(rewards[a] - levels[a]) * ((a == j) - probs[j]) for j in range(K)] for a in drawn}
    mean = [math.fsum(probs[a] * X[a][j] for a in drawn) for j in range(K)]
    return np.array(mean), math.fsum(probs[a] * (X[a][j] - mean[j]) ** 2 for a in drawn for j in range(K))


@oracle(of="baseline_variance")
def by_cov(probs, rewards, baseline=0.0):
    """numpy.average, and the trace of numpy.cov with the probabilities as weights."""
    _probabilities(probs)
    seen = probs > 0
    score = np.eye(len(probs))[seen] - probs
    X = ((rewards - np.asarray(baseline))[seen])[:, None] * score
    spread = np.atleast_2d(np.cov(X.T, aweights=probs[seen], ddof=0))
    return np.average(X, axis=0, weights=probs[seen]), float(np.trace(spread))


@oracle(of="optimal_baseline")
def by_least_squares(probs, rewards):
    """numpy.linalg.lstsq: one number that fits the rewards, each with the root of its weight."""
    _probabilities(probs)
    seen = np.flatnonzero(probs > 0)
    if len(seen) == 1:
        return float(rewards[seen[0]])
    lengths = 1 - 2 * probs[seen] + np.sum(probs**2)
    lengths = np.array([np.sum((np.eye(len(probs))[a] - probs) ** 2) for a in seen]) + 0 * lengths
    root = np.sqrt(probs[seen] * lengths)
    return float(np.linalg.lstsq(root[:, None], root * rewards[seen], rcond=None)[0][0])


@oracle(of="optimal_baseline")
def by_the_derivative(probs, rewards):
    """The root of the derivative of the variance, which is linear in the baseline."""
    _probabilities(probs)
    drawn = [a for a in range(len(probs)) if probs[a] > 0]
    lengths = {a: math.fsum(((a == j) - p) ** 2 for j, p in enumerate(probs)) for a in drawn}
    slope = math.fsum(probs[a] * lengths[a] for a in drawn)
    if slope == 0:
        return float(rewards[drawn[0]])
    return math.fsum(probs[a] * lengths[a] * rewards[a] for a in drawn) / slope


# gae


def _from_0_to_1(*numbers):
    if any(one < 0 or one > 1 for one in numbers):
        raise ValueError("expected numbers from 0 to 1")


@oracle(of="gae")
def by_a_double_loop(r, v, v_next, terminated, truncated, gamma, lam):
    """For each step a sum over the steps that follow, until the episode ends."""
    _from_0_to_1(gamma, lam)
    advantages = np.zeros(r.shape)
    for place in np.ndindex(*r.shape[1:]):
        for t in range(len(r)):
            for k in range(t, len(r)):
                here = (k, *place)
                following = 0.0 if terminated[here] else gamma * v_next[here]
                advantages[(t, *place)] += (gamma * lam) ** (k - t) * (r[here] + following - v[here])
                if terminated[here] or truncated[here]:
                    break
    return advantages


@oracle(of="gae")
def by_lfilter(r, v, v_next, terminated, truncated, gamma, lam):
    """scipy.signal.lfilter, backwards over each episode."""
    _from_0_to_1(gamma, lam)
    columns = [one.reshape(len(r), -1) for one in (r, v, v_next, terminated, truncated)]
    advantages = np.zeros(columns[0].shape)
    for j in range(advantages.shape[1]):
        reward, value, after, over, stopped = (one[:, j] for one in columns)
        delta = reward - value
        delta[~over] += gamma * after[~over]
        cuts = np.flatnonzero(over | stopped) + 1
        parts = [one for one in np.split(delta, cuts) if len(one)]
        found = [scipy.signal.lfilter([1.0], [1.0, -gamma * lam], one[::-1])[::-1] for one in parts]
        advantages[:, j] = np.concatenate(found)
    return advantages.reshape(r.shape)


# actor_critic_loss


def _vectors(a, *others):
    if any(np.shape(one) != np.shape(a) for one in others):
        raise ValueError("expected vectors")


@oracle(of="actor_critic_loss")
def three_losses_of_keras(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """Keras' losses; the entropy is the cross-entropy of the policy with itself."""
    _vectors(a, v, adv, ret)
    sparse = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    actor = sparse(a, logits, sample_weight=tf.stop_gradient(adv))
    critic = keras.losses.MeanSquaredError()(tf.stop_gradient(ret), v)
    allowed = tf.math.is_finite(logits)
    safe = tf.where(allowed, logits, -1e5 + 0 * v[:, None])
    entropy = tf.nn.softmax_cross_entropy_with_logits(tf.nn.softmax(safe), safe)
    return actor + value_weight * critic - entropy_weight * tf.reduce_mean(entropy)


@oracle(of="actor_critic_loss")
def actor_critic_by_hand(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """scipy.special, with gradients by hand."""
    _vectors(a, v, adv, ret)
    a, adv, ret = np.asarray(a), np.asarray(adv, float), np.asarray(ret, float)
    B, rows = len(a), np.arange(len(a))

    def value(z, v):
        entropy = scipy.special.entr(scipy.special.softmax(z, axis=1)).sum(axis=1)
        actor = -np.mean(adv * scipy.special.log_softmax(z, axis=1)[rows, a])
        return actor + value_weight * np.mean((ret - v) ** 2) - entropy_weight * entropy.mean()

    def slopes(weight, z, v):
        pi = scipy.special.softmax(z, axis=1)
        fall = scipy.special.entr(pi) - pi * scipy.special.entr(pi).sum(axis=1, keepdims=True)
        of_logits = -adv[:, None] * (np.eye(z.shape[1])[a] - pi) - entropy_weight * fall
        return weight * of_logits / B, weight * value_weight * 2 * (v - ret) / B

    return _by_hand(value, slopes)(logits, v)


# ppo_loss


@oracle(of="ppo_loss")
def by_the_limit_of_the_log(logp, logp_old, adv, eps=0.2):
    """The logarithm of the ratio is limited from above where the advantage is positive, and from below
    where it is negative."""
    if eps < 0:
        raise ValueError("expected eps of 0 or more")
    adv, change = tf.stop_gradient(adv), logp - tf.stop_gradient(logp_old)
    above, below = math.log1p(eps), math.log1p(-eps) if eps < 1 else -math.inf
    limited = tf.where(adv < 0, tf.maximum(change, below), tf.minimum(change, above))
    outside = tf.logical_or(change > above, change < below)
    return -tf.reduce_mean(tf.exp(limited) * adv), tf.reduce_mean(tf.cast(outside, adv.dtype))


@oracle(of="ppo_loss")
def ppo_by_hand(logp, logp_old, adv, eps=0.2):
    """NumPy, with a gradient by hand."""
    if eps < 0:
        raise ValueError("expected eps of 0 or more")
    old, adv = np.asarray(logp_old, float), np.asarray(adv, float)

    def value(new):
        ratio = np.exp(new - old)
        return -np.mean(np.minimum(ratio * adv, np.clip(ratio, 1 - eps, 1 + eps) * adv))

    def slopes(weight, new):
        ratio = np.exp(new - old)
        free = np.where(adv > 0, ratio <= 1 + eps, ratio >= 1 - eps)
        return (-weight * np.where(free, ratio * adv, 0.0) / len(adv),)

    ratio = np.exp(np.asarray(logp, float) - old)
    share = np.mean((ratio > 1 + eps) | (ratio < 1 - eps))
    return _by_hand(value, slopes)(logp), tf.constant(share, tf.convert_to_tensor(logp).dtype)


# fisher_vector_product


def _fitting(policy, v, damping):
    if np.size(v) != sum(int(np.prod(one.shape)) for one in policy.trainable_variables) or damping < 0:
        raise ValueError("expected another number of numbers, or no negative damping")


@oracle(of="fisher_vector_product")
def explicit_matrix(policy, states, v, damping=0.0):
    """The whole Fisher matrix, from the scores of all actions in all states, by NumPy in float64."""
    _fitting(policy, v, damping)
    weights = [one.value for one in policy.trainable_variables]
    F = np.zeros((np.size(v), np.size(v)))
    for state in tf.unstack(tf.convert_to_tensor(states)):
        with tf.GradientTape(persistent=True) as tape:
            entries = tf.unstack(tf.nn.log_softmax(policy(state[None]))[0])
        for entry in entries:
            zero = tf.UnconnectedGradients.ZERO
            parts = tape.gradient(entry, weights, unconnected_gradients=zero)
            score = np.concatenate([np.ravel(part) for part in parts]).astype(float)
            F += np.exp(float(entry)) * np.outer(score, score) / len(states)
    vector = np.asarray(v, float)
    return (F + damping * np.eye(len(F))) @ vector


@oracle(of="fisher_vector_product")
def forwards_and_back(policy, states, v, damping=0.0):
    """The change of the logits by forward differentiation, times the covariance of the softmax, and back."""
    _fitting(policy, v, damping)
    weights = [one.value for one in policy.trainable_variables]
    sizes = [int(np.prod(one.shape)) for one in weights]
    parts = [tf.reshape(part, one.shape) for part, one in zip(tf.split(v, sizes), weights)]
    with tf.autodiff.ForwardAccumulator(weights, parts) as accumulator:
        with tf.GradientTape() as tape:
            logits = policy(states)
    change = accumulator.jvp(logits)
    pi = tf.nn.softmax(logits)
    pushed = pi * (change - tf.reduce_sum(pi * change, axis=1, keepdims=True)) / states.shape[0]
    back = tape.gradient(logits, weights, pushed, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    return tf.concat([tf.reshape(one, [-1]) for one in back], axis=0) + damping * v


# trpo_step


def _tried(theta, u, fvp, objective_kl, max_kl, backtracks):
    curvature = float(u @ fvp(u))
    start = objective_kl(theta)[0]
    if curvature <= 0:
        return np.array(theta)
    w = u * (2 * max_kl / curvature) ** 0.5
    for _ in range(backtracks):
        objective, kl = objective_kl(theta + w)
        if objective - start > 0 and max_kl - kl >= 0:
            return theta + w
        w = w / 2
    return np.array(theta)


@oracle(of="trpo_step")
def by_scipy_cg(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """scipy.sparse.linalg.cg."""

    def curved(d):
        product = fvp(d)
        if d @ product <= 0:
            raise ArithmeticError("a direction without curvature")
        return product

    F = scipy.sparse.linalg.LinearOperator((len(g), len(g)), matvec=curved, dtype=float)
    found = [np.zeros_like(g)]
    keep = lambda u: found.append(np.array(u))  # noqa: E731
    with contextlib.suppress(ArithmeticError):
        scipy.sparse.linalg.cg(F, g, rtol=1e-9, atol=0.0, maxiter=cg_iters, callback=keep)
    return _tried(theta, found[-1], fvp, objective_kl, max_kl, backtracks)


@oracle(of="trpo_step")
def by_krylov(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """numpy.linalg.solve on the space of g, Fg, F²g, and so on, with an orthonormal basis."""
    size = np.linalg.norm(g)
    if size == 0:
        return np.array(theta)
    basis = [g / size]
    while len(basis) < min(cg_iters, len(g)):
        new = fvp(basis[-1])
        length = np.linalg.norm(new)
        for _ in range(2):
            for one in basis:
                new = new - (one @ new) * one
        if np.linalg.norm(new) <= 1e-9 * length:
            break
        basis.append(new / np.linalg.norm(new))
    Q = np.stack(basis, axis=1)
    projected = Q.T @ np.stack([fvp(one) for one in basis], axis=1)
    # The iteration ends before the first direction in which nothing changes.
    while projected.size and np.linalg.eigvalsh(projected)[0] <= 1e-12 * np.trace(projected):
        Q, projected = Q[:, :-1], projected[:-1, :-1]
    u = Q @ np.linalg.solve(projected, Q.T @ g)
    return _tried(theta, u, fvp, objective_kl, max_kl, backtracks)
