# %% [markdown]
r"""
# Normalising flows: bend a Gaussian into two moons

A sensor sends pairs of numbers. Drawn in a plane, a thousand of these pairs look like two crescents
that reach into each other. A Gaussian that is fitted to them is largest between the crescents, where
there is hardly any pair. We look for a density that is large where the pairs are, that can be
evaluated at any point, and from which new pairs can be drawn.

**The question.** How does a simple cloud become a complicated one, without losing or gaining any
probability on the way? And what does it cost to go in each of the two directions?

**Before you run anything**, write down your predictions:

1. A flow moves each point of a Gaussian cloud to a place of its own, smoothly and so that the way
   back exists. The cloud is in one piece, and the two crescents are not. What share of the points that
   a trained flow draws lies where there is no crescent: none, less than 5 %, or more than 10 %?
2. One kind of flow needs one call of its network to find the density of a point, and D calls, one
   after the other, to draw a point of D numbers. By which factor is drawing slower than finding the
   density if D is 64? Another kind of flow needs a single call to draw. What does it lose?
3. You train seven flows, NICE, RealNVP, Glow's step, MADE, MAF, IAF and FFJORD, on the same
   crescents. Which of them is clearly the worst? How many nats lie between the best of them and the
   fifth?

You write the density of an affine map, the couplings of NICE and RealNVP, the three parts of a step
of Glow, the masks of MADE, the directions of MAF and IAF, a RealNVP whose weights are one vector,
and a flow that is the solution of a differential equation.
"""

# %%
from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float32, Int

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They draw the moons, train a vector of weights, and make
the pictures.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import time
#
# import matplotlib.pyplot as plt
# from sklearn.datasets import make_moons
# from sklearn.neighbors import NearestNeighbors
#
# from grader.datasets import arrays
#
# tf.get_logger().setLevel("ERROR")  # each flow is traced anew, of which TensorFlow warns
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
#
#
# def draw_moons(number, seed):
#     """Draw pairs on two crescents, in units of the standard deviation: [number, 2]."""
#     pairs, _ = make_moons(number, noise=0.08, random_state=seed)
#     return tf.constant((pairs - [0.5, 0.25]) / [0.87, 0.5], tf.float32)
#
#
# train_pairs, test_pairs = draw_moons(1000, 0), draw_moons(1000, 1)
# SIDE = 160
# ticks = np.linspace(-4, 4, SIDE).astype("float32")
# GRID = tf.constant(np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2))
# CELL = float(ticks[1] - ticks[0]) ** 2
# noise = tf.constant(np.random.default_rng(5).normal(size=(3000, 2)), tf.float32)
#
#
# def log_normal(z):
#     """The log-density of the standard Gaussian."""
#     return -0.5 * tf.reduce_sum(z**2, axis=1) - 0.5 * z.shape[1] * math.log(2 * math.pi)
#
#
# def cut(theta, shapes):
#     """Cut a vector into arrays of these shapes."""
#     sizes = [math.prod(shape) for shape in shapes]
#     return [tf.reshape(part, shape) for part, shape in zip(tf.split(theta, sizes), shapes)]
#
#
# def start(shapes, seed=0):
#     """Draw a vector of weights: matrices of random numbers, all else 0."""
#     draw = np.random.default_rng(seed)
#     parts = [
#         draw.normal(size=shape) * shape[0] ** -0.5 if len(shape) == 2 else np.zeros(shape)
#         for shape in shapes
#     ]
#     return tf.constant(np.concatenate([part.ravel() for part in parts]), tf.float32)
#
#
# def train(loss, theta, steps=600, rate=0.01):
#     """Minimise `loss(theta)` by Adam, in one graph; return the weights and the loss of each step."""
#
#     def step(number, theta, mean, square, course):
#         with tf.GradientTape() as tape:
#             tape.watch(theta)
#             value = loss(theta)
#         slope = tape.gradient(value, theta)
#         slope *= tf.minimum(1.0, 5.0 / (tf.norm(slope) + 1e-9))
#         mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
#         count = tf.cast(number + 1, tf.float32)
#         now = rate * 0.5 * (1 + tf.cos(math.pi * count / steps))
#         move = mean / (1 - 0.9**count) / (tf.sqrt(square / (1 - 0.99**count)) + 1e-7)
#         return number + 1, theta - now * move, mean, square, course.write(number, value)
#
#     @tf.function(autograph=False)
#     def run(theta):
#         zeros, course = tf.zeros_like(theta), tf.TensorArray(tf.float32, steps)
#         state = (0, theta, zeros, zeros, course)
#         state = tf.while_loop(lambda number, *_: number < steps, step, state)
#         return state[1], state[4].stack()
#
#     theta, course = run(theta)
#     return theta, course.numpy()
#
#
# def density_of(log_prob):
#     """The density on a grid: [SIDE, SIDE]."""
#     return np.exp(np.asarray(log_prob(GRID), "float64")).reshape(SIDE, SIDE)
#
#
# def show_density(axis, density, title, pairs=None):
#     """The density, dark where it is large, and pairs of numbers as points."""
#     axis.imshow(density, origin="lower", extent=(-4, 4, -4, 4), cmap="Blues", vmin=0, vmax=0.8)
#     if pairs is not None:
#         axis.plot(*np.asarray(pairs)[:400].T, ".", color="#D55E00", markersize=2)
#     axis.set(xlim=(-2.6, 2.6), ylim=(-2.6, 2.6), xticks=[], yticks=[])
#     axis.set_title(title, fontsize=10)
#
#
# def show_lattice(axis, bend, title):
#     """Where a map takes a lattice of straight lines."""
#     line = np.linspace(-2, 2, 101)
#     for place in np.linspace(-2, 2, 17):
#         for pairs in (np.stack([line, line * 0 + place], 1), np.stack([line * 0 + place, line], 1)):
#             axis.plot(*np.asarray(bend(tf.constant(pairs, tf.float32))).T, color="0.4", linewidth=0.8)
#     axis.set(aspect="equal", xticks=[], yticks=[])
#     axis.set_title(title, fontsize=10)
#
#
# def slogdet(forward, x):
#     """log |det| of the Jacobian of `forward` at each row of x, by differentiation alone."""
#     x = tf.reshape(x, (len(x), -1))
#     with tf.GradientTape(persistent=True) as tape:
#         tape.watch(x)
#         columns = tf.unstack(tf.reshape(forward(x), (len(x), -1)), axis=1)
#     rows = [tape.gradient(column, x, unconnected_gradients="zero") for column in columns]
#     return np.linalg.slogdet(np.stack(rows, axis=1).astype("float64"))[1]
#
#
# def show_images(*images):
#     """Images beside each other, each at its own size."""
#     sizes = [len(image) for image in images]
#     figure, axes = plt.subplots(
#         1, len(images), figsize=(9, 3), width_ratios=sizes, layout="constrained", squeeze=False
#     )
#     for axis, image in zip(axes[0], images):
#         axis.imshow(image, cmap="gray")
#         axis.axis("off")
#     plt.show()
#
#
# def far_share(pairs):
#     """The share of pairs further than 0.2 from every pair that was trained on."""
#     near = NearestNeighbors(n_neighbors=1).fit(train_pairs.numpy())
#     return float(np.mean(near.kneighbors(np.asarray(pairs))[0] > 0.2))
#
#
# CALLS = 0  # of networks, counted to compare prices
#
#
# def network(parts, x, masks=(1.0, 1.0)):
#     """One hidden layer of tanh: parts are its matrix and shift, and those of the output."""
#     global CALLS
#     CALLS += 1
#     W1, b1, W2, b2 = parts
#     return tf.tanh(x @ (W1 * masks[0]) + b1) @ (W2 * masks[1]) + b2
#
#
# def shapes_of(inputs, hidden, outputs, layers=1):
#     """The shapes of the parts of as many networks."""
#     return [(inputs, hidden), (hidden,), (hidden, outputs), (outputs,)] * layers
#
#
# FLOWS = {}  # by name: to_noise(theta, x) -> (z, log-determinant), to_data(theta, z) -> x, theta
#
#
# def learnt(to_noise, theta, **options):
#     """Train a flow on the moons; return its weights, and the mean log-density of pairs it has not seen."""
#
#     def log_prob(theta, x):
#         z, log_det = to_noise(theta, x)
#         return log_normal(z) + log_det
#
#     theta, _ = train(lambda theta: -tf.reduce_mean(log_prob(theta, train_pairs)), theta, **options)
#     return theta, float(tf.reduce_mean(log_prob(theta, test_pairs))), lambda x: log_prob(theta, x)
#
#
# def learn(name, to_noise, to_data, theta, **options):
#     """Train a flow, keep it with its name, print what it has reached, and return its log-density."""
#     begin = time.perf_counter()
#     theta, scores[name], log_prob = learnt(to_noise, theta, **options)
#     FLOWS[name] = (to_noise, to_data, theta)
#     spent = time.perf_counter() - begin
#     print(f"{name}: {scores[name]:.3f} nats, {len(theta):,} weights, {spent:.0f} s")
#     return log_prob
#
#
# scores = {}  # by name: the mean log-density of the test pairs

