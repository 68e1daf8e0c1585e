# %% [markdown]
r"""
# A network on coin flips

In 2016 five people took a network that recognised photographs, threw the labels away,
rolled a die for each image instead, and trained the network again. It learnt every single
label. It was the same network and the same optimiser; nothing else was changed. By the
textbook, a model that can learn *nothing* so perfectly is far too rich and must overfit.
And yet on the true labels it generalised.

**The question.** A network can memorise coin flips. Why, then, is it ever right about
anything that it has not seen?

In this chapter you find out what cannot be the answer. No learner is better than any other
by itself; a small network suffices to memorise; gradient descent finds weights that memorise;
and the classical bounds say nothing about such a network. Then you look at its loss from
above, and at what happens beyond the point at which everything can be fitted.

**Before you run anything**, think about three predictions. Each of them comes back, with a
place to write yours, just before the run that decides it:

1. One learner answers as the nearest example does; another always answers the opposite.
   Averaged over all conceivable truths, by how much is the first one better on new inputs?
2. Gradient descent, without any tricks, is shown 500 digits whose labels were rolled. Which
   share does it learn by heart, and how many times as many steps does it need as with the true
   labels?
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

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They only draw, and prepare data.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import matplotlib.pyplot as plt
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# digits, unseen = load("digits"), load("digits", split="test")
#
#
# def show_errors(worlds, errors):
#     """Bars of each learner's error in each world."""
#     plt.figure(figsize=(8, 3.6), layout="constrained")
#     for k, ((name, row), hatch) in enumerate(zip(errors.items(), ("", "//", ".."))):
#         places = np.arange(len(worlds)) + 0.27 * (k - 1)
#         bars = plt.bar(places, [float(e) for e in row], 0.24, hatch=hatch, edgecolor="white", label=name)
#         plt.bar_label(bars, [f"{float(e):.3f}" for e in row], fontsize=8)
#     plt.axhline(0.5, color="black", linewidth=0.8, linestyle="--")
#     plt.xticks(range(len(worlds)), worlds)
#     plt.ylabel("off-training-set error")
#     plt.ylim(0, 1.05)
#     plt.legend(ncols=3, loc="upper left")
#     plt.show()
#
#
# def show_parts(lams, parts, measured):
#     """The three parts against λ as lines, and what was measured as marks."""
#     plt.figure(figsize=(7.5, 4), layout="constrained")
#     styles = [("bias²", ":"), ("variance", "--"), ("noise", "-.")]
#     lines = [plt.semilogx(lams, part, style, label=name)[0] for part, (name, style) in zip(parts.T, styles)]
#     plt.semilogx(lams, parts.sum(axis=1), "k-", linewidth=2, label="sum")
#     for lam, bias2, variance, total in measured:
#         plt.plot(lam, bias2, "o", color=lines[0].get_color())
#         plt.plot(lam, variance, "s", color=lines[1].get_color())
#         plt.plot(lam, total, "kx", markersize=8)
#     plt.xlabel("λ")
#     plt.ylabel("mean square")
#     plt.ylim(0, None)
#     plt.legend()
#     plt.show()
#
#
# def show_network(z, y, w, b):
#     """A network of one input as a line, and the labels as marks."""
#     ticks = np.linspace(z.min() - 1, z.max() + 1, 2000)
#     plt.figure(figsize=(9, 3), layout="constrained")
#     plt.plot(ticks, np.maximum(ticks[:, None] - b, 0) @ w, linewidth=1)
#     plt.plot(z[y > 0], y[y > 0], "o", color="black", label="heads")
#     plt.plot(z[y < 0], y[y < 0], "s", color="black", fillstyle="none", label="tails")
#     plt.xlabel("$a\\cdot x$")
#     plt.ylabel("network")
#     plt.ylim(-1.4, 2.2)
#     plt.legend(loc="upper left", ncols=2)
#     plt.show()
#
#
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
#     """The share of images whose label the network names."""
#     W1, b1, W2, b2 = weights
#     return np.mean(np.argmax(tf.nn.relu(x @ W1 + b1) @ W2 + b2, axis=1) == y)
#
#
# def show_losses(histories, ylabel="training loss"):
#     """Losses by step, with the loss of guessing."""
#     plt.figure(figsize=(8, 3.6), layout="constrained")
#     styles = ("-", "--", ":", "-.", (0, (1, 3)))
#     for (name, history), style in zip(histories.items(), styles):
#         plt.plot(history, linestyle=style, linewidth=2, label=name)
#     plt.axhline(np.log(10), color="0.6", linewidth=0.8, label="guessing, log 10")
#     plt.ylim(0, 3)
#     plt.xlabel("step")
#     plt.ylabel(ylabel)
#     plt.legend()
#     plt.show()
#
#
# def train(data, lr=0.1):
#     """Train the network on the batches of a tf.data.Dataset; the loss of each."""
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
# def show_curves(reach, curves):
#     """Losses along two directions, of the same network written down in several ways."""
#     _, panels = plt.subplots(1, 2, figsize=(11, 3.6), sharey=True, layout="constrained")
#     for panel, (title, lines) in zip(panels, curves.items()):
#         for (name, line), (style, width) in zip(lines.items(), ((":", 6), ("-", 3), ("--", 1.5))):
#             panel.plot(reach, line, style, linewidth=width, label=name)
#         panel.set(title=title, xlabel="α", ylim=(0, 2))
#     panels[0].set_ylabel("loss")
#     panels[0].legend(loc="upper center")
#     plt.show()
#
#
# def show_surfaces(steps_a, steps_b, surfaces, levels=(0.03, 0.1, 0.3, 1, 2, 4, 8)):
#     """Lines of equal loss on planes through two networks."""
#     _, panels = plt.subplots(1, 2, figsize=(9.5, 4.6), sharey=True, layout="constrained")
#     shades = plt.cm.viridis(np.linspace(0, 0.75, len(levels)))
#     for panel, (name, surface) in zip(panels, surfaces.items()):
#         lines = panel.contour(steps_b, steps_a, np.log(surface), np.log(levels), colors=shades)
#         panel.clabel(lines, fmt=lambda value: f"{np.exp(value):.2g}", fontsize=9)
#         panel.plot(0, 0, "k+", markersize=12)
#         panel.set(title=name, xlabel="β", aspect="equal")
#     panels[0].set_ylabel("α")
#     plt.show()
#
#
# def show_bounds(sizes, curves, tries, off, points, sauer, intervals):
#     """What the bounds promise, with what was measured; labellings counted and bounded."""
#     _, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained", width_ratios=[3, 2])
#     for (name, eps), style in zip(curves.items(), ("-", "--", "-.")):
#         left.loglog(sizes, eps, style, linewidth=2, label=name)
#     left.loglog(tries, off, "ko", markersize=5, label="measured, 95 % of 10,000")
#     left.axhline(1, color="black", linewidth=0.8, linestyle=(0, (2, 4)))
#     left.text(1e8, 1.1, "above this line nothing is promised", ha="right", color="0.3")
#     left.set(xlabel="examples m", ylabel="ε", ylim=(1e-3, 1e3))
#     left.legend(fontsize=8)
#     right.semilogy(points, 2.0**points, ":", label="$2^m$, all there are")
#     right.semilogy(points, sauer, "-", label="$τ(m)$ for $d=2$")
#     right.semilogy(points, intervals, "ko", fillstyle="none", label="intervals, counted")
#     right.set(xlabel="points m", ylabel="labellings")
#     right.legend()
#     plt.show()
#
#
# def patients():
#     """Diabetes, standardised: inputs and targets to learn from, and to test on."""
#     early, later = load("diabetes"), load("diabetes", split="test")
#     mean, std = early["features"].mean(axis=0), early["features"].std(axis=0)
#     level, spread = early["target"].mean(), early["target"].std()
#     return [part for split in (early, later)
#             for part in ((split["features"] - mean) / std, (split["target"] - level) / spread)]
#
#
# def show_descent(widths, curves, N, baseline=None):
#     """Errors against the number of features; by name, with a style and a width of the line."""
#     plt.figure(figsize=(9, 4.4), layout="constrained")
#     for name, (errors, style, colour, width) in curves.items():
#         shown = widths[:len(errors)]
#         plt.loglog(shown, errors, style, color=colour, linewidth=width, markersize=4, label=name)
#     plt.axvline(N, color="black", linewidth=0.8, linestyle=":")
#     plt.text(1.03 * N, plt.ylim()[0] * 1.5, f"p = N = {N}")
#     if baseline is not None:
#         plt.axhline(baseline, color="tab:red", linewidth=1, linestyle="--", label="always the mean")
#     plt.gca().set(xlabel="random features p", ylabel="mean squared error")
#     plt.legend(loc="upper left", fontsize=9)
#     plt.show()

