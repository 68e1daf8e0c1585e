"""Right answers made independently of `solution.py`; each docstring says how."""

import collections
import math
from decimal import Decimal

import numpy as np
import tensorflow as tf

from grader.exercise import oracle

# ReplayBuffer


@oracle(of="ReplayBuffer")
class ByDeque:
    """collections.deque(maxlen) holds the transitions by age; an index says how old a transition is."""

    def __init__(self, capacity, obs_shape):
        if capacity <= 0:
            raise ValueError("no capacity")
        self.rows, self.shape, self.count = collections.deque(maxlen=capacity), tuple(obs_shape), 0

    def add(self, s, a, r, s2, terminated):
        s, s2 = np.array(s, np.float64), np.array(s2, np.float64)
        if s.shape != self.shape or s2.shape != self.shape:
            raise ValueError("another shape")
        self.rows.append((s, a, r, s2, terminated))
        self.count += 1
        return (self.count - 1) % self.rows.maxlen

    def gather(self, idx):
        found = []
        for i in map(int, idx):
            if not -1 < i < len(self.rows):
                raise ValueError("no such row")
            # How many transitions have been added since this one.
            age = (self.count - 1 - i) % self.rows.maxlen if len(self) == self.rows.maxlen else None
            found.append(self.rows[i] if age is None else self.rows[len(self.rows) - 1 - age])
        parts = zip(*found) if found else [[]] * 5
        rows = {name: np.array(part) for name, part in zip(("s", "a", "r", "s2", "terminated"), parts)}
        if not found:
            rows |= {name: np.zeros((0, *self.shape)) for name in ("s", "s2")}
        return rows

    def __len__(self):
        return len(self.rows)


@oracle(of="ReplayBuffer")
class ByDict:
    """A dict from indices to transitions."""

    def __init__(self, capacity, obs_shape):
        if capacity < 1:
            raise ValueError("no capacity")
        self.rows, self.capacity, self.shape, self.following = {}, capacity, tuple(obs_shape), 0

    def add(self, s, a, r, s2, terminated):
        row = {"s": np.array(s), "a": a, "r": r, "s2": np.array(s2), "terminated": terminated}
        if row["s"].shape != self.shape or row["s2"].shape != self.shape:
            raise ValueError("another shape")
        index, self.following = self.following, (self.following + 1) % self.capacity
        self.rows[index] = row
        return index

    def gather(self, idx):
        if not set(map(int, idx)) <= set(self.rows):
            raise ValueError("no such row")
        parts = {
            name: [self.rows[int(i)][name] for i in idx] for name in ("s", "a", "r", "s2", "terminated")
        }
        shapes = {"s": self.shape, "s2": self.shape}
        return {name: np.reshape(part, (len(idx), *shapes.get(name, ()))) for name, part in parts.items()}

    def __len__(self):
        return len(self.rows)


# preprocess_frames


def _weights(old, new=84):
    """The matrix of linear interpolation between pixel centres."""
    matrix = np.zeros((new, old))
    for i in range(new):
        place = min(max((i + 0.5) * old / new - 0.5, 0), old - 1)
        low = math.floor(place)
        matrix[i, low] += 1 - (place - low)
        matrix[i, min(low + 1, old - 1)] += place - low
    return matrix


@oracle(of="preprocess_frames")
def by_matrices(a, b, stack=None):
    """Two matrices of interpolation weights, in NumPy."""
    frame = np.where(a > b, a, b).astype(float)
    grey = (299 * frame[..., 0] + 587 * frame[..., 1] + 114 * frame[..., 2]) / 1000
    picture = np.floor(_weights(len(a)) @ grey @ _weights(a.shape[1]).T + 0.5).astype(np.uint8)
    pictures = [picture] * 4 if stack is None else [*np.moveaxis(stack, -1, 0)[1:], picture]
    return np.stack(pictures, axis=-1)


