# %% [markdown]
r"""
# One network that learns too well, and ten brakes

A network with 118,000 weights is shown 1,000 pictures of clothes. They were labelled
carelessly: three labels in ten are wrong. The network is not told which. It first
learns what shirts look like, and then it learns the wrong labels by heart.

**The question.** What keeps a network that could remember everything from doing
so, and what does each such *brake* cost? (The field calls them regularisers.)

**Before you run anything**, write down your predictions:

1. After 40 epochs, what share of the *wrong* labels does the network give back
   exactly, and what share of new pictures does it then classify correctly?
2. Five such networks are trained on the same labels, each from its own random start. Their
   probabilities are averaged. Is the average better than the best of the five, or as bad as
   all of them?
3. Which brake alone gives the highest test accuracy: dropout, a penalty on the weights,
   early stopping, moved and mirrored pictures, noise, mixed pictures, or shared weights?

You will write all of them and put each on the same network. A table at the end
answers question 3.
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
## One network and its training

The network has two hidden layers of 128 ReLU units. It is trained by Adam on 1,000
pictures, in batches of 100. 500 more pictures with *right* labels are held back for
validation: they will choose when to stop. The 10,000 test pictures choose nothing; they
only tell you what came of it. Keep these 500 right labels in mind. They are not free, and
the end of the chapter asks what they cost.

All that trains and draws stands in the next cell. You need one line of it:

`fit(drop=…, penalty=…, change=…, feed=…)` trains the network once for each of three seeds and
returns (the weights, the histories). `drop` acts on the output of each hidden layer,
`penalty(weights)` is added to the loss, `change(x, y)` acts on each batch, and
`feed(seed)` gives the batches of an epoch. Your functions go in there. Training runs in a traced
`tf.function`, and gradients flow through what `drop` and `penalty` return, so compute these two
with TensorFlow. If another of your answers uses NumPy or a loop over a batch, call
`tf.config.run_functions_eagerly(True)` first, and be patient.

### Helpers (you need not read this cell)
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell)
# import time
#
# import matplotlib.pyplot as plt
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# CLOTHES = "T-shirt trousers pullover dress coat sandal shirt trainer bag boot".split()
# DENSE = [(784, 128), (128, 128), (128, 10)]
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
# y_spoilt = np.where(rng.random(500) < 0.3, (y_val + rng.integers(1, 10, size=500)) % 10, y_val)
# x_all, y_all = np.concatenate([x_train, x_val, x_test]), np.r_[y_train, y_val, y_test]
# epochs = np.arange(1, 41)
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
# def measure(z):
#     """Return losses and accuracies of these logits of `x_all`, by name."""
#     log_p = tf.nn.log_softmax(z).numpy()
#     loss = -log_p[np.arange(len(y_all)), y_all]
#     hit = np.argmax(z, axis=1) == y_all
#     return {
#         "training loss": loss[:1000].mean(), "right labels": hit[:1000][~slip].mean(),
#         "wrong labels": hit[:1000][slip].mean(), "validation loss": loss[1000:1500].mean(),
#         "test loss": loss[1500:].mean(), "test": hit[1500:].mean(),
#         "spoilt validation loss": -log_p[np.arange(1000, 1500), y_spoilt].mean(),
#     }
#
#
# def fit(seeds=3, shapes=DENSE, drop=None, penalty=None, change=None, feed=None):
#     """Train for 40 epochs with each seed; return the weights, and histories [seeds, 40] by name."""
#     variables = [tf.Variable(w) for w in draw_weights(shapes, 0)]
#     optimizer = tf.keras.optimizers.Adam(0.002)
#     optimizer.build(variables)
#     start = [variable.numpy() for variable in optimizer.variables]
#
#     @tf.function
#     def step(x, y):
#         x, y = (x, y) if change is None else change(x, y)
#         with tf.GradientTape() as tape:
#             loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(y, logits(variables, x, drop)))
#             loss += 0.0 if penalty is None else penalty(variables)
#         optimizer.apply(tape.gradient(loss, variables), variables)
#
#     def batches(rng):
#         for rows in rng.permutation(1000).reshape(10, 100):
#             yield x_train[rows], y_train[rows]
#
#     weights, histories = [], []
#     for seed in range(seeds):
#         tf.random.set_seed(seed)
#         rng = np.random.default_rng(seed)
#         for variable, value in zip(variables + optimizer.variables, draw_weights(shapes, seed) + start):
#             variable.assign(value)
#         dataset = None if feed is None else feed(seed)
#         history = []
#         for _ in epochs:
#             for x, y in batches(rng) if feed is None else dataset:
#                 step(tf.convert_to_tensor(x), tf.one_hot(y, 10))
#             history.append(measure(logits(variables, x_all)))
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
# def curves(axes, histories, xlabel="epoch", **settings):
#     """Draw the mean over the seeds of each history [seeds, 40]."""
#     for (name, history), style in zip(histories.items(), ("-", "--", "-.", ":")):
#         axes.plot(epochs, history.mean(axis=0), style, linewidth=2, label=name)
#     axes.set(xlabel=xlabel, **settings)
#     axes.legend()
#
#
# def compare(names):
#     """Draw how the test loss, and the share of wrong labels learnt by heart, go with these brakes."""
#     figure, panels = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
#     for axes, what, label in zip(panels, ("test loss", "wrong labels"),
#                                  ("test loss", "share of wrong labels learnt")):
#         curves(axes, {name: runs[name][1][what] for name in names}, ylabel=label)
#     panels[1].set_ylim(0, 1)
#     plt.show()
#
#
# def last(name, what="test"):
#     """Return the mean over the seeds after the last epoch."""
#     return runs[name][1][what][:, -1].mean()
#
#
# def show_sharing(groups, dW_full, ours, by_tape):
#     """Draw which weight stands where, the gradient as if all were free, and that of the weights."""
#     figure, panels = plt.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
#     panels[0].imshow(np.where(groups < 0, np.nan, groups), cmap="cividis")
#     for (i, j), group in np.ndenumerate(groups):
#         if group >= 0:
#             panels[0].text(j, i, group, ha="center", va="center", fontsize=8,
#                            color="black" if group > 1 else "white")
#     panels[0].set(title="groups", xlabel="input", ylabel="place", xticks=range(0, 15, 2))
#     reach = np.abs(dW_full).max()
#     shown = panels[1].imshow(dW_full, cmap="RdBu_r", vmin=-reach, vmax=reach)
#     for place in range(len(groups)):
#         panels[1].add_patch(plt.Rectangle((place - 0.5, place - 0.5), 4, 1, fill=False))
#     panels[1].set_xticks(range(0, 15, 2))
#     panels[1].set(title="gradient if all were free (outlined: what counts)")
#     panels[1].set(xlabel="input", ylabel="place")
#     figure.colorbar(shown, ax=panels[1], shrink=0.8)
#     panels[2].bar(np.arange(4) - 0.2, ours, 0.4, label="tied_gradient")
#     white = {"color": "white", "edgecolor": "black", "hatch": "//"}
#     panels[2].bar(np.arange(4) + 0.2, by_tape, 0.4, label="tape", **white)
#     panels[2].axhline(0, color="black", linewidth=0.8)
#     panels[2].set(xlabel="weight", ylabel="gradient", xticks=range(4))
#     panels[2].set_ylim(0, 3)
#     panels[2].legend(loc="upper right")
#     plt.show()
#
#
# def dots(table):
#     """Draw the accuracy of each network, by row of the table, and their mean."""
#     figure, axes = plt.subplots(figsize=(7.5, 4.2), layout="constrained")
#     ranked = sorted(table, key=lambda name: np.mean(table[name]))
#     for row, name in enumerate(ranked):
#         axes.plot(table[name], np.full(len(table[name]), row), "o", color="tab:blue", fillstyle="none")
#         axes.plot(np.mean(table[name]), row, "|", color="black", markersize=16, markeredgewidth=2)
#     axes.set(yticks=range(len(table)), yticklabels=ranked)
#     axes.set_xlabel("test accuracy (circles: networks; bar: their mean)")
#     axes.grid(axis="x", alpha=0.3)
#     plt.show()
#
#
# def diagram(places):
#     """Draw boxes in a row, with arrows between them, and below each what acts there."""
#     figure, axes = plt.subplots(figsize=(11, 2.2), layout="constrained")
#     for k, (place, brakes) in enumerate(places.items()):
#         axes.text(k, 1, place, ha="center", va="center", bbox={"boxstyle": "round,pad=0.5", "fc": "0.92"})
#         axes.text(k, 0.55, "\n".join(brakes), ha="center", va="top", family="monospace", fontsize=9)
#         if k:
#             axes.annotate("", (k - 0.3, 1), (k - 0.7, 1), arrowprops={"arrowstyle": "->"})
#     axes.set(xlim=(-0.5, len(places) - 0.5), ylim=(-0.4, 1.3))
#     axes.axis("off")
#     plt.show()

# %% [markdown]
r"""
This is where in the training each of your functions acts.
"""

# %% tags=["active-ipynb"]
# diagram({
#     "examples": ["make_pipeline", "augment_batch", "mixup", "noise_as_tikhonov"],
#     "network": ["inverted_dropout", "tied_gradient"],
#     "loss": ["weight_penalty"],
#     "time": ["early_stopping"],
#     "answer": ["test_time_average", "ensemble_decomposition"],
# })

# %% [markdown]
r"""
**Prediction 1.** What shares of the wrong labels, and of the test labels, will the network
give after 40 epochs without any brake?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# start = measure(logits(draw_weights(DENSE, 0), x_all))["test loss"]
# print(f"loss before training {start:.2f}; that of equal probabilities is log 10 = {np.log(10):.2f}")
# runs = {"no brake": fit(seeds=5)}
# history = runs["no brake"][1]
# figure, panels = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
# curves(panels[0], {"test": history["test loss"], "training, labels as given": history["training loss"]},
#        ylabel="loss", ylim=(0, None))
# curves(panels[1], {"test": history["test"], "training, right labels": history["right labels"],
#                    "training, wrong labels": history["wrong labels"]},
#        ylabel="share given back as labelled", ylim=(0, 1))
# plt.show()
# lowest = 1 + history["test loss"].mean(axis=0).argmin()
# for epoch in (lowest, 40):
#     shares = {name: history[name][:, epoch - 1].mean() for name in ("right labels", "wrong labels", "test")}
#     print(f"epoch {epoch:2}: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items()))
#     if epoch == lowest:
#         assert shares["right labels"] > 0.75 > 0.2 > shares["wrong labels"], "right labels come first"
# assert shares["wrong labels"] > 0.75 and shares["test"] < 0.7, "learnt by heart"

