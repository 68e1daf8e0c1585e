# %% [markdown]
r"""
# Autoencoders: how small can a digit be?

A cheque is read by a small camera: 8 × 8 pixels for each digit, so 64 numbers. The line to the bank is
slow, and may carry only a few numbers for each digit. The sender turns the image into these numbers,
which are called its *code*, and the receiver turns the code into an image again. Nobody says which
numbers these have to be. Both sides are learnt from images without labels, and the only demand is that
the image at the end equals the image at the start. A sender and a receiver that are learnt together in
this way are an *autoencoder*.

**The question.** How many numbers does a digit need, what can a nonlinear code do that a linear one
cannot, and what must be demanded so that a network does not merely copy?

**Before you run anything**, write down your predictions:

1. The best *linear* code says how far an image lies along its *principal components*, the directions
   along which the images vary most. How many of these 64 numbers are needed to keep 90 % of the variance
   of the digits: about 5, about 20 or about 50?
2. A deep autoencoder and the principal components have codes of the same size, and are compared on
   digits that neither was fitted to. Whose error is smaller with a code of 2 numbers, and whose with a
   code of 32?
3. A code of 128 numbers is larger than the image itself. An autoencoder with such a code learns to copy
   clean digits. Then it is given digits with noise. How much of the noise does it remove: nearly
   all, about half, or nearly nothing?

You write principal components, the gradient of a linear autoencoder, a step of independent component
analysis, a deep and a convolutional autoencoder, the losses of denoising, sparse and contractive
autoencoders, a detector of anomalies, and a restricted Boltzmann machine whose likelihood is computed
exactly.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Float64
from scipy.special import expit  # the sigmoid, in NumPy

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They load the images, train what they are given, and make the
pictures.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import matplotlib.pyplot as plt
# from sklearn.metrics import roc_auc_score
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# STYLES = ("o-", "s--", "^-.", "D:")
# learnable, unseen = load("digits"), load("digits", split="test")
# images = np.reshape(learnable["image"], (-1, 64)) / 16.0
# labels = np.asarray(learnable["label"])
# train_x, val_x, train_y, val_y = images[:900], images[900:], labels[:900], labels[900:]
# test_x, test_y = np.reshape(unseen["image"], (-1, 64)) / 16.0, np.asarray(unseen["label"])
# mean = train_x.mean(axis=0)
#
#
# def error_of(x, recon):
#     """The squared length of the error of an image, averaged over the images."""
#     difference = np.reshape(np.asarray(recon) - x, (len(x), -1))
#     return float(np.mean(np.sum(difference**2, axis=1)))
#
#
# def run(function, x):
#     """What a model or one of its methods returns for NumPy images, as an array."""
#     return np.asarray(function(tf.constant(x, tf.float32)))
#
#
# def fit(loss_of, variables, x, steps=1500, rate=3e-3, batch=64, size=0.0, seed=0):
#     """Minimise `loss_of(images, noise)` by Adam on random batches; return the course of the loss."""
#     schedule = keras.optimizers.schedules.CosineDecay(rate, steps, alpha=0.02)
#     optimiser = keras.optimizers.Adam(schedule)
#     optimiser.build(variables)
#     x = tf.constant(x, tf.float32)
#     rows = tf.constant(np.random.default_rng(seed).integers(0, len(x), (steps, batch)))
#
#     @tf.function
#     def train():
#         course = tf.TensorArray(tf.float32, size=steps)
#         for i in tf.range(steps):
#             chosen = tf.gather(x, rows[i])
#             noise = size * tf.random.stateless_normal(tf.shape(chosen), tf.stack([seed, i]))
#             with tf.GradientTape() as tape:
#                 loss = loss_of(chosen, noise)
#             optimiser.apply(tape.gradient(loss, variables), variables)
#             course = course.write(i, loss)
#         return course.stack()
#
#     return np.asarray(train())
#
#
# def trained(model, x, **options):
#     """Train an autoencoder by the plain error, or with noise of some size."""
#     model(tf.constant(x[:1], tf.float32))
#     loss = denoising_loss if options.get("size") else plain_error
#     fit(lambda a, noise: loss(model, a, noise), model.trainable_variables, x, **options)
#     return model
#
#
# def plain_error(model, x, noise):
#     return tf.reduce_sum((model(x) - x) ** 2) / tf.cast(tf.shape(x)[0], tf.float32)
#
#
# def show_rows(rows, side=8):
#     """Rows of images, each row with its name."""
#     columns = len(next(iter(rows.values())))
#     figure, panels = plt.subplots(len(rows), columns, figsize=(0.8 * columns + 1.6, 0.85 * len(rows)))
#     for line, (name, row) in zip(np.atleast_2d(panels), rows.items()):
#         for panel, image in zip(line, row):
#             panel.imshow(np.reshape(image, (side, -1)), cmap="gray_r", vmin=0, vmax=1)
#             panel.set(xticks=[], yticks=[])
#         line[0].set_ylabel(name, rotation=0, ha="right", va="center")
#     figure.subplots_adjust(left=0.22, right=0.99, top=0.98, bottom=0.02, wspace=0.08, hspace=0.08)
#     plt.show()
#
#
# def show_variance(kept):
#     """The share of the variance that is kept, against the size of the code."""
#     plt.figure(figsize=(6.5, 3.1), layout="constrained")
#     plt.plot(np.arange(1, len(kept) + 1), 100 * kept, "o-", markersize=3)
#     plt.axhline(90, color="0.6", linestyle=":")
#     plt.xlabel("numbers in the code, k")
#     plt.ylabel("variance kept in %")
#     plt.show()
#
#
# def show_descent(course, floor):
#     """The loss of a linear autoencoder, and the error of the principal components."""
#     plt.figure(figsize=(6.5, 3.1), layout="constrained")
#     plt.semilogy(course, label="linear autoencoder")
#     plt.axhline(floor, color="0.4", linestyle="--", label="principal components")
#     plt.xlabel("step")
#     plt.ylabel("error of an image")
#     plt.legend()
#     plt.show()
#
#
# def cosines(a, b):
#     """The cosines of the angles between the spaces that are spanned by the columns, smallest last."""
#     return np.linalg.svd(np.linalg.qr(a)[0].T @ np.linalg.qr(b)[0])[1]
#
#
# def two_tones(n=2000):
#     """A sine and a saw-tooth, [n, 2], and what two microphones record of them."""
#     t = np.arange(n) / n
#     sources = np.stack([np.sin(2 * np.pi * 9 * t), 2 * ((13 * t) % 1) - 1], axis=1)
#     return sources, sources @ np.array([[1.0, 0.6], [0.7, 1.0]])
#
#
# def show_tones(signals):
#     """Two curves for each name."""
#     figure, panels = plt.subplots(2, len(signals), figsize=(11, 2.6), layout="constrained")
#     for column, (name, both) in zip(panels.T, signals.items()):
#         for panel, one in zip(column, np.transpose(both)):
#             panel.plot(one[:500], linewidth=1)
#             panel.set(xticks=[], yticks=[])
#         column[0].set_title(name)
#     plt.show()
#
#
# def show_errors(errors, sizes):
#     """The error on images that were held out, against the size of the code."""
#     plt.figure(figsize=(6.5, 3.3), layout="constrained")
#     for (name, row), style in zip(errors.items(), STYLES):
#         plt.loglog(sizes, row, style, label=name)
#     plt.xticks(sizes, sizes)
#     plt.yticks((0.25, 0.5, 1, 2, 4), ("0.25", "0.5", "1", "2", "4"))
#     plt.minorticks_off()
#     plt.xlabel("numbers in the code, k")
#     plt.ylabel("error of an image")
#     plt.legend()
#     plt.show()
#
#
# def show_codes(codes, y):
#     """Codes of two numbers, each digit in its colour and as its figure."""
#     figure, panels = plt.subplots(1, len(codes), figsize=(11, 4.2), layout="constrained")
#     for panel, (name, code) in zip(panels, codes.items()):
#         panel.scatter(*code.T, s=1, color="w")
#         for (a, b), digit in zip(code, y):
#             panel.text(a, b, str(digit), color=plt.cm.tab10(digit), fontsize=8)
#         panel.set(title=name, xticks=[], yticks=[])
#     plt.show()
#
#
# def neighbours(code, y, new, new_y):
#     """The share of new codes whose nearest known code has the same label."""
#     distances = np.sum((new[:, None] - code) ** 2, axis=-1)
#     return float(np.mean(y[distances.argmin(axis=1)] == new_y))
#
#
# def show_gains(variances, s2, measured):
#     """The gain of the optimal linear denoiser as a line, and measured ones as marks."""
#     plt.figure(figsize=(6.8, 3.4), layout="constrained")
#     fine = np.geomspace(variances.min(), variances.max(), 100)
#     plt.semilogx(fine, fine / (fine + s2), color="0.4", label="λ / (λ + s²)")
#     for (name, gains), mark in zip(measured.items(), "os"):
#         plt.semilogx(variances, gains, mark, markersize=4, label=name)
#     plt.xlabel("variance λ of the clean images along a direction")
#     plt.ylabel("gain")
#     plt.ylim(-0.1, 1.2)
#     plt.legend()
#     plt.show()
#
#
# def tied(units, penalty, strength, x, seed=0, **options):
#     """Train σ(xW + c), decoded by the transpose of W, with a penalty; return (W, c)."""
#     rng = np.random.default_rng(seed)
#     W = keras.Variable((0.1 * rng.normal(size=(64, units))).astype("float32"))
#     c, d = keras.Variable(np.zeros(units, "float32")), keras.Variable(mean.astype("float32"))
#
#     def loss_of(a, noise):
#         h = tf.sigmoid(a @ W + c)
#         plain = tf.reduce_mean(tf.reduce_sum((h @ tf.transpose(W) + d - a) ** 2, axis=1))
#         return plain + (strength * penalty(a, h, W, c) if strength else 0.0)
#
#     fit(loss_of, [W, c, d], x, **options)
#     h = 1 / (1 + np.exp(-(val_x @ np.array(W) + np.array(c))))
#     return np.array(W), np.array(c), error_of(val_x, h @ np.array(W).T + np.array(d))
#
#
# def show_activity(active):
#     """The mean activation of each unit, the most active first."""
#     plt.figure(figsize=(6.5, 2.9), layout="constrained")
#     for (name, h), style in zip(active.items(), STYLES):
#         means = np.sort(h.mean(axis=0))[::-1]
#         plt.plot(np.arange(1, len(means) + 1), means, style, markersize=3, label=name)
#     plt.axhline(0.05, color="0.6", linestyle=":")
#     plt.xlabel("number of the unit")
#     plt.ylabel("mean activation")
#     plt.legend()
#     plt.show()
#
#
# def singular_values(W, c, x):
#     """The singular values of the Jacobian of σ(xW + c), averaged over the images."""
#     h = 1 / (1 + np.exp(-(x @ W + c)))
#     return np.mean([np.linalg.svd(W * (one * (1 - one)), compute_uv=False) for one in h], axis=0)
#
#
# def show_spectra(spectra):
#     """Singular values of Jacobians, largest first."""
#     plt.figure(figsize=(6.5, 3.2), layout="constrained")
#     for (name, values), style in zip(spectra.items(), STYLES):
#         plt.semilogy(np.arange(1, len(values) + 1), values, style, markersize=3, label=name)
#     plt.xlabel("number of the singular value")
#     plt.ylabel("mean singular value")
#     plt.legend()
#     plt.show()
#
#
# def show_scores(scores, threshold):
#     """Histograms of scores, and the threshold."""
#     plt.figure(figsize=(7, 3.1), layout="constrained")
#     bins = np.geomspace(min(map(np.min, scores.values())), max(map(np.max, scores.values())), 40)
#     for name, row in scores.items():
#         plt.hist(row, bins, density=True, alpha=0.55, label=name)
#     plt.axvline(threshold, color="k", linestyle="--", label="threshold")
#     plt.xscale("log")
#     plt.xlabel("score")
#     plt.yticks([])
#     plt.legend()
#     plt.show()
#
#
# def learn_machine(gradient, v, units, steps=3000, rate=0.1, batch=50, seed=0):
#     """Climb along `gradient(v, W, b, c, uh, uv)` from small random weights; yield them every 500 steps."""
#     rng = np.random.default_rng(seed)
#     share = np.clip(v.mean(axis=0), 1 / len(v), 1 - 1 / len(v))
#     W, b, c = 0.05 * rng.normal(size=(64, units)), np.log(share / (1 - share)), np.zeros(units)
#     for step in range(steps + 1):
#         if step % 500 == 0:
#             yield W, b, c
#         some = v[rng.integers(0, len(v), batch)]
#         draws = rng.random((batch, units)), rng.random((batch, 64))
#         slopes = gradient(some, W, b, c, *draws)
#         W, b, c = (now + rate * slope for now, slope in zip((W, b, c), slopes))
#
#
# def show_likelihood(courses, floor):
#     """The mean log-likelihood of an image against the step."""
#     plt.figure(figsize=(6.8, 3.3), layout="constrained")
#     for (name, row), style in zip(courses.items(), STYLES):
#         plt.plot(500 * np.arange(len(row)), row, style, label=name)
#     plt.axhline(floor, color="0.5", linestyle=":", label="independent pixels, held out")
#     plt.xlabel("step")
#     plt.ylabel("log-likelihood in nats")
#     plt.legend()
#     plt.show()
#
#
# def dream(machines, n, sweeps=300, seed=0):
#     """Gibbs sampling in the topmost machine, and one pass down through the others: probabilities."""
#     rng = np.random.default_rng(seed)
#     W, b, c = machines[-1]
#     v = (rng.random((n, len(b))) < 0.5).astype(float)
#     for _ in range(sweeps):
#         h = rng.random((n, len(c))) < expit(c + v @ W)
#         p = expit(b + h @ W.T)
#         v = (rng.random(p.shape) < p).astype(float)
#     for W, b, _ in machines[-2::-1]:
#         p = expit(b + v @ W.T)
#         v = (rng.random(p.shape) < p).astype(float)
#     return p

# %% [markdown]
r"""
## Principal components

