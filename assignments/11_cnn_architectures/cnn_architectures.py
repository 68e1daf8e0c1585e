# %% [markdown]
r"""
# Twenty years of networks that see

In October 2012, the results of a contest come out. The programs were shown 100,000
photographs, each of one of a thousand things, and were allowed five guesses for each. The
second best is wrong about 26 % of them. The best is wrong about 16 %. It is a
convolutional network, as was the program that has read cheques for banks since the 1990s,
but with a thousand times as many parameters. A year later most teams send in such networks.

**The question.** From LeNet-5 (1998) to capsules (2017), each new architecture
keeps the convolutions and changes how they are put together. What did each change
buy, where do its parameters go, and what can a network of twenty layers do only if
the signal may pass around them?

**Before you run anything**, write down your predictions:

1. AlexNet has 62 million parameters. Which share of them is in its five
   convolutions: about 6 %, a third, or 60 %? Which share of the multiplications
   is done there?
2. Two networks of twenty layers have just been initialised. One of them has a shortcut
   around every two layers, the other has none, and neither normalises anything. How much
   smaller is the gradient in the one without shortcuts: the same, a tenth, or less than a
   hundredth?
3. Sixty of a hundred capsules agree about one of two parents; the other forty do not
   agree about anything. At first each capsule gives a half of its output to each parent.
   After three rounds of *routing*, how much does a capsule that agrees give to this parent:
   about 0.6, about 0.8, or almost 1?

You will build the networks themselves: LeNet-5, AlexNet, VGG, the module of
GoogLeNet, residual networks, and the routing between capsules. Each of them is
checked by its shapes, its number of parameters and by what it computes. LeNet-5, the
residual network and a network of capsules are trained here, from your parts.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Callable, Sequence

import keras
import tensorflow as tf
from jaxtyping import Float

# %% [markdown]
r"""
## Helpers (you need not read this cell)

