# %% [markdown]
r"""
# Image translation and style-based GANs

In 2017 a network turned photographs of horses into photographs of zebras. No photograph shows the
same animal as a horse and as a zebra, so the network was trained without pairs: with one folder of
horses and one folder of zebras. A year later another network drew faces of people who do not exist,
and had a separate control for the pose, for the shape and for the colours of the face. Both are
*generative adversarial networks* (GANs, topic 23): a generator draws images, a discriminator learns
to tell them from real ones, and the generator learns from what the discriminator says.

In this chapter the horses are handwritten digits. The zebras are other handwritten digits, which
were inverted and tilted. The networks are not told which digit an image shows, and no image of the
first family has its partner in the second one.

**The question.** The discriminator only asks for images that look like the second family. What
makes a translator keep *what is in the picture*? And how is one property of a generated image,
such as its class or its style, changed while the others stay the same?

**Before you run anything**, write down your predictions:

1. Two translators, one for each direction, are trained in three ways. In the first way they learn
   from their discriminators alone. In the second way they have to translate back, too: a *cycle
   loss* compares each image with the image that results when its translation is translated back. In
   the third way they have the cycle loss, and are given the right translations ("true twins") of 10
   of the 600 digits. Which share of the translated digits still shows the same digit, with each of
   the three?

2. A pool keeps 50 generated images. At each step a new image comes. With probability 1/2 it takes
   the place of a stored image that is chosen at random, and the discriminator sees the stored image;
   otherwise the discriminator sees the new one. How many steps old are the stored images that it
   sees, on average: 25, 50 or 100?

3. Two latent vectors of 64 components are drawn from the standard normal distribution. You walk
   from one to the other in a straight line. How long is the vector in the middle, compared with
   those at the ends: as long, 0.7 times as long, or half as long?

You write the discriminator, the losses and the image pool of CycleGAN; the layers with which
progressive GANs grow; the layers of a style-based generator (StyleGAN); and the class-conditional
normalisation and the truncation of BigGAN. With these parts you train three small systems.
"""

