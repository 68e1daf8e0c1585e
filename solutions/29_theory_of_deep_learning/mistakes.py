"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import math

import numpy as np
import scipy.special

from grader.exercise import mistake

from . import solution as right

# wasserstein_line


@mistake(of="wasserstein_line")
def unsorted(x, y, p=1.0):
    """the numbers are compared in the order in which they are given, and not sorted."""
    if len(x) == 0 or len(y) == 0 or p < 1:
        raise ValueError("expected samples, and p of 1 or more")
    n, m = len(x), len(y)
    cuts = np.union1d(np.arange(n + 1) * m, np.arange(m + 1) * n)
    gaps = np.abs(x[cuts[:-1] // m] - y[cuts[:-1] // n])
    largest = max(gaps.max(), 1e-300)
    return largest * np.sum(np.diff(cuts) / (n * m) * (gaps / largest) ** p) ** (1 / p)


@mistake(of="wasserstein_line")
def no_root(x, y, p=1.0):
    """the p-th root is not taken, so that the result is W_p to the power p."""
    with np.errstate(over="ignore"):
        return np.float64(right.wasserstein_line(x, y, p)) ** p


@mistake(of="wasserstein_line")
def square_root_always(x, y, p=1.0):
    """the square root is taken whatever p is."""
    with np.errstate(over="ignore"):
        return np.float64(right.wasserstein_line(x, y, p)) ** (p / 2)


@mistake(of="wasserstein_line")
def always_one(x, y, p=1.0):
    """`p` is not used, and W₁ is returned."""
    right.wasserstein_line(x, y, p)
    return right.wasserstein_line(x, y, 1.0)


@mistake(of="wasserstein_line")
def always_two(x, y, p=1.0):
    """`p` is not used, and W₂ is returned."""
    right.wasserstein_line(x, y, p)
    return right.wasserstein_line(x, y, 2.0)


@mistake(of="wasserstein_line")
def cut_to_the_shorter(x, y, p=1.0):
    """the sorted samples are cut to the length of the shorter one, and the rest is left out."""
    right.wasserstein_line(x, y, p)
    shorter = min(len(x), len(y))
    return right.wasserstein_line(np.sort(x)[:shorter], np.sort(y)[:shorter], p)


@mistake(of="wasserstein_line")
def interpolated_quantiles(x, y, p=1.0):
    """the quantile functions are straight lines between the sorted numbers, as `np.quantile` makes them."""
    right.wasserstein_line(x, y, p)
    t = (np.arange(2000) + 0.5) / 2000
    gaps = np.abs(np.quantile(x, t) - np.quantile(y, t))
    largest = max(gaps.max(), 1e-300)
    return largest * np.mean((gaps / largest) ** p) ** (1 / p)


@mistake(of="wasserstein_line")
def equal_numbers_counted_once(x, y, p=1.0):
    """a number that occurs several times in a sample is counted once."""
    return right.wasserstein_line(np.unique(x), np.unique(y), p)


@mistake(of="wasserstein_line")
def all_pairs(x, y, p=1.0):
    """all pairs of numbers are compared, as if each grain of x were spread over all of y."""
    right.wasserstein_line(x, y, p)
    gaps = np.abs(x[:, None] - y)
    largest = max(gaps.max(), 1e-300)
    return largest * np.mean((gaps / largest) ** p) ** (1 / p)


@mistake(of="wasserstein_line")
def means_only(x, y, p=1.0):
    """only the means are compared: the differences are summed before their absolute value is taken."""
    right.wasserstein_line(x, y, p)
    return abs(np.mean(x) - np.mean(y))


@mistake(of="wasserstein_line")
def not_divided_by_the_mass(x, y, p=1.0):
    """the powers of the differences are summed over max(n, m) steps, and not averaged."""
    return right.wasserstein_line(x, y, p) * max(len(x), len(y)) ** (1 / p)


@mistake(of="wasserstein_line")
def powers_overflow(x, y, p=1.0):
    """the powers of the differences are taken as they are, so that they overflow or vanish."""
    right.wasserstein_line(x, y, p)
    n, m = len(x), len(y)
    cuts = np.union1d(np.arange(n + 1) * m, np.arange(m + 1) * n)
    gaps = np.abs(np.sort(x)[cuts[:-1] // m] - np.sort(y)[cuts[:-1] // n])
    with np.errstate(over="ignore"):
        return np.sum(np.diff(cuts) / (n * m) * gaps**p) ** (1 / p)


# wasserstein_gaussians


def symmetric(S1, S2):
    """Refuse what the reference refuses."""
    zeros = np.zeros(len(S1))
    right.wasserstein_gaussians(zeros, S1, zeros, S2)


def root(S):
    """Return the symmetric square root."""
    values, vectors = np.linalg.eigh(S)
    return vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T


def positive_root(square):
    """Return the root, of 0 where round-off makes a square negative."""
    return float(np.sqrt(max(square, 0)))


@mistake(of="wasserstein_gaussians")
def square_of_the_distance(mu1, S1, mu2, S2):
    """the square root at the end is missing, so that the result is W₂²."""
    return right.wasserstein_gaussians(mu1, S1, mu2, S2) ** 2


@mistake(of="wasserstein_gaussians")
def as_if_they_commute(mu1, S1, mu2, S2):
    """the covariances are taken to commute: the difference of their square roots is measured."""
    symmetric(S1, S2)
    return positive_root(np.sum((mu1 - mu2) ** 2) + np.sum((root(S1) - root(S2)) ** 2))


@mistake(of="wasserstein_gaussians")
def roots_of_entries(mu1, S1, mu2, S2):
    """the square root of a matrix is taken entry by entry."""
    symmetric(S1, S2)
    one = np.sqrt(np.maximum(S1, 0))
    middle = np.sqrt(np.maximum(one @ S2 @ one, 0))
    return positive_root(np.sum((mu1 - mu2) ** 2) + np.trace(S1 + S2 - 2 * middle))


@mistake(of="wasserstein_gaussians")
def diagonals_only(mu1, S1, mu2, S2):
    """only the variances are used, and all covariances off the diagonal are left out."""
    symmetric(S1, S2)
    return right.wasserstein_gaussians(mu1, np.diag(np.diag(S1)), mu2, np.diag(np.diag(S2)))


@mistake(of="wasserstein_gaussians")
def means_left_out(mu1, S1, mu2, S2):
    """the distance of the means is left out."""
    return right.wasserstein_gaussians(mu1, S1, mu1, S2)


@mistake(of="wasserstein_gaussians")
def covariances_left_out(mu1, S1, mu2, S2):
    """the covariances are left out, and the distance of the means is returned."""
    symmetric(S1, S2)
    return float(np.linalg.norm(mu1 - mu2))


@mistake(of="wasserstein_gaussians")
def means_not_squared(mu1, S1, mu2, S2):
    """the distance of the means is added without being squared."""
    bures = right.wasserstein_gaussians(mu1, S1, mu1, S2)
    return positive_root(np.linalg.norm(mu1 - mu2) + bures**2)


@mistake(of="wasserstein_gaussians")
def two_is_missing(mu1, S1, mu2, S2):
    """the trace of the last root is subtracted once, and not twice."""
    symmetric(S1, S2)
    overlap = np.sum(np.linalg.svd(root(S1) @ root(S2), compute_uv=False))
    return positive_root(np.sum((mu1 - mu2) ** 2) + np.trace(S1) + np.trace(S2) - overlap)


@mistake(of="wasserstein_gaussians")
def last_root_missing(mu1, S1, mu2, S2):
    """the product of the root of S₁, S₂ and the root of S₁ is subtracted, without its own root."""
    symmetric(S1, S2)
    square = np.sum((mu1 - mu2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * np.sum(S1 * S2)
    return positive_root(square)


@mistake(of="wasserstein_gaussians")
def taken_for_deviations(mu1, S1, mu2, S2):
    """S₁ and S₂ are used as if they were the square roots of the covariances."""
    symmetric(S1, S2)
    with np.errstate(over="ignore", under="ignore"):
        return right.wasserstein_gaussians(mu1, S1 @ S1, mu2, S2 @ S2)


@mistake(of="wasserstein_gaussians")
def jitter(mu1, S1, mu2, S2):
    """a small number is added to the diagonals, so that singular covariances become regular ones."""
    symmetric(S1, S2)
    small = 1e-3 * np.eye(len(S1))
    return right.wasserstein_gaussians(mu1, S1 + small, mu2, S2)


@mistake(of="wasserstein_gaussians")
def eigenvalues_not_clipped(mu1, S1, mu2, S2):
    """roots of slightly negative eigenvalues are taken, so that singular covariances give NaN."""
    symmetric(S1, S2)
    with np.errstate(invalid="ignore"):
        roots = []
        for S in (S1, S2):
            values, vectors = np.linalg.eigh(S)
            # An eigenvalue of 0 comes out below it as often as above.
            values = np.where(values <= 1e-13 * np.abs(values).max(), -1e-300, values)
            roots.append(vectors * np.sqrt(values) @ vectors.T)
        if not np.isfinite(roots).all():
            return float("nan")
        overlap = np.sum(np.linalg.svd(roots[0] @ roots[1], compute_uv=False))
        return positive_root(np.sum((mu1 - mu2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * overlap)


@mistake(of="wasserstein_gaussians")
def roots_of_round_off(mu1, S1, mu2, S2):
    """the roots of the eigenvalues of S₁^½ S₂ S₁^½ are summed, where round-off of 1e-17 becomes 3e-9."""
    symmetric(S1, S2)
    half = root(S1)
    # An eigenvalue of 0 comes out as far from it as round-off goes.
    values = np.abs(np.linalg.eigvalsh(half @ S2 @ half))
    values = np.maximum(values, 1e-16 * values.max())
    square = np.sum((mu1 - mu2) ** 2) + np.trace(S1) + np.trace(S2) - 2 * np.sum(np.sqrt(values))
    return positive_root(square)


# sinkhorn


def refuse(a, b, C, eps, iters):
    """Refuse what the reference refuses."""
    right.sinkhorn(a, b, C, eps, min(iters, 1))


def lse(z, axis):
    """Return the logarithm of the sum of exponentials."""
    return scipy.special.logsumexp(z, axis=axis)


def logs(a, b):
    """Return the logarithms of masses, -inf for 0."""
    with np.errstate(divide="ignore"):
        return np.log(a), np.log(b)


@mistake(of="sinkhorn")
def exponentials_underflow(a, b, C, eps, iters):
    """the matrix exp(-C/ε) is computed, in which numbers become 0 or infinite if ε is small."""
    refuse(a, b, C, eps, iters)
    with np.errstate(all="ignore"):
        K, v = np.exp(-C / eps), np.ones(len(b))
        for _ in range(iters):
            u = a / (K @ v)
            v = b / (K.T @ u)
        return u[:, None] * K * v


@mistake(of="sinkhorn")
def columns_first(a, b, C, eps, iters):
    """the columns' potentials are computed before those of the rows in each iteration."""
    refuse(a, b, C, eps, iters)
    return right.sinkhorn(b, a, C.T, eps, iters).T


@mistake(of="sinkhorn")
def at_the_same_time(a, b, C, eps, iters):
    """both potentials are computed from those of the iteration before."""
    refuse(a, b, C, eps, iters)
    (log_a, log_b), K = logs(a, b), -C / eps
    u, v = np.zeros(len(a)), np.zeros(len(b))
    for _ in range(iters):
        u, v = log_a - lse(K + v, 1), log_b - lse(K + u[:, None], 0)
    return np.exp(u[:, None] + K + v)


@mistake(of="sinkhorn")
def rows_only_at_last(a, b, C, eps, iters):
    """the last iteration ends with the rows, so that they sum to a, and the columns do not sum to b."""
    refuse(a, b, C, eps, iters)
    (log_a, log_b), K, v = logs(a, b), -C / eps, np.zeros(len(b))
    for step in range(iters):
        u = log_a - lse(K + v, 1)
        if step < iters - 1:
            v = log_b - lse(K + u[:, None], 0)
    return np.exp(u[:, None] + K + v)


@mistake(of="sinkhorn")
def multiplied_by_eps(a, b, C, eps, iters):
    """the costs are multiplied by ε instead of divided by it."""
    refuse(a, b, C, eps, iters)
    return right.sinkhorn(a, b, C * eps**2, eps, iters)


@mistake(of="sinkhorn")
def rewards_cost(a, b, C, eps, iters):
    """the sign of the costs is wrong, so that mass goes where it is most expensive."""
    return right.sinkhorn(a, b, -C, eps, iters)


@mistake(of="sinkhorn")
def equal_masses(a, b, C, eps, iters):
    """all points of a set have the same mass, whatever a and b are."""
    refuse(a, b, C, eps, iters)
    return right.sinkhorn(np.full(len(a), 1 / len(a)), np.full(len(b), 1 / len(b)), C, eps, iters)


@mistake(of="sinkhorn")
def fixed_number_of_iterations(a, b, C, eps, iters):
    """`iters` is not used, and there are always 100 iterations."""
    refuse(a, b, C, eps, iters)
    return right.sinkhorn(a, b, C, eps, 100)


@mistake(of="sinkhorn")
def one_more_iteration(a, b, C, eps, iters):
    """there is one iteration too many."""
    refuse(a, b, C, eps, iters)
    return right.sinkhorn(a, b, C, eps, iters + 1)


@mistake(of="sinkhorn")
def rows_sum_to_one(a, b, C, eps, iters):
    """each row of the plan is divided by its mass, so that it tells where the mass of one point goes."""
    plan = right.sinkhorn(a, b, C, eps, iters)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(plan / a[:, None])


@mistake(of="sinkhorn")
def sums_of_the_plan_only(a, b, C, eps, iters):
    """the whole plan is divided by its sum, and no marginal is kept."""
    refuse(a, b, C, eps, iters)
    plan = np.exp(-(C - C.min()) / eps)
    return plan / plan.sum()


@mistake(of="sinkhorn")
def masses_not_logarithms(a, b, C, eps, iters):
    """the masses themselves stand in the place of their logarithms."""
    refuse(a, b, C, eps, iters)
    K, v = -C / eps, np.zeros(len(b))
    for _ in range(iters):
        u = a - lse(K + v, 1)
        v = b - lse(K + u[:, None], 0)
    return np.exp(u[:, None] + K + v)


# length_map


def mapped(q, sw, sb, act, slope, nodes=100, scale=math.sqrt(2), total=1 / math.sqrt(math.pi), use=100):
    """Return both expectations, with factors that may be wrong."""
    right.length_map(q, sw, sb, act, slope, nodes)
    q, sw, sb = np.broadcast_arrays(q, sw, sb)
    points, weights = np.polynomial.hermite.hermgauss(nodes)
    z = np.sqrt(q)[..., None] * scale * points
    return sw**2 * (act(z) ** 2 @ weights) * total + sb**2, sw**2 * (slope(z) ** 2 @ weights) * total


@mistake(of="length_map")
def weights_not_normalised(q, sw, sb, act, slope, nodes=100):
    """the weights are those of the measure exp(-ν²), whose sum is √π and not 1."""
    return mapped(q, sw, sb, act, slope, nodes, total=1.0)


@mistake(of="length_map")
def divided_by_root_two_pi(q, sw, sb, act, slope, nodes=100):
    """the sum over the nodes is divided by √(2π) instead of √π."""
    return mapped(q, sw, sb, act, slope, nodes, total=1 / math.sqrt(2 * math.pi))


@mistake(of="length_map")
def nodes_not_stretched(q, sw, sb, act, slope, nodes=100):
    """the nodes are not multiplied by √2, as if they belonged to the standard Gaussian."""
    return mapped(q, sw, sb, act, slope, nodes, scale=1.0)


@mistake(of="length_map")
def bias_not_squared(q, sw, sb, act, slope, nodes=100):
    """the standard deviation of the biases is added, and not the variance."""
    length, chi = right.length_map(q, sw, np.zeros_like(sb), act, slope, nodes)
    return length + np.asarray(sb), chi


@mistake(of="length_map")
def bias_left_out(q, sw, sb, act, slope, nodes=100):
    """the biases are left out."""
    return right.length_map(q, sw, np.zeros_like(sb), act, slope, nodes)


@mistake(of="length_map")
def weights_not_squared(q, sw, sb, act, slope, nodes=100):
    """the standard deviation of the weights is used in the place of their variance."""
    return right.length_map(q, np.sqrt(sw), sb, act, slope, nodes)


@mistake(of="length_map")
def without_sw_in_chi(q, sw, sb, act, slope, nodes=100):
    """χ is the mean of the squared slope, without the variance of the weights."""
    length, chi = right.length_map(q, sw, sb, act, slope, nodes)
    return length, right.length_map(q, np.ones_like(sw), sb, act, slope, nodes)[1]


@mistake(of="length_map")
def bias_in_chi(q, sw, sb, act, slope, nodes=100):
    """the variance of the biases is added to χ, too."""
    length, chi = right.length_map(q, sw, sb, act, slope, nodes)
    return length, chi + np.asarray(sb) ** 2


@mistake(of="length_map")
def slope_not_squared(q, sw, sb, act, slope, nodes=100):
    """χ is computed with the mean of the slope, and not of its square."""
    length, _ = right.length_map(q, sw, sb, act, slope, nodes)
    points, weights = np.polynomial.hermite.hermgauss(nodes)
    q, sw, sb = np.broadcast_arrays(q, sw, sb)
    return length, sw**2 * (slope(np.sqrt(2 * q)[..., None] * points) @ weights) / math.sqrt(math.pi)


@mistake(of="length_map")
def activation_not_squared(q, sw, sb, act, slope, nodes=100):
    """the mean of the activation is squared, and not the activation itself."""
    _, chi = right.length_map(q, sw, sb, act, slope, nodes)
    points, weights = np.polynomial.hermite.hermgauss(nodes)
    q, sw, sb = np.broadcast_arrays(q, sw, sb)
    mean = act(np.sqrt(2 * q)[..., None] * points) @ weights / math.sqrt(math.pi)
    return sw**2 * mean**2 + sb**2, chi


@mistake(of="length_map")
def length_not_rooted(q, sw, sb, act, slope, nodes=100):
    """the nodes are multiplied by q instead of √q."""
    right.length_map(q, sw, sb, act, slope, nodes)
    return right.length_map(np.square(q), sw, sb, act, slope, nodes)


@mistake(of="length_map")
def chi_after_the_layer(q, sw, sb, act, slope, nodes=100):
    """χ is computed with the length after the layer, and not with the one before."""
    length, _ = right.length_map(q, sw, sb, act, slope, nodes)
    return length, right.length_map(length, sw, sb, act, slope, nodes)[1]


@mistake(of="length_map")
def nodes_not_used(q, sw, sb, act, slope, nodes=100):
    """`nodes` is not used, and there are always 100."""
    right.length_map(q, sw, sb, act, slope, nodes)
    return right.length_map(q, sw, sb, act, slope)


@mistake(of="length_map")
def differentiated(q, sw, sb, act, slope, nodes=100):
    """`slope` is not called: the derivative of the activation is estimated from differences."""

    def difference(z):
        step = 1e-6 * np.maximum(1, np.abs(z))
        return (act(z + step) - act(z - step)) / (2 * step)

    return right.length_map(q, sw, sb, act, difference, nodes)


# marchenko_pastur


def law(lam, x, ratio, s2, low, high, factor):
    """Return √((high - x)(x - low)) · factor between the edges."""
    inside = (x > low) & (x < high)
    safe = np.where(inside, x, 1.0)
    height = np.sqrt(np.where(inside, (high - x) * (x - low), 0.0)) * factor / safe
    return np.where((x == 0) & (low == 0), np.inf, height)


@mistake(of="marchenko_pastur")
def ratio_inverted(lam, ratio, s2=1.0):
    """the ratio is samples / features."""
    right.marchenko_pastur(lam, ratio, s2)
    return right.marchenko_pastur(lam, 1 / ratio, s2)


@mistake(of="marchenko_pastur")
def atom_forgotten(lam, ratio, s2=1.0):
    """there is never an atom."""
    density, edges, _ = right.marchenko_pastur(lam, ratio, s2)
    return density, edges, 0.0


@mistake(of="marchenko_pastur")
def atom_of_the_inverse(lam, ratio, s2=1.0):
    """the atom is 1 - ratio where the ratio is below 1, as it is for the products of rows."""
    density, edges, _ = right.marchenko_pastur(lam, ratio, s2)
    return density, edges, max(0.0, 1 - ratio)


@mistake(of="marchenko_pastur")
def negative_atom(lam, ratio, s2=1.0):
    """the atom is 1 - 1/ratio even where this is negative."""
    density, edges, _ = right.marchenko_pastur(lam, ratio, s2)
    return density, edges, 1 - 1 / ratio


@mistake(of="marchenko_pastur")
def integral_made_one(lam, ratio, s2=1.0):
    """the density integrates to 1 in spite of the atom."""
    density, edges, atom = right.marchenko_pastur(lam, ratio, s2)
    return density * max(1.0, ratio), edges, atom


@mistake(of="marchenko_pastur")
def variance_squared(lam, ratio, s2=1.0):
    """`s2` is taken for a standard deviation and squared."""
    right.marchenko_pastur(lam, ratio, s2)
    with np.errstate(all="ignore"):
        x = lam / s2 / s2
        low, high = (1 - math.sqrt(ratio)) ** 2, (1 + math.sqrt(ratio)) ** 2
        density = law(lam, x, ratio, s2, low, high, 1 / (2 * math.pi * ratio)) / s2 / s2
        return density, np.array([low, high]) * s2 * s2, max(0.0, 1 - 1 / ratio)


@mistake(of="marchenko_pastur")
def variance_not_used(lam, ratio, s2=1.0):
    """`s2` is not used, as if the variance were 1."""
    right.marchenko_pastur(lam, ratio, s2)
    return right.marchenko_pastur(lam, ratio)


@mistake(of="marchenko_pastur")
def density_not_divided_by_the_variance(lam, ratio, s2=1.0):
    """the density is that of λ/σ², so that it integrates to σ² times what it should."""
    density, edges, atom = right.marchenko_pastur(lam, ratio, s2)
    return density * s2, edges, atom


@mistake(of="marchenko_pastur")
def edges_without_the_root(lam, ratio, s2=1.0):
    """the edges are σ²(1 ± γ)², without the root of γ."""
    right.marchenko_pastur(lam, ratio, s2)
    low, high = (1 - ratio) ** 2, (1 + ratio) ** 2
    density = law(lam, lam / s2, ratio, s2, low, high, 1 / (2 * math.pi * ratio)) / s2
    return density, s2 * np.array([low, high]), max(0.0, 1 - 1 / ratio)


@mistake(of="marchenko_pastur")
def edges_not_squared(lam, ratio, s2=1.0):
    """the edges are σ²(1 ± √γ), which are not squared."""
    right.marchenko_pastur(lam, ratio, s2)
    low, high = 1 - math.sqrt(ratio), 1 + math.sqrt(ratio)
    density = law(lam, lam / s2, ratio, s2, low, high, 1 / (2 * math.pi * ratio)) / s2
    return density, s2 * np.array([low, high]), max(0.0, 1 - 1 / ratio)


@mistake(of="marchenko_pastur")
def pi_not_twice(lam, ratio, s2=1.0):
    """the density is divided by π instead of 2π."""
    density, edges, atom = right.marchenko_pastur(lam, ratio, s2)
    return 2 * density, edges, atom


@mistake(of="marchenko_pastur")
def ratio_missing_below(lam, ratio, s2=1.0):
    """the density is not divided by γ."""
    density, edges, atom = right.marchenko_pastur(lam, ratio, s2)
    return density * ratio, edges, atom


@mistake(of="marchenko_pastur")
def nan_outside(lam, ratio, s2=1.0):
    """the formula is used outside of the edges, too, where the root of a negative number is NaN."""
    density, edges, atom = right.marchenko_pastur(lam, ratio, s2)
    x, (low, high) = lam / s2, edges / s2
    return np.where((x < low) | (x > high), np.nan, density), edges, atom


@mistake(of="marchenko_pastur")
def upper_edge_first(lam, ratio, s2=1.0):
    """the upper edge is returned first."""
    density, edges, atom = right.marchenko_pastur(lam, ratio, s2)
    return density, edges[::-1].copy(), atom


@mistake(of="marchenko_pastur")
def products_overflow(lam, ratio, s2=1.0):
    """λ is not divided by σ² first, so that the products under the root underflow or overflow."""
    right.marchenko_pastur(lam, ratio, s2)
    low, high = s2 * (1 - math.sqrt(ratio)) ** 2, s2 * (1 + math.sqrt(ratio)) ** 2
    inside = (lam > low) & (lam < high)
    with np.errstate(all="ignore"):
        top = np.sqrt(np.where(inside, (high - lam) * (lam - low), 0.0))
        height = np.where(inside, top / np.where(inside, 2 * math.pi * ratio * s2 * lam, 1.0), 0.0)
    height = np.where((lam == 0) & (low == 0), np.inf, height)
    return height, np.array([low, high]), max(0.0, 1 - 1 / ratio)


# jacobian_spectrum


def weights_of(G, kind, gain, width):
    """Return the weights of all layers."""
    right.jacobian_spectrum(G[:0], np.zeros(width), kind, np.tanh, np.tanh)
    layers = []
    for layer in G:
        if kind == "gaussian":
            layers.append(gain * layer / math.sqrt(width))
        else:
            Q, U = np.linalg.qr(layer)
            layers.append(gain * Q * np.sign(np.diag(U)))
    return layers


def chain(layers, h, act, slope):
    """Return the Jacobian."""
    J = np.eye(len(h))
    for W in layers:
        z = W @ h
        J, h = slope(z)[:, None] * (W @ J), act(z)
    return J


def spectrum(J):
    """Return the singular values."""
    return np.linalg.svd(J, compute_uv=False)


@mistake(of="jacobian_spectrum")
def width_not_used(G, h, kind, act, slope, gain=1.0):
    """Gaussian weights are not divided by √width."""
    return spectrum(
        chain(
            weights_of(G * (math.sqrt(len(h)) if kind == "gaussian" else 1), kind, gain, len(h)),
            h,
            act,
            slope,
        )
    )


@mistake(of="jacobian_spectrum")
def divided_by_the_width(G, h, kind, act, slope, gain=1.0):
    """Gaussian weights are divided by the width instead of its root."""
    factor = 1 / math.sqrt(len(h)) if kind == "gaussian" else 1
    return spectrum(chain(weights_of(G * factor, kind, gain, len(h)), h, act, slope))


@mistake(of="jacobian_spectrum")
def eigenvalues(G, h, kind, act, slope, gain=1.0):
    """the sizes of the eigenvalues are returned instead of the singular values."""
    values = np.abs(np.linalg.eigvals(chain(weights_of(G, kind, gain, len(h)), h, act, slope)))
    return np.sort(values)[::-1]


@mistake(of="jacobian_spectrum")
def squared(G, h, kind, act, slope, gain=1.0):
    """the eigenvalues of J Jᵀ are returned, which are the squares of the singular values."""
    return right.jacobian_spectrum(G, h, kind, act, slope, gain) ** 2


@mistake(of="jacobian_spectrum")
def smallest_first(G, h, kind, act, slope, gain=1.0):
    """the smallest singular value is returned first."""
    return right.jacobian_spectrum(G, h, kind, act, slope, gain)[::-1].copy()


@mistake(of="jacobian_spectrum")
def other_way_about(G, h, kind, act, slope, gain=1.0):
    """the factors of the Jacobian are multiplied in the opposite order, the first layer on the left."""
    J = np.eye(len(h))
    for W in weights_of(G, kind, gain, len(h)):
        z = W @ h
        J, h = J @ (slope(z)[:, None] * W), act(z)
    return spectrum(J)


@mistake(of="jacobian_spectrum")
def last_layer_first(G, h, kind, act, slope, gain=1.0):
    """the last matrix is next to the input, and G[0] is the last layer."""
    return right.jacobian_spectrum(G[::-1], h, kind, act, slope, gain)


@mistake(of="jacobian_spectrum")
def slopes_left_out(G, h, kind, act, slope, gain=1.0):
    """the slopes of the activation are left out: the product of the matrices alone is taken."""
    return spectrum(chain(weights_of(G, kind, gain, len(h)), h, act, np.ones_like))


@mistake(of="jacobian_spectrum")
def slope_of_the_output(G, h, kind, act, slope, gain=1.0):
    """the slope is taken at the number after the activation, and not at the one before."""
    J = np.eye(len(h))
    for W in weights_of(G, kind, gain, len(h)):
        h_next = act(W @ h)
        J, h = slope(h_next)[:, None] * (W @ J), h_next
    return spectrum(J)


@mistake(of="jacobian_spectrum")
def slopes_on_the_right(G, h, kind, act, slope, gain=1.0):
    """the slopes multiply the columns of each matrix, and not its rows."""
    J = np.eye(len(h))
    for W in weights_of(G, kind, gain, len(h)):
        z = W @ h
        J, h = (W * slope(z)) @ J, act(z)
    return spectrum(J)


@mistake(of="jacobian_spectrum")
def last_layer_linear(G, h, kind, act, slope, gain=1.0):
    """the last layer has no activation."""
    layers = weights_of(G, kind, gain, len(h))
    J = chain(layers[:-1], h, act, slope)
    return spectrum(layers[-1] @ J if layers else J)


@mistake(of="jacobian_spectrum")
def signal_not_passed_on(G, h, kind, act, slope, gain=1.0):
    """the slopes of each layer are computed from the network's input, and not from the layer before."""
    J = np.eye(len(h))
    for W in weights_of(G, kind, gain, len(h)):
        J = slope(W @ h)[:, None] * (W @ J)
    return spectrum(J)


@mistake(of="jacobian_spectrum")
def signs_of_qr(G, h, kind, act, slope, gain=1.0):
    """Q is what `qr` returns, with a negative number on the diagonal of the triangular matrix."""
    layers = weights_of(G, kind, gain, len(h))
    if kind == "orthogonal":
        layers = [W * np.sign(np.diag(np.linalg.qr(layer)[1])) for W, layer in zip(layers, G)]
    return spectrum(chain(layers, h, act, slope))


@mistake(of="jacobian_spectrum")
def gain_not_used(G, h, kind, act, slope, gain=1.0):
    """`gain` is not used."""
    return right.jacobian_spectrum(G, h, kind, act, slope)


@mistake(of="jacobian_spectrum")
def gain_once(G, h, kind, act, slope, gain=1.0):
    """the Jacobian is multiplied by the gain once, and the layers are not."""
    return abs(gain) * right.jacobian_spectrum(G, h, kind, act, slope)


@mistake(of="jacobian_spectrum")
def gain_of_the_values(G, h, kind, act, slope, gain=1.0):
    """the singular values are multiplied by a power of the gain, and are negative where it is."""
    return right.jacobian_spectrum(G, h, kind, act, slope, gain) * np.sign(gain) ** len(G)


# particle_flow


def flow(
    theta,
    X,
    targets,
    lr,
    steps,
    power=1.0,
    forward=None,
    rate=None,
    mean=True,
    w_moves=True,
    c_moves=True,
    derivative=True,
    factor=1.0,
    after=False,
    in_turn=False,
):
    """Train, with a fault."""
    if steps < 0:
        raise ValueError("expected 0 steps or more")
    N, course = len(theta), np.zeros((steps, len(X)))
    w, c = theta[:, :-1], theta[:, -1]
    forward = N**-power if forward is None else forward
    rate = lr * N ** (2 * power - 1) if rate is None else rate
    for step in range(steps):
        hidden = np.tanh(X @ w.T)
        course[step] = forward * hidden @ c
        error = factor * (course[step] - targets) / (len(X) if mean else 1)
        into_c = forward * hidden.T @ error
        new_c = c - rate * into_c if c_moves else c
        slopes = 1 - hidden**2 if derivative else 1.0
        into_w = forward * (error[:, None] * slopes * (new_c if in_turn else c)).T @ X
        w, c = w - rate * into_w if w_moves else w, new_c
        if after:
            course[step] = forward * np.tanh(X @ w.T) @ c
    return course, np.column_stack([w, c])


@mistake(of="particle_flow")
def factor_missing(theta, X, targets, lr, steps, power=1.0):
    """the gradient is not multiplied by N^(2 power - 1), so that many particles hardly move."""
    return flow(theta, X, targets, lr, steps, power, rate=lr)


@mistake(of="particle_flow")
def factor_n_always(theta, X, targets, lr, steps, power=1.0):
    """the gradient is multiplied by N, whatever `power` is."""
    return flow(theta, X, targets, lr, steps, power, rate=lr * len(theta))


@mistake(of="particle_flow")
def power_not_used(theta, X, targets, lr, steps, power=1.0):
    """`power` is not used, and is always 1."""
    return flow(theta, X, targets, lr, steps)


@mistake(of="particle_flow")
def root_always(theta, X, targets, lr, steps, power=1.0):
    """the sum is divided by √N, and the steps are those of this scaling, whatever `power` is."""
    return flow(theta, X, targets, lr, steps, 0.5)


@mistake(of="particle_flow")
def sum_of_particles(theta, X, targets, lr, steps, power=1.0):
    """the outputs of the particles are summed, and the steps are those of a sum: `power` is always 0."""
    return flow(theta, X, targets, lr, steps, 0.0)


@mistake(of="particle_flow")
def recorded_after_the_step(theta, X, targets, lr, steps, power=1.0):
    """f is recorded after each step, and not before."""
    return flow(theta, X, targets, lr, steps, power, after=True)


@mistake(of="particle_flow")
def summed_over_examples(theta, X, targets, lr, steps, power=1.0):
    """the loss is summed over the examples, and not averaged."""
    return flow(theta, X, targets, lr, steps, power, mean=False)


@mistake(of="particle_flow")
def half_missing(theta, X, targets, lr, steps, power=1.0):
    """the loss has no ½, so that each step is twice as long."""
    return flow(theta, X, targets, lr, steps, power, factor=2.0)


@mistake(of="particle_flow")
def uphill(theta, X, targets, lr, steps, power=1.0):
    """the gradient is added, so that the loss grows."""
    return flow(theta, X, targets, -lr, steps, power)


@mistake(of="particle_flow")
def one_after_the_other(theta, X, targets, lr, steps, power=1.0):
    """the output weights are changed first, and the gradients of the input weights use the new ones."""
    return flow(theta, X, targets, lr, steps, power, in_turn=True)


@mistake(of="particle_flow")
def derivative_of_tanh_missing(theta, X, targets, lr, steps, power=1.0):
    """the derivative of tanh is missing in the gradient of the input weights."""
    return flow(theta, X, targets, lr, steps, power, derivative=False)


@mistake(of="particle_flow")
def input_weights_fixed(theta, X, targets, lr, steps, power=1.0):
    """the input weights do not move, as in a model of random features."""
    return flow(theta, X, targets, lr, steps, power, w_moves=False)


@mistake(of="particle_flow")
def output_weights_fixed(theta, X, targets, lr, steps, power=1.0):
    """the output weights do not move."""
    return flow(theta, X, targets, lr, steps, power, c_moves=False)


@mistake(of="particle_flow")
def output_weight_first(theta, X, targets, lr, steps, power=1.0):
    """the output weight is taken from the first column of theta, and not from the last."""
    f, end = flow(np.roll(theta, -1, axis=1), X, targets, lr, steps, power)
    return f, np.roll(end, 1, axis=1)


# spectral_complexity


def complexity(Ws, refs, norm=2, axis=0, inner=2 / 3, outer=1.5, zero=False):
    """Return lip and R, with a fault."""
    right.spectral_complexity(Ws, refs)
    refs = [np.zeros_like(W) for W in Ws] if refs is None or zero else refs
    s = [np.linalg.norm(W, norm) for W in Ws]
    m = [np.sum(np.linalg.norm(W - M, axis=axis)) for W, M in zip(Ws, refs)]
    others = [math.prod(s[:place] + s[place + 1 :]) for place in range(len(s))]
    return math.prod(s), sum((one * other) ** inner for one, other in zip(m, others)) ** outer


@mistake(of="spectral_complexity")
def frobenius(Ws, refs=None):
    """the Frobenius norm stands in the place of the spectral norm."""
    return complexity(Ws, refs, "fro")


@mistake(of="spectral_complexity")
def largest_sum(Ws, refs=None):
    """`norm(W, 1)` is taken, the largest sum of a column, in the place of the spectral norm."""
    return complexity(Ws, refs, 1)


@mistake(of="spectral_complexity")
def rows_for_columns(Ws, refs=None):
    """the lengths of the rows of W - M are summed, and not those of the columns."""
    return complexity(Ws, refs, axis=1)


@mistake(of="spectral_complexity")
def powers_exchanged(Ws, refs=None):
    """the powers 2/3 and 3/2 are exchanged."""
    return complexity(Ws, refs, inner=1.5, outer=2 / 3)


@mistake(of="spectral_complexity")
def powers_left_out(Ws, refs=None):
    """the summands are added as they are, without the powers 2/3 and 3/2."""
    return complexity(Ws, refs, inner=1.0, outer=1.0)


@mistake(of="spectral_complexity")
def outer_power_missing(Ws, refs=None):
    """the sum is not raised to the power 3/2."""
    return complexity(Ws, refs, outer=1.0)


@mistake(of="spectral_complexity")
def references_not_used(Ws, refs=None):
    """`refs` is not used, as if all references were zero."""
    return complexity(Ws, refs, zero=True)


@mistake(of="spectral_complexity")
def product_missing(Ws, refs=None):
    """R is not multiplied by the product of the norms."""
    lip, R = right.spectral_complexity(Ws, refs)
    with np.errstate(all="ignore"):
        return lip, np.float64(R) / lip


@mistake(of="spectral_complexity")
def divided_by_zero(Ws, refs=None):
    """the sum is divided by the norms as it stands, so that a matrix of zeros gives NaN."""
    lip, R = right.spectral_complexity(Ws, refs)
    return lip, R if lip > 0 else np.nan


@mistake(of="spectral_complexity")
def zero_with_a_matrix_of_zeros(Ws, refs=None):
    """R is 0 if one matrix is zero, although its distance from the reference is not."""
    lip, R = right.spectral_complexity(Ws, refs)
    return lip, R if lip > 0 else 0.0


@mistake(of="spectral_complexity")
def norms_added(Ws, refs=None):
    """lip is the sum of the norms, and not their product."""
    lip, R = right.spectral_complexity(Ws, refs)
    return sum(np.linalg.norm(W, 2) for W in Ws), R


@mistake(of="spectral_complexity")
def spectral_distance(Ws, refs=None):
    """the distance of W and M is their difference's spectral norm, and not its (2, 1) norm."""
    lip, _ = right.spectral_complexity(Ws, refs)
    refs = [np.zeros_like(W) for W in Ws] if refs is None else refs
    s = [np.linalg.norm(W, 2) for W in Ws]
    m = [np.linalg.norm(W - M, 2) for W, M in zip(Ws, refs)]
    others = [math.prod(s[:place] + s[place + 1 :]) for place in range(len(s))]
    return lip, sum((one * other) ** (2 / 3) for one, other in zip(m, others)) ** 1.5


# conv_spectral_norm


def around(kernel, height, width):
    """Return the kernel laid around the image."""
    right.conv_spectral_norm(kernel, height, width)
    padded = np.zeros((height, width, *kernel.shape[2:]))
    for i, j in np.ndindex(kernel.shape[:2]):
        padded[i % height, j % width] += kernel[i, j]
    return padded


@mistake(of="conv_spectral_norm")
def reshaped_kernel(kernel, height, width):
    """the kernel is reshaped to a matrix with a column for each output, and the norm of that is taken."""
    right.conv_spectral_norm(kernel, height, width)
    return np.linalg.norm(kernel.reshape(-1, kernel.shape[3]), 2)


@mistake(of="conv_spectral_norm")
def without_padding(kernel, height, width):
    """the kernel is transformed at its own size, and not padded to the size of the image."""
    right.conv_spectral_norm(kernel, height, width)
    return np.linalg.norm(np.fft.fft2(kernel, axes=(0, 1)), 2, axis=(2, 3)).max()


@mistake(of="conv_spectral_norm")
def cut_off(kernel, height, width):
    """what is larger than the image is cut off the kernel, and not laid around the image."""
    right.conv_spectral_norm(kernel, height, width)
    return np.linalg.norm(np.fft.fft2(kernel, (height, width), axes=(0, 1)), 2, axis=(2, 3)).max()


@mistake(of="conv_spectral_norm")
def frobenius_of_frequencies(kernel, height, width):
    """the Frobenius norm of the matrix of each frequency is taken, and not the spectral norm."""
    return np.linalg.norm(np.fft.fft2(around(kernel, height, width), axes=(0, 1)), axis=(2, 3)).max()


@mistake(of="conv_spectral_norm")
def frequency_zero(kernel, height, width):
    """only the frequency 0 is looked at, where the kernel is summed over its pixels."""
    return np.linalg.norm(around(kernel, height, width).sum(axis=(0, 1)), 2)


@mistake(of="conv_spectral_norm")
def mean_of_frequencies(kernel, height, width):
    """the norms of the frequencies are averaged, and not the largest one taken."""
    return np.linalg.norm(np.fft.fft2(around(kernel, height, width), axes=(0, 1)), 2, axis=(2, 3)).mean()


@mistake(of="conv_spectral_norm")
def real_part(kernel, height, width):
    """only the real part of the Fourier transform is used."""
    return np.linalg.norm(np.fft.fft2(around(kernel, height, width), axes=(0, 1)).real, 2, axis=(2, 3)).max()


@mistake(of="conv_spectral_norm")
def one_axis_only(kernel, height, width):
    """the transform is taken along the rows of the image only, for each column alone."""
    return np.linalg.norm(np.fft.fft(around(kernel, height, width), axis=1), 2, axis=(2, 3)).max()


@mistake(of="conv_spectral_norm")
def square_image(kernel, height, width):
    """`width` is not used, and the image is taken to be square."""
    right.conv_spectral_norm(kernel, height, width)
    return right.conv_spectral_norm(kernel, height, height)


@mistake(of="conv_spectral_norm")
def sizes_exchanged(kernel, height, width):
    """height and width are exchanged."""
    return right.conv_spectral_norm(kernel, width, height)


@mistake(of="conv_spectral_norm")
def orthonormal_transform(kernel, height, width):
    """the Fourier transform is divided by the root of the number of pixels."""
    return right.conv_spectral_norm(kernel, height, width) / math.sqrt(height * width)


@mistake(of="conv_spectral_norm")
def sum_over_frequencies_of_entries(kernel, height, width):
    """the sizes of the kernel's entries are summed over the pixels, which is a bound and not the norm."""
    return np.linalg.norm(np.abs(around(kernel, height, width)).sum(axis=(0, 1)), 2)