An image is a row $x$ of $D=64$ numbers. The simplest code is linear: $k$ directions are chosen, and the
code $z$ says how far the image lies along each of them. With the directions as the columns of a matrix
$W$ of shape $D\times k$, orthogonal to each other and of length 1,

$$z=(x-\mu)\,W,\qquad \hat x=\mu+z\,W^\top ,$$

where $\mu$ is the mean of the images, and $\hat x$ the *reconstruction*. Which directions make the error
$\lVert \hat x-x\rVert^2$ smallest, summed over all images? Those along which the images vary most: the
eigenvectors of their covariance matrix with the largest eigenvalues, the *principal components*.

*A small step:* three of the 64 pixels are white in every image. What is the covariance of such a pixel
with the others, and what does a principal component hold there? Somebody divides each pixel by its
standard deviation first. What happens to them?

<details><summary>Answer</summary>

The covariance is 0, so that the pixel is an eigenvector of its own, with the eigenvalue 0. It comes at the
end, and the components before it hold 0 there. Divided by its standard deviation the pixel is 0/0, NaN, and
so are its row and its column in the covariance matrix. No eigenvector of such a matrix can be computed.

</details>
"""


# %%
def pca(
    X: Float64[np.ndarray, "examples features"], k: int
) -> tuple[Float64[np.ndarray, "features k"], Float64[np.ndarray, "examples features"]]:
    """Return the first k principal components, and the examples as they are reconstructed from them.

    Follows Pearson, "On Lines and Planes of Closest Fit to Systems of Points in Space" (1901),
    https://doi.org/10.1080/14786440109462720. Features are centred, and not divided by anything.

    Args:
        X: the examples, one or more. A feature may be the same in all of them, and its mean may be a
            million times its standard deviation.
        k: the size of the code, from 1 to the number of features.

    Returns:
        (W, recon): the columns of W [features, k] have length 1, are orthogonal to each other, and stand
        in the order of the variance of the examples along them, largest first. The sign of a
        column does not matter; neither does its direction among those along which the variance is
        the same, such as those along which there is none. `recon` [examples, features] has the mean
        added again.

    Raises:
        ValueError: k is below 1 or above the number of features.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(pca)

