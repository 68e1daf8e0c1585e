# %% [markdown]
r"""
# Theory of deep learning: four formulas, and where they fail

You plan a network of fifty layers and have not trained it yet. There are four formulas, each of one
line, which say how long its signals will be, how its gradients will be stretched, how its neurons will
move in training, and how steep it can be at most. Each formula was proved for infinitely many neurons,
for infinitely many examples, or for the worst input. Your network has a hundred neurons, and your data
are ordinary.

**The question.** Which of these formulas can you trust for a network of ordinary size? And how do you
find out where one of them is wrong?

**Before you run anything**, write down your predictions:

1. A famous score compares two sets of images by their means and their covariances only. You draw 400
   points from two crescents, and 400 points from a Gaussian with the same mean and the same covariance.
   Which distance between the two does the score's formula report? What share of the crescents' own
   standard deviation do the points have to move, in root mean square: nothing, a tenth, or more?
2. Each of 50 square matrices has independent Gaussian entries of variance 1/width, so that each keeps
   the squared length of a vector on average. By which factor do the largest and the smallest
   singular value of their product differ: less than 10, about 1,000, or more than a billion? Which
   factor do you expect if each matrix is orthogonal, and if a tanh or a ReLU follows each matrix?
3. The product of the layers' norms is a bound on the slope of a network. In a random ReLU network of
   10 layers, by which factor is the bound larger than the largest slope that you can find: 2, 20, or
   more?

You write distances between distributions and Sinkhorn's algorithm, the mean-field map of a wide network,
the spectra of random matrices and of a network's Jacobian, the flow of a network's particles, and two
spectral norms. None of your functions changes an array that it is given.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import scipy.special
from jaxtyping import Float64

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They draw data and random networks, and make the pictures.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import time
#
# import matplotlib.pyplot as plt
# import scipy.optimize
# import scipy.stats
# from sklearn.datasets import make_moons
#
# from grader.datasets import arrays
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
#
#
# def draw_moons(number, seed):
#     """Draw points on two crescents: [number, 2]."""
#     return make_moons(number, noise=0.05, random_state=seed)[0] * 2
#
#
# def like(points, number, seed):
#     """Draw Gaussian points that have the mean and the covariance of `points` exactly."""
#     z = np.random.default_rng(seed).normal(size=(number, points.shape[1]))
#     z = np.linalg.solve(np.linalg.cholesky(np.cov(z.T, ddof=0)), (z - z.mean(axis=0)).T)
#     return points.mean(axis=0) + (np.linalg.cholesky(np.cov(points.T, ddof=0)) @ z).T
#
#
# def squared_costs(one, other):
#     """The squared distances of all pairs."""
#     return np.sum((one[:, None] - other) ** 2, axis=-1)
#
#
# def exact_w2(one, other):
#     """W₂ of two sets of equally many points, by matching them one to one at the least cost."""
#     costs = squared_costs(one, other)
#     return np.sqrt(costs[scipy.optimize.linear_sum_assignment(costs)].mean())
#
#
# def show_quantiles(axis, x, y):
#     """The quantile functions of two samples, and the area between them."""
#     for values, label in ((x, "x"), (y, "y")):
#         ends = np.arange(len(values) + 1) / len(values)
#         axis.stairs(np.sort(values), ends, baseline=None, label=label, linewidth=2, zorder=3)
#     t = (np.arange(4000) + 0.5) / 4000
#     low, high = (np.sort(one)[(t * len(one)).astype(int)] for one in (x, y))
#     axis.fill_between(t, low, high, color="0.85", step="mid")
#     axis.set(xlabel="share t of the mass", ylabel="quantile")
#     axis.legend()
#     return np.mean(np.abs(low - high))
#
#
# def show_plan(axis, one, other, plan, title):
#     """Two sets of points, and lines between them, dark where much mass goes."""
#     for i, j in np.argwhere(plan > 0.02 / len(one)):
#         share = min(plan[i, j] * len(one), 1)
#         axis.plot(*np.stack([one[i], other[j]]).T, color="0.3", alpha=share, linewidth=0.8)
#     axis.plot(*one.T, ".", *other.T, ".")
#     axis.set(xticks=[], yticks=[], aspect="equal")
#     axis.set_title(title, fontsize=10)
#
#
# def tanh_slope(z):
#     return 1 - np.tanh(z) ** 2
#
#
# def relu(z):
#     return np.maximum(z, 0)
#
#
# def relu_slope(z):
#     return (z > 0).astype(float)
#
#
# def same(z):
#     return z
#
#
# def one(z):
#     return np.ones_like(z)
#
#
# def random_network(rows, depth, sw, sb, act, seed, width):
#     """Send rows through random layers; return all pre-activations: [depth, len(rows), width]."""
#     rng, h, course = np.random.default_rng(seed), rows, []
#     for _ in range(depth):
#         W = sw * rng.normal(size=(width, h.shape[1])) / np.sqrt(h.shape[1])
#         course.append(h @ W.T + sb * rng.normal(size=width))
#         h = act(course[-1])
#     return np.stack(course)
#
#
# def cosine(one, other):
#     """The cosine of the angle between two vectors."""
#     return one @ other / np.sqrt((one @ one) * (other @ other))
#
#
# def eigenvalues_of(rows):
#     """The eigenvalues of XᵀX / samples, without negative round-off."""
#     return np.maximum(np.linalg.eigvalsh(rows.T @ rows / len(rows)), 0)
#
#
# def ks_distance(values, ratio, s2):
#     """The largest difference between the distribution of the eigenvalues and that of the formula."""
#     grid = np.linspace(0, np.sqrt(max(values.max(), s2 * (1 + np.sqrt(ratio)) ** 2)) * 1.01, 20001)
#     middle = (grid[1:] + grid[:-1]) / 2
#     density, _, atom = marchenko_pastur(middle**2, ratio, s2)
#     formula = atom + np.cumsum(density * 2 * middle * np.diff(grid))
#     measured = np.searchsorted(np.sort(values), grid[1:] ** 2 + 1e-9) / len(values)
#     return np.abs(formula - measured).max()
#
#
# def circle_data(number, seed):
#     """Points in a square, and whether each is in a disc: +1 or -1."""
#     rng = np.random.default_rng(seed)
#     X = rng.uniform(-1, 1, size=(number, 2))
#     # A third coordinate of 1 gives each neuron its bias.
#     return np.column_stack([X, np.ones(number)]), np.where(np.sum(X**2, axis=1) < 0.6, 1.0, -1.0)
#
#
# def start_particles(N, seed, D=3):
#     """Draw particles: D weights of a neuron each, and its output weight."""
#     return np.random.default_rng(seed).normal(size=(N, D + 1)) * ([2.0] * D + [1.0])
#
#
# def loss_of(f, targets):
#     return 0.5 * np.mean((f - targets) ** 2, axis=-1)
#
#
# def relu_net(Ws, rows):
#     """A ReLU network without biases: rows [B, i] to [B, o]."""
#     for W in Ws[:-1]:
#         rows = relu(rows @ W)
#     return rows @ Ws[-1]
#
#
# def largest_slope(Ws, rng, pairs=10_000):
#     """The largest slope between two random points that are near each other, and along a climb."""
#     rows = rng.normal(size=(pairs, len(Ws[0])))
#     near = rows + 1e-4 * rng.normal(size=rows.shape)
#     change = np.linalg.norm(relu_net(Ws, rows) - relu_net(Ws, near), axis=1)
#     sampled = np.max(change / np.linalg.norm(rows - near, axis=1))
#     return sampled, max(np.linalg.norm(jacobian_of(Ws, row), 2) for row in rows[:200])
#
#
# def jacobian_of(Ws, row):
#     """The Jacobian of a ReLU network at one input: [i, o]."""
#     J = np.eye(len(row))
#     for W in Ws[:-1]:
#         row = row @ W
#         J, row = J @ (W * (row > 0)), relu(row)
#     return J @ Ws[-1]

# %% [markdown]
r"""
## Wasserstein distance on a line

Two heaps of sand have the same mass. The *Wasserstein distance* asks how much work it takes to turn the
first heap into the second, if each grain is moved in the best way. A *plan* says how much mass goes
from each point $x_i$ to each point $y_j$. With the distance $|x_i-y_j|^p$ as the cost of a unit of mass,

$$W_p=\Big(\min_{\text{plans }P}\ \sum_{ij}P_{ij}\,|x_i-y_j|^p\Big)^{1/p},\qquad p\ge1$$

On a line, the best plan is known: no two grains cross each other. The smallest numbers of the one
sample go to the smallest numbers of the other. Let $F_x^{-1}(t)$ be the *quantile function*: the
smallest of the numbers for which at least the share $t$ of the mass of $x$ lies at or below it. Then

$$W_p=\Big(\int_0^1\big|F_x^{-1}(t)-F_y^{-1}(t)\big|^p\,dt\Big)^{1/p}$$

Each of the $n$ numbers of a sample has the mass $1/n$, so that its quantile function is a stair of $n$
steps.

*A small step.* Let $x=(5,1)$ and $y=(0,3,9)$. Where between 0 and 1 do the two stairs have their steps?
What is $W_1$?

<details><summary>Answer</summary>

Sorted, x is (1, 5) with a step at 1/2, and y is (0, 3, 9) with steps at 1/3 and 2/3. Together they cut
the interval into four parts, of lengths 1/3, 1/6, 1/6 and 1/3. The differences there are |1 - 0|,
|1 - 3|, |5 - 3| and |5 - 9|. So W₁ = 1/3 + 2/6 + 2/6 + 4/3 = 7/3.

</details>
"""


# %%
def wasserstein_line(x: Float64[np.ndarray, "n"], y: Float64[np.ndarray, "m"], p: float = 1.0) -> float:
    """Return the Wasserstein distance W_p between two samples of numbers.

    Computes the p-th root of ∫ |F⁻¹(t) - G⁻¹(t)|^p dt from 0 to 1, where F⁻¹ and G⁻¹ are the quantile
    functions of x and y; see Peyré and Cuturi, "Computational Optimal Transport" (2019),
    https://arxiv.org/abs/1803.00567.

    Args:
        x: n numbers in any order; each has the mass 1/n. Equal numbers are allowed, and each counts.
        y: m numbers in any order; each has the mass 1/m. m need not be n. The numbers in x and y may be as
            small as 1e-200 or as large as 1e200, and the result is not rounded to 0 or to infinity then.
        p: 1 or more; it need not be an integer, and may be as large as 50. The gaps between x and y may be
            much smaller than the numbers themselves.

    Returns:
        One number. It is 0 if x and y have the same quantile function, as (1, 2) and (2, 1, 1, 2) have.

    Raises:
        ValueError: x or y is empty, or p is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(wasserstein_line)

