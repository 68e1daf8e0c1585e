# %% [markdown]
r"""
# Thirty layers, and nothing comes out

Take a network of two layers that works, and give it thirty. Its weights are drawn as
they always were, its data are the same, and its code has no bug. Yet the loss does not
move at all. For twenty years this was a reason to believe that deep networks cannot be
trained.

**The question.** What happens to a signal, and to a gradient, on its way through thirty
layers, and what does it take to keep both alive?

There are two answers, found between 2010 and 2015: draw the weights so that nothing shrinks at
the start, or measure in every layer what has shrunk and stretch it back, at every step of
training. You will build both.

**Before you run anything**, think about these predictions. Each is asked for again just before
the cell that decides it:

1. Every weight of a layer with $n$ inputs is drawn with variance $1/n$, and a ReLU,
   $\max(z,0)$, follows each layer. By what factor does the mean square of the activations
   shrink between the input and the thirtieth layer? And the mean square of the gradient,
   on its way back from the thirtieth layer to the input?
2. A layer normalises by the mean and variance of the batch, in training and at the test. The
   test images come one at a time. What does the layer return for them?
3. All weights of a network start at 0.1. After 1,000 steps of training, how many different
   features do its 64 hidden units compute?
4. Thirty layers start with weights half as wide as the best choice, or twice as wide. Do they
   learn? And with batch normalisation in every layer?
"""

# %%
from __future__ import annotations

import math
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64, Int

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell)
# import timeit
#
# import matplotlib.pyplot as plt
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# train, test = load("digits"), load("digits", split="test")
#
#
# def pixels(split):
#     return tf.constant(split["image"].reshape(len(split["image"]), -1) / 16.0, tf.float32)
#
#
# def gradient_profile(x, noise, sw):
#     """Send a random gradient from the top to x; return what arrives at each layer and its weights."""
#     kernels = [tf.constant(sw * layer / len(layer) ** 0.5) for layer in noise]
#     layers = [tf.constant(x)]
#     with tf.GradientTape() as tape:
#         tape.watch([layers[0], *kernels])
#         for kernel in kernels:
#             layers.append(tf.nn.relu(layers[-1] @ kernel))
#         top = tf.reduce_sum(layers[-1] * np.random.default_rng(2).normal(size=x.shape))
#     at_layers, at_kernels = tape.gradient(top, [layers, kernels])
#     return [[np.mean(np.square(one)) for one in found] for found in (at_layers, at_kernels)]
#
#
# def draw_graph():
#     """Draw the computation of batch normalisation in one channel."""
#     nodes = {"x": (0, 0, "$x$"), "mu": (1.2, 1, "$\\mu=\\frac{1}{B}\\sum x$"), "c": (2.4, 0, "$c=x-\\mu$"),
#              "v": (3.4, 1, "$v=\\frac{1}{B}\\sum c^2$"), "s": (5, 1, "$s=\\sqrt{v+\\epsilon}$"),
#              "n": (6, 0, "$\\hat x=c/s$"), "g": (6.8, 1, "$\\gamma$"), "b": (7.8, 1, "$\\beta$"),
#              "y": (7.6, 0, "$y=\\gamma\\hat x+\\beta$")}
#     arrows = ["x mu", "x c", "mu c", "c v", "v s", "s n", "c n", "n y", "g y", "b y"]
#     _, axes = plt.subplots(figsize=(11, 2.4), layout="constrained")
#     box = {"boxstyle": "round", "facecolor": "white", "edgecolor": "0.5"}
#     texts = {name: axes.text(across, up, text, ha="center", va="center", fontsize=12, bbox=box)
#              for name, (across, up, text) in nodes.items()}
#     for arrow in arrows:
#         tail, head = arrow.split()
#         ends = {"patchA": texts[tail].get_bbox_patch(), "patchB": texts[head].get_bbox_patch()}
#         axes.annotate("", nodes[head][:2], nodes[tail][:2], arrowprops={"arrowstyle": "->"} | ends)
#     axes.set(xlim=(-0.5, 8.4), ylim=(-0.5, 1.5))
#     axes.axis("off")
#     plt.show()
#
#
# def two_layers(initializer):
#     keras.utils.set_random_seed(0)
#     return keras.Sequential([
#         keras.Input((64,)),
#         keras.layers.Dense(64, "tanh", kernel_initializer=initializer),
#         keras.layers.Dense(10, kernel_initializer=initializer),
#     ])
#
#
# def show_training(losses, lengths):
#     """Draw losses by step, and lengths of gradients by layer, by the names of the networks."""
#     _, (left, right) = plt.subplots(1, 2, figsize=(12, 4.2), layout="constrained")
#     for name, style in zip(losses, (":", "-", "--")):
#         left.plot(losses[name], style, label=name)
#         right.semilogy(range(1, 31), lengths[name], style, label=name)
#     left.axhline(np.log(10), color="0.7", linewidth=0.8, zorder=0)
#     left.set(xlabel="step", ylabel="loss", title="30 layers, after He et al. (2015)", ylim=(0, 3.2))
#     right.set(xlabel="layer", ylabel="length of the gradient of its kernel", title="at the first step")
#     right.legend()
#     plt.show()
#
#
# def draw_spread(places, found, style, name):
#     """Draw the mean of several runs [runs, places] and a band from lowest to highest; print the band."""
#     plt.semilogx(places, found.mean(0), style, base=2, label=name)
#     lowest, highest = found.min(0), found.max(0)
#     plt.fill_between(places, lowest, highest, alpha=0.25)
#     print(name, {float(x): f"{a:.3g} to {b:.3g}" for x, a, b in zip(places, lowest, highest)})
#
#
# class Network:
#     """Hidden layers of 64 ReLUs on digits; `forward`, in a cell below, runs it."""
#
#     def __init__(self, depth, normaliser=None, learning_rate=0.01):
#         sizes = [64] * (depth + 1) + [10]
#         self.normaliser, self.learning_rate = normaliser, learning_rate
#         self.kernels = [tf.Variable(tf.zeros(shape)) for shape in zip(sizes, sizes[1:])]
#         self.gammas, self.variances = ([tf.Variable(tf.ones(64)) for _ in range(depth)] for _ in range(2))
#         self.betas, self.means = ([tf.Variable(tf.zeros(64)) for _ in range(depth)] for _ in range(2))
#         self.weights = self.kernels + (self.gammas + self.betas if normaliser else [])
#         self.velocities = [tf.Variable(tf.zeros_like(weight)) for weight in self.weights]
#         self.step = tf.function(self._step)
#
#     def start(self, draw, seed=0):
#         """Draw the kernels by `draw(shape, rng)`, and put all else back to its start."""
#         rng = np.random.default_rng(seed)
#         for kernel in self.kernels:
#             kernel.assign(draw(tuple(kernel.shape), rng))
#         for variable in self.velocities + self.betas + self.means:
#             variable.assign(tf.zeros_like(variable))
#         for variable in self.gammas + self.variances:
#             variable.assign(tf.ones_like(variable))
#         return self
#
#     def gradients(self, x, y):
#         with tf.GradientTape() as tape:
#             logits = forward(self, x, True)
#             loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
#         return loss, tape.gradient(loss, self.weights)
#
#     def _step(self, x, y):
#         """Take a step with momentum 0.9, along a gradient clipped to length 10."""
#         loss, gradients = self.gradients(x, y)
#         gradients, _ = tf.clip_by_global_norm(gradients, 10.0)
#         for weight, velocity, gradient in zip(self.weights, self.velocities, gradients):
#             velocity.assign(0.9 * velocity - self.learning_rate * gradient)
#             weight.assign_add(velocity)
#         return loss
#
#     def train(self, steps, batch=200):
#         """Return the loss of each step."""
#         rng, x, y = np.random.default_rng(1), pixels(train), tf.constant(train["label"])
#         chosen = [rng.choice(len(x), batch, replace=False) for _ in range(steps)]
#         return np.array([self.step(tf.gather(x, few), tf.gather(y, few)).numpy() for few in chosen])
#
#     def accuracy(self, size=597):
#         """Return the share of test images that are classified right, `size` at a time."""
#         x = pixels(test)
#         logits = [forward(self, x[i : i + size], False) for i in range(0, len(x), size)]
#         return np.mean(np.argmax(np.concatenate(logits), axis=1) == test["label"])

