# %% [markdown]
r"""
# From one neuron to any function

One neuron draws one soft edge. Put a hundred of them side by side, weigh them and
add them up: in 1989 Cybenko proved that the sum can follow any continuous function
as closely as you like. The proof needs no data, no training and no second hidden
layer. So why does nobody build networks like that?

**The question.** What can a layer of neurons express, what do more layers add to
it, and what decides whether gradients ever find it?

**Before you run anything**, write down your predictions:

1. A function on $[0,1]$ is nowhere steeper than 1. How many sigmoids does a single
   hidden layer need to come within 0.001 of it everywhere, if you may choose the
   weights by hand?
2. Twenty ReLUs make a function of one number. Into how many straight pieces can
   they break it at most, all in one layer? In ten layers of two? And how many pieces
   are there if the weights of those twenty are drawn at random?
3. Five hidden layers, freshly initialised, read pictures. Which share of the hidden
   activations is exactly 0 if they are ReLUs, and which if they are sigmoids? How
   many times smaller is the gradient of the first layer's weights than that of the
   last's?

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

# %% [markdown]
r"""
## A bend

Without something that bends between them, two layers are one:
$(xW_1)W_2=x(W_1W_2)$. These are the bends in use:

| name | value |
|---|---|
| `"sigmoid"` | $1/(1+e^{-x})$ |
| `"tanh"` | $(e^x-e^{-x})/(e^x+e^{-x})$ |
| `"relu"` | $x$ right of 0, else 0 |
| `"leaky_relu"` | $x$ right of 0, else $\alpha x$ |
| `"elu"` | $x$ right of 0, else $\alpha(e^x-1)$ |
| `"softplus"` | $\ln(1+e^x)$ |
| `"softmax"` | $e^{x_i}/\sum_j e^{x_j}$, over the last axis |

The table is for paper. In 32 bits $e^{89}$ is infinite, and $\infty/\infty$ is NaN.
The way out is always the same: arrange the formula so that every exponent is at most
0. What is $1/(1+e^{-x})$ after multiplying numerator and denominator by $e^x$, and
for which $x$ is that form the safe one?

Two traps lie in the gradients, where the values are all right:

- `tf.where(c, a, b)` evaluates *both* `a` and `b`. Going backward, the branch that was
  not chosen gets the gradient 0, times its own derivative; and $0\cdot\infty$ is NaN. So make
  the argument harmless *before* the dangerous function sees it.
- $|x|$ has no derivative at 0, and TensorFlow takes 0. In a formula for something
  smooth, such as $\max(x,0)+\ln(1+e^{-|x|})$, this gives a wrong slope at exactly
  $x=0$: where all units of a fresh network are that look at a black patch.

*A small step.* Which one exponential, never above 1, serves sigmoid, tanh, ELU and softplus alike?
"""


# %%
def activation(name: str, x: Float[tf.Tensor, "*axes"], alpha: float = 1.0) -> Float[tf.Tensor, "*axes"]:
    """Bend every number of `x`, with values and gradients that are finite wherever `x` is.

    Computes sigmoid and softmax, sections 6.2.2.2 and 6.2.2.3 of Goodfellow, Bengio
    and Courville, "Deep Learning" (2016), https://www.deeplearningbook.org; ReLU
    and softplus, section 3.1 of Glorot, Bordes and Bengio, "Deep Sparse Rectifier
    Neural Networks" (2011), https://proceedings.mlr.press/v15/glorot11a.html; leaky
    ReLU of Maas, Hannun and Ng, "Rectifier Nonlinearities Improve Neural Network
    Acoustic Models" (2013); ELU of Clevert, Unterthiner and Hochreiter, "Fast and
    Accurate Deep Network Learning by Exponential Linear Units" (2016),
    https://arxiv.org/abs/1511.07289.

    Write it with exp, log and comparisons, without TensorFlow's own activations.

    Args:
        name: one of those in the table.
        x: at least one axis, if the activation is softmax.
        alpha: slope of the leaky ReLU left of 0; for ELU, minus the value far left.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(activation)

