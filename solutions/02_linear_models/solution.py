# %% [markdown]
r"""
# Three losses, one boundary

A biopsy shows some hundred cell nuclei. From two numbers, how large the largest nuclei
are and how rough their outlines, one can tell most malignant tumours from benign ones
by drawing a straight line, $w^\top x+b=0$. Where should it go? The square loss, the
logistic loss and the hinge each give another answer, for the same points and the same
kind of line. You build all three, then a classifier of ten digits, and at the end two
methods that go beyond a straight line.

**The question.** What does the choice of the loss do to the boundary?

**Before you run anything**, read the three predictions that you will be asked for:

1. A classifier of ten digits starts with small random weights. What is its loss, the
   mean of $-\log p$ of the right digit, before the first step? And which share of
   digits that it has not seen does it get right in the end, with nothing but one
   weight for each pixel and digit?
2. Thirty tumours are added, far larger than any in the data, and every one malignant.
   All three lines classify them correctly already, with large margins. Which of the
   lines move?
3. All tumours on which the hinge loss is 0 are thrown away, about four fifths of the
   data. Which of the lines stay where they were?
"""

# %%
from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float32, Float64, Int

# %% [markdown]
r"""
## Helpers (you need not read this cell)

It loads the data, and holds what only draws.
"""

# %% tags=["active-ipynb"]
# import time
#
# import matplotlib.pyplot as plt
# from sklearn.svm import SVC
#
# from grader.datasets import describe, load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# names = list(describe("breast_cancer").feature_names)
# train, test = load("breast_cancer", split="train"), load("breast_cancer", split="test")
# centre, spread = train["features"].mean(axis=0), train["features"].std(axis=0)
# X30, X30_test = ((part["features"] - centre) / spread for part in (train, test))
# y, y_test = train["label"], test["label"]  # 0 is malignant, 1 benign
# t, t_test = 2.0 * y - 1, 2.0 * y_test - 1
# shown = [names.index("worst radius"), names.index("worst smoothness")]
# X, X_test = X30[:, shown], X30_test[:, shown]
# digits, digits_test = load("digits", split="train"), load("digits", split="test")
# pixels, pixels_test = (
#     tf.constant(part["image"].reshape(-1, 64) / 16, tf.float32) for part in (digits, digits_test)
# )
# classes, classes_test = digits["label"], digits_test["label"]
# KINDS = ((1, "o", "tab:blue", "benign"), (-1, "^", "tab:orange", "malignant"))
#
#
# def with_ones(X):
#     """Return X with a column of ones behind it."""
#     return np.hstack([X, np.ones((len(X), 1))])
#
#
# def show_points(axes, X, t, size=14, **style):
#     for sign, marker, color, name in KINDS:
#         points = X[t == sign].T
#         axes.scatter(*points, s=size, marker=marker, color=color, linewidths=0, label=name, **style)
#     axes.set(xlabel="size of the largest nuclei", ylabel="roughness of their outlines")
#
#
# def show_line(axes, w, b, level=0.0, reach=12, **style):
#     """Draw where w·x + b = level."""
#     foot, along = (level - b) * w / (w @ w), np.array([-w[1], w[0]]) / np.hypot(*w)
#     axes.plot(*np.array([foot - reach * along, foot + reach * along]).T, **style)
#
#
# def show_paths(lams, paths, validation, chosen):
#     """Draw weights over λ, and validation errors over λ for two first guesses."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
#     left.semilogx(lams, paths[:, :-1], color="0.85", linewidth=0.8)
#     for name, style in (
#         ("mean radius", "-"), ("mean perimeter", "--"), ("mean area", "-."), ("worst smoothness", ":")
#     ):
#         left.semilogx(lams, paths[:, names.index(name)], style, linewidth=2, label=name)
#     left.set(xlabel="λ", ylabel="weight", title=f"all {len(t)} patients")
#     left.legend()
#     for (name, errors), style in zip(validation.items(), ("-", "--")):
#         right.semilogx(lams, errors, style, label=name)
#         right.plot(chosen[name], min(errors), "o", color="black")
#     right.set(xlabel="λ", ylabel="mean squared error, validation", title="20 patients", ylim=(0, None))
#     right.legend()
#     plt.show()
#
#
# def show_losses(margins, curves):
#     """Draw losses over the margin, and their negative slopes."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.8), layout="constrained")
#     for (name, curve), style in zip(curves.items(), ("-", "--", "-.")):
#         left.plot(margins, curve, style, linewidth=2, label=name)
#         right.plot(margins, -np.gradient(curve, margins[:, 0]), style, linewidth=2, label=name)
#     left.plot(margins, margins <= 0, ":", color="black", label="wrong or right")
#     left.set(xlabel="margin m", ylabel="loss ℓ(m)", ylim=(-0.2, 6))
#     right.axhline(0, color="0.6", linewidth=0.8)
#     right.set(xlabel="margin m", ylabel="pull −ℓ′(m)", ylim=(-4, 4))
#     left.legend()
#     plt.show()
#
#
# def show_descent(above, w, b):
#     """Draw how far an objective is above the best, and the line w·x + b = 0 with its margins."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
#     left.loglog(np.arange(1, len(above) + 1), above, linewidth=0.8)
#     left.set(xlabel="step", ylabel="objective, above SVC's")
#     clear = t * (X @ w + b) >= 1
#     right.scatter(*X[clear].T, s=10, color="0.8", linewidths=0)
#     show_points(right, X[~clear], t[~clear], size=30)
#     for level, style, width in ((0, "-", 1.5), (-1, "--", 0.8), (1, "--", 0.8)):
#         show_line(right, w, b, level, color="black", linestyle=style, linewidth=width)
#     right.set(xlim=(-2, 4.2), ylim=(-2.8, 4.2), title=f"{np.sum(~clear)} of {len(t)} still pull")
#     right.legend()
#     plt.show()
#
#
# def show_newton(lengths, w, b):
#     """Draw lengths of gradients over steps, and lines of equal probability."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
#     for (name, curve), style in zip(lengths.items(), ("o-", "s-", "k--")):
#         left.semilogy(curve, style, label=name)
#     left.set(xlabel="step", ylabel="length of the gradient")
#     left.legend()
#     show_points(right, X, t)
#     for chance, style in ((0.05, ":"), (0.5, "-"), (0.95, "--")):
#         level = np.log(chance / (1 - chance))
#         show_line(right, w, b, level, color="black", linestyle=style, label=f"benign with {chance:.0%}")
#     right.set(xlim=(-2, 4.2), ylim=(-2.8, 4.2))
#     right.legend()
#     plt.show()
#
#
# def accuracy(model):
#     return np.mean(np.argmax(model(pixels_test), axis=1) == classes_test)
#
#
# def train_on_all(model, x, labels, steps=200):
#     """Take steps of Adam on all examples at once; return the loss before each step."""
#     optimizer = keras.optimizers.Adam(0.02)
#     model(x)
#     optimizer.build(model.trainable_variables)
#
#     @tf.function
#     def step():
#         with tf.GradientTape() as tape:
#             loss = model.compute_loss(y=labels, y_pred=model(x))
#         optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
#         return loss
#
#     return [float(step()) for _ in range(steps)]
#
#
# def show_kernel(kernel):
#     """Draw the weights of each digit as a picture."""
#     figure, panels = plt.subplots(1, 10, figsize=(13, 1.8), layout="constrained")
#     for digit, axes in enumerate(panels):
#         picture = axes.imshow(kernel[:, digit].reshape(8, 8), cmap="RdBu", vmin=-2, vmax=2)
#         axes.set(title=digit, xticks=[], yticks=[])
#     figure.colorbar(picture, ax=panels, label="weight")
#     plt.show()
#
#
# def show_suspicion(losses, sure):
#     """Draw two training losses, and how sure two models are."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.6), layout="constrained")
#     for (name, curve), style in zip(losses.items(), ("-", "--")):
#         left.semilogy(curve, style, label=name)
#     left.axhline(1.4612, color="black", linestyle=":", linewidth=0.8, label="1.4612")
#     left.set(xlabel="step", ylabel="training loss")
#     left.legend()
#     right.hist(sure, bins=20, range=(0, 1), label=list(losses), color=["tab:blue", "tab:orange"],
#                hatch=["", "///"], edgecolor="white")
#     right.set(xlabel="probability of the class that is chosen", ylabel="test images")
#     right.legend()
#     plt.show()
#
#
# def slopes(W, x, labels):
#     """Return the loss and the gradient of a softmax regression, in NumPy, which starts faster."""
#     z = x @ W
#     p = np.exp(z - z.max(axis=1, keepdims=True))
#     p /= p.sum(axis=1, keepdims=True)
#     loss = -np.mean(np.log(p[np.arange(len(x)), labels]))
#     p[np.arange(len(x)), labels] -= 1
#     return loss, x.T @ p / len(x)
#
#
# def pull(loss, m):
#     return {"square": 2 * (1 - m), "logistic": 1 / (1 + np.exp(m)), "hinge": 1.0 * (m < 1)}[loss]
#
#
# def show_boundaries(rows, before):
#     """Draw each (name, points, labels, fits) in a row, the size of each point by its pull."""
#     figure, panels = plt.subplots(len(rows), 3, figsize=(13, 3.6 * len(rows)), sharex=True, sharey=True,
#                                   layout="constrained")
#     for row, (name, points, labels, fits) in zip(panels, rows):
#         for axes, (loss, (w, b)) in zip(row, fits.items()):
#             force = pull(loss, labels * (points @ w + b))
#             for sign, marker, color, _ in KINDS:
#                 for backwards in (False, True):
#                     those = (labels == sign) & ((force < 0) == backwards)
#                     axes.scatter(*points[those].T, s=2 + 60 * np.abs(force[those]) / np.abs(force).max(),
#                                  marker=marker, color=color, alpha=0.6, linewidths=0.9,
#                                  edgecolors="black" if backwards else "none")
#             show_line(axes, *before[loss], reach=20, color="black", linestyle=":", linewidth=1.2)
#             show_line(axes, w, b, reach=20, color="black", linewidth=1.8)
#             axes.set_title(f"{loss}: misses {missed(w, b)} malignant of {np.sum(t < 0)}")
#         row[0].set_ylabel(f"{name}\nroughness")
#     panels[0, 0].set(xlim=(-2.5, 9.5), ylim=(-3.2, 4.5))
#     for axes in panels[-1]:
#         axes.set_xlabel("size of the largest nuclei")
#     plt.show()
#
#
# def missed(w, b):
#     """Return how many malignant tumours of the data are taken for benign."""
#     return int(np.sum((t < 0) & (X @ w + b > 0)))
#
#
# def turned(one, other):
#     """Return by how many degrees two lines (w, b) differ."""
#     cosine = one[0] @ other[0] / np.linalg.norm(one[0]) / np.linalg.norm(other[0])
#     return np.degrees(np.arccos(np.clip(cosine, -1, 1)))
#
#
# def show_bent(gammas, predict):
#     """Draw where predict(rows, gamma) changes its sign; return shares of errors, [gammas, 2]."""
#     across, up = np.meshgrid(np.linspace(-2.2, 4.3, 90), np.linspace(-3, 4.3, 90))
#     grid = np.stack([across.ravel(), up.ravel()], axis=1)
#     figure, panels = plt.subplots(1, 3, figsize=(14, 4), sharey=True, layout="constrained")
#     wrong = []
#     for axes, gamma in zip(panels, gammas):
#         f = predict(grid, gamma).reshape(across.shape)
#         axes.contourf(across, up, f, [-9, 0, 9], colors=["tab:orange", "tab:blue"], alpha=0.15)
#         axes.contour(across, up, f, [0], colors="black")
#         show_points(axes, X, t, size=8)
#         both = ((X, t), (X_test, t_test))
#         wrong.append([np.mean(predict(rows, gamma) * labels <= 0) for rows, labels in both])
#         axes.set_title(f"γ = {gamma:g}: wrong {wrong[-1][0]:.1%}, test {wrong[-1][1]:.1%}")
#     panels[0].legend()
#     plt.show()
#     return np.array(wrong)
#
#
# def show_clusters(steps, chosen):
#     """Draw the steps (centres, moved, labels, inertia) with the numbers `chosen`."""
#     figure, panels = plt.subplots(1, len(chosen), figsize=(3 * len(chosen), 3.2), sharey=True,
#                                   layout="constrained")
#     for axes, number in zip(panels, chosen):
#         centres, moved, cluster, inertia = steps[number]
#         for k, marker, color in ((0, "o", "tab:blue"), (1, "^", "tab:orange")):
#             axes.scatter(*X[cluster == k].T, s=7, marker=marker, color=color, linewidths=0)
#             axes.annotate("", moved[k], centres[k], arrowprops={"arrowstyle": "->", "linewidth": 1.5})
#             axes.plot(*moved[k], "D", color=color, markeredgecolor="black", markersize=8)
#         axes.set(title=f"step {number + 1}: inertia {float(inertia):.1f}", xlabel="size")
#     panels[0].set_ylabel("roughness")
#     plt.show()

