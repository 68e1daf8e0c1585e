# %% [markdown]
r"""
# A network on coin flips

In 2016 five people took a network that recognised photographs, threw the labels away, rolled a
die for each image instead, and trained it again. It learned every single label. The same network,
the same optimiser, not a knob turned. By the books, what can learn *nothing* so perfectly is far too
rich a model, which is bound to overfit. And yet on the true labels it generalised.

**The question.** A network can memorise coin flips. Why, then, should it ever be right about
anything it has not seen?

In this chapter you find out what cannot be the answer: no learner is better than any other as such,
a small net suffices to memorise, gradient descent has no scruples about it, and the classical
bounds say nothing about such a net. Then you fly over its loss, and look at what happens beyond
the point at which everything can be fitted.

**Before you run anything**, write down your predictions:

1. One learner answers as the nearest example does; another always answers the opposite. Averaged
   over all conceivable truths, by how much is the first one better on new inputs?
2. Gradient descent, without any tricks, is shown 500 digits whose labels were rolled. Which share
   does it learn by heart, and how many times as many steps does it need as with the true labels?
3. You fit 200 digits by least squares on 20, 200 and 2,000 random features. Which of the three
   is worst on new digits, and which is best?
"""

# %%
from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction

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
## No free lunch

Let the world be as small as possible: inputs are $n$ bits, and the truth $f$ gives each of the
$2^n$ inputs a 0 or a 1. There are $2^{2^n}$ truths. A *learner* sees $f$ at a few inputs and
guesses it elsewhere. What counts is its *off-training-set* error: the share of inputs it has not
seen on which it guesses wrong. Averaged over truths that occur with weights $P(f)$, this is

$$\bar E=\frac{\sum_f P(f)\;\frac1{|U|}\sum_{x\in U}\,[h_f(x)\ne f(x)]}{\sum_f P(f)}$$

with $U$ the inputs not seen and $h_f$ what the learner made of $f$ where it did see.

A small step: let $n=1$, and let the learner see $f(0)$. Four truths are possible. A learner that
copies what it saw is wrong on which of them? And one that answers the opposite?
"""


# %%
def no_free_lunch(
    learner: Callable[
        [Int[np.ndarray, "seen bits"], Int[np.ndarray, "seen"], Int[np.ndarray, "new bits"]],
        Int[np.ndarray, "new"],
    ],
    n_bits: int,
    train_idx: list[int],
    prior: Callable[[Int[np.ndarray, "inputs"]], int] | None = None,
) -> Fraction:
    """Average a learner's off-training-set error over all targets, exactly.

    Computes Ē above, whose uniform case is that of Wolpert, "The Lack of A Priori
    Distinctions Between Learning Algorithms" (1996),
    https://doi.org/10.1162/neco.1996.8.7.1341.

    Args:
        learner: `learner(X, y, X2)` guesses the labels of the inputs X2 after it has
            seen the inputs X with their labels y. All are arrays of 0 and 1.
        n_bits: the inputs are all 2ⁿ rows of n bits, counted upwards: 00, 01, 10, 11.
        train_idx: which of them the learner sees, in this order. An input may be seen
            twice; at least one is not seen at all.
        prior: `prior(f)` is the weight of a target, a whole number; f holds its label
            for each of the inputs, in their order. All targets weigh the same by default.

    Returns:
        The mean error, as a fraction.
    """
    ### BEGIN SOLUTION
    X = np.array(list(itertools.product([0, 1], repeat=n_bits)))
    unseen = [i for i in range(len(X)) if i not in train_idx]
    wrong = total = 0
    for labels in itertools.product([0, 1], repeat=len(X)):
        f = np.array(labels)
        weight = 1 if prior is None else prior(f)
        guesses = learner(X[train_idx], f[train_idx], X[unseen])
        wrong += weight * int(np.sum(guesses != f[unseen]))
        total += weight * len(unseen)
    return Fraction(wrong, total)
    ### END SOLUTION


# %% [markdown]
r"""
Three learners in three worlds of three bits, each of which has seen the same five inputs of eight.
In the first world all 256 truths are alike. In the second, a truth is twice as likely for each pair
of neighbours (inputs that differ in one bit) that have the same label: nature is smooth. In the
third, for each pair that has *not*. If your bars of the first world do not all end exactly at one
half, something is wrong with them.
"""

# %% tags=["active-ipynb"]
# def nearest(X, y, X2):
#     """Answer as the nearest example does."""
#     return y[np.abs(X2[:, None] - X).sum(axis=2).argmin(axis=1)]
#
#
# def contrarian(X, y, X2):
#     """Answer the opposite of the nearest example."""
#     return 1 - nearest(X, y, X2)
#
#
# def majority(X, y, X2):
#     """Answer as most examples do."""
#     return np.full(len(X2), int(2 * y.sum() > len(y)))
#
#
# PAIRS = [(i, i ^ bit) for i in range(8) for bit in (1, 2, 4) if not i & bit]
# worlds = {
#     "all truths alike": None,
#     "smooth truths": lambda f: 2 ** sum(int(f[i] == f[j]) for i, j in PAIRS),
#     "rugged truths": lambda f: 2 ** sum(int(f[i] != f[j]) for i, j in PAIRS),
# }
# plt.figure(figsize=(8, 3.6), layout="constrained")
# for k, (learner, hatch) in enumerate([(nearest, ""), (majority, "//"), (contrarian, "..")]):
#     errors = [no_free_lunch(learner, 3, [0, 1, 3, 5, 6], prior) for prior in worlds.values()]
#     places = np.arange(3) + 0.27 * (k - 1)
#     bars = plt.bar(places, [float(e) for e in errors], 0.24, hatch=hatch, edgecolor="white",
#                    label=learner.__name__)
#     plt.bar_label(bars, [f"{float(e):.3f}" for e in errors], fontsize=8)
#     print(f"{learner.__name__:10}", "in the world of all truths:", errors[0])
# plt.axhline(0.5, color="black", linewidth=0.8, linestyle="--")
# plt.xticks(range(3), worlds)
# plt.ylabel("off-training-set error")
# plt.ylim(0, 1.05)
# plt.legend(ncols=3, loc="upper left")
# plt.show()

# %% [markdown]
r"""
So the first prediction is settled: by nothing at all. In a world where every truth is as likely as
every other, what was seen says nothing about what was not. To prefer one learner is to bet on the
kind of world, and all that follows is about which bets a network makes.