# %% [markdown]
r"""
Values and slopes. The slope comes from the tape, the crosses from the
values themselves, by differences: they must sit on the slope.
"""

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# x = tf.linspace(-4.0, 4.0, 161)
# figure, panels = plt.subplots(1, 6, figsize=(14, 2.8), sharey=True, layout="constrained")
# for panel, name in zip(panels, ["sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus"]):
#     with tf.GradientTape() as tape:
#         tape.watch(x)
#         y = activation(name, x, 0.3)
#     panel.plot(x, y, color="tab:blue", label="value")
#     panel.plot(x, tape.gradient(y, x), "--", color="tab:orange", label="slope, by the tape")
#     middle, slope = (x[1:] + x[:-1]) / 2, (y[1:] - y[:-1]) / (x[1:] - x[:-1])
#     panel.plot(middle[::10], slope[::10], "x", color="black", label="slope, by differences")
#     panel.set(title=name + ", α = 0.3" * (name in ("leaky_relu", "elu")), xlabel="x", ylim=(-1.3, 2.2))
# panels[0].legend(fontsize=7, loc="lower right")
# plt.show()
#
# far = tf.constant([-100.0, 100.0])
# for name in ["sigmoid", "tanh", "elu", "softplus", "softmax"]:
#     with tf.GradientTape() as tape:
#         tape.watch(far)
#         y = activation(name, far)
#     print(f"{name:9} at -100 and 100: values {y.numpy()}, slopes {tape.gradient(y, far).numpy()}")

# %% [markdown]
r"""
## A layer

$$h=\varphi(xW+b)$$

with a column of $W$ and an entry of $b$ for each unit, and $x$ a row (a batch of
rows, or a sequence of them for each example: the last axis is what counts).

A Keras layer learns how wide its input is when it meets it first. Then, once, Keras
calls `build(input_shape)`, and there the weights are made, by `self.add_weight`:
only what is made so is trained, saved and counted. Finally a layer must be able to
write itself down. `get_config` returns the arguments from which the constructor can
make an untrained twin; loading a model starts with it.

*A small step.* For inputs of shape `[32, 7, 5]` and 3 units, what are the shapes of
$W$, $b$ and $h$, and which of the three sizes may $W$ depend on?
"""


# %%
class DenseLayer(keras.layers.Layer):
    """Apply an affine map and bend the result, in training and in use alike.

    Computes h = φ(xW + b), section 6.4 of Goodfellow, Bengio and Courville, "Deep
    Learning" (2016), https://www.deeplearningbook.org. Gradients flow to the weights
    and to x.

    Attributes:
        units: how many there are.
        activation: φ, a function.
        kernel: W, `[width, units]`, made in `build` and named "kernel"; at the start
            uniform within ±√(6 / (width + units)), as `add_weight` has it by default.
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
        """Return the constructor's arguments: what the base class has, and our own two."""
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(DenseLayer)

# %% [markdown]
r"""
What does a hidden layer do? It moves the points until a single line can part
them. Three of your layers learn two half-moons; the second has two units only, so
that what it sees can be drawn. On its left panel the network's decision is a curve;
on the right, where the last layer looks, it is a line.
"""