# %% [markdown]
r"""
## Fan-in and fan-out

One output of a dense layer is a sum of products, $z=\sum_i w_ix_i$. How many there are, the
number of inputs, is the layer's **fan-in** $n_\text{in}$. If the weights are independent with mean
0 and variance $\sigma^2$, the output's mean square is

$$\mathbb E[z^2]=n_\text{in}\,\sigma^2\;\mathbb E[x^2],$$

where $\mathbb E[x^2]$ is the mean over the inputs. So $\sigma^2=1/n_\text{in}$ keeps it as it is.

Write $\bar z$ for the derivative of the loss with respect to $z$. On the way back, each input
collects one product from each output that it reaches, $\bar x_i=\sum_jw_{ij}\bar z_j$. How many
there are is the **fan-out** $n_\text{out}$, and to keep the mean square of the gradient takes
$\sigma^2=1/n_\text{out}$.

In a convolution an output sees a window, for example $3\times3$ places of all input channels; and
an input (far from the border, with stride 1) is seen from as many places by all output channels.

*A small step:* what are fan-in and fan-out of a dense layer from 200 to 50 units, and of a kernel
of $3\times3$ places, 16 input channels and 32 output channels?

<details><summary>Answer</summary>

200 and 50; $3\cdot3\cdot16=144$ and $3\cdot3\cdot32=288$.

</details>
"""


# %%
def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Count what an output of a layer adds up, and how many outputs an input reaches.

    Counts n_l and n̂_l of section 2.2 of He et al., "Delving Deep into Rectifiers" (2015),
    https://arxiv.org/abs/1502.01852.

    Args:
        shape: of a kernel: (inputs, outputs) of a dense layer, or (*window, inputs,
            outputs) of a convolution, whose window has one, two or three sides.

    Returns:
        fan-in and fan-out, whole numbers.
    """
    ### BEGIN SOLUTION
    *window, inputs, outputs = shape
    places = math.prod(window)
    return places * inputs, places * outputs
    ### END SOLUTION


# %% [markdown]
r"""
## Initialisation schemes

The two directions ask for different variances, unless the layer is square. LeCun and his
colleagues look at the way forward only. Glorot and Bengio put the mean of the two fans in the place of
either. A ReLU sets about half of its inputs to 0, and with them half of the mean square; He and
his colleagues make up for it by twice the variance:

| scheme | variance |
|---|---|
| LeCun | $1/n_\text{in}$ |
| Glorot | $2/(n_\text{in}+n_\text{out})$ |
| He | $2/n_\text{in}$ |

The numbers come from a normal distribution, or from a uniform one on $[-a,a]$.

*A small step:* a uniform distribution on $[-a,a]$ has the variance
$\frac1{2a}\int_{-a}^{a}w^2\,dw$. What must $a$ be for the variance $1/n$?

<details><summary>Answer</summary>

The integral gives $a^2/3$, so $a=\sqrt{3/n}$.

</details>
"""


# %%
def initialise(
    shape: tuple[int, ...], scheme: str, rng: np.random.Generator
) -> Float[np.ndarray, "..."]:
    """Draw a layer's weights, independent of each other.

    Draws by LeCun et al., "Efficient BackProp" (1998),
    http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf; Glorot and Bengio,
    "Understanding the difficulty of training deep feedforward neural networks"
    (2010), https://proceedings.mlr.press/v9/glorot10a.html; He et al., "Delving
    Deep into Rectifiers" (2015), https://arxiv.org/abs/1502.01852.

    Any way of drawing will do, as long as all random numbers come from `rng`.

    Args:
        shape: as in `fans`.
        scheme: "lecun_normal", "lecun_uniform", "glorot_normal", "glorot_uniform",
            "he_normal" or "he_uniform". A normal distribution is not cut off.
        rng: where all random numbers come from.

    Returns:
        float32 of that shape, centred on 0, with the scheme's variance.
    """
    ### BEGIN SOLUTION
    *window, inputs, outputs = shape
    fan_in, fan_out = math.prod(window) * inputs, math.prod(window) * outputs
    family, distribution = scheme.split("_")
    variance = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[family]
    if distribution == "normal":
        w = rng.normal(scale=math.sqrt(variance), size=shape)
    else:
        limit = math.sqrt(3 * variance)
        w = rng.uniform(-limit, limit, size=shape)
    return w.astype(np.float32)
    ### END SOLUTION


# %% [markdown]
r"""
Measure it: the mean square of 64 outputs of a $3\times3$ convolution, whose 16 input channels are
standard normal, divided by that of the inputs. LeCun's should give 1, He's 2, and Glorot's something
smaller than 1, since this layer's fan-out is larger than its fan-in.
"""

# %% tags=["active-ipynb"]
# shape, rng = (3, 3, 16, 64), np.random.default_rng(0)
# fan_in, fan_out = fans(shape)
# windows = rng.normal(size=(5000, fan_in))  # what an output sees, as a row
# print(f"fan-in {fan_in}, fan-out {fan_out}")
# promised = {"lecun": 1.0, "glorot": 2 * fan_in / (fan_in + fan_out), "he": 2.0}
# for scheme in (f"{family}_{kind}" for family in promised for kind in ("normal", "uniform")):
#     w = initialise(shape, scheme, rng)
#     ratio = np.mean((windows @ w.reshape(fan_in, -1)) ** 2) / np.mean(windows**2)
#     print(f"{scheme:15} mean square × {ratio:.2f}, promised {promised[scheme.split('_')[0]]:.2f}")
#     assert abs(ratio / promised[scheme.split("_")[0]] - 1) < 0.1, "the scheme's variance is promised"

# %% [markdown]
r"""
## Orthogonal initialisation

These schemes keep the mean square *on average*. An **orthogonal** matrix keeps the length of
*every* vector. Saxe and his colleagues draw one at random: every matrix is a product $QR$, in which the
columns of $Q$ are orthonormal and $R$ is triangular; so take a matrix of normal numbers, and
keep its $Q$. If the matrix is not square, only its shorter side can be orthonormal. A
convolution's kernel is taken as a matrix with a column for each output channel.

