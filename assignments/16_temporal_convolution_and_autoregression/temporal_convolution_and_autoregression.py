# %% [markdown]
r"""
# Predict the next sample

A loudspeaker wants thousands of numbers a second. In 2016 a network called WaveNet learnt to write
them one after the other: each number is drawn from probabilities that the network computes from the
numbers before it. Listeners found its speech more natural than that of earlier systems. In the same
year, PixelCNN wrote images in this way, pixel by pixel. Neither network has a memory that is carried
from step to step. Both are stacks of convolutions.

**The question.** What must a convolution look like so that it predicts a sequence from its past
alone, sees far enough back, and can still be trained at all positions at once?

**Before you run anything**, write down your predictions:

1. Convolutions with two taps, one sample apart, are stacked. How many layers does it take until an
   output depends on the last 1,000 samples? And how many layers if the distance between the taps
   doubles from layer to layer?
2. A small WaveNet is trained for 400 steps on chords of two tones. It sees 63 samples back, and is
   told at each step which of three chords it plays. Then it goes on from 63 samples of a chord, and
   each number that it draws becomes part of its own past. When are the two tones lost: after about 63
   samples, within 1,000, or not at all?
3. Eight 3×3 convolutions are stacked. The kernel of each covers only what comes before its centre
   in reading order, and the centre itself from the second layer on. Does a pixel in the middle
   of an image then depend on all pixels before it? If not, which ones are missing?
4. A protein binds where a word of eight letters stands on either of the two strands of DNA. The
   strands are read in opposite directions. A detector that reads both strands is nearly always right.
   In how many per cent of the cases is a detector right that reads one strand only?

You write ten parts: two for numbers that stand for samples, the drawing of one number after the
other, the causal convolution, a residual block, the gated unit, WaveNet, PixelCNN's mask, the hand-made
features of speech, and a detector that reads both strands of DNA.
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
from jaxtyping import Float, Float32, Float64, Int, Int32

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They make the sounds and the sequences, train a given
network, and draw the pictures.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import matplotlib.pyplot as plt
# from scipy.signal import lfilter
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# BLUE, ORANGE = "#0072B2", "#D55E00"
# SR = 4000  # samples per second
# CHORDS = ((250, 400), (310, 560), (360, 700))  # in hertz
#
#
# def draw_chords(rng, n, T, chord=None):
#     """Chords with random phases and a little noise: samples [n, T], and the number of each one's chord."""
#     chord = rng.integers(0, len(CHORDS), n) if chord is None else np.full(n, chord)
#     tones = np.array(CHORDS)[chord][:, :, None] * np.arange(T) / SR + rng.random((n, 2, 1))
#     return 0.4 * np.sin(2 * np.pi * tones).sum(axis=1) + 0.005 * rng.normal(size=(n, T)), chord
#
#
# def train(variables, loss, batches, rate):
#     """Minimise `loss(*batch)` by Adam, a step for each batch, with a rate that falls; return the losses."""
#     falling = keras.optimizers.schedules.CosineDecay(rate, len(batches), alpha=0.02)
#     optimiser = keras.optimizers.Adam(falling)
#     optimiser.build(variables)
#
#     @tf.function
#     def step(*batch):
#         with tf.GradientTape() as tape:
#             value = loss(*batch)
#         optimiser.apply(tape.gradient(value, variables), variables)
#         return value
#
#     return np.array([float(step(*map(tf.constant, batch))) for batch in batches])
#
#
# def cross_entropy(ids, logits):
#     return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(ids, logits))
#
#
# def share_in_tones(x, chord, width=40):
#     """Which share of the power lies within so many hertz of a chord's two tones."""
#     power = np.abs(np.fft.rfft(x * np.hanning(len(x)))) ** 2
#     hertz = np.fft.rfftfreq(len(x), 1 / SR)
#     near = np.min(np.abs(hertz[:, None] - CHORDS[chord]), axis=1) < width
#     return power[near].sum() / power.sum()
#
#
# def pitches(sounds):
#     """The loudest frequency near each of the six tones in the last 400 samples, divided by the tone."""
#     hertz = np.arange(2001)
#     power = [np.abs(np.fft.rfft(x[-400:] * np.hanning(400), 4000)) for x in sounds]
#     tones = [(chord, tone) for chord, two in enumerate(CHORDS) for tone in two]
#     near = [np.abs(hertz / tone - 1.05) < 0.2 for _, tone in tones]
#     return [hertz[one][power[chord][one].argmax()] / tone for (chord, tone), one in zip(tones, near)]
#
#
# def decibels(x, error):
#     """The ratio of signal to noise."""
#     return 10 * np.log10(np.sum(x**2) / np.sum(error**2))
#
#
# def show_depths(depths, lines, marks):
#     """Receptive fields against the number of layers: predicted lines, measured marks."""
#     plt.figure(figsize=(6.5, 3.6), layout="constrained")
#     for (name, line), style, colour, mark in zip(lines.items(), ("-", "--"), (BLUE, ORANGE), "os"):
#         plt.semilogy(depths, line, style, color=colour, label=f"predicted: {name}")
#         plt.semilogy(list(marks[name]), list(marks[name].values()), mark, color=colour, label="measured")
#     plt.axhline(1000, color="0.6", linestyle=":")
#     plt.xlabel("layers")
#     plt.ylabel("samples that the last output depends on")
#     plt.legend()
#     plt.show()
#
#
# def show_layer():
#     """One layer of WaveNet as a graph of boxes."""
#     boxes = [
#         (0, 0, "x", "white"), (1, 0.6, "d samples ago", "0.93"), (1, -0.6, "now", "0.93"),
#         (2, 0, "side by side", "0.93"), (3, 0.6, "tanh", "#8ecae6"), (3, -0.6, "σ", "#8ecae6"),
#         (3, -1.3, "h", "white"), (4, 0, "⊙", "white"), (5, 0, "z", "white"),
#         (6, 0.7, "skip sum", "#F0E442"), (6, -0.5, "+ x, to the next layer", "#F0E442"),
#     ]  # fmt: skip
#     arrows = [(0, 1), (0, 2), (1, 3), (2, 3), (3, 4), (3, 5), (4, 7), (5, 7), (7, 8), (8, 9), (8, 10)]
#     _, axes = plt.subplots(figsize=(10.5, 2.7), layout="constrained")
#     for x, y, text, colour in boxes:
#         box = {"boxstyle": "round", "fc": colour, "ec": "0.4"}
#         axes.text(x, y, text, ha="center", va="center", bbox=box)
#     for start, end in arrows:
#         (x0, y0), (x1, y1) = boxes[start][:2], boxes[end][:2]
#         arrow = {"arrowstyle": "->", "color": "0.3", "shrinkA": 22, "shrinkB": 24}
#         axes.annotate("", (x1, y1), (x0, y0), arrowprops=arrow)
#     axes.annotate("", (3, -0.75), (3, -1.15), arrowprops={"arrowstyle": "->", "color": "0.3"})
#     axes.text(3.1, -0.95, "in both", fontsize=8)
#     axes.text(5.15, 0.4, "Sₙ")
#     axes.text(5.1, -0.45, "Rₙ")
#     axes.set(xlim=(-0.4, 7), ylim=(-1.6, 1))
#     axes.axis("off")
#     plt.show()
#
#
# def show_spectrograms(sounds, field):
#     """What each chord's continuation sounds like: time across, frequency upwards; tones as marks."""
#     _, axes = plt.subplots(1, len(sounds), figsize=(12, 3.2), sharey=True, layout="constrained")
#     for chord, (axis, sound) in enumerate(zip(axes, sounds)):
#         axis.specgram(sound, NFFT=256, Fs=SR, noverlap=224, cmap="magma", vmin=-110, vmax=-30)
#         for tone in CHORDS[chord]:
#             axis.plot([-0.02, 0.0], [tone] * 2, color="black", linewidth=3, clip_on=False)
#         axis.axvline(field / SR, color="white", linestyle=":")
#         low, high = CHORDS[chord]
#         axis.set(ylim=(0, 1200), xlabel="seconds", title=f"chord {chord}: {low} and {high} Hz")
#     axes[0].set_ylabel("hertz")
#     plt.show()
#
#
# def show_squares(pictures, title="", rows=1, size=1.6, **options):
#     """Small pictures with titles, dark where the number is large."""
#     columns = -(-len(pictures) // rows)
#     options = {"cmap": "gray_r", "interpolation": "nearest"} | options
#     figure, axes = plt.subplots(
#         rows, columns, figsize=(size * columns, (size + 0.2) * rows), squeeze=False, layout="constrained"
#     )
#     for axis in axes.flat:
#         axis.axis("off")
#     for axis, (name, picture) in zip(axes.flat, pictures):
#         axis.imshow(picture, **options)
#         axis.add_patch(plt.Rectangle((-0.5, -0.5), *picture.shape[1::-1], fill=False, ec="0.7"))
#         axis.set_title(name, fontsize=9)
#     figure.suptitle(title)
#     plt.show()
#
#
# VOWELS = {"a": (730, 1090, 2440), "i": (270, 2290, 3010), "u": (300, 870, 2240)}  # resonances in hertz
#
#
# def say(rng, vowel, sr=8000, T=3200):
#     """A made-up voice: pulses at the voice's pitch, through the resonances of a mouth that says a vowel."""
#     t, pitch = np.arange(T) / sr, rng.uniform(90, 240)
#     turns = np.cumsum(pitch * (1 + 0.02 * np.sin(10 * np.pi * t + rng.uniform(0, 6)))) / sr
#     x = np.diff(np.floor(turns), prepend=0)
#     for f in VOWELS[vowel] * rng.uniform(0.93, 1.07, 3):
#         r = np.exp(-80 * np.pi / sr)
#         x = lfilter([1 - r], [1, -2 * r * np.cos(2 * np.pi * f / sr), r * r], x)
#     return x / np.abs(x).max() * 10 ** rng.uniform(-1.5, 0) + 1e-4 * rng.normal(size=T)
#
#
# def show_vowels(voices, coefficients, labels):
#     """Spectrograms of three voices, and two coefficients of all."""
#     _, axes = plt.subplots(1, 4, figsize=(13, 3.2), layout="constrained")
#     for axis, (name, voice) in zip(axes, voices.items()):
#         axis.specgram(voice / np.abs(voice).max(), NFFT=256, Fs=8000, noverlap=192, cmap="magma", vmin=-110)
#         axis.set(title=f"“{name}”", xlabel="seconds", ylim=(0, 4000))
#     axes[0].set_ylabel("hertz")
#     for place, (name, mark) in enumerate(zip(voices, "os^")):
#         axes[3].plot(*coefficients[labels == place][:, 1:3].T, mark, label=name, alpha=0.7)
#     axes[3].set(xlabel="coefficient 1", ylabel="coefficient 2", title="all voices")
#     axes[3].legend()
#     plt.show()
#
#
# MOTIF = np.array([2, 0, 1, 0, 0, 2, 2, 0])  # GACAAGGA
#
#
# def draw_dna(rng, n, T=150):
#     """Random sequences, one-hot; every second one holds the motif, on either strand."""
#     letters, y = rng.integers(0, 4, (n, T)), np.arange(n) % 2
#     for row in np.flatnonzero(y):
#         at = rng.integers(0, T - len(MOTIF) + 1)
#         letters[row, at : at + len(MOTIF)] = MOTIF if rng.random() < 0.5 else 3 - MOTIF[::-1]
#     return np.eye(4, dtype="float32")[letters], y.astype("float32")
#
#
# def show_motifs(kernels):
#     """Learnt kernels, letters by places."""
#     _, axes = plt.subplots(1, len(kernels), figsize=(5.2 * len(kernels), 2.2), layout="constrained")
#     for axis, (name, kernel) in zip(axes, kernels.items()):
#         axis.imshow(kernel.T, cmap="PuOr_r", vmin=-3, vmax=3)
#         axis.set_yticks(range(4), "ACGT")
#         axis.set_xticks(range(len(kernel)), ["ACGT"[row.argmax()] for row in kernel])
#         axis.set(title=name, xlabel="the letter that scores most, at each place")
#     plt.show()

