# %% [markdown]
r"""
# Three losses, one boundary

A biopsy shows some hundred cell nuclei, and from two numbers, how large the largest
are and how rough their outlines, one can tell most malignant tumours from benign
ones by drawing a straight line, $w^\top x+b=0$. Where should it go? The square loss,
the logistic loss and the hinge each have an answer of their own, for the same points
and the same straight line. You build all three, and then let the line bend, count to
ten, and do without labels.

**The question.** What does the choice of the loss do to the boundary?

**Before you run anything**, write down your predictions:

1. Thirty tumours are added, larger by far than any in the data, and every one
   malignant. All three lines have them right already, by far. Which of the lines move?
2. All tumours that the hinge's line gets right with room to spare (you will see what
   that means exactly) are thrown away, about four fifths of the data. Which of the
   lines stay where they were?
3. A clustering algorithm gets the same points without labels and is asked for two
   groups. What share of the tumours ends up in the group of their own kind?
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
The data: 569 tumours of Wolberg et al., "Breast Cancer Wisconsin (Diagnostic)" (1993),
https://doi.org/10.24432/C5DW2B, with thirty measurements each, of which the pictures show
two. Each is standardised by the mean and the standard deviation of the training set. A
label $t$ is $+1$ for benign and $-1$ for malignant.
"""

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
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
#
#
# def show_points(axes, X, t, size=14, **style):
#     for sign, marker, color, name in ((1, "o", "tab:blue", "benign"), (-1, "^", "tab:orange", "malignant")):
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
# def mistaken(w, b, X, t):
#     return int(np.sum(t * (X @ w + b) <= 0))
#
#
# figure, axes = plt.subplots(figsize=(6, 4), layout="constrained")
# show_points(axes, X, t)
# axes.legend()
# plt.show()
# print(f"{len(t)} tumours to train on, {np.sum(t < 0)} of them malignant; {len(t_test)} to test on")

# %% [markdown]
r"""
## The square loss, and a first guess

Treat the labels as numbers and fit them by least squares. With a column of ones in $X$
for the offset, and with a penalty on leaving a first guess $\theta_0$:

$$\hat\theta=\arg\min_\theta\;\frac1N\lVert X\theta-y\rVert^2+\lambda\lVert\theta-\theta_0\rVert^2$$

This is ridge regression if $\theta_0=0$. In general $\theta_0$ is what you believed before
there were data: weights from another hospital, say. The more examples, the less it counts,
because the first term is a *mean* and so keeps its size while its certainty grows.

A small step: write $\theta=\theta_0+\delta$, set the gradient with respect to $\delta$ to
zero, and keep track of $N$. You get $D$ linear equations for $\delta$. What are they if $X$
has orthonormal columns?

The matrix of these equations has an inverse as long as $\lambda>0$, even for fewer examples
than weights ($D>N$) or for columns that are nearly the same. But do not compute it.
`np.linalg.solve` costs less, and its answer *satisfies the equations* to full precision even
where they are ill-conditioned; one that was multiplied by an inverse does not.
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
    Estimation for Nonorthogonal Problems" (1970), section 2,
    https://doi.org/10.1080/00401706.1970.10488634, with the mean of the squared
    errors in place of their sum, and around `theta0` in place of 0.

    Args:
        X: one row for each example; a column of ones, if wanted, is part of it.
        y: what to predict.
        lam: the weight of the penalty on leaving `theta0`; positive.
        theta0: the first guess.
    """
    ### BEGIN SOLUTION
    N, D = X.shape
    change = np.linalg.solve(X.T @ X / N + lam * np.eye(D), X.T @ (y - X @ theta0) / N)
    return theta0 + change
    ### END SOLUTION


# %% [markdown]
r"""
All thirty measurements. Radius, perimeter and area of a nucleus nearly determine each
other, and so the data hardly say which of them to use. On the left, the weights over
$\lambda$: at a small $\lambda$ radius and perimeter fight with large weights of opposite
signs, where only their sum matters; with a large $\lambda$ all go to $\theta_0=0$.

On the right, we are a hospital with twenty patients of our own, and 31 weights to find. Another
hospital has sent the weights that it fitted to sixty of its patients. What does each curve tend
to at the right end? And at the left, where the penalty is next to nothing: why do they still not
meet?
"""

