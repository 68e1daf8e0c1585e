# %% [markdown]
r"""
# Variational autoencoders: a bound that can be checked

A bank reads digits that its customers write by hand. It wants two things from one model: new digits
to test its reader with, because it may not show its customers' own, and for each digit that arrives
a number that says how probable it is, so that a clerk can look at the improbable ones. Both need a
distribution $p(x)$ over images. A *latent variable model* builds one: a few hidden numbers $z$ are
drawn, such as the slant and the width of the stroke, and a network turns them into an image. Then

$$p(x)=\int p(x\mid z)\,p(z)\,dz ,$$

and this integral over all $z$ is the difficulty: nobody can compute it if $p(x\mid z)$ is a network. A
*variational autoencoder* computes a number that is never larger than $\log p(x)$ on average, and trains
on it.

**The question.** How far below $\log p(x)$ is that number, and what does a model learn when it raises
the number instead of $\log p(x)$ itself?

**Before you run anything**, write down your predictions:

1. There are two ways to estimate the slope $\frac{d}{d\mu}\,\mathrm E\,[z^2]$ from samples
   $z\sim\mathcal N(\mu,\sigma^2)$. One differentiates through the sample, the other only looks at the
   values of $z^2$. Both are right on average. At $\mu=1$ and $\sigma=0.1$, how many times more samples
   does the second one need for the same accuracy: 3, 30, 300 or 3,000 times?
2. The codes of a model are turned by a rotation, and the decoder turns them back, so that each $p(x)$
   stays what it is. The encoder answers with a mean and a variance for each coordinate of the code.
   After the rotation, does the best bound that any such encoder reaches rise, fall or stay the same?
3. A variational autoencoder with a code of ten numbers is trained on digits. The loss has two terms:
   the reconstruction, and the KL divergence, which is counted β times. While it is trained with β = 1,
   does the KL divergence fall or rise? And how many of the ten numbers are used at β = 1, and how many
   at β = 8?

You write the sampling step and the two estimators of its slope, the two terms of the bound, the bound
itself and a tighter one, the weighted loss, the whole variational autoencoder, and the parts of one with
several levels of codes.
"""

# %%
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They load the digits, make models of which everything is
known, train a given network, and make the pictures.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import itertools
# import time
#
# import matplotlib.pyplot as plt
# from grader.datasets import load
# from scipy import stats
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# STYLES = ("o-", "s--", "^-.", "D:")
# digits, test_digits = load("digits"), load("digits", split="test")
# shades = np.reshape(digits["image"], (-1, 64)) / 16
# labels = np.asarray(digits["label"])
# learnt, validation = shades[:1000], shades[1000:]
# unseen = np.reshape(test_digits["image"], (-1, 64)) / 16
#
#
# def single(array):
#     """The same numbers as a float32 tensor."""
#     return tf.constant(np.asarray(array), tf.float32)
#
#
# def normal(rng, *shape):
#     """Standard normal noise."""
#     return single(rng.normal(size=shape))
#
#
# def ink(rng, shades):
#     """Draw each pixel: ink with the probability that its shade says."""
#     return single(rng.random(shades.shape) < shades)
#
#
# def sigma_points(Z, rows):
#     """The 2 Z points ±√Z e_i for each row: [2 Z, rows, Z]."""
#     points = np.sqrt(Z) * np.concatenate([np.eye(Z), -np.eye(Z)])
#     return single(np.repeat(points[:, None], rows, axis=1))
#
#
# def principal(x, Z):
#     """Probabilistic PCA by eigenvectors: the mean b [D], W [D, Z] and the noise's variance."""
#     values, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
#     values, vectors = values[::-1], vectors[:, ::-1]
#     noise = values[Z:].mean()
#     return x.mean(axis=0), vectors[:, :Z] * np.sqrt(values[:Z] - noise), noise
#
#
# def exact_log_p(x, b, W, noise):
#     """The mean of log p(x) of a linear model, by SciPy."""
#     covariance = W @ W.T + noise * np.eye(len(b))
#     return stats.multivariate_normal(b, covariance).logpdf(x).mean()
#
#
# def precision(W, noise):
#     """The inverse of the posterior's covariance, the same for each x."""
#     return np.eye(W.shape[1]) + W.T @ W / noise
#
#
# def linear(b, W, noise, wide=False):
#     """A linear model's decoder, and its best encoder of one variance for each coordinate, or a wide one."""
#     M = precision(W, noise)
#     backwards = single(np.linalg.solve(M, W.T).T / noise)
#     variances = np.diag(np.linalg.inv(M)) if wide else 1 / np.diag(M)
#     centre, forwards, logvar = single(b), single(W.T), single(np.log(variances))
#
#     def encoder(x):
#         mu = (x - centre) @ backwards
#         return mu, tf.zeros_like(mu) + logvar
#
#     def decoder(z):
#         mean = tf.tensordot(z, forwards, 1) + centre
#         return mean, tf.zeros_like(mean) + np.float32(np.log(noise))
#
#     return encoder, decoder
#
#
# def log_normal(z, mu, logvar):
#     """log N(z; μ, diag σ²), summed over the last axis."""
#     return -0.5 * tf.reduce_sum(np.log(2 * np.pi) + logvar + (z - mu) ** 2 * tf.exp(-logvar), axis=-1)
#
#
# def log_weights(x, encoder, log_likelihood, eps):
#     """The logarithms of the importance weights of codes: [k, batch]."""
#     mu, logvar = encoder(x)
#     z = reparameterise(mu, logvar, eps)
#     return log_likelihood(x, z) + log_normal(z, 0.0, tf.zeros_like(z)) - log_normal(z, mu, logvar)
#
#
# def bound_of(model, shades, k, seed=1):
#     """The importance weighted bound of a VAE, a mean over images, in nats."""
#     rng = np.random.default_rng(seed)
#     x, Z = ink(rng, shades), model.posterior.units // 2
#     weights = log_weights(
#         x, model.encode, lambda x, z: bernoulli_log_lik(x, model.decode(z)), normal(rng, k, len(x), Z)
#     )
#     return float(tf.reduce_mean(iwae_bound(weights)))
#
#
# def terms(model, shades, seed=1):
#     """What a VAE pays for images: the reconstruction, and the KL divergence of each number of the code."""
#     rng = np.random.default_rng(seed)
#     x = ink(rng, shades)
#     mu, logvar = model.encode(x)
#     rec = -bernoulli_log_lik(x, model.decode(reparameterise(mu, logvar, normal(rng, *mu.shape))))
#     each = [kl_standard_normal(mu[:, z, None], logvar[:, z, None]) for z in range(mu.shape[1])]
#     return float(tf.reduce_mean(rec)), np.mean(each, axis=1)
#
#
# def used(model, shades, seed=1):
#     """How many numbers of the code have a mean that varies over the images by more than 0.01."""
#     mu, _ = model.encode(ink(np.random.default_rng(seed), shades))
#     return int(np.sum(np.var(mu, axis=0) > 0.01))
#
#
# def fit(model, shades, steps, seed=0, rate=0.003, batch=100, same=False):
#     """Train a VAE by its own `train_step`; return the course of each term."""
#     rng = np.random.default_rng(seed)
#     Z = model.posterior.units // 2
#     model.decode(model.encode(ink(rng, shades[:1]))[0])
#     model.compile(optimizer=keras.optimizers.Adam(rate))
#     model.optimizer.build(model.trainable_variables)
#     step = tf.function(lambda x, eps: model.train_step((x, eps)), autograph=False)
#     course, fixed = [], ink(rng, shades)
#     for _ in range(steps):
#         x = fixed if same else ink(rng, shades[rng.integers(len(shades), size=batch)])
#         course.append(step(x, normal(rng, len(x), Z)))
#     return {name: np.array([float(one[name]) for one in course]) for name in course[0]}
#
#
# def trained(beta=1.0, capacity=None, seed=0, steps=600, Z=10, hidden=128):
#     """A VAE that was trained on the thousand digits to learn from, and the course of its terms."""
#     keras.utils.set_random_seed(seed)
#     model = VAE(64, Z, hidden, beta, capacity)
#     return model, fit(model, learnt, steps, seed)
#
#
# class Levels(keras.Model):
#     """The layers of a BIVA with two levels, and the weights of its steps down."""
#
#     def __init__(self, Z=5, width=128):
#         super().__init__()
#         dense = keras.layers.Dense
#         self.up, self.up_more = dense(width, "relu"), dense(width, "relu")
#         self.lower_bu, self.upper, self.lower_td = dense(2 * Z), dense(4 * Z), dense(2 * Z)
#         self.pixels, self.Z = dense(64), Z
#         shapes = {"d": (width, width), "bu": (Z, width), "td": (Z, width), "b": (width,)}
#         shapes |= {"prior": (width, 4 * Z)}
#         self.down = [
#             {
#                 name: self.add_weight(
#                     shape=shape,
#                     initializer="zeros" if name == "b" else "glorot_uniform",
#                     trainable=(step, name) != (1, "prior"),  # there is no level below the lowest
#                 )
#                 for name, shape in shapes.items()
#             }
#             for step in range(2)
#         ]
#
#     def weights_of(self, step):
#         """What `biva_topdown` takes."""
#         return {name: weight.value for name, weight in self.down[step].items()}
#
#
# def tiles(images, columns):
#     """Put images [n, 64] side by side."""
#     images = np.reshape(images, (-1, columns, 8, 8))
#     padded = np.pad(images, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=0.5)
#     return padded.transpose(0, 2, 1, 3).reshape(9 * len(images), 9 * columns)
#
#
# def show_tiles(pictures, titles, columns):
#     """Draw several sheets of images, dark where there is ink."""
#     figure, axes = plt.subplots(
#         1, len(pictures), figsize=(4 * len(pictures), 3.2), layout="constrained", squeeze=False
#     )
#     for axis, sheet, title in zip(axes[0], pictures, titles):
#         axis.imshow(tiles(sheet, columns), cmap="Greys", vmin=0, vmax=1)
#         axis.set_title(title)
#         axis.axis("off")
#     plt.show()
#
#
# def show_network():
#     """Draw the parts of a variational autoencoder in the order in which an image passes them."""
#     figure, axis = plt.subplots(figsize=(11, 2.4), layout="constrained")
#     boxes = [
#         (0, 0, "image x"),
#         (1.7, 0, "encoder"),
#         (3.4, 0.55, "μ"),
#         (3.4, -0.55, "log σ²"),
#         (5.1, 0, "μ + σε"),
#         (6.8, 0, "decoder"),
#         (8.5, 0, "logits"),
#         (5.1, -1.7, "noise ε"),
#     ]
#     colours = ["white", "#8ecae6", "white", "white", "#F0E442", "#8ecae6", "white", "0.9"]
#     for (x, y, name), colour in zip(boxes, colours):
#         axis.text(x, y, name, ha="center", va="center", bbox={"boxstyle": "round,pad=0.4", "fc": colour})
#     for start, end in ((0, 1), (1, 2), (1, 3), (2, 4), (3, 4), (4, 5), (5, 6), (7, 4)):
#         gap = 14 if start == 7 else 27
#         arrow = {"arrowstyle": "->", "shrinkA": gap, "shrinkB": gap, "color": "0.3"}
#         axis.annotate("", boxes[end][:2], boxes[start][:2], arrowprops=arrow)
#     axis.text(3.4, 1.15, "KL divergence from N(0, I)", ha="center", color="#D55E00")
#     axis.text(8.5, 0.75, "reconstruction:\nhow probable is x?", ha="center", color="#D55E00")
#     axis.set(xlim=(-0.7, 9.6), ylim=(-2, 1.5))
#     axis.axis("off")
#     plt.show()
#
#
# def ellipse(axis, mean, covariance, style, **options):
#     """Draw where the Mahalanobis distance from the mean is 2."""
#     angle = np.linspace(0, 2 * np.pi, 100)
#     ring = 2 * np.linalg.cholesky(covariance) @ np.stack([np.cos(angle), np.sin(angle)])
#     axis.plot(mean[0] + ring[0], mean[1] + ring[1], style, **options)
#
#
# def show_divergence(mean, spread, height, cuts):
#     """The divergence as a map, and along cuts: its closed form as lines and drawn codes as marks."""
#     figure, axes = plt.subplots(1, 2, figsize=(11, 3.5), layout="constrained")
#     axes[0].clabel(axes[0].contour(mean, spread, height, [0.02, 0.1, 0.3, 1, 2, 4]))
#     axes[0].set(xlabel="μ", ylabel="σ")
#     for (name, (across, exact, drawn)), mark in zip(cuts.items(), "os"):
#         (line,) = axes[1].plot(across, exact, label=f"closed form over {name}")
#         axes[1].plot(across, drawn, mark, color=line.get_color(), label="mean over 20,000 codes")
#     axes[1].set(xlabel="μ or σ", ylabel="nats")
#     axes[1].legend(fontsize=8)
#     plt.show()
#
#
# def show_gaps(sizes, formula, found):
#     """The gap of the bound after a rotation: the formula as a line, and what was found as marks."""
#     plt.figure(figsize=(6, 3.2), layout="constrained")
#     plt.plot(sizes, formula, label="KL divergence to the posterior, by formula")
#     plt.plot(sizes, found, "o", label="SciPy's log p(x) minus your bound")
#     plt.xlabel("numbers in a code")
#     plt.ylabel("gap in nats")
#     plt.legend()
#     plt.show()
#
#
# def show_sweep(betas, table):
#     """What the validation digits cost, and how much of the code is used, over β; bars span the seeds."""
#     figure, axes = plt.subplots(1, 2, figsize=(11, 3.4), layout="constrained")
#     for axis, column, name, style in (
#         (axes[0], 0, "reconstruction", "o-"),
#         (axes[0], 1, "KL divergence", "s--"),
#         (axes[0], 3, "their sum, minus the ELBO", "^:"),
#         (axes[1], 2, "", "o-"),
#     ):
#         middle, spread = table[..., column].mean(axis=1), np.ptp(table[..., column], axis=1) / 2
#         axis.errorbar(betas, middle, spread, fmt=style, label=name, capsize=3)
#         axis.set(xscale="log", xlabel="β")
#         axis.set_xticks(betas, [f"{beta:g}" for beta in betas])
#         axis.minorticks_off()
#     axes[0].set(ylabel="nats, validation digits")
#     axes[0].legend()
#     axes[1].set(ylabel="numbers used, of 10", ylim=(-0.5, 10.5))
#     plt.show()
#
#
# def show_posteriors(pairs):
#     """The posterior of two numbers and the best encoder's distribution, for each named precision matrix."""
#     figure, axes = plt.subplots(1, len(pairs), figsize=(4.2 * len(pairs), 3.4), layout="constrained")
#     for axis, (title, M) in zip(axes, pairs.items()):
#         ellipse(axis, (0, 0), np.linalg.inv(M), "k-", label="posterior")
#         ellipse(axis, (0, 0), np.diag(1 / np.diag(M)), "--", color="#D55E00", label="best encoder")
#         axis.set(
#             title=title,
#             xlabel="$z_1$",
#             ylabel="$z_2$",
#             aspect="equal",
#             xlim=(-0.6, 0.6),
#             ylim=(-0.6, 0.6),
#         )
#     axes[0].legend(loc="upper right", fontsize=7)
#     plt.show()
#
#
# def show_terms(courses):
#     """The two terms over training, for each named course."""
#     figure, axes = plt.subplots(1, len(courses), figsize=(5.5 * len(courses), 3.4), layout="constrained")
#     for axis, (title, course) in zip(np.atleast_1d(axes), courses.items()):
#         steps = np.arange(1, len(course["rec"]) + 1)
#         smooth = np.ones(9) / 9
#         for name, style in (("rec", "-"), ("kl", "--")):
#             label = {"rec": "reconstruction", "kl": "KL divergence"}[name]
#             axis.plot(steps[4:-4], np.convolve(course[name], smooth, "valid"), style, label=label)
#         axis.set(title=title, xlabel="step", ylabel="nats", xscale="log", ylim=(0, 48))
#         axis.legend()
#     plt.show()