# %% [markdown]
r"""
The picture shows two stairs, of 12 and of 7 steps. The grey area is W₁. The cell computes it a second
time from the area. If x is not sorted, the two numbers differ.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# x, y = rng.normal(size=12), 1.5 + 0.5 * rng.normal(size=7)
# figure, axis = plt.subplots(figsize=(5.5, 3.2), layout="constrained")
# area = show_quantiles(axis, x, y)
# axis.set_title(f"W₁ = {wasserstein_line(x, y):.3f}, the area is {area:.3f}", fontsize=10)
# plt.show()
# small = wasserstein_line(np.array([5.0, 1.0]), np.array([0.0, 3.0, 9.0]))
# print(f"of (5, 1) and (0, 3, 9): {small:.4f}; W₁ is {wasserstein_line(x, y):.4f}")
# print(f"W₂ is {wasserstein_line(x, y, 2):.4f} and W₈ is {wasserstein_line(x, y, 8):.4f}")
# assert np.isclose(small, 7 / 3) and abs(area - wasserstein_line(x, y)) < 2e-3
# assert wasserstein_line(x, y) < wasserstein_line(x, y, 2) < wasserstein_line(x, y, 8)
# again = wasserstein_line(np.array([0.0, 3.0, 0.0]), np.array([3.0, 0.0, 3.0]), 2)
# print(f"W₂ of (0, 3, 0) and (3, 0, 3): {again:.4f}; one of three moves by 3: √(9/3) = {3**0.5:.4f}")
# assert np.isclose(again, 3**0.5)

# %% [markdown]
r"""
This distance is often computed from samples, where the distance of two distributions is wanted. Here
the two are not the same: a distribution has the distance 0 from itself, but two samples of it, of n
numbers each, do not. The grey line falls as $n^{-1/2}$.
"""

# %% tags=["active-ipynb"]
# sizes = np.array([10, 30, 100, 300, 1000, 3000])
# found = [np.mean([wasserstein_line(*rng.normal(size=(2, n))) for _ in range(30)]) for n in sizes]
# plt.figure(figsize=(4.6, 3), layout="constrained")
# plt.loglog(sizes, found[2] * np.sqrt(sizes[2] / sizes), color="0.6", label="falls as n^(-1/2)")
# plt.loglog(sizes, found, "o", label="W₁ of two samples of one Gaussian")
# plt.xlabel("n")
# plt.legend()
# plt.show()
# order = np.polyfit(np.log(sizes), np.log(found), 1)[0]
# print(f"measured exponent {order:.2f}; with 10 numbers each, W₁ is {found[0]:.2f} where theory says 0")
# assert -0.6 < order < -0.4, "the error of sampling on a line"

# %% [markdown]
r"""
## Wasserstein distance of two Gaussians

In more dimensions there is no order to sort by. For two Gaussians there is a formula all the same. Let
$\mu_1,\mu_2$ be their means and $S_1,S_2$ their covariances. For a matrix $S$ that is symmetric and has
no negative eigenvalue, $S^{1/2}$ is the symmetric matrix without negative eigenvalues whose square is
$S$. Then

$$W_2^2=\|\mu_1-\mu_2\|^2+\operatorname{tr}\Big(S_1+S_2-2\,\big(S_1^{1/2}S_2S_1^{1/2}\big)^{1/2}\Big)$$