# %% tags=["active-ipynb"]
# def with_ones(X):
#     return np.hstack([X, np.ones((len(X), 1))])
#
#
# lams = 10.0 ** np.arange(-6, 3.01, 0.25)
# zero = np.zeros(31)
# paths = np.array([ridge_fit(with_ones(X30), t, lam, zero) for lam in lams])
# figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
# left.semilogx(lams, paths[:, :-1], color="0.85", linewidth=0.8)
# for name, style in (
#     ("mean radius", "-"), ("mean perimeter", "--"), ("mean area", "-."), ("worst smoothness", ":")
# ):
#     left.semilogx(lams, paths[:, names.index(name)], style, linewidth=2, label=name)
# left.set(xlabel="λ", ylabel="weight", title=f"all {len(t)} patients")
# left.legend()
#
# ours, theirs = slice(0, 20), slice(20, 80)
# guess = ridge_fit(with_ones(X30[theirs]), t[theirs], 0.1, zero)
# for name, theta0, style in (("θ₀ = 0", zero, "-"), ("θ₀ from the other hospital", guess, "--")):
#     errors = []
#     for lam in lams:
#         theta = ridge_fit(with_ones(X30[ours]), t[ours], lam, theta0)
#         errors.append(np.mean((with_ones(X30_test) @ theta - t_test) ** 2))
#     right.semilogx(lams, errors, style, label=name)
# right.set(xlabel="λ", ylabel="mean squared error, test", title="20 patients", ylim=(0, None))
# right.legend()
# plt.show()

# %% [markdown]
r"""
## Three ways to be wrong

The square loss is one way to say how bad a prediction is. For one example, with
target $t$ and prediction $y$:

$$\ell_{\text{square}}=\lVert t-y\rVert^2,\qquad
\ell_{\text{hinge}}=\sum_k\max(0,\,1-t_k\,y_k),\qquad
\ell_{\text{xent}}=-\sum_k t_k\,\log\operatorname{softmax}(y)_k$$

The hinge takes $t_k\in\{-1,1\}$; the cross-entropy takes logits $y$ and a distribution
$t$ over the classes. The three share a shape: whatever follows the batch axis is
summed, and each example has one number.

If a logit is 1,000 ahead of the others, $\operatorname{softmax}$ rounds to 0 there, and
its logarithm is $-\infty$. Yet $\log\operatorname{softmax}(y)_k=y_k-\log\sum_je^{y_j}$ is just
about $-1{,}000$: so never take the logarithm of a softmax, but compute the two in one.
"""


# %%
def supervised_losses(
    kind: str, t: Float[tf.Tensor, "batch *rest"], y: Float[tf.Tensor, "batch *rest"]
) -> Float[tf.Tensor, " batch"]:
    """Return the loss of each example, summed over all axes but the first.

    The three errors of Bishop, "Pattern Recognition and Machine Learning" (2006),
    https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/: squared,
    the hinge of equation (7.45), and the cross-entropy of equation (4.108).

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
$f(x)=w^\top x+b$: positive if right, and the larger the more decidedly. In it
the square loss is $(1-m)^2$, because $t^2=1$; the hinge is $\max(0,1-m)$; and the
cross-entropy of two classes with the logits $(m,0)$ is $\log(1+e^{-m})$, the logistic
loss. Below is your version of figure 7.5 of Bishop, where the last is divided by
$\log2$ so that all pass through $(0,1)$. To the left of 0 they agree that errors
are bad. Look to the right of 1: which of them minds a prediction that is *too* right?

The derivatives beside it will matter more than the losses. An example pulls at the
boundary with the force $-\ell'(m)$, and at the optimum all forces balance.
"""

# %% tags=["active-ipynb"]
# margins = np.linspace(-2.5, 4, 200).astype("float32")[:, None]
# ones = np.ones_like(margins)
# logits, first = np.hstack([margins, 0 * margins]), np.hstack([ones, 0 * ones])
# curves = {
#     "square": supervised_losses("square", tf.constant(ones), tf.constant(margins)),
#     "logistic / log 2": supervised_losses("xent", tf.constant(first), tf.constant(logits)) / np.log(2),
#     "hinge": supervised_losses("hinge", tf.constant(ones), tf.constant(margins)),
# }
# figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.8), layout="constrained")
# for (name, curve), style in zip(curves.items(), ("-", "--", "-.")):
#     left.plot(margins, curve, style, linewidth=2, label=name)
#     right.plot(margins, -np.gradient(curve, margins[:, 0]), style, linewidth=2, label=name)
# left.plot(margins, margins <= 0, ":", color="black", label="wrong or right")
# left.set(xlabel="margin m", ylabel="loss ℓ(m)", ylim=(-0.2, 6))
# right.axhline(0, color="0.6", linewidth=0.8)
# right.set(xlabel="margin m", ylabel="pull −ℓ′(m)", ylim=(-4, 4))
# left.legend()
# plt.show()

