# %% [markdown]
r"""
# A photograph and a positive test

A photograph is a table of 110,592 numbers, and a twentieth of them is enough to know
the place. A screening test finds eight tumours of ten, and yet a woman whose test is
positive is probably well. The one is arithmetic of matrices, the other of
probabilities, and nearly everything in this course is made of these two.

**The question.** How few numbers hold a picture, how much does a test tell, and what
must a program do so that the computer's own arithmetic, with its seven digits, does not
spoil the answer?

**Before you run anything**, write down your predictions:

1. A photograph of 288 × 384 pixels is a sum of 288 *layers*, each a column of 288
   numbers times a row of 384. How much of the photograph's energy (the sum of its
   squared pixels) does the best single layer hold? How many does it take until *you*
   recognise something?
2. One woman in 100 has breast cancer. Mammography is positive for 80 % of those who
   have it, and for 9.6 % of those who have not. A woman's test is positive. How
   probable is it that she is ill? And how many positive tests in a row, each
   independent of the others, make it 99 %?
3. A program tells every one of 1,000 women, ten of them ill, that she is well. What is
   its accuracy? What would a fairer measure say?

You will write eight functions. In the end they diagnose tumours, and move from the
hospital, where every third patient is ill, to the screening, where one in a hundred is.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64, Int

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
#
# from grader.datasets import arrays, describe, load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
r"""
## All distances at once

Which of these colours is nearest to this pixel? Which training image to this one, which
word vector to that? The answer is always a table of distances between $N$ points $x_i$
and $M$ points $y_j$, and two nested loops over it take Python minutes where the
hardware needs milliseconds. So multiply out:

$$\lVert x_i-y_j\rVert^2=\lVert x_i\rVert^2+\lVert y_j\rVert^2-2\,x_i^\top y_j$$

The last term, for all pairs, is the one thing computers are fastest at: a product of
matrices, $XY^\top$. The first two are a column and a row, and broadcasting does the
rest: shapes are compared from the right, and an axis of length 1 stretches to fit.

*A small step.* What are the shapes of the three terms? And what does `a + b` give for
`a` of shape `[5]` and `b` of shape `[5, 1]`? Many a silent error in this field is that
sum.

There is a price. If two points lie far from the origin and close together, large terms
nearly cancel, and what is left is rounding, which may as well be negative. A root of it
is not a number, and one such number spoils everything downstream. So what is below 0
becomes 0.
"""


# %%
def pairwise_sq_dists(
    x: Float[tf.Tensor, "N D"], y: Float[tf.Tensor, "M D"]
) -> Float[tf.Tensor, "N M"]:
    """Return the squared distance of every point of `x` from every point of `y`.

    Computes ‖x‖² + ‖y‖² - 2 x·y for all pairs, the expansion that Dokmanić et al.,
    "Euclidean Distance Matrices: Essential Theory, Algorithms and Applications" (2015),
    https://arxiv.org/abs/1502.07541, start from.

    Write it without a loop. No distance is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(pairwise_sq_dists)

# %% [markdown]
r"""
A pixel has three bytes. Give the photograph a palette of 16 colours, say for each pixel
which of them is nearest, and half a byte is enough: Lloyd's algorithm alternates
between the two questions *which colour is nearest?* and *what is the mean of those who
chose me?* With a distance that is wrong, sky turns into roof.
"""

# %% tags=["active-ipynb"]
# photographs = load("photographs")
# china = photographs["image"][[str(name) for name in photographs["name"]].index("china")] / np.float32(255)
# pixels = china.reshape(-1, 3)
# some = pixels[np.random.default_rng(0).permutation(len(pixels))[:5000]]
#
#
# def nearest(points, palette):
#     return np.argmin(pairwise_sq_dists(tf.constant(points), tf.constant(palette)), axis=1)
#
#
# figure, panels = plt.subplots(1, 3, figsize=(14, 3.9), layout="constrained")
# panels[0].imshow(china)
# panels[0].set_title("24 bits a pixel")
# for axes, colours in zip(panels[1:], (16, 4)):
#     palette = some[:colours].copy()
#     for _ in range(20):
#         choice = nearest(some, palette)
#         palette = np.stack([
#             some[choice == c].mean(axis=0) if (choice == c).any() else palette[c] for c in range(colours)
#         ])
#     axes.imshow(palette[nearest(pixels, palette)].reshape(china.shape))
#     axes.set_title(f"{colours} colours: {np.log2(colours):.0f} bits a pixel")
# for axes in panels:
#     axes.axis("off")
# plt.show()