They draw, count, prepare data and train. What you are to see stands in the cells below.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import time
#
# import matplotlib.pyplot as plt
# import numpy as np
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "0.6"
# rng = np.random.default_rng(0)
# layers = keras.layers
#
#
# def show_history(results, person):
#     """The best top-5 errors by year, and a person's."""
#     figure, axes = plt.subplots(figsize=(10, 4.2), layout="constrained")
#     for year, name, error, contest, _ in results:
#         axes.plot(year, error, "o" if contest else "s", color=BLUE if contest else ORANGE, markersize=7)
#         axes.annotate(f"{name}\n{error} %", (year, error), (0, 9), textcoords="offset points", ha="center",
#                       fontsize=8, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5})
#     axes.plot([], [], "o", color=BLUE, label="winner of the contest, on its test images")
#     axes.plot([], [], "s", color=ORANGE, label="later, on the validation images")
#     axes.axhline(person, color=GREY, linestyle="--", label=f"a person who trained for it: {person} %")
#     axes.set(xlabel="year", ylabel="top-5 error in %", ylim=(0, 34), xlim=(2009.3, 2020.7))
#     axes.legend(loc="upper right")
#     plt.show()
#
#
# def count(build):
#     """Build a network whose variables have shapes and no values; return its parameters by layer."""
#     with keras.StatelessScope(initialize_variables=False):
#         model = build()
#         table = [(one.name, one.count_params(), tuple(one.output.shape[1:])) for one in model.layers]
#         kernels = {one.name: tuple(one.kernel.shape) for one in model.layers if hasattr(one, "kernel")}
#     keras.utils.clear_session()
#     return table, kernels
#
#
# def total(build):
#     """How many parameters a network has that is not allocated."""
#     return sum(number for _, number, _ in count(build)[0])
#
#
# def show_stack(model, title):
#     """A block for each layer of a chain: as high as its maps, as wide as their number."""
#     figure, axes = plt.subplots(figsize=(12, 3), layout="constrained")
#     left = 0.0
#     for layer in model.layers:
#         shape = layer.output.shape[1:]
#         height, maps = (shape[0], shape[2]) if len(shape) == 3 else (0.6 * shape[0] ** 0.6, 1)
#         width = 0.25 + 0.12 * maps**0.5
#         colour = BLUE if layer.count_params() else GREY
#         box = plt.Rectangle((left, -height / 2), width, height, facecolor=colour, alpha=0.4, edgecolor="k")
#         axes.add_patch(box)
#         name = type(layer).__name__.replace("2D", "").replace("AveragePooling", "Pool")
#         shown = " × ".join(map(str, shape))
#         label = f"{name}\n{shown}\n{layer.count_params():,}"
#         axes.text(left + width / 2, -18.5, label, ha="center", va="top", fontsize=8)
#         left += width + 0.95
#     axes.set(xlim=(-0.6, left - 0.3), ylim=(-29, 18), title=title)
#     axes.axis("off")
#     plt.show()
#
#
# def show_channels(loud, normed):
#     """The channels of one pixel before and after a normalisation."""
#     figure, panels = plt.subplots(1, 2, figsize=(11, 3), layout="constrained")
#     for axes, values, title in zip(panels, (loud, normed), ("before", "after")):
#         axes.bar(range(len(values)), values, color=GREY)
#         axes.bar([5, 17], values[[5, 17]], color=[BLUE, ORANGE])
#         axes.set(title=title, xlabel="channel", ylabel="activity")
#     panels[0].set_title("before: channels 5 and 17 are equally active")
#     panels[1].set_title("after: 17 has loud neighbours, 5 has none")
#     plt.show()
#
#
# def show_shares(names, numbers):
#     """For each of several quantities, its share by layer."""
#     figure, axes = plt.subplots(figsize=(10, 3.4), layout="constrained")
#     for place, ((label, values), colour) in enumerate(zip(numbers.items(), (ORANGE, BLUE))):
#         share = 100 * np.array(values) / np.sum(values)
#         bars = axes.bar(np.arange(len(names)) + 0.4 * place - 0.2, share, 0.38, color=colour, label=label)
#         axes.bar_label(bars, [f"{one:.1f}" for one in share], fontsize=8)
#     axes.set(xticks=range(len(names)), ylabel="share in %", title="AlexNet, layer by layer")
#     axes.set_xticklabels(names)
#     axes.legend()
#     plt.show()
#
#
# def show_graph(model, title):
#     """Draw the layers of a model, in rows by their distance from the input."""
#     rows, made = {}, {}
#     for layer in model.layers:
#         inputs = layer.input if isinstance(layer.input, list) else [layer.input]
#         above = [made[id(one)] for one in inputs if id(one) in made]
#         rows[layer.name] = 1 + max((rows[name] for name in above), default=-1)
#         made[id(layer.output)] = layer.name
#     # The row of the layer that a result goes to.
#     ends = {id(one): rows[layer.name] for layer in model.layers if isinstance(layer.input, list)
#             for one in layer.input}
#     places, figure = {}, plt.figure(figsize=(9, 3.9), layout="constrained")
#     axes = figure.add_subplot()
#     for row in range(max(rows.values()) + 1):
#         here = [layer for layer in model.layers if rows[layer.name] == row]
#         above = [made[id(one.input)] for one in here if row and not isinstance(one.input, list)]
#         if len(set(above)) == len(here) > 1:  # each stands under the layer that it follows
#             places |= {layer.name: (places[name][0], -row) for layer, name in zip(here, above)}
#             continue
#         here.sort(key=lambda layer: ends.get(id(layer.output), 0) < max(rows.values()))
#         for number, layer in enumerate(here):
#             places[layer.name] = (number - (len(here) - 1) / 2, -row)
#     for layer in model.layers:
#         inputs = layer.input if isinstance(layer.input, list) else [layer.input]
#         for one in inputs:
#             if id(one) in made and made[id(one)] != layer.name:
#                 (x0, y0), (x1, y1) = places[made[id(one)]], places[layer.name]
#                 arrow = {"arrowstyle": "->"}
#                 if y0 - y1 > 1:  # around the layers that stand between
#                     arrow["connectionstyle"] = "angle,angleA=-90,angleB=180"
#                     x1, y1 = x1 - 0.4, y1 - 0.2
#                 axes.annotate("", (x1, y1 + 0.2), (x0, y0 - 0.2), arrowprops=arrow)
#         kind = type(layer).__name__.replace("2D", "").replace("Layer", "")
#         side = getattr(layer, "kernel_size", getattr(layer, "pool_size", None))
#         what = f"{kind} {side[0]} × {side[1]}" if side else kind
#         label = f"{what}\n{layer.output.shape[-1]} maps, {layer.count_params():,} parameters"
#         colour = "#8ecae6" if layer.count_params() else "white"
#         axes.text(*places[layer.name], label, ha="center", va="center", fontsize=8,
#                   bbox={"boxstyle": "round", "facecolor": colour})
#     axes.set(xlim=(-2.2, 2.2), ylim=(-max(rows.values()) - 0.5, 0.5), title=title)
#     axes.axis("off")
#     plt.show()
#
#
# def clothes(side):
#     """Fashion-MNIST of 14 or 32 pixels: 3,500 images to train on, 500 for validation, 1,000 to test."""
#     train, test = load("fashion_mnist"), load("fashion_mnist", split="test")
#     order = np.random.default_rng(0).permutation(len(train["image"]))
#     images = np.concatenate([train["image"][order], test["image"]])[..., None].astype("float32") / 255
#     labels = np.concatenate([train["label"][order], test["label"]])
#     if side == 14:
#         images = images.reshape(-1, 14, 2, 14, 2, 1).mean((2, 4))
#     else:
#         images = np.pad(images, [(0, 0), (2, 2), (2, 2), (0, 0)])
#     return [(images[part], labels[part]) for part in (slice(3500), slice(3500, 4000), slice(4000, None))]
#
#
# def loss_of(model, x, y, training):
#     """The mean cross-entropy."""
#     logits = model(x, training=training)
#     return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
#
#
# def train(model, x, y, steps, rate=0.003, batch=32, training=True, loss=loss_of):
#     """Adam on batches drawn at random; returns the loss of each step."""
#     optimiser, draw = keras.optimizers.Adam(rate), np.random.default_rng(1)
#     optimiser.build(model.trainable_variables)
#
#     @tf.function
#     def step(x, y):
#         with tf.GradientTape() as tape:
#             value = loss(model, x, y, training)
#         slopes = tape.gradient(value, model.trainable_variables)
#         optimiser.apply_gradients(zip(slopes, model.trainable_variables))
#         return value
#
#     rows = [draw.choice(len(x), batch, replace=False) for _ in range(steps)]
#     return np.array([float(step(x[row], y[row])) for row in rows])
#
#
# def right_share(model, x, y, training=False):
#     """The share of images whose kind is named, in batches of 250."""
#     found = [np.argmax(model(x[at:at + 250], training=training), -1) for at in range(0, len(x), 250)]
#     return float(np.mean(np.concatenate(found) == y))
#
#
# def gradient_norms(model, x, y, training):
#     """The size of the loss' gradient in the kernel of each 3 × 3 convolution, from the image up."""
#     kernels = [one for one in model.trainable_variables if one.name == "kernel" and one.shape[:2] == (3, 3)]
#     with tf.GradientTape() as tape:
#         value = loss_of(model, x, y, training)
#     return np.array([float(tf.norm(one)) for one in tape.gradient(value, [one.value for one in kernels])])
#
#
# class PlainBlock(layers.Layer):
#     """The plain twin: two convolutions with their normalisations and ReLUs, and no shortcut."""
#
#     def __init__(self, filters, stride=1):
#         super().__init__()
#         self.row = []
#         for each in (stride, 1):
#             self.row.append(layers.Conv2D(filters, 3, each, "same", use_bias=False))
#             self.row += [layers.BatchNormalization(), layers.ReLU()]
#
#     def build(self, input_shape):
#         for layer in self.row:
#             layer.build(input_shape)
#             input_shape = layer.compute_output_shape(input_shape)
#
#     def call(self, x):
#         for layer in self.row:
#             x = layer(x)
#         return x
#
#
# STYLES = {"with shortcuts": (BLUE, "o"), "plain": (ORANGE, "s")}
#
#
# def show_norms(found, titles):
#     """The gradient's norm by layer: a panel for each title, with a line for each kind of block."""
#     figure, panels = plt.subplots(1, len(titles), figsize=(11, 3.6), sharey=True, layout="constrained")
#     for axes, title in zip(np.atleast_1d(panels), titles):
#         for kind, (colour, mark) in STYLES.items():
#             for number, norms in enumerate(found[kind, title]):
#                 label = kind if number == 0 else None
#                 axes.semilogy(range(1, len(norms) + 1), norms, f"{mark}-", color=colour, ms=4, label=label)
#         axes.set(title=title, xlabel="3 × 3 convolution, from the image up", xticks=range(1, 20, 3))
#         axes.legend()
#     np.atleast_1d(panels)[0].set_ylabel("norm of the gradient")
#     plt.show()
#
#
# def smooth(losses):
#     """The mean of twenty steps."""
#     return np.convolve(losses, np.ones(20) / 20, mode="valid")
#
#
# def show_losses(histories):
#     """Training losses by step."""
#     figure, axes = plt.subplots(figsize=(8, 3.8), layout="constrained")
#     for (kind, norm, seed), losses in histories.items():
#         label = f"{kind}, {'with' if norm else 'without'} normalisation" if seed == 0 else None
#         axes.plot(smooth(losses), color=STYLES[kind][0], linestyle="-" if norm else "--", label=label)
#     axes.axhline(np.log(10), color=GREY, linestyle=":", label="guessing: log 10")
#     axes.set(xlabel="step", ylabel="training loss, mean of 20 steps", ylim=(0, 2.6))
#     axes.legend(fontsize=8)
#     plt.show()
#
#
# def without_block(model, skipped, x):
#     """What a chain of layers returns if one of them is left out, with the batch's statistics."""
#     for layer in model.layers[1:]:
#         if layer is not skipped:
#             normalises = isinstance(layer, (ResidualBlock, PlainBlock, layers.BatchNormalization))
#             x = layer(x, training=True) if normalises else layer(x)
#     return x
#
#
# def show_lesions(shares):
#     """The share of right answers without one block, for each block."""
#     figure, axes = plt.subplots(figsize=(10, 3.2), layout="constrained")
#     for kind, (whole, without) in shares.items():
#         colour, mark = STYLES[kind]
#         axes.plot(without, f"{mark}-", color=colour, label=f"{kind}, one block left out")
#         axes.axhline(whole, color=colour, linestyle=":", label=f"{kind}, whole")
#     axes.axhline(0.1, color=GREY, linestyle="--", label="guessing")
#     axes.set(xlabel="which of the blocks that keep their input's shape", ylabel="share of right answers",
#              ylim=(0, 1), xticks=range(len(without)))
#     axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
#     plt.show()
#
#
# def show_squash_and_margin(lengths, squashed, losses):
#     """New lengths by old ones, and what a capsule costs by its length."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.2), layout="constrained")
#     left.plot(lengths, squashed, color=BLUE, label="yours")
#     few = lengths[::20]
#     left.plot(few, few**2 / (1 + few**2), "o", color=ORANGE, markersize=4, label="expected")
#     left.plot(lengths, np.minimum(lengths, 1), ":", color=GREY, label="the length itself, cut off at 1")
#     left.set(xlabel="length of s", ylabel="length of v", title="squash")
#     left.legend()
#     for (name, values), colour in zip(losses.items(), (BLUE, ORANGE)):
#         right.plot(np.linspace(0, 1, len(values)), values, color=colour, label=name)
#     right.set(xlabel="length of the class's capsule", ylabel="loss", title="margin loss")
#     right.legend()
#     plt.show()
#
#
# def show_routing(votes, outputs, couplings, agreeing):
#     """Votes for a parent with its output by round, and the couplings to it by round."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
#     for part, colour, name in ((agreeing, BLUE, "agree"), (~agreeing, GREY, "do not")):
#         left.plot(*votes[part].T, "o", color=colour, markersize=4, label=f"capsules that {name}")
#         rounds = np.arange(1, len(couplings) + 1)
#         right.plot(rounds, couplings[:, part], color=colour, linewidth=0.5, alpha=0.35)
#         right.plot(rounds, couplings[:, part].mean(1), "o-", color=colour, lw=3, label=f"{name}: the mean")
#     left.plot(*outputs.T, "x-", color=ORANGE, markersize=9, label="the parent's output, round by round")
#     left.set(title="what each capsule predicts for the first parent", aspect="equal")
#     left.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.08))
#     right.set(xlabel="round", ylabel="coupling to the first parent", ylim=(0, 1), xticks=rounds)
#     right.legend(fontsize=8)
#     plt.show()
#
#
# class CapsuleNetwork(keras.Model):
#     """Two convolutions, 32 capsules of 4 numbers, and 10 capsules of 8 numbers, one for each digit."""
#
#     def __init__(self, rounds):
#         super().__init__()
#         self.rounds = rounds
#         self.first = layers.Conv2D(32, 3, activation="relu")
#         self.second = layers.Conv2D(32, 3, strides=2)
#         start = keras.initializers.RandomNormal(stddev=0.15, seed=0)
#         self.matrices = self.add_weight(shape=(32, 10, 4, 8), initializer=start, name="matrices")
#
#     def predictions(self, images):
#         """What each of the 32 capsules predicts for each digit, [batch, 32, 10, 8]."""
#         maps = self.second(self.first(images))
#         below = squash(tf.reshape(maps, (-1, 32, 4)))
#         return tf.einsum("bid,ijde->bije", below, self.matrices)
#
#     def call(self, images, training=False):
#         return dynamic_routing(self.predictions(images), self.rounds, squash)[0]
#
#
# def show_couplings(image, tables):
#     """An image, and the couplings of its capsules by round."""
#     figure, panels = plt.subplots(1, len(tables) + 1, figsize=(12, 3.4), layout="constrained",
#                                   width_ratios=[1.2] + [1] * len(tables))
#     panels[0].imshow(image, cmap="gray_r")
#     panels[0].set(title="the image", xticks=[], yticks=[])
#     for number, (axes, table) in enumerate(zip(panels[1:], tables), 1):
#         shown = axes.imshow(table, cmap="cividis", vmin=0, vmax=0.4, aspect="auto")
#         axes.set(title=f"round {number}", xlabel="digit", xticks=range(10))
#     panels[1].set_ylabel("capsule")
#     figure.colorbar(shown, ax=panels[-1], label="coupling")
#     plt.show()