# %% [markdown]
r"""
## The hinge: only those who are not clear yet

The linear support vector machine minimises the mean hinge and a penalty,

$$J(w,b)=\frac1N\sum_{n=1}^N\max\!\big(0,\;1-t_n(w^\top x_n+b)\big)+\frac\lambda2\lVert w\rVert^2$$

with nothing on $b$: a shift of all the data should shift the line with them. The hinge
has a kink at $m=1$, where any slope between $-1$ and $0$ is a *subgradient*; choose 0
there. A small step: what does an example with $m_n>1$ contribute to $\partial J/\partial w$,
and one with $m_n<1$?
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

    The objective is equation (1) of Shalev-Shwartz, Singer, Srebro and Cotter,
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
        The subgradients; an example exactly at the kink has none.
    """
    ### BEGIN SOLUTION
    active = t * (X @ w + b) < 1
    pull = np.where(active, t, 0.0)
    return lam * w - X.T @ pull / len(X), -np.mean(pull)
    ### END SOLUTION


# %% [markdown]
r"""
Three thousand steps of subgradient descent, the $k$-th at the learning rate $2/\sqrt k$. On the
left is how far the objective is above that of scikit-learn's `SVC`, which solves the problem in
quite another way. It should come down to about a millionth, but not steadily: a subgradient need
not point downhill. On the right are the examples that still pull, all on the wrong side
of *their* dashed line, $m=1$. The others, drawn in grey, could be anywhere beyond it.
"""

# %% tags=["active-ipynb"]
# from sklearn.svm import SVC
#
# lam = 0.01
#
#
# def objective(w, b, X, t, lam):
#     return np.mean(np.maximum(0, 1 - t * (X @ w + b))) + lam / 2 * w @ w
#
#
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
# w, b = path[-1]
# print(f"yours: w = {w.round(2)}, b = {b:.2f}")
# print(f"SVC:   w = {svc.coef_[0].round(2)}, b = {svc.intercept_[0]:.2f}")
# figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
# left.loglog(np.arange(1, len(path)), [objective(*at, X, t, lam) - best for at in path[1:]], linewidth=0.8)
# left.set(xlabel="step", ylabel="objective, above SVC's")
# clear = t * (X @ w + b) >= 1
# right.scatter(*X[clear].T, s=10, color="0.8", linewidths=0)
# show_points(right, X[~clear], t[~clear], size=30)
# show_line(right, w, b, color="black")
# for level in (-1, 1):
#     show_line(right, w, b, level, color="black", linestyle="--", linewidth=0.8)
# right.set(xlim=(-2, 4.2), ylim=(-2.8, 4.2), title=f"{np.sum(~clear)} of {len(t)} still pull")
# right.legend()
# plt.show()

# %% [markdown]
r"""
## The logistic loss: everybody, a little

Logistic regression says how likely a tumour is to be benign,
$p_n=\sigma(w^\top x_n+b)$, and minimises the mean negative log-likelihood. With
labels $y_n\in\{0,1\}$ this time:

$$J(w,b)=-\frac1N\sum_n\Big(y_n\log p_n+(1-y_n)\log(1-p_n)\Big)+\frac\lambda2\lVert w\rVert^2$$

It is smooth and convex, so Newton's method is at hand. With
$\theta=(w,b)$, a column of ones in $Z$, and $P=\operatorname{diag}(1,\dots,1,0)$, which spares $b$:

$$\nabla J=\frac1N Z^\top(p-y)+\lambda P\theta,\qquad
\nabla^2J=\frac1N Z^\top R\,Z+\lambda P,\quad R=\operatorname{diag}\!\big(p_n(1-p_n)\big),\qquad
\theta\leftarrow\theta-(\nabla^2J)^{-1}\nabla J$$

Start from 0. A small step: what are $p$ and $R$ there, and of which problem that you have
solved above is the first step nearly the solution?

Do not make $R$ a matrix: it would have $N^2$ entries, nearly all of them 0.
"""


