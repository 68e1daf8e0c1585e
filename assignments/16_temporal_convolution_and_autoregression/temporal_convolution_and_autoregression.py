# %% [markdown]
r"""
# Predict the next sample

A loudspeaker wants thousands of numbers a second. In 2016 a network called WaveNet learnt to write
them one after the other: each number is drawn from probabilities that the network computes from the
numbers before it. Speech made in this way sounded more natural than anything before. In the same
year, PixelCNN wrote images in this way, pixel by pixel. Neither network has a memory that is carried
from step to step. Both are stacks of convolutions.

**The question.** What must a convolution look like so that it predicts a sequence from its past
alone, sees far enough back, and can still be trained at all positions at once?

**Before you run anything**, write down your predictions:

1. Convolutions with two taps, one sample apart, are stacked. How many layers does it take until an
   output depends on the last 1,000 samples? And how many layers if the distance between the taps
   doubles from layer to layer?
2. A small WaveNet is trained for half a minute on chords of two tones. It sees 64 samples back. Then it
   goes on from 64 samples of a chord, and each number that it draws becomes part of its own past.
   When is the chord lost: after about 64 samples, within 1,000, or not at all?
3. Eight 3×3 convolutions are stacked. The kernel of each covers only what comes before its centre
   in reading order, and the centre itself from the second layer on. Does a pixel in the middle
   of an image then depend on all pixels before it? If not, which ones are missing?
4. A protein binds where a word of eight letters stands on either of the two strands of DNA. The
   strands are read in opposite directions. In how many per cent of the cases is a detector right that
   reads one strand only, if the one that reads both is nearly always right?

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
# HELPERS_GO_HERE = None

# %% [markdown]
r"""
## Sound as a sequence

A microphone measures the pressure of the air at regular times. We use 4,000 samples a second here, of
which each is a number from -1 to 1. The chapter's sounds are chords of two tones. There are three
chords, with the frequencies below.
"""

# %% tags=["active-ipynb"]
# SOUND_CELL = None

# %% [markdown]
r"""
## A logarithmic scale

A network that draws the next sample needs probabilities, and for probabilities there must be a list
of possibilities. So each sample is rounded to one of, say, 256 numbers: it becomes a token. How should
the 256 values be spread? Ears hear ratios, and most samples of speech are small. Equal steps waste
values on loud samples, which are rare, and turn quiet ones into noise. The *μ-law* takes a logarithm
first:

$$F(x)=\operatorname{sign}(x)\,\frac{\ln(1+\mu|x|)}{\ln(1+\mu)},\qquad x\in[-1,1],$$

which is again from -1 to 1. Then $F$ is rounded to the nearest of the $\mu+1$ equally spaced values
from -1 to 1, and these are counted from 0 to $\mu$. Telephones have done this since the 1970s, with
$\mu=255$.

*A small step:* which token is silence, $x=0$, for $\mu=255$? Is silence one of the 256 values?

<details><summary>Answer</summary>

$F(0)=0$ lies in the middle, at $255/2=127.5$: halfway between the tokens 127 and 128. We take the
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
## Back to a sample

The way back starts in the middle of a bin: token $i$ stands for $y=2i/\mu-1$. Solve $y=F(x)$ for
$x$.
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
# MULAW_CELL = None

# %% [markdown]
r"""
## One token after the other

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
# CHAIN_CELL = None

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
# LOOP_CELL = None

# %% [markdown]
r"""
Your turn, for a batch of sequences with $C$ channels, and without a loop over the times: for a given
tap, all outputs need the same sequence, shifted. A shift is a padded sequence, sliced.

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
# FIELD_CELL = None

# %% [markdown]
r"""
**Prediction 1.** How many layers with two taps does it take to depend on the last 1,000 samples: with
the dilation 1 everywhere, and with a dilation that doubles from layer to layer?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# DEPTH_CELL = None

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
matrix product at each time, a *1×1 convolution*, whose only purpose is to change the number.

The constructor is written. You make the variables, and use them. The convolution that the block is to
use is handed to it, as is the layer that drops.
"""