# %% [markdown]
r"""
## The data: 569 tumours

They are those of Wolberg et al., "Breast Cancer Wisconsin (Diagnostic)" (1993),
https://doi.org/10.24432/C5DW2B, with thirty measurements each, of which the pictures
show two. Each is standardised by the mean and the standard deviation of the training
set. A label $t$ is $+1$ for benign and $-1$ for malignant.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
# show_points(axes, X, t)
# axes.legend()
# plt.show()
# print(f"{len(t)} tumours to train on, {np.sum(t < 0)} of them malignant; {len(t_test)} to test on")

# %% [markdown]
r"""
## Ridge regression with a first guess

Treat the labels as numbers and fit them by least squares. With a column of ones in $X$
for the offset, and with a penalty on the distance from a first guess $\theta_0$:

$$\hat\theta=\arg\min_\theta\;\frac1N\lVert X\theta-y\rVert^2+\lambda\lVert\theta-\theta_0\rVert^2$$

This is ridge regression if $\theta_0=0$. In general $\theta_0$ is what you believed
before there were data: weights from another hospital, say. The first term is a *mean*,
so that the balance between the two terms does not depend on $N$: with a fixed
$\lambda$ the first guess keeps its influence however many examples there are. Whoever
wants it to fade takes $\lambda$ in proportion to $1/N$.

*A small step:* write $\theta=\theta_0+\delta$, set the gradient with respect to
$\delta$ to zero, and keep track of $N$. You get $D$ linear equations for $\delta$. What
are they if $X^\top X=N I$?

<details><summary>Answer</summary>

The gradient is $\frac2NX^\top(X\theta_0+X\delta-y)+2\lambda\delta$. It is zero if

$$\Big(\frac1NX^\top X+\lambda I\Big)\,\delta=\frac1NX^\top(y-X\theta_0).$$