# %%
from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64, Int32

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They prepare the data, train given networks and draw.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import time
#
# import matplotlib.pyplot as plt
# from sklearn.neighbors import KNeighborsClassifier
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# STYLES = ("o-", "s--", "^-.", "D:")
# photographs = load("photographs")
# photos = dict(zip(map(str, photographs["name"]), photographs["image"].astype("float32") / 255))
# photo = photos["cat"]
# small_photo = tf.nn.avg_pool2d(photo[None, :, 48:336], 9, 9, "VALID")
# digit_set, held_out = load("digits"), load("digits", split="test")
# digits, test_digits = (
#     one["image"].reshape(-1, 8, 8, 1).astype("float32") / 8 - 1 for one in (digit_set, held_out)
# )
# labels, test_labels = (np.asarray(one["label"]).astype("int32") for one in (digit_set, held_out))
#
#
# def twin(images):
#     """The same digits in the second family: tilted by up to two pixels, and inverted."""
#     tilted = np.full_like(images, -1.0)
#     for row in range(8):
#         move = round((3.5 - row) * 0.6)
#         to, of = slice(max(move, 0), 8 + min(move, 0)), slice(max(-move, 0), 8 + min(-move, 0))
#         tilted[:, row, to] = images[:, row, of]
#     return -tilted
#
#
# first, second = digits[:600], twin(digits[600:])
# reader = KNeighborsClassifier(3).fit(digits.reshape(-1, 64), labels)
# twin_reader = KNeighborsClassifier(3).fit(twin(digits).reshape(-1, 64), labels)
#
#
# def right(reader, images, labels):
#     """The share of images that are read as these labels."""
#     return float(np.mean(reader.predict(np.reshape(images, (-1, 64))) == labels))
#
#
# def show_rows(rows, scale=0.62):
#     """Rows of images, each with its name, on one figure."""
#     long = max(len(images) for images in rows.values())
#     size = (scale * long + 2.2, scale * len(rows) + 0.1)
#     figure, axes = plt.subplots(len(rows), long, figsize=size, squeeze=False)
#     for line, (name, images) in zip(axes, rows.items()):
#         for axis in line:
#             axis.axis("off")
#         for axis, image in zip(line, images):
#             axis.imshow(np.squeeze(image), cmap="gray", vmin=-1, vmax=1)
#         line[0].text(-0.25, 0.5, name, transform=line[0].transAxes, ha="right", va="center")
#     figure.subplots_adjust(left=2.2 / size[0], right=1, bottom=0, top=1, wspace=0.06, hspace=0.06)
#     plt.show()
#
#
# def show_field(image, felt, rows, columns):
#     """A photograph, the patch that one answer sees, and where its gradient is not 0."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.9), layout="constrained")
#     left.imshow(image)
#     corner = (columns[0] - 0.5, rows[0] - 0.5)
#     left.add_patch(plt.Rectangle(corner, len(columns), len(rows), fill=False, ec="#D55E00", lw=2))
#     left.set_title(f"one answer sees {len(rows)} × {len(columns)} pixels")
#     right.imshow(np.log10(np.maximum(felt, felt.max() * 1e-4)), cmap="cividis")
#     right.set_title("|gradient| of this answer (logarithm)")
#     for axis in (left, right):
#         axis.set(xticks=[], yticks=[])
#     plt.show()
#
#
# def show_slopes(answers, slope):
#     """The slope of the generator's loss by the discriminator's answer, and that of the logarithm's loss."""
#     plt.figure(figsize=(6.5, 3.4), layout="constrained")
#     plt.plot(answers, slope, label="your least-squares loss")
#     plt.plot(answers, -1 / (1 + np.exp(answers)), "--", label="−log σ(a)")
#     plt.axhline(0, color="0.6", lw=0.8)
#     plt.xlabel("a, the discriminator's answer to a generated image")
#     plt.ylabel("slope of the generator's loss")
#     plt.legend()
#     plt.show()
#
#
# def show_ages(ages, rate):
#     """How many of the older images have at least this age, and what a geometric distribution says."""
#     plt.figure(figsize=(6.5, 3.4), layout="constrained")
#     at = np.arange(0, 601, 25)
#     plt.semilogy(at, (1 - rate) ** at, color="0.4", label="(1 − 1/100) to the power of the age")
#     plt.semilogy(at, [np.mean(ages > age) for age in at], "o", label="your pool")
#     plt.xlabel("age in steps")
#     plt.ylabel("share that is older")
#     plt.legend()
#     plt.show()
#
#
# def show_translators():
#     """Both translations and the ways back, with the losses: two rows of boxes and arrows."""
#     _, axis = plt.subplots(figsize=(9, 3.8), layout="constrained")
#     axis.set(xlim=(-0.6, 4.6), ylim=(-0.8, 1.8))
#     axis.axis("off")
#     boxes = {"boxstyle": "round", "fc": "w"}, {"boxstyle": "square,pad=0.6", "fc": "#CFE3F3"}
#     arrow, red = {"arrowstyle": "->"}, {"arrowstyle": "->", "color": "#D55E00"}
#     middle = {"ha": "center", "va": "center"}
#     rows = ("x", "G", "G(x)", "F", "F(G(x))", "y"), ("y", "F", "F(y)", "G", "G(F(y))", "x")
#     for (*names, beside), at, up in zip(rows, (1, 0), (1, -1)):
#         for place, name in enumerate(names):
#             axis.text(place, at, name, bbox=boxes[place % 2], fontsize=11, **middle)
#             if place:
#                 axis.annotate("", (place - 0.3, at), (place - 0.7, at), arrowprops=arrow)
#         bow = red | {"arrowstyle": "<->", "connectionstyle": f"arc3,rad={-0.16 * up}"}
#         axis.annotate("", (4, at + 0.15 * up), (0, at + 0.15 * up), arrowprops=bow)
#         axis.text(2, at + 0.68 * up, f"cycle loss |{names[4]} − {names[0]}|₁", color="#D55E00", **middle)
#         axis.annotate("", (2, at - 0.3 * up), (2, at - 0.12 * up), arrowprops=red)
#         judge = f"D_{beside.upper()}: is it like a real {beside}?"
#         axis.text(2, at - 0.38 * up, judge, color="#D55E00", **middle)
#     plt.show()
#
#
# def show_circle(z, normalised):
#     """Points of the plane before and after their normalisation."""
#     figure, axes = plt.subplots(1, 2, figsize=(7.5, 3.7), layout="constrained", sharex=True, sharey=True)
#     for axis, points, title in zip(axes, (z, normalised), ("latent vectors", "after your pixel_norm")):
#         axis.scatter(*points.T, s=8, c=np.arctan2(z[:, 1], z[:, 0]), cmap="twilight")
#         axis.set(title=title, aspect="equal", xlim=(-6, 6), ylim=(-6, 6))
#     plt.show()
#
#
# def one_step(layer, x, rate):
#     """One step of Adam that makes the squares of a layer's outputs smaller."""
#     optimiser = keras.optimizers.Adam(rate)
#     with tf.GradientTape() as tape:
#         loss = tf.reduce_mean(layer(x) ** 2)
#     optimiser.apply(tape.gradient(loss, [layer.kernel]), [layer.kernel])
#
#
# def show_shares(widths, shares):
#     """By which share of its standard deviation a used weight moves, for each width."""
#     plt.figure(figsize=(6.5, 3.4), layout="constrained")
#     for (name, row), style in zip(shares.items(), STYLES):
#         plt.loglog(widths, 100 * np.array(row), style, label=name, base=2)
#     he = np.sqrt(np.array(widths) / 2)
#     plt.loglog(widths, he, color="0.6", lw=0.8, label="0.01 over He's standard deviation")
#     plt.xlabel("inputs of the layer")
#     plt.ylabel("% of the standard deviation")
#     plt.legend()
#     plt.show()
#
#
# def show_colours(images, rows):
#     """A table of pictures: each row's shapes in each column's colours."""
#     names = list(images)
#     figure, axes = plt.subplots(len(names) + 1, len(names) + 1, figsize=(9, 6.6), layout="constrained")
#     for axis in axes.ravel():
#         axis.axis("off")
#     for place, name in enumerate(names, 1):
#         axes[0, place].imshow(images[name])
#         axes[place, 0].imshow(images[name])
#         axes[0, place].set_title(f"colours of {name}", fontsize=10)
#     for line, row in zip(axes[1:], rows):
#         for axis, image in zip(line[1:], row):
#             axis.imshow(np.clip(image, 0, 1))
#     plt.show()
#
#
# def show_row(images):
#     """Coloured images beside each other."""
#     figure, axes = plt.subplots(1, len(images), figsize=(2.2 * len(images), 2.3), layout="constrained")
#     for axis, image in zip(axes, images):
#         axis.imshow(np.clip(image, 0, 1))
#         axis.axis("off")
#     plt.show()
#
#
# def he_convolution(channels, size):
#     """A convolution that keeps the size of an image, with He's initialisation."""
#     return keras.layers.Conv2D(channels, size, padding="same", kernel_initializer="he_normal")
#
#
# def dense_translator():
#     """A translator that knows nothing of neighbouring pixels."""
#     layers = [keras.Input((8, 8, 1)), keras.layers.Flatten()]
#     for _ in range(2):
#         layers += [keras.layers.Dense(128), keras.layers.LeakyReLU(0.2)]
#     return keras.Sequential([*layers, keras.layers.Dense(64, "tanh"), keras.layers.Reshape((8, 8, 1))])
#
#
# def translate(losses, translator, lam, seed, steps=300, batch=16, rate=2e-3):
#     """Train two translators and two discriminators; measure them on digits that they have not seen."""
#     keras.utils.set_random_seed(seed)
#     rng = np.random.default_rng(seed)
#     translators, judges = (translator(), translator()), (patchgan(8, 1, 1), patchgan(8, 1, 1))
#     learnt = [[v for one in pair for v in one.trainable_variables] for pair in (translators, judges)]
#     optimisers = [keras.optimizers.Adam(rate, beta_1=0.5) for _ in learnt]
#     for optimiser, variables in zip(optimisers, learnt):
#         optimiser.build(variables)
#
#     @tf.function(autograph=False)
#     def step(x, y, older_x, older_y):
#         with tf.GradientTape(persistent=True) as tape:
#             *both, new_x, new_y = losses(x, y, older_x, older_y, translators, judges, lam)
#         for loss, optimiser, variables in zip(both, optimisers, learnt):
#             optimiser.apply(tape.gradient(loss, variables), variables)
#         return new_x, new_y
#
#     pools = ImagePool(50), ImagePool(50)
#     shown = [second[:batch], first[:batch]]
#     for _ in range(steps):
#         x, y = (family[rng.integers(0, len(family), batch)] for family in (first, second))
#         new = step(*map(tf.constant, (x, y, *shown)))
#         shown = [
#             np.stack([pool.query(image, rng.random(), int(rng.integers(50))) for image in images.numpy()])
#             for pool, images in zip(pools, new)
#         ]
#     there = translators[0](test_digits).numpy()
#     back = translators[1](there).numpy()
#     return {
#         "translated": there, "back": back, "same": right(twin_reader, there, test_labels),
#         "returned": right(reader, back, test_labels), "spread": there.std(axis=0).mean(),
#     }
#
#
# def layer_noise(number, seed):
#     """Noise for the three layers of so many images."""
#     return [
#         tf.random.stateless_normal((number, side, side, 1), seed=(seed, side)) for side in (4, 8, 16)
#     ]
#
#
# class StyleCritic(keras.Model):
#     """A discriminator of three sizes of images, whose newest layer is faded in."""
#
#     def __init__(self, channels=16):
#         super().__init__()
#         self.from_image = [he_convolution(channels, 1) for _ in range(3)]
#         self.convolutions = [he_convolution(channels, 3) for _ in range(3)]
#         self.dense = EqualisedDense(1, gain=1.0, seed=5)
#
#     def judge(self, images, stage, alpha):
#         x = tf.nn.leaky_relu(self.from_image[stage](images), 0.2)
#         for number in range(stage, 0, -1):
#             x = halved(tf.nn.leaky_relu(self.convolutions[number](x), 0.2))
#             if number == stage:
#                 before = tf.nn.leaky_relu(self.from_image[stage - 1](halved(images)), 0.2)
#                 x = (1.0 - alpha) * before + alpha * x
#         x = tf.nn.leaky_relu(self.convolutions[0](minibatch_stddev(x, 4)), 0.2)
#         return self.dense(tf.reshape(x, (x.shape[0], -1)))[:, None, None, :]
#
#
# def halved(images):
#     """Images of half the height and width."""
#     return tf.nn.avg_pool2d(images, 2, 2, "VALID")
#
#
# def gan_step(draw, judge, learnt, rate, beta_1, beta_2):
#     """Return a function that makes one step of both networks, from real images and what `draw` needs."""
#     optimisers = [keras.optimizers.Adam(rate, beta_1, beta_2) for _ in learnt]
#     for optimiser, variables in zip(optimisers, learnt):
#         optimiser.build(variables)
#
#     @tf.function(autograph=False)
#     def step(real, *given):
#         with tf.GradientTape(persistent=True) as tape:
#             d, g = lsgan_losses(judge(real, *given), judge(draw(*given), *given))
#         for loss, optimiser, variables in zip((g, d), optimisers, learnt):
#             held = [one.value for one in variables]
#             optimiser.apply(tape.gradient(loss, held, unconnected_gradients="zero"), variables)
#         return d, g
#
#     return step
#
#
# def train_style(generator, images, steps, seed, batch=24):
#     """Train a generator of three stages, each of which is faded in during its first half."""
#     keras.utils.set_random_seed(seed)
#     rng, critic = np.random.default_rng(seed), StyleCritic()
#     sizes = [halved(halved(images)).numpy(), halved(images).numpy(), images]
#     start = time.process_time()
#     for stage in range(3):
#         w = mix_styles(*generator.styles(tf.zeros((2, 1, 32))), 0, 3)
#         critic.judge(generator.draw(w, layer_noise(1, 0), stage), stage, 1.0)
#     learnt = [generator.trainable_variables, critic.trainable_variables]
#
#     def draw(stage, z, cut, alpha, noise):
#         w1, w2 = (one[:, None] for one in tf.unstack(generator.styles(z)))
#         return generator.draw(tf.where(tf.range(3)[:, None] < cut, w1, w2), noise, stage, alpha)
#
#     for stage, number in enumerate(steps):
#         step = gan_step(
#             lambda *given: draw(stage, *given),
#             lambda seen, z, cut, alpha, noise: critic.judge(seen, stage, alpha),
#             learnt, 2e-3, 0.0, 0.99,
#         )
#         for count in range(number):
#             alpha = tf.constant(min(1.0, 2 * count / number) if stage else 1.0)
#             real = tf.constant(sizes[stage][rng.integers(0, len(images), batch)])
#             if stage:
#                 real = fade(halved(real), real, alpha)
#             z = tf.constant(rng.normal(size=(2, batch, 32)), tf.float32)
#             noise = [tf.constant(rng.normal(size=(batch, s, s, 1)), tf.float32) for s in (4, 8, 16)]
#             cut = tf.constant(int(rng.integers(1, 4)) if rng.random() < 0.5 else 3)
#             d, g = step(real, z, cut, alpha, noise)
#     print(f"{sum(steps)} steps in {time.process_time() - start:.0f} s of CPU time; losses {d:.2f}, {g:.2f}")
#
#
# def train_classes(generator, images, labels, steps, seed, batch=40):
#     """Train a class-conditional generator; its discriminator is given the label beside the pixels."""
#     keras.utils.set_random_seed(seed)
#     rng = np.random.default_rng(seed)
#     generator.draw(tf.zeros((2, 16)), np.zeros(2, "int32"))
#     layers = [keras.Input((74,))]
#     for units in (192, 96):
#         layers += [keras.layers.Dense(units), keras.layers.LeakyReLU(0.2)]
#     critic = keras.Sequential([*layers, keras.layers.Dense(1)])
#
#     def judge(seen, z, classes):
#         pixels = tf.reshape(seen, (-1, 64))
#         return critic(tf.concat([pixels, tf.one_hot(classes, 10)], axis=1))[:, None, None, :]
#
#     learnt = [generator.trainable_variables, critic.trainable_variables]
#     step = gan_step(generator.draw, judge, learnt, 2e-3, 0.5, 0.999)
#     for _ in range(steps):
#         rows = rng.integers(0, len(images), batch)
#         z = tf.constant(rng.normal(size=(batch, 16)), tf.float32)
#         step(tf.constant(images[rows]), z, tf.constant(labels[rows]))
#
#
# def show_channel(told):
#     """The new channel of each image, by name."""
#     plt.figure(figsize=(6.5, 2.8), layout="constrained")
#     for (name, images), style in zip(told.items(), ("o", "s")):
#         plt.plot(np.array(images[:, 0, 0, -1]), style, label=name)
#     plt.xlabel("image")
#     plt.ylabel("new channel")
#     plt.ylim(bottom=0)
#     plt.legend()
#     plt.show()
#
#
# def show_trade(table):
#     """The distance of drawn digits from real ones against their variety, for each threshold."""
#     plt.figure(figsize=(6, 3.6), layout="constrained")
#     thresholds, spreads, away = np.transpose(table)
#     plt.plot(spreads, away, "o-")
#     for threshold, spread, distance in table:
#         plt.annotate(f"{threshold:g}", (spread, distance), xytext=(4, -12), textcoords="offset points")
#     plt.xlabel("standard deviation within a class")
#     plt.ylabel("distance from the nearest real digit")
#     plt.show()
#
#
# def show_two_pools(ages):
#     """For two pools, which share of the images that they return is older than so many steps."""
#     plt.figure(figsize=(6.5, 3), layout="constrained")
#     at = np.arange(0, 401, 20)
#     for (name, one), style in zip(ages.items(), STYLES):
#         plt.plot(at, [np.mean(np.array(one) > age) for age in at], style, label=name)
#     plt.xlabel("age in steps")
#     plt.ylabel("share that is older")
#     plt.ylim(-0.03, 0.6)
#     plt.legend()
#     plt.show()
#
#
# def show_lengths(t, straight, arc):
#     """The length of the points of both paths, and what is expected of perpendicular ends."""
#     plt.figure(figsize=(6, 3.4), layout="constrained")
#     fine = np.linspace(0, 1, 101)
#     plt.plot(fine, np.hypot(fine, 1 - fine), color="0.4", label="perpendicular, straight")
#     plt.plot(t, straight, "o", label="straight line")
#     plt.plot(t, arc, "s", label="your arc")
#     plt.xlabel("share of the way")
#     plt.ylabel("length over that of the start")
#     plt.ylim(0, 1.2)
#     plt.legend()
#     plt.show()
#
#
# clothes = load("fashion_mnist")["image"].reshape(-1, 28, 28, 1).astype("float32") / 127.5 - 1
# clothes = halved(np.pad(clothes, ((0, 0), (2, 2), (2, 2), (0, 0)), constant_values=-1)).numpy()

