# %% [markdown]
r"""
# From one neuron to any function

One neuron draws one soft edge. Put a hundred of them side by side, weigh them and
add them up: in 1989 Cybenko proved that the sum can follow any continuous function
as closely as you like. The proof needs no data, no training and no second hidden
layer. So why does nobody build networks like that?

**The question.** What can a layer of neurons express, what do more layers add to
it, and what decides whether gradients ever find it?

**Before you run anything**, think about these predictions. Each is asked for again just before the
cell that decides it:

1. A function on $[0,1]$ is nowhere steeper than 1. How many sigmoids does a single
   hidden layer need to come within 0.001 of it everywhere, if you may choose the
   weights by hand?
2. Twenty ReLUs make a function of one number. Into how many straight pieces can
   they break it at most, all in one layer? How many pieces do ten layers of two make, if you may choose
   the weights? And how many are there if the weights of those twenty are drawn at random?
3. Five hidden layers with new random weights read pictures. Which share of the hidden
   activations is exactly 0 if they are ReLUs, and which if they are sigmoids? How
   many times shorter is the gradient of the first layer's weights than that of the
   last layer's?

You will write the activations, the layer, the network, its losses and its training
step; then build Cybenko's function by hand, count the pieces of a deep network
exactly, and repeat the measurements with which Glorot, Bordes and Bengio made the
rectifier the default.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64, Int

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell)
# import matplotlib.pyplot as plt
# from sklearn.datasets import make_moons
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
#
#
# def slope_of(function, x):
#     """Return the function's values and its slopes, by the tape."""
#     with tf.GradientTape() as tape:
#         tape.watch(x)
#         y = function(x)
#     return y, tape.gradient(y, x)
#
#
# def draw_slopes(functions):
#     """Draw values, the tape's slopes, and slopes by differences."""
#     x = tf.linspace(-4.0, 4.0, 161)
#     _, panels = plt.subplots(1, len(functions), figsize=(14, 2.8), sharey=True, layout="constrained")
#     for panel, (name, function) in zip(panels, functions.items()):
#         y, slope = slope_of(function, x)
#         panel.plot(x, y, color="tab:blue", label="value")
#         panel.plot(x, slope, "--", color="tab:orange", label="slope, by the tape")
#         middle, difference = (x[1:] + x[:-1]) / 2, (y[1:] - y[:-1]) / (x[1:] - x[:-1])
#         panel.plot(middle[::10], difference[::10], "x", color="black", label="slope, by differences")
#         panel.set(title=name, xlabel="x", ylim=(-1.3, 2.2))
#     panels[0].legend(fontsize=7, loc="lower right")
#     plt.show()
#
#
# def show_plane(axes, logit, title):
#     """Colour the plane by the probability of the second moon, and draw the points."""
#     across, up = np.meshgrid(np.linspace(-1.5, 2.5, 120), np.linspace(-1.1, 1.6, 100))
#     plane = np.stack([across, up], -1).reshape(-1, 2).astype("float32")
#     chance = 1 / (1 + np.exp(-np.asarray(logit(plane)).reshape(across.shape)))
#     shown = axes.contourf(across, up, chance, np.linspace(0, 1, 11), cmap="PuOr", alpha=0.6)
#     axes.contour(across, up, chance, [0.5], colors="black")
#     for side, marker in enumerate("o^"):
#         axes.plot(*points[moon == side].T, marker, color="black", markersize=3, alpha=0.6)
#     axes.set(title=title, xlabel="$x_1$", ylabel="$x_2$")
#     return shown
#
#
# def show_last_layer(axes, hidden, layer):
#     """Draw a grid and the points as the last layer gets them, and the line by which it parts them."""
#     square = np.meshgrid(np.linspace(-1.5, 2.5, 81), np.linspace(-1.1, 1.6, 55))
#     grid = hidden(np.stack(square, -1).reshape(-1, 2).astype("float32")).numpy().reshape(55, 81, 2)
#     for line in (*grid[::5], *grid.swapaxes(0, 1)[::5]):
#         axes.plot(*line.T, color="0.8", linewidth=0.7)
#     moved = hidden(points).numpy()
#     for side, marker, colour in zip((0, 1), "o^", ("tab:orange", "tab:purple")):
#         axes.plot(*moved[moon == side].T, marker, color=colour, markersize=4, alpha=0.6)
#     (w1, w2), b = layer.kernel.numpy()[:, 0], layer.bias.numpy()[0]
#     across, up = np.meshgrid(np.linspace(-1.1, 1.1, 60), np.linspace(-1.1, 1.1, 60))
#     axes.contour(across, up, w1 * across + w2 * up + b, [0], colors="black")
#     axes.set(title="what the last layer gets", xlabel="unit 1", ylabel="unit 2")
#
#
# def show_band(place, height, grid, mean, deviation, title):
#     """Draw data, a mean with a band of one deviation, and the truth."""
#     plt.figure(figsize=(8, 3.6), layout="constrained")
#     plt.plot(place, height, ".", color="0.6", markersize=3, label="data")
#     plt.plot(grid, mean, color="tab:blue", label="mean")
#     plt.fill_between(grid[:, 0], mean - deviation, mean + deviation, color="tab:blue", alpha=0.2,
#                      label="one deviation")
#     plt.plot(grid, np.sin(2 * grid), ":", color="black", label="the truth, ± its deviation")
#     for sign in (-1, 1):
#         plt.plot(grid, np.sin(2 * grid) + sign * (0.05 + 0.12 * (grid + 3)), ":", color="black")
#     plt.title(title)
#     plt.xlabel("x")
#     plt.ylabel("y")
#     plt.legend(ncols=4, fontsize=8, loc="upper left")
#     plt.ylim(-3, 3.6)
#     plt.show()
#
#
# def staircase(weights, x):
#     w, b, v, c = weights
#     return c + np.sum(v / (1 + np.exp(-np.clip(np.outer(x, w) + b, -700, 700))), axis=1)
#
#
# def value(params, x):
#     """Run a ReLU network of one input, given as a list of (W, b)."""
#     h = x[:, None]
#     for W, b in params[:-1]:
#         h = np.maximum(h @ W + b, 0)
#     return h @ params[-1][0] + params[-1][1]
#
#
# def random_net(rng, depth, width):
#     sizes = [1] + [width] * depth + [1]
#     return [(rng.normal(size=(d, e)) * np.sqrt(2 / d), rng.normal(size=e)) for d, e in pairwise(sizes)]
#
#
# def show_folding(axes, x, once, twice):
#     """Draw a tent, and the tent of it, which has a kink wherever the first one is ½."""
#     axes.plot(x, once, "--", color="tab:orange", label="t(x)")
#     axes.plot(x, twice, color="tab:blue", label="t(t(x))")
#     axes.axhline(0.5, color="0.7", linewidth=0.8)
#     for place in (0.25, 0.75):
#         axes.plot([place, place], [0.5, 1], ":", color="black")
#     axes.plot([0.25, 0.75], [0.5, 0.5], "o", color="black", label="t(x) = ½")
#     axes.set(xlabel="x", title="One tent after the other", ylim=(0, 1.35))
#     axes.legend(ncols=3, fontsize=8, loc="upper center")
#
#
# def show_penalised(strengths, shares, mistaken):
#     """Draw mistakes against zeros, for strengths of a penalty and two networks each."""
#     plt.figure(figsize=(7, 3.8), layout="constrained")
#     plt.plot(shares, mistaken, "o", color="tab:blue", fillstyle="none")
#     plt.plot(shares.mean(1), mistaken.mean(1), "-", color="tab:blue", label="mean of two networks")
#     for place, (share, wrong) in enumerate(zip(shares.mean(1), mistaken.mean(1))):
#         beside = (-46, 4) if place == len(strengths) - 1 else (-14, 20 if place % 2 else -26)
#         arrow = {"arrowstyle": "-", "color": "0.6", "linewidth": 0.6}
#         plt.annotate(f"λ = {strengths[place]:g}", (share, wrong), beside, textcoords="offset points",
#                      fontsize=8, arrowprops=arrow)
#     plt.axvline(85, color="0.6", linestyle=":", label="85%, where the paper's curve turns")
#     plt.xlabel("exact zeros in the hidden layers, in percent")
#     plt.ylabel("mistakes on new pictures, in percent")
#     plt.ylim(0, 55)
#     plt.legend()
#     plt.show()