# %% [markdown]
r"""
## A matrix, layer by layer

Every matrix is a sum of layers, each a column times a row, ordered by how much they
weigh:

$$X=U\,\mathrm{diag}(s)\,V^\top=\sum_i s_i\,u_iv_i^\top,\qquad s_1\ge s_2\ge\dots\ge0$$

with $u_i$ orthonormal, and $v_i$ as well. Keep the first $k$ and drop the rest: of all
matrices of rank $k$ there is none nearer to $X$. And since the layers are orthogonal,
like the sides of a right-angled triangle, what is kept and what is lost add up:

$$\lVert X\rVert^2=\sum_i s_i^2,\qquad \lVert X-X_k\rVert^2=\sum_{i>k}s_i^2,\qquad
\text{energy}=\frac{\sum_{i\le k}s_i^2}{\sum_i s_i^2}$$

*A small step.* How many numbers do $k$ layers of an $N\times D$ matrix need? Up to
which $k$ is that fewer than $ND$?

Libraries disagree about the third factor: NumPy returns $V^\top$, TensorFlow returns
$V$, and first of all $s$. If the matrix is square, no shape will complain.
"""


# %%
def low_rank(
    x: Float[tf.Tensor, "N D"], k: int
) -> tuple[Float[tf.Tensor, "N D"], Float[tf.Tensor, ""]]:
    """Return the matrix of rank `k` that is nearest to `x`, and its share of the energy.

    Computes the truncated singular value decomposition of Eckart and Young, "The
    approximation of one matrix by another of lower rank" (1936),
    https://doi.org/10.1007/BF02288367, in the notation of equation (2.43) of Goodfellow,
    Bengio and Courville, "Deep Learning" (2016), https://www.deeplearningbook.org.

    Args:
        x: any matrix; it is not centred.
        k: how many layers are kept, at least 1. If there are not as many, all are.

    Returns:
        xk: the sum of the first `k` layers.
        energy: the sum of their squared singular values, divided by that of all.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(low_rank)

# %% [markdown]
r"""
The photograph in shades of grey, from 2, 8 and 32 layers. Each title has your energy
and, next to it, what one gets from the picture,
$1-\lVert X-X_k\rVert^2/\lVert X\rVert^2$: the two have to agree.
"""

# %% tags=["active-ipynb"]
# grey = china.mean(axis=2)
# rows, columns = grey.shape
# figure, panels = plt.subplots(2, 2, figsize=(11, 8.6), layout="constrained")
# panels = panels.ravel()
# for axes, k in zip(panels, (2, 8, 32)):
#     xk, energy = low_rank(tf.constant(grey), k)
#     measured = 1 - np.sum((grey - xk) ** 2) / np.sum(grey**2)
#     axes.imshow(xk, cmap="gray", vmin=0, vmax=1)
#     axes.set_title(f"k = {k}: {k * (rows + columns) / grey.size:.1%} of the numbers\n"
#                    f"energy {float(energy):.4f}, measured {measured:.4f}")
# panels[3].imshow(grey, cmap="gray", vmin=0, vmax=1)
# panels[3].set_title(f"all {min(rows, columns)} layers\nenergy 1")
# for axes in panels:
#     axes.axis("off")
# plt.show()
# print(f"the first layer alone: energy {float(low_rank(tf.constant(grey), 1)[1]):.4f}")

# %% [markdown]
r"""
The first layer alone holds 92 % of the energy, two hold 96 %, and all they show is a
dark block before a bright sky: energy is mostly brightness, and the eye looks for
edges. Keep that in mind whenever somebody reports "99 % explained". Eight layers are
enough to know the pavilion, and with 32, a fifth of the numbers, it stands. (JPEG does
better, as it need not send its patterns along: they are the same for all pictures.)
"""

# %% [markdown]
r"""
## Sums of the very small

On to probabilities. The density of one image among all images is a number such as
$e^{-1000}$. float32 knows nothing between 0 and $10^{-45}\approx e^{-103}$, and nothing
above $e^{88.7}$, so one keeps the *logarithm* of everything. Products become sums,
which is nice; sums become

$$\log\sum_k e^{x_k},$$

which is not: each $e^{x_k}$ is 0 or $\infty$ before they are added. But a common factor
can be taken out:

$$\log\sum_k e^{x_k}=m+\log\sum_k e^{x_k-m}$$

for any $m$. *A small step.* With $m=\max_k x_k$, what is the largest of the new terms,
what range can their sum have, and which of them may underflow without harm?

One trap is left. $-\infty$ is a decent logarithm: that of an impossible event. If all
events of a row are impossible, so is their union. What is $m$ then, and what is
$x_k-m$?
"""


# %%
def logsumexp(
    x: Float[tf.Tensor, "..."], axis: int = -1, keepdims: bool = False
) -> Float[tf.Tensor, "..."]:
    """Return log Σ exp(x) along an axis, whatever the size of the numbers.

    Computes equation (1.1) of Blanchard, Higham and Higham, "Accurately Computing the
    Log-Sum-Exp and Softmax Functions" (2021), https://arxiv.org/abs/1909.03469, with a
    shift by the maximum along the axis.

    Write it without `tf.reduce_logsumexp`.

    Args:
        x: logarithms; -∞ is one. Where all of them are, so is the result.
        axis: what is summed over.
        keepdims: whether that axis stays, with length 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(logsumexp)

# %% [markdown]
r"""
Add the same number $c$ to all of $x$, and the result must grow by $c$. The formula as
it is printed holds that for a short while only. Yours should be a straight line.
"""