# %% [markdown]
r"""
## A judge of patches

A photograph of 256 × 256 pixels is either real or generated. A discriminator could give one answer
for the whole of it. A *PatchGAN* gives many: it is a stack of convolutions without a dense layer at
its end, so that each answer depends on one patch of the image, its *receptive field*. It has few
weights, works on images of any size, and judges textures and edges. What can only be seen on the
whole image is left to the other losses.

With kernels of 4 × 4 and strides 2, 2, 2, 1, 1 the receptive field is found from the last layer to
the first. Start with $r=1$ answer. Where $r$ places of a layer's output are needed, $(r-1)s+k$
places of its input are, with $k$ the side of its kernel and $s$ its stride:

$$1\to4\to7\to16\to34\to70$$

*A small step.* A convolution with kernel 4, padded by one row or column on each side, makes
$\lfloor(n+2-4)/s\rfloor+1$ places out of $n$. How many answers does an image of 256 × 256 get along
each side, with strides 2, 2, 2, 1, 1? And how many with Keras' `padding="same"`?

<details><summary>Answer</summary>

$256\to128\to64\to32\to31\to30$. With `"same"` a layer of stride $s$ makes $\lceil n/s\rceil$
places, which is $256\to128\to64\to32\to32\to32$.

</details>
"""


# %%
def patchgan(filters: int = 64, n_layers: int = 3, in_ch: int = 3) -> keras.Model:
    """Build a discriminator that answers for each patch of an image.

    Follows Isola, Zhu, Zhou and Efros, "Image-to-Image Translation with Conditional Adversarial
    Networks" (2017), https://arxiv.org/abs/1611.07004, without the normalisation layers, which would
    let each answer depend on the whole image.

    All layers are convolutions with kernels of 4 × 4 and a bias. Before each of them the image is padded
    with one row or column of zeros on each side, and the convolution itself adds none ("valid").
    First come `n_layers` convolutions of stride 2, then one of stride 1, each followed by a leaky ReLU
    of slope 0.2; then the last one, of stride 1, which has one channel and no activation.

    Args:
        filters: the channels of the first convolution. The one after i others has filters · 2^i
            channels, but never more than 8 · filters. This does not hold for the last one, of one channel.
        n_layers: how many convolutions have stride 2; 1 or more.
        in_ch: the channels of an image.

    Returns:
        A model [B, H, W, in_ch] → [B, h, w, 1] for images of any size that is large enough for one
        answer. For 256 × 256 pixels there are 30 × 30 answers by default. `model.get_weights()` is
        kernel and bias of each convolution, from the first to the last. Gradients flow to the image and
        all weights.

    Raises:
        ValueError: `n_layers` is below 1.
    """
    ### BEGIN SOLUTION
    if n_layers < 1:
        raise ValueError(f"expected n_layers to be 1 or more, got {n_layers}")
    image = keras.Input((None, None, in_ch))
    hidden = image
    for number in range(n_layers + 1):
        channels, stride = filters * min(2**number, 8), 2 if number < n_layers else 1
        hidden = keras.layers.Conv2D(channels, 4, stride)(keras.layers.ZeroPadding2D(1)(hidden))
        hidden = keras.layers.LeakyReLU(0.2)(hidden)
    logits = keras.layers.Conv2D(1, 4)(keras.layers.ZeroPadding2D(1)(hidden))
    return keras.Model(image, logits)
    ### END SOLUTION


# %% [markdown]
r"""
The discriminator in the published code of CycleGAN has 2.765 million weights. Yours has to have as
many, and one of its answers must depend on a square of 70 × 70 pixels of the photograph: the picture
shows where the gradient of the middle answer is not 0.
"""

# %% tags=["active-ipynb"]
# judge = patchgan()
# weights = judge.count_params()
# answers = judge(photo[None, :256, :256]).shape
# print(f"{weights:,} weights; answers for 256 × 256 pixels: {answers[1]} × {answers[2]}")
# seen = tf.Variable(photo[None, :256, :256])
# with tf.GradientTape() as tape:
#     one = judge(seen)[0, 15, 15, 0]
# felt = np.abs(tape.gradient(one, seen)[0]).sum(axis=-1)
# rows, columns = np.flatnonzero(felt.sum(axis=1)), np.flatnonzero(felt.sum(axis=0))
# show_field(photo[:256, :256], felt, rows, columns)
# print(f"one answer depends on {len(rows)} × {len(columns)} pixels")
# assert weights == 2_764_737 and answers == (1, 30, 30, 1), "as the authors' network"
# assert len(rows) == len(columns) == rows[-1] - rows[0] + 1 == 70, "a square of 70 × 70"

# %% [markdown]
r"""
## Least-squares losses

The GAN of topic 23 has a sigmoid at the discriminator's end, and the logarithm in its losses. The
gradient of such a loss vanishes for images that the discriminator takes for real, however far they
are on that side. *Least-squares GANs* (LSGANs) ask for a number instead: 1 for a real image, and 0
for a generated one. An image that is far on either side of 1 is pulled back.
"""


# %%
def lsgan_losses(
    dr: Float[tf.Tensor, "batch h w 1"], df: Float[tf.Tensor, "batches h w 1"]
) -> tuple[Float[tf.Tensor, ""], Float[tf.Tensor, ""]]:
    """Return the least-squares losses of a discriminator and of a generator.

    Computes the losses of Mao et al., "Least Squares Generative Adversarial Networks" (2017),
    https://arxiv.org/abs/1611.04076, with the target 1 for real images and for what the generator
    wants, and the target 0 for generated ones. Gradients flow to dr and df.

    Args:
        dr: what the discriminator answers to real images.
        df: what it answers to generated images; there may be another number of them.

    Returns:
        (d, g), two numbers: the discriminator's loss, half of the mean of (dr − 1)² plus half of the
        mean of df²; and the generator's, half of the mean of (df − 1)².
    """
    ### BEGIN SOLUTION
    d = 0.5 * tf.reduce_mean((dr - 1.0) ** 2) + 0.5 * tf.reduce_mean(df**2)
    return d, 0.5 * tf.reduce_mean((df - 1.0) ** 2)
    ### END SOLUTION


# %% [markdown]
r"""
The next picture shows the slope of the generator's loss, for a discriminator's answer a from −6 to
6. The dashed line is the slope of the loss with the logarithm, −log σ(a), where a is a logit and σ
the sigmoid. Yours must be a straight line that crosses 0 at a = 1.
"""

# %% tags=["active-ipynb"]
# a = tf.Variable(np.linspace(-6, 6, 121).reshape(-1, 1, 1, 1))
# with tf.GradientTape() as tape:
#     g = [lsgan_losses(a[:1], one[None])[1] for one in tf.unstack(a)]
# slope = tape.gradient(g, a).numpy().ravel()
# show_slopes(a.numpy().ravel(), slope)
# assert np.allclose(slope, a.numpy().ravel() - 1), "the slope of half a square"

# %% [markdown]
r"""
## A pool of older images

Generator and discriminator chase each other. If the discriminator only sees what the generator
draws now, it forgets what was wrong before, and the generator can return to it. CycleGAN therefore
shows it some older images as well, from a pool of 50.
"""


# %%
class ImagePool:
    """Keep generated images, so that the discriminator also sees some that are older.

    Follows Shrivastava et al., "Learning from Simulated and Unsupervised Images through Adversarial
    Training" (2017), https://arxiv.org/abs/1612.07828, in the form that Zhu et al., "Unpaired
    Image-to-Image Translation using Cycle-Consistent Adversarial Networks" (2017),
    https://arxiv.org/abs/1703.10593, use.
    """

    def __init__(self, size: int):
        """Make an empty pool.

        Args:
            size: how many images it holds at most. A pool of size 0 holds none.

        Raises:
            ValueError: `size` is below 0.
        """
        ### BEGIN SOLUTION
        if size < 0:
            raise ValueError(f"expected a size of 0 or more, got {size}")
        self.size = size
        self.images = []
        ### END SOLUTION

    def query(self, x: Float[np.ndarray, "H W C"], u: float, idx: int) -> Float[np.ndarray, "H W C"]:
        """Hand in a new image, and get an image for the discriminator.

        A pool of size 0 returns x. As long as the pool is not full, x is stored and returned. In a
        full pool u decides: if it is above 0.5, the stored image number `idx` is returned and x is
        stored in its place; otherwise x is returned and nothing is stored.

        What the caller does later to x, or to an image that was returned, changes no stored image.

        Args:
            x: the new image.
            u: a number drawn uniformly from 0 to 1.
            idx: drawn from 0 to size − 1. The images are numbered in the order in which the pool was
                filled; an image that is exchanged gives its number to the new one. It is ignored
                where nothing is exchanged.
        """
        ### BEGIN SOLUTION
        if len(self.images) < self.size:
            self.images.append(x.copy())
        elif self.size and u > 0.5:
            old, self.images[idx] = self.images[idx], x.copy()
            return old
        return x
        ### END SOLUTION