# %% [markdown]
r"""
## Noise as an input

The encoder of a variational autoencoder answers with a distribution of codes instead of a single code:
for each of $Z$ numbers a mean $\mu$ and a variance $\sigma^2$. A code is drawn from
$\mathcal N(\mu,\sigma^2)$, and the decoder makes an image of it. To train the encoder, a gradient has to
pass through the drawing. It cannot pass through "draw a number". It can pass if the noise
$\varepsilon\sim\mathcal N(0,1)$ is drawn first, and then scaled and shifted; this is called the
*reparameterisation trick*. A network's output may have any sign, but a variance is never negative;
therefore the encoder answers with $\log\sigma^2$.
"""


# %%
def reparameterise(
    mu: Float[tf.Tensor, "batch Z"],
    logvar: Float[tf.Tensor, "batch Z"],
    eps: Float[tf.Tensor, "*samples batch Z"],
) -> Float[tf.Tensor, "*samples batch Z"]:
    """Turn standard normal noise into codes.

    Computes the reparameterisation of Kingma and Welling, "Auto-Encoding Variational Bayes" (2013),
    https://arxiv.org/abs/1312.6114. Gradients flow to `mu` and `logvar`.

    Args:
        mu: the means.
        logvar: the logarithms of the variances σ², up to 150. A variance of 0, which is a `logvar` of
            −∞, gives the mean itself, and the gradient with respect to `logvar` is 0 there.
        eps: the noise. If it has more axes in front, there are as many codes for each row of `mu`.

    Returns:
        The codes, one for each row of noise; nothing else is drawn.
    """
    ### BEGIN SOLUTION
    return mu + tf.exp(logvar / 2) * eps
    ### END SOLUTION


# %% [markdown]
r"""
Four encoders' answers for a code of two numbers, with 300 codes drawn from each. The ellipses have the
half-axes $2\sigma$, so that a little more than 86 % of the points must lie in them. If a variance is used
where its root is meant, too many points lie in the ellipses whose $\sigma$ is small, and too few in the
others.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# mu = single([[-4, 0], [0, 0], [4, 0], [8, 0]])
# logvar = single(np.log([[1, 1], [0.25, 2.25], [2.25, 0.04], [0.04, 0.04]]))
# codes = reparameterise(mu, logvar, normal(rng, 300, 4, 2)).numpy()
# figure, axis = plt.subplots(figsize=(9, 3), layout="constrained")
# for place in range(4):
#     axis.plot(*codes[:, place].T, ".", markersize=3)
#     ellipse(axis, mu[place].numpy(), np.diag(np.exp(logvar[place])), "k-")
# axis.set(xlabel="$z_1$", ylabel="$z_2$", aspect="equal")
# plt.show()
# inside = np.mean(np.sum((codes - mu) ** 2 / np.exp(logvar), axis=-1) < 4, axis=0)
# print("inside of the four ellipses:", inside.round(2), "expected:", round(1 - np.exp(-2), 3))
# assert np.all(abs(inside - (1 - np.exp(-2))) < 0.06), "1 - exp(-2) of a normal distribution"
# assert abs(np.corrcoef(codes[..., 0].T) - np.eye(4)).max() < 0.3, "each row has noise of its own"

# %% [markdown]
r"""
## Two gradient estimators

There is another way to the same slope, which needs no gradient of what is averaged. For any function $f$
with a gradient, both of these have the mean $\frac{d}{d\mu}\,\mathrm E\,[f(z)]$ where
$z=\mu+\sigma\varepsilon$:

- the *pathwise* estimator differentiates $f$ along the path from $\mu$ to $z$;
- the *score function* estimator, which reinforcement learning calls REINFORCE, multiplies $f(z)$ with the
  *score*, the slope of $\log p(z)$ with respect to $\mu$.

*A small step: where does the score come from?* $\mathrm E\,[f(z)]=\int f(z)\,p(z)\,dz$, and only the
density $p(z)$ depends on $\mu$. Write $\frac{d}{d\mu}p$ with the help of
$\frac{d}{d\mu}\log p=\frac1p\frac{d}{d\mu}p$. Which factor stands beside $f(z)$ under the mean? And what
is it for $\log p(z)=-\frac{(z-\mu)^2}{2\sigma^2}-\log\sigma-\frac12\log 2\pi$?

<details><summary>Answer</summary>