# %% [markdown]
r"""
**Prediction 1, answered.** More than eight in ten of the wrong labels are given back, and fewer
than seven in ten of the test pictures are classified correctly. The loss before training is near
$\log 10$, as it should be: a network that knows nothing gives ten classes about equal
probabilities.

Look at the order in which it learns. When the test loss is lowest, after about ten epochs, the
network gives back almost nine in ten of the right labels and about one in six of the wrong ones,
and it knows far more of the test pictures than at the end. The reason is that a right label agrees
with those of similar pictures, so that one change of the weights serves many examples. A wrong
label agrees with nothing and needs a change of its own. Every brake in this chapter makes use of
that difference.

## Dropout

In each step of training, each unit's output is set to 0 with probability $p$, so that no unit can rely
on one particular other unit. A layer of $n$ units is then one of $2^n$ networks
that share their weights. After training all units are on.

But then the next layer's sum is larger than what it was trained with. *Inverted* dropout makes up
for that during training, by a factor $c$ on whatever is kept:

$$y_i=c\,m_i\,x_i,\qquad m_i=\begin{cases}1&\text{if }u_i\ge p\\0&\text{otherwise}\end{cases},\qquad
u_i\text{ drawn uniformly from }[0,1)$$

Find the $c$ for which the mean of $y_i$ over all draws is $x_i$. After training there is then
nothing to do.

*A small step:* draws come from $[0,1)$, so 0 can occur and 1 cannot. Why is it
$u\ge p$ and not $u>p$? Look at $p=0$.

<details><summary>Answer</summary>

At $p=0$ nothing may be dropped. $u\ge0$ is always true, but $u>0$ fails for a draw
of exactly 0. A computer's draws are multiples of one small number, from 0 up. If $p$ is such a
multiple, then $P(u\ge p)$ is exactly $1-p$, and $P(u>p)$ is not.

</details>

Here the draws $u$ are handed in. Random code that takes its randomness as an
argument can be tested exactly.
"""