# %% [markdown]
r"""
## Sound as a sequence

A microphone measures the pressure of the air at regular times. We use 4,000 samples a second here. Each
of them is a number from -1 to 1. The chapter's sounds are chords of two tones. There are three
chords, with the frequencies below.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# _, axes = plt.subplots(1, 3, figsize=(11, 2.2), sharey=True, layout="constrained")
# for chord, axis in enumerate(axes):
#     sound, _ = draw_chords(rng, 1, 200, chord)
#     axis.plot(np.arange(200) / SR, sound[0], ".-", linewidth=0.7, markersize=3, color=BLUE)
#     axis.set(title=f"chord {chord}: {CHORDS[chord][0]} and {CHORDS[chord][1]} Hz", xlabel="seconds")
# plt.show()

# %% [markdown]
r"""
## The μ-law: a logarithmic scale

A network that draws the next sample needs probabilities, and for probabilities there must be a list
of possibilities. So each sample is rounded to one of, say, 256 numbers: it becomes a token. How should
the 256 values be spread? Ears hear ratios, and most samples of speech are small. Equal steps waste
values on loud samples, which are rare, and turn quiet ones into noise. The *μ-law* takes a logarithm
first:

$$q(x)=\operatorname{sign}(x)\,\frac{\ln(1+\mu|x|)}{\ln(1+\mu)},\qquad x\in[-1,1],$$

which is again from -1 to 1. Then $q(x)$ is rounded to the nearest of the $\mu+1$ equally spaced values
from -1 to 1, and these are counted from 0 to $\mu$. Telephones have done this since the 1970s, with
$\mu=255$.

*A small step:* which token is silence, $x=0$, for $\mu=255$? Is silence one of the 256 values?

<details><summary>Answer</summary>

$q(0)=0$ lies in the middle, at $255/2=127.5$: halfway between the tokens 127 and 128. We take the
larger one, 128. No value is exactly 0. With an even $\mu$ there is one.

</details>
"""


# %%
def mu_law(x: Float64[np.ndarray, "*shape"], mu: int = 255) -> Int[np.ndarray, "*shape"]:
    """Turn samples into tokens, by rounding on a logarithmic scale.

    Computes sign(x) ln(1 + mu |x|) / ln(1 + mu), and rounds it, as in section 2.2 of van den Oord
    et al., "WaveNet: A Generative Model for Raw Audio" (2016), https://arxiv.org/abs/1609.03499.

    Args:
        x: [*shape], the samples. Samples below -1 count as -1, and samples above 1 as 1.
        mu: the compression, 1 or more. There are mu + 1 tokens, for equally spaced values from -1
            to 1.

    Returns:
        For each sample the token from 0 to mu that is nearest to it after the logarithm, as an
        integer; of two numbers that are equally near, the larger one is taken. What is given stays
        as it is.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(mu_law)

# %% [markdown]
r"""
## The inverse of the μ-law

All samples that become the same token form a *bin*. The way back starts in its middle: token $i$
stands for $y=2i/\mu-1$. Solve $y=q(x)$ for $x$.
"""


# %%
def mu_law_inverse(ids: Int[np.ndarray, "*shape"], mu: int = 255) -> Float64[np.ndarray, "*shape"]:
    """Turn tokens of `mu_law` into samples.

    Inverts section 2.2 of van den Oord et al., "WaveNet: A Generative Model for Raw Audio" (2016),
    https://arxiv.org/abs/1609.03499.

    Args:
        ids: [*shape], tokens from 0 to mu.
        mu: the compression, 1 or more, as in `mu_law`.

    Returns:
        For each token the sample in the middle of its bin: the x for which
        sign(x) ln(1 + mu |x|) / ln(1 + mu) is exactly the value that the token stands for. What is
        given stays as it is.

    Raises:
        ValueError: an entry of `ids` is not from 0 to mu.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(mu_law_inverse)

# %% [markdown]
r"""
A tone is turned into 64 tokens and back, once loud and once quiet, by equal steps and by your
functions. In the pictures, the steps of the μ-law are finer near 0. The printed number is the *ratio of
signal to noise* in decibels: 10 dB more means ten times less noise. A wrong μ-law shows as a curve
that does not lie on the tone.
"""

# %% tags=["active-ipynb"]
# t = np.arange(400) / SR
# ratios = {}
# figure, axes = plt.subplots(1, 2, figsize=(11, 2.8), layout="constrained")
# for axis, (name, size) in zip(axes, {"loud": 0.9, "quiet": 0.02}.items()):
#     tone = size * np.sin(2 * np.pi * 53 * t)
#     equal = np.round(tone * 31.5 + 31.5) / 31.5 - 1
#     ways = {"equal steps": equal, "μ-law": mu_law_inverse(mu_law(tone, 63), 63)}
#     axis.plot(t[:80], tone[:80], color="0.7", linewidth=4, label="tone")
#     for (way, rounded), style, colour in zip(ways.items(), ("--", "-"), (ORANGE, BLUE)):
#         axis.step(t[:80], rounded[:80], style, color=colour, where="mid", label=way, linewidth=1.2)
#         ratios[name, way] = decibels(tone, rounded - tone)
#         print(f"{name:5} tone, {way:11}: signal to noise {ratios[name, way]:5.1f} dB")
#     axis.set(title=f"a {name} tone, 64 tokens", xlabel="seconds")
# axes[0].legend()
# plt.show()
# assert ratios["quiet", "μ-law"] > ratios["quiet", "equal steps"] + 10, "far less noise in the quiet tone"
# assert 3 < ratios["loud", "equal steps"] - ratios["loud", "μ-law"] < 15, "the price is paid by the loud one"

# %% [markdown]
r"""
## Autoregressive sampling

The probability of a sequence is a product, the *chain rule* of probability:

$$p(x_0,\dots,x_{T-1})=\prod_{t=0}^{T-1}p(x_t\mid x_0,\dots,x_{t-1})$$

A network that gives each factor is called *autoregressive*. To draw a sequence, draw $x_0$, then $x_1$
given $x_0$, and so on. A single draw is made from a number $u$ that is uniform between 0 and 1: lay the
probabilities end to end on the line from 0 to 1, and take the class in whose piece $u$ falls.

*A small step:* a network is trained on known sequences, with all positions computed at the same
time. Why can it not draw all positions of a new sequence at the same time?

<details><summary>Answer</summary>

The probabilities of $x_t$ depend on the tokens before it. In training these are known. In drawing
they exist only after they have been drawn.

</details>
"""


# %%
def autoregressive_sample(
    logits_fn: Callable[[Int32[tf.Tensor, "batch t"]], Float[tf.Tensor, "batch classes"]],
    T: int,
    u: Float[tf.Tensor, "batch T"],
) -> Int32[tf.Tensor, "batch T"]:
    """Draw sequences of T tokens, each from the probabilities that the tokens before it give.

    Draws by the inverse of the cumulative distribution, one token after the other, as the networks
    of van den Oord, Kalchbrenner and Kavukcuoglu, "Pixel Recurrent Neural Networks" (2016),
    https://arxiv.org/abs/1601.06759, draw pixels.

    Args:
        logits_fn: returns the logits [batch, classes] of the next token, given the tokens so
            far, int32 [batch, t]; at first t is 0. The probabilities p_0, p_1, … are their
            softmax; logits as large as ±10,000 do no harm.
        T: how many tokens to draw, 0 or more.
        u: [batch, T], at least 0 and below 1; column t decides token t.

    Returns:
        The tokens. Each is the smallest v for which p_0 + … + p_v is above u, and the last class
        where rounding leaves none.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(autoregressive_sample)

# %% [markdown]
r"""
A small language of three letters: after an a comes a b with probability 0.8, and so on. Your function
draws 20,000 words of three letters. Each mark must lie on its line: the line is the product of three
probabilities, the mark the share among the words that were drawn. If all letters were drawn
independently, or if logits were taken for probabilities, the marks would lie elsewhere.
"""

# %% tags=["active-ipynb"]
# first = np.log([0.6, 0.3, 0.1]).astype("float32")
# after = np.log([[0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.7, 0.1, 0.2]]).astype("float32")
#
#
# def letters_fn(ids):
#     """Logits of the next letter: those of a start, or those after the last letter."""
#     return tf.gather(after, ids[:, -1]) if ids.shape[1] else tf.repeat(first[None], ids.shape[0], axis=0)
#
#
# u = np.random.default_rng(1).random((20000, 3)).astype("float32")
# drawn = np.asarray(autoregressive_sample(letters_fn, 3, tf.constant(u)))
# words = [(i, j, k) for i in range(3) for j in range(3) for k in range(3)]
# product = [np.exp(first[i] + after[i, j] + after[j, k]) for i, j, k in words]
# shares = [np.mean(np.all(drawn == word, axis=1)) for word in words]
# plt.figure(figsize=(10, 2.6), layout="constrained")
# plt.step(range(27), product, where="mid", color=ORANGE, label="product of three probabilities")
# plt.plot(range(27), shares, "o", color=BLUE, label="share of the words drawn")
# plt.xticks(range(27), ["".join("abc"[i] for i in word) for word in words], rotation=60, fontsize=8)
# plt.legend()
# plt.show()
# apart = np.abs(np.subtract(product, shares)).max()
# print(f"the products sum to {sum(product):.4f}; largest difference {apart:.4f}")
# assert abs(sum(product) - 1) < 1e-5 and apart < 0.015, "shares as the chain rule says"

# %% [markdown]
r"""
## Causal convolution

A convolution computes every output from a few inputs beside each other, with the same weights at
all times. It is *causal* if output $t$ uses no input after $t$. With the kernel $k$ of $K$ taps, and the
distance $d$ between them, the *dilation*:

$$y_t=\sum_{i=0}^{K-1}k_i\,x_{t-(K-1-i)d},\qquad x_s=0\text{ for }s<0$$

The last tap reads the present, the first one the furthest past. Here it is for one channel, in full,
with a loop over the times:
"""

# %% tags=["active-ipynb"]
# def one_channel(x, k, d):
#     """Convolve numbers [T] causally with taps [K], d samples apart."""
#     return [
#         sum(k[i] * x[t - (len(k) - 1 - i) * d] for i in range(len(k)) if t >= (len(k) - 1 - i) * d)
#         for t in range(len(x))
#     ]
#
#
# print(one_channel([1, 0, 0, 0, 0, 2, 0, 0, 0], k=[10, 1], d=3))

# %% [markdown]
r"""
Your turn, for a batch of sequences with $C$ channels. A loop over the times would be slow. But for a given
tap, all outputs need the same sequence, shifted, and a shift is a padded sequence, sliced.

*A small step:* how many zeros must stand before the sequence, and where does the slice of tap $i$
begin?

<details><summary>Answer</summary>

Tap 0 reads $(K-1)d$ samples back, so that there must be $(K-1)d$ zeros. In the padded sequence, the
slice of tap $i$ begins at $id$. All slices have the length of the sequence.

</details>
"""


# %%
def causal_conv1d(
    x: Float[tf.Tensor, "B T C"],
    k: Float[tf.Tensor, "K C O"],
    dilation: int,
) -> Float[tf.Tensor, "B T O"]:
    """Convolve sequences with a dilated kernel that reads the present and the past.

    Computes y[b, t, o] = Σ_i Σ_c k[i, c, o] x[b, t - (K - 1 - i) d, c] for the dilation d, with
    x = 0 before its start, as in section 2.1 of van den Oord et al., "WaveNet: A Generative Model
    for Raw Audio" (2016), https://arxiv.org/abs/1609.03499. Any way will do but TensorFlow's and
    Keras's own convolutions. Gradients flow to `x` and `k`.

    Args:
        x: sequences of T samples with C channels; T may be 0 or 1.
        k: the kernel; the last of the K taps reads the present.
        dilation: how many samples lie between neighbouring taps, 1 or more.

    Returns:
        As many samples as there are in `x`, with O channels.

    Raises:
        ValueError: `dilation` is below 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(causal_conv1d)

# %% [markdown]
r"""
Keras has the same layer. The first line compares the two. Then the *receptive field* is measured: which
inputs have any influence on the last output of a stack? The gradient of that output says so. Rows are
layers, columns are times; a cell is dark where the last output depends on it. A kernel that looks into
the future, or zeros at the wrong end, would show as dark cells to the right of the output.
"""

# %% tags=["active-ipynb"]
# x, kernel = rng.normal(size=(2, 30, 4)).astype("float32"), rng.normal(size=(3, 4, 5)).astype("float32")
# layer = keras.layers.Conv1D(5, 3, padding="causal", dilation_rate=4, use_bias=False)
# layer.build(x.shape)
# layer.kernel.assign(kernel)
# apart = np.abs(layer(x) - causal_conv1d(tf.constant(x), tf.constant(kernel), 4)).max()
# print(f"Keras's causal layer and yours differ by {apart:.1e}")
#
#
# def influence(dilations, T):
#     """For input and layers, at each time: does the output at T - 6 depend on it? [layers + 1, T]."""
#     x, taps = tf.ones((1, T, 1)), tf.ones((2, 1, 1))
#     with tf.GradientTape() as tape:
#         tape.watch(x)
#         levels = [x]
#         for d in dilations:
#             levels.append(causal_conv1d(levels[-1], taps, d))
#         output = levels[-1][0, T - 6, 0]
#     slopes = tape.gradient(output, levels, unconnected_gradients="zero")
#     return np.array([np.ravel(slope) != 0 for slope in slopes])
#
#
# assert apart < 1e-4, "the same as Keras's layer"

# %% tags=["active-ipynb"]
# stacks = {"dilation 1 in all layers": (1, 1, 1, 1), "dilations 1, 2, 4, 8": (1, 2, 4, 8)}
# _, axes = plt.subplots(2, 1, figsize=(9, 3.6), layout="constrained", sharex=True)
# for axis, (name, dilations) in zip(axes, stacks.items()):
#     dark = influence(dilations, 28)
#     axis.imshow(dark, cmap="Blues", aspect="auto", origin="lower", vmax=1.4)
#     axis.set_yticks(range(5), ["input", *(f"layer {n}" for n in range(1, 5))])
#     axis.set(title=f"{name}: {dark[0].sum()} samples")
#     assert dark[0].sum() == 1 + sum(dilations), "the field"
#     assert not dark[:, 23:].any(), "nothing of the future"
# axes[1].set_xlabel("time")
# plt.show()

# %% [markdown]
r"""
**Prediction 1.** How many layers with two taps does it take to depend on the last 1,000 samples: with
the dilation 1 everywhere, and with a dilation that doubles from layer to layer?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# depths = np.arange(1, 13)
# doubling = "dilations 1, 2, 4, …"
# ways = {"dilation 1 everywhere": lambda n: [1] * n, doubling: lambda n: [2**i for i in range(n)]}
# lines = dict(zip(ways, (1 + depths, 2**depths)))
# marks = {
#     name: {n: int(influence(dilations(n), 2100)[0].sum()) for n in (1, 2, 4, 6, 8, 10, 11)}
#     for name, dilations in ways.items()
# }
# show_depths(depths, lines, marks)
# print("10 layers:", {name: marks[name][10] for name in ways})
# assert all(marks[name][n] == lines[name][n - 1] for name in ways for n in marks[name]), "marks on the lines"
# assert marks[doubling][10] == 1024, "more than 1,000 samples"