# %% [markdown]
r"""
## Change of variables

Let $f$ be a smooth map from the plane to itself that has an inverse, and let $x$ be a random pair
whose image $z=f(x)$ is standard normal. Around $x$, the map takes a small square of area $a$ to a
parallelogram of area $a\,|\det J|$, with $J=\partial f/\partial x$ the Jacobian at $x$. Both hold the
same probability, so that the densities are related by

$$\log p(x)=\log\mathcal N(f(x);0,I)+\log|\det J(x)|$$

This formula is the *change of variables*, and it holds in any number D of dimensions. A *normalising
flow* is a family of maps that have an inverse, and for which the determinant of the Jacobian is easy to
find. In this chapter $f$ leads from data to noise, which is the *normalising* direction; its inverse
leads from noise to data, which is the *generative* direction. A flow is trained by making
$-\log p(x)$ small on average over the data.

The first map is affine, $f(x)=Wx+b$. Its Jacobian is $W$ everywhere.

*A small step.* In the plane, $W=2I$ doubles each length. Is the density of $x$ larger or smaller than
the standard normal density at $f(x)$, and by which factor?

<details><summary>Answer</summary>

It is larger, by the factor 4. The map stretches, so that the cloud of $x$ is narrower than that of
$z$: its standard deviation is $1/2$, and the same probability is on a quarter of the area. To the
logarithm of the density, $\log|\det W|=\log4$ is added.

</details>
"""


# %%
def affine_log_prob(
    x: Float[tf.Tensor, "batch D"], W: Float[tf.Tensor, "D D"], b: Float[tf.Tensor, "D"]
) -> Float[tf.Tensor, "batch"]:
    """Return the log-density of each x, if W x + b is standard normal.

    Computes log N(W x + b; 0, I) + log |det W|, the change of variables of Papamakarios et al.,
    "Normalizing Flows for Probabilistic Modeling and Inference" (2021),
    https://arxiv.org/abs/1912.02762. Gradients flow to all arguments where W is not singular.

    Args:
        x: one example a row. The batch may be 1, and so may D.
        W: its determinant may be negative, and may be too small or too large for float32 and for
            float64: only its logarithm has to fit. If a row or column of W is 0, or two rows are
            equal, the determinant is 0, and the result is -inf for each example; nothing is raised.
        b: the shift.
    """
    ### BEGIN SOLUTION
    z = tf.linalg.matvec(W, x) + b
    log_det = tf.linalg.slogdet(W).log_abs_determinant
    return log_det - 0.5 * tf.reduce_sum(z**2 + math.log(2 * math.pi), axis=1)
    ### END SOLUTION


# %% [markdown]
r"""
The best affine map makes a Gaussian. It subtracts the mean and divides by the standard deviation in
each direction: $W=L^{-1}$, where $LL^\top$ is the covariance of the data and $L$ is triangular. Every
other flow has to be better than this one. The cell below also adds up the density over a fine grid,
times the area of a cell of the grid: the result must be 1. If the log-determinant has the wrong sign,
it is not.
"""

# %% tags=["active-ipynb"]
# mean = tf.reduce_mean(train_pairs, axis=0)
# W = np.linalg.inv(np.linalg.cholesky(np.cov(train_pairs.numpy().T, ddof=0))).astype("float32")
# b = -tf.linalg.matvec(W, mean)
# density = density_of(lambda x: affine_log_prob(x, W, b))
# scores["Gaussian"] = float(tf.reduce_mean(affine_log_prob(test_pairs, W, b)))
# figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.6), layout="constrained")
# show_density(axes[0], density, "the best Gaussian, and the pairs", train_pairs)
# show_lattice(axes[1], lambda z: tf.linalg.matvec(W, z) + b, "where W x + b takes straight lines")
# plt.show()
# between = float(tf.exp(affine_log_prob(tf.zeros((1, 2)), W, b))[0]) / density.max()
# print(f"the density sums to {density.sum() * CELL:.4f}; {scores['Gaussian']:.3f} nats a test pair")
# print(f"between the crescents it is {between:.0%} of its maximum")
# assert abs(density.sum() * CELL - 1) < 2e-3 and between > 0.9, "1, and the maximum is between them"

# %% [markdown]
r"""
## Additive couplings: NICE

A coupling splits the columns into two halves. It leaves the first as it is, and shifts the second by
what a network $m$ makes of the first:

$$y_1=x_1,\qquad y_2=x_2+m(x_1)$$

The network may be any function. It is never inverted: the first half of $y$ is $x_1$, so that one can
compute the same shift from $y$ and subtract it. In the next coupling the two halves exchange their roles.

*A small step.* Write the Jacobian of a coupling as four blocks. What is its determinant?

<details><summary>Answer</summary>

$\begin{pmatrix}I&0\\\partial m/\partial x_1&I\end{pmatrix}$. It is triangular, with ones on the
diagonal, so that the determinant is 1 for each $m$, and the log-determinant is 0. An additive coupling
moves and shears a region, and keeps its volume.

</details>
"""


# %%
def nice_coupling(
    x: Float[tf.Tensor, "batch D"],
    m: Callable[[Float[tf.Tensor, "batch first"]], Float[tf.Tensor, "batch second"]],
    reverse: bool = False,
) -> Float[tf.Tensor, "batch D"]:
    """Shift the second half of the columns by what m makes of the first half, or undo it.

    Computes the additive coupling of Dinh, Krueger and Bengio, "NICE: Non-linear Independent
    Components Estimation" (2014), https://arxiv.org/abs/1410.8516. Gradients flow to x and through m.

    Args:
        x: one example a row. If D is odd, the first half has one column more than the second: 3 and 2
            of 5 columns. If D is 1, the second half has no column, and x is returned as it is; m may
            be called or not.
        m: maps the first half [batch, first] to shifts of the second half [batch, second].
        reverse: if true, x is what a coupling returned, and what it was given is returned.
    """
    ### BEGIN SOLUTION
    size = (x.shape[1] + 1) // 2
    first, second = x[:, :size], x[:, size:]
    shift = m(first)
    return tf.concat([first, second - shift if reverse else second + shift], axis=1)
    ### END SOLUTION


# %% [markdown]
r"""
Since additive couplings keep each volume, no number of them can make a cloud smaller. NICE ends with one
layer that can: each column is multiplied by a factor of its own, $y_j=x_je^{a_j}$. The logarithm $a_j$
is learnt (`log_s` in the code), so that the factor is always positive.
"""


# %%
def diagonal_scale(
    x: Float[tf.Tensor, "batch D"], log_s: Float[tf.Tensor, "D"], reverse: bool = False
) -> tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch"]]:
    """Multiply each column by exp(log_s), or divide it by that.

    Computes the scaling layer of Dinh, Krueger and Bengio, "NICE: Non-linear Independent Components
    Estimation" (2014), https://arxiv.org/abs/1410.8516. Gradients flow to x and log_s.

    Args:
        x: one example a row.
        log_s: the logarithm of each column's factor, from -50 to 50.
        reverse: if true, divide.

    Returns:
        y [batch, D] and log |det dy/dx| [batch], which is that of the direction that was asked for.
    """
    ### BEGIN SOLUTION
    log_s = -log_s if reverse else log_s
    return x * tf.exp(log_s), tf.fill([tf.shape(x)[0]], tf.reduce_sum(log_s))
    ### END SOLUTION


# %% [markdown]
r"""
The next cell trains a NICE of six couplings and one scale on the crescents. After each coupling the
columns change places (`[:, ::-1]`), which keeps each volume, too. The left picture shows what the
couplings alone make of a lattice: each cell of the lattice is bent, and keeps its area.
"""

# %% tags=["active-ipynb"]
# NICE = shapes_of(1, 48, 1, layers=6) + [(2,)]
#
#
# def nice_to_noise(theta, x):
#     parts = cut(theta, NICE)
#     for k in range(0, 24, 4):
#         x = nice_coupling(x, lambda half: network(parts[k : k + 4], half))[:, ::-1]
#     return diagonal_scale(x, parts[-1])
#
#
# def nice_to_data(theta, z):
#     parts = cut(theta, NICE)
#     x, _ = diagonal_scale(z, parts[-1], reverse=True)
#     for k in range(20, -1, -4):
#         x = nice_coupling(x[:, ::-1], lambda half: network(parts[k : k + 4], half), reverse=True)
#     return x
#
#
# nice = learn("NICE", nice_to_noise, nice_to_data, start(NICE))
# couplings = tf.concat([FLOWS["NICE"][2][:-2], [0.0, 0.0]], axis=0)

# %% tags=["active-ipynb"]
# theta = FLOWS["NICE"][2]
# density = density_of(nice)
# figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
# show_lattice(axes[0], lambda z: nice_to_data(couplings, z), "straight lines, after the couplings")
# show_density(axes[1], density, "the density of NICE")
# show_density(axes[2], 0 * density, "pairs that it draws", nice_to_data(theta, noise))
# plt.show()
# area = slogdet(lambda x: nice_to_noise(couplings, x)[0], test_pairs[:50])
# print(f"the couplings' log-determinants, by differentiation: at most {abs(area).max():.0e}")
# print(f"the sum of the two log-factors is {float(tf.reduce_sum(theta[-2:])):.2f}")
# assert abs(area).max() < 1e-4, "a coupling keeps each area"
# assert float(tf.reduce_sum(theta[-2:])) > 0.3, "from data to noise, areas grow"
# assert abs(density.sum() * CELL - 1) < 0.02, "nothing is lost"
# assert np.allclose(nice_to_data(theta, nice_to_noise(theta, test_pairs)[0]), test_pairs, atol=1e-3)

# %% [markdown]
r"""
The sum of the two log-factors is larger than 0: from data to noise, areas grow, since the crescents fill
less of the plane than the noise does. In NICE all areas grow by the same factor, wherever they are.

## Affine couplings: RealNVP

In RealNVP the factor depends on $x$, too. A *mask* $c$ of ones and zeros takes the place of the halves:
the columns with a 1 are kept. A network is given $c\odot x$ and returns log-factors $s$ and shifts $t$
for all D columns; those of the columns that are kept are not used:

$$y=c\odot x+(1-c)\odot\bigl(x\odot e^{s(c\odot x)}+t(c\odot x)\bigr),\qquad
\log|\det J|=\sum_j(1-c_j)\,s_j$$

where $\odot$ multiplies component by component.
"""