## Bias and variance

Now one truth, and noise. The inputs are the rows of $X$, the truth at them is the vector $f$, and
we observe $y=f+\varepsilon$, independent noise of mean 0 and variance $\sigma^2$. Ridge
regression's fitted values are linear in $y$:

$$\hat y=Sy,\qquad S=X\,(X^\top X+\lambda I)^{-1}X^\top.$$

How far will they be from *fresh* observations at the same inputs, on average over all noise, old
and new? Put $y=f+\varepsilon$ in, and the mean square falls into three parts:

$$\underbrace{\tfrac1N\lVert(I-S)f\rVert^2}_{\text{bias}^2}
+\underbrace{\tfrac{\sigma^2}{N}\operatorname{tr}(SS^\top)}_{\text{variance}}
+\underbrace{\sigma^2}_{\text{noise}}$$

A small step: what are the three if $S=I$, as for a learner that memorises? What if $S=0$?
"""


# %%
def bias_variance(
    X: Float64[np.ndarray, "examples features"], f: Float64[np.ndarray, "examples"], sigma: float, lam: float
) -> tuple[float, float, float]:
    """Split the expected squared error of ridge regression into its three parts.

    Computes the decomposition above, equation (7.11) of Hastie, Tibshirani and Friedman,
    "The Elements of Statistical Learning" (2009), https://hastie.su.domains/ElemStatLearn,
    averaged over the inputs.

    Args:
        X: the inputs; their features, without an intercept. Left as it is.
        f: the truth at the inputs. Left as it is.
        sigma: the standard deviation of the noise.
        lam: λ as it stands in S.

    Returns:
        The squared bias, the variance and the noise.
    """
    ### BEGIN SOLUTION
    N, D = X.shape
    S = X @ np.linalg.solve(X.T @ X + lam * np.eye(D), X.T)
    bias2 = np.sum((f - S @ f) ** 2) / N
    var = sigma**2 * np.sum(S**2) / N
    return bias2, var, sigma**2
    ### END SOLUTION


# %% [markdown]
r"""
Forty points on a curve and 35 features. The lines are your formula, for λ from "fits nearly all" to
"fits nearly nothing"; the marks are a Monte Carlo estimate: 2,000 times new noise, a new fit, and
the mean and spread of the fits. Each mark must sit on its line, and the sum must have the shape of
a U.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# t = np.sort(rng.uniform(0, 1, 40))
# X = np.stack([np.cos(np.pi * k * t) for k in range(35)], axis=1)
# f, sigma = np.exp(-3 * t) * np.sin(9 * t) * 2, 0.5
# lams = np.geomspace(1e-4, 1e3, 60)
# parts = np.array([bias_variance(X, f, sigma, lam) for lam in lams])
# plt.figure(figsize=(7.5, 4), layout="constrained")
# styles = [("bias²", ":"), ("variance", "--"), ("noise", "-.")]
# lines = [plt.semilogx(lams, part, style, label=name)[0] for part, (name, style) in zip(parts.T, styles)]
# plt.semilogx(lams, parts.sum(axis=1), "k-", linewidth=2, label="sum")
# for lam in np.geomspace(1e-4, 1e3, 8):
#     y = f + sigma * rng.normal(size=(2000, 40))
#     fits = y @ X @ np.linalg.inv(X.T @ X + lam * np.eye(35)) @ X.T
#     fresh = f + sigma * rng.normal(size=fits.shape)
#     plt.plot(lam, np.mean((fits.mean(axis=0) - f) ** 2), "o", color=lines[0].get_color())
#     plt.plot(lam, np.mean(fits.var(axis=0)), "s", color=lines[1].get_color())
#     plt.plot(lam, np.mean((fits - fresh) ** 2), "kx", markersize=8)
# plt.xlabel("λ")
# plt.ylabel("mean square")
# plt.ylim(0, None)
# plt.legend()
# plt.show()