With $X^\top X=NI$ each weight is on its own:
$\delta=\frac1{1+\lambda}\cdot\frac1NX^\top(y-X\theta_0)$, least squares made smaller by
a factor.

</details>

The matrix of these equations has an inverse as long as $\lambda>0$, even for fewer
examples than weights ($D>N$) or for columns that are nearly the same. But do not
compute the inverse. `np.linalg.solve` costs less, and its answer *satisfies the
equations* to nearly full precision even where they are ill-conditioned. The product
with an inverse does not.
"""


# %%
def ridge_fit(
    X: Float64[np.ndarray, "examples weights"],
    y: Float64[np.ndarray, " examples"],
    lam: float,
    theta0: Float64[np.ndarray, " weights"],
) -> Float64[np.ndarray, " weights"]:
    """Fit a linear model by least squares, drawn towards a first guess.

    Computes the ridge estimate of Hoerl and Kennard, "Ridge Regression: Biased
    Estimation for Nonorthogonal Problems" (1970),
    https://doi.org/10.1080/00401706.1970.10488634, with the mean of the squared
    errors in place of their sum, and around `theta0` in place of 0.

    Args:
        X: one row for each example; a column of ones, if wanted, is part of it.
        y: what to predict.
        lam: the weight of the penalty on leaving `theta0`; positive.
        theta0: the first guess, of any size.

    Returns:
        The weights. They satisfy the linear equations to about ten digits, also where two
        columns of X are nearly the same.
    """
    ### BEGIN SOLUTION
    N, D = X.shape
    change = np.linalg.solve(X.T @ X / N + lam * np.eye(D), X.T @ (y - X @ theta0) / N)
    return theta0 + change
    ### END SOLUTION


# %% [markdown]
r"""
All thirty measurements. Radius, perimeter and area of a nucleus nearly determine each
other, so that the data hardly say which of them to use. On the left are the weights
over $\lambda$. At a small $\lambda$, radius and perimeter have large weights of opposite
signs, which nearly cancel; at a large $\lambda$ all weights go to $\theta_0=0$.

On the right we are a hospital with twenty patients of our own, and 31 weights to find.
Another hospital has sent the weights that it fitted to sixty of its patients. The
$\lambda$ is chosen on a *validation set*, sixty patients who are used for nothing else.
The test set is looked at once, after the choice: an error that was used to choose
something is too optimistic.
"""

# %% tags=["active-ipynb"]
# lams = 10.0 ** np.arange(-6, 3.01, 0.25)
# zero = np.zeros(31)
# paths = np.array([ridge_fit(with_ones(X30), t, lam, zero) for lam in lams])
# ours, theirs, held_out = slice(0, 20), slice(20, 80), slice(80, 140)
# sent = ridge_fit(with_ones(X30[theirs]), t[theirs], 0.1, zero)
# guesses = {"θ₀ = 0": zero, "θ₀ from the other hospital": sent}
# validation, chosen, final = {}, {}, {}
# for name, theta0 in guesses.items():
#     fits = [ridge_fit(with_ones(X30[ours]), t[ours], lam, theta0) for lam in lams]
#     validation[name] = [np.mean((with_ones(X30[held_out]) @ fit - t[held_out]) ** 2) for fit in fits]
#     best = int(np.argmin(validation[name]))
#     chosen[name] = lams[best]
#     final[name] = np.mean((with_ones(X30_test) @ fits[best] - t_test) ** 2)
#     print(f"{name}: λ = {lams[best]:.3g}, validation {min(validation[name]):.3f}, test {final[name]:.3f}")
# show_paths(lams, paths, validation, chosen)
# ends = [validation[name][-1] for name in guesses]
# assert 0.9 < ends[0] < 1.1 and ends[1] < 0.6, "at the right end: 1, and the other hospital's error"
# assert final["θ₀ from the other hospital"] < final["θ₀ = 0"], "its guess helps"

# %% [markdown]
r"""
*A small step:* what does each curve tend to at the right end? And at the left, where the
penalty is next to nothing: why do they still not meet?

<details><summary>Answer</summary>

At the right end $\theta=\theta_0$: the zero weights predict 0 for every patient, an
error of $(\pm1)^2=1$, and the other curve ends at the error of the other hospital's
weights. Its best $\lambda$ is the largest one: our own twenty patients hardly improve
what the other hospital learnt from sixty. At the left end the twenty patients leave
eleven of 31 directions undetermined, and there even the smallest penalty keeps
$\theta$ at $\theta_0$.

</details>
"""

# %% [markdown]
r"""
## Square, hinge and cross-entropy

The square loss is one way to say how bad a prediction is. For one example, with
target $t$ and prediction $y$:

$$\ell_{\text{square}}=\lVert t-y\rVert^2,\qquad
\ell_{\text{hinge}}=\sum_k\max(0,\,1-t_k\,y_k),\qquad
\ell_{\text{xent}}=-\sum_k t_k\,\log\operatorname{softmax}(y)_k$$

The hinge takes $t_k\in\{-1,1\}$; the cross-entropy takes logits $y$ and a distribution
$t$ over the classes. All three sum over whatever follows the batch axis, so that each
example has one number.

*A small step:* three classes, of which the first is right, so that $t=(1,-1,-1)$ for the hinge and
$(1,0,0)$ for the cross-entropy. The predictions are $y=(0.4,-2,0.5)$. What are the two losses?

<details><summary>Answer</summary>

The hinge adds $1-0.4=0.6$ and 0 (since $1-2<0$) and $1+0.5=1.5$, which makes 2.1: the third class
counts most, because its prediction is on the wrong side. The cross-entropy is
$\log(e^{0.4}+e^{-2}+e^{0.5})-0.4\approx1.19-0.4=0.79$, a probability of 0.45 for the right class.

</details>

*Another small step:* a logit is 1,000 ahead of the others. What are
$\operatorname{softmax}(y)_k$ for the others in float32, and their logarithm? Write
$\log\operatorname{softmax}(y)_k$ without a softmax. What may still overflow?

<details><summary>Answer</summary>

The others are 0, and their logarithm is $-\infty$. But
$\log\operatorname{softmax}(y)_k=y_k-\log\sum_je^{y_j}$ is about $-1{,}000$. The sum
still overflows if a logit is above 88, unless the largest logit is subtracted first.
`tf.nn.log_softmax` does all this.

</details>
"""


# %%
def supervised_losses(
    kind: str, t: Float[tf.Tensor, "batch *rest"], y: Float[tf.Tensor, "batch *rest"]
) -> Float[tf.Tensor, " batch"]:
    """Return the loss of each example, summed over all axes but the first.

    The squared error, the hinge and the cross-entropy of Bishop, "Pattern Recognition and
    Machine Learning" (2006),
    https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/. Nothing is trained
    by them here, so that NumPy will do as well.

    Args:
        kind: "square", "hinge" or "xent".
        t: the targets. Each -1 or 1 for the hinge; for the cross-entropy a
            distribution over the last axis.
        y: the predictions. For the cross-entropy logits, of any size.
    """
    ### BEGIN SOLUTION
    if kind == "square":
        loss = (t - y) ** 2
    elif kind == "hinge":
        loss = tf.maximum(0.0, 1.0 - t * y)
    else:
        loss = -t * tf.nn.log_softmax(y)
    return tf.reduce_sum(loss, axis=range(1, loss.ndim))
    ### END SOLUTION


# %% [markdown]
r"""
With two classes, what counts is the *margin* $m=t\,f(x)$ of a prediction
$f(x)=w^\top x+b$. It is positive if the prediction is right, and larger the further $x$
is from the boundary. As functions of the margin, the square loss is $(1-m)^2$, because
$t^2=1$; the hinge is $\max(0,1-m)$; and the cross-entropy of two classes with the
logits $(\frac m2,-\frac m2)$ is $\log(1+e^{-m})$, the logistic loss: only the difference of
the two counts. The cell draws them from your
function, the last one divided by $\log2$ so that all pass through $(0,1)$. To the left
of 0 they agree that errors are bad. Look to the right of 1: which of them punishes a
prediction that is *too* right?