# %% [markdown]
r"""
**Prediction 1, answered.** 999 layers without dilation, and 10 with it. A layer with $K$ taps and the
dilation $d$ adds $(K-1)d$ samples. With $d=1$ that is one sample a layer. With $d=1,2,4,\dots$ the sum
of the first $L$ dilations is $2^L-1$, so that the field has $2^L$ samples. The lines in the picture are
these two formulas, and the marks are gradients through your convolution.

## A residual block

Bai, Kolter and Koltun compared recurrent networks with a *temporal convolutional network* (TCN) in
2018. Its block has two causal convolutions, each with a bias, a ReLU and dropout. Its input is added at
the end, and a last ReLU follows:

$$\operatorname{ReLU}\big(F(x)+S(x)\big)$$

$S(x)$ is $x$ itself, where input and output have the same number of channels. Otherwise it is a
matrix product at each time, a *1×1 convolution*, whose only purpose is to change the number of channels.

The constructor is written. You make the variables, and use them. The convolution that the block is to
use is handed to it, as is the layer that drops.
"""


# %%
class TCNBlock(keras.layers.Layer):
    """Two causal convolutions with the same dilation, and a residual connection.

    Computes the block of Bai, Kolter and Koltun, "An Empirical Evaluation of Generic Convolutional
    and Recurrent Networks for Sequence Modeling" (2018), https://arxiv.org/abs/1803.01271, without
    its weight normalisation: ReLU(F(x) + S(x)), where F is convolution, bias, ReLU, dropout, and
    all four once more. An output depends on the present and on the 2 (kernel - 1) dilation samples
    before it, and on none after it. Gradients flow to x and to all variables.

    Attributes:
        first_kernel, first_bias: [kernel, C, filters] and [filters], variables of the first
            convolution, where C is the number of channels of x.
        second_kernel, second_bias: [kernel, filters, filters] and [filters], of the second.
        shortcut: [C, filters], where the widths differ: S(x) is then x @ shortcut, without a
            bias. `None` where C = filters: S(x) is then x, and there is no such variable.

    Args of the constructor:
        filters: the number of channels of the output.
        kernel: the number of taps, 1 or more.
        dilation: of both convolutions.
        dropout: a layer, called `dropout(x, training=training)`; it has no variables.
        convolve: `convolve(x, k, dilation)`, as `causal_conv1d`, with an array k; used for both
            convolutions.
    """

    def __init__(
        self, filters: int, kernel: int, dilation: int, dropout: keras.layers.Layer, convolve: Callable
    ):
        super().__init__()
        self.filters, self.kernel, self.dilation = filters, kernel, dilation
        self.dropout, self.convolve = dropout, convolve

    def build(self, input_shape: tuple) -> None:
        """Make the variables by `self.add_weight`.

        Biases start at 0, all others at random numbers, of whichever distribution you choose.

        Args:
            input_shape: (B, T, C), of x.
        """
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(self, x: Float[tf.Tensor, "B T C"], training: bool = False) -> Float[tf.Tensor, "B T filters"]:
        """Return the block's output.

        Args:
            x: sequences; T may be 1.
            training: `dropout` follows each of the two ReLUs, with the same `training`.
        """
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(TCNBlock)

# %% [markdown]
r"""
How far back does a trained TCN remember? Three blocks with the dilations 1, 2 and 4 and kernels of two
taps have the receptive field $1+2(1+2+4)=15$: the present and 14 samples before it. The network hears
noise, and is asked at each time for the samples from 0 to 20 steps ago, all at once. The dashed line is
the prediction: below it all can be remembered, beyond it nothing, and the error is the variance of the
noise, which is 1.
"""

# %% tags=["active-ipynb"]
# lags = np.arange(21)
#
#
# def noise(rng, n, T=60):
#     """Noise, [n, T, 1], and what it was so many samples ago, [n, T, 21]."""
#     x = rng.normal(size=(n, T, 1)).astype("float32")
#     return x, np.stack([np.roll(x[:, :, 0], lag, axis=1) for lag in lags], axis=-1)
#
#
# keras.utils.set_random_seed(0)
# no_dropout = keras.layers.SpatialDropout1D(0.0)
# blocks = [TCNBlock(48, 2, d, no_dropout, causal_conv1d) for d in (1, 2, 4)]
# tcn = keras.Sequential([*blocks, keras.layers.Dense(len(lags))])
# tcn(tf.zeros((1, 60, 1)))
# rng = np.random.default_rng(0)
# batches = [noise(rng, 16) for _ in range(400)]
# train(
#     tcn.trainable_variables,
#     lambda x, past: tf.reduce_mean(tf.square(tcn(x, training=True) - past)[:, 20:]), batches, 0.004,
# )
# x, past = noise(np.random.default_rng(1), 100)
# error = np.mean((np.asarray(tcn(x)) - past)[:, 20:] ** 2, axis=(0, 1))

# %% tags=["active-ipynb"]
# plt.figure(figsize=(7.5, 3), layout="constrained")
# plt.plot([0, 14.5, 14.5, 20], [0, 0, 1, 1], "--", color=ORANGE, label="predicted from the receptive field")
# plt.plot(lags, error, "o", color=BLUE, label="measured")
# plt.xlabel("samples ago")
# plt.ylabel("mean squared error")
# plt.legend()
# plt.show()
# print(f"largest error within the field {error[:15].max():.3f}, smallest beyond it {error[15:].min():.3f}")
# assert error[:15].max() < 0.35 and error[15:].min() > 0.9, "the jump that the text speaks of"

# %% [markdown]
r"""
The error jumps at the line. A recurrent network forgets little by little. A convolution sees each sample
in its field directly, and no sample outside of it. So you know before you train whether its past is long
enough. Bai and others compare the two on a task of copying what was seen long ago.

## The gated unit

WaveNet replaces the ReLU by a product: one convolution says *what* (between -1 and 1, by tanh), the
other says *how much of it* (between 0 and 1, by the sigmoid $\sigma$). Besides, a vector $h$ that holds
for the whole sequence, such as the speaker, is added inside both. This is called *global conditioning*:

$$z_t=\tanh(x_tW_f+hV_f)\odot\sigma(x_tW_g+hV_g)$$

where $\odot$ multiplies entry by entry. Here $x_t$ is a vector, and $x_tW_f$ a matrix product at
each time. If $x_t$ holds the inputs at all taps of a convolution, side by side, this product is that
convolution.
"""


# %%
def gated_unit(
    x: Float[tf.Tensor, "B T C"],
    Wf: Float[tf.Tensor, "C O"],
    Wg: Float[tf.Tensor, "C O"],
    h: Float[tf.Tensor, "B H"],
    Vf: Float[tf.Tensor, "H O"],
    Vg: Float[tf.Tensor, "H O"],
) -> Float[tf.Tensor, "B T O"]:
    """Multiply a filter by a gate, both under a condition for the whole sequence.

    Computes tanh(x Wf + h Vf) ⊙ σ(x Wg + h Vg), the gated activation unit with global conditioning
    of sections 2.3 and 2.5 of van den Oord et al., "WaveNet: A Generative Model for Raw Audio"
    (2016), https://arxiv.org/abs/1609.03499. Gradients flow to all six.

    Args:
        x: sequences; T may be 0 or 1.
        Wf: of the filter.
        Wg: of the gate.
        h: one condition for each sequence, the same at all times.
        Vf: how the condition acts on the filter.
        Vg: how the condition acts on the gate.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gated_unit)

# %% [markdown]
r"""
One channel of your unit as a surface: across, what the filter is given; upwards, what the gate is given.
Where the gate is far below 0, the output is 0, whatever the filter says. The condition shifts the whole
surface: in the second picture, $h$ closes the gate. A unit that uses the same matrix twice would
show a diagonal in place of a plain.
"""

# %% tags=["active-ipynb"]
# a, b = np.meshgrid(np.linspace(-4, 4, 81), np.linspace(-4, 4, 81))
# plane = tf.constant(np.stack([a, b], axis=-1), tf.float32)  # 81 sequences of 81 samples
# unit = {"Wf": tf.constant([[1.0], [0.0]]), "Wg": tf.constant([[0.0], [1.0]])}
# shift = {"Vf": tf.constant([[0.0]]), "Vg": tf.constant([[-3.0]])}
# conditions = [h * tf.ones((81, 1)) for h in (0.0, 1.0)]
# surfaces = [np.asarray(gated_unit(plane, **unit, h=h, **shift))[:, :, 0] for h in conditions]
# _, axes = plt.subplots(1, 2, figsize=(8.5, 3.2), sharey=True, layout="constrained")
# for axis, surface, name in zip(axes, surfaces, ("h = 0", "h = 1, with the weight -3 on the gate")):
#     image = axis.imshow(surface, extent=(-4, 4, -4, 4), origin="lower", cmap="PuOr_r", vmin=-1, vmax=1)
#     axis.set(title=name, xlabel="given to the filter")
# axes[0].set_ylabel("given to the gate")
# plt.colorbar(image, ax=axes)
# plt.show()
# assert np.abs(surfaces[0][0]).max() < 0.02 < 0.9 < surfaces[0][-1, -1], "a closed gate, and an open one"

# %% [markdown]
r"""
## WaveNet, layer by layer