# %% [markdown]
r"""
## No free lunch

Let the world be as small as possible: inputs are $n$ bits, and the truth $f$ gives each of the
$2^n$ inputs a 0 or a 1. There are $2^{2^n}$ truths. A *learner* sees $f$ at a few inputs and
guesses it elsewhere. What counts is its *off-training-set* error: the share of the inputs it
has not seen on which it guesses wrong. Averaged over truths that occur with weights $P(f)$,
this is

$$\bar E=\frac{\sum_f P(f)\;\frac1{|U|}\sum_{x\in U}\,[h_f(x)\ne f(x)]}{\sum_f P(f)}$$

with $U$ the inputs that were not seen and $h_f$ the guesses of a learner that has seen $f$ at
the others. The bracket is 1 if what stands in it is true, and 0 otherwise.

*A small step.* Let $n=1$, and let the learner see $f(0)$. Four truths are possible. On which of
them is a learner wrong that copies what it saw? And one that answers the opposite?

<details><summary>Answer</summary>

Write a truth as $f(0)f(1)$. Who copies is wrong on 01 and 10, who answers the opposite is wrong
on 00 and 11. Both are wrong on two of four.

</details>
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
Three learners in three worlds of three bits, each of which has seen the same five inputs of
eight. In the first world all 256 truths are equally likely. In the second, a truth is twice as
likely for each pair of neighbours (inputs that differ in one bit) that have the same label:
nature is smooth. In the third, it is twice as likely for each pair that has *not*.

**Prediction 1.** In the first world, by how much is the learner that answers as the nearest
example does better than the one that answers the opposite?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def nearest(X, y, X2):
#     """Answer as the nearest example does."""
#     return y[np.abs(X2[:, None] - X).sum(axis=2).argmin(axis=1)]
#
#
# def majority(X, y, X2):
#     """Answer as most examples do."""
#     return np.full(len(X2), int(2 * y.sum() > len(y)))
#
#
# def contrarian(X, y, X2):
#     """Answer the opposite of the nearest example."""
#     return 1 - nearest(X, y, X2)

# %% tags=["active-ipynb"]
# PAIRS = [(i, i ^ bit) for i in range(8) for bit in (1, 2, 4) if not i & bit]
# worlds = {
#     "all truths alike": None,
#     "smooth truths": lambda f: 2 ** sum(int(f[i] == f[j]) for i, j in PAIRS),
#     "rugged truths": lambda f: 2 ** sum(int(f[i] != f[j]) for i, j in PAIRS),
# }
# seen = [0, 1, 3, 5, 6]
# errors = {learner.__name__: [no_free_lunch(learner, 3, seen, prior) for prior in worlds.values()]
#           for learner in (nearest, majority, contrarian)}
# show_errors(list(worlds), errors)
# for name, row in errors.items():
#     print(f"{name:10} in the world of all truths: {row[0]}")
# assert all(row[0] == Fraction(1, 2) for row in errors.values()), "no learner is better in the first world"
# assert errors["nearest"][1] < 0.5 < errors["nearest"][2], "the nearest is good in a smooth world only"

# %% [markdown]
r"""
**Prediction 1, answered.** By nothing at all: each of the three is wrong in exactly one half of
the cases. For each truth there is another one that agrees with it on all that was seen and
differs from it on all that was not. Where the learner is right about the one, it is wrong
about the other. To prefer a learner is to bet on the kind of world: in the smooth one the
nearest example and the majority are better than guessing, in the rugged one they are worse.
The rest of the chapter asks which bets a network
makes.