The second term is the *Bures distance*, squared. With the means and the covariances of the features that
a trained network finds in images, this formula is the *Fréchet inception distance*, the usual score of
image generators (Heusel and others, [GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
Equilibrium](https://arxiv.org/abs/1706.08500), 2017).

*A first small step.* Let both covariances be diagonal, with standard deviations $d_k$ and $e_k$ in direction
$k$. What does the formula become? Which of the four matrices in it may be singular?

<details><summary>Answer</summary>

The trace is the sum of d² + e² - 2de over the directions, which is the sum of (d - e)²: each standard
deviation is stretched to the other one. None of the matrices is inverted, so that each of them may be
singular: a flat cloud of points is allowed.

</details>

*A second small step.* In float64, an eigenvalue that should be 0, beside others of about 1, comes out
as about $10^{-17}$. What is its square root? What does this do to $W_2$, if both Gaussians are flat and
nearly the same? And what are the singular values of the matrix $A=S_1^{1/2}S_2^{1/2}$?

<details><summary>Answer</summary>

The root is about 3e-9. So the last trace is too large by about 1e-8, and if $W_2$ should be 1e-4, with
the square 1e-8, then 0 may come out. The matrix in the inner brackets is $AA^\top$. The roots of its
eigenvalues are the singular values of $A$, and `svd` computes these without a root, with errors of about
1e-16. So the last trace is best computed as the sum of the singular values of $A$.

</details>
"""


# %%
def wasserstein_gaussians(
    mu1: Float64[np.ndarray, "D"],
    S1: Float64[np.ndarray, "D D"],
    mu2: Float64[np.ndarray, "D"],
    S2: Float64[np.ndarray, "D D"],
) -> float:
    """Return the Wasserstein distance W₂ between two Gaussians; not its square.

    Computes the root of |μ₁ - μ₂|² + tr(S₁ + S₂ - 2 (S₁^½ S₂ S₁^½)^½), from Dowson and Landau, "The
    Fréchet distance between multivariate normal distributions" (1982),
    https://doi.org/10.1016/0047-259X(82)90077-X.

    Args:
        mu1, mu2: the means, numbers of up to 1e40 in size. D is 1 or more.
        S1, S2: the covariances, symmetric and without negative eigenvalues. Each may be singular, as that
            of points on a line, and even zero, as that of a single point; they need not commute. Their
            entries may be as small as 1e-80 or as large as 1e80.

    Returns:
        One number, 0 or more and never NaN. Its error is at most 1e-6 times the largest standard deviation
        or the distance of the means, whichever is larger, even if both Gaussians are flat and nearly the
        same. So it need not be exactly 0 where they are the same.

    Raises:
        ValueError: S1 or S2 is not symmetric: S[i, j] and S[j, i] differ by more than 1e-6 times the size of
            its largest entry. What differs by less is round-off, and either of the two may be used.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(wasserstein_gaussians)

# %% [markdown]
r"""
Two Gaussians by hand: the means are (0, 0) and (3, 0), $S_1$ has 2 on the diagonal and 1 beside it, and
$S_2$ is the identity. The eigenvalues of $S_1$ are 3 and 1, so that the last trace is $\sqrt3+1$ and
$W_2^2=9+4+2-2(\sqrt3+1)$.
"""

# %% tags=["active-ipynb"]
# tilted, round_one = np.array([[2.0, 1.0], [1.0, 2.0]]), np.eye(2)
# by_hand = wasserstein_gaussians(np.zeros(2), tilted, np.array([3.0, 0.0]), round_one)
# due = math.sqrt(15 - 2 * (math.sqrt(3) + 1))
# print(f"W₂ = {by_hand:.4f}, expected {due:.4f}")
# assert np.isclose(by_hand, due)

# %% [markdown]
r"""
**Prediction 1.** Which distance does this formula report between the crescents and the Gaussian with the
same mean and covariance? What share of the crescents' standard deviation do the points have to move?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
The cell compares the formula with the exact distance between the two sets of points, which is found by
matching them one to one at the least cost. Some of the exact distance is an error of sampling. Its size
is measured by matching two independent samples of crescents. The third pair is a sample on a line and
the same sample, turned: here the formula and the matching must agree. In the fourth pair one sample is
moved by 1.
"""

# %% tags=["active-ipynb"]
# def moments(points):
#     return points.mean(axis=0), np.cov(points.T, ddof=0)
#
#
# pairs = {"crescents and Gaussian": (draw_moons(400, 0), like(draw_moons(400, 0), 400, 1))}
# pairs["crescents and crescents"] = (draw_moons(400, 0), draw_moons(400, 2))
# turn = np.array([[0.5, -(0.75**0.5)], [0.75**0.5, 0.5]])  # by 60°
# line = np.random.default_rng(3).normal(size=(400, 2)) * [1, 0]
# pairs["flat Gaussian, and turned by 60°"] = (line, line[::-1] @ turn)
# pairs["crescents, and crescents moved by 1"] = (draw_moons(400, 0), draw_moons(400, 2) + [1, 0])
# deviation = np.sqrt(np.trace(moments(draw_moons(400, 0))[1]))
# table = {}
# for name, (first, second) in pairs.items():
#     table[name] = wasserstein_gaussians(*moments(first), *moments(second)), exact_w2(first, second)
#     print(f"{name:36} formula {table[name][0]:.4f}, exact {table[name][1]:.4f}")
# print(f"standard deviation of the crescents: {deviation:.3f}")
# share = table["crescents and Gaussian"][1] / deviation
# print(f"the crescents move by {share:.0%} of it to become the Gaussian")
# assert table["crescents and Gaussian"][0] < 1e-6 and 0.3 < share < 0.4
# assert table["crescents and Gaussian"][1] > 5 * table["crescents and crescents"][1]
# assert all(formula < exact + 1e-9 for formula, exact in table.values()), "a lower bound"
# assert abs(table["crescents, and crescents moved by 1"][0] - 1) < 0.1
# turned = table["flat Gaussian, and turned by 60°"]
# assert abs(turned[0] - turned[1]) < 1e-6, "for Gaussians the formula is exact, flat ones too"

# %% [markdown]
r"""
And two flat Gaussians in 12 dimensions that are nearly the same: the standard deviations of the second
one are larger by 1/10,000. The cell also computes the last trace as it is written in the formula, from
the roots of the eigenvalues.
"""

# %% tags=["active-ipynb"]
# factor = np.random.default_rng(8).normal(size=(12, 2))
# thin, origin = factor @ factor.T, np.zeros(12)
# values, vectors = np.linalg.eigh(thin)
# half = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
# inner = np.linalg.eigvalsh(half @ (1.0001**2 * thin) @ half)
# literal = (1 + 1.0001**2) * np.trace(thin) - 2 * np.sum(np.sqrt(np.maximum(inner, 0)))
# nearly = wasserstein_gaussians(origin, thin, origin, 1.0001**2 * thin)
# due = 1e-4 * np.sqrt(np.trace(thin))
# print(f"due {due:.3e}, found {nearly:.3e}; the formula as it is written {max(literal, 0) ** 0.5:.3e}")
# assert abs(nearly - due) < 1e-6 * np.sqrt(values[-1]), "round-off of 1e-17 has become 3e-9"

# %% [markdown]
r"""
**Prediction 1, answered.** The formula reports 0, up to round-off, while the points have to move by
about a third of a standard deviation, which is more than five times the error of sampling. The formula
sees means and covariances only. For distributions that are not Gaussian it is a *lower bound* of W₂
(Gelbrich, "On a Formula for the L² Wasserstein Metric between Measures on Euclidean and Hilbert
Spaces", 1990): it may be too small, and never too large, as the table shows. If an image generator has
a Fréchet inception distance of 0, then its features have the right mean and covariance, and nothing
more is known.
"""

# %% [markdown]
r"""
## Sinkhorn's algorithm

For two sets of points that are neither on a line nor Gaussian, the best plan has to be computed. Let
$a_i$ be the mass at point $i$ of the first set, $b_j$ the mass at point $j$ of the second, each with
the sum 1, and $C_{ij}$ the cost of a unit of mass from $i$ to $j$. A plan $P$ has the *marginals* $a$
and $b$: its row $i$ sums to $a_i$, and its column $j$ to $b_j$. Sinkhorn's algorithm finds the plan
which minimises

$$\sum_{ij}P_{ij}C_{ij}+\varepsilon\sum_{ij}P_{ij}\,(\log P_{ij}-1)$$

The second term, with $\varepsilon>0$, rewards plans that spread the mass. The best plan has the form
$P_{ij}=e^{(u_i+v_j-C_{ij})/\varepsilon}$ with *potentials* $u_i$ and $v_j$. The algorithm starts with
$u=0$ and $v=0$. In each iteration it chooses $u$ so that the rows have the right sums, and then $v$ so
that the columns have:

$$u_i\leftarrow\varepsilon\log a_i-\varepsilon\log\sum_je^{(v_j-C_{ij})/\varepsilon},\qquad
v_j\leftarrow\varepsilon\log b_j-\varepsilon\log\sum_ie^{(u_i-C_{ij})/\varepsilon}$$

*A small step.* In float64, $e^{-z}$ is 0 for $z>745$. What goes wrong with ε = 0.001 and costs of about
1, if one computes the matrix $e^{-C/\varepsilon}$ first? How does one compute $\log\sum_je^{z_j}$ for
numbers $z_j$ of about -1,000?

<details><summary>Answer</summary>

Whole rows of the matrix are 0, and the algorithm divides by the sum of a row: 0/0 is NaN. In the sum, one
takes the largest number out first: the logarithm of the sum is $z_*+\log\sum_je^{z_j-z_*}$ with
$z_*=\max_jz_j$. The largest summand is 1 then, so that the sum is between 1 and the number of its terms.

</details>
"""


# %%
def sinkhorn(
    a: Float64[np.ndarray, "n"],
    b: Float64[np.ndarray, "m"],
    C: Float64[np.ndarray, "n m"],
    eps: float,
    iters: int,
) -> Float64[np.ndarray, "n m"]:
    """Return the plan that Sinkhorn's algorithm has found after some iterations, computed with logarithms.

    Computes the algorithm of Cuturi, "Sinkhorn Distances: Lightspeed Computation of Optimal Transport"
    (2013), https://arxiv.org/abs/1306.0895, for the potentials u and v, as in Peyré and Cuturi,
    "Computational Optimal Transport" (2019), https://arxiv.org/abs/1803.00567.

    Args:
        a, b: masses, 0 or more; each sums to 1. n need not be m, and each may be 1. A point without mass
            is allowed: its row or column of the plan is 0.
        C: the costs; they may be negative. The algorithm starts with potentials of 0 for all rows and
            columns.
        eps: above 0. A cost divided by eps may be as large as 1e6, as small as -1e6, or as near to 0 as
            1e-9, and one matrix may hold all of these. The plan is finite, and the error of each entry is
            below 1e-6 times the largest entry. (NumPy may warn of log(0); this does no harm.)
        iters: 1 or more. In each iteration the potentials u of the rows are computed first, and then
            those of the columns, so that the columns of the result sum to b, and the rows to a once the
            algorithm has converged.

    Raises:
        ValueError: a mass is below 0, the sum of a or of b differs from 1 by more than 1e-6, eps is not
            above 0, or iters is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(sinkhorn)

# %% [markdown]
r"""
One iteration by hand. Let $a=(1/4,3/4)$, $b=(1/2,1/2)$ and ε = 2, and let all costs be 0 but the last one,
which is $-2\log3$. So $e^{-C/\varepsilon}$ has the rows (1, 1) and (1, 3), with the sums 2 and 4. The
potentials $u$ multiply the rows by 1/8 and 3/16, so that they sum to $a$. Then the columns sum to 5/16 and
11/16, and $v$ multiplies them by 8/5 and 8/11. The plan has the rows (1/5, 1/11) and (3/10, 9/22). Its
columns sum to $b$, and its rows do not sum to $a$ yet.
"""

# %% tags=["active-ipynb"]
# plan = sinkhorn(np.array([0.25, 0.75]), np.full(2, 0.5), np.array([[0, 0], [0, -2 * np.log(3)]]), 2.0, 1)
# print(plan, "\nexpected", [[1 / 5, 1 / 11], [3 / 10, 9 / 22]])
# assert np.allclose(plan, [[1 / 5, 1 / 11], [3 / 10, 9 / 22]])

# %% [markdown]
r"""
The pictures show the plan from 40 points of the crescents to 40 Gaussian points, with ε from large to
small, and the exact plan, which is a matching. In the first picture $P\approx ab^\top$: each point of
the crescents sends a little mass to every Gaussian point. From left to right the lines must become
fewer and darker.
"""

# %% tags=["active-ipynb"]
# first, second = draw_moons(40, 3), like(draw_moons(40, 3), 40, 4)
# C, mass = squared_costs(first, second), np.full(40, 1 / 40)
# figure, axes = plt.subplots(1, 4, figsize=(13, 3), layout="constrained")
# for axis, eps in zip(axes, (100, 1, 0.05)):
#     plan = sinkhorn(mass, mass, C, eps, 1000)
#     show_plan(axis, first, second, plan, f"ε = {eps}: cost {np.sum(plan * C):.3f}")
#     print(f"ε = {eps}: marginals off by {np.abs(plan.sum(0) - mass).max():.0e} and", end=" ")
#     print(f"{np.abs(plan.sum(1) - mass).max():.0e}; {np.sum(plan > 1e-3)} entries above 0.001")
#     assert np.allclose([plan.sum(axis=0), plan.sum(axis=1)], mass, atol=1e-4)
# rows, columns = scipy.optimize.linear_sum_assignment(C)
# exact = np.zeros((40, 40))
# exact[rows, columns] = 1 / 40
# show_plan(axes[3], first, second, exact, f"exact: cost {np.sum(exact * C):.3f}")
# plt.show()
# assert np.allclose(sinkhorn(mass, mass, C, 1e6, 10), np.outer(mass, mass), atol=1e-6)
# assert 1 <= np.sum(plan * C) / np.sum(exact * C) < 1.05, "nearly the best plan at ε = 0.05"

# %% [markdown]
r"""
How wrong is the cost of the plan, $\sum_{ij}P_{ij}C_{ij}$, as ε grows? The left picture shows the cost
from the crescents to the Gaussian, and the cost from the crescents to *themselves*, which is 0 in
theory. The right picture shows the price: the smaller ε is, the more iterations the rows need.
"""

# %% tags=["active-ipynb"]
# own = squared_costs(first, first)
# levels = np.array([0.05, 0.1, 0.2, 0.5, 1, 2, 5, 20])
# costs = [[np.sum(sinkhorn(mass, mass, one, eps, 600) * one) for eps in levels] for one in (C, own)]
# figure, axes = plt.subplots(1, 2, figsize=(9.5, 3), layout="constrained")
# axes[0].semilogx(levels, costs[0], "o-", label="crescents to Gaussian")
# axes[0].semilogx(levels, costs[1], "o-", label="crescents to themselves")
# axes[0].axhline(np.sum(exact * C), color="0.6", label="exact")
# axes[0].set(xlabel="ε", ylabel="cost of the plan")
# axes[0].legend()
# for eps in (1, 0.2, 0.05):
#     counts = np.array([1, 3, 10, 30, 100, 300])
#     errors = [np.abs(sinkhorn(mass, mass, C, eps, k).sum(axis=1) - mass).sum() for k in counts]
#     axes[1].loglog(counts, np.maximum(errors, 1e-16), "o-", label=f"ε = {eps}")
# axes[1].set(xlabel="iterations", ylabel="error of the rows", ylim=(1e-10, 2))
# axes[1].legend()
# plt.show()
# early = sinkhorn(mass, mass, C, 0.05, 3)
# off = [np.abs(early.sum(axis=axis) - mass).sum() for axis in (0, 1)]
# print(f"after 3 iterations at ε = 0.05: columns off by {off[0]:.0e}, rows by {off[1]:.0e}")
# assert off[0] < 1e-12 < 1e-3 < off[1], "an iteration ends with the columns"
# far = squared_costs(first, second + [6, 0])
# zeros = np.sum(np.exp(-far / 1e-3).sum(axis=1) == 0)
# print(f"6 to the right, and ε = 0.001: {zeros} of 40 rows of exp(-C/ε) are 0 in float64")
# assert zeros > 10 and np.isclose(sinkhorn(mass, mass, far, 1e-3, 50).sum(), 1), "logarithms are finite"
# assert np.all(np.diff(costs[0]) > 0) and np.all(np.diff(costs[1]) > 0) and costs[1][4] > 0.3

# %% [markdown]
r"""
Once the algorithm has converged, its plan is more costly than the best one. With a large ε even the
cost from a set to itself is large. So a "Sinkhorn distance" of 1 means nothing if ε is not known. The
usual remedy is to subtract half of the cost of each of the two sets to itself.

## The length of a signal in a wide network

The next formula is about random networks, before any training. A layer of such a network computes
$z=Wh+\beta$ from the numbers $h$ of the layer before, and passes on $\phi(z)$. The entries of $W$ have
the variance $\sigma_w^2/\text{width}$, and those of $\beta$ have the variance $\sigma_b^2$; all are
independent Gaussians. The *length* of the signal is $q=\frac1{\text{width}}\sum_iz_i^2$. If the layer
is very wide, the numbers $z_i$ are nearly independent Gaussians of variance $q$, and the next layer has
the length

$$q'=\sigma_w^2\,\mathbb E\,\phi(\sqrt q\,\zeta)^2+\sigma_b^2$$

where ζ is a standard normal number and $\mathbb E$ is the mean over it. This is the
*length map*. A small change of the signal is stretched, in mean square, by

$$\chi=\sigma_w^2\,\mathbb E\,\phi'(\sqrt q\,\zeta)^2$$

in each layer. A *fixed point* of the length map is a length that it does not change. If $\chi<1$ there,
then two different signals become equal with depth, and the network is called *ordered*. If $\chi>1$,
then signals that are nearly equal drift apart, and it is *chaotic*.

For a function ψ, a mean over ζ is the integral
$\mathbb E\,\psi(\zeta)=\int\psi(\zeta)\,e^{-\zeta^2/2}\,d\zeta/\sqrt{2\pi}$. It is computed by
*Gauss–Hermite quadrature*, a weighted sum over $K$ nodes. NumPy's `hermgauss` gives nodes
$\nu_k$ and weights $\omega_k$ for another integral:

$$\int\psi(\nu)\,e^{-\nu^2}\,d\nu\approx\sum_{k=1}^K\omega_k\,\psi(\nu_k)$$

*A small step.* Which factor has to be put before $\nu_k$, and which before the sum, to get the mean of
$\psi(\zeta)$? Test your answer with $\psi=1$ and with $\psi(\zeta)=\zeta^2$.

<details><summary>Answer</summary>

Put $\zeta=\sqrt2\,\nu$: then $e^{-\zeta^2/2}=e^{-\nu^2}$ and $d\zeta=\sqrt2\,d\nu$, so that the mean is
$\frac1{\sqrt\pi}\sum_k\omega_k\,\psi(\sqrt2\,\nu_k)$. With $\psi=1$ and with $\psi(\zeta)=\zeta^2$ the
result must be 1. The first test finds a wrong factor before the sum, and the second one a wrong factor
before the nodes.

</details>
"""


# %%
def length_map(
    q: Float64[np.ndarray, "*shape"],
    sw: Float64[np.ndarray, "*shape"],
    sb: Float64[np.ndarray, "*shape"],
    act: Callable[[np.ndarray], np.ndarray],
    slope: Callable[[np.ndarray], np.ndarray],
    nodes: int = 100,
) -> tuple[Float64[np.ndarray, "*shape"], Float64[np.ndarray, "*shape"]]:
    """Return the length after one more layer of a wide random network, and the stretch χ of a small change.

    Computes sw² E[act(√q ζ)²] + sb² and sw² E[slope(√q ζ)²], where ζ is standard normal: the length map of
    Poole et al., "Exponential expressivity in deep neural networks through transient chaos" (2016),
    https://arxiv.org/abs/1606.05340. Both expectations are sums over the nodes of Gauss-Hermite quadrature.

    Args:
        q: the length before the layer, 0 or more and up to 1e200. If it is 0, each number
            before the activation is 0, and each one after it is act(0).
        sw: the standard deviation of a weight, times the root of the width.
        sb: the standard deviation of a bias. q, sw and sb are numbers or arrays of any shapes that
            broadcast with each other; none of them is empty. Both results have the shape of q + sw + sb.
        act: the activation φ; it takes an array of any shape, or a number, and is applied to each entry.
        slope: its derivative φ'; call it, and do not differentiate act.
        nodes: the number of nodes, 1 or more; you need not care for more than 100. The sum over these nodes
            is returned, even if they are so few that it is far from the integral; a single node is at ζ = 0.

    Returns:
        The length q' after the layer, and χ, computed with the length q before the layer.

    Raises:
        ValueError: an entry of q is below 0, or nodes is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(length_map)

# %% [markdown]
r"""
Two nodes by hand: they are at ζ = 1 and ζ = -1, each with the weight 1/2. Let q = 4, so that the numbers
before the activation are 2 and -2. ReLU makes 2 and 0 of them, and the mean of the squares is 2. With
$\sigma_w=2$ and with $\sigma_b=3$ or 0, the lengths after the layer are $4\cdot2+9=17$ and 8. As the slope,
the cell gives the function $z^2$, which is not the slope of ReLU, so that one sees which function is
called. It is 4 at both nodes, and so χ is $4\cdot4^2=64$ for both biases. With many nodes it would be 192.
"""

# %% tags=["active-ipynb"]
# lengths, chi = length_map(4.0, 2.0, np.array([3.0, 0.0]), relu, np.square, nodes=2)
# print(f"lengths {lengths}, χ {chi}; expected 17 and 8, and 64 twice")
# assert np.allclose(lengths, [17, 8]) and np.shape(chi) == (2,) and np.allclose(chi, 64)

# %% [markdown]
r"""
The left picture shows the length map of tanh: where a curve crosses the diagonal, the length does not
change any more. On the right, the line is the length map, applied again and again, and the marks are
measured in one random network of width 1,000 and in five of width 20. The formula has no parameter that
could be fitted.
"""

# %% tags=["active-ipynb"]
# def formula_of(sw, depth):
#     """The length in each layer, from an input of length 4 on."""
#     lengths = [np.array(sw**2 * 4 + 0.3**2)]
#     for _ in range(depth - 1):
#         lengths.append(length_map(lengths[-1], sw, 0.3, np.tanh, tanh_slope)[0])
#     return np.array(lengths)
#
#
# def measured_in(sw, width, seed, depth):
#     """The same in one random network."""
#     z = random_network(2 * np.ones((1, width)), depth, sw, 0.3, np.tanh, seed, width)
#     return np.mean(z**2, axis=(1, 2))
#
#
# relu_ok = length_map(np.array(3.0), 1.4, 0.5, relu, relu_slope)
# print("ReLU from q = 3: q' = {:.4f} and χ = {:.4f}".format(*relu_ok))
# assert np.allclose(relu_ok, (1.4**2 * 3 / 2 + 0.25, 1.4**2 / 2)), "ReLU halves the squared length"
# sine_ok = length_map(np.array(0.5), 1.4, 0.5, np.sin, np.cos)
# due = 1.4**2 * (1 - math.exp(-1)) / 2 + 0.25, 1.4**2 * (1 + math.exp(-1)) / 2
# print("sine from q = 0.5: q' = {:.4f}, χ = {:.4f}; due {:.4f}, {:.4f}".format(*sine_ok, *due))
# assert np.allclose(sine_ok, due), "the mean of sin² is (1 - exp(-2 q)) / 2"

# %% tags=["active-ipynb"]
# grid, layers, worst = np.linspace(0, 6, 121), range(1, 13), []
# figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.4), layout="constrained")
# for sw in (0.8, 1.5, 2.5):
#     axes[0].plot(grid, length_map(grid, sw, 0.3, np.tanh, tanh_slope)[0], label=f"σ_w = {sw}, σ_b = 0.3")
#     lengths, wide = formula_of(sw, 12), measured_in(sw, 1000, 0, 12)
#     axes[1].semilogy(layers, lengths, color="0.4")
#     axes[1].semilogy(layers, wide, "o")
#     narrow = np.array([measured_in(sw, 20, seed, 12) for seed in range(5)])
#     axes[1].semilogy(layers, narrow.T, ".", color="0.7", ms=3)
#     worst.append(np.exp(np.abs(np.log(narrow / lengths)).max()))
#     off = np.abs(wide / lengths - 1).max()
#     print(f"σ_w = {sw}: width 1,000 is off by at most {off:.0%}; ends at q = {lengths[-1]:.3f}")
#     assert off < 0.12, "the line and the marks of the wide network agree"
# axes[0].plot(grid, grid, color="0.6")
# axes[0].set(xlabel="q", ylabel="q'")
# axes[0].legend()
# axes[1].set(xlabel="layer", ylabel="q; grey dots: width 20")
# plt.show()
# print("width 20 is off by a factor of up to", " ".join(f"{factor:.2f}" for factor in worst))
# assert max(worst) > 1.5

# %% [markdown]
r"""
Is a network with given $\sigma_w$ and $\sigma_b$ ordered or chaotic? The left picture shows χ at the
fixed point for 60 × 60 pairs; the black line, χ = 1, is called the *edge of chaos*. On the right, two
inputs with the cosine 0.6 are sent through random networks of width 500 with $\sigma_b=0.3$. In the
ordered phase their cosine must go to 1.
"""

# %% tags=["active-ipynb"]
# sw, sb = np.meshgrid(np.linspace(0.5, 3, 60), np.linspace(0, 1, 60))
# q = np.ones_like(sw)
# for _ in range(150):
#     q, chi = length_map(q, sw, sb, np.tanh, tanh_slope, 40)
# figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.4), layout="constrained")
# mesh = axes[0].pcolormesh(sw, sb, chi, cmap="RdBu_r", vmin=0, vmax=2)
# figure.colorbar(mesh, ax=axes[0], label="χ")
# axes[0].contour(sw, sb, chi, levels=[1], colors="black")
# axes[0].set(xlabel="σ_w", ylabel="σ_b")
# rng, last = np.random.default_rng(1), {}
# pair = rng.normal(size=(2, 500))
# pair[1] = 0.6 * pair[0] + 0.8 * pair[1]
# for one_sw in (0.8, 1.4, 2.5):
#     z = random_network(pair, 40, one_sw, 0.3, np.tanh, 2, 500)
#     cosines = [cosine(*layer) for layer in z]
#     at = chi[np.abs(sb[:, 0] - 0.3).argmin(), np.abs(sw[0] - one_sw).argmin()]
#     last[one_sw] = cosines[-1], at
#     axes[1].plot(range(1, 41), cosines, "o-", ms=3, label=f"σ_w = {one_sw}: χ = {at:.2f}")
# axes[1].set(xlabel="layer", ylabel="cosine of the two signals")
# axes[1].legend()
# plt.show()
# print({key: f"cosine {value[0]:.3f}, χ {value[1]:.2f}" for key, value in last.items()})
# assert last[0.8][0] > 0.999 and last[0.8][1] < 1 < last[2.5][1] and last[2.5][0] < 0.7

# %% [markdown]
r"""
This is the phase diagram of Poole and others (2016), who also show the two pictures of the length map.
The formula agrees with a network of width 1,000 within 12 % in the picture above; some of the grey dots,
of width 20, are off by a factor of more than 1.5. The length map describes the *average* of
many networks, and a single narrow network has its own length.

**Explore.** Take another activation, say the sine or $\max(z, 0.1z)$, with its slope. At
$\sigma_b=0.3$, which $\sigma_w$ puts it on the edge of chaos? The cell prints after how many layers of
your network two inputs have a cosine above 0.99. With which $\sigma_w$ does this take the most layers,
and is χ near 1 there?
"""

# %% tags=["active-ipynb"]
# my_act, my_slope = np.sin, np.cos
# for my_sw in (0.9, 1.1, 1.3):
#     q = np.array(1.0)
#     for _ in range(100):
#         q, chi_end = length_map(q, my_sw, 0.3, my_act, my_slope)
#     z = random_network(pair[:, :300], 60, my_sw, 0.3, my_act, 2, 300)
#     cosines = np.array([cosine(*layer) for layer in z])
#     equal = int(np.argmax(cosines > 0.99)) + 1 if (cosines > 0.99).any() else "none"
#     print(f"σ_w = {my_sw}: q = {float(q):.3f}, χ = {float(chi_end):.3f}; first above 0.99: layer {equal}")
#     assert chi_end > 0

# %% [markdown]
r"""
## The eigenvalues of pure noise

The next theory is that of *random matrices*. Let $X$ be a table of numbers, with a row for each of
`samples` examples and a column for each of `features`, and let all numbers be independent, with mean 0
and variance $\sigma^2$. The true covariance is $\sigma^2I$, and all of its eigenvalues are $\sigma^2$.
The eigenvalues of the measured one, $X^\top X/\text{samples}$, are not. Let both sizes be large, with
$\gamma=\text{features}/\text{samples}$. Then the eigenvalues lie between the *edges*

$$\lambda_\pm=\sigma^2\,(1\pm\sqrt\gamma)^2$$

and have there the density

$$\rho(\lambda)=\frac{\sqrt{(\lambda_+-\lambda)(\lambda-\lambda_-)}}{2\pi\,\sigma^2\,\gamma\,\lambda}$$

This is the *law of Marchenko and Pastur*.

*A small step.* What is the rank of $X^\top X$ if there are twice as many features as samples? Which
share of the eigenvalues is 0, and what is the integral of ρ then?

<details><summary>Answer</summary>

The rank is at most the number of samples, which is half of the number of features. So half of the
eigenvalues are exactly 0: there is an *atom* at 0, of mass $1-1/\gamma$ for $\gamma>1$, and ρ
integrates to the rest, $1/\gamma$. For $\gamma\le1$ there is no atom, and ρ integrates to 1.

</details>
"""


# %%
def marchenko_pastur(
    lam: Float64[np.ndarray, "n"], ratio: float, s2: float = 1.0
) -> tuple[Float64[np.ndarray, "n"], Float64[np.ndarray, "2"], float]:
    """Return the law of the eigenvalues of XᵀX / samples, where X [samples, features] is pure noise.

    Computes the density of Marčenko and Pastur, "Distribution of eigenvalues for some sets of random
    matrices" (1967), https://doi.org/10.1070/SM1967v001n04ABEH001994.

    Args:
        lam: where the density is wanted, finite numbers in any order; n may be 0. They may be negative.
        ratio: features / samples, above 0; it may be below 1, 1, or above.
        s2: the variance of an entry of X, above 0; it may be as small as 1e-200 or as large as 1e200.

    Returns:
        The density at each lam, the two edges, the lower one first, and the mass of the atom at 0. The
        density is 0 at each lam that is not between the edges. The atom is no part of it, so that its
        integral is 1 minus the atom. If ratio is exactly 1, the lower edge is 0, and the density at lam = 0
        is inf.

    Raises:
        ValueError: ratio or s2 is not above 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(marchenko_pastur)

# %% [markdown]
r"""
The pictures show eigenvalues of noise with variance 2 and 300 features, as bars, and the formula, as a
line. It is not fitted. The bars have to stop where the line does. KS is the Kolmogorov–Smirnov
distance, the largest difference between the two cumulative distributions.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(1, 3, figsize=(12, 3), layout="constrained")
# rng = np.random.default_rng(3)
# for axis, samples in zip(axes, (600, 300, 150)):
#     values = eigenvalues_of(math.sqrt(2) * rng.normal(size=(samples, 300)))
#     some = values[values > 1e-9]
#     lam = np.linspace(0.005, 13, 2000)
#     density, (low, high), atom = marchenko_pastur(lam, 300 / samples, 2.0)
#     axis.hist(some, 40, weights=np.full(len(some), 40 / 300 / np.ptp(some)), color="0.8")
#     axis.plot(lam, density)
#     ks = ks_distance(values, 300 / samples, 2.0)
#     axis.set_title(f"γ = {300 / samples:g}: atom {atom:g}, KS {ks:.3f}", fontsize=10)
#     axis.set(ylim=(0, 0.6), xlabel="λ")
#     zero = np.mean(values < 1e-9)
#     print(f"γ = {300 / samples:g}: edges {low:.3f} to {high:.3f}, eigenvalues {some.min():.3f} to", end=" ")
#     print(f"{some.max():.3f}; share of zeros {zero:.3f}")
#     assert ks < 0.05 and abs(zero - atom) < 0.01 and abs(some.max() - high) < 0.05 * high
# plt.show()

# %% [markdown]
r"""
Noise with a true variance of 2 in every direction seems, in the first picture, to have a variance of
nearly 6 in some directions, and of nearly 0 in others. So a large eigenvalue of a measured covariance
is not yet a sign of structure. The next cell uses the law as a test: 1,797 images of digits, each pixel
scaled to variance 1, against the same table with each column in an order of its own. The shuffled table
has the same numbers in each column, and no structure.
"""

# %% tags=["active-ipynb"]
# images = np.asarray(arrays("digits")["image"], "float64").reshape(-1, 64)
# images = images[:, images.std(axis=0) > 0.3]
# images = (images - images.mean(axis=0)) / images.std(axis=0)
# shuffled = np.stack([rng.permutation(column) for column in images.T], axis=1)
# ratio = images.shape[1] / len(images)
# figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
# lam = np.linspace(0.01, 2, 800)
# density, (low, high), _ = marchenko_pastur(lam, ratio)
# axis.hist(eigenvalues_of(shuffled), 20, density=True, color="0.8", label="shuffled")
# axis.plot(lam, density, label="the law")
# axis.plot(eigenvalues_of(images), 0 * images[0] - 0.1, "|", ms=9, label="digits")
# axis.set(xlabel="λ", ylabel="density")
# axis.legend()
# plt.show()
# above = [int(np.sum(eigenvalues_of(one_table) > 1.05 * high)) for one_table in (images, shuffled)]
# print(f"{images.shape[1]} pixels, edges {low:.3f} and {high:.3f}; KS of the shuffled table", end=" ")
# print(f"{ks_distance(eigenvalues_of(shuffled), ratio, 1.0):.3f}; eigenvalues above: {above}")
# assert above[0] > 8 and above[1] == 0 and ks_distance(eigenvalues_of(shuffled), ratio, 1.0) < 0.12

# %% [markdown]
r"""
The shuffled table follows the law, although its numbers are not Gaussian at all. The digits do not:
more than eight eigenvalues are above the upper edge. Independent noise does not explain these
directions. The law does not hold for data with structure, and this is why it can serve as a test.

## The singular values of a Jacobian

A network of depth $L$ without biases computes $z_l=W_lh_{l-1}$ and $h_l=\phi(z_l)$, from the input
$h_0$ on. The derivative of $h_L$ with respect to $h_0$ is its *Jacobian*

$$J=\Phi_LW_L\cdots\Phi_2W_2\,\Phi_1W_1,\qquad\Phi_l=\text{the diagonal matrix of }\phi'(z_l)$$

Backpropagation multiplies by $J^\top$. If some singular values of $J$ are huge and others tiny, some
directions of the gradient explode and others vanish. If all are near 1, the network has *dynamical
isometry*.

The matrices are $W_l=g\,G_l/\sqrt{\text{width}}$ with a number $g$, the *gain*, and with independent
standard Gaussian entries in $G_l$. Or they are $W_l=g\,Q_l$ with an orthogonal $Q_l$, from the
decomposition $G_l=Q_lU_l$, in which $U_l$ is triangular. Such a decomposition is unique if one asks
that the diagonal of $U_l$ be positive.

*A small step.* NumPy's `qr` may return a negative number on the diagonal of the triangular matrix.
How do you make it positive without changing the product?

<details><summary>Answer</summary>

Change the sign of the column of Q, and of the row of U, that belong to it. For a diagonal matrix $T$ of
signs, $QU=(QT)(TU)$, as $T^2=I$.

</details>
"""


# %%
def jacobian_spectrum(
    G: Float64[np.ndarray, "L width width"],
    h: Float64[np.ndarray, "width"],
    kind: str,
    act: Callable[[np.ndarray], np.ndarray],
    slope: Callable[[np.ndarray], np.ndarray],
    gain: float = 1.0,
) -> Float64[np.ndarray, "width"]:
    """Return the singular values of the Jacobian of a deep random network at one input.

    Computes those of Φ_L W_L … Φ_1 W_1, where Φ_l is the diagonal matrix of the slopes of layer l; see
    Pennington, Schoenholz and Ganguli, "Resurrecting the sigmoid in deep learning through dynamical
    isometry: theory and practice" (2017), https://arxiv.org/abs/1711.04735. Linear networks are those of
    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks" (2013), https://arxiv.org/abs/1312.6120.

    Args:
        G: standard Gaussian numbers, a square matrix for each layer; G[0] belongs to the first layer, next
            to the input. There may be no layer, and then J is the identity. width may be 1.
        h: the input of the first layer.
        kind: "gaussian", where the weights of a layer are gain · G[l] / √width; or "orthogonal", where they
            are gain · Q, with G[l] = Q U, Q orthogonal, and U upper triangular with a positive diagonal. For
            "orthogonal" no G[l] is singular.
        act: the activation φ. It follows each layer, the last one included; there are no biases.
        slope: its derivative φ', at the number before the activation; call it, and do not differentiate act.
        gain: a factor of each layer's weights; it may be 0 or negative. All results, and their
            squares, fit into float64.

    Returns:
        The largest singular value first. Each has an error of at most 1e-6 times the largest.

    Raises:
        ValueError: kind is neither of the two, even if there is no layer.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(jacobian_spectrum)

# %% [markdown]
r"""
One layer by hand: its Gaussian numbers are the matrix with the rows (1, 2) and (0, 1), the gain is $\sqrt2$,
and there is no activation. A gain of $\sqrt2$ and a width of 2 cancel, so that J is this matrix. Its
eigenvalues are both 1, and its singular values are $\sqrt2+1$ and $\sqrt2-1$.
"""

# %% tags=["active-ipynb"]
# one_layer, straight = np.array([[[1.0, 2.0], [0.0, 1.0]]]), (lambda z: z, np.ones_like)
# by_hand = jacobian_spectrum(one_layer, np.ones(2), "gaussian", *straight, math.sqrt(2))
# print("singular values", by_hand.round(4), "; expected 2.4142 and 0.4142")
# assert np.allclose(by_hand, [math.sqrt(2) + 1, math.sqrt(2) - 1])

# %% [markdown]
r"""
**Prediction 2.** By which factor do the largest and the smallest singular value of a product of 50
Gaussian matrices differ? Which factor do you expect for orthogonal matrices, and with a tanh or a ReLU
after each?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
Four networks of width 100 at all depths up to 50: for each the largest, the median and the smallest
singular value. A linear network has the identity as activation. The dashed line is $2^L$: each Gaussian
matrix alone has a largest singular value near 2, which is the root of the upper edge for γ = 1. The
input is small, so that tanh is nearly linear in it. Numbers below 1e-19 are not drawn.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(4)
# G, h = rng.normal(size=(50, 100, 100)), 0.1 * rng.normal(size=100)
# depths, ends = (1, 3, 10, 25, 50), {}
# nets = [("gaussian", "linear", same, one), ("orthogonal", "linear", same, one)]
# nets += [("orthogonal", "tanh", np.tanh, tanh_slope), ("orthogonal", "ReLU", relu, relu_slope)]
# figure, axes = plt.subplots(1, 4, figsize=(13, 3), sharey=True, layout="constrained")
# edge = math.sqrt(marchenko_pastur(np.zeros(0), 1.0)[1][1])
# for axis, (kind, name, act, slope) in zip(axes, nets):
#     gain = math.sqrt(2) if name == "ReLU" else 1.0  # ReLU halves the squared length
#     s = np.array([jacobian_spectrum(G[:L], h, kind, act, slope, gain) for L in depths])
#     ends[kind, name] = s[-1]
#     axis.semilogy(depths, s[:, [0, 50, -1]], "o-", ms=3, label=["largest", "median", "smallest"])
#     axis.semilogy(depths, edge ** np.array(depths), "--", color="0.7")
#     axis.set(xlabel="depth", ylim=(1e-19, 1e5), title=f"{kind}, {name}")
#     factor = s[-1, 0] / max(s[-1, -1], 1e-300)
#     print(f"{kind}, {name}: at depth 50 from {s[-1, 0]:.2g} to {s[-1, -1]:.1g}, factor {factor:.1g}")
# axes[0].legend(loc="lower left")
# plt.show()
# assert np.allclose(ends["orthogonal", "linear"], 1) and ends["orthogonal", "tanh"][-1] > 0.3
# assert ends["orthogonal", "tanh"][0] < 3 * ends["orthogonal", "tanh"][-1]
# assert ends["gaussian", "linear"][0] > 1e9 * ends["gaussian", "linear"][-1]
# assert ends["gaussian", "linear"][0] < edge**50 / 1000, "the directions do not coincide"
# assert ends["orthogonal", "ReLU"][-1] < 1e-9, "ReLU cuts directions off, with any matrix"

# %% [markdown]
r"""
**Prediction 2, answered.** The Gaussian product's singular values differ by a factor of far more than a
billion at depth 50, although each matrix keeps the squared length on average: a few large ones make up
the mean of the squares. The smallest is lost in the round-off of float64, so that the true factor may
be larger than the printed one. All singular values of a product of orthogonal matrices are 1, and with
a tanh at a small input they stay within a factor of 3. With ReLU there is no isometry even then: each
layer sets the rows of the neurons that are off to 0, and no later layer restores a direction that is
lost. This is what Pennington and others (2017) show for wide networks: orthogonal matrices reach
isometry with sigmoids such as tanh, and with ReLU no choice of the variance does.

The largest singular value of the Gaussian product is below $2^L$ by a factor of more than a thousand:
the directions that the matrices stretch most do not coincide. The section on bounds comes back to this.

The length map has its own prediction for these networks. The mean of the squared singular values should
be the product of χ over the layers:
"""

# %% tags=["active-ipynb"]
# for gain in (0.9, 1.5):
#     q, product, rows = gain**2 * np.mean((5 * h) ** 2), 1.0, []
#     for L in range(1, 11):
#         following, chi = length_map(q, gain, 0.0, np.tanh, tanh_slope)
#         q, product = following, product * chi
#         s = jacobian_spectrum(G[:L], 5 * h, "gaussian", np.tanh, tanh_slope, gain)
#         rows.append((float(product), np.mean(s**2)))
#     print(f"gain {gain}: after 10 layers χ···χ = {rows[-1][0]:.3f}, measured {rows[-1][1]:.3f}")
#     off = max(abs(measured / formula - 1) for formula, measured in rows)
#     print(f"   largest relative difference over 10 depths: {off:.0%}")
#     assert off < 0.5, "the mean of the squares is the product of χ, up to the width of 100"

# %% [markdown]
r"""
## Neurons as particles

The formulas for random networks describe a network before training. The next one describes training
itself. A network with one hidden layer of $N$ neurons is an average over *particles*. Particle $i$ is a
vector $\theta_i=(w_i,c_i)$ of $D$ input weights and one output weight, and

$$f(X)_k=\frac1N\sum_{i=1}^Nc_i\tanh(w_i\cdot X_k),\qquad\text{loss}=\frac1{2B}\sum_{k=1}^B(f(X)_k-\tau_k)^2$$

for $B$ examples $X_k$ with targets $\tau_k$. The average depends on the *distribution* of the particles
only, and not on how many there are. Each particle moves by

$$\theta_i\leftarrow\theta_i-\eta\,N\,\frac{\partial\,\text{loss}}{\partial\theta_i}$$

with a step size η. The derivative has a factor $1/N$, since each particle has little influence; the
factor $N$ cancels it. For many particles and small steps, the distribution then moves along the
*Wasserstein gradient flow* of the loss: of all ways to change the distribution, it lowers the loss most
for each unit of distance $W_2$.

Other networks are divided by $\sqrt N$ instead of $N$. Both are members of one family, with a number
$\kappa$:

$$f(X)_k=N^{-\kappa}\sum_ic_i\tanh(w_i\cdot X_k),\qquad
\theta_i\leftarrow\theta_i-\eta\,N^{2\kappa-1}\,\frac{\partial\,\text{loss}}{\partial\theta_i}$$

*A small step.* How large is the movement of one particle in one step, as a power of $N$, for κ = 1 and
for κ = 1/2? Take the error $f-\tau$ to be of size 1.

<details><summary>Answer</summary>

The derivative of the loss has the factor $N^{-\kappa}$, so that a particle moves by
$N^{2\kappa-1}N^{-\kappa}=N^{\kappa-1}$. For κ = 1 the movement does not depend on $N$. For κ = 1/2 it
is $N^{-1/2}$: in a very wide network no neuron moves much. The change of $f$, which is a sum of $N$
contributions, is of size 1 for both.

</details>
"""


# %%
def particle_flow(
    theta: Float64[np.ndarray, "N D1"],
    X: Float64[np.ndarray, "B D"],
    targets: Float64[np.ndarray, "B"],
    lr: float,
    steps: int,
    power: float = 1.0,
) -> tuple[Float64[np.ndarray, "steps B"], Float64[np.ndarray, "N D1"]]:
    """Train a network with one hidden layer as a cloud of particles, by full-batch gradient descent.

    Computes f = N^-power Σ c tanh(w · x), and in each step θ ← θ - lr N^(2 power - 1) ∂loss/∂θ with the
    loss ½ mean (f - targets)². With power 1 this is the mean-field limit of Mei, Montanari and Nguyen, "A
    mean field view of the landscape of two-layer neural networks" (2018), https://arxiv.org/abs/1804.06561;
    with power ½ it is the scaling of Jacot, Gabriel and Hongler, "Neural Tangent Kernel: Convergence and
    Generalization in Neural Networks" (2018), https://arxiv.org/abs/1806.07572.

    Args:
        theta: one particle a row, N of them: the D input weights w first, and the output weight c last, so
            that D1 = D + 1. N, D and B may be 1.
        X: one example a row. Its entries may be as large as 1e6.
        targets: the number that f should be at each example.
        lr: the step size, 0 or more.
        steps: 0 or more.
        power: any number; 1 and ½ have the names above.

    Returns:
        f at each example before each step, so that the first row belongs to the theta that was given, and
        theta after the last step. With 0 steps these are an array [0, B] and theta as it was. All particles'
        weights are changed at once: the gradients of w and of c are those at the same theta.

    Raises:
        ValueError: steps is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(particle_flow)

# %% [markdown]
r"""
Two equal particles by hand: one input, $w=0$ and $c=1$ for both, one example $x=1$ with the target 1, and
a step size of 0.5. At first $f=0$, so that the derivative of the loss with respect to each $w$ is
$(0-1)\,N^{-\text{power}}\cdot1$. With power 1, after the factor $N$, each $w$ moves by 0.5, and $f$ is then
$\tanh0.5\approx0.4621$. With power ½ the factor is 1, and each $w$ moves by $0.5/\sqrt2\approx0.3536$. $c$
stays 1 in this first step, because $\tanh0=0$. In the second step both change at once.
"""

# %% tags=["active-ipynb"]
# pair, example = np.array([[0.0, 1.0], [0.0, 1.0]]), (np.ones((1, 1)), np.ones(1))
# course, moved = particle_flow(pair, *example, 0.5, 2)
# _, slower = particle_flow(pair, *example, 0.5, 1, power=0.5)
# slope = 1 - np.tanh(0.5)
# twice = [0.5 + 0.5 * slope * (1 - np.tanh(0.5) ** 2), 1 + 0.5 * slope * np.tanh(0.5)]
# print("f", course[:, 0].round(4), "expected 0 and 0.4621;  power ½: w =", slower[:, 0].round(4))
# print("w and c after two steps", moved[0].round(4), "expected", np.round(twice, 4))
# assert np.allclose(course[:, 0], [0, np.tanh(0.5)]) and np.allclose(slower, [0.5 / 2**0.5, 1])
# assert np.allclose(moved, twice)

# %% [markdown]
r"""
The targets are +1 in a disc and -1 outside of it, within a square. The third entry of each $X_k$ is 1,
so that each neuron has a bias. The pictures show f after training, and the particles on their way: the
first two input weights of each, before (grey) and after (colours, by the sign of the output weight).
The last picture shows the loss of networks with 10, 100 and 1,000 particles.
"""

# %% tags=["active-ipynb"]
# X, targets = circle_data(100, 0)
# figure, axes = plt.subplots(1, 3, figsize=(12, 3.4), layout="constrained")
# courses = {}
# for N in (10, 100, 1000):
#     theta = start_particles(N, 5)
#     f, end = particle_flow(theta, X, targets, 0.5, 800)
#     courses[N] = loss_of(f, targets)
#     axes[2].semilogy(courses[N], label=f"N = {N}")
# twice = particle_flow(np.repeat(theta, 2, axis=0), X, targets, 0.5, 200)[0]
# ticks = np.linspace(-1, 1, 81)
# plane = np.stack(np.meshgrid(ticks, ticks, [1.0]), axis=-1).reshape(-1, 3)
# values = particle_flow(end, plane, np.zeros(len(plane)), 0.0, 1)[0].reshape(81, 81)
# axes[0].imshow(values, origin="lower", extent=(-1, 1, -1, 1), cmap="RdBu_r", vmin=-1.5, vmax=1.5)
# axes[0].scatter(*X[:, :2].T, c=targets, cmap="RdBu_r", edgecolors="0.3", s=30)
# axes[1].plot(*theta[:, :2].T, ".", color="0.8", ms=3)
# axes[1].scatter(*end[:, :2].T, c=np.sign(end[:, 3]), cmap="RdBu_r", s=5)
# axes[1].set(xlabel="w₁", ylabel="w₂", aspect="equal")
# axes[2].set(xlabel="step", ylabel="loss")
# axes[2].legend()
# plt.show()
# print(f"each particle twice: f changes by at most {np.abs(twice - f[:200]).max():.0e}")
# print({N: f"{course[-1]:.3f}" for N, course in courses.items()}, "is the loss after 800 steps")
# assert np.abs(twice - f[:200]).max() < 1e-9 and courses[1000][-1] < 0.5 * courses[1000][0]

# %% [markdown]
r"""
Duplicating each particle changes nothing but round-off: the flow is one of distributions. So we can
measure the limit of infinitely many particles as we measured distances between samples. The left
picture shows how much f differs between two networks of N particles each, after 60 steps. The right one
shows how far the particles have moved, with both scalings. The grey lines fall as $N^{-1/2}$.
"""

# %% tags=["active-ipynb"]
# def run(N, seed, power=1.0):
#     """f after 60 steps, and the root mean square of the particles' movement."""
#     begin = start_particles(N, seed)
#     f, end = particle_flow(begin, X, targets, 0.5, 60, power)
#     return f[-1], np.sqrt(np.mean((end - begin) ** 2))
#
#
# counts, apart, moved = np.array([10, 30, 100, 300, 1000]), [], {1.0: [], 0.5: []}
# for N in counts:
#     runs = [run(N, seed) for seed in range(10, 18)]
#     gaps = [runs[k][0] - runs[k + 4][0] for k in range(4)]
#     apart.append(np.sqrt(np.mean(np.square(gaps))))
#     moved[1.0].append(np.mean([distance for _, distance in runs]))
#     moved[0.5].append(np.mean([run(N, seed, 0.5)[1] for seed in (10, 11)]))

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.2), layout="constrained")
# axes[0].loglog(counts, apart[2] * np.sqrt(100 / counts), color="0.7")
# axes[0].loglog(counts, apart, "o")
# axes[0].set(xlabel="N", ylabel="difference of f between two networks")
# axes[1].loglog(counts, moved[0.5][2] * np.sqrt(100 / counts), color="0.7")
# for power, values in moved.items():
#     axes[1].loglog(counts, values, "o", label=f"κ = {power}")
# axes[1].set(xlabel="N", ylabel="movement of a particle")
# axes[1].legend()
# plt.show()
# found = [np.polyfit(np.log(counts), np.log(one_row), 1)[0] for one_row in (apart, moved[1.0], moved[0.5])]
# print("exponents: difference {:.2f}; movement at κ = 1 {:.2f}, at κ = 1/2 {:.2f}".format(*found))
# assert -0.65 < found[0] < -0.35 and abs(found[1]) < 0.15 and -0.65 < found[2] < -0.35

