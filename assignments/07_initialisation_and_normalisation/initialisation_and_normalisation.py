# %% [markdown]
r"""
# Thirty layers, and nothing comes out

Take a network that works, of two layers, and give it thirty. Its weights are drawn as
they always were, its data are the same, its code has no bug. The loss does not move.
Not badly, not slowly: not at all. For twenty years this was a reason to believe that
deep networks cannot be trained.

**The question.** What happens to a signal, and to a gradient, on its way through thirty
layers, and what does it take to keep both alive?

There are two answers, of 2010 to 2015: draw the weights so that nothing shrinks to begin
with, or measure what shrank and stretch it back, in every layer and all the time. You
will build both.

**Before you run anything**, write down your predictions:

1. Every weight of a layer with $n$ inputs is drawn with variance $1/n$, and relu
   follows. By about what factor do the activations' squares differ between the input
   and the thirtieth layer?
2. A layer normalises by the mean and variance of its batch. At test time a single
   example comes along. What does the layer say of it, if nobody thought of that?
3. All weights start at 0.1. After 1,000 steps of training, how many different features
   do 64 hidden units compute?
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

import math
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64, Int

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
r"""
## How large is a random weight?

One output of a layer is a sum of $n_\text{in}$ products, $z=\sum_i w_ix_i$. If the weights are
independent, of mean 0 and variance $\sigma^2$, then so is the signal's size:

$$\mathbb E[z^2]=n_\text{in}\,\sigma^2\;\mathbb E[x^2].$$

To keep it, $\sigma^2=1/n_\text{in}$ (LeCun). On the way back each input collects from $n_\text{out}$
outputs, and the gradient asks for $\sigma^2=1/n_\text{out}$; Glorot and Bengio settle for the
mean of the two counts. And if a relu follows, which on average throws half of the square away,
He and his colleagues draw twice as wide:

| scheme | variance |
|---|---|
| LeCun | $1/n_\text{in}$ |
| Glorot | $2/(n_\text{in}+n_\text{out})$ |
| He | $2/n_\text{in}$ |

The numbers may come from a normal distribution or from a uniform one on $[-a,a]$, whose
variance is $a^2/3$. What must $a$ be?

In a convolution an output sees a window: $k_h\times k_w$ places of all input channels, and an
input is seen from as many places by all output channels.

The last scheme keeps more than an average: an **orthogonal** matrix keeps the length of *every*
vector. A matrix of normal numbers has a QR decomposition, and Q is one. If the matrix is not
square, only its shorter side can be orthonormal. A convolution's kernel is taken as a matrix
with a column for each output channel.
"""


# %%
def initialise(
    shape: tuple[int, ...], scheme: str, rng: np.random.Generator
) -> Float[np.ndarray, "..."]:
    """Draw a layer's weights.

    LeCun et al., "Efficient BackProp" (1998), section 4.6,
    http://yann.lecun.com/exdb/publis/pdf/lecun-98b.pdf; Glorot and Bengio,
    "Understanding the difficulty of training deep feedforward neural networks"
    (2010), https://proceedings.mlr.press/v9/glorot10a.html; He et al., "Delving
    Deep into Rectifiers" (2015), https://arxiv.org/abs/1502.01852; Saxe, McClelland
    and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks" (2013), https://arxiv.org/abs/1312.6120.

    Args:
        shape: (inputs, outputs) of a dense layer, or (*window, inputs, outputs) of
            a convolution.
        scheme: "lecun_normal", "lecun_uniform", "glorot_normal", "glorot_uniform",
            "he_normal", "he_uniform" or "orthogonal". A normal distribution is not
            cut off.
        rng: where all random numbers come from.

    Returns:
        float32 of that shape, centred on 0. If orthogonal: made into a matrix
        [-1, outputs], its columns are orthonormal, or its rows if these are fewer.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(initialise)

# %% [markdown]
r"""
What is the difference between keeping lengths on average and keeping every one? Multiply
layers. The singular values of the product say by how much it stretches its favourite
direction, its next, and so on. For LeCun's weights their mean square stays where it was, and
yet after thirty layers nearly all directions are lost and a few have exploded. Orthogonal
layers lie on the line at 1, at any depth; if yours do not, they are not orthogonal.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# figure, panels = plt.subplots(1, 2, figsize=(11, 3.6), sharey=True, layout="constrained")
# for axes, scheme in zip(panels, ("lecun_normal", "orthogonal")):
#     product = np.eye(64)
#     for depth in range(1, 31):
#         product = product @ initialise((64, 64), scheme, rng)
#         if depth in (1, 5, 30):
#             values = np.linalg.svd(product, compute_uv=False)
#             style = {1: ":", 5: "--", 30: "-"}[depth]
#             axes.semilogy(range(1, 65), np.maximum(values, 1e-12), style, label=f"depth {depth}")
#     axes.set(title=scheme, xlabel="direction, by rank", ylim=(1e-10, 1e2))
#     axes.legend()
# panels[0].set_ylabel("stretched by")
# plt.show()

# %% [markdown]
r"""
## The profile of a signal