# %% [markdown]
r"""
This U is what most textbooks know of generalisation: make the model neither too rich nor too poor.
Remember it; at the end of the chapter we walk on from its rich end, the left one here.

## Any labels at all

How rich is a network? Zhang and his colleagues answer in half a page. Project the $N$ examples onto
some direction $a$, so that each is a number $z_i=a\cdot x_i$, and let

$$c(x)=\sum_{j=1}^N w_j\,\max(a\cdot x-b_j,\,0)$$

If the kinks are interleaved with the numbers in ascending order, $b_1<z_1\le b_2<z_2\le\dots\le
b_N<z_N$, then the first example reaches the first unit only, the second one the first two, and so
on: the equations $c(x_i)=y_i$ are *triangular*, with nothing but positive numbers on the diagonal.
So they have a solution, whatever the labels are. That is $N$ kinks, $N$ weights and the $D$ numbers
in $a$.

A small step: three examples with $z=(2,0,1)$. Choose the kinks, and write the three equations down
in an order in which each has one unknown more than the last.
"""


# %%
def interpolate_two_layer(
    X: Float64[np.ndarray, "examples inputs"],
    y: Float64[np.ndarray, "examples"],
    a: Float64[np.ndarray, "inputs"],
) -> tuple[Float64[np.ndarray, "examples"], Float64[np.ndarray, "examples"]]:
    """Find a two-layer network of one relu per example that fits any labels.

    Computes theorem 1 (appendix C) of Zhang et al., "Understanding deep learning
    requires rethinking generalization" (2017), https://arxiv.org/abs/1611.03530.

    Args:
        X: the examples, in any order.
        y: their labels, any numbers.
        a: the direction, such that no two examples have the same a · x. All three are
            left as they are.

    Returns:
        w and b, one number per hidden unit, such that Σⱼ wⱼ max(a · xᵢ - bⱼ, 0) is yᵢ
        for every example.
    """
    ### BEGIN SOLUTION
    z = np.sort(X @ a)
    b = np.append(z[0] - 1, z[:-1])
    hidden = np.maximum((X @ a)[:, None] - b, 0)
    return np.linalg.solve(hidden, y), b
    ### END SOLUTION


# %% [markdown]
r"""
Thirty points of ten inputs with labels tossed by a coin. The network is a line with thirty kinks
over $a\cdot x$; it must meet every mark. What it says in between, nobody has asked.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# X, y, a = rng.normal(size=(30, 10)), rng.choice([-1.0, 1.0], size=30), rng.normal(size=10)
# w, b = interpolate_two_layer(X, y, a)
# z = X @ a
# ticks = np.linspace(z.min() - 1, z.max() + 1, 2000)
# plt.figure(figsize=(9, 3), layout="constrained")
# plt.plot(ticks, np.maximum(ticks[:, None] - b, 0) @ w, linewidth=1)
# plt.plot(z[y > 0], y[y > 0], "o", color="black", label="heads")
# plt.plot(z[y < 0], y[y < 0], "s", color="black", fillstyle="none", label="tails")
# plt.xlabel("$a\\cdot x$")
# plt.ylabel("network")
# plt.ylim(-1.4, 2.2)
# plt.legend(loc="upper left", ncols=2)
# plt.show()
# fit = np.maximum(z[:, None] - b, 0) @ w
# print(f"{2 * 30 + 10} weights; the largest error is {np.abs(fit - y).max():.0e}")

# %% [markdown]
r"""
## … and gradient descent finds them

That weights exist need not mean that training finds them; perhaps gradient descent shrinks from
such contortions. Try. The network has one hidden layer,

$$\text{logits}=\max(xW_1+b_1,\,0)\,W_2+b_2,$$

the loss is the mean of $-\log\operatorname{softmax}(\text{logits})_y$ over all examples, and each
step goes down the gradient of all of them, $\theta\leftarrow\theta-\eta\,\partial
L/\partial\theta$. No weight decay, no augmentation, no early stop.