# %% tags=["active-ipynb"]
# from sklearn.datasets import make_moons
#
# points, moon = make_moons(400, noise=0.12, random_state=0)
# points = points.astype("float32")
# keras.utils.set_random_seed(3)
# layers = [DenseLayer(16, "tanh"), DenseLayer(2, "tanh"), DenseLayer(1)]
# folding = keras.Sequential([keras.Input((2,)), *layers])
# folding.compile(keras.optimizers.Adam(0.02), keras.losses.BinaryCrossentropy(from_logits=True))
# folding.fit(points, moon[:, None], batch_size=20, epochs=25, verbose=0)
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
# figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
# shown = show_plane(left, folding, "what goes in")
# figure.colorbar(shown, ax=left, label="probability of a triangle", shrink=0.8)
# hidden = keras.Sequential(layers[:2])(points).numpy()
# for side, marker in enumerate("o^"):
#     right.plot(*hidden[moon == side].T, marker, color="black", markersize=4, alpha=0.5)
# (w1, w2), b = layers[2].kernel.numpy()[:, 0], layers[2].bias.numpy()[0]
# across, up = np.meshgrid(np.linspace(-1.1, 1.1, 60), np.linspace(-1.1, 1.1, 60))
# right.contour(across, up, w1 * across + w2 * up + b, [0], colors="black")
# right.set(title="what the last layer sees", xlabel="unit 1", ylabel="unit 2")
# plt.show()
# twin = DenseLayer.from_config(layers[0].get_config())
# print("a twin of the first layer:", twin.units, "units,", twin.activation.__name__)

# %% [markdown]
r"""
## A network

Chain such layers and leave the last one without a bend: what it returns are *logits*,
which may be any number. The probabilities are the loss's business, for
there they can be computed without overflow.

A layer from $d$ to $d'$ units has $(d+1)d'$ parameters, so all together

$$\sum_{i}(d_i+1)\,d_{i+1}$$

*A small step.* How many has 64 – 32 – 16 – 10? Do it by hand, it takes a minute and
finds most errors of architecture there are.
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
        classes: width of the output.

    Returns:
        A functional model, of `keras.layers.Dense` layers with biases and of nothing
        else. `sizes` is left as it is.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(build_mlp)

# %% tags=["active-ipynb"]
# for sizes in ([64], [64, 32], [64, 32, 16], [64, 16, 32]):
#     widths = [*sizes, 10]
#     formula = sum((d + 1) * e for d, e in zip(widths, widths[1:]))
#     print(" – ".join(map(str, widths)).ljust(18), f"formula {formula:6,}",
#           f"  model {build_mlp(sizes, 'relu', 10).count_params():6,}")

# %% [markdown]
r"""
## A head and its loss

What the last layer returns, $z$, is turned into a distribution over the target, and
the loss of an example is minus the logarithm of what that distribution gives to the target
that came. The head is a choice about *noise*, and the loss follows:

| task | target | $z$ | distribution | loss |
|---|---|---|---|---|
| `"binary"` | 0 or 1 | $[B,1]$ | Bernoulli, $\sigma(z)$ | $\ln(1+e^z)-yz$ |
| `"multiclass"` | one of $K$ classes | $[B,K]$ | $\operatorname{softmax}(z)$ | $\ln\sum_j e^{z_j}-z_y$ |
| `"multilabel"` | $K$ times 0 or 1 | $[B,K]$ | $K$ independent Bernoullis | the sum of theirs |
| `"gaussian"` | a number | $[B,2]$ | normal, $\mu=z_1$, $\sigma=\ln(1+e^{z_2})$ | below |

$$\text{gaussian:}\qquad\ln\sigma+\frac{(y-\mu)^2}{2\sigma^2}+\frac12\ln 2\pi$$

*A small step.* Derive the first row from $-\ln\sigma(z)$ for $y=1$ and
$-\ln(1-\sigma(z))$ for $y=0$. For $z=10^4$ and $y=0$, what would
`-tf.math.log(1 - tf.sigmoid(z))` return?

