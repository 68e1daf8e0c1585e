# %% [markdown]
r"""
# A clinic with twenty labels a class

A small skin clinic wants a network that says which of six kinds of lesion a photograph shows. It
has 120 photographs with a diagnosis, 20 of each kind. That is far too little to train a network. A
large archive elsewhere has 3,000 photographs, but of other kinds, taken with another camera and
labelled for another purpose.

**The question.** What can be learnt from labels that were made for another task, and whom do you
ask when you can afford only a few more?

**No picture in this chapter shows a patient.** All lesions are drawn by a function in the helper
cell below, from fixed seeds. Their kinds, their names and the rule that says which of them are
dangerous are made up. What you learn here about networks holds elsewhere; about skin you learn
nothing.

**Before you run anything**, write down your predictions:

1. With 20 labels a class, a network is trained from scratch, a second one uses the archive's
   features as they are (*frozen*), and a third one starts from the archive's network and trains all
   of it (*fine-tuned*). Chance is right in 17 %. In which order do the three end, and how many
   percentage points lie between the first and the last?
2. A network learns a lesion's diameter and its kind at the same time, and also learns how much each
   of the two losses should count. Then the diameter is given in tenths of a millimetre instead of
   millimetres, so that its squared error is 100 times as large. By which factor does the learnt
   weight of that loss change?
3. The clinic may ask a doctor for the labels of a few more photographs. If the network chooses
   which ones, what share of the labels does it need for the accuracy that randomly chosen labels
   reach: nine tenths, three quarters, or about a half?

You write eight parts of such a clinic: the sum over a hierarchy of diagnoses, the measures by which
doctors judge a test, the reuse of a trained network, the weights of several losses and a network
with several heads, the measure of a drawn outline, a reader of meters, and the rule that chooses
whom to ask.
"""

