"""Right answers by another way; each docstring says from where."""

import fractions
import math

import keras
import numpy as np
import scipy.spatial
import scipy.special
import tensorflow as tf

from grader.exercise import oracle


def _no_probabilities(p):
    """Tell whether these are no probabilities."""
    return any(one < 0 for one in p) or not 0.999 <= math.fsum(p) <= 1.001


@oracle(of="dihedral")
def images_by_indices(planes, pi):
    """Coordinates, exchanged and reversed, square by square."""
    H = len(planes)
    if np.shape(planes)[1] != H or np.shape(pi) != (H, H):
        raise ValueError("not square")
    images = []
    for exchange in (False, True):
        for down in (False, True):
            for right in (False, True):
                board, policy = np.zeros_like(planes), np.zeros_like(pi)
                for i in range(H):
                    for j in range(H):
                        k, m = (j, i) if exchange else (i, j)
                        k, m = (H - 1 - k if down else k), (H - 1 - m if right else m)
                        board[k, m], policy[k, m] = planes[i, j], pi[i, j]
                images.append((board, policy))
    return images


@oracle(of="dihedral")
def images_by_transposition(planes, pi):
    """np.flip and np.swapaxes of the board and the policy as one array."""
    if planes.shape[0] != planes.shape[1] or planes.shape[:2] != pi.shape:
        raise ValueError("not square")
    both = np.concatenate([planes, pi[:, :, None]], axis=2)
    four = [both, np.flip(both, 0), np.flip(both, 1), np.flip(both, (0, 1))]
    return tuple((one[..., :-1], one[..., -1]) for one in four + [np.swapaxes(one, 0, 1) for one in four])


@oracle(of="puct_select")
def selected_by_a_loop(P, N, W, c):
    """One action after the other."""
    P, N, W = (np.asarray(one).tolist() for one in (P, N, W))
    if not P or _no_probabilities(P):
        raise ValueError("no probabilities")
    best = None
    for place, (p, n, w) in enumerate(zip(P, N, W)):
        score = (w / n if n else 0.0) + c * p * math.sqrt(sum(N)) / (1 + n)
        if best is None or (score, p) > best[:2]:
            best = score, p, place
    return best[2]


@oracle(of="puct_select")
def selected_by_sorting(P, N, W, c):
    """np.lexsort by place, prior and score."""
    if np.size(P) == 0 or _no_probabilities(np.asarray(P).tolist()):
        raise ValueError("no probabilities")
    Q = np.divide(W, N, out=np.zeros(len(P)), where=np.asarray(N) != 0)
    score = Q + c * P * float(np.sum(N, dtype=float)) ** 0.5 / (np.asarray(N) + 1.0)
    return np.lexsort((-np.arange(len(P)), P, score))[-1]


class _Leaf:
    """A position of the tree, which searches below itself."""

    def __init__(self, game, state, evaluate):
        self.game, self.state, self.evaluate = game, state, evaluate
        self.ended = game.outcome(state)
        if self.ended is None:
            prior, self.value = evaluate(state)
            self.legal = [a for a, may in enumerate(np.asarray(game.legal(state)).tolist()) if may]
            total = sum(prior[a] for a in self.legal)
            self.P = [prior[a] / total if total > 0 else 1 / len(self.legal) for a in self.legal]
            self.below = [None] * len(self.legal)
            self.seen = [[] for _ in self.legal]
        else:
            self.value = self.ended

    def follow(self, select):
        """Make one simulation; return its value for the player who is to move here."""
        if self.ended is not None:
            return self.ended
        N, W = [len(one) for one in self.seen], [sum(one) for one in self.seen]
        place = select(np.array(self.P), np.array(N), np.array(W, float))
        if self.below[place] is None:
            after = self.game.play(self.state, self.legal[place])
            self.below[place] = _Leaf(self.game, after, self.evaluate)
            value = -self.below[place].value
        else:
            value = -self.below[place].follow(select)
        self.seen[place].append(value)
        return value