# %% [markdown]
r"""
## The contest in one picture

The ImageNet challenge was held from 2010 to 2017. Its images belong to a thousand classes,
and a program is wrong about an image if none of its five guesses is right. So the history
of ImageNet is shorter than that of our networks: LeNet-5 is twelve years older. Each number
below has its source beside it. The last two are measured on the validation images, which the
contest's winners were not judged by, and their networks have seen many more images.

A person who had trained for the task was wrong about 5.1 % of 1,500 images (Russakovsky et al.,
"ImageNet Large Scale Visual Recognition Challenge", 2015).
"""

# %% tags=["active-ipynb"]
# # Year, name, top-5 error in %, whether it is the contest's winner, and where the number is from.
# RESULTS = [
#     (2010, "NEC-UIUC", 28.2, True, "Russakovsky et al. (2015), https://arxiv.org/abs/1409.0575"),
#     (2011, "XRCE", 25.8, True, "Russakovsky et al. (2015)"),
#     (2012, "AlexNet", 16.4, True, "Russakovsky et al. (2015); 15.3 % with more data to learn from"),
#     (2013, "Clarifai", 11.7, True, "Russakovsky et al. (2015)"),
#     (2014, "GoogLeNet", 6.7, True, "Szegedy et al. (2015), https://arxiv.org/abs/1409.4842"),
#     (2015, "ResNet", 3.57, True, "He et al. (2016), https://arxiv.org/abs/1512.03385"),
#     (2016, "Trimps-Soushen", 2.99, True, "https://image-net.org/challenges/LSVRC/2016/results"),
#     (2017, "SENet", 2.25, True, "Hu, Shen and Sun (2018), https://arxiv.org/abs/1709.01507"),
#     (2019, "FixResNeXt", 2.0, False, "Touvron et al. (2019), https://arxiv.org/abs/1906.06423"),
#     (2020, "Noisy Student", 1.3, False, "Xie et al. (2020), https://arxiv.org/abs/1911.04252"),
# ]
# show_history(RESULTS, person=5.1)
# for year, name, error, _, source in RESULTS:
#     print(f"{year} {name:14} {error:5} %   {source}")
# errors = [row[2] for row in RESULTS]
# assert errors == sorted(errors, reverse=True) and errors[2] < 0.65 * errors[1], "a third less in 2012"
# assert errors[5] < errors[2] / 4, "less than a quarter in 2015"

# %% [markdown]
r"""
The largest step is that of 2012, when the error falls by a third. Three years later it is less
than a quarter of what it was then. You will build AlexNet, the module of GoogLeNet, and
residual networks.
"""

# %% [markdown]
r"""
## LeNet-5: the pattern

A *builder* is a function that returns a network. With Keras' functional interface it
begins with a symbolic image, `keras.Input`, which has a shape and no pixels. Each
layer is called on what the layer before returned, and `keras.Model` collects all that
lies between the image and the result. Here is a small one, worked in full.
"""

# %% tags=["active-ipynb"]
# def tiny_network(classes=3):
#     image = keras.Input((12, 12, 1))
#     maps = keras.layers.Conv2D(4, 3, activation="relu")(image)
#     maps = keras.layers.MaxPooling2D(2)(maps)
#     scores = keras.layers.Dense(classes)(keras.layers.Flatten()(maps))
#     return keras.Model(image, scores)
#
#
# for layer in tiny_network().layers:
#     print(f"{type(layer).__name__:13} {str(layer.output.shape[1:]):12} {layer.count_params():5} parameters")
# assert tiny_network().count_params() == 40 + 303, "as counted below"

# %% [markdown]
r"""
A convolution with windows of $p\times q$ pixels from $C$ to $O$ maps has $pqCO$ weights
and $O$ biases: here $3\cdot3\cdot1\cdot4+4=40$. A pooling and a flattening have no
parameters. After the pooling, 4 maps of $5\times5$ are left, so the dense layer has
$100\cdot3+3=303$. The last layer returns *logits*, which may be any numbers; the loss
makes probabilities of them.

LeNet-5 read cheques for banks. Three of its
ideas have stayed for twenty years: local windows with shared weights, pooling in between, and more
and more maps on fewer and fewer pixels.

*A small step:* an image of $32\times32$ passes a $5\times5$ convolution without padding, a
$2\times2$ pooling, a second such convolution and a second pooling. How many pixels does each map
have then?

<details><summary>Answer</summary>

$32\to28\to14\to10\to5$: $5\times5=25$ pixels. With 16 maps, 400 numbers reach the first
dense layer.

</details>
"""


# %%
def lenet5(classes: int = 10, input_shape: tuple[int, int, int] = (32, 32, 1)) -> keras.Model:
    """Build LeNet-5, with logits as its output.

    Builds the network of LeCun, Bottou, Bengio and Haffner, "Gradient-based learning
    applied to document recognition" (1998), https://doi.org/10.1109/5.726791, section
    II.B, in its modern form: each map of the second convolution sees all six maps, pooling
    has no parameters, and the last layer is an ordinary dense one. All windows are square,
    and nothing is padded:

    1. a convolution of 5 × 5 with 6 maps, tanh; average pooling of 2 × 2 with stride 2;
    2. a convolution of 5 × 5 with 16 maps, tanh; average pooling of 2 × 2 with stride 2;
    3. dense layers of 120 and 84 units, tanh, and one of `classes` units without activation.

    All convolutions and dense layers have a bias. The same in training as in use.

    Args:
        classes: number of logits.
        input_shape: (height, width, channels) of an image.

    Returns:
        A model that maps images [batch, height, width, channels] to logits [batch, classes].

    Raises:
        ValueError: as Keras itself does, where there is no class, or a side of the image is
            too small for the windows.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(lenet5)

# %% [markdown]
r"""
From left to right the maps become smaller, and there are more of them. This picture has been the
same for twenty years. A wrong padding or a wrong pooling shows as a block that is too high.
"""

# %% tags=["active-ipynb"]
# network = lenet5()
# show_stack(network, f"LeNet-5: {network.count_params():,} parameters (blue: layers that have some)")
# assert network.count_params() == 61_706, "the number of this form of LeNet-5"
# assert total(lambda: tiny_network()) == 343, "counting without allocating agrees with Keras"

# %% [markdown]
r"""
Nothing is learnt at the start, so the loss must be about $\log 10\approx2.30$; twenty
images must be learnt by heart; then LeNet-5 is trained on 3,500 images of Fashion-MNIST,
framed with two rows and columns of zeros, for a few seconds.
"""

# %% tags=["active-ipynb"]
# (x, y), (x_validation, y_validation), (x_test, y_test) = clothes(32)
# keras.utils.set_random_seed(0)
# network = lenet5()
# start = float(loss_of(network, x[:200], y[:200], False))
# train(network, x[:20], y[:20], 150, batch=20)
# by_heart = right_share(network, x[:20], y[:20])
#
# network = lenet5()
# begun = time.perf_counter()
# losses = train(network, x, y, 400, batch=50)
# lenet_share = right_share(network, x_validation, y_validation)
# seconds = time.perf_counter() - begun
# print(f"loss at the start {start:.2f}, by heart {by_heart:.0%}; trained in {seconds:.0f} s")
# print(f"loss {losses[-20:].mean():.2f}, right about {lenet_share:.1%} of the validation images")
# assert abs(start - np.log(10)) < 0.3, "near log 10"
# assert by_heart == 1 and lenet_share > 0.74, "learns by heart, and learns"

# %% [markdown]
r"""
## Local response normalisation

AlexNet divides each number by a measure of how active its neighbours are: not the
neighbouring pixels, but the neighbouring *channels* at the same pixel. For channel $c$ of
$C$, with radius $r$,

$$y_c = \frac{x_c}{\bigl(k+\alpha\sum_{j=\max(0,\,c-r)}^{\min(C-1,\,c+r)} x_j^2\bigr)^{\beta}}$$

