# %% [markdown]
r"""
# Forger and detective

A forger paints, and a detective is shown real pictures and forged ones in turn. Each of them learns
from the other: the detective from the forgeries, and the forger from what the detective said about
them. In a *generative adversarial network* (GAN) both are networks. The *generator* $G$ turns noise $z$
into a sample $G(z)$, and the *discriminator* $D$ gives each sample a logit, which is large where it
takes the sample for real. Neither of them computes how probable a sample is.

GANs have drawn photographs of people who do not exist. But they have a well-known way to fail: the forger
may paint the same picture over and over. Among photographs this is hard to see. So the data of
this chapter are points in the plane, from eight small clouds on a ring, where it can be counted.

**The question.** When does a generator cover all of its data, and which distance between two
distributions leads it there?

**Before you run anything**, write down your predictions:

1. Six GANs that differ only in their random start are trained on the ring of eight clouds. How many of the
   eight clouds does each of them draw samples from at the end?
2. The detective sees through every forgery: it gives each of them the logit −10. One loss of the
   generator is $\log(1-D)$, and another one is $-\log D$. How large is the derivative of each
   with respect to the logit?
3. Two piles of sand lie at a distance θ from each other, and θ falls from 4 to 0. How does the loss of the
   best discriminator between them change on the way? How does the work change that is needed to move one
   pile onto the other?
4. A generator draws from one wide Gaussian cloud in the middle of the ring, and hardly ever hits one of
   the eight clouds. The *Fréchet distance* is a common measure of how far samples are from the data; the
   section of that name defines it. Is that of this generator larger than that of a generator which draws
   from all eight clouds, or smaller?

You write the losses of the game, its best discriminator in closed form, one step of training, a pair of
networks that are told a label, the earth mover's distance as a linear programme, the gradient penalty,
spectral normalisation, and two measures of what a generator has learnt.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64
from scipy import optimize

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They draw the data, build networks and make the pictures.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import matplotlib.pyplot as plt
# from scipy.special import expit
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# ANGLES = 2 * np.pi * np.arange(8) / 8
# CENTRES = 2 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
# NOISE, NEAR, RUNS, BATCH, SIZE = 0.05, 0.15, 6, 128, 16
#
#
# def draw_ring(count, seed):
#     """Draw points from the eight clouds."""
#     draw = np.random.default_rng(seed)
#     return CENTRES[draw.integers(0, 8, count)] + NOISE * draw.normal(size=(count, 2))
#
#
# class Many(keras.layers.Layer):
#     """RUNS dense layers side by side: rows come in as many groups, [RUNS, rows, inputs]."""
#
#     def __init__(self, units, normalised=False):
#         super().__init__()
#         self.units, self.normalised = units, normalised
#
#     def build(self, shape):
#         reach = np.sqrt(6 / (shape[-1] + self.units))
#         start = keras.initializers.RandomUniform(-reach, reach)
#         self.kernel = self.add_weight(shape=(RUNS, shape[-1], self.units), initializer=start)
#         self.bias = self.add_weight(shape=(RUNS, 1, self.units), initializer="zeros")
#         if self.normalised:
#             self.row = self.add_weight(
#                 shape=(RUNS, 1, self.units), initializer="random_normal", trainable=False
#             )
#
#     def call(self, x, training=False):
#         kernel = tf.convert_to_tensor(self.kernel)
#         if self.normalised:
#             both = kernel, tf.convert_to_tensor(self.row)
#             kernel, row, _ = tf.vectorized_map(lambda one: spectral_norm(*one, 1), both)
#             if training:
#                 self.row.assign(row)
#         return x @ kernel + self.bias
#
#
# class SideBySide(keras.Model):
#     """RUNS networks with ReLU; rows [RUNS · B, inputs] are cut into as many groups."""
#
#     def __init__(self, inputs, sizes, normalised=False):
#         super().__init__()
#         self.stack = [Many(size, normalised) for size in sizes]
#         self.factor = 5.0 if normalised else 1.0
#         self(tf.zeros((RUNS, inputs)))
#
#     def call(self, rows, training=False):
#         features = tf.reshape(rows, (RUNS, -1, rows.shape[-1]))
#         for layer in self.stack[:-1]:
#             features = tf.nn.relu(layer(features, training=training))
#         features = self.factor * self.stack[-1](features, training=training)
#         return tf.reshape(features, (-1, features.shape[-1]))
#
#
# def adam(model, rate, beta_1=0.5):
#     optimizer = keras.optimizers.Adam(rate, beta_1=beta_1)
#     optimizer.build(model.trainable_variables)
#     return optimizer
#
#
# def train_on_ring(step, normalised=False, steps=2000, seed=0, rate=0.001, detective_rate=0.02):
#     """Train RUNS pairs of networks at once; return samples [RUNS, 1000, 2] at four times."""
#     keras.utils.set_random_seed(seed)
#     G, D = SideBySide(SIZE, (64, 64, 64, 2)), SideBySide(2, (64, 64, 1), normalised)
#     og, od = adam(G, rate), adam(D, detective_rate)
#     noise = tf.random.Generator.from_seed(seed)
#     centres = tf.constant(CENTRES, tf.float32)
#
#     def draw():
#         """Return real samples, noise for fakes, and numbers between 0 and 1."""
#         places = noise.uniform((RUNS * BATCH,), 0, 8, tf.int32)
#         x = tf.gather(centres, places) + NOISE * noise.normal((RUNS * BATCH, 2))
#         return x, noise.normal((RUNS * BATCH, SIZE)), noise.uniform((RUNS * BATCH, 1))
#
#     @tf.function
#     def train(number):
#         for _ in tf.range(number):
#             step(G, D, og, od, draw)
#
#     seen = []
#     for _ in range(4):
#         train(tf.constant(steps // 4))
#         seen.append(np.reshape(G(noise.normal((RUNS * 1000, SIZE))), (RUNS, 1000, 2)).astype("float64"))
#     return seen
#
#
# def coverage(samples):
#     """The modes that each run reaches, and the share of its samples near one."""
#     modes, near = zip(*(mode_coverage(one, CENTRES, NEAR) for one in samples))
#     return np.array(modes), np.array(near)
#
#
# def show_samples(named):
#     """Draw points beside the rings that count as near a mode."""
#     figure, panels = plt.subplots(1, len(named), figsize=(2.1 * len(named), 2.4), layout="constrained",
#                                   squeeze=False)
#     for panel, (name, samples) in zip(panels[0], named.items()):
#         for centre in CENTRES:
#             panel.add_patch(plt.Circle(centre, NEAR, color="tab:orange", alpha=0.5))
#         panel.plot(*np.transpose(samples), ".", color="black", markersize=2, alpha=0.5)
#         panel.set(xlim=(-3, 3), ylim=(-3, 3), xticks=[], yticks=[], aspect="equal")
#         panel.set_title(name, fontsize=8)
#     plt.show()
#
#
# def show_ring(seen, name):
#     """Draw the six generators' samples at the end, and the first one's on the way."""
#     modes, near = coverage(seen[-1])
#     show_samples({f"run {i + 1}: {modes[i]} of 8, {near[i]:.0%}": seen[-1][i][:400] for i in range(RUNS)})
#     times = {f"run 1, {name}, {i + 1}/4 of the steps": one[0][:400] for i, one in enumerate(seen)}
#     show_samples(times)
#
#
# def show_generator_losses(logits, values, slopes):
#     figure, panels = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
#     for place, (name, style) in enumerate((("minimax", "-"), ("non-saturating", "--"))):
#         panels[0].plot(logits, values[:, place], style, label=name)
#         panels[1].plot(logits, slopes[:, place], style, label=name)
#     panels[0].set(xlabel="logit of a fake", ylabel="loss of the generator")
#     panels[1].set(xlabel="logit of a fake", ylabel="derivative")
#     panels[0].legend()
#     plt.show()
#
#
# def bump(places, centre, width):
#     """Probabilities of the places: a Gaussian bump."""
#     heights = np.exp(-((places - centre) ** 2) / (2 * width**2))
#     return heights / heights.sum()
#
#
# def line_network(seed):
#     """Two hidden layers; it starts with 0 everywhere."""
#     keras.utils.set_random_seed(seed)
#     dense = keras.layers.Dense
#     hidden = [dense(64, activation="relu") for _ in range(2)]
#     return keras.Sequential([keras.Input((1,)), *hidden, dense(1, kernel_initializer="zeros")])
#
#
# def train_on_line(model, loss, places, p, q, steps, clip=None, size=256):
#     """Minimise `loss(model, x, fakes, u)` on samples of p and q by Adam; return its course."""
#     optimizer = adam(model, 2e-3)
#     noise = tf.random.Generator.from_seed(0)
#     at, chances = tf.constant(places[:, None], tf.float32), [tf.constant(np.cumsum(one)) for one in (p, q)]
#
#     def sample(chance):
#         rows = tf.searchsorted(chance, noise.uniform((size,), dtype=tf.float64))
#         return tf.gather(at, tf.minimum(rows, len(places) - 1))
#
#     @tf.function
#     def train():
#         course = tf.TensorArray(tf.float32, steps)
#         for number in tf.range(steps):
#             x, fakes, u = sample(chances[0]), sample(chances[1]), noise.uniform((size, 1))
#             with tf.GradientTape() as tape:
#                 value = loss(model, x, fakes, u)
#             optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
#             if clip is not None:
#                 for variable in model.trainable_variables:
#                     variable.assign(tf.clip_by_value(variable, -clip, clip))
#             course = course.write(number, value)
#         return course.stack()
#
#     return train().numpy()
#
#
# def on_line(model):
#     """What a network says about each place."""
#     return model(tf.constant(places[:, None], tf.float32))[:, 0].numpy().astype("float64")
#
#
# def kernels_of(model):
#     return np.concatenate([np.ravel(weights) for weights in model.get_weights() if weights.ndim == 2])
#
#
# def show_bumps(panel, places, p, q):
#     panel.fill_between(places, p, alpha=0.4, label="p, real")
#     panel.fill_between(places, q, alpha=0.4, label="q, fakes")
#     panel.set(xlabel="place", ylabel="probability")
#     panel.legend(fontsize=8)
#
#
# def show_discriminators(places, p, q, best, said):
#     figure, panels = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
#     show_bumps(panels[0], places, p, q)
#     panels[1].plot(places, best, label="p / (p + q)")
#     panels[1].plot(places, said, "--", label="trained")
#     panels[1].set(xlabel="place", ylabel="D", ylim=(-0.05, 1.05))
#     panels[1].legend(fontsize=8)
#     plt.show()
#
#
# def transport_plan(p, q, places):
#     """Solve the primal programme: [K, K], how much moves from each place of q to each of p."""
#     count = len(places)
#     cost = np.abs(places[:, None] - places)
#     rows = np.kron(np.eye(count), np.ones(count))
#     columns = np.kron(np.ones(count), np.eye(count))
#     # The last sum follows from the others.
#     sums, shares = np.concatenate([rows, columns])[:-1], np.concatenate([q, p])[:-1]
#     found = optimize.linprog(cost.ravel(), A_eq=sums, b_eq=shares)
#     return found.x.reshape(count, count)
#
#
# def show_potential(places, p, q, potential, plan):
#     figure, panels = plt.subplots(1, 3, figsize=(11, 3), layout="constrained")
#     show_bumps(panels[0], places, p, q)
#     panels[1].plot(places, potential, "k")
#     panels[1].set(xlabel="place", ylabel="f", title="dual: the potential")
#     panels[2].imshow(np.sqrt(np.maximum(plan, 0)), origin="lower", cmap="gray_r",
#                      extent=(places[0], places[-1], places[0], places[-1]))
#     panels[2].plot(places[[0, -1]], places[[0, -1]], ":", color="0.5")
#     panels[2].set(xlabel="to (p)", ylabel="from (q)", title="primal: the plan")
#     plt.show()
#
#
# def show_apart(apart, values, works):
#     figure, panels = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
#     panels[0].plot(apart, values, "o-", markersize=3)
#     panels[0].axhline(-np.log(4), color="0.6", linestyle=":")
#     panels[0].set(xlabel="θ", ylabel="value V of the best discriminator")
#     panels[1].plot(apart, works, "o-", markersize=3)
#     panels[1].set(xlabel="θ", ylabel="earth mover's distance")
#     plt.show()
#
#
# def centred(heights):
#     return heights - np.mean(heights)
#
#
# def show_critics(places, p, q, potential, critics):
#     figure, panels = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
#     show_bumps(panels[0], places, p, q)
#     panels[1].plot(places, centred(potential), "k", label="potential")
#     for (name, heights), style in zip(critics.items(), ("--", "-.")):
#         panels[1].plot(places, centred(heights), style, label=name)
#     panels[1].set(xlabel="place", ylabel="f")
#     panels[1].legend(fontsize=8)
#     plt.show()
#
#
# def show_clipping(places, potential, penalised, clipped, free, bound, clip):
#     figure, panels = plt.subplots(1, 3, figsize=(11, 3), layout="constrained")
#     for name, heights, style in (("potential", potential, "k-"), ("penalty", penalised, "--"),
#                                  ("clipping, scaled", clipped * np.ptp(potential) / np.ptp(clipped), "-.")):
#         panels[0].plot(places, centred(heights), style, label=name)
#     panels[0].set(xlabel="place", ylabel="f")
#     panels[0].legend(fontsize=8)
#     panels[1].hist(free, 40)
#     panels[1].set(xlabel="weight", title="with the penalty")
#     panels[2].hist(bound, np.linspace(-1.05 * clip, 1.05 * clip, 43))
#     panels[2].set(xlabel="weight", title="clipped")
#     plt.show()
#
#
# def show_iterations(rounds, fresh, carried):
#     figure, panels = plt.subplots(1, 2, figsize=(8, 3), layout="constrained", sharey=True)
#     panels[0].semilogx(rounds, fresh, "o-")
#     panels[0].set(xlabel="rounds from a random u", ylabel="σ / the largest singular value")
#     panels[1].plot(np.arange(1, len(carried) + 1), carried)
#     panels[1].set(xlabel="step, one round in each")
#     for panel in panels:
#         panel.axhline(1, color="0.6", linestyle=":")
#     plt.show()
#
#
# class Labelled(keras.Model):
#     """Carry the label as the last number of a row, so that a step of training need not know of it."""
#
#     def __init__(self, model, returns_label):
#         super().__init__()
#         self.model, self.returns_label = model, returns_label
#
#     def call(self, rows, training=False):
#         label = rows[:, -1:]
#         out = self.model((rows[:, :-1], tf.cast(label[:, 0], tf.int32)), training=training)
#         return tf.concat([out, label], axis=1) if self.returns_label else out
#
#
# def load_digits():
#     """The digits, from -1 (paper) to 1 (ink), in a fixed random order, and their labels."""
#     parts = [load("digits", split=split) for split in ("train", "test")]
#     images = np.concatenate([np.reshape(part["image"], (-1, 64)) for part in parts])
#     labels = np.concatenate([np.asarray(part["label"]) for part in parts]).astype("int32")
#     order = np.random.default_rng(0).permutation(len(images))
#     return images[order].astype("float32") / 8 - 1, labels[order]
#
#
# def train_conditional(G, D, images, labels, steps, size=128, noise_size=16):
#     """Train a conditional pair on digits by `gan_train_step`."""
#     forger, detective = Labelled(G, True), Labelled(D, False)
#     forger(tf.zeros((1, noise_size + 1)))
#     detective(tf.zeros((1, 65)))
#     og, od = adam(forger, 1e-3), adam(detective, 1e-3)
#     noise = tf.random.Generator.from_seed(0)
#     rows = tf.constant(np.concatenate([images, labels[:, None]], axis=1), tf.float32)
#
#     @tf.function
#     def train():
#         for _ in tf.range(steps):
#             x = tf.gather(rows, noise.uniform((size,), 0, len(images), tf.int32))
#             z = tf.concat([noise.normal((size, noise_size)), x[:, -1:]], axis=1)
#             gan_train_step(forger, detective, og, od, x, z)
#
#     train()
#
#
# def train_reader(images, labels):
#     """Train a classifier with 32 hidden units on the first 1,200 digits."""
#     keras.utils.set_random_seed(0)
#     dense = keras.layers.Dense
#     model = keras.Sequential([keras.Input((64,)), dense(32, "relu", name="features"), dense(10)])
#     optimizer = adam(model, 3e-3, 0.9)
#     x, y = tf.constant(images[:1200]), tf.constant(labels[:1200])
#
#     @tf.function
#     def train():
#         for _ in tf.range(300):
#             with tf.GradientTape() as tape:
#                 loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x)))
#             optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
#
#     train()
#     right = np.mean(np.argmax(model(images[1200:]), axis=1) == labels[1200:])
#     print(f"the classifier is right about {right:.0%} of the digits that were held out")
#     return model
#
#
# def hidden_units(model, images):
#     return np.asarray(model.get_layer("features")(tf.constant(images, tf.float32)))
#
#
# def show_digits(images, asked, each=4):
#     figure, panels = plt.subplots(each, 10, figsize=(7, 0.75 * each), layout="constrained")
#     for digit in range(10):
#         some = images[asked == digit][:each]
#         panels[0, digit].set_title(f"asked: {digit}", fontsize=8)
#         for panel, image in zip(panels[:, digit], some):
#             panel.imshow(np.reshape(image, (8, 8)), cmap="gray_r", vmin=-1, vmax=1)
#             panel.set(xticks=[], yticks=[])
#     plt.show()

# %% [markdown]
r"""
## Counting modes