# %%
from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64, Int, Int32

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They draw the lesions and the meters, train a given
network, and make the pictures.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import matplotlib.pyplot as plt
# from sklearn.linear_model import LogisticRegression
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# STYLES = ("o-", "s--", "^-.", "D:")
# SIDE = 24
# PATTERNS = ("net", "dots", "streaks", "stripes", "rings", "halves")
# LEAVES = tuple(f"{edge} {name}" for name in PATTERNS[:3] for edge in ("smooth", "ragged"))
# CLASSES = ("leave alone", "watch", "refer")
# PARENT = np.array([0, 2, 0, 2, 1, 2], "int32")  # of each leaf
#
#
# def draw_lesions(rng, pattern, ragged, clinic):
#     """Made-up lesions: images [n, 24, 24, 3], masks [n, 24, 24] and diameters in millimetres [n]."""
#     n = len(pattern)
#
#     def each(low, high):
#         return rng.uniform(low, high, size=(n, 1, 1))
#
#     x, y = np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(-1, 1, SIDE))
#     x, y, radius = x - each(-0.15, 0.15), y - each(-0.15, 0.15), each(0.45, 0.75)
#     angle, distance = np.arctan2(y, x), np.hypot(x, y)
#     wave = sum(rng.normal(size=(n, 1, 1)) * np.cos(k * angle + each(0, 2 * np.pi)) for k in (3, 5, 7))
#     edge = radius * (1 + np.where(ragged, 0.4, 0.02)[:, None, None] * wave / 1.7)
#     turn, fine = each(0, np.pi), each(10, 13)
#     u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
#     textures = [
#         np.maximum(np.cos(fine * u), np.cos(fine * v)),
#         np.where(np.cos(0.75 * fine * u) * np.cos(0.75 * fine * v) > 0.35, 1.5, -0.5),
#         np.cos(rng.integers(6, 10, (n, 1, 1)) * angle + 6 * turn),
#         1.2 * np.cos(fine * u),
#         np.cos(2 * np.pi * distance / edge),
#         np.tanh(6 * u),
#     ]
#     texture = np.choose(np.asarray(pattern)[:, None, None], textures)[..., None]
#     skin = np.array([0.86, 0.68, 0.58]) + rng.normal(scale=0.05, size=(n, 1, 1, 3))
#     brown = np.array([0.45, 0.27, 0.18]) + rng.normal(scale=0.05, size=(n, 1, 1, 3))
#     lesion = brown - 0.1 * texture * np.array([1, 0.8, 0.6])
#     images = skin + (lesion - skin) / (1 + np.exp(-(edge - distance) / 0.05))[..., None]
#     if clinic:  # another camera
#         images = images * np.array([0.9, 0.95, 1.0]) + 0.02
#     images = np.clip(images + rng.normal(scale=0.05, size=images.shape), 0, 1)
#     return images.astype("float32"), distance < edge, 12 * radius[:, 0, 0]
#
#
# def draw_archive(n, seed):
#     """The archive's images, and the number of each one's pattern."""
#     rng = np.random.default_rng(seed)
#     pattern = rng.integers(0, 6, n).astype("int32")
#     return draw_lesions(rng, pattern, rng.random(n) < 0.5, False)[0], pattern
#
#
# def draw_clinic(n, seed, shares=None):
#     """The clinic's images, their kinds, masks and diameters; without `shares` as many of each kind."""
#     rng = np.random.default_rng(seed)
#     kinds = rng.permutation(np.arange(n) % 6) if shares is None else rng.choice(6, size=n, p=shares)
#     images, masks, diameters = draw_lesions(rng, kinds // 2, kinds % 2 == 1, True)
#     return images, kinds.astype("int32"), masks, diameters
#
#
# def with_ink(images, masks, seed):
#     """Put a pen mark into a third of the images; classes of the pixels: 0 skin, 1 lesion, 2 ink."""
#     rng = np.random.default_rng(seed)
#     images, classes = images.copy(), masks.astype("int32")
#     for number in rng.permutation(len(images))[: len(images) // 3]:
#         row, column, down = *rng.integers(0, SIDE - 7, 2), rng.random() < 0.5
#         line = (slice(row, row + 7), slice(column, column + 2)) if down else (
#             slice(row, row + 2), slice(column, column + 7))
#         images[number][line] = [0.15, 0.2, 0.6] + rng.normal(scale=0.05, size=3)
#         classes[number][line] = 2
#     return images, classes
#
#
# def new_base():
#     """An untrained network from images to 32 features."""
#     x = inputs = keras.Input((SIDE, SIDE, 3))
#     for width in (12, 24, 32):
#         x = keras.layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
#         x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
#         x = keras.layers.MaxPooling2D()(x) if width < 32 else keras.layers.GlobalAveragePooling2D()(x)
#     return keras.Model(inputs, x)
#
#
# def copy_of(base):
#     """A copy with the same weights, so that whoever trains it leaves the original as it is."""
#     copy = keras.models.clone_model(base)
#     copy.set_weights(base.get_weights())
#     return copy
#
#
# def cross_entropy(y, logits):
#     return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
#
#
# def train(model, x, y, steps, batch, rate, seed, loss=cross_entropy, watch=None, every=50):
#     """Adam, with a rate that falls to 0; `watch(model)` is kept every so many steps."""
#     rng, kept, order = np.random.default_rng(seed), [], []
#     optimiser = keras.optimizers.Adam(keras.optimizers.schedules.PolynomialDecay(rate, steps, 0.0))
#     optimiser.build(model.trainable_variables)
#
#     @tf.function
#     def step(x, y):
#         with tf.GradientTape() as tape:
#             value = loss(y, model(x, training=True))
#         optimiser.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
#
#     for number in range(1, steps + 1):
#         if len(order) < batch:
#             order = list(rng.permutation(len(x)))
#         rows = [order.pop() for _ in range(batch)]
#         step(x[rows], tf.nest.map_structure(lambda one: one[rows], y))
#         if watch and number % every == 0:
#             kept.append(watch(model))
#     return kept
#
#
# def outputs_of(model, x):
#     """What the model returns in use, 500 images at a time."""
#     parts = [np.asarray(model(x[at : at + 500], training=False)) for at in range(0, len(x), 500)]
#     return np.concatenate(parts)
#
#
# def right_share(model, x, y):
#     return float(np.mean(outputs_of(model, x).argmax(axis=1) == y))
#
#
# def softmax(logits):
#     powers = np.exp(logits - logits.max(axis=1, keepdims=True))
#     return powers / powers.sum(axis=1, keepdims=True)
#
#
# def show_images(rows, size=1.5):
#     """Rows of images with titles: {title of the row: (images, titles)}."""
#     figure, panels = plt.subplots(
#         len(rows), max(len(images) for images, _ in rows.values()), squeeze=False, layout="constrained",
#         figsize=(size * max(len(images) for images, _ in rows.values()), (size + 0.25) * len(rows)),
#     )
#     for panel in panels.flat:
#         panel.axis("off")
#     for row, (name, (images, titles)) in zip(panels, rows.items()):
#         for panel, image, title in zip(row, images, titles):
#             panel.imshow(np.clip(image, 0, 1), cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
#             panel.add_patch(plt.Rectangle((-0.5, -0.5), *image.shape[1::-1], fill=False, ec="0.7"))
#             panel.set_title(title, fontsize=9)
#         row[0].text(-0.15, 0.5, name, rotation=90, ha="right", va="center", transform=row[0].transAxes)
#     plt.show()
#
#
# def show_blocks(title, lines):
#     """A graph of boxes (x, y, text, colour) and arrows between them, by their numbers."""
#     boxes, arrows = lines
#     low, high = min(box[0] for box in boxes) - 0.7, max(box[0] for box in boxes) + 0.7
#     _, axes = plt.subplots(figsize=(1.6 * (high - low), 2.4), layout="constrained")
#     for x, y, text, colour in boxes:
#         box = {"boxstyle": "round", "fc": colour, "ec": "0.4"}
#         axes.text(x, y, text, ha="center", va="center", bbox=box)
#     for start, end in arrows:
#         (x0, y0), (x1, y1) = boxes[start][:2], boxes[end][:2]
#         axes.annotate("", (x1 - 0.36, y1), (x0 + 0.36, y0), arrowprops={"arrowstyle": "->", "color": "0.3"})
#     axes.set(xlim=(low, high), ylim=(-1.3, 1.3), title=title)
#     axes.axis("off")
#     plt.show()
#
#
# def show_curves(curves, steps, by_labels, labels):
#     """Left: mean and spread of the accuracy by step. Right: by the number of labels."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8), sharey=True, layout="constrained")
#     for (name, runs), style in zip(curves.items(), STYLES):
#         runs = 100 * np.array(runs)
#         line, = left.plot(steps, runs.mean(axis=0), style, label=name)
#         left.fill_between(steps, runs.min(axis=0), runs.max(axis=0), color=line.get_color(), alpha=0.2)
#     for (name, runs), style in zip(by_labels.items(), STYLES):
#         means, low, high = (100 * np.array([f(one) for one in runs]) for f in (np.mean, np.min, np.max))
#         right.errorbar(labels, means, [means - low, high - means], fmt=style, capsize=4, label=name)
#     left.axhline(100 / 6, color="0.6", linestyle=":")
#     left.set(xlabel="step", ylabel="test accuracy in %", title="20 labels a class; bands: all seeds")
#     right.set(xlabel="labels a class", xscale="log", title="at the end; bars: all seeds")
#     right.set_xticks(labels, labels)
#     right.minorticks_off()
#     left.legend()
#     plt.show()
#
#
# def show_roc(scores, y, chosen):
#     """ROC curves by name, and the point of the threshold that was chosen."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 3.9), layout="constrained")
#     for (name, score), style in zip(scores.items(), ("-", "--", ":")):
#         points = [diagnostic_metrics(y, score, float(thr)) for thr in [np.inf, *np.sort(score)[::-1]]]
#         left.plot([1 - p[1] for p in points], [p[0] for p in points], style,
#                   label=f"{name}: area {points[0][2]:.3f}")
#     left.plot(1 - chosen[1], chosen[0], "*", color="black", markersize=14, label="the threshold chosen")
#     left.plot([0, 1], [0, 1], color="0.7", linewidth=0.8)
#     left.set(xlabel="1 - specificity", ylabel="sensitivity", title="ROC curves of “refer”")
#     left.legend(loc="lower right")
#     score = next(iter(scores.values()))
#     for label, name, hatch in ((0, "need no doctor", ""), (1, "should be referred", "//")):
#         right.hist(score[y == label], np.linspace(0, 1, 21), alpha=0.5, hatch=hatch, label=name)
#     right.set(xlabel="probability of “refer”", ylabel="images", title="the scores behind the first curve")
#     right.legend()
#     plt.show()
#
#
# def show_weights(paths, losses):
#     """s by epoch as marks, and the s that would be best for each loss as lines, for both units."""
#     figure, panels = plt.subplots(1, 2, figsize=(11, 3.7), sharey=True, layout="constrained")
#     for panel, (unit, s) in zip(panels, paths.items()):
#         for task, (name, factor, mark) in enumerate((("diameter", 1, "o"), ("kind", 2, "s"))):
#             epochs = np.arange(1, len(s) + 1)
#             line, = panel.plot(epochs, np.log(factor * losses[unit][:, task]), linewidth=1)
#             panel.plot(epochs[::4], s[::4, task], mark, color=line.get_color(), label=f"s of the {name}")
#         panel.set(xlabel="epoch", title=f"diameter in {unit}")
#     panels[0].set_ylabel("s (marks), log L or log 2L (lines)")
#     panels[0].legend()
#     plt.show()
#
#
# def draw_meters(images, labels, n, seed):
#     """Strips of up to three of these digits: [n, 8, 28, 1], the digits [n, 3] and their number [n]."""
#     rng = np.random.default_rng(seed)
#     strips, digits = np.zeros((n, 8, 28)), rng.integers(0, 10, (n, 3))
#     lengths = rng.permutation(np.arange(n) % 4)
#     of_digit = [np.flatnonzero(labels == digit) for digit in range(10)]
#     for strip, number, length in zip(strips, digits, lengths):
#         left = rng.integers(0, 28 - 8 * length + 1)
#         for place in range(length):
#             image = images[rng.choice(of_digit[number[place]])] / 16
#             strip[:, left : left + 8] = np.maximum(strip[:, left : left + 8], image)
#             left += 8
#     strips = np.clip(strips + rng.normal(scale=0.08, size=strips.shape), 0, 1)
#     return strips[..., None].astype("float32"), digits.astype("int32"), lengths.astype("int32")
#
#
# def show_coverage(curves):
#     """The share of right readings among the most certain ones."""
#     plt.figure(figsize=(6.5, 3.5), layout="constrained")
#     for (name, right), style in zip(curves.items(), ("-", "--")):
#         share = np.arange(1, len(right) + 1) / len(right)
#         plt.plot(100 * share, 100 * np.cumsum(right) / np.arange(1, len(right) + 1), style, label=name)
#     plt.xlabel("coverage: % of the strips that are read")
#     plt.ylabel("of these, % right")
#     plt.axhline(98, color="0.6", linestyle=":")
#     plt.ylim(70, 101)
#     plt.legend()
#     plt.show()
#
#
# def show_queries(labels, curves, goal):
#     """Mean accuracy and spread by the number of labels, and the goal."""
#     plt.figure(figsize=(7, 3.9), layout="constrained")
#     for (name, runs), style in zip(curves.items(), STYLES):
#         runs = 100 * np.array(runs)
#         line, = plt.plot(labels, runs.mean(axis=0), style, label=name, markersize=5)
#         plt.fill_between(labels, *np.percentile(runs, (25, 75), axis=0), color=line.get_color(), alpha=0.15)
#     plt.axhline(100 * goal, color="0.5", linestyle=":", label="the goal")
#     plt.xlabel("labels")
#     plt.ylabel("mean recall of the six kinds in %")
#     plt.legend(loc="lower right")
#     plt.show()