Now follow a signal down. Layer $l$ computes $h_l=\varphi(h_{l-1}W_l)$ with weights of variance
$\sigma_w^2/n$. Without $\varphi$, every layer multiplies the mean square by $\sigma_w^2$. With relu,
the $z=h_{l-1}W_l$ are as often negative as positive and as large either way, so that half of
$\mathbb E[z^2]$ is left:

$$\mathbb E[h_l^2]=\tfrac12\sigma_w^2\,\mathbb E[h_{l-1}^2].$$

It is the mean *square* that goes into the next layer, and not the variance: what comes out of a
relu has a mean, and the next layer feels it.

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

    Equations (6) to (10) of He et al., "Delving Deep into Rectifiers" (2015),
    https://arxiv.org/abs/1502.01852.

    The arrays that are passed in are left as they are.

    Args:
        x: what goes in.
        noise: standard normal; W_l is `noise[l]`, scaled to the variance sw² / width.
        sw: how wide the weights are drawn.
        act: "relu" or "linear".

    Returns:
        The mean of the squares of the activations after each layer, as measured; and
        as predicted from the mean square of x alone.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(variance_profile)

# %% [markdown]
r"""
Thirty layers of 256 units. The dots are measured and the lines predicted; the scale is
logarithmic. The middle one is He's, $\sigma_w=\sqrt2$, and the lowest is how networks were
drawn before: by the thirtieth layer it has lost nine digits, and float32 has seven. (They
wander about the line: a layer of 256 is not an average over infinitely many.)
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(1)
# x, noise = rng.normal(size=(50, 256)), rng.normal(size=(30, 256, 256))
# plt.figure(figsize=(7, 4), layout="constrained")
# for sw, marker, label in [(1.7, "^", "1.7"), (2**0.5, "o", "√2"), (1.0, "s", "1")]:
#     measured, predicted = variance_profile(x, noise, sw, "relu")
#     (line,) = plt.semilogy(range(1, 31), predicted, linewidth=1)
#     plt.semilogy(range(1, 31), measured, marker, color=line.get_color(), markersize=4,
#                  label=f"$\\sigma_w$ = {label}")
# plt.gca().set(xlabel="layer", ylabel="mean square of the activations", title="30 layers of relu")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## Measure and stretch back

The second answer does not trust the first draw to last. Batch normalisation brings each
channel of a layer to mean 0 and variance 1 *over the batch*, and then lets two learnt numbers
choose another mean and width:

$$\hat x=\frac{x-\mu}{\sqrt{\sigma^2+\epsilon}},\qquad y=\gamma\hat x+\beta$$

In an image, all places of a channel are treated alike, so $\mu$ and $\sigma^2$ are taken over the
batch *and* all places. The variance is the plain mean of squares, divided by the count and not by
the count less one.

At test time there may be no batch. So while training goes on, the layer keeps a running mean and
variance, of which every step replaces a small share, and uses these at the test:

$$\mu_\text{run}\leftarrow m\,\mu_\text{run}+(1-m)\,\mu,$$

and likewise for the variance. A test leaves them alone.
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

    Algorithms 1 and 2 of Ioffe and Szegedy, "Batch Normalization" (2015),
    https://arxiv.org/abs/1502.03167, with running averages as in Keras. Gradients of y
    flow to gamma, to beta and to x, also on the way through the batch's mean and variance.

    Args:
        x: vectors, sequences or images; channels come last.
        gamma: the width of each channel afterwards.
        beta: its mean afterwards.
        rm: the running mean.
        rv: the running variance.
        momentum: the share of a running value that a step of training keeps.
        eps: added to the variance.
        training: whether to normalise by the batch, and update the running values.

    Returns:
        y, and the running mean and variance after this call.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(batchnorm_forward)

# %% [markdown]
r"""
### Find the silent bug