The slopes on the right matter more than the losses. An example pulls at the boundary
with the force $-\ell'(m)$, and at the optimum all forces balance.
"""

# %% tags=["active-ipynb"]
# margins = np.linspace(-2.5, 4, 200).astype("float32")[:, None]
# ones = np.ones_like(margins)
# logits, first = np.hstack([margins / 2, -margins / 2]), np.hstack([ones, 0 * ones])
# curves = {
#     "square": supervised_losses("square", tf.constant(ones), tf.constant(margins)),
#     "logistic / log 2": supervised_losses("xent", tf.constant(first), tf.constant(logits)) / np.log(2),
#     "hinge": supervised_losses("hinge", tf.constant(ones), tf.constant(margins)),
# }
# show_losses(margins, curves)
# heights = np.array([np.interp([-1, 0, 1], margins[:, 0], curve) for curve in curves.values()])
# assert np.allclose(heights[:, 1], 1, atol=0.02), "all pass through (0, 1)"
# assert np.allclose(heights[:, [0, 2]], [[4, 0], [1.895, 0.452], [2, 0]], atol=0.02), "at -1, and at 1"

# %% [markdown]
r"""
## Support vector machine: the hinge and its subgradient

The linear support vector machine minimises the mean hinge and a penalty,

$$J(w,b)=\frac1N\sum_{n=1}^N\max\!\big(0,\;1-t_n(w^\top x_n+b)\big)+\frac\lambda2\lVert w\rVert^2$$

with no penalty on $b$: if all the data are shifted, the line should be shifted with
them. The hinge has a kink at $m=1$, where any slope between $-1$ and $0$ is a
*subgradient*; choose 0 there.

*A small step:* what does an example with $m_n>1$ contribute to $\partial J/\partial w$,
and what does one with $m_n<1$ contribute?

<details><summary>Answer</summary>

The first contributes nothing, the second $-\frac1Nt_nx_n$. Beside the sum of these
stands $\lambda w$.

</details>
"""


# %%
def hinge_subgradient(
    w: Float64[np.ndarray, " features"],
    b: float,
    X: Float64[np.ndarray, "examples features"],
    t: Float64[np.ndarray, " examples"],
    lam: float,
) -> tuple[Float64[np.ndarray, " features"], float]:
    """Return a subgradient of the linear SVM's objective, with respect to w and b.

    The objective is that of Shalev-Shwartz, Singer, Srebro and Cotter,
    "Pegasos: Primal Estimated sub-GrAdient SOlver for SVM" (2011),
    https://doi.org/10.1007/s10107-010-0420-4, with an offset `b` that the
    penalty leaves alone.

    Args:
        w: the weights.
        b: the offset.
        X: one row for each example.
        t: the labels, each -1 or 1.
        lam: the weight of half the squared norm of `w`.

    Returns:
        The subgradients; an example exactly at the kink, of margin 1, contributes 0.
    """
    ### BEGIN SOLUTION
    active = t * (X @ w + b) < 1
    pull = np.where(active, t, 0.0)
    return lam * w - X.T @ pull / len(X), -np.mean(pull)
    ### END SOLUTION


# %% [markdown]
r"""
Before one trains, one checks the gradient. Each slope of an objective is nearly its
change between two points that are $2h$ apart, divided by $2h$. For $h=10^{-5}$ the two
columns have to agree to seven digits or more, as long as no example's margin passes 1
between the two points.

*A small step:* one example, $x=1$ with $t=1$, without a penalty, at $w=1$ and $b=0$. What does the
check find along $w$, what does your function return, and is either of them wrong?

<details><summary>Answer</summary>

The margin is exactly 1. The loss is 0 at $w=1+h$ and $h$ at $w=1-h$, so that the check finds
$-\frac h{2h}=-\frac12$, the mean of the slopes on both sides; the function returns 0, the slope
on one side. Neither is wrong, since at a kink any slope between the two is a subgradient. So check
at a random point, where hardly ever an example sits on its kink.

</details>
"""

# %% tags=["active-ipynb"]
# lam = 0.01
#
#
# def objective(w, b, X, t, lam):
#     return np.mean(np.maximum(0, 1 - t * (X @ w + b))) + lam / 2 * w @ w
#
#
# at, h = np.array([0.3, -0.8, 0.1]), 1e-5  # w and b
# slopes_given = np.append(*hinge_subgradient(at[:2], at[2], X, t, lam))
# for i, step in enumerate(h * np.eye(3)):
#     up, down = (objective((at + s)[:2], (at + s)[2], X, t, lam) for s in (step, -step))
#     measured = (up - down) / (2 * h)
#     print(f"{('w₁', 'w₂', 'b')[i]:2}: hinge_subgradient {slopes_given[i]:+.9f}, measured {measured:+.9f}")
#     assert abs(slopes_given[i] - measured) < 1e-8, "the gradient is checked"

# %% [markdown]
r"""
Three thousand steps of subgradient descent, the $k$-th at the learning rate
$2/\sqrt k$. On the left is how far the objective is above that of scikit-learn's `SVC`,
which solves the same problem in another way. It should fall to about a millionth, but
not steadily, since a step along a subgradient may go uphill. On the right are the
examples that still pull, each on the wrong side of the dashed line $m=1$ of its class.
The others, drawn in grey, could be anywhere beyond it.
"""

# %% tags=["active-ipynb"]
# def fit_hinge(X, t, lam, steps=3000):
#     """Return the weights and the offset after each step."""
#     w, b = np.zeros(X.shape[1]), 0.0
#     path = [(w, b)]
#     for k in range(1, steps + 1):
#         gw, gb = hinge_subgradient(w, b, X, t, lam)
#         w, b = w - 2 / k**0.5 * gw, b - 2 / k**0.5 * gb
#         path.append((w, b))
#     return path
#
#
# path = fit_hinge(X, t, lam)
# svc = SVC(kernel="linear", C=1 / (lam * len(t)), tol=1e-7).fit(X, t)
# best = objective(svc.coef_[0], svc.intercept_[0], X, t, lam)
# above = [objective(*at, X, t, lam) - best for at in path[1:]]
# show_descent(above, *path[-1])
# print("yours", *path[-1][0].round(2), path[-1][1].round(2))
# print("SVC  ", *svc.coef_[0].round(2), svc.intercept_[0].round(2))
# assert -1e-6 < min(above) < 1e-5, "down to about a millionth"

# %% [markdown]
r"""
## Logistic regression by Newton's method

Logistic regression says how probable it is that a tumour is benign,
$p_n=\sigma(w^\top x_n+b)$ with $\sigma(z)=1/(1+e^{-z})$, and minimises the mean negative
log-likelihood. The labels are $y_n\in\{0,1\}$ this time:

$$J(w,b)=-\frac1N\sum_n\Big(y_n\log p_n+(1-y_n)\log(1-p_n)\Big)+\frac\lambda2\lVert w\rVert^2$$

It is smooth and convex, so that one can use Newton's method. Each step goes to the
minimum of the parabola that touches $J$ where we are. With $\theta=(w,b)$ it is

$$\theta\leftarrow\theta-(\nabla^2J)^{-1}\nabla J.$$

*A small step:* let $Z$ be $X$ with a column of ones, and let
$P=\operatorname{diag}(1,\dots,1,0)$, which leaves $b$ out of the penalty. Show that
$\sigma'=\sigma(1-\sigma)$. Derive the gradient, and from it the Hessian $\nabla^2J$,
the matrix of second derivatives. What are both at $\theta=0$, and of which problem that
you have solved above is the first step nearly the solution?

<details><summary>Answer</summary>

$$\nabla J=\frac1N Z^\top(p-y)+\lambda P\theta,\qquad
\nabla^2J=\frac1N Z^\top R\,Z+\lambda P,\qquad R=\operatorname{diag}\!\big(p_n(1-p_n)\big)$$

At $\theta=0$ all $p_n=\frac12$ and $R=\frac14I$. The first step solves
$(\frac1{4N}Z^\top Z+\lambda P)\theta=\frac1NZ^\top(y-\frac12)$: ridge regression on the
labels $4(y-\frac12)=\pm2$, with the penalty $4\lambda$.

</details>

Start from 0. Do not make $R$ a matrix: it would have $N^2$ entries, nearly all of them
0.
"""


# %%
def logistic_regression(
    X: Float64[np.ndarray, "examples features"],
    y: Int[np.ndarray, " examples"],
    l2: float,
    steps: int,
) -> tuple[Float64[np.ndarray, " features"], float]:
    """Fit a logistic regression by Newton's method, from weights and an offset of 0.

    Computes the iterative reweighted least squares of Bishop, "Pattern Recognition
    and Machine Learning" (2006),
    https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/, for the
    mean over the examples and with a penalty on the weights.

    Args:
        X: one row for each example.
        y: the labels, each 0 or 1; all may be the same.
        l2: the weight of half the squared norm of the weights, λ above; positive.
        steps: how many steps of Newton's method to take, each of full length; at least 1.

    Returns:
        The weights and the offset.
    """
    ### BEGIN SOLUTION
    N, D = X.shape
    Z = np.hstack([X, np.ones((N, 1))])
    penalty = l2 * np.diag(np.append(np.ones(D), 0.0))
    theta = np.zeros(D + 1)
    for _ in range(steps):
        p = 1 / (1 + np.exp(-(Z @ theta)))
        gradient = Z.T @ (p - y) / N + penalty @ theta
        hessian = (Z.T * (p * (1 - p))) @ Z / N + penalty
        theta = theta - np.linalg.solve(hessian, gradient)
    return theta[:-1], theta[-1]
    ### END SOLUTION


# %% [markdown]
r"""
On the left is the length of the gradient after each step, on all thirty measurements.
Near the solution Newton's method doubles the number of correct digits in every step, so
that its curve falls faster and faster, down to the rounding error. Gradient descent
gains one modest factor in every step. The right shows what only this loss can tell: how
sure one may be. The table compares the probabilities with what is the case. (A larger
penalty makes them more cautious than they need be. Try 0.01, and say why.)
"""

# %% tags=["active-ipynb"]
# def slope(w, b, X, y, l2):
#     """Return the gradient, with that of the offset last."""
#     p = 1 / (1 + np.exp(-(X @ w + b)))
#     return np.append(X.T @ (p - y) / len(y) + l2 * w, np.mean(p - y))
#
#
# lengths = {f"Newton, λ = {l2}": [
#     np.linalg.norm(slope(*logistic_regression(X30, y, l2, steps), X30, y, l2)) for steps in range(13)
# ] for l2 in (0.1, 0.001)}
# theta, lengths["gradient descent, λ = 0.1"] = np.zeros(31), []
# for _ in range(13):
#     gradient = slope(theta[:-1], theta[-1], X30, y, 0.1)
#     lengths["gradient descent, λ = 0.1"].append(np.linalg.norm(gradient))
#     theta = theta - 0.25 * gradient
# w, b = logistic_regression(X, y, 0.001, 15)
# show_newton(lengths, w, b)
# chances = 1 / (1 + np.exp(-(X @ w + b)))
# for low, high in ((0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1)):
#     inside = (chances >= low) & (chances <= high)
#     print(f"said to be benign with {low:3.0%} to {high:4.0%}: {inside.sum():3d} tumours, "
#           f"{chances[inside].mean():5.1%} expected, {y[inside].mean():5.1%} are")
# assert lengths["Newton, λ = 0.1"][-1] < 1e-12 < lengths["gradient descent, λ = 0.1"][-1], "rounding error"

# %% [markdown]
r"""
## Softmax regression: ten classes

With $K$ classes, let each have its own weights and offset, and turn the scores into
probabilities by a softmax:

$$z=x^\top W+b,\qquad p=\operatorname{softmax}(z),\qquad
J=-\frac1N\sum_n\log p_{n,y_n}$$

where $y_n$ is the *number* of the class, so that no one-hot vector is needed. Models
return the logits $z$, and the loss takes the softmax, so that the two can be computed
together without overflow. This gives a model two ways to be wrong together with its
loss: no softmax anywhere, or two of them.

*A small step:* for one example, show that $\partial J/\partial z_k=p_k-[k=y]$, where
$[k=y]$ is 1 for the right class and 0 for the others. What is $p_1$ for two classes, in
terms of $z_1-z_0$?

<details><summary>Answer</summary>

$J=-z_y+\log\sum_je^{z_j}$, and the derivative of the second term is
$e^{z_k}/\sum_je^{z_j}=p_k$. Every slope lies between $-1$ and 1. For two classes
$p_1=e^{z_1}/(e^{z_0}+e^{z_1})=\sigma(z_1-z_0)$, logistic regression.

</details>