# %%
def logistic_regression(
    X: Float64[np.ndarray, "examples features"],
    y: Int[np.ndarray, " examples"],
    l2: float,
    steps: int,
) -> tuple[Float64[np.ndarray, " features"], float]:
    """Fit a logistic regression by Newton's method, from weights and an offset of 0.

    Computes equations (4.92) and (4.96) to (4.98) of Bishop, "Pattern Recognition
    and Machine Learning" (2006),
    https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/, for the
    mean over the examples and with a penalty on the weights.

    Args:
        X: one row for each example.
        y: the labels, each 0 or 1.
        l2: the weight of half the squared norm of the weights, λ above; positive.
        steps: how many steps of Newton's method to take.

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
On the left, the length of the gradient after each step, on all thirty measurements. Near
the solution Newton's method doubles the number of right digits in every step, and so its curve falls
off a cliff, down to the rounding error. Gradient descent takes one modest factor after the other.
On the right, what only this loss can tell: how sure one may be. The table compares what it says
with what is so. (Why does a larger penalty make it more modest than it need be? Try 0.01.)
"""

# %% tags=["active-ipynb"]
# def slope(w, b, X, y, l2):
#     """Return the gradient, with that of the offset last."""
#     p = 1 / (1 + np.exp(-(X @ w + b)))
#     return np.append(X.T @ (p - y) / len(y) + l2 * w, np.mean(p - y))
#
#
# figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
# for l2, marker in ((0.1, "o"), (0.001, "s")):
#     lengths = [
#         np.linalg.norm(slope(*logistic_regression(X30, y, l2, steps), X30, y, l2)) for steps in range(13)
#     ]
#     left.semilogy(lengths, marker + "-", label=f"Newton, λ = {l2}")
# theta, lengths = np.zeros(31), []
# for _ in range(13):
#     gradient = slope(theta[:-1], theta[-1], X30, y, 0.1)
#     lengths.append(np.linalg.norm(gradient))
#     theta = theta - 0.25 * gradient
# left.semilogy(lengths, "k--", label="gradient descent, λ = 0.1")
# left.set(xlabel="step", ylabel="length of the gradient")
# left.legend()
#
# w, b = logistic_regression(X, y, 0.001, 15)
# show_points(right, X, t)
# for chance, style in ((0.05, ":"), (0.5, "-"), (0.95, "--")):
#     level = np.log(chance / (1 - chance))
#     show_line(right, w, b, level, color="black", linestyle=style, label=f"benign with {chance:.0%}")
# right.set(xlim=(-2, 4.2), ylim=(-2.8, 4.2))
# right.legend()
# plt.show()
# chances = 1 / (1 + np.exp(-(X @ w + b)))
# for low, high in ((0, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 1)):
#     inside = (chances >= low) & (chances <= high)
#     print(f"said to be benign with {low:3.0%} to {high:4.0%}: {inside.sum():3d} tumours, "
#           f"{chances[inside].mean():5.1%} of them expected to be, {y[inside].mean():5.1%} are")

# %% [markdown]
r"""
## Ten classes

With $K$ classes, let each have its own weights and offset, and turn the scores into
probabilities by a softmax:

$$z=x^\top W+b,\qquad p=\operatorname{softmax}(z),\qquad
J=-\frac1N\sum_n\log p_{n,y_n}$$

where $y_n$ is a class's *number*: no one-hot vector is needed. Models hand over the logits
$z$, and the loss takes the softmax, for the reason you know. So a model has two ways to
be wrong together with its loss: no softmax anywhere, or two of them.

A small step: for one example, show that $\partial J/\partial z_k=p_k-[k=y]$. Every slope
lies between $-1$ and 1, as with the logistic loss, of which this is the generalisation. (Check: what
is $p_1$ for two classes, in terms of $z_1-z_0$?)

You write it as a Keras model. `compute_loss` is the place where Keras looks for a loss that
is the model's own: `model.compile(optimizer)` needs no other.
"""


# %%
class SoftmaxRegression(keras.Model):
    """A linear classifier of any number of classes.

    Computes equations (4.104) and (4.105) of Bishop, "Pattern Recognition and
    Machine Learning" (2006),
    https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/, up to the
    softmax, and the error (4.108) as a mean over the batch.

    Its only variables are a kernel [features, classes] and a bias [classes],
    whatever they are attributes of. A layer of Keras may hold them.

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
            x: the inputs, of no use here.
            y: the number of each example's class.
            y_pred: what `call` returned, of any size.
            sample_weight: of no use here.
            training: of no use here.
        """
        ### BEGIN SOLUTION
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, y_pred))
        ### END SOLUTION


# %% [markdown]
r"""
Handwritten digits of 8 × 8 pixels, 1,200 to train on and 597 to test on, 200 steps of Adam on
all 1,200 at once. The model has 650 numbers, of which each class's 64 weights make a
picture: blue where ink speaks for the digit, red where it speaks against. You should make out
a few, the 0 above all.
"""