# %%
def realnvp_coupling(
    x: Float[tf.Tensor, "batch D"],
    mask: Float[tf.Tensor, "D"],
    st: Callable[
        [Float[tf.Tensor, "batch D"]], tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch D"]]
    ],
    reverse: bool = False,
) -> tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch"]]:
    """Stretch and shift the columns where the mask is 0, by what st makes of the others, or undo it.

    Computes the masked affine coupling of Dinh, Sohl-Dickstein and Bengio, "Density Estimation Using
    Real NVP" (2016), https://arxiv.org/abs/1605.08803. Gradients flow to x and through st.

    Args:
        x: one example a row.
        mask: 1 where a column is kept, 0 where it changes. If it is all ones, x is returned, with
            log-determinants of 0. If it is all zeros, st sees zeros only, and each column is
            stretched and shifted by numbers that do not depend on x.
        st: maps x, with zeros where the mask is 0, to (s, t), both [batch, D]. What it returns for
            columns that are kept, any numbers from -10,000 to 10,000, changes nothing.
        reverse: if true, x is what a coupling returned, and what it was given is returned.

    Returns:
        y [batch, D] and log |det dy/dx| [batch], which is that of the direction that was asked for:
        in reverse it is the negative one.
    """
    ### BEGIN SOLUTION
    change = 1.0 - mask
    s, t = st(mask * x)
    # Masked before the exponential: what is infinite times 0 is no number.
    s, t = change * s, change * t
    log_det = tf.reduce_sum(s, axis=1)
    if reverse:
        return (x - t) * tf.exp(-s), -log_det
    return x * tf.exp(s) + t, log_det
    ### END SOLUTION


# %% [markdown]
r"""
There is a test for every log-determinant: differentiate the map at a point, and take the determinant of
the D×D derivatives. For D = 6 this is cheap. For an image of 3 million numbers it is not, which is why
flows are built of maps whose determinant is a product of D numbers. In the picture below, all points
must lie on the line.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(0)
# parts = cut(start(shapes_of(6, 16, 12), 1), shapes_of(6, 16, 12))
# x = tf.constant(draw.normal(size=(40, 6)), tf.float32)
# mask = tf.constant([1, 0, 0, 1, 0, 1], tf.float32)
#
#
# def st(kept):
#     return tf.split(network(parts, kept), 2, axis=1)
#
#
# y, log_det = realnvp_coupling(x, mask, st)
# back, undone = realnvp_coupling(y, mask, st, reverse=True)
# measured = slogdet(lambda x: realnvp_coupling(x, mask, st)[0], x)
# plt.figure(figsize=(3.6, 3.6), layout="constrained")
# plt.axline((0, 0), slope=1, color="0.7")
# plt.plot(measured, log_det, "o", markersize=4)
# plt.xlabel("log |det J|, by differentiation")
# plt.ylabel("your log-determinant")
# plt.show()
# print(f"the way back misses x by at most {np.abs(back - x).max():.0e}")
# assert np.allclose(measured, log_det, atol=1e-4) and np.allclose(undone, -log_det), "on the line"
# assert np.allclose(back, x, atol=1e-4), "there and back"

# %% [markdown]
r"""
Next, write a whole RealNVP for pairs. All of its weights are given as one vector, which is cut into
matrices inside of the function. The log-factor is the tanh of what the network returns: it stays between
-1 and 1, so that no factor explodes while the network learns.
"""


# %%
def real_nvp_model(
    theta: Float[tf.Tensor, "n"], x: Float[tf.Tensor, "batch 2"], layers: int, hidden: int
) -> Float[tf.Tensor, "batch"]:
    """Return the negative log-density of each pair under a RealNVP with a standard normal base.

    Follows Dinh, Sohl-Dickstein and Bengio, "Density Estimation Using Real NVP" (2016),
    https://arxiv.org/abs/1605.08803: affine couplings that lead from x to noise z, one after the
    other, and -log N(z; 0, I) minus the sum of their log-determinants. Coupling k, counted from 0,
    keeps column 0 if k is even, and column 1 if k is odd. Its network is

        h = tanh(kept @ W1 + b1),  out = h @ W2 + b2,  s = tanh(out[:, :2]),  t = out[:, 2:]

    with `kept` the pair, in which a zero stands for the column that changes.

    Gradients flow to theta and x.

    Args:
        theta: the weights of coupling 0, then of coupling 1, and so on; of each W1 [2, hidden], b1
            [hidden], W2 [hidden, 4] and b2 [4] in this order, each row by row. So there are
            n = layers · (7 · hidden + 4) of them.
        x: one pair a row.
        layers: the number of couplings. If it is 0, theta is empty and z is x.
        hidden: the number of units in each network, 1 or more.

    Raises:
        ValueError: theta has another length than layers and hidden ask for.
    """
    ### BEGIN SOLUTION
    sizes = [2 * hidden, hidden, 4 * hidden, 4]
    if theta.shape[0] != layers * sum(sizes):
        raise ValueError(f"expected {layers * sum(sizes)} weights, got {theta.shape[0]}")
    z, log_det = x, tf.zeros_like(x[:, 0])
    for k, weights in enumerate(tf.split(theta, layers) if layers else []):
        W1, b1, W2, b2 = tf.split(weights, sizes)
        kept = z * tf.one_hot(k % 2, 2, dtype=z.dtype)
        out = tf.tanh(kept @ tf.reshape(W1, (2, hidden)) + b1) @ tf.reshape(W2, (hidden, 4)) + b2
        change = tf.one_hot(1 - k % 2, 2, dtype=z.dtype)
        s, t = change * tf.tanh(out[:, :2]), change * out[:, 2:]
        z, log_det = z * tf.exp(s) + t, log_det + tf.reduce_sum(s, axis=1)
    return tf.reduce_sum(0.5 * z**2 + 0.5 * math.log(2 * math.pi), axis=1) - log_det
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 1.** The cloud is in one piece, and there are two crescents. What share of the points that a
trained flow draws lies where there is no crescent?

*Write yours here, with the reason, before you run the next cells:*
"""

# %% [markdown]
r"""
To draw, the same weights are used in the other direction. A pair counts as far off if no pair of the
training set lies within 0.2 of it; the unit is the standard deviation of the pairs. For comparison, the
cell prints the same share of the test pairs, on which no flow was trained: it is almost 0.
"""

# %% tags=["active-ipynb"]
# LAYERS, HIDDEN = 8, 32
# REALNVP = shapes_of(2, HIDDEN, 4, layers=LAYERS)
#
#
# def coupled(theta, x, k, reverse=False):
#     """Coupling k of `real_nvp_model`, in either direction."""
#     parts = cut(theta, REALNVP)[4 * k : 4 * k + 4]
#
#     def st(kept):
#         out = network(parts, kept)
#         return tf.tanh(out[:, :2]), out[:, 2:]
#
#     return realnvp_coupling(x, tf.one_hot(k % 2, 2), st, reverse)
#
#
# def realnvp_to_data(theta, z):
#     for k in reversed(range(LAYERS)):
#         z, _ = coupled(theta, z, k, reverse=True)
#     return z
#
#
# def realnvp_to_noise(theta, x, first=0, last=LAYERS):
#     total = tf.zeros(len(x))
#     for k in range(first, last):
#         x, log_det = coupled(theta, x, k)
#         total += log_det
#     return x, total

# %% tags=["active-ipynb"]
# def nll(theta, x):
#     return real_nvp_model(theta, x, LAYERS, HIDDEN)
#
#
# theta, course = train(lambda theta: tf.reduce_mean(nll(theta, train_pairs)), start(REALNVP))
# FLOWS["RealNVP"] = (realnvp_to_noise, realnvp_to_data, theta)
# scores["RealNVP"] = -float(tf.reduce_mean(nll(theta, test_pairs)))
# density, drawn = density_of(lambda x: -nll(theta, x)), realnvp_to_data(theta, noise)
# figure, axes = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
# show_density(axes[0], density, "the density of RealNVP")
# show_density(axes[1], 0 * density, "pairs that it draws", drawn)
# show_lattice(axes[2], lambda z: realnvp_to_data(theta, z), "straight lines, brought to the data")
# plt.show()
# gaussian = scores["Gaussian"]
# print(f"{scores['RealNVP']:.3f} nats a test pair; the Gaussian has {gaussian:.3f}")
# print(f"the density sums to {density.sum() * CELL:.3f}")
# shares = {"drawn": far_share(drawn), "test": far_share(test_pairs)}
# print("far from every training pair:", {name: f"{share:.1%}" for name, share in shares.items()})
# assert scores["RealNVP"] > gaussian + 0.5 and abs(density.sum() * CELL - 1) < 0.02
# assert shares["test"] < 0.01 < shares["drawn"] < 0.05, "a thin bridge, which is never gone"

# %% [markdown]
r"""
**Prediction 1, answered.** A small share, below 5 %, but not none. The Gaussian density is positive
everywhere, and so it is along each line through the cloud. The flow takes some line to a curve from one
crescent to the other, and the density along this curve is positive, too: there is a bridge between the
crescents. Training makes the bridge thin by stretching the space there, as the lattice shows. It can
never cut the bridge, since a continuous map takes what is connected to what is connected. Two ways out
are a mixture of several Gaussians in the place of one, or more dimensions than the data have.

**A silent bug.** A colleague writes the coupling with one slip: the log-determinant is the sum of *all*
log-factors, those of the kept columns included. The map itself is right, and so are its inverse and
all shapes. The next cell trains the colleague's flow and draws both curves of the loss; both flows have 8
couplings, whose log-factors are between -1 and 1. Before you run it: will the colleague's loss be worse,
the same, or better, and where will it end? What will the pairs look like that the colleague's flow
draws? Which number, printed twice above, shows that the colleague's density is wrong, even if the right
loss is not known?
"""