*A small step:* `np.linalg.qr` of a $5\times3$ matrix returns $Q$ of shape $5\times3$. What shape
does it return for a $3\times5$ matrix, and how do you get a $3\times5$ matrix with orthonormal rows?

<details><summary>Answer</summary>

$3\times3$, which has too few columns. Draw a $5\times3$ matrix, take its $Q$ and transpose it.

</details>
"""


# %%
def orthogonal(shape: tuple[int, ...], rng: np.random.Generator) -> Float[np.ndarray, "..."]:
    """Draw a layer's weights as a random orthogonal matrix.

    Draws by Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of
    learning in deep linear neural networks" (2013), https://arxiv.org/abs/1312.6120.

    Any way of drawing will do, as long as all random numbers come from `rng`.

    Args:
        shape: as in `fans`.
        rng: where all random numbers come from.

    Returns:
        float32 of that shape. Made into a matrix [-1, outputs], its columns are
        orthonormal, or its rows if these are fewer. It mixes all axes: no number is
        exactly 0, in a large matrix none is near 1, no row or column is nearly constant, and
        the numbers of all together add up to little: equal inputs do not come out equal.
    """
    ### BEGIN SOLUTION
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, _ = np.linalg.qr(rng.normal(size=(max(rows, columns), min(rows, columns))))
    w = q if rows > columns else q.T
    return w.reshape(shape).astype(np.float32)
    ### END SOLUTION


# %% [markdown]
r"""
What is the difference between keeping lengths on average and keeping every one? Multiply
layers. The singular values of the product say by how much it stretches its favourite
direction, its next, and so on. For LeCun's weights their mean square stays near 1, and
yet after thirty layers most directions are lost, and a few are stretched several times. Orthogonal
layers lie on the line at 1, at any depth; if yours do not, they are not orthogonal.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# draws = {"lecun_normal": lambda: initialise((64, 64), "lecun_normal", rng),
#          "orthogonal": lambda: orthogonal((64, 64), rng)}
# figure, panels = plt.subplots(1, 2, figsize=(11, 3.6), sharey=True, layout="constrained")
# for axes, (name, draw) in zip(panels, draws.items()):
#     product = np.eye(64)
#     for depth in range(1, 31):
#         product = product @ draw()
#         if depth in (1, 5, 30):
#             values = np.linalg.svd(product, compute_uv=False)
#             style = {1: ":", 5: "--", 30: "-"}[depth]
#             axes.semilogy(range(1, 65), np.maximum(values, 1e-12), style, label=f"depth {depth}")
#     axes.set(title=name, xlabel="direction, by rank", ylim=(1e-10, 1e2))
#     axes.legend()
#     lost = np.mean(values < 0.1)
#     print(f"{name}: stretched by at most {values[0]:.2f}; {lost:.0%} of the directions by less than 0.1")
# panels[0].set_ylabel("stretched by")
# plt.show()
# assert lost == 0 and abs(values[0] - 1) < 1e-3, "orthogonal layers keep every length"

# %% [markdown]
r"""
## Signal propagation

Now follow a signal through many layers. Layer $l$ computes $h_l=\varphi(h_{l-1}W_l)$ with weights
of variance $\sigma_w^2/n$, where $n$ is the width of every layer. Without $\varphi$, every layer
multiplies the mean square by $\sigma_w^2$. With a ReLU, the numbers $z=h_{l-1}W_l$ are as often
negative as positive, and as large either way, so that half of $\mathbb E[z^2]$ is left:

$$\mathbb E[h_l^2]=\tfrac12\sigma_w^2\,\mathbb E[h_{l-1}^2].$$

It is the mean *square* that goes into the next layer, and not the variance: what comes out of a
ReLU has a mean, and the next layer feels it.

So that all of us see the same network, the normal numbers are drawn for you, and you scale them.
"""


# %%
def variance_profile(
    x: Float64[np.ndarray, "batch width"],
    noise: Float64[np.ndarray, "depth width width"],
    sw: float,
    act: str,
) -> tuple[Float64[np.ndarray, "depth"], Float64[np.ndarray, "depth"]]:
    """Measure how large activations are in each layer, and predict it.

    Follows the forward case, section 2.2, of He et al., "Delving Deep into Rectifiers"
    (2015), https://arxiv.org/abs/1502.01852.

    The arrays that are passed in are left as they are. Any way of computing will do.

    Args:
        x: what goes in.
        noise: standard normal; W_l is `noise[l]`, scaled to the variance sw² / width.
        sw: σ_w, how wide the weights are drawn, above 0.
        act: "relu" or "linear".

    Returns:
        The mean of the squares of the activations after each layer, as measured; and
        as predicted from the mean square of x alone.
    """
    ### BEGIN SOLUTION
    gain = sw**2 / 2 if act == "relu" else sw**2
    predicted = np.mean(x**2) * gain ** np.arange(1, len(noise) + 1)
    measured = []
    for layer in noise:
        x = x @ (sw * layer / math.sqrt(len(layer)))
        if act == "relu":
            x = np.maximum(x, 0)
        measured.append(np.mean(x**2))
    return np.array(measured), predicted
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 1.** The variance is $1/n$ ($\sigma_w=1$), ReLU follows, and there are thirty layers. By
what factor does the mean square shrink on the way forward, and by what factor does the gradient's
shrink on the way back?

*Write yours here, with the reason, before you run the next cell:*

Thirty layers of 256 units. On the left is the signal on its way from left to right: the marks are
measured by your function, and the lines are what it predicts. On the right a random gradient enters
at the top, layer 30, and goes from right to left; the lines have the same slopes. The marks need
not lie on the lines exactly, since a layer of 256 units is not an average over infinitely many.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(1)
# x, noise = rng.normal(size=(50, 256)), rng.normal(size=(30, 256, 256))
# figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
# for sw, marker, label in [(1.7, "^", "1.7"), (2**0.5, "o", "√2"), (1.0, "s", "1")]:
#     measured, predicted = variance_profile(x, noise, sw, "relu")
#     at_layers, at_kernels = gradient_profile(x, noise, sw)
#     (line,) = left.semilogy(range(1, 31), predicted, linewidth=1)
#     style = {"color": line.get_color(), "markersize": 4, "label": f"$\\sigma_w$ = {label}"}
#     left.semilogy(range(1, 31), measured, marker, **style)
#     right.semilogy(range(31), (sw**2 / 2) ** np.arange(30, -1, -1.0), linewidth=1, color=line.get_color())
#     right.semilogy(range(31), at_layers, marker, **style)
# left.set(xlabel="layer", ylabel="mean square", title="activations, from left to right")
# right.set(xlabel="layer (0 is the input)", title="gradient of the activations, from right to left")
# left.legend()
# plt.show()
# digits = np.log10([np.mean(x**2) / measured[-1], at_layers[-1] / at_layers[0]])
# print("σ_w = 1: shrunk forward by 10^%.1f, backward by 10^%.1f; 2^30 is 10^9.0" % tuple(digits))
# print("  gradient of the weights: mean square 10^%.1f in layer 1, 10^%.1f in layer 30"
#       % tuple(np.log10(at_kernels)[[0, -1]]))
# assert np.all(np.abs(digits - 9) < 1.5), "both shrink by about 2^30"