# %%
def inverted_dropout(
    x: Float[tf.Tensor, "..."], rate: float, u: Float[tf.Tensor, "..."], training: bool
) -> Float[tf.Tensor, "..."]:
    """Drop a share of the units, and scale up the others to make up for it.

    Computes dropout, section 4 of Srivastava et al., "Dropout: A Simple Way to
    Prevent Neural Networks from Overfitting" (2014),
    https://jmlr.org/papers/v15/srivastava14a.html, scaled during training as its
    section 10 suggests.

    Args:
        x: activations. The output can be differentiated with respect to them, so compute with
            TensorFlow.
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
First the mean output of 400 units that are all 1, at many rates. It has to stay near 1
in training (dots), and at 1 after it (line). The spread of the dots is the noise that dropout adds. It
can be predicted: a unit that is 1 becomes $1/(1-p)$ with probability $1-p$, and otherwise 0, so its
variance is $\frac1{1-p}-1=\frac p{1-p}$. The mean of 400 such units has a 400th of that. Between the
dotted lines, two standard deviations to either side of 1, should lie about 19 of 20 dots. If they
keep closer to 1, or leave the lines, the mask or the factor is not what was asked for.
Then dropout at rate ½ acts on both hidden layers of the network.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(figsize=(5.5, 3), layout="constrained")
# ones = tf.ones([30, 400])
# rates, spread = np.arange(10) / 10, {}
# for rate in rates:
#     u = tf.random.stateless_uniform(ones.shape, seed=[1, int(10 * rate)])
#     means = tf.reduce_mean(inverted_dropout(ones, rate, u, True), axis=1)
#     spread[rate] = np.std(means)
#     axes.plot(np.full(30, rate), means, ".", color="tab:blue", alpha=0.5,
#               label="in training, 30 draws" if rate == 0 else None)
# axes.plot(rates, [np.mean(inverted_dropout(ones, rate, u, False)) for rate in rates], "-",
#           color="black", label="after training")
# fine = np.linspace(0, 0.93, 100)
# for side in (-2, 2):
#     axes.plot(fine, 1 + side * np.sqrt(fine / (1 - fine) / 400), ":", color="black",
#               label="predicted: ± 2 standard deviations" if side == 2 else None)
# axes.set(xlabel="rate", ylabel="mean of 400 units that are 1", ylim=(0.5, 1.8))
# axes.legend(loc="upper left")
# plt.show()
# assert 0.7 < spread[0.5] / 0.05 < 1.4, "at rate ½ the spread is the root of 1 / 400"

# %% tags=["active-ipynb"]
# def drop_half(h):
#     return inverted_dropout(h, 0.5, tf.random.uniform(tf.shape(h)), True)
#
#
# runs["dropout"] = fit(drop=drop_half)
# compare(["no brake", "dropout"])
# print(f"wrong labels learnt: {last('no brake', 'wrong labels'):.0%} without, "
#       f"{last('dropout', 'wrong labels'):.0%} with dropout")
# assert last("dropout", "wrong labels") < 0.35, "dropout keeps most wrong labels from being learnt"

# %% [markdown]
r"""
Dropout costs what a noisy gradient costs: the right labels are learnt more slowly, too.

## A penalty on the weights

To give one picture a label of its own, the function must change steeply near it,
and a steep function takes large weights. So add a cost of the weights to the loss:

$$\Omega(w)=\sum_{\text{kernels}}\sum_i\big(\lambda_1\,|w_i|+\lambda_2\,w_i^2\big)$$

The two terms act differently. The gradient of the second is $2\lambda_2w_i$: it
pulls on large weights hard and on small ones hardly at all, so that all become smaller and
none becomes exactly zero. The gradient of the first is $\pm\lambda_1$ however small the weight
is. At the minimum of the loss with this penalty many weights are exactly zero. Gradient steps
do not hit the zero, though: they jump from one side of it to the other, by a distance as small as the
learning rate. So count the weights that are *nearly* zero.

Only kernels are penalised: the matrices of full layers and the filters of convolutions. A bias shifts
what a unit reacts to and makes nothing steeper. The scale and shift of a normalisation are
left out as well. Kernels can be recognised by their shape: they have two axes or more.

Mind the factor: many books write $\tfrac{\lambda}{2}w^2$, Keras
$\lambda_2w^2$. A rate copied from one to the other is wrong by a factor of two.

With plain gradient descent and the learning rate $\eta$, the second term multiplies each weight by
$1-2\eta\lambda_2$ at every step. This is why it is also called *weight decay*. With Adam, which trains
our network, the two are not the same: Adam divides the gradient of the penalty, as part of the whole
gradient, by the size of recent gradients. AdamW keeps the decay apart from the gradient.
"""


# %%
def weight_penalty(
    weights: Sequence[Float[tf.Tensor, "..."]], l1: float, l2: float
) -> Float[tf.Tensor, ""]:
    """Return the penalty on a network's kernels, to be added to its loss.

    Computes the two penalty terms of the elastic net of Zou and
    Hastie, "Regularization and variable selection via the elastic net" (2005),
    https://doi.org/10.1111/j.1467-9868.2005.00503.x, in the form of
    keras.regularizers.L1L2.

    Args:
        weights: a network's variables. Those with two axes or more are kernels;
            the others (biases, scales of a normalisation) are not penalised. There may
            be no kernel at all. The penalty can be differentiated with respect to them.
        l1: the cost of the size of a weight, λ₁.
        l2: the cost of its square, λ₂.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(weight_penalty)

# %% [markdown]
r"""
What the first layer looks for, without and with a penalty. Each square shows the weights
of one unit, at the 28 × 28 pixels that they multiply (blue negative, red
positive, white zero). Most of what you see in the first row is the noise of the random start.
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
#     print(f"{name:10}  ‖W‖ = {np.linalg.norm(kernel):5.2f}, {small:4.0%} of the weights are below 0.001, "
#           f"{np.mean(kernel == 0):.0%} are exactly 0")
# plt.show()
# compare(["no brake", "L2 penalty", "L1 penalty"])
# weights = runs["no brake"][0][0]
# yours, keras_l1l2 = weight_penalty(weights, 0.001, 0.01), tf.keras.regularizers.L1L2(0.001, 0.01)
# by_keras = sum(float(keras_l1l2(kernel)) for kernel in weights[::2])
# print(f"both penalties of the network without a brake: {yours:.3f}, by Keras {by_keras:.3f}")
# assert abs(yours / by_keras - 1) < 1e-3, "Keras finds the same penalty"
# assert small > 0.6 and np.mean(kernel == 0) < 0.05, "with L1 most weights are nearly 0, hardly any exactly"

# %% [markdown]
r"""
## Early stopping