You write it as a Keras model. `compute_loss` is the place where Keras looks for a loss
that is the model's own: `model.compile(optimizer)` needs no other.
"""


# %%
class SoftmaxRegression(keras.Model):
    """A linear classifier of any number of classes.

    Computes the multiclass logistic regression of Bishop, "Pattern Recognition and
    Machine Learning" (2006),
    https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/, up to the
    softmax, and its cross-entropy as a mean over the batch.

    Its only variables are a kernel [features, classes] and a bias [classes],
    whatever they are attributes of. A layer of Keras may hold them. It does the same in
    training as afterwards.

    Args:
        classes: the number of classes.
    """

    def __init__(self, classes: int):
        super().__init__()
        ### BEGIN SOLUTION
        self.dense = keras.layers.Dense(classes)
        ### END SOLUTION

    def call(self, x: Float[tf.Tensor, "batch features"]) -> Float[tf.Tensor, "batch classes"]:
        """Return the logits, not the probabilities."""
        ### BEGIN SOLUTION
        return self.dense(x)
        ### END SOLUTION

    def compute_loss(
        self,
        x=None,
        y: Int[tf.Tensor, " batch"] | None = None,
        y_pred: Float[tf.Tensor, "batch classes"] | None = None,
        sample_weight=None,
        training=True,
    ) -> Float[tf.Tensor, ""]:
        """Return the mean cross-entropy of the batch.

        Args:
            x: the inputs, not needed here.
            y: the number of each example's class.
            y_pred: what `call` returned, of any size.
            sample_weight: not needed here.
            training: not needed here.
        """
        ### BEGIN SOLUTION
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, y_pred))
        ### END SOLUTION


# %% [markdown]
r"""
**Prediction 1.** What is the loss before the first step, and which share of unseen
digits is classified correctly in the end?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
Handwritten digits of 8 × 8 pixels, 1,200 to train on and 597 to test on. Before one
trains for long, one looks at two things that cost nothing: is the *loss at the start*
what it must be, and can the model *memorise a handful of examples*? Then 200 steps of
Adam on all 1,200 at once.
"""

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(1)
# handful = SoftmaxRegression(10)
# few = train_on_all(handful, pixels[:12], classes[:12])
# print(f"twelve digits: loss {few[0]:.2f} → {few[-1]:.4f}; log 10 = {np.log(10):.2f}")
# keras.utils.set_random_seed(0)
# model = SoftmaxRegression(10)
# losses = train_on_all(model, pixels, classes)
# print(f"all digits: loss {losses[0]:.2f} → {losses[-1]:.3f}, test accuracy {accuracy(model):.3f}")
# numbers = sum(int(np.prod(v.shape)) for v in model.trainable_variables)
# kernel = next(v for v in model.trainable_variables if len(v.shape) == 2).numpy()
# show_kernel(kernel)
# assert 1.9 < losses[0] < 3.0, "near log 10"
# assert few[-1] < 0.05, "a handful is memorised"
# assert numbers == 650 and 0.88 < accuracy(model) < 0.95, "about 91 % with 650 numbers"

# %% [markdown]
r"""
**Prediction 1, answered.** With small weights all ten probabilities are about equal, so
that the loss starts near $\log10\approx2.30$. It is not exactly that, because the
weights are small and not 0. A loss that starts far above means that the logits are too
large. In the end about 91 % of unseen digits are right, with $64\cdot10+10=650$ numbers.
Each picture above is one digit's 64 weights: blue where ink speaks for the digit, red
where it speaks against. The 0 is the easiest to make out: ink in its middle speaks
against it.
"""

# %% [markdown]
r"""
### Find the silent bug

**A silent bug.** Here is somebody else's model, trained in the same way. It runs
without a warning, its loss falls, its test accuracy is decent. But its loss seems to
have a floor: 200 more steps, or 2,000, do not bring it below 1.46. Predict before you
run it: which number is that, exactly, and which part of the code puts the floor there?
On the right of the picture is how sure each model is of its answers on the test set.
The loss of the suspicious model is far higher. Which of the two will be more than 95 %
sure more often?

<details><summary>Answer</summary>

The model returns probabilities, and `softmax_cross_entropy_with_logits` takes the
softmax of these once more. The best that can be reached is a probability of 1 for the
right class and 0 for nine others: $-\log\frac{e^1}{e^1+9e^0}=\log(1+9/e)\approx1.4612$.
To come near to it, the first softmax has to be nearly 0 and 1. So the model is very
sure *more* often, also where it is wrong. Remove `activation="softmax"`.

</details>
"""

# %% tags=["active-ipynb"]
# class Suspicious(keras.Model):
#     def __init__(self, classes):
#         super().__init__()
#         self.classes = classes
#         self.scores = keras.layers.Dense(classes, activation="softmax")
#
#     def call(self, x):
#         return self.scores(x)
#
#     def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
#         targets = tf.one_hot(y, self.classes)
#         return tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(targets, y_pred)) / len(y)
#
#
# suspicious = Suspicious(10)
# its_losses = train_on_all(suspicious, pixels, classes)
# print(f"loss {its_losses[0]:.2f} → {its_losses[-1]:.3f}, test accuracy {accuracy(suspicious):.3f}")
# sure = [np.max(tf.nn.softmax(model(pixels_test)), axis=1), np.max(suspicious(pixels_test), axis=1)]
# show_suspicion({"yours": losses, "suspicious": its_losses}, sure)
# assert its_losses[-1] > np.log(1 + 9 / np.e) > losses[-1], "the floor"
# certain = [np.mean(one > 0.95) for one in sure]
# print(f"of yours {certain[0]:.0%} of the answers are surer than 95 %, of the suspicious {certain[1]:.0%}")
# assert certain[1] > certain[0], "the suspicious model is the surer one"

# %% [markdown]
r"""
## Minibatches: a few examples a step

A step needs a direction, and no exact gradient. So shuffle the examples, take $m$ at a
time until none is left, and shuffle again for the next *epoch*. With the batches
$B_1,\dots,B_k$ of an epoch, of which the last may be smaller,

$$\sum_{i=1}^k\frac{|B_i|}{N}\;\nabla J_{B_i}=\nabla J$$

*A small step:* check it on paper. What would the left-hand side be if the last, smaller
batch were dropped? And if it were kept, but all batches had the same weight $1/k$?

<details><summary>Answer</summary>

$|B_i|\nabla J_{B_i}$ is the sum of the gradients in the batch, and each example is in
one batch. Without the last batch its examples are missing, others in every epoch. With
equal weights, each example of the smaller batch counts for more than the others.

</details>

The generator of random numbers comes from outside, so that an experiment can be
repeated. Use nothing else that is random.
"""


# %%
def minibatches(n: int, batch: int, rng: np.random.Generator) -> Iterator[Int[np.ndarray, " indices"]]:
    """Deal out one epoch: every index below n once, in random order.

    This is random reshuffling, in the terms of Gürbüzbalaban, Ozdaglar and Parrilo, "Why
    Random Reshuffling Beats Stochastic Gradient Descent" (2015),
    https://arxiv.org/abs/1510.08560.

    Args:
        n: the number of examples.
        batch: the number of indices in a batch; the last may have fewer. It may be larger
            than n.
        rng: the source of randomness. Its next use gives another order.

    Yields:
        The indices of one batch.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(n)
    for start in range(0, n, batch):
        yield order[start : start + batch]
    ### END SOLUTION


# %% [markdown]
r"""
First the equation above, with batches of 70, of which the last holds 10. Both sides must
agree to the last digits, and the next epoch must come in another order.
"""

# %% tags=["active-ipynb"]
# inputs = with_ones(pixels.numpy().astype(float))
# W, rng = np.zeros((65, 10)), np.random.default_rng(0)
# dealt, again = (list(minibatches(1200, 70, rng)) for _ in range(2))
# total = sum(len(one) / 1200 * slopes(W, inputs[one], classes[one])[1] for one in dealt)
# apart = np.abs(total - slopes(W, inputs, classes)[1]).max()
# print(f"{len(dealt)} batches, the last of {len(dealt[-1])}: at most {apart:.0e} from the full gradient")
# assert apart < 1e-12, "each example once"
# assert not np.array_equal(np.concatenate(dealt), np.concatenate(again)), "another epoch, another order"

# %% [markdown]
r"""
The same softmax regression with plain gradient descent and one learning rate; only the
batch differs. The curves are drawn over *epochs*, each of which costs 1,200 gradients of
single examples, whatever the batch. Batches of 10 take 120 steps for the price of one
step with all examples. What is the price of that, and what happens with batches of 1?
The last column says what an epoch costs in time.
"""