# %% [markdown]
r"""
With κ = 1/2 a wide network hardly moves its neurons. It is nearly linear in its weights, a state called
*lazy training*, and the theory of the neural tangent kernel describes it. With κ = 1 the neurons move
whatever their number, and features are learnt.

**A silent bug.** A colleague divides by $N$ in f, but leaves the factor $N$ out of the step. With each
of 10, 100 and 1,000 particles he trains for 300 steps. He plots the three losses and concludes: "Large
networks are harder to train." Is he right? How far does a particle move in one of his steps, for each
of the three values of N? By which factor would he have to change the step size of the largest network?
Write it down, then run the cell.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.2), layout="constrained")
# his = {}
# for N in (10, 100, 1000):
#     his[N] = loss_of(particle_flow(start_particles(N, 5), X, targets, 0.5 / N, 300)[0], targets)
#     repaired = loss_of(particle_flow(start_particles(N, 5), X, targets, 0.5, 300)[0], targets)
#     axes[0].plot(his[N], label=f"his, N = {N}")
#     axes[1].plot(repaired, label=f"N = {N}, step size × {N}")
#     print(f"N = {N}: his loss falls from {his[N][0]:.3f} to {his[N][-1]:.3f}; repaired {repaired[-1]:.3f}")
# for axis in axes:
#     axis.set(xlabel="step", ylabel="loss", ylim=(0, 0.7))
#     axis.legend()
# plt.show()
# assert his[1000][0] - his[1000][-1] < 0.02 < 0.05 < repaired[0] - repaired[-1]

# %% [markdown]
r"""
<details><summary>Answer</summary>