TensorFlow's functions are allowed here: the point is which one, of what, summed over
which axis. Mind the axis of length 1 in the first row.
"""


# %%
def head_loss(
    task: str, target: Int[tf.Tensor, "batch *labels"] | Float[tf.Tensor, "batch"],
    raw: Float[tf.Tensor, "batch outputs"],
) -> Float[tf.Tensor, "batch"]:
    """Return the negative log-likelihood of each example.

    Computes the losses of section 6.2.2 of Goodfellow, Bengio and Courville, "Deep
    Learning" (2016), https://www.deeplearningbook.org; the Gaussian one with a
    deviation that is learnt too is that of Nix and Weigend, "Estimating the mean and
    variance of the target probability distribution" (1994),
    https://doi.org/10.1109/ICNN.1994.374138.

    Args:
        task: a row of the table.
        target: `[batch]`; `[batch, labels]` for multilabel. Whole numbers, except
            for gaussian.
        raw: what the last layer returned. May be as large as ±10,000, save for the
            deviation, which need not be right below -20.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(head_loss)

# %% [markdown]
r"""
A network that knows how sure it may be: data whose noise grows to the right, and a
gaussian head. The band is one deviation to either side and should hold two thirds of
the points, everywhere; with $\sigma^2$ in the place of $\sigma$ it does not.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# place = rng.uniform(-3, 3, size=(1000, 1)).astype("float32")
# height = np.sin(2 * place) + (0.05 + 0.12 * (place + 3)) * rng.normal(size=place.shape)
# keras.utils.set_random_seed(2)
# unsure = build_mlp([1, 64, 64], "relu", 2)
# unsure.compile(keras.optimizers.Adam(0.01), lambda y, raw: head_loss("gaussian", y[:, 0], raw))
# unsure.fit(place, height.astype("float32"), batch_size=50, epochs=75, verbose=0)
#
# grid = np.linspace(-3, 3, 200, dtype="float32")[:, None]
# mean, raw = unsure(grid).numpy().T
# deviation = np.logaddexp(0, raw)
# inside = np.abs(height[:, 0] - unsure(place)[:, 0]) < np.logaddexp(0, unsure(place)[:, 1])
# plt.figure(figsize=(8, 3.6), layout="constrained")
# plt.plot(place, height, ".", color="0.6", markersize=3, label="data")
# plt.plot(grid, mean, color="tab:blue", label="mean")
# plt.fill_between(grid[:, 0], mean - deviation, mean + deviation, color="tab:blue", alpha=0.2,
#                  label="one deviation")
# plt.plot(grid, np.sin(2 * grid), ":", color="black", label="the truth, ± its deviation")
# for sign in (-1, 1):
#     plt.plot(grid, np.sin(2 * grid) + sign * (0.05 + 0.12 * (grid + 3)), ":", color="black")
# plt.title(f"within one deviation: {inside[place[:, 0] < 0].mean():.0%} of the left half, "
#           f"{inside[place[:, 0] >= 0].mean():.0%} of the right (ideally 68%)")
# plt.xlabel("x")
# plt.ylabel("y")
# plt.legend(ncols=4, fontsize=8, loc="upper left")
# plt.ylim(-3, 3.6)
# plt.show()

# %% [markdown]
r"""
### Find the silent bug

Somebody else's loss for two classes. It returns one number for each example, it falls
during training, and as most points are circles, the accuracy is one that many would
report. Beside it the same network with yours. What has the suspicious network
learnt, and why can it learn nothing else?
"""

# %% tags=["active-ipynb"]
# def suspicious_loss(target, raw):
#     """target [batch], raw [batch, 1] -> [batch]"""
#     target = tf.cast(target, raw.dtype)
#     return tf.reduce_mean(tf.math.softplus(raw) - target * raw, axis=1)
#
#
# rare = np.flatnonzero(moon)[:60]
# chosen = np.concatenate([np.flatnonzero(moon == 0), rare])
# points, moon = points[chosen], moon[chosen]
# losses = {"the suspicious loss": suspicious_loss, "yours": lambda y, raw: head_loss("binary", y, raw)}
# figure, panels = plt.subplots(1, 3, figsize=(13, 3.4), layout="constrained")
# for (name, loss), panel, style in zip(losses.items(), panels[1:], ("-", "--")):
#     keras.utils.set_random_seed(0)
#     model = build_mlp([2, 16, 16], "relu", 1)
#     model.compile(keras.optimizers.Adam(0.01), lambda y, raw, loss=loss: loss(y[:, 0], raw))
#     fit = model.fit(points, moon[:, None], batch_size=13, epochs=30, verbose=0)
#     panels[0].plot(fit.history["loss"], style, label=name)
#     right = (model(points)[:, 0] > 0).numpy() == moon
#     shown = show_plane(panel, model, f"{name}: accuracy {right.mean():.0%}")
# panels[0].set(xlabel="epoch", ylabel="loss", ylim=0, title="The losses")
# panels[0].legend()
# figure.colorbar(shown, ax=panels, label="probability of a triangle")
# plt.show()

# %% [markdown]
r"""
<details><summary>Three questions, if you are stuck</summary>