A small cloud of the data is called a *mode*, since the density has a maximum there. A generator that
draws from some of the modes only has *collapsed*. On the ring the modes' centres are known, so two numbers
say what a generator has learnt. One is how many modes are reached by at least one sample. The other is the
share of samples that are near a mode at all; the rest lies between the modes, where no data are.

*A small step:* why are both numbers needed? Think of a generator that always returns the same point,
and of one that returns points from everywhere in the square around the ring.

<details><summary>Answer</summary>

The first one returns a centre, say: all of its samples are near a mode, but it reaches one of eight. The
second one reaches all eight, but few of its samples are near a mode.

</details>
"""


# %%
def mode_coverage(
    samples: Float64[np.ndarray, "N D"], centres: Float64[np.ndarray, "M D"], tol: float
) -> tuple[int, float]:
    """Count the modes that samples reach, and the share of samples that are near a mode.

    Follows Srivastava, Valkov, Russell, Gutmann and Sutton, "VEEGAN: Reducing Mode Collapse in GANs using
    Implicit Variational Learning" (2017), https://arxiv.org/abs/1705.07761, who count a sample for its
    nearest centre alone; here it counts for each centre that it is near. A sample is near a centre if
    their Euclidean distance is `tol` or less.

    Args:
        samples: one in each row; there may be none. A sample with an entry that is NaN or infinite is
            near no centre.
        centres: of the modes, one at least. A sample may be near several.
        tol: the largest distance that counts as near, 0 or more.

    Returns:
        (modes, hq): how many centres have a sample near them, and the share of samples that are near
        some centre. Without samples they are 0 and 0.

    Raises:
        ValueError: `tol` is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(mode_coverage)