# %% [markdown]
r"""
## Pictures that are made up

The archive knows six patterns, with smooth or ragged edges. The clinic knows three of them, and to
it a smooth and a ragged edge are two different kinds. Its camera is another one: its pictures are
darker and bluer.
"""

# %% tags=["active-ipynb"]
# x_archive, y_archive = draw_archive(3000, seed=0)
# x_train, y_train, _, _ = draw_clinic(120, seed=1)
# x_test, y_test, masks_test, mm_test = draw_clinic(900, seed=2)
# first = [np.flatnonzero(y_archive == kind)[0] for kind in range(6)]
# of_kind = [np.flatnonzero(y_train == kind)[0] for kind in range(6)]
# show_images({"archive": (x_archive[first], PATTERNS), "clinic": (x_train[of_kind], LEAVES)})
# print(f"archive: {len(x_archive):,} images; clinic: {len(x_train)} to learn from, {len(x_test)} to test")
# assert np.all(np.bincount(y_train) == 20), "20 labels of each kind"

# %% [markdown]
r"""
## A hierarchy of diagnoses

The clinic's six kinds are the leaves of a tree: each belongs to one of three classes that say what
to do.
"""

# %% tags=["active-ipynb"]
# leaf_boxes = [(0.2, 1.1 - 0.44 * i, name, "0.93") for i, name in enumerate(LEAVES)]
# class_boxes = [(2.6, 0.9 - 0.9 * i, name, "lightyellow") for i, name in enumerate(CLASSES)]
# arrows = [(leaf, 6 + int(PARENT[leaf])) for leaf in range(6)]
# show_blocks("which kind belongs to which class", (leaf_boxes + class_boxes, arrows))

# %% [markdown]
r"""
A network is trained to name the leaf, since doctors label leaves. But the decision is about the
class. Esteva and others, whose network names one of 757 diseases, add up: the probability of a
class is the sum of the probabilities of its leaves, since exactly one leaf is right.

*A small step:* a network gives "smooth net" 0.4, and each of the three ragged kinds 0.2. Which leaf
does it name, and what would you do with the patient?

<details><summary>Answer</summary>

It names "smooth net", which may be left alone. But "refer" has the probability 0.6: the patient is
referred. Whoever takes the class of the most likely leaf sends this patient home.

</details>
"""


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
    ### BEGIN SOLUTION
    if np.any((parent < 0) | (parent >= C)):
        raise ValueError(f"expected parents from 0 to {C - 1}, got {parent}")
    return probs @ np.eye(C)[parent]
    ### END SOLUTION


# %% [markdown]
r"""
The example of the small step, and a second patient. A bar shows the three classes' probabilities;
the cross is the class of the most likely leaf.
"""

# %% tags=["active-ipynb"]
# patients = np.array([[0.4, 0.2, 0.0, 0.2, 0.0, 0.2], [0.3, 0.25, 0.3, 0.0, 0.15, 0.0]])
# decided = aggregate_taxonomy(patients, PARENT, 3)
# figure, panels = plt.subplots(1, 2, figsize=(9, 2.4), sharex=True, sharey=True, layout="constrained")
# for panel, row, leaves in zip(panels, decided, patients):
#     panel.barh(CLASSES, row, color="tab:blue", alpha=0.6)
#     panel.plot(0.05, PARENT[leaves.argmax()], "x", color="black", markersize=10, mew=2)
#     panel.set(xlabel="probability", xlim=(0, 1), title=f"most likely leaf: {LEAVES[leaves.argmax()]}")
# plt.show()
# assert np.allclose(decided, [[0.4, 0, 0.6], [0.6, 0.15, 0.25]]), "the bars that the text speaks of"
# assert np.allclose(decided.sum(axis=1), 1), "each patient belongs to exactly one class"

# %% [markdown]
r"""
## Sensitivity, specificity and area

How good is a test that says "refer" where its score is at least some threshold? The share that is
right depends on how many people are ill: if one in a hundred is, then whoever calls nobody ill is
right in 99 %. So doctors report two shares. The *sensitivity* is the share of the ill that are
called ill, the *specificity* the share of the healthy that are not. A lower threshold raises the
first and lowers the second. The *ROC curve* shows the pairs for all thresholds, and the area under
it is one number for the scores themselves, without a threshold.

*A small step:* the area is also the probability that an ill person has a larger score than a
healthy one. What is it for a score that is 0 for everyone, and why must equal scores count as a
half for that?

<details><summary>Answer</summary>

One half, as for a coin. All pairs are equal. If they counted nothing, this score would be worse
than a coin; if they counted whole, it would be perfect. A half is what one gets by breaking each
tie at random.

</details>
"""


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
        score: any numbers, all finite; an ill example should have a large one.
        thr: an example is called ill where its score is at least `thr`, which may be infinite.

    Returns:
        The share of the ill that are called ill, the share of the healthy that are not, and
        the area, which does not depend on `thr`. Without an ill example the first is NaN,
        without a healthy one the second, and without either kind the third.

    Raises:
        ValueError: an entry of `y` is neither 0 nor 1.
    """
    ### BEGIN SOLUTION
    if np.any((y != 0) & (y != 1)):
        raise ValueError(f"expected labels 0 and 1, got {np.unique(y)}")
    ill, healthy = score[y == 1], score[y == 0]
    sensitivity = float(np.mean(ill >= thr)) if ill.size else np.nan
    specificity = float(np.mean(healthy < thr)) if healthy.size else np.nan
    difference = ill[:, None] - healthy
    area = float(np.mean(0.5 + 0.5 * np.sign(difference))) if difference.size else np.nan
    return sensitivity, specificity, area
    ### END SOLUTION


# %% [markdown]
r"""
Two hundred made-up patients, half of them ill. Their scores are once fine and once rounded to whole
numbers. The rounded curve has straight pieces where scores are equal, and its area is only a little
smaller.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(3)
# y_ill = np.repeat([0, 1], 100).astype("int32")
# fine = rng.normal(size=200) + 1.3 * y_ill
# plt.figure(figsize=(4.6, 3.9), layout="constrained")
# areas = []
# for name, score, style in (("fine", fine, "-"), ("rounded", np.round(fine), "o--")):
#     points = [diagnostic_metrics(y_ill, score, float(t)) for t in [np.inf, *np.unique(score)[::-1]]]
#     areas.append(points[0][2])
#     plt.plot([1 - p[1] for p in points], [p[0] for p in points], style, label=f"{name}: {areas[-1]:.3f}")
#     assert abs(np.trapezoid([p[0] for p in points], [1 - p[1] for p in points]) - areas[-1]) < 1e-9
# plt.gca().set(xlabel="1 - specificity", ylabel="sensitivity", title="area by pairs, curve by thresholds")
# plt.legend()
# plt.show()
# assert areas[1] < areas[0] < areas[1] + 0.04, "rounding costs a little"