$\frac{d}{d\mu}\int f\,p\,dz=\int f\,\big(\frac{d}{d\mu}\log p\big)\,p\,dz
=\mathrm E\,\big[f(z)\,\frac{d}{d\mu}\log p(z)\big]$. The factor is the derivative of
$-\frac{(z-\mu)^2}{2\sigma^2}$ with respect to $\mu$: a distance from the mean, in units of the variance.

</details>
"""


# %%
def gradient_estimators(
    f: Callable[[Float64[tf.Tensor, "K"]], Float64[tf.Tensor, "K"]],
    mu: float,
    sigma: float,
    eps: Float64[tf.Tensor, "K"],
) -> tuple[Float64[tf.Tensor, "K"], Float64[tf.Tensor, "K"]]:
    """Estimate the slope of E[f(z)] with respect to μ twice, from each of K samples.

    Computes the pathwise and the score function estimator that Mohamed, Rosca, Figurnov and Mnih compare
    in "Monte Carlo Gradient Estimation in Machine Learning" (2020), https://arxiv.org/abs/1906.10652, for
    z = μ + σε.

    Args:
        f: maps numbers to as many numbers, each by itself, with TensorFlow's operations.
        mu: the mean μ.
        sigma: the standard deviation σ, larger than 0.
        eps: the K draws of ε, one or more.

    Returns:
        The pathwise and the score function estimate from each sample, not averaged. Where no gradient
        flows through `f`, as through a comparison, the pathwise estimate is 0.

    Raises:
        ValueError: `sigma` is not larger than 0.
    """
    ### BEGIN SOLUTION
    if not sigma > 0:
        raise ValueError(f"expected sigma to be larger than 0, got {sigma}; a score needs a density")
    z = mu + sigma * eps
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = f(z)
    slope = tape.gradient(value, z, unconnected_gradients="zero")
    return slope, value * eps / sigma
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 1.** At $\mu=1$ and $\sigma=0.1$, how many times more samples does the score function
estimator need than the pathwise one, for $f(z)=z^2$?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
For $f(z)=z^2$ both variances are known. The pathwise estimate is $2\mu+2\sigma\varepsilon$, with the
variance $4\sigma^2$. The score function estimate is
$\big(\mu^2\varepsilon+2\mu\sigma\varepsilon^2+\sigma^2\varepsilon^3\big)/\sigma$. With the moments 1, 3
and 15 of $\varepsilon^2$, $\varepsilon^4$ and $\varepsilon^6$, its variance is
$\mu^4/\sigma^2+14\mu^2+15\sigma^2$. The lines are these formulas, and the marks are your samples: each
mark must lie on its line.
"""

# %% tags=["active-ipynb"]
# mu, sigmas = 1.0, np.geomspace(0.03, 3, 9)
# noise = tf.constant(np.random.default_rng(1).normal(size=200_000))
# samples = [gradient_estimators(lambda z: z**2, mu, sigma, noise) for sigma in sigmas]
# measured = np.array([[np.var(one) for one in pair] for pair in samples])
# means = np.array([[np.mean(one) for one in pair] for pair in samples])
# predicted = np.stack([4 * sigmas**2, mu**4 / sigmas**2 + 14 * mu**2 + 15 * sigmas**2], axis=1)
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# for column, (name, mark) in enumerate((("pathwise", "o"), ("score function", "s"))):
#     (line,) = plt.loglog(sigmas, predicted[:, column], label=f"{name}: formula")
#     plt.loglog(
#         sigmas, measured[:, column], mark, color=line.get_color(), label=f"{name}: 200,000 samples"
#     )
# plt.xlabel("σ")
# plt.ylabel("variance of one estimate")
# plt.legend(fontsize=8)
# plt.show()
# ratio = (0.01**-1 + 14 + 0.15) / 0.04
# print(f"both means are near 2: {means[3].round(2)}; at σ = 0.1 the variances' ratio is {ratio:,.0f}")
# assert np.allclose(measured, predicted, rtol=0.1) and 2800 < ratio < 2900, "the marks are on the lines"
# assert np.all(abs(means - 2) < 6 * np.sqrt(predicted / 200_000)), "neither is biased"

# %% [markdown]
r"""
**Prediction 1, answered.** About 2,900 times more, so that 3,000 is the nearest guess. The variance of a
mean of K samples is the variance of one divided by K, so that the ratio of the variances is the ratio of
the samples. The pathwise estimate knows the slope of $f$ at each sample, and the smaller σ is, the less
this slope varies. The other one has to find a slope from values: $f(z)$ is nearly 1 everywhere, the
score has the size $1/\sigma$, and only a small difference is left when the two signs are averaged.

The pathwise estimator has a price, too: it needs a gradient of $f$. Here $f$ is a step, 1 where $z>0$ and
0 elsewhere. Its mean is $\Phi(\mu/\sigma)$, $\Phi$ being the distribution function of the standard normal
distribution, and this has a slope. Along each path, though, the slope of a step is 0.
"""

# %% tags=["active-ipynb"]
# step = lambda z: tf.cast(z > 0, z.dtype)
# print("   μ   true slope   pathwise   score function")
# for mu in (-1.0, 0.0, 0.5):
#     pathwise, score = (float(np.mean(one)) for one in gradient_estimators(step, mu, 0.5, noise))
#     true = stats.norm.pdf(mu / 0.5) / 0.5
#     print(f"{mu:4.1f}   {true:10.3f}   {pathwise:8.3f}   {score:14.3f}")
#     assert pathwise == 0 and abs(score - true) < 0.02, "only the score function estimator sees a step"

# %% [markdown]
r"""
Where codes are discrete, or where $f$ is a game's reward, only the second of these two estimators can be
used.
For a decoder, which is a smooth network, the pathwise one is better by orders of magnitude, and a single
sample for each image is enough to train with.

## The KL divergence in closed form

If each image chose its codes freely, each would choose a place of its own with a tiny variance, and a
code drawn from the *prior* $p(z)=\mathcal N(0,I)$ would mean nothing to the decoder. The price for
leaving the prior is the *Kullback-Leibler divergence* from $q=\mathcal
N(\mu,\operatorname{diag}\sigma^2)$ to $p$:

$$\mathrm{KL}(q\,\Vert\,p)=\mathrm E_q\big[\log q(z)-\log p(z)\big].$$

It is measured in *nats*, the unit of natural logarithms. 1 nat is $1/\log 2\approx1.44$ bits.

*A small step: the closed form.* Take a single coordinate. $\log q(z)=-\frac12\log2\pi-\frac12\log\sigma^2
-\frac{(z-\mu)^2}{2\sigma^2}$. What is the mean of this under $q$? And what is the mean of
$\log p(z)=-\frac12\log2\pi-\frac12z^2$?

<details><summary>Answer</summary>

$\mathrm E_q(z-\mu)^2=\sigma^2$, so that the first mean is $-\frac12(\log2\pi+\log\sigma^2+1)$. And
$\mathrm E_q z^2=\mu^2+\sigma^2$, so that the second is $-\frac12(\log2\pi+\mu^2+\sigma^2)$. Their
difference is the divergence of this coordinate. The coordinates are independent under both distributions,
so that their divergences add up.

</details>
"""


# %%
def kl_standard_normal(
    mu: Float[tf.Tensor, "batch Z"], logvar: Float[tf.Tensor, "batch Z"]
) -> Float[tf.Tensor, "batch"]:
    """Return the divergence KL(q ‖ p) of each row's q = N(μ, diag σ²) from p = N(0, I), in nats.

    Computes the integral in the appendix of Kingma and Welling, "Auto-Encoding Variational Bayes" (2013),
    https://arxiv.org/abs/1312.6114, with the other sign. Gradients flow to both arguments.

    Args:
        mu: the means.
        logvar: the logarithms of the variances σ², up to 80.

    Returns:
        The divergence of each row, summed over its coordinates. It is 0 only for q = p; it is ∞ for a row
        in which a variance is 0, which is a `logvar` of −∞.
    """
    ### BEGIN SOLUTION
    return tf.reduce_sum(tf.exp(logvar) + mu**2 - 1.0 - logvar, axis=-1) / 2
    ### END SOLUTION


# %% [markdown]
r"""
The map of the divergence over mean and standard deviation, with its level lines, must have a single
lowest point, 0 at $\mu=0$ and $\sigma=1$. The second picture compares it along two cuts with the mean of
$\log q(z)-\log p(z)$ over drawn codes: the marks must lie on the lines.
"""

# %% tags=["active-ipynb"]
# mean, spread = np.meshgrid(np.linspace(-2, 2, 81), np.linspace(0.1, 3, 88))
# height = kl_standard_normal(single(mean.reshape(-1, 1)), single(2 * np.log(spread.reshape(-1, 1))))
# noise, cuts = normal(np.random.default_rng(2), 20_000, 9, 1), {}
# for name, mu, sigma in (
#     ("μ, at σ = 0.5", np.linspace(-2, 2, 9), np.full(9, 0.5)),
#     ("σ, at μ = 0", np.zeros(9), np.linspace(0.2, 2.6, 9)),
# ):
#     mu, logvar = single(mu[:, None]), single(2 * np.log(sigma[:, None]))
#     z = reparameterise(mu, logvar, noise)
#     drawn = np.mean(log_normal(z, mu, logvar) - log_normal(z, 0.0, tf.zeros_like(z)), axis=0)
#     cuts[name] = mu[:, 0] if name[0] == "μ" else sigma, kl_standard_normal(mu, logvar), drawn
#     assert np.allclose(drawn, cuts[name][1], atol=0.1), "the marks are on the lines"
# show_divergence(mean, spread, np.reshape(height, mean.shape), cuts)
# print("lowest:", float(np.min(height)))
# assert abs(np.min(height)) < 1e-6 and height.shape == (81 * 88,), "0 only where q is the prior"
# assert np.allclose(kl_standard_normal(single([[1, 2]]), tf.zeros((1, 2))), 0.5 + 2), "coordinates add up"