The constants of the paper are $k=2$, $\alpha=10^{-4}$, $\beta=0.75$ and $r=2$ (five
channels). Beyond the first and the last channel there is nothing to add. Batch
normalisation has replaced it since 2015, but the idea comes from nerve cells:
neighbouring ones inhibit each other.
"""


# %%
def local_response_norm(
    x: Float[tf.Tensor, "batch height width channels"],
    radius: int = 2,
    bias: float = 2.0,
    alpha: float = 1e-4,
    beta: float = 0.75,
) -> Float[tf.Tensor, "batch height width channels"]:
    """Divide each number by the activity of the neighbouring channels at its pixel.

    Computes section 3.3 of Krizhevsky, Sutskever and Hinton, "ImageNet Classification with
    Deep Convolutional Neural Networks" (2012), https://doi.org/10.1145/3065386. Any way
    will do but `tf.nn.local_response_normalization`. Gradients flow to x.

    Args:
        x: maps.
        radius: r, 0 or more. The sum has r channels on each side of its own, as far as there
            are so many. It is not divided by their number.
        bias: k, above 0.
        alpha: what the sum of squares is multiplied by.
        beta: the power of the denominator.

    Returns:
        Maps as x is shaped.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(local_response_norm)

# %% [markdown]
r"""
Two channels are equally active, but one of them has loud neighbours. After the normalisation it
is almost four times smaller than the other one, which has quiet neighbours. The ratio follows from
the sums of squares over five channels. A window of another width, or an $\alpha$ that is divided by
the number of channels, gives another one.
"""

# %% tags=["active-ipynb"]
# activity = np.full(24, 4.0, "float32")
# activity[[5, 17]], activity[[15, 16, 18]] = 60, 200
# normed = np.asarray(local_response_norm(tf.constant(activity)[None, None, None]))[0, 0, 0]
# show_channels(activity, normed)
# sums = [np.sum(activity[place - 2:place + 3] ** 2) for place in (5, 17)]
# expected = ((2 + 1e-4 * sums[1]) / (2 + 1e-4 * sums[0])) ** 0.75
# print(f"channel 5: {normed[5]:.1f}, channel 17: {normed[17]:.1f}, "
#       f"{normed[5] / normed[17]:.2f} times smaller; expected: {expected:.2f}")
# assert abs(normed[5] / normed[17] - expected) < 0.01 and 3.5 < expected < 4, "almost four times smaller"

# %% [markdown]
r"""
## AlexNet at any width

AlexNet is LeNet-5's pattern at a larger scale, with three changes: ReLU instead of tanh,
pooling by maxima over windows that overlap, and dropout between the dense layers, where
most of its parameters are. It was split over two graphics cards; we build the undivided
network, which has a little more.

So that it can be built in milliseconds, all numbers of maps and units are multiplied by a
*width*, 1 for the original. At width 1/16 it has less than a hundredth of the parameters.

*A small step:* the first convolution has windows of $11\times11$ and stride 4, without
padding, on an image of 227 pixels. A pooling has windows of $3\times3$ and stride 2. How
many pixels does a side have after the first convolution, and after each of three poolings, if
the other convolutions keep the sides?

<details><summary>Answer</summary>

$(227-11)/4+1=55$, then $(55-3)/2+1=27$, then 13, then 6. So $6\cdot6\cdot256=9216$ numbers
reach the first dense layer. With the 224 pixels that the paper writes, the first division
has a remainder; 227 is what makes its numbers right.

</details>
"""


# %%
def alexnet(
    width: float = 1.0,
    classes: int = 1000,
    input_shape: tuple[int, int, int] = (227, 227, 3),
    norm: Callable | None = None,
) -> keras.Model:
    """Build AlexNet, undivided, with logits as its output.

    Builds the network of Krizhevsky, Sutskever and Hinton, "ImageNet Classification with
    Deep Convolutional Neural Networks" (2012), https://doi.org/10.1145/3065386, on one
    device. "Pooling" is a maximum over 3 × 3 with stride 2, without padding; every
    convolution and dense layer but the last is followed by a ReLU:

    1. a convolution of 11 × 11 with 96 maps, stride 4, without padding; norm; pooling;
    2. a convolution of 5 × 5 with 256 maps, padding "same"; norm; pooling;
    3. three convolutions of 3 × 3 with 384, 384 and 256 maps, padding "same"; pooling;
    4. twice a dense layer of 4096 units, each followed by dropout of 0.5;
    5. a dense layer of `classes` units, without activation.

    All convolutions and dense layers have a bias.

    Args:
        width: all numbers of maps and units but `classes` are multiplied by it, and rounded
            to the nearest integer.
        classes: number of logits.
        input_shape: (height, width, channels) of an image.
        norm: a layer without weights, called after the ReLU of the first two convolutions;
            None: nothing is normalised.

    Returns:
        A model that maps images [batch, height, width, channels] to logits [batch, classes].

    Raises:
        ValueError: as Keras itself does, where a layer has no map or unit left after the
            rounding, or a side of the image is too small for the windows.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(alexnet)

# %% [markdown]
r"""
At width 1/16 AlexNet takes a moment. At width 1 it is only counted: inside
`keras.StatelessScope` layers have shapes and no numbers, so that nothing is allocated.
"""

# %% tags=["active-ipynb"]
# norm = layers.Lambda(local_response_norm, name="local_response_norm")
# begun = time.perf_counter()
# small = alexnet(1 / 16, norm=norm)
# photographs = load("photographs")["image"][:2, 30:257, 70:297].astype("float32")
# logits = small(photographs)
# seconds = time.perf_counter() - begun
# table, kernels = count(lambda: alexnet())
# whole = sum(number for _, number, _ in table)
# print(f"width 1/16: {small.count_params():,} parameters, built and run in {seconds:.1f} s: {logits.shape}")
# print(f"width 1:    {whole:,} parameters, which would take {whole * 4 / 1e6:.0f} MB")
# assert whole == 62_378_344, "the undivided AlexNet"
# assert small.count_params() < whole / 100, "less than a hundredth"
# assert not np.allclose(logits, alexnet(1 / 16)(photographs)), "another network, with other weights"

# %% [markdown]
r"""
**Prediction 1.** Which share of AlexNet's parameters is in the five convolutions? Which share
of the multiplications, when one image is classified?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# shapes = {name: shape for name, _, shape in table}
# names = list(kernels)
# parameters = [number for name, number, _ in table if name in kernels]
# # A kernel's entries are used once at each pixel of the result; those of a dense layer once.
# products = [int(np.prod(kernels[name]) * np.prod(shapes[name][:-1])) for name in names]
# short = [f"conv {place}" for place in range(1, 6)] + [f"dense {place}" for place in range(1, 4)]
# show_shares(short, {"parameters": parameters, "multiplications": products})
# share, work = (100 * sum(one[:5]) / sum(one) for one in (parameters, products))
# print(f"convolutions: {share:.1f} % of parameters, {work:.1f} % of {sum(products):,} products")
# assert 5.5 < share < 6.5 and 94 < work < 96, "as the text says"

# %% [markdown]
r"""
**Prediction 1, answered.** About 6 % of the parameters, and about 95 % of the multiplications.
A convolution uses each weight again at every pixel: 3,025 times in the first layer. A dense layer
uses each weight once, and the first of them joins 9,216 numbers with 4,096 units: 38 million
weights in one layer. So whoever wants fewer parameters changes the dense layers, and
whoever wants less arithmetic changes the convolutions.
"""

# %% [markdown]
r"""
## VGG: counting first

The VGG networks of 2014 have one kind of convolution only, $3\times3$ with padding
"same", and one kind of pooling, $2\times2$. A network is then described by its *blocks*:
each has some convolutions with the same number of maps, and a pooling at its end. VGG-16
is `[(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]`, and then come two dense layers of
4096 units and the classes.

*A small step:* two $3\times3$ convolutions see $5\times5$ pixels, three see $7\times7$.
How many weights do three $3\times3$ convolutions from $C$ to $C$ maps have? How many does one
of $7\times7$ have, which sees as much?

<details><summary>Answer</summary>

$3\cdot9C^2=27C^2$ against $49C^2$. There are also three ReLUs in place of one.

</details>

Before you build such a network, count it. Whoever designs a network does this on paper:
138 million numbers of 4 bytes need half a gigabyte before the first image arrives.
"""

# %%
VGG11 = [(1, 64), (1, 128), (2, 256), (2, 512), (2, 512)]
VGG16 = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]
VGG19 = [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)]