## Bias and variance

Now there is one truth, and noise. The inputs are the rows of $X$, the truth at the inputs is the
vector $f$, and we observe $y=f+\varepsilon$, with independent noise of mean 0 and variance
$\sigma^2$. The fitted values of ridge regression are linear in $y$:

$$\hat y=Sy,\qquad S=X\,(X^\top X+\lambda I)^{-1}X^\top.$$

How far are they from *fresh* observations at the same $N$ inputs, on average over the inputs and
over all noise, old and new? The mean square falls into three parts:

- the squared *bias*: how far the fit would be from the truth if it were averaged over all noise;
- the *variance*: how far one fit is from that average;
- the *noise* in the fresh observations.

Derive each of them as a function of $S$, $f$ and $\sigma$: put $y=f+\varepsilon$ into $Sy$, and
take expectations. You need only that $\mathbb E\,\varepsilon_i\varepsilon_j$ is $\sigma^2$ for
$i=j$ and 0 otherwise.

*A small step.* What are the three parts if $S=I$, as for a learner that memorises? What are they
if $S=0$?

<details><summary>Answer</summary>

If $S=I$ the bias is 0, and the variance is $\sigma^2$: the fit repeats the old noise. If $S=0$ the
squared bias is $\lVert f\rVert^2/N$ and the variance is 0. The noise is $\sigma^2$ both times.

</details>
"""


# %%
def bias_variance(
    X: Float64[np.ndarray, "examples features"], f: Float64[np.ndarray, "examples"], sigma: float, lam: float
) -> tuple[float, float, float]:
    """Split the expected squared error of ridge regression into its three parts.

    Computes the decomposition above, section 7.3 of Hastie, Tibshirani and Friedman, "The
    Elements of Statistical Learning" (2009), https://hastie.su.domains/ElemStatLearn,
    averaged over the inputs.

    Args:
        X: the inputs; their features, without an intercept. Left as it is.
        f: the truth at the inputs. Left as it is.
        sigma: the standard deviation of the noise.
        lam: λ as it stands in S; 0 only where XᵀX can be inverted.

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
Forty points on a curve and 35 features. The lines are what you derived, for λ from "fits nearly
all" to "fits nearly nothing". The marks are a Monte Carlo estimate: 2,000 times new noise, a new
fit, and the mean and spread of the fits. Each mark must lie on its line, and the sum must have
the shape of a U.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# t = np.sort(rng.uniform(0, 1, 40))
# X = np.stack([np.cos(np.pi * k * t) for k in range(35)], axis=1)
# f, sigma = np.exp(-3 * t) * np.sin(9 * t) * 2, 0.5
# lams = np.geomspace(1e-4, 1e3, 60)
# parts = np.array([bias_variance(X, f, sigma, lam) for lam in lams])
# measured = []
# for lam in np.geomspace(1e-4, 1e3, 8):
#     y = f + sigma * rng.normal(size=(2000, 40))
#     fits = y @ X @ np.linalg.inv(X.T @ X + lam * np.eye(35)) @ X.T
#     fresh = f + sigma * rng.normal(size=fits.shape)
#     bias2, variance = np.mean((fits.mean(axis=0) - f) ** 2), np.mean(fits.var(axis=0))
#     measured.append((lam, bias2, variance, np.mean((fits - fresh) ** 2)))
#     derived = sum(bias_variance(X, f, sigma, lam))
#     assert abs(measured[-1][3] - derived) < 0.1 * derived, "each mark lies on its line"
# show_parts(lams, parts, measured)
# best = parts.sum(axis=1).argmin()
# assert 0 < best < len(lams) - 1, "the sum has the shape of a U"

# %% [markdown]
r"""
This U is what most textbooks say about generalisation: make the model neither too rich nor too
poor. Remember it. At the end of the chapter we go beyond its rich end, the left one here.

## A network that fits any labels

How rich is a network? Zhang and his colleagues answer in half a page. Project the $N$ examples
onto some direction $a$, so that each is a number $z_i=a\cdot x_i$, and let

$$c(x)=\sum_{j=1}^N w_j\,\max(a\cdot x-b_j,\,0)$$

Unit $j$ is a *kink* at $b_j$: below it the unit is silent, above it the unit grows. Number the
examples in ascending order of $z$, and place the kinks between them:
$b_1<z_1\le b_2<z_2\le\dots\le b_N<z_N$. Then the first example reaches the first unit only, the
second example reaches the first two, and so on. The equations $c(x_i)=y_i$ are *triangular*, with
positive numbers on the diagonal. So they have a solution, whatever the labels are. That takes
$N$ kinks, $N$ weights and the $D$ numbers in $a$.

*A small step.* Take three examples with $z=(2,0,1)$. Choose the kinks, and write the three
equations in an order in which each has one unknown more than the last.

<details><summary>Answer</summary>

For example $b=(-1,0,1)$. The example with $z=0$ gives $w_1=y_2$, that with $z=1$ gives
$2w_1+w_2=y_3$, and that with $z=2$ gives $3w_1+2w_2+w_3=y_1$.

</details>
"""