@oracle(of="mcts")
def searched_recursively(state, game, evaluate, simulations, select):
    """A recursion, in which each action has the list of all values that came back."""
    if simulations < 0 or game.outcome(state) is not None or not any(game.legal(state)):
        raise ValueError("no search")
    root = _Leaf(game, state, evaluate)
    for _ in range(simulations):
        root.follow(select)
    N, Q = np.zeros(len(game.legal(state)), int), np.zeros(len(game.legal(state)))
    for action, values in zip(root.legal, root.seen):
        N[action], Q[action] = len(values), sum(values) / max(len(values), 1)
    return N, Q


@oracle(of="mcts")
def searched_by_paths(state, game, evaluate, simulations, select):
    """Dictionaries from the actions that were played so far."""
    if simulations < 0 or game.outcome(state) is not None or np.sum(game.legal(state)) == 0:
        raise ValueError("no search")
    priors, counts, sums = {}, {}, {}

    def open_up(path, here):
        prior, value = evaluate(here)
        legal = np.asarray(game.legal(here))
        mass = np.where(legal, prior, 0.0)
        mass = mass if mass.sum() > 0 else legal / 1.0
        priors[path] = legal, (mass / mass.sum())[legal]
        counts[path], sums[path] = np.zeros(len(legal)), np.zeros(len(legal))
        return value

    open_up((), state)
    for _ in range(simulations):
        path, here = (), state
        while path in priors:
            legal, P = priors[path]
            place = select(P, counts[path][legal], sums[path][legal])
            action = int(np.flatnonzero(legal)[place])
            path, here = (*path, action), game.play(here, action)
        value = game.outcome(here)
        value = open_up(path, here) if value is None else value
        for length in range(len(path)):
            sign = -1 if (len(path) - length) % 2 else 1
            counts[path[:length]][path[length]] += 1
            sums[path[:length]][path[length]] += sign * value
    return counts[()], np.divide(sums[()], counts[()], out=np.zeros_like(sums[()]), where=counts[()] > 0)


@oracle(of="visit_policy")
def policy_by_softmax(N, tau):
    """scipy.special.softmax of the logarithms over τ."""
    N = np.asarray(N, float)
    if not np.any(N) or np.any(N < 0) or tau < 0:
        raise ValueError("no visits")
    if tau == 0:
        return (N == N.max()) / np.count_nonzero(N == N.max())
    policy = np.zeros(len(N))
    logs = np.log(N[N > 0])
    with np.errstate(over="ignore"):
        policy[N > 0] = scipy.special.softmax((logs - logs.max()) / tau)
    return policy


@oracle(of="visit_policy")
def policy_by_powers(N, tau):
    """Powers of the shares of the largest number, which cannot overflow."""
    N = np.asarray(N).tolist()
    if tau < 0 or min(N) < 0 or max(N) == 0:
        raise ValueError("no visits")
    power = math.inf if tau == 0 else 1 / tau if tau > 1e-300 else 1e300
    # 1 to the power of infinity is 1, and less than 1 to it is 0.
    weights = [(n / max(N)) ** power if n > 0 else 0.0 for n in N]
    return [weight / math.fsum(weights) for weight in weights]


@oracle(of="mix_noise")
def mixed_by_lists(P, noise, epsilon=0.25, legal=None):
    """Lists of the legal actions only, with exact fractions."""
    legal = [True] * len(P) if legal is None else np.asarray(legal).tolist()
    if not any(legal) or not 0 <= epsilon <= 1:
        raise ValueError("no legal action")
    places = [place for place, may in enumerate(legal) if may]
    mixed = [0.0] * len(P)
    for share, p in ((1 - epsilon, P), (epsilon, noise)):
        p = np.asarray(p).tolist()
        if _no_probabilities(p):
            raise ValueError("no probabilities")
        total = sum(fractions.Fraction(p[place]) for place in places)
        for place in places:
            part = fractions.Fraction(p[place]) / total if total else fractions.Fraction(1, len(places))
            mixed[place] += share * float(part)
    return mixed


@oracle(of="mix_noise")
def mixed_as_a_matrix(P, noise, epsilon=0.25, legal=None):
    """Both as two rows of a matrix, averaged with np.average."""
    rows = np.array([P, noise], float)
    legal = np.full(rows.shape[1], True) if legal is None else np.asarray(legal, bool)
    if epsilon < 0 or epsilon > 1 or not legal.any() or any(map(_no_probabilities, rows.tolist())):
        raise ValueError("no probabilities")
    rows = rows * legal
    rows[rows.sum(axis=1) == 0] = legal
    return np.average(rows / rows.sum(axis=1, keepdims=True), axis=0, weights=[1 - epsilon, epsilon])