# %% tags=["active-ipynb"]
# digits, digits_test = load("digits", split="train"), load("digits", split="test")
# pixels, pixels_test = (
#     tf.constant(part["image"].reshape(-1, 64) / 16, tf.float32) for part in (digits, digits_test)
# )
# classes, classes_test = digits["label"], digits_test["label"]
#
#
# def accuracy(model):
#     return np.mean(np.argmax(model(pixels_test), axis=1) == classes_test)
#
#
# def train_on_all(model, steps=200):
#     """Return the loss before each step."""
#     optimizer = keras.optimizers.Adam(0.02)
#     model(pixels)
#     optimizer.build(model.trainable_variables)
#
#     @tf.function
#     def step():
#         with tf.GradientTape() as tape:
#             loss = model.compute_loss(y=classes, y_pred=model(pixels))
#         optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
#         return loss
#
#     return [float(step()) for _ in range(steps)]
#
#
# keras.utils.set_random_seed(0)
# model = SoftmaxRegression(10)
# losses = train_on_all(model)
# print(f"loss {losses[0]:.2f} → {losses[-1]:.3f}, test accuracy {accuracy(model):.3f}")
# kernel = next(v for v in model.trainable_variables if v.shape.rank == 2).numpy()
# figure, panels = plt.subplots(1, 10, figsize=(13, 1.8), layout="constrained")
# for digit, axes in enumerate(panels):
#     picture = axes.imshow(kernel[:, digit].reshape(8, 8), cmap="RdBu", vmin=-2, vmax=2)
#     axes.set(title=digit, xticks=[], yticks=[])
# figure.colorbar(picture, ax=panels, label="weight")
# plt.show()

# %% [markdown]
r"""
### Find the silent bug

Somebody else's model, trained in the same way. It runs without a warning, its loss falls,
its test accuracy is decent. But its loss seems to have a floor: 200 more steps, or 2,000, will
not bring it below 1.46. Which number is that, exactly, and which part of the code puts the floor
there? On the right is how sure each model is of its answers on the test set. The loss of the
suspicious one is far higher, and yet it is the surer of the two. Why?
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
#         losses = tf.nn.softmax_cross_entropy_with_logits(targets, y_pred)
#         return tf.reduce_sum(losses) / len(y)
#
#
# suspicious = Suspicious(10)
# suspicious_losses = train_on_all(suspicious)
# print(f"loss {suspicious_losses[0]:.2f} → {suspicious_losses[-1]:.3f}, "
#       f"test accuracy {accuracy(suspicious):.3f}")
# figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.6), layout="constrained")
# left.semilogy(losses, "-", label="yours")
# left.semilogy(suspicious_losses, "--", label="suspicious")
# left.axhline(1.4612, color="black", linestyle=":", linewidth=0.8, label="1.4612")
# left.set(xlabel="step", ylabel="training loss")
# left.legend()
# sure = [
#     np.max(tf.nn.softmax(model(pixels_test)), axis=1), np.max(suspicious(pixels_test), axis=1)
# ]
# right.hist(sure, bins=20, range=(0, 1), label=["yours", "suspicious"], color=["tab:blue", "tab:orange"],
#            hatch=["", "///"], edgecolor="white")
# right.set(xlabel="probability of the class that is chosen", ylabel="test images")
# right.legend()
# plt.show()

# %% [markdown]
r"""
## A few at a time

A step needs a direction, not an exact gradient. So deal the examples out as cards: shuffle them,
hand out $m$ at a time until none are left, and shuffle anew for the next *epoch*. With
batches $B_1,\dots,B_k$ of an epoch, of which the last may be smaller,

$$\sum_{i=1}^k\frac{|B_i|}{N}\;\nabla J_{B_i}=\nabla J$$

Each example counts once, no matter how the cards fell: check it on paper. What would the
left-hand side be if the last, smaller batch were dropped? If it were kept, but all batches
counted the same?