The brake that takes the least computing is to stop before the wrong labels are learnt. Hold some
examples back for validation, watch the loss on them, and keep the weights of the best epoch. A loss
that goes up once may go down again, so wait a while:

- an epoch *improves* if its loss is lower than the best so far by **more** than
  `min_delta`; then it is the best so far, and waiting starts afresh;
- training stops after `patience` epochs in a row that do not improve;
- a loss that is not a number improves nothing. Every comparison with `nan` is false, so test
  for *improved*, not for *got worse*.

Before the first epoch the best loss is infinite. (Keras takes the first loss as the best,
whatever it is. If that is `nan`, nothing ever improves on it.)
"""


# %%
def early_stopping(val: Sequence[float], patience: int, min_delta: float = 0.0) -> tuple[int, int]:
    """Return the last epoch that is run, and the epoch whose weights to keep.

    Follows keras.callbacks.EarlyStopping, but for a first loss that is not a number; see also
    algorithm 7.1 of Goodfellow, Bengio and Courville, "Deep Learning" (2016), https://www.deeplearningbook.org/contents/regularization.html.

    Args:
        val: the validation loss after each epoch, if training never stopped; at least
            one. The list is not changed.
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
Your function on the five networks without a brake. The circle is the best
epoch and should lie in the valley of its curve; the cross is where training stops, `patience` epochs
later. Where would you have stopped? The five networks need not agree.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(figsize=(7, 3.4), layout="constrained")
# stopped, waited, lowest_so_far = [], [], []
# for seed, losses in enumerate(history["validation loss"]):
#     stop, best = early_stopping(losses.tolist(), patience=5, min_delta=0.0)
#     stopped.append(history["test"][seed, best])
#     waited.append(stop - best)
#     lowest_so_far.append(losses[best] == losses[:stop + 1].min())
#     axes.plot(epochs, losses, "-", color="0.7", label="network" if seed == 0 else None)
#     axes.plot(best + 1, losses[best], "o", color="tab:blue", label="best" if seed == 0 else None)
#     axes.plot(stop + 1, losses[stop], "x", color="black", label="stop" if seed == 0 else None)
# axes.set(xlabel="epoch", ylabel="validation loss")
# axes.legend()
# plt.show()
# print(f"test accuracy at the end {history['test'][:, -1].mean():.1%}, "
#       f"at the best epoch {np.mean(stopped):.1%}; epochs waited: {waited}")
# assert waited == [5] * 5 and all(lowest_so_far), "the lowest so far; the stop is 5 epochs later"
# assert np.mean(stopped) > history["test"][:, -1].mean() + 0.07, "stopping wins more than seven points"

# %% [markdown]
r"""
More than ten points, for no more than a comparison after each epoch. But the 500 validation labels
are right, and the training labels are not. Keep the price in mind.

## Data augmentation

A coat that hangs two pixels to the left is a coat. You can tell the network so,
by showing it such pictures: mirrored left to right if `flip`, **then**
moved down by `dy` and to the right by `dx`. What leaves the picture is gone, and
zeros move in:

$$\text{out}_{b,i,j}=\text{mirrored}_{b,\;i-d^y_b,\;j-d^x_b}\quad\text{or }0\text{ outside}$$

Each image $b$ of the batch has a transform of its own; $i$ numbers rows and $j$ columns. A loop over
the batch is a right answer. So is one product: moving by $d$ is a *matrix* whose ones stand $d$ below
the diagonal, and `tf.one_hot` makes rows of zeros where an index is out of
range.

*A small step:* image $b$ has `dy[b] == 1`. Which row of the image becomes row 0, and which row 1?

<details><summary>Answer</summary>

None becomes row 0, since $0-1=-1$ lies outside: it is filled with zeros. Row 0 of the image becomes
row 1.

</details>
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
    https://arxiv.org/abs/1512.03385, do to CIFAR-10, with the draws handed in. Any way
    of computing it will do.

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
# as_it_is, mirrored, lower, _, mirrored_right, _ = np.asarray(moved)[..., 0]
# assert np.array_equal(lower[6:], as_it_is[:-6]) and not lower[:6].any(), "6 rows down, and zeros above it"
# assert np.array_equal(mirrored_right[:, 6:], mirrored[:, :-6]), "the mirrored boot moves to the right, too"
# assert not mirrored_right[:, :6].any(), "zeros move in, and nothing that left on the other side"
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
# assert last("moved and mirrored", "wrong labels") < 0.35, "moved pictures are hard to learn by heart"

# %% [markdown]
r"""
The labels are as wrong as before, but they are harder to learn by heart, since each
picture comes in 18 forms: mirrored or not, at nine places. Augmentation adds knowledge, though, and
the knowledge must be true. Mirrored trousers are trousers; a mirrored letter b is a d, and a 6
upside down is a 9.

## Test-time augmentation

If a mirrored coat is a coat, ask the network about both. Classify the image itself and $T$
transformed views $g_1(x),\dots,g_T(x)$ of it, where $f$ gives logits, and average the *probabilities*:

$$\bar p=\frac1{1+T}\Big(\operatorname{softmax}f(x)+\sum_{t=1}^{T}\operatorname{softmax}f(g_t(x))\Big)$$

The average of the logits is something else: it multiplies the probabilities of the views, up to a
constant. Then a single view that is sure that it is *no* coat can veto all others.
"""


# %%
def test_time_average(
    predict: Callable[[Float[tf.Tensor, "..."]], Float[tf.Tensor, "batch classes"]],
    x: Float[tf.Tensor, "batch height width channels"],
    transforms: Sequence[Callable[[Float[tf.Tensor, "..."]], Float[tf.Tensor, "..."]]],
) -> Float[tf.Tensor, "batch classes"]:
    """Average class probabilities over an image and transformed views of it.

    Does what Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep
    Convolutional Neural Networks" (2012),
    https://papers.nips.cc/paper/4824-imagenet-classification-with-deep-convolutional-neural-networks,
    do with ten patches of each image.

    Args:
        predict: maps images to logits (not probabilities).
        x: images.
        transforms: each maps images to as many images; all are applied to `x` itself.
            There may be none.

    Returns:
        Probabilities, for logits of any size.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(test_time_average)

# %% [markdown]
r"""
First a toy: three views whose first class has the probabilities 0.9, 0.1 and 0.9. Their average is
$1.9/3\approx0.633$. (The average of the logits would give 0.675, and the views without the image itself 0.5.)
Then the three networks that were trained on moved and mirrored pictures classify six views, one by one
and averaged. The average should lie above nearly all of its parts.
"""