# %% [markdown]
r"""
**Prediction 1, answered.** Each layer multiplies the mean square by $\frac12$: in thirty layers by
$2^{-30}$, a billionth. The way back does the same, because the layers are square, so that fan-in and
fan-out agree, and because the ReLU lets through the gradient of those units only that are positive,
about half. With He's variance, $\sigma_w=\sqrt2$, both stay; with $\sigma_w=1.7$ both explode.

*A small step:* the gradient of $W_l$ is made of the activations below it and of the gradient above
it. With $\sigma_w=1$, which layers' weights get the smallest gradients?

<details><summary>Answer</summary>

None: all get equally small ones. In layer $l$ the activations have shrunk $l-1$ times and the gradient
$30-l$ times, which makes $2^{-29}$ in every layer (the two numbers printed last are close to each
other). So gradient descent moves *no* layer: the steps are about $2^{14.5}\approx23{,}000$ times as
short as with He's weights. That is why nothing comes out. Float32 could hold such small numbers without
trouble; it is the ratio of the step to the weight that is hopeless.

</details>
"""

# %% [markdown]
r"""
## Batch normalisation

The second answer does not trust the first draw to last. Batch normalisation brings each
channel of a layer to mean 0 and variance 1 *over the batch*, and then lets two learnt numbers
choose another mean and width. For one channel, with $B$ examples in the batch:

$$\mu=\frac1B\sum x,\qquad v=\frac1B\sum(x-\mu)^2,\qquad
\hat x=\frac{x-\mu}{\sqrt{v+\epsilon}},\qquad y=\gamma\hat x+\beta$$

In an image, all places of a channel are treated alike, so $\mu$ and $v$ are taken over the
batch *and* all places. The variance is the mean squared deviation: it is divided by the count and not
by the count less one. A bias in the layer before would be subtracted again with the mean, so that
layer needs none; $\beta$ takes its place.

At the test there may be no batch. So in training the layer keeps a running mean and a running
variance, of which every step replaces a small share, and at the test it normalises by these:

$$\mu_\text{run}\leftarrow m\,\mu_\text{run}+(1-m)\,\mu,$$

and likewise for the variance, with the same $v$. The number $m$ is called the momentum of the layer. A
test changes neither of the two.
"""


# %%
def batchnorm_forward(
    x: Float[tf.Tensor, "batch *places channels"],
    gamma: Float[tf.Tensor, "channels"],
    beta: Float[tf.Tensor, "channels"],
    rm: Float[tf.Tensor, "channels"],
    rv: Float[tf.Tensor, "channels"],
    momentum: float,
    eps: float,
    training: bool,
) -> tuple[
    Float[tf.Tensor, "batch *places channels"], Float[tf.Tensor, "channels"], Float[tf.Tensor, "channels"]
]:
    """Normalise each channel, over the batch or by running statistics.

    Computes algorithms 1 and 2 of Ioffe and Szegedy, "Batch Normalization" (2015),
    https://arxiv.org/abs/1502.03167, with running averages as in Keras. Gradients of y
    flow to gamma, to beta and to x, also on the way through the batch's mean and variance.

    Args:
        x: vectors, sequences or images; channels come last. Their mean may be a few hundred
            times as large as their deviation.
        gamma: the width of each channel afterwards.
        beta: its mean afterwards.
        rm: the running mean.
        rv: the running variance.
        momentum: from 0 to 1, the share of a running value that a step of training keeps.
        eps: added to the variance, under the root.
        training: whether to normalise by the batch, and update the running values.

    Returns:
        y, and the running mean and variance after this call.
    """
    ### BEGIN SOLUTION
    mean, variance = rm, rv
    if training:
        axes = list(range(len(x.shape) - 1))
        mean, variance = tf.reduce_mean(x, axes), tf.math.reduce_variance(x, axes)
        rm = momentum * rm + (1 - momentum) * mean
        rv = momentum * rv + (1 - momentum) * variance
    return gamma * (x - mean) / tf.sqrt(variance + eps) + beta, rm, rv
    ### END SOLUTION


# %% [markdown]
r"""
**A silent bug.** A small network is trained on digits with the layer `normalise` below, and then
tested on the same 597 images, in batches of 597, of 30, of 5, and one at a time. Nothing fails, and no
warning is given. How can the *same* image get different answers from the *same* weights? Which line
is it, and which of the rows that are printed would you have seen if you had tested once?

**Prediction 2.** What does this layer return, and what does the network answer, when the images come
one at a time?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def normalise(x, state, training):
#     mean, variance = tf.nn.moments(x, [0])
#     if training:
#         state["mean"].assign(0.9 * state["mean"] + 0.1 * mean)
#         state["variance"].assign(0.9 * state["variance"] + 0.1 * variance)
#     return (x - mean) * tf.math.rsqrt(variance + 1e-3)
#
#
# def answer(x, training, layer=normalise):
#     return tf.nn.relu(layer(x @ weights[0], state, training)) @ weights[1]
#
#
# rng = np.random.default_rng(0)
# weights = [tf.Variable(initialise(shape, "he_normal", rng)) for shape in ((64, 64), (64, 10))]
# state = {"mean": tf.Variable(tf.zeros(64)), "variance": tf.Variable(tf.ones(64))}
# for step in range(150):
#     with tf.GradientTape() as tape:
#         logits = answer(pixels(train), True)
#         loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(train["label"], logits))
#     for weight, gradient in zip(weights, tape.gradient(loss, weights)):
#         weight.assign_sub(0.5 * gradient)

# %% tags=["active-ipynb"]
# def tested(size, layer):
#     """Return the percentage of test images that are classified right, `size` at a time."""
#     batches = [answer(pixels(test)[i : i + size], False, layer) for i in range(0, 597, size)]
#     return 100 * np.mean(np.argmax(np.concatenate(batches), axis=1) == test["label"])
#
#
# def mended(x, state, training):
#     ones, zeros = tf.ones(64), tf.zeros(64)
#     return batchnorm_forward(x, ones, zeros, state["mean"], state["variance"], 0.9, 1e-3, training)[0]
#
#
# for size in (597, 30, 5, 1):
#     print(f"{size:3} at a time: normalise {tested(size, normalise):5.1f} % right, "
#           f"batchnorm_forward {tested(size, mended):5.1f} %")
# alone = np.concatenate([answer(pixels(test)[i : i + 1], False) for i in range(20)])
# print("answers to twenty images, one at a time, differ by up to", np.ptp(alone, axis=0).max())
# assert tested(1, normalise) < 20 and np.ptp(alone, axis=0).max() == 0, "alone, all images are alike"
# assert abs(tested(1, mended) - tested(597, mended)) < 1, "running averages do not look at the batch"

# %% [markdown]
r"""
**Prediction 2, answered.** The mean of a batch of one is the image's own value, so that $x-\mu=0$:
in every unit the layer returns 0 (with $\gamma$ and $\beta$ it would return $\beta$), whatever the
image shows. So all images get the same answer, and a tenth of them are right by chance.

<details><summary>Answer</summary>

The first line of `normalise` takes the moments of the batch at the test as well; the running
averages are kept and never used. In a batch of 597 nothing is noticed, because its moments are as
good as the running ones. A diagnostic that finds it: test the same images in batches of two sizes,
and compare.

</details>
"""

# %% [markdown]
r"""
## Batch normalisation, backward

