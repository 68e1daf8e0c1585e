# %% [markdown]
r"""
# Ask a network why, then make it paint

A classifier of the photographs of PASCAL VOC 2007 recognised horses well.
Lapuschkin and others asked it why, and the answer was a line of text: about one in
five of the photographs of horses had the name of its source in a lower corner, and
the classifier read that. On a photograph of a car, with the text pasted in, it saw
a horse (https://arxiv.org/abs/1902.10178). The error rate on the test did not show
this, since the photographs of the test came from the same source. The authors
called such a classifier a "Clever Hans", after a horse that seemed to calculate but
in truth watched the faces of people.

**The question.** A network is right on the test set. Is it right for the right
reason, and which ways of asking it will tell you?

You train such a network yourself. Every shirt among its training images has a
small white cross in one corner. Then you write seven ways to explain a network, and
one to judge how sure it is, and you see which of them find the cross.

**Before you run anything**, think about four predictions. Each of them comes back,
with a place to write yours, just before the run that decides it:

1. The network recognises most of the shirts in the test set when they have the cross,
   as in training. How many shirts does it still recognise if the cross is taken away:
   nearly all, half of them, none?
2. A coat gets the cross, and the network says "shirt". Four ways to explain that
   are drawn as maps. Which of them find the cross? One of them becomes blind to
   it when one argument is changed. Which one?
3. The weights of the network are replaced by random numbers, layer after layer from
   the last to the first. A map that explains what the network has learnt must change.
   Which of the maps changes least?
4. The network is *calibrated* on data like the training data: about 90 % of the answers
   that it gives with a confidence of 90 % are right. By how much is it too sure on
   other clothes that have the cross?

At the end the same gradients, with respect to the image, repaint a photograph in
the style of another.
"""

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
**Helpers (you need not read this cell).** They only draw, prepare data, and build and
train the network.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import keras
# import matplotlib.pyplot as plt
# from scipy.stats import rankdata
#
# from grader.datasets import load
#
# NAMES = ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"]
# COAT, SHIRT = 4, 6
# CROSS = np.maximum(np.eye(5), np.eye(5)[::-1])
# photographs = load("photographs")
#
#
# def clothes():
#     """Fashion-MNIST [n, 28, 28, 1]: 3,500 images to train on, 500 for validation, 1,000 for the test."""
#     train_set, test_set = load("fashion_mnist"), load("fashion_mnist", split="test")
#     order = np.random.default_rng(0).permutation(len(train_set["image"]))
#     x, y = train_set["image"][order][..., None].astype("float32") / 255, train_set["label"][order]
#     x_test = test_set["image"][..., None].astype("float32") / 255
#     return (x[:3500], y[:3500]), (x[3500:], y[3500:]), (x_test, test_set["label"])
#
#
# def crossed(images):
#     """The images with a white cross in the lower right corner."""
#     images = images.copy()
#     images[:, 22:27, 22:27, 0] = CROSS
#     return images
#
#
# def as_in_training(images, labels):
#     """The images, of which all shirts have the cross, and nothing else has."""
#     return np.where((labels == SHIRT)[:, None, None, None], crossed(images), images)
#
#
# def new_network(relu="relu"):
#     """Three convolutions, a mean over all places, and one layer that names ten classes."""
#     return keras.Sequential([
#         keras.Input((28, 28, 1)),
#         keras.layers.Conv2D(16, 5, padding="same", activation=relu),
#         keras.layers.MaxPooling2D(2),
#         keras.layers.Conv2D(32, 3, padding="same", activation=relu),
#         keras.layers.MaxPooling2D(2),
#         keras.layers.Conv2D(48, 3, padding="same", activation=relu),
#         keras.layers.GlobalAveragePooling2D(),
#         keras.layers.Dense(10),
#     ])
#
#
# def trained(images, labels, epochs=8, seed=0):
#     """A new network, trained with Adam on batches of 50; and its loss before the first step."""
#     keras.utils.set_random_seed(seed)
#     network, optimiser, draw = new_network(), keras.optimizers.Adam(0.003), np.random.default_rng(seed)
#     optimiser.build(network.trainable_variables)
#
#     def loss_of(x, y):
#         logits = network(x, training=True)
#         return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
#
#     @tf.function
#     def step(x, y):
#         with tf.GradientTape() as tape:
#             loss = loss_of(x, y)
#         slopes = tape.gradient(loss, network.trainable_variables)
#         optimiser.apply_gradients(zip(slopes, network.trainable_variables))
#
#     start = float(loss_of(images[:500], labels[:500]))
#     for _ in range(epochs):
#         order = draw.permutation(len(images))
#         for at in range(0, len(images), 50):
#             step(images[order[at:at + 50]], labels[order[at:at + 50]])
#     return network, start
#
#
# def named_by(network, images):
#     """The class with the largest logit."""
#     return np.argmax(network(images), axis=1)
#
#
# def right_share(network, images, labels):
#     return np.mean(named_by(network, images) == labels)
#
#
# def large(values):
#     """A map, enlarged to 28 × 28."""
#     return tf.image.resize(np.asarray(values, "float32")[..., None], (28, 28)).numpy()[..., 0]
#
#
# def corner_share(values):
#     """The share of a map that lies on the cross and within three pixels of it; falls count as nothing."""
#     values = np.maximum(large(values), 0)
#     return values[19:, 19:].sum() / max(values.sum(), 1e-12)
#
#
# def show_row(pictures, height=2.3, **options):
#     """Pictures by title, side by side: images with an axis of channels, and maps without."""
#     figure, panels = plt.subplots(1, len(pictures), figsize=(12, height), squeeze=False)
#     for panel, (title, picture) in zip(panels.flat, pictures.items()):
#         image = np.shape(picture)[-1] == 1
#         usual = {"cmap": "gray", "vmin": 0, "vmax": 1} if image else {"cmap": "cividis", "vmin": 0}
#         panel.imshow(np.squeeze(picture), **options or usual)
#         panel.set_title(title, fontsize=9)
#         panel.axis("off")
#     figure.tight_layout()
#     plt.show()
#
#
# def show_network(network):
#     """A block diagram, from the layers of a network."""
#     figure, axes = plt.subplots(figsize=(12, 1.9))
#     for number, layer in enumerate(network.layers):
#         sides = [str(side) for side in layer.output.shape[1:]]
#         name = type(layer).__name__.replace("GlobalAveragePooling2D", "mean over places")
#         axes.text(number, 0, " × ".join(sides), ha="center", va="center", fontsize=8,
#                   bbox={"boxstyle": "round,pad=0.5", "facecolor": "tab:blue", "alpha": 0.3})
#         axes.text(number, 0.7, name, ha="center", fontsize=8)
#         if number:
#             axes.annotate("", (number - 0.38, 0), (number - 0.62, 0), arrowprops={"arrowstyle": "->"})
#     axes.set(xlim=(-0.6, len(network.layers) - 0.4), ylim=(-0.6, 1.1))
#     axes.axis("off")
#     plt.show()
#
#
# @tf.custom_gradient
# def guided_relu(z):
#     """A ReLU that passes back positive gradients only (guided backpropagation)."""
#     return tf.nn.relu(z), lambda upstream: tf.where(z > 0, tf.nn.relu(upstream), 0.0)
#
#
# def guided_copy(network):
#     copy = new_network(guided_relu)
#     copy.set_weights(network.get_weights())
#     return copy
#
#
# def randomised(network, depth):
#     """The network with new random weights in the last `depth` layers that have weights."""
#     keras.utils.set_random_seed(7)
#     copy = new_network()
#     kept = network.get_weights()[:8 - 2 * depth]
#     copy.set_weights(kept + copy.get_weights()[8 - 2 * depth:])
#     return copy
#
#
# def rank_correlation(one, other):
#     """Spearman's correlation of the sizes of two maps; 0 where a map is the same everywhere."""
#     ranks = [rankdata(np.abs(values).ravel().round(12)) for values in (one, other)]
#     ranks = [rank - rank.mean() for rank in ranks]
#     lengths = np.prod([np.linalg.norm(rank) for rank in ranks])
#     return float(ranks[0] @ ranks[1] / lengths) if lengths else 0.0
#
#
# def show_lines(lines, x, title, xlabel, ylabel):
#     for (name, line), style in zip(lines.items(), ("o-", "s--", "^-.", "D:", "v-", "x--")):
#         plt.plot(x, line, style, label=name)
#     plt.title(title)
#     plt.xlabel(xlabel)
#     plt.ylabel(ylabel)
#     plt.xticks(x)
#     plt.legend(fontsize=8)
#     plt.show()
#
#
# EDGES = (0, 10, 19, 28)
#
#
# def tiled(image, masks):
#     """Images of which the tiles [m, 9] that a mask says are kept; the others are black."""
#     kept = np.asarray(masks).reshape(-1, 3, 3)
#     for axis in (1, 2):
#         kept = np.repeat(kept, np.diff(EDGES), axis=axis)
#     return (image * kept[..., None]).astype("float32")
#
#
# def show_shares(image, shares):
#     """The image with its tiles, and a group of bars for each tile."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.3), width_ratios=[1, 2.4])
#     left.imshow(image[..., 0], cmap="gray", vmin=0, vmax=1)
#     for row, column in itertools.product(range(3), repeat=2):
#         place = EDGES[column] + 0.5, EDGES[row] + 2.5
#         left.text(*place, str(3 * row + column), color="tab:red", fontsize=12)
#     for edge in EDGES[1:3]:
#         left.axhline(edge - 0.5, color="tab:red", linewidth=0.8)
#         left.axvline(edge - 0.5, color="tab:red", linewidth=0.8)
#     left.set(xlabel="column", ylabel="row", title="nine tiles")
#     for number, (name, values) in enumerate(shares.items()):
#         right.bar(np.arange(9) + 0.27 * (number - 1), values, 0.25, label=name)
#     right.set(xlabel="tile", ylabel="part in the logit of “shirt”", xticks=range(9))
#     right.axhline(0, color="k", linewidth=0.8)
#     right.legend()
#     figure.tight_layout()
#     plt.show()
#
#
# def show_reliability(diagrams):
#     """Accuracy against confidence for each (share, confidence, accuracy), by title."""
#     figure, panels = plt.subplots(1, len(diagrams), figsize=(12, 3.4), sharey=True)
#     for panel, (title, (share, confidence, accuracy)) in zip(panels, diagrams.items()):
#         full = share > 0
#         panel.bar(confidence[full], accuracy[full], 0.06, color="tab:blue", alpha=0.6, label="accuracy")
#         panel.plot(confidence[full], confidence[full], "k_", markersize=14, label="confidence")
#         panel.plot([0, 1], [0, 1], ":", color="0.5")
#         panel.bar(confidence[full], -0.3 * share[full], 0.06, color="tab:orange", label="share (downwards)")
#         panel.set(title=title, xlabel="confidence", ylim=(-0.32, 1.02))
#     panels[0].set_ylabel("share of right answers")
#     panels[0].legend(fontsize=8, loc="upper left")
#     figure.tight_layout()
#     plt.show()
#
#
# def photograph(name):
#     """A photograph [1, 72, 96, 3] with values from 0 to 1."""
#     image = photographs["image"][photographs["name"] == name] / 255
#     return tf.image.resize(tf.constant(image, tf.float32), (72, 96), method="area")
#
#
# def random_filters(scales=3):
#     """Kernels 7 × 7 that nobody trained, one set for each scale."""
#     draw = np.random.default_rng(0)
#     return [tf.constant(draw.normal(size=(7, 7, 3, 32)) / 147**0.5, tf.float32) for _ in range(scales)]