The generator of random numbers comes from outside, so that an experiment can be repeated. Use
nothing else that is random.
"""


# %%
def minibatches(n: int, batch: int, rng: np.random.Generator) -> Iterator[Int[np.ndarray, " indices"]]:
    """Deal out one epoch: every index below n once, in random order.

    Random reshuffling, in the terms of Gürbüzbalaban, Ozdaglar and Parrilo, "Why
    Random Reshuffling Beats Stochastic Gradient Descent" (2015),
    https://arxiv.org/abs/1510.08560.

    Args:
        n: the number of examples.
        batch: the number of indices in a batch; the last may have fewer.
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
The same softmax regression, the same learning rate, plain gradient descent; only the batch
differs. The curves are drawn over *epochs*, each of which costs 1,200 gradients of single
examples, however they are dealt out. Batches of 10 make 120 steps of them where the full batch
makes one. What do they pay for it, and what do batches of 1?
"""

# %% tags=["active-ipynb"]
# def gradients(W, x, labels):
#     """Return the loss and the gradient of a softmax regression, in NumPy."""
#     z = x @ W
#     p = np.exp(z - z.max(axis=1, keepdims=True))
#     p /= p.sum(axis=1, keepdims=True)
#     loss = -np.mean(np.log(p[np.arange(len(x)), labels]))
#     p[np.arange(len(x)), labels] -= 1
#     return loss, x.T @ p / len(x)
#
#
# inputs = with_ones(pixels.numpy().astype(float))
# plt.figure(figsize=(6.5, 3.8), layout="constrained")
# for size, style in ((1200, "-"), (100, "--"), (10, "-."), (1, ":")):
#     rng, W = np.random.default_rng(0), np.zeros((65, 10))
#     curve = [gradients(W, inputs, classes)[0]]
#     for epoch in range(12):
#         for indices in minibatches(1200, size, rng):
#             W = W - 0.5 * gradients(W, inputs[indices], classes[indices])[1]
#         curve.append(gradients(W, inputs, classes)[0])
#     plt.semilogy(curve, style, linewidth=2, label=f"batches of {size}")
# plt.xlabel("epoch")
# plt.ylabel("training loss")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## A line that bends

Solve the ridge problem of the beginning in a space of features $\phi(x)$ instead of $x$, with
$\theta_0=0$. Its solution is a combination of the training examples, $\theta=\sum_n\alpha_n\phi(x_n)$, so
that only inner products $k(x,x')=\phi(x)^\top\phi(x')$ are ever needed:

$$f(x)=\sum_n\alpha_n\,k(x,x_n),\qquad \alpha=(K+\lambda I)^{-1}y,\qquad K_{nm}=k(x_n,x_m)$$

The features may then be as many as you like. The Gaussian kernel
$k(x,x')=\exp(-\gamma\lVert x-x'\rVert^2)$ stands for infinitely many of them. Note that by tradition
$\lambda$ is not multiplied by $N$ here: this is the *sum* of the squared errors, plus
$\lambda\lVert\theta\rVert^2$.

What does $f$ tend to far away from all examples, and what are its values at the examples
when $\lambda\to0$?
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

    Computes equation (6.9) of Bishop, "Pattern Recognition and Machine Learning"
    (2006), https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/,
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
nearly a straight line; a narrow one fences in single tumours, makes no error on those it knows and
more on those it does not.
"""

# %% tags=["active-ipynb"]
# across, up = np.meshgrid(np.linspace(-2.2, 4.3, 90), np.linspace(-3, 4.3, 90))
# grid = np.stack([across.ravel(), up.ravel()], axis=1)
# figure, panels = plt.subplots(1, 3, figsize=(14, 4), sharey=True, layout="constrained")
# for axes, gamma in zip(panels, (0.02, 0.5, 50.0)):
#     f = kernel_ridge(X, t, grid, gamma, 0.1).reshape(across.shape)
#     axes.contourf(across, up, f, [-9, 0, 9], colors=["tab:orange", "tab:blue"], alpha=0.15)
#     axes.contour(across, up, f, [0], colors="black")
#     show_points(axes, X, t, size=8)
#     wrong, wrong_test = (
#         np.mean(kernel_ridge(X, t, rows, gamma, 0.1) * labels <= 0)
#         for rows, labels in ((X, t), (X_test, t_test))
#     )
#     axes.set_title(f"γ = {gamma:g}: wrong {wrong:.1%}, test {wrong_test:.1%}")
# panels[0].legend()
# plt.show()

# %% [markdown]
r"""
## Without labels

Now hide the labels. Given centres $c_1,\dots,c_K$, Lloyd's algorithm first
gives each example to the nearest centre, then moves each centre to the mean of what it was given:

$$k_n=\arg\min_k\lVert x_n-c_k\rVert^2,\qquad
c_k\leftarrow\frac1{|\{n:k_n=k\}|}\sum_{n:k_n=k}x_n,\qquad
\text{inertia}=\sum_n\lVert x_n-c_{k_n}\rVert^2$$

Both halves can only lower the inertia, so it never rises from one step to the next. The inertia
of a step belongs to the centres and labels of its first half, *before* the centres move. It is
the square loss once more, with the nearest centre for a prediction.

A centre that was given nothing has no mean: it stays where it is.
"""