Normalising ties a batch together: every output depends on every input through $\mu$ and $v$.
Gradients run along these ties as well. The next cell draws the computation in one channel.
"""

# %% tags=["active-ipynb"]
# draw_graph()

# %% [markdown]
r"""
Go through this graph from right to left. A node's gradient is a sum over the arrows that leave it: the
gradient at the arrow's end, times the derivative along the arrow. All sums are over the batch.

- $\beta$ is added to every $y$: $\bar\beta=\sum\bar y$.
- $\gamma$ multiplies every $\hat x$: $\bar\gamma=\sum\bar y\,\hat x$.
- $\hat x$ has one arrow: $\bar{\hat x}=\gamma\,\bar y$ (a gradient for each example).
- $s$ divides every $c$, and $\partial\hat x/\partial s=-c/s^2=-\hat x/s$:
  $\bar s=-\frac1s\sum\bar{\hat x}\,\hat x$.

The rest is yours: $\bar v$, from which one arrow leaves; $\bar c$, from which two do; $\bar\mu$; and
$\bar x$, from which two do.

*A small step:* write these four down, then put $\bar s$ and $\bar v$ into $\bar c$. Which mean is
0, so that $\frac1B\sum\bar c$ becomes short? You should end with one line for $\bar x$, in which
only $\gamma$, $s$, $\bar y$, $\hat x$, $\bar\beta$, $\bar\gamma$ and $B$ stand.
"""


# %%
def batchnorm_backward(
    dy: Float64[np.ndarray, "batch channels"],
    x: Float64[np.ndarray, "batch channels"],
    gamma: Float64[np.ndarray, "channels"],
    eps: float,
) -> tuple[
    Float64[np.ndarray, "batch channels"], Float64[np.ndarray, "channels"], Float64[np.ndarray, "channels"]
]:
    """Pull a gradient back through batch normalisation, in training.

    Computes the gradients of section 3 of Ioffe and Szegedy, "Batch Normalization" (2015),
    https://arxiv.org/abs/1502.03167. The arrays that are passed in are left as they are.
    Any way will do: node by node, or by the one line into which it can be put together.

    Args:
        dy: the gradient of the loss with respect to the output.
        x: what went in.
        gamma: the width of each channel after normalisation.
        eps: added to the variance.

    Returns:
        The gradients with respect to x, gamma and beta.
    """
    ### BEGIN SOLUTION
    width = np.sqrt(x.var(axis=0) + eps)
    normal = (x - x.mean(axis=0)) / width
    dgamma, dbeta = np.sum(dy * normal, axis=0), np.sum(dy, axis=0)
    return gamma / width * (dy - (dbeta + normal * dgamma) / len(x)), dgamma, dbeta
    ### END SOLUTION


# %% [markdown]
r"""
<details><summary>Answer</summary>

$\bar v=\bar s/(2s)$. Two arrows leave $c$, so that $\bar c=\frac1s\bar{\hat x}+\frac{2c}B\bar
v=\frac1s\big(\bar{\hat x}-\hat x\,\frac1B\sum\bar{\hat x}\hat x\big)$. Then $\bar\mu=-\sum\bar c$
and $\bar x=\bar c+\frac1B\bar\mu=\bar c-\frac1B\sum\bar c$. The mean of $\hat x$ is 0, so that
$\frac1B\sum\bar c=\frac1s\cdot\frac1B\sum\bar{\hat x}$, and with $\bar{\hat x}=\gamma\bar y$

$$\bar x=\frac\gamma s\Big(\bar y-\frac1B\bar\beta-\frac1B\,\hat x\,\bar\gamma\Big).$$

The two terms taken away are what goes back through $\mu$ and through $v$.

</details>

*A small step:* add the same number to all inputs of a channel. What happens to the outputs, and so
what must $\sum\bar x$ be? Now multiply all deviations $x-\mu$ by the same number, with
$\epsilon=0$. What does that say about $\sum\bar x\,\hat x$?

<details><summary>Answer</summary>

The outputs stay as they are both times, so the loss has no slope in either direction: $\sum\bar
x=0$, and $\sum\bar x\,\hat x=0$ as $\epsilon\to0$. With $\epsilon>0$ the layer does not undo a
stretch completely, and $\sum\bar x\,\hat
x=\frac{\gamma}{s}\bar\gamma\,\frac{\epsilon}{v+\epsilon}$.

</details>

A gradient is checked before it is used: the tape's gradient through *your* `batchnorm_forward` and
your `batchnorm_backward` should agree to about $10^{-6}$. Then see what the two terms are good for:
one channel, a batch of 40, and a loss that wants its outputs elsewhere. Each panel plots $\bar x$ against
$\hat x$. Yours, on the left, has neither an offset nor a slope, so that the dashed line lies on 0.
On the right, $\mu$ and $v$ are taken for constants.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(3)
# x, eps = rng.normal(2.0, 1.5, size=(40, 1)), 1e-9
# normal = (x - x.mean()) / x.std()
# dy = 0.8 * normal + 0.5 + 0.4 * rng.normal(size=x.shape)
# dx, _, _ = batchnorm_backward(dy, x, np.ones(1), eps)
# with tf.GradientTape() as tape:
#     inputs = tf.Variable(x, dtype=tf.float32)
#     y, _, _ = batchnorm_forward(inputs, tf.ones(1), tf.zeros(1), tf.zeros(1), tf.ones(1), 0.9, eps, True)
# apart = np.abs(tape.gradient(y, inputs, tf.constant(dy, tf.float32)) - dx).max()
# figure, panels = plt.subplots(1, 2, figsize=(9.5, 3.6), sharey=True, layout="constrained")
# shown = {"batchnorm_backward": dx, "mean and variance as constants": dy / np.sqrt(x.var() + eps)}
# for axes, (title, gradient) in zip(panels, shown.items()):
#     slope, offset = np.polyfit(normal[:, 0], gradient[:, 0], 1)
#     axes.plot(normal, gradient, "o", markersize=4)
#     axes.axline((0, offset), slope=slope, linestyle="--", color="black",
#                 label=f"{offset:+.2f} {slope:+.2f} $\\hat x$")
#     axes.set(title=title, xlabel="$\\hat x$", ylabel="gradient with respect to x")
#     axes.legend(loc="upper left")
# plt.show()
# print(f"tape and batchnorm_backward differ by {apart:.1e}")
# assert apart < 1e-4, "the tape agrees"

# %% [markdown]
r"""
The gradient on the right wants to shift and stretch the inputs. The layer undoes both in its next
call, so that a network that is trained with this gradient pushes for ever, and its weights drift
without any use.

## Layer normalisation

Batch normalisation compares an example with the others of its batch. That is a poor comparison where
the batch is small, where sentences of three words and of thirty share a batch, or where a layer is used
once for every time step. Layer normalisation uses the same formula with other statistics: $\mu$ and $v$
are taken over the *features* of one token (one position of a sentence), and $\gamma$ and $\beta$ still
hold a number for each feature. It needs no running averages, and does the same in training and at the
test. Write it for all tokens at once.

*A small step:* $x$ has the shape $[B,T,D]$: $B$ sentences of $T$ tokens of $D$ features. How many
means are there in layer normalisation, and how many in batch normalisation?

<details><summary>Answer</summary>

$B\cdot T$, one for each token; $D$, one for each feature.

</details>

*A small step:* where does layer normalisation lose most of what a token says? Take tokens of two
features, with $\epsilon=0$.

<details><summary>Answer</summary>

Where there are few features. Two different numbers always become $1$ and $-1$, so that only the sign
of their difference is left, however large it was. Over hundreds of features one
mean and one variance take hardly anything away.

</details>
"""