# %% [markdown]
r"""
Three planted generators, for which you know the answer. The first draws from all modes, the second from
one, and the third from the middles between neighbouring modes.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(0)
# spread = NOISE * draw.normal(size=(400, 2))
# middles = (CENTRES + np.roll(CENTRES, 1, axis=0)) / 2
# planted = {
#     "all modes": CENTRES[draw.integers(0, 8, 400)] + spread,
#     "one mode": CENTRES[2] + spread,
#     "between the modes": middles[draw.integers(0, 8, 400)] + spread,
# }
# counts = {name: mode_coverage(samples, CENTRES, NEAR) for name, samples in planted.items()}
# show_samples({f"{name}: {counts[name][0]} of 8": samples for name, samples in planted.items()})
# for name, (modes, hq) in counts.items():
#     print(f"{name:18} modes {modes}, near a mode {hq:.1%}")
# assert [modes for modes, _ in counts.values()] == [8, 1, 0], "counted with the tolerance"
# assert counts["all modes"][1] > 0.97 and counts["between the modes"][1] == 0, "nearly all, and none"

# %% [markdown]
r"""
## The losses of the game

Let $d_r$ be the logit that the discriminator gives to a real sample, and $d_f$ the one that it gives to a
forged sample (a *fake*). The probability with which it takes a sample for real is
$D=\sigma(\text{logit})$, with the sigmoid $\sigma(t)=1/(1+e^{-t})$. The discriminator minimises the binary
cross-entropy, with the label 1 for real samples and 0 for fakes:

$$L_D=-\operatorname{mean}\log\sigma(d_r)-\operatorname{mean}\log(1-\sigma(d_f)).$$

In the *minimax* game the generator wants the opposite. Only the second term depends on it:

$$L_G^{\text{minimax}}=\operatorname{mean}\log(1-\sigma(d_f)),\qquad
L_G^{\text{non-saturating}}=-\operatorname{mean}\log\sigma(d_f).$$

In the second form a fake has the label 1: the generator wants its samples to be taken for real ones.
Goodfellow et al. recommend it in practice, and prediction 2 asks why.

*A small step:* at the logit $d_f=-200$, float32 rounds $\sigma(d_f)$ to 0, and its logarithm is $-\infty$.
And at $d_f=200$ the difference $1-\sigma(d_f)$ is 0. By which function of the logit can all logarithms be
written, without a sigmoid?

<details><summary>Answer</summary>

$-\log\sigma(t)=\log(1+e^{-t})=\operatorname{softplus}(-t)$, and
$-\log(1-\sigma(t))=\operatorname{softplus}(t)$. `tf.nn.softplus` computes it without overflow.

</details>
"""


# %%
def gan_losses(
    dr: Float[tf.Tensor, "B 1"], df: Float[tf.Tensor, "C 1"]
) -> tuple[Float[tf.Tensor, ""], Float[tf.Tensor, ""], Float[tf.Tensor, ""]]:
    """Return the losses of the discriminator and of the generator, from logits.

    Computes the losses of Goodfellow et al., "Generative Adversarial Nets" (2014),
    https://arxiv.org/abs/1406.2661. With the sigmoid σ they are
    d = −mean log σ(dr) − mean log(1 − σ(df)),
    g_minimax = mean log(1 − σ(df)) and g_nonsat = −mean log σ(df).

    They and their gradients are right for logits between -10,000 and 10,000.

    Args:
        dr: the discriminator's logits for real samples, one at least.
        df: its logits for fakes, one at least; there may be another number of them.

    Returns:
        (d, g_minimax, g_nonsat), three scalars. Gradients flow to `dr` and `df`.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gan_losses)

# %% [markdown]
r"""
A discriminator that knows nothing gives the logit 0 to everything. Its loss is then $2\log2\approx1.386$,
and the two losses of the generator are $-\log2$ and $\log2$. Training starts near these values.

**Prediction 2.** The logit of a fake is −10. How large is the derivative of each of the generator's two
losses?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# nothing = [float(loss) for loss in gan_losses(tf.zeros((3, 1)), tf.zeros((5, 1)))]
# assert np.allclose(nothing, np.log(2) * np.array([2, -1, 1])), "the losses if D knows nothing"
# fake_logits = np.linspace(-12, 12, 97).astype("float32")
# values, slopes = [], []
# for logit in fake_logits:
#     df = tf.constant([[logit]])
#     with tf.GradientTape(persistent=True) as tape:
#         tape.watch(df)
#         _, minimax, nonsat = gan_losses(tf.zeros((1, 1)), df)
#     values.append((minimax, nonsat))
#     slopes.append([float(tape.gradient(loss, df)[0, 0]) for loss in (minimax, nonsat)])
# show_generator_losses(fake_logits, np.array(values), np.array(slopes))
# at_ten = np.abs(slopes[int(np.argmin(np.abs(fake_logits + 10)))])
# print(f"derivative at −10: minimax {at_ten[0]:.1e}, non-saturating {at_ten[1]:.5f}")
# assert at_ten[0] < 1e-4 and at_ten[1] > 0.999, "the one vanishes, the other does not"
# far = gan_losses(tf.constant([[1e4], [-1e4]]), tf.constant([[1e4]]))
# assert np.allclose(far, [1.5e4, -1e4, 0]), "losses of extreme logits come from the logits"

# %% [markdown]
r"""
**Prediction 2, answered.** The derivatives are $-\sigma(d_f)$ and $-(1-\sigma(d_f))$: here about
$-4.5\cdot10^{-5}$ and $-1$. Both losses ask for a larger logit. But the minimax loss gives almost no
gradient when the generator is at its worst. The non-saturating loss gives almost none when the generator
has won, which does no harm. From here on the generator minimises the non-saturating loss.

## The best discriminator