@oracle(of="alphago_zero_loss")
def loss_by_keras(z, v, pi, logits, weights, c):
    """Keras' cross-entropy, squared error and L2 regulariser."""
    B, A = pi.shape if len(pi.shape) == 2 else (None, None)
    if tuple(z.shape) != (B,) or tuple(v.shape) != (B,) or tuple(logits.shape) != (B, A):
        raise ValueError("other shapes")
    finite = tf.maximum(logits, -1e30)
    cross = keras.losses.CategoricalCrossentropy(from_logits=True)(pi, finite)
    squares = keras.losses.MeanSquaredError()(z[:, None], v[:, None])
    penalty = keras.regularizers.L2(c)
    return cross + squares + sum((penalty(tf.convert_to_tensor(one)) for one in weights), 0.0)


@oracle(of="alphago_zero_loss")
def loss_by_loops(z, v, pi, logits, weights, c):
    """One position after the other, over the actions that π names."""
    shapes = [tuple(one.shape) for one in (z, v, pi, logits)]
    if shapes[0] != shapes[1] or len(shapes[0]) != 1 or shapes[2] != shapes[3] or len(shapes[2]) != 2:
        raise ValueError("other shapes")
    if shapes[2][0] != shapes[0][0]:
        raise ValueError("other shapes")
    total = 0.0
    for k in range(shapes[0][0]):
        total += tf.square(v[k] - z[k])
        row = logits[k] - tf.stop_gradient(tf.reduce_max(logits[k]))
        wanted = tf.where(pi[k] > 0)[:, 0]
        logs = tf.gather(row, wanted) - tf.math.log(tf.reduce_sum(tf.exp(row)))
        total -= tf.reduce_sum(tf.gather(pi[k], wanted) * logs)
    flat = [tf.reshape(tf.convert_to_tensor(one), [-1]) for one in weights]
    theta = tf.concat(flat, axis=0) if flat else tf.zeros(1)
    return total / shapes[0][0] + c * tf.tensordot(theta, theta, 1)


@oracle(of="distogram")
def bins_by_scipy(xyz, edges):
    """scipy's pdist, and np.digitize."""
    if (np.diff(edges) <= 0).any():
        raise ValueError("edges")
    L, bins = len(xyz), len(edges) + 1
    found = np.zeros((L, L, bins))
    distance = (
        scipy.spatial.distance.squareform(scipy.spatial.distance.pdist(xyz)) if L > 1 else np.zeros((L, L))
    )
    there = ~np.isnan(xyz).any(axis=1) if L else np.zeros(0, bool)
    for i in np.flatnonzero(there):
        for j in np.flatnonzero(there):
            place = np.digitize(distance[i, j], edges) if len(edges) else 0
            found[i, j, place] = 1
    return found


@oracle(of="distogram")
def bins_by_loops(xyz, edges):
    """math.dist, and a count of the edges that are reached."""
    edges = np.asarray(edges).tolist()
    if any(high <= low for low, high in zip(edges, edges[1:])):
        raise ValueError("edges")
    rows = []
    for one in np.asarray(xyz).tolist():
        for other in np.asarray(xyz).tolist():
            distance = math.dist(one, other)
            place = sum(distance >= edge for edge in edges)
            rows.append([float(k == place and distance == distance) for k in range(len(edges) + 1)])
    return np.array(rows).reshape(len(xyz), len(xyz), len(edges) + 1)


@oracle(of="distogram_loss")
def loss_of_what_counts(logits, onehot, mask):
    """tf.boolean_mask, and TensorFlow's cross-entropy."""
    rows, targets = tf.boolean_mask(logits, mask), tf.boolean_mask(onehot, mask)
    if rows.shape[0] == 0:
        return tf.reduce_sum(tf.zeros_like(tf.boolean_mask(logits, mask)))
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, rows))


@oracle(of="distogram_loss")
def loss_pair_by_pair(logits, onehot, mask):
    """One pair after the other."""
    losses = []
    for i, j in np.argwhere(np.asarray(mask)).tolist():
        row = logits[i, j]
        losses.append(tf.reduce_logsumexp(row) - tf.reduce_sum(row * onehot[i, j]))
    return tf.add_n(losses) / len(losses) if losses else 0 * tf.reduce_sum(tf.zeros_like(logits))