# %%
def layernorm(
    x: Float[tf.Tensor, "batch time features"],
    gamma: Float[tf.Tensor, "features"],
    beta: Float[tf.Tensor, "features"],
    eps: float,
) -> Float[tf.Tensor, "batch time features"]:
    """Normalise each token over its own features.

    Computes section 3 of Ba, Kiros and Hinton, "Layer Normalization" (2016),
    https://arxiv.org/abs/1607.06450, with eps added to the variance. Gradients flow to
    gamma, to beta and to x, also on the way through the mean and the variance.

    Args:
        x: tokens.
        gamma: what each feature is multiplied by afterwards.
        beta: what is added to it then.
        eps: added to the variance, under the root.
    """
    ### BEGIN SOLUTION
    mean = tf.reduce_mean(x, axis=-1, keepdims=True)
    variance = tf.reduce_mean((x - mean) ** 2, axis=-1, keepdims=True)
    return gamma * (x - mean) / tf.sqrt(variance + eps) + beta
    ### END SOLUTION


# %% [markdown]
r"""
Two sentences, whose tokens (rows) have very different sizes. After layer normalisation every row has
the same size, and its pattern is what it was. Batch normalisation, over both sentences and all tokens,
gives every column the same size, and lets large rows be large.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(4)
# sizes = np.array([0.2, 1.0, 4.0, 0.5, 2.0, 0.2, 3.0, 1.0]).reshape(2, 4, 1)
# x = tf.constant(sizes * rng.normal(size=(2, 4, 16)), tf.float32)
# ones, zeros = tf.ones(16), tf.zeros(16)
# shown = [
#     ("as it was", x),
#     ("layernorm", layernorm(x, ones, zeros, 1e-5)),
#     ("batchnorm_forward", batchnorm_forward(x, ones, zeros, zeros, ones, 0.9, 1e-5, True)[0]),
# ]
# figure, panels = plt.subplots(1, 3, figsize=(13, 3), sharey=True, layout="constrained")
# for axes, (title, values) in zip(panels, shown):
#     image = axes.imshow(np.reshape(values, (8, 16)), cmap="PuOr", vmin=-3, vmax=3, aspect="auto")
#     axes.axhline(3.5, color="black")
#     axes.set(title=title, xlabel="feature")
# panels[0].set_ylabel("token; two sentences")
# figure.colorbar(image, ax=panels)
# plt.show()

# %% [markdown]
r"""
## Batch size

How small may a batch be? Here is a network made of your parts. `net` holds a kernel, a $\gamma$, a
$\beta$ and running statistics for each hidden layer.
"""

# %% tags=["active-ipynb"]
# def forward(net, h, training):
#     """Run digits [batch, 64] through the layers of `net`; return logits [batch, 10]."""
#     for layer, kernel in enumerate(net.kernels[:-1]):
#         h = h @ kernel
#         gamma, beta, mean, variance = (
#             part[layer] for part in (net.gammas, net.betas, net.means, net.variances)
#         )
#         if net.normaliser == "batch":
#             h, *new = batchnorm_forward(h, gamma, beta, mean, variance, 0.9, 1e-3, training)
#             if training:
#                 mean.assign(new[0])
#                 variance.assign(new[1])
#         elif net.normaliser == "layer":
#             h = layernorm(h[:, None], gamma, beta, 1e-3)[:, 0]  # each image is a sentence of one token
#         h = tf.nn.relu(h)
#     return h @ net.kernels[-1]
#
#
# def he(shape, rng, gain=1.0):
#     return gain * initialise(shape, "he_normal", rng)
#
#
# def glorot(shape, rng):
#     return initialise(shape, "glorot_normal", rng)

# %% [markdown]
r"""
Four hidden layers see as many images as three times the training set has, in batches of 2 to 64,
and are then tested on all test images. Nothing but the normalisation differs between the two
curves. Each is the mean of three random starts, and the band reaches from the worst to the best of
them.
"""

# %% tags=["active-ipynb"]
# sizes = (2, 4, 16, 64)
# accuracies = {}
# for normaliser, style in (("batch", "o-"), ("layer", "s--")):
#     found = accuracies[normaliser] = np.zeros((3, len(sizes)))
#     for column, size in enumerate(sizes):
#         net = Network(4, normaliser)
#         for seed in range(3):
#             net.start(he, seed).train(3 * 1200 // size, batch=size)
#             found[seed, column] = 100 * net.accuracy()
#     draw_spread(sizes, found, style, f"{normaliser} normalisation")
# plt.gca().set(xlabel="images in a batch", ylabel="test images right, in percent", title="Small batches")
# plt.legend()
# plt.show()
# worst, best = accuracies["layer"][:, 0].min(), accuracies["batch"][:, 0].max()
# assert worst > best + 3, "in batches of two, layernorm is better from each start"

# %% [markdown]
r"""
Layer normalisation hardly depends on the size of the batch. Batch normalisation is far worse in batches
of two, from each of the three starts, and from about sixteen on the two differ little. (In batches of
64 both have taken few steps. The test images only measure here; if you had to choose a size, you would
do it on validation images.) With two images, each channel has two numbers, and whatever they are, one
becomes $\hat x=1$ and the other $-1$ (nearly, because of $\epsilon$): only the sign of their difference
is left. At the test, the running averages give numbers that the layers above have never seen.

## Breaking symmetry

If size is all that matters, why not set every weight to the *same* right size? Two hidden units
with the same weights in and out compute the same, receive the same gradient, and take the same
step. They stay the same for ever: there is one unit, many times over. Only random weights tell them
apart.

So count. Two units are told apart by training if the gradients with respect to their incoming
weights differ by more than rounding.

*A small step:* is it enough if the *outgoing* weights of two units differ, and their incoming weights
are the same? Think of the gradient that arrives at each of them.

<details><summary>Answer</summary>

Yes. What arrives at a unit is the gradient of the logits times its outgoing weights, which differ. After
one step the incoming weights differ too.

</details>
"""


# %%
def symmetry_breaking(
    model_fn: Callable[[], keras.Model], x: Float[tf.Tensor, "batch features"], y: Int[tf.Tensor, "batch"]
) -> int:
    """Count the hidden units that training will tell apart.

    Measures what section 8.4 of Goodfellow, Bengio and Courville, "Deep Learning" (2016),
    https://www.deeplearningbook.org/contents/optimization.html, says of breaking symmetry.

    Args:
        model_fn: makes a model of two dense layers whose outputs are logits. The first of
            its `trainable_variables` is the hidden layer's kernel, [features, units].
        x: a batch of inputs.
        y: the right classes. The loss is the mean sparse cross-entropy.

    Returns:
        How many different gradients the units' columns of that kernel have. Columns are
        the same if they differ by no more than a ten-thousandth of the largest gradient.
    """
    ### BEGIN SOLUTION
    model = model_fn()
    with tf.GradientTape() as tape:
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x))
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, model.trainable_variables[0]).numpy().T
    rounding = 1e-4 * np.abs(gradients).max()
    distinct = []
    for gradient in gradients:
        if all(np.abs(gradient - other).max() > rounding for other in distinct):
            distinct.append(gradient)
    return len(distinct)
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 3.** All weights start at 0.1, and 64 hidden units are trained for 1,000 steps. How many
different features do they compute then?

*Write yours here, with the reason, before you run the next cell:*

The pictures show what the first eight of the 64 units look for in digits after training, from equal
weights and from random ones. The same code trains both. Light pixels raise the sum
that enters the unit, and dark ones lower it.
"""