Now put the parts together. Tokens become vectors by a table, the *embedding*. The sequence is shifted
by one, so that the logits at time $t$ can be compared with token $t$ itself. Then each layer $n$ with
the dilation $d$ does three things:

1. It puts two taps beside each other: $x_{t-d}$, then $x_t$, so that there are $2C$ channels.
2. The gated unit makes $z$ of them, with $C$ channels.
3. It adds $z\,S_n$ to a sum that all layers share, the *skip sum*, and $z\,R_n$ to $x$, which goes on
   to the next layer.

The dilations are $1,2,4,\dots$ in a *stack* of layers, and start again at 1 in the next stack. At the
end, two matrices make logits of the skip sum, each after a ReLU.
"""

# %% tags=["active-ipynb"]
# show_layer()

# %% [markdown]
r"""
*A small step:* a model has `layers` layers in each of its `stacks` stacks. On how many tokens do its
logits depend, with the shift?

<details><summary>Answer</summary>

Each stack adds $1+2+4+\dots=2^{\text{layers}}-1$ samples, and one is there from the start: the field is
$\text{stacks}\cdot(2^{\text{layers}}-1)+1$ tokens. The shift moves them by one: the logits at time $t$
depend on the tokens $t-1$, $t-2$, and so on, and not on token $t$.

</details>
"""


# %%
class WaveNet(keras.Model):
    """Predict each token from those before it, by stacks of dilated convolutions with gates.

    Computes the network of figure 4 of van den Oord et al., "WaveNet: A Generative Model for Raw
    Audio" (2016), https://arxiv.org/abs/1609.03499, with n = layers · stacks layers and C channels.
    The same in training as in use; gradients flow to h and to all variables.

    Attributes:
        embedding: [classes, C], a vector for each token.
        filter_kernel, gate_kernel: [n, 2C, C], what `gate` of layer n takes as Wf and Wg.
        filter_condition, gate_condition: [n, conditions, C], what it takes as Vf and Vg.
        residual, skip: [n, C, C], what its result is multiplied by for x, and for the skip sum.
        head, head_bias: [C, C] and [C]; final, final_bias: [C, classes] and [classes].

    Args of the constructor:
        layers: in each stack.
        stacks: how many stacks there are. Layer 0 of each stack has the dilation 1, and each layer
            after it twice that of the one before.
        channels: C.
        classes: the number of tokens.
        conditions: how long h is.
        gate: `gate(x, Wf, Wg, h, Vf, Vg)`, as `gated_unit`.
    """

    def __init__(
        self, layers: int, stacks: int, channels: int, classes: int, conditions: int, gate: Callable
    ):
        super().__init__()
        self.layers_of_stack, self.stacks, self.gate = layers, stacks, gate
        n, C = layers * stacks, channels
        shapes = {
            "embedding": (classes, C),
            "filter_kernel": (n, 2 * C, C), "gate_kernel": (n, 2 * C, C),
            "filter_condition": (n, conditions, C), "gate_condition": (n, conditions, C),
            "residual": (n, C, C), "skip": (n, C, C),
            "head": (C, C), "head_bias": (C,), "final": (C, classes), "final_bias": (classes,),
        }  # fmt: skip
        for name, shape in shapes.items():
            start = "zeros" if "bias" in name else keras.initializers.RandomNormal(stddev=shape[-2] ** -0.5)
            setattr(self, name, self.add_weight(shape=shape, initializer=start, name=name))

    def call(
        self, ids: Int32[tf.Tensor, "B T"], h: Float[tf.Tensor, "B conditions"]
    ) -> Float[tf.Tensor, "B T classes"]:
        """Return logits; those at time t depend on the tokens before t, and on no later one.

        The embedded tokens are shifted by one, with zeros before the first. Each layer puts x of
        d samples ago and x beside each other, in this order, with zeros before the start, and
        `gate` makes z of them and of h: the condition h goes to the gate of every layer. Then
        z @ skip is added to the skip sum and z @ residual to x. The logits are
        ReLU(ReLU(skip sum) @ head + head_bias) @ final + final_bias.

        Args:
            ids: the tokens; T may be 0 or 1.
            h: the condition of each sequence.

        Raises:
            tf.errors.InvalidArgumentError: an id is not from 0 to classes - 1, as `tf.gather`
                says on a CPU. A ValueError will do, too. The last id of a sequence may be any
                number if it is not read, since no logit depends on it.
        """
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(WaveNet)

# %% [markdown]
r"""
Your network, with your gated unit in it. At the start it should be about as good as a guess, whose loss
is the logarithm of 64. Then each token of a sequence is changed, one at a time: in the picture a square is
dark where the logits at time $t$ notice a change of token $s$. All must lie below the diagonal, and not on
it, in a band as wide as the field. (At its far edge an influence may be too small for 32 bits.)
"""

# %% tags=["active-ipynb"]
# MU, LAYERS, STACKS = 63, 5, 2
# field = STACKS * (2**LAYERS - 1) + 1
# rng = np.random.default_rng(0)
#
#
# def sounds(n, T):
#     """Tokens of chords, and which chord each is, one-hot."""
#     x, chord = draw_chords(rng, n, T)
#     return mu_law(x, MU).astype("int32"), np.eye(3, dtype="float32")[chord]
#
#
# def new_wavenet(layers=LAYERS, stacks=STACKS, channels=32):
#     keras.utils.set_random_seed(0)
#     return WaveNet(layers, stacks, channels, MU + 1, 3, gated_unit)
#
#
# net = new_wavenet()
# ids, h = sounds(8, 150)
# start = float(cross_entropy(ids, net(ids, h)))
# weights = sum(int(np.prod(variable.shape)) for variable in net.trainable_variables)
# print(f"{weights:,} weights; field {field} tokens")
# print(f"loss at the start {start:.2f}, log 64 = {np.log(64):.2f}")
# assert field == 63 and start < 8

# %% tags=["active-ipynb"]
# changed, times = np.repeat(ids[:1, :100], 100, axis=0), np.arange(100)
# changed[times, times] = (changed[times, times] + 20) % 64
# same = np.repeat(h[:1], 100, axis=0)
# change = np.abs(net(changed, same) - net(np.repeat(ids[:1, :100], 100, axis=0), same))
# moved = change.max(axis=-1).T > 0
# steps_back = [int(t - np.flatnonzero(moved[t]).min()) for t in (20, 80, 99)]
# show_squares([("logits at time t (down) against token s (across)", moved)], size=4.2)
# print("furthest token that counts, steps back, at times 20, 80 and 99:", steps_back)
# assert not moved[np.triu_indices(100)].any(), "no logit depends on its own token or on a later one"
# assert steps_back[0] == 20 and field - 3 <= min(steps_back[1:]) <= max(steps_back) <= field

# %% [markdown]
r"""
The three chords differ in $h$, which is one-hot. The cell trains on chords with random phases, all
positions of a sequence at once. A guess costs 6 bits a sample.
"""

# %% tags=["active-ipynb"]
# def fit(model, steps, T=192):
#     """Train on fresh chords; return the losses in bits per sample."""
#     losses = train(
#         model.trainable_variables,
#         lambda ids, h: cross_entropy(ids, model(ids, h, training=True)),
#         [sounds(16, T) for _ in range(steps)], 0.004,
#     )
#     return losses / np.log(2)
#
#
# net = new_wavenet()
# course = fit(net, 400)
# plt.figure(figsize=(7, 2.6), layout="constrained")
# plt.plot(course, linewidth=0.8)
# plt.axhline(6, color="0.6", linestyle=":")
# plt.xlabel("step")
# plt.ylabel("bits per sample")
# plt.show()
# print(f"bits per sample: {course[0]:.2f} at the start, {course[-20:].mean():.2f} at the end, 6 for a guess")
# assert course[-20:].mean() < 3.2, "far less than the 6 bits of a guess"

# %% [markdown]
r"""
Now the network writes. It is given 63 tokens of each chord, about a 60th of a second, and your
`autoregressive_sample` draws what follows. At each step $h$ still says which chord it is.