# %% tags=["active-ipynb"]
# def careless_nll(theta, x):
#     for k in range(LAYERS):
#         parts = cut(theta, REALNVP)[4 * k : 4 * k + 4]
#         s = tf.tanh(network(parts, x * tf.one_hot(k % 2, 2))[:, :2])
#         x, _ = coupled(theta, x, k)
#         careless = tf.reduce_sum(s, axis=1) + (careless if k else 0.0)
#     return -log_normal(x) - careless
#
#
# bad, bad_course = train(lambda theta: tf.reduce_mean(careless_nll(theta, train_pairs)), start(REALNVP))
# bad_density = density_of(lambda x: -careless_nll(bad, x))
# figure, axes = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
# axes[0].plot(course, label="yours")
# axes[0].plot(bad_course, "--", label="the colleague's")
# axes[0].set(xlabel="step", ylabel="loss in nats", ylim=(-9, 4))
# axes[0].legend()
# drawn = realnvp_to_data(bad, noise)
# show_density(axes[1], 0 * bad_density, "pairs that the colleague's flow draws", drawn)
# plt.show()
# print(f"loss at the end: yours {course[-1]:.2f}, the colleague's {bad_course[-1]:.2f}")
# print(f"the colleague's density sums to {bad_density.sum() * CELL:,.0f}")
# assert course[-1] - 8.1 < bad_course[-1] < course[-1] - 7, "nearly one nat for each coupling, for nothing"
# assert 2500 < bad_density.sum() * CELL < math.exp(8), "it is no density"

# %% [markdown]
r"""
<details><summary>Answer</summary>

The loss is *better*, by nearly 8 nats. The log-factor of a kept column moves nothing, so that the
network can raise it to 1 at no cost, and each of the 8 couplings adds nearly one nat. The pairs look
right all the same, because the rest of the loss is the right one. What shows the slip is the sum over
the plane: it is nearly $e^8\approx2981$ in the place of 1. So if a log-likelihood is surprisingly good,
test the determinant before you compare the number with those of other papers. The plot of your
log-determinants against derivatives, above, is such a test: with the slip, its points leave the line.

</details>
"""

# %% [markdown]
r"""
## A step of Glow

Glow models images [B, H, W, C]: batch, height, width and channels. Besides its couplings it has three
more parts. Two of them are new, and the last one, *squeeze*, is from RealNVP.

The first is *actnorm*, $y=s\odot x+b$, with one factor and one shift for each channel. Both are learnt,
and they start from values for which each channel of $y$ has the mean 0 and the variance 1 in the first
batch. After that, unlike in batch normalisation, $y$ does not depend on the other examples of a batch.
"""


# %%
def actnorm_init(
    x: Float[tf.Tensor, "batch H W C"],
) -> tuple[Float[tf.Tensor, "C"], Float[tf.Tensor, "C"]]:
    """Return the scale and the shift that give each channel of a batch mean 0 and variance 1.

    Computes the initialisation of actnorm in Kingma and Dhariwal, "Glow: Generative Flow with
    Invertible 1x1 Convolutions" (2018), https://arxiv.org/abs/1807.03039.

    Args:
        x: the first batch; B, H, W and C are 1 or more. A channel has either one value everywhere, or
            a standard deviation of 0.001 or more and a mean of 10 times that at most.

    Returns:
        s and b, for y = s * x + b. The variance is the mean of the squared deviations over all
        examples and places, and nothing is added to it. A channel that has one value everywhere is
        shifted to 0, with s = 1; so are all channels of a single image of one pixel.
    """
    ### BEGIN SOLUTION
    mean, variance = tf.nn.moments(x, axes=(0, 1, 2))
    constant = tf.reduce_max(x, axis=(0, 1, 2)) == tf.reduce_min(x, axis=(0, 1, 2))
    s = tf.where(constant, 1.0, tf.math.rsqrt(tf.where(constant, 1.0, variance)))
    return s, -s * mean
    ### END SOLUTION


# %% [markdown]
r"""
The second is the *invertible 1×1 convolution*: at each pixel, the C channels are multiplied by the same
matrix $M$, so that the next coupling keeps another mixture of channels. The determinant of a C×C matrix
costs about $C^3$ operations. Glow can store $M$ as a product, whose determinant can be read off:

$$M=P\,L\,(U+\operatorname{diag}(e^{a}))$$

with $P$ a fixed permutation, $L$ lower triangular with ones on its diagonal, $U$ strictly upper
triangular, and $a$ a vector (`log_s` in the code). (Glow's authors multiply $e^{a_j}$ by a fixed sign in
their code; here all signs are +.)

*A small step.* What is $\log|\det M|$? The map is applied to an image of H·W pixels: what is the
log-determinant of the whole map, from all numbers of the image to all numbers of the result?

<details><summary>Answer</summary>

$|\det P|=1$, $\det L=1$, and the last factor is triangular: $\log|\det M|=\sum_ja_j$. The Jacobian of
the whole map has H·W blocks $M$ on its diagonal, one for each pixel, so that its log-determinant is
$HW\sum_ja_j$.

</details>
"""


# %%
def invertible_1x1(
    x: Float[tf.Tensor, "batch H W C"],
    P: Float[tf.Tensor, "C C"],
    L: Float[tf.Tensor, "C C"],
    U: Float[tf.Tensor, "C C"],
    log_s: Float[tf.Tensor, "C"],
    reverse: bool = False,
) -> tuple[Float[tf.Tensor, "batch H W C"], Float[tf.Tensor, "batch"]]:
    """Multiply the channels of each pixel by M = P L (U + diag(exp(log_s))), or by its inverse.

    Computes the 1×1 convolution with the LU decomposition of Kingma and Dhariwal, "Glow: Generative
    Flow with Invertible 1x1 Convolutions" (2018), https://arxiv.org/abs/1807.03039. A pixel's
    channels x are a column, so that y = M x. Gradients flow to x, L, U and log_s.

    Args:
        x: the images; B, H, W and C are 1 or more.
        P: a permutation matrix.
        L: finite numbers, of which only those below the diagonal are used. The factor has ones on its
            diagonal and zeros above.
        U: finite numbers, of which only those above the diagonal are used.
        log_s: from -5 to 5.
        reverse: if true, multiply by the inverse of M.

    Returns:
        y and log |det dy/dx| [batch], with y and x as vectors of H · W · C numbers; in reverse it is
        the negative one.
    """
    ### BEGIN SOLUTION
    size, dtype = log_s.shape[0], x.dtype
    lower = tf.linalg.band_part(L, -1, 0) - tf.linalg.band_part(L, 0, 0) + tf.eye(size, dtype=dtype)
    upper = tf.linalg.band_part(U, 0, -1) - tf.linalg.band_part(U, 0, 0) + tf.linalg.diag(tf.exp(log_s))
    log_det = x.shape[1] * x.shape[2] * tf.reduce_sum(log_s)
    if reverse:
        columns = tf.linalg.matrix_transpose(tf.reshape(x, (-1, size)) @ P)
        columns = tf.linalg.triangular_solve(lower, columns)
        columns = tf.linalg.triangular_solve(upper, columns, lower=False)
        y, log_det = tf.reshape(tf.linalg.matrix_transpose(columns), x.shape), -log_det
    else:
        y = tf.linalg.matvec(P @ lower @ upper, x)
    return y, tf.fill([tf.shape(x)[0]], log_det)
    ### END SOLUTION


# %% [markdown]
r"""
The third is *squeeze*. In an image of one channel there are no channels to mix, and a coupling cannot keep
some of them and change the others. So each block of 2×2 pixels becomes one pixel of four times as many
channels. The numbers only change their places, so that the log-determinant is 0.
"""


