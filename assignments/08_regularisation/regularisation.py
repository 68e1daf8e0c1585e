# %% [markdown]
r"""
# One network that learns too well, and ten brakes

A network with 118,000 weights is shown 1,000 pictures of clothes. A careless
hand has labelled them: three in ten are wrong. The network does not care. It
learns what shirts look like, and then it learns the slips by heart.

**The question.** What keeps a network that could remember everything from doing
so, and what does each such brake cost?

**Before you run anything**, write down your predictions:

1. After 40 epochs, what share of the *wrong* labels does the network give back
   exactly? With labels that are all right it would know about 80 % of new
   pictures. How many does it know now?
2. Five such networks, each from its own random start and each as spoilt as the
   next, vote together. Are they better than the best of the five, or as bad as
   all of them?
3. Which brake alone wins back the most: dropout, a penalty on the weights,
   stopping early, moved and mirrored pictures, noise, or shared weights?

You will write all of them, put each on the same network, and end with a table to
answer question 3.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Float64, Int

# %% [markdown]
r"""
First the patient. The next cell holds the data, the network and its training;
`drop`, `penalty` and `change` are where your brakes will go. (Training runs in a
traced `tf.function`. If one of your answers uses NumPy, call
`tf.config.run_functions_eagerly(True)` first, and be patient.)
"""

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# CLOTHES = "T-shirt trousers pullover dress coat sandal shirt trainer bag boot".split()
#
# rng = np.random.default_rng(0)
# train, test = load("fashion_mnist"), load("fashion_mnist", split="test")
# order = rng.permutation(4000)
# images = (train["image"][order, ..., None] / 255).astype("float32")
# labels = train["label"][order]
# x_train, y_right = images[:1000], labels[:1000]
# x_val, y_val = images[1000:1500], labels[1000:1500]
# x_test, y_test = (test["image"][..., None] / 255).astype("float32"), test["label"]
# slip = rng.random(1000) < 0.3
# y_train = np.where(slip, (y_right + rng.integers(1, 10, size=1000)) % 10, y_right)
#
# DENSE = [(784, 128), (128, 128), (128, 10)]
#
#
# def draw_weights(shapes, seed):
#     rng = np.random.default_rng(seed)
#     kernels = [rng.normal(size=shape) * np.sqrt(2 / np.prod(shape[:-1])) for shape in shapes]
#     return [np.float32(w) for kernel in kernels for w in (kernel, np.zeros(kernel.shape[-1]))]
#
#
# def logits(weights, x, drop=None):
#     """Return logits [B,10]: kernels of four axes are convolutions with stride 2, others full layers."""
#     for kernel, bias in zip(weights[::2], weights[1::2]):
#         if len(kernel.shape) == 4:
#             x = tf.nn.conv2d(x, kernel, strides=2, padding="SAME") + bias
#         else:
#             x = tf.reshape(x, [len(x), -1]) @ kernel + bias
#         if bias is not weights[-1]:
#             x = tf.nn.relu(x)
#             x = x if drop is None else drop(x)
#     return x
#
#
# def fit(seeds=3, shapes=DENSE, drop=None, penalty=None, change=None, epochs=40):
#     """Train once for each seed; return the weights and the histories by name, [seeds, epochs] each."""
#     variables = [tf.Variable(w) for w in draw_weights(shapes, 0)]
#     optimizer = tf.keras.optimizers.Adam(0.002)
#     optimizer.build(variables)
#     start = [variable.numpy() for variable in optimizer.variables]
#     targets = tf.one_hot(y_train, 10)
#
#     @tf.function
#     def epoch(batches):
#         for rows in batches:
#             x, y = tf.gather(x_train, rows), tf.gather(targets, rows)
#             if change is not None:
#                 x, y = change(x, y)
#             with tf.GradientTape() as tape:
#                 error = tf.nn.softmax_cross_entropy_with_logits(y, logits(variables, x, drop))
#                 loss = tf.reduce_mean(error)
#                 if penalty is not None:
#                     loss += penalty(variables)
#             optimizer.apply(tape.gradient(loss, variables), variables)
#         return logits(variables, np.concatenate([x_train, x_val, x_test]))
#
#     weights, histories = [], []
#     for seed in range(seeds):
#         tf.random.set_seed(seed)
#         rng = np.random.default_rng(seed)
#         for variable, value in zip(variables, draw_weights(shapes, seed)):
#             variable.assign(value)
#         for variable, value in zip(optimizer.variables, start):
#             variable.assign(value)
#         history = []
#         for _ in range(epochs):
#             z = epoch(tf.constant(rng.permutation(1000).reshape(10, 100))).numpy()
#             loss = -tf.nn.log_softmax(z).numpy()[np.arange(2500), np.r_[y_train, y_val, y_test]]
#             hit = z.argmax(axis=1) == np.r_[y_train, y_val, y_test]
#             history.append({
#                 "training loss": loss[:1000].mean(), "right labels": hit[:1000][~slip].mean(),
#                 "wrong labels": hit[:1000][slip].mean(), "validation loss": loss[1000:1500].mean(),
#                 "test loss": loss[1500:].mean(), "test": hit[1500:].mean(),
#             })
#         weights.append([variable.numpy() for variable in variables])
#         histories.append(history)
#     return weights, {
#         name: np.array([[row[name] for row in history] for history in histories]) for name in history[0]
#     }
#
#
# def show(axes, image, title="", **settings):
#     axes.imshow(np.asarray(image).reshape(28, 28), **({"cmap": "gray_r", "vmin": 0, "vmax": 1} | settings))
#     axes.set_title(title, fontsize=10)
#     axes.set(xticks=[], yticks=[])
#     axes.spines[:].set_visible(True)
#
#
# def compare(names):
#     """Draw how the test loss, and the share of wrong labels learnt by heart, go with these brakes."""
#     figure, panels = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
#     for axes, what, label in zip(panels, ("test loss", "wrong labels"),
#                                  ("test loss", "share of wrong labels learnt")):
#         for name, style in zip(names, ("-", "--", "-.", ":")):
#             mean = runs[name][1][what].mean(axis=0)
#             axes.plot(np.arange(1, 41), mean, style, linewidth=2, label=name)
#         axes.set(xlabel="epoch", ylabel=label)
#     panels[1].set_ylim(0, 1)
#     panels[0].legend()
#     plt.show()
#
#
# runs = {"no brake": fit(seeds=5)}
# history = runs["no brake"][1]
# figure, panels = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
# epochs = np.arange(1, 41)
# panels[0].plot(epochs, history["training loss"].mean(axis=0), "--", label="training, labels as given")
# panels[0].plot(epochs, history["test loss"].mean(axis=0), "-", label="test")
# panels[0].set(xlabel="epoch", ylabel="loss", ylim=(0, None))
# panels[1].plot(epochs, history["right labels"].mean(axis=0), "--", label="training, right labels")
# panels[1].plot(epochs, history["wrong labels"].mean(axis=0), ":", label="training, wrong labels")
# panels[1].plot(epochs, history["test"].mean(axis=0), "-", label="test")
# panels[1].set(xlabel="epoch", ylabel="share given back as labelled", ylim=(0, 1))
# for axes in panels:
#     axes.legend()
# plt.show()

# %% [markdown]
r"""
It first learns what is true and only then what is false: after ten epochs it knows
four in five of the right labels and hardly any of the wrong ones, and the test loss is
at its lowest. Everything that follows
makes use of this, one way or another.