What is the shape of `target * raw`, and which examples' targets does its first row
hold? Which loss does a constant $p$ reach, and which $p$ is the best one: compare
with the level at which the suspicious curve comes to rest. Would a test of the returned
*shape* have found it? Which test would?

</details>
"""

# %% [markdown]
r"""
## A step of training

`model.fit` has hidden this loop from you so far:

1. run the model **as in training**, and compute the loss **while a tape records**;
2. add what the layers themselves charge: `model.losses`, a list, empty if no layer has
   a penalty on its weights or activations;
3. differentiate the sum, with respect to the **trainable** variables;
4. let the optimiser apply the gradients.

A frozen layer's weights are variables that the tape records like any other. The averages that
a batch normalisation keeps are updated in step 1, not by gradients, and only when
told that this is training.

*A small step.* Which of the three bold parts would you miss in a network of dense
layers alone? That is why such errors live long.
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

    Does what `keras.Model.train_on_batch` does, chapter 8 of Goodfellow, Bengio and
    Courville, "Deep Learning" (2016), algorithm 8.1, https://www.deeplearningbook.org.

    Args:
        model: changed in place.
        optimizer: applies the gradients, and keeps its state from step to step. Its own
            variables are made already, for the trainable weights.
        loss_fn: called as `loss_fn(y, prediction)`, returns the batch's mean loss.
        x: inputs.
        y: targets.

    Returns:
        The loss before the step, with all penalties.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(train_step)

# %% [markdown]
r"""
Your step at work: clothes of $28\times28$ pixels in ten classes, read by networks of
one, three and six hidden layers of 64 units, of sigmoids and of ReLUs. A network that knows
nothing has the loss $\ln 10\approx2.3$. What happens to the deep sigmoids, and is
it that they cannot *express* the solution?
"""

# %% tags=["active-ipynb"]
# from grader.datasets import load
#
# clothes = {part: load("fashion_mnist", split=part) for part in ("train", "test")}
# images = {part: (data["image"] / 255).reshape(-1, 784).astype("float32") for part, data in clothes.items()}
# labels = {part: data["label"] for part, data in clothes.items()}
#
#
# def train(model, optimizer, epochs, batch=50):
#     """Train by `train_step`, compiled into a graph, and return the loss of every step."""
#     optimizer.build(model.trainable_variables)
#     loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
#     step = tf.function(lambda x, y: train_step(model, optimizer, loss_fn, x, y))
#     order, history = np.random.default_rng(0), []
#     for _ in range(epochs):
#         for chosen in order.permutation(len(labels["train"])).reshape(-1, batch):
#             history.append(step(images["train"][chosen], labels["train"][chosen]))
#     return np.array(history)
#
#
# figure, panels = plt.subplots(1, 2, figsize=(11, 3.6), sharey=True, layout="constrained")
# for panel, bend in zip(panels, ("sigmoid", "relu")):
#     for depth, style in zip((1, 3, 6), ("-", "--", ":")):
#         keras.utils.set_random_seed(0)
#         history = train(build_mlp([784] + [64] * depth, bend, 10), keras.optimizers.SGD(0.1), epochs=8)
#         smooth = history.reshape(-1, 10).mean(1)
#         panel.plot(10 * np.arange(len(smooth)), smooth, style, linewidth=2,
#                    label=f"{depth} hidden layer" + "s" * (depth > 1))
#     panel.axhline(np.log(10), color="0.6", linewidth=0.8)
#     panel.set(title=bend, xlabel="step", ylim=(0, 2.5))
#     panel.legend()
# panels[0].set_ylabel("loss")
# plt.show()