# %% [markdown]
r"""
## The evidence lower bound

For any distribution $q(z\mid x)$,

$$\log p(x)=\underbrace{\mathrm E_q\big[\log p(x\mid z)\big]-\mathrm{KL}\big(q(z\mid x)\,\Vert\,p(z)\big)}
_{\text{ELBO}}\;+\;\mathrm{KL}\big(q(z\mid x)\,\Vert\,p(z\mid x)\big).$$

The last term is unknown and never negative. So the *evidence lower bound*, ELBO, is a lower bound of
$\log p(x)$, the *evidence*. The gap between the two is how far the encoder's $q(z\mid x)$ is from the
*posterior* $p(z\mid x)$, and the bound is exact if they are equal. The mean under $q$ is estimated by $K$
samples, most often by one.

You write it for a decoder that is normal as well:
$p(x\mid z)=\mathcal N\big(m(z),\operatorname{diag}s^2(z)\big)$. If moreover $m(z)=Wz+b$ is linear and
$s^2$ is constant, then $p(x)$ is normal, $\log p(x)$ is known, and the bound can be checked.
"""


# %%
def elbo(
    x: Float[tf.Tensor, "batch D"],
    encoder: Callable[
        [Float[tf.Tensor, "batch D"]],
        tuple[Float[tf.Tensor, "batch Z"], Float[tf.Tensor, "batch Z"]],
    ],
    decoder: Callable[
        [Float[tf.Tensor, "*samples batch Z"]],
        tuple[Float[tf.Tensor, "*samples batch D"], Float[tf.Tensor, "*samples batch D"]],
    ],
    eps: Float[tf.Tensor, "K batch Z"],
) -> Float[tf.Tensor, "batch"]:
    """Estimate the evidence lower bound of each row, in nats.

    Computes the mean of log p(x|z) over K codes z = μ + σε, minus KL(q(z|x) ‖ N(0, I)) in closed form:
    the second estimator of Kingma and Welling, "Auto-Encoding Variational Bayes" (2013),
    https://arxiv.org/abs/1312.6114. Gradients flow to all that encoder and decoder are made of.

    Args:
        x: the data.
        encoder: maps x to the mean μ and the logarithm of the variance σ² of q(z|x).
        decoder: maps codes, with any axes in front, to the mean and the logarithm of the variance of
            p(x|z), each shaped as x with the codes' axes in front.
        eps: the noise of K codes for each row, K being one or more; nothing else is drawn.

    Returns:
        The bound of each row, normalising constants included; −∞ for a row in which a σ² is 0, a
        logarithm of −∞.
    """
    ### BEGIN SOLUTION
    mu, logvar = encoder(x)
    mean, spread = decoder(reparameterise(mu, logvar, eps))
    surprise = np.log(2 * np.pi) + spread + (x - mean) ** 2 * tf.exp(-spread)
    fit = -tf.reduce_sum(surprise, axis=-1) / 2
    return tf.reduce_mean(fit, axis=0) - kl_standard_normal(mu, logvar)
    ### END SOLUTION


# %% [markdown]
r"""
The model to check it with is *probabilistic principal component analysis* (Tipping and Bishop, 1999): the
linear decoder whose $\log p(x)$ is largest for the digits. Its columns are the principal directions, so
that they are orthogonal, and its posterior is normal with a diagonal covariance: an encoder of our form
can be exact. Noise need not be drawn here. The $2Z$ *sigma points* $\pm\sqrt Z\,e_i$ have the mean 0 and
the covariance $I$, and the mean of a quadratic function over them is its mean under $\mathcal N(0,I)$. So
each bound below is exact. The first row must agree with SciPy's density, and the others must lie lower.
"""

# %% tags=["active-ipynb"]
# b, W, noise = principal(learnt, 10)
# exact = exact_log_p(validation, b, W, noise)
# print(f"log p(x) by SciPy, mean of the validation digits: {exact:.3f} nats\n\nyour bound with")
# encoder, decoder = linear(b, W, noise)
# x, points, bounds = single(validation), sigma_points(10, len(validation)), {}
# for name, shift, scale, factor in (
#     ("the exact posterior", 0, 1, 1),
#     ("means moved by 0.1", 0.1, 1, 1),
#     ("variances doubled", 0, 1, 2),
#     ("variances halved", 0, 1, 0.5),
#     ("means shrunk by 5 %", 0, 0.95, 1),
# ):
#
#     def changed(x):
#         mu, logvar = encoder(x)
#         return scale * mu + shift, logvar + np.float32(np.log(factor))
#
#     bounds[name] = float(tf.reduce_mean(elbo(x, changed, decoder, points)))
#     print(f"   {name:20} {bounds[name]:8.3f}")
# assert abs(bounds.pop("the exact posterior") - exact) < 1e-3, "exact at the posterior"
# assert all(bound < exact - 0.1 for bound in bounds.values()), "a lower bound"