**Prediction 2.** Each number that is drawn becomes part of the past. When are the two tones lost: after
about 63 samples, within 1,000, or not at all?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def continued(model, length, field=field, seed=0):
#     """Go on from `field` tokens of each chord: samples [3, field + length]."""
#     rng = np.random.default_rng(seed)
#     begin = np.concatenate([mu_law(draw_chords(rng, 1, field, chord)[0], MU) for chord in range(3)])
#     begin, which = tf.constant(begin, tf.int32), tf.eye(3)
#     last = tf.function(lambda seen: model(tf.pad(seen, [[0, 0], [0, 1]]), which)[:, -1])
#
#     def logits_fn(ids):
#         return last(tf.concat([begin, ids], axis=1)[:, -field:])
#
#     u = tf.constant(rng.random((3, length)), tf.float32)
#     return mu_law_inverse(np.concatenate([begin, autoregressive_sample(logits_fn, length, u)], axis=1), MU)
#
#
# written = continued(net, 1000)
# show_spectrograms(written, field)
# shares = {
#     part: [share_in_tones(written[chord, part - 400 : part], chord) for chord in range(3)]
#     for part in (460, 760, 1060)
# }
# for part, three in shares.items():
#     print(f"samples {part - 400} to {part}: in the two tones", ", ".join(f"{share:.0%}" for share in three))
# assert np.min(shares[1060]) > 0.8, "the chords are still there after 1,000 samples of the network's own"

# %% [markdown]
r"""
**Prediction 2, answered.** Not at all, in 1,000 samples. After 63 samples the network sees nothing but
its own samples and $h$, and the chord goes on. In the pictures, the bright lines stay at the black marks.
The condition $h$ names the chord, but it does not say where in its period each tone is: that comes from the
samples. Each draw is off by a little, but the next probabilities are computed from what was really drawn. The
network has learnt how a chord goes on from *any* phase, so that a small error shifts the phase, and is not
added to the next error. Apart from $h$, the network keeps nothing that is longer than its field. It has no
memory of where a melody was a second ago.

**A silent bug.** A colleague trains the same network. Most language models return at time $t$ the logits of
the *next* token, and so the colleague compares the logits at time $t$ with token $t+1$. The loss falls nearly
as far as yours. What has the colleague's network learnt, and what will its sound be like when it is
drawn as yours is? Would a test loss on new chords, computed in the same way, show anything?

<details><summary>Answer</summary>

The logits at time $t$ are computed from the tokens before $t$, because the network itself shifts.
Compared with token $t+1$, they become a forecast of two steps ahead. That can be learnt, at a slightly
larger loss, and a test loss shows the same. But drawing puts the forecast of step $t+1$ at the place of
step $t$. The sound is hurried: its tones come out about a tenth too high, with noise between them. The
bright lines lie above the black marks; the cell prints by how much. The picture of dark squares above
does not show the mistake, since the network is causal. A comparison of what is *drawn* with the data
shows it, or a loss that a third person computes from the definition $p(x_t\mid x_0,\dots,x_{t-1})$.

</details>
"""

# %% tags=["active-ipynb"]
# other = new_wavenet()
# losses = train(
#     other.trainable_variables,
#     lambda ids, h: cross_entropy(ids[:, 1:], other(ids, h, training=True)[:, :-1]),
#     [sounds(16, 128) for _ in range(200)], 0.004,
# ) / np.log(2)
# print(f"your WaveNet after 200 steps:      {course[180:200].mean():.2f} bits per sample")
# print(f"the colleague's, on other targets: {losses[-20:].mean():.2f} bits per sample")
# strange = continued(other, 600)
# show_spectrograms(strange, field)
# lost = [share_in_tones(strange[chord, -400:], chord) for chord in range(3)]
# print("in the two tones at the end:", ", ".join(f"{share:.0%}" for share in lost))
# too_high = {name: pitches(x) for name, x in {"yours": written, "the colleague's": strange}.items()}
# for name, ratios in too_high.items():
#     print(f"{name}: found, divided by what it should be:", *(f"{ratio:.2f}" for ratio in ratios))
# assert losses[-20:].mean() < course[180:200].mean() + 0.8, "a loss that looks good"
# assert np.mean(lost) < np.mean(shares[1060]) - 0.2, "another sound"
# assert np.abs(np.array(too_high["yours"]) - 1).max() < 0.02, "your tones are right"
# assert 1.03 < min(too_high["the colleague's"]) and abs(np.mean(too_high["the colleague's"]) - 1.1) < 0.05

# %% [markdown]
r"""
The loss of the colleague's network would satisfy anyone who does not listen to it.

## PixelCNN: masked convolutions

An image becomes a sequence when its pixels are read row by row, from left to right. PixelCNN
predicts each pixel from those before it, by convolutions over the image. A *mask* keeps them causal: it
sets to 0 what the kernel would read from pixels that come later. In the first layer the centre is
masked, too, since it is the pixel that is to be predicted: kind A. In later layers the centre is what
the layer below has computed from earlier pixels only, and may be read: kind B.
"""


# %%
def pixelcnn_mask(
    kh: int, kw: int, cin: int, cout: int, kind: str
) -> Float32[np.ndarray, "kh kw cin cout"]:
    """Return what a kernel is multiplied by, so that it reads earlier pixels only.

    Computes the masks A and B of section 3.4 of van den Oord, Kalchbrenner and Kavukcuoglu, "Pixel
    Recurrent Neural Networks" (2016), https://arxiv.org/abs/1601.06759, for images whose channels
    have no order among themselves.

    Args:
        kh, kw: height and width of the kernel, both odd.
        cin, cout: channels that the kernel reads and makes.
        kind: "A" leaves the centre out, "B" takes it in.

    Returns:
        1 for the rows above the centre and, in the centre's row, what is left of it, and for the
        centre itself if the kind is "B"; 0 elsewhere; the same for all pairs of channels.

    Raises:
        ValueError: a side is even or below 1, or `kind` is neither "A" nor "B".
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(pixelcnn_mask)

# %% [markdown]
r"""
Which earlier pixels does a stack of masked convolutions really see? Your masks are applied in a stack whose
weights are all positive, so that no influence cancels, and the gradient says what counts.

**Prediction 3.** Does a pixel in the middle of an image depend on all pixels before it, after eight
layers of 3×3? If not, which ones are missing?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def pixels_seen(layers, side=15):
#     """Which pixels the one in the middle depends on, [15, 15]."""
#     masks = [pixelcnn_mask(3, 3, 1, 1, "A"), *(pixelcnn_mask(3, 3, 1, 1, "B") for _ in range(layers - 1))]
#     image = tf.ones((1, side, side, 1))
#     with tf.GradientTape() as tape:
#         tape.watch(image)
#         x = image
#         for mask in masks:
#             x = tf.nn.conv2d(x, mask / np.maximum(mask.sum(), 1), 1, "SAME")
#         output = x[0, side // 2, side // 2, 0]
#     return np.abs(tape.gradient(output, image)[0, :, :, 0]) > 0

# %% tags=["active-ipynb"]
# before = np.arange(225).reshape(15, 15) < 112
# pictures = []
# for layers in (1, 2, 4, 8):
#     seen = pixels_seen(layers)
#     assert not (seen & ~before).any(), "nothing that comes later"
#     shades = np.where(seen, 1.0, np.where(before, 0.35, 0.0))
#     shades[7, 7] = 0.7
#     pictures.append((f"{layers} layers: {seen.sum()} of {before.sum()}", shades))
# show_squares(pictures, size=2.4)
# missing = before & ~pixels_seen(8)
# right_above = np.array([[c - 7 > 7 - r > 0 for c in range(15)] for r in range(15)])
# print(f"8 layers: {missing.sum()} of {before.sum()} earlier pixels are not seen")
# assert np.array_equal(missing, right_above), "the blind spot: to the right above, beyond the diagonal"

# %% [markdown]
r"""
**Prediction 3, answered.** No. In the pictures, black pixels are seen by the dark grey one, light grey ones
come before it and are not seen, and white ones come later. With enough layers, every pixel straight above,
above to the left, or to the left in the same row is seen. To the right, a layer goes one step further only
when it also goes one row up. So the pixels above to the right, beyond the diagonal, are never seen, however
many layers there are: this is the *blind spot*. Van den Oord and others described it in the same year, and
removed it with two stacks, one for the rows above and one for the row itself.

A small PixelCNN of your masks learns the packaged digits of 8 × 8 pixels in four grey levels. It has five
layers, and one more channel that is 1 everywhere, so that the convolutions notice the edge of the image.
"""