@oracle(of="kabsch")
def laid_by_scipy(P, Q):
    """Horn's quaternion, and scipy's Rotation."""
    P, Q = np.asarray(P), np.asarray(Q)
    if P.shape != Q.shape or P.shape[0] == 0:
        raise ValueError("other sets")
    p, q = P - P.mean(axis=0), Q - Q.mean(axis=0)
    if min(np.abs(p).max(), np.abs(q).max()) <= 1e-12 * max(np.abs(P).max(), np.abs(Q).max()):
        R = np.eye(3)
    else:
        H = p.T @ q
        (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = H / np.abs(H).max()
        K = np.array(
            [
                [xx + yy + zz, yz - zy, zx - xz, xy - yx],
                [yz - zy, xx - yy - zz, xy + yx, zx + xz],
                [zx - xz, xy + yx, yy - xx - zz, yz + zy],
                [xy - yx, zx + xz, yz + zy, zz - xx - yy],
            ]
        )
        w, x, y, z = np.linalg.eigh(K)[1][:, -1]
        R = scipy.spatial.transform.Rotation.from_quat([x, y, z, w]).as_matrix()
    t = Q.mean(axis=0) - R @ P.mean(axis=0)
    return R, t, np.sqrt(np.square(p @ R.T - q).sum() / len(P))


@oracle(of="kabsch")
def laid_by_polar_decomposition(P, Q):
    """The other set of singular vectors, with a minus in the last column of U."""
    if np.shape(P) != np.shape(Q) or len(P) < 1:
        raise ValueError("other sets")
    middle_p, middle_q = np.average(P, axis=0), np.average(Q, axis=0)
    V, _, Wt = np.linalg.svd((Q - middle_q).T @ (P - middle_p))
    if np.linalg.det(V) * np.linalg.det(Wt) < 0:
        V[:, 2] = -V[:, 2]
    R = V @ Wt
    t = middle_q - R @ middle_p
    apart = (np.asarray(P) - middle_p) @ R.T - (Q - middle_q)
    return R, t, np.linalg.norm(apart) / len(P) ** 0.5


@oracle(of="gdt_ts")
def score_by_a_loop(distances):
    """One residue after the other, a quarter for each bound."""
    distances = np.asarray(distances).tolist()
    if not distances or any(one < 0 for one in distances):
        raise ValueError("no distances")
    quarters = sum((one <= 1) + (one <= 2) + (one <= 4) + (one <= 8) for one in distances)
    return quarters / (4 * len(distances))


@oracle(of="gdt_ts")
def score_by_ranks(distances):
    """np.searchsorted in the sorted distances; NaN is sorted to the end."""
    if np.size(distances) == 0 or np.nanmin(np.append(distances, 0)) < 0:
        raise ValueError("no distances")
    return np.searchsorted(np.sort(distances), [1, 2, 4, 8], side="right").mean() / np.size(distances)


@oracle(of="classical_mds")
def scaled_by_differences(D):
    """Sums of squares in the place of the matrix J, and a singular value decomposition."""
    D = np.asarray(D)
    if D.ndim != 2 or D.shape[0] != D.shape[1] or (D != D.T).any() or np.trace(np.abs(D)) > 0:
        raise ValueError("no distances")
    S = D * D
    rows = S.mean(axis=1)
    B = -(S - rows[:, None] - rows + S.mean()) / 2
    U, sizes, Vt = np.linalg.svd(B)
    signs = np.sign(np.sum(U * Vt.T, axis=0))
    order = np.argsort(-sizes * signs, kind="stable")[:3]
    points = np.zeros((len(D), 3))
    points[:, : len(order)] = U[:, order] * np.sqrt(np.maximum((sizes * signs)[order], 0))
    return points


@oracle(of="fold_from_distances")
def folded_by_pairs(D, mask, start, steps, rate):
    """One pair after the other."""
    x, energies = np.array(start, float), []
    for _ in range(steps):
        slope, energy = np.zeros_like(x), 0.0
        for i in range(len(x)):
            for j in range(i):
                if mask[i, j]:
                    apart = x[i] - x[j]
                    length = math.hypot(*apart)
                    energy += (length - D[i, j]) ** 2
                    if length:
                        pull = 2 * (length - D[i, j]) * apart / length
                        slope[i] += pull
                        slope[j] -= pull
        energies.append(energy)
        x = x - rate * slope
    return x, energies


@oracle(of="fold_from_distances")
def folded_by_differentiation(D, mask, start, steps, rate):
    """TensorFlow's gradient of the energy, over the pairs that are apart."""
    i, j = np.nonzero(np.triu(np.asarray(mask), 1))
    wanted, x, energies = tf.constant(np.asarray(D)[i, j], tf.float64), tf.constant(start, tf.float64), []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(x)
            squares = tf.reduce_sum((tf.gather(x, i) - tf.gather(x, j)) ** 2, axis=1)
            lengths = tf.where(squares > 0, tf.sqrt(tf.where(squares > 0, squares, 1)), 0)
            energy = tf.reduce_sum((lengths - wanted) ** 2)
        energies.append(float(energy))
        slope = tape.gradient(energy, x)
        x = x - rate * (0 if slope is None else tf.convert_to_tensor(slope))
    return x, energies


@oracle(of="preference_loss")
def loss_by_cross_entropy(r_chosen, r_rejected, tied=None):
    """TensorFlow's cross-entropy of a sigmoid, with labels of 1 and a half."""
    labels = tf.ones_like(r_chosen)
    if tied is not None:
        labels = tf.where(tied, labels / 2, labels)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, r_chosen - r_rejected))