def vgg_parameters(
    blocks: Sequence[tuple[int, int]],
    width: float = 1.0,
    classes: int = 1000,
    input_shape: tuple[int, int, int] = (224, 224, 3),
) -> int:
    """Count the parameters of a VGG network by arithmetic, without building it.

    Counts the networks of table 1 in Simonyan and Zisserman, "Very Deep Convolutional
    Networks for Large-Scale Image Recognition" (2015), https://arxiv.org/abs/1409.1556.
    Each block has convolutions of 3 × 3 with padding "same", and a pooling of 2 × 2 with
    stride 2 at its end, which leaves out a last odd row or column. All that is left is read
    by a dense layer of 4096 units; a second one and one of `classes` units follow. All
    convolutions and dense layers have a bias.

    Args:
        blocks: (number of convolutions, maps of each) of each block, from the image up.
        width: the maps and the 4096 units are multiplied by it, and rounded to the nearest
            integer.
        classes: number of logits.
        input_shape: (height, width, channels) of an image.

    Returns:
        How many weights and biases there are together, an integer.

    Raises:
        ValueError: a pooling would leave no pixel.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(vgg_parameters)

# %% [markdown]
r"""
Three quarters of VGG-16's parameters are in one dense layer. GoogLeNet and nearly all later
networks take the mean of each map instead, and have no such layer.
"""

# %% tags=["active-ipynb"]
# for name, blocks in {"VGG-11": VGG11, "VGG-16": VGG16, "VGG-19": VGG19}.items():
#     print(f"{name}: {vgg_parameters(blocks):11,} parameters by arithmetic")
# first_dense = (7 * 7 * 512 + 1) * 4096
# print(f"VGG-16's first dense layer has {first_dense / vgg_parameters(VGG16):.0%} of them")
# assert vgg_parameters(VGG16) == 138_357_544, "VGG-16"
# assert 0.7 < first_dense / vgg_parameters(VGG16) < 0.78, "three quarters"

# %% [markdown]
r"""
## VGG: building

Now build what you have counted.
"""


# %%
def vgg(
    blocks: Sequence[tuple[int, int]],
    width: float = 1.0,
    classes: int = 1000,
    input_shape: tuple[int, int, int] = (224, 224, 3),
) -> keras.Model:
    """Build a VGG network, with logits as its output.

    Builds the networks of table 1 in Simonyan and Zisserman, "Very Deep Convolutional
    Networks for Large-Scale Image Recognition" (2015), https://arxiv.org/abs/1409.1556,
    without dropout. Each block has convolutions of 3 × 3 with padding "same", each followed
    by a ReLU, and a pooling by the maximum over 2 × 2 with stride 2 at its end. Then all
    pixels of all maps are read by a dense layer of 4096 units with ReLU, a second one, and a
    dense layer of `classes` units without activation. All have a bias. The same in training
    as in use.

    Args:
        blocks: (number of convolutions, maps of each) of each block, from the image up.
        width: the maps and the 4096 units are multiplied by it, and rounded to the nearest
            integer.
        classes: number of logits.
        input_shape: (height, width, channels) of an image.

    Returns:
        A model that maps images [batch, height, width, channels] to logits [batch, classes].

    Raises:
        ValueError: as Keras itself does, where a layer has no map or unit left after the
            rounding, or a pooling would leave no pixel.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(vgg)

# %% [markdown]
r"""
Your VGG-16 and Keras' own have the same kernels, one by one. The pictures show which pixels one
unit sees through one, two and three convolutions of a block: 3, 5 and 7 in each direction.
"""

# %% tags=["active-ipynb"]
# ours, kernels = count(lambda: vgg(VGG16))
# theirs, keras_kernels = count(lambda: keras.applications.VGG16(weights=None))
# print(f"your builder: {sum(n for _, n, _ in ours):,}; keras.applications: {sum(n for _, n, _ in theirs):,}")
# assert list(kernels.values()) == list(keras_kernels.values()), "kernel for kernel the same shapes"
# assert sum(n for _, n, _ in ours) == vgg_parameters(VGG16), "arithmetic and building agree"
#
# figure, panels = plt.subplots(1, 3, figsize=(9, 3), layout="constrained")
# for depth, panel in zip((1, 2, 3), panels):
#     one_block = keras.Sequential(vgg([(depth, 8)], 1.0, 2, (12, 12, 1)).layers[:1 + depth])
#     pixels = tf.random.stateless_uniform((1, 12, 12, 1), (depth, 1))
#     with tf.GradientTape() as tape:
#         tape.watch(pixels)
#         middle = tf.reduce_sum(one_block(pixels)[0, 6, 6])
#     seen = np.abs(tape.gradient(middle, pixels)[0, :, :, 0]) > 0
#     panel.imshow(seen, cmap="cividis")
#     panel.set(title=f"{depth} × (3 × 3): sees {seen.any(1).sum()} × {seen.any(0).sum()}")
#     assert seen.any(1).sum() <= 2 * depth + 1, "never more than the receptive field"
# plt.show()

# %% [markdown]
r"""
## The inception module

GoogLeNet won in 2014 with a twelfth of AlexNet's parameters. Which window is the right
one, $1\times1$, $3\times3$ or $5\times5$? GoogLeNet has all of them, side by side, and
the next layer chooses. What makes it affordable are $1\times1$ convolutions. They mix the
channels of one pixel, and *reduce* their number before a larger window has to look at them.

*A small step:* 192 maps come in, and a $5\times5$ convolution is to make 32 maps. How many
weights does it have, without biases? How many are there if a $1\times1$ convolution first reduces
192 maps to 16?

<details><summary>Answer</summary>

$25\cdot192\cdot32=153{,}600$, against $192\cdot16+25\cdot16\cdot32=3{,}072+12{,}800=15{,}872$:
a tenth.

</details>
"""


# %%
def inception_module(
    x: keras.KerasTensor, f1: int, f3r: int, f3: int, f5r: int, f5: int, fp: int
) -> keras.KerasTensor:
    """Apply four branches side by side and concatenate their maps.

    Builds figure 2(b) of Szegedy et al., "Going Deeper with Convolutions" (2015),
    https://arxiv.org/abs/1409.4842. All layers have stride 1 and padding "same"; every
    convolution, those that reduce too, has a bias and is followed by a ReLU. The branches,
    in the order of their maps in the result:

    1. a convolution of 1 × 1;
    2. a convolution of 1 × 1, then one of 3 × 3;
    3. a convolution of 1 × 1, then one of 5 × 5;
    4. a maximum over 3 × 3, then a convolution of 1 × 1.

    Args:
        x: a symbolic tensor [batch, height, width, channels], as `keras.Input` and Keras'
            layers return it.
        f1: maps of the first branch.
        f3r: maps of the second branch after its 1 × 1 convolution.
        f3: maps of the second branch at its end.
        f5r: maps of the third branch after its 1 × 1 convolution.
        f5: maps of the third branch at its end.
        fp: maps of the fourth branch.

    Returns:
        A symbolic tensor [batch, height, width, f1 + f3 + f5 + fp].

    Raises:
        ValueError: as Keras itself does, where a convolution would have no maps.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(inception_module)

# %% [markdown]
r"""
The first module of GoogLeNet is called (3a). The reductions save more than half of its
parameters, and so more than half of its arithmetic. The picture is read off the model: a
reduction that is missing, or a branch that begins at the wrong place, is seen at once.
"""

# %% tags=["active-ipynb"]
# def module(*maps, side=28, channels=192):
#     x = keras.Input((side, side, channels))
#     return keras.Model(x, inception_module(x, *maps))
#
#
# table, kernels = count(lambda: module(64, 96, 128, 16, 32, 32))
# parameters = sum(number for _, number, _ in table)
# direct = sum(side**2 * 192 * maps + maps for side, maps in ((1, 64), (3, 128), (5, 32), (1, 32)))
# print(f"inception (3a): {parameters:,} parameters; without the reductions {direct:,}")
# show_graph(module(4, 6, 8, 2, 3, 3, channels=12), "the module, at a sixteenth of its width")
# assert parameters == 163_696, "inception (3a)"
# assert 2.2 < direct / parameters < 2.6, "the reductions save more than a half"

# %% [markdown]
r"""
## The residual block

A plain network of 56 layers has a *higher* error than one of 20, on the training images
too, so overfitting is not the reason. The deeper network could copy the shallower one, with 36
more layers that hand on what they get, but training does not find such weights. A residual
block hands on its input $x$ when its weights are 0, because it adds to $x$ what two
convolutions make of it, $F(x)$:

$$y = \operatorname{ReLU}(F(x) + S(x)).$$

$S$ is the *shortcut*. Where $F(x)$ has the shape of $x$, the shortcut is $x$ itself. Where
the block halves the sides or changes the number of channels, $S$ is a *projection*: a
$1\times1$ convolution with the same stride.

*A small step:* what is the gradient of a loss with respect to $x$ if the ReLU passes all, and
$S(x)=x$? What is left of it if the weights of $F$ are very small?

<details><summary>Answer</summary>

$\nabla_x=\nabla_y+J^\top\nabla_y$, with the Jacobian $J$ of $F$. With small weights $J$ is
almost 0, and $\nabla_x\approx\nabla_y$: the gradient passes the block as it is. Without a
shortcut only the small second term is there.