How well can *any* discriminator do? Let the data come from the probabilities $p_k$ of $K$ places, and the
fakes from $q_k$. At place $k$ the discriminator's loss is $-p_k\log D_k-q_k\log(1-D_k)$.

*A small step:* for which $D_k$ is it smallest? With these $D_k$, what is the sum $V=\sum_k\bigl(p_k\log
D_k+q_k\log(1-D_k)\bigr)$ if $p=q$? And what is it if each place has either real samples or fakes, but
never both?

<details><summary>Answer</summary>

The derivative $-p_k/D_k+q_k/(1-D_k)$ is 0 at $D_k=p_k/(p_k+q_k)$. If $p=q$, all $D_k$ are $\frac12$ and
$V=-2\log2=-\log4$. If no place has both, $D_k$ is 1 or 0, each logarithm that counts is $\log1$, and $V=0$.

</details>

In between, $V=-\log4+2\,\mathrm{JSD}(p,q)$, with the *Jensen–Shannon divergence*

$$\mathrm{JSD}(p,q)=\tfrac12\mathrm{KL}(p\,\Vert\,m)+\tfrac12\mathrm{KL}(q\,\Vert\,m),\quad m=\tfrac12(p+q),$$

where $\mathrm{KL}(p\,\Vert\,m)=\sum_kp_k\log(p_k/m_k)$ is the Kullback–Leibler divergence. So a
generator that plays the minimax game against its best discriminator minimises this divergence, which is 0
if $p=q$ and $\log2$ at most.
"""


# %%
def optimal_discriminator(
    p: Float64[np.ndarray, "K"], q: Float64[np.ndarray, "K"]
) -> tuple[Float64[np.ndarray, "K"], float]:
    """Return the best discriminator between two distributions over K places, and its value.

    Computes the optimum of Goodfellow et al., "Generative Adversarial Nets" (2014),
    https://arxiv.org/abs/1406.2661: D = p / (p + q), and the value
    V = Σ p log D + Σ q log(1 − D) = −log 4 + 2 JSD(p, q), with 0 log 0 = 0.

    Args:
        p: the probabilities of real samples, none below 0, which sum to 1.
        q: those of fakes. Probabilities may be as small as 1e-300.

    Returns:
        (D, V): the probability [K] that a sample at each place is real, and the value. Where neither
        real samples nor fakes occur, D is 1/2.

    Raises:
        ValueError: `p` and `q` are not equally long, one of them has a negative entry, or one of them
            does not sum to 1 within 1e-6.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(optimal_discriminator)

# %% [markdown]
r"""
Real samples come from two bumps on a line, and fakes from one bump between them. A discriminator with two
hidden layers is trained on samples by your loss. The picture shows what it says about each place, beside
your closed form. The trained curve must lie on the other one wherever samples are frequent. Where there are
almost none, the loss does not depend on it.
"""

# %% tags=["active-ipynb"]
# places = np.linspace(-4, 4, 81)
# p_line = bump(places, -1.5, 0.4) / 2 + bump(places, 1.8, 0.5) / 2
# q_line = bump(places, 0.3, 0.8)
# best, value = optimal_discriminator(p_line, q_line)
# trained = line_network(seed=0)
# losses = train_on_line(
#     trained, lambda D, x, fakes, u: gan_losses(D(x), D(fakes))[0], places, p_line, q_line, steps=2000
# )
# said = 1 / (1 + np.exp(-on_line(trained)))
# show_discriminators(places, p_line, q_line, best, said)
# often = (p_line + q_line) / 2
# off = np.sum(often * np.abs(said - best))
# print(f"mean distance of the curves where samples come: {off:.3f}")
# print(f"value: closed form {value:.3f}, trained {-np.mean(losses[-500:]):.3f}, first {-np.log(4):.3f}")
# assert off < 0.04, "the trained discriminator finds p / (p + q)"
# assert abs(value + np.mean(losses[-500:])) < 0.05, "and the value of it"

# %% [markdown]
r"""
So a discriminator estimates a ratio of densities from samples alone: $D/(1-D)=p/q$.

## One step of the game

Training alternates. First the discriminator learns from a batch of real samples and a batch of fakes; then
the generator learns from what the *changed* discriminator says about its fakes. Each step has its own tape
and its own optimiser, and changes one network only. The code is short, and four slips are easy to make: the
first step may also change $G$, the second step may also change $D$, the second step may use logits from
before the first, and the two may be in the wrong order. None of these raises an error.
"""


# %%
def gan_train_step(
    G: keras.Model,
    D: keras.Model,
    og: keras.optimizers.Optimizer,
    od: keras.optimizers.Optimizer,
    x: Float[tf.Tensor, "B N"],
    z: Float[tf.Tensor, "B Z"],
) -> dict[str, Float[tf.Tensor, ""]]:
    """Train the discriminator by one step, and then the generator by one step.

    Follows Algorithm 1 of Goodfellow et al., "Generative Adversarial Nets" (2014),
    https://arxiv.org/abs/1406.2661, with one step of each network. The discriminator minimises
    −mean log σ(D(x)) − mean log(1 − σ(D(G(z)))), with the sigmoid σ, and the generator the
    non-saturating −mean log σ(D(G(z))). The generator's step uses the same `z`, and the discriminator as it
    is after its own step.

    Both networks are called with `training=True`. The discriminator's step changes no weight of the
    generator, and the generator's step none of the discriminator. Weights that are not trainable stay.
    Losses and changes are right for logits between -10,000 and 10,000.

    Args:
        G: maps noise [B, Z] to fakes [B, N].
        D: maps samples [B, N] to logits [B, 1]. It treats each row by itself, as `G` does.
        og: the generator's optimiser, built for `G`; it keeps its state from step to step.
        od: the discriminator's optimiser, built for `D`.
        x: real samples, one at least.
        z: noise.

    Returns:
        {"d": the discriminator's loss before its step, "g": the generator's loss before its own
        step}, both scalars.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gan_train_step)

# %% [markdown]
r"""
First a step by hand. The generator returns $wz$ with $w=1$, the discriminator gives the logit $vx$ with
$v=0$. The batch is $x=3$ and $z=1$, and both learning rates are 1.

*A small step:* what are $v$ and $w$ after the step, and both losses?

<details><summary>Answer</summary>

Both logits are 0, so $L_D=2\log2$. Its derivative with respect to $v$ is
$-(1-\sigma(0))\cdot3+\sigma(0)\cdot1=-1$, so $v=1$ after the step. Now the fake $1$ has the logit 1, and
$L_G=\operatorname{softplus}(-1)\approx0.313$. Its derivative with respect to $w$ is
$-(1-\sigma(1))\,v\,z\approx-0.269$, so $w\approx1.269$: a step towards the real sample.

</details>
"""

# %% tags=["active-ipynb"]
# def one_weight(start):
#     """Return a network that multiplies by one weight, and an optimiser with the learning rate 1."""
#     model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
#     model.set_weights([np.array([[start]])])
#     optimizer = keras.optimizers.SGD(1.0)
#     optimizer.build(model.trainable_variables)
#     return model, optimizer
#
#
# (forger, of_forger), (detective, of_detective) = one_weight(1.0), one_weight(0.0)
# batch = tf.constant([[3.0]]), tf.constant([[1.0]])
# told = gan_train_step(forger, detective, of_forger, of_detective, *batch)
# v, w = (float(model.get_weights()[0][0, 0]) for model in (detective, forger))
# print(f"v {v:.3f}, w {w:.3f}, losses {float(told['d']):.3f} and {float(told['g']):.3f}")
# assert np.allclose([v, w], [1, 1 + 1 / (1 + np.e)], atol=1e-5), "the two steps follow each other"
# assert np.allclose([told["d"], told["g"]], [2 * np.log(2), np.log1p(np.exp(-1))], atol=1e-5)
#
# # The second step starts where the discriminator's loss has a slope in w, which its step must not follow.
# gan_train_step(forger, detective, of_forger, of_detective, *batch)
# v_then = v + 3 * expit(-3 * v) - w * expit(v * w)
# w_then = w + v_then * expit(-v_then * w)
# then = [model.get_weights()[0][0, 0] for model in (detective, forger)]
# assert np.allclose(then, [v_then, w_then], atol=1e-5), "each step changes one network"

# %% [markdown]
r"""
## Mode collapse on the ring