# %% [markdown]
r"""
The last line of the loop asserts what Hanley and McNeil explain: the share of pairs is the area
under the curve, computed here by trapezoids.

## Features that are used again

Now the network. It is trained on the archive's 3,000 images to name one of six patterns. A network
that knows nothing has the loss $\log 6\approx1.79$, and a handful of images must be learnt by
heart: both are checked before the long run.
"""

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(0)
# base = new_base()
# model = keras.Sequential([base, keras.layers.Dense(6)])
# start = float(cross_entropy(y_archive[:500], model(x_archive[:500], training=True)))
# train(model, x_archive[:20], y_archive[:20], 60, 20, 0.01, seed=0)
# by_heart = float(np.mean(np.argmax(model(x_archive[:20], training=True), 1) == y_archive[:20]))
#
# keras.utils.set_random_seed(0)
# base = new_base()
# model = keras.Sequential([base, keras.layers.Dense(6)])
# train(model, x_archive, y_archive, 600, 50, 0.004, seed=0)
# archive_share = right_share(model, *draw_archive(900, seed=4))
# print(f"loss at the start {start:.2f}, log 6 = {np.log(6):.2f}; 20 images by heart: {by_heart:.0%}")
# print(f"new images of the archive: right in {archive_share:.1%}")
# assert abs(start - np.log(6)) < 0.6 and by_heart == 1, "the two checks"
# assert archive_share > 0.85, "the archive's task is learnt"

# %% [markdown]
r"""
Its last layer is of no use to the clinic: it names patterns. The layers below may be of use. Cut
off the last one, put a new one on the 32 features, and choose how many of the old layers are
trained on: none (*frozen*), the last few, or all (*fine-tuned*).
"""

# %% tags=["active-ipynb"]
# show_blocks("unfreeze=2: the last two layers with weights, and the head, are trained", (
#     [(0, 0, "image", "white"), (1, 0, "conv\nnorm", "0.8"), (2, 0, "conv\nnorm", "0.8"),
#      (3, 0, "conv\nnorm", "lightgreen"), (4, 0, "32\nfeatures", "white"),
#      (5, 0, "new\nhead", "lightgreen")],
#     [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]))

# %% [markdown]
r"""
Two switches are easily confused. `layer.trainable` says whether a layer's weights are *learnt*. The
argument `training` says how it *runs*: a batch normalisation with `training=True` normalises by the
batch at hand, and moves its statistics towards it. With 20 images a batch those statistics are
noisy, and the features that were learnt with others no longer fit. So the base should always run
with `training=False`, even when its weights are trained.

*A small step:* Keras' own guide says how: build a functional model, in which the base is called as
`base(inputs, training=False)`. In the version of Keras that you have here that is not enough: a
functional model hands the `training` that it is called with to all its layers, and what was said
when it was built is replaced. Where would you have to write `training=False` so that nothing
replaces it?

<details><summary>Answer</summary>

In the `call` of a class of your own, a subclass of `keras.Model` or of `keras.Layer`: there the
call is made anew each time, and an argument that is given holds. The silent bug below shows the
difference.

</details>
"""


# %%
def freeze_and_finetune(base: keras.Model, classes: int, unfreeze: int = 0) -> keras.Model:
    """Put a new head on a trained network, of which only the last layers are trained further.

    Follows Yosinski et al., "How transferable are features in deep neural networks?" (2014),
    https://arxiv.org/abs/1411.1792. What the base does in inference and what it learns are two
    different switches: see Chollet, "Transfer learning & fine-tuning" (2020),
    https://keras.io/guides/transfer_learning/.

    Args:
        base: a built functional or sequential model that returns [batch, features]. It is used itself,
            not a copy. The whole of it, or some of its layers, may have been frozen before.
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
    ### BEGIN SOLUTION
    layers = [layer for layer in base.layers if layer.weights]
    if not 0 <= unfreeze <= len(layers):
        raise ValueError(f"expected unfreeze to be from 0 to {len(layers)}, got {unfreeze}")
    for number, layer in enumerate(layers, 1):
        layer.trainable = number > len(layers) - unfreeze

    class FineTuned(keras.Model):
        def __init__(self):
            super().__init__()
            self.base, self.head = base, keras.layers.Dense(classes)

        def call(self, x):
            return self.head(self.base(x, training=False))

    model = FineTuned()
    model(keras.Input(base.input_shape[1:]))
    return model
    ### END SOLUTION


# %% [markdown]
r"""
**A silent bug.** A colleague follows the guide: `by_the_guide` is a functional model. Both models
below are made from the same base and make one step with a learning rate of 0 on the same 20 images.
So nothing can be learnt. Which of the base's numbers change all the same, in which of the two
models? And would the loss on the training images show it?

<details><summary>Answer</summary>

The moving means and variances of the colleague's model change; yours stay as they are. The training
loss shows nothing, since in training each batch is normalised by itself. Only in use, with
`training=False`, do the statistics count, and by then they belong to a few batches of the clinic,
while the weights above them were learnt with others. With few images a step, the predictions get
worse for a reason that is nowhere in the loss.

</details>
"""

# %% tags=["active-ipynb"]
# def by_the_guide(base, classes):
#     base.trainable = True
#     inputs = keras.Input((SIDE, SIDE, 3))
#     return keras.Model(inputs, keras.layers.Dense(classes)(base(inputs, training=False)))
#
#
# moved, copies = {}, {"by the guide": copy_of(base), "yours": copy_of(base)}
# models = by_the_guide(copies["by the guide"], 6), freeze_and_finetune(copies["yours"], 6, unfreeze=6)
# for (name, copy), model in zip(copies.items(), models):
#     train(model, x_train[:20], y_train[:20], 1, 20, 0.0, seed=0)
#     change = [np.abs(after - before).max() for after, before in zip(copy.get_weights(), base.get_weights())]
#     names = [variable.name for variable in copy.weights]
#     moved[name] = {kind: max(c for c, n in zip(change, names) if n == kind) for kind in sorted(set(names))}
#     print(f"{name:13}", "  ".join(f"{kind} {value:.3f}" for kind, value in moved[name].items()))
# print("Keras", keras.__version__)
# assert max(moved["yours"].values()) == 0, "nothing changes"
# assert moved["by the guide"]["moving_mean"] > 0.002 and moved["by the guide"]["kernel"] == 0

# %% [markdown]
r"""
A new head is random at first. If everything is trained at once, its gradients disturb good features
before it has learnt anything. So *fine-tuned* here means: 100 steps for the head alone, then 200
steps for everything with a small learning rate. Kumar and others (2022) show why this order is
better, above all where the new images differ from the old.

**Prediction 1.** Three networks learn from 20 labels a class. In which order do they end: from
scratch, frozen, fine-tuned? How many percentage points lie between the first and the last?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# watched = np.arange(100, 301, 100)
#
#
# def learn(way, labels, seed):
#     """Train on so many labels a class; return the model, and the test accuracy every 100 steps."""
#     keras.utils.set_random_seed(seed)
#     x, y, _, _ = draw_clinic(6 * labels, 100 + seed)
#     options = {"seed": seed, "watch": lambda model: right_share(model, x_test, y_test), "every": 100}
#     if way == "from scratch":
#         model = keras.Sequential([new_base(), keras.layers.Dense(6)])
#         return model, train(model, x, y, 300, 20, 0.004, **options)
#     mine = copy_of(base)
#     head_first = freeze_and_finetune(mine, 6, unfreeze=0)
#     if way == "frozen":
#         return head_first, train(head_first, x, y, 300, 20, 0.03, **options)
#     curve = train(head_first, x, y, 100, 20, 0.03, **options)
#     model = freeze_and_finetune(mine, 6, unfreeze=6)
#     model.set_weights(head_first.get_weights())
#     return model, curve + train(model, x, y, 200, 20, 0.002, **options)
#
#
# WAYS = ("from scratch", "frozen", "fine-tuned")
# learnt = {(way, 20, seed): learn(way, 20, seed) for way in WAYS for seed in range(3)}
# curves = {way: [learnt[way, 20, seed][1] for seed in range(3)] for way in WAYS}