# %% tags=["active-ipynb"]
# toy = tf.constant([[[[0.9, 0.1]]]])  # an image whose two pixels are the probabilities
# toy = test_time_average(lambda x: tf.math.log(x[:, 0, 0]), toy, [lambda x: x[..., ::-1], lambda x: x])
# print("three views that say 0.9, 0.1 and 0.9 are averaged to", np.round(toy[0], 3))
# assert np.allclose(toy[0], [1.9 / 3, 1.1 / 3], atol=1e-4), "probabilities are averaged, the image's own too"

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
# print(f"the images alone {last('moved and mirrored'):.1%}, averaged over six views {np.mean(averaged):.1%}")
# assert np.mean(averaged) > last("moved and mirrored"), "the average is better than the image alone"

# %% [markdown]
r"""
## Ensembles: why the average of many is better

Let $M$ networks, the members of an ensemble, answer $f_m(x)$ where $y$ is true, and let $\bar f$ be the
mean of their answers. For the squared error, the following holds exactly, at every $x$:

$$\underbrace{(\bar f-y)^2}_{\text{ensemble}}=
\underbrace{\frac1M\sum_m(f_m-y)^2}_{\text{average member}}-
\underbrace{\frac1M\sum_m(f_m-\bar f)^2}_{\text{ambiguity}}$$

For example, two members answer 0.9 and 0.5, and 1 is true. Their mean is 0.7. The average member's
error is $(0.01+0.25)/2=0.13$, the ambiguity $(0.04+0.04)/2=0.04$, and the ensemble's error $0.09$.

The ambiguity is never negative, so the ensemble is never worse than its average
member, and it gains exactly as much as the members disagree. The ambiguity does not
depend on $y$, so it can be measured on examples that nobody has labelled.

*A small step:* put $f_m-y=(f_m-\bar f)+(\bar f-y)$, square, and average over $m$.
What becomes of the mixed term?

<details><summary>Answer</summary>

It is $\frac2M(\bar f-y)\sum_m(f_m-\bar f)$, and the sum is 0 because $\bar f$ is the mean. What is
left says: average member = ambiguity + ensemble.

</details>

Now write the three terms for many examples at once.
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
        preds: what each member answers to each example; one member and one example at least.
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
**Prediction 2.** Is the average of the five networks without a brake better than the best of them?

*Write yours here, with the reason, before you run the next cell:*

Every probability of every test image is a number to predict, 1 for the right class and 0 for the
others. The two parts of each bar must reach the black mark exactly.
"""

# %% tags=["active-ipynb"]
# answers = np.array([tf.nn.softmax(logits(weights, x_test)) for weights in runs["no brake"][0]], dtype=float)
# truth, reached = np.eye(10)[y_test].ravel(), []
# figure, axes = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
# for m in range(1, 6):
#     error, average, ambiguity = ensemble_decomposition(answers[:m].reshape(m, -1), truth)
#     axes.bar(m, error, color="tab:blue", label="ensemble" if m == 1 else None)
#     axes.bar(m, ambiguity, bottom=error, color="white", edgecolor="tab:blue", hatch="//",
#              label="ambiguity" if m == 1 else None)
#     axes.plot([m - 0.45, m + 0.45], [average, average], color="black", linewidth=2.5,
#               label="average member" if m == 1 else None)
#     reached.append(np.isclose(error + ambiguity, average) and 0.03 < average < 0.07)
# axes.set(xlabel="members", ylabel="mean squared error", xticks=range(1, 6), ylim=(0, 0.085))
# axes.legend(ncols=3, loc="upper center")
# plt.show()
# singles = np.mean(answers.argmax(axis=2) == y_test, axis=1)
# together = np.mean(answers.mean(axis=0).argmax(axis=1) == y_test)
# print(f"test accuracy: members {', '.join(f'{one:.1%}' for one in singles)}; together {together:.1%}")
# print(f"the ambiguity is {ambiguity / average:.0%} of the average member's error")
# assert all(reached), "the two parts of each bar reach the black mark"
# assert together > singles.max(), "the ensemble is better than the best of its members"
# assert 0.08 < ambiguity / average < 0.25, "about a seventh of the error is ambiguity"

# %% [markdown]
r"""
**Prediction 2, answered.** The average is better than the best member. All five have learnt the same
wrong labels, but how each fills the space between the training pictures depends on its random start.
On new pictures they therefore disagree, and the ambiguity is about a seventh of the average
member's error. The cost is five trainings, and five answers for each picture.

## Noise at the input is a penalty

Add to each input a fresh noise $e$ with mean 0 and variance $\sigma^2$. What is the squared error
of a linear model on average over the noise? With one example and one feature, expand the square:

$$\mathbb E\big((x+e)w-y\big)^2=(xw-y)^2+2(xw-y)\,w\,\mathbb E[e]+w^2\,\mathbb E[e^2]$$

You know $\mathbb E[e]$ and $\mathbb E[e^2]$. Now do the same for $N$ examples $x_n$ of several
features and their mean squared error. The noise of each feature and of each example is independent
of all other. Which penalty appears, and where have you seen it?

*A small step:* each of the $N$ examples has noise of its own. Is the penalty divided by $N$?

<details><summary>Answer</summary>

No. Each example's squared error grows by the same amount on average, and the mean of $N$ equal
amounts is that amount. (Averaging over many examples makes the penalty less *random*, not smaller.)

</details>

For a nonlinear network the same holds approximately if the noise is small: the squared slope of the
function takes the place of the squared weights.
"""


# %%
def noise_as_tikhonov(
    X: Float64[np.ndarray, "examples features"],
    y: Float64[np.ndarray, "examples"],
    w: Float64[np.ndarray, "features"],
    sigma: float,
) -> float:
    """Return the expected mean squared error of a linear model whose inputs are noisy.

    Computes the linear case of Bishop, "Training with Noise is Equivalent to Tikhonov
    Regularization" (1995), https://doi.org/10.1162/neco.1995.7.1.108, in which it is exact.
    Compute it: do not draw any noise.

    Args:
        X: clean inputs.
        y: targets, which get no noise.
        w: the model's weights.
        sigma: the standard deviation of the noise in each feature, 0 or more.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(noise_as_tikhonov)

# %% [markdown]
r"""
Two linear models of the diabetes data: least squares and a ridge regression. Lines are
your formula; marks are measured, over 400 draws of noise for all examples. Least squares is better on
clean inputs, but its weights are large, so it is worse as soon as there is some noise. Training a linear
model on noisy inputs therefore *is* ridge regression with $\lambda=\sigma^2$.

