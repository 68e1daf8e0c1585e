# %% [markdown]
r"""
# Ask a network why

**Before you run anything**:

1. One?
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Float64

# %% [markdown]
r"""
## Cover and ask
"""


# %%
def occlusion_map(
    f: Callable, x: Float64[np.ndarray, "height width channels"], patch: int, stride: int, fill: float
) -> Float64[np.ndarray, "rows columns"]:
    """Measure how much the score falls when a square of the image is covered.

    Computes f(x) - f(x with the square set to `fill`) for each place of a square, as
    Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks" (2014),
    https://arxiv.org/abs/1311.2901. The entry in row t and column u belongs to the square
    whose top left pixel is (t · stride, u · stride); all squares that lie inside the image
    are asked about. One square is covered at a time, in all channels.

    Args:
        f: takes images [n, height, width, channels], returns their scores [n].
        x: one image; it is left as it is.
        patch: side of the square in pixels.
        stride: step from square to square, down and to the right alike; it may be
            larger or smaller than `patch`.
        fill: the value that covers.

    Raises:
        ValueError: `patch` or `stride` is below 1, or no square fits into the image.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(occlusion_map)

# %% [markdown]
r"""
## The slope at each pixel
"""


# %%
def saliency_map(
    model: Callable, x: Float[tf.Tensor, "1 height width channels"], cls: int
) -> Float[tf.Tensor, "height width"]:
    """Differentiate the logit of a class with respect to each pixel.

    Computes the saliency map of Simonyan, Vedaldi and Zisserman, "Deep Inside
    Convolutional Networks" (2013), https://arxiv.org/abs/1312.6034: the largest
    |∂S_cls/∂x| of a pixel's channels. S_cls is the logit, before any softmax.

    Args:
        model: takes images [n, height, width, channels], returns logits [n, classes].
            Call it as `model(x)`; this is not training.
        x: one image.
        cls: the class, from 0 to classes - 1.

    Raises:
        ValueError: the model has no class `cls`, as when it is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(saliency_map)

# %% [markdown]
r"""
## From black to the image
"""


# %%
def integrated_gradients(
    f: Callable, x: Float[tf.Tensor, "D"], base: Float[tf.Tensor, "D"], steps: int
) -> Float[tf.Tensor, "D"]:
    """Share the difference f(x) - f(base) out among the inputs.

    Computes Sundararajan, Taly and Yan, "Axiomatic Attribution for Deep Networks" (2017),
    https://arxiv.org/abs/1703.01365: (x - base) times the mean of the gradient on the
    straight way from `base` to `x`. The mean is taken over the middles of `steps` equal
    pieces of the way, at the parts (k + ½) / steps for k = 0, …, steps - 1.

    Args:
        f: takes points [n, D], returns their scores [n]. The score of a point
            depends on no other point.
        x: the point to explain.
        base: the point to compare with; it may be any.
        steps: pieces of the way.

    Raises:
        ValueError: `steps` is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(integrated_gradients)

# %% [markdown]
r"""
## The last maps
"""


# %%
def grad_cam(
    features: Float[tf.Tensor, "rows columns maps"], grads: Float[tf.Tensor, "rows columns maps"]
) -> Float[tf.Tensor, "rows columns"]:
    """Weigh the last maps by how much the class likes each of them, and add them up.

    Computes ReLU(Σ_k α_k A_k) with α_k the mean of ∂S/∂A_k over all places: Selvaraju et
    al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization" (2017), https://arxiv.org/abs/1610.02391. Nothing is rescaled.

    Args:
        features: the maps A of the last convolution, for one image.
        grads: ∂S/∂A, the gradients of a class' logit S.

    Raises:
        ValueError: the two have different shapes.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(grad_cam)

# %% [markdown]
r"""
## Fair shares
"""


# %%
def shapley_values(v: Callable[[frozenset], float], n: int) -> Float64[np.ndarray, "n"]:
    """Share the value of all players together out among them.

    Computes the value of Shapley, "A Value for n-Person Games" (1953),
    https://doi.org/10.1515/9781400881970-018, exactly:
    φ_i = Σ_S |S|! (n - |S| - 1)! / n! · (v(S ∪ {i}) - v(S)), over all sets S of
    players that do not contain i. Any way will do that is exact.

    Args:
        v: takes a frozenset of players, integers from 0 to n - 1, and returns its
            worth. That of the empty set need not be 0.
        n: how many players there are, at most 8. Without players the result is an
            array of shape [0].
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(shapley_values)

# %% [markdown]
r"""
## A linear surrogate
"""