# %% [markdown]
r"""
**Prediction 1.** How many of the 64 numbers keep 90 % of the variance: about 5, about 20 or about 50?

*Write yours here, with the reason, before you run the next cell:*

The digits are divided into 900 to fit, and 300 that are held out. Below are ten of the latter, and
their reconstructions from codes of 2, 8 and 20 numbers. The reconstructions must grow sharper from
row to row. If the mean was forgotten, the strokes that all digits share are pale.
"""

# %% tags=["active-ipynb"]
# directions, fitted = pca(train_x, 64)
# along = (train_x - mean) @ directions
# kept = np.cumsum(along.var(axis=0)) / train_x.var(axis=0).sum()
# show_variance(kept)
# needed = 1 + int(np.argmax(kept >= 0.9))
# print(f"{needed} components keep 90 %, and {1 + int(np.argmax(kept >= 0.5))} keep 50 %")
# rows = {"held out": val_x[:10]}
# for k in (2, 8, 20):
#     W, _ = pca(train_x, k)
#     rows[f"k = {k}"] = mean + (val_x[:10] - mean) @ W @ W.T
# show_rows(rows)
# assert needed == 20 and np.allclose(fitted, train_x), "20 for 90 %, and all of them lose nothing"

# %% [markdown]
r"""
**Prediction 1, answered.** About 20. The pixels of a stroke are dark together, so that few directions
hold much: 5 of them hold half of the variance. But the curve has no corner: there is no number of
components after which nothing more comes. With 8 numbers most digits can be read.

## A linear autoencoder

Now the same is to be *learnt*, by descent. An encoder $E$ [D, k] and a decoder $G$ [k, D] are two
matrices without any condition, $z=xE$ and $\hat x=zG$, for centred images. The $N$ images are the rows of
a matrix $X$, and the loss is the squared length of the error, averaged over them:

$$L=\frac1N\lVert R\rVert^2,\qquad R=XEG-X,$$

where $\lVert R\rVert^2$ is the sum of the squares of all entries of $R$.

*A small step:* $\langle P,Q\rangle$ is the sum of the products of the entries of two matrices. A small
change of the decoder by $\mathrm dG$ changes $R$ by $XE\,\mathrm dG$, and $L$
by $\frac2N\langle R,\,XE\,\mathrm dG\rangle$. Which matrix is therefore $\partial L/\partial G$? Do the same
for $E$.

<details><summary>Answer</summary>

$\langle R,XE\,\mathrm dG\rangle=\langle (XE)^\top R,\,\mathrm dG\rangle$, so that $\partial L/\partial
G=\frac2N(XE)^\top R$. A change of the encoder changes $R$ by $X\,\mathrm dE\,G$: bring $X$ and $G$ to
the other side in the same way.

</details>
"""


# %%
def linear_autoencoder(
    X: Float64[np.ndarray, "examples features"],
    encoder: Float64[np.ndarray, "features k"],
    decoder: Float64[np.ndarray, "k features"],
) -> tuple[float, Float64[np.ndarray, "features k"], Float64[np.ndarray, "k features"]]:
    """Return the loss of a linear autoencoder, and its gradients.

    Follows Baldi and Hornik, "Neural networks and principal component analysis: Learning from examples
    without local minima" (1989), https://doi.org/10.1016/0893-6080(89)90014-2. The loss is the squared
    length of the error, summed over the features and averaged over the examples. Nothing is centred
    here.

    Args:
        X: the examples, one or more.
        encoder: makes the code from an example.
        decoder: makes the reconstruction from a code. The code may be larger than the example.

    Returns:
        (loss, dencoder, ddecoder): one number, and its gradients with respect to the two matrices.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(linear_autoencoder)

# %% [markdown]
r"""
Plain gradient descent, with your gradients, from small random matrices. The code has 8 numbers. The
dashed line is the error of 8 principal components: no linear autoencoder can be below it.
"""

# %% tags=["active-ipynb"]
# rng, centred = np.random.default_rng(0), train_x - mean
# encoder, decoder = 0.1 * rng.normal(size=(64, 8)), 0.1 * rng.normal(size=(8, 64))
# course = []
# for step in range(1500):
#     loss, dencoder, ddecoder = linear_autoencoder(centred, encoder, decoder)
#     encoder, decoder = encoder - 0.3 * dencoder, decoder - 0.3 * ddecoder
#     course.append(loss)
# W, recon = pca(train_x, 8)
# floor = error_of(train_x, recon)
# show_descent(course, floor)
# found = cosines(W, decoder.T)
# print(f"loss {course[-1]:.4f}, principal components {floor:.4f}")
# print("cosines of the angles between the two spaces:", *np.round(found, 4))
# single = np.abs(np.sum(W.T * decoder, axis=1)) / np.linalg.norm(decoder, axis=1)
# print("cosines between single directions:", *np.round(single, 2))
# assert floor - 1e-9 <= course[-1] < 1.01 * floor and found.min() > 0.99, "the same space, from above"

# %% [markdown]
r"""
The loss comes down to the line and stops there, since Baldi and Hornik have shown that every other
place where the gradient is 0 is a saddle, if no eigenvalue of the covariance matrix is 0 and no two are
equal. (The eigenvalues of the white pixels are 0, which does no harm here.) The *space* is that of the
principal components, and the cosines are 1. The single directions are not those of the principal
components: with any invertible $k\times k$ matrix $M$, the encoder $EM$ and the decoder $M^{-1}G$ have the
same loss as $E$ and $G$. The code of a linear autoencoder has no natural axes.

## Independent components

So which axes should one choose? Two instruments play, two microphones each record a mixture of both,
and the mixtures are *whitened*: turned to their principal components, which are then scaled to variance
1. They are uncorrelated now, and remain so however they are rotated. The variance cannot tell which
rotation separates the instruments.

*Independence* can. A sum of independent signals is usually nearer to a normal distribution than the
signals are. So the direction $w$, of length 1, is sought along which the projections $w^\top x$ are as far
from normal as possible. FastICA finds it by repeating one step, with $g=\tanh$ and means over all examples:

$$w^+=\mathbb E\!\left[x\,g(w^\top x)\right]-\mathbb E\!\left[g'(w^\top x)\right]w,\qquad
w\leftarrow w^+/\lVert w^+\rVert .$$
"""


# %%
def fastica_step(
    w: Float64[np.ndarray, "features"], X: Float64[np.ndarray, "examples features"]
) -> Float64[np.ndarray, "features"]:
    """Take one step of FastICA for one component.

    Computes the fixed-point step of Hyvärinen, "Fast and robust fixed-point algorithms for independent
    component analysis" (1999), https://doi.org/10.1109/72.761722, with g = tanh: the mean of x g(w·x) minus
    w times the mean of g'(w·x), divided by its length.

    Args:
        w: the direction, of length 1.
        X: the examples, one or more; whitened.

    Returns:
        The new direction, of length 1, with the sign that the step gives it.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(fastica_step)

# %% [markdown]
r"""
The two components below are the columns of a rotation, so that the second one is the first one turned
by 90°. What comes out after three steps must look like the instruments, up to order and sign. The second
term of the step makes it converge so fast: without it, each curve is still a mixture of the sine and the
saw-tooth.
"""

# %% tags=["active-ipynb"]
# sources, recorded = two_tones()
# W, _ = pca(recorded, 2)
# white = (recorded - recorded.mean(axis=0)) @ W
# white = white / white.std(axis=0)
# w = np.array([1.0, 0.0])
# for step in range(3):
#     w = fastica_step(w, white)
# unmixed = white @ np.array([[w[0], -w[1]], [w[1], w[0]]])
# show_tones({"instruments": sources, "recorded": recorded, "whitened": white, "unmixed": unmixed})
# pairs = np.abs(np.corrcoef(unmixed.T, sources.T))[:2, 2:]
# whitened = np.abs(np.corrcoef(white.T, sources.T))[:2, 2:]
# print("correlation of the whitened with the instruments:", *np.round(whitened, 2).tolist())
# print("correlation of the unmixed with the instruments: ", *np.round(pairs, 2).tolist())
# assert np.sort(pairs.ravel())[2:].min() > 0.999 > whitened.max(), "separated by independence only"

# %% [markdown]
r"""
## A deep autoencoder

All images that a linear decoder can make from codes of two numbers lie in one plane of the space of
pixels: call such a code *flat*. A digit that is written more and more slantingly does not move along a
straight line in this space: the ink leaves one pixel and enters the next. A network with hidden layers
can follow a curve: its code is *curved*. The decoder mirrors the encoder: with `dims = [64, 128, 64, 2]`
the layers have 128, 64 and 2 units, and then 64, 128 and 64.

The layer that makes the code and the layer that makes the image have no activation. A ReLU in the code
would cut off half of each axis, and the last layer has to be able to return any brightness.
"""


# %%
class Autoencoder(keras.Model):
    """Dense layers that make a code, and dense layers that make the input from it again.

    Follows Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks" (2006),
    https://doi.org/10.1126/science.1127647, without the layer-by-layer training.

    Attributes, by whose names the checks set the weights:
        encoder_layers: a list of `keras.layers.Dense` with dims[1], dims[2], …, dims[-1] units. All but
            the last have the activation.
        decoder_layers: a list of `keras.layers.Dense` with dims[-2], …, dims[1], dims[0] units. All but
            the last have the activation. They are layers of their own.

    All of them have a bias. The same in training as in use; gradients flow to the input and to all
    weights.

    Args of the constructor:
        dims: the number of features, those of the hidden layers' units, and the size of the code. The code
            may be larger than the input. With two numbers there is no hidden layer.
        activation: what Keras takes for one: a name, as "relu", or a function; None for a linear
            autoencoder.

    Raises:
        ValueError: there are fewer than two numbers in `dims`, or one of them is below 1.
    """

    def __init__(self, dims: Sequence[int], activation: str | Callable | None = "relu"):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def encode(self, x: Float[tf.Tensor, "batch features"]) -> Float[tf.Tensor, "batch code"]:
        """Return the codes."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def decode(self, code: Float[tf.Tensor, "batch code"]) -> Float[tf.Tensor, "batch features"]:
        """Return what is reconstructed from codes."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(self, x: Float[tf.Tensor, "batch features"]) -> Float[tf.Tensor, "batch features"]:
        """Return the reconstructions."""
        return self.decode(self.encode(x))


# %% tags=["active-ipynb"]
# check(Autoencoder)

# %% [markdown]
r"""
**Prediction 2.** On digits that were held out, whose error is smaller with a code of 2 numbers, and
whose with a code of 32, that of your deep autoencoder or that of the principal components?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# SIZES, errors, models = (2, 4, 8, 16, 32), {"principal components": [], "deep, held out": []}, {}
# errors["deep, fitted"] = []
# for k in SIZES:
#     keras.utils.set_random_seed(0)
#     models[k] = trained(Autoencoder([64, 128, 64, k]), train_x)
#     W, _ = pca(train_x, k)
#     errors["principal components"].append(error_of(val_x, mean + (val_x - mean) @ W @ W.T))
#     errors["deep, held out"].append(error_of(val_x, run(models[k], val_x)))
#     errors["deep, fitted"].append(error_of(train_x, run(models[k], train_x)))
# show_errors(errors, SIZES)
# for name, row in errors.items():
#     print(f"{name:20}:", *(f"{value:.2f}" for value in row))
# flat, deep = errors["principal components"], errors["deep, held out"]
# assert deep[0] < 0.8 * flat[0] and deep[4] > flat[4], "curved is better at 2, and worse at 32"
# assert errors["deep, fitted"][4] < 0.6 * deep[4], "fitted digits have about half of the error"

# %% [markdown]
r"""
**Prediction 2, answered.** With 2 numbers the curved code is far better: a sheet that may bend comes
nearer to the digits than a flat one. With 32 numbers the flat code is better. What counts then is not what
a network could represent, but what 900 images determine: on the digits that it was fitted to, the deep
network's error is about half of its error on others (both are printed). The number of weights matters too,
and not only the size of the code. Each network was trained once, from one seed. Take the large differences
at both ends as the result, and not the exact place where the curves cross.

Figure 3 of Hinton and Salakhutdinov (2006) shows codes of two numbers for MNIST, from principal
components and from a deep autoencoder. Here are both for the 300 digits that were held out.
"""

# %% tags=["active-ipynb"]
# W, _ = pca(train_x, 2)
# flat = [(x - mean) @ W for x in (train_x, val_x)]
# deep = [run(models[2].encode, x) for x in (train_x, val_x)]
# show_codes({"principal components": flat[1], "deep autoencoder": deep[1]}, val_y)
# near = {
#     name: neighbours(code, train_y, new, val_y)
#     for name, (code, new) in (("principal components", flat), ("deep", deep))
# }
# print("named right by the nearest code:", {name: f"{share:.0%}" for name, share in near.items()})
# assert near["deep"] > near["principal components"] + 0.1, "labels that nobody has told it"

# %% [markdown]
r"""
No label was used, and yet most digits of one class lie together in the right picture. In the figure of
Hinton and Salakhutdinov the classes are separated more clearly: their network is deeper, their images are
larger, and there are 60,000 of them. They first trained it layer by layer, with the machines that the last
section is about. With Adam and better initial weights this is no longer necessary.

## Convolutions and their mirror

For larger images the layers are convolutions. Each has stride 2 and halves the sides; with Keras'
padding "same", a side of $n$ pixels becomes $\lceil n/2\rceil$. The decoder mirrors this by *transposed*
convolutions. There is one difficulty: 27 and 28 pixels both become 14. Which of the two is the mirror to
return? A transposed convolution has an argument that decides it, `output_padding`. With stride $t$, an odd
kernel and padding "same", it makes of $m$ pixels

$$(m-1)\,t+1+\text{output\_padding},\qquad 0\le\text{output\_padding}<t .$$

*A small step:* an image has sides of 27 pixels, and two convolutions of stride 2. Which sides are there on
the way, and which `output_padding` do the two transposed convolutions need?

<details><summary>Answer</summary>

27, 14, 7. Back: $(7-1)\cdot2+1=13$, and 14 is wanted, so 1. Then $(14-1)\cdot2+1=27$, so 0.

</details>
"""


# %%
def mirror_sizes(size: int, strides: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the sides on the way through strided convolutions, and what leads back through the same ones.

    Follows Dumoulin and Visin, "A guide to convolution arithmetic for deep learning" (2016),
    https://arxiv.org/abs/1603.07285, for odd kernels and the padding that Keras calls "same": a side of
    n pixels becomes n / stride, rounded up.

    Args:
        size: the side of the image in pixels, 1 or more; odd or even.
        strides: of the convolutions, in their order, each 1 or more. Without any, the image stays as
            it is.

    Returns:
        (sides, paddings): the sides [1 + number of strides], that of the image first; and the
        `output_padding` of each transposed convolution in the order of the *decoder*, so that the
        first one belongs to the last stride. Each is from 0 to below its stride.

    Raises:
        ValueError: the size or a stride is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(mirror_sizes)

# %%
class ConvAutoencoder(keras.Model):
    """Strided convolutions that make a code of an image, and transposed convolutions that mirror them.

    Follows Masci, Meier, Cireşan and Schmidhuber, "Stacked Convolutional Auto-Encoders for Hierarchical
    Feature Extraction" (2011), https://doi.org/10.1007/978-3-642-21735-7_7, with strides in place of
    pooling.

    Attributes, by whose names the checks set the weights:
        convolutions: a list of `keras.layers.Conv2D` with filters[0], filters[1], … filters, each of
            3 × 3, with stride 2, padding "same", and a ReLU.
        code_layer: `keras.layers.Dense(code)` without an activation. It reads the last maps, flattened
            as by `keras.layers.Flatten`.
        expand: a `keras.layers.Dense` with a ReLU. It makes maps of the same shape as the last
            ones, folded as by `keras.layers.Reshape`.
        deconvolutions: a list of `keras.layers.Conv2DTranspose`, each of 3 × 3, with stride 2 and padding
            "same". Each makes maps of the shape that the convolution it mirrors has read; the last one
            makes the image, and has no activation, and the others have a ReLU.

    All of them have a bias. Nothing is resized, cropped or padded besides. The same in training as in use;
    gradients flow to the images and to all weights.

    Args of the constructor:
        shape: (height, width, channels) of the images. The two sides may differ, and may be odd.
        code: how many numbers are in the code; may be more than there are pixels.
        filters: of the convolutions, one or more of them.
    """

    def __init__(self, shape: tuple[int, int, int], code: int, filters: Sequence[int] = (8, 16)):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def encode(self, x: Float[tf.Tensor, "batch height width channels"]) -> Float[tf.Tensor, "batch code"]:
        """Return the codes of images."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def decode(self, code: Float[tf.Tensor, "batch code"]) -> Float[tf.Tensor, "batch height width channels"]:
        """Return the images that are reconstructed from codes."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(
        self, x: Float[tf.Tensor, "batch height width channels"]
    ) -> Float[tf.Tensor, "batch height width channels"]:
        """Return the reconstructions."""
        return self.decode(self.encode(x))


# %% tags=["active-ipynb"]
# check(ConvAutoencoder)

# %% [markdown]
r"""
The images are now clothes of 28 × 28 pixels, from Fashion-MNIST. Your autoencoder has a code of 16
numbers, and it is compared with 16 principal components. The cell first prints the shapes of images of
four sizes, and the shapes that come out of your network: the two must be the same. If the mirror is wrong,
they differ.
"""

# %% tags=["active-ipynb"]
# for shape in ((28, 28, 1), (27, 27, 3), (8, 8, 1), (13, 30, 2)):
#     out = ConvAutoencoder(shape, 5)(tf.zeros((1, *shape))).shape[1:]
#     print(shape, "→", tuple(out))
#     assert tuple(out) == shape, "the mirror returns the image's shape"
# clothes = np.asarray(load("fashion_mnist")["image"])[..., None] / 255.0
# some, others = clothes[:3000], clothes[3000:3500]
# keras.utils.set_random_seed(0)
# conv = trained(ConvAutoencoder((28, 28, 1), 16), some, steps=600, rate=5e-3)
# W, _ = pca(some.reshape(-1, 784), 16)
# middle = some.reshape(-1, 784).mean(axis=0)
# flat = middle + (others.reshape(-1, 784) - middle) @ W @ W.T
# curved = run(conv, others)
# show_rows({"held out": others[:10], "convolutions": curved[:10], "components": flat[:10]}, side=28)
# weights = int(sum(np.prod(one.shape) for one in conv.weights))
# print(f"error: convolutions {error_of(others, curved):.2f} with {weights:,} weights, ", end="")
# print(f"components {error_of(others.reshape(-1, 784), flat):.2f} with {W.size + middle.size:,}")
# assert error_of(others, curved) < error_of(others.reshape(-1, 784), flat), "a curved code is better"

# %% [markdown]
r"""
The error of your autoencoder is somewhat smaller than that of the components, for one seed. Convolutions
share their weights between all places of the image, so that most of the weights stand in the two dense
layers. The reconstructions of both kinds are blurred: 16 numbers hold the outline and the shade, but no
pattern and no writing. Where several images are possible for a code, the squared error is smallest for
their average.

## Denoising autoencoders

A code need not be small. But an autoencoder whose code is as large as the image can reach an error of 0
without learning anything about digits: it can copy.
"""


# %%
def denoising_loss(
    model: Callable[[tf.Tensor], tf.Tensor],
    x: Float[tf.Tensor, "batch ..."],
    noise: Float[tf.Tensor, "batch ..."],
) -> Float[tf.Tensor, ""]:
    """Return the error of a model that sees noisy examples and is to return the clean ones.

    Computes the squared error of Vincent, Larochelle, Lajoie, Bengio and Manzagol, "Stacked Denoising
    Autoencoders" (2010), https://www.jmlr.org/papers/v11/vincent10a.html. Gradients flow to the model's
    weights, to `x` and to `noise`.

    Args:
        model: called once, with one batch as `x` is shaped; returns another one of the same shape.
        x: the clean examples, one or more, each of any shape.
        noise: what is added to them. With noise of 0 this is the loss of a plain autoencoder.

    Returns:
        One number: the squared length of an example's error, summed over all of its axes, averaged over the
        examples.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(denoising_loss)

# %% [markdown]
r"""
**Prediction 3.** A code of 128 numbers, for images of 64. One network learns to copy clean digits. Then it
is given digits with noise of standard deviation 0.3. How much of the noise does it remove: nearly all,
about half, or nearly nothing?

*Write yours here, with the reason, before you run the next cell:*

A second network has the same layers and is trained with your `denoising_loss`, and with new noise in each
step.
"""

# %% tags=["active-ipynb"]
# noise = 0.3 * np.random.default_rng(3).normal(size=val_x.shape)
# noisy, removed = val_x + noise, {}
# rows = {"held out": val_x[:10], "noisy": noisy[:10]}
# before = error_of(val_x, noisy)
# for name, size in (("copies", 0.0), ("denoises", 0.3)):
#     keras.utils.set_random_seed(0)
#     network = trained(Autoencoder([64, 128]), train_x, size=size)
#     rows[name] = run(network, noisy[:10])
#     clean, after = error_of(val_x, run(network, val_x)), error_of(val_x, run(network, noisy))
#     removed[name] = 1 - after / before
#     print(f"{name}: error {clean:.3f} without noise; with noise {before:.2f} before, {after:.2f} after")
# show_rows(rows)
# assert removed["copies"] < 0.1 and removed["denoises"] > 0.6, "a copy keeps the noise"

# %% [markdown]
r"""
**Prediction 3, answered.** Nearly nothing. With a code that is large enough, everything is copied,
noise included: nothing in the loss has said what a digit is. The second network could not copy, since what
it saw was not what it had to return. It has to know which part of its input is likely to be a digit.

What has the second network learnt? For a linear model the answer is exact. Let the images be centred, with
covariance $S$, and the noise have variance $s^2$ in each pixel, independent of the image. The matrix $A$
that makes $\mathbb E\lVert (x+\varepsilon)A-x\rVert^2$ smallest solves the *normal equations*

$$(S+s^2I)\,A=S .$$

*A small step:* along an eigenvector of $S$ with eigenvalue $\lambda$, by which factor, its *gain*,
does $A$ multiply? What is it for $\lambda$ far above $s^2$, far below it, and equal to it? And what
should it be for $\lambda=0$ and $s^2=0$?

<details><summary>Answer</summary>

By $\lambda/(\lambda+s^2)$: nearly 1, nearly 0, and $\tfrac12$. The model keeps those directions along
which images vary more than noise does. For $0/0$ the equations do not say. No image has anything along
this direction, and as long as $s^2$ is above 0, however small, the gain is 0.

</details>
"""


# %%
def optimal_linear_denoiser(
    S: Float64[np.ndarray, "features features"], s2: float
) -> Float64[np.ndarray, "features features"]:
    """Return the matrix that removes noise from centred examples with the smallest mean squared error.

    Solves the normal equations of Wiener's filter (Wiener, "Extrapolation, Interpolation, and Smoothing of
    Stationary Time Series", 1949): A = S (S + s² I)⁻¹ for noise of variance s² in each feature.

    Args:
        S: the covariance of the clean examples, symmetric, without negative eigenvalues. It may be
            singular, as it is with features that are constant, or with fewer examples than features.
        s2: s², the variance of the noise, 0 or more.

    Returns:
        A, so that a noisy row x becomes x @ A. Where s² is 0 it is the limit for ever smaller s²: the
        projection onto the eigenvectors of S whose eigenvalue is above 0. An eigenvalue of at most
        1e-12 times the largest one counts as 0.

    Raises:
        ValueError: s² is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(optimal_linear_denoiser)

# %% [markdown]
r"""
The picture shows the theory as a line and the measurements as marks. A linear model, one matrix of
64 × 64, is trained with your `denoising_loss` on noisy digits, and its gain is measured along each principal
component.
"""

# %% tags=["active-ipynb"]
# def gains_of(loss, seed=0):
#     """Train a matrix by a loss, and measure its gain along each principal component."""
#     matrix = keras.Variable(np.zeros((64, 64), "float32"))
#     options = {"steps": 2500, "rate": 1e-2, "size": 0.3, "batch": 128, "seed": seed}
#     fit(lambda x, noise: loss(lambda a: a @ matrix, x, noise), [matrix], centred, **options)
#     return np.sum(directions * (np.array(matrix).T @ directions), axis=0)
#
#
# used = along.var(axis=0) > 1e-4
# variances = along.var(axis=0)[used]
# learnt = gains_of(denoising_loss)[used]
# show_gains(variances, 0.09, {"learnt": learnt})
# A = optimal_linear_denoiser(np.cov(train_x.T, bias=True), 0.09)
# after = error_of(val_x, mean + (noisy - mean) @ A)
# print(f"furthest from the line: {np.abs(learnt - variances / (variances + 0.09)).max():.3f}")
# print(f"noise on held-out digits: {before:.2f} before, {after:.2f} after the best linear denoiser")
# assert np.abs(learnt - np.sum(directions * (A @ directions), axis=0)[used]).max() < 0.1, "on the line"

# %% [markdown]
r"""
**A silent bug.** A colleague writes the same training loop with `noisy = x + noise` in its first line,
and then `loss = mean |model(noisy) − noisy|²`. Shapes fit, nothing fails, and the loss falls lower than
yours. What will the marks of the colleague's matrix look like: the same line moved up, a level line, or a
cloud? At which height?

*Predict it, then run the next cell.*
"""

# %% tags=["active-ipynb"]
# def colleagues_loss(model, x, noise):
#     noisy = x + noise
#     return denoising_loss(model, noisy, tf.zeros_like(noise))
#
#
# theirs = gains_of(colleagues_loss)[used]
# show_gains(variances, 0.09, {"yours": learnt, "the colleague's": theirs})
# print(f"the colleague's gains: from {theirs.min():.2f} to {theirs.max():.2f}")
# assert theirs.min() > 0.9 and learnt[-1] < 0.2, "a level line at 1"

# %% [markdown]
r"""
<details><summary>Answer</summary>

A level line at 1: what is to be returned is what came in, so that the matrix learns to be the identity. Its
loss is smaller because the task is easier. The colleague has
trained the copying network of prediction 3 once more. A loss that falls does not tell you whether it is
the right loss; a gain that is compared with a formula does.

</details>

## Sparse and contractive codes

There are other ways to keep a large code from copying. They add a penalty to the error. Let a hidden layer
have $H$ sigmoid units, $h=\sigma(xW+c)$.

A *sparse* autoencoder demands that each unit is active rarely. For a unit $j$, $\hat\rho_j$ is the mean of
its activation over the batch, and $\rho$ the mean that is wanted, for example 0.05. Taken as
probabilities that a unit is on, they are compared by the Kullback–Leibler divergence

$$\mathrm{KL}(\rho\,\|\,\hat\rho_j)=\rho\log\frac{\rho}{\hat\rho_j}
+(1-\rho)\log\frac{1-\rho}{1-\hat\rho_j}.$$

It is infinite where a unit is always off, $\hat\rho_j=0$, or always on. So $\hat\rho_j$ is first moved
a little towards the middle. (If it were *cut off* instead, its gradient would be 0, and a unit that is
off for ever could not come back.)
"""


# %%
def sparse_penalty(h: Float[tf.Tensor, "batch hidden"], rho: float) -> Float[tf.Tensor, ""]:
    """Penalise hidden units whose mean activation over the batch is not the wanted one.

    Computes the penalty of Ng, "Sparse autoencoder" (CS294A lecture notes, 2011),
    https://web.stanford.edu/class/cs294a/sparseAutoencoder_2011new.pdf: KL(ρ ‖ r), summed over the hidden
    units. Of a unit whose mean activation over the batch is ρ̂, r is 0.0001 + 0.9998 ρ̂, so that all is
    finite for ρ̂ from exactly 0 to exactly 1. Gradients flow to `h`, also of such units.

    Args:
        h: activations from 0 to 1, of one example or more, in float32 or float64. The mean over a batch of
            1 is the example's own activation.
        rho: ρ, the wanted mean activation, above 0 and below 1.

    Returns:
        One number in nats; 0 if r is ρ for each unit.

    Raises:
        ValueError: ρ is not above 0, or not below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(sparse_penalty)

# %% [markdown]
r"""
A *contractive* autoencoder demands that the code hardly moves if the image does. How far it moves is said
by the Jacobian $J$, the matrix of the derivatives $\partial h_j/\partial x_i$, and the penalty is its
squared Frobenius norm, the sum of the squares of its entries.

*A small step:* $\sigma'=\sigma(1-\sigma)$. What is $\partial h_j/\partial x_i$, which factor in it does
not depend on $i$, and how is the sum of the squares therefore computed without ever making $J$, for each
example?

<details><summary>Answer</summary>

$\partial h_j/\partial x_i=h_j(1-h_j)\,W_{ij}$. The square of $h_j(1-h_j)$ can be taken out of the sum over
$i$: what is left is $\sum_iW_{ij}^2$, one number for each unit, the same for all examples.

</details>
"""


# %%
def contractive_penalty(
    x: Float[tf.Tensor, "batch features"],
    W: Float[tf.Tensor, "features hidden"],
    c: Float[tf.Tensor, "hidden"],
) -> Float[tf.Tensor, "batch"]:
    """Return how much the code of each example moves with the example.

    Computes the squared Frobenius norm of the Jacobian of σ(x W + c), as in Rifai, Vincent, Muller, Glorot
    and Bengio, "Contractive Auto-Encoders: Explicit Invariance During Feature Extraction" (2011),
    https://icml.cc/2011/papers/455_icmlpaper.pdf. Gradients flow to `x`, `W` and `c`.

    Args:
        x: the examples, in float32 or float64, and so are W and c.
        W: the weights of the hidden layer.
        c: the biases of its units. Where a unit is saturated it adds 0, and all is finite.

    Returns:
        One number for each example.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(contractive_penalty)

# %% [markdown]
r"""
Three autoencoders with 100 hidden units learn digits: one without a penalty, one that is sparse and one
that is contractive. The decoder is the transpose of $W$ in all three. (With a matrix of its own, the
decoder could undo what the encoder shrinks, and the contractive penalty could be made small by a change of
scale alone.) The first picture shows how active each unit is on digits that were held out. The second one
shows the mean singular values of the Jacobian, each of which says how far the code moves with the image
along one direction.
"""

# %% tags=["active-ipynb"]
# kinds = {
#     "no penalty": (None, 0.0),
#     "sparse": (lambda x, h, W, c: sparse_penalty(h, 0.05), 0.1),
#     "contractive": (lambda x, h, W, c: tf.reduce_mean(contractive_penalty(x, W, c)), 0.3),
# }
# found = {name: tied(100, *kind, train_x) for name, kind in kinds.items()}
# active = {name: expit(val_x @ W + c) for name, (W, c, _) in found.items()}
# show_activity(active)
# spectra = {name: singular_values(W, c, val_x[:100]) for name, (W, c, _) in found.items()}
# show_spectra(spectra)
# for name, (W, c, error) in found.items():
#     moved = float(np.mean(contractive_penalty(*(tf.constant(a, tf.float32) for a in (val_x, W, c)))))
#     print(f"{name:12}: error {error:.2f}, mean activation {active[name].mean():.2f}, |J|² {moved:.2f}")
#     squares = np.mean([np.sum(singular_values(W, c, one[None]) ** 2) for one in val_x])
#     assert np.isclose(moved, squares, rtol=1e-3), "|J|² is the sum of the squared singular values"
# assert active["sparse"].mean() < 0.15, "about twice as active as is wanted"
# sizes = {name: float(np.sum(values**2)) for name, values in spectra.items()}
# assert sizes["contractive"] < 0.5 * sizes["no penalty"], "the code moves less"

# %% [markdown]
r"""
The sparse network's units are rarely on, though about twice as often as the wanted 0.05 (the dotted line),
since a small error needs active units. The mean activations in the other two networks are spread widely.
The contractive network's singular values are smaller, and they fall off: the code follows some directions,
and hardly moves along the others. Rifai et al. (2011) draw such spectra for larger images. In our picture
the sparse network's code moves less, too: a sigmoid unit that is off has a slope near to 0. The price of
both penalties is a larger error. Each network was trained from one seed.

## Anomaly detection

An autoencoder that was fitted to nothing but zeros uses its code for what distinguishes one zero from
another, and it reconstructs a 3 badly. So the error is a *score*: the larger it is, the less the image is
like those that were learnt. An image is *flagged* as unusual if its score is above a threshold. This
must come from images that are known to be normal, never from those that are to be judged: for example the
score that 95 % of the normal images do not exceed, their *quantile* at 0.95.
"""


# %%
def anomaly_score(
    model: keras.Model,
    x: Float[tf.Tensor, "batch ..."],
    x_train: Float[tf.Tensor, "examples ..."],
    q: float,
) -> tuple[Float[tf.Tensor, "batch"], Bool[tf.Tensor, "batch"]]:
    """Score examples by how badly a model reconstructs them, and flag those that are worse than normal ones.

    The score is the squared length of the error, summed over all axes of the example; see Sakurada and
    Yairi, "Anomaly Detection Using Autoencoders with Nonlinear Dimensionality Reduction" (2014),
    https://doi.org/10.1145/2689746.2689747.

    Args:
        model: is to be called with `training=False`, and then returns reconstructions. An example's
            reconstruction does not depend on what else is in the batch.
        x: the examples that are judged, of any shape; one example or more. An example's result does not
            depend on what else is judged.
        x_train: normal examples, one or more, from which the threshold is computed.
        q: the threshold is this quantile of the normal examples' scores, from 0 to 1; between two
            scores it is interpolated linearly, as by `np.quantile`.

    Returns:
        (score, flag): [batch], and [batch], True where the score is above the threshold. A score
        that equals it is not flagged.

    Raises:
        ValueError: q is below 0 or above 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(anomaly_score)

# %% [markdown]
r"""
The autoencoder below learns the zeros among the first 900 digits. Is the threshold to come from the
zeros that it was fitted to, or from zeros that were held out? Both are tried, at $q=0.95$, so that one
normal image in twenty should be flagged. The *area under the curve*, AUC, is the probability that a random
other digit has a larger score than a random zero.
"""

# %% tags=["active-ipynb"]
# zeros, held = train_x[train_y == 0], val_x[val_y == 0]
# keras.utils.set_random_seed(0)
# network = trained(Autoencoder([64, 32, 8]), zeros, batch=32)
# judged = tf.constant(test_x, tf.float32)
# flagged = {}
# for name, known in (("fitted", zeros), ("held out", held)):
#     known = tf.constant(known, tf.float32)
#     score, flag = (np.array(one) for one in anomaly_score(network, judged, known, 0.95))
#     normal = test_y == 0
#     flagged[name] = flag[normal].mean()
#     print(f"threshold from {name} zeros: {flag[normal].mean():.0%} of new zeros flagged, ", end="")
#     print(f"and {flag[~normal].mean():.0%} of the other digits")
# area = roc_auc_score(~normal, score)
# show_scores({"zeros": score[normal], "other digits": score[~normal]}, score[flag].min())
# print(f"area under the curve: {area:.3f}")
# assert area > 0.97 and flagged["fitted"] > 0.25 > flagged["held out"], "a threshold from held-out images"

# %% [markdown]
r"""
The scores separate zeros from the other digits almost perfectly. The threshold is harder. Scores of
images that the network was fitted to are smaller than those of new ones, because it has also learnt what
is peculiar to each of them; with a threshold from them far more than one new zero in twenty is flagged.
With zeros that were held out the share is nearer to one in twenty. It cannot be exact: the threshold comes
from about thirty zeros.

## A restricted Boltzmann machine

All of these models return an image for an image. None says how *probable* an image is. In a restricted
Boltzmann machine an image $v$ of $V$ pixels, each 0 or 1, and a code $h$ of $H$ bits have an energy, with
weights $W$ [V, H] and biases $b$ and $c$,

$$\mathcal E(v,h)=-v\cdot b-h\cdot c-v\,W h^\top,\qquad p(v,h)=\frac{e^{-\mathcal E(v,h)}}{Z},$$

and the *partition function* $Z$ is the sum over all images and all codes. Summing over the codes alone gives
the *free energy* $F$: $p(v)=e^{-F(v)}/Z$. There are $2^H$ codes. Because no term of the energy
contains two bits of $h$, the sum is a product of $H$ sums with two terms each.

*A small step:* for one hidden unit, $H=1$: which two terms are added for $h=0$ and $h=1$, and what is
therefore $F(v)$? How is $\log(1+e^{a})$ computed for $a=1000$?

<details><summary>Answer</summary>

$e^{v\cdot b}\,(1+e^{\,c+vW})$, so $F(v)=-v\cdot b-\log(1+e^{\,c+vW})$; with $H$ units the logarithms add up.
For $a=1000$, $e^a$ overflows, and the value is 1000: `np.logaddexp(0, a)` takes care of that.

</details>
"""


# %%
def free_energy(
    v: Float64[np.ndarray, "batch visible"],
    W: Float64[np.ndarray, "visible hidden"],
    b: Float64[np.ndarray, "visible"],
    c: Float64[np.ndarray, "hidden"],
) -> Float64[np.ndarray, "batch"]:
    """Return the free energy of each image under a restricted Boltzmann machine.

    F(v) is minus the logarithm of the sum of exp(-energy) over all codes h of zeros and ones, where the
    energy of v and h is -v·b - h·c - v W h.
    Follows Hinton, "A Practical Guide to Training Restricted Boltzmann Machines" (2010),
    https://www.cs.toronto.edu/~hinton/absps/guideTR.pdf.

    Args:
        v: the images, of zeros and ones.
        W: the weights between visible and hidden units.
        b: the biases of the visible units.
        c: the biases of the hidden units. Weights and biases may be as large as ±10,000.

    Returns:
        F(v), so that p(v) = exp(-F(v)) / Z.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(free_energy)

# %% [markdown]
r"""
$Z$ is a sum over $2^V$ images: for 64 pixels, more than anybody can add up. But the two layers may change
places. For a given code the sum over the *images* is a product, and there are only 4096 codes of 12 bits.
"""


# %%
def log_partition(
    W: Float64[np.ndarray, "visible hidden"],
    b: Float64[np.ndarray, "visible"],
    c: Float64[np.ndarray, "hidden"],
) -> float:
    """Return the logarithm of a restricted Boltzmann machine's partition function, exactly.

    All states of the smaller layer are enumerated, and the sum over the other layer is a product for each
    of them; see Salakhutdinov and Murray, "On the Quantitative Analysis of Deep Belief Networks" (2008),
    https://doi.org/10.1145/1390156.1390266, who approximate it for larger machines.

    Args:
        W: the weights. The smaller of the two layers, which may be either of them, has at most 12 units;
            the larger may have 1,000.
        b: the biases of the visible units.
        c: the biases of the hidden units. Weights and biases may be as large as ±10,000.

    Returns:
        log Z in nats, one number.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(log_partition)

# %% [markdown]
r"""
How is it trained? The gradient of $\log p(v)$ has two parts:

$$\frac{\partial \log p(v)}{\partial W_{ij}}=v_i\,p(h_j{=}1\,|\,v)-\mathbb E_{\text{model}}[v_ih_j].$$

The first part needs the image only: $p(h_j{=}1\,|\,v)=\sigma(c_j+(vW)_j)$. The second part is an average over
all images and codes, weighted by their probability under the model, and needs $Z$. *Contrastive divergence*
replaces this average by one image that is drawn near the first: draw the hidden bits given the image, draw
a second image given these bits, with $p(v_i{=}1\,|\,h)=\sigma(b_i+(Wh^\top)_i)$, and compute the
probabilities of the hidden bits once more.
"""


# %%
def cd1(
    v: Float64[np.ndarray, "batch visible"],
    W: Float64[np.ndarray, "visible hidden"],
    b: Float64[np.ndarray, "visible"],
    c: Float64[np.ndarray, "hidden"],
    uh: Float64[np.ndarray, "batch hidden"],
    uv: Float64[np.ndarray, "batch visible"],
) -> tuple[
    Float64[np.ndarray, "visible hidden"], Float64[np.ndarray, "visible"], Float64[np.ndarray, "hidden"]
]:
    """Return the direction in which contrastive divergence with one step changes the parameters.

    Follows Hinton, "Training Products of Experts by Minimizing Contrastive Divergence" (2002),
    https://doi.org/10.1162/089976602760128018. Both in the first and in the second part of the difference
    the statistics use the *probabilities* of the hidden units; their sampled bits serve only to draw the
    second image. That image's pixels are sampled bits.

    Args:
        v: the images, zeros and ones, one image or more.
        W: the weights. Weights and biases may be as large as ±10,000.
        b: the biases of the visible units.
        c: the biases of the hidden units.
        uh: from 0 to below 1; a hidden unit is on where its probability is above this number.
        uv: from 0 to below 1; a pixel of the second image is on where its probability is above
            this number.

    Returns:
        (dW, db, dc): the first part minus the second, averaged over the batch, to be *added* to the
        parameters after it is multiplied by a learning rate.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(cd1)

# %% [markdown]
r"""
Digits in black and white, at half of the ink. With 12 hidden units $Z$ is exact, and so is the
log-likelihood, at every moment of the training. The dotted line is a model of independent pixels: the
best that a machine without hidden units can do.
"""

# %% tags=["active-ipynb"]
# black, black_held = (train_x >= 0.5).astype(float), (val_x >= 0.5).astype(float)
# courses = {"fitted": [], "held out": []}
# for machine in learn_machine(cd1, black, 12):
#     log_z = log_partition(*machine)
#     for name, v in (("fitted", black), ("held out", black_held)):
#         courses[name].append(-np.mean(free_energy(v, *machine)) - log_z)
# none = [np.zeros((64, 1)), next(learn_machine(cd1, black, 1))[1], np.zeros(1)]
# floor = -np.mean(free_energy(black_held, *none)) - log_partition(*none)
# show_likelihood(courses, floor)
# print(f"held out: {courses['held out'][-1]:.1f} nats, independent pixels {floor:.1f}, log Z {log_z:.2f}")
# small = [machine[0][:9, :4], machine[1][:9], machine[2][:4]]
# every = (np.arange(512)[:, None] >> np.arange(9) & 1).astype(float)
# total = np.sum(np.exp(-free_energy(every, *small) - log_partition(*small)))
# print(f"probabilities of all 512 images of a machine with 9 pixels add up to {total:.9f}")
# assert abs(total - 1) < 1e-9 and courses["held out"][-1] > floor + 4, "a distribution, and a better one"
# assert courses["fitted"][-1] > courses["held out"][-1], "fitted images are more probable"

# %% [markdown]
r"""
The curve of the images that were fitted ends higher than that of the held-out images. How far they are apart
can be read off because $Z$ is exact. (One machine was trained, from one seed.) For a machine with 500
pixels and 500 hidden units $Z$ can only be estimated. One often looks at reconstructions instead, which say
little about the likelihood.

Two machines can be stacked. The codes of the first are images for a second, which learns how the codes
are distributed. If it starts as the first one turned upside down, it starts with the distribution that
the first machine had for its codes, and improves it. Together they are a *deep belief network* (Hinton,
Osindero and Teh, [A Fast Learning Algorithm for Deep Belief
Nets](https://doi.org/10.1162/neco.2006.18.7.1527), 2006). An image is drawn from the top: many steps of
sampling in the second machine, then one pass down through the first.
"""

# %% tags=["active-ipynb"]
# hidden = expit(machine[2] + black @ machine[0])
# bits = (np.random.default_rng(5).random(hidden.shape) < hidden).astype(float)
# rng = np.random.default_rng(6)
# W2, b2, c2 = machine[0].T.copy(), machine[2].copy(), machine[1].copy()
# for step in range(1500):
#     some = bits[rng.integers(0, 900, 50)]
#     slopes = cd1(some, W2, b2, c2, rng.random((50, 64)), rng.random((50, 12)))
#     W2, b2, c2 = (now + 0.05 * slope for now, slope in zip((W2, b2, c2), slopes))
# first_bits = np.mean(free_energy(bits, machine[0].T, machine[2], machine[1]))
# before2 = -first_bits - log_partition(machine[0].T, machine[2], machine[1])
# after2 = -np.mean(free_energy(bits, W2, b2, c2)) - log_partition(W2, b2, c2)
# print(f"log-likelihood of the codes: {before2:.2f} under the first machine, {after2:.2f} under the second")
# rows = {"one machine": dream([machine], 10), "two machines": dream([machine, (W2, b2, c2)], 10)}
# show_rows(rows)
# assert after2 > before2, "the second machine knows the codes better"

# %% [markdown]
r"""
Most of what is drawn by either can be read as a digit, although 12 bits choose among 4096 images only. The
likelihood of the codes has improved only a little (it is printed), and ten images are too few to see it.
The next chapter keeps two things of this machine: a code with a known distribution, and a decoder that
turns it into images.

**Explore.** Which autoencoder names digits best by its nearest code? `neighbours` in the cell below reports
the share for one code size and kind of noise on the digits that were held out for such choices. Change
the size of the code, the hidden layers, the noise, the penalties; or whiten the code first. When you have
chosen, and only then, put the test digits in the place of the held-out ones, once.
"""

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(1)
# network = trained(Autoencoder([64, 128, 64, 8]), train_x, size=0.2)
# codes = [run(network.encode, x) for x in (train_x, val_x)]
# print(f"8 numbers, noise 0.2: {neighbours(codes[0], train_y, codes[1], val_y):.0%} named right,", end=" ")
# print(f"and by the 64 pixels {neighbours(train_x, train_y, val_x, val_y):.0%}")

# %% [markdown]
r"""
## What you have learnt

- The best linear code is that of the principal components. A linear autoencoder finds the same space, but
  not the same axes; independence can choose the axes.
- A curved code of two numbers is much better than a flat one; a large curved code can be worse on images
  that it was not fitted to.
- An autoencoder with a large code copies, noise included. Three demands keep it from copying: to return
  the clean image, to be active rarely, or to change little when the image changes.
- The error of an autoencoder is a score for anomalies. Its threshold comes from normal images that it was
  not fitted to.
- A restricted Boltzmann machine says how probable an image is. Its partition function is a sum over the
  smaller layer.

Read on: Hinton and Salakhutdinov, [Reducing the Dimensionality of Data with Neural
Networks](https://doi.org/10.1126/science.1127647) (2006); Vincent et al., [Stacked Denoising
Autoencoders](https://www.jmlr.org/papers/v11/vincent10a.html) (2010); Hinton, [A Practical Guide to
Training Restricted Boltzmann Machines](https://www.cs.toronto.edu/~hinton/absps/guideTR.pdf) (2010).
"""

# %% [markdown]
r"""
## In your own words

A company wants to draw new digits. Somebody proposes to train a deep autoencoder with a code of 8 numbers,
to draw 8 random numbers from a normal distribution, and to decode them. What may go wrong, although the
autoencoder reconstructs every digit well? What does its loss say about codes between those of the training
images, what would have to be demanded in addition, and what does a restricted Boltzmann machine have that
this autoencoder has not? Five sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