# %%
def kmeans_step(
    X: Float32[tf.Tensor, "examples features"], C: Float32[tf.Tensor, "clusters features"]
) -> tuple[Float32[tf.Tensor, "clusters features"], Int[tf.Tensor, " examples"], Float32[tf.Tensor, ""]]:
    """Take one step of Lloyd's algorithm.

    Method I of Lloyd, "Least Squares Quantization in PCM" (written in 1957,
    published in 1982), https://doi.org/10.1109/TIT.1982.1056489, in any number
    of dimensions.

    Args:
        X: one row for each example.
        C: the centres.

    Returns:
        The new centres; the number of the centre in `C` that is nearest to each
        example, the lowest if several are; and the sum of the squared distances
        to these.
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
Two centres, started in a corner, on their way. Each panel shows the step's labels, as
shapes, and where the centres go from there. The inertia in the titles must never rise.
"""

# %% tags=["active-ipynb"]
# points = tf.constant(X, tf.float32)
# centres = tf.constant([[-1.5, -2.5], [-1.0, -2.0]])
# figure, panels = plt.subplots(1, 5, figsize=(15, 3.2), sharey=True, layout="constrained")
# for number in range(12):
#     moved, cluster, inertia = kmeans_step(points, centres)
#     if number in (0, 1, 2, 4, 11):
#         axes = panels[(0, 1, 2, 4, 11).index(number)]
#         for k, marker, color in ((0, "o", "tab:blue"), (1, "^", "tab:orange")):
#             axes.scatter(*X[cluster == k].T, s=7, marker=marker, color=color, linewidths=0)
#             axes.annotate("", moved[k], centres[k], arrowprops={"arrowstyle": "->", "linewidth": 1.5})
#             axes.plot(*moved[k], "D", color=color, markeredgecolor="black", markersize=8)
#         axes.set(title=f"step {number + 1}: inertia {float(inertia):.1f}", xlabel="size")
#     centres = moved
# panels[0].set_ylabel("roughness")
# plt.show()
# share = np.mean(cluster == (t < 0))
# print(f"in the cluster of their kind: {max(share, 1 - share):.1%}")