# %% tags=["active-ipynb"]
# figure, panels = plt.subplots(2, 8, figsize=(12, 3.6), layout="constrained")
# starts = {"equal weights": keras.initializers.Constant(0.1), "random weights": "glorot_uniform"}
# few, counts = (pixels(train)[:100], train["label"][:100]), []
# for row, (start, initializer) in zip(panels, starts.items()):
#     model = two_layers(initializer)
#     loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
#     model.compile(keras.optimizers.Adam(0.003), loss, steps_per_execution=12)
#     model.fit(pixels(train), train["label"], epochs=84, batch_size=100, verbose=0)  # 1,008 steps
#     counts += [symmetry_breaking(made, *few) for made in (lambda: two_layers(initializer), lambda: model)]
#     for image, axes in zip(model.layers[0].kernel.numpy().T, row):
#         axes.imshow(image.reshape(8, 8), cmap="gray")
#         axes.set(xticks=[], yticks=[])
#     said = f"{start}:\n{counts[-2]} told apart at the start,\n{counts[-1]} at the end"
#     row[0].set_ylabel(said, rotation=0, ha="right", va="center")
# plt.show()
# assert counts[:2] == [1, 1] and min(counts[2:]) > 60, "equal weights stay equal"

# %% [markdown]
r"""
**Prediction 3, answered.** One, 64 times over. All units start with the same weights in and out, so
they get the same gradient at the first step, and then the argument repeats itself at every step.
The random ones are different from the start. Biases may start at 0 all the same, since the kernels
are enough to tell the units apart.

## Training thirty layers

Now the network of the title: thirty layers of 64 ReLUs on digits, trained by gradient descent with
momentum (and clipping, in case the loss has a cliff), in three versions that differ in nothing but
this chapter and in the learning rate (for each the best of 0.003, 0.01, 0.03 and 0.1). Figure 3 of
He et al. (2015) shows the first two for thirty layers on ImageNet: with Glorot's weights the loss
does not leave its start, and with theirs it falls. The third keeps Glorot's weights and normalises
every layer.

First look at the start: a network that has learnt nothing should have the loss $\ln10\approx2.3$
for ten classes. On the right is the length of the gradient of each layer's kernel at the first
step, before any clipping.
"""

# %% tags=["active-ipynb"]
# plain, normalised = Network(30, learning_rate=0.003), Network(30, "batch", learning_rate=0.03)
# versions = {"glorot_normal": (plain, glorot), "he_normal": (plain, he),
#             "glorot_normal, batch normalisation": (normalised, glorot)}
# losses, lengths = {}, {}
# for name, (net, draw) in versions.items():
#     _, gradients = net.start(draw).gradients(pixels(train), train["label"])
#     lengths[name] = [np.linalg.norm(gradient) for gradient in gradients[:30]]
#     losses[name] = net.start(draw).train(200)
#     print(f"{name:36} loss {losses[name][0]:.2f} at the start, {losses[name][-20:].mean():.2f} at the end; "
#           f"{100 * net.accuracy():.0f} % of the test images right")
# show_training(losses, lengths)
# end = [one[-20:].mean() for one in losses.values()]
# shorter = np.mean(lengths["he_normal"]) / np.mean(lengths["glorot_normal"])
# print(f"gradients are {shorter:.0f} times as long with He's weights as with Glorot's")
# grown = lengths["glorot_normal, batch normalisation"][0] / lengths["glorot_normal, batch normalisation"][-1]
# print(f"with batch normalisation the first layer's is {grown:.0f} times as long as the thirtieth's")
# assert 20 < grown < 1000, "about a hundredfold"
# assert 1e4 < shorter < 1e6, "tens of thousands of times"
# assert abs(end[0] - np.log(10)) < 0.1 and max(end[1:]) < 0.8, "Glorot's weights alone do not learn"

# %% [markdown]
r"""
With Glorot's weights alone the loss stays at $\ln10$. The layers are square, so that his variance
is $1/n$, and you have predicted what follows: after thirty ReLUs the logits are 0 for every image,
and on the right the gradient of *every* kernel is tens of thousands of times as short as with He's
weights, in no layer more than in another. With He's weights all layers get gradients of the same
length, and the loss falls.

Batch normalisation makes Glorot's weights work too, for every layer brings its signal back to the
same size. But look at its gradient: it grows on the way back, about a hundredfold over thirty
layers, since each layer divides by a deviation that a ReLU has made smaller. What is kept is the
signal, and not the gradient; Yang et al., "A Mean Field Theory of Batch Normalization" (2019),
https://arxiv.org/abs/1902.08129, explain why very deep normalised networks need a shortcut besides.
Clipping keeps the steps short all the same.

*Why* does batch normalisation help? Its authors argued that it keeps the distribution of each layer's
inputs from drifting while the layers below it learn; they called this drift *internal covariate
shift*. Santurkar et al., "How Does Batch Normalization Help Optimization?" (2018,
https://arxiv.org/abs/1805.11604), tested the argument. They added noise behind each normalisation, so
that the distributions drifted again, and the network still learnt about as fast. What they found
instead is that the loss becomes smoother, so that the gradient stays right for longer steps.

## Initial scale

**Prediction 4.** He's weights of the hidden layers are multiplied by a factor from ¼ to 4. Over
which range does the network of thirty layers learn within 200 steps, without normalisation and with
it?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# factors = np.array([0.25, 0.5, 0.7, 1.0, 1.4, 2.0, 4.0])
# swept = {}
# nets = [(plain, "without normalisation", "o-"), (normalised, "batch normalisation", "s--")]
# for net, name, style in nets:
#     found = swept[name] = np.zeros((3, len(factors)))
#     for seed, column in np.ndindex(found.shape):
#         gain = factors[column]
#         losses = net.start(lambda shape, rng: he(shape, rng, gain if shape[1] > 10 else 1), seed).train(200)
#         found[seed, column] = min(np.nan_to_num(float(losses[-20:].mean()), nan=9.0), 9.0)
#     draw_spread(factors, found, style, name)
# plt.axhline(np.log(10), color="0.7", linewidth=0.8, zorder=0)
# plt.gca().set(xlabel="He's weights times", ylabel="loss after 200 steps", ylim=(0, 5), title="30 layers")
# plt.legend()
# plt.show()
# without, with_it = swept.values()
# assert without[:, [2, 5]].min() > 2 and with_it[:, :6].max() < 1.5, "the range that the text claims"

# %% [markdown]
r"""
**Prediction 4, answered.** Without normalisation only factors near 1 learn: at 0.7 the signal is gone
after thirty layers, and at 2 it explodes. With batch normalisation everything from
a quarter to twice He's weights learns, because the layer divides by whatever the weights have
multiplied. It is not quite the same for all: if weights are $k$ times as large, the gradient is $k$
times as small, so that a step changes them $k^2$ times less in proportion, and large factors learn
slowly. (Three random starts, as bands, but one learning rate for each curve: move it before you trust
the borders.)