# %% [markdown]
r"""
**Prediction 2.** The pool is full. How old are the stored images on average, when the discriminator
gets to see them: 25, 50 or 100 steps?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# pool, ages = ImagePool(50), []
# for step in range(40_000):
#     shown = pool.query(np.full((1, 1, 1), float(step)), rng.random(), int(rng.integers(50)))
#     ages.append(step - shown.item())
# ages = np.array(ages[2_000:])
# older = ages[ages > 0]
# show_ages(older, 1 / 100)
# print(f"new: {np.mean(ages == 0):.1%} of all; the others are {older.mean():.0f} steps old on average")
# assert 0.48 < np.mean(ages == 0) < 0.52 and 90 < older.mean() < 110, "half of them new, the others 100"
# assert abs(np.mean(older > 200) - 0.99**200) < 0.03, "a geometric distribution"

# %% [markdown]
r"""
**Prediction 2, answered.** 100 steps: each stored image is exchanged with probability 1/2 · 1/50 =
1/100 at each step, so that its age has a geometric distribution of mean 100 (the line). Half of the
images that the discriminator sees are new, and some of the others are several hundred steps old. If
the pool made an exchange at each step, the mean age would be 50, and the marks would lie below the
line.

**A silent bug.** A colleague has written a pool, too. To save memory, his generator writes each new
image into the same array. No error is raised, and his pool exchanges half of the images, as it
should. But the next plot shows that none of the images that his pool returns is older than 0 steps.
Which lines of `HisPool` are wrong? And how many different images does his pool hold at the end?
Predict it, then run the cell after the plot.
"""

# %% tags=["active-ipynb"]
# class HisPool:
#     """The colleague's pool."""
#
#     def __init__(self, size):
#         self.size, self.images = size, []
#
#     def query(self, x, u, idx):
#         if len(self.images) < self.size:
#             self.images.append(x)
#         elif u > 0.5:
#             x, self.images[idx] = self.images[idx], x
#         return x
#
#
# rng = np.random.default_rng(0)
# buffer, seen = np.zeros((1, 1, 1)), {"your pool": [], "his pool": []}
# pools = {"your pool": ImagePool(50), "his pool": HisPool(50)}
# for step in range(5_000):
#     buffer[:] = step  # the generator writes each new image into the same memory
#     u, idx = rng.random(), int(rng.integers(50))
#     for name, pool in pools.items():
#         seen[name].append(step - pool.query(buffer, u, idx).item())
# show_two_pools(seen)

# %% [markdown]
r"""
<details><summary>Answer</summary>

`self.images.append(x)` and `self.images[idx] = x` store no copies: all 50 places refer to the one
array that the generator overwrites. So the pool holds a single image, the newest one, 50 times, and
the discriminator never sees an older one. `x.copy()` in both lines mends it. TensorFlow's tensors
cannot be overwritten, so that the bug stays hidden until someone hands in NumPy arrays.

</details>
"""

# %% tags=["active-ipynb"]
# different = {}
# for name, pool in pools.items():
#     held = [pool.query(np.zeros((1, 1, 1)), 1.0, idx).item() for idx in range(50)]  # take each image out
#     different[name] = len(set(held))
#     print(f"{name:>9}: {len(held)} images, {different[name]} of them different")
# assert different == {"your pool": 50, "his pool": 1} and np.max(seen["his pool"]) == 0

# %% [markdown]
r"""
## Cycle consistency

Let $G$ translate images $x$ of the first family into the second, and $F$ images $y$ of the second
into the first. The discriminator $D_Y$ judges what $G$ draws, and $D_X$ what $F$ draws. With flexible
networks this is not enough: $D_Y$ accepts whichever digit $G$ draws, as long as it looks like a
digit of the second family. The *cycle loss* asks for the way back,

$$\lambda\,\big(|F(G(x))-x|_1+|G(F(y))-y|_1\big),$$

where $|\cdot|_1$ is the mean of the absolute values. $G$ must then keep what $F$ needs to draw the
image again. An *identity loss* asks in addition that a translator leaves alone what belongs to its
target family already: $|G(y)-y|_1+|F(x)-x|_1$. It keeps the translators from changing the
colours of a photograph without need. The authors use it with the weight $\lambda/2$ when they turn
paintings into photographs. In the diagram, blue squares are networks, and orange arrows are losses.
"""

# %% tags=["active-ipynb"]
# show_translators()

# %% [markdown]
r"""
*A small step.* Is the cycle loss 0 only if $G$ translates as we want? Think of a $G$ that draws a
tilted 8 for each 3, and a tilted 3 for each 8.

<details><summary>Answer</summary>

No. If $F$ exchanges threes and eights as well, all images come back, and the cycle loss is 0. The
loss asks for *some* one-to-one translation. Which one is found depends on the networks, on their
start, and on the other losses.

</details>
"""


# %%
def cycle_losses(
    x: Float[tf.Tensor, "batch H W C"],
    y: Float[tf.Tensor, "others height width channels"],
    G: Callable,
    F: Callable,
    lam: float = 10.0,
    lam_id: float = 0.0,
) -> dict[str, Float[tf.Tensor, ""]]:
    """Return the cycle loss and the identity loss of two translations.

    Computes equation (2) of Zhu et al., "Unpaired Image-to-Image Translation using Cycle-Consistent
    Adversarial Networks" (2017), https://arxiv.org/abs/1703.10593, and the identity loss of the
    same paper. |·|₁ stands for the mean of the absolute values. Gradients flow to x, to y, and to
    the weights of both translations.

    Args:
        x: images of the first family.
        y: images of the second family; no partners of x, and there may be another number of them.
        G: translates images of the first family into ones of the second.
        F: translates back, from the second family into the first.
        lam: λ, the weight of the cycle loss.
        lam_id: the weight of the identity loss, which is not multiplied by lam. If it is 0, the images
            of the two families may have another size and another number of channels, so that G cannot
            be given y.

    Returns:
        "cycle": lam · (|F(G(x)) − x|₁ + |G(F(y)) − y|₁);
        "identity": lam_id · (|G(y) − y|₁ + |F(x) − x|₁), and 0 if lam_id is 0;
        "total": their sum.
    """
    ### BEGIN SOLUTION
    def distance(one, other):
        return tf.reduce_mean(tf.abs(one - other))

    cycle = lam * (distance(F(G(x)), x) + distance(G(F(y)), y))
    identity = lam_id * (distance(G(y), y) + distance(F(x), x)) if lam_id else tf.zeros_like(cycle)
    return {"cycle": cycle, "identity": identity, "total": cycle + identity}
    ### END SOLUTION


# %% [markdown]
r"""
Now everything is put together. The first 600 digits are family one. The other digits of the data
set are inverted and tilted, and make family two. The translators are small dense networks, which
know nothing of neighbouring pixels, so that nothing in their structure preserves a shape.

**Prediction 1.** Which share of the translated digits is read as the same digit as before: without
the cycle loss, with it, and with it and ten true twins?

*Write yours here, with the reason, before you run the next cells:*
"""

# %% tags=["active-ipynb"]
# def translation_losses(x, y, older_x, older_y, translators, discriminators, lam):
#     """The loss of both translators, that of both discriminators, and the translated images."""
#     (G, F), (D_X, D_Y) = translators, discriminators
#     new_x, new_y = F(y), G(x)
#     wanted = lsgan_losses(D_X(x), D_X(new_x))[1] + lsgan_losses(D_Y(y), D_Y(new_y))[1]
#     told = lsgan_losses(D_X(x), D_X(older_x))[0] + lsgan_losses(D_Y(y), D_Y(older_y))[0]
#     return wanted + cycle_losses(x, y, G, F, lam)["total"], told, new_x, new_y

# %% tags=["active-ipynb"]
# def with_pairs(number, weight=10.0):
#     """The same losses; in addition, the distance of some translations from the true twins."""
#     known, twins = tf.constant(first[:number]), tf.constant(twin(first[:number]))
#
#     def losses(x, y, older_x, older_y, translators, discriminators, lam):
#         wanted, *others = translation_losses(
#             x, y, older_x, older_y, translators, discriminators, lam
#         )
#         told = tf.reduce_mean(tf.abs(translators[0](known) - twins))
#         return (wanted + weight * told, *others)
#
#     return losses

# %% [markdown]
r"""
Each way is tried from three random starts. Digits that were not trained on are translated, and then
read by the three nearest images of the true second family. They are also translated back, and read
again.
"""

# %% tags=["active-ipynb"]
# ways = {
#     "no cycle loss": (translation_losses, 0.0),
#     "cycle loss": (translation_losses, 3.0),
#     "cycle loss, 10 twins": (with_pairs(10), 3.0),
# }
# found = {
#     name: [translate(losses, dense_translator, lam, seed) for seed in range(3)]
#     for name, (losses, lam) in ways.items()
# }
# rows = {"digits": test_digits[:14], "their true twins": twin(test_digits[:14])}
# for name, runs in found.items():
#     same, returned = ([f"{run[what]:.0%}" for run in runs] for what in ("same", "returned"))
#     print(f"{name:>20}: same digit {', '.join(same)}; after the way back {', '.join(returned)}")
#     rows |= {name: runs[0]["translated"][:14], f"{name}, back": runs[0]["back"][:14]}
# show_rows(rows)
# none, cycle, told = (
#     [[run[what] for run in runs] for what in ("same", "returned")] for runs in found.values()
# )
# assert np.max(none) < 0.25 and np.max(cycle[0]) < 0.3, "the same digit only by chance"
# assert np.max([run["spread"] for run in found["no cycle loss"]]) < 0.1, "one picture for all digits"
# assert np.min(cycle[1]) > 0.8 and np.min(told) > 0.7, "the way back, and ten twins"