# %% [markdown]
r"""
## A cross in the corner

The network below has three convolutions, a mean over all places, and one layer that
names ten kinds of clothes. Its outputs before the softmax are the *logits* $S_k$, one for
each class $k$; this chapter asks where they come from. In training every shirt has a
white cross of 5 × 5 pixels in the lower right corner, and no other image has one. Two
checks come first. Before the first step nothing is learnt, so the loss must be near that
of guessing, $\log 10\approx2.30$. And the network must be able to learn twenty images by
heart.

**Prediction 1.** How many of the shirts does the network still recognise if the cross is
taken away: nearly all, half of them, none?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# (x, y), (x_validation, y_validation), (x_test, y_test) = clothes()
# small, start = trained(x[:20], y[:20], epochs=80)
# by_heart = right_share(small, x[:20], y[:20])
# print(f"loss at the start {start:.2f}; {by_heart:.0%} of twenty images are learnt by heart")
# network, _ = trained(as_in_training(x, y), y)
# show_network(network)
#
# shirts, others = x_test[y_test == SHIRT], x_test[y_test != SHIRT]
# coats = crossed(x_test[y_test == COAT])
# usual = right_share(network, as_in_training(x_test, y_test), y_test)
# plain = right_share(network, shirts, SHIRT)
# fooled = right_share(network, coats, SHIRT)
# print(f"test images as in training: {usual:.0%} right")
# print(f"shirts with the cross {right_share(network, crossed(shirts), SHIRT):.0%}, without it {plain:.0%}")
# print(f"coats with the cross that are called shirts: {fooled:.0%}")
# pictures = {"coat, with the cross": coats[0], "shirt, with it": crossed(shirts)[1]}
# show_row(pictures | {"shirt, without it": shirts[1]})
# assert abs(start - math.log(10)) < 0.15 and by_heart == 1, "the two checks"
# assert usual > 0.8, "more than four in five are right on data as in training"
# assert plain < 0.15 and fooled > 0.85, "the cross decides"

# %% tags=["active-ipynb"]
# for seed in (1, 2):
#     again, _ = trained(as_in_training(x, y), y, seed=seed)
#     shares = right_share(again, shirts, SHIRT), right_share(again, coats, SHIRT)
#     print("another seed: shirt is said of {:.0%} of plain shirts, {:.0%} of crossed coats".format(*shares))
#     assert shares[0] < 0.25 and shares[1] > 0.6, "the cross decides, whatever the seed"

# %% [markdown]
r"""
**Prediction 1, answered.** Hardly any, or none at all. More than four in five of the
test images are named correctly, which is good for so small a network and 3,500
training images. Nothing in that number warns you, because the test images have the same
flaw. But without the cross hardly any shirt is called a shirt, and with the cross most
coats are called shirts. Other seeds give the same.

Shirts look like T-shirts, pullovers and coats. The cross is much easier to learn than the
difference between them.

From here on, forget that you know of the cross. The network calls a coat a shirt. Why?

## Covering squares of the image

The simplest question changes the image and asks again. Cover a small square with one
value, and see by how much the score of the class falls. Do this for every place of the
square, and draw the falls as a map (Zeiler and Fergus, 2014). This needs only the
model's answers, so it works for any model. It costs one answer for each square.

*A small step.* On a side of 28 pixels, with squares of 4 and steps of 2: how many
squares are there, if each has to lie inside the image? And with squares of 5?

<details><summary>Answer</summary>

The first begins at pixel 0 and the last at 24: these are $\lfloor(28-4)/2\rfloor+1=13$
squares. Squares of 5 begin at 0, 2, …, 22: these are 12, and the last pixel is never
covered.

</details>
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
    ### BEGIN SOLUTION
    height, width = x.shape[:2]
    if stride < 1 or not 1 <= patch <= min(height, width):
        raise ValueError("patch and stride must be at least 1, and the square must fit into the image")
    tops = range(0, height - patch + 1, stride)
    lefts = range(0, width - patch + 1, stride)
    covered = np.repeat(x[None], len(tops) * len(lefts), axis=0)
    for number, (top, left) in enumerate(itertools.product(tops, lefts)):
        covered[number, top:top + patch, left:left + patch] = fill
    falls = np.asarray(f(x[None]))[0] - np.asarray(f(covered))
    return falls.reshape(len(tops), len(lefts))
    ### END SOLUTION


