"""Right answers by another way; each docstring says from where."""

import math
from fractions import Fraction

import numpy as np
import scipy.linalg
import scipy.optimize
import scipy.special
import scipy.stats

from grader.exercise import oracle


@oracle(of="wasserstein_line")
def by_assignment(x, y, p=1.0):
    """SciPy's wasserstein_distance, and linear_sum_assignment of numbers repeated to equal sizes."""
    if min(len(x), len(y)) == 0 or p < 1:
        raise ValueError("empty, or p below 1")
    common = math.lcm(len(x), len(y))
    if common > 200:
        return by_walking(x, y, p)
    one, other = np.repeat(x, common // len(x)), np.repeat(y, common // len(y))
    gaps = np.abs(one[:, None] - other)
    scale = gaps.max()
    if scale == 0:
        return 0.0
    if p == 1:
        return scale * scipy.stats.wasserstein_distance(x / scale, y / scale)
    costs = (gaps / scale) ** p
    rows, columns = scipy.optimize.linear_sum_assignment(costs)
    best = gaps[rows, columns]
    top = max(best.max(), 1e-300)
    return top * np.mean((best / top) ** p) ** (1 / p)


@oracle(of="wasserstein_line")
def by_walking(x, y, p=1.0):
    """Two pointers, which move the mass that is left, in exact fractions, from the smallest number on."""
    if min(len(x), len(y)) == 0 or p < 1:
        raise ValueError("empty, or p below 1")
    one, other = sorted(map(float, x)), sorted(map(float, y))
    i = j = 0
    left, room, moved = Fraction(1, len(one)), Fraction(1, len(other)), []
    while i < len(one) and j < len(other):
        mass = min(left, room)
        moved.append((float(mass), abs(one[i] - other[j])))
        left, room = left - mass, room - mass
        if left == 0:
            i, left = i + 1, Fraction(1, len(one))
        if room == 0:
            j, room = j + 1, Fraction(1, len(other))
    if max(gap for _, gap in moved) == 0:
        return 0.0
    # The logarithm of the sum of powers, which neither overflows nor vanishes.
    terms = [math.log(mass) + p * math.log(gap) for mass, gap in moved if gap > 0]
    return math.exp(float(scipy.special.logsumexp(terms)) / p)


def refuse_covariances(S1, S2):
    """Refuse what is not symmetric."""
    for S in (S1, S2):
        if not np.allclose(S, S.T, rtol=0, atol=1e-6 * np.abs(S).max()):
            raise ValueError("not symmetric")


@oracle(of="wasserstein_gaussians")
def by_eigenvalues_of_the_product(mu1, S1, mu2, S2):
    """The roots of the eigenvalues of S₁ S₂, which are those of S₁^½ S₂ S₁^½."""
    refuse_covariances(S1, S2)
    one, other = max(np.abs(S1).max(), 1e-300), max(np.abs(S2).max(), 1e-300)
    values = scipy.linalg.eigvals((S1 / one) @ (S2 / other))
    values = np.where(values.real > 1e-13 * np.abs(values).max(), values.real, 0)
    overlap = np.sum(np.sqrt(values)) * math.sqrt(one) * math.sqrt(other)
    return math.sqrt(max(np.sum((mu1 - mu2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * overlap, 0))


@oracle(of="wasserstein_gaussians")
def by_factors(mu1, S1, mu2, S2):
    """The nuclear norm of the product of two factors, each from LDLᵀ's kind of elimination with pivots."""
    refuse_covariances(S1, S2)

    def factor(S):
        rest, columns = (S + S.T) / 2, []
        for _ in range(len(S)):
            pivot = int(np.argmax(np.diag(rest)))
            if rest[pivot, pivot] <= 1e-14 * np.abs(S).max():
                break
            columns.append(rest[:, pivot] / math.sqrt(rest[pivot, pivot]))
            rest = rest - np.outer(columns[-1], columns[-1])
        return np.array(columns).T if columns else np.zeros((len(S), 1))

    overlap = np.sum(scipy.linalg.svdvals(factor(S1).T @ factor(S2)))
    return float(np.sqrt(max(np.sum((mu1 - mu2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * overlap, 0)))


def refuse_transport(a, b, eps, iters):
    """Refuse what the docstring says."""
    sums = [math.fsum(mass) for mass in (a, b)]
    if min(np.min(a), np.min(b)) < 0 or max(abs(one - 1) for one in sums) > 1e-6 or eps <= 0 or iters < 1:
        raise ValueError("no plan")


@oracle(of="sinkhorn")
def by_scaling_the_plan(a, b, C, eps, iters):
    """No potentials: the plan's logarithm is shifted until its rows, then its columns, have their sums."""
    refuse_transport(a, b, eps, iters)
    with np.errstate(divide="ignore"):
        log_a, log_b = np.log(a), np.log(b)
    rows, columns = a > 0, b > 0
    plan = -np.asarray(C)[rows][:, columns] / eps
    for step in range(iters):
        plan = plan + log_a[rows][:, None] - np.logaddexp.reduce(plan, axis=1)[:, None]
        if step == 0 and not columns.all():
            # In the first iteration the columns without mass still have the potential 0.
            everything = -np.asarray(C)[rows] / eps
            everything = everything + log_a[rows][:, None] - np.logaddexp.reduce(everything, axis=1)[:, None]
            plan = everything[:, columns]
        plan = plan + log_b[columns] - np.logaddexp.reduce(plan, axis=0)
    found = np.zeros(np.shape(C))
    found[np.ix_(rows, columns)] = np.exp(plan)
    return found


@oracle(of="sinkhorn")
def by_loops(a, b, C, eps, iters):
    """Sums over lists, each divided by its largest term."""
    refuse_transport(a, b, eps, iters)

    def soft(terms):
        top = max(terms)
        return top + math.log(math.fsum(math.exp(term - top) for term in terms))

    def log(mass):
        return math.log(mass) if mass > 0 else -math.inf

    n, m = C.shape
    K = (-C / eps).tolist()
    u, v = [0.0] * n, [0.0] * m
    for _ in range(iters):
        u = [log(a[i]) - soft([K[i][j] + v[j] for j in range(m)]) for i in range(n)]
        v = [log(b[j]) - soft([K[i][j] + u[i] for i in range(n)]) for j in range(m)]
    return np.array([[math.exp(u[i] + K[i][j] + v[j]) for j in range(m)] for i in range(n)])


def expectations(q, sw, sb, act, slope, points, weights):
    """Return the map, with the nodes and weights of the standard Gaussian, one length at a time."""
    shape = np.broadcast_shapes(np.shape(q), np.shape(sw), np.shape(sb))
    q, sw, sb = (np.broadcast_to(one, shape) for one in (q, sw, sb))
    lengths, stretches = np.zeros(shape), np.zeros(shape)
    for place in np.ndindex(shape):
        z = math.sqrt(q[place]) * points
        lengths[place] = sw[place] ** 2 * np.dot(weights, act(z) ** 2) + sb[place] ** 2
        stretches[place] = sw[place] ** 2 * np.dot(weights, slope(z) ** 2)
    return lengths, stretches


@oracle(of="length_map")
def by_scipys_nodes(q, sw, sb, act, slope, nodes=100):
    """scipy.special.roots_hermitenorm, whose measure has no factor to be changed but √(2π)."""
    if np.min(q) < 0 or nodes < 1:
        raise ValueError("q below 0, or no nodes")
    points, weights = scipy.special.roots_hermitenorm(nodes)
    return expectations(q, sw, sb, act, slope, points, weights / math.sqrt(2 * math.pi))


@oracle(of="length_map")
def by_golub_and_welsch(q, sw, sb, act, slope, nodes=100):
    """Golub and Welsch (1969): the eigenvalues and eigenvectors of the recursion's tridiagonal matrix."""
    if np.min(q) < 0 or nodes < 1:
        raise ValueError("q below 0, or no nodes")
    points, vectors = scipy.linalg.eigh_tridiagonal(np.zeros(nodes), np.sqrt(np.arange(1, nodes)))
    # The nodes are symmetric about 0, of which the middle one is 0 if their number is odd.
    points = (points - points[::-1]) / 2
    return expectations(q, sw, sb, act, slope, points, vectors[0] ** 2)


@oracle(of="marchenko_pastur")
def by_the_stieltjes_transform(lam, ratio, s2=1.0):
    """The Stieltjes transform m, from γλm² + (λ + γ - 1)m + 1 = 0: its imaginary part, divided by π."""
    if not ratio > 0 or not s2 > 0:
        raise ValueError("ratio or s2 not above 0")
    density = []
    for one in np.asarray(lam) / s2:
        if one == 0:
            density.append(math.inf if ratio == 1 else 0.0)
            continue
        if abs(one) > 1e6 * (1 + ratio):
            density.append(0.0)
            continue
        inner = 1 / one
        # Divided by λ, so that no coefficient is large: γm² + (1 + (γ - 1)/λ)m + 1/λ.
        root = np.emath.sqrt((1 + (ratio - 1) * inner) ** 2 - 4 * ratio * inner)
        density.append(abs(np.imag(root)) / (2 * math.pi * ratio))
    edges = np.sort([(1 + sign * math.sqrt(ratio)) ** 2 for sign in (-1, 1)])
    return np.array(density) / s2, s2 * edges, (1 - 1 / ratio if ratio > 1 else 0.0)


@oracle(of="marchenko_pastur")
def by_the_semicircle(lam, ratio, s2=1.0):
    """With λ/σ² = 1 + γ + √γ t: Wigner's semicircle of t between -2 and 2, divided by λ/σ²."""
    if not ratio > 0 or not s2 > 0:
        raise ValueError("ratio or s2 not above 0")
    density = []
    for one in (np.asarray(lam) / s2).tolist():
        t = (one - 1 - ratio) / math.sqrt(ratio)
        if one == 0 and ratio == 1:
            density.append(math.inf)
        elif abs(t) < 2 and one > 0:
            density.append(math.sqrt((2 - t) * (2 + t)) / (2 * math.pi) / math.sqrt(ratio) / one / s2)
        else:
            density.append(0.0)
    wide = 2 * math.sqrt(ratio)
    return density, [s2 * (math.sqrt(ratio) - 1) ** 2, s2 * (1 + ratio + wide)], max(1 - 1 / ratio, 0)


def gram_schmidt(columns):
    """Orthonormalise the columns, from the first on, which makes the diagonal positive."""
    found = []
    for column in columns.T:
        for _ in range(2):  # twice is enough for round-off
            for one in found:
                column = column - (one @ column) * one
        found.append(column / np.sqrt(column @ column))
    return np.array(found).T


@oracle(of="jacobian_spectrum")
def by_gram_schmidt(G, h, kind, act, slope, gain=1.0):
    """Q by Gram and Schmidt, the Jacobian from the last layer on, singular values from SciPy."""
    if kind not in ("gaussian", "orthogonal"):
        raise ValueError("no such kind")
    factors, width = [], len(h)
    for layer in G:
        W = gain * (layer / width**0.5 if kind == "gaussian" else gram_schmidt(layer))
        z = np.einsum("ij,j->i", W, h)
        factors.append(np.diag(slope(z)) @ W)
        h = act(z)
    J = np.eye(width)
    for one in reversed(factors):
        J = J @ one
    return scipy.linalg.svdvals(J)


@oracle(of="jacobian_spectrum")
def by_cholesky(G, h, kind, act, slope, gain=1.0):
    """Q = G U⁻¹, where U is the Cholesky factor of Gᵀ G; the Jacobian forwards, one column at a time."""
    if kind not in ("gaussian", "orthogonal"):
        raise ValueError("no such kind")
    width = len(h)
    columns = [list(np.eye(width)[:, k]) for k in range(width)]
    for layer in G:
        if kind == "gaussian":
            W = layer * (gain / math.sqrt(width))
        else:
            Q = layer
            for _ in range(2):  # the second time repairs what round-off has left
                Q = np.linalg.solve(np.linalg.cholesky(Q.T @ Q), Q.T).T
            W = gain * Q
        z = W @ h
        columns = [slope(z) * (W @ np.array(column)) for column in columns]
        h = act(z)
    return scipy.linalg.svd(np.array(columns).T, compute_uv=False)


@oracle(of="particle_flow")
def by_complex_steps(theta, X, targets, lr, steps, power=1.0):
    """The derivative of the loss by a complex step in each number of theta."""
    if steps < 0:
        raise ValueError("steps below 0")
    N, course, theta = len(theta), [], np.array(theta, complex)

    def predict(particles):
        z = X @ particles[:, :-1].T
        # Far from 0, where exp would overflow, tanh is ±1.
        safe = np.where(np.abs(z.real) < 300, z, 0)
        hidden = np.where(np.abs(z.real) < 300, np.sinh(safe) / np.cosh(safe), np.sign(z.real))
        return hidden @ particles[:, -1] / float(N) ** power

    for _ in range(steps):
        course.append(predict(theta).real)
        slopes = np.zeros(theta.shape)
        for place in np.ndindex(theta.shape):
            moved = theta.copy()
            moved[place] += 1e-40j
            slopes[place] = np.mean((predict(moved) - targets) ** 2).imag / 2 / 1e-40
        theta = theta - lr * float(N) ** (2 * power - 1) * slopes
    return np.array(course).reshape(steps, len(X)), theta.real


@oracle(of="particle_flow")
def by_loops_over_particles(theta, X, targets, lr, steps, power=1.0):
    """Loops over examples and particles, as the formulas stand."""
    if steps < 0:
        raise ValueError("steps below 0")
    theta, N, B, course = [list(map(float, row)) for row in theta], len(theta), len(X), []
    rows = np.asarray(X).tolist()
    for _ in range(steps):
        hidden = [[math.tanh(sum(w * x for w, x in zip(one, row))) for one in theta] for row in rows]
        f = [sum(h * one[-1] for h, one in zip(line, theta)) * N**-power for line in hidden]
        course.append(f)
        following = []
        for i, one in enumerate(theta):
            slopes = [0.0] * len(one)
            for k, row in enumerate(rows):
                error = (f[k] - targets[k]) / B * N**-power
                slopes[-1] += error * hidden[k][i]
                for d, x in enumerate(row):
                    slopes[d] += error * one[-1] * (1 - hidden[k][i] ** 2) * x
            following.append([value - lr * N ** (2 * power - 1) * s for value, s in zip(one, slopes)])
        theta = following
    return np.array(course).reshape(steps, B), np.array(theta)


@oracle(of="particle_flow")
def by_tensorflow(theta, X, targets, lr, steps, power=1.0):
    """TensorFlow's gradient of the loss, and Keras' plain gradient descent."""
    import keras
    import tensorflow as tf

    if steps < 0:
        raise ValueError("steps below 0")
    N, course = len(theta), []
    cloud = tf.Variable(np.asarray(theta), dtype=tf.float64)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            hidden = tf.tanh(tf.matmul(X, cloud[:, :-1], transpose_b=True))
            f = tf.linalg.matvec(hidden, cloud[:, -1]) * float(N) ** -power
            loss = keras.losses.MeanSquaredError(dtype="float64")(targets, f) / 2
        course.append(f.numpy())
        cloud.assign_sub(lr * float(N) ** (2 * power - 1) * tape.gradient(loss, cloud))
    return np.array(course).reshape(steps, len(X)), cloud.numpy()


def refuse_layers(Ws, refs):
    """Refuse lists and shapes that do not fit."""
    if refs is not None and (len(refs) != len(Ws) or any(W.shape != M.shape for W, M in zip(Ws, refs))):
        raise ValueError("references do not fit")
    if any(V.shape[0] != W.shape[1] for W, V in zip(Ws, Ws[1:])):
        raise ValueError("layers do not fit")


@oracle(of="spectral_complexity")
def by_eigenvalues(Ws, refs=None):
    """Spectral norms as roots of the largest eigenvalues of WᵀW, and column lengths by loops."""
    refuse_layers(Ws, refs)
    s = [math.sqrt(max(np.linalg.eigvalsh(W.T @ W)[-1], 0)) for W in Ws]
    total = 0.0
    for place, W in enumerate(Ws):
        distance = W if refs is None else W - refs[place]
        m = math.fsum(math.hypot(*column) for column in distance.T.tolist())
        for other, norm in enumerate(s):
            m *= norm if other != place else 1.0
        total += np.cbrt(m) ** 2
    return float(np.prod(s)), total * math.sqrt(total)


@oracle(of="spectral_complexity")
def by_the_quotients(Ws, refs=None):
    """The formula of the paper, with its divisions, where all norms are above 0; otherwise its limit."""
    refuse_layers(Ws, refs)
    refs = [np.zeros(W.shape) for W in Ws] if refs is None else refs
    s = np.array([scipy.linalg.svdvals(W)[0] for W in Ws])
    m = np.array([np.sqrt(((W - M) ** 2).sum(axis=0)).sum() for W, M in zip(Ws, refs)])
    if len(s) == 0:
        return 1, 0
    if np.all(s > 0):
        return s.prod(), s.prod() * np.sum((m / s) ** (2 / 3)) ** 1.5
    zeros = np.flatnonzero(s == 0)
    return 0.0, m[zeros[0]] * np.prod(np.delete(s, zeros[0]))


@oracle(of="conv_spectral_norm")
def by_the_dense_matrix(kernel, height, width):
    """The largest eigenvalue of the Gram matrix of the whole matrix."""
    if height < 1 or width < 1:
        raise ValueError("no pixel")
    rows, columns, inputs, outputs = kernel.shape
    places = np.arange(height * width).reshape(height, width)
    matrix = np.zeros((height * width, inputs, height * width, outputs))
    for i, j in np.ndindex(rows, columns):
        source = np.roll(places, (-i, -j), axis=(0, 1)).ravel()
        matrix[source, :, places.ravel(), :] += kernel[i, j]
    matrix = matrix.reshape(height * width * inputs, -1)
    smaller = matrix if matrix.shape[1] <= matrix.shape[0] else matrix.T
    gram = smaller.T @ smaller
    last = len(gram) - 1
    return math.sqrt(max(scipy.linalg.eigh(gram, eigvals_only=True, subset_by_index=[last, last])[0], 0))


@oracle(of="conv_spectral_norm")
def by_explicit_waves(kernel, height, width):
    """One wave after the other: the kernel's sum with complex weights, without a Fourier transform."""
    if height < 1 or width < 1:
        raise ValueError("no pixel")
    rows, columns = kernel.shape[:2]
    best = 0.0
    for k in range(height):
        for l in range(width):  # noqa: E741
            down = np.exp(2j * np.pi * k * np.arange(rows) / height)
            across = np.exp(2j * np.pi * l * np.arange(columns) / width)
            transfer = np.einsum("i,j,ijco->co", down, across, kernel)
            best = max(best, scipy.linalg.svdvals(transfer)[0])
    return best