# %% tags=["active-ipynb"]
# amounts = (5, 20, 80)
# learnt |= {(way, n, seed): learn(way, n, seed) for way in WAYS for n in (5, 80) for seed in range(2)}
# by_labels = {way: [[learnt[key][1][-1] for key in learnt if key[:2] == (way, n)] for n in amounts]
#              for way in WAYS}
# show_curves(curves, watched, by_labels, amounts)
# for way, columns in by_labels.items():
#     print(f"{way:13}", "  ".join(f"{n:3} labels: {np.mean(c):.1%}" for n, c in zip(amounts, columns)))
# ends = {way: np.mean([run[-1] for run in runs]) for way, runs in curves.items()}
# lead = [np.mean(f) - np.mean(s) for f, s in zip(by_labels["frozen"], by_labels["from scratch"])]
# points = [100 * (ends[b] - ends[a]) for a, b in (WAYS[:2], WAYS[1:])]
# print(f"20 labels: frozen {points[0]:.0f} points over from scratch, fine-tuned {points[1]:.0f} over frozen")
# assert points[0] > 10 and 2 < points[1] < 10, "the order, and the points that the text speaks of"
# assert lead[0] > 0.2 and abs(lead[2]) < 0.05, "far ahead with 5 labels, and about equal with 80"

# %% [markdown]
r"""
**Prediction 1, answered.** From scratch is last, by more than ten points: 120 images are too few to
find out what a net or a dot looks like. The frozen features have seen 3,000 images, and are ahead
from the first 100 steps on. But they were learnt to name patterns, for which the edge does not
matter, so that a smooth and a ragged edge are hard to tell apart with them. Fine-tuning changes
that: in its last 200 steps the features themselves learn something about edges, and it ends a few
points above the frozen ones on the mean of three seeds; a single seed may end below, as the band
shows. The printed line gives both differences.

The right picture shows when to reuse features. With 5 labels a class they are more than twenty
points ahead. With 80, the network that learns from scratch has caught up with the frozen features:
it is free to learn what the archive's task left out. Reused features help where labels are few, and
where the old task asked for what the new one needs.

The learning rates were tried on a few seeds and are not tuned: in a real clinic they would be
chosen on a validation set, which costs labels too.

## The clinic decides

The decision is "refer" or not. Its score is the probability of the class, which your first function
adds up from the leaves. The threshold is chosen on 300 *validation* images: it is the largest one
for which at least 95 % of those who should be referred are referred. Only then are the test images
looked at, once.
"""

# %% tags=["active-ipynb"]
# tuned = learnt["fine-tuned", 80, 0][0]
# x_val, y_val, _, _ = draw_clinic(300, seed=5)
# val_share = right_share(learnt["fine-tuned", 20, 0][0], x_val, y_val)
# p_val, p_test = (softmax(outputs_of(tuned, x).astype("float64")) for x in (x_val, x_test))
# score_val, score_test = (aggregate_taxonomy(p, PARENT, 3)[:, 2] for p in (p_val, p_test))
# ill_val, ill_test = ((PARENT[y] == 2).astype("int32") for y in (y_val, y_test))
# allowed = [t for t in np.unique(score_val) if diagnostic_metrics(ill_val, score_val, float(t))[0] >= 0.95]
# threshold = float(max(allowed))
# chosen = diagnostic_metrics(ill_test, score_test, threshold)
# largest = np.where(PARENT == 2, p_test, 0).max(axis=1)
# show_roc({"sum of the leaves": score_test, "largest leaf": largest}, ill_test, chosen)
# print(f"threshold {threshold:.2f}: sensitivity {chosen[0]:.1%}, specificity {chosen[1]:.1%}")
# areas = [diagnostic_metrics(ill_test, score, threshold)[2] for score in (score_test, largest)]
# assert min(areas) > 0.8 and abs(areas[0] - areas[1]) < 0.04, "two good scores, nearly alike"
# assert 0.88 < chosen[0] < 1 and 0.25 < chosen[1] < 0.45, "it holds roughly on others"

# %% [markdown]
r"""
On most images one leaf has nearly all of its class's probability, so that the sum and the most
likely dangerous leaf are scores of nearly the same area. They differ for patients like the one of
the small step, for whom several dangerous leaves are likely. The star is close to the sensitivity
that was asked for, and not exactly there: the threshold was chosen on 150 ill people, which is a
small sample. The price is the specificity: about two in three harmless lesions are referred,
too. The right picture shows why: a few dangerous lesions have a small score, and whoever wants to
find these refers all harmless ones with a larger score. Which price is right is a decision for
doctors, and for no loss function.

## Two tasks at once

The clinic wants two answers: the kind of a lesion, and its diameter in millimetres. One network can
learn both, with a *trunk* that is shared and a *head* for each task. Their losses must be added up;
but a mean squared error in mm² and a cross-entropy are not of one unit, and how much should each of
them count? Trying many weights costs many runs. Kendall, Gal and Cipolla let the network say how
uncertain it is about each task, and learn that with the rest.

Think of a regression whose errors are normally distributed with variance $\sigma^2$. The negative
logarithm of the likelihood, averaged over the batch, is

$$\frac{1}{2\sigma^2}L+\log\sigma+\text{const},$$

where $L$ is the mean squared error. A task with a large $\sigma$ counts less, and $\log\sigma$ is
the price of claiming to be uncertain. For a classification, they divide the logits by $\sigma^2$
and find approximately $\tfrac1{\sigma^2}L+\log\sigma$, with the cross-entropy $L$. What is learnt
is $s=\log\sigma^2$: it may be any number, and no $\sigma$ ever becomes 0 or negative.

*A small step:* write both terms with $s$ instead of $\sigma$. For which $s$ is each smallest, if
$L$ stays as it is?

<details><summary>Answer</summary>

$\tfrac12e^{-s}L+\tfrac s2$ has the derivative $-\tfrac12e^{-s}L+\tfrac12$, which is 0 at $s=\log
L$. The other one, $e^{-s}L+\tfrac s2$, is smallest at $s=\log 2L$. There the weighted losses are
both $\tfrac12$, whatever $L$ is: no task can drown the other.

</details>
"""


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
    ### BEGIN SOLUTION
    if len(kinds) != losses.shape[0] or not set(kinds) <= {"reg", "cls"}:
        raise ValueError(f'expected "reg" or "cls" for each of {losses.shape[0]} losses, got {kinds}')
    share = tf.constant([0.5 if kind == "reg" else 1.0 for kind in kinds], losses.dtype)
    return tf.reduce_sum(share * tf.exp(-s) * losses + s / 2)
    ### END SOLUTION


# %% [markdown]
r"""
The sum for one task, as a function of $s$: dots are its lowest points, dashed lines the values
$\log L$ and $\log 2L$ of the small step.
"""

# %% tags=["active-ipynb"]
# grid = np.linspace(-4, 5, 200)
# figure, panels = plt.subplots(1, 2, figsize=(10, 3), sharey=True, layout="constrained")
# lowest = {}
# for panel, kind, factor in zip(panels, ("reg", "cls"), (1, 2)):
#     for L, style in ((0.1, "-"), (1.0, "--"), (5.0, ":")):
#         values = [float(uncertainty_weighting(tf.constant([L]), tf.constant([s], tf.float32), [kind]))
#                   for s in grid]
#         line, = panel.plot(grid, values, style, label=f"L = {L:g}")
#         lowest[kind, L] = grid[np.argmin(values)]
#         panel.plot(lowest[kind, L], min(values), "o", color=line.get_color())
#         panel.axvline(np.log(factor * L), color=line.get_color(), linestyle="--", linewidth=0.7)
#         assert abs(lowest[kind, L] - np.log(factor * L)) < 0.03, "log L, or log 2L"
#     panel.set(xlabel="s", ylim=(-2, 5), title=f"{kind}: lowest at log {'2' * (factor - 1)}L")
# panels[0].legend()
# plt.show()