# %% tags=["active-ipynb"]
# plt.figure(figsize=(6.5, 3.8), layout="constrained")
# curves = {}
# for size, style in ((1200, "-"), (100, "--"), (10, "-."), (1, ":")):
#     rng, W, start = np.random.default_rng(0), np.zeros((65, 10)), time.perf_counter()
#     curve = [slopes(W, inputs, classes)[0]]
#     for epoch in range(12):
#         for indices in minibatches(1200, size, rng):
#             W = W - 0.5 * slopes(W, inputs[indices], classes[indices])[1]
#         curve.append(slopes(W, inputs, classes)[0])
#     curves[size] = curve
#     taken = (time.perf_counter() - start) / 12
#     print(f"batches of {size:4}: loss {curve[-1]:.3f}, {1000 * taken:6.1f} ms an epoch")
#     plt.semilogy(curve, style, linewidth=2, label=f"batches of {size}")
# plt.xlabel("epoch")
# plt.ylabel("training loss")
# plt.legend()
# plt.show()
# assert curves[10][-1] < curves[100][-1] < curves[1200][-1], "smaller batches get further in an epoch"

# %% [markdown]
r"""
Smaller batches get further for the same number of gradients. Their price is noise:
with batches of 1 each step follows a single example, so that the curve jumps instead of
falling steadily. They also need more time an epoch, since 1,200 small products are
slower than one large product.

**Explore.** Which batch and learning rate reach the lowest *validation* loss in twelve
epochs? Change the list in the next cell. It holds 200 training digits out for
validation; nothing is graded. Does the best learning rate change with the batch?
"""

# %% tags=["active-ipynb"]
# for size, rate in [(1000, 0.5), (100, 0.5), (10, 0.5), (10, 0.1)]:
#     rng, W = np.random.default_rng(0), np.zeros((65, 10))
#     for epoch in range(12):
#         for indices in minibatches(1000, size, rng):
#             W = W - rate * slopes(W, inputs[indices], classes[indices])[1]
#     loss, _ = slopes(W, inputs[1000:], classes[1000:])
#     print(f"batches of {size:4}, rate {rate}: validation loss {loss:.4f}")

# %% [markdown]
r"""
## A result: what moves a boundary

Back to two classes and the three losses. Bishop's book has a well-known figure that
fits two classes by least squares and by logistic regression, then adds examples that
are far on the *right* side of both lines. Here it is for the tumours, with your hinge
beside it.

**Prediction 2.** Which of the three lines move if thirty very large malignant tumours
are added?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
Above are the tumours as they are; below there are thirty more, and the old line is
dotted. The area of a point is the force $|\ell'(m)|$ with which it pulls at the line,
relative to the largest in the panel. A black edge marks points that pull *backwards*:
their margin is larger than the square loss wants.
"""

# %% tags=["active-ipynb"]
# def fit_all(X, t, lam):
#     """Return w and b by loss."""
#     *w, b = ridge_fit(with_ones(X), t, lam, np.zeros(X.shape[1] + 1))
#     return {
#         "square": (np.array(w), b),
#         "logistic": logistic_regression(X, (t > 0).astype(int), lam, 20),
#         "hinge": fit_hinge(X, t, lam)[-1],
#     }
#
#
# far = np.array([8.0, 1.0]) + 0.4 * np.random.default_rng(0).normal(size=(30, 2))
# X_far, t_far = np.vstack([X, far]), np.append(t, -np.ones(30))
# before, after = fit_all(X, t, lam), fit_all(X_far, t_far, lam)
# show_boundaries([("as they are", X, t, before), ("with thirty more", X_far, t_far, after)], before)
# turns = {loss: turned(before[loss], after[loss]) for loss in before}
# print("with thirty more:", ", ".join(f"{loss} turns by {turn:.1f}°" for loss, turn in turns.items()))
# counts = missed(*before["square"]), missed(*after["square"])
# assert 28 < turns["square"] < 36 and max(turns["logistic"], turns["hinge"]) < 4, "the square loss alone"
# assert abs(counts[0] - 24) <= 2 and abs(counts[1] - 67) <= 4, "24, then 67"

# %% [markdown]
r"""
**Prediction 2, answered.** The line of the square loss turns by about 32° and misses
some 67 malignant tumours, where it missed 24. The thirty new ones have margins far
beyond 1, so that they pull it backwards, and the further away they are the harder. For
the logistic loss their force is about $e^{-m}$, next to nothing, for the hinge it is
exactly 0. (What little these two turn comes from $1/N$: the other examples count
somewhat less beside the penalty.)

**Prediction 3.** Which of the lines stay where they were if all tumours on which the
hinge loss is 0 are thrown away?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# w, b = before["hinge"]
# held = t * (X @ w + b) < 1.01  # with those at the kink, where the subgradient may be anything between
# only = fit_all(X[held], t[held], lam * len(t) / np.sum(held))
# print(f"with only {np.sum(held)} of {len(t)}:")
# for loss in before:
#     places = [fits[loss][1] / np.linalg.norm(fits[loss][0]) for fits in (before, only)]
#     turns[loss] = turned(before[loss], only[loss])
#     print(f"{loss:10} turns by {turns[loss]:5.2f}°, b / |w| {places[0]:.3f} → {places[1]:.3f}")
# assert 80 <= np.sum(held) <= 105, "about one in five"
# assert turns["hinge"] < 1 and min(turns["square"], turns["logistic"]) > 2 * turns["hinge"], "one stays"

# %% [markdown]
r"""
**Prediction 3, answered.** About 93 tumours remain, one in five. The hinge's line stays
where it was (with $\lambda$ times $N/93$, because the mean is over fewer). These examples
are its *support vectors*: all others pull with a force of 0, so that they may as well be
missing. The other two lines are held by everybody, and move.
"""

# %% [markdown]
r"""
## Beyond a straight line: kernel ridge regression

Two short methods to end with; both use the square loss. Solve the ridge problem of the
beginning with features $\phi(x)$ instead of $x$, and with $\theta_0=0$. The solution is
a combination of the training examples, $\theta=\sum_n\alpha_n\phi(x_n)$, so that only
inner products $k(x,x')=\phi(x)^\top\phi(x')$ are ever needed:

$$f(x)=\sum_n\alpha_n\,k(x,x_n),\qquad \alpha=(K+\lambda I)^{-1}y,\qquad K_{nm}=k(x_n,x_m)$$

The Gaussian kernel $k(x,x')=\exp(-\gamma\lVert x-x'\rVert^2)$ stands for infinitely many
features. By tradition $\lambda$ is not multiplied by $N$ here: the objective is the
*sum* of the squared errors, plus $\lambda\lVert\theta\rVert^2$.

*A small step:* what does $f$ tend to far away from all examples, and what are its
values at the examples when $\lambda\to0$?

<details><summary>Answer</summary>

Far away all $k(x,x_n)$ tend to 0, and so does $f$. For $\lambda\to0$ the values at the
examples are $K\alpha=KK^{-1}y=y$: the examples are interpolated.