# %%
def lime_weights(
    f: Callable, x: Float64[np.ndarray, "D"], masks: Float64[np.ndarray, "M D"], width: float, lam: float
) -> tuple[Float64[np.ndarray, "D"], float]:
    """Fit a linear surrogate to f near x, and return its coefficients and its intercept.

    Computes the surrogate of Ribeiro, Singh and Guestrin, "Why Should I Trust You?"
    (2016), https://arxiv.org/abs/1602.04938, with a ridge penalty. It minimises
    Σ_m π_m (f(x · z_m) - b - coef · z_m)² + lam · ‖coef‖² over coef and b. Row z_m of
    `masks` says which features stay; the others are set to 0. Its weight is
    π_m = exp(-‖1 - z_m‖² / width²), where 1 is the mask of ones. The intercept b is not
    penalised.

    Args:
        f: takes points [M, D], returns their scores [M].
        x: the point to explain.
        masks: ones and zeros, with enough different rows to determine coef and b.
        width: how far from x a point may be and still count; above 0.
        lam: weight of the penalty; 0 is none.

    Returns:
        (coef, b): [D] and one number.

    Raises:
        ValueError: `width` is not above 0, or `lam` is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(lime_weights)

# %% [markdown]
r"""
## The image that a class likes best
"""


# %%
def class_model(
    model: Callable,
    cls: int,
    x0: Float[tf.Tensor, "1 height width channels"],
    steps: int,
    lr: float,
    lam: float,
) -> Float[tf.Tensor, "1 height width channels"]:
    """Climb from x0 towards an image that the class likes best.

    Computes gradient ascent on S_cls(I) - lam · ‖I‖², from Simonyan, Vedaldi and
    Zisserman, "Deep Inside Convolutional Networks" (2013),
    https://arxiv.org/abs/1312.6034. S_cls is the logit, and ‖I‖² the sum of all squared
    entries. Each step adds `lr` times the gradient; it is plain ascent, without momentum.

    Args:
        model: takes images [n, height, width, channels], returns logits [n, classes].
            Call it as `model(x)`; this is not training, and its weights stay as they are.
        cls: the class, from 0 to classes - 1.
        x0: where the ascent begins.
        steps: how many steps are taken. After none the image is still `x0`.
        lr: length of a step, in gradients.
        lam: weight of the penalty; 0 is none.

    Raises:
        ValueError: the model has no class `cls`, as when it is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(class_model)

# %% [markdown]
r"""
## Sure and right
"""


# %%
def calibration_error(
    conf: Float64[np.ndarray, "N"], correct: Bool[np.ndarray, "N"], bins: int
) -> tuple[float, Float64[np.ndarray, "bins"], Float64[np.ndarray, "bins"], Float64[np.ndarray, "bins"]]:
    """Compare how sure a model is with how often it is right.

    Computes the expected calibration error Σ_m share_m · |accuracy_m - confidence_m| of
    Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (2017),
    https://arxiv.org/abs/1706.04599, and what the reliability diagram shows. Bin m, from
    1 to `bins`, holds the confidences above (m - 1) / bins and up to m / bins; a
    confidence of 0 belongs to the first bin.

    Args:
        conf: the confidence of each answer, from 0 to 1.
        correct: whether each answer is right.
        bins: how many bins of equal width there are.

    Returns:
        (error, share, confidence, accuracy): the error; and of each bin the share of the
        N answers that is in it, their mean confidence, and the share of them that is right.
        Mean confidence and accuracy of an empty bin are 0.

    Raises:
        ValueError: `bins` is below 1, there is no answer, or a confidence is not from 0 to 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(calibration_error)

# %% [markdown]
r"""
## Style as correlations
"""


# %%
def gram_style_loss(
    features: Float[tf.Tensor, "batch height width channels"],
    target: Float[tf.Tensor, "batch height width channels"],
) -> tuple[Float[tf.Tensor, "batch channels channels"], Float[tf.Tensor, "batch"]]:
    """Say which features occur together, and how far that is from a style.

    Computes G = FᵀF with one row of F for each place, the sum over all places and not
    their mean, and the loss ‖G - G'‖² / (4 C² (HW)²) of Gatys, Ecker and Bethge, "A Neural
    Algorithm of Artistic Style" (2015), https://arxiv.org/abs/1508.06576. C is the number of
    channels, HW that of places, and G' the matrix of `target`. Each image of the batch has
    a matrix and a loss of its own. Gradients flow to `features`.

    Args:
        features: of the images that are painted.
        target: of the images whose style is wanted.

    Returns:
        (gram, loss): the matrices of `features`, and the losses.

    Raises:
        ValueError: the two have different shapes.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gram_style_loss)

# %% [markdown]
r"""
**In your own words.** ?
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