# %%
class TCNBlock(keras.layers.Layer):
    """Two causal convolutions with the same dilation, and a residual connection.

    Computes the block of Bai, Kolter and Koltun, "An Empirical Evaluation of Generic Convolutional
    and Recurrent Networks for Sequence Modeling" (2018), https://arxiv.org/abs/1803.01271, without
    its weight normalisation: ReLU(F(x) + S(x)), where F is convolution, bias, ReLU, dropout, and
    all four once more. Gradients flow to x and to all variables.

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
        convolve: `convolve(x, kernel, dilation)`, as `causal_conv1d`; used for both convolutions.
    """

    def __init__(
        self, filters: int, kernel: int, dilation: int, dropout: keras.layers.Layer, convolve: Callable
    ):
        super().__init__()
        self.filters, self.kernel, self.dilation = filters, kernel, dilation
        self.dropout, self.convolve = dropout, convolve

    def build(self, input_shape: tuple) -> None:
        """Make the variables by `self.add_weight`; biases start at 0, all others as Keras draws them.

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
# MEMORY_CELL = None

# %% [markdown]
r"""
The error jumps at the line. It does not decay slowly, as that of a recurrent network does: a
convolution sees each sample in its field directly, and one outside of it not at all. Bai and others
report the same on their copy-memory task, and recommend to choose a field that covers the task.

## The gated unit

WaveNet replaces the ReLU by a product: one convolution says *what* (between -1 and 1, by tanh), the
other says *how much of it* (between 0 and 1, by the sigmoid $\sigma$). Besides, a vector $h$ that holds
for the whole sequence, such as the speaker, is added inside both. This is called *global conditioning*:

$$z_t=\tanh(x_tW_f+hV_f)\odot\sigma(x_tW_g+hV_g)$$

where $\odot$ multiplies entry by entry. Here $x_t$ is a vector, and $x_tW_f$ a matrix product at
each time. The taps of a convolution may stand beside each other in $x_t$: then it is a convolution,
too.
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
# GATE_CELL = None

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
# BLOCKS_CELL = None

# %% [markdown]
r"""
*A small step:* a model has `layers` layers in each of its `stacks` stacks. From how many tokens do its
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
        stacks: Layer 0 of each stack has the dilation 1, and each layer after it twice that of
            the one before.
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
        self, ids: Int32[tf.Tensor, "B T"], h: Float[tf.Tensor, "B conditions"], training: bool = False
    ) -> Float[tf.Tensor, "B T classes"]:
        """Return logits; those at time t depend on the tokens before t, and on no later one.

        The embedded tokens are shifted by one, with zeros before the first. Each layer puts x of
        d samples ago and x beside each other, in this order, with zeros before the start, and
        `gate` makes z of them and of h, which is added to every sample of a sequence through
        `gate`. Then z @ skip is added to the skip sum and z @ residual to x. The logits are
        ReLU(ReLU(skip sum) @ head + head_bias) @ final + final_bias.

        Args:
            ids: the tokens; T may be 0 or 1.
            h: the condition of each sequence.
            training: makes no difference.

        Raises:
            tf.errors.InvalidArgumentError: an id is not from 0 to classes - 1, as `tf.gather`
                says on a CPU. A ValueError will do, too.
        """
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(WaveNet)

# %% [markdown]
r"""
WAVENET_TEXT
"""

# %% tags=["active-ipynb"]
# WAVENET_CELLS = None

# %% [markdown]
r"""
**Prediction 2, answered.** TODO

## Pixels in reading order

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
PIXEL_TEXT

**Prediction 3.** Does a pixel in the middle of an image depend on all pixels before it, after eight
layers of 3×3? If not, which ones are missing?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# PIXEL_CELLS = None

# %% [markdown]
r"""
**Prediction 3, answered.** TODO

## Features made by hand

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
        sr: samples per second, a multiple of 200.
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
MFCC_TEXT
"""

# %% tags=["active-ipynb"]
# MFCC_CELLS = None

# %% [markdown]
r"""
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
MOTIF_TEXT

**Prediction 4.** One strand only: in how many per cent is it right?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# MOTIF_CELLS = None

# %% [markdown]
r"""
**Prediction 4, answered.** TODO

**Explore.** TODO
"""

# %% [markdown]
r"""
## What you have learnt

- A
- B
- C

Read on: TODO.
"""

# %% [markdown]
r"""
## In your own words

TODO
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