@oracle(of="preference_loss")
def loss_by_softmax(r_chosen, r_rejected, tied=None):
    """A softmax of two, as the model of Bradley and Terry is written."""
    both = tf.stack([r_chosen, r_rejected], axis=1)
    first = tf.one_hot(tf.zeros(r_chosen.shape[0], tf.int32), 2)
    wanted = first if tied is None else tf.where(tf.convert_to_tensor(tied)[:, None], 0.5, first)
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(wanted, both))


@oracle(of="shaped_reward")
def shaped_by_a_loop(r, logp, logp_ref, beta):
    """One answer after the other."""
    if beta < 0:
        raise ValueError("beta")
    rows = zip(*(np.asarray(one).tolist() for one in (r, logp, logp_ref)))
    return [one + (beta * (reference - log) if beta else 0.0) for one, log, reference in rows]


@oracle(of="shaped_reward")
def shaped_by_xlogy(r, logp, logp_ref, beta):
    """scipy.special.xlogy, which is 0 where β is, of the ratio of the probabilities."""
    if not beta >= 0:
        raise ValueError("beta")
    return np.asarray(r) + scipy.special.xlogy(beta, np.exp(np.asarray(logp_ref) - logp))


@oracle(of="tilted_policy")
def tilted_by_softmax(ref, r, beta):
    """scipy.special.softmax of r / β + log π_ref, on the answers that the reference gives."""
    ref, r = np.asarray(ref), np.asarray(r)
    if beta < 0 or _no_probabilities(ref.tolist()):
        raise ValueError("no probabilities")
    policy, given = np.zeros(len(ref)), ref > 0
    ahead = r[given] - r[given].max()
    if beta == 0:
        logs = np.where(ahead == 0, np.log(ref[given]), -np.inf)
    else:
        with np.errstate(over="ignore"):
            logs = ahead / beta + np.log(ref[given])
    policy[given] = scipy.special.softmax(logs)
    return policy


@oracle(of="tilted_policy")
def tilted_by_pairs(ref, r, beta):
    """1 over the sum of all ratios to one answer, each from a difference of two rewards."""
    ref, r = np.asarray(ref).tolist(), np.asarray(r).tolist()
    if beta < 0 or _no_probabilities(ref):
        raise ValueError("no probabilities")

    def ratio(other, one):
        ahead = r[other] - r[one]
        power = math.copysign(math.inf, ahead) if beta == 0 and ahead else ahead / beta if beta else 0.0
        return ref[other] / ref[one] * math.exp(min(power, 690.0))

    given = [place for place, p in enumerate(ref) if p > 0]
    return [1 / math.fsum(ratio(k, a) for k in given) if a in given else 0.0 for a in range(len(ref))]