300 steps are 300 times the same computation: put one into a `tf.function`, and it is traced once.
Without it, expect to wait several times as long.
"""


# %%
def memorise_random_labels(
    x: Float[tf.Tensor, "examples inputs"],
    y: Int[tf.Tensor, "examples"],
    weights: list[Float[tf.Tensor, "..."]],
    steps: int,
    lr: float,
) -> tuple[Float[tf.Tensor, "steps"], list[Float[tf.Tensor, "..."]]]:
    """Train a network of one hidden layer by gradient descent on all examples at once.

    The experiment of section 2 and figure 1 of Zhang et al., "Understanding deep
    learning requires rethinking generalization" (2017), https://arxiv.org/abs/1611.03530,
    on a smaller network.

    Args:
        x: the examples.
        y: their classes, true or rolled.
        weights: W1 [inputs, hidden], b1 [hidden], W2 [hidden, classes] and b2 [classes] to
            start from. All are trained.
        steps: how many steps to take.
        lr: η, the learning rate.

    Returns:
        The loss just before each step, and the four weights after the last.
    """
    ### BEGIN SOLUTION
    variables = [tf.Variable(weight) for weight in weights]

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            W1, b1, W2, b2 = variables
            logits = tf.nn.relu(x @ W1 + b1) @ W2 + b2
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
            loss = tf.reduce_mean(losses)
        for variable, gradient in zip(variables, tape.gradient(loss, variables)):
            variable.assign_sub(lr * gradient)
        return loss

    history = [step() for _ in range(steps)]
    return tf.stack(history), [tf.identity(variable) for variable in variables]
    ### END SOLUTION


# %% [markdown]
r"""
Figure 1a of Zhang et al., in small: 500 digits, five ways. *True labels*; *random labels*, rolled;
*shuffled pixels*, the same permutation in all images; *random pixels*, another one in each; and
*noise* in place of images. Every curve has to come down to almost nothing; those of the true labels
and of the shuffled pixels do so first, and together: this network has no idea which pixels are
neighbours.
"""

# %% tags=["active-ipynb"]
# def pixels(split):
#     """Return images as vectors, about standardised."""
#     return ((split["image"].reshape(len(split["image"]), -1) - 4.9) / 6.0).astype(np.float32)
#
#
# def fresh_weights(rng, width=256):
#     """Draw a network's weights, by He's scheme."""
#     return [
#         tf.constant(value, tf.float32) for value in (
#             rng.normal(size=(64, width)) * np.sqrt(2 / 64), np.zeros(width),
#             rng.normal(size=(width, 10)) * np.sqrt(2 / width), np.zeros(10),
#         )
#     ]
#
#
# def accuracy(weights, x, y):
#     W1, b1, W2, b2 = weights
#     return np.mean(np.argmax(tf.nn.relu(x @ W1 + b1) @ W2 + b2, axis=1) == y)
#
#
# digits, unseen = load("digits"), load("digits", split="test")
# images, labels = pixels(digits)[:500], digits["label"][:500]
# rng = np.random.default_rng(0)
# rolled = rng.integers(0, 10, size=500)
# versions = {
#     "true labels": (images, labels),
#     "shuffled pixels": (images[:, rng.permutation(64)], labels),
#     "random labels": (images, rolled),
#     "random pixels": (rng.permuted(images, axis=1), labels),
#     "noise": (rng.normal(size=images.shape).astype(np.float32), labels),
# }
# trained = {}
# plt.figure(figsize=(8, 4), layout="constrained")
# for (name, (x, y)), style in zip(versions.items(), ("-", "--", ":", "-.", (0, (1, 3)))):
#     history, trained[name] = memorise_random_labels(
#         tf.constant(x), tf.constant(y, tf.int32), fresh_weights(np.random.default_rng(1)), 800, 0.3
#     )
#     color = "black" if name == "noise" else None
#     plt.plot(history, linestyle=style, linewidth=2, color=color, label=name)
#     print(f"{name:16}: {accuracy(trained[name], x, y):6.1%} of the training labels by heart; "
#           f"loss below 0.3 after {np.argmax(np.array(history) < 0.3)} steps")
# plt.ylim(0, 3)
# plt.xlabel("step")
# plt.ylabel("training loss")
# plt.legend()
# plt.show()
# for name in ("true labels", "random labels"):
#     right = accuracy(trained[name], pixels(unseen), unseen["label"])
#     print(f"trained on {name}, {right:.1%} of unseen digits are recognised")

# %% [markdown]
r"""
All of the rolled labels, in some fifty times as many steps: that is the second prediction. (For the
networks of the paper it was a small factor.) The same network, the same algorithm, the same number of
weights; all labels learned by heart both times. But one of the two recognises new
digits, and the other does not. So whatever explains
generalisation, it cannot be a property of the network alone, nor of the optimiser alone.

### Find the silent bug

Somebody has repeated the experiment with mini-batches from a `tf.data.Dataset`, and reports that it
does not replicate: a network of 256 units, they say, *cannot* memorise random labels, the loss
stays at that of guessing. They have checked that the labels are random and that the network learns
true labels well. Nothing fails. Which line did they not think about, and how would you have noticed
from the loss?
"""

# %% tags=["active-ipynb"]
# def dataset(random_labels):
#     data = tf.data.Dataset.from_tensor_slices((images, labels.astype(np.int32)))
#     if random_labels:
#         data = data.map(lambda x, y: (x, tf.random.uniform([], 0, 10, tf.int32)))
#     return data.shuffle(500, seed=0).batch(100).repeat(100)
#
#
# def train(data, lr=0.1):
#     tf.random.set_seed(0)
#     variables = [tf.Variable(value) for value in fresh_weights(np.random.default_rng(1))]
#
#     @tf.function
#     def step(x, y):
#         with tf.GradientTape() as tape:
#             W1, b1, W2, b2 = variables
#             logits = tf.nn.relu(x @ W1 + b1) @ W2 + b2
#             loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
#         for variable, gradient in zip(variables, tape.gradient(loss, variables)):
#             variable.assign_sub(lr * gradient)
#         return loss
#
#     return [step(x, y).numpy() for x, y in data]
#
#
# plt.figure(figsize=(7, 3.2), layout="constrained")
# for random_labels, style in ((False, "-"), (True, ":")):
#     losses = train(dataset(random_labels))
#     plt.plot(losses, style, label="random labels" if random_labels else "true labels")
# plt.axhline(np.log(10), color="0.6", linewidth=0.8)
# plt.text(500, np.log(10) - 0.2, "guessing, ln 10", color="0.4", ha="right")
# plt.xlabel("step")
# plt.ylabel("loss of the batch")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## Directions to fly in

What do the two minima look like, the one of the true labels and the one of the rolled ones? A
network of 19,210 weights has a loss over 19,210 dimensions, of which one can see two: choose two
random directions, and plot $L(\theta+\alpha d_1+\beta d_2)$.

There is a catch. Multiply $W_1$ and $b_1$ by 4 and divide $W_2$ by 4: a relu network computes
exactly what it did. But a step of length 1 is now small for $W_1$ and enormous for $W_2$, and the
same minimum looks sharper or flatter than it is. The remedy of Li and his colleagues is *filter
normalisation*: give every filter of a random direction the length that this filter has in the
network,

$$d_{i}\leftarrow\frac{d_{i}}{\lVert d_{i}\rVert}\,\lVert\theta_{i}\rVert .$$

A *filter* is all that feeds one output: a column of a dense kernel, and all but the last axis of a
convolution's. Whatever has one axis only, as biases and the parameters of batch normalisation,
stays where it is: its direction is 0.
"""