Then noise of standard deviation 0.4 is added to the pictures that our network is trained on.
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
#     np.testing.assert_allclose(drawn, [noise_as_tikhonov(X, y, w, s) for s in sigmas], rtol=0.03)
# axes.set(xlabel="noise σ", ylabel="mean squared error")
# axes.legend(title="lines: formula, marks: drawn")
# plt.show()
# runs["noise"] = fit(change=lambda x, y: (x + 0.4 * tf.random.normal(tf.shape(x)), y))
# compare(["no brake", "noise"])

# %% [markdown]
r"""
## Weight sharing

Another brake is to have fewer weights, by using each in several places. A convolution of 5 places with a
kernel of 3 is a 5 × 7 matrix in which three numbers stand again and again:

$$W=\begin{pmatrix}k_0&k_1&k_2&&&&\\&k_0&k_1&k_2&&&\\&&k_0&k_1&k_2&&\\&&&k_0&k_1&k_2&\\&&&&k_0&k_1&k_2\end{pmatrix}$$

Let $g(i,j)$ be the number of the weight that stands at $(i,j)$, or $-1$ where there is
none and $W_{ij}$ is always 0. Suppose that the gradient $\partial L/\partial W$ of the loss $L$ is
known as if all entries were free. A weight $k_a$ acts in all of its places at once. What does the
chain rule say that $\partial L/\partial k_a$ is?

Two properties of NumPy are traps here.

*A small step:* does `gradient[groups] += dW` add up what comes at the same index? And what is
`gradient[-1]`?

<details><summary>Answer</summary>

It does not: it reads all old values, adds, and writes, so that of all entries with the same index
only the last one stays. `np.add.at` and `np.bincount` add up. And `gradient[-1]` is the *last*
entry, so that the places without a weight would be counted for the last weight.

</details>
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
            largest number that occurs is that of the last weight, and one occurs.

    Returns:
        The gradient of each weight; 0 for one that stands nowhere.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(tied_gradient)

# %% [markdown]
r"""
A convolution of a signal with a kernel of four, in twelve places. On the left: which weight stands
where. In the middle: the gradient as if all entries were free. On the right: your
result beside that of `tf.nn.conv1d` and a gradient tape.

Then two convolutions take the place of the full layers in our network, which is left with a tenth of
its 118,000 weights. What will become of the wrong labels?
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
# show_sharing(groups, dW_full, tied_gradient(dW_full, groups), by_tape)
# np.testing.assert_allclose(tied_gradient(dW_full, groups), by_tape, rtol=1e-6)

# %% tags=["active-ipynb"]
# CONVOLUTIONS = [(3, 3, 1, 16), (3, 3, 16, 16), (7 * 7 * 16, 10)]
# runs["shared weights"] = fit(shapes=CONVOLUTIONS)
# compare(["no brake", "shared weights"])
# counts = [sum(np.prod(shape) + shape[-1] for shape in shapes) for shapes in (DENSE, CONVOLUTIONS)]
# print(f"{counts[0]:,} weights, {last('no brake', 'wrong labels'):.0%} of the wrong labels learnt; "
#       f"{counts[1]:,} weights, {last('shared weights', 'wrong labels'):.0%}")
# assert last("shared weights", "wrong labels") > 0.5, "shared weights alone keep few wrong labels out"

# %% [markdown]
r"""
This brake alone hardly works here: most wrong labels are learnt. A tenth of the weights is still ten for
each of the 1,000 labels. Sharing tells the network something true about
pictures, namely that a pattern means the same wherever it stands. It does not limit what
can be learnt by heart.

## Mixup: half a coat

Show the network 0.7 of a coat and 0.3 of a bag, and ask for the probabilities 0.7 and 0.3:

$$\tilde x=\lambda x+(1-\lambda)x',\qquad\tilde y=\lambda y+(1-\lambda)y'$$

The partner $x'$ is another image of the batch: image `perm[i]` for image `i`. Each image has a
$\lambda$ of its own, drawn between 0 and 1. (It has nothing to do with $\lambda_1$ and $\lambda_2$
of the penalty.) Between two training examples the network now has to be straight, and a wrong label
is hardly ever seen undiluted.

*A small step:* $\lambda$ is `[batch]`, images are `[batch, height, width, channels]`. NumPy's and
TensorFlow's broadcasting pairs axes from the *end*. What does `lam * x` do if there are as many images
as channels?

<details><summary>Answer</summary>

It raises no error, and multiplies *channel* $c$ of every image by $\lambda_c$. So give $\lambda$
three more axes, of length 1, for images, and one more for labels.

</details>
"""


# %%
def mixup(
    x: Float[tf.Tensor, "batch height width channels"],
    y: Float[tf.Tensor, "batch classes"],
    lam: Float[tf.Tensor, "batch"],
    perm: Int[tf.Tensor, "batch"],
) -> tuple[Float[tf.Tensor, "batch height width channels"], Float[tf.Tensor, "batch classes"]]:
    """Mix each image and its label with another image and its label.

    Computes the equations of Zhang et al., "mixup: Beyond Empirical
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
A boot turns into a dress. Does each title say what you see? Then training on mixtures, with shares that
come from the Beta distribution with both parameters 8, so that most of them lie near ½.
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
# assert np.allclose(np.asarray(shares_of)[:6, 9], shares), "the boot's share falls from 1 to 0"
# assert np.allclose(mixed[0], x[0]) and np.allclose(mixed[5], x[6]), "from the boot alone to the dress alone"
#
#
# def mix(x, y, alpha=8.0):
#     one, other = tf.unstack(tf.random.gamma([2, len(x)], alpha))
#     return mixup(x, y, one / (one + other), tf.random.shuffle(tf.range(len(x))))
#
#
# runs["mixup"] = fit(change=mix)
# compare(["no brake", "mixup"])
# assert last("mixup", "wrong labels") < 0.45, "mixtures keep most wrong labels from being learnt"

# %% [markdown]
r"""
## An input pipeline: the order of its steps

The examples reach the network in batches, and the order of the steps on the way matters. From arrays to
batches with `tf.data`:

1. in training, *shuffle* examples, all of them, in another order each epoch;
2. *batch* them; the last batch may be smaller;
3. in training, *augment* a batch at a time, which is cheaper than one example at a time (measured below);
4. *prefetch*: prepare the next batch while this one is used.