</details>
"""


# %%
class ResidualBlock(keras.layers.Layer):
    """Add to a shortcut what two convolutions, or three, make of the input.

    Computes He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition" (2016),
    https://arxiv.org/abs/1512.03385, section 3 and figure 5. Every convolution has padding
    "same" and no bias, and is followed by a batch normalisation with Keras' defaults.

    The basic block has two convolutions of 3 × 3 with `filters` maps. A bottleneck has
    three, of 1 × 1, 3 × 3 and 1 × 1, the first two with `filters` maps and the third with
    4 · `filters`. The first convolution has the stride, the others have stride 1. After each
    normalisation but the last stands a ReLU; the last ReLU stands after the addition.

    The shortcut is x itself. Only where the block's stride is not 1, or x has another number
    of channels than the result, it is a convolution of 1 × 1 with the block's stride, with a
    normalisation of its own and no ReLU. Gradients flow to x and to all variables. In
    training the normalisations use the batch, as Keras' layers do by themselves.

    Args of the constructor:
        filters: maps of the block's first convolution.
        stride: 1 or more.
        bottleneck: which of the two blocks it is.
    """

    def __init__(self, filters: int, stride: int = 1, bottleneck: bool = False):
        super().__init__()
        self.filters = filters
        self.stride = stride
        self.bottleneck = bottleneck

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the layers for inputs of this shape, [batch, height, width, channels]."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(
        self, x: Float[tf.Tensor, "batch height width channels"]
    ) -> Float[tf.Tensor, "batch height2 width2 channels2"]:
        """Apply the block."""
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(ResidualBlock)

# %% [markdown]
r"""
Where the scale γ and the shift β of the last normalisation are 0, $F(x)=0$, and the block does
nothing but its ReLU. So a deeper network can begin as a shallower one. The second line shows
what a bottleneck is for: it works on four times as many channels with about as many
parameters.
"""

# %% tags=["active-ipynb"]
# block = ResidualBlock(6)
# maps = tf.constant(rng.normal(size=(2, 8, 8, 6)), tf.float32)
# before = block(maps)
# for variable in block.trainable_variables:
#     if variable.name in ("gamma", "beta"):
#         variable.assign(tf.zeros_like(variable))
# switched_off = np.abs(block(maps) - tf.nn.relu(maps)).max()
# print(f"with γ and β at 0, the block is ReLU(x), up to {switched_off:.1g}")
# below = float(np.mean(before < tf.nn.relu(maps) - 1e-3))
# print(f"before that, {below:.0%} of its results were below ReLU(x): a block can also subtract")
# rows = [(ResidualBlock(64), 64), (ResidualBlock(64, bottleneck=True), 256), (ResidualBlock(128, 2), 64)]
# for one, channels in rows:
#     one.build((None, 8, 8, channels))
#     one(tf.zeros((1, 8, 8, channels)))
# numbers = [one.count_params() for one, _ in rows]
# print("parameters: basic, on 64 channels; bottleneck, on 256; with a projection to 128:", numbers)
# assert switched_off < 1e-6 and below > 0.1, "nothing is added; F(x) may be negative"
# assert numbers[1] < numbers[0] + 5000, "four times the channels, as many weights"

# %% [markdown]
r"""
## Residual networks

For images of $32\times32$ pixels, He et al. stack $n$ blocks with 16 maps, $n$ with 32 and
$n$ with 64. Where the maps double, the sides are halved, so that every stage needs about
the same arithmetic. With the first convolution and the last dense layer these are $6n+2$
layers with weights: $n=3$ makes ResNet-20, $n=9$ ResNet-56.

The builder need not know what a block is: it is given a function that makes one. So it also
builds the *plain* twin, whose blocks have no shortcut. With your block it has a few more
weights than the paper's networks for small images: where the shape changes, their shortcut
leaves out pixels and adds maps of zeros, and yours is a projection.
"""


# %%
def resnet_cifar(
    depth: int,
    block: Callable[[int, int], keras.layers.Layer],
    width: int = 16,
    classes: int = 10,
    input_shape: tuple[int, int, int] = (32, 32, 3),
) -> keras.Model:
    """Build a residual network for small images, with logits as its output.

    Builds the networks of section 4.2 of He, Zhang, Ren and Sun, "Deep Residual Learning
    for Image Recognition" (2016), https://arxiv.org/abs/1512.03385:

    1. a convolution of 3 × 3 with `width` maps, stride 1, padding "same" and no bias; batch
       normalisation with Keras' defaults; ReLU;
    2. three stages of n blocks each, with `width`, 2 · `width` and 4 · `width` maps. The
       first blocks of the second and third stage have stride 2, all others stride 1;
    3. the mean over all pixels of each map; a dense layer of `classes` units with a bias and
       without activation.

    Args:
        depth: 6n + 2, with n of 1 or more.
        block: `block(filters, stride)` makes a new layer, which is called on maps.
        width: maps of the first stage.
        classes: number of logits.
        input_shape: (height, width, channels) of an image.

    Returns:
        A model that maps images [batch, height, width, channels] to logits [batch, classes].

    Raises:
        ValueError: `depth` is not 6n + 2 with an n of 1 or more; or, as Keras itself does,
            there is no map or no class.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(resnet_cifar)

# %% [markdown]
r"""
**Prediction 2.** A network of twenty layers with shortcuts and its plain twin have just been
initialised, and nothing is normalised. How much smaller is the plain network's gradient?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# (x, y), (x_validation, y_validation), (x_test, y_test) = clothes(14)
# KINDS = {"with shortcuts": ResidualBlock, "plain": PlainBlock}
# found, WITHOUT, WITH = {}, "nothing is normalised", "each convolution is normalised by the batch"
# for kind, block in KINDS.items():
#     found[kind, WITHOUT], found[kind, WITH] = [], []
#     for seed in range(3):
#         keras.utils.set_random_seed(seed)
#         deep = resnet_cifar(20, block, width=4, input_shape=(14, 14, 1))
#         # At the start a normalisation in use, which expects mean 0 and variance 1, changes nothing.
#         found[kind, WITHOUT].append(gradient_norms(deep, x[:200], y[:200], training=False))
#         found[kind, WITH].append(gradient_norms(deep, x[:200], y[:200], training=True))
# show_norms(found, [WITHOUT, WITH])
# assert all(len(norms) == 19 for runs in found.values() for norms in runs), "and a dense layer: twenty"
# ratios = [a[0] / b[0] for a, b in zip(found["with shortcuts", WITHOUT], found["plain", WITHOUT])]
# print("first layer, with shortcuts against plain:", [f"{ratio:,.0f}" for ratio in ratios])
# tilts = [norms[0] / norms[-1] for norms in found["plain", WITH]]
# mean_tilt = np.exp(np.mean(np.log(tilts)))
# print("plain and normalised, first layer against last:", [f"{tilt:.1f}" for tilt in tilts])
# print(f"their geometric mean: {mean_tilt:.1f}")
# assert min(ratios) > 100, "less than a hundredth"
# assert mean_tilt > 2, "the first layers are pulled harder"

# %% [markdown]
r"""
**Prediction 2, answered.** Less than a hundredth; with these three seeds about a thousandth,
or much less. Keras draws kernels such that a layer *without* ReLU keeps the size of a signal.
A ReLU takes away about half of its square, in each layer, on the way up and on the way back.
The gradient of a kernel is a product of what comes from below and what comes back from above.
Wherever the kernel stands, the two ways together have twenty layers. So in the plain network
*every* layer has a tiny gradient, the last as well as the first: the orange lines are flat.
With shortcuts, the signal and the gradient pass each block without becoming smaller.

The right picture shows that normalisation repairs the size, too. But there the plain network's
gradients grow towards the image: on average its first layer is pulled several times as hard as its
last one.

## Twenty layers, trained

Now both networks are trained for 120 steps, with normalisation and without, and from two starts
each. The images have $14\times14$ pixels, and the stages 4, 8 and 16 maps, a quarter of the
original's, so that a run takes some seconds.
"""

# %% tags=["active-ipynb"]
# histories, trained = {}, {}
# begun = time.perf_counter()
# for kind, block in KINDS.items():
#     for norm in (False, True):
#         for seed in (0, 1):
#             keras.utils.set_random_seed(seed)
#             deep = resnet_cifar(20, block, width=4, input_shape=(14, 14, 1))
#             histories[kind, norm, seed] = train(deep, x, y, 120, training=norm)
#             trained[kind, norm] = deep
# show_losses(histories)
# ends = {key: losses[-20:].mean() for key, losses in histories.items()}
# for (kind, norm, seed), loss in ends.items():
#     print(f"{kind:14} {'with' if norm else 'without':7} normalisation, seed {seed}: loss {loss:.2f}")
# print(f"eight times 120 steps in {time.perf_counter() - begun:.0f} s")
# for seed in (0, 1):
#     assert ends["plain", False, seed] > 2.2, "does not learn"
#     assert ends["with shortcuts", False, seed] < 1.9, "learns without any normalisation"
#     assert ends["with shortcuts", True, seed] < ends["plain", True, seed] < 2.0, "faster, too"

# %% [markdown]
r"""
Without normalisation the plain network stays at $\log 10$: it has not learnt anything. With
shortcuts alone it learns. With normalisation both learn, and the residual network faster. In
the experiments of He et al. with 20 and 56 layers, the plain network gets worse with depth,
and the residual one better.