A small network has been trained on digits with the layer below, and is now tested: on the same
597 images, in batches of 597, of 30, of 5, and one at a time. Nothing fails, and no warning is
given. How can the *same* image by the *same* weights get different answers? Which line is it?
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
# train, test = load("digits"), load("digits", split="test")
#
#
# def pixels(split):
#     return tf.constant(split["image"].reshape(len(split["image"]), -1) / 16.0, tf.float32)
#
#
# rng = np.random.default_rng(0)
# weights = [tf.Variable(initialise(shape, "he_normal", rng)) for shape in ((64, 64), (64, 10))]
# state = {"mean": tf.Variable(tf.zeros(64)), "variance": tf.Variable(tf.ones(64))}
#
#
# def answer(x, training):
#     return tf.nn.relu(normalise(x @ weights[0], state, training)) @ weights[1]
#
#
# for step in range(150):
#     with tf.GradientTape() as tape:
#         logits = answer(pixels(train), True)
#         loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(train["label"], logits))
#     for weight, gradient in zip(weights, tape.gradient(loss, weights)):
#         weight.assign_sub(0.5 * gradient)
# for size in (597, 30, 5, 1):
#     batches = [answer(pixels(test)[i : i + size], False) for i in range(0, 597, size)]
#     right = np.mean(np.argmax(np.concatenate(batches), axis=1) == test["label"])
#     print(f"{100 * right:5.1f} % right, {size} at a time")

# %% [markdown]
r"""
## Back through the batch

Normalising ties a batch together: every output depends on every input through $\mu$ and
$\sigma^2$. Gradients run along these ties as well. With $\bar y$ for the gradient that arrives at
$y$, and all sums over the batch of $B$,

$$\bar\gamma=\sum\bar y\,\hat x,\qquad\bar\beta=\sum\bar y,\qquad
\bar x=\frac{\gamma}{\sqrt{\sigma^2+\epsilon}}\Big(\bar y-\frac1B\bar\beta-\frac1B\,\hat x\,\bar\gamma\Big).$$

The two terms taken away are what goes back through $\mu$ and through $\sigma^2$. A small step: add
the same number to all inputs of a channel. What happens to the outputs, and so what must
$\sum\bar x$ be? Now multiply all by the same number: what does that say of $\sum\bar x\,\hat x$?
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

    Section 3 of Ioffe and Szegedy, "Batch Normalization" (2015),
    https://arxiv.org/abs/1502.03167, its six equations put together. The arrays that
    are passed in are left as they are.

    Args:
        dy: the gradient of the loss with respect to the output.
        x: what went in.
        gamma: the width of each channel after normalisation.
        eps: added to the variance.

    Returns:
        The gradients with respect to x, gamma and beta.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(batchnorm_backward)

# %% [markdown]
r"""
What is the second term good for? Below, one channel, a batch of 40, and a loss that wants its
outputs elsewhere. Each panel lays the gradient $\bar x$ against $\hat x$. Yours, on the left,
has neither an offset nor a slope: the dashed line through it lies on 0. On the right,
$\mu$ and $\sigma^2$ were taken for constants. That gradient wants to shift and stretch the inputs,
which the layer will undo in the next step; a network trained with it pushes for ever.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(3)
# x = rng.normal(2.0, 1.5, size=(40, 1))
# normal = (x - x.mean()) / x.std()
# dy = 0.8 * normal + 0.5 + 0.4 * rng.normal(size=x.shape)
# figure, panels = plt.subplots(1, 2, figsize=(9.5, 3.6), sharey=True, layout="constrained")
# constant = dy / np.sqrt(x.var() + 1e-9)
# for axes, dx, title in [
#     (panels[0], batchnorm_backward(dy, x, np.ones(1), 1e-9)[0], "batchnorm_backward"),
#     (panels[1], constant, "mean and variance as constants"),
# ]:
#     slope, offset = np.polyfit(normal[:, 0], dx[:, 0], 1)
#     axes.plot(normal, dx, "o", markersize=4)
#     axes.plot([-2, 2], [offset - 2 * slope, offset + 2 * slope], "--", color="black",
#               label=f"{offset:+.2f} {slope:+.2f} $\\hat x$")
#     axes.axhline(0, color="0.7", linewidth=0.8, zorder=0)
#     axes.set(title=title, xlabel="$\\hat x$")
#     axes.legend(loc="upper left")
# panels[0].set_ylabel("gradient with respect to x")
# plt.show()