# %% [markdown]
r"""
## A network with several heads

Now the network itself. `MultiTaskModel` is handed a trunk, the heads, and the function that
combines the losses: in this notebook your `uncertainty_weighting`, in the check another one, so
that an error in one exercise costs nothing in the next. It overrides `train_step`, which `fit`
calls for each batch.

*A small step:* the target of the regression has the shape [batch], its head returns [batch, 1].
What does NumPy, and TensorFlow, make of their difference, and which prediction has the smallest
mean square of it?

<details><summary>Answer</summary>

A table [batch, batch]: each output is compared with each target. The best prediction is then the
mean of all targets for everyone. Training runs, the loss falls, and nothing is learnt.

</details>
"""


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
        ### BEGIN SOLUTION
        if len(heads) != len(kinds):
            raise ValueError(f"expected a kind for each head, got {len(heads)} heads and {len(kinds)} kinds")
        self.trunk, self.heads, self.kinds, self.combine = trunk, list(heads), list(kinds), combine
        self.s = self.add_weight(shape=(len(kinds),), initializer="zeros", name="s")
        ### END SOLUTION

    def call(self, x: Float[tf.Tensor, "batch ..."], training: bool = False) -> list[tf.Tensor]:
        """Return what each head returns, in a list; the trunk is called once."""
        ### BEGIN SOLUTION
        features = self.trunk(x, training=training)
        return [head(features) for head in self.heads]
        ### END SOLUTION

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
        ### BEGIN SOLUTION
        x, targets = data
        with tf.GradientTape() as tape:
            losses = []
            for kind, target, output in zip(self.kinds, targets, self(x, training=True)):
                if kind == "reg":
                    losses.append(tf.reduce_mean(tf.square(tf.cast(target, output.dtype) - output[:, 0])))
                else:
                    losses.append(
                        tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(target, output))
                    )
            total = self.combine(tf.stack(losses), tf.convert_to_tensor(self.s), self.kinds)
        self.optimizer.apply(tape.gradient(total, self.trainable_variables), self.trainable_variables)
        return {"loss": total} | {f"task {i}": loss for i, loss in enumerate(losses)}
        ### END SOLUTION


# %% [markdown]
r"""
**Prediction 2.** The diameter is given in tenths of a millimetre instead of millimetres. By which
factor does the weight $e^{-s}$ of its loss change?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
The trunk is one layer with 24 units on the archive's features of 900 images. Each run is made
twice, once with the diameter in millimetres and once in tenths; and with two ways of adding up: as
learnt, and both losses as they are.
"""

# %% tags=["active-ipynb"]
# x_many, y_many, _, mm_many = draw_clinic(900, seed=6)
# features = {name: outputs_of(base, x) for name, x in (("train", x_many), ("test", x_test))}
# centre, width = features["train"].mean(axis=0), features["train"].std(axis=0)
# features = {name: (f - centre) / (width + 0.01) for name, f in features.items()}
#
#
# def learn_both(unit, combine, epochs=50):
#     """Return s and the tasks' losses by epoch, the error in mm, and the share of right kinds."""
#     keras.utils.set_random_seed(0)
#     heads = [keras.layers.Dense(1), keras.layers.Dense(6)]
#     model = MultiTaskModel(keras.layers.Dense(24, activation="tanh"), heads, ["reg", "cls"], combine)
#     rate = keras.optimizers.schedules.PolynomialDecay(0.05, 10 * epochs, 0.0)
#     model.compile(optimizer=keras.optimizers.Adam(rate))
#     targets, path = ((mm_many - 7.2).astype("float32") * unit, y_many), []
#     keep = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: path.append(np.array(model.s.value)))
#     log = model.fit(features["train"], targets, 90, epochs, verbose=0, callbacks=[keep]).history
#     mm, logits = (np.asarray(output) for output in model(features["test"]))
#     error = np.sqrt(np.mean((mm[:, 0] / unit + 7.2 - mm_test) ** 2))
#     losses = np.stack([log["task 0"], log["task 1"]], axis=1)
#     return np.array(path), losses, error, np.mean(logits.argmax(axis=1) == y_test)

# %% tags=["active-ipynb"]
# units = {"millimetres": 1.0, "tenths of a millimetre": 10.0}
# unweighted = lambda losses, s, kinds: tf.reduce_sum(losses + 0 * s)  # s keeps its place, and stays 0
# ways = {"learnt": uncertainty_weighting, "as they are": unweighted}
# runs = {(way, unit): learn_both(units[unit], combine) for way, combine in ways.items() for unit in units}
# paths, losses = ({unit: runs["learnt", unit][part] for unit in units} for part in (0, 1))
# show_weights(paths, losses)
# for (way, unit), (path, _, error, share) in runs.items():
#     learnt = f"s = {path[-1, 0]:5.2f}, {path[-1, 1]:5.2f}" if way == "learnt" else ""
#     print(f"{way:12} {unit:23} diameter off by {error:.2f} mm, kind right in {share:.1%}  {learnt}")
# spread = mm_test.std()
# print(f"whoever predicts the mean diameter for everyone is off by {spread:.2f} mm")
# assert max(run[2] for run in runs.values()) < 0.7 * spread, "each run has learnt the diameter"
# factor = np.exp(paths["tenths of a millimetre"][-1, 0] - paths["millimetres"][-1, 0])
# print(f"the weight of the diameter's loss became {factor:.0f} times smaller")
# assert 50 < factor < 180, "about a hundred"
# right = {key: run[3] for key, run in runs.items()}
# assert right["learnt", "tenths of a millimetre"] > right["as they are", "tenths of a millimetre"] + 0.02

# %% [markdown]
r"""
**Prediction 2, answered.** By about a hundred, as the last line shows (not exactly, since the two
runs do not end with the same error). In tenths, $L$ is 100 times as large, and $s$ follows $\log
L$: it grows by $\log 100\approx4.6$. So the weighted loss $\tfrac12e^{-s}L$ is the same, and
whoever changes the unit changes nothing else. In the pictures the marks move towards their lines:
gradient descent finds the balance. With the losses as they are, the diameter in tenths drowns the
kind, which is named right less often.

Kendall and others report in their table of results that learnt weights did better than the best
fixed ones they tried, for three tasks on street scenes.

## Where does the lesion end?

The third question of the clinic is the outline. A segmentation gives each pixel a class: here skin,
lesion, or the ink of a pen mark. The share of right pixels says little where one class fills most
of the image. The *intersection over union* of a class divides the pixels that are of that class in
both truth and prediction by those that are of it in at least one of them. The mean over the classes
gives a rare class the same say as a frequent one.
"""


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
    ### BEGIN SOLUTION
    if y.shape != pred.shape:
        raise ValueError(f"expected two segmentations of one shape, got {y.shape} and {pred.shape}")
    if min(y.min(), pred.min()) < 0 or max(y.max(), pred.max()) >= K:
        raise ValueError(f"expected classes from 0 to {K - 1}")
    true, predicted = (image.ravel() == np.arange(K)[:, None] for image in (y, pred))
    both, either = np.sum(true & predicted, axis=1), np.sum(true | predicted, axis=1)
    return float(np.mean(both[either > 0] / either[either > 0]))
    ### END SOLUTION


# %% [markdown]
r"""
Three ways to segment 300 test images: call everything skin; call dark pixels lesion; and a small
network, trained on 120 images with a drawn outline.
"""

