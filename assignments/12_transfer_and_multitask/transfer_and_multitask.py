# %% [markdown]
r"""
# A clinic with twenty labels a class

Draft.
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
from jaxtyping import Float, Float64, Int, Int32


# %%
def aggregate_taxonomy(
    probs: Float64[np.ndarray, "batch leaves"],
    parent: Int32[np.ndarray, "leaves"],
    C: int,
) -> Float64[np.ndarray, "batch C"]:
    """Return the probability of each class of a taxonomy, given those of its leaves.

    Computes the inference of Esteva et al., "Dermatologist-level classification of skin
    cancer with deep neural networks" (2017), https://doi.org/10.1038/nature21056: the
    probability of a class is the sum of its leaves' probabilities.

    Args:
        probs: for each image, the probability of each leaf. A row may sum to less than 1.
        parent: the class, from 0 to C - 1, that each leaf belongs to, in any order.
        C: how many classes there are. A class may have one leaf, or none: its probability is then 0.

    Returns:
        The probability of each class, in the order of their numbers. What is given stays as it is.

    Raises:
        ValueError: an entry of `parent` is not from 0 to C - 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()



# %% tags=["active-ipynb"]
# check(aggregate_taxonomy)

# %%
def diagnostic_metrics(
    y: Int32[np.ndarray, "examples"],
    score: Float64[np.ndarray, "examples"],
    thr: float,
) -> tuple[float, float, float]:
    """Return the sensitivity, the specificity and the area under the ROC curve.

    Computes the area as Hanley and McNeil, "The meaning and use of the area under a receiver
    operating characteristic (ROC) curve" (1982), https://doi.org/10.1148/radiology.143.1.7063747:
    the share of pairs of one ill and one healthy example in which the ill one has the larger score,
    where a pair with equal scores counts as a half.

    Args:
        y: 1 for ill, 0 for healthy.
        score: any numbers; an ill example should have a large one.
        thr: an example is called ill where its score is at least `thr`, which may be infinite.

    Returns:
        The share of the ill that are called ill, the share of the healthy that are not, and
        the area, which does not depend on `thr`. Without an ill example the first is NaN,
        without a healthy one the second, and without either kind the third.

    Raises:
        ValueError: an entry of `y` is neither 0 nor 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()



# %% tags=["active-ipynb"]
# check(diagnostic_metrics)

# %%
def freeze_and_finetune(base: keras.Model, classes: int, unfreeze: int = 0) -> keras.Model:
    """Put a new head on a trained network, of which only the last layers are trained further.

    Follows Yosinski et al., "How transferable are features in deep neural networks?" (2014),
    https://arxiv.org/abs/1411.1792. What the base does in inference and what it learns are two
    different switches: see Chollet, "Transfer learning & fine-tuning" (2020),
    https://keras.io/guides/transfer_learning/.

    Args:
        base: a built functional or sequential model that returns [batch, features]. It is used itself,
            not a copy. Some of its layers may have been frozen before.
        classes: how many logits the head returns for each example.
        unfreeze: how many layers of `base.layers` are trained, counted from the last one. Only
            layers with weights count. All others are frozen.

    Returns:
        A built model from what `base` takes to logits [batch, classes]: the base, and one
        `keras.layers.Dense` with a bias on its features, nothing else. The base always runs as in
        inference, whatever `training` the model is called with: nothing is dropped, and a batch
        normalisation uses its moving statistics and leaves them as they are, even where its
        gamma and beta are trained.

    Raises:
        ValueError: `classes` is below 1, or `unfreeze` is below 0 or above the number of layers
            with weights.
    """
    # YOUR CODE HERE
    raise NotImplementedError()



# %% tags=["active-ipynb"]
# check(freeze_and_finetune)

# %%
def uncertainty_weighting(
    losses: Float[tf.Tensor, "tasks"],
    s: Float[tf.Tensor, "tasks"],
    kinds: Sequence[str],
) -> Float[tf.Tensor, ""]:
    """Add up the losses of several tasks, each weighted by the uncertainty that it has learnt.

    Computes the objective of Kendall, Gal and Cipolla, "Multi-task learning using uncertainty
    to weigh losses for scene geometry and semantics" (2018), https://arxiv.org/abs/1705.07115,
    with s = log σ². Gradients flow to `losses` and to `s`.

    Args:
        losses: of a regression the mean squared error, of a classification the mean cross-entropy.
        s: the logarithm of each task's variance σ², not of σ; from -20 to 20.
        kinds: "reg" for a regression, "cls" for a classification, one for each task.

    Returns:
        The sum over the tasks of L / (2σ²) + log σ for a regression and L / σ² + log σ for a classification.

    Raises:
        ValueError: `kinds` has another length than `losses`, or holds another word.
    """
    # YOUR CODE HERE
    raise NotImplementedError()



# %% tags=["active-ipynb"]
# check(uncertainty_weighting)

# %%
class MultiTaskModel(keras.Model):
    """One trunk with a head for each task, and losses that are weighted by what is learnt.

    Follows Caruana, "Multitask Learning" (1997), https://doi.org/10.1023/A:1007379606734, and, for the
    weights, Kendall, Gal and Cipolla (2018), https://arxiv.org/abs/1705.07115.

    Attributes:
        s: a variable [tasks] that is trained with the rest, 0 at the start.

    Args of the constructor:
        trunk: a layer or model, called as `trunk(x, training=training)`.
        heads: one layer for each task. All of them are called with what the trunk returns.
        kinds: "reg" for a regression, whose head returns [batch, 1]; "cls" for a classification,
            whose head returns logits [batch, classes].
        combine: called as `combine(losses, s, kinds)` with two tensors [tasks] and
            the kinds; returns the number that is minimised.

    Raises:
        ValueError: there is another number of heads than of kinds.
    """

    def __init__(
        self,
        trunk: keras.Layer,
        heads: Sequence[keras.Layer],
        kinds: Sequence[str],
        combine: Callable,
    ):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(self, x: Float[tf.Tensor, "batch ..."], training: bool = False) -> list[tf.Tensor]:
        """Return what each head returns, in a list; the trunk is called once."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def train_step(self, data: tuple) -> dict[str, tf.Tensor]:
        """Take one step with `self.optimizer`, which `compile(optimizer=...)` has set.

        Args:
            data: `(x, targets)`, with one target for each task: numbers [batch] for a
                regression, classes [batch], integers, for a classification.

        Returns:
            "loss", what `combine` returned, and "task 0", "task 1", …, each task's own loss: the
            mean squared error or the mean cross-entropy. All of them from before the step, with
            the model called in training. Trained are all weights that can be: trunk, heads and `s`.
        """
        # YOUR CODE HERE
        raise NotImplementedError()