## Dropout

Each unit falls silent with probability $p$ in each step, so that no unit can rely
on one other to mend its errors. A layer of $n$ units then is one of $2^n$ networks
that share their weights, and after training all of them speak at once.

All at once is too loud: with all units on, the next layer's sum is
$1/(1-p)$ times what it was used to. *Inverted* dropout makes up for that while it trains:

$$y_i=\frac{m_i}{1-p}\,x_i,\qquad m_i=[\,u_i\ge p\,],\qquad u_i\sim\mathcal U[0,1)$$

so that $\mathbb E\,y_i=x_i$, and after training there is nothing to do at all.

*A small step.* Draws come from $[0,1)$: 0 can occur and 1 cannot. Why, then,
$u\ge p$ and not $u>p$? Look at $p=0$.

Here the draws $u$ are handed in. Random code that takes its randomness as an
argument can be tested exactly.
"""


# %%
def inverted_dropout(
    x: Float[tf.Tensor, "..."], rate: float, u: Float[tf.Tensor, "..."], training: bool
) -> Float[tf.Tensor, "..."]:
    """Silence a share of the units, and scale up the others to make up for it.

    Computes dropout, section 4 of Srivastava et al., "Dropout: A Simple Way to
    Prevent Neural Networks from Overfitting" (2014),
    https://jmlr.org/papers/v15/srivastava14a.html, scaled during training as its
    section 10 suggests.

    Args:
        x: activations.
        rate: the probability that a unit is dropped, at least 0 and below 1.
        u: a uniform draw from [0, 1) for each unit, shaped as `x`. A unit is
            dropped if its draw lies below `rate`.
        training: whether to drop units at all; if not, `x` is returned as it is.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(inverted_dropout)

# %% [markdown]
r"""
First the mean output of 400 units that are all 1, at many rates: it has to stay at 1,
in training (dots) and after it (line). The spread is the noise that dropout brings.
Then dropout at rate ½ on the network.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(figsize=(5.5, 3), layout="constrained")
# ones = tf.ones([30, 400])
# rates = np.arange(10) / 10
# for rate in rates:
#     u = tf.random.stateless_uniform(ones.shape, seed=[1, int(10 * rate)])
#     means = tf.reduce_mean(inverted_dropout(ones, rate, u, True), axis=1)
#     axes.plot(np.full(30, rate), means, ".", color="tab:blue", alpha=0.5,
#               label="in training, 30 draws" if rate == 0 else None)
# axes.plot(rates, [np.mean(inverted_dropout(ones, rate, u, False)) for rate in rates], "-",
#           color="black", label="after training")
# axes.set(xlabel="rate", ylabel="mean of 400 units that are 1", ylim=(0, 2))
# axes.legend()
# plt.show()
#
#
# def drop_half(h):
#     return inverted_dropout(h, 0.5, tf.random.uniform(tf.shape(h)), True)
#
#
# runs["dropout"] = fit(drop=drop_half)
# compare(["no brake", "dropout"])

# %% [markdown]
r"""
## A price on weights

To give one picture a label of its own, the function must bend sharply near it,
and sharp bends take large weights. So let weights cost something:

$$\Omega(w)=\sum_{\text{kernels}}\sum_i\big(\lambda_1\,|w_i|+\lambda_2\,w_i^2\big)$$