# %% tags=["active-ipynb"]
# c = np.linspace(-300, 300, 121, dtype="float32")
# x = c[:, None] + np.float32([0.3, -1.2, 0.8])
# with np.errstate(over="ignore", divide="ignore"):
#     as_printed = np.log(np.exp(x).sum(axis=1))
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# plt.plot(c, logsumexp(tf.constant(x)), "-", linewidth=2.5, alpha=0.6, label="logsumexp")
# plt.plot(c, as_printed, ".", color="black", label=r"$\log\sum_k e^{x_k}$ as it is printed")
# for edge, text, side, height in ((-103, "all underflow", "right", 40), (88, "one overflows", "left", -40)):
#     plt.axvline(edge, color="0.6", linewidth=0.8)
#     plt.text(edge, height, f" {text} ", ha=side, va="center", color="0.4")
# plt.xlabel("c")
# plt.ylabel("log of the sum, in float32")
# plt.legend(loc="upper left")
# plt.show()

# %% [markdown]
r"""
## How uncertain?

A classifier's last layer gives a number for each class, its *logits* $z_k$; softmax
makes them probabilities. How uncertain is it then? Shannon asked for a measure that is
largest when all $K$ outcomes are equally likely, and adds up when choices are made one
after the other, and found only one:

$$p_k=\frac{e^{z_k}}{\sum_j e^{z_j}},\qquad H=-\sum_k p_k\log p_k$$

in *nats* with the natural logarithm, in bits with that of base 2. It lies between 0 and
$\log K$.

*A small step.* The larger logit of two is ahead by 200. What are the two $p_k$ in
float32, and what is $p_k\log p_k$? Now write $\log p_k$ in terms of the logits, with a
logarithm that you have just learnt to take, and look again.

Shift *first*, $z_k-m$, and do the rest with what is left. The logarithm of the sum is
itself about 10,000 if the logits are, and there float32's neighbours lie a thousandth
apart: $z_k-\log\sum_je^{z_j}$ is then good to three decimals, and $p_k$ to no more.
"""


# %%
def softmax_entropy(
    logits: Float[tf.Tensor, "B K"],
) -> tuple[Float[tf.Tensor, "B K"], Float[tf.Tensor, "B"]]:
    """Return each row's probabilities and their entropy in nats.

    Computes the entropy of theorem 2 of Shannon, "A Mathematical Theory of Communication"
    (1948), https://doi.org/10.1002/j.1538-7305.1948.tb01338.x, for a softmax.

    Args:
        logits: one row for each thing to be classified. They may be as large as 10,000, and
            as far apart.

    Returns:
        p: the softmax over the classes.
        H: the entropy of each row.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(softmax_entropy)

# %% [markdown]
r"""
Figure 7 of Shannon's paper is the entropy of two outcomes with the probabilities $p$
and $1-p$, in bits. The line draws it from his formula, the circles are yours, from
logits that are between 0 and 10,000 apart. The outermost lie at 0 and 1: are they
there?
"""

# %% tags=["active-ipynb"]
# ahead = np.concatenate([np.linspace(-6, 6, 25), [-1e4, -200, 200, 1e4]]).astype("float32")
# p, H = softmax_entropy(tf.constant(np.stack([ahead, 0 * ahead], axis=1)))
# share = np.linspace(1e-6, 1 - 1e-6, 400)
# plt.figure(figsize=(5.2, 4.2), layout="constrained")
# plt.plot(share, -share * np.log2(share) - (1 - share) * np.log2(1 - share), "-", label="Shannon's figure 7")
# plt.plot(p[:, 0], H / np.log(2), "o", fillstyle="none", color="black", label="softmax_entropy")
# plt.xlabel("p")
# plt.ylabel("H in bits")
# plt.legend(loc="lower center")
# plt.show()

# %% [markdown]
r"""
## What a test tells, in nats

A laboratory value is distributed as $p_0$ among the ill and as $p_1$ among the healthy.
When one comes in, its *log-likelihood ratio* $\log p_0(x)-\log p_1(x)$ is how far it
moves our belief towards illness. And on average, for a patient who is ill? That is the
Kullback–Leibler divergence

$$\mathrm{KL}(p_0\Vert p_1)=\mathbb E_{x\sim p_0}\big[\log p_0(x)-\log p_1(x)\big]\ \ge\ 0,$$

the evidence, in nats, that a test yields about the ill. For the healthy the average is
$-\mathrm{KL}(p_1\Vert p_0)$: evidence against, and in general of another size. Between
Gaussians in $D$ dimensions the mean can be taken on paper:

$$\mathrm{KL}(p_0\Vert p_1)=\tfrac12\Big[\operatorname{tr}(\Sigma_1^{-1}\Sigma_0)
+(\mu_1-\mu_0)^\top\Sigma_1^{-1}(\mu_1-\mu_0)-D+\log\det\Sigma_1-\log\det\Sigma_0\Big]$$

*A small step.* One dimension, both variances 1, means 2 apart: how many nats does one
such test yield? If one person in 1,000 is ill, the log-odds start at
$\log\frac1{999}\approx-6.9$; how many tests until they are even, on average?