# %% tags=["active-ipynb"]
# x_seg, y_seg = with_ink(*draw_clinic(120, seed=7)[::2][:2], seed=8)
# x_out, y_out = with_ink(x_test[:300], masks_test[:300], seed=9)
# keras.utils.set_random_seed(0)
# layers = [keras.layers.Conv2D(12, 5, padding="same", activation="relu") for _ in range(2)]
# last = keras.layers.Conv2D(3, 5, padding="same")
# segmenter = keras.Sequential([keras.Input((SIDE, SIDE, 3)), *layers, last])
# train(segmenter, x_seg, y_seg, 200, 20, 0.01, seed=0)
# outlines = {
#     "all skin": np.zeros_like(y_out),
#     "dark pixels": (x_out.mean(axis=-1) < 0.42).astype("int32"),
#     "network": outputs_of(segmenter, x_out).argmax(axis=-1).astype("int32"),
# }
# shown = np.flatnonzero((y_out == 2).any(axis=(1, 2)))[:6]
# show_images({"images": (x_out[shown], [""] * 6), "truth": (y_out[shown] / 2, [""] * 6)}
#             | {name: (pred[shown] / 2, [""] * 6) for name, pred in outlines.items()}, size=1.1)
# for name, pred in outlines.items():
#     print(f"{name:12} pixels right {np.mean(pred == y_out):.1%}   mean IoU {mean_iou(y_out, pred, 3):.3f}")
# iou = {name: mean_iou(y_out, pred, 3) for name, pred in outlines.items()}
# gap = np.mean(outlines["network"] == y_out) - np.mean(outlines["dark pixels"] == y_out)
# assert gap < 0.05 < iou["network"] - iou["dark pixels"], "what the share of right pixels hides"
# assert abs(iou["all skin"] - np.mean(y_out == 0) / 3) < 1e-6, "a third of the share of skin"

# %% [markdown]
r"""
(White is skin, grey lesion, black ink.) "All skin" is right about seven pixels in ten, and worth
nothing. Its mean IoU is only a third of that: the union of skin is the whole image, and the two other
classes have an IoU of 0. The threshold and the network have nearly the same share of right pixels,
since ink is rare. But the threshold never finds ink, so that one of its three classes has an IoU of 0.

## The reader of meters

In the next room stands a machine whose meter is read by a camera. A reading has up to three digits.
Goodfellow and others read house numbers with one network that has a head for the *length* and one
for each digit, all on the same trunk: a multi-task network again. As log-probabilities of
independent parts, they add up:

$$\log p(\text{number})=\log p(L)+\sum_{i=1}^{L}\log p(d_i).$$

The digits behind the end are not in the sum, so that the network may put there whatever it likes.

*A small step:* with room for two digits there are 111 numbers: one of length 0, ten of length 1 and
a hundred of length 2. Why do their probabilities sum to 1? And what would their sum be if the
digits behind the end were counted, with the label 0?

<details><summary>Answer</summary>

For each length the sum over all its digits is 1, since each digit's ten probabilities sum to 1.
What remains is $p(0)+p(1)+p(2)=1$. With the padding counted, the lengths 0 and 1 are also
multiplied by the probabilities of a 0 at the places behind the end, and the sum is less than 1.

</details>
"""


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
    ### BEGIN SOLUTION
    N = labels.shape[1]
    log_length, log_digit = tf.nn.log_softmax(len_logits), tf.nn.log_softmax(digit_logits)
    written = tf.range(N) < length[:, None]
    a_digit = (labels >= 0) & (labels <= 9)
    exists = (length >= 0) & (length <= N) & tf.reduce_all(a_digit | ~written, axis=1)
    of_digits = tf.gather(log_digit, tf.where(a_digit, labels, 0), batch_dims=2)
    of_length = tf.gather(log_length, tf.clip_by_value(length, 0, N), batch_dims=1)
    total = of_length + tf.reduce_sum(tf.where(written, of_digits, 0.0), axis=1)
    return tf.where(exists, total, -np.inf)
    ### END SOLUTION


# %% [markdown]
r"""
The strips are made of packaged digits of 8 × 8 pixels. Training strips and test strips are made of
different digits. Before training, the mean loss should be about $\log 4+1.5\log 10\approx4.84$:
four lengths are equally likely, and there are 1.5 digits on average.
"""

# %% tags=["active-ipynb"]
# digits, other_digits = load("digits"), load("digits", split="test")
# x_strip, d_strip, n_strip = draw_meters(digits["image"], digits["label"], 6000, seed=10)
# x_read, d_read, n_read = draw_meters(other_digits["image"], other_digits["label"], 1500, seed=11)
# show_images({"strips": (x_strip[:8, :, :, 0], n_strip[:8])}, size=1.4)
# keras.utils.set_random_seed(0)
# reader = keras.Sequential([
#     keras.Input((8, 28, 1)), keras.layers.Conv2D(24, 3, padding="same", activation="relu"),
#     keras.layers.Conv2D(24, 3, padding="same", activation="relu"), keras.layers.MaxPooling2D(2),
#     keras.layers.Flatten(), keras.layers.Dropout(0.3), keras.layers.Dense(96, activation="relu"),
#     keras.layers.Dense(4 + 30),
# ])
#
#
# def reading_loss(target, output):
#     """The mean negative log-probability of the numbers, (digits, length)."""
#     logits = output[:, :4], tf.reshape(output[:, 4:], (-1, 3, 10))
#     return -tf.reduce_mean(multi_digit_log_prob(*logits, *target))
#
#
# before = float(reading_loss((d_strip[:500], n_strip[:500]), reader(x_strip[:500])))
# train(reader, x_strip, (d_strip, n_strip), 700, 60, 0.004, seed=0, loss=reading_loss)
# print(f"loss before training {before:.2f}, expected {np.log(4) + 1.5 * np.log(10):.2f}")
# assert abs(before - 4.84) < 0.4

# %% [markdown]
r"""
Reading means to find the most likely number. For each length, the most likely digits are the ones
with the largest logits; so there are only four candidates, and your function says which is best and
how likely it is.
"""

# %% tags=["active-ipynb"]
# output = outputs_of(reader, x_read)
# len_logits, digit_logits = output[:, :4], output[:, 4:].reshape(-1, 3, 10)
# best_digits = digit_logits.argmax(axis=2).astype("int32")
# candidates = np.stack([
#     multi_digit_log_prob(len_logits, digit_logits, best_digits, np.full(len(x_read), length, "int32"))
#     for length in range(4)
# ])
# length, certainty = candidates.argmax(axis=0), candidates.max(axis=0)
# written = np.arange(3) < n_read[:, None]
# right = (length == n_read) & np.all((best_digits == d_read) | ~written, axis=1)
# one_digit = np.mean((best_digits == d_read)[written])
# order = np.argsort(-certainty)
# show_coverage({"the most certain first": right[order], "in any order": right})
# covered = np.cumsum(right[order]) / np.arange(1, len(right) + 1)
# coverage = np.flatnonzero(covered >= 0.98)[-1] / len(right)
# print(f"right: whole numbers {right.mean():.1%}, single digits {one_digit:.1%}")
# print(f"coverage where 98 % are to be right: {coverage:.0%}")
# assert 0.85 < right.mean() < one_digit and coverage > 0.4, "what the text says of the reader"

# %% [markdown]
r"""
The meter is read right about nine times in ten, though single digits are right more often: a number
is wrong as soon as one of its digits is. The curve shows what a probability is worth. If the least
certain strips are handed to a person, 98 % of the others are right. Goodfellow and others report
the same kind of curve for house numbers, where a wrong number is worse than none: they name the
coverage at 98 %. They read more than 96 % of the house numbers of the public set right, with eleven
hidden layers and about 200,000 images. (Their pictures are photographs, so compare the curves, and
not the numbers.)

## Whom to ask

The clinic has 2,000 more photographs without a label, and a doctor's time for a few. Most are
harmless: each ragged kind makes up 4 % of them. *Uncertainty sampling* asks for the labels about
which the classifier is least sure. Three measures are usual: the entropy of its probabilities, the
margin between the two largest, and the largest one alone.
"""


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
    ### BEGIN SOLUTION
    if not 0 <= k <= len(probs):
        raise ValueError(f"expected k to be from 0 to {len(probs)}, got {k}")
    if how == "entropy":
        certainty = np.sum(probs * np.log(np.where(probs > 0, probs, 1.0)), axis=1)
    elif how == "margin":
        ascending = np.sort(probs, axis=1)
        certainty = ascending[:, -1] - ascending[:, -2]
    elif how == "least":
        certainty = np.max(probs, axis=1)
    else:
        raise ValueError(f'expected "entropy", "margin" or "least", got {how!r}')
    return np.argsort(certainty, kind="stable")[:k]
    ### END SOLUTION