# %% tags=["active-ipynb"]
# LEVELS, WIDTH = 4, 32
# grey = {split: load("digits", split=split)["image"] for split in ("train", "test")}
# grey = {split: np.digitize(images, [3, 8, 13]).astype("int32") for split, images in grey.items()}
# keras.utils.set_random_seed(0)
# masks = [pixelcnn_mask(5, 5, LEVELS + 1, WIDTH, "A")]
# masks += [pixelcnn_mask(3, 3, WIDTH, WIDTH, "B") for _ in range(4)]
# kernels = [tf.Variable(tf.random.normal(m.shape, stddev=(2 / m[..., 0].sum()) ** 0.5)) for m in masks]
# biases = [tf.Variable(tf.zeros(WIDTH)) for _ in masks]
# last = tf.Variable(tf.random.normal((WIDTH, LEVELS), stddev=0.1))
#
#
# def pixel_logits(images):
#     """Logits of each pixel's grey level, given the earlier pixels."""
#     x = tf.concat([tf.one_hot(images, LEVELS), tf.ones((*images.shape, 1))], axis=-1)
#     for number, (kernel, mask, bias) in enumerate(zip(kernels, masks, biases)):
#         y = tf.nn.relu(tf.nn.conv2d(x, kernel * mask, 1, "SAME") + bias)
#         x = x + y if number else y
#     return x @ last
#
#
# rng = np.random.default_rng(0)
# batches = [(grey["train"][rng.integers(0, 1200, 32)],) for _ in range(700)]
# losses = train(
#     [*kernels, *biases, last],
#     lambda images: cross_entropy(images, pixel_logits(images)), batches, 0.004,
# )

# %% tags=["active-ipynb"]
# in_bits = float(cross_entropy(grey["test"], pixel_logits(tf.constant(grey["test"])))) / np.log(2)
# shares = np.stack([(grey["train"] == level).mean(axis=0) + 1e-3 for level in range(LEVELS)], axis=-1)
# alone = -np.mean(np.log2(np.take_along_axis(shares[None], grey["test"][..., None], axis=-1)))
# print(f"bits per pixel of new digits: {in_bits:.2f}; if each pixel were drawn on its own: {alone:.2f}")
# whole = tf.function(lambda images: tf.reshape(pixel_logits(images), (-1, 64, LEVELS)))
# half = tf.constant(grey["test"][:10, :4].reshape(10, 32))
#
#
# def next_pixel(ids, begin=half[:, :0]):
#     seen = tf.concat([begin, ids], axis=1) if begin.shape[1] else ids
#     return whole(tf.reshape(tf.pad(seen, [[0, 0], [0, 64 - seen.shape[1]]]), (-1, 8, 8)))[:, seen.shape[1]]
#
#
# u = np.random.default_rng(2).random((10, 64)).astype("float32")
# new = autoregressive_sample(next_pixel, 64, tf.constant(u))
# lower = autoregressive_sample(lambda ids: next_pixel(ids, half), 32, tf.constant(u[:, :32]))
# rows = {"digit": grey["test"][:10], "half drawn": tf.concat([half, lower], axis=1), "all drawn": new}
# pictures = [(name, np.reshape(image, (8, 8))) for name, images in rows.items() for image in images]
# show_squares(pictures, rows=3, size=1)
# assert in_bits < alone - 0.2, "the earlier pixels say much about the next one"

# %% [markdown]
r"""
The first row shows new digits. In the second row the upper half was kept, and the network has drawn the
lower half: strokes go on where they were cut. The third row is drawn from nothing. Some of it could be
digits, and all of it is strokes. A pixel costs fewer bits than if each were drawn on its own, because
strokes are continuous. The lower halves are not always those of the same digit, since the past allows more
than one future: this is what probabilities are for.

## Mel-frequency cepstral coefficients

Before networks heard samples, they were given features that people had thought out. The *mel-frequency
cepstral coefficients* (MFCC) were the input of speech recognisers for decades. They are made in five
steps: cut the signal into frames of 25 ms; take the power of each frequency; add it up in bands that
are narrow for low tones and wide for high ones, as ears do; take the logarithm; and take the cosine
transform, which says in a few numbers what shape the spectrum has.

The bands are made here in full. The *mel* scale counts how high a tone sounds:
$m(f)=1127\,\ln(1+f/700)$ for a frequency $f$ in hertz. Band $j$ is a triangle on this scale, between the
middles of its two neighbours.
"""