Do not invert a matrix: *solve*. And beware of determinants. A variance of $10^{-8}$ in
60 dimensions has the determinant $10^{-480}$, for which not even float64 has a number,
though it has one for its logarithm.
"""


# %%
def kl_gaussians(
    m0: Float64[tf.Tensor, "B D"],
    S0: Float64[tf.Tensor, "B D D"],
    m1: Float64[tf.Tensor, "B D"],
    S1: Float64[tf.Tensor, "B D D"],
) -> Float64[tf.Tensor, "B"]:
    """Return the Kullback–Leibler divergence of Gaussian 0 from Gaussian 1, for each pair.

    Computes D(N(m0, S0) ‖ N(m1, S1)), equation (2) of Hershey and Olsen, "Approximating the
    Kullback Leibler Divergence Between Gaussian Mixture Models" (2007),
    https://doi.org/10.1109/ICASSP.2007.366913.

    Args:
        m0: means of the Gaussians over which the average is taken.
        S0: their covariances, symmetric and positive definite, however small.
        m1: means of the others.
        S1: their covariances.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(kl_gaussians)

# %% [markdown]
r"""
2,000 patients who are ill, and 2,000 who are not, take a test with two values over and
over; they come from a town where one in 1,000 is ill. The markers are the mean of their
log-odds, with a bar for the middle half of them. The lines start at the prior and have
the slopes that you say: $\mathrm{KL}(p_0\Vert p_1)$ up, $\mathrm{KL}(p_1\Vert p_0)$
down. Markers off the lines: a term is wrong or missing. Slopes of the same size: one of
the two divergences is the wrong way round.
"""

# %% tags=["active-ipynb"]
# means = np.array([[1.0, 0.6], [0.0, 0.0]])  # of the ill, of the healthy
# covariances = np.array([[[2.2, 0.9], [0.9, 1.4]], [[1.0, -0.2], [-0.2, 0.8]]])
#
#
# def log_density(x, mean, covariance):
#     """Return the logarithm of a Gaussian's density at each row of x."""
#     distance = np.einsum("...i,ij,...j->...", x - mean, np.linalg.inv(covariance), x - mean)
#     return -0.5 * (distance + np.linalg.slogdet(2 * np.pi * covariance)[1])
#
#
# of_ill, of_healthy = [(tf.constant(means[i:i + 1]), tf.constant(covariances[i:i + 1])) for i in (0, 1)]
# there, back = (float(kl_gaussians(*pair)[0]) for pair in (of_ill + of_healthy, of_healthy + of_ill))
# rng = np.random.default_rng(0)
# tests = np.arange(13)
# plt.figure(figsize=(7, 4.2), layout="constrained")
# for group, slope, marker, colour in ((0, there, "o", "tab:orange"), (1, -back, "s", "tab:blue")):
#     values = rng.multivariate_normal(means[group], covariances[group], size=(2000, 12))
#     ratio = log_density(values, means[0], covariances[0]) - log_density(values, means[1], covariances[1])
#     odds = np.log(1 / 999) + np.cumsum(np.pad(ratio, [(0, 0), (1, 0)]), axis=1)
#     low, high = np.quantile(odds, [0.25, 0.75], axis=0)
#     plt.vlines(tests, low, high, color=colour, alpha=0.5, linewidth=4)
#     name = ("ill", "healthy")[group]
#     plt.plot(tests, odds.mean(axis=0), marker, color=colour, markeredgecolor="black",
#              label=f"{name}, simulated")
#     plt.plot(tests, np.log(1 / 999) + slope * tests, ("-", "--")[group], color="black",
#              label=f"prior {'+−'[group]} {abs(slope):.2f} nats a test")
# plt.axhline(0, color="0.6", linewidth=0.8)
# plt.text(12.2, 0.3, "even odds", ha="right", va="bottom", color="0.4")
# plt.xlabel("number of tests")
# plt.ylabel("log-odds of being ill")
# plt.legend(loc="upper left")
# plt.show()

# %% [markdown]
r"""
## The probability that she is ill

What the test tells has to be added to what was known before. Bayes' rule for classes
$c$, and everything that was found about patient $n$:

$$p(c\mid x_n)=\frac{p(c)\,p(x_n\mid c)}{\sum_{c'}p(c')\,p(x_n\mid c')}$$

With hundreds of findings the likelihoods are of the order of $e^{-1000}$, so that above
as well as below the line stands 0. In logarithms, the numerator is a sum, and the
denominator you know how to take.

*A small step.* Multiply all likelihoods of one patient by the same number. What
changes? And if you do so for one *class*, in all patients?
"""