## Right in training, wrong in use

**A silent bug.** The residual network's loss has fallen to less than 1, which means that it gives
the right kind of clothes a good chance. Used on validation images, as `model(x)`, it is right
about fewer than half of them. Nothing is wrong with the weights, the images are of the same kind
as those in training, and no line of the code raises an error. Where is the fault, how can it be
shown without training, and what does it have to do with the number of steps?

<details><summary>Answer</summary>

In use, a batch normalisation takes moving statistics, which move by 1 % of the way in each
step: $0.99^{120}\approx0.3$ of their initial values 0 and 1 is still in them, and the rest
comes from batches that passed through older weights. In 20 layers such errors multiply. Two
tests show it without training. Images that are normalised by their own batch are classified
well. And if more batches are passed through, without a change of the weights, the statistics
move to where they belong. Whoever trains for fewer than some hundred steps sets a smaller
`momentum`.

</details>
"""

# %% tags=["active-ipynb"]
# residual = trained["with shortcuts", True]
# in_use, by_batch = (right_share(residual, x_validation, y_validation, way) for way in (False, True))
# print(f"right in use: {in_use:.1%}; normalised by the batch: {by_batch:.1%}")
# forward = tf.function(lambda images: residual(images, training=True))
# for _ in range(300):
#     forward(x[rng.choice(len(x), 32, replace=False)])
# settled = right_share(residual, x_validation, y_validation)
# print(f"right in use, after 300 batches more from which no weight has learnt: {settled:.1%}")
# assert ends["with shortcuts", True, 1] < 1 and in_use < 0.5, "right in training, wrong in use"
# assert settled > by_batch - 0.1, "the weights were good"

# %% [markdown]
r"""
## What a block contributes