# %%
def filter_normalised_direction(
    weights: list[Float[tf.Tensor, "*axes outputs"]], noise: list[Float[tf.Tensor, "*axes outputs"]]
) -> list[Float[tf.Tensor, "*axes outputs"]]:
    """Scale a random direction to a network, filter by filter.

    Section 4 of Li et al., "Visualizing the Loss Landscape of Neural Nets" (2018),
    https://arxiv.org/abs/1712.09913.

    Args:
        weights: kernels [inputs, outputs] of dense layers, [*window, inputs, outputs] of
            convolutions, and vectors [outputs].
        noise: random numbers, of the same shapes. Both lists are left as they are.

    Returns:
        The direction, of the same shapes; 0 for vectors.
    """
    ### BEGIN SOLUTION
    direction = []
    for theta, d in zip(weights, noise):
        if len(theta.shape) < 2:
            direction.append(tf.zeros_like(d))
        else:
            axes = list(range(len(theta.shape) - 1))
            own, length = (tf.sqrt(tf.reduce_sum(one**2, axes)) for one in (theta, d))
            direction.append(d / length * own)
    return direction
    ### END SOLUTION


# %% [markdown]
r"""
Does it work? One network, trained on true labels, is written down three times: as it is, and with
the first layer multiplied and the second divided by 4, and by ¼. All three compute the same. On the
left is the loss along one and the same plain random direction: three minima of very different
widths. On the right, after your normalisation, the three curves must lie on each other.
"""

# %% tags=["active-ipynb"]
# x, y = tf.constant(images), tf.constant(labels, tf.int32)
#
#
# def loss_of(weights, y=y):
#     W1, b1, W2, b2 = weights
#     logits = tf.nn.relu(x @ W1 + b1) @ W2 + b2
#     return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
#
#
# rng = np.random.default_rng(3)
# noise = [tf.constant(rng.normal(size=weight.shape), tf.float32) for weight in trained["true labels"]]
# reach = np.linspace(-1, 1, 61)
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.6), sharey=True, layout="constrained")
# for c, style, width in ((0.25, ":", 6), (1, "-", 3), (4, "--", 1.5)):
#     W1, b1, W2, b2 = trained["true labels"]
#     same = [c * W1, c * b1, W2 / c, b2]
#     plain = [0.1 * d if len(d.shape) > 1 else 0 * d for d in noise]
#     for axes, direction in ((left, plain), (right, filter_normalised_direction(same, noise))):
#         curve = [loss_of([w + float(s) * d for w, d in zip(same, direction)]) for s in reach]
#         axes.plot(reach, curve, style, linewidth=width, label=f"first layer × {c:g}")
# left.set(title="random direction", xlabel="α", ylabel="loss", ylim=(0, 2))
# right.set(title="filter-normalised", xlabel="α")
# left.legend(loc="upper center")
# plt.show()

# %% [markdown]
r"""
## Fly

A network's weights live in variables, and its loss is computed from them. To see it elsewhere, put
other values into the variables, compute, and in the end put back what was there, exactly: a picture
should not change what it shows. (Why is it not enough to subtract what was added?)
"""


# %%
def loss_surface(
    loss: Callable[[], Float[tf.Tensor, ""]],
    theta: list[tf.Variable],
    d1: list[Float[tf.Tensor, "..."]],
    d2: list[Float[tf.Tensor, "..."]],
    a: Float[tf.Tensor, "rows"],
    b: Float[tf.Tensor, "columns"],
) -> Float[np.ndarray, "rows columns"]:
    """Evaluate the loss on a plane through the weights.

    Computes L(θ + α d₁ + β d₂), equation (1) and section 3 of Li et al., "Visualizing the
    Loss Landscape of Neural Nets" (2018), https://arxiv.org/abs/1712.09913.

    Args:
        loss: `loss()` is the loss at the values that the variables now have.
        theta: the network's variables. They have their values again, to the last bit,
            when the function returns.
        d1, d2: two directions, with an array for each variable.
        a: the steps α along d1.
        b: the steps β along d2.

    Returns:
        The losses: a row for each α, a column for each β.
    """
    ### BEGIN SOLUTION
    start = [tf.identity(variable) for variable in theta]
    surface = np.empty((len(a), len(b)))
    for i, j in np.ndindex(surface.shape):
        for variable, centre, p, q in zip(theta, start, d1, d2):
            variable.assign(centre + a[i] * p + b[j] * q)
        surface[i, j] = loss()
    for variable, centre in zip(theta, start):
        variable.assign(centre)
    return surface
    ### END SOLUTION