# %% [markdown]
r"""
## Activation functions

Without something nonlinear between them, two layers are one:
$(xW_1)W_2=x(W_1W_2)$. These *activation functions* are in use; all but the last act on each number
of $x$ alone:

| name | value |
|---|---|
| sigmoid $\sigma(x)$ | $1/(1+e^{-x})$ |
| tanh | $(e^x-e^{-x})/(e^x+e^{-x})$ |
| ReLU | $x$ right of 0, else 0 |
| leaky ReLU | $x$ right of 0, else $\alpha x$ |
| ELU | $x$ right of 0, else $\alpha(e^x-1)$ |
| softplus | $\ln(1+e^x)$ |
| softmax | $e^{x_i}/\sum_j e^{x_j}$, over the last axis |

You write five of them; two are worked here. ReLU is the easy one, and you write its leaky sister
in the same way.
"""


# %%
def relu(x):
    """Keep what is right of 0."""
    return tf.where(x > 0, x, 0.0)


# %%
def leaky_relu(x: Float[tf.Tensor, "*axes"], alpha: float) -> Float[tf.Tensor, "*axes"]:
    """Apply the leaky ReLU to every number.

    Computes the activation of Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural
    Network Acoustic Models" (2013). Write it with exp, log and comparisons, without
    TensorFlow's own activations. Values and gradients are finite wherever `x` is.

    Args:
        x: any numbers.
        alpha: slope left of 0. It is 0 or more; it may be larger than 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(leaky_relu)

# %% [markdown]
r"""
## Overflow and the softmax