# %%
def interpolate_two_layer(
    X: Float64[np.ndarray, "examples inputs"],
    y: Float64[np.ndarray, "examples"],
    a: Float64[np.ndarray, "inputs"],
) -> tuple[Float64[np.ndarray, "examples"], Float64[np.ndarray, "examples"]]:
    """Find a two-layer network of one ReLU per example that fits any labels.

    Computes the construction in the proof of theorem 1 of Zhang et al., "Understanding
    deep learning requires rethinking generalization" (2017),
    https://arxiv.org/abs/1611.03530.

    Args:
        X: the examples, in any order.
        y: their labels, any numbers.
        a: the direction, such that no two examples have the same a · x. All three are
            left as they are.

    Returns:
        w and b, one number per hidden unit, such that Σⱼ wⱼ max(a · xᵢ - bⱼ, 0) is yᵢ
        for every example, to within 1e-8 of the largest label. The nearer a kink lies
        below its example, the larger the weights become, and the more digits they lose.
    """
    ### BEGIN SOLUTION
    z = np.sort(X @ a)
    b = np.append(z[0] - 1, z[:-1])
    hidden = np.maximum((X @ a)[:, None] - b, 0)
    return np.linalg.solve(hidden, y), b
    ### END SOLUTION


# %% [markdown]
r"""
Thirty points of ten inputs, with labels tossed by a coin. Along $a\cdot x$ the network is a line
with thirty kinks; it must meet every mark. Nothing determines what it does in between.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# X, y, a = rng.normal(size=(30, 10)), rng.choice([-1.0, 1.0], size=30), rng.normal(size=10)
# w, b = interpolate_two_layer(X, y, a)
# show_network(X @ a, y, w, b)
# fit = np.maximum((X @ a)[:, None] - b, 0) @ w
# print(f"{2 * 30 + 10} weights; the largest error is {np.abs(fit - y).max():.0e}")
# assert np.abs(fit - y).max() < 1e-6, "the network meets every mark"

# %% [markdown]
r"""
## Memorising random labels

That weights exist does not mean that training finds them. Perhaps gradient descent avoids such
solutions. Try it. The network has one hidden layer,

$$\text{logits}=\max(xW_1+b_1,\,0)\,W_2+b_2,$$

the loss $L$ is the mean of $-\log\operatorname{softmax}(\text{logits})_y$ over all examples, and
each step goes down the gradient of all of them, $\theta\leftarrow\theta-\eta\,\partial
L/\partial\theta$. There is no weight decay, no augmentation and no early stopping.

The steps repeat one computation: put it into a `tf.function`, and it is traced once. Without it,
expect to wait several times as long.

*A small step.* Before training, on labels of ten classes, what should the loss be, about? What
should it be if every label is known by heart?

<details><summary>Answer</summary>

A network that knows nothing gives each class about 1/10, so its loss is about
$\log10\approx2.3$; random weights make it somewhat larger. If the probability of every right
label is near 1, the loss is near 0.

</details>
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

    The randomisation test of Zhang et al., "Understanding deep
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
This is an experiment of Zhang et al., on a small network: 500 digits, in five ways. *True
labels*; *random labels*, rolled; *shuffled pixels*, the same permutation in all images; *random
pixels*, another permutation in each image; and *noise* in place of images. Every curve must come
down to almost nothing. Those of the true labels and of the shuffled pixels must do so first, and
nearly together: a fully connected network does not know which pixels are neighbours.

**Prediction 2.** Which share of 500 rolled labels is learnt by heart in 800 steps? How many times
as many steps does it take until the loss is below 0.3?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# images, labels = pixels(digits)[:500], digits["label"][:500]
# rng = np.random.default_rng(0)
# rolled = rng.integers(0, 10, size=500)
# versions = {
#     "true labels": (images, labels), "shuffled pixels": (images[:, rng.permutation(64)], labels),
#     "random labels": (images, rolled), "random pixels": (rng.permuted(images, axis=1), labels),
#     "noise": (rng.normal(size=images.shape).astype(np.float32), labels),
# }
# trained, histories = {}, {}
# for name, (x, y) in versions.items():
#     start = fresh_weights(np.random.default_rng(1))
#     x, y = tf.constant(x), tf.constant(y, tf.int32)
#     history, trained[name] = memorise_random_labels(x, y, start, 800, 0.3)
#     histories[name] = np.array(history)
# show_losses(histories)

# %% tags=["active-ipynb"]
# needed, by_heart = {}, {}
# for name, (x, y) in versions.items():
#     needed[name], by_heart[name] = int(np.argmax(histories[name] < 0.3)), accuracy(trained[name], x, y)
#     print(f"{name:16}: {by_heart[name]:6.1%} of the training labels by heart; "
#           f"loss below 0.3 after {needed[name]} steps")
# on_new = {name: accuracy(trained[name], pixels(unseen), unseen["label"])
#           for name in ("true labels", "random labels")}
# print("unseen digits recognised:", ", ".join(f"{share:.1%} after {name}" for name, share in on_new.items()))
# by_nearest = [np.mean(nearest(images, y, pixels(unseen)) == unseen["label"]) for y in (labels, rolled)]
# print(f"by the nearest example: {by_nearest[0]:.1%} with true labels, {by_nearest[1]:.1%} with rolled ones")
# assert by_nearest[0] > 0.9 and by_nearest[1] < 0.2, "the nearest example generalises from true labels only"
# assert by_heart["random labels"] > 0.99, "nearly all rolled labels are learnt by heart"
# assert 30 < needed["random labels"] / needed["true labels"] < 80, "some fifty times as many steps"
# assert on_new["true labels"] > 0.85 and on_new["random labels"] < 0.2, "one recognises digits, one does not"