# %%
def mel_filters(n_mels: int, n_fft: int, sr: int) -> Float64[np.ndarray, "frequencies n_mels"]:
    """Return how much each frequency of a Fourier transform counts in each mel band.

    Args:
        n_mels: the number of bands; their edges are equally spaced in mel, from 0 to sr / 2.
        n_fft: the length of the transform, which has n_fft // 2 + 1 frequencies from 0 to sr / 2.
        sr: samples per second.
    """
    mel = 1127 * np.log1p(np.linspace(0, sr / 2, n_fft // 2 + 1) / 700)[:, None]
    edges = np.linspace(0, 1127 * np.log1p(sr / 2 / 700), n_mels + 2)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    return np.maximum(0, np.minimum((mel - low) / (middle - low), (high - mel) / (high - middle)))


# %% tags=["active-ipynb"]
# filters = mel_filters(12, 256, 8000)
# plt.figure(figsize=(8, 2.2), layout="constrained")
# plt.plot(np.linspace(0, 4000, 129), filters)
# plt.xlabel("hertz")
# plt.title("12 bands: equally wide in mel, wider and wider in hertz")
# plt.show()
# widths = (filters > 0).sum(axis=0)
# assert widths[-1] > 3 * widths[0], "the bands become wider"

# %% [markdown]
r"""
*A small step:* a signal is played twice as loud. What happens to the power in each band, and what to
its logarithm? Which of the coefficients

$$c_k=\sqrt{\tfrac2M}\sum_{m=0}^{M-1}\ell_m\cos\Big(\frac{\pi k(m+\frac12)}{M}\Big)$$

change, where $\ell_m$ is the logarithm of band $m$ of $M$?

<details><summary>Answer</summary>

Each power is four times as large, so that $\ln4$ is added to every logarithm. A constant has a sum
of cosines of 0 for every $k$ but 0. So $c_0$ alone changes: loudness is in one coefficient, and the
others do not depend on it.

</details>
"""


# %%
def mfcc(
    signal: Float64[np.ndarray, "T"], sr: int, n_mels: int, n_coef: int
) -> Float64[np.ndarray, "frames n_coef"]:
    """Return the mel-frequency cepstral coefficients of a signal.

    Follows Davis and Mermelstein, "Comparison of parametric representations for monosyllabic word
    recognition in continuously spoken sentences" (1980), https://doi.org/10.1109/TASSP.1980.1163420.
    Any library will do. In this order:

    1. Frames of L = sr / 40 samples (25 ms), which begin at 0, sr / 100, 2 sr / 100, …; what is left
       at the end is not used.
    2. Each frame is multiplied by the Hann window 0.5 - 0.5 cos(2π n / L), n = 0, …, L - 1.
    3. The power is the squared size of the Fourier transform, whose length is the smallest power of
       two that is at least L; the frame is filled up with zeros at its end.
    4. The energies of the bands are power @ mel_filters(n_mels, transform's length, sr); an energy
       below 1e-10 counts as 1e-10.
    5. With ℓ_m the natural logarithm of energy m of M = n_mels, coefficient k is
       √(2 / M) Σ_m ℓ_m cos(π k (m + ½) / M), also for k = 0.

    Args:
        signal: [T], the samples. A signal that is shorter than a frame has none.
        sr: samples per second, a multiple of 400, so that L is even.
        n_mels: the number of bands.
        n_coef: how many coefficients to return, from k = 0 on; at most n_mels.

    Returns:
        The coefficients of each frame. What is given stays as it is.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(mfcc)

# %% [markdown]
r"""
A made-up voice says three vowels, with a random pitch and a random loudness. A vowel is neither: it is
where the mouth resonates. (The resonances are averages over men, of Peterson and Barney, 1952.) For each of
four kinds of features, the mean of 15 voices of each vowel is learnt, and 15 others are given the
vowel of the nearest mean.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# labels = np.repeat(np.arange(3), 30)
# voices = [say(rng, "aiu"[label]) for label in labels]
# coefficients = np.array([mfcc(voice, 8000, 26, 13).mean(axis=0) for voice in voices])
# show_vowels({vowel: voices[30 * place] for place, vowel in enumerate("aiu")}, coefficients, labels)
# learnt = np.tile(np.arange(30) < 15, 3)
#
#
# def right_share(features):
#     """Learn the means of half of the voices, and name the nearest one for the others."""
#     means = np.array([features[learnt & (labels == label)].mean(axis=0) for label in range(3)])
#     distances = np.sum((features[~learnt][:, None] - means) ** 2, axis=-1)
#     return np.mean(distances.argmin(axis=1) == labels[~learnt])

# %% tags=["active-ipynb"]
# features = {
#     "the samples": np.array(voices), "power of all frequencies": np.abs(np.fft.rfft(voices)) ** 2,
#     "coefficient 0": coefficients[:, :1], "coefficients 1 to 12": coefficients[:, 1:],
# }  # fmt: skip
# right = {name: right_share(values) for name, values in features.items()}
# for name, share in right.items():
#     print(f"{name:25} {share:.0%} of 45 voices named rightly")
# louder = mfcc(7 * voices[0], 8000, 26, 13) - mfcc(voices[0], 8000, 26, 13)
# print("seven times as loud, coefficients 0 to 3 change by", np.round(louder.mean(axis=0)[:4], 4))
# assert right["coefficients 1 to 12"] > 0.9 > 0.7 > right["the samples"], "what the text says"
# assert np.abs(louder[:, 1:]).max() < 1e-6 < louder[:, 0].min(), "loudness is in coefficient 0"

# %% [markdown]
r"""
The samples themselves say little, since the same vowel at another phase looks entirely different. The
power of all frequencies holds pitch, loudness and vowel together. The coefficients 1 to 12 drop the
loudness and smooth the pitch away, and what is left is the vowel: in the last picture, the three vowels
are three clouds. Features are made by hand where somebody knows what should not matter. WaveNet and the
networks after it learn that from the samples, and need far more data for it.

## Two strands of DNA

A gene is a sequence, too, of four letters: A, C, G and T. But it is written twice. DNA has two strands.
Opposite an A stands a T, and opposite a C stands a G, and the second strand is read in the other
direction. The word ACCG on one strand is therefore CGGT on the other: the *reverse complement*. A protein
that binds to ACCG binds to either. A detector that slides a kernel along the sequence, a *motif scanner*,
should not depend on which strand somebody happened to write down.

*A small step:* the letters are one-hot rows in the order A, C, G, T. Which two reversals of the array
[T, 4] give the reverse complement?

<details><summary>Answer</summary>

Reversing the first axis reads the sequence backwards. Reversing the second axis exchanges A with T
and C with G, because the order A, C, G, T has partners at equal distances from its ends.

</details>
"""


# %%
def scan_both_strands(
    onehot: Float[tf.Tensor, "B T 4"], k: Float[tf.Tensor, "K 4 O"]
) -> Float[tf.Tensor, "B O"]:
    """Return how well each motif matches where it matches best, on either strand.

    The score of kernel o at a place is the sum of k[i, c, o] over its K letters, as in a motif
    scanner such as Alipanahi et al., "Predicting the sequence specificities of DNA- and RNA-binding
    proteins by deep learning" (2015), https://doi.org/10.1038/nbt.3300; the result is the largest
    over all places and both strands. Gradients flow to `onehot` and `k`.

    Args:
        onehot: letters in the order A, C, G, T, whose partners on the other strand are T, G, C, A.
            An unknown base is a row of zeros, on both strands, and scores 0. T may be 0 or 1.
        k: the kernels, K letters long, the first letter first. All scores may be negative.

    Returns:
        One number for each sequence and kernel: only places at which the whole kernel lies on the
        sequence count; minus infinity where a sequence is shorter than the kernel.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(scan_both_strands)

# %% [markdown]
r"""
First a check that needs no training: a sequence with the word GACAAGGA, and the same sequence read on the
other strand. Both must score 8 of 8.
"""

# %% tags=["active-ipynb"]
# word = np.eye(4, dtype="float32")[MOTIF]
# begin = np.random.default_rng(3).integers(0, 4, 20)
# begin[6:14] = MOTIF
# sequence = np.eye(4, dtype="float32")[begin]
# strands = {"as written": sequence, "reverse complement": sequence[::-1, ::-1]}
# for name, strand in strands.items():
#     score = float(scan_both_strands(tf.constant(strand[None]), tf.constant(word[:, :, None]))[0, 0])
#     print(f"{name:18}", "".join("ACGT"[row.argmax()] for row in strand), f"  best match {score:.0f} of 8")
#     assert score == 8

# %% [markdown]
r"""
Now the word is to be found by a network that does not know it. Half of the sequences hold it, and of these a
half on the other strand. A detector has one kernel of ten letters, a scale and a bias. Training may end in a
kernel that has found nothing, so that 24 of them are trained from different starts. The best one on 400 new
sequences is taken, and tested on 2,000 others.

**Prediction 4.** In how many per cent of the cases is the detector right that reads one strand only?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def scan_one_strand(onehot, k):
#     """As `scan_both_strands`, for the strand that is given."""
#     K, places = k.shape[0], onehot.shape[1] - k.shape[0] + 1
#     patches = tf.stack([onehot[:, i : i + places] for i in range(K)], axis=2)
#     return tf.reduce_max(tf.einsum("bpic,ico->bpo", patches, k), axis=1)
#
#
# def detector(scan, starts=24):
#     """Train 24 detectors of one kernel each; return the one that is best on new data, and its kernel."""
#     keras.utils.set_random_seed(1)
#     kernels = tf.Variable(tf.random.normal((10, 4, starts), stddev=0.3))
#     scale, bias = tf.Variable(tf.ones(starts)), tf.Variable(-2 * tf.ones(starts))
#     rng = np.random.default_rng(0)
#
#     def logits_of(x):
#         return scale * scan(tf.convert_to_tensor(x), tf.convert_to_tensor(kernels)) + bias
#
#     def losses(x, y):
#         many = tf.repeat(y[:, None], starts, axis=1)
#         return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(many, logits_of(x)), axis=0)
#
#     batches = [draw_dna(rng, 64) for _ in range(500)]
#     train([kernels, scale, bias], lambda x, y: tf.reduce_sum(losses(x, y)), batches, 0.05)
#     best = int(np.argmin(losses(*draw_dna(rng, 400))))
#     x, y = draw_dna(rng, 2000)
#     return np.mean((logits_of(x)[:, best] > 0) == (y > 0)), kernels.numpy()[:, :, best]

# %% tags=["active-ipynb"]
# found = {"one strand": detector(scan_one_strand), "both strands": detector(scan_both_strands)}
# show_motifs({f"{name}: right in {share:.1%}": kernel for name, (share, kernel) in found.items()})
# share = {name: value for name, (value, _) in found.items()}
# print(", ".join(f"{name}: right in {value:.1%}" for name, value in share.items()))
# assert share["both strands"] > 0.95 > 0.9 > share["one strand"] > 0.7, "nearly all, and clearly fewer"

# %% [markdown]
r"""
**Prediction 4, answered.** In 70 to 90 % of the cases; the cell prints the number. A kernel that knows
the word alone finds it on the strand that is written down, which is so in half of the positive
sequences, and is right about the negative ones: that makes about 75 %. Training may end somewhat above
or below, with a kernel as in the left picture. It is a compromise: it has pieces of the word and pieces
of the reverse complement. But random letters match it more often, too. The detector that reads both
strands has just as many weights, and is nearly always right. A detector with two kernels could learn the
word twice. A convolution builds in that the place does not matter. This detector also builds in that the
strand does not matter, so that one kernel is enough, and every example teaches it.

**Explore.** How little past is enough for a chord? Change `layers` and `stacks`, the number of channels or
the number of steps, and see when the chord breaks. The last line is the measured outcome. With which
field, compared with the period of the slower of the two tones (16 samples at 250 Hz), does it begin to hold?
"""

# %% tags=["active-ipynb"]
# layers, stacks = 4, 1
# short = new_wavenet(layers, stacks)
# bits = fit(short, 120)[-20:].mean()
# sound = continued(short, 500, field=stacks * (2**layers - 1) + 1)
# kept = np.mean([share_in_tones(sound[chord, -400:], chord) for chord in range(3)])
# print(f"{layers} layers, {stacks} stack: {bits:.2f} bits per sample, {kept:.0%} of the power in the tones")

# %% [markdown]
r"""
## What you have learnt

- A sequence's probability is a product of conditional probabilities. A network that gives the factors is
  trained at all positions at once, and draws one token after the other.
- A causal convolution pads at the start only, by $(K-1)d$ zeros. With dilations that double, the
  receptive field doubles with each layer; what lies outside of it has no influence at all.
- Gradients measure what an output depends on. They show a shift that is missing, a future that is read,
  and a blind spot.
- A loss that falls says nothing about what was shifted. Draw from the model, and compare with the data.
- What does not matter can be built in: loudness by a logarithm and a cosine transform, the strand by a
  maximum over two readings.

Read on: van den Oord and others, [WaveNet: A Generative Model for Raw
Audio](https://arxiv.org/abs/1609.03499) (2016), [Pixel Recurrent Neural
Networks](https://arxiv.org/abs/1601.06759) (2016) and [Conditional Image Generation with PixelCNN
Decoders](https://arxiv.org/abs/1606.05328) (2016); Bai, Kolter and Koltun, [An Empirical Evaluation of
Generic Convolutional and Recurrent Networks for Sequence Modeling](https://arxiv.org/abs/1803.01271)
(2018).
"""

# %% [markdown]
r"""
## In your own words

A hospital wants a network that predicts a patient's heartbeat a tenth of a second ahead, at 250 samples a
second, on a small device that gets one sample after the other. Would you take a causal convolution with
dilations, or a recurrent network? Say how far back it should see, what the device has to keep in memory
and to compute for each new sample, and how you would make sure that the network does not see the
future in training. Six sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