The table is for paper. In 32 bits $e^{89}$ is infinite, and $\infty/\infty$ is NaN ("not a
number"). The way out is always the same: arrange the formula so that every exponent is at most 0.
Softmax shows it best: what happens to $e^{x_i}/\sum_je^{x_j}$ if the same number $m$ is taken off
all $x_i$ of a row?

*A small step:* which $m$ makes every exponent at most 0, and one of them exactly 0? Why can the sum
then neither overflow nor become 0?

<details><summary>Answer</summary>

Numerator and denominator are both multiplied by $e^{-m}$, so that the quotient stays. With
$m=\max_jx_j$ every power is at most 1, and the largest is exactly 1, so that the sum lies between 1
and the number of classes.

</details>
"""


# %%
def softmax(x: Float[tf.Tensor, "*axes classes"]) -> Float[tf.Tensor, "*axes classes"]:
    """Turn logits into probabilities over the last axis.

    Computes the softmax of section 6.2.2 of Goodfellow, Bengio and Courville, "Deep
    Learning" (2016), https://www.deeplearningbook.org. Write it with exp, log and
    comparisons, without TensorFlow's own activations. Values and gradients are finite
    wherever `x` is.

    Args:
        x: logits, one axis or more.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(softmax)

# %% [markdown]
r"""
## Two traps in the gradients

The sigmoid, worked. For $x>0$ the formula $1/(1+e^{-x})$ is safe. For $x\le0$ multiply numerator
and denominator by $e^x$: $e^x/(1+e^x)$ is safe. Both use the same power, $e^{-|x|}$, which is never
above 1. The cell below has the formula as it stands in the table, two attempts that look right, and
the sigmoid that we shall use. Their *values* are all right. Their *slopes* are not:

- `tf.where(c, a, b)` evaluates *both* `a` and `b`. Going backward, the branch that was
  not chosen gets the gradient 0, times its own derivative; and $0\cdot\infty$ is NaN. So make
  the argument harmless *before* the dangerous function sees it.
- $|x|$ has no derivative at 0, and TensorFlow takes 0. In a formula for something
  smooth, this gives a wrong slope at exactly $x=0$, which is where every unit of a new network (its
  biases are 0) starts if it sees a black patch.
"""


# %%
def sigmoid(x):
    """Squash every number between 0 and 1, with values and slopes that are finite."""
    left = x <= 0
    power = tf.exp(tf.where(left, x, -x))  # e^-|x|, but smooth from each side
    return tf.where(left, power, 1.0) / (1.0 + power)


# %% tags=["active-ipynb"]
# def from_the_table(x):
#     return 1 / (1 + tf.exp(-x))
#
#
# def both_branches(x):
#     return tf.where(x > 0, 1 / (1 + tf.exp(-x)), tf.exp(x) / (1 + tf.exp(x)))
#
#
# def from_the_size(x):
#     power = tf.exp(-tf.abs(x))
#     return tf.where(x > 0, 1.0, power) / (1 + power)
#
#
# x = tf.constant([-100.0, 0.0, 100.0])
# for function in (from_the_table, both_branches, from_the_size, sigmoid):
#     y, slope = slope_of(function, x)
#     print(f"{function.__name__:15} at -100, 0, 100: values {y.numpy()}, slopes {slope.numpy()}")
# assert np.allclose(slope, [0, 0.25, 0], atol=1e-6), "the last one is right: 0, ¼ and 0"

# %% [markdown]
r"""
Now three that are yours. All of them can be made from one exponential that is never above 1.

*A small step:* express tanh by the sigmoid of $2x$. Then multiply numerator and denominator of its
own formula by $e^{-x}$ (for $x>0$) or $e^{x}$ (for $x\le0$): which power is left?

<details><summary>Answer</summary>

$\tanh x=2\sigma(2x)-1$. What is left is $e^{-2|x|}$: $\tanh x=\pm(1-e^{-2|x|})/(1+e^{-2|x|})$. Near
0 the second form is the more exact one, since the first takes 1 off a number near 1.

</details>
"""


# %%
def tanh(x: Float[tf.Tensor, "*axes"]) -> Float[tf.Tensor, "*axes"]:
    """Squash every number between -1 and 1.

    Computes the hyperbolic tangent, section 6.3.2 of Goodfellow, Bengio and Courville, "Deep
    Learning" (2016), https://www.deeplearningbook.org. Write it with exp, log and
    comparisons, without TensorFlow's own activations. Values and gradients are finite
    wherever `x` is, with the right slope at 0.

    Args:
        x: any numbers.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(tanh)

# %% [markdown]
r"""
*A small step:* in `tf.where(x > 0, x, tf.exp(x) - 1)`, what goes backward through `tf.exp` at
$x=100$, and what would you have to give to `tf.exp` there?

<details><summary>Answer</summary>

$0\cdot e^{100}=0\cdot\infty$, NaN. Give it `tf.where(x > 0, 0.0, x)` or `tf.minimum(x, 0.0)`, which
is 0 where the branch is not used.

</details>
"""


# %%
def elu(x: Float[tf.Tensor, "*axes"], alpha: float) -> Float[tf.Tensor, "*axes"]:
    """Apply the exponential linear unit to every number.

    Computes the activation of Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep
    Network Learning by Exponential Linear Units" (2016), https://arxiv.org/abs/1511.07289.
    Write it with exp, log and comparisons, without TensorFlow's own activations. Values and
    gradients are finite wherever `x` is; where alpha is 1, with the right slope at 0.

    Args:
        x: any numbers.
        alpha: above 0; minus the value far left.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(elu)

# %% [markdown]
r"""
*A small step:* show that $\ln(1+e^x)=\max(x,0)+\ln(1+e^{-|x|})$. Which slope does TensorFlow's tape
find at $x=0$ if you write just this, with `tf.maximum` and `tf.abs`, and which is right?

<details><summary>Answer</summary>

For $x>0$ take $e^x$ out of the bracket: $\ln\big(e^x(e^{-x}+1)\big)=x+\ln(1+e^{-x})$. The right
slope is $\sigma(0)=\frac12$. At 0 the tape takes 0 for the slope of $|x|$, and 1 or 0 or ½ for that
of the maximum, as the library has chosen: write it so that both sides of 0 come from one branch.
Far left $1+e^x$ is rounded to 1, whose logarithm is 0: `tf.math.log1p(p)` computes $\ln(1+p)$
without adding the 1 first, and keeps what is small.

</details>
"""


# %%
def softplus(x: Float[tf.Tensor, "*axes"]) -> Float[tf.Tensor, "*axes"]:
    """Apply the smooth sister of the ReLU to every number.

    Computes softplus, section 3 of Glorot, Bordes and Bengio, "Deep Sparse Rectifier Neural
    Networks" (2011), https://proceedings.mlr.press/v15/glorot11a.html. Write it with exp,
    log and comparisons, without TensorFlow's own activations. Values and gradients are
    finite wherever `x` is, right to 1e-6, and right to five digits where they are larger,
    with the right slope at 0.

    Args:
        x: any numbers.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(softplus)

# %% [markdown]
r"""
Values and slopes. The slope comes from the tape, and the crosses from the
values themselves, by differences: they must lie on the slope. Below, values and slopes far out and at 0
are printed. Far out a slope is 0, 1 or α (for softmax 0), and never `nan`. At 0 it is ¼ for sigmoid, 1 for
tanh and ½ for softplus.
"""

# %% tags=["active-ipynb"]
# activations = {
#     "sigmoid": sigmoid, "tanh": tanh, "relu": relu, "softplus": softplus,
#     "leaky_relu, α = 0.3": lambda x: leaky_relu(x, 0.3), "elu, α = 0.3": lambda x: elu(x, 0.3),
# }
# draw_slopes(activations)
# places = tf.constant([-100.0, 0.0, 100.0])
# for name, function in (activations | {"softmax": softmax}).items():
#     y, slope = slope_of(function, places)
#     print(f"{name:19} at -100, 0, 100: values {y.numpy().round(2)}, slopes {slope.numpy().round(2)}")
#     assert np.isfinite(slope).all(), "no slope is NaN"
#     assert abs(slope[1] - {"sigmoid": 0.25, "tanh": 1, "softplus": 0.5}.get(name, slope[1])) < 1e-5, "at 0"

# %% [markdown]
r"""
## A dense layer

$$h=\varphi(xW+b)$$

with a column of $W$ and an entry of $b$ for each unit, and $x$ a row (a batch of
rows, or a sequence of them for each example: the last axis is what counts).

A Keras layer learns how wide its input is when it meets it first. Then, once, Keras
calls `build(input_shape)`, and there the weights are made, by `self.add_weight`:
only what is made so is trained, saved and counted. Finally a layer must be able to
write itself down. `get_config` returns the arguments from which the constructor can
make an untrained twin; loading a model starts with it.

*A small step:* for inputs of shape `[32, 7, 5]` and 3 units, what are the shapes of
$W$, $b$ and $h$, and which of the three sizes may $W$ depend on?

<details><summary>Answer</summary>

$[5,3]$, $[3]$ and $[32,7,3]$. Only on the last one, 5: the same layer must work for other batches
and longer sequences.

</details>
"""


# %%
class DenseLayer(keras.layers.Layer):
    """Apply an affine map and an activation function, in training and in use alike.

    Computes h = φ(xW + b), section 6.4 of Goodfellow, Bengio and Courville, "Deep
    Learning" (2016), https://www.deeplearningbook.org. Gradients flow to the weights
    and to x.

    Attributes:
        units: how many there are.
        activation: φ, a function.
        kernel: W, `[width, units]`, made in `build` and named "kernel"; at the start
            uniform within ±√(6 / (width + units)), as `add_weight` has it by default,
            drawn anew for each layer, and without a penalty.
        bias: b, `[units]`, made in `build` and named "bias"; at the start 0.

    Args of the constructor:
        units: how many there are.
        activation: φ by its Keras name; None for none.
        kwargs: what every layer accepts, as `name`.
    """

    def __init__(self, units: int, activation: str | None = None, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make `kernel` and `bias` for inputs of this shape."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(self, x: Float[tf.Tensor, "*batch width"]) -> Float[tf.Tensor, "*batch units"]:
        """Apply the layer along the last axis."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def get_config(self) -> dict:
        """Return the constructor's arguments: what the base class has, and our own two.

        All as numbers and names, which can be written into a file.
        """
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(DenseLayer)

# %% [markdown]
r"""
What does a hidden layer do? It moves the points until a single line can part
them. Three of your layers learn two half-moons; the second has two units only, so
that what it returns can be drawn. In the left panel the network's decision is a curve;
on the right, where the last layer looks, it is a line. Grey is a square grid over the left panel,
as the two layers bend it.
"""

# %% tags=["active-ipynb"]
# points, moon = make_moons(400, noise=0.12, random_state=0)
# points = points.astype("float32")
# keras.utils.set_random_seed(5)
# layers = [DenseLayer(16, "tanh"), DenseLayer(2, "tanh"), DenseLayer(1)]
# folding = keras.Sequential([keras.Input((2,)), *layers])
# folding.compile(keras.optimizers.Adam(0.02), keras.losses.BinaryCrossentropy(from_logits=True))
# folding.fit(points, moon[:, None], batch_size=20, epochs=25, verbose=0)
#
# figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
# shown = show_plane(left, folding, "what goes in")
# figure.colorbar(shown, ax=left, label="probability of a triangle", shrink=0.8)
# show_last_layer(right, keras.Sequential(layers[:2]), layers[2])
# plt.show()
# twin = DenseLayer.from_config(layers[0].get_config())
# print("a twin of the first layer:", twin.units, "units,", twin.activation.__name__)
# right_ones = np.mean((folding(points)[:, 0] > 0).numpy() == moon)
# print(f"{right_ones:.0%} of the points are on the right side")
# assert right_ones > 0.95, "the line parts the moons"

# %% [markdown]
r"""
## A network of layers

Chain such layers and leave the last one without an activation: what it returns are *logits*,
which may be any number. The probabilities are the loss's business, for
there they can be computed without overflow.

A layer from $d$ to $d'$ units has $(d+1)d'$ parameters, so all together

$$\sum_{i}(d_i+1)\,d_{i+1}$$

*A small step:* how many has 64 – 32 – 16 – 10? Do it by hand: it takes a minute, and such a count
finds most errors of architecture.

<details><summary>Answer</summary>

$65\cdot32+33\cdot16+17\cdot10=2080+528+170=2778$.

</details>

*Another small step:* somebody forgets the activation of 64 – 32 – 10. Which single layer computes
the same, biases included, and how many parameters of the two are for nothing?

<details><summary>Answer</summary>

$(xW_1+b_1)W_2+b_2=x\,(W_1W_2)+(b_1W_2+b_2)$. The two layers have $2080+330=2410$ parameters, and
the single one, which can do as much, has $65\cdot10=650$. The cell below multiplies it out.

</details>
"""


# %%
def build_mlp(sizes: list[int], activation: str, classes: int) -> keras.Model:
    """Build a multilayer perceptron that returns logits.

    Builds the layered network of Rumelhart, Hinton and Williams, "Learning
    representations by back-propagating errors" (1986), https://doi.org/10.1038/323533a0,
    with a free choice of activation.

    Args:
        sizes: width of the input, then of each hidden layer; there may be none.
        activation: of the hidden layers, by its Keras name.
        classes: width of the output, 1 or more.

    Returns:
        A model, functional or sequential, that knows the width of its input. It is made
        of `keras.layers.Dense` layers with biases, as Keras makes them by default, and of
        nothing else; only the activations may be layers of their own. `sizes` is left as
        it is.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(build_mlp)

# %% tags=["active-ipynb"]
# for sizes in ([64], [64, 32], [64, 32, 16], [64, 16, 32]):
#     widths = [*sizes, 10]
#     formula = sum((d + 1) * e for d, e in zip(widths, widths[1:]))
#     counted = build_mlp(sizes, "relu", 10).count_params()
#     print(" – ".join(map(str, widths)).ljust(18), f"formula {formula:6,}", f"  model {counted:6,}")
#     assert counted == formula, "the formula counts what the model has"
#
# x = np.random.default_rng(0).normal(size=(5, 64)).astype("float32")
# for activation in ("linear", "relu"):
#     model = build_mlp([64, 32], activation, 10)
#     W1, b1, W2, b2 = model.get_weights()
#     apart = np.abs(model(x) - (x @ (W1 @ W2) + (b1 @ W2 + b2))).max()
#     print(f"64 – 32 – 10, {activation:6}: at most {apart:.0e} from one layer of {65 * 10} parameters")
#     assert (apart < 1e-4) == (activation == "linear"), "two layers are one without an activation"

# %% [markdown]
r"""
## Output layers and their losses

What the last layer returns, $z$, is turned into a distribution over the target, and the loss of an
example is minus the logarithm of the probability (or density) that this distribution gives to the
target that came. So the choice of the loss is a choice about *noise*:

| task | target $y$ | $z$ | distribution |
|---|---|---|---|
| `"binary"` | 0 or 1 | $[B,1]$ | Bernoulli, with probability $\sigma(z)$ of 1 |
| `"multiclass"` | one of $K$ classes | $[B,K]$ | $\operatorname{softmax}(z)$ |
| `"multilabel"` | $K$ times 0 or 1 | $[B,K]$ | $K$ independent Bernoullis |

The first row, worked. For $y=1$ the loss is $-\ln\sigma(z)=\ln(1+e^{-z})$. For $y=0$ it is
$-\ln(1-\sigma(z))=\ln(1+e^z)$. Since $\ln(1+e^{-z})=\ln(1+e^z)-z$, both are

$$\ln(1+e^z)-yz,$$

softplus minus $yz$, in which nothing overflows.

*A small step:* derive the second and the third row in the same way. For $z=10^4$ and $y=0$, what would
`-tf.math.log(1 - tf.sigmoid(z))` return, and what its gradient?

<details><summary>Answer</summary>

$-\ln\big(e^{z_y}/\sum_je^{z_j}\big)=\ln\sum_je^{z_j}-z_y$. Independent probabilities are
multiplied, so the losses of the labels are added. The quoted line returns $-\ln 0=\infty$, where
the loss is 10,000, and its gradient is NaN.

</details>

TensorFlow's functions are allowed here: the question is which one, of what, summed over
which axis. Mind the axis of length 1 in the first row.
"""


# %%
def classification_loss(
    task: str, target: Int[tf.Tensor, "batch *labels"], raw: Float[tf.Tensor, "batch outputs"]
) -> Float[tf.Tensor, "batch"]:
    """Return the negative log-likelihood of each example.

    Computes the losses of section 6.2.2 of Goodfellow, Bengio and Courville, "Deep
    Learning" (2016), https://www.deeplearningbook.org. Any way of computing them will do.

    Args:
        task: a row of the table: "binary", "multiclass" or "multilabel".
        target: `[batch]`; `[batch, labels]` for multilabel. Whole numbers.
        raw: z, what the last layer returned. May be as large as ±10,000; values and
            gradients are right there too.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(classification_loss)

# %% [markdown]
r"""
If the target is a number, the distribution may be a normal one. A network with two outputs can say
both where its mean is and how sure it is: $\mu=z_1$ and $\sigma=\ln(1+e^{z_2})$, which is above 0
whatever $z_2$ is. (Here $\sigma$ is a standard deviation and not the sigmoid.)

*A small step:* the density of a normal distribution is
$\frac1{\sigma\sqrt{2\pi}}\exp\big(-\frac{(y-\mu)^2}{2\sigma^2}\big)$. What is minus its logarithm,
and which of its terms keeps the network from claiming a huge $\sigma$ everywhere?

<details><summary>Answer</summary>

$\ln\sigma+\frac{(y-\mu)^2}{2\sigma^2}+\frac12\ln2\pi$; the first.

</details>
"""


# %%
def gaussian_loss(
    target: Float[tf.Tensor, "batch"], raw: Float[tf.Tensor, "batch 2"]
) -> Float[tf.Tensor, "batch"]:
    """Return the negative logarithm of each target's normal density.

    Computes the loss of Nix and Weigend, "Estimating the mean and variance of the target
    probability distribution" (1994), https://doi.org/10.1109/ICNN.1994.374138, with the
    constant, and with the deviation as a softplus. Any way of computing it will do.

    Args:
        target: y.
        raw: what the last layer returned: the mean, as large as ±10,000, and what becomes
            the deviation by softplus, between -20 and 100.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gaussian_loss)

# %% [markdown]
r"""
A network that knows how sure it may be: the noise of these data grows to the right, and the
network's last layer has two units. The band is one deviation to either side and should hold about
two thirds of the points, on the left as on the right; with $\sigma^2$ in the place of $\sigma$ it
does not.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# place = rng.uniform(-3, 3, size=(1000, 1)).astype("float32")
# height = np.sin(2 * place) + (0.05 + 0.12 * (place + 3)) * rng.normal(size=place.shape)
# keras.utils.set_random_seed(2)
# unsure = build_mlp([1, 64, 64], "relu", 2)
# unsure.compile(keras.optimizers.Adam(0.01), lambda y, raw: gaussian_loss(y[:, 0], raw))
# unsure.fit(place, height.astype("float32"), batch_size=50, epochs=75, verbose=0)
#
# grid = np.linspace(-3, 3, 200, dtype="float32")[:, None]
# mean, raw = unsure(grid).numpy().T
# found = unsure(place).numpy()
# inside = np.abs(height[:, 0] - found[:, 0]) < softplus(tf.constant(found[:, 1])).numpy()
# halves = [inside[place[:, 0] < 0].mean(), inside[place[:, 0] >= 0].mean()]
# title = "within one deviation: {:.0%} of the left half, {:.0%} of the right (ideally 68%)".format(*halves)
# show_band(place, height, grid, mean, softplus(tf.constant(raw)).numpy(), title)
# assert 0.55 < min(halves) and max(halves) < 0.8, "about two thirds, on both sides"

# %% [markdown]
r"""
**A silent bug.** Here is somebody else's loss for two classes. It returns one number for each
example, it falls during training, and as most points are circles, the accuracy is one that many
would report. Beside it the same network is trained with yours. What has the suspicious network
learnt, and why can it learn nothing else? (What is the shape of `target * raw`, and which examples'
targets does its first row hold? Which loss does a constant probability $p$ reach, and which $p$ is
the best one?)
"""

# %% tags=["active-ipynb"]
# def suspicious_loss(target, raw):
#     """target [batch], raw [batch, 1] -> [batch]"""
#     target = tf.cast(target, raw.dtype)
#     return tf.reduce_mean(tf.math.softplus(raw) - target * raw, axis=1)
#
#
# def your_loss(target, raw):
#     return classification_loss("binary", target, raw)

# %% tags=["active-ipynb"]
# chosen = np.concatenate([np.flatnonzero(moon == 0), np.flatnonzero(moon)[:60]])
# points, moon = points[chosen], moon[chosen]
# figure, panels = plt.subplots(1, 3, figsize=(13, 3.4), layout="constrained")
# for loss, panel, style in zip((suspicious_loss, your_loss), panels[1:], ("-", "--")):
#     keras.utils.set_random_seed(0)
#     name, model = loss.__name__, build_mlp([2, 16, 16], "relu", 1)
#     model.compile(keras.optimizers.Adam(0.01), lambda y, raw, loss=loss: loss(y[:, 0], raw))
#     fit = model.fit(points, moon[:, None], batch_size=13, epochs=30, verbose=0)
#     panels[0].plot(fit.history["loss"], style, label=name)
#     chance = sigmoid(model(points)[:, 0]).numpy()
#     print(name, f"{fit.history['loss'][-1]:.2f}; probabilities {chance.min():.2f} to {chance.max():.2f}")
#     shown = show_plane(panel, model, f"{name}: accuracy {np.mean((chance > 0.5) == moon):.0%}")
# panels[0].set(xlabel="epoch", ylabel="loss", ylim=0, title="The losses")
# panels[0].legend()
# figure.colorbar(shown, ax=panels, label="probability of a triangle")
# plt.show()

# %% [markdown]
r"""
<details><summary>Answer</summary>

`target` $[B]$ times `raw` $[B,1]$ is a matrix $[B,B]$: row $i$ holds $y_jz_i$ for *all* examples
$j$. Its mean over axis 1 compares the logit of example $i$ with the mean target of the batch, so
that the best answer for every example is the same: the share of triangles, $p=60/260\approx0.23$,
whose loss is $-p\ln p-(1-p)\ln(1-p)\approx0.54$. The curve comes to rest there, and every point is
called a circle. A test of the returned *shape* finds nothing, since it is $[B]$ both times. A test
finds it that computes the loss of one example alone and within a batch.

</details>
"""

# %% [markdown]
r"""
## A step of training

`model.fit` has hidden this loop from you so far:

1. run the model **as in training**, and compute the loss **while a tape records** (the tape writes
   down each operation, so that it can be differentiated);
2. add what the layers themselves charge: `model.losses`, a list, empty if no layer has a penalty on
   its weights or activations;
3. differentiate the sum, with respect to the **trainable** variables;
4. let the optimiser apply the gradients.

A frozen layer's weights are variables that the tape records like any other. The running averages that
a batch normalisation keeps are updated in step 1, not by gradients, and only when
told that this is training.

*A small step:* which of the three bold parts would you miss in a network of dense
layers alone?

<details><summary>Answer</summary>

Only the tape: without it there is no gradient. Dense layers do the same in training and in use, and
all of their weights are trainable, so that errors in the other two parts stay unnoticed until a
network has dropout, a batch normalisation or a frozen layer.

</details>
"""


# %%
def train_step(
    model: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    loss_fn: Callable[[tf.Tensor, tf.Tensor], tf.Tensor],
    x: Float[tf.Tensor, "batch *features"],
    y: tf.Tensor,
) -> Float[tf.Tensor, ""]:
    """Change `model` by one step of training on one batch.

    Does what `keras.Model.train_on_batch` does; see chapter 8 of Goodfellow, Bengio and
    Courville, "Deep Learning" (2016), algorithm 8.1, https://www.deeplearningbook.org.

    Args:
        model: changed in place.
        optimizer: applies the gradients, and keeps its state from step to step. Its own
            variables are made already, for the trainable weights.
        loss_fn: called as `loss_fn(y, prediction)`, returns the batch's mean loss.
        x: inputs.
        y: targets.

    Returns:
        The loss before the step, with all penalties: a tensor, so that the step may be
        compiled by `tf.function`.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(train_step)

# %% [markdown]
r"""
Your step at work: clothes of $28\times28$ pixels in ten classes, read by networks of one, three and
six hidden layers of 64 units, of sigmoids and of ReLUs. Two things are worth a look before any
training: a network that knows nothing has a loss near $\ln 10\approx2.3$; and a network that is
right can learn twenty pictures by heart. If either fails, search for the bug first. Then watch:
what happens to the deep sigmoids, and is it that they cannot *express* the solution?
"""

# %% tags=["active-ipynb"]
# clothes = {part: load("fashion_mnist", split=part) for part in ("train", "test")}
# images = {part: (data["image"] / 255).reshape(-1, 784).astype("float32") for part, data in clothes.items()}
# labels = {part: data["label"] for part, data in clothes.items()}
#
#
# def mean_loss(y, raw):
#     return tf.reduce_mean(classification_loss("multiclass", y, raw))
#
#
# def train(model, optimizer, epochs, batch=50):
#     """Train by `train_step`, compiled into a graph, and return the loss of every step."""
#     optimizer.build(model.trainable_variables)
#     step = tf.function(lambda x, y: train_step(model, optimizer, mean_loss, x, y))
#     order, history = np.random.default_rng(0), []
#     for _ in range(epochs):
#         for chosen in order.permutation(len(labels["train"])).reshape(-1, batch):
#             history.append(step(images["train"][chosen], labels["train"][chosen]))
#     return np.array(history)

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(0)
# model, optimizer = build_mlp([784, 64], "relu", 10), keras.optimizers.Adam(0.01)
# optimizer.build(model.trainable_variables)
# few = images["train"][:20], labels["train"][:20]
# first, *_, last = [float(train_step(model, optimizer, mean_loss, *few)) for _ in range(60)]
# print(f"twenty pictures: loss {first:.2f} at the start, {last:.3f} after 60 steps")
# assert 1.8 < first < 3 and last < 0.05, "near ln 10 at the start, and learnt by heart"

# %% tags=["active-ipynb"]
# figure, panels = plt.subplots(1, 2, figsize=(11, 3.6), sharey=True, layout="constrained")
# ends = {}
# for panel, name in zip(panels, ("sigmoid", "relu")):
#     for depth, style in zip((1, 3, 6), ("-", "--", ":")):
#         keras.utils.set_random_seed(0)
#         history = train(build_mlp([784] + [64] * depth, name, 10), keras.optimizers.SGD(0.1), epochs=8)
#         smooth = history.reshape(-1, 10).mean(1)
#         ends[name, depth] = smooth[-5:].mean()
#         panel.plot(10 * np.arange(len(smooth)), smooth, style, label=f"hidden layers: {depth}")
#     panel.axhline(np.log(10), color="0.6", linewidth=0.8)
#     panel.set(title=name, xlabel="step", ylabel="loss", ylim=(0, 2.5))
#     panel.legend()
# plt.show()
# assert ends["sigmoid", 6] > 2.2 and ends["relu", 6] < 0.8, "six layers learn with ReLUs only"

# %% [markdown]
r"""
Six layers of ReLUs learn, and six layers of sigmoids stay at $\ln10$ for 640 steps and more,
although one layer of the same sigmoids learns. Is it that they cannot express the solution, or that
they do not find it? The rest of the chapter takes the two questions one after the other.
"""

# %% [markdown]
r"""
## Universal approximation

Expressing is not the trouble, and here is a proof that you build yourself. A sigmoid
$\sigma(wx+b)$ with a large $w$ is a step up at $x=-b/w$. Cut $[0,1]$ into $n$ equal
parts. Let a staircase start at the height $f(0)$, and on the $k$-th part
climb from $f(\frac{k-1}n)$ to $f(\frac kn)$, by one step:

$$F(x)=c+\sum_{k=1}^{n}v_k\,\sigma(w_kx+b_k)$$

Cybenko's theorem says that such sums come arbitrarily close to any continuous
function. Yours says how close: if $f$ changes by at most $L\,|x-x'|$ between any
$x$ and $x'$, then

$$\max_{0\le x\le1}|F(x)-f(x)|\le\frac{2L}{n}$$

A perfect staircase with its steps in the middle of the parts is never
more than $\frac{L}{2n}$ off, so there is room for soft edges. But all $n$ edges are soft at once, and
their errors add up.

*A small step:* let the steps stand in the middle of the parts. How steep must an edge be, compared
with the width $1/n$ of a part, so that a step is as good as over half a part further on?

<details><summary>Answer</summary>

Half a part to the right of its middle, a sigmoid has the value $\sigma(w/2n)$. With $w=10n$ that is
$\sigma(5)\approx0.993$: as good as over. With a $w$ that does not grow with $n$, all steps melt
into one slope.

</details>
"""


# %%
def sigmoid_staircase(
    f: Callable[[np.ndarray], np.ndarray], n: int
) -> tuple[Float64[np.ndarray, "n"], Float64[np.ndarray, "n"], Float64[np.ndarray, "n"], float]:
    """Choose the weights of n sigmoids that follow f on [0, 1].

    Constructs a sum as in equation (2) of Cybenko, "Approximation by superpositions
    of a sigmoidal function" (1989), https://doi.org/10.1007/BF02551274, that is
    within 2L/n of f everywhere on [0, 1], for every L that bounds f's slope.

    Args:
        f: takes an array of points between 0 and 1 and returns the values there.
        n: how many sigmoids.

    Returns:
        w, b, v and c of F(x) = c + Σ vₖ σ(wₖ x + bₖ).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(sigmoid_staircase)

# %% [markdown]
r"""
**Prediction 1.** A function on $[0,1]$ is nowhere steeper than 1. How many sigmoids does your
construction need to come within 0.001 of it everywhere?

*Write yours here, with the reason, before you run the next cell:*

Left and middle: a function, and what 8 and 32 sigmoids make of it, within its
bounds. Right: the largest error for three functions. It must stay under the
line, and so must fall as fast as the line does.
"""

# %% tags=["active-ipynb"]
# def wiggle(x):
#     return 0.5 + np.sin(7 * x) / 9 + np.abs(x - 0.6) / 5 + np.sin(31 * x) / 500
#
#
# functions = {"the one on the left": wiggle, "f(x) = x": lambda x: 1.0 * x,
#              "a zigzag": lambda x: np.abs(16 * x % 2 - 1) / 16}

# %% tags=["active-ipynb"]
# x, counts = np.linspace(0, 1, 4001), 2 ** np.arange(2, 12)
# figure, panels = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained", width_ratios=[1, 1, 1.1])
# for panel, n in zip(panels, (8, 32)):
#     panel.plot(x, wiggle(x), color="black", linewidth=1, label="f")
#     panel.plot(x, staircase(sigmoid_staircase(wiggle, n), x), color="tab:orange", linewidth=2, label="F")
#     panel.fill_between(x, wiggle(x) - 2 / n, wiggle(x) + 2 / n, color="0.9", label="f ± 2/n")
#     panel.set(title=f"{n} sigmoids", xlabel="x", ylim=(0.25, 0.95))
# panels[0].legend()
# for (name, f), style in zip(functions.items(), ("o-", "s--", "^-.")):
#     errors = [np.abs(staircase(sigmoid_staircase(f, n), x) - f(x)).max() for n in counts]
#     panels[2].loglog(counts, errors, style, label=name)
#     print(f"{name}: {errors[-3]:.5f} off with 512 sigmoids, {errors[-1]:.5f} with 2,048")
#     assert errors[-1] < 0.001, "within 2/n of f"
# panels[2].loglog(counts, 2 / counts, ":", color="black", label="2/n")
# panels[2].set(xlabel="sigmoids n", ylabel="largest error", title="Slopes of at most 1")
# panels[2].legend(fontsize=8)
# plt.show()

# %% [markdown]
r"""
**Prediction 1, answered.** 2,000 are enough for certain, by the bound $2L/n$ with $L=1$. Steep steps in
the middle of the parts are off by about $\frac1{2n}$, so that 500 are enough; soft edges (about
$w=10n$) round the stairs off, and then 200 will do. Each further digit costs ten times as many. In $D$
dimensions the parts are cubes, and "ten times" becomes $10^D$ times. That such a network exists says
nothing about its price.

## Depth and linear regions

A network of ReLUs is made of straight pieces. In one layer each unit adds one kink to
a function of one number, so $m$ units make at most $m+1$ pieces. But the second layer
is a function of the *first layer's output*. If that runs up and down, everything
that the second layer draws over $[0,1]$ is drawn once on each way up, and mirrored on each way
down. The tent

$$t(x)=2\max(x,0)-4\max(x-\tfrac12,0)$$

takes two units. It climbs from $t(0)=0$ to $t(\frac12)=1$ and falls to $t(1)=0$.

*A small step,* on paper: sketch $t(t(x))$ on $[0,1]$. Where are its kinks? How many pieces has it,
and how many after $L$ compositions?

<details><summary>Answer</summary>

The outer tent has its kink where its input is $\frac12$: $t(x)=\frac12$ at $x=\frac14$ and
$x=\frac34$. The inner one adds its own at $\frac12$. So there are four pieces, up, down, up, down.
Each composition doubles them: $2^L$.

</details>

Count them exactly, for any network. Go through it layer by layer, with a list of
pieces; on each piece every unit's input is $sx+o$ with one slope $s$ and one offset
$o$. Where does the unit switch, and on which pieces is it on? At the end, two neighbouring
pieces with the *same* slopes are one: a kink counts only if the output has it.

<details><summary>A first hint: one piece, one layer</summary>

A piece is (left end, right end, slopes, offsets), with a slope and an offset for each unit of the
layer below; before the first layer there is one piece, $[lo,hi]$ with slope 1 and offset 0. A layer
makes of them slopes $sW$ and offsets $oW+b$. A unit with slope $s_j\ne0$ switches at $-o_j/s_j$, if
this lies within the piece.

</details>

<details><summary>A second hint: after the cut</summary>

Sort the places where units switch, and cut the piece there. Within each part a unit is on or off
throughout: look at its input in the middle of the part, and set slope and offset to 0 where it is
off. The last layer has no ReLU and cuts nothing: there only the slopes of its outputs are compared,
from one piece to the next.

</details>

*A small step:* floats are fractions with a power of two below the line, and Python's `Fraction`
computes with them without rounding. Why is `Fraction(0.1) * 3 == Fraction(0.3)` false?

<details><summary>Answer</summary>

0.1 and 0.3 are not tenths, but the nearest fractions that a float can hold; three times the first
is not the second. NumPy multiplies matrices of fractions, if `dtype=object`. Floating point will do
as well, if you are careful with "the same".

</details>
"""


# %%
def count_linear_regions(
    params: list[tuple[Float64[np.ndarray, "inputs units"], Float64[np.ndarray, "units"]]],
    lo: float,
    hi: float,
) -> int:
    """Count the straight pieces of a ReLU network's function of one number.

    Counts the linear regions of section 2 of Montúfar, Pascanu, Cho and Bengio, "On
    the Number of Linear Regions of Deep Neural Networks" (2014),
    https://arxiv.org/abs/1402.1869, as far as the function has them.

    Args:
        params: (W, b) of each layer. The first W has one row. All layers but the last
            are followed by a ReLU. The arrays are left as they are.
        lo: where to begin.
        hi: where to end; larger than `lo`.

    Returns:
        The least number of intervals into which [lo, hi] can be cut, such that every
        output is affine on each. What happens at `lo` and `hi` themselves does not count.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(count_linear_regions)

# %% [markdown]
r"""
**Prediction 2.** Into how many straight pieces can twenty ReLUs break a function of one number: in
one layer, at most; in ten layers of two, with chosen weights; and with random weights?

*Write yours here, with the reason, before you run the next cell:*

First, left: where the tent is ½ (dots), the tent of the tent has a kink (dotted), and it has the one
of the first tent between them. Right: two and four tents; the 16 pieces come from 8 units.
Then: pieces against the number of ReLUs, for the best that one layer can do, for tents
on top of each other, and for what you get if you draw weights at random (mean of 20 networks,
with variance $2/d$ for $d$ inputs, on $[-3,3]$).
"""

# %% tags=["active-ipynb"]
# def sawtooth(layers):
#     """(W, b) of `layers` tents, each of two ReLUs, and a last layer that adds them up."""
#     tent, shift = np.array([[2.0], [-4.0]]), np.array([0.0, -0.5])
#     again = [(tent @ np.ones((1, 2)), shift)] * (layers - 1)
#     return [(np.ones((1, 2)), shift), *again, (tent, np.zeros(1))]
#
#
# def one_layer(m):
#     """m ReLUs that switch at different places, up and down in turn."""
#     return [(np.ones((1, m)), -(np.arange(m) + 0.5) / m), ((-1.0) ** np.arange(m)[:, None], np.zeros(1))]
#
#
# x = np.linspace(0, 1, 1025)
# _, (left, right) = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
# show_folding(left, x, value(sawtooth(1), x), value(sawtooth(2), x))
# for layers, style in ((1, ":"), (2, "--"), (4, "-")):
#     pieces = count_linear_regions(sawtooth(layers), 0.0, 1.0)
#     right.plot(x, value(sawtooth(layers), x), style, label=f"{2 * layers} units: {pieces} pieces")
#     assert pieces == 2**layers, "each tent doubles the pieces"
# right.set(xlabel="x", ylabel="output", title="Tents on top of each other", ylim=(0, 1.35))
# right.legend(ncols=3, fontsize=8, loc="upper center")
# plt.show()

# %% tags=["active-ipynb"]
# units, rng = np.arange(2, 21, 2), np.random.default_rng(0)
# tents = [count_linear_regions(sawtooth(m // 2), 0.0, 1.0) for m in units]
# shallow = [count_linear_regions(one_layer(m), 0.0, 1.0) for m in units]
# plt.figure(figsize=(6.5, 3.8), layout="constrained")
# plt.semilogy(units, tents, "o-", label="tents, two units a layer")
# plt.semilogy(units, shallow, "s--", label="one layer at its best")
# for depth, style in ((1, "D-."), (2, "^:"), (4, "v-")):
#     widths = [w for w in range(1, 21) if w * depth <= 20 and (depth > 1 or w % 2 == 0)]
#     means = [np.mean([count_linear_regions(random_net(rng, depth, w), -3.0, 3.0) for _ in range(20)])
#              for w in widths]
#     plt.semilogy(np.array(widths) * depth, means, style, color="0.45", markersize=4,
#                  label=f"random weights, layers: {depth}")
#     print(f"20 random units in {depth} layer{'s' * (depth > 1)}: {means[-1]:.1f} pieces on average")
#     assert means[-1] < 21, "no more than units and one"
# print("20 units: tents", tents[-1], "pieces, one layer", shallow[-1])
# assert (tents[-1], shallow[-1]) == (1024, 21), "2^10, and one more than units"
# plt.gca().set(xlabel="ReLUs in all", ylabel="straight pieces", title="Pieces", xticks=units)
# plt.legend(fontsize=8)
# plt.show()

# %% [markdown]
r"""
**Prediction 2, answered.** 21 in one layer, since each unit adds at most one kink. Ten tents make
$2^{10}=1{,}024$, for each layer doubles the pieces (Telgarsky, "Representation Benefits of Deep
Feedforward Networks", 2015, https://arxiv.org/abs/1509.08101); with other weights there can be a
few more. But a random network has fewer pieces than units, however these are layered, and training
hardly changes that: Hanin and Rolnick, "Complexity of Linear Regions in Deep Networks" (2019),
https://arxiv.org/abs/1901.09021. What can be expressed and what is found are two questions.

## Gradients through layers

The second question is one of gradients. A sigmoid's slope is at most ¼, a ReLU's is 1
or 0. Backward through $L$ layers these slopes multiply.

Take hidden layers $h_l=\varphi(h_{l-1}W_l+b_l)$, with $h_0=x$. Measure, for each of
them, two numbers: which share of $h_l$ is
**exactly** 0, over all examples and units, and how long the gradient of its weights
is,

$$g_l=\Big\lVert\frac{\partial S}{\partial W_l}\Big\rVert,\qquad
S=\sum_{\text{examples}}\ \sum_{\text{units}}h_L,$$

the root of the sum of all squared entries.

*A small step:* a sigmoid at $-8$ is 0.0003. Does that count as 0?

<details><summary>Answer</summary>

No. Only `h == 0` counts; a number that is small but not 0 still sends a gradient back.

</details>
"""


# %%
def sparsity_and_flow(
    params: list[tuple[Float[tf.Tensor, "inputs units"], Float[tf.Tensor, "units"]]],
    x: Float[tf.Tensor, "batch inputs"],
    activation: Callable[[tf.Tensor], tf.Tensor],
) -> dict[str, Float[tf.Tensor, "layers"]]:
    """Measure how sparse each hidden layer is, and how much gradient reaches it.

    Measures what section 3 of Glorot, Bordes and Bengio, "Deep Sparse Rectifier
    Neural Networks" (2011), https://proceedings.mlr.press/v15/glorot11a.html, argues
    with.

    Args:
        params: (W, b) of each hidden layer.
        x: a batch of inputs.
        activation: φ, which follows every layer, the last one too.

    Returns:
        "zero_frac": the share of each layer's outputs that is exactly 0;
        "grad_norm": the length of the gradient of S with respect to each W.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(sparsity_and_flow)

# %% [markdown]
r"""
**Prediction 3.** Five layers of 200 units read 200 pictures of clothes, before any training. All
start from the same weights, uniform within $\pm\sqrt{6/(d+d')}$ for a layer from $d$ to $d'$ units.
Which share of the activations is exactly 0 with ReLUs, and with sigmoids? How many times shorter is
the first layer's gradient than the last layer's?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# batch, rng = tf.constant(images["train"][:200]), np.random.default_rng(1)
# fresh = [(tf.constant(rng.uniform(-1, 1, size=(d, e)) * np.sqrt(6 / (d + e)), tf.float32), tf.zeros(e))
#          for d, e in pairwise([784] + [200] * 5)]
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
# layers, ratios, zeros = np.arange(1, 6), {}, {}
# for function, style in [(sigmoid, "o-"), (tanh, "s--"), (softplus, "D:"), (relu, "^-.")]:
#     found, name = sparsity_and_flow(fresh, batch, function), function.__name__
#     left.plot(layers, found["zero_frac"], style, label=name)
#     right.semilogy(layers, found["grad_norm"] / found["grad_norm"][-1], style, label=name)
#     zeros[name], ratios[name] = np.mean(found["zero_frac"]), found["grad_norm"][-1] / found["grad_norm"][0]
#     print(f"{name:9} {zeros[name]:4.0%} zeros; gradient, last layer / first layer: {ratios[name]:6.2f}")
# left.set(xlabel="hidden layer", ylabel="share of exact zeros", ylim=(-0.05, 1), xticks=layers)
# right.set(xlabel="hidden layer", ylabel="length of the gradient, last = 1", xticks=layers)
# right.legend(fontsize=8)
# plt.show()
# assert 0.35 < zeros["relu"] < 0.65 and zeros["sigmoid"] == 0, "half of the ReLUs, no sigmoid"
# assert 50 < ratios["sigmoid"] < 2000 and ratios["relu"] < 10, "hundreds of times, and a few times"

# %% [markdown]
r"""
**Prediction 3, answered.** Half of the ReLUs are silent, exactly, because their inputs are as often
negative as positive; a sigmoid never is 0. The first layer's gradient is hundreds of times shorter
than the last layer's if the units are sigmoids: each layer multiplies by a slope of at most ¼. With
ReLUs it is not shorter at all. The sigmoids' slopes are what kept the deep network above from
learning. A better start mends much of this, which is topic 7; the rectifier mends it by its shape.

## Sparse activations

Glorot, Bordes and Bengio asked next whether so many zeros do harm, and in a figure of their paper
made networks sparser and sparser, by a penalty $\lambda\sum|h|$ on the activations. Your training
step can do that: `model.losses` brings the penalty, and `sparsity_and_flow` counts zeros. Here with
clothes instead of digits, two hidden layers of 100 units, and eight strengths $\lambda$ of the
penalty, two networks each. (The pictures on which mistakes are counted choose nothing here; to
*choose* a $\lambda$ you would need a third set, for validation.)
"""

# %% tags=["active-ipynb"]
# strengths = [0, 0.01, 0.03, 0.1, 0.3, 0.6, 1, 1.5]
# shares, mistaken = np.zeros((2, len(strengths), 2))
# for place, strength in enumerate(strengths):
#     for seed in range(2):
#         keras.utils.set_random_seed(seed)
#         # Keras sums the penalty over the 50 examples of a batch, but the loss is their mean.
#         penalty = keras.regularizers.L1(strength / 50)
#         layers = [keras.layers.Dense(100, "relu", activity_regularizer=penalty) for _ in range(2)]
#         penalised = keras.Sequential([keras.Input((784,)), *layers, keras.layers.Dense(10)])
#         train(penalised, keras.optimizers.Adam(0.001), epochs=8)
#         params = [(layer.kernel.value, layer.bias.value) for layer in layers]
#         found = sparsity_and_flow(params, tf.constant(images["test"]), relu)
#         shares[place, seed] = 100 * np.mean(found["zero_frac"])
#         wrong = np.argmax(penalised(images["test"]), axis=1) != labels["test"]
#         mistaken[place, seed] = 100 * np.mean(wrong)
# show_penalised(strengths, shares, mistaken)
# flat, end = mistaken.mean(1)[shares.mean(1) < 75], mistaken.mean(1)[-1]
# print(f"mistakes up to 75 % of zeros: {flat.min():.1f} to {flat.max():.1f} %")
# print(f"mistakes at {shares[-1].mean():.0f} % of zeros: {end:.0f} %")
# assert np.ptp(flat) < 4 and end > flat.max() + 5, "flat up to three quarters, steep at the end"

# %% [markdown]
r"""
The paper's 200 networks, on MNIST, lose nothing until about 85% of all activations
are zero. Your networks draw the same curve: flat up to three quarters of zeros, within what the
seed does, and climbing steeply beyond 85%. Most activations can be silenced at no cost.

**Explore.** Get the six layers of sigmoids to learn. Change the optimiser, its learning rate, the
width, the number of layers or the initial weights (multiply the kernels, `layer.kernel.assign(4 *
layer.kernel)`, before training). The cell prints the loss after 8 epochs, where guessing has
$\ln10\approx2.30$, and the share of new pictures that are classified right. This is not graded.
Which change alone is enough, and what does it do to the gradients that you have measured?
"""

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(0)
# yours = build_mlp([784] + [64] * 6, "sigmoid", 10)
# history = train(yours, keras.optimizers.SGD(0.1), epochs=8)
# right_ones = np.mean(np.argmax(yours(images["test"]), axis=1) == labels["test"])
# print(f"loss {history[-50:].mean():.2f}; {right_ones:.0%} of the new pictures are right")

# %% [markdown]
r"""
## What you have learnt

- Numerical care: bring every exponent below 0, make an argument harmless before `tf.where` chooses,
  and mind the slope at 0.
- A loss is minus the logarithm of a distribution; computed from logits, it neither overflows nor
  loses its gradient.
- A training step runs the model as in training under the tape, adds the penalties, and moves the
  trainable weights only.
- One hidden layer can follow any continuous function, at a price: $n$ units for an error of $2L/n$.
  Depth can double the straight pieces with every layer, but random weights do not.
- Sigmoids multiply gradients by at most ¼ in each layer; ReLUs are 0 half of the time and pass the
  rest on unchanged.

Read on: Cybenko, "Approximation by superpositions of a sigmoidal function" (1989),
https://doi.org/10.1007/BF02551274; Glorot, Bordes and Bengio, "Deep Sparse Rectifier Neural
Networks" (2011), https://proceedings.mlr.press/v15/glorot11a.html; Prince, "Understanding Deep
Learning" (2023), https://udlbook.github.io/udlbook/, on shallow and deep networks.

## In your own words

A colleague argues: "By Cybenko's theorem one hidden layer can do everything.
So depth is fashion, and if a deep network does not learn, it lacks units." Answer from
what you have built: what the theorem promises and at which price, what depth can do
for the same number of units and whether a random network does it, and why the six
layers of sigmoids did not learn. Six sentences at most.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