# %% [markdown]
r"""
**Prediction 2, answered.** All of the rolled labels, in some fifty times as many steps. (For the
larger networks of the paper it was a small factor.) There is nothing that the labels of two
similar digits have in common, so each example has to be learnt by itself. But the network, the
algorithm and the number of weights are the same, all labels are learnt by heart both times, and
one of the two networks recognises new digits while the other does not. So whatever explains
generalisation, it cannot be a property of the network alone, nor of the optimiser alone.

The learner `nearest` of the first section has neither weights nor an optimiser, and does the same.
It knows all training labels by heart, true or rolled, because the example nearest to a training digit
is the digit itself. With the true labels it recognises more than nine in ten new digits. So a
learner that memorises everything may still generalise.

### Find the silent bug

**A silent bug.** Somebody has repeated the experiment with mini-batches from a `tf.data.Dataset`,
and reports that it does not replicate: a network of 256 units, they say, *cannot* memorise random
labels, since the loss stays at that of guessing. They have checked that the labels are random and
that the network learns true labels well. Nothing fails. Predict which line is to blame, and how
the loss could have told.
"""

# %% tags=["active-ipynb"]
# def dataset(random_labels):
#     data = tf.data.Dataset.from_tensor_slices((images, labels.astype(np.int32)))
#     if random_labels:
#         data = data.map(lambda x, y: (x, tf.random.uniform([], 0, 10, tf.int32)))
#     return data.shuffle(500, seed=0).batch(100).repeat(100)
#
#
# losses = {f"{'random' if choice else 'true'} labels": train(dataset(choice)) for choice in (False, True)}
# show_losses(losses, "loss of the batch")
# last = np.mean(losses["random labels"][-50:])
# print(f"mean loss of the last 50 batches: {last:.3f}, log 10 = {np.log(10):.3f}")
# assert last > 2.2, "the loss stays at that of guessing"

# %% [markdown]
r"""
<details><summary>Answer</summary>

The `map` runs again whenever the data is read, so `repeat` gives each image a new label in each
epoch. No label is ever seen twice, and there is nothing to memorise. The loss could have told:
labels that can be learnt by heart bring it below $\log 10$ within a few epochs, and a loss that stays
at $\log 10$ means labels that carry no information at all. The labels must be drawn
once, before the data set is made, as `rolled` was (or `.cache()` must follow the `map`).

</details>

The next cell gives the same training labels that were rolled once. Its loss must fall.
"""

# %% tags=["active-ipynb"]
# once = tf.data.Dataset.from_tensor_slices((images, rolled.astype(np.int32)))
# losses["rolled once"] = train(once.shuffle(500, seed=0).batch(100).repeat(100))
# show_losses(losses, "loss of the batch")
# assert np.mean(losses["rolled once"][-50:]) < 1.5, "labels that stay the same can be memorised"

# %% [markdown]
r"""
## Filter-normalised directions

What do the two minima look like, that of the true labels and that of the rolled ones? The loss of
a network of 19,210 weights is a function of 19,210 dimensions, of which one can see two: choose
two random directions $d_1$ and $d_2$, and plot $L(\theta+\alpha d_1+\beta d_2)$ against α and β.

There is a catch. Multiply $W_1$ and $b_1$ by 4 and divide $W_2$ by 4: a ReLU network computes
exactly what it did. But a step of length 1 is now small for $W_1$ and very large for $W_2$, and
the same minimum looks sharper or flatter than before. The remedy of Li and his colleagues is
*filter normalisation*: give every filter of a random direction the length that this filter has in
the network,

$$d_{i}\leftarrow\frac{d_{i}}{\lVert d_{i}\rVert}\,\lVert\theta_{i}\rVert .$$

A *filter* is all that feeds one output: a column of a dense kernel, and in the kernel of a
convolution everything with the same last index. Biases and the parameters of batch
normalisation have one axis only. They are not moved: their direction is 0.

*A small step.* A kernel of a convolution has the shape [3, 3, 8, 16]. How many filters does it
have, and over which axes is the length of one taken?

<details><summary>Answer</summary>

Sixteen, one for each output. The length is taken over the first three axes, which hold
3 · 3 · 8 = 72 numbers of each filter.

</details>
"""


# %%
def filter_normalised_direction(
    weights: list[Float[tf.Tensor, "*axes outputs"]], noise: list[Float[tf.Tensor, "*axes outputs"]]
) -> list[Float[tf.Tensor, "*axes outputs"]]:
    """Scale a random direction to a network, filter by filter.

    The filter-wise normalisation of Li et al., "Visualizing the Loss Landscape of Neural Nets" (2018),
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
the first layer multiplied and the second divided by 4, and by ¼. All three compute the same. On
the left is the loss along one and the same plain random direction: three minima of very different
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
# curves = {"random direction": {}, "filter-normalised": {}}
# for c in (0.25, 1, 4):
#     W1, b1, W2, b2 = trained["true labels"]
#     same = [c * W1, c * b1, W2 / c, b2]
#     plain = [0.1 * d if len(d.shape) > 1 else 0 * d for d in noise]
#     for title, direction in zip(curves, (plain, filter_normalised_direction(same, noise))):
#         curve = [float(loss_of([w + float(s) * d for w, d in zip(same, direction)])) for s in reach]
#         curves[title][f"first layer × {c:g}"] = curve
# show_curves(reach, curves)
# plain, normalised = (np.ptp(list(lines.values()), axis=0).max() for lines in curves.values())
# assert normalised < 0.01 < 0.3 < plain, "normalised, the three curves lie on each other"

# %% [markdown]
r"""
## A loss surface

A network's weights are stored in variables, and its loss is computed from them. To see the loss
elsewhere, put other values into the variables, compute the loss, and in the end put back exactly
what was there: a picture should not change what it shows.