# %% [markdown]
r"""
## Any function

Expressing is not the trouble, and here is the proof, with your own hands. A sigmoid
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

*A small step.* How steep must the edge be, compared with the width of a part, so that a
step is as good as over when the next one begins?
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
Left and middle: a function, and what 8 and 32 sigmoids make of it, within its
bounds. Right: the largest error for three functions. It must stay under the
line, and so must fall as fast as it does.
"""

# %% tags=["active-ipynb"]
# def wiggle(x):
#     return 0.5 + np.sin(7 * x) / 9 + np.abs(x - 0.6) / 5 + np.sin(31 * x) / 500
#
#
# def staircase(weights, x):
#     w, b, v, c = weights
#     return c + np.sum(v / (1 + np.exp(-np.clip(np.outer(x, w) + b, -700, 700))), axis=1)
#
#
# x = np.linspace(0, 1, 4001)
# figure, panels = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained", width_ratios=[1, 1, 1.1])
# for panel, n in zip(panels, (8, 32)):
#     panel.plot(x, wiggle(x), color="black", linewidth=1, label="f")
#     panel.plot(x, staircase(sigmoid_staircase(wiggle, n), x), color="tab:orange", linewidth=2, label="F")
#     panel.fill_between(x, wiggle(x) - 2 / n, wiggle(x) + 2 / n, color="0.9", label="f ± 2/n")
#     panel.set(title=f"{n} sigmoids", xlabel="x", ylim=(0.25, 0.95))
# panels[0].legend()
# counts = 2 ** np.arange(2, 11)
# functions = {"the one on the left": wiggle, "f(x) = x": lambda x: 1.0 * x,
#              "a zigzag": lambda x: np.abs(16 * x % 2 - 1) / 16}
# for (name, f), style in zip(functions.items(), ("o-", "s--", "^-.")):
#     errors = [np.abs(staircase(sigmoid_staircase(f, n), x) - f(x)).max() for n in counts]
#     panels[2].loglog(counts, errors, style, label=name)
# panels[2].loglog(counts, 2 / counts, ":", color="black", label="2/n")
# panels[2].set(xlabel="sigmoids n", ylabel="largest error", title="Slopes of at most 1")
# panels[2].legend(fontsize=8)
# plt.show()

# %% [markdown]
r"""
Compare with your first prediction: $n=2000$ is enough for 0.001, and each further
digit costs ten times as many. In $D$ dimensions the parts are cubes, and "ten times"
becomes $10^D$ times. Existence is cheap; that is the trouble with theorems about it.

## What depth buys

A network of ReLUs is made of straight pieces. In one layer each unit adds one kink to
a function of one number, so $m$ units make at most $m+1$ pieces. But the second layer
is a function of the *first layer's output*, and if that runs up and down, everything
that the second layer draws over $[0,1]$ is drawn again on each way up, and mirrored on each way
down. The tent

$$t(x)=2\max(x,0)-4\max(x-\tfrac12,0)$$

takes two units; composed with itself $L$ times it has $2^L$ pieces.

Count them exactly, for any network. Go through it layer by layer, with a list of
pieces; on each piece every unit's input is $sx+o$ with one slope $s$ and one offset
$o$. Where does the unit switch, and on which pieces is it on? At the end, two neighbouring
pieces with the *same* slopes are one: a kink counts only if the output has it.

*A small step.* Floats are fractions with powers of two below the line, and Python's `Fraction`
computes with them without rounding: `Fraction(0.1) * 3 == Fraction(0.3)` is false, as
it should be. NumPy multiplies matrices of them, if `dtype=object`. Floating point
will do as well, if you are careful with "the same".
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
Left: the tent, composed four times with itself. Its 16 pieces come from 8 units.
Right: pieces against the number of ReLUs, for the best that one layer can do, for tents
upon tents, and for what you get if you draw weights at random (mean of 20 networks,
with He's variance, on $[-3,3]$).
"""