# %% [markdown]
r"""
The two minima, seen in the same two directions (normalised to each), with the same levels. On the
left is the network that learned 500 true labels, on the right the one that learned 500 rolled ones.
The cross marks the weights that training found; if it does not lie at the bottom, look again. Each
number is a loss. Whose labels survive a push to the weights?
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(5)
# steps_a, steps_b = np.linspace(-1, 1, 41, dtype=np.float32), np.linspace(-1, 1, 45, dtype=np.float32)
# noises = [[tf.constant(rng.normal(size=w.shape), tf.float32) for w in fresh_weights(rng)] for _ in range(2)]
# figure, panels = plt.subplots(1, 2, figsize=(9.5, 4.6), sharey=True, layout="constrained")
# levels, shades = [0.03, 0.1, 0.3, 1, 2, 4, 8], plt.cm.viridis(np.linspace(0, 0.75, 7))
# for axes, name in zip(panels, ("true labels", "random labels")):
#     targets = tf.constant(versions[name][1], tf.int32)
#     theta = [tf.Variable(weight) for weight in trained[name]]
#     d1, d2 = (filter_normalised_direction(theta, one) for one in noises)
#     at = tf.function(lambda: loss_of(theta, targets))
#     surface = loss_surface(at, theta, d1, d2, tf.constant(steps_a), tf.constant(steps_b))
#     lines = axes.contour(steps_b, steps_a, np.log(surface), np.log(levels), colors=shades)
#     axes.clabel(lines, fmt=lambda value: f"{np.exp(value):.2g}", fontsize=9)
#     axes.plot(0, 0, "k+", markersize=12)
#     axes.set(title=f"{name}; loss {at().numpy():.3f} at the cross", xlabel="β", aspect="equal")
# panels[0].set_ylabel("α")
# plt.show()

# %% [markdown]
r"""
Both networks were trained until they made no mistake, and both sit in a bowl. But that of the
rolled labels is a well: memorised labels lie close to being forgotten. It is tempting to call
flatness the cause of generalisation. The pair of pictures before this one says why to be careful:
how flat a minimum is depends on how one measures.

## What can be promised

All of this was observation. What can be *proved*, for any distribution of examples? For one
classifier, chosen before the $m$ examples are drawn, Hoeffding's inequality: with probability
$1-\delta$ at least, its error on the sample differs from its true error by no more than

$$\varepsilon=\sqrt{\frac{\ln(2/\delta)}{2m}}.$$

For a classifier that is chosen from a finite class $H$ *after* seeing the examples, the promise
must hold for all of $H$ at once. The probabilities of failing add up, which puts $\delta/|H|$ in
the place of $\delta$:

$$\varepsilon=\sqrt{\frac{\ln|H|+\ln(2/\delta)}{2m}}.$$

For an infinite class, count what it does instead of what it is. Sauer's lemma: a class of
Vapnik–Chervonenkis dimension $d$ realises at most

$$\tau(m)=\sum_{i=0}^{d}\binom mi$$

of the $2^m$ labellings of $m$ points. With this count, Vapnik and Chervonenkis prove that

$$\varepsilon=\sqrt{\frac8m\,\ln\frac{4\,\tau(2m)}{\delta}}$$