*A small step.* Why is it not enough to subtract at the end what was added?

<details><summary>Answer</summary>

Adding rounds, and so does subtracting. In floating point, $(\theta+d)-d$ is not always $\theta$.
Over many steps such errors add up, and the network that was looked at is another one afterwards.

</details>
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

    Computes L(θ + α d₁ + β d₂), as Li et al., "Visualizing the Loss Landscape of Neural
    Nets" (2018), https://arxiv.org/abs/1712.09913.

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
The two minima, in the same two directions (normalised to each network) and with the same levels.
For a fair comparison the training on the true labels is stopped as soon as its loss is as low as
that of the rolled labels. The cross marks the weights that training found; if it does not lie at
the bottom, look again. Each number is a loss. The cell also prints how much the loss rises, on
average, half a filter's length away. Which network is more sensitive?
"""

# %% tags=["active-ipynb"]
# stop = int(np.argmax(histories["true labels"] <= histories["random labels"][-1]))
# start = fresh_weights(np.random.default_rng(1))
# _, stopped = memorise_random_labels(x, y, start, stop, 0.3)
# rng = np.random.default_rng(5)
# steps_a, steps_b = np.linspace(-1, 1, 41, dtype=np.float32), np.linspace(-1, 1, 45, dtype=np.float32)
# noises = [[tf.constant(rng.normal(size=w.shape), tf.float32) for w in start] for _ in range(2)]
# surfaces, rises = {}, []
# for name, found in (("true labels", stopped), ("random labels", trained["random labels"])):
#     targets, theta = tf.constant(versions[name][1], tf.int32), [tf.Variable(weight) for weight in found]
#     d1, d2 = (filter_normalised_direction(theta, one) for one in noises)
#     at = tf.function(lambda: loss_of(theta, targets))
#     surface = loss_surface(at, theta, d1, d2, tf.constant(steps_a), tf.constant(steps_b))
#     centre, ring = float(at()), np.abs(np.hypot(steps_a[:, None], steps_b) - 0.5) < 0.03
#     surfaces[f"{name}; loss {centre:.3f} at the cross"] = surface
#     rises.append(float(surface[ring].mean() - centre))
# show_surfaces(steps_a, steps_b, surfaces)
# print(f"half a filter's length away the loss rises by {rises[0]:.3f} (true), {rises[1]:.3f} (random)")
# assert rises[1] > 2 * rises[0], "memorised labels are the more sensitive ones"

# %% [markdown]
r"""
Both networks have the same training loss. But around the rolled labels the loss rises more steeply:
memorised labels are soon forgotten. It is tempting to call flatness the cause of generalisation.
The pair of pictures before this one says why to be careful: how flat a minimum is depends on how
one measures.

## Sauer's lemma

All of this was observation. What can be *proved*, for any distribution of examples? The way goes
through counting. A class of classifiers may be infinite, but on $m$ points it can only realise
some of the $2^m$ labellings. Its *Vapnik–Chervonenkis dimension* $d$ is the largest number of
points on which it realises all labellings. Sauer's lemma: on $m$ points it realises at most

$$\tau(m)=\sum_{i=0}^{d}\binom mi$$

labellings, as many as there are ways of choosing at most $d$ of the points.

*A small step.* Intervals on a line label the points inside of them 1. What is their $d$? How many
labellings of $m=3$ points do they realise?

<details><summary>Answer</summary>

$d=2$: of three points they cannot take the outer two without the one between. They realise all
labellings but that one, 7 of 8, and $\tau(3)=1+3+3=7$.

</details>
"""


# %%
def sauer_count(m: int, d: int) -> int:
    """Bound how many labellings of m points a class of dimension d realises.

    Computes τ(m) above, of Sauer, "On the density of families of sets" (1972),
    https://doi.org/10.1016/0097-3165(72)90019-2, exactly.

    Args:
        m: the number of points.
        d: the Vapnik–Chervonenkis dimension; perhaps more than m.

    Returns:
        τ(m), a whole number, which may be far too large for a float.
    """
    ### BEGIN SOLUTION
    return sum(math.comb(m, i) for i in range(d + 1))
    ### END SOLUTION


# %% [markdown]
r"""
## Generalisation bounds

For one classifier, chosen before the $m$ examples are drawn, there is Hoeffding's inequality: with
probability $1-\delta$ at least, its error on the sample differs from its true error by no more than

$$\varepsilon=\sqrt{\frac{\ln(2/\delta)}{2m}}.$$

A classifier that is chosen from a finite class $H$ *after* seeing the examples needs a promise
that holds for all of $H$ at once. Derive it: if each of $|H|$ promises fails with probability
$\delta'$ at most, how often does any of them fail, at most? Which $\delta'$ makes this $\delta$?

For an infinite class, count what it does instead of what it is. With Sauer's count, Vapnik and
Chervonenkis prove that for a class of dimension $d$

$$\varepsilon=\sqrt{\frac8m\,\ln\frac{4\,\tau(2m)}{\delta}}$$

(the $2m$ points are the sample and a second one, which stands in for the true error).

*A small step.* A float holds numbers up to about $10^{308}$. How do you compute $\ln(\tau/\delta)$ if
τ is a whole number of a thousand digits?

<details><summary>Answer</summary>

As $\ln\tau-\ln\delta$. `math.log` takes a whole number of any size; only the division by δ would
first make a float of it.