# %% [markdown]
r"""
## A result: what moves a boundary

Figure 4.4 of Bishop fits two classes by least squares and by logistic regression, then adds
examples that are far on the *right* side of both lines. Here it is for the tumours, with your
hinge and your clusters beside it. Above are the tumours as they are; below there are thirty more,
and the old line is dotted.

The area of a point is the force $|\ell'(m)|$ with which it pulls at the line, relative to the
largest in the panel. A black edge marks those that pull *backwards*: they are too right for the
square loss.
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
# def pull(loss, m):
#     return {"square": 2 * (1 - m), "logistic": 1 / (1 + np.exp(m)), "hinge": 1.0 * (m < 1)}[loss]
#
#
# def clusters(X, centres, steps=30):
#     for _ in range(steps):
#         centres, cluster, _ = kmeans_step(tf.constant(X, tf.float32), centres)
#     return centres.numpy(), cluster.numpy()
#
#
# rng = np.random.default_rng(0)
# far = np.array([8.0, 1.0]) + 0.4 * rng.normal(size=(30, 2))
# X_far, t_far = np.vstack([X, far]), np.append(t, -np.ones(30))
# before, after = fit_all(X, t, lam), fit_all(X_far, t_far, lam)
#
# figure, panels = plt.subplots(2, 4, figsize=(16, 7), sharex=True, sharey=True, layout="constrained")
# for row, (points, labels, fits) in zip(panels, ((X, t, before), (X_far, t_far, after))):
#     for axes, (loss, (w, b)) in zip(row, fits.items()):
#         force = pull(loss, labels * (points @ w + b))
#         for sign, marker, color in ((1, "o", "tab:blue"), (-1, "^", "tab:orange")):
#             for backwards in (False, True):
#                 those = (labels == sign) & ((force < 0) == backwards)
#                 axes.scatter(*points[those].T, s=2 + 60 * np.abs(force[those]) / np.abs(force).max(),
#                              marker=marker, color=color, alpha=0.6, linewidths=0.9,
#                              edgecolors="black" if backwards else "none")
#         if fits is after:
#             show_line(axes, *before[loss], reach=20, color="black", linestyle=":", linewidth=1.2)
#         show_line(axes, w, b, reach=20, color="black", linewidth=1.8)
#         axes.set_title(f"{loss}: misses {np.sum((t < 0) & (X @ w + b > 0))} malignant of {np.sum(t < 0)}")
#     centres, cluster = clusters(points, tf.constant([[-1.0, 0.0], [1.0, 0.0]]))
#     for k, marker, color in ((0, "o", "tab:blue"), (1, "^", "tab:orange")):
#         row[3].scatter(*points[cluster == k].T, s=7, marker=marker, color=color, linewidths=0)
#         row[3].plot(*centres[k], "D", color=color, markeredgecolor="black", markersize=9)
#     kind = cluster[:len(t)] == 1
#     row[3].set_title(f"clusters: {np.mean(kind == (t < 0)):.0%} in that of their kind")
# panels[0, 0].set(xlim=(-2.5, 9.5), ylim=(-3.2, 4.5))
# for axes in panels[1]:
#     axes.set_xlabel("size of the largest nuclei")
# for axes, name in zip(panels[:, 0], ("as they are", "with thirty more")):
#     axes.set_ylabel(f"{name}\nroughness")
# plt.show()
#
# w, b = before["hinge"]
# held = t * (X @ w + b) < 1.01  # those at the kink, too, of which the subgradient may be any in between
# only = fit_all(X[held], t[held], lam * len(t) / np.sum(held))
#
#
# def turned(one, other):
#     cosine = one[0] @ other[0] / np.linalg.norm(one[0]) / np.linalg.norm(other[0])
#     return np.degrees(np.arccos(np.clip(cosine, -1, 1)))
#
#
# print(f"{'':10}  with thirty more      with only the {np.sum(held)} of {len(t)} that hold the hinge's line")
# for loss in before:
#     shift = [fits[loss][1] / np.linalg.norm(fits[loss][0]) for fits in (before, only)]
#     print(f"{loss:10}  turned by {turned(before[loss], after[loss]):5.2f}°      turned by "
#           f"{turned(before[loss], only[loss]):5.2f}°, b / |w| from {shift[0]:.3f} to {shift[1]:.3f}")

# %% [markdown]
r"""
Compare with your predictions.

- **With thirty more**, the line of the square loss turns by 32° and misses 67 malignant tumours,
  where it missed 24. The thirty have margins far beyond 1, so they pull it backwards, and the
  harder the clearer they are. To the logistic loss they weigh $e^{-m}$, next to
  nothing, to the hinge nothing at all. (What little these two turn comes from $1/N$: the others
  count somewhat less beside the penalty.)
- **With only the 93 that hold it**, one in five, the hinge's line stays where it was (with $\lambda$
  times $N/93$, because the mean is over fewer). Such examples are its *support vectors*. The other two
  lines were held by everybody, and move.
- **Without labels**, 93 % end up with their kind. But K-means has a square loss too: with thirty
  more, it pays to spend a whole centre on them.

What about the kernel? It bends the line, but its loss is still the square. Thirty tumours far from
all others have $k\approx0$ with them and so do not touch the rest: try it with `kernel_ridge`.
"""

# %% [markdown]
r"""
## In your own words

It turns out that one label in twenty is wrong, at random. By the pull $-\ell'(m)$ of a
mislabelled tumour that lies deep on the other side: which of the three lines suffers most, and are the
other two safe? What would $-\ell'$ have to look like for such a tumour to pull little, and what
would you lose? Does the penalty help? Six sentences.
"""

# %% [markdown] tags=["answer"]
r"""
A mislabelled tumour deep on the other side has a large negative margin. There the square loss
pulls with $2(1-m)$, without bound, so its line suffers most: one such label can outweigh many right
ones. The hinge and the logistic loss pull with a force of 1, or nearly so, however far away the
tumour is; that is bounded, but it is also the *largest* force that they have, and most of the right
labels, whose margins are large, pull little or not at all. For such a tumour to pull little,
$-\ell'(m)$ would have to fall to 0 again as $m\to-\infty$, so that the loss levels off, as the count
of errors does, or a hinge that is clipped. No convex loss can do that, since its slope never becomes
gentler towards the left: so the price is convexity, and with it the guarantee that descent from
anywhere finds the best line. The penalty keeps $w$ short, and so the margins, which limits how hard
the square loss can pull, but it treats right and wrong labels alike.
"""