</details>
"""


# %%
def kernel_ridge(
    Xtr: Float64[np.ndarray, "examples features"],
    ytr: Float64[np.ndarray, " examples"],
    Xte: Float64[np.ndarray, "queries features"],
    gamma: float,
    lam: float,
) -> Float64[np.ndarray, " queries"]:
    """Predict by ridge regression in the feature space of a Gaussian kernel.

    Computes the dual form of ridge regression in Bishop, "Pattern Recognition and Machine
    Learning" (2006), https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/,
    for the kernel exp(-gamma · squared distance).

    Args:
        Xtr: one row for each example.
        ytr: what to predict for it.
        Xte: one row for each prediction that is wanted.
        gamma: how fast the kernel falls.
        lam: the weight of the penalty, for the sum of the squared errors; positive.
    """
    ### BEGIN SOLUTION
    def k(A, B):
        return np.exp(-gamma * np.sum((A[:, None] - B[None, :]) ** 2, axis=-1))

    alpha = np.linalg.solve(k(Xtr, Xtr) + lam * np.eye(len(Xtr)), ytr)
    return k(Xte, Xtr) @ alpha
    ### END SOLUTION


# %% [markdown]
r"""
The boundary $f(x)=0$ on the tumours, for kernels from wide to narrow. A wide one gives
nearly a straight line. A narrow one winds around single tumours: it makes few errors on
those that it knows, and more on those that it does not. (To *choose* $\gamma$ one would
need a validation set, as above.)
"""

# %% tags=["active-ipynb"]
# wrong = show_bent((0.02, 0.5, 50.0), lambda rows, gamma: kernel_ridge(X, t, rows, gamma, 0.1))
# assert wrong[2, 0] < 0.02 and wrong[2, 1] > wrong[1, 1], "errors on what it does not know"

# %% [markdown]
r"""
## Without labels: K-means

Now hide the labels. Given centres $c_1,\dots,c_K$, Lloyd's algorithm first assigns each
example to the nearest centre, then moves each centre to the mean of its examples:

$$k_n=\arg\min_k\lVert x_n-c_k\rVert^2,\qquad
c_k\leftarrow\frac1{|\{n:k_n=k\}|}\sum_{n:k_n=k}x_n,\qquad
\text{inertia}=\sum_n\lVert x_n-c_{k_n}\rVert^2$$

Both halves can only lower the inertia, so that it never rises from one step to the
next. The inertia of a step belongs to the centres and labels of its first half,
*before* the centres move. It is the square loss once more, with the nearest centre as
the prediction. A centre without examples has no mean and stays where it is.
"""


# %%
def kmeans_step(
    X: Float32[tf.Tensor, "examples features"], C: Float32[tf.Tensor, "clusters features"]
) -> tuple[Float32[tf.Tensor, "clusters features"], Int[tf.Tensor, " examples"], Float32[tf.Tensor, ""]]:
    """Take one step of Lloyd's algorithm.

    The algorithm of Lloyd, "Least squares quantization in PCM" (written in 1957,
    published in 1982), https://doi.org/10.1109/TIT.1982.1056489, in any number
    of dimensions.

    Args:
        X: one row for each example.
        C: the centres.

    Returns:
        The new centres, where one that no example was assigned to stays where it is; the
        number of the centre in `C` that is nearest to each example, the lowest if several
        are; and the sum of the squared distances to the centres in `C`.
    """
    ### BEGIN SOLUTION
    distance = tf.reduce_sum((X[:, None] - C[None, :]) ** 2, axis=-1)
    labels = tf.argmin(distance, axis=1)
    member = tf.one_hot(labels, len(C))
    size = tf.reduce_sum(member, axis=0)[:, None]
    mean = tf.math.divide_no_nan(tf.matmul(member, X, transpose_a=True), size)
    return tf.where(size > 0, mean, C), labels, tf.reduce_sum(tf.reduce_min(distance, axis=1))
    ### END SOLUTION


# %% [markdown]
r"""
Two centres that start in a corner. Each panel shows a step's labels, as shapes, and
where the centres go from there. The inertia in the titles must never rise, and the first
must be that of the two points where the centres start. (A third run begins with a centre that is
nearest to nobody.) The second run has the thirty large tumours in it.
"""

# %% tags=["active-ipynb"]
# def cluster(X, centres, number=12):
#     """Return number steps (centres, moved, labels, inertia)."""
#     steps = []
#     for _ in range(number):
#         moved, labels, inertia = kmeans_step(tf.constant(X, tf.float32), centres)
#         steps.append((centres, moved, np.asarray(labels), float(inertia)))
#         centres = moved
#     return steps
#
#
# steps = cluster(X, tf.constant([[-1.5, -2.5], [-1.0, -2.0]]))
# show_clusters(steps, (0, 1, 2, 4, 11))
# with_far = cluster(X_far, tf.constant([[-1.0, 0.0], [1.0, 0.0]]), 30)[-1]
# kinds = [np.mean(labels[:len(t)] == (t < 0)) for labels in (steps[-1][2], with_far[2])]
# shares = [max(share, 1 - share) for share in kinds]
# print(f"in the cluster of their kind: {shares[0]:.1%}, with thirty more {shares[1]:.1%}")
# by_hand = sum(min(np.sum((x - c) ** 2) for c in np.array([[-1.5, -2.5], [-1.0, -2.0]])) for x in X)
# inertias = [one[3] for one in steps]
# assert abs(inertias[0] / by_hand - 1) < 1e-4, "the inertia before the centres move"
# lonely = cluster(X, tf.constant([[-1.0, 0.0], [1.0, 0.0], [60.0, 60.0]]), 1)[0][1]
# assert np.allclose(lonely[2], 60), "who has nobody stays"
# assert all(later <= before * 1.00001 for before, later in zip(inertias, inertias[1:])), "it never rises"
# assert 0.9 < shares[0] < 0.96 and shares[1] < shares[0] - 0.1, "93 %, and far fewer with thirty more"

# %% [markdown]
r"""
Without labels, about 93 % of the tumours end up in the group of their own kind. With
thirty more it is far fewer: because of the square loss, it pays to spend a whole centre
on the distant ones.
"""

# %% [markdown]
r"""
## What you have learnt

- A loss acts through its slope: the square loss pulls harder the further away an example
  is, on either side; the hinge stops at a margin of 1; the logistic loss never quite
  stops.
- Only the support vectors hold the hinge's line.
- Solve equations and do not invert; compute the logarithm of a softmax in one step;
  take one softmax, not two.
- At the start the loss of a $K$-class model is near $\log K$, and a handful of examples
  can be memorised. Look at both before you train for long.
- Choose $\lambda$, $\gamma$ and learning rates on validation data. The test set is
  looked at once.

Read on: Bishop, "Pattern Recognition and Machine Learning" (2006), the chapters on linear
models, kernels and sparse kernel machines,
https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/; Hastie, Tibshirani and
Friedman, "The Elements of Statistical Learning" (2009), https://hastie.su.domains/ElemStatLearn.
"""

# %% [markdown]
r"""
## In your own words

It turns out that one label in twenty is wrong, at random. Look at the pull $-\ell'(m)$
of a mislabelled tumour that lies deep on the other side. Which of the three lines
suffers most, and are the other two safe? What would $-\ell'$ have to look like for such
a tumour to pull little, and what would you lose? Does the penalty help? Six sentences.
"""

# %% [markdown] tags=["answer"]
r"""
A mislabelled tumour deep on the other side has a large negative margin. There the
square loss pulls with $2(1-m)$, without bound, so that its line suffers most: one such
label can outweigh many right ones. The hinge and the logistic loss pull with a force of
1, or nearly so, however far away the tumour is. That is bounded, but it is also the
*largest* force that they have, and most of the right labels, whose margins are large,
pull little or not at all. For such a tumour to pull little, $-\ell'(m)$ would have to
fall to 0 again as $m\to-\infty$, so that the loss levels off, as the count of errors
does, or a hinge that is clipped. No convex loss that punishes errors can do that, since
its slope never becomes gentler towards the left: the price is convexity, and with it
the guarantee that descent from anywhere finds the best line. The penalty keeps $w$
short, and so the margins, which limits how hard the square loss can pull, but it treats
right and wrong labels alike.
"""