# %% tags=["active-ipynb"]
# def sawtooth(layers):
#     """(W, b) of `layers` tents, each of two ReLUs, and a last layer that adds them up."""
#     tent, shift = np.array([[2.0], [-4.0]]), np.array([0.0, -0.5])
#     again = [(tent @ np.ones((1, 2)), shift)] * (layers - 1)
#     return [(np.ones((1, 2)), shift), *again, (tent, np.zeros(1))]
#
#
# def value(params, x):
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
# figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.8), layout="constrained")
# x = np.linspace(0, 1, 1025)
# for layers, style in ((1, ":"), (2, "--"), (4, "-")):
#     pieces = count_linear_regions(sawtooth(layers), 0.0, 1.0)
#     left.plot(x, value(sawtooth(layers), x), style, label=f"{2 * layers} units: {pieces} pieces")
# left.set(xlabel="x", ylabel="output", title="A tent upon a tent", ylim=(0, 1.35))
# left.legend(ncols=3, fontsize=8, loc="upper center")
#
# units = np.arange(2, 21, 2)
# right.semilogy(units, [count_linear_regions(sawtooth(m // 2), 0.0, 1.0) for m in units], "o-",
#                label="tents, two a layer")
# shallow = []
# for m in units:
#     kinks = [(np.ones((1, m)), -(np.arange(m) + 0.5) / m), (rng.normal(size=(m, 1)), np.zeros(1))]
#     shallow.append(count_linear_regions(kinks, 0.0, 1.0))
# right.semilogy(units, shallow, "s--", label="one layer at its best")
# for depth, style in ((1, "D-."), (2, "^:"), (4, "v-")):
#     widths = [w for w in range(1, 21) if w * depth <= 20 and (depth > 1 or w % 2 == 0)]
#     means = [np.mean([count_linear_regions(random_net(rng, depth, w), -3.0, 3.0) for _ in range(20)])
#              for w in widths]
#     right.semilogy(np.array(widths) * depth, means, style, color="0.45", markersize=4,
#                    label=f"random, {depth} layer" + "s" * (depth > 1))
# right.set(xlabel="ReLUs in all", ylabel="straight pieces", title="Pieces")
# right.set_xticks(units)
# right.legend(fontsize=8)
# plt.show()

# %% [markdown]
r"""
So depth *can* double the pieces with every layer (Telgarsky, "Representation Benefits
of Deep Feedforward Networks", 2015, https://arxiv.org/abs/1509.08101). But a random
network has about as many pieces as it has units, however they are layered, and
training hardly changes that: Hanin and Rolnick, "Complexity of Linear Regions in Deep
Networks" (2019), https://arxiv.org/abs/1901.09021. What can be expressed and what is
found are two questions.

## What arrives

The second question is one of gradients. A sigmoid's slope is at most ¼, a ReLU's is 1
or 0. Backward through $L$ layers these slopes multiply.

Take hidden layers $h_l=\varphi(h_{l-1}W_l+b_l)$, with $h_0=x$. Measure, for each of
them, two numbers of Glorot, Bordes and Bengio's argument: which share of $h_l$ is
**exactly** 0, over all examples and units, and how long the gradient of its weights
is,

$$g_l=\Big\lVert\frac{\partial S}{\partial W_l}\Big\rVert,\qquad
S=\sum_{\text{examples}}\ \sum_{\text{units}}h_L,$$

the root of the sum of all squared entries.

*A small step.* A sigmoid at $-8$ is 0.0003. Does that count as 0?
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
Five layers of 200 units read 200 pictures of clothes, before any training. All start
from the same weights, uniform within $\pm\sqrt{6/(d+d')}$.
"""