# %% tags=["active-ipynb"]
# check(MultiTaskModel)

# %%
def mean_iou(
    y: Int32[np.ndarray, "batch height width"],
    pred: Int32[np.ndarray, "batch height width"],
    K: int,
) -> float:
    """Return the mean over the classes of the intersection over union of two segmentations.

    Computes the measure of Everingham et al., "The PASCAL Visual Object Classes Challenge: A
    Retrospective" (2015), https://doi.org/10.1007/s11263-014-0733-5, which goes back to
    Jaccard (1901). Pixels of a class are counted over the whole batch, not image by image.

    Args:
        y: the class of each pixel, from 0 to K - 1.
        pred: the class that was predicted for it, from 0 to K - 1.
        K: how many classes there are, 1 or more.

    Returns:
        The mean over those classes that occur in `y`, in `pred` or in both. A class that
        occurs in neither is left out.

    Raises:
        ValueError: the shapes differ, or an entry is not from 0 to K - 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()



# %% tags=["active-ipynb"]
# check(mean_iou)

# %%
def multi_digit_log_prob(
    len_logits: Float[tf.Tensor, "batch N+1"],
    digit_logits: Float[tf.Tensor, "batch N 10"],
    labels: Int32[tf.Tensor, "batch N"],
    length: Int32[tf.Tensor, "batch"],
) -> Float[tf.Tensor, "batch"]:
    """Return the log-probability that a network gives to a number of several digits.

    Computes log p(L) + log p(d₁) + … + log p(d_L) of Goodfellow et al., "Multi-digit Number
    Recognition from Street View Imagery using Deep Convolutional Neural Networks" (2014),
    https://arxiv.org/abs/1312.6082. Gradients flow to the logits.

    Args:
        len_logits: for the lengths 0 to N; as large as ±10,000.
        digit_logits: for each place and each digit; as large as ±10,000.
        labels: the digits, the first one first. Behind the number's end stands anything, also
            what is no digit, and it does not count.
        length: how many digits the number has.

    Returns:
        One log-probability for each example; minus infinity where there is no such number: its
        length is not from 0 to N, or one of its digits is not from 0 to 9.
    """
    # YOUR CODE HERE
    raise NotImplementedError()



# %% tags=["active-ipynb"]
# check(multi_digit_log_prob)

# %%
def select_queries(probs: Float64[np.ndarray, "pool classes"], k: int, how: str) -> Int[np.ndarray, "k"]:
    """Choose the examples whose labels a person should be asked for.

    Computes uncertainty sampling as in Settles, "Active Learning Literature Survey" (2009),
    https://burrsettles.com/pub/settles.activelearning.pdf.

    Args:
        probs: the probability of each class, for each unlabelled example; two classes or more,
            and some probabilities may be 0.
        k: how many to choose, from 0 to all.
        how: what makes an example uncertain. "entropy": a large entropy -Σ p log p, with
            0 log 0 = 0. "margin": a small difference between the largest and the second largest
            probability. "least": a small largest probability.

    Returns:
        The row numbers of the `k` most uncertain examples, the most uncertain first. Of
        equally uncertain ones the one with the smaller row number comes first. What is given
        stays as it is.

    Raises:
        ValueError: `how` is another word, or `k` is below 0 or above the number of examples.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(select_queries)