@oracle(of="preprocess_frames")
def by_tensorflow(a, b, stack=None):
    """tf.image.resize of the three colours, in float32, before the luminance."""
    frame = tf.cast(tf.maximum(tf.convert_to_tensor(a), tf.convert_to_tensor(b)), tf.float32)
    picture = tf.tensordot(tf.image.resize(frame, [84, 84]), [0.299, 0.587, 0.114], 1)[..., None]
    picture = tf.cast(tf.round(picture), tf.uint8)
    if stack is None:
        return tf.tile(picture, [1, 1, 4]).numpy()
    return tf.concat([tf.convert_to_tensor(stack)[..., 1:], picture], axis=-1).numpy()


# dqn_loss, double_dqn_target


@oracle(of="dqn_loss")
def loss_by_keras(q, a, r, terminated, q_next, gamma, weights=None):
    """keras.losses.Huber, of the estimates of the actions that were taken, found with a one-hot mask."""
    import keras

    best = np.max(np.where(np.asarray(terminated)[:, None], 0.0, np.asarray(q_next)), axis=1)
    y = np.asarray(r) + np.asarray(gamma) * best
    taken = tf.reduce_sum(q * tf.one_hot(a, q.shape[1], dtype=q.dtype), axis=1)
    huber = keras.losses.Huber(delta=1.0, dtype=q.dtype)
    # Of one column each, so that the mean is taken over the batch.
    return huber(tf.constant(y, q.dtype)[:, None], taken[:, None], sample_weight=weights)


@oracle(of="dqn_loss")
def loss_by_loop(q, a, r, terminated, q_next, gamma, weights=None):
    """Transition by transition; Huber's loss as the smallest of (e² + 2|δ - e|) / 2 over e in [-1, 1]."""
    total, size = 0.0, len(r)
    discounts = np.broadcast_to(np.asarray(gamma), (size,))
    for i in range(size):
        y = float(r[i]) if terminated[i] else float(r[i]) + float(discounts[i]) * float(np.max(q_next[i]))
        delta = y - q[i, int(a[i])]
        near = tf.clip_by_value(delta, -1.0, 1.0)
        loss = near * (delta - near) + 0.5 * near * near
        total = total + loss * (1.0 if weights is None else weights[i])
    return total / size


@oracle(of="double_dqn_target")
def target_by_loop(r, terminated, q_on, q_tg, gamma):
    """Transition by transition, in Python."""
    found, discounts = [], np.broadcast_to(np.asarray(gamma), (len(r),))
    for reward, ended, choose, value, discount in zip(r, terminated, q_on, q_tg, discounts):
        y = float(reward)
        if not ended:
            row = [float(one) for one in choose]
            y += float(discount) * float(value[row.index(max(row))])
        found.append(y)
    return np.array(found, np.float32)


@oracle(of="double_dqn_target")
def target_by_masks(r, terminated, q_on, q_tg, gamma):
    """A one-hot mask of the first of the best actions, in NumPy."""
    q_on, q_tg = (np.where(np.asarray(terminated)[:, None], 0.0, np.asarray(q)) for q in (q_on, q_tg))
    best = np.argmax(q_on, axis=1)[:, None] == np.arange(q_on.shape[1])
    alive = 1.0 - np.asarray(terminated, float)
    return np.asarray(r) + alive * np.asarray(gamma) * np.sum(best * q_tg, axis=1)


# dueling_head


@oracle(of="dueling_head")
def head_by_a_matrix(V, A):
    """The projection I - 11ᵀ/n of the advantages."""
    n = A.shape[1]
    centred = tf.eye(n, dtype=A.dtype) - 1.0 / n
    return tf.einsum("ij,bj...->bi...", centred, A) + V


@oracle(of="dueling_head")
def head_by_actions(V, A):
    """Action by action."""
    actions = tf.unstack(A, axis=1)
    mean = tf.add_n(actions) / len(actions)
    return tf.stack([V[:, 0] + (one - mean) for one in actions], axis=1)


# n_step