# %%
def bayes_posterior(
    log_prior: Float[tf.Tensor, "C"], log_lik: Float[tf.Tensor, "N C"]
) -> Float[tf.Tensor, "N C"]:
    """Return the probability of each class for each patient, given what was found.

    Computes Bayes' rule, equation (1) of Gigerenzer and Hoffrage, "How to Improve Bayesian
    Reasoning Without Instruction: Frequency Formats" (1995),
    https://doi.org/10.1037/0033-295X.102.4.684, from logarithms.

    Args:
        log_prior: log p(c), -∞ for a class that is ruled out.
        log_lik: log p(xₙ | c), which may be about -1000 for all classes.

    Returns:
        The probabilities p(c | xₙ), not their logarithms. Each row adds up to 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(bayes_posterior)

# %% [markdown]
r"""
The second prediction. On the left are 1,000 women: count the positives, and how many of
them are ill. On the right, lines are your posterior after one, two and three positive
tests, for all kinds of prevalence, and circles the same counted among a million
simulated women each. The star is table 1 of Gigerenzer and Hoffrage: 7.8 %. In an
informal survey, Eddy (1982) put such a question to physicians, and about 95 of 100
answered between 70 and 80 %. They had taken $p(\text{positive}\mid\text{ill})$ for
$p(\text{ill}\mid\text{positive})$.
"""

# %% tags=["active-ipynb"]
# sensitivity, false_alarms = 0.80, 0.096
# log_positive = np.log(np.float32([false_alarms, sensitivity]))  # of the healthy, of the ill
#
#
# def after(positives, prevalence):
#     """Return the probability of being ill after so many positive tests."""
#     log_prior = tf.math.log(tf.constant([1 - prevalence, prevalence], tf.float32))
#     return float(bayes_posterior(log_prior, tf.constant(positives * log_positive[None]))[0, 1])
#
#
# figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.4), layout="constrained")
# ill = np.arange(1000) < 10
# positive = np.where(ill, np.arange(1000) < 8, np.arange(1000) < 10 + 95)
# column, row = np.divmod(np.arange(1000), 25)
# for who, marker, colour, size, text in (
#     (ill & positive, "s", "tab:red", 36, "ill, positive"),
#     (ill & ~positive, "D", "black", 40, "ill, negative"),
#     (~ill & positive, "P", "tab:orange", 45, "healthy, positive"),
#     (~ill & ~positive, ".", "0.8", 20, "healthy, negative"),
# ):
#     left.scatter(column[who], row[who], size, colour, marker=marker, label=f"{who.sum()} {text}")
# left.axis("off")
# left.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=4, frameon=False)
# left.set_title(f"1,000 women: {np.sum(ill & positive)} of {positive.sum()} positives are ill")
#
# rng = np.random.default_rng(0)
# prevalences = np.geomspace(2e-4, 0.9, 60)
# for positives, style in ((1, "-"), (2, "--"), (3, "-.")):
#     right.semilogx(prevalences, [after(positives, p) for p in prevalences], style,
#                    label=f"{positives} positive test{'s' if positives > 1 else ''}")
#     for prevalence in (0.003, 0.01, 0.03, 0.1, 0.3):
#         women_ill = rng.binomial(1_000_000, prevalence)
#         found = rng.binomial(women_ill, sensitivity**positives)
#         alarmed = rng.binomial(1_000_000 - women_ill, false_alarms**positives)
#         right.plot(prevalence, found / (found + alarmed), "o", fillstyle="none", color="black")
# right.plot(0.01, 0.078, "*", color="tab:red", markeredgecolor="black", markersize=15,
#            label="table 1, mammography: 7.8 %", zorder=3)
# right.set(xlabel="share of the ill before the test", ylabel="probability of being ill")
# right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2)
# plt.show()
# for positives in range(1, 6):
#     print(f"{positives} positive in a row: {after(positives, 0.01):.3f}")

# %% [markdown]
r"""
## Before you measure: lock the test away

From formulas to patients, 569 of them, with thirty measurements of cell nuclei each.
Two things come first.

*Split.* What is to be measured on new patients must be measured on patients the program
has not seen. The rows of a file are hardly ever in a random order, so shuffle; with a
seed, so that you can do it again.

*Standardise.* An area is in hundreds, a smoothness in tenths, and distances would see
nothing but areas. So give every column the mean 0 and the deviation 1:

$$x'_{nd}=\frac{x_{nd}-\mu_d}{\sigma_d},\qquad
\mu_d=\frac1{N_{\text{train}}}\sum_{n\in\text{train}}x_{nd},\qquad
\sigma_d^2=\frac1{N_{\text{train}}}\sum_{n\in\text{train}}(x_{nd}-\mu_d)^2$$

Mind the small print. $\mu$ and $\sigma$ are learnt from data like any other weight, so
the test rows must have no part in them. They are *used* on the test rows all the same.
And a column that is constant, such as a corner pixel that is always white, has
$\sigma_d=0$: it shall become 0.