# %% [markdown]
r"""
**Prediction 1, answered.** Without the cycle loss about one digit in ten, which is chance: the
translators draw nearly the same picture for all digits (the spread, the standard deviation of a
pixel over the translations, is almost 0), and the discriminators accept this picture. With the
cycle loss the translations differ again, and more than 80 % of the digits are right after the way
back. But the translation nearly always shows *another* digit. This is the exchange of the small
step: any one-to-one translation has a small cycle loss, and dense networks have no reason to prefer
the one that we have in mind. Ten twins among 600 digits are enough to select it: more than 70 % of
the translations are then right. Without any pair, CycleGAN needs help from the structure of its
networks: they can turn a horse's coat into stripes much more easily than they can move its legs. The
authors report that translations of colour and texture often succeed, and that those which have to
change a shape seldom do.
"""

# %% [markdown]
r"""
## Normalise each pixel

The second part is about generators that start from noise. A *progressive* GAN starts with images of
4 × 4 pixels. When these look right, layers for 8 × 8 are added, then for 16 × 16, up to 1024 ×
1024. Four small inventions keep the training stable and the images varied. The first one: after
each layer of the generator, the vector of channels at each pixel is scaled to a mean square of 1, so
that the numbers cannot grow without limit while the two networks compete.
"""


# %%
def pixel_norm(x: Float[tf.Tensor, "*places C"]) -> Float[tf.Tensor, "*places C"]:
    """Divide the vector of each place by the root of the mean of its squared components.

    Computes the pixelwise normalisation of Karras et al., "Progressive Growing of GANs for Improved
    Quality, Stability, and Variation" (2018), https://arxiv.org/abs/1710.10196: x / √(m + 10⁻⁸),
    with m the mean of x² over the last axis. Gradients flow to x.

    Args:
        x: images [B, H, W, C] or latent vectors [B, Z], of numbers from −10⁶ to 10⁶. A vector of
            zeros stays zeros.
    """
    ### BEGIN SOLUTION
    return x * tf.math.rsqrt(tf.reduce_mean(x**2, axis=-1, keepdims=True) + 1e-8)
    ### END SOLUTION


# %% [markdown]
r"""
The same function prepares latent vectors. In the picture, vectors of two components are drawn, and
all of them land on the circle of radius √2.
"""

# %% tags=["active-ipynb"]
# z = tf.random.stateless_normal((200, 2), seed=(0, 1)) * [1.0, 3.0]
# show_circle(z.numpy(), pixel_norm(z).numpy())
# lengths = tf.norm(pixel_norm(z), axis=1)
# assert np.allclose(lengths, 2**0.5, atol=1e-3), "each vector on its own is scaled"
# assert np.allclose(pixel_norm(z) / 2**0.5, tf.math.l2_normalize(z, axis=1), atol=1e-3), "and not turned"

# %% [markdown]
r"""
## One learning rate for all layers

He's initialisation draws smaller weights for wider layers: their standard deviation is $\sqrt{2/D}$
for $D$ inputs. Adam moves each weight by about the learning rate, however large the weight is. So a
step changes the small weights of wide layers by a larger share than the large weights of narrow
ones. An *equalised* layer stores weights of standard deviation 1 and multiplies them by
$c=\sqrt{2/D}$ each time they are used.

*A small step.* What does one step of Adam with learning rate 0.01 change in the weights that are
*used*, $c\cdot$kernel, compared with their standard deviation, if $D=8$ and if $D=512$? And without
the scaling, if the kernel itself starts with He's standard deviation?

<details><summary>Answer</summary>

With scaling the stored weights have the standard deviation 1 and move by 0.01, which is 1 % for
each $D$. Without it they move by 0.01 as well, and have a standard deviation of 0.5 for $D=8$ (2
%), but of 0.0625 for $D=512$ (16 %).

</details>
"""


# %%
class EqualisedDense(keras.layers.Layer):
    """A dense layer whose weights are scaled each time they are used.

    Follows Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and
    Variation" (2018), https://arxiv.org/abs/1710.10196: [..., D] → [..., units] by
    x · (c · kernel) + bias with the constant c = gain / √D.

    Attributes, by whose names the checks read and set the weights:
        kernel: [D, units], trainable. It starts as `keras.initializers.RandomNormal(mean=0.0,
            stddev=1.0, seed=seed)` draws it, and is stored without c.
        bias: [units], trainable, which starts as zeros and is not scaled.

    The same in training as in use; gradients flow to x, to the kernel (through c) and to the bias.
    """

    def __init__(self, units: int, gain: float = 2.0**0.5, seed: int | None = None):
        """Keep what is needed to make the weights, which `build` does when D is known.

        Args:
            units: the width of the output.
            gain: the numerator of c. √2 is He's constant for layers before a ReLU.
            seed: of the kernel's start. Without one each layer starts with another kernel.
        """
        super().__init__()
        ### BEGIN SOLUTION
        self.units, self.gain, self.seed = units, gain, seed
        ### END SOLUTION

    def build(self, input_shape: tuple[int | None, ...]):
        """Make `kernel` and `bias`."""
        ### BEGIN SOLUTION
        normal = keras.initializers.RandomNormal(mean=0.0, stddev=1.0, seed=self.seed)
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer=normal)
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros")
        ### END SOLUTION

    def call(self, x: Float[tf.Tensor, "*places D"]) -> Float[tf.Tensor, "*places units"]:
        """Return the layer's output."""
        ### BEGIN SOLUTION
        scale = self.gain / self.kernel.shape[0] ** 0.5
        return x @ (scale * self.kernel) + self.bias
        ### END SOLUTION


# %% tags=["active-ipynb"]
# shares = {"Dense, He": [], "EqualisedDense": []}
# widths = (8, 32, 128, 512)
# for width in widths:
#     x = tf.random.stateless_normal((256, width), seed=(width, 0))
#     plain = keras.layers.Dense(64, kernel_initializer=keras.initializers.HeNormal(seed=0))
#     for name, layer in zip(shares, (plain, EqualisedDense(64, seed=0))):
#         layer.build(x.shape)
#         before, output = layer.kernel.numpy(), layer(x)
#         one_step(layer, x, rate=0.01)
#         shares[name].append(np.abs(layer.kernel.numpy() - before).mean() / before.std())
#         assert 1.2 < np.std(output) < 1.6, "both start with outputs of the same size, √2"
# show_shares(widths, shares)
# assert np.allclose(shares["EqualisedDense"], 0.01, rtol=0.1), "1 % for each width"

# %% [markdown]
r"""
## A batch judged as a whole

A discriminator that sees one image at a time cannot notice that a generator draws the same good
image again and again. *Minibatch standard deviation* tells the discriminator how much the images of
a batch differ. It appends a channel that holds this one number at all places.
"""


# %%
def minibatch_stddev(x: Float[tf.Tensor, "B H W C"], group: int) -> Float[tf.Tensor, "B H W C_and_1"]:
    """Append a channel that tells how much the images of a group differ.

    Follows Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and
    Variation" (2018), https://arxiv.org/abs/1710.10196, with groups as in their later code. In each
    group and for each place and channel, take s = √(v + 10⁻⁸), with v the variance over the images of
    the group (the mean of the squared deviations). The mean of s over all places and channels is one
    number for each group. It fills the new channel, the last one, of all images of this group.
    Gradients flow to x.

    Args:
        x: one image or more. Images may be almost the same. The mean square less the squared mean would
            then be rounding error alone, so subtract the mean before you square.
        group: how many images are in a group; 1 or more. The images are numbered from 0. Image 0 is in a
            group with images M, 2M, …, and image 1 with 1 + M, 1 + 2M, …, where M is the number of groups.
            A batch that is smaller than `group` is one group. In a group of one image s is
            √(10⁻⁸) = 0.0001.

    Raises:
        ValueError: `group` is below 1, or it does not divide a batch that is larger.
    """
    ### BEGIN SOLUTION
    batch, height, width, channels = x.shape
    if group < 1 or batch > group and batch % group:
        raise ValueError(f"groups of {group} do not divide a batch of {batch}")
    grouped = tf.reshape(x, (min(group, batch), -1, height, width, channels))
    spread = tf.sqrt(tf.math.reduce_variance(grouped, axis=0) + 1e-8)
    told = tf.reduce_mean(spread, axis=(1, 2, 3), keepdims=True)
    told = tf.tile(told, (min(group, batch), height, width, 1))
    return tf.concat([x, told], axis=-1)
    ### END SOLUTION


# %% [markdown]
r"""
Sixteen real digits, and sixteen copies of one digit with a little noise. The number in the new
channel is many times larger for the real ones, so that even a linear discriminator can tell these
batches apart.
"""

# %% tags=["active-ipynb"]
# real = tf.constant(first[:16])
# collapsed = tf.repeat(real[:1], 16, axis=0) + tf.random.stateless_normal(real.shape, seed=(1, 2)) * 0.05
# told = {"real": minibatch_stddev(real, 4), "collapsed": minibatch_stddev(collapsed, 4)}
# for name, images in told.items():
#     print(f"{name:>9}: {np.round(images[:4, 0, 0, -1], 3)} in the four groups")
# show_channel(told)
# assert np.min(told["real"][..., -1]) > 5 * np.max(told["collapsed"][..., -1])
# assert np.all((told["collapsed"][..., -1] > 0.03) & (told["collapsed"][..., -1] < 0.05)), "the noise"
# assert np.allclose(told["real"][:4, ..., -1], told["real"][4:8, ..., -1]), "the groups"

# %% [markdown]
r"""
## Fading in

New layers start with random weights and would ruin what was learnt. So for a while two images are
blended: the small image of the old layers is enlarged and has the weight $1-\alpha$, and the image
of the new layers has the weight $\alpha$, which grows from 0 to 1. The discriminator fades its new
layers in, too.
"""