In evaluation nothing is shuffled or augmented, and no example is lost. The same seed
gives the same orders in all epochs of a run.

*A small step:* `Dataset.shuffle(buffer)` does not see the whole set. It fills a buffer, gives out a
random one of those that it holds, and reads the next in its place. What is the earliest place to
which the last of 20,000 examples can come with a buffer of 1,000? And what is shuffled if `shuffle`
comes after `batch`?

<details><summary>Answer</summary>

It is read into the buffer when 19,000 examples have been given out, so it comes 19,001st at the
earliest. A shuffle is uniform only if the buffer holds *all* examples. After `batch` it is the
batches that are shuffled: the same examples stay together in every epoch.

</details>
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
        training: whether to shuffle, all examples and anew for each epoch, and to augment.
        seed: equal seeds give equal orders, different seeds different ones.
        augment: maps a batch's (x, y) to (x, y); None for no augmentation.

    Returns:
        A dataset of batches (x, y) whose last step prefetches. To go through it once is an
        epoch, which holds each example once.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(make_pipeline)

# %% [markdown]
r"""
At which place of an epoch does each of 200 examples come? In evaluation on the diagonal, in training
anywhere, and in each epoch somewhere else. Stripes or staircases mean that neighbours stay
together.

The printed times are those of an epoch of 1,000 pictures that `augment_batch` moves, in batches of
100 and, as if it could not do better, one by one.
"""

# %% tags=["active-ipynb"]
# def orders(pipeline, training, epochs=2, augment=None):
#     numbers = np.arange(200)
#     dataset = pipeline(numbers[:, None].astype("float32"), numbers, 16, training, 1, augment)
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
# assert all(np.array_equal(np.sort(order), shown[0]) for order in shown), "an epoch holds each example once"
# assert not np.array_equal(shown[1], shown[2]), "each epoch has an order of its own"
# assert np.array_equal(orders(make_pipeline, True), shown[1:]), "equal seeds give equal orders"
# marked, plain = (orders(make_pipeline, mode, 1, lambda x, y: (x, y + 200))[0] for mode in (True, False))
# assert marked.min() == 200 and plain.max() == 199, "training is augmented, evaluation is not"
# for size in (100, 1):
#     dataset = make_pipeline(x_train, y_train, size, True, 0, move_and_mirror)
#     begin = time.perf_counter()
#     for _ in dataset:
#         pass
#     print(f"augmented in batches of {size:3}: {time.perf_counter() - begin:.2f} s an epoch")

# %% [markdown]
r"""
### Find the silent bug

**A silent bug.** Somebody's pipeline, below, passes every test that its author thought of: each epoch
holds every example once, no two epochs have the same order, the seed makes it
repeatable, evaluation is left alone. On the author's own data it trained as well as
any. Now it is given a folder of pictures, in the order in which a folder lists them: all T-shirts,
then all trousers, and so on. A linear classifier learns from it, batch by batch, with right labels.
The lines are its test accuracy after every batch of eight epochs.

What happens at each tooth of the saw? Which number in the code is to blame, why did nobody notice, and
what should the number be? Use `orders` to look before you open the answer.

<details><summary>Answer</summary>

A buffer of 100 holds pictures of one class, or of two. So for the length of one class the
classifier sees little else, and learns to answer it everywhere: the accuracy falls by twenty or
thirty points within an epoch, and recovers only in part. The author's data were mixed already, so
that a shuffle that hardly moves anything did no harm. The number should be `len(x)`.
`orders(suspicious_pipeline, True)` shows a band along the diagonal: no example comes more than 100
places early.

</details>
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
# def linear_accuracy(dataset, epochs=8):
#     """Return the accuracy of a linear classifier on 2,000 test images, after each batch."""
#     W, accuracy = np.zeros((784, 10), "float32"), []
#     for _ in range(epochs):
#         for x, y in dataset:
#             error = tf.nn.softmax(x @ W).numpy() - np.eye(10)[y]
#             W -= 0.05 * np.asarray(x).T @ error / len(x)
#             accuracy.append(np.mean(np.argmax(x_test[:2000].reshape(-1, 784) @ W, axis=1) == y_test[:2000]))
#     return np.array(accuracy)

# %% tags=["active-ipynb"]
# by_class = np.argsort(y_right, kind="stable")
# found = {}
# plt.figure(figsize=(8, 3.4), layout="constrained")
# for pipeline, style in ((make_pipeline, "-"), (suspicious_pipeline, "--")):
#     dataset = pipeline(x_train[by_class].reshape(1000, 784), y_right[by_class], 20, True, 0)
#     found[pipeline.__name__] = linear_accuracy(dataset)
#     plt.plot(np.arange(1, 401) / 50, found[pipeline.__name__], style, label=pipeline.__name__)
# plt.xlabel("epoch")
# plt.ylabel("test accuracy")
# plt.ylim(0, 1)
# plt.legend(loc="lower right")
# plt.show()
# for name, accuracy in found.items():
#     low, high = accuracy[250:].min(), accuracy[250:].max()
#     print(f"{name:20} lowest in the last three epochs {low:.0%}, highest {high:.0%}")
# swing = {name: np.ptp(accuracy[250:]) for name, accuracy in found.items()}
# assert swing["suspicious_pipeline"] > 2 * swing["make_pipeline"], "the teeth of the saw"

# %% [markdown]
r"""
## A result: which brake works best?

Table 2 of Zhang et al. (2018) trains networks on CIFAR-10, of which 20, 50 or 80 % of
the labels are wrong, with nothing, with dropout, with mixup and with both. It gives
the test error of the best epoch and of the last, and the training error on the real and
the corrupted labels. Here is such a table for all of your brakes, in accuracies: means over
three networks (without a brake five). "Kept" is the epoch that `early_stopping` keeps.