*A small step.* After this, are the means of the *test* columns 0?
"""


# %%
def split_standardise(
    x: Float[tf.Tensor, "N D"], y: Int[tf.Tensor, "N"], frac: float, seed: int
) -> tuple[
    Float[tf.Tensor, "train D"],
    Int[tf.Tensor, "train"],
    Float[tf.Tensor, "test D"],
    Int[tf.Tensor, "test"],
]:
    """Split rows at random into a training and a test part, and standardise both.

    Computes the first two steps of section 4.3 of LeCun et al., "Efficient BackProp" (1998),
    https://doi.org/10.1007/3-540-49430-8_2, without what Kaufman et al. call leakage,
    "Leakage in Data Mining" (2012), https://doi.org/10.1145/2382577.2382579.

    Args:
        x: one row for each patient.
        y: their labels.
        frac: the share of rows that train: frac · N, rounded to the nearest integer.
        seed: decides which rows train. The same seed gives the same split, and another
            seed another one. How you make a permutation from it is up to you.

    Returns:
        xtr, ytr: the training rows, each column with mean 0 and deviation 1, and their labels.
        xte, yte: all other rows, with the same subtracted and divided, and their labels.
        A column that is constant among the training rows is 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(split_standardise)

# %% [markdown]
r"""
The thirty measurements before and after. On the right, every training column must be
exactly $0\pm1$, and the test columns nearly so, but not exactly.
"""

# %% tags=["active-ipynb"]
# cells = arrays("breast_cancer")  # all of it: the split is yours
# measurements = tf.constant(np.log(cells["features"] + 0.01), tf.float32)
# ill = tf.constant(cells["label"] == 0, tf.int32)  # the set has 0 for malignant
# xtr, ytr, xte, yte = split_standardise(measurements, ill, 0.8, seed=0)
# figure, (left, right) = plt.subplots(1, 2, figsize=(13, 3.8), layout="constrained")
# column = np.arange(30)
# raw = cells["features"]
# left.errorbar(column, raw.mean(axis=0), raw.std(axis=0), fmt="o", color="0.3")
# left.set(yscale="log", xlabel="column", ylabel="mean ± deviation", title="as measured")
# for rows, shift, marker, name in ((xtr, -0.15, "o", "training"), (xte, 0.15, "s", "test")):
#     right.errorbar(column + shift, np.mean(rows, axis=0), np.std(rows, axis=0), fmt=marker,
#                    markersize=4, label=f"{len(rows)} {name} rows")
# for height in (-1, 0, 1):
#     right.axhline(height, color="0.7", linewidth=0.8, zorder=0)
# right.set(xlabel="column", title="logarithms, standardised", ylim=(-1.9, 2.4))
# right.legend(ncols=2, loc="upper center")
# plt.show()

# %% [markdown]
r"""
## How good?

Count first. In the *confusion* table $C$, row $i$, column $j$ says how many of class
$i$ were told $j$: the class with the highest score. Everything up to $F_1$ is read off
it. The *accuracy* is its diagonal, divided by everybody. *Precision* asks how many of
those told $c$ have $c$; *recall*, how many of those who have $c$ were told so; $F_1$ is
their harmonic mean,

$$P_c=\frac{C_{cc}}{\sum_iC_{ic}},\qquad R_c=\frac{C_{cc}}{\sum_jC_{cj}},\qquad
F_c=\frac{2P_cR_c}{P_c+R_c}=\frac{2C_{cc}}{\sum_iC_{ic}+\sum_jC_{cj}}$$

and the macro $F_1$ its mean over classes, the rare counting as much as the frequent.

All this judges one decision. The *average precision* judges the whole ranking. Lower
the threshold from the highest score of class $c$ to the lowest; at the $n$-th of the
different scores, everybody with at least that score is told $c$, with precision $P_n$
and recall $R_n$:

$$\mathrm{AP}_c=\sum_nP_n\,(R_n-R_{n-1}),\qquad R_0=0$$

*A small step.* $R$ grows only where somebody who *has* $c$ comes in, by one over their
number. So the sum is just a mean of precisions: over whom, and each at which threshold?
Those with equal scores come in together, or else their order in the list would decide.

A class that is neither there nor told has $F_1=0/0$. It is taken for 0, as is the AP of
a class that nobody has, and both count in the means, as in scikit-learn.
"""