## Folding batch normalisation

At the test, batch normalisation is a fixed line
$y=\gamma(z-\mu_\text{run})/\sqrt{v_\text{run}+\epsilon}+\beta$ in each channel, and the layer
before it is linear: $z=xW+b$. A line of a line is a line. So before a network is delivered, the two
are *folded* into one layer, whose outputs are the same and in which the normalisation costs
nothing. Every output channel has a factor and a shift of its own; and output channels come last in
`W`, in a dense kernel and in a convolution's.
"""


# %%
def fold_batchnorm(
    W: Float[tf.Tensor, "*window inputs outputs"],
    b: Float[tf.Tensor, "outputs"],
    gamma: Float[tf.Tensor, "outputs"],
    beta: Float[tf.Tensor, "outputs"],
    mean: Float[tf.Tensor, "outputs"],
    var: Float[tf.Tensor, "outputs"],
    eps: float,
) -> tuple[Float[tf.Tensor, "*window inputs outputs"], Float[tf.Tensor, "outputs"]]:
    """Put a dense or convolutional layer and the batch normalisation after it into one layer.

    Computes what section 3.2 of Jacob et al., "Quantization and Training of Neural Networks
    for Efficient Integer-Arithmetic-Only Inference" (2018), https://arxiv.org/abs/1712.05877,
    describes, with a bias.

    Args:
        W: the layer's kernel.
        b: its bias.
        gamma, beta, mean, var, eps: of the normalisation at test time.

    Returns:
        The kernel and the bias of the one layer.
    """
    ### BEGIN SOLUTION
    factor = gamma / tf.sqrt(var + eps)
    return W * factor, (b - mean) * factor + beta
    ### END SOLUTION


# %% [markdown]
r"""
Deliver the network of thirty normalised layers. Pictures of its outputs before and after would look
the same even if they were a little off, so here is the difference itself. It should be rounding, a
few millionths of the outputs. The same fold is tried on a convolution. Then both networks answer one
image, many times, and the clock says what the fold saves.
"""

# %% tags=["active-ipynb"]
# net = normalised.start(he)
# net.train(50)
# parts = zip(net.kernels, net.gammas, net.betas, net.means, net.variances)
# folded = [fold_batchnorm(kernel, tf.zeros(64), *rest, 1e-3) for kernel, *rest in parts]
#
#
# @tf.function
# def deliver(h):
#     for W, b in folded:
#         h = tf.nn.relu(h @ W + b)
#     return h @ net.kernels[-1]
#
#
# before, after = forward(net, pixels(test), False), deliver(pixels(test))
# apart = np.abs(before - after).max()
# print(f"outputs up to {np.abs(before).max():.1f}; folding changes them by up to {apart:.1e}")
# assert apart < 1e-3 * np.abs(before).max(), "folding changes no output"
# whole, one = tf.function(lambda h: forward(net, h, False)), pixels(test)[:1]
# times = [10 * min(timeit.repeat(lambda run=run: run(one), number=100)) for run in (whole, deliver)]
# print("one image takes %.2f ms as it was trained, %.2f ms folded" % tuple(times))

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(5)
# kernel, image = initialise((3, 3, 1, 8), "he_normal", rng), tf.reshape(pixels(test), (-1, 8, 8, 1))
# b, gamma, beta, mean = (tf.constant(rng.normal(size=8), tf.float32) for _ in range(4))
# var = tf.constant(rng.uniform(0.1, 2, size=8), tf.float32)
# z = tf.nn.conv2d(image, kernel, 1, "SAME") + b
# both, _, _ = batchnorm_forward(z, gamma, beta, mean, var, 0.9, 1e-3, False)
# W2, b2 = fold_batchnorm(tf.constant(kernel), b, gamma, beta, mean, var, 1e-3)
# one = tf.nn.conv2d(image, W2, 1, "SAME") + b2
# print(f"convolution: normalisation changed outputs by up to {np.abs(both - z).max():.2f}; "
#       f"folding by up to {np.abs(both - one).max():.1e}")
# assert np.abs(both - one).max() < 1e-4, "the convolution and its fold agree"

# %% [markdown]
r"""
**Explore.** How fast can thirty layers learn *without* normalisation? Change `draw`, the learning
rate, or (in `forward`) the ReLU; try `orthogonal` times a number. The cell prints after how many
steps the mean loss of ten steps is below 0.5, and how many test images are right after 200 steps.
This is not graded. Change one thing at a time, and try more than one `seed` before you believe a
difference.
"""

# %% tags=["active-ipynb"]
# def draw(shape, rng):
#     return initialise(shape, "he_normal", rng)
#
#
# net = Network(30, learning_rate=0.003)
# for seed in (0, 1):
#     losses = net.start(draw, seed).train(200)
#     means = np.convolve(losses, np.ones(10) / 10, "valid")
#     reached = np.flatnonzero(means < 0.5)
#     print(f"seed {seed}: below 0.5 after {reached[0] + 10 if len(reached) else 'more than 200'} steps, "
#           f"{100 * net.accuracy():.1f} % of the test images right")

# %% [markdown]
r"""
## What you have learnt

- A layer multiplies the mean square of its signal by fan-in times the variance of its weights, and
  a ReLU halves it; the gradient is multiplied by fan-out times that variance. Over thirty layers
  every factor but 1 kills or explodes both.
- LeCun's, Glorot's and He's schemes keep the mean square on average; orthogonal matrices keep every
  length.
- Batch normalisation measures each channel over the batch and stretches it back. Its gradient loses
  what the layer would undo, a shift and a stretch; at the test it needs running averages, or the
  answer to an example depends on the others of its batch.
- Layer normalisation measures each example alone, so the size of the batch changes nothing in it.
- Random weights are needed to tell units apart, and the right size of them to make thirty layers
  learn.

Read on: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
networks" (2010), https://proceedings.mlr.press/v9/glorot10a.html; He et al., "Delving Deep into
Rectifiers" (2015), https://arxiv.org/abs/1502.01852; Santurkar et al., "How Does Batch
Normalization Help Optimization?" (2018), https://arxiv.org/abs/1805.11604.

## In your own words

A colleague trains with batches of two images, since larger ones do not fit, and uses batch normalisation.
Training is noisy, and at the test the network is much worse than it was in training. Explain both, and
name two things that they could do. Three or four sentences.
"""

# %% [markdown] tags=["answer"]
r"""
With two images, the mean and variance of a batch are poor estimates (of the pixels of two images
only), and what one image becomes depends on which other it was paired with: that is noise in every
layer. At the test the running averages are used instead, under which activations are distributed
differently from what the later layers were trained on, so these meet inputs that they have not
seen. They can normalise over something that does not depend on the batch (layer or group
normalisation), or gather statistics over more images (across devices, or by freezing the statistics
of a pretrained network); or drop normalisation and initialise with care.
"""