# %% [markdown]
r"""
**Prediction 2.** Now the codes are turned by a rotation $R$, so that the decoder is $WR^\top z+b$. The
prior looks the same from all sides, so that each $p(x)$ stays what it was. Does the best bound of an
encoder with one variance for each coordinate rise, fall or stay?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# sizes, found, formula = (2, 5, 10, 20, 30), [], []
# for Z in sizes:
#     b, W, noise = principal(learnt, Z)
#     turned = W @ stats.ortho_group.rvs(Z, random_state=0).T
#     exact = exact_log_p(validation, b, W, noise)
#     assert np.isclose(exact, exact_log_p(validation, b, turned, noise)), "the model is the same"
#     points = sigma_points(Z, len(x))
#     before, after = (
#         float(tf.reduce_mean(elbo(x, *linear(b, one, noise), points))) for one in (W, turned)
#     )
#     M = precision(turned, noise)
#     formula.append(0.5 * (np.log(np.diag(M)).sum() - np.linalg.slogdet(M)[1]))
#     found.append(exact - after)
#     print(f"{Z:2} numbers: log p(x) {exact:7.3f}, bound {before:7.3f}, after the rotation {after:7.3f}")
#     assert abs(exact - before) < 2e-3, "exact before"
# show_gaps(sizes, formula, found)
# assert np.allclose(found, formula, atol=3e-3) and found[-1] > 3, "the gap is the KL divergence"

# %% tags=["active-ipynb"]
# b, W, noise = principal(learnt, 30)
# M = precision(W[:, [0, 12]], noise)
# turn = np.array([[1, -1], [1, 1]]) / np.sqrt(2)
# show_posteriors({"before": M, "turned by 45°": turn @ M @ turn.T})

# %% [markdown]
r"""
**Prediction 2, answered.** It falls, though the model is the same. The posterior is an ellipsoid whose
axes are those of the principal directions. After the rotation it lies askew, and an ellipsoid with axes
along the coordinates fits it badly: the gap is the KL divergence between the two. The loss of a
variational autoencoder therefore prefers codes whose coordinates are the posterior's axes, which the
likelihood alone does not. Rolínek, Zietlow and Martius ("Variational Autoencoders Pursue PCA Directions
(by Accident)", 2019, https://arxiv.org/abs/1812.06775) show that networks prefer such codes, too, in the
neighbourhood of each image's code.

If this is so, a linear decoder that is *trained* on your bound, from a random start, should find both the
likelihood of the exact solution and orthogonal columns. The line is SciPy's largest $\log p(x)$; the
course of your bound must end just below it and never cross it. Lucas and others ("Don't Blame the ELBO!",
2019, https://arxiv.org/abs/1911.02469) show that the ELBO of a linear model adds no local maximum to
those of the likelihood.
"""

# %% tags=["active-ipynb"]
# Z, rng = 5, np.random.default_rng(3)
# parts = {"A": normal(rng, 64, Z) / 8, "a": np.zeros(Z), "q": np.zeros(Z), "W": normal(rng, Z, 64) / 8}
# parts |= {"b": learnt.mean(axis=0), "p": np.array(-1.0)}
# v = {name: tf.Variable(single(value)) for name, value in parts.items()}
# optimiser, every = keras.optimizers.Adam(0.02), single(learnt)
# optimiser.build(list(v.values()))
#
#
# @tf.function(autograph=False)
# def step(x):
#     encoder = lambda x: (x @ v["A"] + v["a"], v["q"] + tf.zeros((1000, Z)))
#     decoder = lambda z: (tf.tensordot(z, v["W"], 1) + v["b"], v["p"] + tf.zeros((2 * Z, 1000, 64)))
#     with tf.GradientTape() as tape:
#         loss = -tf.reduce_mean(elbo(x, encoder, decoder, sigma_points(Z, 1000)))
#     optimiser.apply(tape.gradient(loss, list(v.values())), list(v.values()))
#     return -loss
#
#
# course = np.array([float(step(every)) for _ in range(600)])

# %% tags=["active-ipynb"]
# best = exact_log_p(learnt, *principal(learnt, Z))
# plt.figure(figsize=(6.5, 3.3), layout="constrained")
# plt.axhline(best, color="0.4", label="largest log p(x), by SciPy")
# plt.plot(course, label="your bound, while it is trained")
# plt.ylim(-60, 15)
# plt.xlabel("step")
# plt.ylabel("nats")
# plt.legend()
# plt.show()
# columns = v["W"].numpy() / np.linalg.norm(v["W"], axis=1, keepdims=True)
# print(f"{best:.3f} at best, {course[-1]:.3f} reached; cosines of the angles between columns:")
# print((columns @ columns.T).round(2))
# assert course.max() < best + 1e-3 and course[-1] > best - 0.1, "never above, and nearly there"
# assert np.abs(columns @ columns.T - np.eye(Z)).max() < 0.15, "nearly orthogonal"

# %% [markdown]
r"""
## Importance weights: a tighter bound

The encoder's $q$ is seldom the posterior, but codes from it can be weighted so that the error becomes
smaller. With $k$ codes from $q$, the mean of the *importance weights*

$$w_i=\frac{p(x\mid z_i)\,p(z_i)}{q(z_i\mid x)}$$

has the mean $p(x)$ for each $q$ whose density is nowhere 0. The logarithm of an average is not the
average of the logarithms, and by Jensen's inequality $\mathrm E\log\frac1k\sum_iw_i$ is at most $\log
p(x)$ for each $k$. At $k=1$ it is the ELBO, and it never falls as $k$ grows. An *importance weighted
autoencoder*, IWAE, is trained on it. The weights of images are as small as $e^{-1000}$, so that they are
kept as logarithms.
"""


# %%
def iwae_bound(log_w: Float[tf.Tensor, "k batch"]) -> Float[tf.Tensor, "batch"]:
    """Return the importance weighted bound of each row: the logarithm of its k weights' mean.

    Computes the bound of Burda, Grosse and Salakhutdinov, "Importance Weighted Autoencoders" (2015),
    https://arxiv.org/abs/1509.00519. Gradients flow to `log_w`.

    Args:
        log_w: the logarithms of the weights, k being one or more, as large as ±10,000; −∞ for a weight
            of 0.

    Returns:
        The bound of each row, −∞ if all of its weights are 0.
    """
    ### BEGIN SOLUTION
    return tf.reduce_logsumexp(log_w, axis=0) - np.log(log_w.shape[0])
    ### END SOLUTION


# %% [markdown]
r"""
First with nothing left to chance: eight fixed weights, and for each $k$ the mean of the bound over *all*
sets of $k$ out of the eight. It must never fall, and end at the logarithm of the eight weights' mean.
"""

# %% tags=["active-ipynb"]
# pool = single(3 * np.random.default_rng(4).normal(size=8) - 1000)
# average = []
# for k in range(1, 9):
#     sets = list(itertools.combinations(range(8), k))
#     average.append(float(tf.reduce_mean(iwae_bound(tf.transpose(tf.gather(pool, sets))))))
#     print(f"k = {k}: mean over {len(sets):2} sets {average[-1]:.3f}")
# true = np.log(np.mean(np.exp(pool.numpy().astype(float) + 1000))) - 1000
# assert np.all(np.diff(average) > 0) and np.isclose(average[-1], true), "it rises to the pool's own"

# %% [markdown]
r"""
Now the rotated model, where $\log p(x)$ is known. For large $k$ the gap is about
$\operatorname{Var}(w)/\big(2k\,p(x)^2\big)$, by the second term of the logarithm's series, if the
variance is finite. Two encoders are compared: the best one at $k=1$, and a wider one, whose variances are
those that the posterior's coordinates have by themselves. The line is the formula for the wider encoder,
and your bound's marks must come down to it as $k$ grows.
"""

# %% tags=["active-ipynb"]
# b, W, noise = principal(learnt, 10)
# W = W @ stats.ortho_group.rvs(10, random_state=0).T
# M, rng, ks = precision(W, noise), np.random.default_rng(5), (1, 2, 5, 10, 30, 100, 300, 1000)
# log_p = single(stats.multivariate_normal(b, W @ W.T + noise * np.eye(64)).logpdf(validation))
# gaps = {False: [], True: []}
# for wide, row in gaps.items():
#     encoder, decoder = linear(b, W, noise, wide)
#     fit_of = lambda x, z: log_normal(x, *decoder(z))
#     for k in ks:
#         found = []
#         for _ in range(3 + 90 // k):
#             log_w = log_weights(x, encoder, fit_of, normal(rng, k, len(x), 10)) - log_p
#             # The mean of w / p(x) is 1. How far it is from 1 by chance is known, and subtracted.
#             chance = tf.reduce_mean(tf.exp(log_w)) - 1 if wide else 0.0
#             found.append(chance - tf.reduce_mean(iwae_bound(log_w)))
#         row.append(np.mean(found))
# v = np.diag(np.linalg.inv(M))
# _, log_det = np.linalg.slogdet(2 * M - np.diag(1 / v))
# variance = np.exp(np.linalg.slogdet(M)[1] + 0.5 * np.log(v).sum() - 0.5 * log_det) - 1

# %% tags=["active-ipynb"]
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# plt.loglog(ks, gaps[False], "s--", label="best encoder at k = 1")
# plt.loglog(ks, gaps[True], "o", label="wider encoder")
# plt.loglog(ks, variance / 2 / np.array(ks), "k-", label="wider encoder, formula for large k")
# plt.xlabel("k")
# plt.ylabel("log p(x) minus bound, nats")
# plt.legend()
# plt.show()
# for k, best, wider in zip(ks, *gaps.values()):
#     print(f"k = {k:4}: {best:.4f} nats below log p(x), and {wider:.4f} with the wider encoder")
# assert np.allclose(np.array(gaps[True][5:]) * ks[5:], variance / 2, rtol=0.3), "on the line"
# assert gaps[True][0] > gaps[False][0] and np.all(np.array(gaps[True][2:]) < gaps[False][2:]), (
#     "wider is better from k = 5 on"
# )
# narrow = np.linalg.eigvalsh(2 * M - np.diag(np.diag(M))).min()
# print(
#     f"smallest eigenvalue of 2 M - D: {narrow:.2f}; where it is negative, the variance of w is infinite"
# )
# assert narrow < 0

# %% [markdown]
r"""
The wider encoder has the larger gap at $k=1$, and the smaller one from $k=5$ on. Where the encoder is
narrower than the posterior, some codes that matter are hardly ever drawn, and their weights are enormous.
For the best encoder at $k=1$ the variance of $w$ is infinite, as the last line says, so that no formula
with $1/k$ holds for it. For importance weights an encoder that is too wide does less harm than one that
is too narrow.

## The likelihood of binary pixels

The pixels of a digit are ink or paper more than they are shades. In a *Bernoulli* decoder each pixel
$x_j$ is 1 with the probability $\operatorname{sigmoid}(l_j)$, where $l_j$ is the network's output, the
*logit*:

$$\log p(x\mid z)=\sum_j\Big(x_j\log\operatorname{sigmoid}(l_j)
+(1-x_j)\log\big(1-\operatorname{sigmoid}(l_j)\big)\Big)$$

*A small step.* In float32, $\operatorname{sigmoid}(20)$ is rounded to 1, so that
$\log\big(1-\operatorname{sigmoid}(20)\big)$ is computed as $-\infty$. Write both logarithms with
$\operatorname{softplus}(l)=\log(1+e^l)$, and collect the terms. What is left?

<details><summary>Answer</summary>

$\log\operatorname{sigmoid}(l)=l-\operatorname{softplus}(l)$ and
$\log(1-\operatorname{sigmoid}(l))=-\operatorname{softplus}(l)$. The softplus stands in both, with factors
that sum to 1. Nothing is subtracted from 1 any more, and `tf.nn.softplus` is accurate for all logits.

</details>
"""


# %%
def bernoulli_log_lik(
    x: Float[tf.Tensor, "batch D"], logits: Float[tf.Tensor, "*samples batch D"]
) -> Float[tf.Tensor, "*samples batch"]:
    """Return log p(x|z) of each row under a Bernoulli decoder, in nats.

    Computes the Bernoulli decoder of Kingma and Welling, "Auto-Encoding Variational Bayes" (2013),
    https://arxiv.org/abs/1312.6114, from logits. Gradients flow to `logits`.

    Args:
        x: the pixels, 0 or 1, or a target between the two, for which the same formula is used.
        logits: the logits of the probability that a pixel is 1, as large as ±10,000. If they have more
            axes in front, there are as many decoded images for each row of `x`.

    Returns:
        The logarithm of the likelihood, summed over the D pixels: always finite.
    """
    ### BEGIN SOLUTION
    return tf.reduce_sum(x * logits - tf.nn.softplus(logits), axis=-1)
    ### END SOLUTION


# %% [markdown]
r"""
One pixel, for ink, for paper and for a grey target. The three lines must be straight for large logits of
both signs: the further the logit is off, the more a pixel costs, without a limit. The grey one has its
peak, $-0.61$, where the sigmoid is the target.
"""

# %% tags=["active-ipynb"]
# logit = single(np.linspace(-100, 100, 401))
# plt.figure(figsize=(6, 3.2), layout="constrained")
# for target, name, style in ((1.0, "ink", "-"), (0.0, "paper", "--"), (0.3, "grey, 0.3", ":")):
#     found = bernoulli_log_lik(tf.fill((401, 1), target), logit[:, None])
#     plt.plot(logit, found, style, label=name)
#     assert np.allclose([found[0], found[-1]], [-target * 100, (target - 1) * 100], atol=1e-3), "straight"
# plt.xlabel("logit")
# plt.ylabel("log-likelihood in nats")
# plt.legend()
# plt.show()
# print(f"the grey one's peak: {np.max(found):.3f} at a logit of {logit[np.argmax(found)]:.2f}")
# assert abs(np.max(found) + 0.61) < 0.005, "minus the entropy of a pixel that is ink with 0.3"
# assert np.allclose(bernoulli_log_lik(tf.ones((1, 3)), tf.zeros((1, 3))), -3 * np.log(2)), "pixels add up"

# %% [markdown]
r"""
The digits have 17 shades. We read a shade as the probability of ink, and draw each pixel anew whenever a
digit is used, so that the data are binary and $\log p(x)$ is the logarithm of a probability.

## The weight of the two terms

The loss of a variational autoencoder is minus the ELBO: the *reconstruction* $-\log p(x\mid z)$ plus the
KL divergence, as a mean over the batch. Two forms change the balance. The first is the *β-VAE*, in which
the KL divergence is counted β times. The second asks for a given *capacity* $C$ in nats: the loss is the
reconstruction plus β times the distance of the KL divergence from $C$, with a large β.
"""


# %%
def beta_vae(
    rec: Float[tf.Tensor, "batch"],
    kl: Float[tf.Tensor, "batch"],
    beta: float,
    capacity: float | None = None,
) -> Float[tf.Tensor, ""]:
    """Return the loss of a batch: the reconstruction plus the weighted KL divergence.

    Computes the loss of Higgins et al., "β-VAE: Learning Basic Visual Concepts with a Constrained
    Variational Framework" (2017), https://openreview.net/forum?id=Sy2fzU9gl, and, with a capacity, that of
    Burgess et al., "Understanding Disentangling in β-VAE" (2018), https://arxiv.org/abs/1804.03599.
    Gradients flow to `rec` and `kl`.

    Args:
        rec: minus the log-likelihood of each row.
        kl: the KL divergence of each row.
        beta: the weight, 0 or more; with a capacity it is what the paper calls γ.
        capacity: what the batch's mean KL divergence should be, 0 or more; None for a plain β-VAE.

    Returns:
        One number: the mean of `rec`, plus `beta` times the mean of `kl`, or times the absolute difference
        of the mean of `kl` from `capacity`.

    Raises:
        ValueError: `beta` or `capacity` is less than 0.
    """
    ### BEGIN SOLUTION
    if beta < 0 or (capacity is not None and capacity < 0):
        raise ValueError(f"expected beta and capacity not to be negative, got {beta} and {capacity}")
    kl = tf.reduce_mean(kl)
    return tf.reduce_mean(rec) + beta * (kl if capacity is None else tf.abs(kl - capacity))
    ### END SOLUTION


# %% [markdown]
r"""
The loss of a batch whose reconstruction costs 20 nats, over the KL divergence. The plain forms must be
straight lines from 20, and the one with a capacity must have its corner there.
"""

# %% tags=["active-ipynb"]
# kl = np.linspace(0, 12, 49)
# losses = {
#     f"β = {beta:g}" + ("" if capacity is None else f", capacity {capacity:g}"): [
#         float(beta_vae(single([18, 22]), single([0.5 * one, 1.5 * one]), beta, capacity)) for one in kl
#     ]
#     for beta, capacity in ((0.0, None), (1.0, None), (4.0, None), (4.0, 5.0))
# }
# plt.figure(figsize=(6, 3.2), layout="constrained")
# for (name, row), style in zip(losses.items(), ("-", "--", "-.", ":")):
#     plt.plot(kl, row, style, label=name)
# plt.xlabel("mean KL divergence in nats")
# plt.ylabel("loss")
# plt.legend()
# plt.show()
# assert kl[np.argmin(losses["β = 4, capacity 5"])] == 5 and losses["β = 4"][-1] == 68, "20 + 4 · 12"
# assert losses["β = 4, capacity 5"][0] == 40, "20 + 4 · 5, since 0 nats are 5 below the capacity"

# %% [markdown]
r"""
## The variational autoencoder

All parts are there. The encoder is a hidden layer and a layer that answers with μ and $\log\sigma^2$; the
decoder is a hidden layer and a layer that answers with logits. One step of training encodes a batch,
draws a code for each image, decodes it, and follows the gradient of the loss. You may call your functions
from above; a mistake in one of them is then seen here, too.
"""

# %% tags=["active-ipynb"]
# show_network()

# %%
class VAE(keras.Model):
    """Encode binary images as distributions of codes, and decode codes.

    Computes the model of Kingma and Welling, "Auto-Encoding Variational Bayes" (2013),
    https://arxiv.org/abs/1312.6114, with rectified linear units, trained on the loss of `beta_vae`.

    Attributes, by whose names the checks set the weights:
        encoder_hidden: `keras.layers.Dense(hidden, activation="relu")`.
        posterior: `keras.layers.Dense(2 * z_dim)`: first the z_dim means, then the logarithms of the
            variances.
        decoder_hidden: `keras.layers.Dense(hidden, activation="relu")`.
        pixels: `keras.layers.Dense(x_dim)`: logits.
    """

    def __init__(
        self, x_dim: int, z_dim: int, hidden: int, beta: float = 1.0, capacity: float | None = None
    ):
        """Make the four layers, and keep what `beta_vae` needs.

        Args:
            x_dim: how many pixels an image has.
            z_dim: how many numbers a code has.
            hidden: how many units the two hidden layers have.
            beta: the weight of the KL divergence.
            capacity: as `beta_vae` takes it.
        """
        super().__init__()
        ### BEGIN SOLUTION
        self.encoder_hidden = keras.layers.Dense(hidden, activation="relu")
        self.posterior = keras.layers.Dense(2 * z_dim)
        self.decoder_hidden = keras.layers.Dense(hidden, activation="relu")
        self.pixels = keras.layers.Dense(x_dim)
        self.beta, self.capacity = beta, capacity
        ### END SOLUTION

    def encode(
        self, x: Float[tf.Tensor, "batch x_dim"]
    ) -> tuple[Float[tf.Tensor, "batch z_dim"], Float[tf.Tensor, "batch z_dim"]]:
        """Return the means and the logarithms of the variances of q(z|x)."""
        ### BEGIN SOLUTION
        mu, logvar = tf.split(self.posterior(self.encoder_hidden(x)), 2, axis=-1)
        return mu, logvar
        ### END SOLUTION

    def decode(self, z: Float[tf.Tensor, "*samples z_dim"]) -> Float[tf.Tensor, "*samples x_dim"]:
        """Return the pixels' logits; codes may have any axes in front."""
        ### BEGIN SOLUTION
        return self.pixels(self.decoder_hidden(z))
        ### END SOLUTION

    def train_step(
        self, data: tuple[Float[tf.Tensor, "batch x_dim"], Float[tf.Tensor, "batch z_dim"]]
    ) -> dict[str, Float[tf.Tensor, ""]]:
        """Follow the loss' gradient for one step of `self.optimizer`, which `compile` has set.

        Args:
            data: the images, 0 to 1, and the noise ε of one code for each; nothing else is drawn.

        Returns:
            What holds before the step, each as one number: "rec", the batch's mean of −log p(x|z), summed
            over the pixels; "kl", its mean KL divergence from N(0, I); "loss", what `beta_vae` makes of them.
        """
        ### BEGIN SOLUTION
        x, eps = data
        with tf.GradientTape() as tape:
            mu, logvar = self.encode(x)
            rec = -bernoulli_log_lik(x, self.decode(reparameterise(mu, logvar, eps)))
            kl = kl_standard_normal(mu, logvar)
            loss = beta_vae(rec, kl, self.beta, self.capacity)
        weights = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)
        return {"rec": tf.reduce_mean(rec), "kl": tf.reduce_mean(kl), "loss": loss}
        ### END SOLUTION


# %% [markdown]
r"""
**Prediction 3.** A code has ten numbers. While the network is trained with β = 1, does the KL divergence
fall or rise? How many of the ten numbers are used at β = 1, and how many at β = 8?

*Write yours here, with the reason, before you run the next cells:*
"""

# %% [markdown]
r"""
First the ritual. At the start, a logit is about 0, each pixel costs about $\log2$, and 64 pixels cost
about 44 nats. The KL divergence is small, since small weights give μ and $\log\sigma^2$ near 0. Then ten
digits, always the same, are memorised: with 64 hidden units the reconstruction must fall below a third.
"""

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(0)
# few = VAE(64, 10, 64)
# course = fit(few, learnt[:10], 400, same=True)
# print(
#     f"start: reconstruction {course['rec'][0]:.1f} nats (64 log 2 = {64 * np.log(2):.1f}),"
#     f" KL divergence {course['kl'][0]:.1f}"
# )
# print(
#     f"ten digits, after 400 steps: {course['rec'][-20:].mean():.1f} and {course['kl'][-20:].mean():.1f}"
# )
# assert abs(course["rec"][0] - 64 * np.log(2)) < 4 and course["rec"][-20:].mean() < 44 / 3, "memorised"

# %% tags=["active-ipynb"]
# model, course = trained(steps=1500)
# show_terms({"β = 1": course})
# rec, each = terms(model, validation)
# print(f"validation: reconstruction {rec:.1f} nats, KL divergence {each.sum():.1f} nats")
# print("of each number of the code:", np.sort(each)[::-1].round(2), "used:", used(model, validation))
# bounds = [bound_of(model, validation, k) for k in (1, 10, 100)]
# print("importance weighted bound of the validation digits, k = 1, 10 and 100:", np.round(bounds, 2))
# rng = np.random.default_rng(6)
# back = model.decode(model.encode(ink(rng, learnt[:40]))[0])
# sheets = [learnt[:40], tf.sigmoid(back), tf.sigmoid(model.decode(normal(rng, 40, 10)))]
# show_tiles(sheets, ["digits", "reconstructed", "new: codes from the prior"], 8)
# kl = np.convolve(course["kl"], np.ones(9) / 9, "valid")
# print(f"KL divergence in training: lowest {kl.min():.1f} at step {5 + np.argmin(kl)}, at last {kl[-1]:.1f}")
# assert np.argmin(kl) < 100 and kl[-1] > 2 * kl[:100].max(), "small for a hundred steps, and then it rises"
# assert rec + each.sum() < 30 and np.all(np.diff(bounds) > 0) and 0.3 < bounds[2] - bounds[0] < 1, (
#     "tighter with k"
# )

# %% [markdown]
r"""
The reconstruction falls all the time. The KL divergence has its lowest value within the first hundred
steps, and then it *rises*: each nat that the codes cost saves more than one nat of reconstruction. A
number of the code counts as *used* if the encoder's mean for it varies over the images with a variance
above 0.01, as Burda and others (2015) define it. The bound of the validation digits rises by about half
a nat from $k=1$ to $k=100$; the gap at $k=1$ is at least as large.

**A silent bug.** A colleague writes the reconstruction with `tf.reduce_mean` over the pixels instead of
`tf.reduce_sum`, as many losses in Keras do by default. Nothing fails, and the loss falls smoothly. Which
picture would show you that something is wrong: the course of the loss, the reconstructions, or new
digits? What will each of them look like, and how many of the ten numbers are used? Write your guess down,
then run the cell. The mean over 64 pixels is the sum divided by 64, so that the same minimum is found
with β = 64.
"""

# %% tags=["active-ipynb"]
# wrong, bad = trained(beta=64.0)
# plt.figure(figsize=(5.5, 3), layout="constrained")
# plt.plot(bad["loss"] / 64)
# plt.xlabel("step")
# plt.ylabel("loss per pixel")
# plt.show()
# rng = np.random.default_rng(7)
# x = ink(rng, validation[:40])
# back = tf.sigmoid(wrong.decode(wrong.encode(x)[0]))
# sheets = [x, back, tf.sigmoid(wrong.decode(normal(rng, 40, 10)))]
# show_tiles(sheets, ["validation digits", "reconstructed", "new: codes from the prior"], 8)
# rec, each = terms(wrong, validation)
# print(
#     f"reconstruction {rec:.1f} nats, KL divergence {each.sum():.3f} nats,"
#     f" used: {used(wrong, validation)} of 10"
# )
# assert each.sum() < 0.05 and used(wrong, validation) == 0 and np.ptp(back, axis=0).max() < 0.05, (
#     "collapsed"
# )

# %% [markdown]
r"""
<details><summary>Answer</summary>

The course of the loss looks as it should: it does not show which of the two terms falls. The
reconstructions convict: all of them are the same grey digit, the mean of all digits. So are the new
digits. The KL divergence is 0 nats, and no number of the code is used: this is *posterior collapse*.
Multiplied by 64, the wrong loss is that of a β-VAE with β = 64. Each nat of information would have to
save 64 nats of reconstruction, and none does.

</details>

Now the sweep over β, with three seeds each. What is shown is measured on the 200 validation digits.
"""

# %% tags=["active-ipynb"]
# betas, rows = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0), {}
# for beta, seed in itertools.product(betas, range(3)):
#     model, course = trained(beta, seed=seed, steps=500)
#     rec, each = terms(model, validation)
#     rows[beta, seed] = rec, each.sum(), used(model, validation), rec + each.sum()
# table = np.array([[rows[beta, seed] for seed in range(3)] for beta in betas])
# show_sweep(betas, table)
# print("   β   reconstruction    KL   used   minus ELBO  (validation digits, mean of three seeds)")
# for beta, row in zip(betas, table.mean(axis=1)):
#     print(f"{beta:4g} {row[0]:14.1f} {row[1]:7.1f} {row[2]:6.1f} {row[3]:11.1f}")
# assert np.all(table[:3, :, 2] == 10) and np.all(table[4:, :, 2] == 0), (
#     "ten up to β = 1, none from β = 4 on"
# )
# assert 0 < table[3, :, 2].mean() < 10, "some at β = 2"
# assert np.argmin(table[..., 3].mean(axis=1)) == 2, "the ELBO is best at β = 1"

# %% [markdown]
r"""
**Prediction 3, answered.** It rises, after it has been small for about a hundred steps. At β = 1 all ten
numbers are used with each seed; at β = 2 some of them are; at β = 4 and 8 none is. A number is used as
long as it saves more reconstruction than β times its own nats. If the ELBO were the aim, the validation
digits would choose β = 1, since the loss is minus the ELBO there, and minus the ELBO, the dotted line,
is lowest there. Another β is chosen for another aim, for example sharper reconstructions (below 1), or
codes whose coordinates each mean one thing (above 1).

With a capacity, the KL divergence can be chosen directly. The marks must be on the line.
"""

# %% tags=["active-ipynb"]
# asked, got = (2.0, 6.0, 12.0), []
# for capacity in asked:
#     _, course = trained(30.0, capacity, steps=400)
#     got.append(course["kl"][-50:].mean())
# plt.figure(figsize=(4.5, 3), layout="constrained")
# plt.plot(asked, asked, label="the capacity")
# plt.plot(asked, got, "o", label="KL divergence after training")
# plt.xlabel("capacity in nats")
# plt.ylabel("nats")
# plt.legend()
# plt.show()
# assert np.allclose(got, asked, atol=0.5), "the KL divergence is what was asked for"

# %% [markdown]
r"""
Kingma and Welling (2013) show which images a code of *two* numbers generates, on a grid that follows the
quantiles of the prior. The left picture repeats theirs with our digits, and neighbouring codes must give
similar images. Beside it stand the encoder's means of the thousand digits, coloured by their labels,
which the network has never seen. As in the paper, some digits have a region of their own. Others are
mixed more than in the paper, which has images of 28 by 28 pixels, and sixty times as many.
"""

# %% tags=["active-ipynb"]
# flat, _ = trained(Z=2, steps=1500, seed=1)
# grid = stats.norm.ppf(np.linspace(0.03, 0.97, 14))
# codes = np.stack(np.meshgrid(grid, grid[::-1]), axis=-1).reshape(-1, 2)
# figure, axes = plt.subplots(1, 2, figsize=(11, 5), layout="constrained")
# images = tf.sigmoid(flat.decode(single(codes))).numpy()
# axes[0].imshow(tiles(images, 14), cmap="Greys")
# axes[0].axis("off")
# mu, _ = flat.encode(single(learnt))
# points = axes[1].scatter(*np.transpose(mu), c=labels[:1000], cmap="tab10", s=8)
# figure.colorbar(points, ax=axes[1], ticks=range(10))
# axes[1].set(xlabel="$\\mu_1$", ylabel="$\\mu_2$", xlim=(-3, 3), ylim=(-3, 3))
# plt.show()
# sheet = images.reshape(14, 14, 64)
# near, far = np.abs(np.diff(sheet, axis=1)).mean(), np.abs(sheet - sheet[:, ::-1]).mean()
# print(f"mean difference of a pixel: {near:.3f} to the left neighbour, {far:.3f} to the opposite column")
# assert near < far / 3 and far > 0.1, "neighbours are alike, and the whole sheet is not"

# %% [markdown]
r"""
## Hierarchies of codes

$\mathcal N(0,I)$ is often a poor prior, because the codes of real images have a structure, too. In a
*hierarchical* model the prior of the lower codes is itself made by a network from the upper ones:
$p(z_1\mid z_2)\,p(z_2)$. The KL divergence is then a sum over levels, and each level compares two normal
distributions with a diagonal covariance. For one coordinate,

$$\mathrm{KL}\big(\mathcal N(\mu_q,\sigma_q^2)\,\Vert\,\mathcal N(\mu_p,\sigma_p^2)\big)
=\frac12\Big(\frac{\sigma_q^2}{\sigma_p^2}+\frac{(\mu_q-\mu_p)^2}{\sigma_p^2}-1-\log\frac{\sigma_q^2}{\sigma_p^2}\Big).$$

Upper levels tend to collapse, since early in training they cost more than they save. With *free bits*, a
level whose divergence is below $\lambda$ nats pays $\lambda$ in any case, so that it loses nothing by
using them.
"""


# %%
def hierarchical_kl(
    q: Sequence[tuple[Float[tf.Tensor, "batch Z"], Float[tf.Tensor, "batch Z"]]],
    p: Sequence[tuple[Float[tf.Tensor, "batch Z"], Float[tf.Tensor, "batch Z"]]],
    free_bits: float = 0.0,
) -> Float[tf.Tensor, "batch"]:
    """Sum the levels' divergences KL(q_l ‖ p_l) of each row, each of them at least `free_bits`.

    Follows Kingma et al., "Improving Variational Inference with Inverse Autoregressive Flow" (2016),
    https://arxiv.org/abs/1606.04934, who apply the lower limit to the mean of a minibatch; here each row
    and level has it. Gradients flow to all means and variances of a level whose divergence is larger than
    `free_bits`, and to none where it is smaller.

    Args:
        q: for each level the means and the logarithms of the variances; levels may have different widths Z.
        p: the same of the prior. Variances of q and p may be as small as e⁻¹⁰⁰ or as large as e¹⁰⁰ where
            they are near one another.
        free_bits: the lower limit λ in nats, 0 or more, for a level's sum over its Z coordinates.

    Returns:
        The sum over levels of each row. It is ∞ for a row in which a variance of q is 0, a logarithm of −∞.

    Raises:
        ValueError: q and p have different numbers of levels, or `free_bits` is less than 0.
    """
    ### BEGIN SOLUTION
    if len(q) != len(p) or free_bits < 0:
        raise ValueError("expected as many levels in q as in p, and free_bits of 0 or more")
    total = 0.0
    for (q_mu, q_logvar), (p_mu, p_logvar) in zip(q, p):
        log_ratio = q_logvar - p_logvar
        distance = ((q_mu - p_mu) * tf.exp(-p_logvar / 2)) ** 2
        level = tf.reduce_sum(tf.exp(log_ratio) + distance - 1.0 - log_ratio, axis=-1) / 2
        total += tf.maximum(level, free_bits)
    return total
    ### END SOLUTION


# %% [markdown]
r"""
With one level and the prior $\mathcal N(0,I)$ it must be `kl_standard_normal`. With $\lambda=2$ the line
must be flat until the divergence reaches 2, and the same line as before from there.
"""

# %% tags=["active-ipynb"]
# wide = np.linspace(0, 3, 61)
# q = [(single(wide[:, None]), tf.zeros((61, 1)))]
# prior = [(tf.zeros((61, 1)), tf.zeros((61, 1)))]
# plain, free = hierarchical_kl(q, prior), hierarchical_kl(q, prior, 2.0)
# plt.figure(figsize=(6, 3), layout="constrained")
# plt.plot(wide, plain, label="no free bits")
# plt.plot(wide, free, "--", label="2 nats free")
# plt.xlabel("mean of q, with a variance of 1")
# plt.ylabel("nats")
# plt.legend()
# plt.show()
# assert np.allclose(plain, kl_standard_normal(*q[0])), "one level, compared with N(0, I)"
# assert np.allclose(free, np.maximum(plain, 2)), "never below 2 nats"
# assert np.allclose(hierarchical_kl(q, q), 0), "and nothing, if the prior is q"

# %% [markdown]
r"""
Now two levels of two coordinates each, all of which have $q=\mathcal N(1,1)$ and the prior
$\mathcal N(0,4)$. By the formula, one coordinate has $\frac12\big(\frac14+\frac14-1+\log4\big)\approx0.44$
nats. So a level has 0.89 nats, the row has 1.77, and with 1 free nat for each level it pays 2.
"""

# %% tags=["active-ipynb"]
# q = [(tf.ones((1, 2)), tf.zeros((1, 2)))] * 2
# prior = [(tf.zeros((1, 2)), tf.fill((1, 2), np.float32(np.log(4))))] * 2
# for free in (0.0, 1.0):
#     print(f"{free:g} nats free for each level: {float(hierarchical_kl(q, prior, free)[0]):.3f} nats")
# assert np.allclose(hierarchical_kl(q, prior), 2 * (np.log(4) - 0.5)), "two levels, two coordinates"
# assert np.allclose(hierarchical_kl(q, prior, 1.0), 2), "each level pays 1"

# %% [markdown]
r"""
**BIVA**, the bidirectional-inference variational autoencoder, splits each level's codes into two. The
*bottom-up* codes are drawn on the way from the image up, each from what lies below it. The *top-down*
codes are drawn on the way back, from what lies above and from the image. A deterministic path $d$ runs
down beside the codes, so that the decoder sees the codes of all levels:

$$d'=\operatorname{relu}\big(d\,W_d+z_{\text{bu}}W_{\text{bu}}+z_{\text{td}}W_{\text{td}}+b\big),\qquad
(\mu,\log\sigma^2)=d'\,W_{\text{prior}}$$

and μ and $\log\sigma^2$ are the prior of the next level's codes.
"""


# %%
def biva_topdown(
    d: Float[tf.Tensor, "batch H"],
    z_bu: Float[tf.Tensor, "batch Z_bu"],
    z_td: Float[tf.Tensor, "batch Z_td"],
    W: Mapping[str, Float[tf.Tensor, "..."]],
) -> tuple[
    Float[tf.Tensor, "batch H_next"],
    tuple[Float[tf.Tensor, "batch Z_next"], Float[tf.Tensor, "batch Z_next"]],
]:
    """Go down one level: the next state of the deterministic path, and the prior of the next codes.

    Computes a dense form of the generative model of Maaløe, Fraccaro, Liévin and Winther, "BIVA: A Very Deep
    Hierarchy of Latent Variables for Generative Modeling" (2019), https://arxiv.org/abs/1902.02102.
    Gradients flow to all arguments.

    Args:
        d: the state of the path.
        z_bu: this level's bottom-up codes.
        z_td: this level's top-down codes.
        W: the weights: "d" [H, H_next], "bu" [Z_bu, H_next], "td" [Z_td, H_next], "b" [H_next], and
            "prior" [H_next, 2 Z_next].

    Returns:
        The next state, and the pair of the next codes' means and logarithms of variances: the first and the
        second half of the next state times W["prior"].
    """
    ### BEGIN SOLUTION
    state = tf.nn.relu(d @ W["d"] + z_bu @ W["bu"] + z_td @ W["td"] + W["b"])
    mu, logvar = tf.split(state @ W["prior"], 2, axis=-1)
    return state, (mu, logvar)
    ### END SOLUTION


# %% [markdown]
r"""
The smallest BIVA has two levels. The upper level's codes have the prior $\mathcal N(0,I)$. One step down
gives the prior of the lower level's codes, bottom-up and top-down ones side by side; a second step gives
the state from which the pixels are decoded. On the way up, the bottom-up codes of the lower level are
drawn from the image alone, and the upper codes from the image and these codes. On the way down, the lower
level's top-down codes are drawn from the image and the path.
"""

# %% tags=["active-ipynb"]
# class TwoLevels(Levels):
#     """A BIVA with two levels, each of `Z` bottom-up and `Z` top-down codes; a helper makes the layers."""
#
#     def infer(self, x, eps):
#         """Draw codes on both ways; return the logits, and q and p of each level, the upper one first."""
#         h = self.up(x)
#         bu = tf.split(self.lower_bu(h), 2, axis=-1)
#         z_bu = reparameterise(*bu, eps[0])
#         upper = tf.split(self.upper(self.up_more(tf.concat([h, z_bu], 1))), 2, axis=-1)
#         z = tf.split(reparameterise(*upper, eps[1]), 2, axis=-1)
#         d, prior = biva_topdown(tf.zeros_like(h), *z, self.weights_of(0))
#         td = tf.split(self.lower_td(tf.concat([h, d], 1)), 2, axis=-1)
#         state, _ = biva_topdown(d, z_bu, reparameterise(*td, eps[2]), self.weights_of(1))
#         lower = [tf.concat(pair, 1) for pair in zip(bu, td)]
#         return self.pixels(state), [upper, lower], [[tf.zeros_like(one) for one in upper], prior]
#
#     def generate(self, upper, eps):
#         """Decode upper codes [n, 2 Z] and the noise of lower codes [n, 2 Z]."""
#         d, prior = biva_topdown(
#             tf.zeros((len(upper), 128)), *tf.split(upper, 2, axis=1), self.weights_of(0)
#         )
#         lower = tf.split(reparameterise(*prior, eps), 2, axis=1)
#         return tf.sigmoid(self.pixels(biva_topdown(d, *lower, self.weights_of(1))[0]))

# %% tags=["active-ipynb"]
# def train_levels(free_bits, seed=0, steps=700):
#     """Train a BIVA, and return it with the course of each level's KL divergence, the upper first."""
#     keras.utils.set_random_seed(seed)
#     model, rng = TwoLevels(), np.random.default_rng(seed)
#     draw = lambda x, Z: [normal(rng, len(x), Z), normal(rng, len(x), 2 * Z), normal(rng, len(x), Z)]
#     x = ink(rng, learnt[:100])
#     model.infer(x, draw(x, model.Z))
#     optimiser = keras.optimizers.Adam(0.003)
#     optimiser.build(model.trainable_variables)
#
#     @tf.function(autograph=False)
#     def step(x, *eps):
#         with tf.GradientTape() as tape:
#             logits, q, p = model.infer(x, eps)
#             rec = -tf.reduce_mean(bernoulli_log_lik(x, logits))
#             loss = rec + tf.reduce_mean(hierarchical_kl(q, p, free_bits))
#         optimiser.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
#         return [rec, *(tf.reduce_mean(hierarchical_kl([a], [b])) for a, b in zip(q, p))]
#
#     course = []
#     for _ in range(steps):
#         x = ink(rng, learnt[rng.integers(1000, size=100)])
#         course.append([float(one) for one in step(x, *draw(x, model.Z))])
#     return model, np.array(course)

# %% tags=["active-ipynb"]
# runs = {free: [train_levels(free, seed) for seed in range(2)] for free in (0.0, 4.0)}
# figure, axes = plt.subplots(1, 2, figsize=(11, 3.2), layout="constrained")
# for axis, (free, trained_ones) in zip(axes, runs.items()):
#     for column, name in enumerate(("reconstruction", "KL of the upper level", "KL of the lower level")):
#         course = np.convolve(trained_ones[0][1][:, column], np.ones(9) / 9, "valid")
#         axis.plot(course, ("-", "--", "-.")[column], label=name)
#     axis.set(title=f"{free:g} nats free", xlabel="step", ylabel="nats", ylim=(0, 40))
# axes[0].legend()
# plt.show()
# print("nats free, seed: reconstruction, upper, lower level, and their sum, at the end of training")
# for free, trained_ones in runs.items():
#     for seed, (_, course) in enumerate(trained_ones):
#         end = course[-50:].mean(axis=0)
#         print(f"{free:g}, {seed}: {end.round(2)} {end.sum():.2f}")
#         assert (end[1:].min() > 4) == (free == 4) and end[1] > 1, "both levels are used"
#         assert free or course[100:200, 1].mean() < 0.5 < course[100:200, 2].mean(), "the lower one is first"
# sums = [np.mean([course[-50:].sum() / 50 for _, course in trained_ones]) for trained_ones in runs.values()]
# assert 0.3 < sums[1] - sums[0] < 1, "free nats cost some of the bound"

# %% [markdown]
r"""
Without free bits, the upper level is hardly used for the first 200 steps, while the lower one is; at the
end it has more than one nat. In deeper networks upper levels often stay collapsed, and free bits are made
for that; here the upper level recovers by itself. With four free nats both levels are at their limit
soon. These nats are free in the loss, but not in the bound: the sum of the three columns, which is minus
the ELBO, is worse by between 0.3 and 1 nat.

What does each level hold? Below, each row has one draw of the upper codes, and eight draws of the lower
ones from their prior. If the upper codes were lost on the way down, all rows would be alike, and the
variance between the rows' means would be an eighth of the variance inside of a row.
"""

# %% tags=["active-ipynb"]
# rng, (model, _) = np.random.default_rng(9), runs[4.0][0]
# upper = normal(rng, 8, 10)
# images = np.reshape(model.generate(tf.repeat(upper, 8, axis=0), normal(rng, 64, 10)), (8, 8, 64))
# show_tiles([images.reshape(-1, 64)], ["each row: one upper code, eight lower ones"], 8)
# inside, between = images.var(axis=1).mean(), images.mean(axis=1).var(axis=0).mean()
# print(f"variance of a pixel between rows {between:.3f}, and inside of a row {inside:.3f}")
# assert between > inside / 2, "the upper codes decide something"

# %% [markdown]
r"""
**Explore.** How large can you make the bound of the validation digits? Change β, the width of the code or
of the hidden layers, the rate or the number of steps. The cell prints the importance weighted bound with
50 codes. When you have chosen, measure once on the 597 test digits, by `bound_of(mine, unseen, 50)`.
"""

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(1)
# mine = VAE(64, 10, 128, beta=1.0)
# fit(mine, learnt, 600, rate=0.003)
# print(f"yours: {bound_of(mine, validation, 50):.2f} nats on the validation digits")

# %% [markdown]
r"""
## What you have learnt

- The ELBO is below $\log p(x)$ by the KL divergence from $q(z\mid x)$ to the posterior. In a linear model
  both are known exactly, and an encoder with a diagonal covariance loses nats as soon as the posterior's
  axes are not the coordinates.
- Noise as an input lets the gradient through the drawing. For a smooth function the variance of this
  gradient is usually far smaller than that of the score function estimator, which is needed where there is
  no gradient.
- The mean of $k$ importance weights gives a bound that rises with $k$ towards $\log p(x)$.
- The reconstruction pays for the codes, and the KL divergence is their price. If the price is too high,
  the codes collapse to the prior one after the other, and the loss does not show it.
- With several levels the prior is learnt as well; free bits keep a level from collapsing early.

Read on: Kingma and Welling, [An Introduction to Variational
Autoencoders](https://arxiv.org/abs/1906.02691) (2019); Burda, Grosse and Salakhutdinov, [Importance
Weighted Autoencoders](https://arxiv.org/abs/1509.00519) (2015); Maaløe and others,
[BIVA](https://arxiv.org/abs/1902.02102) (2019).
"""

# %% [markdown]
r"""
## In your own words

Two variational autoencoders are trained on the same images. The first has an ELBO of −20 nats and the
second one of −21 nats, on the same held-out images. Your colleague concludes that the first is the better
model of these images. Which two reasons can the difference have, and with which measurement that you know
from this chapter would you tell them apart? What would the ELBO not tell you, even if it were exact? Five
sentences.
"""

# %% [markdown] tags=["answer"]
r"""
The ELBO is $\log p(x)$ minus the KL divergence from the encoder's distribution to the posterior, so that
the second model may have the smaller likelihood, or the same or a larger likelihood and a worse encoder.
To tell them apart I would raise $k$ in the importance weighted bound of both: the likelihood is the same
for each $k$, and the gap shrinks, so that a difference that vanishes with $k$ was one of the encoders.
This needs care, since the bound rises slowly where the encoder is narrower than the posterior, and a
bound that still rises at the largest $k$ decides nothing. A difference of one nat should also be compared
with its spread over seeds and over images. Even the exact likelihood would not say whether the codes are
used: a decoder strong enough by itself can have a large likelihood with a KL divergence of 0, and then
the codes say nothing about the images.
"""