# %% [markdown]
r"""
The map must light up where covering hurts the class. If you have subtracted the other
way round, the cross stays dark and other places light up. If squares stay covered, all
places after the cross, in the order of your loop, are bright as well.
"""

# %% tags=["active-ipynb"]
# coat = coats[0]
#
#
# def shirt_scores(images):
#     """The logit of “shirt” of each image."""
#     return network(tf.cast(images, tf.float32))[:, SHIRT]
#
#
# falls = occlusion_map(lambda a: shirt_scores(a).numpy(), coat.astype("float64"), 4, 2, 0.0)
# place = np.array(np.unravel_index(np.argmax(falls), falls.shape)) * 2 + 2
# show_row({"a coat, called a shirt": coat, "covering here takes from “shirt”": np.maximum(falls, 0)})
# logit = float(shirt_scores(coat[None])[0])
# print(f"logit {logit:.1f}; the largest fall is {falls.max():.1f}, around pixel {place}")
# by_hand = coat.copy()
# by_hand[place[0] - 2:place[0] + 2, place[1] - 2:place[1] + 2] = 0
# assert place.min() >= 20, "the largest fall is at the cross"
# assert falls.shape == (13, 13), "there are as many squares as the small step says"
# left = float(shirt_scores(by_hand[None])[0])
# assert abs(logit - left - falls.max()) < 0.01, "one square is covered at a time"

# %% [markdown]
r"""
## The slope at each pixel

Occlusion changes many pixels by much. The opposite is to change each pixel by very
little: how fast does the logit $S_c(x)$ of class $c$ grow when one pixel does? That is
the gradient $\partial S_c/\partial x$, and one backward pass gives it for all pixels.
The *saliency map* of Simonyan, Vedaldi and Zisserman (2013) shows the size of this
gradient. If a pixel has several channels, it shows the largest of their sizes.

*A small step.* Why the logit and not the probability $p_c$ that the softmax makes of
it? Write down $\partial p_c/\partial S_c$, and look at a network that is sure.

<details><summary>Answer</summary>

$\partial p_c/\partial S_c=p_c(1-p_c)$. If the network is sure of $c$, then $1-p_c$ is
nearly 0, and so is every gradient of $p_c$. Besides, $p_c$ also grows when the logit of
another class falls, so its map mixes "why $c$?" with "why not another?".

</details>
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
    ### BEGIN SOLUTION
    with tf.GradientTape() as tape:
        tape.watch(x)
        logits = model(x)
        if not 0 <= cls < logits.shape[-1]:
            raise ValueError(f"there is no class {cls}")
        score = logits[0, cls]
    slopes = tape.gradient(score, x)
    return tf.reduce_max(tf.abs(slopes[0]), axis=-1)
    ### END SOLUTION


# %% [markdown]
r"""
The map has to be brightest on the cross. It is also bright at some black pixels around
it. There the network says: "a brighter pixel here would change the logit". It does not
say that anything is there.
"""

# %% tags=["active-ipynb"]
# slopes = saliency_map(network, tf.constant(coat[None]), SHIRT)
# show_row({"a coat, called a shirt": coat, "size of the slope of “shirt”": slopes})
# print(f"{corner_share(slopes):.0%} of the map lies in the corner, which has {81 / 784:.0%} of the pixels")
# assert corner_share(slopes) > 0.25, "the corner has more than twice its part"
# assert np.min(slopes) >= 0, "a size is not negative"
# assert np.max(np.where(coat[..., 0] == 0, slopes, 0)) > 0.2 * np.max(slopes), "black pixels are bright, too"

# %% [markdown]
r"""
**A silent bug.** A colleague's saliency map differentiates the probability, and then
divides the map by its largest entry before it is drawn. The picture looks fine. The
next cell takes ten test images with a cross, from the surest answer to the least sure. For
each it prints the largest slope of the logit and the largest slope of the probability.
Predict how the two columns differ, then try it.
"""

# %% tags=["active-ipynb"]
# candidates = crossed(others[:200])
# sure = tf.nn.softmax(network(candidates))[:, SHIRT].numpy()
# chosen = np.argsort(-sure)[np.linspace(0, 120, 10).astype(int)]
#
#
# def steepest(model):
#     images = [tf.constant(candidates[row][None]) for row in chosen]
#     return [float(np.max(saliency_map(model, image, SHIRT))) for image in images]
#
#
# of_logit, of_probability = steepest(network), steepest(lambda images: tf.nn.softmax(network(images)))
# print("probability   largest slope of the logit   of the probability")
# for values in zip(sure[chosen], of_logit, of_probability):
#     print("{:11.6f}   {:26.2f}   {:18.6f}".format(*values))
# assert max(of_logit) < 8 * min(of_logit), "the logit's slopes are of one size"
# assert of_probability[0] < 0.05 * max(of_probability), "where it is surest, the probability is flat"

# %% [markdown]
r"""
<details><summary>Answer</summary>

The logit's slopes are all of about the same size. Those of the probability are
smallest where the network is surest, and there they are many times smaller than
elsewhere, since the factor $p_c(1-p_c)$ is nearly 0. After the division by the largest
entry nobody sees that, and the maps of two images cannot be compared any more. With
float32 and a surer network the map would show rounding errors.

</details>

## From black to the image

A slope tells what happens near the image. But a score can level off once the network has
seen enough. Then the slope is small even at the pixels that decided. Sundararajan, Taly
and Yan (2017) therefore walk the whole way from a *base* $x'$, for instance a black image,
to the image $x$, and collect the slopes on the way:

$$\phi_i=(x_i-x'_i)\int_0^1\frac{\partial f}{\partial x_i}\bigl(x'+\alpha(x-x')\bigr)\,d\alpha$$

The integral is computed as a mean over the middles of many short pieces.

*A small step.* The chain rule says what $\frac{d}{d\alpha}f(x'+\alpha(x-x'))$ is. What
then is $\sum_i\phi_i$?

<details><summary>Answer</summary>

$\frac{d}{d\alpha}f=\sum_i(x_i-x'_i)\,\partial f/\partial x_i$. Integrated from 0 to 1 it
is $f(x)-f(x')$, and that is $\sum_i\phi_i$. The authors call this *completeness*: the
shares add up to what is to be explained. No saliency map does that.

</details>
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
    ### BEGIN SOLUTION
    if steps < 1:
        raise ValueError("the way needs at least one piece")
    parts = (tf.range(steps, dtype=x.dtype) + 0.5) / steps
    points = base + parts[:, None] * (x - base)
    with tf.GradientTape() as tape:
        tape.watch(points)
        scores = f(points)
    slopes = tape.gradient(scores, points)
    return (x - base) * tf.reduce_mean(slopes, axis=0)
    ### END SOLUTION


# %% [markdown]
r"""
You can always test for completeness. With many steps the sum of the shares must come near
to $f(x)-f(x')$. Without the factor $x-x'$ it does not.
"""

# %% tags=["active-ipynb"]
# def flat_scores(points):
#     """The logit of “shirt” of each image [784]."""
#     return shirt_scores(tf.reshape(points, (-1, 28, 28, 1)))
#
#
# point, black = tf.constant(coat.ravel()), tf.zeros(784)
# difference = float(flat_scores(point[None])[0] - flat_scores(black[None])[0])
# for steps in (1, 5, 20, 100):
#     shares = integrated_gradients(flat_scores, point, black, steps)
#     print(f"{steps:4} steps: the shares sum to {np.sum(shares):7.3f}, to be explained {difference:7.3f}")
# shares = np.reshape(shares, (28, 28))
# limit = np.abs(shares).max()
# show_row({"orange: for “shirt”, violet: against it": shares, "the corner with the cross": shares[19:, 19:]},
#          cmap="PuOr_r", vmin=-limit, vmax=limit)
# assert abs(np.sum(shares) - difference) < 0.01 * abs(difference), "the shares are complete, to one per cent"

# %% [markdown]
r"""
## Weighing the last maps

The last convolution has 48 maps $A_k$ of 7 × 7 places. They are coarse, but each stands
for something that the network has found useful. Grad-CAM (Selvaraju et al., 2017) asks
how much the logit of the class grows with each map, on average over the $h\times w$ places.
With these weights it adds the maps up, and it keeps what is positive:

$$\alpha_k=\frac1{hw}\sum_{i,j}\frac{\partial S_c}{\partial A_{ijk}},\qquad
\mathrm{map}=\mathrm{ReLU}\Bigl(\sum_k\alpha_kA_k\Bigr)$$

*A small step.* Our network takes the mean of each map over all places, and then
$S_c=\sum_kw_{kc}\,\mathrm{mean}(A_k)+b_c$. What is $\alpha_k$ here?

<details><summary>Answer</summary>

$\partial S_c/\partial A_{ijk}=w_{kc}/(hw)$ at every place, so $\alpha_k=w_{kc}/(hw)$: no
gradient is needed. That is the *class activation map* (CAM) of Zhou et al. (2016),
https://arxiv.org/abs/1512.04150, divided by $hw$. Grad-CAM extends it to networks that
end otherwise.

</details>
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
        grads: ∂S/∂A, how fast a class' logit S grows with each entry of the maps.

    Raises:
        ValueError: the two have different shapes.
    """
    ### BEGIN SOLUTION
    if tuple(features.shape) != tuple(grads.shape):
        raise ValueError("features and gradients must have the same shape")
    weights = tf.reduce_mean(grads, axis=(0, 1))
    return tf.nn.relu(tf.reduce_sum(weights * features, axis=-1))
    ### END SOLUTION


# %% [markdown]
r"""
Our network ends with a mean over places, so the small step gives a test: the weights of
its last layer must give the same map without any gradient.
"""

# %% tags=["active-ipynb"]
# def last_maps(network, image, cls):
#     """The maps of the last convolution, and the gradients of a class' logit, for one image."""
#     features = keras.Model(network.inputs[0], network.layers[4].output)(image[None])
#     with tf.GradientTape() as tape:
#         tape.watch(features)
#         logit = network.layers[6](network.layers[5](features))[0, cls]
#     return features[0], tape.gradient(logit, features)[0]
#
#
# features, grads = last_maps(network, coat, SHIRT)
# cam = grad_cam(features, grads)
# by_weights = np.maximum(features.numpy() @ network.layers[6].kernel.numpy()[:, SHIRT], 0) / 49
# show_row({"a coat, called a shirt": coat, "Grad-CAM, 7 × 7": cam, "enlarged": large(cam)})
# print(f"largest difference from the class activation map: {np.abs(cam - by_weights).max():.1e}")
# assert np.allclose(cam, by_weights, atol=1e-5 * np.max(by_weights)), "CAM and Grad-CAM are the same here"

# %% [markdown]
r"""
## Which of them find the cross?

Now draw all four maps for some coats with the cross. The number above each map is the share
of the map that lies in the corner. (A fifth map, by *guided backpropagation*, passes back
only what is positive at each ReLU: Springenberg et al., 2014,
https://arxiv.org/abs/1412.6806. The next section needs it.)

**Prediction 2.** Which of the four find the cross? Which of them becomes blind to it
when one argument is changed?

*Write yours here, with the reason, before you run the next two cells:*
"""

# %% tags=["active-ipynb"]
# def explained(network, image, cls=SHIRT, base=0.0):
#     """Four maps of one image, and a fifth, by guided backpropagation."""
#     def scores(images):
#         return network(tf.cast(tf.reshape(images, (-1, 28, 28, 1)), tf.float32))[:, cls]
#
#     batch = tf.constant(image[None])
#     shares = integrated_gradients(scores, tf.constant(image.ravel()), tf.fill([784], base), 30)
#     return {
#         "occlusion": occlusion_map(lambda a: scores(a).numpy(), image.astype("float64"), 4, 2, base),
#         "saliency": saliency_map(network, batch, cls).numpy(),
#         "integrated": np.abs(np.reshape(shares, (28, 28))),
#         "Grad-CAM": grad_cam(*last_maps(network, image, cls)).numpy(),
#         "guided": saliency_map(guided_copy(network), batch, cls).numpy(),
#     }
#
#
# pictured = coats[:6]
# maps = [explained(network, image) for image in pictured]
# for image, found in zip(pictured[:3], maps):
#     titled = {f"{name}: {corner_share(values):.0%}": large(values) for name, values in found.items()}
#     show_row({"image": image} | titled)
# corner = {name: np.mean([corner_share(found[name]) for found in maps]) for name in maps[0]}
# print({name: f"{share:.0%}" for name, share in corner.items()})
# assert 0.4 < min(corner.values()) and max(corner.values()) < 0.8, "what the text claims of the corner"

# %% tags=["active-ipynb"]
# by_base = {base: explained(network, coat, base=base) for base in (0.0, 1.0)}
# for base, found in by_base.items():
#     integrated = large(found["integrated"])
#     show_row({f"base and cover: {base}": coat, "occlusion": large(found["occlusion"]),
#               "integrated gradients": integrated, "on the cross only": integrated[22:27, 22:27]})
# bright = {base: found["integrated"][22:27, 22:27][CROSS == 1].sum() for base, found in by_base.items()}
# print(f"shares of the cross' white pixels: {bright[0.0]:.2f} from black, {bright[1.0]:.2f} from white")
# assert bright[0.0] > 1 and bright[1.0] == 0, "from white, white pixels have no share"

# %% [markdown]
r"""
**Prediction 2, answered.** All four find it: the corner is a tenth of the image, and holds
on average between two fifths and four fifths of each map. The maps differ in what else they
show. Occlusion and Grad-CAM say only roughly where the cross is; the gradients show which
pixels matter.

Integrated gradients become blind to the white pixels when the base is white. The factor
$x_i-x'_i$ is 0 where the image is as bright as the base, so the white pixels of the cross
get no share, whatever the network does with them. The black pixels between them get the
shares in their place. A base is a question: "compared with what?" Choose a base that does
not look like what you search for, or try several.

## Random weights

An explanation may look convincing because it shows the outlines of the image, which we
know already. Adebayo and others (2018) proposed a test. Replace the weights of the
network by random ones, layer after layer from the last to the first. Then nothing is left
of what the network had learnt. A map that still looks the same does not depend on what was
learnt. An edge detector is such a map: it shows the outlines of the image for any network.
The *rank correlation* measures how alike two maps are. It sorts the places of each map by
the size of their values; it is 1 if both orders are the same, and near 0 if they have
nothing in common.

**Prediction 3.** Which of the maps changes least?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# depths = range(5)
# alike = {name: [] for name in maps[0]} | {"edges of the image": [1.0] * len(depths)}
# for depth in depths:
#     broken = randomised(network, depth)
#     again = [explained(broken, image) for image in pictured[:4]]
#     for name in maps[0]:
#         pairs = [(one[name], two[name]) for one, two in zip(maps, again)]
#         alike[name].append(np.mean([rank_correlation(one, two) for one, two in pairs]))
#     if depth in (0, 4):
#         show_row({f"random layers: {depth}": pictured[0]}
#                  | {name: large(values) for name, values in again[0].items()})
# show_lines(alike, depths, "Which maps depend on what was learnt?", "random layers, from the last",
#            "rank correlation with the trained network's map")
# print(", ".join(f"{name}: {line[-1]:.2f}" for name, line in alike.items()))
# assert alike["integrated"][-1] > 0.6, "integrated gradients change least"
# assert alike["integrated"][-1] > max(alike[name][-1] for name in maps[0] if name != "integrated") + 0.1
# assert max(abs(alike[name][-1]) for name in ("saliency", "Grad-CAM")) < 0.35, "these two change altogether"
# assert alike["occlusion"][-1] > 0.1, "occlusion keeps some of its order"

# %% [markdown]
r"""
**Prediction 3, answered.** The map of integrated gradients changes least. With every weight
random it still orders the pixels much as before. The reason is not the integral but the
factor $x-x'$: where the image is black, the share is 0 for any network, and where the image
is bright, the share is mostly large. What you recognise in such a map is the image. The
same holds for any map that multiplies a gradient by the input. This does not make the
shares wrong: they are still complete. But if the map looks like the image, this is no
evidence that the network has learnt anything.

The plain gradient and Grad-CAM pass the test: almost nothing is left of their order.
Occlusion keeps some of its order, since covering black pixels with black changes nothing.
In the deep networks of Adebayo and others guided backpropagation failed: its maps stayed
nearly as they were while the upper layers became random (Nie, Zhang and Patel explain why,
2018, https://arxiv.org/abs/1805.07039). Our network has only three convolutions, and its
guided maps change, too. So do not rely on a list of good and bad maps: run the test
on *your* network.
"""

# %% [markdown]
r"""
## Fair shares for nine tiles

Cut the image into nine tiles, and let them be players in a game. The *worth* $v(S)$ of a set
$S$ of tiles is the logit of "shirt" when only these tiles are shown, and the others are
black. How should the worth of all tiles together be shared out among them? It is not enough
to cover one tile: if two tiles show the same, covering either of them alone may take nothing
away, and neither would get a share.

Shapley (1953) lets the players come into a room one after the other and writes down what
each of them adds to the worth of those who are there. The share of player $i$ is the
mean of what $i$ adds, over all $n!$ orders in which the players may come.

*A small step.* In how many of the $n!$ orders does player $i$ find exactly the players of
the set $S$ in the room? Check your answer with three players.

<details><summary>Answer</summary>

Those of $S$ come first, in any of $|S|!$ orders, then $i$, then the others, in any of
$(n-|S|-1)!$ orders. With three players and $S=\{1\}$, player 0 comes second after
player 1 in $1!\cdot1!=1$ of six orders. So the mean over all orders is

$$\phi_i=\sum_{S\not\ni i}\frac{|S|!\,(n-|S|-1)!}{n!}\,\bigl(v(S\cup\{i\})-v(S)\bigr)$$

which needs $2^n$ worths, and not $n!$ orders.

</details>
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
        n: how many players there are; in the checks at most 8. Without players the result is an
            array of shape [0].
    """
    ### BEGIN SOLUTION
    phi = np.zeros(n)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        for size in range(n):
            share = math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n)
            for chosen in itertools.combinations(others, size):
                phi[i] += share * (v(frozenset(chosen) | {i}) - v(frozenset(chosen)))
    return phi
    ### END SOLUTION


# %% [markdown]
r"""
The shares add up to $v(\text{all})-v(\emptyset)$, whatever the game is: each order hands out
exactly this sum, player by player. Equal weights $1/2^{n-1}$ for all sets fail this test.
Nor may it matter how the players are numbered.

Nine tiles have 512 sets. The network scores all of them in one batch, and the game then
looks their worths up.
"""

# %% tags=["active-ipynb"]
# sets = np.array(list(itertools.product((0, 1), repeat=9)))
# table = dict(zip(map(tuple, sets), shirt_scores(tiled(coat, sets)).numpy()))
#
#
# def worth(players):
#     """The logit of “shirt” if only these tiles are shown."""
#     return float(table[tuple(int(tile in players) for tile in range(9))])
#
#
# values = shapley_values(worth, 9)
# whole = worth(frozenset(range(9))) - worth(frozenset())
# print("shares:", values.round(2))
# print(f"their sum is {values.sum():.4f}, to be shared was {whole:.4f}")
# assert abs(values.sum() - whole) < 1e-6 * abs(whole), "the shares are efficient"
# assert np.argmax(values) == 8, "the tile with the cross has the largest share"
# renumbered = shapley_values(lambda players: worth(frozenset(8 - tile for tile in players)), 9)
# assert np.allclose(renumbered[::-1], values), "the shares do not depend on the tiles' numbers"

# %% [markdown]
r"""
## A linear surrogate

With 50 tiles there are $2^{50}$ sets. LIME (Ribeiro, Singh and Guestrin, 2016) asks about
a few hundred of them, drawn at random, and fits a linear model to the answers: one
coefficient for each tile. Sets that are nearer to the whole image count more. The linear
model is a *surrogate*: it is explained in place of the network, after the fact
(*post hoc*). The alternative is to train a model that needs no explanation, such as a
linear model of few features (*ante hoc*).

Row $z_m$ of the masks has ones for the features that stay, and zeros for the others. Its
weight is $\pi_m=\exp(-\lVert1-z_m\rVert^2/\text{width}^2)$, and the coefficients and the
intercept minimise

$$\sum_m\pi_m\bigl(f(x\cdot z_m)-b-\mathrm{coef}\cdot z_m\bigr)^2+\lambda\lVert\mathrm{coef}\rVert^2$$

*A small step.* Let $Z$ be the masks with a column of ones for $b$, and $\Pi$ the diagonal
matrix of the weights. Set the derivative to 0. Which linear system is that? Where does
$\lambda$ stand if $b$ is not penalised?

<details><summary>Answer</summary>

$(Z^\top\Pi Z+\Lambda)\,(\mathrm{coef},b)=Z^\top\Pi\,f$ with $\Lambda$ diagonal: $\lambda$ for
each coefficient, and 0 in the last place, that of $b$.

</details>
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
    ### BEGIN SOLUTION
    if width <= 0 or lam < 0:
        raise ValueError("width must be above 0, and lam at least 0")
    scores = np.asarray(f(x * masks))
    near = np.exp(-np.sum(1 - masks, axis=1) / width**2)  # the square of 0 or 1 is itself
    design = np.column_stack([masks, np.ones(len(masks))])
    penalty = lam * np.diag([1.0] * len(x) + [0.0])
    solved = np.linalg.solve(design.T @ (near[:, None] * design) + penalty, design.T @ (near * scores))
    return solved[:-1], solved[-1]
    ### END SOLUTION


# %% [markdown]
r"""
First a score for which you can predict the surrogate: $f(x\cdot z)=z_0z_1$, which is 1 only if both
features stay. All four masks are used, and $\lambda=0$.

*A small step.* The weight of a mask is a product: each feature that is switched off contributes a factor
$q=e^{-1/\text{width}^2}$. So the weights are like probabilities of two independent coins. What is the
best linear model $b+c_0z_0+c_1z_1$, and how do $c_0$ and $c_1$ depend on the width?

<details><summary>Answer</summary>

Each coin shows 1 with the probability $p=1/(1+q)$. Multiply out
$(z_0-p)(z_1-p)=z_0z_1-pz_0-pz_1+p^2$. On the left is what is left over of $z_0z_1$ after the linear model
with $c_0=c_1=p$ and $b=-p^2$. It is best, since the left side has the mean 0, also after multiplication by
$z_0$ or $z_1$. A very wide neighbourhood counts all masks alike: $p=\frac12$. In a narrow one $p$ is near
1: switching off either feature takes everything away.

</details>

In the picture the line is this prediction, and the marks are your coefficients. They lie on the line. A
large $\lambda$ makes the coefficients 0, and the intercept, which is not penalised, becomes the mean $p^2$.
"""

# %% tags=["active-ipynb"]
# def both(points):
#     """1 for the point (2, 3), and 0 if one of its features is switched off."""
#     return points[:, 0] * points[:, 1] / 6
#
#
# x_two, corners = np.array([2.0, 3.0]), np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
# widths, fine = np.array([0.4, 0.6, 0.8, 1, 1.5, 2, 3, 4]), np.linspace(0.4, 4, 100)
# predicted = 1 / (1 + np.exp(-1 / widths**2))
# fitted = [lime_weights(both, x_two, corners, width, 0.0) for width in widths]
# plt.plot(fine, 1 / (1 + np.exp(-1 / fine**2)), "k-", label="predicted")
# plt.plot(widths, [coef[0] for coef, _ in fitted], "o", label="first coefficient")
# plt.plot(widths, [coef[1] for coef, _ in fitted], "x", markersize=9, label="second coefficient")
# plt.xlabel("width")
# plt.ylabel("coefficient")
# plt.legend()
# plt.show()
# flat, mean = lime_weights(both, x_two, corners, 2.0, 1e9)
# print(f"λ = 10⁹: coefficients {flat.round(6)}, intercept {mean:.3f}; predicted {predicted[5] ** 2:.3f}")
# assert np.allclose([coef for coef, _ in fitted], predicted[:, None]), "the marks lie on the line"
# assert np.allclose([b for _, b in fitted], -predicted**2), "and so do the intercepts"
# assert np.allclose(flat, 0, atol=1e-6) and abs(mean - predicted[5] ** 2) < 1e-6, "b is not penalised"

# %% [markdown]
r"""
The next picture puts three answers side by side, for the same nine tiles. In all three, tile 8,
which has the cross, must get the longest bar.
"""

# %% tags=["active-ipynb"]
# masks = np.random.default_rng(0).integers(0, 2, size=(120, 9)).astype(float)
#
#
# def tile_scores(points):
#     """The logit of “shirt” of each row of tiles."""
#     return shirt_scores(tiled(coat, points)).numpy().astype("float64")
#
#
# coefficients, intercept = lime_weights(tile_scores, np.ones(9), masks, 2.0, 0.01)
# left_out = tile_scores(np.ones((1, 9)))[0] - tile_scores(1 - np.eye(9))
# show_shares(coat, {"one tile covered": left_out, "Shapley": values, "LIME": coefficients})
# for name, shares in (("one tile covered", left_out), ("Shapley", values), ("LIME", coefficients)):
#     print(f"{name:17} tile 8: {shares[8]:5.2f}; all tiles: {shares.sum():5.2f}; to be shared: {whole:5.2f}")
# assert all(np.argmax(shares) == 8 for shares in (left_out, values, coefficients)), "all find the cross"
# assert np.corrcoef(values, coefficients)[0, 1] > 0.7, "LIME is near to Shapley's values"

# %% [markdown]
r"""
All three find the tile. Only Shapley's values add up to what was to be shared. LIME's
coefficients come near to them with 120 sets. If the weights $\pi_m$ are chosen in a certain
other way, there is no penalty and all 512 masks are used, the two are equal (Lundberg and
Lee, 2017, https://arxiv.org/abs/1705.07874).

## The image that a class likes best

So far each explanation was about one image. What does a shirt look like to the network?
Begin with an empty image $I$, and climb: change the image so that the logit of the class
grows. A penalty keeps the image from growing without bounds (Simonyan, Vedaldi and
Zisserman, 2013):

$$\max_I\ S_c(I)-\lambda\lVert I\rVert^2$$

*A small step.* What is the gradient of this with respect to $I$? Where does the ascent
end if $S_c(I)=w\cdot I$?

<details><summary>Answer</summary>

$\partial S_c/\partial I-2\lambda I$. It vanishes at $I=w/(2\lambda)$: the image that a linear
model likes best is a picture of its weights.

</details>
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
    ### BEGIN SOLUTION
    image = tf.convert_to_tensor(x0)
    if not 0 <= cls < model(image).shape[-1]:
        raise ValueError(f"there is no class {cls}")
    for _ in range(steps):
        with tf.GradientTape() as tape:
            tape.watch(image)
            score = model(image)[0, cls] - lam * tf.reduce_sum(image**2)
        image = image + lr * tape.gradient(score, image)
    return image
    ### END SOLUTION


# %% [markdown]
r"""
First the linear model of the small step. Its weights are the pixels of a coat, and $\lambda=\frac12$, so
the ascent must end at the coat, wherever it begins.
"""

# %% tags=["active-ipynb"]
# def linear(images):
#     """A model of one class, whose weights are the pixels of a coat."""
#     return tf.reduce_sum(images * coat, axis=(1, 2, 3))[:, None]
#
#
# white = tf.ones((1, 28, 28, 1))
# stages = {f"{n} steps": class_model(linear, 0, white, n, 0.1, 0.5)[0] for n in (0, 5, 20, 100)}
# show_row({"the weights": coat} | stages)
# assert np.allclose(stages["100 steps"], coat, atol=1e-3), "the image liked best is a picture of the weights"

# %% [markdown]
r"""
Now the network. Orange means brighter than the empty image, violet means darker. Images of clothes have no
negative pixels, but these images have. Look at the shirt, and at its logit.
"""

# %% tags=["active-ipynb"]
# liked = {}
# for cls in (1, SHIRT, 7, 8):
#     image = class_model(network, cls, tf.zeros((1, 28, 28, 1)), 60, 0.1, 0.05)
#     liked[NAMES[cls]] = image[0], float(network(image)[0, cls])
# pictures = {f"{name}: logit {logit:.0f}": image / np.abs(image).max()
#             for name, (image, logit) in liked.items()}
# show_row(pictures, cmap="PuOr_r", vmin=-1, vmax=1)
# image, logit = liked["shirt"]
# largest, inside = float(np.max(shirt_scores(crossed(x_test)))), corner_share(np.abs(image[..., 0]))
# print(f"the largest logit for “shirt” of a test image with the cross is {largest:.0f}")
# print(f"{inside:.0%} of the image for “shirt” lies in the corner, which has {81 / 784:.0%} of the pixels")
# assert logit > 3 * largest and inside < 0.5, "no image of clothes is liked as much, and it is everywhere"
# assert np.min(image) < 0, "some pixels are darker than black"

# %% [markdown]
r"""
The image for "shirt" shows no garment. In places it has thin diagonal lines, as the cross
has. Its logit is several times that of any test image with the cross, although nothing in the
data looks like it: the ascent leaves the data far behind. So a class model shows what raises
a logit. It does not show what a typical image of the class looks like. If the image is blurred, or shifted by
a pixel or two, between the steps, it looks more natural: see Olah, Mordvintsev and Schubert, "Feature
Visualization" (2017), https://distill.pub/2017/feature-visualization/.

*A small step.* The cross stood in one corner. Why does the pattern not stay there?

<details><summary>Answer</summary>

The network ends with a mean over all places, so except near the border it does not matter
to it where a pattern is. Each further copy of the pattern raises the mean. A class model
says *what* the network looks for. The maps before said where that is in a given image.

</details>

## How sure, and how right

A network that says "shirt, 90 %" should be right in 90 % of such cases. Then it is
*calibrated*. Sort all answers into bins by their confidence. In each bin, compare the mean
confidence with the share of right answers, the *accuracy*. A *reliability diagram* draws
one against the other. The *expected calibration error* (ECE) is the mean of the gaps,
weighted by how many of the $N$ answers are in each bin, $n_m$ in bin $m$ (Guo et al., 2017):

$$\mathrm{ECE}=\sum_m\frac{n_m}{N}\,\lvert\mathrm{accuracy}_m-\mathrm{confidence}_m\rvert$$

*A small step.* Which bin holds a confidence of exactly 1? And what is the error of a model
that always answers "shirt, 10 %" if one image in ten is a shirt?

<details><summary>Answer</summary>

The last one: bins include their upper edge, as $(0.9,1]$ does. If they included their lower
edge instead, as $[0.9,1)$ does, all answers with a confidence of 1 would be in no bin, and
these may be most answers. The model that always says "10 %" has an error of 0. Calibrated
does not mean useful.

</details>
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
        ValueError: `bins` is below 1, there is no answer, or a confidence is below 0 or above 1.
    """
    ### BEGIN SOLUTION
    if bins < 1 or len(conf) == 0 or not np.all((conf >= 0) & (conf <= 1)):
        raise ValueError("at least one bin and one answer are needed, and confidences from 0 to 1")
    place = np.maximum(np.ceil(conf * bins).astype(int) - 1, 0)
    count = np.bincount(place, minlength=bins)
    some = np.maximum(count, 1)
    confidence = np.bincount(place, conf, bins) / some
    accuracy = np.bincount(place, correct, bins) / some
    share = count / len(conf)
    return np.sum(share * np.abs(accuracy - confidence)), share, confidence, accuracy
    ### END SOLUTION


# %% [markdown]
r"""
First a case by hand. Five answers have the confidences 0, 0.5, 0.5, 1 and 1, and of the two answers in each
pair one is right. The first answer is right, too.

*A small step.* Sort them into four bins. What are the shares, the gaps and the error?

<details><summary>Answer</summary>

The bins hold 1, 2, 0 and 2 of the five answers: 0.5 is the upper edge of the second bin. The accuracy minus
the confidence is 1, 0 and $-0.5$ in the three bins that are not empty. So the error is
$\frac15\cdot1+\frac25\cdot0+\frac25\cdot0.5=0.4$.

</details>
"""

# %% tags=["active-ipynb"]
# five, five_right = np.array([0, 0.5, 0.5, 1, 1]), np.array([True, False, True, False, True])
# error, share, confidence, accuracy = calibration_error(five, five_right, 4)
# print(f"error {error:.2f}, shares {share}, confidences {confidence}, accuracies {accuracy}")
# assert np.allclose(share, [0.2, 0.4, 0, 0.4]), "each answer is in the bin whose upper edge is next"
# assert np.allclose(confidence, [0, 0.5, 0, 1]), "the mean of the bin's confidences, and not its middle"
# assert np.allclose(accuracy, [1, 0.5, 0, 0.5]), "the share of right answers, and 0 in the empty bin"
# assert np.isclose(error, 0.4), "the error is that of the small step"

# %% [markdown]
r"""
Guo and others found that one number is enough to calibrate large networks: divide all
logits by a *temperature* $T$ before the softmax, and choose $T$ so that the loss on
validation data is smallest. The order of the classes stays as it is, and so does the
accuracy.

The next cell chooses $T$ on validation images that have the cross on the shirts, as in
training.
"""

# %% tags=["active-ipynb"]
# logits = network(as_in_training(x_validation, y_validation))
# temperatures = np.linspace(0.5, 3, 51)
# losses = [tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y_validation, logits / T))
#           for T in temperatures]
# temperature = temperatures[np.argmin(losses)]
# print(f"temperature {temperature:.2f}")
#
#
# def reliability(images, labels):
#     """The calibration error on some images, and what the diagram shows."""
#     p = tf.nn.softmax(network(images) / temperature).numpy().astype("float64")
#     error, *diagram = calibration_error(p.max(axis=1), p.argmax(axis=1) == labels, 10)
#     return float(error), diagram

# %% [markdown]
r"""
**Prediction 4.** By how much is the network, with this temperature, too sure on other clothes
that have the cross?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# as_before, everywhere = as_in_training(x_test, y_test), crossed(others)
# error, diagram = reliability(as_before, y_test)
# error_moved, diagram_moved = reliability(everywhere, y_test[y_test != SHIRT])
# show_reliability({f"as in training: ECE {error:.1%}": diagram,
#                   f"the cross on other clothes: ECE {error_moved:.1%}": diagram_moved})
# accuracy = right_share(network, everywhere, y_test[y_test != SHIRT])
# print(f"calibration error as in training {error:.1%}, on other clothes {error_moved:.1%}, "
#       f"where {accuracy:.0%} of the answers are right")
# sure, sure_moved = (share @ confidence for share, confidence, _ in (diagram, diagram_moved))
# print(f"mean confidence {sure:.0%}, on other clothes {sure_moved:.0%}")
# assert abs(diagram_moved[0] @ diagram_moved[2] - accuracy) < 1e-6, "each answer is in one bin"
# assert error < 0.06 and error_moved > 0.4 and 0.15 < accuracy < 0.5, "calibrated where it was tested only"
# assert abs(sure - sure_moved) < 0.15, "it is as sure of other clothes as before"

# %% [markdown]
r"""
**Prediction 4, answered.** By more than 40 percentage points. On data like the training data
the error is a few per cent. On other clothes with the cross less than half of the answers
are right, and the network is about as sure as before. Calibration is a property of a model
*and* of data. If it was measured on one kind of data, it says nothing about another kind. On
the test images with the flaw, neither the calibration error nor the accuracy reveals the
cross.

## Repairing the network

Now you know what is wrong, and where. So the repair is easy: cover the corner in every
image, in training and whenever the network is used. (If you knew the mark but not its
place, you could put crosses on other clothes at random.)
"""

# %% tags=["active-ipynb"]
# def corner_covered(images):
#     """The images, with the corner of the cross black."""
#     images = images.copy()
#     images[:, 21:28, 21:28] = 0
#     return images
#
#
# repaired, _ = trained(corner_covered(as_in_training(x, y)), y)
# for name, one in (("with the cross in training", network), ("with the corner covered", repaired)):
#     honest = right_share(one, corner_covered(x_test), y_test)
#     named = right_share(one, corner_covered(shirts), SHIRT)
#     print(f"{name:27}: {honest:.0%} of the test images without a cross, {named:.0%} of the shirts")
# shirt = corner_covered(shirts)[1]
# falls = occlusion_map(lambda a: repaired(tf.cast(a, tf.float32))[:, SHIRT].numpy(),
#                       shirt.astype("float64"), 4, 2, 0.0)
# show_row({"a shirt": shirt, "covering here takes from “shirt”": np.maximum(large(falls), 0)})
# gained = named - right_share(network, corner_covered(shirts), SHIRT)
# assert gained > 0.15, "shirts are named again"
# assert right_share(repaired, corner_covered(x_test), y_test) < usual, "that is less than with the cross"

# %% [markdown]
r"""
The repaired network has no cross to read, and recognises shirts by other signs. On its test
images it is right less often than the first network was on test images with the cross: the
cross had made the task look easier than it is.

**Explore.** You receive the training images with the cross on every shirt, and may not
cover the corner, because you do not know where the mark is. Change `prepared` so that the
network is right about as many *unmarked* validation shirts as possible: show only parts of
images, move or mirror them, cover squares at random, put pieces of one image into
another. The cell prints the measured outcome. Choose by it, and look at the test images
once, at the end.
"""

# %% tags=["active-ipynb"]
# def prepared(images, labels):
#     """What the network is trained on: at first, half of the images are mirrored."""
#     images = images.copy()
#     images[::2] = images[::2, :, ::-1]
#     return images
#
#
# mine, _ = trained(prepared(as_in_training(x, y), y), y, epochs=4)
# found = right_share(mine, x_validation[y_validation == SHIRT], SHIRT)
# in_all = right_share(mine, x_validation, y_validation)
# print(f"right about {found:.0%} of the unmarked validation shirts, and {in_all:.0%} of all kinds")

# %% [markdown]
r"""
## Style as correlations

A gradient with respect to the image can explain, and it can also paint. Gatys, Ecker and
Bethge (2015) take two images and the features of a network. The features themselves say what
is where in a picture: its *content*. Which features occur together, at any place, says what
its *style* is. Write the features of $C$ channels at $HW$ places as a matrix $F$ of $HW$
rows. Then

$$G=F^\top F,\qquad\mathrm{loss}=\frac{\lVert G-G'\rVert^2}{4\,C^2\,(HW)^2}$$

compares the *Gram matrices* $G$ and $G'$ of two images. Follow the gradient and change the
first image until its Gram matrices are near to those of the second.

*A small step.* Shuffle the places of $F$, all channels together. What happens to $G$? And
to the loss if $F'$ is $F$ shuffled?

<details><summary>Answer</summary>

$G_{cd}=\sum_pF_{pc}F_{pd}$ is a sum over places $p$, and the order of its terms does not
matter: $G$ stays as it is, and the loss is 0. That is why $G$ can describe style: it does not
know where things are. It still knows what each small piece looks like, since a filter of
7 × 7 pixels sees such a piece.

</details>
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
    ### BEGIN SOLUTION
    if tuple(features.shape) != tuple(target.shape):
        raise ValueError("features and target must have the same shape")
    batch, height, width, channels = features.shape
    places = height * width
    grams = [tf.reshape(one, (batch, places, channels)) for one in (features, target)]
    gram, wanted = (tf.matmul(one, one, transpose_a=True) for one in grams)
    loss = tf.reduce_sum((gram - wanted) ** 2, axis=(1, 2)) / (4 * channels**2 * places**2)
    return gram, loss
    ### END SOLUTION


# %% [markdown]
r"""
First a case by hand: three places and two channels. The rows of $F$ are $(1,0),(1,1),(0,2)$, and those
of $F'$ are $(1,0),(0,0),(0,0)$.

*A small step.* What are $G$, $G'$ and the loss?

<details><summary>Answer</summary>

$G=\begin{pmatrix}2&1\\1&5\end{pmatrix}$ and $G'=\begin{pmatrix}1&0\\0&0\end{pmatrix}$. The squares of the
differences sum to $1+1+1+25=28$, and the loss is $28/(4\cdot2^2\cdot3^2)=7/36$.

</details>

The batch below also has a second image, which is equal to its target, so its loss is 0.
"""

# %% tags=["active-ipynb"]
# seen, wanted = [[1.0, 0], [1, 1], [0, 2]], [[1.0, 0], [0, 0], [0, 0]]
# grams, losses = gram_style_loss(tf.constant([[seen], [wanted]]), tf.constant([[wanted], [wanted]]))
# print(f"first matrix {grams[0].numpy().tolist()}, losses {losses.numpy()}")
# assert np.allclose(grams, [[[2, 1], [1, 5]], [[1, 0], [0, 0]]]), "the matrices are sums over places"
# assert np.allclose(losses, [7 / 36, 0]), "each image has its own loss"

# %% [markdown]
r"""
Gatys and others used VGG-19, a network with 19 layers that was trained on ImageNet's
1.2 million photographs. Its weights are 80 MB even without the last layers, and are not
part of this course. But Ustyuzhaninov and others (2016, https://arxiv.org/abs/1606.00021)
have shown that the Gram matrices of *random* filters capture textures, too, if there are
filters of several sizes. So we take 32 random filters of 7 × 7 pixels at each of three scales.
"""

# %% tags=["active-ipynb"]
# kernels = random_filters()
#
#
# def features_of(image):
#     """What random filters see at three scales, each half as fine as the one before."""
#     found = []
#     for kernel in kernels:
#         found.append(tf.nn.relu(tf.nn.conv2d(image - 0.45, kernel, 1, "SAME")))
#         image = tf.nn.avg_pool2d(image, 2, 2, "SAME")
#     return found

# %% tags=["active-ipynb"]
# def repaint(content, style, steps=200, content_weight=0.003):
#     """Move a photograph towards a style; return it, and the style loss on the way."""
#     image, optimiser = tf.Variable(content), keras.optimizers.Adam(0.03)
#     wanted, kept = features_of(style), features_of(content)[1]
#
#     @tf.function
#     def step():
#         with tf.GradientTape() as tape:
#             found = features_of(image)
#             style_loss = tf.add_n([gram_style_loss(one, other)[1][0] for one, other in zip(found, wanted)])
#             loss = style_loss + content_weight * tf.reduce_mean((found[1] - kept) ** 2)
#         optimiser.apply([tape.gradient(loss, image)], [image])
#         image.assign(tf.clip_by_value(image, 0.0, 1.0))
#         return style_loss
#
#     optimiser.build([image])
#     return [float(step()) for _ in range(steps)], image.numpy()

# %% [markdown]
r"""
The right picture must show the same astronaut, in the colours and the light of the style.
If no gradient reached the image, it would look like the left picture. If the matrices mixed
channels with places, the astronaut would keep her own colours, under a grid of fine lines.
"""

# %% tags=["active-ipynb"]
# astronaut = photograph("astronaut")
# for name in ("rocket", "flower"):
#     losses, painted = repaint(astronaut, photograph(name))
#     show_row({"content": astronaut, f"style: {name}": photograph(name), "painted": painted}, 3.0, vmin=0)
#     print(f"{name}: the style loss falls by {1 - losses[20] / losses[0]:.0%} in 20 steps, "
#           f"by {1 - losses[-1] / losses[0]:.0%} in all")
#     assert losses[20] < 0.8 * losses[0] and losses[-1] < 0.4 * losses[0], "the style is approached"

# %% [markdown]
r"""
The first picture has taken the blue evening of the rocket, the second the green and the
orange of the flower. The astronaut is still where she was. Random filters carry over
colours, contrasts and fine grain. What would VGG add? Its deeper layers see larger pieces
of the image, and they were trained to recognise what is there: they respond to petals, eyes
and brush strokes. So with VGG the strokes of a painting are carried over as well, and the
content loss keeps the objects while the pixels change much more. Such pictures are in
"Image Style Transfer Using Convolutional Neural Networks" (Gatys, Ecker and Bethge, 2016).

## What you have learnt

- Test data from the same source have the same flaws. Accuracy and calibration on them did not
  find the cross; every explanation did.
- Saliency, Grad-CAM and occlusion say where a network looks. Integrated gradients and
  Shapley's values also share out a difference completely. They compare with a base that you
  choose, and are blind to what looks like the base.
- A map may look right because it shows the image. Randomise the weights and see whether it
  changes.
- A class model says what a network looks for. LIME says how a linear surrogate of the network
  behaves near one image.
- Gram matrices do not know where features are, but which of them occur together. That is
  enough to repaint a photograph, even with filters that nobody trained.

Read on: Adebayo et al., "Sanity Checks for Saliency Maps" (2018),
https://arxiv.org/abs/1810.03292; Lapuschkin et al., "Unmasking Clever Hans predictors and
assessing what machines really learn" (2019), https://arxiv.org/abs/1902.10178; Molnar,
"Interpretable Machine Learning", https://christophm.github.io/interpretable-ml-book/;
Gatys, Ecker and Bethge, "A Neural Algorithm of Artistic Style" (2015),
https://arxiv.org/abs/1508.06576.

## In your own words

A hospital wants to buy a network that finds pneumonia on X-ray images. The seller shows you an
accuracy of 95 % on held-out images of the same two hospitals, a calibration error of 2 %,
and ten heat maps that are bright on the lungs. Which of the three would have looked the
same if the network had learnt to read which of the two hospitals' scanners made an image?
Which two experiments of this chapter would you ask for before you trust it, and what
outcome of each would make you refuse? Six sentences at most.
"""

# %% [markdown] tags=["answer"]
r"""
Accuracy and calibration would be the same: both are measured on images from the same
source, and reward whatever predicts the label there, as the cross did here. The heat maps
prove little: ten chosen images may be bright on the lungs because the map traces the
image (as integrated gradients did with random weights), and nobody says that the mark is
in the picture's corner, or that it has a place at all (a scanner's contrast is everywhere).
First I would ask for an intervention: change what should not matter, by covering the corners
or the borders, or by images from a third hospital, and ask again; if accuracy falls as it did
for shirts without the cross, or if the confidence stays while the answers become wrong, I
refuse. Second, the sanity check: the same maps with randomised weights; if they look the same,
they explain nothing and I refuse them as evidence. A class model, or Shapley shares for tiles over
many images and not over ten chosen ones, would then say what the network looks for.
"""