Now the six GANs of prediction 1. They stand side by side in one model, each with weights of its own, so
that one `tf.function` trains them all. They share nothing. (The loss is a mean over all six; this divides
each gradient by 6, and Adam does not notice a constant factor.)

**Prediction 1.** How many of the eight modes does each of the six draw from at the end?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def vanilla(G, D, og, od, draw):
#     x, z, _ = draw()
#     gan_train_step(G, D, og, od, x, z)
#
#
# kept = {"GAN": train_on_ring(vanilla)}
# show_ring(kept["GAN"], "GAN")
# reached = coverage(kept["GAN"][-1])
# print("modes of the six GANs:", reached[0], " near a mode:", reached[1].round(2))
# on_the_way = [mode_coverage(samples[0], CENTRES, NEAR)[0] for samples in kept["GAN"]]
# print("modes of the first run on its way:", on_the_way)
# assert on_the_way[-1] <= on_the_way[0], "its samples gather at fewer places"
# assert np.sum(reached[0] <= 6) >= 4 and np.mean(reached[0]) < 5.5, "most of them have lost modes"
# assert np.mean(reached[1]) > 0.6, "though most samples are near a mode"

# %% [markdown]
r"""
**Prediction 1, answered.** Most of them draw from a few modes only; the cell prints how many. Their samples
are near a mode in most cases, so that each sample, looked at alone, is convincing. The second row shows the
first run on its way: the generator gathers its samples at fewer and fewer places. The loss does not
forbid this. The generator is asked for *each* sample
whether it looks real, and never whether all of them together look like the data.

The ring is the example of Metz, Poole, Pfau and Sohl-Dickstein ([Unrolled Generative Adversarial
Networks](https://arxiv.org/abs/1611.02163), 2017). In their figure the generator jumps from mode to mode;
yours stay where they are, with other networks and other learning rates. Here the discriminator learns with
a rate of 0.02, twenty times that of the generator. Whether a GAN collapses depends on such numbers, and the
open task at the end asks you to find better ones.

## The earth mover's distance

What is the generator told? A discriminator that tells real samples and fakes apart without doubt has the
value $V=0$, wherever the fakes are, so that it does not say which of two bad generators is the better one.
Here is another way to compare two distributions. Think of $p$ and $q$ as piles of sand. Their *earth
mover's distance*, or *Wasserstein distance* $W_1$, is the least work that turns one pile into the other:
mass times distance, summed over all that is moved.

It is the optimum of either of two linear programmes. The *primal* looks for the best
plan of transport. The *dual* looks for heights $f_k$ of a potential that is *1-Lipschitz*: between two
places it rises by no more than their distance.

$$W_1(p,q)=\max_f\ \sum_kf_k\,(p_k-q_k)\quad\text{such that}\quad|f_j-f_k|\le|x_j-x_k|\text{ for all }j,k$$

This is the *Kantorovich–Rubinstein duality*. The sum is what a dealer earns who buys sand at the price
$f_k$ where $q$ has it, and sells it at the price $f_k$ where $p$ needs it. Two prices may not differ by
more than the distance, since it would then be cheaper to carry the sand oneself. If $f$ is a solution, so
is $f$ plus a constant, which adds nothing to the sum since $p$ and $q$ both sum to 1. We fix the constant
by setting the first entry of $f$ to 0.

*A small step:* the pile $p$ is at 0, the pile $q$ is at θ, and 0 is the first place. What are $W_1$ and
$f$? And what is the value $V$ of the best discriminator?

<details><summary>Answer</summary>

All sand moves by θ, so $W_1=\theta$. The potential falls from $f=0$ at the place 0 to $f=-\theta$ at
θ. $V=0$ for each θ above 0, and $V=-\log4$ at θ = 0.

</details>

You write the dual as a linear programme. `linprog` looks for the smallest $c\cdot f$ subject to $Af\le b$.
It allows errors of about $10^{-7}$ in each inequality, whatever the size of $b$; so measure lengths in
units of the distance between the outermost places. On a line it is enough to bound $f$ between
*neighbouring* places, since the distances to further ones are sums. The places may come in any order, and
two of them may coincide.
"""


# %%
def kantorovich_dual(
    p: Float64[np.ndarray, "K"], q: Float64[np.ndarray, "K"], x: Float64[np.ndarray, "K"]
) -> tuple[float, Float64[np.ndarray, "K"]]:
    """Return the earth mover's distance of two distributions on a line, and a potential that proves it.

    Computes the dual of Kantorovich and Rubinstein as in Villani, "Optimal Transport: Old and New" (2009),
    https://doi.org/10.1007/978-3-540-71050-9: the largest Σ f (p − q) over all f with
    |f[j] − f[k]| ≤ |x[j] − x[k]| for all j and k. `scipy.optimize.linprog` may be used.

    Args:
        p: the probabilities of the places, none below 0, which sum to 1.
        q: other such probabilities; they may have no place in common with `p`.
        x: where the places are, in any order. Several may be at the same point; then f is the same there.
            Different places may be as close as 1e-9.

    Returns:
        (w1, f): the distance and a potential [K] for which the sum is w1, with f[0] = 0. Where several
        potentials do so, each of them is right. All is exact within a millionth of the distance
        between the outermost places.

    Raises:
        ValueError: `p`, `q` and `x` are not equally long, `p` or `q` has a negative entry, or one of the
            two does not sum to 1 within 1e-6.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(kantorovich_dual)

# %% [markdown]
r"""
The two distributions on the line once more. Where sand of $q$ has to move to the right to become $p$, $f$
rises by 1 for each unit of length, and where it has to move to the left, $f$ falls by 1. Nothing may be
steeper. The primal programme, solved beside it, must find the same number.
"""

# %% tags=["active-ipynb"]
# distance, potential = kantorovich_dual(p_line, q_line, places)
# plan = transport_plan(p_line, q_line, places)
# cost = np.sum(plan * np.abs(places[:, None] - places))
# show_potential(places, p_line, q_line, potential, plan)
# steepness = np.abs(np.diff(potential) / np.diff(places))
# print(f"dual {distance:.6f}, primal {cost:.6f}; the steepest slope of f is {steepness.max():.6f}")
# assert np.isclose(distance, cost, atol=1e-6), "the two programmes have the same optimum"
# assert steepness.max() < 1 + 1e-6 and np.isclose(potential @ (p_line - q_line), distance), "f proves it"

# %% [markdown]
r"""
**Prediction 3.** Two bumps of equal shape lie at a distance θ from each other, which falls from 4 to 0.
How do the value of the best discriminator and the earth mover's distance change?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# apart = np.linspace(4, 0, 21)
# fixed, moving = bump(places, -2.0, 0.1), [bump(places, -2.0 + theta, 0.1) for theta in apart]
# value_of = np.array([optimal_discriminator(fixed, q)[1] for q in moving])
# work_of = np.array([kantorovich_dual(fixed, q, places)[0] for q in moving])
# show_apart(apart, value_of, work_of)
# print("θ:    ", apart[[0, 10, 18, 20]].round(2))
# print("value:", value_of[[0, 10, 18, 20]].round(3), " distance:", work_of[[0, 10, 18, 20]].round(3))
# assert np.allclose(value_of[apart > 1], 0, atol=1e-3), "flat as long as the bumps do not touch"
# assert np.allclose(work_of, apart, atol=0.03), "the distance is θ"