# %%
def fade(
    lo: Float[tf.Tensor, "B h w C"], hi: Float[tf.Tensor, "B twice_h twice_w C"], alpha: float
) -> Float[tf.Tensor, "B twice_h twice_w C"]:
    """Blend an image of a low resolution with one of twice that resolution.

    Follows Karras et al., "Progressive Growing of GANs for Improved Quality, Stability, and
    Variation" (2018), https://arxiv.org/abs/1710.10196: (1 − alpha) · up(lo) + alpha · hi, where up
    repeats each pixel, so that it becomes a square of 2 × 2. Gradients flow to lo and hi.

    Args:
        lo: the output of the layers that were there before.
        hi: the output of the new layers.
        alpha: from 0 (only lo) to 1 (only hi); a number, or a tensor without axes.

    Raises:
        ValueError: hi is not exactly twice as high and twice as wide as lo, or has another batch or
            other channels.
    """
    ### BEGIN SOLUTION
    batch, height, width, channels = lo.shape
    if tuple(hi.shape) != (batch, 2 * height, 2 * width, channels):
        raise ValueError(f"{tuple(hi.shape)} is not twice as high and wide as {tuple(lo.shape)}")
    up = tf.repeat(tf.repeat(lo, 2, axis=1), 2, axis=2)
    return (1.0 - alpha) * up + alpha * hi
    ### END SOLUTION


# %% [markdown]
r"""
From the left to the right α is 0, 0.25, 0.5, 0.75 and 1. The photograph was reduced to a small
size. The first picture must be the coarsest.
"""

# %% tags=["active-ipynb"]
# half = tf.nn.avg_pool2d(small_photo, 2, 2, "VALID")
# blends = [fade(half, small_photo, alpha)[0] for alpha in (0.0, 0.25, 0.5, 0.75, 1.0)]
# show_row(blends)
# steps = [float(tf.reduce_mean(tf.abs(one - small_photo[0]))) for one in blends]
# print("distance from the finer picture:", np.round(steps, 3))
# assert np.allclose(np.divide(steps, steps[0]), (1, 0.75, 0.5, 0.25, 0), atol=1e-3)
# assert np.allclose(blends[0][::2, ::2], blends[0][1::2, 1::2]), "squares of one colour"

# %% [markdown]
r"""
## Adaptive instance normalisation

What is style? In topic 13 it was the correlations of a network's channels. Huang
and Belongie (2017) need less: the mean and the standard deviation of each channel. *Adaptive
instance normalisation* (AdaIN) removes the mean and the standard deviation that an image has, and
gives it others.
"""


# %%
def adain(
    x: Float[tf.Tensor, "B H W C"],
    scale: Float[tf.Tensor, "B C"],
    shift: Float[tf.Tensor, "B C"],
    eps: float = 1e-5,
) -> Float[tf.Tensor, "B H W C"]:
    """Give each channel of each image a new standard deviation and a new mean.

    Computes equation (8) of Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive
    Instance Normalization" (2017), https://arxiv.org/abs/1703.06868, with the scale and the shift as
    arguments: scale · (x − mean) / √(variance + eps) + shift. Mean and variance (the mean of the
    squared deviations) are taken over the places of one channel of one image. Gradients flow to x,
    scale and shift. Means in the checks are not much larger than deviations, so that the variance may
    be computed as the mean square less the squared mean, too.

    Args:
        x: one image or more, of one pixel or more. No image depends on the others in the batch.
        scale: by which the normalised channel is multiplied; any sign.
        shift: what is added to it.
        eps: above 0; added to the variance. A channel that is the same at all places becomes its
            shift.
    """
    ### BEGIN SOLUTION
    mean, variance = tf.nn.moments(x, axes=(1, 2), keepdims=True)
    normalised = (x - mean) * tf.math.rsqrt(variance + eps)
    return scale[:, None, None, :] * normalised + shift[:, None, None, :]
    ### END SOLUTION


# %% [markdown]
r"""
The three colour channels of a photograph are enough for an effect: a photograph takes on the
colours of another one. (Reinhard and others did so in 2001, in another colour space.) Each picture
keeps its shapes, and gets the means and the standard deviations of the photograph at the top of its
column.
"""

# %% tags=["active-ipynb"]
# chosen = {name: photos[name] for name in ("china", "coffee", "flower")}
# batch, columns = np.stack(list(chosen.values())), []
# for mean, variance in (tf.nn.moments(image, axes=(0, 1)) for image in batch):
#     scale, shift = (tf.repeat(one[None], 3, axis=0) for one in (tf.sqrt(variance), mean))
#     columns.append(adain(batch, scale, shift).numpy())
#     assert np.allclose(columns[-1].mean(axis=(1, 2)), mean, atol=2e-3), "the means of the colours"
#     assert np.allclose(columns[-1].std(axis=(1, 2)), scale, atol=2e-3), "and their spreads"
# show_colours(chosen, zip(*columns))

# %% [markdown]
r"""
## Noise for what does not matter

Freckles and single hairs have to be somewhere, and it does not matter where. A generator that has
only its latent vector would have to invent random numbers from it. A style-based generator
(StyleGAN) is given noise instead, at each layer, and learns for each channel how much of it to
take.
"""


# %%
def add_noise(
    x: Float[tf.Tensor, "B H W C"], noise: Float[tf.Tensor, "B H W 1"], strength: Float[tf.Tensor, "C"]
) -> Float[tf.Tensor, "B H W C"]:
    """Add noise to each pixel, as strongly as each channel wants it.

    Follows Karras, Laine and Aila, "A Style-Based Generator Architecture for Generative Adversarial
    Networks" (2019), https://arxiv.org/abs/1812.04948: x + strength · noise. All channels of an image
    get the same noise, each with a strength of its own. Gradients flow to x and strength.

    Args:
        x: the images.
        noise: one number for each pixel of each image.
        strength: a learnt number for each channel; any sign, or 0.

    Raises:
        ValueError: the noise does not have the shape [B, H, W, 1].
    """
    ### BEGIN SOLUTION
    if tuple(noise.shape) != (*x.shape[:3], 1):
        raise ValueError(f"expected noise of shape {(*x.shape[:3], 1)}, got {tuple(noise.shape)}")
    return x + strength * noise
    ### END SOLUTION


# %% [markdown]
r"""
## Styles, layer by layer

In StyleGAN the latent vector $z$ does not enter the first layer. A *mapping network* turns it into
a style $w$, and at each layer an affine function of $w$ gives the scale and the shift of AdaIN. The
generator itself starts from a learnt array of 4 × 4 places, which is the same for all images. Since
each layer gets its own copy of $w$, different layers can be given different styles: the first
layers decide about coarse properties, and the last ones about fine ones.
"""


# %%
def mix_styles(
    w1: Float[tf.Tensor, "B D"], w2: Float[tf.Tensor, "B D"], cut: int, layers: int
) -> Float[tf.Tensor, "B layers D"]:
    """Give the first layers of a generator one style, and the others another one.

    Follows the mixing of Karras, Laine and Aila, "A Style-Based Generator Architecture for Generative
    Adversarial Networks" (2019), https://arxiv.org/abs/1812.04948. Gradients flow to w1 and w2.

    Args:
        w1: the styles of the first `cut` layers.
        w2: the styles of all others.
        cut: from 0 (all layers get w2) to `layers` (all layers get w1).
        layers: how many layers there are; 1 or more.

    Raises:
        ValueError: `cut` is below 0 or above `layers`.
    """
    ### BEGIN SOLUTION
    if not 0 <= cut <= layers:
        raise ValueError(f"expected cut to be from 0 to {layers}, got {cut}")
    return tf.stack([w1] * cut + [w2] * (layers - cut), axis=1)
    ### END SOLUTION


# %% [markdown]
r"""
Styles that are rare in training give bad images. The *truncation trick* pulls $w$ towards the mean
$\bar w$ of all styles: $\bar w+\psi(w-\bar w)$ with $\psi<1$, often in the first layers only.
"""


# %%
def truncate(
    w: Float[tf.Tensor, "B L D"], w_avg: Float[tf.Tensor, "D"], psi: float, cutoff: int | None = None
) -> Float[tf.Tensor, "B L D"]:
    """Pull the styles of the first layers towards the average style.

    Computes the truncation of Karras, Laine and Aila, "A Style-Based Generator Architecture for
    Generative Adversarial Networks" (2019), https://arxiv.org/abs/1812.04948:
    w_avg + psi · (w − w_avg). Gradients flow to w and w_avg.

    Args:
        w: the style of each of L layers.
        w_avg: the average style.
        psi: ψ. 1 leaves the styles as they are, 0 gives the average, and others, as −1 or 2, are
            allowed.
        cutoff: how many layers, counted from the first, are truncated. 0 means none; L, more than L,
            and None mean all.

    Raises:
        ValueError: `cutoff` is below 0.
    """
    ### BEGIN SOLUTION
    layers = w.shape[1]
    cutoff = layers if cutoff is None else cutoff
    if cutoff < 0:
        raise ValueError(f"expected a cutoff of 0 or more, got {cutoff}")
    truncated = tf.range(layers)[:, None] < cutoff
    return tf.where(truncated, w_avg + psi * (w - w_avg), w)
    ### END SOLUTION


# %% [markdown]
r"""
Now all of it is assembled into a generator of clothes (fashion_mnist, reduced to 16 × 16 pixels).
The mapping network is made of `pixel_norm` and `EqualisedDense`. Each layer consists of a
convolution, `add_noise` and `adain`. The helpers build the discriminator, which contains
`minibatch_stddev`.
"""

# %% tags=["active-ipynb"]
# class StyleGenerator(keras.Model):
#     """Draw clothes from one style for each of three layers: 4 × 4, 8 × 8 and 16 × 16."""
#
#     def __init__(self, width=32, channels=16):
#         super().__init__()
#         self.mapping = [EqualisedDense(width, seed=number) for number in range(2)]
#         self.affine = [EqualisedDense(2 * channels, gain=1.0, seed=number) for number in range(3)]
#         self.convolutions = [he_convolution(channels, 3) for _ in range(3)]
#         self.to_image = [he_convolution(1, 1) for _ in range(3)]
#         normal = keras.initializers.RandomNormal(stddev=1.0, seed=3)
#         self.seed = self.add_weight(shape=(1, 4, 4, channels), initializer=normal)
#         weak = keras.initializers.Constant(0.1)
#         self.strength = self.add_weight(shape=(3, channels), initializer=weak)
#
#     def styles(self, z):
#         """The mapping network: latent vectors [B, Z] → styles [B, Z]."""
#         w = pixel_norm(z)
#         for layer in self.mapping:
#             w = tf.nn.leaky_relu(layer(w), 0.2)
#         return w