# %% [markdown]
r"""
For three classes, all distributions lie in a triangle whose corners are certainty. The pictures
show the three measures: your function ranks the points of a grid, and dark ones are asked for
first. All agree about the middle and about the corners. They differ about the edges: two classes at
one half each have a margin of 0, but an entropy below the largest. So the middle of an edge is asked
for among the first by the margin, late by the entropy, and in between by the largest probability.
"""

# %% tags=["active-ipynb"]
# a, b = np.meshgrid(np.linspace(0, 1, 61), np.linspace(0, 1, 61))
# inside = a + b <= 1
# grid = np.stack([a, b, 1 - a - b], axis=-1)[inside].clip(0)
# figure, panels = plt.subplots(1, 3, figsize=(10.5, 3.2), sharey=True, layout="constrained")
# middles = {}
# for panel, how in zip(panels, ("entropy", "margin", "least")):
#     rank = np.empty(len(grid))
#     rank[select_queries(grid, len(grid), how)] = np.arange(len(grid))
#     middles[how] = rank[np.argmin(np.abs(grid - [0.5, 0.5, 0]).sum(axis=1))] / len(grid)
#     panel.scatter(grid[:, 0] + grid[:, 1] / 2, grid[:, 1], c=rank, s=7, cmap="cividis")
#     panel.set(title=how, xlabel="corner: one class is certain")
#     panel.set_aspect(1.15)
# plt.show()
# print("rank of (½, ½, 0), as a share of all:", {how: f"{share:.0%}" for how, share in middles.items()})
# assert middles["margin"] < 0.1 < middles["least"] < 0.5 < middles["entropy"], "the edges differ"

# %% [markdown]
r"""
**Prediction 3.** The network chooses which labels to ask for. What share of the labels does it need
for the accuracy that randomly chosen labels reach at the end: nine tenths, three quarters, or about a
half?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# shares = np.array([0.4, 0.04, 0.3, 0.04, 0.18, 0.04])
# x_pool, y_pool, _, _ = draw_clinic(2000, seed=12, shares=shares)
# look = {name: outputs_of(base, x) for name, x in (("pool", x_pool), ("test", x_test))}
# centre, width = look["pool"].mean(axis=0), look["pool"].std(axis=0) + 0.01
# look = {name: (f - centre) / width for name, f in look.items()}
# first_labels, more, rounds = 18, 30, 8
#
#
# def ask(how, seed):
#     """The mean recall of the six kinds, after each round of questions."""
#     rng = np.random.default_rng(seed)
#     known = [int(i) for kind in range(6) for i in rng.permutation(np.flatnonzero(y_pool == kind))[:3]]
#     scores = []
#     for _ in range(rounds + 1):
#         classifier = LogisticRegression(C=0.3, tol=0.01).fit(look["pool"][known], y_pool[known])
#         scores.append(np.mean(classifier.predict(look["test"]) == y_test))
#         rest = np.setdiff1d(np.arange(len(x_pool)), known)
#         probs = classifier.predict_proba(look["pool"][rest])
#         chosen = rng.permutation(len(rest))[:more] if how == "random" else select_queries(probs, more, how)
#         known += rest[chosen].tolist()
#     return scores
#
#
# labels = first_labels + more * np.arange(rounds + 1)
# asked = {how: [ask(how, seed) for seed in range(3)] for how in ("random", "entropy", "margin", "least")}

# %% tags=["active-ipynb"]
# goal = np.mean(asked["random"], axis=0)[-1]
# needed = {how: labels[np.argmax(np.mean(runs, axis=0) >= goal)] for how, runs in asked.items()}
# show_queries(labels, asked, goal)
# print("labels needed:", ", ".join(f"{how} {number}" for how, number in needed.items()))
# gain = {how: np.mean(runs, axis=0)[-1] - goal for how, runs in asked.items() if how != "random"}
# print("with as many labels, better by", {how: f"{100 * one:.0f} points" for how, one in gain.items()})
# assert all(needed[how] < 0.6 * labels[-1] for how in gain) and min(gain.values()) > 0.02, "asking helps"

# %% [markdown]
r"""
**Prediction 3, answered.** About a half, or fewer. The printed lines say how many labels each way
needs for the accuracy that random labels reach with the largest number, and how much better it is
with as many. The reason is the pool. Random labels repeat its shares, so that 25 labels hold one of
each ragged kind. The classifier is unsure about the rare kinds, and so asks for them: asking balances
the classes. Where all kinds are equally frequent and equally hard, far less is saved, and now and then
nothing.

One warning belongs to it. What was asked for is no sample of the clinic any more, so it cannot
measure how good the network is: the test set must be drawn at random.

**Explore.** With 20 labels a class, how far do you get? Change how many layers are trained, the
steps and the rate of each phase; train on images that are also turned and mirrored; or spend 60 of
the 120 labels by asking. The cell prints the measured outcome. Choose on the validation images, and
look at the test images once, at the end.
"""

# %% tags=["active-ipynb"]
# mine = copy_of(base)
# model = freeze_and_finetune(mine, 6, unfreeze=2)
# train(model, x_train, y_train, 100, 20, 0.01, seed=0)
# print(f"validation: right in {right_share(model, x_val, y_val):.1%} (fine-tuned above: {val_share:.1%})")

# %% [markdown]
r"""
## What you have learnt

- Features of another task help when labels are few, if that task asked for what is needed now. With
  many labels, learning from scratch catches up with frozen ones.
- `trainable` says what is learnt, `training` how it runs. A batch normalisation in a reused network
  needs both switches, and a functional model of Keras replaces the second.
- A decision about a class adds up the probabilities of its leaves. Sensitivity and specificity say
  how good it is, whatever the share of the ill; the threshold is chosen on validation data.
- Learnt variances weigh the losses of several tasks, so that the unit of a target does not decide
  what is learnt.
- A network that knows when it is unsure can hand over: a strip to a person, or a question to a
  doctor. Asked labels are worth more than random ones where rare classes matter.

Read on: Yosinski and others, [How transferable are features in deep neural
networks?](https://arxiv.org/abs/1411.1792) (2014); Kumar and others, [Fine-Tuning can Distort
Pretrained Features and Underperform Out-of-Distribution](https://arxiv.org/abs/2202.10054) (2022);
Settles, [Active Learning Literature Survey](https://burrsettles.com/pub/settles.activelearning.pdf)
(2009).
"""

# %% [markdown]
r"""
## In your own words

A hospital's network was trained on its own photographs, and its test accuracy is 95 %. Another
hospital, with another camera and ten times fewer ill people, wants to use it. Which of its parts
would you keep, which would you train again, and with which labels? Which of the numbers in this
chapter would you report before anyone is sent home by it, and which not? Six sentences.
"""

# %% [markdown] tags=["answer"]
r"""
The layers that turn pixels into features are worth keeping: they were learnt from many images, and
edges and textures are the same in both hospitals. The head is trained again, and perhaps the last
layers, at a small rate and after the head, since a random head would send large gradients through
good features. The batch normalisations' statistics belong to the first camera; with few images they
are left as they are, and with many they are estimated again on purpose, not as a side effect. For
labels I would ask the doctors about photographs on which the network is unsure, so that the rare
ill ones are among them, and keep a second set that is drawn at random from the new hospital, since
what was asked for is no sample of it. On that second set I would report the sensitivity and the
specificity of "refer" at a threshold that was chosen on other data, with the number of ill people
behind them, and the area under the curve. Accuracy says nothing here: with ten times fewer ill
people, a network that sends everyone home looks better than before.
"""