</details>
"""


# %%
def generalisation_bounds(
    kind: str, m: int, delta: float, size: int | None = None, d: int | None = None
) -> float:
    """Return how far an error on m examples may be from the true error.

    Hoeffding, "Probability Inequalities for Sums of Bounded Random Variables" (1963),
    https://doi.org/10.1080/01621459.1963.10500830; Vapnik and Chervonenkis, "On the
    Uniform Convergence of Relative Frequencies of Events to Their Probabilities" (1971),
    https://doi.org/10.1137/1116025, in the form of Abu-Mostafa, Magdon-Ismail and Lin,
    "Learning From Data" (2012).

    Args:
        kind: "hoeffding" for one classifier chosen before, "finite" for one chosen from
            a finite class after seeing the examples, "vc" for one of a class of finite
            dimension.
        m: the number of examples.
        delta: the largest probability with which the difference may exceed ε.
        size: |H|, used by "finite" only: a whole number, perhaps far too large for a float.
        d: the Vapnik–Chervonenkis dimension, used by "vc" only; perhaps more than m.

    Returns:
        ε.
    """
    ### BEGIN SOLUTION
    if kind == "hoeffding":
        return math.sqrt(math.log(2 / delta) / (2 * m))
    if kind == "finite":
        return math.sqrt((math.log(size) + math.log(2 / delta)) / (2 * m))
    count = sum(math.comb(2 * m, i) for i in range(d + 1))
    return math.sqrt(8 / m * (math.log(4 / delta) + math.log(count)))
    ### END SOLUTION


# %% [markdown]
r"""
Left, what the ε are worth, for $\delta=0.05$. The dots are an experiment: a classifier that is
right in half of all cases is tried on $m$ examples, 10,000 times, and 95 % of the measured errors
are within this distance of the true one. They must lie below Hoeffding's line, and not far below.
The other two lines are for choosing among all hyperplanes, and among all networks of our size in
float32. Above the dotted line ε is larger than 1, which promises nothing: two errors between 0 and 1
never differ by more than 1. Right, Sauer's count for $d=2$ against all labellings that intervals on a
line realise, counted one by one: the two must be equal.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# sizes = np.unique(np.geomspace(10, 1e8, 40).astype(int))
# network_bits = 32 * sum(int(np.prod(w.shape)) for w in trained["true labels"])
# settings = {
#     "one classifier, chosen before (Hoeffding)": ("hoeffding", {}),
#     "a hyperplane over 64 pixels ($d=65$)": ("vc", {"d": 65}),
#     f"our network, of $2^{{{network_bits}}}$ functions": ("finite", {"size": 2**network_bits}),
# }
# curves = {name: [generalisation_bounds(kind, int(m), 0.05, **given) for m in sizes]
#           for name, (kind, given) in settings.items()}
# tries = np.array([10, 30, 100, 300, 1000, 10**4, 10**5])
# off = np.array([np.quantile(np.abs(rng.binomial(m, 0.5, 10000) / m - 0.5), 0.95) for m in tries])
# promised = np.array([generalisation_bounds("hoeffding", int(m), 0.05) for m in tries])
# assert np.all(off < promised) and np.all(off > 0.6 * promised), "below Hoeffding's line, and not far below"

# %% tags=["active-ipynb"]
# def realised(m):
#     """Count the labellings of m points on a line that have all positive points between i and j."""
#     return len({tuple(i <= k < j for k in range(m)) for i in range(m + 1) for j in range(m + 1)})
#
#
# points = np.arange(1, 13)
# sauer, intervals = [sauer_count(int(m), 2) for m in points], [realised(m) for m in points]
# show_bounds(sizes, curves, tries, off, points, sauer, intervals)
# on_test, on_training = (generalisation_bounds(kind, m, 0.05, **given) for m, (kind, given) in
#                         ((597, ("hoeffding", {})), (500, settings[list(settings)[-1]])))
# print(f"597 test images: within {on_test:.3f} of the true error; our network on 500 training images: "
#       f"within {on_training:.1f}")
# assert sauer == intervals, "intervals realise as many labellings as Sauer's lemma allows"
# assert on_test < 0.06 and on_training > 1, "a test set is worth something, counting is not"

# %% [markdown]
r"""
A test set is worth what Hoeffding says, as long as nobody has looked at it before. For the network,
a counting bound is empty, and it must be. Digits with rolled labels are examples of a distribution
like any other. For that distribution the class contains a network whose error is 0 on the training
set and about nine in ten on new examples. A bound that holds for all distributions, and for all
networks of this size at once, must leave room for it.

## Beyond interpolation

So back to the U, and beyond its end. Random features make the richness of a model a knob: with
weights $W$ and biases $b$ drawn once and never trained,

$$\varphi_p(x)=\big(\max(x\cdot W_1+b_1,0),\ \dots,\ \max(x\cdot W_p+b_p,0)\big),$$

least squares fits $p$ weights $v$ to $N$ examples. Up to $p=N$ one gets what the U foretells: more
features first lower the test error and then raise it. At $p=N$ just one $v$ fits all examples, and
on others it is far off. Beyond, infinitely many $v$ fit. Least squares takes the *shortest* of them,
which is also where gradient descent from 0 ends:

$$v=\arg\min\lVert v\rVert\quad\text{among all }v\text{ that minimise }\lVert\Phi v-y\rVert,$$

with the features of the examples as the rows of $\Phi$.

*A small step.* One example, $\varphi=(3,4)$ and $y=5$. Which $v$ fit it? Which of them is the
shortest?

<details><summary>Answer</summary>

All with $3v_1+4v_2=5$, a line. The shortest is its point nearest to 0, which lies along $\varphi$:
$v=(3,4)\cdot5/25=(0.6,0.8)$.

</details>
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

    The random-features experiment of Belkin et al., "Reconciling modern machine-learning practice
    and the classical bias–variance trade-off" (2019), https://arxiv.org/abs/1812.11118, with
    ReLUs in the place of Fourier features.

    Args:
        X_train, y_train: the examples to fit.
        X_test, y_test: those to measure the error on.
        W, b: weights and biases of all features there are. All arrays are left as they are.
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
Patients with diabetes, with ten measurements each: how far did the disease progress within a year?
With 64 of them to learn from, here are ten draws of the features (thin) and their median (thick).
The peak must stand at 64. If it does not, the features of the test are not those of the training,
or the weights are not the shortest.

(Test errors against a knob show a law here. Whoever wants to *choose* $p$ does it on a validation
set, since the best of twenty test errors is too optimistic.)
"""