Open what was trained: leave out one block, without training again. A plain network is a chain, and
a chain breaks. A residual network is a sum along many paths, of which only those through this
block are lost (Veit, Wilber and Belongie, "Residual Networks Behave Like Ensembles of Relatively
Shallow Networks", 2016, https://arxiv.org/abs/1605.06431). Only blocks that keep the shape of
their input can be left out.
"""

# %% tags=["active-ipynb"]
# shares = {}
# for kind, block in KINDS.items():
#     deep = trained[kind, True]
#     blocks = [one for one in deep.layers if isinstance(one, block)]
#     keeping = [one for one in blocks if one.input.shape == one.output.shape]
#     assert len(keeping) == 7, "of nine blocks, the first of the second and third stage change it"
#     named = [np.argmax(without_block(deep, one, x_validation), -1) for one in keeping]
#     without = [np.mean(each == y_validation) for each in named]
#     shares[kind] = right_share(deep, x_validation, y_validation, True), without
# show_lesions(shares)
# lost = {kind: np.mean(whole - np.array(without)) for kind, (whole, without) in shares.items()}
# print("right answers lost with one block, on average:", {kind: f"{one:.0%}" for kind, one in lost.items()})
# for kind, (_, without) in shares.items():
#     print(f"{kind}: most is lost without block {np.argmin(without)}; {min(without):.0%} are right then")
# assert lost["with shortcuts"] < 0.6 * lost["plain"], "a residual network bears the loss of a block better"

# %% [markdown]
r"""
Without one of its blocks the residual network loses, on average, less than 60 % of what the plain
one loses. But not every block can be spared. The last lines printed name the block without which
most is lost. If it is an early one in the residual network, remember that all later blocks were
trained on maps to which it had added something.
"""

# %% [markdown]
r"""
## Capsules: a length that is a probability

A pooling says *that* something was found, and forgets where. Capsules are an attempt to
keep both. A capsule is a group of units that returns a vector: its direction says how the
thing is placed, and its length how sure it is that the thing is there. For this the length
has to lie between 0 and 1. *Squashing* keeps the direction of $s$ and maps its length
$\lVert s\rVert$ to $\lVert s\rVert^2/(1+\lVert s\rVert^2)$.

The paper multiplies this length by the direction $s/\lVert s\rVert$. At $s=0$, where the
result should be 0, that is $0/0$. And a capsule that sees nothing does have $s=0$.

*A small step:* what does a network learn from a batch in which one such 0/0 occurs? And how
can $v$ be written as $s$ times one number, without a division by $\lVert s\rVert$?

<details><summary>Answer</summary>

Nothing: $0/0$ is not a number. Then the loss and the gradients are not numbers either, and
after one step all weights are lost. Write $v=s\cdot\lVert s\rVert/(1+\lVert s\rVert^2)$. Near 0
this is about $s\lVert s\rVert$, so that $v$ and its gradient are 0 at $s=0$.

</details>
"""


# %%
def squash(s: Float[tf.Tensor, "*batch size"]) -> Float[tf.Tensor, "*batch size"]:
    """Map vectors to the same direction and to a length below 1.

    Computes equation 1 of Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules"
    (2017), https://arxiv.org/abs/1710.09829:
    v = ‖s‖² / (1 + ‖s‖²) · s / ‖s‖. Gradients flow to s.

    Args:
        s: vectors along the last axis, with entries of up to ±10,000. Where a vector is 0,
            so are the result and the gradient that reaches it. Vectors shorter than 0.1,
            other than 0, do not occur.

    Returns:
        As s is shaped.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(squash)

# %% [markdown]
r"""
## Capsules: a margin

There is one capsule for each class, and several classes may be there at once. So each
length is judged on its own: a class that is there ($T=1$) should have a length of 0.9 or
more, and a class that is not ($T=0$) a length of 0.1 or less. A class that is not there counts
half, because most classes are not there, and at the start they would shrink all capsules:

$$L = \sum_k T_k \max(0,\,0.9-\lVert v_k\rVert)^2 + 0.5\,(1-T_k)\max(0,\,\lVert v_k\rVert-0.1)^2$$
"""


# %%
def margin_loss(
    v: Float[tf.Tensor, "batch classes size"], y: Float[tf.Tensor, "batch classes"]
) -> Float[tf.Tensor, "batch"]:
    """Punish capsules that are too short for a class that is there, or too long for one that is not.

    Computes equation 4 of Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules"
    (2017), https://arxiv.org/abs/1710.09829, with the paper's constants 0.9, 0.1 and 0.5.
    Gradients flow to v; where a capsule is 0, the gradient that reaches it is 0, too.

    Args:
        v: the capsule of each class. Capsules shorter than 0.05, other than 0, do not occur.
        y: 1 where the class is there, 0 elsewhere; any number of classes may be there.

    Returns:
        The loss of each example, summed over the classes.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(margin_loss)

# %% [markdown]
r"""
The left curve has the shape of an S and passes through the dots: short vectors become much shorter,
and long ones nearly 1. In the right picture each curve is a piece of a parabola with a flat piece at
0: a capsule on the right side of its margin costs nothing and is left alone. At its far end the
first curve is at $0.9^2=0.81$, and the second one at half of that. Without the squares both would be
straight.
"""

# %% tags=["active-ipynb"]
# lengths = np.linspace(0, 4, 201).astype("float32")
# squashed = np.linalg.norm(squash(tf.constant(np.stack([0.6 * lengths, 0.8 * lengths], -1))), axis=-1)
# capsules = tf.constant(np.linspace(0, 1, 201)[:, None, None], tf.float32)
# losses = {name: np.asarray(margin_loss(capsules, tf.fill((201, 1), there)))
#           for name, there in (("the class is there", 1.0), ("it is not there", 0.0))}
# show_squash_and_margin(lengths, squashed, losses)
# at_one = float(squashed[50])
# print(f"length 1 becomes {at_one:.2f}; at the margins the loss is {losses['the class is there'][180]:.3f} "
#       f"and {losses['it is not there'][20]:.3f}")
# assert np.allclose(squashed, lengths**2 / (1 + lengths**2), atol=1e-5), "on the dots, and so below 1"
# ends = losses["the class is there"][0], losses["it is not there"][-1]
# assert np.allclose(ends, [0.81, 0.405], atol=1e-4), "the far ends"
# assert losses["the class is there"][181:].max() < 1e-6, "free from 0.9 on"
# assert losses["it is not there"][:20].max() < 1e-6, "free up to 0.1"

# %% [markdown]
r"""
## Routing by agreement

Capsule $i$ of one layer predicts, by a matrix that is learnt, what each capsule $j$ above
should be: the *prediction* $\hat u_{j|i}$. Where many predictions agree, the thing is there.
Routing finds these clusters in a few rounds. With scores $b_{ij}$ that begin at 0:

1. the *couplings* of capsule $i$ are $c_{ij}=\exp b_{ij}/\sum_k\exp b_{ik}$: it shares its
   output out among the parents;
2. parent $j$ adds up what it gets: $s_j=\sum_i c_{ij}\hat u_{j|i}$, and
   $v_j=\operatorname{squash}(s_j)$;
3. the scores grow by the agreement: $b_{ij}\leftarrow b_{ij}+\hat u_{j|i}\cdot v_j$.

It is attention turned around: in a transformer each receiver shares out its weights among the
senders; here each sender shares out its weights among the receivers.
"""


# %%
def dynamic_routing(
    u_hat: Float[tf.Tensor, "batch inputs outputs size"],
    iters: int,
    squash: Callable[[Float[tf.Tensor, "batch outputs size"]], Float[tf.Tensor, "batch outputs size"]],
) -> tuple[Float[tf.Tensor, "batch outputs size"], Float[tf.Tensor, "batch inputs outputs"]]:
    """Route predictions to the parents that they agree with.

    Computes procedure 1 of Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules"
    (2017), https://arxiv.org/abs/1710.09829. Gradients flow to u_hat, through all rounds:
    nothing is stopped.

    Args:
        u_hat: what each input predicts for each output.
        iters: number of rounds, 1 or more. In each, couplings are computed from the scores, and
            outputs from the couplings; between two rounds the scores grow by the agreements.
        squash: what is applied to the sums, along their last axis.

    Returns:
        The outputs of the last round, and the couplings that made them, which sum to 1 over
        the outputs.

    Raises:
        ValueError: `iters` is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(dynamic_routing)

# %% [markdown]
r"""
**Prediction 3.** Sixty of a hundred capsules predict nearly the same vector for the first
parent, and the other forty predict random ones. For the second parent all hundred predict random
vectors. After three rounds, how large is the coupling to the first parent of a capsule that
agrees?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(3)
# votes = draw.normal(size=(100, 2, 2))
# votes /= np.linalg.norm(votes, axis=-1, keepdims=True)
# agreeing = np.arange(100) < 60
# votes[:60, 0] = [0.8, 0.6] + 0.2 * draw.normal(size=(60, 2))  # what they predict for the first parent
# predictions = tf.constant(votes[None], tf.float32)
# rounds = [dynamic_routing(predictions, number, squash) for number in range(1, 6)]
# outputs = np.array([v[0, 0] for v, _ in rounds])
# couplings = np.array([c[0, :, 0] for _, c in rounds])
# show_routing(votes[:, 0], outputs, couplings, agreeing)
# means = couplings[:, agreeing].mean(1)
# print("mean coupling of those that agree, by round:", means.round(2))
# print("length of both parents in round 3:", np.linalg.norm(rounds[2][0][0], axis=-1).round(2))
# assert 0.7 < means[2] < 0.88 and means[2] > means[1] + 0.05, "about 0.8, after two growing steps"

# %% [markdown]
r"""
**Prediction 3, answered.** About 0.8 on average. In each round the score of a capsule that
agrees grows by its prediction times the output, about 1 here, since both have a length of
about 1. After two such steps its score is about 2, less what the second parent has gained by
chance, and $1/(1+e^{-2})\approx0.88$. The thin lines show that some capsules are drawn to the
wrong parent.

Mind the printed lengths: the second parent is long, too, although nobody agrees about it. A
sum of a hundred random vectors of length 1 is about 10 long. With couplings below a half it is
still several times longer than 1, and squashing makes nearly 1 of it. So where many capsules
vote, a long parent is no proof that they agree.

## A network of capsules

Your routing, your squashing and your margin loss learn the digits of $8\times8$ pixels: two
convolutions, 32 capsules of four numbers, and ten capsules of eight, whose lengths say which
digits are there. The matrices with which each capsule predicts each digit are learnt, by
gradients that flow through three rounds.
"""

# %% tags=["active-ipynb"]
# digits, other_digits = load("digits"), load("digits", split="test")
# ink, label = digits["image"][..., None].astype("float32") / 16, digits["label"]
# new_ink, new_label = other_digits["image"][..., None].astype("float32") / 16, other_digits["label"]
#
#
# def capsule_loss(model, images, kinds, training):
#     return tf.reduce_mean(margin_loss(model(images), tf.one_hot(kinds, 10)))
#
#
# networks, lengths, capsule_shares = {}, {}, {}
# for rounds in (1, 3):
#     keras.utils.set_random_seed(0)
#     networks[rounds] = CapsuleNetwork(rounds)
#     networks[rounds](ink[:1])
#     losses = train(networks[rounds], ink, label, 300, rate=0.005, batch=50, loss=capsule_loss)
#     lengths[rounds] = np.linalg.norm(networks[rounds](new_ink), axis=-1)
#     capsule_shares[rounds] = np.mean(np.argmax(lengths[rounds], -1) == new_label)
#     print(f"rounds: {rounds}, loss {losses[0]:.3f} → {losses[-20:].mean():.3f}; "
#           f"right about {capsule_shares[rounds]:.1%} of new digits")
# there = np.arange(10) == new_label[:, None]
# right_length, other_length = lengths[3][there].mean(), lengths[3][~there].mean()
# print(f"three rounds: the right capsule is {right_length:.2f} long, the others {other_length:.2f}")
# assert min(capsule_shares.values()) > 0.85 and right_length > 0.6 and other_length < 0.2, "learnt"
# assert abs(capsule_shares[1] - capsule_shares[3]) < 0.06, "hardly a difference"

# %% [markdown]
r"""
The lengths do what they should: the right capsule is long, the others are short. Here are the
couplings for one image, round by round. A row is one of the 32 capsules. In the first round it
gives a tenth of its output to each digit. Then the column of the right digit should become
brighter, and no other.
"""

# %% tags=["active-ipynb"]
# sure = np.argmax(np.where(new_label == 3, lengths[3][:, 3], 0))
# predicted = networks[3].predictions(new_ink[sure:sure + 1])
# tables = [np.asarray(dynamic_routing(predicted, number, squash)[1])[0] for number in (1, 2, 3)]
# show_couplings(new_ink[sure, :, :, 0], tables)
# largest, mean = ([reduce(table[:, 3]) for table in tables] for reduce in (np.max, np.mean))
# print("couplings to the digit 3, by round: largest", np.round(largest, 2), "and mean", np.round(mean, 2))
# assert abs(largest[0] - 0.1) < 1e-5 and largest[2] > 0.25, "some capsules have chosen"

# %% [markdown]
r"""
Some of the capsules have chosen the right digit, and the others stay nearly even: they see
nothing of which they are sure. That is what routing was invented for. But look at the shares
of right answers above: the network that does not route at all, with one round in which all
couplings are the same, is about as good. With larger networks, too, routing has been found to
contribute nothing to generalisation (Gu and Tresp, "Improving the Robustness of Capsule
Networks to Image Affine Transformations", 2020, https://arxiv.org/abs/1911.07968).
"""

# %% [markdown]
r"""
Capsules have not replaced convolutions. Routing is slow, it needs a prediction from each
capsule for each parent, and on large photographs it has not been better. What has remained is
the idea that the weights of a sum are found in the forward pass, by agreement. Attention does
that.

**Explore.** Find a network that is right about more of the validation images, with at most
20,000 parameters. Change the depth, the width, the steps, or the block (your own, too: a
bottleneck, `PlainBlock`, a block with its ReLU in another place). The cell prints the measured
outcome. Choose by the validation images only. Once you have chosen, look at the 1,000 test
images once.
"""

# %% tags=["active-ipynb"]
# depth, width, block, steps = 8, 6, ResidualBlock, 100
# keras.utils.set_random_seed(0)
# mine = resnet_cifar(depth, block, width, input_shape=(14, 14, 1))
# train(mine, x, y, steps, training=True)
#
# number = mine.count_params()
# outcome = right_share(mine, x_validation, y_validation, training=True)
# print(f"{number:,} parameters (at most 20,000); right about {outcome:.1%} of the validation images")

# %% [markdown]
r"""
## What you have learnt

- The dense layers have most of the parameters of AlexNet and VGG, and the convolutions do
  nearly all of the arithmetic. A network is counted on paper before it is built.
- Small windows in a row see as much as a large one, with fewer weights; $1\times1$
  convolutions reduce channels before a larger window has to see them.
- In a plain network signal and gradient shrink in every layer, and a deep one does not learn.
  A shortcut lets both pass, and a block that has learnt nothing does nothing.
- A batch normalisation that has seen few steps is right in training and wrong in use.
- Capsules turn lengths into probabilities, and routing finds the weights of a sum by
  agreement.

Read on: He, Zhang, Ren and Sun, "Identity Mappings in Deep Residual Networks" (2016),
https://arxiv.org/abs/1603.05027; Sandler et al., "MobileNetV2" (2018),
https://arxiv.org/abs/1801.04381; Liu et al., "A ConvNet for the 2020s" (2022),
https://arxiv.org/abs/2201.03545.
"""

# %% [markdown]
r"""
## In your own words

A colleague says: "A residual network can compute nothing that a plain network could not, since
two more layers can copy their input. So a shortcut cannot matter, and all that was missing was
a better initialisation or batch normalisation." Say what is right in this and what is not. Use
the gradients by layer, the four losses and the blocks that were left out. Six sentences at
most.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