# %% [markdown]
r"""
## One token at a time

A sentence of three words and one of thirty in the same batch; a batch of one; a layer that is used
once a time step. Wherever a batch is a poor crowd to compare with, layer normalisation takes the
statistics the other way: over the *features* of one token. It needs no running averages and does the
same in training and at the test.

$$y=\gamma\odot\frac{x-\mu}{\sqrt{\sigma^2+\epsilon}}+\beta,\qquad
\mu=\frac1D\sum_{d}x_d,\quad\sigma^2=\frac1D\sum_{d}(x_d-\mu)^2$$
"""


# %%
def layernorm(
    x: Float[tf.Tensor, "batch time features"],
    gamma: Float[tf.Tensor, "features"],
    beta: Float[tf.Tensor, "features"],
    eps: float,
) -> Float[tf.Tensor, "batch time features"]:
    """Normalise each token over its own features.

    Equation (3) and section 3.1 of Ba, Kiros and Hinton, "Layer Normalization" (2016),
    https://arxiv.org/abs/1607.06450, with eps added to the variance. Gradients flow to
    gamma, to beta and to x, also on the way through the mean and the variance.

    Args:
        x: tokens.
        gamma: what each feature is multiplied by afterwards.
        beta: what is added to it then.
        eps: added to the variance.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(layernorm)

# %% [markdown]
r"""
Two sentences, whose tokens (rows) are of very different loudness. After layer normalisation every
row is as loud as every other, and its pattern is what it was. Batch normalisation, over both
sentences and all tokens, makes columns alike and lets loud rows be loud.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(4)
# loud = np.array([0.2, 1.0, 4.0, 0.5, 2.0, 0.2, 3.0, 1.0]).reshape(2, 4, 1)
# x = tf.constant(loud * rng.normal(size=(2, 4, 16)), tf.float32)
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
## Gone by delivery

At the test, batch normalisation is a fixed line $y=\gamma(z-\mu)/\sqrt{\sigma^2+\epsilon}+\beta$ in each
channel, and the layer before it is linear: $z=xW+b$. A line of a line is a line. So before a network
is shipped, the two are *folded* into one layer, whose outputs are the same and which costs nothing
extra. Every output channel has a factor and a shift of its own; and output channels come last in `W`,
in a dense kernel and in a convolution's.
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

    Section 3.2 of Jacob et al., "Quantization and Training of Neural Networks for Efficient
    Integer-Arithmetic-Only Inference" (2018), https://arxiv.org/abs/1712.05877, with a bias.

    Args:
        W: the layer's kernel.
        b: its bias.
        gamma, beta, mean, var, eps: of the normalisation at test time.

    Returns:
        The kernel and the bias of the one layer.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(fold_batchnorm)

# %% [markdown]
r"""
Photographs of a convolution's outputs before and after would look the same even if they were a
little off, so here is the difference itself, against what normalisation was worth. It should be
rounding, $10^{-6}$ or so.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(5)
# kernel, image = initialise((3, 3, 1, 8), "he_normal", rng), pixels(train)[:50]
# image = tf.reshape(image, (-1, 8, 8, 1))
# b, gamma, beta, mean = (tf.constant(rng.normal(size=8), tf.float32) for _ in range(4))
# var = tf.constant(rng.uniform(0.1, 2, size=8), tf.float32)
# z = tf.nn.conv2d(image, kernel, 1, "SAME") + b
# both, _, _ = batchnorm_forward(z, gamma, beta, mean, var, 0.9, 1e-3, False)
# W2, b2 = fold_batchnorm(tf.constant(kernel), b, gamma, beta, mean, var, 1e-3)
# one = tf.nn.conv2d(image, W2, 1, "SAME") + b2
# print(f"normalisation changed outputs by up to {np.abs(both - z).max():.2f}; "
#       f"folding by up to {np.abs(both - one).max():.1e}")

# %% [markdown]
r"""
## Why random at all

If size is all that matters, why not set every weight to the *same* right size? Two hidden units
with the same weights in and out compute the same, receive the same gradient, and take the same
step. They will be the same for ever: there is one unit, many times over. Chance is what tells them
apart.

So count. Two units are told apart by training if the gradients with respect to their incoming
weights differ, by more than rounding.
"""


# %%
def symmetry_breaking(
    model_fn: Callable[[], keras.Model], x: Float[tf.Tensor, "batch features"], y: Int[tf.Tensor, "batch"]
) -> int:
    """Count the hidden units that training will tell apart.

    Section 8.4 of Goodfellow, Bengio and Courville, "Deep Learning" (2016),
    https://www.deeplearningbook.org/contents/optimization.html, on breaking symmetry.

    Args:
        model_fn: makes a model whose first trainable weight is a dense kernel
            [features, units], and whose outputs are logits.
        x: a batch of inputs.
        y: the right classes. The loss is the mean sparse cross-entropy.

    Returns:
        How many different gradients the units' columns of that kernel have. Columns are
        the same if they differ by no more than a ten-thousandth of the largest gradient.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(symmetry_breaking)