(the $2m$ are the sample and a second one, which stands in for the truth).
"""


# %%
def generalisation_bounds(
    kind: str, m: int, delta: float, size: int | None = None, d: int | None = None
) -> float:
    """Return one of the numbers of the theory of generalisation.

    Hoeffding, "Probability Inequalities for Sums of Bounded Random Variables" (1963),
    https://doi.org/10.1080/01621459.1963.10500830, theorem 2; Sauer, "On the density of
    families of sets" (1972), https://doi.org/10.1016/0097-3165(72)90019-2; Vapnik and
    Chervonenkis, "On the Uniform Convergence of Relative Frequencies of Events to Their
    Probabilities" (1971), https://doi.org/10.1137/1116025, theorem 2, as theorem 2.5 of
    Abu-Mostafa, Magdon-Ismail and Lin, "Learning From Data" (2012).

    Args:
        kind: "hoeffding", "finite" or "vc" for the ε above; "sauer" for τ(m).
        m: the number of examples.
        delta: the probability with which ε may be exceeded.
        size: |H|, for "finite": a whole number, perhaps far too large for a float.
        d: the Vapnik–Chervonenkis dimension, for "sauer" and "vc"; perhaps more than m.
    """
    ### BEGIN SOLUTION
    if kind == "hoeffding":
        return math.sqrt(math.log(2 / delta) / (2 * m))
    if kind == "finite":
        return math.sqrt((math.log(size) + math.log(2 / delta)) / (2 * m))
    points = m if kind == "sauer" else 2 * m
    count = sum(math.comb(points, i) for i in range(d + 1))
    if kind == "sauer":
        return float(count)
    return math.sqrt(8 / m * (math.log(4 / delta) + math.log(count)))
    ### END SOLUTION


# %% [markdown]
r"""
Left, what the ε are worth, for $\delta=0.05$. The dots are an experiment: a classifier that is
right in half of all cases is tried on $m$ examples, 10,000 times, and 95 % of the errors measured
are within this distance of the true one. They must lie below Hoeffding's line, and not far. The
other two lines are for choosing among all hyperplanes, and among all networks of our size in
float32. Above the dotted line, ε says that two numbers between 0 and 1 differ by less than
something above 1. Right, Sauer's count for $d=2$ against all labellings that intervals on a line
realise, counted one by one: it is attained.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# sizes = np.unique(np.geomspace(10, 1e8, 40).astype(int))
# figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained", width_ratios=[3, 2])
# network_bits = 32 * sum(int(np.prod(w.shape)) for w in trained["true labels"])
# curves = {
#     "one classifier, chosen before (Hoeffding)": ("-", "hoeffding", {}),
#     "a hyperplane over 64 pixels ($d=65$)": ("--", "vc", {"d": 65}),
#     f"our network, of $2^{{{network_bits}}}$ functions": ("-.", "finite", {"size": 2**network_bits}),
# }
# for name, (style, kind, settings) in curves.items():
#     eps = [generalisation_bounds(kind, int(m), 0.05, **settings) for m in sizes]
#     left.loglog(sizes, eps, style, linewidth=2, label=name)
# tries = np.array([10, 30, 100, 300, 1000, 10**4, 10**5])
# off = [np.quantile(np.abs(rng.binomial(m, 0.5, 10000) / m - 0.5), 0.95) for m in tries]
# left.loglog(tries, off, "ko", markersize=5, label="measured, 95 % of 10,000")
# left.axhline(1, color="black", linewidth=0.8, linestyle=(0, (2, 4)))
# left.text(1e8, 1.1, "above, a promise of nothing", ha="right", color="0.3")
# left.set(xlabel="examples m", ylabel="ε", ylim=(1e-3, 1e3))
# left.legend(fontsize=8)
#
# points = np.arange(1, 13)
# sauer = [generalisation_bounds("sauer", int(m), 0.05, d=2) for m in points]
#
#
# def realised(m):
#     """Count the labellings of m points on a line that have all positive points between i and j."""
#     return len({tuple(i <= k < j for k in range(m)) for i in range(m + 1) for j in range(m + 1)})
#
#
# intervals = [realised(m) for m in points]
# right.semilogy(points, 2.0**points, ":", label="$2^m$, all there are")
# right.semilogy(points, sauer, "-", label="$τ(m)$ for $d=2$")
# right.semilogy(points, intervals, "ko", fillstyle="none", label="intervals, counted")
# right.set(xlabel="points m", ylabel="labellings")
# right.legend()
# plt.show()
# print(f"597 test images: within {generalisation_bounds('hoeffding', 597, 0.05):.3f} of the true error;")
# promise = generalisation_bounds("finite", 500, 0.05, 2**network_bits)
# print(f"our network on 500 training images: within {promise:.1f}")

# %% [markdown]
r"""
A test set is worth what Hoeffding says, as long as nobody has looked at it before. For the network,
counting promises nothing, and it never could. Digits with rolled labels are examples of a
distribution like any other. There the class contains a network whose error is 0 on the training set
and nine in ten in truth, and a bound that holds for all distributions, and for all networks of this
size at once, must leave room for it.

## Beyond interpolation

So back to the U, and out of it. Random features make the richness of a model a knob: with $W$ and
$b$ drawn once and never trained,

$$\varphi_p(x)=\big(\max(x\cdot W_1+b_1,0),\ \dots,\ \max(x\cdot W_p+b_p,0)\big),$$

least squares fits $p$ weights $v$ to $N$ examples. Up to $p=N$ one gets what the U foretells: the
better it fits the training set, the worse it gets. At $p=N$ there is just one $v$ that fits
everything, and it is horrible. Beyond, there are infinitely many. Least squares takes the
*shortest*, which is also where gradient descent from 0 ends:

$$v=\arg\min\lVert v\rVert\quad\text{among all }v\text{ that minimise }\lVert\Phi v-y\rVert.$$
"""


# %%
def double_descent(
    X_train: Float64[np.ndarray, "examples inputs"],
    y_train: Float64[np.ndarray, "examples"],
    X_test: Float64[np.ndarray, "tests inputs"],
    y_test: Float64[np.ndarray, "tests"],
    W: Float64[np.ndarray, "inputs features"],
    b: Float64[np.ndarray, "features"],
    widths: list[int],
) -> Float64[np.ndarray, "widths"]:
    """Measure the test error of least squares on more and more random features.

    The experiment of section 2 of Belkin et al., "Reconciling modern machine-learning practice
    and the classical bias–variance trade-off" (2019), https://arxiv.org/abs/1812.11118, with
    relu in the place of Fourier features.

    Args:
        X_train, y_train: the examples to fit.
        X_test, y_test: those to measure the error on.
        W, b: weights and biases of all features there are.
        widths: for each p of these, the first p features are used, and no intercept.

    Returns:
        The mean squared error on the test set, for each of the widths, of the shortest
        weights that fit best.
    """
    ### BEGIN SOLUTION
    errors = []
    for p in widths:
        train, test = (np.maximum(X @ W[:, :p] + b[:p], 0) for X in (X_train, X_test))
        v = np.linalg.lstsq(train, y_train)[0]
        errors.append(np.mean((test @ v - y_test) ** 2))
    return np.array(errors)
    ### END SOLUTION


# %% [markdown]
r"""
Patients with diabetes, ten measurements each; how far did the disease progress within a year? With
64 of them to learn from, here are ten draws of the features (thin) and their median (thick). The
peak must stand at 64: elsewhere, the features of the test are not those of the training, or the
weights are not the shortest.
"""