@oracle(of="n_step")
def explicit_sums(traj, n, gamma):
    """The end of each episode first, then a sum for each transition."""
    if not n >= 1:
        raise ValueError("nothing to sum")
    found = []
    for i, one in enumerate(traj):
        end = next((j for j in range(i, len(traj)) if traj[j][4] or traj[j][5]), len(traj) - 1)
        last = min(i + n - 1, end)
        R = sum(gamma**k * traj[i + k][2] for k in range(last - i + 1))
        found.append((one[0], one[1], R, traj[last][3], traj[last][4], gamma ** (last - i + 1)))
    return found


@oracle(of="n_step")
def backwards(traj, n, gamma):
    """From the last transition to the first: a queue of the rewards that follow in the episode."""
    if n < 1:
        raise ValueError("nothing to sum")
    found, queue = [], collections.deque(maxlen=n)
    for one in reversed(traj):
        if one[4] or one[5]:
            queue.clear()
        queue.appendleft(one)
        powers = np.array([gamma**k for k in range(len(queue))])
        R = float(powers @ [row[2] for row in queue])
        found.append((one[0], one[1], R, queue[-1][3], queue[-1][4], gamma ** len(queue)))
    return found[::-1]


# SumTree, prioritised_sample


@oracle(of="SumTree")
class ByCumulativeSum:
    """numpy.cumsum and numpy.searchsorted, over the leaves that do not hold 0."""

    def __init__(self, capacity, alpha=0.6):
        self.leaves, self.alpha = np.zeros(capacity), alpha

    @property
    def total(self):
        return float(np.sum(self.leaves))

    def leaf(self, i):
        return self.leaves[i]

    def set(self, i, priority):
        if i not in range(len(self.leaves)) or not (priority >= 0 and np.isfinite(priority)):
            raise ValueError("no such leaf or no priority")
        self.leaves[i] = 0.0 if priority == 0 else np.power(priority, self.alpha)

    def find(self, mass):
        filled = np.flatnonzero(self.leaves)
        if not len(filled) or not (mass >= 0 and mass <= self.total):
            raise ValueError("no such mass")
        place = np.searchsorted(np.cumsum(self.leaves[filled]), mass, side="right")
        return int(filled[min(place, len(filled) - 1)])


@oracle(of="prioritised_sample")
def by_log_weights(tree, u, beta):
    """Segment by segment; weights from logarithms."""
    if not tree.total:
        raise ValueError("nothing to draw")
    B = len(u)
    idx = [tree.find(j * tree.total / B + float(u[j]) * tree.total / B) for j in range(B)]
    logs = np.array([-beta * math.log(tree.leaf(i)) for i in idx])
    return idx, np.exp(logs - logs.max())


@oracle(of="prioritised_sample")
def by_the_formula(tree, u, beta):
    """(N P)^-β divided by the largest, with N = 1000, in decimals, whose exponents have no such limits."""
    if tree.total == 0:
        raise ValueError("nothing to draw")
    edges = np.linspace(0.0, tree.total, len(u) + 1)
    idx = np.array([tree.find(low + one * (high - low)) for low, high, one in zip(edges, edges[1:], u)])
    chance = [Decimal(tree.leaf(i)) / Decimal(tree.total) for i in idx]
    weights = [(1000 * one) ** Decimal(-beta) for one in chance]
    return idx, [float(one / max(weights)) for one in weights]


# categorical_projection


@oracle(of="categorical_projection")
def triple_loop(p, r, terminated, gamma, vmin, vmax):
    """The published algorithm, atom by atom, with both neighbours one where an atom is hit."""
    if vmin >= vmax:
        raise ValueError("no range")
    p = np.asarray(p, np.float64)
    batch, N = p.shape
    discounts, step = np.broadcast_to(np.asarray(gamma), (batch,)), (vmax - vmin) / (N - 1)
    m = np.zeros((batch, N))
    for i in range(batch):
        for j in range(N):
            place = float(r[i]) + (0.0 if terminated[i] else float(discounts[i]) * (vmin + j * step))
            b = min(max((min(max(place, vmin), vmax) - vmin) / step, 0), N - 1)
            low, high = math.floor(b), math.ceil(b)
            if low == high:
                m[i, low] += p[i, j]
            else:
                m[i, low] += p[i, j] * (high - b)
                m[i, high] += p[i, j] * (b - low)
    return m