The two terms brake differently. The gradient of the second is $2\lambda_2w_i$: it
pulls large weights hard, and small ones hardly, so that all become smaller and
none becomes zero. That of the first is $\pm\lambda_1$ however small the weight
is, until it is zero and stays there.

Only kernels pay. A bias shifts a unit's threshold and bends nothing; the scale
and shift of a normalisation belong to it in the same way. Kernels are easily told:
they have two axes at least.

Mind the factor: many books write $\tfrac{\lambda}{2}w^2$, Keras
$\lambda_2w^2$. A rate copied from one to the other is wrong by a factor of two.
"""


# %%
def weight_penalty(
    weights: Sequence[Float[tf.Tensor, "..."]], l1: float, l2: float
) -> Float[tf.Tensor, ""]:
    """Return what a network's kernels cost, to be added to its loss.

    Computes the two penalty terms of the elastic net, equation (3) of Zou and
    Hastie, "Regularization and variable selection via the elastic net" (2005),
    https://doi.org/10.1111/j.1467-9868.2005.00503.x, in the form of
    keras.regularizers.L1L2.

    Args:
        weights: a network's variables. Those with two axes or more are kernels;
            the others (biases, scales of a normalisation) are free. There may be no
            kernel at all.
        l1: what the size of a weight costs.
        l2: what its square costs.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(weight_penalty)

# %% [markdown]
r"""
What the first layer looks for, without and with a price. Each square is the kernel
of one unit, drawn over the 28 × 28 pixels it looks at (blue negative, red
positive, white zero). Most of the first row is the noise it was born with.
"""

# %% tags=["active-ipynb"]
# runs["L2 penalty"] = fit(penalty=lambda weights: weight_penalty(weights, 0.0, 0.01))
# runs["L1 penalty"] = fit(penalty=lambda weights: weight_penalty(weights, 0.001, 0.0))
# figure, panels = plt.subplots(3, 10, figsize=(11, 3.6), layout="constrained")
# for row, name in zip(panels, ("no brake", "L2 penalty", "L1 penalty")):
#     kernel = runs[name][0][0][0]
#     strongest = np.argsort(-np.linalg.norm(kernel, axis=0))[:10]
#     for axes, unit in zip(row, strongest):
#         reach = np.abs(kernel[:, unit]).max()
#         show(axes, kernel[:, unit], cmap="RdBu_r", vmin=-reach, vmax=reach)
#     row[0].set_ylabel(name)
#     small = np.mean(np.abs(kernel) < 0.001)
#     print(f"{name:10}  ‖W‖ = {np.linalg.norm(kernel):5.2f}, {small:4.0%} of the weights are below 0.001")
# plt.show()
# compare(["no brake", "L2 penalty", "L1 penalty"])

# %% [markdown]
r"""
## Stop in time

The cheapest brake is to stop before the slips are learnt. Hold some examples back,
watch the loss on them, and keep the weights of the best epoch. A loss that wobbles
up once is no reason to stop, so be patient:

- an epoch *improves* if its loss is lower than the best so far by **more** than
  `min_delta`; then it is the best so far, and waiting starts afresh;
- training stops after `patience` epochs in a row that do not improve;
- a loss that is not a number improves nothing. Nor does anything compare as less than
  `nan`, so that the comparison had better be written the right way round.

Before the first epoch the best loss is infinite. (Keras takes the first loss
whatever it is. If that is `nan`, nothing ever improves on it.)
"""