# %% tags=["active-ipynb"]
# batch = tf.constant(images["train"][:200])
# widths = [784] + [200] * 5
# fresh = [(tf.constant(rng.uniform(-1, 1, size=(d, e)) * np.sqrt(6 / (d + e)), tf.float32), tf.zeros(e))
#          for d, e in zip(widths, widths[1:])]
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
# layers = np.arange(1, 6)
# styles = {"sigmoid": ("o-", 10), "tanh": ("s--", 7), "softplus": ("D:", 4), "relu": ("^-.", 7)}
# for bend, (style, size) in styles.items():
#     found = sparsity_and_flow(fresh, batch, getattr(tf.math if bend == "softplus" else tf.nn, bend))
#     left.plot(layers, found["zero_frac"], style, markersize=size, label=bend)
#     lengths = found["grad_norm"] / found["grad_norm"][-1]
#     right.semilogy(layers, lengths, style, markersize=size, label=bend)
#     ratio = found["grad_norm"][-1] / found["grad_norm"][0]
#     print(f"{bend:9} the last layer's gradient is {ratio:6.2f} times as long as the first's")
# left.set(xlabel="hidden layer", ylabel="share of exact zeros", ylim=(-0.05, 1), title="Sparsity")
# right.set(xlabel="hidden layer", ylabel="length of the gradient, last = 1", title="What arrives")
# for panel in (left, right):
#     panel.set_xticks(layers)
#     panel.legend(fontsize=8)
# plt.show()

# %% [markdown]
r"""
Compare with your third prediction. Half of the ReLUs are silent, exactly, with nobody
having asked for it; a sigmoid never is. And the first layer of sigmoids hears the
loss hundreds of times fainter than the last: that is what kept the deep network above
from learning. A better start mends much of this, which is topic 7; the rectifier mends
it by its shape.

## How sparse may it be?

Glorot, Bordes and Bengio asked next whether so many zeros do harm, and in their
**Figure 3** made networks sparser and sparser, by a penalty $\lambda\sum|h|$ on the
activations. Your training step can do that: `model.losses` brings the penalty, and
`sparsity_and_flow` counts zeros. Here with clothes instead of digits, two hidden
layers of 100 units, and eight strengths $\lambda$ of the penalty, two networks each. (About
half a minute.)
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
#         found = sparsity_and_flow(params, tf.constant(images["test"]), tf.nn.relu)
#         shares[place, seed] = 100 * np.mean(found["zero_frac"])
#         wrong = np.argmax(penalised(images["test"]), axis=1) != labels["test"]
#         mistaken[place, seed] = 100 * np.mean(wrong)
#
# plt.figure(figsize=(7, 3.8), layout="constrained")
# plt.plot(shares, mistaken, "o", color="tab:blue", fillstyle="none")
# plt.plot(shares.mean(1), mistaken.mean(1), "-", color="tab:blue", label="mean of two networks")
# for strength, share, wrong in zip(strengths, shares.mean(1), mistaken.mean(1)):
#     beside = (-16, 14) if strength == 1 else (-10, -22)
#     plt.annotate(f"λ = {strength:g}", (share, wrong), beside, textcoords="offset points", fontsize=8)
# plt.axvline(85, color="0.6", linestyle=":", label="85%, where the paper's curve turns")
# plt.xlabel("exact zeros in the hidden layers, in percent")
# plt.ylabel("mistakes on new pictures, in percent")
# plt.ylim(0, 55)
# plt.legend()
# plt.show()

# %% [markdown]
r"""
The paper's 200 networks, on MNIST, lose nothing until about 85% of all activations
are zero. Yours draw the same curve: flat up to three quarters of zeros, within what the
seed does, and climbing steeply beyond 85%. Of what such layers say, most can go unsaid.

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