# %% [markdown]
r"""
**Prediction 3, answered.** The value stays at 0 as long as the bumps do not touch, and falls to $-\log4$
just before the end. On most of the way a generator that has to come closer learns nothing from it. The
earth mover's distance is θ, so wherever the generator is, each step towards the data lowers it. Arjovsky,
Chintala and Bottou ([Wasserstein GAN](https://arxiv.org/abs/1701.07875), 2017) therefore proposed to train
on it.

## The gradient penalty

The linear programme needs the probabilities of all places. Where there are samples only, a network takes
the place of $f$, the *critic*. It maximises $\operatorname{mean}f(x)-\operatorname{mean}f(\tilde x)$ over
real samples $x$ and fakes $\tilde x$, and it has to be kept 1-Lipschitz. Arjovsky et al. clipped all of
its weights to a small range. Gulrajani et al. add a *gradient penalty* instead: at random points between a
real sample and a fake, the critic's gradient is pulled towards the length 1, which the gradient of the
best potential has between places that exchange mass. For a batch of $B$ pairs with $u_i$ uniform between 0
and 1,

$$\hat x_i=u_ix_i+(1-u_i)\tilde x_i,\qquad
\mathrm{gp}=\frac1B\sum_i\bigl(\lVert\nabla f(\hat x_i)\rVert-1\bigr)^2,\qquad
L=\operatorname{mean}f(\tilde x)-\operatorname{mean}f(x)+\lambda\,\mathrm{gp}.$$

*A small step:* the critic is $f(x)=w\cdot x$, all real samples are at $a$ and all fakes at $b$. What is
$L$, and for which $w$ is it smallest? Is the result the earth mover's distance?

<details><summary>Answer</summary>

$L=w\cdot(b-a)+\lambda(\lVert w\rVert-1)^2$. The best direction of $w$ is that of $a-b$. With the distance
$\delta=\lVert a-b\rVert$, which is the earth mover's distance here, $L$ is $-\lVert
w\rVert\delta+\lambda(\lVert w\rVert-1)^2$, which is smallest at $\lVert w\rVert=1+\delta/(2\lambda)$. So
the critic becomes a little steeper than 1, and the difference of its means, $\lVert w\rVert\delta$, is a
little too large: by a tenth for $\lambda=10$ and $\delta=2$.

</details>

Two details matter. The penalty needs a gradient of a gradient: the inner one is with respect to $\hat x$,
the outer one with respect to the weights. And at a point where the critic is flat, the length is 0, where
the square root has no derivative: TensorFlow returns infinity, and infinity times 0 is NaN. One such point
would turn all weights into NaN.
"""


# %%
def wgan_gp(
    critic: Callable[[Float[tf.Tensor, "B N"]], Float[tf.Tensor, "B 1"]],
    x: Float[tf.Tensor, "B N"],
    xf: Float[tf.Tensor, "B N"],
    u: Float[tf.Tensor, "B 1"],
    weight: float = 10.0,
) -> tuple[Float[tf.Tensor, ""], Float[tf.Tensor, ""]]:
    """Return the critic's loss with a gradient penalty, and the penalty.

    Computes the loss of Gulrajani, Ahmed, Arjovsky, Dumoulin and Courville, "Improved Training of
    Wasserstein GANs" (2017), https://arxiv.org/abs/1704.00028: mean f(xf) − mean f(x) + weight · gp, where gp
    is the mean over the batch of (‖∇f‖ − 1)² at the points u x + (1 − u) xf.

    Gradients of the loss and of the penalty flow to the critic's variables. At a point where the gradient
    of f is exactly 0 its length counts as the constant 0: the penalty there is 1, and no NaN flows.

    Args:
        critic: f, a function or a model. It treats each row by itself.
        x: real samples, one at least.
        xf: as many fakes.
        u: where the point between each pair is; 1 is at the real sample.
        weight: λ, by which the penalty is multiplied; 0 or more.

    Returns:
        (loss, gp), two scalars. `gp` is not multiplied by `weight`.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(wgan_gp)

# %% [markdown]
r"""
A linear critic is a first test: its penalty is $(\lVert w\rVert-1)^2$, whatever the points are. Then, on
the line, the critic is compared with your linear programme. A critic is trained on samples of $p$ and $q$
by your loss, and drawn beside the potential; both are moved so that their mean is 0. It must rise and fall
with the potential. At the far left there is hardly any sand, so that the two may differ there.
"""

# %% tags=["active-ipynb"]
# w = tf.constant([[3.0], [4.0]])
# linear = wgan_gp(lambda x: x @ w, tf.ones((7, 2)), tf.zeros((7, 2)), tf.fill((7, 1), 0.5))
# assert np.allclose(linear, [7 * -1 + 10 * 16, 16]), "a linear critic: (5 − 1)², whatever the batch"
# line_critic = line_network(seed=1)
# losses = train_on_line(
#     line_critic, lambda f, x, fakes, u: wgan_gp(f, x, fakes, u)[0], places, p_line, q_line, steps=2000
# )
# heights = on_line(line_critic)
# estimate = heights @ (p_line - q_line)
# show_critics(places, p_line, q_line, potential, {"critic": heights})
# print(f"earth mover's distance {distance:.3f}, difference of the critic's means {estimate:.3f}")
# assert abs(estimate / distance - 1) < 0.25, "somewhat too large, as the small step says"

# %% [markdown]
r"""
**A silent bug.** A colleague sums the squares of the slopes without an axis, and takes the root. So there
is one length for the whole batch, of all rows together. Everything runs, and his penalty is soon almost 0,
which he takes for a good sign. His batch has 256 pairs. By which factor is his estimate of the distance
wrong, and how does his critic look beside the potential? Write down your forecast.

<details><summary>Answer</summary>

If every row has a gradient of length $s$, all rows together have the length $\sqrt{256}\,s=16s$, and the
penalty pulls this one to 1. So his critic has the slope $\frac1{16}$ instead of 1, and his estimate is
about a sixteenth of the distance (a little more, since the penalty yields). The picture shows a critic that
is nearly flat. A generator would be told the right direction, but at a sixteenth of the strength, and the
number that he reports as a distance depends on his batch size. The penalty alone cannot show the bug. A
comparison with a known distance can: a linear critic must have the penalty $(\lVert w\rVert-1)^2$, whatever
the batch.

</details>
"""

# %% tags=["active-ipynb"]
# def whole_batch(f, x, fakes, u):
#     between = u * x + (1 - u) * fakes
#     with tf.GradientTape() as tape:
#         tape.watch(between)
#         values = f(between)
#     length = tf.sqrt(tf.reduce_sum(tape.gradient(values, between) ** 2) + 1e-12)
#     return tf.reduce_mean(f(fakes)) - tf.reduce_mean(f(x)) + 10 * (length - 1) ** 2
#
#
# colleagues = line_network(seed=1)
# train_on_line(colleagues, whole_batch, places, p_line, q_line, steps=2000)
# flat = on_line(colleagues)
# show_critics(places, p_line, q_line, potential, {"critic": heights, "colleague's critic": flat})
# his = flat @ (p_line - q_line)
# print(f"the distance {distance:.3f} is {distance / his:.1f} times his estimate {his:.4f}")
# assert 8 < distance / his < 18, "about a sixteenth"

# %% [markdown]
r"""
And clipping? Gulrajani et al. show in their first figure that clipped weights are driven to the two ends of
the allowed range. A third critic is trained without a penalty, and after each step its weights are clipped
to ±0.1. The histogram shows the weights of its kernels.
"""

# %% tags=["active-ipynb"]
# CLIP = 0.1
# clipped = line_network(seed=1)
# train_on_line(
#     clipped, lambda f, x, fakes, u: wgan_gp(f, x, fakes, u, weight=0.0)[0], places, p_line, q_line,
#     steps=2000, clip=CLIP,
# )
# bent = on_line(clipped)
# show_clipping(places, potential, heights, bent, kernels_of(line_critic), kernels_of(clipped), CLIP)
# at_end = np.mean(np.abs(kernels_of(clipped)) > 0.99 * CLIP)
# print(f"{at_end:.0%} of the clipped weights are at an end of the range; "
#       f"estimate {bent @ (p_line - q_line):.4f}, distance {distance:.3f}")
# assert at_end > 0.5, "most weights are driven to the ends"

# %% [markdown]
r"""
As in their figure, most weights come to lie at one of the two ends. How steep such a critic is depends on
the allowed range and on the number of its layers. In the picture the clipped critic is scaled to the
height of the potential, and even then it does not have the potential's shape. At best, its estimate is the
distance times an unknown factor.
"""

# %% [markdown]
r"""
Now the ring, with the same networks and as many steps. The generator minimises
$-\operatorname{mean}f(G(z))$. The critic learns with the rate 0.01, since at 0.02 some of six critics
became unstable, and λ is 1, since with λ = 10 it learnt too slowly here.
"""

# %% tags=["active-ipynb"]
# def wasserstein(G, D, og, od, draw):
#     x, z, u = draw()
#     fakes = G(z)
#     with tf.GradientTape() as tape:
#         loss, _ = wgan_gp(D, x, fakes, u, weight=1.0)
#     od.apply(tape.gradient(loss, D.trainable_variables), D.trainable_variables)
#     with tf.GradientTape() as tape:
#         loss = -tf.reduce_mean(D(G(z)))
#     og.apply(tape.gradient(loss, G.trainable_variables), G.trainable_variables)
#
#
# kept["WGAN-GP"] = train_on_ring(wasserstein, detective_rate=0.01)
# show_ring(kept["WGAN-GP"], "WGAN-GP")
# reached = coverage(kept["WGAN-GP"][-1])
# print("modes of the six WGANs:", reached[0], " near a mode:", reached[1].round(2))
# assert np.sum(reached[0] >= 7) >= 4 and np.mean(reached[0]) > 6.5, "nearly all modes are kept"

# %% [markdown]
r"""
## Spectral normalisation