# %%
def squeeze(x: Float[tf.Tensor, "batch H W C"], reverse: bool = False) -> Float[tf.Tensor, "batch h w c"]:
    """Make one pixel of each block of 2×2 pixels, with all of their channels, or undo it.

    Computes the squeezing of Dinh, Sohl-Dickstein and Bengio, "Density Estimation Using Real NVP"
    (2016), https://arxiv.org/abs/1605.08803, and of Glow. Write it with slices, reshapes and
    transpositions, and do not call `tf.nn.space_to_depth` or `tf.nn.depth_to_space`.

    Args:
        x: images [B, H, W, C], with H and W even; in reverse, with C divisible by 4.
        reverse: if true, x is what squeeze returned, and what it was given is returned.

    Returns:
        [B, H/2, W/2, 4 C]: first the C channels of the block's upper left pixel, then those of the
        upper right, the lower left and the lower right one. In reverse [B, 2 H, 2 W, C/4].

    Raises:
        ValueError: H or W is odd and `reverse` is false, or C is not divisible by 4 and it is true.
    """
    ### BEGIN SOLUTION
    B, H, W, C = x.shape
    if reverse:
        if C % 4:
            raise ValueError(f"expected channels in groups of 4, got {C}")
        blocks = tf.reshape(x, (B, H, W, 2, 2, C // 4))
        return tf.reshape(tf.transpose(blocks, (0, 1, 3, 2, 4, 5)), (B, 2 * H, 2 * W, C // 4))
    if H % 2 or W % 2:
        raise ValueError(f"expected an even height and width, got {H} and {W}")
    blocks = tf.reshape(x, (B, H // 2, 2, W // 2, 2, C))
    return tf.reshape(tf.transpose(blocks, (0, 1, 3, 2, 4, 5)), (B, H // 2, W // 2, 4 * C))
    ### END SOLUTION


# %% [markdown]
r"""
The next cell shows a photograph of 128×128 pixels, and its four channels after squeezing. They must look
like four small copies of the photograph. If a channel shows a part of it only, or two narrow copies
beside each other, the axes are in the wrong order. The cell after it compares the log-determinant of
squeeze, actnorm and convolution on digits of 8×8 pixels with that of the 64×64 Jacobian.
"""

# %% tags=["active-ipynb"]
# photograph = arrays("photographs")["image"][0, 100:228, 200:328].mean(axis=2)[None, ..., None]
# show_images(photograph[0, ..., 0], *np.moveaxis(squeeze(tf.constant(photograph))[0].numpy(), -1, 0))
# digits = arrays("digits")["image"][:12].astype("float32")[..., None] / 16
# small = squeeze(tf.constant(digits))
# s, b = actnorm_init(small)
# P, log_s = tf.eye(4)[::-1], tf.constant([0.3, -0.2, 0.5, 0.1])
# L, U = (tf.constant(0.5 * draw.normal(size=(4, 4)), tf.float32) for _ in range(2))

# %% tags=["active-ipynb"]
# def three_parts(x):
#     return invertible_1x1(s * squeeze(tf.reshape(x, digits.shape)) + b, P, L, U, log_s)
#
#
# mixed, log_det = three_parts(digits)
# claimed = log_det + 4 * 4 * tf.reduce_sum(tf.math.log(s))
# measured = slogdet(lambda x: three_parts(x)[0], digits)
# back, undone = invertible_1x1(mixed, P, L, U, log_s, reverse=True)
# back = squeeze((back - b) / s, reverse=True)
# print(f"log-determinant: {measured[0]:.3f} by differentiation, {claimed[0]:.3f} claimed")
# print(f"there and back misses by at most {np.abs(back - digits).max():.0e}")
# assert np.allclose(measured, claimed, rtol=1e-4) and np.allclose(undone, -log_det), "16 pixels count"
# assert np.allclose(back, digits, atol=1e-4), "there and back"
# assert np.allclose(tf.math.reduce_std(s * small + b, axis=(0, 1, 2)), 1, atol=1e-4), "variance 1"

# %% [markdown]
r"""
Here each pair of the crescents is an image of one pixel and two channels. A step of Glow is actnorm,
convolution and a coupling that keeps the first channel. Before training, the scale and shift of each
actnorm are computed by `actnorm_init` from the data that reach it.
"""

# %% tags=["active-ipynb"]
# STEPS = 8
# GLOW = [(2,), (2,), (2, 2), (2, 2), (2,), *shapes_of(2, 32, 4)] * STEPS
# KEEP = tf.constant([1.0, 0.0])
#
#
# def glow_step(parts, x, reverse=False):
#     """Actnorm, convolution and coupling, or the three undone in reverse order."""
#     log_scale, shift, L, U, log_s, *weights = parts
#
#     def st(kept):
#         out = network(weights, kept)
#         return tf.tanh(out[:, :2]), out[:, 2:]
#
#     total = tf.reduce_sum(log_scale)
#     if reverse:
#         x, coupled_det = realnvp_coupling(x, KEEP, st, reverse=True)
#         x, mixed_det = invertible_1x1(x[:, None, None], tf.eye(2)[::-1], L, U, log_s, reverse=True)
#         return (x[:, 0, 0] - shift) * tf.exp(-log_scale), coupled_det + mixed_det - total
#     x = x * tf.exp(log_scale) + shift
#     x, mixed_det = invertible_1x1(x[:, None, None], tf.eye(2)[::-1], L, U, log_s)
#     x, coupled_det = realnvp_coupling(x[:, 0, 0], KEEP, st)
#     return x, total + mixed_det + coupled_det

# %% tags=["active-ipynb"]
# def glow_to_noise(theta, x):
#     parts, total = cut(theta, GLOW), tf.zeros(len(x))
#     for k in range(0, 9 * STEPS, 9):
#         x, log_det = glow_step(parts[k : k + 9], x)
#         total += log_det
#     return x, total
#
#
# def glow_to_data(theta, z):
#     parts = cut(theta, GLOW)
#     for k in reversed(range(0, 9 * STEPS, 9)):
#         z, _ = glow_step(parts[k : k + 9], z, reverse=True)
#     return z
#
#
# parts, x = cut(start(GLOW), GLOW), train_pairs
# for k in range(0, 9 * STEPS, 9):
#     s, shift = actnorm_init(x[:, None, None])
#     parts[k : k + 5] = tf.math.log(s), shift, tf.zeros((2, 2)), tf.zeros((2, 2)), tf.zeros(2)
#     x, _ = glow_step(parts[k : k + 9], x)
# theta = tf.concat([tf.reshape(part, -1) for part in parts], axis=0)
# glow = learn("Glow", glow_to_noise, glow_to_data, theta)

# %% [markdown]
r"""
## Masked autoregressive networks: MADE

A coupling divides the columns into two groups. An *autoregressive* model treats them one by one. By the
chain rule of probability,

$$p(x)=p(x_1)\,p(x_2\mid x_1)\cdots p(x_D\mid x_1,\dots,x_{D-1})$$

A network with D inputs that returns the parameters of all D conditional densities has to obey one rule:
what it returns for column $i$ may depend only on the columns before $i$. MADE takes an ordinary network
and multiplies its matrices by masks of zeros and ones. Each unit gets a number, its *degree*. An input's
degree is its place in the order, 1 to D. A hidden unit of degree $d$ may depend on the inputs of degrees
up to $d$. The output for the input of degree $d$ may depend on those of degrees *below* $d$.

The degrees of the hidden units come first. In the paper they are drawn at random; here they are dealt out
in turn, $1,2,\dots,D-1,1,2,\dots$, so that the result is always the same. A hidden unit of degree D would
be of no use, since no output may read it.
"""


# %%
def made_degrees(D: int, hidden: Sequence[int]) -> list[Int[np.ndarray, "width"]]:
    """Deal out the degrees of the units of each hidden layer.

    Follows Germain et al., "MADE: Masked Autoencoder for Distribution Estimation" (2015),
    https://arxiv.org/abs/1502.03509, with degrees in turn in the place of random ones.

    Args:
        D: the number of inputs.
        hidden: the number of units of each hidden layer; may be empty.

    Returns:
        For each layer its degrees, integers: 1, 2, …, D - 1, then 1 again, until each unit has one. A
        layer of fewer than D - 1 units has the smallest degrees only. If D is 1, there is no degree
        from 1 to D - 1, and all units have the degree 0: they see no input.

    Raises:
        ValueError: D or one of the numbers of units is less than 1.
    """
    ### BEGIN SOLUTION
    if min(D, *hidden, 1) < 1:
        raise ValueError(f"expected one input and one unit or more, got {D} and {list(hidden)}")
    return [np.arange(width) % max(D - 1, 1) + (D > 1) for width in hidden]
    ### END SOLUTION


# %% [markdown]
r"""
A mask has a row for each unit that is read and a column for each unit that reads. Let $d$ be the degree
of the one that is read and $d'$ of the one that reads. Between inputs and hidden units, and between
two hidden layers, the connection stays if $d'\ge d$; into an output it stays if $d'>d$.

*A small step.* Why is it enough that *each single* connection obeys its rule, however many layers there
are?

<details><summary>Answer</summary>

Along any path from an input to an output, degrees never fall on the way through hidden layers, and they
rise by one or more in the last step. So the output's degree is larger than the input's. An output
depends on an input only if a path connects them.

</details>
"""


# %%
def made_masks(
    order: Int[np.ndarray, "D"], degrees: Sequence[Int[np.ndarray, "width"]]
) -> list[Float32[np.ndarray, "read reading"]]:
    """Return the masks that make a network autoregressive, from the inputs to the outputs.

    Computes the masks of Germain et al., "MADE: Masked Autoencoder for Distribution Estimation"
    (2015), https://arxiv.org/abs/1502.03509.

    Args:
        order: the degree of each input, which is also that of the output of the same number: each of
            1, 2, …, D once, in any order. D may be 1.
        degrees: those of the units of each hidden layer, integers from 0 to D - 1; a list of as many
            arrays as there are hidden layers. It may be empty: then inputs are connected to outputs,
            by one mask, with the rule for outputs.

    Returns:
        One mask more than there are hidden layers, each [units that are read, units that read], of
        ones where a connection stays and zeros elsewhere. It stays if the degree of the unit that
        reads is at least that of the unit that is read; into an output, if it is larger.

    Raises:
        ValueError: `order` does not hold each of 1, …, D once.
    """
    ### BEGIN SOLUTION
    order = np.asarray(order)
    if not np.array_equal(np.sort(order), np.arange(1, len(order) + 1)):
        raise ValueError(f"expected each of 1 to {len(order)} once, got {order}")
    layers = [order, *map(np.asarray, degrees)]
    masks = [after >= before[:, None] for before, after in zip(layers, layers[1:])]
    masks.append(order > layers[-1][:, None])
    return [mask.astype(np.float32) for mask in masks]
    ### END SOLUTION


# %% [markdown]
r"""
The product of all masks counts the paths from each input to each output. In the picture, black means that
there is a path. In the natural order the diagonal and everything below it must be white, and with wide
hidden layers nothing else. A layer of three units has the degrees 1, 2 and 3: it reads the first three
inputs only, so that outputs no longer depend on the inputs of degrees 4 to 6. The rule still holds.
"""

# %% tags=["active-ipynb"]
# def paths(order, hidden):
#     """How many paths lead from each input to each output."""
#     masks = made_masks(np.array(order), made_degrees(len(order), hidden))
#     return np.linalg.multi_dot(masks) if len(masks) > 1 else masks[0]
#
#
# natural = [1, 2, 3, 4, 5, 6, 7]
# counts = [paths(natural, [12, 12]), paths(natural, [3, 12]), paths([4, 1, 7, 2, 6, 3, 5], [12, 12])]
# figure, axes = plt.subplots(1, 3, figsize=(9.5, 3), layout="constrained")
# for axis, count, title in zip(axes, counts, ("12 and 12 units", "3 and 12 units", "another order")):
#     axis.imshow(count > 0, cmap="Greys", vmin=0, vmax=1)
#     axis.set(title=title, xlabel="output", ylabel="input", xticks=range(7), yticks=range(7))
# plt.show()
# kept = [int((count > 0).sum()) for count in counts]
# print("of the 49 pairs of an input and an output, connected are", kept)
# assert np.array_equal(counts[0] > 0, np.triu(np.ones((7, 7)), 1)), "each output by all inputs before it"
# assert kept[0] == kept[2] == 21 and kept[1] == 15, "the narrow layer loses some"

# %% [markdown]
r"""
## Two directions: MAF and IAF

Let the conditional densities be Gaussian. The network returns for each column a mean $\mu_i$ and the
logarithm of a standard deviation $\alpha_i$, both from the columns before. Then

$$z_i=\bigl(x_i-\mu_i(x_{<i})\bigr)\,e^{-\alpha_i(x_{<i})}$$

is standard normal, so that a MADE is a flow, and its Jacobian is triangular. Stacked several times,
with the columns in another order in between, it is the *masked autoregressive flow*, MAF. All of $x$
is known when a density is asked for: one call of the network gives all $\mu_i$ and $\alpha_i$.
"""


# %%
def maf_normalise(
    x: Float[tf.Tensor, "batch D"],
    made: Callable[
        [Float[tf.Tensor, "batch D"]], tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch D"]]
    ],
) -> tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch"]]:
    """Take examples to noise, by one call of an autoregressive network.

    Computes the normalising direction of Papamakarios, Pavlakou and Murray, "Masked Autoregressive
    Flow for Density Estimation" (2017), https://arxiv.org/abs/1705.07057. Gradients flow to x and
    through made.

    Args:
        x: one example a row; D is 1 or more.
        made: maps [batch, D] to (mu, alpha), both [batch, D], of which column i depends on the columns
            before i only, with alpha from -10 to 10. It is called once.

    Returns:
        z [batch, D] = (x - mu(x)) · exp(-alpha(x)), and log |det dz/dx| [batch].
    """
    ### BEGIN SOLUTION
    mu, alpha = made(x)
    return (x - mu) * tf.exp(-alpha), -tf.reduce_sum(alpha, axis=1)
    ### END SOLUTION


# %% [markdown]
r"""
To draw, the same equation is solved for $x_i=z_ie^{\alpha_i(x_{<i})}+\mu_i(x_{<i})$. Now $x_{<i}$ is
what has just been computed: first $x_1$, for which the network needs nothing; then $x_2$, for which it
needs $x_1$, and so on.
"""


# %%
def maf_sample(
    z: Float[tf.Tensor, "batch D"],
    made: Callable[
        [Float[tf.Tensor, "batch D"]], tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch D"]]
    ],
) -> tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch"]]:
    """Take noise to examples, column by column: undo what maf_normalise does with the same network.

    Computes the generative direction of Papamakarios, Pavlakou and Murray, "Masked Autoregressive
    Flow for Density Estimation" (2017), https://arxiv.org/abs/1705.07057. Gradients flow to z and
    through made.

    Args:
        z: one row of noise for each example; D is 1 or more.
        made: as in maf_normalise. It is called D times, with arrays [batch, D]; in columns that are
            not known yet you may put any finite numbers.

    Returns:
        x [batch, D], and log |det dx/dz| [batch].
    """
    ### BEGIN SOLUTION
    D = z.shape[1]
    known, log_det = [], tf.zeros_like(z[:, 0])
    for i in range(D):
        mu, alpha = made(tf.stack(known + [tf.zeros_like(z[:, 0])] * (D - i), axis=1))
        known.append(z[:, i] * tf.exp(alpha[:, i]) + mu[:, i])
        log_det += alpha[:, i]
    return tf.stack(known, axis=1), log_det
    ### END SOLUTION


# %% [markdown]
r"""
The *inverse autoregressive flow*, IAF, gives the network the noise instead of the data:
$x_i=z_ie^{\alpha_i(z_{<i})}+\mu_i(z_{<i})$. When it draws, all of $z$ is known.
"""


# %%
def iaf_sample(
    z: Float[tf.Tensor, "batch D"],
    made: Callable[
        [Float[tf.Tensor, "batch D"]], tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch D"]]
    ],
) -> tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch"]]:
    """Take noise to examples, by one call of an autoregressive network that reads the noise.

    Follows Kingma et al., "Improving Variational Inference with Inverse Autoregressive Flow" (2016),
    https://arxiv.org/abs/1606.04934, with the scale and shift of MAF. Gradients flow to z and through
    made.

    Args:
        z: one row of noise for each example; D is 1 or more.
        made: maps [batch, D] to (mu, alpha), both [batch, D], of which column i depends on the columns
            before i only. It is called once.

    Returns:
        x [batch, D] = z · exp(alpha(z)) + mu(z), and log |det dx/dz| [batch].
    """
    ### BEGIN SOLUTION
    mu, alpha = made(z)
    return z * tf.exp(alpha) + mu, tf.reduce_sum(alpha, axis=1)
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 2.** By which factor is it slower to draw from a MAF than to find a density, if D is 64? An
IAF draws by one call. What does it lose?

*Write yours here, with the reason, before you run the next cells:*
"""

# %% tags=["active-ipynb"]
# def made_of(parts, D):
#     """A network for D columns in their natural order, from the parts of one that returns 2 D numbers."""
#     width = parts[0].shape[1]
#     first, last = made_masks(np.arange(1, D + 1), made_degrees(D, [width]))
#     masks = first, np.concatenate([last, last], axis=1)
#
#     def made(x):
#         mu, alpha = tf.split(network(parts, x, masks), 2, axis=1)
#         return mu, 3 * tf.tanh(alpha / 3)
#
#     return made
#
#
# def seconds(call, repeats=5):
#     """The shortest of some runs; the first of all, which makes the graph, does not count."""
#     call()
#     spans = []
#     for _ in range(repeats):
#         begin = time.perf_counter()
#         call()
#         spans.append(time.perf_counter() - begin)
#     return min(spans)

# %% tags=["active-ipynb"]
# widths, calls, spans = (2, 4, 8, 16, 32, 64), {}, {}
# moves = {"density of MAF": maf_normalise, "drawing from MAF": maf_sample, "drawing from IAF": iaf_sample}
# for D in widths:
#     shapes = shapes_of(D, 256, 2 * D)
#     made = made_of(cut(start(shapes), shapes), D)
#     x = tf.constant(draw.normal(size=(500, D)), tf.float32)
#     z, down = maf_normalise(x, made)
#     back, up = maf_sample(z, made)
#     assert np.allclose(back, x, atol=1e-3) and np.allclose(up, -down, atol=1e-3), "there and back"
#     for name, move in moves.items():
#         before = CALLS
#         move(x, made)
#         calls.setdefault(name, []).append(CALLS - before)
#         run = tf.function(lambda: move(x, made), autograph=False)
#         spans.setdefault(name, []).append(seconds(run))
# print({name: f"calls for D = 64: {row[-1]}" for name, row in calls.items()})
# assert list(calls.values()) == [[1] * 6, list(widths), [1] * 6], "D calls to draw from MAF, else one"

# %% tags=["active-ipynb"]
# plt.figure(figsize=(5.5, 3.4), layout="constrained")
# for name, style, line in (("drawing from MAF", "o", "-"), ("drawing from IAF", "s", "--")):
#     plt.loglog(widths, calls[name], line, color="0.6", label=f"{name}: number of calls")
#     ratio = np.divide(spans[name], spans["density of MAF"])
#     plt.loglog(widths, ratio, style, label=f"{name}: measured")
#     print(f"D = 64, {name}: {ratio[-1]:.1f} times as long as a density of MAF, on this machine")
# plt.xticks(widths, widths)
# plt.minorticks_off()
# plt.xlabel("D")
# plt.ylabel("calls, and seconds divided by\nthose of the density of MAF")
# plt.legend(fontsize=8)
# plt.show()

# %% [markdown]
r"""
**Prediction 2, answered.** To draw from a MAF with D = 64, the network is called 64 times, and once for a
density. The calls cannot be made at the same time, since each of them needs the result of the one before.
How many times as long the drawing takes depends on the machine, on what else it does, and on how much of a
single call is spent on things other than the network: the measured marks lie near the line of the calls,
and not on it.

An IAF draws in one call. It loses the other direction: to find the density of a given $x$, its $z$ has to
be computed column by column. The density of what the IAF *has drawn itself* needs no further call, because
its $z$ is known then. This is all that variational inference needs, for which IAF was invented.

So an IAF can be trained on data, at the price of D calls for each density. Your `maf_sample` computes its
inverse, if it is given another network: $z_i=(x_i-\mu_i(z_{<i}))\,e^{-\alpha_i(z_{<i})}$ has the form of
MAF's $x_i=z_ie^{\alpha_i(x_{<i})}+\mu_i(x_{<i})$, with $x$ and $z$ exchanged.

*A small step.* With which $\mu'$ and $\alpha'$ is $z_i=x_ie^{\alpha'_i}+\mu'_i$?

<details><summary>Answer</summary>

$\alpha'=-\alpha$ and $\mu'=-\mu e^{-\alpha}$. That is `undone` in the next cell.

</details>
"""

# %% tags=["active-ipynb"]
# def undone(made):
#     """The network by which `maf_sample` undoes `iaf_sample`."""
#
#     def other(z):
#         mu, alpha = made(z)
#         return -mu * tf.exp(-alpha), -alpha
#
#     return other
#
#
# def stack(layers, down, up, seed=0):
#     """Both directions of some autoregressive layers, with the columns reversed after each."""
#     shapes = shapes_of(2, 32, 4, layers)
#
#     def through(theta, x, move, places, flip_first):
#         parts, total = cut(theta, shapes), tf.zeros(len(x))
#         for k in places:
#             x = x[:, ::-1] if flip_first else x
#             x, log_det = move(x, made_of(parts[4 * k : 4 * k + 4], 2))
#             x, total = x if flip_first else x[:, ::-1], total + log_det
#         return x, total
#
#     def to_noise(theta, x):
#         return through(theta, x, down, range(layers), False)
#
#     def to_data(theta, z):
#         return through(theta, z, up, reversed(range(layers)), True)[0]
#
#     return to_noise, to_data, start(shapes, seed)

# %% tags=["active-ipynb"]
# made = learn("MADE", *stack(1, maf_normalise, maf_sample))
# maf = learn("MAF", *stack(8, maf_normalise, maf_sample))
# iaf = learn("IAF", *stack(8, lambda x, made: maf_sample(x, undone(made)), iaf_sample))
# figure, axes = plt.subplots(1, 5, figsize=(14, 3), layout="constrained")
# for axis, name, flow in zip(axes, ("MADE", "MAF", "IAF"), (made, maf, iaf)):
#     show_density(axis, density_of(flow), f"the density of {name}")
# spread = {}
# for axis, name in zip(axes[3:], ("MADE", "MAF")):
#     z, _ = FLOWS[name][0](FLOWS[name][2], test_pairs)
#     show_density(axis, np.zeros((2, 2)), f"the test pairs as noise: {name}", z)
#     spread[name] = float(np.mean(np.linalg.norm(z, axis=1) < 0.5))
# plt.show()
# print("of the noise, within 0.5 of the middle:", {name: f"{share:.1%}" for name, share in spread.items()})
# print(f"of a Gaussian it would be {1 - math.exp(-0.125):.1%}")
# assert scores["MADE"] < min(scores["MAF"], scores["IAF"]) - 0.2, "one layer is not enough"
# assert abs(spread["MAF"] - 0.118) < abs(spread["MADE"] - 0.118), "MAF's noise is more like a Gaussian"

# %% [markdown]
r"""
The two pictures on the right follow an idea of the paper on MAF (Papamakarios and others, 2017): look at
the data as noise. If a flow fits the data, they become a round cloud without structure. After one MADE
there is still structure: this model takes the first column for a Gaussian, and also the second column for
each value of the first, although the second has two peaks where both crescents have pairs. In a MAF the
next layer models the structure that the layer before has left.

## Continuous flows: FFJORD

Let a point move along a field $f$ of velocities, $dz/dt=f(z,t)$, from the time 0 to the time $T$. Points
that start at different places never meet. So this is a flow for every smooth $f$, as long as no point
runs off to infinity before the time $T$, and nothing has to be masked. To go back, one lets the time run
backwards. The log-density at the moving point changes at the rate

$$\frac{d\log p(z(t))}{dt}=-\operatorname{tr}\frac{\partial f}{\partial z}$$

Where the trace is positive, the cloud spreads and the density falls. Let $J=\partial f/\partial z$. The
trace of $J$ needs D backward passes, one for each entry of the diagonal. Hutchinson's estimate needs a
single one: if $v$ is a random vector with mean 0 and covariance $I$, then $v^\top Jv$ has the mean
$\operatorname{tr}J$, and one backward pass computes $v^\top J$.

The equation is solved in steps of $h=T/\text{steps}$, by the method of Runge and Kutta of order 4. With
$y=(z,\log p)$ and $g$ its rate of change:

$$k_1=g(y,t),\quad k_2=g(y+\tfrac h2k_1,t+\tfrac h2),\quad k_3=g(y+\tfrac h2k_2,t+\tfrac h2),\quad
k_4=g(y+hk_3,t+h)$$

$$y\leftarrow y+\tfrac h6(k_1+2k_2+2k_3+k_4)$$

*A small step.* Let $f(z,t)=Az$ with a D×D matrix $A$, a field that does not change with time. By how much
has $\log p$ changed at the time T, and where is the point?

<details><summary>Answer</summary>

The trace is that of $A$, everywhere and at all times, so that $\log p$ changes by
$-T\operatorname{tr}A$. The point is at $e^{AT}z$, with the exponential of a matrix. Steps of Runge and
Kutta find the first one exactly, and the second one up to the error of the method.

</details>
"""


# %%
def ffjord(
    f: Callable[[Float[tf.Tensor, "batch D"], float], Float[tf.Tensor, "batch D"]],
    z: Float[tf.Tensor, "batch D"],
    T: float,
    steps: int,
    v: Float[tf.Tensor, "batch D"] | None = None,
) -> tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch"]]:
    """Let points move along a field from the time 0 to the time T, and follow their log-density.

    Computes Grathwohl et al., "FFJORD: Free-form Continuous Dynamics for Scalable Reversible
    Generative Models" (2018), https://arxiv.org/abs/1810.01367, with the classical method of Runge
    and Kutta in steps of equal length. Gradients flow to z and through f.

    Args:
        f: f(z, t) is the velocity [batch, D] at the points z at the time t, a number. The velocity of
            a point depends on this point and on t only, or on one of them, or on none.
        z: the points at the time 0, float32 or float64; numbers that you add to them need the same
            dtype, `z.dtype`. The batch and D are 1 or more.
        T: if it is negative, time runs backwards, from 0 to T. If it is 0, the points stay where they
            are, and their log-density does not change.
        steps: the number of steps.
        v: if it is given, each trace is replaced by Hutchinson's estimate, with one vector for each
            point, the same at all times. Without it, the trace is exact.

    Returns:
        The points at the time T, and log p(z(T)) at the time T minus log p(z(0)) at the time 0
        [batch], which is minus the integral of the trace.

    Raises:
        ValueError: steps is less than 1.
    """
    ### BEGIN SOLUTION
    if steps < 1:
        raise ValueError(f"expected one step or more, got {steps}")
    basis = tf.unstack(tf.eye(z.shape[1], dtype=z.dtype))
    probes = [tf.ones_like(z) * one for one in basis] if v is None else [v]

    def rate(z, t):
        with tf.GradientTape(persistent=True) as tape:
            tape.watch(z)
            velocity = f(z, t)
        trace = tf.zeros_like(z[:, 0])
        for probe in probes:
            product = tape.gradient(velocity, z, probe, unconnected_gradients="zero")
            trace += tf.reduce_sum(product * probe, axis=1)
        return velocity, -trace

    h, log_p = T / steps, tf.zeros_like(z[:, 0])
    for step in range(steps):
        t = step * h
        k1, l1 = rate(z, t)
        k2, l2 = rate(z + h / 2 * k1, t + h / 2)
        k3, l3 = rate(z + h / 2 * k2, t + h / 2)
        k4, l4 = rate(z + h * k3, t + h)
        z = z + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        log_p = log_p + h / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
    return z, log_p
    ### END SOLUTION


# %% [markdown]
r"""
The field is a network of $z$ and $t$. From data to noise the time runs from 0 to 1; the way back starts
at the time 1, so that the field is given $t+1$ and T is -1. The pictures on the right show the test
pairs on their way to noise.
"""

# %% tags=["active-ipynb"]
# FIELD = shapes_of(3, 64, 2)
#
#
# def field_of(theta, begin=0.0):
#     """The field, for a clock that starts at `begin`."""
#     parts = cut(theta, FIELD)
#     return lambda z, t: network(parts, tf.concat([z, tf.zeros_like(z[:, :1]) + (t + begin)], axis=1))
#
#
# def ffjord_to_noise(theta, x):
#     z, change = ffjord(field_of(theta), x, 1.0, 8)
#     return z, -change
#
#
# def ffjord_to_data(theta, z):
#     return ffjord(field_of(theta, 1.0), z, -1.0, 8)[0]
#
#
# continuous = learn("FFJORD", ffjord_to_noise, ffjord_to_data, start(FIELD), steps=400, rate=0.02)
# theta = FLOWS["FFJORD"][2]
# figure, axes = plt.subplots(1, 5, figsize=(14, 3), layout="constrained")
# density = density_of(continuous)
# show_density(axes[0], density, "the density of FFJORD")
# for axis, T in zip(axes[1:], (0.25, 0.5, 0.75, 1.0)):
#     show_density(axis, np.zeros((2, 2)), f"pairs at t = {T}", ffjord(field_of(theta), test_pairs, T, 8)[0])
# plt.show()
# print(f"the density sums to {density.sum() * CELL:.3f}")
# assert abs(density.sum() * CELL - 1) < 0.03, "nothing is lost"

# %% [markdown]
r"""
How many steps are enough, and how good is one random vector? The exact trace of 256 steps is the
reference.
"""

# %% tags=["active-ipynb"]
# some, field = test_pairs[:200], field_of(theta)
# z_best, best = ffjord(field, some, 1.0, 256)
# counts = (1, 2, 4, 8, 16)
# errors = [float(tf.reduce_max(tf.abs(ffjord(field, some, 1.0, steps)[0] - z_best))) for steps in counts]
# signs = tf.constant(draw.choice([-1.0, 1.0], size=(40, 200, 2)), tf.float32)
# estimates = np.stack([ffjord(field, some, 1.0, 8, v)[1] for v in signs])
# exact = ffjord(field, some, 1.0, 8)[1].numpy()
# figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
# axes[0].loglog(counts, errors, "o")
# axes[0].loglog(counts, errors[2] * (4 / np.array(counts)) ** 4, color="0.6", label="1 / steps⁴")
# axes[0].set(xlabel="steps", ylabel="largest error of z")
# axes[0].legend()
# axes[1].plot(exact, estimates[0], ".", color="0.6", label="one vector")
# axes[1].plot(exact, estimates.mean(axis=0), ".", label="mean of 40")
# axes[1].axline((0, 0), slope=1, color="0.3")
# axes[1].set(xlabel="change of log p, exact", ylabel="by Hutchinson's estimate")
# axes[1].legend()
# plt.show()
# wrong = [float(np.sqrt(np.mean((guess - exact) ** 2))) for guess in (estimates[0], estimates.mean(axis=0))]
# print(f"root mean squared error: one vector {wrong[0]:.2f}, mean of 40 {wrong[1]:.2f}")
# assert wrong[1] < 0.4 * wrong[0] and errors[-1] < errors[1] / 50, "without bias, and order 4"

# %% [markdown]
r"""
## Seven flows compared

**Prediction 3.** Which of the seven flows is clearly the worst? How many nats lie between the best of them
and the fifth?

*Write yours here, with the reason, before you run the next cells:*
"""

# %% [markdown]
r"""
For each flow the table has the mean log-density of 1,000 pairs that no flow was trained on, the number
of weights, and the calls of networks for a density and for drawing, divided by the number of layers.
The last two columns are tests: the largest difference between the log-determinant that the flow returns
and that of the Jacobian, and the largest error after the way there and back. FFJORD is exact up to the
error of its solver.
"""

# %% tags=["active-ipynb"]
# LAYERS_OF = {"NICE": 6, "RealNVP": 8, "Glow": 8, "MADE": 1, "MAF": 8, "IAF": 8, "FFJORD": 1}
#
#
# def examine(name):
#     """The row of a flow in the table, after its name and its score."""
#     global CALLS
#     to_noise, to_data, theta = FLOWS[name]
#     before, (z, claimed) = CALLS, to_noise(theta, test_pairs[:100])
#     middle, back = CALLS, to_data(theta, z)
#     calls = [(middle - before) / LAYERS_OF[name], (CALLS - middle) / LAYERS_OF[name]]
#     measured = slogdet(lambda x: to_noise(theta, x)[0], test_pairs[:100])
#     errors = np.abs(measured - claimed).max(), np.abs(back - test_pairs[:100]).max()
#     return len(theta), *calls, *errors
#
#
# print(f"{'':8} {'nats':>7} {'weights':>8} {'density':>8} {'drawing':>8} {'log det':>9} {'way back':>9}")
# rows = {name: examine(name) for name in LAYERS_OF}
# for name, (size, down, up, *errors) in rows.items():
#     tests = " ".join(f"{error:9.0e}" for error in errors)
#     print(f"{name:8} {scores[name]:7.3f} {size:8,} {down:8.0f} {up:8.0f} {tests}")
#     assert max(errors) < (0.05 if name == "FFJORD" else 5e-3), "each flow passes both tests"
# assert [rows[name][1:3] for name in ("RealNVP", "MAF", "IAF")] == [(1, 1), (1, 2), (2, 1)]

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(2, 7, figsize=(14, 4.4), layout="constrained")
# for column, name in zip(axes.T, LAYERS_OF):
#     to_noise, to_data, theta = FLOWS[name]
#
#     def log_prob(x):
#         z, log_det = to_noise(theta, x)
#         return log_normal(z) + log_det
#
#     density = density_of(log_prob)
#     show_density(column[0], density, f"{name}: {scores[name]:.2f}")
#     show_density(column[1], 0 * density, "", to_data(theta, noise))
#     assert abs(density.sum() * CELL - 1) < 0.03, "nothing is lost"
# plt.show()
# ranked = sorted(LAYERS_OF, key=scores.get)
# print("from worst to best:", ", ".join(ranked))
# print(f"the best five are within {scores[ranked[-1]] - scores[ranked[2]]:.2f} nats")
# assert ranked[0] == "MADE" and scores[ranked[-1]] - scores[ranked[2]] < 0.1

# %% [markdown]
r"""
Is the order of the best five a matter of luck? Three of them, trained from three other starts each:
"""

# %% tags=["active-ipynb"]
# again = {"RealNVP": [], "MAF": [], "MADE": []}
# for seed in (1, 2, 3):
#     theta, _ = train(lambda theta: tf.reduce_mean(nll(theta, train_pairs)), start(REALNVP, seed))
#     again["RealNVP"].append(-float(tf.reduce_mean(nll(theta, test_pairs))))
#     for name, layers in (("MAF", 8), ("MADE", 1)):
#         down, _, theta = stack(layers, maf_normalise, maf_sample, seed)
#         again[name].append(learnt(down, theta)[1])
# for name, row in again.items():
#     print(f"{name:8}", " ".join(f"{score:.3f}" for score in row))
# apart = max(max(row) - min(row) for row in (again["RealNVP"], again["MAF"]))
# print(f"one flow, from different starts, differs by up to {apart:.2f} nats")
# assert apart > 0.03, "the order of the best five is a matter of luck"
# assert max(again["MADE"]) < min(again["RealNVP"] + again["MAF"]) - 0.2, "MADE is the worst from each start"

# %% [markdown]
r"""
**Prediction 3, answered.** MADE is the worst, from each start: it is a single layer. The best five are
within 0.1 nats of each other. One flow, trained from other starts, differs by more than 0.03 nats,
as printed above, so that the order of the best five depends on the start and on the number of steps.

The paper on MAF (Papamakarios and others, 2017) compares test log-likelihoods on five data sets of 6 to 63
columns. On each of them one MADE with Gaussian conditionals is below RealNVP and MAF, as it is here. But
there a MAF is also better than a RealNVP with as many layers. Here it can hardly be: with two columns, a
layer of either flow changes one column by a function of the other, and MAF adds only a constant factor and
a constant shift of the first column.

**Explore.** What is the smallest RealNVP whose score is within 0.05 nats of the one above? Change the
number of couplings and of hidden units. The cell prints the score on a third set of pairs, which is the
validation set: choose by this score, and compute that of the test pairs once, at the end.
"""

# %% tags=["active-ipynb"]
# layers, hidden = 4, 16
# validation = draw_moons(1000, 2)
# shapes = shapes_of(2, hidden, 4, layers)
# mine, _ = train(
#     lambda theta: tf.reduce_mean(real_nvp_model(theta, train_pairs, layers, hidden)), start(shapes)
# )
# score = -float(tf.reduce_mean(real_nvp_model(mine, validation, layers, hidden)))
# above = -float(tf.reduce_mean(nll(FLOWS["RealNVP"][2], validation)))
# print(f"yours: {score:.3f} nats with {len(mine):,} weights; the one above: {above:.3f}")

# %% [markdown]
r"""
## What you have learnt

- A flow is a map with an inverse, and log |det J| relates the density of the data to that of the noise.
  If it is wrong, the likelihood can look better than it is, and no picture of samples shows it.
- Couplings have triangular Jacobians and are undone in one call. Those of NICE keep volumes, those of
  RealNVP stretch, and Glow learns how channels are mixed between the couplings.
- Masks make a network autoregressive. MAF finds a density in one call and draws in D; IAF draws in one
  and finds the density of given data in D.
- A continuous flow needs a trace in the place of a determinant, and no mask. Its price is the solver's
  steps.
- All of these maps are continuous, so that a connected cloud stays connected: a bridge remains between
  the two crescents.

Read on: Papamakarios, Nalisnick, Rezende, Mohamed and Lakshminarayanan, [Normalizing Flows for
Probabilistic Modeling and Inference](https://arxiv.org/abs/1912.02762) (2021); Chen, Rubanova,
Bettencourt and Duvenaud, [Neural Ordinary Differential Equations](https://arxiv.org/abs/1806.07366)
(2018).
"""

# %% [markdown]
r"""
## In your own words

A company wants to make speech, 16,000 numbers a second, faster than it is played. A colleague proposes
an IAF, "since it draws in one call", to be trained on recordings by maximum likelihood. What is the
difficulty? Propose two ways out, and say what each of them loses. Five sentences.
"""

# %% [markdown] tags=["answer"]
r"""
Maximum likelihood needs the density of recordings, which the IAF has not drawn itself: for each second
of sound, 16,000 calls of the network have to be made one after the other, at each step of training,
so that the cheap direction is the one that training does not use. One way out is a flow of
couplings, which needs one call in both directions; a single layer of it is a less general map, so that
more layers are needed. Another is to train an autoregressive model or a MAF on the recordings, where
each density takes one call, and then to train an IAF to imitate it: the IAF draws, knows the density of
what it has drawn, and the teacher says in one call how probable that is. This is what van den Oord
and others did for speech ("Parallel WaveNet", 2017, https://arxiv.org/abs/1711.10433). It loses
exactness: the student minimises a divergence to the teacher and not to the data, may leave out some of
what the teacher can say, and two models have to be trained.
"""