**Prediction 3.** Which brake alone gives the highest accuracy at the end? Does any reach that of early
stopping, about 77 %?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def kept(log, what="validation loss"):
#     """Return the test accuracy of each network at the epoch that early stopping keeps."""
#     best = [early_stopping(losses.tolist(), patience=5)[1] for losses in log[what]]
#     return log["test"][np.arange(len(best)), best]
#
#
# print("                      test accuracy       training labels given back")
# print("                       last   kept            real    corrupted")
# for name, (_, log) in runs.items():
#     print(f"{name:20} {last(name):7.1%} {kept(log).mean():7.1%}"
#           f"{last(name, 'right labels'):15.1%} {last(name, 'wrong labels'):9.1%}")
# table = {name: log["test"][:, -1] for name, (_, log) in runs.items()}
# table |= {"stopped early": kept(runs["no brake"][1]), "moved, averaged views": averaged,
#           "five without brake": [together]}
# dots(table)
# stopped = table["stopped early"].mean()
# others = [last(name) for name in runs]
# print(f"stopped early {stopped:.1%}; the best of the others at the end {max(others):.1%}")
# assert max(others) < stopped + 0.01, "no brake beats early stopping clearly by its last epoch"
# assert all(0.72 < kept(log).mean() < 0.80 for _, log in runs.values()), "what is kept is about the same"

# %% [markdown]
r"""
**Prediction 3, answered.** Early stopping. At the epoch that it keeps, the network without any
brake has a higher test accuracy than each network that was trained to the end with a brake of
another kind. (The difference to the best of them is small, and on 10,000 test pictures and three
networks it is no proof. Nobody tuned the strengths of
the brakes either. Only moved pictures with six averaged views lie above it, and those are two
methods.) The column "kept" says more: with early stopping on top, all networks lie within a few
points of each other, braked or not. The reason is the order of learning that you saw at the
beginning. Most brakes delay the learning of wrong labels; if training stops before that, there is
little left for a brake to do. Shared weights alone delay it hardly at all.

## What the validation labels cost

Early stopping took the least computing, but it used something that no other brake did: 500 pictures
whose labels are *right*. Two questions decide whether that was cheap. Does it work with validation
labels of which three in ten are wrong, as in the training set? And what is a network worth that is
*trained* on these 500 right labels, and on nothing else, without any brake?

`make_pipeline` gives the batches for the second question.

*Write your guess here before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# spoilt = kept(runs["no brake"][1], "spoilt validation loss").mean()
# runs["500 right labels"] = fit(feed=lambda seed: make_pipeline(x_val, y_val, 100, True, seed))
# print(f"stopped by 500 right labels             {stopped:.1%}")
# print(f"stopped by 500 labels, 30 % of them wrong {spoilt:.1%}")
# print(f"trained on the 500 right labels alone   {last('500 right labels'):.1%}")
# assert abs(spoilt - stopped) < 0.04, "wrong validation labels do for early stopping"
# assert last("500 right labels") > stopped + 0.01, "500 right labels beat every brake"

# %% [markdown]
r"""
Early stopping hardly needs right labels: wrong ones raise the validation loss of every epoch, but
move its lowest point only a little, which costs about two points here. But it always needs examples that
are not trained on. If you do have
500 right labels, training on these alone is better than *any* brake on the 1,000 spoilt ones, early
stopping included. The brake that costs the least computing is the dearest in data. Before you
regularise, ask what a few hundred checked labels would cost.

## Everything together

The last network is made of your own parts only: `make_pipeline` feeds it pictures that
`augment_batch` moves, `test_time_average` asks for six views, and
`ensemble_decomposition` says what the average of three such networks gains.
"""

# %% tags=["active-ipynb"]
# trained, log = runs["pipeline, moved"] = fit(
#     feed=lambda seed: make_pipeline(x_train, y_train, 100, True, seed, augment=move_and_mirror)
# )
# answers = np.array([
#     test_time_average(lambda x: logits(weights, x), tf.constant(x_test), list(views.values())[1:])
#     for weights in trained
# ], dtype=float)
# error, average, ambiguity = ensemble_decomposition(answers.reshape(3, -1), truth)
# steps = {
#     "no brake": last("no brake"), "moved and mirrored": last("pipeline, moved"),
#     "and six views": np.mean(answers.argmax(axis=2) == y_test),
#     "and three networks": np.mean(answers.mean(axis=0).argmax(axis=1) == y_test),
# }
# print(*(f"{name:20} {value:.1%}" for name, value in steps.items()), sep="\n")
# print(f"squared error of three {error:.5f} = {average:.5f} of one - {ambiguity:.5f}")
# assert steps["and three networks"] > steps["moved and mirrored"] > steps["no brake"] + 0.07

# %% [markdown]
r"""
Each part adds something, without one right label.

**Explore.** Reach the highest accuracy that you can with the 1,000 spoilt labels and 40 epochs, by one
call of `fit`. Choose by the *validation* accuracy, which the cell prints, and look at the test
accuracy once, at the end. Which two brakes add up? Two strong ones together are often worse than
either: what do "right labels" say then? Try a lower dropout rate, a weaker penalty, larger shifts,
another `alpha` in `mix`, or dropout on the convolutions.
"""

# %% tags=["active-ipynb"]
# def drop_some(h, rate=0.3):
#     return inverted_dropout(h, rate, tf.random.uniform(tf.shape(h)), True)
#
#
# trained, log = fit(seeds=1, drop=drop_some, penalty=lambda weights: weight_penalty(weights, 0.0, 0.002))
# choice = np.mean(np.argmax(logits(trained[0], x_val), axis=1) == y_val)
# print(f"validation accuracy {choice:.1%}; right labels given back {log['right labels'][0, -1]:.1%}, "
#       f"wrong labels {log['wrong labels'][0, -1]:.1%}")
# # At the end, once: print(f"test accuracy {log['test'][0, -1]:.1%}")

# %% [markdown]
r"""
## What you have learnt

- A network learns first what many examples share and then what only one of them says. Most brakes
  work by delaying the second.
- Dropout, penalties, noise, augmentation and mixup act during training, each at another place. An
  ensemble and averaged views act on the answers, and leave what was learnt as it is.
- The ensemble's squared error is the average member's minus the ambiguity, exactly.
- Early stopping costs held-back examples. A few right labels can be worth more than any brake.
- Shuffle single examples, with a buffer that holds all of them, before they are put into batches.

Read on: Goodfellow, Bengio and Courville, [Deep Learning](https://www.deeplearningbook.org),
chapter 7; Zhang et al., ["Understanding deep learning requires rethinking
generalization"](https://arxiv.org/abs/1611.03530) (2017); Arpit et al., ["A Closer Look at
Memorization in Deep Networks"](https://arxiv.org/abs/1706.05394) (2017).
"""

# %% [markdown]
r"""
## In your own words

Which of your brakes keep the network from learning the wrong labels, and which leave it
as it is and improve the answer? Take one of each kind, and show it with numbers from this
notebook. How can an ensemble help at all, if all its members have learnt the same
wrong labels?
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