# %%
def classification_metrics(
    y: Int[tf.Tensor, "N"], scores: Float[tf.Tensor, "N K"]
) -> dict[str, tf.Tensor]:
    """Return accuracy, confusion table, macro F1 and mean average precision.

    Computes equations (8.6), for each class against all others, and (8.8) of Manning,
    Raghavan and Schütze, "Introduction to Information Retrieval" (2008),
    https://nlp.stanford.edu/IR-book, with a class in place of a query.

    Args:
        y: the class that each patient has, from 0 to K - 1. Some may be absent.
        scores: one for each class. The highest is what the patient is told.

    Returns:
        A dict of
        acc: the share of patients who are told what they have.
        confusion: integers [K, K]: how many have the row's class and are told the column's.
        macro_f1: the mean of the K classes' F1, of which 0 / 0 counts as 0.
        mean_ap: the mean of the K classes' average precision, where equal scores pass the
            threshold together. That of an absent class is 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(classification_metrics)

# %% [markdown]
r"""
The third prediction: three programs and 1,000 women, ten of whom are ill. Below, the
ranking of the third program: each step is as high as the precision there, and the mean
of the two areas must be your `mean_ap`.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(3)
# y = (np.arange(1000) < 10).astype("int32")
# programs = {
#     "all are well": np.zeros(1000),
#     "a coin": rng.uniform(-1, 1, size=1000),
#     "a fair test": rng.normal(size=1000) + 3.0 * y - 2.5,
# }
# print(f"{'':12}  accuracy  macro F1   mean AP   confusion")
# for name, evidence in programs.items():
#     scores = tf.constant(np.stack([-evidence, evidence], axis=1), tf.float32)
#     found = classification_metrics(tf.constant(y), scores)
#     numbers = "".join(f"{float(found[key]):10.3f}" for key in ("acc", "macro_f1", "mean_ap"))
#     print(f"{name:12}{numbers}   {found['confusion'].numpy().tolist()}")
#
# figure, panels = plt.subplots(1, 2, figsize=(11, 3.6), layout="constrained")
# areas = []
# for axes, c, name in zip(panels, (1, 0), ("ill", "well")):
#     order = np.argsort(-evidence if c else evidence)
#     recall = np.cumsum(y[order] == c) / np.sum(y == c)
#     precision = np.cumsum(y[order] == c) / np.arange(1, 1001)
#     areas.append(np.sum(precision * np.diff(recall, prepend=0)))
#     across, up = np.append(0, recall), np.append(precision[0], precision)
#     axes.step(across, up, where="pre", color="0.3", linewidth=1)
#     axes.fill_between(across, up, step="pre", alpha=0.3)
#     if c:
#         has_it = y[order] == c
#         axes.plot(recall[has_it], precision[has_it], "o", color="black", label="each who has it")
#         axes.legend()
#     axes.set(xlabel="recall", ylabel="precision", ylim=(0, 1.05), title=f"{name}: area {areas[-1]:.3f}")
# plt.show()
# print(f"mean of the areas {np.mean(areas):.4f}, mean_ap {float(found['mean_ap']):.4f}")

# %% [markdown]
r"""
## Find the silent bug

A colleague has written a diagnosis of few lines: standardise, and choose the nearer of
the two class means. In the laboratory it is right for more than nine patients of ten.
Then it is sent out to a ward, where most patients are ill, and to a screening, where
hardly any is. Each place takes its patients at random from the *same* test rows, and
the program is the same to the last byte. Yet the more its patients differ in number of
ill from the laboratory's, the worse it gets. No error, no warning, no NaN.

Which line is it? Why did the laboratory not notice? What would become of the very first
patient, coming alone?
"""

# %% tags=["active-ipynb"]
# order = np.random.default_rng(0).permutation(569)
# features, has = np.log(cells["features"] + 0.01)[order].astype("float32"), (cells["label"] == 0)[order]
# train, test = slice(0, 380), slice(380, 569)
#
#
# def standardise(rows):
#     return (rows - rows.mean(axis=0)) / rows.std(axis=0)
#
#
# table = standardise(features[train])
# centres = np.stack([table[~has[train]].mean(axis=0), table[has[train]].mean(axis=0)])
#
#
# def diagnose(rows):
#     distances = pairwise_sq_dists(tf.constant(standardise(rows)), tf.constant(centres))
#     return np.argmin(distances, axis=1) == 1
#
#
# rng = np.random.default_rng(1)
# pools = [np.flatnonzero(has[test] == kind) for kind in (False, True)]
# shares = {"screening": 0.02, "laboratory": has[test].mean(), "ward": 0.95}
# rates = []
# for place, share in shares.items():
#     number = round(1000 * share)
#     chosen = np.concatenate([rng.choice(pools[0], 1000 - number), rng.choice(pools[1], number)])
#     told = diagnose(features[test][chosen])
#     rates.append([np.mean(told == has[test][chosen]), np.mean(told[-number:]), np.mean(~told[:-number])])
# figure, axes = plt.subplots(figsize=(7.5, 3.6), layout="constrained")
# for i, (name, hatch) in enumerate((("all", ""), ("of the ill", "//"), ("of the healthy", ".."))):
#     bars = axes.bar(np.arange(3) + 0.27 * (i - 1), [r[i] for r in rates], 0.25, hatch=hatch, label=name,
#                     edgecolor="black", color=("0.75", "tab:orange", "tab:blue")[i])
#     axes.bar_label(bars, fmt="%.2f", padding=2)
# axes.set_xticks(range(3), [f"{place}\n{share:.0%} ill" for place, share in shares.items()])
# axes.set(ylabel="share diagnosed rightly", ylim=(0, 1.25))
# axes.legend(ncols=3, loc="upper center")
# plt.show()

# %% [markdown]
r"""
## A result: from the hospital to the screening

Street, Wolberg and Mangasarian, "Nuclear feature extraction for breast tumor diagnosis"
(1993), https://doi.org/10.1117/12.148698, measured these nuclei. As the data's
documentation tells, a search through all sets of one to four columns ended with three,
the worst area, the worst smoothness and the mean texture, cut by one plane, and with an
accuracy of 97.5 % in repeated ten-fold cross-validation.

Nobody draws a plane here. A Gaussian for each class, over the logarithms of the same
three columns, Bayes' rule with the training part's shares as prior, and forty splits
that each lock a tenth of the patients away.
"""