The penalty looks at some points only, and needs a gradient of a gradient. Miyato et al. bound the slope of
each layer instead, and so everywhere. A layer $x\mapsto xW$ stretches a vector by the largest *singular
value* $\sigma(W)$ at most (in this section σ is that value, and no sigmoid). If each $W$ is divided by its
$\sigma(W)$ and the activations are 1-Lipschitz, as ReLU is, the network is 1-Lipschitz.

The largest singular value comes from a *power iteration*. With $W$ of shape $[I,O]$ and a row $u$ of length
$O$, a round computes

$$v=\frac{uW^\top}{\lVert uW^\top\rVert},\qquad u=\frac{vW}{\lVert vW\rVert},
\qquad\text{and at the end}\quad\sigma=vWu^\top.$$

*A small step:* what does one round do to the parts of $u$ along the singular vectors? When does the
iteration need many rounds?

<details><summary>Answer</summary>

It multiplies each part by the square of its singular value, and divides all by a common factor, so the
part of the largest one wins. It needs many rounds if the second largest is close to the largest. But the
weights change little in a step of training, so one round a step is enough if $u$ is kept from one step to
the next.

</details>

The kernel of a convolution, $[h,w,C,O]$, is made a matrix $[hwC,O]$ first; its σ is not exactly the factor
by which the convolution stretches, and Miyato et al. use it all the same. And $u$ and $v$ count as
constants: the gradient of $\sigma$ with respect to $W$ is then $v^\top u$, which is right where they have
converged.
"""


# %%
def spectral_norm(
    W: Float[tf.Tensor, "*inputs O"], u: Float[tf.Tensor, "1 O"], iters: int
) -> tuple[Float[tf.Tensor, "*inputs O"], Float[tf.Tensor, "1 O"], Float[tf.Tensor, ""]]:
    """Divide a kernel by its largest singular value, found by power iteration.

    Computes Miyato, Kataoka, Koyama and Yoshida, "Spectral Normalization for Generative Adversarial
    Networks" (2018), https://arxiv.org/abs/1802.05957. The kernel counts as a matrix [I, O], where I is
    the product of all axes but the last. A round sets v to the row u Wᵀ, divided by its length, and
    then u to v W, divided by its length. After the last round, σ = v W uᵀ.

    Gradients flow to W, through σ as well; u and v count as constants.

    Args:
        W: a kernel as Keras' layers have it, with two axes or more. If all of it is 0, all that is
            returned is 0, and nothing is NaN, the gradient neither.
        u: a row from which the iteration starts, not 0, of any length above 0.
        iters: the number of rounds, 1 at least.

    Returns:
        (W / σ, u after the last round, σ): shaped as W, [1, O], and a scalar.

    Raises:
        ValueError: `iters` is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(spectral_norm)

# %% [markdown]
r"""
The result is compared with NumPy's largest singular value. In the left panel the iteration starts from a
random $u$ each time and takes more and more rounds. In the right panel the matrix changes a little in each
step, and a single round is taken in each, from the $u$ of the step before. Both curves must rise to 1 and
never pass it.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(0)
# kernel = draw.normal(size=(3, 3, 8, 16)).astype("float32")
# start = draw.normal(size=(1, 16)).astype("float32")
# largest = np.linalg.svd(kernel.reshape(-1, 16), compute_uv=False)[0]
# rounds = [1, 2, 3, 5, 10, 20, 50, 100]
# fresh = [float(spectral_norm(tf.constant(kernel), tf.constant(start), n)[2]) / largest for n in rounds]
# carried, u, moving = [], tf.constant(start), kernel.copy()
# for _ in range(100):
#     moving += 0.01 * draw.normal(size=kernel.shape).astype("float32")
#     _, u, sigma = spectral_norm(tf.constant(moving), u, 1)
#     carried.append(float(sigma) / np.linalg.svd(moving.reshape(-1, 16), compute_uv=False)[0])
# show_iterations(rounds, fresh, carried)
# print(f"after one round {fresh[0]:.3f} of σ, after 100 {fresh[-1]:.5f}; one round a step {carried[-1]:.4f}")
# assert fresh[0] < 0.95 and np.isclose(fresh[-1], 1, atol=1e-3), "more rounds, nearer to σ"
# assert carried[-1] > 0.97, "one round in each step is enough if u is kept"
# assert max(fresh + carried) < 1 + 1e-5, "no row is stretched by more than the largest singular value"

# %% [markdown]
r"""
On the ring the discriminator's layers are now normalised by your function, one round in each call, and the
game is the old one: `gan_train_step`, as you wrote it.
"""

# %% tags=["active-ipynb"]
# kept["spectral norm"] = train_on_ring(vanilla, normalised=True)
# show_ring(kept["spectral norm"], "spectral norm")
# table = {name: coverage(samples[-1]) for name, samples in kept.items()}
# for name, (modes, hq) in table.items():
#     print(f"{name:14} modes {modes}, mean {np.mean(modes):.1f}; near a mode {np.mean(hq):.0%}")
# means = {name: np.mean(modes) for name, (modes, _) in table.items()}
# assert means["spectral norm"] > means["GAN"] + 1.5, "the same game and the same rates, but more modes"
# assert table["GAN"][1].mean() > table["spectral norm"][1].mean() + 0.1, "and fewer samples near a mode"

# %% [markdown]
r"""
The loss, the rates and the number of steps of the plain GAN and of the normalised one are the same. The
discriminators differ in your function, and in a factor of 5 on the normalised one's logits, without which
its slope would be too small on a ring of this size: it is 5-Lipschitz. The plain GAN loses modes, and the
normalised one keeps them. But its samples are less exact: most of them lie beside a mode or between two
modes, since a discriminator that may not be steep hardly tells such a sample from a real one. A cloud all
along the ring would reach eight modes as well, so look at both numbers.
"""

# %% [markdown]
r"""
## The Fréchet distance

Nobody knows the modes of photographs. The usual measure there compares two Gaussians: samples and data are
described by the mean $m$ and the covariance $S$ of some features, and the *Fréchet distance* is

$$F=\lVert m_1-m_2\rVert^2+\operatorname{tr}\bigl(S_1+S_2-2\,(S_1S_2)^{1/2}\bigr).$$

It is the square of the Wasserstein distance $W_2$ of the two Gaussians, for which the cost of moving mass
is the squared distance, and the root of the least cost is taken at the end. With features from an
Inception network, Heusel et al. call it the *Fréchet inception distance* (FID). The root is that of the
matrix, and not of its entries.

*A small step:* what is $F$ in one dimension, for the standard deviations $s_1$ and $s_2$?

<details><summary>Answer</summary>

$(m_1-m_2)^2+s_1^2+s_2^2-2s_1s_2=(m_1-m_2)^2+(s_1-s_2)^2$.

</details>

With fewer samples than features a covariance has no full rank, and rounding may make an eigenvalue slightly
negative; then a root of it is not real. It helps that $\operatorname{tr}(S_1S_2)^{1/2}$ is the trace of the
root of the *symmetric* matrix $S_1^{1/2}S_2S_1^{1/2}$, whose eigenvalues `numpy.linalg.eigvalsh` finds.
"""


# %%
def frechet_distance(
    m1: Float64[np.ndarray, "D"],
    S1: Float64[np.ndarray, "D D"],
    m2: Float64[np.ndarray, "D"],
    S2: Float64[np.ndarray, "D D"],
) -> float:
    """Return the Fréchet distance of two Gaussians.

    Computes |m1 − m2|² + tr(S1 + S2 − 2 (S1 S2)^½), the measure of Heusel, Ramsauer, Unterthiner, Nessler and
    Hochreiter, "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium" (2017),
    https://arxiv.org/abs/1706.08500. It is 0 for equal Gaussians, and symmetric.

    Args:
        m1: a mean.
        S1: a covariance: symmetric, without negative eigenvalues. It may have any rank; of a constant
            feature, row and column are 0.
        m2: the other mean.
        S2: the other covariance.

    Returns:
        A real number.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(frechet_distance)