# %% tags=["active-ipynb"]
# X, y, X_test, y_test = patients()
# widths = [2, 4, 8, 16, 24, 32, 40, 48, 56, 60, 64, 68, 72, 80, 96, 128, 192, 256, 512, 1024]
# draws = []
# for seed in range(10):
#     rng = np.random.default_rng(seed)
#     W, b = rng.normal(size=(10, 1024)) / np.sqrt(10), 0.5 * rng.normal(size=1024)
#     draws.append(double_descent(X[:64], y[:64], X_test, y_test, W, b, widths))
# median = np.median(draws, axis=0)
# thin = {"_" * (seed + 1): (errors, "-", "0.8", 0.8) for seed, errors in enumerate(draws)}
# show_descent(widths, thin | {"median of ten draws": (median, "o-", "tab:blue", 2)}, 64, np.mean(y_test**2))
# assert widths[median.argmax()] == 64, "the peak stands at 64"
# assert median[11:].min() > median[:10].min(), "the second valley is not as deep as the first"

# %% [markdown]
r"""
Here the second valley is not as deep as the first: ten measurements contain only so much, and a few
features are enough to say it. That is different for images.

## The other side of the peak

This is the central figure of Belkin et al., on our digits: 200 of them, even against odd, and up to
2,000 random features. On the left of the peak is what the textbook shows, on the right what it did
not.

**Prediction 3.** Which of 20, 200 and 2,000 features is worst on new digits, and which is best? And
if 15 % of the training labels are turned over?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# few, many = pixels(digits).astype(float)[:200], pixels(unseen).astype(float)
# parity, parity_test = (np.where(split["label"] % 2, 1.0, -1.0) for split in (digits, unseen))
# turned = np.where(rng.random(200) < 0.15, -parity[:200], parity[:200])
# W, b = rng.normal(size=(64, 2000)) / 8, 0.3 * rng.normal(size=2000)
# widths = [5, 10, 20, 30, 45, 60, 80, 110, 140, 170, 190, 200, 210, 230, 270, 330, 450, 700, 1200, 2000]
# below, curves, tests = widths[:widths.index(200)], {}, {}
# for name, targets, style, colour in (("true labels", parity[:200], "o-", "tab:blue"),
#                                      ("15 % of the labels turned", turned, "s--", "tab:orange")):
#     tests[name] = double_descent(few, targets, many, parity_test, W, b, widths)
#     fitted = double_descent(few, targets, few, targets, W, b, below)
#     curves |= {f"test, {name}": (tests[name], style, colour, 2),
#                f"training, {name}": (fitted, style[1:], colour, 1)}
# show_descent(widths, curves, 200)

# %% tags=["active-ipynb"]
# for name, errors in tests.items():
#     classical = errors[:len(below)]
#     print(f"{name}: 20, 200 and 2,000 features: {errors[2]:.2f}, {errors[11]:.0f}, {errors[-1]:.2f}; "
#           f"the best with fewer than 200 is {classical.min():.2f}, with {widths[classical.argmin()]}")
# clean, noisy = tests.values()
# assert clean[11] > 10 * clean[2], "200 is worst"
# assert clean[-1] < clean[:11].min(), "2,000 is better than the best of the classical side"
# assert noisy[-1] > noisy[:11].min(), "with turned labels the second valley is higher than the first"

# %% [markdown]
r"""
**Prediction 3, answered.** 200 is worst by far: a single $v$ fits all labels, and it has to be very
long to do so. 2,000 is best. Beyond the peak every label is fitted exactly, and yet the test error
falls *below the best of the classical side*, because among more and more weights that fit, the
shortest one becomes shorter and smoother.

It is no free lunch either. With 15 % of the training labels turned over (dashed), the second valley
stays *above* the first: whoever fits every label fits the wrong ones, too.

**Explore.** How small can a network be that learns 500 rolled labels by heart in 800 steps? Change
the width and the learning rate; the cell prints the measured outcome. The construction above needs
$2N+D=1{,}064$ weights. How close does gradient descent come?
"""

# %% tags=["active-ipynb"]
# width, rate = 64, 0.3
# small = fresh_weights(np.random.default_rng(1), width)
# _, memorised = memorise_random_labels(x, tf.constant(rolled, tf.int32), small, 800, rate)
# number = sum(int(np.prod(w.shape)) for w in memorised)
# print(f"{number:,} weights: {accuracy(memorised, images, rolled):.1%} of the rolled labels by heart")

# %% [markdown]
r"""
## What you have learnt

- Averaged over all truths every learner is as good as guessing. To generalise is to bet on the kind
  of world.
- $2N+D$ weights fit any labels, and plain gradient descent learns rolled labels by heart. So neither
  too few weights nor the optimiser alone explains generalisation.
- Bounds that count functions are empty for networks. A test set that nobody has looked at is worth
  what Hoeffding's inequality says.
- How flat a minimum looks depends on how the directions are scaled.
- Beyond the point where everything is fitted, the test error can fall again, because the shortest
  solution is taken. With wrong labels it need not fall below the classical best.

Read on: Zhang et al., "Understanding deep learning (still) requires rethinking generalization"
(2021), https://doi.org/10.1145/3446776; Belkin, "Fit without fear" (2021),
https://arxiv.org/abs/2105.14368; Prince, "Understanding Deep Learning" (2023),
https://udlbook.github.io/udlbook/.

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