# %% tags=["active-ipynb"]
# def draw(self, w, noise, stage=2, alpha=1.0):
#     """Styles [B, 3, Z] and noise for each layer → images of 4, 8 or 16 rows; α fades the last layer in."""
#     x, before = tf.repeat(self.seed, w.shape[0], axis=0), None
#     for number in range(stage + 1):
#         x = x if number == 0 else tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2)
#         x = add_noise(self.convolutions[number](x), noise[number], self.strength[number])
#         scale, shift = tf.split(self.affine[number](w[:, number]), 2, axis=-1)
#         x = adain(tf.nn.leaky_relu(x, 0.2), 1.0 + scale, shift)
#         before = self.to_image[number](x) if number == stage - 1 else before
#     image = self.to_image[stage](x)
#     return tf.tanh(image if stage == 0 else fade(before, image, alpha))
#
#
# StyleGenerator.draw = draw

# %% [markdown]
r"""
Training starts with 4 × 4 pixels, then `fade` brings in 8 × 8 and 16 × 16. In a third of the steps
the images have two styles, so that the layers learn to work with different ones. The first row has real
clothes, and the others are drawn. In most of them you should recognise the outline of a shoe, of
trousers, of a shirt or of a bag. The training takes about a thousand steps; the authors' networks
learnt for days on several graphics processors.
"""

# %% tags=["active-ipynb"]
# generator = StyleGenerator()
# train_style(generator, clothes, steps=(150, 300, 600), seed=1)
# z = tf.random.stateless_normal((1000, 32), seed=(0, 7))
# w = generator.styles(z)
# noise = layer_noise(12, seed=0)
# show_rows({
#     "real": clothes[:12],
#     "drawn": generator.draw(mix_styles(w[:12], w[:12], 3, 3), noise),
#     "drawn, others": generator.draw(mix_styles(w[12:24], w[12:24], 3, 3), noise),
# })

# %% [markdown]
r"""
Style mixing, as in a figure of Karras and others (2019). The first row is twelve drawn pieces of
clothing. In the rows below it, more and more layers take the style of one other piece, from the
finest layer to the coarsest, until all of them have it. What the last layer changes alone,
brightness and texture, is *fine*; what the first layer decides, what kind of clothing it is, is
*coarse*. The third row is the worst: shapes and details of two kinds do not fit each other, and so
short a training does not teach the layers to make them fit.
"""

# %% tags=["active-ipynb"]
# rows = {"as drawn": generator.draw(mix_styles(w[:12], w[:12], 3, 3), noise)}
# for cut, name in ((2, "16 × 16 exchanged"), (1, "8, 16 exchanged"), (0, "all exchanged")):
#     rows[name] = generator.draw(mix_styles(w[:12], tf.repeat(w[17:18], 12, axis=0), cut, 3), noise)
# show_rows(rows)
# apart = [float(np.mean(np.abs(images - rows["as drawn"]))) for images in rows.values()]
# print("distance from the first row:", np.round(apart, 2))
# assert apart[0] == 0 < apart[1] < apart[2], "the coarser the layer, the more it changes"

# %% [markdown]
r"""
And truncation: the rows go from ψ = 1 to ψ = 0. All pieces must turn into the same average piece,
which differs only by its noise. If ψ and 1 − ψ were exchanged, the *first* row would have the same
piece everywhere.
"""

# %% tags=["active-ipynb"]
# average, rows, spread = tf.reduce_mean(w, axis=0), {}, []
# for psi in (1.0, 0.7, 0.4, 0.0):
#     styles = truncate(mix_styles(w, w, 3, 3), average, psi)
#     images = generator.draw(styles, layer_noise(1000, seed=2)).numpy()
#     rows[f"ψ = {psi:g}"] = images[:12]
#     spread.append(images.std(axis=0).mean())
# show_rows(rows)
# print("standard deviation of a pixel over 1000 images:", np.round(spread, 2))
# assert np.all(np.diff(spread) < 0) and 0 < spread[-1] < 0.3 * spread[0], "only the noise is left at ψ = 0"

# %% [markdown]
r"""
## Classes in the normalisation

BigGAN draws images of 1000 classes with one network. The class enters at each batch normalisation:
mean and variance are those of the whole batch, and the scale γ and the shift β are those of the
class.
"""


# %%
def class_conditional_bn(
    x: Float[tf.Tensor, "B H W C"],
    labels: Int32[tf.Tensor, "B"],
    gamma: Float[tf.Tensor, "K C"],
    beta: Float[tf.Tensor, "K C"],
    eps: float = 1e-5,
) -> Float[tf.Tensor, "B H W C"]:
    """Normalise by the batch, then scale and shift by the class.

    Follows Brock, Donahue and Simonyan, "Large Scale GAN Training for High Fidelity Natural Image
    Synthesis" (2019), https://arxiv.org/abs/1809.11096, with a table instead of their shared
    embedding: γ · (x − mean) / √(variance + eps) + β. Mean and variance (the mean of the squared
    deviations) are those of a channel over all places of all images of the batch, of whatever class.
    Gradients flow to x, gamma and beta. As in `adain`, the variance may be computed as the mean square
    less the squared mean, too.

    Args:
        x: one image or more; a batch of one image is normalised by its own places.
        labels: the class of each image, from 0 to K − 1.
        gamma: γ, a row for each class.
        beta: β, a row for each class. It is all that remains of a channel that is the same at all
            places of all images.
        eps: above 0; added to the variance.

    Raises:
        ValueError or tf.errors.InvalidArgumentError: a label is below 0, or K or above.
    """
    ### BEGIN SOLUTION
    mean, variance = tf.nn.moments(x, axes=(0, 1, 2))
    normalised = (x - mean) * tf.math.rsqrt(variance + eps)
    scale, shift = (tf.gather(table, labels)[:, None, None, :] for table in (gamma, beta))
    return scale * normalised + shift
    ### END SOLUTION


# %% [markdown]
r"""
A small generator of digits with two such layers. Its discriminator is told the class, too.
"""

# %% tags=["active-ipynb"]
# class ClassGenerator(keras.Model):
#     """Draw digits of given classes from latent vectors of 16 components."""
#
#     def __init__(self, channels=24, classes=10):
#         super().__init__()
#         self.dense = keras.layers.Dense(16 * channels)
#         self.convolution, self.to_image = (he_convolution(one, 3) for one in (channels, 1))
#         shape = (2, classes, channels)
#         self.gamma = self.add_weight(shape=shape, initializer="ones")
#         self.beta = self.add_weight(shape=shape, initializer="zeros")
#
#     def draw(self, z, classes):
#         x = tf.reshape(self.dense(z), (z.shape[0], 4, 4, -1))
#         x = tf.nn.relu(class_conditional_bn(x, classes, self.gamma[0], self.beta[0]))
#         x = self.convolution(tf.repeat(tf.repeat(x, 2, axis=1), 2, axis=2))
#         x = tf.nn.relu(class_conditional_bn(x, classes, self.gamma[1], self.beta[1]))
#         return tf.tanh(self.to_image(x))

# %% [markdown]
r"""
Each row must show the digit that was asked for. A simple reader counts them: it names the class of
most of the three nearest real digits.
"""

# %% tags=["active-ipynb"]
# painter = ClassGenerator()
# train_classes(painter, digits, labels, steps=800, seed=0)
# asked = np.arange(500, dtype="int32") % 10
# draws = np.random.default_rng(3).normal(size=(300, 500, 16))
# images = painter.draw(tf.constant(draws[0], tf.float32), asked).numpy()
# show_rows({f"asked for {digit}": images[asked == digit][:12] for digit in range(10)}, scale=0.5)
# share = right(reader, images, asked)
# print(f"{share:.0%} of 500 digits are read as the class that was asked for")
# assert share > 0.85, "classes are drawn as asked"

# %% [markdown]
r"""
## Truncated draws

BigGAN truncates the latent vector itself: components that are too large are drawn again. The paper
draws a curve for it: with smaller thresholds the images become more like real ones, and more like
each other.
"""


# %%
def truncate_z(draws: Float64[np.ndarray, "R B Z"], threshold: float) -> Float64[np.ndarray, "B Z"]:
    """Take, for each component of each latent vector, the first of its draws that is not too large.

    Follows the truncation of Brock, Donahue and Simonyan, "Large Scale GAN Training for High Fidelity
    Natural Image Synthesis" (2019), https://arxiv.org/abs/1809.11096: components above the threshold
    are drawn again. Here the draws are made beforehand.

    Args:
        draws: R draws of B latent vectors of Z components; R is 1 or more.
        threshold: above 0. A draw is taken if its absolute value is at most this.

    Returns:
        [B, Z]: at (b, k) the value of draws[r, b, k] with the smallest r at which it is small enough.

    Raises:
        ValueError: all R draws of some component are too large, or `threshold` is 0 or below.
    """
    ### BEGIN SOLUTION
    small = np.abs(draws) <= threshold
    if threshold <= 0 or not small.any(axis=0).all():
        raise ValueError(f"some component has no draw within {threshold}")
    return np.take_along_axis(draws, small.argmax(axis=0)[None], axis=0)[0]
    ### END SOLUTION


# %% [markdown]
r"""
The next picture is such a curve for our digits. Along the line, from the right to the left, the
threshold falls from 2.5 to 0.1. Further to the left the digits of a class differ less from each
other; further down they are closer to real ones. No threshold is best for both: it is chosen for a
purpose.
"""