# %% tags=["active-ipynb"]
# names = list(describe("breast_cancer").feature_names)
# three = [names.index(name) for name in ("worst area", "worst smoothness", "mean texture")]
# chosen = tf.constant(np.log(cells["features"][:, three]), tf.float32)
# accuracies, tables, entropies, rightly = [], [], [], []
# for seed in range(40):
#     xtr, ytr, xte, yte = map(np.asarray, split_standardise(chosen, ill, 0.9, seed))
#     log_lik = np.stack([
#         log_density(xte, xtr[ytr == c].mean(axis=0), np.cov(xtr[ytr == c].T)) for c in (0, 1)
#     ], axis=1).astype("float32")
#     log_prior = np.log(np.bincount(ytr) / len(ytr)).astype("float32")
#     posterior = bayes_posterior(tf.constant(log_prior), tf.constant(log_lik))
#     found = classification_metrics(tf.constant(yte), posterior)
#     accuracies.append(float(found["acc"]))
#     tables.append(found["confusion"].numpy())
#     entropies.append(softmax_entropy(tf.constant(log_prior + log_lik))[1].numpy())
#     rightly.append(np.argmax(posterior, axis=1) == yte)
# table, entropies, rightly = np.sum(tables, axis=0), np.concatenate(entropies), np.concatenate(rightly)
# error = np.std(accuracies) / np.sqrt(len(accuracies))
# print(f"accuracy {np.mean(accuracies):.3f} ± {error:.3f}; reported for a plane: 0.975")
# sure = entropies < np.median(entropies)
# print(f"of the half with the lower entropy {rightly[sure].mean():.4f} are right, of the others "
#       f"{rightly[~sure].mean():.4f}")
#
# figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4.2), layout="constrained")
# left.imshow(table / table.sum(axis=1, keepdims=True), cmap="Blues", vmin=0, vmax=2)
# for i in range(2):
#     for j in range(2):
#         left.text(j, i, f"{table[i, j]}\n{table[i, j] / table[i].sum():.1%}", ha="center", va="center")
# kinds = ["benign", "malignant"]
# left.set(xticks=[0, 1], yticks=[0, 1], xticklabels=kinds, yticklabels=kinds,
#          xlabel="told", ylabel="has", title="confusion, 40 test parts together")
#
# edges = np.linspace(0, np.log(2), 8)
# where = np.clip(np.digitize(entropies, edges) - 1, 0, 6)
# wrong = [1 - rightly[where == b].mean() for b in range(7)]
# bars = middle.bar(edges[:-1], wrong, np.diff(edges), align="edge", color="0.75", edgecolor="black")
# middle.bar_label(bars, [f"n = {np.sum(where == b)}" for b in range(7)], fontsize=8)
# middle.set(xlabel="entropy of the posterior in nats", ylabel="share told wrongly",
#            title="does it know when it errs?")
#
# hit, alarm = table[1, 1] / table[1].sum(), table[0, 1] / table[0].sum()
# for name, yes, no, style in (("these cells", hit, alarm, "-"), ("mammography", 0.80, 0.096, "--")):
#     likelihood = tf.constant(np.log([[no, yes]]), tf.float32)
#     curve = [float(bayes_posterior(tf.math.log(tf.constant([1 - p, p], tf.float32)), likelihood)[0, 1])
#              for p in prevalences]
#     right.semilogx(prevalences, curve, style, label=f"{name}: finds {yes:.0%}, alarms {no:.1%}")
# right.plot(0.01, 0.078, "*", color="tab:red", markeredgecolor="black", markersize=15,
#            label="mammography in table 1: 7.8 %")
# right.axvline(np.mean(ill), color="0.6", linewidth=0.8)
# right.text(np.mean(ill) * 0.95, 0.02, "this hospital", ha="right", color="0.4")
# right.set(xlabel="share of the ill before the test", ylabel="probability of being ill if told so",
#           ylim=(0, 1.4), yticks=np.linspace(0, 1, 6), title="the same test elsewhere")
# right.legend(loc="upper left", fontsize=9)
# plt.show()

# %% [markdown]
r"""
Things to see:

- Two Gaussians and Bayes' rule come within a percentage point of the plane. (Whoever
  tries thousands of sets of columns and keeps the one with the best cross-validated
  accuracy: have they locked the test away?)
- The entropy knows where the errors are. Those patients can be sent to a second
  examination, which a bare accuracy could not have told you.
- Told "malignant" in this hospital, 99 of 100 patients are ill; in a screening with one
  ill of 100, the same words from the same program are wrong for four of ten. It has not
  become any worse. Accuracy and precision belong to a test *and a place*; recall and
  the rate of false alarms travel, as long as the ill look alike.
"""

# %% [markdown]
r"""
## In your own words

The hospital's program is to be used in a screening, where one in 100 is ill. No labels
from there are at hand, only the program's posteriors $p(c\mid x)$ under the hospital's
prior, and that prior. Can the right posteriors be had from these alone? What has to be
the same in both places for this, and what happens to precision and recall when you
correct them? Why does none of it help the colleague of the silent bug? Five sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