Without the factor N each of his steps is N times too small: 300 of his steps with 1,000 particles are
as long as 0.3 steps of the flow, so that the curve is flat. He has to multiply the step size by N, here
by 1,000. On the right the three curves are nearly the same, as the theory says. No error message
appears, the loss falls in each network, and the wrong conclusion looks like a finding.

</details>
"""

# %% [markdown]
r"""
## A bound on the slope, and a bound on the error

The last formula bounds what a network can do after training, whatever the data. A layer that maps $h$
to $hW$ stretches a difference by the *spectral norm* $\|W\|_2$ at most, the largest singular value of
$W$. ReLU stretches nothing. So the slope $\|r(h)-r(h')\|/\|h-h'\|$ of a ReLU network $r$ with weights
$W_1,\dots,W_L$, between any two inputs $h$ and $h'$, is at most

$$\text{lip}=\prod_{l=1}^L\|W_l\|_2$$

which bounds the network's *Lipschitz constant*. Bartlett, Foster and Telgarsky bound the error on new
examples by a multiple of the *spectral complexity*, which also measures how far each matrix is from a
*reference* $M_l$ that was chosen before training:

$$R=\prod_l\|W_l\|_2\,\Big(\sum_l\Big(\frac{\|W_l-M_l\|_{2,1}}{\|W_l\|_2}\Big)^{2/3}\Big)^{3/2}$$

Here $\|V\|_{2,1}$ is the sum of the Euclidean lengths of the columns of $V$, and a column holds the
weights into one neuron.

*A small step.* The formula divides by $\|W_l\|_2$. What does R become if one $W_l$ approaches zero,
with $M_l$ not zero? Bring the product into the sum first.

<details><summary>Answer</summary>

With $s_l=\|W_l\|_2$ and $m_l=\|W_l-M_l\|_{2,1}$ one gets $R=\big(\sum_l(m_l\prod_{k\ne
l}s_k)^{2/3}\big)^{3/2}$, which divides by nothing. If $s_l$ is 0, each other summand contains it and is
0, and R is $m_l$ times the other norms.

</details>
"""


# %%
def spectral_complexity(
    Ws: Sequence[Float64[np.ndarray, "i o"]], refs: Sequence[Float64[np.ndarray, "i o"]] | None = None
) -> tuple[float, float]:
    """Return a bound on the slope of a ReLU network, and its spectral complexity.

    Computes the product of the spectral norms, and R of Bartlett, Foster and Telgarsky,
    "Spectrally-normalized margin bounds for neural networks" (2017), https://arxiv.org/abs/1706.08498, in a
    form without division: R = (Σ_l (m_l Π_{k≠l} s_k)^⅔)^(3/2), where s_l is the spectral norm of W_l and m_l
    is the sum of the Euclidean lengths of the columns of W_l - M_l.

    Args:
        Ws: the weights of each layer, which maps rows h to h W: as many outputs as the next layer has
            inputs. A matrix may be zero, and sizes may be 1. There may be no layer: then the network is the
            identity.
        refs: the reference M_l of each layer; None stands for zeros.

    Returns:
        (lip, R). Without a layer, with refs [] or None, these are 1 and 0.

    Raises:
        ValueError: there are not as many references as layers, a reference has another shape than its
            matrix, or a matrix has not as many rows as the one before it has columns.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(spectral_complexity)

# %% [markdown]
r"""
Two layers by hand: $W_1$ is diagonal with 2 and 1, and $W_2$ is a column of 3 and 4. The spectral norms are
2 and 5, the sums of the columns' lengths are 3 and 5. So lip is 10, and R is
$\big((3\cdot5)^{2/3}+(5\cdot2)^{2/3}\big)^{3/2}\approx35.1$. With the reference $M_1=W_1$ only the second
summand is left, and R is 10. In the last line $W_1$ is 0, $M_1$ is 2 and $W_2$ is 3, so that R is 6.
"""

# %% tags=["active-ipynb"]
# first, second, nothing = np.diag([2.0, 1.0]), np.array([[3.0], [4.0]]), np.zeros((1, 1))
# found = [
#     spectral_complexity([first, second]),
#     spectral_complexity([first, second], [first, np.zeros((2, 1))]),
#     spectral_complexity([nothing, nothing + 3], [nothing + 2, nothing]),
# ]
# due = [(10, (15 ** (2 / 3) + 10 ** (2 / 3)) ** 1.5), (10, 10), (0, 6)]
# for ours, wanted in zip(found, due):
#     print(f"lip {ours[0]:.2f}, R {ours[1]:.2f}; expected {wanted[0]:.2f} and {wanted[1]:.2f}")
# assert np.allclose(found, due)

# %% [markdown]
r"""
**Prediction 3.** In a random ReLU network of 10 layers, by which factor is the product of the norms
larger than the largest slope that you can find?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
Random networks of width 64, with Gaussian weights of variance 2/64. The largest slope is looked for in
two ways: between 10,000 pairs of points that lie close together, and as the largest singular value of
the Jacobian at 200 points. The dashed line is the law of random matrices: each norm is near
$\sqrt2\,(1+\sqrt1)=2\sqrt2$.
"""

# %% tags=["active-ipynb"]
# rng, rows = np.random.default_rng(6), []
# edge = math.sqrt(marchenko_pastur(np.zeros(0), 1.0, 2.0)[1][1])
# for L in range(1, 11):
#     Ws = [math.sqrt(2 / 64) * rng.normal(size=(64, 64)) for _ in range(L)]
#     rows.append((spectral_complexity(Ws)[0], *largest_slope(Ws, rng)))
# bound, sampled, local = np.array(rows).T
# plt.figure(figsize=(5.5, 3.4), layout="constrained")
# plt.semilogy(range(1, 11), bound, "o", label="product of norms")
# plt.semilogy(range(1, 11), edge ** np.arange(1, 11), "--", color="0.6", label="from the upper edge")
# plt.semilogy(range(1, 11), local, "s", label="largest of 200 Jacobians")
# plt.semilogy(range(1, 11), sampled, "^", label="largest of 10,000 slopes")
# plt.xlabel("layers")
# plt.legend()
# plt.show()
# again = []
# for _ in range(3):
#     Ws = [math.sqrt(2 / 64) * rng.normal(size=(64, 64)) for _ in range(10)]
#     again.append(spectral_complexity(Ws)[0] / largest_slope(Ws, rng)[1])
# print("three other networks of 10 layers:", " ".join(f"{one_factor:.0f}" for one_factor in again))
# print("bound / largest slope found:", " ".join(f"{one_factor:.0f}" for one_factor in bound / local))
# assert np.all(sampled <= bound * 1.000001) and np.all(local <= bound * 1.000001), "a bound is never wrong"
# assert min([bound[-1] / local[-1], *again]) > 1000 and bound[0] / local[0] < 1.01

# %% [markdown]
r"""
**Prediction 3, answered.** The factor is more than a thousand at 10 layers, in each of the four
networks, and it grows with depth. The bound is never wrong, but none of the inputs comes near it. For
that, a small change of the input would have to be stretched by the full norm in every layer, and no
ReLU could set a part of it to 0. For one layer the bound is exact.

Is a loose bound of any use? The complexity R should at least tell networks apart that generalise from
networks that do not. The test of Bartlett and others: train one network on true labels, and one on
random labels, and compare. The references are the weights at the start. The *margin* of an example is
the output for its label minus the largest of the others; it is divided by R, since a network whose
weights are twice as large has larger margins without being better.
"""

# %% tags=["active-ipynb"]
# import tensorflow as tf
#
# digits = arrays("digits")
# D_train = np.asarray(digits["image"], "float64").reshape(-1, 64)[:600] / 16
# labels = np.asarray(digits["label"], "int64")[:600]
#
#
# @tf.function(autograph=False)
# def descend(Ws, targets_of):
#     """600 steps of Adam on all images, of a ReLU network without biases."""
#
#     def step(k, Ws, first, second):
#         with tf.GradientTape() as tape:
#             tape.watch(Ws)
#             h = tf.constant(D_train)
#             for W in Ws[:-1]:
#                 h = tf.nn.relu(h @ W)
#             loss = tf.nn.sparse_softmax_cross_entropy_with_logits(targets_of, h @ Ws[-1])
#             loss = tf.reduce_mean(loss)
#         slopes = tape.gradient(loss, Ws)
#         first = [0.9 * one_m + 0.1 * g for one_m, g in zip(first, slopes)]
#         second = [0.99 * v + 0.01 * g**2 for v, g in zip(second, slopes)]
#         moves = [one_m / (tf.sqrt(v) + 1e-8) for one_m, v in zip(first, second)]
#         return k + 1, [W - 0.003 * move for W, move in zip(Ws, moves)], first, second
#
#     zeros = [tf.zeros_like(W) for W in Ws]
#     return tf.while_loop(lambda k, *_: k < 600, step, (0, Ws, zeros, list(zeros)))[1]

# %% tags=["active-ipynb"]
# outcome, margins_of = {"true": [], "random": []}, {}
# for seed in range(3):
#     rng = np.random.default_rng(seed)
#     begin = [np.sqrt(2 / i) * rng.normal(size=(i, o)) for i, o in ((64, 128), (128, 128), (128, 10))]
#     for name, wanted in (("true", labels), ("random", rng.integers(10, size=600))):
#         Ws = [W.numpy() for W in descend([tf.constant(W) for W in begin], tf.constant(wanted))]
#         logits, rows = relu_net(Ws, D_train), np.arange(600)
#         right = logits[rows, wanted]
#         logits[rows, wanted] = -np.inf
#         margins = right - logits.max(axis=1)
#         lip, R = spectral_complexity(Ws, begin)
#         margins_of[name] = margins / R
#         outcome[name].append((np.mean(margins > 0), lip, R, np.median(margins) / R))
# for name, rows in outcome.items():
#     for fitted, lip, R, margin in rows:
#         print(f"{name:6} labels: {fitted:.0%} fitted, lip {lip:9.1f}, R {R:10.0f}, margin / R {margin:.1e}")
# length = np.sqrt(np.mean(np.sum(D_train**2, axis=1)))
# bounds = [length / row[3] / math.sqrt(600) for rows in outcome.values() for row in rows]
# print("R · length / margin / √600:", " ".join(f"{one_bound:.0f}" for one_bound in bounds))
# assert min(bounds) > 10, "it says nothing about an error, which is at most 1"
# assert min(row[3] for row in outcome["true"]) > 5 * max(row[3] for row in outcome["random"])
# assert min(row[2] for row in outcome["random"]) > max(row[2] for row in outcome["true"])

# %% tags=["active-ipynb"]
# plt.figure(figsize=(5.5, 3.2), layout="constrained")
# for name, margins in margins_of.items():
#     plt.hist(margins, np.geomspace(3e-5, 1e-2, 50), alpha=0.6, label=f"{name} labels")
# plt.xscale("log")
# plt.xlabel("margin / R")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
Bartlett and others show such histograms for AlexNet on CIFAR-10: with random labels the normalised
margins are smaller. The same holds here, for each of three starts. The value of the bound says nothing:
an error cannot be more than 1, and the theorem's bound is about $R$ divided by the margin and by the
root of the number of examples, times the root mean square length of the inputs. This is more than 10
here for each network. The bound ranks these networks, and it does not predict their errors.

## The spectral norm of a convolution

A convolution is a matrix as well, a huge one: from `height · width · inputs` numbers to `height · width
· outputs`. For an image that is continued *circularly*, so that its right edge meets its left one, the
discrete Fourier transform takes this matrix apart. For each pair of frequencies there remains one
matrix of `inputs` × `outputs` complex numbers: the Fourier transform of the kernel, after the kernel
has been padded with zeros to the size of the image. The singular values of the convolution are those of
all of these matrices together (Sedghi, Gupta and Long, 2018).

*A small step.* Let there be one input and one output, and let the kernel be the mean over 3 × 3 pixels.
What is its norm, and for which image is it reached? And if the kernel is (1, -1), in an image of even
width?

<details><summary>Answer</summary>

The Fourier transform of the mean is largest at the frequency 0, where it is the sum of the kernel, 1: a
constant image is not changed. For (1, -1) it is largest at the highest frequency, where it is 2:
stripes of one pixel, (1, -1, 1, -1, …), are doubled.

</details>
"""


# %%
def conv_spectral_norm(
    kernel: Float64[np.ndarray, "rows columns inputs outputs"], height: int, width: int
) -> float:
    """Return the largest singular value of a circular convolution of images of height × width pixels.

    Computes it by the Fourier transform, as Sedghi, Gupta and Long, "The Singular Values of Convolutional
    Layers" (2018), https://arxiv.org/abs/1805.10408. Output o at (r, s) is the sum over i, j and c of
    kernel[i, j, c, o] times input c at ((r + i) mod height, (s + j) mod width).

    Args:
        kernel: its sizes may be even or odd, and inputs need not be outputs. Its rows and columns may be
            more than those of the image: then the kernel is laid around the image several times, as the
            formula says. It may be zero.
        height, width: the size of the image, 1 or more each; height need not be width. The stride is 1.

    Raises:
        ValueError: height or width is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(conv_spectral_norm)

# %% [markdown]
r"""
Small kernels by hand: the kernel is (1, -1) in an image of height 3 and width 4. The width is even, so that
stripes of one pixel fit, and the norm is 2. The kernel (1, -1, 1) in an image of width 2 is laid around the
image: its third number falls on the first, and it acts as (2, -1), whose norm is 3.
"""

# %% tags=["active-ipynb"]
# stripes = conv_spectral_norm(np.reshape([1.0, -1.0], (1, 2, 1, 1)), 3, 4)
# around = conv_spectral_norm(np.reshape([1.0, -1.0, 1.0], (1, 3, 1, 1)), 1, 2)
# print(f"norms {stripes:.4f} and {around:.4f}; expected 2 and 3")
# assert np.isclose(stripes, 2) and np.isclose(around, 3)

# %% [markdown]
r"""
The cell builds the whole matrix for small images and computes its singular values, and measures the
time of both ways. It prints the norm of the kernel reshaped to a matrix, which is sometimes taken in
its place. The picture shows the norm for each frequency, for a kernel that looks for edges: bright
where such waves are stretched most.
"""

# %% tags=["active-ipynb"]
# def dense_matrix(kernel, height, width):
#     """The matrix of a circular convolution: [height · width · inputs, height · width · outputs]."""
#     basis = np.eye(height * width).reshape(-1, height, width)
#     blocks = 0
#     for i, j in np.ndindex(kernel.shape[:2]):
#         moved = np.roll(basis, (-i, -j), axis=(1, 2)).reshape(height * width, -1)
#         blocks = blocks + np.einsum("ab,co->acbo", moved, kernel[i, j])
#     return blocks.reshape(height * width * kernel.shape[2], -1)
#
#
# rng, seconds = np.random.default_rng(7), {}
# kernel = rng.normal(size=(3, 3, 4, 6)) * math.sqrt(2 / 36)
# conv_spectral_norm(kernel, 4, 4)  # the first call loads what it needs
# for size in (4, 6, 8):
#     starts = [time.perf_counter()]
#     dense = np.linalg.norm(dense_matrix(kernel, size, size), 2)
#     starts.append(time.perf_counter())
#     fast = conv_spectral_norm(kernel, size, size)
#     seconds[size] = starts[1] - starts[0], time.perf_counter() - starts[1]
#     times = "{:.1f} ms and {:.1f} ms".format(*(1e3 * spent for spent in seconds[size]))
#     print(f"{size} × {size}: dense {dense:.6f}, Fourier {fast:.6f}; {times}")
#     assert abs(dense - fast) < 1e-9
# print(f"the reshaped kernel has the norm {np.linalg.norm(kernel.reshape(-1, 6), 2):.3f}")
# assert seconds[8][0] > 5 * seconds[8][1], "the dense matrix has 256 × 384 entries"

# %% tags=["active-ipynb"]
# import keras
#
# sobel = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])[:, :, None, None]
# spectrum = np.abs(np.fft.fft2(sobel[:, :, 0, 0], (32, 32)))
# plt.figure(figsize=(3.6, 3), layout="constrained")
# plt.imshow(np.fft.fftshift(spectrum), extent=(-16, 16, -16, 16))
# plt.colorbar(label="stretch")
# plt.xlabel("waves across")
# plt.ylabel("waves down")
# plt.title(f"norm {conv_spectral_norm(sobel, 32, 32):.3f}", fontsize=10)
# plt.show()
# layer = keras.layers.Conv2D(6, 3, padding="same", use_bias=False)
# layer.build((None, 8, 8, 4))
# layer.kernel.assign(kernel)
# zero_padded = layer(np.eye(256).reshape(-1, 8, 8, 4).astype("float32")).numpy().reshape(256, -1)
# zero_norm = np.linalg.norm(zero_padded, 2)
# circular = [conv_spectral_norm(kernel, size, size) for size in (8, 10, 100)]
# print(f"Keras' layer on 8 × 8, padded with zeros: {zero_norm:.4f}")
# print("circular at 8, 10 and 100:", " ".join(f"{one_norm:.4f}" for one_norm in circular))
# assert np.isclose(conv_spectral_norm(sobel, 32, 32), spectrum.max()) and zero_norm <= circular[1]
# assert abs(zero_norm / circular[0] - 1) < 0.15

# %% [markdown]
r"""
The formula is exact for circular images, and Keras' layers pad with zeros. The printed norms differ by
some per cent. An image padded with zeros by one pixel on each side is a circular image of 10 × 10 whose
border happens to be 0, so that the circular norm at size 10 is a bound for the layer at size 8. So the
formula is exact for a similar layer, and for the layer of Keras it gives a bound.

## What you have learnt

- The Wasserstein distance is a formula on a line and between Gaussians, and an algorithm elsewhere. The
  Gaussian formula sees two moments only, Sinkhorn's plan depends on ε, and samples of one distribution
  are never at distance 0.
- In a wide random network, the length map and χ predict length and stretch without a free parameter.
  One narrow network has its own length.
- The law of Marchenko and Pastur tells how spread the eigenvalues of pure noise are. What is outside of
its edges is structure.
- Orthogonal matrices keep all singular values of a deep Jacobian near 1, if the activation does not cut
  directions off. Gaussian ones keep the mean square only.
- The particle flow depends on the distribution of the neurons and not on their number, and bounds by
  norms are never wrong, and loose by a factor that grows with depth.

Read on: Peyré and Cuturi, [Computational Optimal Transport](https://arxiv.org/abs/1803.00567) (2019);
Roberts, Yaida and Hanin, [The Principles of Deep Learning Theory](https://arxiv.org/abs/2106.10165)
(2021).
"""

# %% [markdown]
r"""
## In your own words

A paper reports: "The product of our network's spectral norms is 10⁶, and that of our competitor is 10³.
So our network is a thousand times more sensitive to its input." Which step of the argument is wrong?
What would you measure instead, and what would the measurement not tell you? Five sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