# %% tags=["active-ipynb"]
# table = []
# for threshold in (0.1, 0.3, 0.6, 1.0, 1.5, 2.5):
#     z = tf.constant(truncate_z(draws, threshold), tf.float32)
#     images = painter.draw(z, asked).numpy()
#     within = np.mean([images[asked == digit].std(axis=0).mean() for digit in range(10)])
#     away = reader.kneighbors(images.reshape(-1, 64), 1)[0].mean()
#     table.append((threshold, within, away))
#     print("threshold {:.1f}: spread {:.2f}, distance from real digits {:.2f}".format(*table[-1]))
# show_trade(table)
# _, spreads, away = np.transpose(table)
# assert np.all(np.diff(spreads) > 0) and spreads[0] < 0.4 * spreads[-1], "truncation costs variety"
# assert away[0] < 0.93 * away[-1], "and buys likeness"
# assert abs(truncate_z(draws, 1.0).std() - 0.54) < 0.02, "a normal distribution cut at -1 and 1"

# %% [markdown]
r"""
In the paper the likeness is measured by a trained classifier (the inception score), and gets much
better when the threshold falls. Here it is a distance, and gets better only by a little: our
classes are simple, and the digits are near the real ones even without truncation.

Batch normalisation has a disadvantage: what is drawn depends on the rest of the batch. The next
picture shows the same latent vectors and classes twice: drawn in a batch of 500, and drawn one by
one, where mean and variance come from a single image. The authors of BigGAN therefore collect the
means and the variances of many batches after training, and use these for all images ("standing
statistics").
"""

# %% tags=["active-ipynb"]
# together = images[:12]
# alone = [painter.draw(z[one : one + 1], asked[one : one + 1])[0].numpy() for one in range(12)]
# show_rows({"in a batch of 500": together, "each one alone": alone})
# change = np.abs(together - alone).mean()
# print(f"a pixel changes by {change:.2f} on average, from -1 (black) to 1 (white)")
# assert change > 0.05, "the other images of a batch matter"

# %% [markdown]
r"""
## A walk along an arc

A generator was trained with latent vectors that were drawn from a normal distribution. A walk from
one of them to another should not pass vectors that such draws hardly ever give. *Spherical
interpolation* goes along an arc instead of a straight line.
"""


# %%
def slerp_path(
    z0: Float64[np.ndarray, "Z"], z1: Float64[np.ndarray, "Z"], t: Float64[np.ndarray, "n"]
) -> Float64[np.ndarray, "n Z"]:
    """Walk from one latent vector to another along an arc.

    Computes the spherical interpolation of White, "Sampling Generative Networks" (2016),
    https://arxiv.org/abs/1609.04468: (sin((1 − t)θ) z0 + sin(tθ) z1) / sin θ, where θ, from 0 to π,
    is the angle between z0 and z1. If both are equally long, so is every point of the path. The angle
    may be computed in any way; rounding may make the cosine of two directions larger than 1.

    Args:
        z0: the start, not all zeros.
        z1: the end, not all zeros; of any length.
        t: the shares of the way, each from 0 (z0) to 1 (z1), in any order.

    Returns:
        [n, Z], a point for each share. Where z0 and z1 point in the same direction, θ is 0 (to within
        10⁻⁷), and the points are what the formula tends to: (1 − t) z0 + t z1.

    Raises:
        ValueError: z0 or z1 is all zeros, or they point in opposite directions, θ = π (to within
            10⁻⁷), so that no arc is the shortest.
    """
    ### BEGIN SOLUTION
    lengths = np.linalg.norm(z0), np.linalg.norm(z1)
    if not all(lengths):
        raise ValueError("a vector of zeros has no direction")
    one, other = z0 / lengths[0], z1 / lengths[1]
    # Half of the angle has a sine of half the chord: exact for small angles, where the cosine is not.
    angle = 2.0 * np.arctan2(np.linalg.norm(other - one), np.linalg.norm(other + one))
    if angle > np.pi - 1e-7:
        raise ValueError("z1 points in the direction opposite to z0's")
    t = t[:, None]
    if angle < 1e-7:
        return (1.0 - t) * z0 + t * z1
    return (np.sin((1.0 - t) * angle) * z0 + np.sin(t * angle) * z1) / np.sin(angle)
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 3.** How long is the vector in the middle of the straight line between two latent
vectors of 64 components, compared with those at the ends?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# ends = rng.normal(size=(2, 500, 64))
# t = np.linspace(0, 1, 11)
# straight = [np.linalg.norm((1 - one) * ends[0] + one * ends[1], axis=1).mean() for one in t]
# straight = np.array(straight) / straight[0]
# arcs = [np.linalg.norm(slerp_path(a, b, t), axis=1) for a, b in zip(*ends)]
# arc = np.mean(arcs, axis=0) / np.mean(np.linalg.norm(ends[0], axis=1))
# show_lengths(t, straight, arc)
# lengths = np.linalg.norm(ends[0], axis=1)
# print(f"in the middle: {straight[5]:.2f} in a straight line, {arc[5]:.2f} on the arc")
# print(f"length at the start: {lengths.mean():.1f} ± {lengths.std():.1f}")
# assert abs(lengths.mean() - 8) < 0.2 and abs(lengths.std() - 0.7) < 0.1, "8 ± 0.7"
# assert abs(straight[5] - 0.5**0.5) < 0.02 and np.all(np.abs(arc - 1) < 0.02)
# assert np.allclose(slerp_path(*ends[:, 0], t)[[0, -1]], ends[:, 0]), "the walk begins and ends there"

# %% [markdown]
r"""
**Prediction 3, answered.** About 0.7 times as long. Two independent vectors of many components are
almost perpendicular, so that the middle of the line is $\tfrac12\sqrt{2}$ times as long as each of
them. A vector of 64 normal components is hardly ever so short: its length is $8\pm0.7$ (mean
and standard deviation), and a generator is hardly ever trained with one that short. The arc keeps the
length.

The last picture shows walks: each row goes along the same arc, with another class. Neighbours must
be alike, the ends must differ, and all images of a row must be of one class. The images of a row
are drawn in one batch with 108 others, since without these the means and variances of the batch
would be different ones.
"""

# %% tags=["active-ipynb"]
# rng, t = np.random.default_rng(12), np.linspace(0, 1, 12)
# z0, z1 = rng.normal(size=(2, 16))
# path, others = slerp_path(z0, z1, t), rng.normal(size=(108, 16))
# rows = {}
# for digit in (2, 3, 6, 8):
#     classes = np.concatenate([np.full(12, digit), np.arange(108) % 10]).astype("int32")
#     images = painter.draw(tf.constant(np.concatenate([path, others]), tf.float32), classes)
#     rows[f"class {digit}"] = images[:12].numpy()
# show_rows(rows)
# steps = np.abs(np.diff(list(rows.values()), axis=1)).mean(axis=(2, 3, 4))
# ends = np.abs([row[0] - row[-1] for row in rows.values()]).mean(axis=(1, 2, 3))
# assert np.all(steps.max(axis=1) < ends), "no step is a jump from one end to the other"

# %% [markdown]
r"""
**Explore.** With how few true twins is the translation right, and what is the cycle loss worth if
there are some? Try 0 to 100 pairs, λ from 0 to 10, an identity loss, or a translator of
convolutions instead of `dense_translator`, and write down the share of digits that are the same.
Any choice that you make by this number is a choice on these images: look at other seeds before you
believe it.
"""

# %% tags=["active-ipynb"]
# mine = translate(with_pairs(10), dense_translator, lam=0.0, seed=7)
# print(f"yours: {mine['same']:.0%} of the digits are the same, {mine['returned']:.0%} after the way back")

# %% [markdown]
r"""
## What you have learnt

- The discriminators of two families ask only that translations look right. The cycle loss asks that
  they can be translated back. Which one-to-one translation is found depends on what the networks
  can express.
- A PatchGAN judges patches and consists of convolutions only. Least squares give its answers a target,
  and a pool shows it older images.
- Progressive GANs grow by fading layers in. Pixel norm, weights that are scaled at run time, and
  the standard deviation of a batch keep them stable and varied.
- AdaIN sets the mean and the standard deviation of each channel. A generator that is given them layer
  by layer has separate controls for coarse and fine properties, and noise for random details.
- Truncation makes images more like real ones, and less varied. With batch normalisation an image
  also depends on the rest of its batch.

Read on: Zhu, Park, Isola and Efros, [Unpaired Image-to-Image Translation using Cycle-Consistent
Adversarial Networks](https://arxiv.org/abs/1703.10593) (2017); Karras, Laine and Aila, [A
Style-Based Generator Architecture for Generative Adversarial
Networks](https://arxiv.org/abs/1812.04948) (2019); Brock, Donahue and Simonyan, [Large Scale GAN
Training for High Fidelity Natural Image Synthesis](https://arxiv.org/abs/1809.11096) (2019).
"""

# %% [markdown]
r"""
## In your own words

A hospital has X-ray images of one machine, and wants to translate them into the look of another
machine, with a CycleGAN that was trained without pairs. The cycle loss is small on new images, and
doctors cannot tell the translations from real images. Is that enough to use the translations for
diagnosis? What could have gone wrong, and by which experiment would you find out? Five to eight
sentences.
"""

# %% [markdown] tags=["answer"]
r"""
It is not enough. A small cycle loss says that the image can be computed back from its translation,
and the doctors' judgement says that a translation looks like an image of the second machine. Both
hold if the translator draws a healthy lung for each tumour and the second translator draws the
tumour again: any one-to-one translation has a cycle loss of 0, as the dense networks of this
chapter show, whose digits came back and were other digits in between. The discriminator even
rewards it if tumours are rarer in the second family than in the first, since translations should
have the same distribution as the real images (Cohen, Luck and Honari, "Distribution Matching Losses
Can Hallucinate Features in Medical Image Translation", 2018, https://arxiv.org/abs/1805.08841). The
information can also be hidden in faint patterns that nobody sees (Chu, Zhmoginov and Sandler,
"CycleGAN, a Master of Steganography", 2017, https://arxiv.org/abs/1712.02950). The experiment has
to look at the content: some patients who were imaged by both machines, as pairs that only the test
uses; or images with known findings, whose translations are read by doctors who do not know the
original; or a classifier of findings, trained on real images of the second machine only, as our
reader of digits. The share of findings that survive is reported for each kind of finding. If no
pairs can be had, one would rather give up the translation than trust it.
"""