# %% [markdown]
r"""
What eight hidden units look for in digits, after training from equal weights, and from random ones.
Both rows were trained by the same code. Light pixels speak for, dark against.
"""

# %% tags=["active-ipynb"]
# def eight_units(initializer):
#     keras.utils.set_random_seed(0)
#     return keras.Sequential([
#         keras.Input((64,)),
#         keras.layers.Dense(8, "tanh", kernel_initializer=initializer),
#         keras.layers.Dense(10, kernel_initializer=initializer),
#     ])
#
#
# figure, panels = plt.subplots(2, 8, figsize=(12, 3.6), layout="constrained")
# starts = {"equal weights": keras.initializers.Constant(0.1), "random weights": "glorot_uniform"}
# for row, (start, initializer) in zip(panels, starts.items()):
#     model = eight_units(initializer)
#     count = symmetry_breaking(lambda: eight_units(initializer), pixels(train)[:100], train["label"][:100])
#     model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
#     model.fit(pixels(train), train["label"], epochs=25, batch_size=100, verbose=0)
#     kernel = model.layers[0].kernel.numpy()
#     for unit, axes in enumerate(row):
#         axes.imshow(kernel[:, unit].reshape(8, 8), cmap="gray")
#         axes.set(xticks=[], yticks=[])
#     row[0].set_title(f"{start}; told apart: {count}", loc="left")
# plt.show()

# %% [markdown]
r"""
## Thirty layers, and something comes out

Now the network of the title: thirty layers of 64 relus on digits, trained by gradient descent with
momentum (and clipping, in case of a cliff), in three versions that differ in nothing but this chapter.
Figure 3 of He et al. shows the first two for thirty layers on ImageNet: with Glorot's weights the loss
does not leave its start, with theirs it falls. The third keeps Glorot's weights and normalises every
layer.
"""

# %% tags=["active-ipynb"]
# def deep_network(scheme, normalised, depth=30, width=64, steps=150, lr=0.01):
#     rng = np.random.default_rng(0)
#     sizes = [64] + [width] * depth + [10]
#     kernels = [tf.Variable(initialise(shape, scheme, rng)) for shape in zip(sizes, sizes[1:])]
#     velocity = [tf.Variable(tf.zeros_like(kernel)) for kernel in kernels]
#     x, y = pixels(train), tf.constant(train["label"])
#     ones, zeros = tf.ones(width), tf.zeros(width)
#
#     @tf.function
#     def step():
#         with tf.GradientTape() as tape:
#             h = x
#             for kernel in kernels[:-1]:
#                 h = h @ kernel
#                 if normalised:
#                     h, _, _ = batchnorm_forward(h, ones, zeros, zeros, ones, 0.9, 1e-3, True)
#                 h = tf.nn.relu(h)
#             losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, h @ kernels[-1])
#             loss = tf.reduce_mean(losses)
#         gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, kernels), 10.0)
#         for kernel, v, gradient in zip(kernels, velocity, gradients):
#             v.assign(0.9 * v - lr * gradient)
#             kernel.assign_add(v)
#         return loss
#
#     return [step().numpy() for _ in range(steps)]
#
#
# plt.figure(figsize=(7.5, 4.2), layout="constrained")
# for scheme, normalised, style in [
#     ("glorot_normal", False, ":"), ("he_normal", False, "-"), ("glorot_normal", True, "--"),
# ]:
#     label = scheme + (", batch normalisation" if normalised else "")
#     plt.plot(deep_network(scheme, normalised), style, label=label)
# plt.axhline(np.log(10), color="0.7", linewidth=0.8, zorder=0)
# plt.text(148, np.log(10) + 0.04, "guessing, ln 10", color="0.4", ha="right")
# plt.gca().set(xlabel="step", ylabel="loss", title="30 layers, after figure 3 of He et al. (2015)")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## In your own words

A colleague trains with batches of two images, since larger ones do not fit, and uses batch normalisation.
Training is noisy, and at the test the network is much worse than it was in training. Explain both, and
name two things that they could do. Three or four sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