# %% tags=["active-ipynb"]
# diabetes, later = load("diabetes"), load("diabetes", split="test")
# mean, std = diabetes["features"].mean(axis=0), diabetes["features"].std(axis=0)
# level, spread = diabetes["target"].mean(), diabetes["target"].std()
# X, X_test = (diabetes["features"] - mean) / std, (later["features"] - mean) / std
# y, y_test = (diabetes["target"] - level) / spread, (later["target"] - level) / spread
# widths = [2, 4, 8, 16, 24, 32, 40, 48, 56, 60, 64, 68, 72, 80, 96, 128, 192, 256, 512, 1024]
# curves = []
# for seed in range(10):
#     rng = np.random.default_rng(seed)
#     W, b = rng.normal(size=(10, 1024)) / np.sqrt(10), 0.5 * rng.normal(size=1024)
#     curves.append(double_descent(X[:64], y[:64], X_test, y_test, W, b, widths))
# plt.figure(figsize=(8, 4), layout="constrained")
# plt.loglog(widths, np.transpose(curves), color="0.8", linewidth=0.8)
# plt.loglog(widths, np.median(curves, axis=0), "o-", linewidth=2, markersize=4, label="median of ten draws")
# plt.axvline(64, color="black", linewidth=0.8, linestyle=":")
# plt.text(66, 3e3, "p = N = 64")
# plt.axhline(np.mean(y_test**2), color="tab:red", linewidth=1, linestyle="--", label="always the mean")
# plt.xlabel("random features p")
# plt.ylabel("test error (mean square)")
# plt.legend(loc="upper left")
# plt.show()

# %% [markdown]
r"""
Here the second valley is not as deep as the first: ten measurements say what they say, and few
features say it. That is different for images.

## A result: the other side of the peak

Figure 2 of Belkin et al., on our digits: 200 of them, even against odd, and up to 2,000 random
features. On the left is what the textbook shows, and on the right what it did not. Beyond the peak,
where every label is fitted exactly, the test error falls *below the best of the classical side*,
and more features make it better still. That is the third prediction.

It is no free lunch either. With 15 % of the training labels turned over (dashed), the second valley
stays *above* the first: whoever fits every label fits the wrong ones, too.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# images, images_test = pixels(digits).astype(float)[:200], pixels(unseen).astype(float)
# parity = np.where(digits["label"][:200] % 2, 1.0, -1.0)
# parity_test = np.where(unseen["label"] % 2, 1.0, -1.0)
# turned = np.where(rng.random(200) < 0.15, -parity, parity)
# W, b = rng.normal(size=(64, 2000)) / 8, 0.3 * rng.normal(size=2000)
# widths = [5, 10, 20, 30, 45, 60, 80, 110, 140, 170, 190, 200, 210, 230, 270, 330, 450, 700, 1200, 2000]
# plt.figure(figsize=(9, 4.6), layout="constrained")
# for name, targets, style in (("true labels", parity, "o-"), ("15 % of the labels turned", turned, "s--")):
#     test_error = double_descent(images, targets, images_test, parity_test, W, b, widths)
#     (line,) = plt.loglog(widths, test_error, style, markersize=4, linewidth=2, label=f"test, {name}")
#     fewer = widths[: widths.index(200)]
#     train_error = double_descent(images, targets, images, targets, W, b, fewer)
#     plt.loglog(fewer, train_error, style[1:], color=line.get_color(), linewidth=1,
#                label=f"training, {name}")
#     best = np.argmin(test_error[: len(fewer)])
#     print(f"{name}: {test_error[best]:.2f} at best with fewer than 200 features, with {widths[best]}; "
#           f"{test_error.max():.0f} at the peak; {test_error[-1]:.2f} with 2,000")
# plt.axvline(200, color="black", linewidth=0.8, linestyle=":")
# plt.text(206, 2e-3, "p = N = 200")
# plt.gca().set(xlabel="random features p", ylabel="mean squared error", ylim=(1e-3, 1e3))
# plt.legend(loc="upper left", fontsize=9)
# plt.show()

# %% [markdown]
r"""
## In your own words

Somebody says: "Networks generalise because they have too few weights to memorise, because gradient
descent cannot find weights that memorise, or because they are regularised." Say in about 150 words
which of your results speaks against each of the three, what no free lunch adds, and what you would
look for instead.
"""

# %% [markdown] tags=["answer"]
r"""
Too few weights: $2N+D$ suffice to fit any labels, and our network has far more. Gradient descent
cannot find them: it found them, though it took many times as many steps as for the true labels.
Regularised: there was neither weight decay nor early stopping nor augmentation, and the network
trained on true labels recognised new digits all the same. In random features, there is not even a
limit to the number of weights, and the error falls with it.

No free lunch adds that the explanation cannot lie in the learner alone: averaged over all truths,
each is as good as guessing, so a learner is good *for* something. What is left is the fit between
the two: of all weights that fit the training set, architecture, initialisation and optimiser pick
particular ones (in least squares, the shortest), and real labels happen to be such that these are
good. One would look for measures that tell true from rolled labels for the same network: the norm
or the margin of the solution found, how fast it was found, and how robust it is.
"""