# %% [markdown]
r"""
**Prediction 4.** One wide Gaussian cloud has the mean and the covariance of the ring. Is its Fréchet
distance to the data larger than that of the generators which draw from all modes, or smaller?

*Write yours here, with the reason, before you run the next cell:*

The cell begins with a case that is computed by hand. The covariance with the rows $(2,1)$ and $(1,2)$ has the
eigenvalues 3 and 1, so its distance to the identity is $(\sqrt3-1)^2+(1-1)^2$.
"""

# %% tags=["active-ipynb"]
# by_hand = frechet_distance(np.zeros(2), np.array([[2.0, 1.0], [1.0, 2.0]]), np.zeros(2), np.eye(2))
# assert np.isclose(by_hand, (np.sqrt(3) - 1) ** 2), "eigenvalues 3 and 1, beside 1 and 1"
# data = draw_ring(5000, seed=3)
# wide = np.random.default_rng(4).multivariate_normal(data.mean(axis=0), np.cov(data.T), size=5000)
#
#
# def to_data(samples):
#     """The Fréchet distance of samples to the data."""
#     return frechet_distance(samples.mean(axis=0), np.cov(samples.T), data.mean(axis=0), np.cov(data.T))
#
#
# frechet = {name: [to_data(one) for one in samples[-1]] for name, samples in kept.items()}
# for name, distances in frechet.items():
#     print(f"{name:14} Fréchet distances {np.round(distances, 3)}")
# modes, hq = mode_coverage(wide, CENTRES, NEAR)
# print(f"wide cloud     Fréchet distance {to_data(wide):.4f}, but only {hq:.0%} of its samples near a mode")
# show_samples({"data": data[:500], "wide cloud": wide[:500]})
# wrong_wins = to_data(wide) < np.median(frechet["WGAN-GP"] + frechet["spectral norm"])
# assert wrong_wins, "the wrong cloud is closer than most generators that draw from all modes"
# assert min(frechet["GAN"]) > max(frechet["spectral norm"]), "but lost modes do show"
# assert hq < 0.15, "and hardly ever hits a mode"

# %% [markdown]
r"""
**Prediction 4, answered.** It is smaller than that of most generators which draw from all modes. The
Fréchet distance depends on means and covariances only, and the cloud has those of the data. The GANs that
have lost modes are recognised, since their means are far from the centre. So a small distance is necessary
and not sufficient, and its worth depends on the features. Inception's features of photographs tell far
more than two coordinates do.

## Conditional GANs

A user wants a seven, and not just any digit. Mirza and Osindero tell both networks the label $y$. Here each
network has a table with a vector for each class, an *embedding*. It is learnt, and the label's vector is
appended to the network's input. The
generator learns to draw what was asked for, because the discriminator sees which label each sample claims
to have. If the label reached the generator only, nothing would punish it for drawing a three.
"""


# %%
def conditional_gan(
    z_dim: int, classes: int, x_dim: int, width: int, units: int
) -> tuple[keras.Model, keras.Model]:
    """Build a generator and a discriminator that are told a label.

    Follows Mirza and Osindero, "Conditional Generative Adversarial Nets" (2014),
    https://arxiv.org/abs/1411.1784, with an embedding of the label.

    Both models have three layers with variables, which `model.get_layer(name)` finds: "label" is a
    `keras.layers.Embedding` (or a subclass) of `classes` vectors of size `width`, "hidden" a dense layer
    of `units` units with ReLU, and "sample" in G, "logits" in D, a dense layer without an activation. The
    input of the hidden layer is the model's first input, and after it, along the last axis, the vector
    of the label. All variables are trained, and the two models share none.

    Args:
        z_dim: the size of the noise.
        classes: the number of labels.
        x_dim: the size of a sample.
        width: the size of a label's vector.
        units: of the hidden layers.

    Returns:
        (G, D): `G((z, y))` maps noise [B, z_dim] and labels [B], int32, to samples [B, x_dim], and
        `D((x, y))` maps samples [B, x_dim] and labels to logits [B, 1]. Both have their variables as soon
        as they are returned. A call with a label below 0, or not below
        `classes`, raises a ValueError or a `tf.errors.InvalidArgumentError`.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(conditional_gan)

# %% [markdown]
r"""
The pair is trained on handwritten digits of 8×8 pixels by your `gan_train_step`, which knows nothing of
labels: a small wrapper carries each label as the last number of the row. Each column of the picture below
was asked for one digit, in four samples. A classifier, trained on real digits, names what it sees; the
printed share says how often that is what was asked for.
"""

# %% tags=["active-ipynb"]
# digits, digit_labels = load_digits()
# painter, expert = conditional_gan(16, 10, 64, 10, 128)
# train_conditional(painter, expert, digits, digit_labels, steps=2500)
# reader = train_reader(digits, digit_labels)
# asked = np.repeat(np.arange(10), 100).astype("int32")
# noise = tf.constant(np.random.default_rng(5).normal(size=(1000, 16)), tf.float32)
# painted = painter((noise, tf.constant(asked))).numpy()
# show_digits(painted, asked)
# read = np.argmax(reader(painted), axis=1)
# print(f"the classifier reads the digit that was asked for in {np.mean(read == asked):.0%} of the samples")
# assert np.mean(read == asked) > 0.7, "the label reaches both networks"

# %% [markdown]
r"""
How good are they? Features are the classifier's 32 hidden units. The Fréchet distance of two halves of the
real digits says how small it can be.
"""

# %% tags=["active-ipynb"]
# def features_distance(one, other):
#     """The Fréchet distance of two sets of digits in the features of the classifier."""
#     a, b = (hidden_units(reader, images).astype("float64") for images in (one, other))
#     return frechet_distance(a.mean(axis=0), np.cov(a.T), b.mean(axis=0), np.cov(b.T))
#
#
# halves = features_distance(digits[:900], digits[900:])
# grey = np.random.default_rng(6).uniform(-1, 1, size=(1000, 64))
# of_painted, of_noise = (features_distance(images, digits) for images in (painted, grey))
# print(f"real and real {halves:.2f}, painted and real {of_painted:.2f}, noise and real {of_noise:.2f}")
# assert halves < of_painted < of_noise, "in the right order"

# %% [markdown]
r"""
**Explore.** Which setting keeps the most modes of the plain GAN? Change the discriminator's learning rate,
the number of steps, the spread of the clouds or the size of the noise. The cell prints the modes of six new
starts, with a seed that was not used above. Whatever you choose by that number, measure once more with
another seed at the end.
"""

# %% tags=["active-ipynb"]
# mine = train_on_ring(vanilla, seed=11, steps=1000, detective_rate=0.01)
# modes, hq = coverage(mine[-1])
# print(f"yours: modes {modes}, mean {np.mean(modes):.1f}; near a mode {np.mean(hq):.0%}")

# %% [markdown]
r"""
## What you have learnt

- In a GAN a discriminator estimates the ratio p / (p + q) from samples, and the generator learns from its
  gradient alone. The non-saturating loss keeps that gradient alive when the discriminator wins.
- A step of training changes one network at a time. A slip there raises no error, so it is tested with one
  weight by hand.
- A generator may collapse to a few modes. On data with known modes it can be counted, over several starts.
- The Jensen–Shannon divergence is flat where two distributions do not touch; the earth mover's distance is
  not. A 1-Lipschitz critic estimates it, held by a gradient penalty or by spectral normalisation.
- The Fréchet distance compares means and covariances of features. A small one is necessary, and does not
  prove that the samples are right.

Read on: Goodfellow et al., [Generative Adversarial Nets](https://arxiv.org/abs/1406.2661) (2014); Arjovsky
and Bottou, [Towards Principled Methods for Training Generative Adversarial
Networks](https://arxiv.org/abs/1701.04862) (2017); Gulrajani et al., [Improved Training of Wasserstein
GANs](https://arxiv.org/abs/1704.00028) (2017); Peyré and Cuturi, [Computational Optimal
Transport](https://arxiv.org/abs/1803.00567) (2019).
"""

# %% [markdown]
r"""
## In your own words

A paper reports that a new GAN has a Fréchet inception distance of 12 on photographs of faces, where the old
one had 15, each from one training run. Which three objections do you have before you believe that the new
one is better, and with which measurement would you answer each of them? Six sentences at most.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