# %%
def early_stopping(val: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """Return the last epoch that is run, and the epoch whose weights to keep.

    Follows keras.callbacks.EarlyStopping; algorithm 7.1 of Goodfellow, Bengio and
    Courville, "Deep Learning" (2016), https://www.deeplearningbook.org/contents/regularization.html.

    Args:
        val: the validation loss after each epoch, were training never stopped; one
            at least.
        patience: the epochs in a row, at least 1, that may fail to improve; after
            the last of them training stops.
        min_delta: a loss improves if it is below the best by more than this.

    Returns:
        The epoch after which training stops (the last one, if nothing stops it), and
        the best of the epochs that were run (0 if none improved). Epochs count from 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(early_stopping)

# %% [markdown]
r"""
On the network without a brake: where would you have stopped? The circle is your best
epoch and should lie in the valley; the cross is where you stop, `patience` epochs
later. The five networks need not agree.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
# stopped = []
# for seed, losses in enumerate(history["validation loss"]):
#     stop, best = early_stopping(losses.tolist(), patience=5, min_delta=0.0)
#     stopped.append(history["test"][seed, best])
#     axes.plot(epochs, losses, "-", color="0.7", label="network" if seed == 0 else None)
#     axes.plot(best + 1, losses[best], "o", color="tab:blue", label="best" if seed == 0 else None)
#     axes.plot(stop + 1, losses[stop], "x", color="black", label="stop" if seed == 0 else None)
# axes.set(xlabel="epoch", ylabel="validation loss")
# axes.legend()
# plt.show()
# print(f"test accuracy at the end {history['test'][:, -1].mean():.1%}, "
#       f"at the best epoch {np.mean(stopped):.1%}")

# %% [markdown]
r"""
## Move and mirror

A coat that hangs two pixels to the left is a coat. Whoever knows that can say so,
by showing the network such pictures: here mirrored left to right if `flip`, **then**
moved down by `dy` and to the right by `dx`. What leaves the picture is gone, and
zeros move in:

$$\text{out}_{b,i,j}=\text{mirrored}_{b,\;i-d^y_b,\;j-d^x_b}\quad\text{or }0\text{ outside}$$

Each image has a transform of its own. A loop over the batch is a right answer; a
quicker one sees that moving by $d$ is a *matrix* whose ones stand $d$ below
the diagonal, and that `tf.one_hot` makes rows of zeros where an index is out of
range.

*A small step.* Image $b$ has `dy[b] == 1`. Which row of the image becomes row 0?
"""


# %%
def augment_batch(
    x: Float[tf.Tensor, "batch height width channels"],
    flip: Bool[tf.Tensor, "batch"],
    dy: Int[tf.Tensor, "batch"],
    dx: Int[tf.Tensor, "batch"],
) -> Float[tf.Tensor, "batch height width channels"]:
    """Mirror images left to right, then move them.

    Does what He et al., "Deep Residual Learning for Image Recognition" (2016),
    section 4.2, https://arxiv.org/abs/1512.03385, do to CIFAR-10, with the draws
    handed in.

    Args:
        x: images.
        flip: which of them to mirror left to right.
        dy: by how many pixels to move each down (up, if negative).
        dx: by how many pixels to move each to the right (left, if negative).

    Returns:
        Images of the same shape. Zeros fill what moved in from outside, which after
        a shift as long as the image or longer is all of it.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(augment_batch)

# %% [markdown]
r"""
One boot, and what you make of it. Which way does it point, and which way does it
move? What leaves the frame on one side must not come in again on the other.
"""

# %% tags=["active-ipynb"]
# boot = x_train[np.flatnonzero(y_right == 9)[2]][None]
# plans = [(False, 0, 0), (True, 0, 0), (False, 6, 0), (False, 0, 6), (True, 0, 6), (True, -5, -8)]
# flips, downs, rights = (tf.constant(part) for part in zip(*plans))
# moved = augment_batch(tf.repeat(boot, len(plans), axis=0), flips, downs, rights)
# figure, panels = plt.subplots(1, len(plans), figsize=(11, 2.3), layout="constrained")
# for axes, image, (flipped, down, right) in zip(panels, moved, plans):
#     show(axes, image, f"{'mirrored, ' if flipped else ''}dy {down}, dx {right}")
# plt.show()
#
#
# def move_and_mirror(x, y):
#     n = len(x)
#     shifts = tf.random.uniform([2, n], -1, 2, tf.int32)
#     return augment_batch(x, tf.random.uniform([n]) < 0.5, *tf.unstack(shifts)), y
#
#
# runs["moved and mirrored"] = fit(change=move_and_mirror)
# compare(["no brake", "moved and mirrored"])

# %% [markdown]
r"""
The labels are as wrong as before, but they are harder to learn by heart, since no
picture comes twice. Augmentation is knowledge, though, and knowledge can be wrong.
Mirrored trousers are trousers; what of mirrored letters, or of a 6 upside down?

## Ask more than once

If a mirrored coat is a coat, ask about both. Classify the image itself and some
transformed views, and average the *probabilities*:

$$\bar p=\frac1{1+T}\Big(\operatorname{softmax}f(x)+\sum_{t=1}^{T}\operatorname{softmax}f(g_t(x))\Big)$$

Averaging logits would multiply the probabilities instead, up to a constant. Then a single view
that is sure that it is *no* coat can veto all others.
"""


# %%
def test_time_average(
    predict: Callable[[Float[tf.Tensor, "..."]], Float[tf.Tensor, "batch classes"]],
    x: Float[tf.Tensor, "batch height width channels"],
    transforms: Sequence[Callable[[Float[tf.Tensor, "..."]], Float[tf.Tensor, "..."]]],
) -> Float[tf.Tensor, "batch classes"]:
    """Average class probabilities over an image and transformed views of it.

    Does what Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep
    Convolutional Neural Networks" (2012), section 4.1,
    https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks,
    do with ten patches of each image.

    Args:
        predict: maps images to logits (not probabilities).
        x: images.
        transforms: each maps images to as many images; all are applied to `x` itself.
            There may be none.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(test_time_average)

# %% [markdown]
r"""
Six views, asked one by one and all together, of the three networks that were trained
on moved and mirrored pictures. The average should stand apart from its parts.
"""

# %% tags=["active-ipynb"]
# def view(flip, dy, dx):
#     def transform(x):
#         n = len(x)
#         return augment_batch(x, tf.fill([n], flip), tf.fill([n], dy), tf.fill([n], dx))
#
#     return transform
#
#
# views = {"itself": view(False, 0, 0), "mirrored": view(True, 0, 0), "left": view(False, 0, -1),
#          "right": view(False, 0, 1), "up": view(False, -1, 0), "down": view(False, 1, 0)}
# figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
# averaged = []
# for weights, marker in zip(runs["moved and mirrored"][0], "osD"):
#     answers = [logits(weights, transform(x_test)) for transform in views.values()]
#     answers.append(test_time_average(lambda x: logits(weights, x), tf.constant(x_test),
#                                      list(views.values())[1:]))
#     accuracy = [np.mean(np.argmax(answer, axis=1) == y_test) for answer in answers]
#     averaged.append(accuracy[-1])
#     axes.plot(range(7), accuracy, marker, fillstyle="none", label=f"network {len(averaged)}")
# axes.axvspan(5.6, 6.4, color="0.92")
# axes.set(xticks=range(7), xticklabels=[*views, "average"], xlabel="view", ylabel="test accuracy")
# axes.legend()
# plt.show()

# %% [markdown]
r"""
## Why many are better than one

Let $M$ members answer $f_m(x)$, and let $\bar f$ be the mean of their answers. For
the squared error there is no "usually" about it. At every $x$,

$$\underbrace{(\bar f-y)^2}_{\text{ensemble}}=
\underbrace{\frac1M\sum_m(f_m-y)^2}_{\text{average member}}-
\underbrace{\frac1M\sum_m(f_m-\bar f)^2}_{\text{ambiguity}}$$

The ambiguity is never negative, so the ensemble is never worse than its average
member; and what it gains is exactly how much they disagree. The ambiguity does not
even need the truth $y$, and can be measured on examples that nobody has labelled.

*A small step.* Put $f_m-y=(f_m-\bar f)+(\bar f-y)$, square, and average over $m$.
What becomes of the mixed term?
"""


# %%
def ensemble_decomposition(
    preds: Float64[np.ndarray, "members examples"], y: Float64[np.ndarray, "examples"]
) -> tuple[float, float, float]:
    """Split an ensemble's mean squared error into its members' error and their ambiguity.

    Computes the three terms of E = Ē - Ā of Krogh and Vedelsby, "Neural Network
    Ensembles, Cross Validation, and Active Learning" (1995),
    https://papers.nips.cc/paper/1001-neural-network-ensembles-cross-validation-and-active-learning,
    with equal weights, averaged over the examples.

    Args:
        preds: what each member answers.
        y: what is true.

    Returns:
        The ensemble's error, the average of its members' errors, and the ambiguity.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(ensemble_decomposition)

# %% [markdown]
r"""
The five spoilt networks, asked together. Every probability of every test image is
a number to predict, with 1 for the right class and 0 for the others. The two parts of
each bar must reach the black mark exactly.
"""

# %% tags=["active-ipynb"]
# answers = np.array([tf.nn.softmax(logits(weights, x_test)) for weights in runs["no brake"][0]], dtype=float)
# truth = np.eye(10)[y_test].ravel()
# figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
# for m in range(1, 6):
#     error, average, ambiguity = ensemble_decomposition(answers[:m].reshape(m, -1), truth)
#     axes.bar(m, error, color="tab:blue", label="ensemble" if m == 1 else None)
#     axes.bar(m, ambiguity, bottom=error, color="white", edgecolor="tab:blue", hatch="//",
#              label="ambiguity" if m == 1 else None)
#     axes.plot([m - 0.45, m + 0.45], [average, average], color="black", linewidth=2.5,
#               label="average member" if m == 1 else None)
# axes.set(xlabel="members", ylabel="mean squared error", xticks=range(1, 6), ylim=(0, 0.085))
# axes.legend(ncols=3, loc="upper center")
# plt.show()
# singles = np.mean(answers.argmax(axis=2) == y_test, axis=1)
# together = np.mean(answers.mean(axis=0).argmax(axis=1) == y_test)
# print(f"test accuracy: members {', '.join(f'{one:.1%}' for one in singles)}; together {together:.1%}")

# %% [markdown]
r"""
Your second prediction? They learnt the same wrong labels, but filled the space
between the pictures each in its own way, and there they disagree.

## Noise is a penalty

Add to each input a fresh noise $e$ whose entries are independent, with mean 0 and
variance $\sigma^2$. What does a linear model pay on average?

$$\mathbb E\,\frac1N\sum_n\big((x_n+e_n)^\top w-y_n\big)^2
=\frac1N\sum_n\big(x_n^\top w-y_n\big)^2+\sigma^2\lVert w\rVert^2$$

Expand the square: the mixed term has the mean 0, and
$\mathbb E(e^\top w)^2=\sigma^2\lVert w\rVert^2$. Training on noisy inputs *is* ridge regression.
For a network that is curved, the same holds for little noise, with the squared slope of the
function in the place of $\lVert w\rVert^2$.

*A small step.* Each of the $N$ examples has noise of its own. Why is the penalty not
$\sigma^2\lVert w\rVert^2/N$?
"""


# %%
def noise_as_tikhonov(
    X: Float64[np.ndarray, "examples features"],
    y: Float64[np.ndarray, "examples"],
    w: Float64[np.ndarray, "features"],
    sigma: float,
) -> float:
    """Return the expected mean squared error of a linear model when its inputs are noisy.

    Computes the linear case of Bishop, "Training with Noise is Equivalent to Tikhonov
    Regularization" (1995), https://doi.org/10.1162/neco.1995.7.1.108, in which it is exact.
    Compute it: do not draw any noise.

    Args:
        X: clean inputs.
        y: targets, which get no noise.
        w: the model's weights.
        sigma: the standard deviation of the noise in each input.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(noise_as_tikhonov)

# %% [markdown]
r"""
Two linear models of the diabetes data, the best fit and a ridge regression. Lines are
your formula; dots are measured, over 400 draws of noise for all examples. Least squares is better on
clean inputs, and pays for its large weights as soon as they are not.
"""

# %% tags=["active-ipynb"]
# diabetes = load("diabetes")
# X = diabetes["features"] * np.sqrt(442)  # of unit variance
# y = (diabetes["target"] - diabetes["target"].mean()) / diabetes["target"].std()
# rng = np.random.default_rng(0)
# sigmas = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
# fine = np.linspace(0, 0.5, 50)
# figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
# for name, ridge, style, marker in (("least squares", 0.0, "-", "o"), ("ridge", 0.1, "--", "s")):
#     w = np.linalg.solve(X.T @ X / len(y) + ridge * np.eye(10), X.T @ y / len(y))
#     line, = axes.plot(fine, [noise_as_tikhonov(X, y, w, s) for s in fine], style,
#                       label=rf"{name}, $\|w\|^2$ = {w @ w:.2f}")
#     drawn = [np.mean([np.mean(((X + s * rng.normal(size=X.shape)) @ w - y) ** 2) for _ in range(400)])
#              for s in sigmas]
#     axes.plot(sigmas, drawn, marker, color=line.get_color(), fillstyle="none", markersize=8)
# axes.set(xlabel="noise σ", ylabel="mean squared error")
# axes.legend(title="lines: formula, marks: drawn")
# plt.show()
# runs["noise"] = fit(change=lambda x, y: (x + 0.4 * tf.random.normal(tf.shape(x)), y))
# compare(["no brake", "noise"])

# %% [markdown]
r"""
## Share

The oldest brake is to have fewer weights. A convolution of 5 places with a
kernel of 3 is a 5 × 7 matrix in which three numbers stand again and again:

$$W=\begin{pmatrix}k_0&k_1&k_2&&&&\\&k_0&k_1&k_2&&&\\&&k_0&k_1&k_2&&\\&&&k_0&k_1&k_2&\\&&&&k_0&k_1&k_2\end{pmatrix}$$

Let $g(i,j)$ be the number of the weight that stands at $(i,j)$, or $-1$ where there is
none and $W$ is 0 for good. Suppose that the gradient $\partial L/\partial W$ is known as
if all entries were free. A weight acts in all of its places at once, and the chain rule adds
up what it does there:

$$\frac{\partial L}{\partial k_a}=\sum_{(i,j):\,g(i,j)=a}\frac{\partial L}{\partial W_{ij}}$$

Here NumPy has a trap for you, in fact two. Does `gradient[groups] += dW` add up
what comes at the same index? And what is `gradient[-1]`?
"""


# %%
def tied_gradient(
    dW_full: Float64[np.ndarray, "rows columns"], groups: Int[np.ndarray, "rows columns"]
) -> Float64[np.ndarray, "weights"]:
    """Return the gradient of weights that stand in several places of a matrix.

    Computes how shared weights learn, as in LeCun et al., "Backpropagation Applied to
    Handwritten Zip Code Recognition" (1989), https://doi.org/10.1162/neco.1989.1.4.541.

    Args:
        dW_full: the gradient of each entry of the matrix, as if it were free.
        groups: which of the weights 0, 1, 2, ... stands there; -1 for none. The
            largest number that occurs is that of the last weight.

    Returns:
        The gradient of each weight; 0 for one that stands nowhere.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(tied_gradient)

# %% [markdown]
r"""
A convolution of a signal with a kernel of four, in twelve places. On the left who
stands where, in the middle the gradient as if all entries were free, on the right your
sums beside what `tf.nn.conv1d` and a tape say. Then two convolutions take the place of the
full layers: 10,000 weights instead of 118,000. What will become of the wrong labels?
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(1)
# signal, kernel, target = rng.normal(size=15), tf.Variable(rng.normal(size=4)), rng.normal(size=12)
# with tf.GradientTape() as tape:
#     output = tf.nn.conv1d(signal[None, :, None], kernel[:, None, None], 1, "VALID")[0, :, 0]
#     loss = tf.reduce_sum((output - target) ** 2) / 2
# by_tape = tape.gradient(loss, kernel).numpy()
# groups = np.full((12, 15), -1)
# for place in range(12):
#     groups[place, place:place + 4] = np.arange(4)
# dW_full = np.outer(output - target, signal)  # error times input, as for any linear layer
#
# figure, panels = plt.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
# panels[0].imshow(np.where(groups < 0, np.nan, groups), cmap="cividis")
# for (i, j), group in np.ndenumerate(groups):
#     if group >= 0:
#         panels[0].text(j, i, group, ha="center", va="center", fontsize=8,
#                        color="black" if group > 1 else "white")
# panels[0].set(title="groups", xlabel="input", ylabel="place", xticks=range(0, 15, 2))
# reach = np.abs(dW_full).max()
# shown = panels[1].imshow(dW_full, cmap="RdBu_r", vmin=-reach, vmax=reach)
# for place in range(12):
#     panels[1].add_patch(plt.Rectangle((place - 0.5, place - 0.5), 4, 1, fill=False))
# panels[1].set_xticks(range(0, 15, 2))
# panels[1].set(title="gradient if all were free (outlined: what counts)", xlabel="input", ylabel="place")
# figure.colorbar(shown, ax=panels[1], shrink=0.8)
# panels[2].bar(np.arange(4) - 0.2, tied_gradient(dW_full, groups), 0.4, label="tied_gradient")
# panels[2].bar(np.arange(4) + 0.2, by_tape, 0.4, color="white", edgecolor="black", hatch="//", label="tape")
# panels[2].axhline(0, color="black", linewidth=0.8)
# panels[2].set(xlabel="weight", ylabel="gradient", xticks=range(4))
# panels[2].set_ylim(0, 3)
# panels[2].legend(loc="upper right")
# plt.show()
# runs["shared weights"] = fit(shapes=[(3, 3, 1, 16), (3, 3, 16, 16), (7 * 7 * 16, 10)])
# compare(["no brake", "shared weights"])

# %% [markdown]
r"""
Not what one might hope. A tenth of the weights is still ten for every label, and that
is plenty to remember 1,000 of them. Sharing tells the network something true about
pictures, which is worth most where the labels are true as well. It does not bound what
can be learnt by heart.

## Half a coat

Show the network 0.7 of a coat and 0.3 of a bag, and ask it to say just that:

$$\tilde x=\lambda x+(1-\lambda)x',\qquad\tilde y=\lambda y+(1-\lambda)y'$$

The partner $x'$ is another image of the batch, in the order `perm`, and each image has a
$\lambda$ of its own, drawn from a Beta distribution. Between two
training examples the network now has to be straight, and a wrong label is never seen
undiluted.

$\lambda$ is `[batch]`, images are `[batch, height, width, channels]`. NumPy's and
TensorFlow's broadcasting pairs axes from the *end*. What happens if there are as many images
as channels?
"""


# %%
def mixup(
    x: Float[tf.Tensor, "batch height width channels"],
    y: Float[tf.Tensor, "batch classes"],
    lam: Float[tf.Tensor, "batch"],
    perm: Int[tf.Tensor, "batch"],
) -> tuple[Float[tf.Tensor, "batch height width channels"], Float[tf.Tensor, "batch classes"]]:
    """Mix each image and its label with another image and its label.

    Computes the two equations of section 1 of Zhang et al., "mixup: Beyond Empirical
    Risk Minimization" (2018), https://arxiv.org/abs/1710.09412.

    Args:
        x: images.
        y: labels, as probabilities.
        lam: the share of each image in its mixture.
        perm: image i is mixed with image perm[i].
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(mixup)

# %% [markdown]
r"""
A boot turns into a dress. Does each title say what you see?
"""

# %% tags=["active-ipynb"]
# pair = [np.flatnonzero(y_right == label)[0] for label in (9, 3)]
# shares = np.float32([1.0, 0.8, 0.6, 0.4, 0.2, 0.0])
# x = tf.concat([tf.repeat(x_train[pair[:1]], 6, axis=0), x_train[pair[1:]]], axis=0)
# y = tf.one_hot([9] * 6 + [3], 10)
# mixed, shares_of = mixup(x, y, tf.concat([shares, [1.0]], 0), tf.constant([6] * 7))
# figure, panels = plt.subplots(1, 6, figsize=(11, 2.4), layout="constrained")
# for axes, image, shared in zip(panels, mixed, np.asarray(shares_of)):
#     parts = [k for k in np.argsort(-shared)[:2] if shared[k] > 0.01]
#     says = "\n".join(f"{shared[k]:.1f} {CLOTHES[k]}" for k in parts)
#     show(axes, image, says)
# plt.show()
#
#
# def mix(x, y, alpha=8.0):
#     one, other = tf.unstack(tf.random.gamma([2, len(x)], alpha))
#     return mixup(x, y, one / (one + other), tf.random.shuffle(tf.range(len(x))))
#
#
# runs["mixup"] = fit(change=mix)
# compare(["no brake", "mixup"])

# %% [markdown]
r"""
## The order of things

All of this has to reach the network in batches, and here the order of the steps
decides. From arrays to batches with `tf.data`:

1. in training, *shuffle* examples, all of them, in another order each epoch;
2. *batch* them; the last batch may be smaller;
3. in training, *augment* a batch at a time, which is cheaper than one by one;
4. *prefetch*: get the next batch ready while this one is used.

In evaluation nothing is shuffled or augmented, and no example is lost. The same seed
gives the same run, all epochs of it.

`Dataset.shuffle(buffer)` does not see the whole set: it fills a buffer, gives out a random
one of what it holds, and reads the next in its place. What happens if the buffer is
small? And what is shuffled if it comes after `batch`?
"""


# %%
def make_pipeline(
    x: Float[np.ndarray, "examples ..."],
    y: Int[np.ndarray, "examples"],
    batch: int,
    training: bool,
    seed: int,
    augment: Callable[[tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]] | None = None,
) -> tf.data.Dataset:
    """Turn arrays into batches for training or evaluation.

    Builds a pipeline of shuffle, batch, map and prefetch, as in Murray et al.,
    "tf.data: A Machine Learning Data Processing Framework" (2021),
    https://arxiv.org/abs/2101.12127.

    Args:
        x: examples.
        y: their labels.
        batch: examples in a batch; the last one of an epoch holds what is left.
        training: whether to shuffle, anew for each epoch, and to augment.
        seed: equal seeds give equal orders, different seeds different ones.
        augment: maps a batch's (x, y) to (x, y); None for no augmentation.

    Returns:
        A dataset of batches (x, y). To go through it once is an epoch.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(make_pipeline)

# %% [markdown]
r"""
Where do 200 examples come in an epoch? In evaluation on the diagonal, in training
anywhere, in each epoch somewhere else. Stripes or staircases mean that neighbours stay
together.
"""

# %% tags=["active-ipynb"]
# def orders(pipeline, training, epochs=2):
#     numbers = np.arange(200)
#     dataset = pipeline(numbers[:, None].astype("float32"), numbers, 16, training, 1)
#     return [np.concatenate([labels for _, labels in dataset]) for _ in range(epochs)]
#
#
# figure, panels = plt.subplots(1, 3, figsize=(10, 3.4), sharey=True, layout="constrained")
# shown = [orders(make_pipeline, False)[0], *orders(make_pipeline, True)]
# for axes, order, title in zip(panels, shown, ("evaluation", "training, epoch 1", "training, epoch 2")):
#     axes.plot(order, ".", markersize=4)
#     axes.set(title=title, xlabel="place in the epoch", aspect="equal")
# panels[0].set_ylabel("number of the example")
# plt.show()

# %% [markdown]
r"""
### Find the silent bug

Somebody's pipeline, below, passes every test that its author thought of: each epoch
holds every example once, no two epochs have the same order, the seed makes it
repeatable, evaluation is left alone. On the author's own data it trained as well as
any. Now it is given a folder of pictures, as a folder lists them: all T-shirts,
then all trousers, and so on. A linear classifier learns from it, batch by batch, with right labels;
the lines are its test accuracy after every batch of eight epochs.

What happens at each tooth of the saw? Which number in the code is to blame, why did nobody notice, and
what should the number be? Use `orders` to look before you answer.
"""

# %% tags=["active-ipynb"]
# def suspicious_pipeline(x, y, batch, training, seed, augment=None):
#     dataset = tf.data.Dataset.from_tensor_slices((x, y))
#     if training:
#         dataset = dataset.shuffle(100, seed=seed)
#     dataset = dataset.batch(batch)
#     if training and augment is not None:
#         dataset = dataset.map(augment)
#     return dataset.prefetch(tf.data.AUTOTUNE)
#
#
# by_class = np.argsort(y_right, kind="stable")
# plt.figure(figsize=(8, 3.4), layout="constrained")
# for pipeline, style in ((make_pipeline, "-"), (suspicious_pipeline, "--")):
#     dataset = pipeline(x_train[by_class].reshape(1000, 784), y_right[by_class], 20, True, 0)
#     W, accuracy = np.zeros((784, 10), "float32"), []
#     for _ in range(8):
#         for x, y in dataset:
#             powers = np.exp(x @ W - np.max(x @ W, axis=1, keepdims=True))
#             error = powers / powers.sum(axis=1, keepdims=True) - np.eye(10)[y]
#             W -= 0.05 * np.asarray(x).T @ error / len(x)
#             accuracy.append(np.mean(np.argmax(x_test.reshape(-1, 784) @ W, axis=1) == y_test))
#     plt.plot(np.arange(1, 401) / 50, accuracy, style, label=pipeline.__name__)
# plt.xlabel("epoch")
# plt.ylabel("test accuracy")
# plt.ylim(0, 1)
# plt.legend(loc="lower right")
# plt.show()

# %% [markdown]
r"""
## A result: which brake holds?

Table 2 of Zhang et al. (2018) trains networks on CIFAR-10 of which 20, 50 or 80 % of
the labels are wrong, with nothing, with dropout, with mixup and with both. It tells
the test error of the best epoch and of the last, and what became of the training labels, the real and
the corrupted. Here is such a table for all of your brakes, in accuracies: means over
three networks (without a brake five), the best epoch being the one that `early_stopping` keeps.
(Srivastava et al. compare dropout with other brakes in their table 9.)
"""

# %% tags=["active-ipynb"]
# print("                      test accuracy       training labels given back")
# print("                       last   kept            real    corrupted")
# table = {}
# for name, (_, log) in runs.items():
#     kept = []
#     for seed, losses in enumerate(log["validation loss"]):
#         _, best = early_stopping(losses.tolist(), patience=5)
#         kept.append(log["test"][seed, best])
#     table[name] = log["test"][:, -1]
#     if name == "no brake":
#         table["stopped early"] = np.array(kept)
#     print(f"{name:20} {table[name].mean():7.1%} {np.mean(kept):7.1%}"
#           f"{log['right labels'][:, -1].mean():15.1%} {log['wrong labels'][:, -1].mean():9.1%}")
# table["moved, averaged views"] = np.array(averaged)
# table["five without brake"] = np.array([together])
# figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
# for row, (name, values) in enumerate(sorted(table.items(), key=lambda item: item[1].mean())):
#     axes.plot(values, np.full(len(values), row), "o", color="tab:blue", fillstyle="none")
#     axes.plot(values.mean(), row, "|", color="black", markersize=16, markeredgewidth=2)
# axes.set(yticks=range(len(table)), yticklabels=sorted(table, key=lambda name: table[name].mean()),
#          xlabel="test accuracy (circles: networks; bar: their mean)")
# axes.grid(axis="x", alpha=0.3)
# plt.show()

# %% [markdown]
r"""
Differences of two per cent are within the noise of 1,000 test images, every brake has
a strength that nobody tuned, and one of them turned out to be none. They work
in different places: on the loss, the data, the time, the weights, the answer.
Which two of them add up? Put both into one `fit`.

### In your own words

Which of your brakes keep the network from learning the wrong labels, and which let it
and mend the answer? Take one of each kind, and show it with numbers from this
notebook. How can an ensemble help at all, if all its members have learnt the same
wrong labels?
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