@oracle(of="categorical_projection")
def by_interpolation(p, r, terminated, gamma, vmin, vmax):
    """numpy.interp: what atom k gets is a hat function of where an atom has moved to."""
    if not vmax > vmin:
        raise ValueError("no range")
    p = np.asarray(p, np.float64)
    z = np.linspace(vmin, vmax, p.shape[1])
    discounts = np.where(np.asarray(terminated), 0.0, np.asarray(gamma))
    moved = np.asarray(r, np.float64)[:, None] + discounts[:, None] * z
    # numpy.interp keeps the value at the ends, as the projection does.
    hats = [np.interp(moved, z, one) for one in np.eye(len(z))]
    return np.stack([np.sum(p * hat, axis=1) for hat in hats], axis=1)


# noisy_dense


@oracle(of="noisy_dense")
def by_outer_product(x, mw, sw, mb, sb, ei, eo):
    """The noise of all weights at once, from the outer product: f(a) f(b) = f(a b)."""
    product = np.multiply.outer(np.asarray(ei, float), np.asarray(eo, float))
    xi = tf.constant(np.sign(product) * np.abs(product) ** 0.5, mw.dtype)
    eo = np.asarray(eo, float)
    return tf.einsum("bi,io->bo", x, mw + sw * xi) + mb + sb * tf.constant(
        np.copysign(np.sqrt(np.abs(eo)), eo), mw.dtype
    )


@oracle(of="noisy_dense")
def by_scaled_inputs(x, mw, sw, mb, sb, ei, eo):
    """Two dense layers: one of the means, and one of inputs and outputs multiplied by noise."""
    f_i, f_o = (one / tf.sqrt(tf.maximum(tf.abs(one), 1e-30)) for one in (ei, eo))
    return tf.linalg.matmul(x, mw) + mb + f_o * (tf.linalg.matmul(x * f_i, sw) + sb)


# rainbow_train_step


@oracle(of="rainbow_train_step")
def step_by_keras_losses(
    online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0
):
    """TensorFlow's cross-entropy of logits, minus the entropy of the target; one-hot masks; tf.cond."""
    after = target(batch["s_n"])
    judge = online(batch["s_n"]) if double else after
    means = tf.reduce_sum(tf.nn.softmax(judge, axis=-1) * z, axis=-1)
    mask = tf.one_hot(tf.argmax(means, axis=-1), means.shape[1], dtype=after.dtype)
    p = tf.einsum("ba,ban->bn", mask, tf.nn.softmax(after, axis=-1))
    m = project(p, batch["R"], batch["terminated"], batch["gamma_k"])
    entropy = -tf.reduce_sum(tf.where(m > 0, m * tf.math.log(tf.where(m > 0, m, 1.0)), 0.0), axis=-1)
    with tf.GradientTape() as tape:
        logits = online(batch["s"])
        taken = tf.one_hot(batch["a"], means.shape[1], dtype=logits.dtype)
        chosen = tf.einsum("ba,ban->bn", taken, logits)
        losses = tf.nn.softmax_cross_entropy_with_logits(m, chosen) - entropy
        loss = tf.tensordot(tf.cast(batch["weights"], losses.dtype), losses, 1) / losses.shape[0]
    slopes = tape.gradient(loss, online.trainable_variables)
    optimizer.apply(slopes, online.trainable_variables)

    def renew():
        for old, new in zip(target.weights, online.weights):
            old.assign(old + tau * (new - old))
        return 0

    tf.cond(tf.cast(optimizer.iterations, tf.int64) % copy_every == 0, renew, lambda: 0)
    return loss, losses
